"""The sheet of rates, and how amounts and figures with a unit look in a workbook."""

from __future__ import annotations

import numpy as np

from terradesk import currencies, i18n
from terradesk.exporters.facts import texts
from terradesk.i18n import _
from terradesk.measures import money
from terradesk.plan import Plan


def rates_columns(plan: Plan) -> dict[str, np.ndarray]:
    """Columns of the sheet: every other currency of the plan's amounts with its rate, in order.

    Returns
    -------
    dict of str to ndarray, shape (n,)
        Empty where all amounts are in the plan's currency. Without a rate it is NaN, and the
        remark says so.
    """
    found = money.found_codes(plan)
    if not found:
        return {}
    known, own = money.rates(plan), money.plan_code(plan)
    listed = sorted(found)
    left_out = _("no rate: left out of all sums")
    return {
        "Currency": texts(listed),
        "Name": texts([currencies.name(code) for code in listed]),
        "Rate": np.array([known.get(code, np.nan) for code in listed]),
        "PlanCurrency": texts([own] * len(listed)),
        "Amounts": np.array([found[code] for code in listed], np.int64),
        "Remark": texts(["" if code in known else left_out for code in listed]),
    }


def rates_remarks(plan: Plan) -> list[str]:
    """Sentences for the summary: the rates, when they are of, what is left out."""
    told = [money.rate_text(plan, code, rate) for code, rate in money.used(plan).items()]
    out = [_("Converted with {rates}").format(rates=", ".join(told))] if told else []
    when = plan.setting("rates_note")
    if told and when:
        out.append(_("Rates: {note}").format(note=when))
    return out + money.warnings(plan)


def money_format(figure: str, currency: str) -> str:
    """Number format of Excel for amounts: the sign where the user's language has it."""
    sign = quoted(currencies.sign(currency))
    if not sign:
        return figure
    before, after = i18n.with_currency("|", sign).split("|")
    return f'"{before}"{figure}' if before else f'{figure}"{after}"'


def quoted(text: str) -> str:
    """A text that may stand between quotation marks in a number format."""
    return text.replace('"', "").replace("\\", "")
