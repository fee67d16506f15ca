"""A file as it was read: a table, or boundaries, whose rows can be taken for a table too."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from terradesk import projection, sniffing
from terradesk.columns import as_texts
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.importing.choices import Reading
from terradesk.progress import Progress, silent
from terradesk.readers import Boundaries, Table, read_boundaries, read_table, reader_for, sheets
from terradesk.readers.placing import point_cells

_POINT, _AREAS = 0, (3, 6)


@dataclass(frozen=True)
class Source:
    """What a file holds.

    Parameters
    ----------
    path : Path
    reading : Reading
        As it was asked for.
    parts : tuple of str
        Sheets of a workbook or layers of a map file; empty where there are none.
    table : Table or None
        Of a text file or a workbook.
    boundaries : Boundaries or None
        Of a map file.
    """

    path: Path
    reading: Reading
    parts: tuple[str, ...] = ()
    table: Table | None = None
    boundaries: Boundaries | None = None

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.path.name

    @property
    def n_rows(self) -> int:
        """Rows of the file."""
        return len(self.rows)

    @cached_property
    def kept(self) -> dict[Any, Any]:
        """What was found out about the file: a million rows are not looked through twice."""
        return {}

    @cached_property
    def has_areas(self) -> bool:
        """Whether it holds shapes with an area."""
        return bool(np.isin(self._types, _AREAS).any())

    @cached_property
    def has_points(self) -> bool:
        """Whether most of its shapes are points."""
        types = self._types[self._types >= 0]
        return len(types) > 0 and bool((types == _POINT).mean() > 0.5)

    @cached_property
    def _types(self) -> np.ndarray:
        if self.boundaries is None:
            return np.empty(0, np.int64)
        with np.errstate(invalid="ignore"):
            return shapely.get_type_id(shapely.from_wkb(self.boundaries.wkb, on_invalid="ignore"))

    @cached_property
    def rows(self) -> Table:
        """The rows as a table of text; points in them or of a layer have columns of coordinates."""
        if self.table is not None:
            return point_cells.taken_apart(self.table)
        assert self.boundaries is not None
        found = self.boundaries
        columns = {name: as_texts(values) for name, values in found.columns.items()}
        if self.has_points:
            for name, values in zip(("longitude", "latitude"), self._lonlat(), strict=True):
                columns[_free(name, columns)] = as_texts(values)
        return Table(columns, len(found), found.report)

    def _lonlat(self) -> tuple[np.ndarray, np.ndarray]:
        assert self.boundaries is not None
        with np.errstate(invalid="ignore"):
            shapes = shapely.from_wkb(self.boundaries.wkb, on_invalid="ignore")
        is_point = self._types == _POINT
        x, y = np.full((2, len(shapes)), np.nan)
        x[is_point], y[is_point] = shapely.get_x(shapes[is_point]), shapely.get_y(shapes[is_point])
        crs = self.reading.crs or self.boundaries.crs
        if not crs or crs == projection.LONLAT:
            return x, y
        return projection.lonlat(x, y, crs)


def _free(name: str, taken: dict[str, np.ndarray]) -> str:
    lowered = {one.lower() for one in taken}
    return name if name not in lowered else f"{name} (map)"


def read_source(
    path: str | Path, reading: Reading | None = None, progress: Progress = silent
) -> Source:
    """Read a file of any kind that TerraDesk knows.

    Parameters
    ----------
    path : str or Path
    reading : Reading, optional
    progress : Progress

    Raises
    ------
    TerraDeskError
        The file cannot be read.
    """
    file, reading = Path(path), reading or Reading()
    reader = reader_for(file)
    if reader is None and file.is_dir():
        sniffing.check_path(file)
    if reader is None:
        raise TerraDeskError(
            _("TerraDesk does not read files like “{name}”.").format(
                name=isolate(file.name or str(file))
            ),
            _("Save it as .xlsx, .csv, .gpkg, .geojson or a shapefile."),
        )
    if reader.gives == "boundaries":
        found = read_boundaries(
            file, reading.layer or None, progress, encoding=reading.encoding or None
        )
        return Source(file, reading, found.layers, boundaries=found)
    parts = tuple(sheets(file))
    table = read_table(
        file,
        reading.sheet or None,
        progress,
        encoding=reading.encoding or None,
        delimiter=reading.delimiter or None,
        decimal=reading.decimal or None,
        header=reading.header,
        dates=reading.dates or None,
        leave_out_totals=reading.leave_out_totals,
    )
    return Source(file, reading, parts, table=table)
