"""The work behind "Start territories from": what each way would make."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from terradesk import readers
from terradesk import records as rec
from terradesk.edits import Assigned, apply
from terradesk.measures import counts
from terradesk.plan import Plan
from terradesk.planning import starting
from terradesk.progress import Progress

COLUMN, FILE, OWNERS, EMPTY = "column", "file", "owners", "empty"


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """What territories should start from.

    Parameters
    ----------
    way : {"column", "file", "owners", "empty"}
    column : str
        Of the units or of the accounts.
    codes, names : ndarray of str, optional
        Of a two-column list.
    keeps_exceptions : bool
    left_out : frozenset of int
        Accounts among the exceptions that are not kept all the same.
    n : int
    """

    way: str
    column: str = ""
    codes: np.ndarray | None = None
    names: np.ndarray | None = None
    keeps_exceptions: bool = False
    left_out: frozenset[int] = frozenset()
    n: int = 0


@dataclass(frozen=True, slots=True)
class Outlier:
    """An account that would not be in its owner's territory.

    Parameters
    ----------
    account : int
        Row.
    name, lies_in, owner : str
        Of the account, of the territory of its area, of its owner.
    """

    account: int
    name: str
    lies_in: str
    owner: str


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """What a wish would make.

    Parameters
    ----------
    assigned : Assigned
        Its edit also makes the scenario the baseline when there is none.
    rows : list of (name, colour, units, accounts)
        The territories that would be there, the largest first.
    n_made, n_unassigned : int
        New territories, units that would be unassigned.
    unknown : list of str
        Codes that no unit has.
    exceptions : tuple of Outlier
        Accounts that would not be in their owner's territory.
    """

    assigned: Assigned
    rows: list[tuple[str, int, int, int]]
    n_made: int
    n_unassigned: int
    unknown: list[str]
    exceptions: tuple[Outlier, ...] = ()


def work_out(plan: Plan, alignment: int, wish: Wish, progress: Progress) -> Start:
    """What a wish would make; nothing is done.

    Raises
    ------
    TerraDeskError
        The column is empty or has too many values, or no code is known.
    """
    unknown: list[str] = []
    exceptions = np.empty(0, np.int32)
    if wish.way == COLUMN:
        assigned = starting.from_column(plan, alignment, wish.column)
    elif wish.way == FILE:
        assert wish.codes is not None and wish.names is not None
        assigned, unknown = starting.from_codes(
            plan, alignment, wish.codes.tolist(), wish.names.tolist()
        )
    elif wish.way == OWNERS:
        assigned, exceptions = starting.from_owners(
            plan, alignment, wish.column, wish.keeps_exceptions, wish.left_out
        )
    else:
        assigned = starting.empty(plan, alignment, wish.n)
    after = plan
    if assigned.edit is not None:
        edit = starting.make_baseline_if_none(plan, assigned.edit)
        assigned = replace(assigned, edit=edit)
        after = apply(plan, edit)
    outliers = _outliers(after, alignment, exceptions, wish.column)
    return _told(plan, after, alignment, assigned, unknown, outliers)


def _outliers(
    after: Plan, alignment: int, exceptions: np.ndarray, column: str
) -> tuple[Outlier, ...]:
    if not len(exceptions):
        return ()
    view, accounts = after.alignment(alignment), after.accounts
    units, owners = accounts.unit[exceptions], accounts.column(column)[exceptions]
    homes = [view.name_of(int(view.assignment[unit])) if unit >= 0 else "" for unit in units]
    found = zip(exceptions.tolist(), accounts.names[exceptions], homes, owners, strict=True)
    return tuple(Outlier(row, str(name), home, str(own).strip()) for row, name, home, own in found)


def _told(
    plan: Plan,
    after: Plan,
    alignment: int,
    assigned: Assigned,
    unknown: list[str],
    exceptions: tuple[Outlier, ...],
) -> Start:
    view = after.alignment(alignment)
    found = counts(view)
    rows = [
        (t.name, t.colour, int(found.units[slot]), int(found.accounts[slot]))
        for slot, t in enumerate(view.leaves, 1)
    ]
    before = {t.id for t in plan.alignment(alignment).leaves}
    n_made = sum(t.id not in before for t in view.leaves)
    rows.sort(key=lambda row: -row[2])  # stays in tree order where the numbers are equal
    return Start(assigned, rows, n_made, int(found.units[0]), unknown, exceptions)


def unit_columns(plan: Plan) -> list[tuple[str, str]]:
    """Columns of the units that may name territories, as (label, name); likeliest first."""
    labels = {c.name: c.label or c.name for c in plan.rows(rec.Column) if c.table == "units"}
    found = []
    for name, values in plan.units.columns.items():
        n = _n_values(values)
        if 1 < n <= min(starting.MAX_TERRITORIES, max(2, len(values) - 1)):
            found.append((values.dtype != object, n, labels.get(name, name), name))
    return [(label, name) for _is_number, _n, label, name in sorted(found)]


def owner_columns(plan: Plan) -> list[tuple[str, str]]:
    """Columns of the accounts that name owners, as (label, name); those said to do so first.

    A column whose meaning is known to be another, such as an address, is none of them.
    """
    columns = {c.name: c for c in plan.rows(rec.Column) if c.table == "accounts"}
    found = []
    for name, values in plan.accounts.columns.items():
        column = columns.get(name)
        if column is not None and column.role != "owner":
            continue
        if values.dtype == object and 1 <= _n_values(values) <= starting.MAX_TERRITORIES:
            label = column.label if column is not None and column.label else name
            found.append((column is None, label, name))
    return [(label, name) for _other, label, name in sorted(found)]


def _n_values(values: np.ndarray) -> int:
    """Different values that are not empty."""
    if values.dtype == object:
        return len({str(v).strip() for v in values.tolist()} - {"", "0"})
    known = values[np.isfinite(values)]
    return len(np.unique(known[known != 0]))


def guess_columns(table: readers.Table, plan: Plan) -> tuple[str, str]:
    """Columns of a list that seem to hold the code of each unit and its territory."""
    names = list(table.columns)
    guesses = readers.recognise(table, plan.units)
    code = next((g.name for g in guesses if g.role == "unit_code"), names[0])
    others = [g for g in guesses if g.name != code]
    owner = next((g.name for g in others if g.role == "owner"), "")
    return code, owner or (others[0].name if others else code)
