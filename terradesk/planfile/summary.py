"""What a plan file is about, without opening it for work."""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from terradesk.errors import TerraDeskError
from terradesk.planfile import failures
from terradesk.planfile.connecting import connect, connect_any, is_writable
from terradesk.planfile.layers import SHOWN
from terradesk.planfile.schema import read_meta


@dataclass(frozen=True, slots=True)
class PlanInfo:
    """What a list of plans shows.

    Parameters
    ----------
    path : Path
    title : str
        Empty for a plan without one.
    scenario : str
        The scenario that the numbers are of: the newest that is not the baseline.
    n_units, n_accounts, n_territories : int
        Present units and accounts, leaf territories of that scenario.
    n_steps : int
        Length of the history.
    modified : datetime
        UTC; of the last step, or of making the plan.
    version : str
        Version of the plan format.
    """

    path: Path
    title: str
    scenario: str
    n_units: int
    n_accounts: int
    n_territories: int
    n_steps: int
    modified: dt.datetime
    version: str


def is_plan(path: str | Path) -> bool:
    """Whether a file is a plan, of whatever version; never raises."""
    try:
        failures.examine(Path(path))
        db = connect_any(Path(path), is_writable(Path(path)))
    except (TerraDeskError, sqlite3.Error, OSError):
        return False
    try:
        return bool(db.execute("SELECT 1 FROM sqlite_master WHERE name = 'td_meta'").fetchone())
    except sqlite3.Error:
        return False
    finally:
        db.close()


def info(path: str | Path) -> PlanInfo:
    """A plan's title and size, in milliseconds; nothing is written.

    Raises
    ------
    TerraDeskError
        If it is not a plan, or cannot be read.
    """
    path = Path(path)
    failures.examine(path)
    with failures.reading(path):
        db = connect(path)
        try:
            return _info(db, path)
        finally:
            db.close()


def _info(db: sqlite3.Connection, path: Path) -> PlanInfo:
    meta = read_meta(db)
    title = db.execute("SELECT value FROM settings WHERE uid = 'title'").fetchone()
    alignment, scenario = db.execute(SHOWN).fetchone() or (0, "")
    last = db.execute("SELECT time FROM history ORDER BY seq DESC LIMIT 1").fetchone()
    leaves = "SELECT count(*) FROM territories WHERE alignment = ? AND level = 0"
    return PlanInfo(
        path=path,
        title=title[0] if title else "",
        scenario=scenario,
        n_units=_n_present(db, "units"),
        n_accounts=_n_present(db, "accounts"),
        n_territories=int(db.execute(leaves, (alignment,)).fetchone()[0]),
        n_steps=int(meta["head"]),
        modified=dt.datetime.fromisoformat(last[0] if last else meta["created"]),
        version=meta["schema_version"],
    )


def _n_present(db: sqlite3.Connection, table: str) -> int:
    return int(
        db.execute(
            f"SELECT count(*) FROM {table} WHERE is_present IS NOT 0 AND batch NOT IN"
            " (SELECT batch FROM batches WHERE table_name = ? AND NOT is_present)",
            (table,),
        ).fetchone()[0]
    )
