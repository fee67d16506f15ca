"""Amounts of several currencies: one table of rates; without a rate they are left out and told."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import currencies, i18n, measures
from terradesk import records as rec
from terradesk.document import Document
from terradesk.edits import Record, apply, invert
from terradesk.edits.change import Edit
from terradesk.edits.measures import set_currencies
from terradesk.errors import TerraDeskError
from terradesk.measures import money
from terradesk.measures.sums import account_values, unit_values
from terradesk.measures.values import troubles
from terradesk.plan import Plan, new_plan
from terradesk.readers import ImportReport, MadeAccounts, Table, make_accounts
from tests.core.kernel import done, grid_plan

A = 3
SALES = "m-sales"


def with_currency(plan: Plan, own: str, table: str = "accounts", name: str = "sales") -> Plan:
    """The plan with a column of money in another currency."""
    edit = set_currencies(plan, columns={(table, name): own})
    return done(plan, edit) if edit else plan


def with_codes(plan: Plan, codes: list[str]) -> Plan:
    """The plan whose accounts say their currency, in turn."""
    said = np.array([codes[k % len(codes)] for k in range(len(plan.accounts))], object)
    plan = replace(plan, accounts=plan.accounts.with_column("Currency", said))
    return with_currency(plan, "=Currency")


def sales(plan: Plan) -> np.ndarray:
    found = measures.measure_of(plan, SALES)
    assert found is not None
    return account_values(plan, found)


# ---------------------------------------------------------------------- signs and codes
@pytest.mark.parametrize(
    ("text", "own", "code"),
    [
        ("€", "", "EUR"), ("eur", "", "EUR"), ("$", "", "USD"), ("$", "CAD", "CAD"),
        ("kr", "NOK", "NOK"), ("kr.", "", "SEK"), ("zł", "USD", "PLN"), ("﷼", "", "IRR"),
        ("تومان", "", "IRT"), ("", "USD", ""), ("gold", "", "GOLD"),
    ],
)  # fmt: skip
def test_codes_of_signs(text: str, own: str, code: str) -> None:
    assert currencies.code_of(text, own) == code


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (["1 200 zł", "15,50 zł", "", "80 zł"], "PLN"),
        (["€1.200", "€ 5", "7"], "EUR"),
        (["1200 kr", "99 kr"], "SEK"),
        (["$5", "$6"], "USD"),
        (["۱۲۰۰ تومان", "۵ تومان"], "IRT"),
        (["1,200", "5"], ""),
        (["$5", "7", "8"], ""),
        (["12 boxes", "3 boxes"], ""),
        (["EUR", "USD"], ""),
        ([], ""),
    ],
)
def test_the_currency_of_a_column_is_guessed_from_its_signs(cells: list[str], code: str) -> None:
    assert currencies.guess(cells) == code


def test_signs_follow_the_language() -> None:
    assert currencies.sign("USD") == "$"
    assert currencies.sign("kr") == "kr"
    i18n.use_language("pl")
    try:
        assert currencies.sign("PLN") == "zł"
        assert i18n.with_currency("5", currencies.sign("PLN")) == "5\u00a0zł"
    finally:
        i18n.use_language("en")
    assert (currencies.decimals("JPY"), currencies.decimals("€")) == (0, 2)


@pytest.mark.parametrize(
    "text", ["", "[]", "nonsense", '{"EUR": 0}', '{"EUR": -1}', '{"EUR": "x"}', '{"EUR": true}',
             '{"EUR": NaN}', '{"EUR": 1e999}', '{"EUR": 1' + "0" * 400 + "}", "[" * 100000],
)  # fmt: skip
def test_rates_that_cannot_be_are_no_rates(text: str) -> None:
    assert currencies.parse_rates(text) == {}


def test_rates_come_back() -> None:
    found = {"EUR": 1.08, "SEK": 0.095}
    assert currencies.parse_rates(currencies.rates_text(found)) == found
    with pytest.raises(TerraDeskError, match="above 0"):
        set_currencies(grid_plan(), rates={"EUR": math.inf})


# ---------------------------------------------------------------------- conversion
def test_a_column_is_converted_wherever_it_is_summed() -> None:
    plan = grid_plan()
    before = measures.totals(plan.alignment(A), measures.measure_of(plan, SALES))  # type: ignore[arg-type]
    other = done(with_currency(plan, "EUR"), set_currencies(plan, rates={"EUR": 2.0}))
    view, measure = other.alignment(A), measures.measure_of(other, SALES)
    assert measure is not None
    assert measures.totals(view, measure) == pytest.approx(2 * before)
    assert measures.standing_of(view).weights(measure)[0].sum() == pytest.approx(2 * before.sum())
    assert money.note(other, measure) == "Converted with 1 EUR = 2 USD"
    assert troubles(other) == []


def test_without_a_rate_amounts_are_left_out_and_told() -> None:
    plan = with_codes(grid_plan(), ["EUR", "USD", "", "€"])
    values, raw = sales(plan), sales(grid_plan())
    is_own = np.arange(len(raw)) % 4 == 1
    assert values.tolist() == np.where(is_own, raw, 0).tolist()
    told = money.warnings(plan)
    assert len(told) == 2
    assert any("EUR" in one and "6 amounts" in one for one in told), told
    assert any("3 amounts name no currency" in one for one in told)
    rated = done(plan, set_currencies(plan, rates={"EUR": 3.0}))
    assert sales(rated).sum() > values.sum()
    assert len(money.warnings(rated)) == 1


def test_sums_that_are_kept_do_not_outlive_their_rates() -> None:
    plan = with_currency(grid_plan(), "EUR")
    measure = measures.measure_of(plan, SALES)
    assert measure is not None
    totals = []
    for rate in (1.0, 2.0, 4.0):
        plan = done(plan, set_currencies(plan, rates={"EUR": rate}))
        totals.append(float(measures.totals(plan.alignment(A), measure).sum()))
    assert totals == [totals[0], 2 * totals[0], 4 * totals[0]]
    view = plan.alignment(A)
    against = done(plan, set_currencies(plan, columns={("accounts", "sales"): ""}))
    assert float(measures.totals(against.alignment(A), measure).sum()) == totals[0]
    assert view.plan is plan


@given(st.sampled_from(["EUR", "=Currency", "USD", "$"]), st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_a_rate_of_one_changes_nothing(own: str, n: int) -> None:
    plan = with_codes(grid_plan(), ["EUR", "SEK", "USD", "$"][:n])
    plan = with_currency(plan, own)
    plan = done(plan, set_currencies(plan, rates={"EUR": 1.0, "SEK": 1.0}))
    assert np.array_equal(sales(plan), sales(grid_plan()))


def test_settings_of_currencies_are_one_step_that_goes_back() -> None:
    plan = grid_plan()
    edit = set_currencies(
        plan, "PLN", {"EUR": 4.3}, "NBP, 21 November", {("accounts", "sales"): "EUR"}
    )
    assert edit is not None
    after = apply(plan, edit)
    assert money.plan_code(after) == "PLN"
    assert after.setting("rates_note") == "NBP, 21 November"
    assert money.currency(after, "accounts", "sales") == "EUR"
    assert set_currencies(after, "PLN", {"EUR": 4.3}, "NBP, 21 November") is None
    back = apply(after, invert(edit))
    assert np.array_equal(sales(back), sales(plan))
    assert back.setting("rates") == ""


# ---------------------------------------------------------------------- texts
def test_a_cell_shows_its_own_currency_and_what_it_is_worth() -> None:
    plan = with_codes(grid_plan(), ["EUR", "USD", "SEK"])
    plan = done(plan, set_currencies(plan, rates={"EUR": 1.5}))

    def cell(row: int) -> str:
        return measures.format_cell(plan, "accounts", "sales", 1000.0, row)

    assert cell(0) == "€1,000 ($1,500)"
    assert cell(1) == "$1,000"
    assert cell(2) == "SEK\u00a01,000 (no rate)"
    assert measures.format_cell(plan, "accounts", "sales", 1000.0) == "1,000"
    assert measures.format_cell(plan, "accounts", "sales", math.nan, 0) == "–"
    assert measures.format_cell(with_currency(grid_plan(), "EUR"), "accounts", "sales", -5) == "−€5"


def test_units_and_hours_stand_behind_figures() -> None:
    plan = grid_plan()
    one = rec.Measure("x", 1, name="Work", source="accounts", format="hours", decimals=1)
    assert measures.format_value(plan, one, 12.25) == "12.2 h"
    assert measures.format_value(plan, replace(one, unit="visits", format="number"), 3) == (
        "3.0\u00a0visits"
    )


def test_columns_of_areas_are_converted_too() -> None:
    plan = grid_plan()
    measure = rec.Measure("m", 0, name="Income", source="units", column="population")
    row = rec.Column("c", plan.next_id, table="units", name="population", currency="SEK")
    plan = apply(plan, Edit("", records=(Record("column", None, row),)))
    assert not unit_values(plan, measure).any()
    plan = done(plan, set_currencies(plan, rates={"SEK": 0.1}))
    assert unit_values(plan, measure)[5] == pytest.approx(10.5)


# ---------------------------------------------------------------------- at import
def imported(plan: Plan, cells: list[str], header: str = "sales") -> MadeAccounts:
    columns = {"Customer": [f"C{k}" for k in range(len(cells))], header: cells}
    table = Table(
        {name: np.array(values, object) for name, values in columns.items()},
        len(cells),
        ImportReport(read=len(cells), accepted=len(cells)),
    )
    return make_accounts(table, {"Customer": "name", header: "amount"}, (), plan)


def test_amounts_beside_others_in_another_currency_get_a_column_of_their_own() -> None:
    document = Document(grid_plan())
    made = imported(document.plan, ["€ 5", "€ 7"])
    made.add_to(document, "more.csv")
    plan = document.plan
    assert "sales (EUR)" in plan.accounts.columns
    assert money.currency(plan, "accounts", "sales (EUR)") == "EUR"
    assert sales(plan).sum() == sales(grid_plan()).sum()
    assert any("EUR" in told for told in money.warnings(plan))
    same = imported(plan, ["$5", "$7"])
    assert set(same.accounts.columns) == {"sales"}


def test_the_first_amounts_give_a_plan_its_currency() -> None:
    plan = grid_plan()
    bare = replace(plan, tables={**plan.tables, "measure": {}})
    document = Document(bare)
    imported(bare, ["1 200 zł", "80 zł"], "Obrót").add_to(document, "klienci.csv")
    assert money.plan_code(document.plan) == "PLN"
    assert money.warnings(document.plan) == []
    document.undo()
    assert money.plan_code(document.plan) == "USD"
    column = rec.Column("c", 0, name="Umsatz", role="amount", format="money", currency="EUR")
    made = new_plan(plan.crs, plan.units, plan.coverage, columns=(column,))
    assert money.plan_code(made) == "EUR"
