"""A list of reps: people, managers, homes, territories; the difference first."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import records as rec
from terradesk import sample
from terradesk.document import Document
from terradesk.errors import TerraDeskError
from terradesk.importing import Choices, Prepared
from terradesk.importing.kinds import ranked
from terradesk.importing.kinds.reps import KIND
from terradesk.plan import Plan
from tests.core.importing_files import A, prepared, roles, table_source
from tests.core.kernel import grid_plan
from tests.core.plan_files import differences

PLAN = grid_plan()


def people(**columns: list[str]) -> Any:
    return table_source({name.replace("_", " "): values for name, values in columns.items()})


def team() -> Any:
    return people(
        Rep_name=["Ann Lee", "Bo Ek", "Cy Poe"],
        E_mail=["ann@x.com", "bo@x.com", "cy@x.com"],
        Role=["Manager", "Field", "Field"],
        Manager=["", "Ann Lee", "ann@x.com"],
        Hire_date=["2019-03-01", "1.2.2020", ""],
        Territory=["", "T0", "T1; T2"],
        Latitude=["40", "", ""],
        Longitude=["-90", "", ""],
    )


def brought(plan: Plan, found: Prepared) -> Plan:
    document = Document(plan)
    assert found.incoming is not None
    document.bring(found.incoming)
    after = document.plan
    document.undo()
    assert [d for d in differences(document.plan, plan) if d != "next_id"] == []
    return after


def reps(plan: Plan) -> dict[str, rec.Rep]:
    return {rep.name: rep for rep in plan.rows(rec.Rep)}


def owners(plan: Plan) -> dict[str, str]:
    view = plan.alignment(A)
    return {view.name_of(t): rep.name for t, rep in view.owners.items()}


def counts(found: Prepared) -> dict[str, int]:
    return {one.key: one.n for one in found.counts}


def test_people_come_with_managers_homes_dates_and_territories() -> None:
    source = team()
    assert KIND.suits(source, PLAN) > 0.9 and ranked(source, PLAN)[0][0] is KIND
    found = prepared(KIND, source, PLAN)
    after = brought(PLAN, found)
    have = reps(after)
    assert have["Bo Ek"].manager == have["Cy Poe"].manager == have["Ann Lee"].id
    assert (have["Ann Lee"].hired, have["Bo Ek"].hired) == ("2019-03-01", "2020-02-01")
    assert (have["Ann Lee"].home_lat, have["Ann Lee"].home_lon) == (40.0, -90.0)
    assert owners(after) == {"T0": "Bo Ek", "T1": "Cy Poe", "T2": "Cy Poe"}
    again = prepared(KIND, source, after)
    assert again.incoming is None and counts(again)["same"] == 3


def test_reps_are_the_same_by_email_else_name_and_differences_are_shown() -> None:
    plan = brought(PLAN, prepared(KIND, team(), PLAN))
    newer = people(
        Name=["Ann Lee-Roy", "BO EK", "New One"],
        E_mail=["ANN@x.com", "", "new@x.com"],
        Role=["Director", "", "Field"],
        Territory=["", "T2", "T0"],
    )
    found = prepared(KIND, newer, plan)
    shown = {item.title: item for item in found.items}
    assert shown["Ann Lee"].group == "changed"
    assert shown["Ann Lee"].before == "Name Ann Lee; E-mail ann@x.com; Role Manager"
    assert (shown["Bo Ek"].before, shown["Bo Ek"].after) == ("T0", "T2")
    assert shown["New One"].group == "added" and shown["Cy Poe"].group == "gone"
    after = brought(plan, found)
    assert owners(after) == {"T0": "New One", "T1": "Cy Poe", "T2": "Bo Ek"}
    assert "Cy Poe" in reps(after) and reps(after)["Bo Ek"].role == "Field"
    removed = brought(plan, prepared(KIND, newer, plan, options={"gone": "remove"}))
    assert "Cy Poe" not in reps(removed) and owners(removed) == {"T0": "New One", "T2": "Bo Ek"}


def test_a_manager_who_goes_leaves_no_trace() -> None:
    plan = brought(PLAN, prepared(KIND, team(), PLAN))
    rest = people(Name=["Bo Ek", "Cy Poe"], E_mail=["bo@x.com", "cy@x.com"])
    after = brought(plan, prepared(KIND, rest, plan, options={"gone": "remove"}))
    assert {rep.manager for rep in reps(after).values()} == {0}


def test_some_may_be_left_out() -> None:
    found = prepared(KIND, team(), PLAN, left_out=frozenset({"new:ann@x.com", "new:bo@x.com"}))
    after = brought(PLAN, found)
    assert list(reps(after)) == ["Cy Poe"] and reps(after)["Cy Poe"].manager == 0


def test_managers_in_a_circle_or_unknown_are_told() -> None:
    source = people(
        Name=["Ann", "Bo", "Cy"], Manager=["Bo", "Ann", "Zoe"], Hired=["2020-01-01", "", ""]
    )
    found = prepared(KIND, source, PLAN)
    told = {one.kind: one.every_row.tolist() for one in found.report.issues}
    assert told["no_manager"] == [1, 2]
    have = reps(brought(PLAN, found))
    assert have["Ann"].manager == have["Bo"].id and have["Bo"].manager == 0


def test_managers_may_be_named_by_employee_number() -> None:
    source = people(
        Employee_ID=["7", "8"], Name=["Ann", "Bo"], Manager_ID=["8", ""], E_mail=["a@x", "b@x"]
    )
    assert roles(KIND, source, PLAN)["Employee ID"] == "rep_id"
    have = reps(brought(PLAN, prepared(KIND, source, PLAN)))
    assert have["Ann"].manager == have["Bo"].id


def test_shares_dates_and_several_rows_of_one_person() -> None:
    source = people(
        Name=["Ann", "Ann", "Bo"],
        E_mail=["ann@x", "ann@x", "bo@x"],
        Territory=["T0", "T1", "T0"],
        Share=["50 %", "0.5", "50"],
        From=["2026-01-01", "", ""],
    )
    found = prepared(KIND, source, PLAN)
    assert (found.report.accepted, found.report.grouped) == (2, 1)
    after = brought(PLAN, found)
    rows = after.rows(rec.Staffing, A)
    assert sorted((row.share, row.start) for row in rows) == [
        (0.5, ""),
        (0.5, ""),
        (0.5, "2026-01-01"),
    ]
    assert {row.role for row in rows} == {"owner"}
    assert prepared(KIND, source, after).incoming is None


def test_unknown_territories_are_asked_for() -> None:
    source = people(Name=["Ann"], E_mail=["ann@x"], Territory=["T 1"])
    plan = PLAN
    found = prepared(KIND, people(Name=["A"], E_mail=["a@x"], Territory=["Terr"]), plan)
    (item,) = [one for one in found.items if one.group == "unknown"]
    assert item.key == "territory:Terr" and not item.is_on
    picked = {"territory:Terr": "T2"}
    again = prepared(
        KIND, people(Name=["A"], E_mail=["a@x"], Territory=["Terr"]), plan, picked=picked
    )
    assert owners(brought(plan, again)) == {"T2": "A"}
    assert "no_territory" in {one.kind for one in prepared(KIND, source, plan).report.issues}


def test_rows_without_a_name_are_left_out_and_homes_are_found_by_zip() -> None:
    plan = sample.small_plan("us_state")
    source = people(Name=["Ann", "", "Bo"], E_mail=["a@x", "", ""], Home_ZIP=["60601", "", "?"])
    found = KIND.prepare(source, plan, Choices(), next(iter(plan.assignments)))
    assert (found.report.accepted, found.report.rejected) == (2, 1)
    told = {one.kind: one.every_row.tolist() for one in found.report.issues}
    assert told["nameless"] == [1] and told["homeless"] == [2]
    assert found.incoming is not None
    have = reps(brought(plan, found))
    assert have["Ann"].home_lat == pytest.approx(41.9, abs=0.1) and have["Bo"].home_lat is None


def test_a_list_without_people_is_refused() -> None:
    with pytest.raises(TerraDeskError, match="name or e-mail"):
        prepared(KIND, people(Colour=["red"]), PLAN)
    assert KIND.suits(people(Colour=["red"]), PLAN) == 0


names = st.sampled_from(["Ann", "Bo", "Cy", "Di", ""])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(names, names, st.sampled_from(["T0", "T1", "T2", "X", ""])),
        min_size=1,
        max_size=8,
    ),
    st.booleans(),
)
def test_every_row_and_rep_is_in_one_group_and_the_list_holds_afterwards(
    rows: list[tuple[str, str, str]], removes: bool
) -> None:
    plan = brought(PLAN, prepared(KIND, team(), PLAN))
    source = people(
        Name=[name for name, _boss, _t in rows],
        Manager=[boss for _name, boss, _t in rows],
        Territory=[territory for _n, _b, territory in rows],
    )
    options = {"gone": "remove" if removes else "keep"}
    chosen = {"Name": "name", "Manager": "manager", "Territory": "territory"}
    found = prepared(KIND, source, plan, roles=chosen, options=options)
    n = counts(found)
    listed = {name for name, _boss, _t in rows if name}
    assert n["added"] + n["changed"] + n["same"] == len(listed)
    assert n["changed"] + n["same"] + n["gone"] == 3
    after = brought(plan, found) if found.incoming is not None else plan
    assert listed <= {rep.name.split()[0] for rep in after.rows(rec.Rep)}
    ids = {rep.id for rep in after.rows(rec.Rep)} | {0}
    assert all(rep.manager in ids for rep in after.rows(rec.Rep))
    assert all(row.rep in ids for row in after.rows(rec.Staffing, A))
