"""What dialogs are put together from: plain labels, buttons, icons that follow the theme."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate

from .. import theme

PLAIN = QtCore.Qt.TextFormat.PlainText
STYLE_CHANGE = QtCore.QEvent.Type.StyleChange


def label(text: str = "", role: str = "", wraps: bool = False) -> QtWidgets.QLabel:
    """A label that shows its text as it is, never as HTML."""
    out = QtWidgets.QLabel()
    out.setTextFormat(PLAIN)
    out.setText(text)
    out.setWordWrap(wraps)
    out.setAlignment(start() | QtCore.Qt.AlignmentFlag.AlignVCenter)
    if role:
        out.setProperty("role", role)
    return out


def plain_tip(text: str) -> str:
    """Text from data for a tooltip, which takes what looks like HTML for HTML."""
    return html.escape(text) if "<" in text else text


def apart(text: str) -> str:
    """Text from data for a cell: in a window from right to left its parts keep their order."""
    is_rtl = QtWidgets.QApplication.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft
    return isolate(text) if is_rtl and text else text


def start() -> QtCore.Qt.AlignmentFlag:
    """The side where lines begin; a label alone would follow the script of its text."""
    flags = QtCore.Qt.AlignmentFlag
    is_rtl = QtWidgets.QApplication.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft
    return (flags.AlignRight if is_rtl else flags.AlignLeft) | flags.AlignAbsolute


class IconLabel(QtWidgets.QLabel):
    """An icon in the colour of a role, in the theme in use."""

    def __init__(self, name: str, role: str = "text2", size: int = 16) -> None:
        super().__init__()
        self._icon = (name, role, size)
        self.setFixedSize(size, size)
        self._draw()

    def set_icon(self, name: str, role: str) -> None:
        """Show another icon."""
        self._icon = (name, role, self._icon[2])
        self._draw()

    def _draw(self) -> None:
        self.setPixmap(theme.pixmap(*self._icon))

    def changeEvent(self, event: QtCore.QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == STYLE_CHANGE and hasattr(self, "_icon"):
            self._draw()


class Button(QtWidgets.QPushButton):
    """A push button of a role (plain, primary, link) with an icon that follows the theme."""

    def __init__(
        self,
        text: str,
        role: str = "plain",
        icon: str = "",
        clicked: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(text)
        self.setProperty("role", role)
        self.setCursor(QtCore.Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        self._icon_name = icon
        self._draw()
        if clicked is not None:
            self.clicked.connect(lambda _checked=False: clicked())

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        self._icon_name = name
        self._draw()

    def _draw(self) -> None:
        if self._icon_name:
            ink = "on_accent" if self.property("role") == "primary" else "text2"
            self.setIcon(theme.icon(self._icon_name, ink))

    def changeEvent(self, event: QtCore.QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == STYLE_CHANGE and hasattr(self, "_icon_name"):
            self._draw()


def icon_button(icon: str, text: str, clicked: Callable[[], object]) -> QtWidgets.QToolButton:
    """A button that is an icon alone; its text is the tooltip and what a screen reader says."""
    out = _IconButton(icon)
    out.setToolTip(text)
    out.setAccessibleName(text)
    out.clicked.connect(lambda _checked=False: clicked())
    return out


class _IconButton(QtWidgets.QToolButton):
    def __init__(self, icon: str) -> None:
        super().__init__()
        self._icon_name = icon
        self.setProperty("role", "icon")
        self.setIcon(theme.icon(icon))

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == STYLE_CHANGE and hasattr(self, "_icon_name"):
            self.setIcon(theme.icon(self._icon_name))


def line(is_vertical: bool = False) -> QtWidgets.QFrame:
    """A separator of one pixel."""
    out = QtWidgets.QFrame()
    out.setProperty("role", "vline" if is_vertical else "line")
    return out


def empty(layout: QtWidgets.QLayout) -> None:
    """Take all widgets out of a layout; what they lie in has the focus then, and stays put."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            _rest_focus(widget)
            widget.hide()
            widget.deleteLater()


def _rest_focus(widget: QtWidgets.QWidget) -> None:
    """Take the focus from a widget that goes; else it wanders on and scrolls along."""
    focus = QtWidgets.QApplication.focusWidget()
    if focus is None or not (widget is focus or widget.isAncestorOf(focus)):
        return
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QtWidgets.QScrollArea):
        above = above.parentWidget()
    if above is None:
        focus.clearFocus()
    else:
        above.setFocus()


