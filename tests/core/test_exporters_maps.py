"""Shapefiles, tables, web maps and pictures hold the plan, and its texts are only texts."""

import base64
import csv
import hashlib
import json
import re
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from terradesk import measures
from terradesk import records as rec
from terradesk.exporters import export, plan_scene
from terradesk.exporters.facts import Facts
from terradesk.exporters.html_map import as_json, escaped
from terradesk.exporters.outlines import Outlines, cut_at_180, unrolled
from terradesk.exporters.shapefile import field_name
from terradesk.exporters.web_data import coded, map_data
from terradesk.exporters.wording import csv_text, dbase_text, plain
from terradesk.plan import Plan
from terradesk.progress import silent
from tests.core.kernel import grid_plan
from tests.core.test_exporters_workbook import PLAN, with_texts

ATTACKS = [
    "<script>document.title='owned'</script>",
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "`+document.title+`",
    "${document.title='owned'}",
    "\\u003cscript\\u003e",
    "{{ 7*7 }}{% raw %}",
    "'\"><svg onload=alert(1)>",
    "<!-- ",
    "]]>",
    "javascript:alert(1)",
    "\u2028\u2029",
    "&lt;b&gt;",
]


# ---------------------------------------------------------------------- shapefiles
@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shapes")
    export(PLAN, 3, folder / "plan.shp")
    return folder


def test_shapefiles_hold_the_figures_of_the_measures(shapes: Path) -> None:
    frame = geopandas.read_file(shapes / "plan_territories.shp")
    view = PLAN.alignment(3)
    balance, counts = measures.balance(view), measures.counts(view)
    sales = measures.measure_of(PLAN, "m-sales")
    assert sales is not None
    assert frame["TERR_NAME"].tolist() == [t.name for t in view.leaves]
    assert frame["TERR_ID"].tolist() == [str(t.id) for t in view.leaves]
    assert frame["POPULATION"].tolist() == balance.values[1:].tolist()
    assert frame["SALES"].tolist() == measures.totals(view, sales)[1:].tolist()
    assert frame["N_UNITS"].tolist() == counts.units[1:].tolist()
    assert frame["N_ACCTS"].tolist() == counts.accounts[1:].tolist()
    assert frame["DEV_PCT"].to_numpy() == pytest.approx(100 * balance.deviations[1:])
    areas = frame.to_crs(PLAN.crs).area.to_numpy() / 1e6
    assert areas == pytest.approx(frame["AREA_KM2"].to_numpy(), rel=1e-4)
    assert frame.geometry.is_valid.all()


def test_units_and_accounts_keep_leading_zeros_and_places(shapes: Path) -> None:
    units = geopandas.read_file(shapes / "plan_units.shp")
    assert units["UNIT_ID"].tolist() == PLAN.units.codes.tolist()
    whole = geopandas.read_file(shapes / "plan_territories.shp").union_all()
    taken = units[units["TERR_ID"].notna()].union_all()
    assert taken.symmetric_difference(whole).area < 1e-9
    accounts = geopandas.read_file(shapes / "plan_accounts.shp")
    assert accounts["ACCT_ID"].tolist() == PLAN.accounts.ids.tolist()
    assert accounts.geometry.x.to_numpy() == pytest.approx(PLAN.accounts.lon)
    assert accounts.set_index("ACCT_ID").loc["A003", "ASSIGN_BY"] == "override"


def test_shapefiles_say_their_system_and_encoding(shapes: Path) -> None:
    for layer in ("territories", "units", "accounts"):
        assert (shapes / f"plan_{layer}.cpg").read_text().strip() == "UTF-8"
        frame = geopandas.read_file(shapes / f"plan_{layer}.shp")
        assert frame.crs.to_epsg() == 4326
        names = [c for c in frame.columns if c != "geometry"]
        assert all(re.fullmatch("[A-Z][A-Z0-9_]{0,9}", name) for name in names)
        assert len(set(names)) == len(names)


def test_the_archive_holds_the_same_files(shapes: Path, tmp_path: Path) -> None:
    [path] = export(PLAN, 3, tmp_path / "plan.zip")
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == sorted(p.name for p in shapes.iterdir())
    frame = geopandas.read_file(f"{path}!plan_units.shp")
    assert frame["UNIT_ID"].tolist() == PLAN.units.codes.tolist()


