"""What a move changes: energies of territories from running sums, in a few operations each.

The arrays are packed so that a unit, a territory or a band is one line of the cache.
"""

from __future__ import annotations

from math import pi, sqrt
from typing import Any, NamedTuple

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s, Int64s, Uint64s, inlined

G, GX, GY, GQ, AREA, RIM = 0, 1, 2, 3, 4, 5
"""Columns of units: weight g, g x, g y, g (x2 + y2), km2, km of outline."""

COUNT, COST, HINGE, PULL = 6, 7, 8, 9
"""Columns of territories after the sums of the six above: units, shape and distance, violation,
squared deviation."""

LOW, HIGH, SCALE, TARGET, SPREAD, WEIGHT, HARD_LOW, HARD_HIGH = 0, 1, 2, 3, 4, 5, 6, 7
"""Columns of bands."""

INERTIA, ROUGH, ROUND, MOVED, DISTRICT = 0, 1, 2, 3, 4
"""Entries of costs."""

HARD, SEEDS, LIMITS, KEEP, DISTRICTS, HANDOVER, WHOLE = 0, 1, 2, 3, 4, 5, 6
"""Entries of switches: what this problem has besides balance and shape."""

BORDERING, ACCEPTED, STAMP = 0, 1, 2
"""Entries of counts."""

_STEEP = 4.0
_HARDER = 4.0
_DISC = 4 * pi


class Ground(NamedTuple):
    """What does not change while moves are tried; n units, k territories, m measures."""

    starts: Int32s  # (n + 1,)
    others: Int32s  # (2 e,)
    borders: Floats  # (2 e,)
    units: Floats  # (n, 8)
    values: Floats  # (n, m)
    movable: Bools  # (n,)
    classes: Int32s  # (n,)
    allowed: Bools  # (c, k)
    base: Int32s  # (n,)
    kept: Floats  # (n,)
    passed: Floats  # (n, h)
    caps: Floats  # (k, h)
    districts: Int32s  # (n,)
    sizes: Floats  # (d,) units of each district
    seeds: Floats  # (k, 2), NaN for free
    bands: Floats  # (k, m, 8)
    costs: Floats  # (5,)
    switches: Bools  # (7,)


class State(NamedTuple):
    """What moves change."""

    labels: Int32s  # (n,)
    rows: Floats  # (k, 10)
    sums: Floats  # (k, m)
    foreign: Int32s  # (n,) neighbours in another territory
    places: Int32s  # (n,) place in `edge`, -1 when not there
    edge: Int32s  # (n,) movable units that have foreign neighbours
    counts: Int64s  # (3,)
    stamps: Int32s  # (n,)
    queue: Int32s  # (8, limit)
    search: Int64s  # (3, 8)
    shares: Int32s  # (d, k) units of each district in each territory
    handed: Floats  # (k, h, 2) given away, taken over
    random: Uint64s  # (1,)


