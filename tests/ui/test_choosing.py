"""Selecting by typing, the menus of the map, growing, and editing with the keys alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6 import QtCore, QtGui
from PySide6.QtTest import QTest

from terradesk import edits
from terradesk.plan import UNASSIGNED, new_plan
from terradesk.render import Mark
from terradesk.units import empty_units
from tests.core.kernel import CRS, grid_accounts
from tests.ui import menus
from tests.ui.map_desk import CTRL, LEFT, NO_KEYS, SHIFT
from tests.ui.menus import choose, entry, plain, right_click, selected, texts
from ui.map.targets_menu import TargetsMenu

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # popups
GRID_OF_POINTS = new_plan(CRS, empty_units(), None, grid_accounts(6, 4))
Key = QtCore.Qt.Key


@pytest.fixture
def desk(qtbot, monkeypatch, qapp):
    yield from menus.desk(qtbot, monkeypatch)


def marked(desk) -> list[int]:
    return desk.view.following.layer.state.marked(Mark.SELECTED).tolist()


# ------------------------------------------------------------------ select by
def open_panel(desk, text: str = ""):
    desk.view.going.open_select_by()
    panel = desk.view.going._select_by
    if text:
        QTest.keyClicks(panel.field, text)
        settle(desk, panel)
    return panel


def settle(desk, panel) -> None:
    desk.bot.waitUntil(lambda: not panel._timer.isActive())


def test_typing_marks_what_would_be_selected_and_escape_brings_the_selection_back(desk):
    desk.model.select_units(np.array([7]))
    panel = open_panel(desk, "state = S1 and population > 108")
    assert marked(desk) == [9, 10, 11]
    assert selected(desk) == [7]
    assert panel.told.text() == "3 squares found"
    desk.hover(0.5, 0.5)
    assert marked(desk) == [9, 10, 11]
    QTest.keyClick(panel.field, Key.Key_Escape)
    assert not panel.isVisible()
    assert marked(desk) == selected(desk) == [7]


def test_escape_on_the_map_closes_the_panel_before_it_drops_the_selection(desk):
    desk.model.select_units(np.array([7]))
    panel = open_panel(desk, "unassigned")
    desk.view.canvas.setFocus()
    desk.key(Key.Key_Escape)
    assert not panel.isVisible()
    assert selected(desk) == [7]
    desk.key(Key.Key_Escape)
    assert selected(desk) == []


def test_enter_selects_and_says_how_many(desk):
    panel = open_panel(desk, "00003-00005, 2*")
    assert panel.ways.value() == "codes"
    assert plain(panel.hint.text()) == "Nothing fits: 2*"
    QTest.keyClick(panel.field, Key.Key_Return)
    assert selected(desk) == [3, 4, 5]
    assert not panel.isVisible()
    message = desk.view.floats.message
    assert message.text() == "Selected 3 squares"
    before = desk.view.view.px_per_m
    QTest.mouseClick(message._action, LEFT)
    assert desk.view.view.px_per_m > before


@pytest.mark.parametrize(
    ("how", "expected"),
    [("New", [0, 1]), ("Add", [0, 1, 2]), ("Remove", [2]), ("Keep only", [1])],
)
def test_new_add_remove_and_keep_only(desk, how, expected):
    desk.model.select_units(np.array([1, 2]))
    panel = open_panel(desk, "00000, 00001")
    button = next(b for b in panel.how.buttons.values() if b.text() == how)
    QTest.mouseClick(button, LEFT)
    assert marked(desk) == expected
    QTest.mouseClick(panel.button, LEFT)
    assert selected(desk) == expected


def test_what_cannot_be_understood_is_explained_and_selects_nothing(desk):
    panel = open_panel(desk, "popluation > 5")
    assert "popluation" in panel.told.text()
    assert "population" in panel.hint.text()
    QTest.keyClick(panel.field, Key.Key_Return)
    assert panel.isVisible()
    assert selected(desk) == marked(desk) == []


def test_a_query_for_accounts_says_so_where_areas_are_looked_for(desk):
    panel = open_panel(desk, "owner = rep 0 and sales > 50")
    assert "accounts" in panel.hint.text()


def test_accounts_are_selected_too(desk):
    panel = open_panel(desk)
    QTest.mouseClick(panel.kinds.buttons["accounts"], LEFT)
    QTest.keyClicks(panel.field, "owner = rep 0 and sales > 50")
    settle(desk, panel)
    assert panel.told.text() == "2 accounts found"
    QTest.keyClick(panel.field, Key.Key_Return)
    assert desk.model.selected_accounts.tolist() == [6, 9]
    assert desk.view.floats.message.text() == "Selected 2 accounts"


def test_suggestions_are_chosen_with_the_arrows(desk):
    desk.model.select_units(np.array([0]))
    panel = open_panel(desk)
    QTest.mouseClick(panel.ways.buttons["same"], LEFT)
    offered = [panel.offers.item(k).text() for k in range(panel.offers.count())]
    assert offered == ["same territory", "same state"]
    QTest.keyClick(panel.field, Key.Key_Down)
    QTest.keyClick(panel.field, Key.Key_Down)
    assert panel.field.text() == "same state"
    assert marked(desk) == list(range(6))
    QTest.keyClick(panel.field, Key.Key_Return)
    assert selected(desk) == list(range(6))


def test_the_panel_follows_edits(desk):
    panel = open_panel(desk, "unassigned")
    assert panel.told.text() == "Nothing found"
    model = desk.model
    model.do(edits.assign(model.plan, model.alignment, [3, 4], UNASSIGNED).edit)
    settle(desk, panel)
    assert marked(desk) == [3, 4]


# ------------------------------------------------------------------ the menu
def test_an_area_offers_everything(desk):
    menu = right_click(desk, 0.2, 0.2)
    assert texts(menu) == [
        "Paint with this territory", "Assign Square 0 to", "New territory here",
        "Unassign Square 0", "Lock T0", "Lock Square 0", "Build", "Start point of T0 here",
        "Zoom to", "Select same",
        "Grow the selection", "Shrink the selection", "Select its 1 account",
        "Why is this here?", "Copy",
    ]  # fmt: skip


def test_painting_with_the_territory_under_the_pointer(desk):
    choose(right_click(desk, 4.5, 0.5), "Paint with this territory")
    assert desk.model.current == desk.ids[2]
    assert desk.view.gestures.tool_id == "brush"


def test_assigning_shows_what_it_would_do_and_nearest_comes_first(desk):
    menu = right_click(desk, 0.2, 0.2)
    targets = next(a.menu() for a in menu.actions() if isinstance(a.menu(), TargetsMenu))
    targets.popup(QtCore.QPoint(10, 10))
    assert targets.shown() == ["T1", "T2", "Unassigned"]
    targets.setActiveAction(entry(targets, "T2"))
    entry(targets, "T2").hover()
    assert desk.model.tentative.target == desk.ids[2]
    assert desk.owners[0] == desk.ids[0]
    QTest.mouseClick(targets, LEFT, NO_KEYS, targets.actionGeometry(entry(targets, "T2")).center())
    assert desk.owners[0] == desk.ids[2]
    assert desk.model.tentative is None


def test_a_territory_is_found_by_typing_in_the_menu(desk):
    desk.model.select_units(np.array([0, 1]))
    menu = right_click(desk, 0.5, 0.5)
    targets = entry(menu, "Assign 2 squares to").menu()
    targets.popup(QtCore.QPoint(10, 10))
    QTest.keyClicks(targets.filter, "2")
    assert targets.shown() == ["T2"]
    QTest.keyClick(targets.filter, Key.Key_Return)
    assert desk.owners[:2].tolist() == [desk.ids[2]] * 2
    assert len(desk.model.document.steps) == 1
    assert not menu.isVisible()


def test_the_selection_is_meant_when_it_was_clicked_on(desk):
    desk.model.select_units(np.array([0, 1, 6]))
    menu = right_click(desk, 0.5, 0.5)
    assert "Lock 3 squares" in texts(menu)
    menu.close()
    assert "Lock Square 12" in texts(right_click(desk, 0.5, 2.5))
    assert selected(desk) == [0, 1, 6]


def test_locking_areas_and_territories_and_unlocking_them(desk):
    choose(right_click(desk, 0.5, 0.5), "Lock Square 0")
    assert desk.model.view.locked_units[0]
    assert not desk.model.view.locked_units[1]
    made = edits.assign(desk.model.plan, 3, [0, 1], desk.ids[1])
    assert made.n_locked == 1
    choose(right_click(desk, 0.5, 0.5), "Unlock Square 0")
    assert not desk.model.view.locked_units.any()
    choose(right_click(desk, 0.5, 0.5), "Lock T0")
    assert desk.ids[0] in desk.model.view.locked_territories
    choose(right_click(desk, 0.5, 0.5), "Unlock T0")
    desk.view.undo()
    assert desk.ids[0] in desk.model.view.locked_territories


def test_selecting_the_same(desk):
    choose(right_click(desk, 0.5, 1.5), "Select same", "State")
    assert selected(desk) == list(range(6, 12))
    desk.model.select_units(np.empty(0))
    choose(right_click(desk, 0.5, 1.5), "Select same", "Territory")
    assert selected(desk) == np.flatnonzero(desk.owners == desk.ids[0]).tolist()
    choose(right_click(desk, 0.5, 1.5), "Select same", "Edge of the territory")
    assert selected(desk) == [1, 7, 13, 19]


def test_growing_and_shrinking_from_the_menu_and_with_the_keys(desk):
    choose(right_click(desk, 0.5, 0.5), "Grow the selection")
    assert selected(desk) == [0, 1, 6]
    desk.key(Key.Key_Period)
    assert selected(desk) == [0, 1, 2, 6, 7, 12]
    desk.key(Key.Key_Comma)
    assert selected(desk) == [0, 1, 6]


def test_zooming_from_the_menu(desk):
    before = desk.view.view.px_per_m
    choose(right_click(desk, 0.5, 0.5), "Zoom to", "Square 0")
    assert desk.view.view.px_per_m > 2 * before
    choose(right_click(desk, 0.5, 0.5), "Zoom to", "The whole plan")
    assert desk.view.view.px_per_m == pytest.approx(before, rel=1e-6)


def test_copying_codes_names_and_rows(desk):
    clipboard = QtGui.QGuiApplication.clipboard()
    choose(right_click(desk, 2.5, 0.5), "Copy", "Code")
    assert clipboard.text() == "00002"
    desk.model.select_units(np.array([2, 3]))
    choose(right_click(desk, 2.5, 0.5), "Copy", "Names")
    assert clipboard.text() == "Square 2\nSquare 3"
    choose(right_click(desk, 2.5, 0.5), "Copy", "Rows with headings")
    head, first, second = clipboard.text().split("\n")
    assert head == "Code\tName\tTerritory\tpopulation\tstate"
    assert first == "00002\tSquare 2\tT1\t102\tS0"
    assert second.startswith("00003\t")


def test_selecting_the_accounts_of_areas_and_why(desk):
    asked = []
    desk.view.inspector_requested.connect(lambda: asked.append(selected(desk)))
    desk.model.select_units(np.array([0, 1, 2]))
    choose(right_click(desk, 0.3, 0.3), "Select their 2 accounts")
    assert desk.model.selected_accounts.tolist() == [0, 1]
    choose(right_click(desk, 0.3, 0.3), "Why is this here?")
    assert asked == [[0]]


def test_a_new_territory_here(desk):
    commands = []
    desk.view.command.connect(commands.append)
    choose(right_click(desk, 3.5, 0.5), "New territory here")
    assert commands == ["territory.new"]
    assert selected(desk) == [3]


def test_an_account_returns_to_its_areas_territory(desk):
    model = desk.model
    model.do(edits.name_accounts(model.plan, 3, [0], desk.ids[2]).edit)
    menu = right_click(desk, 0.5, 0.5)
    assert texts(menu)[:4] == ["Return to its area's territory", "Select the account",
                               "Assign the account to", "Select accounts of the same"]  # fmt: skip
    choose(menu, "Return to its area's territory")
    assert not model.view.overrides
    choose(right_click(desk, 0.5, 0.5), "Select accounts of the same", "Owner")
    assert model.selected_accounts.tolist() == [0, 3, 6, 9]


def test_an_account_is_given_to_a_territory_by_itself(desk):
    menu = right_click(desk, 0.5, 0.5)
    choose(menu, "Assign the account to", "T1")
    assert desk.model.view.overrides[0].territory == desk.ids[1]
    assert desk.owners[0] == desk.ids[0]


def test_accounts_without_areas_have_a_menu_too(desk):
    plan = replace(
        GRID_OF_POINTS, accounts=replace(grid_accounts(6, 4), unit=np.full(12, -1, np.int32))
    )
    desk.open(plan)
    menu = right_click(desk, 0.5, 0.5)
    assert "Select the account" in texts(menu)
    assert not [t for t in texts(menu) if t.startswith("Lock")]
    menu.close()
    panel = open_panel(desk, "sales > 100")
    assert panel.told.text() == "2 accounts found"
    QTest.keyClick(panel.field, Key.Key_Return)
    assert desk.model.selected_accounts.tolist() == [10, 11]
    desk.key(Key.Key_Right, CTRL)
    assert desk.view.going.walking.unit == -1


def test_an_unassigned_area_and_the_sea(desk):
    model = desk.model
    model.do(edits.assign(model.plan, 3, [0], UNASSIGNED).edit)
    menu = right_click(desk, 0.2, 0.2)
    assert "Paint with this territory" not in texts(menu)
    assert not [t for t in texts(menu) if t.startswith("Unassign")]
    menu.close()
    menu = right_click(desk, 6.5, 0.5)
    assert "Select unassigned squares" in texts(menu)
    choose(menu, "Select unassigned squares")
    assert selected(desk) == [0]
    choose(right_click(desk, 6.5, 0.5), "Select nothing")
    assert selected(desk) == []
    choose(right_click(desk, 6.5, 0.5), "Copy the coordinates")
    lat, lon = map(float, QtGui.QGuiApplication.clipboard().text().split(", "))
    assert 22 < lat < 24
    assert -97 < lon < -95


def test_the_menu_opens_at_the_selection_by_key(desk):
    desk.model.select_units(np.array([8, 9]))
    desk.key(Key.Key_F10, SHIFT)
    menu = desk.view.menu.shown
    assert "Unassign 2 squares" in texts(menu)
    there = desk.view.canvas.mapToGlobal(desk.px(3, 1.5))  # a long menu moves up to fit the screen
    assert menu.geometry().adjusted(-60, -60, 60, 60).contains(there)
    desk.key(Key.Key_Menu)
    assert desk.view.menu.shown is menu
    QTest.keyClick(menu, Key.Key_Down)
    QTest.keyClick(menu, Key.Key_Escape)
    desk.bot.waitUntil(lambda: desk.view.menu.shown is None)


def test_the_status_speaks_of_the_ring_again_after_the_menu(desk):
    desk.model.select_units(np.array([7]))
    desk.key(Key.Key_Right, CTRL)
    desk.key(Key.Key_Menu)
    with desk.bot.waitSignal(desk.model.hovered, check_params_cb=lambda unit: unit == 7):
        QTest.keyClick(desk.view.menu.shown, Key.Key_Escape)
