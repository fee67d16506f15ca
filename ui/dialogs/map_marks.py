"""What stands out on a small map: rings around points and around what is too small to be seen."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PySide6 import QtCore, QtGui

from terradesk.render.view import View

from .. import theme

Box = tuple[float, float, float, float]
_FEW_POINTS, _MOST_POINTS = 12, 500
_RING, _SMALL_RING = 8.0, 5.5  # pixels at 100 %: radius; of many
_LEAST = 28.0  # pixels at 100 % below which a box gets a ring
_LEAST_SIDE = 3000.0  # metres that are shown at least
_POINT_SIDE = 40_000.0
_AROUND = 0.35
_WING = 28.0  # degrees between an arrow and its wings


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """What stands out.

    Parameters
    ----------
    box : (x0, y0, x1, y1), optional
        Where it is, metres; None when it has no place.
    units : tuple of int
        Of the plan that is drawn.
    points : (n, 2) float
        Metres.
    keys : frozenset of str
        Of shapes.
    origin : (x, y), optional
        Where the one point comes from, metres.
    note : str
        What the map says of it: why it shows nothing, or not all.
    """

    box: Box | None = None
    units: tuple[int, ...] = ()
    points: np.ndarray = field(default_factory=lambda: np.empty((0, 2)))
    keys: frozenset[str] = frozenset()
    note: str = ""
    origin: tuple[float, float] | None = None

    @property
    def room(self) -> Box:
        """The box with some room around it; points with what is near them."""
        assert self.box is not None
        x0, y0, x1, y1 = self.box
        least = _POINT_SIDE if len(self.points) else _LEAST_SIDE
        side = max(x1 - x0, y1 - y0)
        pad = max(side * _AROUND, (least - side) / 2)
        return x0 - pad, y0 - pad, x1 + pad, y1 + pad


NO_MARK = Marked()


def paint_marks(painter: QtGui.QPainter, view: View, marked: Marked, ratio: float) -> None:
    """Rings around the points, and one around a box that is hardly seen; device pixels."""
    radius = _RING if len(marked.points) <= _FEW_POINTS else _SMALL_RING
    rings = [(at, radius * ratio) for at in view.to_pixels(marked.points[:_MOST_POINTS]).tolist()]
    if marked.box is not None and not rings:
        corners = view.to_pixels([marked.box[:2], marked.box[2:]])
        size = float(np.abs(corners[1] - corners[0]).max())
        if size < _LEAST * ratio:
            middle = corners.mean(axis=0).tolist()
            rings.append((middle, (size / 2 + _RING * ratio)))
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    thin = radius / _RING
    way = _way(view, marked, radius * ratio)
    for colour, wide in ((theme.colour("halo"), 4.5 * thin), (theme.colour("accent"), 2.2 * thin)):
        painter.setPen(QtGui.QPen(colour, wide * ratio))
        painter.drawPath(way)
        for (x, y), around in rings:
            painter.drawEllipse(QtCore.QPointF(x, y), around, around)


def _way(view: View, marked: Marked, radius: float) -> QtGui.QPainterPath:
    """An arrow from where a point comes from to the ring around it; device pixels."""
    path = QtGui.QPainterPath()
    if marked.origin is None or not len(marked.points):
        return path
    (ax, ay), (bx, by) = view.to_pixels([marked.origin, marked.points[0]]).tolist()
    line = QtCore.QLineF(ax, ay, bx, by)
    if line.length() < 3 * radius:
        return path
    line.setLength(line.length() - radius)
    path.addEllipse(line.p1(), radius / 3, radius / 3)
    path.moveTo(line.p1())
    path.lineTo(line.p2())
    for side in (-1, 1):
        wing = QtCore.QLineF(line.p2(), line.p1())
        wing.setAngle(wing.angle() + side * _WING)
        wing.setLength(radius)
        path.moveTo(line.p2())
        path.lineTo(wing.p2())
    return path
