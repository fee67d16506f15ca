"""One step into the tables; the caller holds the transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

import numpy as np

from terradesk import records as rec
from terradesk.document import Step
from terradesk.edits import Batch, Change, Record
from terradesk.edits.arrivals import Arrivals
from terradesk.planfile import arriving, big_tables, chain, failures, payload
from terradesk.planfile import geopackage as gp
from terradesk.planfile.schema import STRIDE, TABLES, Cell, cells, read_meta, write_meta


def write_step(db: sqlite3.Connection, step: Step, arrivals: Arrivals | None) -> None:
    """Write a step: new rows, what its edit changes, and the row of the history.

    Raises
    ------
    ForeignChange
        If the file does not hold the state that the step starts from.
    """
    meta = read_meta(db)
    if int(meta["head"]) != step.seq - 1:
        raise failures.foreign_change()
    if arrivals is not None:
        arriving.write(db, arrivals)
    edit = step.edit
    for change in edit.changes:
        _write_change(db, change)
    for record in edit.records:
        write_record(db, record)
    write_batches(db, edit.batches)
    _write_history(db, step, meta["plan_uid"])
    next_id = max([int(meta["next_id"]), *(r.row.id + 1 for r in edit.records)])
    write_meta(db, head=step.seq, next_id=next_id)


def _write_change(db: sqlite3.Connection, change: Change) -> None:
    if change.table == "assignment":
        write_assignment(db, change.alignment, change.rows, change.before, change.after)
        return
    field = big_tables.own_field(change.table, change.column) or next(
        f for f in big_tables.attributes(db, change.table) if f.name == change.column
    )
    big_tables.drop_index(db, change.table)
    big_tables.write_cells(db, change.table, field, change.rows, change.before, change.after)
    if change.table == "accounts" and change.column in ("lon", "lat"):
        _place_points(db, change.rows)


def _place_points(db: sqlite3.Connection, rows: np.ndarray) -> None:
    """Points of accounts anew from their longitude and latitude."""
    fids = rows.tolist()
    found = [
        db.execute("SELECT lon, lat FROM accounts WHERE fid = ?", (fid,)).fetchone() for fid in fids
    ]
    lon, lat = np.array(found, np.float64).reshape(-1, 2).T
    blobs = gp.point_blobs(lon, lat)
    db.executemany(
        "UPDATE accounts SET geom = ? WHERE fid = ?", list(zip(blobs, fids, strict=True))
    )


def write_assignment(
    db: sqlite3.Connection, alignment: int, rows: np.ndarray, before: np.ndarray, after: np.ndarray
) -> None:
    """Territories of units; a unit without a row yet is unassigned."""
    units = rows.astype(np.int64)
    done = db.executemany(
        "INSERT INTO assignment (fid, alignment, unit, territory) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (fid) DO UPDATE SET territory = excluded.territory WHERE territory = ?",
        zip(
            (alignment * STRIDE + units).tolist(),
            [alignment] * len(units),
            units.tolist(),
            after.tolist(),
            before.tolist(),
            strict=True,
        ),
    )
    if done.rowcount != len(rows):
        raise failures.foreign_change()


def write_record(db: sqlite3.Connection, record: Record) -> None:
    """Insert, update or delete one row of a small table."""
    table, fields = TABLES[record.kind], cells(record.kind)
    if record.before is not None and _stored(db, table, fields, record) != record.before:
        raise failures.foreign_change()
    if record.after is None:
        db.execute(f"DELETE FROM {table} WHERE alignment = ? AND uid = ?", record.key)
        if record.kind == "alignment":
            _close_alignment(db, record.row.id)
    elif record.before is None:
        insert_rows(db, record.kind, [record.after])
    else:
        sets = ", ".join(f'"{f.name}" = ?' for f in fields)
        values = [f.to_sql(getattr(record.after, f.name)) for f in fields]
        db.execute(
            f"UPDATE {table} SET {sets} WHERE alignment = ? AND uid = ?", [*values, *record.key]
        )


def _stored(
    db: sqlite3.Connection, table: str, fields: tuple[Cell, ...], record: Record
) -> rec.Row | None:
    names = ", ".join(f'"{f.name}"' for f in fields)
    found = db.execute(
        f"SELECT {names} FROM {table} WHERE alignment = ? AND uid = ?", record.key
    ).fetchone()
    if found is None:
        return None
    row_type = rec.KINDS[record.kind]
    return row_type(**{f.name: f.from_sql(v) for f, v in zip(fields, found, strict=True)})


def _close_alignment(db: sqlite3.Connection, alignment: int) -> None:
    first = alignment * STRIDE
    db.execute("DELETE FROM assignment WHERE fid BETWEEN ? AND ?", (first, first + STRIDE - 1))


def insert_rows(db: sqlite3.Connection, kind: str, rows: Iterable[rec.Row]) -> None:
    """Add rows to a small table."""
    fields = cells(kind)
    names = ", ".join(f'"{f.name}"' for f in fields)
    marks = ", ".join("?" * len(fields))
    db.executemany(
        f"INSERT INTO {TABLES[kind]} ({names}) VALUES ({marks})",
        [[f.to_sql(getattr(row, f.name)) for f in fields] for row in rows],
    )


def write_batches(db: sqlite3.Connection, batches: Iterable[Batch]) -> None:
    """Which imports count."""
    db.executemany(
        "INSERT INTO batches (table_name, batch, is_present) VALUES (?, ?, ?)"
        " ON CONFLICT (table_name, batch) DO UPDATE SET is_present = excluded.is_present",
        [(b.table, b.batch, b.is_present) for b in batches],
    )


def _write_history(db: sqlite3.Connection, step: Step, plan_uid: str) -> None:
    edit = step.edit
    fields = json.dumps(dict(edit.fields), default=int, separators=(",", ":"))
    row = (
        step.seq,
        step.kind,
        step.refers_to,
        step.time.isoformat(),
        step.user,
        edit.msgid,
        fields,
        edit.reason,
        int(edit.alignment),
        payload.encode(edit),
    )
    _, previous = chain.last(db, plan_uid)
    names = ", ".join([*chain.COLUMNS, "hash"])
    marks = ", ".join("?" * (len(row) + 1))
    db.execute(f"INSERT INTO history ({names}) VALUES ({marks})", (*row, chain.link(previous, row)))
