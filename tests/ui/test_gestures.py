"""Every tool with every modifier and switch, by real mouse and key events on the map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtTest import QTest

from terradesk import edits
from terradesk import records as rec
from terradesk.arcs.picking import Mode
from terradesk.edits import Edit, Record
from terradesk.edits.territories import set_locked
from terradesk.plan import UNASSIGNED
from tests.core.kernel import SIDE, grid_plan
from tests.ui.drawing import (
    ALL,
    COLUMNS,
    GESTURES,
    POCKET,
    ROWS,
    Drawn,
    Key,
    begin,
    finish,
    fresh,
    leave,
    moved,
    n_done,
    plan,
    set_options,
    trace,
)
from tests.ui.map_desk import CTRL, LEFT, NO_KEYS, SHIFT, Desk
from ui.tools import TOOLS


@pytest.fixture
def desk(qtbot, monkeypatch) -> Desk:
    out = Desk(qtbot, monkeypatch, plan())
    out.model.set_current(out.ids[2])
    return out


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
