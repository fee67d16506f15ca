"""The widget under the map: pointer, wheel, touch and keys in; the picture out."""

from __future__ import annotations

import atexit
from typing import Protocol
from weakref import WeakSet

import pyqtgraph as pg
import shiboken6
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import _
from ui.tools import Keys

from .item import MapItem
from .stilling import Stills

WHEEL_ZOOM = 1.0015  # per eighth of a degree
_KEY_STEP = 60


class Desk(Protocol):
    """Who works with what the canvas hears."""

    touchpad_pans: bool

    def pressed(self, at: QtCore.QPointF, keys: Keys, button: str, is_touch: bool) -> None:
        """A button went down."""

    def double_pressed(self, at: QtCore.QPointF, keys: Keys) -> None:
        """The left button went down a second time."""

    def moved(self, at: QtCore.QPointF, keys: Keys) -> None:
        """The pointer moved."""

    def released(self, at: QtCore.QPointF, keys: Keys, button: str) -> None:
        """A button went up."""

    def left(self) -> None:
        """The pointer left the map."""

    def key_pressed(self, event: QtGui.QKeyEvent) -> bool:
        """A key went down; tells whether it meant something."""

    def key_released(self, event: QtGui.QKeyEvent) -> bool:
        """A key went up."""

    def zoom_at(self, at: QtCore.QPointF, factor: float) -> None:
        """Zoom about a place."""

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the map by so many pixels."""

    def resized(self) -> None:
        """The canvas has another size or pixel ratio."""

    def focus_changed(self, has_focus: bool) -> None:
        """Keys go to the map, or no longer."""

    def menu_asked(self, at: QtCore.QPointF) -> None:
        """A right click, or the menu key."""

    def dragged_over(self, event: QtGui.QDragMoveEvent) -> None:
        """Something from outside hovers over the map."""

    def drag_left(self) -> None:
        """It went away again."""

    def dropped(self, event: QtGui.QDropEvent) -> None:
        """It was let go of."""


_BUTTONS = {
    QtCore.Qt.MouseButton.LeftButton: "left",
    QtCore.Qt.MouseButton.MiddleButton: "middle",
    QtCore.Qt.MouseButton.RightButton: "right",
}


_SHOWN: WeakSet[Canvas] = WeakSet()


@atexit.register
def _hide_what_is_left() -> None:
    """Hide maps nobody closed: one that is taken apart while shown paints and ends in a crash."""
    for canvas in list(_SHOWN):
        if shiboken6.isValid(canvas):
            canvas.window().hide()


class Canvas(pg.GraphicsView):
    """A pyqtgraph view in pixels that holds the map item and hands everything to the desk."""

    _is_made = False  # pyqtgraph resizes itself while it is being made

    def __init__(self, parent: QtWidgets.QWidget, desk: Desk, item: MapItem) -> None:
        super().__init__(parent, background=None)
        self._desk = desk
        view = QtWidgets.QGraphicsView
        self.setCacheMode(view.CacheModeFlag.CacheNone)
        self.setViewportUpdateMode(view.ViewportUpdateMode.FullViewportUpdate)
        self.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAcceptDrops(True)
        self.viewport().setAcceptDrops(True)
        self.setAccessibleName(_("Map"))
        self.scene().addItem(item)
        self._stills = Stills(parent, self, item)
        self._is_made = True
        _SHOWN.add(self)

    # ------------------------------------------------------------------ pointer
    @staticmethod
    def _keys(event: QtGui.QInputEvent) -> Keys:
        held, out = event.modifiers(), Keys.NONE
        if held & QtCore.Qt.KeyboardModifier.ShiftModifier:
            out |= Keys.SHIFT
        if held & QtCore.Qt.KeyboardModifier.ControlModifier:
            out |= Keys.CTRL
        return out

    @staticmethod
    def _is_touch(event: QtGui.QMouseEvent) -> bool:
        return event.pointerType() == QtGui.QPointingDevice.PointerType.Finger

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        self.setFocus(QtCore.Qt.FocusReason.MouseFocusReason)
        button = _BUTTONS.get(event.button(), "")
        if button == "right":
            self._desk.menu_asked(event.position())
        elif button:
            touch = self._is_touch(event)
            self._desk.pressed(event.position(), self._keys(event), button, touch)
        event.accept()

    def mouseDoubleClickEvent(self, event: QtGui.QMouseEvent) -> None:
        if event.button() == QtCore.Qt.MouseButton.LeftButton:
            self._desk.double_pressed(event.position(), self._keys(event))
        else:
            self.mousePressEvent(event)
        event.accept()

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        self._desk.moved(event.position(), self._keys(event))
        event.accept()

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        button = _BUTTONS.get(event.button(), "")
        if button and button != "right":
            self._desk.released(event.position(), self._keys(event), button)
        event.accept()

    def leaveEvent(self, event: QtCore.QEvent) -> None:
        self._desk.left()

    def contextMenuEvent(self, event: QtGui.QContextMenuEvent) -> None:
        if event.reason() == QtGui.QContextMenuEvent.Reason.Keyboard:
            self._desk.menu_asked(QtCore.QPointF(self.rect().center()))
        event.accept()

    # ------------------------------------------------------------------ wheel and pinch
    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        turn, pixels = event.angleDelta(), event.pixelDelta()
        is_zoom = bool(event.modifiers() & QtCore.Qt.KeyboardModifier.ControlModifier)
        if not pixels.isNull() and self._desk.touchpad_pans and not is_zoom:
            self._desk.pan_by(pixels.x(), pixels.y())
        elif turn.y():
            self._desk.zoom_at(event.position(), WHEEL_ZOOM ** turn.y())
        elif turn.x():
            self._desk.pan_by(turn.x() / 2, 0)
        event.accept()

    def viewportEvent(self, event: QtCore.QEvent) -> bool:
        zoom = QtCore.Qt.NativeGestureType.ZoomNativeGesture
        if isinstance(event, QtGui.QNativeGestureEvent) and event.gestureType() == zoom:
            self._desk.zoom_at(event.position(), 1.0 + event.value())
            return True
        return super().viewportEvent(event)

    # ------------------------------------------------------------------ keys and focus
    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if not self._arrow(event) and not self._desk.key_pressed(event):
            event.ignore()

    def _arrow(self, event: QtGui.QKeyEvent) -> bool:
        key = QtCore.Qt.Key
        steps = {key.Key_Left: (1, 0), key.Key_Right: (-1, 0), key.Key_Up: (0, 1),
                 key.Key_Down: (0, -1)}  # fmt: skip
        if event.key() not in steps:
            return False
        dx, dy = steps[key(event.key())]
        self._desk.pan_by(dx * _KEY_STEP, dy * _KEY_STEP)
        return True

    def keyReleaseEvent(self, event: QtGui.QKeyEvent) -> None:
        if not self._desk.key_released(event):
            event.ignore()

    def focusInEvent(self, event: QtGui.QFocusEvent) -> None:
        super().focusInEvent(event)
        self._desk.focus_changed(True)

    def focusOutEvent(self, event: QtGui.QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._desk.focus_changed(False)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_made:
            self._desk.resized()

    # ------------------------------------------------------------------ things from outside
    def dragEnterEvent(self, event: QtGui.QDragEnterEvent) -> None:
        self._desk.dragged_over(event)

    def dragMoveEvent(self, event: QtGui.QDragMoveEvent) -> None:
        self._desk.dragged_over(event)

    def dragLeaveEvent(self, event: QtGui.QDragLeaveEvent) -> None:
        self._desk.drag_left()

    def dropEvent(self, event: QtGui.QDropEvent) -> None:
        self._desk.dropped(event)
