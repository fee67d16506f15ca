"""Measures that come in whole steps: 96 departments cannot be shared as 4.8 each."""

from __future__ import annotations

import numpy as np

from terradesk.arcs.jit import Floats
from terradesk.builder.bands import Bands
from terradesk.builder.problem import NOWHERE, Problem
from terradesk.builder.why.findings import Finding, Remedy
from terradesk.builder.why.wholes import round_up

_FINE = 1000.0  # steps in a target above which steps do not matter
_ROUNDING = 1e-9
_HALVINGS = 50


def find_steps(problem: Problem, bands: Bands) -> tuple[list[Finding], Floats]:
    """Measures whose whole steps no plan can share out within the bands.

    Each territory has a whole number of steps (the greatest common divisor of all units), so the
    numbers that its band allows must exist, and must add up to what there is.

    Parameters
    ----------
    problem : Problem
    bands : Bands

    Returns
    -------
    list of Finding
        Kind "steps", with the size of a step as ``bound``.
    ndarray of float64, shape (m,)
        Deviation that steps force, proven.
    """
    found: list[Finding] = []
    floors = np.zeros(problem.n_measures)
    for m in range(problem.n_measures):
        step = _step(problem.activities[problem.fixed != NOWHERE, m])
        target = float(bands.targets[:, m].mean())
        if step <= 0 or target <= 0 or target > _FINE * step or bands.exempt[:, m].any():
            continue
        tolerance = float(problem.tolerances[m])
        if _fits(problem, bands, m, step, tolerance):
            continue
        floors[m] = _least(problem, bands, m, step, tolerance)
        remedies = (Remedy("tolerance", round_up(floors[m]), m),) if floors[m] < 1 else ()
        found.append(Finding("steps", measure=m, amount=floors[m], bound=step, remedies=remedies))
    return found, floors


def _step(values: Floats) -> float:
    """Greatest common divisor of whole numbers; 0 when they are not whole, or all 0."""
    whole = np.round(values)
    if not len(values) or np.abs(values - whole).max() > 0 or whole.max() > 2**53:
        return 0.0
    return float(np.gcd.reduce(whole.astype(np.int64)))


def _fits(problem: Problem, bands: Bands, m: int, step: float, tolerance: float) -> bool:
    """Whether whole numbers of steps exist for all territories that add up to what there is."""
    targets, load = bands.targets[:, m], problem.fixed_load[:, m]
    low = np.maximum(targets * (1 - tolerance), problem.minimum[:, m])
    high = np.minimum(targets * (1 + tolerance), problem.maximum[:, m])
    fewest = np.maximum(np.ceil((low - load) / step - _ROUNDING), 0)
    most = np.floor((high - load) / step + _ROUNDING)
    there = problem.activities[problem.fixed != NOWHERE, m].sum() / step
    is_between = fewest.sum() <= there + _ROUNDING and most.sum() >= there - _ROUNDING
    return bool((fewest <= most).all() and is_between)


def _least(problem: Problem, bands: Bands, m: int, step: float, tolerance: float) -> float:
    """The smallest tolerance that fits, from below; 1 when none up to that does."""
    if not _fits(problem, bands, m, step, 1.0):
        return 1.0
    low, high = tolerance, 1.0
    for _halving in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if _fits(problem, bands, m, step, middle) else (middle, high)
    return low
