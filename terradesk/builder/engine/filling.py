"""Giving out what nobody has; whatever has a territory keeps it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from terradesk.arcs.jit import Int32s
from terradesk.builder.bands import make_bands
from terradesk.builder.clock import Clock, Work
from terradesk.builder.engine.annealing import Heat, anneal
from terradesk.builder.engine.energies import key, make_costs
from terradesk.builder.engine.groups import excess
from terradesk.builder.engine.growing import plant, spread_out
from terradesk.builder.engine.realigning import n_moves
from terradesk.builder.engine.recombining import recombine
from terradesk.builder.engine.repairing import repair
from terradesk.builder.problem import FREE, Problem

_ENOUGH = 1e-9
_WARMTH = 0.5
_TRIES = 120


def fill(work: Work, clock: Clock, seed: int) -> Int32s:
    """The baseline with every unassigned unit given to a territory.

    Units that have a territory stay even where it is in pieces; only what is locked elsewhere
    goes where it must. Territories grow evenly over what is free, then what was given out is
    annealed.

    Parameters
    ----------
    work : Work
        With a baseline.
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
    problem = holding(work.problem)
    held = Work(problem, work.options, work.graph, make_bands(problem))
    costs = make_costs(work)
    clock.expect(n_moves(held) * work.options.starts)
    labels = np.where(problem.fixed >= 0, problem.fixed, -1).astype(np.int32)
    is_free = problem.fixed == FREE
    if is_free.any():
        plant(held, labels, clock, is_free)
        spread_out(held, labels, clock)
    labels = repair(held, labels)
    clock.offer(labels, key(work, labels, costs))
    if is_free.any():
        heat = Heat(n_moves(held), hot=_WARMTH, cold=0.03, lam0=4.0, lam1=200.0)
        anneal(held, labels, heat, clock, seed, costs)
        if excess(held, labels) > _ENOUGH:
            recombine(held, labels, clock, seed, _TRIES, costs)
        clock.offer(labels, key(work, labels, costs))
    return labels


def holding(problem: Problem) -> Problem:
    """The problem with each unit locked to the territory it has and may have.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    Problem
    """
    k = problem.n_territories
    base = problem.baseline
    may = problem.allowed[problem.allowed_class, np.maximum(base, 0)] & (base >= 0)
    classes = np.where(may, len(problem.allowed) + base, problem.allowed_class)
    return replace(
        problem,
        allowed=np.vstack((problem.allowed, np.eye(k, dtype=np.bool_))),
        allowed_class=classes.astype(np.int32),
    )
