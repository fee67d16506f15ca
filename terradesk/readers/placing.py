"""Where accounts are: by coordinates, area code, U.S. ZIP or place name, in this order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from terradesk import geocode, projection
from terradesk.accounts import PLACEMENTS
from terradesk.arcs import Arcs
from terradesk.arcs.picking import Picker
from terradesk.i18n import _, ngettext, number
from terradesk.plan import Plan
from terradesk.readers.matching import unit_rows
from terradesk.readers.nearest import nearest_units
from terradesk.readers.numbers import numbers
from terradesk.readers.report import Issue, issue

NEAR = 5000.0
"""Metres from the nearest area up to which a point outside all areas belongs to it: coasts and
harbours of generalised maps; well below the width of an area of any national map."""

_SAMPLE = 2000
_MEANT = 0.5
_FITTING = 0.6  # nine of ten towns of an American list fit, one of four of a European one


@dataclass(slots=True, eq=False)
class Placed:
    """Places of accounts as they are found; arrays of shape (n,).

    Parameters
    ----------
    lon, lat : float64, degrees
    x, y : float64, metres in the plan's CRS
    unit : int32
    placement : uint8
    issues : list of Issue
    """

    lon: np.ndarray
    lat: np.ndarray
    x: np.ndarray
    y: np.ndarray
    unit: np.ndarray
    placement: np.ndarray
    issues: list[Issue] = field(default_factory=list)

    @property
    def missing(self) -> np.ndarray:
        """Rows without a place yet."""
        return np.flatnonzero(self.placement == 0)


def _nowhere(n: int) -> Placed:
    lon, lat, x, y = np.full((4, n), np.nan)
    return Placed(lon, lat, x, y, np.full(n, -1, np.int32), np.zeros(n, np.uint8))


class Placer:
    """Finds places in the map of a plan.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.arcs: Arcs | None = plan.arcs
        self.picker = Picker(self.arcs) if self.arcs is not None else None

    def xy(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """(n, 2) metres in the plan's CRS, NaN where a point has no place in it."""
        points = projection.to_plan(np.column_stack((lon, lat)), projection.LONLAT, self.plan.crs)
        return np.where(np.isfinite(points).all(axis=1, keepdims=True), points, np.nan)

    def units_at(self, points: np.ndarray) -> np.ndarray:
        """(n,) int32 unit of points in metres, -1 outside."""
        if self.picker is None:
            return np.full(len(points), -1, np.int32)
        return self.picker.locate_points(points)

    def holds(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Which points lie in a unit; all of them in a plan without a map."""
        if self.picker is None:
            return np.isfinite(lon) & np.isfinite(lat)
        return self.units_at(self.xy(lon, lat)) >= 0

    def place(
        self, cells: Mapping[str, np.ndarray], decimal: str = ".", swap: bool = False
    ) -> Placed:
        """Places of accounts.

        Parameters
        ----------
        cells : mapping of role to ndarray of str, shape (n,)
            ``lat``, ``lon``, ``unit_code``, ``postcode``, ``city``, ``state``, ``country``.
        decimal : {".", ","}
        swap : bool
            What is called latitude is longitude.
        """
        placed = _nowhere(len(next(iter(cells.values()))))
        if "lat" in cells and "lon" in cells:
            self._by_coordinates(placed, cells["lat"], cells["lon"], decimal, swap)
        for role in ("unit_code", "postcode"):
            if role in cells and len(placed.missing):
                self._by_unit(placed, cells[role], is_sure=role == "unit_code")
        if "postcode" in cells and len(placed.missing):
            self._by_postcode(placed, cells)
        if "city" in cells and len(placed.missing):
            self._by_place_name(placed, cells)
        self._tell(placed)
        return placed

    def _put(
        self, placed: Placed, rows: np.ndarray, lon: np.ndarray, lat: np.ndarray, how: str
    ) -> None:
        """Set points and the units they lie in, or are near to; not those the map cannot hold."""
        points = self.xy(lon, lat)
        is_good = np.isfinite(points[:, 0])
        rows, lon, lat, points = rows[is_good], lon[is_good], lat[is_good], points[is_good]
        placed.placement[rows] = PLACEMENTS.index(how)
        placed.lon[rows], placed.lat[rows] = lon, lat
        placed.x[rows], placed.y[rows] = points.T
        placed.unit[rows] = self.units_at(points)
        outside = rows[placed.unit[rows] < 0]
        if len(outside) and self.arcs is not None:
            there = np.column_stack((placed.x[outside], placed.y[outside]))
            placed.unit[outside] = nearest_units(self.arcs, there, NEAR)
            near = outside[placed.unit[outside] >= 0]
            if len(near):
                text = ngettext(
                    "{n} account lies just outside the map and went to the nearest area.",
                    "{n} accounts lie just outside the map and went to the nearest area.",
                    len(near),
                )
                told = text.format(n=number(len(near)))
                placed.issues.append(issue("near", told, near, level="info"))

    def _by_coordinates(
        self, placed: Placed, lat_cells: np.ndarray, lon_cells: np.ndarray, decimal: str, swap: bool
    ) -> None:
        (lat, bad_lat), (lon, bad_lon) = numbers(lat_cells, decimal), numbers(lon_cells, decimal)
        if swap:
            lat, lon = lon, lat
        if not swap and self._look_swapped(lon, lat):
            text = _("Latitude and longitude look swapped.")
            placed.issues.append(issue("swapped", text, n=len(lat)))
        is_given = np.isfinite(lat) | np.isfinite(lon) | bad_lat | bad_lon
        with np.errstate(invalid="ignore"):
            is_good = (np.abs(lat) <= 90) & (np.abs(lon) <= 180) & ((lat != 0) | (lon != 0))
        rows = np.flatnonzero(is_good)
        self._put(placed, rows, lon[rows], lat[rows], "coordinates")
        wrong = np.flatnonzero(is_given & (placed.placement == 0))
        if len(wrong):
            text = ngettext(
                "The coordinates of {n} account are not on the Earth, or 0, 0.",
                "The coordinates of {n} accounts are not on the Earth, or 0, 0.",
                len(wrong),
            )
            placed.issues.append(issue("bad_coordinates", text.format(n=number(len(wrong))), wrong))

    def _look_swapped(self, lon: np.ndarray, lat: np.ndarray) -> bool:
        """Whether the points fall into the map only when exchanged, or lie beyond the poles."""
        rows = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        rows = rows[:: max(len(rows) // _SAMPLE, 1)]
        if len(rows) == 0:
            return False
        lon, lat = lon[rows], lat[rows]
        if self.picker is None:
            return bool((np.abs(lat) > 90).mean() > 0.05)
        as_given = self._share(lon, lat)
        return as_given < 0.4 and self._share(lat, lon) > max(0.5, 2 * as_given)

    def _share(self, lon: np.ndarray, lat: np.ndarray) -> float:
        good = (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
        return float(self.holds(lon[good], lat[good]).sum()) / len(lon)

    def _by_unit(self, placed: Placed, cells: np.ndarray, is_sure: bool) -> None:
        """At the middle of the unit of that code; postcodes only where units have such codes."""
        rows = placed.missing
        rows = rows[cells[rows] != ""]
        found = unit_rows(self.plan, cells[rows])
        if self.arcs is None or len(rows) == 0 or (not is_sure and (found >= 0).mean() < 0.5):
            return
        rows, found = rows[found >= 0], found[found >= 0]
        centres = self.arcs.centres[found] / 100.0 + np.asarray(self.arcs.origin)
        has_shape = np.isfinite(centres).all(axis=1)
        rows, found, centres = rows[has_shape], found[has_shape], centres[has_shape]
        placed.unit[rows] = found
        placed.x[rows], placed.y[rows] = centres.T
        placed.lon[rows], placed.lat[rows] = projection.lonlat(
            centres[:, 0], centres[:, 1], self.plan.crs
        )
        placed.placement[rows] = PLACEMENTS.index("unit_code")

    def _by_postcode(self, placed: Placed, cells: Mapping[str, np.ndarray]) -> None:
        rows = placed.missing
        codes, countries = cells["postcode"], cells.get("country")
        if countries is not None:
            here = [geocode.country_code(c) in ("", "US") for c in countries[rows].tolist()]
            rows = rows[np.array(here, bool)]
        lon, lat = geocode.find_postcodes(codes[rows].tolist())
        known = np.isfinite(lon)
        rows, lon, lat = rows[known], lon[known], lat[known]
        if len(rows) == 0 or self.holds(lon, lat).mean() < 0.5:
            return  # five digits of another country
        if self.arcs is None and not are_us_zips(
            codes[rows], *(cells[r][rows] if r in cells else None for r in ("city", "country"))
        ):
            return
        self._put(placed, rows, lon, lat, "postcode")

    def _by_place_name(self, placed: Placed, cells: Mapping[str, np.ndarray]) -> None:
        rows = placed.missing
        rows = rows[cells["city"][rows] != ""]
        given = {r: cells[r][rows].tolist() for r in ("city", "state", "country") if r in cells}
        lon, lat = geocode.find_places(
            given["city"], given.get("state"), given.get("country"), self.holds
        )
        known = np.isfinite(lon)
        rows, lon, lat = rows[known], lon[known], lat[known]
        if len(rows) == 0:
            return
        self._put(placed, rows, lon, lat, "place_name")
        text = ngettext(
            "{n} account was placed in the middle of its town.",
            "{n} accounts were placed in the middle of their towns.",
            len(rows),
        )
        told = text.format(n=number(len(rows)))
        placed.issues.append(issue("place_name", told, rows, level="info"))

    def _tell(self, placed: Placed) -> None:
        missing = placed.missing
        if len(missing):
            text = ngettext(
                "{n} account has no place: it stays in the plan as not placed.",
                "{n} accounts have no place: they stay in the plan as not placed.",
                len(missing),
            )
            placed.issues.append(issue("unplaced", text.format(n=number(len(missing))), missing))
        outside = np.flatnonzero((placed.placement > 0) & (placed.unit < 0))
        if len(outside) == 0 or self.arcs is None:
            return
        text = ngettext(
            "{n} account lies outside all areas of the map.",
            "{n} accounts lie outside all areas of the map.",
            len(outside),
        )
        if len(outside) == len(placed.unit):
            text = _("None of the {n} accounts lies in an area of this map.")
        placed.issues.append(issue("outside", text.format(n=number(len(outside))), outside))


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
    if countries is not None:
        said = [geocode.country_code(c) for c in countries[some].tolist() if c]
        if said:
            return sum(code == "US" for code in said) >= _MEANT * len(said)
    if cities is not None:
        fits = geocode.zips_fit_cities(codes[some].tolist(), cities[some].tolist())
        if np.isfinite(fits):
            return fits >= _FITTING
    return sum(len(code) >= 5 for code in codes[some].tolist()) >= _MEANT * len(some)
