"""ChoiceSearch: looks for ways to go between balance, shape and what is kept, in processes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6 import QtCore

from terradesk.plan import Plan

from ...jobs import Job
from .choices import Choice, prepare_choices

if TYPE_CHECKING:
    from terradesk.builder.plans.preparing import Prepared
    from terradesk.builder.plans.settings import Settings
    from terradesk.builder.running import Run
    from terradesk.progress import Progress

POLL_MS = 100
N_CHOICES = 6


class ChoiceSearch(QtCore.QObject):
    """One search at a time; a new one throws the one before away.

    Signals
    -------
    progressed(float)
        Share of the work that is done.
    found(object, object)
        `Prepared`, and the list of `Choice` against the plan the search began with; empty when it
        was stopped before there was any.
    failed(object)
        The exception.
    """

    progressed = QtCore.Signal(float)
    found = QtCore.Signal(object, object)
    failed = QtCore.Signal(object)

    def __init__(self, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._run: Run | None = None
        self._prepared: Prepared | None = None
        self._plan: Plan | None = None
        self._is_stopping = False
        self._timer = QtCore.QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def is_running(self) -> bool:
        """Whether anything is still to come."""
        return self._job is not None or self._run is not None

    def start(self, plan: Plan, alignment: int, settings: Settings, selection: np.ndarray) -> None:
        """Begin a search."""
        self.drop()
        self._plan, self._is_stopping = plan, False
        self._do(partial(_begin, plan, alignment, settings, selection), self._begun)

    def _do(self, work: Any, then: Any) -> None:
        """Work in a thread; what has been dropped meanwhile is not heard of any more."""
        self._job = job = Job("", work)

        def finish(result: object) -> None:
            if self._job is job:
                self._job = None
                then(result)
            elif isinstance(result, tuple) and hasattr(result[-1], "close"):
                result[-1].close()

        def fail(error: BaseException) -> None:
            if self._job is job:
                self.drop()
                self.failed.emit(error)

        job.succeeded.connect(finish)
        job.failed.connect(fail)
        job.start()

    def _begun(self, begun: tuple[Prepared, Run]) -> None:
        self._prepared, self._run = begun
        if self._is_stopping:
            self._run.cancel()
        self._timer.start()

    def _poll(self) -> None:
        run = self._run
        if run is None:
            self._timer.stop()
            return
        is_over = not run.is_running
        shot = run.snapshot()
        if shot is not None:
            self.progressed.emit(shot.fraction)
        if is_over:
            self._timer.stop()
            plan, prepared = self._plan, self._prepared
            assert plan is not None and prepared is not None
            self._do(partial(_finish, plan, prepared, run), self._finished)

    def _finished(self, choices: list[Choice]) -> None:
        prepared = self._prepared
        self._end_run()
        self.found.emit(prepared, choices)

    def stop(self) -> None:
        """End early; what was found so far comes."""
        self._is_stopping = True
        if self._run is not None:
            self._run.cancel()

    def drop(self) -> None:
        """Throw the search away."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._end_run()

    def _end_run(self) -> None:
        self._timer.stop()
        run, self._run = self._run, None
        self._prepared = None
        if run is not None:
            run.close()


def _begin(
    plan: Plan, alignment: int, settings: Settings, selection: np.ndarray, progress: Progress
) -> tuple[Prepared, Run]:
    from terradesk.builder import running
    from terradesk.builder.plans import preparing

    prepared = preparing.prepare(plan, alignment, settings, selection)
    progress(0.0, "")
    run = running.Run(prepared.problem, prepared.options, "pareto", N_CHOICES)
    return prepared, run.start()


def _finish(plan: Plan, prepared: Prepared, run: Run, progress: Progress) -> list[Choice]:
    from terradesk.builder.plans import accepting

    solutions = run.result()
    results = [one.result for one in solutions] if isinstance(solutions, tuple) else []

    def edit_of(result: Any) -> Any:
        return accepting.accept(plan, prepared.alignment, prepared, result).edit

    return prepare_choices(results, edit_of, plan, progress)
