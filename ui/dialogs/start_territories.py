"""Start territories from: a column, a file, the owners of accounts, or a number of empty ones."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n, readers
from terradesk.i18n import _, ngettext
from terradesk.progress import Progress

from .. import theme
from ..document_model import DocumentModel
from .exceptions_list import ExceptionsList
from .issues import align_end, end_item, text_table
from .parts import Button, Dialog, Trouble, choose, combo, label, swatch
from .starting_work import (
    COLUMN,
    EMPTY,
    FILE,
    OWNERS,
    Start,
    Wish,
    guess_columns,
    owner_columns,
    unit_columns,
    work_out,
)
from .work import LatestWork

TABLES = "*.xlsx *.xlsm *.xls *.ods *.csv *.tsv *.txt"
_MOST_NAMED = 12
_CHECKED, _PARTLY = QtCore.Qt.CheckState.Checked, QtCore.Qt.CheckState.PartiallyChecked
_UNCHECKED = QtCore.Qt.CheckState.Unchecked


class StartTerritories(Dialog):
    """Four ways to territories, each with a live count of what it would make.

    Parameters
    ----------
    model : DocumentModel
    parent : QWidget or None
    """

    def __init__(self, model: DocumentModel, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(_("Start territories from"), parent, 880, 680)
        self._model = model
        self.start: Start | None = None
        self._table: readers.Table | None = None
        self._reading, self._working = LatestWork(self, 0), LatestWork(self)
        self.body.addWidget(label(_("Start territories from"), "hero"))
        self._ways: dict[str, QtWidgets.QRadioButton] = {}
        self._parts: dict[str, QtWidgets.QWidget] = {}
        self._make_ways()
        self.trouble = Trouble()
        self.body.addWidget(self.trouble)
        self._make_outcome()
        self._make_foot()
        self._connect()
        first = next((way for way, button in self._ways.items() if button.isEnabled()), EMPTY)
        self.choose(first)

    # ------------------------------------------------------------------ made once
    def _make_ways(self) -> None:
        plan = self._model.plan
        columns, owners = unit_columns(plan), owner_columns(plan)
        self.column = combo(_("Column of the areas"), columns)
        self.owner = combo(_("Column of the accounts"), owners)
        self.keep = QtWidgets.QCheckBox(_("Keep exceptions as named accounts"))
        self.keep.setToolTip(
            _("They stay with their owner, wherever their area goes. Tick them one by one below.")
        )
        self.number = QtWidgets.QSpinBox()
        self.number.setRange(1, 1000)
        self.number.setValue(10)
        self.number.setMinimumWidth(72)
        self.number.setAccessibleName(_("Number of territories"))
        grid = QtWidgets.QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        noun = plan.noun(2)
        rows: tuple[tuple[str, str, list[QtWidgets.QWidget], bool, str], ...] = (
            (COLUMN, _("A column of the {noun}").format(noun=noun), [self.column], bool(columns),
             _("The map has no column with names that repeat.")),
            (FILE, _("A file with two columns"), self._file_parts(), True, ""),
            (OWNERS, _("The owner of the accounts"), [self.owner, self.keep], bool(owners),
             self._why_no_owner()),
            (EMPTY, _("A number of empty territories"), [self.number], True, ""),
        )  # fmt: skip
        for k, (way, text, widgets, is_possible, reason) in enumerate(rows):
            button = self._ways[way] = QtWidgets.QRadioButton(text)
            button.setEnabled(is_possible)
            holder = QtWidgets.QWidget()
            row = QtWidgets.QHBoxLayout(holder)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(8)
            if not is_possible:
                widgets = [label(reason, "small")]
            for widget in widgets:
                row.addWidget(widget)
            row.addStretch(1)
            grid.addWidget(button, k, 0)
            grid.addWidget(holder, k, 1)
            grid.setRowMinimumHeight(k, 30)
            self._parts[way] = holder
        self.body.addLayout(grid)

    def _why_no_owner(self) -> str:
        if not self._model.plan.accounts_present.any():
            return _("There are no accounts yet. Import them first.")
        return _("No column means the owner. Say which one does when you import the accounts.")

    def _file_parts(self) -> list[QtWidgets.QWidget]:
        self.file_button = Button(_("Choose a file"), "plain", "file-up", self._ask_file)
        self.code, self.territory = combo(_("Codes in"), []), combo(_("Territories in"), [])
        self._file_labels = [label(_("Codes in"), "dim"), label(_("Territories in"), "dim")]
        parts: list[QtWidgets.QWidget] = [self.file_button, self._file_labels[0], self.code]
        parts += [self._file_labels[1], self.territory]
        for widget in parts[1:]:
            widget.hide()
        return parts

    def _make_outcome(self) -> None:
        self.told = label("", "title", True)
        self.body.addWidget(self.told)
        self.notes = label("", "dim", True)
        self.body.addWidget(self.notes)
        heads = [_("Territory"), self._model.plan.noun(2), _("Accounts")]
        heads[1] = heads[1][:1].upper() + heads[1][1:]
        self.table = text_table(heads)
        self.table.setAccessibleName(_("What you get"))
        self.table.horizontalHeader().setSectionResizeMode(
            0, QtWidgets.QHeaderView.ResizeMode.Stretch
        )
        for column in (1, 2):
            align_end(self.table, column)
        self.body.addWidget(self.table, 1)
        self.exceptions = ExceptionsList()
        self.exceptions.hide()
        self.body.addWidget(self.exceptions, 1)

    def _make_foot(self) -> None:
        note = _("One step: Undo takes it back.")
        self.foot.addWidget(label(note, "small"))
        self.foot.addStretch(1)
        self.foot.addWidget(Button(_("Cancel"), "link", clicked=self.reject))
        self.accept_button = Button(_("Make territories"), "primary", clicked=self._accept)
        self.accept_button.setDefault(True)
        self.foot.addWidget(self.accept_button)

    def _connect(self) -> None:
        for way, button in self._ways.items():
            button.clicked.connect(partial(self.choose, way))
        for box in (self.column, self.code, self.territory):
            box.activated.connect(self.ask)
        self.owner.activated.connect(self._other_owner)
        self.keep.clicked.connect(self._keep_all)
        self.exceptions.changed.connect(self._ticked)
        self.number.valueChanged.connect(self.ask)
        self._reading.succeeded.connect(self._on_read)
        self._working.succeeded.connect(self._on_start)
        for work in (self._reading, self._working):
            work.failed.connect(self._on_failure)
        self.finished.connect(self._stop)

    # ------------------------------------------------------------------ choosing
    @property
    def way(self) -> str:
        """The way chosen now."""
        return next(way for way, button in self._ways.items() if button.isChecked())

    def choose(self, way: str, _checked: bool = True) -> None:
        """Choose a way."""
        self._ways[way].setChecked(True)
        for other, part in self._parts.items():
            part.setEnabled(other == way)
        self.ask()

    def _keep_all(self) -> None:
        """All exceptions, or none of them."""
        self.keep.setCheckState(_CHECKED if self._keeps else _UNCHECKED)
        self.exceptions.leave_out(frozenset())
        self.ask()

    def _ticked(self) -> None:
        some = _PARTLY if self.exceptions.left_out else _CHECKED
        self.keep.setCheckState(some if self.exceptions.are_some_kept else _UNCHECKED)
        self.ask()

    def _other_owner(self) -> None:
        self.exceptions.leave_out(frozenset())
        self.keep.setCheckState(_CHECKED if self._keeps else _UNCHECKED)
        self.ask()

    @property
    def _keeps(self) -> bool:
        """Whether exceptions are kept, some at least."""
        return self.keep.checkState() != _UNCHECKED

    def _ask_file(self) -> None:
        text, _filter = QtWidgets.QFileDialog.getOpenFileName(
            self, _("A file with two columns"), "", _("Tables") + f" ({TABLES})"
        )
        if text:
            self.read_file(Path(text))

    def read_file(self, path: Path) -> None:
        """Read a list of codes and territories."""
        self.file_button.setText(path.name)
        self._reading.ask(lambda progress: readers.read_table(path, progress=progress))

    def _on_read(self, table: readers.Table) -> None:
        self._table = table
        code, territory = guess_columns(table, self._model.plan)
        for box, chosen in ((self.code, code), (self.territory, territory)):
            box.clear()
            for name in table.columns:
                box.addItem(name, name)
            choose(box, chosen)
            box.show()
        for text in self._file_labels:
            text.show()
        self.choose(FILE)

    def _wish(self) -> Wish | None:
        if self.way == COLUMN:
            return Wish(COLUMN, str(self.column.currentData()))
        if self.way == OWNERS:
            return Wish(
                OWNERS,
                str(self.owner.currentData()),
                keeps_exceptions=self._keeps,
                left_out=self.exceptions.left_out,
            )
        if self.way == EMPTY:
            return Wish(EMPTY, n=self.number.value())
        if self._table is None:
            return None
        columns = self._table.columns
        codes, names = columns[self.code.currentData()], columns[self.territory.currentData()]
        return Wish(FILE, codes=codes, names=names)

    def ask(self) -> None:
        """Work out what the choice would make."""
        self.start = None
        self.accept_button.setEnabled(False)
        self.trouble.hide()
        wish = self._wish()
        if wish is None:
            self._working.stop()
            self.exceptions.hide()
            self.told.setText(_("Choose a file: one column with codes, one with territories."))
            self.notes.setText("")
            self.table.setRowCount(0)
            return
        plan, alignment = self._model.plan, self._model.alignment

        def work(progress: Progress) -> Start:
            return work_out(plan, alignment, wish, progress)

        self._working.ask(work)

    @property
    def is_busy(self) -> bool:
        """Whether something is still being worked out."""
        return self._reading.is_busy or self._working.is_busy

    # ------------------------------------------------------------------ showing
    def _on_failure(self, error: BaseException) -> None:
        self.trouble.tell(error)
        self.told.setText("")
        self.notes.setText("")
        self.table.setRowCount(0)

    def _on_start(self, start: Start) -> None:
        self.start = start
        n = start.n_made
        told = ngettext("{n} new territory", "{n} new territories", n)
        self.told.setText(told.format(n=i18n.number(n)))
        self.notes.setText("\n".join(self._remarks(start)))
        self._fill(start)
        self._fill_exceptions(start)
        if start.assigned.edit is None:
            self.told.setText(_("Nothing would change: the territories are like this already."))
        self.accept_button.setEnabled(start.assigned.edit is not None)

    def _remarks(self, start: Start) -> list[str]:
        """What is worth knowing before it is done, one sentence each."""
        plan, out = self._model.plan, []
        n = start.n_unassigned
        if n:
            noun = plan.noun(n)
            text = ngettext("{n} {noun} is unassigned.", "{n} {noun} are unassigned.", n)
            out.append(text.format(n=i18n.number(n), noun=noun))
        n_old = len(start.rows) - start.n_made
        if n_old:
            text = ngettext(
                "{n} territory is there already and keeps its name.",
                "{n} territories are there already and keep their names.",
                n_old,
            )
            out.append(text.format(n=i18n.number(n_old)))
        n_locked = start.assigned.n_locked
        if n_locked:
            text = ngettext("{n} locked {noun} stays.", "{n} locked {noun} stay.", n_locked)
            out.append(text.format(n=i18n.number(n_locked), noun=plan.noun(n_locked)))
        out += self._unknown(start.unknown)
        out += self._exceptions(start)
        return out

    @staticmethod
    def _unknown(codes: list[str]) -> list[str]:
        if not codes:
            return []
        text = ngettext(
            "{n} code is not in this map: {codes}",
            "{n} codes are not in this map: {codes}",
            len(codes),
        )
        shown = ", ".join(i18n.isolate(c) for c in codes[:_MOST_NAMED])
        more = " …" if len(codes) > _MOST_NAMED else ""
        return [text.format(n=i18n.number(len(codes)), codes=shown + more)]

    def _exceptions(self, start: Start) -> list[str]:
        n = len(start.exceptions)
        if not n:
            return []
        text = ngettext(
            "{n} account is not in its owner's territory.",
            "{n} accounts are not in their owner's territory.",
            n,
        )
        return [text.format(n=i18n.number(n))]

    def _fill(self, start: Start) -> None:
        self.table.setRowCount(len(start.rows))
        for row, (name, colour, n_units, n_accounts) in enumerate(start.rows):
            item = QtWidgets.QTableWidgetItem(name)
            item.setIcon(QtGui.QIcon(swatch(theme.territory_colour(colour))))
            self.table.setItem(row, 0, item)
            self.table.setItem(row, 1, end_item(i18n.number(n_units)))
            self.table.setItem(row, 2, end_item(i18n.number(n_accounts)))

    def _fill_exceptions(self, start: Start) -> None:
        self.exceptions.show_all(start.exceptions, self._keeps)
        self.exceptions.setVisible(bool(start.exceptions))

    # ------------------------------------------------------------------ ending
    def _accept(self) -> None:
        start = self.start
        if start is None or self.is_busy:
            return
        if self._model.attempt(lambda: start.assigned) is not None:
            self.accept()

    def _stop(self) -> None:
        self._reading.stop()
        self._working.stop()
