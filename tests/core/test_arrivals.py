"""What comes into a plan with a step: rows and columns, and the way back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from terradesk import measures, planfile
from terradesk import records as rec
from terradesk.document import Document
from terradesk.edits import apply
from terradesk.edits.arrivals import Arrivals, NewColumn, cells_changed, incoming, preview, received
from terradesk.edits.change import Change, invert
from terradesk.errors import StaleEdit
from terradesk.plan import Plan
from tests.core.arriving import new_units, replacing
from tests.core.kernel import SIDE, grid_accounts
from tests.core.plan_files import PLAN, A, differences, opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Plan.gpkg"


def beside(plan: Plan, first: int = 6) -> tuple[np.ndarray, list[str]]:
    """Two squares right of the grid."""
    x = np.array([first, first + 1]) * SIDE
    return shapely.box(x, [0, 0], x + SIDE, [SIDE, SIDE]), [f"N{first}", f"N{first + 1}"]


def halves(row: int) -> tuple[np.ndarray, list[str]]:
    """The two halves of a square of the grid's lowest row."""
    x = row * SIDE
    cuts = np.array([x, x + SIDE / 2, x + SIDE])
    return shapely.box(cuts[:2], 0, cuts[1:], SIDE), [f"{row}a", f"{row}b"]


def areas(plan: Plan) -> float:
    assert plan.arcs is not None
    return float(plan.arcs.areas.sum())


def test_areas_come_in_and_go_again_with_undo() -> None:
    document = Document(PLAN)
    document.bring(replacing(PLAN, [], *beside(PLAN)))
    after = document.plan
    assert after.units.codes[-2:].tolist() == ["N6", "N7"] and after.units_present.all()
    assert after.arcs is not None and after.arcs.n_units == 26
    assert areas(after) == pytest.approx(26 * SIDE**2)
    assert after.assignments[A][-2:].tolist() == [-1, -1]
    assert 24 in after.arcs.adjacency.neighbours[slice(*after.arcs.adjacency.starts[5:7])]
    document.undo()
    assert document.plan.units_present.sum() == 24
    assert areas(document.plan) == pytest.approx(24 * SIDE**2)
    assert document.plan.arcs is not None and document.plan.arcs.n_units == 26
    document.redo()
    assert not differences(document.plan, after)


def test_areas_that_replace_others_are_neither_counted_nor_drawn_twice() -> None:
    document = Document(PLAN)
    document.bring(replacing(PLAN, [2], *halves(2)))
    after = document.plan
    assert after.arcs is not None
    assert areas(after) == pytest.approx(24 * SIDE**2)
    assert after.arcs.areas[2] == 0 and after.arcs.areas[24] == pytest.approx(SIDE**2 / 2)
    population = measures.balance(after.alignment(A)).values
    assert population.sum() == pytest.approx(PLAN.units.columns["population"].sum() - 102 + 100)
    document.undo()
    assert document.plan.arcs is not None and document.plan.arcs.areas[2] == pytest.approx(SIDE**2)
    assert measures.balance(document.plan.alignment(A)).values.sum() == pytest.approx(
        PLAN.units.columns["population"].sum()
    )


def test_two_imports_of_areas_are_undone_one_by_one_and_open_again(path: Path) -> None:
    document = planfile.create(path, PLAN)
    seen = [document.plan]
    document.bring(replacing(document.plan, [], *beside(PLAN)))
    seen.append(document.plan)
    document.bring(replacing(document.plan, [2, 24], *halves(2)))
    seen.append(document.plan)
    document.close()
    document = planfile.open_document(path, read_only=True)
    assert not differences(document.plan, seen[2])
    document.close()
    for step in (2, 1):
        document = planfile.open_document(path)
        assert areas(document.plan) == pytest.approx(areas(seen[step]))
        document.undo()
        assert areas(document.plan) == pytest.approx(areas(seen[step - 1]))
        document.close()
        assert planfile.check(path) == ()
    document = planfile.open_document(path)
    document.redo()
    document.redo()
    assert not differences(document.plan, seen[2])
    document.close()


def test_a_plan_with_later_areas_is_for_programs_that_know_them(path: Path) -> None:
    document = planfile.create(path, PLAN)
    with opened(path) as db:
        (before,) = db.execute("SELECT value FROM td_meta WHERE key = 'min_reader'").fetchone()
    document.bring(replacing(document.plan, [], *beside(PLAN)))
    document.close()
    with opened(path) as db:
        (after,) = db.execute("SELECT value FROM td_meta WHERE key = 'min_reader'").fetchone()
        shown = db.execute("SELECT count(*), max(code) FROM territory_units").fetchone()
        wide = db.execute("SELECT max_x FROM gpkg_contents WHERE table_name = 'units'").fetchone()
    assert (int(before), int(after)) == (1, 4)
    assert shown == (26, "N7") and wide[0] == 8 * SIDE


