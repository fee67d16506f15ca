"""From the file to a plan."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from terradesk import records as rec
from terradesk.accounts import Accounts
from terradesk.document import Step
from terradesk.edits import Edit
from terradesk.plan import UNASSIGNED, Plan, Table
from terradesk.planfile import big_tables, coverage, payload
from terradesk.planfile.schema import STRIDE, TABLES, cells, kinds_of, read_meta
from terradesk.units import GEOMETRY_KINDS, Units


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A plan, and digests under which its coverages must be stored again, where they must."""

    plan: Plan
    renewed: Mapping[int, str]


def load(db: sqlite3.Connection) -> Loaded:
    """The plan as the file holds it.

    Raises
    ------
    ValueError, KeyError, TypeError, OverflowError, sqlite3.Error
        If the file is damaged.
    """
    db.execute("BEGIN")  # one state, even if another program writes meanwhile
    try:
        return _load(db, read_meta(db))
    finally:
        db.execute("ROLLBACK")


def _load(db: sqlite3.Connection, meta: Mapping[str, str]) -> Loaded:
    units = _units(db, meta)
    stored = coverage.load(db, units.source_crs, meta["crs"])
    held = kinds_of(int(meta["schema_version"]))
    tables: dict[str, Table] = {k: _table(db, k) if k in held else {} for k in rec.KINDS}
    next_id = max([int(meta["next_id"]), *(r.id + 1 for t in tables.values() for r in t.values())])
    plan = Plan(
        uid=meta["plan_uid"],
        crs=meta["crs"],
        units=units,
        accounts=_accounts(db, len(units)),
        coverage=stored.first,
        tables=tables,
        assignments=_assignments(db, tables["alignment"], len(units), next_id),
        hidden=hidden(db),
        next_id=next_id,
        coverages=stored.later,
    )
    return Loaded(plan, stored.renewed)


def hidden(db: sqlite3.Connection) -> frozenset[tuple[str, int]]:
    """(table, batch) of imports that are undone."""
    found = db.execute("SELECT table_name, batch FROM batches WHERE NOT is_present")
    return frozenset((str(table), int(batch)) for table, batch in found)


def _units(db: sqlite3.Connection, meta: Mapping[str, str]) -> Units:
    own, columns = _big_table(db, "units")
    kind = meta["geometry_kind"]
    if kind not in GEOMETRY_KINDS:
        raise ValueError(f"units of kind {kind}")
    return Units(**own, columns=columns, geometry_kind=kind, source_crs=meta["source_crs"])


def _accounts(db: sqlite3.Connection, n_units: int) -> Accounts:
    own, columns = _big_table(db, "accounts")
    unit = own["unit"]
    own["unit"] = np.where((unit >= 0) & (unit < n_units), unit, -1).astype(np.int32)
    return Accounts(**own, columns=columns)


def _big_table(db: sqlite3.Connection, table: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The table's own columns and its attributes."""
    own, extra = big_tables.OWN_FIELDS[table], big_tables.attributes(db, table)
    values = big_tables.read(db, table, [*own, *extra])
    rest = values[len(own) :]
    return (
        {f.name: v for f, v in zip(own, values, strict=False)},
        {f.name: v for f, v in zip(extra, rest, strict=True)},
    )


def _table(db: sqlite3.Connection, kind: str) -> dict[tuple[int, str], rec.Row]:
    cursor = db.execute(f"SELECT * FROM {TABLES[kind]} ORDER BY fid")
    names = [d[0] for d in cursor.description]
    known = [(names.index(c.name), c) for c in cells(kind) if c.name in names]
    row_type = rec.KINDS[kind]
    rows = (row_type(**{c.name: c.from_sql(row[i]) for i, c in known}) for row in cursor)
    return {(row.alignment, row.uid): row for row in rows}


def _assignments(
    db: sqlite3.Connection, alignments: Table, n_units: int, next_id: int
) -> dict[int, np.ndarray]:
    found = np.fromiter(
        db.execute("SELECT fid, COALESCE(territory, -1) FROM assignment"),
        np.dtype([("fid", np.int64), ("territory", np.int64)]),
    )
    alignment, unit = np.divmod(found["fid"], STRIDE)
    territory = found["territory"]
    territory[(territory < 0) | (territory >= next_id)] = UNASSIGNED
    out = {}
    for row in alignments.values():
        mine = (alignment == row.id) & (unit < n_units)
        out[row.id] = np.full(n_units, UNASSIGNED, np.int32)
        out[row.id][unit[mine]] = territory[mine]
    return out


def edit_of(msgid: str, fields: str, reason: str, alignment: int, blob: bytes) -> Edit:
    """The complete edit of a history row."""
    changes, records, batches = payload.decode(blob)
    return Edit(msgid, _fields(fields), changes, records, batches, reason, alignment)


def _fields(text: str) -> dict[str, str | int]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("a step of the history has no fields")
    return found


def steps(db: sqlite3.Connection) -> list[Step]:
    """The history without what each step changed.

    Raises
    ------
    ValueError, KeyError, TypeError
        If it has a gap, lacks its end, or undoes what was not done.
    """
    rows = db.execute(
        "SELECT seq, kind, refers_to, time, user, msgid, fields, reason, alignment"
        " FROM history ORDER BY seq"
    )
    found = [
        Step(
            seq,
            kind,
            refers_to,
            datetime.fromisoformat(time),
            user,
            Edit(msgid, _fields(fields), reason=reason, alignment=alignment),
        )
        for seq, kind, refers_to, time, user, msgid, fields, reason, alignment in rows
    ]
    _check(found, int(read_meta(db)["head"]))
    return found


def _check(steps: Sequence[Step], head: int) -> None:
    done, undone = 0, 0
    for expected, step in enumerate(steps, 1):
        done += {"do": 1, "undo": -1, "redo": 1}[step.kind]
        undone = 0 if step.kind == "do" else undone + (1 if step.kind == "undo" else -1)
        if step.seq != expected or done < 0 or undone < 0:
            raise ValueError(f"step {expected} of the history is missing or out of place")
    if len(steps) != head:
        raise ValueError("the end of the history is missing")