@settings(max_examples=8)
@given(st.one_of(st.sampled_from(ATTACKS), st.text(max_size=300)))
def test_any_text_survives_a_shapefile(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("text")
    plan = replace(with_texts(text), coverage=grid_plan(2, 2, 1).coverage)
    written = export(plan, 3, folder / "t.shp")
    expected = dbase_text(text).rstrip(" ")  # dBASE fills its fields up with spaces
    names = geopandas.read_file(folder / "t_accounts.shp")["ACCT_NAME"].fillna("").tolist()
    assert [n.rstrip(" ") for n in names] == [expected] * 2
    assert bool(written.notes) == (len(plain(text).encode()) > 254)


def test_names_of_fields_are_short_plain_and_unique() -> None:
    taken: set[str] = set()
    titles = ["Population", "Population_", "Försäljning (kr)", "2024 sales", "売上", "", "売"]
    assert [field_name(t, taken) for t in titles] == [
        *("POPULATION", "POPULATIO2", "FORSALJNIN", "F2024_SALE", "FIELD", "FIELD2", "FIELD3")
    ]


def test_shapes_across_180_are_cut_there() -> None:
    across = np.array([shapely.box(170, 0, 190, 10), shapely.box(0, 0, 1, 1), None], object)
    cut = cut_at_180(across)
    assert cut[0].geom_type == "MultiPolygon"
    assert cut[0].bounds == (-180, 0, 180, 10)
    assert cut[0].area == pytest.approx(200)
    assert cut[1] is across[1]
    assert cut[2] is None


def test_rings_that_jump_by_a_turn_run_on_and_those_around_a_pole_are_left_out() -> None:
    jumping = shapely.Polygon(
        [(150, 0), (-150, 0), (-150, 20), (150, 20)], [[(179, 5), (-179, 5), (-179, 9), (179, 9)]]
    )
    found = unrolled(jumping)
    assert found is not None
    assert found.is_valid
    assert found.bounds == (150, 0, 210, 20)
    assert found.area == pytest.approx(60 * 20 - 2 * 4)
    assert cut_at_180(np.array([found], object))[0].area == pytest.approx(found.area)
    pole = shapely.Polygon([(0, -70), (90, -70), (180, -70), (-90, -70)])
    assert unrolled(pole) is None


def test_a_plan_across_180_stays_in_one_piece_on_the_web_and_is_cut_in_files() -> None:
    plan = replace(grid_plan(), crs="+proj=laea +lat_0=-17 +lon_0=179.9 +datum=WGS84 +units=m")
    outlines = Outlines(plan.alignment(3))
    bounds = shapely.total_bounds(outlines.simplified(1.0, False)[1])
    assert bounds[0] < -180 < bounds[2] < bounds[0] + 1
    files = shapely.total_bounds(outlines.territories())
    assert files[0] == pytest.approx(-180)
    assert files[2] == pytest.approx(180)


# ---------------------------------------------------------------------- the table
def test_the_table_has_one_row_per_unit(tmp_path: Path) -> None:
    [path] = export(PLAN, 3, tmp_path / "plan.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    view = PLAN.alignment(3)
    assert list(rows[0]) == ["UnitID", "TerritoryID", "UnitName", "TerritoryName"]
    assert [r["UnitID"] for r in rows] == PLAN.units.codes.tolist()
    expected = [str(t) if t >= 0 else "" for t in view.assignment.tolist()]
    assert [r["TerritoryID"] for r in rows] == expected
    assert {r["TerritoryName"] for r in rows} == {"", "Nord", "'=Süd", "Ost"}


@given(st.text(max_size=60))
def test_any_text_comes_back_from_the_table(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    [path] = export(with_texts(text), 3, tmp_path_factory.mktemp("text") / "t.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert [(r[0], r[2], r[3]) for r in rows] == [(csv_text(text),) * 3] * 4


# ---------------------------------------------------------------------- the web map
class Page(HTMLParser):
    """Elements with their attributes, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements:
            self.inside.append((*self.elements[-1], data))

    def texts(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        return [(attrs, data) for t, attrs, data in self.inside if t == tag and data.strip()]


def page_of(plan: Plan, folder: Path) -> str:
    [path] = export(plan, 3, folder / "m.html")
    return path.read_text("utf-8")


def data_of(page: Page) -> dict[str, Any]:
    [text] = [t for a, t in page.texts("script") if a.get("id") == "terradesk-data"]
    return json.loads(text)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> str:
    return page_of(PLAN, tmp_path_factory.mktemp("web"))


def test_the_page_fetches_nothing(web: str) -> None:
    page = Page(web)
    for tag, attrs in page.elements:
        assert tag not in ("link", "iframe", "object", "embed", "base")
        for name in ("src", "href", "srcset", "action", "data"):
            assert name not in attrs
    for _attrs, style in page.texts("style"):
        assert not re.search(r"@import|url\((?!data:|#)", style)
    [policy] = [
        a["content"] for t, a in page.elements if a.get("http-equiv", "").endswith("Policy")
    ]
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in policy.split("style-src")[0]


def test_the_policy_lets_every_script_of_the_page_run_and_no_other(web: str) -> None:
    scripts = re.findall(r"<script>(.*?)</script>", web, re.DOTALL)
    digests = {base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts}
    assert digests == set(re.findall(r"'sha256-([^']+)'", web.split("Policy", 1)[1][:2000]))
    others = re.findall(r"<script\b[^>]+>", web)
    assert others == ['<script type="application/json" id="terradesk-data">']


def test_the_page_holds_the_figures_of_the_measures(web: str) -> None:
    data = data_of(Page(web))
    view = PLAN.alignment(3)
    assert [t["name"] for t in data["territories"]] == [t.name for t in view.leaves]
    figures = dict(zip(data["figures"], data["territories"][2]["values"], strict=True))
    balance = measures.balance(view)
    assert figures["Population"] == measures.format_value(PLAN, balance.measure, balance.values[3])
    assert figures["Rep"] == "Ann, O'Hara"
    assert figures["Squares"] == "8"
    assert len(data["units"]) == 24
    assert len(data["accounts"]) == 12
    assert len(data["unassigned"]) == 1


def test_the_page_is_the_same_for_the_same_plan(web: str, tmp_path: Path) -> None:
    assert page_of(PLAN, tmp_path) == web


def decoded(parts: list[list[list[int]]], digits: int) -> shapely.Geometry:
    """What the script of the page makes of coded shapes."""
    polygons = []
    for rings in parts:
        points = [np.cumsum(np.reshape(r, (-1, 2)), axis=0) / 10**digits for r in rings]
        polygons.append(shapely.polygons(points[0], points[1:] or None))
    return shapely.union_all(polygons)


def test_shapes_on_the_page_are_those_of_the_plan_and_neighbours_share_borders(web: str) -> None:
    data = data_of(Page(web))
    found = [decoded(t["shape"], data["digits"]) for t in data["territories"]]
    true = Outlines(PLAN.alignment(3)).territories()
    for shape, original in zip(found, true, strict=True):
        assert shape.symmetric_difference(original).area < 1e-3 * original.area
        assert shape.is_valid
    for a, b in ((0, 1), (1, 2)):
        assert found[a].intersection(found[b]).area == 0
        assert found[a].intersection(found[b]).length > 0
    for t, shape in zip(data["territories"], found, strict=True):
        assert shape.contains(shapely.Point(t["at"]))


@given(st.integers(3, 6), st.lists(st.tuples(st.floats(-170, 170), st.floats(-80, 80)), max_size=5))
def test_coded_rings_come_back_within_a_step(
    digits: int, corners: list[tuple[float, float]]
) -> None:
    shape = shapely.union_all([shapely.box(x, y, x + 1.5, y + 1.5) for x, y in corners])
    back = decoded(coded(shape, digits), digits) if not shape.is_empty else shape
    assert back.hausdorff_distance(shape) <= 10**-digits or shape.is_empty


@pytest.mark.parametrize("attack", ATTACKS)
def test_texts_of_the_plan_are_only_data(tmp_path: Path, attack: str) -> None:
    plan = replace(with_texts(attack), coverage=grid_plan(2, 2, 1).coverage)
    tables = {kind: dict(rows) for kind, rows in plan.tables.items()}
    for key in ("noun_one", "noun_many", "credits", "currency"):
        tables["setting"][0, key] = rec.Setting(key, 950, value=attack)
    text = page_of(replace(plan, tables=tables), tmp_path)
    harmless = Page(page_of(grid_plan(2, 2, 1), tmp_path))
    page = Page(text)
    assert [tag for tag, _a in page.elements] == [tag for tag, _a in harmless.elements]
    data = data_of(page)
    assert data["territories"][0]["name"] == plain(attack)
    assert data["accounts"][0][2] == plain(attack)
    assert data["credits"] == data["title"] == plain(attack)
    title = "".join(data for tag, _attrs, data in page.inside if tag == "title")
    assert title.strip() == plain(attack).strip()


@given(st.text())
def test_escaped_text_holds_no_sign_of_any_language(text: str) -> None:
    assert not re.search(r"[<>\"'`$\\{}]", escaped(text))


@given(st.recursive(st.text(), lambda inner: st.lists(inner, max_size=3)))
def test_json_comes_back_and_cannot_end_its_element(data: object) -> None:
    text = as_json(data)
    assert json.loads(text) == data
    assert not re.search("[<>&\u2028\u2029]", text)


def test_many_units_are_left_out_but_what_is_unassigned_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("terradesk.exporters.web_data.MOST_UNITS", 10)
    data = map_data(Facts(PLAN.alignment(3)), silent)
    assert data["units"] == []
    free = decoded(data["unassigned"][0], data["digits"])
    two = Outlines(PLAN.alignment(3)).units()[:2]
    assert free.area == pytest.approx(shapely.union_all(two).area, rel=1e-3)


# ---------------------------------------------------------------------- pictures
def test_the_picture_is_sharp_and_shows_the_fills(tmp_path: Path) -> None:
    [path] = export(PLAN, 3, tmp_path / "m.png")
    with Image.open(path) as image:
        assert image.size == (3200, 2000)
        assert image.mode == "RGB"
        colours = {f"#{r:02X}{g:02X}{b:02X}" for _n, (r, g, b) in image.getcolors(1 << 24) or []}
    assert set(Facts(PLAN.alignment(3)).colours[1:]) <= colours


def test_the_page_is_one_page_with_its_title(tmp_path: Path) -> None:
    [path] = export(PLAN, 3, tmp_path / "m.pdf")
    content = path.read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 1
    assert b"/Title (Grid)" in content or "Grid".encode("utf-16-be") in content


def test_the_scene_is_the_plan() -> None:
    scene = plan_scene(PLAN, 3, with_base=False)
    view = PLAN.alignment(3)
    assert list(scene.names) == [t.name for t in view.leaves]
    assert np.array_equal(np.asarray(scene.labels), view.unit_slots - 1)
    assert list(np.asarray(scene.locked)) == [True, False, False]
    assert np.array_equal(np.asarray(scene.held), view.locked_units)
    assert len(np.asarray(scene.accounts)) == 12
    assert set(scene.tones) <= {"over", "under", "label"}
    assert scene.title == "Grid"
    assert "of 3 territories within ±10 %" in scene.subtitle
    assert scene.classes is None
    parents = np.asarray(scene.parents)
    assert parents[0] == parents[1] != parents[2]
    assert len(np.unique(np.asarray(scene.groups))) == 4  # rows of the grid are its states


def test_accounts_are_sized_by_figures_that_became_text() -> None:
    texts = np.full(len(PLAN.accounts), "7", object)
    texts[0] = "n/a"
    plan = replace(PLAN, accounts=PLAN.accounts.with_column("sales", texts))
    scene = plan_scene(plan, 3, with_base=False)
    assert scene.account_values is not None
    assert scene.account_values.tolist() == [0.0] + [7.0] * (len(texts) - 1)
    assert scene.account_text == "Accounts by Sales"
    gone = replace(plan, accounts=replace(plan.accounts, columns={}))
    assert not plan_scene(gone, 3, with_base=False).account_values.any()


def test_the_scene_is_coloured_by_deviation_or_by_a_measure() -> None:
    deviation = plan_scene(PLAN, 3, "deviation", with_base=False).classes
    assert deviation is not None
    balance = measures.balance(PLAN.alignment(3))
    order = np.argsort(balance.deviations[1:])
    assert (np.diff(np.asarray(deviation.values)[order]) >= 0).all()
    assert len(deviation.texts) == len(deviation.colours[0]) == 5
    for uid in ("m-population", "m-sales", "area"):
        classes = plan_scene(PLAN, 3, uid, with_base=False).classes
        assert classes is not None
        assert classes.of_units
        assert len(np.asarray(classes.values)) == 24
        assert len(classes.texts) == len(classes.colours[0]) == len(classes.colours[1])
    with pytest.raises(KeyError):
        plan_scene(PLAN, 3, "nothing", with_base=False)
