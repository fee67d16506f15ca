"""Menus say of a greyed entry what has to be there first."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.i18n import N_, _

from ..actions import ACTIONS

_OF_ONE = {
    "build.divide": N_("Select the territory whose rep has left in the list first"),
    "build.split": N_("Select one territory in the list first"),
    "build.rebuild": N_("Select two or more territories in the list first"),
}
_OF_ALL = {
    "plan": N_("Open a plan first"),
    "units": N_("The plan needs areas first: start from a boundary file"),
    "territories": N_("Make territories first"),
    "accounts": N_("There are no named accounts"),
    "selection": N_("Select areas on the map first"),
    "current": N_("Select a territory in the list first"),
}


def missing(action_id: str) -> str:
    """What a command waits for: "Select one territory in the list first"."""
    needs = {one.id: one.needs for one in ACTIONS}.get(action_id, "")
    msgid = _OF_ONE.get(action_id) or _OF_ALL.get(needs, "")
    return _(msgid) if msgid else ""


class Greyed(QtCore.QObject):
    """Shows tips over greyed entries of a menu.

    Parameters
    ----------
    menu : QMenu
    """

    def __init__(self, menu: QtWidgets.QMenu) -> None:
        super().__init__(menu)
        menu.installEventFilter(self)

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Answer the question for a tip."""
        if not isinstance(event, QtGui.QHelpEvent) or not isinstance(watched, QtWidgets.QMenu):
            return False
        if event.type() != QtCore.QEvent.Type.ToolTip:
            return False
        action = watched.actionAt(event.pos())
        tip = ""
        if action is not None and not action.isEnabled():
            tip = missing(action.objectName())
        QtWidgets.QToolTip.showText(event.globalPos(), tip, watched)
        return bool(tip)
