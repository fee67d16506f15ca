"""A map on a grid plan, and real mouse and key events for it."""

from __future__ import annotations

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

from terradesk.document import Document
from terradesk.plan import Plan
from tests.core.kernel import SIDE, grid_plan
from ui.document_model import DocumentModel
from ui.map import MapView, preparing

NO_KEYS = QtCore.Qt.KeyboardModifier.NoModifier
LEFT = QtCore.Qt.MouseButton.LeftButton
MIDDLE = QtCore.Qt.MouseButton.MiddleButton
SHIFT = QtCore.Qt.KeyboardModifier.ShiftModifier
CTRL = QtCore.Qt.KeyboardModifier.ControlModifier


def no_base(*_args: object) -> None:
    """The world's base map takes a while to cut out; the grid needs none."""


class Desk:
    """A shown map with a plan, and gestures in units of squares from the lower left."""

    def __init__(self, qtbot, monkeypatch, plan: Plan | None = None, size=(900, 640)) -> None:
        monkeypatch.setattr(preparing, "base_map", no_base)
        self.model = DocumentModel()
        self.view = MapView(self.model)
        qtbot.addWidget(self.view, before_close_func=lambda _view: self.model.close())
        self.view.resize(*size)
        self.view.show()
        self.bot = qtbot
        self.open(plan if plan is not None else grid_plan())

    def open(self, plan: Plan) -> None:
        self.model.open(Document(plan))
        self.bot.waitUntil(lambda: self.view.is_ready, timeout=60_000)

    @property
    def ids(self) -> list[int]:
        return [t.id for t in self.model.view.leaves]

    @property
    def owners(self) -> np.ndarray:
        return self.model.view.assignment

    @property
    def port(self) -> QtWidgets.QWidget:
        return self.view.canvas.viewport()

    def px(self, column: float, row: float) -> QtCore.QPoint:
        x, y = self.view.view.to_pixels([(column * SIDE, row * SIDE)])[0] / self.view.ratio
        return QtCore.QPoint(round(x), round(y))

    def press(self, column: float, row: float, keys=NO_KEYS, button=LEFT) -> None:
        QTest.mousePress(self.port, button, keys, self.px(column, row))

    def release(self, column: float, row: float, keys=NO_KEYS, button=LEFT) -> None:
        QTest.mouseRelease(self.port, button, keys, self.px(column, row))

    def move(self, column: float, row: float, keys=NO_KEYS, button=LEFT) -> None:
        self.move_px(self.px(column, row), keys, button)

    def move_px(self, at: QtCore.QPoint, keys=NO_KEYS, button=LEFT) -> None:
        event = QtGui.QMouseEvent(
            QtCore.QEvent.Type.MouseMove,
            QtCore.QPointF(at),
            QtCore.QPointF(self.port.mapToGlobal(at)),
            QtCore.Qt.MouseButton.NoButton,
            button,
            keys,
        )
        QtWidgets.QApplication.sendEvent(self.port, event)

    def hover(self, column: float, row: float) -> None:
        self.move(column, row, button=QtCore.Qt.MouseButton.NoButton)

    def drag(self, *points: tuple[float, float], keys=NO_KEYS) -> None:
        self.press(*points[0], keys)
        for point in points[1:]:
            self.move(*point, keys)
        self.release(*points[-1], keys)

    def drag_px(self, points: list[QtCore.QPoint], keys=NO_KEYS) -> None:
        """A drag by points of the widget."""
        QTest.mousePress(self.port, LEFT, keys, points[0])
        for point in points[1:]:
            self.move_px(point, keys)
        QTest.mouseRelease(self.port, LEFT, keys, points[-1])

    def click(self, column: float, row: float, keys=NO_KEYS) -> None:
        self.drag((column, row), keys=keys)

    def key(self, key: QtCore.Qt.Key, keys=NO_KEYS) -> None:
        QTest.keyClick(self.view.canvas, key, keys)

    def wheel(self, at: QtCore.QPoint, turn: int, pixels: int = 0, keys=NO_KEYS) -> None:
        event = QtGui.QWheelEvent(
            QtCore.QPointF(at),
            QtCore.QPointF(self.port.mapToGlobal(at)),
            QtCore.QPoint(0, pixels),
            QtCore.QPoint(0, turn),
            QtCore.Qt.MouseButton.NoButton,
            keys,
            QtCore.Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QtWidgets.QApplication.sendEvent(self.port, event)

    def colour_at(self, column: float, row: float) -> str:
        """Colour of the map at a place, as it is painted."""
        image = self.view.canvas.grab().toImage()
        return image.pixelColor(
            self.px(column, row) * self.view.canvas.grab().devicePixelRatio()
        ).name()

    def card(self) -> str:
        """The card in one text, "" while it is hidden."""
        card = self.view.floats.card
        if not card.isVisible():
            return ""
        return "; ".join(
            " ".join(filter(None, (line.text, line.target, line.before, line.after)))
            for line in card.lines()
        )
