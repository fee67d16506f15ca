"""Growing territories: over units that nobody has, and new ones out of their neighbours."""

from __future__ import annotations

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s, Int64s, kernel
from terradesk.builder.clock import Clock, Work
from terradesk.builder.engine.energies import sums_of
from terradesk.builder.engine.flows import cost_of_a_new_one
from terradesk.builder.engine.groups import bordering
from terradesk.builder.problem import FREE

_SHAPE = 0.5  # of a unit's weight is how much of its border lies in the territory
_AT_ONCE = 20_000  # pops of the heap in one call of the kernel
_NEAR = 0.01  # of its target is near enough for a new territory
_COARSE = 4.0  # how much heavy units speak against a place
_PLACES = 60  # territories in whose place a new one is thought of


def spread_out(work: Work, labels: Int32s, clock: Clock) -> None:
    """Give units that nobody has to territories next to them, in place.

    The territory that is furthest below its target goes first; of its neighbours it takes those
    that it encloses most.

    Parameters
    ----------
    work : Work
    labels : ndarray of int32, shape (n,)
        -1 for nobody; what no territory reaches stays so.
    clock : Clock

    Raises
    ------
    Stopped
        By the clock.
    """
    problem, graph = work.problem, work.graph
    if not (labels < 0).any():
        return
    values = sums_of(problem, labels)
    around = np.maximum(np.bincount(graph.edges.ravel(), np.repeat(graph.lengths, 2)), 1e-9)
    room = 2 * len(graph.others) + 8
    keys, whose = np.empty(room), np.empty((room, 2), np.int32)
    size = np.zeros(1, np.int64)
    wholly = np.pad(around, (0, problem.n_units - len(around)), constant_values=1e-9)
    arrays = (
        graph.starts,
        graph.others,
        graph.borders,
        wholly,
        problem.activities,
        problem.allowed,
        problem.allowed_class,
        values,
        work.bands.scale,
        labels,
        keys,
        whose,
        size,
    )
    _list_frontier(*arrays)
    while size[0] > 0:
        _pop_many(*arrays, _AT_ONCE)
        clock.tick(0, labels)


@kernel
def _list_frontier(
    starts: Int32s,
    others: Int32s,
    borders: Floats,
    around: Floats,
    activities: Floats,
    allowed: Bools,
    classes: Int32s,
    values: Floats,
    scale: Floats,
    labels: Int32s,
    keys: Floats,
    whose: Int32s,
    size: Int64s,
) -> None:
    for i in range(len(labels)):
        if labels[i] < 0:
            for p in range(starts[i], starts[i + 1]):
                y = labels[others[p]]
                if y >= 0 and allowed[classes[i], y]:
                    _push(0.0, i, y, keys, whose, size)


@kernel
def _pop_many(
    starts: Int32s,
    others: Int32s,
    borders: Floats,
    around: Floats,
    activities: Floats,
    allowed: Bools,
    classes: Int32s,
    values: Floats,
    scale: Floats,
    labels: Int32s,
    keys: Floats,
    whose: Int32s,
    size: Int64s,
    count: int,
) -> None:
    for _pop in range(count):
        if size[0] == 0:
            return
        stored, i, y = keys[0], whose[0, 0], whose[0, 1]
        _drop_first(keys, whose, size)
        if labels[i] >= 0:
            continue
        load, shared = 0.0, 0.0
        for m in range(values.shape[1]):
            load = max(load, (values[y, m] + activities[i, m]) * scale[y, m])
        for p in range(starts[i], starts[i + 1]):
            if labels[others[p]] == y:
                shared += borders[p]
        now = load - _SHAPE * shared / around[i]
        if now > stored + 1e-6:  # has grown since it was listed: wait for its turn
            _push(now, i, y, keys, whose, size)
            continue
        labels[i] = y
        for m in range(values.shape[1]):
            values[y, m] += activities[i, m]
        for p in range(starts[i], starts[i + 1]):
            v = others[p]
            if labels[v] < 0 and allowed[classes[v], y]:
                _push(now, v, y, keys, whose, size)


