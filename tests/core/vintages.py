"""Newer and further boundaries, for tests: as a file would bring them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

from terradesk.importing import Reading, Source
from terradesk.plan import Plan
from terradesk.readers.maps.boundaries import Boundaries
from terradesk.readers.maps.shapes import wkb_of
from terradesk.readers.report import ImportReport
from tests.core.kernel import SIDE


def as_file(
    plan: Plan,
    shapes: np.ndarray,
    codes: list[str],
    names: list[str] | None = None,
    columns: dict[str, np.ndarray] | None = None,
    crs: str = "",
) -> Source:
    """A file of boundaries in the plan's CRS."""
    cells = {
        "CODE": np.array(codes, object),
        "NAME": np.array(names or [f"Area {code}" for code in codes], object),
        **(columns or {}),
    }
    report = ImportReport(read=len(codes), accepted=len(codes))
    wkb = wkb_of(np.asarray(shapes, object))
    found = Boundaries(wkb, crs or plan.crs, cells, report, "areas")
    return Source(Path("newer.gpkg"), Reading(), ("areas",), boundaries=found)


def cell(column: int, row: int, columns: int = 1, rows: int = 1) -> shapely.Geometry:
    """A rectangle of squares of the grid plan."""
    x, y = column * SIDE, row * SIDE
    return shapely.box(x, y, x + columns * SIDE, y + rows * SIDE)


def squares(columns: int = 6, rows: int = 4) -> dict[str, shapely.Geometry]:
    """Squares of the grid plan by code."""
    return {f"{k:05d}": cell(k % columns, k // columns) for k in range(columns * rows)}


def changed(
    plan: Plan, without: list[str], more: dict[str, shapely.Geometry], **columns: np.ndarray
) -> Source:
    """The grid with some squares replaced by others; names stay those of the plan."""
    left = {code: shape for code, shape in squares().items() if code not in without}
    every = {**left, **more}
    own = dict(zip(plan.units.codes.tolist(), plan.units.names.tolist(), strict=True))
    names = [own.get(code, f"Area {code}") for code in every]
    return as_file(plan, np.array(list(every.values()), object), list(every), names, columns)
