"""Targets of the territories: an equal share or one of their own, typed or pasted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n, measures
from terradesk import records as rec
from terradesk.edits import Edit, Record
from terradesk.edits.scenarios import set_target
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, ngettext
from terradesk.plan import Plan

from .. import theme
from ..document_model import DocumentModel
from .issues import align_end, text_table
from .parts import Button, Dialog, Trouble, label, swatch

NAME, VALUE, TARGET, DEVIATION = range(4)
ID = QtCore.Qt.ItemDataRole.UserRole
END = QtCore.Qt.AlignmentFlag.AlignRight | QtCore.Qt.AlignmentFlag.AlignVCenter


def set_targets(
    plan: Plan, alignment: int, measure: str, values: Mapping[int, float | None]
) -> Edit | None:
    """One edit that sets or clears (None) the targets of several territories.

    Raises
    ------
    TerraDeskError
        If a target is not above 0.
    """
    records: list[Record] = []
    for territory, value in values.items():
        edit = set_target(plan, alignment, territory, measure, value)
        records += edit.records if edit else ()
    new_id = plan.next_id
    for k, record in enumerate(records):
        if record.before is None and record.after is not None:
            records[k] = replace(record, after=replace(record.after, id=new_id))
            new_id += 1
    if not records:
        return None
    msgid = N_("Set the targets of {n} territories")
    return Edit(msgid, {"n": len(records)}, records=tuple(records), alignment=alignment)


def pasted_targets(
    text: str, names: Mapping[str, int], order: list[int]
) -> tuple[dict[int, float | None], list[str]]:
    """Targets from cells of a spreadsheet: name and target, or targets alone in order.

    Returns
    -------
    targets : dict of territory id to target
    unknown : list of str
        Lines that are about nothing known, or whose target is no number.
    """
    found: dict[int, float | None] = {}
    unknown: list[str] = []
    lines = [line.split("\t") for line in text.splitlines() if line.strip()]
    for k, cells in enumerate(lines):
        value = parsed(cells[-1])
        known = names.get(cells[0].strip().casefold()) if len(cells) > 1 else None
        if len(cells) == 1 and len(lines) == len(order):
            known = order[k]
        if known is None or value is None:
            unknown.append(" ".join(cells).strip())
        else:
            found[known] = value
    return found, unknown


def parsed(text: str) -> float | None:
    """A number as people type it, None when it is none."""
    from terradesk.readers.tabular.numbers import number

    value = number(text.strip())
    return None if value is None or not np.isfinite(value) else float(value)


class Targets(Dialog):
    """A table of territories with their targets of the balance measure.

    Parameters
    ----------
    model : DocumentModel
    parent : QWidget or None
    """

    def __init__(self, model: DocumentModel, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(_("Targets"), parent, 720, 640)
        self._model = model
        self._is_filling = False
        self.measure = measures.balance_measure(model.plan)
        self._add_head()
        self._add_table()
        self.trouble = Trouble()
        self.body.addWidget(self.trouble)
        self.foot.addWidget(Button(_("Paste"), "plain", "copy", self.paste))
        self.clear = Button(_("All equal shares"), "link", clicked=self.clear_all)
        self.foot.addWidget(self.clear)
        self.add_close()
        model.edited.connect(self.refresh)
        self.refresh()

    def _add_head(self) -> None:
        name = self.measure.name if self.measure else ""
        self.body.addWidget(label(_("Targets of {measure}").format(measure=name), "hero"))
        text = _(
            "Without a target of its own a territory aims at an equal share of what is left. "
            "Type in the column Target, or paste two columns: territory and target."
        )
        self.body.addWidget(label(text, "dim", True))

    def _add_table(self) -> None:
        self.table = text_table([_("Territory"), _("Now"), _("Target"), _("Off by")])
        triggers = QtWidgets.QAbstractItemView.EditTrigger
        self.table.setEditTriggers(
            triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed
        )
        self.table.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self.table.setAccessibleName(_("Targets"))
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(NAME, QtWidgets.QHeaderView.ResizeMode.Stretch)
        for column in (VALUE, TARGET, DEVIATION):
            self.table.setColumnWidth(column, 130)
            align_end(self.table, column)
        self.table.itemChanged.connect(self._on_typed)
        self.body.addWidget(self.table, 1)
        paste = QtGui.QShortcut(QtGui.QKeySequence.StandardKey.Paste, self.table)
        paste.setContext(QtCore.Qt.ShortcutContext.WidgetShortcut)
        paste.activated.connect(self.paste)
        clear = QtGui.QShortcut(QtGui.QKeySequence("Del"), self.table)
        clear.setContext(QtCore.Qt.ShortcutContext.WidgetShortcut)
        clear.activated.connect(self.clear_chosen)

    # ------------------------------------------------------------------ showing
    def refresh(self, _edited: object = None) -> None:
        """Show the figures as they are now."""
        view = self._model.view
        if self.measure is None:
            return
        balance = measures.balance(view, self.measure)
        own = self._own()
        self._is_filling = True
        self.table.setRowCount(len(view.leaves))
        for row, node in enumerate(view.leaves):
            slot = view.slots[node.id]
            self._fill(row, node, balance, slot, own.get(node.id))
        self._is_filling = False
        self.clear.setEnabled(bool(own))

    def _own(self) -> dict[int, float]:
        assert self.measure is not None
        rows = self._model.plan.rows(rec.Target, self._model.alignment)
        return {t.territory: t.value for t in rows if t.measure == self.measure.uid}

    def _fill(
        self,
        row: int,
        node: rec.Territory,
        balance: measures.Balance,
        slot: int,
        own: float | None,
    ) -> None:
        assert self.measure is not None
        plan = self._model.plan
        target = float(balance.targets[slot])
        texts = (
            node.name,
            measures.format_value(plan, self.measure, float(balance.values[slot])),
            measures.format_value(plan, self.measure, target),
            i18n.deviation(float(balance.deviations[slot]), balance.tolerance),
        )
        for column, text in enumerate(texts):
            item = QtWidgets.QTableWidgetItem(text)
            item.setData(ID, node.id)
            if column != TARGET:
                item.setFlags(item.flags() & ~QtCore.Qt.ItemFlag.ItemIsEditable)
            if column:
                item.setTextAlignment(END)
            self.table.setItem(row, column, item)
            if column == NAME:
                item.setIcon(QtGui.QIcon(swatch(theme.territory_colour(node.colour))))
            elif column == TARGET:
                self._mark(item, own)

    @staticmethod
    def _mark(cell: QtWidgets.QTableWidgetItem, own: float | None) -> None:
        """Targets of their own are bold, equal shares faint."""
        if own is None:
            cell.setForeground(theme.colour("text3"))
            cell.setToolTip(_("Equal share"))
        else:
            cell.setFont(theme.font(13, bold=True))
            cell.setToolTip(_("Own target; delete it for an equal share"))

    # ------------------------------------------------------------------ changing
    def _on_typed(self, item: QtWidgets.QTableWidgetItem) -> None:
        if self._is_filling or item.column() != TARGET:
            return
        text, territory = item.text().strip(), int(item.data(ID))
        value = parsed(text) if text else None
        if text and value is None:
            self._tell(_("“{text}” is no number.").format(text=text), _("Type one such as 1,200."))
            self.refresh()
            return
        self._set({territory: value})

    def _tell(self, message: str, hint: str) -> None:
        self.trouble.tell(TerraDeskError(message, hint))

    def _set(self, values: dict[int, float | None]) -> None:
        model, measure = self._model, self.measure
        assert measure is not None
        self.trouble.hide()
        try:
            edit = set_targets(model.plan, model.alignment, measure.uid, values)
        except TerraDeskError as error:
            self.trouble.tell(error)
        else:
            model.attempt(lambda: edit)
        self.refresh()

    def paste(self) -> None:
        """Take targets from the clipboard."""
        view = self._model.view
        names = {t.name.casefold(): t.id for t in view.leaves}
        text = QtGui.QGuiApplication.clipboard().text()
        values, unknown = pasted_targets(text, names, [t.id for t in view.leaves])
        if values:
            self._set(values)
        if unknown or not values:
            told = ngettext(
                "{n} line is not about a territory of this plan: {lines}",
                "{n} lines are not about territories of this plan: {lines}",
                len(unknown),
            ).format(n=len(unknown), lines=", ".join(unknown[:5]))
            message = told if unknown else _("There is nothing on the clipboard.")
            self._tell(message, _("Copy two columns of a spreadsheet: territory and target."))

    def clear_chosen(self) -> None:
        """Take the selected territories back to an equal share."""
        chosen = {int(i.data(ID)) for i in self.table.selectedItems()}
        self._set({territory: None for territory in chosen})

    def clear_all(self) -> None:
        """Take all territories back to an equal share."""
        self._set({territory: None for territory in self._own()})
