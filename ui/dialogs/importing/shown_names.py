"""Names on the map of an import: of its areas where few are in sight, and of cities."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6 import QtCore, QtGui

from terradesk.render.basemap import BaseMap
from terradesk.render.names import city_names
from terradesk.render.style import Style
from terradesk.render.view import View

_MOST = 45  # units in sight whose names are shown
_COARSE = 4  # pixels between those that are looked at
_UNIT_PX, _CITY_PX = 11.0, 10.5
_HALO = 2.6
_PAD = 3.0
_Box = tuple[float, float, float, float]


def draw_names(
    image: QtGui.QImage,
    view: View,
    ids: np.ndarray,
    names: np.ndarray,
    base: BaseMap | None,
    style: Style,
    edge: int,
) -> None:
    """Draw the names of areas and cities into a picture of a view.

    Parameters
    ----------
    image : QImage
    view : View
    ids : (height, width) int32
        Unit of each pixel, -1 outside.
    names : (n_units,) object (str)
    base : BaseMap or None
        With the cities.
    style : Style
    edge : int
        Pixels along the edges that are out of sight: no areas are named there.
    """
    painter = QtGui.QPainter(image)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    pen, taken = _Pen(painter, style), list[_Box]()
    inner = ids[edge : ids.shape[0] - edge, edge : ids.shape[1] - edge]
    for name, x, y, room in _units(inner, names):
        x, y = x + edge, y + edge
        box = pen.box(name, x, y, _UNIT_PX)
        if box[2] - box[0] <= room and _is_free(box, taken):
            taken.append(box)
            pen.write(name, x, y, _UNIT_PX, "label")
    if base is not None:
        _draw_cities(pen, view, base, taken, style)
    painter.end()


def _units(ids: np.ndarray, names: np.ndarray) -> Iterator[tuple[str, float, float, float]]:
    """Name, place and room in pixels of the units in sight, the largest first; none of many."""
    coarse = ids[::_COARSE, ::_COARSE]
    sizes = np.bincount(coarse.ravel() + 1, minlength=len(names) + 1)[1:]
    rows = np.flatnonzero(sizes)
    if len(rows) > _MOST:
        return
    for unit in rows[np.argsort(-sizes[rows], kind="stable")].tolist():
        y, x = np.nonzero(coarse == unit)
        k = int(np.argmin(np.abs(x - np.median(x)) + np.abs(y - np.median(y))))
        room = float((y == y[k]).sum()) * _COARSE
        yield str(names[unit]), float(x[k]) * _COARSE, float(y[k]) * _COARSE, room


def _draw_cities(pen: _Pen, view: View, base: BaseMap, taken: list[_Box], style: Style) -> None:
    r = style.pixel_ratio
    for one in city_names(base, view, taken, lambda name: pen.width(name, _CITY_PX), r):
        pen.dot(one.x, one.y)
        wide = pen.width(one.name, _CITY_PX)
        pen.write(one.name, one.x + 6 * r + wide / 2, one.y, _CITY_PX, "place")


def _is_free(box: _Box, taken: list[_Box]) -> bool:
    return all(
        box[0] >= other[2] or box[2] <= other[0] or box[1] >= other[3] or box[3] <= other[1]
        for other in taken
    )


class _Pen:
    """Writes with a halo."""

    def __init__(self, painter: QtGui.QPainter, style: Style) -> None:
        self._painter, self._style, self._ratio = painter, style, style.pixel_ratio
        self._halo = QtGui.QPen(_colour(style.roles["halo"]), _HALO * self._ratio)
        self._halo.setJoinStyle(QtCore.Qt.PenJoinStyle.RoundJoin)

    def _font(self, size: float) -> QtGui.QFont:
        font = QtGui.QFont()
        font.setPixelSize(round(size * self._ratio))
        return font

    def width(self, text: str, size: float) -> float:
        """Device pixels."""
        return QtGui.QFontMetricsF(self._font(size)).horizontalAdvance(text)

    def box(self, text: str, x: float, y: float, size: float) -> _Box:
        """Around a text that has its middle at a point."""
        wide, pad = self.width(text, size) / 2, _PAD * self._ratio
        high = size * self._ratio / 2
        return x - wide - pad, y - high - pad, x + wide + pad, y + high + pad

    def write(self, text: str, x: float, y: float, size: float, role: str) -> None:
        """A text with its middle at a point."""
        font, path = self._font(size), QtGui.QPainterPath()
        at = QtCore.QPointF(x - self.width(text, size) / 2, y + 0.36 * size * self._ratio)
        path.addText(at, font, text)
        self._painter.strokePath(path, self._halo)
        self._painter.fillPath(path, _colour(self._style.roles[role]))

    def dot(self, x: float, y: float) -> None:
        """The place of a city."""
        self._painter.setPen(QtGui.QPen(_colour(self._style.roles["halo"]), self._ratio))
        self._painter.setBrush(_colour(self._style.roles["place"]))
        self._painter.drawEllipse(QtCore.QPointF(x, y), 2.2 * self._ratio, 2.2 * self._ratio)


def _colour(text: str) -> QtGui.QColor:
    out = QtGui.QColor(text[:7])
    if len(text) == 9:
        out.setAlpha(int(text[7:9], 16))
    return out
