"""How the postcodes of countries are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from terradesk.geocode.texts import tidy
from terradesk.geocode.zips import us_zip

_DIGITS = {
    **dict.fromkeys(("DE", "FR", "IT", "ES", "FI", "EE", "HR", "UA", "TR", "MX", "MA", "TH"), 5),
    **dict.fromkeys(("PL", "SE", "CZ", "SK", "GR"), 5),
    **dict.fromkeys(("AT", "CH", "BE", "DK", "NO", "HU", "LU", "BG", "SI", "LV", "CY"), 4),
    **dict.fromkeys(("AU", "NZ", "ZA"), 4),
    **dict.fromkeys(("RO", "CN", "IN", "RU", "SG"), 6),
    **dict.fromkeys(("PT", "JP", "IL"), 7),
    **{"LT": 5, "BR": 8, "IR": 10, "IS": 3, "KR": 5},
}
"""Digits of a postcode, where it has nothing but digits: what lost its zeros gets them back."""

_SHORTER = {"GB": -3, "CA": 3, "NL": 4, "IE": 3, "PT": 4, "IR": 5, "BR": 5}
"""The part that names a district where a table knows nothing finer; from the end when below 0."""

_TELLING = {
    "PL": re.compile(r"\d{2}-\d{3}"),
    "SE": re.compile(r"(S-|SE-)?\d{3} \d{2}"),
    "PT": re.compile(r"\d{4}-\d{3}"),
    "JP": re.compile(r"\d{3}-\d{4}"),
    "BR": re.compile(r"\d{5}-\d{3}"),
    "NL": re.compile(r"(NL-)?\d{4} ?[A-Z]{2}"),
    "CA": re.compile(r"[ABCEGHJ-NPRSTVXY]\d[A-Z](?:[ -]?\d[A-Z]\d)?"),
    "GB": re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"),
    "IE": re.compile(r"[A-Z]\d[\dW] ?[A-Z\d]{4}"),
    "IR": re.compile(r"[1-9]\d{4}-?\d{5}"),
    "DE": re.compile(r"(D|DE)-\d{5}"),
    "FR": re.compile(r"(F|FR)-\d{5}"),
}
"""Ways of writing that no other big country shares; Swedish stands for Czech, Slovak and Greek."""

_PREFIX = re.compile(r"^[A-Z]{1,3}[ -]+(?=\d)")
_MOST = 0.5


def postcode_key(text: str, country: str) -> str:
    """A postcode of a country as tables are asked for it: letters and digits only, zeros in front.

    Parameters
    ----------
    text : str
        As people write it: ``D-01067``, ``1067.0``, ``123 45``, ``k1a 0b1``.
    country : str
        Two letters.

    Returns
    -------
    str
        Empty when there is nothing to ask for.
    """
    if country == "US":
        return us_zip(text)
    code = _PREFIX.sub("", tidy(text)) if country in _DIGITS else tidy(text)
    key = "".join(c for c in code if c.isalnum() and c.isascii())
    n = _DIGITS.get(country, 0)
    return key.zfill(n) if n - 2 <= len(key) < n and key.isdigit() else key


def with_zeros(text: str, country: str) -> str:
    """A postcode of a country that has digits only, with the zeros that a spreadsheet took.

    What is not short of one or two digits stays as it is written.
    """
    n, code = _DIGITS.get(country, 0), tidy(text)
    is_short = code.isdigit() and n - 2 <= len(code) < n
    return code.zfill(n) if is_short else text


def shorter_key(key: str, country: str) -> str:
    """The district of a postcode that is not known itself; empty where there is none."""
    n = _SHORTER.get(country, 0)
    found = key[:n] if n else ""
    return found if found != key else ""


@lru_cache(maxsize=65536)
def written_like(text: str) -> str:
    """Country whose way of writing a postcode is unmistakable, else empty."""
    cell = tidy(text)
    return next((code for code, way in _TELLING.items() if way.fullmatch(cell)), "")


def country_written(cells: Sequence[str]) -> str:
    """Country that most filled cells are written like; empty when there is no telling."""
    filled = [cell for cell in cells if cell.strip()]
    found = [written_like(cell) for cell in filled]
    if not filled:
        return ""
    best = max(sorted(set(found)), key=found.count)
    return best if found.count(best) > _MOST * len(filled) else ""
