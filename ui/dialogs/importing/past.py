"""Past imports: what came of each file, row by row, as the plan remembers it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6 import QtCore, QtWidgets

from terradesk import i18n
from terradesk import records as rec
from terradesk.i18n import _, ngettext
from terradesk.importing.kinds import kind_of
from terradesk.plan import Plan
from terradesk.readers.report import ImportReport, Issue, from_dict

from ...document_model import DocumentModel
from ...jobs import Job
from ..issues import IssueList, align_end, end_item, text_item, text_table
from ..parts import Button, Dialog, Trouble, label
from .told import ToldRows

_COLUMNS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """One import of a plan.

    Parameters
    ----------
    row : BatchRow
    report : ImportReport or None
        None where it was not kept.
    """

    row: rec.BatchRow
    report: ImportReport | None

    @property
    def when(self) -> str:
        """Time of the import in the user's format."""
        try:
            moment = dt.datetime.fromisoformat(self.row.imported)
        except ValueError:
            return self.row.imported
        return i18n.moment(moment.astimezone())

    @property
    def kind(self) -> str:
        """What the file was taken for."""
        found = kind_of(self.row.kind)
        if found is not None:
            return _(found.title)
        titles = {"accounts": _("Customers and prospects"), "units": _("Areas")}
        return titles.get(self.row.kind or self.row.table, self.row.kind)


def past_imports(plan: Plan) -> list[Past]:
    """Imports of a plan that are in force, the latest first."""
    rows = [row for row in plan.rows(rec.BatchRow) if row.source or row.report]
    return [Past(row, _report(row)) for row in sorted(rows, key=lambda row: -row.id)]


def _report(row: rec.BatchRow) -> ImportReport | None:
    try:
        found: Any = json.loads(row.report) if row.report else None
        return from_dict(found) if isinstance(found, dict) else None
    except (ValueError, TypeError, KeyError):
        return None


