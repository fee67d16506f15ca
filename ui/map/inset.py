"""The overview: the whole plan in a corner, with a frame around what is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import _
from terradesk.render import View

from .. import theme
from ..shield import safely
from . import parts

if TYPE_CHECKING:
    from .view import MapView

_MOST = QtCore.QSize(184, 124)
_LEAST_SIDE = 56
_IDLE_MS = 250
_FINER = 3  # samples per pixel of the inset, both ways
_DRAG_PX = 4
_IN_VIEW = 0.985  # share of the plan's box that counts as all of it


class Inset(parts.Floating):
    """Drag its frame to move the map, click to go there; hidden while the whole plan is seen.

    The picture is looked up in the overview raster with the colours the map has now, when nothing
    else goes on; a frame of the map costs it nothing but its own outline.

    Parameters
    ----------
    view : MapView
    """

    def __init__(self, view: MapView) -> None:
        super().__init__(view)
        self._view = view
        self.is_folded = False
        self._ids = np.empty((0, 0), np.int32)
        self._place: View | None = None  # of the picture, in its pixels
        self._key: object = None
        self._picture = QtGui.QPixmap()
        self._table = np.empty(0, np.uint32)
        self._grabs_frame = False
        self._held: QtCore.QPointF | None = None
        self._is_drag = False
        self.setAccessibleName(_("Overview"))
        self.setAccessibleDescription(_("The whole plan; arrow keys move the frame"))
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.TabFocus)
        self.setLayoutDirection(QtCore.Qt.LayoutDirection.LeftToRight)
        self.setToolTip(_("Drag the frame to move the map, click to go there"))
        self._fold = QtWidgets.QToolButton(self)
        self._fold.setProperty("role", "icon")
        self._fold.setFixedSize(22, 22)
        self._fold.setIconSize(QtCore.QSize(14, 14))
        self._fold.setCursor(QtCore.Qt.CursorShape.PointingHandCursor)
        self._fold.clicked.connect(lambda _on=False: self.set_folded(not self.is_folded))
        self._idle = QtCore.QTimer(self, singleShot=True, interval=_IDLE_MS)
        self._idle.timeout.connect(self._redraw)
        view.following.changed.connect(self._idle.start)
        view.became_ready.connect(self._idle.start)
        view.view_changed.connect(self._looked)
        view.model.opened.connect(self._forget)
        view.model.closed.connect(self._forget)
        self.restyle()
        self.hide()

    # ------------------------------------------------------------------ when it is there
    def _forget(self) -> None:
        self._key, self._place = None, None
        self._ids, self._table = np.empty((0, 0), np.int32), np.empty(0, np.uint32)
        self.hide()

    @property
    def is_wanted(self) -> bool:
        """Whether a part of the plan is out of sight."""
        if self._place is None:
            return False
        plan, seen = self._place.box, self._view.view.box
        across = min(plan[2], seen[2]) - max(plan[0], seen[0])
        up = min(plan[3], seen[3]) - max(plan[1], seen[1])
        share = max(across, 0) * max(up, 0)
        return bool(share < _IN_VIEW * (plan[2] - plan[0]) * (plan[3] - plan[1]))

    def set_folded(self, is_folded: bool) -> None:
        """Show a button only, or the picture."""
        self.is_folded = is_folded
        self._fit()
        self.restyle()
        self._view.arrange()

    def restyle(self) -> None:
        """Take up the theme."""
        text = _("Show the overview") if self.is_folded else _("Fold the overview")
        self._fold.setIcon(theme.icon("map" if self.is_folded else "minus", "text2"))
        self._fold.setToolTip(text)
        self._fold.setAccessibleName(text)
        self._idle.start()

    def _looked(self) -> None:
        if self.is_wanted != self.isVisibleTo(self._view):
            self._view.arrange()
        elif self.isVisible():
            self.update()

    def _fit(self) -> None:
        if self.is_folded or self._place is None:
            self.setFixedSize(30, 30)
            self._fold.move(4, 4)
            return
        self.setFixedSize(self._place.width + 8, self._place.height + 8)
        self._fold.move(self.width() - 25, 3)

    # ------------------------------------------------------------------ the picture
    def _sample(self) -> None:
        """Look up the units of the inset's pixels; once per plan."""
        prepared = self._view.following.prepared
        overview = prepared.overview if prepared is not None else None
        if overview is None or prepared is None or not prepared.arcs.n_units:
            self._forget()
            return
        if self._key is overview:
            return
        whole = overview.view
        scale = min(_MOST.width() / whole.width, _MOST.height() / whole.height)
        wide = max(round(whole.width * scale), _LEAST_SIDE)
        high = max(round(whole.height * scale), _LEAST_SIDE)
        self._key = overview
        self._place = View.fit(whole.box, (wide, high), whole.origin, (3, 3, 3, 3))
        fine = View.fit(whole.box, (wide * _FINER, high * _FINER), whole.origin, (3 * _FINER,) * 4)
        columns = (np.arange(fine.width) + 0.5 + fine.kx) / fine.scale * whole.scale - whole.kx
        lines = whole.ky - (fine.ky - np.arange(fine.height) - 0.5) / fine.scale * whole.scale
        inside_x = (columns >= 0) & (columns < whole.width)
        inside_y = (lines >= 0) & (lines < whole.height)
        at = np.ix_(
            np.clip(lines, 0, whole.height - 1).astype(int),
            np.clip(columns, 0, whole.width - 1).astype(int),
        )
        self._ids = np.where(inside_y[:, None] & inside_x[None, :], overview.ids[at], -1)
        self._fit()

    def _redraw(self) -> None:
        if self._view.gestures.is_active:
            self._idle.start()
            return
        self._sample()
        layer = self._view.following.layer
        if self._place is None or layer is None:
            self._view.arrange()
            return
        table = layer.state.table.copy()
        if len(table) <= self._ids.max(initial=-1) + 1:
            return
        table[0] = theme.colour("water").rgb()
        if np.array_equal(table, self._table) and not self._picture.isNull():
            self._looked()
            return
        self._table = table
        rgb = np.ascontiguousarray(table[self._ids + 1] | np.uint32(0xFF000000))
        high, wide = rgb.shape
        image = QtGui.QImage(rgb.data, wide, high, wide * 4, QtGui.QImage.Format.Format_RGB32)
        ratio = min(self._view.ratio, float(_FINER))
        size = QtCore.QSize(round(self._place.width * ratio), round(self._place.height * ratio))
        mode = QtCore.Qt.TransformationMode.SmoothTransformation
        keep = QtCore.Qt.AspectRatioMode.IgnoreAspectRatio
        self._picture = QtGui.QPixmap.fromImage(image.scaled(size, keep, mode))
        self._picture.setDevicePixelRatio(ratio)
        self.update()
        self._looked()

    def frame(self) -> QtCore.QRectF:
        """What is seen, in pixels of this widget."""
        assert self._place is not None
        x0, y0, x1, y1 = self._view.view.box
        (left, top), (right, bottom) = self._place.to_pixels([(x0, y1), (x1, y0)]) + 4
        return QtCore.QRectF(left, top, right - left, bottom - top)

    @safely
    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        super().paintEvent(event)
        if self.is_folded or self._place is None:
            return
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        inner = QtCore.QRectF(4, 4, self._place.width, self._place.height)
        path = QtGui.QPainterPath()
        path.addRoundedRect(inner, 5, 5)
        painter.setClipPath(path)
        painter.fillRect(inner, theme.colour("water"))
        painter.drawPixmap(inner.topLeft(), self._picture)
        frame = self._shown_frame(inner)
        shade = QtGui.QPainterPath(path)
        hole = QtGui.QPainterPath()
        hole.addRect(frame)
        dim = theme.colour("panel")
        dim.setAlpha(96)
        painter.fillPath(shade.subtracted(hole), dim)
        painter.setPen(QtGui.QPen(theme.colour("casing"), 3.6))
        painter.drawRect(frame)
        painter.setPen(QtGui.QPen(theme.colour("select"), 1.8))
        painter.drawRect(frame)
        if self.hasFocus():
            painter.setClipping(False)
            painter.setPen(QtGui.QPen(theme.colour("accent"), 1.6))
            painter.drawRoundedRect(QtCore.QRectF(self.rect()).adjusted(1, 1, -1, -1), 7, 7)

    def _shown_frame(self, inner: QtCore.QRectF) -> QtCore.QRectF:
        """The frame within the picture; never too small to be seen."""
        frame, least = self.frame(), 7.0
        grow_x = max(least - frame.width(), 0) / 2
        grow_y = max(least - frame.height(), 0) / 2
        return frame.adjusted(-grow_x, -grow_y, grow_x, grow_y) & inner.adjusted(1, 1, -1, -1)

    # ------------------------------------------------------------------ hands on it
    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        if event.button() == QtCore.Qt.MouseButton.LeftButton and not self.is_folded:
            self._held, self._is_drag = event.position(), False
            self._view.canvas.setFocus()  # so that Esc and single letters reach the map
            self._grabs_frame = self._place is not None and self._shown_frame(
                QtCore.QRectF(self.rect())
            ).contains(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._held is None or self._place is None:
            return
        moved = event.position() - self._held
        if not self._is_drag and moved.manhattanLength() < _DRAG_PX:
            return
        if not self._is_drag and not self._grabs_frame:
            self._view.going.centre_on(*self._metres(event.position()))
        self._is_drag = True
        per_px = 1 / self._place.px_per_m
        self._view.pan_map(-moved.x() * per_px, moved.y() * per_px)
        self._held = event.position()

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._held is not None and not self._is_drag and self._place is not None:
            self._view.going.fly_to(*self._metres(event.position()))
        self._held = None

    def _metres(self, at: QtCore.QPointF) -> tuple[float, float]:
        assert self._place is not None
        return self._place.to_map(at.x() - 4, at.y() - 4)

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        self._view.zoom_by(1.0015 ** event.angleDelta().y())
        event.accept()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        key = QtCore.Qt.Key
        steps = {key.Key_Left: (1, 0), key.Key_Right: (-1, 0), key.Key_Up: (0, 1),
                 key.Key_Down: (0, -1)}  # fmt: skip
        if event.key() not in steps or self.is_folded:
            super().keyPressEvent(event)
            return
        dx, dy = steps[key(event.key())]
        size = self._view.size()
        self._view.pan_by(dx * size.width() / 3, dy * size.height() / 3)

    def focusInEvent(self, event: QtGui.QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QtGui.QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
