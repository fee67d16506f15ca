"""Newer boundaries in a plan: what is carried over, told, undone and kept in the file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import measures, planfile
from terradesk import records as rec
from terradesk.arcs import build
from terradesk.document import Document
from terradesk.edits import Edit, Record, apply
from terradesk.edits.locking import lock_units
from terradesk.importing import Choices, Prepared
from terradesk.importing.kinds.newer_areas import KIND as NEWER_AREAS
from terradesk.importing.prepared import GOES, NOTHING
from terradesk.plan import Plan
from tests.core import connecticut
from tests.core.kernel import SIDE, grid
from tests.core.plan_files import PLAN, A, differences
from tests.core.vintages import as_file, cell, changed, squares


def prepared(plan: Plan, source: object, **choices: object) -> Prepared:
    return NEWER_AREAS.prepare(source, plan, Choices(**choices))  # type: ignore[arg-type]


def brought(plan: Plan, source: object, **choices: object) -> Plan:
    document = Document(plan)
    found = prepared(plan, source, **choices).incoming
    assert found is not None
    document.bring(found)
    return document.plan


def sums(plan: Plan) -> dict[tuple[int, str], list[float]]:
    """Every measure of every alignment by territory."""
    return {
        (alignment, m.uid): measures.totals(plan.alignment(alignment), m).tolist()
        for alignment in plan.assignments
        for m in measures.choices(plan)
    }


def row(plan: Plan, code: str) -> int:
    """The present unit with a code."""
    found = np.flatnonzero(plan.units_present & (plan.units.codes == code))
    assert len(found) == 1, (code, found)
    return int(found[0])


# ---------------------------------------------------------------------- single changes
def test_the_same_map_changes_nothing() -> None:
    found = prepared(PLAN, changed(PLAN, [], {}))
    assert found.incoming is None and not found.items
    assert [(c.key, c.n) for c in found.counts] == [("same", 24)]
    assert NEWER_AREAS.suits(changed(PLAN, [], {}), PLAN) > 0.9
    assert NEWER_AREAS.suits(changed(PLAN, [], {}), None) == 0


def test_a_renamed_area_keeps_its_row() -> None:
    after = brought(PLAN, changed(PLAN, ["00005"], {"R": cell(5, 0)}))
    assert after.units.codes[5] == "R" and after.units.names[5] == "Area R"
    assert len(after.units) == 24 and after.arcs is PLAN.arcs


def test_merged_areas_sum_their_amounts_and_go_to_the_territory_of_most_accounts() -> None:
    # squares 1 (first territory, no account) and 2 (second territory, one account)
    after = brought(PLAN, changed(PLAN, ["00001", "00002"], {"M": cell(1, 0, 2, 1)}))
    new, view = row(after, "M"), after.alignment(A)
    assert after.units.columns["population"][new] == 101 + 102
    assert view.assignment[new] == PLAN.assignments[A][2]
    assert after.accounts.unit[1] == new
    assert after.units.batch[new] == PLAN.next_id and not after.units_present[[1, 2]].any()


def test_accounts_decide_before_ground_and_a_clear_case_is_not_asked() -> None:
    # of squares 1, 2 and 3 the second alone has an account
    source = changed(PLAN, ["00001", "00002", "00003"], {"M": cell(1, 0, 3, 1)})
    assert not [item for item in prepared(PLAN, source).items if item.group == "territory"]
    after = brought(PLAN, source)
    assert after.assignments[A][row(after, "M")] == PLAN.assignments[A][2]


def by_sales() -> Plan:
    """The grid balanced by its accounts' sales."""
    setting = next(s for s in PLAN.rows(rec.Setting) if s.uid == "balance_measure")
    record = Record("setting", setting, replace(setting, value="m-sales"))
    return apply(PLAN, Edit("Balance", records=(record,)))


def test_a_doubtful_territory_can_be_picked() -> None:
    plan = by_sales()
    source = changed(plan, ["00002", "00004"], {"M": shapely.union(cell(2, 0), cell(4, 0))})
    (doubt,) = [item for item in prepared(plan, source).items if item.group == "territory"]
    leaves = plan.alignment(A).leaves
    assert [key for key, _text in doubt.candidates] == [str(leaves[2].id), str(leaves[1].id)]
    assert doubt.score == pytest.approx(30 / 50)  # sales of accounts 1 and 2
    for picked, expected in (({}, 2), ({doubt.key: str(leaves[1].id)}, 1), ({doubt.key: "9"}, 2)):
        after = brought(plan, source, picked=picked)
        assert after.assignments[A][row(after, "M")] == leaves[expected].id


