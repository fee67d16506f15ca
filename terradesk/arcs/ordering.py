"""Arcs along a Hilbert curve, so that culling and drawing touch memory in map order."""

from __future__ import annotations

import numpy as np

from terradesk.arcs.jit import Int32s, Int64s, kernel

_ORDER = 12  # bits of each axis on the curve


@kernel
def _hilbert(x: np.int64, y: np.int64) -> np.int64:
    """Distance along the curve of a cell (Wikipedia, "Hilbert curve", xy2d)."""
    distance = np.int64(0)
    side = np.int64(1) << (_ORDER - 1)
    while side > 0:
        right = np.int64(1) if x & side else np.int64(0)
        upper = np.int64(1) if y & side else np.int64(0)
        distance += side * side * ((3 * right) ^ upper)
        x &= side - 1
        y &= side - 1
        if upper == 0:
            if right == 1:
                x = side - 1 - x
                y = side - 1 - y
            x, y = y, x
        side >>= 1
    return distance


@kernel
def hilbert_keys(boxes: Int32s) -> Int64s:
    """Place of each box's centre on a Hilbert curve over all boxes."""
    keys = np.empty(len(boxes), np.int64)
    if len(boxes) == 0:
        return keys
    x0, y0 = float(boxes[:, 0].min()), float(boxes[:, 1].min())
    width, height = float(boxes[:, 2].max()) - x0, float(boxes[:, 3].max()) - y0
    scale = ((1 << _ORDER) - 1) / max(width, height, 1.0)
    for i in range(len(boxes)):
        x = (float(boxes[i, 0]) + boxes[i, 2]) / 2 - x0
        y = (float(boxes[i, 1]) + boxes[i, 3]) / 2 - y0
        keys[i] = _hilbert(np.int64(x * scale), np.int64(y * scale))
    return keys


@kernel
def gather(xy: Int32s, offsets: Int32s, order: Int64s) -> tuple[Int32s, Int32s]:
    """Coordinates and offsets of the arcs in the given order."""
    stops = np.zeros(len(order) + 1, np.int32)
    for k in range(len(order)):
        stops[k + 1] = stops[k] + offsets[order[k] + 1] - offsets[order[k]]
    out = np.empty((stops[-1], 2), np.int32)
    for k in range(len(order)):
        start = offsets[order[k]]
        for i in range(stops[k + 1] - stops[k]):
            out[stops[k] + i, 0] = xy[start + i, 0]
            out[stops[k] + i, 1] = xy[start + i, 1]
    return out, stops
