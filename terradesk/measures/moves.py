"""What changes hands between two states of a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from terradesk import records as rec
from terradesk.measures.choosing import choices
from terradesk.measures.sums import ACCOUNT_SOURCES, account_values, unit_sums, unit_values
from terradesk.plan import AlignmentView

Pair = tuple[np.ndarray, np.ndarray]
Sum = Callable[[rec.Measure], float]


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """What has another territory than before.

    Parameters
    ----------
    units, accounts : int
        How many; each account once, however it moved.
    amounts : mapping of str to float
        By the uid of each measure of `choices`: the sum over what moved, areas in m2.
    """

    units: int
    accounts: int
    amounts: Mapping[str, float]


def moved(before: AlignmentView, after: AlignmentView) -> Moved:
    """What changes its territory, from, to or within what is assigned.

    Parameters
    ----------
    before, after : AlignmentView
        Two snapshots, scenarios or a tentative state of one plan. Territories are the same where
        their uid is; units and accounts that are not present in both are left out.

    Returns
    -------
    Moved
        Values as in ``after``.
    """
    same = same_territories(before, after)
    n = min(len(before.plan.units), len(after.plan.units))
    present = before.plan.units_present[:n] & after.plan.units_present[:n]
    units = np.zeros(len(after.plan.units), bool)
    units[:n] = present & (same[0][before.unit_slots[:n]] != same[1][after.unit_slots[:n]])
    if before.side is after.side:
        accounts = _with_units(before, after, units, same)
    else:
        accounts = _one_by_one(before, after, same)
    amounts = {}
    for measure in choices(after.plan):
        if measure.source in ACCOUNT_SOURCES:
            amounts[measure.uid] = accounts(measure)
        else:
            amounts[measure.uid] = float(unit_values(after.plan, measure)[units].sum())
    n_accounts = accounts(rec.Measure("", 0, source="n_accounts"))
    return Moved(int(units.sum()), int(n_accounts), amounts)


def same_territories(before: AlignmentView, after: AlignmentView) -> Pair:
    """A number per slot of either view, the same for the same uid; 0 = unassigned."""
    numbers: dict[str, int] = {}
    first, second = (
        np.array([0, *(numbers.setdefault(t.uid, len(numbers) + 1) for t in view.leaves)])
        for view in (before, after)
    )
    return first, second


def _with_units(before: AlignmentView, after: AlignmentView, units: np.ndarray, same: Pair) -> Sum:
    """Sums over moved accounts while overrides, rules and accounts are the same: no long loop."""
    side = after.side
    slots = before.slot_of(side.territories), after.slot_of(side.territories)
    exceptions = same[0][slots[0]] != same[1][slots[1]]

    def amount(measure: rec.Measure) -> float:
        sums = unit_sums(after.plan, side, measure)
        return float(sums.units[units].sum() + sums.exceptions[exceptions].sum())

    return amount


def _one_by_one(before: AlignmentView, after: AlignmentView, same: Pair) -> Sum:
    """Sums over moved accounts, each looked at by itself."""
    n = min(len(before.plan.accounts), len(after.plan.accounts))
    old = same[0][before.slot_of(before.account_territories[:n])]
    new = same[1][after.slot_of(after.account_territories[:n])]
    present = before.plan.accounts_present[:n] & after.plan.accounts_present[:n]
    rows = np.flatnonzero(present & (old != new))
    return lambda measure: float(account_values(after.plan, measure)[rows].sum())
