"""Names of cities and of neighbouring countries, kept clear of the names of territories."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from terradesk.render.basemap import BaseMap
from terradesk.render.overview import Overview
from terradesk.render.regions import room
from terradesk.render.view import View

__all__ = ["Named", "city_names", "country_names"]

Box = tuple[float, float, float, float]
Measure = Callable[[str], float]

_CITIES_FROM_M = 1400  # ground size of a pixel below which cities appear
_MOST_CITIES = 120
_LEAST_CELLS = 3


@dataclass(frozen=True, slots=True)
class Named:
    """A name at a point.

    Parameters
    ----------
    name : str
    x, y : float
        Device pixels: the dot of a city, the middle of a country's name.
    """

    name: str
    x: float
    y: float


def _is_free(box: Box, taken: Sequence[Box]) -> bool:
    return all(
        box[0] >= other[2] or box[2] <= other[0] or box[1] >= other[3] or box[3] <= other[1]
        for other in taken
    )


def city_names(
    base: BaseMap, view: View, taken: Sequence[Box], width: Measure, pixel_ratio: float = 1.0
) -> list[Named]:
    """Cities to name in a view, the largest first; none while zoomed out.

    Parameters
    ----------
    base : BaseMap
    view : View
    taken : sequence of boxes
        x0, y0, x1, y1 in device pixels that must stay free.
    width : callable
        Width of a name, device pixels.
    """
    metres = pixel_ratio / view.px_per_m
    if metres > _CITIES_FROM_M:
        return []
    at = view.to_pixels(base.cities)
    edge = 10 * pixel_ratio
    room_to = np.array([view.width, view.height]) - edge
    inside = (at > edge).all(axis=1) & (at < room_to).all(axis=1)
    least = 9e4 / max(1.0, (1100 / metres) ** 1.2)
    out: list[Named] = []
    boxes = list(taken)
    for i in np.flatnonzero(inside & (base.populations > least))[:_MOST_CITIES]:
        name, (x, y) = str(base.city_names[i]), at[i]
        box = (
            x - 4 * pixel_ratio,
            y - 9 * pixel_ratio,
            x + width(name) + 14 * pixel_ratio,
            y + 9 * pixel_ratio,
        )
        if box[2] < view.width and _is_free(box, boxes):
            boxes.append(box)
            out.append(Named(name, float(x), float(y)))
    return out


def country_names(
    base: BaseMap,
    view: View,
    overview: Overview,
    taken: Sequence[Box],
    width: Measure,
    pixel_ratio: float = 1.0,
) -> list[Named]:
    """Countries around the plan, each where it has most room inside the view.

    Parameters
    ----------
    overview : Overview
        Tells where the plan itself lies: no country is named there.
    """
    cells, left, top, step = _cells_in_view(base, view, overview)
    out: list[Named] = []
    boxes = list(taken)
    for k in np.unique(cells[cells >= 0]):
        name = str(base.country_names[k])
        free = room((cells == k).astype(np.uint8))
        half = (width(name) / 2 + 6 * pixel_ratio, 10 * pixel_ratio)
        for row, column in _roomiest(free):
            x, y = left + (column + 0.5) * step, top + (row + 0.5) * step
            box = (x - half[0], y - half[1], x + half[0], y + half[1])
            inside = box[0] > 0 and box[1] > 0 and box[2] < view.width and box[3] < view.height
            if free[row, column] * step >= half[0] * 0.8 and inside and _is_free(box, boxes):
                boxes.append(box)
                out.append(Named(name, float(x), float(y)))
                break
    return out


def _roomiest(free: np.ndarray) -> list[tuple[int, int]]:
    """A few cells with much room, the roomiest first and far from each other."""
    left = free.copy()
    out = []
    for _ in range(4):
        row, column = np.unravel_index(int(left.argmax()), left.shape)
        reach = int(left[row, column])
        if reach < _LEAST_CELLS:
            break
        out.append((int(row), int(column)))
        left[max(0, row - reach) : row + reach, max(0, column - reach) : column + reach] = 0
    return out


def _cells_in_view(
    base: BaseMap, view: View, overview: Overview
) -> tuple[np.ndarray, float, float, float]:
    """Country cells in view without those of the plan; corner and cell size in device pixels."""
    rows, columns = base.regions.shape
    x0, y0, x1, y1 = base.regions_box
    cell = max((x1 - x0) / columns, (y1 - y0) / rows)
    vx0, vy0, vx1, vy1 = view.box
    c0, c1 = max(0, int((vx0 - x0) / cell)), min(columns, int((vx1 - x0) / cell) + 1)
    r0, r1 = max(0, int((y1 - vy1) / cell)), min(rows, int((y1 - vy0) / cell) + 1)
    cells = base.regions[r0 : max(r0, r1), c0 : max(c0, c1)].copy()
    x = x0 + (np.arange(c0, c0 + cells.shape[1]) + 0.5) * cell
    y = y1 - (np.arange(r0, r0 + cells.shape[0]) + 0.5) * cell
    at = overview.view.to_pixels(np.column_stack([np.tile(x, len(y)), np.repeat(y, len(x))]))
    column, row = np.floor(at).astype(np.int64).T
    high, wide = overview.ids.shape
    known = (row >= 0) & (row < high) & (column >= 0) & (column < wide)
    in_plan = np.zeros(len(row), np.bool_)
    in_plan[known] = overview.ids[row[known], column[known]] >= 0
    cells[in_plan.reshape(cells.shape)] = -1
    corner = view.to_pixels([(x0 + c0 * cell, y1 - r0 * cell)])[0]
    return cells, float(corner[0]), float(corner[1]), cell * view.px_per_m
