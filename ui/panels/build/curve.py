"""A figure over time, in few pixels: light enough to be painted while a build runs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6 import QtCore, QtGui, QtWidgets

from ... import theme
from ...shield import safely
from .. import painting

_LEFT, _RIGHT, _TOP, _FOOT, _LOW = 38, 8, 6, 18, 8
_MOST = 600  # points that are kept; of more, every second one is left out


class Curve(QtWidgets.QWidget):
    """A line of values over seconds, its last point marked.

    Parameters
    ----------
    name : str
        What a screen reader says, before the last value.
    written : callable
        A value as text.
    height : int
    ticks : tuple of float
        Steps between marks to choose from.
    has_times : bool
        Whether seconds stand below.
    """

    def __init__(
        self,
        name: str,
        written: Callable[[float], str],
        height: int,
        ticks: tuple[float, ...],
        has_times: bool = True,
    ) -> None:
        super().__init__()
        self._name, self._written, self._ticks = name, written, ticks
        self._points: list[tuple[float, float]] = []
        self._band: float | None = None
        self._foot = _FOOT if has_times else _LOW
        self.setFixedHeight(height)
        self.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)
        self.setAccessibleName(name)

    def clear(self, band: float | None = None) -> None:
        """Begin anew.

        Parameters
        ----------
        band : float, optional
            Values up to it are good: shaded.
        """
        self._points, self._band = [], band
        self.setAccessibleName(self._name)
        self.update()

    @property
    def points(self) -> list[tuple[float, float]]:
        """(seconds, value) of all points."""
        return list(self._points)

    def add(self, seconds: float, value: float) -> None:
        """Go on to another value."""
        if value != value or (self._points and seconds < self._points[-1][0]):
            return
        if len(self._points) >= _MOST:
            self._points = self._points[::2]
        self._points.append((seconds, value))
        self.setAccessibleName(f"{self._name}: {self._written(value)}")
        self.update()

    # ------------------------------------------------------------------ painting
    def _scale(self) -> tuple[float, float, float]:
        """Lowest and highest value of the scale, and the step between its marks."""
        values = [v for _s, v in self._points]
        if self._band is None:
            low, high = min(values), max(values)
            pad = max(0.25 * (high - low), 0.01)
            low, high = low - pad, high + pad
        else:
            low, high = 0.0, max(self._top(values), 1.25 * self._band)
        most = 3 if self._foot == _FOOT else 2  # as many marks as there is room for
        step = next((t for t in self._ticks if (high - low) / t <= most), self._ticks[-1])
        return low, high, step

    @staticmethod
    def _top(values: list[float]) -> float:
        """The highest value of the later part: the first moments are far off."""
        late = values[len(values) // 4 :]
        return 1.1 * max(late)

    @safely
    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint it all."""
        if not self._points:
            return
        painter = QtGui.QPainter(self)
        painter.setLayoutDirection(self.layoutDirection())
        box = QtCore.QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -self._foot)
        low, high, step = self._scale()
        span = max(self._points[-1][0], 0.5)

        def at(seconds: float, value: float) -> QtCore.QPointF:
            share = (min(max(value, low), high) - low) / (high - low)
            return QtCore.QPointF(
                box.left() + box.width() * seconds / span, box.bottom() - box.height() * share
            )

        self._paint_scale(painter, box, low, high, step, at)
        if self._foot == _FOOT:
            self._paint_times(painter, box, span)
        self._paint_line(painter, [at(*point) for point in self._points])

    def _paint_scale(
        self, painter: QtGui.QPainter, box: QtCore.QRectF, low: float, high: float, step: float,
        at: Callable[[float, float], QtCore.QPointF],
    ) -> None:  # fmt: skip
        if self._band is not None:
            top = at(0, self._band).y()
            shade = QtCore.QRectF(box.left(), top, box.width(), box.bottom() - top)
            painter.fillRect(shade, theme.colour("band"))
        value = -(-low // step) * step
        while value <= high + 1e-12:
            y = at(0, value).y()
            painter.fillRect(QtCore.QRectF(box.left(), y, box.width(), 1), theme.colour("line"))
            rect = QtCore.QRect(0, round(y) - 8, _LEFT - 6, 16)
            painting.text(painter, rect, self._written(value), "text2", 11,
                          align=QtCore.Qt.AlignmentFlag.AlignRight)  # fmt: skip
            value += step

    def _paint_times(self, painter: QtGui.QPainter, box: QtCore.QRectF, span: float) -> None:
        flag = QtCore.Qt.AlignmentFlag
        foot = QtCore.QRect(_LEFT, self.height() - _FOOT + 2, round(box.width()), 16)
        painting.text(painter, foot, "0 s", "text2", 11, align=flag.AlignLeft)
        painting.text(painter, foot, f"{span:.1f} s", "text2", 11, align=flag.AlignRight)

    @staticmethod
    def _paint_line(painter: QtGui.QPainter, points: list[QtCore.QPointF]) -> None:
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        pen = QtGui.QPen(theme.colour("accent"), 2)
        pen.setJoinStyle(QtCore.Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPolyline(QtGui.QPolygonF(points))
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent"))
        painter.drawEllipse(points[-1], 4, 4)
