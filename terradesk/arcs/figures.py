"""Tables derived from arcs: areas, lengths, boxes, the arcs of each unit, blocks."""

from __future__ import annotations

import numpy as np

from terradesk.arcs.jit import Float32s, Floats, Int32s, kernel

BLOCK = 32  # arcs that are culled together
_FAR = 2147483647


@kernel
def areas(xy: Int32s, offsets: Int32s, left: Int32s, right: Int32s, n_units: int) -> Floats:
    """Area of each unit in m2, exact for the given vertices.

    Sums of int64 products may wrap on the way, yet the total is right modulo 2**64, hence exact
    for every unit below 4.6e14 m2 (nine tenths of the Earth).
    """
    twice = np.zeros(n_units, np.int64)
    for arc in range(len(left)):
        total = np.int64(0)
        for i in range(offsets[arc], offsets[arc + 1] - 1):
            x0, y0 = np.int64(xy[i, 0]), np.int64(xy[i, 1])
            x1, y1 = np.int64(xy[i + 1, 0]), np.int64(xy[i + 1, 1])
            total += x0 * y1 - x1 * y0
        if left[arc] >= 0:
            twice[left[arc]] += total
        if right[arc] >= 0:
            twice[right[arc]] -= total
    return twice / 2e4


@kernel
def extents(
    xy: Int32s, offsets: Int32s, left: Int32s, right: Int32s, n_units: int
) -> tuple[Int32s, Floats, Floats]:
    """Box of each arc (cm), area of each unit (m2) and length of each arc (m) in one pass.

    Areas are those of `areas`.
    """
    n = len(left)
    boxes = np.empty((n, 4), np.int32)
    twice = np.zeros(n_units, np.int64)
    lengths = np.empty(n)
    for arc in range(n):
        i, stop = offsets[arc], offsets[arc + 1]
        x0, y0 = np.int64(xy[i, 0]), np.int64(xy[i, 1])
        low_x, low_y, high_x, high_y = x0, y0, x0, y0
        total, length = np.int64(0), 0.0
        for k in range(i + 1, stop):
            x1, y1 = np.int64(xy[k, 0]), np.int64(xy[k, 1])
            total += x0 * y1 - x1 * y0
            dx, dy = float(x1) - x0, float(y1) - y0
            length += np.sqrt(dx * dx + dy * dy) / 100.0
            low_x, high_x = min(low_x, x1), max(high_x, x1)
            low_y, high_y = min(low_y, y1), max(high_y, y1)
            x0, y0 = x1, y1
        lengths[arc] = length
        boxes[arc, 0], boxes[arc, 1] = low_x, low_y
        boxes[arc, 2], boxes[arc, 3] = high_x, high_y
        if left[arc] >= 0:
            twice[left[arc]] += total
        if right[arc] >= 0:
            twice[right[arc]] -= total
    return boxes, twice / 2e4, lengths


@kernel
def arc_boxes(xy: Int32s, offsets: Int32s) -> Int32s:
    """Box of each arc: x0, y0, x1, y1 in cm."""
    out = np.empty((len(offsets) - 1, 4), np.int32)
    for arc in range(len(out)):
        out[arc, :2] = _FAR
        out[arc, 2:] = -_FAR
        for i in range(offsets[arc], offsets[arc + 1]):
            for axis in range(2):
                out[arc, axis] = min(out[arc, axis], xy[i, axis])
                out[arc, axis + 2] = max(out[arc, axis + 2], xy[i, axis])
    return out


@kernel
def _widen(box: Int32s, other: Int32s) -> None:
    box[0] = min(box[0], other[0])
    box[1] = min(box[1], other[1])
    box[2] = max(box[2], other[2])
    box[3] = max(box[3], other[3])


@kernel
def unit_boxes(boxes: Int32s, left: Int32s, right: Int32s, n_units: int) -> Int32s:
    """Box of each unit; reversed (x0 > x1) for a unit without arcs, so that it meets nothing."""
    out = np.empty((n_units, 4), np.int32)
    out[:, :2] = _FAR
    out[:, 2:] = -_FAR
    for arc in range(len(left)):
        for unit in (left[arc], right[arc]):
            if unit >= 0:
                _widen(out[unit], boxes[arc])
    return out


@kernel
def arcs_of_units(left: Int32s, right: Int32s, n_units: int) -> tuple[Int32s, Int32s]:
    """Arcs of each unit in compressed rows: starts (n_units + 1,), arcs."""
    starts = np.zeros(n_units + 1, np.int32)
    for arc in range(len(left)):
        for unit in (left[arc], right[arc]):
            if unit >= 0:
                starts[unit + 1] += 1
    for unit in range(n_units):
        starts[unit + 1] += starts[unit]
    fill = starts.copy()
    out = np.empty(starts[n_units], np.int32)
    for arc in range(len(left)):
        for unit in (left[arc], right[arc]):
            if unit >= 0:
                out[fill[unit]] = arc
                fill[unit] += 1
    return starts, out


@kernel
def sizes(areas: Floats, left: Int32s, right: Int32s) -> Float32s:
    """Side in cm of a square as large as the smaller neighbour of each arc."""
    out = np.empty(len(left), np.float32)
    for arc in range(len(left)):
        smallest = np.inf
        for unit in (left[arc], right[arc]):
            if unit >= 0:
                smallest = min(smallest, max(0.0, areas[unit]))
        out[arc] = np.sqrt(smallest) * 100.0
    return out


@kernel
def blocks(boxes: Int32s, unit_boxes: Int32s, left: Int32s, right: Int32s) -> Int32s:
    """Own box and reach box (that of all its units) of every BLOCK arcs, in cm."""
    out = np.empty(((len(left) + BLOCK - 1) // BLOCK, 8), np.int32)
    for side in range(0, 8, 4):
        out[:, side : side + 2] = _FAR
        out[:, side + 2 : side + 4] = -_FAR
    for arc in range(len(left)):
        block = out[arc // BLOCK]
        _widen(block[:4], boxes[arc])
        _widen(block[4:], boxes[arc])
        for unit in (left[arc], right[arc]):
            if unit >= 0:
                _widen(block[4:], unit_boxes[unit])
    return out
