"""Choices over the map: looked for when the Build panel asks, one of them taken to the panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6 import QtCore

from terradesk.i18n import _

from ..panels.build.pareto import Chooser
from ..panels.build.searching import ChoiceSearch

if TYPE_CHECKING:
    from terradesk.builder.plans.preparing import Prepared

    from ..panels.build.choices import Choice
    from .window import MainWindow


class Choosing(QtCore.QObject):
    """Holds the strip of choices and the search behind it.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._model = window, window.model
        self._prepared: Prepared | None = None
        self.search = ChoiceSearch(self)
        self.chooser = Chooser(window.map, window.model)
        window.map.floats.over.append(self.chooser)
        self._panel.choices_wanted.connect(self.start)
        self._panel.left.connect(self.close)
        self.search.progressed.connect(self.chooser.show_progress)
        self.search.found.connect(self._show)
        self.search.failed.connect(self._failed)
        self.chooser.taken.connect(self._take)
        self.chooser.left.connect(self._leave)
        self.chooser.stopped.connect(self.search.stop)
        for signal in (self._model.opened, self._model.closed, self._model.alignment_changed,
                       self._model.edited):  # fmt: skip
            signal.connect(self.close)

    @property
    def _panel(self) -> Any:
        return self._window.panels["build"]

    def start(self) -> None:
        """Look for choices with the settings of the panel."""
        model = self._model
        self.search.start(
            model.plan, model.alignment, self._panel.form.settings, model.selected_units
        )
        self.chooser.free_width = self._window.build_side.covered
        self.chooser.show_searching()
        self._make_room()

    def _show(self, prepared: Prepared, choices: list[Choice]) -> None:
        self._prepared = prepared
        if not choices:
            self.close()
            self._model.say(_("No choice was found in that time."))
            return
        ready = self._window.map.following.prepared
        overview, box = (ready.overview, ready.home.box) if ready is not None else (None, None)
        self.chooser.show_choices(choices, overview, box)
        self._make_room()

    def _make_room(self) -> None:
        """Show the plan in the part of the map that the strip leaves free."""
        self._window.map.cover(foot=self.chooser.height())

    def _failed(self, error: BaseException) -> None:
        self.close()
        self._window.tell_error(error)

    def _take(self, choice: Choice) -> None:
        prepared = self._prepared
        self.close()
        if prepared is not None:
            self._panel.take_result(prepared, choice.result)

    def _leave(self) -> None:
        self.close()
        self._model.propose(None)

    def close(self, *_args: object) -> None:
        """Close the strip; what is being looked for is thrown away."""
        self.search.drop()
        self._prepared = None
        if self.chooser.isVisible():
            self.chooser.close_choices()
        self._window.map.cover(foot=0.0)
