"""The unit of each account when boundaries change: by its point, else by code."""

from __future__ import annotations

import numpy as np

from terradesk.arcs import Arcs
from terradesk.arcs.picking import Picker
from terradesk.plan import Plan
from terradesk.readers.placing.nearest import nearest_units
from terradesk.readers.placing.placer import NEAR


def homes(plan: Plan, is_gone: np.ndarray, arcs: Arcs, follower: np.ndarray) -> np.ndarray:
    """Unit of each account afterwards.

    Accounts of units that stay do not move. The others, and those that were in no unit, go where
    their point lies; just outside all units to the nearest one, if they were in a unit before.

    Parameters
    ----------
    plan : Plan
    is_gone : (n_old,) bool
        Units that go.
    arcs : Arcs
        Coverage afterwards.
    follower : (n_old,) int64
        Row that follows each unit, -1 for none: for accounts without a point.

    Returns
    -------
    (n_accounts,) int32
        -1 for none.
    """
    out = plan.accounts.unit.copy()
    was = plan.accounts.unit
    is_left = (was >= 0) & (was < len(is_gone))
    is_left[is_left] = is_gone[was[is_left]]
    asked = np.flatnonzero(is_left | (was < 0))
    points = np.column_stack((plan.accounts.x[asked], plan.accounts.y[asked])).astype(float)
    has_point = np.isfinite(points).all(axis=1)
    found = np.full(len(asked), -1, np.int32)
    found[has_point] = Picker(arcs).locate_points(points[has_point])
    coast = np.flatnonzero(has_point & (found < 0) & is_left[asked])
    if len(coast):
        found[coast] = nearest_units(arcs, points[coast], NEAR)
    by_code = ~has_point & is_left[asked]
    found[by_code] = follower[was[asked[by_code]]]
    out[asked] = found
    return out
