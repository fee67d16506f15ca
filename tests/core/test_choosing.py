"""Choosing by code, query, sameness, distance and neighbourhood, on a grid with known answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk import choosing, edits
from terradesk import records as rec
from terradesk.choosing import CODES, QUERY, Situation, choose, way_of
from terradesk.choosing.places import coordinates, spot
from terradesk.choosing.within import near, parsed
from terradesk.errors import TerraDeskError
from terradesk.plan import UNASSIGNED, Plan
from terradesk.units import Units
from tests.core.kernel import SIDE, grid_plan

COLUMNS, ROWS = 6, 4
GRID = grid_plan(COLUMNS, ROWS)
N = COLUMNS * ROWS


def situation(plan: Plan = GRID, units=(), accounts=(), of="units", **more) -> Situation:
    return Situation(
        plan.alignment(3), np.array(units, np.int32), np.array(accounts, np.int32), of=of, **more
    )


def with_codes(*codes: str) -> Plan:
    n = len(codes)
    units = replace(
        Units(np.array(codes, object), np.array([f"Name {k}" for k in range(n)], object)),
    )
    return replace(
        GRID, units=units, coverage=None, assignments={3: np.full(n, UNASSIGNED, np.int32)}
    )


def codes_found(text: str, *codes: str) -> list[str]:
    plan = with_codes(*codes)
    return [str(c) for c in plan.units.codes[CODES.find(text, situation(plan)).unit_rows]]


# ------------------------------------------------------------------ codes
ZIPS = ("00501", "07501", "75001", "75009", "75010", "75201", "75301", "75400", "76001")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("75001", ["75001"]),
        ("752-753", ["75201", "75301"]),
        ("75001-75009", ["75001", "75009"]),
        ("75001 – 75009", ["75001", "75009"]),
        ("75009-75001", ["75001", "75009"]),
        ("76*", ["76001"]),
        ("7?001", ["75001", "76001"]),
        ("752-753, 75001-75009, 76*", ["75001", "75009", "75201", "75301", "76001"]),
        ("75", ["75001", "75009", "75010", "75201", "75301", "75400"]),
        ("00501\n76001;75400", ["00501", "75400", "76001"]),
        ("75001 76001", ["75001", "76001"]),
        ("750-75201", ["75001", "75009", "75010", "75201"]),
        ("0-1", ["00501", "07501"]),
        ("501", []),
        ("75201-1234", []),
    ],
)
def test_codes_of_one_length_are_compared_as_text(text, expected):
    assert codes_found(text, *ZIPS) == expected


def test_codes_of_several_lengths_are_compared_as_numbers():
    codes = ("1", "2", "5", "12", "20", "105")
    assert codes_found("2-12", *codes) == ["2", "5", "12"]
    assert codes_found("1*", *codes) == ["1", "12", "105"]
    assert codes_found("1", *codes) == ["1"]


def test_letters_before_the_number_stay_with_it():
    codes = ("SW1", "SW2", "SW10", "SE1", "N1")
    assert codes_found("sw1-sw9", *codes) == ["SW1", "SW2"]
    assert codes_found("S*", *codes) == ["SW1", "SW2", "SW10", "SE1"]
    assert codes_found("SE11-SE12", "SE110", "SE121", "SE224") == ["SE110", "SE121"]


def test_codes_with_dashes_are_themselves_before_they_are_ranges():
    codes = ("FR-75", "FR-76", "FR-80")
    assert codes_found("FR-75", *codes) == ["FR-75"]
    assert codes_found("FR-75-FR-76", *codes) == ["FR-75", "FR-76"]


def test_names_serve_where_no_code_fits_and_may_hold_spaces():
    assert codes_found("name 1, name 2", "A", "B", "C") == ["B", "C"]


def test_parts_that_match_nothing_are_told():
    found = CODES.find("75001, 99*, 12", situation(with_codes(*ZIPS)))
    assert found.missed == ("99*", "12")


def test_removed_areas_are_not_found():
    units = replace(GRID.units, is_present=np.arange(N) != 3)
    found = CODES.find("00003, 00004", situation(replace(GRID, units=units)))
    assert found.unit_rows.tolist() == [4]
    assert found.missed == ("00003",)


@given(st.integers(0, 99_999), st.integers(0, 99_999))
def test_a_range_of_whole_codes_holds_what_lies_between(a, b):
    codes = [f"{k:05d}" for k in range(0, 100_000, 997)]
    low, high = sorted((a, b))
    expected = [c for c in codes if low <= int(c) <= high]
    assert codes_found(f"{a:05d}-{b:05d}", *codes) == expected


@given(st.text(max_size=40))
def test_any_text_is_understood_as_codes(text):
    found = CODES.find(text, situation())
    assert set(found.unit_rows.tolist()) <= set(range(N))


# ------------------------------------------------------------------ queries
def rows(text: str, **more) -> list[int]:
    found = QUERY.find(text, situation(**more))
    return (found.account_rows if len(found.account_rows) else found.unit_rows).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("population > 121", [22, 23]),
        ('state = "S1" and population < 108', [6, 7]),
        ("state = s1 and population < 108", [6, 7]),
        ("state is S1 and population < 108", [6, 7]),
        ("state is not S1 and population < 108", list(range(6))),
        ("state in (S0, s3) and population > 104", [5, 18, 19, 20, 21, 22, 23]),
        ("state in S0, S3 and population > 104", [5, 18, 19, 20, 21, 22, 23]),
        ("state not in (S0, S1, S2)", list(range(18, 24))),
        ("population between 103 and 105", [3, 4, 5]),
        ("population not between 101 and 199", [0]),
        ("name starts with square 2", [2, 20, 21, 22, 23]),
        ("name contains 'E 1' and not (population > 110)", [1, 10]),
        ("code = 00007", [7]),
        ("code between 00007 and 00009", [7, 8, 9]),
        ("code starts with 0001", list(range(10, 20))),
        ("population ≥ 0.123k", [23]),
        ("population > 1,000", []),
        ("population > '121'", [22, 23]),
        ("state is empty", []),
        ("state is not empty and population <= 100", [0]),
        ("abs(population - 110) <= 1", [9, 10, 11]),
        ("territory = t2 and state = S0", [4, 5]),
        ("accounts > 0 and state = S0", [0, 2, 4]),
        ("sales > 100", [20, 22]),
        ("[population]*2 > 244", [23]),
        ("100 < population < 103", [1, 2]),
        ("km2 > 99 and population < 101", [0]),
    ],
)
def test_queries_in_the_words_of_the_user(text, expected):
    assert rows(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("owner = rep 1 and sales > 50", [7, 10]),
        ("sales between 20 and 30", [1, 2]),
        ("id = a003", [3]),
        ("state = S3", [9, 10, 11]),
        ("territory = T0 and state = S0", [0]),
        ("square = square 2", [1]),
    ],
)
def test_accounts_are_queried_alike(text, expected):
    assert rows(text, of="accounts") == expected
    assert rows(f"accounts where {text}") == expected


@pytest.mark.parametrize(
    ("text", "position", "word"),
    [
        ("population > 5 and popluation < 3", 19, "population"),
        ("statee = TX", 0, "state"),
        ("population > lots", 13, "numbers"),
        ("population >", 12, "missing"),
        ("population between 5", 20, "and"),
        ("state in (S0, S1", 16, "parenthesis"),
        ("accounts where nothing = 1", 15, "nothing"),
        ("population starts with 1", 18, "numbers"),
    ],
)
def test_errors_point_at_the_spot(text, position, word):
    with pytest.raises(choosing.QueryError) as caught:
        QUERY.find(text, situation())
    assert caught.value.position == position
    assert word in f"{caught.value.message} {caught.value.hint}"


def test_what_the_formula_refuses_is_told_at_its_place_in_the_text():
    with pytest.raises(choosing.QueryError) as caught:
        QUERY.find("population > 5 and (state = S1 + 3", situation())
    assert 0 <= caught.value.position <= 34
    with pytest.raises(choosing.QueryError, match="condition"):
        QUERY.find("population + 3", situation())


def test_states_go_by_name_and_by_code_and_unknown_texts_are_told():
    names = np.array(["Texas", "New York", "Utah", ""] * 6, object)
    plan = replace(GRID, units=replace(GRID.units, columns={"state": names}))
    assert rows("state = TX", plan=plan) == list(range(0, N, 4))
    assert rows("state in (tx, New York)", plan=plan) == sorted([*range(0, N, 4), *range(1, N, 4)])
    found = QUERY.find("state = Oz or state = utah", situation(plan))
    assert found.missed == ("state Oz",)
    assert len(found) == 6


def test_columns_are_found_by_their_label():
    label = rec.Column("c", 90, table="units", name="population", label="People per area")
    tables = {**GRID.tables, "column": {(0, "c"): label}}
    assert rows("people per area > 122", plan=replace(GRID, tables=tables)) == [23]


@given(st.text(max_size=60))
def test_no_query_does_anything_but_answer_or_explain(text):
    try:
        found = QUERY.find(text, situation())
    except TerraDeskError as error:
        assert error.message
    else:
        assert set(found.unit_rows.tolist()) <= set(range(N))


@given(st.sampled_from(["S0", "S1", "S2", "S3"]), st.integers(95, 130))
def test_and_or_not_obey_their_laws(state, limit):
    a, b = f"state = {state}", f"population > {limit}"
    both, either = set(rows(f"{a} and {b}")), set(rows(f"{a} or {b}"))
    assert both == set(rows(a)) & set(rows(b))
    assert either == set(rows(a)) | set(rows(b))
    assert set(rows(f"not ({b})")) == set(range(N)) - set(rows(b))


# ------------------------------------------------------------------ same, kinds
def test_same_state_territory_and_given_groups():
    here = situation(units=[0], groups={"class": np.arange(N) // 12})
    assert choose("same state", here).unit_rows.tolist() == list(range(6))
    assert len(choose("same territory", here)) == 8
    assert choose("same class", here).unit_rows.tolist() == list(range(12))
    assert [t.title for t in choosing.traits(here, "units")] == ["territory", "state", "class"]


def test_same_owner_of_accounts_and_same_segment():
    segment = rec.Segment("s", 91, name="Large", formula="sales > 100")
    plan = replace(GRID, tables={**GRID.tables, "segment": {(0, "s"): segment}})
    here = situation(plan, accounts=[11])
    assert choose("same owner", here).account_rows.tolist() == [2, 5, 8, 11]
    assert choose("same large", here).account_rows.tolist() == [10, 11]
    assert choose("same square", here).account_rows.tolist() == [11]


def test_same_needs_something_to_compare_with():
    with pytest.raises(TerraDeskError, match="Nothing is selected"):
        choose("same state", situation())
    with pytest.raises(TerraDeskError, match="no “colour”"):
        choose("same colour", situation(units=[1]))


def test_unassigned_and_areas_without_accounts():
    plan = replace(GRID, assignments={3: np.where(np.arange(N) < 2, -1, GRID.assignments[3])})
    assert choose("unassigned", situation(plan)).unit_rows.tolist() == [0, 1]
    assert choose("unassigned", situation(plan, of="accounts")).account_rows.tolist() == [0]
    assert choose("without accounts", situation()).unit_rows.tolist() == list(range(1, N, 2))
    assert choose("with accounts", situation()).unit_rows.tolist() == list(range(0, N, 2))


def test_detached_parts_and_the_edge_of_a_territory():
    ids = [t.id for t in GRID.alignment(3).leaves]
    labels = GRID.assignments[3].copy()
    labels[5] = ids[0]
    plan = replace(GRID, assignments={3: labels})
    assert choose("detached parts", situation(plan)).unit_rows.tolist() == [5]
    at_edge = choose("edge of the territory", situation(units=[0])).unit_rows.tolist()
    assert at_edge == [1, 7, 13, 19]
    assert choose("border", situation(current=ids[0])).unit_rows.tolist() == at_edge


def test_accounts_of_areas_and_areas_of_accounts():
    assert choose("accounts of the selected areas", situation(units=[0, 1, 2])).account_rows.tolist(
    ) == [0, 1]  # fmt: skip
    assert choose("their areas", situation(accounts=[0, 3])).unit_rows.tolist() == [0, 6]


# ------------------------------------------------------------------ neighbours
def test_growing_takes_neighbours_by_border_and_by_water_link():
    assert choosing.grown(GRID, [0]).tolist() == [0, 1, 6]
    assert choosing.touching(GRID, [0]).tolist() == [1, 6]
    link = rec.Bridge("b", 92, unit_a=0, unit_b=23)
    linked = replace(GRID, tables={**GRID.tables, "bridge": {(0, "b"): link}})
    assert choosing.grown(linked, [0]).tolist() == [0, 1, 6, 23]


def test_shrinking_stops_at_the_coast():
    assert choosing.shrunk(GRID, range(6)).tolist() == []
    assert choosing.shrunk(GRID, range(12)).tolist() == list(range(6))
    assert choosing.shrunk(GRID, range(N)).tolist() == list(range(N))


subsets = st.sets(st.integers(0, N - 1)).map(sorted)


@given(subsets, st.integers(1, 3))
def test_growing_then_shrinking_loses_nothing_and_the_reverse_gains_nothing(chosen, steps):
    closed = choosing.shrunk(GRID, choosing.grown(GRID, chosen, steps), steps)
    opened = choosing.grown(GRID, choosing.shrunk(GRID, chosen, steps), steps)
    assert set(closed.tolist()) >= set(chosen) >= set(opened.tolist())


@given(subsets, subsets)
def test_growing_respects_unions_and_is_the_mirror_of_shrinking(a, b):
    grown = lambda rows: set(choosing.grown(GRID, rows).tolist())  # noqa: E731
    assert grown(sorted({*a, *b})) == grown(a) | grown(b)
    others = sorted(set(range(N)) - set(a))
    assert set(choosing.shrunk(GRID, a).tolist()) == set(range(N)) - grown(others)


@given(subsets, st.integers(1, 4))
def test_many_steps_are_one_step_many_times(chosen, steps):
    once = np.array(chosen, np.int32)
    for _step in range(steps):
        once = choosing.grown(GRID, once)
    assert choosing.grown(GRID, chosen, steps).tolist() == once.tolist()


@given(subsets)
def test_inverting_twice_changes_nothing(chosen):
    present = GRID.units_present
    twice = choosing.inverted(choosing.inverted(np.array(chosen, np.int64), present), present)
    assert twice.tolist() == chosen


@given(subsets, subsets)
def test_the_four_ways_to_combine(before, found):
    a, b = np.array(before, np.int32), np.array(found, np.int32)
    result = {how: set(choosing.combined(a, b, how).tolist()) for how in
              ("new", "add", "remove", "keep")}  # fmt: skip
    assert result["new"] == set(found)
    assert result["add"] == set(before) | set(found)
    assert result["remove"] == set(before) - set(found)
    assert result["keep"] == set(before) & set(found)
    assert result["remove"] | result["keep"] == set(before)


# ------------------------------------------------------------------ distance and places
@pytest.mark.parametrize(
    ("text", "metres", "place"),
    [
        ("within 50 km of Dallas", 50_000, "Dallas"),
        ("20 miles from the selection", 20 * 1609.344, "the selection"),
        ("within 2,5 km", 2500, ""),
        ("within 3 of 75201", 3000, "75201"),
    ],
)
def test_distances_are_read_from_a_text(text, metres, place):
    found = parsed(text)
    assert found is not None
    assert found[0] == pytest.approx(metres)
    assert found[1] == place


def test_codes_and_queries_are_no_distances():
    for text in ("50", "50 km", "75201", "state = TX"):
        way = way_of(text, situation())
        assert way is not None
        assert way.id in ("codes", "query")


def test_areas_and_accounts_within_a_distance():
    here = situation(units=[7])
    assert choose("within 11 km of the selection", here).unit_rows.tolist() == [1, 6, 7, 8, 13]
    found = choose("within 11 km of A000", situation(of="accounts"))
    assert found.account_rows.tolist() == [0, 3]
    assert choose("within 15 km of 00000", situation()).unit_rows.tolist() == [0, 1, 6, 7]
    with pytest.raises(TerraDeskError, match="no place called"):
        choose("within 5 km of Nowhere at all", situation())
    with pytest.raises(TerraDeskError, match="Nothing is selected"):
        choose("within 5 km of the selection", situation())


@given(st.floats(1_000, 40_000), st.integers(0, N - 1))
def test_within_agrees_with_the_geodesic_to_every_area(radius, source):
    from pyproj import Geod

    from terradesk import projection
    from terradesk.choosing.places import centres_m

    xy = centres_m(GRID)
    found = near(xy, xy[[source]], radius, GRID.crs)
    lon, lat = projection.lonlat(xy[:, 0], xy[:, 1], GRID.crs)
    away = Geod(ellps="WGS84").inv(np.full(N, lon[source]), np.full(N, lat[source]), lon, lat)[2]
    assert np.array_equal(found, np.asarray(away) <= radius)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("32.78, -96.8", (32.78, -96.8)),
        ("32.78 -96.8", (32.78, -96.8)),
        ("32.78 N, 96.8 W", (32.78, -96.8)),
        ("33°S 151°E", (-33, 151)),
        ("75201, 75202", None),
        ("12 13", None),
        ("95.5, 10.2", None),
        ("Dallas", None),
    ],
)
def test_coordinates_are_recognised(text, expected):
    assert coordinates(text) == expected


def test_a_city_in_the_map_goes_before_a_territory_of_its_name():
    from terradesk.choosing.places import in_plan

    x, y = in_plan(GRID, -96.8, 32.78)  # type: ignore[misc]
    accounts = replace(
        GRID.accounts, x=GRID.accounts.x + x - 30_000, y=GRID.accounts.y + y - 20_000
    )
    plan = replace(GRID, accounts=accounts)
    territory = replace(plan.alignment(3).leaves[0], name="Dallas")
    table = {**plan.tables["territory"], (3, territory.uid): territory}
    plan = replace(plan, tables={**plan.tables, "territory": table})
    found = spot("Dallas", situation(plan))
    assert found.kind == "city"
    assert found.xy[0] == pytest.approx([x, y], abs=30_000)
    assert spot("territory Dallas", situation(plan)).kind == "territory"
    near_it = choose("within 200 km of Dallas", situation(plan, of="accounts"))
    assert near_it.told == "Dallas: city"
    assert len(near_it) == len(accounts)


def test_places_are_found_by_code_name_account_and_territory():
    titles = {"00003": "Square 3", "square 3": "Square 3", "customer 2": "Customer 2", "t1": "T1"}
    for text, title in titles.items():
        found = spot(text, situation())
        assert found is not None
        assert found.title == title
    assert spot("t1", situation()).xy.shape == (8, 2)
    assert spot("territory t1", situation()).kind == "territory"
    assert spot("square square 1", situation()).title == "Square 1"
    assert spot("territory none", situation()) is None
    assert spot("00000", situation()).xy[0] == pytest.approx([SIDE / 2, SIDE / 2], abs=1)


# ------------------------------------------------------------------ all of them together
@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("752-753, 76*", "codes"),
        ("state = TX", "query"),
        ("population between 1 and 5", "query"),
        ("same state", "same"),
        ("within 50 km of Dallas", "within"),
        ("unassigned", "kind"),
        ("Dallas", "codes"),
    ],
)
def test_a_text_finds_its_own_way(text, way):
    found = way_of(text, situation())
    assert found is not None
    assert found.id == way


def test_what_is_offered_is_understood():
    here = situation(units=[0], accounts=[0])
    for way in choosing.WAYS:
        for text in way.offers(here):
            assert way_of(text, here) is way
            way.find(text, here)


def test_nothing_typed_finds_nothing():
    assert way_of("  ", situation()) is None
    assert len(choose("", situation())) == 0


def test_a_selection_can_be_assigned_as_it_is_found():
    found = choose("state = S0", situation())
    made = edits.assign(GRID, 3, found.unit_rows, UNASSIGNED)
    assert made.edit is not None
    assert (edits.apply(GRID, made.edit).assignments[3][:6] == UNASSIGNED).all()
