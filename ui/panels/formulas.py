"""Measures by formula as columns of the tables of areas and accounts."""

from __future__ import annotations

from terradesk import measures
from terradesk import records as rec
from terradesk.measures.values import known_values
from terradesk.plan import Plan

from .table import TableColumn


def formula_columns(plan: Plan, table: str) -> list[TableColumn]:
    """Measures by formula, row by row."""
    return [
        TableColumn(
            measure.uid,
            measure.name,
            known_values(plan, measure),
            lambda value, m=measure: measures.format_value(plan, m, float(value)),  # type: ignore[misc]
        )
        for measure in plan.rows(rec.Measure)
        if measure.formula and measure.source == table
    ]
