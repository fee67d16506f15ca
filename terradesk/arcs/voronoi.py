"""Areas made of points: each point gets the ground that is nearer to it than to any other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike

from terradesk.arcs.cleaning import coverage_of
from terradesk.arcs.jit import Floats, Int64s, Objects
from terradesk.i18n import _
from terradesk.progress import Progress, part, silent

MATCHED = 0.02
"""Metres within which the corners of neighbouring cells become one."""

NEAREST, FARTHEST = 2_000.0, 150_000.0
"""Metres that `reach_of` stays within."""

ALONE = 25_000.0
"""Metres that the only point of a plan reaches."""

_LEAST = 1e-4  # m2: smaller pieces are rounding
_PER_TILE, _MOST_TILES = 100, 24
_ROUND = 16  # segments of a quarter circle
_USUAL = 95.0  # per cent of the points whose nearest neighbour decides how far a cell reaches


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Points without repetition.

    Attributes
    ----------
    points : (n_places, 2) float64
        One of the points of each place.
    place : (n_points,) int64
        Place of each point: the nearest one.
    rows : (n_places,) int64
        The point that stands for each place.
    is_joined : bool
        Whether points that are apart share a place, because there were too many.
    """

    points: Floats
    place: Int64s
    rows: Int64s
    is_joined: bool


def places(points: ArrayLike, most: int = 30_000, together: float = 1.0) -> Places:
    """Join points that are at one place, and neighbours where there would be too many places.

    Too many places are joined by squares of a grid whose side grows until few enough are left;
    the point nearest to the middle of those in a square stands for all.

    Parameters
    ----------
    points : (n, 2) float
        Metres, finite.
    most : int
        Places.
    together : float
        Metres: points in a square of this side are at one place.
    """
    xy = np.asarray(points, np.float64).reshape(-1, 2)
    side, is_joined = together, False
    squares = _squares(xy, side)
    while squares.max(initial=-1) >= most:
        side, is_joined = 1.4 * side, True
        squares = _squares(xy, side)
    rows = _middles(xy, squares)
    if not len(rows):
        return Places(xy, squares, rows, False)
    nearest = shapely.STRtree(shapely.points(xy[rows])).nearest(shapely.points(xy))
    return Places(xy[rows], np.asarray(nearest, np.int64), rows, is_joined)


def _squares(xy: Floats, side: float) -> Int64s:
    """Number of the occupied square of each point, in the order of first points."""
    keys = np.floor((xy - xy.min(axis=0, initial=0.0)) / side).astype(np.int64)
    _keys, first, labels = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[labels.ravel()], np.int64)


def _middles(xy: Floats, labels: Int64s) -> Int64s:
    """Of each label the point nearest to the mean of its points."""
    n = int(labels.max(initial=-1)) + 1
    counts = np.maximum(np.bincount(labels, minlength=n), 1)
    means = np.column_stack([np.bincount(labels, xy[:, k], n) / counts for k in (0, 1)])
    away = np.hypot(*(xy - means[labels]).T)
    order = np.lexsort((away, labels))
    return np.asarray(order[np.searchsorted(labels[order], np.arange(n))], np.int64)


def reach_of(points: ArrayLike) -> float:
    """How far a cell may reach into empty land, in metres.

    Twice the distance to the nearest neighbour that 95 of 100 points do not exceed, between
    `NEAREST` and `FARTHEST`; `ALONE` for a single point.

    Parameters
    ----------
    points : (n, 2) float
        Metres, distinct.
    """
    xy = np.asarray(points, np.float64).reshape(-1, 2)
    if len(xy) < 2:
        return ALONE
    sites = shapely.points(xy)
    _pairs, away = shapely.STRtree(sites).query_nearest(
        sites, exclusive=True, all_matches=False, return_distance=True
    )
    return float(np.clip(2 * np.percentile(away, _USUAL), NEAREST, FARTHEST))


def around(points: ArrayLike, reach: float) -> shapely.Geometry:
    """All ground within reach of one of the points.

    Parameters
    ----------
    points : (n, 2) float
    reach : float
        Metres.
    """
    discs = shapely.buffer(shapely.points(np.asarray(points)), reach, quad_segs=_ROUND)
    return shapely.union_all(discs)


def cells(
    points: ArrayLike,
    regions: ArrayLike,
    region_of: ArrayLike | None = None,
    progress: Progress = silent,
) -> Objects:
    """Voronoi cells of the points of each region, cut at its outline: a clean coverage.

    The cells of a region tile it. A piece of a cell without its point, such as the far bank of a
    bay, goes to the neighbour on land with the longest common border; islands stay.

    Parameters
    ----------
    points : (n, 2) float64
        Metres, distinct.
    regions : (k,) object array of valid (Multi)Polygons
        Apart from each other but for common borders.
    region_of : (n,) int, optional
        Region of each point; by default all belong to the first.
    progress : callable

    Returns
    -------
    (n,) object array
        (Multi)Polygon, None for a point whose cell has no part of its region.
    """
    xy = np.asarray(points, np.float64).reshape(-1, 2)
    shapes = np.asarray(regions, object).ravel()
    owner = np.zeros(len(xy), np.int64) if region_of is None else np.asarray(region_of, np.int64)
    out = np.full(len(xy), None, object)
    text = _("Drawing areas around the points")
    for k, region in enumerate(shapes):
        progress(0.6 * k / len(shapes), text)
        rows = np.flatnonzero(owner == k)
        if len(rows):
            out[rows] = _cells_in(xy[rows], region, part(progress, 0.6 * k / len(shapes), 0.6))
    progress(0.6, _("Matching the borders"))
    matched = coverage_of(out, snapping_distance=MATCHED)
    progress(1.0, "")
    return matched


