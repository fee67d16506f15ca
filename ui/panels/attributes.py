"""Columns that came with areas or accounts, for the tables of both."""

from __future__ import annotations

from functools import partial

import numpy as np

from terradesk import measures
from terradesk import records as rec
from terradesk.measures import money
from terradesk.plan import Plan

from .formulas import formula_columns
from .table import TableColumn


def attribute_columns(plan: Plan, table: str) -> list[TableColumn]:
    """Columns as they were brought in, then measures by formula.

    Parameters
    ----------
    plan : Plan
    table : {"units", "accounts"}
    """
    meanings = {c.name: c for c in plan.rows(rec.Column) if c.table == table}
    big = plan.units if table == "units" else plan.accounts
    out = []
    for name, values in big.columns.items():
        column = meanings.get(name)
        if column is None and _is_empty(values):
            continue  # of an import that was undone
        label = column.label or name if column else name
        if values.dtype == object:
            out.append(TableColumn(name, label, values))
            continue
        decimals = 2 if column is not None and column.role == "rate" else 0
        show = partial(_shown, plan, table, name, decimals)
        if money.currency(plan, table, name).startswith(money.PER_ROW):
            by_row = partial(_shown_of_row, plan, table, name, decimals)
            out.append(TableColumn(name, label, values, show, show_row=by_row))
        else:
            out.append(TableColumn(name, label, values, show))
    return out + formula_columns(plan, table)


def _is_empty(values: np.ndarray) -> bool:
    if values.dtype == object:
        return not any(values.tolist())
    return bool(np.isnan(values).all())


def _shown(plan: Plan, table: str, name: str, decimals: int, value: object) -> str:
    return measures.format_cell(plan, table, name, float(value), decimals=decimals)  # type: ignore[arg-type]


def _shown_of_row(plan: Plan, table: str, name: str, decimals: int, row: int) -> str:
    big = plan.units if table == "units" else plan.accounts
    value = float(big.columns[name][row])
    return measures.format_cell(plan, table, name, value, row, decimals)
