"""Choosing sets that cover each unit once: an exact cover search bounded by reduced costs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from terradesk.arcs.jit import Bools, Floats, Int32s, Int64s, kernel

Words = NDArray[np.uint64]
WORK = 12_000_000
"""Sets looked at per call: below 50 ms."""


class Choices(NamedTuple):
    """Sets to choose from, the cheapest first.

    Parameters
    ----------
    bits : ndarray of uint64, shape (s, words)
        Units of each set.
    costs : ndarray of float64, shape (s,)
        Reduced costs, never negative.
    kinds : ndarray of int32, shape (s,)
    """

    bits: Words
    costs: Floats
    kinds: Int32s


class Trail(NamedTuple):
    """State of the search, one row per territory chosen; see `cover`.

    ``open`` are the sets that still fit, ``branch`` those of them with the pivot unit.
    """

    open: Int32s
    n_open: Int64s
    branch: Int32s
    n_branch: Int64s
    at: Int64s
    chosen: Int32s
    best: Int32s
    spent: Floats
    left: Int64s
    depth: Int64s
    limit: Floats


def choices(sets: Bools, costs: Floats, kinds: Int32s) -> tuple[Choices, Int64s]:
    """Sets as bits by rising cost, and their rows."""
    order = np.argsort(costs, kind="stable")
    n_words = (sets.shape[1] + 63) // 64
    padded = np.zeros((len(sets), n_words * 64), np.bool_)
    padded[:, : sets.shape[1]] = sets[order]
    bits = np.packbits(padded, axis=1, bitorder="little").view(np.uint64)
    made = Choices(np.ascontiguousarray(bits), np.maximum(costs[order], 0.0), kinds[order])
    return made, order


def trail(made: Choices, counts: Int64s, limit: float) -> Trail:
    """A search for a cover with so many sets of each kind of at most a total cost."""
    k, s = int(counts.sum()), len(made.costs)
    state = Trail(
        open=np.empty((k + 1, s), np.int32),
        n_open=np.zeros(k + 1, np.int64),
        branch=np.empty((k + 1, s), np.int32),
        n_branch=np.full(k + 1, -1, np.int64),
        at=np.zeros(k + 1, np.int64),
        chosen=np.full(k + 1, -1, np.int32),
        best=np.full(k, -1, np.int32),
        spent=np.zeros(k + 1),
        left=counts.copy(),
        depth=np.zeros(1, np.int64),
        limit=np.array([limit]),
    )
    state.open[0] = np.arange(s)
    state.n_open[0] = s
    return state


@kernel
def cover(made: Choices, state: Trail, n: int, work: int) -> bool:
    """Look for the cheapest cover; False when there is more to do.

    Branches on the unit that the fewest open sets hold. ``state.best`` are the sets of the
    cheapest cover so far, ``state.limit`` its cost.
    """
    k = len(state.best)
    count = np.zeros(n, np.int64)
    done = 0
    while done < work:
        d = state.depth[0]
        if state.n_branch[d] < 0:
            done += _pivoted(made, state, d, k, n, count)
        if state.at[d] >= state.n_branch[d]:
            state.n_branch[d] = -1
            if d == 0:
                return True
            state.depth[0] = d - 1
            state.left[made.kinds[state.chosen[d - 1]]] += 1
            continue
        s = state.branch[d, state.at[d]]
        state.at[d] += 1
        spent = state.spent[d] + made.costs[s]
        if spent > state.limit[0]:
            state.at[d] = state.n_branch[d]  # the others cost more
            continue
        state.chosen[d] = s
        if d == k - 1:
            if _is_full(made, state, k, n):
                state.limit[0] = spent - 1e-9 * (1e-9 + spent)
                state.best[:] = state.chosen[:k]
            continue
        done += _narrowed(made, state, d, s, spent)
        state.spent[d + 1] = spent
        state.left[made.kinds[s]] -= 1
        state.n_branch[d + 1] = -1
        state.depth[0] = d + 1
    return False


@kernel
def _narrowed(made: Choices, state: Trail, d: int, s: int, spent: float) -> int:
    """Open sets of the next level: those that share no unit with the one chosen."""
    n_words = made.bits.shape[1]
    found = 0
    for q in range(state.n_open[d]):
        other = state.open[d, q]
        if spent + made.costs[other] > state.limit[0]:
            break
        is_free = True
        for word in range(n_words):
            if made.bits[s, word] & made.bits[other, word]:
                is_free = False
                break
        if is_free:
            state.open[d + 1, found] = other
            found += 1
    state.n_open[d + 1] = found
    return int(state.n_open[d])


@kernel
def _pivoted(made: Choices, state: Trail, d: int, k: int, n: int, count: Int64s) -> int:
    """List the sets with the unit that the fewest open sets hold; none when a unit has none."""
    state.at[d], state.n_branch[d] = 0, 0
    count[:] = 0
    one = np.uint64(1)
    for q in range(state.n_open[d]):
        s = state.open[d, q]
        if state.left[made.kinds[s]] <= 0:
            continue
        for u in range(n):
            if (made.bits[s, u >> 6] >> np.uint64(u & 63)) & one:
                count[u] += 1
    pivot, fewest = -1, 1 << 60
    for u in range(n):
        is_covered = False
        for q in range(d):
            if (made.bits[state.chosen[q], u >> 6] >> np.uint64(u & 63)) & one:
                is_covered = True
        if not is_covered and count[u] < fewest:
            pivot, fewest = u, count[u]
    if pivot < 0 or fewest == 0:
        return int(state.n_open[d]) * n // 8 + n
    found = 0
    for q in range(state.n_open[d]):
        s = state.open[d, q]
        if state.left[made.kinds[s]] <= 0:
            continue
        if (made.bits[s, pivot >> 6] >> np.uint64(pivot & 63)) & one:
            state.branch[d, found] = s
            found += 1
    state.n_branch[d] = found
    return int(state.n_open[d]) * n // 8 + n


@kernel
def _is_full(made: Choices, state: Trail, k: int, n: int) -> bool:
    for u in range(n):
        is_covered = False
        for q in range(k):
            if (made.bits[state.chosen[q], u >> 6] >> np.uint64(u & 63)) & np.uint64(1):
                is_covered = True
        if not is_covered:
            return False
    return True
