"""What keys and mouse do, on one page."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import N_, _

from ..actions import ACTIONS
from .parts import Dialog, label, scrolled

NATIVE = QtGui.QKeySequence.SequenceFormat.NativeText

MAP_KEYS = (
    (
        N_("Getting about"),
        (
            (N_("Wheel"), N_("Zoom at the cursor")),
            (N_("Space + drag"), N_("Pan, with any tool; also the middle button")),
            (N_("Arrow keys"), N_("Pan")),
            (N_("Home"), N_("Show the whole plan")),
            (N_("Z"), N_("Zoom to the selection")),
            (N_("Back button"), N_("The view before; the other one goes forward")),
        ),
    ),
    (
        N_("Without a mouse"),
        (
            (N_("Ctrl + arrows"), N_("Go from area to area; with Shift: and select them")),
            (N_("A"), N_("Select the area with the ring, or no longer")),
            (N_("Menu, Shift+F10"), N_("Everything that can be done here")),
            (N_("Alt + Up, Down"), N_("Move a layer in the list of layers")),
        ),
    ),
    (
        N_("Tools"),
        (
            (N_("V"), N_("Select, and move what is selected")),
            (N_("B"), N_("Brush; [ and ] change its size")),
            (N_("R, L, P, C"), N_("Rectangle, lasso, polygon, circle")),
            (N_("F"), N_("Fill what is enclosed")),
            (N_("S"), N_("Split a territory by a line")),
            (N_("Enter, Backspace"), N_("End a polygon or a line; take its last corner back")),
            (N_("0 to 9"), N_("Radius, while a circle is drawn")),
            (N_("E"), N_("Eraser: unassign")),
            (N_("I"), N_("Pick the territory under the cursor")),
            (N_("H"), N_("Hand: drag the map")),
            (N_("M"), N_("Measure: click points; the first again closes it and gives the area")),
        ),
    ),
    (
        N_("Selecting"),
        (
            (N_("Click"), N_("Select one area; outside: select nothing")),
            (N_("Drag outside the selection"), N_("Select with a box")),
            (N_("Drag the selection"), N_("Move it into another territory")),
            (N_("Shift"), N_("Add to the selection")),
            (N_("Ctrl"), N_("Add or remove; with a box: remove")),
            (N_("Double-click"), N_("Select the whole territory")),
            (N_(". and ,"), N_("Grow by the neighbours; shrink")),
        ),
    ),
    (
        N_("Drawing"),
        (
            (N_("Shift held"), N_("Only unassigned areas")),
            (N_("Ctrl held"), N_("Unassign")),
            (N_("Enter"), N_("Assign the selection to the current territory")),
            (N_("N"), N_("New territory from the selection")),
            (N_("Delete"), N_("Unassign the selection")),
            (N_("T, X, 1 to 9"), N_("Choose the current territory; the one before; recent ones")),
            (N_("Esc"), N_("Drop the gesture, then the selection, then the tool")),
        ),
    ),
)
"""Groups of (keys, what they do) that act while the map has the focus."""


class Keys(Dialog):
    """All keys in two columns: those of the map, those of the window.

    Parameters
    ----------
    parent : QWidget or None
    """

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(_("Keys and mouse"), parent, 1040, 900)
        self.body.addWidget(label(_("Keys and mouse"), "hero"))
        inner = QtWidgets.QWidget()
        columns = QtWidgets.QHBoxLayout(inner)
        columns.setContentsMargins(0, 0, 12, 0)
        columns.setSpacing(32)
        window = [(_native(a.shortcut), _(a.text).replace("…", "")) for a in self._shown()]
        left = self._column([(_(title), _translated(rows)) for title, rows in MAP_KEYS])
        right = self._column([(_("Anywhere in the window"), window)])
        columns.addLayout(left, 1)
        columns.addLayout(right, 1)
        self.body.addWidget(scrolled(inner), 1)
        note = _("Single letters work while the map has the focus: click it first.")
        self.foot.addWidget(label(note, "small"))
        self.add_close()

    @staticmethod
    def _shown() -> list:
        return [a for a in ACTIONS if a.shortcut and not a.on_map]

    @staticmethod
    def _column(groups: list[tuple[str, list[tuple[str, str]]]]) -> QtWidgets.QVBoxLayout:
        box = QtWidgets.QVBoxLayout()
        box.setSpacing(16)
        for title, rows in groups:
            grid = QtWidgets.QGridLayout()
            grid.setHorizontalSpacing(16)
            grid.setVerticalSpacing(6)
            grid.setColumnStretch(1, 1)
            grid.setColumnMinimumWidth(0, 150)
            grid.addWidget(label(title, "title"), 0, 0, 1, 2)
            for k, (keys, text) in enumerate(rows, 1):
                top = QtCore.Qt.AlignmentFlag.AlignTop
                grid.addWidget(label(keys, "strong"), k, 0, top)
                grid.addWidget(label(text, "", True), k, 1, top)
            box.addLayout(grid)
        box.addStretch(1)
        return box


def _translated(rows: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return [(_(keys), _(text)) for keys, text in rows]


def _native(keys: str) -> str:
    return QtGui.QKeySequence(keys).toString(NATIVE)
