"""Shapes that the page's map shows over the areas, and where they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import shapely

from terradesk.arcs import Arcs
from terradesk.arcs.outlines import polygons
from terradesk.importing.prepared import Box


def as_objects(shapes: Iterable[object]) -> np.ndarray:
    """(n,) object array of geometries, which numpy would take for sequences."""
    found = list(shapes)
    out = np.empty(len(found), object)
    out[:] = found
    return out


def box_of(*shapes: object) -> Box | None:
    """Box of some geometries; None when they are nowhere."""
    known = as_objects(one for one in shapes if one is not None)
    found = shapely.total_bounds(known) if len(known) else np.full(4, np.nan)
    if not np.isfinite(found).all():
        return None
    x0, y0, x1, y1 = found.tolist()
    return x0, y0, x1, y1


def link_lines(arcs: Arcs, pairs: Sequence[tuple[int, int]]) -> list[shapely.Geometry]:
    """The shortest line between the units of each pair; a point where one has no area.

    Parameters
    ----------
    arcs : Arcs
    pairs : sequence of (int, int)
        Units.
    """
    if not len(pairs):
        return []
    units, place = np.unique(np.array(pairs, np.int64), return_inverse=True)
    labels = np.full(arcs.n_units, -1, np.int64)
    labels[units] = np.arange(len(units))
    shapes = polygons(arcs, labels, len(units))
    shapely.prepare(shapes)
    ends = shapes[place.reshape(-1, 2)]
    lines = shapely.shortest_line(ends[:, 0], ends[:, 1])
    return [one if one is not None else shapely.Point() for one in lines.tolist()]
