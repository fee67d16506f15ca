"""Wishes that contradict each other before the map is looked at: locks, loads, sums, limits."""

from __future__ import annotations

import math

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s
from terradesk.builder.bands import Bands
from terradesk.builder.graph import Graph, parts_of
from terradesk.builder.problem import NOWHERE, Options, Problem
from terradesk.builder.why.findings import Finding, Remedy, rows
from terradesk.builder.why.wholes import links_to_others, round_up

_ROUNDING = 1e-9
_LEAST_KEPT = 0.7  # share of the territories asked below which fewer are no remedy
_WIDEST = 0.3  # tolerance above which accepting more is no remedy
_MENTIONED = 0.005  # targets that miss the total by less are rounding


def frozen_territories(problem: Problem) -> Bools:
    """(k,) territories that no unit can join or leave."""
    used = np.unique(problem.allowed_class)
    choice = used[problem.allowed[used].sum(1) > 1]
    return np.asarray(~problem.allowed[choice].any(0), np.bool_)


def locked_values(problem: Problem) -> Floats:
    """(k, m) what territories have for certain: fixed load and units that may go nowhere else."""
    values = problem.fixed_load.copy()
    held = np.flatnonzero(problem.fixed >= 0)
    for m in range(problem.n_measures):
        values[:, m] += np.bincount(
            problem.fixed[held], problem.activities[held, m], problem.n_territories
        )
    return values


def find_empty_measures(problem: Problem) -> list[Finding]:
    """Measures of which there is nothing."""
    totals = problem.activities.sum(0) + problem.fixed_load.sum(0)
    return [
        Finding("zero", measure=m, is_proof=False, remedies=(Remedy("leave_out", measure=m),))
        for m in np.flatnonzero(totals <= 0).tolist()
        if problem.n_measures > 1 or problem.targets[:, m].sum() <= 0
    ]


def find_oversize(problem: Problem, bands: Bands) -> list[Finding]:
    """Units too heavy for every territory they may belong to."""
    found = []
    room = bands.targets * (1 + problem.tolerances) - problem.fixed_load
    room[bands.exempt] = -np.inf
    for m in range(problem.n_measures):
        if bands.exempt[:, m].all():
            continue
        most = np.where(problem.allowed, room[:, m], -np.inf).max(1)[problem.allowed_class]
        edge = _ROUNDING * np.maximum(np.abs(problem.activities[:, m]), 1e-300)
        heavy = (problem.activities[:, m] > most + edge) & (problem.fixed == -1)
        heavy &= np.isfinite(most) | np.isin(np.arange(problem.n_units), bands.oversize)
        units = np.flatnonzero(heavy)
        for unit in units[np.argsort(-problem.activities[units, m], kind="stable")].tolist():
            found.append(_oversize(problem, bands, unit, m))
    return found


def _oversize(problem: Problem, bands: Bands, unit: int, m: int) -> Finding:
    weight = float(problem.activities[unit, m])
    home = bands.homes[bands.oversize == unit]
    off, target = _least_off(problem, problem.targets, unit, m)
    if off <= problem.tolerances[m]:  # too heavy only for what others leave
        off, target = _least_off(problem, np.where(bands.exempt, 0.0, bands.targets), unit, m)
    remedies = []
    fewer = _fewer(problem, weight, m)
    if fewer >= _LEAST_KEPT * problem.n_territories:
        remedies.append(Remedy("territories", fewer))
    if 0 < off < _WIDEST:
        remedies.append(Remedy("tolerance", round_up(off), m))
    return Finding("oversize", rows(unit), rows(home), m, off, target, remedies=tuple(remedies))


def _least_off(problem: Problem, targets: Floats, unit: int, m: int) -> tuple[float, float]:
    """How much a unit alone is above the target that suits it best, and that target."""
    may = problem.allowed[problem.allowed_class[unit]] & (targets[:, m] > 0)
    if not may.any():
        return math.inf, 0.0
    value = problem.activities[unit, m] + problem.fixed_load[may, m]
    off = value / targets[may, m] - 1
    best = int(off.argmin())
    return float(off[best]), float(targets[may, m][best])


