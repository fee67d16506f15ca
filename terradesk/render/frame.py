"""Frame: one view of a map in device pixels, redrawn only where something changed.

Everything is drawn as a rectangle of the view, so full frames, strips exposed by panning and dirty
rectangles share one path. The planes are a ring: pixel (x, y) of the view lies at
((x + ring_x) mod stride, (y + ring_y) mod height), so a pan moves two numbers and copies nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from terradesk.arcs import Arcs
from terradesk.render import compose
from terradesk.render.compose import USE_LOCK, USE_MARK, USE_WATER, Planes
from terradesk.render.lines import strengths, thin_lines, wide_lines
from terradesk.render.scan import Job, collect, resolve, sample, scan
from terradesk.render.scratch import Scratch
from terradesk.render.state import MapState
from terradesk.render.style import Style
from terradesk.render.view import View

if TYPE_CHECKING:
    from terradesk.render.jit import Bytes, Float32s, Int32s
    from terradesk.render.overview import Overview
    from terradesk.render.stamps import Underlay

__all__ = ["Frame", "Piece", "Rect"]

Rect = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of the view."""

Piece = tuple[int, int, int, int, int, int]
"""Where a piece of the picture goes and comes from: x, y, width, height, ring column, ring row."""

_Pixel = TypeVar("_Pixel", bound=np.generic)
_BAND = 250  # rows drawn at once: planes, lists and events stay in the second-level cache
_MOVING_TOLERANCE_PX, _SHARP_TOLERANCE_PX = 1.0, 0.5


