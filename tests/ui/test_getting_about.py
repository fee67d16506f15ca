"""Getting about: the overview, flights, the way back, measuring."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

from terradesk.document import Document
from tests.core.kernel import SIDE, grid_plan
from tests.ui.map_desk import LEFT, NO_KEYS, Desk, no_base
from ui.map import preparing
from ui.map.flight import FLIGHT_MS, between, middle

Key = QtCore.Qt.Key


@pytest.fixture
def desk(qtbot, monkeypatch, qapp):
    return Desk(qtbot, monkeypatch)


@pytest.fixture
def flying(desk):
    """A desk whose map flies, as on a screen."""
    desk.view.going.flight.is_reduced = lambda: False
    desk.view.canvas.grab()
    return desk


def inset_of(desk, is_zoomed=True):
    inset = desk.view.going.inset
    desk.bot.waitUntil(lambda: not inset._picture.isNull(), timeout=10_000)
    if is_zoomed:
        desk.view.zoom_to_units([7, 8])
        assert inset.isVisible()
    return inset


def looks_at(desk) -> tuple[float, float]:
    """The middle of what is seen, in squares."""
    x, y = middle(desk.view.view)
    return x / SIDE, y / SIDE


# ------------------------------------------------------------------ the overview
def test_the_overview_is_hidden_while_the_whole_plan_is_seen(desk):
    inset = inset_of(desk, is_zoomed=False)
    assert not inset.isVisible()
    desk.view.zoom_to_units([0])
    assert inset.isVisible()
    desk.view.zoom_home()
    assert not inset.isVisible()


def move(widget, points, button=LEFT) -> None:
    QTest.mousePress(widget, button, NO_KEYS, points[0])
    for point in points[1:]:
        event = QtGui.QMouseEvent(
            QtCore.QEvent.Type.MouseMove, QtCore.QPointF(point),
            QtCore.QPointF(widget.mapToGlobal(point)), QtCore.Qt.MouseButton.NoButton,
            button, NO_KEYS,
        )  # fmt: skip
        QtWidgets.QApplication.sendEvent(widget, event)
    QTest.mouseRelease(widget, button, NO_KEYS, points[-1])


def test_dragging_its_frame_moves_the_map(desk):
    inset = inset_of(desk)
    before, scale = looks_at(desk), desk.view.view.px_per_m
    start = inset.frame().center().toPoint()
    per_square = inset._place.px_per_m * SIDE
    move(inset, [start, start + QtCore.QPoint(10, 0), start + QtCore.QPoint(20, 14)])
    after = looks_at(desk)
    assert after[0] - before[0] == pytest.approx(20 / per_square, abs=0.1)
    assert after[1] - before[1] == pytest.approx(-14 / per_square, abs=0.1)
    assert desk.view.view.px_per_m == scale
    assert (inset.frame().center() - QtCore.QPointF(start)).x() == pytest.approx(20, abs=1.5)


def test_a_click_on_it_goes_there(desk):
    inset = inset_of(desk)
    at = inset._place.to_pixels([(5.0 * SIDE, 3.0 * SIDE)])[0] + 4
    QTest.mouseClick(inset, LEFT, NO_KEYS, QtCore.QPoint(round(at[0]), round(at[1])))
    assert looks_at(desk) == pytest.approx((5.0, 3.0), abs=0.1)


def test_letters_and_escape_reach_the_map_after_a_press_on_it(desk):
    inset = inset_of(desk)
    inset.setFocus()
    QTest.mouseClick(inset, LEFT, NO_KEYS, inset.frame().center().toPoint())
    assert desk.view.window().focusWidget() is desk.view.canvas


def test_it_shows_the_colours_of_the_map_and_follows_edits(desk):
    from terradesk import edits

    inset = inset_of(desk)
    at = inset._place.to_pixels([(0.5 * SIDE, 3.5 * SIDE)])[0]
    ratio = inset._picture.devicePixelRatio()

    def ink() -> QtGui.QColor:
        x, y = (at * ratio).astype(int)
        return inset._picture.toImage().pixelColor(int(x), int(y))

    desk.view.zoom_home()
    before = ink()
    assert before.name() == desk.colour_at(0.7, 3.3)
    model = desk.model
    desk.view.canvas.grab()
    model.do(edits.assign(model.plan, 3, np.arange(24), desk.ids[2]).edit)
    desk.view.canvas.grab()
    desk.bot.waitUntil(lambda: ink() != before)


def test_it_folds_into_a_button_and_back(desk):
    inset = inset_of(desk)
    wide = inset.width()
    QTest.mouseClick(inset._fold, LEFT)
    assert inset.is_folded
    assert inset.width() == 30
    assert inset._fold.accessibleName() == "Show the overview"
    QTest.mouseClick(inset._fold, LEFT)
    assert inset.width() == wide


def test_arrows_move_it_while_it_has_the_focus(desk):
    inset = inset_of(desk)
    before = looks_at(desk)
    QTest.keyClick(inset, Key.Key_Right)
    assert looks_at(desk)[0] > before[0]


def test_another_plan_has_another_overview(desk):
    inset = inset_of(desk)
    first = inset._place
    desk.model.open(Document(grid_plan(3, 9)))
    assert not inset.isVisible()
    desk.bot.waitUntil(lambda: desk.view.is_ready, timeout=60_000)
    desk.bot.waitUntil(lambda: inset._place is not None, timeout=10_000)
    assert inset._place.height > inset._place.width
    assert first.width > first.height


# ------------------------------------------------------------------ flights
def test_a_flight_ends_where_a_jump_would(flying):
    desk = flying
    start = desk.view.view
    desk.view.zoom_to_units([0])
    assert desk.view.going.flight.is_flying
    assert desk.view.view == start
    clock = QtCore.QElapsedTimer()
    clock.start()
    desk.bot.waitUntil(lambda: not desk.view.going.flight.is_flying)
    assert clock.elapsed() < 4 * FLIGHT_MS
    landed = desk.view.view
    desk.view.going.flight.is_reduced = lambda: True
    desk.view.look(start)
    desk.view.zoom_to_units([0])
    assert desk.view.view == landed


def test_nothing_flies_where_motion_is_unwelcome(desk):
    desk.view.zoom_to_units([0])
    assert not desk.view.going.flight.is_flying
    assert looks_at(desk) == pytest.approx((0.5, 0.5), abs=0.7)


def test_a_hand_on_the_map_ends_a_flight(flying):
    desk = flying
    desk.view.zoom_to_units([0])
    desk.wheel(QtCore.QPoint(300, 300), 240)
    here = desk.view.view
    desk.bot.waitUntil(lambda: not desk.view.going.flight.is_flying, timeout=2000)
    assert desk.view.view == here


def test_home_stays_home_after_a_flight(flying):
    desk = flying
    desk.view.look(desk.view.view.moved(100, 50))
    desk.view.zoom_home()
    desk.bot.waitUntil(lambda: not desk.view.going.flight.is_flying)
    at = looks_at(desk)
    desk.view.resize(700, 500)
    desk.bot.waitUntil(lambda: desk.view.view.width == 700)
    desk.bot.waitUntil(lambda: not desk.view.going.flight.is_flying)
    assert looks_at(desk) == pytest.approx(at, abs=0.6)
    box = desk.view.view.box
    assert box[0] <= 0
    assert box[2] >= 6 * SIDE


def test_the_way_is_straight_and_even(desk):
    a = desk.view.view
    desk.view.zoom_to_units([0])
    b = desk.view.view
    scales = [between(a, b, t).px_per_m for t in np.linspace(0, 1, 9)]
    assert scales == sorted(scales)
    assert scales[0] == pytest.approx(a.px_per_m)
    assert between(a, b, 1.0).px_per_m == pytest.approx(b.px_per_m)
    assert middle(between(a, b, 1.0)) == pytest.approx(middle(b), abs=1 / b.px_per_m)


def test_what_was_found_is_marked_for_a_moment(desk, monkeypatch):
    monkeypatch.setattr("ui.map.markers.PULSE_MS", 150)
    desk.view.going.go_to_units(np.array([3]))
    markers = desk.view.going.markers
    assert markers.is_pulsing
    desk.view.canvas.grab()
    desk.bot.waitUntil(lambda: not markers.is_pulsing)


def test_an_account_and_a_place_are_flown_to(desk):
    desk.view.going.go_to_account(1)
    assert looks_at(desk) == pytest.approx((2.5, 0.5), abs=0.3)
    desk.view.going.go_to_place(1.5 * SIDE, 2.5 * SIDE)
    assert looks_at(desk) == pytest.approx((1.5, 2.5), abs=0.3)


# ------------------------------------------------------------------ back and forward
def test_back_and_forward_through_views(desk):
    trail = desk.view.going.trail
    trail.note()
    homes = looks_at(desk)
    desk.view.zoom_to_units([0])
    trail.note()
    desk.view.zoom_to_units([23])
    desk.view.going.back()
    assert looks_at(desk) == pytest.approx((0.5, 0.5), abs=0.7)
    back = QtCore.Qt.MouseButton.BackButton
    QTest.mouseClick(desk.port, back)
    assert looks_at(desk) == pytest.approx(homes, abs=0.05)
    desk.view.going.back()
    QTest.mouseClick(desk.port, QtCore.Qt.MouseButton.ForwardButton)
    desk.view.going.forward()
    assert looks_at(desk) == pytest.approx((5.5, 3.5), abs=0.7)
    desk.view.going.forward()
    assert looks_at(desk) == pytest.approx((5.5, 3.5), abs=0.7)


def test_a_rest_is_remembered_a_passing_view_is_not(desk):
    trail = desk.view.going.trail
    desk.bot.waitUntil(lambda: len(trail._places) == 1)
    for _step in range(5):
        desk.view.pan_by(-60, 0)
    desk.bot.waitUntil(lambda: len(trail._places) == 2)
    desk.view.pan_by(2, 0)
    trail.note()
    assert len(trail._places) == 2


# ------------------------------------------------------------------ measuring
def told(desk) -> str:
    texts = []
    desk.view.hint_changed.connect(texts.append)
    return texts


def measured(desk):
    return desk.view.item.gesture


def test_a_line_is_measured_leg_by_leg_and_changes_nothing(desk):
    """On paper the legs are 30 and 20 km; so far south of its parallels the paper is 2 % off."""
    desk.key(Key.Key_M)
    assert desk.view.gestures.tool_id == "measure"
    hints = told(desk)
    desk.click(0.5, 0.5)
    desk.hover(3.5, 0.5)
    assert measured(desk).kind == "measure"
    first = measured(desk).texts[-1]
    assert float(first.removesuffix(" km")) == pytest.approx(29.4, abs=0.2)
    assert hints[-1] == first
    desk.click(3.5, 0.5)
    desk.hover(3.5, 2.5)
    last = measured(desk).texts[-1]
    assert [float(t) for t in re.findall(r"[\d.]+", last)] == pytest.approx([20.4, 49.8], abs=0.2)
    assert last.endswith(" km in all")
    desk.key(Key.Key_Backspace)
    assert len(measured(desk).points) == 2
    desk.click(3.5, 0.5)
    desk.hover(3.5, 2.5)
    desk.key(Key.Key_Return)
    assert not desk.view.gestures.is_active
    assert not desk.model.document.steps
    assert desk.model.selected_units.tolist() == []
    desk.hover(5.5, 3.5)
    assert measured(desk).texts == ("", first)
    QtWidgets.QApplication.sendEvent(desk.view.canvas, QtCore.QEvent(QtCore.QEvent.Type.Leave))
    assert measured(desk).texts == ("", first)
    assert hints[-1] == first


def test_miles_where_the_user_reads_miles(desk):
    desk.view.set_length_unit("mi")
    desk.view.set_tool("measure")
    desk.click(0.5, 0.5)
    desk.hover(3.5, 0.5)
    assert measured(desk).texts[-1] in ("18.1 mi", "18.2 mi", "18.3 mi")


def test_a_closed_line_gives_its_area(desk):
    desk.view.set_tool("measure")
    for corner in ((1, 1), (3, 1), (3, 3), (1, 3)):
        desk.click(*corner)
    desk.click(1, 1)
    assert not desk.view.gestures.is_active
    desk.hover(2, 2)
    assert measured(desk).is_closing
    found = [float(t) for t in re.findall(r"[\d.]+", measured(desk).texts[-1])]
    assert found == pytest.approx([80.0, 400], rel=0.02)


def test_escape_drops_a_measurement_and_another_tool_too(desk):
    desk.view.set_tool("measure")
    desk.click(0.5, 0.5)
    desk.hover(3.5, 0.5)
    desk.key(Key.Key_Escape)
    desk.hover(3.6, 0.5)
    assert measured(desk) is None
    desk.click(0.5, 0.5)
    desk.click(3.5, 0.5)
    desk.key(Key.Key_Return)
    desk.key(Key.Key_V)
    desk.hover(2.5, 0.5)
    assert measured(desk) is None


def test_lengths_follow_the_ellipsoid_not_the_paper(desk):
    from ui.tools.measure import area_m2, legs_m

    world = "+proj=eqearth +lon_0=0 +datum=WGS84 +units=m +type=crs"
    from terradesk import projection

    ends = projection.to_plan(np.array([[-96.8, 32.78], [-0.13, 51.5]]), projection.LONLAT, world)
    points = tuple((float(x), float(y)) for x, y in ends)
    assert legs_m(points, world)[0] == pytest.approx(7_640_000, rel=0.005)
    box = tuple((x * SIDE, y * SIDE) for x, y in ((0, 0), (6, 0), (6, 4), (0, 4)))
    assert area_m2(box, "EPSG:5070") == pytest.approx(24 * SIDE**2, rel=1e-3)


# ------------------------------------------------------------------ from search to the map
def test_from_search_to_the_place(qtbot, window, monkeypatch):
    monkeypatch.setattr(preparing, "base_map", no_base)
    window.show_document(Document(grid_plan()))
    qtbot.waitUntil(lambda: window.map.is_ready, timeout=60_000)
    window.run_command("edit.search")
    field = window.command_palette.field
    QTest.keyClicks(field, "0001*")
    QTest.keyClick(field, Key.Key_Return)
    assert window.model.selected_units.tolist() == list(range(10, 20))
    assert window.map.going.markers.is_pulsing
    window.run_command("edit.search")
    QTest.keyClicks(field, "customer 11")
    QTest.keyClick(field, Key.Key_Return)
    x, y = middle(window.map.view)
    assert (x / SIDE, y / SIDE) == pytest.approx((4.5, 3.5), abs=0.3)
    assert window.map.canvas.hasFocus()
    window.run_command("view.back")


def test_a_window_that_changes_size_on_the_way_home_still_ends_there(flying):
    desk = flying
    desk.view.zoom_to_units([0])
    desk.bot.waitUntil(lambda: not desk.view.going.flight.is_flying)
    with desk.bot.waitSignal(desk.view.view_changed):
        desk.view.zoom_home()
    for size in ((700, 500), (640, 470), (820, 600)):
        desk.view.resize(*size)
        QtWidgets.QApplication.processEvents()
    desk.bot.waitUntil(lambda: not desk.view.going.flight.is_flying)
    plan, seen = desk.view.following.prepared.home.box, desk.view.view.box
    assert seen[0] < plan[0] and plan[2] < seen[2] and seen[1] < plan[1] and plan[3] < seen[3]
    assert not desk.view.going.inset.isVisible()
