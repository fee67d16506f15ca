"""History: every step with time and who did it; go back to any of them."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n
from terradesk.document import Step
from terradesk.i18n import _

from .. import theme
from ..document_model import DocumentModel
from . import painting


class StepList(QtCore.QAbstractListModel):
    """Steps, newest first."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []

    def set_steps(self, steps: list[Step]) -> None:
        """Show other steps."""
        self.beginResetModel()
        self.steps = steps[::-1]
        self.endResetModel()

    def rowCount(self, parent: QtCore.QModelIndex | None = None) -> int:
        """Number of steps."""
        return len(self.steps)

    def data(self, index: QtCore.QModelIndex, role: int = QtCore.Qt.ItemDataRole.DisplayRole):  # noqa: ANN201
        """Text of a step for screen readers and tooltips."""
        if role in (QtCore.Qt.ItemDataRole.DisplayRole, QtCore.Qt.ItemDataRole.ToolTipRole):
            return self.steps[index.row()].text
        return None


class StepDelegate(QtWidgets.QStyledItemDelegate):
    """A step on one line: time, text, reason; undone steps are faint."""

    def __init__(self, parent: QtWidgets.QListView) -> None:
        super().__init__(parent)
        self.in_force: set[int] = set()

    def sizeHint(
        self, option: QtWidgets.QStyleOptionViewItem, index: QtCore.QModelIndex
    ) -> QtCore.QSize:
        """Rows of 26 px."""
        return QtCore.QSize(300, theme.HEIGHT["row"])

    def paint(
        self,
        painter: QtGui.QPainter,
        option: QtWidgets.QStyleOptionViewItem,
        index: QtCore.QModelIndex,
    ) -> None:
        """Paint one step."""
        model = index.model()
        assert isinstance(model, StepList)
        step = model.steps[index.row()]
        rect: QtCore.QRect = option.rect
        state = option.state
        if state & QtWidgets.QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("accent_soft"))
        elif state & QtWidgets.QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.colour("hover"))
        role = "text" if step.seq in self.in_force else "text3"
        clock = i18n.moment(step.time.astimezone())
        painting.text(painter, QtCore.QRect(rect.x() + 16, rect.y(), 150, rect.height()), clock,
                      "text2", 11)  # fmt: skip
        left = rect.x() + 172
        wide = max(214, rect.width() // 2 - 188) if step.edit.reason else -6
        room = rect.width() - 194 - wide
        painting.text(painter, QtCore.QRect(left, rect.y(), room, rect.height()), step.text, role)
        if step.edit.reason:
            end = QtCore.QRect(rect.right() - 12 - wide, rect.y(), wide, rect.height())
            painting.text(painter, end, step.edit.reason, "text2", 11)


class HistoryPanel(QtWidgets.QWidget):
    """The list of steps with "Go back to here".

    Parameters
    ----------
    model : DocumentModel
    """

    tab_text_changed = QtCore.Signal(str)
    show_units = QtCore.Signal(object)

    def __init__(self, model: DocumentModel) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_StyledBackground)
        self._model = model
        self.list = QtWidgets.QListView()
        self.list.setAccessibleName(_("History"))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self._steps = StepList()
        self.list.setModel(self._steps)
        self._delegate = StepDelegate(self.list)
        self.list.setItemDelegate(self._delegate)
        self._empty = QtWidgets.QLabel(_("Nothing has been changed yet."))
        self._empty.setProperty("role", "dim")
        self._empty.setContentsMargins(16, 8, 16, 8)
        self.back = QtWidgets.QPushButton(_("Go back to here"))
        self.back.setProperty("role", "plain")
        self.back.setEnabled(False)
        self.back.clicked.connect(self.go_to_chosen)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        row = QtWidgets.QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.addWidget(self._empty)
        row.addStretch(1)
        row.addWidget(self.back)
        column.addLayout(row)
        column.addWidget(self.list, 1)
        model.opened.connect(self.refresh)
        model.edited.connect(self.refresh)
        self.list.selectionModel().selectionChanged.connect(lambda *_a: self._show_button())

    def refresh(self, *_args: object) -> None:
        """Show the steps of now."""
        document = self._model.document
        self._delegate.in_force = {s.seq for s in document.applied()}
        self._steps.set_steps(list(document.steps))
        self._empty.setVisible(not document.steps)
        self._show_button()

    def _chosen(self) -> Step | None:
        rows = self.list.selectionModel().selectedIndexes()
        return self._steps.steps[rows[0].row()] if rows else None

    def _show_button(self) -> None:
        step = self._chosen()
        self.back.setEnabled(step is not None and step.kind == "do" and bool(self._n_undos(step)))

    def _n_undos(self, step: Step) -> int:
        """How many steps in force came after it."""
        applied = [s.seq for s in self._model.document.applied()]
        return sum(seq > step.seq for seq in applied) if step.seq in applied else 0

    def go_to_chosen(self) -> None:
        """Undo what came after the chosen step, one by one; Redo brings it back."""
        step = self._chosen()
        if step is None:
            return
        for _i in range(self._n_undos(step)):
            self._model.undo()
        self._model.say(_("Went back to: {text}").format(text=step.text))
