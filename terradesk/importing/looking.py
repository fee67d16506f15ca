"""A look at the beginning of a table, for the page where the settings of reading change."""

from __future__ import annotations

from pathlib import Path

from terradesk.importing.choices import Reading
from terradesk.progress import Progress, silent
from terradesk.readers.tabular import previewing
from terradesk.readers.tabular.previewing import Preview


def preview(
    path: str | Path, reading: Reading | None = None, n: int = 200, progress: Progress = silent
) -> Preview:
    """The first rows of a table as they stand in the file, and everything recognised.

    A text file is read as far as it is shown, a workbook once; both are quick enough for each
    change of a setting.

    Parameters
    ----------
    path : str or Path
        A text table or a workbook.
    reading : Reading, optional
    n : int
        How many rows.
    progress : Progress

    Raises
    ------
    TerraDeskError
        The file is no table, or damaged. What a setting can mend is told by
        `Preview.problem` instead.
    """
    asked = reading or Reading()
    return previewing.preview(
        path,
        asked.sheet,
        asked.encoding,
        asked.delimiter,
        asked.decimal,
        asked.header,
        asked.dates,
        n,
        progress,
    )
