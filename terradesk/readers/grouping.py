"""Rows that belong to one account: which columns tell accounts apart, and the rows joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from terradesk.readers import words
from terradesk.readers.recognising import ColumnGuess
from terradesk.readers.tables import Table

_KIND_OF_CUSTOMER = """
    segment; account type; customer type; type; industry; sector; branche; branza; bransch;
    kundtyp; secteur; type client; kundentyp; typ klienta; بخش; نوع مشتری"""
_FEW = 30  # different kinds of customers at most
_REPEATED = 0.7  # share of different places below which rows repeat places
_ORDERS = 0.9  # share of different accounts from which on double rows are chance, not orders


@dataclass(frozen=True, slots=True)
class Grouping:
    """How the rows of a table may make accounts.

    Parameters
    ----------
    choices : tuple of tuple of str
        Columns that tell accounts apart, the likeliest first; () means one account per row.
    n_places : int
        Different places, 0 when there is no column of places.
    looks_like_orders : bool
        Rows repeat accounts; a few rows with the same name and place are no orders.
    """

    choices: tuple[tuple[str, ...], ...]
    n_places: int
    looks_like_orders: bool


def suggest_grouping(table: Table, guesses: Sequence[ColumnGuess]) -> Grouping:
    """Which columns seem to tell the accounts of a table apart.

    Parameters
    ----------
    table : Table
    guesses : sequence of ColumnGuess
        As recognised, or as the user has changed them.
    """
    by_role = {guess.role: guess.name for guess in guesses}
    place = _place(by_role)
    n_places = n_groups(table, place) if place else 0
    choices: list[tuple[str, ...]] = []
    if "id" in by_role:
        choices.append((by_role["id"],))
    elif place and n_places < _REPEATED * max(len(table), 1):
        name = by_role.get("name")
        kind = _kind_column(table, guesses)
        choices += [(*place, extra) for extra in (name, kind) if extra]
        choices.append(place)
    elif "name" in by_role:
        choices.append((by_role["name"], *place))
    most = len(table) if "id" in by_role else _ORDERS * len(table)
    repeats = bool(choices) and n_groups(table, choices[0]) < most
    choices = [*choices, ()] if repeats else [(), *choices]
    return Grouping(tuple(choices), n_places, repeats)


def _place(by_role: dict[str, str]) -> tuple[str, ...]:
    for roles in (("postcode",), ("city", "state"), ("city",), ("lat", "lon"), ("unit_code",)):
        if all(role in by_role for role in roles):
            return tuple(by_role[role] for role in roles)
    return ()


def _kind_column(table: Table, guesses: Sequence[ColumnGuess]) -> str | None:
    ranked = []
    for guess in guesses:
        place = words.rank(guess.name, _KIND_OF_CUSTOMER)
        few = guess.role == "text" and len(set(table.columns[guess.name].tolist())) <= _FEW
        if place is not None and few:
            ranked.append((place, guess.name))
    return min(ranked)[1] if ranked else None


def n_groups(table: Table, columns: Sequence[str]) -> int:
    """How many different combinations of values some columns have."""
    if len(columns) == 1:
        return len(set(table.columns[columns[0]].tolist()))
    return len(set(zip(*(table.columns[name].tolist() for name in columns), strict=True)))


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Accounts as groups of rows.

    Parameters
    ----------
    labels : ndarray of int64, shape (n_rows,)
        Account of each row, -1 where all keys are empty.
    keys : list of tuple of str
        Of each account, in the order of their first rows.
    first : ndarray of int64, shape (n_accounts,)
    """

    labels: np.ndarray
    keys: list[tuple[str, ...]]
    first: np.ndarray

    def __len__(self) -> int:
        return len(self.first)

    def first_filled(self, cells: np.ndarray) -> np.ndarray:
        """(n_accounts,) first cell of each group with anything in it."""
        if len(self.first) == len(self.labels):
            return cells  # each row is by itself
        filled = np.flatnonzero((cells != "") & (self.labels >= 0))[::-1]
        rows = self.first.copy()
        rows[self.labels[filled]] = filled
        return cells[rows]

    def sums(self, values: np.ndarray) -> np.ndarray:
        """(n_accounts,) sums of numbers, NaN where all are."""
        known = np.isfinite(values) & (self.labels >= 0)
        if len(self.first) == len(self.labels):
            return np.where(known, values, np.nan)
        total = np.bincount(self.labels[known], values[known], len(self))
        return np.where(self._counts(known) > 0, total, np.nan)

    def means(self, values: np.ndarray) -> np.ndarray:
        """(n_accounts,) means of numbers, NaN where there are none."""
        known = np.isfinite(values) & (self.labels >= 0)
        return self.sums(values) / np.maximum(self._counts(known), 1)

    def counts(self) -> np.ndarray:
        """(n_accounts,) rows of each."""
        return self._counts(self.labels >= 0)

    def _counts(self, rows: np.ndarray) -> np.ndarray:
        return np.bincount(self.labels[rows], minlength=len(self))


def group(columns: Sequence[np.ndarray], n_rows: int) -> Groups:
    """Group rows by the values of some columns; without columns each row is by itself."""
    if not columns:
        rows = np.arange(n_rows)
        return Groups(rows, [()] * n_rows, rows)
    seen: dict[tuple[str, ...], int] = {}
    empty = ("",) * len(columns)
    labels = np.empty(n_rows, np.int64)
    keys = zip(*(cells.tolist() for cells in columns), strict=True)
    labels[:] = [-1 if key == empty else seen.setdefault(key, len(seen)) for key in keys]
    first = np.full(len(seen), -1, np.int64)
    used = np.flatnonzero(labels >= 0)[::-1]
    first[labels[used]] = used
    return Groups(labels, list(seen), first)
