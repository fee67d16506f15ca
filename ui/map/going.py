"""Going: everything about getting about beyond wheel and drag: flights, the way back, walking."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore, QtGui

from terradesk import choosing
from terradesk.choosing import Situation
from terradesk.i18n import _
from ui.tools import Keys

from ..dialogs.select_by import SelectBy
from .flight import Flight, Trail, around
from .inset import Inset
from .markers import Markers
from .walking import WAYS, Walking

if TYPE_CHECKING:
    from .view import MapView

_ACCOUNT_SIDE_M = 30_000.0
_PLACE_SIDE_M = 60_000.0
_CTRL = QtCore.Qt.KeyboardModifier.ControlModifier
_SHIFT = QtCore.Qt.KeyboardModifier.ShiftModifier
_BY_BUTTON = {QtCore.Qt.MouseButton.BackButton: -1, QtCore.Qt.MouseButton.ForwardButton: 1}


class Going(QtCore.QObject):
    """Flights, markers, the overview, the keyboard's area, and the panel that selects.

    Parameters
    ----------
    view : MapView
    """

    def __init__(self, view: MapView) -> None:
        super().__init__(view)
        self._view, self._model = view, view.model
        self.flight = Flight(view)
        self.flight.landed.connect(self._landed)
        self.trail = Trail(view, self.flight)
        self.markers = Markers(view.item)
        view.canvas.scene().addItem(self.markers)
        self.walking = Walking(view, self.markers)
        self.inset = view.floats.inset = Inset(view)
        self._select_by: SelectBy | None = None
        self._found: tuple[np.ndarray, np.ndarray] | None = None
        view.canvas.installEventFilter(self)
        view.canvas.viewport().installEventFilter(self)

    # ------------------------------------------------------------------ flights
    def fly(self, jump: Callable[[], object]) -> None:
        """Go where a jump would lead."""
        self.flight.fly(jump)

    def _landed(self) -> None:
        """Another area lies under the pointer now, though it did not move."""
        view = self._view
        port = view.canvas.viewport()
        if view.is_ready and port.underMouse() and not view.gestures.is_active:
            at = port.mapFromGlobal(QtGui.QCursor.pos())
            view.moved(QtCore.QPointF(at), Keys.NONE)
            self.walking.tell()

    def centre_on(self, x: float, y: float) -> None:
        """Put a place into the middle at once."""
        view = self._view
        view.look(around(view.view, x, y, view.view.px_per_m))

    def fly_to(self, x: float, y: float) -> None:
        """Put a place into the middle; the scale stays."""
        if self._view.is_ready:
            self.fly(lambda: self.centre_on(x, y))

    def back(self) -> None:
        """The view before this one."""
        self.trail.go(-1)

    def forward(self) -> None:
        """The view after this one, after going back."""
        self.trail.go(1)

    def go_to_units(self, rows: np.ndarray) -> None:
        """Zoom to areas and mark the place."""
        self._view.zoom_to_units(rows)
        box = self._view.box_of(np.asarray(rows, np.int64))
        if box is not None:
            self._pulse((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)

    def tell_at(self, rows: np.ndarray) -> None:
        """Let the card stand beside areas, as long as the pointer is elsewhere."""
        box = self._view.box_of(np.asarray(rows, np.int64))
        if box is not None:
            seen = self._view.view.box
            is_seen = all(box[k] < seen[k + 2] and seen[k] < box[k + 2] for k in (0, 1))
            corner = self._view.view.to_pixels([(box[2], box[1])])[0] / self._view.ratio
            self._view.telling.point(QtCore.QPointF(*corner), is_seen)

    def go_to_account(self, row: int) -> None:
        """Zoom to an account and mark it; one without a place on the map says so."""
        accounts = self._model.plan.accounts
        x, y = float(accounts.x[row]), float(accounts.y[row])
        if np.isfinite(x):
            self.go_to_place(x, y, _ACCOUNT_SIDE_M)
        else:
            self._model.say(_("This account has no place on the map yet."))

    def go_to_place(self, x: float, y: float, side_m: float = _PLACE_SIDE_M) -> None:
        """Zoom to a place in metres of the plan's CRS, unless it is closer already; mark it."""
        view, half = self._view, side_m / 2
        seen = view.view.box
        if seen[2] - seen[0] < side_m:
            self.fly_to(x, y)
        else:
            view.fit((x - half, y - half, x + half, y + half))
        self._pulse(x, y)

    def cities(self) -> tuple[np.ndarray, np.ndarray]:
        """Names and places in metres of the base map's cities, largest first."""
        base = self._view.item.base
        if base is None:
            return np.empty(0, object), np.empty((0, 2))
        return base.city_names, base.cities

    def _pulse(self, x: float, y: float) -> None:
        self.markers.pulse(x, y, self.flight.is_reduced())

    # ------------------------------------------------------------------ selections
    def situation(self) -> Situation:
        """The plan and the selection as ways of choosing see them."""
        model, layer = self._model, self._view.following.layer
        classes = layer.colouring.classes if layer is not None else None
        groups = {}
        if classes is not None and classes.of_units:
            groups[_("class of colour")] = np.asarray(classes.values)
        return Situation(
            model.view,
            model.selected_units,
            model.selected_accounts,
            model.current,
            length_unit=self._view.gestures.length_unit,
            groups=groups,
        )

    def select(self, found: choosing.Chosen) -> None:
        """Select what was found, areas or accounts, and say how many."""
        model = self._model
        if len(found.account_rows) and not len(found.unit_rows):
            model.select_accounts(found.account_rows)
        else:
            model.select_units(found.unit_rows)

    def grow(self, steps: int = 1) -> None:
        """Take the neighbours into the selection, or with -1 the outer areas out of it."""
        model = self._model
        self.walking.select_if_nothing_is()
        if not len(model.selected_units):
            model.say(_("Select something first."))
            return
        work = choosing.grown if steps > 0 else choosing.shrunk
        model.select_units(work(model.plan, model.selected_units, abs(steps)))

    def open_select_by(self, text: str = "", way: str = "") -> None:
        """Open the panel that selects by code, query and more."""
        if self._select_by is None:
            self._select_by = SelectBy(self._view, self._model, self.situation)
            self._select_by.previewed.connect(self._show_found)
            self._select_by.applied.connect(self._applied)
            self._select_by.closed.connect(self._view.canvas.setFocus)
            self._view.floats.over.append(self._select_by)
        margin = round(self._view.top_margin)
        self._select_by.open_over(self._view.rect(), margin, text, way)

    def leave_panel(self) -> bool:
        """Close the panel that selects; tells whether it was open."""
        panel = self._select_by
        if panel is None or not panel.isVisible():
            return False
        panel.leave()
        return True

    def _show_found(self, units: object, accounts: object) -> None:
        """Mark what would be selected; None brings the selection back."""
        had_found = self._found is not None
        self._found = None if units is None else (np.asarray(units), np.asarray(accounts))
        if had_found or self._found is not None:
            self.mark_selection()
        self._view.arrange()

    def mark_selection(self) -> None:
        """Mark what is selected, or what is about to be by the open panel."""
        following, item = self._view.following, self._view.item
        if self._found is None:
            following.mark_selection()
            return
        following.mark_selection(self._found[0])
        item.selected_accounts = self._found[1]
        item.update()

    def _applied(self, text: str) -> None:
        self._view.show_message(text, _("Zoom"), self._zoom_to_selection)

    def _zoom_to_selection(self) -> None:
        if len(self._model.selected_units):
            self._view.zoom_to_selection()
        elif len(self._model.selected_accounts):
            accounts, rows = self._model.plan.accounts, self._model.selected_accounts
            x, y = accounts.x[rows], accounts.y[rows]
            if np.isfinite(x).any():
                pad = _ACCOUNT_SIDE_M / 2
                self._view.fit((float(np.nanmin(x)) - pad, float(np.nanmin(y)) - pad,
                                float(np.nanmax(x)) + pad, float(np.nanmax(y)) + pad))  # fmt: skip

    # ------------------------------------------------------------------ the menu by key
    def open_menu(self) -> None:
        """The menu of the area with the ring, else of the selection, at its place."""
        view, model = self._view, self._model
        unit = self.walking.unit
        if unit < 0 and len(model.selected_units):
            unit = int(model.selected_units[0])
        at = QtCore.QPoint(view.width() // 2, view.height() // 2)
        rows = model.selected_units if unit in model.selected_units else np.array([unit])
        box = view.box_of(rows) if unit >= 0 else None
        if box is not None:
            middle = [((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)]
            x, y = view.view.to_pixels(middle)[0] / view.ratio
            inner = view.rect().adjusted(24, 24, -24, -24)
            at.setX(int(np.clip(x, inner.left(), inner.right())))
            at.setY(int(np.clip(y, inner.top(), inner.bottom())))
        account = -1
        if unit < 0 and len(model.selected_accounts):
            account = int(model.selected_accounts[0])
        view.menu.open(unit, account, view.canvas.mapToGlobal(at))

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """The mouse's back buttons, the menu key, and arrows with Ctrl."""
        if isinstance(event, QtGui.QMouseEvent):
            by = _BY_BUTTON.get(event.button(), 0)
            if by and event.type() == QtCore.QEvent.Type.MouseButtonPress:
                self.trail.go(by)
                return True
        elif isinstance(event, QtGui.QContextMenuEvent):
            if event.reason() == QtGui.QContextMenuEvent.Reason.Keyboard and self._view.is_ready:
                self.open_menu()
                return True
        elif isinstance(event, QtGui.QKeyEvent) and event.type() == QtCore.QEvent.Type.KeyPress:
            return self._arrow(event)
        return super().eventFilter(watched, event)

    def _arrow(self, event: QtGui.QKeyEvent) -> bool:
        """Ctrl and an arrow walk from area to area, with Shift too they select."""
        held = event.modifiers()
        if event.key() not in WAYS or not held & _CTRL or not self._view.is_ready:
            return False
        if not self._view.gestures.is_active:
            self.walking.step(event.key(), bool(held & _SHIFT))
        return True
