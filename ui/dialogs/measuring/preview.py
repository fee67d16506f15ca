"""Total, smallest and largest of figures, and the first rows, as a formula or a share is typed."""

from __future__ import annotations

import numpy as np
from PySide6 import QtWidgets

from terradesk import i18n, measures
from terradesk import records as rec
from terradesk.i18n import _
from terradesk.plan import Plan

from ..issues import align_end, end_item, text_item, text_table
from ..parts import label

_ROWS = 8


class FiguresPreview(QtWidgets.QWidget):
    """Four figures in a row, and a table of the first areas or accounts below them."""

    def __init__(self) -> None:
        super().__init__()
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(24)
        self.figures = {}
        for key, caption in (
            ("total", _("Total")), ("least", _("Smallest")), ("most", _("Largest")),
            ("unknown", _("Unknown")),
        ):  # fmt: skip
            box = QtWidgets.QVBoxLayout()
            box.setSpacing(0)
            self.figures[key] = label("–", "strong")
            box.addWidget(label(caption, "small"))
            box.addWidget(self.figures[key])
            row.addLayout(box)
        row.addStretch(1)
        layout.addLayout(row)
        self.table = text_table([_("Name"), _("Value")])
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(0, QtWidgets.QHeaderView.ResizeMode.Stretch)
        self.table.setColumnWidth(1, 150)
        align_end(self.table, 1)
        self.table.setAccessibleName(_("First rows"))
        layout.addWidget(self.table, 1)

    def show_values(self, plan: Plan, measure: rec.Measure, values: np.ndarray | None) -> None:
        """Show figures of the table that a measure is of; None: nothing to show."""
        if values is None:
            for text in self.figures.values():
                text.setText("–")
            self.table.setRowCount(0)
            return
        is_units = measure.source == "units"
        big = plan.units if is_units else plan.accounts
        present = np.flatnonzero(plan.units_present if is_units else plan.accounts_present)
        here = values[present]
        known = here[np.isfinite(here)]

        def shown(value: float) -> str:
            return measures.format_value(plan, measure, value)

        self.figures["total"].setText(shown(float(known.sum())))
        self.figures["least"].setText(shown(float(known.min())) if len(known) else "–")
        self.figures["most"].setText(shown(float(known.max())) if len(known) else "–")
        self.figures["unknown"].setText(i18n.number(len(here) - len(known)))
        first = np.concatenate([present[np.isfinite(here)], present[~np.isfinite(here)]])[:_ROWS]
        self.table.setRowCount(len(first))
        for k, row in enumerate(first.tolist()):
            self.table.setItem(k, 0, text_item(str(big.names[row])))
            self.table.setItem(k, 1, end_item(shown(float(values[row]))))