class PastImports(Dialog):
    """A list of the imports, and what came of the one that is chosen.

    Parameters
    ----------
    model : DocumentModel
    parent : QWidget

    Signals
    -------
    unplaced_wanted()
        The accounts without a place are to be shown.
    import_wanted()
        A file is to be imported.
    """

    unplaced_wanted = QtCore.Signal()
    import_wanted = QtCore.Signal()

    def __init__(self, model: DocumentModel, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(_("Imports"), parent, 1080, 680)
        self._model = model
        self.imports = past_imports(model.plan)
        self.body.addWidget(label(_("Imports"), "hero"))
        self.trouble = Trouble()
        self.body.addWidget(self.trouble)
        self.table = self._list()
        self.body.addWidget(self.table, 2)
        self._make_details()
        self._make_foot()
        if not self.imports:
            self._say_nothing()
        self.table.setVisible(bool(self.imports))
        if self.imports:
            self.table.selectRow(0)
        self._show_chosen()

    def _say_nothing(self) -> None:
        """Nothing was imported: the way to do it."""
        nothing = label(_("Nothing has been imported into this plan yet."), "dim")
        self.body.insertWidget(2, nothing)
        self.first = Button(_("Import a file…"), "primary", "file-up", self._import_first)
        self.body.insertWidget(3, self.first, 0, QtCore.Qt.AlignmentFlag.AlignLeading)
        self.body.addStretch(1)
        self.save.hide()

    def _import_first(self) -> None:
        self.accept()
        self.import_wanted.emit()

    def _list(self) -> QtWidgets.QTableWidget:
        heads = [
            *(_("Imported"), _("File"), _("As"), _("Rows read"), _("Accepted"), _("Joined")),
            *(_("Not placed"), _("Left out")),
        ]
        out = text_table(heads)
        out.setAccessibleName(_("Imports"))
        out.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.SingleSelection)
        out.setSelectionBehavior(QtWidgets.QAbstractItemView.SelectionBehavior.SelectRows)
        out.setShowGrid(False)
        out.setRowCount(len(self.imports))
        for k, one in enumerate(self.imports):
            for column, text in enumerate((one.when, one.row.source, one.kind)):
                out.setItem(k, column, text_item(text))
            for column, n in enumerate(_figures(one), 3):
                out.setItem(k, column, end_item(n))
        for column in range(3, _COLUMNS):
            align_end(out, column)
        out.resizeColumnsToContents()
        mode = QtWidgets.QHeaderView.ResizeMode
        out.horizontalHeader().setSectionResizeMode(1, mode.Stretch)
        out.itemSelectionChanged.connect(self._show_chosen)
        return out

    def _make_details(self) -> None:
        self.title = label("", "title", True)
        self.body.addWidget(self.title)
        self.issues = IssueList()
        self.issues.show_rows.connect(self._show_rows)
        area = QtWidgets.QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        area.setWidget(self.issues)
        self.issues.setObjectName("panel")
        self.body.addWidget(area, 3)

    def _make_foot(self) -> None:
        self.unplaced = Button(_("Show unplaced"), "plain", "map-pin", self._show_unplaced)
        self.unplaced.setToolTip(_("Lists the accounts without a place; drag them onto the map"))
        self.foot.addWidget(self.unplaced)
        self.save = Button(_("Save as spreadsheet…"), "plain", "file-spreadsheet", self._ask_where)
        self.foot.addWidget(self.save)
        self._saved = label("", "dim")
        self.foot.addWidget(self._saved)
        self.add_close()
        accounts = self._model.plan.accounts
        n = int(((accounts.placement == 0) & self._model.plan.accounts_present).sum())
        self.unplaced.setVisible(n > 0)
        text = ngettext("Show {n} unplaced account", "Show {n} unplaced accounts", n)
        self.unplaced.setText(text.format(n=i18n.number(n)))

    # ------------------------------------------------------------------ the chosen one
    @property
    def chosen(self) -> Past | None:
        """The import that is chosen."""
        row = self.table.currentRow()
        return self.imports[row] if 0 <= row < len(self.imports) else None

    def _show_chosen(self) -> None:
        one = self.chosen
        has_report = one is not None and one.report is not None
        self.save.setEnabled(has_report)
        self.title.setVisible(one is not None)
        if one is None:
            self.issues.show_report(None)
            return
        self.title.setText(one.row.source)
        if one.report is None:
            self.title.setText(_("No report of {name} was kept.").format(name=one.row.source))
        self.issues.show_report(one.report)

    def _show_rows(self, issue: Issue) -> None:
        one = self.chosen
        if one is not None and one.report is not None:
            ToldRows(issue, one.report, self).open()

    def _show_unplaced(self) -> None:
        self.accept()
        self.unplaced_wanted.emit()

    # ------------------------------------------------------------------ the spreadsheet
    def _ask_where(self) -> None:
        one = self.chosen
        if one is None:
            return
        stem = Path(one.row.source).name.partition(".")[0] or _("import")
        text, _filter = QtWidgets.QFileDialog.getSaveFileName(
            self,
            _("Save as spreadsheet"),
            str(Path.home() / f"{stem} {_('import report')}.xlsx"),
            _("Workbook (*.xlsx);;Text table (*.csv)"),
        )
        if text:
            path = Path(text)
            self.save_report(path if path.suffix else path.with_suffix(".xlsx"))

    def save_report(self, path: Path) -> Job | None:
        """Write the report of the chosen import, in the background."""
        one = self.chosen
        if one is None or one.report is None:
            return None
        report, source, when = one.report, one.row.source, one.when

        def write(progress: Any) -> Path:
            from terradesk.exporters.import_report import write_report

            return write_report(report, path, source, when, progress)

        self.trouble.hide()
        job = Job(_("Writing {name}").format(name=path.name), write)
        job.succeeded.connect(self._tell_saved)
        job.failed.connect(self.trouble.tell)
        return job.start()

    def _tell_saved(self, path: Path) -> None:
        self._saved.setText(_("Wrote {name}.").format(name=i18n.isolate(path.name)))


def _figures(one: Past) -> Sequence[str]:
    """Rows read, accepted, joined, unplaced, left out."""
    report = one.report
    if report is None:
        return ("–", i18n.number(one.row.n_rows), "–", "–", "–")
    counts = (report.read, report.accepted, report.grouped, report.unplaced, report.rejected)
    return [i18n.number(n) for n in counts]
