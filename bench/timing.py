"""Measuring: CPU time of this process, which other programs on the machine disturb least."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

WORKING_SECONDS = 5.0
"""After so long a measurement takes what it has."""


@dataclass(frozen=True, slots=True)
class Time:
    """Median CPU and wall time of one call in milliseconds, and the wall time 95 % stay below."""

    cpu: float
    wall: float
    p95: float
    n: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; times in milliseconds."""

    part: str
    what: str
    case: str
    cpu: float
    wall: float
    p95: float = 0.0
    goal: str = ""
    peer: str = ""
    peer_cpu: float = 0.0
    note: str = ""

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def measure(
    work: Callable[[], object],
    repeats: int = 9,
    loops: int = 1,
    before: Callable[[], object] | None = None,
    warm: int = 1,
) -> Time:
    """Time a call.

    `before` runs ahead of each repeat and is not counted; `loops` calls are timed as one where a
    single call is too short for the clock.
    """
    cpu, wall = [], []
    begun = time.perf_counter()
    for turn in range(warm + repeats):
        if before is not None:
            before()
        c, w = time.process_time(), time.perf_counter()
        for _ in range(loops):
            work()
        c, w = time.process_time() - c, time.perf_counter() - w
        if turn >= warm:
            cpu.append(c * 1e3 / loops)
            wall.append(w * 1e3 / loops)
        if len(cpu) >= 3 and time.perf_counter() - begun > WORKING_SECONDS:
            break
    return Time(
        float(np.median(cpu)), float(np.median(wall)), float(np.quantile(wall, 0.95)), len(cpu)
    )


def once(work: Callable[[], object]) -> Time:
    """Time a call that takes long, without repeating it."""
    return measure(work, repeats=1, warm=0)


def figure(
    part: str,
    what: str,
    case: str,
    ours: Time,
    goal: str = "",
    peer: str = "",
    theirs: Time | None = None,
    note: str = "",
) -> Figure:
    """A line of the table from two measurements."""
    return Figure(
        part, what, case, ours.cpu, ours.wall, ours.p95, goal, peer,
        theirs.cpu if theirs else 0.0, note,
    )  # fmt: skip