def test_a_copy_written_anew_holds_every_coverage(path: Path, tmp_path: Path) -> None:
    document = planfile.create(path, PLAN)
    document.bring(replacing(document.plan, [2], *halves(2)))
    plan = document.plan
    document.close()
    other = tmp_path / "Other.gpkg"
    planfile.create(other, plan).close()
    again = planfile.open_document(other)
    assert not differences(again.plan, plan)
    assert planfile.check(other) == ()
    again.close()


def test_polygons_changed_elsewhere_are_matched_anew(path: Path) -> None:
    document = planfile.create(path, PLAN)
    document.bring(replacing(document.plan, [2], *halves(2)))
    document.close()
    with opened(path) as db:
        db.execute("UPDATE td_arcs SET digest = 'other'")
    again = planfile.open_document(path)
    assert again.plan.arcs is not None and again.plan.arcs.areas[2] == 0
    assert areas(again.plan) == pytest.approx(24 * SIDE**2)
    again.undo()
    assert again.plan.arcs is not None and again.plan.arcs.areas[2] == pytest.approx(SIDE**2)
    again.close()
    assert planfile.check(path) == ()


def test_a_column_comes_empty_and_is_filled_by_the_step(path: Path) -> None:
    document = planfile.create(path, PLAN)
    plan = document.plan
    rows, values = np.array([5, 1]), np.array([50.0, 10.0])
    change = cells_changed(plan, "units", "visits", rows, values)
    assert change is not None and change.rows.tolist() == [1, 5]
    column = rec.Column(rec.new_uid(), plan.next_id + 1, table="units", name="visits")
    made = incoming(
        plan,
        "Joined {n} columns from {a}",
        {"n": 1, "a": "visits.csv"},
        kind="figures",
        source="visits.csv",
        arrivals=Arrivals(columns=(NewColumn("units", "visits"),)),
        changes=[change],
        records=[rec_of(column)],
    )
    assert preview(plan, made).units.columns["visits"][5] == 50.0
    document.bring(made)
    after = document.plan
    document.close()
    again = planfile.open_document(path)
    assert not differences(again.plan, after)
    again.undo()
    assert np.isnan(again.plan.units.columns["visits"]).all()
    assert again.plan.row("column", column.uid) is None
    again.redo()
    assert not differences(again.plan, after)
    again.close()


def rec_of(row: rec.Row) -> object:
    from terradesk.edits import Record

    return Record("column", None, row)


def test_accounts_and_areas_in_one_step() -> None:
    document = Document(PLAN)
    shapes, codes = beside(PLAN)
    base = replacing(PLAN, [], shapes, codes)
    accounts = grid_accounts(6, 4)
    accounts = replace(accounts, unit=np.full(len(accounts), 24, np.int32))
    made = incoming(
        PLAN,
        "Both",
        {},
        kind="more_areas",
        source="both.gpkg",
        arrivals=replace(base.arrivals, accounts=accounts),
    )
    document.bring(made)
    assert (document.plan.accounts.unit[12:] == 24).all()
    assert document.plan.accounts_present.sum() == 24
    document.undo()
    assert document.plan.accounts_present.sum() == 12 and document.plan.units_present.sum() == 24


def test_a_step_for_another_state_of_the_plan_is_refused() -> None:
    document = Document(PLAN)
    made = replacing(PLAN, [2], *halves(2))
    document.bring(made)
    with pytest.raises(StaleEdit):
        document.bring(made)
    assert len(document.steps) == 1


def test_units_need_a_coverage_of_all() -> None:
    shapes, codes = beside(PLAN)
    arrivals = Arrivals(units=new_units(PLAN, shapes, codes), coverage=PLAN.coverage)
    arrivals = arrivals.numbered(PLAN.next_id)
    with pytest.raises(ValueError, match="coverage"):
        received(PLAN, arrivals)


def test_the_inverse_restores_what_was_there() -> None:
    made = replacing(PLAN, [2], *halves(2))
    grown = received(PLAN, made.arrivals)
    back = apply(apply(grown, made.edit), invert(made.edit))
    assert not [d for d in differences(back, grown) if d != "next_id"]


def test_cells_that_do_not_differ_make_no_change() -> None:
    values = PLAN.units.columns["population"][[3, 4]]
    assert cells_changed(PLAN, "units", "population", [3, 4], values) is None
    change = cells_changed(PLAN, "accounts", "owner", [1, 0], np.array(["X", "Rep 0"], object))
    assert isinstance(change, Change) and change.rows.tolist() == [1]
