"""Things dropped on the map from outside: accounts from the table, files."""

from __future__ import annotations

import contextlib
import json

import numpy as np
from PySide6 import QtCore, QtGui

from terradesk import edits
from terradesk.edits import Assigned, apply
from terradesk.i18n import _

from ..document_model import DocumentModel, Tentative

ACCOUNTS_MIME = "application/x-terradesk-accounts"


def account_rows(data: QtCore.QMimeData) -> np.ndarray:
    """Account rows that are carried; none when it is something else."""
    if not data.hasFormat(ACCOUNTS_MIME):
        return np.empty(0, np.int32)
    with contextlib.suppress(ValueError, TypeError):
        return np.array(
            [int(v) for v in json.loads(bytes(data.data(ACCOUNTS_MIME).data()))], np.int32
        )
    return np.empty(0, np.int32)


def files(event: QtGui.QDropEvent) -> list[str]:
    """Paths of the local files that are carried."""
    return [u.toLocalFile() for u in event.mimeData().urls() if u.isLocalFile()]


def named(model: DocumentModel, rows: np.ndarray, territory: int | None) -> Assigned:
    """What dropping accounts on a territory would do; None: outside the map."""
    if territory is None or territory < 0:
        return Assigned(None)
    return edits.name_accounts(model.plan, model.alignment, rows, territory)


def tentative(
    model: DocumentModel, assigned: Assigned, rows: np.ndarray, territory: int
) -> Tentative | None:
    """The plan as it would be after the drop."""
    if assigned.edit is None:
        return None
    plan = apply(model.plan, assigned.edit)
    return Tentative(assigned.edit, plan, np.empty(0, np.int32), rows, territory)


def refusal(model: DocumentModel, territory: int | None) -> str:
    """Why a drop does nothing."""
    if territory is None:
        return _("Drop the accounts on a territory.")
    if territory < 0:
        return _("Drop the accounts on a territory: this area is unassigned.")
    name = model.view.name_of(territory)
    if territory in model.view.locked_territories:
        return _("{name} is locked.").format(name=name)
    return _("They belong to {name} already.").format(name=name)
