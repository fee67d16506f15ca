"""Shapes of imported areas: polygons out of whatever a file holds, joined where it is asked."""

from __future__ import annotations

import numpy as np
import shapely

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate, ngettext, number
from terradesk.readers.boundaries import Boundaries
from terradesk.readers.report import Issue, issue

_POLYGON, _MULTIPOLYGON, _COLLECTION = 3, 6, 7


def polygons_of(boundaries: Boundaries) -> tuple[np.ndarray, np.ndarray]:
    """Polygons of each row, None where there are none, and which rows hold other things."""
    given = np.array([one is not None for one in boundaries.wkb], bool)
    shapes = np.asarray(shapely.from_wkb(boundaries.wkb, on_invalid="ignore"), object)
    kinds = shapely.get_type_id(shapes)
    for row in np.flatnonzero(kinds == _COLLECTION):
        parts = [p for p in _leaves(shapes[row]) if shapely.get_type_id(p) == _POLYGON]
        shapes[row] = shapely.multipolygons(parts) if parts else None
    kinds = shapely.get_type_id(shapes)
    is_area = np.isin(kinds, (_POLYGON, _MULTIPOLYGON)) & ~shapely.is_empty(shapes)
    is_other = given & ~is_area & ~((kinds >= 0) & shapely.is_empty(shapes))
    shapes[~is_area] = None
    return shapes, is_other


def _leaves(geometry: shapely.Geometry) -> list[shapely.Geometry]:
    parts = [geometry]
    while any(shapely.get_type_id(parts) > _POLYGON):
        parts = [inner for part in parts for inner in shapely.get_parts(part)]
    return parts


def area_rows(shapes: np.ndarray, boundaries: Boundaries) -> np.ndarray:
    """Rows with an area.

    Raises
    ------
    TerraDeskError
        There are none.
    """
    rows = np.flatnonzero(~shapely.is_missing(shapes))
    if len(rows):
        return rows
    layer = isolate(boundaries.layer)
    if len(shapes) == 0:
        raise TerraDeskError(
            _("The layer “{layer}” is empty.").format(layer=layer),
            _("Choose another layer or file."),
        )
    found = shapely.get_type_id(shapely.from_wkb(boundaries.wkb, on_invalid="ignore"))
    if np.isin(found, (1, 2, 5)).any():
        message = _("The layer “{layer}” holds lines, not areas.")
    elif np.isin(found, (0, 4)).any():
        message = _("The layer “{layer}” holds points, not areas.")
    else:
        message = _("No row of the layer “{layer}” has a shape.")
    raise TerraDeskError(
        message.format(layer=layer),
        _("Choose a layer of areas, such as counties or postal code areas."),
    )


def joined(shapes: np.ndarray, labels: np.ndarray, n: int) -> np.ndarray:
    """One shape per label; rows of one label become one."""
    out = np.full(n, None, object)
    order = np.argsort(labels, kind="stable")
    stops = np.searchsorted(labels[order], np.arange(n + 1))
    for label in range(n):
        members = shapes[order[stops[label] : stops[label + 1]]]
        whole = members[0]
        if len(members) > 1:
            parts = shapely.union_all(shapely.make_valid(members))
            polygons = [p for p in _leaves(parts) if shapely.get_type_id(p) == _POLYGON]
            whole = shapely.multipolygons(polygons)
        out[label] = whole
    return out


def wkb_of(polygons: np.ndarray) -> np.ndarray:
    """(n,) object array of WKB bytes."""
    out = np.empty(len(polygons), object)
    out[:] = list(shapely.to_wkb(polygons))
    return out


def left_out(shapes: np.ndarray, is_other: np.ndarray, rows: np.ndarray) -> list[Issue]:
    """What to say about the rows without an area."""
    issues = []
    other = np.flatnonzero(is_other)
    if len(other):
        text = ngettext(
            "{n} row is no area and was left out.",
            "{n} rows are no areas and were left out.",
            len(other),
        )
        issues.append(issue("not_area", text.format(n=number(len(other))), other))
    empty = np.setdiff1d(np.flatnonzero(shapely.is_missing(shapes)), other)
    if len(empty):
        text = ngettext(
            "{n} row has no shape and was left out.",
            "{n} rows have no shape and were left out.",
            len(empty),
        )
        issues.append(issue("no_shape", text.format(n=number(len(empty))), empty))
    return issues
