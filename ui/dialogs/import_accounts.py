"""Import accounts, one page: left what the columns mean, right what comes out."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from PySide6 import QtCore, QtWidgets

from terradesk import i18n, measures, readers
from terradesk.i18n import _, ngettext
from terradesk.plan import Plan
from terradesk.progress import Progress

from .. import theme
from .accounts_work import (
    Choices,
    Maker,
    Outcome,
    ReadFile,
    add_to_document,
    read,
)
from .columns_grid import ColumnsGrid
from .import_page import ImportPage
from .issues import IssueList, RowsBehind, align_end, end_item, text_table
from .map_choice import MapChoice
from .parts import (
    Button,
    IconLabel,
    Trouble,
    choose,
    combo,
    label,
)
from .preview_map import PreviewMap
from .work import LatestWork

__all__ = ["ImportAccounts", "add_to_document"]

TABLES = "*.xlsx *.xlsm *.xls *.ods *.csv *.tsv *.txt"
_FIRST, _ROOMY = 6, 1400
_TALL, _THREE_ISSUES = 800, 104
_ENCODING = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}


class ImportAccounts(ImportPage):
    """The import page of a customer list.

    Parameters
    ----------
    path : Path
    plan : Plan or None
        The open plan the accounts go to; without one a plan is made around them.
    parent : QWidget or None

    Signals
    -------
    accounts_made(object, str)
        `MadeAccounts` and the name of the file, for the open plan.
    plan_made(object)
        The new plan with its accounts.
    """

    accounts_made = QtCore.Signal(object, str)
    plan_made = QtCore.Signal(object)

    def __init__(
        self, path: Path, plan: Plan | None, parent: QtWidgets.QWidget | None = None
    ) -> None:
        super().__init__(_("Import accounts"), parent, (1560, 960))
        self._path, self._plan = path, plan
        self._file: ReadFile | None = None
        self.outcome: Outcome | None = None
        self._group_by: tuple[str, ...] | None = None
        self._reading = LatestWork(self, 0)
        self._making = LatestWork(self)
        self._make_head()
        self.add_halves(self._left(), self._right(), 45)
        self._make_foot()
        self._connect()
        self.read_file(path)

    # ------------------------------------------------------------------ made once
    def _make_head(self) -> None:
        self.sheet = combo(_("Sheet"), [])
        self.sheet.hide()
        another = Button(_("Another file"), "plain", "folder-open", self._ask_file)
        self.add_head(_("Import accounts"), "file-text", self.sheet, another)

    def _left(self) -> QtWidgets.QWidget:
        out = QtWidgets.QWidget()
        box = QtWidgets.QVBoxLayout(out)
        box.setContentsMargins(24, 16, 16, 16)
        box.setSpacing(10)
        self.trouble = Trouble()
        box.addWidget(self.trouble)
        box.addWidget(self._orders_note())
        self.choice = MapChoice(self._path.parent)
        self.choice.setVisible(self._plan is None)
        box.addWidget(self.choice)
        box.addSpacing(8 if self._plan is None else 0)
        row = QtWidgets.QHBoxLayout()
        row.addWidget(label(_("Columns"), "title"))
        row.addStretch(1)
        self._used = label("", "small")
        row.addWidget(self._used)
        box.addLayout(row)
        self.grid = ColumnsGrid()
        box.addWidget(self.grid)
        box.addStretch(1)
        return out

    def _orders_note(self) -> QtWidgets.QFrame:
        self._note = QtWidgets.QFrame()
        self._note.setProperty("role", "note")
        row = QtWidgets.QHBoxLayout(self._note)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(12)
        row.addWidget(IconLabel("table", "accent_text", 18), 0, QtCore.Qt.AlignmentFlag.AlignTop)
        texts = QtWidgets.QVBoxLayout()
        texts.setSpacing(6)
        self._orders = label("", "strong", True)
        texts.addWidget(self._orders)
        choices = QtWidgets.QHBoxLayout()
        choices.setSpacing(8)
        choices.addWidget(label(_("One account per")))
        self.per = combo(_("One account per"), [])
        choices.addWidget(self.per)
        self.swap = QtWidgets.QCheckBox(_("Exchange latitude and longitude"))
        choices.addWidget(self.swap)
        choices.addStretch(1)
        texts.addLayout(choices)
        row.addLayout(texts, 1)
        counts = QtWidgets.QVBoxLayout()
        counts.setSpacing(0)
        self._count, self._counted = label("", "figure"), label("", "dim")
        for one in (self._count, self._counted):
            counts.addWidget(one, 0, QtCore.Qt.AlignmentFlag.AlignRight)
        row.addLayout(counts)
        self._note.hide()
        return self._note

    def _right(self) -> QtWidgets.QWidget:
        out = QtWidgets.QWidget()
        box = QtWidgets.QVBoxLayout(out)
        box.setContentsMargins(20, 16, 24, 16)
        box.setSpacing(10)
        row = QtWidgets.QHBoxLayout()
        row.addWidget(label(_("What you get"), "title"))
        row.addStretch(1)
        self._placed = label("", "dim")
        self._placed_mark = IconLabel("check", "ok")
        self._placed_mark.hide()
        row.addWidget(self._placed)
        row.addWidget(self._placed_mark)
        box.addLayout(row)
        self.map = PreviewMap()
        self.map.setAccessibleName(_("Map of the accounts"))
        box.addWidget(self.map, 1)
        self.table = text_table([])
        self.table.setAccessibleName(_("First accounts"))
        self.table.setFixedHeight(30 + 26 * _FIRST)
        self.table.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        box.addWidget(self.table)
        look = QtWidgets.QHBoxLayout()
        look.addWidget(label(_("Please look at"), "title"))
        look.addStretch(1)
        self._left_out = label("", "dim")
        look.addWidget(self._left_out)
        box.addLayout(look)
        self.issues = IssueList()
        exchange = partial(self.swap.setChecked, True)
        self.issues.mends["swapped"] = (_("Exchange them"), exchange)
        if self.height() > _TALL:
            self.issues.setMinimumHeight(_THREE_ISSUES)  # the map keeps its size when they come
        box.addWidget(self.issues)
        return out

    def _make_foot(self) -> None:
        if self._plan is not None:
            n = len(self._plan.units)
            text = _("They go to the open plan: {n} {noun}.")
            told = text.format(n=i18n.number(n), noun=self._plan.noun(n))
            self.foot.addWidget(label(told, "dim"))
        self.add_buttons(_("Import"))

    def _connect(self) -> None:
        self._reading.succeeded.connect(self._on_read)
        self._making.succeeded.connect(self._on_outcome)
        self.watch(self._reading, self._making)
        self.grid.changed.connect(self._on_meaning)
        self.per.activated.connect(self._on_per)
        self.swap.toggled.connect(self._ask_outcome)
        self.choice.changed.connect(self._ask_outcome)
        self.sheet.activated.connect(lambda: self.read_file(self._path, self.sheet.currentText()))
        self.issues.show_rows.connect(self._show_rows)

    # ------------------------------------------------------------------ reading
    def read_file(self, path: Path, sheet: str | None = None) -> None:
        """Read a file, or another sheet of it."""
        self._path, self._file, self.outcome = path, None, None
        self._group_by = None
        self.choice.key = None
        self._maker = Maker(path, self._plan)
        self._name.setText(path.name)
        self._about.setText(_("Reading…"))
        self.accept_button.setEnabled(False)
        self._reading.ask(lambda progress: read(path, sheet, self._plan, progress))

    def _ask_file(self) -> None:
        text, _filter = QtWidgets.QFileDialog.getOpenFileName(
            self, _("Add accounts"), str(self._path.parent), _("Customer lists") + f" ({TABLES})"
        )
        if text:
            self.sheet.clear()
            self.read_file(Path(text))

    def _on_read(self, file: ReadFile) -> None:
        self._file = file
        self.trouble.hide()
        self._about.setText(_about(file.table))
        if file.sheets and not self.sheet.count():
            self.sheet.addItems(file.sheets)
        self.sheet.setVisible(len(file.sheets) > 1)
        self.grid.show_table(file.table, file.guesses)
        self._ask_outcome()

    def _on_failure(self, error: BaseException) -> None:
        self.trouble.tell(error)
        self.accept_button.setEnabled(False)
        if self._file is None:
            self._about.setText("")
            self._note.hide()
            self.map.show_picture(None)
            self.issues.show_report(None)

    # ------------------------------------------------------------------ asking
    def _on_meaning(self) -> None:
        self._group_by = None
        self._ask_outcome()

    def _on_per(self) -> None:
        self._group_by = self.per.currentData()
        self._ask_outcome()

    def _ask_outcome(self) -> None:
        if self._file is None:
            return
        file, maker = self._file, self._maker
        choices = Choices(
            list(self.grid.guesses),
            self._group_by,
            self.swap.isChecked(),
            self.choice.key,
            self.choice.own,
            self.choice.nouns,
            theme.is_dark(),
            self.map.wanted_size(),
        )
        self.accept_button.setEnabled(False)

        def make(progress: Progress) -> Outcome:
            return maker.make(file, choices, progress)

        self._making.ask(make)

    # ------------------------------------------------------------------ showing
    def _on_outcome(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.trouble.hide()
        self.map.show_picture(outcome.picture)
        self._show_counts(outcome)
        self._show_note(outcome)
        self.grid.show_grouping(outcome.group_by)
        used, total = self.grid.n_used, len(self.grid.guesses)
        self._used.setText(_("{n} of {total} are used").format(n=used, total=total))
        self._fill_table(outcome)
        self.issues.show_report(outcome.made.report)
        if self._plan is None:
            self.choice.show_proposals(outcome.said, outcome.proposals, outcome.map_key)

    def _show_counts(self, outcome: Outcome) -> None:
        n = len(outcome.made.accounts)
        placed = int((outcome.made.accounts.placement > 0).sum())
        self._placed.setText(
            _("{n} of {total} accounts have a place").format(
                n=i18n.number(placed), total=i18n.number(n)
            )
        )
        self._placed_mark.setVisible(True)
        is_all = placed == n
        self._placed_mark.set_icon(
            "check" if is_all else "triangle-alert", "ok" if is_all else "warn"
        )
        rejected = outcome.made.report.rejected
        text = ngettext("{n} row is left out", "{n} rows are left out", rejected)
        nothing = _("nothing is left out")
        self._left_out.setText(text.format(n=i18n.number(rejected)) if rejected else nothing)
        text = ngettext("Import {n} account", "Import {n} accounts", n).format(n=i18n.number(n))
        self.accept_button.setText(text)
        self.accept_button.setEnabled(n > 0)

    def _show_note(self, outcome: Outcome) -> None:
        grouping, report = outcome.grouping, outcome.made.report
        has_swap = self.swap.isChecked() or any(i.kind == "swapped" for i in report.issues)
        self.swap.setVisible(has_swap)
        self._note.setVisible(len(grouping.choices) > 1 or has_swap)
        texts = {True: _("This file looks like orders: {rows} rows, {places} places."),
                 False: ngettext("{rows} row.", "{rows} rows.", report.read)}  # fmt: skip
        self._orders.setText(
            texts[grouping.looks_like_orders and grouping.n_places > 0].format(
                rows=i18n.number(report.read), places=i18n.number(grouping.n_places)
            )
        )
        self.per.clear()
        for columns in grouping.choices:
            self.per.addItem(" + ".join(columns) if columns else _("row"), columns)
        choose(self.per, outcome.group_by)
        n = len(outcome.made.accounts)
        self._count.setText(i18n.number(n))
        self._counted.setText(ngettext("account", "accounts", n))

    def _fill_table(self, outcome: Outcome) -> None:
        accounts, plan = outcome.made.accounts, outcome.plan
        sums = [m for m in outcome.made.measures if m.column != "rows"][:2]
        roles = {c.name: c.role for c in outcome.made.columns}
        wanted = [n for role in ("city", "state", "text") for n, r in roles.items() if r == role]
        wanted = [n for n in outcome.group_by[1:] if n in wanted] + wanted
        texts = list(dict.fromkeys(n for n in wanted if accounts.columns[n].dtype == object))
        texts = texts[: 3 if self.width() > _ROOMY else 1]
        has_rows = "rows" in accounts.columns
        heads = [_("Account"), *texts, *([_("Rows")] if has_rows else []), *(m.name for m in sums)]
        self.table.setColumnCount(len(heads))
        self.table.setHorizontalHeaderLabels(heads)
        order = np.arange(len(accounts))
        if sums:
            order = np.argsort(-np.nan_to_num(accounts.columns[sums[0].column]), kind="stable")
        self.table.setRowCount(min(_FIRST, len(order)))
        for k, row in enumerate(order[:_FIRST]):
            cells = [str(accounts.names[row]), *(str(accounts.columns[n][row]) for n in texts)]
            items = [QtWidgets.QTableWidgetItem(text) for text in cells]
            if has_rows:
                items.append(end_item(i18n.number(float(accounts.columns["rows"][row]))))
            for m in sums:
                value = float(accounts.columns[m.column][row])
                items.append(end_item(measures.format_value(plan, m, value)))
            for column, item in enumerate(items):
                self.table.setItem(k, column, item)
        self._fit_columns(1 + len(texts))

    def _fit_columns(self, n_texts: int) -> None:
        head = self.table.horizontalHeader()
        for column in range(self.table.columnCount()):
            is_first = column == 0
            mode = QtWidgets.QHeaderView.ResizeMode
            head.setSectionResizeMode(column, mode.Stretch if is_first else mode.Interactive)
            wide = head.sectionSizeHint(column)
            self.table.setColumnWidth(column, max(wide, 104 if column < n_texts else 80))
            if column >= n_texts:
                align_end(self.table, column)

    def _show_rows(self, issue: readers.Issue) -> None:
        if self._file is not None:
            RowsBehind(issue, self._file.table.columns, self).open()

    # ------------------------------------------------------------------ ending
    def _accept(self) -> None:
        if self.outcome is None or self.is_busy:
            return
        if self._plan is not None:
            self.accounts_made.emit(self.outcome.made, self._path.name)
        else:
            self.plan_made.emit(self.outcome.plan)
        self.accept()


def _about(table: readers.Table) -> str:
    """9,994 rows · 16 columns · comma, UTF-8."""
    n_columns = len(table.columns)
    parts = [
        ngettext("{n} row", "{n} rows", len(table)).format(n=i18n.number(len(table))),
        ngettext("{n} column", "{n} columns", n_columns).format(n=n_columns),
    ]
    marks = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("bar")}
    if table.delimiter:
        encoding = _ENCODING.get(table.encoding.lower(), table.encoding)
        parts.append(f"{marks.get(table.delimiter, table.delimiter)}, {encoding}")
    return " · ".join(parts)
