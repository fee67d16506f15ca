"""The Areas table: every unit with its territory and figures."""

from __future__ import annotations

import numpy as np
from PySide6 import QtCore, QtWidgets

from terradesk import i18n
from terradesk.i18n import _, ngettext

from ..document_model import DocumentModel
from .attributes import attribute_columns
from .rows_panel import RowsPanel
from .table import TableColumn


class AreasPanel(RowsPanel):
    """Units of the plan; selecting rows selects them on the map.

    Parameters
    ----------
    model : DocumentModel
    """

    def __init__(self, model: DocumentModel) -> None:
        super().__init__(model, _("Areas"))
        self.make_empty(
            _("This plan has no areas. Start from a map, or from a boundary file."),
            _("Start from a boundary file…"), "file.boundaries",
        )  # fmt: skip
        self.table.doubleClicked.connect(lambda _i: self.show_units.emit(self.table.rows()))
        self.table.setContextMenuPolicy(QtCore.Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._menu)

    def present(self) -> np.ndarray:
        """Units that are in the plan."""
        if not self.model.is_open:
            return np.empty(0, np.int64)
        return np.flatnonzero(self.model.plan.units_present)

    def selection_hint(self) -> tuple[str, bool]:
        """Offer the areas selected on the map."""
        n = len(self.model.selected_units)
        text = ngettext("Show only this {n}", "Show only these {n}", n)
        return text.format(n=i18n.number(n)), n > 0

    def refill(self) -> None:
        """Columns of the units as they are now."""
        plan, view = self.model.plan, self.model.view
        rows = self.model.selected_units if self.only.isChecked() else self.present()
        slots = view.unit_slots
        names = np.array([_("Unassigned"), *(t.name for t in view.leaves)], object)
        fills = [None, *(t.colour for t in view.leaves)]
        columns = [
            TableColumn("codes", _("Code"), plan.units.codes),
            TableColumn("names", _("Name"), plan.units.names),
            TableColumn("territory", _("Territory"), names[slots],
                        colour=lambda row: fills[slots[row]]),
        ]  # fmt: skip
        columns += attribute_columns(plan, "units")
        if plan.arcs is not None:
            columns.append(TableColumn("area", _("Area (km²)"), plan.arcs.areas / 1e6))
        self.table.table.set_table(columns, rows)
        n = len(rows)
        self.head.setText(f"{i18n.number(n)} {plan.noun(n)}")

    def rows_chosen(self, rows: np.ndarray) -> None:
        """Select them on the map."""
        if len(rows):
            self.model.select_units(rows)

    def _menu(self, at: QtCore.QPoint) -> None:
        menu = QtWidgets.QMenu(self)
        actions = getattr(self.window(), "actions_by_id", {})
        for name in ("territory.assign", "territory.new", "territory.unassign", "view.selection"):
            if name in actions:
                menu.addAction(actions[name])
        menu.popup(self.table.viewport().mapToGlobal(at))
