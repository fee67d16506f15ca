"""A monkey at the map: random real events that can be repeated, and what must hold after each."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

from terradesk.document import Document
from terradesk.edits import apply
from terradesk.plan import Plan
from tests.core.plan_files import differences
from tests.ui.map_desk import CTRL, LEFT, MIDDLE, NO_KEYS, SHIFT
from tests.ui.monkey_watch import Watch
from ui.tools import TOOLS

Key = QtCore.Qt.Key
NONE = QtCore.Qt.MouseButton.NoButton
RIGHT = QtCore.Qt.MouseButton.RightButton
LETTERS = [ord(entry.shortcut) for entry in TOOLS] + [
    Key.Key_Z, Key.Key_X, Key.Key_A, Key.Key_T, Key.Key_N, Key.Key_Period, Key.Key_Comma,
    Key.Key_BracketLeft, Key.Key_BracketRight, Key.Key_Plus, Key.Key_Minus, Key.Key_Home,
    Key.Key_Return, Key.Key_Enter, Key.Key_Delete, Key.Key_Backspace, Key.Key_Tab, Key.Key_Menu,
    Key.Key_Left, Key.Key_Up, *range(Key.Key_0, Key.Key_9 + 1),
]  # fmt: skip
_WITH_CTRL = [Key.Key_A, Key.Key_Left, Key.Key_Up, Key.Key_Return, Key.Key_Delete, Key.Key_Z,
              Key.Key_Backspace]  # fmt: skip
"""What Ctrl may be held with: other letters open dialogs that wait for an answer."""

_OPENS_A_DIALOG = ("More", "Select by")


@dataclass
class Monkey(Watch):
    """Plays with a map, by random events that can be repeated, and checks it after each."""

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.at = QtCore.QPoint(300, 300)
        self.button, self.keys = NONE, NO_KEYS
        self._adopt()
        self.n_gestures = self.n_steps = 0
        self.acts: list[tuple[Callable[[], str], int]] = [
            (self.move, 30), (self.press, 12), (self.release, 14), (self.double, 4),
            (self.click, 5), (self.drag, 14), (self.key, 14), (self.escape, 4), (self.modifier, 6),
            (self.space, 2), (self.wheel, 4), (self.step_back, 4), (self.resize, 1),
            (self.scenario, 1), (self.current, 3), (self.colour, 1), (self.switches, 4),
            (self.menu, 3), (self.focus, 1), (self.leave, 2), (self.select, 2),
            (self.shown, 1), (self.lose_button, 1), (self.another_plan, 1), (self.paint, 4),
            (self.command, 3), (self.wait, 3), (self.tool, 5), (self.home, 3), (self.hands_off, 3),
        ]  # fmt: skip

    # ------------------------------------------------------------------ playing
    def play(self, n: int) -> None:
        """So many events, each checked; raises AssertionError with the last of them."""
        weights = np.array([w for _act, w in self.acts], float)
        chosen = self.rng.choice(len(self.acts), n, p=weights / weights.sum())
        hook, sys.excepthook = sys.excepthook, lambda _k, error, _t: self.errors.append(error)
        try:
            for number, i in enumerate(chosen.tolist()):
                self.step(number, self.acts[i][0])
        finally:
            sys.excepthook = hook
        self.finish()

    def step(self, number: int, act: Callable[[], str]) -> None:
        """One event, and what must hold then."""
        self.told.append(f"{number} {act.__name__}")
        before = self._state()
        try:
            told = act()
            self.told[-1] += f" {told}"
            QtWidgets.QApplication.processEvents()
            self.check(act.__name__, before)
        except Exception as error:
            raise AssertionError(f"{error}\n{self.story()}") from error

    def story(self) -> str:
        """The last events, for the one who reads a failure."""
        gestures, card = self.view.gestures, self.view.floats.card
        lines = [line.text for line in card.lines()] if card.isVisible() else []
        state = f"{gestures.tool_id}, down {gestures.is_down}, shape {self.view.item.gesture}"
        head = f"seed {self.seed}: {state}, card {lines}, last events:\n"
        return head + "\n".join(self.told[-25:])

    def finish(self) -> None:
        """Undo everything, do it all again."""
        self.view.gestures.cancel()
        self._replay(3 * len(self.document.steps))
        last, n = self.model.plan, 0
        while self.document.undo_step is not None:
            self.model.undo()
            n += 1
        assert not differences(self.start, self._without_ids(self.model.plan)), self.story()
        for _ in range(n):
            self.model.redo()
        assert not differences(last, self._without_ids(self.model.plan, last)), self.story()
        again = self.start
        for step in self.document.steps[self.offset :]:
            again = apply(again, step.edit)
        assert not differences(again, self.model.plan), self.story()

    def _without_ids(self, plan: Plan, like: Plan | None = None) -> Plan:
        """Numbers once given are never given again, undone or not."""
        from dataclasses import replace

        return replace(plan, next_id=(like or self.start).next_id)

    # ------------------------------------------------------------------ pointer
    @property
    def port(self) -> QtWidgets.QWidget:
        return self.view.canvas.viewport()

    def _roll(self) -> None:
        """Another place: near, anywhere, at the edge or outside."""
        size, kind = self.port.size(), self.rng.random()
        if kind < 0.25:
            self.at = self._on_something()
        elif kind < 0.5:
            dx, dy = self.rng.integers(-90, 91, 2).tolist()
            self.at = self.at + QtCore.QPoint(dx, dy)
        elif kind < 0.93:
            self.at = QtCore.QPoint(int(self.rng.integers(0, max(size.width(), 1))),
                                    int(self.rng.integers(0, max(size.height(), 1))))  # fmt: skip
        else:
            self.at = QtCore.QPoint(int(self.rng.integers(-80, size.width() + 80)),
                                    int(self.rng.integers(-80, size.height() + 80)))  # fmt: skip

    def _on_something(self) -> QtCore.QPoint:
        """The middle of an area or the place of an account."""
        plan = self.model.plan
        if plan.arcs is not None and self.rng.random() < 0.7:
            places = plan.arcs.centres / 100 + np.array(plan.arcs.origin)
        else:
            places = np.column_stack([plan.accounts.x, plan.accounts.y])
        xy = places[int(self.rng.integers(len(places)))]
        x, y = np.clip(self.view.view.to_pixels([xy])[0] / self.view.ratio, -500, 3000)
        return QtCore.QPoint(round(x), round(y))

    def _any_button(self) -> QtCore.Qt.MouseButton:
        odd = [RIGHT, MIDDLE, QtCore.Qt.MouseButton.BackButton]
        return LEFT if self.rng.random() < 0.85 else odd[int(self.rng.integers(len(odd)))]

    def _send_move(self) -> None:
        at = QtCore.QPointF(self.at)
        event = QtGui.QMouseEvent(
            QtCore.QEvent.Type.MouseMove, at, QtCore.QPointF(self.port.mapToGlobal(self.at)),
            NONE, self.button, self.keys,
        )  # fmt: skip
        QtWidgets.QApplication.sendEvent(self.port, event)

    def move(self) -> str:
        """The pointer moves."""
        self._roll()
        self._send_move()
        return f"{self.at.x()},{self.at.y()} {self.button.name}"

    def press(self) -> str:
        """A button goes down."""
        button = self._any_button()
        QTest.mousePress(self.port, button, self.keys, self.at)
        self.button = button if button != RIGHT else NONE
        return f"{button.name} {self.at.x()},{self.at.y()}"

    def release(self) -> str:
        """The button goes up, or one that was never down."""
        button = self.button if self.button != NONE else LEFT
        QTest.mouseRelease(self.port, button, self.keys, self.at)
        self.button = NONE
        return button.name

    def double(self) -> str:
        """A second press, with or without its release."""
        button = self._any_button()
        QTest.mouseDClick(self.port, button, self.keys, self.at)
        self.button = NONE
        return f"{button.name} {self.at.x()},{self.at.y()}"

    def click(self) -> str:
        """Press and release in one place."""
        self._roll()
        QTest.mouseClick(self.port, LEFT, self.keys, self.at)
        self.button = NONE
        return f"{self.at.x()},{self.at.y()}"

    def drag(self) -> str:
        """A whole gesture with one button, no other event between."""
        self._roll()
        first = self.at
        QTest.mousePress(self.port, LEFT, self.keys, self.at)
        self.button = LEFT
        for _ in range(int(self.rng.integers(1, 5))):
            self._roll()
            self._send_move()
        QTest.mouseRelease(self.port, LEFT, self.keys, self.at)
        self.button = NONE
        return f"{first.x()},{first.y()} to {self.at.x()},{self.at.y()}"

    def lose_button(self) -> str:
        """The button goes up where nobody hears it."""
        self.button = NONE
        return ""

    def wheel(self) -> str:
        """Wheel or two fingers."""
        turn, pixels = int(self.rng.integers(-4, 5)) * 120, int(self.rng.integers(0, 2)) * 37
        at = QtCore.QPointF(self.at)
        event = QtGui.QWheelEvent(
            at, QtCore.QPointF(self.port.mapToGlobal(self.at)), QtCore.QPoint(0, pixels),
            QtCore.QPoint(0, turn), self.button, self.keys,
            QtCore.Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QtWidgets.QApplication.sendEvent(self.port, event)
        return f"{turn} {pixels}"

    def home(self) -> str:
        """The whole plan comes into sight again."""
        self.view.zoom_home()
        return ""

    def leave(self) -> str:
        """The pointer leaves the map."""
        event = QtCore.QEvent(QtCore.QEvent.Type.Leave)
        QtWidgets.QApplication.sendEvent(self.view.canvas, event)
        return ""

    # ------------------------------------------------------------------ keys
    def key(self) -> str:
        """A key with any modifiers."""
        keys = _WITH_CTRL if self.keys & CTRL else LETTERS
        key = Key(keys[int(self.rng.integers(len(keys)))])
        QTest.keyClick(self.view.canvas, key, self.keys)
        return f"{key.name} {self.keys}"

    def escape(self) -> str:
        """Esc."""
        QTest.keyClick(self.view.canvas, Key.Key_Escape)
        return ""

    def modifier(self) -> str:
        """Shift or Ctrl goes down or up."""
        key, bit = [(Key.Key_Shift, SHIFT), (Key.Key_Control, CTRL)][int(self.rng.integers(2))]
        if self.keys & bit:
            self.keys = self.keys & ~bit
            QTest.keyRelease(self.view.canvas, key, self.keys)
        elif self.rng.random() < 0.6:
            QTest.keyPress(self.view.canvas, key, self.keys)
            self.keys = self.keys | bit
        return f"{key.name} {self.keys}"

    def space(self) -> str:
        """Space goes down or up."""
        press = QTest.keyPress if self.rng.random() < 0.5 else QTest.keyRelease
        press(self.view.canvas, Key.Key_Space)
        return press.__name__

    def tool(self) -> str:
        """Another tool by its button."""
        one = TOOLS[int(self.rng.integers(len(TOOLS)))].id
        self.view.floats.toolbox.chosen.emit(one)
        return one

    def hands_off(self) -> str:
        """No key is held any more."""
        for key, bit in ((Key.Key_Shift, SHIFT), (Key.Key_Control, CTRL)):
            if self.keys & bit:
                self.keys = self.keys & ~bit
                QTest.keyRelease(self.view.canvas, key, self.keys)
        QTest.keyRelease(self.view.canvas, Key.Key_Space)
        return ""

    def step_back(self) -> str:
        """Ctrl+Z and Ctrl+Y, or their commands."""
        is_undo = self.rng.random() < 0.6
        if self.rng.random() < 0.5:
            QTest.keyClick(self.view.canvas, Key.Key_Z if is_undo else Key.Key_Y, CTRL)
            return "Ctrl+Z" if is_undo else "Ctrl+Y"
        (self.model.undo if is_undo else self.model.redo)()
        return "undo" if is_undo else "redo"

    # ------------------------------------------------------------------ the rest of the window
    def resize(self) -> str:
        """Another size of the map."""
        window = self.view.window()
        window.resize(int(self.rng.integers(560, 1300)), int(self.rng.integers(420, 900)))
        return f"{window.width()}x{window.height()}"

    def scenario(self) -> str:
        """Another scenario comes into view."""
        ids = sorted(self.model.plan.assignments)
        self.model.show_alignment(ids[int(self.rng.integers(len(ids)))])
        return str(self.model.alignment)

    def current(self) -> str:
        """Another current territory, or none."""
        ids = [-1, *(t.id for t in self.model.view.leaves)]
        self.model.set_current(ids[int(self.rng.integers(len(ids)))])
        return str(self.model.current)

    def colour(self) -> str:
        """The map is coloured by something else."""
        keys = [key for key, _text, _on in self.view.colour_choices()]
        if keys:
            self.view.set_colour_by(keys[int(self.rng.integers(len(keys)))])
        return self.view.colour_by

    def switches(self) -> str:
        """A switch of the strip."""
        from dataclasses import replace

        options = self.view.gestures.options
        pick = self.rng.integers
        name = ["selects", "over", "inside", "into_start", "moves_accounts", "stops_at_states",
                "uses_links", "size_px"][int(pick(8))]  # fmt: skip
        values: list[object] = [False, True, False]
        if name == "over":
            values = ["everything", "unassigned", "territory"]
        elif name == "inside":
            values = list(type(options.inside))
        elif name == "size_px":
            values = [12.0, 60.0, 300.0]
        value = values[int(pick(3))]
        leaves = self.model.view.leaves
        of = leaves[int(pick(len(leaves)))].id if leaves else -1
        self.view.set_options(replace(options, over_territory=of, **{name: value}))
        return f"{name} {value}"

    def menu(self) -> str:
        """A right click, then an entry of the menu or none."""
        QTest.mousePress(self.port, RIGHT, NO_KEYS, self.at)
        QTest.mouseRelease(self.port, RIGHT, NO_KEYS, self.at)
        menu = self.view.menu.shown
        if menu is None:
            return "none"
        entries = [a for a in _entries(menu) if a.isEnabled() and not a.isSeparator()]
        entries = [a for a in entries if not a.text().startswith(_OPENS_A_DIALOG)]
        told = "closed"
        if entries and self.rng.random() < 0.7:
            one = entries[int(self.rng.integers(len(entries)))]
            told = one.text()
            one.hover()
            one.trigger()
        if self.rng.random() < 0.9 or told != "closed":
            menu.close()
        return told

    def focus(self) -> str:
        """The keyboard goes elsewhere and comes back."""
        reasons = QtCore.Qt.FocusReason
        reason = [reasons.TabFocusReason, reasons.PopupFocusReason][int(self.rng.integers(2))]
        for kind in (QtCore.QEvent.Type.FocusOut, QtCore.QEvent.Type.FocusIn):
            QtWidgets.QApplication.sendEvent(self.view.canvas, QtGui.QFocusEvent(kind, reason))
        return reason.name

    def select(self) -> str:
        """A selection from elsewhere: a table, the palette."""
        n = len(self.model.plan.units)
        if n and self.rng.random() < 0.7:
            self.model.select_units(self.rng.integers(0, n, int(self.rng.integers(0, 9))))
        else:
            n = len(self.model.plan.accounts)
            self.model.select_accounts(self.rng.integers(0, n, int(self.rng.integers(0, 5))))
        return str(self.model.selected_units.tolist())

    def shown(self) -> str:
        """Layers come and go."""
        is_on = bool(self.rng.random() < 0.7)
        for act in (self.view.set_accounts_shown, self.view.set_labels_shown):
            act(is_on)
        return str(is_on)

    def another_plan(self) -> str:
        """Now and then another document is opened, in whatever is going on."""
        if self.rng.random() > 0.12:
            return "no"
        self.model.open(Document(self.plans()))
        for _ in range(2000):
            if self.view.is_ready:
                break
            QTest.qWait(2)
        return "opened"

    def command(self) -> str:
        """A command of the window."""
        if self.do is None:
            return "none"
        one = _COMMANDS[int(self.rng.integers(len(_COMMANDS)))]
        self.do(one)
        return one

    def paint(self) -> str:
        """The picture is compared with one drawn at once."""
        QtWidgets.QApplication.processEvents()
        if self.rng.random() < 0.3:
            self.check_picture()
            return "compared"
        return str(self.view.canvas.grab().width())

    def wait(self) -> str:
        """Timers have their turn: flights, scrolling at the edge, names."""
        ms = int(self.rng.integers(1, 40))
        QTest.qWait(ms)
        return f"{ms} ms"


_COMMANDS = ["edit.undo", "edit.redo", "edit.all", "edit.none", "edit.invert", "edit.grow",
             "territory.new", "territory.lock", "territory.delete", "territory.merge",
             "territory.unassign", "territory.assign", "territory.differ"]  # fmt: skip


def _entries(menu: QtWidgets.QMenu) -> list[QtGui.QAction]:
    """All entries, those of submenus too."""
    out = []
    for action in menu.actions():
        inner = action.menu()
        out += _entries(inner) if isinstance(inner, QtWidgets.QMenu) else [action]
    return out
