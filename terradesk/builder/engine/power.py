"""Balanced centroidal power diagram: the map that an annealing starts from.

Each territory has a centre and a price; a unit goes to the centre with the least squared distance
less price. Prices are raised where a territory has too little, centres move to the middle of what
they got (Lloyd), as in Aurenhammer, Hoffmann and Aronov, Minkowski-type theorems and least-squares
clustering, 1998. Done on squares of a quadtree, so that the time hardly grows with the units.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s, kernel

_NEAREST = 20  # centres that a unit may choose among
_CELLS = 30  # squares per territory
_LLOYD = 12
_AT_ONCE = 8_000_000  # distances in one call of the kernel, some 20 ms
_LOST = 0.2  # mean deviation from which a power diagram is given up
_CALM = 2  # rounds at the end in which no centre jumps
_REGION = 7  # a centre and its nearest ones
_TOO_MANY = 0.55  # territories that a region has too many or too few before a centre jumps
_TILT = 0.35  # spread of the random tilt of cuts, radians


def bisect(xy: Floats, weights: Floats, k: int, rng: np.random.Generator) -> Int32s:
    """Cut points into k groups of about equal weight, each time across the long axis, tilted.

    Parameters
    ----------
    xy : ndarray, shape (n, 2)
    weights : ndarray, shape (n,)
    k : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of int32, shape (n,)
    """
    labels = np.zeros(len(xy), np.int32)
    stack = [(np.arange(len(xy)), 0, k)]
    while stack:
        rows, first, count = stack.pop()
        if count <= 1 or len(rows) <= 1:
            labels[rows] = first
            continue
        weight = weights[rows] + 1e-9
        centred = xy[rows] - np.average(xy[rows], axis=0, weights=weight)
        axis = np.linalg.eigh((centred * weight[:, None]).T @ centred)[1][:, 1]
        tilt = rng.normal(0, _TILT)
        turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
        order = np.argsort(centred @ (turn @ axis), kind="stable")
        running = np.cumsum(weight[order])
        half = count // 2 + (int(rng.integers(0, 2)) if count % 2 else 0)
        cut = int(np.searchsorted(running, running[-1] * half / count))
        cut = min(max(cut, min(half, len(rows) - 1)), max(1, len(rows) - (count - half)))
        stack += [(rows[order[:cut]], first, half), (rows[order[cut:]], first + half, count - half)]
    return labels


def squares(xy: Floats, weights: Floats, cap: float, cells: int) -> tuple[Floats, Floats]:
    """Gather points in squares of a quadtree, each at most ``cap`` heavy: cities get small ones.

    Returns
    -------
    ndarray, shape (q, 2)
        Centres of weight.
    ndarray, shape (q,)
        Weights.
    """
    low, span = xy.min(0), float(np.ptp(xy, axis=0).max()) + 1e-9
    labels, todo, used = np.full(len(xy), -1), np.arange(len(xy)), 0
    level = max(2, round(float(np.log2(np.sqrt(cells)))))
    for depth in range(level, level + 9):
        cell = ((xy[todo] - low) / span * (1 << depth)).astype(np.int64)
        found, inverse = np.unique((cell[:, 0] << 32) + cell[:, 1], return_inverse=True)
        is_light = np.bincount(inverse, weights[todo], len(found)) <= cap
        if depth == level + 8:
            is_light[:] = True
        number = np.cumsum(is_light) - 1 + used
        done = is_light[inverse]
        labels[todo[done]] = number[inverse[done]]
        used += int(is_light.sum())
        todo = todo[~done]
        if len(todo) == 0:
            break
    weight = weights + 1e-9
    total: Floats = np.bincount(labels, weight).astype(np.float64)
    return np.stack([np.bincount(labels, weight * xy[:, d]) / total for d in (0, 1)], 1), total


@kernel
def settle_prices(
    xy: Floats,
    weights: Floats,
    near: Int32s,
    centres: Floats,
    prices: Floats,
    loads: Floats,
    targets: Floats,
    reach: Floats,
    rounds: int,
    eta: float,
    best: Int32s,
) -> float:
    """Change prices (km2), in place, until each cell weighs its target.

    Parameters
    ----------
    xy : ndarray, shape (n, 2)
    weights : ndarray, shape (n,)
    near : ndarray of int32, shape (n, c)
        Centres each point may choose, -1 for none.
    centres : ndarray, shape (k, 2)
    prices : ndarray, shape (k,)
    loads, targets : ndarray, shape (k,)
        What each has besides points, and should have.
    reach : ndarray, shape (k,)
        km2: the scale of a step.
    rounds : int
    eta : float
        First step. A step grows while the sign of its deviation stays and is halved when it flips:
        a cell between a city and empty land would otherwise swallow the city and drop it again
        (Riedmiller and Braun, A direct adaptive method for faster backpropagation learning, 1993).
    best : ndarray of int32, shape (n,)
        Gets the choice of each point in the best round.

    Returns
    -------
    float
        Mean deviation as a fraction of the target.
    """
    n, c = near.shape
    k = len(prices)
    sums = np.zeros(k)
    labels = np.zeros(n, np.int32)
    best_prices = prices.copy()
    least = 1e300
    steps = eta * reach
    most = steps.max()
    last = np.zeros(k)
    for step in range(rounds):
        sums[:] = loads
        for i in range(n):
            nearest = 1e300
            choice = near[i, 0]
            for q in range(c):
                t = near[i, q]
                if t < 0:
                    break
                dx, dy = xy[i, 0] - centres[t, 0], xy[i, 1] - centres[t, 1]
                d = dx * dx + dy * dy - prices[t]
                if d < nearest:
                    nearest = d
                    choice = t
            labels[i] = choice
            sums[choice] += weights[i]
        off = 0.0
        for t in range(k):
            off += abs(sums[t] / targets[t] - 1)
        if off < least:
            least = off
            best[:] = labels
            best_prices[:] = prices
        for t in range(k):
            r = np.log(max(sums[t], 1e-3 * targets[t]) / targets[t])
            if r * last[t] < 0:
                steps[t] *= 0.5
            elif step > 0:
                steps[t] = min(1.2 * steps[t], most)
            last[t] = r
            prices[t] -= steps[t] * min(1.0, max(-1.0, r))
    prices[:] = best_prices
    return least / k


def nearest_centres(xy: Floats, centres: Floats, may: Bools, classes: Int32s) -> Int32s:
    """(n, c) int32 the nearest centres that units of each class may choose, nearest first, or -1.

    Parameters
    ----------
    xy : ndarray, shape (n, 2)
    centres : ndarray, shape (k, 2)
    may : ndarray of bool, shape (c, k)
    classes : ndarray of int32, shape (n,)
    """
    from scipy.spatial import cKDTree

    width = min(_NEAREST, len(centres))
    near = np.full((len(xy), width), -1, np.int32)
    for one in np.unique(classes):
        rows, open_ones = np.flatnonzero(classes == one), np.flatnonzero(may[one])
        if len(open_ones) == 0:
            continue
        count = min(width, len(open_ones))
        found = cKDTree(centres[open_ones]).query(xy[rows], count)[1].reshape(len(rows), -1)
        near[rows, :count] = open_ones[found]
    return near


@dataclass(slots=True)
class _Cells:
    """Points and centres while prices settle."""

    xy: Floats
    weights: Floats
    kinds: Int32s
    targets: Floats
    loads: Floats
    centres: Floats
    prices: Floats
    may: Bools
    tick: Callable[[], None]

    def settle(self, rounds: int, eta: float) -> Int32s:
        """The choice of each point after so many rounds, a few at a time."""
        near = nearest_centres(self.xy, self.centres, self.may, self.kinds)
        reach = _reach(self.centres)
        labels = np.zeros(len(self.xy), np.int32)
        few = max(3, _AT_ONCE // max(1, near.size))
        for done in range(0, rounds, few):
            settle_prices(
                self.xy,
                self.weights,
                near,
                self.centres,
                self.prices,
                self.loads,
                self.targets,
                reach,
                min(few, rounds - done),
                eta,
                labels,
            )
            self.tick()
        return labels

    def uneven(self, labels: Int32s) -> float:
        """Mean deviation as a fraction of the target."""
        sums = self.loads + np.bincount(labels, self.weights, len(self.centres))
        return float(np.abs(sums / self.targets - 1).mean())


def _nothing() -> None:
    """Called between rounds when nobody asks."""


def power_diagram(
    xy: Floats,
    weights: Floats,
    targets: Floats,
    loads: Floats,
    centres: Floats,
    pinned: Bools,
    may: Bools,
    classes: Int32s,
    tick: Callable[[], None] = _nothing,
) -> Int32s:
    """Share points among centres so that each gets its target, and move the centres that may.

    Parameters
    ----------
    xy, weights
        (n, 2) km and (n,).
    targets, loads : ndarray, shape (k,)
        What each centre should have, and has already.
    centres : ndarray, shape (k, 2)
        Start; changed in place.
    pinned : ndarray of bool, shape (k,)
        Centres that stay where they are.
    may, classes
        See `nearest_centres`; every class may choose a centre.
    tick : callable
        Called between rounds; may raise to stop.

    Returns
    -------
    ndarray of int32, shape (n,)
    """
    k, n = len(centres), len(xy)
    aims = np.maximum(targets, 1e-9 * max(float(targets.max(initial=0.0)), 1.0))
    cells = _Cells(xy, weights, classes, aims, loads, centres, np.zeros(k), may, tick)
    gathers = n > 2.5 * _CELLS * k and len(np.unique(classes)) == 1
    if gathers:
        free = aims[~pinned] if not pinned.all() else aims
        cells.xy, cells.weights = squares(xy, weights, float(np.median(free)) / 15, _CELLS * k)
        cells.kinds = np.full(len(cells.xy), classes[0], np.int32)
    for turn in range(0 if pinned.all() else _LLOYD):
        _move_centres(cells, pinned, turn)
    labels = cells.settle(120, 0.3)
    if gathers:
        cells.xy, cells.weights, cells.kinds = xy, weights, classes
        labels = cells.settle(10 if n > 100_000 else 40, 0.1)
    if cells.uneven(labels) < _LOST or (pinned | (targets != targets[0]) | (loads > 0)).any():
        return labels
    return _or_cut(cells, labels)


def _move_centres(cells: _Cells, pinned: Bools, turn: int) -> None:
    """One round of Lloyd's: prices settle, centres move to the middle of what they got."""
    k = len(cells.centres)
    labels = cells.settle(40, 0.4) if turn == 0 else cells.settle(20, 0.15)
    total = np.bincount(labels, cells.weights, k)
    moves = (total > 0) & ~pinned
    for d in (0, 1):
        middle = np.bincount(labels, cells.weights * cells.xy[:, d], k)
        cells.centres[moves, d] = middle[moves] / total[moves]
    if 0 < turn < _LLOYD - _CALM:
        _relocate(cells, labels, (total + cells.loads) / cells.targets, ~pinned)


