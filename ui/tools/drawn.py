"""What rectangle, lasso and other closed shapes have in common."""

from __future__ import annotations

import numpy as np

from terradesk.arcs.picking import Mode, points_in_polygon
from terradesk.edits import Assigned
from terradesk.i18n import _

from . import scope
from .gesture import (
    NO_ROWS,
    MapEvent,
    Options,
    Point,
    Refused,
    Result,
    Shape,
    Tool,
    ToolContext,
)
from .scope import NOTHING, Taken


def taken_by(corners: tuple[Point, ...], mode: Mode, context: ToolContext) -> Taken:
    """Units, or accounts where shapes take those, inside an outline."""
    if len(corners) < 3:
        return NOTHING
    if not scope.takes_accounts(context):
        assert context.picker is not None
        return Taken(context.picker.polygon(np.array(corners), mode), NO_ROWS)
    if context.accounts is None:
        return NOTHING
    found = points_in_polygon(context.accounts.xy, np.array(corners))
    return Taken(NO_ROWS, context.accounts.rows[found])


class Drawn(Tool):
    """A closed shape, drawn with the button down, that assigns or selects what is in it."""

    options = ("action", "over", "inside")
    defaults = Options(inside=Mode.CENTRE)

    def __init__(self) -> None:
        self._start: MapEvent | None = None

    @property
    def is_active(self) -> bool:
        return self._start is not None

    def cancel(self) -> None:
        self._start = None

    def _begin(self, event: MapEvent) -> None:
        """Take up the first point."""

    def _extend(self, event: MapEvent) -> None:
        """Take up another point."""

    def _corners(self) -> tuple[Point, ...]:
        """The outline so far."""
        raise NotImplementedError

    def _shape(self) -> Shape:
        """What is drawn over the map."""
        raise NotImplementedError

    def press(self, event: MapEvent, context: ToolContext) -> Result:
        target = scope.target_of(event, context)
        if not context.options.selects and target in context.view.locked_territories:
            return Refused(_("{name} is locked.").format(name=context.name_of(target)))
        self._start = event
        self._begin(event)
        return None

    def move(self, event: MapEvent, context: ToolContext) -> Result:
        if self._start is None:
            return None
        self._extend(event)
        taken = taken_by(self._corners(), context.options.inside, context)
        return scope.preview(taken, event, context, scope.target_of(event, context), self._shape())

    def release(self, event: MapEvent, context: ToolContext) -> Result:
        start = self._start
        if start is None:
            return None
        seen = self.move(event, context)
        taken = taken_by(self._corners(), context.options.inside, context)
        self.cancel()
        if not self.is_drag(start, event) and len(self._corners()) < 5:
            return None
        if context.options.selects:
            return scope.selection(taken, event, context)
        return getattr(seen, "assigned", None) or Assigned(None)

    def cursor(self, event: MapEvent, context: ToolContext) -> str:
        return "padlock" if context.is_locked and not context.options.selects else "cross"
