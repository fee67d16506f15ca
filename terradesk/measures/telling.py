"""Figures and steps in words, in the user's language and formats."""

from __future__ import annotations

import math
from dataclasses import replace

from terradesk import currencies, i18n
from terradesk import records as rec
from terradesk.edits import Assigned, Edit, describe
from terradesk.edits.change import UNASSIGNED_NAME
from terradesk.i18n import N_, _, ngettext
from terradesk.measures import money
from terradesk.measures.choosing import balance_measure, choices, is_revenue_like
from terradesk.measures.moves import Moved, moved, same_territories
from terradesk.plan import AlignmentView, Plan

_M2_PER_KM2 = 1e6


def format_value(plan: Plan, measure: rec.Measure, value: float, short: bool = False) -> str:
    """A value of a measure with its unit: ``$1,204,500``, short ``$1.2 M``; ``84 km²``; ``12 h``.

    Parameters
    ----------
    plan : Plan
        Knows the currency.
    measure : rec.Measure
    value : float
        Areas in m2. An en dash is shown where it is not finite.
    short : bool
        About three digits.
    """
    if value is None or not math.isfinite(value):
        return "–"
    is_area = measure.source == "area" or measure.format == "area"
    shown = value / _M2_PER_KM2 if is_area else float(value)
    size = abs(shown)
    decimals = measure.decimals
    if is_area and not decimals:
        decimals = 0 if size >= 10 else 1 if size >= 1 else 2
    text = i18n.compact(size) if short else i18n.number(size, decimals)
    if is_area:
        text = _("{value} km²").format(value=text)
    elif measure.format == "money":
        text = i18n.with_currency(text, currencies.sign(plan.setting("currency")))
    elif measure.format == "hours" and not measure.unit:
        text = _("{value} h").format(value=text)
    if measure.unit and not is_area:
        text = f"{text}\u00a0{measure.unit}"
    is_negative = shown < 0 and round(size, 1 if short else decimals) > 0
    return f"−{text}" if is_negative else text


def format_cell(
    plan: Plan, table: str, column: str, value: float, row: int = -1, decimals: int = 0
) -> str:
    """A figure of a column as it was brought in, with the sign of its own currency.

    Parameters
    ----------
    plan : Plan
    table : {"units", "accounts"}
    column : str
    value : float
        An en dash is shown where it is not finite.
    row : int
        Whose cell it is: says the currency where each row has its own, and what the amount is in
        the plan's. By default a number alone is shown there.
    decimals : int
    """
    meant = money.meaning(plan, table, column)
    shown = rec.Measure(
        "", 0, source=table, format=meant.format if meant else "number", decimals=decimals
    )
    own = money.currency(plan, table, column)
    if not own or not math.isfinite(value):
        return format_value(plan, shown, value)
    text = i18n.number(abs(value), decimals)
    code = own
    if own.startswith(money.PER_ROW):
        code = str(money.codes(plan, table, column)[row]) if row >= 0 else ""
    text = i18n.with_currency(text, currencies.sign(code))
    text = f"−{text}" if value < 0 else text
    rate = money.rates(plan).get(code)
    if row < 0 or code == money.plan_code(plan):
        return text
    if rate is None:
        return _("{amount} (no rate)").format(amount=text)
    return f"{text} ({format_value(plan, replace(shown, format='money'), rate * value)})"


_MOVES = {
    "Moved {n} {noun} from {a} to {b}": N_("Moved {what} from {a} to {b}."),
    "Moved {n} {noun} from {a} and {c} to {b}": N_("Moved {what} from {a} and {c} to {b}."),
    "Moved {n} {noun} from {m} territories to {b}": N_("Moved {what} from {m} territories to {b}."),
    "Moved {n} {noun} to {b}": N_("Moved {what} to {b}."),
    "Assigned {n} {noun} to {b}": N_("Assigned {what} to {b}."),
    "Assigned {n} {noun} to {m} territories": N_("Assigned {what} to {m} territories."),
    "Took {n} {noun} out of {a}": N_("Took {what} out of {a}."),
    "Unassigned {n} {noun}": N_("Unassigned {what}."),
}
"""Sentence of an assignment, by the sentence of its edit."""


