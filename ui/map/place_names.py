"""Names of cities and countries of the base map, where the names of territories leave room."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6 import QtGui

from terradesk.render import Overview, View
from terradesk.render.basemap import BaseMap
from terradesk.render.names import city_names, country_names

from .. import theme
from . import lettering
from .lettered import Lettered, Make, touch

_BEYOND = 0.5  # of the view, around it: cities are named so far ahead of panning

Box = tuple[float, float, float, float]


class PlaceNames:
    """Finds places for the names of cities and countries.

    Parameters
    ----------
    overview : Overview
        Tells what lies under a place.
    picture : callable
        The picture of a key, made by a function where there is none yet.

    Attributes
    ----------
    countries, cities : list of Lettered
    """

    def __init__(
        self, overview: Overview, picture: Callable[[tuple[object, ...], Make], QtGui.QImage]
    ) -> None:
        self._overview, self._picture, self._ratio = overview, picture, 1.0
        self.countries: list[Lettered] = []
        self.cities: list[Lettered] = []

    def forget(self) -> None:
        """No city and no country is named."""
        self.countries, self.cities = [], []

    def settle(
        self, base: BaseMap | None, view: View, ratio: float, names: np.ndarray, walls: np.ndarray
    ) -> None:
        """Name cities and countries where no territory's name stands; those that stood stay.

        Parameters
        ----------
        base : BaseMap or None
        view : View
        ratio : float
            Device pixels per pixel.
        names, walls : (n, 4) float64
            Boxes of the view that are taken.
        """
        if base is None:
            self.forget()
            return
        self._ratio = ratio
        taken = [_box(row) for row in np.vstack([names, walls])]
        self._settle_countries(base, view, taken)
        taken += [_box(one.box(view)) for one in self.countries]
        self._settle_cities(base, view, taken)

    def _settle_countries(self, base: BaseMap, view: View, taken: list[Box]) -> None:
        kept = []
        for one in self.countries:
            box = _box(one.box(view))
            inside = box[0] > 0 and box[1] > 0 and box[2] < view.width and box[3] < view.height
            if inside and not touch(np.array([box]), np.array(taken).reshape(-1, 4))[0]:
                kept.append(one)
        metrics, ratio = QtGui.QFontMetricsF(lettering.country_font()), self._ratio
        known = {one.key for one in kept}
        taken = taken + [_box(one.box(view)) for one in kept]
        found = country_names(
            base, view, self._overview, taken,
            lambda name: metrics.horizontalAdvance(name.upper()) * ratio, ratio,
        )  # fmt: skip
        made = [self._country(one.name, one.x + view.kx, one.y - view.ky) for one in found]
        self.countries = kept + [one for one in made if one.key not in known]

    def _country(self, name: str, x: float, y: float) -> Lettered:
        key, make = (
            ("country", name, self._ratio),
            partial(lettering.draw_country, name, self._ratio),
        )
        size = self._picture(key, make).size()
        wide, high = size.width(), size.height()
        return Lettered(key, make, x, y, -wide / 2, -high / 2, wide, high)

    def _settle_cities(self, base: BaseMap, view: View, taken: list[Box]) -> None:
        ratio = self._ratio
        beyond_x, beyond_y = int(view.width * _BEYOND), int(view.height * _BEYOND)
        wide = view.moved(beyond_x, beyond_y)
        wide = wide.resized(view.width + 2 * beyond_x, view.height + 2 * beyond_y)
        moved = [(a + beyond_x, b + beyond_y, c + beyond_x, d + beyond_y) for a, b, c, d in taken]
        metrics = QtGui.QFontMetricsF(theme.font(lettering.SMALL_PX))
        found = city_names(
            base, wide, moved, lambda name: metrics.horizontalAdvance(name) * ratio, ratio
        )
        left, up = lettering.CITY_DOT
        self.cities = []
        for one in found:
            size = (
                int((metrics.horizontalAdvance(one.name) + 20) * ratio) + 1,
                int(18 * ratio) + 1,
            )
            make = partial(lettering.draw_city, one.name, ratio)
            key = ("city", one.name, ratio)
            at = (one.x + wide.kx, one.y - wide.ky, -left * ratio, -up * ratio)
            self.cities.append(Lettered(key, make, *at, *size))


def _box(row: np.ndarray) -> Box:
    return float(row[0]), float(row[1]), float(row[2]), float(row[3])
