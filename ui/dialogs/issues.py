"""The page “Please look at”: what an import did, by kind, with the rows behind each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from PySide6 import QtCore, QtWidgets

from terradesk import i18n
from terradesk.i18n import _
from terradesk.readers.report import ImportReport, Issue

from .parts import Button, Dialog, IconLabel, apart, empty, label, plain_tip

_MOST_ROWS, _MOST_COLUMNS = 200, 12
_LONGEST, _LONGEST_TIP, _WIDEST = 200, 1000, 320


class IssueList(QtWidgets.QWidget):
    """One line per kind of issue, with a way to the rows, or to what mends it.

    Attributes
    ----------
    mends : dict
        Text of a link and what it does, by the kind of issue whose line has it.

    Signals
    -------
    show_rows(object)
        The `Issue` whose rows are asked for.
    """

    show_rows = QtCore.Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._box = QtWidgets.QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(4)
        self._box.setAlignment(QtCore.Qt.AlignmentFlag.AlignTop)
        self.issues: tuple[Issue, ...] = ()
        self.mends: dict[str, tuple[str, Callable[[], None]]] = {}

    def show_report(self, report: ImportReport | None) -> None:
        """List the issues of a report, what wants attention first."""
        empty(self._box)
        self.issues = tuple(
            sorted(report.issues if report else (), key=lambda one: one.level != "warning")
        )
        for one in self.issues:
            self._box.addWidget(self._line(one))
        if report is not None and not self.issues:
            self._box.addWidget(_row(IconLabel("check", "ok"), label(_("Nothing stands out."))))

    def _line(self, one: Issue) -> QtWidgets.QWidget:
        is_warning = one.level == "warning"
        icon = IconLabel("triangle-alert", "warn") if is_warning else IconLabel("check", "ok")
        button = None
        if one.kind in self.mends:
            text, mend = self.mends[one.kind]
            button = Button(text, "link", clicked=mend)
            button.setAccessibleName(f"{text}: {one.message}")
        elif one.rows:
            button = Button(_("Show"), "link", clicked=lambda: self.show_rows.emit(one))
            button.setAccessibleName(_("Show the rows: {text}").format(text=one.message))
        return _row(icon, label(one.message, "", True), button)


def _row(
    icon: QtWidgets.QWidget, text: QtWidgets.QWidget, button: QtWidgets.QWidget | None = None
) -> QtWidgets.QWidget:
    out = QtWidgets.QWidget()
    row = QtWidgets.QHBoxLayout(out)
    row.setContentsMargins(0, 2, 0, 2)
    row.setSpacing(10)
    row.addWidget(icon)
    row.addWidget(text, 1)
    if button is not None:
        row.addWidget(button)
    return out


class RowsBehind(Dialog):
    """The rows of a file that an issue is about.

    Parameters
    ----------
    issue : Issue
    columns : mapping of str to ndarray
        Of the table as it was read.
    parent : QWidget
    lines : (n_rows,) int, optional
        Line of the file of each row; without it rows are counted from 1.
    """

    def __init__(
        self,
        issue: Issue,
        columns: Mapping[str, np.ndarray],
        parent: QtWidgets.QWidget,
        lines: np.ndarray | None = None,
    ) -> None:
        super().__init__(_("Rows of the file"), parent, 860, 520)
        self.body.addWidget(label(issue.message, "title", True))
        shown = {name: columns[name] for name in list(columns)[:_MOST_COLUMNS]}
        rows = [r for r in issue.rows if 0 <= r < _length(shown)][:_MOST_ROWS]
        self.table = text_table([_("Row"), *shown])
        self.table.setAccessibleName(issue.message)
        self.table.setRowCount(len(rows))
        for k, row in enumerate(rows):
            line = row + 1 if lines is None else lines[row]
            cells = [f"{line}", *(_cell(v[row]) for v in shown.values())]
            for column, text in enumerate(cells):
                self.table.setItem(k, column, text_item(text))
        fit_columns(self.table)
        self.body.addWidget(self.table, 1)
        if issue.n > len(rows):
            self.foot.addWidget(label(first_of(len(rows), issue.n), "small"))
        self.add_close()


def _length(columns: Mapping[str, np.ndarray]) -> int:
    return len(next(iter(columns.values()), ()))


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.10g}"
    return str(value)


def first_of(shown: int, n: int) -> str:
    """Tells that not all rows are listed."""
    more = _("The first {shown} of {n} are listed.")
    return more.format(shown=i18n.number(shown), n=i18n.number(n))


def text_item(text: str) -> QtWidgets.QTableWidgetItem:
    """A cell of a file in one line; all of it, but for very long ones, is in the tooltip."""
    line = " ".join(text[:_LONGEST_TIP].split())
    out = QtWidgets.QTableWidgetItem(apart(line[:_LONGEST]))
    out.setToolTip(plain_tip(text[:_LONGEST_TIP]))
    return out


def fit_columns(table: QtWidgets.QTableWidget) -> None:
    """Make columns as wide as their cells, long texts apart; the last one takes what is left."""
    table.resizeColumnsToContents()
    for column in range(table.columnCount()):
        table.setColumnWidth(column, min(table.columnWidth(column), _WIDEST))
    table.horizontalHeader().setStretchLastSection(True)


def text_table(headers: list[str]) -> QtWidgets.QTableWidget:
    """A table to look at, without row numbers."""
    out = QtWidgets.QTableWidget(0, len(headers))
    out.setHorizontalHeaderLabels([" ".join(text[:_LONGEST].split()) for text in headers])
    out.verticalHeader().hide()
    out.verticalHeader().setDefaultSectionSize(26)
    out.setEditTriggers(QtWidgets.QAbstractItemView.EditTrigger.NoEditTriggers)
    out.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.NoSelection)
    out.setFocusPolicy(QtCore.Qt.FocusPolicy.TabFocus)
    out.setTabKeyNavigation(False)
    out.horizontalHeader().setDefaultAlignment(
        QtCore.Qt.AlignmentFlag.AlignLeading | QtCore.Qt.AlignmentFlag.AlignVCenter
    )
    out.horizontalHeader().setHighlightSections(False)
    out.setWordWrap(False)
    return out


def end_item(text: str) -> QtWidgets.QTableWidgetItem:
    """A cell with a figure, at the end of its column."""
    out = QtWidgets.QTableWidgetItem(text)
    out.setTextAlignment(QtCore.Qt.AlignmentFlag.AlignRight | QtCore.Qt.AlignmentFlag.AlignVCenter)
    return out


def align_end(table: QtWidgets.QTableWidget, column: int) -> None:
    """Put the header of a column of figures at its end."""
    head = table.horizontalHeaderItem(column)
    if head is not None:
        head.setTextAlignment(
            QtCore.Qt.AlignmentFlag.AlignRight | QtCore.Qt.AlignmentFlag.AlignVCenter
        )
