"""Asking the widgets of a scene to paint something again, and no more of the window than that."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6 import QtCore, QtWidgets

from terradesk.render.frame import Rect

EXTENT = 32_768.0
"""Of the constant bounding rectangle, pixels."""


class Repainting(pg.GraphicsObject):
    """Something as large as the map; straight to the widget, the scene need not look for it."""

    def boundingRect(self) -> QtCore.QRectF:
        return QtCore.QRectF(0, 0, EXTENT, EXTENT)

    def update(self) -> None:
        """Paint all of it again."""
        for widget in self._widgets():
            widget.update()

    def update_at(self, rect: Rect | None, ratio: float) -> None:
        """Paint a rectangle in device pixels again, ``ratio`` of them per pixel; None for all."""
        if rect is None:
            self.update()
            return
        left, top = int(rect[0] // ratio) - 1, int(rect[1] // ratio) - 1
        right, bottom = int(-(-rect[2] // ratio)) + 1, int(-(-rect[3] // ratio)) + 1
        for widget in self._widgets():
            widget.update(QtCore.QRect(left, top, right - left, bottom - top))

    def _widgets(self) -> list[QtWidgets.QWidget]:
        scene = self.scene()
        return [view.viewport() for view in scene.views()] if scene is not None else []
