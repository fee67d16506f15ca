"""Growing territories: over units that nobody has, and new ones out of their neighbours."""

from __future__ import annotations

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s, Int64s, kernel
from terradesk.builder.annealing import make_ground, make_state
from terradesk.builder.clock import Clock, Work
from terradesk.builder.energies import Costs, sums_of
from terradesk.builder.moves import Ground, State, shift
from terradesk.builder.wholeness import stays_whole, update_edge

_SHAPE = 0.5  # of a unit's weight is how much of its border lies in the territory
_AT_ONCE = 20_000  # pops of the heap in one call of the kernel
_ENOUGH = 1e-9


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


def plant(work: Work, labels: Int32s, clock: Clock, costs: Costs, among: Bools) -> None:
    """Give each territory that has no unit a first one, in place, where it can grow.

    At its seed; else amid what nobody has; else where its neighbours have most to spare.

    Parameters
    ----------
    work : Work
    labels : ndarray of int32, shape (n,)
    clock : Clock
    costs : Costs
    among : ndarray of bool, shape (n,)
        Units that may be given.
    """
    problem = work.problem
    counts = np.bincount(labels[labels >= 0], minlength=problem.n_territories).astype(np.int32)
    for new in np.flatnonzero(counts == 0).tolist():
        rows = _candidates(work, labels, counts, new, among)
        if len(rows):
            first = int(rows[_nearest(problem.xy[rows], _place(work, labels, new, rows))])
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


def _place(work: Work, labels: Int32s, new: int, rows: Int32s) -> Floats:
    """Where a territory should begin, km."""
    problem = work.problem
    if not np.isnan(problem.seeds[new]).any():
        seed: Floats = problem.seeds[new]
        return seed
    nobody = rows[labels[rows] < 0]
    if len(nobody):
        return _middle(problem.xy[nobody], problem.activities[nobody, 0])
    return _where_to_spare(work, labels)


def _middle(xy: Floats, weight: Floats) -> Floats:
    found: Floats = np.average(xy, axis=0, weights=weight + 1e-12 * (1 + weight.sum()))
    return found


def _where_to_spare(work: Work, labels: Int32s) -> Floats:
    """Middle of the territories around that place which have most above their targets."""
    problem, bands = work.problem, work.bands
    k = problem.n_territories
    held = labels >= 0
    spare = (sums_of(problem, labels) - bands.targets)[:, 0]
    spare = np.where(bands.exempt[:, 0], 0.0, spare)
    counts = np.maximum(np.bincount(labels[held], minlength=k), 1)
    middles = np.stack(
        [np.bincount(labels[held], problem.xy[held, d], k) / counts for d in (0, 1)], 1
    )
    a, b = labels[work.graph.edges.T]
    meet = (a != b) & (a >= 0) & (b >= 0)
    near = np.eye(k)
    near[a[meet], b[meet]] = near[b[meet], a[meet]] = 1.0
    near[:, np.bincount(labels[held], minlength=k) == 0] = 0.0
    best = int((near @ spare).argmax())
    weights = np.maximum(spare, 0.0) * near[best] + 1e-12 * near[best]
    found: Floats = np.average(middles, axis=0, weights=weights)
    return found


def _nearest(xy: Floats, place: Floats) -> int:
    return int(((xy - place) ** 2).sum(1).argmin())


def claim(work: Work, labels: Int32s, new: int, clock: Clock, costs: Costs) -> None:
    """Let a small territory grow round its middle to its target, in place, out of its neighbours.

    Neighbours stay whole and above half their targets; the nearest units come first, those of
    territories with a surplus before others.

    Parameters
    ----------
    work : Work
    labels : ndarray of int32, shape (n,)
    new : int
    clock : Clock
    costs : Costs

    Raises
    ------
    Stopped
        By the clock; ``labels`` are valid then.
    """
    problem = work.problem
    ground = make_ground(work, costs)
    state = make_state(ground, labels, problem.fixed_load, 1)
    own = labels == new
    middle = problem.seeds[new]
    if np.isnan(middle).any():
        middle = _middle(problem.xy[own], problem.activities[own, 0])
    reach = np.sqrt(problem.areas.sum() / problem.n_territories) + 1e-9
    away = np.hypot(*(problem.xy - middle).T) / reach
    while _claim_many(new, away, ground, state, 200):
        clock.tick(0, labels)


@kernel
def _claim_many(new: int, away: Floats, ground: Ground, state: State, count: int) -> bool:
    """Take up to so many units more; False when there is nothing more to take."""
    labels, sums, bands = state.labels, state.sums, ground.bands
    for _unit in range(count):
        room = 0.0
        for m in range(sums.shape[1]):
            room = max(room, (bands[new, m, 3] - sums[new, m]) * bands[new, m, 2])
        if room <= 0.01:
            return False
        best, found = 1e300, -1
        for q in range(state.counts[0]):
            i = state.edge[q]
            x = labels[i]
            if x == new or x < 0 or state.rows[x, 6] <= 1:
                continue
            if not ground.allowed[ground.classes[i], new]:
                continue
            touches = False
            for p in range(ground.starts[i], ground.starts[i + 1]):
                touches = touches or labels[ground.others[p]] == new
            if not touches:
                continue
            score, fits = away[i], True
            for m in range(sums.shape[1]):
                value, scale = ground.values[i, m], bands[new, m, 2]
                fits = fits and (sums[new, m] + value - bands[new, m, 3]) * scale < 0.5 * room
                rest = (sums[x, m] - value) * bands[x, m, 2]
                fits = fits and rest > 0.5 * bands[x, m, 3] * bands[x, m, 2]
                score -= min(1.0, rest - 1.0)
            if fits and score < best and stays_whole(i, x, ground, state):
                best, found = score, i
        if found < 0:
            return False
        x = labels[found]
        bx, by = 0.0, 0.0
        for p in range(ground.starts[found], ground.starts[found + 1]):
            bx += ground.borders[p] if labels[ground.others[p]] == x else 0.0
            by += ground.borders[p] if labels[ground.others[p]] == new else 0.0
        shift(found, x, new, bx, by, ground, state)
        update_edge(found, x, new, ground, state)
    return True