def _fewer(problem: Problem, weight: float, m: int) -> int:
    """Number of equal territories at which a unit fits one; 0 when targets are not equal."""
    targets = problem.targets[:, m]
    if problem.fixed_load.any() or np.ptp(targets) > 1e-6 * targets.max():
        return 0
    total = float(problem.activities[:, m].sum())
    number = math.floor(total * (1 + problem.tolerances[m]) / weight + _ROUNDING)
    return number if 1 <= number < problem.n_territories else 0


def find_locks(problem: Problem, options: Options, graph: Graph) -> list[Finding]:
    """Territories that locks make too large, too small, empty or fall apart; units of nobody."""
    found = []
    nowhere = np.flatnonzero(problem.fixed == NOWHERE)
    if len(nowhere):
        remedy = Remedy("unlock", units=rows(nowhere))
        found.append(
            Finding("nowhere", rows(nowhere), amount=len(nowhere), is_proof=False,
                    remedies=(remedy,))
        )  # fmt: skip
    takers = problem.allowed[np.unique(problem.allowed_class)].any(0)
    for t in np.flatnonzero(~takers).tolist():
        found.append(Finding("closed", territories=rows(t)))
    assignable = problem.n_units - len(nowhere)
    if assignable < problem.n_territories:
        remedy = Remedy("territories", assignable)
        found.append(
            Finding("units", amount=problem.n_territories, bound=assignable, remedies=(remedy,))
        )
    return found + _too_much(problem) + _too_little(problem, options, graph)


def _too_much(problem: Problem) -> list[Finding]:
    """Locked units and named accounts above the upper limit of their territory."""
    found = []
    values = locked_values(problem)
    for t, m in np.argwhere(_exceeds(values, problem)).tolist():
        target = float(problem.targets[t, m])
        units = rows(np.flatnonzero((problem.fixed == t) & (problem.activities[:, m] > 0)))
        load = float(problem.fixed_load[t, m])
        is_load = load > target * (1 + problem.tolerances[m])
        off = float(values[t, m]) / target - 1 if target > 0 else math.inf
        remedies = [] if is_load else [Remedy("unlock", territory=t, units=units)]
        if off < _WIDEST:
            remedies.append(Remedy("tolerance", round_up(off), m))
        found.append(
            Finding("load" if is_load else "locked_over", units, rows(t), m, off, target,
                    remedies=tuple(remedies))
        )  # fmt: skip
    return found


def _exceeds(values: Floats, problem: Problem) -> Bools:
    high = problem.targets * (1 + problem.tolerances)
    return np.asarray(values > high + _ROUNDING * np.maximum(high, problem.targets.mean(0)))


def _too_little(problem: Problem, options: Options, graph: Graph) -> list[Finding]:
    """Territories that can never get enough: locked, or nothing free within reach."""
    most = _reachable(problem, options, graph)
    low = problem.targets * (1 - problem.tolerances)
    slack = _ROUNDING * np.maximum(low, problem.targets.mean(0))
    values = locked_values(problem)
    found = []
    for t, m in np.argwhere(most < low - slack).tolist():
        target = float(problem.targets[t, m])
        off = float(most[t, m]) / target - 1
        kind = "locked_under" if most[t, m] <= values[t, m] else "starved"
        units = rows(np.flatnonzero(problem.fixed == t))
        remedies = [Remedy("unlock", territory=t, units=units)]
        if -off < _WIDEST:
            remedies.append(Remedy("tolerance", round_up(-off), m))
        found.append(Finding(kind, units, rows(t), m, off, target, remedies=tuple(remedies)))
    return found


