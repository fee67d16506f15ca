"""The map with real mouse events: gestures, the card, looking about, undo."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6 import QtCore
from PySide6.QtTest import QTest

from terradesk import edits
from terradesk.edits.territories import set_locked
from terradesk.plan import UNASSIGNED
from tests.core.kernel import SIDE, grid_plan
from tests.ui.map_desk import CTRL, MIDDLE, SHIFT, Desk
from ui.tools import Options

Key = QtCore.Qt.Key


@pytest.fixture
def desk(qtbot, monkeypatch) -> Desk:
    return Desk(qtbot, monkeypatch)


# ---------------------------------------------------------------------- drawing
def test_a_brush_stroke_assigns_what_it_meets_in_one_step(desk):
    desk.key(Key.Key_B)
    desk.model.set_current(desk.ids[2])
    before = desk.owners.copy()
    desk.drag((0.5, 0.5), (1.0, 0.5), (1.5, 0.5))
    assert np.flatnonzero(desk.owners != before).tolist() == [0, 1]
    assert (desk.owners[[0, 1]] == desk.ids[2]).all()
    assert len(desk.model.document.steps) == 1
    assert "2 squares" in desk.view.floats.message.text()


def test_the_card_shows_before_and_after_while_the_button_is_down(desk):
    desk.key(Key.Key_B)
    desk.model.set_current(desk.ids[2])
    desk.press(0.5, 0.5)
    desk.move(1.5, 0.5)
    said = desk.card()
    figures, rest = "T0 −2 % −24 %; T2 +2 % +24 %", "1 account, $10 changes hands"
    assert said == f"2 squares T2; {figures}; {rest}; splits T2 in 2"
    assert desk.model.tentative.unit_rows.tolist() == [0, 1]
    assert (desk.owners == desk.model.document.plan.assignments[3]).all()
    assert len(desk.model.document.steps) == 0
    desk.release(1.5, 0.5)
    assert desk.card() == "" and desk.model.tentative is None


def test_the_card_has_at_most_five_lines_with_three_sources(desk):
    desk.model.select_units(np.arange(24))
    desk.press(0.5, 0.5)
    desk.move(5.5, 3.5)
    assert 2 <= len(desk.view.floats.card.lines()) <= 5


def test_the_card_warns_of_a_territory_that_falls_apart(desk):
    desk.model.select_units(np.arange(0, 6))
    desk.model.select_units(np.array([8, 9]))  # the middle stripe without its second row
    desk.press(2.5, 1.5)
    desk.move(0.5, 0.5)
    desk.bot.waitUntil(lambda: "splits T1 in 2" in desk.card())
    desk.release(0.5, 0.5)


def test_escape_drops_a_stroke_and_the_release_does_nothing(desk):
    desk.key(Key.Key_B)
    desk.model.set_current(desk.ids[2])
    desk.press(0.5, 0.5)
    desk.move(1.5, 0.5)
    desk.key(Key.Key_Escape)
    assert desk.model.tentative is None and desk.card() == ""
    desk.release(1.5, 0.5)
    assert desk.model.document.steps == ()


def test_a_stroke_with_no_current_territory_makes_one_that_becomes_current(qtbot, monkeypatch):
    desk = Desk(qtbot, monkeypatch, grid_plan(territories=0))
    desk.key(Key.Key_B)
    assert "new territory" in desk.view.floats.chip.text()
    desk.drag((0.5, 0.5), (1.5, 0.5))
    assert [t.name for t in desk.model.view.leaves] == ["Territory 1"]
    assert desk.model.current == desk.ids[0] and len(desk.model.document.steps) == 1
    desk.drag((0.5, 1.5), (1.5, 1.5))
    assert len(desk.ids) == 1 and (desk.owners == desk.ids[0]).sum() == 4


def test_a_locked_current_territory_refuses_strokes_and_the_chip_unlocks(desk):
    model = desk.model
    model.do(set_locked(model.plan, 3, [desk.ids[2]], True))
    model.set_current(desk.ids[2])
    desk.key(Key.Key_B)
    desk.drag((0.5, 0.5), (1.5, 0.5))
    assert "is locked" in desk.view.floats.message.text()
    assert len(model.document.steps) == 1
    desk.view.floats.chip.unlocked.emit(desk.ids[2])
    assert not model.view.locked_territories


def test_the_lasso_selects_when_the_strip_says_select(desk):
    desk.key(Key.Key_L)
    desk.view.floats.strip.changed.emit(Options(selects=True))
    desk.drag((-0.3, -0.3), (2.2, -0.3), (2.2, 1.2), (-0.3, 1.2))
    assert desk.model.selected_units.tolist() == [0, 1]
    assert desk.model.document.steps == ()


def test_the_eraser_unassigns_and_pick_takes_up_a_territory(desk):
    desk.key(Key.Key_E)
    desk.drag((0.5, 0.5), (1.5, 0.5))
    assert np.flatnonzero(desk.owners == UNASSIGNED).tolist() == [0, 1]
    desk.key(Key.Key_I)
    desk.click(5.5, 0.5)
    assert desk.model.current == desk.ids[2]


# ---------------------------------------------------------------------- selecting, moving
def test_a_drag_of_the_selection_moves_it_to_the_drop_target(desk):
    desk.click(0.3, 0.3)
    desk.click(1.3, 0.3, SHIFT)
    assert desk.model.selected_units.tolist() == [0, 1]
    desk.press(0.3, 0.3)
    desk.move(2.5, 2.5)
    desk.move(5.5, 3.5)
    assert desk.card().startswith("2 squares T2")
    desk.release(5.5, 3.5)
    assert (desk.owners[[0, 1]] == desk.ids[2]).all()
    assert desk.model.selected_units.tolist() == [0, 1]


def test_dropping_outside_says_why_nothing_moved(desk):
    desk.model.select_units(np.array([0]))
    desk.drag((0.5, 0.5), (3.0, 2.0), (3.0, 4.4))
    assert "drop it on a territory" in desk.view.floats.message.text()
    assert desk.model.document.steps == ()


def test_a_drag_can_be_dropped_on_a_row_outside_the_map(desk):
    desk.view.outside_target = lambda _at: desk.ids[1]
    desk.model.select_units(np.array([0]))
    desk.press(0.5, 0.5)
    desk.move_px(QtCore.QPoint(-200, 100))
    assert desk.card().startswith("1 square T1")
    desk.move_px(QtCore.QPoint(-200, 100))
    desk.release(-10, 1)
    assert desk.owners[0] == desk.ids[1]


def test_boxes_to_the_right_take_what_is_inside_and_to_the_left_what_they_touch(desk):
    desk.drag((-0.4, -0.4), (1.0, 0.5), (2.5, 1.5))
    assert desk.model.selected_units.tolist() == [0, 1]
    with desk.bot.waitSignal(desk.view.hint_changed, check_params_cb=lambda t: "touches" in t):
        desk.drag((5.5, 1.5), (3.0, 0.0), (2.5, -0.4))
    assert desk.model.selected_units.tolist() == [2, 3, 4, 5, 8, 9, 10, 11]


def test_click_double_click_and_control_click_select(desk):
    desk.click(0.3, 0.3)
    assert desk.model.selected_units.tolist() == [0] and desk.model.current == UNASSIGNED
    desk.click(1.3, 0.3, CTRL)
    desk.click(0.3, 0.3, CTRL)
    assert desk.model.selected_units.tolist() == [1]
    QTest.mouseDClick(desk.port, QtCore.Qt.MouseButton.LeftButton, pos=desk.px(2.5, 0.5))
    assert desk.model.selected_units.tolist() == [2, 3, 8, 9, 14, 15, 20, 21]
    assert desk.model.document.steps == ()


def test_enter_delete_and_digits_act_on_the_selection(desk):
    desk.model.set_current(desk.ids[0])
    desk.model.set_current(desk.ids[2])
    desk.model.select_units(np.array([0, 1]))
    desk.key(Key.Key_Return)
    assert (desk.owners[[0, 1]] == desk.ids[2]).all()
    desk.key(Key.Key_2)
    assert desk.model.current == desk.ids[0]
    desk.key(Key.Key_Return)
    assert (desk.owners[[0, 1]] == desk.ids[0]).all()
    desk.key(Key.Key_X)
    assert desk.model.current == desk.ids[2]
    desk.key(Key.Key_Delete)
    assert (desk.owners[[0, 1]] == UNASSIGNED).all()
    with desk.bot.waitSignal(desk.view.command) as asked:
        desk.key(Key.Key_N)
    assert asked.args == ["territory.new"]


def test_escape_clears_the_selection_and_then_returns_to_select(desk):
    desk.key(Key.Key_L)
    desk.model.select_units(np.array([0]))
    desk.key(Key.Key_Escape)
    assert len(desk.model.selected_units) == 0 and desk.view.gestures.tool_id == "lasso"
    desk.key(Key.Key_Escape)
    assert desk.view.gestures.tool_id == "select"


# ---------------------------------------------------------------------- looking about
def test_the_wheel_zooms_about_the_place_under_the_pointer(desk):
    at = desk.px(4.5, 1.5)
    for turn in (120, 120, -120, 480):
        before = desk.view.metres(QtCore.QPointF(at))
        scale = desk.view.view.px_per_m
        desk.wheel(at, turn)
        after = desk.view.metres(QtCore.QPointF(at))
        assert (desk.view.view.px_per_m > scale) == (turn > 0)
        assert np.hypot(after[0] - before[0], after[1] - before[1]) < 1 / scale


def test_two_fingers_on_a_touchpad_pan_and_with_control_zoom(desk):
    view, at = desk.view.view, desk.px(3, 2)
    desk.wheel(at, 40, pixels=20)
    assert desk.view.view == view.moved(0, 20)
    desk.wheel(at, 40, pixels=20, keys=CTRL)
    assert desk.view.view.scale > view.scale


def test_middle_drag_hand_and_space_pan_and_never_end_a_gesture(desk):
    start = desk.view.view
    desk.press(1, 1, button=MIDDLE)
    desk.move(2, 2, button=MIDDLE)
    desk.release(2, 2, button=MIDDLE)
    assert desk.view.view != start and desk.view.view.scale == start.scale
    desk.view.zoom_home()
    desk.key(Key.Key_B)
    desk.model.set_current(desk.ids[2])
    desk.press(0.5, 0.5)
    desk.wheel(desk.px(0.5, 0.5), 120)
    assert desk.view.gestures.is_active
    desk.move(1.5, 0.5)
    desk.release(1.5, 0.5)
    assert (desk.owners[[0, 1]] == desk.ids[2]).all()


def test_arrows_pan_home_fits_the_plan_and_z_the_selection(desk):
    home = desk.view.view
    desk.key(Key.Key_Right)
    assert desk.view.view == home.moved(-60, 0)
    desk.model.select_units(np.array([0]))
    desk.key(Key.Key_Z)
    x0, y0, x1, y1 = desk.view.view.box
    assert x0 < 0 and y0 < 0 and SIDE < x1 < 4 * SIDE and y1 > SIDE
    desk.key(Key.Key_Home)
    assert desk.view.view == home
    box = home.box
    assert box[0] < 0 and box[1] < 0 and box[2] > 6 * SIDE and box[3] > 4 * SIDE


def test_a_resized_map_keeps_its_middle_once_the_user_has_looked_about(desk):
    desk.view.zoom_by(1.5)
    middle = desk.view.metres(QtCore.QPointF(desk.view.rect().center()))
    desk.view.resize(700, 500)
    desk.bot.waitUntil(lambda: desk.view.view.width == 700)
    now = desk.view.metres(QtCore.QPointF(desk.view.rect().center()))
    assert np.hypot(now[0] - middle[0], now[1] - middle[1]) < 2 / desk.view.view.px_per_m


# ---------------------------------------------------------------------- what is seen
def test_edits_and_undo_recolour_the_units(desk):
    model = desk.model
    first, last = desk.colour_at(0.3, 0.3), desk.colour_at(5.3, 0.3)
    assert first != last
    model.do(edits.assign(model.plan, 3, np.array([0]), desk.ids[2]).edit)
    assert desk.colour_at(0.3, 0.3) == last
    desk.view.undo()
    assert "Undone" in desk.view.floats.message.text()
    desk.bot.waitUntil(lambda: desk.colour_at(0.3, 0.3) == first)


def test_a_new_territory_and_its_undo_are_drawn(desk):
    from terradesk.edits.territories import new_territory

    model, before = desk.model, desk.colour_at(0.3, 0.3)
    new = new_territory(model.plan, 3, "Nova")
    model.do(edits.assign(model.plan, 3, np.array([0]), new.id, new=new).edit)
    assert desk.colour_at(0.3, 0.3) != before
    model.undo()
    assert desk.colour_at(0.3, 0.3) == before


def test_the_preview_is_painted_and_goes_away(desk):
    before = desk.colour_at(0.3, 0.3)
    desk.model.select_units(np.array([7]))
    desk.key(Key.Key_R)
    desk.model.set_current(desk.ids[2])
    desk.press(-0.3, -0.3)
    desk.move(1.2, 1.2)
    assert desk.colour_at(0.3, 0.3) != before
    desk.key(Key.Key_Escape)
    desk.release(1.2, 1.2)
    assert desk.colour_at(0.3, 0.3) == before


def test_marks_made_together_with_a_zoom_are_outlined(desk):
    model, item = desk.model, desk.view.item
    desk.view.grab()
    model.select_units(np.array([0]))
    desk.view.zoom_by(1.3)
    once = desk.view.canvas.grab().toImage()
    item.refresh()
    assert desk.view.canvas.grab().toImage() == once
    model.select_units(np.array([], np.int32))
    assert desk.view.canvas.grab().toImage() != once


def test_colour_by_has_a_legend(desk):
    texts = {key: text for key, text, _on in desk.view.colour_choices()}
    assert texts["territory"] == "Territory" and "measure:m-population" in texts
    plain = desk.colour_at(0.3, 0.3)
    for key in texts:
        desk.view.set_colour_by(key)
        assert [k for k, _t, on in desk.view.colour_choices() if on] == [key]
    desk.view.set_colour_by("measure:m-population")
    assert desk.colour_at(0.3, 0.3) != plain and desk.view.floats.legend.isVisible()
    desk.view.set_colour_by("territory")
    assert desk.colour_at(0.3, 0.3) == plain


def test_the_chip_follows_tool_and_current_territory(desk):
    chip = desk.view.floats.chip
    assert chip.text() == "No current territory"
    desk.model.set_current(desk.ids[1])
    assert chip.text().startswith("Enter assigns to T1")
    desk.key(Key.Key_B)
    assert chip.text().startswith("Painting into T1") and "8 squares" in chip.text()
    desk.view.set_tool("eraser")
    assert chip.text() == "Erasing"
    desk.view.set_tool("select")
    assert chip.text().startswith("Enter assigns to T1")


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_list_of_the_chip_filters_and_chooses(desk):
    desk.key(Key.Key_T)
    box = desk.view.floats.chip.list
    assert box.isVisible()
    box.filter.setText("t2")
    desk.bot.keyClick(box.filter, Key.Key_Return)
    assert desk.model.current == desk.ids[2] and not box.isVisible()


def test_hovering_tells_the_area_and_leaving_forgets_it(desk):
    with desk.bot.waitSignal(desk.model.hovered) as got:
        desk.hover(2.5, 1.5)
    assert got.args == [8]
    with desk.bot.waitSignal(desk.model.hovered) as got:
        desk.view.canvas.leaveEvent(QtCore.QEvent(QtCore.QEvent.Type.Leave))
    assert got.args == [-1]


def test_the_picture_is_sharp_and_without_tools(desk):
    image = desk.view.render_image(2.0)
    assert (image.width(), image.height()) == (1800, 1280)
    corner = image.pixelColor(2 * 30, 2 * 30).name()
    assert corner == image.pixelColor(4, 4).name()  # the palette would stand here
    assert image.pixelColor(desk.px(0.3, 0.3) * 2).name() == desk.colour_at(0.3, 0.3)
