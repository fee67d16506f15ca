"""What the exporters say about each territory, in one place, so that all files hold the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from terradesk import measures, palettes
from terradesk import records as rec
from terradesk.errors import TerraDeskError
from terradesk.measures.sums import account_values
from terradesk.plan import AlignmentView, Plan

M2_PER_KM2 = 1e6


@dataclass(frozen=True)
class Facts:
    """Figures of one design, by slot (see `terradesk.plan.AlignmentView`).

    Parameters
    ----------
    view : AlignmentView
    """

    view: AlignmentView

    @property
    def plan(self) -> Plan:
        """The plan of the design."""
        return self.view.plan

    @cached_property
    def summed(self) -> list[rec.Measure]:
        """What is summed, the balance measure first; counts and area have places of their own."""
        chosen = measures.balance_measure(self.plan)
        own = [m for m in self.plan.rows(rec.Measure) if m.source in ("units", "accounts")]
        first = [m for m in own if chosen is not None and m.uid == chosen.uid]
        return first + [m for m in own if m not in first]

    def formulas(self, table: str) -> list[rec.Measure]:
        """Measures by formula over the columns of units or accounts: no column holds them."""
        return [m for m in self.summed if m.formula and m.source == table]

    @cached_property
    def balance(self) -> measures.Balance | None:
        """Balance by the plan's measure; None when there is nothing to balance."""
        try:
            return measures.balance(self.view)
        except TerraDeskError:
            return None

    @cached_property
    def balances(self) -> Mapping[str, measures.Balance]:
        """Balance by each of `summed`, by uid."""
        return {m.uid: measures.balance(self.view, m) for m in self.summed}

    @cached_property
    def counts(self) -> measures.Counts:
        """Units and accounts of each slot."""
        return measures.counts(self.view)

    @cached_property
    def areas(self) -> np.ndarray:
        """(n_slots,) km2."""
        arcs = self.plan.arcs
        if arcs is None:
            return np.zeros(self.view.n_slots)
        weights = np.where(self.plan.units_present, arcs.areas, 0.0)
        return np.bincount(self.view.unit_slots, weights, self.view.n_slots) / M2_PER_KM2

    @cached_property
    def compactness(self) -> np.ndarray:
        """(n_slots,) Polsby-Popper, NaN without area."""
        if self.plan.arcs is None:
            return np.full(self.view.n_slots, np.nan)
        return measures.compactness(self.view)

    @cached_property
    def contiguity(self) -> measures.Contiguity | None:
        """Parts and holes; None without a map."""
        return measures.contiguity(self.view) if self.plan.arcs is not None else None

    @cached_property
    def ids(self) -> np.ndarray:
        """(n_slots,) id of each territory as text, slot 0 empty."""
        return texts(["", *(str(t.id) for t in self.view.leaves)])

    @cached_property
    def names(self) -> np.ndarray:
        """(n_slots,) name of each territory, slot 0 empty."""
        return texts(["", *(t.name for t in self.view.leaves)])

    @cached_property
    def reps(self) -> list[rec.Rep | None]:
        """Owner of each slot."""
        return [None, *(self.view.owners.get(t.id) for t in self.view.leaves)]

    @cached_property
    def districts(self) -> list[rec.Territory | None]:
        """Group right above each slot."""
        return [None, *(self.view.territories.get(t.parent) for t in self.view.leaves)]

    @cached_property
    def regions(self) -> list[rec.Territory | None]:
        """Topmost group above each slot, None where that is the district itself."""
        return [None if d is None else self._top(d) for d in self.districts]

    def _top(self, district: rec.Territory) -> rec.Territory | None:
        node = district
        while node.parent in self.view.territories:
            node = self.view.territories[node.parent]
        return None if node is district else node

    @cached_property
    def colours(self) -> list[str]:
        """``#RRGGBB`` of each slot, slot 0 the colour of paper."""
        fills = palettes.territory_colours()
        own = [fills[t.colour % len(fills)] for t in self.view.leaves]
        return [palettes.roles()["paper"], *own]

    @cached_property
    def account_slots(self) -> np.ndarray:
        """(n_accounts,) slot of each account."""
        return self.view.slot_of(self.view.account_territories)

    def unit_values(self, measure: rec.Measure) -> np.ndarray:
        """(n_units,) sum over the accounts in each unit, whoever owns them."""
        accounts = self.plan.accounts
        here = self.plan.accounts_present & (accounts.unit >= 0)
        weights = account_values(self.plan, measure)[here]
        return np.bincount(accounts.unit[here], weights, len(self.plan.units))

    @cached_property
    def unit_accounts(self) -> np.ndarray:
        """(n_units,) accounts in each unit, whoever owns them."""
        here = self.plan.accounts_present & (self.plan.accounts.unit >= 0)
        return np.bincount(self.plan.accounts.unit[here], minlength=len(self.plan.units))


def texts(values: Sequence[str]) -> np.ndarray:
    """Texts as an object array of shape (n,)."""
    out = np.empty(len(values), object)
    out[:] = values
    return out


def heading(name: str, taken: set[str], longest: int = 255) -> str:
    """A column heading no other column has, whatever its case; added to `taken`."""
    stem = " ".join(name.split())[:longest] or "Column"
    found, number = stem, 2
    while found.casefold() in taken:
        tail = f"_{number}"
        found, number = stem[: longest - len(tail)] + tail, number + 1
    taken.add(found.casefold())
    return found


def label_of(plan: Plan, table: str, column: str) -> str:
    """What a column is called in the plan, else its name."""
    for row in plan.rows(rec.Column):
        if row.table == table and row.name == column:
            return row.label or column
    return column
