"""Which units and points a gesture means, exactly, however small they are on the screen."""

from __future__ import annotations

from enum import IntEnum
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import ArrayLike

from terradesk.arcs import brush, lasso, locating, segments
from terradesk.arcs.building import build
from terradesk.arcs.contiguity import components
from terradesk.arcs.jit import Floats, Int32s
from terradesk.arcs.model import Arcs

Point = tuple[float, float]


class Mode(IntEnum):
    """What a shape takes of the units that it meets."""

    CENTRE = 0  #: those whose centre (`Arcs.centres`) lies in the shape
    TOUCHES = 1  #: those that share a point with it
    INSIDE = 2  #: those that lie wholly in it, clear of its outline


CENTRE, TOUCHES, INSIDE = Mode.CENTRE, Mode.TOUCHES, Mode.INSIDE


class Picker:
    """Finds units by point, brush and outline, in metres of the plan's CRS.

    It keeps the state of one brush stroke, so each view has its own.

    Parameters
    ----------
    arcs : Arcs
    """

    def __init__(self, arcs: Arcs) -> None:
        self.arcs = arcs
        self._hit = np.zeros(arcs.n_units, np.bool_)
        self._lines = segments.Lines(
            arcs.blocks, arcs.boxes, arcs.left, arcs.right, arcs.xy, arcs.offsets
        )
        self._outlines = segments.Outlines(
            arcs.unit_boxes,
            arcs.unit_starts,
            arcs.unit_arcs,
            arcs.boxes,
            arcs.left,
            arcs.xy,
            arcs.offsets,
        )

    @cached_property
    def _grid(self) -> locating.Grid:
        return locating.grid(self.arcs.unit_boxes)

    @cached_property
    def _prepared(self) -> locating.Prepared:
        return locating.Prepared(self._grid, self._outlines, self.arcs.origin)

    def _cm(self, x: float, y: float) -> Point:
        return (float(x) - self.arcs.origin[0]) * 100.0, (float(y) - self.arcs.origin[1]) * 100.0

    def unit_at(self, x: float, y: float) -> int:
        """Row of the unit at a point in metres, -1 outside.

        The point is taken to the centimetre; on a border the lowest row has it.
        """
        return locating.locate_prepared(self._prepared.numbers, float(x), float(y))

    def locate_points(self, points: ArrayLike) -> Int32s:
        """Unit of each point, as `unit_at` finds it.

        Parameters
        ----------
        points : (n, 2) float
            Metres; a point that is not finite is outside.

        Returns
        -------
        (n,) int32
            Unit rows, -1 outside.
        """
        return locating.locate_all(self._grid, self._outlines, _points(points), *self.arcs.origin)

    def start(self) -> None:
        """Begin a brush stroke: every unit is new again."""
        self._hit[:] = False

    def brush(self, a: Point, b: Point, radius: float, mode: Mode = TOUCHES) -> Int32s:
        """Units that the brush meets on its way from `a` to `b`, new to this stroke.

        Parameters
        ----------
        a, b : (x, y) in metres
        radius : float
            Metres.
        mode : Mode
            INSIDE takes the units that this one move covers whole.

        Returns
        -------
        (k,) int32
            Unit rows in no particular order.
        """
        stroke = (*self._cm(*a), *self._cm(*b))
        if not (np.isfinite(stroke).all() and radius >= 0):
            return np.empty(0, np.int32)
        if mode == CENTRE:
            rows = brush.stroke_points(stroke, 100.0 * radius, self.arcs.centres, 0.0, 0.0, 1.0)
        elif mode == INSIDE:
            rows = brush.stroke_inside(stroke, 100.0 * radius, self._outlines)
        else:
            return self._touched(stroke, 100.0 * radius)
        rows = rows[~self._hit[rows]]
        self._hit[rows] = True
        return rows

    def _touched(self, stroke: tuple[float, float, float, float], radius: float) -> Int32s:
        rows = brush.stroke_borders(stroke, radius, self._lines, self._hit)
        under = locating.locate(self._grid, self._outlines, stroke[2], stroke[3])
        if under < 0 or self._hit[under]:
            return rows
        self._hit[under] = True
        return np.append(rows, np.int32(under))

    def polygon(self, points: ArrayLike, mode: Mode = CENTRE) -> Int32s:
        """Units of a lasso, polygon or rectangle.

        Parameters
        ----------
        points : (m, 2) float
            Corners in metres, closed implicitly; where the outline crosses itself the even-odd
            rule holds.
        mode : Mode

        Returns
        -------
        (k,) int32
            Unit rows, ascending.
        """
        corners = (_points(points) - self.arcs.origin) * 100.0
        corners = corners[np.isfinite(corners).all(axis=1)]
        if len(corners) == 0 or self.arcs.n_units == 0:
            return np.empty(0, np.int32)
        outline = lasso.outline(corners)
        if mode == CENTRE:
            return lasso.held_points(outline, self.arcs.centres, 0.0, 0.0, 1.0)
        if mode == INSIDE:
            return lasso.inside(outline, self._outlines)
        under = locating.locate(self._grid, self._outlines, *corners[0])
        return lasso.touched_by(outline, self._outlines, under)

    def rectangle(self, a: Point, b: Point, mode: Mode = CENTRE) -> Int32s:
        """Units of the upright rectangle between two corners in metres; see `polygon`."""
        return self.polygon(((a[0], a[1]), (b[0], a[1]), (b[0], b[1]), (a[0], b[1])), mode)


def _points(points: ArrayLike) -> Floats:
    return np.ascontiguousarray(np.asarray(points, np.float64).reshape(-1, 2))


def points_in_polygon(points: ArrayLike, polygon: ArrayLike) -> Int32s:
    """Rows of the points (n, 2) inside a closed outline (m, 2), even-odd, ascending.

    Both in the same unit; points that are not finite are outside.
    """
    corners = _points(polygon)
    if len(corners) == 0:
        return np.empty(0, np.int32)
    return lasso.held_points(lasso.outline(corners), _points(points), 0.0, 0.0, 1.0)


def points_in_capsule(points: ArrayLike, a: Point, b: Point, radius: float) -> Int32s:
    """Rows of the points (n, 2) within `radius` of the stroke from `a` to `b`, ascending."""
    stroke = (float(a[0]), float(a[1]), float(b[0]), float(b[1]))
    return brush.stroke_points(stroke, float(radius), _points(points), 0.0, 0.0, 1.0)


def warm() -> None:
    """Compile every kernel of the arcs, or load it from numba's cache.

    For a thread at start-up: the first time takes some 20 seconds, later ones about one.
    """
    horseshoe = shapely.box(0, 0, 9, 9).difference(shapely.box(1, -1, 8, 8))
    shapes = shapely.segmentize([horseshoe, shapely.box(9, 0, 99, 9)], 0.5)  # levels drop vertices
    made = build(shapes)
    picker = Picker(Arcs.from_bytes(made.to_bytes()))
    components(made, [0, 0], 1)
    corners = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0))
    for mode in Mode:
        picker.start()
        picker.brush(corners[0], corners[1], 1.0, mode)
        picker.polygon(corners, mode)
    picker.unit_at(4.0, 4.0)
    picker.locate_points(corners)
    points_in_polygon(corners, corners)
    points_in_capsule(corners, corners[0], corners[1], 1.0)
