"""What must change hands in a plan whatever is done: bounds beside the swaps that were found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from terradesk.arcs.jit import Floats, Int32s
from terradesk.builder.clock import Work


@dataclass(frozen=True, slots=True, eq=False)
class Least:
    """What no sequence of moves can save.

    Parameters
    ----------
    units : int
        At least so many units must change hands: those that leave a territory above its band
        leave it once, and its heaviest that are not locked are the fewest that suffice.
    amounts : ndarray of float64, shape (m,)
        At least so much of each measure must change hands.
    flows : ndarray of float64, shape (m,)
        So much crosses borders when everything goes from neighbour to neighbour by the shortest
        ways (a minimum-cost flow along the present borders). No proof: territories that change
        their shape may get new neighbours. NaN when no flow suffices.
    """

    units: int
    amounts: Floats
    flows: Floats


def least_change(work: Work, labels: Int32s) -> Least:
    """Bounds on what changes hands until every territory is in its band.

    Parameters
    ----------
    work : Work
    labels : ndarray of int32, shape (n,)
        -1 for unassigned units.
    """
    from terradesk.builder.swaps.search import values_of

    problem, bands = work.problem, work.bands
    values = values_of(work, labels)
    slack = 1e-9 / bands.scale
    surplus = np.where(values > bands.high + slack, values - bands.high, 0.0)
    deficit = np.where(values < bands.low - slack, bands.low - values, 0.0)
    units = 0
    for m in range(problem.n_measures):
        leaving = _fewest(work, labels, surplus[:, m], m, True)
        joining = _fewest(work, labels, deficit[:, m], m, False)
        units = max(units, leaving, joining)
    flows = [_flow(work, labels, values[:, m], m) for m in range(problem.n_measures)]
    return Least(units, np.maximum(surplus.sum(0), deficit.sum(0)), np.array(flows))


def _fewest(work: Work, labels: Int32s, wanted: Floats, m: int, is_leaving: bool) -> int:
    """Fewest units that make up what each territory must lose (gain), summed."""
    problem = work.problem
    free = problem.fixed == -1
    total = 0
    for t in np.flatnonzero(wanted > 0).tolist():
        may = problem.allowed[problem.allowed_class, t] & (labels != t) & (problem.fixed != -2)
        rows = (labels == t) & free if is_leaving else may
        sizes = np.cumsum(np.sort(problem.activities[rows, m])[::-1])
        need = wanted[t] - 1e-9 * max(float(problem.targets[t, m]), 0.0)
        total += min(len(sizes), int(np.searchsorted(sizes, need)) + 1)
    return total


def _flow(work: Work, labels: Int32s, values: Floats, m: int) -> float:
    """Least sum of flows between neighbouring territories that brings all into their bands."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    k, bands = work.problem.n_territories, work.bands
    low, high = bands.low[:, m], bands.high[:, m]
    if not ((values < low) | (values > high)).any():
        return 0.0
    pairs = labels[work.graph.edges]
    pairs = pairs[(pairs[:, 0] != pairs[:, 1]) & (pairs >= 0).all(1)]
    pairs = np.unique(np.concatenate((pairs, pairs[:, ::-1])), axis=0)
    if not len(pairs):
        return float("nan")
    unit = float(1 / bands.scale[:, m].mean())  # in targets: well scaled
    f = len(pairs)
    rows = np.concatenate((pairs[:, 1], pairs[:, 0]))
    signs = np.concatenate((np.ones(f), -np.ones(f)))
    net = coo_array((signs, (rows, np.tile(np.arange(f), 2))), (k, f)).tocsr()
    top, bottom = (high - values) / unit, (low - values) / unit
    above, below = np.isfinite(top), np.isfinite(bottom)
    from scipy.sparse import vstack

    matrix = vstack((net[above], -net[below]))
    limits = np.concatenate((top[above], -bottom[below]))
    found = linprog(np.ones(f), A_ub=matrix, b_ub=limits + 1e-9, bounds=(0, None), method="highs")
    return float(found.fun * unit) if found.status == 0 else float("nan")
