"""P: a polygon from click to click."""

from __future__ import annotations

from terradesk.arcs.picking import Mode

from . import scope
from .clicked import Clicked
from .drawn import taken_by
from .gesture import MapEvent, Options, Point, Preview, Refused, Result, Shape, ToolContext


class Polygon(Clicked):
    """A click on the first corner closes it, like a double-click or Enter."""

    options = ("action", "moves", "over", "inside")
    defaults = Options(inside=Mode.CENTRE)
    least = 3

    def _refusal(self, event: MapEvent, context: ToolContext) -> Result:
        why = scope.locked(event, context)
        return Refused(why) if why else None

    def _line(self) -> tuple[Point, ...]:
        """Corners and pointer."""
        return (*self._points, self._at)

    def _preview(self, event: MapEvent, context: ToolContext) -> Preview:
        is_closing = self._meets_first(event)
        corners = tuple(self._points) if is_closing else self._line()
        shape = Shape("polygon", self._line(), is_closing=is_closing)
        taken = taken_by(corners, context.options.inside, context)
        return scope.preview(taken, event, context, scope.target_of(event, context), shape)

    def _ended(self, event: MapEvent, context: ToolContext) -> Result:
        taken = taken_by(tuple(self._points), context.options.inside, context)
        seen = scope.preview(taken, event, context, scope.target_of(event, context), None)
        return scope.result(taken, seen, event, context)

    def cursor(self, event: MapEvent, context: ToolContext) -> str:
        return "padlock" if context.is_locked and not context.options.selects else "cross"
