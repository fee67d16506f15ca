"""Esc, interruptions, lost buttons, panning: no gesture leaves a trace or is done twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

from terradesk import edits
from terradesk.arcs.picking import Mode
from terradesk.edits import scenarios
from terradesk.plan import UNASSIGNED
from tests.ui.drawing import (
    ALL,
    GESTURES,
    NONE,
    RIGHT,
    Key,
    begin,
    drawn_shape,
    finish,
    fresh,
    leave,
    moved,
    n_done,
    named,
    plan,
    trace,
)
from tests.ui.driving import open_sample, place, row_of
from tests.ui.map_desk import CTRL, LEFT, MIDDLE, NO_KEYS, Desk


@pytest.fixture
def desk(qtbot, monkeypatch) -> Desk:
    out = Desk(qtbot, monkeypatch, plan())
    out.model.set_current(out.ids[2])
    return out


# ---------------------------------------------------------------------- dropping a gesture
def test_escape_leaves_no_trace(desk):
    for gesture in ALL:
        fresh(desk)
        desk.model.select_units(np.array([30]))
        desk.view.set_tool(gesture.tool)
        desk.move_px(QtCore.QPoint(5, 300), button=NONE)
        clean, cursor = trace(desk), desk.port.cursor().shape()
        begin(desk, gesture)
        desk.key(Key.Key_Escape)
        assert trace(desk)[2:] == clean[2:], gesture
        desk.move_px(QtCore.QPoint(5, 300), button=LEFT if gesture.end == "release" else NONE)
        desk.release(-2, -2)
        leave(desk)
        assert trace(desk) == clean and desk.port.cursor().shape() == cursor, gesture


def _resize(desk: Desk) -> None:
    desk.view.resize(700, 500)


def _switch_scenario(desk: Desk) -> None:
    desk.model.show_alignment(next(a for a in desk.model.plan.assignments if a != 3))


def _other_tool(desk: Desk) -> None:
    desk.view.set_tool("hand")


def _lose_focus(desk: Desk) -> None:
    other = QtGui.QFocusEvent(QtCore.QEvent.Type.FocusOut, QtCore.Qt.FocusReason.TabFocusReason)
    QtWidgets.QApplication.sendEvent(desk.view.canvas, other)


def _right_button(desk: Desk) -> None:
    QTest.mousePress(desk.port, RIGHT, NO_KEYS, desk.px(3, 3))
    QTest.mouseRelease(desk.port, RIGHT, NO_KEYS, desk.px(3, 3))


def _undo(desk: Desk) -> None:
    desk.model.undo()
    desk.model.redo()


def _press_ctrl_z(desk: Desk) -> None:
    desk.key(Key.Key_Z, CTRL)


def _close(desk: Desk) -> None:
    desk.model.close()


INTERRUPTIONS = [
    _resize,
    _switch_scenario,
    _other_tool,
    _lose_focus,
    _right_button,
    _undo,
    _press_ctrl_z,
    _close,
]


@pytest.mark.parametrize("interrupt", INTERRUPTIONS, ids=lambda f: f.__name__.strip("_"))
def test_an_interrupted_gesture_is_dropped_and_nothing_is_lost_or_done_twice(desk, interrupt):
    model = desk.model
    model.close()
    for gesture in ALL:
        if not model.is_open:
            desk.open(plan())
            model.do(scenarios.copy_scenario(model.plan, model.view.scenario.id, "Other"))
            model.do(edits.assign(model.plan, 3, np.array([35]), desk.ids[0]).edit)
        model.show_alignment(3)
        desk.view.resize(900, 640)
        leave(desk)
        model.select_units(np.empty(0, int))
        model.set_current(desk.ids[2])
        owners = {a: rows.copy() for a, rows in model.plan.assignments.items()}
        n_steps, document = len(model.document.steps), model.document
        begin(desk, gesture)
        assert desk.view.gestures.is_active
        interrupt(desk)
        assert not desk.view.gestures.is_active and model.tentative is None, gesture
        desk.move(2.5, 3.5)
        desk.release(2.5, 3.5)
        assert all((document.plan.assignments[a] == rows).all() for a, rows in owners.items())
        extra = 2 if interrupt is _undo else 0  # its own undo and redo
        assert len(document.steps) == n_steps + extra, gesture


def test_a_release_that_nobody_heard_drops_the_gesture(desk):
    for gesture in (g for g in ALL if g.end == "release"):
        begin(desk, gesture)
        desk.move(3, 3, button=NONE)
        assert not desk.view.gestures.is_active, gesture
        finish(desk, gesture)
        assert desk.model.document.steps == ()


def test_a_second_press_without_a_release_begins_anew(desk):
    for gesture in (g for g in ALL if g.end == "release"):
        fresh(desk)
        begin(desk, gesture)
        begin(desk, gesture)
        finish(desk, gesture)
        assert n_done(desk) == 1, gesture
        desk.release(3, 3)
        assert n_done(desk) == 1


def test_a_release_outside_the_window_ends_the_gesture(desk):
    before = desk.owners.copy()
    for gesture in (g for g in GESTURES if g.end == "release"):
        fresh(desk)
        begin(desk, gesture)
        desk.move_px(QtCore.QPoint(-400, 300))
        QTest.mouseRelease(desk.port, LEFT, NO_KEYS, QtCore.QPoint(-400, 300))
        assert not desk.view.gestures.is_active and desk.model.tentative is None
        assert n_done(desk) == bool(moved(desk, before)), gesture


@pytest.mark.parametrize("gesture", [g for g in GESTURES if g.tool != "fill"], **named)
def test_panning_and_zooming_do_not_end_a_gesture(desk, gesture):
    before = desk.owners.copy()
    is_held = gesture.end == "release"
    begin(desk, gesture)
    at = desk.px(3, 3)
    desk.wheel(at, 120)
    desk.wheel(at, -120)
    desk.press(3, 3, button=MIDDLE)
    desk.move(3.2, 3.1, button=MIDDLE | LEFT if is_held else MIDDLE)
    desk.release(3.2, 3.1, button=MIDDLE)
    QTest.keyPress(desk.view.canvas, Key.Key_Space)
    shapes = QtCore.Qt.CursorShape
    wanted = shapes.ClosedHandCursor if is_held else shapes.OpenHandCursor
    assert desk.port.cursor().shape() == wanted
    QTest.keyRelease(desk.view.canvas, Key.Key_Space)
    assert desk.view.gestures.is_active
    desk.move(*gesture.points[-1], button=LEFT if is_held else NONE)
    finish(desk, gesture)
    if gesture.tool in ("rectangle", "circle", "polygon"):  # the others follow the pointer's way
        assert moved(desk, before) == sorted(gesture.takes)
    assert n_done(desk) == 1


def test_space_pans_between_the_clicks_of_a_polygon(desk):
    desk.view.set_tool("polygon")
    for point in ((0.2, 2.2), (1.8, 2.2)):
        desk.click(*point)
    place = desk.view.view
    QTest.keyPress(desk.view.canvas, Key.Key_Space)
    desk.press(3, 3)
    desk.move(3.5, 3.5)
    desk.release(3.5, 3.5)
    QTest.keyRelease(desk.view.canvas, Key.Key_Space)
    assert desk.view.view != place and desk.view.gestures.is_active
    for point in ((1.8, 3.8), (0.2, 3.8)):
        desk.click(*point)
    desk.click(0.2, 2.2)  # the first corner
    assert desk.owners[[12, 13, 18, 19]].tolist() == [desk.ids[2]] * 4
    assert len(desk.model.document.steps) == 1


def test_keys_of_a_gesture_do_not_change_the_plan_behind_its_back(desk):
    desk.model.select_units(np.array([30]))
    desk.view.set_tool("polygon")
    desk.click(0.2, 2.2)
    desk.click(1.8, 2.2)
    for key in (Key.Key_Backspace, Key.Key_Delete):
        desk.key(key)
    assert not desk.view.gestures.is_active and desk.owners[30] != UNASSIGNED
    desk.view.set_tool("brush")
    desk.press(0.5, 2.5)
    for key in (Key.Key_Delete, Key.Key_Enter, Key.Key_Backspace):
        desk.key(key)
    assert desk.model.document.steps == () and desk.view.gestures.is_active
    desk.key(Key.Key_Escape)


def test_digits_give_the_radius_of_a_circle(desk):
    desk.view.set_tool("circle")
    desk.view.set_length_unit("km")
    desk.press(1, 3)
    desk.move(1.2, 3)
    for key in (Key.Key_8, Key.Key_Period, Key.Key_0):
        desk.key(key)
    assert drawn_shape(desk).texts == ("8.0 km",)
    desk.release(1.2, 3)
    assert len(desk.model.document.steps[-1].edit.changes[0].rows) == 4
    desk.view.set_length_unit("mi")
    desk.press(1, 3)
    desk.move(2, 3)
    assert drawn_shape(desk).texts[0].endswith("mi")
    desk.key(Key.Key_Escape)


def test_a_finger_needs_twelve_pixels(desk):
    gestures = desk.view.gestures
    desk.view.set_tool("rectangle")
    start = QtCore.QPointF(desk.px(0.5, 0.5))
    for far, n_steps in ((9, 0), (14, 1)):
        before = len(desk.model.document.steps)
        desk.view.set_options(replace(gestures.options, inside=Mode.TOUCHES))
        gestures.press(start, gestures._keys, "left", True)
        gestures.move(start + QtCore.QPointF(far, far), gestures._keys)
        gestures.release(start + QtCore.QPointF(far, far), gestures._keys, "left")
        assert len(desk.model.document.steps) - before == n_steps


# ---------------------------------------------------------------------- the whole window
def test_in_the_window_nothing_is_lost_when_it_changes_in_mid_drag(window, qtbot):
    open_sample(qtbot, window)
    model, gestures, port = window.model, window.map.gestures, window.map.canvas.viewport()
    model.set_current(model.view.leaves[0].id)
    rows = [row_of(window, code) for code in ("08031", "08001")]
    other = next(a for a in model.plan.assignments if a != model.alignment)
    mine = model.alignment
    for tool in ("brush", "polygon", "split"):
        for change in (
            lambda: window.resize(1400, 900),
            lambda: model.show_alignment(other),
            lambda: QTest.keyClick(window.map.canvas, Key.Key_Z, CTRL),
            window.undo,
        ):
            model.show_alignment(mine)
            window.map.set_tool(tool)
            before = model.plan
            QTest.mousePress(port, LEFT, NO_KEYS, place(window, rows[0]))
            QTest.mouseMove(port, place(window, rows[1]))
            assert gestures.is_active
            change()
            qtbot.waitUntil(lambda: model.tentative is None)
            assert model.tentative is None, tool
            QTest.mouseRelease(port, LEFT, NO_KEYS, place(window, rows[1]))
            gestures.cancel()
            assert model.plan.assignments is before.assignments, tool
