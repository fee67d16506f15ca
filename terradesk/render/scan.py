"""Which unit owns each pixel: arcs are scanned into events, events resolved row by row.

Geometry is in centimetres from the origin of the arcs, ``scale`` in pixels per centimetre. A pixel
coordinate is ``x * scale - kx`` or ``ky - y * scale`` with whole numbers kx and ky, so that a strip
exposed by panning holds the same pixels as a frame drawn afresh.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from terradesk.arcs import BLOCK
from terradesk.render.jit import Bools, Int32s, Place, inlined, kernel

__all__ = [
    "Box",
    "Job",
    "collect",
    "count_blocks",
    "resolve",
    "resolve_shapes",
    "sample",
    "scan",
]


Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in centimetres."""


class Job(NamedTuple):
    """A rectangle of the view and where it lies in the ring of planes."""

    left: int
    right: int
    top: int
    bottom: int
    column: int
    row: int


def _make_lowest_bit(typing: Any, value: Any) -> Any:
    """Index of the lowest bit set in a uint64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), generate


_lowest_bit: Any = intrinsic(_make_lowest_bit)


@inlined
def _meets(boxes: Int32s, i: int, x0: float, y0: float, x1: float, y1: float) -> bool:
    return bool(boxes[i, 2] >= x0 and boxes[i, 1] <= y1 and boxes[i, 3] >= y0 and boxes[i, 0] <= x1)


@kernel
def collect(
    blocks: Int32s,
    boxes: Int32s,
    left: Int32s,
    right: Int32s,
    unit_boxes: Int32s,
    view: Box,
    pad: float,
    scanned: Int32s,
    near: Int32s,
) -> tuple[int, int]:
    """Find the arcs that matter for a rectangle of the map.

    Parameters
    ----------
    blocks, boxes, left, right, unit_boxes
        Of the arcs.
    view : tuple of float
        x0, y0, x1, y1 in centimetres.
    pad : float
        How far lines reach beyond their arc, centimetres.
    scanned, near : (n_arcs,) int32
        Filled with the arcs that decide who owns a pixel (``~arc`` when wholly left of the
        rectangle) and with those whose line may touch it.

    Returns
    -------
    tuple of int
        How many of each.
    """
    x0, y0, x1, y1 = view
    ns = nn = 0
    for k in range(len(blocks)):
        if (
            blocks[k, 4] > x1 + pad
            or blocks[k, 6] < x0 - pad
            or blocks[k, 1] > y1 + pad
            or blocks[k, 3] < y0 - pad
            or blocks[k, 0] > x1 + pad
        ):
            continue
        for a in range(k * BLOCK, min((k + 1) * BLOCK, len(boxes))):
            if boxes[a, 0] > x1 + pad or boxes[a, 1] > y1 + pad or boxes[a, 3] < y0 - pad:
                continue
            if boxes[a, 2] >= x0 - pad:
                near[nn] = a
                nn += 1
            lo, hi = left[a], right[a]
            if (lo >= 0 and _meets(unit_boxes, lo, x0, y0, x1, y1)) or (
                hi >= 0 and _meets(unit_boxes, hi, x0, y0, x1, y1)
            ):
                scanned[ns] = a if boxes[a, 2] >= x0 else ~a
                ns += 1
    return ns, nn


@kernel
def count_blocks(blocks: Int32s, view: Box) -> int:
    """How many blocks of arcs meet a box."""
    x0, y0, x1, y1 = view
    n = 0
    for k in range(len(blocks)):
        n += blocks[k, 0] <= x1 and blocks[k, 2] >= x0 and blocks[k, 1] <= y1 and blocks[k, 3] >= y0
    return n


@kernel
def scan(
    scanned: Int32s,
    xy: Int32s,
    offsets: Int32s,
    left: Int32s,
    right: Int32s,
    unit_boxes: Int32s,
    view: Box,
    at: Place,
    job: Job,
    heads: Int32s,
    bits: NDArray[np.uint64],
    events: Int32s,
) -> int:
    """Turn crossings of arcs with pixel rows into events.

    An event (next, left unit, right unit) hangs in the list of the first pixel whose centre lies
    right of the crossing; `bits` has one bit per pixel that has events.

    Returns
    -------
    int
        Number of events + 1, or -1 when `events` has no room.
    """
    kx, ky, scale = at
    vx0, vy0, vx1, vy1 = view
    n = 1
    room = len(events)
    wide = job.right - job.left
    high = job.bottom - job.top
    fx = kx + job.left + 0.5
    fy = ky - job.top - 0.5
    for k in range(len(scanned)):
        a = scanned[k]
        far = a < 0
        if far:
            a = ~a
        lu, ru = left[a], right[a]
        # units outside the rectangle have incomplete outlines here and must not count
        if lu >= 0 and not _meets(unit_boxes, lu, vx0, vy0, vx1, vy1):
            lu = np.int32(-1)
        if ru >= 0 and not _meets(unit_boxes, ru, vx0, vy0, vx1, vy1):
            ru = np.int32(-1)
        i, end = offsets[a], offsets[a + 1]
        px = xy[i, 0] * scale - fx
        py = fy - xy[i, 1] * scale
        cy = np.int64(np.ceil(py))
        j = end - 1 if far else i + 1
        while j < end:
            qx = xy[j, 0] * scale - fx
            qy = fy - xy[j, 1] * scale
            dy = np.int64(np.ceil(qy))
            if dy != cy:
                if dy > cy:
                    row0, row1, first, second = cy, dy, ru, lu
                else:
                    row0, row1, first, second = dy, cy, lu, ru
                row0 = max(row0, np.int64(0))
                row1 = min(row1, np.int64(high))
                if row0 < row1:
                    if n + (row1 - row0) > room:
                        return -1
                    slope = (qx - px) / (qy - py)
                    for row in range(row0, row1):
                        x = px + (row - py) * slope
                        if x <= wide - 1:
                            c = np.int64(np.ceil(x)) if x > 0.0 else 0
                            ur, uc, un = np.uint64(row), np.uint64(c), np.uint64(n)
                            events[un, 0] = heads[ur, uc]
                            events[un, 1] = first
                            events[un, 2] = second
                            heads[ur, uc] = n
                            bits[ur, uc >> np.uint64(6)] |= np.uint64(1) << (uc & np.uint64(63))
                            n += 1
            px, py, cy = qx, qy, dy
            j += 1
    return n


@inlined
def _count(owners: Int32s, counts: Int32s, k: int, unit: int, step: int) -> int:
    """Add `step` to the winding number of a unit; returns how many units have one."""
    for q in range(k):
        if owners[q] == unit:
            counts[q] += step
            if counts[q] == 0:
                k -= 1
                owners[q] = owners[k]
                counts[q] = counts[k]
            return k
    if k < len(owners):
        owners[k] = unit
        counts[k] = step
        k += 1
    return k


@kernel
def resolve(heads: Int32s, bits: NDArray[np.uint64], events: Int32s, ids: Int32s, job: Job) -> None:
    """Write the owner of every pixel of the rectangle into `ids`; leaves heads and bits zeroed.

    Keeps the winding number of each unit along a row, so overlaps, crossing simplified arcs and
    invalid input do not leak. Of several owners the highest row wins: the order of the events must
    not decide, or a pan and a full frame would differ.
    """
    wide = job.right - job.left
    owners = np.empty(64, np.int32)
    counts = np.empty(64, np.int32)
    for y in range(job.bottom - job.top):
        k = 0
        owner = np.int32(-1)
        done = np.int64(0)
        out = ids[job.row + y, job.column : job.column + wide]
        line = heads[y]
        for word in range((wide + 63) >> 6):
            todo = bits[y, word]
            if todo == 0:
                continue
            bits[y, word] = 0
            while todo:
                x = (word << 6) + np.int64(_lowest_bit(todo))
                todo &= todo - np.uint64(1)
                for i in range(np.uint32(done), np.uint32(x)):
                    out[i] = owner
                done = x
                event = line[np.uint64(x)]
                line[np.uint64(x)] = 0
                while event:
                    ue = np.uint32(event)
                    leaves, enters = events[ue, 1], events[ue, 2]
                    event = events[ue, 0]
                    if k == 1 and owners[0] == leaves and counts[0] == 1 and enters >= 0:
                        owners[0] = enters
                        continue
                    if leaves >= 0:
                        k = _count(owners, counts, k, leaves, -1)
                    if enters >= 0:
                        k = _count(owners, counts, k, enters, 1)
                owner = np.int32(-1)
                for q in range(k):
                    if counts[q] > 0:
                        owner = max(owner, owners[q])
        for i in range(np.uint32(done), np.uint32(wide)):
            out[i] = owner


@kernel
def resolve_shapes(
    heads: Int32s,
    bits: NDArray[np.uint64],
    events: Int32s,
    keep: Bools,
    plane: NDArray[Any],
    value: Any,
    job: Job,
) -> None:
    """Write `value` into `plane` where a polygon of `keep` (n_units,) is, and nothing elsewhere.

    Like `resolve`, which it is faster than where there is little: rows without events cost nothing.
    """
    wide = job.right - job.left
    owners = np.empty(64, np.int32)
    counts = np.empty(64, np.int32)
    for y in range(job.bottom - job.top):
        k = 0
        is_in = False
        begun = np.int64(0)
        out = plane[job.row + y, job.column : job.column + wide]
        line = heads[y]
        for word in range((wide + 63) >> 6):
            todo = bits[y, word]
            bits[y, word] = 0
            while todo:
                x = (word << 6) + np.int64(_lowest_bit(todo))
                todo &= todo - np.uint64(1)
                event = line[np.uint64(x)]
                line[np.uint64(x)] = 0
                while event:
                    ue = np.uint32(event)
                    leaves, enters = events[ue, 1], events[ue, 2]
                    event = events[ue, 0]
                    if leaves >= 0 and keep[leaves]:
                        k = _count(owners, counts, k, leaves, -1)
                    if enters >= 0 and keep[enters]:
                        k = _count(owners, counts, k, enters, 1)
                now = False
                for q in range(k):
                    now |= counts[q] > 0
                if is_in and not now:
                    out[begun:x] = value
                elif now and not is_in:
                    begun = x
                is_in = now
        if is_in:
            out[begun:] = value


@kernel
def sample(coarse: Int32s, coarse_at: Place, at: Place, ids: Int32s, job: Job) -> None:
    """Fill `ids` with the nearest pixel of a raster drawn once at a finer scale."""
    kx, ky, scale = at
    factor = coarse_at[2] / scale
    high, wide = coarse.shape
    n = job.right - job.left
    columns = np.empty(n, np.uint32)
    x0, x1 = n, 0  # columns with a pixel of the raster
    for x in range(n):
        u = np.floor((kx + job.left + x + 0.5) * factor - coarse_at[0])
        if 0 <= u < wide:
            columns[x] = np.uint32(u)
            x0, x1 = min(x0, x), x + 1
    for y in range(job.bottom - job.top):
        v = np.floor((job.top + y + 0.5 - ky) * factor + coarse_at[1])
        out = ids[job.row + y, job.column : job.column + n]
        if v < 0 or v >= high or x0 >= x1:
            out[:] = -1
            continue
        out[:x0] = -1
        out[x1:] = -1
        row, inside, place = coarse[np.int64(v)], out[x0:x1], columns[x0:x1]
        for x in range(len(inside)):
            inside[x] = row[place[x]]
