"""What a move changes: energies of territories from running sums, in a few operations each.

The arrays are packed so that a unit, a territory or a band is one line of the cache. Formulas take
numbers, not arrays: taking arrays out of a tuple, which numba counts references of, costs more than
the arithmetic (0.27 against 0.06 microseconds a move). Loops take them out once.
"""

from __future__ import annotations

from math import pi, sqrt
from typing import Any, NamedTuple

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s, Int64s, Uint64s, kernel

G, GX, GY, GQ, AREA, RIM = 0, 1, 2, 3, 4, 5
"""Columns of units: weight g, g x, g y, g (x2 + y2), km2, km of outline."""

COUNT, COST, HINGE, PULL = 6, 7, 8, 9
"""Columns of territories after the sums of the six above: units, shape and distance, violation,
squared deviation."""

LOW, HIGH, SCALE, TARGET, SPREAD, WEIGHT, HARD_LOW, HARD_HIGH = 0, 1, 2, 3, 4, 5, 6, 7
"""Columns of bands."""

INERTIA, ROUGH, ROUND, MOVED, DISTRICT = 0, 1, 2, 3, 4
"""Entries of costs."""

HARD, SEEDS, LIMITS, KEEP, DISTRICTS, HANDOVER, WHOLE, TABLES = 0, 1, 2, 3, 4, 5, 6, 7
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
    switches: Bools  # (8,)


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


