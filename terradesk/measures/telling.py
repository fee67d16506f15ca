"""Figures and steps in words, in the user's language and formats."""

from __future__ import annotations

import math
from functools import lru_cache

from terradesk import i18n
from terradesk import records as rec
from terradesk.i18n import _
from terradesk.plan import Plan

_M2_PER_KM2 = 1e6


def format_value(plan: Plan, measure: rec.Measure, value: float, short: bool = False) -> str:
    """A value of a measure with its unit: ``$1,204,500``, short ``$1.2 M``; ``8,400 km²``.

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
        text = with_currency(text, plan.setting("currency"))
    is_negative = shown < 0 and round(size, 1 if short else decimals) > 0
    return f"−{text}" if is_negative else text


def with_currency(text: str, currency: str) -> str:
    """A number with a currency sign on the side where the language has it."""
    if not currency:
        return text
    if _sign_leads(i18n.language()):
        return f"{currency}\u00a0{text}" if currency[-1].isalpha() else f"{currency}{text}"
    return f"{text}\u00a0{currency}"


@lru_cache(maxsize=8)
def _sign_leads(language: str) -> bool:
    from babel import Locale

    pattern = Locale.parse(language).currency_formats["standard"].pattern
    return pattern.strip("\u200e\u200f").startswith("¤")
