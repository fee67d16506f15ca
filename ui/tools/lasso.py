"""L: a free line that closes itself."""

from __future__ import annotations

from .drawn import Drawn
from .gesture import MapEvent, Point, Shape, ToolContext

_STEP_PX = 2.0


class Lasso(Drawn):
    """The line the pointer draws, closed by a straight edge."""

    def _begin(self, event: MapEvent) -> None:
        self._line = [event.at]

    def _extend(self, event: MapEvent) -> None:
        x, y = self._line[-1]
        if max(abs(event.x - x), abs(event.y - y)) >= _STEP_PX * event.map_per_px:
            self._line.append(event.at)

    def _corners(self) -> tuple[Point, ...]:
        return tuple(self._line)

    def _shape(self, context: ToolContext) -> Shape:
        return Shape("lasso", tuple(self._line))

    def _is_shape(self, start: MapEvent, event: MapEvent) -> bool:
        return self.is_drag(start, event) or len(self._line) > 4
