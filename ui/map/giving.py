"""Giving: the current territory, and what keys and the chip do with it and the selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terradesk import edits
from terradesk.edits import territories
from terradesk.i18n import _
from terradesk.plan import UNASSIGNED

from .chip import NEW_ROW, UNASSIGNED_ROW

if TYPE_CHECKING:
    from .view import MapView


class Giving:
    """Gives the selection to territories.

    Parameters
    ----------
    view : MapView
    """

    def __init__(self, view: MapView) -> None:
        self._view, self._model = view, view.model

    def choose(self, territory: int) -> None:
        """Take up a row of the chip's list."""
        if territory == UNASSIGNED_ROW:
            self._view.set_tool("eraser")
        else:
            self._model.set_current(UNASSIGNED if territory == NEW_ROW else territory)
        self._view.canvas.setFocus()

    def swap_current(self) -> None:
        """Make the territory current that was current before."""
        if len(self._model.recent) > 1:
            self._model.set_current(self._model.recent[1])

    def open_list(self) -> None:
        """Open the list of the chip, ready to type."""
        self._view.floats.chip.open_list()

    def set_locked(self, territory: int, is_locked: bool) -> None:
        """Lock or unlock a territory."""
        model = self._model
        model.attempt(
            lambda: territories.set_locked(model.plan, model.alignment, [territory], is_locked)
        )

    def assign_selection(self) -> None:
        """Assign the selection to the current territory, or ask which."""
        if self._model.current == UNASSIGNED:
            self.open_list()
        else:
            self._give(self._model.current)

    def unassign_selection(self) -> None:
        """Take what is selected out of its territories."""
        self._give(UNASSIGNED)

    def _give(self, territory: int) -> None:
        model = self._model
        units, accounts = model.selected_units, model.selected_accounts
        plan, alignment = model.plan, model.alignment
        there = _("They are unassigned already.")
        if territory != UNASSIGNED:
            name = model.view.name_of(territory)
            there = _("They are in {name} already.").format(name=name)
        if len(units) and not self._view.gestures.options.moves_accounts:
            model.attempt(lambda: edits.assign(plan, alignment, units, territory), there)
        elif len(accounts):
            model.attempt(lambda: edits.name_accounts(plan, alignment, accounts, territory), there)
        else:
            model.say(_("Select something first."))
