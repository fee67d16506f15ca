"""The way from nothing: start, annealing, and what is still outside its band once more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from terradesk.arcs.jit import Int32s
from terradesk.builder.annealing import Heat, anneal
from terradesk.builder.clock import Clock, Work
from terradesk.builder.energies import Costs, key
from terradesk.builder.repairing import repair
from terradesk.builder.starting import start


def from_nothing(work: Work, clock: Clock, seed: int, costs: Costs) -> Int32s:
    """Territories without regard to the present ones, but for what the costs keep.

    Parameters
    ----------
    work : Work
    clock : Clock
    seed : int
    costs : Costs

    Returns
    -------
    ndarray of int32, shape (n,)

    Raises
    ------
    Stopped
        By the clock, which then holds the best so far.
    """
    labels = start(work, seed)
    if not work.options.seeds_hold:
        work = _without_seeds(work)
    clock.offer(labels, (1.0, *key(work, labels, costs)))
    moves = 5.2e6 * work.options.effort
    clock.expect(moves)
    anneal(work, labels, Heat(moves, 0.5, 0.07, 4.0, 60.0), clock, seed, costs)
    return labels


def _without_seeds(work: Work) -> Work:
    """The same with all centres free, once territories have begun at their seeds."""
    return replace(
        work, problem=replace(work.problem, seeds=np.full_like(work.problem.seeds, np.nan))
    )


def from_baseline(work: Work, clock: Clock, seed: int, costs: Costs) -> Int32s:
    """Improve the present territories.

    Parameters
    ----------
    work, clock, seed, costs
        As in `from_nothing`.
    """
    labels = repair(work, np.array(work.problem.baseline))
    clock.offer(labels, (1.0, *key(work, labels, costs)))
    moves = 2e6 * work.options.effort
    clock.expect(moves)
    anneal(work, labels, Heat(moves, 0.25, 0.02, 10.0, 100.0), clock, seed, costs)
    return labels
