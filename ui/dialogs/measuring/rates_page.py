"""Currencies and rates: the plan's own, what others are worth, which columns are in which."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from terradesk import currencies, i18n
from terradesk import records as rec
from terradesk.edits.measures import set_currencies
from terradesk.errors import TerraDeskError
from terradesk.i18n import _
from terradesk.measures import money
from terradesk.plan import Plan

from ...document_model import DocumentModel
from ..issues import align_end, text_table
from ..parts import Button, Dialog, Trouble, combo, label

CODE, NAME, AMOUNTS, RATE = range(4)
COLUMN, OF, IN = range(3)
_END = QtCore.Qt.AlignmentFlag.AlignRight | QtCore.Qt.AlignmentFlag.AlignVCenter


class RatesPage(Dialog):
    """One table of rates, and one of the columns of money.

    Parameters
    ----------
    model : DocumentModel
    parent : QWidget or None
    """

    def __init__(self, model: DocumentModel, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(_("Currencies and rates"), parent, 760, 660)
        self._model = model
        self._typed: dict[str, str] = {}
        self.lines: dict[str, QtWidgets.QLineEdit] = {}
        plan = model.plan
        self.body.addWidget(label(_("Currencies and rates"), "hero"))
        text = _("Amounts keep their own currency. Sums are in the plan's, by the rates below.")
        self.body.addWidget(label(text, "dim", True))
        self.body.addLayout(self._own(plan))
        self.body.addWidget(label(_("Columns of money"), "title"))
        self.columns = self._columns_table()
        self.body.addWidget(self.columns, 3)
        self.heading = label("", "title")
        self.body.addWidget(self.heading)
        self.rates = self._rates_table()
        self.body.addWidget(self.rates, 2)
        self.empty = label(_("All amounts are in the plan's currency."), "dim", True)
        self.body.addWidget(self.empty)
        self.note = QtWidgets.QLineEdit(plan.setting("rates_note"))
        self.note.setPlaceholderText(_("Where the rates are from, and of which day"))
        self.note.setAccessibleName(_("Where the rates are from, and of which day"))
        self.body.addWidget(self.note)
        self.trouble = Trouble()
        self.body.addWidget(self.trouble)
        self.foot.addStretch(1)
        self.foot.addWidget(Button(_("Cancel"), clicked=self.reject))
        self.save = Button(_("Save"), "primary", clicked=self.accept)
        self.save.setDefault(True)
        self.foot.addWidget(self.save)
        self._boxes: dict[tuple[str, str], QtWidgets.QComboBox] = {}
        self._fill_columns()
        self._fill_rates()

    # ------------------------------------------------------------------ made once
    def _own(self, plan: Plan) -> QtWidgets.QHBoxLayout:
        now = plan.setting("currency")
        others = (code for code in currencies.COMMON if code != currencies.code_of(now))
        codes = list(dict.fromkeys([now, *others]))
        choices = [(_choice(code), code) for code in codes if code]
        self.own = combo(_("Currency of the plan"), choices, now)
        self.own.currentIndexChanged.connect(lambda _k: self._fill_rates())
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(label(_("Currency of the plan"), "dim"))
        row.addWidget(self.own)
        row.addStretch(1)
        return row

    def _columns_table(self) -> QtWidgets.QTableWidget:
        out = text_table([_("Column"), _("Of"), _("Amounts are in")])
        out.setAccessibleName(_("Columns of money"))
        out.verticalHeader().setDefaultSectionSize(40)
        head = out.horizontalHeader()
        head.setSectionResizeMode(COLUMN, QtWidgets.QHeaderView.ResizeMode.Stretch)
        out.setColumnWidth(OF, 130)
        out.setColumnWidth(IN, 290)
        return out

    def _rates_table(self) -> QtWidgets.QTableWidget:
        out = text_table([_("Currency"), _("Name"), _("Amounts"), _("Rate")])
        out.setAccessibleName(_("Rates"))
        out.verticalHeader().setDefaultSectionSize(40)
        head = out.horizontalHeader()
        head.setSectionResizeMode(NAME, QtWidgets.QHeaderView.ResizeMode.Stretch)
        for column, width in ((CODE, 100), (AMOUNTS, 110), (RATE, 150)):
            out.setColumnWidth(column, width)
        for column in (AMOUNTS, RATE):
            align_end(out, column)
        return out

    # ------------------------------------------------------------------ showing
    def _fill_columns(self) -> None:
        plan = self._model.plan
        found = money_columns(plan)
        self.columns.setRowCount(len(found))
        for k, (table, name, text) in enumerate(found):
            of = plan.heading_noun(2) if table == "units" else _("Accounts")
            for column, words in ((COLUMN, text), (OF, of)):
                self.columns.setItem(k, column, QtWidgets.QTableWidgetItem(words))
            box = self._currency_box(table, name)
            self._boxes[table, name] = box
            self.columns.setCellWidget(k, IN, _centred(box))

    def _currency_box(self, table: str, name: str) -> QtWidgets.QComboBox:
        plan = self._model.plan
        meant = money.meaning(plan, table, name)
        now = meant.currency if meant is not None else ""
        choices = [(_("The plan's currency"), "")]
        choices += [(_("As the column “{name}” says").format(name=one), f"{money.PER_ROW}{one}")
                    for one in code_columns(plan, table)]  # fmt: skip
        codes = dict.fromkeys([now, *currencies.COMMON])
        known = {value for _text, value in choices}
        choices += [(_choice(code), code) for code in codes if code and code not in known]
        box = combo(_("Currency of {name}").format(name=name), choices, now)
        box.setToolTip(box.currentText())  # a long name of a column is cut
        box.setMinimumWidth(0)
        box.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Fixed)
        box.currentIndexChanged.connect(lambda _k: self._fill_rates())
        return box

    def _as_chosen(self) -> Plan:
        """The plan with the currencies as they are chosen, the rates not yet."""
        from terradesk.edits import apply

        plan = self._model.plan
        chosen = {key: str(box.currentData()) for key, box in self._boxes.items()}
        edit = set_currencies(plan, str(self.own.currentData()), columns=chosen)
        return apply(plan, edit) if edit is not None else plan

    def _fill_rates(self) -> None:
        plan = self._as_chosen()
        own = money.plan_code(plan)
        found = money.found_codes(plan)
        known = currencies.parse_rates(plan.setting("rates"))
        codes = sorted({code for code in (*found, *known) if code and code != own})
        self.heading.setText(_("How many {own} one of each is worth").format(own=own))
        self.lines.clear()
        self.rates.setRowCount(len(codes))
        for k, code in enumerate(codes):
            texts = (code, currencies.name(code), i18n.number(found.get(code, 0)))
            for column, text in enumerate(texts):
                item = QtWidgets.QTableWidgetItem(text)
                if column >= AMOUNTS:
                    item.setTextAlignment(_END)
                self.rates.setItem(k, column, item)
            rate = self._typed.get(code, _number(known[code]) if code in known else "")
            self.rates.setCellWidget(k, RATE, _centred(self._line(code, rate)))
        for widget in (self.heading, self.rates, self.note):
            widget.setVisible(bool(codes))
        self.empty.setVisible(not codes)

    def _line(self, code: str, rate: str) -> QtWidgets.QLineEdit:
        """Where the rate of a currency is typed; empty it says what comes of that."""
        out = self.lines[code] = QtWidgets.QLineEdit(rate)
        out.setPlaceholderText(_("no rate: left out"))
        out.setAlignment(_END)
        out.setAccessibleName(_("Rate of {code}").format(code=code))
        out.textEdited.connect(lambda text: self._typed.update({code: text}))
        return out

    # ------------------------------------------------------------------ saving
    def typed_rates(self) -> dict[str, float]:
        """Rates as they are typed; empty ones are left out.

        Raises
        ------
        TerraDeskError
            One is no number.
        """
        from terradesk.readers.tabular.numbers import number

        out = {}
        for code, line in self.lines.items():
            text = line.text().strip()
            value = number(text, _decimal(text)) if text else None
            if text and not currencies.is_rate(value):
                raise TerraDeskError(
                    _("“{text}” is no rate of {code}.").format(text=text, code=code),
                    _("Type a number above 0, such as 1.08."),
                )
            if value is not None:
                out[code] = value
        return out

    def accept(self) -> None:
        """Save all of it as one step."""
        model = self._model
        try:
            edit = set_currencies(
                model.plan, str(self.own.currentData()), self.typed_rates(), self.note.text(),
                {key: str(box.currentData()) for key, box in self._boxes.items()},
            )  # fmt: skip
        except TerraDeskError as error:
            self.trouble.tell(error)
            return
        self.trouble.hide()
        if edit is None or model.attempt(lambda: edit) is not None:
            super().accept()


def _centred(widget: QtWidgets.QWidget) -> QtWidgets.QWidget:
    """A field in the middle of its row."""
    holder = QtWidgets.QWidget()
    row = QtWidgets.QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 8, 0)
    row.addWidget(widget)
    return holder


def _choice(code: str) -> str:
    """As in "EUR  Euro", also for a sign."""
    name = currencies.name(currencies.code_of(code))
    return code if name == code else f"{code}  {name}"


def _number(rate: float) -> str:
    return f"{rate:.10g}"


def _decimal(text: str) -> str:
    """A single comma is a decimal comma in a rate."""
    return "," if "," in text and "." not in text else "."


def money_columns(plan: Plan) -> list[tuple[str, str, str]]:
    """(table, name, text) of the columns that hold money."""
    summed = {(m.source, m.column) for m in plan.rows(rec.Measure) if m.format == "money"}
    out = []
    for row in plan.rows(rec.Column):
        big = plan.units if row.table == "units" else plan.accounts
        is_money = row.format == "money" or row.currency or (row.table, row.name) in summed
        if is_money and row.name in big.columns:
            out.append((row.table, row.name, row.label or row.name))
            summed.discard((row.table, row.name))
    for table, name in sorted(summed):
        big = plan.units if table == "units" else plan.accounts
        if name in big.columns:
            out.append((table, name, name))
    return out


def code_columns(plan: Plan, table: str) -> list[str]:
    """Columns of texts that look like currencies, one per row."""
    big = plan.units if table == "units" else plan.accounts
    out = []
    for name, values in big.columns.items():
        if values.dtype == object:
            few = {str(text) for text in values[:500].tolist() if str(text).strip()}
            codes = {currencies.code_of(text) for text in few}
            if few and all(currencies.is_code(code) for code in codes):
                out.append(name)
    return out
