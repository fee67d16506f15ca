"""The strip and the toolbox: switches, folding, held keys, the flyout, what is remembered."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6 import QtCore
from PySide6.QtTest import QTest

from terradesk.arcs.picking import Mode
from tests.ui.map_desk import LEFT, Desk
from ui.dialogs.segments import Segments
from ui.map import parts
from ui.map.remembering import kept, recalled
from ui.map.switches import FOLDED_FIRST
from ui.tools import TOOLS, Options, tool_entry

Key = QtCore.Qt.Key


@pytest.fixture
def desk(qtbot, monkeypatch) -> Desk:
    return Desk(qtbot, monkeypatch)


def shown(desk) -> list[str]:
    """Captions and values of the drop-downs in view."""
    drops = desk.view.floats.strip.findChildren(parts.Drop)
    return [d.accessibleName() for d in drops if d.isVisible()]


def test_the_strip_is_one_row_within_the_map_at_every_width(desk):
    strip = desk.view.floats.strip
    for width in (460, 620, 760, 1100):
        desk.view.resize(width, 600)
        for entry in TOOLS:
            desk.view.set_tool(entry.id)
            switches = entry.factory().options
            assert strip.isVisible() == bool(switches)
            if switches:
                assert strip.height() <= 40
                assert strip.geometry().right() <= max(width, 500), (width, entry.id)


def test_what_does_not_fit_is_behind_the_dots_and_still_works(desk):
    desk.view.resize(460, 600)
    desk.view.set_tool("circle")
    strip = desk.view.floats.strip
    assert strip.folded() and set(strip.folded()) <= set(FOLDED_FIRST)
    menu = strip.more_menu()
    moves = next(a.menu() for a in menu.actions() if a.text().startswith("Moves"))
    assert [a.isChecked() for a in moves.actions()] == [True, False]
    moves.actions()[1].trigger()
    assert desk.view.gestures.options.moves_accounts
    desk.view.resize(1200, 600)
    assert strip.folded() == [] and "Moves: accounts only" in shown(desk)


def test_held_keys_light_the_strip(desk):
    desk.view.set_tool("rectangle")
    found = desk.view.floats.strip.findChildren(Segments)
    action = next(one for one in found if one.isVisible())

    def texts() -> list[str]:
        return [b.text() for b in action.buttons.values()]

    assert texts() == ["Assign", "Select"] and "Over: everything" in shown(desk)
    QTest.keyPress(desk.view.canvas, Key.Key_Shift)
    assert texts() == ["Assign", "Select"] and "Over: unassigned only" in shown(desk)
    QTest.keyRelease(desk.view.canvas, Key.Key_Shift)
    QTest.keyPress(desk.view.canvas, Key.Key_Control)
    assert texts() == ["Unassign", "Select"]
    QTest.keyRelease(desk.view.canvas, Key.Key_Control)
    assert texts() == ["Assign", "Select"] and "Over: everything" in shown(desk)
    desk.view.set_options(replace(desk.view.gestures.options, selects=True))
    for key, word in ((Key.Key_Shift, "Add"), (Key.Key_Control, "Remove")):
        QTest.keyPress(desk.view.canvas, key)
        assert texts() == ["Assign", word]
        QTest.keyRelease(desk.view.canvas, key)


def test_selecting_hides_what_only_assigning_needs(desk):
    desk.view.resize(1200, 600)
    desk.view.set_tool("brush")
    assert any(text.startswith("Into") for text in shown(desk))
    desk.view.set_options(replace(desk.view.gestures.options, selects=True))
    assert not any(text.startswith(("Into", "Over")) for text in shown(desk))


def test_options_are_remembered_per_tool_and_over_a_restart(desk, qtbot, monkeypatch):
    view = desk.view
    view.set_tool("lasso")
    view.set_options(replace(view.gestures.options, selects=True, inside=Mode.TOUCHES))
    view.set_tool("brush")
    view.set_options(replace(view.gestures.options, size_px=99.0, over="territory"))
    view.set_tool("lasso")
    assert view.gestures.options.inside == Mode.TOUCHES
    values = view.gestures.kept()
    other = Desk(qtbot, monkeypatch)
    other.view.gestures.recall(values)
    other.view.set_tool("lasso")
    assert other.view.gestures.options == view.gestures.options
    other.view.set_tool("brush")
    assert other.view.gestures.options.size_px == 99.0
    assert other.view.gestures.options.over == "everything"  # that territory is of one plan


@pytest.mark.parametrize(
    "values",
    [None, 3, {"inside": 9}, {"inside": True}, {"over": "x"}, {"size_px": 1e9}, {"selects": "yes"},
     {"over_territory": 4}, {"unknown": 1}],
)  # fmt: skip
def test_damaged_settings_give_the_defaults(values):
    assert recalled(Options(), values) == Options()


def test_defaults_are_not_kept():
    defaults = {e.id: e.factory().defaults for e in TOOLS}
    assert kept(defaults, defaults) == {}


# ---------------------------------------------------------------------- toolbox
def test_shapes_share_a_button_that_remembers_the_last(desk):
    toolbox = desk.view.floats.toolbox
    button = toolbox._shapes
    QTest.mouseClick(button, LEFT, pos=QtCore.QPoint(8, 8))
    assert desk.view.gestures.tool_id == "rectangle"
    desk.key(Key.Key_C)
    assert button.accessibleName() == "Circle" and button.isChecked()
    desk.key(Key.Key_B)
    QTest.mouseClick(button, LEFT, pos=QtCore.QPoint(8, 8))
    assert desk.view.gestures.tool_id == "circle"


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_flyout_opens_by_its_corner_a_right_click_and_down(desk):
    button = desk.view.floats.toolbox._shapes
    corner = QtCore.QPoint(button.width() - 3, button.height() - 3)
    for act in (
        lambda: QTest.mousePress(button, LEFT, pos=corner),
        lambda: button.customContextMenuRequested.emit(QtCore.QPoint(4, 4)),
        lambda: QTest.keyClick(button, Key.Key_Down),
    ):
        act()
        assert button.flyout.isVisible()
        texts = [a.text().split("\t") for a in button.flyout.actions()]
        assert texts == [["Rectangle", "R"], ["Lasso", "L"], ["Polygon", "P"], ["Circle", "C"]]
        button.flyout.hide()
    button.flyout.actions()[2].trigger()
    assert desk.view.gestures.tool_id == "polygon" and tool_entry("polygon").shortcut == "P"
