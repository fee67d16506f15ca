"""Commands that build: each opens the Build panel with what is meant, and previews it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from terradesk.i18n import _
from terradesk.plan import UNASSIGNED

from ..dialogs.carve import CarveDialog, Place
from ..dialogs.split import SplitDialog

if TYPE_CHECKING:
    from terradesk.builder.plans.settings import Settings

    from .window import MainWindow

_MOST_PARTS = 99


class BuildCommands:
    """Handlers of the Build menu's upper part, and of Analyse > Suggest moves.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._model = window.model

    @property
    def _panel(self) -> Any:
        return self._window.panels["build"]

    @property
    def _swaps(self) -> Any:
        return self._window.panels["swaps"]

    def _settings(self, mode: str, **fields: Any) -> Settings:
        """What the plan was built with before, turned to another task."""
        from terradesk.builder.plans.settings import settings_for

        found = settings_for(self._model.plan, self._model.alignment)
        usual = {"n_territories": 0, "capacity": 0.0, "territories": (), "shares": found.shares}
        return replace(found, mode=mode, **{**usual, **fields})

    def _chosen(self) -> list[int]:
        """Leaf territories selected in the tree, else the current one."""
        model = self._model
        rows = self._window.territories_panel.selected_territories()
        if model.current != UNASSIGNED and model.current not in rows:
            rows = [model.current]
        leaves = [n.id for t in rows for n in model.view.leaves_below(t)]
        return list(dict.fromkeys(leaves))

    def ask(self, what: str, territory: int) -> None:
        """Do what was asked of one territory elsewhere: "split", "divide", "helps"."""
        if what == "split":
            self.split_one(territory)
        elif what == "divide":
            self.divide([territory])
        else:
            self.suggest_for(territory)

    # ------------------------------------------------------------------ the whole plan
    def rebalance(self) -> None:
        """Open the panel to improve the plan as it is."""
        self._panel.set_settings(self._settings("rebalance", keep=0.5))

    def fill_unassigned(self) -> None:
        """Give out what has no territory; nothing else changes."""
        model = self._model
        is_open = (model.view.assignment == UNASSIGNED) & model.plan.units_present
        if not is_open.any():
            model.say(_("Nothing is unassigned."))
            return
        self._panel.start(self._settings("fill"))

    def build_within_regions(self) -> None:
        """Open the panel to build inside each region of the tree, or of a column."""
        column = "" if self._has_regions() else self._region_column()
        number = len(self._model.view.leaves)
        self._panel.set_settings(
            self._settings("nested", district_column=column, n_territories=number)
        )

    def _has_regions(self) -> bool:
        return any(t.parent for t in self._model.view.leaves)

    def _region_column(self) -> str:
        """Column of the areas that names larger areas."""
        from ..dialogs.starting_work import unit_columns

        return next((name for _label, name in unit_columns(self._model.plan)), "")

    # ------------------------------------------------------------------ some territories
    def rebuild_territories(self) -> None:
        """Draw the selected territories anew, the others stay as they are."""
        chosen = self._chosen()
        if len(chosen) < 2:
            self._model.say(_("Choose two or more territories in the list first."))
            return
        self._panel.start(self._settings("new", territories=tuple(chosen), keep=0.0))

    def split_territory(self) -> None:
        """Part the chosen territory into several of the same size."""
        chosen = self._chosen()
        if len(chosen) != 1:
            self._model.say(_("Choose the one territory to split."))
            return
        self.split_one(chosen[0])

    def split_one(self, territory: int) -> None:
        """Ask into how many parts, then preview them."""
        name, n = self._model.view.name_of(territory), self._n_units(territory)
        most = min(_MOST_PARTS, n)
        if most < 2:
            self._model.say(_("{name} is too small to be split.").format(name=name))
            return
        dialog = SplitDialog(self._window, name, most)
        dialog.chosen.connect(partial(self.split_into, territory))
        dialog.open()

    def split_into(self, territory: int, parts: int) -> None:
        """Preview a territory in parts."""
        self._panel.start(self._settings("split", territories=(territory,), n_territories=parts))

    def _n_units(self, territory: int) -> int:
        view = self._model.view
        return int((view.assignment == territory)[self._model.plan.units_present].sum())

    def divide_territory(self) -> None:
        """Share the chosen territories out among the others: their reps left."""
        chosen = self._chosen()
        if not chosen:
            self._model.say(_("Choose the territory whose rep has left."))
            return
        self.divide(chosen)

    def divide(self, territories: Sequence[int]) -> None:
        """Preview the plan without these territories."""
        self._panel.start(self._settings("absorb", territories=tuple(territories)))

    def share_selection(self) -> None:
        """Give the selected areas to the territories around them, the rest stays."""
        self._panel.start(self._settings("selected"))

    # ------------------------------------------------------------------ a new one
    def carve_territory(self) -> None:
        """Ask where and how large a new territory should be, then preview it."""
        dialog = CarveDialog(self._window, self._model)
        dialog.chosen.connect(self.carve)
        dialog.open()

    def carve(self, place: Place, share: float) -> None:
        """Preview a new territory.

        Parameters
        ----------
        place : Place
            Areas that it begins with.
        share : float
            Of what a full territory has.
        """
        from terradesk.builder.plans.scoping import NEW

        rows = np.asarray(place.rows, np.int32)
        self._model.select_units(rows)
        settings = self._settings("carve", n_territories=1)
        others = tuple(pair for pair in settings.shares if pair[0] != NEW)
        self._panel.start(replace(settings, shares=(*others, (NEW, share))))

    # ------------------------------------------------------------------ suggestions
    def suggest_moves(self) -> None:
        """Open the list of suggested moves."""
        self.suggest_for(UNASSIGNED)

    def suggest_for_chosen(self) -> None:
        """The same for the chosen territory."""
        chosen = self._chosen()
        if chosen:
            self.suggest_for(chosen[0])

    def suggest_for(self, territory: int) -> None:
        """The same for what would bring one territory within tolerance."""
        if self._panel.is_in_use:
            self._model.say(_("Accept or discard the preview first."))
            return
        self._swaps.open(territory)
