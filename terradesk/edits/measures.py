"""Measures of a plan: made from a formula, changed, deleted; currencies and their rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from terradesk import currencies, formula
from terradesk import records as rec
from terradesk.edits.change import Edit, Record
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, isolate
from terradesk.plan import Plan

FORMATS = {"number": N_("Number"), "money": N_("Money"), "hours": N_("Hours")}
"""How figures of a measure may be shown, with the words for it."""

MOST_DECIMALS = 6
_LONGEST_UNIT = 12


def add_measure(plan: Plan, wanted: rec.Measure) -> Edit:
    """A measure more: of a formula, of a column, or a count.

    Parameters
    ----------
    plan : Plan
    wanted : rec.Measure
        Its uid and id are given here.

    Raises
    ------
    TerraDeskError
        If its name is empty or taken, or its formula cannot be understood.
    """
    made = replace(_checked(plan, wanted), uid=rec.new_uid(), id=plan.next_id)
    record = Record("measure", None, made)
    return Edit(N_("Made the measure {a}"), {"a": made.name}, records=(record,))


def change_measure(plan: Plan, uid: str, **fields: Any) -> Edit | None:
    """Another name, formula, format or unit for a measure; None when nothing differs.

    Parameters
    ----------
    plan : Plan
    uid : str
    **fields
        Of `terradesk.records.Measure`.

    Raises
    ------
    TerraDeskError
        If there is no such measure, or as for `add_measure`.
    """
    old = _measure(plan, uid)
    new = _checked(plan, replace(old, **fields))
    if new == old:
        return None
    renames = {"a": old.name, "b": new.name}
    msgid = N_("Changed the measure {a}")
    if replace(old, name=new.name) == new:
        msgid = N_("Renamed the measure {a} to {b}")
    return Edit(msgid, renames, records=(Record("measure", old, new),))


def delete_measure(plan: Plan, uid: str) -> Edit:
    """A measure less, with the targets that territories have of it.

    The column it sums stays. A plan that was balanced by it is balanced by what it would be
    without a choice.

    Raises
    ------
    TerraDeskError
        If there is no such measure.
    """
    old = _measure(plan, uid)
    records = [Record("measure", old, None)]
    targets = plan.tables.get("target", {}).values()
    records += [
        Record("target", row, None)
        for row in targets
        if isinstance(row, rec.Target) and row.measure == uid
    ]
    chosen = plan.row("setting", "balance_measure")
    if isinstance(chosen, rec.Setting) and chosen.value == uid:
        records.append(Record("setting", chosen, replace(chosen, value="")))
    return Edit(N_("Deleted the measure {a}"), {"a": old.name}, records=tuple(records))


def _measure(plan: Plan, uid: str) -> rec.Measure:
    row = plan.row("measure", uid)
    if isinstance(row, rec.Measure):
        return row
    raise TerraDeskError(_("There is no such measure any more."), _("Choose another one."))


def _checked(plan: Plan, wanted: rec.Measure) -> rec.Measure:
    name = " ".join(wanted.name.split())
    if not name:
        raise TerraDeskError(_("A measure needs a name."), _("Type one, such as Workload."))
    taken = {m.name.casefold() for m in plan.rows(rec.Measure) if m.uid != wanted.uid}
    if name.casefold() in taken:
        raise TerraDeskError(
            _("There is a measure called {name} already.").format(name=isolate(name)),
            _("Choose another name."),
        )
    if wanted.formula:
        check_formula(plan, wanted.source, wanted.formula)
    decimals = min(max(int(wanted.decimals), 0), MOST_DECIMALS)
    shown = wanted.format if wanted.format in (*FORMATS, "area") else "number"
    unit = wanted.unit.strip()[:_LONGEST_UNIT]
    return replace(
        wanted,
        name=name,
        formula=wanted.formula.strip(),
        column="" if wanted.formula else wanted.column,
        decimals=decimals,
        format=shown,
        unit=unit,
    )


def check_formula(plan: Plan, source: str, text: str) -> None:
    """Whether a formula over units or accounts gives a number for every row.

    Raises
    ------
    FormulaError
        If it cannot be understood, names a column that does not exist, or gives a text.
    TerraDeskError
        If ``source`` has no columns.
    """
    if source not in ("units", "accounts"):
        raise TerraDeskError(
            _("A formula works on columns of areas or of accounts."), _("Choose one of the two.")
        )
    found: np.ndarray = formula.evaluate(text, plan.units if source == "units" else plan.accounts)
    if found.dtype == object:
        raise formula.FormulaError(
            _("this gives a text, not a number."), _("Only numbers can be summed.")
        )


# ------------------------------------------------------------------ currencies
def set_currencies(
    plan: Plan,
    currency: str | None = None,
    rates: Mapping[str, float] | None = None,
    note: str | None = None,
    columns: Mapping[tuple[str, str], str] | None = None,
) -> Edit | None:
    """The plan's currency, what others are worth in it, and which columns are in which.

    Parameters
    ----------
    plan : Plan
    currency : str, optional
        Code, or a sign.
    rates : mapping of str to float, optional
        By code, how many of the plan's currency one is worth; replaces all rates.
    note : str, optional
        When and from where the rates are.
    columns : mapping of (table, column) to str, optional
        What `terradesk.records.Column.currency` becomes.

    Returns
    -------
    Edit or None
        None when nothing differs.

    Raises
    ------
    TerraDeskError
        If a rate is not above 0.
    """
    settings = {"currency": currency, "rates_note": note}
    if rates is not None:
        for code, rate in rates.items():
            _check_rate(code, rate)
        settings["rates"] = currencies.rates_text(rates)
    records: list[Record] = []
    for key, value in settings.items():
        if value is not None and value.strip() != plan.setting(key):
            old = plan.row("setting", key)
            row_id = old.id if old else plan.next_id + len(records)
            records.append(Record("setting", old, rec.Setting(key, row_id, value=value.strip())))
    for (table, name), own in (columns or {}).items():
        records += _column_record(plan, table, name, own, plan.next_id + len(records))
    if not records:
        return None
    return Edit(N_("Changed currencies and rates"), {}, records=tuple(records))


def _check_rate(code: str, rate: float) -> None:
    if not currencies.is_rate(rate):
        raise TerraDeskError(
            _("The rate of {code} must be a number above 0.").format(code=isolate(code)),
            _("Leave it empty to leave its amounts out of all sums."),
        )


def _column_record(plan: Plan, table: str, name: str, own: str, row_id: int) -> list[Record]:
    old = next((c for c in plan.rows(rec.Column) if c.table == table and c.name == name), None)
    if old is None:
        new = rec.Column(
            rec.new_uid(), row_id, table=table, name=name, label=name, role="amount",
            format="money", currency=own,
        )  # fmt: skip
        return [Record("column", None, new)] if own else []
    return [] if old.currency == own else [Record("column", old, replace(old, currency=own))]
