"""Postcodes and place names to points, offline, from the tables in `resources`."""

from __future__ import annotations

import csv
import gzip
import io
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from terradesk import paths

Holds = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Which of the points (lon, lat in degrees) lie in the map."""

_LANGUAGES = ("en", "fr", "pl", "sv", "de", "fa")
_SHORT = {"usa": "US", "uk": "GB", "gbr": "GB", "fra": "FR", "swe": "SE", "pol": "PL", "irn": "IR"}
_SHORT |= {"deu": "DE", "ger": "DE", "u s a": "US", "u s": "US", "america": "US", "can": "CA"}
_CLEARLY_LARGER = 5.0  # times as many people: what is meant by a name that two places share

_MOSTLY = 0.8  # of the places that are sure: their country is meant by names that several share

_ADDITION = re.compile(r" \([^)]*\)$| (?:am|an der|im|in|in der|ob der|bei|vor der|unter) .*$")
"""What people leave out of German names: Halle (Saale), Ludwigshafen am Rhein."""

_OWN_NAMES = {
    "AT": {"Vienna": "Wien"},
    "BE": {"Brussels": "Bruxelles, Brussel", "Antwerp": "Antwerpen, Anvers", "Ghent": "Gent"},
    "CH": {"Geneva": "Genève, Genf", "Lucerne": "Luzern"},
    "CZ": {"Prague": "Praha"},
    "DE": {
        "Munich": "München, Muenchen",
        "Nuremberg": "Nürnberg",
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
    state : str
        Two letters in the U.S., empty elsewhere.
    population : float
    lon, lat : float
        Degrees.
    """

    country: str
    state: str
    population: float
    lon: float
    lat: float


def us_zip(text: str) -> str:
    """A U.S. ZIP code of five digits, empty when the text cannot be one.

    Spreadsheets turn 00501 into 501 or 501.0: three and four digits get their zeros back. The
    last four digits of 12345-6789 are left out, and the letter O counts as zero.
    """
    cell = text.strip().upper().removesuffix(".0").replace("O", "0")
    match = re.fullmatch(r"(\d{3,5})(?:-\d{4})?|(\d{5})\d{4}", cell.replace(" ", ""))
    return (match.group(1) or match.group(2)).zfill(5) if match else ""


