"""The desk on maps of unusual shape: each can be seen, pointed at, drawn on and undone."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6 import QtCore

from tests.core.odd_plans import AT_ONE_POINT, ODD_PLANS, all_at_one_point, fiji, in_a_hole
from tests.ui.map_desk import LEFT, NO_KEYS, SHIFT, Desk
from ui.tools import Options

Key = QtCore.Qt.Key


class OddDesk(Desk):
    """A desk whose places are the areas themselves."""

    def at(self, row: int) -> QtCore.QPoint:
        arcs = self.model.plan.arcs
        metres = arcs.centres[row] / 100 + np.array(arcs.origin)
        x, y = self.view.view.to_pixels([metres])[0] / self.view.ratio
        return QtCore.QPoint(round(x), round(y))

    def press_at(self, row: int, keys=NO_KEYS) -> None:
        from PySide6.QtTest import QTest

        QTest.mousePress(self.port, LEFT, keys, self.at(row))

    def release_at(self, row: int, keys=NO_KEYS) -> None:
        from PySide6.QtTest import QTest

        QTest.mouseRelease(self.port, LEFT, keys, self.at(row))

    def click_at(self, row: int, keys=NO_KEYS) -> None:
        self.press_at(row, keys)
        self.release_at(row, keys)


@pytest.fixture(params=list(ODD_PLANS))
def desk(request, qtbot, monkeypatch) -> OddDesk:
    return OddDesk(qtbot, monkeypatch, ODD_PLANS[request.param]())


def test_every_area_is_in_sight_and_under_the_pointer(desk):
    desk.view.fit(desk.view.box_of(np.arange(len(desk.owners))))
    seen = desk.port.rect()
    for row in range(len(desk.owners)):
        assert seen.contains(desk.at(row))
        hovered = []
        desk.model.hovered.connect(hovered.append)
        desk.move_px(desk.at(row), button=QtCore.Qt.MouseButton.NoButton)
        desk.move_px(QtCore.QPoint(1, 1), button=QtCore.Qt.MouseButton.NoButton)
        desk.move_px(desk.at(row), button=QtCore.Qt.MouseButton.NoButton)
        desk.model.hovered.disconnect(hovered.append)
        assert hovered[-1] == row


def test_each_tool_draws_previews_and_is_undone(desk):
    desk.view.fit(desk.view.box_of(np.arange(len(desk.owners))))
    before = desk.owners.copy()
    desk.model.set_current(desk.ids[1])
    for tool in ("brush", "lasso", "rectangle", "eraser"):
        desk.view.set_tool(tool)
        steps = len(desk.model.document.steps)
        around = [desk.at(0) + QtCore.QPoint(dx, dy) for dx, dy in
                  ((-31, -30), (30, -30), (30, 30), (-30, 30))]  # fmt: skip
        desk.drag_px(around[:3] if tool == "rectangle" else around)
        assert len(desk.model.document.steps) == steps + 1
        assert desk.owners[0] == (-1 if tool == "eraser" else desk.ids[1])
        desk.model.undo()
        assert (desk.owners == before).all()
        desk.view.canvas.grab()


def test_a_selection_is_assigned_and_taken_back(desk):
    desk.view.fit(desk.view.box_of(np.arange(len(desk.owners))))
    before = desk.owners.copy()
    last = len(before) - 1
    desk.click_at(last)
    assert desk.model.selected_units.tolist() == [last]
    desk.click_at(0, SHIFT)
    assert desk.model.selected_units.tolist() == sorted({0, last})
    desk.model.set_current(desk.ids[1])
    desk.key(Key.Key_Return)
    assert (desk.owners[[0, last]] == desk.ids[1]).all()
    desk.model.undo()
    assert (desk.owners == before).all()


def test_every_way_of_colouring_can_be_seen_with_its_legend(desk):
    for key, *_rest in desk.view.colour_choices():
        desk.view.set_colour_by(key)
        assert not desk.view.canvas.grab().isNull()
    assert not desk.view.render_image(1.0).isNull()


def test_zooming_to_the_last_centimetre_and_back_keeps_the_map(desk):
    middle = QtCore.QPointF(desk.at(0))
    for _step in range(60):
        desk.view.zoom_at(middle, 1.5)
    desk.view.canvas.grab()
    for _step in range(120):
        desk.view.zoom_at(middle, 1 / 1.5)
    desk.view.canvas.grab()
    desk.view.zoom_home()
    assert desk.port.rect().contains(desk.at(0))


# ---------------------------------------------------------------------- what is special about them
def test_an_area_in_a_hole_is_picked_alone(qtbot, monkeypatch):
    desk = OddDesk(qtbot, monkeypatch, in_a_hole())
    desk.view.zoom_home()
    desk.click_at(1)
    assert desk.model.selected_units.tolist() == [1]


def test_areas_on_both_sides_of_the_date_line_lie_beside_each_other(qtbot, monkeypatch):
    desk = OddDesk(qtbot, monkeypatch, fiji())
    x0, _y0, x1, _y1 = desk.view.box_of(np.arange(3))
    assert x1 - x0 < 700_000
    pairs = desk.model.plan.arcs.adjacency
    neighbours = pairs.neighbours[pairs.starts[0] : pairs.starts[1]].tolist()
    assert 1 in neighbours and 2 in neighbours


def test_accounts_at_one_point_are_all_taken_by_a_shape(qtbot, monkeypatch):
    desk = OddDesk(qtbot, monkeypatch, all_at_one_point())
    desk.view.zoom_home()
    desk.view.set_tool("rectangle")
    desk.view.set_options(Options(selects=True, moves_accounts=True))
    x, y = desk.model.plan.accounts.x[0], desk.model.plan.accounts.y[0]
    px, py = desk.view.view.to_pixels([(x, y)])[0] / desk.view.ratio
    spot = QtCore.QPoint(round(px), round(py))
    desk.drag_px([spot - QtCore.QPoint(20, 20), spot, spot + QtCore.QPoint(20, 20)])
    assert len(desk.model.selected_accounts) == AT_ONE_POINT
