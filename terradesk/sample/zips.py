"""US ZIP areas: approximate, drawn around ZIP points and cut at states and coasts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from terradesk import geocode, land, projection
from terradesk.arcs import Arcs, build
from terradesk.arcs.linking import spanning_links
from terradesk.arcs.voronoi import cells
from terradesk.i18n import _
from terradesk.progress import Progress, part
from terradesk.sample.catalogue import BuiltInMap
from terradesk.sample.islands import REACH
from terradesk.sample.layers import is_outlying
from terradesk.sample.shapes import Shapes
from terradesk.sample.tables import column, table, texts
from terradesk.units import Units

_WITH_AREA = ("Standard", "Unique")  # post office boxes and the military have no ground
_KM2_PER_SQUARE_MILE = 2.589988110336
_INWARD = 50.0  # metres from its state's border for a point that lies outside it

Row = dict[str, str]


def read_units(built_in: BuiltInMap, states: Sequence[str] = ()) -> Units:
    """ZIP areas in the order of their codes, without geometry; of all states unless some are named.

    Parameters
    ----------
    built_in : BuiltInMap
    states : sequence of str
        Two letters each.
    """
    rows = _rows(built_in, states)
    names = {state["code"]: state["name"] for state in table("us_states.csv")}
    figures = {
        "city": texts(row["primary_city"] for row in rows),
        "state": texts(names[row["state"]] for row in rows),
        "county_fips": texts(row["county_fips"] for row in rows),
        "land_km2": _numbers(rows, "land_area_sq_mi") * _KM2_PER_SQUARE_MILE,
    }
    for name in ("population", "households", "median_household_income", "median_age"):
        figures[name] = _numbers(rows, name)
    return Units(
        codes=texts(row["zip"] for row in rows),
        names=texts(f"{row['zip']} {row['primary_city']}" for row in rows),
        columns={name: figures[name] for name in built_in.columns},
        geometry_kind=built_in.geometry_kind,
        source_crs=projection.LONLAT,
    )


def _rows(built_in: BuiltInMap, states: Sequence[str]) -> list[Row]:
    rows = [row for row in geocode.zip_rows() if row["zip_type"] in _WITH_AREA]
    rows = [row for row in rows if not states or row["state"] in states]
    if not built_in.variant_of:
        rows = [row for row in rows if not is_outlying(built_in, row["zip"])]
    return sorted(rows, key=lambda row: row["zip"])


def _numbers(rows: list[Row], name: str) -> np.ndarray:
    return column([float(row[name]) if row[name] else None for row in rows])


def draw(built_in: BuiltInMap, progress: Progress, states: Sequence[str] = ()) -> Shapes:
    """Make the areas of `read_units`: about 4 s for the whole country.

    The cells of a state's ZIP points tile the state, so that ZIP areas add up to states.
    """
    rows = _rows(built_in, states)
    letters = {state["code"]: state["fips"] for state in table("us_states.csv")}
    fips, degrees = land.us_states()
    own = np.array([fips.index(letters[row["state"]]) for row in rows], np.int64)
    progress(0.1, _("Projecting the map"))
    is_main = [not is_outlying_state(code) for code in fips]
    crs = projection.equal_area_crs(*projection.lonlat_extent(degrees[is_main], land.DEGREES))
    used, region_of = np.unique(own, return_inverse=True)
    outlines = projection.to_plan(degrees[used], land.DEGREES, crs)
    lonlat = np.array([(float(row["lon"]), float(row["lat"])) for row in rows])
    points = projection.to_plan(lonlat, projection.LONLAT, crs)
    points = _into(points, outlines, region_of)
    polygons = cells(points, outlines, region_of, part(progress, 0.2, 0.8))
    progress(0.8, _("Drawing the borders"))
    arcs = build(polygons)
    links = _links(arcs, points, region_of)
    progress(0.9, _("Drawing the borders"))
    source = shapely.to_wkb(projection.to_degrees(polygons, crs))
    return Shapes(crs, arcs, links, source)


def _links(arcs: Arcs, points: np.ndarray, region_of: np.ndarray) -> np.ndarray:
    """Links over water: within each state first, so that none is in pieces, then between states."""
    both = (arcs.left >= 0) & (arcs.right >= 0)
    pairs = np.column_stack((arcs.left[both], arcs.right[both])).astype(np.int64)
    found = [np.empty((0, 2), np.int64)]
    for state in range(int(region_of.max()) + 1):
        rows = np.flatnonzero(region_of == state)
        inside = pairs[(region_of[pairs] == state).all(axis=1)]
        found.append(rows[spanning_links(points[rows], np.searchsorted(rows, inside))])
    within = np.concatenate(found)
    links = np.concatenate((within, spanning_links(points, np.concatenate((pairs, within)))))
    ways = np.hypot(*(points[links[:, 0]] - points[links[:, 1]]).T)
    return links[ways <= REACH].astype(np.int32)


def is_outlying_state(fips: str) -> bool:
    """Whether a state is not one of the lower 48."""
    return fips in ("02", "15") or fips >= "60"


def _into(points: np.ndarray, states: np.ndarray, region_of: np.ndarray) -> np.ndarray:
    """Points that lie outside their state moved just over its border."""
    out = points.copy()
    sites = shapely.points(points)
    for row in np.flatnonzero(~shapely.intersects(states[region_of], sites)):
        inner = shapely.buffer(states[region_of[row]], -_INWARD)
        line = shapely.shortest_line(inner, sites[row])
        out[row] = shapely.get_coordinates(line)[0]
    return out
