"""Regions that territories are nested in: groups of the tree, or values of a column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from terradesk import records as rec
from terradesk.arcs.jit import Bools, Floats, Int32s
from terradesk.builder.problem import BadWish
from terradesk.columns import as_texts
from terradesk.i18n import _, isolate
from terradesk.plan import AlignmentView

_LITTLE = 1e-9  # a territory of nothing but zeros lies somewhere all the same


def tree_regions(view: AlignmentView, values: Floats) -> tuple[Int32s, Floats]:
    """Regions by the groups of the tree.

    Parameters
    ----------
    view : AlignmentView
    values : ndarray of float64, shape (n_slots,)
        What each territory has.

    Returns
    -------
    ndarray of int32, shape (n_units,)
        Region of each unit, -1 none.
    ndarray of float64, shape (n_leaves, n_regions)
        How much of each territory lies in each region.

    Raises
    ------
    BadWish
        If no territory is in a group.
    """
    parents = [t.parent for t in view.leaves]
    order = {p: i for i, p in enumerate(dict.fromkeys(p for p in parents if p))}
    if not order:
        raise BadWish(
            _("The territories are in no regions yet."),
            _("Name a column whose values are the regions, or group territories first."),
        )
    region = np.array([-1, *(order.get(p, -1) for p in parents)], np.int32)
    overlap = np.zeros((len(parents), len(order)))
    inside = np.flatnonzero(region[1:] >= 0)
    overlap[inside, region[1:][inside]] = values[1:][inside] + _LITTLE
    return region[view.unit_slots], overlap


def column_regions(view: AlignmentView, column: str, weights: Floats) -> tuple[Int32s, Floats]:
    """`tree_regions` by a column of the units; ``weights`` (n_units,) say how much each counts."""
    codes, names = districts_of(view, column)
    held = (codes >= 0) & (view.unit_slots > 0)
    overlap = np.zeros((view.n_slots, len(names)))
    weight = weights + _LITTLE
    np.add.at(overlap, (view.unit_slots[held], codes[held]), weight[held])
    return codes, overlap[1:]


def matched(overlap: Floats, counts: Int32s, must: Bools) -> list[int]:
    """Region in which each territory goes on, -1 for none: where most of what it has lies.

    Parameters
    ----------
    overlap : ndarray of float64, shape (t, r)
    counts : ndarray of int, shape (r,)
        Territories that each region is to have.
    must : ndarray of bool, shape (t,)
        Territories that have to go on.
    """
    from scipy.optimize import linear_sum_assignment

    slots = np.repeat(np.arange(len(counts)), counts)
    gain = overlap[:, slots] + must[:, None] * (overlap[:, slots] > 0) * (1 + overlap.sum())
    out = np.full(len(overlap), -1)
    for leaf, slot in zip(*linear_sum_assignment(-gain), strict=True):
        if gain[leaf, slot] > 0:
            out[leaf] = slots[slot]
    if (must & (out < 0)).any():
        text = _("More territories are locked in a region than it should have.")
        raise BadWish(text, _("Ask for more territories, or unlock some."))
    return [int(r) for r in out]


def commonest(kept: Sequence[rec.Territory], regions: Sequence[int], region: int) -> int:
    """The node that most territories of a region hang below; 0 = the top."""
    above = [t.parent for t, r in zip(kept, regions, strict=True) if r == region]
    return max(dict.fromkeys(above), key=above.count, default=0)


def districts_of(view: AlignmentView, column: str) -> tuple[Int32s, list[str]]:
    """Value of a column of the units as codes (n_units,), -1 for none, and the values.

    Raises
    ------
    BadWish
        If there is no such column.
    """
    values = view.plan.units.columns.get(column)
    if values is None:
        known = ", ".join(isolate(c) for c in list(view.plan.units.columns)[:20])
        raise BadWish(
            _("The areas have no column {name}.").format(name=isolate(column)),
            _("Known are: {names}").format(names=known or "–"),
        )
    texts = np.array([t.strip() for t in as_texts(values).tolist()], object)
    names, codes = np.unique(texts.astype(str), return_inverse=True)
    codes = codes.ravel().astype(np.int32)
    present = view.plan.units_present
    if len(names) and names[0] == "":
        names, codes = names[1:], codes - 1
    return np.where(present, codes, -1).astype(np.int32), names.tolist()
