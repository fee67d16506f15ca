"""Drawing one job: geometry, lines and colours of a rectangle of a frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from terradesk.arcs import Arcs, Level
from terradesk.render import compose
from terradesk.render.chains import Chains, thinned
from terradesk.render.compose import USE_LOCK, USE_MARK, USE_WATER
from terradesk.render.lines import near_kinds, near_thin, thin_lines, wide_lines
from terradesk.render.scan import Box, Job, collect, resolve, resolve_shapes, sample, scan

if TYPE_CHECKING:
    from terradesk.render.frame import Frame
    from terradesk.render.jit import Bools, Bytes, Float32s, Int32s
    from terradesk.render.overview import Overview
    from terradesk.render.scratch import Scratch

__all__ = [
    "Task",
    "arcs_near",
    "colour",
    "draw",
    "draw_under",
    "fill_ids",
    "fill_shapes",
    "is_parallel",
    "plan",
]

_Pixel = TypeVar("_Pixel", bound=np.generic)
_MOVING_TOLERANCE_PX, _SHARP_TOLERANCE_PX = 1.0, 0.5
_THIN_REACH_PX = 1.5
_SAMPLED_FROM = 20_000  # units from which on sharp frames are sampled too
_LARGE_PLAN = 60_000  # units from which on frames in motion may show the raster's pixels
_COARSE = 0.3  # pixels of the raster per pixel that do in motion: borders lie over the jags
_FINENESS = 1.92  # pixels of the raster per pixel at 100 % that keep a frame within half of that


class Lines(NamedTuple):
    """Lines with a kind each: `xy[offsets[k]:offsets[k + 1]]`."""

    xy: Int32s
    offsets: Int32s
    kinds: Bytes
    every: Int32s


@dataclass(frozen=True, slots=True)
class Task:
    """What all jobs of one redraw share.

    Attributes
    ----------
    lines : str
        g geometry, b borders, m accent lines; colours always.
    level : int
        Of detail.
    raster : Overview or None
        Where ids come from, when they are not scanned.
    borders : Lines or None
        Drawn instead of the arcs' borders.
    """

    lines: str
    level: int
    raster: Overview | None
    borders: Lines | None = None


def plan(frame: Frame, lines: str) -> Task:
    """Decide how a redraw is done."""
    tolerance = _MOVING_TOLERANCE_PX if frame.is_moving else _SHARP_TOLERANCE_PX
    level, raster = frame.arcs.level(1 / frame.view.scale, tolerance), _raster(frame)
    borders = _chains(frame, raster) if frame.is_moving and raster is not None else None
    return Task(lines, level, raster, borders)


def _moving_fineness(frame: Frame) -> float:
    return _COARSE if frame.arcs.n_units >= _LARGE_PLAN else 1.0


def moving_chains(frame: Frame, raster: Overview) -> Chains:
    """Borders that frames in motion draw, joined once for all scales at which they use a raster."""
    return frame.state.chains(frame.arcs.level(_moving_fineness(frame) / raster.view.scale))


def _chains(frame: Frame, raster: Overview) -> Lines:
    """Borders of a frame in motion with the detail of its scale."""
    made = moving_chains(frame, raster)
    xy, offsets = thinned(made, _MOVING_TOLERANCE_PX / frame.view.scale)
    return Lines(xy, offsets, made.kinds, np.arange(len(made.kinds), dtype=np.int32))


def _raster(frame: Frame) -> Overview | None:
    raster = frame.overview
    if raster is None or not (frame.is_moving or frame.arcs.n_units >= _SAMPLED_FROM):
        return None
    finer = max(1.0, _FINENESS / frame.style.pixel_ratio)
    if frame.is_moving:
        finer = _moving_fineness(frame)
    return raster if frame.view.scale * finer <= raster.view.scale else None


def draw(frame: Frame, task: Task, job: Job) -> None:
    """Draw a job; other threads may draw other jobs of the frame meanwhile."""
    state, style, planes = frame.state, frame.style, frame.planes
    if "g" in task.lines:
        _draw_geometry(frame, task, job)
    if "b" in task.lines:
        _borders(frame, task, job, style.bold_tables, style.bold_radii, planes.bold)
        if state.has_locked:
            _borders(frame, task, job, style.lock_tables, style.lock_radii, planes.lock)
    if "m" in task.lines and state.has_marks:
        tables, radii = style.mark_tables, style.mark_radii
        _wide(frame, task, job, state.outlines, tables, radii, planes.mark)
    colour(frame, job)


def colour(frame: Frame, job: Job) -> None:
    """Colour the pixels of a job from the planes."""
    state, style, view = frame.state, frame.style, frame.view
    use = USE_LOCK * int(state.has_locked) | USE_MARK * int(state.has_marks)
    use |= USE_WATER * int(bool(frame.underlays))
    opacity = np.uint32(frame.fill_alpha)
    compose.compose(frame.planes, style.inks, use, state.table, view.kx, view.ky, opacity, job)


def _draw_geometry(frame: Frame, task: Task, job: Job) -> None:
    planes, at = frame.planes, frame.view.place
    if frame.underlays and is_parallel(frame):
        draw_under(frame, job)
    if task.raster is not None:
        sample(task.raster.ids, task.raster.view.place, at, planes.ids, job)
    else:
        view, scanned, _ = arcs_near(frame, frame.arcs, job, 0)
        fill_ids(frame, frame.arcs, task.level, job, view, scanned)
    compose.clear(planes.thin, job)
    if not frame.is_moving:
        _thin(frame, task, job)


def is_parallel(frame: Frame) -> bool:
    """Whether every underlay says that it may be drawn on several threads at once."""
    return all(getattr(one, "is_parallel", False) for one in frame.underlays)


def draw_under(frame: Frame, job: Job) -> None:
    """Draw what lies under the areas."""
    compose.clear_base(frame.planes, frame.style.sea, job)
    for underlay in frame.underlays:
        underlay.draw(frame, job)


def _thin(frame: Frame, task: Task, job: Job) -> None:
    arcs, style, state, scratch = frame.arcs, frame.style, frame.state, frame.scratch
    near, weights = scratch.lists(arcs)[0], scratch.weights(arcs.n_arcs)
    n = near_thin(
        arcs.blocks,
        arcs.boxes,
        state.thin_classes,
        state.thin_tops,
        _box(frame, job, _THIN_REACH_PX),
        frame.view.scale / style.pixel_ratio,
        style.unit_weight,
        style.group_weight,
        near,
        weights,
    )
    line = arcs.levels[task.level]
    plane = frame.planes.thin
    thin_lines(near[:n], weights[:n], line.xy, line.offsets, frame.view.place, job, plane)


def _borders(
    frame: Frame, task: Task, job: Job, tables: Bytes, radii: Float32s, plane: Bytes
) -> None:
    if task.borders is None:
        _wide(frame, task, job, frame.state.borders, tables, radii, plane)
        return
    compose.clear(plane, job)
    xy, offsets, kinds, every = task.borders
    wide_lines(every, kinds, tables, radii, xy, offsets, frame.view.place, job, plane)


def _wide(
    frame: Frame,
    task: Task,
    job: Job,
    kinds: Bytes,
    tables: Bytes,
    radii: Float32s,
    plane: Bytes,
) -> None:
    compose.clear(plane, job)
    arcs = frame.arcs
    near = frame.scratch.lists(arcs)[0]
    n = near_kinds(arcs.blocks, arcs.boxes, kinds, _box(frame, job, frame.style.reach), near)
    if n:
        line: Level = arcs.levels[task.level]
        at = frame.view.place
        wide_lines(near[:n], kinds, tables, radii, line.xy, line.offsets, at, job, plane)


def _box(frame: Frame, job: Job, pad: float) -> Box:
    """Box of a job and `pad` pixels around it, cm."""
    kx, ky, scale = frame.view.place
    return (
        (kx + job.left - pad) / scale,
        (ky - job.bottom - pad) / scale,
        (kx + job.right + pad) / scale,
        (ky - job.top + pad) / scale,
    )


def arcs_near(frame: Frame, arcs: Arcs, job: Job, reach: float) -> tuple[Box, Int32s, Int32s]:
    """Box of a job in cm, arcs that decide its pixels, arcs whose line reaches it."""
    view = _box(frame, job, 0)
    scanned, near = frame.scratch.lists(arcs)
    n_scanned, n_near = collect(
        arcs.blocks,
        arcs.boxes,
        arcs.left,
        arcs.right,
        arcs.unit_boxes,
        view,
        reach / frame.view.scale,
        scanned,
        near,
    )
    return view, scanned[:n_scanned], near[:n_near]


def fill_ids(frame: Frame, arcs: Arcs, level: int, job: Job, view: Box, scanned: Int32s) -> None:
    """Write into the id plane which polygon owns each pixel of a job."""
    heads, bits = _scan(frame, arcs, level, job, view, scanned)
    resolve(heads, bits, frame.scratch.events, frame.planes.ids, job)


def fill_shapes(
    frame: Frame, arcs: Arcs, level: int, job: Job, keep: Bools, plane: NDArray[_Pixel], value: int
) -> None:
    """Write a value into a plane within a job where one of the polygons is that `keep` lists."""
    view, scanned, _ = arcs_near(frame, arcs, job, 0)
    if len(scanned):
        heads, bits = _scan(frame, arcs, level, job, view, scanned)
        one = plane.dtype.type(value)
        resolve_shapes(heads, bits, frame.scratch.events, keep, plane, one, job)


def _scan(
    frame: Frame, arcs: Arcs, level: int, job: Job, view: Box, scanned: Int32s
) -> tuple[Int32s, NDArray[np.uint64]]:
    """Events of a job in the scratch of this thread: their lists and their bit mask."""
    scratch: Scratch = frame.scratch
    line, at = arcs.levels[level], frame.view.place
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
            at,
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
    return heads, bits
