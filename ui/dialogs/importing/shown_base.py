"""Land and water around the map of an import, as wide as the map is."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from terradesk import paths
from terradesk.render.basemap import BaseMap

from ..preview_map import Box

_WIDEST = 3.6  # times its height: the widest place of a map on a page
_FLATTEST = 0.5
_BEYOND = 0.8  # of the sides, from the middle: what zooming out shows
_LEAST = 8e5
_FARTHEST = 1.6e7  # metres from the origin: centimetres stay far from the limit of int32


def base_around(crs: str, extent: Box, origin: tuple[float, float]) -> BaseMap:
    """The base map of what a map shows when all of it is seen, and somewhat more.

    Parameters
    ----------
    crs : str
        Of the plan.
    extent : (x0, y0, x1, y1)
        Of what is shown, metres.
    origin : (x, y)
        Of the plan's arcs.
    """
    low, high = np.array(extent[:2]), np.array(extent[2:])
    wide, tall = (high - low).tolist()
    sides = np.array([max(wide, _WIDEST * tall), max(tall, _FLATTEST * wide)])
    reach = np.maximum(_BEYOND * sides, (high - low) / 2 + _LEAST)
    middle = (low + high) / 2
    box = np.concatenate([middle - reach, middle + reach]) - np.tile(origin, 2)
    x0, y0, x1, y1 = (box.clip(-_FARTHEST, _FARTHEST) + np.tile(origin, 2)).round().tolist()
    return _read(crs, (x0, y0, x1, y1), origin)


@lru_cache(maxsize=2)
def _read(crs: str, box: Box, origin: tuple[float, float]) -> BaseMap:
    """Kept while one import is looked at: its map is made anew with each choice."""
    from terradesk.render.basemap_reading import read

    return read(paths.resource("basemap.gpkg"), crs, box, origin)
