"""New shapes fitted to those that stay: no overlap, no gap, borders that match."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from terradesk.arcs import Arcs, build, clean
from terradesk.arcs.cleaning import coverage_of
from terradesk.progress import Progress, silent

_QUIET = np.errstate(invalid="ignore", divide="ignore")  # flags that GEOS leaves set
_THIN = 0.01  # metres: what is narrower is rounding
_SNAP = 0.001  # metres: below the centimetre of the arcs


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A coverage of what stays and what comes.

    Parameters
    ----------
    arcs : Arcs
        Of all rows: those that stay, then the new ones.
    shapes : ndarray of shapely geometries, shape (n_new,)
        The new ones as they are in the coverage; None where those that stay leave no room.
    cut : ndarray of float64, shape (n_new,)
        m2 that were cut off because they lie in areas that stay.
    filled : ndarray of float64, shape (n_new,)
        m2 of gaps along those areas that were filled.
    """

    arcs: Arcs
    shapes: np.ndarray
    cut: np.ndarray
    filled: np.ndarray


@_QUIET
def fit(
    kept: np.ndarray,
    new: np.ndarray,
    tolerance: float,
    origin: tuple[float, float] | None = None,
    progress: Progress = silent,
) -> Fitted:
    """Fit new shapes to those that stay, which keep their outlines.

    What lies in an area that stays is cut off; a gap of up to the tolerance between a new and an
    old outline is filled by the new shape: a morphological closing of the two with a square corner
    (Serra 1982, Image Analysis and Mathematical Morphology), less what they cover.

    Parameters
    ----------
    kept : (n_kept,) object array of shapely geometries or None
        A clean coverage in metres; None for rows that have no area any more.
    new : (n_new,) object array
        A clean coverage.
    tolerance : float
        Metres.
    origin : (x, y), optional
        See `terradesk.arcs.build`.
    progress : Progress
    """
    shapes = np.asarray(new, object).copy()
    before = np.nan_to_num(shapely.area(shapes))
    near = _near(kept, shapes, tolerance)
    stays = np.unique(np.concatenate([*near.values(), np.empty(0, np.int64)])).astype(np.int64)
    loose = _loose(kept, shapes, near, stays, tolerance)
    for row, around in loose.items():
        shapes[row] = _areas(shapely.difference(shapes[row], shapely.union_all(kept[around])))
    after = np.nan_to_num(shapely.area(shapes))
    if tolerance > 0:
        _fill(kept, shapes, loose, tolerance)
    filled = np.nan_to_num(shapely.area(shapes)) - after
    progress(0.5, "")
    n = len(kept)
    polygons = np.concatenate([kept, shapes])
    if loose:
        rows = np.concatenate([stays, n + np.arange(len(shapes))])
        polygons[rows] = _matched(polygons[rows])
    progress(0.8, "")
    return Fitted(build(polygons, origin), polygons[n:], before - after, filled)


def _loose(
    kept: np.ndarray,
    shapes: np.ndarray,
    near: dict[int, np.ndarray],
    stays: np.ndarray,
    tolerance: float,
) -> dict[int, np.ndarray]:
    """New shapes whose borders do not fit those that stay, with the rows that do near them."""
    if not near:
        return {}
    both = np.concatenate([kept[stays], shapes])
    there = np.flatnonzero(~shapely.is_missing(both))
    edges = shapely.coverage_invalid_edges(both[there], gap_width=tolerance)
    is_wrong = np.zeros(len(both), bool)
    is_wrong[there] = ~shapely.is_empty(edges)
    of_kept = np.zeros(len(kept), bool)
    of_kept[stays] = is_wrong[: len(stays)]
    of_new = is_wrong[len(stays) :]
    return {row: rows for row, rows in near.items() if of_new[row] or of_kept[rows].any()}


def _matched(polygons: np.ndarray) -> np.ndarray:
    """Borders with the same vertices on both sides; no vertex on whole centimetres moves."""
    try:
        return coverage_of(polygons, snapping_distance=_SNAP)
    except shapely.errors.GEOSException:
        return clean(polygons).polygons


def _near(kept: np.ndarray, new: np.ndarray, tolerance: float) -> dict[int, np.ndarray]:
    """Rows that stay near each new shape that has any."""
    there = np.flatnonzero(~shapely.is_missing(kept))
    tree = shapely.STRtree(kept[there])
    asked, found = tree.query(new, predicate="dwithin", distance=max(tolerance, _THIN))
    if not len(asked):
        return {}
    rows, starts = np.unique(asked, return_index=True)
    return dict(zip(rows.tolist(), np.split(there[found], starts[1:]), strict=True))


def _fill(
    kept: np.ndarray, shapes: np.ndarray, near: dict[int, np.ndarray], tolerance: float
) -> None:
    """Fill the gaps between new shapes and those that stay; one after the other."""
    rows = [row for row in near if shapes[row] is not None]
    others = shapely.STRtree(shapes)
    for row in rows:
        own = shapes[row]
        x0, y0, x1, y1 = own.bounds
        reach = 2 * tolerance
        clipped = shapely.clip_by_rect(
            kept[near[row]], x0 - reach, y0 - reach, x1 + reach, y1 + reach
        )
        stays = shapely.union_all(shapely.make_valid(clipped))
        beside = others.query(own, predicate="dwithin", distance=tolerance)
        taken = shapely.union_all([stays, *shapes[beside[beside != row]]])
        gaps = _gaps(own, stays, taken, tolerance)
        if len(gaps):
            shapes[row] = _areas(shapely.union_all([own, *gaps]))


def _gaps(
    own: shapely.Geometry, stays: shapely.Geometry, taken: shapely.Geometry, tolerance: float
) -> np.ndarray:
    both = shapely.union(own, stays)
    grown = shapely.buffer(both, tolerance / 2, join_style="mitre")
    closed = shapely.buffer(grown, -tolerance / 2, join_style="mitre")
    rest = shapely.difference(shapely.difference(closed, own), taken)
    parts = shapely.get_parts(rest)
    parts = parts[shapely.get_dimensions(parts) == 2]
    parts = parts[2 * shapely.area(parts) > _THIN * shapely.length(parts)]
    touches = [shapely.distance(parts, side) <= _THIN for side in (own, stays)]
    return np.asarray(parts[touches[0] & touches[1]])


def _areas(geometry: shapely.Geometry) -> shapely.Geometry | None:
    """The polygonal parts that are wider than rounding; None when there are none."""
    parts = shapely.get_parts(geometry)
    parts = parts[shapely.get_dimensions(parts) == 2]
    parts = parts[2 * shapely.area(parts) > _THIN * shapely.length(parts)]
    if not len(parts):
        return None
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
