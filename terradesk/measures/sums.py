"""Sums per label of what units and accounts carry: the additive measures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from terradesk import records as rec
from terradesk.measures.values import known_values, value_key
from terradesk.plan import AccountSide, AlignmentView, Plan

ACCOUNT_SOURCES = ("accounts", "n_accounts")


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What a figure reads besides the labels.

    Parameters
    ----------
    plan : Plan
    side : AccountSide
        Of the alignment that is measured.
    n_labels : int
        Labels run from 0 (unassigned) to ``n_labels - 1``.
    """

    plan: Plan
    side: AccountSide
    n_labels: int


@dataclass(frozen=True, slots=True, eq=False)
class UnitSums:
    """An account measure summed to units once, and the accounts that do not follow a unit.

    Parameters
    ----------
    units : ndarray of float64, shape (n_units,)
        Over the accounts that follow their unit.
    unplaced : float
        Over present accounts without unit, override and rule: they count as unassigned.
    exceptions : ndarray of float64, shape (k,)
        Value of each account in ``side.rows``.
    """

    units: np.ndarray
    unplaced: float
    exceptions: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Present units and accounts per slot, slot 0 unassigned.

    Parameters
    ----------
    units, accounts : ndarray of int64, shape (n_slots,)
    """

    units: np.ndarray
    accounts: np.ndarray


def context_of(view: AlignmentView) -> Context:
    """The context in which an alignment's own slots are the labels."""
    return Context(view.plan, view.side, view.n_slots)


def exception_slots(view: AlignmentView) -> np.ndarray:
    """(k,) int32 slot of each account assigned by override or rule, as in ``view.side.rows``."""
    return view.slot_of(view.side.territories)


def totals(view: AlignmentView, measure: rec.Measure) -> np.ndarray:
    """Sum of a measure per territory.

    Parameters
    ----------
    view : AlignmentView
    measure : rec.Measure

    Returns
    -------
    ndarray of float64, shape (n_slots,)
        Slot 0 is unassigned, so that the slots add up to the whole; exact for whole numbers below
        2**53. Areas in m2. Unknown values count as 0, absent units and accounts not at all.
    """
    return summed(context_of(view), measure, view.unit_slots, exception_slots(view))


def counts(view: AlignmentView) -> Counts:
    """Number of units and accounts per territory; each account once, where it belongs."""
    sides = (view.unit_slots, exception_slots(view))
    units, accounts = (
        summed(context_of(view), rec.Measure("", 0, source=source), *sides).astype(np.int64)
        for source in ("n_units", "n_accounts")
    )
    return Counts(units, accounts)


def summed(
    context: Context, measure: rec.Measure, unit_labels: np.ndarray, account_labels: np.ndarray
) -> np.ndarray:
    """Sum of a measure per label of any labelling.

    Parameters
    ----------
    context : Context
    measure : rec.Measure
    unit_labels : ndarray of int, shape (n_units,)
        0 for unassigned and absent units.
    account_labels : ndarray of int, shape (k,)
        Label of each account in ``context.side.rows``.

    Returns
    -------
    ndarray of float64, shape (n_labels,)
    """
    n = context.n_labels
    if measure.source not in ACCOUNT_SOURCES:
        return _by_label(unit_labels, unit_values(context.plan, measure), n)
    sums = unit_sums(context.plan, context.side, measure)
    out = _by_label(unit_labels, sums.units, n)
    out[0] += sums.unplaced
    if len(sums.exceptions):
        out += np.bincount(account_labels, sums.exceptions, n)
    return out


def _by_label(labels: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
    return np.bincount(labels, values, n).astype(np.float64)  # numpy counts nothing in integers


def unit_sums(plan: Plan, side: AccountSide, measure: rec.Measure) -> UnitSums:
    """An account measure per unit; kept in ``side.cache``, so assignment does not repeat it."""
    n = len(plan.units)
    key = ("unit sums", value_key(plan, measure), n)
    found = side.cache.get(key)
    if not isinstance(found, UnitSums):
        values = account_values(plan, measure)
        unit = plan.accounts.unit
        alone = plan.accounts_present & ~side.follows
        alone[side.rows] = False
        found = side.cache[key] = UnitSums(
            np.bincount(unit[side.follows], values[side.follows], n),
            float(values[alone].sum()),
            values[side.rows],
        )
    return found


def unit_values(plan: Plan, measure: rec.Measure) -> np.ndarray:
    """Value of each unit, 0 where absent or unknown.

    Returns
    -------
    ndarray of float64, shape (n_units,)
        Areas in m2 of the clean coverage, money in the plan's currency; zeros for a column that
        does not exist and for a formula that cannot be understood, see `troubles`.
    """
    present = plan.units_present
    if measure.source == "n_units":
        return present.astype(float)
    if measure.source == "area":
        return plan.arcs.areas if plan.arcs is not None else np.zeros(len(present))
    return _known(known_values(plan, measure), present)


def account_values(plan: Plan, measure: rec.Measure, rows: np.ndarray | None = None) -> np.ndarray:
    """Value of each account, or of some: (k,) float64, 0 where absent or unknown."""
    chosen = slice(None) if rows is None else rows
    present = plan.accounts_present[chosen]
    if measure.source == "n_accounts":
        return present.astype(float)
    return _known(known_values(plan, measure)[chosen], present)


def _known(figures: np.ndarray, present: np.ndarray) -> np.ndarray:
    return np.where(present & np.isfinite(figures), figures, 0.0)
