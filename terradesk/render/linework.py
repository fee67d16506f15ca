"""Lines, points and light fills over or under the areas: own layers, water links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from terradesk import palettes
from terradesk.arcs import Arcs
from terradesk.render.compose import mix
from terradesk.render.jit import Bytes, Colours, Floats, Int32s, Place, kernel
from terradesk.render.lines import profile, wide_lines
from terradesk.render.points import PointIndex
from terradesk.render.scan import Job
from terradesk.render.style import Style
from terradesk.render.view import View

if TYPE_CHECKING:
    from terradesk.render.frame import Frame
    from terradesk.render.stamps import Stamp

__all__ = ["LinkStamp", "UnderStamp", "VectorStamp"]

_DASH, _GAP, _LINK_WIDTHS, _DOT_WIDTHS = 5.0, 4.0, (3.4, 1.4), (9.0, 6.0)
_LEAST_LINK, _LEAST_DOTTED = 5.0, 18.0  # pixels: many short links in an overview are but blots
_UNITS = 64  # whole numbers per pixel in which dashes are handed to the line kernel
_FILL_SHARE = 0.16
_POINT_WIDTH = 3.0  # of a line


@kernel
def _near(boxes: Int32s, view: tuple[float, float, float, float], out: Int32s) -> int:
    """Boxes (n, 4) that meet a view, both in centimetres."""
    n = 0
    for i in range(len(boxes)):
        if (
            boxes[i, 0] <= view[2]
            and boxes[i, 2] >= view[0]
            and boxes[i, 1] <= view[3]
            and boxes[i, 3] >= view[1]
        ):
            out[n] = i
            n += 1
    return n


@kernel
def _turn(px: float, py: float, qx: float, qy: float, turns: Int32s) -> None:
    """Note for each row where an edge crosses its middle, and which way."""
    high, wide = turns.shape[0], turns.shape[1] - 1
    way = 1
    if py > qy:
        px, py, qx, qy, way = qx, qy, px, py, -1
    first, last = max(0, int(np.ceil(py))), min(high - 1, int(np.ceil(qy)) - 1)
    if first > last:
        return
    slope = (qx - px) / (qy - py)
    for y in range(first, last + 1):
        x = min(float(wide), max(0.0, np.ceil(px + (y - py) * slope)))
        turns[y, int(x)] += way


@kernel
def _wind(
    near: Int32s, boxes: Int32s, xy: Int32s, offsets: Int32s, at: Place, turns: Int32s
) -> None:
    """Turns of the rings of all areas; pieces left of the rectangle count by their ends alone."""
    kx, ky, scale = at
    for k in range(len(near)):
        a = near[k]
        first, last = offsets[a], offsets[a + 1] - 1
        step = last - first if boxes[a, 2] * scale < kx else 1
        i = first
        while i < last:
            j = i + step
            _turn(
                xy[i, 0] * scale - kx - 0.5,
                ky - xy[i, 1] * scale - 0.5,
                xy[j, 0] * scale - kx - 0.5,
                ky - xy[j, 1] * scale - 0.5,
                turns,
            )
            i = j


@kernel
def _fill(turns: Int32s, ink: np.uint32, alpha: np.uint32, rgb: Colours) -> None:
    wide = rgb.shape[1]
    for y in range(rgb.shape[0]):
        winding, start, row = 0, 0, turns[y]
        for x in range(wide + 1):
            if row[x] == 0 and x < wide:
                continue
            if winding != 0:
                out = rgb[y, start:x]
                for i in range(len(out)):
                    out[i] = mix(out[i], ink, alpha)
            winding += row[x]
            start = x


@kernel
def _ink(plane: Bytes, inks: Colours, alphas: Colours, rgb: Colours) -> None:
    for y in range(rgb.shape[0]):
        for x in range(rgb.shape[1]):
            value = plane[y, x]
            if value:
                rgb[y, x] = mix(rgb[y, x], inks[value], alphas[value])


def _whole(view: View) -> Job:
    return Job(0, view.width, 0, view.height, 0, 0)


@dataclass(frozen=True, eq=False)
class VectorStamp:
    """Shapes of a map file in one colour.

    Parameters
    ----------
    lines : Arcs
        Lines, and the outlines of areas, as `basemap_reading.lines` makes them.
    areas : Arcs
        Rings of areas in the same way: outer ones anticlockwise, holes clockwise.
    points : PointIndex
    colour : str
        ``#RRGGBB``.
    width : float
        Of the lines, pixels at 100 %.
    opacity : float
        0..1 of lines and points; fills have a sixth of it.
    """

    lines: Arcs
    areas: Arcs
    points: PointIndex
    colour: str
    width: float = 1.5
    opacity: float = 1.0

    def draw(self, rgb: NDArray[np.uint32], view: View, style: Style) -> None:
        """Draw into a rectangle."""
        ink = palettes.rgba(self.colour)[0]
        if self.areas.n_arcs:
            alpha = np.uint32(round(256 * _FILL_SHARE * self.opacity))
            _fill(self._turns(view), np.uint32(ink), alpha, rgb)
        radius = self.width * style.pixel_ratio / 2
        table = profile(0, self.width, style.pixel_ratio)
        dot = profile(0, _POINT_WIDTH * self.width, style.pixel_ratio)
        tables = np.zeros((3, max(len(table), len(dot))), np.uint8)
        tables[1, : len(table)], tables[2, : len(dot)] = table, dot
        radii = np.array([0, radius + 0.5, _POINT_WIDTH * radius + 0.5], np.float32)
        plane = np.zeros((view.height, view.width), np.uint8)
        self._draw_lines(plane, view, tables, radii)
        self._draw_points(plane, view, tables, radii)
        share = np.clip((np.arange(256) - 0.0) / 128, 0, 1)
        alphas = np.rint(256 * self.opacity * share).astype(np.uint32)
        _ink(plane, np.full(256, ink, np.uint32), alphas, rgb)

    def _turns(self, view: View) -> Int32s:
        kx, ky, scale = view.place
        reach = (-np.inf, (ky - view.height) / scale, (kx + view.width) / scale, ky / scale)
        near = self._arcs_near(self.areas, reach)
        level = self.areas.levels[self.areas.level(1 / scale)]
        turns = np.zeros((view.height, view.width + 1), np.int32)
        _wind(near, self.areas.boxes, level.xy, level.offsets, view.place, turns)
        return turns

    def _draw_lines(self, plane: Bytes, view: View, tables: Bytes, radii: NDArray[np.float32],
                    ) -> None:  # fmt: skip
        if not self.lines.n_arcs:
            return
        kx, ky, scale = view.place
        pad = float(radii[1]) + 1
        reach = ((kx - pad) / scale, (ky - view.height - pad) / scale,
                 (kx + view.width + pad) / scale, (ky + pad) / scale)  # fmt: skip
        near = self._arcs_near(self.lines, reach)
        line = self.lines.levels[self.lines.level(1 / scale)]
        kinds = np.ones(self.lines.n_arcs, np.uint8)
        wide_lines(near, kinds, tables, radii, line.xy, line.offsets, view.place, _whole(view),
                   plane)  # fmt: skip

    @staticmethod
    def _arcs_near(arcs: Arcs, reach: tuple[float, float, float, float]) -> Int32s:
        out = np.empty(arcs.n_arcs, np.int32)
        return out[: _near(arcs.boxes, reach, out)]

    def _draw_points(self, plane: Bytes, view: View, tables: Bytes, radii: NDArray[np.float32],
                     ) -> None:  # fmt: skip
        pad = float(radii[2] + 2) / view.px_per_m
        x0, y0, x1, y1 = view.box
        found = self.points.inside((x0 - pad, y0 - pad, x1 + pad, y1 + pad))
        if len(found):
            at = view.to_pixels(self.points.points[found])
            draw_strokes(plane, np.hstack([at, at]), np.full(len(at), 2, np.uint8), tables, radii)


def draw_strokes(
    plane: Bytes, ends: Floats, kinds: Bytes, tables: Bytes, radii: NDArray[np.float32]
) -> None:
    """Draw straight strokes given in pixels into a coverage plane.

    Parameters
    ----------
    plane : (height, width) uint8
    ends : (n, 4) float64
        x and y of both ends, the same twice for a dot.
    kinds : (n,) uint8
    tables, radii
        As `wide_lines` takes them.
    """
    if not len(ends):
        return
    job = Job(0, plane.shape[1], 0, plane.shape[0], 0, 0)
    xy = np.rint(ends.reshape(-1, 2) * (_UNITS, -_UNITS)).astype(np.int32)
    offsets = np.arange(0, 2 * len(ends) + 1, 2, dtype=np.int32)
    near = np.arange(len(ends), dtype=np.int32)
    wide_lines(near, kinds, tables, radii, xy, offsets, (0, 0, 1 / _UNITS), job, plane)


@dataclass(frozen=True, eq=False)
class LinkStamp:
    """Water links: a dashed line between the middles of two areas, with a dot on longer ones.

    Parameters
    ----------
    ends : (n, 4) float64
        x and y of both areas, metres.
    """

    ends: Floats

    def look(self, view: View, style: Style) -> bool | None:
        """None where no link can be seen."""
        return True if len(self._near(view, style)) else None

    def _near(self, view: View, style: Style) -> Floats:
        """Ends of the links whose box meets a rectangle."""
        pad = 10 * style.pixel_ratio / view.px_per_m
        x0, y0, x1, y1 = view.box
        low = np.minimum(self.ends[:, :2], self.ends[:, 2:]) - pad
        high = np.maximum(self.ends[:, :2], self.ends[:, 2:]) + pad
        meets = (low < (x1, y1)).all(axis=1) & (high > (x0, y0)).all(axis=1)
        return np.asarray(self.ends[meets])

    def draw(self, rgb: NDArray[np.uint32], view: View, style: Style) -> None:
        """Draw into a rectangle."""
        ratio = style.pixel_ratio
        strokes, kinds = [np.zeros((0, 4))], [np.zeros(0, np.uint8)]
        near = self._near(view, style)
        if not len(near):
            return
        for ax, ay, bx, by in near:
            (px, py), (qx, qy) = view.to_pixels([(ax, ay), (bx, by)])
            length = np.hypot(qx - px, qy - py)
            if length < _LEAST_LINK * ratio:
                continue
            middle = ((px + qx) / 2, (py + qy) / 2)
            dashes = _dashes((px, py), (qx, qy), ratio, (view.width, view.height))
            n_dots = int(length >= _LEAST_DOTTED * ratio)
            dot = np.array([[*middle, *middle]] * n_dots).reshape(-1, 4)
            strokes += [dashes, dot.clip(-1e4, 1e5)]
            kinds += [np.ones(len(dashes), np.uint8), np.full(n_dots, 2, np.uint8)]
        tables, radii = _link_tables(ratio)
        plane = np.zeros((view.height, view.width), np.uint8)
        draw_strokes(plane, np.concatenate(strokes), np.concatenate(kinds), tables, radii)
        _ink(plane, style.inks.bold, style.inks.bold_alpha, rgb)


def _link_tables(ratio: float) -> tuple[Bytes, NDArray[np.float32]]:
    rows = [profile(*_LINK_WIDTHS, ratio), profile(*_DOT_WIDTHS, ratio)]
    tables = np.zeros((3, max(map(len, rows))), np.uint8)
    for kind, row in enumerate(rows, 1):
        tables[kind, : len(row)] = row
    reach = [0.0, _LINK_WIDTHS[0] / 2 * ratio + 0.5, _DOT_WIDTHS[0] / 2 * ratio + 0.5]
    return tables, np.array(reach, np.float32)


def _dashes(
    a: tuple[float, float], b: tuple[float, float], ratio: float, size: tuple[int, int]
) -> Floats:
    """Dashes from a to b (pixels) near a rectangle; where they lie depends on a and b alone."""
    start, way = np.array(a), np.array(b) - a
    length = float(np.hypot(*way))
    pad = 10 * ratio
    low, high = 0.0, 1.0
    for k in range(2):  # Liang-Barsky clipping
        if abs(way[k]) < 1e-9:
            if not -pad <= start[k] <= size[k] + pad:
                return np.zeros((0, 4))
            continue
        one, two = sorted(((-pad - start[k]) / way[k], (size[k] + pad - start[k]) / way[k]))
        low, high = max(low, one), min(high, two)
    if low >= high or length < 1:
        return np.zeros((0, 4))
    period = (_DASH + _GAP) * ratio
    first, last = int(low * length // period), int(high * length // period)
    begin = np.arange(first, last + 1) * period
    end = np.minimum(begin + _DASH * ratio, length)
    return np.hstack([start + np.outer(t / length, way) for t in (begin, end)])


@dataclass(frozen=True, eq=False)
class UnderStamp:
    """Puts a stamp under the areas, over what lies below it.

    Parameters
    ----------
    stamp : Stamp
    """

    stamp: Stamp

    def draw(self, frame: Frame, job: Job) -> None:
        """Draw into the base plane of a frame, within the pixels of a job."""
        high, wide = job.bottom - job.top, job.right - job.left
        part = frame.planes.base[job.row : job.row + high, job.column : job.column + wide]
        view = frame.view.moved(-job.left, -job.top).resized(wide, high)
        rgb = np.ascontiguousarray(part)
        self.stamp.draw(rgb, view, frame.style)
        part[:] = rgb
