"""New plan files and copies: made beside, checked, flushed, then renamed into place."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely

from terradesk import __version__
from terradesk import records as rec
from terradesk.accounts import PLACEMENTS
from terradesk.errors import TerraDeskError
from terradesk.i18n import _
from terradesk.plan import UNASSIGNED, Plan
from terradesk.planfile import (
    big_tables,
    coverage,
    failures,
    layers,
    schema,
    upgrading,
    writing,
)
from terradesk.planfile import geopackage as gp
from terradesk.planfile.locking import holder
from terradesk.units import Units


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path``; what is there at the end takes the place of ``path``.

    Raises
    ------
    TerraDeskError
        If somebody is editing the plan that is at ``path`` now, or nothing can be written there.
    """
    other = holder(path)
    if other is not None:
        raise TerraDeskError(
            _("{name} is editing {file}.").format(name=other.label, file=path.name),
            _("Choose another name."),
        )
    target = path.resolve()
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        yield part
        _flush(part)
        part.replace(target)
        _flush_folder(target.parent)
    except (sqlite3.Error, OSError, UnicodeError) as error:
        raise failures.not_copied(error) from error
    finally:
        for leftover in (part, part.with_name(part.name + "-journal")):
            with contextlib.suppress(OSError):
                leftover.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make the rename itself durable where folders can be flushed."""
    with contextlib.suppress(OSError):
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def quick_check(path: Path) -> None:
    """Raise TerraDeskError unless SQLite finds the file sound."""
    db = sqlite3.connect(path)
    try:
        if db.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise failures.damaged(path.name)
    finally:
        db.close()


def write_new(path: Path, plan: Plan) -> Plan:
    """Write a whole plan as a new file with an empty history; the plan without its source.

    Raises
    ------
    TerraDeskError
        If it could not be written, or a coordinate system is not known.
    """
    with replacing(path) as part:
        db = sqlite3.connect(part, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode = OFF")
            db.execute("PRAGMA synchronous = OFF")
            db.execute("BEGIN")
            units = _write_all(db, plan)
            db.execute("COMMIT")
        finally:
            db.close()
        quick_check(part)
    return replace(plan, units=units)


def _write_all(db: sqlite3.Connection, plan: Plan) -> Units:
    gp.create_core(db)
    schema.create_tables(db)
    units = _write_units(db, plan)
    schema.write_meta(
        db,
        schema_version=schema.SCHEMA_VERSION,
        min_reader=schema.LATER_AREAS if plan.coverages else schema.MIN_READER,
        min_writer=schema.MIN_WRITER,
        app_version=__version__,
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        plan_uid=plan.uid,
        crs=plan.crs,
        geometry_kind=units.geometry_kind,
        source_crs=units.source_crs,
        head=0,
        next_id=plan.next_id,
    )
    _write_accounts(db, plan)
    for kind in rec.KINDS:
        writing.insert_rows(db, kind, plan.tables.get(kind, {}).values())
    for alignment, labels in plan.assignments.items():
        rows = np.flatnonzero(labels != UNASSIGNED)
        none = np.full(len(rows), UNASSIGNED, np.int32)
        writing.write_assignment(db, alignment, rows, none, labels[rows])
    db.executemany(
        "INSERT INTO batches (table_name, batch, is_present) VALUES (?, ?, 0)", sorted(plan.hidden)
    )
    db.executemany("INSERT INTO placements VALUES (?, ?)", enumerate(PLACEMENTS))
    _register(db, plan)
    layers.write_areas(db, plan.arcs)
    return units


def _write_units(db: sqlite3.Connection, plan: Plan) -> Units:
    """The units as imported; areas without a source get the outlines of their coverage."""
    units = plan.units
    source, crs = units.source, units.source_crs
    if source is None:
        source, crs = _outlines(plan), plan.crs
    shapes, geometry = gp.as_multipolygons(source)
    fields = big_tables.new_fields("units", units.columns, ())
    ddl = schema.UNIT_DDL.format(geometry=geometry)
    _create(db, "units", ddl, fields)
    srs = gp.add_srs(db, crs)
    blobs = gp.geometry_blobs(shapes, srs)
    big_tables.insert(db, "units", units, [*big_tables.OWN_FIELDS["units"], *fields], blobs)
    _write_coverages(db, plan, crs)
    for layer, about in (("units", "Areas as imported"), ("territory_units", "Areas, territory")):
        kind = "MULTIPOLYGON" if len(units) == 0 else geometry
        gp.register_features(db, layer, kind, srs, about)
        if len(shapes):
            gp.set_extent(db, layer, shapely.total_bounds(shapes))
    return replace(units, source=None, source_crs=crs)


def _write_coverages(db: sqlite3.Connection, plan: Plan, source_crs: str) -> None:
    made = {coverage.FIRST: plan.coverage, **plan.coverages}
    for row in made:
        coverage.write(db, row, "", None)  # sizes() asks which there are
    sizes = coverage.sizes(db)
    keys = coverage.digests(db, source_crs, plan.crs, sizes.values())
    for row, key in zip(sizes, keys, strict=True):
        coverage.write(db, row, key, made[row])


def _outlines(plan: Plan) -> np.ndarray:
    from terradesk.arcs.outlines import polygons

    out = np.full(len(plan.units), None, object)
    for arcs in (plan.coverage, *plan.coverages.values()):
        if arcs is not None:
            missing = np.flatnonzero([one is None for one in out[: arcs.n_units].tolist()])
            out[missing] = np.asarray(shapely.to_wkb(polygons(arcs)), object)[missing]
    return out


def _create(
    db: sqlite3.Connection, table: str, ddl: str, fields: list[big_tables.Field] | None = None
) -> None:
    extra = "".join(f", {big_tables.field_ddl(f)}" for f in fields or ())
    db.execute(f"CREATE TABLE {table} ({ddl}{extra})")
    big_tables.note_fields(db, table, fields or ())


def _write_accounts(db: sqlite3.Connection, plan: Plan) -> None:
    accounts = plan.accounts
    fields = big_tables.new_fields("accounts", accounts.columns, ())
    _create(db, "accounts", schema.ACCOUNT_DDL, fields)
    points = gp.Points(accounts.lon, accounts.lat)
    own = big_tables.OWN_FIELDS["accounts"]
    big_tables.insert(db, "accounts", accounts, [*own, *fields], points)
    gp.register_features(db, "accounts", "POINT", gp.LONLAT, "Customers and prospects")
    if len(accounts):
        lon, lat = (v[np.isfinite(v)] for v in (accounts.lon, accounts.lat))
        if len(lon) and len(lat):
            gp.set_extent(db, "accounts", (lon.min(), lat.min(), lon.max(), lat.max()))


def _register(db: sqlite3.Connection, plan: Plan) -> None:
    """The view, the outlines, and all tables in the lists of the GeoPackage."""
    db.execute(layers.TERRITORY_UNITS)
    _create(db, "territory_areas", schema.AREA_DDL)
    srs = gp.add_srs(db, plan.crs)
    gp.register_features(db, "territory_areas", "MULTIPOLYGON", srs, "Territories, dissolved")
    tables = [*schema.OTHER_TABLES, *schema.TABLES.values()]
    for table in tables:
        upgrading.register(db, table)
