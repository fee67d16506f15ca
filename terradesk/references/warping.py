"""From the pixels of a view back to the pixels of a picture in another CRS."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from terradesk import projection
from terradesk.render.view import View

__all__ = ["STEP", "halved", "source_grid"]

STEP = 16
"""Every so many pixels a place is projected exactly; those between are interpolated."""

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint32]


def source_grid(view: View, crs: str, source_crs: str) -> tuple[Floats, Floats]:
    """Places in the source's CRS of a coarse grid of a view's pixels.

    Parameters
    ----------
    view : View
    crs, source_crs : str
        Of the view and of the picture, as PROJ or WKT.

    Returns
    -------
    x, y : (rows, columns) float64
        Every `STEP` pixels, one row and column past the end; NaN where the source's CRS has no
        such place.
    """
    columns = np.arange(0, view.width + STEP, STEP)
    rows = np.arange(0, view.height + STEP, STEP)
    x = (view.kx + columns) / view.px_per_m + view.origin[0]
    y = (view.ky - rows) / view.px_per_m + view.origin[1]
    xy = np.column_stack([np.tile(x, len(y)), np.repeat(y, len(x))])
    found = projection.to_plan(xy, crs, source_crs)
    found[~np.isfinite(found).all(axis=1)] = np.nan
    shape = (len(rows), len(columns))
    return found[:, 0].reshape(shape), found[:, 1].reshape(shape)


def halved(pixels: Pixels) -> Pixels:
    """Half as many pixels each way; each the mean of four, weighed by their opacity."""
    high, wide = pixels.shape[0] // 2 * 2, pixels.shape[1] // 2 * 2
    four = pixels[:high, :wide].reshape(high // 2, 2, wide // 2, 2)
    alpha = (four >> np.uint32(24)).astype(np.float32)
    total = alpha.sum(axis=(1, 3))
    out = np.rint(total / 4).astype(np.uint32) << np.uint32(24)
    for shift in (16, 8, 0):
        channel = ((four >> np.uint32(shift)) & np.uint32(255)) * alpha
        mean = channel.sum(axis=(1, 3)) / np.maximum(total, 1)
        out |= np.rint(mean).astype(np.uint32) << np.uint32(shift)
    return np.asarray(out, np.uint32)
