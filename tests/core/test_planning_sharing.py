"""Figures shared out to accounts and rolled up to areas: the parts sum to the whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import measures
from terradesk import records as rec
from terradesk.document import Document
from terradesk.edits import describe
from terradesk.edits.arrivals import preview
from terradesk.errors import TerraDeskError
from terradesk.plan import Plan
from terradesk.planning.sharing import WAYS, allocate, roll_up, roll_up_accounts, share_out
from tests.core.kernel import grid_plan

A = 3


def population(plan: Plan) -> rec.Measure:
    found = measures.measure_of(plan, "m-population")
    assert found is not None
    return found


AMOUNT = st.one_of(
    st.floats(-1e9, 1e9, allow_nan=False),
    st.integers(-(10**6), 10**6).map(lambda cents: cents / 100),
    st.sampled_from([0.0, float("nan"), 0.001, 100.0, 1e12]),
)
WEIGHT = st.one_of(st.floats(0, 1e6), st.sampled_from([float("nan"), -5.0, 0.0, float("inf")]))


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    amounts = np.array(draw(st.lists(AMOUNT, min_size=1, max_size=8)))
    unit = np.array(draw(st.lists(st.integers(-1, len(amounts) - 1), max_size=40)), np.int32)
    n = len(unit)
    weights = draw(st.one_of(st.none(), st.lists(WEIGHT, min_size=n, max_size=n).map(np.array)))
    return amounts, unit, weights


@given(cases())
@settings(max_examples=200, deadline=None)
def test_parts_sum_to_the_whole(case: tuple[np.ndarray, np.ndarray, np.ndarray | None]) -> None:
    amounts, unit, weights = case
    found = share_out(amounts, unit, weights)
    whole = np.nan_to_num(amounts)
    inside = unit >= 0
    assert np.isnan(found.values[~inside]).all()
    assert np.isfinite(found.values[inside]).all()
    sums = np.bincount(unit[inside], found.values[inside], len(amounts)) + found.left
    assert sums == pytest.approx(whole, rel=1e-12, abs=1e-6)
    full = np.bincount(unit[inside], minlength=len(amounts)) > 0
    assert (found.left[full] == 0).all()
    for k in np.flatnonzero(full):  # nobody gets what is against the sign of the whole
        parts = found.values[unit == k]
        assert (parts * np.sign(whole[k]) >= -1e-9).all()


@given(st.integers(0, 10**7), st.integers(1, 30))
def test_equal_shares_of_cents_differ_by_a_cent_at_most(cents: int, n: int) -> None:
    found = share_out(np.array([cents / 100]), np.zeros(n, np.int32)).values
    in_cents = np.rint(found * 100)
    assert in_cents == pytest.approx(found * 100, abs=1e-4)
    assert in_cents.sum() == cents
    assert in_cents.max() - in_cents.min() <= 1


def test_a_measure_of_areas_goes_to_accounts_by_weight_and_back() -> None:
    plan = grid_plan()
    planned = allocate(plan, population(plan), "People", "sales")
    assert planned.told == ("1,344 stays unallocated: 12 squares have no accounts.",)
    document = Document(plan)
    document.bring(planned.incoming)
    assert describe(planned.incoming.edit) == "Shared out Population to accounts as People"
    now = document.plan
    made = next(m for m in now.rows(rec.Measure) if m.name == "People")
    total = measures.totals(now.alignment(A), made).sum()
    every = measures.totals(plan.alignment(A), population(plan)).sum()
    assert total + 1344 == pytest.approx(every)
    document.undo()
    assert document.plan.rows(rec.Measure) == plan.rows(rec.Measure)


def test_areas_whose_accounts_weigh_nothing_share_equally_and_that_is_told() -> None:
    plan = grid_plan()
    none = np.zeros(len(plan.accounts))
    plan = replace(plan, accounts=plan.accounts.with_column("beds", none))
    planned = allocate(plan, population(plan), "People", "beds")
    assert any("12 squares are shared equally" in one for one in planned.told)


@pytest.mark.parametrize(
    ("how", "expected"), [("count", 2.0), ("sum", 30.0), ("mean", 15.0), ("max", 20.0)]
)
def test_accounts_are_rolled_up(how: str, expected: float) -> None:
    values = np.array([10.0, 20.0, np.nan, 5.0, 7.0])
    unit = np.array([0, 0, 0, 2, -1], np.int32)
    found = roll_up(values, unit, 3, how)
    assert found[0] == expected
    assert found[1] == 0 if how == "count" else np.isnan(found[1])
    assert set(WAYS) == {"count", "sum", "mean", "max"}


def test_sums_become_measures_and_averages_columns_alone() -> None:
    plan = grid_plan()
    summed = roll_up_accounts(plan, "sales", "sum", "Sales here")
    now = preview(plan, summed.incoming)
    made = next(m for m in now.rows(rec.Measure) if m.name == "Sales here")
    sales = measures.measure_of(plan, "m-sales")
    assert sales is not None
    view = now.alignment(A)
    assert measures.totals(view, made) == pytest.approx(measures.totals(view, sales))
    mean = preview(plan, roll_up_accounts(plan, "sales", "mean", "Mean").incoming)
    assert mean.rows(rec.Measure) == plan.rows(rec.Measure)
    assert mean.units.columns["Mean"][2] == 20
    counted = preview(plan, roll_up_accounts(plan, "", "count", "Doors").incoming)
    assert counted.units.columns["Doors"].sum() == len(plan.accounts)


def test_names_that_are_taken_or_empty_are_refused() -> None:
    plan = grid_plan()
    for name, told in (("", "needs a name"), ("SALES", "already"), ("unit", "already")):
        with pytest.raises(TerraDeskError, match=told):
            allocate(plan, population(plan), name)
    sales = measures.measure_of(plan, "m-sales")
    assert sales is not None
    with pytest.raises(TerraDeskError, match="Only figures of areas"):
        allocate(plan, sales, "x")
