"""Parts of the map that must be shared into whole territories: islands, and what walls cut off."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s
from terradesk.builder.bands import Bands
from terradesk.builder.graph import Graph, parts_of
from terradesk.builder.problem import BARRIER, NOWHERE, Options, Problem
from terradesk.builder.why.findings import Finding, Remedy, rows

_ROUNDING = 1e-9
_MOST_CELLS = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Into how many whole territories a sum can be shared.

    Parameters
    ----------
    deviations : ndarray of float64, shape (parts, q, m)
        Least deviation when part i is shared by 1 ... q territories; a lower bound.
    fits : ndarray of bool, shape (parts, q)
        Whether tolerances and hard limits allow that number.
    """

    deviations: Floats
    fits: Bools

    @property
    def least(self) -> Floats:
        """(parts, m) deviation with the best number for each measure."""
        found: Floats = self.deviations.min(1)
        return found


def share(problem: Problem, targets: Floats, members: Bools, sums: Floats, slack: Floats) -> Shares:
    """Into how many of the `members` each sum can be shared.

    The q territories may be any, the smallest for what is too little, the largest for what is too
    much: never harder than the truth.

    Parameters
    ----------
    problem : Problem
    targets : ndarray of float64, shape (k, m)
    members : ndarray of bool, shape (k,)
    sums : ndarray of float64, shape (parts, m)
        What the units of each part weigh.
    slack : ndarray of float64, shape (parts, m)
        What others may take from a part.
    """
    load = problem.fixed_load[members]
    low_load, high_load = _ladder(load), _ladder(load, True)
    low, high = _ladder(targets[members]), _ladder(targets[members], True)
    most, least = sums[:, None] + high_load, sums[:, None] - slack[:, None] + low_load
    with np.errstate(divide="ignore", invalid="ignore"):
        over = np.where(high > 0, least / high - 1, np.where(least > _ROUNDING, np.inf, 0.0))
        under = np.where(low > 0, 1 - most / low, 0.0)
    off = np.maximum(0.0, np.maximum(over, under))
    fits = np.asarray((off <= problem.tolerances + _ROUNDING).all(2), np.bool_)
    floor, roof = _ladder(problem.minimum[members]), _ladder(problem.maximum[members], True)
    edge = _ROUNDING * np.maximum(np.abs(most), 1e-300)
    fits &= ((most + edge >= floor) & (least - edge <= roof)).all(2)
    return Shares(off, fits)


def _ladder(values: Floats, is_falling: bool = False) -> Floats:
    """(q, m) sums of the 1 ... q smallest (largest) of each column."""
    ordered = np.sort(values, 0)
    return np.asarray(np.cumsum(ordered[::-1] if is_falling else ordered, 0))


def find_parts(
    problem: Problem, options: Options, graph: Graph, bands: Bands, frozen: Bools
) -> tuple[list[Finding], Floats]:
    """Parts that cannot be shared into whole territories; and the deviation (m,) they force.

    Parameters
    ----------
    problem : Problem
    options : Options
    graph : Graph
    bands : Bands
    frozen : ndarray of bool, shape (k,)
        Territories that no unit can join or leave.
    """
    forced = np.zeros(problem.n_measures)
    if options.contiguity == "off":
        return [], forced
    members = ~frozen
    members[bands.homes] = False
    kept = problem.fixed != NOWHERE
    kept[bands.oversize] = False
    kept &= ~((problem.fixed >= 0) & frozen[np.maximum(problem.fixed, 0)])
    if not kept.any() or not members.any():
        return [], forced
    part, sums, counts, slack = _parts(problem, graph, bands, kept)
    may_vanish = np.asarray((sums <= slack + _ROUNDING).all(1) & (slack > 0).any(1), np.bool_)
    k = int(members.sum())
    if int((~may_vanish).sum()) > k:
        return [_too_many(problem, part, counts, k)], forced
    if len(sums) * k * problem.n_measures > _MOST_CELLS or bands.exempt[members].any():
        return [], forced
    shares = share(problem, bands.targets, members, sums, slack)
    number = np.arange(1, k + 1)
    fits: Bools = shares.fits & (number <= counts[:, None])
    fits &= number >= _owners(problem, part, len(sums))[:, None]
    least = np.where(may_vanish[:, None], 0.0, shares.least)
    found = []
    unfit = np.flatnonzero(~fits.any(1) & ~may_vanish)
    if len(unfit) > 1:  # what is wrong with the largest is told by the others
        unfit = np.delete(unfit, counts[unfit].argmax())
    for i in unfit.tolist():
        found.append(_part_finding(problem, options, part, i, sums, least, k))
    if not found:
        found = _numbers(problem, part, counts, fits, may_vanish, k)
    return found, np.maximum(forced, least.max(0))


