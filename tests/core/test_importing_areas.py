"""New plans of boundary files: roles, larger areas, duplicates, islands, what is told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from terradesk import projection
from terradesk import records as rec
from terradesk.errors import TerraDeskError
from terradesk.i18n import number
from terradesk.importing import Choices, Prepared, Reading, Source
from terradesk.importing.kinds import KINDS, kind_of
from terradesk.importing.kinds.areas import KIND as AREAS
from terradesk.importing.prepared import ARRIVES, CHANGES, NOTHING, PROBLEM
from terradesk.readers import Boundaries, ImportReport, read_boundaries
from terradesk.readers.maps import grids
from terradesk.readers.report import from_dict
from tests.core.made_maps import SQUARES, objects, write


def source(
    shapes: np.ndarray = SQUARES,
    crs: str = "EPSG:4326",
    reading: Reading | None = None,
    **columns: list[object] | np.ndarray,
) -> Source:
    n = len(shapes)
    wkb = objects([None if s is None else s.wkb for s in shapes])
    table = {
        "code": objects([f"0{k}" for k in range(n)]),
        "name": objects([f"Nord {k}" for k in range(n)]),
    }
    for name, values in columns.items():
        table[name] = values if isinstance(values, np.ndarray) else objects(values)
    found = Boundaries(wkb, crs, table, ImportReport(n, n), "made", ("made",))
    return Source(Path("made.gpkg"), reading or Reading(), ("made",), boundaries=found)


def prepared(found: Source, **options: bool | str | float) -> Prepared:
    return AREAS.prepare(found, None, Choices(options=options))


def kinds(made: Prepared) -> list[str]:
    return [one.kind for one in made.report.issues]


def test_the_kind_is_listed() -> None:
    assert "areas" in KINDS and kind_of("areas") is AREAS
    assert AREAS.suits(source(), None) > 0.9
    plan = prepared(source()).plan
    assert AREAS.suits(source(), plan) < 0.5
    assert AREAS.suits(source(shapely.centroid(SQUARES)), None) == 0.0


def test_a_plan_comes_out_with_what_the_columns_mean() -> None:
    found = source(people=np.array([1.0, 2, 3, 4]), income_rate=np.array([0.1, 0.2, 0.3, 0.4]))
    meant = {one.column: one.role for one in AREAS.recognise(found, None)}
    assert meant == {"code": "unit_code", "name": "name", "people": "amount", "income_rate": "rate"}
    made = prepared(found, noun="Kreis / Kreise")
    assert made.incoming is None and made.plan is not None
    assert made.plan.noun(1) == "Kreis" and made.plan.noun(2) == "Kreise"
    assert made.plan.setting("title") == "made"
    assert [m.column for m in made.plan.rows(rec.Measure)] == ["people"]
    assert made.heads == ("Code", "Name", "People", "Income rate")
    assert made.rows[0] == ("00", "Nord 0", "1", "0.1")
    assert made.sentence.startswith("4") and made.report.adds_up
    assert made.shown.plan is made.plan
    (past,) = made.plan.rows(rec.BatchRow)
    assert (past.kind, past.source, past.n_rows) == ("areas", found.name, len(made.plan.units))
    assert from_dict(json.loads(past.report)) == made.report


def test_a_column_can_be_left_out_or_read_as_figures() -> None:
    found = source(people=["1 000", "2 000", "x", ""], junk=["a", "b", "c", "d"])
    choices = Choices(roles={"people": "amount", "junk": "unused"})
    made = AREAS.prepare(found, None, choices)
    assert made.plan is not None
    values = made.plan.units.columns["people"]
    assert np.array_equal(values, [1000, 2000, np.nan, np.nan], equal_nan=True)
    assert "junk" not in made.plan.units.columns
    assert "not_a_number" in kinds(made)


def test_duplicates_are_refused_or_joined() -> None:
    found = source(region=["A", "A", "B", "B"])
    choices = Choices(roles={"code": "text", "region": "unit_code"})
    with pytest.raises(TerraDeskError, match="2 codes belong to more than one area"):
        AREAS.prepare(found, None, choices)
    made = AREAS.prepare(found, None, Choices(choices.roles, {"joins": True}))
    assert made.plan is not None and made.plan.units.codes.tolist() == ["A", "B"]
    assert (made.report.accepted, made.report.grouped) == (2, 2)
    assert [one.outcome for one in made.report.issues if one.kind == "joined"] == ["grouped"]


def test_larger_areas_are_made_of_a_column() -> None:
    found = source(
        state=["S", "S", "T", ""],
        state_name=["South", "South", "Top", "None"],
        people=np.array([10.0, 30.0, 5.0, 7.0]),
        income_rate=np.array([1.0, 2.0, 3.0, 4.0]),
    )
    made = prepared(found, level="state", weight="people")
    assert made.plan is not None
    units = made.plan.units
    assert units.codes.tolist() == ["S", "T", "#4"]
    assert units.names.tolist() == ["South", "Top", "None"]
    assert units.columns["people"].tolist() == [40.0, 5.0, 7.0]
    assert units.columns["income_rate"].tolist() == [1.75, 3.0, 4.0]
    assert "code" not in units.columns  # of the counties: it says nothing about a state
    assert (made.report.read, made.report.accepted, made.report.grouped) == (4, 3, 1)
    assert kinds(made)[:3] == ["no_code", "left_columns", "joined"]
    arcs = made.plan.arcs
    assert arcs is not None and arcs.areas[0] == pytest.approx(2 * arcs.areas[1], rel=0.1)
    assert units.source is not None and shapely.from_wkb(units.source[0]).geom_type == "Polygon"
    without = prepared(found, level="state")
    assert without.plan is not None and "income_rate" not in without.plan.units.columns


def test_levels_that_are_offered_are_columns_that_repeat() -> None:
    found = source(state=["S", "S", "T", "T"])
    level = next(one for one in AREAS.options(found, None) if one.key == "level")
    assert [key for key, _text in level.choices] == ["", "state"]


def islands() -> Source:
    shapes = objects(
        [shapely.box(10, 50, 11, 51), shapely.box(11, 50, 12, 51), shapely.box(12.1, 50, 12.2, 51),
         shapely.box(16, 50, 17, 51)]
    )  # fmt: skip
    return source(shapes)


def test_islands_are_linked_as_proposed() -> None:
    made = prepared(islands())
    assert made.plan is not None
    assert {(b.unit_a, b.unit_b) for b in made.plan.rows(rec.Bridge)} == {(1, 2)}
    near, far = made.items
    assert (near.group, near.is_on, near.units) == ("link", True, (1, 2))
    assert (far.group, far.is_on, far.units) == ("far", False, (2, 3))
    again = AREAS.prepare(islands(), None, Choices(left_out=frozenset([near.key])))
    assert again.plan is not None and not list(again.plan.rows(rec.Bridge))
    assert again.shown.shape_keys == (near.key, far.key)
    assert again.shown.shape_states.tolist() == [NOTHING, NOTHING]
    metres = shapely.length(again.shown.shapes)
    assert number(metres[0] / 1000, 1) in near.after and number(metres[1] / 1000, 1) in far.after
    wide = prepared(islands(), reach=500.0)
    assert wide.plan is not None and len(list(wide.plan.rows(rec.Bridge))) == 2
    none = prepared(islands(), links=False)
    assert none.items == ()


def test_overlaps_and_gaps_are_shown_with_their_areas() -> None:
    shapes = shapely.box(
        [0, 1000, 0, 1000, 0], [0, 0, 1000, 1000, 2000],
        [1010, 2000, 990, 2000, 2000], [1000, 1000, 2000, 2000, 3000])  # fmt: skip
    shapes = shapely.transform(shapes, lambda c: c + np.array([5e5, 5.6e6]))
    found = source(shapes, crs="EPSG:25832")
    made = prepared(found, links=False)
    assert [(one.group, set(one.units)) for one in made.items] == [
        ("overlap", {0, 1}), ("open", {0, 2, 3, 4})]  # fmt: skip
    assert made.items[0].after == "10,008 m², a sliver about 10 m wide"
    assert kinds(made) == ["overlap", "open"]
    shown = made.shown
    assert shown.unit_states.tolist() == [ARRIVES] * 5
    assert shown.shape_states.tolist() == [PROBLEM, PROBLEM]
    assert shown.shape_keys == tuple(one.key for one in made.items)
    assert [one.box for one in made.items] == [one.bounds for one in shown.shapes]
    assert shapely.area(shown.shapes[0]) == pytest.approx(10_008, rel=1e-3)
    assert shown.row_units.tolist() == [0, 1, 2, 3, 4]
    snapped = prepared(found, links=False, tolerance=20.0)
    assert [one.group for one in snapped.items] == ["overlap", "gap"]
    assert snapped.shown.shape_states.tolist() == [PROBLEM, CHANGES]
    assert snapped.plan is not None and snapped.plan.arcs is not None
    arcs = snapped.plan.arcs
    assert arcs.areas.sum() == pytest.approx(6e6, rel=2e-3)
    near = arcs.adjacency
    assert 3 in near.neighbours[near.starts[2] : near.starts[3]]  # across what was a gap


def test_what_cannot_be_used_is_accounted_for_by_row() -> None:
    nan = shapely.Polygon([(0, 0), (1, 0), (1e5, 1)])
    nan = shapely.transform(nan, lambda c: np.where(c > 1e4, np.nan, c))
    line = shapely.Polygon([(0, 0), (1, 1), (0, 0), (1, 1)])
    shapes = objects([SQUARES[0], None, shapely.Point(1, 1), nan, line, shapely.Polygon(),
                      shapely.GeometryCollection([shapely.Point(0, 0), SQUARES[1]])])  # fmt: skip
    report = prepared(source(shapes), links=False).report
    assert (report.read, report.accepted, report.rejected) == (7, 2, 5)
    told = {one.kind: one.rows for one in report.issues if one.outcome == "rejected"}
    assert told == {"not_area": (2,), "no_shape": (1, 5), "not_numbers": (3,), "no_area": (4,)}
    assert all(one.reason for one in report.issues)


# ---------------------------------------------------------------------- coordinate systems
def of_sweden(crs: str) -> np.ndarray:
    found = read_boundaries("resources/regions.gpkg", "se_kommun")
    shapes = np.asarray(shapely.from_wkb(found.wkb), object)
    return projection.to_plan(shapely.simplify(shapes, 0.01), found.crs, crs)


@pytest.fixture(scope="module")
def sweden() -> np.ndarray:
    return of_sweden("EPSG:3006")


def test_a_country_in_metres_without_a_name_is_found_by_its_land(sweden: np.ndarray) -> None:
    made = prepared(source(sweden, crs=""), links=False)
    [told] = [one for one in made.report.issues if one.kind == "crs_guessed"]
    assert "EPSG:3006" in told.message and "SE" in told.message
    assert made.plan is not None and made.plan.units.source_crs == "EPSG:3006"


def test_a_part_of_a_country_is_asked_for_with_what_fits(sweden: np.ndarray) -> None:
    part = sweden[shapely.bounds(sweden)[:, 3] < 6_250_000]
    with pytest.raises(TerraDeskError, match="does not say its coordinate system") as caught:
        prepared(source(part, crs=""))
    assert "EPSG:3006" in caught.value.hint and ".prj" in caught.value.hint
    chosen = AREAS.prepare(source(part, crs=""), None, Choices(reading=Reading(crs="EPSG:3006")))
    assert chosen.plan is not None and chosen.report.accepted == len(part)


def test_metres_that_are_said_to_be_degrees_are_refused(
    sweden: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = grids.Candidate("EPSG:3006", "SWEREF99 TM", "SE", 1.0, (15.0, 62.0))
    monkeypatch.setattr(grids, "candidates", lambda boxes: [one])
    with pytest.raises(TerraDeskError, match="are not degrees") as caught:
        prepared(source(sweden))
    assert "EPSG:3006" in caught.value.hint
    with pytest.raises(TerraDeskError, match="do not fit"):
        prepared(source(shapely.transform(sweden, lambda c: c * 1e6), crs="EPSG:3006"))


def test_exchanged_degrees_are_put_right() -> None:
    east = shapely.transform(SQUARES, lambda c: c + np.array([110.0, 0.0]))
    swapped = shapely.transform(east, lambda c: c[:, ::-1])
    made = prepared(source(swapped), links=False)
    assert "swapped" in kinds(made) and made.plan is not None
    assert made.plan.units.source is not None
    assert shapely.from_wkb(made.plan.units.source[0]).bounds == (120, 50, 121, 51)


def test_a_stray_row_is_left_out_and_told() -> None:
    many = shapely.box(np.arange(20.0), 50.0, np.arange(20.0) + 1, 51.0)
    shapes = objects([*many, shapely.box(5e5, 6e6, 6e5, 7e6)])
    made = prepared(source(shapes), links=False)
    assert (made.report.accepted, made.report.rejected) == (20, 1)
    assert "off_globe" in kinds(made)


def test_areas_across_the_180th_meridian_are_drawn_on() -> None:
    across = shapely.Polygon([(178, -18), (-179, -18), (-179, -16), (178, -16)])
    shapes = objects([across, shapely.box(-179, -18, -178, -16), shapely.box(177, -18, 178, -16)])
    made = prepared(source(shapes), links=False)
    assert made.plan is not None and made.plan.arcs is not None
    assert np.diff(made.plan.arcs.adjacency.starts).tolist() == [2, 1, 1]
    assert made.plan.arcs.areas[0] == pytest.approx(3 * made.plan.arcs.areas[1], rel=0.05)


def test_reading_is_honoured(tmp_path: Path) -> None:
    from terradesk.importing import read_source

    path = write(tmp_path / "two.gpkg")
    found = read_source(path, Reading(layer="two"))
    assert found.parts == ("two",) and found.has_areas and found.n_rows == 4
    assert AREAS.prepare(found, None, Choices()).plan is not None
    with pytest.raises(TerraDeskError, match="has no layer"):
        read_source(path, Reading(layer="three"))
