"""B and E: a round brush that assigns, selects or clears what it meets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from terradesk.arcs.picking import Mode, points_in_capsule
from terradesk.i18n import _
from terradesk.plan import UNASSIGNED

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
from .scope import Taken


class Brush(Tool):
    """Areas that the brush meets go to the target while the button is down, all at the release."""

    options: tuple[str, ...] = ("action", "moves", "into", "over", "inside", "size")
    defaults = Options(inside=Mode.TOUCHES)

    def __init__(self) -> None:
        self.cancel()

    def cancel(self) -> None:
        self._last: MapEvent | None = None
        self._rows, self._accounts = NO_ROWS, NO_ROWS
        self._start: int | None = None

    @property
    def is_active(self) -> bool:
        return self._last is not None

    def press(self, event: MapEvent, context: ToolContext) -> Result:
        self.cancel()
        self._start = context.territory_at(event)
        target = self._target(event, context)
        if not context.options.selects and target in context.view.locked_territories:
            return Refused(_("{name} is locked.").format(name=context.name_of(target)))
        if context.picker is not None:
            context.picker.start()
        self._last = event
        return self.move(event, context)

    def _target(self, event: MapEvent, context: ToolContext) -> int:
        if context.options.into_start and self._start not in (None, UNASSIGNED):
            context = replace(context, territory=self._start)
        return scope.target_of(event, context)

    def _radius(self, event: MapEvent, context: ToolContext) -> float:
        return context.options.size_px / 2 * event.map_per_px

    def move(self, event: MapEvent, context: ToolContext) -> Result:
        if self._last is None:
            return None
        radius = self._radius(event, context)
        if context.picker is not None and not scope.takes_accounts(context):
            new = context.picker.brush(self._last.at, event.at, radius, context.options.inside)
            self._rows = np.concatenate([self._rows, new])
        else:
            self._take_accounts(self._last.at, event.at, radius, context)
        self._last = event
        return self._preview(event, context)

    def _take_accounts(self, a: Point, b: Point, radius: float, context: ToolContext) -> None:
        spots = scope.spots(context)
        if spots is not None:
            near = points_in_capsule(spots.xy, a, b, radius)
            self._accounts = np.union1d(self._accounts, spots.rows[near]).astype(np.int32)

    def _preview(self, event: MapEvent, context: ToolContext) -> Preview:
        taken = Taken(self._rows, self._accounts)
        return scope.preview(
            taken, event, context, self._target(event, context), self._shape(event, context)
        )

    def _shape(self, event: MapEvent, context: ToolContext) -> Shape:
        return Shape("brush", (event.at,), self._radius(event, context))

    def key(self, event: MapEvent, context: ToolContext) -> Result:
        return self._preview(event, context) if self.is_active else self.hover(event, context)

    def hover(self, event: MapEvent, context: ToolContext) -> Result:
        return Preview(shape=self._shape(event, context))

    def release(self, event: MapEvent, context: ToolContext) -> Result:
        if self._last is None:
            return None
        self.move(event, context)
        seen = self._preview(event, context)
        taken = Taken(self._rows, self._accounts)
        self.cancel()
        return scope.result(taken, seen, event, context)

    def cursor(self, event: MapEvent, context: ToolContext) -> str:
        is_locked = context.is_locked and not context.options.into_start
        return "padlock" if is_locked and not context.options.selects else "blank"
