"""What makes an SQLite file a GeoPackage: its core tables, its geometry, its coordinate systems.

Source: OGC 12-128r18, GeoPackage Encoding Standard 1.4.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from terradesk.errors import TerraDeskError
from terradesk.i18n import _

APPLICATION_ID = 0x47504B47  # "GPKG"
USER_VERSION = 10400
LONLAT = 4326
_FIRST_CUSTOM = 300_000

CORE_DDL = """
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
"""

_WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,'
    'AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,'
    'AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],'
    'AUTHORITY["EPSG","4326"]]'
)
_GIVEN_SRS = (
    ("Undefined Cartesian", -1, "NONE", -1, "undefined"),
    ("Undefined geographic", 0, "NONE", 0, "undefined"),
    ("WGS 84", LONLAT, "EPSG", LONLAT, _WGS84),
)


def create_core(db: sqlite3.Connection) -> None:
    """The tables every GeoPackage has, and its marks in the header."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {USER_VERSION}")
    for statement in CORE_DDL.split(";\n"):
        db.execute(statement)
    db.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)", _GIVEN_SRS)


def add_srs(db: sqlite3.Connection, crs: str) -> int:
    """Number of a coordinate system in the file, added if it is not there.

    Parameters
    ----------
    db : Connection
    crs : str
        Authority code, PROJ string or WKT.

    Raises
    ------
    TerraDeskError
        If it is not known.
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        known = CRS.from_user_input(crs)
    except CRSError as error:
        raise TerraDeskError(
            _("The coordinate system of the plan is not known: {name}").format(name=crs[:80]),
            _("Choose the coordinate system by hand when you import the file."),
        ) from error
    authority = known.to_authority(min_confidence=100)
    if authority == ("OGC", "CRS84"):
        return LONLAT
    if authority and authority[0] == "EPSG" and authority[1].isdigit():
        number, organization = int(authority[1]), "EPSG"
    else:
        last = db.execute("SELECT max(srs_id) FROM gpkg_spatial_ref_sys").fetchone()[0]
        number, organization = max(_FIRST_CUSTOM, last + 1), "TERRADESK"
    name = crs if known.name == "unknown" else known.name
    row = (name, number, organization, number, _definition(known))
    db.execute("INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)", row)
    return number


def _definition(crs: Any) -> str:
    """WKT 1 as the standard wants it; WKT 2 for projections that WKT 1 has no words for."""
    from pyproj.exceptions import CRSError

    try:
        return str(crs.to_wkt("WKT1_GDAL"))
    except CRSError:
        return str(crs.to_wkt())


def register_attributes(db: sqlite3.Connection, table: str, description: str = "") -> None:
    """List a table without geometry."""
    db.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description)"
        " VALUES (?, 'attributes', ?, ?)",
        (table, table, description),
    )


def register_features(
    db: sqlite3.Connection, table: str, geometry_type: str, srs: int, description: str = ""
) -> None:
    """List a table or view whose geometry is in ``geom``."""
    db.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)"
        " VALUES (?, 'features', ?, ?, ?)",
        (table, table, description, srs),
    )
    db.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)",
        (table, geometry_type, srs),
    )


def set_extent(db: sqlite3.Connection, table: str, box: Sequence[float]) -> None:
    """Note the extent (x0, y0, x1, y1) of a layer; nothing is noted unless it is finite."""
    if np.isfinite(box).all():
        db.execute(
            "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?,"
            " last_change = strftime('%Y-%m-%dT%H:%M:%fZ','now') WHERE table_name = ?",
            (*map(float, box), table),
        )


def widen_extent(db: sqlite3.Connection, table: str, box: Sequence[float]) -> None:
    """Let the extent of a layer hold another box as well."""
    row = db.execute(
        "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?", (table,)
    ).fetchone()
    boxes = [box] if row is None or None in row else [box, row]
    low = np.min([one[:2] for one in boxes], axis=0)
    high = np.max([one[2:] for one in boxes], axis=0)
    set_extent(db, table, (*low, *high))


def geometry_blobs(geometries: ArrayLike, srs: int) -> list[bytes | None]:
    """GeoPackage geometry of shapely geometries: header, envelope, ISO WKB; None stays None.

    Parameters
    ----------
    geometries : (n,) object array
    srs : int
        Number of the coordinate system in the file.
    """
    shapes = np.asarray(geometries, object)
    wkb = shapely.to_wkb(shapes, byte_order=1, flavor="iso")
    boxes = shapely.bounds(shapes).reshape(-1, 4)[:, [0, 2, 1, 3]]
    plain = struct.pack("<2sBBi", b"GP", 0, 0b010001, srs)
    with_box = struct.pack("<2sBBi", b"GP", 0, 0b000011, srs)
    envelopes = np.ascontiguousarray(boxes, "<f8").view("V32").ravel().tolist()
    has_box = np.isfinite(boxes).all(axis=1).tolist()
    return [
        None if body is None else (with_box + box if has else plain) + body
        for body, box, has in zip(wkb, envelopes, has_box, strict=True)
    ]


def point_blobs(x: ArrayLike, y: ArrayLike, srs: int = LONLAT) -> list[bytes | None]:
    """GeoPackage points; None where a coordinate is not finite."""
    xs, ys = np.asarray(x, np.float64), np.asarray(y, np.float64)
    layout = [("head", "S8"), ("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")]
    points = np.empty(len(xs), layout)
    # numpy drops trailing zeros of "S" on reading only; the bytes themselves are kept
    points["head"] = struct.pack("<2sBBi", b"GP", 0, 0b000001, srs)
    points["order"], points["kind"], points["x"], points["y"] = 1, 1, xs, ys
    is_known = (np.isfinite(xs) & np.isfinite(ys)).tolist()
    blobs = points.view("V29").tolist()
    return [blob if known else None for blob, known in zip(blobs, is_known, strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points in degrees as the file stores them, made in portions."""

    x: np.ndarray
    y: np.ndarray

    def __getitem__(self, part: slice, /) -> list[bytes | None]:
        """Those of some rows, None where a coordinate is not finite."""
        return point_blobs(self.x[part], self.y[part])


def as_multipolygons(wkb: Iterable[bytes | None]) -> tuple[NDArray[np.object_], str]:
    """Imported geometry for one layer, and the layer's geometry type.

    Polygons become MultiPolygons of one part, so that all rows of a layer of areas are of one
    type; coordinates stay as they are.
    """
    shapes = shapely.from_wkb(np.array(list(wkb), object), on_invalid="ignore")
    kinds = np.unique(shapely.get_type_id(shapes))
    kinds = kinds[kinds >= 0]
    if np.isin(kinds, (3, 6)).all():
        single = np.flatnonzero(shapely.get_type_id(shapes) == 3)
        if len(single):
            shapes[single] = [shapely.MultiPolygon([one]) for one in shapes[single]]
        return shapes, "MULTIPOLYGON"
    return shapes, "POINT" if (kinds == 0).all() else "GEOMETRY"
