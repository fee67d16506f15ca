"""Whether what may go where adds up: a linear program over groups of units and territories."""

from __future__ import annotations

import numpy as np

from terradesk.arcs.jit import Floats, Int32s
from terradesk.builder.bands import Bands
from terradesk.builder.findings import Finding, rows
from terradesk.builder.graph import Graph, parts_of
from terradesk.builder.problem import NOWHERE, Options, Problem

_MOST_CELLS = 20_000
_ROUNDING = 1e-6  # above the feasibility tolerance of the solver


def find_allotments(
    problem: Problem, options: Options, graph: Graph, bands: Bands
) -> list[Finding]:
    """Measures that cannot be shared out as the locks and parts of the map ask.

    Units that may go to the same territories and lie in the same part are one heap, of which any
    share may go anywhere it may: a relaxation, so that what fails here fails in every plan. Solved
    for the least deviation by HiGHS.

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
    found = []
    for m in np.flatnonzero(problem.activities.sum(0) > 0).tolist():
        held = heap >= 0
        sums = np.zeros(len(allowed))
        sums += np.bincount(heap[held], problem.activities[held, m], len(allowed))
        off = _least(problem, bands, sums, allowed, m)
        if off > _ROUNDING * max(
            1.0, float((bands.scale[:, m] * problem.targets[:, m].mean()).max())
        ):
            units = rows(np.flatnonzero((heap >= 0) & (problem.fixed == -1)))
            few = problem.allowed.sum(1)[problem.allowed_class] < problem.n_territories
            amount = float(off + problem.tolerances[m])
            found.append(Finding("allotment", units[few[units]], measure=m, amount=amount))
    return found


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


def _least(problem: Problem, bands: Bands, sums: Floats, allowed: Floats, m: int) -> float:
    """Least excess over the tolerance, as a fraction of the target."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, hstack, vstack

    heap, territory = np.nonzero(allowed)
    cells = len(heap)
    load, target = problem.fixed_load[:, m], problem.targets[:, m]
    room = target * problem.tolerances[m]
    size = 1 / bands.scale[:, m]
    unit = float(max(target.mean(), 1e-300))
    gives = coo_array((np.ones(cells), (heap, np.arange(cells))), (len(sums), cells))
    gets = coo_array((np.ones(cells), (territory, np.arange(cells))), (len(target), cells))
    slack = coo_array(-(size / unit)[:, None])
    upper = hstack((gets, slack))
    lower = hstack((-gets, slack))
    limit = np.concatenate((target + room - load, load - (target - room))) / unit
    none = coo_array((len(sums), 1))
    answer = linprog(
        np.concatenate((np.zeros(cells), [1.0])),
        A_ub=vstack((upper, lower)).tocsr(),
        b_ub=limit,
        A_eq=hstack((gives, none)).tocsr(),
        b_eq=sums / unit,
        bounds=(0, None),
        method="highs",
        options={"time_limit": 0.5},
    )
    return float(answer.fun) if answer.status == 0 else 0.0
