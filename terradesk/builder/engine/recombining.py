"""Rebuilding small groups of territories round one that is out of tolerance.

A reheat of the whole map does not cross a barrier such as a peninsula or a heavy unit between two
mountains without harming everything else; a group of two to five territories is rebuilt hot, or
cut anew along random spanning trees, again and again, and kept when violations fall.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from terradesk.arcs.jit import Int32s
from terradesk.builder.clock import Clock, Work
from terradesk.builder.engine.annealing import Heat, anneal
from terradesk.builder.engine.cutting import cut_pair
from terradesk.builder.engine.energies import Costs, key, make_costs, sums_of
from terradesk.builder.engine.groups import Group, bordering, excess, make_group, misses

_PATIENCE = 150  # tries in vain at one territory before it is left
_GENTLE = 24  # of them before borders are cut anew, which moves more
_MOVES = 120  # per unit of the group: short and often finds more than long
_TREES = 100
_WORTH = 0.9  # part of the violation that may be left for a try to count
_ENOUGH = 1e-9


@dataclass(slots=True)
class _Trial:
    """What a try reads besides the map."""

    work: Work
    clock: Clock
    costs: Costs
    rng: np.random.Generator


def recombine(
    work: Work,
    labels: Int32s,
    clock: Clock,
    seed: int,
    tries: int = 400,
    costs: Costs | None = None,
) -> float:
    """Rebuild groups round territories that are out, in place, until none is out.

    Parameters
    ----------
    work : Work
    labels : ndarray of int32, shape (n,)
        Every territory whole.
    clock : Clock
    seed : int
    tries : int
    costs : Costs, optional
        By default those of ``work``.

    Returns
    -------
    float
        What is left outside the bands, see `groups.excess`.

    Raises
    ------
    Stopped
        By the clock; ``labels`` are valid then.
    """
    trial = _Trial(work, clock, costs or make_costs(work), np.random.default_rng(seed + 77))
    left = excess(work, labels)
    vain = np.zeros(work.problem.n_territories, np.int64)
    for _try in range(tries):
        miss = misses(work, labels) * (vain < _PATIENCE)
        if left <= _ENOUGH or not (miss > _ENOUGH).any():
            break
        first = int(trial.rng.choice(len(miss), p=miss / miss.sum()))
        chosen = pick_group(work, labels, first, int(trial.rng.integers(2, 6)), trial.rng)
        vain[first] += 1
        if len(chosen) < 2:
            continue
        found = _rebuilt(trial, labels, chosen, int(vain[first]))
        now = excess(work, found)
        if now < _WORTH * left:
            labels[:], left = found, now
            vain[chosen] = 0
            clock.offer(labels, key(work, labels, trial.costs))
    return left


def pick_group(
    work: Work, labels: Int32s, first: int, size: int, rng: np.random.Generator
) -> Int32s:
    """A connected group of territories round the first whose surplus and deficit even out.

    Parameters
    ----------
    work : Work
    labels : ndarray of int32, shape (n,)
    first, size : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of int32, shape (at most size,)
    """
    starts, others = bordering(work, labels)
    bands = work.bands
    values = sums_of(work.problem, labels)
    surplus = np.where(bands.exempt, 0.0, (values - bands.targets) * bands.scale)
    group, total = [first], surplus[first].copy()
    near = set(others[starts[first] : starts[first + 1]].tolist())
    while len(group) < size and near:
        found = np.array(sorted(near))
        uneven = np.abs(total + surplus[found]).sum(1) + rng.gumbel(0, 0.02, len(found))
        best = int(found[uneven.argmin()])
        group.append(best)
        total += surplus[best]
        near |= set(others[starts[best] : starts[best + 1]].tolist())
        near -= set(group)
    return np.array(group, np.int32)


def _rebuilt(trial: _Trial, labels: Int32s, territories: Int32s, vain: int) -> Int32s:
    """The map with a group annealed hot; after many tries in vain, from a border cut anew."""
    group = make_group(trial.work, labels, territories)
    own = group.within(labels)
    is_rough = vain > _GENTLE
    if is_rough and vain % 2:
        other = int(trial.rng.integers(1, len(territories)))
        _cut(trial, group, own, np.array([0, other], np.int32))
    heat = Heat(
        moves=_MOVES * len(own),
        hot=float(trial.rng.uniform(0.1, 2.0)),
        cold=0.03,
        lam0=float(trial.rng.uniform(20, 80)),
        lam1=1000.0,
        mix=(0.5, 0.3),
        strict=0.95,
    )
    seed = int(trial.rng.integers(1 << 30))
    show = group.show(own, labels)
    costs = trial.costs
    if is_rough:
        costs = replace(costs, moved=costs.moved * float(trial.rng.uniform(0.0, 1.0)) ** 2)
    anneal(group.work, own, heat, trial.clock, seed, costs, show)
    return group.put(own, labels)


def _cut(trial: _Trial, group: Group, own: Int32s, pair: Int32s) -> None:
    """Cut the border of two territories of a group anew, in place."""
    two = make_group(group.work, own, pair)
    bands = two.work.bands
    labels = two.within(own)
    cut = cut_pair(
        two.work, labels, bands.low, bands.high, trial.costs, trial.clock, trial.rng, _TREES
    )
    if cut is not None:
        own[:] = two.put(cut, own)
