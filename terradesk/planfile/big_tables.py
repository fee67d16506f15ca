"""Units and accounts: which kernel column is which field, and arrays in and out.

A row's ``fid`` is its row number, so that references between tables are plain fids.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import numpy as np

from terradesk.accounts import Accounts
from terradesk.columns import number_text
from terradesk.planfile import failures
from terradesk.units import Units

REAL, TEXT, INT, BOOL = "real", "text", "int", "bool"
_SQL = {REAL: "REAL", TEXT: "TEXT"}
_MISSING = {REAL: "NULL", TEXT: "''", INT: "-1", BOOL: "1"}
_DTYPES: Mapping[str, Any] = {REAL: np.float64, TEXT: object, INT: np.int32, BOOL: np.bool_}


class Geometry(Protocol):
    """Geometry of rows as the file stores it, made when it is written."""

    def __getitem__(self, part: slice, /) -> Sequence[bytes | None]:
        """Those of some rows."""
        ...


@dataclass(frozen=True, slots=True)
class Field:
    """A kernel column ``name`` and where it is stored."""

    name: str
    column: str
    kind: str
    missing: str = ""

    @property
    def read(self) -> str:
        """SQL expression; an empty cell reads as what the kernel has for nothing."""
        if self.kind == REAL:
            return f'"{quoted(self.column)}"'
        return f'COALESCE("{quoted(self.column)}", {self.missing or _MISSING[self.kind]})'

    @property
    def dtype(self) -> Any:
        """Type of the array in memory."""
        return np.uint8 if self.name == "placement" else _DTYPES[self.kind]


OWN_FIELDS: Mapping[str, tuple[Field, ...]] = {
    "units": (
        Field("codes", "code", TEXT),
        Field("names", "name", TEXT),
        Field("batch", "batch", INT, "1"),
        Field("is_present", "is_present", BOOL),
    ),
    "accounts": (
        Field("ids", "id", TEXT),
        Field("names", "name", TEXT),
        Field("lon", "lon", REAL),
        Field("lat", "lat", REAL),
        Field("x", "x", REAL),
        Field("y", "y", REAL),
        Field("unit", "unit", INT),
        Field("placement", "placement", INT, "0"),
        Field("batch", "batch", INT, "1"),
        Field("is_present", "is_present", BOOL),
    ),
}
_PORTION = 50_000  # rows at a time: a million as Python objects take 40 MB per column
_TAKEN = {"fid", "geom", "rowid", "oid", "_rowid_", "ogc_fid"}


def quoted(name: str) -> str:
    """A name for use within double quotes in SQL."""
    return name.replace('"', '""').replace("\0", "")


def own_field(table: str, name: str) -> Field | None:
    """Field of one of the table's own columns, None if it is an attribute."""
    return next((f for f in OWN_FIELDS[table] if f.name == name), None)


def attributes(db: sqlite3.Connection, table: str) -> list[Field]:
    """Fields of the attributes in their order."""
    rows = db.execute(
        "SELECT name, field, type FROM td_fields WHERE table_name = ? ORDER BY fid", (table,)
    )
    return [Field(name, field, TEXT if kind == TEXT else REAL) for name, field, kind in rows]


def free_field(table: str, name: str, used: Iterable[str]) -> str:
    """A field name like ``name`` that the table does not have yet in any case of letters."""
    taken = _TAKEN | {f.column.lower() for f in OWN_FIELDS[table]} | {u.lower() for u in used}
    stem = name.replace("\0", "") or "column"
    field, number = stem, 2
    while field.lower() in taken:
        field, number = f"{stem}_{number}", number + 1
    return field


def new_fields(table: str, columns: Mapping[str, np.ndarray], used: Sequence[str]) -> list[Field]:
    """Fields for attributes that are not stored yet."""
    made: list[Field] = []
    for name, values in columns.items():
        column = free_field(table, name, [*used, *(f.column for f in made)])
        made.append(Field(name, column, REAL if values.dtype.kind in "biuf" else TEXT))
    return made


def note_fields(db: sqlite3.Connection, table: str, fields: Iterable[Field]) -> None:
    """Write down which attribute each field holds."""
    db.executemany(
        "INSERT INTO td_fields (table_name, field, name, type) VALUES (?, ?, ?, ?)",
        [(table, f.column, f.name, f.kind) for f in fields],
    )


def field_ddl(field: Field) -> str:
    """Column definition of an attribute."""
    return f'"{quoted(field.column)}" {_SQL[field.kind]}'


def to_sql(values: np.ndarray, kind: str) -> list[Any]:
    """Plain values for sqlite; not-a-number becomes NULL by itself."""
    if kind == TEXT and values.dtype.kind in "biuf":
        return [number_text(v) for v in values.tolist()]
    if kind == TEXT:
        return ["" if v is None else str(v) for v in values.tolist()]
    if kind == REAL:
        return values.astype(np.float64).tolist()
    return values.astype(np.int64).tolist()


