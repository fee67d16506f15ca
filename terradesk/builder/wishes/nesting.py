"""Top-down by district: territories nested in regions, each region with its number of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s
from terradesk.builder.problem import BadWish, Options, Problem
from terradesk.builder.wishes.tasks import Task, make_task
from terradesk.i18n import _


def nested(
    problem: Problem,
    regions: Sequence[int] | Int32s,
    counts: Sequence[int] | Int32s | None = None,
    options: Options | None = None,
) -> Task:
    """Territories within regions: each region gets its number, each territory lies in one region.

    Parameters
    ----------
    problem : Problem
        Its number of territories is shared out.
    regions : (n,) int
        Region of each unit, 0 ... r - 1; -1 may belong to any territory.
    counts : (r,) int, optional
        Territories of each region; by default in proportion to the first measure, by largest
        remainder, one at least.
    options : Options, optional

    Returns
    -------
    Task
        ``groups`` says the region of each territory. With a baseline, territories keep their
        numbers where most of what they have lies.

    Raises
    ------
    BadWish
        If there are more regions than territories, or the counts do not add up.

    Examples
    --------
    >>> task = nested(problem, regions=states)
    >>> result = build(task.problem, task.options)
    >>> bool((task.groups[result.assignment] == states).all())
    True
    """
    region = np.asarray(regions, np.int32)
    n_regions = int(region.max(initial=-1)) + 1
    n_units = np.bincount(region + 1, minlength=n_regions + 1)[1:].astype(np.int32)
    loads = np.bincount(region + 1, problem.activities[:, 0], n_regions + 1)[1:]
    if counts is None:
        number = shared_counts(loads.astype(np.float64), problem.n_territories, n_units)
    else:
        number = np.asarray(counts, np.int32)
    if number.shape != (n_regions,) or number.sum() != problem.n_territories:
        raise BadWish(
            _("The numbers of territories of the regions do not add up to {k}.").format(
                k=problem.n_territories
            )
        )
    if (number > n_units).any() or ((number < 1) & (n_units > 0)).any():
        raise BadWish(
            _("A region needs one territory at least, and not more than it has areas."),
            _("Ask for other numbers."),
        )
    groups = _numbered(problem, region, number)
    mates = groups[:, None] == np.arange(n_regions)
    shares = _nested_targets(problem, region, mates)
    table, classes = _nested_allowed(problem, region, mates)
    inside = replace(problem, targets=shares, allowed=table, allowed_class=classes)
    every = np.arange(problem.n_units, dtype=np.int32)
    numbers = np.arange(problem.n_territories, dtype=np.int32)
    return make_task(
        inside, options or Options(), every, numbers, problem.n_territories, groups=groups
    )


def shared_counts(loads: Floats, k: int, n_units: Int32s) -> Int32s:
    """Share k territories among regions by what they have: largest remainder, one at least.

    Parameters
    ----------
    loads : ndarray of float64, shape (r,)
    k : int
    n_units : ndarray of int, shape (r,)
        Units of each region, the most that it can get; a region without any gets none.

    Returns
    -------
    ndarray of int32, shape (r,)

    Raises
    ------
    BadWish
        If there are more regions than territories.

    Examples
    --------
    >>> shared_counts(np.array([50.0, 30.0, 1.0]), 8, np.array([99, 99, 99])).tolist()
    [4, 3, 1]
    """
    needed = n_units > 0
    if needed.sum() > k:
        raise BadWish(
            _("There are {r} regions but only {k} territories.").format(r=int(needed.sum()), k=k),
            _("Ask for more territories, or for fewer regions."),
        )
    counts = needed.astype(np.int64)
    weight = np.where(needed, np.maximum(loads, 1e-300), 0.0)
    quota = weight / max(weight.sum(), 1e-300) * k
    counts = np.clip(np.floor(quota).astype(np.int64), counts, n_units)
    while counts.sum() != k:
        step = 1 if counts.sum() < k else -1
        may = counts < n_units if step > 0 else counts > needed
        if not may.any():
            raise BadWish(_("The regions have too few areas for so many territories."))
        counts[np.where(may, step * (quota - counts), -np.inf).argmax()] += step
    return counts.astype(np.int32)


def _numbered(problem: Problem, region: Int32s, number: Int32s) -> Int32s:
    """(k,) region of each territory: where most of what it has by now lies."""
    from scipy.optimize import linear_sum_assignment

    k = problem.n_territories
    slots = np.repeat(np.arange(len(number)), number).astype(np.int32)
    overlap = np.zeros((k, len(number)))
    held = (problem.baseline >= 0) & (region >= 0)
    weight = problem.retention[held] + 1e-9
    np.add.at(overlap, (problem.baseline[held], region[held]), weight)
    homes = np.flatnonzero(np.isfinite(problem.seeds).all(1))
    for t in homes.tolist():
        nearest = int(((problem.xy - problem.seeds[t]) ** 2).sum(1).argmin())
        if region[nearest] >= 0:
            overlap[t, region[nearest]] += problem.retention.sum() + 1.0
    if not overlap.any():
        return slots
    rows, columns = linear_sum_assignment(-overlap[:, slots])
    found = np.empty(k, np.int32)
    found[rows] = slots[columns]
    return found


def _nested_targets(problem: Problem, region: Int32s, mates: Bools) -> Floats:
    """Targets of a region's territories share what lies in it."""
    targets = problem.targets.copy()
    for r in range(mates.shape[1]):
        own = mates[:, r]
        total = problem.activities[region == r].sum(0) + problem.fixed_load[own].sum(0)
        targets[own] *= total / np.maximum(targets[own].sum(0), 1e-300)
    return targets


def _nested_allowed(problem: Problem, region: Int32s, mates: Bools) -> tuple[Bools, Int32s]:
    """Units may join territories of their region only; a lock elsewhere is stronger."""
    pairs = np.stack((problem.allowed_class, region), 1)
    kinds, classes = np.unique(pairs, axis=0, return_inverse=True)
    inside = np.column_stack((mates, np.ones(len(mates), bool))).T  # the last row: no region
    table = problem.allowed[kinds[:, 0]] & inside[kinds[:, 1]]
    is_elsewhere = ~table.any(1)
    table[is_elsewhere] = problem.allowed[kinds[is_elsewhere, 0]]
    return np.ascontiguousarray(table), classes.ravel().astype(np.int32)
