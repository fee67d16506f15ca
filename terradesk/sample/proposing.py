"""Which map fits a customer list: where the customers are, and what may be made of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from terradesk import geocode, land
from terradesk.i18n import N_, _, language, ngettext, number
from terradesk.readers import MadeAccounts
from terradesk.readers.maps.made_cells import MOST
from terradesk.sample.catalogue import built_in_map

NO_MAP, EACH = "", "each"
"""Choices beside the keys of built-in maps: points only, and an area around each customer."""

_MAPS = {
    "US": ("us_zip", "us_county"),
    "SE": ("se_kommun",),
    "FR": ("fr_departement",),
    "PL": ("pl_wojewodztwo",),
    "DE": ("de_land",),
    "IR": ("ir_province",),
}
_BELONGS = {
    **dict.fromkeys(("PR", "VI", "GU", "AS", "MP"), "US"),
    **dict.fromkeys(("GP", "MQ", "GF", "RE", "YT"), "FR"),
}
_LOWER_48 = {f"{k:02}" for k in range(1, 57)} - {"02", "15"}
_FITS = 0.6  # share of the placed customers that a map must hold
_FAR = 0.003  # share beyond which far parts of a map count
_MANY = 100  # customers from which ZIP areas are worth their number
_WITH_ZIP = 0.5
_WORTH = 0.005
_NAMED = 3  # countries in a sentence

_REASONS = {
    "us_zip": N_("The finest map: customers find their area by ZIP code. Outlines are approximate, "
                 "drawn from ZIP points."),
    "us_county": N_("True borders, with population and establishments; coarser than ZIPs."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposal:
    """A map that may be used.

    Parameters
    ----------
    key : str
        Of a built-in map, `EACH` or `NO_MAP`.
    title, reason : str
        Translated.
    n_units : int
        Areas, 0 where there are none.
    """

    key: str
    title: str
    reason: str
    n_units: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Where the customers of a list are.

    Parameters
    ----------
    n, n_placed, n_places : int
        Customers, those with a place, and different places.
    countries : tuple of (str, int)
        ISO code and customers, most first; far parts count to their country.
    n_states : int
        U.S. states with customers.
    is_far : bool
        Whether some are in the far parts of the main country.
    with_zip : float
        Share of the customers with a U.S. ZIP code.
    """

    n: int
    n_placed: int
    n_places: int
    countries: tuple[tuple[str, int], ...] = ()
    n_states: int = 0
    is_far: bool = False
    with_zip: float = 0.0

    @property
    def main(self) -> str:
        """The country with most customers if that is enough for a map of it, else empty."""
        if not self.countries or self.countries[0][1] < _FITS * self.n_placed:
            return ""
        return self.countries[0][0]


def find(made: MadeAccounts) -> Found:
    """Look where customers are.

    Parameters
    ----------
    made : MadeAccounts
        Placed in any plan or without one.
    """
    accounts = made.accounts
    known = np.isfinite(accounts.lon) & np.isfinite(accounts.lat)
    lon, lat = accounts.lon[known], accounts.lat[known]
    codes = land.countries_at(lon, lat)
    own = np.array([_BELONGS.get(code, code) for code in codes.tolist()], object)
    countries = tuple(Counter(code for code in own.tolist() if code).most_common())
    is_far = own != codes
    n_states = 0
    if any(code == "US" for code, _n in countries):
        fips = land.us_states()[0]
        rows = land.us_states_at(lon, lat)
        n_states = len(set(rows.tolist()) - {-1})
        is_far |= [row >= 0 and fips[row] not in _LOWER_48 for row in rows.tolist()]
    return Found(
        n=len(accounts),
        n_placed=len(lon),
        n_places=len(np.unique(np.column_stack((lon, lat)), axis=0)),
        countries=countries,
        n_states=n_states,
        is_far=bool(is_far.mean() > _FAR) if len(is_far) else False,
        with_zip=_with_zip(made),
    )


def _with_zip(made: MadeAccounts) -> float:
    names = [column.name for column in made.columns if column.role == "postcode"]
    if not names or not len(made.accounts):
        return 0.0
    lon, _lat = geocode.find_postcodes(made.accounts.columns[names[0]].tolist())
    return float(np.isfinite(lon).mean())


def propose(found: Found) -> tuple[Proposal, ...]:
    """Maps that fit, the one recommended first, points only last."""
    maps = [_of_map(key, found) for key in _MAPS.get(found.main, ())]
    each = [_each(found)] if found.n_places else []
    if found.main == "US" and not (found.with_zip >= _WITH_ZIP and found.n >= _MANY):
        maps.reverse()
    is_fine = bool(maps) and not built_in_map(maps[0].key).is_overview
    points = Proposal(
        NO_MAP,
        _("No areas, points only"),
        _("Customers are selected and assigned themselves; there is nothing to paint."),
    )
    return (*maps, *each, points) if is_fine else (*each, *maps, points)


def _of_map(key: str, found: Found) -> Proposal:
    built_in = built_in_map(f"{key}_all" if found.is_far and key in _WITH_FAR else key)
    reason = _sentence(_(_REASONS.get(key, built_in.caption)))
    n_outside = found.n_placed - found.countries[0][1]
    if n_outside:
        text = ngettext("{n} customer lies outside it.", "{n} customers lie outside it.", n_outside)
        reason = f"{reason} {text.format(n=number(n_outside))}"
    return Proposal(built_in.key, _(built_in.title), reason, built_in.n_units)


_WITH_FAR = ("us_zip", "us_county", "fr_departement")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _each(found: Found) -> Proposal:
    reason = _(
        "No boundaries needed: the ground around each place with customers, drawn approximately, "
        "within their countries."
    )
    if found.n_places > MOST:
        reason += " " + _("Neighbours share an area, for there are too many places.")
    title = _("Each customer its own area")
    return Proposal(EACH, title, reason, min(found.n_places, MOST))


def said(found: Found) -> str:
    """Where the customers are, in a sentence or two."""
    text = ngettext("{n} customer", "{n} customers", found.n)
    customers = text.format(n=number(found.n))
    if not found.n_placed:
        return _(
            "No place was found for {customers}. Say which column holds the ZIP code, the town, or "
            "latitude and longitude."
        ).format(customers=customers)
    if not found.countries:
        return _("{customers}, at sea.").format(customers=customers)
    sentence = _("{customers} in {area}.")
    if found.main == "US" and found.with_zip:
        is_most = found.with_zip >= _WITH_ZIP
        most = _("{customers} in {area}, most with a ZIP code.")
        sentence = most if is_most else _("{customers} in {area}, some with a ZIP code.")
    out = sentence.format(customers=customers, area=_area(found))
    n_lost = found.n - found.n_placed
    if n_lost:
        text = ngettext("{n} of them has no place.", "{n} of them have no place.", n_lost)
        out += " " + text.format(n=number(n_lost))
    return out


def _area(found: Found) -> str:
    """The countries, or the states of the only one."""
    least = _WORTH * found.n_placed  # a few points just over a border are no news
    codes = [code for code, n in found.countries if n >= least]
    if codes == ["US"] and found.n_states:
        text = ngettext("{n} US state", "{n} US states", found.n_states)
        return text.format(n=number(found.n_states))
    names = ", ".join(_country(code) for code in codes[:_NAMED])
    if len(codes) <= _NAMED:
        return names
    return _("{n} countries: {names} …").format(n=number(len(codes)), names=names)


def _country(code: str) -> str:
    from babel import Locale

    return str(Locale.parse(language()).territories.get(code, code))
