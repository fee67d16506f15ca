"""Accounts and postcodes as kinds of import: what the page asks for, and the step that it gives."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import geocode, projection, sample
from terradesk import records as rec
from terradesk.accounts import PLACEMENTS
from terradesk.document import Document
from terradesk.errors import TerraDeskError
from terradesk.importing import Choices, Source, read_source
from terradesk.importing.choices import Reading
from terradesk.importing.kinds import kind_of
from terradesk.importing.kinds.accounts import KIND as ACCOUNTS
from terradesk.importing.kinds.postcodes import KIND as POSTCODES
from terradesk.importing.prepared import PROBLEM
from terradesk.plan import Plan
from terradesk.readers.report import from_dict
from tests.core.test_readers_accounts import square_plan, table

SQUARES = square_plan()


@pytest.fixture(scope="module")
def counties() -> Plan:
    return sample.new_from_map("us_county")


def source(columns: dict[str, list[str]], name: str = "list.csv", decimal: str = ".") -> Source:
    return Source(Path(name), Reading(), table=table(columns, decimal))


def options_of(file: Source, plan: Plan | None) -> dict[str, list[str]]:
    return {one.key: [v for v, _text in one.choices] for one in ACCOUNTS.options(file, plan)}


SHOPS = {
    "No": ["1", "2", "3", "3"],
    "Name": ["Acme", "Brown", "Cole", "Dean"],
    "City": ["Denver", "Springfield", "Philadelpia", "Nowhere at all"],
    "State": ["CO", "", "PA", "CO"],
    "ZIP": ["80202", "", "", ""],
    "Sales": ["10", "20", "x", "40"],
}


EACH = {"group_by": ""}  # each row of the file an account


# ---------------------------------------------------------------------- accounts
def test_the_kinds_are_in_the_list() -> None:
    assert kind_of("accounts") is ACCOUNTS and kind_of("postcodes") is POSTCODES


def test_accounts_come_with_a_step_that_can_be_undone(counties: Plan) -> None:
    file = source(SHOPS)
    assert ACCOUNTS.suits(file, counties) > 0.5
    prepared = ACCOUNTS.prepare(file, counties, Choices(options=EACH))
    assert prepared.report.adds_up and prepared.report.read == 4 and prepared.incoming is not None
    assert "4 accounts come in, 2 of them with a place" in prepared.sentence
    assert len(prepared.heads) == len(prepared.rows[0]) and len(prepared.rows) == 4
    assert prepared.rows[3][0] == "3 (2)" and prepared.rows[0][2] == "Postcode"
    assert (prepared.shown.point_states == PROBLEM).tolist() == [False, True, False, True]
    document = Document(counties)
    document.bring(prepared.incoming)
    plan = document.plan
    assert plan.accounts_present.sum() == 4
    (row,) = plan.rows(rec.BatchRow)
    assert row.kind == "accounts" and from_dict(json.loads(row.report)).read == 4
    document.undo()
    assert not document.plan.accounts_present.any() and not document.plan.rows(rec.BatchRow)


def test_doubts_are_items_that_can_be_picked_or_left_out(counties: Plan) -> None:
    file = source(SHOPS)
    items = {
        one.group: one for one in ACCOUNTS.prepare(file, counties, Choices(options=EACH)).items
    }
    several, misspelt = items["open"], items["misspelt"]
    assert not several.is_on and several.rows == (1,) and several.candidates[0][0] == ""
    assert misspelt.is_on and misspelt.rows == (2,) and "Philadelphia" in misspelt.after
    picked = Choices(
        options=EACH,
        picked={several.key: several.candidates[1][0]},
        left_out=frozenset((misspelt.key,)),
    )
    prepared = ACCOUNTS.prepare(file, counties, picked)
    assert prepared.report.unplaced == 2
    again = {one.key: one for one in prepared.items}
    assert again[several.key].is_on and not again[misspelt.key].is_on


def test_only_options_that_matter_are_offered(counties: Plan) -> None:
    assert set(options_of(source(SHOPS), counties)) == {"group_by", "duplicates", "outside"}
    assert set(options_of(source({"Name": ["a", "b"]}), None)) == {"group_by"}
    points = {"Name": ["a", "b"], "lat": ["40", "41"], "lon": ["-100", "-101"]}
    assert "swap" in options_of(source(points), counties)
    geocode.tables.keep(geocode.tables.make_table("DE", ["1"], np.array([1.0]), np.array([1.0])))
    assert options_of(source(SHOPS), counties)["country"] == ["", "DE", "US"]


def test_repeated_numbers_as_chosen(counties: Plan) -> None:
    file = source(SHOPS)
    for choice, n in (("join", 3), ("first", 3), ("number", 4)):
        made = ACCOUNTS.make(file, counties, Choices(options={**EACH, "duplicates": choice}))
        assert len(made.accounts) == n and made.report.adds_up
    with pytest.raises(TerraDeskError):
        ACCOUNTS.prepare(file, counties, Choices(options={**EACH, "duplicates": "refuse"}))
    by_number = ACCOUNTS.make(file, counties, Choices())
    told = {one.kind: one for one in by_number.report.issues}
    assert len(by_number.accounts) == 3 and told["other_name"].every_row.tolist() == [3]
    grouped = ACCOUNTS.make(file, counties, Choices(options={"group_by": "City\tState"}))
    assert len(grouped.accounts) == 4 and "rows" in grouped.accounts.columns


def test_without_a_plan_there_is_no_step_yet() -> None:
    prepared = ACCOUNTS.prepare(source(SHOPS), None, Choices(options=EACH))
    assert prepared.incoming is None and prepared.plan is None and prepared.report.accepted == 4
    assert not any(count.key == "outside" for count in prepared.counts)


def test_metres_are_offered_as_grids() -> None:
    plan = sample.new_from_map("se_kommun")
    lonlat = np.array([[18.07, 59.33], [11.97, 57.71], [13.0, 55.6]])
    xy = projection.to_plan(lonlat, projection.LONLAT, "EPSG:3006")
    columns = {"Namn": ["a", "b", "c"], "X": [], "Y": []}
    columns["X"], columns["Y"] = ([f"{v:.1f}" for v in side] for side in xy.T)
    file = source(columns)
    roles = {one.column: one.role for one in ACCOUNTS.recognise(file, plan)}
    assert (roles["X"], roles["Y"]) == ("lon", "lat")
    assert options_of(file, plan)["crs"][:2] == ["", "EPSG:3006"]
    assert (ACCOUNTS.make(file, plan, Choices()).accounts.unit >= 0).all()


def test_states_are_known_by_their_cells(counties: Plan) -> None:
    cells = {"Name": list("abc"), "City": ["Portland"] * 3, "Z": ["Maine", "OR", "Texas"]}
    roles = {one.column: one.role for one in ACCOUNTS.recognise(source(cells), counties)}
    assert roles["Z"] == "state"


CELL = st.sampled_from(["", "001", "50.5", "11.2", "A", "Köln", "7", "-", "x"])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL), min_size=1, max_size=8),
    st.sampled_from(["number", "join", "first"]),
    st.sampled_from(["", "id", "city", "code\tcity"]),
)
def test_every_row_is_accepted_grouped_or_rejected(
    rows: list[tuple[str, ...]], duplicates: str, group_by: str
) -> None:
    names = ("id", "city", "code", "lat", "lon")
    file = source({name: [row[k] for row in rows] for k, name in enumerate(names)})
    roles = dict(zip(names, ("id", "city", "unit_code", "lat", "lon"), strict=True))
    choices = Choices(roles, {"duplicates": duplicates, "group_by": group_by})
    prepared = ACCOUNTS.prepare(file, SQUARES, choices)
    report = prepared.report
    assert report.read == len(rows) == report.accepted + report.grouped + report.rejected
    made = ACCOUNTS.make(file, SQUARES, choices)
    assert len(made.accounts) == report.accepted == len(set(made.accounts.ids.tolist()))
    assert (made.account_of < 0).sum() == report.rejected
    assert report.unplaced == (made.accounts.placement == 0).sum()


# ---------------------------------------------------------------------- postcodes
GEONAMES = [
    ("PL", "00-950", "Warszawa", "52.23", "21.01"),
    ("PL", "00-950", "Warszawa 2", "52.25", "21.03"),
    ("PL", "31-001", "Kraków", "50.06", "19.94"),
    ("DE", "01067", "Dresden", "51.05", "13.74"),
    ("PL", "", "Nowhere", "50", "20"),
    ("PL", "99-999", "Nowhere", "", ""),
]


def geonames() -> Source:
    rows = [(a, b, c, "", "", "", "", "", "", lat, lon, "4") for a, b, c, lat, lon in GEONAMES]
    columns = {f"Column {k + 1}": [row[k] for row in rows] for k in range(12)}
    return source(columns, "allCountries.txt")


def test_files_of_geonames_place_the_accounts_of_the_plan_and_are_kept() -> None:
    document = Document(sample.new_from_map("pl_wojewodztwo"))
    shops = {"Name": ["a", "b", "c"], "Kod pocztowy": ["00-950", "31-001", "99-999"]}
    first = ACCOUNTS.prepare(source(shops), document.plan, Choices())
    assert first.incoming is not None and first.report.unplaced == 3
    document.bring(first.incoming)
    # a part of the codes broken on purpose is not enough to look like another kind of file
    file = geonames()
    good = {k: np.delete(v, 5) for k, v in file.rows.columns.items()}
    file = source({k: v.tolist() for k, v in good.items()}, "allCountries.txt")
    assert POSTCODES.suits(file, document.plan) > 0.9 > ACCOUNTS.suits(file, document.plan)
    prepared = POSTCODES.prepare(file, document.plan, Choices())
    report = prepared.report
    assert (report.read, report.accepted, report.grouped, report.rejected) == (5, 3, 1, 1)
    assert {c.key: c.n for c in prepared.counts} == {
        **{"country_DE": 1, "country_PL": 2, "better": 2, "rejected": 1}
    }
    assert prepared.incoming is not None and prepared.after is not None
    assert geocode.tables.countries() == ("US",)  # looking at it keeps nothing
    document.bring(prepared.incoming)
    assert "Poland" in prepared.after(document.plan)
    assert geocode.tables.countries() == ("DE", "PL", "US")
    placed = document.plan.accounts.placement
    assert [PLACEMENTS[k] for k in placed] == ["postcode", "postcode", "unplaced"]
    document.undo()
    assert (document.plan.accounts.placement == 0).all()


def test_a_file_of_geonames_needs_no_header(tmp_path: Path) -> None:
    rows = [[a, b, c, *[""] * 6, lat, lon, "4"] for a, b, c, lat, lon in GEONAMES[:4]]
    file = tmp_path / "DE.txt"
    file.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    found = read_source(file)
    assert found.n_rows == 4 and POSTCODES.suits(found, None) > 0.9
    assert POSTCODES.prepare(found, None, Choices()).report.accepted == 3


def test_tables_with_headers_of_one_country_replace_or_complete() -> None:
    cells = {"PLZ": ["1067", "80331"], "Breite": ["51,05", "48,13"], "Länge": ["13,74", "11,57"]}
    file = source(cells, "DE.csv", ",")
    assert POSTCODES.suits(file, None) > 0.5
    prepared = POSTCODES.prepare(file, None, Choices())
    assert prepared.incoming is None and prepared.after is not None
    prepared.after(SQUARES)
    more = source({k: v[:1] for k, v in cells.items()} | {"PLZ": ["20095"]}, "plz.csv", ",")
    choices = Choices(options={"country": "DE", "add": "add"})
    added = POSTCODES.prepare(more, None, choices)
    assert added.after is not None and added.counts[0].n == 3
    added.after(SQUARES)
    assert np.isfinite(geocode.tables.find_in("DE", ["01067", "20095"])[0]).all()
    only = POSTCODES.prepare(more, None, replace(choices, options={"country": "DE"}))
    assert only.after is not None and only.counts[0].n == 1


def test_postcodes_of_no_known_country_are_refused() -> None:
    cells = {"Code": ["1067", "80331"], "Lat": ["51", "48"], "Lon": ["13", "11"]}
    roles = {"Code": "postcode", "Lat": "lat", "Lon": "lon"}
    with pytest.raises(TerraDeskError, match="known country"):
        POSTCODES.prepare(source(cells), None, Choices(roles))
