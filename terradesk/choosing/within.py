"""Within a distance of a place: ``within 50 mi of Dallas``, ``20 km of the selection``."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from terradesk import projection
from terradesk.arcs.jit import Bools, Floats
from terradesk.choosing import places
from terradesk.choosing.way import Chosen, Situation, Way, chosen
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _

METRES = {"km": 1000.0, "mi": 1609.344, "m": 1.0, "ft": 0.3048}
"""Metres of each unit of length."""

_WORDS = {"kilometre": "km", "kilometer": "km", "mile": "mi", "metre": "m", "meter": "m",
          "feet": "ft", "foot": "ft"}  # fmt: skip
_ASKED = re.compile(
    r"\s*(?:within\s+|in\s+)?(?P<number>\d+(?:[.,]\d+)?)\s*"
    r"(?P<unit>km|mi|m|ft|kilomet(?:re|er)s?|miles?|met(?:re|er)s?|feet|foot)?\.?\s*"
    r"(?:(?:of|from|around)\s+(?P<place>.*?))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_EARTH_M = 6_371_008.8
_SLACK = 1.01  # a sphere errs by half a percent against the ellipsoid


def parsed(text: str, length_unit: str = "km") -> tuple[float, str] | None:
    """Metres and the place of a text, None for one that says no distance."""
    match = _ASKED.fullmatch(text)
    if match is None or not (match["unit"] or match["place"] is not None or _begins(text)):
        return None
    word = (match["unit"] or length_unit).lower()
    unit = word if word in METRES else _WORDS[word.rstrip("s")]
    return float(match["number"].replace(",", ".")) * METRES[unit], (match["place"] or "").strip()


def _begins(text: str) -> bool:
    return text.casefold().lstrip().startswith("within")


def near(xy: Floats, sources: Floats, radius_m: float, crs: str) -> Bools:
    """Which points lie within a distance of any source, on the ellipsoid.

    Candidates come from a tree of points on a sphere; the distance to the nearest source is then
    measured as a geodesic (Karney 2013, Algorithms for geodesics).

    Parameters
    ----------
    xy : (n, 2) float
        Metres in a CRS; NaN for no place.
    sources : (k, 2) float
    radius_m : float
    crs : str

    Returns
    -------
    (n,) bool
    """
    out = np.zeros(len(xy), np.bool_)
    known = np.flatnonzero(np.isfinite(xy).all(axis=1))
    if not len(known) or not len(sources):
        return out
    from pyproj import Geod
    from scipy.spatial import cKDTree

    here = np.column_stack(projection.lonlat(xy[known, 0], xy[known, 1], crs))
    there = np.column_stack(projection.lonlat(sources[:, 0], sources[:, 1], crs))
    angle = min(radius_m * _SLACK / _EARTH_M, np.pi)
    tree = cKDTree(_on_sphere(there))
    _away, nearest = tree.query(
        _on_sphere(here), distance_upper_bound=2 * np.sin(angle / 2) + 1e-12
    )
    found = np.flatnonzero(nearest < len(there))
    ends = there[nearest[found]]
    away = Geod(ellps="WGS84").inv(*here[found].T, *ends.T)[2]
    out[known[found[np.asarray(away) <= radius_m]]] = True
    return out


def _on_sphere(lonlat: Floats) -> Floats:
    """(n, 3) points of the unit sphere; those that are not finite at its middle."""
    lon, lat = np.radians(lonlat.T)
    flat = np.cos(lat)
    out = np.column_stack([flat * np.cos(lon), flat * np.sin(lon), np.sin(lat)])
    return np.where(np.isfinite(out), out, 0.0)


def find(text: str, situation: Situation) -> Chosen:
    """Units whose middle, or accounts whose place, lies within a distance.

    Raises
    ------
    TerraDeskError
        If the distance or the place cannot be understood.
    """
    asked = parsed(text, situation.length_unit)
    if asked is None:
        raise TerraDeskError(
            _("How far from where?"), _("Type it as in: within 50 km of the selection.")
        )
    radius, place = asked
    spot = places.spot(place, situation)
    if spot is None:
        raise TerraDeskError(
            _("There is no place called “{name}”.").format(name=place),
            _("Type a code, a name, a city or coordinates such as 32.78, -96.80."),
        )
    if not len(spot.xy):
        raise TerraDeskError(_("Nothing is selected yet."), _("Select something, or name a place."))
    plan = situation.plan
    xy = places.centres_m(plan)
    if situation.of == "accounts":
        xy = np.column_stack([plan.accounts.x, plan.accounts.y])
    found = chosen(situation, situation.of, near(xy, spot.xy, radius, plan.crs))
    told = _("{name}: {kind}").format(name=spot.title, kind=spot.kind) if spot.kind else ""
    return replace(found, told=told)


def fits(text: str, situation: Situation) -> bool:
    """Whether a text begins with a distance and says of what."""
    asked = parsed(text, situation.length_unit)
    return asked is not None and (bool(asked[1]) or _begins(text))


def offers(situation: Situation) -> list[str]:
    """A few distances from the selection."""
    unit = situation.length_unit
    text = _("within {n} {unit} of the selection")
    return [text.format(n=n, unit=unit) for n in (10, 25, 50, 100, 250)]


WITHIN = Way("within", N_("Within"), N_("within 50 km of the selection"), fits, find, offers)
