"""What is drawn over the map: brush, box, lasso, ghost, rings of accounts, shadows, focus."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6 import QtCore, QtGui

from terradesk.arcs import Arcs
from terradesk.render import View
from ui.tools import Shape

from .. import theme

_GHOST_MOST = 400  # units above which the ghost is drawn as their boxes' outline only
Painter = QtGui.QPainter


def draw_shape(painter: Painter, shape: Shape, view: View, ratio: float) -> None:
    """Draw a tool's shape other than a ghost; the painter works in device pixels."""
    points = view.to_pixels(shape.points)
    if shape.kind == "brush":
        radius = shape.radius * view.px_per_m
        path = QtGui.QPainterPath()
        path.addEllipse(QtCore.QPointF(*points[0]), radius, radius)
        _cased(painter, path, 3.6 * ratio, 1.6 * ratio)
    elif shape.kind == "box":
        _box(painter, points, shape.is_touching, ratio)
    elif shape.kind == "lasso":
        path = _path([points], True)
        painter.fillPath(path, _soft(36))
        _cased(painter, path, 3.6 * ratio, 1.6 * ratio)


def _soft(alpha: int) -> QtGui.QColor:
    out = QtGui.QColor(theme.colour("select"))
    out.setAlpha(alpha)
    return out


def _pen(role: str, width: float, dashes: tuple[float, ...] = ()) -> QtGui.QPen:
    pen = QtGui.QPen(theme.colour(role), width)
    pen.setJoinStyle(QtCore.Qt.PenJoinStyle.RoundJoin)
    if dashes:
        pen.setDashPattern(dashes)
    return pen


def _cased(painter: Painter, path: QtGui.QPainterPath, casing: float, core: float) -> None:
    painter.strokePath(path, _pen("casing", casing))
    painter.strokePath(path, _pen("select", core))


def _box(painter: Painter, points: np.ndarray, is_touching: bool, ratio: float) -> None:
    """A box; dashed where it takes everything it touches."""
    rect = QtCore.QRectF(QtCore.QPointF(*points[0]), QtCore.QPointF(*points[1])).normalized()
    path = QtGui.QPainterPath()
    path.addRect(rect)
    painter.fillPath(path, _soft(30))
    painter.strokePath(path, _pen("casing", 3 * ratio))
    painter.strokePath(path, _pen("select", 1.4 * ratio, (4, 3) if is_touching else ()))


def _path(rings: list[np.ndarray], close: bool) -> QtGui.QPainterPath:
    path = QtGui.QPainterPath()
    for ring in rings:
        path.addPolygon(QtGui.QPolygonF([QtCore.QPointF(x, y) for x, y in ring]))
        if close:
            path.closeSubpath()
    return path


class Ghost:
    """Outline of what is dragged, made once per gesture and scale, moved along with the pointer."""

    def __init__(self) -> None:
        self._key: object = None
        self._path = QtGui.QPainterPath()

    def draw(self, painter: Painter, shape: Shape, view: View, arcs: Arcs, ratio: float) -> None:
        """Draw it; the painter works in device pixels."""
        if not len(shape.rows):
            return
        key = (shape.rows.tobytes(), view.scale)
        if key != self._key:
            self._key, self._path = key, _outline(shape.rows, view, arcs)
        ends = view.to_pixels(shape.points)
        dx, dy = ends[-1] - ends[0]
        path = self._path.translated(dx - view.kx, dy + view.ky)
        painter.fillPath(path, _soft(54))
        painter.strokePath(path, _pen("casing", 3 * ratio))
        painter.strokePath(path, _pen("select", 1.4 * ratio, (4, 3)))


def _outline(rows: np.ndarray, view: View, arcs: Arcs) -> QtGui.QPainterPath:
    """Outer lines of a group of units, in device pixels from the origin of the arcs."""
    rings = _boxes(rows, arcs) if len(rows) > _GHOST_MOST else _rings(rows, view, arcs)
    place = np.array([view.kx, -view.ky])
    return _path([view.to_pixels(ring) + place for ring in rings], True)


def _boxes(rows: np.ndarray, arcs: Arcs) -> list[np.ndarray]:
    boxes = arcs.unit_boxes[rows].astype(np.float64) / 100
    x0, y0 = boxes[:, :2].min(axis=0) + arcs.origin
    x1, y1 = boxes[:, 2:].max(axis=0) + arcs.origin
    return [np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])]


def _rings(rows: np.ndarray, view: View, arcs: Arcs) -> list[np.ndarray]:
    """Rings in metres of the union of units, without detail below a pixel."""
    import shapely

    from terradesk.arcs.outlines import polygons

    labels = np.full(arcs.n_units, -1, np.int32)
    labels[rows] = 0
    whole = shapely.simplify(polygons(arcs, labels, 1)[0], 0.7 / view.px_per_m)
    lines = shapely.get_rings(shapely.get_parts(whole))
    return [shapely.get_coordinates(line) for line in lines]


def draw_rings(painter: Painter, at: np.ndarray, inks: list[QtGui.QColor], size: float) -> None:
    """A ring around each account; device pixels."""
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    for (x, y), ink in zip(at, inks, strict=True):
        spot = QtCore.QPointF(x, y)
        painter.setPen(QtGui.QPen(theme.colour("casing"), size * 0.6))
        painter.drawEllipse(spot, size, size)
        painter.setPen(QtGui.QPen(ink, size * 0.32))
        painter.drawEllipse(spot, size, size)


def draw_focus(painter: Painter, width: int, ratio: float) -> None:
    """A thin accent edge at the top: keys go to the map."""
    painter.fillRect(QtCore.QRectF(0, 0, width, 2 * ratio), theme.colour("accent"))


_BLUR, _DROP = 12, 3


def draw_shadow(painter: Painter, rect: QtCore.QRectF, radius: float, ratio: float) -> None:
    """Soft shadow under something that floats; effects of Qt would blur it anew each frame."""
    size = rect.size().toSize()
    picture = _shadow(size.width(), size.height(), radius, ratio, theme.is_dark())
    corner = (rect.topLeft() - QtCore.QPointF(_BLUR, _BLUR - _DROP)) * ratio
    painter.drawPixmap(corner.toPoint(), picture)


@lru_cache(maxsize=64)
def _shadow(width: int, height: int, radius: float, ratio: float, dark: bool) -> QtGui.QPixmap:
    out = QtGui.QPixmap(round((width + 2 * _BLUR) * ratio), round((height + 2 * _BLUR) * ratio))
    out.fill(QtCore.Qt.GlobalColor.transparent)
    painter = QtGui.QPainter(out)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    painter.scale(ratio, ratio)
    painter.setPen(QtCore.Qt.PenStyle.NoPen)
    inner = QtCore.QRectF(_BLUR, _BLUR, width, height)
    strong = 0.4 if dark else 0.11
    for step in range(_BLUR, 0, -2):
        ink = QtGui.QColor(0, 0, 0)
        ink.setAlphaF(strong * 3.2 / _BLUR * (1 - step / (_BLUR + 2)))
        painter.setBrush(ink)
        painter.drawRoundedRect(
            inner.adjusted(-step, -step, step, step), radius + step, radius + step
        )
    painter.end()
    return out
