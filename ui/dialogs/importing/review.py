"""The list of differences and matches: filter, headings, ticks, other candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n
from terradesk.i18n import _
from terradesk.importing import Item

from ..parts import choose, combo, label
from .review_model import AFTER, BEFORE, TITLE, Index, ReviewModel

_OPEN_BELOW = 60
"""Groups with fewer items are open from the start."""


class CandidateDelegate(QtWidgets.QStyledItemDelegate):
    """Lets another candidate be picked from a list."""

    def createEditor(
        self, parent: QtWidgets.QWidget, option: QtWidgets.QStyleOptionViewItem, index: Index
    ) -> QtWidgets.QWidget:
        """A list of the candidates."""
        model = index.model()
        assert isinstance(model, ReviewModel)
        item = model.item(index)
        assert item is not None
        choices = [(text, key) for key, text in item.candidates]
        box = combo(item.title, choices, model.candidate(item))
        box.setParent(parent)
        box.setAutoFillBackground(True)
        box.activated.connect(lambda _k: self._finish(box))
        QtCore.QTimer.singleShot(0, box, box.showPopup)
        return box

    def _finish(self, box: QtWidgets.QComboBox) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box, QtWidgets.QAbstractItemDelegate.EndEditHint.NoHint)

    def setEditorData(self, editor: QtWidgets.QWidget, index: Index) -> None:
        """The one that is taken."""
        model = index.model()
        assert isinstance(editor, QtWidgets.QComboBox) and isinstance(model, ReviewModel)
        item = model.item(index)
        if item is not None:
            choose(editor, model.candidate(item))

    def setModelData(
        self, editor: QtWidgets.QWidget, model: QtCore.QAbstractItemModel, index: Index
    ) -> None:
        """Take the one that was picked."""
        assert isinstance(editor, QtWidgets.QComboBox)
        model.setData(index, editor.currentData(), QtCore.Qt.ItemDataRole.EditRole)


class FilterLine(QtWidgets.QLineEdit):
    """A filter whose keys stay its own: Escape empties it, Enter does not import.

    Signals
    -------
    done()
        Enter was pressed.
    """

    done = QtCore.Signal()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Escape and Enter would close the page."""
        key = QtCore.Qt.Key
        if event.key() == key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (key.Key_Return, key.Key_Enter):
            self.done.emit()
        else:
            super().keyPressEvent(event)


