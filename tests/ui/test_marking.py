"""Start points and water links on the map, by real right clicks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

from terradesk import projection
from terradesk import records as rec
from terradesk.colouring.places import BARRIER_COLOUR
from terradesk.document import Document
from terradesk.edits import Edit, Record, apply, assign, links, seeds
from terradesk.edits import territories as te
from terradesk.plan import UNASSIGNED, Plan
from terradesk.render.flags import cloth_ink
from tests.core.kernel import SIDE, grid_plan
from tests.ui.map_desk import LEFT, NO_KEYS, Desk

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # popups
RIGHT = QtCore.Qt.MouseButton.RightButton
A = 3


@pytest.fixture
def desk(qtbot, monkeypatch, qapp):
    desk = Desk(qtbot, monkeypatch)
    desk.said = []
    desk.model.message.connect(lambda text, has_undo: desk.said.append((text, has_undo)))
    yield desk
    shut(desk)
    desk.view.canvas.clearFocus()


def shut(desk) -> None:
    if desk.view.menu.shown is not None:
        desk.view.menu.shown.close()


def offered(desk, column: float, row: float) -> dict[str, QtGui.QAction]:
    """What a right click at a place offers."""
    shut(desk)
    QTest.mouseClick(desk.port, RIGHT, NO_KEYS, desk.px(column, row))
    assert desk.view.menu.shown is not None
    actions = desk.view.menu.shown.actions()
    return {a.text().partition("\t")[0]: a for a in actions if not a.isSeparator()}


def choose(desk, column: float, row: float, text: str) -> None:
    action = offered(desk, column, row)[text]
    menu = desk.view.menu.shown
    QTest.mouseClick(menu, LEFT, NO_KEYS, menu.actionGeometry(action).center())


def ours(entries) -> list[str]:
    words = ("tart point", "water")
    return [text for text in entries if any(word in text for word in words)]


def starts(desk) -> dict[int, rec.Seed]:
    return desk.model.view.seeds


def legend_texts(desk) -> list[str]:
    return [e.text for e in desk.view.layers.legend()]


def lived_in(plan: Plan, territory: int, column: float, row: float) -> Plan:
    """The plan with a rep of a territory who lives at a place."""
    lon, lat = projection.lonlat([column * SIDE], [row * SIDE], plan.crs)
    rep = rec.Rep(rec.new_uid(), plan.next_id, name="Ada", home_lon=float(lon[0]),
                  home_lat=float(lat[0]))  # fmt: skip
    plan = apply(plan, Edit("", records=(Record("rep", None, rep),)))
    edit = te.staff(plan, A, territory, rep.id)
    assert edit is not None
    return apply(plan, edit)


# ---------------------------------------------------------------------- start points
def test_a_start_point_is_set_where_the_pointer_is(desk):
    before = desk.colour_at(2.31, 1.36)
    choose(desk, 2.3, 1.3, "Start point of T1 here")
    seed = starts(desk)[desk.ids[1]]
    assert (seed.unit, seed.is_fixed) == (8, True)
    ((x, y),) = projection.to_plan(
        np.array([[seed.lon, seed.lat]]), "EPSG:4326", desk.model.plan.crs
    )
    px = desk.view.item.view.px_per_m
    assert np.hypot(x / SIDE - 2.3, y / SIDE - 1.3) * SIDE * px < 1.5, "within a pixel"
    assert desk.said[-1] == ("Set the start point of T1.", True)
    assert desk.colour_at(2.31, 1.36) != before
    assert "Start points" in legend_texts(desk)
    assert "starts" in [row.key for row in desk.view.layers.rows()]
    desk.model.undo()
    assert starts(desk) == {} and desk.colour_at(2.31, 1.36) == before
    assert "Start points" not in legend_texts(desk)


def test_it_is_moved_by_setting_it_elsewhere_and_has_its_territorys_colour(desk):
    choose(desk, 2.3, 1.3, "Start point of T1 here")
    choose(desk, 3.5, 2.5, "Start point of T1 here")
    assert starts(desk)[desk.ids[1]].unit == 15
    assert desk.said[-1][0] == "Moved the start point of T1."
    cloth = desk.px(3.5, 2.5) + QtCore.QPoint(4, -14)
    shown = desk.view.canvas.grab().toImage().pixelColor(cloth).name()
    colours = [desk.model.view.territories[t].colour for t in desk.ids[:2]]
    other, own = (f"#{cloth_ink(desk.view.item.style, c):06x}" for c in colours)
    assert shown == own != other
    desk.model.undo()
    assert starts(desk)[desk.ids[1]].unit == 8


def test_it_is_removed_at_its_flag_and_anywhere_in_its_territory(desk):
    choose(desk, 3.95, 1.5, "Start point of T1 here")
    choose(desk, 0.5, 0.5, "Start point of T0 here")
    at_flag = desk.view.view.px_per_m / desk.view.ratio * SIDE
    beside = 3.95 + 11 / at_flag, 1.5 + 13 / at_flag  # the cloth hangs over T2
    assert ours(offered(desk, *beside)) == [
        "Start point of T2 here", "Remove the start point of T1",
    ]  # fmt: skip
    choose(desk, *beside, "Remove the start point of T1")
    assert list(starts(desk)) == [desk.ids[0]]
    choose(desk, 1.5, 3.5, "Remove the start point of T0")
    assert starts(desk) == {} and desk.said[-1] == ("Removed the start point of T0.", True)


def test_an_unassigned_area_takes_the_start_point_of_the_current_territory(desk):
    desk.model.do(assign(desk.model.plan, A, np.array([0]), UNASSIGNED).edit)
    desk.model.set_current(UNASSIGNED)
    assert ours(offered(desk, 0.5, 0.5)) == []
    desk.model.set_current(desk.ids[2])
    choose(desk, 0.5, 0.5, "Start point of T2 here")
    assert starts(desk)[desk.ids[2]].unit == 0


def test_start_points_at_the_homes_of_reps(desk):
    desk.open(lived_in(desk.model.plan, desk.ids[2], 4.5, 2.5))
    choose(desk, -0.3, 2.5, "Use the homes of reps as start points")
    assert {t: s.unit for t, s in starts(desk).items()} == {desk.ids[2]: 16}
    assert desk.said[-1][0] == "T2 now starts at the home of its rep."
    desk.model.undo()
    assert starts(desk) == {}


def test_a_hidden_layer_shows_no_flags(desk):
    plain = desk.colour_at(2.31, 1.36)
    choose(desk, 2.3, 1.3, "Start point of T1 here")
    desk.view.layers.set_shown("starts", False)
    assert desk.colour_at(2.31, 1.36) == plain
    assert "Start points" not in legend_texts(desk)
    assert "Remove the start point of T1" in offered(desk, 3.5, 3.5)


def test_a_deleted_territory_takes_its_flag_along(desk):
    choose(desk, 2.3, 1.3, "Start point of T1 here")
    flagged = desk.colour_at(2.31, 1.36)
    desk.model.do(te.delete(desk.model.plan, A, [desk.ids[1]]))
    assert starts(desk) == {} and desk.colour_at(2.31, 1.36) != flagged
    desk.model.undo()
    assert len(starts(desk)) == 1 and desk.colour_at(2.31, 1.36) == flagged


def test_the_menu_territory_starts_all_at_homes_and_a_refusal_says_why(window, qtbot, told):
    plan = grid_plan()
    first = plan.alignment(A).leaves[0].id
    window.model.open(Document(lived_in(plan, first, 0.5, 0.5)))
    model = window.model
    ids = [t.id for t in model.view.leaves]
    qtbot.waitUntil(lambda: window.map.is_ready, timeout=60_000)
    window.run_command("territory.homes")
    assert {t: s.unit for t, s in model.view.seeds.items()} == {ids[0]: 0}
    n_steps = len(model.document.steps)
    window.run_command("territory.homes")
    assert len(model.document.steps) == n_steps and not told
    model.do(te.staff(model.plan, A, ids[0], 0))
    window.run_command("territory.homes")
    assert "No territory has a rep" in str(told[-1])


# ---------------------------------------------------------------------- dragged
def flag(desk, column: float, row: float) -> tuple[float, float]:
    """A place on the cloth of a flag that stands at a place."""
    px = desk.view.view.px_per_m / desk.view.ratio * SIDE
    return column + 4 / px, row + 14 / px


def test_v_drags_a_flag_and_a_click_selects_what_lies_below(desk):
    choose(desk, 2.5, 1.5, "Start point of T1 here")
    desk.model.select_units(np.array([8]))
    desk.drag(flag(desk, 2.5, 1.5), flag(desk, 2.8, 1.8), flag(desk, 3.5, 3.5))
    assert starts(desk)[desk.ids[1]].unit == 21
    assert desk.said[-1] == ("Moved the start point of T1.", True)
    assert desk.model.selected_units.tolist() == [8], "nor are selected areas dragged"
    assert (desk.owners == grid_plan().assignments[A]).all()
    desk.model.undo()
    assert starts(desk)[desk.ids[1]].unit == 8
    desk.model.select_units(np.array([23]))
    desk.click(*flag(desk, 2.5, 1.5))
    assert desk.model.selected_units.tolist() == [8] and starts(desk)[desk.ids[1]].unit == 8


def test_a_dragged_flag_is_seen_where_it_would_stand_and_esc_puts_it_back(desk):
    choose(desk, 2.5, 1.5, "Start point of T1 here")
    told = []
    desk.view.gestures.told.connect(told.append)
    still = desk.view.canvas.grab().toImage()
    desk.press(*flag(desk, 2.5, 1.5))
    desk.move(*flag(desk, 3.0, 2.0))
    desk.move(*flag(desk, 3.5, 2.5))
    assert told[-1] == "Start point of T1: Square 15"
    shape = desk.view.item.gesture
    assert shape.kind == "flag"
    assert np.allclose(np.array(shape.points[0]) / SIDE, (3.5, 2.5), atol=0.02)
    assert desk.view.canvas.viewport().cursor().shape() != QtCore.Qt.CursorShape.ArrowCursor
    assert desk.view.canvas.grab().toImage() != still
    desk.key(QtCore.Qt.Key.Key_Escape)
    assert desk.view.item.gesture is None and told[-1] == ""
    desk.release(*flag(desk, 3.5, 2.5))
    assert starts(desk)[desk.ids[1]].unit == 8


def test_a_flag_beside_the_areas_is_dragged_back_in(desk):
    lon, lat = projection.lonlat([-0.2 * SIDE], [2.5 * SIDE], desk.model.plan.crs)
    desk.model.do(seeds.set_seed(desk.model.plan, A, desk.ids[0], float(lon[0]), float(lat[0])))
    desk.drag(flag(desk, -0.2, 2.5), flag(desk, 0.2, 2.5), flag(desk, 1.5, 2.5))
    assert starts(desk)[desk.ids[0]].unit == 13


def test_hidden_flags_are_not_dragged(desk):
    choose(desk, 2.5, 1.5, "Start point of T1 here")
    desk.view.layers.set_shown("starts", False)
    desk.drag(flag(desk, 2.5, 1.5), flag(desk, 2.8, 1.8), flag(desk, 3.5, 3.5))
    assert starts(desk)[desk.ids[1]].unit == 8


# ---------------------------------------------------------------------- water links
def cut_plan() -> Plan:
    """T0 in two pieces: squares 0, 1, 6, 7, and 18, 19."""
    plan = grid_plan()
    labels = plan.assignments[A].copy()
    labels[[12, 13]] = UNASSIGNED
    return replace(plan, assignments={A: labels})


def test_two_selected_areas_are_linked_over_water(desk):
    desk.open(cut_plan())
    desk.model.select_units(np.array([7, 18]))
    before = desk.colour_at(1.0, 2.5)
    choose(desk, 1.5, 1.5, "Link over water: Square 7 – Square 18")
    assert [(b.unit_a, b.unit_b) for b in desk.model.plan.rows(rec.Bridge)] == [(7, 18)]
    assert desk.said[-1] == ("Linked Square 7 and Square 18 over water.", True)
    desk.model.select_units(np.empty(0, np.int32))
    assert desk.colour_at(1.0, 2.5) != before, "the dot of the link"
    assert "links" in [row.key for row in desk.view.layers.rows()]
    choose(desk, 1.5, 1.5, "Remove the water link: Square 7 – Square 18")
    assert desk.model.plan.rows(rec.Bridge) == [] and desk.colour_at(1.0, 2.5) == before
    desk.model.undo()
    assert len(desk.model.plan.rows(rec.Bridge)) == 1


def test_one_selected_area_is_linked_with_the_one_under_the_pointer(desk):
    desk.model.select_units(np.array([0]))
    choose(desk, 5.5, 3.5, "Link over water: Square 0 – Square 23")
    assert links.linked_with(desk.model.plan, 23) == [0]
    assert ours(offered(desk, 5.5, 3.5))[1:] == ["Remove the water link: Square 0 – Square 23"]


def test_neighbours_and_three_areas_are_not_offered_a_link(desk):
    for rows in ([0, 1], [0, 12, 23], []):
        desk.model.select_units(np.array(rows, np.int32))
        assert ours(offered(desk, 0.2, 0.2)) == ["Start point of T0 here"], rows


def test_growing_and_filling_follow_a_link_at_once(desk):
    plan = grid_plan(6, 10)
    labels = plan.assignments[A].copy()
    labels[[12, 13, 23]] = UNASSIGNED
    desk.open(replace(plan, assignments={A: labels}))
    desk.view.set_tool("fill")
    desk.model.set_current(desk.ids[1])
    desk.hover(0.5, 2.5)
    assert desk.model.tentative.unit_rows.tolist() == [12, 13]
    desk.view.set_tool("select")
    desk.model.select_units(np.array([13, 23]))
    choose(desk, 1.5, 2.5, "Link over water: Square 13 – Square 23")
    desk.view.set_tool("fill")
    desk.hover(0.5, 2.5)
    assert desk.model.tentative.unit_rows.tolist() == [12, 13, 23]
    desk.view.set_tool("select")
    desk.model.select_units(np.array([23]))
    desk.view.going.grow(1)
    assert desk.model.selected_units.tolist() == [13, 17, 22, 23, 29]


def test_the_card_knows_that_a_link_keeps_a_territory_in_one_piece(desk):
    desk.open(cut_plan())
    desk.model.do(links.link(desk.model.plan, 7, 18))
    desk.model.select_units(np.array([18]))
    desk.press(0.5, 3.5)
    desk.move(2.5, 3.5)
    assert "in 2" in desk.card()
    desk.key(QtCore.Qt.Key.Key_Escape)
    desk.release(2.5, 3.5)


# ---------------------------------------------------------------------- barriers
def to_build(desk, column: float, row: float) -> QtWidgets.QMenu:
    """What the builder's part of the menu offers at a place."""
    menu = offered(desk, column, row)["Build"].menu()
    menu.popup(QtCore.QPoint(10, 10))
    return menu


