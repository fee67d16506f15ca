"""GeoPackages written by hand through SQLite."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Sequence

import shapely

_SPATIAL = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY,
    organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL,
    definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT NOT NULL,
    identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL
    DEFAULT '2024-01-01T00:00:00.000Z', min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
    srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
    geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL,
    m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name));
INSERT INTO gpkg_spatial_ref_sys VALUES
    ('Undefined cartesian', -1, 'NONE', -1, 'undefined', ''),
    ('Undefined geographic', 0, 'NONE', 0, 'undefined', ''),
    ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,
298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],
AUTHORITY["EPSG","4326"]]', '');
"""


def blob(wkb: bytes, srs: int = 4326) -> bytes:
    """A geometry as a GeoPackage keeps it."""
    return b"GP\0\x01" + struct.pack("<i", srs) + wkb


def geopackage(
    rows: Sequence[tuple[str, bytes | None]],
    kind: str = "GEOMETRY",
    srs: int = 4326,
    table: str = "areas",
    more: str = "",
    has_shapes: bool = True,
) -> bytes:
    """A GeoPackage of codes and shapes (as `blob`)."""
    db = sqlite3.connect(":memory:")
    db.executescript(
        f"PRAGMA page_size=512; PRAGMA application_id=0x47504B47;"
        f"PRAGMA user_version=10300;{_SPATIAL}"
    )
    geometry = "geom BLOB, " if has_shapes else ""
    db.execute(f'CREATE TABLE "{table}" (fid INTEGER PRIMARY KEY, {geometry}code TEXT)')
    data_type = "features" if has_shapes else "attributes"
    db.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, ?, ?, ?)",
        (table, data_type, table, srs),
    )
    if has_shapes:
        db.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)", (table, kind, srs)
        )
        db.executemany(
            f'INSERT INTO "{table}" (geom, code) VALUES (?, ?)', [(s, c) for c, s in rows]
        )
    else:
        db.executemany(f'INSERT INTO "{table}" (code) VALUES (?)', [(c,) for c, _s in rows])
    db.executescript(more)
    db.commit()
    data = db.serialize()
    db.close()
    return data


def squares() -> list[tuple[str, bytes | None]]:
    """Four squares with their codes."""
    made = shapely.box([10, 11, 10, 11], [50, 50, 51, 51], [11, 12, 11, 12], [51, 51, 52, 52])
    codes = ("001", "011", "021", "031")
    return [(c, blob(w)) for c, w in zip(codes, shapely.to_wkb(made, byte_order=1), strict=True)]


def curve() -> bytes:
    """A circle as a curve polygon: two arcs from (10, 51) over (10.5, 51.5) and back."""
    points = [(10.0, 51.0), (10.5, 51.5), (11.0, 51.0), (10.5, 50.5), (10.0, 51.0)]
    ring = struct.pack("<BII", 1, 8, len(points)) + b"".join(struct.pack("<2d", *p) for p in points)
    return struct.pack("<BII", 1, 10, 1) + ring
