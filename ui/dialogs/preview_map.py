"""A small map on a page: zoomed and panned, drawn in the background."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import _
from terradesk.progress import Progress
from terradesk.render.view import View

from .. import theme
from ..shield import safely
from .map_marks import NO_MARK, Marked, paint_marks
from .parts import icon_button, label
from .work import LatestWork

Box = tuple[float, float, float, float]
WHEEL_ZOOM = 1.0015  # per eighth of a degree, as on the large map
_WAIT_MS = 70  # for a newer view before one is drawn sharply
_MARGIN, _AROUND = 24, 96  # pixels at 100 %: kept free by a fit, drawn beyond the edges
_STEP, _KEY_PAN, _CLICK = 1.5, 60, 5
_MOST_PX_PER_M = 20.0
_LEAST_ZOOM = 0.7  # of the whole map
_GAP = 8
_LEFT = QtCore.Qt.MouseButton.LeftButton
_CTRL = QtCore.Qt.KeyboardModifier.ControlModifier


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A picture of a view.

    Parameters
    ----------
    image : QImage
    view : View
        Of the picture, device pixels.
    ids : (height, width) int32, optional
        Unit of each pixel, -1 outside.
    """

    image: QtGui.QImage
    view: View
    ids: np.ndarray | None = None


class Ground(Protocol):
    """What a map shows; it is drawn by another thread."""

    @property
    def extent(self) -> Box:
        """All of it, metres."""

    @property
    def origin(self) -> tuple[float, float]:
        """What pixels are counted from, metres."""

    def draw(
        self, view: View, edge: int, dark: bool, ratio: float, marked: Marked, progress: Progress
    ) -> Drawn:
        """A picture of a view whose edges are out of sight; raises Cancelled by ``progress``."""

    def told(self, x: float, y: float, reach: float, unit: int) -> str:
        """What is said of a place in metres and of the unit there, -1 for none."""


