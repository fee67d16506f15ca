"""Plan files: written, read back, and read by other programs."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from terradesk import planfile
from terradesk import records as rec
from terradesk.accounts import PLACEMENTS
from terradesk.arcs.outlines import polygons
from terradesk.document import Document
from terradesk.edits import scenarios as sc
from terradesk.edits import territories as te
from terradesk.errors import TerraDeskError
from terradesk.plan import Plan, new_plan
from terradesk.planfile import big_tables
from terradesk.units import Units, empty_units
from tests.conftest import ROOT
from tests.core.kernel import CRS, grid, grid_accounts, grid_plan
from tests.core.plan_files import A, differences, move, opened, replayed
from tests.core.test_imports import HEAVY

PLAN = grid_plan()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Plan of 100% café #1?.gpkg"


def again(path: Path) -> Plan:
    """The plan that the file holds."""
    document = planfile.open_document(path)
    document.close()
    return document.plan


def test_a_new_file_holds_the_plan(path: Path) -> None:
    document = planfile.create(path, PLAN)
    assert not differences(document.plan, PLAN)
    document.close()
    assert not differences(again(path), PLAN)
    assert sorted(p.name for p in path.parent.iterdir() if p.is_file()) == [path.name]


def test_steps_survive_closing(path: Path) -> None:
    document = planfile.create(path, PLAN)
    move(document, 0, 1)
    move(document, 7, 2)
    document.undo()
    document.close()
    other = planfile.open_document(path)
    assert not differences(other.plan, document.plan)
    assert [s.text for s in other.steps] == [s.text for s in document.steps]
    assert [s.time for s in other.steps] == [s.time for s in document.steps]
    assert not differences(replayed(PLAN, other), other.plan)
    assert not other.undoes_today
    other.redo()
    other.undo()
    other.undo()
    assert not differences(replace(other.plan, next_id=PLAN.next_id), PLAN)
    other.close()
    assert not differences(again(path), other.plan)
    assert planfile.check(path) == ()


def test_opening_alone_alters_nothing(path: Path) -> None:
    document = planfile.create(path, PLAN)
    move(document, 0, 1)
    document.close()
    before, stat = path.read_bytes(), path.stat()
    other = planfile.open_document(path)
    assert len(other.steps) == 1
    assert other.store.edit(1).changes[0].rows.tolist() == [0]
    files = [p.name for p in path.parent.iterdir() if p.is_file()]
    other.close()
    planfile.info(path)
    planfile.check(path)
    assert files == [path.name]
    assert path.read_bytes() == before
    assert path.stat().st_mtime_ns == stat.st_mtime_ns


def test_opening_loads_nothing_heavy(path: Path) -> None:
    planfile.create(path, PLAN).close()
    code = "import sys; from terradesk import planfile; planfile.open_document(sys.argv[1]).close()"
    command = [sys.executable, "-c", f"{code}; print(*sys.modules)", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "terradesk.planfile.store" in done.stdout.split()
    # numba loads the linear algebra of scipy with the first kernel it finds in its cache
    assert HEAVY & set(done.stdout.split()) <= {"scipy.linalg"}


def test_source_geometry_stays_in_the_file(path: Path) -> None:
    document = planfile.create(path, PLAN)
    store = document.store
    assert isinstance(store, planfile.PlanStore)
    assert document.plan.units.source is None
    found = shapely.from_wkb(store.unit_geometries())
    assert all(shapely.equals_exact(found, shapely.multipolygons(grid(6, 4)[:, None])))
    document.close()


def test_units_without_source_get_the_outlines_of_the_coverage(path: Path, tmp_path: Path) -> None:
    planfile.create(path, PLAN).close()
    other = tmp_path / "other.gpkg"
    document = planfile.create(other, replace(again(path), crs=CRS))
    assert document.plan.units.source_crs == CRS
    found = shapely.from_wkb(document.store.unit_geometries())  # type: ignore[attr-defined]
    assert PLAN.coverage is not None
    assert shapely.equals(found, polygons(PLAN.coverage)).all()
    document.close()


def test_plans_without_areas_or_accounts(path: Path) -> None:
    plan = new_plan(CRS, empty_units(), None, title="Only accounts")
    document = planfile.create(path, plan)
    nowhere = np.full(8, -1, np.int32)
    document.add_accounts(replace(grid_accounts(4, 4), unit=nowhere), "customers.csv")
    document.close()
    assert not differences(again(path), document.plan)


def test_points_and_missing_geometry(path: Path) -> None:
    wkb = np.array([shapely.to_wkb(shapely.Point(1, 2)), None, b"nonsense"], object)
    text = np.array(["a", "b", "c"], object)
    units = Units(text, text, geometry_kind="point", source=wkb, source_crs="EPSG:4326")
    document = planfile.create(path, new_plan("+proj=laea +lat_0=10 +type=crs", units, None))
    document.close()
    other = planfile.open_document(path)
    found = other.store.unit_geometries()  # type: ignore[attr-defined]
    assert shapely.from_wkb(found[0]) == shapely.Point(1, 2)
    assert found[1:].tolist() == [None, None]
    assert not differences(other.plan, document.plan)
    other.close()


ODD = {
    'a "quoted" one': np.array([1.5, np.nan, np.inf, -0.0]),
    "name": np.array(["clash", "", "é\u202e", "x'--"], object),
    "NAME": np.array([1e300, -1e-300, 2.0**53, 0.1]),
    "fid": np.array([0.0, 1.0, 2.0, 3.0]),
    "Geom": np.array(["1", "01234", "1e5", "nul\0inside"], object),
    "": np.array([np.nan] * 4),
}


def test_columns_of_any_name_and_value(path: Path) -> None:
    text = np.array(["a", "b", "c", "d"], object)
    units = Units(text, text, columns=ODD)
    accounts = replace(grid_accounts(4, 2), columns=ODD, unit=np.arange(4, dtype=np.int32))
    document = planfile.create(path, new_plan(CRS, units, None, accounts))
    document.close()
    assert not differences(again(path), document.plan)


def test_rows_are_written_and_read_in_portions(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(big_tables, "_PORTION", 3)
    document = planfile.create(path, PLAN)
    document.add_accounts(grid_accounts(4, 4), "more.csv")
    document.close()
    read = again(path)
    assert not differences(read, document.plan)
    states = read.units.columns["state"]
    assert len({id(state) for state in states}) == len(set(states))


def accounts_with(column: str, values: list[object], first: int) -> object:
    """Four accounts with one column more."""
    made = grid_accounts(4, 2)
    array = np.array(values, object if isinstance(values[0], str) else float)
    ids = np.array([f"N{first + i}" for i in range(4)], object)
    return replace(made, ids=ids, columns={**made.columns, column: array})


def test_imports_add_columns_and_turn_numbers_into_text(path: Path) -> None:
    document = planfile.create(path, PLAN)
    document.add_accounts(accounts_with("grade", [1.0, 2.5, np.nan, 4.0], 0), "a.csv")  # type: ignore[arg-type]
    document.add_accounts(accounts_with("grade", ["A", "B", "", "C"], 4), "b.csv", {"read": 4})  # type: ignore[arg-type]
    document.add_accounts(accounts_with("grade", [7.0, np.nan, 1.0, 2.0], 8), "c.csv")  # type: ignore[arg-type]
    assert not differences(again(path), document.plan)
    document.undo()
    document.undo()
    assert not differences(again(path), document.plan)
    assert int(document.plan.accounts_present.sum()) == 12 + 4
    document.close()
    other = planfile.open_document(path)
    other.redo()
    other.redo()
    assert int(other.plan.accounts_present.sum()) == 12 + 12
    assert other.plan.accounts.columns["grade"].tolist()[-8:-4] == ["A", "B", "", "C"]
    imports = other.plan.rows(rec.BatchRow)
    assert [row.source for row in imports] == ["a.csv", "b.csv", "c.csv"]
    other.close()
    assert not differences(again(path), other.plan)


def test_other_programs_read_the_layers(path: Path) -> None:
    document = planfile.create(path, PLAN)
    layers = dict(pyogrio.list_layers(path).tolist())
    assert layers["units"] == layers["territory_units"] == "MultiPolygon"
    assert layers["territory_areas"] == "MultiPolygon"
    assert layers["accounts"] == "Point"
    assert layers["territories"] is None
    units = pyogrio.read_dataframe(path, layer="units", fid_as_index=True)
    assert units.crs == CRS
    assert units.index.tolist() == list(range(24))
    assert units["code"].tolist() == PLAN.units.codes.tolist()
    assert units["population"].tolist() == PLAN.units.columns["population"].tolist()
    accounts = pyogrio.read_dataframe(path, layer="accounts")
    assert accounts.geometry.x.tolist() == PLAN.accounts.lon.tolist()
    assert accounts["placement"].map(dict(enumerate(PLACEMENTS))).unique() == ["coordinates"]
    territories = pyogrio.read_dataframe(path, layer="territories")
    assert territories["name"].tolist() == ["T0", "T1", "T2"]
    document.close()


def test_the_view_of_units_is_true_after_every_step(path: Path) -> None:
    document = planfile.create(path, PLAN)

    def shown() -> list[str]:
        frame = pyogrio.read_dataframe(path, layer="territory_units", fid_as_index=True)
        assert frame.geometry.area.tolist() == [1e8] * len(frame)
        return frame["territory"].fillna("").tolist()

    def expected(alignment: int = A) -> list[str]:
        view = document.plan.alignment(alignment)
        return [view.name_of(int(t)) for t in view.assignment]

    assert shown() == expected()
    move(document, 0, 2)
    assert shown() == expected()
    document.do(te.delete(document.plan, A, [document.plan.alignment(A).leaves[0].id]))
    assert shown() == expected()
    document.do(sc.copy_scenario(document.plan, 1, "Draft"))
    copy = document.plan.scenarios[-1].id
    row = document.plan.alignment_of(copy)
    leaf = document.plan.alignment(row).leaves[0].id
    edit = te.rename(document.plan, row, leaf, "Renamed")
    assert edit is not None
    document.do(edit)
    assert shown() == expected(row) != expected(A)
    document.undo()
    document.undo()
    document.undo()
    assert shown() == expected()
    document.close()


def test_outlines_are_written_on_closing_and_in_copies(path: Path, tmp_path: Path) -> None:
    document = planfile.create(path, PLAN)
    move(document, 0, 2)

    def areas(of: Path) -> dict[str, float]:
        frame = pyogrio.read_dataframe(of, layer="territory_areas")
        assert frame.crs == CRS and shapely.is_valid(frame.geometry.values).all()
        assert set(frame["seq"]) == {int(planfile.info(of).n_steps)} or of == path
        return dict(zip(frame["name"], frame.geometry.area / 1e8, strict=True))

    copy = planfile.save_copy(document, tmp_path / "copy.gpkg")
    assert areas(copy) == {"T0": 7, "T1": 8, "T2": 9}
    assert areas(path) == {"T0": 8, "T1": 8, "T2": 8}
    document.close()
    assert areas(path) == {"T0": 7, "T1": 8, "T2": 9}


def test_a_copy_holds_everything_and_the_document_stays(path: Path, tmp_path: Path) -> None:
    document = planfile.create(path, PLAN)
    move(document, 0, 2)
    copy = planfile.save_copy(document, tmp_path / "copy.gpkg")
    move(document, 1, 2)
    assert document.path == path
    other = planfile.open_document(copy)
    assert len(other.steps) == 1
    assert other.plan.uid == PLAN.uid
    assert not differences(replayed(PLAN, other), other.plan)
    assert planfile.check(copy) == ()
    with pytest.raises(TerraDeskError, match="open"):
        planfile.save_copy(document, path)
    other.close()
    document.close()
    in_memory = planfile.save_copy(Document(PLAN), tmp_path / "memory.gpkg")
    assert not differences(again(in_memory), PLAN)


def test_info_and_is_plan(path: Path, tmp_path: Path) -> None:
    document = planfile.create(path, PLAN)
    move(document, 0, 2)
    document.add_accounts(grid_accounts(2, 2), "x.csv")
    info = planfile.info(path)
    assert (info.title, info.scenario) == ("Grid", "First design")
    assert (info.n_units, info.n_accounts, info.n_territories, info.n_steps) == (24, 14, 3, 2)
    assert info.modified == document.steps[-1].time
    document.undo()
    assert planfile.info(path).n_accounts == 12
    document.close()
    assert planfile.is_plan(path)
    assert not planfile.is_plan(tmp_path)
    assert not planfile.is_plan(tmp_path / "none.gpkg")


def test_untitled_plans_live_in_the_recovery_folder() -> None:
    document = planfile.new_untitled(PLAN)
    path = document.path
    assert path is not None and planfile.is_untitled(path) and path.name.startswith("Grid-")
    move(document, 0, 1)
    assert planfile.untitled_plans() == []  # somebody is working on it
    with pytest.raises(TerraDeskError):
        planfile.discard_untitled(path)
    document.close()
    assert [plan.path for plan in planfile.untitled_plans()] == [path]
    copy = planfile.open_copy(path)
    assert copy.path != path and copy.path is not None and planfile.is_untitled(copy.path)
    assert not copy.is_read_only and len(copy.steps) == 1
    move(copy, 1, 1)
    copy.close()
    assert [plan.path for plan in planfile.untitled_plans()] == [copy.path, path]
    planfile.discard_untitled(path)
    assert [plan.path for plan in planfile.untitled_plans()] == [copy.path]


def test_only_untitled_plans_can_be_discarded(path: Path) -> None:
    planfile.create(path, PLAN).close()
    with pytest.raises(ValueError, match="not an untitled plan"):
        planfile.discard_untitled(path)
    assert path.exists()


def test_the_coverage_is_rebuilt_when_polygons_changed(path: Path) -> None:
    planfile.create(path, PLAN).close()
    with opened(path) as db:  # a GIS swaps the first two squares
        a, b = db.execute("SELECT geom FROM units WHERE fid < 2 ORDER BY fid").fetchall()
        db.execute("UPDATE units SET geom = ? WHERE fid = 0", b)
        db.execute("UPDATE units SET geom = ? WHERE fid = 1", a)
    assert planfile.check(path) == ("Another program has changed the areas.",)
    before = hashlib.sha256(path.read_bytes()).digest()
    document = planfile.open_document(path)
    assert PLAN.coverage is not None and document.plan.coverage is not None
    swapped = document.plan.coverage.centres[[1, 0, *range(2, 24)]]
    assert np.allclose(swapped, PLAN.coverage.centres)
    assert hashlib.sha256(path.read_bytes()).digest() == before
    move(document, 0, 1)
    document.close()
    assert planfile.check(path) == ()
    assert not differences(again(path), document.plan)


def test_a_damaged_coverage_is_rebuilt(path: Path) -> None:
    planfile.create(path, PLAN).close()
    with opened(path) as db:
        db.execute("UPDATE td_arcs SET data = x'00112233'")
    plan = again(path)
    assert plan.coverage is not None and plan.coverage.areas.tolist() == [1e8] * 24


def test_rows_that_another_program_deletes_leave_a_gap(path: Path) -> None:
    planfile.create(path, PLAN).close()
    with opened(path) as db:
        db.execute("DELETE FROM units WHERE fid = 5")
        db.execute("DELETE FROM accounts WHERE fid = 2")
        db.execute("INSERT INTO units (fid, code) VALUES (24, 'new')")
    document = planfile.open_document(path)
    plan = document.plan
    assert len(plan.units) == 25 and plan.units.codes[[4, 5, 6, 24]].tolist() == [
        "00004", "", "00006", "new",
    ]  # fmt: skip
    assert np.flatnonzero(~plan.units_present).tolist() == [5]
    assert np.flatnonzero(~plan.accounts_present).tolist() == [2]
    assert plan.alignment(A).assignment[24] == -1
    move(document, 24, 0)
    document.close()
    assert again(path).alignment(A).assignment[24] == plan.alignment(A).leaves[0].id


def test_an_index_of_another_program_does_not_stop_edits(path: Path) -> None:
    planfile.create(path, PLAN).close()
    with opened(path) as db:
        db.execute("CREATE VIRTUAL TABLE rtree_accounts_geom USING rtree(id,minx,maxx,miny,maxy)")
        db.execute(
            "CREATE TRIGGER rtree_accounts_geom_update2 AFTER UPDATE ON accounts BEGIN"
            " SELECT ST_IsEmpty(NEW.geom); END"
        )
        with pytest.raises(sqlite3.OperationalError, match="ST_IsEmpty"):
            db.execute("UPDATE accounts SET x = 1")
    document = planfile.open_document(path)
    document.add_accounts(grid_accounts(2, 2), "x.csv")
    document.close()
    assert not differences(again(path), document.plan)


def test_the_format_is_described(path: Path) -> None:
    planfile.create(path, PLAN).close()
    text = (ROOT / "docs" / "file-format.md").read_text(encoding="utf-8")
    with opened(path) as db:
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type != 'index'")]
        keys = [key for (key,) in db.execute("SELECT key FROM td_meta")]
        own = ["units", "accounts", "assignment", "scenarios", "history", "batches", "td_fields"]
        columns = [
            c for t in own for (c,) in db.execute("SELECT name FROM pragma_table_info(?)", (t,))
        ]
    attributes = {*PLAN.units.columns, *PLAN.accounts.columns}
    wanted = {*names, *keys, *columns} - attributes
    assert {n for n in wanted if not n.startswith("gpkg_") and f"`{n}`" not in text} == set()
