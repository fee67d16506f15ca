"""Prices of the units under which no set is too cheap: a lower bound of every plan's moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from terradesk.arcs.jit import Floats
from terradesk.builder.exact.covering import Pool, Prices, boxed_prices, first_prices
from terradesk.builder.exact.kinds import Case
from terradesk.builder.exact.pricing import priced

_NEAR, _STALLED = 3e-4, 2e-3
_KEPT = 8
_PATIENCE = 10
_FIRST_STEPS = 20_000
_WIDTH = 0.3

Tick = Callable[[], None]


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """What column generation found.

    Parameters
    ----------
    prices : Prices
        The best found; no set's reduced cost is negative.
    value : float
        Proven: no plan has a smaller moment; inf: there is none.
    pool : Pool
        Sets met on the way.
    """

    prices: Prices
    value: float
    pool: Pool


def bound(case: Case, pool: Pool, tick: Tick, has_time: Callable[[], bool]) -> Bound:
    """Lower bound by column generation over connected sets within their bands.

    The master programme is kept near the best prices so far; each set's pricing is exact unless
    its steps run out, and then bounded by its knapsack.

    Parameters
    ----------
    case : Case
    pool : Pool
        Sets known, e.g. of a plan; more are added.
    tick : callable
        Called between slices of 50 ms.
    has_time : callable
    """
    start = first_prices(case)
    if start is None:
        return Bound(Prices(np.zeros(case.n), np.zeros(0), np.inf, 1.0), np.inf, pool)
    worst = float(case.moments.max(1).sum())
    if worst <= 0:
        return Bound(replace(start, units=np.zeros(case.n), kinds=0 * case.counts), 0.0, pool)
    width = _WIDTH * max(abs(start.value), 1e-6 * worst) / case.n
    at, best, middle = start, Bound(start, -np.inf, pool), start
    steps, last, idle = _FIRST_STEPS, -np.inf, -1
    while has_time():
        value, least, new, unfinished = _generate(
            case, pool, at, steps, start.value, tick, has_time
        )
        idle += 1
        if value > best.value + _NEAR / 3 * abs(best.value):
            idle = min(idle, 0)
        if value > best.value:
            best = Bound(replace(at, kinds=least), value, pool)
        if best.value > worst * (1 + 1e-6) + 1e-300:
            return replace(best, value=np.inf)
        gap = at.value - best.value
        if idle > 0 and unfinished and gap > _NEAR * abs(at.value) and idle % _PATIENCE == 0:
            steps *= 2
        if at is not start and (gap < _NEAR * abs(at.value) or not new):
            if unfinished and not new and gap > _STALLED * abs(at.value):
                steps *= 4
            elif at.missing < 1e-7 or best.value - last <= _STALLED * abs(best.value):
                break
            else:
                last, middle, width = best.value, best.prices, 2 * width
        moved = boxed_prices(case, pool, middle, width)
        if moved is None:
            break
        at = moved
    return best


def _generate(
    case: Case,
    pool: Pool,
    at: Prices,
    steps: int,
    scale: float,
    tick: Tick,
    has_time: Callable[[], bool],
) -> tuple[float, Floats, int, int]:
    """Lower bound at some prices, least cost per kind, new sets, centres left unfinished."""
    new = unfinished = 0
    lowest = np.empty(len(case.bands))
    value = float(at.units.sum())
    for kind, territories in enumerate(case.territories):
        least = np.empty(case.n)
        for centre in range(case.n):
            limit = float(at.kinds[kind]) - 1e-9 * abs(scale)
            found = priced(
                case, kind, centre, at.units, limit, shrinks=True, rows=200, steps=steps,
                tick=tick, has_time=has_time,
            )  # fmt: skip
            least[centre] = found.least
            unfinished += not found.is_whole
            new += pool.add(found.sets[-_KEPT:], kind)
        lowest[kind] = least.min()
        # each territory has a centre of its own
        value += float(np.sort(least)[: len(territories)].sum())
    return value, lowest, new, unfinished