def _reachable(problem: Problem, options: Options, graph: Graph) -> Floats:
    """(k, m) the most that territories can get: what they have, and free units within reach."""
    k = problem.n_territories
    values = locked_values(problem)
    if options.contiguity == "off":
        return _allowed_sums(problem) + problem.fixed_load
    if not problem.is_restricted:
        return np.full(values.shape, np.inf)
    free = problem.fixed == -1
    a, b = graph.edges.T
    count, part = parts_of(problem.n_units, graph.edges[free[a] & free[b]])
    sums = np.zeros((count, problem.n_measures))
    for m in range(problem.n_measures):
        sums[:, m] = np.bincount(part[free], problem.activities[free, m], count)
    has_core = np.bincount(problem.fixed[problem.fixed >= 0], minlength=k) > 0
    largest = np.minimum(sums.max(0, initial=0.0), _allowed_sums(problem)) + problem.fixed_load
    ends = np.concatenate((graph.edges, graph.edges[:, ::-1]))
    ends = ends[(problem.fixed[ends[:, 0]] >= 0) & free[ends[:, 1]]]
    pairs = np.unique(np.stack((problem.fixed[ends[:, 0]], part[ends[:, 1]]), 1), axis=0)
    grown = values.copy()
    for m in range(problem.n_measures):
        grown[:, m] += np.bincount(pairs[:, 0], sums[pairs[:, 1], m], k)
    grown = np.minimum(grown, _allowed_sums(problem) + problem.fixed_load)
    return np.where(has_core[:, None], grown, largest)


def _allowed_sums(problem: Problem) -> Floats:
    """(k, m) all units that each territory may have."""
    out = np.zeros((problem.n_territories, problem.n_measures))
    for m in range(problem.n_measures):
        by_class = np.bincount(
            problem.allowed_class, problem.activities[:, m], len(problem.allowed)
        )
        out[:, m] = by_class @ problem.allowed
    return out


def find_cut_off(problem: Problem, options: Options, graph: Graph) -> list[Finding]:
    """Territories whose locked units cannot be joined into one piece."""
    if options.contiguity == "off":
        return []
    n, fixed = problem.n_units, problem.fixed
    held = np.flatnonzero(fixed >= 0)
    if not len(held):
        return []
    free = fixed == -1
    a, b = graph.edges.T
    inside = (free[a] & free[b]) | ((fixed[a] == fixed[b]) & (fixed[a] >= 0))
    count, part = parts_of(n, graph.edges[inside])
    ends = np.concatenate((graph.edges, graph.edges[:, ::-1]))
    ends = ends[(fixed[ends[:, 0]] >= 0) & free[ends[:, 1]]]
    copies, which = np.unique(
        fixed[ends[:, 0]].astype(np.int64) * count + part[ends[:, 1]], return_inverse=True
    )
    pairs = np.stack((part[ends[:, 0]], count + which), 1).astype(np.int32)
    _joined, group = parts_of(count + len(copies), pairs)
    found = []
    groups = np.unique(np.stack((fixed[held], group[part[held]]), 1), axis=0)
    apart = np.flatnonzero(np.bincount(groups[:, 0]) > 1)
    for t in apart.tolist():
        found.append(_cut_off(problem, t, group[part]))
    return found


def _cut_off(problem: Problem, t: int, group: Int32s) -> Finding:
    own = np.flatnonzero(problem.fixed == t)
    names, which, sizes = np.unique(group[own], return_inverse=True, return_counts=True)
    units = rows(own[which != sizes.argmax()])
    mine = np.full(problem.n_units, -1, np.int32)
    mine[own] = which
    joined = links_to_others(problem, mine, int(sizes.argmin()))
    remedies = (Remedy("unlock", territory=t, units=units), *joined)
    return Finding("cut_off", units, rows(t), amount=float(len(names)), remedies=remedies)