class Combo(QtWidgets.QComboBox):
    """A drop-down that the wheel leaves alone while it scrolls the page below it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        """Only for the list in focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def combo(
    name: str, choices: Sequence[tuple[str, object]], chosen: object = None
) -> QtWidgets.QComboBox:
    """A drop-down of (text, value); ``name`` is what a screen reader says."""
    out = Combo()
    out.setAccessibleName(name)
    out.setSizeAdjustPolicy(QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToContents)
    for text, value in choices:
        out.addItem(text, value)
    choose(out, chosen)
    return out


def choose(box: QtWidgets.QComboBox, value: object) -> None:
    """Choose the entry with a value, if there is one."""
    for k in range(box.count()):
        if box.itemData(k) == value:
            box.setCurrentIndex(k)
            return


class Trouble(QtWidgets.QFrame):
    """An error on the page itself: what happened, what to do, and a way on."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self._message, self._hint = label("", "strong", True), label("", "", True)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(12)
        row.addWidget(IconLabel("triangle-alert", "warn", 20), 0, QtCore.Qt.AlignmentFlag.AlignTop)
        self.box = QtWidgets.QVBoxLayout()
        self.box.setSpacing(4)
        self.box.addWidget(self._message)
        self.box.addWidget(self._hint)
        row.addLayout(self.box, 1)
        self.hide()

    @property
    def text(self) -> str:
        """Message and hint."""
        return f"{self._message.text()} {self._hint.text()}".strip()

    def tell(self, error: BaseException) -> None:
        """Show an error; anything but a `TerraDeskError` counts as unexpected."""
        if isinstance(error, TerraDeskError):
            self._say(error.message, error.hint)
        else:
            self._say(_("Something unexpected happened."), f"{type(error).__name__}: {error}")

    def _say(self, message: str, hint: str) -> None:
        self._message.setText(message)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self.setAccessibleName(f"{message} {hint}".strip())
        self.show()


class Dialog(QtWidgets.QDialog):
    """A window-modal dialog with a body and a row of buttons at its foot.

    Parameters
    ----------
    title : str
    parent : QWidget or None
    width, height : int
        Size it opens with, if the parent has as much room.
    """

    def __init__(
        self, title: str, parent: QtWidgets.QWidget | None, width: int, height: int
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setWindowTitle(title)
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(QtCore.Qt.WindowModality.WindowModal)
        self.outer = QtWidgets.QVBoxLayout(self)
        self.outer.setContentsMargins(0, 0, 0, 0)
        self.outer.setSpacing(0)
        self.body = QtWidgets.QVBoxLayout()
        self.body.setContentsMargins(24, 20, 24, 16)
        self.body.setSpacing(12)
        self.outer.addLayout(self.body, 1)
        self.outer.addWidget(line())
        foot = QtWidgets.QWidget()
        foot.setObjectName("panel")
        foot.setAttribute(QtCore.Qt.WidgetAttribute.WA_StyledBackground)
        self.foot = QtWidgets.QHBoxLayout(foot)
        self.foot.setContentsMargins(24, 12, 24, 12)
        self.foot.setSpacing(12)
        self.outer.addWidget(foot)
        self.resize(*_fitting(parent, width, height))

    def add_close(self) -> None:
        """A single button at the foot that closes."""
        self.foot.addStretch(1)
        button = Button(_("Close"), clicked=self.accept)
        button.setDefault(True)
        self.foot.addWidget(button)


def _fitting(parent: QtWidgets.QWidget | None, width: int, height: int) -> tuple[int, int]:
    if parent is None:
        return width, height
    room = parent.window().size()
    return min(width, max(room.width() - 48, 560)), min(height, max(room.height() - 48, 400))


def scrolled(inner: QtWidgets.QWidget) -> QtWidgets.QScrollArea:
    """A widget in a scroll area without a frame, as wide as there is room."""
    area = QtWidgets.QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
    area.setWidget(inner)
    inner.setObjectName("panel")
    inner.setAttribute(QtCore.Qt.WidgetAttribute.WA_StyledBackground)
    area.viewport().setAutoFillBackground(False)
    return area


def swatch(colour: QtGui.QColor, size: int = 12) -> QtGui.QPixmap:
    """A small rounded square of a territory's fill."""
    out = QtGui.QPixmap(size * 2, size * 2)
    out.setDevicePixelRatio(2)
    out.fill(QtCore.Qt.GlobalColor.transparent)
    painter = QtGui.QPainter(out)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    painter.setPen(theme.colour("text3"))
    painter.setBrush(colour)
    painter.drawRoundedRect(QtCore.QRectF(0.5, 0.5, size - 1, size - 1), 3, 3)
    painter.end()
    return out
