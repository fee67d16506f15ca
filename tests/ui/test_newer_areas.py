"""Newer and further boundaries in the window: map, tables, undo, drawing and building after."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from PySide6.QtTest import QTest

from terradesk import edits
from terradesk.document import Document
from terradesk.edits import scenarios
from terradesk.importing import Choices
from terradesk.importing.kinds.more_areas import KIND as MORE_AREAS
from terradesk.importing.kinds.newer_areas import KIND as NEWER_AREAS
from tests.core.kernel import SIDE, grid_plan
from tests.core.test_more_areas import accounts_only
from tests.core.vintages import as_file, cell, changed
from tests.ui.driving import LEFT, SLOW, press_at, wait_for_map
from ui.bringing import Bringing
from ui.document_model import Tentative


@pytest.fixture
def desk(qtbot, window, at_once, told):
    """The window with a grid plan, its map drawn."""
    window.model.open(Document(grid_plan()))
    wait_for_map(qtbot, window)
    settled(qtbot, window)
    return window


def settled(qtbot, window) -> None:
    """Wait until the map shows the arcs of the plan as it is."""
    follows = window.map.following
    qtbot.waitUntil(
        lambda: follows.prepared is not None and follows.prepared.arcs is window.model.plan.arcs,
        timeout=SLOW,
    )
    assert follows.layer.arcs is window.model.plan.arcs


def bring(qtbot, window, kind, source, **choices):
    model = window.model

    def make(plan, alignment=0, progress=None):
        return kind.prepare(source, plan, Choices(**choices), alignment).incoming

    bringing = Bringing(model, make(model.plan), model.plan, make)
    with qtbot.waitSignal(bringing.done, timeout=SLOW):
        bringing.start()
    settled(qtbot, window)


def owner_at(window, column: float, row: float) -> int:
    """Unit that the map finds at a place in squares."""
    return int(window.map.following.prepared.picker.unit_at(column * SIDE, row * SIDE))


def picture(window) -> np.ndarray:
    image = window.map.grab().toImage()
    bits = image.constBits()
    return np.frombuffer(bits, np.uint8).reshape(image.height(), -1).copy()


def halves() -> dict[str, shapely.Geometry]:
    x, y = 4 * SIDE, SIDE
    return {
        "a": shapely.box(x, y, x + 0.4 * SIDE, y + SIDE),
        "b": shapely.box(x + 0.4 * SIDE, y, x + SIDE, y + SIDE),
    }


def test_everything_follows_newer_boundaries_undo_and_redo(qtbot, desk):
    window, model = desk, desk.model
    model.select_units(np.array([1, 9, 10]))
    before = picture(window)
    assert owner_at(window, 4.2, 1.5) == 10
    source = changed(model.plan, ["00001", "00002", "00010"], {"M": cell(1, 0, 2, 1), **halves()})
    bring(qtbot, window, NEWER_AREAS, source)
    assert [owner_at(window, x, 1.5) for x in (4.2, 4.8)] == [25, 26]
    assert owner_at(window, 1.5, 0.5) == owner_at(window, 2.5, 0.5) == 24
    assert model.selected_units.tolist() == [9]
    after = picture(window)
    assert after.shape != before.shape or (after != before).any()
    check_tables(window, 24 - 3 + 3)
    model.undo()
    settled(qtbot, window)
    assert owner_at(window, 4.2, 1.5) == 10 and owner_at(window, 2.5, 0.5) == 2
    check_tables(window, 24)
    model.redo()
    settled(qtbot, window)
    assert owner_at(window, 4.8, 1.5) == 26
    check_tables(window, 24)


def test_what_is_looked_at_stays_in_view(qtbot, desk):
    window, model = desk, desk.model
    window.map.fit((3 * SIDE, 0, 6 * SIDE, 2 * SIDE))
    seen = window.map.view
    bring(qtbot, window, NEWER_AREAS, changed(model.plan, ["00010"], halves()))
    assert window.map.view == seen
    window.run_command("view.home")
    shapes = np.array([cell(6, 0, 2, 4)], object)
    bring(qtbot, window, MORE_AREAS, as_file(model.plan, shapes, ["N0"]))
    x, y = window.map.view.to_pixels([(8 * SIDE, 4 * SIDE)])[0]
    assert 0 <= x <= window.map.view.width and 0 <= y <= window.map.view.height


def test_edits_and_scenarios_before_the_map_has_caught_up(qtbot, desk):
    window, model = desk, desk.model
    copied = scenarios.copy_scenario(model.plan, model.plan.scenarios[0].id, "Draft")
    model.do(copied)
    source = changed(model.plan, ["00010"], halves())
    made = NEWER_AREAS.prepare(source, model.plan, Choices()).incoming
    model.document.bring(made)  # the map is prepared in a thread meanwhile
    assert window.map.following.prepared.arcs is not model.plan.arcs
    leaf = model.view.leaves[0].id
    new = np.array([24, 25], np.int32)
    model.select_units(new)
    edit = edits.assign(model.plan, model.alignment, new, leaf).edit
    model.preview(Tentative(edit, model.plan, new, np.empty(0, np.int32), leaf))
    model.do(edit)
    model.show_alignment(copied.alignment)
    model.show_alignment(3)
    settled(qtbot, window)
    layer = window.map.following.layer
    assert layer.state.territories[24:].tolist() == [0, 0]
    assert model.selected_units.tolist() == [24, 25]
    model.undo()
    model.undo()
    assert not len(model.selected_units)
    model.show_alignment(copied.alignment)
    settled(qtbot, window)
    assert window.map.following.layer.state.territories[24:].tolist() == [-1, -1]


@pytest.mark.parametrize("colour", ["deviation", "region", "measure:m-population"])
def test_colours_legend_and_pictures_follow(qtbot, desk, colour):
    window, model = desk, desk.model
    keys = [choice.key for choice, _is_on in window.map.colour_list()]
    window.map.following.set_colour_by(next((k for k in keys if k.startswith(colour)), keys[1]))
    bring(qtbot, window, NEWER_AREAS, changed(model.plan, ["00010", "00005"], halves()))
    assert picture(window).any()
    model.undo()
    settled(qtbot, window)
    assert picture(window).any()


def test_customers_without_areas_get_their_first_ones(qtbot, window, at_once, told):
    window.model.open(Document(accounts_only()))
    wait_for_map(qtbot, window)
    model = window.model
    source = as_file(model.plan, np.array([cell(0, 0, 6, 2), cell(0, 2, 6, 2)], object), ["s", "n"])
    bring(qtbot, window, MORE_AREAS, source)
    assert owner_at(window, 1, 1) == 0 and owner_at(window, 1, 3) == 1
    assert len(window.map.following.prepared.spots) == 12
    model.undo()
    qtbot.waitUntil(lambda: window.map.picker is None, timeout=SLOW)
    assert model.plan.arcs is None and picture(window).any() and not told


def test_a_build_uses_the_areas_that_are_present(qtbot, desk):
    window, model = desk, desk.model
    source = changed(model.plan, ["00001", "00002", "00010"], {"M": cell(1, 0, 2, 1), **halves()})
    window.run_command("build.build")
    panel = window.panels["build"]
    bring(qtbot, window, NEWER_AREAS, source)
    try:
        QTest.mouseClick(panel.build_button, LEFT)
        qtbot.waitUntil(lambda: not panel.session.is_running, timeout=SLOW)
        qtbot.waitUntil(lambda: not panel.previewer.is_busy, timeout=SLOW)
        proposed = model.proposal.plan.assignments[model.alignment]
        present = model.plan.units_present
        assert (proposed[present] >= 0).all()
        assert (proposed[~present] == model.view.assignment[~present]).all()
    finally:
        panel.leave()


def check_tables(window, n: int) -> None:
    """The table of areas lists those that are present and no others."""
    areas = window.panels["areas"]
    areas.refill()
    rows = areas.table.table.order
    assert len(rows) == n and window.model.plan.units_present[rows].all()


def test_a_stroke_and_a_build_on_areas_that_came(qtbot, desk):
    window, model = desk, desk.model
    shapes = np.array([cell(6, 0, 2, 2), cell(6, 2, 2, 2)], object)
    bring(qtbot, window, MORE_AREAS, as_file(model.plan, shapes, ["N0", "N1"]))
    assert model.plan.units_present.sum() == 26
    assert model.view.assignment[24:].tolist() == [-1, -1]
    window.run_command("view.home")
    leaf = model.view.leaves[2].id
    model.set_current(leaf)
    window.map.set_tool("brush")
    press_at(window, [24, 25])
    assert model.view.assignment[24:].tolist() == [leaf, leaf]
    model.undo()
    assert model.view.assignment[24:].tolist() == [-1, -1]
    model.undo()
    settled(qtbot, window)
    assert model.plan.units_present.sum() == 24
    assert owner_at(window, 7, 1) == -1
