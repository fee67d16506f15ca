"""Names of places to points: as written, abbreviated, misspelt; what stays open is told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from terradesk.geocode.gazetteer import Holds, Place, loose, loosely, names_of, places
from terradesk.geocode.regions import country_code, region_code, us_state
from terradesk.geocode.texts import plain
from terradesk.geocode.zips import us_zip, zip_state

Name = tuple[str, str, str]
"""City, state and country as they are written."""

_CLEARLY_LARGER = 5.0  # times as many people: what is meant by a name that two places share
_MOSTLY = 0.8  # of the places that are sure: their country is meant by names that several share
_ALIKE = 84.0  # of 100, the share of letters in common from which on a name may be meant
_SURELY = 90.0  # from which on it is taken when no other name comes near
_APART = 5.0
_LONG, _NEARLY = 12, 95.0  # where small towns are not known: letters, of 100
_SHORTEST = 5  # letters: shorter names have too many neighbours
_MOST_ASKED = (
    1000  # different names that are compared with all others; a tenth of a second each 100
)
_MOST_SHOWN = 8

_ALIASES = {
    **dict.fromkeys(("nyc", "n y c", "new york city", "manhattan"), "new york"),
    **{"la": "los angeles", "l a": "los angeles", "sf": "san francisco", "philly": "philadelphia"},
    **dict.fromkeys(("dc", "d c", "washington dc", "washington d c"), "washington"),
    **{
        "nola": "new orleans",
        "slc": "salt lake city",
        "okc": "oklahoma city",
        "vegas": "las vegas",
    },
    **{"indy": "indianapolis", "jax": "jacksonville", "frisco": "san francisco"},
}
_ALIAS_STATES = {"washington": "DC", "new york": "NY"}
_WORDS = {
    **{"ft": "fort", "mt": "mount", "pt": "port", "hts": "heights", "spgs": "springs"},
    **{"spg": "spring", "n": "north", "s": "south", "e": "east", "w": "west", "twp": "township"},
    **{
        "jct": "junction",
        "bch": "beach",
        "lk": "lake",
        "vlg": "village",
        "cy": "city",
        "ctr": "center",
    },
    **{"nth": "north", "sth": "south", "gt": "great", "centre": "center"},
}
_RIVERS = {"a d": "an der", "i d": "in der", "v d": "vor der", "o d": "ob der"}
_RIVER = re.compile(r"\b[aivo] d\b")
_LEFT_OUT = re.compile(
    r"^(?:city|town|village|ville|stadt|gmina|miasto|kommun|commune|شهر) (?:of |de )?"
    r"| (?:city|township|town|village|cedex(?: \d+)?|kommun|stad|\d+)$"
)


@dataclass(frozen=True, slots=True)
class Match:
    """What a name of a place may mean.

    Parameters
    ----------
    kind : {"sure", "larger", "misspelt", "open", "unknown"}
        The only place of that name; the one with far more people; the only name so alike; several
        places, none of them taken; none at all.
    candidates : tuple of Place
        The likeliest first; of ``sure``, ``larger`` and ``misspelt`` the first is taken.
    score : float
        0 ... 1 how sure the first is.
    """

    kind: str
    candidates: tuple[Place, ...] = ()
    score: float = 0.0

    @property
    def place(self) -> Place | None:
        """The place taken, if any."""
        return self.candidates[0] if self.kind in ("sure", "larger", "misspelt") else None


def match_places(
    names: Sequence[Name], holds: Holds | None = None, home: str = "", spelling: bool = True
) -> list[Match]:
    """What names of places mean.

    A name that several places share means the one in the map, and of those the one with five
    times as many people as the next. What is still open means the place in the country where four
    in five of the decided ones lie; else it stays open. Names that no place has are compared with
    those of the country (or of the state) by the share of letters in common: Indel similarity of
    rapidfuzz.

    Parameters
    ----------
    names : sequence of (city, state, country)
        Empty where unknown; each once, for the sake of time.
    holds : callable, optional
        Tells which points lie in the map.
    home : str
        Country of the map, for names that say no country and are misspelt.
    spelling : bool
        Whether to look for misspelt names.

    Returns
    -------
    list of Match
        One for each name.
    """
    found = [_candidates(*name) for name in names]
    kept = _in_map(found, names, holds)
    decided = [_decided(one, plain(name[0])) for one, name in zip(kept, names, strict=True)]
    matches = _with_country(decided)
    if spelling:
        _correct(matches, names, holds, home)
    return matches


def find_places(
    cities: Sequence[str],
    states: Sequence[str] | None = None,
    countries: Sequence[str] | None = None,
    holds: Holds | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Points of places by name, as written or abbreviated; see `match_places`.

    Parameters
    ----------
    cities : sequence of str
    states, countries : sequence of str, optional
        As many; empty where unknown.
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
    decided = [one.place for one in match_places(list(asked), holds, spelling=False)]
    points = np.array([(p.lon, p.lat) if p else (np.nan, np.nan) for p in decided], np.float64)
    which = np.array([asked[row] for row in rows], np.int64)
    lon, lat = points.reshape(-1, 2)[which].T
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
    fits = []
    for text, city in zip(zips, cities, strict=True):
        state = zip_state(us_zip(text))
        if state and city:
            fits.append(any(p.region == state for p in named(city) if p.country == "US"))
    return sum(fits) / len(fits) if fits else float("nan")


def named(city: str) -> list[Place]:
    """The places of a name in any of its forms; empty when there is none."""
    known = places()
    return next((known[form] for form in _forms(plain(city)) if form in known), [])


def _forms(name: str) -> list[str]:
    """A plain name, then what it may stand for, the likeliest first."""
    spelled = " ".join(_WORDS.get(word, word) for word in name.split())
    rivers = _RIVER.sub(lambda match: _RIVERS[match[0]], name)
    forms = [name, spelled, rivers, _ALIASES.get(name, "")]
    forms += [_LEFT_OUT.sub("", form).strip() for form in (name, spelled)]
    return [form for form in dict.fromkeys(forms) if form]


def _candidates(city: str, state: str, country: str) -> list[Place]:
    """Places that a name may mean where its state and country are: of the likeliest form first."""
    name, within = _split(city, state)
    code = country_code(country) if country else ""
    for found in _by_forms(plain(name)):
        there = [place for place in found if not code or place.country == code]
        there = _in_region(there, within) if within else there
        if there:
            alias = _ALIASES.get(plain(name), "")
            preferred = [p for p in there if alias and p.region == _ALIAS_STATES.get(alias)]
            return preferred or there
    return []


def _by_forms(name: str) -> Iterator[list[Place]]:
    known = places()
    yield from (known[form] for form in _forms(name) if form in known)
    yield loosely().get(loose(name), [])


def _split(city: str, state: str) -> tuple[str, str]:
    """``Springfield, IL`` in one cell is a city and a state."""
    name, comma, rest = city.partition(",")
    if comma and name.strip() and (us_state(rest) or country_code(rest.strip())):
        return name.strip(), state or (rest.strip() if us_state(rest) else "")
    return city, state


def _in_region(found: list[Place], state: str) -> list[Place]:
    """Those in the region of a name; where it is no name of a region, all of them.

    What only tables of other countries could know says nothing about places there.
    """
    there = [p for p in found if (code := region_code(state, p.country)) and p.region == code]
    unsure = [p for p in found if not region_code(state, p.country) and p.country != "US"]
    american = us_state(state)
    if american:
        return there or ([] if len(state.strip()) > 2 else unsure)
    return there or (found if not any(region_code(state, p.country) for p in found) else unsure)


def _in_map(
    found: list[list[Place]], names: Sequence[Name], holds: Holds | None
) -> list[list[Place]]:
    """Those in the map; a name with a country may lie outside, for then it is sure to."""
    flat = [place for some in found for place in some]
    if holds is None or not flat:
        return found
    held = holds(np.array([p.lon for p in flat]), np.array([p.lat for p in flat])).tolist()
    answers = iter(held)
    out = []
    for some, (_city, _state, country) in zip(found, names, strict=True):
        inside = [place for place in some if next(answers)]
        out.append(inside or (some if country_code(country) else []))
    return out


def _decided(found: list[Place], name: str = "") -> Match:
    ordered = tuple(sorted(found, key=lambda place: -place.population))
    if not ordered:
        return Match("unknown")
    if len(ordered) == 1:
        return Match("sure", ordered, 1.0)
    first, second = (place.population for place in ordered[:2])
    share = first / max(sum(place.population for place in ordered), 1.0)
    in_full = [plain(place.name) == name for place in ordered]  # Freiberg, not Freiberg am Neckar
    is_larger = first >= _CLEARLY_LARGER * second or (in_full[0] and sum(in_full) == 1)
    kind = "larger" if is_larger else "open"
    return Match(kind, ordered[:_MOST_SHOWN], share)


def _with_country(matches: list[Match]) -> list[Match]:
    """The same with what is open decided among the places of the country of most others."""
    counts = Counter(one.place.country for one in matches if one.place is not None)
    if not counts:
        return matches
    ((country, n),) = counts.most_common(1)
    if n < _MOSTLY * counts.total():
        return matches
    return [_at_home(one, country) if one.kind == "open" else one for one in matches]


def _at_home(match: Match, country: str) -> Match:
    there = [place for place in match.candidates if place.country == country]
    again = _decided(there)
    if again.place is None:
        return match
    others = tuple(place for place in match.candidates if place not in again.candidates)
    return replace(again, kind="larger", candidates=again.candidates + others, score=match.score)


def _correct(matches: list[Match], names: Sequence[Name], holds: Holds | None, home: str) -> None:
    """Look for names like those that are unknown."""
    wanted = [
        k
        for k, match in enumerate(matches)
        if match.kind == "unknown" and len(plain(names[k][0])) >= _SHORTEST
    ][:_MOST_ASKED]
    found = [_alike(names[k], home) for k in wanted]
    inside = _in_map(
        [[place for place, _s in some] for some in found], [names[k] for k in wanted], holds
    )
    for k, some, kept in zip(wanted, found, inside, strict=True):
        near = [(place, score) for place, score in some if place in kept]
        matches[k] = _spelt(near, is_there=bool(us_state(_split(*names[k][:2])[1])))


def _alike(name: Name, home: str) -> list[tuple[Place, float]]:
    from rapidfuzz import fuzz, process

    city, state = _split(name[0], name[1])
    country = country_code(name[2]) if name[2] else ("US" if us_state(state) else home)
    region = region_code(state, country) if state and country else ""
    text = plain(city)
    close = process.extract(
        text, names_of(country, region), scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=_MOST_SHOWN
    )
    out = []
    for spelling, score, _index in close:
        if spelling[:1] != text[:1]:
            score -= _APART  # few mistakes are made in the first letter
        for place in places()[spelling]:
            fits = (not country or place.country == country) and (
                not region or place.region == region
            )
            if fits and score >= _ALIKE:
                out.append((place, score))
    return out


def _spelt(found: list[tuple[Place, float]], is_there: bool) -> Match:
    """The only name that comes near, or several to choose from.

    Every place of a U.S. state is known (``is_there``: a state is named), so what nearly has its
    name is that place. Elsewhere only long names with a single slip are taken.
    """
    if not found:
        return Match("unknown")
    ordered = sorted(found, key=lambda one: (-one[1], -one[0].population))
    (first, best), rest = ordered[0], ordered[1:]
    rivals = [place for place, score in rest if score > best - _APART]
    larger = all(first.population >= _CLEARLY_LARGER * place.population for place in rivals)
    is_known = is_there and first.country == "US"
    is_plain = is_known or (best >= _NEARLY and len(first.name) >= _LONG)
    is_sure = best >= _SURELY and larger and is_plain
    candidates = tuple(dict.fromkeys(place for place, _score in ordered))[:_MOST_SHOWN]
    return Match("misspelt" if is_sure else "open", candidates, best / 100.0)
