"""Existing territories as a list of codes: read, shown, taken in one step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import planfile
from terradesk import records as rec
from terradesk.document import Document
from terradesk.edits.territories import set_locked
from terradesk.errors import TerraDeskError
from terradesk.importing import Prepared
from terradesk.importing.adopting import CodeReader, colour_of
from terradesk.importing.kinds.alignment import KIND
from terradesk.plan import Plan
from tests.core.importing_files import A, prepared, roles, table_source, written
from tests.core.kernel import done, grid_plan
from tests.core.plan_files import differences

PLAN = grid_plan()
EMPTY = grid_plan(territories=0)


def listed(codes: list[str], names: list[str], **more: list[str]) -> Any:
    return table_source({"ZIP": codes, "Territory": names, **more})


def brought(plan: Plan, found: Prepared) -> Plan:
    document = Document(plan)
    assert found.incoming is not None
    document.bring(found.incoming)
    after = document.plan
    document.undo()
    left = [d for d in differences(document.plan, plan) if d != "next_id"]
    assert left == []
    return after


def owner(plan: Plan, unit: int, alignment: int = A) -> str:
    view = plan.alignment(alignment)
    return view.name_of(int(view.assignment[unit]))


def counts(found: Prepared) -> dict[str, int]:
    return {one.key: one.n for one in found.counts}


def test_two_columns_make_territories_and_the_baseline() -> None:
    source = listed(["00000", "1", "00002"], ["West", "West", "East"])
    assert KIND.suits(source, EMPTY) > 0.8
    found = prepared(KIND, source, EMPTY)
    after = brought(EMPTY, found)
    assert [owner(after, k) for k in range(4)] == ["West", "West", "East", ""]
    assert after.baseline is not None
    assert counts(found) == {"assigned": 3, "missing": 21}
    again = prepared(KIND, source, after)
    assert again.incoming is None and "already" in again.sentence


def test_unknown_codes_and_rows_without_one_are_told_with_their_rows() -> None:
    source = listed(["00000", "99999", "", "00001, 77777"], ["West"] * 4)
    found = prepared(KIND, source, EMPTY)
    told = {one.kind: one.every_row.tolist() for one in found.report.issues}
    assert told["unknown"] == [1] and told["no_code"] == [2] and told["partly"] == [3]
    assert (found.report.accepted, found.report.rejected) == (2, 2)
    assert counts(found)["unknown"] == 2


def test_a_unit_with_two_territories_is_asked_for_and_the_last_line_holds() -> None:
    source = listed(["00000", "00001", "00000"], ["West", "West", "East"])
    found = prepared(KIND, source, EMPTY)
    (item,) = [one for one in found.items if one.group == "twice"]
    assert item.rows == (0, 2) and item.after == "East"
    assert [key for key, _text in item.candidates] == ["East", "West"]
    assert owner(brought(EMPTY, found), 0) == "East"
    picked = prepared(KIND, source, EMPTY, picked={item.key: "West"})
    assert owner(brought(EMPTY, picked), 0) == "West"
    left = prepared(KIND, source, EMPTY, left_out=frozenset({item.key}))
    assert owner(brought(EMPTY, left), 0) == ""


def test_ranges_and_lists_are_understood_and_a_line_of_its_own_beats_a_range() -> None:
    cells = ["00000-00005", "00006; 00007,00008", "00002", "10 - 12", "0001*"]
    names = ["North", "South", "East", "West", "North"]
    found = prepared(KIND, listed(cells, names), EMPTY)
    after = brought(EMPTY, found)
    assert [owner(after, k) for k in (0, 1, 2, 5)] == ["North", "North", "East", "North"]
    assert [owner(after, k) for k in (6, 7, 8)] == ["South"] * 3
    assert {owner(after, k) for k in range(13, 20)} == {"North"}
    assert [one.units for one in found.items if one.group == "twice"] == [(10,), (11,), (12,)]


@pytest.mark.parametrize(
    ("cell", "rows"),
    [
        ("00003", (3,)),
        ("00003-7", (3, 4, 5, 6, 7)),
        ("3 to 5", (3, 4, 5)),
        ("00003–00004", (3, 4)),
        ("00003-1234", (3,)),
        ("00005-00003", ()),
        ("3 4 5", (3, 4, 5)),
        ("Square 7", (7,)),
        ("00022..00099", (22, 23)),
        ("nothing", ()),
    ],
)
def test_what_a_cell_of_codes_says(cell: str, rows: tuple[int, ...]) -> None:
    assert CodeReader(PLAN).said([cell])[cell].rows == rows


def test_letters_before_numbers_make_ranges_too() -> None:
    codes = np.array([f"FR{k:02d}" for k in range(24)], object)
    plan = replace(EMPTY, units=replace(EMPTY.units, codes=codes))
    assert CodeReader(plan).said(["fr03-FR05"])["fr03-FR05"].rows == (3, 4, 5)
    assert CodeReader(plan).said(["FR03-05"])["FR03-05"].rows == (3, 4, 5)


def test_districts_regions_reps_and_colours_come_along() -> None:
    source = listed(
        ["00000", "00001", "00002"],
        ["West", "East", "West"],
        District=["D1", "D2", ""],
        Region=["R", "R", "R"],
        Rep=["Ann Lee", "Bo Ek", "Ann Lee"],
        Colour=["#3060ff", "", ""],
    )
    assert roles(KIND, source, EMPTY)["District"] == "district"
    after = brought(EMPTY, prepared(KIND, source, EMPTY))
    view = after.alignment(A)
    nodes = {node.name: node for node in view.territories.values()}
    assert nodes["West"].parent == nodes["D1"].id and nodes["D1"].parent == nodes["R"].id
    assert (nodes["R"].level, nodes["D2"].level, nodes["East"].level) == (2, 1, 0)
    assert {view.name_of(t): rep.name for t, rep in view.owners.items()} == {
        "West": "Ann Lee",
        "East": "Bo Ek",
    }
    assert nodes["West"].colour == colour_of("#3060ff")
    assert len(after.rows(rec.Rep)) == 2


def test_territories_that_are_there_are_used_and_others_stay() -> None:
    found = prepared(KIND, listed(["00000", "00005"], ["T2", "T0"]), PLAN)
    after = brought(PLAN, found)
    assert len(after.alignment(A).leaves) == 3
    assert (owner(after, 0), owner(after, 5), owner(after, 1)) == ("T2", "T0", "T0")
    assert found.after is not None and "changes its territory" in found.after(after)


def test_units_without_a_line_may_become_unassigned() -> None:
    source = listed(["00000", "00001"], ["T0", ""])
    after = brought(PLAN, prepared(KIND, source, PLAN, options={"unlisted": "unassign"}))
    assert owner(after, 0) == "T0" and (after.assignments[A][1:] == -1).all()


def test_locked_territories_stay_and_are_counted() -> None:
    t0 = PLAN.alignment(A).leaves[0].id
    plan = done(PLAN, set_locked(PLAN, A, [t0], True))
    found = prepared(KIND, listed(["00000", "00005"], ["New", "New"]), plan)
    assert counts(found)["locked"] == 1
    after = brought(plan, found)
    assert (owner(after, 0), owner(after, 5)) == ("T0", "New")


def test_a_territory_that_is_left_out_is_not_adopted() -> None:
    source = listed(["00000", "00001"], ["West", "East"])
    found = prepared(KIND, source, PLAN, left_out=frozenset({"territory:West"}))
    after = brought(PLAN, found)
    assert (owner(after, 0), owner(after, 1)) == ("T0", "East")
    assert "West" not in {t.name for t in after.alignment(A).leaves}


def test_it_may_become_a_scenario_of_its_own(tmp_path: Path) -> None:
    path = written(
        tmp_path / "Last year.csv",
        ["Area code", "Territory"],
        [(f"{k:05d}", f"Old {k % 2}") for k in range(20)],
    )
    document = planfile.create(tmp_path / "Plan.gpkg", PLAN)
    found = prepared(KIND, path, document.plan, options={"into": "new"})
    assert found.incoming is not None
    document.bring(found.incoming)
    after = document.plan
    assert [s.name for s in after.scenarios] == ["First design", "Last year"]
    mine = after.alignment_of(after.scenarios[1].id)
    assert owner(after, 3, mine) == "Old 1" and owner(after, 3) == owner(PLAN, 3)
    assert len(after.alignment(mine).leaves) == 2
    document.close()
    again = planfile.open_document(tmp_path / "Plan.gpkg")
    assert not differences(again.plan, after)
    again.undo()
    assert len(again.plan.scenarios) == 1
    again.close()
    with pytest.raises(TerraDeskError, match="already"):
        prepared(KIND, path, after, options={"into": "new"})


def test_a_list_of_other_codes_is_refused_with_the_way_out() -> None:
    source = listed(["DE1", "DE2"], ["A", "B"])
    with pytest.raises(TerraDeskError) as caught:
        prepared(KIND, source, PLAN, roles={"ZIP": "unit_code"})
    assert "00000" in caught.value.hint
    with pytest.raises(TerraDeskError, match="Territory"):
        prepared(KIND, listed(["00000"], ["A"]), PLAN, roles={"Territory": "unused"})
    with pytest.raises(TerraDeskError, match="no meaning"):
        prepared(KIND, listed(["00000"], ["A"]), PLAN, roles={"Territory": "owner"})


def test_figures_and_customers_do_not_look_like_territories() -> None:
    figures = table_source({"ZIP": [f"{k:05d}" for k in range(20)], "Visits": list(range(20))})
    assert KIND.suits(figures, PLAN) < 0.3
    assert KIND.suits(listed(["00000"], ["A"]), None) == 0


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.sampled_from(["T0", "New", "", "Other"])),
        min_size=1,
        max_size=30,
    )
)
def test_every_row_is_accounted_for_and_the_same_list_changes_nothing_more(
    lines: list[tuple[int, str]],
) -> None:
    source = listed([f"{code:05d}" for code, _name in lines], [name for _code, name in lines])
    options = {"unlisted": "keep"}
    chosen = {"ZIP": "unit_code", "Territory": "territory"}
    if all(code > 23 for code, _name in lines):
        return
    found = prepared(KIND, source, PLAN, roles=chosen, options=options)
    known = [code for code, _name in lines if code < 24]
    assert found.report.accepted == len(known)
    after = brought(PLAN, found) if found.incoming is not None else PLAN
    last = dict(lines)
    for code in set(known):
        assert owner(after, code) == last[code]
    if found.incoming is not None:
        assert prepared(KIND, source, after, roles=chosen, options=options).incoming is None
