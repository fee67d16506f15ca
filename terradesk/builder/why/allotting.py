"""Whether what may go where adds up: a linear program over groups of units and territories."""

from __future__ import annotations

import numpy as np

from terradesk.arcs.jit import Floats, Int32s
from terradesk.builder.bands import Bands
from terradesk.builder.graph import Graph, parts_of
from terradesk.builder.problem import NOWHERE, Options, Problem
from terradesk.builder.why.findings import Finding, rows

_MOST_CELLS = 20_000
_ROUNDING = 1e-6  # above the feasibility tolerance of the solver


def find_allotments(
    problem: Problem, options: Options, graph: Graph, bands: Bands
) -> list[Finding]:
    """Measures that cannot be shared out as the locks and parts of the map ask.

    Units that may go to the same territories and lie in the same part are one heap, of which any
    share may go anywhere it may: a relaxation, so that what fails here fails in every plan. Few
    units are a heap each, and all measures are then looked at together. Solved for the least
    deviation by HiGHS.

    Parameters
    ----------
    problem : Problem
    options : Options
    graph : Graph
    bands : Bands
    """
    if not problem.is_restricted:
        return []
    heap, allowed = _heaps(problem, options, graph)
    if allowed.sum() > _MOST_CELLS or len(allowed) < 2:
        return []
    measures = np.flatnonzero(problem.activities.sum(0) > 0).tolist()
    found = []
    for m in measures:
        off = _least(problem, bands, heap, allowed, [m])
        if off > 0:
            amount = float(off + problem.tolerances[m])
            found.append(Finding("allotment", _few(problem, heap), measure=m, amount=amount))
    held = np.flatnonzero(heap >= 0)
    single = problem.allowed[problem.allowed_class[held]].astype(float)
    if not found and len(measures) > 1 and single.sum() <= _MOST_CELLS:
        heap[held] = np.arange(len(held))
        off = _least(problem, bands, heap, single, measures)
        if off > 0:
            found.append(Finding("allotment_joint", _few(problem, heap), amount=off))
    return found


def _few(problem: Problem, heap: Int32s) -> Int32s:
    """Units that may go to some territories only."""
    n_allowed = problem.allowed.sum(1)[problem.allowed_class]
    return rows(np.flatnonzero((heap >= 0) & (n_allowed > 1) & (n_allowed < len(problem.targets))))


def _heaps(problem: Problem, options: Options, graph: Graph) -> tuple[Int32s, Floats]:
    """(n,) heap of each unit, -1 for none; and which territories each may go to."""
    part = np.zeros(problem.n_units, np.int32)
    if options.contiguity != "off":
        part = parts_of(problem.n_units, graph.edges)[1]
    keys = part.astype(np.int64) * len(problem.allowed) + problem.allowed_class
    heap = np.full(problem.n_units, -1, np.int32)
    held = problem.fixed != NOWHERE
    names, heap[held] = np.unique(keys[held], return_inverse=True)
    return heap, problem.allowed[names % len(problem.allowed)].astype(float)


def _least(
    problem: Problem, bands: Bands, heap: Int32s, allowed: Floats, measures: list[int]
) -> float:
    """Least excess over the tolerances, as a fraction of the target; 0 when all can be met."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, hstack, vstack

    pile, territory = np.nonzero(allowed)
    cells, count = len(pile), len(allowed)
    held = heap >= 0
    upper, limit, error = [], [], 0.0
    for m in measures:
        sums = np.bincount(heap[held], problem.activities[held, m], count)
        target, load = problem.targets[:, m], problem.fixed_load[:, m]
        room, size = target * problem.tolerances[m], 1 / bands.scale[:, m]
        unit = float(max(target.mean(), 1e-300))
        gets = coo_array((sums[pile] / unit, (territory, np.arange(cells))), (len(target), cells))
        slack = coo_array(-(size / unit)[:, None])
        upper += [hstack((gets, slack)), hstack((-gets, slack))]
        limit += [(target + room - load) / unit, (load - (target - room)) / unit]
        error = max(error, float((unit / size).max()))
    gives = coo_array((np.ones(cells), (pile, np.arange(cells))), (count, cells))
    answer = linprog(
        np.concatenate((np.zeros(cells), [1.0])),
        A_ub=vstack(upper).tocsr(),
        b_ub=np.concatenate(limit),
        A_eq=hstack((gives, coo_array((count, 1)))).tocsr(),
        b_eq=np.ones(count),
        bounds=(0, None),
        method="highs",
        options={"time_limit": 0.5},
    )
    is_sure = answer.status == 0 and answer.fun > _ROUNDING * max(1.0, error)
    return float(answer.fun) if is_sure else 0.0
