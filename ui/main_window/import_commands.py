"""Files that come in: the page, the step that follows it, and the imports a plan remembers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from terradesk import i18n, paths
from terradesk.document import Step
from terradesk.errors import ReadOnlyPlan, TerraDeskError
from terradesk.i18n import _, ngettext
from terradesk.measures import money
from terradesk.plan import Plan

from ..bringing import Bringing

if TYPE_CHECKING:
    from ..dialogs.importing.page import Import
    from .window import MainWindow

_SHOWN_MS = 8000


class ImportCommands:
    """Handlers of what brings files into a plan.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        self._window, self._model = window, window.model
        self.n_waiting = 0  # files that were dropped together with the one that is shown

    def ask(self, gives: str = "") -> Path | None:
        """Ask for a file."""
        from ..dialogs.importing.files import ask_file

        return ask_file(self._window, self._window.settings.last_folder, gives)

    def show(self, path: Path, has_plan: bool = True, wanted: str = "") -> None:
        """Show the import page for a file.

        Parameters
        ----------
        path : Path
        has_plan : bool
            False: it becomes a new plan, whatever is open.
        wanted : str
            Kind of import to begin with.
        """
        self.remember_folder(path)
        from ..dialogs.importing.page import Importing

        is_open = has_plan and self._model.is_open
        if is_open and self._model.document.is_read_only:
            self._window.tell_error(
                ReadOnlyPlan(
                    _("This plan is open for reading only."), _("Save a copy and work on that.")
                )
            )
            return
        plan = self._model.plan if is_open else None
        alignment = self._model.alignment if is_open else 0
        page = Importing(path, plan, alignment, self._window, wanted)
        page.tell_waiting(self.n_waiting)
        self.n_waiting = 0
        page.accepted_import.connect(self._do)
        page.open()

    def remember_folder(self, path: Path) -> None:
        """Begin the next search for a file where this one lay."""
        if paths.cache_dir() not in path.parents:  # else it is a table that was pasted
            self._window.change_settings(last_folder=str(path.parent))

    def _do(self, wanted: Import) -> None:
        made = wanted.prepared
        if made.plan is not None:
            self._window.files.start_from_plan(made.plan, lambda: self._tell_new(wanted))
            return
        if made.incoming is None or wanted.plan is None:
            self._finish(wanted)
            return
        before = int(self._model.plan.accounts_present.sum())
        bringing = Bringing(self._model, made.incoming, wanted.plan, wanted.again)
        bringing.started.connect(self._window.show_job)
        bringing.done.connect(lambda step: self._tell(wanted, step, before))
        bringing.start()

    def _tell(self, wanted: Import, step: Step, n_before: int) -> None:
        plan = self._model.plan
        told = self._after(wanted, plan)
        if wanted.kind.key == "accounts":
            text = added_sentence(plan, n_before, wanted.source.name)
        else:
            text = step.text if step.text.endswith((".", "!", "?")) else f"{step.text}."
        text = f"{text} {told}".strip()
        self._model.say(text, True)
        self._offer(text, wanted, plan, True)
        if wanted.prepared.incoming and wanted.prepared.incoming.arrivals.accounts is not None:
            self._window.offer_balance_measure()

    def _tell_new(self, wanted: Import) -> None:
        """What came into a plan that was made around it."""
        if wanted.kind.key == "accounts":
            plan = self._model.plan
            text = f"{added_sentence(plan, 0, wanted.source.name)} {self._after(wanted, plan)}"
            self._model.say(text.strip())
            self._offer(text.strip(), wanted, plan, False)

    def _offer(self, text: str, wanted: Import, plan: Plan, has_undo: bool) -> None:
        """Put the way to what is to be done next beside what was said."""
        say = self._window.map.floats.message.say
        if money.warnings(plan):
            rates = self._window.actions_by_id["analyse.currencies"].trigger
            say(text, has_undo, False, _("Set rates"), rates)
        elif wanted.prepared.report.unplaced:
            say(text, has_undo, False, _("Show unplaced"), self.show_unplaced)

    def _after(self, wanted: Import, plan: Plan | None) -> str:
        """What belongs to an import beside its step, and a sentence about it."""
        try:
            return wanted.prepared.after(plan) if wanted.prepared.after is not None else ""  # type: ignore[arg-type]
        except TerraDeskError as error:
            self._window.tell_error(error)
            return ""

    def _finish(self, wanted: Import) -> None:
        """An import that changes no plan: postcodes are kept for all of them."""
        told = self._after(wanted, wanted.plan)
        if self._model.is_open:
            self._model.say(told)
        else:
            self._window.status.showMessage(told, _SHOWN_MS)

    def show_past(self) -> None:
        """Show what has been imported so far."""
        from ..dialogs.importing.past import PastImports

        dialog = PastImports(self._model, self._window)
        dialog.unplaced_wanted.connect(self.show_unplaced)
        dialog.import_wanted.connect(self._window.files.import_file)
        dialog.open()

    def show_unplaced(self) -> None:
        """Show the accounts without a place in their table, to be dragged onto the map."""
        panel = self._window.panels["accounts"]
        self._window.bottom.set_collapsed(False)
        self._window.bottom.show_panel(panel)
        panel.show_unplaced()  # type: ignore[attr-defined]

    def place_again(self) -> None:
        """Look for places of accounts anew, with a summary before anything changes."""
        from ..dialogs.importing.placing_again import PlacingAgain

        PlacingAgain(self._model, self._window).open()


def added_sentence(plan: Plan, n_before: int, source: str) -> str:
    """What an import of accounts did, and how many of all accounts are in no area."""
    is_there = plan.accounts_present
    n, n_outside = int(is_there.sum()) - n_before, int((is_there & (plan.accounts.unit < 0)).sum())
    text = ngettext("Added {n} account from {file}.", "Added {n} accounts from {file}.", n)
    said = text.format(n=i18n.number(n), file=i18n.isolate(source))
    if n_outside and len(plan.units):
        more = ngettext("{n} account is in no {area}.", "{n} accounts are in no {area}.", n_outside)
        said += " " + more.format(n=i18n.number(n_outside), area=plan.noun(1))
    return said
