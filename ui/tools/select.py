"""V: select areas and accounts, and drag them onto another territory."""

from __future__ import annotations

import numpy as np

from terradesk import edits
from terradesk.arcs.picking import Mode
from terradesk.edits import Assigned
from terradesk.i18n import _
from terradesk.plan import UNASSIGNED

from . import scope, starting
from .drawn import taken_by
from .gesture import (
    NO_ROWS,
    Keys,
    MapEvent,
    Options,
    Preview,
    Refused,
    Result,
    Selection,
    Shape,
    Tool,
    ToolContext,
)
from .rectangle import corners
from .scope import Taken

_ACCOUNT_PX = 7.0


class Select(Tool):
    """A press on something selected drags it; elsewhere it draws a box; a click selects."""

    options = ("moves", "inside")
    defaults = Options(inside=Mode.INSIDE)
    draws = False

    def __init__(self) -> None:
        self.cancel()

    def cancel(self) -> None:
        self._start: MapEvent | None = None
        self._kind = ""  # "", "units", "accounts", "box", "start"
        self._is_drag = False

    @property
    def is_active(self) -> bool:
        return self._start is not None

    # ------------------------------------------------------------------ what is under the pointer
    def _account_at(self, event: MapEvent, context: ToolContext) -> int:
        if context.accounts is None:
            return -1
        return context.accounts.at(event.x, event.y, _ACCOUNT_PX * event.map_per_px)

    def _held(self, event: MapEvent, context: ToolContext) -> str:
        """What a drag from here would take."""
        if starting.flag_at(event, context) != UNASSIGNED:
            return "start"
        account = self._account_at(event, context)
        if account >= 0 and account in context.account_rows:
            return "accounts"
        unit = context.unit_at(event)
        if unit >= 0 and unit in context.unit_rows:
            return "accounts" if context.options.moves_accounts else "units"
        return ""

    def press(self, event: MapEvent, context: ToolContext) -> Result:
        self._start, self._is_drag = event, False
        self._kind = self._held(event, context) or "box"
        return None

    # ------------------------------------------------------------------ moving
    def move(self, event: MapEvent, context: ToolContext) -> Result:
        if self._start is None:
            return None
        self._is_drag = self._is_drag or self.is_drag(self._start, event)
        if not self._is_drag:
            return None
        if self._kind == "start":
            return starting.preview(self._start, event, context)
        return self._box(event, context) if self._kind == "box" else self._drag(event, context)

    def _box(self, event: MapEvent, context: ToolContext) -> Preview:
        assert self._start is not None
        ends = self._start.at, event.at
        is_touching = event.x < self._start.x
        mode = Mode.TOUCHES if is_touching else context.options.inside
        taken = taken_by(corners(*ends), mode, context)
        told = _("Box: everything it touches") if is_touching else box_text(mode)
        shape = Shape("box", ends, is_touching=is_touching)
        return Preview(taken.unit_rows, taken.account_rows, None, shape, selects=True, told=told)

    def _dragged(self, context: ToolContext) -> Taken:
        if self._kind == "units":
            return Taken(context.unit_rows, NO_ROWS)
        if len(context.account_rows):
            return Taken(NO_ROWS, context.account_rows)
        inside = np.isin(context.plan.accounts.unit, context.unit_rows)
        rows = np.flatnonzero(inside & context.plan.accounts_present)
        return Taken(NO_ROWS, rows.astype(np.int32))

    def _drag(self, event: MapEvent, context: ToolContext) -> Preview:
        assert self._start is not None
        taken, target = self._dragged(context), context.territory_at(event)
        ghost = taken.unit_rows if self._kind == "units" else NO_ROWS
        shape = Shape("ghost", (self._start.at, event.at), rows=ghost)
        why = self._refusal(taken, target, context)
        if why or target is None:
            return Preview(shape=shape, told=why)
        done = self._assigned(context, taken, target)
        return Preview(
            scope.moved_rows(done),
            taken.account_rows,
            target,
            shape,
            told=scope.told(done, context),
            assigned=done,
        )

    @staticmethod
    def _assigned(context: ToolContext, taken: Taken, target: int) -> Assigned:
        if len(taken.account_rows):
            return edits.name_accounts(context.plan, context.view.id, taken.account_rows, target)
        return edits.assign(context.plan, context.view.id, taken.unit_rows, target)

    @staticmethod
    def _refusal(taken: Taken, target: int | None, context: ToolContext) -> str:
        if target is None:
            return _("Nothing is moved: drop it on a territory.")
        name = context.name_of(target)
        if target in context.view.locked_territories:
            return _("Nothing is moved: {name} is locked.").format(name=name)
        owners = context.view.assignment[taken.unit_rows]
        if len(taken.account_rows):
            owners = context.view.account_territories[taken.account_rows]
        if len(owners) and bool((owners == target).all()):
            return _("Nothing is moved: it belongs to {name} already.").format(name=name)
        if np.isin(owners, list(context.view.locked_territories)).all():
            return _("Nothing is moved: it is locked.")
        return ""

    # ------------------------------------------------------------------ the end
    def release(self, event: MapEvent, context: ToolContext) -> Result:
        if self._start is None:
            return None
        seen = self.move(event, context)
        start, was_drag, kind = self._start, self._is_drag, self._kind
        self.cancel()
        if not was_drag:
            return self._click(start, context)
        if not isinstance(seen, Preview):
            return None
        if kind == "box":
            return scope.selection(Taken(seen.unit_rows, seen.account_rows), event, context)
        return seen.assigned if seen.assigned is not None else Refused(seen.told)

    def _click(self, event: MapEvent, context: ToolContext) -> Result:
        account = self._account_at(event, context)
        unit = context.unit_at(event)
        is_account = account >= 0 and (unit not in context.unit_rows or takes_first(context))
        if is_account:
            return Selection(None, clicked(context.account_rows, account, event))
        if unit >= 0:
            return Selection(clicked(context.unit_rows, unit, event), None)
        if event.modifiers:
            return None
        return Selection(NO_ROWS, NO_ROWS)

    def double(self, event: MapEvent, context: ToolContext) -> Result:
        self.cancel()
        territory = context.territory_at(event)
        if territory is None or territory == UNASSIGNED:
            return None
        rows = np.flatnonzero(context.view.assignment == territory).astype(np.int32)
        rows = rows[context.plan.units_present[rows]]
        return Selection(scope.combined(context.unit_rows, rows, event), None)

    def cursor(self, event: MapEvent, context: ToolContext) -> str:
        if self.is_active and self._kind != "box":
            return "closed_hand"
        return "open_hand" if not self.is_active and self._held(event, context) else "arrow"


def takes_first(context: ToolContext) -> bool:
    """Whether an account is meant where an area is selected as well."""
    return scope.takes_accounts(context)


def clicked(old: np.ndarray, row: int, event: MapEvent) -> np.ndarray:
    """Rows selected after a click: Shift adds, Ctrl toggles, else it alone."""
    one = np.array([row], np.int32)
    if event.has(Keys.SHIFT):
        return np.union1d(old, one).astype(np.int32)
    if event.has(Keys.CTRL):
        return np.setxor1d(old, one).astype(np.int32)
    return one


def box_text(mode: Mode) -> str:
    """What a box takes, for the status bar."""
    texts = {
        Mode.CENTRE: _("Box: everything whose centre is inside"),
        Mode.TOUCHES: _("Box: everything it touches"),
        Mode.INSIDE: _("Box: everything wholly inside"),
    }
    return texts[mode]
