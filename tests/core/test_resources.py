"""What comes with the program is there, small enough, whole, and says where it is from."""

import csv
import gzip
import io
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pyogrio
import pytest
import shapely
from PIL import ImageFont

from terradesk import paths
from tests.conftest import ROOT

MIB = 1024 * 1024
FILES = sorted(p for p in (ROOT / "resources").rglob("*") if p.is_file())
LAYERS = {
    "us_2023.gpkg": {"county": 3233, "state": 56},
    "regions.gpkg": {
        "se_kommun": 290,
        "se_lan": 21,
        "fr_departement": 101,
        "pl_wojewodztwo": 16,
        "ir_province": 31,
        "de_land": 16,
    },
    "basemap.gpkg": {
        "land_10m": 5352,
        "lake_10m": 831,
        "river_50m": 365,
        "border0_10m": 400,
        "border1_10m": 9099,
        "country": 241,
        "city": 6204,
    },
}


def table(name: str) -> list[dict[str, str]]:
    """Rows of a CSV file of resources, gzipped or not."""
    data = paths.resource(name).read_bytes()
    text = (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def column(file: str, layer: str, name: str) -> list[str]:
    """Texts of one column of a layer."""
    return list(pyogrio.raw.read(paths.resource(file), layer=layer, columns=[name])[3][0])


def test_resources_of_the_source_tree_are_found() -> None:
    assert paths.resources() == ROOT / "resources"
    assert paths.resource("icons", "lock.svg").is_file()


def test_everything_together_fits_into_20_mib_and_the_base_map_into_8() -> None:
    assert sum(p.stat().st_size for p in FILES) <= 20 * MIB
    assert paths.resource("basemap.gpkg").stat().st_size <= 8 * MIB


def test_every_file_is_named_with_its_source() -> None:
    readme = paths.resource("README.md").read_text("utf-8")
    named = set(re.findall(r"`([^`]+)`", readme))
    for path in FILES:
        inside = path.relative_to(paths.resources())
        ways = {str(inside), inside.name, f"{inside.parts[0]}/"} & named
        assert ways or inside.name == "README.md", f"{inside} is not in resources/README.md"


def test_every_licence_that_the_readme_names_is_there_with_its_text() -> None:
    named = set(
        re.findall(r"LICENSES/([\w.-]+\.txt)", paths.resource("README.md").read_text("utf-8"))
    )
    there = {p.name for p in paths.resource("LICENSES").iterdir()}
    assert named == there
    for name in there:
        text = paths.resource("LICENSES", name).read_text("utf-8")
        assert len(text) > 500, name


@pytest.mark.parametrize(
    ("file", "layer"), [(f, layer) for f, layers in LAYERS.items() for layer in layers]
)
def test_layers_are_complete_and_in_degrees(file: str, layer: str) -> None:
    path = paths.resource(file)
    assert {name for name, _ in pyogrio.list_layers(path)} == set(LAYERS[file])
    info = pyogrio.read_info(path, layer=layer)
    assert (info["features"], info["crs"]) == (LAYERS[file][layer], "EPSG:4326")
    assert not shapely.is_missing(shapely.from_wkb(pyogrio.raw.read(path, layer=layer)[2])).any()


@pytest.mark.parametrize("layer", ["land_10m", "lake_10m"])
def test_areas_of_the_base_map_are_valid(layer: str) -> None:
    geometry = shapely.from_wkb(pyogrio.raw.read(paths.resource("basemap.gpkg"), layer=layer)[2])
    assert shapely.is_valid(geometry).all()
    assert (shapely.get_type_id(geometry) == shapely.GeometryType.POLYGON).all()


def test_states_have_their_codes() -> None:
    states = {row["fips"]: row["name"] for row in table("us_states.csv")}
    fips = column("us_2023.gpkg", "state", "fips")
    assert states == dict(zip(fips, column("us_2023.gpkg", "state", "name"), strict=True))
    codes = {row["code"] for row in table("us_states.csv")}
    assert codes <= {row["state"] for row in table("us_zips.csv.gz")}


@pytest.mark.parametrize("layer", ["fr_departement", "pl_wojewodztwo", "ir_province", "de_land"])
def test_regions_have_codes_and_names_in_their_own_language(layer: str) -> None:
    rows = [row for row in table("region_names.csv") if row["layer"] == layer]
    assert sorted(row["id"] for row in rows) == sorted(column("regions.gpkg", layer, "id"))
    assert len({row["code"] for row in rows}) == len(rows)
    assert all(row["name"] == row["name"].strip() != "" for row in rows)


def test_native_names_keep_their_letters() -> None:
    names = {(row["layer"], row["code"]): row["name"] for row in table("region_names.csv")}
    assert names["pl_wojewodztwo", "24"] == "śląskie"
    assert names["ir_province", "TH"] == "تهران"
    assert names["fr_departement", "21"] == "Côte-d'Or"
    assert "Örebro" in column("regions.gpkg", "se_kommun", "kommun")


def test_sample_tables_have_the_columns_that_are_read() -> None:
    orders = table("superstore_orders_us.csv.gz")
    assert len(orders) == 9994
    assert {"zip", "Segment", "City", "State", "Sales", "Profit", "lat", "lon"} <= set(orders[0])
    zips = table("us_zips.csv.gz")
    assert len(zips) == 41706
    assert {len(row["zip"]) for row in zips} == {5}
    assert len(table("cities15000.csv.gz")) == 33961


def test_icons_are_drawings_that_take_a_colour() -> None:
    icons = sorted(paths.resource("icons").glob("*.svg"))
    assert len(icons) >= 100
    for path in icons:
        text = path.read_text("utf-8")
        assert ElementTree.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
        assert "currentColor" in text, path.name


@pytest.mark.parametrize(
    ("file", "family"),
    [
        ("NotoSans-LatinExt-400.ttf", "Noto Sans"),
        ("NotoSans-LatinExt-700.ttf", "Noto Sans"),
        ("Vazirmatn[wght].ttf", "Vazirmatn"),
    ],
)
def test_fonts_open_and_have_the_letters_of_our_languages(file: str, family: str) -> None:
    font = ImageFont.truetype(str(paths.resource("fonts", file)), 16)
    name = font.getname()[0]
    assert name is not None and name.startswith(family)
    missing = font.getmask("\uffff").getbbox(), font.getlength("\uffff")
    for letter in "åéłęß–−" + ("پچگی۷" if family == "Vazirmatn" else ""):
        assert (font.getmask(letter).getbbox(), font.getlength(letter)) != missing, letter


def test_leaflet_has_every_picture_its_styles_name() -> None:
    folder = paths.resource("leaflet")
    for sheet in folder.glob("*.css"):
        for name in re.findall(r"url\(([^)#][^)]*)\)", sheet.read_text("utf-8")):
            assert (folder / name.strip("'\"")).is_file(), name


@pytest.mark.parametrize("name", ["run", "dev"])
def test_requirements_are_pinned_with_hashes_and_name_no_registry(name: str) -> None:
    text = Path(ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    assert not re.search(r"[a-z]+://|^--(?:index|extra|find)|@ ", text, re.MULTILINE)
    pins = re.findall(r"^([a-z0-9-]+)==\S+ \\\n    --hash=sha256:", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[a-z]", text, re.MULTILINE)) > 20
