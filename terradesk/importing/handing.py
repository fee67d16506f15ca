"""What an import moves between territories."""

from __future__ import annotations

import numpy as np

from terradesk import records as rec
from terradesk.i18n import _, ngettext, number
from terradesk.measures.choosing import balance_measure, choices, default_measure
from terradesk.measures.sums import account_values
from terradesk.measures.telling import format_value
from terradesk.plan import Plan


def moved_between(before: Plan, after: Plan, alignment: int) -> str:
    """A sentence on accounts that change their territory, with the amount that moves; or nothing.

    Parameters
    ----------
    before, after : Plan
        The plan and the plan as it would be.
    alignment : int
    """
    was = before.alignment(alignment).account_territories
    now = after.alignment(alignment).account_territories[: len(was)]
    both = before.accounts_present & after.accounts_present[: len(was)]
    rows = np.flatnonzero(both & (was != now))
    if not len(rows):
        return ""
    text = ngettext(
        "{n} account changes its territory", "{n} accounts change their territory", len(rows)
    ).format(n=number(len(rows)))
    measure = _money(after)
    if measure is None:
        return f"{text}."
    amount = float(account_values(after, measure, rows).sum())
    shown = format_value(after, measure, amount, short=True)
    return _("{accounts}: {amount} of {measure} moves.").format(
        accounts=text, amount=shown, measure=measure.name
    )


def _money(plan: Plan) -> rec.Measure | None:
    """The measure of accounts a plan is balanced by, else its first one."""
    for found in (balance_measure(plan), default_measure(plan), *choices(plan)):
        if found is not None and found.source == "accounts":
            return found
    return None
