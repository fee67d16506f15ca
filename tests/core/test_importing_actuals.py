"""Figures per period: into columns of accounts and units, or to territories and reps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import records as rec
from terradesk.document import Document
from terradesk.errors import TerraDeskError
from terradesk.importing import Prepared
from terradesk.importing.adopting import staffed
from terradesk.importing.kinds import ranked
from terradesk.importing.kinds.actuals import KIND
from terradesk.plan import Plan
from tests.core.importing_files import A, prepared, roles, table_source
from tests.core.kernel import grid_plan

PLAN = grid_plan()


def brought(plan: Plan, found: Prepared) -> Plan:
    document = Document(plan)
    assert found.incoming is not None
    document.bring(found.incoming)
    after = document.plan
    document.undo()
    for kind in ("actual", "column", "measure"):
        assert dict(document.plan.tables.get(kind, {})) == dict(plan.tables.get(kind, {}))
    document.redo()
    return after


def actuals(plan: Plan) -> dict[tuple[str, str, str], float]:
    view = plan.alignment(A)
    reps = {rep.id: rep.name for rep in plan.rows(rec.Rep)}
    return {
        (view.name_of(row.ref) if row.kind == "territory" else reps[row.ref], row.name, row.period):
        row.value
        for row in plan.rows(rec.Actual)
    }  # fmt: skip


def test_periods_in_rows_become_columns_of_accounts_with_a_total() -> None:
    source = table_source(
        {
            "Account number": ["A000", "A000", "A001", "A000", "Z9"],
            "Month": ["2026-01", "Jan 2026", "2026-02", "Apr-26", "2026-01"],
            "Sales": ["10", "5", "7", "1", "99"],
        }
    )
    assert KIND.suits(source, PLAN) > 0.8 and ranked(source, PLAN)[0][0] is KIND
    found = prepared(KIND, source, PLAN, options={"every": "quarter"})
    after = brought(PLAN, found)
    columns = after.accounts.columns
    assert columns["Sales 2026-Q1"][:3].tolist()[:2] == [15, 7]
    assert columns["Sales 2026-Q2"][0] == 1 and np.isnan(columns["Sales 2026-Q2"][1])
    assert columns["Sales 2026"][:2].tolist() == [16, 7]
    measures = {row.column for row in after.rows(rec.Measure)}
    assert {"Sales 2026-Q1", "Sales 2026-Q2", "Sales 2026"} <= measures
    assert (found.report.accepted, found.report.rejected) == (4, 1)
    assert prepared(KIND, source, after, options={"every": "quarter"}).incoming is None


def test_periods_as_headers_become_columns_of_units() -> None:
    source = table_source(
        {"ZIP": ["00000", "1", "77777"], "Q1 2026": ["5", "6", "1"], "Q2 2026": ["7", "", "1"]}
    )
    found = prepared(KIND, source, PLAN, options={"name": "Calls", "total": False})
    after = brought(PLAN, found).units.columns
    assert after["Calls 2026-Q1"][:2].tolist() == [5, 6]
    assert after["Calls 2026-Q2"][0] == 7 and "Calls 2026" not in after
    assert [item.title for item in found.items] == ["Calls 2026-Q1", "Calls 2026-Q2"]
    left = prepared(
        KIND, source, PLAN, options={"name": "Calls", "total": False},
        left_out=frozenset({"column:Calls 2026-Q2"}),
    )  # fmt: skip
    assert "Calls 2026-Q2" not in brought(PLAN, left).units.columns


def test_territories_get_records_and_newer_figures_replace_older_ones() -> None:
    source = table_source(
        {"Territory": ["T0", "t1", "Nowhere"], "Sales 2025": ["1", "2", "3"],
         "Sales 2026": ["4", "5", "6"]}
    )  # fmt: skip
    assert roles(KIND, source, PLAN)["Territory"] == "territory"
    after = brought(PLAN, prepared(KIND, source, PLAN))
    assert actuals(after) == {
        ("T0", "Sales", "2025"): 1, ("T0", "Sales", "2026"): 4,
        ("T1", "Sales", "2025"): 2, ("T1", "Sales", "2026"): 5,
    }  # fmt: skip
    newer = table_source({"Territory": ["T0"], "Sales 2026": ["40"]})
    found = prepared(KIND, newer, after)
    (item,) = found.items
    assert (item.group, item.before, item.after) == ("changed", "4", "40")
    again = actuals(brought(after, found))
    assert again["T0", "Sales", "2026"] == 40 and len(again) == 4


def test_reps_are_found_by_name_and_email() -> None:
    plan = staffed(PLAN, A, [("T0", "Ann Lee", "ann@x.com"), ("T1", "Bo Ek", "")])
    source = table_source(
        {"Rep": ["ANN LEE", "ann@x.com", "Bo Ek"], "Period": ["2026"] * 3, "Sales": ["1", "2", "3"]}
    )
    after = brought(plan, prepared(KIND, source, plan, roles={"Rep": "rep"}))
    assert actuals(after) == {("Ann Lee", "Sales", "2026"): 3, ("Bo Ek", "Sales", "2026"): 3}


def test_the_period_of_the_whole_file_may_be_typed() -> None:
    source = table_source({"Territory": ["T0"], "Sales": ["1"]})
    chosen = {"Sales": "amount", "Territory": "territory"}
    with pytest.raises(TerraDeskError, match="which period"):
        prepared(KIND, source, PLAN, roles=chosen)
    found = prepared(KIND, source, PLAN, roles=chosen, options={"period": "Q3 2026"})
    assert actuals(brought(PLAN, found)) == {("T0", "Sales", "2026-Q3"): 1}


def test_rows_without_a_period_or_number_are_told() -> None:
    source = table_source(
        {"Territory": ["T0", "T1", "T2"], "Month": ["soon", "2026-01", "2026-01"],
         "Sales": ["1", "much", "3"]}
    )  # fmt: skip
    chosen = {"Month": "period", "Territory": "territory", "Sales": "amount"}
    found = prepared(KIND, source, PLAN, roles=chosen)
    told = {one.kind: one.every_row.tolist() for one in found.report.issues}
    assert told == {"not_a_number": [1], "no_period": [0]}
    assert actuals(brought(PLAN, found)) == {("T2", "Sales", "2026-01"): 3}


@pytest.mark.parametrize(
    ("columns", "chosen", "told"),
    [
        ({"a": ["x"], "2026": ["1"]}, {}, "need one column"),
        ({"ZIP": ["00000"], "b": ["x"]}, {"ZIP": "unit_code"}, "No column is marked"),
        ({"ZIP": ["nope"], "2026": ["1"]}, {"ZIP": "unit_code", "2026": "amount"}, "is known"),
        ({"ZIP": ["00000"], "2026": [""]}, {"ZIP": "unit_code", "2026": "amount"}, "no figure"),
    ],
)
def test_what_is_missing_is_said(
    columns: dict[str, Any], chosen: dict[str, str], told: str
) -> None:
    with pytest.raises(TerraDeskError, match=told):
        prepared(KIND, table_source(columns), PLAN, roles=chosen)


def test_customers_and_territory_lists_are_something_else() -> None:
    assert KIND.suits(table_source({"ZIP": ["00000"], "Territory": ["T0"]}), PLAN) == 0
    assert KIND.suits(table_source({"ZIP": ["00000"], "Sales": ["5"]}), PLAN) == 0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 14), st.sampled_from(["2025-12", "2026-01", "2026-02", "?"]),
            st.integers(-5, 50),
        ),
        min_size=1, max_size=25,
    ),
    st.sampled_from(["", "quarter", "year"]),
)  # fmt: skip
def test_nothing_is_lost_or_counted_twice(lines: list[tuple[int, str, int]], every: str) -> None:
    good = [(k, value) for k, when, value in lines if k < 12 and when != "?"]
    if not good:
        return
    source = table_source(
        {
            "Account number": [f"A{k:03d}" for k, _when, _value in lines],
            "Month": [when for _k, when, _value in lines],
            "Sales": [str(value) for _k, _when, value in lines],
        }
    )
    chosen = {"Account number": "account", "Month": "period", "Sales": "amount"}
    options = {"every": every, "total": False, "name": ""}
    found = prepared(KIND, source, PLAN, roles=chosen, options=options)
    after = brought(PLAN, found)
    new = {name: values for name, values in after.accounts.columns.items() if "202" in name}
    assert sum(float(np.nansum(values)) for values in new.values()) == sum(v for _k, v in good)
    for account in range(12):
        mine = sum(float(np.nan_to_num(values[account])) for values in new.values())
        assert mine == sum(value for k, value in good if k == account)
    assert found.report.accepted == len(good)
    assert prepared(KIND, source, after, roles=chosen, options=options).incoming is None
