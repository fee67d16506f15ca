"""Coordinate systems in metres that a map without a name for its own may be drawn in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely

from terradesk import land, projection
from terradesk.i18n import _, isolate

_NATIONAL = (
    *(3006, 2180, 2154, 27700, 2157, 29903, 31467, 31466, 31468, 31287, 2056, 21781, 28992),
    *(31370, 3812, 3763, 3003, 3004, 3067, 3301, 3059, 3346, 5514, 8353, 23700, 3844, 3794),
    *(3765, 2100, 7801, 5254, 5070, 3347, 6372, 5880, 3577, 2193, 7755, 5179, 3826, 2326),
)
_CONTINENTAL = (3857, 3035, 25831, 25832, 25833, 25834, 25835, 25830, 25829)
_MOST_POINTS = 60
_NEAR = 3.0  # degrees: land has a town of 15,000 people as near, nearly everywhere
_MAYBE = 0.5  # of the areas are nearest to towns of one country: worth a closer look
_FITS = 0.9  # of the areas lie on land of one country
_WHOLE = 0.8  # of its towns are in the areas: a map of the whole country
_AHEAD = 0.9  # of the best share: what a system that puts the map elsewhere may reach at most


@dataclass(frozen=True, slots=True)
class Candidate:
    """A coordinate system that puts a map on land.

    Parameters
    ----------
    crs : str
        EPSG:3006.
    name : str
        SWEREF99 TM.
    country : str
        ISO code of the country that it puts the map on.
    share : float
        0 ... 1 of the towns of the country that it puts into the areas.
    middle : (lon, lat)
        Degrees, where it puts the middle of the map.
    """

    crs: str
    name: str
    country: str
    share: float
    middle: tuple[float, float]

    @property
    def text(self) -> str:
        """For messages: EPSG:3006 (SWEREF99 TM, SE)."""
        return isolate(f"{self.crs} ({self.name}, {self.country})")


def candidates(boxes: np.ndarray) -> list[Candidate]:
    """Well-known systems in which areas lie on land of one country, the likeliest first.

    Parameters
    ----------
    boxes : (n, 4) float64
        Of the areas, in the unknown system.
    """
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    sample = middles[np.linspace(0, len(middles) - 1, min(len(middles), _MOST_POINTS)).astype(int)]
    found = [one for one in _tried(sample, boxes) if one is not None]
    return sorted(found, key=lambda one: -one.share)


def sure(found: list[Candidate]) -> Candidate | None:
    """The candidate that makes the map one of a whole country while no other place does."""
    if not found or found[0].share < _WHOLE:
        return None
    best = found[0]
    elsewhere = [one for one in found[1:] if _apart(one.middle, best.middle) > 0.1]
    if any(one.share > _AHEAD * best.share for one in elsewhere):
        return None
    return best


def listed(found: list[Candidate], most: int = 5) -> str:
    """The candidates in words; empty when there are none."""
    if not found:
        return ""
    names = ", ".join(one.text for one in found[:most])
    return _("These would put it on land: {names}").format(names=names)


def _apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(np.hypot(a[0] - b[0], a[1] - b[1]))


def _tried(sample: np.ndarray, boxes: np.ndarray) -> Iterator[Candidate | None]:
    middle = (boxes[:, :2].min(axis=0) + boxes[:, 2:].max(axis=0)) / 2
    for code in (*_NATIONAL, *_CONTINENTAL):
        crs = f"EPSG:{code}"
        area = _area_of_use(crs)
        lon, lat = projection.lonlat(middle[:1], middle[1:], crs)
        if area is not None and _within(float(lon[0]), float(lat[0]), area):
            yield _candidate(crs, *projection.lonlat(sample[:, 0], sample[:, 1], crs), boxes)
    if not (1e5 <= middle[0] <= 9e5 and 0 <= middle[1] <= 1e7):
        return
    for base in (32600, 32700):  # zones differ by six degrees of longitude, and in nothing else
        lon, lat = projection.lonlat(sample[:, 0], sample[:, 1], f"EPSG:{base + 1}")
        for zone in range(1, 61):
            east = (lon + 6 * (zone - 1) + 180) % 360 - 180
            yield _candidate(f"EPSG:{base + zone}", east, lat, boxes)


def _within(lon: float, lat: float, area: tuple[float, float, float, float]) -> bool:
    return bool(area[0] - 1 <= lon <= area[2] + 1 and area[1] - 1 <= lat <= area[3] + 1)


def _candidate(crs: str, lon: np.ndarray, lat: np.ndarray, boxes: np.ndarray) -> Candidate | None:
    """The system, if the points (degrees) that it gives lie on land of one country."""
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        return None
    codes, _points = land.cities()
    _asked, near = _tree().query_nearest(
        shapely.points(lon, lat), max_distance=_NEAR, all_matches=False
    )
    if _commonest(codes[near])[1] < _MAYBE * len(lon):
        return None
    country, n = _commonest(land.countries_at(lon, lat))
    if not country or n < _FITS * len(lon):
        return None
    return Candidate(crs, _name(crs), country, _share_of(country, boxes, crs),
                     (float(lon.mean()), float(lat.mean())))  # fmt: skip


def _commonest(codes: np.ndarray) -> tuple[str, int]:
    names, counts = np.unique(codes[codes != ""], return_counts=True)
    k = int(counts.argmax()) if len(counts) else 0
    return (str(names[k]), int(counts[k])) if len(counts) else ("", 0)


def _share_of(country: str, boxes: np.ndarray, crs: str) -> float:
    """Share of the towns of a country that lie in the box of some area."""
    codes, points = land.cities()
    lonlat = shapely.get_coordinates(points[codes == country])
    towns = projection.to_plan(lonlat, projection.LONLAT, crs)
    towns = towns[np.isfinite(towns).all(axis=1)]
    tree = shapely.STRtree(shapely.box(*boxes.T))
    return len(np.unique(tree.query(shapely.points(towns))[0])) / max(len(lonlat), 1)


@lru_cache(maxsize=1)
def _tree() -> shapely.STRtree:
    return shapely.STRtree(land.cities()[1])


@lru_cache(maxsize=256)
def _area_of_use(crs: str) -> tuple[float, float, float, float] | None:
    from pyproj import CRS

    area = CRS.from_user_input(crs).area_of_use
    return None if area is None else (area.west, area.south, area.east, area.north)


def _name(crs: str) -> str:
    from pyproj import CRS

    return str(CRS.from_user_input(crs).name)
