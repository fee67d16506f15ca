"""The command palette: finds commands, territories, areas, accounts; keys; speed."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest

from terradesk.document import Document
from tests.core.kernel import grid_plan
from ui import theme
from ui.actions import make_actions
from ui.document_model import DocumentModel
from ui.palette import Palette
from ui.palette.hits import MOST_PER_GROUP, NameIndex

Key = QtCore.Qt.Key


class Desk:
    """A window with a palette, and what was run."""

    def __init__(self, qtbot, qapp, has_plan=True):
        theme.apply(qapp, False)
        self.window = QtWidgets.QWidget()
        qtbot.addWidget(self.window)
        self.window.resize(1000, 700)
        self.model = DocumentModel()
        if has_plan:
            self.model.open(Document(grid_plan()))
        self.ran: list[str] = []
        self.shown: list[np.ndarray] = []
        self.actions = make_actions(self.window, {}, lambda name: lambda *_: self.ran.append(name))
        self.palette = Palette(self.model, self.actions, self.window)
        self.accounts: list[int] = []
        self.places: list[tuple[float, float]] = []
        self.palette.show_units.connect(self.shown.append)
        self.palette.show_account.connect(self.accounts.append)
        self.palette.show_place.connect(lambda x, y: self.places.append((x, y)))
        self.window.show()
        self.palette.open_over(self.window)

    def type(self, text):
        self.palette.field.setText(text)
        return [hit.text for hit in self.palette.hits()]

    def key(self, key):
        QTest.keyClick(self.palette.field, key)

    def find(self, kind):
        return next(hit for hit in self.palette.hits() if hit.kind == kind)


@pytest.fixture
def desk(qtbot, qapp):
    return Desk(qtbot, qapp)


def test_commands_are_run_by_name_and_by_the_words_of_the_trade(desk):
    assert "Undo" in desk.type("undo")
    desk.key(Key.Key_Return)
    assert desk.ran == ["undo"]
    assert not desk.palette.isVisible()
    desk.palette.open_over(desk.window)
    assert "Make this scenario the baseline" in desk.type("disruption")


def test_shortcuts_stand_at_the_end(desk):
    desk.type("undo")
    assert desk.find("command").detail == "Ctrl+Z"


def test_territories_become_current_and_are_shown(desk):
    assert "T1" in desk.type("t1")
    desk.palette.run(desk.find("territory"))
    view = desk.model.view
    assert view.name_of(desk.model.current) == "T1"
    assert np.array_equal(desk.shown[0], np.flatnonzero(view.assignment == desk.model.current))


def test_areas_are_found_by_name_and_by_code(desk):
    desk.type("square 17")
    assert desk.find("area").key == 17
    desk.type("00005")
    assert desk.find("area").text == "Square 5"
    desk.palette.run(desk.find("area"))
    assert desk.model.selected_units.tolist() == [5]
    assert desk.shown[0].tolist() == [5]


def test_accounts_are_selected_where_they_are(desk):
    desk.type("a003")
    desk.palette.run(desk.find("account"))
    assert desk.model.selected_accounts.tolist() == [3]
    assert desk.accounts == [3]


def test_codes_with_wildcards_and_queries_select(desk):
    assert "Select 10 squares" in desk.type("0001*")
    desk.palette.run(desk.find("select"))
    assert desk.model.selected_units.tolist() == list(range(10, 20))
    desk.palette.open_over(desk.window)
    assert "Select 2 squares" in desk.type("population > 121")
    assert not [t for t in desk.type("square 1") if t.startswith("Select 1")]


def test_coordinates_and_cities_are_places_to_fly_to(desk):
    from terradesk.choosing.places import in_plan

    desk.palette.finder.cities = lambda: (
        np.array(["Gävle", "Dallas"]),
        np.array([[1.0, 2.0], [3.0, 4.0]]),
    )
    desk.type("32.78, -96.80")
    desk.palette.run(desk.find("place"))
    assert desk.places[0] == pytest.approx(in_plan(desk.model.plan, -96.8, 32.78))
    desk.palette.open_over(desk.window)
    assert "Dallas" in desk.type("dall")
    desk.key(Key.Key_Return)
    assert desk.places[1] == (3.0, 4.0)


def test_arrows_skip_headings_and_escape_closes(desk):
    texts = desk.type("square 1")
    desk.key(Key.Key_Down)
    current = desk.palette.list.currentIndex()
    assert current.data(QtCore.Qt.ItemDataRole.DisplayRole) == texts[1]
    desk.key(Key.Key_Up)
    desk.key(Key.Key_Up)
    current = desk.palette.list.currentIndex()
    assert current.data(QtCore.Qt.ItemDataRole.DisplayRole) == texts[0]
    desk.key(Key.Key_Escape)
    assert not desk.palette.isVisible()
    assert desk.ran == []


def test_no_group_lists_more_than_its_share(desk):
    desk.type("square")
    kinds = [hit.kind for hit in desk.palette.hits()]
    assert kinds.count("area") == MOST_PER_GROUP


def test_nothing_found_says_so_and_does_nothing(desk):
    assert desk.type("zzqqxx") == ["Nothing is called “zzqqxx”."]
    desk.key(Key.Key_Return)
    assert desk.palette.isVisible()
    assert desk.ran == []


def test_without_a_plan_there_are_commands_only(qtbot, qapp):
    desk = Desk(qtbot, qapp, has_plan=False)
    desk.type("square")
    assert all(hit.kind in ("command", "nothing") for hit in desk.palette.hits())


def test_what_cannot_be_done_now_is_listed_but_not_run(desk):
    desk.actions["edit.undo"].setEnabled(False)
    desk.type("undo")
    hit = next(h for h in desk.palette.hits() if h.key == "edit.undo")
    desk.palette.run(hit)
    assert desk.ran == []


def test_accents_and_capitals_do_not_matter():
    names = ["Malmö", "Gävle", "Łódź"]
    index = NameIndex(names, ["1", "2", "3"], np.array([True, True, False]))
    assert index.search("malmo", 5) == [0]
    assert index.search("GAV", 5) == [1]
    assert index.search("3", 5) == []


def test_names_that_begin_with_the_words_go_first():
    names = ["Old Denver", "Camden", "Denver City", "Denver"]
    assert NameIndex(names, [""] * 4, np.ones(4, bool)).search("den", 9) == [3, 2, 0, 1]


def test_thirty_three_thousand_areas_are_searched_within_a_keystroke():
    names = [f"Place {k} of somewhere" for k in range(33_000)]
    codes = [f"{k:05d}" for k in range(33_000)]
    index = NameIndex(names, codes, np.ones(33_000, bool))
    start = time.perf_counter()
    assert index.search("32999", 12) == [32_999]
    assert time.perf_counter() - start < 0.1


def test_it_is_readable_right_to_left(qtbot, desk):
    desk.window.setLayoutDirection(QtCore.Qt.LayoutDirection.RightToLeft)
    desk.type("t1")
    picture = desk.palette.grab()
    assert not picture.isNull()
