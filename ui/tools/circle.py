"""C: a circle about the place that was pressed, its radius told while it grows."""

from __future__ import annotations

import math

import numpy as np

from terradesk.arcs.picking import points_in_capsule

from . import scope
from .drawn import Drawn
from .gesture import NO_ROWS, MapEvent, Point, Result, Shape, ToolContext
from .lengths import M_PER_UNIT, length_text
from .scope import NOTHING, Taken

_MOST_DIGITS = 8


class Circle(Drawn):
    """From the centre outwards; digits typed meanwhile give the radius exactly."""

    keys = (*"0123456789", ".", ",", "Backspace", "Enter")

    def __init__(self) -> None:
        super().__init__()
        self._typed = ""
        self._at: Point = (0.0, 0.0)

    def cancel(self) -> None:
        super().cancel()
        self._typed = ""

    def _begin(self, event: MapEvent) -> None:
        self._typed, self._at = "", event.at

    def _extend(self, event: MapEvent) -> None:
        self._at = event.at

    @property
    def _centre(self) -> Point:
        assert self._start is not None
        return self._start.at

    def _typed_radius(self, context: ToolContext) -> float | None:
        """Metres that were typed in the user's unit; None for nothing or nonsense."""
        try:
            value = float(self._typed.replace(",", "."))
        except ValueError:
            return None
        return value * M_PER_UNIT[context.length_unit] if value > 0 else None

    def _radius(self, context: ToolContext) -> float:
        typed = self._typed_radius(context)
        return math.dist(self._centre, self._at) if typed is None else typed

    def _taken(self, context: ToolContext) -> Taken:
        centre, radius = self._centre, self._radius(context)
        if scope.takes_accounts(context):
            spots = scope.spots(context)
            if spots is None:
                return NOTHING
            return Taken(NO_ROWS, spots.rows[points_in_capsule(spots.xy, centre, centre, radius)])
        assert context.picker is not None
        context.picker.start()
        rows = context.picker.brush(centre, centre, radius, context.options.inside)
        return Taken(np.sort(rows), NO_ROWS)

    def _is_shape(self, start: MapEvent, event: MapEvent) -> bool:
        return bool(self._typed) or self.is_drag(start, event)

    def _shape(self, context: ToolContext) -> Shape:
        radius = self._radius(context)
        text = length_text(radius, context.length_unit)
        return Shape("circle", (self._centre, self._at), radius, texts=(text,))

    def key(self, event: MapEvent, context: ToolContext) -> Result:
        if event.key == "Enter":
            return self.release(event, context)
        if event.key == "Backspace":
            self._typed = self._typed[:-1]
        elif event.key and len(self._typed) < _MOST_DIGITS:
            self._typed += event.key
        return super().key(event, context)
