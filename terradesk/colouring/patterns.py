"""Patterns of territories: hatches that differ between neighbours, as steady as can be."""

from __future__ import annotations

import numpy as np

from terradesk.edits.colours import touching
from terradesk.palettes import neighbour_sets
from terradesk.plan import AlignmentView
from terradesk.render.filling import N_PATTERNS

__all__ = ["neighbour_patterns", "patterns"]


def patterns(view: AlignmentView, fills: np.ndarray, kinds: np.ndarray | None = None) -> np.ndarray:
    """Pattern of each leaf: that of its fill, another where a neighbour has the same.

    Parameters
    ----------
    view : AlignmentView
    fills : (n_leaves,) int
        Palette index, -1 = none.
    kinds : (n_leaves,) int, optional
        What has one pattern, such as a rep; each leaf by itself without.

    Returns
    -------
    (n_leaves,) uint8
        0 to 7, see `terradesk.render.hatching.PATTERNS`; 0 where there is no fill.
    """
    pairs = touching(view)
    at = np.arange(len(fills)) if kinds is None else np.unique(kinds, return_inverse=True)[1]
    n = int(at.max(initial=-1)) + 1
    wanted = np.zeros(n, np.int64)
    wanted[at[::-1]] = np.maximum(fills, 0)[::-1] % N_PATTERNS
    found = neighbour_patterns(at[pairs], wanted)[at]
    return np.where(fills >= 0, found, 0).astype(np.uint8)


def neighbour_patterns(pairs: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """A pattern for each of n things, unlike those of its neighbours.

    One by one in their order, each keeps the wanted pattern unless one before it that it touches
    has it. Where that finds no way, smallest last (Matula and Beck 1983), which needs six patterns
    at most on any map in the plane.

    Parameters
    ----------
    pairs : (k, 2) int
        Which touch.
    wanted : (n,) int
        Pattern each would have by itself.

    Returns
    -------
    (n,) int64
    """
    near = neighbour_sets(pairs, len(wanted))
    given = wanted.tolist()
    found, is_good = _one_by_one(range(len(given)), near, given)
    if not is_good:
        found, _is_good = _one_by_one(_smallest_last(near), near, given)
    return np.array(found, np.int64)


def _one_by_one(
    order: range | list[int], near: list[set[int]], wanted: list[int]
) -> tuple[list[int], bool]:
    found, is_good = [-1] * len(wanted), True
    for one in order:
        taken = [found[other] for other in near[one] if found[other] >= 0]
        free = [p for p in range(N_PATTERNS) if p not in taken]
        later = {wanted[other] for other in near[one] if found[other] < 0}
        if wanted[one] in free:
            found[one] = wanted[one]
        elif free:
            found[one] = min(free, key=lambda p: (p in later, (p - wanted[one]) % N_PATTERNS))
        else:
            found[one], is_good = min(range(N_PATTERNS), key=taken.count), False
    return found, is_good


def _smallest_last(near: list[set[int]]) -> list[int]:
    left = {k: len(others) for k, others in enumerate(near)}
    order: list[int] = []
    while left:
        one = min(left, key=lambda k: (left[k], k))
        del left[one]
        order.append(one)
        for other in near[one]:
            if other in left:
                left[other] -= 1
    return order[::-1]
