"""Where areas do not fit together: overlaps, and gaps between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely

from terradesk.arcs.jit import Bools, Floats, Int64s, Objects

SPECK = 1.0  # m2: smaller overlaps are rounding
_THIN = 0.1  # 4 pi area / perimeter**2: below it a shape is a sliver, nearly a line
_QUIET = np.errstate(invalid="ignore", divide="ignore")  # flags that GEOS leaves set


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """A place where areas overlap, or that none of them covers.

    Parameters
    ----------
    kind : {"overlap", "gap"}
    rows : tuple of int
        The areas: the two that overlap, or those around the gap.
    area : float
        m2
    width : float
        Metres: diameter of the largest circle inside; of wide gaps the least that it can be.
    is_sliver : bool
        Long and thin: two drawings of the same border, rather than a lake or an exclave.
    is_closed : bool
        Cleaning removed it: the smaller area kept an overlap, a neighbour got a gap.
    shape : shapely.Geometry
        Of the plan's CRS, for the map.
    """

    kind: Literal["overlap", "gap"]
    rows: tuple[int, ...]
    area: float
    width: float
    is_sliver: bool
    is_closed: bool
    shape: shapely.Geometry


@_QUIET
def overlaps(valid: Objects, wrong: Int64s) -> list[Fault]:
    """Pairs of areas that have more than `SPECK` in common.

    Parameters
    ----------
    valid : (n,) object array
        Valid (Multi)Polygons or None.
    wrong : (k,) int
        Rows with edges that cross or miss those of others; rows whose edges are all right can
        only hold another one whole.
    """
    a, b = shapely.STRtree(valid).query(valid[wrong], predicate="intersects")
    pairs = np.unique(np.sort(np.column_stack((wrong[a], b)), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    common = shapely.intersection(valid[pairs[:, 0]], valid[pairs[:, 1]])
    area = shapely.area(common)
    large = np.flatnonzero(area > SPECK)
    widths = _least_widths(common[large])
    thin = _are_thin(common[large])
    return [
        Fault("overlap", tuple(pairs[k].tolist()), float(area[k]), float(w), bool(t), True, s)
        for k, w, t, s in zip(large.tolist(), widths, thin, common[large], strict=True)
    ]


def _least_widths(shapes: Objects) -> Floats:
    """Diameter of a circle that always fits: radius area / perimeter (of the largest part)."""
    length = shapely.length(shapes)
    return np.asarray(2 * shapely.area(shapes) / np.where(length > 0, length, 1.0), np.float64)


def _are_thin(shapes: Objects) -> Bools:
    length = shapely.length(shapes)
    return np.asarray(4 * np.pi * shapely.area(shapes) < _THIN * length**2, bool)


@_QUIET
def gaps(coverage: Objects, closed_width: float) -> list[Fault]:
    """Holes between areas: bounded by two or more of them; those of one area are its own.

    Parameters
    ----------
    coverage : (n,) object array
        Edge-matched (Multi)Polygons or None.
    closed_width : float
        Metres; gaps no wider than this are closed by cleaning.
    """
    found = _holes(coverage)
    if not len(found):
        return []
    area, widths = shapely.area(found), _least_widths(found)
    near = np.flatnonzero(widths <= closed_width)
    exact = shapely.maximum_inscribed_circle(found[near], tolerance=max(closed_width, 1e-3) / 20)
    widths[near] = 2 * shapely.length(exact)
    thin = _are_thin(found)
    around = _around(found, coverage)
    return [
        Fault("gap", rows, float(a), float(w), bool(t), bool(w <= closed_width), shape)
        for rows, a, w, t, shape in zip(around, area, widths, thin, found, strict=True)
        if len(rows) > 1 or w <= closed_width
    ]


def _holes(coverage: Objects) -> Objects:
    """Holes of the union of a coverage."""
    whole = shapely.get_parts(shapely.coverage_union_all(coverage))
    rings = shapely.get_rings(whole)
    counts = 1 + shapely.get_num_interior_rings(whole).astype(np.int64)
    shells = np.cumsum(counts) - counts
    return np.asarray(shapely.polygons(np.delete(rings, shells)), object)


def _around(holes: Objects, coverage: Objects) -> list[tuple[int, ...]]:
    """Areas that share an edge with each hole."""
    hole, row = shapely.STRtree(coverage).query(shapely.boundary(holes), predicate="intersects")
    shared = shapely.intersection(shapely.boundary(holes[hole]), coverage[row])
    is_edge = shapely.length(shared) > 0
    out: list[list[int]] = [[] for _h in range(len(holes))]
    for h, r in zip(hole[is_edge].tolist(), row[is_edge].tolist(), strict=True):
        out[h].append(r)
    return [tuple(rows) for rows in out]
