"""What rectangle, lasso and other closed shapes have in common."""

from __future__ import annotations

import numpy as np

from terradesk.arcs.picking import Mode, points_in_polygon

from . import scope
from .gesture import (
    NO_ROWS,
    MapEvent,
    Options,
    Point,
    Preview,
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
    spots = scope.spots(context)
    if spots is None:
        return NOTHING
    return Taken(NO_ROWS, spots.rows[points_in_polygon(spots.xy, np.array(corners))])


class Drawn(Tool):
    """A closed shape, drawn with the button down, that assigns or selects what is in it."""

    options: tuple[str, ...] = ("action", "moves", "over", "inside")
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

    def _taken(self, context: ToolContext) -> Taken:
        """What is in the shape."""
        return taken_by(self._corners(), context.options.inside, context)

    def _is_shape(self, start: MapEvent, event: MapEvent) -> bool:
        """Whether enough is drawn; less is a click, which does nothing."""
        return self.is_drag(start, event)

    def _shape(self, context: ToolContext) -> Shape:
        """What is drawn over the map."""
        raise NotImplementedError

    def press(self, event: MapEvent, context: ToolContext) -> Result:
        why = scope.locked(event, context)
        if why:
            return Refused(why)
        self._start = event
        self._begin(event)
        return None

    def move(self, event: MapEvent, context: ToolContext) -> Result:
        if self._start is None:
            return None
        self._extend(event)
        return self._preview(self._taken(context), event, context)

    def _preview(self, taken: Taken, event: MapEvent, context: ToolContext) -> Preview:
        target = scope.target_of(event, context)
        return scope.preview(taken, event, context, target, self._shape(context))

    def key(self, event: MapEvent, context: ToolContext) -> Result:
        if self._start is None:
            return None
        return self._preview(self._taken(context), event, context)

    def release(self, event: MapEvent, context: ToolContext) -> Result:
        start = self._start
        if start is None:
            return None
        self._extend(event)
        is_shape = self._is_shape(start, event)
        taken = self._taken(context) if is_shape else NOTHING
        seen = self._preview(taken, event, context)
        self.cancel()
        if not is_shape:
            return None
        return scope.result(taken, seen, event, context)

    def cursor(self, event: MapEvent, context: ToolContext) -> str:
        return "padlock" if context.is_locked and not context.options.selects else "cross"
