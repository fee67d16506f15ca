"""Land of the countries that points lie in, offline, from the maps in `resources`."""

from __future__ import annotations

import csv
import gzip
import io
import sqlite3
from contextlib import closing
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from terradesk import paths, projection
from terradesk.arcs.wkb import wkb_of_geopackage

Floats = NDArray[np.float64]
Objects = NDArray[np.object_]
Window = tuple[float, float, float, float]

US = "US"
DEGREES = "EPSG:4326"
_M_PER_DEGREE = 110_000.0
_STRAIGHT = 0.05  # degrees: longer edges are curves in the plan's CRS
_NEAR_180 = 150.0  # degrees
_LOOSE = 0.04  # degrees that the end of a border may miss what it should meet
_AT_COAST = 0.05  # degrees from land within which a point belongs to its country


def windows(lon: ArrayLike, lat: ArrayLike, reach: float) -> list[Window]:
    """One or two boxes in degrees around points, cut at the 180th meridian.

    Parameters
    ----------
    lon, lat : (n,) float
        Degrees, finite.
    reach : float
        Metres that the boxes extend beyond the points.
    """
    lats = np.asarray(lat, np.float64)
    margin = reach / _M_PER_DEGREE
    south, north = max(float(lats.min()) - margin, -90.0), min(float(lats.max()) + margin, 90.0)
    widest = max(abs(south), abs(north))
    aside = margin / max(float(np.cos(np.radians(widest))), 0.05)
    west, east = projection.narrowest_interval(lon)
    west, east = west - aside, east + aside
    if east - west >= 360:
        return [(-180.0, south, 180.0, north)]
    return projection.cut_at_180(west, south, east, north)


def land_of(lon: ArrayLike, lat: ArrayLike, crs: str, reach: float) -> shapely.Geometry:
    """Land of the countries that points lie in, no further away than a box around them.

    Parameters
    ----------
    lon, lat : (n,) float
        Degrees, finite.
    crs : str
        Of the result, metres.
    reach : float
        Metres.

    Returns
    -------
    Polygon or MultiPolygon; empty where all points are at sea.
    """
    around = windows(lon, lat, reach)
    shapes, codes = _countries(around)
    here = set(_at(shapes, codes, np.asarray(lon), np.asarray(lat)).tolist()) - {""}
    chosen = shapes[np.isin(codes, list(here))]
    if US in here:
        states = _clipped(us_states()[1], around)
        chosen = np.concatenate([shapes[np.isin(codes, list(here - {US}))], states])
    metres = projection.to_plan(shapely.segmentize(chosen, _STRAIGHT), DEGREES, crs)
    return shapely.union_all(shapely.make_valid(metres))


def countries_at(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.object_]:
    """ISO codes of the countries of points, empty at sea and where a point is not known.

    Parameters
    ----------
    lon, lat : (n,) float
        Degrees.
    """
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    out = np.full(len(x), "", object)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if len(known):
        shapes, codes = _countries(windows(x[known], y[known], _M_PER_DEGREE))
        out[known] = _at(shapes, codes, x[known], y[known])
    return out


def us_states_at(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.int64]:
    """Row of the U.S. state of points (see `us_states`) on land or just off it, else -1."""
    asked, found = _nearest(us_states()[1], np.asarray(lon), np.asarray(lat))
    out = np.full(len(np.asarray(lon)), -1, np.int64)
    out[asked] = found
    return out


@lru_cache(maxsize=1)
def us_states() -> tuple[list[str], Objects]:
    """FIPS codes of the 56 states and territories, and their shapes in degrees."""
    uri = f"{paths.resource('us_2023.gpkg').resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as file:
        rows = file.execute("SELECT fips, geom FROM state ORDER BY fips").fetchall()
    shapes = np.asarray(shapely.from_wkb([wkb_of_geopackage(row[1]) for row in rows]), object)
    return [str(row[0]) for row in rows], shapes


# ---------------------------------------------------------------------- countries
def _countries(around: list[Window]) -> tuple[Objects, Objects]:
    """Pieces of land in some boxes, cut at the borders of countries, and the country of each.

    A piece belongs to the country of most of its cities, one without a city to that of the
    nearest: the base map has lines between countries, but does not say whose the land is.
    """
    uri = f"{paths.resource('basemap.gpkg').resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as file:
        land, borders = (_read(file, table, around) for table in ("land_10m", "border0_10m"))
    pieces = [_cut(shape, borders) for shape in _clipped(land, around)]
    flat = np.concatenate([*pieces, np.zeros(0, object)])
    return flat, _country_of(flat)


def _read(file: sqlite3.Connection, table: str, around: list[Window]) -> Objects:
    query = (
        f"SELECT fid, geom FROM {table} JOIN rtree_{table}_geom AS r ON r.id = fid "
        "WHERE r.maxx >= ? AND r.maxy >= ? AND r.minx <= ? AND r.miny <= ?"
    )
    found = {row[0]: row[1] for window in around for row in file.execute(query, window)}
    shapes = shapely.from_wkb([wkb_of_geopackage(blob) for blob in found.values()])
    return np.asarray(shapes, object)


