"""Further boundaries beside those of a plan: other files, countries, levels."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import measures, paths, planfile
from terradesk import records as rec
from terradesk.accounts import Accounts
from terradesk.arcs.outlines import polygons
from terradesk.document import Document
from terradesk.importing import Choices, Prepared
from terradesk.importing.kinds.more_areas import KIND as MORE_AREAS
from terradesk.importing.kinds.newer_areas import KIND as NEWER_AREAS
from terradesk.importing.prepared import ARRIVES, PROBLEM
from terradesk.plan import Plan, new_plan
from terradesk.readers import read_boundaries
from terradesk.readers.report import told_rows
from terradesk.sample.maps import new_from_map
from terradesk.units import empty_units
from tests.core.kernel import CRS, SIDE, grid_accounts
from tests.core.plan_files import PLAN, A, differences
from tests.core.vintages import as_file, cell


def prepared(plan: Plan, source: object, **choices: object) -> Prepared:
    return MORE_AREAS.prepare(source, plan, Choices(**choices))  # type: ignore[arg-type]


def brought(plan: Plan, source: object, **choices: object) -> Plan:
    document = Document(plan)
    found = prepared(plan, source, **choices).incoming
    assert found is not None
    document.bring(found)
    return document.plan


def neighbours(plan: Plan, a: int) -> list[int]:
    assert plan.arcs is not None
    near = plan.arcs.adjacency
    return near.neighbours[near.starts[a] : near.starts[a + 1]].tolist()


def beside(gap: float = 0.0) -> np.ndarray:
    """Two areas right of the grid, not in step with its squares, and a gap between."""
    x, y, far = 6 * SIDE, 4 * SIDE, 8 * SIDE
    lower = shapely.box(x + gap, 0, far, 1.3 * SIDE)
    return np.array([lower, shapely.box(x + gap, 1.3 * SIDE, far, y)], object)


@pytest.mark.parametrize("gap", [0.0, 120.0, -120.0])
def test_borders_of_a_second_file_are_matched_within_the_tolerance(gap: float) -> None:
    after = brought(PLAN, as_file(PLAN, beside(gap), ["N0", "N1"]))
    assert after.arcs is not None and PLAN.arcs is not None
    assert neighbours(after, 5) == [4, 11, 24] and neighbours(after, 23) == [17, 22, 25]
    assert set(neighbours(after, 11)) == {5, 10, 17, 24, 25}
    assert after.arcs.areas[:24] == pytest.approx(PLAN.arcs.areas)
    assert after.arcs.areas.sum() == pytest.approx(24 * SIDE**2 + 8 * SIDE**2)
    assert after.assignments[A][24:].tolist() == [-1, -1]
    assert not after.rows(rec.Bridge)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(-240, 240), min_size=5, max_size=5),
    st.lists(st.floats(0.2, 3.8), min_size=0, max_size=3, unique_by=lambda y: round(y, 1)),
)
def test_any_border_drawn_twice_is_matched(shifts: list[float], cuts: list[float]) -> None:
    x, high = 6 * SIDE, 4 * SIDE
    ys = np.linspace(0, high, 5)
    whole = shapely.polygons(
        [*zip(x + np.array(shifts), ys, strict=True), (8 * SIDE, high), (8 * SIDE, 0)]
    )
    edges = [0.0, *sorted(cuts), 4.0]
    strips = [shapely.box(0, a * SIDE, 9 * SIDE, b * SIDE) for a, b in itertools.pairwise(edges)]
    shapes = shapely.intersection(whole, strips)
    after = brought(PLAN, as_file(PLAN, shapes, [f"n{k}" for k in range(len(shapes))]))
    assert after.arcs is not None
    assert np.allclose(after.arcs.areas[:24], SIDE**2, rtol=1e-6)
    assert after.arcs.areas.sum() == pytest.approx(32 * SIDE**2, rel=1e-5)
    for row in range(24, len(after.units)):
        assert any(other < 24 for other in neighbours(after, row))


def test_a_gap_beyond_the_tolerance_stays_and_is_bridged() -> None:
    source = as_file(PLAN, beside(900.0), ["N0", "N1"])
    after = brought(PLAN, source)
    assert after.arcs is not None and neighbours(after, 24) == [25]
    (link,) = after.rows(rec.Bridge)
    assert link.unit_a >= 24 > link.unit_b
    (item,) = prepared(PLAN, source).items
    assert item.group == "link" and item.is_on
    shown = prepared(PLAN, source).shown
    assert shown.shape_keys == (item.key,) and shown.shape_states.tolist() == [ARRIVES]
    assert shapely.length(shown.shapes[0]) == pytest.approx(900.0, rel=0.01)
    assert item.box == shown.shapes[0].bounds and shown.row_units.tolist() == [24, 25]
    assert not brought(PLAN, source, left_out=frozenset({item.key})).rows(rec.Bridge)
    assert not brought(PLAN, source, options={"links": False}).rows(rec.Bridge)
    wide = brought(PLAN, source, options={"borders": 1000.0})
    assert 24 in neighbours(wide, 5) and not wide.rows(rec.Bridge)


def test_islands_are_linked_to_the_nearest_area() -> None:
    far = shapely.box(9 * SIDE, 0, 10 * SIDE, SIDE)
    after = brought(PLAN, as_file(PLAN, np.array([*beside(), far], object), ["a", "b", "isle"]))
    (link,) = after.rows(rec.Bridge)
    assert {after.units.codes[link.unit_a], after.units.codes[link.unit_b]} == {"isle", "a"}


def test_codes_that_clash_get_the_prefix_of_the_country() -> None:
    source = as_file(PLAN, beside(), ["00001", "77"])
    (option, *_rest) = MORE_AREAS.options(source, PLAN)
    assert option.key == "prefix" and option.default.endswith("-") and len(option.default) == 3
    after = brought(PLAN, source)
    assert after.units.codes[24:].tolist() == [f"{option.default}00001", f"{option.default}77"]
    assert after.units.codes[:24].tolist() == PLAN.units.codes.tolist()
    after = brought(PLAN, source, options={"prefix": "X/"})
    assert after.units.codes[24:].tolist() == ["X/00001", "X/77"]
    found = prepared(PLAN, source, options={"prefix": ""})
    assert [(i.group, i.is_on, i.rows) for i in found.items] == [("double", False, (0,))]
    assert found.report.adds_up and found.report.rejected == 1


def test_overlaps_are_refused_and_told_or_cut() -> None:
    over = shapely.box(5.5 * SIDE, 0, 7 * SIDE, SIDE)
    source = as_file(PLAN, np.array([over, cell(9, 9)], object), ["over", "free"])
    found = prepared(PLAN, source)
    item = next(i for i in found.items if i.group == "overlap")
    assert (item.is_on, item.units, item.rows, item.before) == (False, (5,), (0,), "Square 5")
    assert item.box is not None and found.shown.shape_keys[0] == item.key
    assert item.box == pytest.approx(over.bounds, abs=0.02)
    assert found.shown.shape_states[0] == PROBLEM and found.shown.row_units.tolist() == [-1, 24]
    assert found.report.adds_up and found.report.rejected == 1
    assert any(i.kind == "overlaps_plan" and i.rows == (0,) for i in found.report.issues)
    (told,) = told_rows(found.report)
    assert (told.key, told.name, told.outcome) == ("over", "Area over", "rejected")
    assert brought(PLAN, source).units.codes[24:].tolist() == ["free"]
    after = brought(PLAN, source, options={"overlap": "cut"})
    assert after.arcs is not None and after.arcs.areas[24] == pytest.approx(SIDE**2)
    assert after.arcs.areas[5] == pytest.approx(SIDE**2)
    kept = frozenset({item.key})
    after = brought(PLAN, source, options={"overlap": "cut"}, left_out=kept)
    assert after.units.codes[24:].tolist() == ["free"]


def test_a_file_wholly_inside_the_plan_brings_nothing() -> None:
    found = prepared(PLAN, as_file(PLAN, np.array([cell(1, 1)], object), ["in"]))
    assert found.incoming is None and found.report.adds_up and found.report.rejected == 1
    for inside in (cell(1, 1), cell(1, 1).buffer(-2000), cell(1, 1, 2, 2)):
        source = as_file(PLAN, np.array([inside], object), ["in"])
        found = prepared(PLAN, source, options={"overlap": "cut"})
        assert found.incoming is None and found.report.adds_up and found.report.rejected == 1
    source = as_file(PLAN, np.array([cell(1, 1)], object), ["in"])
    assert MORE_AREAS.suits(source, PLAN) < NEWER_AREAS.suits(source, PLAN)
    source = as_file(PLAN, beside(), ["a", "b"])
    assert MORE_AREAS.suits(source, PLAN) > NEWER_AREAS.suits(source, PLAN)


def test_a_new_area_around_the_whole_plan_gets_a_hole() -> None:
    around = shapely.box(-SIDE, -SIDE, 7 * SIDE, 5 * SIDE)
    after = brought(PLAN, as_file(PLAN, np.array([around], object), ["all"]),
                    options={"overlap": "cut"})  # fmt: skip
    assert after.arcs is not None and after.arcs.areas[24] == pytest.approx(24 * SIDE**2)
    assert len(neighbours(after, 24)) == 16


def test_columns_join_by_their_names() -> None:
    source = as_file(
        PLAN, beside(), ["a", "b"],
        columns={"POPULATION": np.array([5.0, 6.0]), "State": np.array(["X", "Y"], object),
                 "Jobs": np.array([1.0, 2.0])},
    )  # fmt: skip
    after = brought(PLAN, source)
    assert list(after.units.columns) == ["population", "state", "Jobs"]
    assert after.units.columns["population"][24:].tolist() == [5, 6]
    assert np.isnan(after.units.columns["Jobs"][:24]).all()
    assert [m.name for m in after.rows(rec.Measure)][-1] == "Jobs"
    text = as_file(PLAN, beside(), ["a", "b"], columns={"population": np.array(["7", "?"], object)})
    found = prepared(PLAN, text)
    assert any(i.kind == "not_number" and i.n == 1 for i in found.report.issues)
    assert brought(PLAN, text).units.columns["population"][24] == 7


def accounts_only() -> Plan:
    """Customers without any areas."""
    accounts = grid_accounts(6, 4)
    empty = replace(accounts, unit=np.full(len(accounts), -1, np.int32))
    return new_plan(CRS, empty_units(), None, empty)


def test_a_plan_without_areas_gets_its_first_ones(tmp_path: Path) -> None:
    path = tmp_path / "plan.gpkg"
    document = planfile.create(path, accounts_only())
    source = as_file(PLAN, np.array([cell(0, 0, 6, 2), cell(0, 2, 6, 2)], object), ["s", "n"])
    assert MORE_AREAS.suits(source, document.plan) > 0.8
    found = prepared(document.plan, source)
    assert found.incoming is not None and found.shown.plan is not None
    document.bring(found.incoming)
    after = document.plan
    assert after.accounts.unit.tolist() == [0] * 6 + [1] * 6
    assert after.arcs is not None and after.arcs.areas == pytest.approx([12 * SIDE**2] * 2)
    document.undo()
    assert document.plan.arcs is None and (document.plan.accounts.unit == -1).all()
    document.close()
    again = planfile.open_document(path)
    assert again.plan.arcs is None
    again.redo()
    assert not differences(again.plan, after)
    again.close()
    assert planfile.check(path) == ()


def test_accounts_outside_take_the_units_that_join() -> None:
    accounts: Accounts = grid_accounts(6, 4)
    x = accounts.x.copy()
    x[0], unit = 6.5 * SIDE, accounts.unit.copy()
    unit[0] = -1
    plan = replace(PLAN, accounts=replace(accounts, x=x, unit=unit))
    found = prepared(plan, as_file(plan, beside(), ["a", "b"]))
    assert next(c.n for c in found.counts if c.key == "accounts") == 1
    after = brought(plan, as_file(plan, beside(), ["a", "b"]))
    assert after.accounts.unit[0] == 24
    assert (after.accounts.unit[1:] == plan.accounts.unit[1:]).all()


def test_a_second_country_of_another_level(tmp_path: Path) -> None:
    from terradesk.importing.choices import Reading
    from terradesk.importing.source import Source

    plan = new_from_map("fr_departement")
    file = paths.resource("regions.gpkg")
    found = read_boundaries(file, "se_kommun", is_trusted=True)
    source = Source(Path("se.gpkg"), Reading(), ("se_kommun",), boundaries=found)
    assert MORE_AREAS.suits(source, plan) > NEWER_AREAS.suits(source, plan)
    (option, *_rest) = MORE_AREAS.options(source, plan)
    assert "SE-" in option.tip
    made = prepared(plan, source, options={"prefix": "SE-"})
    assert made.incoming is not None and made.report.adds_up
    document = Document(plan)
    document.bring(made.incoming)
    after = document.plan
    n = len(plan.units)
    assert after.units_present.sum() == n + 290 and after.crs == plan.crs
    assert after.arcs is not None and plan.arcs is not None
    assert np.allclose(after.arcs.areas[:n], plan.arcs.areas, rtol=1e-9)
    sweden = new_from_map("se_kommun")
    assert sweden.arcs is not None
    order = {f"SE-{code}": k for k, code in enumerate(sweden.units.codes.tolist())}
    same = [order[code] for code in after.units.codes[n:].tolist()]
    assert np.allclose(after.arcs.areas[n:], sweden.arcs.areas[same], rtol=2e-3)
    assert after.arcs.areas[n:].sum() == pytest.approx(sweden.arcs.areas.sum(), rel=1e-4)
    document.undo()
    assert polygons(document.plan.arcs)[:n].tolist() == polygons(plan.arcs).tolist()  # type: ignore[arg-type]
    assert measures.totals(document.plan.alignment(3), measures.balance_measure(plan)).tolist() == (  # type: ignore[arg-type]
        measures.totals(plan.alignment(3), measures.balance_measure(plan)).tolist()  # type: ignore[arg-type]
    )
