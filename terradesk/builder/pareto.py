"""Good choices between balance, shape and what is kept, of which none beats another in everything.

One run: a first result, then one step after the other from each to the next, with other weights
(keep, compactness) and narrower tolerances. Each step starts from the map before it, so that it
costs a fraction of a build; what another choice beats in everything is left out.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from terradesk.arcs.jit import Int32s
from terradesk.builder.clock import Clock, Stopped, Watcher, Work, make_work
from terradesk.builder.engine.energies import key, make_costs
from terradesk.builder.making import check_options
from terradesk.builder.problem import VERSION, Options, Problem, Result
from terradesk.progress import Progress, part, silent

_SAME = 1e-6
_NOTICED = (0.0, 1e-6, 0.002, 0.002, 0.001)
"""Differences in each of the `goals` that count."""

_TRIES = 60


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """One choice.

    Parameters
    ----------
    result : Result
        Checked against the wishes as they were asked.
    traits : tuple of str
        In what no other choice is better: "kept", "balance" (smallest worst deviation),
        "compactness" (mean Polsby-Popper), "distance" (mean km to centres).
    """

    result: Result
    traits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    """Weights of one choice, and the part of the tolerances that it should need."""

    keep: float
    compactness: float
    tolerance: float = 1.0
    warmth: float = 0.25
    effort: float = 1.0


_FROM_BASELINE = (
    _Step(1.0, 0.4),
    _Step(0.75, 0.5),
    _Step(0.55, 0.5, 0.7),
    _Step(0.45, 0.55),
    _Step(0.3, 0.5, 0.5),
    _Step(0.25, 0.6),
    _Step(0.1, 0.7, warmth=0.5, effort=2.0),
    _Step(0.0, 0.8, warmth=0.7, effort=2.0),
)
_FROM_NOTHING = (
    _Step(0.0, 0.5),
    _Step(0.0, 0.8, warmth=0.5, effort=2.0),
    _Step(0.0, 0.25),
    _Step(0.0, 0.5, 0.8),
    _Step(0.0, 0.5, 0.65),
    _Step(0.0, 0.5, 0.5),
    _Step(0.0, 0.5, 0.35),
)


def pareto(
    problem: Problem,
    options: Options | None = None,
    n: int = 6,
    progress: Progress = silent,
    watch: Watcher | None = None,
) -> tuple[Solution, ...]:
    """Up to n results, of which none is worse than another in everything.

    With ``start="baseline"`` and ``"near"`` they lie between keeping all that tolerance allows and
    the best shape, with ``"fill"`` and ``"new"`` between the best balance and the best shape.

    Parameters
    ----------
    problem : Problem
    options : Options, optional
        ``keep`` and ``compactness`` are varied; everything else holds for all.
    n : int
        5 to 7 are of use.
    progress : callable
        May raise `terradesk.progress.Cancelled`: what was found until then is given.
    watch : callable, optional

    Returns
    -------
    tuple of Solution
        The most kept first, the most compact last; at least one.

    Raises
    ------
    BadWish
        If the options mean nothing.

    Examples
    --------
    >>> for choice in pareto(problem, Options(start="baseline")):
    ...     print(choice.traits, round(choice.result.figures.kept, 3))
    """
    options = options or Options()
    check_options(options)
    is_kept = options.start in ("baseline", "near") and problem.has_baseline
    steps = _FROM_BASELINE if is_kept else _FROM_NOTHING
    results: list[Result] = []
    started, labels = time.perf_counter(), None
    for number, step in enumerate(steps):
        left = options.time_limit - (time.perf_counter() - started)
        now = part(progress, number / len(steps), (number + 1) / len(steps))
        result = _take(problem, options, step, labels, max(left, 0.0), now, watch)
        results.append(result)
        if result.stopped != "complete":
            break
        labels = result.assignment
    return labelled(chosen(results, n, is_kept))


def _take(
    problem: Problem,
    options: Options,
    step: _Step,
    labels: Int32s | None,
    seconds: float,
    progress: Progress,
    watch: Watcher | None,
) -> Result:
    """One step: from the map before, or the first one."""
    wish = replace(
        options,
        start="baseline" if options.start == "near" and labels is not None else options.start,
        keep=step.keep,
        compactness=step.compactness,
        effort=options.effort * step.effort,
        time_limit=seconds,
    )
    narrow = replace(problem, tolerances=problem.tolerances * step.tolerance)
    if options.start == "fill":
        from terradesk.builder.engine.filling import holding

        narrow = holding(narrow)
    work = make_work(narrow, wish)
    clock = Clock(work, progress, watch)
    stopped = "complete"
    try:
        found = _first(work, clock) if labels is None else _next(work, clock, labels, step)
    except Stopped as stop:
        stopped = stop.why
        found = _left(work, clock, labels)
    return _checked(problem, options, found, stopped, clock)


def _first(work: Work, clock: Clock) -> Int32s:
    seed = work.options.seed
    if work.options.start == "new":
        from terradesk.builder.engine.fresh import from_nothing

        return from_nothing(work, clock, seed, make_costs(work))
    if work.options.start == "fill":
        from terradesk.builder.engine.filling import fill

        return fill(work, clock, seed)
    if work.options.start == "near":
        from terradesk.builder.engine.nearing import near

        return near(work, clock, seed)
    from terradesk.builder.engine.realigning import realign

    return realign(work, clock, seed)


def _next(work: Work, clock: Clock, labels: Int32s, step: _Step) -> Int32s:
    from terradesk.builder.engine.realigning import improve, n_moves

    costs = make_costs(work)
    clock.expect(1.4 * n_moves(work))
    clock.offer(labels, key(work, labels, costs))
    seed, start = work.options.seed, labels.copy()
    return improve(work, start, clock, seed, costs, step.warmth, tries=_TRIES, loose_runs=0)


def _left(work: Work, clock: Clock, labels: Int32s | None) -> Int32s:
    """What there is when the time is over."""
    if clock.best is not None:
        return clock.best
    if labels is not None:
        return labels
    from terradesk.builder.engine.repairing import repair

    return repair(work, work.problem.baseline)


def _checked(
    problem: Problem, options: Options, labels: Int32s, stopped: str, clock: Clock
) -> Result:
    from terradesk.builder.verifying import verify

    figures, violations = verify(problem, options, labels)
    return Result(
        assignment=np.array(labels, np.int32),
        figures=figures,
        violations=violations,
        stopped=stopped,
        iterations=clock.moves,
        seed=options.seed,
        seconds=clock.seconds,
        version=VERSION,
    )


def goals(result: Result) -> tuple[float, ...]:
    """What choices are compared by, the smaller the better: broken, outside, worst, shape, moved.

    Parameters
    ----------
    result : Result

    Returns
    -------
    tuple of float
        Number of broken rules and limits; sum outside tolerance; worst deviation; 1 - mean
        Polsby-Popper; share that changes its territory.
    """
    figures, violations = result.figures, result.violations
    broken = sum(v.kind != "tolerance" for v in violations)
    outside = sum(abs(v.amount) for v in violations if v.kind == "tolerance")
    moved = 0.0 if np.isnan(figures.kept) else 1 - figures.kept
    return (float(broken), outside, worst(result), 1 - shape(result), moved)


def worst(result: Result) -> float:
    """Largest deviation of territories that can meet their tolerance, as a fraction."""
    off = np.abs(result.figures.deviations[~result.figures.exempt])
    return float(np.nanmax(off, initial=0.0))


def shape(result: Result) -> float:
    """Mean Polsby-Popper, 0 without any."""
    found = result.figures.compactness
    found = found[np.isfinite(found)]
    return float(found.mean()) if len(found) else 0.0


def chosen(results: Sequence[Result], n: int, by_kept: bool = True) -> list[Result]:
    """At most n results that no other beats, spread evenly.

    Parameters
    ----------
    results : sequence of Result
        Not empty.
    n : int
        At least 1.
    by_kept : bool
        Sort by what is kept, the most first; else by balance, the best first.
    """
    rows = [goals(r) for r in results]
    best: list[int] = []
    for i in sorted(range(len(rows)), key=lambda i: (rows[i][:2], i)):
        best = [j for j in best if not _beats(rows[i], rows[j])]
        if not any(_beats(rows[j], rows[i]) or _alike(rows[j], rows[i]) for j in best):
            best.append(i)
    table = np.array([rows[i] for i in best])
    while len(best) > max(1, n):
        drop = _most_crowded(table)
        best.pop(drop)
        table = np.delete(table, drop, 0)
    best.sort(key=lambda i: (rows[i][4], rows[i][3]) if by_kept else (rows[i][2], rows[i][3]))
    return [results[i] for i in best]


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether one is nowhere worse and somewhere better."""
    pairs = list(zip(one, other, strict=True))
    return all(a <= b + _SAME for a, b in pairs) and any(a < b - _SAME for a, b in pairs)


