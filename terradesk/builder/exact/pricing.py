"""Columns of the exact method: sets of units that are worth having at given prices of the units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s, kernel
from terradesk.builder.exact.kinds import Case
from terradesk.builder.exact.sets import (
    STEPS,
    Found,
    Items,
    cheap_sets,
    descent,
    least_costs,
    room,
)

_COARSE, _FINE = 3000, 8000


def _nothing() -> None:
    """Nobody waits."""


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True, eq=False)
class Priced:
    """Sets of one kind round one centre.

    Parameters
    ----------
    sets : ndarray of bool, shape (s, n)
    costs : ndarray of float64, shape (s,)
        Reduced, the price of the kind left out.
    is_whole : bool
        Whether nothing below the limit is missing.
    least : float
        Proven lower bound of the reduced cost of every set round this centre, the price of the
        kind left out.
    """

    sets: Bools
    costs: Floats
    is_whole: bool
    least: float


def priced(
    case: Case,
    kind: int,
    centre: int,
    prices: Floats,
    limit: float,
    *,
    shrinks: bool,
    rows: int,
    steps: int,
    is_fine: bool = False,
    tick: Callable[[], None] = _nothing,
    has_time: Callable[[], bool] = _always,
) -> Priced:
    """Sets of at most a reduced cost round a centre.

    Parameters
    ----------
    case : Case
    kind, centre : int
    prices : ndarray of float64, shape (n,)
        What covering each unit is worth.
    limit : float
        Of ``sum(moments[i, centre] - prices[i])``.
    shrinks : bool
        Look for the cheapest set only, keeping those met on the way.
    rows, steps : int
        Most sets, most steps of the search.
    is_fine : bool
        Finer cells of the knapsack: slower to make, a better bound.
    tick, has_time : callable
        Called between slices; the search ends when there is no time left.
    """
    none = np.zeros((0, case.n), np.bool_)
    band, mass = case.bands[kind], case.net.masses[:, 0]
    costs = case.moments[:, centre] - prices
    open_units = band.allowed & (case.net.masses <= band.high).all(1)
    if not open_units[centre]:
        return Priced(none, np.zeros(0), True, np.inf)
    others = np.flatnonzero(open_units & (np.arange(case.n) != centre))
    bounds = forced_bounds(costs[others], mass[others], band.low[0] - mass[centre],
                           band.high[0] - mass[centre])  # fmt: skip
    base = float(costs[centre])
    least = base + float(bounds[-1])
    if least > limit:
        return Priced(none, np.zeros(0), True, least)
    keep = others[base + bounds[:-1] <= limit + 1e-9 * (1 + abs(limit))]
    items, cells = _items(case, centre, keep, costs, band.low[0], band.high[0], is_fine)
    cheapest = base + float(items.best[0, cells])
    # Without what was dropped nothing may be left to choose: that bounds by the limit only.
    least = max(least, cheapest if len(keep) == len(others) else min(cheapest, limit))
    if cheapest > limit:
        return Priced(none, np.zeros(0), True, least)
    search, found = descent(case.n, centre, items, base, cells, limit), room(rows, case.n)
    is_whole, done = False, 0
    while not is_whole and done < steps and found.n_found[0] < rows and has_time():
        is_whole = cheap_sets(
            case.net, band, centre, items, search, found, shrinks, min(STEPS, steps - done)
        )
        done += STEPS
        tick()
    return _told(found, is_whole, least, limit, shrinks)


def _told(found: Found, is_whole: bool, least: float, limit: float, shrinks: bool) -> Priced:
    count = int(found.n_found[0])
    sets = found.sets[:count].copy()
    if is_whole and shrinks:
        least = max(least, float(found.costs[:count].min()) if count else limit)
    elif is_whole:
        least = max(least, float(found.costs[:count].min(initial=limit)))
    return Priced(sets, found.costs[:count].copy(), is_whole, least)


def _items(
    case: Case,
    centre: int,
    keep: Any,
    costs: Floats,
    low: float,
    high: float,
    is_fine: bool,
) -> tuple[Items, int]:
    """Items round a centre, and the centre's own cells."""
    mass = case.net.masses[:, 0]
    keep = keep[np.argsort(-mass[keep], kind="stable")].astype(np.int32)
    q = len(keep)
    cell = max(high, 1e-300) / (_FINE if is_fine else _COARSE)
    most = int(np.searchsorted(np.cumsum(np.sort(mass[keep])), high, side="right")) + 1
    rounding = (min(q, most) + 1) / 2 + 1
    first = int(np.floor(low / cell - rounding))
    last = int(np.ceil(high / cell + rounding))
    place = np.full(case.n, -1, np.int32)
    place[keep], place[centre] = np.arange(q), q
    starts, others = _local(case.net.starts, case.net.others, np.append(keep, centre), place)
    cells = np.rint(mass[keep] / cell).astype(np.int64)
    best = np.empty((q + 1, last + 1))
    least_costs(costs[keep], cells, first, last, best)
    made = Items(keep, np.ascontiguousarray(costs[keep]), cells, starts, others, best)
    return made, int(np.rint(mass[centre] / cell))


@kernel
def _local(starts: Int32s, others: Int32s, units: Int32s, place: Int32s) -> tuple[Int32s, Int32s]:
    """Neighbours among some units, in their new numbers."""
    new_starts = np.zeros(len(units) + 1, np.int32)
    new_others = np.empty(len(others), np.int32)
    count = 0
    for i in range(len(units)):
        for p in range(starts[units[i]], starts[units[i] + 1]):
            x = place[others[p]]
            if x >= 0:
                new_others[count] = x
                count += 1
        new_starts[i + 1] = count
    return new_starts, new_others[:count].copy()


@kernel
def forced_bounds(costs: Floats, masses: Floats, low: float, high: float) -> Floats:
    """(q + 1,) least cost of items, parts of items allowed, when each is taken whole; last: none.

    A knapsack whose mass must lie between low and high.
    """
    q = len(costs)
    ratio = np.empty(q)
    for i in range(q):
        ratio[i] = costs[i] / max(masses[i], 1e-12 * max(high, 1e-300))
    order = np.argsort(ratio)
    out = np.empty(q + 1)
    for forced in range(q + 1):
        total, mass = 0.0, 0.0
        if forced < q:
            total, mass = costs[forced], masses[forced]
        for r in range(q):
            i = order[r]
            if i == forced:
                continue
            room_left = (high if costs[i] < 0 else low) - mass
            if room_left <= 0:
                if costs[i] >= 0:
                    break
                continue
            part = 1.0 if masses[i] <= room_left else room_left / masses[i]
            total += part * costs[i]
            mass += part * masses[i]
        is_short = mass < low * (1 - 1e-9) or mass > high * (1 + 1e-9)
        out[forced] = np.inf if is_short and not (low <= 0 and mass <= high) else total
    return out
