"""Rows of the plan's tables that say what imported columns mean and which make measures."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from terradesk import records as rec
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
