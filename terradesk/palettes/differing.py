"""Fills for territories, so that neighbours differ."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .fills import N_FILLS, palette_distance, territory_rgb
from .seeing import Floats, distances, oklab


@lru_cache(maxsize=1)
def _harm() -> Floats:
    """Cost of two fills meeting: high when they look alike in either theme."""
    seen = np.minimum(palette_distance(False), 1.1 * palette_distance(True))
    plain = distances(oklab(territory_rgb(False)) * [0.6, 1, 1])
    return np.asarray(np.exp(-seen / 0.03) + 1.5 * np.exp(-plain / 0.045))


def neighbour_sets(pairs: ArrayLike, n: int) -> list[set[int]]:
    """What each of `n` things touches, itself left out, from (k, 2) pairs in any order."""
    near: list[set[int]] = [set() for _ in range(n)]
    for a, b in np.asarray(pairs, np.int64).reshape(-1, 2).tolist():
        if a != b:
            near[a].add(b)
            near[b].add(a)
    return near


def _neighbourhood(pairs: NDArray[np.int64], n: int) -> list[tuple[NDArray[np.int64], Floats]]:
    """Neighbours of each territory with weight 1, neighbours of neighbours with weight 0.12."""
    near = neighbour_sets(pairs, n)
    out = []
    for i, first in enumerate(near):
        second = set().union(*(near[j] for j in first)) - first - {i} if first else set()
        index = np.array([*sorted(first), *sorted(second)], dtype=np.int64)
        out.append((index, np.repeat([1.0, 0.12], [len(first), len(second)])))
    return out


def neighbour_colours(
    pairs: ArrayLike,
    n: int,
    fixed: Mapping[int, int] | None = None,
    seed: int = 3,
    rounds: int = 6000,
) -> NDArray[np.int64]:
    """Choose the fill of each territory so that neighbours differ in every kind of sight.

    Every fill is used before one returns. Simulated annealing from a greedy start, reproducible.

    Parameters
    ----------
    pairs : (k, 2) int
        Territories that share a border.
    n : int
        Number of territories.
    fixed : mapping, optional
        Territory to fill that must be kept, so that a plan keeps its colours.
    seed, rounds : int
        Of the annealing.

    Returns
    -------
    (n,) int64
        Fill 0..23 of each territory.
    """
    near = _neighbourhood(np.asarray(pairs, dtype=np.int64).reshape(-1, 2), n)
    harm = _harm()
    fills = np.full(n, -1, dtype=np.int64)
    for territory, fill in (fixed or {}).items():
        fills[territory] = fill
    free = np.flatnonzero(fills < 0)
    _greedy(fills, free, near, harm)
    _anneal(fills, free, near, harm, np.random.default_rng(seed), min(rounds, 300 * len(free)))
    return fills


def _cost(
    fills: NDArray[np.int64],
    t: int,
    near: list[tuple[NDArray[np.int64], Floats]],
    harm: Floats,
) -> Floats:
    """Cost of giving territory `t` each of the fills, neighbours as they are."""
    index, weight = near[t]
    known = fills[index] >= 0
    return np.asarray(harm[:, fills[index[known]]] @ weight[known])


def _greedy(
    fills: NDArray[np.int64],
    free: NDArray[np.int64],
    near: list[tuple[NDArray[np.int64], Floats]],
    harm: Floats,
) -> None:
    for t in free:
        used = np.bincount(fills[fills >= 0], minlength=N_FILLS)
        cost = _cost(fills, t, near, harm)
        cost[used > used.min()] = np.inf
        fills[t] = int(cost.argmin())


def _anneal(
    fills: NDArray[np.int64],
    free: NDArray[np.int64],
    near: list[tuple[NDArray[np.int64], Floats]],
    harm: Floats,
    rng: np.random.Generator,
    rounds: int,
) -> None:
    if len(free) < 2:
        return
    for step in range(rounds):
        a, b = rng.choice(free, 2)
        x, y = fills[a], fills[b]
        if x == y:
            continue
        before = _cost(fills, a, near, harm)[x] + _cost(fills, b, near, harm)[y]
        fills[a], fills[b] = y, x
        change = _cost(fills, a, near, harm)[y] + _cost(fills, b, near, harm)[x] - before
        if change > 0 and rng.random() >= np.exp(-change / (0.05 * (1 - step / rounds) + 1e-9)):
            fills[a], fills[b] = x, y
