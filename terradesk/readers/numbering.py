"""Numbers and names of imported accounts: the file's own, told apart where they repeat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, isolate, ngettext, number
from terradesk.plan import Plan
from terradesk.readers.grouping import Groups, group
from terradesk.readers.report import Issue, issue

DUPLICATES = {
    "number": N_("Keep all, numbered apart"),
    "join": N_("Join rows of the same number"),
    "first": N_("Keep the first, leave the others out"),
    "refuse": N_("Do not import"),
}
"""What becomes of rows whose account number an earlier row has."""

_SHOWN = 10


def repeated(ids: np.ndarray) -> dict[str, int]:
    """How often each account number occurs that does so more than once."""
    texts = ids.tolist()
    if len(set(texts)) == len(texts):
        return {}
    return {cell: n for cell, n in Counter(texts).items() if n > 1 and cell}


def told_apart(ids: np.ndarray, column: str, duplicates: str) -> tuple[Groups | None, list[Issue]]:
    """What to do about account numbers that repeat, where each row is an account.

    Parameters
    ----------
    ids : ndarray of str, shape (n,)
    column : str
        That holds them.
    duplicates : str
        A key of `DUPLICATES`.

    Returns
    -------
    groups : Groups or None
        How rows make accounts; None when each makes one.
    issues : list of Issue

    Raises
    ------
    TerraDeskError
        They repeat, and ``duplicates`` is ``refuse``.
    """
    double = repeated(ids)
    if not double:
        return None, []
    shown = ", ".join(isolate(cell) for cell in list(double)[:_SHOWN])
    if duplicates == "refuse":
        _refuse(double, column, shown)
    rows = _later(ids, double)
    if duplicates == "join":
        return joined(ids), [_told_joined(rows, shown)]
    if duplicates == "first":
        return _without(len(ids), rows), [_told_left(rows, shown)]
    return None, [_told_numbered(rows, shown)]


def _refuse(double: Mapping[str, int], column: str, shown: str) -> None:
    message = ngettext(
        "{n} account number in “{column}” occurs more than once: {numbers}",
        "{n} account numbers in “{column}” occur more than once: {numbers}",
        len(double),
    )
    raise TerraDeskError(
        message.format(n=number(len(double)), column=isolate(column), numbers=shown),
        _("Make one account per “{column}”, or choose another column as number.").format(
            column=isolate(column)
        ),
    )


def _later(ids: np.ndarray, double: Mapping[str, int]) -> np.ndarray:
    """Rows whose number an earlier row has."""
    seen: set[str] = set()
    rows = []
    for row, cell in enumerate(ids.tolist()):
        if cell in double:
            if cell in seen:
                rows.append(row)
            seen.add(cell)
    return np.array(rows, np.int64)


def joined(ids: np.ndarray, wanted: np.ndarray | None = None) -> Groups:
    """One account per number; a row without one is an account by itself.

    Parameters
    ----------
    ids : ndarray of str, shape (n_rows,)
    wanted : ndarray of bool, shape (n_rows,), optional
        Which rows without a number make an account; all unless given.
    """
    keys = np.empty(len(ids), object)
    keys[:] = [cell or f"\0{row}" for row, cell in enumerate(ids.tolist())]
    if wanted is not None:
        keys[~wanted & (ids == "")] = ""
    groups = group([keys], len(ids))
    return replace(groups, keys=[("",) if key[0][0] == "\0" else key for key in groups.keys])


def _without(n: int, rows: np.ndarray) -> Groups:
    kept = np.ones(n, bool)
    kept[rows] = False
    first = np.flatnonzero(kept)
    labels = np.full(n, -1, np.int64)
    labels[first] = np.arange(len(first))
    return Groups(labels, [()] * len(first), first)


def _told_joined(rows: np.ndarray, shown: str) -> Issue:
    text = ngettext(
        "{n} row repeats an account number and was joined to it: {numbers}",
        "{n} rows repeat account numbers and were joined to them: {numbers}",
        len(rows),
    )
    reason = _("Repeats an account number: joined to its first row")
    return _duplicates(rows, shown, text, "grouped", reason)


def _told_left(rows: np.ndarray, shown: str) -> Issue:
    text = ngettext(
        "{n} row repeats an account number and was left out: {numbers}",
        "{n} rows repeat account numbers and were left out: {numbers}",
        len(rows),
    )
    reason = _("Repeats an account number: the first row was kept")
    return _duplicates(rows, shown, text, "rejected", reason)


def _told_numbered(rows: np.ndarray, shown: str) -> Issue:
    text = ngettext(
        "{n} row repeats an account number and got “(2)” behind it: {numbers}",
        "{n} rows repeat account numbers and got “(2)”, “(3)” … behind them: {numbers}",
        len(rows),
    )
    reason = _("Repeats an account number: got a number behind it")
    return _duplicates(rows, shown, text, "repaired", reason)


def _duplicates(rows: np.ndarray, shown: str, text: str, outcome: str, reason: str) -> Issue:
    told = text.format(n=number(len(rows)), numbers=shown)
    return issue("duplicate", told, rows, outcome=outcome, reason=reason)


def other_names(ids: np.ndarray, names: np.ndarray, groups: Groups) -> list[Issue]:
    """Tell of rows that are joined by their number, under another name than the first.

    Parameters
    ----------
    ids, names : ndarray of str, shape (n_rows,)
    groups : Groups
        Rows of a number joined.
    """
    if len(groups) == len(ids):
        return []
    first = names[groups.first][groups.labels]
    rows = np.flatnonzero((groups.labels >= 0) & (names != first) & (names != "") & (first != ""))
    if not len(rows):
        return []
    shown = list(dict.fromkeys(ids[rows].tolist()))
    text = ngettext(
        "{n} row has the account number of another name and was joined to it: {numbers}",
        "{n} rows have account numbers of other names and were joined to them: {numbers}",
        len(rows),
    )
    numbers = ", ".join(isolate(cell) for cell in shown[:_SHOWN])
    reason = _("Joined to an account with another name")
    told = text.format(n=number(len(rows)), numbers=numbers)
    return [issue("other_name", told, rows, outcome="grouped", reason=reason)]


def make_ids(
    groups: Groups,
    cells: Mapping[str, np.ndarray],
    named: Mapping[str, str],
    group_by: Sequence[str],
    plan: Plan,
) -> tuple[np.ndarray, list[Issue]]:
    """A number for each account: the file's own, or made of what tells it apart."""
    given = "id" in named and list(group_by) in ([], [named["id"]])
    if given:
        own = groups.first_filled(cells[named["id"]])
        wanted = own.tolist()
    else:
        own = np.empty(0, object)
        wanted = ["-".join(part for part in key if part) for key in groups.keys]
    told_of: list[Issue] = []
    if "" in wanted:
        told_of = _told_nameless(wanted) if given else []
        wanted = [cell or f"{row + 1}" for cell, row in zip(wanted, groups.first, strict=True)]
        own = np.empty(0, object)
    old = set(plan.accounts.ids[plan.accounts_present].tolist())
    again = [row for row, cell in enumerate(wanted) if cell in old] if old else []
    told = _unique(wanted, set() if given else old)
    if told is wanted and len(own) == len(wanted):
        out = own
    else:
        out = np.empty(len(wanted), object)
        out[:] = told
    if not again or not given:
        return out, told_of
    text = ngettext(
        "{n} account number is in the plan already.",
        "{n} account numbers are in the plan already.",
        len(again),
    )
    return out, [*told_of, issue("known", text.format(n=number(len(again))), again)]


