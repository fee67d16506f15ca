"""Where the Build panel stands: in place of the right dock, or over the map of a small window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6 import QtCore

from .. import theme

if TYPE_CHECKING:
    from ..panels.build import BuildPanel
    from .window import MainWindow

_LEAST = 340


class BuildSide(QtCore.QObject):
    """Opens and closes the Build panel as the window's width asks for.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._panel: BuildPanel = window.panels["build"]  # type: ignore[assignment]
        self._panel.setProperty("wide", theme.WIDTH["build"])
        self._panel.opened.connect(self.open)
        self._panel.left.connect(self.close)

    @property
    def is_open(self) -> bool:
        """Whether the panel is meant to be seen."""
        return self._window.right.alone is self._panel

    @property
    def width(self) -> int:
        """Of the right dock, pixels."""
        return theme.WIDTH["build" if self.is_open else "balance"]

    def open(self) -> None:
        """Show the panel."""
        self._window.right.show_alone(self._panel)
        self.fit()

    def close(self) -> None:
        """Show what stood there before."""
        if self.is_open:
            window = self._window
            window.rail.close_panel()
            window.right.show_alone(None)
            self.fit()
            window.map.setFocus()

    def fit(self) -> None:
        """Follow the window's width."""
        window = self._window
        is_small = window.rail.isVisible()
        window.right.setMinimumWidth(_LEAST if self.is_open and not is_small else 0)
        if self.is_open and is_small:
            window.rail.open_panel(self._panel)
        elif self.is_open:
            window.right.show_panel(self._panel)
        if not is_small:
            window.resizeDocks([window.right], [self.width], QtCore.Qt.Orientation.Horizontal)
