"""Start from a customer list: where customers are, which maps fit, each customer its own area."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from terradesk import api, cli, measures, planfile, readers
from terradesk import records as rec
from terradesk.arcs import components
from terradesk.document import Document
from terradesk.errors import TerraDeskError
from terradesk.plan import new_plan
from terradesk.readers.maps.made_cells import make_cells
from terradesk.readers.report import ImportReport
from terradesk.sample import proposing
from terradesk.units import empty_units
from tests.core.test_exporters_workbook import load


def customers(**columns: list) -> readers.MadeAccounts:
    """Accounts as a file with these columns gives them."""
    cells = {name: np.array([str(v) for v in values], object) for name, values in columns.items()}
    n = len(next(iter(cells.values())))
    table = readers.Table(cells, n, ImportReport(read=n, accepted=n))
    plan = new_plan("EPSG:6933", empty_units(), None)
    roles = readers.roles_of(readers.recognise(table))
    return readers.make_accounts(table, roles, (), plan)


def at(points: list[tuple[float, float]], **more: list) -> readers.MadeAccounts:
    lon, lat = zip(*points, strict=True)
    names = [f"Shop {k}" for k in range(len(points))]
    return customers(name=names, latitude=list(lat), longitude=list(lon), **more)


def keys(made: readers.MadeAccounts) -> list[str]:
    return [one.key for one in proposing.propose(proposing.find(made))]


MANY = [(-74.0 + k / 50, 40.8 + (k % 7) / 50) for k in range(120)]


def test_many_customers_with_zip_codes_get_zip_areas() -> None:
    zips = ["10035", "42420", "98103", "77070"] * 30
    made = customers(name=[f"C{k}" for k in range(120)], zip=zips)
    found = proposing.find(made)
    assert found.n_states == 4 and found.with_zip == 1
    assert proposing.said(found) == "120 customers in 4 US states, most with a ZIP code."
    assert keys(made) == ["us_zip", "us_county", "each", ""]


def test_few_customers_or_none_with_a_zip_code_get_counties() -> None:
    few = customers(name=["A", "B"], zip=["10035", "42420"])
    assert keys(few)[0] == "us_county"
    assert keys(at(MANY))[0] == "us_county"
    assert proposing.said(proposing.find(at(MANY))).startswith("120 customers in ")


@pytest.mark.parametrize(
    ("points", "first"),
    [
        ([(-80, 40), (-100, 35), (-120, 45)], "us_county"),
        ([(-80, 40), (-100, 35), (-149.9, 61.2)], "us_county_all"),
        ([(18.1, 59.3), (12.0, 57.7), (20.2, 63.8)], "se_kommun"),
        ([(2.3, 48.9), (5.4, 43.3)], "fr_departement"),
        ([(2.3, 48.9), (5.4, 43.3), (55.5, -21.1)], "fr_departement_all"),
        ([(21.0, 52.2), (19.9, 50.1)], "each"),
        ([(51.4, 35.7)], "each"),
        ([(139.7, 35.7), (135.5, 34.7)], "each"),
        ([(2.3, 48.9), (13.4, 52.5)], "each"),
    ],
)
def test_the_map_of_the_country_is_proposed_unless_it_is_too_coarse(points, first) -> None:
    assert keys(at(points))[0] == first
    assert keys(at(points))[-1] == proposing.NO_MAP


@pytest.mark.parametrize(
    ("codes", "towns", "country"),
    [
        (["10115", "80331", "20095", "50667"], ["Berlin", "München", "Hamburg", "Köln"], "DE"),
        (["75001", "13001", "69001"], ["Paris", "Marseille", "Lyon"], "FR"),
        (["1010", "5020", "8010"], ["Wien", "Salzburg", "Graz"], "AT"),
        (["10035", "98103", "2840"], ["New York City", "Seattle", "Newport"], "US"),
    ],
)
def test_five_digits_are_not_taken_for_zip_codes_against_the_towns(codes, towns, country) -> None:
    found = proposing.find(customers(name=towns, postcode=codes, city=towns))
    assert found.main == country and found.n_placed == len(codes)


def test_an_overview_map_is_offered_and_says_what_it_is() -> None:
    proposals = proposing.propose(proposing.find(at([(21.0, 52.2), (19.9, 50.1)])))
    assert [p.key for p in proposals] == ["each", "pl_wojewodztwo", ""]
    assert "too coarse" in proposals[1].reason


def test_customers_outside_the_map_are_counted() -> None:
    made = at([(18.1, 59.3), (12.0, 57.7), (20.2, 63.8), (24.9, 60.2)])
    found = proposing.find(made)
    assert proposing.said(found) == "4 customers in Sweden, Finland."
    assert "1 customer lies outside" in proposing.propose(found)[0].reason


def test_a_point_just_over_a_border_is_not_a_country_worth_a_word() -> None:
    found = proposing.find(at([(-74.0, 40.7 + k / 1000) for k in range(300)] + [(-79.4, 43.7)]))
    assert dict(found.countries) == {"US": 300, "CA": 1}
    assert "US states" in proposing.said(found) or "US state" in proposing.said(found)
    assert "1 customer lies outside" in proposing.propose(found)[0].reason


def test_customers_without_a_place_are_told_and_offered_points_only() -> None:
    made = customers(name=["A", "B"], sales=["1", "2"])
    found = proposing.find(made)
    assert proposing.said(found).startswith("No place was found for 2 customers. Say which")
    assert [p.key for p in proposing.propose(found)] == [proposing.NO_MAP]
    with pytest.raises(TerraDeskError, match="place"):
        make_cells(made)


# ---------------------------------------------------------------------- each its own area
def assert_each_has_its_area(made: readers.MadeAccounts) -> None:
    cells = make_cells(made, "Shops")
    plan, accounts = cells.plan, cells.made.accounts
    assert plan.arcs is not None and plan.units.geometry_kind == "approximate"
    placed = np.isfinite(accounts.lon)
    assert ((accounts.unit >= 0) == placed).all()
    source = shapely.from_wkb(plan.units.source)
    assert shapely.is_valid(source).all() and (plan.arcs.areas > 0).all()
    points = shapely.points(accounts.lon[placed], accounts.lat[placed])
    assert (shapely.distance(source[accounts.unit[placed]], points) < 1e-6).all()
    bridges = [(b.unit_a, b.unit_b) for b in plan.rows(rec.Bridge)]
    links = np.array(bridges, np.int32).reshape(-1, 2)
    assert components(plan.arcs, np.zeros(len(plan.units), np.int32), 1, links).counts[0] == 1
    widest = (plan.arcs.unit_boxes[:, 2:] - plan.arcs.unit_boxes[:, :2]).max() / 100
    assert widest <= 2 * cells.reach + 2 or widest <= 4_002
    assert "approximate" in plan.setting("credits")


@pytest.mark.parametrize(
    "points",
    [
        [(2.35, 48.85)],
        [(2.35, 48.85)] * 5,
        [(2.35, 48.85), (2.36, 48.86)],
        [(2.0 + k / 10, 48.0) for k in range(9)],
        [(177.4, -17.8), (178.4, -18.1), (179.4, -16.6), (-179.9, -16.8)],
        [(-179.2, 51.9), (-176.6, 51.9), (179.5, 51.4)],
        [(7.75, 48.58), (7.82, 48.57), (7.9, 48.5)],
        [(-30.0, 40.0), (-30.1, 40.1)],
        [(4.0, 52.4), (4.9, 52.4)],
        [(-74.0, 40.7), (139.7, 35.7), (18.1, 59.3), (151.2, -33.9)],
    ],
    ids=["one", "same", "two", "line", "fiji", "aleutians", "border", "sea", "coast", "world"],
)
def test_each_customer_its_own_area(points) -> None:
    assert_each_has_its_area(at(points))


def test_areas_carry_the_sums_and_where_they_are() -> None:
    made = at(
        [(2.35, 48.85), (2.35, 48.85), (5.4, 43.3), (4.8, 45.7)],
        revenue=[10, 20, 5, ""],
        city=["Paris", "Paris", "Marseille", "Lyon"],
    )
    cells = make_cells(made)
    plan = cells.plan
    assert plan.units.columns["customers"].tolist() == [2, 1, 1]
    assert plan.units.columns["revenue"][:2].tolist() == [30, 5]
    assert np.isnan(plan.units.columns["revenue"][2])
    assert plan.units.columns["city"].tolist() == ["Paris", "Marseille", "Lyon"]
    assert plan.units.names[0] == "Shop 0 and 1 more"
    document = Document(plan)
    cells.made.add_to(document, "shops.csv")
    measure = measures.balance_measure(document.plan)
    assert measure is not None and (measure.source, measure.column) == ("accounts", "revenue")
    kinds = [issue.kind for issue in cells.made.report.issues]
    assert "same_place" in kinds and "places_joined" not in kinds


def test_an_area_ends_at_the_border_of_the_countries_with_customers() -> None:
    strasbourg = [(7.75, 48.58), (7.70, 48.60), (7.60, 48.55), (7.30, 48.1)]
    offenburg, kehl = (7.94, 48.47), (7.84, 48.57)
    for points, is_there in ((strasbourg, False), ([*strasbourg, kehl], True)):
        plan = make_cells(at(points)).plan
        ground = shapely.union_all(shapely.from_wkb(plan.units.source))
        assert shapely.contains_xy(ground, *offenburg) == is_there


def test_too_many_places_share_areas_and_nobody_is_lost(monkeypatch) -> None:
    monkeypatch.setattr("terradesk.readers.maps.made_cells.MOST", 40)
    rng = np.random.default_rng(5)
    made = at([(x, y) for x, y in rng.uniform((0.5, 46), (4.5, 49), (300, 2))])
    cells = make_cells(made)
    assert 10 < len(cells.plan.units) <= 40
    assert cells.plan.units.columns["customers"].sum() == 300
    assert (cells.made.accounts.unit >= 0).all()
    assert "places_joined" in [issue.kind for issue in cells.made.report.issues]


def test_the_plan_file_keeps_what_kind_of_areas_it_has(tmp_path) -> None:
    path = tmp_path / "shops.gpkg"
    cells = make_cells(at([(177.4, -17.8), (178.4, -18.1), (-179.9, -16.8)]))
    planfile.create(path, cells.plan).close()
    opened = planfile.open_document(path, read_only=True)
    assert opened.plan.units.geometry_kind == "approximate"
    assert (opened.plan.arcs.areas == cells.plan.arcs.areas).all()
    assert opened.plan.noun(2) == "places"
    opened.close()


# ---------------------------------------------------------------------- for scripts
CSV = "name,lat,lon,revenue\nA,48.85,2.35,10\nB,48.86,2.36,20\nC,43.3,5.4,5\n"


def test_a_script_makes_areas_around_customers(tmp_path) -> None:
    file = tmp_path / "shops.csv"
    file.write_text(CSV, "utf-8")
    with api.new(accounts=file, map="each", path=tmp_path / "shops.gpkg") as plan:
        assert plan.plan.units.geometry_kind == "approximate"
        assert plan.plan.setting("title") == "shops"
        assert plan.plan.accounts.unit.tolist() == [0, 1, 2]
        assert [report.accepted for report in plan.reports] == [3]
        plan.make_territory("North")
        assert plan.assign(["1"], "North") == 1
        book = plan.export(tmp_path / "shops.xlsx")[0]
    cells = [str(c.value) for sheet in load(book) for row in sheet.iter_rows() for c in row]
    assert any("approximate" in cell for cell in cells)


def test_a_script_makes_a_plan_of_a_map_that_comes_along(tmp_path, capsys) -> None:
    assert cli.main(["new", str(tmp_path / "a.gpkg"), "--map", "se_lan"]) == 0
    with api.open(tmp_path / "a.gpkg", read_only=True) as opened:
        assert len(opened.plan.units) == 21
    assert cli.main(["new", str(tmp_path / "b.gpkg"), "--map", "atlantis"]) == 1
    assert "us_zip" in capsys.readouterr().err
    assert cli.main(["new", str(tmp_path / "c.gpkg"), "--map", "each"]) == 1
    assert not (tmp_path / "b.gpkg").exists() and not (tmp_path / "c.gpkg").exists()
    with pytest.raises(TerraDeskError):
        api.new(map="us_zip", units=tmp_path / "x.shp")
