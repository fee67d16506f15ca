"""The clock of a run: progress, what is best so far, and when to stop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from terradesk.arcs.jit import Int32s
from terradesk.builder.bands import Bands, make_bands
from terradesk.builder.engine.keeping import as_they_are, with_areas
from terradesk.builder.graph import Graph, make_graph
from terradesk.builder.problem import Options, Problem, Snapshot
from terradesk.progress import Cancelled, Progress, silent

SLICE = 0.05  # seconds that a kernel may run between two ticks
_WATCHED = 0.2  # seconds between two snapshots

Watcher = Callable[[Snapshot], None]


class Stopped(Exception):
    """The run must end now; the clock holds the best so far.

    Parameters
    ----------
    why : {"cancelled", "time"}
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """A problem made ready: what every step of the method reads."""

    problem: Problem
    options: Options
    graph: Graph
    bands: Bands


def make_work(problem: Problem, options: Options) -> Work:
    """The graph and the bands of a problem."""
    bands = make_bands(problem)
    if options.start == "near":
        bands = as_they_are(bands, problem)
    counted = problem if options.start == "new" else with_areas(problem, options.keep)
    return Work(counted, options, make_graph(problem, options), bands)


class Clock:
    """Counts moves, tells progress, keeps the best, and stops a run by raising `Stopped`.

    Parameters
    ----------
    work : Work
        Of the whole problem: sub-problems tick with the labels of the whole map.
    progress : callable
    watch : callable, optional
        Gets a `Snapshot` at most five times a second.
    """

    def __init__(
        self, work: Work, progress: Progress = silent, watch: Watcher | None = None
    ) -> None:
        self.work, self._progress, self._watch = work, progress, watch
        self._started = self._watched = time.perf_counter()
        self._cpu = time.process_time()
        self._deadline = self._started + work.options.time_limit
        self._whole = 1.0
        self._best_key: tuple[float, ...] = (math.inf,)
        self.best: Int32s | None = None
        self.moves = 0

    @property
    def seconds(self) -> float:
        """Processor time since the start."""
        return time.process_time() - self._cpu

    def expect(self, moves: float) -> None:
        """Say how many moves the whole run will try, for the progress."""
        self._whole = max(1.0, moves)

    def tick(self, moves: int, labels: Int32s | Callable[[], Int32s] | None = None) -> None:
        """Note moves done, and show where the work is.

        Parameters
        ----------
        moves : int
            Tried since the last tick.
        labels : ndarray of int32, shape (n,), or callable that gives it
            The present state of the whole map, shown when a snapshot is due; need not be valid.

        Raises
        ------
        Stopped
            Cancelled, or the time is up.
        """
        self.moves += moves
        fraction = min(1.0, self.moves / self._whole)
        told = time.perf_counter()
        try:
            self._progress(fraction, "")
        except Cancelled:
            raise Stopped("cancelled") from None
        now = time.perf_counter()
        self._started += now - told  # a pause is not work
        self._deadline += now - told
        if now > self._deadline:
            raise Stopped("time")
        if self._watch is not None and labels is not None and now - self._watched >= _WATCHED:
            self._watched = now
            found = labels() if callable(labels) else labels
            self._watch(snapshot(self.work, found, fraction, self.moves, now - self._started))

    def offer(self, labels: Int32s, key: tuple[float, ...], is_final: bool = False) -> bool:
        """Keep a *valid* assignment if its key is the smallest so far; True when it is kept.

        Parameters
        ----------
        labels : ndarray of int32, shape (n,)
            Copied.
        key : tuple of float
            Compared in order, e.g. (violation, energy).
        is_final : bool
            The outcome of a whole run: it comes before every state on the way.
        """
        ranked = (0.0 if is_final else 1.0, *key)
        if ranked >= self._best_key:
            return False
        self._best_key, self.best = ranked, np.array(labels, np.int32)
        return True


def snapshot(work: Work, labels: Int32s, fraction: float, moves: int, seconds: float) -> Snapshot:
    """Figures of a state, cheap enough to be made while it changes."""
    problem, bands = work.problem, work.bands
    k = problem.n_territories
    held = labels >= 0
    rows = np.where(held, labels, 0)
    values = problem.fixed_load.copy()
    for m in range(problem.n_measures):
        values[:, m] += np.bincount(rows, problem.activities[:, m] * held, k)
    out = np.maximum(bands.low - values, values - bands.high) * bands.scale
    is_out = (out > 1e-9).any(1)
    deviation = np.where(bands.exempt, 0.0, np.abs(values - bands.targets) * bands.scale)
    return Snapshot(
        assignment=np.array(labels, np.int32),
        fraction=fraction,
        iterations=moves,
        n_out=int(is_out.sum()),
        worst=float(deviation.max(initial=0.0)),
        compactness=mean_compactness(problem, labels),
        seconds=seconds,
    )


def mean_compactness(problem: Problem, labels: Int32s) -> float:
    """Mean Polsby-Popper of the territories, ``4 pi area / perimeter**2``; NaN without any."""
    k = problem.n_territories
    held = labels >= 0
    rows = np.where(held, labels, 0)
    area = np.bincount(rows, problem.areas * held, k)
    around = np.bincount(rows, problem.perimeters * held, k)
    a, b = problem.edges.T
    same = (labels[a] == labels[b]) & held[a]
    around -= 2 * np.bincount(labels[a[same]], problem.borders[same], k)
    has = around > 0
    return float(np.mean(4 * math.pi * area[has] / around[has] ** 2)) if has.any() else math.nan