def _cells_in(xy: Floats, region: shapely.Geometry, progress: Progress) -> Objects:
    whole = _unbounded(xy, region)
    progress(0.2, _("Drawing areas around the points"))
    shapely.prepare(region)
    crossing = np.flatnonzero(~shapely.contains_properly(region, whole))
    whole[crossing] = _clipped(whole[crossing], region)
    progress(0.8, _("Drawing areas around the points"))
    return _rejoined(xy, whole)


def _clipped(shapes: Objects, region: shapely.Geometry) -> Objects:
    """Parts of the shapes in the region; those inside one tile meet that part of it only."""
    out = shapes.copy()
    k = int(np.clip(np.sqrt(shapely.get_num_coordinates(region) / _PER_TILE), 1, _MOST_TILES))
    x0, y0, x1, y1 = shapely.bounds(region)
    side = np.array([x1 - x0, y1 - y0]) / k
    boxes = shapely.bounds(shapes)
    first = np.clip(np.floor((boxes[:, :2] - (x0, y0)) / side), 0, k - 1)
    last = np.clip(np.floor((boxes[:, 2:] - (x0, y0)) / side), 0, k - 1)
    tile = np.where((first == last).all(axis=1), first[:, 0] * k + first[:, 1], -1)
    for one in np.unique(tile).astype(int).tolist():
        rows = np.flatnonzero(tile == one)
        out[rows] = shapely.intersection(shapes[rows], _tile(region, one, k))
    return out


def _tile(region: shapely.Geometry, tile: int, k: int) -> shapely.Geometry:
    """The region around one of k x k tiles, the whole for -1; edge tiles reach beyond its box."""
    if tile < 0 or k == 1:
        return region
    x0, y0, x1, y1 = shapely.bounds(region)
    wide, high = (x1 - x0) / k, (y1 - y0) / k
    column, row = divmod(tile, k)
    left, low = x0 + column * wide, y0 + row * high
    part = shapely.clip_by_rect(region, left - wide, low - high, left + 2 * wide, low + 2 * high)
    return part if part.is_valid else shapely.make_valid(part)


def _unbounded(xy: Floats, region: shapely.Geometry) -> Objects:
    """Cells that cover the box of the region and more."""
    sides = np.array(shapely.bounds(region))
    low, high = np.fmin(sides[:2], xy.min(axis=0)), np.fmax(sides[2:], xy.max(axis=0))
    margin = 1.0 + 0.01 * float((high - low).max())
    frame = shapely.box(*(low - margin), *(high + margin))
    if len(xy) == 1:
        return np.array([frame], object)
    found = shapely.voronoi_polygons(shapely.multipoints(xy), extend_to=frame, ordered=True)
    return np.asarray(shapely.get_parts(found), object)


def _rejoined(xy: Floats, clipped: Objects) -> Objects:
    """Cells in one piece each where that is possible; None for nothing left."""
    pieces, owner = shapely.get_parts(clipped, return_index=True)
    is_area = (shapely.get_dimensions(pieces) == 2) & (shapely.area(pieces) > _LEAST)
    pieces, owner = pieces[is_area], owner[is_area]
    main = _main_pieces(xy, pieces, owner)
    stray = np.flatnonzero(~main)
    if len(stray):
        owner = owner.copy()
        owner[stray] = _adopted(pieces, owner, stray, np.flatnonzero(main))
    return _grouped(pieces, owner, len(xy))


def _main_pieces(xy: Floats, pieces: Objects, owner: Int64s) -> np.ndarray:
    """Which piece of each cell holds its point, or comes nearest to it."""
    away = shapely.distance(pieces, shapely.points(xy[owner]))
    order = np.lexsort((-shapely.area(pieces), away, owner))
    first = np.unique(owner[order], return_index=True)[1]
    out = np.zeros(len(pieces), bool)
    out[order[first]] = True
    return out


def _adopted(pieces: Objects, owner: Int64s, stray: Int64s, main: Int64s) -> Int64s:
    """Cell with which each stray piece has the longest border, its own where there is none."""
    asked, found = shapely.STRtree(pieces[main]).query(
        pieces[stray], predicate="dwithin", distance=MATCHED
    )
    near = pieces[stray[asked]], pieces[main[found]]
    lengths = shapely.length(shapely.intersection(shapely.boundary(near[0]), near[1]))
    order = np.lexsort((-lengths, asked))
    order = order[lengths[order] > MATCHED]
    which, first = np.unique(asked[order], return_index=True)
    out = owner[stray].copy()
    out[which] = owner[main[found[order[first]]]]
    return np.asarray(out, np.int64)


def _grouped(pieces: Objects, owner: Int64s, n: int) -> Objects:
    """One (Multi)Polygon of the pieces of each owner."""
    out = np.full(n, None, object)
    order = np.argsort(owner, kind="stable")
    owners, starts, counts = np.unique(owner[order], return_index=True, return_counts=True)
    single = counts == 1
    out[owners[single]] = pieces[order[starts[single]]]
    for k in np.flatnonzero(~single):
        out[owners[k]] = shapely.union_all(pieces[order[starts[k] : starts[k] + counts[k]]])
    return out
