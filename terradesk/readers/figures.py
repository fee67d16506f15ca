"""Rows of the plan's tables that say what imported columns mean and which make measures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from terradesk import records as rec
from terradesk.edits import Record
from terradesk.plan import KIND_OF, Plan
from terradesk.readers.recognising import figure_role


def column_row(
    table: str,
    name: str,
    values: np.ndarray,
    role: str | None = None,
    format: str | None = None,
) -> rec.Column:
    """What a column means.

    Parameters
    ----------
    table : {"units", "accounts"}
    name : str
    values : ndarray of float64 or object (str), shape (n,)
    role, format : str, optional
        Found by name and values unless given.
    """
    found, is_money = "text", False
    if values.dtype != object:
        known = values[np.isfinite(values)]
        found, is_money = figure_role(name, known, len(np.unique(known)), len(known))
    role = role or found
    shown = format or ("money" if is_money else "number")
    return rec.Column(
        rec.new_uid(), 0, table=table, name=name, label=_label(name), role=role, format=shown
    )


def _label(name: str) -> str:
    """A header as a title: ``avg_weekly_wage`` is Avg weekly wage."""
    words = " ".join(name.replace("_", " ").split())
    return words[:1].upper() + words[1:] if words == words.lower() else words


def measure_rows(columns: Iterable[rec.Column]) -> tuple[rec.Measure, ...]:
    """A measure for each column of figures that may be summed."""
    return tuple(
        rec.Measure(
            rec.new_uid(),
            0,
            name=column.label,
            source=column.table,
            column=column.name,
            format=column.format,
        )
        for column in columns
        if column.role == "amount"
    )


def new_records(plan: Plan, rows: Sequence[rec.Column | rec.Measure]) -> list[Record]:
    """Columns and measures that a plan does not have yet, ready for `Document.add_accounts`."""
    have = {_meaning(r) for r in (*plan.rows(rec.Column), *plan.rows(rec.Measure))}
    fresh = [r for r in rows if _meaning(r) not in have]
    first = plan.next_id + 1  # the import itself takes the next
    return [Record(KIND_OF[type(r)], None, replace(r, id=first + k)) for k, r in enumerate(fresh)]


def _meaning(row: rec.Row) -> tuple[str, ...]:
    if isinstance(row, rec.Measure):
        return "measure", row.source, row.column
    assert isinstance(row, rec.Column)
    return "column", row.table, row.name
