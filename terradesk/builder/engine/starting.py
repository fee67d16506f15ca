"""The first map of a build: territories shared among parts of the graph, then power diagrams."""

from __future__ import annotations

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s
from terradesk.builder.clock import Clock, Work
from terradesk.builder.engine.power import bisect, power_diagram
from terradesk.builder.engine.repairing import repair
from terradesk.builder.problem import NOWHERE, Problem

_ROUNDING = 1e-9


def start(work: Work, seed: int, clock: Clock | None = None) -> Int32s:
    """A whole map from nothing: balanced as far as a power diagram can, locks kept.

    Parameters
    ----------
    work : Work
    seed : int
    clock : Clock, optional
        Ticks between rounds.

    Returns
    -------
    ndarray of int32, shape (n,)
        -1 only for units that no territory may have.

    Raises
    ------
    Stopped
        By the clock.
    """
    problem = work.problem
    rng = np.random.default_rng(seed)
    labels = settled(work)
    weights, targets, loads = mixture(work)
    home, centres, pinned = _places(work, labels, weights, targets, rng)
    _count, part = work.graph.parts
    for one in np.unique(part[labels < 0]).tolist():
        rows = _where((part == one) & (labels < 0) & (problem.fixed != NOWHERE))
        mine = _where(home == one)
        if len(rows) and len(mine):
            _fill(work, labels, rows, mine, weights, targets, loads, centres, pinned, clock)
    return repair(work, labels)


def settled(work: Work) -> Int32s:
    """(n,) the territories of units that have no choice, -1 for the others."""
    labels = np.maximum(work.problem.fixed, -1).astype(np.int32)
    labels[work.bands.oversize] = work.bands.homes
    return labels


def mixture(work: Work) -> tuple[Floats, Floats, Floats]:
    """One weight that stands for all measures: (n,) of units, (k,) targets and (k,) fixed loads.

    The mean of the measures, each as a share of its whole, by their weights.
    """
    problem, bands = work.problem, work.bands
    total = np.maximum(problem.activities.sum(0) + problem.fixed_load.sum(0), _ROUNDING)
    share = problem.weights * (problem.activities.sum(0) > 0) / total
    if share.sum() == 0:
        n, k = problem.n_units, problem.n_territories
        return np.ones(n), np.full(k, n / k), np.zeros(k)
    return problem.activities @ share, bands.targets @ share, problem.fixed_load @ share


def _places(
    work: Work, labels: Int32s, weights: Floats, targets: Floats, rng: np.random.Generator
) -> tuple[Int32s, Floats, Bools]:
    """Part of the graph and centre of each territory, and whether the centre is fixed."""
    problem = work.problem
    k = problem.n_territories
    _n, part = work.graph.parts
    home = np.full(k, -1, np.int32)
    centres = np.full((k, 2), np.nan)
    pinned = np.zeros(k, bool)
    has = labels >= 0
    if has.any():
        centres, home = _anchors(problem, labels, part, weights)
        pinned[work.bands.homes] = True
    seeded = ~np.isnan(problem.seeds).any(1)
    if seeded.any():
        from scipy.spatial import cKDTree

        centres[seeded] = problem.seeds[seeded]
        pinned |= seeded & work.options.seeds_hold
        nearest = cKDTree(problem.xy).query(problem.seeds[seeded])[1]
        home[seeded] = np.where(home[seeded] >= 0, home[seeded], part[nearest])
    free = _where(home < 0)
    for pool, rows in _pools(problem, labels, free):
        for one, mine in _apportioned(part, rows, weights, targets, pool).items():
            inside = rows[part[rows] == one]
            groups = bisect(problem.xy[inside], weights[inside], len(mine), rng)
            mass = weights[inside] + _ROUNDING
            total = np.maximum(np.bincount(groups, mass, len(mine)), _ROUNDING)
            for d in (0, 1):
                sums = np.bincount(groups, mass * problem.xy[inside, d], len(mine))
                centres[mine, d] = sums / total
            home[mine] = one
    return home, centres, pinned


def _anchors(
    problem: Problem, labels: Int32s, part: Int32s, weights: Floats
) -> tuple[Floats, Int32s]:
    """Centre of what territories hold already, and the part where most of it lies."""
    k = problem.n_territories
    rows = np.flatnonzero(labels >= 0)
    mass = weights[rows] + _ROUNDING
    total = np.bincount(labels[rows], mass, k)
    has = total > 0
    centres = np.full((k, 2), np.nan)
    for d in (0, 1):
        sums = np.bincount(labels[rows], mass * problem.xy[rows, d], k)
        centres[has, d] = sums[has] / total[has]
    home = np.full(k, -1, np.int32)
    order = np.argsort(mass, kind="stable")
    home[labels[rows[order]]] = part[rows[order]]
    return centres, home


def _pools(problem: Problem, labels: Int32s, free: Int32s) -> list[tuple[Int32s, Int32s]]:
    """Territories that the same units may join, with those units."""
    if len(free) == 0:
        return []
    columns, which = np.unique(problem.allowed[:, free], axis=1, return_inverse=True)
    pools = []
    for one in range(columns.shape[1]):
        open_classes = columns[:, one]
        rows = _where(open_classes[problem.allowed_class] & (labels < 0))
        if len(rows):
            pools.append((free[which.ravel() == one], rows))
    return pools


def _apportioned(
    part: Int32s, rows: Int32s, weights: Floats, targets: Floats, pool: Int32s
) -> dict[int, Int32s]:
    """Which of a pool's territories go to which part, by what each part has (largest remainder)."""
    ids, inverse = np.unique(part[rows], return_inverse=True)
    mass = np.bincount(inverse, weights[rows] + _ROUNDING)
    room = np.bincount(inverse)
    share = mass / mass.sum() * targets[pool].sum()
    given: dict[int, list[int]] = {}
    for territory in pool[np.argsort(-targets[pool], kind="stable")].tolist():
        open_ones = np.where(room > 0, share, -np.inf)
        at = int(open_ones.argmax()) if (room > 0).any() else int(share.argmax())
        given.setdefault(int(ids[at]), []).append(territory)
        share[at] -= targets[territory]
        room[at] -= 1
    return {one: np.array(mine, np.int32) for one, mine in given.items()}


def _fill(
    work: Work,
    labels: Int32s,
    rows: Int32s,
    mine: Int32s,
    weights: Floats,
    targets: Floats,
    loads: Floats,
    centres: Floats,
    pinned: Bools,
    clock: Clock | None,
) -> None:
    """Give the units of one part to its territories by a power diagram."""
    problem = work.problem
    own = np.bincount(labels[labels >= 0], weights[labels >= 0], problem.n_territories)
    may = problem.allowed[:, mine]
    can = may[problem.allowed_class[rows]].any(1)
    full = np.isin(mine, work.bands.homes)
    may = may & ~full[None, :] if not full.all() else may
    can &= may[problem.allowed_class[rows]].any(1)
    rows = rows[can]
    if len(rows) == 0:
        return
    places = np.array(centres[mine])
    labels[rows] = mine[
        power_diagram(
            problem.xy[rows],
            weights[rows],
            targets[mine],
            (loads + own)[mine],
            places,
            pinned[mine] | full,
            may,
            problem.allowed_class[rows],
            *(() if clock is None else (lambda: clock.tick(0),)),
        )
    ]


def _where(mask: Bools) -> Int32s:
    return np.flatnonzero(mask).astype(np.int32)
