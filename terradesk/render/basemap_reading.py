"""Reading the base map: GeoPackage through sqlite3, clipped and projected for one plan."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from terradesk import projection
from terradesk.arcs import PIECE, Arcs, build
from terradesk.arcs import levels as arc_levels
from terradesk.arcs.figures import arc_boxes
from terradesk.arcs.model import assemble
from terradesk.arcs.ordering import gather, hilbert_keys
from terradesk.arcs.wkb import wkb_of_geopackage
from terradesk.render.basemap import BaseMap
from terradesk.render.jit import Floats
from terradesk.render.regions import country_regions

__all__ = ["Geometries", "clipped", "lines", "read", "surroundings"]

Box = tuple[float, float, float, float]
Geometries = NDArray[np.object_]

_DEGREES = "EPSG:4326"
_MARGIN = 1.0  # of the plan's longer side, on every side
_LEAST_MARGIN_M, _MOST_MARGIN_M = 8e5, 4e6
_FARTHEST_M = 1.6e7  # keeps int32 centimetres away from their limit
_STRAIGHT_DEGREES = 0.2  # longer edges, straight in degrees, are curves in the plan's CRS
_SAMPLES = 33


def surroundings(arcs: Arcs) -> Box:
    """Box in metres around a plan that its base map covers."""
    has = arcs.unit_boxes[:, 0] <= arcs.unit_boxes[:, 2]
    boxes = arcs.unit_boxes[has].astype(np.float64) / 100
    if not len(boxes):
        boxes = np.zeros((1, 4))
    x0, y0 = boxes[:, :2].min(axis=0)
    x1, y1 = boxes[:, 2:].max(axis=0)
    margin = float(np.clip(_MARGIN * max(x1 - x0, y1 - y0), _LEAST_MARGIN_M, _MOST_MARGIN_M))
    box = np.array([x0 - margin, y0 - margin, x1 + margin, y1 + margin])
    x0, y0, x1, y1 = box.clip(-_FARTHEST_M, _FARTHEST_M) + np.tile(arcs.origin, 2)
    return float(x0), float(y0), float(x1), float(y1)


def read(source: Path, crs: str, box: Box, origin: tuple[float, float]) -> BaseMap:
    """Read, clip and project the base map.

    Parameters
    ----------
    source : Path
        GeoPackage with land, lakes, rivers, borders, cities and countries in degrees.
    crs : str
        The plan's CRS.
    box : tuple of float
        What to cover, metres.
    origin : tuple of float
        Of the plan's arcs, metres.
    """
    windows = _windows(box, crs)
    uri = f"{source.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as file:

        def shapes(table: str, dimension: int) -> Geometries:
            return _clip(_features(file, table, windows)[0], windows, crs, box, dimension)

        land, lakes = (build(shapes(t, 2), origin) for t in ("land_10m", "lake_10m"))
        rivers, borders = (lines(shapes(t, 1), origin) for t in ("river_50m", "border0_10m"))
        cities, city_names, populations = _points(file, "city", "population", windows, crs)
        countries, country_names, _ = _points(file, "country", "size", windows, crs)
    regions = country_regions(land, borders, countries, box)
    return BaseMap(
        land,
        lakes,
        rivers,
        borders,
        cities,
        city_names,
        populations,
        countries,
        country_names,
        regions,
        box,
    )


def _windows(box: Box, crs: str) -> list[Box]:
    """One or two boxes in degrees that cover a box in metres, cut at 180 degrees."""
    x, y = np.meshgrid(np.linspace(box[0], box[2], _SAMPLES), np.linspace(box[1], box[3], _SAMPLES))
    lon, lat = projection.lonlat(x.ravel(), y.ravel(), crs)
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return [(-180.0, -90.0, 180.0, 90.0)]
    lon, lat = np.asarray(lon)[known], np.asarray(lat)[known]
    south, north = float(max(-90, lat.min() - 1)), float(min(90, lat.max() + 1))
    west, east = projection.narrowest_interval(lon)
    west, east = west - 1, east + 1
    if east - west > 300 or max(abs(south), north) > 86 or not known.all():
        return [(-180.0, south, 180.0, north)]
    return projection.cut_at_180(west, south, east, north)


def _features(
    file: sqlite3.Connection, table: str, windows: list[Box], columns: str = ""
) -> tuple[Geometries, list[tuple[Any, ...]]]:
    """Geometries whose box meets a window, with further columns."""
    query = (
        f"SELECT fid, geom{columns} FROM {table} JOIN rtree_{table}_geom AS r ON r.id = fid "
        "WHERE r.maxx >= ? AND r.maxy >= ? AND r.minx <= ? AND r.miny <= ?"
    )
    found: dict[int, tuple[Any, ...]] = {}
    for window in windows:
        found.update((row[0], row[1:]) for row in file.execute(query, window))
    rows = list(found.values())
    return np.asarray(shapely.from_wkb([wkb_of_geopackage(row[0]) for row in rows]), object), rows


def _clip(shapes: Geometries, windows: list[Box], crs: str, box: Box, dimension: int) -> Geometries:
    """Parts of the shapes inside the box, in metres."""
    pieces = [np.zeros(0, object)]
    for window in windows:
        parts = shapely.get_parts(shapely.clip_by_rect(shapely.make_valid(shapes), *window))
        parts = parts[shapely.get_dimensions(parts) == dimension]
        pieces.append(shapely.segmentize(parts, _STRAIGHT_DEGREES))
    degrees = np.concatenate(pieces)
    if not len(degrees):
        return degrees
    metres = shapely.transform(degrees, lambda xy: projection.to_plan(xy, _DEGREES, crs))
    xy, owner = shapely.get_coordinates(metres, return_index=True)
    lost = np.zeros(len(metres), bool)
    lost[owner[~np.isfinite(xy).all(axis=1)]] = True
    whole = shapely.make_valid(metres[~lost])
    parts = shapely.get_parts(shapely.clip_by_rect(whole, *box))
    parts = parts[(shapely.get_dimensions(parts) == dimension) & ~shapely.is_empty(parts)]
    return np.asarray(parts, object)


def _points(
    file: sqlite3.Connection, table: str, weight: str, windows: list[Box], crs: str
) -> tuple[Floats, NDArray[np.str_], Floats]:
    """Points in metres with name and weight, heaviest first."""
    shapes, rows = _features(file, table, windows, f", name, {weight}")
    weights = np.array([row[2] or 0 for row in rows], np.float64)
    names = np.array([str(row[1]) for row in rows], np.str_)
    order = np.argsort(-weights, kind="stable")
    degrees = shapely.get_coordinates(shapes).reshape(-1, 2)[order]
    xy = np.asarray(projection.to_plan(degrees, _DEGREES, crs), np.float64).reshape(-1, 2)
    known = np.isfinite(xy).all(axis=1)
    return xy[known], names[order][known], weights[order][known]


def clipped(shapes: Geometries, crs: str, box: Box, dimension: int) -> Geometries:
    """Single lines (dimension 1) or polygons (2), given in degrees, inside a box in metres.

    Parameters
    ----------
    shapes : (n,) object array of geometries in longitude and latitude
    crs : str
        The plan's CRS.
    box : tuple of float
        x0, y0, x1, y1 in metres.
    dimension : int

    Returns
    -------
    (k,) object array
        In metres; broken polygons are made valid, what has no place in the CRS is left out.
    """
    if not len(shapes):
        return np.zeros(0, object)
    return _clip(shapes, _windows(box, crs), crs, box, dimension)


def lines(shapes: Geometries, origin: tuple[float, float]) -> Arcs:
    """Lines as arcs with nothing on either side, so that they cull and simplify like borders.

    Parameters
    ----------
    shapes : (n,) object array of LineStrings in metres
    origin : tuple of float
        Of the plan's arcs, metres.
    """
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    centimetres = np.rint((xy.reshape(-1, 2) - origin) * 100).astype(np.int32)
    pieces = []
    for path in np.split(np.arange(len(owner)), np.flatnonzero(np.diff(owner)) + 1):
        pieces += [path[i : i + PIECE] for i in range(0, max(len(path) - 1, 0), PIECE - 1)]
    offsets = np.cumsum([0, *(len(piece) for piece in pieces)]).astype(np.int32)
    rows = np.concatenate(pieces) if pieces else np.zeros(0, np.int64)
    line = np.ascontiguousarray(centimetres[rows])
    order = np.argsort(hilbert_keys(arc_boxes(line, offsets)), kind="stable")
    line, offsets = gather(line, offsets, order)
    outside = np.full(len(offsets) - 1, -1, np.int32)
    extent = np.concatenate([line.min(0), line.max(0)]) if len(line) else np.zeros(4, np.int32)
    ladder = arc_levels.tolerances(extent)
    ranks = arc_levels.rank(line, offsets, ladder)
    return assemble(0, origin, (outside, outside), (line, offsets), ladder, ranks)
