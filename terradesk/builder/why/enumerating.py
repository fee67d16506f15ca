"""The search for connected sets around a unit whose sums come near to a band, in numba."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from terradesk.arcs.jit import Bools, Bytes, Floats, Int32s, kernel

MOST = 1.0
"""Misses above this are told as this: larger sets need not be looked at."""

_ROUNDING = 1e-9


class Case(NamedTuple):
    """What a search reads: nodes, neighbours, who may be with whom, and bands.

    Nodes are units, or all units that a territory holds for certain (`cores`, -1 for a free one);
    c = classes, r = rows of bands, of class i from ``row_starts[i]``; see `pockets.Condensed` and
    `pockets.Wanted`.

    Parameters
    ----------
    starts, others : ndarray of int32
    weights : ndarray of float64, shape (nodes, m)
    cores, classes : ndarray of int32, shape (nodes,)
    allowed : ndarray of bool, shape (c, k)
    near : ndarray of bool, shape (c, c)
        Whether units of two classes may share a territory; (1, 1) when that is not known.
    row_starts : ndarray of int32, shape (c + 1,)
    low, high, size : ndarray of float64, shape (r, m)
    own_low, own_high, own_size, own_extra : ndarray of float64, shape (k, m)
    top_high, top_size : ndarray of float64, shape (c, m)
    """

    starts: Int32s
    others: Int32s
    weights: Floats
    cores: Int32s
    classes: Int32s
    allowed: Bools
    near: Bools
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


class Room(NamedTuple):
    """Memory of a search. After it `best` begins with the best set."""

    marks: Bytes
    places: Int32s
    tops: Int32s
    queue: Int32s
    inside: Int32s
    best: Int32s
    mass: Floats


@kernel
def make_room(n: int, m: int) -> Room:
    """Memory for searches among n nodes with m measures."""
    return Room(
        np.zeros(n, np.uint8),
        np.zeros(n + 1, np.int32),
        np.zeros(n + 1, np.int32),
        np.zeros(n + 1, np.int32),
        np.zeros(n + 1, np.int32),
        np.zeros(n + 1, np.int32),
        np.zeros(m),
    )


@kernel
def _miss(case: Case, mass: Floats, owner: int, group: int) -> float:
    """How far a set is from the nearest band: the largest over measures, the least over bands."""
    if owner >= 0:
        worst = -np.inf
        for m in range(len(mass)):
            off = max(case.own_low[owner, m] - mass[m], mass[m] - case.own_high[owner, m])
            off /= case.own_size[owner, m]
            worst = max(worst, off + case.own_extra[owner, m] if off > _ROUNDING else off)
        return worst
    best = np.inf
    for r in range(case.row_starts[group], case.row_starts[group + 1]):
        worst = -np.inf
        for m in range(len(mass)):
            off = max(case.low[r, m] - mass[m], mass[m] - case.high[r, m])
            worst = max(worst, off / case.size[r, m])
        best = min(best, worst)
    return best


@kernel
def _fits(case: Case, v: int, mass: Floats, owner: int, group: int, limit: float) -> bool:
    """Whether a set with this node added can be, or become, better than `limit`."""
    if case.cores[v] >= 0:
        if owner >= 0 or not case.allowed[group, case.cores[v]]:
            return False
        owner = case.cores[v]
    elif owner >= 0:
        if not case.allowed[case.classes[v], owner]:
            return False
    elif max(group, case.classes[v]) < len(case.near) and not case.near[group, case.classes[v]]:
        return False
    for m in range(len(mass)):
        if owner >= 0:
            most = case.own_high[owner, m] + limit * case.own_size[owner, m]
        else:
            most = case.top_high[group, m] + limit * case.top_size[group, m]
        if mass[m] + case.weights[v, m] > most + _ROUNDING * abs(most):
            return False
    return True


@kernel
def search_node(
    case: Case, room: Room, u: int, floor: float, cap: int
) -> tuple[float, bool, int, int]:
    """Least miss of the connected sets that contain a node.

    Each set is seen once: a node next to the set is taken in, or banned for the rest of the branch
    (it keeps its mark). Ends early at a set that misses by `floor` or less.

    Parameters
    ----------
    case : Case
    room : Room
        Marks must be 0, and are again afterwards.
    u : int
        The node.
    floor : float
        A miss that is good enough.
    cap : int
        Sets to be tried.

    Returns
    -------
    miss : float
    done : bool
        Whether all sets that could be better were seen.
    count : int
        Length of the best set, in ``room.best``.
    steps : int
    """
    marks, queue, inside, mass = room.marks, room.queue, room.inside, room.mass
    group, owner = case.classes[u], case.cores[u]
    mass[:] = case.weights[u]
    inside[0] = u
    room.best[0] = u
    n_in, n_best, depth, top, place, steps, done = 1, 1, 0, 0, 0, 0, True
    best = _miss(case, mass, owner, group)
    marks[u] = 1
    for p in range(case.starts[u], case.starts[u + 1]):
        marks[case.others[p]] = 1
        queue[top] = case.others[p]
        top += 1
    while best > floor + _ROUNDING:
        steps += 1
        if steps > cap:
            done = False
            break
        limit = max(floor, min(best, MOST))
        v = -1
        while place < top and v < 0:
            if _fits(case, queue[place], mass, owner, group, limit):
                v = queue[place]
            place += 1
        if v >= 0:
            room.places[depth] = place
            room.tops[depth] = top
            depth += 1
            inside[n_in] = v
            n_in += 1
            mass += case.weights[v]
            owner = max(owner, case.cores[v])
            for p in range(case.starts[v], case.starts[v + 1]):
                if marks[case.others[p]] == 0:
                    marks[case.others[p]] = 1
                    queue[top] = case.others[p]
                    top += 1
            here = _miss(case, mass, owner, group)
            if here < best:
                best, n_best = here, n_in
                room.best[:n_in] = inside[:n_in]
            continue
        if depth == 0:
            break
        depth -= 1
        n_in -= 1
        mass -= case.weights[inside[n_in]]
        if case.cores[inside[n_in]] >= 0:
            owner = np.int32(-1)
        while top > room.tops[depth]:
            top -= 1
            marks[queue[top]] = 0
        place = room.places[depth]
    while top > 0:
        top -= 1
        marks[queue[top]] = 0
    marks[u] = 0
    return best, done, n_best, steps


@kernel
def scan_nodes(
    case: Case,
    nodes: Int32s,
    floor: float,
    cap: int,
    budget: int,
    raises: bool,
    miss: Floats,
    proven: Bools,
) -> float:
    """Search around each node in turn; with `raises` only for what is worse than the worst proof.

    Nodes of the same class in a set that is good enough need no search of their own. Fills `miss`
    and `proven` (one entry per node) and returns the last floor.
    """
    room = make_room(len(case.cores), case.weights.shape[1])
    is_fine = np.zeros(len(case.cores), np.bool_)
    for i in range(len(nodes)):
        if is_fine[nodes[i]]:
            continue
        found, done, count, steps = search_node(case, room, nodes[i], floor, min(cap, budget))
        budget -= steps
        miss[i] = found
        proven[i] = done and found > floor + _ROUNDING
        if found <= floor + _ROUNDING:
            for q in range(count):
                v = room.best[q]
                is_fine[v] = case.classes[v] == case.classes[nodes[i]]
        if raises and proven[i]:
            floor = min(found, MOST)
        if budget <= 0:
            break
    return floor
