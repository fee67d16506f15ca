"""Exchanges, rings and chains of groups along the territories: kernels of the swap finder.

A plan's fault is the sum of a penalty per territory and measure; every kernel here looks for
combinations of groups that lower it most for what they disturb.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from terradesk.arcs.jit import Floats, Int32s, kernel

LONGEST = 4
_PER_END = 8
_PAIR_CAP = 220
_BEAM = 48
_EPS = 1e-9
_OUT = 0.02
CALM = 0.02


class Penalty(NamedTuple):
    """What a territory's values cost: a step and a slope outside its band, little inside.

    Parameters
    ----------
    low, high, targets, scale : ndarray of float64, shape (k, m)
    weights : ndarray of float64, shape (m,)
    inner : ndarray of float64, shape (m,)
        Factor of the squared deviation, which counts everywhere.
    """

    low: Floats
    high: Floats
    targets: Floats
    scale: Floats
    weights: Floats
    inner: Floats


class Motion(NamedTuple):
    """The plan as it is and what can move: (g,) rows of groups, (k, m) values.

    Parameters
    ----------
    sources, targets : ndarray of int32, shape (g,)
    mass : ndarray of float64, shape (g, m)
    cost : ndarray of float64, shape (g,)
        What a group disturbs.
    values : ndarray of float64, shape (k, m)
    before : ndarray of float64, shape (k,)
        Penalty of each territory.
    """

    sources: Int32s
    targets: Int32s
    mass: Floats
    cost: Floats
    values: Floats
    before: Floats


@kernel
def _penalty(t: int, v: Floats, rule: Penalty) -> float:
    out = 0.0
    for m in range(len(v)):
        excess = max(rule.low[t, m] - v[m], v[m] - rule.high[t, m]) * rule.scale[t, m]
        off = (v[m] - rule.targets[t, m]) * rule.scale[t, m]
        cost = rule.inner[m] * off * off
        if excess > _EPS:
            cost += excess + _OUT
        out += rule.weights[m] * cost
    return out


@kernel
def penalties(values: Floats, rule: Penalty) -> Floats:
    """(k,) penalty of each territory."""
    out = np.empty(values.shape[0])
    for t in range(values.shape[0]):
        out[t] = _penalty(t, values[t], rule)
    return out


def by_territory(owners: Int32s, k: int) -> tuple[Int32s, Int32s]:
    """Rows sorted by owner and where each owner's begin; owners below 0 come first, unlisted."""
    order = np.argsort(owners, kind="stable").astype(np.int32)
    starts = np.searchsorted(owners[order], np.arange(k + 1)).astype(np.int32)
    return order, starts


@kernel
def single_gains(rows: Int32s, motion: Motion, rule: Penalty) -> Floats:
    """(len(rows),) how much each group lowers the penalty when it moves alone."""
    values, mass, before = motion.values, motion.mass, motion.before
    out = np.empty(len(rows))
    v = np.empty(values.shape[1])
    for r in range(len(rows)):
        g = rows[r]
        a, b = motion.sources[g], motion.targets[g]
        v[:] = values[b] + mass[g]
        gain = before[b] - _penalty(b, v, rule)
        if a >= 0:
            v[:] = values[a] - mass[g]
            gain += before[a] - _penalty(a, v, rule)
        out[r] = gain
    return out


