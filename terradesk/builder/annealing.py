"""Simulated annealing of territories: moves of units between neighbours that keep all pieces whole.

Energy = costs (see `energies.Costs`) + pressure x (violation + spread x squared deviation).
Temperature and pressure change geometrically, the spread falls to 0 at 70 % of the moves. Each
proposal costs a few operations per neighbour of a unit; whether a territory stays whole is tested
last, of those that the energy accepts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from terradesk.arcs.jit import Floats, Int32s, kernel
from terradesk.builder.clock import SLICE, Clock, Stopped, Work
from terradesk.builder.energies import Costs, key, leading, make_costs, weights_of
from terradesk.builder.moves import (
    ACCEPTED,
    BORDERING,
    COUNT,
    DISTRICTS,
    HANDOVER,
    HINGE,
    KEEP,
    LIMITS,
    WHOLE,
    Ground,
    State,
    draw,
    extra_change,
    hand_back,
    pair_change,
    pick,
    refresh,
    shared_borders,
    shift,
    shift_change,
)
from terradesk.builder.wholeness import GROUPS, stays_whole, update_edge

_CHUNK = 1000  # moves at one temperature
_LIMIT = 400  # units that a search for wholeness may visit from each side
_MARGIN = 0.98  # of the tolerance is used, so that rounding never decides
_RESERVE = 64_000  # chances drawn ahead
_LUCK = -np.log((np.arange(4096) + 0.5) / 4096)


@dataclass(frozen=True, slots=True)
class Heat:
    """The course of an annealing.

    Parameters
    ----------
    moves : float
        Proposals.
    hot, cold : float
        Temperature at the start and the end, times ``sqrt(k / n)``.
    lam0, lam1 : float
        Pressure of violations at the start and the end.
    spread : float
        Weight of the squared deviation inside the band at the start.
    mix : tuple of float
        Share of shifts and of swaps; the rest are chains over three territories.
    strict : float
        Share of the run after which violations may not grow.
    """

    moves: float
    hot: float = 0.5
    cold: float = 0.06
    lam0: float = 4.0
    lam1: float = 100.0
    spread: float = 0.0
    mix: tuple[float, float] = (0.7, 0.2)
    strict: float = 0.9


@dataclass(frozen=True, slots=True)
class Annealed:
    """What an annealing left: violation within the margin kept, energy, moves accepted."""

    violation: float
    energy: float
    accepted: int


def anneal(
    work: Work,
    labels: Int32s,
    heat: Heat,
    clock: Clock,
    seed: int,
    costs: Costs | None = None,
    show: Callable[[], Int32s] | None = None,
) -> Annealed:
    """Improve labels in place.

    Parameters
    ----------
    work : Work
    labels : ndarray of int32, shape (n,)
        Every territory whole (see `repairing.repair`); what is -1 stays so.
    heat : Heat
    clock : Clock
        Ticks between slices; the labels are valid whenever it raises.
    seed : int
    costs : Costs, optional
        Those of the whole map, for a part of it.
    show : callable, optional
        Gives the labels of the whole map when ``work`` is a part or a coarser map.

    Raises
    ------
    Stopped
        By the clock, after it was offered the present state.
    """
    costs = costs or make_costs(work)
    ground = make_ground(work, costs)
    state = make_state(ground, labels, work.problem.fixed_load, seed)
    course = _course(work, heat)
    total = int(heat.moves)
    done, size = 0, 20_000
    while done < total and state.counts[BORDERING] > 0:
        now = time.perf_counter()
        step = min(size, total - done)
        _anneal(ground, state, course, _LUCK, done, done + step, total)
        done += step
        seconds = time.perf_counter() - now
        size = _next_size(size, seconds)
        try:
            clock.tick(step, show or labels)
        except Stopped:
            whole = show() if show else labels
            clock.offer(whole, key(clock.work, whole))
            raise
    hinge = float(state.rows[:, HINGE].sum())
    return Annealed(hinge, float(state.rows[:, HINGE - 1].sum()), int(state.counts[ACCEPTED]))


def _next_size(size: int, seconds: float) -> int:
    """Moves of the next slice, a multiple of the chunk: the result never depends on it."""
    factor = min(2.0, max(0.25, 0.6 * SLICE / max(seconds, 1e-6)))
    return max(_CHUNK, min(2_000_000, int(size * factor) // _CHUNK * _CHUNK))


def _course(work: Work, heat: Heat) -> Floats:
    scale = sqrt(work.problem.n_territories / max(1, work.problem.n_units))
    hot, cold = max(heat.hot * scale, 1e-9), max(heat.cold * scale, 1e-9)
    mix = heat.mix
    return np.array(
        [hot, cold, heat.lam0, heat.lam1, heat.spread, mix[0], mix[0] + mix[1], heat.strict]
    )


def make_ground(work: Work, costs: Costs) -> Ground:
    """What the kernels read of a problem."""
    problem, bands, graph = work.problem, work.bands, work.graph
    n = problem.n_units
    middle = problem.xy.mean(0)
    xy = problem.xy - middle
    g = leading(problem)
    units = np.zeros((n, 8))
    units[:, 0], units[:, 1], units[:, 2] = g, g * xy[:, 0], g * xy[:, 1]
    units[:, 3] = g * (xy**2).sum(1)
    units[:, 4], units[:, 5] = problem.areas, problem.perimeters
    movable = (problem.allowed.sum(1) > 1)[problem.allowed_class]
    movable[bands.oversize] = False
    districts = problem.districts if costs.district > 0 else np.full(n, -1, np.int32)
    sizes = np.bincount(districts[districts >= 0], minlength=1).astype(np.float64)
    capped = np.isfinite(problem.handover_caps).any() and problem.has_baseline
    return Ground(
        starts=graph.starts,
        others=graph.others,
        borders=graph.borders,
        units=units,
        values=problem.activities,
        movable=movable,
        classes=problem.allowed_class,
        allowed=problem.allowed,
        base=problem.baseline,
        kept=problem.retention,
        passed=problem.handover,
        caps=problem.handover_caps,
        districts=districts,
        sizes=sizes,
        seeds=problem.seeds - middle,
        bands=_band_rows(work),
        costs=costs.as_array(),
        switches=np.array(
            [
                (bands.hard_low > 0).any() or np.isfinite(bands.hard_high).any(),
                (~np.isnan(problem.seeds)).any(),
                problem.is_restricted,
                costs.moved > 0 and problem.has_baseline,
                costs.district > 0 and (districts >= 0).any(),
                capped,
                work.options.contiguity != "off",
            ]
        ),
    )


def _band_rows(work: Work) -> Floats:
    """(k, m, 8) rows of `moves.Ground.bands`, a hair inside the bands."""
    problem, bands = work.problem, work.bands
    with np.errstate(invalid="ignore"):
        middle = (bands.low + bands.high) / 2
        half = (bands.high - bands.low) / 2
        is_closed = np.isfinite(half)
    low = np.where(is_closed, middle - _MARGIN * half, bands.low)
    high = np.where(is_closed, middle + _MARGIN * half, bands.high)
    weights = np.broadcast_to(weights_of(problem), low.shape)
    spread = np.where(is_closed, weights / np.maximum(problem.tolerances, 0.005), 0.0)
    rows = (low, high, bands.scale, bands.targets, spread, weights, bands.hard_low, bands.hard_high)
    return np.ascontiguousarray(np.stack(rows, 2))


def make_state(ground: Ground, labels: Int32s, fixed_load: Floats, seed: int) -> State:
    """Running sums of labels, which the kernels then change in place."""
    n, k = len(labels), len(fixed_load)
    degree = int(np.diff(ground.starts).max(initial=0))
    start = (88172645463325252 ^ ((seed + 1) * 2654435761)) & (2**64 - 1)
    random = np.array([start or 1], np.uint64)
    state = State(
        labels=labels,
        rows=np.zeros((k, 10)),
        sums=np.array(fixed_load),
        foreign=np.zeros(n, np.int32),
        places=np.full(n, -1, np.int32),
        edge=np.empty(n, np.int32),
        counts=np.array([0, 0, 1], np.int64),
        stamps=np.zeros(n, np.int32),
        queue=np.empty((GROUPS, max(_LIMIT, degree + 1)), np.int32),
        search=np.zeros((3, GROUPS), np.int64),
        shares=np.zeros((len(ground.sizes) if ground.switches[DISTRICTS] else 1, k), np.int32),
        handed=np.zeros((k, ground.caps.shape[1], 2)),
        random=random,
    )
    _count(ground, state)
    return state


@kernel
def _count(ground: Ground, state: State) -> None:
    """Fill the running sums."""
    labels, rows = state.labels, state.rows
    for _round in range(20):
        draw(state.random)
    for i in range(len(labels)):
        k = labels[i]
        if k < 0:
            continue
        for c in range(6):
            rows[k, c] += ground.units[i, c]
        rows[k, COUNT] += 1
        for m in range(state.sums.shape[1]):
            state.sums[k, m] += ground.values[i, m]
        if ground.switches[DISTRICTS] and ground.districts[i] >= 0:
            state.shares[ground.districts[i], k] += 1
        home = ground.base[i]
        if home >= 0 and home != k:
            for h in range(ground.passed.shape[1]):
                state.handed[home, h, 0] += ground.passed[i, h]
                state.handed[k, h, 1] += ground.passed[i, h]
        for p in range(ground.starts[i], ground.starts[i + 1]):
            if labels[ground.others[p]] == k:
                rows[k, 5] -= ground.borders[p]
            else:
                state.foreign[i] += 1
        if state.foreign[i] > 0 and ground.movable[i]:
            n = state.counts[BORDERING]
            state.places[i] = n
            state.edge[n] = i
            state.counts[BORDERING] = n + 1
    for k in range(len(rows)):
        refresh(k, ground, state)


@kernel
def _foreign_neighbour(i: int, x: int, skip: int, bits: Any, ground: Ground, labels: Int32s) -> int:
    """A random territory among the neighbours of unit i, neither x nor skip; -1 for none."""
    first, n = ground.starts[i], ground.starts[i + 1] - ground.starts[i]
    if n == 0:
        return -1
    o = pick(bits, n)
    for _q in range(n):
        k = labels[ground.others[first + o]]
        if k != x and k != skip and k >= 0:
            return k
        o += 1
        if o == n:
            o = 0
    return -1


@kernel
def _along(i: int, y: int, ground: Ground, state: State) -> int:
    """Unit of territory y reached by 1 ... 8 random steps along its edge from unit i, or -1."""
    bits = draw(state.random)
    steps = 1 + np.int64(bits & np.uint64(7))
    bits >>= np.uint64(3)
    u = i
    for _step in range(steps):
        first, n = ground.starts[u], ground.starts[u + 1] - ground.starts[u]
        o = np.int64(bits & np.uint64(63)) * n >> 6
        bits >>= np.uint64(6)
        found = False
        for _q in range(n):
            v = ground.others[first + o]
            if v != i and state.places[v] >= 0 and state.labels[v] == y:
                u = v
                found = True
                break
            o += 1
            if o == n:
                o = 0
        if not found:
            break
    return u if u != i else -1


@kernel
def _touch(i: int, k: int, other: int, ground: Ground, labels: Int32s) -> tuple[bool, float]:
    """Whether unit i has a neighbour in k besides ``other``; its border with ``other``, km."""
    found = False
    between = 0.0
    for p in range(ground.starts[i], ground.starts[i + 1]):
        v = ground.others[p]
        if v == other:
            between += ground.borders[p]
        elif labels[v] == k:
            found = True
    return found, between


@kernel
def _anneal(
    ground: Ground,
    state: State,
    course: Floats,
    luck: Floats,
    first: int,
    last: int,
    total: int,
) -> None:
    hot, cold, lam0, lam1, spread0 = course[0], course[1], course[2], course[3], course[4]
    to_shift, to_swap, strict = course[5], course[6], course[7]
    labels, counts, rows = state.labels, state.counts, state.rows
    is_whole, is_limited = ground.switches[WHOLE], ground.switches[LIMITS]
    has_extras = ground.switches[KEEP] or ground.switches[DISTRICTS] or ground.switches[HANDOVER]
    n, k = len(labels), len(rows)
    for begin in range(first, last, _CHUNK):
        fraction = begin / total
        warmth = hot * (cold / hot) ** fraction
        lam = lam0 * (lam1 / lam0) ** fraction
        spread = spread0 * max(0.0, 1 - fraction / 0.7)
        is_strict = fraction >= strict
        for _move in range(begin, min(begin + _CHUNK, last)):
            bits = draw(state.random)
            if is_whole or bits & np.uint64(0xF) != np.uint64(0):
                if counts[BORDERING] == 0:
                    break
                i = state.edge[pick(bits >> np.uint64(40), counts[BORDERING])]
                x = labels[i]
                y = _foreign_neighbour(
                    i, x, -1, (bits >> np.uint64(16)) & np.uint64(0xFFFFFF), ground, labels
                )
            else:  # territories need not be whole: a unit far from everything may go anywhere
                i = pick(bits >> np.uint64(40), n)
                x = labels[i]
                y = pick(bits >> np.uint64(16), k)
                if x < 0 or not ground.movable[i] or x == y:
                    continue
            if y < 0 or rows[x, COUNT] <= 1:
                continue
            if is_limited and not ground.allowed[ground.classes[i], y]:
                continue
            kind = (bits & np.uint64(0xFFFF)) * (1.0 / 65536)
            allowance = warmth * luck[draw(state.random) >> np.uint64(52)]
            if kind < to_shift:
                bx, by = shared_borders(i, x, y, ground, labels)
                cost, hinge, pull = shift_change(i, x, y, bx, by, ground, state)
                if has_extras:
                    more, over = extra_change(i, x, y, ground, state)
                    cost += more
                    hinge += over
                is_good = cost + lam * (hinge + spread * pull) <= allowance
                is_good = is_good and not (is_strict and hinge > 1e-12)
                if is_good and is_whole:
                    is_good = stays_whole(i, x, ground, state)
                if is_good:
                    shift(i, x, y, bx, by, ground, state)
                    update_edge(i, x, y, ground, state)
                    counts[ACCEPTED] += 1
                elif has_extras:
                    hand_back(i, x, y, ground, state)
                continue
            j = _along(i, y, ground, state)
            if j < 0:
                continue
            if kind < to_swap:
                z = x
            else:
                z = _foreign_neighbour(j, y, x, draw(state.random) >> np.uint64(40), ground, labels)
                if z < 0:
                    continue
            touches, between = _touch(j, z, i, ground, labels)
            if not touches or (is_limited and not ground.allowed[ground.classes[j], z]):
                continue
            bi = shared_borders(i, x, y, ground, labels)
            bj = shared_borders(j, y, z, ground, labels)
            cost, hinge, pull = pair_change(i, j, x, y, z, bi, bj, between, ground, state)
            if has_extras:
                more, over = extra_change(i, x, y, ground, state)
                again, beyond = extra_change(j, y, z, ground, state)
                cost += more + again
                hinge += over + beyond
            is_good = cost + lam * (hinge + spread * pull) <= allowance
            is_good = is_good and not (is_strict and hinge > 1e-12)
            if is_good and is_whole:
                is_good = stays_whole(i, x, ground, state)
                if is_good:
                    labels[i] = y
                    is_good = stays_whole(j, y, ground, state)
                    labels[i] = x
            if is_good:
                shift(i, x, y, bi[0], bi[1], ground, state)
                update_edge(i, x, y, ground, state)
                jy, jz = shared_borders(j, y, z, ground, labels)
                shift(j, y, z, jy, jz, ground, state)
                update_edge(j, y, z, ground, state)
                counts[ACCEPTED] += 2
            elif has_extras:
                hand_back(j, y, z, ground, state)
                hand_back(i, x, y, ground, state)
        if counts[2] > 2_000_000_000:
            state.stamps[:] = 0
            counts[2] = 1
