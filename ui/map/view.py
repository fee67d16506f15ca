"""MapView: the desk itself: gestures, tools and what floats over the picture."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.arcs.picking import Picker
from terradesk.errors import TerraDeskError
from terradesk.plan import UNASSIGNED
from terradesk.render import Mark
from terradesk.render.flags import FlagStamp
from ui.tools import AccountSpots, Keys, Options, Preview

from ..document_model import DocumentModel, Edited
from . import camera
from .building import Building
from .camera import Box
from .classes import ClassesPopup
from .dropping import Dropping
from .floats import Floats, part_name
from .gestures import Gestures
from .giving import Giving
from .going import Going
from .guarding import Guard
from .hovering import Hovering
from .keys import KeyTable
from .layer_list import LayerList
from .layers import MapLayers
from .looking import Looking
from .menu import MapMenu
from .picture import picture
from .pointers import pointer
from .spots import PICKED_FROM_M
from .telling import Telling

_BASE_CREDITS = "Natural Earth · GeoNames"
_TIP_DONE_BY = {"drag": "do", "card": "do", "undo": "undo"}


class MapView(Looking):
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
    build_wanted(str, int)
        "split", "divide" or "helps", and the territory.
    hint_changed(str)
        What the gesture takes, for the status bar; "" when it is over.
    tool_changed(str), view_changed(), became_ready()

    Notes
    -----
    For the window: `zoom_home`, `zoom_by`, `zoom_to_units`, `zoom_to_territory`, `flash_units`,
    `set_tool`, `colour_choices`, `set_colour_by`, `giving`, `show_message`, `show_tips`,
    `copy_picture`, `render_image`, `set_accounts_shown`, `set_labels_shown`,
    `set_base_map_shown`, `set_length_unit`, `set_touchpad_pans`, `restyle`. Set
    `outside_target` to a function from a point on the screen to a territory id or None, and
    selections can be dropped on the tree.
    """

    files_dropped = QtCore.Signal(list)
    inspector_requested = QtCore.Signal()
    command = QtCore.Signal(str)
    build_wanted = QtCore.Signal(str, int)
    hint_changed = QtCore.Signal(str)
    tool_changed = QtCore.Signal(str)

    def __init__(self, model: DocumentModel, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(model, self, parent)
        self.touchpad_pans = True
        self.outside_target: Callable[[QtCore.QPoint], int | None] = lambda _at: None
        self.gestures = Gestures(model, self, self)
        self._guard = Guard(self.gestures, model, self.canvas)
        self.gestures.elsewhere = lambda at: self.outside_target(self.canvas.mapToGlobal(at))
        self.floats: Floats = Floats(self, model)
        self.item.shadows = self.floats.shadows
        self.telling: Telling = Telling(self)
        self.giving: Giving = Giving(self)
        self.classes = ClassesPopup(self)
        self.dropping = Dropping(self)
        self.menu = MapMenu(self)
        self.layers: MapLayers = MapLayers(self)
        self.layer_list, self.hovering = LayerList(self), Hovering(self)
        self.floats.over += [self.layer_list.button, self.layer_list]
        self.going: Going = Going(self)
        self.building = Building(self)
        self._keys = KeyTable(self)
        self._connect_model()
        self._connect_floats()
        self._tool_changed(self.gestures.tool_id)

    def _connect_model(self) -> None:
        model = self.model
        model.opened.connect(self._opened)
        model.edited.connect(self._edited)
        model.previewed.connect(self.telling.preview)
        model.hovered.connect(self._hovered)
        model.message.connect(self._said)
        model.current_changed.connect(self._refresh_chip)
        model.alignment_changed.connect(self._drop_gesture)
        self.following.changed.connect(self._refresh)
        self.became_ready.connect(self._show_far)
        self.became_ready.connect(lambda: self.floats.show_waiting(False))
        self.view_changed.connect(self._show_scale)

    def _connect_floats(self) -> None:
        floats, gestures = self.floats, self.gestures
        gestures.tool_changed.connect(self._tool_changed)
        gestures.options_changed.connect(self._options_changed)
        gestures.told.connect(self.hint_changed)
        floats.strip.changed.connect(self.set_options)
        floats.toolbox.chosen.connect(self.set_tool)
        floats.toolbox.zoomed.connect(self.zoom_by)
        floats.toolbox.went_home.connect(self.zoom_home)
        floats.chip.chosen.connect(self.giving.choose)
        floats.chip.unlocked.connect(lambda t: self.giving.set_locked(t, False))
        floats.message.undone.connect(self.undo)
        floats.message.shown.connect(self.zoom_to_changed)
        floats.message.resized.connect(self.arrange)
        floats.steps.command.connect(self.command)
        floats.legend.resized.connect(self.arrange)
        floats.legend.edit_requested.connect(lambda: self.classes.open_beside(floats.legend))
        floats.tips.resized.connect(self.arrange)
        floats.tips.shown_tip.connect(self._show_tip)

    # ------------------------------------------------------------------ what gestures look at
    @property
    def picker(self) -> Picker | None:
        """Finds areas; None while the plan has none or is not ready."""
        return self.following.prepared.picker if self.following.prepared else None

    def pickable_accounts(self) -> AccountSpots | None:
        """Accounts that take clicks: symbols, when zoomed in or asked for or all there is."""
        prepared = self.following.prepared
        if prepared is None or not self.item.shows["accounts"]:
            return None
        is_near = self.ratio / self._view.px_per_m < PICKED_FROM_M
        wanted = self.gestures.options.moves_accounts or prepared.picker is None
        return prepared.spots.pickable(self._view) if is_near or wanted else None

    def placed_accounts(self) -> AccountSpots | None:
        """All placed accounts, seen or not: what shapes take."""
        spots = self.following.prepared.spots if self.following.prepared is not None else None
        return AccountSpots(spots.rows, spots.xy, lambda *_at: -1) if spots is not None else None

    def start_points(self) -> FlagStamp | None:
        """Flags of start points that take drags."""
        return self.layers.start_points()

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
            self.going.mark_selection()
        is_told = preview is not None and (is_drag or preview.is_refused) and preview.target is None
        self.telling.tell(preview.told if preview is not None and is_told else "")

    def fit(self, box: Box, pad: float = 0.0) -> None:
        """Show a box in metres, clear of the tools; the map flies there."""
        self.going.fly(lambda: Looking.fit(self, box, pad))

    def set_pointer(self, name: str) -> None:
        """Another shape of the pointer."""
        self.canvas.viewport().setCursor(pointer(name, self.ratio))

    # ------------------------------------------------------------------ what the canvas hears
    def pressed(self, at: QtCore.QPointF, keys: Keys, button: str, is_touch: bool) -> None:
        """A button went down on the map."""
        self.hovering.left()
        if self.is_ready:
            self.telling.note(at)
            self.gestures.press(at, keys, button, is_touch)

    def double_pressed(self, at: QtCore.QPointF, keys: Keys) -> None:
        """The left button went down a second time."""
        if self.is_ready:
            self.gestures.double(at, keys)

    def moved(self, at: QtCore.QPointF, keys: Keys) -> None:
        """The pointer moved."""
        self.telling.note(at)
        self.hovering.moved(at)
        if self.is_ready:
            self.gestures.move(at, keys)
            self.telling.follow()

    def released(self, at: QtCore.QPointF, keys: Keys, button: str) -> None:
        """A button went up."""
        if self.is_ready:
            self.gestures.release(at, keys, button)

    def left(self) -> None:
        """The pointer left the map."""
        self.hovering.left()
        if self.is_ready:
            self.gestures.leave()

    def key_pressed(self, event: QtGui.QKeyEvent) -> bool:
        """A key went down while the map has the focus."""
        return self.is_ready and (self.gestures.take_key(event) or self._keys.pressed(event))

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
        if not self.is_ready or self.gestures.cancel():
            return
        x, y = self.metres(at)
        unit = self.picker.unit_at(x, y) if self.picker is not None else -1
        spots, reach = self.pickable_accounts(), 7 * self.ratio / self._view.px_per_m
        account = spots.at(x, y, reach) if spots is not None else -1
        self.menu.open(unit, account, self.canvas.mapToGlobal(at.toPoint()))

    def dragged_over(self, event: QtGui.QDragMoveEvent) -> None:
        """Something from outside hovers over the map."""
        self.dropping.over(event)

    def drag_left(self) -> None:
        """It went away again."""
        self.dropping.end()

    def dropped(self, event: QtGui.QDropEvent) -> None:
        """It was let go of."""
        self.dropping.drop(event)

    # ------------------------------------------------------------------ the model speaks
    def _opened(self) -> None:
        self.gestures.cancel()
        self._is_homed = False
        QtCore.QTimer.singleShot(
            500, self, lambda: self.floats.show_waiting(self.model.is_open and not self.is_ready)
        )
        self.floats.message.hide()
        self.floats.steps.setVisible(not self.model.view.leaves and not self.model.document.steps)
        self.floats.steps.set_accounts(int(self.model.plan.accounts_present.sum()))
        self.floats.tips.hide()
        self._tool_changed(self.gestures.tool_id)

    def _drop_gesture(self) -> None:
        self.gestures.cancel()

    def _edited(self, edited: Edited) -> None:
        self.floats.steps.hide()
        if edited.step is not None and (edited.step.kind == "undo" or len(edited.touched.units)):
            self.floats.tips.done(edited.step.kind)
        if len(edited.touched.units):
            self._changed_rows = edited.touched.units
        self.floats.card.hide()

    def _hovered(self, unit: int) -> None:
        rows = np.array([unit] if unit >= 0 and not self.gestures.is_active else [], np.int64)
        self.following.mark(Mark.HOVER, rows)

    def _said(self, text: str, has_undo: bool) -> None:
        has_rows = has_undo and len(self._changed_rows) > 0
        self.floats.message.say(text, has_undo, has_rows)

    def undo(self) -> None:
        """Undo the last step, say so and show where."""
        if self.gestures.cancel():
            return
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
        switches = self.gestures.tool.options
        self.floats.toolbox.set_tool(tool)
        self.floats.strip.set_tool(switches, self.gestures.options)
        self.floats.set_strip_shown(bool(switches))
        self._refresh_chip()
        self.tool_changed.emit(tool)

    def _options_changed(self, options: Options, keys: Keys) -> None:
        self.floats.strip.set_options(options, keys)
        self._refresh_chip()

    def set_options(self, options: Options) -> None:
        """Use these switches with the tool in hand."""
        self.gestures.set_options(options)
        self._options_changed(options, Keys.NONE)

    def set_length_unit(self, unit: str) -> None:
        """Put km or mi above in the scale bar."""
        self.floats.scale.set_unit(unit)
        self.gestures.length_unit = unit

    def set_touchpad_pans(self, pans: bool) -> None:
        """Whether two fingers on a touchpad move the map (else they zoom)."""
        self.touchpad_pans = pans

    def restyle(self) -> None:
        """Take up another theme."""
        self.item.restyle(self.ratio)
        self.floats.restyle()
        self.layer_list.restyle()
        self.building.banner.restyle()
        self._tool_changed(self.gestures.tool_id)
        self._refresh()

    def _show_part(self, part: str, is_shown: bool) -> None:
        self.layers.set_shown(part, is_shown)

    def _refresh_chip(self, *_changed: object) -> None:
        draws = self.gestures.tool.draws and not self.gestures.options.selects
        self.floats.is_drawing = draws
        self.floats.chip.set_drawing(draws, self.gestures.tool_id == "eraser")
        self.arrange()

    def arrange(self) -> None:
        """Put everything that floats in its place, clear of a panel that lies over the map."""
        self.floats.end = self.width() - self.free_rect().width()
        self.building.banner.leave_free(self.floats.end)
        self.floats.arrange()
        self.layer_list.arrange()
        self.top_margin = float(self.floats.chip.geometry().bottom() + 18)
        self.item.update()

    def cover(self, **sides: float) -> None:
        """Keep clear of something large; see `Looking.cover`."""
        super().cover(**sides)
        self.arrange()

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        self.canvas.setGeometry(self.rect())
        self.arrange()

    def _show_scale(self) -> None:
        self.floats.scale.set_scale(self._view.px_per_m / self.ratio)

    def _show_far(self) -> None:
        """Offer the parts of the plan that Home leaves out."""
        assert self.following.prepared is not None
        boxes: dict[str, list[Box]] = {}
        for part in self.following.prepared.home.far:
            boxes.setdefault(part_name(self.model.plan, part), []).append(part.box)
        joint = [camera.union(np.array(several)) or several[0] for several in boxes.values()]
        self.floats.set_far(list(boxes), lambda n: self.fit(joint[n], 24))

    def _refresh(self) -> None:
        """Chip, legend and credits as the map is now."""
        if not self.model.is_open or self.following.layer is None:
            return
        layer = self.following.layer
        entries = self.building.legend(layer.legend(self.layers.legend()))
        made = layer.colouring
        self.floats.legend.set_entries(made.title, entries, made.rules is not None, made.note)
        credits = self.model.plan.setting("credits")
        shown = _BASE_CREDITS if self.item.base is not None and self.item.shows["base"] else ""
        sources = [c.strip() for text in (credits, shown) for c in text.split("·") if c.strip()]
        self.floats.credits.setText(" · ".join(dict.fromkeys(sources)))
        self._refresh_chip()

    # ------------------------------------------------------------------ messages and pictures
    def show_message(
        self, text: str, action: str = "", then: Callable[[], object] | None = None
    ) -> None:
        """Say something at the foot of the map, with a link that does something."""
        self.floats.message.say(text, action=action, then=then)

    def show_tips(self) -> None:
        """Show the tips of the sample plan, if this plan has any."""
        from terradesk import sample

        self._tips = sample.tips(self.model.plan)
        done_by = [_TIP_DONE_BY.get(tip.key, "") for tip in self._tips]
        self.floats.tips.start([tip.text for tip in self._tips], done_by)

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
