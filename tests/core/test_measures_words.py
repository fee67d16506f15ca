"""Which measure a plan is balanced by, and figures and steps in words."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from terradesk import measures
from terradesk import records as rec
from terradesk.edits import Assigned, Edit, Record, apply, assign, describe, name_accounts
from terradesk.edits import scenarios as sc
from terradesk.edits import territories as te
from terradesk.plan import Plan, new_plan
from terradesk.units import empty_units
from tests.core.kernel import CRS, grid_plan

A = 3
PLAN = grid_plan()
IDS = [t.id for t in PLAN.alignment(A).leaves]
N_UNITS, N_ACCOUNTS = len(PLAN.units), len(PLAN.accounts)


# ---------------------------------------------------------------------- choosing
def test_default_measure_goes_from_money_to_accounts_people_areas() -> None:
    plan = grid_plan()
    drop = {m.uid: m for m in plan.rows(rec.Measure)}

    def without(plan: Plan, *uids: str) -> Plan:
        return apply(plan, Edit("", records=tuple(Record("measure", drop[u], None) for u in uids)))

    def chosen(plan: Plan) -> str:
        found = measures.default_measure(plan)
        return found.uid if found else ""

    assert chosen(plan) == "m-sales"
    assert chosen(without(plan, "m-sales")) == "m-accounts"
    assert chosen(without(plan, "m-sales", "m-accounts")) == "n_accounts"
    nobody = replace(plan, accounts=replace(plan.accounts, is_present=np.zeros(N_ACCOUNTS, bool)))
    assert chosen(nobody) == "m-population"
    assert chosen(without(nobody, "m-population")) == "n_units"
    assert measures.default_measure(new_plan(CRS, empty_units(), None)) is None


def test_the_chosen_measure_wins_and_a_lost_one_gives_way() -> None:
    area = measures.measure_of(PLAN, "area")
    assert area is not None
    edit = sc.set_balance_measure(PLAN, area.uid, area.name)
    assert edit is not None
    assert describe(edit) == "Balanced by Surface area"
    plan = apply(PLAN, edit)
    assert measures.balance(plan.alignment(A)).total == 24e8
    plan = apply(PLAN, sc.set_setting(PLAN, "balance_measure", "nonsense"))  # type: ignore[arg-type]
    assert measures.balance_measure(plan) == measures.default_measure(plan)


@pytest.mark.parametrize(
    "name",
    [
        *("Sales", "SALES_2024", "NetSales", "Revenue 2023", "annual revenue", "Turnover", "ARR"),
        *(
            "Amount",
            "Försäljning",
            "Omsättning kr",
            "Chiffre d'affaires",
            "Ventes",
            "Sprzedaż",
            "فروش",
        ),
    ],
)
def test_money_is_recognised(name: str) -> None:
    assert measures.is_revenue_like(name)


@pytest.mark.parametrize(
    "name",
    [
        *("Sales rep", "sales_region", "SalesPerson", "Revenue growth", "Sales %", "avg sales"),
        *("population", "sales id", "Discount amount", "Wholesale", "latitude", "Sales quota"),
        *("Rate", ""),
    ],
)
def test_what_is_not_money(name: str) -> None:
    assert not measures.is_revenue_like(name)


def test_people_are_recognised() -> None:
    assert all(map(measures.is_population_like, ["POP2020", "Population", "Folkmängd", "pop_est"]))
    assert not any(map(measures.is_population_like, ["Population density", "popular", "Pop rank"]))


# ---------------------------------------------------------------------- words
MONEY = rec.Measure("m", 0, name="Sales", source="accounts", format="money")


@pytest.mark.parametrize(
    ("measure", "value", "short", "expected"),
    [
        (MONEY, 1234567.8, False, "$1,234,568"),
        (MONEY, 1234567.8, True, "$1.2 M"),
        (MONEY, -45.2, False, "−$45"),
        (MONEY, -0.2, False, "$0"),
        (MONEY, math.nan, False, "–"),
        (MONEY, math.inf, True, "–"),
        (replace(MONEY, decimals=2), 45.2, False, "$45.20"),
        (replace(MONEY, format="number"), 1234.5, False, "1,234"),
        (rec.Measure("a", 0, source="area", format="area"), 8.4e9, False, "8,400 km²"),
        (rec.Measure("a", 0, source="area", format="area"), 8.44e6, False, "8.4 km²"),
        (rec.Measure("a", 0, source="area", format="area"), 0.25e6, False, "0.25 km²"),
        (rec.Measure("a", 0, source="area", format="area"), 8.4e12, True, "8.4 M km²"),
    ],
)
def test_values_in_words(measure: rec.Measure, value: float, short: bool, expected: str) -> None:
    assert measures.format_value(PLAN, measure, value, short) == expected


def test_letters_of_a_currency_keep_their_distance() -> None:
    plan = apply(PLAN, sc.set_setting(PLAN, "currency", "SEK"))  # type: ignore[arg-type]
    assert measures.format_value(plan, MONEY, 12) == "SEK\u00a012"
    plan = apply(PLAN, sc.set_setting(PLAN, "currency", ""))  # type: ignore[arg-type]
    assert measures.format_value(plan, MONEY, 12) == "12"


def said(plan: Plan, done: Assigned, **more: bool) -> str:
    after = apply(plan, done.edit) if done.edit else plan
    return measures.sentence(plan, after, A, done.edit, done, **more)


def test_what_an_assignment_did() -> None:
    by_sales = apply(PLAN, sc.set_balance_measure(PLAN, "m-sales"))  # type: ignore[arg-type]
    assert said(by_sales, assign(by_sales, A, np.array([0, 1]), IDS[2])) == (
        "Moved 2 squares, 1 account, $10 from T0 to T2."
    )
    assert said(PLAN, assign(PLAN, A, np.array([1]), IDS[2])) == (
        "Moved 1 square, 101 population from T0 to T2."
    )
    assert (
        said(PLAN, assign(PLAN, A, np.array([1, 3]), -1)) == "Unassigned 2 squares, 204 population."
    )
    assert said(PLAN, assign(PLAN, A, np.array([0]), IDS[0])) == "Nothing changed."


def test_a_move_from_two_territories_names_both() -> None:
    now = PLAN.alignment(A).assignment
    rows = [np.flatnonzero(now == IDS[k])[0] for k in (0, 1)]
    text = said(PLAN, assign(PLAN, A, np.array(rows), IDS[2]))
    assert text.startswith("Moved 2 squares, ") and text.endswith(" from T0 and T1 to T2.")


def test_what_stayed_is_told() -> None:
    locks = tuple(
        Record("lock", None, rec.Lock(f"l{u}", PLAN.next_id + u, A, kind="unit", ref=u))
        for u in (6, 7)
    )
    plan = apply(PLAN, Edit("", records=locks))
    plan = apply(plan, name_accounts(plan, A, np.array([0]), IDS[2]).edit)  # type: ignore[arg-type]
    assert said(plan, assign(plan, A, np.array([0, 1, 6, 7]), IDS[1])) == (
        "Moved 2 squares, 201 population from T0 to T1. "
        "2 locked squares and 1 named account stayed."
    )
    assert said(plan, assign(plan, A, np.array([6]), IDS[1])) == (
        "Nothing changed. 1 locked square stayed."
    )


def test_other_steps_are_told_as_in_the_history() -> None:
    assert said(PLAN, name_accounts(PLAN, A, np.array([0, 1]), IDS[2])) == (
        "Made 2 accounts named accounts of T2."
    )
    edit = te.set_locked(PLAN, A, [IDS[2]], True)
    assert edit is not None
    plan = apply(PLAN, edit)
    assert measures.sentence(PLAN, plan, A, edit) == "Locked T2."
    done = name_accounts(plan, A, np.array([0]), IDS[2])
    assert said(plan, done, of_accounts=True) == "Nothing changed. 1 locked account stayed."


def test_every_sentence_of_assign_has_its_longer_form() -> None:
    new = te.new_territory(PLAN, A, "New")
    half = apply(PLAN, assign(PLAN, A, np.array([0, 1]), -1).edit)  # type: ignore[arg-type]
    done = [
        assign(PLAN, A, np.array([0]), IDS[1]),
        assign(PLAN, A, np.array([0, 2]), IDS[2]),
        assign(PLAN, A, np.array([0]), -1),
        assign(PLAN, A, np.array([0, 2]), -1),
        assign(PLAN, A, np.array([0, 2]), np.array([IDS[1], IDS[2]])),
        assign(PLAN, A, np.array([0]), new.id, new=new),
        assign(half, A, np.array([0, 1]), IDS[2]),
    ]
    for one in done:
        plan = half if one is done[-1] else PLAN
        assert "population" in said(plan, one)


def test_a_noun_begins_a_line_with_one_capital() -> None:
    nouns = {"ZIP codes": "ZIP codes", "départements": "Départements", "IRIS": "IRIS", "": ""}
    for noun, expected in nouns.items():
        edit = sc.set_setting(PLAN, "noun_many", noun)
        assert edit is not None
        plan = apply(PLAN, edit)
        assert plan.heading_noun(2) == expected
        figure = next(f for f in measures.figures(plan) if f.key == "n_units")
        assert measures.title(plan, figure) == expected
