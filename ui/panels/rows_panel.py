"""What the Accounts and Areas tables share: head line, table, empty page."""

from __future__ import annotations

import numpy as np
from PySide6 import QtCore, QtWidgets

from terradesk import i18n
from terradesk.i18n import _

from ..document_model import DocumentModel
from .table import Table


class RowsPanel(QtWidgets.QWidget):
    """A table with a head line; sub-classes fill it.

    Parameters
    ----------
    model : DocumentModel
    title : str
        Translated, shown in the tab with the count.
    """

    command = QtCore.Signal(str)
    show_units = QtCore.Signal(object)
    tab_text_changed = QtCore.Signal(str)

    def __init__(self, model: DocumentModel, title: str) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_StyledBackground)
        self.model, self.title = model, title
        self.table = Table(title)
        self.head = QtWidgets.QLabel()
        self.head.setProperty("role", "dim")
        self.head.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self.filters = QtWidgets.QPushButton(_("Filter"))
        self.filters.setCheckable(True)
        self.filters.setToolTip(_("Filter columns (Ctrl+F)"))
        self.filters.toggled.connect(self._show_filters)
        self.only = QtWidgets.QPushButton()
        self.only.setCheckable(True)
        self.only.hide()
        self.only.toggled.connect(lambda _on: self.refill())
        self.empty = QtWidgets.QWidget()
        self._build()
        self._is_stale = True
        self._follows_selection = False
        model.opened.connect(self._opened)
        model.edited.connect(self.mark_stale)
        model.alignment_changed.connect(self.mark_stale)
        model.selection_changed.connect(self._selection_changed)
        self.table.selectionModel().selectionChanged.connect(self._rows_selected)

    def _build(self) -> None:
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        row = QtWidgets.QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.addWidget(self.head)
        row.addStretch(1)
        row.addWidget(self.only)
        row.addWidget(self.filters)
        self.buttons = row
        column.addLayout(row)
        column.addWidget(self.table, 1)
        column.addWidget(self.empty, 1)

    def make_empty(self, text: str, button: str, command: str) -> None:
        """What stands there without rows: what to do next, with its button."""
        column = QtWidgets.QVBoxLayout(self.empty)
        column.setContentsMargins(16, 8, 16, 8)
        label = QtWidgets.QLabel(text)
        label.setProperty("role", "dim")
        push = QtWidgets.QPushButton(button)
        push.setProperty("role", "primary")
        push.clicked.connect(lambda: self.command.emit(command))
        column.addWidget(label, 0, QtCore.Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(push, 0, QtCore.Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    # ------------------------------------------------------------------ for sub-classes
    def present(self) -> np.ndarray:
        """Rows the table may show."""
        raise NotImplementedError

    def refill(self) -> None:
        """Hand columns and rows to the table."""
        raise NotImplementedError

    def rows_chosen(self, rows: np.ndarray) -> None:
        """Rows were selected by the user."""
        raise NotImplementedError

    def selection_hint(self) -> tuple[str, bool]:
        """Text of the button "Show only these", and whether it is offered."""
        return "", False

    # ------------------------------------------------------------------ keeping fresh
    def _opened(self) -> None:
        self.only.setChecked(False)
        self.table.table.clear_filters()
        self.mark_stale()

    def mark_stale(self, *_args: object) -> None:
        """Fill again, now or when the table is next seen."""
        self._is_stale = True
        n = len(self.present())
        self.tab_text_changed.emit(f"{self.title}  {i18n.number(n)}" if n else self.title)
        if self.isVisible():
            self.ensure_fresh()

    def ensure_fresh(self) -> None:
        """Fill the table if the plan has changed since."""
        if not self._is_stale or not self.model.is_open:
            return
        self._is_stale = False
        has_rows = len(self.present()) > 0
        self.table.setVisible(has_rows)
        self.empty.setVisible(not has_rows)
        self._follows_selection = True
        self.refill()
        self._follows_selection = False

    def showEvent(self, event: object) -> None:
        """Fill when seen."""
        self.ensure_fresh()

    def _show_filters(self, are_shown: bool) -> None:
        self.table.header.show_fields(are_shown)
        if not are_shown:
            for field in self.table.header.fields:
                field.clear()

    def _selection_changed(self) -> None:
        text, is_offered = self.selection_hint()
        self.only.setText(text)
        self.only.setVisible(is_offered or self.only.isChecked())
        if self.only.isChecked() and self.isVisible():
            self.refill()

    def _rows_selected(self, *_args: object) -> None:
        if not self._follows_selection:
            self.rows_chosen(self.table.rows())
