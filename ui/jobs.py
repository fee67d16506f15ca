"""Job: the one place where work leaves the main thread."""

from __future__ import annotations

import atexit
import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6 import QtCore

from terradesk.progress import Cancelled, Progress

_running: set[Job] = set()  # a Job nobody holds would be collected before its signal arrives
_is_over = threading.Event()
_LAST_S = 3.0  # what does not end by then is left behind


class Job(QtCore.QObject):
    """Runs ``function(*args, progress=...)`` in a thread; all signals arrive on the main thread.

    Signals
    -------
    progressed(float, str)
    succeeded(object)
        What the function returned.
    failed(object)
        The exception.
    cancelled()
    ended()
        After each of the last three.
    """

    progressed = QtCore.Signal(float, str)
    succeeded = QtCore.Signal(object)
    failed = QtCore.Signal(object)
    cancelled = QtCore.Signal()
    ended = QtCore.Signal()
    _done = QtCore.Signal(object, object)

    def __init__(self, title: str, function: Callable[..., Any], *args: Any) -> None:
        super().__init__()
        self.title = title
        self._function, self._args = function, args
        self._cancel = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name=title)
        self._done.connect(self._finish, QtCore.Qt.ConnectionType.QueuedConnection)

    def start(self) -> Job:
        """Begin; returns the job itself."""
        _running.add(self)
        self._thread.start()
        return self

    def cancel(self) -> None:
        """Ask the work to stop at its next report of progress."""
        self._cancel.set()

    def wait(self, seconds: float) -> None:
        """Wait until the thread has ended, at most so long; no signal is heard meanwhile."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            result, error = self._function(*self._args, progress=self._progress), None
        except BaseException as caught:  # everything is told on the main thread
            result, error = None, caught
        if not _is_over.is_set():
            with contextlib.suppress(RuntimeError):  # the object has gone meanwhile
                self._done.emit(result, error)
        # An error holds this frame and the frame this job: a cycle would leave the job to the
        # garbage collector, which may delete it inside the destructor of another object (deadlock).
        del result, error

    def _progress(self, fraction: float, message: str = "") -> None:
        if self._cancel.is_set() or _is_over.is_set():
            raise Cancelled
        self.progressed.emit(fraction, message)

    @QtCore.Slot(object, object)
    def _finish(self, result: object, error: BaseException | None) -> None:
        self._thread.join()
        _running.discard(self)
        if error is None:
            self.succeeded.emit(result)
        elif isinstance(error, Cancelled):
            self.cancelled.emit()
        else:
            self.failed.emit(error)
        self.ended.emit()
        self._function, self._args = _nothing, ()  # a lambda of a signal may keep this for ever


def _nothing(progress: Progress) -> None:
    """What a job does that has ended."""


def running() -> list[Job]:
    """Jobs that have not ended."""
    return list(_running)


@atexit.register
def _end_all() -> None:
    """Let no thread speak to Qt any more: its objects go next, and the process would crash."""
    _is_over.set()
    latest = time.monotonic() + _LAST_S
    for job in running():
        job.wait(max(latest - time.monotonic(), 0.0))
