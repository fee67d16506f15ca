"""The right half of the import page: what you get."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from terradesk import i18n
from terradesk.i18n import _, ngettext
from terradesk.importing import Count, Prepared
from terradesk.readers.report import ImportReport

from ..issues import IssueList, align_end, text_item, text_table
from ..parts import IconLabel, empty, label
from .map_side import MapSide
from .review import ReviewList
from .work import Outcome

_FIRST, _TALL = 6, 800
_BETWEEN, _EDGES = 22, 52
_MARKS = {"ok": ("check", "ok"), "warning": ("triangle-alert", "warn")}


class CountLine(QtWidgets.QWidget):
    """Figures of what comes out: "4,391 placed by postcode"."""

    def __init__(self) -> None:
        super().__init__()
        self._box = QtWidgets.QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(4)

    def show_counts(self, counts: tuple[Count, ...], room: int) -> None:
        """Show other figures, as many in a line as there is room for in pixels."""
        empty(self._box)
        cells = [_cell(one) for one in counts if one.n or one.level == "ok"]
        used, row = room, QtWidgets.QHBoxLayout()
        for cell in cells:
            wide = cell.sizeHint().width() + _BETWEEN
            if used + wide > room:
                row = self._new_line()
                used = 0
            row.insertWidget(row.count() - 1, cell)
            used += wide
        self.setVisible(bool(cells))

    def _new_line(self) -> QtWidgets.QHBoxLayout:
        line = QtWidgets.QWidget()
        row = QtWidgets.QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_BETWEEN)
        row.addStretch(1)
        self._box.addWidget(line)
        return row


def _cell(one: Count) -> QtWidgets.QWidget:
    """Mark, figure and title of one count."""
    out = QtWidgets.QWidget()
    row = QtWidgets.QHBoxLayout(out)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    if one.level:
        row.addWidget(IconLabel(*_MARKS[one.level], 14))
    row.addWidget(label(i18n.number(one.n), "strong"))
    row.addWidget(label(one.title, "dim"))
    return out


class OutcomeSide(QtWidgets.QWidget):
    """Counts, map, first rows, differences, what wants a look."""

    def __init__(self, height: int) -> None:
        super().__init__()
        box = QtWidgets.QVBoxLayout(self)
        box.setContentsMargins(20, 16, 24, 16)
        box.setSpacing(10)
        head = QtWidgets.QHBoxLayout()
        head.addWidget(label(_("What you get"), "title"))
        head.addStretch(1)
        self._share, self._share_mark = label("", "dim"), IconLabel("check", "ok")
        head.addWidget(self._share)
        head.addWidget(self._share_mark)
        box.addLayout(head)
        self.counts = CountLine()
        box.addWidget(self.counts)
        self.place = MapSide()
        self.map = self.place.map
        self.map.setMinimumHeight(220 if height > _TALL else 180)
        box.addWidget(self.place, 3)
        self.table = text_table([])
        self.table.setAccessibleName(_("First rows of what comes in"))
        self.table.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        box.addWidget(self.table)
        self.review = ReviewList()
        self.review.looked_at.connect(self.place.go_to_item)
        self.place.item_clicked.connect(self.review.select)
        box.addWidget(self.review, 3)
        look = QtWidgets.QHBoxLayout()
        look.addWidget(label(_("Please look at"), "title"))
        look.addStretch(1)
        self.left_out = label("", "dim")
        look.addWidget(self.left_out)
        box.addLayout(look)
        self.issues = IssueList()
        box.addWidget(self.issues)
        box.addStretch(0)
        self.forget()

    def forget(self) -> None:
        """There is no outcome."""
        self.place.show_map(None)
        self.counts.show_counts((), 0)
        self.issues.show_report(None)
        self.table.hide()
        self.review.hide()
        self._share.setText("")
        self._share_mark.hide()
        self.left_out.setText("")

    def show_outcome(self, outcome: Outcome) -> None:
        """Show what an import would do."""
        prepared, choices = outcome.prepared, outcome.asked.choices
        self.place.setVisible(outcome.has_map)
        self.counts.show_counts(prepared.counts, self.width() - _EDGES)
        self._show_share(prepared.report)
        self._fill_table(prepared)
        self.review.show_items(prepared.items, prepared.groups, choices.left_out, choices.picked)
        self.issues.show_report(prepared.report)

    def _show_share(self, report: ImportReport) -> None:
        total, placed = report.accepted, report.accepted - report.unplaced
        is_known = report.unplaced > 0
        text = _("{n} of {total} have a place")
        told = text.format(n=i18n.number(placed), total=i18n.number(total))
        self._share.setText(told if is_known else "")
        self._share_mark.setVisible(is_known)
        if is_known:
            self._share_mark.set_icon("triangle-alert", "warn")
        n = report.rejected
        text = ngettext("{n} row is left out", "{n} rows are left out", n)
        self.left_out.setText(text.format(n=i18n.number(n)) if n else _("nothing is left out"))

    def _fill_table(self, prepared: Prepared) -> None:
        """The first rows; where there are differences to look through they say the same."""
        is_shown = bool(prepared.rows) and not prepared.items
        self.table.setVisible(is_shown)
        if not is_shown:
            return
        heads, rows = prepared.heads, prepared.rows[:_FIRST]
        self.table.setColumnCount(len(heads))
        self.table.setHorizontalHeaderLabels(list(heads))
        self.table.setRowCount(len(rows))
        self.table.setFixedHeight(30 + 26 * len(rows) + 12)
        for k, cells in enumerate(rows):
            for column, text in enumerate(cells):
                self.table.setItem(k, column, text_item(text))
        mode = QtWidgets.QHeaderView.ResizeMode
        self.table.resizeColumnsToContents()
        for column in range(len(heads)):
            texts = [cells[column] for cells in rows if column < len(cells) and cells[column]]
            if column and texts and all(_is_figure(text) for text in texts):
                align_end(self.table, column)
                for k in range(len(rows)):
                    item = self.table.item(k, column)
                    if item is not None:
                        item.setTextAlignment(_END)
            self.table.setColumnWidth(column, min(max(self.table.columnWidth(column), 80), 260))
        head = self.table.horizontalHeader()
        for column in range(len(heads)):
            head.setSectionResizeMode(column, mode.Interactive)
        if heads and head.length() < self.table.viewport().width():
            lengths = [sum(len(cells[k]) for cells in rows if k < len(cells)) for k in range(2)]
            widest = int(len(heads) > 1 and lengths[1] > lengths[0])  # a name beside short codes
            head.setSectionResizeMode(widest, mode.Stretch)


_END = QtCore.Qt.AlignmentFlag.AlignRight | QtCore.Qt.AlignmentFlag.AlignVCenter


def _is_figure(text: str) -> bool:
    """Whether a text is a number as the program writes it."""
    plain = text.strip("−-–$€£¥ \u2066\u2067\u2068\u2069\u00a0\u202fkmMB%²")
    return plain.replace(",", "").replace(".", "").replace("\u00a0", "").isdigit() or text == "–"
