"""The map's menu in tests: opened by a real right click, its entries read and clicked."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

from tests.ui.map_desk import LEFT, NO_KEYS, Desk

RIGHT = QtCore.Qt.MouseButton.RightButton


def desk(qtbot, monkeypatch) -> Iterator[Desk]:
    """A desk whose menu is closed afterwards."""
    desk = Desk(qtbot, monkeypatch)
    yield desk
    if desk.view.menu.shown is not None:
        desk.view.menu.shown.close()
    desk.view.canvas.clearFocus()


def plain(text: str) -> str:
    """Without the marks that keep numbers in order beside Persian."""
    return text.replace("\u2068", "").replace("\u2069", "")


def selected(desk) -> list[int]:
    return desk.model.selected_units.tolist()


def right_click(desk, column: float, row: float) -> QtWidgets.QMenu:
    QTest.mouseClick(desk.port, RIGHT, NO_KEYS, desk.px(column, row))
    assert desk.view.menu.shown is not None
    return desk.view.menu.shown


def texts(menu) -> list[str]:
    return [a.text().partition("\t")[0] for a in menu.actions() if not a.isSeparator()]


def entry(menu, text: str) -> QtGui.QAction:
    return next(a for a in menu.actions() if a.text().partition("\t")[0] == text)


def choose(menu, *path: str) -> None:
    """Click through the menu and its submenus."""
    for text in path[:-1]:
        action = entry(menu, text)
        menu.setActiveAction(action)
        menu = action.menu()
        if not menu.isVisible():
            menu.popup(QtCore.QPoint(10, 10))
    QTest.mouseClick(menu, LEFT, NO_KEYS, menu.actionGeometry(entry(menu, path[-1])).center())
