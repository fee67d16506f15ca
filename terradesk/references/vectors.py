"""Any map file as lines, points and rings in the plan's CRS."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

from terradesk import projection
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.progress import Progress
from terradesk.readers.maps import boundaries
from terradesk.references.reading import Place, Shapes
from terradesk.render.basemap_reading import Geometries, clipped, lines, surroundings
from terradesk.render.points import PointIndex

__all__ = ["MOST_VERTICES", "read"]

MOST_VERTICES = 20_000_000
"""Larger files are refused: they would take the memory that the plan needs."""


def read(path: str | Path, layer: str, place: Place, progress: Progress) -> Shapes:
    """Read a layer of a map file.

    Parameters
    ----------
    path : str or Path
    layer : str
        "" for the first one with shapes.
    place : Place
        Where the plan lies; shapes far from it are left out.
    progress : callable

    Raises
    ------
    TerraDeskError
        The file cannot be read, does not say its coordinate system, or is too large.
    """
    found = boundaries.read_boundaries(path, layer or None, progress)
    name = isolate(Path(path).name)
    if not found.crs:
        raise TerraDeskError(
            _("“{name}” does not say its coordinate system.").format(name=name),
            _("Put the .prj file beside it, or export it again with its coordinate system."),
        )
    shapes = shapely.from_wkb(found.wkb, on_invalid="ignore")
    shapes = np.asarray(shapes, object)[~shapely.is_missing(shapes)]
    if int(shapely.get_num_coordinates(shapes).sum()) > MOST_VERTICES:
        raise TerraDeskError(
            _("“{name}” has too many points to be drawn over a plan.").format(name=name),
            _("Simplify it, or cut out the part that you need, in the program that made it."),
        )
    progress(0.7, _("Reading the layer"))
    return _placed(_in_degrees(shapes, found.crs), place)


def _in_degrees(shapes: Geometries, crs: str) -> Geometries:
    """Single shapes in longitude and latitude; those without a place there are left out."""
    parts = shapely.get_parts(shapely.get_parts(shapely.force_2d(shapes)))
    if not projection.is_geographic(crs):
        parts = shapely.transform(parts, lambda xy: projection.to_plan(xy, crs, projection.LONLAT))
    xy, owner = shapely.get_coordinates(parts, return_index=True)
    is_lost = np.zeros(len(parts), bool)
    is_lost[owner[~np.isfinite(xy).all(axis=1)]] = True
    return np.asarray(parts[~is_lost & ~shapely.is_empty(parts)], object)


def _placed(parts: Geometries, place: Place) -> Shapes:
    box, origin = surroundings(place.arcs), place.arcs.origin
    of = [parts[shapely.get_dimensions(parts) == k] for k in range(3)]
    xy = projection.to_plan(shapely.get_coordinates(of[0]), projection.LONLAT, place.crs)
    inside = (
        (xy[:, 0] >= box[0]) & (xy[:, 0] <= box[2]) & (xy[:, 1] >= box[1]) & (xy[:, 1] <= box[3])
    )
    paths, areas = (clipped(of[k], place.crs, box, k) for k in (1, 2))
    rings = shapely.get_rings(shapely.orient_polygons(areas)) if len(areas) else areas
    n_shapes = int(inside.sum()) + len(paths) + len(areas)
    drawn = np.concatenate([paths, rings]) if len(rings) else paths
    return Shapes(
        lines(drawn, origin), lines(rings, origin), PointIndex.build(xy[inside]), n_shapes
    )