@kernel
def draw(random: Uint64s) -> Any:
    """Next 64 random bits (xorshift64, Marsaglia 2003)."""
    x = random[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    random[0] = x
    return x


@kernel
def pick(bits: Any, n: int) -> Any:
    """0 ... n - 1 from 24 random bits."""
    return np.int64((np.int64(bits & np.uint64(0xFFFFFF)) * np.int64(n)) >> np.int64(24))


@kernel
def territory_cost(
    g: float,
    gx: float,
    gy: float,
    gq: float,
    area: float,
    rim: float,
    hx: float,
    hy: float,
    inertia: float,
    rough: float,
    round_: float,
) -> float:
    """Spread around the centroid, or around the seed (hx, hy) when that is not NaN, and shape.

    Shape is the outline against that of a disc of the same area, less the Polsby-Popper score.
    """
    spread = 0.0
    if hx == hx:
        spread = gq - 2 * (hx * gx + hy * gy) + g * (hx * hx + hy * hy)
    elif g > 1e-12:
        spread = gq - (gx * gx + gy * gy) / g
    a = _DISC * max(area, 1e-9)
    p = max(rim, 1e-9)
    return inertia * spread + rough * p / sqrt(a) - round_ * a / (p * p)


@kernel
def outside(value: float, low: float, high: float, scale: float) -> float:
    """How far a value lies outside its band, growing faster than in proportion."""
    out = max(low - value, value - high) * scale
    return out + _STEEP * out * out if out > 0 else 0.0


@kernel
def violation_of(value: float, k: int, m: int, bands: Floats, is_hard: bool) -> float:
    """Violation of a value by its band and, counted harder, its hard limits."""
    scale = bands[k, m, SCALE]
    found: float = bands[k, m, WEIGHT] * outside(value, bands[k, m, LOW], bands[k, m, HIGH], scale)
    if is_hard:
        found += _HARDER * outside(value, bands[k, m, HARD_LOW], bands[k, m, HARD_HIGH], scale)
    return found


@kernel
def pull_of(value: float, k: int, m: int, bands: Floats) -> float:
    """Squared deviation: lets a surplus diffuse through territories that are in their band."""
    d = (value - bands[k, m, TARGET]) * bands[k, m, SCALE]
    return float(d * d * bands[k, m, SPREAD])


@kernel
def over_cap(k: int, caps: Floats, handed: Floats) -> float:
    """How far a territory hands over or takes over more than it may."""
    found = 0.0
    for h in range(caps.shape[1]):
        cap = caps[k, h]
        for way in range(2):
            found += _HARDER * outside(handed[k, h, way], 0.0, cap, 1 / max(cap, 1.0))
    return found


@kernel
def refresh(
    k: int, rows: Floats, sums: Floats, bands: Floats, seeds: Floats, costs: Floats, is_hard: bool
) -> None:
    """Cache the energies of a territory after its sums have changed."""
    rows[k, COST] = territory_cost(
        rows[k, G],
        rows[k, GX],
        rows[k, GY],
        rows[k, GQ],
        rows[k, AREA],
        rows[k, RIM],
        seeds[k, 0],
        seeds[k, 1],
        costs[INERTIA],
        costs[ROUGH],
        costs[ROUND],
    )
    hinge = 0.0
    pull = 0.0
    for m in range(sums.shape[1]):
        hinge += violation_of(sums[k, m], k, m, bands, is_hard)
        pull += pull_of(sums[k, m], k, m, bands)
    rows[k, HINGE] = hinge
    rows[k, PULL] = pull


@kernel
def _hand(i: int, x: int, y: int, ground: Ground, state: State) -> None:
    """Note what unit i, going from x to y, does to what changes hands."""
    home = ground.base[i]
    if home < 0:
        return
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


@kernel
def table_change(i: int, x: int, y: int, ground: Ground, state: State) -> tuple[float, float]:
    """Change of costs by split districts, and of violations by handover caps.

    Carries the move out in the tables of districts and handover; `table_back` undoes it.
    """
    cost = 0.0
    hinge = 0.0
    d = ground.districts[i]
    if ground.switches[DISTRICTS] and d >= 0:
        a, b = state.shares[d, x], state.shares[d, y]
        change = sqrt(a - 1.0) - sqrt(a + 0.0) + sqrt(b + 1.0) - sqrt(b + 0.0)
        cost = ground.costs[DISTRICT] * change / sqrt(ground.sizes[d])
        state.shares[d, x] -= 1
        state.shares[d, y] += 1
    if ground.switches[HANDOVER]:
        hinge -= over_cap(x, ground.caps, state.handed) + over_cap(y, ground.caps, state.handed)
        _hand(i, x, y, ground, state)
        hinge += over_cap(x, ground.caps, state.handed) + over_cap(y, ground.caps, state.handed)
    return cost, hinge


@kernel
def table_back(i: int, x: int, y: int, ground: Ground, state: State) -> None:
    """Undo in the tables the move of unit i from x to y, noted by `table_change`."""
    d = ground.districts[i]
    if ground.switches[DISTRICTS] and d >= 0:
        state.shares[d, x] += 1
        state.shares[d, y] -= 1
    if ground.switches[HANDOVER]:
        _hand(i, y, x, ground, state)


@kernel
def transfer(
    i: int,
    x: int,
    y: int,
    with_x: float,
    with_y: float,
    units: Floats,
    values: Floats,
    labels: Int32s,
    rows: Floats,
    sums: Floats,
) -> None:
    """Move unit i from x to y, with which it has these borders, in sums and labels; no energies."""
    for c in range(5):
        rows[x, c] -= units[i, c]
        rows[y, c] += units[i, c]
    rows[x, RIM] += 2 * with_x - units[i, RIM]
    rows[y, RIM] += units[i, RIM] - 2 * with_y
    rows[x, COUNT] -= 1
    rows[y, COUNT] += 1
    for m in range(sums.shape[1]):
        sums[x, m] -= values[i, m]
        sums[y, m] += values[i, m]
    labels[i] = y


@kernel
def shift(
    i: int, x: int, y: int, with_x: float, with_y: float, ground: Ground, state: State
) -> None:
    """`transfer` with energies, for what is not called a million times."""
    rows, sums, bands = state.rows, state.sums, ground.bands
    transfer(i, x, y, with_x, with_y, ground.units, ground.values, state.labels, rows, sums)
    is_hard = ground.switches[HARD]
    refresh(x, rows, sums, bands, ground.seeds, ground.costs, is_hard)
    refresh(y, rows, sums, bands, ground.seeds, ground.costs, is_hard)
