"""PlanStore: one open plan file."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from terradesk.coverages import Coverages
from terradesk.document import Step
from terradesk.edits import Edit
from terradesk.edits.arrivals import Arrivals
from terradesk.errors import ReadOnlyPlan, TerraDeskError
from terradesk.i18n import _
from terradesk.planfile import coverage, failures, layers, loading, upgrading, writing
from terradesk.planfile.connecting import connect, has_foreign_triggers, is_writable
from terradesk.planfile.locking import Holder, PlanLock, holder
from terradesk.planfile.schema import SCHEMA_VERSION, read_meta

if TYPE_CHECKING:
    from terradesk.arcs import Arcs
    from terradesk.plan import Plan


class PlanStore:
    """The file of an open plan; implements `terradesk.document.Store`.

    Nothing is written, and no lock is taken, before the first step.

    Parameters
    ----------
    path : Path
        A plan file.
    read_only : bool
        Never write.

    Raises
    ------
    TerraDeskError
        If it is not a plan, is damaged, or needs a newer program.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        path = path.absolute()
        self._path = path
        self._guard = threading.RLock()
        self._lock = PlanLock(path)
        self._is_ready = False
        self._first: Arcs | None = None
        self._later = Coverages()
        self._renewed: Mapping[int, str] = {}
        failures.examine(path)
        may_write = not read_only and is_writable(path)
        with failures.reading(path):
            self._db = connect(path, may_write)
        try:
            with failures.reading(path):
                meta = read_meta(self._db)
                has_triggers = has_foreign_triggers(self._db)
                self._file = path.stat()
                self._data_version = self._seen()
        except BaseException:
            self._db.close()
            raise
        self.holder = holder(path)
        self.read_only_reason = _reason(read_only, may_write, meta, has_triggers, self.holder)

    # ------------------------------------------------------------------ looking
    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def is_read_only(self) -> bool:
        """Whether `commit` will refuse; ``read_only_reason`` says why."""
        return bool(self.read_only_reason)

    def load(self) -> Plan:
        """The plan as the file holds it.

        Raises
        ------
        TerraDeskError
            If it is damaged.
        """
        with self._guard, failures.reading(self._path):
            loaded = loading.load(self._db)
        self.adopt(loaded.plan)
        self._renewed = loaded.renewed
        return loaded.plan

    def adopt(self, plan: Plan) -> None:
        """Take a plan that was just written to the file as what `load` would give."""
        self._first, self._later = plan.coverage, plan.coverages

    def steps(self) -> list[Step]:
        """The whole history, oldest first, edits without what they changed.

        A damaged one is left out, and the plan can then be looked at only.
        """
        with self._guard, failures.reading(self._path):
            try:
                return loading.steps(self._db)
            except (ValueError, KeyError, TypeError):
                self.read_only_reason = _("The history of this plan is damaged.")
                return []

    def edit(self, seq: int) -> Edit:
        """The complete edit of a step.

        Raises
        ------
        TerraDeskError
            If there is no such step or it is damaged.
        """
        with self._guard, failures.reading(self._path):
            row = self._db.execute(
                "SELECT msgid, fields, reason, alignment, payload FROM history WHERE seq = ?",
                (seq,),
            ).fetchone()
            if row is None:
                raise KeyError(seq)
            return loading.edit_of(*row)

    def unit_geometries(self) -> np.ndarray:
        """(n_units,) imported geometry of the units as WKB bytes or None, in their own CRS."""
        with self._guard, failures.reading(self._path):
            n = self._db.execute("SELECT COALESCE(max(fid) + 1, 0) FROM units").fetchone()[0]
            return coverage.source_wkb(self._db, n)

    def has_foreign_changes(self) -> bool:
        """Whether another program has written to the file since it was opened; cheap."""
        with self._guard, contextlib.suppress(sqlite3.Error):
            return self._seen() != self._data_version
        return False

    def _seen(self) -> int:
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    # ------------------------------------------------------------------ changing
    def commit(self, step: Step, arrivals: Arrivals | None = None) -> None:
        """Write one step in one transaction; it is on the disk when this returns.

        Raises
        ------
        TerraDeskError
            If it could not be written; the file is then as it was and it can be tried again.
        """
        with self._guard:
            self._make_ready()
            with failures.transaction(self._db):
                upgrading.upgrade(self._db)
                writing.write_step(self._db, step, arrivals)
                for row, key in self._renewed.items():
                    coverage.write(self._db, row, key, self._later.get(row, self._first))
            self._renewed = {}
            if arrivals is not None and arrivals.units is not None:
                self._later = self._later.with_one(arrivals.batch, arrivals.coverage)

    def _make_ready(self) -> None:
        """What comes before the first step: the lock, and the journal that is right for a plan."""
        if self.is_read_only:
            raise ReadOnlyPlan(self.read_only_reason, _("Save a copy and work on that."))
        self._check_place()
        if self._is_ready:
            return
        try:
            other = self._lock.take()
        except OSError as error:
            raise failures.not_written(error) from error
        if other is not None:
            self.holder, self.read_only_reason = other, _held(other)
            raise ReadOnlyPlan(self.read_only_reason, _("Save a copy and work on that."))
        try:
            self._db.execute("PRAGMA query_only = OFF")
            (mode,) = self._db.execute("PRAGMA journal_mode = TRUNCATE").fetchone()
        except sqlite3.Error as error:
            raise failures.not_written(error) from error
        if mode != "truncate":  # another program has it open in write-ahead mode
            raise failures.in_use()
        self._is_ready = True

    def _check_place(self) -> None:
        """Refuse when the file is no longer where it was opened."""
        try:
            is_there = os.path.samestat(self._file, self._path.stat())
        except OSError:
            is_there = False
        if not is_there:
            raise failures.moved_away(self._path)

    # ------------------------------------------------------------------ copies and the end
    def copy_into(self, target: Path) -> None:
        """A complete, compact copy with up-to-date territory outlines, as a new file.

        Raises
        ------
        TerraDeskError
            If it could not be written.
        """
        with self._guard:
            try:
                self._db.execute("PRAGMA query_only = OFF")  # forbids writing to the copy too
                self._db.execute("VACUUM INTO ?", (str(target),))
            except sqlite3.Error as error:
                raise failures.not_copied(error) from error
            finally:
                if not self._is_ready:
                    self._db.execute("PRAGMA query_only = ON")

    def refresh_areas(self, db: sqlite3.Connection) -> None:
        """Make ``territory_areas`` of a plan file with this one's units up to date."""
        if not layers.areas_are_current(db):
            newest = self._later.newest(loading.hidden(db))
            with failures.transaction(db):
                layers.write_areas(db, self._later.get(newest, self._first))

    def close(self) -> None:
        """Let go of the file; after edits the outlines for other programs are written first."""
        with self._guard:
            if self._is_ready:
                with contextlib.suppress(TerraDeskError, sqlite3.Error, OSError):
                    self._check_place()
                    self.refresh_areas(self._db)
                with contextlib.suppress(sqlite3.Error):
                    self._db.execute("PRAGMA journal_mode = DELETE")  # removes the empty journal
            self._is_ready = False
            self._db.close()
            self._lock.release()


def _held(other: Holder) -> str:
    return _("{name} is editing this plan.").format(name=other.label)


def _reason(
    read_only: bool,
    may_write: bool,
    meta: dict[str, str],
    has_triggers: bool,
    other: Holder | None,
) -> str:
    """Why a plan is open for reading only; empty when it is not."""
    if read_only:
        return _("This plan was opened for reading only.")
    if int(meta["min_writer"]) > SCHEMA_VERSION:
        return _("A newer TerraDesk is needed to edit this plan (plan format {version}).").format(
            version=meta["schema_version"]
        )
    if has_triggers:
        return _("Another program has added automatic changes (triggers) to the plan file.")
    if not may_write:
        return _("The plan file is protected against writing.")
    return _held(other) if other else ""
