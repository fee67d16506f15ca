"""Docks with a row of tabs for a title bar, and the rail that stands in for one."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import _

from .. import theme


class TabbedDock(QtWidgets.QDockWidget):
    """A dock with one page per panel; its title bar is the tab row, by which it is dragged.

    Signals
    -------
    collapsed_changed(bool)
    """

    collapsed_changed = QtCore.Signal(bool)

    def __init__(self, name: str, title: str, can_collapse: bool = False) -> None:
        super().__init__(title)
        self.is_collapsed = False
        self.setObjectName(name)
        self._chevron = QtWidgets.QToolButton()
        self.setFeatures(
            QtWidgets.QDockWidget.DockWidgetFeature.DockWidgetMovable
            | QtWidgets.QDockWidget.DockWidgetFeature.DockWidgetFloatable
        )
        self.tabs = QtWidgets.QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.setAccessibleName(title)
        self.pages = QtWidgets.QStackedWidget()
        self.pages.setObjectName("panel")
        self._panels: list[QtWidgets.QWidget] = []
        self._title, self._no_title = self._make_title(can_collapse), QtWidgets.QWidget()
        self.setTitleBarWidget(self._title)
        self._alone: QtWidgets.QWidget | None = None
        self._behind = 0
        # A dock whose widget is hidden shrinks to its title in width too: hide what is inside.
        self._holder = QtWidgets.QWidget()
        self._inside = QtWidgets.QVBoxLayout(self._holder)
        self._inside.setContentsMargins(0, 0, 0, 0)
        self.setWidget(self._holder)
        self.take_back()
        self._open_height = 260
        self.tabs.currentChanged.connect(self.pages.setCurrentIndex)
        self.tabs.tabBarClicked.connect(self._on_click)

    def _make_title(self, can_collapse: bool) -> QtWidgets.QWidget:
        bar = QtWidgets.QWidget()
        bar.setObjectName("window" if can_collapse else "panel")
        bar.setFixedHeight(theme.HEIGHT["tab"] + 2)
        row = QtWidgets.QHBoxLayout(bar)
        row.setContentsMargins(4, 0, 8, 0)
        row.setSpacing(4)
        row.addWidget(self.tabs)
        row.addStretch(1)
        self.corner = QtWidgets.QHBoxLayout()
        row.addLayout(self.corner)
        self._chevron.setProperty("role", "icon")
        self._chevron.setVisible(can_collapse)
        self._chevron.clicked.connect(lambda: self.set_collapsed(not self.is_collapsed))
        row.addWidget(self._chevron)
        self._can_collapse = can_collapse
        return bar

    def take_back(self) -> None:
        """Hold the pages again after a rail had them."""
        self._inside.addWidget(self.pages)

    def add_panel(
        self, panel: QtWidgets.QWidget, title: str, icon: str = "", has_tab: bool = True
    ) -> None:
        """Add a page with its tab."""
        index = self.tabs.addTab(title)
        self.tabs.setTabVisible(index, has_tab)
        if icon:
            self.tabs.setTabIcon(index, theme.icon(icon))
        self.pages.addWidget(panel)
        self._panels.append(panel)

    @property
    def alone(self) -> QtWidgets.QWidget | None:
        """The panel that takes the place of all others, if one does."""
        return self._alone

    def show_alone(self, panel: QtWidgets.QWidget | None) -> None:
        """Let one panel take the place of all others and of the tab row; None ends that."""
        if panel is self._alone:
            return
        if panel is not None and self._alone is None:
            self._behind = self.tabs.currentIndex()
        self._alone = panel
        self.setTitleBarWidget(self._title if panel is None else self._no_title)
        self._title.setVisible(panel is None)
        self.tabs.setCurrentIndex(self._behind if panel is None else self._panels.index(panel))

    def set_title(self, panel: QtWidgets.QWidget, title: str) -> None:
        """Change the text of a panel's tab, e.g. to show a count."""
        self.tabs.setTabText(self._panels.index(panel), title)

    def show_panel(self, panel: QtWidgets.QWidget) -> None:
        """Bring a panel to the front, opening the dock."""
        self.tabs.setCurrentIndex(self._panels.index(panel))
        self.set_collapsed(False)
        self.show()
        self.raise_()

    def _on_click(self, index: int) -> None:
        if self._can_collapse and (self.is_collapsed or index == self.tabs.currentIndex()):
            self.set_collapsed(not self.is_collapsed)

    def set_collapsed(self, is_collapsed: bool) -> None:
        """Shrink the dock to its tab row, or open it again."""
        if not self._can_collapse:
            return
        if is_collapsed and not self.is_collapsed and self.pages.height() > 60:
            self._open_height = self.pages.height()
        self.is_collapsed = is_collapsed
        self.pages.setVisible(not is_collapsed)
        low = self.titleBarWidget().height()
        self.setMinimumHeight(low if is_collapsed else low + 90)
        self.setMaximumHeight(low if is_collapsed else 16_777_215)
        self._refresh_chevron()
        window = self.parentWidget()
        if not is_collapsed and isinstance(window, QtWidgets.QMainWindow):
            limit = max(160, int(window.height() * 0.3))
            height = min(self._open_height + low, limit)
            window.resizeDocks([self], [height], QtCore.Qt.Orientation.Vertical)
        self.collapsed_changed.emit(is_collapsed)

    def _refresh_chevron(self) -> None:
        name, text = ("chevron-down", _("Close"))
        if self.is_collapsed:
            name, text = "chevron-up", _("Open")
        self._chevron.setIcon(theme.icon(name))
        self._chevron.setToolTip(text)
        self._chevron.setAccessibleName(text)

    def changeEvent(self, event: QtCore.QEvent) -> None:
        """Icons follow the theme."""
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.StyleChange:
            self._refresh_chevron()


