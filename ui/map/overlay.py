"""What is drawn over the map: shapes of gestures, ghosts, shadows, focus."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PySide6 import QtCore, QtGui

from terradesk.arcs import Arcs
from terradesk.render import View
from terradesk.render.flags import CLOTH, HIGH
from ui.tools import Shape

from .. import theme

_GHOST_MOST = 400  # units above which the ghost is drawn as their boxes' outline only
_HANDLE_PX, _TEXT_PX = 10.0, 260.0  # how far handles and texts reach from their points
_FAR = 100_000.0
Painter = QtGui.QPainter


def draw_shape(painter: Painter, shape: Shape, view: View, ratio: float) -> None:
    """Draw a tool's shape other than a ghost; the painter works in device pixels."""
    points = view.to_pixels(shape.points)
    if len(points):
        _DRAWN[shape.kind](painter, shape, points, view, ratio)


def bounds(shape: Shape, view: View, ratio: float) -> tuple[int, int, int, int] | None:
    """Device pixels that a shape covers: left, top, right, bottom; None where that is not known."""
    if shape.kind == "ghost" or not len(shape.points):
        return None
    points = view.to_pixels(shape.points)
    reach = shape.radius * view.px_per_m + _HANDLE_PX * ratio
    if any(shape.texts):
        reach = max(reach, 0.0) + _TEXT_PX * ratio
    return _edges(points, reach)


def around(box: tuple[float, ...], view: View, reach: float) -> tuple[int, int, int, int]:
    """Device pixels of a box in metres and some more: left, top, right, bottom."""
    return _edges(view.to_pixels([box[:2], box[2:]]), reach)


def _edges(points: np.ndarray, reach: float) -> tuple[int, int, int, int]:
    low, high = points.min(axis=0) - reach, points.max(axis=0) + reach
    edges = np.clip([*np.floor(low), *np.ceil(high)], -_FAR, _FAR).astype(int).tolist()
    return edges[0], edges[1], edges[2], edges[3]


def _brush(painter: Painter, shape: Shape, points: np.ndarray, view: View, ratio: float) -> None:
    radius = shape.radius * view.px_per_m
    path = QtGui.QPainterPath()
    path.addEllipse(QtCore.QPointF(*points[0]), radius, radius)
    _cased(painter, path, 3.6 * ratio, 1.6 * ratio)


def _lasso(painter: Painter, shape: Shape, points: np.ndarray, view: View, ratio: float) -> None:
    path = _path([points], True)
    painter.fillPath(path, _soft(36))
    _cased(painter, path, 3.6 * ratio, 1.6 * ratio)


def _polygon(painter: Painter, shape: Shape, points: np.ndarray, view: View, ratio: float) -> None:
    """Sides that are clicked stand firm; those to the pointer are dashed."""
    corners = points[:-1]
    if len(points) > 2:
        painter.fillPath(_path([points], True), _soft(30))
    band = [points[-2:]] if len(corners) else []
    if len(corners) > 1:
        band.append(points[[-1, 0]])
    _dashed(painter, _path(band, False), ratio)
    if len(corners) > 1:
        _cased(painter, _path([corners], False), 3.6 * ratio, 1.6 * ratio)
    for corner in corners:
        _handle(painter, corner, 3.5 * ratio, ratio)
    if shape.is_closing and len(corners):
        _handle(painter, corners[0], 6 * ratio, ratio, True)


def _circle(painter: Painter, shape: Shape, points: np.ndarray, view: View, ratio: float) -> None:
    radius = shape.radius * view.px_per_m
    path = QtGui.QPainterPath()
    path.addEllipse(QtCore.QPointF(*points[0]), radius, radius)
    painter.fillPath(path, _soft(30))
    _cased(painter, path, 3.6 * ratio, 1.6 * ratio)
    _dashed(painter, _path([points[[0, -1]]], False), ratio)
    _handle(painter, points[0], 3 * ratio, ratio)
    if shape.texts:
        tell(painter, shape.texts[0], points[-1], view, ratio)


def _line(painter: Painter, shape: Shape, points: np.ndarray, view: View, ratio: float) -> None:
    """A line that cuts."""
    path = _path([points], False)
    painter.strokePath(path, _pen("casing", 4.6 * ratio))
    painter.strokePath(path, _pen("select", 2 * ratio, (4, 3)))
    for end in points[[0, -1]]:
        _handle(painter, end, 3 * ratio, ratio)


