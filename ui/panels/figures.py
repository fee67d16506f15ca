"""Figures that several panels show, computed once per plan snapshot."""

from __future__ import annotations

import numpy as np

from terradesk import measures
from terradesk.arcs.jit import Int32s
from terradesk.plan import UNASSIGNED, AlignmentView

_SAME = 1e-9  # a total added up in another order is another one in its last digits


def balance_of(view: AlignmentView) -> measures.Balance | None:
    """Balance of an alignment; None when there is nothing to balance by."""
    return measures.standing_of(view).balance


def shapes_of(view: AlignmentView) -> tuple[Int32s, Int32s]:
    """Parts and enclosed gaps of an alignment's territories by slot; 0 for unassigned."""
    return measures.standing_of(view).parts_and_gaps


def counts_of(view: AlignmentView) -> measures.Counts:
    """Areas and accounts of an alignment's territories."""
    return measures.standing_of(view).counts


def differing(before: AlignmentView, after: AlignmentView) -> np.ndarray:
    """Slots (k,) of which any figure differs; both have the same territories."""
    old, new = measures.standing_of(before), measures.standing_of(after)
    differs = np.zeros(after.n_slots, bool)
    if old.balance is None or new.balance is None:
        return np.arange(after.n_slots)
    pairs = [
        (old.balance.deviations, new.balance.deviations),
        (old.counts.units, new.counts.units),
        (old.counts.accounts, new.counts.accounts),
        *zip(old.parts_and_gaps, new.parts_and_gaps, strict=True),
    ]
    for was, now in pairs:
        differs |= ~np.isclose(was, now, rtol=0, atol=_SAME, equal_nan=True)
    return np.flatnonzero(differs)


def changed_of(view: AlignmentView) -> float | None:
    """Share of the balance measure that changes hands against the baseline; None without one."""
    standing = measures.standing_of(view)
    if standing.against is None or standing.balance is None or not standing.balance.total > 0:
        return None
    return standing.against.amount / standing.balance.total


def worst_of(
    view: AlignmentView, balance: measures.Balance, effect: measures.WhatIf | None = None
) -> tuple[str, float] | None:
    """Name and deviation of the worst territory, of now or of what a gesture would make."""
    territory = balance.worst
    if territory == UNASSIGNED:
        return None
    if territory in view.slots:
        return view.name_of(territory), float(balance.deviations[view.slots[territory]])
    made = effect.made if effect is not None else ()
    name = next((t.name for t in made if t.id == territory), "")
    return name, float(balance.deviations[effect.slot(territory)]) if effect is not None else 0.0