class Rail(QtWidgets.QToolBar):
    """A 44 px strip of icons in place of a dock; each opens the dock's panel over the map."""

    def __init__(self, dock: TabbedDock, host: QtWidgets.QWidget) -> None:
        super().__init__(dock.windowTitle())
        self.setObjectName("rail")
        self.setMovable(False)
        self.setOrientation(QtCore.Qt.Orientation.Vertical)
        self.setFixedWidth(theme.WIDTH["rail"])
        self._dock, self._host = dock, host
        self._frame = QtWidgets.QFrame(host)
        self._frame.setProperty("role", "card")
        self._frame.hide()
        self._box = QtWidgets.QVBoxLayout(self._frame)
        self._box.setContentsMargins(1, 8, 1, 8)
        self._group: list[QtWidgets.QToolButton] = []
        host.installEventFilter(self)

    def add(self, panel: QtWidgets.QWidget, title: str, icon: str) -> None:
        """Add the button of one panel."""
        button = QtWidgets.QToolButton()
        button.setProperty("role", "tool")
        button.setCheckable(True)
        button.setToolTip(title)
        button.setAccessibleName(title)
        button.setIcon(_rail_icon(icon))
        button.setProperty("icon_name", icon)
        button.clicked.connect(lambda on: self.open_panel(panel) if on else self.close_panel())
        button.setProperty("panel", panel)
        self.addWidget(button)
        self._group.append(button)

    @property
    def is_open(self) -> bool:
        """Whether a panel lies over the map."""
        return self._frame.isVisible()

    def open_panel(self, panel: QtWidgets.QWidget) -> None:
        """Lay a panel over the map."""
        self._dock.tabs.setCurrentIndex(self._dock.pages.indexOf(panel))
        self._box.addWidget(self._dock.pages)
        self._dock.pages.show()
        self._frame.setParent(self._host.window())  # in the map, what floats there would cover it
        self._frame.show()
        self._frame.raise_()
        self._place()
        for button in self._group:
            button.setChecked(button.property("panel") is panel)

    def close_panel(self) -> None:
        """Give the panel back to its dock."""
        self._dock.take_back()
        self._frame.hide()
        for button in self._group:
            button.setChecked(False)

    def _place(self) -> None:
        panel = self._dock.pages.currentWidget()
        wide = panel.property("wide") if panel is not None else None
        width = int(wide or theme.WIDTH["balance"])
        is_rtl = self._host.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft
        left = 12 if is_rtl else self._host.width() - width - 12
        corner = self._host.mapTo(self._host.window(), QtCore.QPoint(left, 12))
        self._frame.setGeometry(*corner.toTuple(), width, max(200, self._host.height() - 24))

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Keep the open panel at the edge of the map."""
        kind = event.type()
        if kind in (QtCore.QEvent.Type.Resize, QtCore.QEvent.Type.Move) and self.is_open:
            self._place()
        elif kind == QtCore.QEvent.Type.Hide and self.is_open:
            self.close_panel()
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QtCore.QEvent) -> None:
        """Icons follow the theme."""
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.StyleChange:
            for button in getattr(self, "_group", ()):
                button.setIcon(_rail_icon(button.property("icon_name")))


def _rail_icon(name: str) -> QtGui.QIcon:
    """An icon that stays clear on the accent colour while its panel is open."""
    out = theme.icon(name)
    mode, on = QtGui.QIcon.Mode, QtGui.QIcon.State.On
    for one in (mode.Normal, mode.Active, mode.Selected):
        out.addPixmap(theme.pixmap(name, "on_accent", 16), one, on)
    return out


class CornerTitle(QtWidgets.QWidget):
    """The plan's name and "All changes saved", at the end of the menu row."""

    def __init__(self) -> None:
        super().__init__()
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 4, 14, 4)
        row.setSpacing(6)
        self._name, self._mark, self._state = (QtWidgets.QLabel() for _i in range(3))
        self._name.setProperty("role", "strong")
        self._state.setProperty("role", "dim")
        self._name.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        for widget in (self._name, self._mark, self._state):
            row.addWidget(widget)

    def set_state(self, name: str, state: str, icon: str = "check", role: str = "ok") -> None:
        """Show a plan's name and the state of its file."""
        self._name.setText(
            QtGui.QFontMetrics(self._name.font()).elidedText(
                name, QtCore.Qt.TextElideMode.ElideRight, 320
            )
        )
        self._state.setText(state)
        self._mark.setPixmap(theme.pixmap(icon, role, 14) if state else QtGui.QPixmap())
        self.setVisible(bool(name))
        self.setMinimumHeight(theme.HEIGHT["menu"] - 4)
        self.adjustSize()
