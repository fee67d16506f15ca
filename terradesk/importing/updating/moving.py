"""Accounts of a newer list that are elsewhere than in the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from terradesk.accounts import PLACEMENTS
from terradesk.importing.roles import column_of
from terradesk.importing.updating.comparing import Cells, Pair
from terradesk.plan import Plan
from terradesk.readers import MadeAccounts

NEAR = 25.0
"""Metres within which a place in the same area is the same: four decimals of a degree err by 11."""

PLACE_COLUMNS = ("x", "y", "lon", "lat", "unit", "placement")

_PLACE_ROLES = ("unit_code", "postcode", "city", "state", "country", "street")
_COORDINATES = PLACEMENTS.index("coordinates")
_HAND = PLACEMENTS.index("by_hand")


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """Where matched accounts go.

    Parameters
    ----------
    new : ndarray of int64, shape (k,)
        Accounts of the file that are elsewhere.
    n_by_hand : int
        Accounts that would move but were placed by hand and stay.
    lost : ndarray of int64
        Accounts of the file whose address is another one, without a place for it: they stay.
    """

    new: np.ndarray
    n_by_hand: int
    lost: np.ndarray


def moves(
    plan: Plan,
    made: MadeAccounts,
    roles: Mapping[str, str],
    pairs: Sequence[Pair],
    cells: Sequence[Cells],
    old: np.ndarray,
    keep_by_hand: bool,
) -> Moves:
    """Which matched accounts are elsewhere.

    Coordinates of the file are taken as they are. A place found by postcode or name is taken only
    where the file says another one than before, or the account has none: what was placed more
    exactly stays.

    Parameters
    ----------
    plan : Plan
    made : MadeAccounts
    roles : mapping of str to str
    pairs : sequence of Pair
    cells : sequence of Cells
        What differs beside the place.
    old : ndarray of int64, shape (n_new,)
    keep_by_hand : bool
        Whether places set by hand stay.
    """
    both = np.flatnonzero(old >= 0)
    rows, now, was = old[both], made.accounts, plan.accounts
    told = _told(roles, pairs, cells, len(old))
    inexact = ~np.isin(was.placement[rows], (_COORDINATES, _HAND))
    told_here = inexact if told is None else told[both]
    apart = np.hypot(now.x[both] - was.x[rows], now.y[both] - was.y[rows])
    nowhere = was.placement[rows] == 0
    differs = ~(apart <= NEAR) | (now.unit[both] != was.unit[rows])
    exact = now.placement[both] == _COORDINATES
    placed = now.placement[both] > 0
    elsewhere = placed & differs & (exact | told_here | nowhere)
    by_hand = elsewhere & (was.placement[rows] == _HAND) & keep_by_hand
    lost = told_here & ~placed & ~nowhere
    return Moves(both[elsewhere & ~by_hand], int(by_hand.sum()), both[lost])


def _told(
    roles: Mapping[str, str], pairs: Sequence[Pair], cells: Sequence[Cells], n: int
) -> np.ndarray | None:
    """(n,) bool: the file says another address than the plan; None: the plan knows none."""
    columns = {column_of(roles, role) for role in _PLACE_ROLES} - {""}
    known = {pair.file for pair in pairs if not pair.is_new}
    if columns and not columns & known:
        return None
    out = np.zeros(n, bool)
    for one in cells:
        if one.pair.file in columns and not one.pair.is_new:
            out[one.new] = True
    return out
