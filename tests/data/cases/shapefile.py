"""Shapefiles written by hand, byte for byte the same whenever they are made."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

Ring = Sequence[Sequence[float]]

DEGREES = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
LAEA = (
    'PROJCS["Lambert",GEOGCS["GCS_ETRS_1989",DATUM["D_ETRS_1989",SPHEROID["GRS_1980",6378137.0,'
    '298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION['
    '"Lambert_Azimuthal_Equal_Area"],PARAMETER["False_Easting",4321000.0],PARAMETER['
    '"False_Northing",3210000.0],PARAMETER["Central_Meridian",10.0],PARAMETER['
    '"Latitude_Of_Origin",52.0],UNIT["Meter",1.0]]'
)
NULL, POINT, POLYGON, POLYGON_Z, POLYGON_M = 0, 1, 5, 15, 25


def shape(rings: Sequence[Ring] | None, kind: int = POLYGON) -> bytes:
    """A record's content; None: a null shape."""
    if rings is None:
        return struct.pack("<i", NULL)
    points = [point for ring in rings for point in ring]
    if kind == POINT:
        return struct.pack("<i2d", POINT, *points[0])
    starts, n = [], 0
    for ring in rings:
        starts.append(n)
        n += len(ring)
    out = struct.pack("<i4d2i", kind, *_box(points), len(rings), n)
    out += struct.pack(f"<{len(starts)}i", *starts)
    out += b"".join(struct.pack("<2d", *point[:2]) for point in points)
    for _measure in range({POLYGON_Z: 2, POLYGON_M: 1}.get(kind, 0)):
        out += struct.pack("<2d", 7.5, 7.5) + struct.pack("<d", 7.5) * n
    return out


def _box(points: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)


def shp_shx(shapes: Sequence[bytes], kind: int = POLYGON) -> tuple[bytes, bytes]:
    """The .shp and the .shx of some records."""
    body, index = b"", b""
    for k, content in enumerate(shapes):
        place = (100 + len(body)) // 2
        index += struct.pack(">2i", place, len(content) // 2)
        body += struct.pack(">2i", k + 1, len(content) // 2) + content

    def head(size: int) -> bytes:
        return (
            struct.pack(">7i", 9994, 0, 0, 0, 0, 0, size // 2)
            + struct.pack("<2i", 1000, kind)
            + struct.pack("<8d", 10, 50, 12, 52, 0, 0, 0, 0)
        )

    return head(100 + len(body)) + body, head(100 + len(index)) + index


def dbf(
    columns: Mapping[str, Sequence[str]],
    encoding: str = "ascii",
    page: int = 0,
    deleted: Sequence[int] = (),
    numeric: Sequence[str] = (),
) -> bytes:
    """A table of texts (and of whole numbers where said); ``page`` is its byte of the code page."""
    cells = {name: [value.encode(encoding) for value in values] for name, values in columns.items()}
    widths = {name: max([1, *map(len, values)]) for name, values in cells.items()}
    n = len(next(iter(cells.values())))
    size = 1 + sum(widths.values())
    out = struct.pack("<4BIHH16xBBH", 3, 124, 1, 1, n, 32 * len(cells) + 33, size, 0, page, 0)
    for name, width in widths.items():
        kind = b"N" if name in numeric else b"C"
        out += struct.pack("<11sc4xBB14x", name.encode(encoding), kind, width, 0)
    out += b"\r"
    for row in range(n):
        out += b"*" if row in deleted else b" "
        for name, values in cells.items():
            cell = values[row]
            out += cell.rjust(widths[name]) if name in numeric else cell.ljust(widths[name])
    return out + b"\x1a"