def _or_cut(cells: _Cells, labels: Int32s) -> Int32s:
    """Plain cuts where they are more even than what prices found: dense cities in empty land."""
    if not cells.may.all():
        return labels
    k = len(cells.centres)
    cut = bisect(cells.xy, cells.weights, k, np.random.default_rng(k))
    return cut if cells.uneven(cut) < cells.uneven(labels) else labels


def _relocate(cells: _Cells, labels: Int32s, share: Floats, free: Bools) -> None:
    """Move centres, in place, from where there are too many for what is there to too few.

    Where places are heavy, or a city lies between empty land, prices cannot even that out. Judged
    by a centre with its nearest ones, since single cells are off by the weight of a place.
    """
    from scipy.spatial import cKDTree

    centres, may = cells.centres, cells.may
    k = len(centres)
    if k < 2 * _REGION:
        return
    near = cKDTree(centres).query(centres, _REGION)[1]
    spare, touched = share - 1, np.zeros(k, bool)
    for _pair in range(max(1, k // 50)):
        region = np.where(touched[near].any(1), 0.0, spare[near].sum(1))
        poor, rich = near[int(region.argmin())], near[int(region.argmax())]
        if region.min() > -_TOO_MANY or region.max() < _TOO_MANY:
            return
        touched[poor] = touched[rich] = True
        givers, receiver = poor[free[poor]], int(rich[spare[rich].argmax()])
        rows = np.flatnonzero(labels == receiver)
        if len(givers) == 0 or len(rows) < 2 or not free[receiver]:
            continue
        giver = int(givers[spare[givers].argmin()])
        if (may[:, giver] != may[:, receiver]).any():
            continue
        xy, weights = cells.xy[rows], cells.weights[rows]
        half = bisect(xy, weights, 2, np.random.default_rng(giver))
        for centre, side in ((giver, 0), (receiver, 1)):
            mine = half == side
            centres[centre] = np.average(xy[mine], axis=0, weights=weights[mine] + 1e-12)
        cells.prices[giver] = cells.prices[receiver]


def _reach(centres: Floats) -> Floats:
    """(k,) km2: about the size of the cells, from the distance to the four nearest centres."""
    from scipy.spatial import cKDTree

    if len(centres) < 2:
        return np.ones(1)
    distance = cKDTree(centres).query(centres, min(len(centres), 5))[0]
    found: Floats = (0.6 * distance[:, 1:].mean(1)) ** 2
    return found + 1e-6 * (1 + float(found.mean()))
