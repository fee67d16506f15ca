"""Fills of territories: unlike those of the neighbours, and steady."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from terradesk import palettes
from terradesk import records as rec
from terradesk.edits.change import Edit, Record
from terradesk.i18n import N_
from terradesk.plan import AlignmentView, Plan

__all__ = ["ALIKE", "SPREAD", "apart", "differ", "fill_beside", "met", "touching"]

ALIKE = 0.02
"""Fills at most so far apart (OKLab, the least of all kinds of sight) look too alike to touch."""

SPREAD = tuple(step + 5 * k % 12 for step in (0, 12) for k in range(12))
"""The fills in an order in which those next to each other are 150 degrees apart in hue."""

_ROUNDS = 6


def met(plan: Plan, labels: ArrayLike) -> np.ndarray:
    """Labels that share a border or a water link: (k, 2) int64, each pair once, lower first.

    Parameters
    ----------
    plan : Plan
    labels : (n_units,) int
        Below 0 = none.
    """
    if plan.arcs is None:
        return np.empty((0, 2), np.int64)
    padded = np.append(np.asarray(labels, np.int64), -1)
    arcs = plan.arcs
    border = arcs.lengths > 0
    left, right = padded[arcs.left[border]], padded[arcs.right[border]]
    links = [b for b in plan.rows(rec.Bridge) if min(b.unit_a, b.unit_b) >= 0]
    links = [b for b in links if max(b.unit_a, b.unit_b) < len(padded) - 1]
    left = np.append(left, padded[[b.unit_a for b in links]]) if links else left
    right = np.append(right, padded[[b.unit_b for b in links]]) if links else right
    real = (left >= 0) & (right >= 0) & (left != right)
    low, high = np.minimum(left, right)[real], np.maximum(left, right)[real]
    n = int(padded.max(initial=0)) + 1
    codes = np.unique(low * n + high)
    return np.column_stack(np.divmod(codes, n))


def touching(view: AlignmentView) -> np.ndarray:
    """Leaves that share a border or a water link: (k, 2) int64 positions in ``view.leaves``."""
    return met(view.plan, view.unit_slots - 1)


@lru_cache(maxsize=1)
def apart() -> np.ndarray:
    """How unlike two fills look, in both themes and all kinds of sight: (24, 24) float64."""
    return np.minimum(palettes.palette_distance(False), palettes.palette_distance(True))


def _near(pairs: np.ndarray, n: int) -> list[list[int]]:
    out: list[list[int]] = [[] for _ in range(n)]
    for a, b in pairs.tolist():
        out[a].append(b)
        out[b].append(a)
    return out


def differ(plan: Plan, alignment: int) -> Edit | None:
    """Give territories another fill that look like one they touch; the others keep theirs.

    Of two that look alike the later one changes, to what is least like its neighbours.

    Returns
    -------
    Edit or None
        None when all neighbours differ, as far as 24 fills allow.
    """
    view = plan.alignment(alignment)
    fills = np.array([t.colour % palettes.N_FILLS for t in view.leaves], np.int64)
    near = _near(touching(view), len(fills))
    distance = apart()
    for _round in range(_ROUNDS):
        changed = [_mend(t, fills, near[t], distance) for t in range(len(fills) - 1, -1, -1)]
        if not any(changed):
            break
    records = tuple(
        Record("territory", leaf, replace(leaf, colour=int(fill)))
        for leaf, fill in zip(view.leaves, fills, strict=True)
        if leaf.colour % palettes.N_FILLS != fill
    )
    if not records:
        return None
    one = N_("Gave {n} territory another colour than its neighbours")
    many = N_("Gave {n} territories other colours than their neighbours")
    msgid = one if len(records) == 1 else many
    return Edit(msgid, {"n": len(records)}, records=records, alignment=alignment)


def _mend(t: int, fills: np.ndarray, near: list[int], distance: np.ndarray) -> bool:
    """Give one territory a better fill if it looks like a neighbour; tells whether it has one."""
    if not near:
        return False
    least = distance[:, fills[near]].min(axis=1)
    if least[fills[t]] > ALIKE:
        return False
    best = _best(least, fills)
    if least[best] <= least[fills[t]]:
        return False
    fills[t] = best
    return True


def _best(least: np.ndarray, fills: np.ndarray) -> int:
    """The least used of the fills that differ enough, else the one that differs most."""
    good = [fill for fill in SPREAD if least[fill] > ALIKE]
    if not good:
        return int(least.argmax())
    used = np.bincount(fills, minlength=palettes.N_FILLS)
    return min(good, key=lambda fill: used[fill])


def fill_beside(view: AlignmentView, rows: ArrayLike) -> int:
    """Fill for a new territory of some units: unlike its neighbours', and little used.

    Parameters
    ----------
    view : AlignmentView
    rows : (k,) int
        Units it will have; those that are in it no longer count for their territories.
    """
    fills = np.array([t.colour % palettes.N_FILLS for t in view.leaves], np.int64)
    beside = _beside(view, np.asarray(rows, np.int64))
    least = np.full(palettes.N_FILLS, np.inf)
    if len(beside):
        least = apart()[:, fills[beside]].min(axis=1)
    return _best(least, fills)


def _beside(view: AlignmentView, rows: np.ndarray) -> np.ndarray:
    """Leaves around some units, by position."""
    arcs = view.plan.arcs
    if arcs is None or not len(rows):
        return np.empty(0, np.int64)
    starts, counts = arcs.unit_starts[rows], np.diff(arcs.unit_starts)[rows]
    at = np.repeat(starts - np.append(0, np.cumsum(counts)[:-1]), counts) + np.arange(counts.sum())
    around = arcs.unit_arcs[at]
    units = np.concatenate([arcs.left[around], arcs.right[around]])
    units = np.append(units[units >= 0], _linked(view.plan, rows)).astype(np.int64)
    outside = units[~np.isin(units, rows)]
    slots = view.unit_slots[outside].astype(np.int64)
    return np.unique(slots[slots > 0]) - 1


def _linked(plan: Plan, rows: np.ndarray) -> list[int]:
    """Units that a water link joins to one of these."""
    own = set(rows.tolist())
    pairs = [(b.unit_a, b.unit_b) for b in plan.rows(rec.Bridge)]
    ends = [b for a, b in pairs if a in own] + [a for a, b in pairs if b in own]
    return [unit for unit in ends if 0 <= unit < len(plan.units)]
