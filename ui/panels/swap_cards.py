"""One suggested move as a card: what would move, what it does, Accept and Skip."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n
from terradesk.i18n import _
from terradesk.plan import AlignmentView

from .. import theme
from ..dialogs import parts
from ..shield import safely
from . import painting
from .build.clickable import Clickable
from .suggesting import Line, Suggestion

_ROW = 20
_MOST = 4
_SIGN, _ARROW = 20, 22


class SwapCard(Clickable):
    """A suggestion; pointing at it shows it on the map, a click zooms there.

    Signals
    -------
    accepted(), skipped()
    """

    accepted = QtCore.Signal()
    skipped = QtCore.Signal()

    def __init__(self, suggestion: Suggestion, view: AlignmentView) -> None:
        super().__init__("softcard")
        self.suggestion = suggestion
        self.set_clickable(True, _("Show it on the map"))
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 8)
        column.setSpacing(4)
        title = parts.label(suggestion.title, "strong", wraps=True)
        column.addWidget(title)
        if suggestion.detail:
            column.addWidget(parts.label(suggestion.detail, "dim", wraps=True))
        lines = suggestion.lines[:_MOST]
        self.figures = Figures(lines, view, suggestion.tolerance)
        column.addWidget(self.figures)
        column.addLayout(self._buttons(len(suggestion.lines) - len(lines)))
        self.setAccessibleName(f"{suggestion.title}, {suggestion.detail}")
        self.setAccessibleDescription(self.figures.accessibleName())

    def _buttons(self, n_more: int) -> QtWidgets.QHBoxLayout:
        row = QtWidgets.QHBoxLayout()
        row.setContentsMargins(0, 2, 0, 0)
        self.accept = parts.Button(_("Accept"), clicked=self.accepted.emit)
        self.accept.setToolTip(_("Do it, in one step that Undo takes back (Ctrl+Enter)"))
        self.skip = parts.Button(_("Skip"), "link", clicked=self.skipped.emit)
        self.skip.setToolTip(_("Suggest something else (Delete)"))
        row.addWidget(self.accept)
        row.addWidget(self.skip)
        row.addStretch(1)
        if n_more > 0:
            text = _("and {n} more").format(n=i18n.number(n_more))
            row.addWidget(parts.label(text, "small"))
        return row

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Ctrl+Enter accepts, Delete skips."""
        keys = QtCore.Qt.Key
        if event.key() == keys.Key_Delete:
            self.skipped.emit()
        elif event.key() in (keys.Key_Return, keys.Key_Enter) and event.modifiers() & _CTRL:
            self.accepted.emit()
        else:
            super().keyPressEvent(event)

    def holds(self, widget: QtWidgets.QWidget | None) -> bool:
        """Whether a widget is this card or in it."""
        return widget is not None and (widget is self or self.isAncestorOf(widget))

    def set_lit(self, is_lit: bool) -> None:
        """Whether it is shown on the map."""
        theme.restyle(self, "note" if is_lit else "softcard")


_CTRL = QtCore.Qt.KeyboardModifier.ControlModifier


class Figures(QtWidgets.QWidget):
    """Deviations of territories before and after, in columns that are never mirrored."""

    def __init__(self, lines: tuple[Line, ...], view: AlignmentView, tolerance: float) -> None:
        super().__init__()
        self._lines, self._view, self._tolerance = lines, view, tolerance
        self.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)
        self.setFixedHeight(_ROW * len(lines) + 2)
        texts = [self._texts(line)[1:] for line in lines]
        self._wide = tuple(
            max((painting.width_of(pair[k], 12, k == 1) for pair in texts), default=0) + 2
            for k in (0, 1)
        )
        self.setAccessibleName("; ".join(self._spoken(line) for line in lines))

    def _texts(self, line: Line) -> tuple[str, str, str]:
        name = self._view.name_of(line.territory) or _("New territory")
        before, after = (i18n.deviation(d, self._tolerance) for d in (line.before, line.after))
        return name, before, after

    def _spoken(self, line: Line) -> str:
        name, before, after = self._texts(line)
        return _("{name} from {a} to {b}").format(name=name, a=before, b=after)

    @safely
    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """One row per territory."""
        painter = QtGui.QPainter(self)
        painter.setLayoutDirection(self.layoutDirection())
        for number, line in enumerate(self._lines):
            self._paint_row(painter, number * _ROW, line)

    def _paint_row(self, painter: QtGui.QPainter, top: int, line: Line) -> None:
        name, before, after = self._texts(line)
        node = self._view.territories.get(line.territory)
        end = QtCore.Qt.AlignmentFlag.AlignRight
        if node is not None:
            mark = QtCore.QRectF(0, top + 5, 10, 10)
            painting.swatch(painter, mark, theme.territory_colour(node.colour))
        right = self.width()
        role = painting.tone(line.after, self._tolerance)
        is_in = role == "text"
        icon, ink = ("check", "ok") if is_in else ("triangle-alert", role)
        painter.drawPixmap(right - 14, top + 3, theme.pixmap(icon, ink, 14))
        right -= _SIGN
        wide_before, wide_after = self._wide
        box = QtCore.QRect(right - wide_after, top, wide_after, _ROW)
        painting.text(painter, box, after, "ok" if is_in else role, 12, True, end)
        right -= wide_after + 6
        painter.drawPixmap(right - 14, top + 3, theme.pixmap("arrow-right", "text3", 14))
        right -= _ARROW
        box = QtCore.QRect(right - wide_before, top, wide_before, _ROW)
        was = painting.tone(line.before, self._tolerance)
        painting.text(painter, box, before, "text2" if was == "text" else was, 12, align=end)
        left = QtCore.QRect(16, top, right - wide_before - 24, _ROW)
        painting.text(painter, left, name, "text", 12, elide=painting.MIDDLE)
