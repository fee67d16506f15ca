"""Newer and further boundaries in the real window: map, tables, undo, drawing and building after."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from terradesk.document import Document
from terradesk.importing import Choices
from terradesk.importing.kinds.more_areas import MORE_AREAS
from terradesk.importing.kinds.newer_areas import NEWER_AREAS
from tests.core.kernel import SIDE, grid_plan
from tests.core.vintages import as_file, cell, changed
from tests.ui.driving import SLOW, press_at, wait_for_map
from ui.bringing import Bringing


@pytest.fixture
def desk(qtbot, window, at_once):
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
