"""New rows and columns of the big tables into the file; the caller holds the transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

import numpy as np
import shapely

from terradesk.accounts import Accounts
from terradesk.edits.arrivals import Arrivals, NewColumn
from terradesk.planfile import big_tables, coverage
from terradesk.planfile import geopackage as gp
from terradesk.planfile.schema import LATER_AREAS, read_meta, write_meta
from terradesk.units import Units


def write(db: sqlite3.Connection, arrivals: Arrivals) -> None:
    """Add what a step brings; rows carry the number of its import."""
    for column in arrivals.columns:
        _add_column(db, column)
    if arrivals.units is not None:
        _append_units(db, arrivals.units)
        meta = read_meta(db)
        everything = [_n_rows(db, "units")]
        (key,) = coverage.digests(db, meta["source_crs"], meta["crs"], everything)
        coverage.write(db, int(arrivals.batch), key, arrivals.coverage)
        write_meta(db, min_reader=LATER_AREAS)
    if arrivals.accounts is not None:
        _append_accounts(db, arrivals.accounts)


def _add_column(db: sqlite3.Connection, column: NewColumn) -> None:
    held = big_tables.attributes(db, column.table)
    if column.name in {field.name for field in held}:
        return
    empty = np.empty(0, object) if column.is_text else np.empty(0)
    _add_fields(db, column.table, {column.name: empty}, held)


def _fields_for(
    db: sqlite3.Connection, table: str, columns: Mapping[str, np.ndarray]
) -> list[big_tables.Field]:
    """Fields of all attributes, those of new columns too; numbers that meet text become text."""
    fields = big_tables.attributes(db, table)
    used = [f.column for f in fields]
    for i, field in enumerate(fields):
        values = columns.get(field.name)
        if field.kind == big_tables.REAL and values is not None and values.dtype == object:
            fields[i] = big_tables.make_text(db, table, field, used)
    known = {f.name for f in fields}
    new = {name: values for name, values in columns.items() if name not in known}
    return [*fields, *_add_fields(db, table, new, fields)]


def _add_fields(
    db: sqlite3.Connection,
    table: str,
    columns: Mapping[str, np.ndarray],
    held: Sequence[big_tables.Field],
) -> list[big_tables.Field]:
    made = big_tables.new_fields(table, columns, [f.column for f in held])
    for field in made:
        db.execute(f'ALTER TABLE "{table}" ADD COLUMN {big_tables.field_ddl(field)}')
    big_tables.note_fields(db, table, made)
    return made


def _n_rows(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f'SELECT COALESCE(max(fid) + 1, 0) FROM "{table}"').fetchone()[0])


def _append_accounts(db: sqlite3.Connection, accounts: Accounts) -> None:
    fields = _fields_for(db, "accounts", accounts.columns)
    big_tables.drop_index(db, "accounts")
    points = gp.Points(accounts.lon, accounts.lat)
    fields = [*big_tables.OWN_FIELDS["accounts"], *fields]
    big_tables.insert(db, "accounts", accounts, fields, points, _n_rows(db, "accounts"))


def _append_units(db: sqlite3.Connection, units: Units) -> None:
    """Areas after the last one, with their shapes as they were imported."""
    fields = [*big_tables.OWN_FIELDS["units"], *_fields_for(db, "units", units.columns)]
    big_tables.drop_index(db, "units")
    source = units.source if units.source is not None else np.full(len(units), None, object)
    shapes, _geometry = gp.as_multipolygons(source)
    srs = gp.add_srs(db, read_meta(db)["source_crs"])
    blobs = gp.geometry_blobs(shapes, srs)
    big_tables.insert(db, "units", units, fields, blobs, _n_rows(db, "units"))
    if len(shapes):
        for layer in ("units", "territory_units"):
            gp.widen_extent(db, layer, shapely.total_bounds(shapes))
