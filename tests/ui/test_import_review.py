"""What comes in at odd moments: two at once, many dropped at once; strange names; memory."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path

import pytest
from PySide6 import QtCore

from terradesk.document import Document
from tests.core.kernel import grid_plan
from tests.ui.driving import SLOW
from tests.ui.import_desk import in_this_process, page_of, settle
from tests.ui.test_bringing import SlowStore, made
from ui import jobs
from ui.bringing import Bringing
from ui.dialogs.importing.files import main_files
from ui.dialogs.importing.page import Importing
from ui.document_model import DocumentModel

LIST = "id,name,longitude,latitude,sales\nA1,Shop 1,9.1,48.1,10\nA2,Shop 2,9.2,48.2,20\n"


@pytest.fixture(autouse=True)
def _quick(monkeypatch) -> None:
    in_this_process(monkeypatch)


# ---------------------------------------------------------------------- one after another
@pytest.fixture
def slow(qtbot):
    """A plan that is written when it is let."""
    store, model = SlowStore(), DocumentModel()
    model.open(Document(grid_plan(), store))
    yield model, store
    store.may_write.set()
    qtbot.waitUntil(lambda: not jobs.running())
    model.close()


def test_an_import_waits_for_the_one_that_is_being_written(qtbot, slow):
    model, store = slow
    n_before, shown = len(model.plan.accounts), []
    works = [Bringing(model, made(model.plan), model.plan, made) for _ in range(2)]
    for work in works:
        work.done.connect(shown.append)
        work.start()
    store.may_write.set()
    qtbot.waitUntil(lambda: len(shown) == 2)
    assert len(model.plan.accounts) == n_before + 4
    assert [step.seq for step in shown] == [1, 2]


def test_an_import_that_waits_is_dropped_with_its_plan(qtbot, slow):
    model, store = slow
    first = model.document
    works = [Bringing(model, made(model.plan), model.plan, made) for _ in range(2)]
    for work in works:
        work.start()
    threading.Timer(0.05, store.may_write.set).start()
    model.open(Document(grid_plan()))
    qtbot.waitUntil(lambda: not jobs.running())
    qtbot.wait(1)
    assert len(first.steps) == 1 and not model.document.steps and not model.is_held


# ---------------------------------------------------------------------- dropped together
def test_parts_of_a_map_file_are_not_imported_by_themselves():
    dropped = ("/d/a.dbf", "/d/A.shp", "/d/a.shp.xml", "/d/b.csv", "/e/a.dbf")
    paths = [Path(text) for text in dropped]
    assert [p.as_posix() for p in main_files(paths)] == ["/d/A.shp", "/d/b.csv", "/e/a.dbf"]
    assert main_files([]) == []


def test_of_several_files_the_first_is_shown_and_the_others_told(qtbot, window, at_once, tmp_path):
    window.model.open(Document(grid_plan()))
    paths = [tmp_path / name for name in ("a.csv", "b.csv", "c.csv")]
    for path in paths:
        path.write_text(LIST)
    window.files.files_dropped(paths)
    (page,) = window.findChildren(Importing)
    settle(qtbot, page)
    assert "2 files again" in page._waiting.text() and page._waiting.isVisible()
    page.reject()
    qtbot.waitUntil(lambda: not window.findChildren(Importing), timeout=SLOW)
    window.files.import_file(paths[1])
    (page,) = window.findChildren(Importing)
    assert page._waiting.isHidden()
    page.reject()


# ---------------------------------------------------------------------- memory
def test_a_page_that_was_closed_keeps_no_rows(qtbot, window, at_once, tmp_path):
    """Without any collection of cycles, which the program makes seldom and of young ones only."""
    path = tmp_path / "list.csv"
    path.write_text(LIST)
    window.model.open(Document(grid_plan()))
    window.files.import_file(path)
    (page,) = window.findChildren(Importing)
    settle(qtbot, page)
    assert page.outcome is not None
    source = weakref.ref(page.understood.source)
    page.reject()
    del page
    qtbot.waitUntil(lambda: source() is None)
    assert not gc.isenabled()
