"""What an assignment costs: outside tolerance, shape, distance, what changes hands, split states.

All terms are about 1 per territory, so that one set of weights serves any map.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from terradesk.arcs.jit import Floats, Int32s
from terradesk.builder.clock import Work
from terradesk.builder.problem import Problem

_STEEP = 4.0
_HARDER = 4.0
_MIDDLE = 0.45  # weight of distance at compactness 0.5
_SEEDED = 2.0  # times as much where centres are homes of reps
_DISTRICT = 3.0

_references: WeakKeyDictionary[Problem, float] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Costs:
    """Weights of the terms, as kernels multiply them.

    Parameters
    ----------
    inertia : float
        Per weight and km2 around the centre.
    rough : float
        Of the outline against that of a disc, per territory.
    round : float
        Of the Polsby-Popper score, per territory.
    moved : float
        Per unit of retention that leaves its territory.
    district : float
        Of each district's scatter, 0 whole, ``sqrt(p) - 1`` in p equal parts.
    """

    inertia: float
    rough: float
    round: float
    moved: float
    district: float

    def as_array(self) -> Floats:
        """(5,) in the order of the kernels."""
        return np.array([self.inertia, self.rough, self.round, self.moved, self.district])


def make_costs(work: Work) -> Costs:
    """Weights of a problem by its options.

    Sub-problems are given those of the whole, so that both call the same thing better.
    """
    problem, options = work.problem, work.options
    k = problem.n_territories
    held = problem.retention[problem.baseline >= 0].sum()
    shape = 2 * options.compactness
    keep = options.keep
    distance = _MIDDLE if np.isnan(problem.seeds).all() else _SEEDED * _MIDDLE
    return Costs(
        inertia=distance * 4 ** (1 - shape) * k / _reference(problem),
        rough=min(1.0, shape),
        round=1.25 * min(1.0, shape),
        moved=0.0 if keep == 0 or held <= 0 else 30.0 * keep**3 * k / held,
        district=_DISTRICT * options.keep_districts * k / max(1, _n_districts(problem)),
    )


def _n_districts(problem: Problem) -> int:
    return len(np.unique(problem.districts[problem.districts >= 0]))


def _reference(problem: Problem) -> float:
    """Spread that a fair map has, weight x km2: that of a weighted bisection of the units."""
    if problem not in _references:
        from terradesk.builder.engine.power import bisect

        weights = leading(problem)
        labels = bisect(problem.xy, weights, problem.n_territories, np.random.default_rng(0))
        _references[problem] = max(0.9 * spread_of(problem, labels), 1e-9)
    return _references[problem]


def leading(problem: Problem) -> Floats:
    """(n,) weight of units for centres: the first measure, or 1 each when it is 0 everywhere."""
    first = problem.activities[:, 0]
    return first if first.sum() > 0 else np.ones(len(first))


def spread_of(problem: Problem, labels: Int32s) -> float:
    """Weight x km2 around the centroid of each territory, or around its seed."""
    k = problem.n_territories
    held = labels >= 0
    rows, xy = labels[held], problem.xy[held]
    g = leading(problem)[held]
    total = np.maximum(np.bincount(rows, g, k), 1e-12)
    centres = np.stack([np.bincount(rows, g * xy[:, d], k) / total for d in (0, 1)], 1)
    seeded = ~np.isnan(problem.seeds).any(1)
    centres[seeded] = problem.seeds[seeded]
    return float((g * ((xy - centres[rows]) ** 2).sum(1)).sum())


def sums_of(problem: Problem, labels: Int32s) -> Floats:
    """(k, m) values of territories, fixed load included."""
    k = problem.n_territories
    held = labels >= 0
    found = problem.fixed_load.copy()
    for m in range(problem.n_measures):
        found[:, m] += np.bincount(labels[held], problem.activities[held, m], k)
    return found


def weights_of(problem: Problem) -> Floats:
    """(m,) weights of measures, 1 on average."""
    total = problem.weights.sum()
    return (
        problem.weights * (problem.n_measures / total)
        if total > 0
        else np.ones(len(problem.weights))
    )


def violation(work: Work, labels: Int32s) -> float:
    """How far territories lie outside their bands, hard limits and handover caps; 0 = all well."""
    problem, bands = work.problem, work.bands
    values = sums_of(problem, labels)
    soft = np.maximum(bands.low - values, values - bands.high) * bands.scale
    hard = np.maximum(bands.hard_low - values, values - bands.hard_high) * bands.scale
    found = float((_hinge(soft) * weights_of(problem)).sum() + _HARDER * _hinge(hard).sum())
    if np.isfinite(problem.handover_caps).any():
        caps = problem.handover_caps
        for handed in handed_over(problem, labels):
            over = np.maximum(handed - caps, 0.0) / np.maximum(caps, 1.0)  # 0 without a cap
            found += _HARDER * float(_hinge(over).sum())
    return found


def handed_over(problem: Problem, labels: Int32s) -> tuple[Floats, Floats]:
    """(k, h) each: what territories hand over, and what they take over."""
    k = problem.n_territories
    gone = np.flatnonzero((problem.baseline >= 0) & (labels >= 0) & (labels != problem.baseline))
    given, taken = np.zeros((2, k, problem.handover.shape[1]))
    np.add.at(given, problem.baseline[gone], problem.handover[gone])
    np.add.at(taken, labels[gone], problem.handover[gone])
    return given, taken


def energy(work: Work, labels: Int32s, costs: Costs | None = None) -> float:
    """Everything but violations: distance, shape, what moved, split districts."""
    problem = work.problem
    costs = costs or make_costs(work)
    k = problem.n_territories
    held = labels >= 0
    rows = labels[held]
    area = np.bincount(rows, problem.areas[held], k)
    rim = np.bincount(rows, problem.perimeters[held], k)
    a, b = work.graph.edges.T
    same = (labels[a] == labels[b]) & held[a]
    rim -= 2 * np.bincount(labels[a[same]], work.graph.lengths[same], k)
    disc, rim = 4 * np.pi * np.maximum(area, 1e-9), np.maximum(rim, 1e-9)
    shape = costs.rough * rim / np.sqrt(disc) - costs.round * disc / rim**2
    found = costs.inertia * spread_of(problem, labels) + shape.sum()
    gone = (problem.baseline >= 0) & (labels != problem.baseline)
    found += costs.moved * problem.retention[gone].sum()
    if costs.district > 0:
        found += costs.district * _scatter(problem, labels)
    return float(found)


def key(work: Work, labels: Int32s, costs: Costs | None = None) -> tuple[float, float]:
    """What makes one assignment better than another: violation first, then energy."""
    return round(violation(work, labels), 9), energy(work, labels, costs)


def _scatter(problem: Problem, labels: Int32s) -> float:
    known = (problem.districts >= 0) & (labels >= 0)
    pairs = problem.districts[known].astype(np.int64) * problem.n_territories + labels[known]
    found, counts = np.unique(pairs, return_counts=True)
    sizes = np.bincount(problem.districts[known])
    return float(np.sqrt(counts / sizes[found // problem.n_territories]).sum() - (sizes > 0).sum())


def _hinge(out: Floats) -> Floats:
    out = np.maximum(out, 0.0)
    return out + _STEEP * out * out
