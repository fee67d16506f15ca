"""Plan files that an older TerraDesk wrote: brought up to date with the first step."""

from __future__ import annotations

import sqlite3

from terradesk.planfile import geopackage as gp
from terradesk.planfile import schema


def upgrade(db: sqlite3.Connection) -> None:
    """Add what versions after the file's have brought; nothing for a file of this version.

    The caller holds the transaction.

    Parameters
    ----------
    db : Connection
    """
    version = int(schema.read_meta(db)["schema_version"])
    if version >= schema.SCHEMA_VERSION:
        return
    held = schema.kinds_of(version)
    for kind in schema.TABLES:
        if kind not in held:
            schema.create_table(db, kind)
            register(db, schema.TABLES[kind])
        else:
            schema.add_cells(db, kind)
    schema.write_meta(
        db,
        schema_version=schema.SCHEMA_VERSION,
        min_reader=schema.MIN_READER,
        min_writer=schema.MIN_WRITER,
    )


def register(db: sqlite3.Connection, table: str) -> None:
    """List a table of ours as the GeoPackage standard wants it."""
    gp.register_attributes(db, table)
    db.execute(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, ?, ?, 'write-only')",
        (table, schema.EXTENSION, schema.DEFINITION),
    )
