"""Building in processes of its own: the program stays free, Cancel keeps the best so far."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from terradesk.builder import packing
from terradesk.builder.clock import Watcher
from terradesk.builder.making import check_options
from terradesk.builder.problem import VERSION, Options, Problem, Result, Snapshot
from terradesk.builder.processes import Child
from terradesk.builder.ranking import rank
from terradesk.progress import Cancelled, Progress, silent

_KILLED_AFTER = 0.12  # seconds that a cancelled process has to hand over its best
_WAIT = 0.01

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
        self._children: list[Child] = []
        self._latest: dict[int, Snapshot] = {}
        self._cancelled_at = 0.0
        self._paused = False

    def start(self) -> Run:
        """Begin; returns the run itself."""
        try:
            for options in _shares(self._options if self._kind == "build" else _one(self._options)):
                child = _take_spare() or Child()
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
_spare: list[Child] = []
_spare_lock = threading.Lock()  # the window asks for one in a thread and ends it in another


def get_ready(n: int = 1) -> None:
    """Start processes that wait for work, so that the next run begins at once."""
    with _spare_lock:
        _spare[:] = [child for child in _spare if child.is_alive]
        while len(_spare) < n:
            _spare.append(Child())


def let_go() -> None:
    """End the processes that wait."""
    with _spare_lock:
        while _spare:
            _spare.pop().kill()


def _take_spare() -> Child | None:
    """A process that waits; one that has waited for a day, or was ended by the system, is gone."""
    with _spare_lock:
        while _spare:
            child = _spare.pop()
            if child.is_alive:
                return child
    return None


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
