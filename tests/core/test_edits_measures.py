"""Measures made, changed, deleted; formulas summed like columns, in every place that sums."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import colouring, formula, measures
from terradesk import records as rec
from terradesk.api import OpenPlan
from terradesk.document import Document
from terradesk.edits import apply, assign, describe, invert
from terradesk.edits.measures import add_measure, change_measure, delete_measure, set_currencies
from terradesk.edits.scenarios import set_balance_measure, set_target
from terradesk.errors import TerraDeskError
from terradesk.exporters import export
from terradesk.measures.against import Against
from terradesk.measures.values import evaluated, trouble, troubles
from terradesk.plan import Plan
from tests.core.kernel import done, grid_plan

A = 3


def with_formula(plan: Plan, text: str, source: str = "accounts", **fields: object) -> Plan:
    wanted = rec.Measure("", 0, name="Work", source=source, formula=text)
    return done(plan, add_measure(plan, replace(wanted, **fields)))  # type: ignore[arg-type]


def measure(plan: Plan, name: str) -> rec.Measure:
    return next(m for m in plan.rows(rec.Measure) if m.name == name)


# ---------------------------------------------------------------------- edits
def test_measures_are_made_changed_and_deleted_with_undo() -> None:
    plan = grid_plan()
    edit = add_measure(plan, rec.Measure("", 0, name="  Work  load ", formula="sales * 2"))
    assert describe(edit) == "Made the measure Work load"
    now = apply(plan, edit)
    made = measure(now, "Work load")
    assert (made.uid != "", made.id) == (True, plan.next_id)
    changed = change_measure(now, made.uid, formula="sales * 3", unit="visits", decimals=99)
    assert changed is not None
    after = apply(now, changed)
    assert measure(after, "Work load").decimals == 6
    assert change_measure(after, made.uid, name="Work load") is None
    renamed = change_measure(after, made.uid, name="Effort")
    assert renamed is not None
    assert describe(renamed) == "Renamed the measure Work load to Effort"
    assert apply(after, invert(changed)).tables["measure"] == now.tables["measure"]


def test_deleting_takes_targets_and_the_choice_of_balance_along() -> None:
    plan = grid_plan()
    territory = plan.alignment(A).leaves[0].id
    plan = done(plan, set_balance_measure(plan, "m-sales"))
    plan = done(plan, set_target(plan, A, territory, "m-sales", 500.0))
    edit = delete_measure(plan, "m-sales")
    now = apply(plan, edit)
    assert now.rows(rec.Target, A) == []
    assert now.setting("balance_measure") == ""
    assert measures.balance(now.alignment(A)).measure.uid != "m-sales"
    assert apply(now, invert(edit)).tables == plan.tables
    with pytest.raises(TerraDeskError, match="no such measure"):
        delete_measure(now, "m-sales")


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (rec.Measure("", 0, name=" "), "needs a name"),
        (rec.Measure("", 0, name="SALES", column="sales"), "already"),
        (rec.Measure("", 0, name="x", formula="sales +"), "missing or too much"),
        (rec.Measure("", 0, name="x", formula="profit"), "no column profit"),
        (rec.Measure("", 0, name="x", formula="owner"), "a text"),
        (rec.Measure("", 0, name="x", formula="1", source="area"), "areas or of accounts"),
        (rec.Measure("", 0, name="x", formula="Work"), "no column Work"),
    ],
)
def test_what_cannot_be_a_measure_is_refused(wanted: rec.Measure, told: str) -> None:
    with pytest.raises(TerraDeskError, match=told):
        add_measure(with_formula(grid_plan(), "sales"), wanted)


# ---------------------------------------------------------------------- names in formulas
@given(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_name_without_brackets_can_be_quoted(name: str) -> None:
    plan = grid_plan()
    values = np.arange(len(plan.accounts), dtype=float)
    plan = replace(plan, accounts=plan.accounts.with_column(name.strip() or "a", values))
    name = name.strip() or "a"
    if "[" in name or "]" in name:
        with pytest.raises(formula.FormulaError):
            formula.quoted(name)
        return
    if name in plan.accounts.OWN_COLUMNS:
        return
    found = evaluated(plan, "accounts", formula.quoted(name))
    assert np.array_equal(found, values)
    assert formula.names(formula.quoted(name), plan.accounts) == [name]


# ---------------------------------------------------------------------- laws
@given(st.lists(st.integers(0, 23), max_size=8), st.booleans(), st.sampled_from(["", "EUR"]))
@settings(max_examples=40, deadline=None)
def test_a_formula_of_a_column_equals_the_column(rows: list[int], of_units: bool, own: str) -> None:
    source, column = ("units", "population") if of_units else ("accounts", "sales")
    plan = with_formula(grid_plan(), column, source)
    edit = set_currencies(plan, rates={"EUR": 1.25}, columns={(source, column): own})
    plan = done(plan, edit) if edit else plan
    one, other = (measure(plan, "Population" if of_units else "Sales"), measure(plan, "Work"))
    view = plan.alignment(A)
    edit = assign(plan, A, np.unique(rows), view.leaves[0].id).edit
    after = (apply(plan, edit) if edit else plan).alignment(A)
    for now in (view, after):
        assert np.array_equal(measures.totals(now, one), measures.totals(now, other))
        for m in (one, other):
            first, second = (measures.standing_of(now).weights(x) for x in (one, m))
            assert np.array_equal(first[0], second[0])
            assert np.array_equal(first[1], second[1])
    if edit is not None:
        found = measures.what_if(view, edit)
        assert found is not None
        assert found.moved.amounts[one.uid] == found.moved.amounts[other.uid]
    amounts = [Against(after, view, m).amount for m in (one, other)]
    assert amounts[0] == amounts[1]


def test_a_condition_counts_where_it_holds() -> None:
    plan = with_formula(grid_plan(), "sales > 60")
    assert measures.totals(plan.alignment(A), measure(plan, "Work")).sum() == 6


def test_what_goes_wrong_later_is_told_and_counts_nothing() -> None:
    plan = with_formula(grid_plan(), "sales / 2")
    accounts = plan.accounts
    columns = {k: v for k, v in accounts.columns.items() if k != "sales"}
    plan = replace(plan, accounts=replace(accounts, columns=columns))
    work = measure(plan, "Work")
    assert "no column sales" in trouble(plan, work)
    assert not measures.totals(plan.alignment(A), work).any()
    told = troubles(plan)
    assert len(told) == 2
    assert any("Work" in one for one in told)
    assert any("Sales" in one for one in told)


# ---------------------------------------------------------------------- every place that reads one
def test_the_map_targets_and_balance_take_formulas() -> None:
    plan = with_formula(grid_plan(), "population / 2", "units", unit="t")
    work = measure(plan, "Work")
    view = plan.alignment(A)
    keys = [choice.key for choice in colouring.choices(view)]
    assert f"measure:{work.uid}" in keys
    found = colouring.colouring(f"measure:{work.uid}", view)
    assert found is not None
    assert found.title == "Work"
    assert found.note == ""
    plan = done(plan, set_balance_measure(plan, work.uid))
    plan = done(plan, set_target(plan, A, view.leaves[0].id, work.uid, 400.0))
    balance = measures.balance(plan.alignment(A))
    assert balance.targets[1] == 400
    assert balance.total == sum(range(100, 124)) / 2
    assert measures.format_value(plan, work, 5) == "5\u00a0t"


def test_the_builder_balances_by_a_formula() -> None:
    plan = with_formula(grid_plan(), "population * 3", "units")
    opened = OpenPlan(Document(plan))
    built = opened.build(3, "Work", mode="new")
    assert built is not None
    view = opened.view
    values = measures.totals(view, measure(opened.plan, "Work"))
    assert values[0] == 0
    assert values[1:].max() < 1.25 * values[1:].mean()


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_the_workbook_holds_formulas_rates_and_currencies(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    plan = with_formula(grid_plan(), "sales / 2", unit="visits", decimals=1)
    plan = done(plan, set_currencies(plan, rates={"EUR": 1.08}, note="ECB, 20 November",
                                     columns={("accounts", "sales"): "EUR"}))  # fmt: skip
    path = tmp_path / "plan.xlsx"
    export(plan, A, path)
    book = load_workbook(path)
    rates = [[cell.value for cell in row] for row in book["Rates"].iter_rows()]
    assert rates[0][:4] == ["Currency", "Name", "Rate", "PlanCurrency"]
    assert rates[1][:5] == ["EUR", "Euro", 1.08, "USD", 12]
    accounts = book["Accounts"]
    heads = {cell.value: cell.column for cell in accounts[1]}
    work, sales = (accounts.cell(2, heads[name]) for name in ("Work", "sales"))
    assert work.value == pytest.approx(10 * 1.08 / 2)
    assert "visits" in work.number_format
    assert (sales.value, "€" in sales.number_format) == (10, True)
    told = [str(row[0].value) for row in book["Summary"].iter_rows()]
    assert any("1 EUR = 1.08 USD" in line for line in told)
    assert any("ECB, 20 November" in line for line in told)
    heads = [cell.value for cell in book["Territories"][1]]
    assert {"Work", "Work_ideal", "Work_dev_pct"} <= set(heads)


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_a_workbook_without_other_currencies_has_no_rates(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    path = tmp_path / "plan.xlsx"
    export(grid_plan(), A, path)
    assert "Rates" not in load_workbook(path).sheetnames
