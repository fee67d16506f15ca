"""Whether a territory stays in one piece without a unit, and which units lie at its edge."""

from __future__ import annotations

from terradesk.arcs.jit import kernel
from terradesk.builder.moves import BORDERING, STAMP, Ground, State

GROUPS = 8
"""Most separate groups of neighbours that are searched from."""

TAILS = 1  # row of `State.search` with the ends of queues; heads are row 0, merged groups row 2
_STEP = 16  # stamps used by one search


@kernel
def stays_whole(i: int, x: int, ground: Ground, state: State) -> bool:
    """Whether territory x hangs together without unit i, which has a neighbour in it.

    Neighbours of i in x that are neighbours of each other form groups; when there is one, nothing
    breaks. Otherwise searches grow from all groups in turn until they meet, or until one has
    nowhere to go, which is where a small piece would break off: found after that piece, not after
    the whole territory. Refused when a search outgrows the queue.

    Parameters
    ----------
    i, x : int
    ground, state
        Stamps and queue are used up.
    """
    starts, others, labels = ground.starts, ground.others, state.labels
    stamps, queue = state.stamps, state.queue
    mark = state.counts[STAMP]
    state.counts[STAMP] += _STEP
    n_near = 0
    for p in range(starts[i], starts[i + 1]):
        v = others[p]
        if labels[v] == x:
            stamps[v] = mark
            n_near += 1
    if n_near <= 1:
        return n_near == 1
    groups = 0
    tails = state.search[TAILS]
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
    return _meet(i, x, groups, mark, ground, state)


@kernel
def _meet(i: int, x: int, groups: int, mark: int, ground: Ground, state: State) -> bool:
    starts, others, labels = ground.starts, ground.others, state.labels
    stamps, queue = state.stamps, state.queue
    limit = queue.shape[1]
    heads, tails, tops = state.search[0], state.search[TAILS], state.search[2]
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
def update_edge(i: int, x: int, y: int, ground: Ground, state: State) -> None:
    """Keep the list of units at edges after unit i has gone from x to y.

    Parameters
    ----------
    i, x, y : int
    ground, state
    """
    labels, foreign = state.labels, state.foreign
    own = 0
    for p in range(ground.starts[i], ground.starts[i + 1]):
        v = ground.others[p]
        k = labels[v]
        if k != y:
            own += 1
        if k == x:
            foreign[v] += 1
            if foreign[v] == 1 and ground.movable[v]:
                _enlist(v, state)
        elif k == y:
            foreign[v] -= 1
            if foreign[v] == 0:
                _strike(v, state)
    if foreign[i] == 0 and own > 0 and ground.movable[i]:
        _enlist(i, state)
    elif own == 0:
        _strike(i, state)
    foreign[i] = own


@kernel
def _enlist(v: int, state: State) -> None:
    n = state.counts[BORDERING]
    state.places[v] = n
    state.edge[n] = v
    state.counts[BORDERING] = n + 1


@kernel
def _strike(v: int, state: State) -> None:
    place = state.places[v]
    if place < 0:
        return
    n = state.counts[BORDERING] - 1
    last = state.edge[n]
    state.edge[place] = last
    state.places[last] = place
    state.places[v] = -1
    state.counts[BORDERING] = n
