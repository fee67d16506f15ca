"""Accounts on the map: symbols when few, density when many; which one is under the pointer."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from terradesk import measures
from terradesk.measures.sums import account_values
from terradesk.plan import Plan
from terradesk.render import Style, View
from terradesk.render.density import draw_density
from terradesk.render.points import MANY, PointIndex, radii
from terradesk.render.symbols import draw_symbols
from ui.tools import AccountSpots

PICKED_FROM_M = 1400.0
"""Ground size of a pixel below which account symbols take clicks on a map with areas."""


class Spots:
    """The placed accounts of a plan, sized by the measure that sums a column of theirs.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        accounts = plan.accounts
        xy = np.column_stack([accounts.x, accounts.y])
        xy[~plan.accounts_present] = np.nan
        self._index = PointIndex.build(xy)
        self.measure = next((m for m in measures.choices(plan) if m.source == "accounts"), None)
        values = account_values(plan, self.measure) if self.measure else np.ones(len(accounts))
        self._radii = radii(values)[self._index.order].astype(np.float32)

    def __len__(self) -> int:
        return len(self._index.order)

    @property
    def rows(self) -> np.ndarray:
        """Account rows in map order."""
        return self._index.order

    @property
    def xy(self) -> np.ndarray:
        """(k, 2) metres in map order."""
        return self._index.points

    @cached_property
    def place_of(self) -> np.ndarray:
        """Place in map order of each account row, -1 for unplaced."""
        out = np.full(len(self.plan.accounts), -1, np.int64)
        out[self._index.order] = np.arange(len(self._index.order))
        return out

    def draw(self, rgb: np.ndarray, view: View, style: Style, as_symbols: bool) -> None:
        """Draw into a picture, as symbols or as density."""
        if as_symbols:
            draw_symbols(rgb, view, self._index, self._radii, style)
        else:
            draw_density(rgb, view, self._index, style)

    def are_symbols(self, view: View) -> bool:
        """Whether a view shows symbols."""
        return 0 < self._index.count(view.box) <= MANY

    def _at(self, x: float, y: float, radius: float) -> int:
        near = self._index.inside((x - radius, y - radius, x + radius, y + radius))
        if not len(near):
            return -1
        away = np.hypot(*(self.xy[near] - (x, y)).T)
        best = int(away.argmin())
        return int(self.rows[near[best]]) if away[best] <= radius else -1

    def pickable(self, view: View) -> AccountSpots | None:
        """What tools can pick in a view."""
        return AccountSpots(self.rows, self.xy, self._at) if self.are_symbols(view) else None
