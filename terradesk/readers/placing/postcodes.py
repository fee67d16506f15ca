"""Accounts by their postcodes: U.S. ZIP codes, and what tables of other countries know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from terradesk import geocode
from terradesk.i18n import _, isolate, ngettext, number
from terradesk.readers.placing.placed import LEAVE, MOST_QUESTIONS, Placed, Question
from terradesk.readers.report import issue
from terradesk.readers.tabular.different import different_cells

if TYPE_CHECKING:
    from terradesk.readers.placing.placer import Placer

_SAMPLE = 2000
_MEANT = 0.5
_FITTING = 0.6  # nine of ten towns of an American list fit, one of four of a European one
_KNOWN = 0.8
_TWO_PARTS = ("SE", "CZ", "SK", "GR")  # written alike: 123 45
_LISTED = 12


def by_postcode(placer: Placer, placed: Placed, cells: Mapping[str, np.ndarray]) -> None:
    """Place what has a postcode of a country whose postcodes are known; tell the others.

    Parameters
    ----------
    placer : Placer
    placed : Placed
        Changed.
    cells : mapping of role to ndarray of str, shape (n,)
    """
    rows = placed.missing
    rows = rows[cells["postcode"][rows] != ""]
    if not len(rows):
        return
    codes = cells["postcode"][rows]
    country = countries_of(placer, cells, rows)
    unknown: dict[str, np.ndarray] = {}
    for code in dict.fromkeys(country.tolist()):
        mine = country == code
        if code in placer.postcode_countries:
            _of_country(placer, placed, code, rows[mine], codes[mine])
        elif code:
            unknown[code] = rows[mine]
    if unknown:
        _tell_no_tables(placed, unknown)


def countries_of(placer: Placer, cells: Mapping[str, np.ndarray], rows: np.ndarray) -> np.ndarray:
    """(n,) country of each row's postcode; empty where there is no telling.

    Parameters
    ----------
    placer : Placer
    cells : mapping of role to ndarray of str
    rows : (n,) int
    """
    said = np.full(len(rows), "", object)
    if "country" in cells:
        texts, which = different_cells(cells["country"][rows])
        names = np.array([geocode.country_code(text) for text in texts] or [""], object)
        said = names[which]
    rest = np.flatnonzero(said == "")
    if len(rest):
        open_rows = rows[rest]
        beside = cells["city"][open_rows] if "city" in cells else None
        said[rest] = placer.choices.country or meant(placer, cells["postcode"][open_rows], beside)
    return said


def meant(placer: Placer, codes: np.ndarray, cities: np.ndarray | None) -> str:
    """Country that postcodes are of when nothing says so; empty when there is no telling.

    What is written in a way that only one country has is of that country; else it is the country
    whose known postcodes most often lie in the map.
    """
    some = codes[:: max(len(codes) // _SAMPLE, 1)].tolist()
    written = geocode.country_written(some)
    if written:
        if written == "SE" and placer.countries:
            return next((code for code in placer.countries if code in _TWO_PARTS), written)
        return written
    if placer.arcs is None:
        return _meant_anywhere(placer, codes, cities, some)
    best, most = "", 0.0
    for country in placer.postcode_countries:
        lon, lat = placer.postcodes(country, some)
        known = np.isfinite(lon)
        if known.any() and placer.holds_near(lon[known], lat[known]).mean() >= _MEANT:
            share = float(known.mean())
            best, most = (country, share) if share > most else (best, most)
    return best or (placer.home if placer.home != geocode.tables.BUILT_IN else "")


def _meant_anywhere(
    placer: Placer, codes: np.ndarray, cities: np.ndarray | None, some: Sequence[str]
) -> str:
    shares = {}
    for country in placer.postcode_countries:
        known = float(np.isfinite(placer.postcodes(country, some)[0]).mean())
        if country == geocode.tables.BUILT_IN:
            if known > 0 and are_us_zips(codes, cities):
                return country
        elif known >= _KNOWN:
            shares[country] = known
    ordered = sorted(shares, key=lambda code: -shares[code])
    clear = len(ordered) == 1 or (
        len(ordered) > 1 and shares[ordered[0]] > shares[ordered[1]] + 1 - _KNOWN
    )
    return ordered[0] if clear else ""


def _of_country(
    placer: Placer, placed: Placed, country: str, rows: np.ndarray, codes: np.ndarray
) -> None:
    texts, which = different_cells(codes)
    lon, lat = placer.postcodes(country, texts)
    known = np.isfinite(lon)
    found = known[which]
    placer.put(placed, rows[found], lon[which[found]], lat[which[found]], "postcode")
    unknown = [text for text, is_known in zip(texts, known.tolist(), strict=True) if not is_known]
    if country == geocode.tables.BUILT_IN:
        _tell_points(placer, placed, rows, texts, which)
        _ask_unknown(placer, placed, rows, texts, which, known)
    if unknown:
        _tell_unknown(placed, country, rows[~found], unknown)


def _tell_no_tables(placed: Placed, rows_of: Mapping[str, np.ndarray]) -> None:
    rows = np.sort(np.concatenate(list(rows_of.values())))
    text = ngettext(
        "{n} account has a postcode of a country whose postcodes are not known yet: import a table "
        "of them once. {countries}",
        "{n} accounts have postcodes of countries whose postcodes are not known yet: import tables "
        "of them once. {countries}",
        len(rows),
    )
    ordered = sorted(rows_of.items(), key=lambda pair: -len(pair[1]))
    named = [f"{isolate(geocode.country_name(code))} {number(len(own))}" for code, own in ordered]
    told = text.format(n=number(len(rows)), countries=", ".join(named))
    reason = _("Postcodes of this country are not known")
    placed.issues.append(issue("no_postcodes", told, rows, reason=reason))


def _tell_points(
    placer: Placer, placed: Placed, rows: np.ndarray, texts: Sequence[str], which: np.ndarray
) -> None:
    """Say how many codes are post office boxes and other points without an area of their own."""
    points = [geocode.zip_type(geocode.us_zip(text)) in geocode.WITHOUT_AREA for text in texts]
    mine = np.array(points or [False], bool)[which]
    is_placed = placed.unit[rows] >= 0
    if placer.codes_are_postcodes:
        _tell_no_area(placed, rows[is_placed & ~mine])
    boxed = rows[mine & is_placed]
    if not len(boxed):
        return
    text = ngettext(
        "{n} account has the ZIP code of a post office box or a base: it is in the area that "
        "holds its point.",
        "{n} accounts have ZIP codes of post office boxes or bases: they are in the areas that "
        "hold their points.",
        len(boxed),
    )
    reason = _("ZIP code of a post office box: in the area that holds its point")
    told = text.format(n=number(len(boxed)))
    placed.issues.append(issue("po_box", told, boxed, level="info", reason=reason))


def _tell_no_area(placed: Placed, rows: np.ndarray) -> None:
    if not len(rows):
        return
    text = ngettext(
        "{n} account has a ZIP code without an area in this map: it is in the area that holds its "
        "point.",
        "{n} accounts have ZIP codes without an area in this map: they are in the areas that hold "
        "their points.",
        len(rows),
    )
    reason = _("ZIP code without an area in this map: in the area that holds its point")
    told = text.format(n=number(len(rows)))
    placed.issues.append(issue("no_area", told, rows, level="info", reason=reason))


def _ask_unknown(
    placer: Placer,
    placed: Placed,
    rows: np.ndarray,
    texts: Sequence[str],
    which: np.ndarray,
    known: np.ndarray,
) -> None:
    """Propose the nearest known code for those that are not known: retired, or mistyped."""
    for k in np.flatnonzero(~known)[:MOST_QUESTIONS].tolist():
        code = geocode.us_zip(texts[k])
        near = geocode.nearest_zip(code) if code else ""
        if not near:
            continue
        key, mine = f"zip:{code}", rows[which == k]
        text = _("{code}, {place}").format(code=near, place=isolate(geocode.zip_place(near)))
        picked = near if placer.choices.answer(key, LEAVE) == near else LEAVE
        candidates = ((LEAVE, _("Leave as it is")), (near, text))
        placed.questions.append(
            Question(key, "unknown_postcode", isolate(code), candidates, picked, mine, 0.3)
        )
        if picked:
            lon, lat = geocode.find_postcodes([near])
            placer.put(
                placed, mine, np.full(len(mine), lon[0]), np.full(len(mine), lat[0]), "postcode"
            )


def _tell_unknown(placed: Placed, country: str, rows: np.ndarray, unknown: Sequence[str]) -> None:
    shown = ", ".join(isolate(code[:20]) for code in unknown[:_LISTED])
    text = ngettext(
        "{n} postcode of {country} is not known, retired or mistyped: {codes}",
        "{n} postcodes of {country} are not known, retired or mistyped: {codes}",
        len(unknown),
    )
    told = text.format(
        n=number(len(unknown)),
        country=isolate(geocode.country_name(country)),
        codes=f"{shown} …" if len(unknown) > _LISTED else shown,
    )
    reason = _("Postcode not known")
    placed.issues.append(issue("unknown_postcode", told, rows, n=len(unknown), reason=reason))


def are_us_zips(
    codes: np.ndarray, cities: np.ndarray | None, countries: np.ndarray | None = None
) -> bool:
    """Whether codes that may be U.S. ZIP codes are meant as such, judged without a map.

    Parameters
    ----------
    codes : ndarray of str, shape (n,), n > 0
    cities, countries : ndarray of str, shape (n,), optional
        Beside them in the table; what they say decides, else whether most have five digits.
    """
    some = np.arange(0, len(codes), max(len(codes) // _SAMPLE, 1))
    if geocode.country_written(codes[some].tolist()):
        return False
    if countries is not None:
        said = [geocode.country_code(c) for c in countries[some].tolist() if c]
        if said:
            return sum(code == "US" for code in said) >= _MEANT * len(said)
    if cities is not None:
        fits = geocode.zips_fit_cities(codes[some].tolist(), cities[some].tolist())
        if np.isfinite(fits):
            return fits >= _FITTING
    return sum(len(code) >= 5 for code in codes[some].tolist()) >= _MEANT * len(some)
