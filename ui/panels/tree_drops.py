"""What is let go of over the tree of territories: accounts change hands, territories merge."""

from __future__ import annotations

import numpy as np
from PySide6 import QtCore, QtWidgets

from terradesk import edits
from terradesk.edits import territories as te
from terradesk.i18n import _

from ..document_model import DocumentModel, Tentative
from .tree_rows import RowDelegate
from .tree_view import ACCOUNTS_MIME, TERRITORIES_MIME, TreeView


class TreeDrops:
    """Shows and does what a drop means.

    Parameters
    ----------
    tree : TreeView
    delegate : RowDelegate
        Marks the row that would take it.
    model : DocumentModel
    """

    def __init__(self, tree: TreeView, delegate: RowDelegate, model: DocumentModel) -> None:
        self._tree, self._delegate, self._model = tree, delegate, model
        tree.dropped.connect(self.drop)
        tree.hovered_with.connect(self.hover)

    def hover(self, kind: str, rows: list[int], territory: int) -> None:
        """Show what letting go over a row would do."""
        model = self._model
        self._show_target(territory if self._takes_rows(kind, rows, territory) else None)
        done = edits.Assigned(None)
        if kind == ACCOUNTS_MIME and territory in model.view.slots:
            done = edits.name_accounts(model.plan, model.alignment, np.array(rows), territory)
        if done.edit is None:
            model.preview(None)
            return
        after = edits.apply(model.plan, done.edit)
        no_units, accounts = np.empty(0, np.int32), np.array(rows, np.int32)
        stays = (done.n_locked, done.n_named)
        model.preview(Tentative(done.edit, after, no_units, accounts, territory, *stays))

    def _takes_rows(self, kind: str, rows: list[int], territory: int) -> bool:
        """Whether territories dropped on this row would merge or change their place."""
        view = self._model.view
        return kind == TERRITORIES_MIME and territory in view.territories and any(
            row != territory and (view.territories[row].parent != territory)
            for row in rows if row in view.territories
        )  # fmt: skip

    def _show_target(self, territory: int | None) -> None:
        if territory != self._delegate.drop_target:
            self._delegate.drop_target = territory
            self._tree.viewport().update()

    def drop(self, kind: str, rows: list[int], territory: int) -> None:
        """Let go of accounts or territories over a row."""
        model = self._model
        plan, alignment = model.plan, model.alignment
        if kind == ACCOUNTS_MIME:
            if territory in model.view.slots:
                model.attempt(
                    lambda: edits.name_accounts(plan, alignment, np.array(rows), territory),
                    _("They belong to it already."),
                )
            return
        rows = [r for r in rows if r != territory and r in model.view.territories]
        if not rows:
            return
        onto = model.view.territories.get(territory)
        if onto is not None and onto.level == 0:
            self._ask_merge(rows, territory)
        else:
            model.attempt(lambda: te.reparent(plan, alignment, rows, territory))

    def _ask_merge(self, rows: list[int], territory: int) -> None:
        model = self._model
        names = ", ".join(model.view.name_of(t) for t in rows)
        onto = model.view.name_of(territory)
        question = _("Merge {a} into {b}?").format(a=names, b=onto)
        box = QtWidgets.QMessageBox(self._tree)
        box.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        box.setText(question + "\n\n" + _("{b} keeps its name, rep and colour.").format(b=onto))
        merge = box.addButton(_("Merge"), QtWidgets.QMessageBox.ButtonRole.AcceptRole)
        box.addButton(_("Cancel"), QtWidgets.QMessageBox.ButtonRole.RejectRole)
        merge.clicked.connect(
            lambda: model.attempt(
                lambda: te.merge(model.plan, model.alignment, [*rows, territory], territory)
            )
        )
        box.open()
