"""Commands on measures: their list, a formula, figures shared out and rolled up, currencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6 import QtWidgets

from terradesk.document import Step
from terradesk.edits.arrivals import Incoming
from terradesk.errors import TerraDeskError
from terradesk.plan import Plan
from terradesk.progress import Progress

from ..bringing import Bringing
from ..dialogs.measuring import FormulaPage, MeasureList, RatesPage, RollUpPage, ShareOutPage
from ..dialogs.measuring.sharing_page import Make

if TYPE_CHECKING:
    from .window import MainWindow


class MeasureCommands:
    """Handlers of the entries on measures.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._model = window.model

    def _parent(self) -> QtWidgets.QWidget:
        """The dialog that is open, else the window."""
        return QtWidgets.QApplication.activeModalWidget() or self._window

    def show_measures(self) -> None:
        """List the measures; change, delete, balance by one."""
        page = MeasureList(self._model, self._parent())
        page.command.connect(lambda name: self._window.actions_by_id[name].trigger())
        page.open()

    def new_measure(self) -> None:
        """Type a formula."""
        FormulaPage(self._model, None, self._parent()).open()

    def share_out(self) -> None:
        """Share a measure of areas out to the accounts."""
        page = ShareOutPage(self._model, self._parent())
        page.chosen.connect(self._bring)
        page.open()

    def roll_up(self) -> None:
        """Roll a column of accounts up to areas."""
        page = RollUpPage(self._model, self._parent())
        page.chosen.connect(self._bring)
        page.open()

    def edit_rates(self) -> None:
        """Choose the plan's currency, and type what others are worth."""
        RatesPage(self._model, self._parent()).open()

    def _bring(self, make: Make) -> None:
        model = self._model

        def again(plan: Plan, alignment: int, progress: Progress) -> Incoming | None:
            return make(plan).incoming

        try:
            made = make(model.plan).incoming
        except TerraDeskError as error:
            model.on_error(error, False)
            return
        work = Bringing(model, made, model.plan, again)
        work.done.connect(self._tell)
        work.start()

    def _tell(self, step: Step) -> None:
        self._model.say(f"{step.text}.", True)
