"""Frame: one view of a map in device pixels, redrawn only where something changed.

Everything is drawn as a rectangle of the view, so full frames, strips exposed by panning and dirty
rectangles share one path. The planes are a ring: pixel (x, y) of the view lies at
((x + ring_x) mod stride, (y + ring_y) mod height), so a pan moves two numbers and copies nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike, NDArray

from terradesk.arcs import Arcs
from terradesk.render import bands, drawing
from terradesk.render.compose import Planes
from terradesk.render.costs import Costs
from terradesk.render.scan import Box, Job, count_blocks
from terradesk.render.scratch import Scratch
from terradesk.render.state import MapState
from terradesk.render.style import Style
from terradesk.render.touching import line_rectangles, rectangles
from terradesk.render.view import View

if TYPE_CHECKING:
    from terradesk.render.jit import Bools, Int32s
    from terradesk.render.overview import Overview
    from terradesk.render.stamps import Underlay

__all__ = ["Frame", "Piece", "Rect"]

Rect = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of the view."""

Piece = tuple[int, int, int, int, int, int]
"""Where a piece of the picture goes and comes from: x, y, width, height, ring column, ring row."""

_Pixel = TypeVar("_Pixel", bound=np.generic)
_BAND = 256  # rows drawn at once, by one thread
_LARGE = 200_000  # pixels from which on several threads pay

