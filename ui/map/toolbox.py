"""The palette of tools at the left of the map."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import _
from ui.tools import TOOLS, ToolEntry, tool_entry

from .. import theme
from . import parts

_SHARED = "shapes"
_ICON = 18


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
            key = _SHARED if entry.group == _SHARED else entry.id
            self._buttons[key] = self._button()
            self._buttons[key].setCheckable(True)
            self._buttons[key].clicked.connect(lambda _on, k=key: self._press(k))
        self._set_up_shapes()
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

    def _button(self) -> QtWidgets.QToolButton:
        out = QtWidgets.QToolButton()
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

    def _set_up_shapes(self) -> None:
        button = self._buttons.get(_SHARED)
        if button is None:
            return
        menu = QtWidgets.QMenu(button)
        for entry in TOOLS:
            if entry.group == _SHARED:
                action = menu.addAction(f"{_(entry.text)}\t{entry.shortcut}")
                action.triggered.connect(lambda _on, i=entry.id: self.chosen.emit(i))
        button.setMenu(menu)
        button.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.DelayedPopup)

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
        for key, button in self._buttons.items():
            entry = tool_entry(self._shape if key == _SHARED else key)
            is_on = entry.id == self._current
            button.setChecked(is_on)
            button.setIcon(_icon(entry, is_on, key == _SHARED))
            button.setIconSize(QtCore.QSize(26, 26))
            tip = f"{_(entry.text)} ({entry.shortcut})"
            more = _("Hold for other shapes") if key == _SHARED else ""
            button.setToolTip(f"{tip}\n{more}".strip())
            button.setAccessibleName(_(entry.text))
        for button, icon in self._plain:
            button.setIcon(theme.icon(icon, "text", _ICON))
            button.setIconSize(QtCore.QSize(_ICON, _ICON))


def _icon(entry: ToolEntry, is_on: bool, has_more: bool) -> QtGui.QIcon:
    """A tool's icon in 26 px, with a small triangle where a menu hides behind it."""
    role, scale = ("on_accent" if is_on else "text"), 2.0
    out = QtGui.QPixmap(round(26 * scale), round(26 * scale))
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
