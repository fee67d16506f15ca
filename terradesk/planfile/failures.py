"""Why a plan file cannot be opened or written, in words that help."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from terradesk.errors import ReadOnlyPlan, StaleEdit, TerraDeskError
from terradesk.i18n import _

MAGIC = b"SQLite format 3\0"


class ForeignChange(StaleEdit):
    """Another program has changed the file: the plan in memory is out of date."""


def foreign_change() -> ForeignChange:
    """The file does not hold what the plan in memory says."""
    return ForeignChange(
        _("Another program has changed this plan meanwhile."),
        _("Nothing was changed. Open the plan again, then repeat the step."),
    )


def not_written(error: Exception) -> TerraDeskError:
    """Why a step could not be written; the file is as it was."""
    if isinstance(error, TerraDeskError):
        return error
    if isinstance(error, UnicodeError):
        return TerraDeskError(
            _("The text contains characters that cannot be stored."),
            _("Nothing was changed. Type the text again."),
        )
    code = _code(error)
    if code == sqlite3.SQLITE_FULL:
        return TerraDeskError(
            _("The disk is full."),
            _("Nothing was changed. Free some space, then try again."),
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return in_use()
    if code == sqlite3.SQLITE_READONLY:
        return ReadOnlyPlan(
            _("The plan file is protected against writing."),
            _("Nothing was changed. Save a copy elsewhere and work on that."),
        )
    if code == sqlite3.SQLITE_CONSTRAINT:
        return foreign_change()
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged()
    return TerraDeskError(
        _("The plan file could not be written."),
        _("Nothing was changed. Check that the drive is connected, or save a copy elsewhere."),
    )


def in_use() -> TerraDeskError:
    """Another program holds the file."""
    return TerraDeskError(
        _("Another program is using the plan file."),
        _("Nothing was changed. Close the plan there, for example in QGIS, then try again."),
    )


def not_copied(error: Exception) -> TerraDeskError:
    """Why a copy could not be written."""
    if _code(error) == sqlite3.SQLITE_FULL:
        return TerraDeskError(
            _("There is not enough space on the disk."),
            _("Choose another drive, or free some space."),
        )
    if _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged()
    return TerraDeskError(
        _("The file could not be written."), _("Choose another folder, then try again.")
    )


def onto_itself() -> TerraDeskError:
    """A copy would replace the open plan."""
    return TerraDeskError(
        _("This is the plan that is open; all its changes are saved already."),
        _("Choose another name for the copy."),
    )


def moved_away(path: Path) -> TerraDeskError:
    """The file is not where it was opened."""
    return TerraDeskError(
        _("The plan file {name} was moved, replaced or removed.").format(name=path.name),
        _("Nothing was changed. Put it back and try again, or save a copy elsewhere."),
    )


def not_read(error: Exception, path: Path) -> TerraDeskError:
    """Why a plan could not be read."""
    if isinstance(error, TerraDeskError):
        return error
    if isinstance(error, OSError):
        return no_file(path)
    code = _code(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return TerraDeskError(
            _("Another program is writing to {name}.").format(name=path.name),
            _("Wait a moment, or close it there, then open the plan again."),
        )
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR):
        return TerraDeskError(
            _("{name} cannot be read.").format(name=path.name),
            _("If it was being written when the computer stopped, copy it to a folder that you "
              "can write to, together with the file {journal}, and open it there.").format(
                journal=path.name + "-journal"
            ),
        )  # fmt: skip
    return damaged(path.name)


def _code(error: Exception) -> int:
    return getattr(error, "sqlite_errorcode", -1) & 0xFF


def damaged(name: str = "") -> TerraDeskError:
    """The file is broken."""
    return TerraDeskError(
        _("The plan file {name} is damaged.").format(name=name).replace("  ", " "),
        _("Open a copy that you have kept. The file itself was left as it is."),
    )


def no_file(path: Path) -> TerraDeskError:
    """There is nothing to open."""
    return TerraDeskError(
        _("There is no file {name}, or it cannot be opened.").format(name=path.name),
        _("Check the drive and the name, then try again."),
    )


def not_a_plan(path: Path, is_geopackage: bool) -> TerraDeskError:
    """The file is something else."""
    if is_geopackage:
        return TerraDeskError(
            _("{name} is a GeoPackage, but not a TerraDesk plan.").format(name=path.name),
            _("Import it as a boundary file into a new plan."),
        )
    return TerraDeskError(
        _("{name} is not a TerraDesk plan.").format(name=path.name),
        _("Import tables and maps into a new plan instead of opening them."),
    )


def too_new(path: Path, version: str) -> TerraDeskError:
    """The plan needs a newer program."""
    return TerraDeskError(
        _("{name} was written by a newer TerraDesk (plan format {version}).").format(
            name=path.name, version=version
        ),
        _("Update TerraDesk to open it."),
    )


def examine(path: Path) -> None:
    """Look at the header of a file before SQLite does.

    Raises
    ------
    TerraDeskError
        If there is no file, it is not SQLite, or it was cut short.
    """
    try:
        with path.open("rb") as file:
            header = file.read(100)
        size = path.stat().st_size
    except OSError as error:
        raise no_file(path) from error
    if len(header) < 100 or not header.startswith(MAGIC):
        raise not_a_plan(path, False)
    page = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    is_counted = header[24:28] == header[92:96]  # else the page count is not to be trusted
    has_journal = any(path.with_name(path.name + s).exists() for s in ("-journal", "-wal"))
    if is_counted and not has_journal and size < pages * (65536 if page == 1 else page):
        raise TerraDeskError(
            _("{name} is incomplete: its end is missing.").format(name=path.name),
            _("Copy or download it again, or open a copy that you have kept."),
        )


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Translate what goes wrong while a plan is read."""
    try:
        yield
    except (sqlite3.Error, OSError, ValueError, TypeError, OverflowError, KeyError) as error:
        raise not_read(error, path) from error


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing.

    Raises
    ------
    TerraDeskError
        If it could not be written; the file is then as it was.
    """
    try:
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("COMMIT")
    except BaseException as error:
        if db.in_transaction:  # a failed COMMIT may have rolled back already
            with contextlib.suppress(sqlite3.Error):
                db.execute("ROLLBACK")
        if isinstance(error, (sqlite3.OperationalError, sqlite3.DatabaseError, OSError)):
            if isinstance(error, sqlite3.ProgrammingError):
                raise
            raise not_written(error) from error
        if isinstance(error, UnicodeError):
            raise not_written(error) from error
        raise
