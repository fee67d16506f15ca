"""Where accounts are: by coordinates, area code, postcode or place name, in this order."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from terradesk import geocode, projection
from terradesk.accounts import PLACEMENTS
from terradesk.arcs import Arcs
from terradesk.arcs.picking import Picker
from terradesk.i18n import _, isolate, ngettext, number
from terradesk.plan import Plan
from terradesk.readers.matching import unit_rows
from terradesk.readers.placing import checks as placing_checks
from terradesk.readers.placing import names as placing_names
from terradesk.readers.placing import points as placing_points
from terradesk.readers.placing import postcodes as placing_postcodes
from terradesk.readers.placing.nearest import Outline
from terradesk.readers.placing.placed import (
    LEAVE,
    MOST_QUESTIONS,
    Placed,
    Placing,
    Question,
    nowhere,
)
from terradesk.readers.placing.postcodes import are_us_zips
from terradesk.readers.report import issue
from terradesk.readers.tabular.different import different_cells

__all__ = ["NEAR", "Placed", "Placer", "Placing", "Question", "are_us_zips"]

NEAR = 5000.0
"""Metres from the nearest area up to which a point outside all areas belongs to it: coasts and
harbours of generalised maps; well below the width of an area of any national map."""

FAR = 100_000.0
"""Metres from the nearest area up to which it is proposed."""

_MEANT = 0.5
_ASKED = 300
_SHOWN_COUNTRY = 0.02  # share of the cities in a map from which on it shows their country
_HOME = 0.8
_LISTED = 12
_PORTION = 100_000  # points at a time: their copies stay small


class Placer:
    """Finds places in the map of a plan.

    Parameters
    ----------
    plan : Plan
    choices : Placing, optional
    tables : mapping of str to PostcodeTable, optional
        Postcodes to use beside, or instead of, those that the user keeps.
    """

    def __init__(
        self,
        plan: Plan,
        choices: Placing | None = None,
        tables: Mapping[str, geocode.tables.PostcodeTable] | None = None,
    ) -> None:
        self.plan = plan
        self.choices = choices or Placing()
        self.tables = tables or {}
        self.arcs: Arcs | None = plan.arcs
        self.picker = Picker(self.arcs) if self.arcs is not None else None
        self.outline = Outline(self.arcs) if self.arcs is not None else None

    # ------------------------------------------------------------------ the map
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

    def holds_near(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Which points lie in a unit or at most `NEAR` from one."""
        if self.outline is None:
            return self.holds(lon, lat)
        points = self.xy(lon, lat)
        held = self.units_at(points) >= 0
        rest = np.flatnonzero(~held)
        held[rest] = self.outline.nearest(points[rest], NEAR)[0] >= 0
        return held

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Countries that the map shows, the one with most cities in it first."""
        if self.picker is None:
            return ()
        codes, lon, lat = geocode.country_points()
        named, counts = np.unique(codes[self.holds(lon, lat)], return_counts=True)
        order = np.argsort(-counts, kind="stable")
        shown = counts >= _SHOWN_COUNTRY * counts.sum()
        return tuple(str(named[k]) for k in order if shown[k])

    @cached_property
    def home(self) -> str:
        """The country of the map when it is mainly one, else empty."""
        return self.countries[0] if len(self.countries) == 1 else ""

    @cached_property
    def codes_are_postcodes(self) -> bool:
        """Whether the areas are those of postcodes: their codes lie in them."""
        rows = np.flatnonzero(self.plan.units_present)
        rows = rows[:: max(len(rows) // _ASKED, 1)]
        codes = [str(code) for code in self.plan.units.codes[rows]]
        for country in self.postcode_countries if self.arcs is not None else ():
            lon, lat = self.postcodes(country, codes)
            if (
                np.isfinite(lon).any()
                and (self.units_at(self.xy(lon, lat)) == rows).mean() > _MEANT
            ):
                return True
        return False

    def postcodes(self, country: str, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Longitude and latitude of postcodes of a country, NaN where not known."""
        if country in self.tables:
            return self.tables[country].find(texts)
        return geocode.tables.find_in(country, texts)

    @cached_property
    def postcode_countries(self) -> tuple[str, ...]:
        """Countries whose postcodes are known; those that the map shows first."""
        known = dict.fromkeys((*self.tables, *geocode.tables.countries()))
        here = [code for code in self.countries if code in known]
        return tuple(dict.fromkeys((*here, *known)))

    # ------------------------------------------------------------------ placing
    def place(
        self,
        cells: Mapping[str, np.ndarray],
        decimal: str = ".",
        swap: bool = False,
        n: int | None = None,
    ) -> Placed:
        """Places of accounts.

        Parameters
        ----------
        cells : mapping of role to ndarray of str, shape (n,)
            ``lat``, ``lon``, ``unit_code``, ``postcode``, ``city``, ``state``, ``country``.
        decimal : {".", ","}
        swap : bool
            What is called latitude is longitude.
        n : int, optional
            How many accounts, where it is known without making cells.
        """
        placed = nowhere(len(next(iter(cells.values()))) if n is None else n)
        if "lat" in cells and "lon" in cells:
            swap = swap or self.choices.swap
            placing_points.by_coordinates(self, placed, cells, decimal, swap)
            placing_checks.check_coordinates(self, placed, cells)
        for role in ("unit_code", "postcode"):
            if role in cells and len(placed.missing):
                self._by_unit(placed, cells[role], is_sure=role == "unit_code")
        if len(placed.missing):
            cells = self._with_postcodes(cells)
        if "postcode" in cells and len(placed.missing):
            placing_postcodes.by_postcode(self, placed, cells)
            placing_checks.check_states(placed, cells)
        if "city" in cells and len(placed.missing):
            placing_names.by_place_name(self, placed, cells)
        self._settle_outside(placed)
        self._tell(placed)
        return placed

    def _with_postcodes(self, cells: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        """Codes of areas as postcodes where they are: post office boxes have no area."""
        if "postcode" in cells or "unit_code" not in cells or not self.codes_are_postcodes:
            return cells
        return ChainMap({"postcode": cells["unit_code"]}, cells)  # type: ignore[arg-type]

    def put(
        self, placed: Placed, rows: np.ndarray, lon: np.ndarray, lat: np.ndarray, how: str
    ) -> None:
        """Set points and the units they lie in; not those that the map cannot hold."""
        for k in range(0, len(rows), _PORTION):
            part = slice(k, k + _PORTION)
            self._put(placed, rows[part], lon[part], lat[part], how)

    def _put(
        self, placed: Placed, rows: np.ndarray, lon: np.ndarray, lat: np.ndarray, how: str
    ) -> None:
        points = self.xy(lon, lat)
        is_good = np.isfinite(points[:, 0])
        rows, lon, lat, points = rows[is_good], lon[is_good], lat[is_good], points[is_good]
        placed.placement[rows] = PLACEMENTS.index(how)
        placed.lon[rows], placed.lat[rows] = lon, lat
        placed.x[rows], placed.y[rows] = points.T
        placed.unit[rows] = self.units_at(points)

    def _by_unit(self, placed: Placed, cells: np.ndarray, is_sure: bool) -> None:
        """At the middle of the unit of that code; postcodes only where units have such codes."""
        rows = placed.missing
        rows = rows[cells[rows] != ""]
        if self.arcs is None or len(rows) == 0:
            return
        found = unit_rows(self.plan, cells[rows])
        if not is_sure and (found >= 0).mean() < _MEANT:
            return
        if is_sure and not self.codes_are_postcodes:
            _tell_unknown(self.plan, placed, cells, rows[found < 0])
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

    # ------------------------------------------------------------------ outside all areas
    def _settle_outside(self, placed: Placed) -> None:
        """Take accounts outside all areas to the nearest one, as far as that is wanted."""
        outside = np.flatnonzero((placed.placement > 0) & (placed.unit < 0))
        if self.outline is None or len(outside) == 0:
            return
        points = np.column_stack((placed.x, placed.y))
        wish = self.choices.outside
        if wish != "leave":
            reach = NEAR if wish == "near" else None
            placed.unit[outside] = self.outline.nearest(points[outside], reach)[0]
            _tell_near(placed, outside[placed.unit[outside] >= 0], wish == "near")
            outside = outside[placed.unit[outside] < 0]
        asked = outside[:MOST_QUESTIONS]
        units, far = self.outline.nearest(points[asked])
        for row, unit, distance in zip(asked.tolist(), units.tolist(), far.tolist(), strict=True):
            if unit >= 0 and distance <= FAR:
                self._ask_outside(placed, row, unit, distance)

    def _ask_outside(self, placed: Placed, row: int, unit: int, distance: float) -> None:
        units, key = self.plan.units, f"outside:{row}"
        code = str(units.codes[unit])
        name = str(units.names[unit])
        name = name if code in name else f"{name} ({code})"
        text = _("{name}, {km} km away").format(name=isolate(name), km=_km(distance))
        candidates = ((LEAVE, _("Leave outside")), (code, text))
        picked = self.choices.answer(key, LEAVE)
        picked = picked if picked == code else LEAVE
        if picked:
            placed.unit[row] = unit
        rows = np.array([row], np.int64)
        placed.questions.append(
            Question(key, "outside", "", candidates, picked, rows, units=(unit,))
        )

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


def _tell_near(placed: Placed, rows: np.ndarray, is_near: bool) -> None:
    if not len(rows):
        return
    text = ngettext(
        "{n} account lies just outside the map and went to the nearest area.",
        "{n} accounts lie just outside the map and went to the nearest area.",
        len(rows),
    )
    if not is_near:
        text = ngettext(
            "{n} account lies outside the map and went to the nearest area.",
            "{n} accounts lie outside the map and went to the nearest area.",
            len(rows),
        )
    placed.issues.append(issue("near", text.format(n=number(len(rows))), rows, level="info"))


def _tell_unknown(plan: Plan, placed: Placed, cells: np.ndarray, rows: np.ndarray) -> None:
    """Say which codes the map does not have."""
    if not len(rows):
        return
    codes, _which = different_cells(cells[rows])
    text = ngettext(
        "{n} code is none of the {noun} of this map: {codes}",
        "{n} codes are none of the {noun} of this map: {codes}",
        len(codes),
    )
    told = text.format(n=number(len(codes)), noun=isolate(plan.noun(2)), codes=listed(codes))
    reason = _("No area has this code")
    placed.issues.append(issue("unknown_code", told, rows, n=len(codes), reason=reason))


def listed(codes: Sequence[str]) -> str:
    """The first of many codes, for a sentence."""
    shown = ", ".join(isolate(code[:40]) for code in codes[:_LISTED])
    return f"{shown} …" if len(codes) > _LISTED else shown


def _km(metres: float) -> str:
    return number(metres / 1000.0, 0 if metres >= 10_000 else 1)
