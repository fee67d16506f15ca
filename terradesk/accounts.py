"""Accounts: customers and prospects, points with figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from terradesk.i18n import N_

PLACEMENTS = ("unplaced", "coordinates", "unit_code", "postcode", "place_name", "by_hand")
"""How an account found its place; the code stored is the index."""

PLACEMENT_TEXTS = (
    N_("Not placed"),
    N_("Coordinates"),
    N_("Area code"),
    N_("Postcode"),
    N_("Place name"),
    N_("By hand"),
)

OWN_COLUMNS = ("ids", "names", "x", "y", "lon", "lat", "unit", "placement", "is_present")


@dataclass(frozen=True, eq=False)
class Accounts:
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

    def __post_init__(self) -> None:
        n = len(self.ids)
        if len(self.batch) != n:
            object.__setattr__(self, "batch", np.ones(n, np.int32))
        if len(self.is_present) != n:
            object.__setattr__(self, "is_present", np.ones(n, bool))

    def __len__(self) -> int:
        return len(self.ids)

    def column(self, name: str) -> np.ndarray:
        """Values of an attribute or of one of the table's own columns.

        Raises
        ------
        KeyError
            If there is no such column.
        """
        return getattr(self, name) if name in OWN_COLUMNS else self.columns[name]

    def with_column(self, name: str, values: np.ndarray) -> Accounts:
        """The same accounts with one column replaced or added."""
        if name in OWN_COLUMNS:
            return replace(self, **{name: values})  # type: ignore[arg-type]
        return replace(self, columns={**self.columns, name: values})

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
        own = {c: np.concatenate([self.column(c), other.column(c)]) for c in OWN_COLUMNS}
        names = [*self.columns, *(c for c in other.columns if c not in self.columns)]
        columns = {}
        for name in names:
            sides = [t.columns[name] for t in (self, other) if name in t.columns]
            is_text = any(side.dtype == object for side in sides)
            columns[name] = np.concatenate(
                [
                    _part(self.columns.get(name), n, is_text),
                    _part(other.columns.get(name), m, is_text),
                ]
            )
        batches = np.concatenate([self.batch, np.full(m, batch, np.int32)])
        return Accounts(**own, columns=columns, batch=batches)


def _part(values: np.ndarray | None, n: int, is_text: bool) -> np.ndarray:
    """One side of a joined column; where a side is text, numbers become text: nothing is lost."""
    if values is None:
        return np.full(n, "", object) if is_text else np.full(n, np.nan)
    if is_text and values.dtype != object:
        return np.array(["" if np.isnan(v) else f"{v:.15g}" for v in values], object)
    return values


def empty_accounts() -> Accounts:
    """No accounts yet."""
    text, number = np.empty(0, object), np.empty(0)
    return Accounts(
        text, text, number, number, number, number, np.empty(0, np.int32), np.empty(0, np.uint8)
    )
