"""A plan's units as the builder sees them: their places, sizes and neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from terradesk import records as rec
from terradesk.arcs.jit import Bools, Bytes, Floats, Int32s, Int64s
from terradesk.arcs.model import Arcs
from terradesk.builder.problem import BARRIER, CORNER, SHARED, WATER
from terradesk.measures.shapes import water_links
from terradesk.plan import Plan

_CM_PER_KM, _M_PER_KM = 1e5, 1e3


@dataclass(frozen=True, slots=True, eq=False)
class Terrain:
    """All units of a plan; rows are unit rows.

    Parameters
    ----------
    xy : ndarray of float64, shape (n_units, 2)
        km in the plan's CRS; NaN for a unit without any place.
    edges, borders, kinds : ndarray, shapes (e, 2), (e,), (e,)
        As in `Problem`: int32, km, uint8.
    areas, perimeters : ndarray of float64, shape (n_units,)
        km2, km; nominal where no unit has an area.
    """

    xy: Floats
    edges: Int32s
    borders: Floats
    kinds: Bytes
    areas: Floats
    perimeters: Floats


def terrain(plan: Plan, has_barriers: bool = True) -> Terrain:
    """Places and neighbours of the units that are present.

    A unit without area lies amid its accounts; without those, at its imported point. Where no
    unit has an area, neighbours are those of the Delaunay triangulation.

    Parameters
    ----------
    plan : Plan
    has_barriers : bool
        Whether borders marked as barriers are such.
    """
    n, arcs = len(plan.units), plan.arcs
    has_area = bool(arcs is not None and arcs.areas.any())
    if arcs is not None and has_area:
        xy = (arcs.centres / 100 + np.array(arcs.origin)) / _M_PER_KM
        known = _known_edges(arcs)
        areas, perimeters = arcs.areas / 1e6, arcs.perimeters / _M_PER_KM
    else:
        xy, areas, perimeters = np.full((n, 2), np.nan), np.ones(n), np.zeros(n)
        known = _Edges.none()
    xy = _placed(plan, xy)
    if not has_area:
        known = _triangulated(xy, plan.units_present)
        perimeters = np.bincount(known.pairs.ravel(), minlength=n).astype(np.float64)
    known = _linked(known, water_links(plan), n)
    if has_barriers:
        known.kinds[np.isin(_keys(known.pairs, n), _keys(barriers(plan), n))] = BARRIER
    return Terrain(xy, known.pairs, known.borders, known.kinds, areas, perimeters)


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    pairs: Int32s  # lower unit first
    borders: Floats
    kinds: Bytes

    @classmethod
    def none(cls) -> _Edges:
        return cls(np.empty((0, 2), np.int32), np.empty(0), np.empty(0, np.uint8))


_KNOWN: WeakKeyDictionary[Arcs, _Edges] = WeakKeyDictionary()


def _known_edges(arcs: Arcs) -> _Edges:
    """Edges of a coverage, made once for each; a copy, as kinds are changed."""
    found = _KNOWN.get(arcs)
    if found is None:
        found = _KNOWN[arcs] = _touching(arcs)
    return _Edges(found.pairs, found.borders, found.kinds.copy())


def _touching(arcs: Arcs) -> _Edges:
    """Shared borders in km, then points that units share without a border."""
    near, n = arcs.adjacency, arcs.n_units
    first = np.repeat(np.arange(n, dtype=np.int32), np.diff(near.starts))
    once = first < near.neighbours
    shared = np.column_stack((first[once], near.neighbours[once])).astype(np.int32)
    met = _corners(arcs)
    met = met[~np.isin(_keys(met, n), _keys(shared, n))]
    kinds = np.repeat(np.array([SHARED, CORNER], np.uint8), [len(shared), len(met)])
    borders = np.concatenate((near.lengths[once] / _M_PER_KM, np.zeros(len(met))))
    return _Edges(np.concatenate((shared, met)), borders, kinds)


def _corners(arcs: Arcs) -> Int32s:
    """Pairs of units that meet where arcs end, border or not: (c, 2), lower first."""
    n = arcs.n_units
    ends = np.concatenate((arcs.xy[arcs.offsets[:-1]], arcs.xy[arcs.offsets[1:] - 1]))
    codes = (ends[:, 0].astype(np.int64) << 32) + (ends[:, 1].astype(np.int64) + 2**31)
    _places, point = np.unique(codes, return_inverse=True)
    point = np.tile(point, 2)
    unit = np.concatenate((np.tile(arcs.left, 2), np.tile(arcs.right, 2))).astype(np.int64)
    at = np.unique(point[unit >= 0] * n + unit[unit >= 0])
    point, unit = at // max(n, 1), at % max(n, 1)
    found = []
    for step in range(1, int(np.bincount(point).max(initial=1))):
        same = point[step:] == point[:-step]
        found.append(unit[:-step][same] * n + unit[step:][same])
    keys = np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)
    return np.column_stack(np.divmod(keys, max(n, 1))).astype(np.int32)


def _keys(pairs: Int32s, n: int) -> Int64s:
    """One number per pair, whichever way round it is."""
    low, high = pairs.min(axis=1, initial=n), pairs.max(axis=1, initial=-1)
    return low.astype(np.int64) * n + high


def _linked(known: _Edges, links: Int32s, n: int) -> _Edges:
    """With water links, which also take the place of corners."""
    links = np.sort(links[links[:, 0] != links[:, 1]], axis=1)
    links = np.unique(links, axis=0)
    is_link = np.isin(_keys(known.pairs, n), _keys(links, n))
    known.kinds[is_link & (known.kinds == CORNER)] = WATER
    new = links[~np.isin(_keys(links, n), _keys(known.pairs, n))].astype(np.int32)
    return _Edges(
        np.concatenate((known.pairs, new)),
        np.concatenate((known.borders, np.zeros(len(new)))),
        np.concatenate((known.kinds, np.full(len(new), WATER, np.uint8))),
    )


def barriers(plan: Plan) -> Int32s:
    """(k, 2) int32 pairs of units whose border no territory may cross."""
    n = len(plan.units)
    pairs = [(b.unit_a, b.unit_b) for b in plan.rows(rec.Barrier)]
    pairs = [p for p in pairs if min(p) >= 0 and max(p) < n and p[0] != p[1]]
    return np.array(pairs, np.int32).reshape(-1, 2)


def _placed(plan: Plan, xy: Floats) -> Floats:
    """Units without a centre get one from their accounts, else from their imported point."""
    lost = plan.units_present & ~np.isfinite(xy).all(axis=1)
    if not lost.any():
        return xy
    out = xy.copy()
    middles = _account_middles(plan)
    out[lost] = middles[lost]
    lost &= ~np.isfinite(out).all(axis=1)
    if lost.any():
        out[lost] = _imported(plan, np.flatnonzero(lost))
    return out


def _account_middles(plan: Plan) -> Floats:
    """(n_units, 2) km: mean place of the accounts of each unit, NaN without any."""
    accounts, n = plan.accounts, len(plan.units)
    has = plan.accounts_present & (accounts.unit >= 0) & np.isfinite(accounts.x + accounts.y)
    unit = accounts.unit[has]
    count = np.bincount(unit, minlength=n).astype(np.float64)
    count[count == 0] = np.nan
    sums = [np.bincount(unit, v[has], n) for v in (accounts.x, accounts.y)]
    return np.column_stack(sums) / count[:, None] / _M_PER_KM


def _imported(plan: Plan, rows: Int64s) -> Floats:
    """(k, 2) km: points as they were imported, NaN where the source is gone or empty."""
    out = np.full((len(rows), 2), np.nan)
    if plan.units.source is None:
        return out
    import shapely

    from terradesk.projection import to_plan

    shapes = shapely.from_wkb(plan.units.source[rows], on_invalid="ignore")
    middles = shapely.centroid(shapes)
    points = np.column_stack((shapely.get_x(middles), shapely.get_y(middles)))
    has = np.isfinite(points).all(axis=1)
    if has.any():
        out[has] = to_plan(points[has], plan.units.source_crs, plan.crs) / _M_PER_KM
    return out


def _triangulated(xy: Floats, present: Bools) -> _Edges:
    """Neighbours of points: edges of their Delaunay triangulation; points in one place meet."""
    from terradesk.arcs.linking import delaunay_edges

    rows = np.flatnonzero(present & np.isfinite(xy).all(axis=1))
    places, first, inverse = np.unique(xy[rows], axis=0, return_index=True, return_inverse=True)
    inverse = inverse.ravel()
    pairs = rows[first[delaunay_edges(places)]] if len(places) > 1 else np.empty((0, 2), int)
    same = np.column_stack((rows[first[inverse]], rows))
    same = same[same[:, 0] != same[:, 1]]
    both = np.unique(np.sort(np.concatenate((pairs, same)), axis=1), axis=0).astype(np.int32)
    return _Edges(both, np.ones(len(both)), np.zeros(len(both), np.uint8))