def find_postcodes(texts: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
    """Points of U.S. ZIP codes.

    Parameters
    ----------
    texts : iterable of str
        In any form that `us_zip` understands.

    Returns
    -------
    lon, lat : (n,) float64
        Degrees; NaN where the code is not known.
    """
    known = _zips()
    nowhere = (float("nan"), float("nan"))
    found = [known.get(us_zip(text), nowhere) for text in texts]
    lon, lat = np.array(found, np.float64).reshape(-1, 2).T
    return lon, lat


def zips_fit_cities(zips: Iterable[str], cities: Iterable[str]) -> float:
    """How far codes look like U.S. ZIP codes of the places beside them.

    German and French postcodes have five digits too, and nearly all of them are ZIP codes as well.

    Parameters
    ----------
    zips, cities : iterables of str, as many

    Returns
    -------
    float
        Share, of the rows with a known code and a place, whose place is in the state of the code;
        NaN when there is no such row.
    """
    states = _zip_states()
    fits = []
    for text, city in zip(zips, cities, strict=True):
        state = states.get(us_zip(text), "")
        if state and city:
            fits.append(any(p.state == state for p in _places().get(plain(city), [])))
    return sum(fits) / len(fits) if fits else float("nan")


def find_places(
    cities: Sequence[str],
    states: Sequence[str] | None = None,
    countries: Sequence[str] | None = None,
    holds: Holds | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Points of places by name.

    A name that several places share means the one in the map, and of those the one with five
    times as many people as the next. What is still open means the place in the country where four
    in five of the decided ones lie; else it is not decided.

    Parameters
    ----------
    cities : sequence of str
    states, countries : sequence of str, optional
        As many; empty where unknown. States count in the U.S. only.
    holds : callable, optional
        Tells which points lie in the map.

    Returns
    -------
    lon, lat : (n,) float64
        Degrees; NaN where the place is not known or not sure.
    """
    n = len(cities)
    rows = list(zip(cities, states or [""] * n, countries or [""] * n, strict=True))
    asked = {row: k for k, row in enumerate(dict.fromkeys(rows))}
    candidates = [_candidates(*row) for row in asked]
    if holds is not None:
        candidates = _in_map(candidates, holds)
    decided = _with_country([_decided(found) for found in candidates], candidates)
    points = np.array([(p.lon, p.lat) if p else (np.nan, np.nan) for p in decided], np.float64)
    which = np.array([asked[row] for row in rows], np.int64)
    lon, lat = points.reshape(-1, 2)[which].T
    return lon, lat


def us_state(text: str) -> str:
    """Two letters of a U.S. state by name or code, empty when there is none."""
    return _states().get(plain(text), "")


def country_code(text: str) -> str:
    """Two letters of a country by its code or its name in six languages, else empty."""
    code = text.strip()
    if len(code) == 2 and code.isascii():
        return _SHORT.get(code.lower(), code.upper())
    return _countries().get(plain(text), "")


def plain(text: str) -> str:
    """A name as small letters without accents and marks; Saint is St."""
    folded = text.casefold().replace("ł", "l").replace("ø", "o").replace("ß", "ss")
    folded = folded.replace("ي", "ی").replace("ك", "ک").replace("\u200c", " ")
    letters = unicodedata.normalize("NFKD", folded)
    words = re.findall(r"\w+", "".join(c for c in letters if not unicodedata.combining(c)))
    return " ".join(
        {"saint": "st", "sainte": "ste", "sankt": "st"}.get(word, word) for word in words
    )


def _candidates(city: str, state: str, country: str) -> list[Place]:
    found = _places().get(plain(city), [])
    if country and (code := country_code(country)):
        found = [place for place in found if place.country == code]
    if state and (code := us_state(state)):
        in_state = [place for place in found if place.state == code]
        found = in_state or [place for place in found if place.country != "US"]
    return found


def _in_map(candidates: list[list[Place]], holds: Holds) -> list[list[Place]]:
    flat = [place for found in candidates for place in found]
    if not flat:
        return candidates
    held = holds(np.array([p.lon for p in flat]), np.array([p.lat for p in flat])).tolist()
    answers = iter(held)
    return [[place for place in found if next(answers)] for found in candidates]


def _decided(found: list[Place]) -> Place | None:
    ordered = sorted(found, key=lambda place: -place.population)
    is_sure = len(ordered) == 1 or (
        len(ordered) > 1 and ordered[0].population >= _CLEARLY_LARGER * ordered[1].population
    )
    return ordered[0] if is_sure else None


def _with_country(decided: list[Place | None], candidates: list[list[Place]]) -> list[Place | None]:
    """The same with what is open decided among the places of the country of most others."""
    counts = Counter(place.country for place in decided if place is not None)
    if not counts:
        return decided
    ((country, n),) = counts.most_common(1)
    if n < _MOSTLY * counts.total():
        return decided
    return [
        place or _decided([one for one in found if one.country == country])
        for place, found in zip(decided, candidates, strict=True)
    ]


# ---------------------------------------------------------------------- the tables
def _rows(name: str) -> Iterator[dict[str, str]]:
    data = paths.resource(name).read_bytes()
    text = (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8-sig")
    return csv.DictReader(io.StringIO(text, newline=""))


@lru_cache(maxsize=1)
def zip_rows() -> list[dict[str, str]]:
    """The U.S. ZIP codes that have a point, as the table in `resources` has them."""
    return [row for row in _rows("us_zips.csv.gz") if row["lat"] and row["lon"]]


@lru_cache(maxsize=1)
def _zips() -> dict[str, tuple[float, float]]:
    return {row["zip"]: (float(row["lon"]), float(row["lat"])) for row in zip_rows()}


@lru_cache(maxsize=1)
def _zip_states() -> dict[str, str]:
    return {row["zip"]: row["state"] for row in zip_rows()}


@lru_cache(maxsize=1)
def _states() -> dict[str, str]:
    out = {}
    for row in _rows("us_states.csv"):
        code = next(v for v in row.values() if len(v) == 2 and v.isalpha())
        out.update({plain(value): code for value in row.values() if not value.isdigit()})
    return out


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    from babel import Locale

    out = {}
    for language in _LANGUAGES:
        names = Locale.parse(language).territories
        out.update({plain(n): code for code, n in names.items() if len(code) == 2})
    return out | _SHORT


@lru_cache(maxsize=1)
def _places() -> dict[str, list[Place]]:
    """Places by plain name: cities of 15,000 people, and in the U.S. whatever has a ZIP code."""
    out: dict[str, list[Place]] = defaultdict(list)
    for row in _rows("cities15000.csv.gz"):
        if row["countrycode"] != "US":
            where = float(row["longitude"]), float(row["latitude"])
            place = Place(row["countrycode"], "", float(row["population"] or 0), *where)
            for name in _names(row["name"], place.country):
                out[name].append(place)
    for country, names in _OWN_NAMES.items():
        for name, own in names.items():
            found = [place for place in out[plain(name)] if place.country == country]
            for one in own.split(", "):
                out[plain(one)] += [place for place in found if place not in out[plain(one)]]
    for (name, state), zips in _us_places().items():
        weights = np.array([float(z["population"] or 0) + 1 for z in zips])
        points = np.array([(float(z["lon"]), float(z["lat"])) for z in zips])
        lon, lat = weights @ points / weights.sum()
        out[name].append(Place("US", state, float(weights.sum()), float(lon), float(lat)))
    return dict(out)


def _names(name: str, country: str) -> set[str]:
    """Plain forms of a name: in full, and as short as people there say it."""
    short = _ADDITION.sub("", name) if country in ("AT", "CH", "DE") else name
    return {plain(name), plain(short)}


def _us_places() -> dict[tuple[str, str], list[dict[str, str]]]:
    out = defaultdict(list)
    for row in zip_rows():
        out[plain(row["primary_city"]), row["state"]].append(row)
    return out
