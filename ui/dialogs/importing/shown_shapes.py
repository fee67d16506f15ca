"""Shapes over the map of an import: overlaps, gaps, outlines and links, however thin they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import shapely
from PySide6 import QtCore, QtGui

from terradesk.importing.prepared import CHANGES, NOTHING, PROBLEM
from terradesk.render.style import Style
from terradesk.render.view import View

_WIDE, _CORE, _MARK = 6.0, 1.8, 11.0  # pixels at 100 % of the band along an edge, its line, marks
_DOT, _SMALL_DOT, _LARGE_DOT = 7.0, 6.0, 10.0  # diameter of what is smaller than `_TINY`
_CROWD, _CELL = 150, 7.0  # shapes from which on dots are small; pixels of a place with one dot
_TINY = 9.0
_AROUND = 20.0
_SOFT, _SOFTER = 90, 70  # of 255
_FILLED = (CHANGES, PROBLEM)
_HATCH = QtCore.Qt.BrushStyle.BDiagPattern
_ROUND_CAP, _ROUND_JOIN = QtCore.Qt.PenCapStyle.RoundCap, QtCore.Qt.PenJoinStyle.RoundJoin


class ShownShapes:
    """Shapes in metres with a state each.

    Parameters
    ----------
    shapes : (k,) object array of shapely geometries
    states : (k,) uint8
    keys : sequence of str
        Of the item each belongs to; may be empty.

    Attributes
    ----------
    bounds : (k, 4) float64
        NaN where a shape is nowhere.
    """

    def __init__(self, shapes: np.ndarray, states: np.ndarray, keys: Iterable[str]) -> None:
        self._shapes, self._states, self._keys = shapes, states, tuple(keys)
        self.bounds = shapely.bounds(shapes).reshape(-1, 4)

    def rows_of(self, keys: Iterable[str]) -> list[int]:
        """Shapes of some items."""
        wanted = set(keys)
        return [k for k, key in enumerate(self._keys) if key in wanted] if wanted else []

    def key_at(self, x: float, y: float, reach: float) -> str:
        """Key of the item of the smallest shape near a point, "" for none; metres."""
        box = self.bounds + np.array([-reach, -reach, reach, reach])
        near = np.flatnonzero(
            (box[:, 0] <= x) & (x <= box[:, 2]) & (box[:, 1] <= y) & (y <= box[:, 3])
        )
        near = near[near < len(self._keys)]
        close = near[shapely.dwithin(self._shapes[near], shapely.Point(x, y), reach)]
        if not len(close):
            return ""
        return self._keys[int(close[np.argmin(shapely.area(self._shapes[close]))])]

    def draw(
        self,
        image: QtGui.QImage,
        view: View,
        inks: Mapping[int, str],
        style: Style,
        marked: frozenset[str],
    ) -> None:
        """Draw into a picture of a view.

        Parameters
        ----------
        image : QImage
        view : View
        inks : mapping of int to str
            ``#RRGGBB`` of each state.
        style : Style
        marked : frozenset of str
            Keys of items whose shapes stand out.
        """
        x0, y0, x1, y1 = view.box
        pad, b = _AROUND * style.pixel_ratio / view.px_per_m, self.bounds
        is_high = (b[:, 1] < y1 + pad) & (b[:, 3] > y0 - pad)
        rows = np.flatnonzero((b[:, 0] < x1 + pad) & (b[:, 2] > x0 - pad) & is_high)
        if not len(rows):
            return
        painter = QtGui.QPainter(image)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        first = set(self.rows_of(marked))
        rows = self._thinned(rows, view, style.pixel_ratio, first)
        pen = _Pen(painter, view, style, len(rows) > _CROWD)
        order = sorted(rows.tolist(), key=lambda k: (k in first, int(self._states[k]) == PROBLEM))
        accent = QtGui.QColor(style.roles["accent"])
        for k in order:
            colour = QtGui.QColor(inks[int(self._states[k])])
            mark = accent if k in first else None
            pen.draw(self._shapes[k], b[k], colour, int(self._states[k]), mark)
        painter.end()

    def _thinned(self, rows: np.ndarray, view: View, ratio: float, kept: set[int]) -> np.ndarray:
        """One of the dots of a state in each place, none of what is not taken; all larger ones."""
        b = self.bounds[rows]
        sides = np.maximum(b[:, 2] - b[:, 0], b[:, 3] - b[:, 1]) * view.px_per_m
        is_dot = (sides < _TINY * ratio) & ~np.isin(rows, list(kept))
        larger, is_dot = rows[~is_dot], is_dot & (self._states[rows] != NOTHING)
        places = view.to_pixels((b[is_dot, :2] + b[is_dot, 2:]) / 2) // (_CELL * ratio)
        with_state = np.column_stack([places, self._states[rows[is_dot]]])
        _places, first = np.unique(with_state, axis=0, return_index=True)
        return np.sort(np.concatenate([larger, rows[is_dot][first]]))


class _Pen:
    """Draws single shapes into a picture."""

    def __init__(self, painter: QtGui.QPainter, view: View, style: Style, is_crowded: bool) -> None:
        self._dot_size, self._dot_edge = (_SMALL_DOT, 0.0) if is_crowded else (_DOT, 1.2)
        self._painter, self._view, self._ratio = painter, view, style.pixel_ratio
        self._halo = QtGui.QColor(style.roles["casing"])
        pad = _AROUND * self._ratio / view.px_per_m
        x0, y0, x1, y1 = view.box
        self._room = x0 - pad, y0 - pad, x1 + pad, y1 + pad
        self._finest = 0.5 * self._ratio / view.px_per_m

    def draw(
        self,
        shape: shapely.Geometry,
        bounds: np.ndarray,
        colour: QtGui.QColor,
        state: int,
        mark: QtGui.QColor | None,
    ) -> None:
        side = max(bounds[2] - bounds[0], bounds[3] - bounds[1]) * self._view.px_per_m
        if side < _TINY * self._ratio:
            self._dot((bounds[:2] + bounds[2:]) / 2, colour, mark)
            return
        is_area = shapely.get_dimensions(shape) == 2
        lines = self._path(shapely.boundary(shape) if is_area else shape)
        if mark is not None:
            self._stroke(lines, _soft(mark, 2 * _SOFT), _MARK)
        if is_area and state in _FILLED:
            self._hatch(shape, colour)
        if state == NOTHING or not is_area:
            self._stroke(lines, _soft(self._halo, 2 * _SOFT), _WIDE - 1)
            self._stroke(lines, colour, _CORE, is_dashed=True)
            return
        self._stroke(lines, _soft(colour, _SOFT), _WIDE)
        self._stroke(lines, colour, _CORE)

    def _dot(self, middle: np.ndarray, colour: QtGui.QColor, mark: QtGui.QColor | None) -> None:
        x, y = self._view.to_pixels(middle)[0].tolist()
        painter, r = self._painter, self._ratio
        size = (self._dot_size if mark is None else _LARGE_DOT) * r
        edge = QtGui.QPen(self._halo, self._dot_edge * r)
        painter.setPen(edge if self._dot_edge else QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(mark or colour)
        painter.drawEllipse(QtCore.QPointF(x, y), size / 2, size / 2)

    def _stroke(
        self, path: QtGui.QPainterPath, colour: QtGui.QColor, wide: float, is_dashed: bool = False
    ) -> None:
        pen = QtGui.QPen(colour, wide * self._ratio)
        pen.setCapStyle(_ROUND_CAP)
        pen.setJoinStyle(_ROUND_JOIN)
        if is_dashed:
            pen.setDashPattern([3.0, 2.5])
        self._painter.strokePath(path, pen)

    def _hatch(self, shape: shapely.Geometry, colour: QtGui.QColor) -> None:
        try:
            part = shapely.clip_by_rect(shape, *self._room)
        except shapely.errors.GEOSException:  # of shapes that cross themselves
            return
        path = self._path(shapely.boundary(part))
        self._painter.fillPath(path, _soft(colour, _SOFTER))
        brush = QtGui.QBrush(colour, _HATCH)
        brush.setTransform(QtGui.QTransform.fromScale(self._ratio, self._ratio))
        self._painter.fillPath(path, brush)

    def _path(self, lines: shapely.Geometry) -> QtGui.QPainterPath:
        """What is seen of lines, no finer than pixels."""
        path = QtGui.QPainterPath()
        path.setFillRule(QtCore.Qt.FillRule.OddEvenFill)
        coarse = shapely.simplify(lines, self._finest, preserve_topology=False)
        seen = shapely.clip_by_rect(coarse, *self._room)
        for line in shapely.get_parts(seen).tolist():
            points = self._view.to_pixels(shapely.get_coordinates(line)).tolist()
            path.addPolygon([QtCore.QPointF(x, y) for x, y in points])
        return path


def _soft(colour: QtGui.QColor, alpha: int) -> QtGui.QColor:
    out = QtGui.QColor(colour)
    out.setAlpha(alpha)
    return out
