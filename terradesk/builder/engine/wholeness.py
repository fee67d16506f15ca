"""Whether a territory stays in one piece without a unit, and which units lie at its edge."""

from __future__ import annotations

from terradesk.arcs.jit import Bools, Int32s, Int64s, kernel
from terradesk.builder.engine.moves import BORDERING, STAMP, Ground, State

GROUPS = 8
"""Most separate groups of neighbours that are searched from."""

TAILS = 1  # row of `State.search` with the ends of queues; heads are row 0, merged groups row 2
_STEP = 16  # stamps used by one search


@kernel
def is_whole_without(
    i: int,
    x: int,
    starts: Int32s,
    others: Int32s,
    labels: Int32s,
    stamps: Int32s,
    queue: Int32s,
    search: Int64s,
    counts: Int64s,
) -> bool:
    """Whether territory x hangs together without unit i, which has a neighbour in it.

    Neighbours of i in x that are neighbours of each other form groups; when there is one, nothing
    breaks. Otherwise searches grow from all groups in turn until they meet, or until one has
    nowhere to go, which is where a small piece would break off: found after that piece, not after
    the whole territory. Refused when a search outgrows the queue.

    Parameters
    ----------
    i, x : int
    starts, others, labels
        The graph and the map.
    stamps, queue, search, counts
        Of `moves.State`: room for the search.
    """
    mark = counts[STAMP]
    counts[STAMP] += _STEP
    n_near = 0
    for p in range(starts[i], starts[i + 1]):
        v = others[p]
        if labels[v] == x:
            stamps[v] = mark
            n_near += 1
    if n_near <= 1:
        return n_near == 1
    groups = 0
    tails = search[TAILS]
    for p in range(starts[i], starts[i + 1]):
        v = others[p]
        if stamps[v] != mark:
            continue
        if groups == GROUPS:
            return False
        groups += 1
        stamps[v] = mark + groups
        queue[groups - 1, 0] = v
        head, tail = 0, 1
        while head < tail:
            u = queue[groups - 1, head]
            head += 1
            for r in range(starts[u], starts[u + 1]):
                o = others[r]
                if stamps[o] == mark:
                    stamps[o] = mark + groups
                    queue[groups - 1, tail] = o
                    tail += 1
        tails[groups - 1] = tail
        if groups == 1 and tail == n_near:
            return True
    if groups == 1:
        return True
    return _meet(i, x, groups, mark, starts, others, labels, stamps, queue, search)


@kernel
def _meet(
    i: int,
    x: int,
    groups: int,
    mark: int,
    starts: Int32s,
    others: Int32s,
    labels: Int32s,
    stamps: Int32s,
    queue: Int32s,
    search: Int64s,
) -> bool:
    limit = queue.shape[1]
    heads, tails, tops = search[0], search[TAILS], search[2]
    for g in range(groups):
        heads[g] = 0
        tops[g] = g
    apart = groups
    while True:
        for g in range(groups):
            if heads[g] == tails[g]:
                alone = True
                for o in range(groups):  # another search of the same piece may still go on
                    if o != g and tops[o] == tops[g] and heads[o] < tails[o]:
                        alone = False
                if alone:
                    return False
                continue
            u = queue[g, heads[g]]
            heads[g] += 1
            for p in range(starts[u], starts[u + 1]):
                v = others[p]
                if labels[v] != x or v == i:
                    continue
                s = stamps[v] - mark
                if s <= 0:
                    if tails[g] == limit:
                        return False
                    stamps[v] = mark + g + 1
                    queue[g, tails[g]] = v
                    tails[g] += 1
                elif tops[s - 1] != tops[g]:
                    old, new = tops[s - 1], tops[g]
                    for o in range(groups):
                        if tops[o] == old:
                            tops[o] = new
                    apart -= 1
                    if apart == 1:
                        return True


@kernel
def list_edge(
    i: int,
    x: int,
    y: int,
    starts: Int32s,
    others: Int32s,
    labels: Int32s,
    movable: Bools,
    foreign: Int32s,
    places: Int32s,
    edge: Int32s,
    counts: Int64s,
) -> None:
    """Keep the list of units at edges after unit i has gone from x to y.

    Parameters
    ----------
    i, x, y : int
    starts, others, labels, movable
        The graph and the map.
    foreign, places, edge, counts
        Of `moves.State`: the list.
    """
    own = 0
    for p in range(starts[i], starts[i + 1]):
        v = others[p]
        k = labels[v]
        if k != y:
            own += 1
        if k == x:
            foreign[v] += 1
            if foreign[v] == 1 and movable[v]:
                _enlist(v, places, edge, counts)
        elif k == y:
            foreign[v] -= 1
            if foreign[v] == 0:
                _strike(v, places, edge, counts)
    if foreign[i] == 0 and own > 0 and movable[i]:
        _enlist(i, places, edge, counts)
    elif own == 0:
        _strike(i, places, edge, counts)
    foreign[i] = own


@kernel
def _enlist(v: int, places: Int32s, edge: Int32s, counts: Int64s) -> None:
    n = counts[BORDERING]
    places[v] = n
    edge[n] = v
    counts[BORDERING] = n + 1


@kernel
def _strike(v: int, places: Int32s, edge: Int32s, counts: Int64s) -> None:
    place = places[v]
    if place < 0:
        return
    n = counts[BORDERING] - 1
    last = edge[n]
    edge[place] = last
    places[last] = place
    places[v] = -1
    counts[BORDERING] = n


@kernel
def stays_whole(i: int, x: int, ground: Ground, state: State) -> bool:
    """`is_whole_without` for what is not called a million times.

    Parameters
    ----------
    i, x : int
    ground, state
    """
    return is_whole_without(
        i,
        x,
        ground.starts,
        ground.others,
        state.labels,
        state.stamps,
        state.queue,
        state.search,
        state.counts,
    )


@kernel
def update_edge(i: int, x: int, y: int, ground: Ground, state: State) -> None:
    """`list_edge` for what is not called a million times.

    Parameters
    ----------
    i, x, y : int
    ground, state
    """
    list_edge(
        i,
        x,
        y,
        ground.starts,
        ground.others,
        state.labels,
        ground.movable,
        state.foreign,
        state.places,
        state.edge,
        state.counts,
    )
