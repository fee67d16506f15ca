"""The independent check of an assignment: everything that was asked, and what is not as asked.

Shares no code with the kernels that build: connected parts come from scipy, sums from numpy.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from terradesk.arcs.jit import Floats, Int32s
from terradesk.builder.bands import Bands, make_bands
from terradesk.builder.graph import make_graph
from terradesk.builder.problem import (
    BARRIER,
    CORNER,
    NOWHERE,
    Figures,
    Options,
    Problem,
    Violation,
)

_ROUNDING = 1e-9


def verify(
    problem: Problem, options: Options, assignment: Int32s
) -> tuple[Figures, tuple[Violation, ...]]:
    """What an assignment gives, and every wish that it does not meet.

    Parameters
    ----------
    problem : Problem
    options : Options
        ``contiguity`` and ``joins_islands`` say what holds a territory together.
    assignment : ndarray of int32, shape (n,)
        Territory 0 ... k - 1 of each unit; anything else is unassigned.

    Returns
    -------
    Figures
    tuple of Violation
        Broken rules first, then hard limits, handover, tolerance. For "handover" a positive
        amount is handed over beyond the cap, a negative one taken over; for "split" and
        "empty" the amount is the number of parts, for "unassigned" and "lock" of units.

    Raises
    ------
    ValueError
        If the assignment has not one entry per unit.
    """
    labels = np.asarray(assignment)
    if labels.shape != (problem.n_units,) or labels.dtype.kind not in "iu":
        raise ValueError("one whole number per unit expected")
    labels = np.where((labels >= 0) & (labels < problem.n_territories), labels, -1)
    labels = labels.astype(np.int32)
    bands = make_bands(problem)
    parted = pieces(problem, options, labels)
    figures = _figures(problem, bands, labels, parted)
    forced, most = _forced(problem, bands, labels)
    found = [
        *_broken(problem, labels),
        *_split(problem, options, labels, figures, parted),
        *_beyond_limits(problem, figures, forced, most),
        *_handovers(problem, labels, figures),
        *_out_of_tolerance(problem, bands, labels, figures, forced, most),
    ]
    return figures, tuple(found)


def _sums(values: Floats, labels: Int32s, k: int) -> Floats:
    """(k, c) sums of the columns (n, c) by label, -1 left out."""
    out = np.zeros((k, values.shape[1]))
    held = labels >= 0
    for c in range(values.shape[1]):
        out[:, c] = np.bincount(labels[held], values[held, c], k)
    return out


def _joining(problem: Problem, options: Options) -> Int32s:
    """(e, 2) pairs of units that hold a territory together."""
    counts = problem.kinds != BARRIER
    if options.contiguity != "corner":
        counts &= problem.kinds != CORNER
    pairs = [problem.edges[counts]]
    if options.joins_islands and options.contiguity != "off":
        pairs.append(make_graph(problem, options).joined)
    return np.concatenate(pairs)


def _connected(n: int, pairs: Int32s) -> Int32s:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    a, b = pairs.T
    matrix = coo_array((np.ones(len(a), bool), (a, b)), (n, n))
    return np.asarray(connected_components(matrix, directed=False)[1], np.int32)


def pieces(problem: Problem, options: Options, labels: Int32s) -> Int32s:
    """(n,) number of the connected piece of units with the same label.

    Parameters
    ----------
    problem : Problem
    options : Options
        Say what holds a territory together.
    labels : ndarray of int32, shape (n,)
    """
    pairs = _joining(problem, options)
    a, b = pairs.T
    return _connected(problem.n_units, pairs[labels[a] == labels[b]])


def _figures(problem: Problem, bands: Bands, labels: Int32s, pieces: Int32s) -> Figures:
    k = problem.n_territories
    held = labels >= 0
    values = _sums(problem.activities, labels, k) + problem.fixed_load
    with np.errstate(divide="ignore", invalid="ignore"):
        deviations = np.where(bands.targets > 0, values / bands.targets - 1, np.nan)
    pairs = np.unique(np.stack((labels[held], pieces[held]), 1), axis=0)
    handed, taken, kept = _moved(problem, labels)
    compactness, border = _shapes(problem, labels)
    return Figures(
        values=values,
        targets=bands.targets,
        deviations=deviations,
        exempt=np.asarray(bands.exempt.any(1), np.bool_),
        n_units=np.bincount(labels[held], minlength=k).astype(np.int32),
        parts=np.bincount(pairs[:, 0], minlength=k).astype(np.int32),
        compactness=compactness,
        distance=_distance(problem, labels),
        border=border,
        kept=kept,
        handed=handed,
        taken=taken,
        n_split_districts=_split_districts(problem, labels),
    )


def _shapes(problem: Problem, labels: Int32s) -> tuple[Floats, float]:
    """Polsby-Popper of each territory, ``4 pi area / perimeter**2``, and km between territories."""
    k = problem.n_territories
    a, b = problem.edges.T
    inside = (labels[a] == labels[b]) & (labels[a] >= 0)
    between = (labels[a] != labels[b]) & (labels[a] >= 0) & (labels[b] >= 0)
    area, around = _sums(np.stack((problem.areas, problem.perimeters), 1), labels, k).T
    around = around - 2 * np.bincount(labels[a[inside]], problem.borders[inside], k)
    has = (area > 0) & (around > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(has, 4 * math.pi * area / around**2, np.nan)
    return found, float(problem.borders[between].sum())


def _distance(problem: Problem, labels: Int32s) -> float:
    """Mean km to the seed, else to the weighted centroid; weighted by the first measure."""
    held = labels >= 0
    if not held.any():
        return math.nan
    k = problem.n_territories
    weight = problem.activities[:, 0]
    by = weight if weight[held].sum() > 0 else np.ones(len(weight))
    own = _sums(np.column_stack((by, problem.xy * by[:, None])), labels, k)
    plain = _sums(np.column_stack((np.ones(len(by)), problem.xy)), labels, k)
    sums = np.where(own[:, :1] > 0, own, plain)
    centres = sums[:, 1:] / np.maximum(sums[:, :1], 1e-300)
    centres = np.where(np.isnan(problem.seeds), centres, problem.seeds)
    away = np.hypot(*(problem.xy[held] - centres[labels[held]]).T)
    return float((away * by[held]).sum() / by[held].sum())


def _moved(problem: Problem, labels: Int32s) -> tuple[Floats, Floats, float]:
    k = problem.n_territories
    had = problem.baseline >= 0
    left = had & (labels != problem.baseline)
    handed = _sums(problem.handover[left], problem.baseline[left], k)
    taken = _sums(problem.handover[left], labels[left], k)
    whole = problem.retention[had].sum()
    kept = float(1 - problem.retention[left].sum() / whole) if whole > 0 else math.nan
    return handed, taken, kept


def _split_districts(problem: Problem, labels: Int32s) -> int:
    has = (problem.districts >= 0) & (labels >= 0)
    pairs = np.unique(np.stack((problem.districts[has], labels[has]), 1), axis=0)
    return int((np.bincount(pairs[:, 0]) > 1).sum()) if len(pairs) else 0


def _broken(problem: Problem, labels: Int32s) -> list[Violation]:
    """Units without a territory or in one that may not have them, territories without units."""
    held = labels >= 0
    found = []
    missing = np.flatnonzero(~held & (problem.fixed != NOWHERE))
    if len(missing):
        found.append(_violation("unassigned", -1, float(len(missing)), missing))
    may = problem.allowed[problem.allowed_class, np.where(held, labels, 0)]
    wrong = np.flatnonzero(held & ~may)
    for t in np.unique(labels[wrong]).tolist():
        units = wrong[labels[wrong] == t]
        found.append(_violation("lock", t, float(len(units)), units))
    filled = np.bincount(labels[held], minlength=problem.n_territories)
    open_to = problem.allowed[np.unique(problem.allowed_class)].sum(0)
    for t in np.flatnonzero(filled == 0).tolist():
        found.append(Violation("empty", t, is_avoidable=bool(open_to[t] > 0)))
    return found


def _split(
    problem: Problem, options: Options, labels: Int32s, figures: Figures, pieces: Int32s
) -> list[Violation]:
    """Territories in several pieces; the units are those outside the largest."""
    if options.contiguity == "off":
        return []
    found = []
    pairs = _joining(problem, options)
    for t in np.flatnonzero(figures.parts > 1).tolist():
        rows = np.flatnonzero(labels == t)
        names, which, sizes = np.unique(pieces[rows], return_inverse=True, return_counts=True)
        units = rows[names[which] != names[sizes.argmax()]]
        is_forced = _lies_apart(problem, pairs, t)
        found.append(_violation("split", t, float(figures.parts[t]), units, not is_forced))
    return found


def _lies_apart(problem: Problem, pairs: Int32s, t: int) -> bool:
    """Whether nothing that a territory may have joins what is locked to it."""
    locked = np.flatnonzero(problem.fixed == t)
    if len(locked) < 2:
        return False
    may = problem.allowed[problem.allowed_class, t]
    a, b = pairs.T
    reach = _connected(problem.n_units, pairs[may[a] & may[b]])
    return len(np.unique(reach[locked])) > 1


def _beyond_limits(
    problem: Problem, figures: Figures, forced: Floats, most: Floats
) -> list[Violation]:
    found = []
    for kind, sign, limits in (("minimum", -1, problem.minimum), ("maximum", 1, problem.maximum)):
        with np.errstate(invalid="ignore"):
            excess = sign * (figures.values - limits)
        slack = _slack(np.where(np.isfinite(limits), limits, 0), figures.targets)
        for t, m in np.argwhere(np.isfinite(limits) & (excess > slack)).tolist():
            bound = forced[t, m] if sign > 0 else most[t, m]
            is_avoidable = sign * (bound - limits[t, m]) <= slack[t, m]
            amount = float(excess[t, m])
            found.append(Violation(kind, t, m, amount, is_avoidable=bool(is_avoidable)))
    return found


def _handovers(problem: Problem, labels: Int32s, figures: Figures) -> list[Violation]:
    found = []
    left = (problem.baseline >= 0) & (labels != problem.baseline)
    for sign, moved, whose in ((1, figures.handed, problem.baseline), (-1, figures.taken, labels)):
        excess = moved - problem.handover_caps
        slack = _ROUNDING * np.maximum(1.0, moved)
        for t, h in np.argwhere(excess > slack).tolist():
            units = np.flatnonzero(left & (whose == t) & (problem.handover[:, h] > 0))
            found.append(_violation("handover", t, sign * float(excess[t, h]), units))
    return found


def _out_of_tolerance(
    problem: Problem,
    bands: Bands,
    labels: Int32s,
    figures: Figures,
    forced: Floats,
    most: Floats,
) -> list[Violation]:
    """Territories off their fair target, the worst first."""
    off = (figures.values - bands.targets) * bands.scale
    off[figures.n_units == 0] = 0.0  # empty: said already
    limit = np.where(bands.targets > 0, problem.tolerances, 0.0) + _ROUNDING
    room = bands.targets * problem.tolerances
    slack = _slack(bands.targets, bands.targets)
    is_forced_over = (forced > bands.targets + room + slack) & (
        figures.values <= forced + room + slack
    )
    is_forced_under = most < bands.targets - room - slack
    found = []
    for t, m in np.argwhere(np.abs(off) > limit).tolist():
        is_forced = is_forced_over[t, m] if off[t, m] > 0 else is_forced_under[t, m]
        units = _heavy(problem, bands, labels, t, m)
        if is_forced and not len(units):
            units = np.flatnonzero(problem.fixed == t).astype(np.int32)
        found.append(_violation("tolerance", t, float(off[t, m]), units, not is_forced, m))
    return sorted(found, key=lambda v: -abs(v.amount))


def _forced(problem: Problem, bands: Bands, labels: Int32s) -> tuple[Floats, Floats]:
    """(k, m) the least a territory holds whatever is done, and the most it can get.

    The least counts locks, fixed load and, where they are, units that are too much for every
    territory they may belong to.
    """
    k = problem.n_territories
    locked = _sums(problem.activities, np.where(problem.fixed >= 0, problem.fixed, -1), k)
    least = locked + problem.fixed_load
    most = problem.fixed_load.copy()
    for m in range(problem.n_measures):
        by_class = np.bincount(
            problem.allowed_class, problem.activities[:, m], len(problem.allowed)
        )
        most[:, m] += by_class @ problem.allowed
    high = bands.targets * (1 + problem.tolerances)
    for unit in bands.oversize.tolist():
        t = int(labels[unit])
        may = problem.allowed[problem.allowed_class[unit]]
        if t >= 0 and problem.fixed[unit] < 0:
            too_much = problem.activities[unit] > high[may].max(0)
            least[t] += np.where(too_much, problem.activities[unit], 0.0)
    return least, most


def _heavy(problem: Problem, bands: Bands, labels: Int32s, t: int, m: int) -> Int32s:
    """Units of a territory that are larger than it should be: what to point at on the map."""
    mine = bands.oversize[labels[bands.oversize] == t]
    high = bands.targets[t, m] * (1 + problem.tolerances[m])
    return np.asarray(mine[problem.activities[mine, m] > high], np.int32)


def _slack(values: Floats, targets: Floats) -> Floats:
    return _ROUNDING * np.maximum(np.abs(values), np.maximum(targets.mean(0), 1e-300))


def _violation(
    kind: str,
    territory: int,
    amount: float,
    units: Any,
    is_avoidable: bool = True,
    measure: int = -1,
) -> Violation:
    rows = np.asarray(units, np.int32)
    return Violation(kind, territory, measure, amount, rows, bool(is_avoidable))
