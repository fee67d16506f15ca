"""Bands: between which values each territory is in tolerance, once targets are made fair.

A unit larger than a whole territory, or a locked territory far off its target, would make the
tolerance impossible for everybody else: such territories are exempt and the others share what is
left. The adjusted targets are shown beside those that were asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s
from terradesk.builder.problem import Problem

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """What each territory should have. Arrays (k, m).

    Parameters
    ----------
    targets : ndarray of float64
        As asked, or the fair share of what exempt territories leave.
    low, high : ndarray of float64
        In tolerance and within the hard limits. Exempt territories have no lower limit; what they
        hold for certain is their upper one, with the tolerance of their target as room on top.
    hard_low, hard_high : ndarray of float64
        Hard limits alone.
    scale : ndarray of float64
        1 / target, or 1 / mean target where the target is 0: makes violations comparable.
    exempt : ndarray of bool
        Cannot meet the tolerance of that measure whatever is done.
    oversize : ndarray of int32, shape (q,)
        Units heavier than the upper limit of every territory they may belong to.
    homes : ndarray of int32, shape (q,)
        The territory each oversize unit fills.
    """

    targets: Floats
    low: Floats
    high: Floats
    hard_low: Floats
    hard_high: Floats
    scale: Floats
    exempt: Bools
    oversize: Int32s
    homes: Int32s


def make_bands(problem: Problem) -> Bands:
    """Fair targets and bands of a problem.

    Targets that add up to the whole are shares: what an exempt territory has more or less than
    its own is shared by the others in proportion. Targets that do not are kept as they are.
    """
    targets = problem.targets.copy()
    exempt = np.zeros(targets.shape, bool)
    values = np.zeros(targets.shape)
    frozen = _frozen(problem, values, exempt)
    oversize: dict[int, int] = {}
    for _round in range(problem.n_territories + 1):
        targets = _shared(problem, exempt, values)
        grown = _grow(problem, targets, exempt, values, oversize, frozen)
        if not grown:
            break
    low, high = _around(problem, targets, exempt)
    low, high = np.maximum(low, problem.minimum), np.minimum(high, problem.maximum)
    most = _certain(problem, oversize) + targets * problem.tolerances
    low[exempt], high[exempt] = -np.inf, np.maximum(high, most)[exempt]
    mean = np.maximum(targets.mean(0), _ROUNDING)
    rows = sorted(oversize)
    return Bands(
        targets=targets,
        low=np.minimum(low, high),
        high=high,
        hard_low=problem.minimum,
        hard_high=problem.maximum,
        scale=1 / np.where(targets > 0, targets, mean),
        exempt=exempt,
        oversize=np.array(rows, np.int32),
        homes=np.array([oversize[r] for r in rows], np.int32),
    )


def _frozen(problem: Problem, values: Floats, exempt: Bools) -> Bools:
    """(k,) territories that no unit can join or leave: what they have is what they keep."""
    k = problem.n_territories
    used = np.unique(problem.allowed_class)
    free = problem.allowed[used].sum(1) > 1
    is_open = problem.allowed[used[free]].any(0) if free.any() else np.zeros(k, bool)
    frozen = ~is_open
    owned = problem.fixed >= 0
    rows = np.flatnonzero(owned)
    for m in range(problem.n_measures):
        own = np.bincount(problem.fixed[rows], problem.activities[rows, m], k)
        values[:, m] = own + problem.fixed_load[:, m]
        limit = problem.targets[:, m] * problem.tolerances[m] + _ROUNDING
        is_off = np.abs(values[:, m] - problem.targets[:, m]) > limit
        exempt[:, m] = frozen & is_off
        over = problem.targets[:, m] * (1 + problem.tolerances[m]) + _ROUNDING
        exempt[:, m] |= values[:, m] > over  # locks and named accounts alone are too much
    return frozen


def _around(problem: Problem, targets: Floats, exempt: Bools) -> tuple[Floats, Floats]:
    """Tolerance around the fair targets; around those that were asked as well where both fit.

    Planners see deviations from what they asked: a band round the fair target alone would call
    in tolerance what their list calls out. Both fit where half the tolerance is left on each side.
    """
    share = problem.tolerances
    low, high = targets * (1 - share), targets * (1 + share)
    both_low = np.maximum(low, problem.targets * (1 - share))
    both_high = np.minimum(high, problem.targets * (1 + share))
    is_wide = (both_low <= targets * (1 - share / 2)) & (both_high >= targets * (1 + share / 2))
    for m in np.flatnonzero((is_wide | exempt).all(0)):
        low[:, m], high[:, m] = both_low[:, m], both_high[:, m]
    return low, high


def _certain(problem: Problem, oversize: dict[int, int]) -> Floats:
    """(k, m) fixed load, locked units, and oversize units in their homes."""
    held = problem.fixed.copy()
    for unit, home in oversize.items():
        held[unit] = home
    rows = np.flatnonzero(held >= 0)
    values = problem.fixed_load.copy()
    for m in range(problem.n_measures):
        values[:, m] += np.bincount(held[rows], problem.activities[rows, m], problem.n_territories)
    return values


def _shared(problem: Problem, exempt: Bools, values: Floats) -> Floats:
    targets = problem.targets.copy()
    for m in range(problem.n_measures):
        out = exempt[:, m]
        total = problem.activities[:, m].sum() + problem.fixed_load[:, m].sum()
        asked, left = targets[:, m].sum(), targets[~out, m].sum()
        is_share = abs(asked - total) <= 1e-6 * max(total, _ROUNDING)
        if out.any() and is_share and left > 0:
            targets[~out, m] *= max(0.0, total - values[out, m].sum()) / left
    return targets


def _grow(
    problem: Problem,
    targets: Floats,
    exempt: Bools,
    values: Floats,
    oversize: dict[int, int],
    frozen: Bools,
) -> bool:
    """Give oversize units a territory each; True when some were found."""
    k = problem.n_territories
    found = False
    for m in range(problem.n_measures):
        room = np.where(exempt[:, m] | frozen, -np.inf, targets[:, m] * (1 + problem.tolerances[m]))
        most = room.max() if len(room) else 0.0
        heavy = np.flatnonzero(problem.activities[:, m] > max(most, 0.0) + _ROUNDING)
        heavy = heavy[problem.fixed[heavy] == -1]
        for unit in heavy[np.argsort(-problem.activities[heavy, m], kind="stable")].tolist():
            taken = set(oversize.values())
            if unit not in oversize:
                home = _home(problem, unit, exempt[:, m] | frozen, taken)
                if home < 0 or len(taken) >= k - 1:
                    continue
                oversize[unit] = home
            home = oversize[unit]
            if not exempt[home, m]:
                exempt[home, m] = True
                mates = [u for u, h in oversize.items() if h == home]
                values[home, m] = problem.activities[mates, m].sum() + problem.fixed_load[home, m]
                found = True
    return found


def _home(problem: Problem, unit: int, closed: Bools, taken: set[int]) -> int:
    """Territory of an oversize unit: its present one, else one beside it that may have it."""
    may = problem.allowed[problem.allowed_class[unit]]
    present = int(problem.baseline[unit])
    if present >= 0 and may[present]:
        return present
    open_ones = [t for t in np.flatnonzero(may & ~closed).tolist() if t not in taken]
    if not open_ones:
        return -1
    sides = problem.edges[(problem.edges == unit).any(axis=1)]
    beside = set(problem.baseline[sides].ravel().tolist())
    open_ones = [t for t in open_ones if t in beside] or open_ones
    weight = problem.targets[open_ones, 0]
    return int(open_ones[int(weight.argmax())])
