"""Where panels that stand alone are: in place of the right dock, or over a small window's map."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtWidgets

from .. import theme

if TYPE_CHECKING:
    from .window import MainWindow

_LEAST, _EDGE = 340, 12
_ALONE = ("build", "swaps")


class BuildSide(QtCore.QObject):
    """Opens and closes the Build panel and the suggested moves as the window's width asks for.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        for name in _ALONE:
            panel: Any = window.panels[name]
            panel.setProperty("wide", theme.WIDTH["build"])
            panel.opened.connect(partial(self.open, panel))
            panel.left.connect(partial(self.close, panel))
        window.territories_panel.chosen_changed.connect(self._take_chosen)

    def expect(self) -> None:
        """The menu that builds is looked at."""
        panel: Any = self._window.panels["build"]
        panel.expect()

    @property
    def is_open(self) -> bool:
        """Whether one of them is meant to be seen."""
        return self._window.right.alone is not None

    @property
    def width(self) -> int:
        """Of the right dock, pixels."""
        return theme.WIDTH["build" if self.is_open else "balance"]

    @property
    def covered(self) -> int:
        """Pixels of the map's end that a panel lies over."""
        window = self._window
        is_over = self.is_open and window.rail.isVisible() and window.rail.is_open
        return theme.WIDTH["build"] + _EDGE if is_over else 0

    def open(self, panel: QtWidgets.QWidget) -> None:
        """Show a panel."""
        self._window.right.show_alone(panel)
        self._take_chosen()
        self.fit()

    def _take_chosen(self) -> None:
        """The selected territories are those that a build may be about."""
        model, panel = self._window.model, self._window.panels["build"]
        if self._window.right.alone is panel and model.is_open:
            chosen = self._window.territories_panel.selected_territories()
            known = [t for t in chosen if t in model.view.territories]
            leaves = [leaf.id for t in known for leaf in model.view.leaves_below(t)]
            panel.set_chosen(tuple(dict.fromkeys(leaves)))  # type: ignore[attr-defined]

    def close(self, panel: QtWidgets.QWidget) -> None:
        """Show what stood there before."""
        if self._window.right.alone is panel:
            window = self._window
            window.rail.close_panel()
            window.right.show_alone(None)
            window.map.cover(end=0.0)
            self.fit()
            window.map.setFocus()

    def fit(self) -> None:
        """Follow the window's width."""
        window, panel = self._window, self._window.right.alone
        is_small = window.rail.isVisible()
        window.right.setMinimumWidth(_LEAST if self.is_open and not is_small else 0)
        if panel is not None and is_small:
            window.rail.open_panel(panel)
        elif panel is not None:
            window.right.show_panel(panel)
        if not is_small:
            window.resizeDocks([window.right], [self.width], QtCore.Qt.Orientation.Horizontal)
        window.map.cover(end=float(self.covered))