class Frame:
    """A picture of the map that follows edits and panning.

    Parameters
    ----------
    state : MapState
    style : Style
    width, height : int
        Device pixels.
    base : Underlay, optional
        Short for `underlays` with one entry.
    overview : Overview, optional
        Raster of the whole plan; lets moving frames of many units be drawn fast.
    underlays : tuple of Underlay
        What lies under the areas, the lowest first: the base map, pictures.

    Attributes
    ----------
    view : View
    rgb : (height, stride) uint32
        0xFFRRGGBB as a ring; `pieces` says how to put it on screen.
    is_moving : bool
        While zooming: coarser arcs, no unit lines. Set it, then `look`; clear it and `render`.
    fill_alpha : int
        How much the fills of the areas cover what lies under them, 0..256. Set it, then `recolour`.
    """

    def __init__(
        self,
        state: MapState,
        style: Style,
        width: int,
        height: int,
        base: Underlay | None = None,
        overview: Overview | None = None,
        underlays: tuple[Underlay, ...] = (),
    ) -> None:
        self.state, self.style, self.overview = state, style, overview
        self.underlays = underlays if base is None else (base, *underlays)
        self.fill_alpha = 256
        self.width, self.height = width, height
        self.stride = -(-width // 64) * 64
        self.is_moving = False
        self.scratch = Scratch()
        self._ring_x = self._ring_y = 0
        self._redrawn: list[Rect] = []
        self.view = View(0, 0, 1e-6, width, height, state.arcs.origin)
        self.planes = self._new_planes()

    @property
    def rgb(self) -> NDArray[np.uint32]:
        """The picture as a ring, (height, stride) 0xFFRRGGBB."""
        return self.planes.rgb

    @property
    def arcs(self) -> Arcs:
        """Geometry that is drawn."""
        return self.state.arcs

    def _new_planes(self) -> Planes:
        shape = (self.height, self.stride)
        thin, bold, mark, lock, water = (np.zeros(shape, np.uint8) for _ in range(5))
        base = np.full(shape, self.style.sea, np.uint32)
        ids, rgb = np.full(shape, -1, np.int32), np.zeros(shape, np.uint32)
        return Planes(ids, thin, bold, mark, lock, water, base, rgb)

    def look(self, view: View) -> None:
        """Show another view: pans when only the corner moved, else draws afresh."""
        dx, dy = self.view.kx - view.kx, view.ky - self.view.ky
        if self.view.scale == view.scale and not self.is_moving:
            self.pan(dx, dy)
            return
        self.view = view
        self.render()

    def render(self) -> None:
        """Draw everything."""
        self._ring_x = self._ring_y = 0
        if not self.underlays:
            self.planes.base[:] = self.style.sea
        self.state.restyle(self.style)
        self._rectangle(0, 0, self.width, self.height)

    def pan(self, dx: int, dy: int) -> None:
        """Move the content right by dx and down by dy device pixels; draws the exposed strips."""
        if dx == 0 and dy == 0:
            return
        self.view = self.view.moved(dx, dy)
        if abs(dx) >= self.width or abs(dy) >= self.height:
            self.render()
            return
        self._redrawn = [self._clipped(x0 + dx, y0 + dy, x1 + dx, y1 + dy)
                         for x0, y0, x1, y1 in self._redrawn]  # fmt: skip
        self._ring_x = (self._ring_x - dx) % self.stride
        self._ring_y = (self._ring_y - dy) % self.height
        if dy:
            self._rectangle(
                0, *((0, self.width, dy) if dy > 0 else (self.height + dy, self.width, self.height))
            )
        if dx:
            top, bottom = max(dy, 0), self.height + min(dy, 0)
            x0, x1 = (0, dx) if dx > 0 else (self.width + dx, self.width)
            self._rectangle(x0, top, x1, bottom)

    def restyle(self, style: Style) -> None:
        """Draw in another theme or pixel ratio."""
        self.style = style
        self.render()

    def recolour(self) -> None:
        """Colour everything again after `MapState.colour_*` or a change of fills."""
        self.state.restyle(self.style)
        self._redrawn = [(0, 0, self.width, self.height)]
        for job in self._jobs(0, 0, self.width, self.height):
            self._compose(job)

    def assigned(self, rows: ArrayLike) -> None:
        """Redraw around units after `MapState.assign`."""
        index = np.asarray(rows, np.int64).ravel()
        self.state.restyle(self.style, index)
        if self.state.has_marks:
            self.state.refresh_outlines(self.state.arcs_of(index))
        self._around(index, 2 + self.style.reach, lines="bm")

    def marked(self, rows: ArrayLike) -> None:
        """Redraw around units after `MapState.set_mark`."""
        index = np.asarray(rows, np.int64).ravel()
        self.state.refresh_outlines(self.state.arcs_of(index))
        self.state.restyle(self.style, index)
        self._around(index, 2 + self.style.reach, lines="m")

    def draw_ids(self) -> None:
        """Draw only which unit owns each pixel."""
        level = self.arcs.level(1 / self.view.scale)
        for top in range(0, self.height, _BAND):
            for job in self._jobs(0, top, self.width, min(self.height, top + _BAND)):
                view, scanned, _ = self.arcs_near(self.arcs, job, 2)
                self.fill_ids(self.arcs, level, job, view, scanned)

    def take_redrawn(self) -> list[Rect]:
        """Rectangles of the picture, as it lies now, that were drawn since the last call."""
        out, self._redrawn = [r for r in self._redrawn if r[0] < r[2] and r[1] < r[3]], []
        return out

    def _clipped(self, left: int, top: int, right: int, bottom: int) -> Rect:
        return max(0, left), max(0, top), min(self.width, right), min(self.height, bottom)

    def unit_at(self, x: int, y: int) -> int:
        """Tell the unit drawn at a pixel, -1 outside; small units may own none: ask the Picker."""
        column = (x + self._ring_x) % self.stride
        return int(self.planes.ids[(y + self._ring_y) % self.height, column])

    def pieces(self) -> list[Piece]:
        """How to copy the ring to the screen: up to four rectangles."""
        return [
            (job.left, job.top, job.right - job.left, job.bottom - job.top, job.column, job.row)
            for job in self._jobs(0, 0, self.width, self.height)
        ]

    def image(self) -> NDArray[np.uint32]:
        """(height, width) copy of the picture, 0xFFRRGGBB."""
        return self._unrolled(self.planes.rgb)

    def ids(self) -> NDArray[np.int32]:
        """(height, width) copy of the unit row of every pixel, -1 outside."""
        return self._unrolled(self.planes.ids)

    def _unrolled(self, plane: NDArray[_Pixel]) -> NDArray[_Pixel]:
        rolled = np.roll(plane, (-self._ring_y, -self._ring_x), (0, 1))
        return rolled[:, : self.width].copy()

    def _jobs(self, left: int, top: int, right: int, bottom: int) -> list[Job]:
        """Cut a rectangle where the ring wraps."""
        out = []
        y = top
        while y < bottom:
            row = (y + self._ring_y) % self.height
            y_end = min(bottom, y + self.height - row)
            x = left
            while x < right:
                column = (x + self._ring_x) % self.stride
                x_end = min(right, x + self.stride - column)
                out.append(Job(x, x_end, y, y_end, column, row))
                x = x_end
            y = y_end
        return out

    def _around(self, rows: NDArray[np.int64], pad: float, lines: str) -> None:
        boxes = self.arcs.unit_boxes[rows]
        boxes = boxes[boxes[:, 0] <= boxes[:, 2]]
        if not len(boxes):
            return
        kx, ky, scale = self.view.place
        left = int(boxes[:, 0].min() * scale - kx - pad)
        top = int(ky - boxes[:, 3].max() * scale - pad)
        right = int(boxes[:, 2].max() * scale - kx + pad) + 1
        bottom = int(ky - boxes[:, 1].min() * scale + pad) + 1
        self._rectangle(left, top, right, bottom, lines)

    def _rectangle(self, left: int, top: int, right: int, bottom: int, lines: str = "gbm") -> None:
        """Draw a rectangle; `lines`: g geometry, b borders, m accent lines, colours always."""
        left, top, right, bottom = self._clipped(left, top, right, bottom)
        self._redrawn.append((left, top, right, bottom))
        for y in range(top, bottom, _BAND):
            for job in self._jobs(left, y, right, min(bottom, y + _BAND)):
                self._draw(job, lines)

    def _draw(self, job: Job, lines: str) -> None:
        state, style = self.state, self.style
        if "g" in lines and self.underlays:
            self._draw_under(job)
        tolerance = _MOVING_TOLERANCE_PX if self.is_moving else _SHARP_TOLERANCE_PX
        level = self.arcs.level(1 / self.view.scale, tolerance)
        near = self._geometry(job, level, "g" in lines)
        if "b" in lines:
            self._wide(
                job,
                level,
                near,
                state.borders,
                style.bold_tables,
                style.bold_radii,
                self.planes.bold,
            )
            if state.has_locked:
                self._wide(
                    job,
                    level,
                    near,
                    state.borders,
                    style.lock_tables,
                    style.lock_radii,
                    self.planes.lock,
                )
        if "m" in lines and state.has_marks:
            self._wide(
                job,
                level,
                near,
                state.outlines,
                style.mark_tables,
                style.mark_radii,
                self.planes.mark,
            )
        self._compose(job)

    def _draw_under(self, job: Job) -> None:
        compose.clear_base(self.planes, self.style.sea, job)
        for underlay in self.underlays:
            underlay.draw(self, job)

    def _geometry(self, job: Job, level: int, draw: bool) -> Int32s:
        """Draw ids and thin lines of a job if asked; returns the arcs near it."""
        coarse = self.overview
        if self.is_moving and coarse is not None and self.view.scale <= coarse.view.scale:
            if draw:
                sample(coarse.ids, coarse.view.place, self.view.place, self.planes.ids, job)
                compose.clear(self.planes.thin, job)
            return np.flatnonzero(self.state.borders | self.state.outlines).astype(np.int32)
        view, scanned, near = self.arcs_near(self.arcs, job, self.style.reach)
        if draw:
            self.fill_ids(self.arcs, level, job, view, scanned)
            self._thin(job, level, near)
        return near

    def _thin(self, job: Job, level: int, near: Int32s) -> None:
        compose.clear(self.planes.thin, job)
        if self.is_moving:
            return
        arcs, style = self.arcs, self.style
        weights = self.scratch.weights(len(near))
        scale = self.view.scale / style.pixel_ratio
        strengths(
            near,
            arcs.left,
            arcs.right,
            arcs.sizes,
            self.state.groups,
            scale,
            style.unit_weight,
            style.group_weight,
            weights,
        )
        line = arcs.levels[level]
        thin_lines(near, weights, line.xy, line.offsets, self.view.place, job, self.planes.thin)

    def arcs_near(
        self, arcs: Arcs, job: Job, reach: float
    ) -> tuple[tuple[float, float, float, float], Int32s, Int32s]:
        """Box of a job in cm, arcs that decide its pixels, arcs whose line reaches it."""
        kx, ky, scale = self.view.place
        view = (
            (kx + job.left) / scale,
            (ky - job.bottom) / scale,
            (kx + job.right) / scale,
            (ky - job.top) / scale,
        )
        scanned, near = self.scratch.lists(arcs)
        n_scanned, n_near = collect(
            arcs.blocks,
            arcs.boxes,
            arcs.left,
            arcs.right,
            arcs.unit_boxes,
            view,
            reach / scale,
            scanned,
            near,
        )
        return view, scanned[:n_scanned], near[:n_near]

    def fill_ids(
        self,
        arcs: Arcs,
        level: int,
        job: Job,
        view: tuple[float, float, float, float],
        scanned: Int32s,
    ) -> None:
        """Write into the id plane which polygon owns each pixel of a job."""
        line, scratch = arcs.levels[level], self.scratch
        heads, bits = scratch.grids(job.bottom - job.top, job.right - job.left)
        while (
            scan(
                scanned,
                line.xy,
                line.offsets,
                arcs.left,
                arcs.right,
                arcs.unit_boxes,
                view,
                self.view.place,
                job,
                heads,
                bits,
                scratch.events,
            )
            < 0
        ):
            heads[:] = 0
            bits[:] = 0
            scratch.more_events()
        resolve(heads, bits, scratch.events, self.planes.ids, job)

    def _wide(
        self,
        job: Job,
        level: int,
        near: Int32s,
        kinds: Bytes,
        tables: Bytes,
        radii: Float32s,
        plane: Bytes,
    ) -> None:
        compose.clear(plane, job)
        line = self.arcs.levels[level]
        wide_lines(near, kinds, tables, radii, line.xy, line.offsets, self.view.place, job, plane)

    def _compose(self, job: Job) -> None:
        use = USE_LOCK * int(self.state.has_locked) | USE_MARK * int(self.state.has_marks)
        use |= USE_WATER * int(bool(self.underlays))
        style, view = self.style, self.view
        opacity = np.uint32(self.fill_alpha)
        compose.compose(
            self.planes, style.inks, use, self.state.table, view.kx, view.ky, opacity, job
        )
