"""What happens to plan files around a document: read-only banners, foreign changes, leftovers."""

from __future__ import annotations

from pathlib import Path

from PySide6 import QtCore, QtWidgets

from terradesk.document import Document
from terradesk.i18n import _

from ..document_model import DocumentModel


def read_only_reason(document: Document) -> str:
    """Why a plan cannot be edited, in words; empty when it can."""
    if not document.is_read_only:
        return ""
    return getattr(document.store, "read_only_reason", "") or _("Read only: save a copy to edit")


def has_foreign_changes(document: Document) -> bool:
    """Whether another program has written to the plan file since it was opened."""
    ask = getattr(document.store, "has_foreign_changes", None)
    return bool(ask and ask())


def let_go(model: DocumentModel, sample_copy: Path | None) -> None:
    """Close the open document; a copy of the sample that nobody edited is thrown away."""
    if not model.is_open:
        return
    document = model.document
    path, is_unedited = document.path, len(document.steps) == document.opened_at
    model.close()
    if path is not None and path == sample_copy and is_unedited:
        from terradesk import planfile

        planfile.discard_untitled(path)


def ask_for_copy(parent: QtWidgets.QWidget, name: str) -> str:
    """Ask whether to redraw a baseline or approved scenario itself, or a copy of it.

    Returns
    -------
    str
        ``"copy"``, ``"edit"``, or "" for neither.
    """
    box = QtWidgets.QMessageBox(parent)
    box.setTextFormat(QtCore.Qt.TextFormat.PlainText)
    box.setText(
        _("{name} is what other designs are compared with.").format(name=name)
        + "\n\n"
        + _("Edit a copy, and keep it as it is?")
    )
    accept = QtWidgets.QMessageBox.ButtonRole.AcceptRole
    answers: dict[QtWidgets.QAbstractButton, str] = {
        box.addButton(_("Edit a copy"), accept): "copy",
        box.addButton(_("Edit it"), QtWidgets.QMessageBox.ButtonRole.DestructiveRole): "edit",
        box.addButton(_("Cancel"), QtWidgets.QMessageBox.ButtonRole.RejectRole): "",
    }
    box.exec()
    return answers.get(box.clickedButton(), "")


def ask_to_reload(parent: QtWidgets.QWidget) -> bool:
    """Ask whether to read the plan file again."""
    box = QtWidgets.QMessageBox(parent)
    box.setText(
        _("Another program has changed this plan file.")
        + "\n\n"
        + _("Open it again to go on from what is in the file now.")
    )
    again = box.addButton(_("Open it again"), QtWidgets.QMessageBox.ButtonRole.AcceptRole)
    box.addButton(_("Later"), QtWidgets.QMessageBox.ButtonRole.RejectRole)
    box.exec()
    return box.clickedButton() is again


def path_to_reload(model: DocumentModel, parent: QtWidgets.QWidget) -> Path | None:
    """The open plan's file, if another program has changed it and the user wants it read again."""
    if not model.is_open or model.is_held or model.document.path is None:
        return None
    path = model.document.path
    return path if has_foreign_changes(model.document) and ask_to_reload(parent) else None