def sentence(
    before: Plan,
    after: Plan,
    alignment: int,
    edit: Edit | None,
    assigned: Assigned | None = None,
    *,
    of_accounts: bool = False,
    change: Moved | None = None,
) -> str:
    """What a step did: areas, accounts and money that moved, and what stayed.

    "Moved 14 counties, 231 accounts, $1.2 M from Denver to Dallas. 2 locked counties and 3 named
    accounts stayed."

    Parameters
    ----------
    before, after : Plan
    alignment : int
        The one the edit was made in.
    edit : Edit or None
        Edits other than assignments of units are told as the history tells them. None: nothing
        was done.
    assigned : Assigned, optional
        From `terradesk.edits.assign` and its like: what was left alone.
    of_accounts : bool
        Whether accounts were assigned (`name_accounts`, `return_accounts`), not units.
    change : Moved, optional
        What the edit moved, if that is known already.
    """
    if edit is None:
        done = _("Nothing changed.")
    elif edit.msgid in _MOVES:
        if change is None:
            change = moved(before.alignment(alignment), after.alignment(alignment))
        fields = {k: _name(v) if k in ("a", "b", "c") else v for k, v in edit.fields.items()}
        done = _(_MOVES[edit.msgid]).format(**fields, what=_what(after, change))
    else:
        done = _("{text}.").format(text=describe(edit))
    stayed = _stayed(after, assigned, of_accounts) if assigned else ""
    return f"{done} {stayed}".strip()


def handed(before: AlignmentView, after: AlignmentView) -> str:
    """What changes hands: "346 counties, 231 accounts, $1.2 M change hands."; "" for nothing.

    Parameters
    ----------
    before, after : AlignmentView
        Two snapshots or scenarios of one plan.
    """
    change = moved(before, after)
    if not change.units:
        return ""
    is_one = change.units == 1 and not change.accounts
    if _passes(before, after):
        text = ngettext("{what} changes hands.", "{what} change hands.", 1 if is_one else 2)
    else:
        text = ngettext("{what} gets a territory.", "{what} get a territory.", 1 if is_one else 2)
    return text.format(what=_what(after.plan, change))


def _passes(before: AlignmentView, after: AlignmentView) -> bool:
    """Whether a unit leaves a territory: what had none changes no hands."""
    n = min(len(before.plan.units), len(after.plan.units))
    was, now = before.unit_slots[:n], after.unit_slots[:n]
    same = same_territories(before, after)
    held = before.plan.units_present[:n] & (was > 0)
    return bool((held & (same[0][was] != same[1][now])).any())


def _name(name: str | int) -> str:
    text = _(UNASSIGNED_NAME) if name == UNASSIGNED_NAME else str(name)
    return i18n.isolate(text) if i18n.language() == "fa" else text


def _what(plan: Plan, change: Moved) -> str:
    """What moved, as in "14 counties, 231 accounts, $1.2 M"."""
    parts = [f"{i18n.number(change.units)} {plan.noun(change.units)}"]
    if change.accounts:
        parts.append(_n_accounts(change.accounts))
    measure = _told(plan)
    value = change.amounts.get(measure.uid, 0.0) if measure else 0.0
    if measure and value:
        parts.append(amount(plan, measure, value))
    out = parts[0]
    for part in parts[1:]:
        out = _("{first}, {next}").format(first=out, next=part)
    return out


def _told(plan: Plan) -> rec.Measure | None:
    """The measure worth telling: the balance measure unless it only counts, else the money."""
    chosen = balance_measure(plan)
    if chosen and chosen.source in ("units", "accounts"):
        return chosen
    money = (m for m in choices(plan) if m.source == "accounts" and is_revenue_like(m.name))
    return next(money, None)


def amount(plan: Plan, measure: rec.Measure, value: float) -> str:
    """A short value with the name of its measure unless it is money: "1.2 M population"."""
    text = format_value(plan, measure, value, short=True)
    if measure.format == "money":
        return text
    name = measure.name
    name = name if name[1:2].isupper() else name[:1].lower() + name[1:]
    return _("{value} {name}").format(value=text, name=name)


def _n_accounts(n: int) -> str:
    return ngettext("{n} account", "{n} accounts", n).format(n=i18n.number(n))


def _stayed(plan: Plan, assigned: Assigned, of_accounts: bool) -> str:
    """As in "2 locked counties and 3 named accounts stayed."; empty when nothing was left."""
    n_locked, n_named = assigned.n_locked, assigned.n_named
    if of_accounts:
        locked = ngettext("{n} locked account", "{n} locked accounts", n_locked)
    else:
        locked = _("{n} locked {noun}")
    locked = locked.format(n=i18n.number(n_locked), noun=plan.noun(n_locked))
    named = ngettext("{n} named account", "{n} named accounts", n_named)
    named = named.format(n=i18n.number(n_named))
    if n_locked and n_named:
        what = _("{first} and {next}").format(first=locked, next=named)
    else:
        what = locked if n_locked else named
    n = n_locked + n_named
    return ngettext("{what} stayed.", "{what} stayed.", n).format(what=what) if n else ""
