"""Who follows whom: new rows and the old units whose ground, accounts and amounts they take."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from terradesk import measures
from terradesk.importing.boundaries.comparing import Comparison
from terradesk.measures.sums import account_values
from terradesk.plan import Plan

_EVEN = 1e-9


@dataclass(frozen=True, eq=False)
class Succession:
    """Pairs of a unit that goes and one that comes, and how much goes from one to the other.

    Parameters
    ----------
    plan : Plan
        As it is.
    n_old : int
        Rows of ``plan.units``.
    gone : ndarray of int64, shape (n_gone,)
        Rows that go, ascending.
    n_new : int
        Rows that come; they are ``n_old + k``.
    old, new : ndarray of int64, shape (n_pairs,)
        Row that goes, and number k of the one that comes: both of the same relation.
    area : ndarray of float64, shape (n_pairs,)
        m2.
    partner : ndarray of int64, shape (n_new,)
        Row that goes with the same code, -1 for none.
    homes : ndarray of int32, shape (n_accounts,)
        Unit of each account afterwards.
    """

    plan: Plan
    n_old: int
    gone: np.ndarray
    n_new: int
    old: np.ndarray
    new: np.ndarray
    area: np.ndarray
    partner: np.ndarray
    homes: np.ndarray

    @cached_property
    def is_gone(self) -> np.ndarray:
        """(n_old,) bool."""
        out = np.zeros(self.n_old, bool)
        out[self.gone] = True
        return out

    @cached_property
    def accounts(self) -> np.ndarray:
        """(n_pairs,) number of the present accounts that go from one to the other."""
        return self._summed(self.plan.accounts_present.astype(float))

    @cached_property
    def amounts(self) -> np.ndarray:
        """(n_pairs,) what the plan is balanced by, over these accounts; their number without it."""
        measure = measures.balance_measure(self.plan)
        if measure is None or measure.source != "accounts":
            return self.accounts
        return self._summed(np.maximum(account_values(self.plan, measure), 0.0))

    def _summed(self, values: np.ndarray) -> np.ndarray:
        was, now = self.plan.accounts.unit.astype(np.int64), self.homes.astype(np.int64)
        rows = np.flatnonzero((was >= 0) & (now >= self.n_old))
        size = max(self.n_new, 1)
        wanted = self.old * size + self.new
        if not len(wanted):
            return np.zeros(0)
        order = np.argsort(wanted)
        keys = was[rows] * size + now[rows] - self.n_old
        place = np.minimum(np.searchsorted(wanted, keys, sorter=order), len(wanted) - 1)
        found = order[place]
        hits = wanted[found] == keys
        return np.bincount(found[hits], values[rows[hits]], len(wanted)).astype(float)

    @cached_property
    def weights(self) -> np.ndarray:
        """(n_pairs,) by what a new unit chooses its territory: amounts, else accounts, else area.

        For each new unit those that are not all 0.
        """
        out = self.area.copy()
        for values in (self.accounts, self.amounts):
            total = np.bincount(self.new, values, self.n_new)
            out = np.where(total[self.new] > 0, values, out)
        return out

    @cached_property
    def main_old(self) -> np.ndarray:
        """(n_new,) the unit each one follows: of the same code, else with most of its ground."""
        out = _largest(self.new, self.old, self.area, self.n_new)
        return np.where(self.partner >= 0, self.partner, out)

    @cached_property
    def main_new(self) -> np.ndarray:
        """(n_old,) row afterwards: its own, or that of its follower; -1 for none."""
        found = _largest(self.old, self.new, self.area, self.n_old)
        known = np.flatnonzero(self.partner >= 0)
        found[self.partner[known]] = known
        rows = np.where(found >= 0, found + self.n_old, -1)
        return np.where(self.is_gone, rows, np.arange(self.n_old))

    def followers(self, row: int) -> list[int]:
        """Rows afterwards that mainly lie where a unit is; the unit itself if it stays."""
        if not self.is_gone[row]:
            return [row]
        mine = [int(k) + self.n_old for k in self._of_main.get(row, ())]
        main = int(self.main_new[row])
        return sorted({*mine, *([main] if main >= 0 else [])})

    @cached_property
    def _of_main(self) -> dict[int, list[int]]:
        out: dict[int, list[int]] = {}
        for k, old in enumerate(self.main_old.tolist()):
            if old >= 0:
                out.setdefault(old, []).append(k)
        return out

    def shares(self, by_accounts: bool) -> np.ndarray:
        """(n_pairs,) part of each old unit's amounts that goes to the new one; they add up to 1.

        Parameters
        ----------
        by_accounts : bool
            By what the plan is balanced by over the accounts, where there are any; else by area.
        """
        values = self.area
        if by_accounts:
            total = np.bincount(self.old, self.amounts, self.n_old)
            values = np.where(total[self.old] > 0, self.amounts, values)
        total = np.bincount(self.old, values, self.n_old)
        return np.asarray(values / np.maximum(total[self.old], 1e-300))


def _largest(keys: np.ndarray, values: np.ndarray, weights: np.ndarray, n: int) -> np.ndarray:
    """(n,) value with the largest weight of each key, the lowest of equal ones; -1 for none."""
    out = np.full(n, -1, np.int64)
    order = np.lexsort((-values, np.round(weights, 6), keys))
    out[keys[order]] = values[order]  # the last one written is the largest
    return out


def pairs_of(comparison: Comparison, is_gone: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Places in the overlaps of pairs that go from one unit to another within a relation.

    Parameters
    ----------
    comparison : Comparison
    is_gone : (n_old,) bool
    taken : (n_new,) bool
    """
    found = comparison.overlaps
    number = [np.full(len(side), -1, np.int64) for side in (is_gone, taken)]
    for k, one in enumerate(comparison.relations):
        number[0][list(one.old)] = k
        number[1][list(one.new)] = k
    same = number[0][found.old] == number[1][found.new]
    return np.flatnonzero(same & is_gone[found.old] & taken[found.new])
