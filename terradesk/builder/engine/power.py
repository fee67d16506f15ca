"""Balanced centroidal power diagram: the map that an annealing starts from.

Each territory has a centre and a price; a unit goes to the centre with the least squared distance
less price. Prices are raised where a territory has too little, centres move to the middle of what
they got (Lloyd), as in Aurenhammer, Hoffmann and Aronov, Minkowski-type theorems and least-squares
clustering, 1998. Done on squares of a quadtree, so that the time hardly grows with the units.
"""

from __future__ import annotations

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s, kernel

_NEAREST = 20  # centres that a unit may choose among
_CELLS = 30  # squares per territory
_LLOYD = 12
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


def power_diagram(
    xy: Floats,
    weights: Floats,
    targets: Floats,
    loads: Floats,
    centres: Floats,
    pinned: Bools,
    may: Bools,
    classes: Int32s,
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

    Returns
    -------
    ndarray of int32, shape (n,)
    """
    k, n = len(centres), len(xy)
    aims = np.maximum(targets, 1e-9 * max(float(targets.max(initial=0.0)), 1.0))
    prices = np.zeros(k)
    points, heavy, kinds = xy, weights, classes
    gathers = n > 2.5 * _CELLS * k and len(np.unique(classes)) == 1
    if gathers:
        free = aims[~pinned] if not pinned.all() else aims
        points, heavy = squares(xy, weights, float(np.median(free)) / 15, _CELLS * k)
        kinds = np.full(len(points), classes[0], np.int32)
    labels = np.zeros(len(points), np.int32)
    for turn in range(0 if pinned.all() else _LLOYD):
        near = nearest_centres(points, centres, may, kinds)
        eta, rounds = (0.4, 40) if turn == 0 else (0.15, 20)
        settle_prices(
            points,
            heavy,
            near,
            centres,
            prices,
            loads,
            aims,
            _reach(centres),
            rounds,
            eta,
            labels,
        )
        total = np.bincount(labels, heavy, k)
        moves = (total > 0) & ~pinned
        for d in (0, 1):
            middle = np.bincount(labels, heavy * points[:, d], k)
            centres[moves, d] = middle[moves] / total[moves]
        if 0 < turn < _LLOYD - _CALM:
            share = (total + loads) / aims
            _relocate(points, heavy, labels, share, centres, prices, ~pinned, may)
    reach = _reach(centres)
    near = nearest_centres(points, centres, may, kinds)
    settle_prices(points, heavy, near, centres, prices, loads, aims, reach, 120, 0.3, labels)
    if gathers:
        labels = np.zeros(n, np.int32)
        near = nearest_centres(xy, centres, may, classes)
        rounds = 10 if n > 100_000 else 40
        settle_prices(xy, weights, near, centres, prices, loads, aims, reach, rounds, 0.1, labels)
    return labels


def _relocate(
    points: Floats,
    weights: Floats,
    labels: Int32s,
    share: Floats,
    centres: Floats,
    prices: Floats,
    free: Bools,
    may: Bools,
) -> None:
    """Move centres, in place, from where there are too many for what is there to too few.

    Where places are heavy, or a city lies between empty land, prices cannot even that out. Judged
    by a centre with its nearest ones, since single cells are off by the weight of a place.
    """
    from scipy.spatial import cKDTree

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
        half = bisect(points[rows], weights[rows], 2, np.random.default_rng(giver))
        for centre, side in ((giver, 0), (receiver, 1)):
            mine = rows[half == side]
            centres[centre] = np.average(points[mine], axis=0, weights=weights[mine] + 1e-12)
        prices[giver] = prices[receiver]


def _reach(centres: Floats) -> Floats:
    """(k,) km2: about the size of the cells, from the distance to the four nearest centres."""
    from scipy.spatial import cKDTree

    if len(centres) < 2:
        return np.ones(1)
    distance = cKDTree(centres).query(centres, min(len(centres), 5))[0]
    found: Floats = (0.6 * distance[:, 1:].mean(1)) ** 2
    return found + 1e-6 * (1 + float(found.mean()))
