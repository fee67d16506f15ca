"""Measures that pull apart: where one of them is, the other is not."""

from __future__ import annotations

import numpy as np

from terradesk.arcs.jit import Floats, Int32s
from terradesk.builder.bands import Bands
from terradesk.builder.problem import Problem
from terradesk.builder.why.findings import Finding, Remedy, rows

_MOST_GROUPS = 64
_SHARE = 0.5
"""Share of the groups that must be off before a warning is worth it."""


def find_pulls(problem: Problem, bands: Bands) -> list[Finding]:
    """Warnings: compact groups that hold an equal share of the first measure, but not of another.

    Groups are made by halving the map by the first measure along its longer side. No proof:
    territories of odd shapes may still meet both tolerances.

    Parameters
    ----------
    problem : Problem
    bands : Bands
    """
    first = problem.activities[:, 0]
    if problem.n_measures < 2 or problem.n_territories < 2 or first.sum() <= 0:
        return []
    n_groups = min(problem.n_territories, _MOST_GROUPS)
    group = halved(problem.xy, first, n_groups)
    by = np.bincount(group, first, n_groups) / first.sum()
    found = []
    for m in range(1, problem.n_measures):
        values = problem.activities[:, m]
        if values.sum() <= 0:
            continue
        ratio = np.bincount(group, values, n_groups) / values.sum() / np.maximum(by, 1e-12)
        tolerance = float(problem.tolerances[0] + problem.tolerances[m])
        off = (by > 0) & (np.abs(ratio - 1) > 2 * tolerance)
        if off.sum() > _SHARE * n_groups:
            low, high = np.quantile(ratio[by > 0], (0.1, 0.9))
            worst = rows(np.flatnonzero(group == int(np.abs(ratio - 1).argmax())))
            wider = float(np.quantile(np.abs(ratio - 1)[by > 0], 0.5))
            remedies = (Remedy("leave_out", measure=m), Remedy("tolerance", wider, m))
            found.append(
                Finding("pull", worst, measure=m, amount=float(low), bound=float(high),
                        is_proof=False, remedies=remedies[:1] if wider >= 1 else remedies)
            )  # fmt: skip
    return found


def halved(xy: Floats, weights: Floats, count: int) -> Int32s:
    """Groups of about equal weight, by cutting along the longer side again and again.

    Parameters
    ----------
    xy : ndarray of float64, shape (n, 2)
    weights : ndarray of float64, shape (n,)
    count : int
        Groups.

    Returns
    -------
    ndarray of int32, shape (n,)
        0 ... count - 1; a group may be empty where one unit outweighs it.
    """
    group = np.zeros(len(xy), np.int32)
    todo = [(np.arange(len(xy)), 0, count)]
    while todo:
        mine, base, parts = todo.pop()
        group[mine] = base
        if parts < 2 or len(mine) < 2:
            continue
        axis = int(np.ptp(xy[mine], axis=0).argmax())
        order = mine[np.argsort(xy[mine, axis], kind="stable")]
        half = parts // 2
        total = np.cumsum(weights[order])
        cut = int(np.searchsorted(total, total[-1] * half / parts)) + 1
        cut = min(max(cut, 1), len(order) - 1)
        todo += [(order[:cut], base, half), (order[cut:], base + half, parts - half)]
    return group
