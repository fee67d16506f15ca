"""What a newcomer meets in the first minutes on the map."""

from __future__ import annotations

import pytest
from PySide6 import QtCore, QtGui, QtWidgets

from tests.ui.map_desk import Desk

Key = QtCore.Qt.Key


@pytest.fixture
def desk(qtbot, monkeypatch) -> Desk:
    return Desk(qtbot, monkeypatch)


def test_resting_the_pointer_on_the_map_asks_for_a_tooltip_and_goes_on(desk):
    at = desk.px(1.5, 1.5)
    kind = QtCore.QEvent.Type.ToolTip
    event = QtGui.QHelpEvent(kind, at, desk.port.mapToGlobal(at))
    QtWidgets.QApplication.sendEvent(desk.port, event)
    desk.hover(1.5, 1.5)
    assert desk.view.following.layer is not None


def test_nothing_of_qt_is_hidden_by_an_attribute(desk):
    """Qt calls methods such as shape() by name: a plain attribute of that name crashes it."""
    item = desk.view.item
    of_qt = set(dir(QtWidgets.QGraphicsObject))
    hidden = [n for n, v in vars(item).items() if n in of_qt and not hasattr(v, "emit")]
    assert hidden == []
