"""Opening, making and copying plans; untitled plans in the recovery folder."""

from __future__ import annotations

import contextlib
import re
import secrets
import sqlite3
from pathlib import Path

from terradesk import paths
from terradesk.document import Document
from terradesk.errors import TerraDeskError
from terradesk.plan import Plan
from terradesk.planfile import creating, failures
from terradesk.planfile.locking import holder, lock_path
from terradesk.planfile.store import PlanStore
from terradesk.planfile.summary import PlanInfo, info

SUFFIX = ".gpkg"


def create(path: str | Path, plan: Plan) -> Document:
    """Write a plan as a new file and open it; a file that is there already is replaced.

    Parameters
    ----------
    path : str or Path
    plan : Plan
        Its history starts empty. Units without source geometry get the outlines of the coverage.

    Raises
    ------
    TerraDeskError
        If it could not be written; what was at ``path`` is then still there.
    """
    path = Path(path)
    written = creating.write_new(path, plan)
    store = PlanStore(path)
    store.adopt(written)
    return Document(written, store)


def open_document(path: str | Path, read_only: bool = False) -> Document:
    """Open a plan file.

    Parameters
    ----------
    path : str or Path
    read_only : bool
        Never write. A plan that somebody else is editing, that is protected or was written by a
        newer program is opened like this too; ``document.store.read_only_reason`` says why.

    Raises
    ------
    TerraDeskError
        If it is not a plan, is damaged, or needs a newer program.
    """
    store = PlanStore(Path(path), read_only=read_only)
    try:
        return Document(store.load(), store)
    except BaseException:
        store.close()
        raise


def save_copy(document: Document, path: str | Path) -> Path:
    """Save a copy of a plan, with its history and identity, under another name.

    The document stays where it is. A plan in memory is written without a history.

    Raises
    ------
    TerraDeskError
        If it could not be written; what was at ``path`` is then still there.
    """
    path, store = Path(path), document.store
    if not isinstance(store, PlanStore):
        creating.write_new(path, document.plan)
        return path
    if store.path.exists() and path.exists() and path.samefile(store.path):
        raise failures.onto_itself()
    with creating.replacing(path) as part:
        store.copy_into(part)
        db = sqlite3.connect(part, isolation_level=None)
        try:
            store.refresh_areas(db)
        finally:
            db.close()
        creating.quick_check(part)
    return path


def new_untitled(plan: Plan) -> Document:
    """A plan without a name of its own: a file in the recovery folder."""
    return create(_untitled_path(plan.setting("title")), plan)


def open_copy(path: str | Path) -> Document:
    """An untitled copy of a plan file, open for editing; the file itself is left as it is.

    Raises
    ------
    TerraDeskError
        If it is not a plan, is damaged, or needs a newer program.
    """
    store = PlanStore(Path(path), read_only=True)
    try:
        target = _untitled_path(Path(path).stem)
        with creating.replacing(target) as part:
            store.copy_into(part)
    finally:
        store.close()
    return open_document(target)


def _untitled_path(title: str) -> Path:
    stem = re.sub(r"[^\w-]+", "-", title).strip("-")[:40] or "plan"
    return paths.recovery_dir() / f"{stem}-{secrets.token_hex(4)}{SUFFIX}"


def is_untitled(path: str | Path) -> bool:
    """Whether a plan file has no name of its own yet."""
    return Path(path).resolve().parent == paths.recovery_dir().resolve()


def untitled_plans() -> list[PlanInfo]:
    """Untitled plans that nobody has open for editing, newest first; unreadable ones left out."""
    found = []
    for path in paths.recovery_dir().glob(f"*{SUFFIX}"):
        with contextlib.suppress(TerraDeskError):
            if holder(path) is None:
                found.append(info(path))
    return sorted(found, key=lambda plan: plan.modified, reverse=True)


def discard_untitled(path: str | Path) -> None:
    """Remove an untitled plan that nobody has open.

    Raises
    ------
    ValueError
        If the plan has a name of its own: those are never removed.
    TerraDeskError
        If it is open.
    """
    path = Path(path)
    if not is_untitled(path):
        raise ValueError(f"{path} is not an untitled plan")
    if holder(path) is not None:
        raise failures.in_use()
    for leftover in (path, path.with_name(path.name + "-journal"), lock_path(path)):
        leftover.unlink(missing_ok=True)
