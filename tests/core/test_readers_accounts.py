"""Tables to accounts: columns recognised, rows joined, places found, nothing dropped."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from terradesk import paths, projection, readers
from terradesk import records as rec
from terradesk.accounts import PLACEMENTS
from terradesk.arcs import build
from terradesk.document import Document
from terradesk.errors import TerraDeskError
from terradesk.plan import Plan, new_plan
from terradesk.readers import ImportReport, Table
from terradesk.units import Units, empty_units
from tests.core.kernel import grid_plan
from tests.core.made_maps import SQUARES, columns, objects


def table(columns: Mapping[str, Sequence[str]], decimal: str = ".") -> Table:
    n = len(next(iter(columns.values())))
    cells = {name: objects(values) for name, values in columns.items()}
    return Table(cells, n, ImportReport(read=n, accepted=n), decimal)


def roles_found(columns: Mapping[str, Sequence[str]], units: Units | None = None) -> dict[str, str]:
    return readers.roles_of(readers.recognise(table(columns), units))


@pytest.fixture(scope="module")
def counties() -> Plan:
    made = readers.make_units(readers.read_boundaries(paths.resource("us_2023.gpkg"), "county"))
    return new_plan(made.crs, made.units, made.arcs, columns=made.columns, measures=made.measures)


@pytest.fixture(scope="module")
def orders() -> Table:
    return readers.read_table(paths.resource("superstore_orders_us.csv.gz"))


def square_plan() -> Plan:
    """Four squares of one degree: 001, 011 below, 021, 031 above; lower left at 10 E, 50 N."""
    crs = projection.equal_area_crs(10, 50, 12, 52)
    flat = projection.to_plan(SQUARES, "EPSG:4326", crs)
    cells = columns()
    units = Units(cells["code"], cells["name"], {})
    return new_plan(crs, units, build(flat))


def make(
    columns: Mapping[str, Sequence[str]],
    roles: Mapping[str, str],
    group_by: Sequence[str] = (),
    plan: Plan | None = None,
    decimal: str = ".",
    swap: bool = False,
) -> readers.MadeAccounts:
    made = readers.make_accounts(
        table(columns, decimal), roles, group_by, plan or square_plan(), swap=swap
    )
    assert made.report.adds_up
    assert made.report.accepted == len(made.accounts)
    return made


def kinds(made: readers.MadeAccounts) -> dict[str, int]:
    return {one.kind: one.n for one in made.report.issues}


# ---------------------------------------------------------------------- the order file
def test_orders_become_accounts_all_placed(counties: Plan, orders: Table) -> None:
    guesses = readers.recognise(orders, counties.units)
    grouping = readers.suggest_grouping(orders, guesses)
    assert grouping.looks_like_orders and grouping.n_places == 631
    assert grouping.choices[0] == ("zip", "Segment")
    roles = readers.roles_of(guesses)
    made = readers.make_accounts(orders, roles, grouping.choices[0], counties)
    accounts, report = made.accounts, made.report
    assert (report.read, report.accepted, report.grouped) == (9994, 1258, 8736)
    assert report.unplaced == report.rejected == 0 and report.adds_up
    assert (accounts.unit >= 0).all() and len(set(accounts.ids)) == 1258
    assert accounts.columns["rows"].sum() == 9994
    sales = sum(float(cell) for cell in orders.columns["Sales"])
    assert accounts.columns["Sales"].sum() == pytest.approx(sales)
    assert accounts.columns["Quantity"].sum() == 37873
    assert accounts.columns["Discount"].max() <= 0.8  # averaged
    assert [m.column for m in made.measures] == ["Sales", "Quantity", "Profit"]
    assert {c.name: c.format for c in made.columns if c.role == "amount"}["Sales"] == "money"
    assert accounts.names[0] == "Henderson 42420 Consumer"


def test_orders_are_placed_by_zip_that_lost_its_zero(counties: Plan, orders: Table) -> None:
    roles = dict.fromkeys(orders.columns, "unused") | {"Postal Code": "postcode", "Sales": "amount"}
    made = readers.make_accounts(orders, roles, ["Postal Code"], counties)
    assert len(made.accounts) == 631 and made.report.unplaced == 0
    assert kinds(made)["zip"] == made.report.repaired == 449
    assert set(made.accounts.ids) == set(orders.columns["zip"].tolist())
    assert (made.accounts.placement == PLACEMENTS.index("postcode")).all()
    assert (made.accounts.unit >= 0).all()


# ---------------------------------------------------------------------- recognising
@pytest.mark.parametrize(
    ("columns", "roles"),
    [
        (
            {
                "Account ID": ["A1", "A2"],
                "Customer Name": ["Acme", "Bolt"],
                "Street Address": ["1 Main St", "2 Oak"],
                "City": ["Austin", "Boise"],
                "ST": ["TX", "ID"],
                "Zip Code": ["78701", "83702"],
                "Latitude": ["30.27", "43.61"],
                "Longitude": ["-97.74", "-116.2"],
                "Sales Rep": ["Kim", "Kim"],
                "Annual Revenue": ["$1,200", "$3,000.50"],
                "Avg Price": ["1.5", "2"],
                "Phone": ["5125550100", "2085550101"],
                "Year": ["1999", "2004"],
            },
            "id name street city state postcode lat lon owner amount rate text text",
        ),
        (
            {
                "Numéro client": ["17", "18"],
                "Raison sociale": ["Épicerie", "Dupont"],
                "Adresse": ["1 rue X", "2 rue Y"],
                "Ville": ["Évry", "Lyon"],
                "Code postal": ["91000", "69001"],
                "Commercial": ["Léa", "Léa"],
                "Chiffre d'affaires": ["1 200", "3 000"],
                "Taux de remise": ["5", "7"],
            },
            "id name street city postcode owner amount rate",
        ),
        (
            {
                "Nr klienta": ["17", "18"],
                "Nazwa firmy": ["Żabka", "Łoś"],
                "Ulica": ["Długa", "Krótka"],
                "Miasto": ["Łódź", "Kraków"],
                "Kod pocztowy": ["90-001", "30-001"],
                "Województwo": ["łódzkie", "małopolskie"],
                "Przedstawiciel": ["Ewa", "Ewa"],
                "Sprzedaż": ["1200", "3000,5"],
                "Średnia cena": ["1,5", "2"],
                "Szerokość geograficzna": ["51,77", "50,06"],
                "Długość geograficzna": ["19,45", "19,94"],
            },
            "id name street city postcode state owner amount rate lat lon",
        ),
        (
            {
                "Kundnr": ["17", "18"],
                "Företag": ["Åkeri", "Bok"],
                "Gatuadress": ["Storg 1", "Lillg 2"],
                "Ort": ["Åre", "Malmö"],
                "Postnummer": ["837 52", "211 22"],
                "Säljare": ["Eva", "Eva"],
                "Omsättning": ["1200", "3000"],
                "Medelinkomst": ["300", "310"],
                "Antal besök": ["3", "12"],
            },
            "id name street city postcode owner amount rate amount",
        ),
        (
            {
                "Kundennummer": ["17", "18"],
                "Firma": ["Müller", "Groß"],
                "Straße": ["Weg 1", "Gasse 2"],
                "Ort": ["Köln", "Ulm"],
                "PLZ": ["01067", "89073"],
                "Bundesland": ["SN", "BW"],
                "Außendienst": ["Eva", "Eva"],
                "Umsatz": ["1.200", "3.000"],
                "Breitengrad": ["51", "48.4"],
                "Längengrad": ["13.7", "9.99"],
                "Anteil": ["5", "7"],
            },
            "id name street city postcode state owner amount lat lon rate",
        ),
        (
            {
                "کد مشتری": ["۱۷", "۱۸"],
                "نام مشتری": ["الف", "ب"],
                "آدرس": ["خیابان ۱", "خیابان ۲"],
                "شهر": ["تهران", "شیراز"],
                "استان": ["تهران", "فارس"],
                "فروش": ["۱۲۰۰", "۳۰۰۰"],
                "قیمت": ["۵", "۷"],
                "عرض جغرافیایی": ["35.7", "29.6"],
                "طول جغرافیایی": ["51.4", "52.5"],
                "بازاریاب": ["رضا", "رضا"],
            },
            "id name street city state amount rate lat lon owner",
        ),
    ],
    ids=["English", "French", "Polish", "Swedish", "German", "Persian"],
)
def test_headers_of_six_languages(columns: dict[str, list[str]], roles: str) -> None:
    assert list(roles_found(columns).values()) == roles.split()


def test_values_decide_where_headers_do_not() -> None:
    units = grid_plan().units
    found = roles_found(
        {
            "area": ["00003", "00007", "00003", "00001"],
            "y": ["51.5", "52", "53", "50"],
            "x": ["0.1", "0.2", "-1", "3"],
            "figure": ["10", "20", "5.5", "3"],
            "share": ["0.1", "0.25", "1", "0"],
            "growth": ["12%", "3%", "5%", "7%"],
            "Order ID": ["1", "2", "3", "4"],
            "nothing": ["", "", "", ""],
        },
        units,
    )
    wanted = ["unit_code", "lat", "lon", "amount", "rate", "rate", "code", "text"]
    assert list(found.values()) == wanted


def test_latitude_alone_is_no_position() -> None:
    assert roles_found({"lat": ["1.5", "2.5"], "name": ["a", "b"]}) == {
        "lat": "rate",
        "name": "name",
    }


def test_grouping_is_suggested_by_what_repeats() -> None:
    def choices(columns: dict[str, list[str]]) -> tuple[tuple[str, ...], ...]:
        made = table(columns)
        return readers.suggest_grouping(made, readers.recognise(made)).choices

    cities = ["Åre", "Åre", "Åre", "Malmö"]
    assert choices({"Customer ID": list("AABC"), "City": cities})[0] == ("Customer ID",)
    assert choices({"Customer ID": list("ABCD"), "City": cities})[0] == ()
    assert choices({"Name": ["x", "x", "y", "x"], "City": cities})[0] == ("City", "Name")
    assert choices({"Sales": ["1", "2", "3", "4"]}) == ((),)


# ---------------------------------------------------------------------- figures and rows
def test_rows_are_joined_by_key() -> None:
    made = make(
        {
            "id": ["A", "B", "A", "", "A", ""],
            "name": ["", "Bolt", "Acme", "x", "Other", ""],
            "sales": ["1.5", "(2)", "$1,000", "5", "oops", "7"],
            "rate": ["1", "", "3", "9", "", "1"],
        },
        {"id": "id", "name": "name", "sales": "amount", "rate": "rate"},
        ["id"],
    )
    accounts = made.accounts
    assert accounts.ids.tolist() == ["A", "B", "4"]
    assert accounts.names.tolist() == ["Acme", "Bolt", "x"]
    assert accounts.columns["sales"].tolist() == [1001.5, -2.0, 5.0]
    assert np.array_equal(accounts.columns["rate"], [2.0, np.nan, 9.0], equal_nan=True)
    assert accounts.columns["rows"].tolist() == [3.0, 1.0, 1.0]
    report = made.report
    assert (report.read, report.accepted, report.grouped, report.rejected) == (6, 3, 2, 1)
    assert kinds(made) == {"no_key": 1, "no_number": 1, "not_a_number": 1, "unplaced": 3}


def test_codes_stay_texts() -> None:
    made = make(
        {"id": ["01234", "1234"], "sku": ["007", "7"], "extra": ["1e5", "0x1"]},
        {"id": "id", "sku": "code"},
    )
    assert made.accounts.ids.tolist() == ["01234", "1234"]
    assert made.accounts.columns["sku"].tolist() == ["007", "7"]
    assert made.accounts.columns["extra"].tolist() == ["1e5", "0x1"]


def test_account_numbers_that_repeat_are_refused_with_the_way_out() -> None:
    with pytest.raises(
        TerraDeskError, match=r"1 account number in “.*id.*” occurs more.*A"
    ) as told:
        make({"id": ["A", "A", "B"]}, {"id": "id"})
    assert "one account per" in told.value.hint


def test_accounts_without_number_get_one_that_is_free() -> None:
    plan = square_plan()
    first = make({"name": ["x", "y"]}, {"name": "name"}, plan=plan)
    assert first.accounts.ids.tolist() == ["1", "2"]
    with_first = replace(plan, accounts=first.accounts)
    again = make({"name": ["x", "y", "z"]}, {"name": "name"}, plan=with_first)
    assert again.accounts.ids.tolist() == ["1 (2)", "2 (2)", "3"]
    known = make({"no": ["2", "7"]}, {"no": "id"}, plan=with_first)
    assert kinds(known)["known"] == 1


def test_roles_that_cannot_be() -> None:
    with pytest.raises(TerraDeskError, match=r"no column “.*gone"):
        make({"a": ["1"]}, {"gone": "id"})
    with pytest.raises(TerraDeskError, match="cannot both mean the same"):
        make({"a": ["1"], "b": ["1"]}, {"a": "id", "b": "id"})
    with pytest.raises(TerraDeskError, match=r"amout.* is no meaning") as told:
        make({"a": ["1"]}, {"a": "amout"})
    assert "amount" in told.value.hint


def test_rows_are_counted_but_are_no_measure() -> None:
    columns = {"id": ["A", "B", "A"], "rows": ["x", "y", ""], "sales": ["1", "2", "3"]}
    made = make(columns, {"id": "id", "sales": "amount"}, ["id"])
    assert made.accounts.columns["rows"].tolist() == ["x", "y"]
    assert made.accounts.columns["rows (2)"].tolist() == [2.0, 1.0]
    assert {c.name: c.label for c in made.columns}["rows (2)"] == "Rows of the file"
    assert [m.column for m in made.measures] == ["sales"]


def test_an_import_adds_what_the_plan_does_not_know_yet() -> None:
    document = Document(square_plan())
    n_columns = len(document.plan.rows(rec.Column))
    roles = {"id": "id", "sales": "amount"}
    for name, second in (("a.csv", "A"), ("b.csv", "B")):
        made = make({"id": [second], "sales": ["2"]}, roles, plan=document.plan)
        step = made.add_to(document, name)
        assert step.text == f"Added 1 account from {name}"
    plan = document.plan
    assert [m.column for m in plan.rows(rec.Measure) if m.source == "accounts"] == ["sales"]
    assert len(plan.rows(rec.Column)) == n_columns + 1
    ids = [row.id for kind in (rec.Column, rec.Measure, rec.BatchRow) for row in plan.rows(kind)]
    assert len(set(ids)) == len(ids) and max(ids) < plan.next_id
    assert json.loads(plan.rows(rec.BatchRow)[1].report)["read"] == 1
    document.undo()
    document.undo()
    assert not document.plan.rows(rec.Measure) and not document.plan.accounts_present.any()


CELLS = st.sampled_from(["", "A", "B", "12", "1,5", "x y", "-"])


@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), max_size=12),
    st.sampled_from([(), ("key",), ("key", "city")]),
)
def test_every_row_and_every_amount_is_accounted_for(
    rows: list[tuple[str, str, str, str]], group_by: tuple[str, ...]
) -> None:
    cells = {n: [row[k] for row in rows] for k, n in enumerate(("key", "city", "sales", "lat"))}
    cells["lon"] = cells["lat"]
    roles = {"city": "city", "sales": "amount", "lat": "lat", "lon": "lon"}
    made = readers.make_accounts(table(cells), roles, group_by, SQUARE_PLAN)
    report, accounts = made.report, made.accounts
    assert report.adds_up and report.read == len(rows) and report.accepted == len(accounts)
    assert report.unplaced == (accounts.placement == 0).sum()
    assert len(set(accounts.ids)) == len(accounts)
    kept = [row for row in rows if not group_by or any(row[: len(group_by)])]
    assert report.rejected == len(rows) - len(kept)
    amounts = {"12": 12.0, "1,5": 1.5}
    total = sum(amounts.get(row[2], 0.0) for row in kept)
    assert np.nansum(accounts.columns["sales"]) == pytest.approx(total)
    assert (np.isnan(accounts.x) == (accounts.placement == 0)).all()
    assert (accounts.unit[accounts.placement == 0] == -1).all()


SQUARE_PLAN = square_plan()


# ---------------------------------------------------------------------- places
def test_coordinates_find_the_unit_also_just_off_the_coast() -> None:
    made = make(
        {
            "lat": ["50.5", "51.5", "49.98", "48", "0", "95", "x", "", "50,5"],
            "lon": ["10.5", "11.5", "10.5", "10.5", "0", "10", "10", "", "11,5"],
        },
        {"lat": "lat", "lon": "lon"},
    )
    accounts = made.accounts
    assert accounts.unit.tolist() == [0, 3, 0, -1, -1, -1, -1, -1, 1]
    coordinates = PLACEMENTS.index("coordinates")
    assert accounts.placement.tolist() == [coordinates] * 4 + [0] * 4 + [coordinates]
    assert np.isfinite(accounts.x).tolist() == [True] * 4 + [False] * 4 + [True]
    assert accounts.lon[2] == 10.5 and accounts.lat[2] == 49.98  # where it is, not where it goes
    assert kinds(made) == {"near": 1, "bad_coordinates": 3, "unplaced": 4, "outside": 1}
    outside = next(one for one in made.report.issues if one.kind == "outside")
    assert outside.rows == (3,)


def test_accounts_that_are_all_elsewhere_are_told() -> None:
    made = make({"lat": ["10", "11"], "lon": ["100", "101"]}, {"lat": "lat", "lon": "lon"})
    assert "None of the 2 accounts" in made.report.issues[0].message
    assert made.report.unplaced == 0


def test_swapped_coordinates_are_told_and_can_be_put_right() -> None:
    cells = {"lat": ["10.5", "11.5", "10.2"], "lon": ["50.5", "51.5", "50.1"]}
    roles = {"lat": "lat", "lon": "lon"}
    wrong = make(cells, roles)
    assert "swapped" in kinds(wrong)
    assert wrong.accounts.unit.tolist() == [-1, -1, -1]
    right = make(cells, roles, swap=True)
    assert kinds(right) == {}
    assert right.accounts.unit.tolist() == [0, 3, 0]
    no_map = new_plan(square_plan().crs, empty_units(), None)
    assert "swapped" in kinds(make({"lat": ["-120"], "lon": ["40"]}, roles, plan=no_map))


def test_codes_and_names_of_units_place_in_their_middle() -> None:
    made = make(
        {"area": ["011", "31", "Köln", "évry", "ÅRE", "99", ""], "n": list("abcdefg")},
        {"area": "unit_code"},
    )
    assert made.accounts.unit.tolist() == [1, 3, 3, 1, 0, -1, -1]
    assert made.accounts.lon[0] == pytest.approx(11.5, abs=0.05)
    assert made.report.unplaced == 2
    assert made.accounts.placement[0] == PLACEMENTS.index("unit_code")


def test_postcodes_may_be_the_codes_of_units() -> None:
    made = make({"plz": ["001", "021", "777"]}, {"plz": "postcode"})
    assert made.accounts.unit.tolist() == [0, 2, -1]


def test_zips_of_workbooks_and_with_four_more_digits(counties: Plan) -> None:
    made = make(
        {"zip": ["501.0", "10001-1234", "2139", "9021O", "00000", "SW1A"] + ["60601"] * 30},
        {"zip": "postcode"},
        plan=counties,
    )
    assert made.accounts.columns["zip"].tolist()[:6] == [
        *("00501", "10001-1234", "02139", "90210", "00000", "SW1A")
    ]
    states = counties.units.columns["state"][made.accounts.unit[:4]].tolist()
    assert states == ["New York", "New York", "Massachusetts", "California"]
    assert made.report.unplaced == 2 and made.report.repaired == 4


def test_five_digits_of_another_country_are_no_zips() -> None:
    made = make({"plz": ["10001", "60601", "1001"]}, {"plz": "postcode"})
    assert made.report.unplaced == 3
    assert made.accounts.columns["plz"].tolist() == ["10001", "60601", "1001"]


def test_towns_place_where_nothing_better_is_known(counties: Plan) -> None:
    made = make(
        {
            "city": ["St. Louis", "Springfield", "Springfield", "Paris", "Nowhere"],
            "state": ["Missouri", "IL", "", "TX", ""],
        },
        {"city": "city", "state": "state"},
        plan=counties,
    )
    states = counties.units.columns["state"][made.accounts.unit].tolist()
    assert [states[0], states[1], states[3]] == ["Missouri", "Illinois", "Texas"]
    assert made.accounts.unit[4] == -1
    assert made.accounts.placement[0] == PLACEMENTS.index("place_name")


def test_a_plan_without_a_map_takes_accounts() -> None:
    plan = new_plan(square_plan().crs, empty_units(), None)
    made = make({"lat": ["50"], "lon": ["10"]}, {"lat": "lat", "lon": "lon"}, plan=plan)
    assert made.accounts.unit.tolist() == [-1] and made.report.unplaced == 0
    assert kinds(made) == {}
    assert shapely.points(made.accounts.x, made.accounts.y)[0].is_valid


def test_a_few_double_names_do_not_make_a_customer_list_orders(tmp_path: Path) -> None:
    shops = [f"Shop {k},Town {k % 90}" for k in range(100)]
    file = tmp_path / "shops.csv"
    file.write_text("\n".join(["Name,City", *shops, *shops[:2]]))
    table = readers.read_table(file)
    grouping = readers.suggest_grouping(table, readers.recognise(table))
    assert not grouping.looks_like_orders and grouping.choices[0] == ()
