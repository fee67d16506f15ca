"""What of a plan the cells of a column name: areas by code or name, accounts by id or name."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from terradesk import records as rec
from terradesk.geocode import plain
from terradesk.importing.matching import domains
from terradesk.importing.matching.domains import share as domain_share
from terradesk.importing.matching.keys import plain_key
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
    def unit_codes(self) -> frozenset[str]:
        """Codes of units as `plain_key` writes them."""
        return _keys(self.plan.units.codes, self.unit_rows)

    @cached_property
    def account_ids(self) -> frozenset[str]:
        """Ids of accounts as `plain_key` writes them."""
        return _keys(self.plan.accounts.ids, self.account_rows)

    @cached_property
    def account_names(self) -> frozenset[str]:
        """Names of accounts in small letters: normalised a million of them take too long."""
        names = self.plan.accounts.names
        return frozenset(str(names[row]).casefold() for row in self.account_rows) - {""}

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
        ways: dict[str, tuple[str, Callable[[str], str]]] = {
            "unit_code": ("unit_codes", plain_key),
            "unit_name": ("unit_names", plain),
            "account_id": ("account_ids", plain_key),
            "name": ("account_names", str.casefold),
        }
        name, plainly = ways[role]
        known: frozenset[str] = getattr(self, name)
        return sum(1 for cell in cells.tolist() if plainly(cell) in known) / len(cells)


def _keys(keys: np.ndarray, rows: list[int]) -> frozenset[str]:
    return frozenset(plain_key(str(keys[row])) for row in rows) - {""}


def known_of(plan: Plan) -> Known:
    """The keys of a plan; kept while its areas and accounts are the same."""
    parts = (plan.units, plan.accounts, plan.hidden, plan.tables.get("column"))
    return plan._carried("keys of areas and accounts", parts, lambda: Known(plan))
