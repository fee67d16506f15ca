"""Looking: the map as a picture to get about in, before any tool touches it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import colouring
from terradesk.render import View

from .. import theme
from ..document_model import DocumentModel
from . import camera
from .camera import Box
from .canvas import Canvas, Desk
from .following import Following
from .item import MapItem

_MARGINS = (66.0, 62.0, 24.0, 24.0)
_AROUND = 0.15
_LEAST_SIDE_M = 1000.0


class Looking(QtWidgets.QWidget):
    """Canvas and camera of the map.

    Parameters
    ----------
    model : DocumentModel
    desk : Desk
        Hears pointer and keys.

    Signals
    -------
    view_changed(), became_ready()
    coloured()
        The map is coloured by something else.
    """

    view_changed = QtCore.Signal()
    became_ready = QtCore.Signal()
    coloured = QtCore.Signal()

    def __init__(
        self, model: DocumentModel, desk: Desk, parent: QtWidgets.QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.model = model
        self._view = View(0, 0, 1e-5, 1, 1)
        self._changed_rows = np.empty(0, np.int32)
        self._is_homed = self._is_at_home = False
        self.top_margin = _MARGINS[1]
        self._covered = {"end": 0.0, "foot": 0.0}
        self.item = MapItem()
        self.following = Following(model, self.item, self)
        self.canvas = Canvas(self, desk, self.item)
        self.setFocusProxy(self.canvas)
        self.following.ready.connect(self._ready)
        self._is_looking = False
        self.model.closed.connect(self._forget_view)

    @property
    def view(self) -> View:
        """What is seen, in device pixels."""
        return self._view

    @property
    def ratio(self) -> float:
        """Device pixels per pixel."""
        return self.canvas.devicePixelRatioF()

    @property
    def is_ready(self) -> bool:
        """Whether the plan can be seen."""
        return self.following.layer is not None

    def metres(self, at: QtCore.QPointF) -> tuple[float, float]:
        """The place on the map under a point of the widget."""
        return self._view.to_map(at.x() * self.ratio, at.y() * self.ratio)

    # ------------------------------------------------------------------ the camera
    def look(self, view: View, is_zooming: bool = False) -> None:
        """Show another part of the map."""
        self._view = view
        self._is_at_home = False
        self.item.look(view, is_zooming)
        self.view_changed.emit()

    def _pixels(self) -> tuple[int, int]:
        area = self.canvas.viewport()
        return round(area.width() * self.ratio), round(area.height() * self.ratio)

    def pan_map(self, dx: float, dy: float) -> None:
        """Move the map by metres."""
        scale = self._view.px_per_m
        self.look(self._view.moved(round(dx * scale), round(-dy * scale)))

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the map by so many pixels."""
        r = self.ratio
        self.look(self._view.moved(round(dx * r), round(dy * r)))

    def zoom_at(self, at: QtCore.QPointF, factor: float) -> None:
        """Zoom about a place, which stays under the pointer."""
        if self.is_ready:
            r = self.ratio
            self.look(camera.zoomed(self._view, at.x() * r, at.y() * r, factor, r), True)

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle."""
        self.zoom_at(QtCore.QPointF(self.canvas.rect().center()), factor)

    def fit(self, box: Box, pad: float = 0.0) -> None:
        """Show a box in metres, clear of the tools."""
        end, foot = _MARGINS[2] + self._covered["end"], _MARGINS[3] + self._covered["foot"]
        margins = (_MARGINS[0], self.top_margin, end, foot)
        left, top, right, bottom = ((m + pad) * self.ratio for m in margins)
        if self.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft:
            left, right = right, left  # the tools stand on the other side
        self.look(camera.centred(self._view, box, (left, top, right, bottom)))

    def cover(self, **sides: float) -> None:
        """Say how many pixels something large covers at the map's ``end`` or ``foot``.

        What is fitted keeps clear of it; the whole plan is shown again if it was.
        """
        if all(self._covered[side] == pixels for side, pixels in sides.items()):
            return
        self._covered |= sides
        if self._is_at_home and self.is_ready:
            self.zoom_home()

    def free_rect(self) -> QtCore.QRect:
        """The part of the map that nothing large covers."""
        end, foot = round(self._covered["end"]), round(self._covered["foot"])
        is_rtl = self.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft
        return self.rect().adjusted(end if is_rtl else 0, 0, 0 if is_rtl else -end, -foot)

    def zoom_home(self) -> None:
        """Show the part of the plan that holds 95 % of the balance measure."""
        if self.following.prepared is not None:
            self._is_homed = True
            self.fit(self.following.prepared.home.box)
            self._is_at_home = True

    def zoom_to_units(self, rows: np.ndarray | Sequence[int]) -> None:
        """Show these units with some of their surroundings."""
        box = self.box_of(np.asarray(rows, np.int64))
        if box is not None:
            side = _AROUND * max(box[2] - box[0], box[3] - box[1], _LEAST_SIDE_M)
            self.fit((box[0] - side, box[1] - side, box[2] + side, box[3] + side), 24)

    def box_of(self, rows: np.ndarray) -> Box | None:
        """Box in metres around units; None for none."""
        prepared = self.following.prepared
        if prepared is None or not len(rows) or not prepared.arcs.n_units:
            return None
        return camera.union(camera.boxes_m(prepared.arcs, rows))

    def zoom_to_territory(self, territory: int) -> None:
        """Show a territory, district or region."""
        if self.following.layer is not None:
            self.zoom_to_units(self.following.layer.units_of(territory))

    def zoom_to_selection(self) -> None:
        """Show what is selected."""
        self.zoom_to_units(self.model.selected_units)

    def zoom_to_changed(self) -> None:
        """Show what the last step changed."""
        self.zoom_to_units(self._changed_rows)

    def flash_units(self, rows: np.ndarray) -> None:
        """Hatch units for a moment; zooms out when none of them is in sight."""
        rows = np.asarray(rows, np.int64)
        self._changed_rows = rows.astype(np.int32)
        box, seen = self.box_of(rows), self._view.box
        if box is None:
            return
        if box[0] > seen[2] or box[2] < seen[0] or box[1] > seen[3] or box[3] < seen[1]:
            self.fit(camera.union(np.array([box, seen])) or box)
        self.following.flash(rows)

    # ------------------------------------------------------------------ sizes
    def _ready(self) -> None:
        assert self.following.prepared is not None
        origin = self.following.prepared.arcs.origin
        stays = self._is_looking and not self._is_at_home and origin == self._view.origin
        if not stays:
            self._view = View(0, 0, self._view.scale, *self._pixels(), origin)
        self.item.restyle(self.ratio)
        if stays:  # areas came or went in the plan that is looked at
            self.look(self._view)
        elif self.isVisible():
            self.zoom_home()
        self._is_looking = True
        self.became_ready.emit()

    def _forget_view(self) -> None:
        """Another plan is looked at from home."""
        self._is_looking = False

    def resized(self) -> None:
        """The canvas has another size or pixel ratio."""
        wide, high = self._pixels()
        if self.item.style.pixel_ratio != self.ratio:
            self.item.restyle(self.ratio)
        if (wide, high) != (self._view.width, self._view.height):
            wants_home = self.is_ready and (self._is_at_home or not self._is_homed)
            self.look(camera.resized(self._view, wide, high))
            if wants_home and self.following.prepared is not None:
                Looking.fit(self, self.following.prepared.home.box)  # a flight would lag behind
                self._is_homed = self._is_at_home = True

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        super().showEvent(event)
        if self.is_ready and not self._is_homed:
            self.zoom_home()

    # ------------------------------------------------------------------ what the map shows
    def colour_list(self) -> list[tuple[colouring.Choice, bool]]:
        """Everything the map can be coloured by, and whether it is coloured by that."""
        if not self.model.is_open:
            return []
        found = colouring.choices(self.model.view)
        chosen = self.following.colour_by
        if all(choice.key != chosen for choice in found):
            chosen = colouring.BY_TERRITORY
        return [(choice, choice.key == chosen) for choice in found]

    @property
    def colour_by(self) -> str:
        """Key of what the map is coloured by now."""
        return next((choice.key for choice, on in self.colour_list() if on), "territory")

    def colour_choices(self) -> list[tuple[str, str, bool]]:
        """(key, text, is chosen) of `colour_list`."""
        return [(choice.key, choice.text, on) for choice, on in self.colour_list()]

    def set_colour_by(self, key: str, rules: colouring.Rules | None = None) -> None:
        """Colour by a key of `colour_choices`; with rules that are only being tried, if any."""
        self.following.set_colour_by(key, rules)
        self.coloured.emit()

    def set_look(self, palette: str, has_patterns: bool) -> None:
        """Use another set of territory fills, and patterns beside them or not."""
        theme.use_territory_palette(palette)
        self.item.restyle(self.ratio)
        self.following.set_look(colouring.Look(palette, has_patterns))

    def _show_part(self, part: str, is_shown: bool) -> None:
        self.item.show_parts(part, is_shown)
        self.following.changed.emit()

    def set_accounts_shown(self, is_shown: bool) -> None:
        """Show or hide the accounts."""
        self._show_part("accounts", is_shown)

    def set_labels_shown(self, is_shown: bool) -> None:
        """Show or hide the names of territories."""
        self._show_part("labels", is_shown)

    def set_base_map_shown(self, is_shown: bool) -> None:
        """Show or hide land, water and cities."""
        self._show_part("base", is_shown)