def find_sums(problem: Problem) -> list[Finding]:
    """Targets, minima and maxima that do not add up to what there is."""
    held = problem.fixed != NOWHERE
    totals = problem.activities[held].sum(0) + problem.fixed_load.sum(0)
    found = []
    for m in range(problem.n_measures):
        total, target = float(totals[m]), float(problem.targets[:, m].sum())
        if total <= 0:
            continue
        edge = _ROUNDING * max(total, target)
        least, most = float(problem.minimum[:, m].sum()), float(problem.maximum[:, m].sum())
        low = np.maximum(problem.targets[:, m] * (1 - problem.tolerances[m]), problem.minimum[:, m])
        high = np.minimum(
            problem.targets[:, m] * (1 + problem.tolerances[m]), problem.maximum[:, m]
        )
        if least > total + edge:
            remedy = Remedy("minimum", total / least, m)
            found.append(_sum("minimum_sum", m, least, total, True, remedy))
        elif most < total - edge:
            remedy = Remedy("maximum", total / max(most, edge), m)
            found.append(_sum("maximum_sum", m, most, total, True, remedy))
        elif low.sum() > total + edge or high.sum() < total - edge:
            found.append(_sum("target_sum", m, target, total, True, Remedy("targets", measure=m)))
        elif abs(target - total) > _MENTIONED * total:
            found.append(_sum("target_sum", m, target, total, False, Remedy("targets", measure=m)))
    return found


def _sum(kind: str, m: int, asked: float, there: float, is_proof: bool, remedy: Remedy) -> Finding:
    return Finding(
        kind, measure=m, amount=asked, bound=there, is_proof=is_proof, remedies=(remedy,)
    )


def find_limits(problem: Problem) -> list[Finding]:
    """Hard limits outside the tolerance of their own territory, or below what is locked."""
    found = []
    low = problem.targets * (1 - problem.tolerances)
    high = problem.targets * (1 + problem.tolerances)
    edge = _ROUNDING * np.maximum(high, problem.targets.mean(0))
    least = locked_values(problem)
    for t, m in np.argwhere(problem.minimum > high + edge).tolist():
        bound = float(problem.minimum[t, m])
        found.append(_limit("minimum_target", t, m, bound, float(high[t, m])))
    for t, m in np.argwhere(problem.maximum < low - edge).tolist():
        found.append(_limit("maximum_target", t, m, float(problem.maximum[t, m]), float(low[t, m])))
    over = (least > problem.maximum + edge) & (least <= high + edge)
    for t, m in np.argwhere(over).tolist():
        found.append(_limit("maximum_locked", t, m, float(problem.maximum[t, m]), least[t, m]))
    return found


def _limit(kind: str, t: int, m: int, amount: float, bound: float) -> Finding:
    word = "minimum" if kind.startswith("minimum") else "maximum"
    remedy = Remedy(word, bound / amount if amount > 0 else 0.0, m, t)
    return Finding(kind, territories=rows(t), measure=m, amount=amount, bound=float(bound),
                   remedies=(remedy,))  # fmt: skip


def find_seeds(problem: Problem) -> list[Finding]:
    """Start points in the same unit, in one locked to another territory, or off the map."""
    has = np.flatnonzero(~np.isnan(problem.seeds).any(1))
    if not len(has):
        return []
    from scipy.spatial import cKDTree

    away, unit = cKDTree(problem.xy).query(problem.seeds[has])
    extent = float(np.hypot(*np.ptp(problem.xy, axis=0)))
    found = []
    for u in np.unique(unit)[np.bincount(np.unique(unit, return_inverse=True)[1]) > 1].tolist():
        found.append(Finding("seeds_together", rows(u), rows(has[unit == u]), is_proof=False))
    owner = problem.fixed[unit]
    for i in np.flatnonzero((owner >= 0) & (owner != has)).tolist():
        both = rows([has[i], owner[i]])
        remedy = Remedy("unlock", territory=int(owner[i]), units=rows(unit[i]))
        found.append(
            Finding("seed_locked", rows(unit[i]), both, is_proof=False, remedies=(remedy,))
        )
    for i in np.flatnonzero(away > max(0.25 * extent, 1.0)).tolist():
        found.append(
            Finding("seed_far", rows(unit[i]), rows(has[i]), amount=float(away[i]), is_proof=False)
        )
    return found
