"""Periods as people write them: months, quarters, years, dates."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

LEVELS = ("month", "quarter", "year")

_LONGEST = 200
_LANGUAGES = ("en", "fr", "pl", "sv", "de", "fa")
_YEAR = re.compile(r"(?:fy|cy)?\s*'?(\d{4}|\d{2}(?=$))", re.IGNORECASE)
_QUARTER = (
    re.compile(r"(?:q|t|kw|kv|k)\s*([1-4])\s*[-/ .'_]*\s*(?:fy)?\s*'?(\d{4}|\d{2})", re.IGNORECASE),
    re.compile(r"(?:fy)?(\d{4})\s*[-/ ._]*\s*(?:q|t|kv|k)\s*([1-4])", re.IGNORECASE),
    re.compile(r"([1-4])\s*(?:q|t|kv|kw)\s*[-/ .']*\s*(\d{4}|\d{2})", re.IGNORECASE),
    re.compile(r"([1-4])(?:\.|st|nd|rd|th|er|e)?\s*(?:quarter|quartal|trimestre|kwartal|kwartał"
               r"|kvartal|kvartalet)\s*[-/ .']*\s*(\d{4}|\d{2})", re.IGNORECASE),
)  # fmt: skip
_ISO = re.compile(r"(\d{4})[-/._ ]?(0[1-9]|1[0-2])")
_MONTH_FIRST = re.compile(r"(0?[1-9]|1[0-2])[-/._ ](\d{4})")
_DATE = re.compile(r"(\d{4})[-/._](\d{1,2})[-/._](\d{1,2})(?:[ T].*)?")
_OTHER_DATE = re.compile(r"(\d{1,2})[-/._](\d{1,2})[-/._](\d{4}|\d{2})(?:[ T].*)?")
_NAMED = re.compile(r"(?:(\d{1,2})\.?\s*[-/ ]?\s*)?([^\W\d_]+)\.?\s*[-/ .,']*\s*(\d{4}|\d{2})")
_NAMED_LATER = re.compile(r"(\d{4})\s*[-/ ._]*\s*([^\W\d_]+)\.?")


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Names of months in the languages of the program, long and short."""
    from babel.dates import get_month_names

    out = {"sept": 9}
    for language in _LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for k, name in get_month_names(width, context, language).items():
                    out.setdefault(name.casefold().strip("."), int(k))
                    if width == "wide" and language == "en":
                        out.setdefault(name.casefold()[:3], int(k))
    return out


def _year(text: str) -> int:
    year = int(text)
    return year if year > 99 else 2000 + year


def period(text: str, dates: str = "") -> str:
    """A period: ``2026``, ``2026-Q1`` or ``2026-03``; empty when the text is none.

    Parameters
    ----------
    text : str
        "2026-01", "Jan 26", "Q1 2026", "1Q26", "2026", "FY26", "15.01.2026" and the like.
    dates : {"", "dmy", "mdy", "ymd"}
        Order of dates; day first unless only the other way gives one.
    """
    if len(text) > _LONGEST:
        return ""
    text = " ".join(text.split()).translate(_DIGITS)
    for pattern in _QUARTER:
        match = pattern.fullmatch(text)
        if match:
            a, b = match[1], match[2]
            quarter, year = (b, a) if len(a) == 4 else (a, b)
            return _kept(_year(year), f"-Q{quarter}")
    for pattern, places in ((_ISO, (1, 2)), (_MONTH_FIRST, (2, 1)), (_DATE, (1, 2))):
        match = pattern.fullmatch(text)
        if match:
            return _month(int(match[places[0]]), int(match[places[1]]))
    match = _OTHER_DATE.fullmatch(text)
    if match:
        return _of_date(int(match[1]), int(match[2]), _year(match[3]), dates)
    match = _NAMED.fullmatch(text)
    if match and match[2].casefold() in _months():
        return _month(_year(match[3]), _months()[match[2].casefold()])
    match = _NAMED_LATER.fullmatch(text)
    if match and match[2].casefold() in _months():
        return _month(int(match[1]), _months()[match[2].casefold()])
    match = _YEAR.fullmatch(text)
    if match and (len(match[1]) == 4 or text[:1].casefold() in ("f", "c")):
        return _kept(_year(match[1]), "")
    return ""


_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")


def _month(year: int, month: int) -> str:
    return _kept(year, f"-{month:02d}") if 1 <= month <= 12 else ""


def _kept(year: int, rest: str) -> str:
    return f"{year}{rest}" if 1990 <= year <= 2100 else ""


def _of_date(a: int, b: int, year: int, dates: str) -> str:
    month = a if dates == "mdy" else b
    if not 1 <= month <= 12 and dates == "":
        month = a
    return _month(year, month)


def coarser(found: str, level: str) -> str:
    """The quarter or year that a period lies in; itself where it is no finer.

    Parameters
    ----------
    found : str
        As `period` gives it.
    level : str
        One of `LEVELS`; any other word leaves it as it is.
    """
    year, _dash, rest = found.partition("-")
    if level == "year" or not rest:
        return year if level == "year" else found
    if level == "quarter" and not rest.startswith("Q"):
        return f"{year}-Q{(int(rest) + 2) // 3}"
    return found


_SPLIT = re.compile(r"[\s_:,;()\[\]/|–—-]+")


def named_period(header: str) -> tuple[str, str]:
    """A header as a name and a period: "Sales Q1 2026" is Sales, 2026-Q1; period empty if none."""
    if len(header) > _LONGEST:
        return "", ""
    text = " ".join(header.replace("_", " ").split())
    whole = period(text)
    if whole:
        return "", whole
    parts = [part for part in _SPLIT.split(text) if part]
    for n in range(len(parts) - 1, 0, -1):
        for is_end in (True, False):
            told = parts[-n:] if is_end else parts[:n]
            rest = parts[:-n] if is_end else parts[n:]
            found = next((p for join in (" ", "-") if (p := period(join.join(told)))), "")
            if found:
                return " ".join(rest), found
    return "", ""


def iso_date(text: str, dates: str = "") -> str:
    """A date as ISO text; empty when the text is none.

    Parameters
    ----------
    text : str
    dates : {"", "dmy", "mdy", "ymd"}
        Day first unless only the other way gives a date.
    """
    if len(text) > _LONGEST:
        return ""
    text = " ".join(text.split()).translate(_DIGITS)
    match = _DATE.fullmatch(text)
    if match:
        return _date(int(match[1]), int(match[2]), int(match[3]))
    match = _OTHER_DATE.fullmatch(text)
    if match:
        a, b, year = int(match[1]), int(match[2]), _year(match[3])
        month, day = (a, b) if dates == "mdy" else (b, a)
        return _date(year, month, day) or (_date(year, day, month) if dates == "" else "")
    match = _NAMED.fullmatch(text)
    if match and match[1] and match[2].casefold() in _months():
        return _date(_year(match[3]), _months()[match[2].casefold()], int(match[1]))
    return ""


def _date(year: int, month: int, day: int) -> str:
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return ""
