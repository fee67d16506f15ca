"""Balance: how far each territory is from its target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from terradesk import records as rec
from terradesk.errors import TerraDeskError
from terradesk.i18n import _
from terradesk.measures.choosing import balance_measure
from terradesk.measures.sums import totals
from terradesk.plan import UNASSIGNED, AlignmentView

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A territory, or the sum of all territories below a district or region.

    Parameters
    ----------
    value, target : float
    deviation, index : float
        ``value / target - 1`` and ``100 * value / target``; NaN without target.
    n_in_tolerance, n_territories : int
        Territories below, and those of them within their own tolerance.
    """

    value: float
    target: float
    deviation: float
    index: float
    n_in_tolerance: int
    n_territories: int


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """How a measure is spread over territories. Arrays by slot; slot 0 is unassigned.

    Parameters
    ----------
    measure : rec.Measure
    values : ndarray of float64, shape (n_slots,)
    targets : ndarray of float64, shape (n_slots,)
        NaN for unassigned. See `targets`.
    deviations : ndarray of float64, shape (n_slots,)
        ``value / target - 1``; NaN for unassigned and where the target is 0.
    indices : ndarray of float64, shape (n_slots,)
        ``100 * value / target``, 100 = on target.
    in_tolerance : ndarray of bool, shape (n_slots,)
        ``abs(deviation) <= tolerance``, rounding forgiven.
    n_in_tolerance, n_territories : int
    worst : int
        Id of the territory with the largest ``abs(deviation)``, -1 if there is none.
    unassigned, total : float
        Value of slot 0 and of the whole plan.
    cv : float
        Coefficient of variation of the territories' values: population standard deviation / mean.
    gini : float
        Gini coefficient of the territories' values, see `gini`.
    tolerance : float
        A fraction.
    """

    measure: rec.Measure
    values: np.ndarray
    targets: np.ndarray
    deviations: np.ndarray
    indices: np.ndarray
    in_tolerance: np.ndarray
    n_in_tolerance: int
    n_territories: int
    worst: int
    unassigned: float
    total: float
    cv: float
    gini: float
    tolerance: float

    def group(self, view: AlignmentView, territory: int) -> Group:
        """Figures of a district or region: the sums of the territories below it.

        Parameters
        ----------
        view : AlignmentView
            The one this balance was made of.
        territory : int
            Id of any node of the tree.

        Raises
        ------
        KeyError
            If there is no such territory.
        """
        slots = [view.slots[t.id] for t in view.leaves_below(territory)]
        value, target = float(self.values[slots].sum()), float(self.targets[slots].sum())
        ratio = value / target if target > 0 else float("nan")
        n_good = int(self.in_tolerance[slots].sum())
        return Group(value, target, ratio - 1, 100 * ratio, n_good, len(slots))


def balance(view: AlignmentView, measure: rec.Measure | None = None) -> Balance:
    """How a measure is spread over the territories of an alignment.

    Parameters
    ----------
    view : AlignmentView
    measure : rec.Measure, optional
        By default the one the plan is balanced by.

    Raises
    ------
    TerraDeskError
        If the plan has nothing to balance by.
    """
    chosen = measure or balance_measure(view.plan)
    if chosen is None:
        raise TerraDeskError(
            _("There is nothing to balance by yet."), _("Add boundaries or accounts first.")
        )
    values = totals(view, chosen)
    wanted = targets(view, chosen, float(values.sum()))
    ids = np.array([UNASSIGNED, *(t.id for t in view.leaves)])
    return spread(chosen, values, wanted, ids, view.plan.tolerance)


def spread(
    measure: rec.Measure, values: np.ndarray, wanted: np.ndarray, ids: np.ndarray, tolerance: float
) -> Balance:
    """Balance of any values.

    Parameters
    ----------
    measure : rec.Measure
    values, wanted : ndarray of float64, shape (n_slots,)
        Slot 0 is unassigned; see `targets`.
    ids : ndarray of int, shape (n_slots,)
        Territory of each slot.
    tolerance : float
    """
    ratios = np.full(len(values), np.nan)
    np.divide(values, wanted, out=ratios, where=wanted > 0)
    deviations = ratios - 1
    good = np.abs(deviations) <= tolerance + _ROUNDING
    return Balance(
        measure=measure,
        values=values,
        targets=wanted,
        deviations=deviations,
        indices=100 * ratios,
        in_tolerance=good,
        n_in_tolerance=int(good.sum()),
        n_territories=len(values) - 1,
        worst=_worst(ids, deviations),
        unassigned=float(values[0]),
        total=float(values.sum()),
        cv=variation(values[1:]),
        gini=gini(values[1:]),
        tolerance=tolerance,
    )


def _worst(ids: np.ndarray, deviations: np.ndarray) -> int:
    size = np.nan_to_num(np.abs(deviations), nan=-1.0)
    slot = int(size.argmax())
    return int(ids[slot]) if size[slot] >= 0 else UNASSIGNED


def targets(view: AlignmentView, measure: rec.Measure, total: float) -> np.ndarray:
    """What each territory should reach.

    Parameters
    ----------
    view : AlignmentView
    measure : rec.Measure
    total : float
        Value of the whole plan, unassigned included: a half-drawn plan reads "under".

    Returns
    -------
    ndarray of float64, shape (n_slots,)
        A territory with a target of its own keeps it; the others share what those leave of the
        total equally, never below 0. NaN for slot 0.
    """
    return shared(own_targets(view, measure), total)


def own_targets(view: AlignmentView, measure: rec.Measure) -> np.ndarray:
    """Targets that territories have of their own: (n_slots,) float64, NaN for the others."""
    out = np.full(view.n_slots, np.nan)
    for row in view.plan.rows(rec.Target, view.id):
        slot = view.slots.get(row.territory, 0)
        if slot and row.measure == measure.uid:
            out[slot] = row.value
    return out


def shared(own: np.ndarray, total: float) -> np.ndarray:
    """`targets` from those of `own_targets`: the others share what these leave of the total."""
    out = own.copy()
    shares = np.isnan(out)
    shares[0] = False
    if shares.any():
        out[shares] = max(0.0, (total - np.nansum(out)) / shares.sum())
    return out


def variation(values: np.ndarray) -> float:
    """Coefficient of variation: population standard deviation / mean; NaN where the mean is 0."""
    mean = float(values.mean()) if len(values) else 0.0
    return float(values.std()) / mean if mean else float("nan")


def gini(values: np.ndarray) -> float:
    """Gini coefficient, 0 = all equal.

    ``2 * sum(i * x_i) / (n * sum(x)) - (n + 1) / n`` for ascending ``x_1 ... x_n`` (Sen, *On
    Economic Inequality*, 1973). Not corrected for small n: the largest value is ``1 - 1 / n``.

    Parameters
    ----------
    values : ndarray of float, shape (n,)

    Returns
    -------
    float
        NaN when there are no values, one is negative or all are 0.
    """
    n, total = len(values), float(values.sum())
    if not n or values.min() < 0 or total <= 0:
        return float("nan")
    ranked = float((np.arange(1, n + 1) * np.sort(values)).sum())
    return max(0.0, 2 * ranked / (n * total) - (n + 1) / n)
