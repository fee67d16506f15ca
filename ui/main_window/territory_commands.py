"""Commands on territories, scenarios and settings of the plan: asked for, then one edit each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import edits, palettes
from terradesk.edits import colours, scenarios, seeds, territories
from terradesk.i18n import _
from terradesk.plan import UNASSIGNED

from .. import theme

if TYPE_CHECKING:
    from .window import MainWindow


class TerritoryCommands:
    """Handlers of the menus Territory, Build and Analyse.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._model = window.model

    # ------------------------------------------------------------------ selection -> territory
    def new_territory(self) -> None:
        """A new territory from the selection, its name ready to type."""
        model = self._model
        plan, alignment = model.plan, model.alignment
        rows = model.selected_units
        node = territories.new_territory(plan, alignment, near=rows)
        if len(rows):
            model.attempt(lambda: edits.assign(plan, alignment, rows, node.id, new=node))
        else:
            model.attempt(lambda: territories.create(plan, alignment, [node]))
        if node.id in model.view.territories:
            model.set_current(node.id)
            self._window.territories_panel.edit_name(node.id)

    def assign_selection(self) -> None:
        """Assign the selection to the current territory."""
        self._window.map.giving.assign_selection()

    def unassign_selection(self) -> None:
        """Take the selection out of its territories."""
        self._window.map.giving.unassign_selection()

    def choose_current(self) -> None:
        """Open the list of the chip on the map."""
        self._window.map.giving.open_list()

    def return_accounts(self) -> None:
        """Let the selected (or, without a selection, all) named accounts follow their areas."""
        model = self._model
        rows = model.selected_accounts if len(model.selected_accounts) else model.view.overrides
        model.attempt(
            lambda: edits.return_accounts(model.plan, model.alignment, rows),
            _("There is no named account among them."),
        )

    # ------------------------------------------------------------------ territories
    def _chosen(self) -> list[int]:
        """Territories selected in the tree, else the current one."""
        chosen = self._window.territories_panel.selected_territories()
        return chosen or ([self._model.current] if self._model.current != UNASSIGNED else [])

    def rename_territory(self) -> None:
        """Type another name in the tree."""
        chosen = self._chosen()
        if chosen:
            self._window.territories_panel.edit_name(chosen[0])

    def recolour_territory(self) -> None:
        """Choose another fill from the palette."""
        chosen = self._chosen()
        if not chosen:
            return
        menu = swatch_menu(self._window)
        action = menu.exec(QtGui.QCursor.pos())
        if action is not None:
            self.set_colour(chosen, int(action.data()))

    def set_colour(self, chosen: list[int], colour: int) -> None:
        """Give territories a fill of the palette."""
        model = self._model
        model.attempt(lambda: territories.recolour(model.plan, model.alignment, chosen, colour))

    def differ_colours(self) -> None:
        """Give territories another fill that look like a neighbour."""
        model = self._model
        model.attempt(
            lambda: colours.differ(model.plan, model.alignment),
            _("All neighbours differ already."),
        )

    def start_at_homes(self) -> None:
        """Start every territory at its rep's home."""
        model = self._model
        model.attempt(
            lambda: seeds.start_at_homes(model.plan, model.alignment),
            _("They start at the homes of their reps already."),
        )

    def toggle_lock(self) -> None:
        """Lock, or unlock when all are locked."""
        model, chosen = self._model, self._chosen()
        leaves = [n.id for t in chosen for n in model.view.leaves_below(t)]
        if leaves:
            is_locked = all(t in model.view.locked_territories for t in leaves)
            model.attempt(
                lambda: territories.set_locked(model.plan, model.alignment, leaves, not is_locked)
            )

    def merge_territories(self) -> None:
        """Merge the territories selected in the tree."""
        model, chosen = self._model, self._chosen()
        leaves = [n.id for t in chosen for n in model.view.leaves_below(t)]
        if len(leaves) < 2:
            model.say(_("Choose two or more territories in the list, then merge them."))
            return
        keep = model.current if model.current in leaves else self._with_most_accounts(leaves)
        model.attempt(lambda: territories.merge(model.plan, model.alignment, leaves, keep))

    def _with_most_accounts(self, leaves: list[int]) -> int:
        owners = self._model.view.account_territories
        present = self._model.plan.accounts_present
        return max(leaves, key=lambda t: int((present & (owners == t)).sum()))

    def delete_territory(self) -> None:
        """Delete the chosen territories; the message offers Undo."""
        model, chosen = self._model, self._chosen()
        if chosen:
            model.attempt(lambda: territories.delete(model.plan, model.alignment, chosen))

    def new_group(self) -> None:
        """A new region above the territories selected in the tree."""
        model, chosen = self._model, self._chosen()
        stem = _("Region")
        node = territories.new_territory(
            model.plan, model.alignment, territories.free_name(model.view, stem, 1), level=1
        )
        step = model.attempt(lambda: territories.create(model.plan, model.alignment, [node]))
        if step is None:
            return
        if len(chosen) > 1:
            model.attempt(
                lambda: territories.reparent(model.plan, model.alignment, chosen, node.id)
            )
        self._window.territories_panel.edit_name(node.id)

    # ------------------------------------------------------------------ scenarios
    def try_something(self) -> None:
        """Copy the scenario in view and go on in the copy."""
        model = self._model
        scenario = model.view.scenario
        name = _("Try {n}").format(n=len(model.plan.scenarios))
        step = model.attempt(lambda: scenarios.copy_scenario(model.plan, scenario.id, name))
        if step is not None:
            model.show_alignment(step.edit.alignment)

    def rename_scenario(self) -> None:
        """Type another name for the scenario in view."""
        model = self._model
        scenario = model.view.scenario
        name, ok = QtWidgets.QInputDialog.getText(
            self._window, _("Rename the scenario"), _("Name"), text=scenario.name
        )
        if ok:
            model.attempt(lambda: scenarios.rename_scenario(model.plan, scenario.id, name))

    def make_baseline(self) -> None:
        """Compare the others with the scenario in view from now on."""
        model = self._model
        scenario = model.view.scenario.id
        model.attempt(
            lambda: scenarios.set_baseline(model.plan, scenario), _("It is the baseline already.")
        )

    def replace_original(self) -> None:
        """Put the copy in place of what it was made from."""
        model = self._model
        scenario = model.view.scenario.id
        model.attempt(lambda: scenarios.replace_original(model.plan, scenario))

    def discard_scenario(self) -> None:
        """Discard the scenario in view; the message offers Undo."""
        model = self._model
        scenario = model.view.scenario.id
        model.attempt(lambda: scenarios.delete_scenario(model.plan, scenario))


def swatch_menu(parent: QtWidgets.QWidget) -> QtWidgets.QMenu:
    """A menu of the palette's fills; an action's data is the index."""
    menu = QtWidgets.QMenu(parent)
    fills = palettes.territory_colours(theme.is_dark(), theme.territory_palette())
    for index, colour in enumerate(fills):
        picture = QtGui.QPixmap(32, 32)
        picture.fill(QtCore.Qt.GlobalColor.transparent)
        painter = QtGui.QPainter(picture)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setBrush(QtGui.QColor(colour))
        painter.setPen(theme.colour("text3"))
        painter.drawRoundedRect(QtCore.QRectF(3, 3, 26, 26), 6, 6)
        painter.end()
        action = menu.addAction(QtGui.QIcon(picture), _("Colour {n}").format(n=index + 1))
        action.setData(index)
    return menu


def all_units(window: MainWindow) -> np.ndarray:
    """Rows of all units that are present."""
    return np.flatnonzero(window.model.plan.units_present).astype(np.int32)
