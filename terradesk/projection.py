"""The equal-area CRS of a plan, and the way into it and out of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from terradesk.errors import TerraDeskError
from terradesk.i18n import _

if TYPE_CHECKING:
    from pyproj import Transformer

Floats = NDArray[np.float64]
Objects = NDArray[np.object_]
Project = Callable[[Floats], Floats]

LONLAT = "OGC:CRS84"  # WGS 84, longitude first
STRAIGHT = 0.5  # metres that a straight edge may stray from its true course
_SHORT = 2000.0  # metres: shorter edges stray less than 0.1 m in any equal-area projection
_WORLD = 200.0  # degrees: wider extents get a world projection
_MOST_PIECES = 1000
_LONG = 10_000.0  # metres
_HALF_ROUND = 180.0  # degrees: a polygon that seems wider passes the 180th meridian


def narrowest_interval(west: ArrayLike, east: ArrayLike | None = None) -> tuple[float, float]:
    """Smallest interval of longitudes that holds all the given ones, over the 180th if need be.

    Parameters
    ----------
    west, east : (n,) float
        Intervals in degrees, west <= east; points when `east` is left out.

    Returns
    -------
    west, east
        -180 <= west < 180 and west <= east <= west + 360; (-180, 180) when nothing is given.
    """
    starts = np.asarray(west, np.float64).ravel()
    stops = starts if east is None else np.asarray(east, np.float64).ravel()
    known = np.isfinite(starts) & np.isfinite(stops)
    widths = np.clip(stops[known] - starts[known], 0.0, 360.0)
    starts = (starts[known] + 180.0) % 360.0 - 180.0
    if len(starts) == 0:
        return -180.0, 180.0
    order = np.argsort(starts, kind="stable")
    starts, stops = starts[order], starts[order] + widths[order]
    reach = np.maximum.accumulate(stops)
    following = np.append(starts[1:], starts[0] + 360.0)
    gaps = following - np.maximum(reach, reach[-1] - 360.0)
    k = int(np.argmax(gaps))
    if gaps[k] <= 0:
        return -180.0, 180.0
    first = float((following[k] + 180.0) % 360.0 - 180.0)
    return first, first + 360.0 - float(gaps[k])


def lonlat_extent(polygons: ArrayLike, crs: str = LONLAT) -> tuple[float, float, float, float]:
    """Extent of polygons in degrees: lon_min, lat_min, lon_max, lat_max.

    lon_max exceeds 180 where the extent crosses the antimeridian. Polygons cut there, as is
    usual in files, count as one.

    Parameters
    ----------
    polygons : (n,) object array of shapely geometries or None
    crs : str
        What their coordinates are in.
    """
    parts = shapely.get_parts(np.asarray(polygons, object))
    boxes = shapely.bounds(parts)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if not is_geographic(crs):
        boxes = _lonlat_boxes(boxes, crs)
    west, east = narrowest_interval(boxes[:, 0], boxes[:, 2])
    if len(boxes) == 0:
        return west, -90.0, east, 90.0
    return west, float(boxes[:, 1].min()), east, float(boxes[:, 3].max())


def cut_at_180(
    west: float, south: float, east: float, north: float
) -> list[tuple[float, float, float, float]]:
    """One or two boxes in degrees, between -180 and 180, that cover one which may lie across."""
    if west < -180:
        return [(west + 360, south, 180.0, north), (-180.0, south, east, north)]
    if east > 180:
        return [(west, south, 180.0, north), (-180.0, south, east - 360, north)]
    return [(west, south, east, north)]


def _lonlat_boxes(boxes: Floats, crs: str) -> Floats:
    """Boxes in degrees around nine points of each box."""
    t = np.array([0.0, 0.5, 1.0])
    x = boxes[:, [0]] + t * (boxes[:, [2]] - boxes[:, [0]])
    y = boxes[:, [1]] + t * (boxes[:, [3]] - boxes[:, [1]])
    lon, lat = lonlat(np.repeat(x, 3, axis=1), np.tile(y, 3), crs)
    sides = [narrowest_interval(row) for row in lon]
    low, high = np.array(sides).reshape(-1, 2).T
    return np.column_stack((low, lat.min(axis=1), high, lat.max(axis=1)))


def equal_area_crs(lon_min: float, lat_min: float, lon_max: float, lat_max: float) -> str:
    """Equal-area CRS in metres for an extent in degrees, as a PROJ string.

    Albers for wide extents in middle latitudes, with the standard parallels a sixth inside the
    extent; Equal Earth for the world; Lambert azimuthal otherwise. On WGS 84.
    Source: Snyder 1987, Map Projections: A Working Manual, p. 33 and 99 (one-sixth rule).

    Parameters
    ----------
    lon_min, lat_min, lon_max, lat_max : float
        lon_max < lon_min, or above 180, means that the extent crosses the antimeridian.

    Raises
    ------
    ValueError
        Latitudes beyond the poles or in the wrong order, or a number that is not finite.
    """
    sides = (lon_min, lat_min, lon_max, lat_max)
    if not (np.isfinite(sides).all() and -90.001 <= lat_min <= lat_max <= 90.001):
        raise ValueError(f"{sides} is not an extent in degrees")
    width = lon_max - lon_min if lon_max >= lon_min else lon_max - lon_min + 360.0
    height = lat_max - lat_min
    digits = 0 if max(width, height) > 20 else 1 if max(width, height) > 2 else 3
    lon = round((lon_min + width / 2 + 180.0) % 360.0 - 180.0, digits)
    lat = round((lat_min + lat_max) / 2, digits)
    if width > _WORLD:
        return _proj(f"+proj=eqearth +lon_0={lon:g}")
    if _is_wide(width, height, lat) and not lat_min < 0 < lat_max:
        south, north = lat_min + height / 6, lat_max - height / 6
        parallels = f"+lat_1={south:.{digits + 1}f} +lat_2={north:.{digits + 1}f}"
        return _proj(f"+proj=aea {parallels} +lat_0={lat:g} +lon_0={lon:g}")
    return _proj(f"+proj=laea +lat_0={lat:g} +lon_0={lon:g}")


def _is_wide(width: float, height: float, lat: float) -> bool:
    """Whether a cone fits better than a plane: wide, and neither polar nor tropical."""
    is_middle = 15.0 <= abs(lat) <= 70.0
    return is_middle and width > 5.0 and width * np.cos(np.radians(lat)) > 1.4 * height


def _proj(projection: str) -> str:
    return f"{projection} +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs +type=crs"


@lru_cache(maxsize=32)
def _crs(text: str) -> Any:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise TerraDeskError(
            _("The coordinate system of the file is not known: {name}").format(name=text[:80]),
            _("Choose the coordinate system by hand when you import the file."),
        ) from error


@lru_cache(maxsize=32)
def _transformer(from_crs: str, to_crs: str) -> Transformer:
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    systems = _crs(from_crs), _crs(to_crs)
    try:
        return Transformer.from_crs(*systems, always_xy=True)
    except ProjError as error:  # a plane of its own, as drawings have
        raise TerraDeskError(
            _("The coordinate system of the file has no place on the Earth: {name}").format(
                name=systems[0].name[:80]
            ),
            _("Choose the coordinate system by hand when you import the file."),
        ) from error


def is_known(crs: str) -> bool:
    """Whether a text names a coordinate system."""
    try:
        _crs(crs)
    except TerraDeskError:
        return False
    return True


def is_geographic(crs: str) -> bool:
    """Whether coordinates of this CRS are degrees."""
    return bool(_crs(crs).is_geographic)


def wkt(crs: str) -> str:
    """The CRS as WKT, for files of other programs."""
    return str(_crs(crs).to_wkt())


def lonlat(x: ArrayLike, y: ArrayLike, plan_crs: str) -> tuple[Floats, Floats]:
    """Longitudes and latitudes (WGS 84 degrees) of points in a CRS; not finite where unknown."""
    lon, lat = _transformer(plan_crs, LONLAT).transform(np.asarray(x), np.asarray(y))
    return np.asarray(lon, np.float64), np.asarray(lat, np.float64)


def to_plan(polygons_or_xy: ArrayLike, from_crs: str, plan_crs: str) -> NDArray[Any]:
    """Polygons or points in another CRS.

    Edges that would stray more than half a metre from their true course get more vertices, the
    same on both sides of a border. Parts that a file has cut at the 180th meridian are joined.

    Parameters
    ----------
    polygons_or_xy : (n,) object array of shapely (Multi)Polygons or None, or (n, 2) float
    from_crs, plan_crs : str
        Authority code (EPSG:4326), PROJ string or WKT. x is longitude or easting, always.

    Returns
    -------
    Of the same kind and length. Coordinates that have no place in the CRS are not finite.

    Raises
    ------
    TerraDeskError
        A CRS is not known.
    """
    values = np.asarray(polygons_or_xy)
    transformer = _transformer(from_crs, plan_crs)
    if values.dtype != object:
        return _project(values.reshape(-1, 2).astype(np.float64), transformer)
    has_seam = is_geographic(from_crs) and _is_joined_at_180(transformer)
    return _project_polygons(values, transformer, has_seam)


def to_degrees(polygons: ArrayLike, plan_crs: str) -> Objects:
    """Polygons of a plan in degrees (WGS 84, longitude first), cut at the 180th meridian.

    Parameters
    ----------
    polygons : (n,) object array of shapely (Multi)Polygons or None
    plan_crs : str

    Returns
    -------
    (n,) object array
        Valid; long edges have more vertices, so that they keep their course.
    """
    out = np.asarray(shapely.segmentize(np.asarray(polygons, object), _LONG), object)
    xy, row = shapely.get_coordinates(out, return_index=True)
    lon, lat = lonlat(xy[:, 0], xy[:, 1], plan_crs)
    rows, starts = np.unique(row, return_index=True)
    if not len(rows):
        return out
    width = np.maximum.reduceat(lon, starts) - np.minimum.reduceat(lon, starts)
    is_cut = np.zeros(len(out), bool)
    is_cut[rows[width > _HALF_ROUND]] = True
    lon = np.where(is_cut[row] & (lon < 0), lon + 360.0, lon)
    out = np.asarray(shapely.set_coordinates(out, np.column_stack((lon, lat))), object)
    for one in np.flatnonzero(is_cut):
        out[one] = _cut_at_180(out[one])
    crossed = ~(shapely.is_valid(out) | shapely.is_missing(out))
    out[crossed] = shapely.make_valid(out[crossed], method="structure", keep_collapsed=False)
    return out


def _cut_at_180(polygon: shapely.Geometry) -> shapely.Geometry:
    """A polygon whose longitudes pass 180 as one that stays between -180 and 180."""
    whole = shapely.make_valid(polygon)
    west = shapely.clip_by_rect(whole, 0.0, -90.0, 180.0, 90.0)
    east = shapely.clip_by_rect(whole, 180.0, -90.0, 360.0, 90.0)
    moved = shapely.transform(east, lambda xy: xy - (360.0, 0.0))
    parts = shapely.get_parts([west, moved])
    return shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2])


def _project(xy: Floats, transformer: Transformer) -> Floats:
    return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1])).astype(np.float64)


def _at_seam(xy: Floats) -> NDArray[np.bool_]:
    return np.asarray(np.abs(np.abs(xy[:, 0]) - 180.0) < 1e-9)


def _project_joined(xy: Floats, transformer: Transformer) -> Floats:
    """Project with one number for both names of the antimeridian, so that parts fit to the bit."""
    lon = np.where(_at_seam(xy), 180.0, xy[:, 0])
    return _project(np.column_stack((lon, xy[:, 1])), transformer)


def _is_joined_at_180(transformer: Transformer) -> bool:
    """Whether both sides of the antimeridian are one place in the target CRS."""
    x, y = transformer.transform([180.0, -180.0], [10.0, 10.0])
    return bool(np.hypot(x[0] - x[1], y[0] - y[1]) < 1.0)


def _project_polygons(polygons: Objects, transformer: Transformer, has_seam: bool) -> Objects:
    result = np.full(len(polygons), None, object)
    kinds = shapely.get_type_id(polygons)
    is_area = np.isin(kinds, (3, 6)) & ~shapely.is_empty(polygons)
    rows = np.flatnonzero(is_area)
    if len(rows) == 0:
        return result
    project = partial(_project_joined if has_seam else _project, transformer=transformer)
    kind, xy, offsets = shapely.to_ragged_array(without_empty_parts(polygons[rows]))
    flat, rings = _densify(xy, np.asarray(offsets[0], np.int64), project)
    result[rows] = shapely.from_ragged_array(kind, flat, (rings, *offsets[1:]))
    single = np.flatnonzero(is_area & (kinds == 3))
    result[single] = [shapely.get_geometry(one, 0) for one in result[single]]
    if has_seam:
        touched = rows[_owners(offsets, np.flatnonzero(_at_seam(xy)))]
        result[touched] = [_joined(one) for one in result[touched]]
    return result


def without_empty_parts(polygons: Objects) -> Objects:
    """Polygons in two dimensions without parts and holes that have no corners.

    shapely makes such parts from some files, and building from arrays crashes on them.

    Parameters
    ----------
    polygons : (n,) object array of shapely (Multi)Polygons
        None of them empty as a whole.
    """
    out = np.asarray(shapely.force_2d(polygons), object)
    parts, whose = shapely.get_parts(out, return_index=True)
    rings, owner = shapely.get_rings(parts, return_index=True)  # those without corners left out
    n_full = np.bincount(owner[~shapely.is_empty(rings)], minlength=len(parts))
    wrong = np.unique(whose[n_full != 1 + shapely.get_num_interior_rings(parts)])
    for row in wrong.tolist():
        own = parts[(whose == row) & ~shapely.is_empty(parts)]
        full = [_without_empty_holes(part) for part in own]
        out[row] = full[0] if len(full) == 1 else shapely.multipolygons(full)
    return out


def _without_empty_holes(polygon: shapely.Geometry) -> shapely.Geometry:
    holes = [ring for ring in polygon.interiors if not ring.is_empty]
    return shapely.Polygon(polygon.exterior, holes)


def _joined(polygon: shapely.Geometry) -> shapely.Geometry:
    """Union of the parts; the polygon itself where they are too broken for that."""
    try:
        return shapely.union_all(shapely.get_parts(polygon))
    except shapely.errors.GEOSException:
        return polygon


def _owners(offsets: tuple[Any, ...], vertices: NDArray[np.int64]) -> NDArray[np.int64]:
    """Geometries of a ragged array that own the vertices, ascending and unique."""
    owners = vertices
    for starts in offsets:
        owners = np.unique(np.searchsorted(starts, owners, side="right") - 1)
    return owners


def _densify(
    xy: Floats, rings: NDArray[np.int64], project: Project
) -> tuple[Floats, NDArray[np.int64]]:
    """Projected vertices with those added that edges need, and the new ring offsets."""
    flat = project(xy)
    is_edge = np.ones(max(len(xy) - 1, 0), bool)
    is_edge[rings[1:-1] - 1] = False  # from the end of a ring to the start of the next
    chord = np.hypot(*np.diff(flat, axis=0).T)
    edges = np.flatnonzero(is_edge & (chord > _SHORT))
    pieces = np.ones(len(xy), np.int64)
    pieces[edges] = _pieces(xy[edges], xy[edges + 1], flat[edges], flat[edges + 1], project)
    starts = np.concatenate(([0], np.cumsum(pieces)))
    owners = np.repeat(np.arange(len(xy)), pieces)
    step = np.arange(len(owners)) - starts[owners]
    out = flat[owners]
    new = np.flatnonzero(step)
    k = owners[new]
    out[new] = project(_between(xy[k], xy[k + 1], step[new], pieces[k]))
    return out, starts[rings]


def _is_back(a: Floats, b: Floats) -> NDArray[np.bool_]:
    """Whether an edge runs from the higher to the lower end: neighbours see it both ways."""
    return np.asarray((a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1])))


def _between(a: Floats, b: Floats, step: NDArray[np.int64], pieces: NDArray[np.int64]) -> Floats:
    """Ends of the given pieces of edges, bit for bit the same from either end."""
    is_back = _is_back(a, b)
    low = np.where(is_back[:, None], b, a)
    high = np.where(is_back[:, None], a, b)
    share = np.where(is_back, pieces - step, step) / pieces
    return low + (high - low) * share[:, None]


def _pieces(
    a: Floats, b: Floats, flat_a: Floats, flat_b: Floats, project: Project
) -> NDArray[np.int64]:
    """How many pieces each edge needs to stay within STRAIGHT of its course.

    The error of a chord falls with the square of its length.
    """
    is_back = _is_back(a, b)[:, None]
    a, b = np.where(is_back, b, a), np.where(is_back, a, b)
    flat_a, flat_b = np.where(is_back, flat_b, flat_a), np.where(is_back, flat_a, flat_b)
    error = np.zeros(len(a))
    for t in (0.25, 0.5, 0.75):
        true = project(a + (b - a) * t)
        chord = flat_a + (flat_b - flat_a) * t
        error = np.fmax(error, np.hypot(*(true - chord).T))
    error[~np.isfinite(error)] = 0.0
    needed = np.ceil(np.sqrt(error / STRAIGHT))
    return np.clip(needed, 1, _MOST_PIECES).astype(np.int64)
