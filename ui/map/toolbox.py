"""The palette of tools at the left of the map."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import _
from ui.tools import TOOLS, ToolEntry, tool_entry

from .. import theme
from . import parts

_SHARED = "shapes"
_ICON, _SIDE, _CORNER = 18, 26, 12


class ShapesButton(QtWidgets.QToolButton):
    """One button for several tools: a click takes the last one, the flyout holds the others.

    A long press, a right click, the small corner and Down open the flyout.

    Signals
    -------
    chosen(str)
        Id of a tool of the flyout.
    """

    chosen = QtCore.Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.flyout = QtWidgets.QMenu(self)
        self.setMenu(self.flyout)
        self.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.DelayedPopup)
        self.setContextMenuPolicy(QtCore.Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self.open)

    def show_tools(self, current: str) -> None:
        """List the tools, the one that the button takes marked."""
        self.flyout.clear()
        for entry in TOOLS:
            if entry.group == _SHARED:
                action = self.flyout.addAction(f"{_(entry.text)}\t{entry.shortcut}")
                action.setIcon(theme.icon(entry.icon, "accent" if entry.id == current else "text"))
                action.triggered.connect(lambda _on, i=entry.id: self.chosen.emit(i))

    def open(self) -> None:
        """Open the flyout beside the button."""
        is_rtl = self.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft
        x = -self.flyout.sizeHint().width() - 6 if is_rtl else self.width() + 6
        self.flyout.popup(self.mapToGlobal(QtCore.QPoint(x, 0)))

    def _is_corner(self, at: QtCore.QPoint) -> bool:
        return at.x() >= self.width() - _CORNER and at.y() >= self.height() - _CORNER

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        is_left = event.button() == QtCore.Qt.MouseButton.LeftButton
        if is_left and self._is_corner(event.position().toPoint()):
            self.open()
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() == QtCore.Qt.Key.Key_Down:
            self.open()
        else:
            super().keyPressEvent(event)


class Toolbox(parts.Floating):
    """One button per tool; shapes share one; zoom and Home below.

    Signals
    -------
    chosen(str)
        Id of a tool.
    zoomed(float), went_home()
    """

    chosen = QtCore.Signal(str)
    zoomed = QtCore.Signal(float)
    went_home = QtCore.Signal()

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Tools"))
        self.setFixedWidth(theme.WIDTH["palette"])
        self._layout = parts.column(self, 2, (4, 4, 4, 4))
        self._buttons: dict[str, QtWidgets.QToolButton] = {}
        self._shapes = ShapesButton()
        self._shapes.chosen.connect(self.chosen)
        self._plain: list[tuple[QtWidgets.QToolButton, str]] = []
        self._shape = next(e.id for e in TOOLS if e.group == _SHARED)
        self._current = "select"
        self._fill()

    def _fill(self) -> None:
        group = ""
        for entry in TOOLS:
            starts = "draw" if entry.group == _SHARED else entry.group
            if group and starts != group:
                self._line()
            group = starts
            if entry.group == _SHARED and _SHARED in self._buttons:
                continue
            is_shared = entry.group == _SHARED
            key = _SHARED if is_shared else entry.id
            self._buttons[key] = self._button(self._shapes if is_shared else None)
            self._buttons[key].setCheckable(True)
            self._buttons[key].clicked.connect(lambda _on, k=key: self._press(k))
        self._line()
        for icon, text, keys, act in (
            ("plus", _("Zoom in"), "Ctrl++", lambda: self.zoomed.emit(1.5)),
            ("minus", _("Zoom out"), "Ctrl+-", lambda: self.zoomed.emit(1 / 1.5)),
            ("maximize", _("Whole plan"), "Home", self.went_home.emit),
        ):
            button = self._button()
            button.setToolTip(f"{text} ({keys})")
            button.setAccessibleName(text)
            button.clicked.connect(lambda _on, a=act: a())
            self._plain.append((button, icon))
        self.restyle()

    def _button(self, out: QtWidgets.QToolButton | None = None) -> QtWidgets.QToolButton:
        out = out if out is not None else QtWidgets.QToolButton()
        out.setProperty("role", "tool")
        out.setFocusPolicy(QtCore.Qt.FocusPolicy.TabFocus)
        self._layout.addWidget(out)
        return out

    def _line(self) -> None:
        frame = QtWidgets.QFrame()
        frame.setProperty("role", "line")
        self._layout.addSpacing(3)
        self._layout.addWidget(frame)
        self._layout.addSpacing(3)

    def _press(self, key: str) -> None:
        self.chosen.emit(self._shape if key == _SHARED else key)
        self.set_tool(self._current)

    def set_tool(self, tool: str) -> None:
        """Show which tool is in hand."""
        self._current = tool
        if tool_entry(tool).group == _SHARED:
            self._shape = tool
        self.restyle()

    def restyle(self) -> None:
        """Take up the theme."""
        self._shapes.show_tools(self._shape)
        for key, button in self._buttons.items():
            entry = tool_entry(self._shape if key == _SHARED else key)
            is_on = entry.id == self._current
            button.setChecked(is_on)
            button.setIcon(_icon(entry, is_on, key == _SHARED))
            button.setIconSize(QtCore.QSize(_SIDE, _SIDE))
            tip = f"{_(entry.text)} ({entry.shortcut})"
            more = _("Hold or right-click for other shapes") if key == _SHARED else ""
            hint = _(entry.hint) if entry.hint else ""
            button.setToolTip("\n".join(filter(None, (tip, hint, more))))
            button.setAccessibleName(_(entry.text))
        for button, icon in self._plain:
            button.setIcon(theme.icon(icon, "text", _ICON))
            button.setIconSize(QtCore.QSize(_ICON, _ICON))


def _icon(entry: ToolEntry, is_on: bool, has_more: bool) -> QtGui.QIcon:
    """A tool's icon in 26 px, with a small triangle where a menu hides behind it."""
    role, scale = ("on_accent" if is_on else "text"), 2.0
    out = QtGui.QPixmap(round(_SIDE * scale), round(_SIDE * scale))
    out.setDevicePixelRatio(scale)
    out.fill(QtCore.Qt.GlobalColor.transparent)
    painter = QtGui.QPainter(out)
    painter.drawPixmap(4, 4, theme.pixmap(entry.icon, role, _ICON))
    if has_more:
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("on_accent" if is_on else "text3"))
        corner = [QtCore.QPointF(26, 21), QtCore.QPointF(26, 26), QtCore.QPointF(21, 26)]
        painter.drawPolygon(corner)
    painter.end()
    return QtGui.QIcon(out)
