"""Work behind a page: the newest question is answered, older ones are dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6 import QtCore

from ..jobs import Job


class LatestWork(QtCore.QObject):
    """Runs one piece of work at a time in a `Job`; asking again cancels what runs.

    Parameters
    ----------
    parent : QObject
    delay_ms : int
        How long to wait for a newer question before work begins.

    Signals
    -------
    succeeded(object), failed(object)
        Of the newest question only.
    busy_changed(bool)
    progressed(float, str)
    """

    succeeded = QtCore.Signal(object)
    failed = QtCore.Signal(object)
    busy_changed = QtCore.Signal(bool)
    progressed = QtCore.Signal(float, str)

    def __init__(self, parent: QtCore.QObject, delay_ms: int = 120) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._next: Callable[..., Any] | None = None
        self._timer = QtCore.QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay_ms)
        self._timer.timeout.connect(self._begin)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._job is not None or self._next is not None

    def ask(self, work: Callable[..., Any]) -> None:
        """Run ``work(progress=...)`` soon, instead of what was asked before."""
        was_busy = self.is_busy
        self._next = work
        if self._job is not None:
            self._job.cancel()
        self._timer.start()
        if not was_busy:
            self.busy_changed.emit(True)

    def stop(self) -> None:
        """Drop everything."""
        self._timer.stop()
        self._next = None
        if self._job is not None:
            self._job.cancel()

    def _begin(self) -> None:
        if self._job is not None or self._next is None:
            return  # the job that still runs begins it when it ends
        work, self._next = self._next, None
        job = self._job = Job("", work)
        job.succeeded.connect(self._on_success)
        job.failed.connect(self._on_failure)
        job.progressed.connect(self.progressed)
        job.ended.connect(self._on_end)
        job.start()

    def _on_success(self, result: object) -> None:
        if self._next is None:
            self.succeeded.emit(result)

    def _on_failure(self, error: object) -> None:
        if self._next is None:
            self.failed.emit(error)

    def _on_end(self) -> None:
        self._job = None
        if self._next is not None and not self._timer.isActive():
            self._begin()
        elif self._next is None:
            self.busy_changed.emit(False)
