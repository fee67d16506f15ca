"""Clickable: a frame that is clicked, pointed at and reached by keys like a button."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from ... import theme
from ...shield import safely

_CLICK = QtCore.Qt.CursorShape.PointingHandCursor
_KEYS = (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter, QtCore.Qt.Key.Key_Space)


class Clickable(QtWidgets.QFrame):
    """Holds texts that wrap, which no button of Qt does.

    Parameters
    ----------
    role : str
        Of the style sheet.

    Signals
    -------
    clicked()
        A click, Enter or Space.
    pointed(bool)
        The pointer or the keyboard came, or went.
    """

    clicked = QtCore.Signal()
    pointed = QtCore.Signal(bool)

    def __init__(self, role: str) -> None:
        super().__init__()
        self.setProperty("role", role)
        self.is_clickable = False

    def set_clickable(self, is_clickable: bool, tip: str = "") -> None:
        """Whether it can be clicked and reached by keys."""
        focus = QtCore.Qt.FocusPolicy
        self.is_clickable = is_clickable
        self.setFocusPolicy(focus.StrongFocus if is_clickable else focus.NoFocus)
        self.setCursor(_CLICK if is_clickable else QtCore.Qt.CursorShape.ArrowCursor)
        self.setToolTip(tip)

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        """A click that ends where it began."""
        is_left = event.button() == QtCore.Qt.MouseButton.LeftButton
        if self.is_clickable and is_left and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Enter and Space click."""
        if self.is_clickable and event.key() in _KEYS:
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QtGui.QEnterEvent) -> None:
        """The pointer came."""
        self.pointed.emit(True)

    def leaveEvent(self, event: QtCore.QEvent) -> None:
        """The pointer went."""
        self.pointed.emit(False)

    def focusInEvent(self, event: QtGui.QFocusEvent) -> None:
        """The keyboard came."""
        super().focusInEvent(event)
        self.pointed.emit(True)
        self.update()

    def focusOutEvent(self, event: QtGui.QFocusEvent) -> None:
        """The keyboard went."""
        super().focusOutEvent(event)
        self.pointed.emit(False)
        self.update()

    @safely
    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """The keyboard's frame has an edge."""
        super().paintEvent(event)
        if self.hasFocus():
            self._paint_edge(1.6)

    def _paint_edge(self, width: float) -> None:
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtGui.QPen(theme.colour("accent"), width))
        box = QtCore.QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(box, 6, 6)
        painter.end()
