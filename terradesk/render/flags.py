"""Start points of territories: a small flag in the territory's colour, its foot at the place."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from terradesk.render.compose import mix
from terradesk.render.homes import blend
from terradesk.render.jit import Bytes, Floats
from terradesk.render.style import Style
from terradesk.render.view import View

__all__ = ["CLOTH", "HIGH", "WIDE", "FlagStamp", "cloth_ink"]

HIGH, WIDE = 20.0, 14.0
CLOTH = ((0.0, -HIGH), (WIDE, -HIGH + 5.5), (0.0, -HIGH + 11.0))
"""Corners of the cloth from the foot, pixels at 100 %, y downwards."""

_POLE, _LINE, _HALO, _FOOT = 0.9, 1.3, 1.6, 2.4
_REACH = 3.0  # around a flag, pixels
_DEEPER = np.uint32(90)  # of 256: a flag mostly stands in its own territory, on the same fill


def _cloth(x: Floats, y: Floats) -> Floats:
    """Distance outside the triangle of the cloth."""
    length = float(np.hypot(WIDE, 5.5))
    high = np.abs(y + HIGH - 5.5)
    side = (5.5 * (x - WIDE) + WIDE * high) / length
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
    return cover(away - _HALO * ratio), cover(away), cover((inside + _LINE) * ratio)


def cloth_ink(style: Style, colour: int) -> int:
    """0xRRGGBB of the flag of a territory with a fill of the palette."""
    fill = style.territory_fills[colour % len(style.territory_fills)]
    return int(mix(np.uint32(fill), np.uint32(style.ink("territory_core")), _DEEPER)) & 0xFFFFFF


@dataclass(frozen=True, eq=False)
class FlagStamp:
    """Flags at places.

    Parameters
    ----------
    places : (n, 2) float64
        Metres.
    colours : (n,) int
        Index of the territory's fill.
    owners : (n,) int
        Id of the territory, so that a flag can be picked.
    """

    places: Floats
    colours: NDArray[np.int64]
    owners: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def at(self, x: float, y: float, m_per_px: float) -> int:
        """The territory whose flag is at a place in metres, -1 for none.

        Parameters
        ----------
        x, y : float
        m_per_px : float
            Ground size of a pixel at 100 %.
        """
        if not len(self.owners):
            return -1
        right, up = (np.array([x, y]) - self.places).T / m_per_px
        aside = np.maximum(np.abs(right - WIDE / 2) - WIDE / 2, 0)
        away = np.hypot(aside, np.maximum(np.abs(up - HIGH / 2) - HIGH / 2, 0))
        nearest = int(np.argmin(away))
        return int(self.owners[nearest]) if away[nearest] <= _REACH else -1

    def draw(self, rgb: NDArray[np.uint32], view: View, style: Style) -> None:
        """Draw into a rectangle."""
        at = np.floor(view.to_pixels(self.places)).astype(np.int64)
        reach = (HIGH + 4) * style.pixel_ratio
        seen = (at > -reach).all(axis=1) & (at < (view.width + reach, view.height + reach)).all(1)
        covers, core = _flag(style.pixel_ratio), np.uint32(style.ink("territory_core"))
        for i in np.flatnonzero(seen).tolist():
            inks = (style.ink("casing"), int(core), cloth_ink(style, int(self.colours[i])))
            for cover, ink in zip(covers, inks, strict=True):
                half = len(cover) // 2
                x, y = int(at[i, 0]) - half, int(at[i, 1]) - half
                blend(x, y, cover, np.uint32(ink), rgb)
