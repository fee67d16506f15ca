"""Gestures: events to the tool in hand, its results to the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np
from PySide6 import QtCore

from terradesk.arcs.picking import Picker
from terradesk.edits import Assigned, Edit, apply
from terradesk.records import Territory
from terradesk.render import View
from ui.tools import (
    NEW,
    TOOLS,
    AccountSpots,
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

from ..document_model import DocumentModel, Tentative

_EDGE_PX, _BEYOND_PX, _SCROLL_PX, _SCROLL_MS = 28, 60, 14.0, 16


class Surface(Protocol):
    """The part of the map that gestures look at and draw on."""

    @property
    def view(self) -> View:
        """What is seen, in device pixels."""

    @property
    def ratio(self) -> float:
        """Device pixels per pixel."""

    @property
    def picker(self) -> Picker | None:
        """Finds areas."""

    def pickable_accounts(self) -> AccountSpots | None:
        """Accounts that take clicks."""

    def size(self) -> QtCore.QSize:
        """Of the map, pixels."""

    def pan_map(self, dx: float, dy: float) -> None:
        """Move the map by metres."""

    def show_preview(self, preview: Preview | None, selected: np.ndarray | None) -> None:
        """Draw what the gesture would do, or nothing."""

    def set_pointer(self, name: str) -> None:
        """Another shape of the pointer."""


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
        self.elsewhere: Callable[[QtCore.QPoint], int | None] = lambda _at: None
        self._hand = Hand()
        self._is_space = False
        self._at = self._pressed_at = QtCore.QPointF()
        self._keys = Keys.NONE
        self._is_touch = False
        self._seen: tuple[object, ...] = ()
        self._hover = -1
        self._scroll = QtCore.QTimer(self, interval=_SCROLL_MS)
        self._scroll.timeout.connect(self._autoscroll)

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
        return self.tool.is_active

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
        if not self.tool.is_active or self._inside(self._at):
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
        )

    def _note(self, at: QtCore.QPointF, keys: Keys) -> None:
        self._at = at
        if keys != self._keys:
            self._keys = keys
            self.options_changed.emit(self.options, keys)

    def press(self, at: QtCore.QPointF, keys: Keys, button: str, is_touch: bool) -> None:
        """A button goes down."""
        self._note(at, keys)
        self._is_touch, self._pressed_at = is_touch, at
        if button == "middle" or self._is_space:
            self._hand.press(self._event(), self.context())
        elif button == "left":
            self._finish(self.tool.press(self._event(), self.context()))
            self._model.hovered.emit(self._hover)  # its mark goes away during a gesture
        self._point()

    def double(self, at: QtCore.QPointF, keys: Keys) -> None:
        """The left button goes down a second time."""
        self._note(at, keys)
        if not self._is_space:
            self._finish(self.tool.double(self._event(), self.context()))

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
            self._finish(self.tool.move(event, context))
            self._scroll.start() if self._speed() != (0.0, 0.0) else self._scroll.stop()
        else:
            self._show(self._hovered())
        self._point()

    def _hovered(self) -> Preview | None:
        if not self._model.is_open or not self._inside(self._at):
            return None
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
            self._show(None)

    def release(self, at: QtCore.QPointF, keys: Keys, button: str) -> None:
        """A button goes up."""
        self._note(at, keys)
        if self._hand.is_active:
            self._do_pan(self._hand.release(self._event(), self.context()))
            self._again()
        elif button == "left":
            self._scroll.stop()
            had_gesture = self.tool.is_active
            result = self.tool.release(self._event(), self.context())
            if had_gesture:
                self._end()
            self._finish(result)
            self._show(self._hovered())
        self._point()

    def keys_changed(self, keys: Keys) -> None:
        """A modifier goes down or up without the pointer moving."""
        self._note(self._at, keys)
        if self._model.is_open and self.tool.is_active:
            self._finish(self.tool.key(self._event(), self.context()))

    def hold_hand(self, is_held: bool) -> None:
        """Space goes down or up; a gesture waits meanwhile and goes on afterwards."""
        self._is_space = is_held
        if is_held and self.tool.is_active:
            self._hand.press(self._event(), self.context())
        elif not is_held:
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
        return was_active

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
        if made is not None:
            self._model.set_current(made.id)

    def _end(self) -> None:
        self._seen = ()
        self._model.hovered.emit(self._hover if self._model.is_open else -1)
        self._model.preview(None)
        self._surface.show_preview(None, None)
        self.told.emit("")

    def _show(self, preview: Preview | None) -> None:
        """Draw a preview and tell the model what it would do."""
        if preview is None or not self.tool.is_active:
            self._surface.show_preview(preview, None)
            return
        selected = None
        if preview.selects:
            selected = combined(self._model.selected_units, preview.unit_rows, self._event())
        self.told.emit(preview.told)
        key = (
            preview.target,
            preview.unit_rows.tobytes(),
            preview.account_rows.tobytes(),
            preview.selects,
        )
        if key != self._seen:
            self._seen = key
            self._model.preview(None if preview.selects else self.tentative(preview))
        self._surface.show_preview(preview, selected)

    def tentative(self, preview: Preview) -> Tentative | None:
        """The plan as it would be after a preview; None when nothing would change."""
        edit = preview.assigned.edit if preview.assigned is not None else None
        if edit is None or preview.target is None:
            return None
        target = preview.target
        made = made_territory(edit)
        if target == NEW and made is not None:
            target = made.id
        plan = apply(self._model.plan, edit)
        accounts = preview.account_rows if not len(preview.unit_rows) else preview.account_rows[:0]
        return Tentative(edit, plan, preview.unit_rows, accounts, target)

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
        """Pixels per tick that the map scrolls while a gesture is near its edge."""
        away = (self._at - self._pressed_at).manhattanLength()
        if self.tool_id == "hand" or not self.tool.is_active or away < _EDGE_PX:
            return 0.0, 0.0
        if self._elsewhere() is not None:
            return 0.0, 0.0
        size = self._surface.size()
        return _push(self._at.x(), size.width()), _push(self._at.y(), size.height())

    def _autoscroll(self) -> None:
        dx, dy = self._speed()
        if (dx, dy) == (0.0, 0.0):
            self._scroll.stop()
            return
        metres = self._surface.ratio / self._surface.view.px_per_m
        self._surface.pan_map(dx * metres, -dy * metres)
        self._again()

    def use_current_size(self, steps: int) -> None:
        """Make the brush larger or smaller."""
        size = self.options.size_px * 1.25**steps
        self._options[self.tool_id] = replace(self.options, size_px=float(np.clip(size, 8, 400)))
        self.options_changed.emit(self.options, self._keys)
        self._again()


def _push(at: float, extent: int) -> float:
    """How fast a pointer near or a little beyond an edge pushes the map, pixels per tick."""
    near_start, near_end = _EDGE_PX - at, at - (extent - _EDGE_PX)
    if 0 < near_start < _EDGE_PX + _BEYOND_PX:
        return _SCROLL_PX * min(1.0, near_start / _EDGE_PX)
    if 0 < near_end < _EDGE_PX + _BEYOND_PX:
        return -_SCROLL_PX * min(1.0, near_end / _EDGE_PX)
    return 0.0


def made_territory(edit: Edit) -> Territory | None:
    """The territory that an edit makes, if it makes one."""
    for record in edit.records:
        if isinstance(record.after, Territory) and record.before is None:
            return record.after
    return None
