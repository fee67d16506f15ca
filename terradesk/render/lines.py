"""Lines along arcs: thin anti-aliased ones, and wide round-jointed ones with a casing.

A wide line is coded by its distance from the arc: 1..127 is the ramp of the casing, 128..255 that
of the core, combined with max(). So a core is never overdrawn by another line's casing, and joints
and crossings have no dark spots.
"""

from __future__ import annotations

import numpy as np

from terradesk.arcs import BLOCK
from terradesk.render.jit import Bools, Bytes, Float32s, Int32s, Place, kernel
from terradesk.render.scan import Box, Job

__all__ = [
    "COAST",
    "GROUP",
    "block_classes",
    "border_kinds",
    "mark_kinds",
    "near_kinds",
    "near_thin",
    "profile",
    "thin_classes",
    "thin_lines",
    "wide_lines",
]

PER_PIXEL = 24
"""Entries of a profile table per squared pixel of distance."""

FAINTEST = 10
"""Weight below which a thin line is not drawn: it would change a pixel by 3 of 255 at most."""

COAST, GROUP = np.float32(-1), np.float32(-2)
"""Classes of arcs with nothing on one side, and between two groups."""

HUGE = np.float32(1e30)
"""Larger than any class; these kernels may not compare infinity."""


def profile(casing: float, core: float, pixel_ratio: float = 1.0) -> Bytes:
    """Coverage code of a wide line by squared distance from the arc.

    Parameters
    ----------
    casing, core : float
        Widths in pixels at 100 %, 0 for none. Casing and core should differ by 2 pixels or more.

    Returns
    -------
    (n,) uint8
        Entry ``int(PER_PIXEL * distance**2)``; the last entry is 0.
    """
    outer, inner = casing / 2 * pixel_ratio, core / 2 * pixel_ratio
    n = int((max(outer, inner) + 0.5) ** 2 * PER_PIXEL) + 2
    distance = np.sqrt((np.arange(n) + 0.3) / PER_PIXEL)
    out = 127 * np.clip(outer + 0.5 - distance, 0, 1) if casing else np.zeros(n)
    if core:
        ramp = np.clip(inner + 0.5 - distance, 0, 1)
        out = np.where(ramp > 0, np.maximum(out, 127 * (casing > 0) + 128 * ramp), out)
    out[-1] = 0
    coded: Bytes = np.rint(out.clip(0, 255)).astype(np.uint8)
    return coded


@kernel
def thin_classes(left: Int32s, right: Int32s, sizes: Float32s, groups: Int32s) -> Float32s:
    """What decides the thin line of each arc: its `sizes` in cm, `COAST`, or `GROUP`."""
    out = np.empty(len(left), np.float32)
    for a in range(len(left)):
        lu, ru = left[a], right[a]
        if lu < 0 or ru < 0:
            out[a] = COAST
        elif groups[lu] != groups[ru]:
            out[a] = GROUP
        else:
            out[a] = sizes[a]
    return out