def _told_nameless(wanted: Sequence[str]) -> list[Issue]:
    rows = [row for row, cell in enumerate(wanted) if not cell]
    text = ngettext(
        "{n} row has no account number: an account of its own, with the number of its row.",
        "{n} rows have no account number: accounts of their own, with the numbers of their rows.",
        len(rows),
    )
    reason = _("No account number: got the number of its row")
    return [issue("no_number", text.format(n=number(len(rows))), rows, outcome="", reason=reason)]


def _unique(wanted: Sequence[str], taken: set[str]) -> Sequence[str]:
    if not taken and len(set(wanted)) == len(wanted):
        return wanted
    taken, out = set(taken), []
    counts: dict[str, int] = {}
    for cell in wanted:
        name = cell
        while name in taken:
            counts[cell] = counts.get(cell, 1) + 1
            name = f"{cell} ({counts[cell]})"
        taken.add(name)
        out.append(name)
    return out


def make_names(
    groups: Groups, cells: Mapping[str, np.ndarray], named: Mapping[str, str], ids: np.ndarray
) -> np.ndarray:
    """The file's own names; else town and keys; else the account's number."""
    if "name" in named:
        found = groups.first_filled(cells[named["name"]])
        if (found != "").all():
            return found
        out = ids.copy()
        out[:] = [name or own for name, own in zip(found.tolist(), ids.tolist(), strict=True)]
        return out
    out = ids.copy()
    if "city" in named and groups.keys and groups.keys[0]:
        towns = groups.first_filled(cells[named["city"]]).tolist()
        pairs = zip(towns, groups.keys, strict=True)
        out[:] = [" ".join(dict.fromkeys(p for p in (town, *key) if p)) for town, key in pairs]
    return out
