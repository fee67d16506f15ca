"""Coordinates that are no degrees: metres of a national grid, or degrees with minutes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from terradesk import projection
from terradesk.errors import TerraDeskError

Holds = Callable[[np.ndarray, np.ndarray], np.ndarray]

GRIDS: tuple[tuple[str, str, str], ...] = (
    ("SE", "EPSG:3006", "SWEREF 99 TM"),
    ("SE", "EPSG:3021", "RT90 2.5 gon V"),
    ("PL", "EPSG:2180", "PUWG 1992"),
    *(("PL", f"EPSG:{2171 + zone}", f"PUWG 2000, zone {zone}") for zone in (5, 6, 7, 8)),
    ("FR", "EPSG:2154", "Lambert-93"),
    ("FR", "EPSG:27572", "Lambert II étendu"),
    ("DE", "EPSG:25832", "ETRS89 / UTM 32"),
    ("DE", "EPSG:25833", "ETRS89 / UTM 33"),
    *(("DE", f"EPSG:{31464 + zone}", f"Gauß-Krüger, zone {zone}") for zone in (3, 4, 2, 5)),
    *(("IR", f"EPSG:{32600 + zone}", f"WGS 84 / UTM {zone}") for zone in (39, 40, 38, 41)),
    ("GB", "EPSG:27700", "British National Grid"),
    ("IE", "EPSG:2157", "Irish Transverse Mercator"),
    ("NL", "EPSG:28992", "RD New"),
    ("BE", "EPSG:31370", "Belgian Lambert 72"),
    ("CH", "EPSG:2056", "CH1903+ / LV95"),
    ("CH", "EPSG:21781", "CH1903 / LV03"),
    ("AT", "EPSG:31287", "Austria Lambert"),
    ("CZ", "EPSG:5514", "S-JTSK / Krovak East North"),
    ("DK", "EPSG:25832", "ETRS89 / UTM 32"),
    ("NO", "EPSG:25833", "ETRS89 / UTM 33"),
    ("FI", "EPSG:3067", "ETRS-TM35FIN"),
    ("ES", "EPSG:25830", "ETRS89 / UTM 30"),
    ("IT", "EPSG:25832", "ETRS89 / UTM 32"),
    ("US", "EPSG:5070", "NAD83 / Conus Albers"),
    *(("US", f"EPSG:{26900 + zone}", f"NAD83 / UTM {zone}") for zone in range(10, 20)),
    ("", "EPSG:3857", "Web Mercator"),
    ("", "EPSG:3035", "ETRS89-LAEA Europe"),
)
"""Country, code and name of the grids that coordinates in metres are usually of."""

_SAMPLE = 200
_MOST_DEGREES = 360.0
_FITS = 0.5
_DEGREES = re.compile(
    r"""\s*(?P<a>[NSEWO])?\s*(?P<d>-?\d{1,3}(?:[.,]\d+)?)\s*(?:[°º*d]|\s|:)\s*
    (?:(?P<m>\d{1,2}(?:[.,]\d+)?)\s*(?:['′’m]|\s|:|$)\s*)?
    (?:(?P<s>\d{1,2}(?:[.,]\d+)?)\s*(?:["″”s]|''|’’|$)\s*)?(?P<z>[NSEWO])?\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_SIDED = re.compile(r"\s*([NSEWO])?\s*(-?\d{1,3}(?:[.,]\d+)?)\s*([NSEWO])?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid that coordinates seem to be of.

    Parameters
    ----------
    crs : str
    name : str
    is_turned : bool
        The first of the two is the northing: x and y are exchanged.
    share : float
        Share of the points that lie in the map.
    """

    crs: str
    name: str
    is_turned: bool
    share: float


def look_projected(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether most pairs of numbers are too large for degrees."""
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return False
    large = (np.abs(x[known]) > _MOST_DEGREES) & (np.abs(y[known]) > _MOST_DEGREES)
    return bool(large.mean() > _FITS)


def fitting_grids(
    x: np.ndarray, y: np.ndarray, holds: Holds, countries: tuple[str, ...] = (), own: str = ""
) -> list[Grid]:
    """Grids in which coordinates lie in the map, the likeliest first.

    Parameters
    ----------
    x, y : (n,) float64
    holds : callable
        Tells which points (lon, lat) lie in the map.
    countries : tuple of str
        That the map shows: their grids go first.
    own : str
        CRS of the plan, tried last.
    """
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    known = known[:: max(len(known) // _SAMPLE, 1)]
    if not len(known):
        return []
    here = [g for g in GRIDS if not g[0] or not countries or g[0] in countries]
    asked = dict.fromkeys((crs, name) for _c, crs, name in here)
    if own:
        asked[own, own] = None
    found = []
    for crs, name in asked:
        for is_turned in (False, True):
            east, north = (y[known], x[known]) if is_turned else (x[known], y[known])
            share = _share(east, north, crs, holds)
            if share >= _FITS:
                found.append(Grid(crs, name, is_turned, share))
    return sorted(found, key=lambda one: -round(one.share, 1))  # stable: the usual grid first


def _share(x: np.ndarray, y: np.ndarray, crs: str, holds: Holds) -> float:
    try:
        lon, lat = projection.lonlat(x, y, crs)
    except TerraDeskError:
        return 0.0
    good = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    if not good.any():
        return 0.0
    return float(holds(lon[good], lat[good]).sum()) / len(x)


def degrees(cell: str) -> float | None:
    """A coordinate with degrees, minutes and seconds, or with a side of the world, in degrees.

    ``52° 13' 47" N``, ``N 52 13.78``, ``21,0122 E``, ``52:13:47``; None when it is none.
    """
    text = cell.strip()
    sided = _SIDED.fullmatch(text)
    if sided:
        if not (sided[1] or sided[3]):
            return None
        return _signed(float(sided[2].replace(",", ".")), sided[1] or sided[3])
    match = _DEGREES.fullmatch(text)
    if not match:
        return None
    whole, minutes, seconds = (float((match[k] or "0").replace(",", ".")) for k in ("d", "m", "s"))
    if minutes >= 60 or seconds >= 60:
        return None
    size = abs(whole) + minutes / 60 + seconds / 3600
    is_negative = match["d"].startswith("-")
    return _signed(-size if is_negative else size, match["a"] or match["z"] or "")


def _signed(value: float, side: str) -> float:
    return -value if side.upper() in ("S", "W") else value
