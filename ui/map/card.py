"""The card at the pointer: what a gesture would do, before -> after, in at most five lines."""

from __future__ import annotations

from functools import lru_cache

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import _

from .. import theme
from ..shield import safely
from . import parts
from .card_lines import Line

WIDTH, NARROW, _WIDEST = 252, 212, 400
_PAD, _LINE, _OFF = 12, 22, 18
_SLACK = 4  # widths of parts of a text are rounded one by one
_SIGN, _ARROW, _GAP = 22, 26, 12
_SIGNS = {"ok": "check", "over": "triangle-alert", "under": "triangle-alert"}
_MIDDLE = QtCore.Qt.TextElideMode.ElideMiddle


@lru_cache(maxsize=2)
def _font(is_bold: bool) -> tuple[QtGui.QFont, QtGui.QFontMetrics]:
    font = theme.font(13, is_bold)
    return font, QtGui.QFontMetrics(font)


class Card(parts.Floating):
    """Follows the pointer, never under it."""

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)
        self._lines: list[Line] = []
        self._columns = (0, 0)
        self.hide()

    def lines(self) -> list[Line]:
        """What it says now."""
        return self._lines

    def set_lines(self, lines: list[Line]) -> None:
        """Say something else."""
        if lines == self._lines:
            return
        self._lines = lines
        plain = _font(False)[1]
        figures = [line for line in lines if line.after]
        self._columns = (
            max((plain.horizontalAdvance(line.before) for line in figures), default=0),
            max((plain.horizontalAdvance(line.after) for line in figures), default=0),
        )
        self.setAccessibleDescription("; ".join(_spoken(line) for line in lines))
        only_text = all(not line.after and not line.target for line in lines)
        parent = self.parentWidget()
        room = parent.width() if parent is not None else WIDTH
        widest = max((self._width(line) for line in lines), default=0) + 2 * _PAD + _SLACK
        least = 0 if only_text else NARROW if room < 1000 else WIDTH
        self.resize(min(max(least, widest), _WIDEST), 2 * _PAD - 6 + _LINE * len(lines))
        self.update()

    def _width(self, line: Line) -> int:
        bold, plain = _font(True)[1], _font(False)[1]
        if line.target:
            return bold.horizontalAdvance(line.text) + bold.horizontalAdvance(line.target) + 60
        if line.after:
            return plain.horizontalAdvance(line.text) + _GAP + self._figures_width
        return plain.horizontalAdvance(line.text) + (22 if line.is_warning else 0)

    @property
    def _figures_width(self) -> int:
        return self._columns[0] + _ARROW + self._columns[1] + _SIGN

    def place(self, at: QtCore.QPoint, area: QtCore.QRect) -> None:
        """Stand beside a point on the side with room, never under it, never outside."""
        x, fits_x = _beside(at.x(), self.width(), area.left() + 4, area.right() - 4)
        y, fits_y = _beside(at.y(), self.height(), area.top() + 4, area.bottom() - 4)
        if not fits_x and not fits_y:  # a small map: rather cut by its edge than under the pointer
            y = at.y() + _OFF
        self.move(x, y)

    @safely
    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)
        for i, line in enumerate(self._lines):
            box = QtCore.QRect(_PAD, _PAD - 3 + i * _LINE, self.width() - 2 * _PAD, _LINE)
            if line.target:
                self._paint_title(painter, box, line)
            elif line.after:
                self._paint_figures(painter, box, line)
            else:
                self._paint_text(painter, box, line)
        painter.end()

    @staticmethod
    def _text(
        painter: QtGui.QPainter, box: QtCore.QRect, text: str, role: str, bold: bool = False,
        right: bool = False,
    ) -> int:  # fmt: skip
        """Draw a text; returns its width."""
        font, metrics = _font(bold)
        side = parts.Align.AlignRight if right else parts.Align.AlignLeft
        painter.setFont(font)
        painter.setPen(theme.colour(role))
        shown = metrics.elidedText(text, _MIDDLE, box.width())
        painter.drawText(box, side | parts.Align.AlignVCenter, shown)
        return metrics.horizontalAdvance(shown)

    def _paint_title(self, painter: QtGui.QPainter, box: QtCore.QRect, line: Line) -> None:
        x = box.left() + self._text(painter, box, line.text, "text", True) + 8
        middle = box.center().y()
        painter.drawPixmap(x, middle - 6, theme.pixmap("arrow-right", "text3", 14))
        colour = theme.territory_colour(line.colour) if line.colour >= 0 else None
        painter.drawPixmap(x + 22, middle - 5, parts.swatch_pixmap(colour))
        rest = QtCore.QRect(x + 40, box.top(), box.right() - x - 40, box.height())
        self._text(painter, rest, line.target, "text", True)

    def _paint_figures(self, painter: QtGui.QPainter, box: QtCore.QRect, line: Line) -> None:
        """Name, before, arrow, after, sign: columns that all lines share."""
        middle, right = box.center().y(), box.right()
        sign = _SIGNS.get(line.after_role)
        if sign:
            picture = theme.pixmap(sign, line.after_role, 14)
            painter.drawPixmap(right - 14, middle - 6, picture)
        wide_before, wide_after = self._columns
        left = right - _SIGN - wide_after
        after = QtCore.QRect(left, box.top(), wide_after + 1, box.height())
        self._text(painter, after, line.after, line.after_role, False, True)
        arrow = theme.pixmap("arrow-right", "text3", 14)
        painter.drawPixmap(left - _ARROW + 6, middle - 6, arrow)
        left -= _ARROW + wide_before
        before = QtCore.QRect(left, box.top(), wide_before + 1, box.height())
        self._text(painter, before, line.before, line.before_role, False, True)
        name = QtCore.QRect(box.left(), box.top(), left - _GAP - box.left(), box.height())
        self._text(painter, name, line.text, "text")

    def _paint_text(self, painter: QtGui.QPainter, box: QtCore.QRect, line: Line) -> None:
        if line.is_warning:
            picture = theme.pixmap("triangle-alert", "warn", 14)
            painter.drawPixmap(box.left(), box.center().y() - 6, picture)
            box = box.adjusted(20, 0, 0, 0)
        self._text(painter, box, line.text, "warn" if line.is_warning else "text2")


def _beside(at: int, size: int, first: int, last: int) -> tuple[int, bool]:
    """Where a card of a size stands after or before a place; else within, and that it does not."""
    for start in (at + _OFF, at - _OFF - size):
        if first <= start and start + size <= last:
            return start, True
    is_off = at + _OFF < first or at - _OFF > last
    return max(first, min(at + _OFF, last - size)), is_off


def _spoken(line: Line) -> str:
    if line.target:
        return _("{what} to {name}").format(what=line.text, name=line.target)
    if line.after:
        return _("{name} from {a} to {b}").format(name=line.text, a=line.before, b=line.after)
    return line.text
