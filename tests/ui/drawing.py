"""Gestures of every drawing tool as data, and their real mouse and key events."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest

from terradesk.plan import UNASSIGNED
from terradesk.render import Mark
from tests.core.kernel import grid_plan
from tests.ui.map_desk import LEFT, NO_KEYS, Desk
from ui.tools import tool_entry

Key = QtCore.Qt.Key
NONE = QtCore.Qt.MouseButton.NoButton
RIGHT = QtCore.Qt.MouseButton.RightButton
POCKET = [13, 14, 19, 20]  # unassigned squares in the plan of these tests
COLUMNS, ROWS = 6, 10


def plan():
    made = grid_plan(COLUMNS, ROWS)
    labels = made.assignments[3].copy()
    labels[POCKET] = UNASSIGNED
    return replace(made, assignments={3: labels})


@dataclass(frozen=True)
class Drawn:
    """A gesture: where it goes, and what it takes with the tool's own switches."""

    tool: str
    points: tuple[tuple[float, float], ...]
    takes: list[int]  # squares met by the shape
    end: str = "release"  # or Enter, double


GESTURES = [
    Drawn("brush", ((0.5, 2.5), (1.0, 2.5), (1.5, 2.5)), [12, 13]),
    Drawn("rectangle", ((0.2, 2.2), (1.8, 3.8)), [12, 13, 18, 19]),
    Drawn("lasso", ((0.2, 2.2), (1.8, 2.2), (1.8, 3.8), (0.8, 3.9), (0.2, 3.8)), [12, 13, 18, 19]),
    Drawn("circle", ((1.0, 3.0), (1.5, 3.0), (1.9, 3.0)), [12, 13, 18, 19]),
    Drawn("polygon", ((0.2, 2.2), (1.8, 2.2), (1.8, 3.8), (0.2, 3.8)), [12, 13, 18, 19], "Enter"),
    Drawn("polygon", ((0.2, 2.2), (1.8, 2.2), (1.8, 3.8), (0.2, 3.8)), [12, 13, 18, 19], "double"),
    Drawn("fill", ((1.5, 2.5),), POCKET),
    Drawn("eraser", ((0.5, 2.5), (1.0, 2.5), (1.5, 2.5)), [12, 13]),
]
ALL = [*GESTURES, Drawn("split", ((-0.4, 2.0), (1.0, 2.1), (2.4, 2.1)), list(range(12)))]
named = {"ids": lambda g: f"{g.tool}-{g.end}"}


def begin(desk: Desk, gesture: Drawn, keys=NO_KEYS) -> None:
    """Everything but the end of a gesture: the button is still down, or a corner is missing."""
    desk.view.set_tool(gesture.tool)
    if gesture.end == "release":
        desk.press(*gesture.points[0], keys)
        for point in gesture.points[1:]:
            desk.move(*point, keys)
        return
    for point in gesture.points:
        desk.move(*point, keys, NONE)
        desk.press(*point, keys)
        desk.release(*point, keys)


def finish(desk: Desk, gesture: Drawn, keys=NO_KEYS) -> None:
    last = gesture.points[-1]
    if gesture.end == "Enter":
        desk.key(Key.Key_Enter)
    elif gesture.end == "double":
        QTest.mouseDClick(desk.port, LEFT, keys, desk.px(*last))
        desk.release(*last, keys)
    else:
        desk.release(*last, keys)


def trace(desk: Desk) -> tuple[object, ...]:
    """All that a dropped gesture must leave as it was."""
    model, following = desk.model, desk.view.following
    marks = following.layer.state.marks & ~np.uint8(Mark.HOVER)
    return (
        model.plan,
        len(model.document.steps),
        model.selected_units.tolist(),
        model.selected_accounts.tolist(),
        model.current,
        model.tentative,
        desk.card(),
        marks.tolist(),
        desk.view.gestures.is_active,
    )


def leave(desk: Desk) -> None:
    """The pointer goes away."""
    QtWidgets.QApplication.sendEvent(desk.view.canvas, QtCore.QEvent(QtCore.QEvent.Type.Leave))


def fresh(desk: Desk) -> None:
    """The desk as it was at the start, ready for another gesture: cheaper than another one."""
    desk.view.gestures.cancel()
    leave(desk)
    while desk.model.document.undo_step is not None:
        desk.model.undo()
    desk.model.select_units(np.empty(0, int))
    desk.model.select_accounts(np.empty(0, int))
    desk.model.set_current(desk.ids[2])
    desk.view.gestures.recall({})


def n_done(desk: Desk) -> int:
    """Steps that are done and not undone."""
    return sum({"do": 1, "undo": -1, "redo": 1}[s.kind] for s in desk.model.document.steps)


def drawn_shape(desk: Desk):
    """What the tool draws over the map."""
    return desk.view.item.gesture


def moved(desk: Desk, before: np.ndarray) -> list[int]:
    return np.flatnonzero(desk.owners != before).tolist()


def set_options(desk: Desk, tool: str, **changes) -> None:
    desk.view.set_tool(tool)
    desk.view.set_options(replace(tool_entry(tool).factory().defaults, **changes))
