"""MapItem: the picture of the map inside pyqtgraph, with names and gestures over it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.render import Frame, Overview, Style, View
from terradesk.render.basemap import BaseMap
from terradesk.render.frame import Rect
from terradesk.render.hiding import without
from terradesk.render.stamped import Box, Stamped
from terradesk.render.stamps import Stamp, Underlay
from terradesk.render.touching import line_rectangles, rectangles
from ui.tools import Shape

from .. import theme
from ..shield import SafeUnderlays, safe_stamp, safely, told_once
from . import overlay
from .account_stamps import AccountStamp, RingStamp
from .halved import FROM_RATIO, Halved
from .layer import Layer
from .lettering import Block
from .names import Names
from .pending import NO_ROWS, Pending
from .repainting import Repainting
from .spots import Spots

SHARP_MS = 60
"""After so long without zooming a quick picture is drawn again in full."""

REST_MS = 180
"""After so long without moving, names that edge or panels hide find another place."""

_QUICK_FROM = 20_000  # units from which zooming draws less detail before any frame was timed
_LIMIT_MS = 7.0  # for a sharp frame while zooming, on all threads; names and Qt come on top
_PAD = 4  # pixels around the lines of a changed unit


class MapItem(Repainting):
    """Draws a layer in a view. Changes are taken up at the next paint, however many come before it.

    Attributes
    ----------
    shadows : callable
        Gives (rectangle, corner radius) of what floats over the map, in pixels at 100 %; names
        keep clear of it when the map rests.
    is_in_motion : bool
        The view changed a moment ago.

    Signals
    -------
    rested()
        It is over.
    """

    rested = QtCore.Signal()

    def __init__(self) -> None:
        super().__init__()
        self.shadows: Callable[[], list[tuple[QtCore.QRectF, float]]] = list
        self.layer: Layer | None = None
        self.base: BaseMap | None = None
        self.overview: Overview | None = None
        self.gesture: Shape | None = None
        self.has_focus = self.is_in_motion = False
        self.shows = {"accounts": True, "labels": True, "base": True, "cities": True}
        self.hidden_lines: frozenset[str] = frozenset()
        self.style = self._new_style(1.0)
        self.view = View(0, 0, 1e-5, 1, 1)
        self.frame: Frame | None = None
        self.selected_accounts = np.empty(0, np.int32)
        self._spots: AccountStamp | None = None
        self._stamps: tuple[Stamp, ...] = ()
        self._under_names: tuple[Stamp, ...] = ()
        self._underlays: tuple[Underlay, ...] = ()
        self._safe = SafeUnderlays()
        self._fill_alpha = 256
        self._names: Names | None = None
        self._rings = RingStamp()
        self._stamped = Stamped()
        self._halved = Halved()
        self._ghost = overlay.Ghost()
        self._todo = Pending()
        self._is_zooming = self._is_quick = self._is_stale = False
        self._walls_due = True  # what comes up after an edit does not push names about
        self._sharp = QtCore.QTimer(self, singleShot=True, interval=SHARP_MS)
        self._sharp.timeout.connect(self._sharpen)
        self._rest = QtCore.QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._come_to_rest)

    # ------------------------------------------------------------------ what is drawn
    def set_layer(
        self, layer: Layer | None, overview: Overview | None, spots: Spots | None
    ) -> None:
        """Draw another plan."""
        self.layer, self.overview = layer, overview
        self.base = None
        self.frame = None
        self._names = Names(layer.arcs, overview) if layer and overview else None
        if layer is None:
            self._stamps, self._underlays = (), ()
            self._stamped = Stamped()
            self._halved.forget()
        self.spots = spots
        self.set_blocks()
        self.update()

    @property
    def spots(self) -> Spots | None:
        """The accounts."""
        return self._spots.spots if self._spots is not None else None

    @spots.setter
    def spots(self, spots: Spots | None) -> None:
        self._spots = AccountStamp(spots) if spots is not None else None
        self._restamp()

    def set_stamps(self, stamps: tuple[Stamp, ...]) -> None:
        """Draw these over the areas, the lowest first, under rings and names.

        The accounts are drawn first of all unless their spots are among the stamps.
        """
        self._stamps = tuple(stamps)
        self._restamp()

    def stamps_changed(self, box: Box | None = None) -> None:
        """A stamp draws something else, everywhere or at places in a box in metres."""
        self._stamped.changed(box)
        if box is None:
            self.update()
        else:
            ratio = self.style.pixel_ratio
            self.update_at(overlay.around(box, self.view, 24 * ratio), ratio)

    def set_underlays(self, underlays: tuple[Underlay, ...]) -> None:
        """Draw these under the areas, the lowest first.

        The base map is drawn first of all unless it is among them.
        """
        self._underlays, self._safe = tuple(underlays), SafeUnderlays()
        self.redraw()

    def set_fill_alpha(self, alpha: int) -> None:
        """How much the fills cover what lies under the areas, 0 to 256."""
        self._fill_alpha = alpha
        self.redraw()

    def set_base(self, base: BaseMap | None) -> None:
        """Draw another base map, or none."""
        self.base = base
        self.redraw()

    def show_parts(self, part: str, is_shown: bool) -> None:
        """Show or hide accounts, labels or the base map."""
        self.shows[part] = is_shown
        self._restamp()
        if part == "base":
            self.redraw()

    def _restamp(self) -> None:
        stamps: list[Stamp] = list(self._stamps)
        if self.shows["accounts"]:
            if self._spots is not None and not self._is_given(self._spots.spots):
                stamps.insert(0, self._spots)
            stamps.append(self._rings)
        self._halved.forget()
        self._under_names = tuple(safe_stamp(stamp) for stamp in stamps)
        names = () if self._names is None else (safe_stamp(self._names.sheet),)
        self._stamped.set_stamps((*self._under_names, *names))
        self.update()

    def _is_given(self, one: object) -> bool:
        """Whether something is among the stamps or underlays that were set."""
        return any(one is other for other in (*self._stamps, *self._underlays))

    def _new_style(self, ratio: float) -> Style:
        style = Style(theme.is_dark(), ratio, palette=theme.territory_palette())
        return without(style, self.hidden_lines)

    def restyle(self, ratio: float) -> None:
        """Take up the theme and the pixel ratio."""
        before, self.style = self.style, self._new_style(ratio)
        is_same = (before.dark, before.pixel_ratio) == (self.style.dark, ratio)
        if self._names is not None and not is_same:
            self._names.forget()
        self.redraw()

    def redraw(self) -> None:
        """Draw everything again."""
        self.frame = None
        self._halved.forget()
        self.update()

    def look(self, view: View, is_zooming: bool = False) -> None:
        """Show another view; while zooming large plans with less detail."""
        quick = is_zooming and not self._is_quick and self._would_lag(view)
        self._set_quick(self._is_quick or quick)
        self._is_zooming = is_zooming or (self._is_zooming and view.scale == self.view.scale)
        self.view = view
        if is_zooming and self._is_quick:
            self._sharp.start()
        self._walls_due = self.is_in_motion = True
        self._rest.start()
        self.update()

    def _would_lag(self, view: View) -> bool:
        """Whether sharp frames of a view take too long to follow a zoom."""
        if self.frame is not None:
            return self.frame.should_reduce(view, _LIMIT_MS)
        return self.layer is not None and self.layer.arcs.n_units > _QUICK_FROM

    def _set_quick(self, is_quick: bool) -> None:
        self._is_quick = is_quick
        if self.spots is not None:
            self.spots.is_rough = is_quick

    def _sharpen(self) -> None:
        self._set_quick(False)
        self._later("render", NO_ROWS)

    # ------------------------------------------------------------------ what changes
    def assigned(self, rows: np.ndarray) -> None:
        """Units have another territory."""
        self._later("assigned", rows)

    def marked(self, rows: np.ndarray) -> None:
        """Units have other marks."""
        if len(rows):
            self._later("marked" if self._is_tinted(rows) else "outlined", rows)

    def _is_tinted(self, rows: np.ndarray) -> bool:
        """Whether fills of units are others now; takes them up."""
        assert self.layer is not None
        state = self.layer.state
        before = state.table[rows + 1]
        state.restyle(self.style, rows)
        return not np.array_equal(before, state.table[rows + 1])

    def recolour(self) -> None:
        """All fills may differ."""
        self._later("recolour", NO_ROWS)

    def refresh(self) -> None:
        """Borders, fills and locks may differ everywhere."""
        self._later("render", NO_ROWS)

    def _later(self, what: str, rows: np.ndarray) -> None:
        self._todo.add(what, rows)
        if not len(rows) or self.layer is None:
            self.update()
            return
        for rect in self._around(what, rows):
            self.update_at(rect, self.style.pixel_ratio)

    def set_shape(self, shape: Shape | None) -> None:
        """Draw a gesture's shape, or none."""
        before, self.gesture = self.gesture, shape
        for one in (before, shape):
            if one is not None:
                ratio = self.style.pixel_ratio
                self.update_at(overlay.bounds(one, self.view, ratio), ratio)

    def _around(self, what: str, rows: np.ndarray) -> list[Rect]:
        """What of the picture units and their lines cover; at least a point, to catch up."""
        assert self.layer is not None
        arcs, pad = self.layer.arcs, _PAD + self.style.reach
        if what == "outlined":
            found = line_rectangles(arcs, self.layer.state.arcs_of(rows), self.view, pad)
        else:
            found = rectangles(arcs.unit_boxes, np.asarray(rows, np.int64), self.view, pad)
        return found or [(0, 0, 0, 0)]

    def take_from(self, other: MapItem, ratio: float) -> None:
        """Show the same as another item in another resolution, without its gesture."""
        self.shows, self.hidden_lines = dict(other.shows), other.hidden_lines
        self.style = self._new_style(ratio)
        self._stamps, self._underlays = other._stamps, other._underlays
        self._fill_alpha = other._fill_alpha
        self.selected_accounts = other.selected_accounts
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

    def _come_to_rest(self) -> None:
        self.is_in_motion = False
        self._halved.forget()
        self._settle()
        self.rested.emit()
        if self.frame is not None and self._would_lag(self.view):
            self.frame.prepare_moving()

    def _settle(self) -> None:
        """Find places for names that edge or panels hide, now that the map rests."""
        frame, names = self.frame, self._names
        if names is None or self.layer is None or frame is None or frame.view != self.view:
            return
        ratio = self.style.pixel_ratio
        walls = None
        if self._walls_due and self.gesture is None:
            self._walls_due = False
            rects = [rect for rect, _radius in self.shadows()]
            walls = [(r.left() * ratio, r.top() * ratio, r.right() * ratio, r.bottom() * ratio)
                     for r in rects]  # fmt: skip
        names.settle(frame.view, frame.ids(), self.layer.state.territories, ratio, walls)
        self._is_zooming = False
        self._take_names(frame)

    def _take_names(self, frame: Frame) -> None:
        """Let the picture follow the names."""
        assert self._names is not None
        rects = self._names.sheet.take_changed(frame.view)
        if rects is None:
            self._stamped.changed()
            self.update()
            return
        self._stamped.touch(rects)
        for rect in rects:
            self.update_at(rect, self.style.pixel_ratio)

    # ------------------------------------------------------------------ painting
    def _sync(self) -> Frame | None:
        """The frame, brought up to date, and the picture with its stamps."""
        layer = self.layer
        if layer is None or self.view.width < 2 or self.view.height < 2:
            return None
        frame = self._sync_frame(layer, self.view)
        if self._safe.broke(frame.underlays):  # what is left half done would hide the areas
            self.frame = None
            frame = self._sync_frame(layer, self.view)
        with told_once():
            self._sync_names(frame, layer)
        if self._rings.follow(self.spots, layer, self.selected_accounts):
            self._stamped.changed()
        self._stamped.update(frame)
        return frame

    def _sync_frame(self, layer: Layer, view: View) -> Frame:
        frame = self.frame
        if frame is None or (frame.width, frame.height) != (view.width, view.height):
            frame = self.frame = self._new_frame(layer, view, self.style.pixel_ratio)
            self._todo.catch_up(layer.state)
            frame.look(view)
        elif self._is_stale or frame.view.scale != view.scale or frame.is_moving != self._is_quick:
            frame.is_moving, frame.view = self._is_quick, view
            self._todo.catch_up(layer.state)
            frame.render()
        elif frame.view != view:
            frame.look(view)
        self._is_stale = False
        self._todo.work_off(frame)
        return frame

    def _new_frame(self, layer: Layer, view: View, ratio: float) -> Frame:
        under = self._underlays
        base = self.base if self.shows["base"] else None
        if base is not None and not self._is_given(base):
            under = (base, *under)
        under = self._safe.of(under)
        style = self.style if ratio == self.style.pixel_ratio else self._new_style(ratio)
        frame = Frame(layer.state, style, view.width, view.height, None, self.overview, under)
        frame.fill_alpha = self._fill_alpha
        return frame

    def _sync_names(self, frame: Frame, layer: Layer) -> None:
        names, ratio = self._names, self.style.pixel_ratio
        if names is None:
            return
        base = self.base if self.shows["base"] else None
        if base is not None and not self.shows["cities"]:
            base = base.without_cities
        names.show(self.shows["labels"], base)
        is_first = not names.has_places
        names.follow(frame.view, layer.state.territories, ratio, self._is_zooming)
        if is_first:
            self._settle()
        elif names.needs_rest and not self._rest.isActive():
            self._rest.start()
        self._take_names(frame)

    @safely
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
        if self._is_quick and ratio >= FROM_RATIO and self.layer is not None:
            with told_once(painter):
                self._draw_halved(painter, self.layer, ratio)
        elif (frame := self._synced()) is not None:
            self._draw(painter, frame, self.style.pixel_ratio)
        else:
            painter.fillRect(self.boundingRect(), theme.colour("water"))
        with told_once(painter):
            self._draw_around(painter, self.style.pixel_ratio)
        painter.restore()

    def _synced(self) -> Frame | None:
        """The frame; None where it cannot be drawn. The next paint begins anew then."""
        frame = None
        with told_once():
            frame = self._sync()
        if frame is None:
            self.frame = None
        return frame

    def _draw(self, painter: QtGui.QPainter, frame: Frame, ratio: float) -> None:
        ring = self._stamped.rgb  # the image does not own the numbers: keep them while it is used
        high, wide = ring.shape
        form = QtGui.QImage.Format.Format_RGB32
        image = QtGui.QImage(ring.data, wide, high, ring.strides[0], form)
        for x, y, width, height, column, row in self._stamped.pieces():
            source = QtCore.QRect(column, row, width, height)
            painter.drawImage(QtCore.QPoint(x, y), image, source)
        if self.gesture is not None:
            with told_once(painter):
                painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
                self._ghost.draw_shape(painter, self.gesture, frame.view, frame.arcs, ratio)

    def _draw_halved(self, painter: QtGui.QPainter, layer: Layer, ratio: float) -> None:
        """Areas and accounts in half the pixels, names sharp over them."""
        if self._todo:
            self._todo.catch_up(layer.state)
            self._is_stale = True
        new_frame = partial(self._new_frame, layer, ratio=ratio / 2)
        self._halved.draw(painter, self.view, self._under_names, new_frame)
        if self._names is not None:
            self._names.follow(self.view, layer.state.territories, ratio, self._is_zooming)
            self._names.sheet.paint(painter, self.view)

    def _draw_around(self, painter: QtGui.QPainter, ratio: float) -> None:
        for rect, radius in self.shadows():
            overlay.draw_shadow(painter, rect, radius, ratio)
        if self.has_focus:
            overlay.draw_focus(painter, self.view.width, ratio)
