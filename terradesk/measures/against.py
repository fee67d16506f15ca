"""The share of a measure that changes hands against the baseline, and how a move alters it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from terradesk import records as rec
from terradesk.measures.moves import same_territories
from terradesk.measures.sums import ACCOUNT_SOURCES, account_values, unit_values
from terradesk.measures.values import value_key
from terradesk.plan import UNASSIGNED, AlignmentView

_NEW = -3  # a territory that the baseline cannot have


def baseline_of(view: AlignmentView) -> AlignmentView | None:
    """The baseline's alignment of the same team; None when there is none or it is the view."""
    plan = view.plan
    base = plan.baseline
    mine = next((a for a in plan.rows(rec.Alignment) if a.id == view.id), None)
    if base is None or mine is None or mine.scenario == base.id:
        return None
    found = plan.alignment_of(base.id, mine.team)
    return plan.alignment(found) if found in plan.assignments else None


def homes(view: AlignmentView, rows: np.ndarray) -> np.ndarray:
    """Territory of some accounts: `AlignmentView.account_territories` without the others.

    Parameters
    ----------
    view : AlignmentView
    rows : ndarray of int, shape (k,)

    Returns
    -------
    ndarray of int32, shape (k,)
    """
    side = view.side
    out = natural_homes(view, rows)
    out[~view.plan.accounts_present[rows]] = UNASSIGNED
    if len(side.rows):
        at = np.minimum(np.searchsorted(side.rows, rows), len(side.rows) - 1)
        is_own = side.rows[at] == rows
        out[is_own] = side.territories[at[is_own]]
    return out


def natural_homes(view: AlignmentView, rows: np.ndarray) -> np.ndarray:
    """Territory of the accounts' units: (k,) int32, -1 without a unit that is present."""
    units = view.plan.accounts.unit[rows]
    out = np.full(len(rows), UNASSIGNED, np.int32)
    known = units >= 0
    here = units[known]
    out[known] = np.where(view.plan.units_present[here], view.assignment[here], UNASSIGNED)
    return out


@dataclass(frozen=True, slots=True, eq=False)
class _Followers:
    """What of a measure follows units in the view, and where the baseline has it."""

    weights: np.ndarray  # (n_units,): follows its unit in both, so that units tell
    units: np.ndarray  # (k,) unit of each account that follows here only, ascending
    rows: np.ndarray  # (k,) those accounts
    values: np.ndarray  # (k,)


class Against:
    """A view measured against its baseline.

    Parameters
    ----------
    view, base : AlignmentView
        Of one plan.
    measure : rec.Measure
    """

    def __init__(self, view: AlignmentView, base: AlignmentView, measure: rec.Measure) -> None:
        self.view, self.base, self.measure = view, base, measure
        self._base_numbers, self._numbers = same_territories(base, view)

    @property
    def _of_accounts(self) -> bool:
        return self.measure.source in ACCOUNT_SOURCES

    @cached_property
    def _follow(self) -> _Followers:
        """Kept with the accounts' side: assigning units does not alter it."""
        view, base = self.view, self.base
        if not self._of_accounts:
            none = np.empty(0, np.int64)
            return _Followers(unit_values(view.plan, self.measure), none, none, np.empty(0))
        cache = view.side.cache
        key = ("follow", base.id, value_key(view.plan, self.measure))
        kept = cache.get(key)
        if isinstance(kept, tuple) and kept[0] is base.side:
            return kept[1]
        made = self._make_followers()
        cache[key] = (base.side, made)
        return made

    def _make_followers(self) -> _Followers:
        view, base = self.view, self.base
        values, unit = account_values(view.plan, self.measure), view.plan.accounts.unit
        both = view.side.follows & base.side.follows
        weights = np.bincount(unit[both], values[both], len(view.plan.units)).astype(np.float64)
        alone = np.flatnonzero(view.side.follows & ~base.side.follows)
        alone = alone[np.argsort(unit[alone], kind="stable")]
        return _Followers(weights, unit[alone], alone, values[alone])

    def _number(self, view: AlignmentView, territories: np.ndarray) -> np.ndarray:
        numbers = self._base_numbers if view is self.base else self._numbers
        return numbers[view.slot_of(territories)]

    @cached_property
    def _unit_base(self) -> np.ndarray:
        return self._base_numbers[self.base.unit_slots]

    @cached_property
    def _alone_base(self) -> np.ndarray:
        return self._number(self.base, homes(self.base, self._follow.rows))

    @cached_property
    def amount(self) -> float:
        """Sum over what has another territory than in the baseline."""
        view, follow = self.view, self._follow
        now = self._numbers[view.unit_slots]
        out = float(follow.weights[now != self._unit_base].sum())
        out += float(follow.values[now[follow.units] != self._alone_base].sum())
        if not self._of_accounts:
            return out
        fixed = np.union1d(view.side.rows, self.base.side.rows)
        fixed = fixed[~view.side.follows[fixed]]
        here = self._number(view, homes(view, fixed))
        differs = here != self._number(self.base, homes(self.base, fixed))
        return out + float(account_values(view.plan, self.measure, fixed[differs]).sum())

    def after_units(self, rows: np.ndarray, slots: np.ndarray) -> float:
        """`amount` after units went to other slots.

        Parameters
        ----------
        rows : ndarray of int, shape (k,)
            Ascending.
        slots : ndarray of int, shape (k,)
            Those from ``n_slots`` on are territories that are not made yet.
        """
        follow, n = self._follow, self.view.n_slots
        new = np.where(slots < n, self._numbers[np.minimum(slots, n - 1)], _NEW)
        old, base = self._numbers[self.view.unit_slots[rows]], self._unit_base[rows]
        change = (new != base).astype(float) - (old != base)
        out = self.amount + float((follow.weights[rows] * change).sum())
        if not len(follow.units):
            return out
        first = np.searchsorted(follow.units, rows, "left")
        count = np.searchsorted(follow.units, rows, "right") - first
        at = np.repeat(first - np.cumsum(count) + count, count) + np.arange(count.sum())
        base = self._alone_base[at]
        change = (np.repeat(new, count) != base).astype(float) - (np.repeat(old, count) != base)
        return out + float((follow.values[at] * change).sum())

    def after_accounts(self, rows: np.ndarray, old: np.ndarray, new: np.ndarray) -> float:
        """`amount` after accounts (k,) went from territories ``old`` to ``new``, ids (k,)."""
        if not self._of_accounts:
            return self.amount
        base = self._number(self.base, homes(self.base, rows))
        is_made = new >= self.view.plan.next_id
        after = self._number(self.view, np.where(is_made, UNASSIGNED, new))
        after = np.where(is_made, _NEW, after)
        change = (after != base).astype(float) - (self._number(self.view, old) != base)
        values = account_values(self.view.plan, self.measure, rows)
        return self.amount + float((values * change).sum())
