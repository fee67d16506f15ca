"""Every tool with every modifier and switch, by real mouse and key events on the map."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

from terradesk import edits
from terradesk import records as rec
from terradesk.arcs.picking import Mode
from terradesk.edits import Edit, Record, scenarios
from terradesk.edits.territories import set_locked
from terradesk.plan import UNASSIGNED
from terradesk.render import Mark
from tests.core.kernel import SIDE, grid_plan
from tests.ui.driving import open_sample, place, row_of
from tests.ui.map_desk import CTRL, LEFT, MIDDLE, NO_KEYS, SHIFT, Desk
from ui.tools import TOOLS, tool_entry

Key = QtCore.Qt.Key
NONE = QtCore.Qt.MouseButton.NoButton
RIGHT = QtCore.Qt.MouseButton.RightButton
POCKET = [13, 14, 19, 20]  # unassigned squares in the plan of these tests
COLUMNS, ROWS = 6, 10


def plan():
    made = grid_plan(COLUMNS, ROWS)
    labels = made.assignments[3].copy()
    labels[POCKET] = UNASSIGNED
    return replace(made, assignments={3: labels})


@pytest.fixture
def desk(qtbot, monkeypatch) -> Desk:
    out = Desk(qtbot, monkeypatch, plan())
    out.model.set_current(out.ids[2])
    return out


@dataclass(frozen=True)
class Drawn:
    """A gesture: where it goes, and what it takes with the tool's own switches."""

    tool: str
    points: tuple[tuple[float, float], ...]
    takes: list[int]  # squares met by the shape
    end: str = "release"  # or Enter, double


GESTURES = [
    Drawn("brush", ((0.5, 2.5), (1.0, 2.5), (1.5, 2.5)), [12, 13]),
    Drawn("rectangle", ((0.2, 2.2), (1.8, 3.8)), [12, 13, 18, 19]),
    Drawn("lasso", ((0.2, 2.2), (1.8, 2.2), (1.8, 3.8), (0.8, 3.9), (0.2, 3.8)), [12, 13, 18, 19]),
    Drawn("circle", ((1.0, 3.0), (1.5, 3.0), (1.9, 3.0)), [12, 13, 18, 19]),
    Drawn("polygon", ((0.2, 2.2), (1.8, 2.2), (1.8, 3.8), (0.2, 3.8)), [12, 13, 18, 19], "Enter"),
    Drawn("polygon", ((0.2, 2.2), (1.8, 2.2), (1.8, 3.8), (0.2, 3.8)), [12, 13, 18, 19], "double"),
    Drawn("fill", ((1.5, 2.5),), POCKET),
    Drawn("eraser", ((0.5, 2.5), (1.0, 2.5), (1.5, 2.5)), [12, 13]),
]
ALL = [*GESTURES, Drawn("split", ((-0.4, 2.0), (1.0, 2.1), (2.4, 2.1)), list(range(12)))]
named = {"ids": lambda g: f"{g.tool}-{g.end}"}


def begin(desk: Desk, gesture: Drawn, keys=NO_KEYS) -> None:
    """Everything but the end of a gesture: the button is still down, or a corner is missing."""
    desk.view.set_tool(gesture.tool)
    if gesture.end == "release":
        desk.press(*gesture.points[0], keys)
        for point in gesture.points[1:]:
            desk.move(*point, keys)
        return
    for point in gesture.points:
        desk.move(*point, keys, NONE)
        desk.press(*point, keys)
        desk.release(*point, keys)


def finish(desk: Desk, gesture: Drawn, keys=NO_KEYS) -> None:
    last = gesture.points[-1]
    if gesture.end == "Enter":
        desk.key(Key.Key_Enter)
    elif gesture.end == "double":
        QTest.mouseDClick(desk.port, LEFT, keys, desk.px(*last))
        desk.release(*last, keys)
    else:
        desk.release(*last, keys)


def trace(desk: Desk) -> tuple[object, ...]:
    """All that a dropped gesture must leave as it was."""
    model, following = desk.model, desk.view.following
    marks = following.layer.state.marks & ~np.uint8(Mark.HOVER)
    return (
        model.plan,
        len(model.document.steps),
        model.selected_units.tolist(),
        model.selected_accounts.tolist(),
        model.current,
        model.tentative,
        desk.card(),
        marks.tolist(),
        desk.view.gestures.is_active,
    )


def leave(desk: Desk) -> None:
    """The pointer goes away."""
    QtWidgets.QApplication.sendEvent(desk.view.canvas, QtCore.QEvent(QtCore.QEvent.Type.Leave))


