"""What goes wrong while plan files are edited: nothing is lost, and the message says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from terradesk import planfile
from terradesk.document import Document
from terradesk.edits import Edit, Record
from terradesk.edits import territories as te
from terradesk.errors import ReadOnlyPlan, TerraDeskError
from terradesk.planfile.locking import lock_path
from tests.conftest import ROOT
from tests.core.kernel import grid_plan
from tests.core.plan_files import PLAN, A, an_edit, differences, move, opened, refuses, works


# ---------------------------------------------------------------------- while editing
def test_full_disk(document: Document) -> None:
    move(document, 0, 1)
    db = document.store._db  # type: ignore[attr-defined]
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}")
    reason = "x" * 200_000
    plan = document.plan
    view = plan.alignment(A)
    big = te.create(plan, A, [te.new_territory(plan, A, os.urandom(20_000).hex())], reason)
    with pytest.raises(TerraDeskError, match="disk is full"):
        document.do(big)
    assert document.plan is plan and plan.alignment(A) is view
    db.execute("PRAGMA max_page_count = 1000000")
    document.do(big)
    assert document.path is not None
    assert planfile.check(document.path) == ()


def test_another_program_writes(document: Document, path: Path) -> None:
    with opened(path) as db:
        db.execute("BEGIN IMMEDIATE")
        refuses(document, "Another program is using the plan file")
        db.execute("ROLLBACK")
    works(document)


def test_another_program_reads_through_a_whole_commit(document: Document, path: Path) -> None:
    with opened(path) as db:
        cursor = db.execute("SELECT * FROM units")
        cursor.fetchone()
        refuses(document, "Another program is using the plan file")
        cursor.close()
    works(document)


def test_the_file_becomes_protected(document: Document) -> None:
    move(document, 0, 1)
    document.store._db.execute("PRAGMA query_only = ON")  # type: ignore[attr-defined]
    refuses(document, "protected against writing", ReadOnlyPlan)
    document.store._db.execute("PRAGMA query_only = OFF")  # type: ignore[attr-defined]
    works(document)


def test_the_file_is_moved_and_put_back(document: Document, path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.gpkg"
    path.rename(elsewhere)
    refuses(document, "moved, replaced or removed")
    copy = planfile.save_copy(document, tmp_path / "copy.gpkg")
    assert not differences(planfile.open_document(copy, read_only=True).plan, document.plan)
    planfile.create(path, grid_plan()).close()
    refuses(document, "moved, replaced or removed")
    elsewhere.replace(path)
    works(document)


def test_a_protected_file_is_for_reading(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda _path, mode, **_more: mode != os.W_OK)
        document = planfile.open_document(path)
    assert document.is_read_only
    assert "protected" in document.store.read_only_reason  # type: ignore[attr-defined]
    refuses(document, "reading only", ReadOnlyPlan)
    copy = planfile.open_copy(path)
    document.close()
    works(copy)
    copy.close()


def test_reading_only_by_wish(path: Path) -> None:
    document = planfile.open_document(path, read_only=True)
    refuses(document, "reading only", ReadOnlyPlan)
    document.close()


def test_text_that_no_file_can_hold(document: Document) -> None:
    plan = document.plan
    made = te.new_territory(plan, A, "half of a pair: \ud83d")
    with pytest.raises(TerraDeskError, match="cannot be stored"):
        document.do(Edit("", records=(Record("territory", None, made),)))
    assert document.plan is plan
    works(document)


def test_steps_from_another_thread(document: Document) -> None:
    thread = threading.Thread(target=lambda: document.do(an_edit(document)))
    thread.start()
    thread.join()
    works(document)
    assert len(document.steps) == 2


# ---------------------------------------------------------------------- other programs' changes
def foreign(document: Document) -> bool:
    return document.store.has_foreign_changes()  # type: ignore[attr-defined]


def test_changes_of_another_program_are_noticed(document: Document, path: Path) -> None:
    works(document)
    assert not foreign(document)
    with opened(path) as db:
        db.execute("UPDATE assignment SET territory = -1 WHERE unit = 7")
    assert foreign(document)
    document.do(an_edit(document, 8))  # what nobody else touched is not in question
    edit = an_edit(document, 7)
    with pytest.raises(planfile.ForeignChange, match="Another program has changed this plan"):
        document.do(edit)
    again = planfile.open_document(path, read_only=True)
    assert again.plan.alignment(A).assignment[7] == -1 and len(again.steps) == 2
    again.close()


def test_records_and_columns_changed_by_another_program(document: Document, path: Path) -> None:
    plan, leaf = document.plan, document.plan.alignment(A).leaves[0].id
    with opened(path) as db:
        db.execute("UPDATE territories SET name = 'Other' WHERE id = ?", (leaf,))
    rename = te.rename(plan, A, leaf, "Mine")
    assert rename is not None
    with pytest.raises(planfile.ForeignChange):
        document.do(rename)
    with opened(path) as db:
        db.execute("DELETE FROM territories WHERE id = ?", (leaf,))
    with pytest.raises(planfile.ForeignChange):
        document.do(rename)
    assert document.plan is plan
    again = planfile.open_document(path, read_only=True)
    assert len(again.plan.alignment(A).leaves) == 2
    again.close()


def test_an_editor_that_came_and_went(document: Document, path: Path) -> None:
    other = planfile.open_document(path)
    move(other, 3, 2)
    other.close()
    with pytest.raises(planfile.ForeignChange):
        document.do(an_edit(document))
    assert planfile.check(path) == ()


def test_empty_cells_of_another_program(path: Path) -> None:
    with opened(path) as db:
        db.execute("UPDATE territories SET note = '' , colour = 3")
        db.execute("UPDATE units SET population = NULL, state = NULL")
    document = planfile.open_document(path)
    assert np.isnan(document.plan.units.columns["population"]).all()
    assert set(document.plan.units.columns["state"]) == {""}
    works(document)
    document.close()


def test_write_ahead_mode_of_another_program_is_ended(path: Path) -> None:
    with opened(path) as db:
        db.execute("PRAGMA journal_mode = WAL")
    document = planfile.open_document(path)
    with opened(path) as db:
        db.execute("SELECT count(*) FROM units").fetchone()
        refuses(document, "Another program is using")
    works(document)
    document.close()
    assert path.read_bytes()[18:20] == b"\1\1"
    assert not list(path.parent.glob("*-wal"))


# ---------------------------------------------------------------------- locks
def test_the_second_opener_reads(document: Document, path: Path) -> None:
    early = planfile.open_document(path)
    move(document, 0, 1)
    late = planfile.open_document(path)
    assert late.is_read_only and not early.is_read_only
    assert "is editing this plan" in late.store.read_only_reason  # type: ignore[attr-defined]
    assert late.store.holder.pid == os.getpid()  # type: ignore[attr-defined]
    refuses(late, "reading only", ReadOnlyPlan)
    refuses(early, "is editing this plan", ReadOnlyPlan)
    refuses(early, "reading only", ReadOnlyPlan)
    late.close()
    early.close()
    assert lock_path(path).exists()
    document.close()
    assert not lock_path(path).exists()
    after = planfile.open_document(path)
    works(after)
    after.close()


def test_a_link_to_a_plan_shares_its_lock(document: Document, path: Path, tmp_path: Path) -> None:
    link = tmp_path / "other folder"
    link.mkdir()
    link = link / "link.gpkg"
    link.symlink_to(path)
    move(document, 0, 1)
    other = planfile.open_document(link)
    assert other.is_read_only
    other.close()


EDITING = """
import sys
import numpy as np
from terradesk import planfile
from terradesk.edits import assign
document = planfile.open_document(sys.argv[1])
leaf = document.plan.alignment(3).leaves[2].id
document.do(assign(document.plan, 3, np.array([0]), leaf).edit)
print("edited", flush=True)
sys.stdin.read()
"""


def test_the_lock_of_a_process_ends_with_it(path: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", EDITING, str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=ROOT) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == b"edited"
        holder = planfile.holder(path)
        assert holder is not None and holder.pid == child.pid
        locked = planfile.open_document(path)
        assert locked.is_read_only and len(locked.steps) == 1
        with pytest.raises(TerraDeskError, match="is editing"):
            planfile.create(path, PLAN)
        locked.close()
        child.kill()
    assert lock_path(path).exists()
    document = planfile.open_document(path)
    works(document)
    document.close()
    assert not lock_path(path).exists()


def test_the_lock_of_another_machine_counts(document: Document, path: Path) -> None:
    text = '{"host": "elsewhere", "user": "Ann", "pid": 1, "since": "2026-01-01"}'
    lock_path(path).write_text(text)
    refuses(document, r"Ann \(elsewhere\) is editing this plan", ReadOnlyPlan)
    assert lock_path(path).read_text() == text


@pytest.mark.parametrize("text", ["", "nonsense", "[]", '{"host": 1}'])
def test_a_lock_file_without_sense_is_taken_over(document: Document, path: Path, text: str) -> None:
    lock_path(path).write_text(text)
    works(document)
