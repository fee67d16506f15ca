"""Owners of accounts from a list or a column: named accounts, or territories with exceptions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import records as rec
from terradesk.document import Document
from terradesk.edits import apply
from terradesk.edits.territories import set_locked
from terradesk.errors import TerraDeskError
from terradesk.importing import Prepared
from terradesk.importing.adopting import staffed
from terradesk.importing.kinds.owners import KIND, column_source
from terradesk.plan import Plan
from terradesk.planning.starting import from_owners
from tests.core.importing_files import A, prepared, table_source
from tests.core.kernel import done, grid_plan
from tests.core.plan_files import differences

PLAN = grid_plan()
EMPTY = grid_plan(territories=0)


def listed(ids: list[str], owners: list[str], **more: list[str]) -> Any:
    return table_source({"Account number": ids, "Owner": owners, **more})


def brought(plan: Plan, found: Prepared) -> Plan:
    document = Document(plan)
    assert found.incoming is not None
    document.bring(found.incoming)
    after = document.plan
    document.undo()
    assert [d for d in differences(document.plan, plan) if d != "next_id"] == []
    return after


def home(plan: Plan, account: int) -> str:
    view = plan.alignment(A)
    return view.name_of(int(view.account_territories[account]))


def counts(found: Prepared) -> dict[str, int]:
    return {one.key: one.n for one in found.counts}


def test_a_list_of_named_accounts_makes_overrides() -> None:
    source = listed(
        ["A000", "a001", "A002"], ["T2", "t0", "T2"], Until=["30.06.2027", "", ""],
        Reason=["Key account", "", ""],
    )  # fmt: skip
    assert KIND.suits(source, PLAN) > 0.9
    found = prepared(KIND, source, PLAN)
    after = brought(PLAN, found)
    assert [home(after, k) for k in range(3)] == ["T2", "T0", "T2"]
    override = after.alignment(A).overrides[0]
    assert (override.until, override.reason) == ("2027-06-30", "Key account")
    assert 2 not in after.alignment(A).overrides and counts(found)["same"] == 1
    assert prepared(KIND, source, after).incoming is None
    pinned = brought(PLAN, prepared(KIND, source, PLAN, options={"pin": True}))
    assert pinned.alignment(A).overrides[2].territory == PLAN.alignment(A).leaves[2].id


def test_each_account_may_be_left_out() -> None:
    found = prepared(
        KIND, listed(["A000", "A001"], ["T2", "T2"]), PLAN, left_out=frozenset({"account:0"})
    )
    assert [item.is_on for item in found.items] == [False, True]
    after = brought(PLAN, found)
    assert (home(after, 0), home(after, 1)) == ("T0", "T2")


def test_owners_are_found_by_the_rep_of_a_territory() -> None:
    plan = staffed(PLAN, A, [("T2", "Ann Lee", "ann@x.com")])
    source = listed(["A000", "A001"], ["ann lee", "ANN@x.com"])
    after = brought(plan, prepared(KIND, source, plan))
    assert [home(after, k) for k in (0, 1)] == ["T2", "T2"]


def test_an_unknown_owner_is_asked_for() -> None:
    source = listed(["A000", "A001"], ["T 2x", "Somebody else"])
    plan = PLAN
    found = prepared(KIND, source, plan)
    assert found.incoming is None and found.report.rejected == 2
    asked = {item.title: item for item in found.items}
    assert ("Somebody else", "Make “Somebody else”") in asked["Somebody else"].candidates
    picked = {"owner:T 2x": "T2", "owner:Somebody else": "Somebody else"}
    after = brought(plan, prepared(KIND, source, plan, picked=picked))
    assert (home(after, 0), home(after, 1)) == ("T2", "Somebody else")
    made = brought(plan, prepared(KIND, source, plan, options={"make": True}))
    assert home(made, 0) == "T 2x"


def test_locked_territories_keep_their_accounts() -> None:
    plan = done(PLAN, set_locked(PLAN, A, [PLAN.alignment(A).leaves[0].id], True))
    found = prepared(KIND, listed(["A000", "A001"], ["T2", "T2"]), plan)
    assert counts(found)["locked"] == 1
    assert home(brought(plan, found), 0) == "T0"


def test_unknown_numbers_and_repeated_lines_are_told() -> None:
    found = prepared(KIND, listed(["A000", "Z9", "A000", "A001"], ["T1", "T1", "T2", ""]), PLAN)
    report = found.report
    assert (report.accepted, report.grouped, report.rejected) == (1, 1, 2)
    assert home(brought(PLAN, found), 0) == "T2"
    with pytest.raises(TerraDeskError, match="account numbers"):
        prepared(KIND, listed(["Z1"], ["T1"]), PLAN, roles={"Account number": "id"})


def with_exception() -> Plan:
    """The empty plan with a second, smaller account in square 0, of another owner."""
    accounts = EMPTY.accounts
    unit = accounts.unit.copy()
    unit[1] = 0
    sales = accounts.columns["sales"].copy()
    sales[0] = 500.0
    columns = {**accounts.columns, "sales": sales}
    return replace(EMPTY, accounts=replace(accounts, unit=unit, columns=columns))


def test_the_majority_makes_territories_and_exceptions_may_be_left_out() -> None:
    plan = with_exception()
    source = column_source(plan, "owner")
    options = {"how": "majority"}
    found = prepared(KIND, source, plan, options=options)
    (item,) = found.items
    assert (item.group, item.key, item.before, item.after) == (
        "exception", "account:1", "Rep 0", "Rep 1",
    )  # fmt: skip
    after = brought(plan, found)
    assert home(after, 1) == "Rep 1" and len(after.alignment(A).overrides) == 1
    assert after.baseline is not None
    without = prepared(KIND, source, plan, options=options, left_out=frozenset({"account:1"}))
    assert home(brought(plan, without), 1) == "Rep 0"
    assert prepared(KIND, source, after, options=options).incoming is None


def test_a_column_that_came_with_an_import_starts_territories_as_the_file_would() -> None:
    plan = with_exception()
    by_column, exceptions = from_owners(plan, A, "owner", keep_exceptions=True)
    assert by_column.edit is not None and exceptions.tolist() == [1]
    first = apply(plan, by_column.edit)
    found = prepared(KIND, column_source(plan, "owner"), plan, options={"how": "majority"})
    second = brought(plan, found)
    assert [home(first, k) for k in range(12)] == [home(second, k) for k in range(12)]
    with pytest.raises(TerraDeskError, match="no column"):
        column_source(plan, "nobody")


def test_areas_without_an_owned_account_may_stay() -> None:
    source = listed(["A000"], ["T2"])
    options = {"how": "majority", "unlisted": "keep"}
    after = brought(PLAN, prepared(KIND, source, PLAN, options=options))
    changed = after.assignments[A] != PLAN.assignments[A]
    assert np.flatnonzero(changed).tolist() == [0]


def test_the_kind_needs_accounts() -> None:
    bare = replace(PLAN, accounts=replace(PLAN.accounts, is_present=np.zeros(12, bool)))
    assert KIND.suits(listed(["A000"], ["T2"]), bare) == 0
    with pytest.raises(TerraDeskError, match="no accounts"):
        prepared(KIND, listed(["A000"], ["T2"]), bare)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 14), st.sampled_from(["T0", "T1", "Nobody", ""])), min_size=1,
        max_size=20,
    ),
    st.sampled_from(["named", "majority"]),
)  # fmt: skip
def test_every_line_is_accounted_for_and_each_account_is_with_its_owner(
    lines: list[tuple[int, str]], how: str
) -> None:
    known = {k: owner for k, owner in lines if k < 12 and owner}
    if not known:
        return
    source = listed([f"A{k:03d}" for k, _owner in lines], [owner for _k, owner in lines])
    chosen = {"Account number": "id", "Owner": "owner"}
    options = {"how": how, "make": True}
    found = prepared(KIND, source, PLAN, roles=chosen, options=options)
    after = brought(PLAN, found) if found.incoming is not None else PLAN
    for account, owner in known.items():
        assert home(after, account) == owner
    assert all(isinstance(row, rec.Override) for row in after.tables["override"].values())
    if found.incoming is not None:
        again = prepared(KIND, source, after, roles=chosen, options=options)
        assert again.incoming is None
