"""Caps on what changes hands that are smaller than what must move."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from terradesk.arcs.jit import Bools, Floats
from terradesk.builder.bands import Bands
from terradesk.builder.problem import Problem
from terradesk.builder.why.findings import Finding, Remedy, rows

_ROUNDING = 1e-9


def find_handovers(problem: Problem, bands: Bands) -> list[Finding]:
    """Caps on what changes hands that are smaller than what must move."""
    if not problem.has_baseline or np.isinf(problem.handover_caps).all():
        return []
    found = []
    held = _baseline_values(problem)
    for t in range(problem.n_territories):
        own = np.flatnonzero(problem.baseline == t)
        may = problem.allowed[problem.allowed_class, t]
        for h in np.flatnonzero(np.isfinite(problem.handover_caps[t])).tolist():
            cap = float(problem.handover_caps[t, h])
            out = _must_hand_over(problem, bands, held, t, h, own, may)
            into = _must_take_over(problem, bands, held, t, h, own, may)
            for kind, need in (("handover", out), ("takeover", into)):
                if need > cap + _ROUNDING * max(1.0, cap):
                    remedy = Remedy("cap", need, h, t)
                    found.append(
                        Finding(kind, rows(own), rows(t), h, need, cap,
                                remedies=(remedy,))
                    )  # fmt: skip
    return found


def _baseline_values(problem: Problem) -> Floats:
    had = np.flatnonzero(problem.baseline >= 0)
    values = problem.fixed_load.copy()
    for m in range(problem.n_measures):
        values[:, m] += np.bincount(
            problem.baseline[had], problem.activities[had, m], problem.n_territories
        )
    return values


def _must_hand_over(
    problem: Problem, bands: Bands, held: Floats, t: int, h: int, own: Any, may: Bools
) -> float:
    """Least that leaves: units that may not stay, or the cheapest that brings it down in band."""
    leaves = own[~may[own]]
    need = float(problem.handover[leaves, h].sum())
    movable = own[problem.fixed[own] != t]
    for m in range(problem.n_measures):
        surplus = float(held[t, m] - bands.high[t, m])
        need = max(need, _cheapest(problem, movable, m, h, surplus))
    return need


def _must_take_over(
    problem: Problem, bands: Bands, held: Floats, t: int, h: int, own: Any, may: Bools
) -> float:
    """Least that comes from others; what nobody had costs nothing."""
    need = 0.0
    others = np.flatnonzero(may & (problem.baseline != t) & (problem.baseline >= 0))
    nobodys = may & (problem.baseline < 0)
    for m in range(problem.n_measures):
        lacking = float(bands.low[t, m] - held[t, m] - problem.activities[nobodys, m].sum())
        need = max(need, _cheapest(problem, others, m, h, lacking))
    return need


def _cheapest(problem: Problem, units: Any, m: int, h: int, wanted: float) -> float:
    """Least handover of parts of units that sum up to what is wanted: a fractional knapsack."""
    if not 0 < wanted < math.inf or not len(units):
        return 0.0
    gain, cost = problem.activities[units, m], problem.handover[units, h]
    useful = gain > 0
    gain, cost = gain[useful], cost[useful]
    if wanted > gain.sum() or not len(gain):
        return 0.0  # cannot be done at all: said elsewhere
    order = np.argsort(cost / gain, kind="stable")
    total = np.cumsum(gain[order])
    last = int(np.searchsorted(total, wanted * (1 - _ROUNDING)))
    spent = float(cost[order[:last]].sum())
    before = float(total[last - 1]) if last else 0.0
    return spent + float(cost[order[last]] * (wanted - before) / gain[order[last]])
