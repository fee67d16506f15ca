"""Polygons for other programs: in degrees, whole or simplified so that neighbours still meet."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from terradesk import projection
from terradesk.arcs import Arcs
from terradesk.arcs.outlines import polygons
from terradesk.plan import AlignmentView

Objects = NDArray[np.object_]
_TURN = 360.0


class Outlines:
    """Outlines of units and territories of a design, WGS 84.

    Parameters
    ----------
    view : AlignmentView
        Of a plan with a map.
    """

    def __init__(self, view: AlignmentView) -> None:
        assert view.plan.arcs is not None
        self.view, self.crs = view, view.plan.crs
        self.arcs: Arcs = view.plan.arcs

    @cached_property
    def middle(self) -> float:
        """Longitude in the middle of the plan; longitudes run on across 180 from there."""
        x, y = self.arcs.origin
        lon = projection.lonlat([x], [y], self.crs)[0][0]
        return float(lon) if np.isfinite(lon) else 0.0

    def units(self) -> Objects:
        """(n_units,) polygons in degrees; None for absent ones. Cut at the 180th meridian."""
        return cut_at_180(self.to_lonlat(polygons(self.arcs)))

    def territories(self) -> Objects:
        """(n_slots - 1,) dissolved polygons in degrees; None without units. Cut as `units`."""
        labels = self.view.unit_slots.astype(np.int64) - 1
        found = polygons(self.arcs, labels, self.view.n_slots - 1)
        return cut_at_180(self.to_lonlat(found))

    def simplified(self, tolerance: float, with_units: bool) -> tuple[Objects, Objects]:
        """Units and territories with fewer vertices; borders stay shared, also between the two.

        Parameters
        ----------
        tolerance : float
            Metres.
        with_units : bool
            Without them the territories alone are simplified, which is faster.

        Returns
        -------
        units : (n_units,) or (0,) polygons in degrees
            Not cut: longitudes run on across 180.
        territories : (n_slots - 1,) polygons in degrees
        """
        n = self.view.n_slots - 1
        labels = self.view.unit_slots.astype(np.int64) - 1
        if not with_units:
            whole = _simplify(polygons(self.arcs, labels, n), tolerance)
            return np.empty(0, object), self.to_lonlat(whole)
        units = _simplify(polygons(self.arcs), tolerance)
        territories = np.full(n, None, object)
        for k in range(n):
            mine = [u for u in units[labels == k] if u is not None]
            territories[k] = shapely.coverage_union_all(mine) if mine else None
        return self.to_lonlat(units), self.to_lonlat(territories)

    def free_units(self, free: NDArray[np.bool_], tolerance: float) -> Objects:
        """Simplified outline of the units marked in `free`, as one shape in degrees."""
        whole = polygons(self.arcs, np.where(free, 0, -1), 1)
        return self.to_lonlat(_simplify(whole, tolerance))

    def to_lonlat(self, shapes: Objects) -> Objects:
        """Shapes in degrees, longitudes running on across 180 to half a turn from the middle."""
        out = shapely.transform(shapes, self._degrees)
        bounds = shapely.bounds(out)
        for row in np.flatnonzero(bounds[:, 2] - bounds[:, 0] > _TURN / 2).tolist():
            around = unrolled(out[row])
            low, high = self.middle - _TURN / 2, self.middle + _TURN / 2
            out[row] = _within(around, low, high) if around is not None else None
        return out

    def _degrees(self, xy: NDArray[np.float64]) -> NDArray[Any]:
        lon, lat = projection.lonlat(xy[:, 0], xy[:, 1], self.crs)
        lon = (lon - self.middle + _TURN / 2) % _TURN - _TURN / 2 + self.middle
        return np.column_stack((lon, lat))


def unrolled(shape: shapely.Geometry) -> shapely.Geometry | None:
    """A shape whose rings jump by a full turn with rings that run on instead.

    A part around a pole has no such ring and is left out; None when nothing is left.
    """
    parts = []
    for polygon in shapely.get_parts(shape):
        rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(polygon)]
        for xy in rings:
            xy[:, 0] = np.unwrap(xy[:, 0], period=_TURN)
        if abs(rings[0][0, 0] - rings[0][-1, 0]) > 1e-6:
            continue
        for xy in rings[1:]:
            xy[:, 0] += _TURN * np.round((rings[0][:, 0].mean() - xy[:, 0].mean()) / _TURN)
        parts.append(shapely.polygons(rings[0], rings[1:] or None))
    return shapely.multipolygons(parts) if parts else None


def _simplify(shapes: Objects, tolerance: float) -> Objects:
    out = np.full(len(shapes), None, object)
    rows = [k for k, shape in enumerate(shapes) if shape is not None and not shape.is_empty]
    if rows:
        out[rows] = shapely.coverage_simplify(shapes[rows], tolerance)
    return out


def cut_at_180(shapes: Objects) -> Objects:
    """Shapes whose longitudes run on across 180 in parts between -180 and 180 (RFC 7946)."""
    out = shapes.copy()
    bounds = shapely.bounds(shapes)
    beyond = np.flatnonzero((bounds[:, 0] < -_TURN / 2) | (bounds[:, 2] > _TURN / 2))
    for row in beyond.tolist():
        out[row] = _within(shapes[row], -_TURN / 2, _TURN / 2)
    return out


def _within(shape: shapely.Geometry, low: float, high: float) -> shapely.Geometry | None:
    """A shape with what lies west or east of a full turn put in from the other side."""
    parts = []
    for turn in (-_TURN, 0.0, _TURN):
        window = shapely.box(low + turn, -90.0, high + turn, 90.0)
        part = shapely.intersection(shapely.make_valid(shape), window)
        areas = [p for p in shapely.get_parts(part) if p.geom_type.endswith("Polygon")]
        parts += [shapely.transform(p, lambda xy, by=turn: xy - [by, 0.0]) for p in areas]
    return shapely.multipolygons(shapely.get_parts(parts)) if parts else None
