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
_UTM = tuple(base + zone for base in (32600, 32700) for zone in range(1, 61))
_MOST_POINTS = 60
_NEAR = 1.2  # degrees: land has a town of 15,000 people as near, nearly everywhere
_FITS = 0.9  # of the areas lie on land of one country
_WHOLE = 0.5  # overlap of extents from which the map is one of the whole country
_AHEAD = 0.6  # of the best overlap: what another system may reach at most


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
    overlap : float
        0 ... 1 how well the extent of the map is that of the country: common part by the whole.
    middle : (lon, lat)
        Degrees, where it puts the middle of the map.
    """

    crs: str
    name: str
    country: str
    overlap: float
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
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    corners = np.array([[low[0], low[1]], [low[0], high[1]], [high[0], low[1]], high])
    found = [one for one in _tried(sample, corners) if one is not None]
    return sorted(found, key=lambda one: -one.overlap)


def sure(found: list[Candidate]) -> Candidate | None:
    """The candidate that makes the map one of a whole country while no other place does."""
    if not found or found[0].overlap < _WHOLE:
        return None
    best = found[0]
    elsewhere = [one for one in found[1:] if _apart(one.middle, best.middle) > 0.1]
    if any(one.overlap > _AHEAD * best.overlap for one in elsewhere):
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


def _tried(sample: np.ndarray, corners: np.ndarray) -> Iterator[Candidate | None]:
    middle = corners.mean(axis=0)
    for code in (*_NATIONAL, *_CONTINENTAL, *_UTM):
        crs = f"EPSG:{code}"
        if code in _UTM and not (1e5 <= middle[0] <= 9e5 and 0 <= middle[1] <= 1e7):
            continue
        area = _area_of_use(crs)
        lon, lat = projection.lonlat(middle[:1], middle[1:], crs)
        if area is None or not _within(float(lon[0]), float(lat[0]), area):
            continue
        yield _candidate(crs, sample, corners)


def _within(lon: float, lat: float, area: tuple[float, float, float, float]) -> bool:
    return bool(area[0] - 1 <= lon <= area[2] + 1 and area[1] - 1 <= lat <= area[3] + 1)


def _candidate(crs: str, sample: np.ndarray, corners: np.ndarray) -> Candidate | None:
    lon, lat = projection.lonlat(sample[:, 0], sample[:, 1], crs)
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        return None
    codes, _points = land.cities()
    asked, near = _tree().query_nearest(
        shapely.points(lon, lat), max_distance=_NEAR, all_matches=False
    )
    names, counts = np.unique(codes[near], return_counts=True)
    if len(asked) == 0 or counts.max() < _FITS * len(sample):
        return None
    country = str(names[counts.argmax()])
    x, y = projection.lonlat(corners[:, 0], corners[:, 1], crs)
    own = shapely.box(x.min(), y.min(), x.max(), y.max())
    whole = _extent_of(country)
    union = shapely.area(shapely.union(own, whole))
    overlap = float(shapely.area(shapely.intersection(own, whole)) / union) if union > 0 else 0.0
    return Candidate(crs, _name(crs), country, overlap, (float(lon.mean()), float(lat.mean())))


@lru_cache(maxsize=1)
def _tree() -> shapely.STRtree:
    return shapely.STRtree(land.cities()[1])


@lru_cache(maxsize=16)
def _extent_of(country: str) -> shapely.Geometry:
    """Box around the towns of a country but for those far off: a fiftieth of them."""
    codes, points = land.cities()
    xy = shapely.get_coordinates(points[codes == country])
    low, high = np.percentile(xy, (1, 99), axis=0)
    return shapely.box(*low, *high)


@lru_cache(maxsize=256)
def _area_of_use(crs: str) -> tuple[float, float, float, float] | None:
    from pyproj import CRS

    area = CRS.from_user_input(crs).area_of_use
    return None if area is None else (area.west, area.south, area.east, area.north)


def _name(crs: str) -> str:
    from pyproj import CRS

    return str(CRS.from_user_input(crs).name)
