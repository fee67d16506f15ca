"""Units and points within a brush stroke, on arcs at full resolution, in cm."""

from __future__ import annotations

import numpy as np

from terradesk.arcs.figures import BLOCK
from terradesk.arcs.jit import Bools, Floats, Int32s, kernel
from terradesk.arcs.segments import (
    Lines,
    Outlines,
    Segment,
    apart,
    boxes_meet,
    meet,
    segment,
    to_segment,
)


@kernel
def stroke_borders(stroke: Segment, radius: float, lines: Lines, hit: Bools) -> Int32s:
    """Units whose border comes within `radius` of the stroke and that are not `hit`; hits them."""
    out = np.empty(len(hit), np.int32)
    n = 0
    x0, x1 = min(stroke[0], stroke[2]) - radius, max(stroke[0], stroke[2]) + radius
    y0, y1 = min(stroke[1], stroke[3]) - radius, max(stroke[1], stroke[3]) + radius
    for block in range(len(lines.blocks)):
        if not boxes_meet(lines.blocks[block], x0, y0, x1, y1):
            continue
        for arc in range(block * BLOCK, min((block + 1) * BLOCK, len(lines.boxes))):
            if not boxes_meet(lines.boxes[arc], x0, y0, x1, y1):
                continue
            left, right = lines.left[arc], lines.right[arc]
            if (left < 0 or hit[left]) and (right < 0 or hit[right]):
                continue
            for i in range(lines.offsets[arc], lines.offsets[arc + 1] - 1):
                part = segment(lines.xy, i)
                if (
                    max(part[0], part[2]) >= x0
                    and min(part[0], part[2]) <= x1
                    and max(part[1], part[3]) >= y0
                    and min(part[1], part[3]) <= y1
                    and (apart(stroke, part) <= radius * radius or meet(stroke, part))
                ):
                    for unit in (left, right):
                        if unit >= 0 and not hit[unit]:
                            hit[unit] = True
                            out[n] = unit
                            n += 1
                    break
    return out[:n].copy()


@kernel
def stroke_points(
    stroke: Segment,
    radius: float,
    points: Floats,
    ox: float,
    oy: float,
    scale: float,
) -> Int32s:
    """Rows of the points p for which (p - origin) * scale lies within `radius` of the stroke."""
    out = np.empty(len(points), np.int32)
    n = 0
    x0, x1 = min(stroke[0], stroke[2]) - radius, max(stroke[0], stroke[2]) + radius
    y0, y1 = min(stroke[1], stroke[3]) - radius, max(stroke[1], stroke[3]) + radius
    for i in range(len(points)):
        x, y = (points[i, 0] - ox) * scale, (points[i, 1] - oy) * scale
        if (
            x0 <= x <= x1
            and y0 <= y <= y1
            and to_segment(x, y, stroke[0], stroke[1], stroke[2], stroke[3]) <= radius * radius
        ):
            out[n] = i
            n += 1
    return out[:n].copy()


@kernel
def _is_within(o: Outlines, unit: int, stroke: Segment, radius: float) -> bool:
    """Whether every vertex is: enough, because what a brush covers is convex."""
    for k in range(o.unit_starts[unit], o.unit_starts[unit + 1]):
        arc = o.unit_arcs[k]
        for i in range(o.offsets[arc], o.offsets[arc + 1]):
            x, y = float(o.xy[i, 0]), float(o.xy[i, 1])
            apart = to_segment(x, y, stroke[0], stroke[1], stroke[2], stroke[3])
            if apart > radius * radius:
                return False
    return True


@kernel
def stroke_inside(stroke: Segment, radius: float, o: Outlines) -> Int32s:
    """Units that lie wholly within `radius` of the stroke."""
    out = np.empty(len(o.unit_boxes), np.int32)
    n = 0
    x0, x1 = min(stroke[0], stroke[2]) - radius, max(stroke[0], stroke[2]) + radius
    y0, y1 = min(stroke[1], stroke[3]) - radius, max(stroke[1], stroke[3]) + radius
    for unit in range(len(o.unit_boxes)):
        box = o.unit_boxes[unit]
        if (
            x0 <= box[0] <= box[2] <= x1
            and y0 <= box[1] <= box[3] <= y1
            and _is_within(o, unit, stroke, radius)
        ):
            out[n] = unit
            n += 1
    return out[:n].copy()
