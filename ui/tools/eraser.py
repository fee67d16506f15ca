"""E: a brush that takes areas out of their territories."""

from __future__ import annotations

from terradesk.arcs.picking import Mode
from terradesk.plan import UNASSIGNED

from .brush import Brush
from .gesture import MapEvent, Options, ToolContext


class Eraser(Brush):
    """The brush with no territory as its target."""

    options = ("moves", "over", "inside", "size")
    defaults = Options(inside=Mode.TOUCHES)
    draws = False

    def _target(self, event: MapEvent, context: ToolContext) -> int:
        return UNASSIGNED

    def cursor(self, event: MapEvent, context: ToolContext) -> str:
        return "blank"
