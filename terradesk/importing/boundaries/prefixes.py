"""Codes of areas of another country: made different from those of the plan by a prefix."""

from __future__ import annotations

import re

import numpy as np
import shapely

from terradesk import land, projection
from terradesk.importing.source import Source
from terradesk.plan import Plan

_ASKED = 200  # places that are enough to know the country


def proposed(source: Source) -> str:
    """A prefix for the codes of a file: the country's ISO code, else letters of its name; "SE-"."""
    found = source.boundaries
    country = country_of(found.wkb, source.reading.crs or found.crs) if found is not None else ""
    if not country:
        country = re.sub(r"[^A-Za-z]", "", source.path.stem).upper()[:2] or "X"
    return f"{country}-"


def country_of(wkb: np.ndarray, crs: str) -> str:
    """ISO code of the country that most of some areas lie in, empty when it is not known.

    Parameters
    ----------
    wkb : (n,) object array of bytes or None
    crs : str
        Longitude and latitude when empty.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        some = shapely.from_wkb(wkb[:: max(len(wkb) // _ASKED, 1)], on_invalid="ignore")
        some = some[shapely.get_dimensions(some) == 2]
        middles = shapely.get_coordinates(shapely.centroid(some))
    if not len(middles):
        return ""
    lon, lat = projection.lonlat(middles[:, 0], middles[:, 1], crs or projection.LONLAT)
    found, counts = np.unique(land.countries_at(lon, lat).astype(str), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return next((str(found[k]) for k in order if found[k]), "")


def clashing(plan: Plan, codes: list[str]) -> list[str]:
    """Codes that areas of the plan have already, in order."""
    mine = set(plan.units.codes[plan.units_present].tolist())
    return [code for code in codes if code in mine]
