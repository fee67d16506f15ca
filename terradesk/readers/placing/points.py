"""Accounts by their coordinates: degrees however written, or metres of a grid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from terradesk import geocode, projection
from terradesk.i18n import _, isolate, ngettext, number
from terradesk.readers.placing import projected
from terradesk.readers.placing.placed import Placed
from terradesk.readers.placing.projected import Grid
from terradesk.readers.report import issue
from terradesk.readers.tabular.different import different_cells
from terradesk.readers.tabular.numbers import numbers

if TYPE_CHECKING:
    from terradesk.readers.placing.placer import Placer

_SAMPLE = 2000
_NEAR_A_CITY = 2.0  # cells of half a degree


def by_coordinates(
    placer: Placer,
    placed: Placed,
    cells: Mapping[str, np.ndarray],
    decimal: str,
    swap: bool,
) -> None:
    """Place what has coordinates; tell what could not be understood.

    Parameters
    ----------
    placer : Placer
    placed : Placed
        Changed.
    cells : mapping of role to ndarray of str, shape (n,)
        Asked for one after the other: a million cells take 65 MB while they are there.
    decimal : {".", ","}
    swap : bool
    """
    lat, bad_lat = _read(cells["lat"], decimal)
    lon, bad_lon = _read(cells["lon"], decimal)
    is_given = np.isfinite(lat) | np.isfinite(lon) | bad_lat | bad_lon
    if swap:
        lat, lon = lon, lat
    lon, lat = _in_degrees(placer, placed, lon, lat)
    if not swap and _look_swapped(placer, lon, lat):
        text = _("Latitude and longitude look swapped.")
        placed.issues.append(issue("swapped", text, n=len(lat)))
    with np.errstate(invalid="ignore"):
        is_good = (np.abs(lat) <= 90) & (np.abs(lon) <= 180) & ((lat != 0) | (lon != 0))
    rows = np.flatnonzero(is_good)
    placer.put(placed, rows, lon[rows], lat[rows], "coordinates")
    wrong = np.flatnonzero(is_given & (placed.placement == 0))
    placed.misread[wrong] = True
    if len(wrong):
        text = ngettext(
            "The coordinates of {n} account are not on the Earth, or 0, 0.",
            "The coordinates of {n} accounts are not on the Earth, or 0, 0.",
            len(wrong),
        )
        told = text.format(n=number(len(wrong)))
        placed.issues.append(issue("bad_coordinates", told, wrong, outcome=""))


def _read(cells: np.ndarray, decimal: str) -> tuple[np.ndarray, np.ndarray]:
    """Numbers, also of degrees with minutes; a pair of marks is enough to know a point by."""
    values, is_bad = numbers(cells, decimal)
    rows = np.flatnonzero(is_bad)
    if len(rows) == 0:
        return values, is_bad
    texts, which = different_cells(cells[rows])
    found = np.array([np.nan if (v := projected.degrees(t)) is None else v for t in texts], float)
    values[rows] = found[which]
    is_bad[rows] = ~np.isfinite(found[which])
    return values, is_bad


def _in_degrees(
    placer: Placer, placed: Placed, x: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    crs = placer.choices.crs
    if crs == "degrees" or (not crs and not projected.look_projected(x, y)):
        return x, y
    if crs:
        found: list[Grid] = [Grid(crs, crs, is_turned(placer, x, y, crs), 1.0)]
    else:
        found = grids(placer, x, y)
    if not found:
        text = _("The coordinates are no degrees: choose the coordinate system that they are of.")
        placed.issues.append(issue("projected", text, n=len(x)))
        return x, y
    best = found[0]
    east, north = (y, x) if best.is_turned else (x, y)
    lon, lat = projection.lonlat(east, north, best.crs)
    text = _("The coordinates are metres of {name} ({crs}): turned into degrees.")
    told = text.format(name=isolate(best.name), crs=isolate(best.crs))
    n = int(np.isfinite(lon).sum())
    placed.issues.append(issue("projected", told, n=n, level="info"))
    good = np.isfinite(lon) & np.isfinite(lat)
    return np.where(good, lon, np.nan), np.where(good, lat, np.nan)


def grids(placer: Placer, x: np.ndarray, y: np.ndarray, countries: str = "") -> list[Grid]:
    """Grids that coordinates in metres may be of, the likeliest first.

    With a map those in which the points lie in it; without one those whose country has a city
    near most of the points.

    Parameters
    ----------
    placer : Placer
    x, y : (n,) float64
    countries : str
        Two letters of the country that the table names, if it does.
    """
    if placer.picker is not None:
        shown = placer.countries
        return projected.fitting_grids(x, y, placer.holds_near, shown, placer.plan.crs)
    asked = (countries,) if countries else tuple(dict.fromkeys(g[0] for g in projected.GRIDS))
    found = []
    for country in asked:
        near = _near_cities(country)
        found += [
            g
            for g in projected.fitting_grids(x, y, near, (country,))
            if any(g.crs == crs for code, crs, _n in projected.GRIDS if code == country)
        ]
    return sorted(found, key=lambda one: -round(one.share, 1))


def is_turned(placer: Placer, x: np.ndarray, y: np.ndarray, crs: str) -> bool:
    """Whether the northing comes first: only then do most points lie in the map."""
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))[:_SAMPLE]

    def share(east: np.ndarray, north: np.ndarray) -> float:
        lon, lat = projection.lonlat(east, north, crs)
        with np.errstate(invalid="ignore"):
            good = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90)
        return float(placer.holds(lon[good], lat[good]).sum()) / max(len(known), 1)

    return share(y[known], x[known]) > share(x[known], y[known])


def _near_cities(country: str) -> projected.Holds:
    codes, lon, lat = geocode.country_points()
    here = (codes == country) if country else np.ones(len(codes), bool)
    cells = {
        (i + a, k + b)
        for i, k in zip(
            np.floor(lon[here] * 2).astype(int).tolist(),
            np.floor(lat[here] * 2).astype(int).tolist(),
            strict=True,
        )
        for a in (-1, 0, 1)
        for b in (-1, 0, 1)
    }

    def holds(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        at = zip(np.floor(x * 2).tolist(), np.floor(y * 2).tolist(), strict=True)
        return np.array([(int(i), int(k)) in cells for i, k in at], bool)

    return holds


def _look_swapped(placer: Placer, lon: np.ndarray, lat: np.ndarray) -> bool:
    """Whether the points fall into the map only when exchanged, or lie beyond the poles."""
    rows = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    rows = rows[:: max(len(rows) // _SAMPLE, 1)]
    if len(rows) == 0:
        return False
    lon, lat = lon[rows], lat[rows]
    if placer.picker is None:
        return bool((np.abs(lat) > 90).mean() > 0.05)
    as_given = _share(placer, lon, lat)
    return as_given < 0.4 and _share(placer, lat, lon) > max(0.5, 2 * as_given)


def _share(placer: Placer, lon: np.ndarray, lat: np.ndarray) -> float:
    good = (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    return float(placer.holds(lon[good], lat[good]).sum()) / len(lon)
