"""Markers: the ring around the area that keys act on, and a pulse where something was found."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.arcs import Arcs
from terradesk.render import View

from .. import theme
from ..shield import safely
from .item import MapItem

PULSE_MS = 1100
_EXTENT = 32_768.0
_FRAME_MS = 16
_LEAST_PX = 16.0  # a ring around something smaller gets a circle too
_WAVES = 2


def outline(arcs: Arcs, unit: int, view: View) -> QtGui.QPainterPath:
    """The border of a unit in device pixels from the origin of the arcs."""
    path = QtGui.QPainterPath()
    line = arcs.levels[arcs.level(1 / view.scale)]
    for arc in arcs.unit_arcs[arcs.unit_starts[unit] : arcs.unit_starts[unit + 1]]:
        xy = line.xy[line.offsets[arc] : line.offsets[arc + 1]] * view.scale
        points = [QtCore.QPointF(x, -y) for x, y in xy.tolist()]
        path.addPolygon(QtGui.QPolygonF(points))
    return path


class Markers(pg.GraphicsObject):
    """Drawn over the picture of the map, in the same pass.

    Parameters
    ----------
    item : MapItem
        Knows view and arcs.
    """

    def __init__(self, item: MapItem) -> None:
        super().__init__()
        self._item = item
        self.unit = -1
        self._path: tuple[object, QtGui.QPainterPath] = (None, QtGui.QPainterPath())
        self._spot: tuple[float, float] | None = None
        self._is_still = False
        self._clock = QtCore.QElapsedTimer()
        self._timer = QtCore.QTimer(self, interval=_FRAME_MS)
        self._timer.timeout.connect(self._tick)
        self.setZValue(10)

    def boundingRect(self) -> QtCore.QRectF:
        return QtCore.QRectF(0, 0, _EXTENT, _EXTENT)

    def set_unit(self, unit: int) -> None:
        """Put the ring around another unit, -1 for none."""
        if unit != self.unit:
            self.unit = unit
            self.update()

    def pulse(self, x: float, y: float, is_still: bool) -> None:
        """Mark a place in metres for a moment; a still mark does not move."""
        self._spot, self._is_still = (x, y), is_still
        self._clock.start()
        self._timer.start(PULSE_MS if is_still else _FRAME_MS)
        self.update()

    @property
    def is_pulsing(self) -> bool:
        """Whether a place is marked now."""
        return self._spot is not None

    def _tick(self) -> None:
        if self._clock.elapsed() >= PULSE_MS:
            self._timer.stop()
            self._spot = None
        self.update()

    # ------------------------------------------------------------------ painting
    @safely
    def paint(
        self,
        painter: QtGui.QPainter,
        option: QtWidgets.QStyleOptionGraphicsItem,
        widget: QtWidgets.QWidget | None = None,
    ) -> None:
        layer = self._item.layer
        if layer is None or (self.unit < 0 and self._spot is None):
            return
        ratio = painter.device().devicePixelRatio()
        painter.save()
        painter.resetTransform()
        painter.scale(1 / ratio, 1 / ratio)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        if 0 <= self.unit < layer.arcs.n_units:
            self._ring(painter, layer.arcs, self._item.style.pixel_ratio)
        if self._spot is not None:
            self._waves(painter, self._item.style.pixel_ratio)
        painter.restore()

    def _ring(self, painter: QtGui.QPainter, arcs: Arcs, ratio: float) -> None:
        view = self._item.view
        key = (self.unit, view.scale, id(arcs))
        if key != self._path[0]:
            self._path = (key, outline(arcs, self.unit, view))
        path = self._path[1].translated(-view.kx, view.ky)
        box = path.boundingRect()
        if max(box.width(), box.height()) < _LEAST_PX * ratio:
            path = QtGui.QPainterPath()
            path.addEllipse(box.center(), _LEAST_PX * ratio, _LEAST_PX * ratio)
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        for role, width, dashes in (("casing", 5.0, ()), ("text", 2.4, (2.2, 1.4))):
            pen = QtGui.QPen(theme.colour(role), width * ratio)
            pen.setJoinStyle(QtCore.Qt.PenJoinStyle.RoundJoin)
            if dashes:
                pen.setDashPattern(dashes)
                pen.setCapStyle(QtCore.Qt.PenCapStyle.FlatCap)
            painter.strokePath(path, pen)

    def _waves(self, painter: QtGui.QPainter, ratio: float) -> None:
        assert self._spot is not None
        x, y = self._item.view.to_pixels(np.array([self._spot]))[0]
        at = QtCore.QPointF(x, y)
        share = 0.5 if self._is_still else min(self._clock.elapsed() / PULSE_MS, 1.0)
        phase = share * _WAVES % 1.0
        radius = (7 + 21 * phase) * ratio
        strong = 1.0 if self._is_still else 1.0 - phase**2
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        for role, width in (("casing", 5.0), ("select", 2.6)):
            ink = theme.colour(role)
            ink.setAlphaF(ink.alphaF() * strong)
            painter.setPen(QtGui.QPen(ink, width * ratio))
            painter.drawEllipse(at, radius, radius)
        painter.setPen(QtGui.QPen(theme.colour("casing"), 2 * ratio))
        painter.setBrush(theme.colour("select"))
        painter.drawEllipse(at, 4.5 * ratio, 4.5 * ratio)
