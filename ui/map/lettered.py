"""Pictures of names where they stand on the map, and which rectangles changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6 import QtCore, QtGui

from terradesk.render import Style, View
from terradesk.render.frame import Rect

from .. import theme

_LEADER_PAD = 4
MOST_PICTURES = 3000  # figures change with each edit: the pictures of old ones must go

Make = Callable[[], QtGui.QImage]


@dataclass(frozen=True, slots=True)
class Lettered:
    """A picture of a name and where it stands.

    Parameters
    ----------
    key : tuple
        Of its picture.
    make : callable
        Draws the picture.
    x, y : float
        The point that keeps its place on the map when zooming, map pixels.
    dx, dy : float
        From there to the left top corner of the picture.
    wide, high : int
        Of the picture, or somewhat more.
    start : tuple of float, optional
        Where a leader to the name starts, map pixels.
    reach : float
        Half the width of the text, where a leader ends.
    """

    key: tuple[object, ...]
    make: Make
    x: float
    y: float
    dx: float
    dy: float
    wide: int
    high: int
    start: tuple[float, float] | None = None
    reach: float = 0.0

    def box(self, view: View) -> np.ndarray:
        """(4,) left, top, right, bottom of its picture in a view of the scale it was placed for."""
        x, y = self.x + self.dx - view.kx, self.y + self.dy + view.ky
        return np.array([x, y, x + self.wide, y + self.high])


class Sheet:
    """Pictures of names, drawn once, in their places; a stamp.

    Attributes
    ----------
    items : list of Lettered
        The lowest first.
    """

    def __init__(self) -> None:
        self._pictures: dict[tuple[object, ...], QtGui.QImage] = {}
        self._scale, self._grown, self._ratio = 0.0, 1.0, 1.0
        self.items: list[Lettered] = []
        self._leads: list[int] = []
        self._metrics = np.zeros((0, 6))
        self._corners = np.zeros((0, 4), np.int64)
        self._left_top = np.zeros((0, 2), np.int64)
        self._seen: set[tuple[object, Rect]] = set()
        self._is_all_changed = True
        self._changed: list[Rect] = []

    def forget(self) -> None:
        """Draw all pictures again: another theme or pixel ratio."""
        self._pictures.clear()
        self._is_all_changed = True

    def change_all(self) -> None:
        """Everything stands elsewhere."""
        self._is_all_changed = True

    def set_items(self, items: Sequence[Lettered], scale: float, ratio: float) -> None:
        """Take up names placed for a scale, the lowest first."""
        self.items = list(items)
        self._ratio = ratio
        self._leads = [k for k, one in enumerate(self.items) if one.start is not None]
        self._metrics = np.array(
            [(o.x, o.y, o.dx, o.dy, o.wide, o.high) for o in self.items]
        ).reshape(-1, 6)
        self.set_scale(scale, 1.0)

    def set_scale(self, scale: float, grown: float) -> None:
        """Follow a zoom: ``grown`` times the scale that the names were placed for."""
        self._scale, self._grown = scale, grown
        self._lay_out()

    def _lay_out(self) -> None:
        """Corners of the pictures at the present scale, and what changed."""
        grown, metrics = self._grown, self._metrics
        self._left_top = np.floor(metrics[:, :2] * grown + metrics[:, 2:4] + 0.5).astype(np.int64)
        corners = np.hstack([self._left_top, self._left_top + metrics[:, 4:].astype(np.int64)])
        for k in self._leads:
            x, y = self.items[k].start or (0.0, 0.0)
            corners[k] = _around(corners[k], x * grown, y * grown, _LEADER_PAD * self._ratio)
        self._corners = corners
        before, self._seen = self._seen, self._keys()
        if not self._is_all_changed:
            self._changed += [at for _key, at in before ^ self._seen]

    def _keys(self) -> set[tuple[object, Rect]]:
        corners = [(a, b, c, d) for a, b, c, d in self._corners.tolist()]
        return {(one.key, at) for one, at in zip(self.items, corners, strict=True)}

    def take_changed(self, view: View) -> list[Rect] | None:
        """Rectangles of the view where names changed since the last call; None for everywhere."""
        out = None
        if not self._is_all_changed:
            out = [(a - view.kx, b + view.ky, c - view.kx, d + view.ky)
                   for a, b, c, d in self._changed]  # fmt: skip
        self._is_all_changed, self._changed = False, []
        return out

    # ------------------------------------------------------------------ drawing
    def draw(self, rgb: np.ndarray, view: View, style: Style) -> None:
        """Draw the names that touch a rectangle of the picture."""
        rows = self._rows_in(view)
        if not rows:
            return
        high, wide = rgb.shape
        image = QtGui.QImage(rgb.data, wide, high, wide * 4, QtGui.QImage.Format.Format_RGB32)
        painter = QtGui.QPainter(image)
        self._paint(painter, rows, view)
        painter.end()

    def paint(self, painter: QtGui.QPainter, view: View) -> None:
        """Draw the names in a view with a painter of device pixels."""
        self._paint(painter, self._rows_in(view), view)

    def _rows_in(self, view: View) -> list[int]:
        if view.scale != self._scale:
            return []
        at = self._corners - (view.kx, -view.ky, view.kx, -view.ky)
        hits = (at[:, 0] < view.width) & (at[:, 1] < view.height)
        return np.flatnonzero(hits & (at[:, 2] > 0) & (at[:, 3] > 0)).tolist()

    def _paint(self, painter: QtGui.QPainter, rows: list[int], view: View) -> None:
        self._leaders(painter, rows, view)
        for row, (x, y) in zip(rows, self._left_top[rows].tolist(), strict=True):
            one = self.items[row]
            painter.drawImage(x - view.kx, y + view.ky, self.picture(one.key, one.make))

    def picture(self, key: tuple[object, ...], make: Make) -> QtGui.QImage:
        """The picture of a name, made at the first call."""
        found = self._pictures.get(key)
        if found is None:
            if len(self._pictures) >= MOST_PICTURES:
                self._pictures.clear()
            found = self._pictures[key] = make()
        return found

    def _leaders(self, painter: QtGui.QPainter, rows: list[int], view: View) -> None:
        grown, ratio, lines = self._grown, self._ratio, []
        for one in (self.items[row] for row in rows):
            if one.start is not None:
                x, y = one.x * grown - view.kx, one.y * grown + view.ky
                start = QtCore.QPointF(one.start[0] * grown - view.kx,
                                       one.start[1] * grown + view.ky)  # fmt: skip
                end = x - one.reach if x > start.x() else x + one.reach
                lines.append(QtCore.QLineF(start, QtCore.QPointF(end, y)))
        if not lines:
            return
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        round_cap, solid = QtCore.Qt.PenCapStyle.RoundCap, QtCore.Qt.PenStyle.SolidLine
        painter.setPen(QtGui.QPen(theme.colour("halo"), 3 * ratio))
        painter.drawLines(lines)
        painter.setPen(QtGui.QPen(theme.colour("territory_core"), ratio))
        painter.drawLines(lines)
        painter.setPen(QtGui.QPen(theme.colour("territory_core"), 4 * ratio, solid, round_cap))
        painter.drawPoints([line.p1() for line in lines])


def touch(boxes: np.ndarray, walls: np.ndarray) -> np.ndarray:
    """Which boxes overlap any of the walls."""
    if not len(walls):
        return np.zeros(len(boxes), bool)
    a, b = boxes[:, None], walls[None]
    over = (a[..., 0] < b[..., 2]) & (a[..., 2] > b[..., 0])
    over &= (a[..., 1] < b[..., 3]) & (a[..., 3] > b[..., 1])
    return np.asarray(over.any(axis=1))


def _around(corners: np.ndarray, x: float, y: float, pad: float) -> np.ndarray:
    """Corners that hold a point too."""
    low, high = np.floor([x - pad, y - pad]), np.ceil([x + pad, y + pad])
    return np.hstack([np.minimum(corners[:2], low), np.maximum(corners[2:], high)]).astype(np.int64)
