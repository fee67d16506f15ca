"""WhatIf: figures before and after of what an edit would touch; `what_if` makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from terradesk import records as rec
from terradesk.edits import Edit
from terradesk.measures.balance import Balance
from terradesk.measures.moves import Moved
from terradesk.plan import UNASSIGNED

_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Pocket:
    """An enclosed gap that an edit makes.

    Parameters
    ----------
    territory : int
        Id of the territory around it.
    n_units : int
    owner : int or None
        Id of the territory that all of it belongs to, -1 unassigned; None for several.
    """

    territory: int
    n_units: int
    owner: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """Pieces and gaps of the touched territories, before and after.

    Parameters
    ----------
    parts, gaps : ndarray of int32, shape (k, 2)
        As in `terradesk.measures.Contiguity`, in the order of `WhatIf.ids`; 0 for unassigned.
    pockets : tuple of Pocket
        Gaps of which nothing was enclosed before.
    """

    parts: np.ndarray
    gaps: np.ndarray
    pockets: tuple[Pocket, ...] = ()


@dataclass(frozen=True, eq=False)
class WhatIf:
    """What an edit would do to one alignment.

    Slots are those of the alignment as it is; territories that the edit makes come behind.

    Parameters
    ----------
    edit : Edit
    ids : ndarray of int64, shape (k,)
        Territories that lose or gain something, -1 unassigned; in the order of their slots.
    slots : ndarray of int64, shape (k,)
    made : tuple of Territory
        Territories that the edit makes.
    before, after : Balance or None
        By the balance measure; None when there is nothing to balance by.
    n_units, n_accounts : ndarray of int64, shape (k, 2)
        Before and after.
    losing, gaining : tuple of int
        Ids, the one that moves most units (else accounts) first; -1 unassigned.
    moved : Moved
        What this edit moves.
    changed : tuple of float or None
        Share of the balance measure that has another territory than in the baseline, before and
        after; None without baseline.
    find_shapes : callable
        Works out `shapes`.
    is_quick : bool
        Whether that takes a millisecond or so.
    n_locked, n_named : int
        What stays because it is locked, or named.
    has_removed : bool
        Whether territories go away, so that the tolerance of others may change too.
    """

    edit: Edit
    ids: np.ndarray
    slots: np.ndarray
    made: tuple[rec.Territory, ...]
    before: Balance | None
    after: Balance | None
    n_units: np.ndarray
    n_accounts: np.ndarray
    losing: tuple[int, ...]
    gaining: tuple[int, ...]
    moved: Moved
    changed: tuple[float, float] | None
    find_shapes: Callable[[], Shapes]
    is_quick: bool = True
    n_locked: int = 0
    n_named: int = 0
    has_removed: bool = False

    @property
    def changes_all(self) -> bool:
        """Whether figures of territories change that are not touched: their targets do."""
        return bool(self.made) or self.has_removed

    @cached_property
    def _place(self) -> dict[int, int]:
        return {int(t): k for k, t in enumerate(self.ids)}

    def place(self, territory: int) -> int:
        """Position in ``ids``, -1 for a territory that is not touched."""
        return self._place.get(territory, -1)

    def slot(self, territory: int) -> int:
        """Slot of a touched territory, -1 for another one."""
        k = self.place(territory)
        return int(self.slots[k]) if k >= 0 else -1

    def deviations(self, territory: int) -> tuple[float, float]:
        """Deviation of a touched territory before and after; NaN where there is none."""
        slot = self.slot(territory)
        if slot < 0 or self.before is None or self.after is None:
            return float("nan"), float("nan")
        was = self.before.deviations
        now = float(was[slot]) if slot < len(was) else float("nan")
        return now, float(self.after.deviations[slot])

    @cached_property
    def changing(self) -> np.ndarray:
        """Slots (k,) whose deviation would differ; without balance measure the touched ones."""
        if self.before is None or self.after is None:
            return self.slots
        n = len(self.before.deviations)
        known = np.arange(n) if self.changes_all else self.slots[self.slots < n]
        was, now = self.before.deviations[known], self.after.deviations[known]
        return known[np.abs(now - was) > _SAME]

    @cached_property
    def _changing(self) -> frozenset[int]:
        return frozenset(self.changing.tolist())

    def is_changing(self, slot: int) -> bool:
        """Whether a slot is one of `changing`."""
        return slot in self._changing

    @property
    def newly_in(self) -> np.ndarray:
        """Slots that come into tolerance."""
        return self._crossing(False)

    @property
    def newly_out(self) -> np.ndarray:
        """Slots that leave tolerance."""
        return self._crossing(True)

    def _crossing(self, was_in: bool) -> np.ndarray:
        if self.before is None or self.after is None:
            return np.empty(0, np.int64)
        was = self.before.in_tolerance
        now = self.after.in_tolerance[: len(was)]
        return np.flatnonzero((was & ~now) if was_in else (now & ~was))

    @property
    def emptied(self) -> tuple[int, ...]:
        """Ids of territories that keep neither units nor accounts."""
        both = self.n_units + self.n_accounts
        none = (both[:, 0] > 0) & (both[:, 1] == 0) & (self.ids != UNASSIGNED)
        return tuple(self.ids[none].tolist())

    # ------------------------------------------------------------------ pieces and gaps
    @cached_property
    def shapes(self) -> Shapes:
        """Pieces and gaps, worked out when first asked for."""
        return self.find_shapes()

    @property
    def splits(self) -> list[tuple[int, int, int]]:
        """(id, pieces before, pieces after) of territories that fall into more, not 1."""
        return [
            (int(t), int(was), int(now))
            for t, (was, now) in zip(self.ids, self.shapes.parts, strict=True)
            if now > max(1, was)
        ]
