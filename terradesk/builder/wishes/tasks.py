"""A problem made from another one, and the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s
from terradesk.builder.problem import BadWish, Options, Problem
from terradesk.i18n import _

_SAME = 1e-6  # targets that add up to the whole within this part of it are shares
_LEAST = 0.1  # a new territory's absolute target is never below this part of the mean target


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A problem made from another one, and the way back. q units, j territories of the task.

    Parameters
    ----------
    problem : Problem
    options : Options
    rows : ndarray of int32, shape (q,)
        Units of the whole that the task's units are.
    territories : ndarray of int32, shape (j,)
        Numbers in the whole of the task's territories; ``n_before`` and above are new ones.
    n_before : int
        Territories of the whole before.
    gone : tuple of int
        Territories of the whole that are no more.
    groups : ndarray of int32, shape (j,)
        Region of each territory, -1 where the mode knows none.
    """

    problem: Problem
    options: Options
    rows: Int32s
    territories: Int32s
    n_before: int
    gone: tuple[int, ...]
    groups: Int32s

    def labels(self, assignment: Int32s, present: Int32s) -> Int32s:
        """What was built, in the numbers of the whole.

        Parameters
        ----------
        assignment : ndarray of int32, shape (q,)
            Result of the task.
        present : ndarray of int32, shape (n,)
            Territories of all units of the whole by now; units that the task is not about keep
            them.

        Returns
        -------
        ndarray of int32, shape (n,)
        """
        found = np.array(present, np.int32)
        found[np.isin(found, self.gone)] = -1
        has = assignment >= 0
        found[self.rows] = np.where(has, self.territories[np.where(has, assignment, 0)], -1)
        return found


def whole_task(problem: Problem, options: Options) -> Task:
    """A task about all units and territories of a problem."""
    rows = np.arange(problem.n_units, dtype=np.int32)
    numbers = np.arange(problem.n_territories, dtype=np.int32)
    return make_task(problem, options, rows, numbers, problem.n_territories)


def make_task(
    problem: Problem,
    options: Options,
    rows: Int32s,
    territories: Int32s,
    n_before: int,
    gone: tuple[int, ...] = (),
    groups: Int32s | None = None,
) -> Task:
    """A task, with no groups unless they are given."""
    none = np.full(problem.n_territories, -1, np.int32)
    return Task(
        problem=problem,
        options=options,
        rows=np.asarray(rows, np.int32),
        territories=np.asarray(territories, np.int32),
        n_before=n_before,
        gone=gone,
        groups=none if groups is None else groups,
    )


def of_units(problem: Problem, rows: Int32s) -> Problem:
    """The problem of some units; edges to others become part of the outline."""
    new = np.full(problem.n_units, -1, np.int32)
    new[rows] = np.arange(len(rows), dtype=np.int32)
    pairs = new[problem.edges]
    inside = (pairs >= 0).all(1)
    return replace(
        problem,
        xy=problem.xy[rows],
        edges=np.ascontiguousarray(pairs[inside]),
        borders=problem.borders[inside],
        kinds=problem.kinds[inside],
        areas=problem.areas[rows],
        perimeters=problem.perimeters[rows],
        activities=problem.activities[rows],
        allowed_class=problem.allowed_class[rows],
        districts=problem.districts[rows],
        baseline=problem.baseline[rows],
        retention=problem.retention[rows],
        handover=problem.handover[rows],
    )


def of_territories(problem: Problem, territories: Int32s) -> Problem:
    """The problem with some of its territories, renumbered; other baselines become none."""
    new = np.full(problem.n_territories + 1, -1, np.int32)
    new[territories] = np.arange(len(territories), dtype=np.int32)
    return replace(
        problem,
        targets=problem.targets[territories],
        minimum=problem.minimum[territories],
        maximum=problem.maximum[territories],
        fixed_load=problem.fixed_load[territories],
        allowed=np.ascontiguousarray(problem.allowed[:, territories]),
        seeds=problem.seeds[territories],
        baseline=new[problem.baseline],
        handover_caps=problem.handover_caps[territories],
    )


def needs_baseline(problem: Problem) -> None:
    """Refuse a problem in which nothing has a territory yet.

    Raises
    ------
    BadWish
    """
    if not problem.has_baseline:
        raise BadWish(_("Nothing has a territory yet."), _("Build territories from nothing first."))


def locks_of(problem: Problem) -> Bools:
    """(c,) classes of units that are locked to one territory of several."""
    return (problem.allowed.sum(1) <= 1) & (problem.n_territories > 1)


def totals(problem: Problem) -> Floats:
    """(m,) sum of every measure, fixed load included."""
    sums: Floats = problem.activities.sum(0) + problem.fixed_load.sum(0)
    return sums


def are_shares(problem: Problem) -> Bools:
    """(m,) whether the targets of a measure add up to the whole."""
    total = totals(problem)
    close: Bools = np.abs(problem.targets.sum(0) - total) <= _SAME * np.maximum(total, 1e-9)
    return close


def with_another(problem: Problem, share: float | None) -> Floats:
    """(k + 1, m) targets with one territory more that should get a share of the whole."""
    k, total = problem.n_territories, totals(problem)
    part = 1 / (k + 1) if share is None else share
    left, mean = total - problem.targets.sum(0), problem.targets.mean(0)
    absolute = np.where(left > _LEAST * mean, left, mean) if share is None else total * part
    shares = are_shares(problem)
    old = problem.targets * np.where(shares, 1 - part, 1.0)
    found: Floats = np.vstack((old, np.where(shares, total * part, absolute)))
    return found


def without_some(problem: Problem, others: Int32s) -> Floats:
    """(j, m) targets of the territories that stay; shares grow to what there is to share."""
    targets = problem.targets[others]
    total = problem.activities.sum(0) + problem.fixed_load[others].sum(0)
    grown = targets * (total / np.maximum(targets.sum(0), 1e-300))
    found: Floats = np.where(are_shares(problem), grown, targets)
    return found


def common_row(table: Floats, otherwise: float) -> Floats:
    """(1, m) what all rows of a table have in common, by column; else a number."""
    same = (table == table[:1]).all(0)
    found: Floats = np.where(same, table[:1], otherwise)
    return found
