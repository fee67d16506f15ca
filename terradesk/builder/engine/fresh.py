"""The way from nothing: coarse start, annealing from level to level, and what is still outside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

from terradesk.arcs.jit import Int32s
from terradesk.builder.clock import Clock, Work
from terradesk.builder.engine.annealing import Annealed, Heat, anneal
from terradesk.builder.engine.energies import Costs, key, violation
from terradesk.builder.engine.groups import misses
from terradesk.builder.engine.levels import Level, make_levels
from terradesk.builder.engine.recombining import recombine
from terradesk.builder.engine.starting import start

_UNITS_PER_TERRITORY = 25  # on the coarsest map; fewer could not be balanced
_WIDE, _TIGHT = 0.05, 0.01  # tolerances between which the course changes
_FEW, _AGAIN = 3, 3  # territories out that groups can mend; times that all are annealed again
_GROUPS = 400  # groups of territories rebuilt at the end where some are out


@dataclass(frozen=True, slots=True)
class _Run:
    work: Work
    levels: list[Level]
    clock: Clock
    seed: int
    costs: Costs


def from_nothing(work: Work, clock: Clock, seed: int, costs: Costs) -> Int32s:
    """Territories without regard to the present ones, but for what the costs keep.

    Parameters
    ----------
    work : Work
    clock : Clock
    seed : int
    costs : Costs

    Returns
    -------
    ndarray of int32, shape (n,)

    Raises
    ------
    Stopped
        By the clock, which then holds the best so far.
    """
    least = _UNITS_PER_TERRITORY * work.problem.n_territories
    levels = make_levels(work, least, seed)
    run = _Run(work, levels, clock, seed, costs)
    last = 1 if len(levels) > 1 and levels[1].work.problem.n_units == work.problem.n_units else 0
    depths = range(len(levels) - 1, last - 1, -1)
    clock.expect(1.05 * sum(course(run, depth, last).moves for depth in depths))
    labels = start(levels[-1].work, seed, clock)
    whole = _whole(run, len(levels) - 1, labels)
    clock.offer(whole, key(work, whole, costs))
    for depth in depths:
        _anneal(run, depth, labels, course(run, depth, last))
        if depth == last:
            _spread_out(run, depth, labels, course(run, depth, last))
        if depth > 0:
            labels = _finer(levels[depth], labels)
    if violation(work, labels) > 0:
        _restore(run, labels)
    return labels


def _finer(level: Level, labels: Int32s) -> Int32s:
    assert level.groups is not None
    found: Int32s = labels[level.groups]
    return found


def _whole(run: _Run, depth: int, labels: Int32s) -> Int32s:
    """Labels of the map itself for those of one of its levels."""
    for level in run.levels[depth:0:-1]:
        labels = _finer(level, labels)
    return labels


def _anneal(run: _Run, depth: int, labels: Int32s, heat: Heat, attempt: int = 0) -> Annealed:
    work = run.levels[depth].work
    seed = run.seed + 7919 * depth + 104729 * attempt
    return anneal(
        work, labels, heat, run.clock, seed, run.costs, lambda: _whole(run, depth, labels)
    )


def tightness(work: Work) -> float:
    """0 for usual tolerances, 1 for those of 1 % and less, or several measures at once."""
    problem = work.problem
    counted = problem.tolerances[problem.weights > 0]
    tolerance = float(counted.min(initial=_WIDE))
    return min(1.0, max(0.0, (_WIDE - tolerance) / (_WIDE - _TIGHT)))


def course(run: _Run, depth: int, last: int) -> Heat:
    """The annealing of one level: hot on the coarsest, warm on finer ones.

    Found by trying on maps of 3,000 to 240,000 units and 50 to 1,000 territories; the moves grow
    with the length of all borders, which is as the root of units times territories.
    """
    problem = run.levels[depth].work.problem
    n, k = problem.n_units, problem.n_territories
    edge = sqrt(n * k)
    tight = tightness(run.work)
    is_first, is_last = depth == len(run.levels) - 1, depth == last
    if is_first:
        moves = max(5500 * edge, 14e6 * min(1.0, n / 3000)) * (1 + 0.6 * tight)
    else:
        moves = 1e7 * (1 + 1.2 * tight)
    many = max(1.0, k / 50)  # a surplus has a long way then: rather keep the balance of the start
    lam = (4.0 * many**0.5 * 0.5**tight, 60.0 * many**0.15 * 7**tight)
    if not is_first:
        lam = (6.0, 100.0 * many**0.25 * 3**tight)
    pairs = max(0.25 * tight, 0.1 * min(1.0, k / 1000))
    return Heat(
        moves=moves * run.work.options.effort,
        hot=0.7 * many**-0.1 if is_first else 0.35,
        cold=0.07 - 0.02 * tight if is_first else 0.06,
        lam0=lam[0],
        lam1=lam[1],
        spread=max(0.03 * tight if is_last else 0.0, 0.05 * min(1.0, k / 1000)),
        mix=(1 - pairs, 0.8 * pairs),
        strict=0.9,
    )


def _spread_out(run: _Run, depth: int, labels: Int32s, heat: Heat) -> None:
    """Anneal again where a whole region has too much or too little.

    No group of a few neighbours can mend that; squared deviations let it diffuse.
    """
    work = run.levels[depth].work
    for attempt in range(_AGAIN):
        if int((misses(work, labels) > 1e-9).sum()) <= _FEW:
            return
        again = replace(
            heat,
            moves=(0.25 + 0.15 * attempt) * heat.moves,
            hot=0.3,
            mix=(0.5, 0.25),
            lam0=60.0 * (attempt + 1),
            lam1=2 * max(200.0, heat.lam1) * (attempt + 1),
            spread=0.5 * (attempt + 1),
        )
        _anneal(run, depth, labels, again, attempt + 1)


def _restore(run: _Run, labels: Int32s) -> None:
    """Bring what is still outside into its band: rebuild groups of territories."""
    run.clock.offer(labels, key(run.work, labels, run.costs))
    tries = max(10, round(_GROUPS * min(4.0, run.work.options.effort)))
    recombine(run.work, labels, run.clock, run.seed, tries, run.costs)
