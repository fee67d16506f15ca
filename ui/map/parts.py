"""Small pieces that the floating widgets are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6 import QtCore, QtGui, QtWidgets

from .. import theme
from ..shield import safely

Align = QtCore.Qt.AlignmentFlag
SHADOW = 16
"""How far shadows of what floats reach, pixels."""


class Floating(QtWidgets.QFrame):
    """A raised card over the map; the map draws its shadow. Clicks on it never reach the map.

    Parameters
    ----------
    parent : QWidget
    role : {"card", "pill"}
    """

    def __init__(self, parent: QtWidgets.QWidget, role: str = "card") -> None:
        super().__init__(parent)
        self.setProperty("role", role)
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_NoMousePropagation)
        self.setCursor(QtCore.Qt.CursorShape.ArrowCursor)

    @property
    def radius(self) -> float:
        """Of the corners, pixels."""
        return 15.0 if self.property("role") == "pill" else 8.0

    def moveEvent(self, event: QtGui.QMoveEvent) -> None:
        super().moveEvent(event)
        self._shade(QtCore.QRect(event.oldPos(), self.size()))
        self._shade(self.geometry())

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shade(QtCore.QRect(self.pos(), event.oldSize().expandedTo(self.size())))

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        super().showEvent(event)
        self._shade(self.geometry())

    def hideEvent(self, event: QtGui.QHideEvent) -> None:
        super().hideEvent(event)
        self._shade(self.geometry())

    def _shade(self, rect: QtCore.QRect) -> None:
        """Paint the map anew where the shadow is or was: Qt knows of the card itself only."""
        parent = self.parentWidget()
        canvas = parent.findChild(QtWidgets.QGraphicsView) if parent is not None else None
        if canvas is not None:
            around = rect.adjusted(-SHADOW, -SHADOW, SHADOW, SHADOW)
            canvas.viewport().update(around.translated(-canvas.pos()))


def row(
    parent: QtWidgets.QWidget | None = None,
    spacing: int = 8,
    margins: tuple[int, int, int, int] = (0, 0, 0, 0),
) -> QtWidgets.QHBoxLayout:
    """A horizontal layout."""
    out = QtWidgets.QHBoxLayout(parent) if parent is not None else QtWidgets.QHBoxLayout()
    out.setContentsMargins(*margins)
    out.setSpacing(spacing)
    return out


def column(
    parent: QtWidgets.QWidget | None = None,
    spacing: int = 8,
    margins: tuple[int, int, int, int] = (0, 0, 0, 0),
) -> QtWidgets.QVBoxLayout:
    """A vertical layout."""
    out = QtWidgets.QVBoxLayout(parent) if parent is not None else QtWidgets.QVBoxLayout()
    out.setContentsMargins(*margins)
    out.setSpacing(spacing)
    return out


def label(text: str = "", role: str = "") -> QtWidgets.QLabel:
    """A text of the window; never rich text, as names come from the user's files."""
    out = QtWidgets.QLabel(text)
    out.setTextFormat(QtCore.Qt.TextFormat.PlainText)
    if role:
        out.setProperty("role", role)
    return out


def icon_label(name: str, role: str = "text2", size: int = 16) -> QtWidgets.QLabel:
    """An icon that does nothing."""
    out = QtWidgets.QLabel()
    out.setPixmap(theme.pixmap(name, role, size))
    out.setFixedSize(size, size)
    return out


def link(text: str, tip: str = "", icon: str = "", role: str = "text3") -> QtWidgets.QPushButton:
    """A button that looks like a link, or only an icon."""
    out = QtWidgets.QPushButton(text)
    out.setProperty("role", "link")
    out.setFocusPolicy(QtCore.Qt.FocusPolicy.TabFocus)
    out.setAccessibleName(tip or text)
    out.setToolTip(tip)
    if icon:
        out.setIcon(theme.icon(icon, role))
        out.setIconSize(QtCore.QSize(16, 16))
        out.setFixedWidth(26)
    return out


def swatch_pixmap(colour: QtGui.QColor | None, size: int = 12, scale: float = 2.0) -> QtGui.QPixmap:
    """A territory's fill in a rounded square; None: unassigned."""
    out = QtGui.QPixmap(round(size * scale), round(size * scale))
    out.setDevicePixelRatio(scale)
    out.fill(QtCore.Qt.GlobalColor.transparent)
    painter = QtGui.QPainter(out)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    painter.setPen(QtGui.QPen(theme.colour("text3"), 1))
    painter.setBrush(colour if colour is not None else theme.colour("paper"))
    painter.drawRoundedRect(QtCore.QRectF(0.5, 0.5, size - 1, size - 1), 3, 3)
    painter.end()
    return out


class Drop(QtWidgets.QPushButton):
    """A drop-down without a frame: dim caption, value, chevron.

    Parameters
    ----------
    caption : str
    choices : callable
        Gives (value, text) when the list opens.

    Signals
    -------
    chosen(object)
    """

    chosen = QtCore.Signal(object)

    def __init__(
        self, caption: str, choices: Callable[[], Sequence[tuple[object, str]]], tip: str = ""
    ) -> None:
        super().__init__()
        self._caption, self._choices, self._value = caption, choices, ""
        self._is_lit = False
        self.setProperty("role", "drop")
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.TabFocus)
        self.setToolTip(tip)
        self.clicked.connect(self._open)

    def set_text(self, text: str) -> None:
        """Show a value."""
        self._value = text
        self.setAccessibleName(f"{self._caption}: {text}")
        self.updateGeometry()
        self.update()

    def set_lit(self, is_lit: bool) -> None:
        """Whether a held key sets the value."""
        self._is_lit = is_lit
        self.update()

    def sizeHint(self) -> QtCore.QSize:
        metrics = self.fontMetrics()
        wide = metrics.horizontalAdvance(self._caption) + metrics.horizontalAdvance(self._value)
        return QtCore.QSize(wide + 6 + 8 + 6 + 14 + 6, 28)

    @safely
    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QtWidgets.QStylePainter(self)
        option = QtWidgets.QStyleOptionButton()
        self.initStyleOption(option)
        painter.drawControl(QtWidgets.QStyle.ControlElement.CE_PushButtonBevel, option)
        metrics, middle = self.fontMetrics(), self.rect().adjusted(8, 0, -6, 0)
        is_rtl = self.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft
        start = (Align.AlignRight if is_rtl else Align.AlignLeft) | Align.AlignVCenter
        painter.setPen(theme.colour("text2"))
        painter.drawText(middle, start, self._caption)
        skip = metrics.horizontalAdvance(self._caption) + 6
        middle.adjust(0 if is_rtl else skip, 0, -skip if is_rtl else 0, 0)
        painter.setPen(theme.colour("accent_text" if self._is_lit else "text"))
        painter.drawText(middle, start, self._value)
        x = 6 if is_rtl else self.width() - 20
        painter.drawPixmap(x, (self.height() - 14) // 2, theme.pixmap("chevron-down", "text3", 14))

    def _open(self) -> None:
        menu = QtWidgets.QMenu(self)
        for value, text in self._choices():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(text == self._value)
            action.triggered.connect(lambda _on, v=value: self.chosen.emit(v))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(QtCore.QPoint(0, self.height() + 4)))
