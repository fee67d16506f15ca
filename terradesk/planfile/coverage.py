"""The clean coverage in the file, and whether it still belongs to the polygons."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from terradesk.arcs import Arcs


def digest(blobs: Iterable[tuple[int, bytes | None]], source_crs: str, crs: str) -> str:
    """Digest of (fid, geometry) of all units and of both coordinate systems."""
    total = hashlib.blake2b(f"{source_crs}\n{crs}\n".encode(), digest_size=16)
    for fid, blob in blobs:
        body = blob or b""
        total.update(b"%d %d " % (fid, len(body)))
        total.update(body)
    return total.hexdigest()


def file_digest(db: sqlite3.Connection, source_crs: str, crs: str) -> str:
    """Digest of the units in the file."""
    return digest(db.execute("SELECT fid, geom FROM units ORDER BY fid"), source_crs, crs)


def source_wkb(db: sqlite3.Connection, n_units: int) -> np.ndarray:
    """(n_units,) WKB of the imported geometry or None."""
    from terradesk.arcs.wkb import wkb_of_geopackage

    out = np.full(n_units, None, object)
    for fid, blob in db.execute("SELECT fid, geom FROM units"):
        out[fid] = wkb_of_geopackage(blob)
    return out


def write(db: sqlite3.Connection, key: str, arcs: Arcs | None) -> None:
    """Store the coverage with the digest it belongs to."""
    data = arcs.to_bytes() if arcs is not None else None
    db.execute("DELETE FROM td_arcs")
    db.execute("INSERT INTO td_arcs (fid, digest, data) VALUES (1, ?, ?)", (key, data))


def load(
    db: sqlite3.Connection, n_units: int, source_crs: str, crs: str
) -> tuple[Arcs | None, str | None]:
    """The coverage, and the digest to store it under if it had to be made anew."""
    from terradesk.arcs import Arcs

    key = file_digest(db, source_crs, crs)
    row = db.execute("SELECT digest, data FROM td_arcs").fetchone()
    if row and row[0] == key:
        if row[1] is None:
            return None, None
        try:
            arcs = Arcs.from_bytes(row[1])
        except ValueError:
            arcs = None  # of another version, or damaged: the polygons are still there
        if arcs is not None and arcs.n_units == n_units:
            return arcs, None
    return rebuild(source_wkb(db, n_units), source_crs, crs), key


def rebuild(wkb: np.ndarray, source_crs: str, crs: str) -> Arcs | None:
    """The coverage of imported polygons; None when none of them is an area."""
    from terradesk.arcs import build, clean
    from terradesk.projection import to_plan

    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    if not np.isin(shapely.get_type_id(shapes), (3, 6)).any():
        return None
    return build(clean(to_plan(shapes, source_crs, crs)).polygons)
