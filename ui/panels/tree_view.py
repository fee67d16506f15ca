"""The tree widget of the territories: what is dragged out of it and dropped on its rows."""

from __future__ import annotations

import contextlib
import json

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import _, ngettext

from .carrying import carry
from .tree_rows import ID

ACCOUNTS_MIME = "application/x-terradesk-accounts"
TERRITORIES_MIME = "application/x-terradesk-territories"


class TreeView(QtWidgets.QTreeView):
    """The tree itself; tells what was dropped where.

    Signals
    -------
    dropped(str, list of int, int)
        MIME type, ids or rows, territory id dropped on (0 = the top).
    hovered_with(str, list of int, int)
        The same while the mouse still moves; territory -2 when it left.
    """

    dropped = QtCore.Signal(str, list, int)
    hovered_with = QtCore.Signal(str, list, int)

    def __init__(self) -> None:
        super().__init__()
        mode = QtWidgets.QAbstractItemView
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setSelectionMode(mode.SelectionMode.ExtendedSelection)
        self.setEditTriggers(mode.EditTrigger.NoEditTriggers)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(_("Territories"))

    def startDrag(self, actions: QtCore.Qt.DropAction) -> None:
        """Drag the selected rows."""
        ids = [int(i.data(ID)) for i in self.selectionModel().selectedRows()]
        data = QtCore.QMimeData()
        data.setData(TERRITORIES_MIME, json.dumps(ids).encode())
        text = ngettext("{n} territory", "{n} territories", len(ids)).format(n=len(ids))
        if len(ids) == 1:
            text = str(self.selectionModel().selectedRows()[0].data())
        carry(self, data, text, QtCore.Qt.DropAction.MoveAction)

    def _carried(self, data: QtCore.QMimeData) -> tuple[str, list[int]]:
        for kind in (ACCOUNTS_MIME, TERRITORIES_MIME):
            if data.hasFormat(kind):
                with contextlib.suppress(ValueError, TypeError):
                    return kind, [int(v) for v in json.loads(bytes(data.data(kind).data()))]
        return "", []

    def _at(self, event: QtGui.QDropEvent) -> int:
        index = self.indexAt(event.position().toPoint())
        return int(index.data(ID)) if index.isValid() else 0

    def dragEnterEvent(self, event: QtGui.QDragEnterEvent) -> None:
        """Accounts and territories may come."""
        if self._carried(event.mimeData())[0]:
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QtGui.QDragMoveEvent) -> None:
        """Show what a drop here would do."""
        kind, rows = self._carried(event.mimeData())
        if kind:
            event.acceptProposedAction()
            self.hovered_with.emit(kind, rows, self._at(event))

    def dragLeaveEvent(self, event: QtGui.QDragLeaveEvent) -> None:
        """The drag went elsewhere."""
        self.hovered_with.emit("", [], -2)

    def dropEvent(self, event: QtGui.QDropEvent) -> None:
        """Tell what was dropped; the panel makes the edit."""
        kind, rows = self._carried(event.mimeData())
        self.hovered_with.emit("", [], -2)
        if kind:
            event.acceptProposedAction()
            self.dropped.emit(kind, rows, self._at(event))

    def drawBranches(
        self, painter: QtGui.QPainter, rect: QtCore.QRect, index: QtCore.QModelIndex
    ) -> None:
        """The delegate draws the chevron."""
