"""Placing accounts: what is sure, what is asked, by hand, and once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import geocode, projection, readers, sample
from terradesk import records as rec
from terradesk.accounts import PLACEMENTS
from terradesk.arcs import build
from terradesk.document import Document
from terradesk.edits import apply, describe, invert
from terradesk.edits.placing import place_by_hand, unplace
from terradesk.errors import TerraDeskError
from terradesk.plan import Plan, new_plan
from terradesk.readers.placing import projected
from terradesk.readers.placing.again import place_again
from terradesk.readers.placing.placer import Placer, Placing
from terradesk.units import Units
from tests.core.test_readers_accounts import kinds, square_plan, table

HAND = PLACEMENTS.index("by_hand")


@pytest.fixture(scope="module")
def counties() -> Plan:
    return sample.new_from_map("us_county")


@pytest.fixture(scope="module")
def squares() -> Plan:
    return square_plan()


def make(
    cells: Mapping[str, Sequence[str]],
    roles: Mapping[str, str],
    plan: Plan,
    duplicates: str = "number",
    **choices: object,
) -> readers.MadeAccounts:
    placing = Placing(**choices)  # type: ignore[arg-type]
    made = readers.make_accounts(
        table(cells), roles, (), plan, placing=placing, duplicates=duplicates
    )
    assert made.report.adds_up
    return made


def with_accounts(plan: Plan, made: readers.MadeAccounts) -> Plan:
    document = Document(plan)
    made.add_to(document, "list.csv")
    return document.plan


def how(made: readers.MadeAccounts) -> list[str]:
    return [PLACEMENTS[k] for k in made.accounts.placement]


# ---------------------------------------------------------------------- postcodes
def test_boxes_go_to_the_area_that_holds_them_and_unknown_codes_are_told(counties: Plan) -> None:
    box = next(
        row["zip"]
        for row in geocode.zip_rows()
        if row["zip_type"] == "PO_Box" and row["state"] == "NY"
    )
    roles = {"zip": "postcode"}
    cells = {"zip": ["10001", box, "10098", *["60601"] * 9]}
    made = make(cells, roles, counties)
    told = {one.kind: one for one in made.report.issues}
    assert told["po_box"].every_row.tolist() == [1] and made.accounts.unit[1] >= 0
    assert "10098" in told["unknown_postcode"].message
    assert how(made)[:3] == ["postcode", "postcode", "unplaced"]
    (question,) = made.questions
    assert question.group == "unknown_postcode" and question.picked == ""
    near = question.candidates[1][0]
    taken = make(cells, roles, counties, answers={question.key: near})
    assert how(taken)[2] == "postcode" and taken.report.unplaced == 0


def test_boxes_are_found_where_the_areas_are_zips() -> None:
    lon, lat = geocode.find_postcodes(["10001", "60601", "90210"])
    crs = projection.equal_area_crs(-119, 33, -73, 43)
    xy = projection.to_plan(np.column_stack((lon, lat)), projection.LONLAT, crs)
    boxes = shapely.box(*(xy - 9000).T, *(xy + 9000).T)
    codes = np.array(["10001", "60601", "90210"], object)
    plan = new_plan(crs, Units(codes, codes, {}), build(boxes))
    assert Placer(plan).codes_are_postcodes and not Placer(square_plan()).codes_are_postcodes
    box = next(
        row["zip"]
        for row in geocode.zip_rows()
        if row["primary_city"] == "New York"
        and row["zip_type"] == "PO_Box"
        and row["zip"].startswith("100")
    )
    made = make({"zip": ["10001", box, "10002"]}, {"zip": "unit_code"}, plan)
    assert how(made) == ["unit_code", "postcode", "postcode"]
    assert made.accounts.unit.tolist() == [0, 0, 0]
    assert kinds(made)["po_box"] == 1 and kinds(made)["no_area"] == 1


def test_postcodes_of_other_countries_need_a_table_that_is_imported_once() -> None:
    plan = sample.new_from_map("pl_wojewodztwo")
    cells, roles = {"kod": ["00-950", "00-951", "31-001"]}, {"kod": "postcode"}
    made = make(cells, roles, plan)
    assert kinds(made)["no_postcodes"] == 3 and made.report.unplaced == 3
    known = geocode.tables.make_table(
        "PL", ["00-950", "31-001"], np.array([21.01, 19.94]), np.array([52.23, 50.06])
    )
    geocode.tables.keep(known)
    made = make(cells, roles, plan)
    assert how(made) == ["postcode", "unplaced", "postcode"]
    assert kinds(made)["unknown_postcode"] == 1
    again = place_again(with_accounts(plan, made))
    assert again.edit is None and again.report.unplaced == 1


def test_codes_of_swedes_are_no_zips(counties: Plan) -> None:
    made = make({"postnr": ["123 45", "100 01", "606 01"]}, {"postnr": "postcode"}, counties)
    assert made.report.unplaced == 3


def test_zips_of_another_state_are_told(counties: Plan) -> None:
    cells = {"zip": ["10001", "60601"], "state": ["New York", "TX"]}
    made = make(cells, {"zip": "postcode", "state": "state"}, counties)
    told = {one.kind: one for one in made.report.issues}
    assert told["zip_state"].every_row.tolist() == [1]


# ---------------------------------------------------------------------- names
def test_names_of_several_places_are_asked_about_and_picked(counties: Plan) -> None:
    cells, roles = {"city": ["Springfield", "Springfield", "Denver"]}, {"city": "city"}
    made = make(cells, roles, counties)
    question = next(one for one in made.questions if one.group == "open")
    assert question.rows.tolist() == [0, 1] and question.candidates[0][0] == ""
    assert how(made) == ["unplaced", "unplaced", "place_name"]
    illinois = next(key for key, text in question.candidates if "IL," in text)
    taken = make(cells, roles, counties, answers={question.key: illinois})
    assert how(taken) == ["place_name"] * 3
    assert set(counties.units.columns["state"][taken.accounts.unit[:2]]) == {"Illinois"}
    wrong = make(cells, roles, counties, answers={question.key: "no such place"})
    assert how(wrong) == how(made)


def test_the_largest_of_several_and_misspelt_places_can_be_refused(counties: Plan) -> None:
    cells = {"city": ["Philadelpia"], "state": ["PA"]}
    roles = {"city": "city", "state": "state"}
    made = make(cells, roles, counties)
    (question,) = made.questions
    assert question.group == "misspelt" and how(made) == ["place_name"]
    assert kinds(made)["place_misspelt"] == 1
    left = make(cells, roles, counties, answers={question.key: ""})
    assert how(left) == ["unplaced"]


# ---------------------------------------------------------------------- coordinates
def test_coordinates_far_from_their_postcode_are_asked_about(counties: Plan) -> None:
    cells = {
        "lat": ["40.75", "40.75", "-73.99", "33.9", *["40.7"] * 6],
        "lon": ["-73.99", "-73.99", "40.75", "-118.2", *["-74"] * 6],
        "zip": ["10001", "90210", "10001", "", *["10001"] * 6],
    }
    roles = {"lat": "lat", "lon": "lon", "zip": "postcode"}
    made = make(cells, roles, counties)
    asked = {int(one.rows[0]): one for one in made.questions if one.group == "contradiction"}
    assert set(asked) == {1, 2} and kinds(made)["contradiction"] == 2
    assert [key for key, _text in asked[2].candidates] == ["coordinates", "swapped", "postcode"]
    answers = {asked[1].key: "postcode", asked[2].key: "swapped"}
    taken = make(cells, roles, counties, answers=answers)
    assert taken.accounts.lon[[1, 2]] == pytest.approx([-118.4, -73.99], abs=0.1)
    assert how(taken)[1] == "postcode" and how(taken)[2] == "coordinates"


def test_accounts_outside_are_offered_the_nearest_area(squares: Plan) -> None:
    cells = {"lat": ["49.3", "50.5", "49.98"], "lon": ["10.5", "10.5", "10.5"]}
    roles = {"lat": "lat", "lon": "lon"}
    made = make(cells, roles, squares)
    (question,) = made.questions
    assert made.accounts.unit.tolist() == [-1, 0, 0] and question.units == (0,)
    assert "km" in question.candidates[1][1]
    taken = make(cells, roles, squares, answers={question.key: question.candidates[1][0]})
    assert taken.accounts.unit.tolist() == [0, 0, 0]
    assert make(cells, roles, squares, outside="nearest").accounts.unit.tolist() == [0, 0, 0]
    assert make(cells, roles, squares, outside="leave").accounts.unit.tolist() == [-1, 0, -1]


def test_a_point_on_a_border_is_in_the_lowest_area(squares: Plan) -> None:
    arcs = squares.arcs
    assert arcs is not None
    lowest: dict[tuple[float, float], int] = {}
    for k in range(len(arcs.left)):
        sides = [int(u) for u in (arcs.left[k], arcs.right[k]) if u >= 0]
        for x, y in arcs.xy[arcs.offsets[k] : arcs.offsets[k + 1]].tolist():
            lowest[x, y] = min(lowest.get((x, y), 99), *sides)
    points = np.array(list(lowest)) / 100.0 + np.asarray(arcs.origin)
    assert Placer(squares).units_at(points).tolist() == list(lowest.values())
    assert set(lowest.values()) == {0, 1, 2, 3}


def test_metres_of_a_grid_are_recognised_also_with_the_northing_first() -> None:
    plan = sample.new_from_map("se_kommun")
    lon, lat = np.array([18.07, 11.97, 13.0, 20.26]), np.array([59.33, 57.71, 55.6, 63.83])
    for crs in ("EPSG:3006", "EPSG:3021"):
        xy = projection.to_plan(np.column_stack((lon, lat)), projection.LONLAT, crs)
        east, north = ([f"{v:.0f}" for v in side] for side in xy.T)
        for x, y in ((east, north), (north, east)):
            made = make({"x": x, "y": y}, {"x": "lon", "y": "lat"}, plan)
            assert kinds(made)["projected"] == 4 and (made.accounts.unit >= 0).all()
            assert made.accounts.lon == pytest.approx(lon, abs=0.01)
    chosen = make({"x": east, "y": north}, {"x": "lon", "y": "lat"}, plan, crs="EPSG:3021")
    assert chosen.accounts.lat == pytest.approx(lat, abs=0.01)
    as_degrees = make({"x": east, "y": north}, {"x": "lon", "y": "lat"}, plan, crs="degrees")
    assert as_degrees.report.unplaced == 4
    assert as_degrees.accounts.columns["x 2"].tolist() == east  # nothing is lost


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("52° 13' 47\" N", 52.2297),
        ("N 52 13.78", 52.2297),
        ("73°59′24″W", -73.99),
        ("21,0122 E", 21.0122),
        ("-33:52:08", -33.8689),
        ("10.5 S", -10.5),
        ("12 75 00", None),
        ("Boston", None),
        ("", None),
        ("10.5", None),
    ],
)
def test_degrees_with_minutes_and_sides(cell: str, value: float | None) -> None:
    found = projected.degrees(cell)
    assert found == (None if value is None else pytest.approx(value, abs=1e-3))


def test_coordinates_that_cannot_be_read_stay_in_the_plan(squares: Plan) -> None:
    cells = {"lat": ["50.5", "unknown", "99"], "lon": ["10.5", "10", "10"]}
    made = make(cells, {"lat": "lat", "lon": "lon"}, squares)
    assert made.accounts.columns["lat 2"].tolist() == ["", "unknown", "99"]
    assert {column.role for column in made.columns} == {"lat", "lon"}


# ---------------------------------------------------------------------- account numbers
def test_repeated_numbers_are_joined_kept_once_numbered_or_refused(squares: Plan) -> None:
    cells = {"id": ["7", "7", "", "", "8", "7"], "n": list("abcdef")}
    roles = {"id": "id", "n": "name"}
    numbered = make(cells, roles, squares)
    assert numbered.accounts.ids.tolist() == ["7", "7 (2)", "3", "4", "8", "7 (3)"]
    assert numbered.report.repaired == 2
    joined = make(cells, roles, squares, "join")
    assert joined.accounts.ids.tolist() == ["7", "3", "4", "8"] and joined.report.grouped == 2
    first = make(cells, roles, squares, "first")
    assert first.accounts.names.tolist() == ["a", "c", "d", "e"] and first.report.rejected == 2
    told = next(one for one in first.report.issues if one.kind == "duplicate")
    assert told.every_row.tolist() == [1, 5] and told.outcome == "rejected"
    with pytest.raises(TerraDeskError, match="more than once: \u20687"):
        make(cells, roles, squares, "refuse")


# ---------------------------------------------------------------------- by hand, and again
def placed_plan(squares: Plan) -> Plan:
    cells = {
        "code": ["001", "031", "none", ""],
        "lat": ["", "", "", "50.5"],
        "lon": ["", "", "", "10.5"],
    }
    roles = {"code": "unit_code", "lat": "lat", "lon": "lon"}
    return with_accounts(squares, make(cells, roles, squares))


def test_placed_by_hand_taken_off_and_undone(squares: Plan) -> None:
    plan = placed_plan(squares)
    edit = place_by_hand(plan, [2, 2], 11.5, 51.5)
    assert edit is not None and describe(edit).startswith("Placed")
    after = apply(plan, edit)
    assert after.accounts.placement[2] == HAND and after.accounts.unit[2] == 3
    assert place_by_hand(after, [2], 11.5, 51.5) is None
    outside = place_by_hand(plan, [0, 2], 30.0, 50.0)
    assert outside is not None and "outside" in describe(outside)
    assert apply(plan, outside).accounts.unit[[0, 2]].tolist() == [-1, -1]
    off = unplace(after, [0, 2])
    assert off is not None
    gone = apply(after, off)
    assert gone.accounts.placement.tolist() == [0, 2, 0, 1]
    assert np.isnan(gone.accounts.x[[0, 2]]).all() and (gone.accounts.unit[[0, 2]] == -1).all()
    assert unplace(gone, [0, 2]) is None
    back = apply(apply(gone, invert(off)), invert(edit))
    for name in ("x", "y", "lon", "lat", "unit", "placement"):
        assert np.array_equal(
            back.accounts.column(name), plan.accounts.column(name), equal_nan=name not in ("unit",)
        )
    with pytest.raises(TerraDeskError, match="not on the map"):
        place_by_hand(plan, [0], 200.0, 50.0)
    assert place_by_hand(plan, [], 11.0, 51.0) is None


def test_placing_again_takes_better_places_only(squares: Plan) -> None:
    plan = placed_plan(squares)
    assert place_again(plan).edit is None
    known = replace(
        plan,
        accounts=plan.accounts.with_column("code", np.array(["011", "", "021", "001"], object)),
    )
    again = place_again(known)
    assert again.edit is not None and again.rows.tolist() == [0, 2]
    assert (again.n_new, again.n_better, again.n_moved) == (1, 0, 1)
    after = apply(known, again.edit)
    assert after.accounts.unit.tolist() == [1, 3, 2, 0]  # neither code lost nor coordinates moved
    assert PLACEMENTS[after.accounts.placement[3]] == "coordinates"
    only = place_again(known, only_unplaced=True)
    assert only.rows.tolist() == [2]
    assert place_again(known, [0]).rows.tolist() == [0]


CODES = st.sampled_from(["001", "031", "Köln", "x", "", "50.5", "11.5", "99"])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(CODES, CODES, CODES, CODES), min_size=1, max_size=8),
    st.lists(st.integers(0, 7), max_size=4),
    st.sampled_from(["near", "nearest", "leave"]),
)
def test_placing_twice_is_placing_once_and_hands_are_safe(
    rows: list[tuple[str, str, str, str]], by_hand: list[int], outside: str
) -> None:
    names = ("code", "lat", "lon", "city")
    cells = {name: [row[k] for row in rows] for k, name in enumerate(names)}
    roles = {"code": "unit_code", "lat": "lat", "lon": "lon", "city": "city"}
    made = make(cells, roles, SQUARES, outside=outside)
    report = made.report
    assert report.read == report.accepted + report.grouped + report.rejected == len(rows)
    assert report.unplaced == int((made.accounts.placement == 0).sum())
    plan = with_accounts(SQUARES, made)
    hand = place_by_hand(plan, [k for k in by_hand if k < len(rows)], 11.2, 50.3)
    plan = apply(plan, hand) if hand else plan
    choices = Placing(outside=outside)
    first = place_again(plan, choices=choices)
    once = apply(plan, first.edit) if first.edit else plan
    assert place_again(once, choices=choices).edit is None
    mine = plan.accounts.placement == HAND
    assert (once.accounts.placement[mine] == HAND).all()
    assert np.array_equal(once.accounts.x[mine], plan.accounts.x[mine])
    exact = plan.accounts.placement == PLACEMENTS.index("coordinates")
    assert np.array_equal(once.accounts.x[exact], plan.accounts.x[exact])
    had_place = plan.accounts.placement > 0
    assert (once.accounts.placement[had_place] > 0).all()


SQUARES = square_plan()


def test_columns_of_places_are_those_with_the_meaning(squares: Plan) -> None:
    plan = placed_plan(squares)
    roles = {row.role for row in plan.rows(rec.Column) if row.table == "accounts"}
    assert "unit_code" in roles
