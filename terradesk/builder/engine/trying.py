"""The loop of annealing: proposals, tests, and what is carried out."""

from __future__ import annotations

from typing import Any

import numpy as np

from terradesk.arcs.jit import Floats, Int32s, kernel
from terradesk.builder.engine.moves import (
    ACCEPTED,
    AREA,
    BORDERING,
    COST,
    COUNT,
    DISTRICTS,
    GQ,
    GX,
    GY,
    HARD,
    HINGE,
    INERTIA,
    KEEP,
    LIMITS,
    MOVED,
    PULL,
    RIM,
    ROUGH,
    ROUND,
    STAMP,
    TABLES,
    WHOLE,
    G,
    Ground,
    State,
    draw,
    pick,
    pull_of,
    refresh,
    table_back,
    table_change,
    territory_cost,
    transfer,
    violation_of,
)
from terradesk.builder.engine.wholeness import is_whole_without, list_edge

CHUNK = 1000
"""Moves at one temperature."""


@kernel
def count(ground: Ground, state: State) -> None:
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
        refresh(
            k,
            rows,
            state.sums,
            ground.bands,
            ground.seeds,
            ground.costs,
            ground.switches[HARD],
        )


@kernel
def _foreign_neighbour(
    i: int, x: int, skip: int, bits: Any, starts: Int32s, others: Int32s, labels: Int32s
) -> int:
    """A random territory among the neighbours of unit i, neither x nor skip; -1 for none."""
    first, n = starts[i], starts[i + 1] - starts[i]
    if n == 0:
        return -1
    o = pick(bits, n)
    for _q in range(n):
        k = labels[others[first + o]]
        if k != x and k != skip and k >= 0:
            return k
        o += 1
        if o == n:
            o = 0
    return -1


@kernel
def _along(
    i: int, y: int, bits: Any, starts: Int32s, others: Int32s, labels: Int32s, places: Int32s
) -> int:
    """Unit of territory y reached by 1 ... 8 random steps along its edge from unit i, or -1."""
    steps = 1 + np.int64(bits & np.uint64(7))
    bits >>= np.uint64(3)
    u = i
    for _step in range(steps):
        first, n = starts[u], starts[u + 1] - starts[u]
        o = np.int64(bits & np.uint64(63)) * n >> 6
        bits >>= np.uint64(6)
        found = False
        for _q in range(n):
            v = others[first + o]
            if v != i and labels[v] == y and places[v] >= 0:
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
def try_moves(
    ground: Ground,
    state: State,
    course: Floats,
    luck: Floats,
    first: int,
    last: int,
    total: int,
) -> None:
    """Try moves ``first`` ... ``last`` of a run of ``total``; both ends are multiples of CHUNK.

    Parameters
    ----------
    ground, state
        The state is changed.
    course : ndarray of float64, shape (8,)
        Temperature and pressure at the start and the end, spread, shares of shifts and of swaps,
        share of the run after which violations may not grow.
    luck : ndarray of float64, shape (4096,)
        Exponentially distributed: what energy may rise by, in temperatures.
    first, last, total : int
    """
    hot, cold, lam0, lam1, spread0 = course[0], course[1], course[2], course[3], course[4]
    counts = state.counts
    for begin in range(first, last, CHUNK):
        fraction = begin / total
        warmth = hot * (cold / hot) ** fraction
        lam = lam0 * (lam1 / lam0) ** fraction
        spread = spread0 * max(0.0, 1 - fraction / 0.7)
        is_strict = fraction >= course[7]
        n = min(begin + CHUNK, last) - begin
        n_shift, n_swap = round(n * course[5]), round(n * course[6])
        if n_shift > 0:
            _try_shifts(n_shift, warmth, lam, spread, is_strict, luck, ground, state)
        if n_swap > 0:
            _try_pairs(n_swap, True, warmth, lam, spread, is_strict, luck, ground, state)
        if n > n_shift + n_swap:
            rest = n - n_shift - n_swap
            _try_pairs(rest, False, warmth, lam, spread, is_strict, luck, ground, state)
        if counts[STAMP] > 2_000_000_000:
            state.stamps[:] = 0
            counts[STAMP] = 1


