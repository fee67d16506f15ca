"""Currencies: codes and signs, the currency of a column of texts, rates as text.

Codes are those of ISO 4217; names, signs and decimals are Babel's (CLDR).
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice

from terradesk import i18n

TOMAN = "IRT"
"""Ten rials; no code of ISO 4217, but what most Persian price lists are in."""

COMMON = (
    *("USD", "EUR", "GBP", "CAD", "AUD", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON"),
    *("JPY", "CNY", "INR", "KRW", "BRL", "MXN", "ZAR", "TRY", "UAH", "IRR", TOMAN),
)
"""Offered first where a currency is chosen."""

_SIGNS: Mapping[str, tuple[str, ...]] = {
    "$": ("USD", "CAD", "AUD", "MXN", "NZD", "SGD", "HKD"),
    "us$": ("USD",),
    "ca$": ("CAD",),
    "a$": ("AUD",),
    "€": ("EUR",),
    "euro": ("EUR",),
    "£": ("GBP",),
    "¥": ("JPY", "CNY"),
    "₽": ("RUB",),
    "₹": ("INR",),
    "₩": ("KRW",),
    "₺": ("TRY",),
    "₴": ("UAH",),
    "r$": ("BRL",),
    "zł": ("PLN",),
    "zl": ("PLN",),
    "kč": ("CZK",),
    "ft": ("HUF",),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "fr": ("CHF",),
    "﷼": ("IRR",),
    "ریال": ("IRR",),
    "irr": ("IRR",),
    "تومان": (TOMAN,),
    "toman": (TOMAN,),
}
"""What stands beside amounts, in small letters, and the currencies it may mean."""

_CODE = re.compile(r"[A-Z]{3}")
_AMOUNT = re.compile(r"[\d\s.,'’\u00a0\u202f()+−%-]+")
_MOST = 2000
_ENOUGH = 0.5  # share of the filled cells that must say a currency


def code_of(text: str, own: str = "") -> str:
    """Code of a currency as people write it: ``€``, ``eur``, ``kr``; empty for nothing.

    Parameters
    ----------
    text : str
        What is neither a code nor a known sign stays as it is, in capitals.
    own : str
        Code that a sign of several currencies means, if it can.
    """
    found = text.strip().rstrip(".")
    meant = _SIGNS.get(found.casefold())
    if meant:
        return own if own in meant else meant[0]
    return found.upper()


def is_code(text: str) -> bool:
    """Whether a text is the code of a currency."""
    return text == TOMAN or (bool(_CODE.fullmatch(text)) and text in _names("en"))


def sign(currency: str) -> str:
    """What stands beside an amount: the sign of a code in the user's language, else the text."""
    return _sign(currency, i18n.language()) if is_code(currency) else currency


@lru_cache(maxsize=512)
def _sign(code: str, language: str) -> str:
    from babel.numbers import get_currency_symbol

    if code == TOMAN:
        return "تومان" if language == "fa" else "toman"
    return str(get_currency_symbol(code, locale=i18n.locale()))


def name(code: str) -> str:
    """Name of a currency in the user's language, the code where it has none."""
    if code == TOMAN:
        return "تومان" if i18n.language() == "fa" else "Iranian toman"
    return _names(i18n.language()).get(code, code)


@lru_cache(maxsize=8)
def _names(language: str) -> Mapping[str, str]:
    from babel import Locale

    return dict(Locale.parse(language).currencies)


def decimals(currency: str) -> int:
    """Decimals that amounts of a currency have: 2 for EUR, 0 for JPY."""
    from babel.numbers import get_currency_precision

    code = code_of(currency)
    return int(get_currency_precision(code)) if is_code(code) and code != TOMAN else 2


def guess(cells: Iterable[str], own: str = "") -> str:
    """Currency that most of the filled cells of a column name; empty if they name none.

    Parameters
    ----------
    cells : iterable of str
    own : str
        Currency of the plan: a sign of several currencies means this one if it can.
    """
    filled = list(islice((cell for cell in cells if cell.strip()), _MOST))
    named = Counter(code for cell in filled if (code := said(cell, own)))
    if not named:
        return ""
    code, n = named.most_common(1)[0]
    return code if n > _ENOUGH * len(filled) else ""


@lru_cache(maxsize=8192)
def said(cell: str, own: str = "") -> str:
    """Currency that one amount names (``12 kr``), empty for none; ``own`` as for `guess`."""
    words = _AMOUNT.sub(" ", cell.translate(_DIGITS)).strip().rstrip(".")
    if not words or words == cell.strip():
        return ""
    code = code_of(words, own)
    return code if words.casefold() in _SIGNS or is_code(code) else ""


def in_header(header: str, own: str = "") -> str:
    """Currency that a header names: ``Sales (EUR)``, ``Umsatz in €``; empty for none."""
    for word in re.findall(r"[A-Z]{3}(?![A-Za-z])|[^\w\s()\[\]/.,:;_-]+|zł", header):
        if word in COMMON or (word in _SIGNS and not word.isascii()) or word == "$":
            return code_of(word, own)
    return ""


_DIGITS = dict.fromkeys(map(ord, "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬\u200e\u200f"), " ")


def parse_rates(text: str) -> dict[str, float]:
    """Rates of a plan, from the text that its setting ``rates`` holds.

    Parameters
    ----------
    text : str
        JSON: by code, how many of the plan's currency one is worth. What is not above 0 is left
        out; text that is no JSON gives no rates.
    """
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {str(code): float(rate) for code, rate in pairs if is_rate(rate)}


def is_rate(value: object) -> bool:
    """Whether something can be a rate: a finite number above 0."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value) and float(value) > 0
    except OverflowError:
        return False


def rates_text(rates: Mapping[str, float]) -> str:
    """Rates as the setting holds them, codes in order."""
    return json.dumps(dict(sorted(rates.items()))) if rates else ""
