"""What comes in at odd moments: two at once, many dropped at once; strange names; memory."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path

import pytest
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

from terradesk.document import Document, MemoryStore
from terradesk.importing import Item
from terradesk.readers.report import Issue
from tests.core.kernel import grid_plan
from tests.ui.driving import SLOW
from tests.ui.import_desk import in_this_process, page_of, settle
from tests.ui.test_bringing import SlowStore, made
from ui import jobs
from ui.bringing import Bringing
from ui.dialogs.importing.files import main_files
from ui.dialogs.importing.page import Importing
from ui.dialogs.importing.past import PastImports
from ui.dialogs.importing.review import ReviewList
from ui.dialogs.importing.review_model import AFTER
from ui.dialogs.issues import RowsBehind
from ui.dialogs.parts import Combo, Dialog, combo
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
    QtCore.QCoreApplication.processEvents()  # what was queued for the plan that is gone
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
    qtbot.waitUntil(lambda: source() is None, timeout=SLOW)
    assert not gc.isenabled()


# ---------------------------------------------------------------------- reading only
def test_a_plan_for_reading_only_refuses_before_anything_is_chosen(window, at_once, told, tmp_path):
    class Shut(MemoryStore):
        is_read_only = True

    path = tmp_path / "list.csv"
    path.write_text(LIST)
    window.model.open(Document(grid_plan(), Shut()))
    window.files.import_file(path)
    assert "reading only" in told[0].message and "copy" in told[0].hint
    assert not window.findChildren(Importing)


def test_a_plan_without_imports_shows_the_way_to_one(qtbot):
    model = DocumentModel()
    model.open(Document(grid_plan()))
    page = PastImports(model)
    page.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(page)
    page.show()
    assert page.first.isVisible() and not page.save.isVisible()
    with qtbot.waitSignal(page.import_wanted):
        page.first.click()
    assert not page.isVisible()


# ---------------------------------------------------------------------- keys and wheel
@pytest.fixture
def review(qtbot):
    """A page with a list to look through and a primary button."""
    page = Dialog("Import", None, 700, 500)
    page.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose, False)
    page.list = ReviewList()
    page.body.addWidget(page.list)
    page.pressed = []
    button = QtWidgets.QPushButton("Take them")
    button.setDefault(True)
    button.clicked.connect(lambda: page.pressed.append(1))
    page.foot.addWidget(button)
    qtbot.addWidget(page)
    candidates = (("a", "North"), ("b", "<b>South</b>"))
    items = [
        Item("x", "g", "Shop <b>1</b>\nBerlin", "", "North", candidates=candidates),
        Item("y", "g", "Shop 2", "old", "new"),
    ]
    page.list.show_items(items, [("g", "Moved")], frozenset(), {})
    page.show()
    page.activateWindow()
    qtbot.waitExposed(page)
    return page


def test_enter_and_escape_in_the_filter_do_not_end_the_page(qtbot, review):
    found = review.list
    found.filter.setFocus()
    QTest.keyClicks(found.filter, "shop")
    QTest.keyClick(found.filter, QtCore.Qt.Key.Key_Return)
    assert not review.pressed and found.tree.hasFocus()
    QTest.keyClick(found.filter, QtCore.Qt.Key.Key_Escape)
    assert review.isVisible() and found.filter.text() == ""
    QTest.keyClick(found.filter, QtCore.Qt.Key.Key_Escape)
    assert not review.isVisible()


def test_enter_in_the_list_means_the_line(qtbot, review, monkeypatch):
    monkeypatch.setattr(Combo, "showPopup", lambda _box: None)  # it would grab the keyboard
    tree, model = review.list.tree, review.list.model
    group = model.index(0, 0)
    second = model.index(1, 0, group)
    tree.setFocus()
    tree.setCurrentIndex(second)
    QTest.keyClick(tree, QtCore.Qt.Key.Key_Return)
    assert model.left_out == {"y"} and not review.pressed
    QTest.keyClick(tree, QtCore.Qt.Key.Key_Return)
    assert not model.left_out
    tree.setCurrentIndex(model.index(0, 0, group))
    QTest.keyClick(tree, QtCore.Qt.Key.Key_Return)
    assert tree.currentIndex().column() == AFTER and not review.pressed
    (box,) = tree.viewport().findChildren(QtWidgets.QComboBox)
    assert [box.itemText(k) for k in range(box.count())] == ["North", "<b>South</b>"]


def test_the_wheel_over_a_list_scrolls_the_page(qtbot):
    box = combo("How", [("a", 1), ("b", 2)], 1)
    qtbot.addWidget(box)
    box.show()
    wheel = QtGui.QWheelEvent(
        QtCore.QPointF(5, 5), QtCore.QPointF(5, 5), QtCore.QPoint(), QtCore.QPoint(0, -120),
        QtCore.Qt.MouseButton.NoButton, QtCore.Qt.KeyboardModifier.NoModifier,
        QtCore.Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    box.wheelEvent(wheel)
    assert box.currentData() == 1 and not wheel.isAccepted()


# ---------------------------------------------------------------------- texts of files
def test_texts_of_files_are_shown_as_they_are_in_one_line(qtbot, review):
    model = review.list.model
    first = model.index(0, 0, model.index(0, 0))
    assert model.data(first) == "Shop <b>1</b> Berlin"
    tip = model.data(first, QtCore.Qt.ItemDataRole.ToolTipRole)
    assert tip == "Shop &lt;b&gt;1&lt;/b&gt;\nBerlin"
    issue = Issue("odd", "Odd <b>rows</b>", (0, 1), 1234)
    columns = {"a\nhead": ["<img src=x>", "x" * 5000], "b": ["one\ntwo", "y"]}
    page = RowsBehind(issue, columns, review)
    table = page.table
    assert table.horizontalHeaderItem(1).text() == "a head"
    cell = table.item(0, 1)
    assert (cell.text(), cell.toolTip()) == ("<img src=x>", "&lt;img src=x&gt;")
    assert len(table.item(1, 1).text()) == 200 and table.item(0, 2).text() == "one two"
    assert max(table.columnWidth(k) for k in range(2)) <= 320
    texts = [one.text() for one in page.findChildren(QtWidgets.QLabel)]
    assert "The first 2 of 1,234 are listed." in texts


# ---------------------------------------------------------------------- the way of Tab
def test_tab_follows_the_page_also_through_what_was_made_later(qtbot, tmp_path):
    page = page_of(qtbot, tmp_path, LIST, plan=grid_plan())
    chain, widget = [], page.kind
    while widget not in chain:
        chain.append(widget)
        widget = widget.nextInFocusChain()
    options, heads = list(page.side.form.fields.values()), list(page.side.table.boxes.values())
    way = [page.kind, *options, *heads[:2], page.gain.map, page.accept_button]
    assert options and len(heads) >= 2
    places = [chain.index(one) for one in way]
    assert places == sorted(places)
