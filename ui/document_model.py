"""DocumentModel: the Document's observer in, Qt signals out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from PySide6 import QtCore

from terradesk.document import Document, Step
from terradesk.edits import Assigned, Edit, Touched, scenarios, touched
from terradesk.errors import ReadOnlyPlan, StaleEdit, TerraDeskError
from terradesk.i18n import _
from terradesk.measures import WhatIf, carry, what_if
from terradesk.plan import UNASSIGNED, AlignmentView, Plan


@dataclass(frozen=True, slots=True, eq=False)
class Edited:
    """One step as the views see it.

    Parameters
    ----------
    step : Step or None
        None when another plan or scenario came into view.
    before, plan : Plan
    touched : Touched
        What of the alignment in view changed.
    """

    step: Step | None
    before: Plan
    plan: Plan
    touched: Touched


@dataclass(frozen=True, slots=True, eq=False)
class Tentative:
    """What a gesture or another question would do, not done yet.

    Parameters
    ----------
    edit : Edit or None
    plan : Plan
        The plan as it would be.
    unit_rows, account_rows : ndarray of int32
    target : int
        Territory id they would go to, -1 none.
    n_locked, n_named : int
        What the edit leaves alone.
    effect : WhatIf or None
        Figures before and after; `DocumentModel.preview` works them out, once for all views.
    is_proposal : bool
        Whether it stands until it is accepted or taken back (`DocumentModel.propose`).
    """

    edit: Edit | None
    plan: Plan
    unit_rows: np.ndarray
    account_rows: np.ndarray
    target: int
    n_locked: int = 0
    n_named: int = 0
    effect: WhatIf | None = None
    is_proposal: bool = False


_NO_ROWS = np.empty(0, np.int32)


def _raise(error: BaseException, can_retry: bool) -> bool:
    raise error


class DocumentModel(QtCore.QObject):
    """The open document for Qt: views connect to its signals and call its methods only.

    Signals
    -------
    opened()
        Another document; everything is new.
    closed()
        No document is open any more: let go of what belongs to it.
    edited(Edited)
        Once per do, undo and redo.
    alignment_changed()
        Another scenario is in view.
    current_changed(int)
        Current territory (id), -1 none: what brush, fill and Enter assign to.
    selection_changed()
        Selected units or accounts.
    hovered(int)
        Unit row under the cursor, -1 none.
    previewed(object)
        `Tentative` with its ``effect`` while a gesture goes on; when it ends the proposal that
        stands, or None.
    proposed()
        Another proposal stands, or none, or it is shown or hidden.
    message(str, bool)
        What just happened, and whether Undo belongs to it.
    held_changed(bool)
        Whether a large step is being written, during which nothing else can be done.
    """

    opened = QtCore.Signal()
    closed = QtCore.Signal()
    edited = QtCore.Signal(object)
    alignment_changed = QtCore.Signal()
    current_changed = QtCore.Signal(int)
    selection_changed = QtCore.Signal()
    hovered = QtCore.Signal(int)
    previewed = QtCore.Signal(object)
    proposed = QtCore.Signal()
    message = QtCore.Signal(str, bool)
    held_changed = QtCore.Signal(bool)

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._document: Document | None = None
        self._leave = lambda: None
        self._before: Plan | None = None
        self._held: tuple[Plan, Callable[[], object]] | None = None
        self._did: WhatIf | None = None
        self._alignment = 0
        self._current = UNASSIGNED
        self._recent: list[int] = []
        self.selected_units: np.ndarray = _NO_ROWS
        self.selected_accounts: np.ndarray = _NO_ROWS
        self.tentative: Tentative | None = None
        self._proposal: Tentative | None = None
        self._shows_proposal = True
        self.on_error: Callable[[BaseException, bool], bool] = _raise
        self.on_baseline: Callable[[str], str] = lambda _name: "edit"  # or "copy", or ""
        self._editable: set[str] = set()

    # ------------------------------------------------------------------ the document
    @property
    def document(self) -> Document:
        """The open document; only asked for while `is_open`."""
        assert self._document is not None
        return self._document

    @property
    def is_open(self) -> bool:
        """Whether a plan is open."""
        return self._document is not None

    @property
    def plan(self) -> Plan:
        """The plan as it is now; while a step is being written, as it was before it."""
        return self.document.plan if self._held is None else self._held[0]

    @property
    def is_held(self) -> bool:
        """Whether a large step is being written: only looking is possible."""
        return self._held is not None

    def hold(self, wait: Callable[[], object]) -> None:
        """Show the plan as it is and refuse edits while another thread writes a step.

        Parameters
        ----------
        wait : callable
            Comes back when that thread is done; called when the plan is closed meanwhile.
        """
        self.propose(None)
        self.preview(None)
        self._held = (self.document.plan, wait)
        self._leave()
        self.held_changed.emit(True)

    def release(self, step: Step | None) -> None:
        """What was written (None: nothing) is done: show it and allow edits again."""
        self._held = None
        self._leave = self.document.observe(self._on_step)
        if step is not None:
            self._on_step(step, self.document.plan)
        self.held_changed.emit(False)

    @property
    def alignment(self) -> int:
        """Id of the alignment in view."""
        return self._alignment

    @property
    def view(self) -> AlignmentView:
        """The alignment in view."""
        return self.plan.alignment(self._alignment)

    def open(self, document: Document, alignment: int = 0) -> None:
        """Show another document; the last scenario that is not the baseline comes into view."""
        self.close()
        self._document = document
        self._before = document.plan
        self._alignment = alignment or self._first_alignment(document.plan)
        self._leave = document.observe(self._on_step)
        self.opened.emit()

    @staticmethod
    def _first_alignment(plan: Plan) -> int:
        open_ones = [s for s in plan.scenarios if not s.is_baseline] or plan.scenarios
        return plan.alignment_of(open_ones[-1].id)

    def close(self) -> None:
        """Let go of the document."""
        was_open = self.is_open
        if self._held is not None:
            self._held[1]()
            self.release(None)
        self._proposal, self._shows_proposal = None, True
        if self._document is not None:
            self._leave()
            self._document.close()
            self._document = None
        self.selected_units = self.selected_accounts = _NO_ROWS
        self._current, self._recent, self.tentative = UNASSIGNED, [], None
        self._editable = set()
        self._before = None
        if was_open:
            self.closed.emit()

    # ------------------------------------------------------------------ changing
    def do(self, edit: Edit | None) -> Step | None:
        """Do an edit (None does nothing); raises what `Document.do` raises."""
        self.preview(None)
        self._refuse_while_held()
        return self.document.do(edit) if edit is not None else None

    def _refuse_while_held(self) -> None:
        if self._held is not None:
            raise TerraDeskError(
                _("An import is being written into the plan."),
                _("Wait until it is done, then try again."),
            )

    def attempt(self, make: Callable[[], Edit | Assigned | None], nothing: str = "") -> Step | None:
        """Make an edit and do it, tell the user what it did, or why it could not be done.

        Parameters
        ----------
        make : callable
            Gives an `Edit`, an `Assigned`, or None when there is nothing to do.
        nothing : str
            What to say when nothing changes.

        Returns
        -------
        Step or None
        """
        try:
            self._refuse_while_held()
            made = make()
            assigned = made if isinstance(made, Assigned) else Assigned(made)
            edit, is_refused = self.in_draft(assigned.edit)
        except TerraDeskError as error:
            self.on_error(error, False)
            return None
        if is_refused:
            self.preview(None)
            return None
        before = self.plan
        step = self._do_or_ask(edit)
        if step is not None:
            self.say(self._sentence(before, step, assigned), True)
        elif edit is None and assigned.n_locked:
            self.say(_("Nothing changed: what you chose is locked."))
        elif edit is None and nothing:
            self.say(nothing)
        return step

    def _do_or_ask(self, edit: Edit | None) -> Step | None:
        """Do an edit; where it could not be written, again as often as the user asks for it."""
        while True:
            try:
                return self.do(edit)
            except TerraDeskError as error:
                can_retry = not isinstance(error, ReadOnlyPlan | StaleEdit)
                if not self.on_error(error, can_retry) or not can_retry:
                    return None

    def in_draft(self, edit: Edit | None) -> tuple[Edit | None, bool]:
        """The edit where it may be done: in a copy, if it would redraw a baseline.

        Returns
        -------
        Edit or None
        bool
            Whether the user wants neither.
        """
        if edit is None or not self._redraws_baseline(edit):
            return edit, False
        scenario = self.view.scenario
        answer = self.on_baseline(scenario.name)
        if answer == "edit":
            self._editable.add(scenario.uid)
        if answer != "copy":
            return edit, answer != "edit"
        first = max([self.plan.next_id, *(r.row.id + 1 for r in edit.records)])
        name = _("My draft") if len(self.plan.scenarios) == 1 else ""
        copied = scenarios.copy_scenario(self.plan, scenario.id, name, first)
        old = self._alignment
        if self._do_or_ask(copied) is None:
            return edit, True
        self.show_alignment(copied.alignment)
        return scenarios.rebased(edit, old, copied.alignment), False

    def _redraws_baseline(self, edit: Edit) -> bool:
        if edit.alignment != self._alignment:
            return False
        scenario = self.view.scenario
        is_kept = scenario.is_baseline or scenario.status == "approved"
        draws = any(c.table == "assignment" for c in edit.changes) or any(
            r.kind in ("territory", "override") for r in edit.records
        )
        starts = any(r.kind == "scenario" for r in edit.records)
        return is_kept and draws and not starts and scenario.uid not in self._editable

    def _sentence(self, before: Plan, step: Step, assigned: Assigned) -> str:
        from terradesk import measures

        edit = step.edit
        of_accounts = not edit.changes and all(r.kind == "override" for r in edit.records)
        did = self._did if self._did is not None and self._did.edit is edit else None
        change = did.moved if did is not None else None
        return measures.sentence(
            before, self.plan, self._alignment, edit, assigned,
            of_accounts=of_accounts, change=change,
        )  # fmt: skip

    def undo(self) -> Step | None:
        """Undo the last step; a step of another scenario brings that one into view first."""
        self.preview(None)
        self._refuse_while_held()
        self._follow(self.document.undo_step)
        return self.document.undo()

    def redo(self) -> Step | None:
        """Redo; follows the scenario like `undo`."""
        self.preview(None)
        self._refuse_while_held()
        self._follow(self.document.redo_step)
        return self.document.redo()

    def _follow(self, step: Step | None) -> None:
        if step and step.edit.alignment in self.plan.assignments:
            self.show_alignment(step.edit.alignment)

    def _on_step(self, step: Step, plan: Plan) -> None:
        before, self._before = self._before, plan
        assert before is not None
        if self._alignment in before.assignments and self._alignment in plan.assignments:
            known = before.alignment(self._alignment)
            self._did = carry(known, step.edit, plan.alignment(self._alignment))
        is_gone = self._alignment not in plan.assignments
        if is_gone:
            self._alignment = self._first_alignment(plan)
        self.propose(None)
        if is_gone:
            self.alignment_changed.emit()
        if self._current not in self.view.territories:
            self.set_current(UNASSIGNED)
        here = plan.units_present[self.selected_units]
        if not here.all():
            self.select_units(self.selected_units[here])
        self.edited.emit(Edited(step, before, plan, touched(step.edit, self._alignment)))

    # ------------------------------------------------------------------ what is looked at
    def show_alignment(self, alignment: int) -> None:
        """Bring another scenario into view."""
        if alignment == self._alignment or alignment not in self.plan.assignments:
            return
        self.propose(None)
        self.preview(None)
        self._alignment = alignment
        if self._current not in self.view.territories:
            self.set_current(UNASSIGNED)
        self.alignment_changed.emit()

    @property
    def current(self) -> int:
        """Current territory (id), -1 none."""
        return self._current

    @property
    def recent(self) -> list[int]:
        """Territories that were current, latest first, at most nine."""
        return [t for t in self._recent if t in self.view.territories]

    def set_current(self, territory: int) -> None:
        """Make a leaf territory the current one; -1 for none."""
        if territory != UNASSIGNED:
            self._recent = [territory, *(t for t in self._recent if t != territory)][:9]
        if territory != self._current:
            self._current = territory
            self.current_changed.emit(territory)

    def select_units(self, rows: np.ndarray) -> None:
        """Select these unit rows and no others."""
        rows = np.unique(np.asarray(rows, np.int32))
        if not np.array_equal(rows, self.selected_units):
            self.selected_units = rows
            self.selection_changed.emit()

    def select_accounts(self, rows: np.ndarray) -> None:
        """Select these account rows and no others."""
        rows = np.unique(np.asarray(rows, np.int32))
        if not np.array_equal(rows, self.selected_accounts):
            self.selected_accounts = rows
            self.selection_changed.emit()

    def preview(self, tentative: Tentative | None) -> None:
        """Show what a gesture would do; None when it is over."""
        shown = self._measured(tentative) if tentative is not None else self._standing
        if shown is not self.tentative:
            self.tentative = shown
            self.previewed.emit(shown)

    # ------------------------------------------------------------------ proposals
    @property
    def gesture(self) -> Tentative | None:
        """What a gesture would do; None when only a proposal stands."""
        shown = self.tentative
        return shown if shown is not None and not shown.is_proposal else None

    @property
    def proposal(self) -> Tentative | None:
        """What stands to be accepted, shown or not."""
        return self._proposal

    @property
    def shows_proposal(self) -> bool:
        """Whether views show the proposal instead of the plan as it is."""
        return self._shows_proposal and self._proposal is not None

    @property
    def _standing(self) -> Tentative | None:
        return self._proposal if self._shows_proposal else None

    def propose(self, tentative: Tentative | None) -> None:
        """Let a proposal stand until it is accepted or taken back (None); an edit takes it back.

        Gestures show what they would do over it.
        """
        if tentative is None and self._proposal is None:
            return
        if tentative is None:
            self._shows_proposal = True
        made = replace(tentative, is_proposal=True) if tentative is not None else None
        self._proposal = self._measured(made) if made is not None else None
        self._show_standing()

    def show_proposal(self, is_shown: bool) -> None:
        """Show the proposal that stands, or the plan as it is."""
        if self._proposal is not None and is_shown != self._shows_proposal:
            self._shows_proposal = is_shown
            self._show_standing()

    def _show_standing(self) -> None:
        if self.tentative is None or self.tentative.is_proposal:
            self.preview(None)
        self.proposed.emit()

    def _measured(self, tentative: Tentative) -> Tentative:
        edit = tentative.edit
        if edit is None:
            return tentative
        effect = what_if(self.view, edit, tentative.n_locked, tentative.n_named)
        return replace(tentative, effect=effect)

    def say(self, text: str, has_undo: bool = False) -> None:
        """Tell the user what just happened."""
        self.message.emit(text, has_undo)
