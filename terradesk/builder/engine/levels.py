"""Coarser maps of a large one: units are merged in pairs, so that hot annealing is cheap.

Each unit is matched with the neighbour that gives the roundest union (Hendrickson and Leland, A
multilevel algorithm for partitioning graphs, 1995, with compactness in place of heavy edges).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s, kernel
from terradesk.builder.clock import Work
from terradesk.builder.engine.energies import leading
from terradesk.builder.engine.ordering import along_curve
from terradesk.builder.graph import make_graph
from terradesk.builder.problem import SHARED

_HEAVY = 0.05  # of a target is the most that a merged unit may weigh
_ROUNDS = 3  # matchings from one level to the next
_SHRINK = 0.8
_LARGE = 20_000  # units from which their order in memory counts


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """A map, and for all but the finest which of its units each unit of the finer map is in."""

    work: Work
    groups: Int32s | None


def make_levels(work: Work, least: int, seed: int) -> list[Level]:
    """The map and coarser ones, finest first, each about six times smaller.

    A large one is followed by itself with its units in the order of a curve.

    Parameters
    ----------
    work : Work
    least : int
        Units below which no coarser map is made.
    seed : int

    Returns
    -------
    list of Level
    """
    rng = np.random.default_rng(seed)
    levels = [Level(work, None)]
    if work.problem.n_units > _LARGE:
        rank = np.empty(work.problem.n_units, np.int32)
        rank[along_curve(work.problem.xy)] = np.arange(len(rank), dtype=np.int32)
        levels.append(Level(merged(work, rank), rank))
    while levels[-1].work.problem.n_units > 2.5 * least:
        fine = coarse = levels[-1].work
        groups = np.arange(fine.problem.n_units, dtype=np.int32)
        for _round in range(_ROUNDS):
            step = _matched(coarse, rng)
            coarse, groups = merged(coarse, step), step[groups]
            if coarse.problem.n_units < 1.2 * least:
                break
        if coarse.problem.n_units > _SHRINK * fine.problem.n_units:
            break
        levels.append(Level(coarse, groups))
    return levels


def merged(work: Work, groups: Int32s) -> Work:
    """The same problem with units merged.

    Parameters
    ----------
    work : Work
    groups : ndarray of int32, shape (n,)
        0 ... q - 1, the merged unit of each unit; those of one group are neighbours and alike in
        what they may do (see `_alike`).
    """
    problem = work.problem
    n = int(groups.max()) + 1
    first = np.zeros(n, np.int32)
    first[groups[::-1]] = np.arange(len(groups), dtype=np.int32)[::-1]
    pairs, lengths, inner = _merged_edges(work, groups, n)
    g = leading(problem) + 1e-9 * (1 + problem.areas)
    total = np.bincount(groups, g, n)
    xy = np.stack([np.bincount(groups, g * problem.xy[:, d], n) / total for d in (0, 1)], 1)
    coarse = replace(
        problem,
        xy=xy,
        edges=pairs,
        borders=lengths,
        kinds=np.full(len(pairs), SHARED, np.uint8),
        areas=_sum(problem.areas, groups, n),
        perimeters=_sum(problem.perimeters, groups, n) - 2 * inner,
        activities=_sums(problem.activities, groups, n),
        allowed_class=problem.allowed_class[first],
        districts=problem.districts[first],
        baseline=problem.baseline[first],
        retention=_sum(problem.retention, groups, n),
        handover=_sums(problem.handover, groups, n),
    )
    options = replace(work.options, joins_islands=False)
    bands = replace(work.bands, oversize=groups[work.bands.oversize])
    return Work(coarse, options, make_graph(coarse, options), bands)


def _sum(values: Floats, groups: Int32s, n: int) -> Floats:
    return np.bincount(groups, values, n).astype(np.float64)


def _sums(values: Floats, groups: Int32s, n: int) -> Floats:
    found = np.zeros((n, values.shape[1]))
    for m in range(values.shape[1]):
        found[:, m] = _sum(values[:, m], groups, n)
    return found


def _merged_edges(work: Work, groups: Int32s, n: int) -> tuple[Int32s, Floats, Floats]:
    """Edges between groups, their lengths, and km of border inside each group."""
    graph = work.graph
    a, b = groups[graph.edges].T.astype(np.int64)
    apart = a != b
    inner = _sum(graph.lengths[~apart], a[~apart], n)
    keys = np.minimum(a, b)[apart] * n + np.maximum(a, b)[apart]
    found, inverse = np.unique(keys, return_inverse=True)
    lengths = _sum(graph.lengths[apart], inverse.ravel().astype(np.int32), len(found))
    return np.stack((found // n, found % n), 1).astype(np.int32), lengths, inner


def _matched(work: Work, rng: np.random.Generator) -> Int32s:
    """(n,) int32 group of each unit, alone or with one neighbour."""
    problem, graph, bands = work.problem, work.graph, work.bands
    alone = np.zeros(problem.n_units, bool)
    alone[bands.oversize] = True
    order = rng.permutation(problem.n_units)
    order = order[np.argsort(np.diff(graph.starts)[order], kind="stable")]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (problem.activities / np.median(bands.targets, 0)[None, :]).max(1)
    return _match(
        order.astype(np.int32),
        graph.starts,
        graph.others,
        graph.borders,
        np.nan_to_num(share, nan=0.0, posinf=1.0),
        problem.areas,
        problem.perimeters,
        _alike(work),
        alone,
        _HEAVY,
    )


def _alike(work: Work) -> Int32s:
    """(n,) units with the same number may be merged: same rules, same present territory."""
    problem, options = work.problem, work.options
    columns = [problem.allowed_class]
    if options.keep_districts > 0:
        columns.append(problem.districts)
    if options.keep > 0 or np.isfinite(problem.handover_caps).any():
        columns.append(problem.baseline)
    _found, numbers = np.unique(np.stack(columns, 1), axis=0, return_inverse=True)
    return numbers.ravel().astype(np.int32)


@kernel
def _match(
    order: Int32s,
    starts: Int32s,
    others: Int32s,
    borders: Floats,
    share: Floats,
    areas: Floats,
    perimeters: Floats,
    alike: Int32s,
    alone: Bools,
    cap: float,
) -> Int32s:
    """Pair each unit with the free neighbour that gives the roundest union below the cap."""
    groups = np.full(len(order), -1, np.int32)
    count = 0
    for i in order:
        if groups[i] >= 0:
            continue
        groups[i] = count
        best = -1
        least = 1e300
        for p in range(starts[i], starts[i + 1]):
            j = others[p]
            if groups[j] >= 0 or alone[j] or alone[i] or borders[p] <= 0 or alike[i] != alike[j]:
                continue
            if share[i] + share[j] > cap:
                continue
            rim = perimeters[i] + perimeters[j] - 2 * borders[p]
            score = rim * rim / max(areas[i] + areas[j], 1e-9)
            if score < least:
                least = score
                best = j
        if best >= 0:
            groups[best] = count
        count += 1
    return groups
