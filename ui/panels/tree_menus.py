"""Menus of the tree of territories: what can be done with the chosen rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtGui, QtWidgets

from terradesk import records as rec
from terradesk.edits import territories as te
from terradesk.i18n import _

from ..document_model import DocumentModel

if TYPE_CHECKING:
    from .territories import TerritoriesPanel


class TreeMenus:
    """Makes the menus.

    Parameters
    ----------
    panel : TerritoriesPanel
    model : DocumentModel
    """

    def __init__(self, panel: TerritoriesPanel, model: DocumentModel) -> None:
        self._panel, self._model = panel, model

    def of_rows(self) -> QtWidgets.QMenu:
        """What can be done with the chosen rows."""
        menu = QtWidgets.QMenu(self._panel)
        menu.addAction(_("Zoom to"), lambda: self._panel.show_units.emit(self._chosen_units()))
        things = self._model.plan.noun(2)
        menu.addAction(
            _("Select its {things}").format(things=things),
            lambda: self._model.select_units(self._chosen_units()),
        )
        menu.addSeparator()
        several = ("merge",) if len(self._panel.selected_territories()) > 1 else ()
        self._add_commands(menu, "rename", "colour", "lock", *several, "group", "delete")
        self._add_building(menu, bool(several))
        self._add_reps(menu)
        return menu

    def _add_building(self, menu: QtWidgets.QMenu, are_several: bool) -> None:
        """What the builder can do with the chosen territories alone."""
        actions = getattr(self._panel.window(), "actions_by_id", {})
        one = ("analyse.helps", "build.split", "build.divide")
        names = ("build.rebuild", "build.divide") if are_several else one
        found = [actions[name] for name in names if name in actions]
        if found and self._chosen_leaves():
            menu.addSeparator()
            menu.addActions(found)
            menu.addSeparator()

    def full(self) -> QtWidgets.QMenu:
        """The same and what makes territories afresh."""
        menu = QtWidgets.QMenu(self._panel)
        names = ("start", "rename", "colour", "lock", "merge", "group", "delete")
        self._add_commands(menu, *names)
        self._add_reps(menu)
        return menu

    def _add_commands(self, menu: QtWidgets.QMenu, *names: str) -> None:
        actions = getattr(self._panel.window(), "actions_by_id", {})
        for name in names:
            action = actions.get(f"territory.{name}")
            if action is not None and name == "lock" and self._panel.selected_territories():
                self._add_lock(menu, action)
            elif action is not None:
                menu.addAction(action)

    def _add_lock(self, menu: QtWidgets.QMenu, action: QtGui.QAction) -> None:
        """Name what the command would do to the chosen rows."""
        view = self._model.view
        leaves = set(self._chosen_leaves())
        text = _("Unlock") if leaves and leaves <= set(view.locked_territories) else _("Lock")
        keys = action.shortcut().toString(QtGui.QKeySequence.SequenceFormat.NativeText)
        menu.addAction(action.icon(), f"{text}\t{keys}" if keys else text, action.trigger)

    def _chosen_leaves(self) -> list[int]:
        rows = self._panel.selected_territories()
        return [t.id for row in rows for t in self._model.view.leaves_below(row)]

    def _chosen_units(self) -> np.ndarray:
        view, leaves = self._model.view, self._chosen_leaves()
        return np.flatnonzero(np.isin(view.assignment, leaves) & self._model.plan.units_present)

    def _add_reps(self, menu: QtWidgets.QMenu) -> None:
        model = self._model
        chosen = [t for t in self._panel.selected_territories() if t in model.view.slots]
        reps = model.plan.rows(rec.Rep)
        if len(chosen) != 1 or not reps:
            return
        below = menu.addMenu(_("Owned by"))
        owner = model.view.owners.get(chosen[0])
        for rep in sorted(reps, key=lambda r: r.name.casefold()):
            action = below.addAction(rep.name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(owner is not None and owner.id == rep.id)
            action.triggered.connect(lambda _on=False, rep=rep.id: self.staff(chosen[0], rep))
        below.addSeparator()
        none = below.addAction(_("Nobody"))
        none.triggered.connect(lambda: self.staff(chosen[0], 0))

    def staff(self, territory: int, rep: int) -> None:
        """Give a territory to a rep, 0 for nobody."""
        model = self._model
        model.attempt(lambda: te.staff(model.plan, model.alignment, territory, rep))
