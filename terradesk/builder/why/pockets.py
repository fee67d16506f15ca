"""Pockets: units around which no connected group comes close enough to any target.

All connected sets that contain a unit are enumerated, each once: every unit next to the set is
either taken in or banned from then on. A search that ends without reaching the tolerance is a
proof; one that hits its cap says nothing.

Sets are relaxed, never tightened, so that a proof stays a proof: units that must go to the same
territory are drawn together into one node, and each set may be any of the territories that its
first unit may join.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s
from terradesk.builder.bands import Bands
from terradesk.builder.graph import Graph
from terradesk.builder.problem import Problem
from terradesk.builder.why.enumerating import MOST, Case, make_room, scan_nodes, search_node

_MOST_ROWS = 32
_MOST_CLASSES = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Condensed:
    """The graph with the units of each territory that cannot leave it drawn together.

    Parameters
    ----------
    node_of : ndarray of int32, shape (n,)
        -1 for units that no territory may have.
    starts, others : ndarray of int32
        Neighbours in compressed rows, without loops, each once.
    weights : ndarray of float64, shape (nodes, m)
    cores : ndarray of int32, shape (nodes,)
        The territory whose locked (or oversize) units a node is, -1 for a free unit.
    classes : ndarray of int32, shape (nodes,)
        Row of `Problem.allowed`; of a core, of any of its units.
    has_core : ndarray of bool, shape (k,)
    """

    node_of: Int32s
    starts: Int32s
    others: Int32s
    weights: Floats
    cores: Int32s
    classes: Int32s
    has_core: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What the units of a set may weigh: rows of bands by class, and one per core.

    A value x of a measure misses a band by ``max(low - x, x - high) / size``; what misses a core's
    band by anything misses it by ``own_extra`` more.
    """

    row_starts: Int32s
    low: Floats
    high: Floats
    size: Floats
    own_low: Floats
    own_high: Floats
    own_size: Floats
    own_extra: Floats
    top_high: Floats
    top_size: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Pocket:
    """A proof: the territory of `unit` misses by `miss` at least.

    Parameters
    ----------
    unit : int
    miss : float
        At most `MOST`.
    units : ndarray of int32
        The best connected group there is, `unit` first.
    """

    unit: int
    miss: float
    units: Int32s


def condense(problem: Problem, graph: Graph, bands: Bands) -> Condensed:
    """Draw together what must stay together: locked units, and oversize units with their homes."""
    n, k = problem.n_units, problem.n_territories
    held = problem.fixed.copy()
    held[bands.oversize] = bands.homes
    has_core = np.bincount(held[held >= 0], minlength=k) > 0
    core_ids = np.cumsum(has_core) - 1
    free = np.flatnonzero(held == -1)
    n_cores = int(has_core.sum())
    node_of = np.full(n, -1, np.int64)
    node_of[held >= 0] = core_ids[held[held >= 0]]
    node_of[free] = n_cores + np.arange(len(free))
    count = n_cores + len(free)
    if count == n and not n_cores:
        return _as_it_is(problem, graph, has_core)
    pairs = node_of[graph.edges]
    pairs = pairs[(pairs >= 0).all(1) & (pairs[:, 0] != pairs[:, 1])]
    ends = np.concatenate((pairs, pairs[:, ::-1]))
    keys = np.unique(ends[:, 0] * max(count, 1) + ends[:, 1])
    starts = np.searchsorted(keys, np.arange(count + 1) * max(count, 1))
    known = node_of >= 0
    classes = np.zeros(count, np.int32)
    classes[node_of[known]] = problem.allowed_class[known]
    weights = np.zeros((count, problem.n_measures))
    for m in range(problem.n_measures):
        weights[:, m] = np.bincount(node_of[known], problem.activities[known, m], count)
    cores = np.concatenate((np.flatnonzero(has_core), np.full(len(free), -1)))
    return Condensed(
        node_of=node_of.astype(np.int32),
        starts=starts.astype(np.int32),
        others=(keys % max(count, 1)).astype(np.int32),
        weights=weights,
        cores=cores.astype(np.int32),
        classes=classes,
        has_core=has_core,
    )


def _as_it_is(problem: Problem, graph: Graph, has_core: Bools) -> Condensed:
    return Condensed(
        node_of=np.arange(problem.n_units, dtype=np.int32),
        starts=graph.starts,
        others=graph.others,
        weights=problem.activities,
        cores=np.full(problem.n_units, -1, np.int32),
        classes=problem.allowed_class,
        has_core=has_core,
    )


