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

_QUICK_FROM = 20_000  # units from which zooming draws less detail
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
        self.shape: Shape | None = None
        self.has_focus = False
        self.shows = {"accounts": True, "labels": True, "base": True}
        self.style = Style(theme.is_dark())
        self.view = View(0, 0, 1e-5, 1, 1)
        self.frame: Frame | None = None
        self._names: Names | None = None
        self._ghost = overlay.Ghost()
        self._todo: list[tuple[str, np.ndarray]] = []
        self._picture = np.zeros((1, 1), np.uint32)
        self._is_stale = True
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
        if shape is not None or self.shape is not None:
            self.shape = shape
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
            frame.look(view)
            self._todo.clear()
            self._is_stale = True
            return frame
        if frame.view.scale != view.scale or frame.is_moving != self._is_zooming:
            frame.is_moving, frame.view = self._is_zooming, view
            frame.render()
            self._todo.clear()
            self._is_stale = True
        elif frame.view != view:
            frame.look(view)
            self._is_stale = True
        self._work_off(frame)
        return frame

    def _work_off(self, frame: Frame) -> None:
        if not self._todo:
            return
        self._is_stale = True
        kinds = {what for what, _rows in self._todo}
        if "render" in kinds:
            frame.render()
        else:
            for what in ("assigned", "marked"):
                rows = [r for kind, r in self._todo if kind == what]
                if rows:
                    getattr(frame, what)(np.unique(np.concatenate(rows)))
            if "recolour" in kinds:
                frame.recolour()
        self._todo.clear()

    def _update_picture(self, frame: Frame) -> None:
        """Copy the ring to a plain picture and stamp the accounts into it."""
        shape = (frame.height, frame.width)
        if self._picture.shape != shape:
            self._picture = np.empty(shape, np.uint32)
        for x, y, wide, high, column, row in frame.pieces():
            self._picture[y : y + high, x : x + wide] = frame.rgb[
                row : row + high, column : column + wide
            ]
        if self.spots is not None and self.shows["accounts"]:
            self.spots.draw(self._picture, frame.view, self.style)
        self._is_stale = False

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
        if self._is_stale:
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
        if self.shape is not None:
            if self.shape.kind == "ghost":
                self._ghost.draw(painter, self.shape, frame.view, frame.arcs, ratio)
            else:
                overlay.draw_shape(painter, self.shape, frame.view, ratio)
        self._draw_names(painter, frame.view, ratio)

    def _draw_names(self, painter: QtGui.QPainter, view: View, ratio: float) -> None:
        if self._names is None or self.layer is None:
            return
        owners = self.layer.state.territories
        taken: list[tuple[float, float, float, float]] = []
        if self.shows["labels"]:
            taken = self._names.boxes(self._names.place(view, owners, ratio))
        if self.base is not None and self.shows["base"]:
            self._names.draw_places(painter, self.base, view, taken, ratio)
        if self.shows["labels"]:
            self._names.draw(painter, view, owners, ratio)

    def _draw_rings(self, painter: QtGui.QPainter, view: View, ratio: float) -> None:
        """Rings around named accounts in their owner's colour and around selected ones."""
        if self.spots is None or self.layer is None or not self.shows["accounts"]:
            return
        side = self.layer.view.side
        named = side.rows[~side.by_rule]
        owners = side.territories[~side.by_rule]
        inks = [self._ink(int(t)) for t in owners]
        self._rings(painter, view, named, inks, 4.6 * ratio)
        selected = self.selected_accounts
        ink = theme.colour("select")
        self._rings(painter, view, selected, [ink] * len(selected), 5.6 * ratio)

    selected_accounts: np.ndarray = np.empty(0, np.int32)

    def _ink(self, territory: int) -> QtGui.QColor:
        assert self.layer is not None
        node = self.layer.view.territories.get(territory)
        if node is None:
            return theme.colour("text3")
        return theme.territory_colour(node.colour).darker(150)

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
