"""The first rows of a file as a table, with what each column means above it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import _

from ... import theme
from ..parts import apart
from .column_head import ColumnHead, Told

_LONGEST = 200
_LEAST, _WIDEST, _USUAL = 132, 280, 148
_AROUND, _MOST_OF_ROLE = 54, 190
Role = QtCore.Qt.ItemDataRole


class PreviewModel(QtCore.QAbstractTableModel):
    """The first rows of a table of texts."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.idle: set[str] = set()
        self._cells: list[list[str]] = []
        self._lines: list[int] = []

    def set_rows(self, columns: Mapping[str, np.ndarray], lines: np.ndarray | None) -> None:
        """Show other rows.

        Parameters
        ----------
        columns : mapping of str to ndarray of str
        lines : (n_rows,) int, optional
            Of the file, for each row.
        """
        self.beginResetModel()
        self.names = list(columns)
        self._cells = [
            [" ".join(str(cell)[:_LONGEST].split()) for cell in cells.tolist()]
            for cells in columns.values()
        ]
        n = len(self._cells[0]) if self._cells else 0
        known = lines is not None and len(lines) >= n
        self._lines = [int(k) for k in lines[:n]] if known and lines is not None else []
        self.endResetModel()

    def set_idle(self, names: set[str]) -> None:
        """Which columns are not used."""
        if names == self.idle:
            return
        self.idle = names
        if self.rowCount() and self.columnCount():
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last, [Role.ForegroundRole])

    def rowCount(self, parent: QtCore.QModelIndex | None = None) -> int:
        """Rows that are shown."""
        is_below = parent is not None and parent.isValid()
        return 0 if is_below or not self._cells else len(self._cells[0])

    def columnCount(self, parent: QtCore.QModelIndex | None = None) -> int:
        """Columns of the file."""
        return 0 if parent is not None and parent.isValid() else len(self.names)

    def data(self, index: QtCore.QModelIndex, role: int = Role.DisplayRole) -> object:
        """The cell as it is in the file; cells of columns not used are faint."""
        if role in (Role.DisplayRole, Role.ToolTipRole):
            text = self._cells[index.column()][index.row()]
            return apart(text) if role == Role.DisplayRole or "<" not in text else None
        if role == Role.ForegroundRole and self.names[index.column()] in self.idle:
            return theme.colour("text3")
        return None

    def headerData(
        self, section: int, orientation: QtCore.Qt.Orientation, role: int = Role.DisplayRole
    ) -> object:
        """Names, and the lines of the file."""
        if role not in (Role.DisplayRole, Role.AccessibleTextRole):
            return None
        if orientation == QtCore.Qt.Orientation.Horizontal:
            return self.names[section] if role == Role.AccessibleTextRole else ""
        return str(self._lines[section] if section < len(self._lines) else section + 1)