def fresh(desk: Desk) -> None:
    """The desk as it was at the start, ready for another gesture: cheaper than another one."""
    desk.view.gestures.cancel()
    leave(desk)
    while desk.model.document.undo_step is not None:
        desk.model.undo()
    desk.model.select_units(np.empty(0, int))
    desk.model.select_accounts(np.empty(0, int))
    desk.model.set_current(desk.ids[2])
    desk.view.gestures.recall({})


def n_done(desk: Desk) -> int:
    """Steps that are done and not undone."""
    return sum({"do": 1, "undo": -1, "redo": 1}[s.kind] for s in desk.model.document.steps)


def drawn_shape(desk: Desk):
    """What the tool draws over the map."""
    return desk.view.item.gesture


def moved(desk: Desk, before: np.ndarray) -> list[int]:
    return np.flatnonzero(desk.owners != before).tolist()


def set_options(desk: Desk, tool: str, **changes) -> None:
    desk.view.set_tool(tool)
    desk.view.set_options(replace(tool_entry(tool).factory().defaults, **changes))


# ---------------------------------------------------------------------- modifiers
@pytest.mark.parametrize("keys", [NO_KEYS, SHIFT, CTRL], ids=["plain", "shift", "ctrl"])
def test_assigning_with_every_modifier_is_one_step_and_undone_exactly(desk, keys):
    before = desk.owners.copy()
    for gesture in GESTURES:
        fresh(desk)
        target = UNASSIGNED if keys == CTRL or gesture.tool == "eraser" else desk.ids[2]
        expected = [
            row
            for row in gesture.takes
            if before[row] != target and (keys != SHIFT or before[row] == UNASSIGNED)
        ]
        if gesture.tool == "fill" and keys == CTRL:
            expected = []
        begin(desk, gesture, keys)
        assert n_done(desk) == 0 and (desk.owners == before).all()
        if expected and gesture.end == "release":
            assert sorted(desk.model.tentative.unit_rows.tolist()) == expected
        finish(desk, gesture, keys)
        assert moved(desk, before) == expected, gesture
        assert (desk.owners[expected] == target).all()
        assert n_done(desk) == bool(expected)
        assert desk.model.tentative is None
        if expected:
            desk.model.undo()
            assert (desk.owners == before).all() and n_done(desk) == 0


@pytest.mark.parametrize("keys", [NO_KEYS, SHIFT, CTRL], ids=["plain", "shift", "ctrl"])
def test_selecting_with_every_modifier(desk, keys):
    for gesture in GESTURES[:-1]:
        fresh(desk)
        set_options(desk, gesture.tool, selects=True)
        desk.model.select_units(np.array([13, 40]))
        begin(desk, gesture, keys)
        finish(desk, gesture, keys)
        old, new = {13, 40}, set(gesture.takes)
        expected = {NO_KEYS: new, SHIFT: old | new, CTRL: old - new}[keys]
        assert set(desk.model.selected_units.tolist()) == expected, gesture
        assert n_done(desk) == 0


def test_keys_changed_in_mid_gesture_take_effect_at_once(desk):
    for gesture in GESTURES[:-2]:
        fresh(desk)
        begin(desk, gesture)
        plain = set(desk.model.tentative.unit_rows.tolist())
        assert plain == set(gesture.takes) and desk.model.tentative.target == desk.ids[2]
        QTest.keyPress(desk.view.canvas, Key.Key_Shift)
        assert set(desk.model.tentative.unit_rows.tolist()) == plain & set(POCKET), gesture
        QTest.keyRelease(desk.view.canvas, Key.Key_Shift)
        QTest.keyPress(desk.view.canvas, Key.Key_Control)
        assert desk.model.tentative.target == UNASSIGNED
        assert set(desk.model.tentative.unit_rows.tolist()) == plain - set(POCKET)
        QTest.keyRelease(desk.view.canvas, Key.Key_Control)
        assert set(desk.model.tentative.unit_rows.tolist()) == plain
        desk.key(Key.Key_Escape)


# ---------------------------------------------------------------------- switches
def test_over_unassigned_only_and_over_one_territory(desk):
    before = desk.owners.copy()
    for gesture in GESTURES:
        target = UNASSIGNED if gesture.tool == "eraser" else desk.ids[2]
        for changes, keep in (
            ({"over": "unassigned"}, UNASSIGNED),
            ({"over": "territory", "over_territory": desk.ids[0]}, desk.ids[0]),
        ):
            fresh(desk)
            set_options(desk, gesture.tool, **changes)
            begin(desk, gesture)
            finish(desk, gesture)
            expected = [r for r in gesture.takes if before[r] == keep and keep != target]
            if gesture.tool == "fill" and keep != UNASSIGNED:
                expected = []
            assert moved(desk, before) == expected, gesture


