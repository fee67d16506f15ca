"""MapView: the desk itself, with everything that floats on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import edits
from terradesk.arcs.picking import Picker
from terradesk.errors import TerraDeskError
from terradesk.i18n import _
from terradesk.plan import UNASSIGNED
from terradesk.render import Mark, View
from ui.tools import AccountSpots, Keys, Options, Preview, tool_entry

from .. import theme
from ..document_model import DocumentModel, Edited, Tentative
from . import camera, colouring, dropping
from .camera import Box
from .canvas import Canvas
from .card import Card, Line, lines_of, splits
from .chip import NEW_ROW, UNASSIGNED_ROW, Chip
from .corner import Legend, Scale
from .following import Following
from .gestures import Gestures
from .hints import FirstSteps, Tips
from .item import MapItem
from .keys import KeyTable
from .menu import MapMenu, lock_edit
from .message import Message
from .parts import Floating, label
from .picture import picture
from .pointers import pointer
from .spots import PICKED_FROM_M
from .strip import Strip
from .toolbox import Toolbox

GAP = 12
_BETWEEN = 8
_SPLITS_MS = 90
_DEFAULT_CREDITS = "Natural Earth · GeoNames"


class MapView(QtWidgets.QWidget):
    """The map with its tools. It reads and changes the plan through the model only.

    Parameters
    ----------
    model : DocumentModel

    Signals
    -------
    files_dropped(list)
        Paths of files dropped on the map.
    inspector_requested()
        "Why is this here?": the area in question is selected.
    command(str)
        Id of an action of the window: "territory.new" and those of the first steps.
    hint_changed(str)
        What the gesture takes, for the status bar; "" when it is over.
    tool_changed(str), view_changed(), became_ready()

    Notes
    -----
    For the window: `zoom_home`, `zoom_by`, `zoom_to_units`, `zoom_to_territory`, `flash_units`,
    `set_tool`, `colour_choices`, `set_colour_by`, `assign_selection`, `unassign_selection`,
    `select_territory`, `open_current_list`, `show_message`, `show_tips`, `copy_picture`,
    `render_image`, `set_accounts_shown`, `set_labels_shown`, `set_base_map_shown`,
    `set_length_unit`, `set_touchpad_pans`, `restyle`. Set `outside_target` to a function from a
    point on the screen to a territory id or None, and selections can be dropped on the tree.
    """

    files_dropped = QtCore.Signal(list)
    inspector_requested = QtCore.Signal()
    command = QtCore.Signal(str)
    hint_changed = QtCore.Signal(str)
    tool_changed = QtCore.Signal(str)
    view_changed = QtCore.Signal()
    became_ready = QtCore.Signal()

    def __init__(self, model: DocumentModel, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.touchpad_pans = True
        self.outside_target: Callable[[QtCore.QPoint], int | None] = lambda _at: None
        self._view = View(0, 0, 1e-5, 1, 1)
        self._pointer = QtCore.QPointF()
        self._changed_rows = np.empty(0, np.int32)
        self._is_homed = False
        self.item = MapItem(self._shadows)
        self.gestures = Gestures(model, self)
        self.gestures.elsewhere = lambda at: self.outside_target(self.canvas.mapToGlobal(at))
        self.following = Following(model, self.item)
        self.canvas = Canvas(self, self, self.item)
        self.setFocusProxy(self.canvas)
        self._keys = KeyTable(self)
        self._menu = MapMenu(self)
        self._make_floating()
        self._connect()
        self.arrange()

    # ------------------------------------------------------------------ made once
    def _make_floating(self) -> None:
        self.toolbox, self.strip = Toolbox(self), Strip(self, self.model)
        self.chip, self.card, self.message = Chip(self, self.model), Card(self), Message(self)
        self.legend, self.scale = Legend(self), Scale(self)
        self.credits = label("", "dim")
        self.credits.setParent(self)
        self.credits.setFont(theme.font(10))
        self.credits.setStyleSheet("font-size: 10px;")
        self.steps, self.tips = FirstSteps(self), Tips(self)
        self._splits = QtCore.QTimer(self, singleShot=True, interval=_SPLITS_MS)
        self._splits.timeout.connect(self._warn_of_splits)

    def _connect(self) -> None:
        model, gestures = self.model, self.gestures
        model.opened.connect(self._opened)
        model.edited.connect(self._edited)
        model.previewed.connect(self._previewed)
        model.hovered.connect(self._hovered)
        model.message.connect(self._said)
        model.current_changed.connect(lambda _t: self._refresh_chip())
        model.alignment_changed.connect(self.gestures.cancel)
        self.following.ready.connect(self._ready)
        self.following.changed.connect(self._refresh)
        gestures.tool_changed.connect(self._tool_changed)
        gestures.options_changed.connect(self.strip.set_options)
        gestures.told.connect(self.hint_changed)
        self.strip.changed.connect(gestures.set_options)
        self.toolbox.chosen.connect(self.set_tool)
        self.toolbox.zoomed.connect(self.zoom_by)
        self.toolbox.went_home.connect(self.zoom_home)
        self.chip.chosen.connect(self._chosen)
        self.chip.unlocked.connect(lambda t: self.set_locked(t, False))
        self.message.undone.connect(self.undo)
        self.message.shown.connect(lambda: self.zoom_to_units(self._changed_rows))
        self.message.resized.connect(self.arrange)
        self.steps.command.connect(self.command)
        self.tips.resized.connect(self.arrange)
        self.tips.shown_tip.connect(self._show_tip)
        self._tool_changed(gestures.tool_id)

    # ------------------------------------------------------------------ what gestures look at
    @property
    def view(self) -> View:
        """What is seen, in device pixels."""
        return self._view

    @property
    def ratio(self) -> float:
        """Device pixels per pixel."""
        return self.canvas.devicePixelRatioF()

    @property
    def picker(self) -> Picker | None:
        """Finds areas; None while the plan has none or is not ready."""
        return self.following.prepared.picker if self.following.prepared else None

    @property
    def is_ready(self) -> bool:
        """Whether the plan can be seen."""
        return self.following.layer is not None

    def pickable_accounts(self) -> AccountSpots | None:
        """Accounts that take clicks: symbols, when zoomed in or asked for or all there is."""
        prepared = self.following.prepared
        if prepared is None or not self.item.shows["accounts"]:
            return None
        is_near = self.ratio / self._view.px_per_m < PICKED_FROM_M
        wanted = self.gestures.options.moves_accounts or prepared.picker is None
        return prepared.spots.pickable(self._view) if is_near or wanted else None

    def pan_map(self, dx: float, dy: float) -> None:
        """Move the map by metres."""
        scale = self._view.px_per_m
        self._look(self._view.moved(round(dx * scale), round(-dy * scale)))

    def show_preview(self, preview: Preview | None, selected: np.ndarray | None) -> None:
        """Draw what the gesture would do, or nothing."""
        shape = preview.shape if preview is not None else None
        self.item.set_shape(shape)
        is_drag = shape is not None and shape.kind == "ghost"
        target = preview.target if preview is not None and is_drag else None
        self.following.mark_target(UNASSIGNED if target is None else target, is_drag)
        if selected is not None:
            self.following.mark_selection(selected)
        elif preview is None:
            self.following.mark_selection()
        is_refused = preview is not None and is_drag and preview.target is None
        self._show_card([Line(preview.told)] if preview and is_refused and preview.told else None)

    def set_pointer(self, name: str) -> None:
        """Another shape of the pointer."""
        self.canvas.viewport().setCursor(pointer(name, self.ratio))

    # ------------------------------------------------------------------ what the canvas hears
    def pressed(self, at: QtCore.QPointF, keys: Keys, button: str, is_touch: bool) -> None:
        """A button went down on the map."""
        if self.is_ready:
            self._pointer = at
            self.gestures.press(at, keys, button, is_touch)

    def double_pressed(self, at: QtCore.QPointF, keys: Keys) -> None:
        """The left button went down a second time."""
        if self.is_ready:
            self.gestures.double(at, keys)

    def moved(self, at: QtCore.QPointF, keys: Keys) -> None:
        """The pointer moved."""
        self._pointer = at
        if self.is_ready:
            self.gestures.move(at, keys)
            if self.card.isVisible():
                self._place_card()

    def released(self, at: QtCore.QPointF, keys: Keys, button: str) -> None:
        """A button went up."""
        if self.is_ready:
            self.gestures.release(at, keys, button)

    def left(self) -> None:
        """The pointer left the map."""
        if self.is_ready:
            self.gestures.leave()

    def key_pressed(self, event: QtGui.QKeyEvent) -> bool:
        """A key went down while the map has the focus."""
        return self.is_ready and self._keys.pressed(event)

    def key_released(self, event: QtGui.QKeyEvent) -> bool:
        """A key went up."""
        return self.is_ready and self._keys.released(event)

    def focus_changed(self, has_focus: bool) -> None:
        """Keys go to the map, or no longer."""
        self.item.has_focus = has_focus
        self.item.update()
        if not has_focus:
            self.gestures.hold_hand(False)

    def menu_asked(self, at: QtCore.QPointF) -> None:
        """A right click: what can be done here."""
        if not self.is_ready or self.gestures.is_active:
            return
        x, y = self._view.to_map(at.x() * self.ratio, at.y() * self.ratio)
        unit = self.picker.unit_at(x, y) if self.picker is not None else -1
        spots, reach = self.pickable_accounts(), 7 * self.ratio / self._view.px_per_m
        account = spots.at(x, y, reach) if spots is not None else -1
        self._menu.open(unit, account, self.canvas.mapToGlobal(at.toPoint()))

    # ------------------------------------------------------------------ looking about
    def _look(self, view: View, is_zooming: bool = False) -> None:
        self._view = view
        self.item.look(view, is_zooming)
        self.scale.set_scale(view.px_per_m / self.ratio)
        self.view_changed.emit()

    def _size(self) -> tuple[int, int]:
        area = self.canvas.viewport()
        return round(area.width() * self.ratio), round(area.height() * self.ratio)

    def zoom_at(self, at: QtCore.QPointF, factor: float) -> None:
        """Zoom about a place, which stays under the pointer."""
        if self.is_ready:
            r = self.ratio
            self._look(camera.zoomed(self._view, at.x() * r, at.y() * r, factor, r), True)

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle."""
        self.zoom_at(QtCore.QPointF(self.canvas.rect().center()), factor)

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the map by so many pixels."""
        r = self.ratio
        self._look(self._view.moved(round(dx * r), round(dy * r)))

    def _fit(self, box: Box, pad: float = 0.0) -> None:
        r = self.ratio
        margins = (66 + pad, 62 + pad, 24 + pad, 24 + pad)
        self._look(camera.centred(self._view, box, tuple(m * r for m in margins)))  # type: ignore[arg-type]

    def zoom_home(self) -> None:
        """Show the part of the plan that holds 95 % of the balance measure."""
        if self.following.prepared is not None:
            self._is_homed = True
            self._fit(self.following.prepared.home.box)

    def zoom_to_units(self, rows: np.ndarray | Sequence[int]) -> None:
        """Show these units with some of their surroundings."""
        box = self._box_of(np.asarray(rows, np.int64))
        if box is not None:
            side = 0.15 * max(box[2] - box[0], box[3] - box[1], 1000.0)
            self._fit((box[0] - side, box[1] - side, box[2] + side, box[3] + side), 24)

    def _box_of(self, rows: np.ndarray) -> Box | None:
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

    def flash_units(self, rows: np.ndarray) -> None:
        """Hatch units for a moment; zooms out when none of them is in sight."""
        rows = np.asarray(rows, np.int64)
        self._changed_rows = rows.astype(np.int32)
        box, seen = self._box_of(rows), self._view.box
        if box is None:
            return
        is_apart = box[0] > seen[2] or box[2] < seen[0] or box[1] > seen[3] or box[3] < seen[1]
        if is_apart:
            self._fit(camera.union(np.array([box, seen])) or box)
        self.following.flash(rows)

    def resized(self) -> None:
        """The canvas has another size or pixel ratio."""
        wide, high = self._size()
        if self.item.style.pixel_ratio != self.ratio:
            self.item.restyle(self.ratio)
        if (wide, high) != (self._view.width, self._view.height):
            self._look(camera.resized(self._view, wide, high))
            if not self._is_homed and self.is_ready:
                self.zoom_home()

    # ------------------------------------------------------------------ the model speaks
    def _opened(self) -> None:
        self.gestures.cancel()
        self._is_homed = False
        self.message.hide()
        self.steps.setVisible(not self.model.view.leaves and not self.model.document.steps)
        self.tips.hide()
        self._tool_changed(self.gestures.tool_id)

    def _ready(self) -> None:
        assert self.following.prepared is not None
        origin = self.following.prepared.arcs.origin
        self._view = View(0, 0, self._view.scale, *self._size(), origin)
        self.item.restyle(self.ratio)
        if self.width() > 1 and self.isVisible():
            self.zoom_home()
        self.became_ready.emit()

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        super().showEvent(event)
        self.arrange()
        if self.is_ready and not self._is_homed:
            self.zoom_home()

    def _edited(self, edited: Edited) -> None:
        self.steps.hide()
        if len(edited.touched.units):
            self._changed_rows = edited.touched.units
        self.card.hide()

    def _hovered(self, unit: int) -> None:
        rows = np.array([unit] if unit >= 0 and not self.gestures.is_active else [], np.int64)
        self.following.mark(Mark.HOVER, rows)

    def _previewed(self, tentative: Tentative | None) -> None:
        if tentative is None:
            self._splits.stop()
            self._show_card(None)
            return
        self._show_card(lines_of(self.model.view, tentative))
        self._splits.start()

    def _warn_of_splits(self) -> None:
        tentative = self.model.tentative
        if tentative is not None:
            text = splits(self.model.view, tentative)
            if text:
                self._show_card(lines_of(self.model.view, tentative, text))

    def _show_card(self, lines: list[Line] | None) -> None:
        if lines is None and self.model.tentative is not None:
            return
        if not lines:
            self.card.hide()
            return
        self.card.set_lines(lines)
        self._place_card()
        self.card.show()
        self.card.raise_()

    def _place_card(self) -> None:
        self.card.place(self._pointer.toPoint(), self.rect())

    def _said(self, text: str, has_undo: bool) -> None:
        has_rows = has_undo and len(self._changed_rows) > 0
        self.message.say(text, has_undo, has_rows)

    def undo(self) -> None:
        """Undo the last step, say so and show where."""
        try:
            step = self.model.undo()
        except TerraDeskError as error:
            self.model.on_error(error, False)
            return
        if step is not None:
            self.model.say(step.text)
            self.flash_units(self._changed_rows)

    # ------------------------------------------------------------------ tools and territories
    def set_tool(self, tool: str) -> None:
        """Take another tool in hand."""
        self.gestures.set_tool(tool)

    def _tool_changed(self, tool: str) -> None:
        self.toolbox.set_tool(tool)
        self.strip.set_tool(self.gestures.tool.options, self.gestures.options)
        self._refresh_chip()
        self.tool_changed.emit(tool)

    def _chosen(self, territory: int) -> None:
        if territory == UNASSIGNED_ROW:
            self.set_tool("eraser")
        else:
            self.model.set_current(UNASSIGNED if territory == NEW_ROW else territory)
        self.canvas.setFocus()

    def swap_current(self) -> None:
        """Make the territory current that was current before."""
        if len(self.model.recent) > 1:
            self.model.set_current(self.model.recent[1])

    def open_current_list(self) -> None:
        """Open the list of the chip, ready to type."""
        self.chip.open_list()

    def set_locked(self, territory: int, is_locked: bool) -> None:
        """Lock or unlock a territory."""
        self.model.attempt(lambda: lock_edit(self, territory, is_locked))

    def select_territory(self, territory: int) -> None:
        """Select all areas of a territory."""
        if self.following.layer is not None:
            self.model.select_units(self.following.layer.units_of(territory))

    def assign_selection(self) -> None:
        """Assign the selection to the current territory, or ask which."""
        if self.model.current == UNASSIGNED:
            self.open_current_list()
        else:
            self._give(self.model.current)

    def unassign_selection(self) -> None:
        """Take the selected areas out of their territories."""
        self._give(UNASSIGNED)

    def _give(self, territory: int) -> None:
        model = self.model
        units, accounts = model.selected_units, model.selected_accounts
        if len(units) and not self.gestures.options.moves_accounts:
            model.attempt(lambda: edits.assign(model.plan, model.alignment, units, territory),
                          _("They are there already."))  # fmt: skip
        elif len(accounts):
            model.attempt(lambda: edits.name_accounts(model.plan, model.alignment, accounts,
                                                      territory),
                          _("They are there already."))  # fmt: skip
        else:
            model.say(_("Select something first."))

    # ------------------------------------------------------------------ what the map shows
    def colour_choices(self) -> list[tuple[str, str, bool]]:
        """(key, text, is chosen) of everything the map can be coloured by."""
        if not self.model.is_open:
            return []
        found = colouring.choices(self.model.plan, self.model.view)
        chosen = self.following.colour_by
        if chosen not in dict(found):
            chosen = colouring.TERRITORY
        return [(key, text, key == chosen) for key, text in found]

    def set_colour_by(self, key: str) -> None:
        """Colour by a key of `colour_choices`."""
        self.following.set_colour_by(key)

    def set_accounts_shown(self, is_shown: bool) -> None:
        """Show or hide the accounts."""
        self.item.show_parts("accounts", is_shown)
        self._refresh()

    def set_labels_shown(self, is_shown: bool) -> None:
        """Show or hide the names of territories."""
        self.item.show_parts("labels", is_shown)

    def set_base_map_shown(self, is_shown: bool) -> None:
        """Show or hide land, water and cities."""
        self.item.show_parts("base", is_shown)
        self._refresh()

    def set_length_unit(self, unit: str) -> None:
        """Put km or mi above in the scale bar."""
        self.scale.set_unit(unit)

    def set_touchpad_pans(self, pans: bool) -> None:
        """Whether two fingers on a touchpad move the map (else they zoom)."""
        self.touchpad_pans = pans

    def restyle(self) -> None:
        """Take up another theme."""
        self.item.restyle(self.ratio)
        for widget in (self.toolbox, self.message, self.chip):
            widget.restyle()  # type: ignore[attr-defined]
        self._tool_changed(self.gestures.tool_id)
        self._refresh()

    def _refresh_chip(self) -> None:
        self.chip.set_drawing(self.gestures.tool.draws and not self.gestures.options.selects)
        self.arrange()

    def _refresh(self) -> None:
        """Chip, legend and credits as the map is now."""
        if not self.model.is_open or self.following.layer is None:
            return
        layer, prepared = self.following.layer, self.following.prepared
        accounts = ""
        if prepared is not None and len(prepared.spots) and self.item.shows["accounts"]:
            measure = prepared.spots.measure
            accounts = measure.name if measure else _("Accounts")
        self.legend.set_entries(layer.colouring.title, layer.legend(accounts))
        credits = self.model.plan.setting("credits")
        shown = _DEFAULT_CREDITS if self.item.base is not None and self.item.shows["base"] else ""
        self.credits.setText(" · ".join(dict.fromkeys(c for c in (credits, shown) if c)))
        self._refresh_chip()

    # ------------------------------------------------------------------ messages and pictures
    def show_message(
        self, text: str, action: str = "", then: Callable[[], object] | None = None
    ) -> None:
        """Say something at the foot of the map, with a link that does something."""
        self.message.say(text, action=action, then=then)

    def show_tips(self) -> None:
        """Show the tips of the sample plan, if this plan has any."""
        from terradesk import sample

        self._tips = sample.tips(self.model.plan)
        self.tips.start([tip.text for tip in self._tips])

    def _show_tip(self, number: int) -> None:
        tip = self._tips[number]
        if tip.codes:
            self.model.select_units(np.flatnonzero(np.isin(self.model.plan.units.codes, tip.codes)))

    def render_image(self, scale: float = 2.0) -> QtGui.QImage:
        """The map as it is seen, with legend, scale bar and credits, without the tools."""
        return picture(self, scale)

    def copy_picture(self) -> None:
        """Put `render_image` on the clipboard."""
        QtGui.QGuiApplication.clipboard().setImage(self.render_image())

    # ------------------------------------------------------------------ things from outside
    def dragged_over(self, event: QtGui.QDragMoveEvent) -> None:
        """Show what letting go here would do."""
        rows = dropping.account_rows(event.mimeData())
        if dropping.files(event):
            event.acceptProposedAction()
        elif len(rows) and self.is_ready:
            event.acceptProposedAction()
            self._pointer = event.position()
            territory = self._territory_at(event.position())
            assigned = dropping.named(self.model, rows, territory)
            is_real = territory is not None and territory >= 0
            self.following.mark_target(territory if is_real else UNASSIGNED, True)  # type: ignore[arg-type]
            shown = dropping.tentative(self.model, assigned, rows, territory or 0)
            self.model.preview(shown)
            if shown is None:
                self._show_card([Line(dropping.refusal(self.model, territory))])
        else:
            event.ignore()

    def _territory_at(self, at: QtCore.QPointF) -> int | None:
        x, y = self._view.to_map(at.x() * self.ratio, at.y() * self.ratio)
        unit = self.picker.unit_at(x, y) if self.picker is not None else -1
        return int(self.model.view.assignment[unit]) if unit >= 0 else None

    def drag_left(self) -> None:
        """What hovered went away."""
        self.model.preview(None)
        self.following.mark_target(UNASSIGNED, False)
        self.card.hide()

    def dropped(self, event: QtGui.QDropEvent) -> None:
        """Accounts become named accounts; files go to the window."""
        paths, rows = dropping.files(event), dropping.account_rows(event.mimeData())
        self.drag_left()
        event.acceptProposedAction()
        if paths:
            self.files_dropped.emit(paths)
        elif len(rows) and self.is_ready:
            territory = self._territory_at(event.position())
            why = dropping.refusal(self.model, territory)
            self.model.attempt(lambda: dropping.named(self.model, rows, territory), why)

    # ------------------------------------------------------------------ places
    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        self.canvas.setGeometry(self.rect())
        self.arrange()

    def _floating(self) -> list[Floating]:
        return [self.toolbox, self.strip, self.chip, self.message, self.legend, self.steps,
                self.tips, self.card]  # fmt: skip

    def _shadows(self) -> list[tuple[QtCore.QRectF, float]]:
        return [(QtCore.QRectF(w.geometry()), w.radius) for w in self._floating() if w.isVisible()]

    def arrange(self) -> None:
        """Put everything that floats in its place."""
        wide, high = self.width(), self.height()
        is_open = self.model.is_open
        for widget in (self.toolbox, self.chip, self.scale, self.credits):
            widget.setVisible(is_open)
        self.strip.setVisible(is_open and bool(self.gestures.tool.options))
        for widget in (self.toolbox, self.strip, self.chip, self.credits, self.steps, self.tips):
            widget.adjustSize()
        left = GAP + self.toolbox.width() + GAP
        self._put(self.toolbox, GAP, GAP)
        self._put(self.strip, left, GAP)
        after = left + (self.strip.width() + _BETWEEN if self.strip.isVisibleTo(self) else 0)
        fits = after + self.chip.width() + GAP <= wide
        top = GAP + (theme.HEIGHT["strip"] - self.chip.height()) // 2
        below = GAP + self.strip.height() + _BETWEEN
        self._put(self.chip, after if fits else left, top if fits else below)
        self._arrange_foot(wide, high)
        self.item.update()

    def _arrange_foot(self, wide: int, high: int) -> None:
        foot = high - 4 - self.credits.height()
        self._put(self.credits, wide - GAP - self.credits.width(), foot)
        foot -= self.scale.height() + 2
        self._put(self.scale, wide - GAP - self.scale.width(), foot)
        foot -= self.legend.height() + _BETWEEN
        self._put(self.legend, wide - GAP - self.legend.width(), foot)
        self.message.fit(wide - 3 * GAP - self.scale.width())
        foot = high - GAP - self.message.height()
        self._put(self.message, GAP, foot)
        if self.message.isVisible():
            foot -= _BETWEEN
        else:
            foot = high - GAP
        self._put(self.tips, GAP, foot - self.tips.height())
        self._put(self.steps, (wide - self.steps.width()) // 2, max(110, high // 2 - 60))

    def _put(self, widget: QtWidgets.QWidget, x: int, y: int) -> None:
        """Place a widget, mirrored where the window runs from right to left."""
        if self.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft:
            x = self.width() - x - widget.width()
        widget.move(x, y)
        widget.raise_()

    def set_options(self, options: Options) -> None:
        """Use these switches with the tool in hand."""
        self.gestures.set_options(options)
        self.strip.set_options(options)
        self._refresh_chip()

    def tool_name(self) -> str:
        """Name of the tool in hand."""
        return _(tool_entry(self.gestures.tool_id).text)
