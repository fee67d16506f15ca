"""The swap finder: the fewest and least disruptive changes that bring a plan within tolerance."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from terradesk.arcs.jit import Floats, Int32s
from terradesk.builder.clock import Work, make_work
from terradesk.builder.problem import Options, Problem
from terradesk.builder.swaps.bounds import Least, least_change
from terradesk.builder.swaps.chains import LONGEST
from terradesk.builder.swaps.search import (
    Candidate,
    Search,
    Step,
    faults_of,
    handed_over,
    holds,
    is_refused,
    parts_of_plan,
    values_of,
)
from terradesk.progress import Progress, silent

_EVEN_TERRITORIES = 12
_LONGEST_BUNDLE = 6
_BUNDLES = 5
_ALIKE = 0.55
_TRIED_PER_MOVE = 15
_TRIED, _NEARLY = 120, 0.6
_LARGE = 8000  # units, above which one sequence of several moves at once must do
_CALMS = (0.02, 0.08, 0.005)


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """Units that change hands together.

    Parameters
    ----------
    kind : {"move", "exchange", "ring", "chain", "bundle"}
        To one territory; both ways between two; round three or more; along a row of
        territories; several of these that only together bring a territory in.
    units, sources, targets : ndarray of int32, shape (q,)
        Each unit once; the source is -1 for an unassigned unit.
    territories : ndarray of int32, shape (t,)
        Those that lose or gain units.
    deviations_before, deviations_after : ndarray of float64, shape (t, m)
        Of these territories, ``value / target - 1``; NaN where the target is 0.
    violation_before, violation_after : float
        Of the whole plan: what is beyond the bands, as fractions of targets, summed.
    n_out_before, n_out_after : int
        Territories of the whole plan outside their bands.
    moved : float
        Share of `Problem.retention` that changes hands by this.
    handover : ndarray of float64, shape (h,)
        Sum of `Problem.handover` of the units that had a territory.
    border : float
        Change of the border between territories in km.
    """

    kind: str
    units: Int32s
    sources: Int32s
    targets: Int32s
    territories: Int32s
    deviations_before: Floats
    deviations_after: Floats
    violation_before: float
    violation_after: float
    n_out_before: int
    n_out_after: int
    moved: float
    handover: Floats
    border: float

    @property
    def steps(self) -> frozenset[Step]:
        """Units and where they come to: what `find_moves` takes in ``banned``."""
        return frozenset(zip(self.units.tolist(), self.targets.tolist(), strict=True))

    def apply(self, assignment: Int32s) -> Int32s:
        """A new assignment, with the units moved."""
        out = np.array(assignment, np.int32)
        out[self.units] = self.targets
        return out


@dataclass(frozen=True, slots=True, eq=False)
class MovePlan:
    """A sequence of moves, each of which leaves a plan that holds.

    Parameters
    ----------
    moves : tuple of Move
        In the order in which they can be done.
    assignment : ndarray of int32, shape (n,)
        After all of them.
    is_complete : bool
        Whether everything is in tolerance then.
    least : Least
        What must change hands whatever is done (a proof), for comparison.
    """

    moves: tuple[Move, ...]
    assignment: Int32s
    is_complete: bool
    least: Least


Banned = Collection[Move | frozenset[Step]]


def find_moves(
    problem: Problem,
    options: Options,
    assignment: Int32s,
    banned: Banned = (),
    progress: Progress = silent,
    limit: int = 20,
) -> tuple[Move, ...]:
    """Changes of a plan that bring it nearer to tolerance, the most worthwhile first.

    Each stands by itself: after one is accepted, ask again with the new assignment. When
    everything is in tolerance, changes that balance the plan better are given. None of them
    splits or empties a territory, moves what is locked, or breaks a hard limit or a cap on
    what is handed over; what is broken already does not get worse.

    Ranked by the fall of a penalty (a step and a slope outside the band, a small square
    inside) for what is disturbed (retention, handover, longer borders, number of units).

    Parameters
    ----------
    problem : Problem
    options : Options
        ``contiguity`` and ``joins_islands`` count.
    assignment : ndarray of int32, shape (n,)
        The plan, -1 for unassigned units, which may be taken in.
    banned : collection of Move or of frozenset of (unit, territory)
        Refused: nothing that holds all steps of one of these is offered.
    progress : callable
    limit : int

    Raises
    ------
    Cancelled
        By the progress.
    """
    work = make_work(problem, options)
    refused = _refused(banned)
    progress(0.05, "")
    search = Search(work, _labels(problem, assignment))
    focus = search.focus(_EVEN_TERRITORIES)
    progress(0.4, "")
    ranked = search.candidates(focus)
    progress(0.6, "")
    found = _chosen(work, search, ranked, refused, limit)
    if len(search.faults().nonzero()[0]):
        bundles = _bundles(work, search, found, focus, refused, progress)
        found = sorted((*bundles, *found), key=lambda pair: -pair[0])[:limit]
    progress(1.0, "")
    return tuple(move for _score, move in found)


def plan_moves(
    problem: Problem,
    options: Options,
    assignment: Int32s,
    banned: Banned = (),
    progress: Progress = silent,
    most: int = 400,
) -> MovePlan:
    """A short sequence of moves that brings everything within tolerance.

    Greedy with a look ahead along chains of territories, from several weights between gain and
    disturbance; what proves superfluous is taken out again. The best of these sequences is
    given; `MovePlan.least` says what no sequence can save.

    Parameters
    ----------
    problem, options, assignment, banned, progress
        As for `find_moves`.
    most : int
        Most steps tried.

    Raises
    ------
    Cancelled
        By the progress.
    """
    work = make_work(problem, options)
    labels = _labels(problem, assignment)
    refused = _refused(banned)
    best: tuple[tuple[float, ...], list[Int32s]] | None = None
    is_large = problem.n_units > _LARGE
    for run, calm in enumerate(_CALMS[:1] if is_large else _CALMS):
        search = Search(work, labels, calm)
        states = _walk(search, refused, most, progress, run, 4 if is_large else 1)
        states = _without_idle(work, states)
        key = _key(work, labels, states[-1], len(states))
        if best is None or key < best[0]:
            best = key, states
    assert best is not None
    states = best[1]
    moves = tuple(make_move(work, a, b) for a, b in pairwise(states))
    done = not (faults_of(work, values_of(work, states[-1])) > 0).any()
    return MovePlan(moves, states[-1], done, least_change(work, labels))


def make_move(work: Work, before: Int32s, after: Int32s, kind: str = "") -> Move:
    """What lies between two assignments, with its effect.

    Parameters
    ----------
    work : Work
    before, after : ndarray of int32, shape (n,)
    kind : str
        By default what it looks like.
    """
    problem, bands = work.problem, work.bands
    units = np.flatnonzero(before != after).astype(np.int32)
    sources, targets = before[units], after[units]
    touched = np.union1d(sources[sources >= 0], targets).astype(np.int32)
    old, new = values_of(work, before), values_of(work, after)
    had = sources >= 0
    whole = float(problem.retention.sum())
    return Move(
        kind=kind or _kind(sources, targets),
        units=units,
        sources=sources,
        targets=targets,
        territories=touched,
        deviations_before=_deviations(old[touched], bands.targets[touched]),
        deviations_after=_deviations(new[touched], bands.targets[touched]),
        violation_before=float(faults_of(work, old).sum()),
        violation_after=float(faults_of(work, new).sum()),
        n_out_before=int((faults_of(work, old) > 0).sum()),
        n_out_after=int((faults_of(work, new) > 0).sum()),
        moved=float(problem.retention[units[had]].sum() / whole) if whole > 0 else 0.0,
        handover=np.asarray(problem.handover[units[had]].sum(0)),
        border=_border(problem, after) - _border(problem, before),
    )


def _labels(problem: Problem, assignment: Int32s) -> Int32s:
    labels = np.asarray(assignment)
    is_known = (labels >= 0) & (labels < problem.n_territories)
    return np.where(is_known, labels, -1).astype(np.int32)


def _refused(banned: Banned) -> tuple[frozenset[Step], ...]:
    return tuple(b.steps if isinstance(b, Move) else frozenset(b) for b in banned)


def _deviations(values: Floats, targets: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(targets > 0, values / targets - 1, np.nan)


def _border(problem: Problem, labels: Int32s) -> float:
    a, b = labels[problem.edges].T
    return float(problem.borders[(a != b) & (a >= 0) & (b >= 0)].sum())


def _kind(sources: Int32s, targets: Int32s) -> str:
    """A move, an exchange, a ring or a chain when each territory gives to and takes from one."""
    pairs = np.unique(np.stack((sources, targets), 1), axis=0)
    if len(pairs) == 1:
        return "move"
    gives, takes = pairs.T
    gives = gives[gives >= 0]
    if len(np.unique(gives)) < len(gives) or len(np.unique(takes)) < len(takes):
        return "bundle"
    if len(pairs) == 2 and (pairs[0] == pairs[1][::-1]).all():
        return "exchange"
    if set(gives.tolist()) == set(takes.tolist()):
        return "ring"
    return "chain" if len(np.union1d(gives, takes)) == len(pairs) + 1 else "bundle"


# ---------------------------------------------------------------------- choosing
def _chosen(
    work: Work,
    search: Search,
    ranked: Sequence[Candidate],
    refused: tuple[frozenset[Step], ...],
    limit: int,
) -> list[tuple[float, Move]]:
    """The best candidates that hold, of different kinds and places before much of the same."""
    pool = list(ranked[: limit * _TRIED_PER_MOVE * 4])
    steps = [search.steps(c) for c in pool]
    scores = np.array([c.score for c in pool])
    pairs = [{(int(search.labels[u]), t) for u, t in s} for s in steps]
    first = {s: place for place, s in reversed(list(enumerate(steps)))}
    is_open = np.array(
        [first[s] == i and not is_refused(s, refused) for i, s in enumerate(steps)], bool
    )
    found: list[tuple[float, Move]] = []
    tried = 0
    while len(found) < limit and is_open.any() and tried < limit * _TRIED_PER_MOVE:
        tried += 1
        best = int(np.where(is_open, scores, -np.inf).argmax())
        is_open[best] = False
        after = search.after(pool[best])
        if after is None:
            continue
        move = make_move(work, search.labels, after)
        if move.violation_after > move.violation_before + 1e-9:
            continue
        found.append((float(scores[best]), move))
        units = {u for u, _t in steps[best]}
        for other in np.flatnonzero(is_open).tolist():
            if units & {u for u, _t in steps[other]}:
                scores[other] *= _ALIKE
            if pairs[best] & pairs[other]:
                scores[other] *= _ALIKE**0.5
    return found


def _bundles(
    work: Work,
    search: Search,
    found: list[tuple[float, Move]],
    focus: Int32s,
    refused: tuple[frozenset[Step], ...],
    progress: Progress,
) -> list[tuple[float, Move]]:
    """For territories that no single change brings in: sequences that do."""
    settled = {
        int(t)
        for _score, move in found
        for t in move.territories
        if faults_of(work, values_of(work, move.apply(search.labels)))[t] == 0
    }
    left = [t for t in focus.tolist() if t not in settled][:_BUNDLES]
    offered = {move.steps for _score, move in found}
    out = []
    for place, t in enumerate(left):
        progress(0.65 + 0.3 * place / len(left), "")
        trial = Search(work, search.labels)
        gain = cost = 0.0
        for _step in range(_LONGEST_BUNDLE):
            taken = _best(trial, np.array([t], np.int32), refused, 3)
            if not taken:
                break
            gain, cost = gain + taken[0][0].gain, cost + taken[0][0].cost
            trial.move_to(taken[0][1])
            if trial.faults()[t] == 0:
                break
        move = make_move(work, search.labels, trial.labels)
        is_new = len(move.units) and move.steps not in offered
        if trial.faults()[t] == 0 and is_new and not is_refused(move.steps, refused):
            offered.add(move.steps)
            out.append((gain / (search.calm + cost), move))
    return out


def _best(
    search: Search,
    focus: Int32s,
    refused: tuple[frozenset[Step], ...],
    hops: int,
    most: int = 1,
) -> list[tuple[Candidate, Int32s]]:
    """The best candidates that hold and touch different territories, and the plans after each."""
    taken: list[tuple[Candidate, Int32s]] = []
    touched: set[int] = set()
    labels = search.labels
    for candidate in search.candidates(focus, hops)[:_TRIED]:
        around = search.territories(candidate)
        if around & touched or is_refused(search.steps(candidate), refused):
            continue
        if taken and candidate.score < _NEARLY * taken[0][0].score:
            break
        after = search.after(candidate, labels)
        if after is not None and _lowers(search.work, labels, after):
            taken.append((candidate, after))
            labels, touched = after, touched | around
            if len(taken) == most:
                break
    return taken


def _lowers(work: Work, before: Int32s, after: Int32s) -> bool:
    old, new = (faults_of(work, values_of(work, labels)).sum() for labels in (before, after))
    return bool(new < old - 1e-7)


# ---------------------------------------------------------------------- sequences
def _walk(
    search: Search,
    refused: tuple[frozenset[Step], ...],
    most: int,
    progress: Progress,
    run: int,
    at_once: int,
) -> list[Int32s]:
    """Plans from the present one on, each better than the one before, until all is in."""
    states = [search.labels]
    start = max(float(search.faults().sum()), 1e-12)
    for _step in range(most):
        faults = search.faults()
        part = 1 - min(1.0, float(faults.sum()) / start)
        progress((run + part) / len(_CALMS), "")
        if not (faults > 0).any():
            break
        focus = search.focus(0)
        taken = _best(search, focus[:6], refused, 3, at_once)
        taken = taken or _best(search, focus, refused, LONGEST)
        if not taken:
            break
        states.extend(after for _candidate, after in taken)
        search.move_to(states[-1])
    return states


def _without_idle(work: Work, states: list[Int32s]) -> list[Int32s]:
    """The same without steps that are not needed for where it ends."""
    goal = faults_of(work, values_of(work, states[-1])).sum() + 1e-9
    place = len(states) - 2
    while place >= 0 and len(states) > 1:
        states = _replayed(work, states, place, goal) or states
        place = min(place, len(states) - 1) - 1
    return states


def _replayed(work: Work, states: list[Int32s], left_out: int, goal: float) -> list[Int32s]:
    """The sequence without one of its steps; empty when what follows cannot do without it."""
    out = states[: left_out + 1]
    gone = np.flatnonzero(states[left_out] != states[left_out + 1])
    end = states[-1].copy()
    end[gone] = states[left_out][gone]
    if faults_of(work, values_of(work, end)).sum() > goal:
        return []
    back = states[left_out][gone]
    for before, after in pairwise(states[left_out + 1 :]):
        if (before[gone] != after[gone]).any():
            return []
        labels = after.copy()
        labels[gone] = back
        if not holds_between(work, out[-1], labels):
            return []
        out.append(labels)
    return out


def holds_between(work: Work, before: Int32s, after: Int32s) -> bool:
    """Whether a change breaks nothing that was whole before it."""
    return holds(work, before, after, values_of(work, before), parts_of_plan(work, before))


def _key(work: Work, start: Int32s, end: Int32s, n_states: int) -> tuple[float, ...]:
    faults = faults_of(work, values_of(work, end))
    moved = (start != end) & (start >= 0)
    handed = handed_over(work, end)[0].sum()
    kept = float(work.problem.retention[moved].sum())
    return float((faults > 0).sum()), float(faults.sum().round(6)), kept, float(handed), n_states