@pytest.mark.parametrize("mode, expected", [(Mode.CENTRE, 1), (Mode.TOUCHES, 9), (Mode.INSIDE, 1)])
def test_inside_centre_touches_fully(desk, mode, expected):
    corners = ((2.9, 4.9), (4.1, 4.9), (4.1, 6.1), (2.9, 6.1))
    points = {"rectangle": corners[::2], "circle": ((3.5, 5.5), (3.9, 5.5), (4.3, 5.5))}
    for tool in ("rectangle", "lasso", "polygon", "circle"):
        fresh(desk)
        set_options(desk, tool, inside=mode)
        desk.model.set_current(UNASSIGNED)  # all of them go to a new territory
        end = "Enter" if tool == "polygon" else "release"
        gesture = Drawn(tool, points.get(tool, corners), [], end)
        begin(desk, gesture)
        finish(desk, gesture)
        assert len(desk.model.document.steps[-1].edit.changes[0].rows) == expected, tool


def test_brush_into_where_the_stroke_starts(desk):
    set_options(desk, "brush", into_start=True)
    desk.drag((0.5, 0.5), (1.5, 0.5), (2.5, 0.5))
    assert desk.owners[2] == desk.ids[0] and len(desk.model.document.steps) == 1


def test_accounts_only_names_accounts_and_moves_no_area(desk):
    before, accounts = desk.owners.copy(), desk.model.plan.accounts
    for gesture in GESTURES[:-1]:
        fresh(desk)
        set_options(desk, gesture.tool, moves_accounts=True)
        begin(desk, gesture)
        finish(desk, gesture)
        inside = {r for r in range(len(accounts)) if accounts.unit[r] in gesture.takes}
        assert set(desk.model.view.overrides) == inside and inside, gesture
        assert (desk.owners == before).all() and n_done(desk) == 1
        desk.model.undo()
        assert not desk.model.view.overrides


def test_a_fill_stops_at_states_and_crosses_water_links_when_told_to(qtbot, monkeypatch):
    made = plan()
    labels = made.assignments[3].copy()
    labels[40] = UNASSIGNED
    link = Record("bridge", None, rec.Bridge(rec.new_uid(), made.next_id, 0, 20, 40))
    made = edits.apply(replace(made, assignments={3: labels}), Edit("", records=(link,)))
    desk = Desk(qtbot, monkeypatch, made)
    before = desk.owners.copy()
    for states, links, expected in (
        (False, True, [*POCKET, 40]),
        (False, False, POCKET),
        (True, True, POCKET[:2]),
    ):
        fresh(desk)
        set_options(desk, "fill", stops_at_states=states, uses_links=links)
        desk.click(1.5, 2.5)
        assert moved(desk, before) == expected


def test_a_split_makes_one_step_and_keeps_the_current_territory(desk):
    before = desk.owners.copy()
    begin(desk, ALL[-1])
    assert "T0 2" in desk.card()
    finish(desk, ALL[-1])
    assert [t.name for t in desk.model.view.leaves] == ["T0", "T1", "T2", "T0 2"]
    assert moved(desk, before) == [0, 1, 6, 7] and desk.model.current == desk.ids[2]
    desk.model.undo()
    assert (desk.owners == before).all() and len(desk.ids) == 3


def test_no_locked_area_moves_whatever_draws_over_it(desk):
    desk.model.do(set_locked(desk.model.plan, 3, [desk.ids[0]], True))
    before = desk.owners.copy()
    for gesture in ALL:
        begin(desk, gesture)
        finish(desk, gesture)
        locked = before == desk.ids[0]
        assert (desk.owners[locked] == before[locked]).all(), gesture


# ---------------------------------------------------------------------- hovering
def test_hovering_with_the_fill_shows_it_and_leaves_nothing_behind(desk):
    desk.view.set_tool("fill")
    clean = trace(desk)
    desk.hover(1.5, 2.5)
    assert desk.card().startswith("4 squares T2")
    assert desk.model.tentative.unit_rows.tolist() == POCKET
    leave(desk)
    assert trace(desk) == clean
    desk.hover(1.5, 2.5)
    desk.view.set_tool("hand")
    assert desk.model.tentative is None and desk.card() == ""


def test_hovering_says_why_a_fill_would_do_nothing(desk):
    desk.view.set_tool("fill")
    desk.hover(0.5, 0.5)
    assert "over 10 %" in desk.card()
    desk.hover(5.5, 0.5)  # belongs to the current territory: nothing worth a card
    assert desk.card() == "" and desk.model.tentative is None


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
    desk.view.undo()
    desk.model.redo()


def _close(desk: Desk) -> None:
    desk.model.close()


INTERRUPTIONS = [_resize, _switch_scenario, _other_tool, _lose_focus, _right_button, _undo, _close]


