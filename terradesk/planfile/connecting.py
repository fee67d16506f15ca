"""Connections to plan files, with what is safe for files from strangers."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from terradesk.planfile import failures
from terradesk.planfile.schema import (
    OTHER_TABLES,
    SCHEMA_VERSION,
    TABLES,
    kinds_of,
    read_meta,
)

BUSY_MS = 200
REQUIRED = frozenset([*OTHER_TABLES, "units", "accounts", "territory_areas"])


def is_writable(path: Path) -> bool:
    """Whether the file and its folder, which takes the journal, can be written."""
    return os.access(path, os.W_OK) and os.access(path.resolve().parent, os.W_OK)


def connect(path: Path, may_write: bool | None = None) -> sqlite3.Connection:
    """A connection to a plan; until its owner allows it, nothing can be written through it.

    Where the file may be written, a step that was cut off in the middle is taken back first.

    Parameters
    ----------
    path : Path
    may_write : bool, optional
        Found out when not given.

    Raises
    ------
    TerraDeskError
        If the file is not a plan.
    sqlite3.Error
        If it cannot be read.
    """
    db = connect_any(path, is_writable(path) if may_write is None else may_write)
    try:
        _check_kind(db, path)
    except BaseException:
        db.close()
        raise
    return db


def connect_any(path: Path, may_write: bool) -> sqlite3.Connection:
    """The same for any SQLite file."""
    mode = "rw" if may_write else "ro"
    uri = f"file:{quote(str(path.resolve()))}?mode={mode}"
    # Jobs commit imports from their own thread; the store's lock keeps calls apart.
    db = sqlite3.connect(
        uri, uri=True, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
    )
    try:
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA cell_size_check = ON")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA temp_store = MEMORY")
        db.execute("PRAGMA query_only = ON")
    except BaseException:
        db.close()
        raise
    return db


def _check_kind(db: sqlite3.Connection, path: Path) -> None:
    names = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "td_meta" not in names:
        raise failures.not_a_plan(path, "gpkg_contents" in names)
    meta = read_meta(db)
    if int(meta["min_reader"]) > SCHEMA_VERSION:
        raise failures.too_new(path, meta["schema_version"])
    small = {TABLES[kind] for kind in kinds_of(int(meta["schema_version"]))}
    if not names.issuperset(REQUIRED | small):
        raise failures.damaged(path.name)


def has_foreign_triggers(db: sqlite3.Connection) -> bool:
    """Whether writing would set off anything but the upkeep of a spatial index."""
    found = db.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND NOT"
        " ((tbl_name = 'units' AND name LIKE 'rtree\\_units\\_geom\\_%' ESCAPE '\\') OR"
        " (tbl_name = 'accounts' AND name LIKE 'rtree\\_accounts\\_geom\\_%' ESCAPE '\\'))"
    )
    return found.fetchone() is not None
