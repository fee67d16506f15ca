"""A picture drawn on the map: kept in the plan's CRS at the scale it was last made for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from terradesk.render.compose import mix
from terradesk.render.jit import Colours, Floats, Place, inlined, kernel
from terradesk.render.style import Style
from terradesk.render.view import View

__all__ = ["PictureStamp", "warp"]


@kernel
def _sample(pixels: Colours, at: Place, to: Place, opacity: int, rgb: Colours) -> None:
    """Blend the nearest pixel of a picture (0xAARRGGBB) into each pixel of a rectangle."""
    high, wide = pixels.shape
    shrink = at[2] / to[2]
    for y in range(rgb.shape[0]):
        v = int(np.floor(at[1] - (to[1] - y - 0.5) * shrink))
        if v < 0 or v >= high:
            continue
        for x in range(rgb.shape[1]):
            u = int(np.floor((to[0] + x + 0.5) * shrink - at[0]))
            if u < 0 or u >= wide:
                continue
            c = pixels[v, u]
            alpha = int(c >> np.uint32(24))
            if alpha:
                alpha += alpha >> 7
                rgb[y, x] = mix(rgb[y, x], c & np.uint32(0xFFFFFF), np.uint32(alpha * opacity >> 8))


@kernel
def _copy(pixels: Colours, left: int, top: int, opacity: np.uint32, rgb: Colours) -> None:
    """Blend a picture of the same scale whose first pixel lies at (left, top)."""
    high, wide = rgb.shape
    a, b = max(0, left), min(wide, left + pixels.shape[1])
    if a >= b:
        return
    for y in range(max(0, top), min(high, top + pixels.shape[0])):
        out, own = rgb[y, a:b], pixels[y - top, a - left : b - left]
        for x in range(len(out)):
            c = own[x]
            alpha = np.uint32(c >> np.uint32(24))
            alpha = np.uint32(alpha + np.uint32(alpha >> np.uint32(7)))
            share = np.uint32(np.uint32(alpha * opacity) >> np.uint32(8))
            out[x] = mix(out[x], np.uint32(c & np.uint32(0xFFFFFF)), share)


@inlined
def _blended(a: np.uint32, b: np.uint32, share: float) -> np.uint32:
    """Between two colours with opacity; a clear one lends no colour."""
    first = np.float32(a >> np.uint32(24)) * np.float32(1.0 - share)
    second = np.float32(b >> np.uint32(24)) * np.float32(share)
    alpha = first + second
    if alpha <= 0:
        return np.uint32(0)
    part = second / alpha
    out = np.uint32(alpha + np.float32(0.5)) << np.uint32(24)
    for shift in (16, 8, 0):
        one = np.float32(np.uint32(a >> np.uint32(shift)) & np.uint32(255))
        two = np.float32(np.uint32(b >> np.uint32(shift)) & np.uint32(255))
        mean = one + (two - one) * part
        out |= np.uint32(mean + np.float32(0.5)) << np.uint32(shift)
    return np.uint32(out)


@kernel
def warp(pixels: Colours, us: Floats, vs: Floats, step: int, high: int, wide: int) -> Colours:
    """A picture seen through a grid of places, smoothed between its pixels.

    Parameters
    ----------
    pixels : (rows, columns) uint32
        0xAARRGGBB.
    us, vs : (grid rows, grid columns) float64
        Column and row in `pixels` of every `step`-th pixel of the result; NaN where there is none.
    step : int
    high, wide : int
        Size of the result.

    Returns
    -------
    (high, wide) uint32
        0xAARRGGBB, clear outside the picture.
    """
    out = np.zeros((high, wide), np.uint32)
    rows, columns = pixels.shape
    for y in range(high):
        r, fy = y // step, (y % step + 0.5) / step
        for x in range(wide):
            c, fx = x // step, (x % step + 0.5) / step
            u = (us[r, c] * (1 - fx) + us[r, c + 1] * fx) * (1 - fy)
            u += (us[r + 1, c] * (1 - fx) + us[r + 1, c + 1] * fx) * fy
            v = (vs[r, c] * (1 - fx) + vs[r, c + 1] * fx) * (1 - fy)
            v += (vs[r + 1, c] * (1 - fx) + vs[r + 1, c + 1] * fx) * fy
            if not (u >= 0 and v >= 0 and u < columns and v < rows):
                continue
            u, v = max(0.0, u - 0.5), max(0.0, v - 0.5)
            i, j = int(u), int(v)
            i2, j2 = min(i + 1, columns - 1), min(j + 1, rows - 1)
            above = _blended(pixels[j, i], pixels[j, i2], u - i)
            below = _blended(pixels[j2, i], pixels[j2, i2], u - i)
            out[y, x] = _blended(above, below, v - j)
    return out


@dataclass(frozen=True, eq=False)
class PictureStamp:
    """A warped picture.

    Parameters
    ----------
    pixels : (height, width) uint32
        0xAARRGGBB, not multiplied by its opacity.
    view : View
        Which part of the map the pixels show.
    opacity : float
        0..1.
    """

    pixels: NDArray[np.uint32]
    view: View
    opacity: float = 1.0

    def draw(self, rgb: NDArray[np.uint32], view: View, style: Style) -> None:
        """Draw into a rectangle of any scale."""
        if not self.pixels.size:
            return
        share, own = round(256 * self.opacity), self.view
        if own.scale == view.scale:
            _copy(self.pixels, own.kx - view.kx, view.ky - own.ky, np.uint32(share), rgb)
        else:
            _sample(self.pixels, own.place, view.place, share, rgb)