def insert(
    db: sqlite3.Connection,
    table: str,
    rows: Units | Accounts,
    fields: Sequence[Field],
    geometry: Geometry,
    first: int = 0,
) -> None:
    """Append rows; attributes that ``rows`` lacks stay empty."""
    own = OWN_FIELDS[table]
    stored = [f for f in fields if f in own or f.name in rows.columns]
    arrays = [getattr(rows, f.name) if f in own else rows.columns[f.name] for f in stored]
    names = ", ".join(f'"{quoted(f.column)}"' for f in stored)
    marks = ", ".join("?" * (len(stored) + 2))
    text = f'INSERT INTO "{table}" (fid, geom, {names}) VALUES ({marks})'
    for k in range(0, len(rows), _PORTION):
        part = slice(k, k + _PORTION)
        values = [to_sql(a[part], f.kind) for a, f in zip(arrays, stored, strict=True)]
        fids = range(first + k, first + min(k + _PORTION, len(rows)))
        db.executemany(text, zip(fids, geometry[part], *values, strict=True))


def read(db: sqlite3.Connection, table: str, fields: Sequence[Field]) -> list[np.ndarray]:
    """Arrays of the fields, (n_rows,) each, in one pass.

    A fid that is missing because another program deleted the row stays a row that is not present:
    rows are never renumbered.
    """
    layout = np.dtype([("fid", np.int64), *((f"f{i}", f.dtype) for i, f in enumerate(fields))])
    columns = ", ".join(f.read for f in fields)
    cursor = db.execute(f'SELECT fid, {columns} FROM "{table}" ORDER BY fid')
    parts: list[list[np.ndarray]] = [[np.empty(0, layout[name])] for name in layout.names or ()]
    shared = [_Shared() if f.kind == TEXT else None for f in fields]
    while len(found := np.fromiter(islice(cursor, _PORTION), layout)):
        parts[0].append(found["fid"].copy())
        for i, texts in enumerate(shared):
            values = found[f"f{i}"].copy()
            parts[i + 1].append(texts.shared(values) if texts else values)
    fids = _joined(parts[0])
    n = int(fids[-1]) + 1 if len(fids) else 0
    if n > 2 * len(fids) + 1000 or (len(fids) and fids[0] < 0):
        raise ValueError("fids are not row numbers")
    return [_spread(_joined(parts[i + 1]), fids, n, f) for i, f in enumerate(fields)]


class _Shared:
    """Equal texts of a column as one object, as long as many are equal: a million take 65 MB."""

    def __init__(self) -> None:
        self._seen: dict[str, str] | None = {}
        self._n = 0

    def shared(self, values: np.ndarray) -> np.ndarray:
        if self._seen is None:
            return values
        texts = values.tolist()
        values[:] = list(map(self._seen.setdefault, texts, texts))
        self._n += len(texts)
        if 2 * len(self._seen) > self._n:
            self._seen = None
        return values


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    """The portions as one array; they are let go."""
    out = np.concatenate(parts)
    parts.clear()
    return out


def _spread(values: np.ndarray, fids: np.ndarray, n: int, field: Field) -> np.ndarray:
    if len(values) == n:
        return np.ascontiguousarray(values)
    empty: dict[str, Any] = {REAL: np.nan, TEXT: "", INT: -1, BOOL: False}
    out = np.full(n, 0 if field.name == "placement" else empty[field.kind], field.dtype)
    out[fids] = values
    return out


def write_cells(
    db: sqlite3.Connection,
    table: str,
    field: Field,
    rows: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
) -> None:
    """Change cells of a column.

    Raises
    ------
    ForeignChange
        If the file does not hold ``before`` there.
    """
    done = db.executemany(
        f'UPDATE "{table}" SET "{quoted(field.column)}" = ? WHERE fid = ? AND {field.read} IS ?',
        zip(to_sql(after, field.kind), rows.tolist(), to_sql(before, field.kind), strict=True),
    )
    if done.rowcount != len(rows):
        raise failures.foreign_change()


def make_text(db: sqlite3.Connection, table: str, field: Field, used: Sequence[str]) -> Field:
    """Turn an attribute of numbers into text, as `Accounts.append` does when text joins it."""
    text = Field(field.name, free_field(table, f"{field.column}_text", used), TEXT)
    db.execute(f'ALTER TABLE "{table}" ADD COLUMN {field_ddl(text)}')
    found = db.execute(f'SELECT "{quoted(field.column)}", fid FROM "{table}"').fetchall()
    db.executemany(
        f'UPDATE "{table}" SET "{quoted(text.column)}" = ? WHERE fid = ?',
        [(number_text(value), fid) for value, fid in found],
    )
    db.execute(f'ALTER TABLE "{table}" DROP COLUMN "{quoted(field.column)}"')
    db.execute(
        "UPDATE td_fields SET field = ?, type = ? WHERE table_name = ? AND name = ?",
        (text.column, TEXT, table, field.name),
    )
    return text


def drop_index(db: sqlite3.Connection, table: str) -> None:
    """Drop a spatial index that another program has added: its triggers need GDAL's functions."""
    index = f"rtree_{table}_geom"
    triggers = db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
        " AND substr(name, 1, ?) = ?",
        (table, len(index), index),
    ).fetchall()
    if triggers:
        for (name,) in triggers:
            db.execute(f'DROP TRIGGER "{name}"')
        db.execute(f'DROP TABLE IF EXISTS "{index}"')
        db.execute(
            "DELETE FROM gpkg_extensions WHERE table_name = ? AND extension_name LIKE '%rtree%'",
            (table,),
        )
