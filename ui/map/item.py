"""MapItem: the picture of the map inside pyqtgraph, with names and gestures over it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.render import Frame, Overview, Style, View
from terradesk.render.basemap import BaseMap
from ui.tools import Shape

from .. import theme
from . import overlay
from .layer import Layer
from .names import Block, Names
from .spots import Spots

SHARP_MS = 60
"""After so long without zooming a quick picture is drawn again in full."""

Rect = tuple[int, int, int, int]
_QUICK_FROM = 20_000  # units from which zooming draws less detail
_LONGEST_NAME = 32  # letters
_EXTENT = 32_768.0  # of the constant bounding rectangle, pixels


class MapItem(pg.GraphicsObject):
    """Draws a layer in a view. Changes are taken up at the next paint, however many come before it.

    Attributes
    ----------
    shadows : callable
        Gives (rectangle, corner radius) of what floats over the map, in pixels at 100 %.
    """

    def __init__(self) -> None:
        super().__init__()
        self.shadows: Callable[[], list[tuple[QtCore.QRectF, float]]] = list
        self.layer: Layer | None = None
        self.base: BaseMap | None = None
        self.overview: Overview | None = None
        self.spots: Spots | None = None
        self.gesture: Shape | None = None
        self.has_focus = False
        self.shows = {"accounts": True, "labels": True, "base": True}
        self.style = Style(theme.is_dark())
        self.view = View(0, 0, 1e-5, 1, 1)
        self.frame: Frame | None = None
        self._names: Names | None = None
        self.selected_accounts = np.empty(0, np.int32)
        self._named_key: tuple[object, ...] = ()
        self._named_found: tuple[np.ndarray, list[QtGui.QColor]] = (self.selected_accounts, [])
        self._ghost = overlay.Ghost()
        self._todo: list[tuple[str, np.ndarray]] = []
        self._picture = np.zeros((1, 1), np.uint32)
        self._is_stale = True
        self._dirty: Rect | None = None
        self._is_zooming = False
        self._timer = QtCore.QTimer(singleShot=True, interval=SHARP_MS)
        self._timer.timeout.connect(self._sharpen)

    def boundingRect(self) -> QtCore.QRectF:
        return QtCore.QRectF(0, 0, _EXTENT, _EXTENT)

    # ------------------------------------------------------------------ what is drawn
    def set_layer(
        self, layer: Layer | None, overview: Overview | None, spots: Spots | None
    ) -> None:
        """Draw another plan."""
        self.layer, self.overview, self.spots = layer, overview, spots
        self.base = None
        self.frame = None
        self._names = Names(layer.arcs, overview) if layer and overview else None
        self.set_blocks()
        self.update()

    def set_base(self, base: BaseMap | None) -> None:
        """Draw another base map, or none."""
        self.base = base
        self.redraw()

    def show_parts(self, part: str, is_shown: bool) -> None:
        """Show or hide accounts, labels or the base map."""
        self.shows[part] = is_shown
        self.redraw()

    def restyle(self, ratio: float) -> None:
        """Take up the theme and the pixel ratio."""
        self.style = Style(theme.is_dark(), ratio)
        if self._names is not None:
            self._names.forget()
        self.redraw()

    def redraw(self) -> None:
        """Draw everything again."""
        self.frame = None
        self.update()

    def look(self, view: View, is_zooming: bool = False) -> None:
        """Show another view; while zooming large plans with less detail."""
        self.view = view
        quick = is_zooming and self.layer is not None and self.layer.arcs.n_units > _QUICK_FROM
        self._is_zooming = self._is_zooming or quick
        if quick:
            self._timer.start()
        self.update()

    def _sharpen(self) -> None:
        self._is_zooming = False
        self._later("render", np.empty(0, np.int64))

    def assigned(self, rows: np.ndarray) -> None:
        """Units have another territory."""
        self._later("assigned", rows)

    def marked(self, rows: np.ndarray) -> None:
        """Units have other marks."""
        if len(rows):
            self._later("marked", rows)

    def recolour(self) -> None:
        """All fills may differ."""
        self._later("recolour", np.empty(0, np.int64))

    def refresh(self) -> None:
        """Borders, fills and locks may differ everywhere."""
        self._later("render", np.empty(0, np.int64))

    def _later(self, what: str, rows: np.ndarray) -> None:
        self._todo.append((what, rows))
        self.update()

    def set_shape(self, shape: Shape | None) -> None:
        """Draw a gesture's shape, or none."""
        if shape is not None or self.gesture is not None:
            self.gesture = shape
            self.update()

    def take_from(self, other: MapItem, ratio: float) -> None:
        """Show the same as another item in another resolution, without its gesture."""
        self.shows = dict(other.shows)
        self.style = Style(theme.is_dark(), ratio)
        self.set_layer(other.layer, other.overview, other.spots)
        self.base = other.base

    def draw_now(self, painter: QtGui.QPainter) -> None:
        """Draw the map in device pixels, without what floats."""
        frame = self._sync()
        if frame is not None:
            self._draw(painter, frame, self.style.pixel_ratio)

    # ------------------------------------------------------------------ names
    def _blocks(self) -> list[Block]:
        assert self.layer is not None
        names, values, tones = self.layer.labels()
        names = [shortened(name) for name in names]
        is_by_class = self.layer.colouring.classes is not None
        tones = ["label"] * len(tones) if is_by_class else tones
        locked = self.layer.state.locked
        return list(zip(names, values, tones, locked.tolist(), strict=True))

    def set_blocks(self, rows: np.ndarray | None = None) -> None:
        """Take up names and figures; only territories in ``rows`` have another shape."""
        if self._names is None or self.layer is None:
            return
        owners = self.layer.state.territories
        if rows is None:
            self._names.set_blocks(self._blocks(), owners)
        else:
            self._names.touch(self._blocks(), owners, rows)
        self.update()

    # ------------------------------------------------------------------ painting
    def _sync(self) -> Frame | None:
        """The frame, brought up to date."""
        view, layer = self.view, self.layer
        if layer is None or view.width < 2 or view.height < 2:
            return None
        frame = self.frame
        if frame is None or (frame.width, frame.height) != (view.width, view.height):
            base = self.base if self.shows["base"] else None
            frame = Frame(layer.state, self.style, view.width, view.height, base, self.overview)
            self.frame = frame
            self._catch_up(layer)
            frame.look(view)
            self._is_stale = True
            return frame
        if frame.view.scale != view.scale or frame.is_moving != self._is_zooming:
            frame.is_moving, frame.view = self._is_zooming, view
            self._catch_up(layer)
            frame.render()
            self._is_stale = True
        elif frame.view != view:
            frame.look(view)
            self._is_stale = True
        self._work_off(frame)
        return frame

    def _catch_up(self, layer: Layer) -> None:
        """Everything is about to be drawn: only the lines of pending marks must be made."""
        if self._todo:
            layer.state.refresh_lines()
            self._todo.clear()

    def _work_off(self, frame: Frame) -> None:
        if not self._todo:
            return
        todo, self._todo = self._todo, []
        kinds = {what for what, _rows in todo}
        if "render" in kinds:
            frame.state.refresh_lines()
            frame.render()
            self._is_stale = True
            return
        for what in ("assigned", "marked"):
            pieces = [rows for kind, rows in todo if kind == what]
            if pieces:
                rows = np.unique(np.concatenate(pieces))
                getattr(frame, what)(rows)
                self._dirty = _union(self._dirty, self._around(frame, rows))
        if "recolour" in kinds:
            frame.recolour()
            self._is_stale = True

    @staticmethod
    def _around(frame: Frame, rows: np.ndarray) -> Rect | None:
        """Pixels that units and their lines cover: left, top, right, bottom."""
        boxes = frame.arcs.unit_boxes[rows]
        boxes = boxes[boxes[:, 0] <= boxes[:, 2]]
        if not len(boxes):
            return None
        kx, ky, scale = frame.view.place
        pad = 4 + frame.style.reach
        left = max(0, int(boxes[:, 0].min() * scale - kx - pad))
        top = max(0, int(ky - boxes[:, 3].max() * scale - pad))
        right = min(frame.width, int(boxes[:, 2].max() * scale - kx + pad) + 1)
        bottom = min(frame.height, int(ky - boxes[:, 1].min() * scale + pad) + 1)
        return (left, top, right, bottom) if left < right and top < bottom else None

    def _update_picture(self, frame: Frame) -> None:
        """Copy the ring to a plain picture and stamp the accounts into it, where it changed."""
        shape = (frame.height, frame.width)
        if self._picture.shape != shape:
            self._picture = np.empty(shape, np.uint32)
            self._is_stale = True
        rect = (0, 0, frame.width, frame.height) if self._is_stale else self._dirty
        self._is_stale, self._dirty = False, None
        if rect is not None:
            left, top, right, bottom = rect
            self._picture[top:bottom, left:right] = self._fresh(frame, rect)

    def _fresh(self, frame: Frame, rect: Rect) -> np.ndarray:
        """A rectangle of the picture with its accounts."""
        left, top, right, bottom = rect
        out = np.empty((bottom - top, right - left), np.uint32)
        for x, y, wide, high, column, row in frame.pieces():
            x0, x1 = max(left, x), min(right, x + wide)
            y0, y1 = max(top, y), min(bottom, y + high)
            if x0 < x1 and y0 < y1:
                ring = frame.rgb[row + y0 - y : row + y1 - y, column + x0 - x : column + x1 - x]
                out[y0 - top : y1 - top, x0 - left : x1 - left] = ring
        if self.spots is not None and self.shows["accounts"]:
            view = frame.view.moved(-left, -top).resized(right - left, bottom - top)
            as_symbols = self.spots.are_symbols(frame.view)
            self.spots.draw(out, view, self.style, as_symbols)
        return out

    def paint(
        self,
        painter: QtGui.QPainter,
        option: QtWidgets.QStyleOptionGraphicsItem,
        widget: QtWidgets.QWidget | None = None,
    ) -> None:
        ratio = painter.device().devicePixelRatio()
        painter.save()
        painter.resetTransform()
        painter.scale(1 / ratio, 1 / ratio)
        frame = self._sync()
        if frame is None:
            whole = QtCore.QRectF(0, 0, _EXTENT, _EXTENT)
            painter.fillRect(whole, theme.colour("water"))
        else:
            self._draw(painter, frame, self.style.pixel_ratio)
        self._draw_around(painter, self.style.pixel_ratio)
        painter.restore()

    def _draw(self, painter: QtGui.QPainter, frame: Frame, ratio: float) -> None:
        if self._is_stale or self._dirty is not None:
            self._update_picture(frame)
        picture = self._picture
        image = QtGui.QImage(
            picture.data,
            frame.width,
            frame.height,
            frame.width * 4,
            QtGui.QImage.Format.Format_RGB32,
        )
        painter.drawImage(0, 0, image)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        self._draw_rings(painter, frame.view, ratio)
        if self.gesture is not None:
            if self.gesture.kind == "ghost":
                self._ghost.draw(painter, self.gesture, frame.view, frame.arcs, ratio)
            else:
                overlay.draw_shape(painter, self.gesture, frame.view, ratio)
        self._draw_names(painter, frame.view, ratio)

    def _draw_names(self, painter: QtGui.QPainter, view: View, ratio: float) -> None:
        if self._names is None or self.layer is None:
            return
        owners = self.layer.state.territories
        placed = self._names.place(view, owners, ratio) if self.shows["labels"] else []
        if self.base is not None and self.shows["base"]:
            taken = self._names.boxes(placed)
            self._names.draw_places(painter, self.base, view, taken, ratio)
        self._names.draw(painter, placed, ratio)

    def _draw_rings(self, painter: QtGui.QPainter, view: View, ratio: float) -> None:
        """Rings around named accounts in their owner's colour and around selected ones."""
        if self.spots is None or self.layer is None or not self.shows["accounts"]:
            return
        rows, inks = self._named(self.layer)
        self._rings(painter, view, rows, inks, 4.6 * ratio)
        selected, ink = self.selected_accounts, theme.colour("select")
        self._rings(painter, view, selected, [ink] * len(selected), 5.6 * ratio)

    def _named(self, layer: Layer) -> tuple[np.ndarray, list[QtGui.QColor]]:
        """Named accounts and the colours of their owners."""
        key = (id(layer.view), theme.is_dark())
        if key != self._named_key:
            side = layer.view.side
            rows, owners = side.rows[~side.by_rule], side.territories[~side.by_rule]
            nodes = [layer.view.territories.get(int(t)) for t in owners]
            fills = [theme.territory_colour(n.colour).darker(150) if n else None for n in nodes]
            inks = [ink or theme.colour("text3") for ink in fills]
            self._named_key, self._named_found = key, (rows, inks)
        return self._named_found

    def _rings(
        self,
        painter: QtGui.QPainter,
        view: View,
        rows: np.ndarray,
        inks: list[QtGui.QColor],
        size: float,
    ) -> None:
        assert self.spots is not None
        places = self.spots.place_of[rows]
        at = view.to_pixels(self.spots.xy[places])
        seen = (places >= 0) & (at > -size).all(axis=1)
        seen &= (at[:, 0] < view.width + size) & (at[:, 1] < view.height + size)
        shown = np.flatnonzero(seen)
        overlay.draw_rings(painter, at[shown], [inks[i] for i in shown], size)

    def _draw_around(self, painter: QtGui.QPainter, ratio: float) -> None:
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        for rect, radius in self.shadows():
            overlay.draw_shadow(painter, rect, radius, ratio)
        if self.has_focus:
            overlay.draw_focus(painter, self.view.width, ratio)


def shortened(name: str) -> str:
    """A name of a sensible length for the map; the whole one stands in the tree."""
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1].rstrip() + "…"


def _union(a: Rect | None, b: Rect | None) -> Rect | None:
    """The rectangle around two, either of which may be missing."""
    if a is None or b is None:
        return a or b
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])
