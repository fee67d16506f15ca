"""One building process, seen from both sides: they share a folder while it works."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any

from terradesk import workers
from terradesk.builder import packing
from terradesk.builder.problem import Options, Problem, Snapshot
from terradesk.builder.sharing import SharedState
from terradesk.i18n import _
from terradesk.progress import Cancelled, Progress, silent

_TIME_LIMIT = 86_400.0
_WAIT = 0.01
_NICE, _BELOW_NORMAL = 5, 0x4000  # how far a builder stands back: Unix, Windows
_JOB, _STATE, _PROBLEM = "build.json", "state.bin", "problem.npz"


class Child:
    """One process, watched by one thread."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._state: SharedState | None = None
        self._is_opened, self._is_killed = threading.Event(), threading.Event()
        self._answer: Any = None
        self._error: BaseException | None = None
        self._last: Snapshot | None = None
        self._thread = threading.Thread(target=self._work, daemon=True, name="builder")
        self._thread.start()

    def _work(self) -> None:
        try:
            self._answer = workers.run(
                work, {}, self._heed, time_limit=_TIME_LIMIT, opened=self._open
            )
        except BaseException as error:
            self._error = error
        finally:
            self._is_opened.set()

    def _open(self, folder: Path) -> None:
        self._folder = folder
        self._is_opened.set()

    def _heed(self, _fraction: float, _message: str) -> None:
        if self._is_killed.is_set():
            self._keep_last()
            raise Cancelled

    def _keep_last(self) -> None:
        """Read the last snapshot before the folder goes."""
        self._last = self._state.take() if self._state is not None else None

    def give(self, problem: Problem, options: Options, kind: str, n_solutions: int) -> None:
        """Hand over the work."""
        self._is_opened.wait()
        if self._folder is None:
            return  # the process could not be started: its error is told with the answer
        self._state = SharedState(self._folder / _STATE, problem.n_units, is_new=True)
        packing.write_problem(self._folder / _PROBLEM, problem)
        job = {"options": packing.plain_options(options), "kind": kind, "n": n_solutions}
        part = self._folder / f"{_JOB}.part"
        part.write_text(json.dumps(job), "utf-8")
        part.replace(self._folder / _JOB)

    @property
    def is_alive(self) -> bool:
        """Whether it is at work, or waits for it."""
        return self._thread.is_alive()

    @property
    def has_answer(self) -> bool:
        """Whether it has returned something."""
        return self._answer is not None

    def wish(self, *, cancel: bool | None = None, pause: bool | None = None) -> None:
        """Ask it to stop, to wait, to go on."""
        if self._state is not None and self.is_alive:
            self._state.wish(cancel=cancel, pause=pause)

    def snapshot(self) -> Snapshot | None:
        """Its newest snapshot, once; None when there is no newer one."""
        last, self._last = self._last, None
        return last or (self._state.take() if self._state is not None else None)

    def kill(self) -> None:
        """End it, whatever it does; returns at once."""
        self._is_killed.set()

    def join(self) -> None:
        """Wait for its end and remove what it shared."""
        self._thread.join()
        if self._state is not None:
            self._state.close()
            self._state = None
        if self._folder is not None:  # Windows does not remove a file that is still mapped
            shutil.rmtree(self._folder, ignore_errors=True)

    def answer(self) -> Any:
        """What the process returned, None when it was cancelled; raises what it raised."""
        self._thread.join()
        if isinstance(self._error, workers.WorkerFailed):
            raise _ended(self._error) from self._error
        if self._error is not None and not isinstance(self._error, Cancelled):
            raise self._error
        return self._answer


def _ended(error: workers.WorkerFailed) -> workers.WorkerFailed:
    """The same in words that fit: no file is concerned."""
    hint = _("Your plan is as it was. Build again; if it happens again, try a lower effort.")
    return workers.WorkerFailed(error.message, hint, error.kind)


# ---------------------------------------------------------------------- in the process
def _give_way() -> None:
    """Let the program that is looked at go first where cores are few."""
    if sys.platform == "win32":
        import ctypes

        me = ctypes.c_void_p(-1)  # of this process, whatever its number
        ctypes.windll.kernel32.SetPriorityClass(me, _BELOW_NORMAL)
    else:
        with contextlib.suppress(OSError):
            os.nice(_NICE)


def work(progress: Progress = silent) -> Any:
    """What a process does: waits for its work, does it, and shows how far it is."""
    from terradesk.builder import building, warming

    _give_way()
    warming.warm()
    folder = workers.folder()
    while not (folder / _JOB).exists():
        time.sleep(_WAIT)
    job = json.loads((folder / _JOB).read_text("utf-8"))
    problem = packing.read_problem(folder / _PROBLEM)
    state = SharedState(folder / _STATE, problem.n_units)
    options = packing.options_of(job["options"])

    def heed(_fraction: float, _message: str = "") -> None:
        while state.is_paused:
            time.sleep(_WAIT)
        if state.is_cancelled:
            raise Cancelled

    if job["kind"] == "pareto":
        from terradesk.builder import pareto

        solutions = pareto.pareto(problem, options, job["n"], heed, state.put)
        return [packing.plain_solution(one) for one in solutions]
    return packing.plain_result(building.build(problem, options, heed, state.put))