class ReviewTree(QtWidgets.QTreeView):
    """The list itself: Enter opens what can be picked, or ticks, instead of importing."""

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Enter means the line that is current."""
        key, index = QtCore.Qt.Key, self.currentIndex()
        if event.key() not in (key.Key_Return, key.Key_Enter) or not index.isValid():
            super().keyPressEvent(event)
            return
        choice = index.siblingAtColumn(AFTER)
        if choice.flags() & QtCore.Qt.ItemFlag.ItemIsEditable:
            if index == choice:
                self.edit(choice)
            self.setCurrentIndex(choice)  # which opens it, too
            return
        tick, role = index.siblingAtColumn(TITLE), QtCore.Qt.ItemDataRole.CheckStateRole
        if tick.flags() & QtCore.Qt.ItemFlag.ItemIsUserCheckable:
            is_on = tick.data(role) == QtCore.Qt.CheckState.Checked
            state = QtCore.Qt.CheckState.Unchecked if is_on else QtCore.Qt.CheckState.Checked
            self.model().setData(tick, state, role)


class ReviewList(QtWidgets.QWidget):
    """Differences and matches under headings.

    Signals
    -------
    changed()
        Something else is to be left out, or picked.
    looked_at(object)
        The `Item` that was selected by hand.
    """

    changed = QtCore.Signal()
    looked_at = QtCore.Signal(object)

    def __init__(self) -> None:
        super().__init__()
        box = QtWidgets.QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        head = QtWidgets.QHBoxLayout()
        head.addWidget(label(_("Look through"), "title"))
        self._count = label("", "dim")
        head.addWidget(self._count)
        head.addStretch(1)
        self.filter = FilterLine()
        self.filter.setPlaceholderText(_("Filter"))
        self.filter.setAccessibleName(_("Filter the list"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setFixedWidth(180)
        head.addWidget(self.filter)
        box.addLayout(head)
        self.model = ReviewModel()
        self.tree = ReviewTree()
        self.filter.done.connect(self.tree.setFocus)
        self.tree.setModel(self.model)
        self.tree.setUniformRowHeights(True)
        self.tree.setProperty("role", "review")
        self.tree.setAccessibleName(_("Differences and matches"))
        self.tree.setItemDelegateForColumn(AFTER, CandidateDelegate(self.tree))
        self.tree.setEditTriggers(
            QtWidgets.QAbstractItemView.EditTrigger.EditKeyPressed
            | QtWidgets.QAbstractItemView.EditTrigger.SelectedClicked
            | QtWidgets.QAbstractItemView.EditTrigger.CurrentChanged
        )
        self.tree.setAllColumnsShowFocus(True)
        self.tree.setTabKeyNavigation(False)
        self.tree.setTextElideMode(QtCore.Qt.TextElideMode.ElideMiddle)
        self.tree.setMinimumHeight(200)
        self.tree.header().setStretchLastSection(True)
        box.addWidget(self.tree, 1)
        self._timer = QtCore.QTimer(self, singleShot=True, interval=150)
        self._timer.timeout.connect(self._sift)
        self.filter.textChanged.connect(lambda _text: self._timer.start())
        self.model.chosen.connect(self._on_choice)
        self.tree.selectionModel().currentRowChanged.connect(self._on_current)

    def show_items(
        self,
        items: Sequence[Item],
        groups: Sequence[tuple[str, str]],
        left_out: frozenset[str],
        picked: Mapping[str, str],
    ) -> None:
        """Show other items; see `ReviewModel.set_items`."""
        if self.model.set_items(items, groups, left_out, picked):
            self._unfold()
            wide = max(self.tree.viewport().width(), 320)
            has_before = any(item.before for item in items)
            self.tree.setColumnWidth(TITLE, round(wide * (0.30 if has_before else 0.46)))
            self.tree.setColumnWidth(BEFORE, round(wide * 0.40))
            self.tree.setColumnHidden(BEFORE, not has_before)
        self._tell_count()
        self.setVisible(bool(items))

    def select(self, key: str) -> None:
        """Show the item with a key and select it; the filter goes when it hides it."""
        if not self.model.index_of(key).isValid() and self.filter.text():
            self.filter.clear()
            self._timer.stop()
            self._sift()
        index = self.model.index_of(key)
        if index.isValid():
            self.tree.setExpanded(index.parent(), True)
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)

    def _on_current(self, index: Index) -> None:
        item = self.model.item(index)
        if item is not None:
            self.looked_at.emit(item)

    def _unfold(self) -> None:
        """Open short groups, and all that a filter left something of."""
        for k, group in enumerate(self.model.groups):
            index = self.model.index(k, 0)
            self.tree.setFirstColumnSpanned(k, QtCore.QModelIndex(), True)
            self.tree.setExpanded(index, bool(self.filter.text()) or len(group.shown) < _OPEN_BELOW)
        if len(self.model.groups) == 1:
            self.tree.expandAll()

    def _sift(self) -> None:
        self.model.set_filter(self.filter.text())
        self._unfold()
        self._tell_count()

    def _tell_count(self) -> None:
        n = sum(self.model.is_taken(item) for group in self.model.groups for item in group.items)
        self._count.setText(
            _("{n} of {total} are taken").format(
                n=i18n.number(n), total=i18n.number(self.model.n_items)
            )
        )

    def _on_choice(self) -> None:
        self._tell_count()
        self.changed.emit()
