"""Files that cannot be used: a clear message with what to do, and the plan stays as it was."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

import terradesk
from terradesk import api, measures, planfile
from terradesk.errors import TerraDeskError
from terradesk.plan import new_plan
from terradesk.units import empty_units
from tests.core.made_maps import SQUARES, columns, objects, write

CUSTOMERS = "Customer ID,Name,Lat,Lon,Sales\n"


@pytest.fixture
def plan(tmp_path: Path) -> Iterator[api.OpenPlan]:
    """A plan in a file, with one account and one step."""
    opened = terradesk.new(frame(), path=tmp_path / "plan.gpkg", code="code", name="name")
    opened.make_territory("Nord")
    yield opened
    opened.close()


def frame() -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(columns(), geometry=list(SQUARES), crs="EPSG:4326")


# ---------------------------------------------------------------------- boundaries
def without_table(folder: Path) -> Path:
    path = write(folder / "map.shp")
    path.with_suffix(".dbf").unlink()
    return path


def metres_without_prj(folder: Path) -> Path:
    squares = shapely.transform(SQUARES, lambda xy: xy * 1e5)
    path = write(folder / "map.shp", squares, crs="EPSG:25832")
    path.with_suffix(".prj").unlink()
    return path


def double_codes(folder: Path) -> Path:
    return write(folder / "map.shp", values=columns(codes=["A", "B", "A", "C"]))


def empty_layer(folder: Path) -> Path:
    values = {"code": objects([]), "name": objects([])}
    return write(folder / "map.gpkg", objects([]), values)


def lines(folder: Path) -> Path:
    return write(folder / "map.shp", shapely.boundary(SQUARES), geometry_type="LineString")


def letter(folder: Path) -> Path:
    path = folder / "map.shp"
    path.write_text("Dear planner, please find the map attached.")
    return path


MAPS = [
    (without_table, r"no column .*code.* with the code of each area", "Its columns are: row"),
    (metres_without_prj, "does not say its coordinate system", r"\.prj"),
    (double_codes, r"1 code belongs to more than one area: .*A", "Choose another column"),
    (empty_layer, "is empty", "Choose another"),
    (lines, "holds lines, not areas", "Choose a layer of areas"),
    (letter, r"map\.shp.*is not a \.shp file.*plain text", ""),
]


@pytest.mark.parametrize(("make", "said", "hint"), MAPS, ids=[m[0].__name__ for m in MAPS])
def test_maps(tmp_path: Path, make: Callable[[Path], Path], said: str, hint: str) -> None:
    source, target = make(tmp_path), tmp_path / "new.gpkg"
    with pytest.raises(TerraDeskError, match=said) as told:
        terradesk.new(source, path=target, code="code")
    assert shown(told.value.hint, hint)
    assert not target.exists() and not list(tmp_path.glob("*.part"))


def shown(text: str, pattern: str) -> bool:
    return bool(text) and re.search(pattern, text) is not None


# ---------------------------------------------------------------------- customers
@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("17,Acme,10.5,50.5,3\n18,Bolt,10.6,50.6,4\n", "holds values, not names", "Put a row"),
        (CUSTOMERS + "1,A,50.5,10.5,3\n1,B,50.6,10.6,4\n", "occurs more than once", "one account"),
        ("", "is empty", "another file"),
        (CUSTOMERS + '1,"A,50.5,10.5,3\n2,B,50.6,10.6,4\n', "is never closed", "Close or remove"),
    ],
    ids=["no header", "double numbers", "nothing", "open quotation"],
)
def test_tables_leave_the_plan_alone(
    plan: api.OpenPlan, tmp_path: Path, text: str, said: str, hint: str
) -> None:
    path = tmp_path / "customers.csv"
    path.write_text(text)
    before, held, n_steps = plan.plan, stored(plan), len(plan.document.steps)
    with pytest.raises(TerraDeskError, match=said) as told:
        plan.add_accounts(path, group_by=())
    assert shown(told.value.hint, hint)
    assert plan.plan is before and len(plan.document.steps) == n_steps
    assert stored(plan) == held


def stored(plan: api.OpenPlan) -> tuple[int, int]:
    """Accounts and steps in the file."""
    assert plan.path is not None
    with closing(sqlite3.connect(plan.path)) as db:
        counts = (db.execute(f"SELECT count(*) FROM {t}") for t in ("accounts", "history"))
        accounts, steps = (int(cursor.fetchone()[0]) for cursor in counts)
        return accounts, steps


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ("1,A,10.5,50.5,3\n2,B,11.5,51.5,4\n", "Latitude and longitude look swapped"),
        ("1,A,-33.9,151.2,3\n2,B,-37.8,144.9,4\n", "None of the 2 accounts lies in an area"),
        ("1,A,,,3\n2,B,91,500,4\n", "2 accounts have no place"),
    ],
    ids=["swapped", "elsewhere", "nowhere"],
)
def test_places_that_cannot_be_are_told_and_nothing_is_lost(
    plan: api.OpenPlan, tmp_path: Path, places: str, said: str
) -> None:
    path = tmp_path / "customers.csv"
    path.write_text(CUSTOMERS + places)
    report = plan.add_accounts(path)
    assert any(said in issue.message for issue in report.issues)
    assert report.adds_up and report.accepted == 2
    view = plan.view
    assert (view.account_territories == -1).all()
    sales = next(m for m in measures.choices(plan.plan) if m.column == "Sales")
    assert measures.totals(view, sales).tolist() == [7.0, 0.0]
    plan.undo()
    assert not plan.plan.accounts_present.any()


# ---------------------------------------------------------------------- targets and plans
def test_a_workbook_that_is_open_elsewhere(plan: api.OpenPlan, tmp_path: Path) -> None:
    target = tmp_path / "plan.xlsx"
    plan.export(target)
    before = target.read_bytes()
    (tmp_path / "~$plan.xlsx").touch()
    with pytest.raises(TerraDeskError, match=r"plan\.xlsx.*is open in another program") as told:
        plan.export(target)
    assert "Close it there" in told.value.hint and target.read_bytes() == before


def test_a_plan_of_a_newer_version(plan: api.OpenPlan) -> None:
    path = plan.path
    plan.close()
    assert path is not None
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE td_meta SET value = 9 WHERE key IN ('min_reader', 'schema_version')")
    before = path.read_bytes()
    with pytest.raises(TerraDeskError, match=r"newer TerraDesk \(plan format 9\)") as told:
        terradesk.open(path)
    assert "Update TerraDesk" in told.value.hint and path.read_bytes() == before


def test_a_plan_of_the_accounts_alone(tmp_path: Path) -> None:
    """No units, no territories, and later a territory of named accounts only."""
    made = api.OpenPlan(
        planfile.create(tmp_path / "p.gpkg", new_plan("EPSG:6933", empty_units(), None))
    )
    path = tmp_path / "customers.csv"
    path.write_text(CUSTOMERS + "1,Å,50.5,10.5,3\n2,B,,,4\n")
    made.add_accounts(path)
    made.make_territory("Key accounts")
    assert made.name_accounts(["1"], "Key accounts") == 1
    counts = measures.counts(made.view)
    assert (counts.units.tolist(), counts.accounts.tolist()) == ([0, 0], [1, 1])
    assert made.balance.values.tolist() == [4.0, 3.0]
    assert len(made.export(tmp_path / "p.xlsx")) == 1
    assert made.accounts_frame()["territory"].tolist() == ["Key accounts", ""]
    for kind in ("p.shp", "p.html", "p.png", "p.pdf"):
        with pytest.raises(TerraDeskError, match="has no map"):
            made.export(tmp_path / kind)
    assert np.array_equal(made.territories_frame()["accounts"], [1])
    made.close()
