"""Sets of units that can be a territory: kernels that list them, whole and within a band.

Every kernel does a bounded number of steps per call and goes on where it stopped.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from terradesk.arcs.jit import Bools, Floats, Int32s, Int64s, kernel

Int8s = NDArray[np.int8]

STEPS = 200_000
"""Steps of a search per call: below 50 ms."""


class Net(NamedTuple):
    """Units and neighbours as the kernels read them.

    Parameters
    ----------
    starts, others : ndarray of int32
        Neighbours in compressed rows.
    masses : ndarray of float64, shape (n, m)
    moments : ndarray of float64, shape (n, n)
        Cost of unit i in a set whose centre is unit j.
    """

    starts: Int32s
    others: Int32s
    masses: Floats
    moments: Floats


class Band(NamedTuple):
    """What a territory may consist of.

    Parameters
    ----------
    low, high : ndarray of float64, shape (m,)
        Sums of its units; slack for rounding included.
    allowed : ndarray of bool, shape (n,)
    rest_low, rest_high : float
        Least and most of the lead measure in any of the other territories.
    others : int
        How many they are.
    """

    low: Floats
    high: Floats
    allowed: Bools
    rest_low: float
    rest_high: float
    others: int


class Found(NamedTuple):
    """Where sets are written.

    Parameters
    ----------
    sets : ndarray of bool, shape (s, n)
    costs : ndarray of float64, shape (s,)
    n_found : ndarray of int64, shape (1,)
    """

    sets: Bools
    costs: Floats
    n_found: Int64s


def room(rows: int, n: int) -> Found:
    """Space for sets."""
    return Found(np.zeros((rows, n), np.bool_), np.zeros(rows), np.zeros(1, np.int64))


# ---------------------------------------------------------------------- cheap sets round a centre
class Items(NamedTuple):
    """Units that may belong to the territory of a centre, the heaviest first, the centre left out.

    Parameters
    ----------
    units : ndarray of int32, shape (q,)
    costs : ndarray of float64, shape (q,)
        Reduced cost of each.
    cells : ndarray of int64, shape (q,)
        Mass in cells, rounded.
    starts, others : ndarray of int32
        Neighbours among items; q is the centre.
    best : ndarray of float64, shape (q + 1, c + 1)
        Least cost of items from a place on that fill up a territory that has so many cells.
    """

    units: Int32s
    costs: Floats
    cells: Int64s
    starts: Int32s
    others: Int32s
    best: Floats


class Descent(NamedTuple):
    """State of a search among items; see `cheap_sets`."""

    tried: Int8s
    chosen: Int8s
    costs: Floats
    cells: Int64s
    at: Int64s
    queue: Int32s
    seen: Int64s
    limit: Floats
    of_unit: Int8s


def descent(
    n: int, centre: int, items: Items, base_cost: float, base_cells: int, limit: float
) -> Descent:
    """A search for sets of at most a cost among n units."""
    q = len(items.units)
    of_unit = np.zeros(n, np.int8)
    of_unit[items.units], of_unit[centre] = 2, 1
    made = Descent(
        np.zeros(q + 1, np.int8),
        np.full(q + 1, 2, np.int8),
        np.zeros(q + 1),
        np.zeros(q + 1, np.int64),
        np.zeros(2, np.int64),
        np.zeros(n + 1, np.int32),
        np.zeros(n + 1, np.int64),
        np.full(1, limit),
        of_unit,
    )
    made.chosen[q] = 1
    made.costs[0], made.cells[0] = base_cost, base_cells
    return made


@kernel
def least_costs(costs: Floats, cells: Int64s, low: int, high: int, best: Floats) -> None:
    """Fill `Items.best` backwards: a knapsack with a window of masses, exact up to rounding."""
    q, width = len(costs), best.shape[1]
    exact = np.full(width, np.inf)
    queue = np.empty(width + high - low + 2, np.int64)
    exact[0] = 0.0
    for place in range(q, -1, -1):
        if place < q:
            step, cost = cells[place], costs[place]
            for x in range(width - 1, step - 1, -1):
                other = cost + exact[x - step]
                if other < exact[x]:
                    exact[x] = other
        # best[place, have] = min(exact[low - have ... high - have]): a sliding window
        head, tail, reach = 0, 0, 0
        for have in range(width - 1, -1, -1):
            first, last = max(0, low - have), min(width - 1, high - have)
            while reach <= last:
                while tail > head and exact[queue[tail - 1]] >= exact[reach]:
                    tail -= 1
                queue[tail] = reach
                tail += 1
                reach += 1
            while head < tail and queue[head] < first:
                head += 1
            best[place, have] = exact[queue[head]] if head < tail and last >= first else np.inf


@kernel
def cheap_sets(
    net: Net,
    band: Band,
    centre: int,
    items: Items,
    search: Descent,
    found: Found,
    shrinks: bool,
    steps: int,
) -> bool:
    """Connected sets round a centre of at most the limit's cost; False when there is more to do.

    Depth first over the items; what is left is bounded by the knapsack of `least_costs`, and
    everything chosen must still hang together through what is open. With ``shrinks`` the limit
    falls to the cheapest set found, so that the search ends with that; without, only sets
    whose best centre this is are written, so that each is listed at one centre.
    """
    q = len(items.units)
    k = search.at[0]
    tried, chosen, width = search.tried, search.chosen, items.best.shape[1]
    for _step in range(steps):
        if found.n_found[0] >= len(found.costs):
            break
        if k == q:
            _write(net, band, centre, items, search, found, shrinks)
            k -= 1
        if k < 0:
            return True
        if tried[k] == 2:
            tried[k], chosen[k] = 0, 2
            search.of_unit[items.units[k]] = 2
            k -= 1
            if k < 0:
                return True
            continue
        first = 1 if items.costs[k] < 0 else 0
        take = first if tried[k] == 0 else 1 - first
        tried[k] += 1
        chosen[k] = take
        search.of_unit[items.units[k]] = take
        cost = search.costs[k] + take * items.costs[k]
        cells = search.cells[k] + take * items.cells[k]
        if cells >= width or cost + items.best[k + 1, cells] > search.limit[0]:
            continue
        if not _hangs(k, items, search) or (take == 1 and not _spares(net, band, search)):
            continue
        search.costs[k + 1], search.cells[k + 1] = cost, cells
        k += 1
        if k < q:
            tried[k] = 0
    search.at[0] = k
    return False


@kernel
def _hangs(k: int, items: Items, search: Descent) -> bool:
    """Whether all chosen items can be reached from the centre through chosen and open ones."""
    q = len(items.units)
    chosen, seen, queue = search.chosen, search.seen, search.queue
    wanted = 0
    for i in range(k + 1):
        if chosen[i] == 1:
            wanted += 1
    search.at[1] += 1
    mark = search.at[1]
    queue[0] = q
    seen[q] = mark
    head, tail = 0, 1
    while head < tail and wanted > 0:
        u = queue[head]
        head += 1
        for p in range(items.starts[u], items.starts[u + 1]):
            x = items.others[p]
            if seen[x] != mark and chosen[x] != 0:
                seen[x] = mark
                queue[tail] = x
                tail += 1
                if chosen[x] == 1:
                    wanted -= 1
    return wanted == 0


@kernel
def _spares(net: Net, band: Band, search: Descent) -> bool:
    """Whether nothing is cut off for good that is too small for a territory of its own."""
    if band.rest_low <= 0:
        return True
    of_unit, seen, queue = search.of_unit, search.seen, search.queue
    search.at[1] += 1
    mark = search.at[1]
    for first in range(len(of_unit)):
        if of_unit[first] != 0 or seen[first] == mark:
            continue
        queue[0] = first
        seen[first] = mark
        mass, head, tail = 0.0, 0, 1
        while head < tail:
            u = queue[head]
            head += 1
            mass += net.masses[u, 0]
            for p in range(net.starts[u], net.starts[u + 1]):
                x = net.others[p]
                if of_unit[x] != 1 and seen[x] != mark:
                    seen[x] = mark
                    queue[tail] = x
                    tail += 1
        if mass < band.rest_low:
            return False
    return True


@kernel
def _write(
    net: Net,
    band: Band,
    centre: int,
    items: Items,
    search: Descent,
    found: Found,
    shrinks: bool,
) -> None:
    q = len(items.units)
    if search.costs[q] > search.limit[0]:
        return
    mass = net.masses[centre].copy()
    for i in range(q):
        if search.chosen[i] == 1:
            mass += net.masses[items.units[i]]
    for m in range(len(mass)):
        if mass[m] < band.low[m] or mass[m] > band.high[m]:
            return
    row = found.n_found[0]
    found.sets[row, :] = False
    found.sets[row, centre] = True
    for i in range(q):
        if search.chosen[i] == 1:
            found.sets[row, items.units[i]] = True
    if not shrinks and _best_centre(net, found.sets[row]) != centre:
        return
    if not _leaves_room(net, band, found.sets[row]):
        return
    found.costs[row] = search.costs[q]
    found.n_found[0] += 1
    if shrinks:
        search.limit[0] = search.costs[q] - 1e-9 * abs(search.costs[q])


@kernel
def _best_centre(net: Net, members: Bools) -> int:
    """The unit round which a set costs least, the first of equals."""
    n = len(members)
    rows = np.flatnonzero(members)
    best, chosen = np.inf, np.int64(n)
    for j in rows:
        total = 0.0
        for i in rows:
            total += net.moments[i, j]
        if total < best:
            best, chosen = total, j
    return int(chosen)


# ---------------------------------------------------------------------- what is left over
@kernel
def _leaves_room(net: Net, band: Band, members: Bools) -> bool:
    """Whether the pieces of what a set leaves can be cut into the other territories by mass."""
    n = len(members)
    seen = members.copy()
    queue = np.empty(n, np.int32)
    fewest, most = 0.0, 0.0
    for u in range(n):
        if seen[u]:
            continue
        mass = 0.0
        queue[0] = u
        seen[u] = True
        head, tail = 0, 1
        while head < tail:
            v = queue[head]
            head += 1
            mass += net.masses[v, 0]
            for p in range(net.starts[v], net.starts[v + 1]):
                x = net.others[p]
                if not seen[x]:
                    seen[x] = True
                    queue[tail] = x
                    tail += 1
        least, largest = 1.0, float(tail)
        if band.rest_high > 0:
            least = max(1.0, np.ceil(mass / band.rest_high - 1e-9))
        if band.rest_low > 0:
            largest = min(largest, np.floor(mass / band.rest_low + 1e-9))
        if least > largest:
            return False
        fewest += least
        most += largest
    return fewest <= band.others <= most
