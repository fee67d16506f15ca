"""(Geo)DataFrames of a script or notebook, as if they had been files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from terradesk.columns import number_text
from terradesk.readers.maps.boundaries import Boundaries
from terradesk.readers.report import ImportReport
from terradesk.readers.tables import Table

if TYPE_CHECKING:
    from pandas import DataFrame, Series


def boundaries_of(frame: DataFrame) -> Boundaries:
    """The rows of a GeoDataFrame as boundaries."""
    shapes = np.array(list(frame.geometry), object)
    own = [c for c in frame.columns if c != frame.geometry.name]
    columns = {str(c): _cells(frame[c]) for c in own}
    crs = frame.crs.to_string() if frame.crs is not None else ""
    report = ImportReport(read=len(frame), accepted=len(frame))
    return Boundaries(np.asarray(shapely.to_wkb(shapes), object), crs, columns, report)


def table_of(frame: DataFrame) -> Table:
    """The rows of a DataFrame as a table, all text; a column of geometry is left out."""
    columns = {str(c): _texts(frame[c]) for c in frame.columns if c != "geometry"}
    report = ImportReport(read=len(frame), accepted=len(frame))
    return Table(columns, len(frame), report)


def _cells(column: Series) -> np.ndarray:
    """A column as the plan keeps it: float64, or text."""
    values = column.to_numpy()
    return values.astype(np.float64) if values.dtype.kind in "fiub" else _texts(column)


def _texts(column: Series) -> np.ndarray:
    out = np.empty(len(column), object)
    known = zip(column.tolist(), column.notna().tolist(), strict=True)
    cells = [value if is_known else "" for value, is_known in known]
    out[:] = [number_text(v) if isinstance(v, float) else str(v).strip() for v in cells]
    return out
