"""Accounts on the map: a stamp of symbols or density, and which ones are under the pointer."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from terradesk.colouring import account_look
from terradesk.measures.sums import account_values
from terradesk.plan import Plan
from terradesk.render import Style, View
from terradesk.render.account_stamp import AccountStamp
from terradesk.render.density import draw_density
from terradesk.render.points import MANY, PointIndex, radii
from terradesk.render.symbols import draw_symbols
from ui.tools import AccountSpots

PICKED_FROM_M = 1400.0
"""Ground size of a pixel below which account symbols take clicks on a map with areas."""

_SAME_PLACE_PX = 1.0
_MANY = 200_000  # accounts whose density takes long to draw
_ROUGH = 4  # while zooming one in so many of them is counted


class Spots(AccountStamp):
    """The placed accounts of a plan as it wants them sized and coloured.

    Parameters
    ----------
    plan : Plan
    before : Spots, optional
        Of an earlier plan with accounts at the same places: spares sorting them again.

    Attributes
    ----------
    is_rough : bool
        Drawn in less time while the map zooms.
    """

    is_rough = False

    def __init__(self, plan: Plan, before: Spots | None = None) -> None:
        self.plan = plan
        accounts = plan.accounts
        is_same = before is not None and before.plan.accounts is accounts
        if before is not None and is_same and before.plan.hidden == plan.hidden:
            index = before._index
        else:
            xy = np.column_stack([accounts.x, accounts.y])
            xy[~plan.accounts_present] = np.nan
            index = PointIndex.build(xy)
        self.measure = account_look.size_measure(plan)
        self.classes = account_look.classes(plan)
        values = account_values(plan, self.measure) if self.measure else np.ones(len(accounts))
        kinds = self.classes.kinds[index.order] if self.classes else None
        super().__init__(index, radii(values)[index.order].astype(np.float32), kinds)

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

    def draw(
        self, rgb: np.ndarray, view: View, style: Style, as_symbols: bool | None = None
    ) -> None:
        """Draw into a rectangle; in the way `look` chose unless it is given."""
        if self._as_symbols if as_symbols is None else as_symbols:
            draw_symbols(rgb, view, self._index, self._sizes, style, self._kinds)
        else:
            is_rough = self.is_rough and len(self) > _MANY
            draw_density(rgb, view, self._index, style, _ROUGH if is_rough else 1)

    def are_symbols(self, view: View) -> bool:
        """Whether a view shows symbols."""
        return 0 < self._index.count(view.box) <= MANY

    # ------------------------------------------------------------------ under the pointer
    def _at(self, x: float, y: float, radius: float) -> int:
        found = self._nearest(x, y, radius)
        return int(self.rows[found]) if found >= 0 else -1

    def _nearest(self, x: float, y: float, radius: float) -> int:
        """Place in map order of the nearest account, -1 for none."""
        near = self._index.inside((x - radius, y - radius, x + radius, y + radius))
        if not len(near):
            return -1
        away = np.hypot(*(self.xy[near] - (x, y)).T)
        best = int(away.argmin())
        return int(near[best]) if away[best] <= radius else -1

    def together(self, x: float, y: float, radius: float, view: View) -> np.ndarray:
        """Rows of the accounts whose symbols lie on the one nearest to a place, that one first."""
        found = self._nearest(x, y, radius)
        if found < 0:
            return np.empty(0, np.int64)
        (cx, cy), reach = self.xy[found], _SAME_PLACE_PX / view.px_per_m
        others = self._index.inside((cx - reach, cy - reach, cx + reach, cy + reach))
        return self.rows[np.append(found, others[others != found])]

    def count_near(self, x: float, y: float, radius: float) -> int:
        """How many accounts lie within a radius in metres."""
        return self._index.count_near(x, y, radius)

    def pickable(self, view: View) -> AccountSpots | None:
        """What tools can pick in a view."""
        return AccountSpots(self.rows, self.xy, self._at) if self.are_symbols(view) else None
