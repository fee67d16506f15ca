"""Applying an edit: the next snapshot, made by copying only what is touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from terradesk import records as rec
from terradesk.columns import as_texts
from terradesk.edits.change import Batch, Change, Edit, Record
from terradesk.errors import StaleEdit
from terradesk.i18n import _
from terradesk.plan import UNASSIGNED, Plan, Table


def apply(plan: Plan, edit: Edit) -> Plan:
    """The plan after an edit.

    Parameters
    ----------
    plan : Plan
    edit : Edit

    Returns
    -------
    Plan
        A new snapshot; ``plan`` is left as it is.

    Raises
    ------
    StaleEdit
        If any current value differs from what the edit says was before.
    """
    tables = _apply_records(plan.tables, edit.records)
    assignments = dict(plan.assignments)
    _open_alignments(assignments, edit.records, len(plan.units))
    units, accounts = plan.units, plan.accounts
    for change in edit.changes:
        if change.table == "assignment":
            assignments[change.alignment] = _cells(assignments.get(change.alignment), change)
        elif change.table == "units":
            units = units.with_column(change.column, _cells(_column(units, change), change))
        else:
            accounts = accounts.with_column(
                change.column, _cells(_column(accounts, change), change)
            )
    _close_alignments(assignments, edit.records)
    return replace(
        plan,
        units=units,
        accounts=accounts,
        tables=tables,
        assignments=assignments,
        hidden=_apply_batches(plan.hidden, edit.batches),
        next_id=max([plan.next_id, *(r.row.id + 1 for r in edit.records)]),
    )


def _column(table: object, change: Change) -> np.ndarray | None:
    try:
        return table.column(change.column)  # type: ignore[attr-defined]
    except KeyError:
        return None


def _cells(values: np.ndarray | None, change: Change) -> np.ndarray:
    rows = change.rows
    if values is None or (len(rows) and (rows[0] < 0 or rows[-1] >= len(values))):
        raise stale()
    before, after = change.before, change.after
    if values.dtype == object:  # an import after this change may have turned numbers into text
        before, after = as_texts(before), as_texts(after)
    if not _same(values[rows], before):
        raise stale()
    out = values.copy()
    out[rows] = after
    return out


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    if a.dtype.kind == "f":
        return bool(np.array_equal(a, b.astype(float), equal_nan=True))
    return bool(np.array_equal(a, b))


def _apply_records(tables: Mapping[str, Table], changes: Iterable[Record]) -> dict[str, Table]:
    out = dict(tables)
    copied: dict[str, dict[tuple[int, str], rec.Row]] = {}
    for change in changes:
        table = copied.setdefault(change.kind, dict(out.get(change.kind, {})))
        if table.get(change.key) != change.before:
            raise stale()
        if change.after is None:
            del table[change.key]
        else:
            table[change.key] = change.after
    return {**out, **copied}


def _apply_batches(
    hidden: frozenset[tuple[str, int]], batches: tuple[Batch, ...]
) -> frozenset[tuple[str, int]]:
    if not batches:
        return hidden
    out = set(hidden)
    for batch in batches:
        key = (batch.table, batch.batch)
        if (key not in out) != batch.was_present:
            raise stale()
        out.discard(key) if batch.is_present else out.add(key)
    return frozenset(out)


def _open_alignments(assignments: dict[int, np.ndarray], records: Iterable[Record], n: int) -> None:
    for record in records:
        if record.kind == "alignment" and record.before is None:
            assignments[record.row.id] = np.full(n, UNASSIGNED, np.int32)


def _close_alignments(assignments: dict[int, np.ndarray], records: Iterable[Record]) -> None:
    for record in records:
        if record.kind == "alignment" and record.after is None:
            assignments.pop(record.row.id, None)


def stale() -> StaleEdit:
    """What is raised for a step that was made for another state of the plan."""
    return StaleEdit(
        _("This step no longer fits the plan: something else has changed it meanwhile."),
        _("Nothing was changed. Do it again on the plan as it is now."),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Touched:
    """What an edit touches, so that a view refreshes only that.

    Parameters
    ----------
    units : ndarray of int32
        Unit rows whose assignment changes in ``alignment``.
    territories : frozenset of int
        Ids whose figures may change, -1 for unassigned.
    has_accounts, has_columns : bool
        Whether accounts or their owners, unit or account columns change.
    """

    units: np.ndarray
    territories: frozenset[int]
    has_accounts: bool
    has_columns: bool


def touched(edit: Edit, alignment: int) -> Touched:
    """What of one alignment an edit touches."""
    mine = [c for c in edit.changes if c.table == "assignment" and c.alignment == alignment]
    units = np.unique(np.concatenate([c.rows for c in mine])) if mine else np.empty(0, np.int32)
    territories = {int(t) for c in mine for side in (c.before, c.after) for t in np.unique(side)}
    for record in edit.records:
        for row in (record.before, record.after):
            if isinstance(row, rec.Override) and row.alignment == alignment:
                territories.add(row.territory)
            elif isinstance(row, rec.Territory) and row.alignment == alignment:
                territories.add(row.id)
    has_accounts = (
        bool(edit.batches)
        or any(c.table == "accounts" for c in edit.changes)
        or any(r.kind in ("override", "rule") for r in edit.records)
    )
    has_columns = any(c.table != "assignment" for c in edit.changes)
    return Touched(
        units.astype(np.int32),
        frozenset(territories),
        has_accounts,
        has_columns,
    )
