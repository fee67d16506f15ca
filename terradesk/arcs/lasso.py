"""Units and points within an outline, on arcs at full resolution, in cm.

A coarse raster over the outline knows which cells are wholly inside, wholly outside, or met by an
edge; only units and points in cells of the last kind are looked at closely.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from terradesk.arcs.jit import Bytes, Floats, Int32s, kernel
from terradesk.arcs.segments import Outlines, Segment, meet

_IN, _OUT, _BOTH = 1, 2, 3
_N_ROWS = 64  # the edges of an outline are looked up by rows of equal height
_N_CELLS = 128  # of the raster, in each direction
_NEAR = 1e-6  # of a cell: an edge so near to a cell counts as meeting it


class Outline(NamedTuple):
    """A closed outline: points (m, 2), its box, and the edges that meet each row of height `step`.

    Edge `i` runs from point `i` to the next, the last one back to the first. `kinds` says of each
    cell (`wide` by `high` cm) whether it is inside, outside or met by an edge; `sums` counts the
    cells met by an edge below and left of each corner.
    """

    points: Floats
    x0: float
    y0: float
    x1: float
    y1: float
    step: float
    starts: Int32s
    edges: Int32s
    wide: float
    high: float
    kinds: Bytes
    sums: Int32s


@kernel
def _row(y: float, y0: float, step: float) -> int:
    return int(min(_N_ROWS - 1.0, max(0.0, (y - y0) / step)))


@kernel
def _cell(value: float, start: float, side: float) -> int:
    return int(min(_N_CELLS - 1.0, max(0.0, (value - start) / side)))


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
    wide, high = max((x1 - x0) / _N_CELLS, 1e-3), max((y1 - y0) / _N_CELLS, 1e-3)
    kinds = np.zeros((_N_CELLS, _N_CELLS), np.uint8)
    sums = np.zeros((_N_CELLS + 1, _N_CELLS + 1), np.int32)
    o = Outline(points, x0, y0, x1, y1, step, starts, edges, wide, high, kinds, sums)
    for i in range(n):
        _mark_edge(o, _edge(o, i))
    _fill_cells(o)
    return o


@kernel
def _mark_edge(o: Outline, edge: Segment) -> None:
    """Mark the cells that an edge meets."""
    ax, ay, bx, by = edge
    if ay > by:
        ax, ay, bx, by = bx, by, ax, ay
    slope = (bx - ax) / (by - ay) if by > ay else 0.0
    dx, dy = _NEAR * o.wide, _NEAR * o.high
    for row in range(_cell(ay - dy, o.y0, o.high), _cell(by + dy, o.y0, o.high) + 1):
        low = min(max(o.y0 + row * o.high - dy, ay), by)
        top = min(max(o.y0 + (row + 1) * o.high + dy, ay), by)
        p, q = ax + (low - ay) * slope, ax + (top - ay) * slope
        if by <= ay:
            p, q = ax, bx
        first, last = _cell(min(p, q) - dx, o.x0, o.wide), _cell(max(p, q) + dx, o.x0, o.wide)
        o.kinds[row, first : last + 1] = _BOTH


@kernel
def _fill_cells(o: Outline) -> None:
    """Find out which of the other cells are inside, and count the marked ones."""
    for row in range(_N_CELLS):
        kind = 0
        for column in range(_N_CELLS):
            if o.kinds[row, column] == _BOTH:
                kind = 0
            else:
                if kind == 0:  # the first cell after an edge; its neighbours are as it is
                    x, y = o.x0 + (column + 0.5) * o.wide, o.y0 + (row + 0.5) * o.high
                    kind = _IN if holds(o, x, y) else _OUT
                o.kinds[row, column] = kind
            met = o.kinds[row, column] == _BOTH
            before = o.sums[row, column + 1] + o.sums[row + 1, column] - o.sums[row, column]
            o.sums[row + 1, column + 1] = before + met


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
def _range_kind(kinds: Bytes, sums: Int32s, r0: int, r1: int, c0: int, c1: int) -> int:
    """Where a range of cells lies: inside, outside, or met by an edge.

    Takes single arrays: handing over an `Outline` would cost more than the work.
    """
    a, b, c, d = np.uint64(r0), np.uint64(r1 + 1), np.uint64(c0), np.uint64(c1 + 1)
    met = sums[b, d] - sums[a, d] - sums[b, c] + sums[a, c]
    return _BOTH if met else int(kinds[a, c])


@kernel
def _meets_edge(
    points: Floats, starts: Int32s, edges: Int32s, y0: float, step: float, part: Segment
) -> bool:
    """Whether a segment shares a point with the outline."""
    px0, px1 = min(part[0], part[2]), max(part[0], part[2])
    py0, py1 = min(part[1], part[3]), max(part[1], part[3])
    for row in range(_row(py0, y0, step), _row(py1, y0, step) + 1):
        for k in range(starts[row], starts[row + 1]):
            i = edges[k]
            j = i + 1 if i + 1 < len(points) else 0
            ax, ay, bx, by = points[i, 0], points[i, 1], points[j, 0], points[j, 1]
            if (
                max(ax, bx) >= px0
                and min(ax, bx) <= px1
                and max(ay, by) >= py0
                and min(ay, by) <= py1
                and meet(part, (ax, ay, bx, by))
            ):
                return True
    return False


@kernel
def _arc_kind(o: Outline, xy: Int32s, first: int, last: int) -> int:
    """Where vertices `first` to `last` and the line between them lie: in, out, or both or on it.

    Only segments in cells that an edge meets can meet the edge; a cell without tells the side.
    """
    kinds, sums, wide, high, x0, y0 = o.kinds, o.sums, o.wide, o.high, o.x0, o.y0
    x1, y1, step, points, starts, edges = o.x1, o.y1, o.step, o.points, o.starts, o.edges
    side = 0
    for i in range(first, last):
        ax, ay, bx, by = float(xy[i, 0]), float(xy[i, 1]), float(xy[i + 1, 0]), float(xy[i + 1, 1])
        s0, s1, s2, s3 = min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)
        if s0 > x1 or s2 < x0 or s1 > y1 or s3 < y0:
            side = _OUT
            continue
        r0, r1 = _cell(s1, y0, high), _cell(s3, y0, high)
        c0, c1 = _cell(s0, x0, wide), _cell(s2, x0, wide)
        kind = _range_kind(kinds, sums, r0, r1, c0, c1)
        if kind != _BOTH:
            side = kind
        elif _meets_edge(points, starts, edges, y0, step, (ax, ay, bx, by)):
            return _BOTH
    if side:
        return side
    return _IN if holds(o, float(xy[first, 0]), float(xy[first, 1])) else _OUT


@kernel
def _box_kinds(o: Outline, boxes: Int32s) -> Bytes:
    """Where each box lies: inside, outside, or with an edge of the outline in or near it."""
    kinds, sums, wide, high = o.kinds, o.sums, o.wide, o.high
    x0, y0, x1, y1 = o.x0, o.y0, o.x1, o.y1
    out = np.full(len(boxes), _OUT, np.uint8)
    for i in range(len(boxes)):
        b0, b1, b2, b3 = boxes[i, 0], boxes[i, 1], boxes[i, 2], boxes[i, 3]
        if b0 > x1 or b2 < x0 or b1 > y1 or b3 < y0 or b0 > b2:
            continue
        r0, r1 = _cell(b1, y0, high), _cell(b3, y0, high)
        c0, c1 = _cell(b0, x0, wide), _cell(b2, x0, wide)
        out[i] = _range_kind(kinds, sums, r0, r1, c0, c1)
    return out


@kernel
def _settle(o: Outline, lines: Outlines, kinds: Bytes, enough: int) -> None:
    """Replace `_BOTH` of the units by whether one of their arcs is not wholly on one side.

    A unit becomes `enough` when it has an arc that is not wholly on the other side, else the other.
    """
    known = np.zeros(len(lines.boxes), np.uint8)  # each arc has two units
    other = _OUT if enough == _IN else _IN
    for unit in range(len(kinds)):
        if kinds[unit] != _BOTH:
            continue
        kinds[unit] = other
        for k in range(lines.unit_starts[unit], lines.unit_starts[unit + 1]):
            arc = lines.unit_arcs[k]
            if known[arc] == 0:
                known[arc] = _arc_kind(o, lines.xy, lines.offsets[arc], lines.offsets[arc + 1] - 1)
            if known[arc] != other:
                kinds[unit] = enough
                break


@kernel
def touched_by(o: Outline, lines: Outlines, under: int) -> Int32s:
    """Units whose border has a point within the outline, and the unit `under` it (-1 none)."""
    kinds = _box_kinds(o, lines.unit_boxes)
    _settle(o, lines, kinds, _IN)
    if under >= 0:
        kinds[under] = _IN
    return np.flatnonzero(kinds == _IN).astype(np.int32)


@kernel
def inside(o: Outline, lines: Outlines) -> Int32s:
    """Units within the outline that do not touch it."""
    kinds = _box_kinds(o, lines.unit_boxes)
    _settle(o, lines, kinds, _OUT)
    return np.flatnonzero(kinds == _IN).astype(np.int32)


@kernel
def held_points(o: Outline, points: Floats, ox: float, oy: float, scale: float) -> Int32s:
    """Rows of the points p for which (p - origin) * scale lies inside."""
    kinds, wide, high = o.kinds, o.wide, o.high
    x0, y0, x1, y1 = o.x0, o.y0, o.x1, o.y1
    out = np.empty(len(points), np.int32)
    n = 0
    for i in range(len(points)):
        x, y = (points[i, 0] - ox) * scale, (points[i, 1] - oy) * scale
        if not (x0 <= x <= x1 and y0 <= y <= y1):
            continue
        kind = kinds[_cell(y, y0, high), _cell(x, x0, wide)]
        if kind == _IN or (kind == _BOTH and holds(o, x, y)):
            out[n] = i
            n += 1
    return out[:n].copy()
