"""Where a name fits best: the centre of the largest circle inside a territory's largest part."""

from __future__ import annotations

import numpy as np

from terradesk.render.jit import Bools, Bytes, Floats, Int32s, kernel

__all__ = ["largest_parts", "pole", "poles"]

_CELLS = 4096
_GRID = 7
_FINENESS = 150  # part of the larger side within which a pole is found


@kernel
def largest_parts(
    territories: Int32s,
    areas: Floats,
    starts: Int32s,
    unit_arcs: Int32s,
    left: Int32s,
    right: Int32s,
    wanted: Bools,
    part: Bytes,
) -> Floats:
    """Set `part` to 1 for the units of the largest connected part of each wanted territory.

    Returns
    -------
    (n_territories,) float64
        Area of that part, square metres.
    """
    n = len(territories)
    seen = np.zeros(n, np.bool_)
    best = np.zeros(len(wanted))
    first = np.full(len(wanted), -1, np.int32)
    stack = np.empty(n, np.int32)
    for mark in range(2):
        if mark:
            seen[:] = False
        for u in range(n):
            t = territories[u]
            if seen[u] or t < 0 or not wanted[t] or (mark and first[t] != u):
                continue
            depth = 1
            stack[0] = u
            seen[u] = True
            total = 0.0
            while depth:
                depth -= 1
                v = stack[depth]
                total += areas[v]
                if mark:
                    part[v] = 1
                for k in range(starts[v], starts[v + 1]):
                    a = unit_arcs[k]
                    w = left[a] if right[a] == v else right[a]
                    if w >= 0 and not seen[w] and territories[w] == t:
                        seen[w] = True
                        stack[depth] = w
                        depth += 1
            if not mark and (total > best[t] or first[t] < 0):
                best[t] = total
                first[t] = u
    return best


@kernel
def _depth(x: float, y: float, segments: Floats) -> float:
    """Distance to the outline, negative outside (even-odd)."""
    least = 1e300
    inside = False
    for i in range(len(segments)):
        ax, ay, bx, by = segments[i, 0], segments[i, 1], segments[i, 2], segments[i, 3]
        dx, dy = bx - ax, by - ay
        square = dx * dx + dy * dy
        t = ((x - ax) * dx + (y - ay) * dy) / square if square > 0 else 0.0
        t = min(1.0, max(0.0, t))
        ux, uy = x - ax - t * dx, y - ay - t * dy
        least = min(least, ux * ux + uy * uy)
        if (ay > y) != (by > y) and x < ax + (y - ay) * dx / dy:
            inside = not inside
    return float(np.sqrt(least) if inside else -np.sqrt(least))


@kernel
def pole(segments: Floats, precision: float) -> tuple[float, float, float]:
    """Pole of inaccessibility of an outline, after the quadtree search of mapbox/polylabel.

    Parameters
    ----------
    segments : (n, 4) float64
        x0, y0, x1, y1 of each piece of the outline, holes included.
    precision : float
        How much smaller than the largest the circle found may be.

    Returns
    -------
    tuple of float
        x, y, radius; in the unit of the segments.
    """
    x0 = min(segments[:, 0].min(), segments[:, 2].min())
    y0 = min(segments[:, 1].min(), segments[:, 3].min())
    x1 = max(segments[:, 0].max(), segments[:, 2].max())
    y1 = max(segments[:, 1].max(), segments[:, 3].max())
    side = max(x1 - x0, y1 - y0) / _GRID
    cells = np.empty((_CELLS, 3))
    finer = np.empty((_CELLS, 3))
    n = 0
    best_x, best_y, best = (x0 + x1) / 2, (y0 + y1) / 2, -1e300
    for j in range(_GRID):
        for i in range(_GRID):
            x, y = x0 + (i + 0.5) * side, y0 + (j + 0.5) * side
            if x - side / 2 > x1 or y - side / 2 > y1:
                continue
            depth = _depth(x, y, segments)
            cells[n, 0], cells[n, 1], cells[n, 2] = x, y, depth
            n += 1
            if depth > best:
                best_x, best_y, best = x, y, depth
    half = side / 2
    while n and half > precision / 2:
        k = 0
        for c in range(n):
            if cells[c, 2] + half * 1.4143 <= best + precision:
                continue
            for quarter in range(4):
                x = cells[c, 0] + (half / 2 if quarter & 1 else -half / 2)
                y = cells[c, 1] + (half / 2 if quarter & 2 else -half / 2)
                depth = _depth(x, y, segments)
                if depth > best:
                    best_x, best_y, best = x, y, depth
                if k < _CELLS:
                    finer[k, 0], finer[k, 1], finer[k, 2] = x, y, depth
                    k += 1
        cells, finer = finer, cells
        n = k
        half /= 2
    return best_x, best_y, best


@kernel
def _owner(units: Int32s, arc: int, territories: Int32s, part: Bytes) -> int:
    unit = units[arc]
    return int(territories[unit]) if unit >= 0 and part[unit] else -1


@kernel
def poles(
    wanted: Bools,
    territories: Int32s,
    part: Bytes,
    left: Int32s,
    right: Int32s,
    xy: Int32s,
    offsets: Int32s,
    out: Floats,
) -> None:
    """Fill `out` (n_territories, 3) with x, y, radius in cm for the wanted territories."""
    n = len(wanted)
    stops = np.zeros(n + 1, np.int64)
    for arc in range(len(left)):
        one, two = (
            _owner(left, arc, territories, part),
            _owner(right, arc, territories, part),
        )
        if one != two:
            for t in (one, two):
                if t >= 0 and wanted[t]:
                    stops[t + 1] += offsets[arc + 1] - offsets[arc] - 1
    for t in range(n):
        stops[t + 1] += stops[t]
    segments = np.empty((stops[n], 4))
    fill = stops.copy()
    for arc in range(len(left)):
        one, two = (
            _owner(left, arc, territories, part),
            _owner(right, arc, territories, part),
        )
        if one == two:
            continue
        for t in (one, two):
            if t >= 0 and wanted[t]:
                for i in range(offsets[arc], offsets[arc + 1] - 1):
                    p = fill[t]
                    segments[p, 0], segments[p, 1] = xy[i, 0], xy[i, 1]
                    segments[p, 2], segments[p, 3] = xy[i + 1, 0], xy[i + 1, 1]
                    fill[t] += 1
    for t in range(n):
        if wanted[t] and stops[t + 1] > stops[t]:
            own = segments[stops[t] : stops[t + 1]]
            span = max(own[:, 0].max() - own[:, 0].min(), own[:, 1].max() - own[:, 1].min())
            out[t, 0], out[t, 1], out[t, 2] = pole(own, max(span / _FINENESS, 1.0))
