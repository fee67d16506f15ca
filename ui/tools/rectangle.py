"""R: an upright rectangle."""

from __future__ import annotations

from .drawn import Drawn
from .gesture import MapEvent, Point, Shape, ToolContext


def corners(a: Point, b: Point) -> tuple[Point, ...]:
    """Outline of the upright rectangle between two points."""
    return a, (b[0], a[1]), b, (a[0], b[1])


class Rectangle(Drawn):
    """From the press to the pointer."""

    def _begin(self, event: MapEvent) -> None:
        self._ends = event.at, event.at

    def _extend(self, event: MapEvent) -> None:
        self._ends = self._ends[0], event.at

    def _corners(self) -> tuple[Point, ...]:
        return corners(*self._ends)

    def _shape(self, context: ToolContext) -> Shape:
        return Shape("box", self._ends)
