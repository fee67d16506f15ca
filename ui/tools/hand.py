"""H: drag the map."""

from __future__ import annotations

from .gesture import MapEvent, Panned, Result, Tool, ToolContext


class Hand(Tool):
    """The place that was pressed stays under the pointer."""

    draws = False

    def __init__(self) -> None:
        self._held: MapEvent | None = None

    @property
    def is_active(self) -> bool:
        return self._held is not None

    def press(self, event: MapEvent, context: ToolContext) -> Result:
        self._held = event
        return None

    def move(self, event: MapEvent, context: ToolContext) -> Result:
        if self._held is None:
            return None
        return Panned(event.x - self._held.x, event.y - self._held.y)

    def key(self, event: MapEvent, context: ToolContext) -> Result:
        return None

    def release(self, event: MapEvent, context: ToolContext) -> Result:
        result = self.move(event, context)
        self._held = None
        return result

    def cancel(self) -> None:
        self._held = None

    def cursor(self, event: MapEvent, context: ToolContext) -> str:
        return "closed_hand" if self.is_active else "open_hand"