def pick(desk, column: float, row: float, text: str) -> None:
    menu = to_build(desk, column, row)
    action = next(a for a in menu.actions() if a.text() == text)
    QTest.mouseClick(menu, LEFT, NO_KEYS, menu.actionGeometry(action).center())


def names(menu) -> list[str]:
    return [a.text() for a in menu.actions()]


def test_two_neighbours_are_never_joined_and_joined_again(desk):
    text = "Never join across the border: Square 0 – Square 1"
    desk.model.select_units(np.array([0, 1]))
    pick(desk, 1.5, 0.5, text)
    [row] = desk.model.plan.rows(rec.Barrier)
    assert {row.unit_a, row.unit_b} == {0, 1}
    assert text not in names(to_build(desk, 1.5, 0.5))
    pick(desk, 1.5, 0.5, "Join across the border again: Square 0 – Square 1")
    assert not desk.model.plan.rows(rec.Barrier)


def test_areas_that_do_not_touch_have_no_border_to_block(desk):
    desk.model.select_units(np.array([0, 3]))
    assert not [text for text in names(to_build(desk, 3.5, 0.5)) if "join" in text.casefold()]


def test_a_group_of_areas_is_never_joined_with_those_around(desk):
    desk.model.select_units(np.array([0, 1, 6]))
    pick(desk, 1.5, 0.5, "Never join these 3 squares with those around")
    pairs = {frozenset((r.unit_a, r.unit_b)) for r in desk.model.plan.rows(rec.Barrier)}
    assert pairs == {frozenset(p) for p in ((1, 2), (1, 7), (6, 7), (6, 12))}
    assert "Join these 3 squares with those around again" in names(to_build(desk, 1.5, 0.5))


def test_a_barrier_is_a_line_on_the_map_and_in_the_legend(desk):
    desk.model.attempt(lambda: links.block(desk.model.plan, [8], [9]))
    desk.bot.waitUntil(lambda: desk.colour_at(3.0, 1.5) == BARRIER_COLOUR.casefold())
    texts = [e.text for e in desk.view.layers.legend()]
    assert "Borders not to cross" in texts
