"""A table of many rows over column functions: sorted, filtered per column, never copied."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n
from terradesk.i18n import _

from .. import theme
from .carrying import carry

Role = QtCore.Qt.ItemDataRole


@dataclass(frozen=True, slots=True, eq=False)
class TableColumn:
    """One column.

    Parameters
    ----------
    key, title : str
    values : ndarray, shape (n_rows,)
        Numbers (float, NaN = empty) or objects (str).
    show : callable, optional
        Text of one value; by default the value itself.
    show_row : callable, optional
        Instead: text of one row, where the value alone does not say it, as of amounts in several
        currencies.
    colour : callable, optional
        Palette index of a row's swatch, None for none.
    is_editable : bool
    """

    key: str
    title: str
    values: np.ndarray
    show: Callable[[object], str] | None = None
    colour: Callable[[int], int | None] | None = None
    show_row: Callable[[int], str] | None = None
    is_editable: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it is aligned and filtered as numbers."""
        return self.values.dtype != object


class TableModel(QtCore.QAbstractTableModel):
    """Rows of some columns in an order: the order is one array of row numbers.

    Signals
    -------
    cell_edited(int, str, str)
        Row number, column key, text typed.
    """

    cell_edited = QtCore.Signal(int, str, str)

    def __init__(self) -> None:
        super().__init__()
        self.columns: list[TableColumn] = []
        self._all = np.empty(0, np.int64)
        self.order = np.empty(0, np.int64)
        self._filters: dict[str, str] = {}
        self._sorting = (-1, QtCore.Qt.SortOrder.AscendingOrder)
        self.mime = ""

    def set_table(self, columns: Sequence[TableColumn], rows: np.ndarray) -> None:
        """Show other columns or rows; sorting and filters stay."""
        if [c.key for c in columns] == [c.key for c in self.columns]:
            with self._rearranging():
                self.columns = list(columns)
                self._all = np.asarray(rows, np.int64)
            return
        self.beginResetModel()
        self.columns = list(columns)
        self._all = np.asarray(rows, np.int64)
        self._arrange()
        self.endResetModel()

    @contextlib.contextmanager
    def _rearranging(self) -> Iterator[None]:
        """Change what the order depends on; selected rows stay selected."""
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        rows = [int(self.order[i.row()]) for i in held]
        yield
        self._arrange()
        place = {int(row): at for at, row in enumerate(self.order)} if held else {}
        moved = [
            self.index(place[row], old.column()) if row in place else QtCore.QModelIndex()
            for old, row in zip(held, rows, strict=True)
        ]
        self.changePersistentIndexList(held, moved)
        self.layoutChanged.emit()

    def set_filter(self, key: str, text: str) -> None:
        """Keep rows whose column holds the text; numbers take ``> 100``, ``<= 5``, ``1..9``."""
        with self._rearranging():
            self._filters.pop(key, None)
            if text.strip():
                self._filters[key] = text.strip()

    def clear_filters(self) -> None:
        """Show all rows again."""
        with self._rearranging():
            self._filters.clear()

    @property
    def filters(self) -> dict[str, str]:
        """Texts typed above the columns."""
        return dict(self._filters)

    @property
    def n_all(self) -> int:
        """Rows without filters."""
        return len(self._all)

    def _arrange(self) -> None:
        rows = self._all
        for column in self.columns:
            text = self._filters.get(column.key)
            if text:
                rows = rows[matching(column, rows, text)]
        at, direction = self._sorting
        if 0 <= at < len(self.columns):
            values = self.columns[at].values[rows]
            if values.dtype == object:
                values = np.array([str(v).casefold() for v in values])
            order = np.argsort(values, kind="stable")
            rows = rows[order if direction == QtCore.Qt.SortOrder.AscendingOrder else order[::-1]]
        self.order = rows

    def sort(
        self, column: int, order: QtCore.Qt.SortOrder = QtCore.Qt.SortOrder.AscendingOrder
    ) -> None:
        """Sort by a column."""
        with self._rearranging():
            self._sorting = (column, order)

    # ------------------------------------------------------------------ Qt's questions
    def rowCount(self, parent: QtCore.QModelIndex | None = None) -> int:
        """Rows that pass the filters."""
        return 0 if parent is not None and parent.isValid() else len(self.order)

    def columnCount(self, parent: QtCore.QModelIndex | None = None) -> int:
        """Columns."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: QtCore.QModelIndex, role: int = Role.DisplayRole) -> object:
        """Text, alignment and swatch of a cell."""
        column = self.columns[index.column()]
        row = int(self.order[index.row()])
        if role in (Role.DisplayRole, Role.EditRole, Role.ToolTipRole):
            value = column.values[row]
            if role == Role.EditRole:
                return str(value)
            if column.show_row is not None:
                return column.show_row(row)
            if column.show is not None:
                return column.show(value)
            return i18n.number(float(value)) if column.is_number else str(value)
        if role == Role.TextAlignmentRole:
            return _alignment(column)
        if role == Role.DecorationRole and column.colour is not None:
            return _swatch(column.colour(row))
        return None

    def headerData(
        self, section: int, orientation: QtCore.Qt.Orientation, role: int = Role.DisplayRole
    ) -> object:
        """Titles of columns."""
        if orientation == QtCore.Qt.Orientation.Horizontal and section < len(self.columns):
            if role == Role.DisplayRole:
                return self.columns[section].title
            if role == Role.TextAlignmentRole:
                return _alignment(self.columns[section])
        return None

    def flags(self, index: QtCore.QModelIndex) -> QtCore.Qt.ItemFlag:
        """Cells of editable columns can be edited, rows dragged where that means something."""
        out = super().flags(index)
        if index.isValid() and self.columns[index.column()].is_editable:
            out |= QtCore.Qt.ItemFlag.ItemIsEditable
        return out | QtCore.Qt.ItemFlag.ItemIsDragEnabled if self.mime else out

    def setData(self, index: QtCore.QModelIndex, value: object, role: int = Role.EditRole) -> bool:
        """Tell what was typed; the panel makes the edit."""
        column, row = self.columns[index.column()], int(self.order[index.row()])
        if role == Role.EditRole and str(value) != str(column.values[row]):
            self.cell_edited.emit(row, column.key, str(value))
        return False

    def mimeTypes(self) -> list[str]:
        """What a dragged row is."""
        return [self.mime] if self.mime else []

    def mimeData(self, indexes: Sequence[QtCore.QModelIndex]) -> QtCore.QMimeData:
        """Row numbers as JSON."""
        rows = sorted({int(self.order[i.row()]) for i in indexes})
        data = QtCore.QMimeData()
        data.setData(self.mime, str(rows).encode())
        return data


def _alignment(column: TableColumn) -> int:
    flag = QtCore.Qt.AlignmentFlag
    return int(flag.AlignVCenter | (flag.AlignRight if column.is_number else flag.AlignLeft))


def matching(column: TableColumn, rows: np.ndarray, text: str) -> np.ndarray:
    """Which of the rows pass what was typed above a column, bool."""
    values = column.values[rows]
    if column.is_number:
        low, high = _bounds(text)
        with np.errstate(invalid="ignore"):
            return (values >= low) & (values <= high)
    wanted = text.casefold()
    return np.fromiter((wanted in str(v).casefold() for v in values), bool, len(values))


def _bounds(text: str) -> tuple[float, float]:
    """Limits meant by ``> 100``, ``<= 5``, ``1..9``, ``7``; nothing passes what is no number."""
    compact = text.replace(",", "").replace(" ", "")
    try:
        if ".." in compact:
            low, high = compact.split("..", 1)
            return float(low or "-inf"), float(high or "inf")
        for sign in (">=", "<=", ">", "<"):
            if compact.startswith(sign):
                value = float(compact.removeprefix(sign))
                inside = {">": np.nextafter(value, np.inf), "<": np.nextafter(value, -np.inf)}
                edge = float(inside.get(sign, value))
                return (edge, np.inf) if sign[0] == ">" else (-np.inf, edge)
        value = float(compact.removeprefix("="))
    except ValueError:
        return np.inf, -np.inf
    return value, value


def _swatch(index: int | None) -> QtGui.QPixmap | None:
    if index is None:
        return None
    from .painting import swatch

    out = QtGui.QPixmap(24, 24)
    out.setDevicePixelRatio(2)
    out.fill(QtCore.Qt.GlobalColor.transparent)
    painter = QtGui.QPainter(out)
    swatch(painter, QtCore.QRectF(0, 0, 12, 12), theme.territory_colour(index))
    painter.end()
    return out


class FilterHeader(QtWidgets.QHeaderView):
    """Column titles with a field below each for filtering.

    Signals
    -------
    filter_typed(int, str)
        Column and text.
    """

    filter_typed = QtCore.Signal(int, str)
    FIELD = 26

    def __init__(self, parent: QtWidgets.QTableView) -> None:
        super().__init__(QtCore.Qt.Orientation.Horizontal, parent)
        self.fields: list[QtWidgets.QLineEdit] = []
        self.are_fields_shown = False
        self.setSectionsClickable(True)
        self.setSortIndicatorShown(True)
        self.setHighlightSections(False)
        self.setDefaultAlignment(
            QtCore.Qt.AlignmentFlag.AlignTop | QtCore.Qt.AlignmentFlag.AlignLeft
        )
        self.sectionResized.connect(self._place)
        self.sectionMoved.connect(self._place)
        parent.horizontalScrollBar().valueChanged.connect(self._place)

    def make_fields(self, titles: Sequence[str]) -> None:
        """A field per column."""
        for field in self.fields:
            field.deleteLater()
        self.fields = []
        for column, title in enumerate(titles):
            field = QtWidgets.QLineEdit(self)
            field.setPlaceholderText(_("Filter"))
            field.setProperty("role", "quiet")
            field.setClearButtonEnabled(True)
            field.setAccessibleName(_("Filter by {column}").format(column=title))
            field.textChanged.connect(
                lambda text, column=column: self.filter_typed.emit(column, text)
            )
            field.setVisible(self.are_fields_shown)
            self.fields.append(field)
        self._place()

    def show_fields(self, are_shown: bool) -> None:
        """Show or hide the fields."""
        self.are_fields_shown = are_shown
        for field in self.fields:
            field.setVisible(are_shown)
        self.updateGeometries()
        self._place()

    def sizeHint(self) -> QtCore.QSize:
        """Titles, and the fields while they are shown."""
        out = super().sizeHint()
        return QtCore.QSize(out.width(), 26 + (self.FIELD + 6 if self.are_fields_shown else 0))

    def paintSection(self, painter: QtGui.QPainter, rect: QtCore.QRect, logical_index: int) -> None:
        """Titles stand above the fields."""
        top = QtCore.QRect(rect.x(), rect.y(), rect.width(), min(rect.height(), self.FIELD))
        super().paintSection(painter, top, logical_index)

    def _place(self, *_args: object) -> None:
        for column, field in enumerate(self.fields):
            left = self.sectionViewportPosition(column)
            field.setGeometry(left + 4, 28, max(20, self.sectionSize(column) - 8), self.FIELD)


class Table(QtWidgets.QTableView):
    """The table with its filters; 100,000 rows scroll at once.

    Parameters
    ----------
    name : str
        For screen readers.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.table = TableModel()
        self.setModel(self.table)
        self.header = FilterHeader(self)
        self.setHorizontalHeader(self.header)
        self.header.filter_typed.connect(self._filter)
        self.header.sectionClicked.connect(self._sort)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.HEIGHT["row"])
        self.verticalHeader().setSectionResizeMode(QtWidgets.QHeaderView.ResizeMode.Fixed)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QtWidgets.QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(name)
        self.table.modelReset.connect(self._columns_changed)
        self._direction = QtCore.Qt.SortOrder.DescendingOrder
        self._sorted_by = -1
        find = QtGui.QShortcut(QtGui.QKeySequence.StandardKey.Find, self)
        find.setContext(QtCore.Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.show_filters)

    def startDrag(self, actions: QtCore.Qt.DropAction) -> None:
        """Drag the selected rows under a label with their number."""
        rows = self.selectionModel().selectedRows()
        text = str(rows[0].data()) if len(rows) == 1 else i18n.number(len(rows))
        carry(self, self.table.mimeData(rows), text)

    def show_filters(self) -> None:
        """Show the filter fields and put the cursor into the first."""
        self.header.show_fields(True)
        if self.header.fields:
            self.header.fields[0].setFocus()

    def rows(self) -> np.ndarray:
        """Row numbers of the selected rows, sorted."""
        shown = [i.row() for i in self.selectionModel().selectedRows()]
        return np.sort(self.table.order[shown]).astype(np.int32) if shown else np.empty(0, np.int32)

    def _columns_changed(self) -> None:
        self.header.make_fields([c.title for c in self.table.columns])
        for at, column in enumerate(self.table.columns):
            is_short = column.is_number and column.show_row is None
            self.setColumnWidth(at, 110 if is_short else 170)

    def _filter(self, column: int, text: str) -> None:
        self.table.set_filter(self.table.columns[column].key, text)

    def _sort(self, column: int) -> None:
        up, down = QtCore.Qt.SortOrder.AscendingOrder, QtCore.Qt.SortOrder.DescendingOrder
        first = down if self.table.columns[column].is_number else up
        other = up if first == down else down
        is_again = column == self._sorted_by and self._direction == first
        self._direction = other if is_again else first
        self._sorted_by = column
        self.header.setSortIndicator(column, self._direction)
        self.table.sort(column, self._direction)
