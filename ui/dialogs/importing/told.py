"""The rows behind an issue of a past import, as its report keeps them."""

from __future__ import annotations

from PySide6 import QtWidgets

from terradesk import i18n
from terradesk.i18n import _
from terradesk.readers.report import ImportReport, Issue, told_rows

from ..issues import first_of, fit_columns, text_item, text_table
from ..parts import Dialog, label

_MOST = 500


class ToldRows(Dialog):
    """Line of the file, number, name and cells of each row.

    Parameters
    ----------
    issue : Issue
    report : ImportReport
    parent : QWidget
    """

    def __init__(self, issue: Issue, report: ImportReport, parent: QtWidgets.QWidget) -> None:
        super().__init__(_("Rows of the file"), parent, 860, 520)
        self.body.addWidget(label(issue.message, "title", True))
        alone = ImportReport(
            issues=(issue,),
            rejects=report.rejects,
            header=report.header,
            lines=report.lines,
            labels=report.labels,
        )
        told = [one for _k, one in zip(range(_MOST), told_rows(alone), strict=False)]
        has_cells = any(one.cells for one in told)
        heads = [_("Row"), _("Number"), _("Name"), *(report.header if has_cells else ())]
        self.table = text_table(heads)
        self.table.setAccessibleName(issue.message)
        self.table.setRowCount(len(told))
        for k, one in enumerate(told):
            line = i18n.number(one.line) if one.line else "–"
            for column, text in enumerate((line, one.key, one.name, *one.cells)):
                self.table.setItem(k, column, text_item(text))
        fit_columns(self.table)
        self.body.addWidget(self.table, 1)
        if issue.n > len(told):
            self.foot.addWidget(label(first_of(len(told), issue.n), "small"))
        self.add_close()