_PIXELS_PER_BLOCK = 4000  # that cost about as much as a block of arcs
_COSTS: WeakKeyDictionary[Arcs, Costs] = WeakKeyDictionary()  # frames come and go


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
    n_threads : int
        How many threads draw large rectangles; the picture is the same with any number.
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
        self.n_threads = bands.N_THREADS
        self._bare: np.uint32 | None = None  # what the whole base picture is filled with
        self._costs = _COSTS.setdefault(state.arcs, Costs())
        self._scratches = threading.local()
        self._ring_x = self._ring_y = 0
        self._redrawn: list[Rect] = []
        self.view = View(0, 0, 1e-6, width, height, state.arcs.origin)
        self.planes = self._new_planes()

    @property
    def scratch(self) -> Scratch:
        """Buffers of the calling thread."""
        if not hasattr(self._scratches, "own"):
            self._scratches.own = Scratch()
        own: Scratch = self._scratches.own
        return own

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
        base, rgb = np.zeros(shape, np.uint32), np.zeros(shape, np.uint32)
        ids = np.full(shape, -1, np.int32)
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
        begun = perf_counter()
        self._ring_x = self._ring_y = 0
        if self.underlays:
            self._bare = None
        elif self._bare != self.style.sea:
            self.planes.base[:] = self._bare = self.style.sea
        self.state.restyle(self.style)
        self._rectangle(0, 0, self.width, self.height)
        if not self.is_moving:
            self._costs.note(self._amount(self.view), 1e3 * (perf_counter() - begun))

    def should_reduce(self, view: View, limit_ms: float = 12.0) -> bool:
        """Whether a sharp frame of a view would take too long while it moves.

        Judged by the sharp frames of these arcs drawn so far: set `is_moving` by it before `look`.
        """
        return self._costs.exceeds(self._amount(view), limit_ms)

    def prepare_moving(self) -> None:
        """Do ahead, while nothing moves, what the first frame in motion after an edit must do."""
        if self.overview is not None:
            drawing.moving_chains(self, self.overview)

    def _amount(self, view: View) -> int:
        x0, y0, x1, y1 = (v / view.scale for v in (view.kx, view.ky - view.height,
                                                   view.kx + view.width, view.ky))  # fmt: skip
        n_blocks = count_blocks(self.arcs.blocks, (x0, y0, x1, y1))
        return n_blocks + view.width * view.height // _PIXELS_PER_BLOCK

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
        self._each(self._redrawn[0], partial(drawing.colour, self), self.n_threads)

    def assigned(self, rows: ArrayLike) -> None:
        """Redraw around units after `MapState.assign`."""
        index = np.asarray(rows, np.int64).ravel()
        self.state.restyle(self.style, index)
        if self.state.has_marks:
            self.state.refresh_outlines(self.state.arcs_of(index))
        self._redraw(self.around(index), "bm")

    def marked(self, rows: ArrayLike) -> None:
        """Redraw around units after `MapState.set_mark`."""
        index = np.asarray(rows, np.int64).ravel()
        self.state.refresh_outlines(self.state.arcs_of(index))
        self.state.restyle(self.style, index)
        self._redraw(self.around(index), "m")

    def outlined(self, rows: ArrayLike) -> None:
        """Redraw the lines around units after `MapState.set_mark` has changed no fill of theirs."""
        index = np.asarray(rows, np.int64).ravel()
        self.state.refresh_outlines(self.state.arcs_of(index))
        self._redraw(self.around_outlines(index), "m")

    def draw_ids(self, tolerance_px: float = 0.5) -> None:
        """Draw only which unit owns each pixel, by arcs that err by no more than so many pixels."""
        level = self.arcs.level(1 / self.view.scale, tolerance_px)

        def draw(job: Job) -> None:
            view, scanned, _ = self.arcs_near(self.arcs, job, 0)
            self.fill_ids(self.arcs, level, job, view, scanned)

        self._each((0, 0, self.width, self.height), draw, self.n_threads)

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
        out = np.empty((self.height, self.width), plane.dtype)
        for x, y, wide, high, column, row in self.pieces():
            out[y : y + high, x : x + wide] = plane[row : row + high, column : column + wide]
        return out

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

    def around(self, rows: ArrayLike) -> list[Rect]:
        """Rectangles that hold what is seen of units and of the lines around them."""
        index = np.asarray(rows, np.int64).ravel()
        return rectangles(self.arcs.unit_boxes, index, self.view, 2 + self.style.reach)

    def around_outlines(self, rows: ArrayLike) -> list[Rect]:
        """Rectangles that hold what is seen of the lines around units."""
        lines = self.state.arcs_of(rows)
        return line_rectangles(self.arcs, lines, self.view, 2 + self.style.reach)

    def _redraw(self, rects: list[Rect], lines: str) -> None:
        for rect in rects:
            self._rectangle(*rect, lines)

    def _rectangle(self, left: int, top: int, right: int, bottom: int, lines: str = "gbm") -> None:
        """Draw a rectangle; `lines`: g geometry, b borders, m accent lines, colours always."""
        rect = self._clipped(left, top, right, bottom)
        self._redrawn.append(rect)
        if "g" in lines and not drawing.is_parallel(self):
            self._each(rect, partial(drawing.draw_under, self), 1)
        self._each(rect, partial(drawing.draw, self, drawing.plan(self, lines)), self.n_threads)

    def _each(self, rect: Rect, work: Callable[[Job], None], n_threads: int) -> None:
        """Do something with every band of a rectangle, on several threads if it is large."""
        left, top, right, bottom = rect
        rows = max(_BAND, _LARGE // max(right - left, 1))
        jobs = [
            job
            for y in range(top, bottom, rows)
            for job in self._jobs(left, y, right, min(bottom, y + rows))
        ]
        is_large = (right - left) * (bottom - top) >= _LARGE
        bands.run(work, jobs, n_threads if is_large else 1)

    def arcs_near(self, arcs: Arcs, job: Job, reach: float) -> tuple[Box, Int32s, Int32s]:
        """Box of a job in cm, arcs that decide its pixels, arcs whose line reaches it."""
        return drawing.arcs_near(self, arcs, job, reach)

    def fill_ids(self, arcs: Arcs, level: int, job: Job, view: Box, scanned: Int32s) -> None:
        """Write into the id plane which polygon owns each pixel of a job."""
        drawing.fill_ids(self, arcs, level, job, view, scanned)

    def fill_shapes(
        self, arcs: Arcs, level: int, job: Job, keep: Bools, plane: NDArray[_Pixel], value: int
    ) -> None:
        """Write a value into a plane within a job where one of the polygons is in `keep`."""
        drawing.fill_shapes(self, arcs, level, job, keep, plane, value)
