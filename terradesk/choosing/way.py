"""What a way of choosing is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from terradesk.arcs.jit import Bools, Int32s
from terradesk.plan import UNASSIGNED, AlignmentView, Plan

Of = Literal["units", "accounts"]


def rows_of(mask_or_rows: ArrayLike) -> Int32s:
    """Rows as sorted (k,) int32, from rows or from a mask."""
    given = np.asarray(mask_or_rows)
    rows = np.flatnonzero(given) if given.dtype == bool else np.unique(given)
    return rows.astype(np.int32)


def none() -> Int32s:
    """No rows: (0,) int32."""
    return np.empty(0, np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """The plan and what is selected when somebody chooses.

    Parameters
    ----------
    view : AlignmentView
        The alignment in view; it knows its plan.
    unit_rows, account_rows : ndarray of int32
        What is selected.
    current : int
        Current territory, -1 none.
    of : {"units", "accounts"}
        What is looked for where a text may mean either.
    length_unit : {"km", "mi"}
        Of a distance without a unit.
    groups : mapping of str to ndarray of int, shape (n_units,)
        More ways in which units may be the same, such as the class of their colour; -1 = none.
    """

    view: AlignmentView
    unit_rows: Int32s = field(default_factory=none)
    account_rows: Int32s = field(default_factory=none)
    current: int = UNASSIGNED
    of: Of = "units"
    length_unit: str = "km"
    groups: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        """The plan as it is now."""
        return self.view.plan

    def selected(self, of: Of) -> Bools:
        """Mask of what is selected: (n,) bool."""
        n, rows = len(self.plan.units), self.unit_rows
        if of == "accounts":
            n, rows = len(self.plan.accounts), self.account_rows
        out = np.zeros(n, np.bool_)
        out[rows] = True
        return out

    def present(self, of: Of) -> Bools:
        """Mask of what is there at all: (n,) bool."""
        return self.plan.units_present if of == "units" else self.plan.accounts_present


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """What was found.

    Parameters
    ----------
    unit_rows, account_rows : ndarray of int32
        Sorted; only units and accounts that are present.
    missed : tuple of str
        Parts of the text that matched nothing.
    told : str
        How the text was understood, where it could mean several things.
    """

    unit_rows: Int32s = field(default_factory=none)
    account_rows: Int32s = field(default_factory=none)
    missed: tuple[str, ...] = ()
    told: str = ""

    def __len__(self) -> int:
        return len(self.unit_rows) + len(self.account_rows)


def chosen(situation: Situation, of: Of, mask: Bools, missed: tuple[str, ...] = ()) -> Chosen:
    """An answer from a mask of units or accounts; absent ones are left out.

    Parameters
    ----------
    situation : Situation
    of : {"units", "accounts"}
    mask : (n,) bool
    missed : tuple of str
        Parts of the text that fit nothing.
    """
    rows = rows_of(mask & situation.present(of))
    return Chosen(rows, none(), missed) if of == "units" else Chosen(none(), rows, missed)


def _no_offers(_situation: Situation) -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class Way:
    """One way of choosing.

    Parameters
    ----------
    id : str
    title, example : str
        Untranslated name, and a text that shows what can be typed.
    fits : callable
        Whether a text looks as if it meant this way.
    find : callable
        What a text means; raises `TerraDeskError` for one that cannot be understood.
    offers : callable
        Texts to choose from, translated, for those who would rather not type.
    """

    id: str
    title: str
    example: str
    fits: Callable[[str, Situation], bool]
    find: Callable[[str, Situation], Chosen]
    offers: Callable[[Situation], list[str]] = _no_offers
