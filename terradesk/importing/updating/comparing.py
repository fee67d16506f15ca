"""Cells of a newer list beside those of the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from terradesk import records as rec
from terradesk.columns import as_texts
from terradesk.i18n import _, isolate, ngettext, number
from terradesk.importing.roles import column_of
from terradesk.importing.updating.matching import first_filled
from terradesk.plan import Plan
from terradesk.readers import MadeAccounts, words
from terradesk.readers.made_accounts import ROWS
from terradesk.readers.recognising import SINGLE
from terradesk.readers.report import Issue, issue
from terradesk.readers.tables import Table
from terradesk.readers.tabular.numbers import numbers


@dataclass(frozen=True, slots=True)
class Pair:
    """A column of the file and where it goes.

    Parameters
    ----------
    file, plan : str
    label : str
        For people.
    is_text : bool
    is_new : bool
        The plan does not have it yet.
    """

    file: str
    plan: str
    label: str
    is_text: bool
    is_new: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Cells of one column that differ.

    Parameters
    ----------
    pair : Pair
    new : ndarray of int64, shape (k,)
        Accounts of the file.
    before, after : ndarray, shape (k,)
    """

    pair: Pair
    new: np.ndarray
    before: np.ndarray
    after: np.ndarray


def paired(plan: Plan, columns: Mapping[str, np.ndarray], roles: Mapping[str, str]) -> list[Pair]:
    """Column of the plan for each attribute of a file.

    By its name, else by its name without case and signs, else by a role that only one column of
    the plan has; else it is new.

    Parameters
    ----------
    plan : Plan
    columns : mapping of str to ndarray
        Attributes of the accounts of the file.
    roles : mapping of str to str
    """
    own = plan.accounts.columns
    labels = {row.name: row.label for row in plan.rows(rec.Column) if row.table == "accounts"}
    plain = _unique((words.plain(name), name) for name in own)
    by_role = _unique(
        (row.role, row.name)
        for row in plan.rows(rec.Column)
        if row.table == "accounts" and row.role in SINGLE and row.name in own
    )
    taken = {name for name in columns if name in own}
    out = []
    for name, values in columns.items():
        found = name if name in own else ""
        for guess in (plain.get(words.plain(name), ""), by_role.get(roles.get(name, ""), "")):
            if not found and guess and guess not in taken:
                found = guess
        if not found and name == ROWS:
            continue  # how many rows were joined is no news of the account
        taken.add(found or name)
        target = found or name
        is_text = (own[found] if found else values).dtype == object
        out.append(Pair(name, target, labels.get(target) or target, is_text, not found))
    return out


def _unique(pairs: Iterator[tuple[str, str]]) -> dict[str, str]:
    out: dict[str, str] = {}
    for key, name in pairs:
        out[key] = "" if key in out else name
    return out


def fitted(values: np.ndarray, pair: Pair, decimal: str) -> tuple[np.ndarray, np.ndarray]:
    """Values as the plan's column holds them, and (n,) bool which cannot be held."""
    if pair.is_text:
        return as_texts(values), np.zeros(len(values), bool)
    if values.dtype == object:
        return numbers(values, decimal)
    return values, np.zeros(len(values), bool)


def compared(
    plan: Plan,
    made: MadeAccounts,
    table: Table,
    roles: Mapping[str, str],
    pairs: Sequence[Pair],
    old: np.ndarray,
    overwrites: bool,
) -> tuple[list[Cells], list[Issue]]:
    """Cells of matched accounts that differ, and what cannot be taken.

    Parameters
    ----------
    plan : Plan
    made : MadeAccounts
    table : Table
    roles : mapping of str to str
    pairs : sequence of Pair
    old : ndarray of int64, shape (n_new,)
        As `Matched.old`.
    overwrites : bool
        Whether empty cells of the file empty those of the plan.
    """
    both = np.flatnonzero(old >= 0)
    out, issues = [], []
    for pair in pairs:
        after, is_bad = fitted(made.accounts.columns[pair.file], pair, table.decimal)
        if is_bad.any():
            issues.append(_no_number(pair, int(is_bad.sum())))
        before = _before(plan, pair, old[both])
        found = _differing(pair, both, before, after[both], ~is_bad[both], overwrites)
        out += [found] if found else []
    out += _own(plan, made, table, roles, both, old)
    return out, issues


def _own(
    plan: Plan,
    made: MadeAccounts,
    table: Table,
    roles: Mapping[str, str],
    both: np.ndarray,
    old: np.ndarray,
) -> Iterator[Cells]:
    """Names and numbers that differ; empty ones say nothing."""
    for role, column, label in (("name", "names", _("Name")), ("id", "ids", _("Account number"))):
        name = column_of(roles, role)
        if name:
            after = first_filled(table.columns[name], made.account_of, len(made.accounts))[both]
            pair = Pair(name, column, label, True)
            before = plan.accounts.column(column)[old[both]]
            may = np.ones(len(both), bool) if role == "name" else ~_same_number(before, after)
            found = _differing(pair, both, before, after, may, False)
            if found:
                yield found


def _same_number(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Whether two numbers differ only in what spreadsheets drop."""
    pairs = zip(before.tolist(), after.tolist(), strict=True)
    return np.array([a.lstrip("0") == b.removesuffix(".0").lstrip("0") for a, b in pairs], bool)


def _before(plan: Plan, pair: Pair, rows: np.ndarray) -> np.ndarray:
    if not pair.is_new:
        return plan.accounts.column(pair.plan)[rows]
    return np.full(len(rows), "", object) if pair.is_text else np.full(len(rows), np.nan)


def _differing(
    pair: Pair,
    both: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    may: np.ndarray,
    overwrites: bool,
) -> Cells | None:
    if pair.is_text:
        differs = np.asarray(before != after, bool)
        is_empty = np.asarray(after == "", bool)
    else:
        is_empty = np.isnan(after)
        differs = ~((before == after) | (np.isnan(before) & is_empty))
    differs &= may
    if not overwrites:
        differs &= ~is_empty
    at = np.flatnonzero(differs)
    return Cells(pair, both[at], before[at], after[at]) if len(at) else None


def _no_number(pair: Pair, n: int) -> Issue:
    text = ngettext(
        "{n} cell of “{column}” is no number: the plan keeps what it has.",
        "{n} cells of “{column}” are no numbers: the plan keeps what it has.",
        n,
    )
    return issue("kept", text.format(n=number(n), column=isolate(pair.file)), n=n, outcome="")