class MeaningHeader(QtWidgets.QHeaderView):
    """Heads of columns; those out of sight are made when they come into it.

    Signals
    -------
    role_chosen(str, str)
        Column and role.
    """

    role_chosen = QtCore.Signal(str, str)

    def __init__(self, table: QtWidgets.QTableView) -> None:
        super().__init__(QtCore.Qt.Orientation.Horizontal, table)
        self._table = table
        self.roles = QtGui.QStandardItemModel(self)
        self.heads: dict[int, ColumnHead] = {}
        self.told: list[Told] = []
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        self.setSectionsClickable(False)
        self.setMinimumSectionSize(72)
        self.setDefaultSectionSize(_USUAL)
        self.sectionResized.connect(self.place)
        table.horizontalScrollBar().valueChanged.connect(self.place)

    def set_roles(self, roles: Mapping[str, str]) -> None:
        """What columns may mean: keys and texts."""
        self.roles = QtGui.QStandardItemModel(self)
        for key, text in roles.items():
            item = QtGui.QStandardItem(_(text))
            item.setData(key, Role.UserRole)
            self.roles.appendRow(item)
        self.clear()

    def clear(self) -> None:
        """Forget all heads."""
        for head in self.heads.values():
            head.hide()
            head.deleteLater()
        self.heads = {}

    def tell(self, told: Sequence[Told]) -> None:
        """What is known of each column, in order."""
        self.told = list(told)
        for section, head in self.heads.items():
            if section < len(self.told):
                head.tell(self.told[section])
        self.place()

    def sizeHint(self) -> QtCore.QSize:
        """High enough for name, meaning and note."""
        return QtCore.QSize(super().sizeHint().width(), ColumnHead.HEIGHT)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """More columns may be in sight."""
        super().resizeEvent(event)
        self.place()

    def _in_sight(self) -> range:
        """Sections in sight, and one beyond each side for the Tab key."""
        n = min(self.count(), len(self.told))
        wide = self.viewport().width()
        seen = [
            k for k in range(n)
            if self.sectionViewportPosition(k) < wide
            and self.sectionViewportPosition(k) + self.sectionSize(k) > 0
        ]  # fmt: skip
        return range(max(seen[0] - 1, 0), min(seen[-1] + 2, n)) if seen else range(0)

    def place(self, *_args: object) -> None:
        """Put the heads where their columns are."""
        for section in self._in_sight():
            if section not in self.heads:
                self._make(section)
        for section, head in self.heads.items():
            left = self.sectionViewportPosition(section)
            head.setGeometry(left, 0, self.sectionSize(section), ColumnHead.HEIGHT)

    def _make(self, section: int) -> None:
        column = self.told[section].column
        head = ColumnHead(
            self.viewport(), self.roles, lambda role: self.role_chosen.emit(column, role)
        )
        head.tell(self.told[section])
        head.box.focused.connect(lambda: self._reveal(section))
        self.heads[section] = head
        head.show()
        order = sorted(self.heads)
        for a, b in itertools.pairwise(order):
            QtWidgets.QWidget.setTabOrder(self.heads[a].box, self.heads[b].box)

    def _reveal(self, section: int) -> None:
        """Scroll the column with the focus into sight."""
        left = self.sectionPosition(section)
        right = left + self.sectionSize(section)
        bar, wide = self._table.horizontalScrollBar(), self.viewport().width()
        if left < bar.value():
            bar.setValue(left)
        elif right > bar.value() + wide:
            bar.setValue(right - wide)


class PreviewTable(QtWidgets.QTableView):
    """The first rows of a file; columns wider than the page are scrolled to.

    Signals
    -------
    role_chosen(str, str)
        Column and role.
    """

    role_chosen = QtCore.Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.rows = PreviewModel()
        self.setModel(self.rows)
        self.head = MeaningHeader(self)
        self.setHorizontalHeader(self.head)
        self.head.role_chosen.connect(self.role_chosen)
        self.setAccessibleName(_("First rows of the file"))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.NoSelection)
        self.verticalHeader().setDefaultSectionSize(24)
        self.verticalHeader().setSectionResizeMode(QtWidgets.QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumWidth(40)
        self.verticalHeader().setProperty("role", "lines")
        self.verticalHeader().setDefaultAlignment(
            QtCore.Qt.AlignmentFlag.AlignRight | QtCore.Qt.AlignmentFlag.AlignVCenter
        )
        self.setMinimumHeight(ColumnHead.HEIGHT + 24 * 3)

    @property
    def boxes(self) -> dict[str, QtWidgets.QComboBox]:
        """Lists of meanings of the columns in sight."""
        return {self.head.told[k].column: head.box for k, head in self.head.heads.items()}

    @property
    def tab_stops(self) -> list[QtWidgets.QWidget]:
        """Where Tab goes inside: the lists of meanings, from the first column on."""
        return [self.head.heads[k].box for k in sorted(self.head.heads)]

    def show_rows(
        self,
        columns: Mapping[str, np.ndarray],
        lines: np.ndarray | None,
        roles: Mapping[str, str],
        told: Sequence[Told],
    ) -> None:
        """Show other rows, with what their columns mean."""
        self.head.told = []
        self.rows.set_rows(columns, lines)
        self.head.set_roles(roles)
        metrics = self.fontMetrics()
        words = [metrics.horizontalAdvance(_(text)) for text in roles.values()]
        least = min(max([*words, 0]) + _AROUND, _MOST_OF_ROLE)
        for k, name in enumerate(columns):
            texts = [name, *(str(cell)[:40] for cell in columns[name][:20].tolist())]
            wide = max(metrics.horizontalAdvance(text) for text in texts) + 28
            self.setColumnWidth(k, min(max(wide, _LEAST, least), _WIDEST))
        self.tell(told)
        self.horizontalScrollBar().setValue(0)

    def tell(self, told: Sequence[Told]) -> None:
        """Show what the columns mean now."""
        self.rows.set_idle({one.column for one in told if one.is_idle})
        self.head.tell(told)