@kernel
def _try_shifts(
    n: int,
    warmth: float,
    lam: float,
    spread: float,
    is_strict: bool,
    luck: Floats,
    ground: Ground,
    state: State,
) -> None:
    """Try to give n units at edges to a neighbour of theirs."""
    starts, others, borders = ground.starts, ground.others, ground.borders
    units, values, bands, seeds = ground.units, ground.values, ground.bands, ground.seeds
    movable, classes, allowed = ground.movable, ground.classes, ground.allowed
    base, kept = ground.base, ground.kept
    labels, rows, sums, edge = state.labels, state.rows, state.sums, state.edge
    random, counts, places, foreign = state.random, state.counts, state.places, state.foreign
    stamps, queue, search, costs = state.stamps, state.queue, state.search, ground.costs
    inertia, rough, round_ = costs[INERTIA], costs[ROUGH], costs[ROUND]
    moved = costs[MOVED] if ground.switches[KEEP] else 0.0
    is_whole, is_limited = ground.switches[WHOLE], ground.switches[LIMITS]
    is_hard, has_tables = ground.switches[HARD], ground.switches[TABLES]
    n_units, k, n_measures = len(labels), len(rows), sums.shape[1]
    for _move in range(n):
        bits = draw(random)
        if is_whole or (bits & np.uint64(7) != np.uint64(0) and counts[BORDERING] > 0):
            if counts[BORDERING] == 0:
                break
            i = edge[pick(bits >> np.uint64(40), counts[BORDERING])]
            x = labels[i]
            y = _foreign_neighbour(i, x, -1, bits >> np.uint64(16), starts, others, labels)
        else:  # territories need not be whole: any unit may go anywhere
            i = pick(bits >> np.uint64(40), n_units)
            x = labels[i]
            y = pick(bits >> np.uint64(16), k)
            if x < 0 or not movable[i] or x == y:
                continue
        if y < 0 or rows[x, COUNT] <= 1:
            continue
        if is_limited and not allowed[classes[i], y]:
            continue
        with_x = 0.0
        with_y = 0.0
        for p in range(starts[i], starts[i + 1]):
            t = labels[others[p]]
            b = borders[p]
            with_x += b if t == x else 0.0
            with_y += b if t == y else 0.0
        cost = territory_cost(
            rows[x, G] - units[i, G],
            rows[x, GX] - units[i, GX],
            rows[x, GY] - units[i, GY],
            rows[x, GQ] - units[i, GQ],
            rows[x, AREA] - units[i, AREA],
            rows[x, RIM] - units[i, RIM] + 2 * with_x,
            seeds[x, 0],
            seeds[x, 1],
            inertia,
            rough,
            round_,
        ) + territory_cost(
            rows[y, G] + units[i, G],
            rows[y, GX] + units[i, GX],
            rows[y, GY] + units[i, GY],
            rows[y, GQ] + units[i, GQ],
            rows[y, AREA] + units[i, AREA],
            rows[y, RIM] + units[i, RIM] - 2 * with_y,
            seeds[y, 0],
            seeds[y, 1],
            inertia,
            rough,
            round_,
        )
        cost -= rows[x, COST] + rows[y, COST]
        hinge = -rows[x, HINGE] - rows[y, HINGE]
        pull = -rows[x, PULL] - rows[y, PULL]
        for m in range(n_measures):
            at_x, at_y = sums[x, m] - values[i, m], sums[y, m] + values[i, m]
            hinge += violation_of(at_x, x, m, bands, is_hard)
            hinge += violation_of(at_y, y, m, bands, is_hard)
            pull += pull_of(at_x, x, m, bands) + pull_of(at_y, y, m, bands)
        if moved > 0.0:
            cost += moved * kept[i] * ((x == base[i]) - (y == base[i]))
        if has_tables:
            more, over = table_change(i, x, y, ground, state)
            cost += more
            hinge += over
        allowance = warmth * luck[draw(random) >> np.uint64(52)]
        is_good = cost + lam * (hinge + spread * pull) <= allowance
        is_good = is_good and not (is_strict and hinge > 1e-12)
        if is_good and is_whole:
            is_good = is_whole_without(i, x, starts, others, labels, stamps, queue, search, counts)
        if is_good:
            transfer(i, x, y, with_x, with_y, units, values, labels, rows, sums)
            refresh(x, rows, sums, bands, seeds, costs, is_hard)
            refresh(y, rows, sums, bands, seeds, costs, is_hard)
            list_edge(i, x, y, starts, others, labels, movable, foreign, places, edge, counts)
            counts[ACCEPTED] += 1
        elif has_tables:
            table_back(i, x, y, ground, state)


