"""Countries and their regions by code or name, in six languages."""

from __future__ import annotations

import re
from functools import lru_cache

from terradesk.geocode.region_words import CANADA, REGIONS, US_STATES
from terradesk.geocode.texts import plain
from terradesk.geocode.zips import table_rows
from terradesk.i18n import language

_LANGUAGES = ("en", "fr", "pl", "sv", "de", "fa")
_SHORT = {"usa": "US", "uk": "GB", "gbr": "GB", "fra": "FR", "swe": "SE", "pol": "PL", "irn": "IR"}
_SHORT |= {"deu": "DE", "ger": "DE", "u s a": "US", "u s": "US", "america": "US", "can": "CA"}
_SHORT |= {"united states of america": "US", "great britain": "GB", "england": "GB", "iri": "IR"}
_SHORT |= {"scotland": "GB", "wales": "GB", "northern ireland": "GB", "holland": "NL"}
_SHORT |= {"che": "CH", "aut": "AT", "bel": "BE", "nld": "NL", "esp": "ES", "ita": "IT"}
_SHORT |= {"dnk": "DK", "nor": "NO", "fin": "FI", "cze": "CZ", "svk": "SK", "hun": "HU"}
_NO_COUNTRY = frozenset(("EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"))
_PREFIX = re.compile(
    r"^(?:state of|province of|county of|wojewodztwo|woj|region|departement|land|bundesland"
    r"|freistaat|lan|استان) | (?:state|province|county|lan|region|voivodeship)$"
)
_GENITIVE = re.compile(r"s$")  # Stockholms län


def us_state(text: str) -> str:
    """Two letters of a U.S. state by name or code in six languages, empty when there is none."""
    name = plain(text)
    return _states().get(name) or _states().get(_PREFIX.sub("", name), "")


@lru_cache(maxsize=4096)
def country_code(text: str) -> str:
    """Two letters of a country by its code or its name in six languages, else empty."""
    code = text.strip()
    if len(code) == 2 and code.isascii():
        return _SHORT.get(code.lower(), code.upper())
    return _countries().get(plain(text), "")


def country_name(code: str) -> str:
    """Name of a country in the user's language; the code itself when it is not known."""
    from babel import Locale

    return str(Locale.parse(language()).territories.get(code, code))


@lru_cache(maxsize=1)
def country_codes() -> tuple[str, ...]:
    """Two letters of every country, in their order."""
    codes = {code for code in _countries().values() if code not in _NO_COUNTRY}
    return tuple(sorted(codes))


@lru_cache(maxsize=8192)
def region_code(text: str, country: str) -> str:
    """Code of a region of a country, as `Place.region` has it, by its name or a usual code.

    Parameters
    ----------
    text : str
        In the country's language or one of ours: Bayern, Bavaria; woj. mazowieckie; Skåne län.
    country : str
        Two letters.

    Returns
    -------
    str
        Empty when it is not known; for countries without a table always.
    """
    if country == "US":
        return us_state(text)
    names, name = _regions(country), plain(text)
    bare = _PREFIX.sub("", name)
    return names.get(name) or names.get(bare) or names.get(_GENITIVE.sub("", bare), "")


@lru_cache(maxsize=1)
def _states() -> dict[str, str]:
    out = _words(US_STATES)
    for row in table_rows("us_states.csv"):
        code = next(v for v in row.values() if len(v) == 2 and v.isalpha())
        out.update({plain(value): code for value in row.values() if not value.isdigit()})
    return out


@lru_cache(maxsize=64)
def _regions(country: str) -> dict[str, str]:
    return _words(CANADA if country == "CA" else REGIONS.get(country, ""))


def _words(text: str) -> dict[str, str]:
    """``code: name, name; code: …`` as plain name to code."""
    out = {}
    for entry in text.split(";"):
        code, _colon, names = entry.strip().partition(":")
        for name in names.split(","):
            out[plain(name)] = code.strip()
    out.pop("", None)
    return out


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    from babel import Locale

    out: dict[str, str] = {}
    for spoken in _LANGUAGES:
        names = Locale.parse(spoken).territories
        out.update({plain(n): code for code, n in names.items() if len(code) == 2})
    return out | _SHORT
