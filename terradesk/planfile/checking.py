"""Whether a plan file holds what was written to it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from terradesk.i18n import _
from terradesk.planfile import chain, coverage, failures
from terradesk.planfile.connecting import connect
from terradesk.planfile.schema import read_meta


def check(path: str | Path) -> tuple[str, ...]:
    """Problems of a plan file in words, none if it is sound; nothing is written.

    SQLite's own check finds broken structure only; the hashes of the history and the digest of
    the areas find altered content.

    Raises
    ------
    TerraDeskError
        If it is not a plan, or cannot be read at all.
    """
    path = Path(path)
    failures.examine(path)
    with failures.reading(path):
        db = connect(path)
        try:
            return tuple(_problems(db))
        finally:
            db.close()


def _problems(db: sqlite3.Connection) -> list[str]:
    found = [str(row[0]) for row in db.execute("PRAGMA integrity_check(20)")]
    if found != ["ok"]:
        return [_("The structure of the file is damaged: {text}").format(text=t) for t in found]
    meta = read_meta(db)
    problems = []
    broken = chain.first_broken(db, meta["plan_uid"])
    last, _hash = chain.last(db, meta["plan_uid"])
    if broken:
        problems.append(_("The history is altered from step {n} on.").format(n=broken))
    elif last != int(meta["head"]):
        problems.append(_("The end of the history is missing."))
    if not coverage.fits(db, meta["source_crs"], meta["crs"]):
        problems.append(_("Another program has changed the areas."))
    return problems
