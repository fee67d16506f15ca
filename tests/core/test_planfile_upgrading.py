"""Plan files of an older version: opened as they are, brought up to date with the first step."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from terradesk import planfile
from terradesk import records as rec
from terradesk.document import Document
from terradesk.edits import links, scenarios, seeds
from terradesk.edits import territories as te
from terradesk.errors import TerraDeskError
from terradesk.planfile import failures, upgrading
from terradesk.planfile.schema import MIN_READER, MIN_WRITER, SCHEMA_VERSION, read_meta
from tests.core.plan_files import PLAN, A, differences, move, opened, replayed, works

pytestmark = pytest.mark.usefixtures("old")


NEW_FIELDS = (
    *(("columns", "currency"), ("measures", "formula"), ("measures", "unit")),
    *(("imports", "kind"), ("imports", "choices")),
)
"""What version 4 added to tables that were there before."""


@pytest.fixture
def old(path: Path) -> None:
    """The plan as version 1 wrote it."""
    make_old(path)


def make_old(path: Path, version: int = 1) -> None:
    since = {"seeds": 2, "barriers": 3, "actuals": 4}
    with opened(path) as db:
        for table, field in NEW_FIELDS:
            db.execute(f"ALTER TABLE {table} DROP COLUMN {field}")
        for later in [name for name, first in since.items() if first > version]:
            db.execute(f"DROP TABLE {later}")
            for table in ("gpkg_contents", "gpkg_extensions"):
                db.execute(f"DELETE FROM {table} WHERE table_name = '{later}'")
        db.execute(
            f"UPDATE td_meta SET value = {version} WHERE key IN ('schema_version', 'min_writer')"
        )


def versions(path: Path) -> tuple[int, ...]:
    with opened(path) as db:
        meta = read_meta(db)
    return tuple(int(meta[k]) for k in ("schema_version", "min_reader", "min_writer"))


def tables(path: Path) -> set[str]:
    with opened(path) as db:
        return {n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


@pytest.mark.parametrize("read_only", [False, True])
def test_opening_alone_alters_nothing(path: Path, read_only: bool) -> None:
    before = path.read_bytes(), sorted(path.parent.iterdir())
    document = planfile.open_document(path, read_only=read_only)
    assert not differences(document.plan, PLAN)
    assert document.plan.rows(rec.Seed, A) == []
    document.close()
    assert planfile.check(path) == ()
    assert planfile.info(path).version == "1"
    assert (path.read_bytes(), sorted(path.parent.iterdir())) == before


def test_the_first_step_brings_the_table_and_the_versions(path: Path) -> None:
    document = planfile.open_document(path)
    move(document, 0, 2)
    document.close()
    assert versions(path) == (SCHEMA_VERSION, MIN_READER, MIN_WRITER)
    assert "seeds" in tables(path)
    with opened(path) as db:
        for listed in ("gpkg_contents", "gpkg_extensions"):
            found = db.execute(f"SELECT count(*) FROM {listed} WHERE table_name = 'seeds'")
            assert found.fetchone()[0] == 1
    assert planfile.check(path) == ()


def test_an_upgraded_file_is_like_a_new_one(path: Path, tmp_path: Path) -> None:
    document = planfile.open_document(path)
    move(document, 0, 2)
    document.close()
    planfile.create(tmp_path / "new.gpkg", PLAN).close()
    shapes = []
    for file in (path, tmp_path / "new.gpkg"):
        with opened(file) as db:
            shapes.append(db.execute("SELECT * FROM pragma_table_info('seeds')").fetchall())
    assert shapes[0] == shapes[1]


def test_start_points_are_kept_in_an_upgraded_file(path: Path) -> None:
    document = planfile.open_document(path)
    territory = document.plan.alignment(A).leaves[1].id
    document.do(seeds.set_seed(document.plan, A, territory, 1.5, 2.25, 8))
    document.do(te.delete(document.plan, A, [territory]))
    document.undo()
    plan = document.plan
    assert not differences(plan, replayed(PLAN, document))
    document.close()
    again = planfile.open_document(path)
    assert not differences(again.plan, plan)
    assert again.plan.alignment(A).seeds[territory].lon == 1.5
    again.undo()
    assert again.plan.rows(rec.Seed, A) == []
    again.close()


def test_a_step_that_fails_leaves_the_old_version(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = planfile.open_document(path)

    def fail(*_args: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("terradesk.planfile.writing.write_step", fail)
        with pytest.raises(TerraDeskError):
            move(document, 0, 2)
    assert versions(path) == (1, 1, 1) and "seeds" not in tables(path)
    works(document)
    assert versions(path) == (SCHEMA_VERSION, MIN_READER, MIN_WRITER)
    document.close()


def test_copies_of_an_old_plan_open(path: Path, tmp_path: Path) -> None:
    document = planfile.open_document(path, read_only=True)
    planfile.save_copy(document, tmp_path / "copy.gpkg")
    document.close()
    copy = planfile.open_document(tmp_path / "copy.gpkg")
    assert not differences(copy.plan, PLAN)
    works(copy)
    copy.close()


def test_barriers_are_kept_in_a_file_that_knew_start_points_only(
    path: Path, tmp_path: Path
) -> None:
    new = tmp_path / "two.gpkg"
    planfile.create(new, PLAN).close()
    make_old(new, 2)
    document = planfile.open_document(new)
    assert not differences(document.plan, PLAN)
    assert document.plan.rows(rec.Barrier) == []
    near = document.plan.arcs.adjacency  # type: ignore[union-attr]
    other = int(near.neighbours[0])
    document.do(links.block(document.plan, [0], [other], "River"))
    plan = document.plan
    document.close()
    assert versions(new) == (SCHEMA_VERSION, MIN_READER, MIN_WRITER)
    assert {"seeds", "barriers"} <= tables(new)
    again = planfile.open_document(new)
    assert not differences(again.plan, plan)
    assert [(b.unit_a, b.unit_b, b.note) for b in again.plan.rows(rec.Barrier)] == [
        (0, other, "River")
    ]
    again.undo()
    assert again.plan.rows(rec.Barrier) == []
    again.close()
    assert planfile.check(new) == ()


def test_upgrading_twice_does_nothing(path: Path) -> None:
    with opened(path) as db:
        for _turn in range(2):
            with failures.transaction(db):
                upgrading.upgrade(db)
        before = list(db.iterdump())
        upgrading.upgrade(db)
        assert list(db.iterdump()) == before


def test_a_file_of_this_version_needs_its_table(path: Path) -> None:
    with opened(path) as db:
        db.execute("UPDATE td_meta SET value = 2 WHERE key = 'schema_version'")
    with pytest.raises(TerraDeskError, match="damaged"):
        planfile.open_document(path)


def test_a_scenario_of_an_old_plan_is_copied_with_new_start_points(path: Path) -> None:
    document: Document = planfile.open_document(path)
    territory = document.plan.alignment(A).leaves[0].id
    document.do(seeds.set_seed(document.plan, A, territory, 1.0, 2.0))
    step = document.do(scenarios.copy_scenario(document.plan, 1, "Copy"))
    copied = document.plan.rows(rec.Seed, step.edit.alignment)
    assert [s.uid for s in copied] == [s.uid for s in document.plan.rows(rec.Seed, A)]
    document.close()
