"""Start points of territories: a small flag in the territory's colour, its foot at the place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from terradesk.render.homes import blend
from terradesk.render.jit import Bytes, Floats
from terradesk.render.style import Style
from terradesk.render.view import View

__all__ = ["CLOTH", "HIGH", "WIDE", "FlagStamp"]

HIGH, WIDE = 19.0, 13.0
CLOTH = ((0.0, -HIGH), (WIDE, -HIGH + 5.0), (0.0, -HIGH + 10.0))
"""Corners of the cloth from the foot, pixels at 100 %, y downwards."""

_POLE, _LINE, _HALO, _FOOT = 0.9, 1.3, 1.6, 2.4


def _cloth(x: Floats, y: Floats) -> Floats:
    """Distance outside the triangle of the cloth."""
    length = float(np.hypot(WIDE, 5.0))
    high = np.abs(y + HIGH - 5.0)
    side = (5.0 * (x - WIDE) + WIDE * high) / length
    return np.asarray(np.maximum(-x, side))


@lru_cache(maxsize=16)
def _flag(ratio: float) -> tuple[Bytes, Bytes, Bytes]:
    """Coverage of halo, outline and cloth of a flag, each (k, k) with its foot in the middle."""
    half = int(np.ceil((HIGH + _LINE + _HALO + 1) * ratio))
    y, x = np.mgrid[-half : half + 1, -half : half + 1] / ratio
    cloth = _cloth(x, y)
    pole = np.maximum(np.abs(x) - _POLE, np.maximum(y, -HIGH - y))
    foot = np.hypot(x, y) - _FOOT
    away = np.minimum(np.minimum(pole, foot), cloth) * ratio

    def cover(distance: Floats) -> Bytes:
        return np.rint(255 * np.clip(0.5 - distance, 0, 1)).astype(np.uint8)

    inside = np.maximum(cloth, _POLE - x)
    return cover(away - _HALO * ratio), cover(away), cover((inside + _LINE / 2) * ratio)


@dataclass(frozen=True, eq=False)
class FlagStamp:
    """Flags at places.

    Parameters
    ----------
    places : (n, 2) float64
        Metres.
    colours : (n,) int
        Index of the territory's fill.
    """

    places: Floats
    colours: NDArray[np.int64]

    def draw(self, rgb: NDArray[np.uint32], view: View, style: Style) -> None:
        """Draw into a rectangle."""
        at = np.floor(view.to_pixels(self.places)).astype(np.int64)
        reach = (HIGH + 4) * style.pixel_ratio
        seen = (at > -reach).all(axis=1) & (at < (view.width + reach, view.height + reach)).all(1)
        covers, fills = _flag(style.pixel_ratio), style.territory_fills
        for i in np.flatnonzero(seen).tolist():
            fill = int(fills[int(self.colours[i]) % len(fills)])
            inks = (style.ink("casing"), style.ink("territory_core"), fill)
            for cover, ink in zip(covers, inks, strict=True):
                half = len(cover) // 2
                x, y = int(at[i, 0]) - half, int(at[i, 1]) - half
                blend(x, y, cover, np.uint32(ink), rgb)