def test_a_doubtful_territory_can_be_left_open() -> None:
    plan = by_sales()
    source = changed(plan, ["00002", "00004"], {"M": shapely.union(cell(2, 0), cell(4, 0))})
    (doubt,) = [item for item in prepared(plan, source).items if item.group == "territory"]
    left = frozenset({doubt.key})
    found = prepared(plan, source, left_out=left)
    assert not next(item for item in found.items if item.key == doubt.key).is_on
    after = brought(plan, source, left_out=left)
    assert after.assignments[A][row(after, "M")] == -1


def test_where_accounts_are_even_the_ground_decides() -> None:
    gone = ["00002", "00004", "00005"]  # one account each in 2 and 4
    more = {"M": shapely.union_all([cell(2, 0), cell(4, 0, 2, 1)])}
    after = brought(PLAN, changed(PLAN, gone, more))
    assert after.assignments[A][row(after, "M")] == PLAN.assignments[A][4]


def halves() -> dict[str, shapely.Geometry]:
    """Square 10 in a part of 40 % and one of 60 %."""
    x, y = 4 * SIDE, SIDE
    cut = x + 0.4 * SIDE
    return {"a": shapely.box(x, y, cut, y + SIDE), "b": shapely.box(cut, y, x + SIDE, y + SIDE)}


def test_a_split_area_shares_its_amounts_out_by_ground_or_by_accounts() -> None:
    source = changed(PLAN, ["00010"], halves())
    (item,) = prepared(PLAN, source).items
    assert item.after == "Area a (a) 40 %, accounts 0 %, Area b (b) 60 %, accounts 100 %"
    shown = prepared(PLAN, source).shown
    assert shown.shape_keys == (item.key,) and shown.shape_states.tolist() == [NOTHING]
    assert shown.row_units.tolist()[-2:] == [24, 25] and shown.quiet
    after = brought(PLAN, source)
    assert after.units.columns["population"][[row(after, "a"), row(after, "b")]].tolist() == [
        44,
        66,
    ]
    assert after.units.columns["state"][[24, 25]].tolist() == ["S1", "S1"]
    assert set(after.assignments[A][[24, 25]]) == {PLAN.assignments[A][10]}
    assert after.accounts.unit[5] == row(after, "b")  # its point lies in the larger part
    after = brought(PLAN, source, options={"share": "accounts"})
    assert after.units.columns["population"][[24, 25]].tolist() == [0, 110]


def test_areas_that_the_file_lacks_go_or_stay() -> None:
    source = changed(PLAN, ["00005"], {})
    found = prepared(PLAN, source)
    assert [item.group for item in found.items] == ["gone"] and found.items[0].is_on
    assert any(issue.kind == "gone" for issue in found.report.issues)
    shown = found.shown
    assert shown.shape_keys == (found.items[0].key,) and shown.shape_states.tolist() == [GOES]
    assert shown.shapes[0].bounds == pytest.approx(cell(5, 0).bounds)
    assert shown.row_units.tolist() == [*range(5), *range(6, 24)]
    after = brought(PLAN, source)
    assert not after.units_present[5] and after.units_present.sum() == 23
    kept = prepared(PLAN, source, options={"missing": "keep"})
    assert kept.incoming is None and not kept.items[0].is_on
    alone = prepared(PLAN, source, left_out=frozenset({found.items[0].key}))
    assert alone.incoming is None


def test_a_file_of_a_part_of_the_plan_keeps_the_rest() -> None:
    source = as_file(PLAN, np.array([cell(0, 0, 2, 1)], object), ["M"])
    (missing, *_rest) = NEWER_AREAS.options(source, PLAN)
    assert (missing.key, missing.default) == ("missing", "keep")
    after = brought(PLAN, source)
    assert after.units_present.sum() == 23


def test_what_is_left_out_stays_as_it_is_and_its_neighbours_are_cut_to_it() -> None:
    more = {"M": cell(1, 0, 2, 1), "N": shapely.box(3 * SIDE - 500, 0, 5 * SIDE, SIDE)}
    source = changed(PLAN, ["00001", "00002", "00003", "00004"], more)
    found = prepared(PLAN, source)
    key = next(item.key for item in found.items if item.group == "merged" and ">M" in item.key)
    after = brought(PLAN, source, left_out=frozenset({key}))
    assert after.units_present[[1, 2]].all() and not after.units_present[[3, 4]].any()
    assert after.arcs is not None
    assert after.arcs.areas[24] == pytest.approx(2 * SIDE**2)
    assert after.arcs.areas.sum() == pytest.approx(24 * SIDE**2)


