"""Accounts: customers and prospects, points with figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from terradesk.columns import Columned, joined, joined_columns
from terradesk.i18n import N_

PLACEMENTS = ("unplaced", "coordinates", "unit_code", "postcode", "place_name", "by_hand")
"""How an account found its place; the code stored is the index."""

PLACEMENT_TEXTS = (
    N_("Not placed"),
    N_("Exact"),
    N_("Centre of area"),
    N_("Postcode"),
    N_("Place"),
    N_("By hand"),
)


@dataclass(frozen=True, eq=False)
class Accounts(Columned):
    """Table of accounts; an account is its row number.

    Parameters
    ----------
    ids, names : ndarray of str, shape (n_accounts,), dtype object
    x, y : ndarray of float, shape (n_accounts,), metres in the plan's CRS
        NaN while unplaced.
    lon, lat : ndarray of float, shape (n_accounts,), degrees
    unit : ndarray of int32, shape (n_accounts,)
        Row of the unit that contains the point, -1 for none.
    placement : ndarray of uint8, shape (n_accounts,)
        Index into `PLACEMENTS`.
    columns : mapping of str to ndarray, shape (n_accounts,)
        Attributes: float64 (NaN = empty) or object (str).
    batch : ndarray of int32, shape (n_accounts,)
        The import that brought the row in.
    is_present : ndarray of bool, shape (n_accounts,)
    """

    OWN_COLUMNS: ClassVar[tuple[str, ...]] = (
        *("ids", "names", "x", "y", "lon", "lat", "unit", "placement", "is_present"),
    )

    ids: np.ndarray
    names: np.ndarray
    x: np.ndarray
    y: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    unit: np.ndarray
    placement: np.ndarray
    columns: Mapping[str, np.ndarray] = field(default_factory=dict)
    batch: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    is_present: np.ndarray = field(default_factory=lambda: np.empty(0, bool))

    def append(self, other: Accounts, batch: int) -> Accounts:
        """These accounts followed by ``other``; columns that one side lacks are empty there.

        Parameters
        ----------
        other : Accounts
            Rows that come in.
        batch : int
            Number of the import.
        """
        n, m = len(self), len(other)
        own = {c: joined(self.column(c), other.column(c)) for c in self.OWN_COLUMNS}
        columns = joined_columns(self.columns, n, other.columns, m)
        batches = np.concatenate([self.batch, np.full(m, batch, np.int32)])
        return Accounts(**own, columns=columns, batch=batches)


def empty_accounts() -> Accounts:
    """No accounts yet."""
    text, number = np.empty(0, object), np.empty(0)
    return Accounts(
        text, text, number, number, number, number, np.empty(0, np.int32), np.empty(0, np.uint8)
    )
