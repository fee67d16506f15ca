"""Tables of a plan file, schema version 4; the small ones follow `terradesk.records`."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any, get_type_hints

from terradesk import records as rec

SCHEMA_VERSION = 4
MIN_READER = 1
MIN_WRITER = 4
"""Version 1 knows no start points: it would leave them behind when a territory goes. Version 2
knows no barriers: it could not undo a step that set one. Version 3 knows no areas that came
later."""

LATER_AREAS = 4
"""Version of the first program that reads a plan whose areas came in several times."""

EXTENSION = "terradesk_plan"
DEFINITION = "docs/file-format.md of TerraDesk"
STRIDE = 10_000_000
"""``assignment.fid`` = alignment * STRIDE + unit: cells are written by primary key."""

TABLES: Mapping[str, str] = {
    "scenario": "scenarios",
    "team": "teams",
    "alignment": "alignments",
    "territory": "territories",
    "rep": "reps",
    "staffing": "staffing",
    "override": "overrides",
    "rule": "rules",
    "lock": "locks",
    "seed": "seeds",
    "bridge": "bridges",
    "barrier": "barriers",
    "measure": "measures",
    "target": "targets",
    "column": "columns",
    "batch": "imports",
    "actual": "actuals",
    "segment": "segments",
    "note": "notes",
    "view": "views",
    "setting": "settings",
}
"""Table of each kind of record."""

SINCE: Mapping[str, int] = {"seed": 2, "barrier": 3, "actual": 4}
"""Version that brought a kind of record, where that was not the first."""

OTHER_TABLES: Mapping[str, str] = {
    "td_meta": "fid INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value TEXT NOT NULL",
    "td_arcs": "fid INTEGER PRIMARY KEY, digest TEXT NOT NULL, data BLOB",
    "td_fields": (
        "fid INTEGER PRIMARY KEY, table_name TEXT NOT NULL, field TEXT NOT NULL,"
        " name TEXT NOT NULL, type TEXT NOT NULL, UNIQUE (table_name, name)"
    ),
    "assignment": (
        "fid INTEGER PRIMARY KEY, alignment INTEGER NOT NULL, unit INTEGER NOT NULL,"
        f" territory INTEGER NOT NULL DEFAULT -1, CHECK (fid = alignment * {STRIDE} + unit),"
        f" CHECK (unit BETWEEN 0 AND {STRIDE - 1})"
    ),
    "batches": (
        "fid INTEGER PRIMARY KEY, table_name TEXT NOT NULL, batch INTEGER NOT NULL,"
        " is_present BOOLEAN NOT NULL, UNIQUE (table_name, batch)"
    ),
    "placements": "fid INTEGER PRIMARY KEY, name TEXT NOT NULL",
    "history": (
        "seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, refers_to INTEGER NOT NULL,"
        " time TEXT NOT NULL, user TEXT NOT NULL, msgid TEXT NOT NULL, fields TEXT NOT NULL,"
        " reason TEXT NOT NULL, alignment INTEGER NOT NULL, payload BLOB NOT NULL,"
        " hash BLOB NOT NULL"
    ),
}
"""Tables that hold no records."""

UNIT_DDL = (
    "fid INTEGER PRIMARY KEY, geom {geometry}, code TEXT NOT NULL DEFAULT '',"
    " name TEXT NOT NULL DEFAULT '', batch INTEGER NOT NULL DEFAULT 1,"
    " is_present BOOLEAN NOT NULL DEFAULT 1"
)
ACCOUNT_DDL = (
    "fid INTEGER PRIMARY KEY, geom POINT, id TEXT NOT NULL DEFAULT '',"
    " name TEXT NOT NULL DEFAULT '', lon REAL, lat REAL, x REAL, y REAL,"
    " unit INTEGER NOT NULL DEFAULT -1, placement INTEGER NOT NULL DEFAULT 0,"
    " batch INTEGER NOT NULL DEFAULT 1, is_present BOOLEAN NOT NULL DEFAULT 1"
)
AREA_DDL = (
    "fid INTEGER PRIMARY KEY, geom MULTIPOLYGON, territory_id INTEGER NOT NULL,"
    " name TEXT NOT NULL, parent TEXT, colour INTEGER, alignment INTEGER NOT NULL,"
    " scenario TEXT NOT NULL, seq INTEGER NOT NULL"
)

_SQL_TYPES = {str: "TEXT", int: "INTEGER", float: "REAL", bool: "BOOLEAN"}


@dataclass(frozen=True, slots=True)
class Cell:
    """How one field of a record is stored."""

    name: str
    python: type
    is_optional: bool
    default: Any

    @property
    def ddl(self) -> str:
        """Column definition."""
        return f'"{self.name}" {_SQL_TYPES[self.python]}' + (
            "" if self.is_optional else " NOT NULL"
        )

    def to_sql(self, value: Any) -> Any:
        """Plain value for sqlite, numpy scalars included."""
        if value is None:
            return None
        return self.python(value)

    def from_sql(self, value: Any) -> Any:
        """Value of the record; an empty cell that must not be one takes the default."""
        if value is None:
            return None if self.is_optional else self.default
        return self.python(value)


@cache
def cells(kind: str) -> tuple[Cell, ...]:
    """Fields of a kind in the order of its dataclass."""
    row_type = rec.KINDS[kind]
    hints = get_type_hints(row_type)
    made = []
    for field in fields(row_type):
        hint = hints[field.name]
        is_optional = hint not in _SQL_TYPES
        python = float if is_optional else hint
        default = python() if field.default is MISSING else field.default
        made.append(Cell(field.name, python, is_optional, default))
    return tuple(made)


def create_tables(db: sqlite3.Connection) -> None:
    """All tables but ``units``, ``accounts`` and ``territory_areas``, which are layers."""
    for table, ddl in OTHER_TABLES.items():
        db.execute(f"CREATE TABLE {table} ({ddl})")
    for kind in TABLES:
        create_table(db, kind)
    db.execute("CREATE INDEX territories_id ON territories (alignment, id)")


def create_table(db: sqlite3.Connection, kind: str) -> None:
    """The table of one kind of record."""
    columns = ", ".join(c.ddl for c in cells(kind))
    db.execute(
        f"CREATE TABLE {TABLES[kind]} (fid INTEGER PRIMARY KEY, {columns}, UNIQUE (alignment, uid))"
    )


def add_cells(db: sqlite3.Connection, kind: str) -> None:
    """Add the fields that the table of a kind lacks; they hold the record's defaults."""
    table = TABLES[kind]
    held = {str(row[1]) for row in db.execute(f"PRAGMA table_info({table})")}
    for cell in cells(kind):
        if cell.name not in held:
            default = "" if cell.is_optional else f" DEFAULT {_sql_text(cell.default)}"
            db.execute(f"ALTER TABLE {table} ADD COLUMN {cell.ddl}{default}")


def _sql_text(value: Any) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def kinds_of(version: int) -> tuple[str, ...]:
    """Kinds of record that a file of a version has a table for."""
    return tuple(kind for kind in TABLES if SINCE.get(kind, 1) <= version)


def read_meta(db: sqlite3.Connection) -> dict[str, str]:
    """All of ``td_meta``."""
    return dict(db.execute("SELECT key, value FROM td_meta"))


def write_meta(db: sqlite3.Connection, **values: object) -> None:
    """Set keys of ``td_meta``."""
    db.executemany(
        "INSERT INTO td_meta (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [(key, str(value)) for key, value in values.items()],
    )
