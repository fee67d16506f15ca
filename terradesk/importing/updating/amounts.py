"""Amounts of a newer list in another currency than those of the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from terradesk import currencies
from terradesk.importing.updating.comparing import Pair
from terradesk.measures import money
from terradesk.plan import Plan
from terradesk.readers import MadeAccounts


def in_own_columns(plan: Plan, made: MadeAccounts, pairs: Sequence[Pair]) -> MadeAccounts:
    """The accounts of a list, amounts in other currencies than the plan's under names of their own.

    One column has one currency: 100 EUR must not stand where 100 USD stood.

    Parameters
    ----------
    plan : Plan
    made : MadeAccounts
        Of the list.
    pairs : sequence of Pair
        Columns of the plan that they would go to.
    """
    names: dict[str, str] = {}
    goes = {pair.file: pair.plan for pair in pairs}
    said = {row.name: row.currency for row in made.columns}
    for pair in pairs:
        code = _code(plan, said.get(pair.file, ""), goes)
        if code and not pair.is_new and code != _held(plan, pair.plan):
            told = pair.file if code.startswith(money.PER_ROW) else code
            names[pair.file] = f"{pair.plan} ({told})"
    return _renamed(made, names) if names else made


def _code(plan: Plan, text: str, goes: Mapping[str, str]) -> str:
    """Currency that a column of the list says, in the plan's columns; empty for none."""
    if text.startswith(money.PER_ROW):
        return f"{money.PER_ROW}{goes.get(text[1:], text[1:])}"
    return currencies.code_of(text, money.plan_code(plan))


def _held(plan: Plan, name: str) -> str:
    own = money.plan_code(plan)
    held = money.currency(plan, "accounts", name)
    return held if held.startswith(money.PER_ROW) else currencies.code_of(held, own) or own


def _renamed(made: MadeAccounts, names: Mapping[str, str]) -> MadeAccounts:
    columns = {names.get(name, name): cells for name, cells in made.accounts.columns.items()}
    described = [
        replace(row, name=names[row.name], label=names[row.name]) if row.name in names else row
        for row in made.columns
    ]
    figures = [
        replace(row, column=names[row.column], name=names[row.column])
        if row.column in names
        else row
        for row in made.measures
    ]
    accounts = replace(made.accounts, columns=columns)
    return replace(made, accounts=accounts, columns=tuple(described), measures=tuple(figures))
