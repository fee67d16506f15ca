"""Units and points within an outline, on arcs at full resolution, in cm."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from terradesk.arcs.figures import BLOCK
from terradesk.arcs.jit import Bytes, Floats, Int32s, kernel
from terradesk.arcs.segments import Lines, Segment, boxes_meet, meet, segment

_IN, _OUT, _BOTH = 1, 2, 3
_N_ROWS = 64  # the edges of an outline are looked up by rows of equal height


class Outline(NamedTuple):
    """A closed outline: points (m, 2), its box, and the edges that meet each row of height `step`.

    Edge `i` runs from point `i` to the next, the last one back to the first.
    """

    points: Floats
    x0: float
    y0: float
    x1: float
    y1: float
    step: float
    starts: Int32s
    edges: Int32s


@kernel
def _row(y: float, y0: float, step: float) -> int:
    return int(min(_N_ROWS - 1.0, max(0.0, (y - y0) / step)))


@kernel
def outline(points: Floats) -> Outline:
    """Index of the edges of an outline with at least one point."""
    n = len(points)
    x0, x1 = points[:, 0].min(), points[:, 0].max()
    y0, y1 = points[:, 1].min(), points[:, 1].max()
    step = max((y1 - y0) / _N_ROWS, 1e-3)
    starts = np.zeros(_N_ROWS + 1, np.int32)
    edges = np.empty(0, np.int32)
    fill = starts
    for is_second in (False, True):
        if is_second:
            for row in range(_N_ROWS):
                starts[row + 1] += starts[row]
            fill = starts.copy()
            edges = np.empty(starts[-1], np.int32)
        for i in range(n):
            a, b = points[i, 1], points[i + 1 if i + 1 < n else 0, 1]
            for row in range(_row(min(a, b), y0, step), _row(max(a, b), y0, step) + 1):
                if is_second:
                    edges[fill[row]] = i
                    fill[row] += 1
                else:
                    starts[row + 1] += 1
    return Outline(points, x0, y0, x1, y1, step, starts, edges)


@kernel
def _edge(o: Outline, i: int) -> Segment:
    k = i + 1 if i + 1 < len(o.points) else 0
    return o.points[i, 0], o.points[i, 1], o.points[k, 0], o.points[k, 1]


@kernel
def holds(o: Outline, x: float, y: float) -> bool:
    """Whether the point is inside, by the even-odd rule."""
    if not (o.x0 <= x <= o.x1 and o.y0 <= y <= o.y1):
        return False
    is_odd = False
    row = _row(y, o.y0, o.step)
    for k in range(o.starts[row], o.starts[row + 1]):
        ax, ay, bx, by = _edge(o, o.edges[k])
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            is_odd = not is_odd
    return is_odd


@kernel
def _is_near(o: Outline, x0: float, y0: float, x1: float, y1: float) -> bool:
    """Whether the box of any edge meets this box."""
    if x0 > o.x1 or x1 < o.x0 or y0 > o.y1 or y1 < o.y0:
        return False
    for row in range(_row(y0, o.y0, o.step), _row(y1, o.y0, o.step) + 1):
        for k in range(o.starts[row], o.starts[row + 1]):
            ax, ay, bx, by = _edge(o, o.edges[k])
            if max(ax, bx) >= x0 and min(ax, bx) <= x1 and max(ay, by) >= y0 and min(ay, by) <= y1:
                return True
    return False


@kernel
def _crosses(o: Outline, lines: Lines, arc: int) -> bool:
    """Whether the arc shares a point with the outline."""
    for i in range(lines.offsets[arc], lines.offsets[arc + 1] - 1):
        part = segment(lines.xy, i)
        x0, x1 = min(part[0], part[2]), max(part[0], part[2])
        y0, y1 = min(part[1], part[3]), max(part[1], part[3])
        if x0 > o.x1 or x1 < o.x0 or y0 > o.y1 or y1 < o.y0:
            continue
        for row in range(_row(y0, o.y0, o.step), _row(y1, o.y0, o.step) + 1):
            for k in range(o.starts[row], o.starts[row + 1]):
                edge = _edge(o, o.edges[k])
                if (
                    max(edge[0], edge[2]) >= x0
                    and min(edge[0], edge[2]) <= x1
                    and max(edge[1], edge[3]) >= y0
                    and min(edge[1], edge[3]) <= y1
                    and meet(part, edge)
                ):
                    return True
    return False


@kernel
def _where(o: Outline, x: int, y: int) -> int:
    return _IN if holds(o, float(x), float(y)) else _OUT


@kernel
def _mark(o: Outline, lines: Lines, enough: int, flags: Bytes) -> None:
    """Add to the flag of each unit whether its border is inside, outside or crossed.

    A unit that has the flag `enough` is looked at no more.
    """
    for block in range(len(lines.blocks)):
        if not boxes_meet(lines.blocks[block], o.x0, o.y0, o.x1, o.y1):
            continue
        b = lines.blocks[block]
        is_near = _is_near(o, float(b[0]), float(b[1]), float(b[2]), float(b[3]))
        first = lines.offsets[block * BLOCK]
        whole = 0 if is_near else _where(o, lines.xy[first, 0], lines.xy[first, 1])
        for arc in range(block * BLOCK, min((block + 1) * BLOCK, len(lines.boxes))):
            box = lines.boxes[arc]
            if not boxes_meet(box, o.x0, o.y0, o.x1, o.y1):
                continue
            left, right = lines.left[arc], lines.right[arc]
            if (left < 0 or flags[left] & enough) and (right < 0 or flags[right] & enough):
                continue
            flag = whole
            if is_near:
                near = _is_near(o, float(box[0]), float(box[1]), float(box[2]), float(box[3]))
                start = lines.offsets[arc]
                flag = _where(o, lines.xy[start, 0], lines.xy[start, 1])
                if near and _crosses(o, lines, arc):
                    flag = _BOTH
            if left >= 0:
                flags[left] |= np.uint8(flag)
            if right >= 0:
                flags[right] |= np.uint8(flag)


@kernel
def touched_by(o: Outline, lines: Lines, flags: Bytes) -> Int32s:
    """Units whose border has a point within the outline. `flags`: (n_units,) scratch."""
    flags[:] = 0
    _mark(o, lines, _IN, flags)
    return np.flatnonzero(flags & _IN).astype(np.int32)


@kernel
def inside(o: Outline, lines: Lines, unit_boxes: Int32s, flags: Bytes) -> Int32s:
    """Units within the outline that do not touch it. `flags`: (n_units,) scratch."""
    flags[:] = 0
    _mark(o, lines, _OUT, flags)
    out = np.empty(len(flags), np.int32)
    n = 0
    for unit in range(len(flags)):
        box = unit_boxes[unit]
        if (
            flags[unit] == _IN
            and box[0] >= o.x0
            and box[1] >= o.y0
            and box[2] <= o.x1
            and box[3] <= o.y1
        ):
            out[n] = unit
            n += 1
    return out[:n].copy()


@kernel
def held_points(o: Outline, points: Floats, ox: float, oy: float, scale: float) -> Int32s:
    """Rows of the points p for which (p - origin) * scale lies inside."""
    out = np.empty(len(points), np.int32)
    n = 0
    for i in range(len(points)):
        if holds(o, (points[i, 0] - ox) * scale, (points[i, 1] - oy) * scale):
            out[n] = i
            n += 1
    return out[:n].copy()
