"""Places with a name: cities of 15,000 people, and in the U.S. whatever has a ZIP code."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from terradesk.geocode.region_words import IRANIAN_CITIES
from terradesk.geocode.texts import plain
from terradesk.geocode.zips import table_rows, zip_rows

_CITIES = "cities15000.csv.gz"

Holds = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Which of the points (lon, lat in degrees) lie in the map."""

_ADDITION = re.compile(r" \([^)]*\)$| (?:am|an der|im|in|in der|ob der|bei|vor der|unter) .*$")
"""What people leave out of German names: Halle (Saale), Ludwigshafen am Rhein."""

_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})
_UMLAUT = re.compile("([aou])e")
_COUNTED = 1000.0  # people: the same number of more than that is no chance
_SAME = 0.15  # degrees: two entries of a name so near are one place that the table has twice

_OWN_NAMES = {
    "AT": {"Vienna": "Wien"},
    "BE": {"Brussels": "Bruxelles, Brussel", "Antwerp": "Antwerpen, Anvers", "Ghent": "Gent"},
    "CH": {"Geneva": "Genève, Genf", "Lucerne": "Luzern"},
    "CZ": {"Prague": "Praha"},
    "DE": {
        "Munich": "München, Muenchen, Monachium",
        "Nuremberg": "Nürnberg",
        "Cologne": "Köln, Kolonia",
        "Hanover": "Hannover",
        "Frankfurt am Main": "Frankfurt",
        "Universitäts- und Hansestadt Greifswald": "Greifswald",
        "Hansestadt Stade": "Stade",
    },
    "DK": {"Copenhagen": "København"},
    "GR": {"Athens": "Athina"},
    "IT": {
        **{"Rome": "Roma", "Milan": "Milano", "Naples": "Napoli", "Turin": "Torino"},
        **{"Genoa": "Genova", "Florence": "Firenze", "Venice": "Venezia", "Padua": "Padova"},
    },
    "NL": {"The Hague": "Den Haag"},
    "PL": {"Warsaw": "Warszawa"},
    "PT": {"Lisbon": "Lisboa"},
    "RO": {"Bucharest": "București"},
    "RS": {"Belgrade": "Beograd"},
    "RU": {"Moscow": "Moskva"},
    "SE": {"Gothenburg": "Göteborg"},
}
"""Cities that the table has under another name than people there."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place with a name.

    Parameters
    ----------
    country : str
        ISO 3166 code of two letters.
    region : str
        Two letters of the state in the U.S., the first administrative code of GeoNames elsewhere.
    population : float
    lon, lat : float
        Degrees.
    name : str
    """

    country: str
    region: str
    population: float
    lon: float
    lat: float
    name: str = ""


@lru_cache(maxsize=1)
def places() -> dict[str, list[Place]]:
    """Places by plain name."""
    out: dict[str, list[Place]] = defaultdict(list)
    for place in cities():
        for name in _names(place):
            out[name].append(place)
    for country, names in _all_own_names().items():
        for name, own in names.items():
            found = [place for place in out.get(plain(name), []) if place.country == country]
            for one in own.split(", "):
                for form in {plain(one), plain(one.lower().translate(_DIGRAPHS))}:
                    out[form] += [place for place in found if place not in out[form]]
    american = _us_places()
    for (name, state), zips in american.items():
        out[name].append(_us_place(state, zips))
    for place in _us_cities():
        if (plain(place.name), place.region) not in american:
            out[plain(place.name)].append(place)
    return {name: _without_doubles(found) for name, found in out.items() if found}


@lru_cache(maxsize=1)
def loosely() -> dict[str, list[Place]]:
    """Places by `loose` name."""
    out: dict[str, list[Place]] = defaultdict(list)
    for name, found in places().items():
        out[loose(name)] += [place for place in found if place not in out[loose(name)]]
    return {name: _without_doubles(found) for name, found in out.items()}


def loose(name: str) -> str:
    """A plain name without spaces, however umlauts are written: La Vista, Muenchen."""
    return _UMLAUT.sub(r"\1", name.replace(" ", ""))


@lru_cache(maxsize=1)
def cities() -> list[Place]:
    """The cities outside the U.S."""
    return [_city(row) for row in table_rows(_CITIES) if row["countrycode"] != "US"]


def _us_cities() -> list[Place]:
    return [_city(row) for row in table_rows(_CITIES) if row["countrycode"] == "US"]


def _city(row: dict[str, str]) -> Place:
    return Place(
        row["countrycode"],
        row["admin1code"],
        float(row["population"] or 0),
        float(row["longitude"]),
        float(row["latitude"]),
        row["name"],
    )


@lru_cache(maxsize=1)
def country_points() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Country, longitude and latitude of every city of the world, to see which a map shows."""
    rows = [(r["countrycode"], r["longitude"], r["latitude"]) for r in table_rows(_CITIES)]
    codes, lon, lat = zip(*rows, strict=True)
    return np.array(codes), np.array(lon, float), np.array(lat, float)


@lru_cache(maxsize=256)
def names_of(country: str, region: str = "") -> tuple[str, ...]:
    """Plain names of the places of a country, or of one of its regions; for all when empty."""
    return tuple(
        name
        for name, found in places().items()
        if any(
            (not country or p.country == country) and (not region or p.region == region)
            for p in found
        )
    )


def _all_own_names() -> dict[str, dict[str, str]]:
    pairs = (entry.strip().partition(": ") for entry in IRANIAN_CITIES.split(";"))
    return {**_OWN_NAMES, "IR": {name: own for name, _colon, own in pairs}}


def _names(place: Place) -> set[str]:
    """Plain forms of a name: in full, as short as people there say it, without umlauts."""
    short = _ADDITION.sub("", place.name) if place.country in ("AT", "CH", "DE") else place.name
    both = {place.name, short}
    both |= {name.lower().translate(_DIGRAPHS) for name in both}
    return {plain(name) for name in both}


def _us_place(state: str, zips: list[dict[str, str]]) -> Place:
    weights = np.array([float(z["population"] or 0) + 1 for z in zips])
    points = np.array([(float(z["lon"]), float(z["lat"])) for z in zips])
    lon, lat = weights @ points / weights.sum()
    name = zips[0]["primary_city"]
    return Place("US", state, float(weights.sum()), float(lon), float(lat), name)


def _us_places() -> dict[tuple[str, str], list[dict[str, str]]]:
    out = defaultdict(list)
    for row in zip_rows():
        out[plain(row["primary_city"]), row["state"]].append(row)
    return out


def _without_doubles(found: list[Place]) -> list[Place]:
    """Without smaller entries beside a larger one; the largest first."""
    kept: list[Place] = []
    for place in sorted(found, key=lambda one: -one.population):
        if not any(_is_same(one, place) for one in kept):
            kept.append(place)
    return kept


def _is_same(a: Place, b: Place) -> bool:
    is_near = abs(a.lon - b.lon) < _SAME and abs(a.lat - b.lat) < _SAME
    is_as_large = a.population == b.population > _COUNTED and a.region == b.region
    return a.country == b.country and (is_near or is_as_large)
