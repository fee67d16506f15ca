"""Rebalancing what there is: into tolerance with few changes, then as good as keeping allows.

The present map is made whole first: gaps are filled, territories without units get some out of
their neighbours, and where territories must hang together each small piece goes to a neighbour,
which is cheaper than a corridor to it in all but made-up cases. Annealing then starts from there,
every unit that leaves its territory costing as much as `Options.keep` says; what stays out of
tolerance is rebuilt locally.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from terradesk.arcs.jit import Int32s
from terradesk.builder.clock import Clock, Work
from terradesk.builder.engine.annealing import Heat, anneal
from terradesk.builder.engine.energies import Costs, key, make_costs
from terradesk.builder.engine.groups import excess
from terradesk.builder.engine.growing import claim, plant, spread_out
from terradesk.builder.engine.recombining import recombine
from terradesk.builder.engine.repairing import repair

_PER_UNIT, _MOST, _BEYOND = 480, 1_500_000, 60
"""Moves: so many per unit up to a number, fewer per unit from there."""

_MIX = (0.5, 0.3)
_SETTLED = 0.999  # of keep: nothing moves that need not
_LOOSENED = 0.1  # of the cost of moving, when there is no other way
_MENDED = 2  # times that a map is mended, of which the best is taken
_ENOUGH = 1e-9


def realign(work: Work, clock: Clock, seed: int) -> Int32s:
    """The baseline brought into tolerance.

    Parameters
    ----------
    work : Work
        With a baseline; ``options.keep`` says how much it counts.
    clock : Clock
    seed : int

    Returns
    -------
    ndarray of int32, shape (n,)

    Raises
    ------
    Stopped
        By the clock, which holds the best so far.
    """
    costs = make_costs(work)
    clock.expect(1.5 * n_moves(work) * work.options.starts)
    labels = present(work, clock)
    clock.offer(labels, key(work, labels, costs))
    if work.options.keep >= _SETTLED and excess(work, labels) <= _ENOUGH:
        return labels
    return improve(work, labels, clock, seed, costs)


def n_moves(work: Work) -> int:
    """Moves that one annealing of a problem tries."""
    n = work.problem.n_units
    first = min(_PER_UNIT * n, _MOST)
    return int(work.options.effort * (first + _BEYOND * max(0, n - _MOST // _PER_UNIT)))


def present(work: Work, clock: Clock) -> Int32s:
    """The baseline made whole: nobody unassigned, nothing empty, locks kept, every piece one.

    Parameters
    ----------
    work : Work
    clock : Clock
    """
    problem = work.problem
    labels = np.array(problem.baseline)
    may = problem.allowed[problem.allowed_class, np.maximum(labels, 0)]
    labels[~may] = -1
    held = problem.fixed != -1
    labels[held] = np.maximum(problem.fixed[held], -1)
    labels[work.bands.oversize] = work.bands.homes
    planted = np.flatnonzero(np.bincount(labels[labels >= 0], minlength=problem.n_territories) == 0)
    small = _small(work, labels)
    plant(work, labels, clock, np.ones(problem.n_units, np.bool_))
    spread_out(work, labels, clock)
    labels = repair(work, labels)
    for new in sorted({*planted.tolist(), *small.tolist()}):
        claim(work, labels, new, clock)
    return labels


def _small(work: Work, labels: Int32s) -> Int32s:
    """Territories that have a few units and a small part of their target: seedlings."""
    problem = work.problem
    held = labels >= 0
    total = np.bincount(labels[held], problem.activities[held, 0], problem.n_territories)
    is_small = total + problem.fixed_load[:, 0] < 0.25 * work.bands.targets[:, 0]
    return np.flatnonzero(is_small & ~work.bands.exempt[:, 0]).astype(np.int32)


def improve(
    work: Work,
    labels: Int32s,
    clock: Clock,
    seed: int,
    costs: Costs,
    warmth: float = 0.25,
    tries: int = 400,
    loose_runs: int = 2,
) -> Int32s:
    """Anneal from a whole map, rebuild what is out, and settle.

    Parameters
    ----------
    work : Work
    labels : ndarray of int32, shape (n,)
        Changed.
    clock : Clock
    seed : int
    costs : Costs
    warmth : float
        Temperature to start from, see `annealing.Heat`.
    tries : int
        Groups rebuilt at most, see `recombining.recombine`.
    loose_runs : int
        How often, when that is not enough, keeping is let go of for a while.

    Returns
    -------
    ndarray of int32, shape (n,)
        The best seen.

    Raises
    ------
    Stopped
        By the clock, which holds the best so far.
    """
    moves = n_moves(work)
    heat = Heat(moves=moves, hot=warmth, cold=0.02, lam0=20.0, lam1=400.0, mix=_MIX)
    anneal(work, labels, heat, clock, seed, costs)
    if excess(work, labels) <= _ENOUGH:
        return _noted(work, labels, clock, costs)
    found = []
    for again in range(_MENDED):
        trial = labels.copy()
        _mend(work, trial, clock, seed + 100 * again, costs, tries)
        found.append(_noted(work, trial, clock, costs))
        if excess(work, trial) > _ENOUGH:
            break
    best = _better(work, costs, *found)
    for run in range(1, loose_runs + 1):
        if excess(work, best) <= _ENOUGH:
            break
        trial = best.copy()
        _loosen(work, trial, clock, seed + 1000 * run, costs)
        _mend(work, trial, clock, seed + 1000 * run, costs, tries)
        trial = _noted(work, trial, clock, costs)
        best = _better(work, costs, best, trial)
    return best


def _better(work: Work, costs: Costs, *found: Int32s) -> Int32s:
    return min(found, key=lambda one: (round(excess(work, one), 9), key(work, one, costs)))


def _noted(work: Work, labels: Int32s, clock: Clock, costs: Costs) -> Int32s:
    clock.offer(labels, key(work, labels, costs))
    return labels


def _mend(work: Work, labels: Int32s, clock: Clock, seed: int, costs: Costs, tries: int) -> None:
    """Rebuild groups round what is out, then take back what need not have moved."""
    before = labels.copy()
    fewer = max(20, round(tries * min(1.0, work.options.effort)))
    recombine(work, labels, clock, seed, fewer, costs)
    if (before != labels).any():
        moves = n_moves(work) // 3
        heat = Heat(moves, hot=0.1, cold=0.02, lam0=400.0, lam1=1000.0, mix=_MIX, strict=0.0)
        anneal(work, labels, heat, clock, seed + 1, costs)


def _loosen(work: Work, labels: Int32s, clock: Clock, seed: int, costs: Costs) -> None:
    """Let surplus diffuse through the whole map while keeping counts little."""
    eased = replace(costs, moved=_LOOSENED * costs.moved)
    heat = Heat(n_moves(work), hot=0.6, cold=0.02, lam0=20.0, lam1=400.0, spread=0.1, mix=_MIX)
    anneal(work, labels, heat, clock, seed, eased)
