"""The map by keys alone, what the status bar says of it, and what the menu selects and locks."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest

from terradesk import records as rec
from terradesk.document import Document
from terradesk.plan import UNASSIGNED
from tests.core.kernel import SIDE, grid_plan
from tests.ui import menus
from tests.ui.map_desk import CTRL, NO_KEYS, SHIFT, no_base
from tests.ui.menus import choose, plain, right_click, selected, texts
from ui.map import preparing
from ui.map.flight import middle

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # popups
Key = QtCore.Qt.Key


@pytest.fixture
def desk(qtbot, monkeypatch, qapp):
    yield from menus.desk(qtbot, monkeypatch)


# ------------------------------------------------------------------ keys alone
def walk(desk, *keys, held=CTRL) -> int:
    for key in keys:
        desk.key(key, held)
    return desk.view.going.walking.unit


def test_arrows_with_ctrl_walk_from_area_to_area(desk):
    desk.model.select_units(np.array([7]))
    assert walk(desk, Key.Key_Right) == 7
    assert walk(desk, Key.Key_Right) == 8
    assert walk(desk, Key.Key_Up) == 14
    assert walk(desk, Key.Key_Left, Key.Key_Left) == 12
    assert walk(desk, Key.Key_Left) == 12
    assert selected(desk) == [7]
    told = desk.view.canvas.accessibleDescription()
    assert told.startswith("Square 12")
    assert "T0" in told


def test_arrows_alone_pan_and_leave_the_ring_where_it_is(desk):
    walk(desk, Key.Key_Up)
    unit, before = desk.view.going.walking.unit, desk.view.view.kx
    desk.key(Key.Key_Left)
    assert desk.view.view.kx != before
    assert desk.view.going.walking.unit == unit


def test_areas_are_selected_on_the_way_with_shift_and_by_a(desk):
    desk.model.select_units(np.array([0]))
    walk(desk, Key.Key_Right)
    assert walk(desk, Key.Key_Right, Key.Key_Right, held=CTRL | SHIFT) == 2
    assert selected(desk) == [0, 1, 2]
    desk.key(Key.Key_A)
    assert selected(desk) == [0, 1]
    assert "selected" not in desk.view.canvas.accessibleDescription()
    desk.key(Key.Key_A)
    assert desk.view.canvas.accessibleDescription().endswith("selected")


def test_the_ring_is_seen_and_escape_takes_it_away(desk):
    desk.model.select_units(np.array([7]))
    walk(desk, Key.Key_Right)
    desk.model.select_units(np.array([], np.int32))
    with_ring = desk.view.canvas.grab().toImage()
    desk.key(Key.Key_Escape)
    assert desk.view.going.walking.unit == -1
    assert desk.view.gestures.tool_id == "select"
    assert desk.view.canvas.grab().toImage() != with_ring


def test_walking_out_of_sight_moves_the_map_along(desk):
    desk.view.zoom_to_units([0])
    desk.model.select_units(np.array([0]))
    walk(desk, *[Key.Key_Right] * 5)
    x, y = desk.px(4.5, 0.5).x(), desk.px(4.5, 0.5).y()
    assert desk.view.rect().contains(x, y)


def test_a_territory_is_edited_without_a_mouse(qtbot, window, monkeypatch):
    """From nothing to a new territory, one more area in it, and back by undo."""
    monkeypatch.setattr(preparing, "base_map", no_base)
    window.show_document(Document(grid_plan(territories=0)))
    qtbot.waitUntil(lambda: window.map.is_ready, timeout=60_000)
    model, canvas = window.model, window.map.canvas
    window.map.setFocus()

    def press(key, held=NO_KEYS) -> None:
        QTest.keyClick(QtWidgets.QApplication.focusWidget() or canvas, key, held)

    press(Key.Key_Right, CTRL)
    start = window.map.going.walking.unit
    press(Key.Key_Right, CTRL | SHIFT)
    assert len(model.selected_units) == 2
    press(Key.Key_N)
    assert len(model.view.leaves) == 1
    made = model.view.leaves[0].id
    assert model.view.assignment[start] == made
    assert model.current == made
    press(Key.Key_Escape)  # the name is ready to type, and good as it is
    window.map.setFocus()
    press(Key.Key_Escape)
    press(Key.Key_Up, CTRL)
    third = window.map.going.walking.unit
    assert model.view.assignment[third] == UNASSIGNED
    press(Key.Key_Return)
    assert model.view.assignment[third] == made
    press(Key.Key_Z, CTRL)
    assert model.view.assignment[third] == UNASSIGNED
    press(Key.Key_Z, CTRL)
    assert not model.view.leaves


def test_the_status_bar_says_name_code_territory_and_value(qtbot, window, monkeypatch):
    monkeypatch.setattr(preparing, "base_map", no_base)
    window.show_document(Document(grid_plan()))
    window.status.show_unit(3)
    assert plain(window.status._where.text()) == "Square 3, S0 (00003) · T1 · Population 103"
    qtbot.waitUntil(lambda: window.map.is_ready, timeout=60_000)


def test_commands_open_the_panel_and_grow(qtbot, window, monkeypatch):
    monkeypatch.setattr(preparing, "base_map", no_base)
    window.show_document(Document(grid_plan()))
    qtbot.waitUntil(lambda: window.map.is_ready, timeout=60_000)
    window.run_command("edit.select_by")
    assert window.map.going._select_by.isVisible()
    window.model.select_units(np.array([0]))
    window.run_command("edit.grow")
    assert window.model.selected_units.tolist() == [0, 1, 6]
    window.run_command("edit.shrink")
    assert window.model.selected_units.tolist() == [0]
    window.run_command("edit.here")
    assert "Unassign Square 0" in texts(window.map.menu.shown)
    window.map.menu.shown.close()
    window.model.set_current(window.model.view.leaves[2].id)
    window.run_command("view.territory")
    assert middle(window.map.view)[0] == pytest.approx(5 * SIDE, rel=0.1)
    window.run_command("view.measure")
    assert window.map.gestures.tool_id == "measure"


def test_locks_of_areas_are_records_of_the_plan(desk):
    choose(right_click(desk, 0.5, 0.5), "Lock Square 0")
    locks = desk.model.plan.rows(rec.Lock, 3)
    assert [(k.kind, k.ref) for k in locks] == [("unit", 0)]


def test_areas_of_the_same_colour_class_can_be_selected(desk):
    desk.view.set_colour_by("measure:m-population")
    choose(right_click(desk, 0.2, 0.2), "Select same", "Class of colour")
    assert 0 < len(selected(desk)) < 24
    assert selected(desk) == list(range(len(selected(desk))))
