"""Shapes of imported areas: polygons out of whatever a file holds, joined where it is asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, isolate, ngettext, number
from terradesk.projection import without_empty_parts
from terradesk.readers.maps.boundaries import Boundaries
from terradesk.readers.report import Issue, issue

_POLYGON, _MULTIPOLYGON, _COLLECTION = 3, 6, 7
_HALF_ROUND = 180.0  # degrees: no edge of a map is longer

FINE, NO_SHAPE, NOT_AREA, UNREADABLE, NOT_NUMBERS, NO_AREA, OFF_GLOBE = range(7)
"""What is wrong with the shape of a row."""

_KINDS = {
    NOT_AREA: ("not_area", N_("No area but a point, a line or text")),
    NO_SHAPE: ("no_shape", N_("No shape")),
    UNREADABLE: ("unreadable", N_("A shape that is damaged: a ring of less than three corners")),
    NOT_NUMBERS: ("not_numbers", N_("A corner of the shape is not a number, or infinitely far")),
    NO_AREA: ("no_area", N_("A shape without any area: its ring is a line")),
    OFF_GLOBE: ("off_globe", N_("Coordinates that are not on the Earth")),
}


@dataclass(frozen=True, slots=True, eq=False)
class Polygons:
    """Polygons of the rows of a file.

    Parameters
    ----------
    shapes : (n,) object array
        (Multi)Polygon, None where there is none that can be used.
    faults : (n,) uint8
        One of `FINE` ... `OFF_GLOBE`.
    """

    shapes: np.ndarray
    faults: np.ndarray

    @property
    def rows(self) -> np.ndarray:
        """(k,) int64 rows with a shape that can be used."""
        return np.flatnonzero(self.faults == FINE)

    def reject(self, rows: np.ndarray, fault: int) -> None:
        """Leave rows out that turned out to be unusable."""
        self.shapes[rows] = None
        self.faults[rows] = fault


def polygons_of(boundaries: Boundaries) -> Polygons:
    """Polygons of each row: areas out of collections, rings closed, without numbers that are none.

    Parameters
    ----------
    boundaries : Boundaries
    """
    given = np.array([one is not None for one in boundaries.wkb], bool)
    with np.errstate(invalid="ignore"):
        shapes = np.asarray(shapely.from_wkb(boundaries.wkb, on_invalid="fix"), object)
        shapes = np.asarray(shapely.force_2d(shapes), object)
    faults = np.where(given, UNREADABLE, NO_SHAPE).astype(np.uint8)
    faults[~shapely.is_missing(shapes)] = NOT_AREA
    for row in np.flatnonzero(shapely.get_type_id(shapes) == _COLLECTION):
        parts = [p for p in _leaves(shapes[row]) if shapely.get_type_id(p) == _POLYGON]
        if parts:
            shapes[row] = shapely.multipolygons(parts)
    is_area = np.isin(shapely.get_type_id(shapes), (_POLYGON, _MULTIPOLYGON))
    faults[is_area] = FINE
    faults[shapely.is_empty(shapes)] = NO_SHAPE
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    faults[np.unique(owner[~np.isfinite(xy).all(axis=1)])] = NOT_NUMBERS
    fine = faults == FINE
    shapes[fine] = without_empty_parts(shapes[fine])
    faults[given & (faults == FINE) & _is_flat(shapes, faults == FINE)] = NO_AREA
    shapes[faults != FINE] = None
    return Polygons(shapes, faults)


def _is_flat(shapes: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Whether nothing is left of a shape when it is made valid."""
    out = np.zeros(len(shapes), bool)
    wrong = np.flatnonzero(asked)
    with np.errstate(invalid="ignore", over="ignore"):
        wrong = wrong[~shapely.is_valid(shapes[wrong])]
        mended = shapely.make_valid(shapes[wrong], method="structure", keep_collapsed=False)
        out[wrong] = ~(shapely.area(mended) > 0)
    return out


def unwrapped(shapes: np.ndarray) -> np.ndarray:
    """Shapes in degrees, those drawn the long way round across the 180th meridian set right.

    Parameters
    ----------
    shapes : (n,) object array
        An edge from 179 to -179 goes to 181 instead.
    """
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    jumps = np.abs(np.diff(xy[:, 0])) > _HALF_ROUND
    rows = np.unique(owner[1:][jumps & (np.diff(owner) == 0)])
    rows = rows[_has_long_edge(shapes[rows])]
    out = shapes.copy()
    out[rows] = shapely.transform(
        shapes[rows], lambda c: np.column_stack((np.where(c[:, 0] < 0, c[:, 0] + 360, c[:, 0]),
                                                 c[:, 1])))  # fmt: skip
    return out


def _has_long_edge(shapes: np.ndarray) -> np.ndarray:
    """Whether a ring of a shape has an edge of more than half the globe, but less than all."""
    rings, owner = shapely.get_rings(shapes, return_index=True)
    out = np.zeros(len(shapes), bool)
    for ring, row in zip(rings, owner.tolist(), strict=True):
        steps = np.abs(np.diff(shapely.get_coordinates(ring)[:, 0]))
        out[row] |= bool(((steps > _HALF_ROUND) & (steps < 359.0)).any())
    return out


def _leaves(geometry: shapely.Geometry) -> list[shapely.Geometry]:
    parts = [geometry]
    while any(shapely.get_type_id(parts) > _POLYGON):
        parts = [inner for part in parts for inner in shapely.get_parts(part)]
    return parts


def refuse_without_areas(polygons: Polygons, boundaries: Boundaries) -> None:
    """Raise what to say about a layer of which no row can be used.

    Raises
    ------
    TerraDeskError
        No row has an area.
    """
    if len(polygons.rows):
        return
    layer = isolate(boundaries.layer)
    if len(boundaries) == 0:
        raise TerraDeskError(
            _("The layer “{layer}” is empty.").format(layer=layer),
            _("Choose another layer or file."),
        )
    with np.errstate(invalid="ignore"):
        found = shapely.get_type_id(shapely.from_wkb(boundaries.wkb, on_invalid="ignore"))
    is_other = polygons.faults == NOT_AREA
    if np.isin(found[is_other], (1, 2, 5)).any():
        message = _("The layer “{layer}” holds lines, not areas.")
    elif np.isin(found[is_other], (0, 4)).any():
        message = _("The layer “{layer}” holds points, not areas.")
    elif (polygons.faults > NOT_AREA).any():
        message = _("No row of the layer “{layer}” has a shape that can be used.")
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


def left_out(polygons: Polygons) -> list[Issue]:
    """What to say about the rows without an area that can be used."""
    issues = []
    for fault, (kind, reason) in _KINDS.items():
        rows = np.flatnonzero(polygons.faults == fault)
        if len(rows):
            text = _sentence(fault, len(rows)).format(n=number(len(rows)))
            issues.append(issue(kind, text, rows, outcome="rejected", reason=_(reason)))
    return issues


def _sentence(fault: int, n: int) -> str:
    if fault == NOT_AREA:
        return ngettext(
            "{n} row is no area and was left out.", "{n} rows are no areas and were left out.", n
        )
    if fault == NO_SHAPE:
        return ngettext(
            "{n} row has no shape and was left out.",
            "{n} rows have no shape and were left out.",
            n,
        )
    if fault == OFF_GLOBE:
        return ngettext(
            "{n} area is not on the Earth and was left out.",
            "{n} areas are not on the Earth and were left out.",
            n,
        )
    return ngettext(
        "{n} row has a damaged shape and was left out.",
        "{n} rows have damaged shapes and were left out.",
        n,
    )
