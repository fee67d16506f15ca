"""What other programs see of a plan: the view of units with their territory, and the outlines."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import numpy as np
import shapely

from terradesk.planfile import geopackage as gp
from terradesk.planfile.schema import STRIDE, read_meta

if TYPE_CHECKING:
    from terradesk.arcs import Arcs

SHOWN = (
    "SELECT a.id AS alignment, s.name AS scenario FROM alignments a"
    " JOIN scenarios s ON s.id = a.scenario ORDER BY s.is_baseline, s.id DESC, a.id LIMIT 1"
)
"""The alignment that other programs see: of the newest scenario that is not the baseline."""

TERRITORY_UNITS = f"""
CREATE VIEW territory_units AS
SELECT u.fid AS OGC_FID, u.geom AS geom, u.code AS code, u.name AS name, t.name AS territory,
  p.name AS parent, t.id AS territory_id, t.colour AS colour, v.scenario AS scenario
FROM ({SHOWN}) v CROSS JOIN units u
LEFT JOIN assignment a ON a.fid = v.alignment * {STRIDE} + u.fid
LEFT JOIN territories t ON t.alignment = v.alignment AND t.id = a.territory AND t.level = 0
LEFT JOIN territories p ON p.alignment = v.alignment AND p.id = t.parent
WHERE u.is_present IS NOT 0 AND NOT EXISTS (SELECT 1 FROM batches b
  WHERE b.table_name = 'units' AND b.batch = u.batch AND NOT b.is_present)
"""


def areas_are_current(db: sqlite3.Connection) -> bool:
    """Whether ``territory_areas`` was made from the plan's present state."""
    meta = read_meta(db)
    return meta.get("areas_seq") == meta["head"]


def write_areas(db: sqlite3.Connection, arcs: Arcs | None) -> None:
    """Dissolve the territories of the alignment shown into ``territory_areas``.

    The caller holds the transaction.

    Parameters
    ----------
    db : Connection
    arcs : Arcs or None
        Coverage of all units.
    """
    db.execute("DELETE FROM territory_areas")
    head = read_meta(db)["head"]
    shown = db.execute(SHOWN).fetchone()
    if arcs is not None and shown:
        _fill_areas(db, arcs, int(shown[0]), str(shown[1]), int(head))
    db.execute(
        "INSERT INTO td_meta (key, value) VALUES ('areas_seq', ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (head,),
    )


def _fill_areas(
    db: sqlite3.Connection, arcs: Arcs, alignment: int, scenario: str, seq: int
) -> None:
    from terradesk.arcs.outlines import polygons

    leaves = db.execute(
        "SELECT t.id, t.name, p.name, t.colour FROM territories t LEFT JOIN territories p"
        " ON p.alignment = t.alignment AND p.id = t.parent"
        " WHERE t.alignment = ? AND t.level = 0 ORDER BY t.id",
        (alignment,),
    ).fetchall()
    slot = {leaf[0]: i for i, leaf in enumerate(leaves)}
    labels = np.full(arcs.n_units, -1, np.int32)
    for unit, territory in db.execute("SELECT OGC_FID, territory_id FROM territory_units"):
        if territory in slot and unit < len(labels):
            labels[unit] = slot[territory]
    areas = polygons(arcs, labels, len(leaves))
    srs = db.execute(
        "SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = 'territory_areas'"
    ).fetchone()[0]
    multi, _ = gp.as_multipolygons(shapely.to_wkb(areas))
    blobs = gp.geometry_blobs(multi, srs)
    db.executemany(
        "INSERT INTO territory_areas (geom, territory_id, name, parent, colour, alignment,"
        " scenario, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(blob, *leaf, alignment, scenario, seq) for blob, leaf in zip(blobs, leaves, strict=True)],
    )
    if len(leaves):
        gp.set_extent(db, "territory_areas", shapely.total_bounds(areas))
