"""What tools have in common that draw a line from click to click."""

from __future__ import annotations

from .gesture import DRAG_PX, TOUCH_DRAG_PX, MapEvent, Point, Preview, Result, Tool, ToolContext


class Clicked(Tool):
    """Corners by clicks; double-click or Enter ends the line, Backspace takes a corner back.

    A press that is dragged draws an edge: it sets a corner where it ends too, so that a finger or
    a pen without hover can draw.
    """

    keys = ("Enter", "Backspace", "Delete")
    is_clicked = True
    least = 2
    """Corners without which there is nothing to end."""

    def __init__(self) -> None:
        self.cancel()

    def cancel(self) -> None:
        self._points: list[Point] = []
        self._at: Point = (0.0, 0.0)
        self._pressed: MapEvent | None = None

    @property
    def is_active(self) -> bool:
        return bool(self._points)

    # ------------------------------------------------------------------ for the tool itself
    def _refusal(self, event: MapEvent, context: ToolContext) -> Result:
        """Why no line may begin here."""
        return None

    def _preview(self, event: MapEvent, context: ToolContext) -> Preview:
        """What would happen if the line ended at the pointer."""
        raise NotImplementedError

    def _ended(self, event: MapEvent, context: ToolContext) -> Result:
        """What happens now that the line has all its corners."""
        raise NotImplementedError

    # ------------------------------------------------------------------ events
    def press(self, event: MapEvent, context: ToolContext) -> Result:
        if not self._points:
            refused = self._refusal(event, context)
            if refused is not None:
                return refused
        self._at = event.at
        if self._meets_first(event):
            return self._end(event, context)
        self._pressed = event
        self._add(event)
        return self._preview(event, context)

    def move(self, event: MapEvent, context: ToolContext) -> Result:
        if not self._points:
            return None
        self._at = event.at
        return self._preview(event, context)

    def release(self, event: MapEvent, context: ToolContext) -> Result:
        pressed, self._pressed = self._pressed, None
        if pressed is None or not self._points:
            return None
        self._at = event.at
        if self.is_drag(pressed, event):
            if self._meets_first(event):
                return self._end(event, context)
            self._add(event)
        return self._preview(event, context)

    def double(self, event: MapEvent, context: ToolContext) -> Result:
        if not self._points:
            return self.press(event, context)
        self._at = event.at
        return self._end(event, context)

    def key(self, event: MapEvent, context: ToolContext) -> Result:
        if not self._points:
            return None
        if event.key == "Enter":
            return self._end(event, context)
        if event.key:
            self._points.pop()
            self._pressed = None
        if not self._points:
            self.cancel()
            return None
        return self._preview(event, context)

    # ------------------------------------------------------------------ corners
    def _add(self, event: MapEvent) -> None:
        if not self._points or self._points[-1] != event.at:
            self._points.append(event.at)

    def _meets_first(self, event: MapEvent) -> bool:
        """Whether a click here closes the line."""
        if len(self._points) < max(self.least, 3):
            return False
        (x, y), reach = self._points[0], TOUCH_DRAG_PX if event.is_touch else DRAG_PX + 3
        return max(abs(event.x - x), abs(event.y - y)) <= reach * event.map_per_px

    def _end(self, event: MapEvent, context: ToolContext) -> Result:
        """The line is done, unless it has too few corners."""
        if len(self._points) < self.least:
            return self._preview(event, context)
        result = self._ended(event, context)
        self.cancel()
        return result

    def cursor(self, event: MapEvent, context: ToolContext) -> str:
        return "cross"
