"""Bringing: a large step is written beside the main thread, then shown like any other."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6 import QtCore

from terradesk.document import Document, Step
from terradesk.edits.arrivals import Incoming
from terradesk.errors import ReadOnlyPlan, StaleEdit, TerraDeskError
from terradesk.i18n import _
from terradesk.plan import Plan
from terradesk.progress import Progress

from .document_model import DocumentModel
from .jobs import Job

Again = Callable[[Plan, int, Progress], Incoming | None]
"""Makes the step for the plan and the alignment as they are now."""


class Bringing(QtCore.QObject):
    """Does one step that brings something from outside, in a `Job`; nothing can be edited then.

    Parameters
    ----------
    model : DocumentModel
    made : Incoming
        The step as it was prepared.
    plan : Plan
        The plan it was prepared for.
    again : callable
        Makes it anew where the plan has changed since: for the copy of a baseline, or when
        something was edited meanwhile.

    Signals
    -------
    started(object)
        The `Job`, for the status bar.
    done(object)
        The `Step`, when every view shows it.
    """

    started = QtCore.Signal(object)
    done = QtCore.Signal(object)

    def __init__(self, model: DocumentModel, made: Incoming, plan: Plan, again: Again) -> None:
        super().__init__(model)
        self._model, self._made, self._plan, self._again = model, made, plan, again
        self._alignment = model.alignment
        self._document = model.document

    def start(self) -> None:
        """Ask about a baseline, then begin; after the step that is being written, if one is."""
        if self._model.is_held:
            self._model.held_changed.connect(self._start_later)
            return
        try:
            _edit, is_refused = self._model.in_draft(self._made.edit)
        except TerraDeskError as error:
            self._model.on_error(error, False)
            is_refused = True
        if is_refused:
            self.deleteLater()
        else:
            self._begin()

    def _start_later(self, _is_held: bool) -> None:
        """The step before this one is written; its views come first."""
        self._model.held_changed.disconnect(self._start_later)
        QtCore.QTimer.singleShot(0, self, self._start_if_open)

    def _start_if_open(self) -> None:
        if self._is_ours:
            self.start()
        else:
            self.deleteLater()

    def _begin(self) -> None:
        model, document = self._model, self._document
        is_fresh = self._alignment == model.alignment and self._plan is document.plan
        alignment, over = model.alignment, threading.Event()

        def write(progress: Progress) -> Step | None:
            try:
                return self._write(document, alignment, is_fresh, progress)
            finally:
                over.set()

        model.hold(over.wait)
        job = Job(_("Importing"), write)
        self.started.emit(job)
        job.succeeded.connect(self._on_success)
        job.failed.connect(self._on_failure)
        job.cancelled.connect(lambda: self._end(None))
        job.start()

    def _write(
        self, document: Document, alignment: int, is_fresh: bool, progress: Progress
    ) -> Step | None:
        """In the thread: the step is on disk when this returns."""
        made: Incoming | None = self._made
        if not is_fresh:
            made = self._again(document.plan, alignment, progress)
        if made is None:
            return None
        progress(0.9, _("Writing the import into the plan"))
        return document.bring(made)

    @property
    def _is_ours(self) -> bool:
        """Whether the plan is still the one that it was begun with."""
        return self._model.is_open and self._model.document is self._document

    def _end(self, step: Step | None) -> bool:
        is_ours = self._is_ours and self._model.is_held
        if is_ours:
            self._model.release(step)
        return is_ours

    def _on_success(self, step: Step | None) -> None:
        if self._end(step):
            if step is None:
                self._model.say(_("Nothing changed: the plan holds all of it already."))
            else:
                self.done.emit(step)
        self.deleteLater()

    def _on_failure(self, error: BaseException) -> None:
        if not self._end(None):
            self.deleteLater()
            return
        can_retry = isinstance(error, TerraDeskError)
        can_retry &= not isinstance(error, ReadOnlyPlan | StaleEdit)
        if self._model.on_error(error, can_retry) and can_retry and self._is_ours:
            self._begin()
        else:
            self.deleteLater()
