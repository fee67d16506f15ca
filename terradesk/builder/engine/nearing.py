"""Changes that stay near: sharing out what nobody has, and making room for new territories.

First only what nobody has changes hands; then territories beside it may shift areas, then those
around them, ring by ring, until nobody is worse off than the tolerance allows. A territory that was
out of tolerance before need not become better, and must not become worse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from terradesk.arcs.jit import Bools, Int32s
from terradesk.builder.bands import make_bands
from terradesk.builder.clock import Clock, Work
from terradesk.builder.engine.energies import Costs, key, make_costs, sums_of
from terradesk.builder.engine.groups import bordering, excess, misses
from terradesk.builder.engine.growing import claim, plant, spread_out
from terradesk.builder.engine.keeping import stricter
from terradesk.builder.engine.realigning import improve, n_moves
from terradesk.builder.engine.repairing import repair
from terradesk.builder.problem import FREE, Problem

_ENOUGH = 1e-9
_ROUNDING = 1e-6
_WARM, _WARMER = 0.25, 0.5
_TRIES = 120
_AIR = 0.05  # of the room between the bands that areas cannot fill to the last
_MANY = 8000  # units; with more, keeping is let go of in the last ring only
_EXPECTED = 3  # rings tried, for the progress


def near(work: Work, clock: Clock, seed: int) -> Int32s:
    """The baseline with what nobody has given out, and with room for territories without units.

    Parameters
    ----------
    work : Work
        With a baseline, and bands that leave territories as they are (`keeping.as_they_are`).
    clock : Clock
    seed : int

    Returns
    -------
    ndarray of int32, shape (n,)
        Of the first ring in which everybody is in their band, else the best of all.

    Raises
    ------
    Stopped
        By the clock, which holds the best so far.
    """
    costs = make_costs(work)
    clock.expect(_EXPECTED * n_moves(work) * work.options.starts)
    begun, fresh = _begun(work, clock)
    beside = _beside(work, begun, fresh)
    best, best_key = begun, (np.inf, np.inf)
    for number, held in enumerate(_rings(work, begun, fresh, beside)):
        labels = begun.copy()
        spread_out(held, labels, clock)
        labels = repair(held, labels)
        for new in fresh:
            claim(held, labels, new, clock)
        clock.offer(labels, key(work, labels, costs))
        warmth = _WARM if number else _WARMER
        loose = int(_n_free(held) <= _MANY or _n_free(held) >= _n_free(work))
        labels = improve(held, labels, clock, seed, costs, warmth, _TRIES, loose_runs=loose)
        found = key(work, labels, costs)
        if found < best_key:
            best, best_key = labels, found
        if excess(work, labels) <= _ENOUGH:
            return _relieved(held, labels, beside, clock, seed, costs)
    return best


def _relieved(
    held: Work, labels: Int32s, beside: Bools, clock: Clock, seed: int, costs: Costs
) -> Int32s:
    """The map with what lies beside brought into tolerance, if the same territories can do it."""
    bands = stricter(held.bands, make_bands(held.problem), beside)
    strict = Work(held.problem, held.options, held.graph, replace(bands, exempt=held.bands.exempt))
    if excess(strict, labels) <= _ENOUGH:
        return labels
    trial = improve(strict, labels.copy(), clock, seed, costs, _WARM, _TRIES, loose_runs=0)
    is_better = excess(strict, trial) < excess(strict, labels) and excess(held, trial) <= _ENOUGH
    return trial if is_better else labels


def _begun(work: Work, clock: Clock) -> tuple[Int32s, list[int]]:
    """The baseline as far as it may be, with a first unit for each territory that has none."""
    problem = work.problem
    labels = np.array(problem.baseline)
    may = problem.allowed[problem.allowed_class, np.maximum(labels, 0)]
    labels[~may] = -1
    locked = problem.fixed != FREE
    labels[locked] = np.maximum(problem.fixed[locked], -1)
    counts = np.bincount(labels[labels >= 0], minlength=problem.n_territories)
    had = np.bincount(problem.baseline[problem.baseline >= 0], minlength=problem.n_territories)
    plant(work, labels, clock, np.ones(problem.n_units, np.bool_))
    return labels, np.flatnonzero((counts == 0) | (had == 0)).tolist()


def _rings(work: Work, begun: Int32s, fresh: list[int], beside: Bools) -> Iterator[Work]:
    """The work with ever more territories that may shift areas, where that could be enough."""
    problem = work.problem
    is_open = _open(problem)
    nobody = np.zeros(problem.n_territories, np.bool_)
    if not fresh and _has_room(work, begun, beside):
        yield _only(work, begun, beside, nobody)
    members = beside | ((misses(work, begun) > _ENOUGH) & is_open)
    starts, others = bordering(work, begun)
    owners = np.repeat(np.arange(problem.n_territories), np.diff(starts))
    air = 0.0
    while True:
        grown = members.copy()
        grown[others[members[owners]]] = True
        grown &= is_open | members
        everybody = bool((grown == members).all())
        if everybody or _has_room(work, begun, members, air):
            yield _only(work, begun, members, members)
        if everybody:
            break
        members, air = grown, _AIR
    rest = is_open & ~members
    if rest.any():
        yield _only(work, begun, members | rest, members | rest)


def _n_free(work: Work) -> int:
    return int((work.problem.fixed == FREE).sum())


def _open(problem: Problem) -> Bools:
    """(k,) territories that some unit may join or leave."""
    shared = np.unique(problem.allowed_class[problem.fixed == FREE])
    found: Bools = problem.allowed[shared].any(axis=0)
    return found


def _beside(work: Work, begun: Int32s, fresh: list[int]) -> Bools:
    """(k,) territories that new ones, and what nobody has, lie in or beside."""
    problem = work.problem
    found = np.zeros(problem.n_territories, np.bool_)
    found[fresh] = True
    from_whom = problem.baseline[np.isin(begun, fresh)]
    found[from_whom[from_whom >= 0]] = True
    a, b = work.graph.edges.T
    for one, other in ((a, b), (b, a)):
        labels = begun[other[begun[one] < 0]]
        found[labels[labels >= 0]] = True
    return found & _open(problem) if (found & _open(problem)).any() else _open(problem)


def _has_room(work: Work, begun: Int32s, members: Bools, share: float = 0.0) -> bool:
    """Whether territories can hold what they and nobody have, with some air: by sums alone."""
    bands = work.bands
    total = sums_of(work.problem, begun)[members].sum(axis=0)
    total += work.problem.activities[begun < 0].sum(axis=0)
    room = _ROUNDING * np.maximum(total, 1.0)
    is_exempt = bands.exempt[members].any(axis=0)
    high, low = bands.high[members].sum(axis=0), bands.low[members].sum(axis=0)
    air = np.where(np.isfinite(high - low), share * (high - low), 0.0) - room
    return bool((((total <= high - air) & (total >= low + air)) | is_exempt).all())


def _only(work: Work, begun: Int32s, members: Bools, givers: Bools) -> Work:
    """The work in which all units stay but those of givers and of nobody, which members take."""
    problem = work.problem
    k = problem.n_territories
    moves = (begun < 0) | givers[np.maximum(begun, 0)]
    among = problem.allowed & members
    none = ~among.any(axis=1)
    among[none] = problem.allowed[none]
    classes = np.where(moves, problem.allowed_class, len(among) + begun)
    held = replace(
        problem,
        allowed=np.vstack((among, np.eye(k, dtype=np.bool_))),
        allowed_class=classes.astype(np.int32),
    )
    return Work(held, work.options, work.graph, work.bands)
