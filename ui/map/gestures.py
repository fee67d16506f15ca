"""Gestures: events to the tool in hand, its results to the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from PySide6 import QtCore, QtGui

from terradesk.edits import Assigned, Edit
from terradesk.plan import UNASSIGNED
from ui.tools import (
    TOOLS,
    Keys,
    MapEvent,
    Options,
    Panned,
    Picked,
    Preview,
    Refused,
    Result,
    Selection,
    Tool,
    ToolContext,
)
from ui.tools.hand import Hand
from ui.tools.scope import combined

from ..document_model import DocumentModel
from .remembering import Kept, kept, recalled
from .scrolling import EDGE_PX, Scrolling, speed_near
from .surface import Surface
from .tentative import made_territory, tentative

_KEY_NAMES = {
    QtCore.Qt.Key.Key_Return: "Enter",
    QtCore.Qt.Key.Key_Enter: "Enter",
    QtCore.Qt.Key.Key_Backspace: "Backspace",
    QtCore.Qt.Key.Key_Delete: "Delete",
}


class Gestures(QtCore.QObject):
    """Keeps the tools, their options and the gesture that goes on.

    Signals
    -------
    tool_changed(str)
    options_changed(object, object)
        Options of the tool in hand, and the keys that are held.
    told(str)
        What the gesture takes, or why it would do nothing; "" when it is over.
    """

    tool_changed = QtCore.Signal(str)
    options_changed = QtCore.Signal(object, object)
    told = QtCore.Signal(str)

    def __init__(self, model: DocumentModel, surface: Surface, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._model, self._surface = model, surface
        self._tools: dict[str, Tool] = {entry.id: entry.factory() for entry in TOOLS}
        self._options: dict[str, Options] = {k: t.defaults for k, t in self._tools.items()}
        self.tool_id = "select"
        self.length_unit = "km"
        self.elsewhere: Callable[[QtCore.QPoint], int | None] = lambda _at: None
        self.is_down = False
        self._hand, self._hand_button = Hand(), ""
        self._is_space = False
        self._at = self._pressed_at = QtCore.QPointF()
        self._keys = Keys.NONE
        self._is_touch = False
        self._seen: tuple[object, ...] = ()
        self._hover = -1
        self._scroll = Scrolling(self._speed, self._push, self)
        model.current_changed.connect(self._current_changed)

    # ------------------------------------------------------------------ tools and options
    @property
    def tool(self) -> Tool:
        """The tool in hand."""
        return self._tools[self.tool_id]

    @property
    def options(self) -> Options:
        """Options of the tool in hand."""
        return self._options[self.tool_id]

    @property
    def is_active(self) -> bool:
        """Whether a gesture goes on."""
        return self._model.is_open and self.tool.is_active

    def kept(self) -> Kept:
        """Options of all tools for `recall`."""
        return kept(self._options, {k: t.defaults for k, t in self._tools.items()})

    def recall(self, values: Mapping[str, object]) -> None:
        """Take up options of an earlier session."""
        for name, tool in self._tools.items():
            self._options[name] = recalled(tool.defaults, values.get(name))
        self.options_changed.emit(self.options, self._keys)

    def set_tool(self, tool: str) -> None:
        """Take another tool in hand; ends the gesture."""
        if tool != self.tool_id and tool in self._tools:
            self.cancel()
            self.tool_id = tool
            self.tool_changed.emit(tool)
            self.options_changed.emit(self.options, self._keys)
        self._show(self._hovered())

    def set_options(self, options: Options) -> None:
        """Use other options with this tool from now on."""
        self._options[self.tool_id] = options
        self._again()

    # ------------------------------------------------------------------ events
    def _event(self, button: str = "left", key: str = "") -> MapEvent:
        view, ratio = self._surface.view, self._surface.ratio
        x, y = view.to_map(self._at.x() * ratio, self._at.y() * ratio)
        return MapEvent(
            x, y, ratio / view.px_per_m, button, self._keys, key, self._is_touch, self._elsewhere()
        )

    def _elsewhere(self) -> int | None:
        if not self.is_down or not self.tool.is_active or self._inside(self._at):
            return None
        return self.elsewhere(self._at.toPoint())

    def _inside(self, at: QtCore.QPointF) -> bool:
        size = self._surface.size()
        return 0 <= at.x() < size.width() and 0 <= at.y() < size.height()

    def context(self) -> ToolContext:
        """What a tool may look at now."""
        model = self._model
        return ToolContext(
            model.plan,
            model.view,
            model.current,
            model.selected_units,
            model.selected_accounts,
            self.options,
            self._surface.picker,
            self._surface.pickable_accounts(),
            self._surface.placed_accounts(),
            self.length_unit,
            self._surface.start_points(),
        )

    def _note(self, at: QtCore.QPointF, keys: Keys) -> None:
        self._at = at
        if keys != self._keys:
            self._keys = keys
            self.options_changed.emit(self.options, keys)

    def _run(self, act: Callable[[MapEvent, ToolContext], Result], key: str = "") -> None:
        """Let the tool do something; the gesture may be over then."""
        had_gesture = self.tool.is_active
        result = act(self._event(key=key), self.context())
        if had_gesture and not self.tool.is_active:
            self._end()
        self._finish(result)

    def press(self, at: QtCore.QPointF, keys: Keys, button: str, is_touch: bool) -> None:
        """A button goes down."""
        if not self._model.is_open:
            return
        self._note(at, keys)
        if button == "middle" or self._is_space:
            self._hand_button = button
            self._hand.press(self._event(), self.context())
        elif button == "left":
            self._go_down(at, is_touch)
            self._run(self.tool.press)
            self._model.hovered.emit(self._hover)  # its mark goes away during a gesture
        self._point()

    def _go_down(self, at: QtCore.QPointF, is_touch: bool) -> None:
        if self.is_down:
            self.lose_button()
        self.is_down, self._is_touch, self._pressed_at = True, is_touch, at

    def double(self, at: QtCore.QPointF, keys: Keys) -> None:
        """The left button goes down a second time."""
        if not self._model.is_open:
            return
        self._note(at, keys)
        if self._is_space:
            self._hand_button = "left"
            self._hand.press(self._event(), self.context())
        else:
            self._go_down(at, self._is_touch)
            self._run(self.tool.double)
        self._point()

    def lose_button(self) -> None:
        """The left button went up where nobody heard it."""
        self.cancel()
        self.is_down = False

    def move(self, at: QtCore.QPointF, keys: Keys) -> None:
        """The pointer moves."""
        self._note(at, keys)
        self._again()

    def _again(self) -> None:
        if not self._model.is_open:
            return
        if self._hand.is_active:
            self._do_pan(self._hand.move(self._event(), self.context()))
        elif self.tool.is_active:
            event, context = self._event(), self.context()
            self._note_unit(context.unit_at(event) if event.elsewhere is None else -1)
            self._run(self.tool.move)
            self._scroll.look()
        else:
            self._show(self._hovered())
        self._point()

    def _hovered(self) -> Preview | None:
        if not self._model.is_open or self.is_down:
            return None  # after Esc nothing more is shown until the button goes up
        if not self._inside(self._at):
            return self.tool.left()
        event, context = self._event(""), self.context()
        self._note_unit(context.unit_at(event))
        result = self.tool.hover(event, context)
        return result if isinstance(result, Preview) else None

    def _note_unit(self, unit: int) -> None:
        if unit != self._hover:
            self._hover = unit
            self._model.hovered.emit(unit)

    def leave(self) -> None:
        """The pointer leaves the map."""
        if not self.tool.is_active:
            self._at = QtCore.QPointF(-1e6, -1e6)
            self._hover = -1
            self._model.hovered.emit(-1)
            self._show(self._hovered())

    def release(self, at: QtCore.QPointF, keys: Keys, button: str) -> None:
        """A button goes up."""
        if not self._model.is_open:
            self.cancel()
            return
        self._note(at, keys)
        if self._hand.is_active and button == self._hand_button:
            self._do_pan(self._hand.release(self._event(), self.context()))
            self._again()
        elif button == "left" and self.is_down:
            if self._hand_button == "space":
                self._hand.cancel()
            self._scroll.stop()
            self._run(self.tool.release)
            self.is_down = False
            if not self.tool.is_active:
                self._show(self._hovered())
        self._point()

    def keys_changed(self, keys: Keys) -> None:
        """A modifier goes down or up without the pointer moving."""
        self._note(self._at, keys)
        self._refresh()

    def take_key(self, event: QtGui.QKeyEvent) -> bool:
        """A key goes down; tells whether it belongs to the gesture that goes on."""
        if not self.is_active:
            return False
        if event.matches(QtGui.QKeySequence.StandardKey.Undo):  # with no step to undo, as with one
            return self.cancel()
        held = QtCore.Qt.KeyboardModifier.ControlModifier | QtCore.Qt.KeyboardModifier.AltModifier
        if event.modifiers() & held:
            return False
        name = _KEY_NAMES.get(QtCore.Qt.Key(event.key()), event.text())
        if name in self.tool.keys:
            self._run(self.tool.key, name)
            if not self.tool.is_active:
                self._show(self._hovered())
            self._point()
            return True
        return name in _KEY_NAMES.values()  # they would change the plan in mid-gesture

    def hold_hand(self, is_held: bool) -> None:
        """Space goes down or up; a gesture waits meanwhile and goes on afterwards."""
        self._is_space = is_held
        if is_held and self.is_down and self.tool.is_active and self._model.is_open:
            self._hand_button = "space"
            self._hand.press(self._event(), self.context())
        elif not is_held and self._hand_button != "middle":
            self._hand.cancel()
        self._point()

    def cancel(self) -> bool:
        """Drop the gesture; tells whether there was one."""
        was_active = self.tool.is_active
        for tool in self._tools.values():
            tool.cancel()
        self._hand.cancel()
        self._scroll.stop()
        if was_active:
            self._end()
            self._show(self._hovered())
            self._point()
        return was_active

    def drop(self) -> None:
        """Drop the gesture and what hovering shows: what they were made for has changed."""
        if not self.cancel() and self._seen:
            self._forget()
            self._show(self._hovered())

    def _current_changed(self) -> None:
        self._refresh()

    def _refresh(self) -> None:
        """Show again what the tool would do, after something other than the pointer changed."""
        if not self._model.is_open or self._hand.is_active:
            return
        if self.tool.is_active:
            self._run(self.tool.key)
        elif self._seen:
            self._show(self._hovered())
        self._point()

    # ------------------------------------------------------------------ results
    def _finish(self, result: Result) -> None:
        if isinstance(result, Panned):
            self._do_pan(result)
        elif isinstance(result, Preview):
            self._show(result)
        elif isinstance(result, Selection):
            self._select(result)
        elif isinstance(result, Picked):
            self._model.set_current(result.territory)
        elif isinstance(result, Refused):
            self._model.say(result.message)
        elif isinstance(result, Assigned | Edit):
            self._do(result)

    def _do_pan(self, result: Result) -> None:
        if isinstance(result, Panned) and (result.dx or result.dy):
            self._surface.pan_map(result.dx, result.dy)

    def _select(self, selection: Selection) -> None:
        if selection.unit_rows is not None:
            self._model.select_units(selection.unit_rows)
        if selection.account_rows is not None:
            self._model.select_accounts(selection.account_rows)
        self._surface.show_preview(None, None)

    def _do(self, result: Assigned | Edit) -> None:
        step = self._model.attempt(lambda: result)
        made = made_territory(step.edit) if step is not None else None
        if made is not None and self._model.current == UNASSIGNED:
            self._model.set_current(made.id)

    def _end(self) -> None:
        self._model.hovered.emit(self._hover if self._model.is_open else -1)
        self._forget()

    def _forget(self) -> None:
        """Take away all that a preview shows, here and in the panels."""
        self._seen = ()
        self._model.preview(None)
        self._surface.show_preview(None, None)
        self.told.emit("")

    def _show(self, preview: Preview | None) -> None:
        """Draw a preview and tell the model what it would do."""
        if preview is None or not (self.tool.is_active or preview.is_telling):
            if self._seen:
                self._forget()
            self._surface.show_preview(preview, None)
            return
        selected = None
        if preview.selects:
            selected = combined(self._model.selected_units, preview.unit_rows, self._event())
        key = (
            preview.target,
            preview.unit_rows.tobytes(),
            preview.account_rows.tobytes(),
            preview.selects,
            preview.told,
        )
        if key != self._seen:
            self._seen = key
            self.told.emit(preview.told)
            self._model.preview(None if preview.selects else tentative(self._model, preview))
        self._surface.show_preview(preview, selected)

    # ------------------------------------------------------------------ pointer and edges
    def _point(self) -> None:
        if not self._model.is_open or not (self._inside(self._at) or self.tool.is_active):
            return
        if self._hand.is_active:
            name = "closed_hand"
        elif self._is_space:
            name = "open_hand"
        else:
            name = self.tool.cursor(self._event(""), self.context())
        self._surface.set_pointer(name)

    def _speed(self) -> tuple[float, float]:
        """Pixels per tick that the map scrolls while a drag is near its edge."""
        away = (self._at - self._pressed_at).manhattanLength()
        is_drag = self.is_down and self.tool.is_active and self.tool_id != "hand"
        if not is_drag or self._hand.is_active or away < EDGE_PX or self._elsewhere() is not None:
            return 0.0, 0.0
        size = self._surface.size()
        return speed_near(self._at.x(), size.width()), speed_near(self._at.y(), size.height())

    def _push(self, dx: float, dy: float) -> None:
        metres = self._surface.ratio / self._surface.view.px_per_m
        self._surface.pan_map(dx * metres, -dy * metres)
        self._again()

    def use_current_size(self, steps: int) -> None:
        """Make the brush larger or smaller."""
        size = self.options.size_px * 1.25**steps
        self._options[self.tool_id] = replace(self.options, size_px=float(np.clip(size, 8, 400)))
        self.options_changed.emit(self.options, self._keys)
        self._again()
