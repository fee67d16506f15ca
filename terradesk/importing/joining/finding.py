"""What of a plan the cells of a column name: areas by code or name, accounts by id or name."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from terradesk import records as rec
from terradesk.geocode import plain
from terradesk.importing.matching import domains, rows_by_key
from terradesk.importing.matching.domains import share as domain_share
from terradesk.importing.matching.names import normalised
from terradesk.plan import Plan

_ADDRESSES = 0.3  # share of the filled cells that make a column one of addresses


class Known:
    """Keys of a plan's areas and accounts, made when they are first asked for.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    @cached_property
    def unit_rows(self) -> list[int]:
        """Units that are present."""
        return np.flatnonzero(self.plan.units_present).tolist()

    @cached_property
    def account_rows(self) -> list[int]:
        """Accounts that are present."""
        return np.flatnonzero(self.plan.accounts_present).tolist()

    @cached_property
    def unit_names(self) -> frozenset[str]:
        """Plain names of units."""
        return frozenset(plain(str(self.plan.units.names[row])) for row in self.unit_rows) - {""}

    @cached_property
    def account_names(self) -> frozenset[str]:
        """Normalised names of accounts."""
        names = self.plan.accounts.names
        return frozenset(normalised(str(names[row])) for row in self.account_rows) - {""}

    def column(self, table: str, role: str) -> np.ndarray | None:
        """Texts of the column of units or accounts that has a role; None where there is none."""
        big = self.plan.units if table == "units" else self.plan.accounts
        for row in self.plan.rows(rec.Column):
            if row.table == table and row.role == role and row.name in big.columns:
                values = big.columns[row.name]
                if values.dtype == object:
                    return values
        named = (v for n, v in big.columns.items() if n.casefold() == role and v.dtype == object)
        return next(named, None)

    @cached_property
    def domains(self) -> np.ndarray:
        """(n_accounts,) domain of each account, empty where it has none."""
        out = np.full(len(self.plan.accounts), "", object)
        for values in self.plan.accounts.columns.values():
            if values.dtype == object and domain_share(values) >= _ADDRESSES:
                found = domains(values)
                out = np.where(out == "", found, out)
        return out

    # ------------------------------------------------------------------ shares
    def share_of(self, role: str, cells: np.ndarray) -> float:
        """Share of some cells that are known as what a role says, 0 ... 1."""
        if not len(cells):
            return 0.0
        if role == "unit_code":
            return float((rows_by_key(cells, self.plan.units.codes, self.unit_rows) >= 0).mean())
        if role == "account_id":
            ids = self.plan.accounts.ids
            return float((rows_by_key(cells, ids, self.account_rows) >= 0).mean())
        plainly = plain if role == "unit_name" else normalised
        names = self.unit_names if role == "unit_name" else self.account_names
        return sum(1 for cell in cells.tolist() if plainly(cell) in names) / len(cells)


def known_share(plan: Plan, role: str, cells: np.ndarray) -> float:
    """`Known.share_of` for one question."""
    return Known(plan).share_of(role, cells)
