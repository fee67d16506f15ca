"""Bands: strips of a picture drawn on several threads."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import TypeVar

__all__ = ["N_THREADS", "run"]

N_THREADS = min(4, os.cpu_count() or 1)
"""How many threads draw a large rectangle by default: kernels release the GIL."""

_T = TypeVar("_T")


class _Round:
    """Pieces of work that several threads take from until none is left."""

    def __init__(self, work: Callable[[_T], None], pieces: Sequence[_T]) -> None:
        self._work, self._left = work, deque(pieces)
        self._errors: list[BaseException] = []
        self._out = threading.Semaphore(0)

    def help(self) -> None:
        """Work until nothing is left, then say so."""
        self.work()
        self._out.release()

    def work(self) -> None:
        """Work until nothing is left."""
        while True:
            try:
                piece = self._left.popleft()
            except IndexError:
                return
            try:
                self._work(piece)
            except BaseException as error:  # raised again where the work was ordered
                self._errors.append(error)
                self._left.clear()

    def wait(self, n_helpers: int) -> None:
        """Wait for the helpers and raise what went wrong."""
        for _ in range(n_helpers):
            self._out.acquire()
        del self._work  # a helper may keep this a little longer: what it draws on ends here
        if self._errors:
            raise self._errors[0]


class _Helpers:
    """Threads that are started when first needed and end with the program."""

    def __init__(self) -> None:
        self._rounds: SimpleQueue[_Round] = SimpleQueue()
        self._lock = threading.Lock()
        self._n = 0

    def call(self, n: int, work: _Round) -> None:
        """Let `n` threads join."""
        with self._lock:
            while self._n < n:
                self._n += 1
                name = f"bands-{self._n}"
                threading.Thread(target=self._serve, name=name, daemon=True).start()
        for _ in range(n):
            self._rounds.put(work)

    def _serve(self) -> None:
        while True:
            self._rounds.get().help()


_HELPERS = _Helpers()


def run(work: Callable[[_T], None], pieces: Sequence[_T], n_threads: int) -> None:
    """Do `work` for each piece, on up to `n_threads` threads, this one among them.

    Pieces must not depend on each other. What a piece raises is raised here, after the others
    have stopped.
    """
    n_helpers = min(n_threads, len(pieces)) - 1
    if n_helpers < 1:
        for piece in pieces:
            work(piece)
        return
    together = _Round(work, pieces)
    _HELPERS.call(n_helpers, together)
    together.work()
    together.wait(n_helpers)
