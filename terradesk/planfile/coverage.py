"""The clean coverages in the file, and whether they still belong to the polygons.

Row 1 of ``td_arcs`` is the coverage of the areas a plan began with; each later import of areas has
a row with the number of the import. A digest says of which polygons a coverage was made: of those
that were there after its import, the first rows of ``units``.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from terradesk.coverages import Coverages

if TYPE_CHECKING:
    from terradesk.arcs import Arcs

FIRST = 1


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """The coverages of a file.

    Parameters
    ----------
    first : Arcs or None
        Of the areas the plan began with.
    later : Coverages
    renewed : mapping of int to str
        Rows of ``td_arcs`` that no longer fit the polygons and were made anew: their digests.
    """

    first: Arcs | None
    later: Coverages
    renewed: Mapping[int, str]


def _started(source_crs: str, crs: str) -> Any:
    return hashlib.blake2b(f"{source_crs}\n{crs}\n".encode(), digest_size=16)


def _add(total: Any, fid: int, blob: bytes | None) -> None:
    body = blob or b""
    total.update(b"%d %d " % (fid, len(body)))
    total.update(body)


def digests(db: sqlite3.Connection, source_crs: str, crs: str, sizes: Iterable[int]) -> list[str]:
    """Digest of the first so many units of the file, for each of some ascending sizes."""
    total, out = _started(source_crs, crs), []
    rows = db.execute("SELECT fid, geom FROM units ORDER BY fid")
    row = rows.fetchone()
    for size in sizes:
        while row is not None and row[0] < size:
            _add(total, *row)
            row = rows.fetchone()
        out.append(str(total.hexdigest()))
    return out


def source_wkb(db: sqlite3.Connection, n_units: int) -> np.ndarray:
    """(n_units,) WKB of the imported geometry or None."""
    from terradesk.arcs.wkb import wkb_of_geopackage

    out = np.full(n_units, None, object)
    for fid, blob in db.execute("SELECT fid, geom FROM units WHERE fid < ?", (n_units,)):
        out[fid] = wkb_of_geopackage(blob)
    return out


def write(db: sqlite3.Connection, row: int, key: str, arcs: Arcs | None) -> None:
    """Store a coverage with the digest it belongs to."""
    data = arcs.to_bytes() if arcs is not None else None
    db.execute("DELETE FROM td_arcs WHERE fid = ?", (row,))
    db.execute("INSERT INTO td_arcs (fid, digest, data) VALUES (?, ?, ?)", (row, key, data))


def sizes(db: sqlite3.Connection) -> dict[int, int]:
    """How many units there were when each row of ``td_arcs`` was made, in ascending order."""
    rows = [int(row) for (row,) in db.execute("SELECT fid FROM td_arcs ORDER BY fid")]
    later = [row for row in rows if row != FIRST]
    out = {FIRST: _n_units(db, later[0] - 1 if later else None)}
    return out | {row: _n_units(db, row) for row in later}


def _n_units(db: sqlite3.Connection, last_batch: int | None) -> int:
    """Rows up to the last unit of an import; all of them for None."""
    where = "" if last_batch is None else f" WHERE batch <= {int(last_batch)}"
    return int(db.execute(f"SELECT COALESCE(max(fid) + 1, 0) FROM units{where}").fetchone()[0])


def load(db: sqlite3.Connection, source_crs: str, crs: str) -> Stored:
    """The coverages; those that no longer fit the polygons are made anew."""
    n_units = sizes(db)
    keys = dict(zip(n_units, digests(db, source_crs, crs, n_units.values()), strict=True))
    held = {row: rest for row, *rest in db.execute("SELECT fid, digest, data FROM td_arcs")}
    kept: dict[int, Arcs | None] = {}
    renewed = {}
    for row, n in n_units.items():
        key, data = held.get(row, ("", None))
        arcs = _read(data, n)
        if key == keys[row] and (data is None or arcs is not None):
            kept[row] = arcs
        else:
            wkb = source_wkb(db, n)
            wkb[~_members(db, row, data, n)] = None
            kept[row] = rebuild(wkb, source_crs, crs)
            renewed[row] = keys[row]
    return Stored(kept.pop(FIRST), Coverages(kept), renewed)


def fits(db: sqlite3.Connection, source_crs: str, crs: str) -> bool:
    """Whether every coverage is of the polygons that are in the file."""
    n_units = sizes(db)
    keys = digests(db, source_crs, crs, n_units.values())
    held = dict(db.execute("SELECT fid, digest FROM td_arcs"))
    return held == dict(zip(n_units, keys, strict=True))


def _read(data: bytes | None, n_units: int) -> Arcs | None:
    """Stored arcs; None where they are of another version, or damaged."""
    from terradesk.arcs import Arcs

    try:
        arcs = Arcs.from_bytes(data or b"")
    except ValueError:
        return None  # the polygons are still there
    return arcs if arcs.n_units == n_units else None


def _members(db: sqlite3.Connection, row: int, data: bytes | None, n_units: int) -> np.ndarray:
    """(n_units,) which units a coverage is of: those of its old arcs, else what is present."""
    out = np.ones(n_units, bool)
    if row == FIRST:
        return out
    old = _read(data, n_units)
    if old is not None:
        return np.asarray(old.areas > 0)
    rows = db.execute("SELECT fid FROM units WHERE NOT is_present AND fid < ?", (n_units,))
    out[[fid for (fid,) in rows]] = False
    return out


def rebuild(wkb: np.ndarray, source_crs: str, crs: str) -> Arcs | None:
    """The coverage of imported polygons; None when none of them is an area."""
    from terradesk.arcs import build, clean
    from terradesk.projection import to_plan

    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    if not np.isin(shapely.get_type_id(shapes), (3, 6)).any():
        return None
    return build(clean(to_plan(shapes, source_crs, crs)).polygons)
