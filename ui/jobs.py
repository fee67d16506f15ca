"""Job: the one place where work leaves the main thread."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

from PySide6 import QtCore

from terradesk.progress import Cancelled

_running: set[Job] = set()  # a Job nobody holds would be collected before its signal arrives


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

    def _run(self) -> None:
        try:
            result, error = self._function(*self._args, progress=self._progress), None
        except BaseException as caught:  # everything is told on the main thread
            result, error = None, caught
        with contextlib.suppress(RuntimeError):  # the program has ended meanwhile
            self._done.emit(result, error)
        # An error holds this frame and the frame this job: a cycle would leave the job to the
        # garbage collector, which may delete it inside the destructor of another object (deadlock).
        del result, error

    def _progress(self, fraction: float, message: str = "") -> None:
        if self._cancel.is_set():
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


def running() -> list[Job]:
    """Jobs that have not ended."""
    return list(_running)
