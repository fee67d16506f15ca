"""Swedish kommuner and French départements make good plans: in one piece, å and é in every file."""

from __future__ import annotations

import csv
import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas
import openpyxl
import pandas
import pytest

from terradesk import api, measures, planfile, sample
from terradesk.plan import AlignmentView
from tests.core.test_render_stills import pdf_letters

BRETAGNE, SUD = "Bretagne", "Provence-Alpes-Côte d’Azur et Corse"
REGIONS = {
    BRETAGNE: "22 29 35 56",
    "Île-de-France": "75 77 78 91 92 93 94 95",
    SUD: "04 05 06 13 83 84 2A 2B",
}
"""A few French regions by the codes of their départements."""

SWEDISH = [
    ("K1", "Åkes Måleri", "Malmö", "55.60", "13.00", "1280"),
    ("K2", "Ölands Bröd", "Borgholm", "56.88", "16.66", "0885"),
    ("K3", "Ängs & Löv", "Åre", "63.40", "13.08", "2321"),
]
FRENCH = [
    ("F1", "Crêperie Gaël", "Brest", "48.39", "-4.49", "29"),
    ("F2", "Café Noël", "Évry", "48.63", "2.44", "91"),
    ("F3", "Pêche d’Ajaccio", "Ajaccio", "41.95", "8.75", "2A"),
]


def swedish_names() -> dict[str, str]:
    """Territory of each kommun: its län, which the first two digits of its code say."""
    lan = sample.new_from_map("se_lan").units
    kommuner = sample.new_from_map("se_kommun").units
    known = dict(zip(lan.codes.tolist(), lan.names.tolist(), strict=True))
    return {code: known[code[:2]] for code in kommuner.codes.tolist()}


def french_names() -> dict[str, str]:
    return {code: name for name, codes in REGIONS.items() for code in codes.split()}


@dataclass(frozen=True)
class Made:
    """A plan of a country with accounts, and what was put into it."""

    plan: api.OpenPlan
    territories: dict[str, str]
    accounts: list[tuple[str, ...]]

    @property
    def view(self) -> AlignmentView:
        return self.plan.view


def make(key: str, territories: dict[str, str], rows: list[tuple[str, ...]], path: Path) -> Made:
    opened = api.OpenPlan(planfile.create(path, sample.new_from_map(key)))
    assert opened.assign_table(list(territories), list(territories.values())) == []
    names = ("Kundnr", "Namn", "Ort", "lat", "lon")
    opened.add_accounts(pandas.DataFrame([row[:5] for row in rows], columns=names), group_by=())
    return Made(opened, territories, rows)


@pytest.fixture(scope="module", params=["se", "fr"])
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    path = tmp_path_factory.mktemp(request.param) / "Försäljning é.gpkg"
    if request.param == "se":
        one = make("se_kommun", swedish_names(), SWEDISH, path)
    else:
        one = make("fr_departement", french_names(), FRENCH, path)
    yield one
    one.plan.close()


def test_territories_are_in_one_piece_where_people_say_so(made: Made) -> None:
    parts = measures.contiguity(made.view).parts
    found = {t.name: int(parts[slot]) for slot, t in enumerate(made.view.leaves, 1)}
    expected = dict.fromkeys(made.territories.values(), 1)
    if SUD in expected:
        expected[SUD] = 2  # Corsica lies too far off for a link
    assert found == expected


def test_accounts_lie_in_their_areas(made: Made) -> None:
    frame = made.plan.accounts_frame()
    assert frame["unit"].tolist() == [row[5] for row in made.accounts]
    assert frame["name"].tolist() == [row[1] for row in made.accounts]
    assert frame["territory"].tolist() == [made.territories[row[5]] for row in made.accounts]


def test_the_file_holds_the_same(made: Made) -> None:
    again = api.open(made.plan.path, read_only=True)  # type: ignore[arg-type]
    assert set(again.territories) == set(made.territories.values())
    assert again.accounts_frame()["name"].tolist() == [row[1] for row in made.accounts]
    assert measures.contiguity(again.view).parts.tolist() == (
        measures.contiguity(made.view).parts.tolist()
    )
    again.close()


def test_workbook(made: Made, tmp_path: Path) -> None:
    made.plan.export(tmp_path / "plan.xlsx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl does not know bars to both sides
        book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    heads, *rows = book["UnitToTerritory"].iter_rows(values_only=True)
    cells = [dict(zip(heads, row, strict=True)) for row in rows]
    found = {c["UnitID"]: c["TerritoryName"] for c in cells if c["TerritoryName"]}
    assert found == made.territories
    assert [row[1] for row in book["Accounts"].iter_rows(2, values_only=True)] == [
        row[1] for row in made.accounts
    ]
    noun = made.plan.plan.heading_noun(2)
    assert noun in [row[0] for row in book["Summary"].iter_rows(values_only=True)]


def test_shapefiles(made: Made, tmp_path: Path) -> None:
    made.plan.export(tmp_path / "plan.shp")
    assert (tmp_path / "plan_units.cpg").read_text().strip() == "UTF-8"
    units = geopandas.read_file(tmp_path / "plan_units.shp")
    assert units["UNIT_NAME"].tolist() == made.plan.plan.units.names.tolist()
    taken = units[units["TERR_NAME"].notna()]
    assert dict(zip(taken["UNIT_ID"], taken["TERR_NAME"], strict=True)) == made.territories
    whole = geopandas.read_file(tmp_path / "plan_territories.shp")
    assert set(whole["TERR_NAME"]) == set(made.territories.values())
    assert whole.geometry.is_valid.all()
    accounts = geopandas.read_file(tmp_path / "plan_accounts.shp")
    assert accounts["ACCT_NAME"].tolist() == [row[1] for row in made.accounts]


def test_table_and_the_way_back(made: Made, tmp_path: Path) -> None:
    made.plan.export(tmp_path / "plan.csv")
    with (tmp_path / "plan.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {row["UnitID"]: row["TerritoryName"] for row in rows if row["TerritoryID"]}
    assert names == made.territories
    n_steps = len(made.plan.document.steps)
    codes, ids = [r["UnitID"] for r in rows], [r["TerritoryID"] for r in rows]
    assert made.plan.assign_table(codes, ids) == []
    assert len(made.plan.document.steps) == n_steps, "the plan's own table changes nothing"


def test_web_map(made: Made, tmp_path: Path) -> None:
    made.plan.export(tmp_path / "map.html")
    text = (tmp_path / "map.html").read_text("utf-8")
    data = json.loads(re.findall(r'id="terradesk-data">(.*?)</script>', text)[0])
    assert {t["name"] for t in data["territories"]} == set(made.territories.values())
    assert {u["name"] for u in data["units"]} == set(made.plan.plan.units.names)
    assert [a[2] for a in data["accounts"]] == [row[1] for row in made.accounts]


def test_page_and_picture(made: Made, tmp_path: Path) -> None:
    made.plan.export(tmp_path / "map.pdf")
    shown = {"Skåne län", "Örebro län", BRETAGNE, "Île-de-France"} & set(made.plan.territories)
    assert len(shown) == 2
    assert set("".join(shown)) - {" "} <= pdf_letters((tmp_path / "map.pdf").read_bytes())
    (picture,) = made.plan.export(tmp_path / "map.png")
    assert picture.stat().st_size > 50_000