@kernel
def _push(key: float, i: int, y: int, keys: Floats, whose: Int32s, size: Int64s) -> None:
    at = size[0]
    if at >= len(keys):
        return
    size[0] = at + 1
    while at > 0 and keys[(at - 1) // 2] > key:
        up = (at - 1) // 2
        keys[at], whose[at, 0], whose[at, 1] = keys[up], whose[up, 0], whose[up, 1]
        at = up
    keys[at], whose[at, 0], whose[at, 1] = key, i, y


@kernel
def _drop_first(keys: Floats, whose: Int32s, size: Int64s) -> None:
    last = size[0] - 1
    size[0] = last
    key, i, y = keys[last], whose[last, 0], whose[last, 1]
    at = 0
    while True:
        down = 2 * at + 1
        if down >= last:
            break
        if down + 1 < last and keys[down + 1] < keys[down]:
            down += 1
        if keys[down] >= key:
            break
        keys[at], whose[at, 0], whose[at, 1] = keys[down], whose[down, 0], whose[down, 1]
        at = down
    keys[at], whose[at, 0], whose[at, 1] = key, i, y


def plant(work: Work, labels: Int32s, clock: Clock, among: Bools) -> None:
    """Give each territory that has no unit a first one, in place, where it can grow.

    At its seed; else where nobody is, far from all others; else where least has to cross borders
    until all are in their bands.

    Parameters
    ----------
    work : Work
    labels : ndarray of int32, shape (n,)
    clock : Clock
    among : ndarray of bool, shape (n,)
        Units that may be given.
    """
    problem = work.problem
    counts = np.bincount(labels[labels >= 0], minlength=problem.n_territories).astype(np.int32)
    for new in np.flatnonzero(counts == 0).tolist():
        rows = _candidates(work, labels, counts, new, among)
        if len(rows):
            first = int(rows[_nearest(problem.xy[rows], _place(work, labels, new, rows, clock))])
            if labels[first] >= 0:
                counts[labels[first]] -= 1
            labels[first] = new
            counts[new] = 1
        clock.tick(0, labels)


def _candidates(work: Work, labels: Int32s, counts: Int32s, new: int, among: Bools) -> Int32s:
    """Units that may become the first of a territory."""
    problem = work.problem
    may = among & problem.allowed[:, new][problem.allowed_class]
    may[work.bands.oversize] = False
    may &= np.where(labels >= 0, counts[labels] > 1, True)
    rows = np.flatnonzero(may)
    locked = rows[problem.fixed[rows] == new]
    nobody = rows[labels[rows] < 0]
    if len(locked):
        return locked.astype(np.int32)
    free = rows[problem.fixed[rows] < 0]
    if np.isnan(problem.seeds[new]).any() and len(nobody):
        return nobody.astype(np.int32)
    return free.astype(np.int32)


def _place(work: Work, labels: Int32s, new: int, rows: Int32s, clock: Clock) -> Floats:
    """Where a territory should begin, km."""
    problem = work.problem
    if not np.isnan(problem.seeds[new]).any():
        seed: Floats = problem.seeds[new]
        return seed
    nobody = rows[labels[rows] < 0]
    if len(nobody):
        return _far_off(problem.xy, nobody, labels >= 0)
    return _cheapest(work, labels, new, clock)


def _cheapest(work: Work, labels: Int32s, new: int, clock: Clock) -> Floats:
    """Middle of the territories round the one in whose place a new one costs least."""
    problem = work.problem
    k, held = problem.n_territories, labels >= 0
    counts = np.bincount(labels[held], minlength=k)
    starts, others = bordering(work, labels)
    spare = (sums_of(problem, labels) - work.bands.targets)[:, 0]
    spare = np.where(work.bands.exempt[:, 0], 0.0, spare)
    near = np.eye(k, dtype=np.bool_)
    near[np.repeat(np.arange(k), np.diff(starts)), others] = True
    others_too = np.flatnonzero((counts > 0) & (np.arange(k) != new))
    order = np.argsort(-(near @ spare)[others_too], kind="stable")
    among = others_too[order][:_PLACES].astype(np.int32)
    weight = problem.activities[held, 0]
    mean = np.bincount(labels[held], weight**2, k) / np.maximum(
        np.bincount(labels[held], weight, k), 1e-300
    )
    coarse = mean * work.bands.scale[:, 0]
    costs = cost_of_a_new_one(work, labels, new, among, clock) * (1 + _COARSE * coarse[among])
    best = int(among[costs.argmin()])
    middles = np.stack(
        [np.bincount(labels[held], problem.xy[held, d], k) / np.maximum(counts, 1) for d in (0, 1)],
        1,
    )
    weights = np.where(near[best] & (counts > 0), np.maximum(spare, 0.0) + 1e-12, 0.0)
    found: Floats = np.average(middles, axis=0, weights=weights)
    return found


def _far_off(xy: Floats, nobody: Int32s, held: Bools) -> Floats:
    from scipy.spatial import cKDTree

    if not held.any():
        return _middle(xy[nobody], np.ones(len(nobody)))
    away = cKDTree(xy[held]).query(xy[nobody])[0]
    found: Floats = xy[nobody[int(away.argmax())]]
    return found


def _middle(xy: Floats, weight: Floats) -> Floats:
    found: Floats = np.average(xy, axis=0, weights=weight + 1e-12 * (1 + weight.sum()))
    return found


def _nearest(xy: Floats, place: Floats) -> int:
    return int(((xy - place) ** 2).sum(1).argmin())


def claim(work: Work, labels: Int32s, new: int, clock: Clock) -> None:
    """Let a small territory grow round its middle to its target, in place, out of its neighbours.

    Neighbours stay whole and above half their targets; the nearest units come first, those of
    territories with a surplus before others.

    Parameters
    ----------
    work : Work
    labels : ndarray of int32, shape (n,)
    new : int
    clock : Clock

    Raises
    ------
    Stopped
        By the clock; ``labels`` are valid then.
    """
    problem, bands = work.problem, work.bands
    own = labels == new
    if not own.any():
        return
    middle = problem.seeds[new]
    if np.isnan(middle).any():
        middle = _middle(problem.xy[own], problem.activities[own, 0])
    reach = np.sqrt(problem.areas.sum() / problem.n_territories) + 1e-9
    away = np.hypot(*(problem.xy - middle).T) / reach
    movable = (problem.fixed == FREE) & problem.allowed[:, new][problem.allowed_class]
    movable[bands.oversize] = False
    counts = np.bincount(labels[labels >= 0], minlength=problem.n_territories)
    room = np.empty((2, problem.n_units), np.int64)
    stamps = np.zeros(problem.n_units, np.int64)
    is_whole = work.options.contiguity != "off"
    values = sums_of(problem, labels)
    while _claim_many(
        new,
        away,
        movable,
        work.graph.starts,
        work.graph.others,
        problem.activities,
        bands.targets,
        bands.scale,
        is_whole,
        labels,
        values,
        counts,
        room,
        stamps,
        100,
    ):
        clock.tick(0, labels)


@kernel
def _claim_many(
    new: int,
    away: Floats,
    movable: Bools,
    starts: Int32s,
    others: Int32s,
    activities: Floats,
    targets: Floats,
    scale: Floats,
    is_whole: bool,
    labels: Int32s,
    values: Floats,
    counts: Int64s,
    room: Int64s,
    stamps: Int64s,
    most: int,
) -> bool:
    """Take up to so many units more; False when there is nothing more to take."""
    n_listed, frontier = 0, room[0]
    stamps[:] = 0
    for i in range(len(labels)):
        if labels[i] == new:
            n_listed = _list_neighbours(i, new, starts, others, labels, stamps, frontier, n_listed)
    for _unit in range(most):
        lack = 0.0
        for m in range(values.shape[1]):
            lack = max(lack, (targets[new, m] - values[new, m]) * scale[new, m])
        best, found = 1e300, -1
        for q in range(n_listed):
            i = frontier[q]
            x = labels[i]
            if x == new or x < 0 or not movable[i] or counts[x] <= 1:
                continue
            score, fits = away[i], lack > _NEAR
            for m in range(values.shape[1]):
                more = (values[new, m] + activities[i, m] - targets[new, m]) * scale[new, m]
                rest = (values[x, m] - activities[i, m]) * scale[x, m]
                fits = fits and more < 0.5 * lack and rest > 0.5 * targets[x, m] * scale[x, m]
                score -= min(1.0, rest - targets[x, m] * scale[x, m])
            if not fits or score >= best:
                continue
            if is_whole and not _can_leave(i, x, starts, others, labels, room[1]):
                continue
            best, found = score, i
        if found < 0:
            return False
        x = labels[found]
        labels[found] = new
        counts[x] -= 1
        counts[new] += 1
        for m in range(values.shape[1]):
            values[x, m] -= activities[found, m]
            values[new, m] += activities[found, m]
        n_listed = _list_neighbours(found, new, starts, others, labels, stamps, frontier, n_listed)
    return True


@kernel
def _list_neighbours(
    i: int,
    new: int,
    starts: Int32s,
    others: Int32s,
    labels: Int32s,
    stamps: Int64s,
    frontier: Int64s,
    n_listed: int,
) -> int:
    """Add neighbours of unit i in other territories to the frontier, each once."""
    for p in range(starts[i], starts[i + 1]):
        v = others[p]
        if stamps[v] == 0 and labels[v] != new:
            stamps[v] = 1
            frontier[n_listed] = v
            n_listed += 1
    return n_listed


@kernel
def _can_leave(
    i: int, x: int, starts: Int32s, others: Int32s, labels: Int32s, queue: Int64s
) -> bool:
    """Whether territory x is one piece without unit i; searches through x from a neighbour of i."""
    head, tail, wanted = 0, 0, 0
    for p in range(starts[i], starts[i + 1]):
        v = others[p]
        if labels[v] == x:
            wanted += 1
            if tail == 0:
                queue[0] = v
                tail = 1
    if wanted <= 1:
        return wanted == 1
    labels[i] = -2
    labels[queue[0]] = -3 - x
    while head < tail:
        u = queue[head]
        head += 1
        for p in range(starts[u], starts[u + 1]):
            v = others[p]
            if labels[v] == x:
                labels[v] = -3 - x
                queue[tail] = v
                tail += 1
    reached = 0
    for p in range(starts[i], starts[i + 1]):
        if labels[others[p]] == -3 - x:
            reached += 1
    for q in range(tail):
        labels[queue[q]] = x
    labels[i] = x
    return reached == wanted
