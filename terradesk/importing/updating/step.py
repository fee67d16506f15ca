"""The step of an update: cells that change, accounts that come, go and come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from terradesk.accounts import Accounts
from terradesk.columns import as_texts
from terradesk.edits import Change
from terradesk.edits.arrivals import Arrivals, Incoming, NewColumn, cells_changed, incoming
from terradesk.i18n import N_
from terradesk.importing.updating.comparing import Cells, Pair, fitted
from terradesk.importing.updating.moving import PLACE_COLUMNS
from terradesk.plan import Plan
from terradesk.readers import MadeAccounts
from terradesk.readers.figures import new_records


def new_accounts(
    plan: Plan, made: MadeAccounts, rows: np.ndarray, pairs: Sequence[Pair], decimal: str
) -> Accounts | None:
    """The accounts of a list that a plan lacks, in the plan's columns; None for none.

    A number that an account of the plan has already is told apart by a number behind it.
    """
    if not len(rows):
        return None
    found = made.accounts
    columns = {
        pair.plan: fitted(found.columns[pair.file][rows], pair, decimal)[0] for pair in pairs
    }
    own = {name: found.column(name)[rows] for name in ("names", *PLACE_COLUMNS)}
    ids = np.empty(len(rows), object)
    ids[:] = list(_told_apart(found.ids[rows].tolist(), set(plan.accounts.ids.tolist())))
    return Accounts(ids=ids, **own, columns=columns)


def _told_apart(wanted: Sequence[str], taken: set[str]) -> Iterator[str]:
    for text in wanted:
        name, count = text, 1
        while name in taken:
            count += 1
            name = f"{text} ({count})"
        taken.add(name)
        yield name


def step(
    plan: Plan,
    made: MadeAccounts,
    pairs: Sequence[Pair],
    cells: Sequence[Cells],
    old: np.ndarray,
    *,
    takes: np.ndarray,
    moved: np.ndarray,
    added: np.ndarray,
    back: np.ndarray,
    gone: np.ndarray,
    source: str,
    decimal: str,
    report: Mapping[str, Any],
    choices: Mapping[str, Any],
    alignment: int,
) -> Incoming | None:
    """One undoable step; None when nothing would change.

    Parameters
    ----------
    plan : Plan
    made : MadeAccounts
    pairs : sequence of Pair
    cells : sequence of Cells
    old : ndarray of int64, shape (n_new,)
        Row in the plan of each account of the file.
    takes : ndarray of bool, shape (n_new,)
        Whether cells of a matched account are taken.
    moved, added : ndarray of int64
        Accounts of the file that get another place, that are new.
    back, gone : ndarray of int64
        Rows of the plan that are present again, that are removed.
    """
    changes = [*_cell_changes(plan, cells, old, takes), *_place_changes(plan, made, old, moved)]
    changes += _presence(plan, back, gone)
    coming = new_accounts(plan, made, added, pairs, decimal)
    new = [pair for pair in pairs if pair.is_new]
    filled = {change.column for change in changes if change is not None}
    new = [pair for pair in new if coming is not None or pair.plan in filled]
    kept = [one for one in changes if one is not None]
    if coming is None and not kept:
        return None
    if coming is not None:
        wanted = {pair.plan for pair in new} | set(plan.accounts.columns)
        columns = {name: values for name, values in coming.columns.items() if name in wanted}
        coming = replace(coming, columns=columns)
    names = {pair.file for pair in new}
    rows = [row for row in made.columns if row.name in names]
    figures = [row for row in made.measures if row.column in names]
    return incoming(
        plan,
        N_("Updated accounts from {a}: {n} new, {m} changed, {k} removed"),
        {"a": source, "n": len(added), "m": len(_touched(kept, gone)), "k": len(gone)},
        kind="update",
        source=source,
        report=report,
        choices=choices,
        arrivals=Arrivals(
            accounts=coming,
            columns=tuple(NewColumn("accounts", pair.plan, pair.is_text) for pair in new),
        ),
        changes=kept,
        records=new_records(plan, [*rows, *figures]),
        alignment=alignment,
    )


def _touched(changes: Sequence[Change], gone: np.ndarray) -> np.ndarray:
    rows = [change.rows for change in changes]
    every = np.unique(np.concatenate(rows)) if rows else np.empty(0, np.int64)
    return np.setdiff1d(every, gone)


def _cell_changes(
    plan: Plan, cells: Sequence[Cells], old: np.ndarray, takes: np.ndarray
) -> list[Change | None]:
    out = []
    for one in cells:
        is_in = takes[one.new]
        rows, after = old[one.new[is_in]], one.after[is_in]
        if len(rows):
            after = as_texts(after) if one.pair.is_text else after
            out.append(cells_changed(plan, "accounts", one.pair.plan, rows, after))
    return out


def _place_changes(
    plan: Plan, made: MadeAccounts, old: np.ndarray, moved: np.ndarray
) -> list[Change | None]:
    if not len(moved):
        return []
    return [
        cells_changed(plan, "accounts", name, old[moved], made.accounts.column(name)[moved])
        for name in PLACE_COLUMNS
    ]


def _presence(plan: Plan, back: np.ndarray, gone: np.ndarray) -> list[Change | None]:
    rows = np.concatenate([back, gone])
    if not len(rows):
        return []
    after = np.concatenate([np.ones(len(back), bool), np.zeros(len(gone), bool)])
    return [cells_changed(plan, "accounts", "is_present", rows, after)]