class PreviewMap(QtWidgets.QWidget):
    """Shows a `Ground`; the last picture is scaled until the sharp one is there.

    Signals
    -------
    clicked(float, float, float)
        A point in metres and how many of them are as far as one can aim.
    """

    clicked = QtCore.Signal(float, float, float)

    def __init__(self) -> None:
        super().__init__()
        self._ground: Ground | None = None
        self._view = View(0, 0, 1e-6, 1, 1)
        self._is_whole = True
        self._drawn: Drawn | None = None
        self._whole: Drawn | None = None
        self._marked = NO_MARK
        self._press: QtCore.QPointF | None = None
        self._is_dragged = False
        self._painter = LatestWork(self, _WAIT_MS)
        self._painter.succeeded.connect(self._on_drawn)
        self._painter.failed.connect(lambda _error: self._say(_("The map could not be drawn.")))
        self.setMinimumHeight(160)
        policy = QtWidgets.QSizePolicy.Policy.Expanding
        self.setSizePolicy(policy, policy)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)
        self.setAccessibleDescription(
            _("Plus and minus zoom, arrows move the map, Home shows all of it.")
        )
        self._make_buttons()
        self._note = QtWidgets.QFrame(self)
        self._note.setProperty("role", "card")
        self._text = label("", "small")
        row = QtWidgets.QHBoxLayout(self._note)
        row.setContentsMargins(8, 3, 8, 3)
        row.addWidget(self._text)
        self._note.hide()

    def _make_buttons(self) -> None:
        self.buttons = QtWidgets.QFrame(self)
        self.buttons.setProperty("role", "card")
        box = QtWidgets.QVBoxLayout(self.buttons)
        box.setContentsMargins(1, 1, 1, 1)
        box.setSpacing(0)
        steps: tuple[tuple[str, str, Callable[[], object]], ...] = (
            ("plus", _("Zoom in (+)"), lambda: self.zoom(_STEP)),
            ("minus", _("Zoom out (−)"), lambda: self.zoom(1 / _STEP)),
            ("maximize", _("Show all of it (Home)"), self.fit),
        )
        for icon, text, act in steps:
            button = icon_button(icon, text, act)
            button.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)  # the keys do the same
            box.addWidget(button)
        self.buttons.adjustSize()
        self.buttons.hide()

    # ------------------------------------------------------------------ what is shown
    @property
    def is_drawn(self) -> bool:
        """Whether there is a picture."""
        return self._drawn is not None

    @property
    def is_busy(self) -> bool:
        """Whether a sharp picture is still to come."""
        return self._painter.is_busy

    @property
    def view(self) -> View:
        """The part that is seen, device pixels."""
        return self._view

    @property
    def drawn(self) -> Drawn | None:
        """The last picture."""
        return self._drawn

    @property
    def marked(self) -> Marked:
        """What stands out."""
        return self._marked

    @property
    def note(self) -> str:
        """What the map says at its foot."""
        return "" if self._note.isHidden() else self._text.text()

    def stop(self) -> None:
        """Draw nothing any more."""
        self._painter.stop()

    def show_ground(self, ground: Ground | None) -> None:
        """Show something else; the view stays where the place is the same."""
        was, self._ground = self._ground, ground
        self.buttons.setVisible(ground is not None)
        if ground is None:
            self._painter.stop()
            self._drawn = self._whole = None
            self.mark(NO_MARK)
            return
        if was is None or was.origin != ground.origin or not _is_near(was.extent, ground.extent):
            self._drawn = self._whole = None
            self.mark(NO_MARK)
            self._is_whole = True
        self._whole = None if self._is_whole else self._whole
        self._look()

    def redraw(self) -> None:
        """Draw it in the theme in use."""
        self._whole = None
        self._ask()

    def mark(self, marked: Marked, goes: bool = False) -> None:
        """Let something stand out, and go there; say so when it has no place."""
        self._marked = marked
        self._say(marked.note)
        if goes and marked.box is not None and self._ground is not None:
            self._is_whole = False
            self._set_view(self._near(marked))
            return
        self._ask()

    def _say(self, text: str) -> None:
        self._text.setText(text)
        self._note.setVisible(bool(text))
        self._arrange()

    # ------------------------------------------------------------------ getting about
    def fit(self) -> None:
        """Show all of it."""
        self._is_whole = True
        self._look()

    def zoom(self, factor: float) -> None:
        """Zoom about the middle."""
        self.zoom_at(QtCore.QPointF(self.width() / 2, self.height() / 2), factor)

    def zoom_at(self, at: QtCore.QPointF, factor: float) -> None:
        """Zoom; what lies at a point of the widget stays there."""
        if self._ground is None:
            return
        view, ratio = self._view, self.devicePixelRatioF()
        least = self._fitted(self._ground.extent).px_per_m * _LEAST_ZOOM
        scale = min(max(view.px_per_m * factor, least), max(_MOST_PX_PER_M, least))
        if scale == view.px_per_m:
            return
        x, y = at.x() * ratio, at.y() * ratio
        mx, my = view.to_map(x, y)
        self._is_whole = False
        self._set_view(
            View.at(mx - x / scale, my + y / scale, scale, self._size(), self._ground.origin)
        )

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the map by pixels of the widget."""
        if self._ground is not None and (dx or dy):
            ratio = self.devicePixelRatioF()
            self._is_whole = False
            self._set_view(self._view.moved(round(dx * ratio), round(dy * ratio)))

    def _size(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        return max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1)

    def _fitted(self, box: Box) -> View:
        assert self._ground is not None
        edge = _MARGIN * self.devicePixelRatioF()
        return View.fit(box, self._size(), self._ground.origin, (edge, edge, edge, edge))

    def _near(self, marked: Marked) -> View:
        """What stands out and its surroundings, or all when these are more than that."""
        assert self._ground is not None and marked.box is not None
        found, whole = self._fitted(marked.room), self._fitted(self._ground.extent)
        (x0, y0), (x1, y1) = whole.to_pixels([marked.box[:2], marked.box[2:]]).tolist()
        is_seen = x0 >= 0 and x1 <= whole.width and y1 >= 0 and y0 <= whole.height
        return whole if is_seen and found.px_per_m < whole.px_per_m else found

    def _look(self) -> None:
        """Look at all of it, or at where the view is in another size."""
        if self._ground is None:
            return
        view, (wide, high) = self._view, self._size()
        if self._is_whole:
            self._set_view(self._fitted(self._ground.extent))
        else:
            middle = view.moved(int((wide - view.width) / 2), int((high - view.height) / 2))
            self._set_view(middle.resized(wide, high))

    def _set_view(self, view: View) -> None:
        self._view = view
        self.update()
        self._ask()

    # ------------------------------------------------------------------ drawing
    def _ask(self) -> None:
        """Draw what is seen and a little around it."""
        ground, view, marked = self._ground, self._view, self._marked
        self.update()
        if ground is None or self.width() < 2:
            return
        ratio, dark = self.devicePixelRatioF(), theme.is_dark()
        edge = round(_AROUND * ratio)
        wide = replace(view.moved(edge, edge), width=view.width + 2 * edge,
                       height=view.height + 2 * edge)  # fmt: skip
        self._painter.ask(lambda progress: ground.draw(wide, edge, dark, ratio, marked, progress))

    def _on_drawn(self, drawn: Drawn) -> None:
        self._drawn = drawn
        if self._is_whole or self._whole is None:
            self._whole = drawn
        self.update()

    @safely
    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """The last picture where it lies now, over the one of all."""
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        path = QtGui.QPainterPath()
        path.addRoundedRect(QtCore.QRectF(self.rect()), 6, 6)
        painter.setClipPath(path)
        painter.fillRect(self.rect(), theme.colour("water"))
        if self._drawn is None:
            centre = self.rect().center() - QtCore.QPoint(12, 12)
            painter.drawPixmap(centre, theme.pixmap("map", "outline", 24))
            return
        if self._whole is not None and self._whole is not self._drawn:
            self._paint(painter, self._whole)
        self._paint(painter, self._drawn)
        ratio = self.devicePixelRatioF()
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        paint_marks(painter, self._view, self._marked, ratio)
        painter.restore()
        if self.hasFocus():
            painter.setPen(QtGui.QPen(theme.colour("accent"), 2))
            painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QtCore.QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def _paint(self, painter: QtGui.QPainter, drawn: Drawn) -> None:
        ratio, view = self.devicePixelRatioF(), self._view
        factor = view.px_per_m / drawn.view.px_per_m
        left = drawn.view.kx * factor - view.kx
        top = view.ky - drawn.view.ky * factor
        size = QtCore.QSizeF(drawn.view.width, drawn.view.height) * factor
        place = QtCore.QRectF(QtCore.QPointF(left, top) / ratio, size / ratio)
        smooth = abs(factor - 1) > 1e-9
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(place, drawn.image)

    # ------------------------------------------------------------------ mouse and keys
    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        """Wheels zoom at the cursor, two fingers pan."""
        if self._ground is None:
            event.ignore()
            return
        turn, pixels = event.angleDelta(), event.pixelDelta()
        if not pixels.isNull() and not event.modifiers() & _CTRL:
            self.pan_by(pixels.x(), pixels.y())
        elif turn.y():
            self.zoom_at(event.position(), WHEEL_ZOOM ** turn.y())
        event.accept()

    def event(self, event: QtCore.QEvent) -> bool:
        """Pinches, and what is under the mouse."""
        pinch = QtCore.Qt.NativeGestureType.ZoomNativeGesture
        if isinstance(event, QtGui.QNativeGestureEvent) and event.gestureType() == pinch:
            self.zoom_at(event.position(), 1.0 + event.value())
            return True
        if isinstance(event, QtGui.QHelpEvent):
            text = self.told_at(QtCore.QPointF(event.pos()))
            QtWidgets.QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def told_at(self, at: QtCore.QPointF) -> str:
        """What is said of what lies at a point of the widget."""
        if self._ground is None:
            return ""
        ratio = self.devicePixelRatioF()
        x, y = self._view.to_map(at.x() * ratio, at.y() * ratio)
        return self._ground.told(x, y, self._reach, self.unit_at(x, y))

    @property
    def _reach(self) -> float:
        """Metres as far as one can aim."""
        return 2 * _CLICK * self.devicePixelRatioF() / self._view.px_per_m

    def unit_at(self, x: float, y: float) -> int:
        """Unit at a place in metres as it is drawn, -1 for none."""
        drawn = self._drawn
        if drawn is None or drawn.ids is None:
            return -1
        column, row = np.floor(drawn.view.to_pixels([(x, y)])[0]).astype(int).tolist()
        high, wide = drawn.ids.shape
        return int(drawn.ids[row, column]) if 0 <= column < wide and 0 <= row < high else -1

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        """Take hold of the map."""
        if event.button() == _LEFT and self._ground is not None:
            self._press, self._is_dragged = event.position(), False

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        """Drag it."""
        if self._press is None:
            return
        way = event.position() - self._press
        if self._is_dragged or way.manhattanLength() > _CLICK:
            self._is_dragged = True
            self.setCursor(QtCore.Qt.CursorShape.ClosedHandCursor)
            self.pan_by(way.x(), way.y())
            self._press = event.position()

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        """Let go of it; without a drag it was a click."""
        if event.button() != _LEFT or self._press is None:
            return
        self._press = None
        self.unsetCursor()
        if not self._is_dragged:
            ratio = self.devicePixelRatioF()
            x, y = self._view.to_map(event.position().x() * ratio, event.position().y() * ratio)
            self.clicked.emit(x, y, self._reach)

    def mouseDoubleClickEvent(self, event: QtGui.QMouseEvent) -> None:
        """Show all of it."""
        if event.button() == _LEFT:
            self._press = None
            self.fit()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Plus, minus, arrows, Home."""
        key = QtCore.Qt.Key
        pans = {key.Key_Left: (1, 0), key.Key_Right: (-1, 0), key.Key_Up: (0, 1),
                key.Key_Down: (0, -1)}  # fmt: skip
        zooms = {key.Key_Plus: _STEP, key.Key_Equal: _STEP, key.Key_Minus: 1 / _STEP}
        pressed = key(event.key())
        if pressed in pans:
            dx, dy = pans[pressed]
            self.pan_by(dx * _KEY_PAN, dy * _KEY_PAN)
        elif pressed in zooms:
            self.zoom(zooms[pressed])
        elif pressed == key.Key_Home:
            self.fit()
        else:
            super().keyPressEvent(event)

    # ------------------------------------------------------------------ place
    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Another size needs another picture."""
        super().resizeEvent(event)
        self._arrange()
        self._look()

    def focusInEvent(self, event: QtGui.QFocusEvent) -> None:
        """Show that the keys act here."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QtGui.QFocusEvent) -> None:
        """They act elsewhere."""
        super().focusOutEvent(event)
        self.update()

    def _arrange(self) -> None:
        self.buttons.move(self.width() - self.buttons.width() - _GAP, _GAP)
        self._note.adjustSize()
        self._note.move(_GAP, self.height() - self._note.height() - _GAP)


def _is_near(a: Box, b: Box) -> bool:
    """Whether two extents are of the same place, by a tenth of their size."""
    side = max(a[2] - a[0], a[3] - a[1], 1.0)
    return bool(np.abs(np.subtract(a, b)).max() <= side / 10)