def _flag(painter: Painter, shape: Shape, points: np.ndarray, view: View, ratio: float) -> None:
    cloth = np.array(CLOTH) * ratio + points[0]
    pole = np.array([(0.0, -HIGH), (0.0, 0.0)]) * ratio + points[0]
    path = _path([cloth], True)
    painter.fillPath(path, _soft(200))
    path.addPath(_path([pole], False))
    _cased(painter, path, 3.6 * ratio, 1.6 * ratio)
    _handle(painter, points[0], 2.5 * ratio, ratio)


def _measure(painter: Painter, shape: Shape, points: np.ndarray, view: View, ratio: float) -> None:
    """A line with what each leg, and in the end all of them, come to."""
    if len(points) > 2:
        _cased(painter, _path([points[:-1]], False), 3.6 * ratio, 1.6 * ratio)
    if len(points) > 1:
        _dashed(painter, _path([points[-2:]], False), ratio)
    for corner in points:
        _handle(painter, corner, 3.5 * ratio, ratio)
    for text, at in zip(shape.texts, points, strict=False):
        tell(painter, text, at, view, ratio)


def _dashed(painter: Painter, path: QtGui.QPainterPath, ratio: float) -> None:
    painter.strokePath(path, _pen("casing", 3 * ratio))
    painter.strokePath(path, _pen("select", 1.4 * ratio, (4, 3)))


def _handle(
    painter: Painter, at: np.ndarray, radius: float, ratio: float, is_full: bool = False
) -> None:
    """A corner: a small disc in the casing's colour with an accent edge, or the other way."""
    painter.setPen(_pen("casing" if is_full else "select", 1.6 * ratio))
    painter.setBrush(theme.colour("select" if is_full else "casing"))
    painter.drawEllipse(QtCore.QPointF(*at), radius, radius)
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)


def tell(painter: Painter, text: str, at: np.ndarray, view: View, ratio: float) -> None:
    """A short text in a pill beside a point, on the side where there is room."""
    if not text:
        return
    font = theme.font(12)
    metrics = QtGui.QFontMetricsF(font)
    wide, high = metrics.horizontalAdvance(text) + 14, 22.0
    x, y = at[0] / ratio + 10, at[1] / ratio - 10 - high
    if x + wide > view.width / ratio - 4:
        x = at[0] / ratio - 10 - wide
    if y < 4:
        y = at[1] / ratio + 10
    painter.save()
    painter.scale(ratio, ratio)
    box = QtCore.QRectF(x, y, wide, high)
    painter.setPen(QtGui.QPen(theme.colour("select"), 1))
    painter.setBrush(theme.colour("raised"))
    painter.drawRoundedRect(box, 6, 6)
    painter.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)
    painter.setFont(font)
    painter.setPen(theme.colour("text"))
    painter.drawText(box, QtCore.Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


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


def _box(painter: Painter, shape: Shape, points: np.ndarray, view: View, ratio: float) -> None:
    """A box; dashed where it takes everything it touches."""
    rect = QtCore.QRectF(QtCore.QPointF(*points[0]), QtCore.QPointF(*points[1])).normalized()
    path = QtGui.QPainterPath()
    path.addRect(rect)
    painter.fillPath(path, _soft(30))
    painter.strokePath(path, _pen("casing", 3 * ratio))
    painter.strokePath(path, _pen("select", 1.4 * ratio, (4, 3) if shape.is_touching else ()))


_DRAWN: dict[str, Callable[[Painter, Shape, np.ndarray, View, float], None]] = {
    "brush": _brush,
    "box": _box,
    "lasso": _lasso,
    "polygon": _polygon,
    "circle": _circle,
    "line": _line,
    "measure": _measure,
    "flag": _flag,
}


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

    def draw_shape(
        self, painter: Painter, shape: Shape, view: View, arcs: Arcs, ratio: float
    ) -> None:
        """Draw any gesture's shape, this one from what is kept."""
        if shape.kind == "ghost":
            self.draw(painter, shape, view, arcs, ratio)
        else:
            draw_shape(painter, shape, view, ratio)

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


def draw_focus(painter: Painter, width: int, ratio: float) -> None:
    """A thin accent edge at the top: keys go to the map."""
    painter.fillRect(QtCore.QRectF(0, 0, width, 2 * ratio), theme.colour("accent"))


_BLUR, _DROP = 12, 3


def draw_shadow(painter: Painter, rect: QtCore.QRectF, radius: float, ratio: float) -> None:
    """Soft shadow under something that floats; effects of Qt would blur it anew each frame.

    What lies flat on the map has a radius below 0, and none.
    """
    if radius < 0:
        return
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
