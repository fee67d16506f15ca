"""Things dropped on the map from outside: accounts from the table, files."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore, QtGui

from terradesk import edits
from terradesk.edits import Assigned, apply
from terradesk.i18n import _
from terradesk.plan import UNASSIGNED

from ..document_model import DocumentModel, Tentative
from . import adding, placing

if TYPE_CHECKING:
    from .view import MapView

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
    no_units, stays = np.empty(0, np.int32), (assigned.n_locked, assigned.n_named)
    return Tentative(assigned.edit, plan, no_units, rows, territory, *stays)


def refusal(model: DocumentModel, rows: np.ndarray, territory: int | None) -> str:
    """Why dropping accounts does nothing."""
    if territory is None:
        return _("Drop the accounts on a territory.")
    if territory < 0:
        return _("Drop the accounts on a territory: this area is unassigned.")
    name = model.view.name_of(territory)
    if territory in model.view.locked_territories:
        return _("{name} is locked.").format(name=name)
    owners = np.unique(model.view.account_territories[rows])
    held = [int(t) for t in owners if t in model.view.locked_territories]
    if held:
        own = model.view.name_of(held[0])
        return _("They stay in {name}, which is locked.").format(name=own)
    return _("They belong to {name} already.").format(name=name)


class Dropping:
    """Shows what letting go would do, and does it.

    Parameters
    ----------
    view : MapView
    """

    def __init__(self, view: MapView) -> None:
        self._view, self._model = view, view.model

    def _territory_at(self, at: QtCore.QPointF) -> int | None:
        picker = self._view.picker
        unit = picker.unit_at(*self._view.metres(at)) if picker is not None else -1
        return int(self._model.view.assignment[unit]) if unit >= 0 else None

    def over(self, event: QtGui.QDragMoveEvent) -> None:
        """Something hovers over the map."""
        rows = account_rows(event.mimeData())
        if files(event):
            event.acceptProposedAction()
        elif len(rows) and self._view.is_ready:
            event.acceptProposedAction()
            self._preview(rows, event.position())
        else:
            event.ignore()

    def _preview(self, rows: np.ndarray, at: QtCore.QPointF) -> None:
        unplaced = placing.without_place(self._model, rows)
        if len(unplaced):
            self._view.telling.point(at)
            self._view.telling.tell(placing.hint(self._view, unplaced, at, len(rows)))
            return
        territory = self._territory_at(at)
        assigned = named(self._model, rows, territory)
        shown = tentative(self._model, assigned, rows, territory or 0)
        is_real = territory is not None and territory >= 0
        target = territory if is_real and territory is not None else UNASSIGNED
        self._view.following.mark_target(target, True)
        self._view.telling.point(at)
        self._model.preview(shown)
        self._view.telling.tell("" if shown else refusal(self._model, rows, territory))

    def end(self) -> None:
        """It went away, or was let go of."""
        self._model.preview(None)
        self._view.following.mark_target(UNASSIGNED, False)
        self._view.telling.tell("")

    def drop(self, event: QtGui.QDropEvent) -> None:
        """Accounts are placed or become named accounts; files become layers or are imported."""
        paths, rows = files(event), account_rows(event.mimeData())
        self.end()
        event.acceptProposedAction()
        if paths:
            from ..dialogs.importing.files import main_files

            first = main_files([Path(text) for text in paths])[0]
            at = self._view.canvas.mapToGlobal(event.position().toPoint())
            if not adding.offer(self._view, first, at):
                self._view.files_dropped.emit(paths)
        elif len(rows) and self._view.is_ready:
            self._drop_accounts(rows, event.position())

    def _drop_accounts(self, rows: np.ndarray, at: QtCore.QPointF) -> None:
        """Those without a place are placed; where others are among them, the user chooses."""
        unplaced = placing.without_place(self._model, rows)
        territory = self._territory_at(at)
        can_name = named(self._model, rows, territory).edit is not None
        if len(unplaced) == len(rows) or (len(unplaced) and not can_name):
            placing.place(self._view, unplaced, at)
        elif len(unplaced) and territory is not None:
            name = self._model.view.name_of(territory)
            menu = placing.ask(self._view, unplaced, at, name)
            menu.actions()[1].triggered.connect(lambda: self._name(rows, territory))
            menu.popup(self._view.canvas.mapToGlobal(at.toPoint()))
        else:
            self._name(rows, territory)

    def _name(self, rows: np.ndarray, territory: int | None) -> None:
        if named(self._model, rows, territory).edit is None:
            self._model.say(refusal(self._model, rows, territory))
            return
        self._model.attempt(lambda: named(self._model, rows, territory))
