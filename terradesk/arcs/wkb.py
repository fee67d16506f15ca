"""WKB polygons, also inside GeoPackage geometries, to rings of int32 centimetres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from terradesk.arcs.jit import Bytes, Floats, Int32s, Int64s, kernel
from terradesk.errors import TerraDeskError
from terradesk.i18n import _

LIMIT_CM = 2_100_000_000.0  # 21,000 km: leaves room for rounding within int32
_ENVELOPES = (0, 32, 48, 48, 64)  # bytes of a GeoPackage geometry's envelope by its indicator


def wkb_of_geopackage(blob: bytes | None) -> bytes | None:
    """WKB inside a GeoPackage geometry, None for none.

    Raises
    ------
    ValueError
        If it is not a GeoPackage geometry.
    """
    if blob is None:
        return None
    if len(blob) < 8 or blob[:2] != b"GP" or (blob[3] >> 1 & 7) >= len(_ENVELOPES):
        raise ValueError("not a GeoPackage geometry")
    return blob[8 + _ENVELOPES[blob[3] >> 1 & 7] :]


@dataclass(frozen=True, slots=True, eq=False)
class Rings:
    """Rings of all units: exterior counter-clockwise, holes clockwise, not closed, no repeats.

    Attributes
    ----------
    xy : (n_vertices, 2) int32
        Centimetres from the origin.
    offsets : (n_rings + 1,) int32
    units : (n_rings,) int32
        Unit row of each ring.
    """

    xy: Int32s
    offsets: Int32s
    units: Int32s


@kernel
def _u32(data: Bytes, at: int) -> np.int64:
    low = np.int64(data[at]) | np.int64(data[at + 1]) << 8
    return low | np.int64(data[at + 2]) << 16 | np.int64(data[at + 3]) << 24


@kernel
def _vertex_size(kind: np.int64) -> np.int64:
    """Bytes of a vertex of this WKB type: EWKB flags or the ISO thousands tell Z and M."""
    extra = (kind >> 31 & 1) + (kind >> 30 & 1)
    thousands = (kind & 0xFFFF) // 1000
    if thousands > 0:
        extra = np.int64(2 if thousands == 3 else 1)
    return 16 + 8 * extra


@kernel
def _ring_table(data: Bytes, starts: Int64s) -> tuple[Int64s, int]:
    """Rings as rows (byte position, vertices, vertex size, unit, is hole), and a bad unit or -1.

    Every count is checked against the end of its unit, so that reading the rows is safe.
    """
    table = np.empty((256, 5), np.int64)
    n = 0
    for unit in range(len(starts) - 1):
        at, end = starts[unit], starts[unit + 1]
        if at == end:
            continue
        if at + 9 > end or data[at] != 1:
            return table[:0], unit
        kind = _u32(data, at + 1)
        multi = (kind & 0xFFFF) % 1000 == 6
        parts = np.int64(1)
        if multi:
            parts = _u32(data, at + 5)
            at += 9
        for _part in range(parts):
            if at + 9 > end or data[at] != 1:
                return table[:0], unit
            kind = _u32(data, at + 1)
            if (kind & 0xFFFF) % 1000 != 3:
                return table[:0], unit
            rings = _u32(data, at + 5)
            at += 9
            for ring in range(rings):
                if at + 4 > end:
                    return table[:0], unit
                count = _u32(data, at)
                size = _vertex_size(kind)
                at += 4
                if at + count * size > end:
                    return table[:0], unit
                if n == len(table):
                    table = np.concatenate((table, np.empty_like(table)))
                table[n, 0], table[n, 1], table[n, 2] = at, count, size
                table[n, 3], table[n, 4] = unit, 1 if ring > 0 else 0
                n += 1
                at += count * size
    return table[:n].copy(), -1


@kernel
def _float(data: Bytes, at: int, word: Int64s, real: Floats) -> float:
    """Little-endian double at any byte position; `real` is the float view of `word`."""
    bits = np.int64(0)
    for j in range(8):
        bits |= np.int64(data[at + j]) << np.int64(8 * j)
    word[0] = bits
    return real[0]


@kernel
def _reverse(xy: Int32s, first: int, last: int) -> None:
    while first < last:
        for axis in range(2):
            keep = xy[first, axis]
            xy[first, axis] = xy[last, axis]
            xy[last, axis] = keep
        first += 1
        last -= 1


@kernel
def _twice_area(xy: Int32s, start: int, stop: int) -> float:
    x0, y0 = float(xy[start, 0]), float(xy[start, 1])
    total = 0.0
    for i in range(start + 1, stop - 1):
        ax, ay = xy[i, 0] - x0, xy[i, 1] - y0
        bx, by = xy[i + 1, 0] - x0, xy[i + 1, 1] - y0
        total += ax * by - bx * ay
    return total


@kernel
def _read_rings(
    data: Bytes, table: Int64s, ox: float, oy: float
) -> tuple[Int32s, Int32s, Int32s, int]:
    """Vertices, ring offsets, ring units, and the unit whose coordinates do not fit, or -1."""
    xy = np.empty((table[:, 1].sum() + 1, 2), np.int32)
    offsets = np.zeros(len(table) + 1, np.int32)
    units = np.empty(len(table), np.int32)
    word = np.zeros(1, np.int64)
    real = word.view(np.float64)
    n = kept = 0
    for ring in range(len(table)):
        at, count, size = table[ring, 0], table[ring, 1], table[ring, 2]
        start = n
        for i in range(count):
            x = np.rint((_float(data, at + i * size, word, real) - ox) * 100.0)
            y = np.rint((_float(data, at + i * size + 8, word, real) - oy) * 100.0)
            if not (abs(x) <= LIMIT_CM and abs(y) <= LIMIT_CM):
                return xy[:0], offsets[:1], units[:0], table[ring, 3]
            if n == start or xy[n - 1, 0] != x or xy[n - 1, 1] != y:
                xy[n, 0], xy[n, 1] = np.int32(x), np.int32(y)
                n += 1
        while n - start > 1 and xy[n - 1, 0] == xy[start, 0] and xy[n - 1, 1] == xy[start, 1]:
            n -= 1
        if n - start < 3:
            n = start
            continue
        if (_twice_area(xy, start, n) > 0) == (table[ring, 4] == 1):
            _reverse(xy, start, n - 1)
        units[kept] = table[ring, 3]
        kept += 1
        offsets[kept] = n
    return xy[:n].copy(), offsets[: kept + 1].copy(), units[:kept].copy(), -1


@kernel
def _extent(data: Bytes, table: Int64s) -> Floats:
    """x0, y0, x1, y1 in metres of everything finite; reversed infinities when there is nothing."""
    box = np.array([np.inf, np.inf, -np.inf, -np.inf])
    word = np.zeros(1, np.int64)
    real = word.view(np.float64)
    for ring in range(len(table)):
        for i in range(table[ring, 1]):
            for axis in range(2):
                at = table[ring, 0] + i * table[ring, 2] + 8 * axis
                value = _float(data, at, word, real)
                if np.isfinite(value):
                    box[axis] = min(box[axis], value)
                    box[axis + 2] = max(box[axis + 2], value)
    return box


def _middle(box: Floats) -> tuple[float, float]:
    """Centre of a box on a whole metre, so that moving the origin moves no vertex."""
    if not np.isfinite(box).all():
        return (0.0, 0.0)
    x, y = np.rint(box[:2] / 2 + box[2:] / 2)
    return (float(x), float(y))


def read(
    wkb: Sequence[bytes | None], origin: tuple[float, float] | None
) -> tuple[Rings, tuple[float, float]]:
    """Rings of little-endian WKB polygons in metres, and the origin they are measured from.

    Parameters
    ----------
    wkb : sequence of bytes or None
        Polygon or MultiPolygon of each unit; None and empty polygons have no rings.
    origin : (x, y) in metres, optional
        The middle of the extent when not given.

    Raises
    ------
    ValueError
        A unit is not a complete little-endian (Multi)Polygon.
    TerraDeskError
        A coordinate is not a number or lies more than 21,000 km from the origin.
    """
    starts = np.zeros(len(wkb) + 1, np.int64)
    np.cumsum([0 if one is None else len(one) for one in wkb], out=starts[1:])
    data = np.frombuffer(b"".join(one for one in wkb if one is not None), np.uint8)
    table, bad = _ring_table(data, starts)
    if bad >= 0:
        raise ValueError(f"unit {bad} is not a complete little-endian WKB polygon")
    if origin is None:
        origin = _middle(_extent(data, table))
    xy, offsets, units, bad = _read_rings(data, table, float(origin[0]), float(origin[1]))
    if bad >= 0:
        raise TerraDeskError(
            _("Area {n} of the layer has coordinates that are not on the Earth.").format(n=bad + 1),
            _("Check the coordinate system of the file, then import it again."),
        )
    return Rings(xy, offsets, units), origin
