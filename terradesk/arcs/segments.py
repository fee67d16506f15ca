"""Segments and boxes of gestures, in cm."""

from __future__ import annotations

from typing import NamedTuple

from terradesk.arcs.jit import Int32s, kernel

Segment = tuple[float, float, float, float]  # x and y of both ends


class Lines(NamedTuple):
    """What gestures need of `Arcs`."""

    blocks: Int32s
    boxes: Int32s
    left: Int32s
    right: Int32s
    xy: Int32s
    offsets: Int32s


class Outlines(NamedTuple):
    """What point tests need of `Arcs`."""

    unit_boxes: Int32s
    unit_starts: Int32s
    unit_arcs: Int32s
    boxes: Int32s
    left: Int32s
    xy: Int32s
    offsets: Int32s


@kernel
def boxes_meet(box: Int32s, x0: float, y0: float, x1: float, y1: float) -> bool:
    """Whether a box meets another given by its sides."""
    return box[0] <= x1 and box[2] >= x0 and box[1] <= y1 and box[3] >= y0


@kernel
def segment(xy: Int32s, i: int) -> Segment:
    """Give the segment from vertex `i` to the next."""
    return float(xy[i, 0]), float(xy[i, 1]), float(xy[i + 1, 0]), float(xy[i + 1, 1])


@kernel
def to_segment(px: float, py: float, ax: float, ay: float, bx: float, by: float) -> float:
    """Squared distance of a point and a segment."""
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    t = ((px - ax) * dx + (py - ay) * dy) / square if square > 0 else 0.0
    t = min(1.0, max(0.0, t))
    ex, ey = px - ax - t * dx, py - ay - t * dy
    return ex * ex + ey * ey


@kernel
def apart(a: Segment, c: Segment) -> float:
    """Squared distance of two segments that do not cross."""
    return min(
        to_segment(a[0], a[1], c[0], c[1], c[2], c[3]),
        to_segment(a[2], a[3], c[0], c[1], c[2], c[3]),
        to_segment(c[0], c[1], a[0], a[1], a[2], a[3]),
        to_segment(c[2], c[3], a[0], a[1], a[2], a[3]),
    )


@kernel
def meet(a: Segment, c: Segment) -> bool:
    """Whether two segments share a point."""
    rx, ry, sx, sy = a[2] - a[0], a[3] - a[1], c[2] - c[0], c[3] - c[1]
    qx, qy = c[0] - a[0], c[1] - a[1]
    area = rx * sy - ry * sx
    if area == 0.0:
        return apart(a, c) == 0.0
    t, u = (qx * sy - qy * sx) / area, (qx * ry - qy * rx) / area
    return 0.0 <= t <= 1.0 and 0.0 <= u <= 1.0
