"""Whether a map file bounds areas by arcs, which are drawn with straight lines when it is read."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from pathlib import Path

_CURVED = {"CIRCULARSTRING", "COMPOUNDCURVE", "CURVEPOLYGON", "MULTICURVE", "MULTISURFACE"}
_CURVED |= {"CURVE", "SURFACE"}
_CODES = range(8, 15)  # of well-known binary, the same types
_ENVELOPES = (0, 32, 48, 48, 64)  # bytes, by the flags of a GeoPackage geometry
_HEADER = 8 + 64 + 5  # bytes that hold the type of a geometry
_MOST_ROWS = 100_000
_ARCS = re.compile(rb"[:<](?:Arc(?:String|ByBulge|ByCenterPoint)?|Circle(?:ByCenterPoint)?)[\s/>]")
_CHUNK = 1 << 20


def has_curves(path: Path, layer: str) -> bool:
    """Whether shapes of a layer are arcs of circles; False too where the format cannot say.

    Parameters
    ----------
    path : Path
        A GeoPackage or GML; others hold no curves, or not so that it can be seen.
    layer : str
    """
    suffix = path.suffix.lower()
    if suffix == ".gpkg":
        with contextlib.suppress(sqlite3.Error, OverflowError):
            return _in_geopackage(path, layer)
    return suffix in (".gml", ".xml") and _in_text(path)


def _in_geopackage(path: Path, layer: str) -> bool:
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with contextlib.closing(sqlite3.connect(uri, uri=True)) as db:
        row = db.execute(
            "SELECT column_name, geometry_type_name FROM gpkg_geometry_columns "
            "WHERE table_name = ?",
            (layer,),
        ).fetchone()
        if row is None:
            return False
        if str(row[1]).upper() not in ("GEOMETRY", *_CURVED):
            return False
        column, table = (str(name).replace('"', '""') for name in (row[0], layer))
        heads = db.execute(
            f'SELECT substr("{column}", 1, {_HEADER}) FROM "{table}" LIMIT {_MOST_ROWS}'
        )
        return any(_code(head) in _CODES for (head,) in heads if isinstance(head, bytes))


def _code(head: bytes) -> int:
    """Type of a GeoPackage geometry without its dimensions, 0 when it cannot be said."""
    if len(head) < 8 or head[:2] != b"GP" or (head[3] >> 1 & 7) >= len(_ENVELOPES):
        return 0
    start = 8 + _ENVELOPES[head[3] >> 1 & 7]
    if len(head) < start + 5:
        return 0
    code = int.from_bytes(head[start + 1 : start + 5], "little" if head[start] else "big")
    return (code & 0x0FFFFFFF) % 1000


def _in_text(path: Path) -> bool:
    before = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if _ARCS.search(before + chunk):
                return True
            before = chunk[-32:]
    return False
