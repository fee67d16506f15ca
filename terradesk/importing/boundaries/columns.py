"""Columns of units when boundaries change: carried, summed, averaged, shared out, or brought."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from terradesk import records as rec
from terradesk.columns import as_texts
from terradesk.edits import Change, Record
from terradesk.edits.arrivals import NewColumn, cells_changed
from terradesk.importing.boundaries.newcomers import Newcomers
from terradesk.importing.boundaries.succession import Succession
from terradesk.measures import is_population_like
from terradesk.plan import Plan
from terradesk.readers.figures import column_row, measure_rows, new_records
from terradesk.readers.tabular.numbers import numbers
from terradesk.readers.words import plain


@dataclass(slots=True)
class Columns:
    """What becomes of the columns of units.

    Parameters
    ----------
    values : dict of str to ndarray, shape (n_new,)
        Of the units that come, by the plan's names.
    new : list of NewColumn
        Columns that the plan lacks.
    changes : list of Change
        Cells of units that stay.
    records : list of Record
        What new columns mean, and their measures.
    summed, averaged, copied, brought : list of str
        Names of columns by what happened to them in the units that come.
    """

    values: dict[str, np.ndarray] = field(default_factory=dict)
    new: list[NewColumn] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    summed: list[str] = field(default_factory=list)
    averaged: list[str] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    brought: list[str] = field(default_factory=list)


def role_of(plan: Plan, name: str) -> str:
    """Role of a column of units, as the plan says or by its name and values."""
    said = (r.role for r in plan.rows(rec.Column) if r.table == "units" and r.name == name)
    return next(said, "") or column_row("units", name, plan.units.columns[name]).role


def names_in_plan(plan: Plan, newcomers: Newcomers) -> dict[str, str]:
    """The plan's name of each column of a file: one that means the same, else its own."""
    known = {plain(name): name for name in reversed(list(plan.units.columns))}
    out: dict[str, str] = {}
    for name in newcomers.units.columns:
        found = known.get(plain(name), name)
        out[name] = found if found not in out.values() else name
    return out


def fitting_values(plan: Plan, name: str, values: np.ndarray) -> np.ndarray:
    """Values of a file as the plan's column of that name holds them: numbers or texts."""
    have = plan.units.columns.get(name)
    if have is None or (have.dtype == object) == (values.dtype == object):
        return values
    return as_texts(values) if have.dtype == object else numbers(values)[0]


def carry(
    succession: Succession,
    newcomers: Newcomers,
    taken: np.ndarray,
    kept: np.ndarray,
    by_accounts: bool,
) -> Columns:
    """Columns of the units that come, and cells of those that stay which the file brings.

    Amounts of units that go are shared out among those that follow, so that their sum stays the
    same; rates are averaged by the inhabitants that move with them, else by area; texts and codes
    come from the unit that is followed. Columns of the file go before all this; where one of their
    cells is empty, the plan keeps what it knows.

    Parameters
    ----------
    succession : Succession
    newcomers : Newcomers
        All areas of the file.
    taken : (n_new,) int64
        Rows of the file that come as new units.
    kept : (n_kept, 2) int64
        Row of the plan and row of the file of units that stay and are in the file.
    by_accounts : bool
        Share amounts out by what the plan is balanced by over the accounts, else by area.
    """
    plan, out = succession.plan, Columns()
    names = names_in_plan(plan, newcomers)
    brought = {names[name]: values for name, values in newcomers.units.columns.items()}
    brought = {name: fitting_values(plan, name, values) for name, values in brought.items()}
    shares = succession.shares(by_accounts)
    people = _people(succession, shares)
    for name in plan.units.columns:
        if name not in brought:
            out.values[name] = _carried(succession, name, shares, people, out)
    for name, values in brought.items():
        out.brought.append(name)
        out.values[name] = values[taken]
        is_known = (values != "") if values.dtype == object else ~np.isnan(values)
        if name not in plan.units.columns:
            out.new.append(NewColumn("units", name, values.dtype == object))
        elif not is_known[taken].all():
            known = _carried(succession, name, shares, people, out)
            out.values[name] = np.where(is_known[taken], values[taken], known)
        told = kept[is_known[kept[:, 1]]]
        change = cells_changed(plan, "units", name, told[:, 0], values[told[:, 1]])
        if change is not None:
            out.changes.append(change)
    described = [row for row in newcomers.columns if names[row.name] == row.name]
    fresh = [row for row in described if row.name not in plan.units.columns]
    out.records = new_records(plan, [*fresh, *measure_rows(fresh)])
    return out


def _people(succession: Succession, shares: np.ndarray) -> np.ndarray:
    """(n_pairs,) inhabitants that go from one unit to the other; area where they are unknown."""
    plan = succession.plan
    for name, values in plan.units.columns.items():
        if values.dtype != object and is_population_like(name) and role_of(plan, name) == "amount":
            moved = np.nan_to_num(values[succession.old]) * shares
            total = np.bincount(succession.new, moved, succession.n_new)
            return np.where(total[succession.new] > 0, moved, succession.area)
    return succession.area


def _carried(
    succession: Succession, name: str, shares: np.ndarray, people: np.ndarray, out: Columns
) -> np.ndarray:
    values = succession.plan.units.columns[name]
    role = "text" if values.dtype == object else role_of(succession.plan, name)
    if role == "amount":
        out.summed.append(name)
        return _sums(succession, values, shares)
    if role == "rate":
        out.averaged.append(name)
        return _means(succession, values, people)
    out.copied.append(name)
    main = succession.main_old
    empty = "" if values.dtype == object else np.nan
    if not len(values):
        return np.full(len(main), empty, values.dtype)
    copied = values[np.maximum(main, 0)].copy()
    copied[main < 0] = empty
    return copied


def _sums(succession: Succession, values: np.ndarray, shares: np.ndarray) -> np.ndarray:
    moved = values[succession.old] * shares
    known = np.isfinite(moved)
    total = np.bincount(succession.new[known], moved[known], succession.n_new)
    count = np.bincount(succession.new[known], minlength=succession.n_new)
    return np.where(count > 0, total, np.nan)


def _means(succession: Succession, values: np.ndarray, people: np.ndarray) -> np.ndarray:
    found = values[succession.old]
    known = np.isfinite(found) & (people > 0)
    new = succession.new[known]
    total = np.bincount(new, found[known] * people[known], succession.n_new)
    weight = np.bincount(new, people[known], succession.n_new)
    mean = np.full(succession.n_new, np.nan)
    np.divide(total, weight, out=mean, where=weight > 0)
    one = np.bincount(new, minlength=succession.n_new) == 1
    mean[new[one[new]]] = found[known][one[new]]  # the value itself, not times and through
    return mean