@kernel
def block_classes(classes: Float32s) -> Float32s:
    """Largest class of every BLOCK arcs, `HUGE` where there is a coast or a group line."""
    out = np.zeros((len(classes) + BLOCK - 1) // BLOCK, np.float32)
    for a in range(len(classes)):
        value = HUGE if classes[a] < 0 else classes[a]
        out[a // BLOCK] = max(out[a // BLOCK], value)
    return out


@kernel
def near_thin(
    blocks: Int32s,
    boxes: Int32s,
    classes: Float32s,
    tops: Float32s,
    view: Box,
    scale: float,
    unit_max: float,
    group_line: int,
    near: Int32s,
    weights: Bytes,
) -> int:
    """List the arcs with a visible thin line that may touch a rectangle, and their weights.

    A weight above 127 is the outer coast. Unit lines fade with the smaller neighbour: as the style
    says from 5.5 pixels up, gone at 3, so whole blocks of dense arcs are passed over.

    Parameters
    ----------
    blocks, boxes
        Of the arcs.
    classes, tops
        Of `thin_classes` and `block_classes`.
    view : tuple of float
        x0, y0, x1, y1 in centimetres, as far as lines reach.
    scale : float
        Pixels at 100 % per centimetre.
    near, weights : (n_arcs,) int32, uint8
        Filled.

    Returns
    -------
    int
        How many.
    """
    x0, y0, x1, y1 = view
    least = 3.0 / scale
    n = 0
    for k in range(len(blocks)):
        if (
            tops[k] <= least
            or blocks[k, 0] > x1
            or blocks[k, 2] < x0
            or blocks[k, 1] > y1
            or blocks[k, 3] < y0
        ):
            continue
        for a in range(k * BLOCK, min((k + 1) * BLOCK, len(boxes))):
            size = classes[a]
            if 0 <= size <= least or (
                boxes[a, 0] > x1 or boxes[a, 2] < x0 or boxes[a, 1] > y1 or boxes[a, 3] < y0
            ):
                continue
            weight = 255
            if size == GROUP:
                weight = group_line
            elif size >= 0:
                side = size * scale
                full = min(1.0, max(0.25, (side - 3.0) / 14.0))
                fade = min(1.0, (side - 3.0) * 0.4)
                weight = int(unit_max * (0.55 + 1.1 * full) * fade)
            if weight >= FAINTEST:
                near[n] = a
                weights[n] = weight
                n += 1
    return n


@kernel
def near_kinds(blocks: Int32s, boxes: Int32s, kinds: Bytes, view: Box, near: Int32s) -> int:
    """List the arcs whose kind is not 0 that meet a rectangle in cm; returns how many."""
    x0, y0, x1, y1 = view
    n = 0
    for k in range(len(blocks)):
        if blocks[k, 0] > x1 or blocks[k, 2] < x0 or blocks[k, 1] > y1 or blocks[k, 3] < y0:
            continue
        for a in range(k * BLOCK, min((k + 1) * BLOCK, len(boxes))):
            if kinds[a] and not (
                boxes[a, 0] > x1 or boxes[a, 2] < x0 or boxes[a, 1] > y1 or boxes[a, 3] < y0
            ):
                near[n] = a
                n += 1
    return n


@kernel
def thin_lines(
    near: Int32s, weights: Bytes, xy: Int32s, offsets: Int32s, at: Place, job: Job, plane: Bytes
) -> None:
    """One pixel wide anti-aliased lines: two pixels per step, combined with max()."""
    kx, ky, scale = at
    fx = kx + job.left + 0.5
    fy = ky - job.top - 0.5
    b0, q0 = job.column, job.row
    wide, high = job.right - job.left, job.bottom - job.top
    for k in range(len(near)):
        weight = int(weights[k])
        if weight == 0:
            continue
        lift = 0
        if weight > 127:
            lift, weight = 128, 127
        a = near[k]
        i, end = offsets[a], offsets[a + 1]
        px = np.float32(xy[i, 0] * scale - fx)
        py = np.float32(fy - xy[i, 1] * scale)
        for j in range(i + 1, end):
            qx = np.float32(xy[j, 0] * scale - fx)
            qy = np.float32(fy - xy[j, 1] * scale)
            dx, dy = qx - px, qy - py
            steep = abs(dy) >= abs(dx)
            if steep:
                p, q, po, qo, limit, other = py, qy, px, qx, high, wide
                slope = dx / dy if dy != 0 else np.float32(0)
            else:
                p, q, po, qo, limit, other = px, qx, py, qy, wide, high
                slope = dy / dx
            low = min(max(min(p, q) - np.float32(0.3), np.float32(0)), np.float32(limit))
            lo = np.int32(np.ceil(low))
            high_end = max(min(max(p, q) + np.float32(0.3), np.float32(limit - 1)), np.float32(-1))
            hi = np.int32(np.floor(high_end))
            if hi >= lo and max(po, qo) >= -1 and min(po, qo) <= other:
                o = po + (np.float32(lo) - p) * slope
                for t in range(lo, hi + 1):
                    f = np.int64(np.floor(o))
                    v1 = np.int32((o - np.float32(f)) * np.float32(weight))
                    v0 = weight - v1
                    if v0 > 0:
                        v0 += lift
                    if v1 > 0:
                        v1 += lift
                    if steep:
                        if 0 <= f < wide and v0 > plane[q0 + t, b0 + f]:
                            plane[q0 + t, b0 + f] = v0
                        if -1 <= f < wide - 1 and v1 > plane[q0 + t, b0 + f + 1]:
                            plane[q0 + t, b0 + f + 1] = v1
                    else:
                        if 0 <= f < high and v0 > plane[q0 + f, b0 + t]:
                            plane[q0 + f, b0 + t] = v0
                        if -1 <= f < high - 1 and v1 > plane[q0 + f + 1, b0 + t]:
                            plane[q0 + f + 1, b0 + t] = v1
                    o += slope
            px, py = qx, qy


@kernel
def wide_lines(
    near: Int32s,
    kinds: Bytes,
    tables: Bytes,
    radii: Float32s,
    xy: Int32s,
    offsets: Int32s,
    at: Place,
    job: Job,
    plane: Bytes,
) -> None:
    """Draw the near arcs whose kind is not 0 into a coverage plane, by distance to each segment.

    Parameters
    ----------
    kinds : (n_arcs,) uint8
        Row of `tables` for each arc, 0 none.
    tables : (k, n) uint8
        One `profile` per kind.
    radii : (k,) float32
        Reach of each kind, pixels.
    """
    kx, ky, scale = at
    fx = kx + job.left + 0.5
    fy = ky - job.top - 0.5
    b0, q0 = job.column, job.row
    wide = np.float32(job.right - job.left - 1)
    high = np.float32(job.bottom - job.top - 1)
    last = np.float32(tables.shape[1] - 1)
    for k in range(len(near)):
        a = near[k]
        kind = kinds[a]
        if kind == 0:
            continue
        radius = radii[kind]
        table = tables[kind]
        i, end = offsets[a], offsets[a + 1]
        px = np.float32(xy[i, 0] * scale - fx)
        py = np.float32(fy - xy[i, 1] * scale)
        for j in range(i + 1, end):
            qx = np.float32(xy[j, 0] * scale - fx)
            qy = np.float32(fy - xy[j, 1] * scale)
            xlo, xhi = max(min(px, qx) - radius, np.float32(0)), min(max(px, qx) + radius, wide)
            ylo, yhi = max(min(py, qy) - radius, np.float32(0)), min(max(py, qy) + radius, high)
            if xlo <= xhi and ylo <= yhi:
                dx, dy = qx - px, qy - py
                square = dx * dx + dy * dy
                inverse = np.float32(1) / square if square > 0 else np.float32(0)
                level = abs(dy) <= np.float32(0.01)
                slope = np.float32(0) if level else dx / dy
                reach = np.float32(1e9) if level else radius * np.sqrt(square) / abs(dy)
                for y in range(np.int32(np.ceil(ylo)), np.int32(np.floor(yhi)) + 1):
                    ry = np.float32(y) - py
                    middle = px + ry * slope
                    xa = np.int32(np.ceil(max(xlo, min(middle - reach, xhi + np.float32(1)))))
                    xb = np.int32(np.floor(min(xhi, max(middle + reach, xlo - np.float32(1)))))
                    if xb < xa:
                        continue
                    row = plane[q0 + y, b0 + xa : b0 + xb + 1]
                    rx = np.float32(xa) - px
                    t0 = (rx * dx + ry * dy) * inverse
                    step = dx * inverse
                    for x in range(xb + 1 - xa):
                        t = min(np.float32(1), max(np.float32(0), t0))
                        ux, uy = rx - t * dx, ry - t * dy
                        d = np.uint32(min(last, (ux * ux + uy * uy) * np.float32(PER_PIXEL)))
                        row[x] = max(row[x], table[d])
                        rx += np.float32(1)
                        t0 += step
            px, py = qx, qy


@kernel
def border_kinds(
    arcs: Int32s,
    left: Int32s,
    right: Int32s,
    territories: Int32s,
    parents: Int32s,
    locked: Bools,
    held: Bools,
    kinds: Bytes,
) -> None:
    """Kind of each listed arc: 0 none, 1 territory, 2 district border, +4 round what is locked.

    Parameters
    ----------
    territories : (n_units,) int32
        -1 = unassigned.
    parents : (n_territories,) int32
        District of each territory.
    locked : (n_territories,) bool
    held : (n_units,) bool
        Locked by themselves.
    """
    for i in range(len(arcs)):
        a = arcs[i]
        tl = territories[left[a]] if left[a] >= 0 else -2
        tr = territories[right[a]] if right[a] >= 0 else -2
        kind = 0
        if tl != tr and tl != -2 and tr != -2:
            kind = 1
            if tl >= 0 and tr >= 0 and parents[tl] != parents[tr]:
                kind = 2
        is_left = left[a] >= 0 and (held[left[a]] or (tl >= 0 and locked[tl]))
        is_right = right[a] >= 0 and (held[right[a]] or (tr >= 0 and locked[tr]))
        if is_left != is_right or (is_left and tl != tr):
            kind |= 4
        kinds[a] = kind


@kernel
def mark_kinds(arcs: Int32s, left: Int32s, right: Int32s, marks: Bytes, kinds: Bytes) -> None:
    """Kind of each listed arc in the accent plane from the marks of its two units.

    Outlines where a mark begins (drop target 4, current territory 5, selection 2, preview 3,
    would change 7, hover 6), thin casing lines (1) between units that are both marked.
    """
    for i in range(len(arcs)):
        a = arcs[i]
        one = marks[left[a]] if left[a] >= 0 else np.uint8(0)
        two = marks[right[a]] if right[a] >= 0 else np.uint8(0)
        differ = one ^ two
        kind = 0
        if differ & 4:
            kind = 4
        elif differ & 8:
            kind = 5
        elif differ & 1:
            kind = 2
        elif differ & 2:
            kind = 3
        elif differ & 32:
            kind = 7
        elif differ & 16:
            kind = 6
        elif one & two & 3:
            kind = 1
        kinds[a] = kind