def _alike(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether nobody would notice the difference."""
    return all(abs(a - b) <= e for a, b, e in zip(one, other, _NOTICED, strict=True))


def _most_crowded(table: np.ndarray) -> int:
    """Row that another one resembles most, the extreme of no goal where that can be."""
    span = np.ptp(table, axis=0)
    scaled = table / np.where(span > 0, span, 1.0)
    apart = np.sqrt(((scaled[:, None] - scaled[None]) ** 2).sum(2))
    np.fill_diagonal(apart, np.inf)
    nearest = apart.min(1)
    nearest[table.argmin(0)[span > 0]] += 1e6
    return int(nearest.argmin())


def labelled(results: Sequence[Result]) -> tuple[Solution, ...]:
    """Say of each result in what no other is better.

    Parameters
    ----------
    results : sequence of Result
    """
    scores = {
        "kept": [-r.figures.kept for r in results],
        "balance": [worst(r) for r in results],
        "compactness": [-shape(r) for r in results],
        "distance": [r.figures.distance for r in results],
    }
    return tuple(
        Solution(
            result,
            tuple(
                name
                for name, values in scores.items()
                if np.isfinite(values).all()
                and values[i] <= min(values) + _SAME
                and (len(values) == 1 or max(values) - min(values) > _SAME)
            ),
        )
        for i, result in enumerate(results)
    )
