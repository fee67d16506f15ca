"""Plan files that cannot be opened, are damaged, or cannot be written whole."""

from __future__ import annotations

import os
import sqlite3
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from terradesk import planfile
from terradesk.document import Document
from terradesk.edits import territories as te
from terradesk.errors import ReadOnlyPlan, TerraDeskError
from tests.core.kernel import grid_plan
from tests.core.plan_files import PLAN, A, differences, move, opened, refuses, works


# ---------------------------------------------------------------------- what cannot be opened
def make_garbage(path: Path) -> None:
    path.write_bytes(os.urandom(5000))


def make_empty(path: Path) -> None:
    path.write_bytes(b"")


def make_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5000])


def make_headless(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 4000 + path.read_bytes()[4100:])


def make_plain_sqlite(path: Path) -> None:
    path.unlink()
    with opened(path) as db:
        db.execute("CREATE TABLE t (a)")


def make_geopackage(path: Path) -> None:
    with opened(path) as db:
        db.execute("DROP TABLE td_meta")


def make_without_head(path: Path) -> None:
    with opened(path) as db:
        db.execute("DELETE FROM td_meta WHERE key = 'crs'")


def make_without_table(path: Path) -> None:
    with opened(path) as db:
        db.execute("DROP TABLE reps")


def make_view_of_units(path: Path) -> None:
    with opened(path) as db:
        db.execute("ALTER TABLE units RENAME TO other")
        db.execute("CREATE VIEW units AS SELECT * FROM other")


def make_wild_fids(path: Path) -> None:
    with opened(path) as db:
        db.execute("UPDATE units SET fid = 4000000000 WHERE fid = 23")


def make_newer(path: Path) -> None:
    with opened(path) as db:
        db.execute("UPDATE td_meta SET value = 9 WHERE key IN ('min_reader', 'schema_version')")


BAD = {
    make_garbage: "not a TerraDesk plan",
    make_empty: "not a TerraDesk plan",
    make_short: "its end is missing",
    make_headless: "is damaged",
    make_plain_sqlite: "not a TerraDesk plan",
    make_geopackage: "is a GeoPackage, but not a TerraDesk plan",
    make_without_head: "is damaged",
    make_without_table: "is damaged",
    make_wild_fids: "is damaged",
    make_view_of_units: "is damaged",
    make_newer: r"newer TerraDesk \(plan format 9\)",
    Path.unlink: "There is no file",
}


STILL_PLANS = {
    make_without_head,
    make_without_table,
    make_view_of_units,
    make_wild_fids,
    make_newer,
}


@pytest.mark.parametrize(("make", "words"), BAD.items(), ids=[f.__name__ for f in BAD])
def test_files_that_cannot_be_opened(path: Path, make: object, words: str) -> None:
    make(path)  # type: ignore[operator]
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(TerraDeskError, match=words) as caught:
        planfile.open_document(path)
    assert caught.value.hint
    assert (path.read_bytes() if path.exists() else None) == before
    assert planfile.is_plan(path) == (before is not None and make in STILL_PLANS)


def test_folders_are_no_plans(tmp_path: Path) -> None:
    with pytest.raises(TerraDeskError, match="cannot be opened"):
        planfile.open_document(tmp_path)


def test_a_newer_writer_leaves_reading(path: Path) -> None:
    with opened(path) as db:
        db.execute("UPDATE td_meta SET value = 9 WHERE key IN ('min_writer', 'schema_version')")
        db.execute("ALTER TABLE territories ADD COLUMN invented TEXT")
    document = planfile.open_document(path)
    assert "newer TerraDesk" in document.store.read_only_reason  # type: ignore[attr-defined]
    assert not differences(document.plan, PLAN)
    refuses(document, "reading only", ReadOnlyPlan)
    document.close()


