"""What a planner can ask for, each turned into a problem that `build` takes.

Every mode gives a `Task`: the problem, the options, and which units and territories of the whole
it is about. ``task.labels(result.assignment, present)`` puts what was built back into the whole::

    task = carve(problem, point=(120.0, 80.0))
    result = build(task.problem, task.options)
    labels = task.labels(result.assignment, problem.baseline)

A caller with a plan makes a territory for each number from ``task.n_before`` on, assigns by
``labels``, and removes the territories in ``task.gone``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from terradesk.arcs.jit import Bools, Int32s
from terradesk.builder.problem import BadWish, Options, Problem
from terradesk.builder.wishes.counting import number_for
from terradesk.builder.wishes.nesting import nested, shared_counts
from terradesk.builder.wishes.tasks import (
    Task,
    common_row,
    locks_of,
    make_task,
    needs_baseline,
    of_territories,
    of_units,
    whole_task,
    with_another,
    without_some,
)
from terradesk.i18n import _

_LITTLE = 0.9  # of `Options.keep`: others change hands only as far as it helps much

__all__ = [
    "Task",
    "absorb",
    "carve",
    "fill_only",
    "nested",
    "number_for",
    "only",
    "rebalance",
    "shared_counts",
    "split_into",
]


def fill_only(problem: Problem, options: Options | None = None) -> Task:
    """Give out what is unassigned; whatever has a territory keeps it.

    Examples
    --------
    >>> task = fill_only(problem)
    >>> build(task.problem, task.options).figures.kept
    1.0
    """
    needs_baseline(problem)
    return whole_task(problem, replace(options or Options(), start="fill"))


def rebalance(problem: Problem, keep: float = 0.5, options: Options | None = None) -> Task:
    """Bring the present territories into tolerance, moving little.

    Parameters
    ----------
    problem : Problem
    keep : float
        0 ... 1: 1 moves only what tolerance needs, 0 moves freely.
    options : Options, optional

    Examples
    --------
    >>> task = rebalance(problem, keep=1.0)
    >>> round(build(task.problem, task.options).figures.kept, 2)
    0.98
    """
    needs_baseline(problem)
    return whole_task(problem, replace(options or Options(), start="baseline", keep=keep))


def carve(
    problem: Problem,
    *,
    point: Sequence[float] | None = None,
    units: Sequence[int] | Int32s | None = None,
    share: float | None = None,
    options: Options | None = None,
) -> Task:
    """A territory more, made out of what its neighbours can give: for a new rep.

    Territory number ``problem.n_territories`` is the new one. Targets that share the whole are
    lowered alike to make room for it; absolute ones stay.

    Parameters
    ----------
    problem : Problem
        With a baseline.
    point : (2,) float, optional
        Home of the new rep in km; the new territory grows round it.
    units : (q,) int, optional
        Units that it should start from; neither they nor the point are locked to it.
    share : float, optional
        Of the first and every other measure that it should get, 0 ... 1; by default as much as
        the mean territory.
    options : Options, optional
        ``keep`` is at least 0.9.

    Raises
    ------
    BadWish
        If there is no baseline, or the share is not between 0 and 1.

    Examples
    --------
    >>> task = carve(problem, units=[17])
    >>> labels = task.labels(build(task.problem, task.options).assignment, problem.baseline)
    >>> int(labels.max()) == problem.n_territories
    True
    """
    needs_baseline(problem)
    k, chosen = problem.n_territories, options or Options()
    if k >= problem.n_units:
        raise BadWish(_("There are as many territories as areas already."), _("Use a finer map."))
    if share is not None and not 0 < share < 1:
        raise BadWish(_("The share must lie between 0 and 100 %."), _("Type another number."))
    baseline, seeds = problem.baseline.copy(), np.vstack((problem.seeds, [[np.nan, np.nan]]))
    start = np.asarray([] if units is None else units, np.int32)
    if point is not None:
        seeds[k] = point
    baseline[start[~_is_locked(problem)[start]]] = k
    bigger = replace(
        problem,
        targets=with_another(problem, share),
        minimum=np.vstack((problem.minimum, common_row(problem.minimum, 0.0))),
        maximum=np.vstack((problem.maximum, common_row(problem.maximum, np.inf))),
        fixed_load=np.vstack((problem.fixed_load, np.zeros((1, problem.n_measures)))),
        allowed=np.column_stack((problem.allowed, ~locks_of(problem))),
        seeds=seeds,
        baseline=baseline,
        handover_caps=np.vstack(
            (problem.handover_caps, np.full((1, problem.handover.shape[1]), np.inf))
        ),
    )
    wish = replace(chosen, start="baseline", keep=max(_LITTLE, chosen.keep))
    every = np.arange(problem.n_units, dtype=np.int32)
    return make_task(bigger, wish, every, np.arange(k + 1, dtype=np.int32), k)


def absorb(
    problem: Problem, territory: int, *, shift: bool = True, options: Options | None = None
) -> Task:
    """Divide a territory that is no more among its neighbours.

    Targets that share the whole are raised alike; absolute ones stay. Units that were locked to
    the territory are free. Its fixed load (named accounts) is left out: the caller says whose it
    becomes.

    Parameters
    ----------
    problem : Problem
        With a baseline.
    territory : int
    shift : bool
        Whether other areas may change hands, the nearest first, as far as tolerance needs it; if
        not, only those of the territory do.
    options : Options, optional

    Raises
    ------
    BadWish
        If there is no baseline, or no other territory.

    Examples
    --------
    >>> task = absorb(problem, 3)
    >>> labels = task.labels(build(task.problem, task.options).assignment, problem.baseline)
    >>> bool((labels == 3).any())
    False
    """
    needs_baseline(problem)
    k = problem.n_territories
    if k < 2:
        raise BadWish(_("There is no other territory that could take the areas over."))
    others = np.delete(np.arange(k, dtype=np.int32), territory)
    smaller = of_territories(problem, others)
    allowed = smaller.allowed.copy()
    allowed[~allowed.any(1) & problem.allowed.any(1)] = True
    smaller = replace(
        smaller,
        allowed=allowed,
        targets=without_some(problem, others),
    )
    wish = replace(
        options or Options(), start="near" if shift else "fill", keep=1.0 if shift else 0.0
    )
    every = np.arange(problem.n_units, dtype=np.int32)
    return make_task(smaller, wish, every, others, k, gone=(territory,))


def split_into(
    problem: Problem,
    territory: int,
    parts: int,
    shares: Sequence[float] | None = None,
    options: Options | None = None,
) -> Task:
    """Cut one territory into several; the first part keeps its number, locks and fixed load.

    Parameters
    ----------
    problem : Problem
        With a baseline.
    territory : int
    parts : int
        2 or more.
    shares : (parts,) float, optional
        Of the territory's activity; equal by default.
    options : Options, optional

    Raises
    ------
    BadWish
        If the territory has fewer areas than there should be parts.

    Examples
    --------
    >>> task = split_into(problem, 3, 2)
    >>> task.territories.tolist()       # of 10 territories
    [3, 10]
    """
    needs_baseline(problem)
    k = problem.n_territories
    rows = np.flatnonzero(problem.baseline == territory).astype(np.int32)
    if parts < 2 or parts > len(rows):
        raise BadWish(
            _("{n} areas cannot be split into {k} parts.").format(n=len(rows), k=parts),
            _("Ask for 2 or more parts, and not more than there are areas."),
        )
    part = np.ones(parts) if shares is None else np.asarray(shares, np.float64)
    if part.shape != (parts,) or not (part > 0).all():
        raise BadWish(_("Each part needs a share above 0."), _("Type another number."))
    load = np.zeros((parts, problem.n_measures))
    load[0] = problem.fixed_load[territory]
    total = problem.activities[rows].sum(0) + load[0]
    seeds = np.full((parts, 2), np.nan)
    seeds[0] = problem.seeds[territory]
    some = of_units(problem, rows)
    cut = replace(
        some,
        targets=part[:, None] / part.sum() * total,
        minimum=np.repeat(common_row(problem.minimum, 0.0), parts, 0),
        maximum=np.repeat(common_row(problem.maximum, np.inf), parts, 0),
        fixed_load=load,
        allowed=np.column_stack(
            (np.ones(len(problem.allowed), bool), *[~locks_of(problem)] * (parts - 1))
        ),
        seeds=seeds,
        baseline=np.full(len(rows), -1, np.int32),
        handover_caps=np.full((parts, problem.handover.shape[1]), np.inf),
    )
    wish = replace(options or Options(), start="new", keep=0.0)
    numbers = np.concatenate(([territory], np.arange(k, k + parts - 1)))
    return make_task(cut, wish, rows, numbers, k)


def only(
    problem: Problem,
    territories: Sequence[int] | Int32s,
    *,
    start: str = "baseline",
    options: Options | None = None,
) -> Task:
    """Rebuild some territories and leave the others as they are.

    The chosen ones share what they have by now, in proportion to their targets.

    Parameters
    ----------
    problem : Problem
        With a baseline.
    territories : (j,) int
    start : {"baseline", "new"}
        Whether to improve the present territories or to draw them anew.
    options : Options, optional

    Examples
    --------
    >>> task = only(problem, [2, 5, 6])
    >>> labels = task.labels(build(task.problem, task.options).assignment, problem.baseline)
    >>> bool((labels == problem.baseline)[~np.isin(problem.baseline, [2, 5, 6])].all())
    True
    """
    needs_baseline(problem)
    chosen = np.unique(np.asarray(territories, np.int32))
    rows = np.flatnonzero(np.isin(problem.baseline, chosen)).astype(np.int32)
    if not len(rows) or len(rows) < len(chosen):
        raise BadWish(
            _("The chosen territories have too few areas."), _("Choose other territories.")
        )
    some = of_territories(of_units(problem, rows), chosen)
    total = some.activities.sum(0) + some.fixed_load.sum(0)
    asked = np.maximum(some.targets.sum(0), 1e-300)
    fair = replace(some, targets=some.targets * (total / asked))
    wish = replace(options or Options(), start=start)
    return make_task(fair, wish, rows, chosen, problem.n_territories)


def _is_locked(problem: Problem) -> Bools:
    """(n,) units that are locked to one territory."""
    locked: Bools = locks_of(problem)[problem.allowed_class]
    return locked
