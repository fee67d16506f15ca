"""A point inside each unit: its centroid where that lies inside, else a point found on a line.

The centroid is what a planner expects of "centre in the lasso". Where it falls outside (bays,
archipelagos, rings) the middle of the widest stretch of the unit on a set of horizontal lines is
taken instead. The lines lie between whole centimetres, where no vertex is, so that every
stretch has a width and its middle is truly inside.
"""

from __future__ import annotations

import numpy as np

from terradesk.arcs.jit import Floats, Int32s, kernel

_LINES = 9  # evenly spread over the height of the unit
_TALL = 7  # and one through each of the tallest arcs, which every part of a scattered unit has


@kernel
def crossing(xy: Int32s, i: int, y: float) -> float:
    """Where the segment from vertex `i` to the next crosses the height y."""
    x0, y0 = float(xy[i, 0]), float(xy[i, 1])
    return x0 + (y - y0) * (xy[i + 1, 0] - x0) / (xy[i + 1, 1] - y0)


@kernel
def _crossings(
    y: float,
    unit: int,
    arcs: Int32s,
    boxes: Int32s,
    left: Int32s,
    xy: Int32s,
    offsets: Int32s,
    out: Floats,
) -> int:
    """Fill `out` with (x, winding step to the right of x) on a line, sorted by x."""
    n = 0
    for arc in arcs:
        if boxes[arc, 1] > y or boxes[arc, 3] < y:
            continue
        sign = -1.0 if left[arc] == unit else 1.0
        for i in range(offsets[arc], offsets[arc + 1] - 1):
            if (xy[i, 1] <= y) != (xy[i + 1, 1] <= y) and n < len(out):
                x = crossing(xy, i, y)
                k = n
                while k > 0 and out[k - 1, 0] > x:
                    out[k, 0], out[k, 1] = out[k - 1, 0], out[k - 1, 1]
                    k -= 1
                out[k, 0] = x
                out[k, 1] = sign if xy[i + 1, 1] > xy[i, 1] else -sign
                n += 1
    return n


@kernel
def _centroid(
    unit: int, arcs: Int32s, box: Int32s, left: Int32s, xy: Int32s, offsets: Int32s
) -> tuple[float, float]:
    """Centroid by Green's theorem, about the middle of the box; that middle if there is no area."""
    ox, oy = (float(box[0]) + box[2]) / 2, (float(box[1]) + box[3]) / 2
    area = mx = my = 0.0
    for arc in arcs:
        sign = 1.0 if left[arc] == unit else -1.0
        for i in range(offsets[arc], offsets[arc + 1] - 1):
            ax, ay = xy[i, 0] - ox, xy[i, 1] - oy
            bx, by = xy[i + 1, 0] - ox, xy[i + 1, 1] - oy
            twice = sign * (ax * by - bx * ay)
            area += twice
            mx += twice * (ax + bx)
            my += twice * (ay + by)
    if area == 0.0:
        return ox, oy
    return ox + mx / (3 * area), oy + my / (3 * area)


@kernel
def _heights(arcs: Int32s, boxes: Int32s, box: Int32s) -> Floats:
    """Lines to look along, each between two whole centimetres."""
    tall = np.zeros(len(arcs), np.int64)
    for k in range(len(arcs)):
        tall[k] = np.int64(boxes[arcs[k], 1]) - boxes[arcs[k], 3]
    order = np.argsort(tall)[:_TALL]
    out = np.empty(_LINES + len(order))
    step = (float(box[3]) - box[1]) / _LINES
    for k in range(_LINES):
        out[k] = np.floor(box[1] + (k + 0.5) * step) + 0.5
    for k in range(len(order)):
        arc = arcs[order[k]]
        out[_LINES + k] = np.floor((float(boxes[arc, 1]) + boxes[arc, 3]) / 2) + 0.5
    return out


@kernel
def _holds(line: Floats, n: int, x: float) -> bool:
    """Whether x is strictly inside, by the sorted crossings of its height."""
    depth = 0.0
    for k in range(n):
        if line[k, 0] >= x:
            return depth > 0 and line[k, 0] > x
        depth += line[k, 1]
    return False


@kernel
def _widest(line: Floats, n: int) -> tuple[float, float]:
    """Width and middle of the widest stretch inside."""
    depth, width, middle = 0.0, 0.0, 0.0
    for k in range(n - 1):
        depth += line[k, 1]
        if depth > 0 and line[k + 1, 0] - line[k, 0] > width:
            width = line[k + 1, 0] - line[k, 0]
            middle = line[k, 0] + width / 2
    return width, middle


@kernel
def centres(
    unit_boxes: Int32s,
    starts: Int32s,
    unit_arcs: Int32s,
    boxes: Int32s,
    left: Int32s,
    xy: Int32s,
    offsets: Int32s,
) -> Floats:
    """(n_units, 2) cm: a point inside each unit, NaN for a unit without arcs."""
    out = np.full((len(unit_boxes), 2), np.nan)
    for unit in range(len(unit_boxes)):
        arcs = unit_arcs[starts[unit] : starts[unit + 1]]
        if len(arcs) == 0:
            continue
        n_vertices = 0
        for arc in arcs:
            n_vertices += offsets[arc + 1] - offsets[arc]
        line = np.empty((n_vertices, 2))
        x, y = _centroid(unit, arcs, unit_boxes[unit], left, xy, offsets)
        out[unit, 0], out[unit, 1] = x, y
        n = _crossings(y, unit, arcs, boxes, left, xy, offsets, line)
        if _holds(line, n, x):
            continue
        best = 0.0
        for height in _heights(arcs, boxes, unit_boxes[unit]):
            n = _crossings(height, unit, arcs, boxes, left, xy, offsets, line)
            width, middle = _widest(line, n)
            if width > best:
                best = width
                out[unit, 0], out[unit, 1] = middle, height
    return out
