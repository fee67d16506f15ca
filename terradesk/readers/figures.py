"""Rows of the plan's tables that say what imported columns mean and which make measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from terradesk import currencies
from terradesk import records as rec
from terradesk.edits import Record
from terradesk.i18n import _, isolate
from terradesk.plan import KIND_OF, Plan
from terradesk.readers.grouping import Groups
from terradesk.readers.recognising import figure_role
from terradesk.readers.report import Issue, issue
from terradesk.readers.tabular.different import different_cells
from terradesk.readers.tabular.text_columns import some_cells

_SAMPLE = 5000  # cells that tell the currency of a column


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
    own = currencies.in_header(name) if shown == "money" else ""
    return rec.Column(
        rec.new_uid(),
        0,
        table=table,
        name=name,
        label=_label(name),
        role=role,
        format=shown,
        currency=own,
    )


def in_currencies(
    plan: Plan | None,
    columns: Mapping[str, np.ndarray],
    described: Iterable[rec.Column],
    cells: Mapping[str, np.ndarray],
) -> tuple[dict[str, np.ndarray], tuple[rec.Column, ...]]:
    """Columns with the currency that the signs of their cells say.

    Parameters
    ----------
    plan : Plan or None
        The one they come into. Amounts that come beside others in another currency get a column
        of their own: one column has one currency.
    columns : mapping of str to ndarray
        Attributes of the rows that come in.
    described : iterable of rec.Column
    cells : mapping of str to ndarray of str
        Of the table as it was read.

    Returns
    -------
    columns : dict
        Under the names that they get.
    described : tuple of rec.Column
    """
    own = currencies.code_of(plan.setting("currency")) if plan is not None else ""
    names, out = {}, []
    for row in described:
        code = ""
        if row.currency.startswith("="):
            row = replace(row, format="money")
        elif row.role in ("amount", "rate") and row.name in cells:
            code = currencies.guess(some_cells(cells, row.name, _SAMPLE), own) or row.currency
        if code:
            row = replace(row, currency=code, format="money")
            if plan is not None and _held(plan, row, own) not in ("", code):
                names[row.name] = f"{row.name} ({code})"
                label = f"{row.label} ({code})"
                row = replace(row, name=names[row.name], label=label)
        out.append(row)
    return {names.get(name, name): values for name, values in columns.items()}, tuple(out)


def beside(
    plan: Plan, cells: Mapping[str, np.ndarray], names: Iterable[str], groups: Groups
) -> tuple[dict[str, np.ndarray], dict[str, str], list[Issue]]:
    """Columns that say the currency of each amount, for those whose cells hold several.

    Parameters
    ----------
    plan : Plan
        The one they come into; a column that it has keeps its currency, and that is told.
    cells : mapping of str to ndarray of str, shape (n_rows,)
        Of the table as it was read.
    names : iterable of str
        Columns of amounts.
    groups : Groups
        Rows of each account.

    Returns
    -------
    columns : dict of str to ndarray of str, shape (n_accounts,)
        Codes; the plan's own where a cell names none, empty where there is no amount.
    currency_of : dict of str to str
        ``=`` and such a column, for each column of amounts that has one.
    issues : list of Issue
    """
    own = currencies.code_of(plan.setting("currency"))
    columns, currency_of, issues = {}, {}, []
    for name in names:
        some = {currencies.said(cell, own) for cell in some_cells(cells, name, _SAMPLE).tolist()}
        if len(some - {""}) < 2:
            continue
        texts, which = different_cells(cells[name])
        said = [currencies.said(text, own) or (own if text else "") for text in texts]
        codes = np.array(said, object)[which]
        of_account = groups.first_filled(codes)
        several = (codes != "") & (codes != of_account[groups.labels]) & (groups.labels >= 0)
        listed = ", ".join(sorted(some - {""}))
        if several.any() or name in plan.accounts.columns:
            text = _(
                "“{column}” holds amounts in several currencies ({codes}), summed as they are."
            )
        else:
            text = _(
                "“{column}” holds amounts in several currencies ({codes}): each keeps its own."
            )
            label = _("Currency of {column}").format(column=name)
            columns[label], currency_of[name] = of_account, f"={label}"
        told = text.format(column=isolate(name), codes=listed)
        issues.append(issue("currencies", told, np.flatnonzero(codes != "")))
    return columns, currency_of, issues


def _held(plan: Plan, row: rec.Column, own: str) -> str:
    """Currency of the plan's column of that name; empty when it has none, or one for each row."""
    big = plan.units if row.table == "units" else plan.accounts
    if row.name not in big.columns:
        return ""
    found = next(
        (c for c in plan.rows(rec.Column) if c.table == row.table and c.name == row.name), None
    )
    held = found.currency if found is not None else ""
    return "" if held.startswith("=") else currencies.code_of(held, own) if held else own


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
    """What a plan does not have yet of columns and measures, ready for `Document.add_accounts`.

    With its first amounts a plan gets their currency, unless somebody has chosen one.
    """
    have = {_meaning(r) for r in (*plan.rows(rec.Column), *plan.rows(rec.Measure))}
    fresh = [r for r in rows if _meaning(r) not in have]
    first = plan.next_id + 1  # the import itself takes the next
    out = [Record(KIND_OF[type(r)], None, replace(r, id=first + k)) for k, r in enumerate(fresh)]
    code = first_currency(plan, [r for r in fresh if isinstance(r, rec.Column)])
    if code:
        out.append(Record("setting", None, rec.Setting("currency", first + len(out), value=code)))
    return out


def first_currency(plan: Plan, rows: Iterable[rec.Column]) -> str:
    """The one currency of the first amounts of a plan; empty where it has one, or they several."""
    shown = [c.format for c in plan.rows(rec.Column)] + [m.format for m in plan.rows(rec.Measure)]
    has_money = "money" in shown
    if has_money or plan.row("setting", "currency") is not None:
        return ""
    found = {row.currency for row in rows if row.currency}
    return found.pop() if len(found) == 1 and not next(iter(found)).startswith("=") else ""


def _meaning(row: rec.Row) -> tuple[str, ...]:
    if isinstance(row, rec.Measure):
        return "measure", row.source, row.column
    assert isinstance(row, rec.Column)
    return "column", row.table, row.name
