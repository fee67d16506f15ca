"""Tables from CSV and Excel: named columns of text, every row accounted for."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from terradesk import sniffing
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.progress import Progress, silent
from terradesk.readers import archives, foreign
from terradesk.readers.report import ImportReport, from_dict
from terradesk.readers.tabular import archived as table_archives
from terradesk.readers.tabular import delimited, spreadsheets
from terradesk.readers.tabular.collecting import Collector
from terradesk.readers.tabular.delimited import Text
from terradesk.readers.tabular.quoting import Batch
from terradesk.readers.tabular.text_columns import TextColumns, packed_of

TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
SUFFIXES = (*TEXT_SUFFIXES, *spreadsheets.SUFFIXES)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table as it is in the file, all text.

    Parameters
    ----------
    columns : mapping of str to ndarray of str, shape (n_rows,), dtype object
        Never changed: 01234 stays 01234. Spaces around cells are removed.
    n_rows : int
    report : ImportReport
    decimal : {".", ","}
        Decimal mark of the numbers.
    encoding, delimiter : str
        Of a text file; empty for workbooks.
    header : int
        Line of a text file or row of a sheet that holds the names of the columns, from 1; 0: there
        is none.
    dates : {"dmy", "mdy", "ymd", ""}
        Order of day, month and year; empty: there are no dates, or none of them tells.
    lines : ndarray of int, shape (n_rows,)
        Line of a text file or row of a sheet on which each row begins, from 1.
    """

    columns: Mapping[str, np.ndarray]
    n_rows: int
    report: ImportReport
    decimal: str = "."
    encoding: str = ""
    delimiter: str = ""
    header: int = 0
    dates: str = ""
    lines: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))

    def __post_init__(self) -> None:
        if len(self.lines) != self.n_rows:
            object.__setattr__(self, "lines", np.arange(1, self.n_rows + 1, dtype=np.int32))

    def __len__(self) -> int:
        return self.n_rows


def read_table(
    path: str | Path,
    sheet: str | None = None,
    progress: Progress = silent,
    is_trusted: bool = False,
    encoding: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    header: int | None = None,
    dates: str | None = None,
    leave_out_totals: bool = False,
) -> Table:
    """Read a CSV file or a sheet of a workbook, also packed as .gz or .zip.

    Parameters
    ----------
    path : str or Path
    sheet : str, optional
        The first one with cells unless given; of an archive, the table as `sheets` calls it.
    progress : Progress
    is_trusted : bool
        Made by TerraDesk itself: read in this process.
    encoding, delimiter, decimal : str, optional
        Where what was found by itself is wrong; `encodings.MENDED` for texts encoded twice.
    header : int, optional
        Row of the file, from 1, that holds the names of the columns; 0: there is none, and they
        are called "Column 1" ...; None: it is recognised.
    dates : {"dmy", "mdy", "ymd"}, optional
    leave_out_totals : bool
        A row of totals at the foot is left out; it is told in any case.

    Raises
    ------
    TerraDeskError
        The file cannot be read, is empty, or its first row holds values instead of names.
    """
    found = foreign.call(
        parse,
        path,
        progress,
        is_trusted,
        sheet=sheet,
        encoding=encoding,
        delimiter=delimiter,
        decimal=decimal,
        header=header,
        dates=dates,
        leave_out_totals=leave_out_totals,
    )
    columns = TextColumns({name: packed_of(one) for name, one in found["columns"].items()})
    return Table(**{**found, "columns": columns, "report": from_dict(found["report"])})


def sheets(path: str | Path, progress: Progress = silent) -> list[str]:
    """Sheets of a workbook, or tables of an archive with several; empty for text files.

    Raises
    ------
    TerraDeskError
        The workbook cannot be read.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in (*spreadsheets.SUFFIXES, table_archives.SUFFIX):
        return []
    if suffix == table_archives.SUFFIX:
        entries = table_archives.entries(sniffing.check_path(path))
        if all(entry.is_text for entry in entries):
            return [entry.name for entry in entries] if len(entries) > 1 else []
    return [str(name) for name in foreign.call(list_sheets, path, progress)]


# ---------------------------------------------------------------------- in the worker
def list_sheets(path: str, progress: Progress) -> list[str]:
    """What `sheets` gives."""
    file = Path(path)
    if file.suffix.lower() == table_archives.SUFFIX:
        return _tables_in(file)
    return [] if spreadsheets.is_text(file) else spreadsheets.sheet_names(file)


def _tables_in(file: Path) -> list[str]:
    """The tables of an archive, of workbooks their sheets."""
    entries = table_archives.entries(file)
    names: list[str] = []
    for entry in entries:
        inner = []
        if not entry.is_text:
            with tempfile.TemporaryDirectory(prefix="terradesk-") as folder:
                book = table_archives.unpack(file, entry, Path(folder))
                inner = [] if spreadsheets.is_text(book) else spreadsheets.sheet_names(book)
        if len(entries) > 1:
            inner = [table_archives.part_name(entry, sheet) for sheet in inner]
        names += inner or [entry.name]
    return names


def parse(
    path: str,
    progress: Progress,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    header: int | None = None,
    dates: str | None = None,
    leave_out_totals: bool = False,
) -> dict[str, Any]:
    """What `read_table` gives, as dict."""
    with opened(Path(path), sheet) as (file, sheet):
        batches, text = rows_of(file, progress, sheet, encoding, delimiter)
        collector = Collector(isolate(file.name), header, text)
        for batch in batches:
            collector.add(batch)
        found = collector.finished(leave_out_totals)
    return {
        "columns": {name: column.as_dict() for name, column in found.columns.items()},
        "n_rows": found.report.accepted,
        "report": asdict(found.report),
        "decimal": decimal or found.decimal,
        "header": found.header,
        "dates": dates or found.dates,
        "lines": found.lines,
        "encoding": text.encoding if text else "",
        "delimiter": text.delimiter if text else "",
    }


@contextmanager
def opened(file: Path, sheet: str | None = None) -> Iterator[tuple[Path, str | None]]:
    """A file, unpacked if it is a .gz or a table in a .zip, and the sheet of it that is meant."""
    suffix = file.suffix.lower()
    if suffix not in (".gz", table_archives.SUFFIX):
        yield file, sheet
        return
    with tempfile.TemporaryDirectory(prefix="terradesk-") as folder:
        if suffix == ".gz":
            yield archives.gunzip(file, Path(folder)), sheet
            return
        entry, inner = table_archives.chosen(file, sheet)
        yield table_archives.unpack(file, entry, Path(folder)), inner


def rows_of(
    file: Path,
    progress: Progress,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> tuple[Generator[Batch, None, None], Text | None]:
    """Rows of a file, and how it is read if it is a text file.

    Raises
    ------
    TerraDeskError
        The file is no table, or damaged.
    """
    suffix = file.suffix.lower()
    if suffix in TEXT_SUFFIXES or (suffix in spreadsheets.SUFFIXES and spreadsheets.is_text(file)):
        text = delimited.examine(file, encoding, delimiter)
        return delimited.batches(text, progress), text
    if suffix in spreadsheets.SUFFIXES:
        return spreadsheets.batches(file, sheet, progress), None
    raise TerraDeskError(
        _("TerraDesk does not read tables of the kind “{suffix}”.").format(suffix=file.suffix),
        _("Save the table as .xlsx or .csv."),
    )
