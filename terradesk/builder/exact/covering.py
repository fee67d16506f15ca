"""Sets known so far, and what covering each unit is worth: linear programmes (HiGHS)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s
from terradesk.builder.exact.kinds import Case


class Pool:
    """Sets met so far, each once per kind."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._known: list[set[bytes]] = [set() for _band in case.bands]
        self._sets: list[Bools] = []
        self._kinds: list[int] = []
        self._costs: list[float] = []

    def __len__(self) -> int:
        return len(self._sets)

    def add(self, sets: Bools, kind: int) -> int:
        """Add sets; how many were new."""
        new = 0
        packed = np.packbits(sets, axis=1)
        for row in range(len(sets)):
            key = packed[row].tobytes()
            if key not in self._known[kind]:
                self._known[kind].add(key)
                self._sets.append(sets[row])
                self._kinds.append(kind)
                self._costs.append(self.case.cost(sets[row]))
                new += 1
        return new

    @property
    def table(self) -> tuple[Bools, Int32s, Floats]:
        """(s, n) sets, (s,) kinds and (s,) moments."""
        sets = np.array(self._sets, np.bool_).reshape(-1, self.case.n)
        return sets, np.array(self._kinds, np.int32), np.array(self._costs)


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """What covering is worth.

    Parameters
    ----------
    units : ndarray of float64, shape (n,)
    kinds : ndarray of float64, shape (r,)
        Of one territory of each kind.
    value : float
        Of the programme that gave them.
    missing : float
        Units and territories that were bought at the edge of the box; 0 when sets alone serve.
    """

    units: Floats
    kinds: Floats
    value: float
    missing: float

    @property
    def base(self) -> tuple[float, float]:
        """Sums of the two."""
        return float(self.units.sum()), float(self.kinds.sum())


def first_prices(case: Case) -> Prices | None:
    """Prices by the linear relaxation of the assignment of units to centres; None: infeasible.

    Hess et al. 1965, Operations Research 13(6), 998-1006: unit i belongs to centre j, loads lie
    in the band of an open centre. Contiguity is left out, and units may be shared.
    """
    from scipy.optimize import linprog

    n = case.n
    scale = max(float(case.moments.mean()), 1e-300)
    equal, unequal = _hess_rows(case)
    found = linprog(
        case.moments.ravel() / scale,
        A_ub=unequal,
        b_ub=np.full(unequal.shape[0], 1e-9),
        A_eq=equal,
        b_eq=np.append(np.ones(n), case.counts.sum()),
        bounds=(0, None),
        method="highs",
    )
    if found.status == 2:
        return None
    if found.status != 0:
        even = case.moments.sum() / (n * max(1.0, case.counts.sum()) * n)
        return Prices(np.full(n, even), np.zeros(len(case.bands)), even * n, 1.0)
    duals = np.asarray(found.eqlin.marginals) * scale
    kinds = np.full(len(case.bands), duals[n])
    return Prices(duals[:n], kinds, float(found.fun) * scale, 1.0)


def _hess_rows(case: Case) -> tuple[Any, Any]:
    from scipy.sparse import coo_array, vstack

    n = case.n
    low = min(float(b.low[0]) for b in case.bands)
    high = max(float(b.high[0]) for b in case.bands)
    unit, centre = (a.ravel() for a in np.meshgrid(np.arange(n), np.arange(n), indexing="ij"))
    columns, own = np.arange(n * n), np.arange(n) * (n + 1)
    ones = np.ones(n * n)
    cover = coo_array((ones, (unit, columns)), (n, n * n))
    count = coo_array((np.ones(n), (np.zeros(n, np.int64), own)), (1, n * n))
    load = coo_array((case.net.masses[unit, 0] / high, (centre, columns)), (n, n * n))
    is_open = coo_array((np.ones(n), (np.arange(n), own)), (n, n * n))
    other = np.flatnonzero(unit != centre)
    rows = np.arange(len(other))
    given = coo_array((ones[other], (rows, columns[other])), (len(other), n * n))
    opened = coo_array((ones[other], (rows, own[centre[other]])), (len(other), n * n))
    unequal = vstack((load - is_open, is_open * (low / high) - load, given - opened))
    return vstack((cover, count)).tocsr(), unequal.tocsr()


def boxed_prices(case: Case, pool: Pool, centre: Prices, width: float) -> Prices | None:
    """Best prices for the sets known that stay near others; None when the solver fails.

    Stabilised column generation, du Merle et al. 1999, Discrete Mathematics 194, 229-237.

    Parameters
    ----------
    case : Case
    pool : Pool
    centre : Prices
    width : float
        How far the price of a unit may go; that of a territory n / k times as far.
    """
    from scipy.optimize import linprog
    from scipy.sparse import csc_array, hstack, identity, vstack

    sets, kinds, costs = pool.table
    n, r = case.n, len(case.bands)
    middle = np.concatenate((centre.units, centre.kinds))
    reach = np.full(n + r, width)
    reach[n:] *= n / case.counts.sum()
    scale = max(float(np.abs(middle).mean()), width, 1e-300)
    slack = identity(n + r, format="csc")
    parts = [slack, -slack]
    if len(costs):
        of_kind = (np.arange(r)[:, None] == kinds[None]).astype(float)
        parts.insert(0, vstack((csc_array(sets.T.astype(float)), csc_array(of_kind))).tocsc())
    found = linprog(
        np.concatenate((costs, middle + reach, reach - middle)) / scale,
        A_eq=hstack(parts).tocsc(),
        b_eq=np.concatenate((np.ones(n), case.counts)),
        bounds=(0, None),
        method="highs-ds",
    )
    if found.status != 0:
        return None
    duals = np.asarray(found.eqlin.marginals) * scale
    missing = float(found.x[len(costs) :].sum())
    return Prices(duals[:n], duals[n:], float(found.fun) * scale, missing)
