"""Starting territories: from a column, a list of codes, account owners, or empty."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from terradesk import measures
from terradesk import records as rec
from terradesk.document import Document
from terradesk.edits import Assigned, Edit, Record, apply, assign, describe, invert, name_accounts
from terradesk.edits import scenarios as sc
from terradesk.errors import TerraDeskError
from terradesk.plan import AlignmentView, Plan
from terradesk.planning import starting
from tests.core.kernel import grid_plan

A = 3
BARE = grid_plan(territories=0)
DRAWN = grid_plan()


def after(plan: Plan, done: Assigned) -> AlignmentView:
    """The alignment once done; undo must bring back what was."""
    assert done.edit is not None
    new = apply(plan, done.edit)
    back = apply(new, invert(done.edit))
    assert np.array_equal(back.alignment(A).assignment, plan.alignment(A).assignment)
    assert dict(back.tables["territory"]) == dict(plan.tables["territory"])
    assert dict(back.tables["override"]) == dict(plan.tables["override"])
    return new.alignment(A)


def names(view: AlignmentView) -> list[str]:
    return [view.name_of(t) for t in view.assignment.tolist()]


def check_colours(view: AlignmentView) -> None:
    """No two neighbours in one fill."""
    assert view.plan.arcs is not None
    padded = np.append([0, *(t.colour + 1 for t in view.leaves)], 0)
    slots = np.append(view.unit_slots, 0)
    left, right = slots[view.plan.arcs.left], slots[view.plan.arcs.right]
    met = (left > 0) & (right > 0) & (left != right)
    assert (padded[left[met]] != padded[right[met]]).all()


# ---------------------------------------------------------------------- a column
def test_one_territory_per_state_in_one_step() -> None:
    done = starting.from_column(BARE, A, "state")
    view = after(BARE, done)
    assert [t.name for t in view.leaves] == ["S0", "S1", "S2", "S3"]
    assert names(view) == BARE.units.columns["state"].tolist()
    assert measures.balance(view).unassigned == 0
    assert describe(done.edit) == "Started 4 territories with 24 squares"  # type: ignore[arg-type]
    check_colours(view)
    assert len({t.colour for t in view.leaves}) == 4


def test_numbers_are_named_without_a_point_and_counted_as_people_count() -> None:
    values = np.array([0.0, 10.0, 2.0, np.nan] * 6)
    plan = replace(BARE, units=BARE.units.with_column("team", values))
    view = after(plan, starting.from_column(plan, A, "team"))
    assert [t.name for t in view.leaves] == ["2", "10"]
    assert names(view) == ["", "10", "2", ""] * 6


def test_without_a_value_a_unit_loses_its_territory() -> None:
    values = np.array(["East", " ", "", None, "0", " East "] * 4, object)
    plan = replace(DRAWN, units=DRAWN.units.with_column("side", values))
    view = after(plan, starting.from_column(plan, A, "side"))
    assert names(view) == ["East", "", "", "", "", "East"] * 4
    assert [t.name for t in view.leaves] == ["T0", "T1", "T2", "East"]


def test_a_territory_that_exists_is_used_with_its_colour() -> None:
    values = np.array(["T1", "New"] * 12, object)
    plan = replace(DRAWN, units=DRAWN.units.with_column("side", values))
    old = {t.name: t for t in plan.alignment(A).leaves}
    view = after(plan, starting.from_column(plan, A, "side"))
    assert view.territories[old["T1"].id] == old["T1"]
    assert len(view.leaves) == 4
    check_colours(view)


def test_locked_units_stay_and_are_counted() -> None:
    lock = rec.Lock("l", DRAWN.next_id, A, kind="unit", ref=3)
    plan = apply(DRAWN, Edit("", records=(Record("lock", None, lock),)))
    done = starting.from_column(plan, A, "state")
    assert done.n_locked == 1
    assert names(after(plan, done))[3] == "T1"


def test_absent_units_make_no_territory() -> None:
    present = np.arange(24) >= 6
    plan = replace(BARE, units=BARE.units.with_column("is_present", present))
    view = after(plan, starting.from_column(plan, A, "state"))
    assert [t.name for t in view.leaves] == ["S1", "S2", "S3"]


@pytest.mark.parametrize("column", ["nothing", "blank"])
def test_a_column_that_does_not_help(column: str) -> None:
    plan = replace(BARE, units=BARE.units.with_column("blank", np.array([""] * 24, object)))
    with pytest.raises(TerraDeskError) as caught:
        starting.from_column(plan, A, column)
    assert column in caught.value.message
    assert caught.value.hint


def test_a_column_of_codes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "MAX_TERRITORIES", 20)
    with pytest.raises(TerraDeskError, match="24 different values"):
        starting.from_column(BARE, A, "codes")


# ---------------------------------------------------------------------- a list of codes
def test_a_list_assigns_what_it_names_and_lists_what_is_unknown() -> None:
    codes = ["00000", "00001", "99999", "00002", "nowhere", "99999", ""]
    wanted = ["Denver", "Dallas", "Dallas", "0", "Denver", "Denver", "Denver"]
    done, unknown = starting.from_codes(DRAWN, A, codes, wanted)
    assert unknown == ["99999", "nowhere"]
    found = names(after(DRAWN, done))
    assert found[:3] == ["Denver", "Dallas", ""]
    assert found[3:] == names(DRAWN.alignment(A))[3:]


def test_zeros_that_a_spreadsheet_dropped_are_forgiven() -> None:
    done, unknown = starting.from_codes(BARE, A, ["7", "00008", "12.0"], ["East"] * 3)
    assert unknown == []
    assert [i for i, n in enumerate(names(after(BARE, done))) if n] == [7, 8, 12]


def test_the_last_line_for_a_code_holds() -> None:
    done, _unknown = starting.from_codes(BARE, A, ["00000", "00000"], ["A", "B"])
    assert names(after(BARE, done))[0] == "B"


def test_a_list_may_only_clear() -> None:
    done, _unknown = starting.from_codes(DRAWN, A, ["00000"], [""])
    view = after(DRAWN, done)
    assert names(view)[0] == ""
    assert len(view.leaves) == 3


def test_a_list_of_something_else_is_refused() -> None:
    with pytest.raises(TerraDeskError, match="None of the 2 codes") as caught:
        starting.from_codes(BARE, A, ["SE-1", "SE-2"], ["A", "B"])
    assert "00000" in caught.value.hint


# ---------------------------------------------------------------------- owners
def owned(owners: list[str], units: list[int], sales: list[float]) -> Plan:
    """The grid with these accounts only."""
    n, whole = len(owners), BARE.accounts
    accounts = replace(
        whole,
        is_present=np.arange(len(whole)) < n,
        unit=np.array(units + [-1] * (len(whole) - n), np.int32),
        columns={
            "owner": np.array(owners + [""] * (len(whole) - n), object),
            "sales": np.array(sales + [0.0] * (len(whole) - n)),
        },
    )
    plan = replace(BARE, accounts=accounts)
    return apply(plan, sc.set_balance_measure(plan, "m-sales"))  # type: ignore[arg-type]


def test_a_unit_goes_to_whoever_sells_most_in_it() -> None:
    plan = owned(
        ["Ann", "Bob", "Bob", "Bob", "Ann", ""],
        [0, 0, 0, 1, 1, 2],
        [100.0, 30.0, 30.0, 5.0, 5.0, 9.0],
    )
    done, exceptions = starting.from_owners(plan, A, "owner")
    view = after(plan, done)
    assert names(view)[:3] == ["Ann", "Ann", ""]  # 100 against 60; a tie goes by the alphabet
    assert names(view)[3:] == [""] * 21
    assert exceptions.tolist() == [1, 2, 3]
    assert [t.name for t in view.leaves] == ["Ann", "Bob"]
    assert not view.overrides


def test_the_number_of_accounts_decides_where_sales_do_not() -> None:
    plan = owned(["Ann", "Bob", "Bob", "Zoe"], [0, 0, 0, 1], [0.0, 0.0, -5.0, -1.0])
    assert names(after(plan, starting.from_owners(plan, A, "owner")[0]))[:2] == ["Bob", "Zoe"]
    counted = apply(plan, sc.set_balance_measure(plan, "m-population"))  # type: ignore[arg-type]
    assert names(after(counted, starting.from_owners(counted, A, "owner")[0]))[0] == "Bob"


def test_exceptions_are_kept_as_named_accounts_on_request() -> None:
    plan = owned(["Ann", "Bob", "Cid", "Ann"], [0, 0, -1, 1], [100.0, 30.0, 1.0, 1.0])
    done, exceptions = starting.from_owners(plan, A, "owner", keep_exceptions=True, reason="import")
    view = after(plan, done)
    assert exceptions.tolist() == [1, 2]
    owners = [view.name_of(t) for t in view.account_territories[:4].tolist()]
    assert owners == ["Ann", "Bob", "Cid", "Ann"]
    assert {(o.account, o.kind, o.reason) for o in view.overrides.values()} == {
        (1, "exception", "import"),
        (2, "exception", "import"),
    }
    sales = measures.totals(view, measures.balance_measure(plan))  # type: ignore[arg-type]
    assert sales.tolist() == [0, 101, 30, 1]
    ids = [r.row.id for r in done.edit.records]  # type: ignore[union-attr]
    assert len(set(ids)) == len(ids)


def test_accounts_that_are_named_already_keep_their_territory() -> None:
    plan = owned(["Ann", "Bob"], [0, 0], [100.0, 30.0])
    made, _rows = starting.from_owners(plan, A, "owner")
    plan = apply(plan, made.edit)  # type: ignore[arg-type]
    named = name_accounts(plan, A, np.array([0]), plan.alignment(A).leaves[1].id)
    plan = apply(plan, named.edit)  # type: ignore[arg-type]
    done, exceptions = starting.from_owners(plan, A, "owner", keep_exceptions=True)
    assert exceptions.tolist() == [0, 1]
    view = after(plan, done)
    assert [view.name_of(view.account_territories[k]) for k in (0, 1)] == ["Bob", "Bob"]
    assert sorted(view.overrides) == [0, 1]


def test_an_owner_column_that_does_not_help() -> None:
    with pytest.raises(TerraDeskError, match="no column"):
        starting.from_owners(BARE, A, "nobody")
    with pytest.raises(TerraDeskError, match="empty"):
        starting.from_owners(owned([""], [0], [1.0]), A, "owner")


# ---------------------------------------------------------------------- empty, baseline
def test_empty_ones_have_names_and_colours_of_their_own() -> None:
    view = after(BARE, starting.empty(BARE, A, 24))
    assert [t.name for t in view.leaves] == [f"Territory {k}" for k in range(1, 25)]
    assert len({t.colour for t in view.leaves}) == 24
    more = starting.empty(view.plan, A, 3)
    assert [t.name for t in after(view.plan, more).leaves][24:] == [
        f"Territory {k}" for k in (25, 26, 27)
    ]


def test_names_in_use_are_passed_over() -> None:
    node = rec.Territory("x", BARE.next_id, A, name="Territory 2")
    plan = apply(BARE, Edit("", records=(Record("territory", None, node),)))
    view = after(plan, starting.empty(plan, A, 3))
    assert [t.name for t in view.leaves] == [f"Territory {k}" for k in (2, 1, 3, 4)]


@pytest.mark.parametrize("n", [0, -1, 1001])
def test_a_senseless_number_is_refused(n: int) -> None:
    with pytest.raises(TerraDeskError):
        starting.empty(BARE, A, n)


def test_the_first_start_becomes_the_baseline_and_one_undo_takes_it_back() -> None:
    document = Document(BARE)
    done = starting.from_column(BARE, A, "state")
    document.do(starting.make_baseline_if_none(BARE, done.edit))  # type: ignore[arg-type]
    assert document.plan.baseline == document.plan.scenarios[0]
    edit = assign(document.plan, A, np.array([0]), -1).edit
    assert starting.make_baseline_if_none(document.plan, edit) is edit  # type: ignore[arg-type]
    document.undo()
    assert document.plan.baseline is None
    assert not document.plan.alignment(A).leaves