def _parts(
    problem: Problem, graph: Graph, bands: Bands, kept: Bools
) -> tuple[Int32s, Floats, Int32s, Floats]:
    """Part of each unit (-1 left out), and per part its sums, its units, what others may take."""
    n = problem.n_units
    a, b = graph.edges.T
    _count, raw = parts_of(n, graph.edges[kept[a] & kept[b]])
    part = np.full(n, -1, np.int32)
    names, part[kept] = np.unique(raw[kept], return_inverse=True)
    sums = np.zeros((len(names), problem.n_measures))
    for m in range(problem.n_measures):
        sums[:, m] = np.bincount(part[kept], problem.activities[kept, m], len(names))
    counts = np.bincount(part[kept], minlength=len(names)).astype(np.int32)
    slack = np.zeros(sums.shape)
    filled = problem.fixed_load.copy()
    for unit, home in zip(bands.oversize.tolist(), bands.homes.tolist(), strict=True):
        filled[home] += problem.activities[unit]
    room = np.maximum(0.0, bands.high - filled)  # much where only another measure is oversize
    for unit, home in zip(bands.oversize.tolist(), bands.homes.tolist(), strict=True):
        near = graph.others[graph.starts[unit] : graph.starts[unit + 1]]
        touched = np.unique(part[near])
        slack[touched[touched >= 0]] += room[home]
    return part, sums, counts, slack


def _owners(problem: Problem, part: Int32s, count: int) -> Int32s:
    """(parts,) territories that hold units of each part for certain."""
    locked = (part >= 0) & (problem.fixed >= 0)
    pairs = np.unique(np.stack((part[locked], problem.fixed[locked]), 1), axis=0)
    return np.bincount(pairs[:, 0], minlength=count).astype(np.int32)


def _part_finding(
    problem: Problem,
    options: Options,
    part: Int32s,
    i: int,
    sums: Floats,
    least: Floats,
    k: int,
) -> Finding:
    over = least[i] - problem.tolerances
    m = int(over.argmax()) if (over > _ROUNDING).any() else -1
    units = rows(np.flatnonzero(part == i))
    amount = float(least[i, m]) if m >= 0 else 0.0
    remedies = []
    if m >= 0 and amount < 1:
        remedies.append(Remedy("tolerance", round_up(amount), m))
    remedies += links_to_others(problem, part, i)
    mean = problem.targets[:, max(m, 0)].mean()
    bound = float(sums[i, max(m, 0)] / mean) if mean > 0 else 0.0
    return Finding("part", units, measure=m, amount=amount, bound=bound, remedies=tuple(remedies))


def links_to_others(problem: Problem, part: Int32s, i: int) -> list[Remedy]:
    """How a part could be joined to the rest: open a barrier, else a link to the nearest unit."""
    a, b = problem.edges.T
    between = (part[a] == i) ^ (part[b] == i)
    between &= (part[a] >= 0) & (part[b] >= 0) & (problem.kinds == BARRIER)
    if between.any():
        return [Remedy("barrier", pairs=problem.edges[between])]
    inside, outside = np.flatnonzero(part == i), np.flatnonzero((part >= 0) & (part != i))
    if not len(outside):
        return []
    from scipy.spatial import cKDTree

    away, which = cKDTree(problem.xy[outside]).query(problem.xy[inside])
    first = int(np.argmin(away))
    pair = np.array([[inside[first], outside[which[first]]]], np.int32)
    return [Remedy("link", amount=float(away[first]), pairs=pair)]


def _too_many(problem: Problem, part: Int32s, counts: Int32s, k: int) -> Finding:
    main = int(counts.argmax())
    units = rows(np.flatnonzero((part >= 0) & (part != main)))
    remedies = tuple(links_to_others(problem, part, int(counts.argmin())))
    return Finding("parts", units, amount=float(len(counts)), bound=float(k), remedies=remedies)


def _numbers(
    problem: Problem, part: Int32s, counts: Int32s, fits: Bools, may_vanish: Bools, k: int
) -> list[Finding]:
    """Parts that could be shared one by one, but not into the number of territories asked."""
    first = np.where(may_vanish, 0, fits.argmax(1) + 1)
    last = np.where(fits.any(1), k - fits[:, ::-1].argmax(1), 0)
    need, most = int(first.sum()), int(last.sum())
    if need <= k <= most or len(counts) < 2:
        return []
    main = int(counts.argmax())
    units = rows(np.flatnonzero((part >= 0) & (part != main)))
    wanted = need if need > k else most
    remedies = (Remedy("territories", problem.n_territories + wanted - k),)
    return [Finding("number", units, amount=float(wanted), bound=float(k), remedies=remedies)]


def round_up(fraction: float) -> float:
    """A tolerance of whole tenths of a percent, not below the fraction."""
    return math.ceil(round(fraction * 1000, 6)) / 1000
