"""Arcs as one blob without pickle.

Version 1 compressed its tables with zlib. Packed differences hardly shrink that way (a tenth) and
half of the time of opening went there, so version 2 stores the tables as they are.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from terradesk.arcs.jit import Bytes, Int32s, kernel
from terradesk.arcs.model import Arcs, assemble

MAGIC = b"TDARCS"
VERSION = 2
_COMPRESSED = 1  # version with zlib
_HEADER = struct.Struct("<6sHIQ")  # magic, version, crc of the rest, unpacked size
_LARGEST = 4 << 30
_SHAPE = struct.Struct("<2Q")  # rows, columns (0 for a flat table) before each table
FORMS = {  # tables in their order, with dtype and columns
    "counts": ("<i8", 0),
    "origin": ("<f8", 0),
    "left": ("<i4", 0),
    "right": ("<i4", 0),
    "sizes": ("|u1", 0),
    "ladder": ("<f8", 0),
    "ranks": ("|u1", 0),
    "centres": ("<f8", 2),
    "deltas": ("|u1", 0),
}


@kernel
def _pack(xy: Int32s) -> Bytes:
    """Differences of successive vertices, zigzag, seven bits a byte."""
    out = np.empty(10 * len(xy), np.uint8)
    n = 0
    last_x = last_y = np.int64(0)
    for i in range(len(xy)):
        for axis in range(2):
            here = np.int64(xy[i, axis])
            delta = here - (last_x if axis == 0 else last_y)
            if axis == 0:
                last_x = here
            else:
                last_y = here
            value = (delta << 1) ^ (delta >> 63)
            while value >= 128:
                out[n] = np.uint8((value & 127) | 128)
                n += 1
                value >>= 7
            out[n] = np.uint8(value)
            n += 1
    return out[:n].copy()


@kernel
def _unpack(data: Bytes, n_vertices: int) -> tuple[Int32s, bool]:
    """Vertices of `_pack`, and whether the data was complete and in range."""
    xy = np.empty((n_vertices, 2), np.int32)
    at = 0
    last = np.zeros(2, np.int64)
    for i in range(n_vertices):
        for axis in range(2):
            value, shift = np.int64(0), 0
            while True:
                if at >= len(data) or shift > 35:
                    return xy, False
                byte = np.int64(data[at])
                at += 1
                value |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    break
            last[axis] += (value >> 1) ^ -(value & 1)
            if not -2147483648 <= last[axis] <= 2147483647:
                return xy, False
            xy[i, axis] = np.int32(last[axis])
    return xy, at == len(data)


def _frame(name: str, table: NDArray[Any]) -> bytes:
    kind, columns = FORMS[name]
    return _SHAPE.pack(len(table), columns) + np.ascontiguousarray(table, kind).tobytes()


def to_bytes(arcs: Arcs) -> bytes:
    """Blob of the arcs: header, then the tables one after the other."""
    tables: dict[str, NDArray[Any]] = {
        "counts": np.array([arcs.n_units, len(arcs.xy)], np.int64),
        "origin": np.array(arcs.origin, np.float64),
        "left": arcs.left,
        "right": arcs.right,
        "sizes": np.diff(arcs.offsets).astype(np.uint8),
        "ladder": arcs.ladder,
        "ranks": arcs.ranks,
        "centres": arcs.centres,
        "deltas": _pack(arcs.xy),
    }
    body = b"".join(_frame(name, tables[name]) for name in FORMS)
    return _HEADER.pack(MAGIC, VERSION, zlib.crc32(body), len(body)) + body


def _body(data: bytes) -> bytes | memoryview:
    if len(data) < _HEADER.size:
        raise ValueError("too short for arcs")
    magic, version, crc, size = _HEADER.unpack_from(data)
    packed = memoryview(data)[_HEADER.size :]
    if magic != MAGIC:
        raise ValueError("these are not arcs")
    if version not in (_COMPRESSED, VERSION):
        raise ValueError(f"arcs of version {version}; this program reads version {VERSION}")
    if not 0 < size <= _LARGEST or zlib.crc32(packed) != crc:
        raise ValueError("the arcs are damaged")
    if version == _COMPRESSED:
        return _expanded(packed, size)
    if len(packed) != size:
        raise ValueError("the arcs are damaged")
    return packed


def _expanded(packed: memoryview, size: int) -> bytes:
    expand = zlib.decompressobj()
    try:
        body = expand.decompress(packed, size)
    except zlib.error as error:
        raise ValueError("the arcs are damaged") from error
    if len(body) != size or not expand.eof:
        raise ValueError("the arcs are damaged")
    return body


def _tables(body: bytes | memoryview) -> dict[str, NDArray[Any]]:
    tables = {}
    at = 0
    for name, (kind, columns) in FORMS.items():
        if at + _SHAPE.size > len(body):
            raise ValueError("the arcs are damaged")
        rows, width = _SHAPE.unpack_from(body, at)
        at += _SHAPE.size
        cells = rows * max(width, 1)
        size = cells * np.dtype(kind).itemsize
        if width != columns or at + size > len(body):
            raise ValueError("the arcs are damaged")
        flat = np.frombuffer(body, kind, cells, at).copy()
        tables[name] = flat.reshape(rows, width) if width else flat
        at += size
    if at != len(body):
        raise ValueError("the arcs are damaged")
    return tables


def _check(t: dict[str, NDArray[Any]]) -> None:
    """Raise ValueError unless the tables fit together: kernels trust their shapes."""
    if len(t["counts"]) != 2 or len(t["origin"]) != 2:
        raise ValueError("the arcs are damaged")
    n_units, n_vertices = (int(n) for n in t["counts"])
    sides = np.concatenate((t["left"], t["right"]))
    fits = (
        0 <= n_units < 2**31
        and t["centres"].shape == (n_units, 2)
        and len(t["left"]) == len(t["right"]) == len(t["sizes"])
        and n_vertices == len(t["ranks"]) == int(t["sizes"].sum(dtype=np.int64))
        and bool((t["sizes"] >= 2).all())
        and len(t["deltas"]) >= 2 * n_vertices
        and bool(((sides >= -1) & (sides < n_units)).all())
        and bool(np.isfinite(t["origin"]).all())
    )
    if not fits:
        raise ValueError("the arcs are damaged")


def from_bytes(data: bytes) -> Arcs:
    """Arcs of a blob; ValueError when it is damaged or from another version."""
    t = _tables(_body(data))
    _check(t)
    xy, complete = _unpack(t["deltas"], int(t["counts"][1]))
    if not complete:
        raise ValueError("the arcs are damaged")
    offsets = np.concatenate(([0], np.cumsum(t["sizes"], dtype=np.int64))).astype(np.int32)
    origin = (float(t["origin"][0]), float(t["origin"][1]))
    sides = (t["left"], t["right"])
    return assemble(
        int(t["counts"][0]), origin, sides, (xy, offsets), t["ladder"], t["ranks"], t["centres"]
    )
