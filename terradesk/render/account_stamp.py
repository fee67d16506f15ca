"""Accounts as a stamp: symbols when few are in view, a density when many."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from terradesk.render.density import draw_density
from terradesk.render.jit import Bytes, Float32s
from terradesk.render.points import MANY, PointIndex
from terradesk.render.style import Style
from terradesk.render.symbols import draw_symbols
from terradesk.render.view import View

__all__ = ["AccountStamp"]


class AccountStamp:
    """Draws accounts; which way follows from how many the whole view holds.

    Parameters
    ----------
    index : PointIndex
    sizes : (n,) float32
        Radii in map order, pixels at 100 %.
    kinds : (n,) uint8, optional
        Class of each account in map order, see `draw_symbols`.
    """

    def __init__(self, index: PointIndex, sizes: Float32s, kinds: Bytes | None = None) -> None:
        self._index, self._sizes, self._kinds = index, sizes, kinds
        self._as_symbols = True

    def way(self, view: View) -> Literal["symbols", "density"] | None:
        """How a view shows the accounts; None when there are none at all."""
        if not len(self._index.order):
            return None
        return "symbols" if self._index.count(view.box) <= MANY else "density"

    def look(self, view: View, style: Style) -> str | None:
        """Choose the way by the whole view."""
        way = self.way(view)
        self._as_symbols = way == "symbols"
        return way

    def draw(self, rgb: NDArray[np.uint32], view: View, style: Style) -> None:
        """Draw into a rectangle."""
        if self._as_symbols:
            draw_symbols(rgb, view, self._index, self._sizes, style, self._kinds)
        else:
            draw_density(rgb, view, self._index, style)
