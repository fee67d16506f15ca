"""One build beside the window: prepared in a thread, run in processes, polled by a timer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore

from terradesk.plan import Plan

from ...jobs import Job
from .facts import Facts, facts_of

if TYPE_CHECKING:
    from terradesk.builder.plans.preparing import Prepared
    from terradesk.builder.plans.settings import Settings
    from terradesk.builder.problem import Result, Snapshot
    from terradesk.builder.running import Run
    from terradesk.progress import Progress

POLL_MS = 60
Rows = np.ndarray


class Session(QtCore.QObject):
    """Runs builds, one at a time.

    Signals
    -------
    began(object)
        The work runs: (`Prepared`, `Facts` of the plan before or None).
    improved(object)
        A `Snapshot`.
    ended(object)
        A `Result`, or None when it was stopped before there was any.
    failed(object)
        The exception.
    """

    began = QtCore.Signal(object)
    improved = QtCore.Signal(object)
    ended = QtCore.Signal(object)
    failed = QtCore.Signal(object)

    def __init__(self, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._run: Run | None = None
        self._job: Job | None = None
        self._is_stopping = False
        self._timer = QtCore.QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def is_running(self) -> bool:
        """Whether a build is being prepared, runs, or hands over its result."""
        return self._job is not None or self._run is not None

    @property
    def is_paused(self) -> bool:
        """Whether the build waits."""
        return self._run is not None and self._run.is_paused

    def start(self, plan: Plan, alignment: int, settings: Settings, selection: Rows) -> None:
        """Begin a build; one that runs is thrown away."""
        self.drop()
        self._is_stopping = False
        self._job = job = Job("", _begin, plan, alignment, settings, selection)
        job.succeeded.connect(lambda found: self._begun(job, found))
        job.failed.connect(lambda error: self._failed(job, error))
        job.cancelled.connect(lambda: self._cancelled(job))
        job.start()

    def _begun(self, job: Job, found: tuple[Begun, Run]) -> None:
        begun, run = found
        if self._job is not job:
            _close_later(run)
            return
        self._job, self._run = None, run
        self.began.emit(begun)
        if self._is_stopping:
            run.cancel()
        self._timer.start()

    def _failed(self, job: Job, error: BaseException) -> None:
        if self._job is job:
            self._job = None
            self._end_run()
            self.failed.emit(error)

    def _cancelled(self, job: Job) -> None:
        if self._job is job:
            self._job = None
            self.ended.emit(None)

    # ------------------------------------------------------------------ while it runs
    def _poll(self) -> None:
        run = self._run
        if run is None:
            self._timer.stop()
            return
        is_over = not run.is_running
        shot: Snapshot | None = run.snapshot()
        if shot is not None and not is_over:
            self.improved.emit(shot)
        if is_over and self._run is run:
            self._timer.stop()
            self._take_result(run)

    def _take_result(self, run: Run) -> None:
        self._job = job = Job("", lambda progress: run.result())
        job.succeeded.connect(lambda found: self._got_result(job, found))
        job.failed.connect(lambda error: self._failed(job, error))
        job.start()

    def _got_result(self, job: Job, result: Result | None) -> None:
        if self._job is job:
            self._job = None
            self._end_run()
            self.ended.emit(result)

    def pause(self) -> None:
        """Let the build wait, or go on."""
        if self._run is not None and self._run.is_running:
            if self._run.is_paused:
                self._run.resume()
            else:
                self._run.pause()

    def stop(self) -> None:
        """End early; `ended` brings the best so far."""
        self._is_stopping = True
        if self._run is not None:
            self._run.cancel()
        elif self._job is not None:
            self._job.cancel()

    def drop(self) -> None:
        """Throw a build away; nothing is told of it any more."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._end_run()

    def _end_run(self) -> None:
        self._timer.stop()
        run, self._run = self._run, None
        if run is not None:
            run.close()


Begun = tuple["Prepared", Facts | None]


def _begin(
    plan: Plan, alignment: int, settings: Settings, selection: Rows, progress: Progress
) -> tuple[Begun, Run]:
    """Prepare and start; called in a thread."""
    from terradesk.builder import running
    from terradesk.builder.plans import preparing

    prepared = preparing.prepare(plan, alignment, settings, selection)
    shown = before(prepared)
    progress(0.0, "")
    return (prepared, shown), running.Run(prepared.problem, prepared.options).start()


def before(prepared: Prepared) -> Facts | None:
    """Figures of the present territories; None where there are none."""
    from terradesk.builder.verifying import verify

    problem = prepared.problem
    if not problem.has_baseline:
        return None
    found = facts_of(*verify(problem, prepared.options, problem.baseline))
    whole, there = pieces_before(prepared)
    return replace(found, n_whole=whole, n_there=there)


def pieces_before(prepared: Prepared) -> tuple[int, int]:
    """How many of the present territories are in one piece, of how many there are.

    The baseline of a build has no territory that goes, and one that is to be made may begin in it.
    """
    from terradesk.builder.verifying import pieces

    ids, labels = np.unique(prepared.before, return_inverse=True)
    found = pieces(prepared.problem, prepared.options, labels.astype(np.int32))
    first = np.unique(np.column_stack((labels, found)), axis=0)[:, 0]
    is_held = ids >= 0
    n_parts = np.bincount(first, minlength=len(ids))[is_held]
    return int((n_parts == 1).sum()), len(n_parts)


def _close_later(run: Run) -> None:
    Job("", lambda progress: run.close()).start()


def read_ahead() -> None:
    """Import the builder beside the window, so that the panel opens at once."""
    Job("", _import_builder).start()


def _import_builder(progress: Progress) -> None:
    from terradesk.builder.plans import preparing, settings
    from terradesk.builder.why import diagnosing, telling

    assert diagnosing and preparing and settings and telling


def warm_up() -> None:
    """Start a process that waits for work, so that the first build begins at once."""
    from terradesk.builder import running

    Job("", lambda progress: running.get_ready(1)).start()


def cool_down() -> None:
    """End the processes that wait."""
    import sys

    running = sys.modules.get("terradesk.builder.running")
    if running is not None:
        running.let_go()
