"""Cutting two territories anew along random spanning trees, always into whole pieces.

After ReCom (DeFord, Duchin and Solomon 2021, Harvard Data Science Review 3.1): a random spanning
tree of two territories is cut in two. Here every edge of many trees is weighed by what both sides
would cost, shape and what is kept included, and the best cut is taken; trees that cross the present
border only once give every way of handing a connected piece over.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from terradesk.arcs.jit import Floats, Int32s, Int64s, Uint64s, kernel
from terradesk.builder.clock import Clock, Work
from terradesk.builder.engine.annealing import make_ground
from terradesk.builder.engine.energies import Costs, leading, weights_of
from terradesk.builder.engine.moves import (
    AREA,
    GQ,
    GX,
    GY,
    INERTIA,
    RIM,
    ROUGH,
    ROUND,
    G,
    Ground,
    draw,
    territory_cost,
)

_FORBIDDEN = 1e12
_PRESSURE = 1e4
_STRANGE = 1.0  # cost when both territories changed places
_STEPS = 150_000  # edges handled in one call of the kernel: well below a slice


class _Pair(NamedTuple):
    """Two territories, as the kernel reads them; n units, e edges, m measures."""

    ends: Int64s  # (e, 2)
    lengths: Floats  # (e,)
    crosses: Floats  # (e,) 1 where the present border runs, else 0
    prices: Floats  # (n, 2) of each unit on each side
    low: Floats  # (2, m)
    high: Floats  # (2, m)
    scale: Floats  # (2, m)
    load: Floats  # (2, m)
    units: Floats  # (n, 6 or more), columns as in `moves.Ground.units`
    values: Floats  # (n, m)
    seeds: Floats  # (2, 2)
    costs: Floats  # (5,)


class _Room(NamedTuple):
    """What the kernel works in."""

    root: Int64s  # (n,)
    tree: Int64s  # (n - 1, 2)
    begin: Int64s  # (n + 1,)
    near: Int64s  # (2 n,)
    order: Int64s  # (n,)
    parent: Int64s  # (n,)
    depth: Int64s  # (n,)
    keys: Floats  # (e,)
    random: Uint64s  # (1,)
    below: Floats  # (n, 9 + m) sums over the part below each node


_CROSS, _PRICE, _VALUES = 6, 7, 9  # columns of `below` after those of units


def cut_pair(
    work: Work,
    labels: Int32s,
    low: Floats,
    high: Floats,
    costs: Costs,
    clock: Clock,
    rng: np.random.Generator,
    trees: int = 120,
) -> Int32s | None:
    """Share the units of two territories between them anew, each in one piece.

    Parameters
    ----------
    work : Work
        Of two territories.
    labels : ndarray of int32, shape (n,)
        0 or 1.
    low, high : ndarray of float64, shape (2, m)
        What they should have after it.
    costs : Costs
        Of the whole map.
    clock : Clock
    rng : numpy.random.Generator
    trees : int
        Spanning trees tried.

    Returns
    -------
    ndarray of int32, shape (n,), or None
        The best cut, which may miss the bands; None when they are not connected, or when locks
        allow no cut.

    Raises
    ------
    Stopped
        By the clock.
    """
    n = work.problem.n_units
    if n < 2 or work.graph.parts[0] > 1:
        return None
    ground = make_ground(work, costs)
    pair = _make_pair(work, ground, labels, low, high, costs)
    room = _make_room(n, len(pair.ends), work.problem.n_measures, int(rng.integers(1, 1 << 62)))
    best, score = np.array(labels, np.int32), np.inf
    at_once = max(1, _STEPS // max(1, len(pair.ends)))
    for loyalty in (1.0, 0.5):
        left = (trees + 1) // 2
        while left > 0:
            now = min(left, at_once)
            score = _cut_trees(pair, room, now, loyalty, score, best)
            left -= now
            clock.tick(now)
    return best if score < _FORBIDDEN else None


def _make_pair(
    work: Work, ground: Ground, labels: Int32s, low: Floats, high: Floats, costs: Costs
) -> _Pair:
    problem, graph = work.problem, work.graph
    base, n = problem.baseline, problem.n_units
    prices = np.zeros((n, 2))
    weight = leading(problem)
    strange = _STRANGE * weight / max(float(weight.sum()), 1e-300)
    for side in range(2):
        leaves = (base == 1 - side) * problem.retention * costs.moved + (labels != side) * strange
        may = problem.allowed[:, side][problem.allowed_class]
        may = may & (ground.movable | (labels == side))
        prices[:, side] = leaves + np.where(may, 0.0, _FORBIDDEN)
    a, b = graph.edges.T
    return _Pair(
        ends=graph.edges.astype(np.int64),
        lengths=graph.lengths,
        crosses=(labels[a] != labels[b]).astype(np.float64),
        prices=prices,
        low=np.ascontiguousarray(low),
        high=np.ascontiguousarray(high),
        scale=work.bands.scale * weights_of(problem),
        load=problem.fixed_load,
        units=ground.units,
        values=ground.values,
        seeds=ground.seeds,
        costs=ground.costs,
    )


def _make_room(n: int, e: int, m: int, seed: int) -> _Room:
    return _Room(
        root=np.empty(n, np.int64),
        tree=np.empty((n - 1, 2), np.int64),
        begin=np.empty(n + 1, np.int64),
        near=np.empty(2 * n, np.int64),
        order=np.empty(n, np.int64),
        parent=np.empty(n, np.int64),
        depth=np.empty(n, np.int64),
        keys=np.empty(e),
        random=np.array([seed], np.uint64),
        below=np.empty((n, _VALUES + m)),
    )


@kernel
def _cut_trees(
    pair: _Pair, room: _Room, trees: int, loyalty: float, score: float, best: Int32s
) -> float:
    """Best score after so many trees more; ``best`` gets the side of each unit."""
    n, e = len(room.order), len(pair.ends)
    keys, crosses, random = room.keys, pair.crosses, room.random
    for _tree in range(trees):
        for q in range(e):
            luck = np.float64(draw(random) >> np.uint64(11)) * 2.0**-53
            keys[q] = luck + loyalty * crosses[q]
        _span(np.argsort(keys), pair.ends, room.root, room.tree)
        _orient(n, room)
        _sum_up(pair, room)
        for q in range(1, n):
            v = room.order[q]
            for inner in range(2):  # the side that the part below v becomes
                found = _weigh(v, inner, pair, room)
                if found < score:
                    score = found
                    _write(q, inner, room, best)
    return score


@kernel
def _weigh(v: int, inner: int, pair: _Pair, room: _Room) -> float:
    """What both sides cost when the part below v is one of them, pressure of bands included."""
    part, whole, costs, seeds = room.below[v], room.below[room.order[0]], pair.costs, pair.seeds
    outer = 1 - inner
    found = part[_PRICE + inner] + whole[_PRICE + outer] - part[_PRICE + outer]
    found += territory_cost(
        part[G],
        part[GX],
        part[GY],
        part[GQ],
        part[AREA],
        part[RIM] + part[_CROSS],
        seeds[inner, 0],
        seeds[inner, 1],
        costs[INERTIA],
        costs[ROUGH],
        costs[ROUND],
    )
    found += territory_cost(
        whole[G] - part[G],
        whole[GX] - part[GX],
        whole[GY] - part[GY],
        whole[GQ] - part[GQ],
        whole[AREA] - part[AREA],
        whole[RIM] - part[RIM] + part[_CROSS],
        seeds[outer, 0],
        seeds[outer, 1],
        costs[INERTIA],
        costs[ROUGH],
        costs[ROUND],
    )
    for m in range(pair.low.shape[1]):
        here = part[_VALUES + m] + pair.load[inner, m]
        there = whole[_VALUES + m] - part[_VALUES + m] + pair.load[outer, m]
        out = max(pair.low[inner, m] - here, here - pair.high[inner, m]) * pair.scale[inner, m]
        found += _PRESSURE * max(out, 0.0)
        out = max(pair.low[outer, m] - there, there - pair.high[outer, m]) * pair.scale[outer, m]
        found += _PRESSURE * max(out, 0.0)
    return float(found)


@kernel
def _write(q: int, inner: int, room: _Room, best: Int32s) -> None:
    """Side of each unit when the part below the q-th node of the tree is ``inner``."""
    order, parent, is_below = room.order, room.parent, room.root
    best[:] = 1 - inner
    is_below[:] = 0
    is_below[order[q]] = 1
    best[order[q]] = inner
    for r in range(q + 1, len(order)):
        u = order[r]
        if is_below[parent[u]] == 1:
            is_below[u] = 1
            best[u] = inner


@kernel
def _sum_up(pair: _Pair, room: _Room) -> None:
    """Sums over the part below each node, and the border between that part and the rest.

    An edge counts at both ends and twice less where their ways to the root meet, so that it
    remains only in the sums of parts that have one of its ends.
    """
    below, order, parent, depth = room.below, room.order, room.parent, room.depth
    for i in range(len(order)):
        for c in range(6):
            below[i, c] = pair.units[i, c]
        below[i, _CROSS] = 0.0
        below[i, _PRICE] = pair.prices[i, 0]
        below[i, _PRICE + 1] = pair.prices[i, 1]
        for m in range(pair.values.shape[1]):
            below[i, _VALUES + m] = pair.values[i, m]
    for e in range(len(pair.ends)):
        a, b = pair.ends[e, 0], pair.ends[e, 1]
        length = pair.lengths[e]
        below[a, RIM] -= length
        below[b, RIM] -= length
        below[a, _CROSS] += length
        below[b, _CROSS] += length
        while a != b:
            if depth[a] >= depth[b]:
                a = parent[a]
            else:
                b = parent[b]
        below[a, _CROSS] -= 2 * length
    for q in range(len(order) - 1, 0, -1):
        v = order[q]
        for c in range(below.shape[1]):
            below[parent[v], c] += below[v, c]


@kernel
def _span(ranks: Int64s, ends: Int64s, root: Int64s, tree: Int64s) -> None:
    """Kruskal's spanning tree with edges in this order."""
    n = len(root)
    for i in range(n):
        root[i] = i
    count = 0
    for e in ranks:
        a, b = ends[e, 0], ends[e, 1]
        while root[a] != a:
            root[a] = root[root[a]]
            a = root[a]
        while root[b] != b:
            root[b] = root[root[b]]
            b = root[b]
        if a != b:
            root[a] = b
            tree[count, 0], tree[count, 1] = ends[e, 0], ends[e, 1]
            count += 1
            if count == n - 1:
                break


@kernel
def _orient(n: int, room: _Room) -> None:
    """Order of the nodes of a tree from node 0 outwards, parent and depth of each."""
    tree, begin, near = room.tree, room.begin, room.near
    order, parent, depth = room.order, room.parent, room.depth
    begin[:] = 0
    for t in range(n - 1):
        begin[tree[t, 0] + 1] += 1
        begin[tree[t, 1] + 1] += 1
    for i in range(n):
        begin[i + 1] += begin[i]
    for t in range(n - 1):
        for side in range(2):
            a = tree[t, side]
            near[begin[a]] = tree[t, 1 - side]
            begin[a] += 1
    for i in range(n, 0, -1):
        begin[i] = begin[i - 1]
    begin[0] = 0
    order[0], parent[0], depth[0] = 0, -1, 0
    tail = 1
    for head in range(n):
        v = order[head]
        for p in range(begin[v], begin[v + 1]):
            u = near[p]
            if u != parent[v]:
                parent[u], depth[u] = v, depth[v] + 1
                order[tail] = u
                tail += 1