def want(problem: Problem, bands: Bands, condensed: Condensed, low: Floats, high: Floats) -> Wanted:
    """Bands (k, m) of whole territories, as bands of the units that a set may have.

    Territories that cannot meet theirs (`Bands.exempt`) accept little beyond what they must have.
    """
    low = low - problem.fixed_load
    high = high - problem.fixed_load
    size = 1 / bands.scale
    own_low, own_high = low.copy(), high.copy()
    forced = np.zeros(low.shape)
    forced[condensed.has_core] = condensed.weights[: int(condensed.has_core.sum())]
    room = bands.targets * problem.tolerances
    own_low[bands.exempt] = -np.inf
    own_high[bands.exempt] = np.maximum(high, forced + room)[bands.exempt]
    rows = [_rows(low, high, size, may & ~condensed.has_core) for may in problem.allowed]
    count = np.array([len(r[0]) for r in rows])
    extra = np.zeros(low.shape)
    tight = bands.exempt & np.isfinite(high)
    extra[tight] = (own_high[tight] - high[tight]) / size[tight]
    reach = own_high - forced  # what comes to a core has to leave room for it
    tops = [np.where(may[:, None], reach, -np.inf).max(0) for may in problem.allowed]
    sizes = [np.where(may[:, None], size, 0.0).max(0) for may in problem.allowed]
    return Wanted(
        row_starts=np.concatenate(([0], np.cumsum(count))).astype(np.int32),
        low=np.concatenate([r[0] for r in rows]),
        high=np.concatenate([r[1] for r in rows]),
        size=np.concatenate([r[2] for r in rows]),
        own_low=own_low,
        own_high=own_high,
        own_size=size,
        own_extra=extra,
        top_high=np.array(tops),
        top_size=np.array(sizes),
    )


def _rows(low: Floats, high: Floats, size: Floats, chosen: Bools) -> tuple[Floats, Floats, Floats]:
    """Different bands among the chosen territories; very many are widened into a few."""
    m = low.shape[1]
    rows = np.unique(np.column_stack((low, high, size))[chosen], axis=0)
    if len(rows) > _MOST_ROWS:
        parts = np.array_split(rows, _MOST_ROWS)
        rows = np.array(
            [
                np.concatenate((p[:, :m].min(0), p[:, m : 2 * m].max(0), p[:, 2 * m :].max(0)))
                for p in parts
            ]
        )
    rows = rows.reshape(-1, 3 * m)
    return rows[:, :m], rows[:, m : 2 * m], rows[:, 2 * m :]


def find_pockets(
    problem: Problem,
    condensed: Condensed,
    wanted: Wanted,
    measures: list[int],
    nodes: Int32s,
    floor: float,
    cap: int = 3000,
    budget: int = 20_000_000,
) -> list[Pocket]:
    """Nodes whose territory cannot come within `floor` of any band, the worst first.

    Parameters
    ----------
    problem : Problem
    condensed : Condensed
    wanted : Wanted
    measures : list of int
        Measures that a set must meet together.
    nodes : ndarray of int32
        Where to look.
    floor : float
        A set that misses by no more is good enough.
    cap, budget : int
        Sets to be tried per node and in all.
    """
    case = _case(problem, condensed, wanted, measures)
    miss, proven = np.zeros(len(nodes)), np.zeros(len(nodes), np.bool_)
    scan_nodes(case, nodes.astype(np.int32), floor, cap, budget, False, miss, proven)
    found = np.flatnonzero(proven)
    found = found[np.argsort(-miss[found], kind="stable")]
    room = make_room(len(condensed.cores), len(measures))
    pockets: list[Pocket] = []
    seen: set[int] = set()
    for node in nodes[found].tolist():
        if node in seen:  # the same pocket, seen from another of its units
            continue
        worst, _done, count, _steps = search_node(case, room, node, floor, cap)
        members = room.best[:count].tolist()
        seen.update(members)
        units = _units(condensed, members)
        pockets.append(Pocket(int(units[0]), min(worst, MOST), units))
    return pockets


def highest_floor(
    problem: Problem,
    condensed: Condensed,
    wanted: Wanted,
    measure: int,
    nodes: Int32s,
    floor: float,
    cap: int = 3000,
    budget: int = 400_000,
) -> float:
    """The largest miss that is proven for any of the nodes; at least `floor`."""
    case = _case(problem, condensed, wanted, [measure])
    miss, proven = np.zeros(len(nodes)), np.zeros(len(nodes), np.bool_)
    return scan_nodes(case, nodes.astype(np.int32), floor, cap, budget, True, miss, proven)


def _case(problem: Problem, condensed: Condensed, wanted: Wanted, measures: list[int]) -> Case:
    def of(values: Floats) -> Floats:
        return np.ascontiguousarray(values[:, measures])

    allowed = problem.allowed
    near = np.ones((1, 1), np.bool_)
    if len(allowed) <= _MOST_CLASSES:
        near = np.asarray(allowed.astype(np.float32) @ allowed.T.astype(np.float32) > 0, np.bool_)
    return Case(
        starts=condensed.starts,
        others=condensed.others,
        weights=of(condensed.weights),
        cores=condensed.cores,
        classes=condensed.classes,
        allowed=allowed,
        near=near,
        row_starts=wanted.row_starts,
        low=of(wanted.low),
        high=of(wanted.high),
        size=of(wanted.size),
        own_low=of(wanted.own_low),
        own_high=of(wanted.own_high),
        own_size=of(wanted.own_size),
        own_extra=of(wanted.own_extra),
        top_high=of(wanted.top_high),
        top_size=of(wanted.top_size),
    )


def _units(condensed: Condensed, members: list[int]) -> Int32s:
    """Units of some nodes, in the nodes' order."""
    place = np.full(len(condensed.cores), -1, np.int64)
    place[members] = np.arange(len(members))
    at = np.where(condensed.node_of >= 0, place[condensed.node_of], -1)
    rows = np.flatnonzero(at >= 0)
    return rows[np.argsort(at[rows], kind="stable")].astype(np.int32)