@pytest.mark.parametrize("interrupt", INTERRUPTIONS, ids=lambda f: f.__name__.strip("_"))
def test_an_interrupted_gesture_is_dropped_and_nothing_is_lost_or_done_twice(desk, interrupt):
    for gesture in ALL:
        desk.view.resize(900, 640)
        desk.open(plan())
        model = desk.model
        model.do(scenarios.copy_scenario(model.plan, model.view.scenario.id, "Other"))
        model.do(edits.assign(model.plan, 3, np.array([35]), desk.ids[0]).edit)
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


# ---------------------------------------------------------------------- every tool
@pytest.mark.parametrize("keys", [NO_KEYS, SHIFT, CTRL, SHIFT | CTRL], ids=str)
def test_every_tool_survives_every_event_and_is_undone_exactly(desk, keys):
    before = desk.owners.copy()
    for entry in TOOLS:
        fresh(desk)
        desk.model.select_units(np.array([0, 1]))
        desk.key(Key(ord(entry.shortcut)))
        assert desk.view.gestures.tool_id == entry.id
        desk.hover(0.5, 0.5)
        desk.drag((0.5, 0.5), (1.5, 1.5), (2.5, 2.5), keys=keys)
        QTest.mouseDClick(desk.port, LEFT, keys, desk.px(2.5, 2.5))
        desk.release(2.5, 2.5, keys)
        desk.key(Key.Key_Escape)
        leave(desk)
        assert n_done(desk) <= 2, entry.id  # a drag, and a double-click of its own
        assert desk.model.tentative is None and desk.card() == ""
        while desk.model.document.undo_step is not None:
            desk.model.undo()
        assert (desk.owners == before).all()


# ---------------------------------------------------------------------- a plan of accounts only
def test_every_shape_assigns_and_selects_accounts_where_there_are_no_areas(qtbot, monkeypatch):
    made = grid_plan(COLUMNS, ROWS)
    units = replace(made.units, **{
        f: getattr(made.units, f)[:0] for f in ("codes", "names", "source")
    }, columns={}, batch=made.units.batch[:0], is_present=made.units.is_present[:0])  # fmt: skip
    accounts = replace(made.accounts, unit=np.full(len(made.accounts), -1, np.int32))
    nothing = np.empty(0, np.int32)
    bare = replace(made, units=units, coverage=None, accounts=accounts, assignments={3: nothing})
    desk = Desk(qtbot, monkeypatch, bare)
    x, y = accounts.x / SIDE, accounts.y / SIDE
    for gesture in (g for g in GESTURES if g.tool not in ("fill", "eraser")):
        fresh(desk)
        expected = {int(np.hypot(x - c % COLUMNS - 0.5, y - c // COLUMNS - 0.5).argmin())
                    for c in gesture.takes if c % 2 == 0}  # fmt: skip
        begin(desk, gesture)
        finish(desk, gesture)
        assert set(desk.model.view.overrides) == expected, gesture
        assert n_done(desk) == 1
        fresh(desk)
        set_options(desk, gesture.tool, selects=True)
        begin(desk, gesture)
        finish(desk, gesture)
        assert set(desk.model.selected_accounts.tolist()) == expected, gesture
    for tool, word in (("fill", "no areas to fill"), ("split", "no areas to split")):
        desk.view.set_tool(tool)
        desk.drag((0.5, 0.5), (3.5, 0.5))
        assert word in desk.view.floats.message.text()


# ---------------------------------------------------------------------- the whole window
def test_in_the_window_nothing_is_lost_when_it_changes_in_mid_drag(window, qtbot):
    open_sample(qtbot, window)
    model, gestures, port = window.model, window.map.gestures, window.map.canvas.viewport()
    model.set_current(model.view.leaves[0].id)
    rows = [row_of(window, code) for code in ("08031", "08001")]
    other = next(a for a in model.plan.assignments if a != model.alignment)
    mine = model.alignment
    for tool in ("brush", "circle", "polygon", "fill", "split"):
        for change in (
            lambda: window.resize(1400, 900),
            lambda: window.resize(1600, 1000),
            lambda: model.show_alignment(other),
            lambda: window.run_command("edit.undo"),
        ):
            model.show_alignment(mine)
            window.map.set_tool(tool)
            before = model.plan
            QTest.mousePress(port, LEFT, NO_KEYS, place(window, rows[0]))
            QTest.mouseMove(port, place(window, rows[1]))
            assert gestures.is_active
            change()
            qtbot.wait(1)
            assert model.tentative is None, tool
            QTest.mouseRelease(port, LEFT, NO_KEYS, place(window, rows[1]))
            gestures.cancel()
            assert model.plan.assignments is before.assignments, tool