@kernel
def exchanges(
    forth: Int32s,
    back: Int32s,
    motion: Motion,
    rule: Penalty,
    chains: Int32s,
    gains: Floats,
) -> int:
    """The best pairs of a group there and one back; writes rows, returns how many."""
    values, mass, cost, before = motion.values, motion.mass, motion.cost, motion.before
    a, b = motion.sources[forth[0]], motion.targets[forth[0]]
    top = np.full(_PER_END, -np.inf)
    one, other = np.zeros(_PER_END, np.int32), np.zeros(_PER_END, np.int32)
    gained = np.zeros(_PER_END)
    v = np.empty(values.shape[1])
    skip_f = max(1, (len(forth) + _PAIR_CAP - 1) // _PAIR_CAP)
    skip_b = max(1, (len(back) + _PAIR_CAP - 1) // _PAIR_CAP)
    for i in range(0, len(forth), skip_f):
        g = forth[i]
        for j in range(0, len(back), skip_b):
            h = back[j]
            v[:] = values[a] - mass[g] + mass[h]
            gain = before[a] - _penalty(a, v, rule)
            if gain + before[b] <= 1e-7:
                continue
            v[:] = values[b] + mass[g] - mass[h]
            gain += before[b] - _penalty(b, v, rule)
            if gain <= 1e-7:
                continue
            _keep(gain / (CALM + cost[g] + cost[h]), g, h, gain, top, one, other, gained)
    found = 0
    for q in range(_PER_END):
        if top[q] > -np.inf:
            chains[found, 0], chains[found, 1] = one[q], other[q]
            gains[found] = gained[q]
            found += 1
    return found


@kernel
def _keep(
    score: float,
    g: int,
    h: int,
    gain: float,
    top: Floats,
    one: Int32s,
    other: Int32s,
    gained: Floats,
) -> None:
    """Put a pair into a short list in place of the worst."""
    worst = 0
    for q in range(1, len(top)):
        if top[q] < top[worst]:
            worst = q
    if score > top[worst]:
        top[worst], one[worst], other[worst], gained[worst] = score, g, h, gain


@kernel
def chains_from(
    t: int,
    sign: float,
    order: Int32s,
    starts: Int32s,
    ends: Int32s,
    motion: Motion,
    rule: Penalty,
    hops: int,
    chains: Int32s,
    gains: Floats,
) -> int:
    """Chains of 2 ... ``hops`` groups that begin at a territory; a beam search.

    With ``sign`` 1 the territory gives to the first one of the chain, with -1 it takes from it;
    ``order[starts[y]:starts[y + 1]]`` are the groups that leave (enter) y, ``ends`` where they
    come to (from). A chain may close to a ring. Writes rows of groups and their gains, returns
    how many.
    """
    values, mass, cost, before = motion.values, motion.mass, motion.cost, motion.before
    k, n_m = values.shape
    v = np.empty(n_m)
    beam = np.full((_BEAM, LONGEST), -1, np.int32)
    new_beam = np.full((_BEAM, LONGEST), -1, np.int32)
    closed, new_closed = np.zeros(_BEAM), np.zeros(_BEAM)
    first_gain, new_first = np.zeros(_BEAM), np.zeros(_BEAM)
    rank = np.full(_BEAM, -np.inf)
    filled = _begin(t, sign, order, starts, ends, motion, rule, beam, closed)
    first_gain[:] = closed
    found = 0
    for level in range(1, hops):
        rank[:] = -np.inf
        new_filled = 0
        top = np.full(k, -np.inf)
        top_row = np.full(k, -1, np.int32)
        in_beam = np.zeros(k, np.int32)
        for s in range(filled):
            last = beam[s, level - 1]
            y = ends[last]
            for p in range(starts[y], starts[y + 1]):
                h = order[p]
                z = ends[h]
                if z < 0:
                    continue
                is_ring = z == t
                is_seen = False
                for q in range(level):
                    if ends[beam[s, q]] == z:
                        is_seen = True
                if is_seen or (is_ring and level < 2):
                    continue  # plain exchanges are found elsewhere
                v[:] = values[y] + sign * (mass[last] - mass[h])
                done = closed[s] + before[y] - _penalty(y, v, rule)
                if is_ring:
                    v[:] = values[t] + sign * (mass[h] - mass[beam[s, 0]])
                    gain = done - first_gain[s]
                else:
                    v[:] = values[z] + sign * mass[h]
                    gain = done
                gain += before[z] - _penalty(z, v, rule)
                price = cost[h]
                for q in range(level):
                    price += cost[beam[s, q]]
                score = gain / (CALM + price)
                if gain > 1e-7 and score > top[z] and found < len(gains):
                    if top_row[z] < 0:
                        top_row[z] = found
                        found += 1
                    top[z] = score
                    chains[top_row[z], :] = -1
                    chains[top_row[z], :level] = beam[s, :level]
                    chains[top_row[z], level] = h
                    gains[top_row[z]] = gain
                if is_ring or level == hops - 1:
                    continue
                hope = done - price + 0.3 * min(gain - done, 0.0)
                row = _place(hope, rank, new_filled, in_beam[z])
                if row < 0:
                    continue
                if row == new_filled:
                    new_filled += 1
                else:
                    in_beam[ends[new_beam[row, level]]] -= 1
                in_beam[z] += 1
                rank[row] = hope
                new_beam[row, :level] = beam[s, :level]
                new_beam[row, level] = h
                new_closed[row], new_first[row] = done, first_gain[s]
        filled = new_filled
        beam[:] = new_beam
        closed[:], first_gain[:] = new_closed, new_first
    return found


@kernel
def _begin(
    t: int,
    sign: float,
    order: Int32s,
    starts: Int32s,
    ends: Int32s,
    motion: Motion,
    rule: Penalty,
    beam: Int32s,
    closed: Floats,
) -> int:
    """The most promising first groups of a chain; returns how many."""
    values, mass, cost, before = motion.values, motion.mass, motion.cost, motion.before
    rank = np.full(_BEAM, -np.inf)
    count = np.zeros(values.shape[0], np.int32)
    v = np.empty(values.shape[1])
    filled = 0
    for p in range(starts[t], starts[t + 1]):
        g = order[p]
        if ends[g] < 0:
            continue
        v[:] = values[t] - sign * mass[g]
        gain = before[t] - _penalty(t, v, rule)
        row = _place(gain - cost[g], rank, filled, count[ends[g]])
        if gain <= 0 or row < 0:
            continue
        if row == filled:
            filled += 1
        else:
            count[ends[beam[row, 0]]] -= 1
        count[ends[g]] += 1
        rank[row] = gain - cost[g]
        beam[row, 0], closed[row] = g, gain
    return filled


@kernel
def _place(hope: float, rank: Floats, filled: int, same_end: int) -> int:
    """Row of a beam that a state may take: a free one, that of a worse state, or -1."""
    if same_end >= _BEAM // 3:
        hope -= 0.05  # others lead elsewhere
    if filled < len(rank):
        return filled
    worst = 0
    for q in range(1, filled):
        if rank[q] < rank[worst]:
            worst = q
    return worst if hope > rank[worst] else -1
