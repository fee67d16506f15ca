"""What a chain of edits comes to: the cells and records in which two snapshots differ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from terradesk.edits import Change, Edit, Record, apply
from terradesk.plan import UNASSIGNED, Plan


def numbered(plan: Plan) -> Plan:
    """The plan to make the edits of an import for: its records leave one number to the import."""
    return replace(plan, next_id=plan.next_id + 1)


def after(plan: Plan, edit: Edit | None) -> Plan:
    """The plan after an edit, or as it is."""
    return apply(plan, edit) if edit is not None else plan


def difference(old: Plan, new: Plan) -> tuple[tuple[Change, ...], tuple[Record, ...]]:
    """Assignments and records in which a later snapshot differs; other cells must be the same.

    Parameters
    ----------
    old, new : Plan
        ``new`` came from ``old`` by edits that add no rows.
    """
    records: list[Record] = []
    for kind, table in new.tables.items():
        before = old.tables.get(kind, {})
        if table is before:
            continue
        keys = [*before, *(key for key in table if key not in before)]
        records += [
            Record(kind, before.get(key), table.get(key))
            for key in keys
            if before.get(key) != table.get(key)
        ]
    records.sort(key=lambda one: one.row.id)
    changes = []
    for alignment, labels in new.assignments.items():
        was = old.assignments.get(alignment)
        was = np.full(len(labels), UNASSIGNED, np.int32) if was is None else was
        rows = np.flatnonzero(was != labels).astype(np.int32)
        if len(rows):
            changes.append(
                Change("assignment", "territory", alignment, rows, was[rows], labels[rows])
            )
    return tuple(changes), tuple(records)
