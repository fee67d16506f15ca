"""Inspector: everything about what is selected, and why it is where it is."""

from __future__ import annotations

import numpy as np
from PySide6 import QtCore, QtWidgets

from terradesk import i18n, measures
from terradesk import records as rec
from terradesk.accounts import PLACEMENT_TEXTS
from terradesk.document import Step
from terradesk.edits import Edit
from terradesk.i18n import _
from terradesk.measures import money
from terradesk.measures.values import known_values
from terradesk.plan import UNASSIGNED

from ..document_model import DocumentModel
from . import figures
from .reached import lines_of_rep, reached_lines

Line = tuple[str, str]

_WIDEST_CAPTION = 132
"""Pixels after which captions wrap, so that a long name of a column leaves room for its value."""

_SAID = ("n_units", "n_accounts")
"""Sources of measures that stand in lines of their own already."""


_SUMMED = ("units", "accounts")


class InspectorPanel(QtWidgets.QWidget):
    """Facts about the selected account, area or areas, else the current territory.

    Parameters
    ----------
    model : DocumentModel
    """

    def __init__(self, model: DocumentModel) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_StyledBackground)
        self._model = model
        self._lines: list[Line] = []
        self._edits: dict[int, Edit] = {}
        model.opened.connect(self._edits.clear)
        self.title = QtWidgets.QLabel()
        self.title.setProperty("role", "title")
        self.title.setWordWrap(True)
        self.title.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self._form = QtWidgets.QFormLayout()
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(12)
        self._form.setVerticalSpacing(6)
        inner = QtWidgets.QWidget()
        inner.setObjectName("panel")
        column = QtWidgets.QVBoxLayout(inner)
        column.setContentsMargins(16, 16, 16, 16)
        column.addWidget(self.title)
        column.addSpacing(4)
        column.addLayout(self._form)
        column.addStretch(1)
        scroll = QtWidgets.QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        outer = QtWidgets.QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        for signal in (model.opened, model.edited, model.alignment_changed,
                       model.selection_changed, model.current_changed):  # fmt: skip
            signal.connect(self.refresh)

    def showEvent(self, event: object) -> None:
        """Fill when seen."""
        self.refresh()

    def lines(self) -> list[Line]:
        """The facts shown, as (caption, text)."""
        return list(self._lines)

    def refresh(self, *_args: object) -> None:
        """Show what is selected now."""
        if not self._model.is_open or not self.isVisible():
            return
        model = self._model
        if len(model.selected_accounts) == 1:
            title, lines = self._account(int(model.selected_accounts[0]))
        elif len(model.selected_units) == 1:
            title, lines = self._unit(int(model.selected_units[0]))
        elif len(model.selected_units) > 1:
            title, lines = self._units(model.selected_units)
        elif model.current != UNASSIGNED:
            title, lines = self._territory(model.current)
        else:
            title, lines = _("Nothing selected"), []
            lines.append(("", _("Click an area, an account or a territory to see all about it.")))
        self.title.setText(title)
        self._fill(lines)

    def _fill(self, lines: list[Line]) -> None:
        self._lines = lines
        while self._form.rowCount():
            self._form.removeRow(0)
        for caption, words in lines:
            label, value = QtWidgets.QLabel(caption), QtWidgets.QLabel(words)
            label.setProperty("role", "dim")
            value.setWordWrap(True)
            for one in (label, value):
                one.setTextFormat(QtCore.Qt.TextFormat.PlainText)
            if label.sizeHint().width() > _WIDEST_CAPTION:  # others must not wrap: forms cut them
                label.setWordWrap(True)
                label.setFixedWidth(_WIDEST_CAPTION)
                label.setMinimumHeight(label.heightForWidth(_WIDEST_CAPTION))
            value.setTextInteractionFlags(QtCore.Qt.TextInteractionFlag.TextSelectableByMouse)
            self._form.addRow(label, value)

    # ------------------------------------------------------------------ what is known
    def _territory_name(self, territory: int) -> str:
        return self._model.view.name_of(territory) or _("Unassigned")

    def _edit(self, step: Step) -> Edit:
        """The whole edit of a step; steps of earlier days are read from the file once."""
        if step.edit.changes:
            return step.edit
        if step.seq not in self._edits:
            self._edits[step.seq] = self._model.document.store.edit(step.seq)
        return self._edits[step.seq]

    def _why_unit(self, row: int) -> str:
        """The last step in force that gave the unit its territory."""
        alignment = self._model.alignment
        for step in reversed(self._model.document.applied()):
            for change in self._edit(step).changes:
                is_here = change.table == "assignment" and change.alignment == alignment
                if is_here and row in change.rows:
                    when = i18n.moment(step.time.astimezone())
                    return f"{step.text}\n{step.edit.reason}\n{when}".replace("\n\n", "\n")
        return _("It was so when the plan was made.")

    def _account(self, row: int) -> tuple[str, list[Line]]:
        plan, view = self._model.plan, self._model.view
        accounts = plan.accounts
        lines = [(_("Territory"), self._territory_name(int(view.account_territories[row])))]
        lines.append((_("Why"), self._why_account(row)))
        unit = int(accounts.unit[row])
        if unit >= 0:
            lines.append((plan.heading_noun(1), str(plan.units.names[unit])))
        lines.append((_("Placed by"), _(PLACEMENT_TEXTS[accounts.placement[row]])))
        lines += _attribute_lines(self._model, "accounts", row)
        lines.append((_("Account ID"), str(accounts.ids[row])))
        return str(accounts.names[row]), lines

    def _why_account(self, row: int) -> str:
        plan, view = self._model.plan, self._model.view
        override = view.overrides.get(row)
        if override is not None:
            text = _("It is a named account: it stays when areas move.")
            return f"{text} {override.reason}".strip()
        if row in view.side.ruled:
            return _("A rule assigns it.")
        if plan.accounts.unit[row] < 0:
            return _("It is in no area, so it belongs to nobody.")
        return _("It follows its {noun}.").format(noun=plan.noun(1))

    def _unit(self, row: int) -> tuple[str, list[Line]]:
        plan, view = self._model.plan, self._model.view
        lines = [(_("Territory"), self._territory_name(int(view.assignment[row])))]
        lines.append((_("Why"), self._why_unit(row)))
        lines.append((_("Code"), str(plan.units.codes[row])))
        n = int((plan.accounts_present & (plan.accounts.unit == row)).sum())
        lines.append((_("Accounts"), i18n.number(n)))
        lines += _attribute_lines(self._model, "units", row)
        if plan.arcs is not None:
            lines.append((_("Area"), f"{i18n.number(plan.arcs.areas[row] / 1e6)} km²"))
        if plan.approximate_units[row]:
            lines.append((_("Outline"), _("approximate: drawn around a point")))
        if view.locked_units[row]:
            lines.append((_("Locked"), _("yes")))
        return str(plan.units.names[row] or plan.units.codes[row]), lines

    def _units(self, rows: np.ndarray) -> tuple[str, list[Line]]:
        plan, view = self._model.plan, self._model.view
        lines: list[Line] = []
        for territory, n in zip(*np.unique(view.assignment[rows], return_counts=True), strict=True):
            lines.append((self._territory_name(int(territory)), f"{n} {plan.noun(int(n))}"))
        inside = plan.accounts_present & np.isin(plan.accounts.unit, rows)
        lines.append((_("Accounts"), i18n.number(int(inside.sum()))))
        for measure in plan.rows(rec.Measure):
            if measure.source in _SUMMED:
                of_units = measure.source == "units"
                values = known_values(plan, measure)[rows if of_units else inside]
                total = measures.format_value(plan, measure, float(np.nansum(values)))
                lines.append((measure.name, total))
        return f"{i18n.number(len(rows))} {plan.noun(len(rows))}", lines

    def _territory(self, territory: int) -> tuple[str, list[Line]]:
        plan, view = self._model.plan, self._model.view
        slot = view.slots[territory]
        counts, (parts, gaps) = figures.counts_of(view), figures.shapes_of(view)
        owner = view.owners.get(territory)
        node = view.territories[territory]
        lines = [(_("Rep"), owner.name if owner else _("nobody"))]
        if node.parent in view.territories:
            lines.append((_("Part of"), view.name_of(node.parent)))
        n = int(counts.units[slot])
        lines.append((plan.heading_noun(2), i18n.number(n)))
        lines.append((_("Accounts"), i18n.number(int(counts.accounts[slot]))))
        balance = figures.balance_of(view)
        if balance is not None:
            show = measures.format_value
            lines += [
                (balance.measure.name, show(plan, balance.measure, float(balance.values[slot]))),
                (_("Target"), show(plan, balance.measure, float(balance.targets[slot]))),
                (_("Deviation"), i18n.deviation(float(balance.deviations[slot]),
                                                balance.tolerance)),
            ]  # fmt: skip
        for measure in plan.rows(rec.Measure):
            is_balance = balance is not None and measure.uid == balance.measure.uid
            if not is_balance and measure.source not in _SAID:
                value = float(measures.totals(view, measure)[slot])
                lines.append((measure.name, measures.format_value(plan, measure, value)))
        converted = money.note(plan, balance.measure) if balance is not None else ""
        lines += [(_("Currencies"), converted)] if converted else []
        compact = measures.compactness(view)[slot]
        if np.isfinite(compact):
            lines.append((_("Compact shape"), i18n.number(100 * float(compact)) + " / 100"))
        pieces = int(parts[slot])
        whole = _("yes") if pieces == 1 else _("no: {n} pieces").format(n=pieces)
        lines.append((_("In one piece"), whole if pieces else "–"))
        if gaps[slot]:
            lines.append((_("Enclosed gaps"), i18n.number(int(gaps[slot]))))
        lines += reached_lines(plan, territory) + lines_of_rep(plan, owner)
        if node.note:
            lines.append((_("Note"), node.note))
        return node.name, lines


def _attribute_lines(model: DocumentModel, table: str, row: int) -> list[Line]:
    plan = model.plan
    columns = plan.units.columns if table == "units" else plan.accounts.columns
    meanings = {c.name: c for c in plan.rows(rec.Column) if c.table == table}
    out = []
    for name, values in columns.items():
        meaning = meanings.get(name)
        label = meaning.label or name if meaning else name
        value = values[row]
        if values.dtype == object:
            text = str(value)
        else:
            text = measures.format_cell(plan, table, name, float(value), row)
        if text and text != "–":
            out.append((label, text))
    for measure in plan.rows(rec.Measure):
        if measure.formula and measure.source == table:
            value = float(known_values(plan, measure)[row])
            if np.isfinite(value):
                out.append((measure.name, measures.format_value(plan, measure, value)))
    return out