@inlined
def draw(random: Uint64s) -> Any:
    """Next 64 random bits (xorshift64, Marsaglia 2003)."""
    x = random[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    random[0] = x
    return x


@inlined
def pick(bits: Any, n: int) -> Any:
    """0 ... n - 1 from 24 random bits."""
    return np.int64((np.int64(bits & np.uint64(0xFFFFFF)) * np.int64(n)) >> np.int64(24))


@inlined
def shape_cost(area: float, rim: float, rough: float, round_: float) -> float:
    """Outline against a disc of the same area, less the Polsby-Popper score."""
    a = _DISC * max(area, 1e-9)
    p = max(rim, 1e-9)
    return rough * p / sqrt(a) - round_ * a / (p * p)


@inlined
def territory_cost(
    g: float, gx: float, gy: float, gq: float, area: float, rim: float, k: int, ground: Ground
) -> float:
    """Spread around the centroid, or around the seed, and shape."""
    c = ground.costs
    if ground.switches[SEEDS] and ground.seeds[k, 0] == ground.seeds[k, 0]:
        hx, hy = ground.seeds[k, 0], ground.seeds[k, 1]
        spread = gq - 2 * (hx * gx + hy * gy) + g * (hx * hx + hy * hy)
    elif g > 1e-12:
        spread = gq - (gx * gx + gy * gy) / g
    else:
        spread = 0.0
    return c[INERTIA] * spread + shape_cost(area, rim, c[ROUGH], c[ROUND])


@inlined
def violation_of(value: float, k: int, m: int, ground: Ground) -> float:
    """How far a value lies outside its band, growing faster than in proportion."""
    b = ground.bands
    out = max(b[k, m, LOW] - value, value - b[k, m, HIGH]) * b[k, m, SCALE]
    found = 0.0
    if out > 0:
        found = b[k, m, WEIGHT] * (out + _STEEP * out * out)
    if ground.switches[HARD]:
        out = max(b[k, m, HARD_LOW] - value, value - b[k, m, HARD_HIGH]) * b[k, m, SCALE]
        if out > 0:
            found += _HARDER * (out + _STEEP * out * out)
    return found


@inlined
def pull_of(value: float, k: int, m: int, ground: Ground) -> float:
    """Squared deviation: lets a surplus diffuse through territories that are in their band."""
    b = ground.bands
    d = (value - b[k, m, TARGET]) * b[k, m, SCALE]
    return d * d * b[k, m, SPREAD]


@inlined
def over_cap(k: int, ground: Ground, state: State) -> float:
    """How far a territory hands over or takes over more than it may."""
    found = 0.0
    for h in range(ground.caps.shape[1]):
        cap = ground.caps[k, h]
        for way in range(2):
            out = (state.handed[k, h, way] - cap) / max(cap, 1.0)
            if out > 0:
                found += _HARDER * (out + _STEEP * out * out)
    return found


@inlined
def refresh(k: int, ground: Ground, state: State) -> None:
    """Cache the energies of a territory after its sums have changed."""
    z = state.rows
    z[k, COST] = territory_cost(
        z[k, G], z[k, GX], z[k, GY], z[k, GQ], z[k, AREA], z[k, RIM], k, ground
    )
    hinge = 0.0
    pull = 0.0
    for m in range(state.sums.shape[1]):
        hinge += violation_of(state.sums[k, m], k, m, ground)
        pull += pull_of(state.sums[k, m], k, m, ground)
    z[k, HINGE] = hinge
    z[k, PULL] = pull


@inlined
def shared_borders(i: int, x: int, y: int, ground: Ground, labels: Int32s) -> tuple[float, float]:
    """Border of a unit with its territory x and with y, km."""
    with_x = 0.0
    with_y = 0.0
    for p in range(ground.starts[i], ground.starts[i + 1]):
        k = labels[ground.others[p]]
        b = ground.borders[p]
        with_x += b if k == x else 0.0
        with_y += b if k == y else 0.0
    return with_x, with_y


@inlined
def shift_change(
    i: int, x: int, y: int, bx: float, by: float, ground: Ground, state: State
) -> tuple[float, float, float]:
    """Change of cost, violation and pull when unit i goes from x to y; nothing is modified."""
    u, z = ground.units, state.rows
    g, gx, gy, gq, area, rim = u[i, G], u[i, GX], u[i, GY], u[i, GQ], u[i, AREA], u[i, RIM]
    cost = territory_cost(
        z[x, G] - g,
        z[x, GX] - gx,
        z[x, GY] - gy,
        z[x, GQ] - gq,
        z[x, AREA] - area,
        z[x, RIM] - rim + 2 * bx,
        x,
        ground,
    ) + territory_cost(
        z[y, G] + g,
        z[y, GX] + gx,
        z[y, GY] + gy,
        z[y, GQ] + gq,
        z[y, AREA] + area,
        z[y, RIM] + rim - 2 * by,
        y,
        ground,
    )
    cost -= z[x, COST] + z[y, COST]
    hinge = -z[x, HINGE] - z[y, HINGE]
    pull = -z[x, PULL] - z[y, PULL]
    for m in range(state.sums.shape[1]):
        v = ground.values[i, m]
        less, more = state.sums[x, m] - v, state.sums[y, m] + v
        hinge += violation_of(less, x, m, ground) + violation_of(more, y, m, ground)
        pull += pull_of(less, x, m, ground) + pull_of(more, y, m, ground)
    return cost, hinge, pull


@inlined
def pair_change(
    i: int,
    j: int,
    x: int,
    y: int,
    z: int,
    bi: tuple[float, float],
    bj: tuple[float, float],
    between: float,
    ground: Ground,
    state: State,
) -> tuple[float, float, float]:
    """Change when i goes from x to y and j from y to z, where z may be x: a swap.

    ``bi`` and ``bj`` are the borders of i with x and y, of j with y and z; ``between`` the border
    of i with j.
    """
    u, r = ground.units, state.rows
    ix, iy = bi
    jy, jz = bj
    rim_x = r[x, RIM] - u[i, RIM] + 2 * ix
    rim_y = r[y, RIM] + u[i, RIM] - u[j, RIM] - 2 * (iy - between) + 2 * jy
    cost = territory_cost(
        r[y, G] + u[i, G] - u[j, G],
        r[y, GX] + u[i, GX] - u[j, GX],
        r[y, GY] + u[i, GY] - u[j, GY],
        r[y, GQ] + u[i, GQ] - u[j, GQ],
        r[y, AREA] + u[i, AREA] - u[j, AREA],
        rim_y,
        y,
        ground,
    )
    cost -= r[x, COST] + r[y, COST]
    hinge = -r[x, HINGE] - r[y, HINGE]
    pull = -r[x, PULL] - r[y, PULL]
    share = 1.0 if z == x else 0.0
    if z == x:
        rim_x += u[j, RIM] - 2 * (jz - between)
    else:
        cost += territory_cost(
            r[z, G] + u[j, G],
            r[z, GX] + u[j, GX],
            r[z, GY] + u[j, GY],
            r[z, GQ] + u[j, GQ],
            r[z, AREA] + u[j, AREA],
            r[z, RIM] + u[j, RIM] - 2 * jz,
            z,
            ground,
        )
        cost -= r[z, COST]
        hinge -= r[z, HINGE]
        pull -= r[z, PULL]
    cost += territory_cost(
        r[x, G] - u[i, G] + share * u[j, G],
        r[x, GX] - u[i, GX] + share * u[j, GX],
        r[x, GY] - u[i, GY] + share * u[j, GY],
        r[x, GQ] - u[i, GQ] + share * u[j, GQ],
        r[x, AREA] - u[i, AREA] + share * u[j, AREA],
        rim_x,
        x,
        ground,
    )
    for m in range(state.sums.shape[1]):
        vi, vj = ground.values[i, m], ground.values[j, m]
        at_x = state.sums[x, m] - vi + share * vj
        at_y = state.sums[y, m] + vi - vj
        hinge += violation_of(at_x, x, m, ground) + violation_of(at_y, y, m, ground)
        pull += pull_of(at_x, x, m, ground) + pull_of(at_y, y, m, ground)
        if z != x:
            at_z = state.sums[z, m] + vj
            hinge += violation_of(at_z, z, m, ground)
            pull += pull_of(at_z, z, m, ground)
    return cost, hinge, pull


@inlined
def hand(i: int, x: int, y: int, ground: Ground, state: State) -> None:
    """Note what unit i, going from x to y, does to what changes hands."""
    home = ground.base[i]
    if home >= 0:
        for h in range(ground.passed.shape[1]):
            v = ground.passed[i, h]
            if x == home:
                state.handed[x, h, 0] += v
            else:
                state.handed[x, h, 1] -= v
            if y == home:
                state.handed[y, h, 0] -= v
            else:
                state.handed[y, h, 1] += v


@inlined
def extra_change(i: int, x: int, y: int, ground: Ground, state: State) -> tuple[float, float]:
    """Change by what is kept, split districts (to costs) and handover caps (to violations).

    Carries the move out in the tables of districts and handover; `hand_back` undoes it.
    """
    cost = 0.0
    hinge = 0.0
    if ground.switches[KEEP]:
        home = ground.base[i]
        if home >= 0:
            moved = (1.0 if x == home else 0.0) - (1.0 if y == home else 0.0)
            cost += ground.costs[MOVED] * ground.kept[i] * moved
    if ground.switches[DISTRICTS]:
        d = ground.districts[i]
        if d >= 0:
            s = state.shares
            a, b = s[d, x], s[d, y]
            change = sqrt(a - 1.0) - sqrt(a + 0.0) + sqrt(b + 1.0) - sqrt(b + 0.0)
            cost += ground.costs[DISTRICT] * change / sqrt(ground.sizes[d])
            s[d, x] -= 1
            s[d, y] += 1
    if ground.switches[HANDOVER]:
        hinge -= over_cap(x, ground, state) + over_cap(y, ground, state)
        hand(i, x, y, ground, state)
        hinge += over_cap(x, ground, state) + over_cap(y, ground, state)
    return cost, hinge


@inlined
def hand_back(i: int, x: int, y: int, ground: Ground, state: State) -> None:
    """Undo in the tables the move of unit i from x to y, noted by `extra_change`."""
    if ground.switches[DISTRICTS]:
        d = ground.districts[i]
        if d >= 0:
            state.shares[d, x] += 1
            state.shares[d, y] -= 1
    if ground.switches[HANDOVER]:
        hand(i, y, x, ground, state)


@inlined
def shift(i: int, x: int, y: int, bx: float, by: float, ground: Ground, state: State) -> None:
    """Move unit i from x to y in the sums and labels."""
    u, z = ground.units, state.rows
    for c in range(5):
        z[x, c] -= u[i, c]
        z[y, c] += u[i, c]
    z[x, RIM] += 2 * bx - u[i, RIM]
    z[y, RIM] += u[i, RIM] - 2 * by
    z[x, COUNT] -= 1
    z[y, COUNT] += 1
    for m in range(state.sums.shape[1]):
        state.sums[x, m] -= ground.values[i, m]
        state.sums[y, m] += ground.values[i, m]
    state.labels[i] = y
    refresh(x, ground, state)
    refresh(y, ground, state)