def _clipped(shapes: Objects, around: list[Window]) -> Objects:
    """Polygons inside the boxes."""
    valid = shapely.make_valid(shapes)
    parts = [shapely.get_parts(shapely.clip_by_rect(valid, *window)) for window in around]
    flat = np.concatenate([*parts, np.zeros(0, object)])
    return flat[(shapely.get_dimensions(flat) == 2) & ~shapely.is_empty(flat)]


def _cut(land: shapely.Geometry, borders: Objects) -> Objects:
    """A piece of land cut along the lines that cross it."""
    crossing = borders[shapely.intersects(borders, land)] if len(borders) else borders
    if not len(crossing):
        return np.array([land], object)
    coast = shapely.boundary(land)
    lines = shapely.union_all([coast, *crossing, *_joints(crossing, coast)])
    faces = shapely.get_parts(shapely.polygonize([lines]))
    inside = shapely.contains(land, shapely.point_on_surface(faces))
    return np.asarray(faces[inside], object)


def _joints(lines: Objects, coast: shapely.Geometry) -> Objects:
    """Short lines from the ends of borders to the coast and to the border they should meet.

    The base map's lines are simplified, and their ends miss each other a little.
    """
    ends = shapely.get_point(lines, [[0], [-1]]).ravel()
    targets = np.append(shapely.get_parts(lines), coast)
    own = np.tile(np.arange(len(lines)), 2)
    asked, found = shapely.STRtree(targets).query(ends, predicate="dwithin", distance=_LOOSE)
    other = own[asked] != found
    missing = shapely.shortest_line(ends[asked[other]], targets[found[other]])
    xy = shapely.get_coordinates(missing).reshape(-1, 2, 2)
    xy[:, 1] += 0.1 * (xy[:, 1] - xy[:, 0])  # over the line, so that they cross
    return np.asarray(shapely.linestrings(xy[(xy[:, 0] != xy[:, 1]).any(axis=1)]), object)


def _country_of(pieces: Objects) -> Objects:
    out = np.full(len(pieces), "", object)
    if not len(pieces):
        return out
    tree, names, numbers = _city_tree()
    piece, city = tree.query(pieces, predicate="intersects")
    votes = np.zeros((len(pieces), len(names)), np.int32)
    np.add.at(votes, (piece, numbers[city]), 1)
    has = votes.sum(axis=1) > 0
    out[has] = names[votes[has].argmax(axis=1)]
    out[~has] = names[numbers[tree.nearest(shapely.point_on_surface(pieces[~has]))]]
    return out


@lru_cache(maxsize=1)
def _city_tree() -> tuple[shapely.STRtree, Objects, NDArray[np.int64]]:
    """The cities, codes of countries, and the row of each city's country among those."""
    codes, points = cities()
    names, numbers = np.unique(codes, return_inverse=True)
    return shapely.STRtree(points), names, numbers


@lru_cache(maxsize=1)
def cities() -> tuple[Objects, Objects]:
    """Country codes and points (degrees) of the cities of 15,000 people or more.

    Those near the 180th meridian are there twice, on either side of it.
    """
    data = gzip.decompress(paths.resource("cities15000.csv.gz").read_bytes()).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data, newline="")))
    codes = np.array([row["countrycode"] for row in rows], object)
    lonlat = np.array([(float(row["longitude"]), float(row["latitude"])) for row in rows])
    far = np.flatnonzero(np.abs(lonlat[:, 0]) > _NEAR_180)  # near from the other side too
    beyond = lonlat[far] - np.sign(lonlat[far, :1]) * (360.0, 0.0)
    return codes[np.append(np.arange(len(codes)), far)], shapely.points(np.vstack((lonlat, beyond)))


def _at(shapes: Objects, codes: Objects, lon: Floats, lat: Floats) -> Objects:
    """Country of each point, that of the nearest land just off the coast."""
    out = np.full(len(lon), "", object)
    if len(shapes):
        asked, found = _nearest(shapes, lon, lat)
        out[asked] = codes[found]
    return out


def _nearest(
    shapes: Objects, lon: Floats, lat: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Points, and the shape that each lies in, or else just off."""
    points = np.asarray(shapely.points(np.column_stack((lon, lat))), object)
    tree = shapely.STRtree(shapes)
    asked, found = tree.query(points)
    shapely.prepare(shapes)
    inside = shapely.intersects(shapes[found], points[asked])
    asked, first = np.unique(asked[inside], return_index=True)
    found = found[inside][first]
    rest = np.setdiff1d(np.arange(len(points)), asked)
    off, near = tree.query_nearest(points[rest], max_distance=_AT_COAST, all_matches=False)
    return np.concatenate((asked, rest[off])), np.concatenate((found, near))
