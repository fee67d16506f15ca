"""Menus say of a greyed entry what has to be there first."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6 import QtGui

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


def tell(actions: Iterable[QtGui.QAction]) -> None:
    """Let tips of entries that are greyed say what to do first, and the others what they do."""
    for action in actions:
        usual = action.property("usual_tip") or action.toolTip()
        first = "" if action.isEnabled() else missing(action.objectName())
        action.setProperty("usual_tip", usual if first else None)
        action.setToolTip(first or usual)
