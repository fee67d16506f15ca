"""How much of each unit lies in each drawn territory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from terradesk.arcs.outlines import polygons
from terradesk.measures.choosing import balance_measure
from terradesk.measures.sums import account_values
from terradesk.plan import Plan

_CHUNK = 500
_SPECK = 1.0  # m2


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Parts of units that lie in drawn territories.

    Parameters
    ----------
    units, labels : ndarray of int64, shape (k,)
        Sorted by unit, then share, the largest first.
    shares : ndarray of float64, shape (k,)
        0 ... 1.
    covered : ndarray of float64, shape (n_units,)
        Part of each unit that lies in any.
    both : dict of (int, int) to float
        m2 that two territories have in common within the map.
    """

    units: np.ndarray
    labels: np.ndarray
    shares: np.ndarray
    covered: np.ndarray
    both: dict[tuple[int, int], float]


def shares(plan: Plan, shapes: np.ndarray) -> Shares:
    """Parts of the present units by area.

    Units wholly inside are found with prepared shapes; only those that a border crosses are cut,
    each shape first to the box of the unit.

    Parameters
    ----------
    plan : Plan
        With arcs.
    shapes : (n,) object array of valid (Multi)Polygons, metres in the plan's CRS
        One for each territory.
    """
    assert plan.arcs is not None
    ground = polygons(plan.arcs)
    areas = np.nan_to_num(shapely.area(ground))
    tree = shapely.STRtree(ground)
    shape_in, unit_in = tree.query(shapes, predicate="contains")
    shape_all, unit_all = tree.query(shapes, predicate="intersects")
    is_cut = ~np.isin(shape_all * len(ground) + unit_all, shape_in * len(ground) + unit_in)
    shape_cut, unit_cut = shape_all[is_cut], unit_all[is_cut]
    pieces = _pieces(shapes, ground, shape_cut, unit_cut)
    which = np.concatenate([shape_in, shape_cut])
    unit = np.concatenate([unit_in, unit_cut])
    area = np.concatenate([areas[unit_in], shapely.area(pieces)])
    cut = np.concatenate([ground[unit_in], pieces])
    real = area > np.minimum(_SPECK, 0.01 * areas[unit])
    which, unit, area, cut = which[real], unit[real], area[real], cut[real]
    both, twice = _in_common(which, unit, area, cut, len(ground))
    known = np.maximum(areas, 1e-9)
    part = np.minimum(area / known[unit], 1.0)
    covered = np.bincount(unit, area, len(ground)) - twice
    order = np.lexsort((which, -part, unit))
    return Shares(unit[order], which[order], part[order], np.clip(covered / known, 0.0, 1.0), both)


def _pieces(
    shapes: np.ndarray, ground: np.ndarray, shape: np.ndarray, unit: np.ndarray
) -> np.ndarray:
    """What each pair has in common."""
    boxes = shapely.bounds(ground)

    def chunk(start: int) -> np.ndarray:
        rows = range(start, min(start + _CHUNK, len(shape)))
        near = np.empty(len(rows), object)
        near[:] = [shapely.clip_by_rect(shapes[shape[k]], *boxes[unit[k]]) for k in rows]
        near = shapely.make_valid(near)
        with np.errstate(invalid="ignore"):
            return np.asarray(shapely.intersection(near, ground[unit[rows.start : rows.stop]]))

    found = [chunk(start) for start in range(0, len(shape), _CHUNK)]
    return np.concatenate(found) if found else np.empty(0, object)


def _in_common(
    which: np.ndarray, unit: np.ndarray, area: np.ndarray, cut: np.ndarray, n_units: int
) -> tuple[dict[tuple[int, int], float], np.ndarray]:
    """m2 that pairs of territories have in common, and that is counted twice in each unit."""
    order = np.argsort(unit, kind="stable")
    several = np.bincount(unit, minlength=n_units)[unit[order]] > 1
    order = order[several]
    both: dict[tuple[int, int], float] = {}
    twice = np.zeros(n_units)
    if not len(order):
        return both, twice
    starts = np.flatnonzero(np.diff(unit[order], prepend=-1))
    first, second = [], []
    for rows in np.split(order, starts[1:]):
        for k, row in enumerate(rows.tolist()):
            for other in rows[k + 1 :].tolist():
                first.append(row)
                second.append(other)
    a, b = np.array(first, np.int64), np.array(second, np.int64)
    common = shapely.area(shapely.intersection(cut[a], cut[b]))
    for row, other, size in zip(a.tolist(), b.tolist(), common.tolist(), strict=True):
        if size > _SPECK:
            twice[unit[row]] += size
            pair = sorted((int(which[row]), int(which[other])))
            key = pair[0], pair[1]
            both[key] = both.get(key, 0.0) + size
    return both, twice


def by_accounts(plan: Plan, found: Shares, shapes: np.ndarray) -> Shares:
    """The shares by what the accounts of a unit carry, in units that have any.

    By the balance measure where that belongs to accounts, else by their number.
    """
    accounts = plan.accounts
    rows = np.flatnonzero(plan.accounts_present & (accounts.unit >= 0) & np.isfinite(accounts.x))
    measure = balance_measure(plan)
    values = np.ones(len(rows))
    if measure is not None and measure.source == "accounts":
        values = np.maximum(account_values(plan, measure, rows), 0.0)
    tree = shapely.STRtree(shapely.points(accounts.x[rows], accounts.y[rows]))
    shape, point = tree.query(shapes, predicate="intersects")
    n = len(shapes)
    whole = np.bincount(accounts.unit[rows], values, len(plan.units))
    keys, inverse = np.unique(
        accounts.unit[rows][point].astype(np.int64) * n + shape, return_inverse=True
    )
    sums = np.bincount(inverse, values[point], len(keys))
    units, of = np.divmod(keys, n)
    told = whole[units] > 0
    units, of, part = units[told], of[told], sums[told] / whole[units[told]]
    rest = ~np.isin(found.units, units)
    units = np.concatenate([units, found.units[rest]])
    of = np.concatenate([of, found.labels[rest]])
    part = np.concatenate([part, found.shares[rest]])
    order = np.lexsort((of, -part, units))
    covered = found.covered.copy()
    sure = np.unique(units[: int(told.sum())])
    covered[sure] = np.minimum(np.bincount(units, part, len(plan.units))[sure], 1.0)
    return Shares(units[order], of[order], part[order], covered, found.both)
