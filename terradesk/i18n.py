"""Texts through gettext, numbers and dates through Babel: one language for core and window."""

from __future__ import annotations

import datetime as dt
import gettext
import math
from functools import lru_cache
from typing import Any

from terradesk import paths

LANGUAGES = {"en": "English", "fr": "Français", "pl": "Polski", "sv": "Svenska", "fa": "فارسی"}

_language = "en"
_translation: gettext.NullTranslations = gettext.NullTranslations()


def use_language(code: str) -> None:
    """Translate from now on into the language ``code`` (a key of `LANGUAGES`)."""
    global _language, _translation
    _language = code if code in LANGUAGES else "en"
    try:
        _translation = gettext.translation("terradesk", paths.resource("locale"), [_language])
    except (OSError, FileNotFoundError):
        _translation = gettext.NullTranslations()


def language() -> str:
    """Code of the language in use."""
    return _language


def _(msgid: str) -> str:
    """Translate a text where it is shown."""
    return _translation.gettext(msgid) if msgid else ""


def N_(msgid: str) -> str:
    """Mark a text for translation where it is declared; it is translated where it is shown."""
    return msgid


def ngettext(one: str, many: str, n: int) -> str:
    """Translate a text with the plural form for ``n``."""
    return _translation.ngettext(one, many, n)


def isolate(text: str) -> str:
    """Text from data inside a sentence: keeps its own direction (Unicode FSI ... PDI)."""
    return f"\u2068{text}\u2069"


def shortened(name: str, most: int = 32) -> str:
    """A name of at most so many letters, without its middle: endings tell names apart."""
    if len(name) <= most:
        return name
    tail = (most - 1) // 2
    return name[: most - 1 - tail].rstrip() + "…" + name[len(name) - tail :].lstrip()


@lru_cache(maxsize=8)
def _locale(code: str) -> Any:
    from babel import Locale

    return Locale.parse({"en": "en_US"}.get(code, code))


def locale() -> Any:
    """Babel's locale of the language in use."""
    return _locale(_language)


def number(value: float, decimals: int = 0) -> str:
    """A number in the user's format, e.g. ``1,234.5``; an en dash when it is not finite.

    Beyond 10^15, where figures have no units any more, as ``1.23E+17``.
    """
    if value is None or not math.isfinite(value):
        return "–"
    return _decimal(value or 0.0, decimals, _language)


_LARGEST = 1e15


@lru_cache(maxsize=4096)
def _decimal(value: float, decimals: int, language: str) -> str:
    """Kept: a repaint of the panels formats some hundred numbers, nearly all the same as before."""
    from babel.numbers import format_decimal, format_scientific

    if abs(value) >= _LARGEST:
        return format_scientific(value, "0.##E+0", locale=_locale(language))
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(value, pattern, locale=_locale(language))


def compact(value: float) -> str:
    """A short number of about three digits: ``999``, ``12.3 k``, ``1.24 M``."""
    if value is None or not math.isfinite(value):
        return "–"
    size = abs(value)
    for limit, step, sign in ((999.5e6, 1e9, " bn"), (999.5e3, 1e6, " M"), (9999.5, 1e3, " k")):
        if size >= limit:
            short = value / step
            return number(short, 0 if abs(short) >= 99.95 else 1) + sign
    return number(value, 0 if size >= 99.95 or float(value).is_integer() else 1)


def with_currency(text: str, sign: str) -> str:
    """A number with a currency sign on the side where the language has it."""
    if not sign:
        return text
    if _sign_leads(_language):
        return f"{sign}\u00a0{text}" if sign[-1].isalpha() else f"{sign}{text}"
    return f"{text}\u00a0{sign}"


@lru_cache(maxsize=8)
def _sign_leads(code: str) -> bool:
    pattern = _locale(code).currency_formats["standard"].pattern
    return str(pattern).strip("\u200e\u200f").startswith("¤")


def percent(fraction: float, decimals: int = 0, signed: bool = True) -> str:
    """A share such as ``+14 %``; with a true minus sign, an en dash when it is not finite."""
    if fraction is None or not math.isfinite(fraction):
        return "–"
    shown = round(100 * fraction, decimals)
    sign = ("+" if shown > 0 else "−" if shown < 0 else "±" if signed else "") if signed else ""
    if not signed and shown < 0:
        sign = "−"
    return f"{sign}{number(abs(shown), decimals)} %"


def deviation(fraction: float, tolerance: float) -> str:
    """A deviation; one decimal where rounding would put it on the tolerance (``+10.4 %``)."""
    return _deviation(fraction, tolerance, _language)


@lru_cache(maxsize=8192)
def _deviation(fraction: float, tolerance: float, language: str) -> str:
    """Kept: after each step tree and map ask for those of all territories, nearly all as before."""
    near = math.isfinite(fraction) and abs(fraction) > tolerance
    rounds_onto = near and round(100 * abs(fraction)) <= round(100 * tolerance)
    return percent(fraction, 1 if rounds_onto else 0).replace("±0", "0")


def deviations(before: float, after: float, tolerance: float) -> tuple[str, str]:
    """Two deviations, with one decimal where a change would read as none (``−9.2 %, −8.8 %``)."""
    texts = deviation(before, tolerance), deviation(after, tolerance)
    if texts[0] != texts[1] or before == after:
        return texts
    return percent(before, 1), percent(after, 1)


def date(value: dt.date) -> str:
    """A date in the user's format, medium length."""
    from babel.dates import format_date

    return format_date(value, "medium", locale=_locale(_language))


def moment(value: dt.datetime) -> str:
    """A date with time of day in the user's format, short."""
    from babel.dates import format_datetime

    return format_datetime(value, "short", locale=_locale(_language))
