"""All measures of a plan: what each sums, its total, and what is wrong with it."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import measures
from terradesk import records as rec
from terradesk.edits.measures import delete_measure
from terradesk.edits.scenarios import set_balance_measure
from terradesk.i18n import _
from terradesk.measures import money
from terradesk.measures.values import trouble

from ... import theme
from ...document_model import DocumentModel
from ..issues import align_end, end_item, text_table
from ..parts import Button, Dialog, label, plain_tip
from .formula_page import FormulaPage, what_is_summed

NAME, SUMS, OF, TOTAL = range(4)
_UID = QtCore.Qt.ItemDataRole.UserRole


class MeasureList(Dialog):
    """A table of the measures with what can be done with each.

    Parameters
    ----------
    model : DocumentModel
    parent : QWidget or None

    Signals
    -------
    command(str)
        Id of an action that the window is to run.
    """

    command = QtCore.Signal(str)

    def __init__(self, model: DocumentModel, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(_("Measures"), parent, 820, 560)
        self._model = model
        self.body.addWidget(label(_("Measures"), "hero"))
        text = _("What is summed for each territory. The plan is balanced by the one in bold.")
        self.body.addWidget(label(text, "dim", True))
        self.table = self._table()
        self.body.addWidget(self.table, 1)
        self.warning = label("", "small", True)
        self.body.addWidget(self.warning)
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(8)
        self.change = Button(_("Change…"), "plain", "pencil", self.change_chosen)
        self.balance = Button(_("Balance by it"), "plain", "scale", self.balance_by_chosen)
        self.delete = Button(_("Delete"), "plain", "trash-2", self.delete_chosen)
        for button in (self.change, self.balance, self.delete):
            row.addWidget(button)
        row.addStretch(1)
        self.body.addLayout(row)
        for text, name in (
            (_("New from a formula…"), "analyse.new_measure"),
            (_("Share out…"), "analyse.share_out"),
            (_("Roll up…"), "analyse.roll_up"),
            (_("Currencies…"), "analyse.currencies"),
        ):
            is_first = name == "analyse.new_measure"
            self.foot.addWidget(
                Button(text, "primary" if is_first else "plain", "plus" if is_first else "",
                       lambda n=name: self.command.emit(n))  # type: ignore[misc]
            )  # fmt: skip
        self.add_close()
        model.edited.connect(self.refresh)
        self.refresh()

    def _table(self) -> QtWidgets.QTableWidget:
        out = text_table([_("Name"), _("Sums"), _("Of"), _("Total")])
        view = QtWidgets.QAbstractItemView
        out.setSelectionMode(view.SelectionMode.SingleSelection)
        out.setSelectionBehavior(view.SelectionBehavior.SelectRows)
        out.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        out.setAccessibleName(_("Measures"))
        out.horizontalHeader().setSectionResizeMode(SUMS, QtWidgets.QHeaderView.ResizeMode.Stretch)
        for column, width in ((NAME, 210), (OF, 100), (TOTAL, 130)):
            out.setColumnWidth(column, width)
        align_end(out, TOTAL)
        out.itemSelectionChanged.connect(self._on_chosen)
        out.itemDoubleClicked.connect(lambda _item: self.change_chosen())
        clear = QtGui.QShortcut(QtGui.QKeySequence("Del"), out)
        clear.setContext(QtCore.Qt.ShortcutContext.WidgetShortcut)
        clear.activated.connect(self.delete_chosen)
        return out

    # ------------------------------------------------------------------ showing
    def refresh(self, _edited: object = None) -> None:
        """Show the measures as they are now; the chosen one stays chosen."""
        if not self._model.is_open:
            return
        plan, chosen = self._model.plan, self.chosen
        rows = plan.rows(rec.Measure)
        balanced = measures.balance_measure(plan)
        self.table.setRowCount(len(rows))
        for k, measure in enumerate(rows):
            self._fill(k, measure, balanced is not None and measure.uid == balanced.uid)
            if chosen is not None and chosen.uid == measure.uid:
                self.table.selectRow(k)
        told = money.warnings(plan)
        self.warning.setText("\n".join(told))
        self.warning.setVisible(bool(told))
        self._on_chosen()

    def _fill(self, k: int, measure: rec.Measure, is_balanced: bool) -> None:
        plan = self._model.plan
        wrong = trouble(plan, measure)
        total = float(measures.totals(self._model.view, measure).sum())
        of = plan.heading_noun(2) if measure.source in ("units", "n_units", "area") else ""
        items = [QtWidgets.QTableWidgetItem(text) for text in (
            measure.name, wrong or what_is_summed(plan, measure), of or _("Accounts"),
        )]  # fmt: skip
        items.append(end_item("–" if wrong else measures.format_value(plan, measure, total)))
        for column, item in enumerate(items):
            item.setData(_UID, measure.uid)
            item.setToolTip(plain_tip(item.text()))
            if wrong and column == SUMS:
                item.setIcon(theme.icon("triangle-alert", "warn"))
            if is_balanced and column == NAME:
                item.setFont(theme.font(13, bold=True))
            self.table.setItem(k, column, item)

    @property
    def chosen(self) -> rec.Measure | None:
        """The measure of the selected row."""
        items = self.table.selectedItems()
        row = self._model.plan.row("measure", str(items[0].data(_UID))) if items else None
        return row if isinstance(row, rec.Measure) else None

    def _on_chosen(self) -> None:
        one = self.chosen
        for button in (self.change, self.balance, self.delete):
            button.setEnabled(one is not None)

    # ------------------------------------------------------------------ doing
    def change_chosen(self) -> None:
        """Open the page of the chosen measure."""
        if self.chosen is not None:
            FormulaPage(self._model, self.chosen, self).open()

    def balance_by_chosen(self) -> None:
        """Balance the plan by the chosen measure."""
        model, one = self._model, self.chosen
        if one is not None:
            model.attempt(
                lambda: set_balance_measure(model.plan, one.uid),
                _("The plan is balanced by it already."),
            )

    def delete_chosen(self) -> None:
        """Delete the chosen measure; the message offers Undo."""
        model, one = self._model, self.chosen
        if one is not None:
            model.attempt(lambda: delete_measure(model.plan, one.uid))
