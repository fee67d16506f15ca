"""A measure made or changed: name, formula with a live check, format and unit, a preview."""

from __future__ import annotations

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import formula
from terradesk import records as rec
from terradesk.edits import measures as edits
from terradesk.edits.change import Edit
from terradesk.errors import TerraDeskError
from terradesk.i18n import _
from terradesk.measures.values import evaluated, known_values
from terradesk.plan import Plan

from ... import theme
from ...document_model import DocumentModel
from ..parts import Button, Dialog, IconLabel, Trouble, combo, label, plain_tip
from .preview import FiguresPreview

UNITS, ACCOUNTS = "units", "accounts"
_CHECK_MS = 150
_CODE = QtCore.Qt.ItemDataRole.UserRole
_FUNCTIONS = "+  -  *  /   min(a, b)   max(a, b)   round(a, 1)   abs(a)   coalesce(a, 0)"


class FormulaPage(Dialog):
    """Makes a measure, or changes one.

    Parameters
    ----------
    model : DocumentModel
    measure : rec.Measure, optional
        The one to change.
    parent : QWidget or None
    """

    def __init__(
        self,
        model: DocumentModel,
        measure: rec.Measure | None = None,
        parent: QtWidgets.QWidget | None = None,
    ) -> None:
        title = _("New measure from a formula") if measure is None else _("Change the measure")
        super().__init__(title, parent, 900, 640)
        self._model, self._old = model, measure
        self._values: np.ndarray | None = None
        self.body.addWidget(label(title, "hero"))
        halves = QtWidgets.QHBoxLayout()
        halves.setSpacing(24)
        halves.addLayout(self._form(), 3)
        if self.is_formula:
            halves.addLayout(self._columns(), 2)
        self.body.addLayout(halves, 1)
        self.trouble = Trouble()
        self.body.addWidget(self.trouble)
        self.foot.addStretch(1)
        self.foot.addWidget(Button(_("Cancel"), clicked=self.reject))
        self.save = Button(_("Make the measure") if measure is None else _("Change"), "primary",
                           clicked=self.accept)  # fmt: skip
        self.save.setDefault(True)
        self.foot.addWidget(self.save)
        self._timer = QtCore.QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_CHECK_MS)
        self._timer.timeout.connect(self.check)
        self._connect()
        self._fill_columns()
        self.check()
        self.name.setFocus()

    @property
    def is_formula(self) -> bool:
        """Whether there is a formula to type: not for a column, a count or the surface."""
        return self._old is None or bool(self._old.formula)

    # ------------------------------------------------------------------ made once
    def _form(self) -> QtWidgets.QVBoxLayout:
        old = self._old or rec.Measure("", 0, source=self._first_source())
        self.name = QtWidgets.QLineEdit(old.name)
        self.name.setPlaceholderText(_("Workload"))
        self.name.setAccessibleName(_("Name"))
        noun = self._model.plan.heading_noun(2)
        self.source = combo(
            _("Of"), [(noun, UNITS), (_("Accounts"), ACCOUNTS)], old.source
        )  # fmt: skip
        self.source.setEnabled(self._old is None and self._has_both())
        form = QtWidgets.QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.addRow(label(_("Name"), "dim"), self.name)
        if self.is_formula:
            form.addRow(label(_("Of"), "dim"), self.source)
            form.addRow(label(_("Formula"), "dim"), self._formula(old.formula))
        else:
            form.addRow(label(_("Sums"), "dim"), label(what_is_summed(self._model.plan, old)))
        form.addRow(label(_("Shown as"), "dim"), self._look(old))
        out = QtWidgets.QVBoxLayout()
        out.setSpacing(14)
        out.addLayout(form)
        self.preview = FiguresPreview()
        out.addWidget(self.preview, 1)
        return out

    def _formula(self, text: str) -> QtWidgets.QWidget:
        self.text = QtWidgets.QPlainTextEdit(text)
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(72)
        self.text.setAccessibleName(_("Formula"))
        self.text.setPlaceholderText("visits * minutes / 60 + [travel time]")
        self.sign = IconLabel("check", "ok")
        self.told = label("", "small", True)
        box = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.text)
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.sign, 0, QtCore.Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.told, 1)
        column.addLayout(row)
        return box

    def _look(self, old: rec.Measure) -> QtWidgets.QWidget:
        self.format = combo(
            _("Shown as"), [(_(text), key) for key, text in edits.FORMATS.items()], old.format
        )
        self.decimals = QtWidgets.QSpinBox()
        self.decimals.setRange(0, edits.MOST_DECIMALS)
        self.decimals.setValue(old.decimals)
        self.decimals.setMinimumWidth(64)
        self.decimals.setAccessibleName(_("Decimals"))
        self.unit = QtWidgets.QLineEdit(old.unit)
        self.unit.setPlaceholderText(_("visits"))
        self.unit.setFixedWidth(88)
        self.unit.setAccessibleName(_("Unit"))
        box = QtWidgets.QWidget()
        row = QtWidgets.QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.format)
        for caption, widget in ((_("Decimals"), self.decimals), (_("Unit"), self.unit)):
            row.addSpacing(8)
            row.addWidget(label(caption, "dim"))
            row.addWidget(widget)
        row.addStretch(1)
        return box

    def _columns(self) -> QtWidgets.QVBoxLayout:
        out = QtWidgets.QVBoxLayout()
        out.setSpacing(8)
        out.addWidget(label(_("Columns"), "title"))
        self.filter = QtWidgets.QLineEdit()
        self.filter.setPlaceholderText(_("Search the columns"))
        self.filter.setAccessibleName(_("Search the columns"))
        self.filter.setClearButtonEnabled(True)
        out.addWidget(self.filter)
        self.columns = QtWidgets.QListWidget()
        self.columns.setAccessibleName(_("Columns"))
        out.addWidget(self.columns, 1)
        out.addWidget(label(_("Double-click puts a column into the formula."), "small", True))
        out.addWidget(label(_FUNCTIONS, "small", True))
        return out

    def _connect(self) -> None:
        self.name.textChanged.connect(lambda _t: self._timer.start())
        self.unit.textChanged.connect(lambda _t: self._timer.start())
        self.decimals.valueChanged.connect(lambda _n: self._timer.start())
        self.format.currentIndexChanged.connect(self._on_format)
        if self.is_formula:
            self.text.textChanged.connect(self._timer.start)
            self.source.currentIndexChanged.connect(self._on_source)
            self.columns.itemActivated.connect(self._insert)
            self.filter.textChanged.connect(self._sift)

    def _first_source(self) -> str:
        plan = self._model.plan
        return ACCOUNTS if plan.accounts_present.any() else UNITS

    def _has_both(self) -> bool:
        plan = self._model.plan
        return bool(plan.accounts_present.any()) and bool(plan.units_present.any())

    # ------------------------------------------------------------------ columns
    def _fill_columns(self) -> None:
        if not self.is_formula:
            return
        plan, source = self._model.plan, self.source.currentData()
        big = plan.units if source == UNITS else plan.accounts
        labels = {c.name: c.label for c in plan.rows(rec.Column) if c.table == source}
        self.columns.clear()
        ordered = sorted(big.columns.items(), key=lambda pair: pair[1].dtype == object)
        for name, values in ordered:
            try:
                code = formula.quoted(name)
            except TerraDeskError:
                continue
            shown = labels.get(name) or name
            text = shown if shown.casefold() == name.casefold() else f"{shown}  ·  {name}"
            item = QtWidgets.QListWidgetItem(text)
            item.setData(_CODE, code)
            item.setToolTip(_("Text") if values.dtype == object else plain_tip(code))
            if values.dtype == object:
                item.setForeground(self.palette().placeholderText())
            self.columns.addItem(item)
        self._sift()

    def _sift(self, *_args: object) -> None:
        wanted = self.filter.text().strip().casefold()
        for k in range(self.columns.count()):
            item = self.columns.item(k)
            item.setHidden(wanted not in item.text().casefold())

    def _insert(self, item: QtWidgets.QListWidgetItem) -> None:
        cursor = self.text.textCursor()
        before = self.text.toPlainText()[: cursor.position()]
        space = " " if before and not before[-1].isspace() and before[-1] not in "([" else ""
        cursor.insertText(f"{space}{item.data(_CODE)} ")
        self.text.setFocus()

    def _on_source(self) -> None:
        self._fill_columns()
        self.check()

    def _on_format(self) -> None:
        if self.format.currentData() == "hours" and not self.decimals.value():
            self.decimals.setValue(1)
        self._timer.start()

    # ------------------------------------------------------------------ checking
    def wanted(self) -> rec.Measure:
        """The measure as it is typed."""
        old = self._old or rec.Measure("", 0, source=self.source.currentData())
        text = self.text.toPlainText().strip() if self.is_formula else ""
        return rec.Measure(
            old.uid, old.id, name=self.name.text(), source=old.source, column=old.column,
            format=self.format.currentData(), decimals=self.decimals.value(), formula=text,
            unit=self.unit.text().strip(),
        )  # fmt: skip

    def check(self) -> None:
        """Say whether the formula is understood, and show what it gives."""
        self._timer.stop()
        measure, plan = self.wanted(), self._model.plan
        if self.is_formula:
            self._values = self._evaluated(plan, measure)
        elif measure.source in (UNITS, ACCOUNTS):
            self._values = known_values(plan, measure)
        self.preview.setVisible(measure.source in (UNITS, ACCOUNTS))
        self.preview.show_values(plan, measure, self._values)
        has_figures = self._values is not None or not self.is_formula
        self.save.setEnabled(bool(measure.name.strip()) and has_figures)

    def _evaluated(self, plan: Plan, measure: rec.Measure) -> np.ndarray | None:
        self._underline(-1)
        if not measure.formula:
            self.sign.set_icon("info", "text3")
            self.told.setText(_("Columns, numbers and signs: visits * minutes / 60"))
            return None
        try:
            found = evaluated(plan, measure.source, measure.formula)
        except formula.FormulaError as error:
            self.sign.set_icon("triangle-alert", "warn")
            plain = error.plain[:1].upper() + error.plain[1:]
            self.told.setText(f"{plain} {error.hint}".strip())
            self._underline(error.position)
            return None
        self.sign.set_icon("check", "ok")
        self.told.setText(_("Understood"))
        return found

    def _underline(self, position: int) -> None:
        """Mark the place of an error."""
        marks = []
        if position >= 0 and self.text.toPlainText():
            mark = QtWidgets.QTextEdit.ExtraSelection()
            cursor = self.text.textCursor()
            end = len(self.text.toPlainText())
            cursor.setPosition(min(position, end - 1))
            cursor.movePosition(
                QtGui.QTextCursor.MoveOperation.EndOfWord, QtGui.QTextCursor.MoveMode.KeepAnchor
            )
            style = QtGui.QTextCharFormat()
            style.setUnderlineStyle(QtGui.QTextCharFormat.UnderlineStyle.WaveUnderline)
            style.setUnderlineColor(theme.colour("warn"))
            mark.format, mark.cursor = style, cursor
            marks.append(mark)
        self.text.setExtraSelections(marks)

    def accept(self) -> None:
        """Make or change it; what is wrong is told on the page."""
        try:
            edit = self._edit()
        except TerraDeskError as error:
            self.trouble.tell(error)
            return
        self.trouble.hide()
        if edit is None or self._model.attempt(lambda: edit) is not None:
            super().accept()

    def _edit(self) -> Edit | None:
        plan, measure = self._model.plan, self.wanted()
        if self._old is None:
            return edits.add_measure(plan, measure)
        fields = ("name", "format", "decimals", "formula", "unit")
        return edits.change_measure(
            plan, self._old.uid, **{name: getattr(measure, name) for name in fields}
        )


def what_is_summed(plan: Plan, measure: rec.Measure) -> str:
    """What a measure sums, in words: a formula, a column, a count."""
    if measure.formula:
        return measure.formula
    if measure.source == "n_accounts":
        return _("Number of accounts")
    if measure.source == "n_units":
        return _("Number of {noun}").format(noun=plan.noun(2))
    if measure.source == "area":
        return _("Surface area")
    return measure.column
