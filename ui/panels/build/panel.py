"""The Build panel: what is asked, how it goes, what it would bring, and taking it or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore, QtGui

from terradesk import measures
from terradesk.i18n import _

from ...document_model import DocumentModel, Edited
from . import asking, facts, outcome, relaxing, session
from .previewing import Previewer, Shown
from .session import Session
from .sheet import Sheet

if TYPE_CHECKING:
    from terradesk.builder.plans.preparing import Prepared
    from terradesk.builder.plans.settings import Settings
    from terradesk.builder.problem import Result, Snapshot
    from terradesk.builder.why.telling import Told


_AHEAD_MS = 3000  # after a plan was opened, when the map is there
_WAITING_MS = 60_000  # that a process waits for a build after the menu was looked at
_DOUBLE_MS = 500  # the second click of a double click on Build means nothing to Accept


class BuildPanel(Sheet):
    """Builds territories beside the map; the plan changes only when the user accepts.

    Parameters
    ----------
    model : DocumentModel

    Signals
    -------
    opened(), left()
        It wants to be seen; it is done with.
    show_units(object)
        Unit rows to zoom to.
    choices_wanted()
        Several ways to go should be shown side by side; `take_result` takes one of them.
    """

    opened = QtCore.Signal()
    left = QtCore.Signal()
    show_units = QtCore.Signal(object)
    choices_wanted = QtCore.Signal()

    def __init__(self, model: DocumentModel) -> None:
        super().__init__()
        self.length_unit = "km"
        self._model = model
        self._is_made = self._is_accepting = False
        self._remembered: dict[str, Settings] = {}
        self._answer: asking.Answer | None = None
        self.session, self.previewer = Session(self), Previewer(self)
        self._since = QtCore.QElapsedTimer()
        self._forget_build()
        self._connect()

    def _forget_build(self) -> None:
        self.prepared: Prepared | None = None
        self.result: Result | None = None
        self._shot: Snapshot | None = None
        self._is_taken = self._is_shown = False
        self._before: facts.Facts | None = None
        self._then: Callable[[], object] | None = None
        self.previewer.forget()

    # ------------------------------------------------------------------ made when first opened
    def _make(self) -> None:
        self._is_made = True
        self.lay_out(self._model)
        self.asking = asking.Asking(self)
        self._connect_parts()
        self._show_phase()

    def _connect(self) -> None:
        model = self._model
        model.opened.connect(self._plan_changed)
        model.opened.connect(lambda: QtCore.QTimer.singleShot(_AHEAD_MS, self, self._read_ahead))
        model.closed.connect(self._plan_gone)
        model.alignment_changed.connect(self._plan_changed)
        model.edited.connect(self._edited)
        for name, slot in (("began", self._began), ("improved", self._improved),
                           ("ended", self._ended), ("failed", self._failed)):  # fmt: skip
            getattr(self.session, name).connect(slot)
        self.previewer.ready.connect(self._show)
        self.previewer.failed.connect(self._failed)
        shortcut = QtCore.Qt.ShortcutContext.WidgetWithChildrenShortcut
        for keys, act in (("Esc", self.step_back), ("Ctrl+Return", self._go_on)):
            QtGui.QShortcut(QtGui.QKeySequence(keys), self, act, context=shortcut)

    def _connect_parts(self) -> None:
        for button, act in (
            (self.close_button, self.leave), (self.build_button, self.build),
            (self.accept_button, self.accept), (self.keep_button, self.keep),
            (self.discard_button, self.discard), (self.choices_button, self.choices_wanted.emit),
        ):  # fmt: skip
            button.clicked.connect(lambda _on=False, act=act: act())
        self.form.changed.connect(self._asked)
        self.why.units_clicked.connect(self._show_places)
        self.why.relax_clicked.connect(self._relax)
        self.asking.succeeded.connect(self._answered)
        self.asking.failed.connect(self._refused)
        self.asking.slow_changed.connect(self._checking)
        self.progress.pause_clicked.connect(self._pause)
        self.progress.stop_clicked.connect(self.session.stop)
        self.progress.again_clicked.connect(self.build)

    # ------------------------------------------------------------------ opened and left
    @property
    def is_in_use(self) -> bool:
        """Whether a build runs or its preview stands."""
        return self.session.is_running or self.result is not None

    def open(self) -> None:
        """Be seen, ready to ask; what runs or stands goes on."""
        if self._model.is_open:
            self._get_ready()
            self.opened.emit()
            self.form.start.setFocus()

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        """Be ready, however it came into view."""
        super().showEvent(event)
        if self._model.is_open and not self._is_made:
            self._get_ready()

    def _get_ready(self) -> None:
        is_first = not self._is_made
        if is_first:
            self._make()
        if is_first or not self.is_in_use:
            self._fill(self._remembered.get(self._key) or self._usual())
        session.warm_up()

    def expect(self) -> None:
        """A build may be wanted soon: a process waits for it, for a while."""
        if self._model.is_open:
            session.warm_up()
            QtCore.QTimer.singleShot(_WAITING_MS, self, self._stop_expecting)

    def _stop_expecting(self) -> None:
        if not self.isVisible() and not self.is_in_use:
            session.cool_down()

    def set_settings(self, settings: Settings) -> None:
        """Open with these settings, without building."""
        self._drop()
        self._remembered[self._key] = settings
        self.open()
        self._fill(settings)

    def start(self, settings: Settings) -> None:
        """Open with these settings and build."""
        self.set_settings(settings)
        self.build()

    def leave(self) -> None:
        """Throw away what runs and what stands, and close."""
        if self.is_in_use and not self._is_taken:
            self._model.say(_("The preview is gone; your plan is as it was."))
        self._drop()
        session.cool_down()
        self.left.emit()

    def step_back(self) -> None:
        """Esc: stop what runs, else close."""
        if self.session.is_running:
            self.session.stop()
        else:
            self.leave()

    def _go_on(self) -> None:
        button = self.accept_button if self.is_in_use else self.build_button
        if button.isEnabled():
            button.click()

    @property
    def _key(self) -> str:
        return self._model.plan.uid

    def _usual(self) -> Settings:
        from terradesk.builder.plans.settings import settings_for

        return settings_for(self._model.plan, self._model.alignment)

    def _fill(self, settings: Settings) -> None:
        self.trouble.hide()
        self.form.show_settings(settings)
        self._show_phase()
        self._ask_why()

    def _plan_changed(self) -> None:
        """Another plan or scenario: what was built for the one before is gone."""
        if self._is_accepting:
            return
        if self.is_in_use:
            self._model.say(_("The preview is gone; your plan is as it was."))
        self._drop()
        if self._is_made and self._model.is_open and self.isVisible():
            self._fill(self._remembered.get(self._key) or self._usual())

    def _read_ahead(self) -> None:
        if self._model.is_open and not self._is_made:
            session.read_ahead()

    def _plan_gone(self) -> None:
        self._drop()
        session.cool_down()
        self.left.emit()

    def _drop(self) -> None:
        self.session.drop()
        self._forget_build()
        if self._model.is_open:
            self._model.propose(None)
        self._show_phase()

    # ------------------------------------------------------------------ asking
    def _asked(self) -> None:
        self._remembered[self._key] = self.form.settings
        self.trouble.hide()
        self._show_phase()
        self._ask_why()

    def set_chosen(self, territories: tuple[int, ...]) -> None:
        """Territories that are selected in the list."""
        if self._is_made and not self.is_in_use:
            self.form.set_concerned(territories)

    def _ask_why(self) -> None:
        if self._is_made and not self.form.is_complete:
            self.asking.stop()
            self.why.clear()
        elif self._is_made and not self.session.is_running:
            self.asking.about(self._model.plan, self._model.alignment, self.form.settings,
                            self._model.selected_units)  # fmt: skip

    def _answered(self, answer: asking.Answer) -> None:
        self._answer = answer
        self.trouble.hide()
        self.why.show_tolds(answer.tolds, answer.headline)
        if not self.why.has_something:
            self.why.say(_("Nothing stands in the way."))
        self._show_phase()

    def _checking(self, is_slow: bool) -> None:
        if is_slow or self.why.state.text() == _("Checking…"):
            self.why.say(_("Checking…") if is_slow else "")
            self._show_phase()

    def _refused(self, error: BaseException) -> None:
        self.why.clear()
        self.trouble.tell(error)

    def _show_places(self, rows: np.ndarray) -> None:
        self._model.select_units(rows)
        self.show_units.emit(rows)

    def _relax(self, told: Told) -> None:
        """Ask for less, or change the plan where that opens a way."""
        model, answer = self._model, self._answer
        if told.relax is None or answer is None:
            return
        remedy = told.relax.remedy
        changed = relaxing.settings_after(self.form.settings, remedy)
        if changed is not None:
            self._remembered[self._key] = changed
            self._fill(changed)
        else:
            model.attempt(
                lambda: relaxing.edit_after(model.plan, model.alignment, answer.prepared, remedy)
            )

    # ------------------------------------------------------------------ building
    def build(self) -> None:
        """Build with the settings of the form; what stood before is thrown away."""
        settings, model = self.form.settings, self._model
        self._drop()
        self._remembered[self._key] = settings
        self.asking.stop()
        self.trouble.hide()
        self.note.say("")
        self.table.show_lines(())
        self.progress.begin(settings.wishes[0].tolerance, bool(model.view.locked_territories))
        self.session.start(model.plan, model.alignment, settings, model.selected_units)
        self._since.start()
        self._show_phase()
        QtCore.QTimer.singleShot(0, self, self.show_outcome)

    def take_result(self, prepared: Prepared, result: Result) -> None:
        """Let a result that was found elsewhere stand as if it had been built here."""
        self._drop()
        self.asking.stop()
        self.trouble.hide()
        self.prepared, self._before = prepared, session.before(prepared)
        self.progress.begin(
            float(prepared.problem.tolerances[0]), bool(self._model.view.locked_territories)
        )
        self._ended(result)

    def _began(self, found: tuple[Prepared, facts.Facts | None]) -> None:
        self.prepared, self._before = found
        self.progress.show_state("running")
        if self._before is not None and self.prepared.options.start == "baseline":
            self.progress.mark_before(self._before.worst, self._before.shape)
        self.note.say("\n".join(self.prepared.notes), "info")

    def _pause(self) -> None:
        self.session.pause()
        self.progress.show_state("paused" if self.session.is_paused else "running")

    def _improved(self, shot: Snapshot) -> None:
        self._shot = shot
        self.progress.add(
            shot.seconds, shot.iterations, shot.fraction, shot.worst, shot.compactness
        )
        self._preview()

    def _ended(self, result: Result | None) -> None:
        if result is None or self.prepared is None:
            self._then = None
            self._drop()
            self._ask_why()
            return
        self.result = result
        self._mark_end(result)
        had_focus = self.focusWidget() in (self.progress.stop, self.progress.pause)
        self.progress.show_state("done" if result.stopped == "complete" else "stopped")
        self.progress.tell(self._shot.seconds if self._shot else result.seconds, result.iterations)
        answer = self._answer
        if answer is not None and not asking.is_same_question(answer, self.prepared):
            answer = None
        self.note.say(*asking.warning(self._model.plan, self.prepared, result, answer))
        self._preview()
        self._show_phase()
        if had_focus:
            self.accept_button.setFocus()
        QtCore.QTimer.singleShot(0, self, self.show_outcome)
        session.warm_up()
        then, self._then = self._then, None
        if then is not None:
            then()

    def _mark_end(self, result: Result) -> None:
        """Let the curves end at what was found: the last snapshot was before it."""
        if self._shot is not None:
            found = facts.facts_of(result.figures, result.violations)
            seconds = max(self._shot.seconds, result.seconds)
            self.progress.mark(seconds, found.worst, found.shape)

    def _failed(self, error: BaseException) -> None:
        self._drop()
        self.trouble.tell(error)
        self._ask_why()

    # ------------------------------------------------------------------ the preview
    def _preview(self) -> None:
        """Work out what the newest find would do to the plan as it is now."""
        found, model = self.result or self._shot, self._model
        if self.prepared is not None and found is not None:
            self.previewer.ask(model.plan, model.alignment, self.prepared, found)

    def _show(self, shown: Shown) -> None:
        """Let the map and the figures show it."""
        model = self._model
        if self.prepared is None or not model.is_open:
            return
        if shown.plan is not model.plan:
            self._preview()
            return
        model.propose(shown.tentative)
        self._is_shown = True
        self._show_phase()
        self.note.add("\n".join(shown.accepted.notes))
        has_other = bool(shown.accepted.n_edited or shown.accepted.n_locked)
        self._show_table(shown.facts, has_other)

    def _show_table(self, after: facts.Facts, has_other: bool) -> None:
        """The figures; `has_other` where the plan went another way meanwhile."""
        prepared, model = self.prepared, self._model
        assert prepared is not None
        asked, proposal = prepared.settings, model.proposal
        tolerance = float(prepared.problem.tolerances[0])
        before, balance = self._before, measures.standing_of(model.view).balance
        if before is not None and balance is not None:
            before = facts.comparable(before, prepared, balance)
        effect = proposal.effect if proposal else None
        if has_other and effect is not None and effect.after is not None:
            after = facts.as_it_is(after, effect.after, tolerance)
        self.table.show_lines(facts.lines(
            model.plan, before, after, effect, tolerance, prepared.measures[0].name,
            bool(model.view.locked_territories), self.length_unit,
            bool(asked.district_column) and asked.mode != "nested",
        ))  # fmt: skip

    def _edited(self, edited: Edited) -> None:
        """The preview stays, against the plan as it is now."""
        if self._is_accepting or not self._is_made:
            return
        if self.prepared is not None:
            self._preview()
        elif not self.session.is_running and self.isVisible():
            self._ask_why()

    # ------------------------------------------------------------------ taken or not
    def accept(self) -> None:
        """Make the preview the plan, in one step; what runs is stopped first."""
        self._take(self.accept, "")

    def keep(self) -> None:
        """Put the preview into a scenario of its own."""
        self._take(self.keep, outcome.free_name(self._model.plan))

    def _take(self, again: Callable[[], object], scenario: str) -> None:
        if self.session.is_running:
            self._then = again
            self.session.stop()
            self.progress.show_state("stopping")
            return
        if self.result is None or self.prepared is None:
            return
        self._is_accepting = True
        try:
            is_done = outcome.accept_into(self._model, self.prepared, self.result, scenario)
        finally:
            self._is_accepting = False
        if is_done:
            self._is_taken = True
            self.leave()
        else:
            self._preview()

    def discard(self) -> None:
        """Throw the preview away; the form stays open."""
        self._drop()
        self._ask_why()

    # ------------------------------------------------------------------ what is seen
    def _show_phase(self) -> None:
        if self._is_made:
            is_shown = self._is_shown and self._since.hasExpired(_DOUBLE_MS)
            self.show_phase(self.is_in_use, is_shown or self.result is not None)

    def restyle(self) -> None:
        """Icons follow the theme by themselves."""
