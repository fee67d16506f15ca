"""What a script gets from `import terradesk`."""

import doctest
import json
import subprocess
import sys
from pathlib import Path

import geopandas
import numpy as np
import pandas
import pytest
import shapely

import terradesk
from terradesk import api, measures
from terradesk import records as rec
from terradesk.api import OpenPlan
from terradesk.document import Document
from terradesk.edits.assigning import name_accounts
from terradesk.errors import ReadOnlyPlan, TerraDeskError
from terradesk.readers.report import from_dict
from tests.conftest import ROOT
from tests.core.kernel import grid_plan


def grid(n: int = 4) -> geopandas.GeoDataFrame:
    """n x n degree squares in two states."""
    y, x = np.divmod(np.arange(n * n), n)
    return geopandas.GeoDataFrame(
        {
            "zip": [f"{k:05d}" for k in range(n * n)],
            "place": [f"Place {k}" for k in range(n * n)],
            "state": np.where(x < n // 2, "West", "East"),
            "people": 100 + np.arange(n * n),
        },
        geometry=shapely.box(x, y, x + 1, y + 1),
        crs="EPSG:4326",
    )


def customers() -> pandas.DataFrame:
    return pandas.DataFrame(
        {
            "Account ID": ["007", "008", "009"],
            "Account name": ["Ångström", "Ø & Co", "=1+1"],
            "Latitude": [0.5, 1.5, 3.5],
            "Longitude": [0.5, 2.5, 3.5],
            "Sales": [10.5, 20.0, None],
        }
    )


@pytest.fixture
def plan() -> OpenPlan:
    return OpenPlan(Document(grid_plan()))


def test_the_example_in_the_documentation_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = doctest.testmod(api)
    assert done.attempted > 10
    assert done.failed == 0


def test_names_come_lazily_and_are_those_of_the_api() -> None:
    assert terradesk.open is api.open
    assert terradesk.new is api.new
    for name in api.__all__:
        assert getattr(terradesk, name) is getattr(api, name)
    code = (
        "import sys, terradesk; terradesk.open;"
        "print({'pandas','geopandas','openpyxl','folium','pyogrio'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_a_plan_from_frames_places_accounts_and_starts_territories(tmp_path: Path) -> None:
    path = tmp_path / "plan.gpkg"
    with api.new(
        grid(), customers(), path=path, from_column="state", noun=("square", "squares")
    ) as made:
        assert made.territories == ["East", "West"]
        assert [r.accepted for r in made.reports] == [16, 3]
        units, accounts = made.units_frame(), made.accounts_frame()
        assert units["code"].tolist() == grid()["zip"].tolist()
        assert units["territory"].tolist() == grid()["state"].tolist()
        assert accounts["account_id"].tolist() == ["007", "008", "009"]
        assert accounts["territory"].tolist() == ["West", "East", "East"]
        assert accounts["unit"].tolist() == ["00000", "00006", "00015"]
        assert made.scenario.is_baseline
        before = made.territories_frame()
    with api.open(path) as again:
        after = again.territories_frame()
        pandas.testing.assert_frame_equal(
            before.drop(columns="geometry"), after.drop(columns="geometry")
        )
        assert after.geometry.area.to_numpy() == pytest.approx(1e6 * after["area_km2"].to_numpy())
        assert after["Sales"].tolist() == [20.0, 10.5]


def test_a_new_plan_keeps_the_report_of_its_boundaries(tmp_path: Path) -> None:
    path = tmp_path / "plan.gpkg"
    with api.new(grid(), path=path) as made:
        expected = made.reports[0]
    with api.open(path) as again:
        (past,) = again.plan.rows(rec.BatchRow)
        assert from_dict(json.loads(past.report)) == expected
        assert past.n_rows == expected.accepted == len(again.plan.units)


def test_frames_hold_the_figures_of_the_measures(plan: OpenPlan) -> None:
    frame = plan.territories_frame()
    balance = measures.balance(plan.view)
    assert frame["Population"].tolist() == balance.values[1:].tolist()
    assert frame["deviation"].tolist() == balance.deviations[1:].tolist()
    assert frame["units"].sum() == len(plan.units_frame()) == 24
    assert frame.crs.to_string() == plan.units_frame().crs.to_string() == plan.plan.crs
    assert plan.units_frame().geometry.area.to_numpy() == pytest.approx(1e8)


def test_areas_are_assigned_by_code_and_back_again(plan: OpenPlan) -> None:
    start = plan.units_frame()["territory"].tolist()
    assert plan.assign(["00000", "00001"], "T2") == 2
    assert plan.assign(["00000"], "T2") == 0
    assert plan.units_frame().set_index("code").loc["00000", "territory"] == "T2"
    assert plan.assign(["00000"], None) == 1
    assert plan.units_frame().set_index("code").loc["00000", "territory"] == ""
    assert "00000" not in plan.undo()
    assert plan.undo().startswith("Undone")
    assert plan.units_frame()["territory"].tolist() == start
    assert plan.redo().startswith("Done again")
    assert plan.undo()
    assert plan.undo() == ""


def test_territories_are_made_renamed_merged_locked_and_deleted(plan: OpenPlan) -> None:
    plan.make_territory("New")
    plan.rename("New", "Newer")
    assert plan.territories == ["T0", "T1", "T2", "Newer"]
    plan.lock("T0")
    assert plan.assign(["00000"], "Newer") == 0
    plan.lock("T0", False)
    assert plan.assign(["00000"], "Newer") == 1
    plan.merge(["Newer", "T1"], "T1")
    plan.delete("T2")
    assert plan.territories == ["T0", "T1"]
    for name in ("T0", " "):
        with pytest.raises(TerraDeskError):
            plan.make_territory(name)


def test_unknown_names_are_told_with_the_known_ones(plan: OpenPlan) -> None:
    for call in (
        lambda: plan.assign(["00000"], "T9"),
        lambda: plan.rename("T9", "x"),
        lambda: plan.use("Nothing"),
        lambda: plan.balance_by("Nothing"),
        lambda: plan.assign(["nowhere"], "T1"),
        lambda: plan.name_accounts(["A999"], "T1"),
    ):
        with pytest.raises(TerraDeskError) as caught:
            call()
        assert "Known are" in caught.value.hint
    assert len(plan.document.steps) == 0


def test_a_table_assigns_by_name_by_id_and_with_guarded_texts(plan: OpenPlan) -> None:
    codes = ["00000", "1", "99999", "00002"]
    assert plan.assign_table(codes, ["T1", "Fresh", "T1", ""]) == ["99999"]
    found = plan.units_frame().set_index("code")["territory"]
    assert found[["00000", "00001", "00002"]].tolist() == ["T1", "Fresh", ""]
    ids = {t.name: str(t.id) for t in plan.view.leaves}
    plan.assign_table(["00003", "'=x", "00004"], [ids["T0"], ids["T1"], "0"])
    found = plan.units_frame().set_index("code")["territory"]
    assert found[["00003", "00004"]].tolist() == ["T0", ""]
    assert len(plan.territories) == 4
    plan.assign_table(["00005"], ["'=evil"])
    assert "=evil" in plan.territories


def test_accounts_are_named_and_counted_once(plan: OpenPlan) -> None:
    assert plan.name_accounts(["A000"], "T2", reason="key") == 1
    row = plan.accounts_frame().set_index("account_id").loc["A000"]
    assert (row["territory"], row["assigned_by"]) == ("T2", "override")
    assert plan.territories_frame()["accounts"].sum() == 12


def test_scenarios_are_copied_and_used(plan: OpenPlan) -> None:
    plan.copy_scenario("Try")
    plan.assign(["00000"], "T2")
    assert plan.scenarios == ["First design", "Try"]
    plan.use("First design")
    assert plan.units_frame()["territory"].iloc[0] == "T0"
    plan.use("Try")
    assert plan.units_frame()["territory"].iloc[0] == "T2"


def test_any_edit_can_be_done(plan: OpenPlan) -> None:
    target = plan.view.leaves[2].id
    assert plan.do(name_accounts(plan.plan, plan.alignment, np.array([1]), target)) == 1
    assert plan.do(None) == 0


def test_a_new_plan_does_not_replace_a_file_and_leaves_none_when_it_fails(tmp_path: Path) -> None:
    path = tmp_path / "plan.gpkg"
    path.write_text("mine")
    with pytest.raises(TerraDeskError, match="already"):
        api.new(grid(), path=path)
    assert path.read_text() == "mine"
    with pytest.raises(TerraDeskError, match="nothing"):
        api.new(grid(), path=tmp_path / "other.gpkg", from_column="nothing")
    assert list(tmp_path.glob("other*")) == []


def test_read_only_plans_are_looked_at_only(tmp_path: Path) -> None:
    path = tmp_path / "plan.gpkg"
    api.new(grid(), path=path, from_column="state").close()
    with api.open(path, read_only=True) as opened:
        with pytest.raises(ReadOnlyPlan):
            opened.assign(["00000"], "East")
        files = opened.export(tmp_path / "plan.csv")
        copy = opened.save_copy(tmp_path / "copy.gpkg")
    assert [file.name for file in files] == ["plan.csv"]
    with api.open(copy) as opened:
        assert opened.territories == ["East", "West"]
    with pytest.raises(TerraDeskError, match="There is no"):
        api.open(path, "No such scenario")


def test_columns_called_like_ours_are_kept_beside_them(tmp_path: Path) -> None:
    frame = grid().rename(columns={"people": "territory_id", "place": "name"})
    with api.new(frame, code="zip", name="name") as made:
        found = made.units_frame()
    assert found["territory_id_"].tolist() == frame["territory_id"].tolist()
    assert found["territory_id"].tolist() == [-1] * 16
