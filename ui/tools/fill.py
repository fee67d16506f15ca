"""F: fill what is enclosed.

The fill spreads from the area under the pointer over areas with the same owner, through shared
borders and, by a switch, the plan's water links. Other territories, locked areas, water and, by
another switch, state lines stop it.

Areas of a territory are enclosed by that territory's own border. A pocket of unassigned areas is
enclosed when it does not reach the outer edge of the plan, or when the edge is only its small open
side: when the way round along its walls (other territories, locked areas, lakes, state lines that
count) is longer than its opening, the diagonal of the box round its stretches of outer edge. So a
gap left at a coast or at the rim of the map can be filled, while the open rest of a half-drawn plan
cannot.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from terradesk import records as rec
from terradesk.arcs import flooding
from terradesk.arcs.picking import Mode
from terradesk.i18n import _, number
from terradesk.measures.ground import ground_of
from terradesk.measures.shapes import water_links
from terradesk.plan import UNASSIGNED, Plan

from . import scope
from .gesture import (
    NO_ROWS,
    Keys,
    MapEvent,
    Options,
    Preview,
    Refused,
    Result,
    Tool,
    ToolContext,
)
from .scope import NOTHING, Taken

MOST = 0.1
"""Largest share of the plan's areas that one fill may take."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a fill would take, or why it takes nothing.

    Parameters
    ----------
    rows : ndarray of int32, shape (k,)
    why : str
        "" when it can be done.
    """

    rows: np.ndarray
    why: str = ""


def state_column(plan: Plan) -> str:
    """Column that tells the state of each area; "" for none."""
    known = [c.name for c in plan.rows(rec.Column) if c.table == "units" and c.role == "state"]
    for name in (*known, "state_name", "state", "province"):
        values = plan.units.columns.get(name)
        if values is not None and values.dtype == object:
            return name
    return ""


class Fill(Tool):
    """Hovering shows what a click fills; a press shows it too, for those who cannot hover."""

    options = ("action", "moves", "over", "states", "links")
    defaults = Options(inside=Mode.CENTRE)

    def __init__(self) -> None:
        self._is_pressed = False
        self._asked: tuple[object, ...] = ()
        self._found = Found(NO_ROWS)
        self._states: tuple[object, np.ndarray] | None = None

    @property
    def is_active(self) -> bool:
        return self._is_pressed

    def cancel(self) -> None:
        self._is_pressed = False

    # ------------------------------------------------------------------ events
    def press(self, event: MapEvent, context: ToolContext) -> Result:
        self._is_pressed = True
        return self.hover(event, context)

    def double(self, event: MapEvent, context: ToolContext) -> Result:
        return None  # the first click has filled it

    def move(self, event: MapEvent, context: ToolContext) -> Result:
        return self.hover(event, context) if self._is_pressed else None

    def hover(self, event: MapEvent, context: ToolContext) -> Result:
        found = self.found(event, context)
        if found.why:
            is_refused = context.unit_at(event) >= 0 and not self._is_done(event, context)
            return Preview(told=found.why, is_refused=is_refused)
        target = scope.target_of(event, context)
        return scope.preview(self._taken(found, context), event, context, target, None)

    def release(self, event: MapEvent, context: ToolContext) -> Result:
        if not self._is_pressed:
            return None
        self._is_pressed = False
        found = self.found(event, context)
        if found.why:
            return Refused(found.why)
        taken = self._taken(found, context)
        target = scope.target_of(event, context)
        seen = scope.preview(taken, event, context, target, None)
        return scope.result(taken, seen, event, context)

    def cursor(self, event: MapEvent, context: ToolContext) -> str:
        return "padlock" if scope.locked(event, context) else "cross"

    # ------------------------------------------------------------------ what is filled
    @staticmethod
    def _taken(found: Found, context: ToolContext) -> Taken:
        if not context.options.moves_accounts:
            return Taken(found.rows, NO_ROWS)
        plan = context.plan
        is_in = np.zeros(len(plan.units) + 1, bool)  # the last one stands for "in no area"
        is_in[found.rows] = True
        rows = np.flatnonzero(is_in[plan.accounts.unit] & plan.accounts_present)
        return Taken(NO_ROWS, rows.astype(np.int32)) if len(rows) else NOTHING

    @staticmethod
    def _is_done(event: MapEvent, context: ToolContext) -> bool:
        """Whether the place has the wanted owner already: worth no line at the pointer."""
        return context.territory_at(event) == scope.target_of(event, context)

    def found(self, event: MapEvent, context: ToolContext) -> Found:
        """What would be filled from here; kept until something that matters changes."""
        unit, view = context.unit_at(event), context.view
        asked = (unit, view, context.territory, context.options, event.modifiers)
        if len(asked) != len(self._asked) or any(
            a is not b and (a is view or a != b) for a, b in zip(asked, self._asked, strict=True)
        ):
            self._asked = asked
            why = self._refusal(unit, event, context)
            self._found = Found(NO_ROWS, why) if why else self._spread(unit, event, context)
        return self._found

    def _refusal(self, unit: int, event: MapEvent, context: ToolContext) -> str:
        """Why nothing can be filled from here, "" when something may be."""
        view, options = context.view, context.options
        if context.picker is None:
            return _("There are no areas to fill.")
        if unit < 0:
            return _("There is nothing to fill here.")
        if options.selects:
            return ""
        owner, target = int(view.assignment[unit]), scope.target_of(event, context)
        if owner == target and not options.moves_accounts:
            if owner == UNASSIGNED:
                return _("It is unassigned already.")
            return _("It belongs to {name} already.").format(name=context.name_of(owner))
        why = scope.locked(event, context)
        if why:
            return why
        if view.locked_units[unit]:
            is_whole = owner in view.locked_territories
            name = context.name_of(owner) if is_whole else str(context.plan.units.names[unit])
            return _("{name} is locked.").format(name=name)
        return self._out_of_scope(owner, event, context)

    @staticmethod
    def _out_of_scope(owner: int, event: MapEvent, context: ToolContext) -> str:
        options = context.options
        if event.has(Keys.SHIFT) or options.over == "unassigned":
            is_out = owner != UNASSIGNED
            return _("Only what is unassigned can be filled.") if is_out else ""
        if options.over == "territory" and owner != options.over_territory:
            name = context.name_of(options.over_territory)
            return _("Only areas of {name} can be filled.").format(name=name)
        return ""

    def _spread(self, unit: int, event: MapEvent, context: ToolContext) -> Found:
        plan, view, arcs = context.plan, context.view, context.plan.arcs
        assert arcs is not None
        is_shut = ~plan.units_present
        if not context.options.selects:
            is_shut = is_shut | view.locked_units
        if context.options.stops_at_states:
            states = self._state_codes(plan)
            is_shut = is_shut | (states != states[unit])
        links = water_links(plan) if context.options.uses_links else None
        rows = flooding.spread(arcs, unit, view.assignment, is_shut, links)
        return Found(rows, self._too_much(rows, int(view.assignment[unit]), plan))

    @staticmethod
    def _too_much(rows: np.ndarray, owner: int, plan: Plan) -> str:
        assert plan.arcs is not None
        if owner == UNASSIGNED:
            bounds = flooding.rim(plan.arcs, rows, ground_of(plan.arcs).is_open[: len(plan.units)])
            if bounds.opening >= bounds.walls:
                return _("It is not enclosed: it is open to the edge of the plan.")
        if len(rows) > max(1, MOST * int(plan.units_present.sum())):
            text = _("{n} {noun} are over 10 % of the plan: too many to fill at once.")
            return text.format(n=number(len(rows)), noun=plan.noun(len(rows)))
        return ""

    def _state_codes(self, plan: Plan) -> np.ndarray:
        """State of each area as a number; kept, as there may be ten thousands of texts."""
        values = plan.units.columns.get(state_column(plan))
        if values is None:
            return np.zeros(len(plan.units), np.int64)
        if self._states is None or self._states[0] is not values:
            numbers: dict[object, int] = {}
            codes = [numbers.setdefault(v, len(numbers)) for v in values.tolist()]
            self._states = values, np.array(codes, np.int64)
        return self._states[1]
