"""Scatter: what is kept against balance, a numbered dot for each choice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n
from terradesk.i18n import N_, _

from ... import theme
from ...shield import safely
from .. import painting
from .choices import Choice

_AXES = (
    ("kept", N_("kept")),
    ("handed", N_("change hands")),
    ("distance", N_("mean distance")),
    ("shape", N_("compact shape")),
)
_LEFT, _TOP, _FOOT, _DOT = 10, 20, 34, 9
_SIZE = (176, 168)


class Scatter(QtWidgets.QWidget):
    """Further up is more even; across is what the choices differ in beside that.

    Signals
    -------
    pointed(int), chosen(int)
        Number of the dot under the pointer, or clicked.
    """

    pointed = QtCore.Signal(int)
    chosen = QtCore.Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(*_SIZE)
        self.setMouseTracking(True)
        self.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)
        self._choices: Sequence[Choice] = ()
        self._key, self._caption, self._lit = "", "", -1

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Show other choices."""
        self._choices, self._lit = choices, -1
        self._key, self._caption = next(
            ((k, _(text)) for k, text in _AXES if _spread([c.value(k) for c in choices]) > 0),
            ("", ""),
        )
        self.setAccessibleName(_("Balance against {what}").format(what=self._caption))
        self.update()

    def set_lit(self, number: int) -> None:
        """Light up one dot."""
        self._lit = number
        self.update()

    def dots(self) -> list[QtCore.QPointF]:
        """Where the dots are."""
        across = _scaled([c.value(self._key) for c in self._choices])
        up = _scaled([c.value("worst") for c in self._choices])
        box = self._box()
        return [
            QtCore.QPointF(box.left() + x * box.width(), box.top() + y * box.height())
            for x, y in zip(across, up, strict=True)
        ]

    def _box(self) -> QtCore.QRectF:
        inner = QtCore.QRectF(self.rect()).adjusted(_LEFT, _TOP, -_LEFT, -_FOOT)
        return inner.adjusted(_DOT + 2, _DOT + 2, -_DOT - 2, -_DOT - 2)

    def _at(self, place: QtCore.QPointF) -> int:
        for number, dot in reversed(list(enumerate(self.dots()))):
            if QtCore.QLineF(dot, place).length() <= _DOT + 2:
                return number
        return -1

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        """Point at a dot."""
        number = self._at(event.position())
        is_dot = number >= 0
        shape = QtCore.Qt.CursorShape
        self.setCursor(shape.PointingHandCursor if is_dot else shape.ArrowCursor)
        if is_dot and number != self._lit:
            self.pointed.emit(number)

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        """Choose a dot."""
        number = self._at(event.position())
        if number >= 0:
            self.chosen.emit(number)

    @safely
    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Frame, captions, dots; the lit one on top."""
        if not self._choices:
            return
        painter = QtGui.QPainter(self)
        painter.setLayoutDirection(self.layoutDirection())  # a painter takes the program's
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        inner = QtCore.QRectF(self.rect()).adjusted(_LEFT, _TOP, -_LEFT, -_FOOT)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("window"))
        painter.drawRoundedRect(inner, 6, 6)
        self._paint_words(painter, inner)
        dots = self.dots()
        order = sorted(range(len(dots)), key=lambda k: k == self._lit)
        for number in order:
            self._paint_dot(painter, dots[number], number)

    def _paint_words(self, painter: QtGui.QPainter, inner: QtCore.QRectF) -> None:
        flag = QtCore.Qt.AlignmentFlag
        wide = int(inner.width())
        head = QtCore.QRect(int(inner.left()), 0, wide, _TOP - 2)
        painting.text(painter, head, f"↑ {_('more even')}", "text2", 11)
        values = [c.value(self._key) for c in self._choices]
        low, high = np.nanmin(values), np.nanmax(values)
        foot = QtCore.QRect(int(inner.left()), int(inner.bottom()) + 1, wide, 16)
        painting.text(painter, foot, self._number(low), "text3", 10)
        painting.text(painter, foot, self._number(high), "text3", 10, align=flag.AlignRight)
        foot.translate(0, 14)
        painting.text(painter, foot, f"{self._caption} →", "text2", 11, align=flag.AlignRight)

    def _number(self, value: float) -> str:
        if self._key == "kept":
            return i18n.percent(value, 1, False)
        return i18n.number(value, 2 if self._key == "shape" else 0)

    def _paint_dot(self, painter: QtGui.QPainter, at: QtCore.QPointF, number: int) -> None:
        is_lit = number == self._lit
        painter.setPen(QtGui.QPen(theme.colour("accent"), 1.6))
        painter.setBrush(theme.colour("accent" if is_lit else "raised"))
        painter.drawEllipse(at, _DOT, _DOT)
        box = QtCore.QRect(int(at.x()) - _DOT, int(at.y()) - _DOT, 2 * _DOT + 1, 2 * _DOT)
        role = "on_accent" if is_lit else "text"
        centre = QtCore.Qt.AlignmentFlag.AlignHCenter
        painting.text(painter, box, i18n.number(number + 1), role, 11, True, centre)


def _spread(values: Sequence[float]) -> float:
    known = [v for v in values if np.isfinite(v)]
    return max(known) - min(known) if len(known) == len(values) and known else 0.0


def _scaled(values: Sequence[float]) -> list[float]:
    """0 ... 1; the middle where all are the same."""
    known = np.nan_to_num(np.asarray(values, float))
    span = float(known.max(initial=-np.inf) - known.min(initial=np.inf)) if len(known) else 0.0
    return ((known - known.min()) / span).tolist() if span > 0 else [0.5] * len(known)
