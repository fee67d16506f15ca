"""Homes of reps: a small house in the colour of the territory, with initials when zoomed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from terradesk.render.compose import mix
from terradesk.render.jit import Bytes, Colours, Floats, kernel
from terradesk.render.style import Style
from terradesk.render.view import View

__all__ = ["HomeStamp", "blend"]

_NAMED_FROM_M = 1400
_SIDE, _LINE, _HALO = 15.0, 1.4, 1.6
_TEXT_PX = 11


@kernel
def blend(x: int, y: int, cover: Bytes, ink: np.uint32, rgb: Colours) -> None:
    """Lay an ink over a picture through a mask whose upper left corner is at x, y."""
    high, wide = rgb.shape
    for v in range(max(0, -y), min(cover.shape[0], high - y)):
        for u in range(max(0, -x), min(cover.shape[1], wide - x)):
            alpha = np.uint32(cover[v, u])
            if alpha:
                alpha += alpha >> np.uint32(7)
                rgb[y + v, x + u] = mix(rgb[y + v, x + u], ink, alpha)


@lru_cache(maxsize=16)
def _house(ratio: float) -> tuple[Bytes, Bytes, Bytes]:
    """Coverage of halo, outline and inside of a house, each (k, k) with k odd."""
    half = int(np.ceil(_SIDE * 0.75 * ratio))
    y, x = np.mgrid[-half : half + 1, -half : half + 1] / ratio
    roof = np.maximum((np.abs(x) * 0.66 - y - 7.2) * 0.83, y + 0.2)
    walls = np.maximum(np.abs(x) - 5.2, np.maximum(y - 6.4, -1.2 - y))
    away = np.minimum(roof, walls) * ratio
    door = np.maximum(np.abs(x) - 1.5, np.maximum(1.8 - y, y - 6.4)) * ratio

    def cover(distance: Floats) -> Bytes:
        return np.rint(255 * np.clip(0.5 - distance, 0, 1)).astype(np.uint8)

    inside = np.minimum(cover(away + _LINE * ratio), 255 - cover(door))
    return cover(away - _HALO * ratio), cover(away), inside


@lru_cache(maxsize=512)
def _letters(text: str, size: float, grow: int) -> Bytes:
    """Coverage of a short text, with a halo of `grow` pixels if asked."""
    from PIL import Image, ImageDraw

    from terradesk.render.text import Text, draw_text, text_width

    wide, high = int(text_width(text, size, bold=True)) + 2 * grow + 3, int(1.5 * size) + 2 * grow
    canvas = Image.new("RGBA", (wide, high))
    ink = Text(text, grow + 1, grow + size, size, "#FFFFFF", True, "left",
               "#FFFFFF" if grow else "", float(grow))  # fmt: skip
    draw_text(ImageDraw.Draw(canvas, "RGBA"), ink)
    return np.ascontiguousarray(np.asarray(canvas)[:, :, 3])


@dataclass(frozen=True, eq=False)
class HomeStamp:
    """Houses at places.

    Parameters
    ----------
    places : (n, 2) float64
        Metres.
    colours : (n,) int
        Index of the territory's fill, -1 for a rep without a territory.
    initials : sequence of str
        Drawn below each house when zoomed in.
    """

    places: Floats
    colours: NDArray[np.int64]
    initials: Sequence[str] = field(default=())

    def draw(self, rgb: NDArray[np.uint32], view: View, style: Style) -> None:
        """Draw into a rectangle."""
        at = np.floor(view.to_pixels(self.places)).astype(np.int64)
        ratio = style.pixel_ratio
        is_named = bool(self.initials) and ratio / view.px_per_m < _NAMED_FROM_M
        reach = 8 * _SIDE * ratio
        seen = (at > -reach).all(axis=1) & (at < (view.width + reach, view.height + reach)).all(1)
        for i in np.flatnonzero(seen).tolist():
            x, y = int(at[i, 0]), int(at[i, 1])
            self._draw_house(rgb, x, y, int(self.colours[i]), style)
            if is_named and self.initials[i]:
                self._draw_initials(rgb, x, y, self.initials[i], style)

    @staticmethod
    def _draw_house(rgb: Colours, x: int, y: int, colour: int, style: Style) -> None:
        fills = style.territory_fills
        fill = fills[colour % len(fills)] if colour >= 0 else style.paper & np.uint32(0xFFFFFF)
        inks = (style.ink("casing"), style.ink("territory_core"), int(fill))
        for cover, ink in zip(_house(style.pixel_ratio), inks, strict=True):
            half = len(cover) // 2
            blend(x - half, y - half, cover, np.uint32(ink), rgb)

    @staticmethod
    def _draw_initials(rgb: Colours, x: int, y: int, text: str, style: Style) -> None:
        size, grow = _TEXT_PX * style.pixel_ratio, round(1.6 * style.pixel_ratio)
        top = y + round(0.52 * _SIDE * style.pixel_ratio)
        left = x - _letters(text, size, 0).shape[1] // 2
        for spread, ink in ((grow, "casing"), (0, "label")):
            cover = _letters(text, size, spread)
            blend(left - spread, top - spread, cover, np.uint32(style.ink(ink)), rgb)
