"""Which territory is which after a build: names, reps and history stay where most of them lies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from terradesk.arcs.jit import Floats, Int32s
from terradesk.builder.bands import make_bands
from terradesk.builder.plans.preparing import Prepared
from terradesk.builder.problem import Problem, Result
from terradesk.builder.verifying import verify

_BROKEN, _WORSE, _SAME = 1e9, 1e6, 1e-6


def settle(prepared: Prepared, result: Result) -> Result:
    """The result with its territories renumbered so that as much as can be stays what it was.

    A build from nothing numbers its territories as it likes. Of all numberings that keep locks,
    start points and tolerance, the one is taken in which most of the retained measure keeps its
    territory: an assignment problem (Kuhn 1955; Crouse 2016, as SciPy solves it).

    Parameters
    ----------
    prepared : Prepared
    result : Result

    Returns
    -------
    Result
        The same one where nothing gains; else checked anew.
    """
    if prepared.options.start != "new" or prepared.problem.n_territories < 2:
        return result
    from scipy.optimize import linear_sum_assignment

    problem = prepared.problem
    cost = _cost(problem, result.assignment, prepared.options.seeds_hold)
    _labels, numbers = linear_sum_assignment(cost)
    if (numbers == np.arange(len(numbers))).all():
        return result
    held = result.assignment >= 0
    again = np.where(held, numbers[result.assignment], -1).astype(np.int32)
    figures, violations = verify(problem, prepared.options, again)
    if len(violations) > len(result.violations):
        return result
    return replace(result, assignment=again, figures=figures, violations=violations)


def _cost(problem: Problem, labels: Int32s, seeds_hold: bool) -> Floats:
    """(k, k) what it costs to call each label (row) each territory (column)."""
    k = problem.n_territories
    held = np.flatnonzero(labels >= 0)
    overlap = np.zeros((k, k))
    own = held[problem.baseline[held] >= 0]
    total = max(float(problem.retention[own].sum()), 1e-300)
    weight = problem.retention[own] / total + 1e-3 / max(len(own), 1)
    np.add.at(overlap, (labels[own], problem.baseline[own]), weight)
    cost = _WORSE * _violations(problem, labels) - overlap
    cost[_forbidden(problem, labels)] += _BROKEN
    seeded = np.isfinite(problem.seeds).all(axis=1) & seeds_hold
    apart = np.logical_or.outer(seeded, seeded)
    np.fill_diagonal(apart, False)
    cost[apart] += _BROKEN
    cost[np.arange(k), np.arange(k)] -= _SAME
    return cost


def _violations(problem: Problem, labels: Int32s) -> Floats:
    """(k, k) how far the units of each label would be outside the band of each territory."""
    bands, k = make_bands(problem), problem.n_territories
    held = labels >= 0
    out = np.zeros((k, k))
    for m in range(problem.n_measures):
        sums = np.bincount(labels[held], problem.activities[held, m], k)
        values = sums[:, None] + problem.fixed_load[:, m]
        off = np.maximum(bands.low[:, m] - values, values - bands.high[:, m])
        out += np.maximum(off, 0.0) * bands.scale[:, m]
    return np.where(out < 1e-9, 0.0, out)


def _forbidden(problem: Problem, labels: Int32s) -> np.ndarray:
    """(k, k) bool: a label holds units that may not go to a territory."""
    k, n_classes = problem.n_territories, len(problem.allowed)
    held = labels >= 0
    has = np.zeros((k, n_classes), bool)
    has[labels[held], problem.allowed_class[held]] = True
    found: np.ndarray = (has.astype(np.float32) @ (~problem.allowed).astype(np.float32)) > 0
    return found
