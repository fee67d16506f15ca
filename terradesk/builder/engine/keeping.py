"""What counts as kept, and what need not become better than it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from terradesk.arcs.jit import Bools, Floats
from terradesk.builder.bands import Bands
from terradesk.builder.problem import Problem


def with_areas(problem: Problem, keep: float) -> Problem:
    """The problem in which every unit that has a territory counts beside what is retained.

    By population alone many thinly settled areas would change hands for nothing but shape, and
    whoever looks at the map sees all of them.

    Parameters
    ----------
    problem : Problem
    keep : float
        0 ... 1: part of the mean retention by which every unit counts more.

    Returns
    -------
    Problem
    """
    has = problem.baseline >= 0
    if keep <= 0 or not has.any():
        return problem
    mean = float(problem.retention[has].mean())
    return replace(problem, retention=problem.retention + keep * mean)


def present_values(problem: Problem) -> Floats:
    """(k, m) what territories have by now, fixed load included."""
    has = problem.baseline >= 0
    values = problem.fixed_load.copy()
    for m in range(problem.n_measures):
        own = problem.activities[has, m]
        values[:, m] += np.bincount(problem.baseline[has], own, problem.n_territories)
    return values


def were_out(problem: Problem) -> Bools:
    """(k, m) territories out of tolerance before; False for those that had nothing.

    Before, the same territories shared what they have in the proportions of their targets.
    """
    values = present_values(problem)
    has = np.bincount(problem.baseline[problem.baseline >= 0], minlength=problem.n_territories) > 0
    targets = np.maximum(problem.targets, 1e-300)
    before = targets * values[has].sum(axis=0) / np.maximum(targets[has].sum(axis=0), 1e-300)
    found: Bools = np.abs(values - before) > before * problem.tolerances + 1e-9
    return found & has[:, None]


def as_they_are(bands: Bands, problem: Problem) -> Bands:
    """Bands wide enough for what was out of them before; hard limits hold all the same.

    A territory that was out of tolerance already need not become better, but must not become
    worse.
    """
    values, was_out = present_values(problem), were_out(problem)
    low = np.where(was_out, np.minimum(bands.low, values), bands.low)
    high = np.where(was_out, np.maximum(bands.high, values), bands.high)
    return replace(
        bands,
        low=np.maximum(low, np.minimum(bands.hard_low, bands.low)),
        high=np.minimum(high, np.maximum(bands.hard_high, bands.high)),
    )


def stricter(wide: Bands, bands: Bands, where: Bools) -> Bands:
    """Wide bands, but those of some territories as they are asked."""
    here = where[:, None]
    return replace(
        wide, low=np.where(here, bands.low, wide.low), high=np.where(here, bands.high, wide.high)
    )
