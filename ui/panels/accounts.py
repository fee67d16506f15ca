"""The Accounts table: who is where and why; rows are dragged onto territories."""

from __future__ import annotations

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n
from terradesk.accounts import PLACEMENT_TEXTS
from terradesk.edits import return_accounts
from terradesk.i18n import _, ngettext
from terradesk.plan import Plan

from ..document_model import DocumentModel
from .attributes import attribute_columns
from .rows_panel import RowsPanel
from .table import TableColumn
from .tree_view import ACCOUNTS_MIME


class AccountsPanel(RowsPanel):
    """Accounts of the plan with their territory and how they got it.

    Parameters
    ----------
    model : DocumentModel
    """

    def __init__(self, model: DocumentModel) -> None:
        super().__init__(model, _("Accounts"))
        self.make_empty(
            _("No accounts yet. Drop an Excel or CSV file on the window."),
            _("Add accounts from a file…"), "file.import",
        )  # fmt: skip
        self.table.setDragEnabled(True)
        self.table.table.mime = ACCOUNTS_MIME
        self.table.setContextMenuPolicy(QtCore.Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._menu)
        self.table.doubleClicked.connect(lambda _i: self._zoom())

    def present(self) -> np.ndarray:
        """Accounts that are in the plan."""
        if not self.model.is_open:
            return np.empty(0, np.int64)
        return np.flatnonzero(self.model.plan.accounts_present)

    def selection_hint(self) -> tuple[str, bool]:
        """Offer the accounts in the selected areas."""
        rows = self._in_selected_units()
        text = ngettext("Show only this {n}", "Show only these {n}", len(rows))
        return text.format(n=i18n.number(len(rows))), len(rows) > 0

    def _in_selected_units(self) -> np.ndarray:
        if not self.model.is_open or not len(self.model.selected_units):
            return np.empty(0, np.int64)
        plan = self.model.plan
        inside = np.isin(plan.accounts.unit, self.model.selected_units) & plan.accounts_present
        return np.flatnonzero(inside)

    def refill(self) -> None:
        """Columns of the accounts as they are now."""
        plan, view = self.model.plan, self.model.view
        rows = self._in_selected_units() if self.only.isChecked() else self.present()
        owners = view.account_territories
        slots = view.slot_of(owners)
        names = np.array([_("Unassigned"), *(t.name for t in view.leaves)], object)
        fills = [None, *(t.colour for t in view.leaves)]
        columns = [
            TableColumn("names", _("Account"), plan.accounts.names),
            TableColumn("territory", _("Territory"), names[slots],
                        colour=lambda row: fills[slots[row]]),
            TableColumn("by", _("Assigned by"), self._assigned_by(plan)),
        ]  # fmt: skip
        columns += _attributes(plan)
        columns += [
            TableColumn("unit", plan.heading_noun(1), _unit_names(plan)),
            TableColumn("placement", _("Placed by"),
                        np.array([_(t) for t in PLACEMENT_TEXTS], object)[plan.accounts.placement]),
            TableColumn("ids", _("Account ID"), plan.accounts.ids),
        ]  # fmt: skip
        self.table.table.set_table(columns, rows)
        self._show_head(rows)

    def _assigned_by(self, plan: Plan) -> np.ndarray:
        view = self.model.view
        out = np.full(len(plan.accounts), _("area"), object)
        out[view.account_territories < 0] = "–"
        side = view.side
        out[side.rows] = np.where(side.by_rule, _("rule"), _("named"))
        return out

    def _show_head(self, rows: np.ndarray) -> None:
        plan = self.model.plan
        n_unplaced = int((plan.accounts.placement[rows] == 0).sum())
        text = ngettext("{n} account", "{n} accounts", len(rows)).format(n=i18n.number(len(rows)))
        if n_unplaced:
            note = ngettext("{n} not placed", "{n} not placed", n_unplaced)
            text += " · " + note.format(n=i18n.number(n_unplaced))
        self.head.setText(text if len(self.present()) else "")

    def show_unplaced(self) -> None:
        """Keep only the accounts without a place in the table, ready to be dragged to the map."""
        self.only.setChecked(False)
        self.ensure_fresh()
        self.filters.setChecked(True)
        keys = [column.key for column in self.table.table.columns]
        for key, field in zip(keys, self.table.header.fields, strict=False):
            field.setText(_(PLACEMENT_TEXTS[0]) if key == "placement" else "")
        self.table.setFocus()

    def rows_chosen(self, rows: np.ndarray) -> None:
        """Select them on the map too."""
        self.model.select_accounts(rows)

    def _zoom(self) -> None:
        units = self.model.plan.accounts.unit[self.table.rows()]
        self.show_units.emit(units[units >= 0])

    def _menu(self, at: QtCore.QPoint) -> None:
        rows = self.table.rows()
        menu = QtWidgets.QMenu(self)
        back = menu.addAction(_("Return to its area's territory"))
        back.setEnabled(any(int(r) in self.model.view.overrides for r in rows))
        back.triggered.connect(lambda: self._return(rows))
        menu.addAction(_("Zoom to"), self._zoom)
        copy = menu.addAction(_("Copy"))
        copy.triggered.connect(lambda: self._copy(rows))
        menu.popup(self.table.viewport().mapToGlobal(at))

    def _return(self, rows: np.ndarray) -> None:
        model = self.model
        model.attempt(lambda: return_accounts(model.plan, model.alignment, rows.tolist()))

    def _copy(self, rows: np.ndarray) -> None:
        names = self.model.plan.accounts.names[rows]
        QtGui.QGuiApplication.clipboard().setText("\n".join(str(n) for n in names))


def _attributes(plan: Plan) -> list[TableColumn]:
    """Columns that came with the accounts, amounts first."""
    return sorted(attribute_columns(plan, "accounts"), key=lambda c: not c.is_number)


def _unit_names(plan: Plan) -> np.ndarray:
    names = np.append(plan.units.names, "–").astype(object)
    return names[plan.accounts.unit]
