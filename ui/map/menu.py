"""What a right click offers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import edits
from terradesk.edits import territories
from terradesk.i18n import _
from terradesk.plan import UNASSIGNED

from .. import theme
from .chip import TerritoryList

if TYPE_CHECKING:
    from .view import MapView

Act = Callable[[], object]


class MapMenu:
    """Builds the menu for a place on the map.

    Parameters
    ----------
    view : MapView
    """

    def __init__(self, view: MapView) -> None:
        self._view, self._model = view, view.model

    def open(self, unit: int, account: int, at: QtCore.QPoint) -> None:
        """Show it at a point on the screen."""
        menu = self.build(unit, account, at)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def build(self, unit: int, account: int, at: QtCore.QPoint) -> QtWidgets.QMenu:
        """The menu for a unit and an account under the pointer, -1 for none."""
        menu = QtWidgets.QMenu(self._view)
        if account >= 0 and account in self._model.view.overrides:
            self._add(menu, _("Return to its area's territory"), "user-minus",
                      lambda: self._return(account))  # fmt: skip
            menu.addSeparator()
        if unit >= 0:
            self._for_unit(menu, unit, at)
        else:
            self._add(menu, _("Show the whole plan"), "maximize", self._view.zoom_home)
        return menu

    @staticmethod
    def _add(menu: QtWidgets.QMenu, text: str, icon: str, act: Act) -> QtGui.QAction:
        action = menu.addAction(theme.icon(icon), text) if icon else menu.addAction(text)
        action.triggered.connect(lambda _on=False: act())
        return action

    def _rows(self, unit: int) -> np.ndarray:
        """The selection if the unit belongs to it, else the unit."""
        selected = self._model.selected_units
        return selected if unit in selected else np.array([unit], np.int32)

    def _for_unit(self, menu: QtWidgets.QMenu, unit: int, at: QtCore.QPoint) -> None:
        model, view = self._model, self._model.view
        territory = int(view.assignment[unit])
        rows = self._rows(unit)
        if territory != UNASSIGNED:
            self._add(menu, _("Paint with this territory"), "paintbrush",
                      lambda: self._paint(territory))  # fmt: skip
        n, noun = len(rows), model.plan.noun(len(rows))
        if view.leaves:
            text = _("Assign {n} {noun} to…").format(n=n, noun=noun)
            self._add(menu, text, "split", lambda: self._choose_target(rows, unit, at))
        self._add(menu, _("New territory here"), "plus", lambda: self._new(rows))
        menu.addSeparator()
        if territory != UNASSIGNED:
            self._for_territory(menu, territory)
            menu.addSeparator()
        self._add(menu, _("Why is this here?"), "circle-help", lambda: self._why(unit))
        units = model.plan.units
        for text, value in ((_("Copy the name"), units.names), (_("Copy the code"), units.codes)):
            self._add(menu, text, "copy", partial(_copy, str(value[unit])))

    def _for_territory(self, menu: QtWidgets.QMenu, territory: int) -> None:
        model = self._model
        name, is_locked = model.view.name_of(territory), territory in model.view.locked_territories
        text = (_("Unlock {name}") if is_locked else _("Lock {name}")).format(name=name)
        self._add(menu, text, "lock-open" if is_locked else "lock",
                  lambda: self._view.set_locked(territory, not is_locked))  # fmt: skip
        self._add(menu, _("Zoom to {name}").format(name=name), "zoom-in",
                  lambda: self._view.zoom_to_territory(territory))  # fmt: skip
        self._add(menu, _("Select all of {name}").format(name=name), "square-dashed",
                  lambda: self._view.select_territory(territory))  # fmt: skip

    # ------------------------------------------------------------------ what the entries do
    def _paint(self, territory: int) -> None:
        self._model.set_current(territory)
        self._view.set_tool("brush")

    def _new(self, rows: np.ndarray) -> None:
        self._model.select_units(rows)
        self._view.command.emit("territory.new")

    def _why(self, unit: int) -> None:
        self._model.select_units(np.array([unit], np.int32))
        self._view.inspector_requested.emit()

    def _return(self, account: int) -> None:
        model = self._model
        model.attempt(lambda: edits.return_accounts(model.plan, model.alignment, [account]))

    def _choose_target(self, rows: np.ndarray, unit: int, at: QtCore.QPoint) -> None:
        chooser = TerritoryList(self._view)
        chooser.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.fill(self._model, nearest_first(self._view, unit))
        chooser.chosen.connect(lambda t: self._assign(rows, t))
        chooser.open_at(at)

    def _assign(self, rows: np.ndarray, territory: int) -> None:
        model = self._model
        model.attempt(lambda: edits.assign(model.plan, model.alignment, rows, territory))


def nearest_first(view: MapView, unit: int) -> list[int]:
    """Other territories by the distance of their nearest area from a unit."""
    alignment, arcs = view.model.view, view.model.plan.arcs
    if arcs is None:
        return [t.id for t in alignment.leaves]
    away = np.hypot(*(arcs.centres - arcs.centres[unit]).T)
    nearest = np.full(alignment.n_slots, np.inf)
    np.minimum.at(nearest, alignment.unit_slots, np.nan_to_num(away, nan=np.inf))
    order = np.argsort(nearest[1:], kind="stable")
    own = int(alignment.assignment[unit])
    return [alignment.leaves[i].id for i in order if alignment.leaves[i].id != own]


def lock_edit(view: MapView, territory: int, is_locked: bool) -> edits.Edit | None:
    """The edit that locks or unlocks a territory."""
    model = view.model
    return territories.set_locked(model.plan, model.alignment, [territory], is_locked)


def _copy(text: str) -> None:
    QtGui.QGuiApplication.clipboard().setText(text)
