"""Choosing sets that cover each unit once: an exact cover search bounded by reduced costs.

In a plan whose reduced costs add up to a gap, at most one set costs more than half of it. So sets
of at most half the gap are enough to choose from: the last territory is whatever others leave.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from terradesk.arcs.jit import Bools, Floats, Int32s, Int64s, kernel
from terradesk.builder.exact.kinds import Case

Words = NDArray[np.uint64]
WORK = 12_000_000
"""Sets looked at per call: below 50 ms."""

_ONE = np.uint64(1)


class Choices(NamedTuple):
    """Sets to choose from, the cheapest first, and what the last one is judged by.

    Parameters
    ----------
    bits : ndarray of uint64, shape (s, words)
        Units of each set.
    costs : ndarray of float64, shape (s,)
        Reduced costs, never negative.
    kinds : ndarray of int32, shape (s,)
    half : float
        Every set of at most this reduced cost is there.
    starts, others, masses, moments, prices
        Neighbours, (n, m), (n, n) and (n,).
    kind_prices, low, high, allowed
        (r,), (r, m), (r, m) and (r, n).
    """

    bits: Words
    costs: Floats
    kinds: Int32s
    half: float
    starts: Int32s
    others: Int32s
    masses: Floats
    moments: Floats
    prices: Floats
    kind_prices: Floats
    low: Floats
    high: Floats
    allowed: Bools


class Trail(NamedTuple):
    """State of the search, one row per decision; see `cover`.

    ``open`` are the sets that still fit, ``branch`` those of them with the pivot unit; a decision
    is a set, or ``-1 - u`` when the last territory gets unit u.
    """

    open: Int32s
    n_open: Int64s
    branch: Int32s
    n_branch: Int64s
    pivot: Int64s
    at: Int64s
    decided: Int32s
    taken: Int64s
    spent: Floats
    rest: Floats
    left: Int64s
    depth: Int64s
    best: Int32s
    limit: Floats


def choices(
    case: Case,
    sets: Bools,
    kinds: Int32s,
    costs: Floats,
    prices: Floats,
    kind_prices: Floats,
    half: float,
) -> Choices:
    """Sets as bits by rising reduced cost."""
    order = np.argsort(costs, kind="stable")
    n_words = (case.n + 63) // 64
    padded = np.zeros((len(sets), n_words * 64), np.bool_)
    padded[:, : case.n] = sets[order]
    bits = np.packbits(padded, axis=1, bitorder="little").view(np.uint64)
    return Choices(
        bits=np.ascontiguousarray(bits).reshape(len(sets), n_words),
        costs=np.maximum(costs[order], 0.0),
        kinds=kinds[order],
        half=half,
        starts=case.net.starts,
        others=case.net.others,
        masses=case.net.masses,
        moments=case.moments,
        prices=prices,
        kind_prices=kind_prices,
        low=np.array([band.low for band in case.bands]),
        high=np.array([band.high for band in case.bands]),
        allowed=np.array([band.allowed for band in case.bands]),
    )


def trail(made: Choices, counts: Int64s, limit: float) -> Trail:
    """A search for a cover with so many sets of each kind of at most a total cost."""
    n, s = len(made.prices), len(made.costs)
    levels = int(counts.sum()) + (n if np.isfinite(made.half) else 0) + 1
    state = Trail(
        open=np.empty((levels, s), np.int32),
        n_open=np.zeros(levels, np.int64),
        branch=np.empty((levels, s), np.int32),
        n_branch=np.full(levels, -1, np.int64),
        pivot=np.full(levels, -1, np.int64),
        at=np.zeros(levels, np.int64),
        decided=np.zeros(levels, np.int32),
        taken=np.zeros(levels, np.int64),
        spent=np.zeros(levels),
        rest=np.zeros(levels),
        left=counts.copy(),
        depth=np.zeros(1, np.int64),
        best=np.full(n, -1, np.int32),
        limit=np.array([limit]),
    )
    state.open[0] = np.arange(s)
    state.n_open[0] = s
    return state


@kernel
def cover(made: Choices, state: Trail, work: int) -> bool:
    """Look for the cheapest cover; False when there is more to do.

    Branches on the unit that the fewest open sets hold. ``state.best`` is then the kind and place
    of each unit's set (place times number of kinds plus kind) in the cheapest cover so far,
    ``state.limit`` its reduced cost.
    """
    n, k = len(made.prices), state.left.sum() + state.taken[state.depth[0]]
    count = np.zeros(n, np.int64)
    free = np.zeros(n, np.bool_)
    done = 0
    while done < work:
        d = state.depth[0]
        if state.n_branch[d] < 0:
            done += _enter(made, state, d, k, count, free)
        step = state.at[d]
        state.at[d] += 1
        if step < state.n_branch[d]:
            s = state.branch[d, step]
            spent = state.spent[d] + made.costs[s]
            if spent + _reserve(made, state.rest[d]) > state.limit[0]:
                state.at[d] = state.n_branch[d]  # the others cost more
                continue
            state.decided[d] = s
            state.left[made.kinds[s]] -= 1
            state.taken[d + 1], state.rest[d + 1] = state.taken[d] + 1, state.rest[d]
            state.spent[d + 1] = spent
        elif step == state.n_branch[d] and _may_leave(made, state, d):
            u = state.pivot[d]
            state.decided[d] = -1 - u
            state.taken[d + 1] = state.taken[d]
            state.rest[d + 1] = state.rest[d] + max(made.masses[u, 0], 1e-300)
            state.spent[d + 1] = state.spent[d]
        elif step >= state.n_branch[d]:
            state.n_branch[d] = -1
            if d == 0:
                return True
            state.depth[0] = d - 1
            if state.decided[d - 1] >= 0:
                state.left[made.kinds[state.decided[d - 1]]] += 1
            continue
        done += _narrowed(made, state, d)
        state.n_branch[d + 1] = -1
        state.depth[0] = d + 1
    return False


@kernel
def _reserve(made: Choices, rest: float) -> float:
    """What the last territory costs at least: more than half the gap once it has got a unit."""
    return made.half if rest > 0 else 0.0


@kernel
def _may_leave(made: Choices, state: Trail, d: int) -> bool:
    """Whether the pivot may go to the last territory."""
    u = state.pivot[d]
    if u < 0 or not np.isfinite(made.half):
        return False
    if state.spent[d] + made.half > state.limit[0]:
        return False
    for kind in range(len(state.left)):
        fits = state.rest[d] + made.masses[u, 0] <= made.high[kind, 0]
        if state.left[kind] > 0 and made.allowed[kind, u] and fits:
            return True
    return False


@kernel
def _narrowed(made: Choices, state: Trail, d: int) -> int:
    """Open sets of the next level: those that fit with the decision."""
    n_words = made.bits.shape[1]
    decision = state.decided[d]
    spent = state.spent[d + 1] + _reserve(made, state.rest[d + 1])
    found = 0
    for q in range(state.n_open[d]):
        other = state.open[d, q]
        if spent + made.costs[other] > state.limit[0]:
            break
        if state.left[made.kinds[other]] <= 0:
            continue
        is_free = True
        if decision >= 0:
            for word in range(n_words):
                if made.bits[decision, word] & made.bits[other, word]:
                    is_free = False
                    break
        else:
            is_free = not _holds(made, other, -1 - decision)
        if is_free:
            state.open[d + 1, found] = other
            found += 1
    state.n_open[d + 1] = found
    return int(state.n_open[d])


@kernel
def _holds(made: Choices, s: int, u: int) -> bool:
    return ((made.bits[s, u >> 6] >> np.uint64(u & 63)) & _ONE) != np.uint64(0)


@kernel
def _enter(made: Choices, state: Trail, d: int, k: int, count: Int64s, free: Bools) -> int:
    """List the sets with the pivot, the unit that the fewest open sets hold; or judge what is left.

    Returns how much work it was.
    """
    n = len(free)
    state.at[d], state.n_branch[d], state.pivot[d] = 0, 0, -1
    free[:] = True
    for q in range(d):
        decision = state.decided[q]
        for u in range(n):
            if (decision >= 0 and _holds(made, decision, u)) or decision == -1 - u:
                free[u] = False
    if state.taken[d] == k - 1:
        for q in range(d):
            if state.decided[q] < 0:
                free[-1 - state.decided[q]] = True
        _judge(made, state, d, free)
        return n * n
    count[:] = 0
    for q in range(state.n_open[d]):
        for u in range(n):
            if _holds(made, state.open[d, q], u):
                count[u] += 1
    fewest = np.int64(1) << 60
    for u in range(n):
        if free[u] and count[u] < fewest:
            state.pivot[d], fewest = u, count[u]
    found = 0
    if state.pivot[d] >= 0:
        for q in range(state.n_open[d]):
            if _holds(made, state.open[d, q], state.pivot[d]):
                state.branch[d, found] = state.open[d, q]
                found += 1
    state.n_branch[d] = found
    return int(state.n_open[d]) * n // 8 + n


@kernel
def _judge(made: Choices, state: Trail, d: int, rest: Bools) -> None:
    """Take what the other territories leave as the last one, if it may be one."""
    kind = 0
    while state.left[kind] <= 0:
        kind += 1
    cost = _cost_of_rest(made, rest, kind)
    spent = state.spent[d] + max(cost, 0.0)
    if not spent <= state.limit[0] or np.isinf(cost):
        return
    state.limit[0] = spent - 1e-9 * (1e-9 + spent)
    n_kinds = len(state.left)
    place = 0
    for u in range(len(rest)):
        if rest[u]:
            state.best[u] = kind
    for q in range(d):
        s = state.decided[q]
        if s >= 0:
            place += 1
            for u in range(len(rest)):
                if _holds(made, s, u):
                    state.best[u] = place * n_kinds + made.kinds[s]


@kernel
def _cost_of_rest(made: Choices, rest: Bools, kind: int) -> float:
    """Reduced cost of a set; inf when it is not whole, not allowed or not within its band."""
    n, n_m = made.masses.shape
    mass, prices, size, first = np.zeros(n_m), 0.0, 0, -1
    for u in range(n):
        if rest[u]:
            if not made.allowed[kind, u]:
                return np.inf
            mass += made.masses[u]
            prices += made.prices[u]
            size += 1
            first = u
    if size == 0:
        return np.inf
    for m in range(n_m):
        if mass[m] < made.low[kind, m] or mass[m] > made.high[kind, m]:
            return np.inf
    if _reached(made, rest, first) < size:
        return np.inf
    best = np.inf
    for j in range(n):
        if rest[j]:
            total = 0.0
            for i in range(n):
                if rest[i]:
                    total += made.moments[i, j]
            best = min(best, total)
    return best - prices - made.kind_prices[kind]


@kernel
def _reached(made: Choices, rest: Bools, first: int) -> int:
    seen = np.zeros(len(rest), np.bool_)
    queue = np.empty(len(rest), np.int32)
    queue[0] = first
    seen[first] = True
    head, tail = 0, 1
    while head < tail:
        u = queue[head]
        head += 1
        for p in range(made.starts[u], made.starts[u + 1]):
            x = made.others[p]
            if rest[x] and not seen[x]:
                seen[x] = True
                queue[tail] = x
                tail += 1
    return tail
