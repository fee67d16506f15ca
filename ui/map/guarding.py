"""Guard: drops a gesture when what it began on is gone or its end can no longer be heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6 import QtCore, QtGui, QtWidgets

from ..document_model import DocumentModel

if TYPE_CHECKING:
    from .gestures import Gestures

_Type = QtCore.QEvent.Type
_POPUP = QtCore.Qt.FocusReason.PopupFocusReason


class Guard(QtCore.QObject):
    """Watches model and canvas for a map's gestures.

    A step done, undone or redone, another plan or scenario, another size, the loss of the keyboard
    to something that is not a menu, and a button that went up unheard: each of them ends a gesture
    as Esc would.

    Parameters
    ----------
    gestures : Gestures
    model : DocumentModel
    canvas : QGraphicsView
    """

    def __init__(
        self, gestures: Gestures, model: DocumentModel, canvas: QtWidgets.QGraphicsView
    ) -> None:
        super().__init__(canvas)
        self._gestures, self._canvas = gestures, canvas
        for signal in (model.opened, model.edited, model.alignment_changed):
            signal.connect(self._drop)
        canvas.installEventFilter(self)
        canvas.viewport().installEventFilter(self)

    def _drop(self, *_what: object) -> None:
        self._gestures.drop()

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        kind = event.type()
        if kind == _Type.MouseMove and isinstance(event, QtGui.QMouseEvent):
            if self._gestures.is_down and not event.buttons() & QtCore.Qt.MouseButton.LeftButton:
                self._gestures.lose_button()
        elif kind == _Type.FocusOut and isinstance(event, QtGui.QFocusEvent):
            if event.reason() != _POPUP and QtWidgets.QApplication.activePopupWidget() is None:
                self._gestures.drop()
        elif kind == _Type.Hide or (kind == _Type.Resize and self._is_other_size(event)):
            self._gestures.drop()
        return False

    @staticmethod
    def _is_other_size(event: QtCore.QEvent) -> bool:
        return isinstance(event, QtGui.QResizeEvent) and event.size() != event.oldSize()