def test_columns_of_the_file_replace_and_join_those_of_the_plan() -> None:
    source = changed(
        PLAN, ["00010"], halves(),
        Population=np.arange(25, dtype=float), Height=np.arange(25) / 2.0,
    )  # fmt: skip
    after = brought(PLAN, source)
    population, height = after.units.columns["population"], after.units.columns["Height"]
    assert "Population" not in after.units.columns
    assert population[0] == 0 and population[row(after, "b")] == 24
    assert height[row(after, "a")] == 11.5
    assert [c.name for c in after.rows(rec.Column)] == ["Height"]


def test_shapes_of_unchanged_areas_can_be_taken_too() -> None:
    near = {code: shapely.affinity.translate(s, 200, 0) for code, s in squares().items()}
    source = changed(PLAN, list(squares()), near)
    assert prepared(PLAN, source).incoming is None
    after = brought(PLAN, source, options={"shapes": True})
    assert not after.units_present[:24].any() and after.arcs is not None
    assert sums(after) == sums(PLAN)
    assert after.arcs.unit_boxes[24:, 0].min() - after.arcs.unit_boxes[24:, 0].max() < 0


def test_locks_follow_and_so_does_what_is_shown() -> None:
    edit = lock_units(PLAN, A, [10, 1], True)
    document = Document(PLAN)
    document.do(edit)  # type: ignore[arg-type]
    source = changed(PLAN, ["00010", "00005"], halves())
    found = prepared(document.plan, source)
    assert found.incoming is not None and found.shown.plan is not None
    assert found.shown.unit_states[[0, 24]].tolist()[0] == NOTHING
    assert len(found.shown.unit_states) == 26 and GOES not in found.shown.unit_states
    document.bring(found.incoming)
    locked = document.plan.alignment(A).locked_units
    assert np.flatnonzero(locked).tolist() == [1, 24, 25]


def test_an_area_without_a_shape_gets_one_by_its_code() -> None:
    shapes = np.array(list(squares().values()), object)
    shapes[3] = None
    plan = replace(PLAN, coverage=build(shapes))
    after = brought(plan, changed(plan, [], {}))
    new = row(after, "00003")
    assert new == 24 and not after.units_present[3]
    assert after.units.columns["population"][new] == 103
    assert after.assignments[A][new] == PLAN.assignments[A][3]


# ---------------------------------------------------------------------- Connecticut
@pytest.fixture(scope="module")
def older() -> Plan:
    return connecticut.older_plan()


def test_connecticut_gets_its_planning_regions_in_every_design(older: Plan, tmp_path: Path) -> None:
    path = tmp_path / "Connecticut.gpkg"
    document = planfile.create(path, older)
    found = prepared(older, connecticut.newer_file())
    counts = {c.key: c.n for c in found.counts}
    assert counts["same"] == int((np.char.find(older.units.codes.astype(str), "09") != 0).sum())
    assert "gone" not in counts and "new" not in counts
    assert found.report.adds_up and found.incoming is not None
    document.bring(found.incoming)
    after = document.plan
    regions = np.flatnonzero(
        after.units_present & (np.char.find(after.units.codes.astype(str), "09") == 0)
    )
    assert after.units.codes[regions].tolist() == [f"09{k}" for k in range(110, 191, 10)]
    assert after.arcs is not None and older.arcs is not None
    assert after.arcs.areas.sum() == pytest.approx(older.arcs.areas.sum(), rel=1e-6)
    kept = after.units_present[: len(older.units)]
    assert np.allclose(after.arcs.areas[: len(kept)][kept], older.arcs.areas[kept], rtol=1e-9)
    check_amounts(older, after)
    check_accounts(older, after)
    check_attached(older, after)
    before = sums(older)
    document.undo()
    assert sums(document.plan) == before
    document.close()
    again = planfile.open_document(path)
    assert sums(again.plan) == before
    again.redo()
    assert not differences(again.plan, after)
    assert sums(again.plan) == sums(after)
    again.close()
    assert planfile.check(path) == ()


