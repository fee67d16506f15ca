"""Building in processes of its own: the program stays free, Cancel keeps the best so far."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from terradesk import workers
from terradesk.builder import packing
from terradesk.builder.clock import Watcher
from terradesk.builder.making import check_options
from terradesk.builder.problem import VERSION, Options, Problem, Result, Snapshot
from terradesk.builder.ranking import rank
from terradesk.builder.sharing import SharedState
from terradesk.i18n import _
from terradesk.progress import Cancelled, Progress, silent

_KILLED_AFTER = 0.12  # seconds that a cancelled process has to hand over its best
_TIME_LIMIT = 86_400.0
_WAIT = 0.01
_NICE, _BELOW_NORMAL = 5, 0x4000  # how far a builder stands back: Unix, Windows
_JOB, _STATE, _PROBLEM = "build.json", "state.bin", "problem.npz"

Answer = Result | tuple[Any, ...]


class Run:
    """One build, or one search for choices, in child processes.

    Poll `snapshot` and `is_running`; then ask for `result`. Several starts are shared among as
    many processes as there are cores; the outcome does not depend on how many.

    Parameters
    ----------
    problem : Problem
    options : Options
    kind : {"build", "pareto"}
    n_solutions : int
        Wanted of "pareto".
    """

    def __init__(
        self, problem: Problem, options: Options, kind: str = "build", n_solutions: int = 6
    ) -> None:
        check_options(options)
        self._problem, self._options, self._kind = problem, options, kind
        self._n_solutions = n_solutions
        self._children: list[_Child] = []
        self._latest: dict[int, Snapshot] = {}
        self._cancelled_at = 0.0
        self._paused = False

    def start(self) -> Run:
        """Begin; returns the run itself."""
        try:
            for options in _shares(self._options if self._kind == "build" else _one(self._options)):
                child = _take_spare() or _Child()
                self._children.append(child)
                child.give(self._problem, options, self._kind, self._n_solutions)
        except BaseException:
            self.close()
            raise
        return self

    @property
    def is_running(self) -> bool:
        """Whether a process is still at work; one that does not heed Cancel is ended here."""
        busy = [child for child in self._children if child.is_alive]
        if busy and self._cancelled_at and time.monotonic() - self._cancelled_at > _KILLED_AFTER:
            for child in busy:
                child.kill()
        return bool(busy)

    @property
    def is_paused(self) -> bool:
        """Whether it waits for `resume`."""
        return self._paused

    def snapshot(self) -> Snapshot | None:
        """The best of what the processes have reached, once; None when there is nothing new."""
        is_new = False
        for place, child in enumerate(self._children):
            shot = child.snapshot()
            if shot is not None:
                self._latest[place], is_new = shot, True
        if not is_new:
            return None
        shots = list(self._latest.values())
        best = min(shots, key=_order)
        return replace(
            best,
            fraction=sum(s.fraction for s in shots) / len(self._children),
            iterations=sum(s.iterations for s in shots),
        )

    def cancel(self) -> None:
        """Ask for an early end; `is_running` is False within 0.2 s, the best so far is kept."""
        self._cancelled_at = self._cancelled_at or time.monotonic()
        self._paused = False
        for child in self._children:
            child.wish(cancel=True)

    def pause(self) -> None:
        """Let the processes wait."""
        self._paused = True
        for child in self._children:
            child.wish(pause=True)

    def resume(self) -> None:
        """Let them go on."""
        self._paused = False
        for child in self._children:
            child.wish(pause=False)

    def result(self) -> Answer | None:
        """What was found; waits for the end.

        Returns
        -------
        Result, or tuple of Solution for "pareto"
            The best of all starts, with the iterations of all; what stopped one of them stopped
            it. None when it was cancelled before there was any.

        Raises
        ------
        TerraDeskError
            What the builder refused, or a process that ended unexpectedly.
        """
        while self.is_running:
            time.sleep(_WAIT)
        found = [answer for child in self._children if (answer := child.answer()) is not None]
        if self._kind == "pareto":
            return tuple(map(packing.solution_of, found[0])) if found else None
        results = [packing.result_of(answer) for answer in found]
        if len(results) < len(self._children) and self._cancelled_at:
            results += self._saved()
        return _together(results, self._options, len(self._children))

    def _saved(self) -> list[Result]:
        """The newest snapshot of a process that had to be ended, verified here."""
        self.snapshot()
        left = [
            shot for place, shot in self._latest.items() if not self._children[place].has_answer
        ]
        return [_from_snapshot(self._problem, self._options, shot) for shot in left]

    def close(self) -> None:
        """End everything; nothing is left behind."""
        self._cancelled_at = self._cancelled_at or time.monotonic()
        for child in self._children:
            child.kill()
        for child in self._children:
            child.join()


def _together(results: list[Result], options: Options, n_processes: int) -> Result | None:
    """The best of several starts, told as one run of all of them."""
    if not results:
        return None
    best = min(results, key=lambda result: rank(result, options))
    early = [r.stopped for r in results if r.stopped != "complete"]
    early += ["cancelled"] * (n_processes - len(results))
    return replace(
        best,
        stopped=early[0] if early else best.stopped,
        iterations=sum(r.iterations for r in results),
        seconds=max(r.seconds for r in results),
    )


def run(
    problem: Problem,
    options: Options,
    kind: str = "build",
    n_solutions: int = 6,
    progress: Progress = silent,
    watch: Watcher | None = None,
) -> Answer:
    """`Run` from beginning to end.

    Parameters
    ----------
    problem, options, kind, n_solutions
        As for `Run`.
    progress : callable
        `Cancelled` raised in it ends the run; the best so far is returned.
    watch : callable, optional
        Gets each new snapshot.

    Raises
    ------
    Cancelled
        Before there was anything to keep.
    TerraDeskError
    """
    going, fraction = Run(problem, options, kind, n_solutions).start(), 0.0
    try:
        while going.is_running:
            shot = going.snapshot()
            if shot is not None:
                fraction = shot.fraction
                if watch is not None:
                    watch(shot)
            try:
                progress(fraction, "")
            except (Cancelled, KeyboardInterrupt):
                going.cancel()
            time.sleep(_WAIT)
        found = going.result()
        if found is None:
            raise Cancelled
        return found
    finally:
        going.close()


# ---------------------------------------------------------------------- processes in waiting
_spare: list[_Child] = []
_spare_lock = threading.Lock()  # the window asks for one in a thread and ends it in another


def get_ready(n: int = 1) -> None:
    """Start processes that wait for work, so that the next run begins at once."""
    with _spare_lock:
        _spare[:] = [child for child in _spare if child.is_alive]
        while len(_spare) < n:
            _spare.append(_Child())


def let_go() -> None:
    """End the processes that wait."""
    with _spare_lock:
        while _spare:
            _spare.pop().kill()


def _take_spare() -> _Child | None:
    """A process that waits; one that has waited for a day, or was ended by the system, is gone."""
    with _spare_lock:
        while _spare:
            child = _spare.pop()
            if child.is_alive:
                return child
    return None


class _Child:
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
        return self._thread.is_alive()

    @property
    def has_answer(self) -> bool:
        return self._answer is not None

    def wish(self, *, cancel: bool | None = None, pause: bool | None = None) -> None:
        if self._state is not None and self.is_alive:
            self._state.wish(cancel=cancel, pause=pause)

    def snapshot(self) -> Snapshot | None:
        last, self._last = self._last, None
        return last or (self._state.take() if self._state is not None else None)

    def kill(self) -> None:
        self._is_killed.set()

    def join(self) -> None:
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


def _order(shot: Snapshot) -> tuple[float, ...]:
    return (shot.n_out, round(shot.worst, 4), -shot.compactness)


def _one(options: Options) -> Options:
    return replace(options, starts=1)


def _shares(options: Options) -> Iterator[Options]:
    """The starts, cut into as many stretches as there are cores."""
    n = max(1, min(options.starts, os.cpu_count() or 1))
    first = options.seed
    for place in range(n):
        count = options.starts // n + (place < options.starts % n)
        yield replace(options, seed=first, starts=count)
        first += count


def _from_snapshot(problem: Problem, options: Options, shot: Snapshot) -> Result:
    from terradesk.builder.verifying import verify

    figures, violations = verify(problem, options, shot.assignment)
    return Result(
        assignment=shot.assignment,
        figures=figures,
        violations=violations,
        stopped="cancelled",
        iterations=shot.iterations,
        seed=options.seed,
        seconds=shot.seconds,
        version=VERSION,
    )


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
