"""Keys that act while the map has the focus: single letters, digits, Enter, Delete, Esc, Space."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore, QtGui

from ui.tools import TOOLS, Keys

if TYPE_CHECKING:
    from .view import MapView

Key = QtCore.Qt.Key
_MODIFIERS = {Key.Key_Shift: Keys.SHIFT, Key.Key_Control: Keys.CTRL}


class KeyTable:
    """What each key does.

    Parameters
    ----------
    view : MapView
    """

    def __init__(self, view: MapView) -> None:
        self._view = view
        self._held = Keys.NONE
        self._acts: dict[int, Callable[[], object]] = {
            Key.Key_Return: self._on_selection(view.giving.assign_selection),
            Key.Key_Enter: self._on_selection(view.giving.assign_selection),
            Key.Key_Delete: self._on_selection(view.giving.unassign_selection),
            Key.Key_Backspace: self._on_selection(view.giving.unassign_selection),
            Key.Key_Home: view.zoom_home,
            Key.Key_Z: view.zoom_to_selection,
            Key.Key_X: view.giving.swap_current,
            Key.Key_T: view.giving.open_list,
            Key.Key_N: self._on_selection(lambda: view.command.emit("territory.new")),
            Key.Key_A: view.going.walking.toggle,
            Key.Key_Period: lambda: view.going.grow(1),
            Key.Key_Comma: lambda: view.going.grow(-1),
            Key.Key_Menu: view.going.open_menu,
            Key.Key_BracketLeft: lambda: self._resize(-1),
            Key.Key_BracketRight: lambda: self._resize(1),
            Key.Key_Plus: lambda: view.zoom_by(1.5),
            Key.Key_Minus: lambda: view.zoom_by(1 / 1.5),
            Key.Key_Escape: self._escape,
        }
        for entry in TOOLS:  # tools of other packages take no key that means something already
            if len(entry.shortcut) == 1:
                self._acts.setdefault(ord(entry.shortcut), partial(view.set_tool, entry.id))
        for digit in range(9):
            self._acts[Key.Key_1 + digit] = partial(self._recent, digit)

    def pressed(self, event: QtGui.QKeyEvent) -> bool:
        """A key goes down; tells whether it meant something."""
        key = event.key()
        if key in _MODIFIERS:
            self._view.gestures.keys_changed(_with(event, _MODIFIERS[Key(key)], True))
            return True
        modifiers = QtCore.Qt.KeyboardModifier
        if key == Key.Key_F10 and event.modifiers() & modifiers.ShiftModifier:
            self._view.going.open_menu()
            return True
        if event.modifiers() & (modifiers.ControlModifier | modifiers.AltModifier):
            return False
        if key == Key.Key_Space:
            if not event.isAutoRepeat():
                self._view.gestures.hold_hand(True)
            return True
        act = self._acts.get(key)
        if act is None:
            return False
        act()
        return True

    def released(self, event: QtGui.QKeyEvent) -> bool:
        """A key goes up."""
        key = event.key()
        if key in _MODIFIERS:
            self._view.gestures.keys_changed(_with(event, _MODIFIERS[Key(key)], False))
            return True
        if key == Key.Key_Space:
            if not event.isAutoRepeat():
                self._view.gestures.hold_hand(False)
            return True
        return False

    def _on_selection(self, act: Callable[[], object]) -> Callable[[], object]:
        """What acts on the selection acts on the keyboard's area where nothing is selected."""

        def run() -> None:
            self._view.going.walking.select_if_nothing_is()
            act()

        return run

    def _resize(self, steps: int) -> None:
        if "size" in self._view.gestures.tool.options:
            self._view.gestures.use_current_size(steps)

    def _recent(self, index: int) -> None:
        recent = self._view.model.recent
        if index < len(recent):
            self._view.model.set_current(recent[index])

    def _escape(self) -> None:
        """One layer per press: gesture, panel, selection, the keyboard's area, tool back to V."""
        view, model = self._view, self._view.model
        if view.gestures.cancel() or view.going.leave_panel():
            return
        if len(model.selected_units) or len(model.selected_accounts):
            model.select_units(np.empty(0, np.int32))
            model.select_accounts(np.empty(0, np.int32))
            return
        if view.going.walking.stop():
            return
        view.set_tool("select")


def _with(event: QtGui.QKeyEvent, key: Keys, is_down: bool) -> Keys:
    """Modifiers held after a modifier key went down or up."""
    out, held = Keys.NONE, event.modifiers()
    if held & QtCore.Qt.KeyboardModifier.ShiftModifier:
        out |= Keys.SHIFT
    if held & QtCore.Qt.KeyboardModifier.ControlModifier:
        out |= Keys.CTRL
    return out | key if is_down else out & ~key