def check_amounts(older: Plan, after: Plan) -> None:
    for alignment in older.assignments:
        for uid in ("m-pop", "m-sales"):
            totals = [
                measures.totals(plan.alignment(alignment), measures.measure_of(plan, uid))  # type: ignore[arg-type]
                for plan in (older, after)
            ]
            assert totals[0].sum() == pytest.approx(totals[1].sum(), rel=1e-12)
            if uid == "m-sales":  # regions follow their accounts: most stay where they were
                moved = np.abs(totals[0] - totals[1]).sum() / 2
                assert moved < 0.2 * totals[0].sum()
    age = after.units.columns["median_age"]
    assert (age[after.units_present] >= 30).all() and (age[after.units_present] <= 50).all()


def check_accounts(older: Plan, after: Plan) -> None:
    units = after.accounts.unit
    assert after.units_present[units].all()
    codes = after.units.codes[units]
    assert all(code.startswith("091") for code in codes.tolist())
    assert codes[-1] == "09180"  # without a point: Southeastern, most of New London
    for alignment in older.assignments:
        one, two = older.alignment(alignment), after.alignment(alignment)
        assert two.account_territories[7] == one.account_territories[7]
        assert two.overrides == one.overrides


def check_attached(older: Plan, after: Plan) -> None:
    assert len(after.assignments) == 2
    for alignment in after.assignments:
        view = after.alignment(alignment)
        rows = np.flatnonzero(view.locked_units)
        assert after.units.codes[rows].tolist() == ["09180"]
        (seed,) = view.seeds.values()
        assert after.units.codes[seed.unit] == "09180"
        (note,) = after.rows(rec.Note, alignment)
        assert after.units.codes[note.ref] == "09110"
        (old_note,) = older.rows(rec.Note, alignment)
        assert (note.uid, note.text) == (old_note.uid, "Ask Ann")
    (link,) = after.rows(rec.Bridge)
    assert (after.units.codes[link.unit_a], link.note) == ("09180", "Ferry")
    walls = after.rows(rec.Barrier)
    codes = {(after.units.codes[w.unit_a], after.units.codes[w.unit_b]) for w in walls}
    assert codes == {("09190", "36119")}


def test_a_draft_differs_from_its_baseline_after_the_change_too(older: Plan) -> None:
    after = brought(older, connecticut.newer_file())
    baseline, draft = (after.assignments[k] for k in sorted(after.assignments))
    differs = after.units_present & (baseline != draft)
    codes = set(after.units.codes[differs].tolist())
    assert "09130" in codes and len(codes) <= 3  # Lower Connecticut River Valley: Middlesex


# ---------------------------------------------------------------------- laws
@st.composite
def partitions(draw: st.DrawFn) -> list[int]:
    return draw(st.lists(st.integers(0, 11), min_size=24, max_size=24))


@settings(max_examples=25, deadline=None)
@given(partitions(), partitions(), st.booleans())
def test_any_two_partitions_keep_sums_and_come_back_with_undo(
    first: list[int], second: list[int], by_accounts: bool
) -> None:
    document = Document(PLAN)
    options = {"share": "accounts" if by_accounts else "area"}
    seen = [sums(PLAN)]
    for mark, labels in (("a", first), ("b", second)):
        groups = {k: np.flatnonzero(np.array(labels) == k) for k in sorted(set(labels))}
        shapes = [shapely.union_all(grid(6, 4)[rows]) for rows in groups.values()]
        codes = [f"{k}" if k % 2 else f"{mark}{k}" for k in groups]
        found = prepared(
            document.plan, as_file(PLAN, np.array(shapes, object), codes), options=options
        )
        assert found.incoming is not None
        document.bring(found.incoming)
        plan = document.plan
        assert plan.units_present.sum() == len(groups) and plan.arcs is not None
        assert plan.arcs.areas.sum() == pytest.approx(24 * SIDE**2)
        population = plan.units.columns["population"][plan.units_present]
        assert np.nansum(population) == pytest.approx(PLAN.units.columns["population"].sum())
        assert plan.units_present[plan.accounts.unit].all()
        assert (plan.assignments[A][plan.units_present] >= 0).all()
        seen.append(sums(plan))
    for expected in reversed(seen[:-1]):
        document.undo()
        assert sums(document.plan) == expected
    document.redo()
    document.redo()
    assert sums(document.plan) == seen[-1]


def test_areas_left_as_they_are_are_said_to_stay() -> None:
    source = changed(PLAN, ["00001", "00002"], {"M": cell(1, 0, 2, 1)})
    left = frozenset(item.key for item in prepared(PLAN, source).items)
    assert prepared(PLAN, source).sentence == "1 square comes, 2 go, 22 stay."
    assert "stay" not in prepared(PLAN, source, left_out=left).sentence