@kernel
def _try_pairs(
    n: int,
    is_swap: bool,
    warmth: float,
    lam: float,
    spread: float,
    is_strict: bool,
    luck: Floats,
    ground: Ground,
    state: State,
) -> None:
    """Try n times to give unit i of x to y and unit j of y to z, which in a swap is x."""
    starts, others, borders = ground.starts, ground.others, ground.borders
    units, values, bands, seeds = ground.units, ground.values, ground.bands, ground.seeds
    classes, allowed, base, kept = ground.classes, ground.allowed, ground.base, ground.kept
    labels, rows, sums, edge = state.labels, state.rows, state.sums, state.edge
    random, counts, places, foreign = state.random, state.counts, state.places, state.foreign
    stamps, queue, search, costs = state.stamps, state.queue, state.search, ground.costs
    movable = ground.movable
    inertia, rough, round_ = costs[INERTIA], costs[ROUGH], costs[ROUND]
    moved = costs[MOVED] if ground.switches[KEEP] else 0.0
    is_whole, is_limited = ground.switches[WHOLE], ground.switches[LIMITS]
    is_hard, has_tables = ground.switches[HARD], ground.switches[TABLES]
    n_units, n_measures = len(labels), sums.shape[1]
    back = 1.0 if is_swap else 0.0
    for _move in range(n):
        bits = draw(random)
        if is_whole or (bits & np.uint64(7) != np.uint64(0) and counts[BORDERING] > 0):
            if counts[BORDERING] == 0:
                break
            i = edge[pick(bits >> np.uint64(40), counts[BORDERING])]
            x = labels[i]
            y = _foreign_neighbour(i, x, -1, bits >> np.uint64(16), starts, others, labels)
            if y < 0:
                continue
            j = _along(i, y, draw(random), starts, others, labels, places)
        else:  # territories need not be whole: any two units
            i = pick(bits >> np.uint64(40), n_units)
            j = pick(bits >> np.uint64(16), n_units)
            x, y = labels[i], labels[j]
            if x == y or x < 0 or y < 0 or not movable[i] or not movable[j]:
                continue
        if j < 0 or rows[x, COUNT] <= 1:
            continue
        if is_limited and not allowed[classes[i], y]:
            continue
        bits = draw(random)
        z = x
        if not is_swap:
            z = _foreign_neighbour(j, y, x, bits, starts, others, labels)
        if z < 0 or (is_limited and not allowed[classes[j], z]):
            continue
        between = 0.0  # border of i with j
        touches = not is_whole  # j has a neighbour in z besides i
        ix = 0.0
        iy = 0.0
        for p in range(starts[i], starts[i + 1]):
            v = others[p]
            b = borders[p]
            between += b if v == j else 0.0
            ix += b if labels[v] == x else 0.0
            iy += b if labels[v] == y else 0.0
        jy = 0.0
        jz = 0.0
        for p in range(starts[j], starts[j + 1]):
            v = others[p]
            b = borders[p]
            jy += b if labels[v] == y else 0.0
            if labels[v] == z:
                jz += b
                touches = touches or v != i
        if not touches:
            continue
        cost = territory_cost(
            rows[x, G] - units[i, G] + back * units[j, G],
            rows[x, GX] - units[i, GX] + back * units[j, GX],
            rows[x, GY] - units[i, GY] + back * units[j, GY],
            rows[x, GQ] - units[i, GQ] + back * units[j, GQ],
            rows[x, AREA] - units[i, AREA] + back * units[j, AREA],
            rows[x, RIM] - units[i, RIM] + 2 * ix + back * (units[j, RIM] - 2 * (jz - between)),
            seeds[x, 0],
            seeds[x, 1],
            inertia,
            rough,
            round_,
        ) + territory_cost(
            rows[y, G] + units[i, G] - units[j, G],
            rows[y, GX] + units[i, GX] - units[j, GX],
            rows[y, GY] + units[i, GY] - units[j, GY],
            rows[y, GQ] + units[i, GQ] - units[j, GQ],
            rows[y, AREA] + units[i, AREA] - units[j, AREA],
            rows[y, RIM] + units[i, RIM] - units[j, RIM] - 2 * (iy - between) + 2 * jy,
            seeds[y, 0],
            seeds[y, 1],
            inertia,
            rough,
            round_,
        )
        cost -= rows[x, COST] + rows[y, COST]
        hinge = -rows[x, HINGE] - rows[y, HINGE]
        pull = -rows[x, PULL] - rows[y, PULL]
        for m in range(n_measures):
            at_x = sums[x, m] - values[i, m] + back * values[j, m]
            at_y = sums[y, m] + values[i, m] - values[j, m]
            hinge += violation_of(at_x, x, m, bands, is_hard)
            hinge += violation_of(at_y, y, m, bands, is_hard)
            pull += pull_of(at_x, x, m, bands) + pull_of(at_y, y, m, bands)
        if not is_swap:
            cost += territory_cost(
                rows[z, G] + units[j, G],
                rows[z, GX] + units[j, GX],
                rows[z, GY] + units[j, GY],
                rows[z, GQ] + units[j, GQ],
                rows[z, AREA] + units[j, AREA],
                rows[z, RIM] + units[j, RIM] - 2 * jz,
                seeds[z, 0],
                seeds[z, 1],
                inertia,
                rough,
                round_,
            )
            cost -= rows[z, COST]
            hinge -= rows[z, HINGE]
            pull -= rows[z, PULL]
            for m in range(n_measures):
                at_z = sums[z, m] + values[j, m]
                hinge += violation_of(at_z, z, m, bands, is_hard)
                pull += pull_of(at_z, z, m, bands)
        if moved > 0.0:
            cost += moved * kept[i] * ((x == base[i]) - (y == base[i]))
            cost += moved * kept[j] * ((y == base[j]) - (z == base[j]))
        if has_tables:
            more, over = table_change(i, x, y, ground, state)
            again, beyond = table_change(j, y, z, ground, state)
            cost += more + again
            hinge += over + beyond
        allowance = warmth * luck[draw(random) >> np.uint64(52)]
        is_good = cost + lam * (hinge + spread * pull) <= allowance
        is_good = is_good and not (is_strict and hinge > 1e-12)
        if is_good and is_whole:
            is_good = is_whole_without(i, x, starts, others, labels, stamps, queue, search, counts)
            if is_good:
                labels[i] = y
                is_good = is_whole_without(
                    j, y, starts, others, labels, stamps, queue, search, counts
                )
                labels[i] = x
        if is_good:
            transfer(i, x, y, ix, iy, units, values, labels, rows, sums)
            list_edge(i, x, y, starts, others, labels, movable, foreign, places, edge, counts)
            nearer = between if is_swap else 0.0  # i, whom j had as a neighbour in x, is in y now
            transfer(j, y, z, jy + between, jz - nearer, units, values, labels, rows, sums)
            list_edge(j, y, z, starts, others, labels, movable, foreign, places, edge, counts)
            refresh(x, rows, sums, bands, seeds, costs, is_hard)
            refresh(y, rows, sums, bands, seeds, costs, is_hard)
            refresh(z, rows, sums, bands, seeds, costs, is_hard)
            counts[ACCEPTED] += 2
        elif has_tables:
            table_back(j, y, z, ground, state)
            table_back(i, x, y, ground, state)