def test_triggers_of_others_are_never_set_off(path: Path) -> None:
    with opened(path) as db:
        db.execute("CREATE TRIGGER t AFTER INSERT ON history BEGIN DELETE FROM units; END")
    document = planfile.open_document(path)
    assert "triggers" in document.store.read_only_reason  # type: ignore[attr-defined]
    refuses(document, "reading only", ReadOnlyPlan)
    document.close()


# ---------------------------------------------------------------------- what check finds
def test_check_finds_an_altered_history(document: Document, path: Path) -> None:
    for unit in range(4):
        move(document, unit, 2)
    document.close()
    assert planfile.check(path) == ()
    with opened(path) as db:
        db.execute("UPDATE history SET reason = 'another' WHERE seq = 3")
    assert planfile.check(path) == ("The history is altered from step 3 on.",)
    with opened(path) as db:
        db.execute("UPDATE history SET reason = '' WHERE seq = 3")
        db.execute("DELETE FROM history WHERE seq = 4")
    assert planfile.check(path) == ("The end of the history is missing.",)
    with opened(path) as db:
        db.execute("DELETE FROM history WHERE seq = 1")
    assert planfile.check(path) == ("The history is altered from step 1 on.",)


def test_check_finds_broken_pages(path: Path) -> None:
    with opened(path) as db:
        page, size = (db.execute(f"PRAGMA {p}").fetchone()[0] for p in ("page_count", "page_size"))
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'settings'").fetchone()
    data = bytearray(path.read_bytes())
    at = (root[0] - 1) * size
    data[at + 3 : at + 5] = struct.pack(">H", 60000)  # more cells than a page can hold
    path.write_bytes(data)
    assert page and any("damaged" in text for text in check_or_error(path))


def check_or_error(path: Path) -> tuple[str, ...]:
    try:
        return planfile.check(path)
    except TerraDeskError as error:
        return (error.message,)


# ---------------------------------------------------------------------- new files and copies
def left_over(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.suffix != ".gpkg" and p.is_file())


def test_a_failed_write_leaves_what_was_there(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    bad = grid_plan()
    object.__setattr__(bad, "crs", "EPSG:999999")
    with pytest.raises(TerraDeskError, match="not known"):
        planfile.create(path, bad)
    assert path.read_bytes() == before and not left_over(tmp_path)
    with pytest.raises(TerraDeskError, match="could not be written"):
        planfile.create(tmp_path / "no such folder" / "x.gpkg", PLAN)


def test_a_copy_on_a_full_disk_leaves_nothing(
    document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: object, target: Path) -> None:
        target.write_bytes(b"")  # what VACUUM INTO leaves
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr(planfile.PlanStore, "copy_into", full)
    with pytest.raises(TerraDeskError, match="not enough space"):
        planfile.save_copy(document, tmp_path / "copy.gpkg")
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["plan.gpkg"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A drive of 2 MiB; needs the right to mount."""
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.proof
def test_a_disk_that_is_really_full(small_disk: Path, tmp_path: Path) -> None:
    document = planfile.create(small_disk / "plan.gpkg", grid_plan(20, 20))
    filler = small_disk / "filler"
    done = 0
    while True:
        free = os.statvfs(small_disk)
        if done == 5:
            filler.write_bytes(b"x" * (free.f_bavail * free.f_frsize - 30_000))
        try:
            plan = document.plan
            name = os.urandom(2_000).hex()
            document.do(te.create(plan, A, [te.new_territory(plan, A, name)]))
            done += 1
        except TerraDeskError as error:
            assert "disk is full" in error.message
            break
    assert document.plan is plan and done >= 5
    with pytest.raises(TerraDeskError, match="not enough space"):
        planfile.save_copy(document, small_disk / "copy.gpkg")
    assert not (small_disk / "copy.gpkg").exists()
    filler.unlink()
    works(document)
    copy = planfile.save_copy(document, tmp_path / "copy.gpkg")
    document.close()
    assert planfile.check(small_disk / "plan.gpkg") == planfile.check(copy) == ()
    assert planfile.info(copy).n_steps == done + 1
