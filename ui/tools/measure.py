"""M: measure from click to click; changes nothing."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from terradesk import projection
from terradesk.i18n import _, number

from .clicked import Clicked
from .gesture import MapEvent, Point, Preview, Result, Shape, ToolContext
from .lengths import M_PER_UNIT, length_text

if TYPE_CHECKING:
    from pyproj import Geod

_SQUARED = {"km": "km²", "mi": "sq mi"}


@lru_cache(maxsize=1)
def _ellipsoid() -> Geod:
    from pyproj import Geod

    return Geod(ellps="WGS84")


def _lonlat(points: tuple[Point, ...], crs: str) -> tuple[np.ndarray, np.ndarray]:
    xy = np.array(points, float).reshape(-1, 2)
    return projection.lonlat(xy[:, 0], xy[:, 1], crs)


def legs_m(points: tuple[Point, ...], crs: str) -> np.ndarray:
    """Length of each leg of a line over the ellipsoid, metres; (n - 1,) float64."""
    if len(points) < 2:
        return np.empty(0)
    lon, lat = _lonlat(points, crs)
    return np.asarray(_ellipsoid().inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2])


def area_m2(points: tuple[Point, ...], crs: str) -> float:
    """Surface inside a closed line whose sides are geodesics, m²."""
    return abs(float(_ellipsoid().polygon_area_perimeter(*_lonlat(points, crs))[0]))


def area_text(m2: float, unit: str) -> str:
    """A surface such as "1,240 km²"."""
    value = m2 / M_PER_UNIT[unit] ** 2
    decimals = 0 if value >= 100 else 1 if value >= 1 else 3
    return f"{number(value, decimals)} {_SQUARED[unit]}"


class Measure(Clicked):
    """A line of clicks with its length; a click on the first point closes it and gives the area.

    What was measured stays until the next click, Esc or another tool.
    """

    draws = False

    def cancel(self) -> None:
        super().cancel()
        self._done: Preview | None = None

    def _preview(self, event: MapEvent, context: ToolContext) -> Preview:
        if self._meets_first(event):
            return self._seen(tuple(self._points), context, is_closed=True)
        line = (*self._points, self._at) if self._points[-1] != self._at else tuple(self._points)
        return self._seen(line, context, is_closed=False)

    def _seen(self, line: tuple[Point, ...], context: ToolContext, is_closed: bool) -> Preview:
        """The line with its lengths in words."""
        points = (*line, line[0]) if is_closed else line
        unit, legs = context.length_unit, legs_m(points, context.plan.crs)
        so_far = np.cumsum(legs)
        texts = ["", *(length_text(float(m), unit) for m in so_far)]
        told = _("Click where the line begins.")
        if len(legs):
            told = _("{total} in {n} legs; the last {leg}").format(
                total=texts[-1], n=number(len(legs)), leg=length_text(float(legs[-1]), unit)
            )
        if len(legs) == 1:
            told = texts[-1]
        elif len(legs) and not is_closed:
            leg = length_text(float(legs[-1]), unit)
            texts[-1] = _("{leg}, {total} in all").format(leg=leg, total=texts[-1])
        if is_closed:
            told = _("{length} around, {area} inside").format(
                length=texts[-1], area=area_text(area_m2(line, context.plan.crs), unit)
            )
            texts[-1] = told
        shape = Shape("measure", points, texts=tuple(texts), is_closing=is_closed)
        return Preview(shape=shape, told=told)

    def _ended(self, event: MapEvent, context: ToolContext) -> Result:
        return self._seen(tuple(self._points), context, self._meets_first(event))

    def _end(self, event: MapEvent, context: ToolContext) -> Result:
        result = super()._end(event, context)
        if not self._points and isinstance(result, Preview):
            self._done = result
        return result

    def press(self, event: MapEvent, context: ToolContext) -> Result:
        self._done = None
        return super().press(event, context)

    def hover(self, event: MapEvent, context: ToolContext) -> Result:
        return self._done

    def left(self) -> Preview | None:
        return self._done
