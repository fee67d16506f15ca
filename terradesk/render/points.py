"""Accounts on the map: discs by value when few are in view, a density raster when many are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from terradesk.render.compose import mix
from terradesk.render.jit import Bytes, Colours, Float32s, Floats, Int32s, Int64s, kernel
from terradesk.render.style import Style
from terradesk.render.view import View

__all__ = ["MANY", "PointIndex", "disc", "draw_density", "draw_discs", "radii"]

MANY = 8000
"""Accounts in view from which on a density raster is drawn."""

_CELLS = 512
_LEAST_RADIUS, _MOST_RADIUS = 1.1, 7.5
_PLAIN_RADIUS = 2.0
_ZOOMED_M = 1400  # ground size of a pixel below which discs are drawn larger
_ZOOMED_GROWTH = 1.9
_STEPS = 4  # discs are drawn once per quarter pixel of radius


def radii(values: ArrayLike) -> Floats:
    """Radius of each disc in pixels at 100 %: area by value, 1.1 to 7.5.

    The largest value gets the largest disc; values that are not positive the smallest. Where all
    values are the same, size says nothing and every disc is small.
    """
    known = np.nan_to_num(np.asarray(values, np.float64), posinf=0.0).clip(min=0)
    top = float(known.max(initial=0.0))
    if top <= float(known.min(initial=top)):
        return np.full(len(known), _PLAIN_RADIUS)
    return (0.9 + (_MOST_RADIUS - 0.9) * np.sqrt(known / top)).clip(_LEAST_RADIUS, _MOST_RADIUS)


@kernel
def _index(points: Floats, n: int, x0: float, y0: float, cell: float) -> tuple[Int64s, Int64s]:
    """Counting sort into an n x n grid: order and first row of each cell."""
    cells = np.empty(len(points), np.int64)
    starts = np.zeros(n * n + 1, np.int64)
    for i in range(len(points)):
        column = min(n - 1, max(0, int((points[i, 0] - x0) / cell)))
        row = min(n - 1, max(0, int((points[i, 1] - y0) / cell)))
        cells[i] = row * n + column
        starts[cells[i] + 1] += 1
    for c in range(n * n):
        starts[c + 1] += starts[c]
    fill = starts.copy()
    order = np.empty(len(points), np.int64)
    for i in range(len(points)):
        order[fill[cells[i]]] = i
        fill[cells[i]] += 1
    return order, starts


@dataclass(frozen=True, eq=False)
class PointIndex:
    """Accounts sorted by place, so that those in view are found without looking at all.

    Attributes
    ----------
    order : (n,) int64
        Account rows in map order.
    points : (n, 2) float64
        Metres, in map order.
    """

    order: Int64s
    points: Floats
    starts: Int64s
    corner: tuple[float, float]
    cell: float

    @classmethod
    def build(cls, points: ArrayLike) -> PointIndex:
        """Index of points (n, 2) in metres; those without coordinates (NaN) are left out."""
        xy = np.asarray(points, np.float64).reshape(-1, 2)
        known = np.flatnonzero(np.isfinite(xy).all(axis=1))
        low = xy[known].min(axis=0) if len(known) else np.zeros(2)
        span = float((xy[known] - low).max()) if len(known) else 0.0
        cell = max(span / _CELLS, 1e-3) * 1.0001
        order, starts = _index(xy[known], _CELLS, float(low[0]), float(low[1]), cell)
        rows = known[order]
        return cls(rows, xy[rows], starts, (float(low[0]), float(low[1])), cell)

    def inside(self, box: tuple[float, float, float, float]) -> Int64s:
        """Places in map order of the points in a box in metres."""
        if not len(self.order):
            return np.zeros(0, np.int64)
        c0, r0 = (int(np.clip((box[i] - self.corner[i]) // self.cell, 0, _CELLS)) for i in (0, 1))
        c1, r1 = (
            int(np.clip((box[i + 2] - self.corner[i]) // self.cell + 1, 0, _CELLS)) for i in (0, 1)
        )
        rows = np.arange(r0, r1) * _CELLS
        first = self.starts[rows + c0]
        lengths = self.starts[rows + max(c0, c1)] - first
        ends = np.cumsum(lengths)
        found = np.repeat(first - ends + lengths, lengths) + np.arange(lengths.sum())
        xy = self.points[found]
        keep = (xy[:, 0] >= box[0]) & (xy[:, 0] <= box[2])
        return found[keep & (xy[:, 1] >= box[1]) & (xy[:, 1] <= box[3])]


@lru_cache(maxsize=512)
def disc(radius: float, ring: float = 1.0) -> tuple[Bytes, Bytes]:
    """Coverage of a disc and of the halo ring around it.

    Parameters
    ----------
    radius, ring : float
        Device pixels.

    Returns
    -------
    tuple of (k, k) uint8
        Fill and ring, 0..255, k odd.
    """
    half = int(np.ceil(radius + ring)) + 1
    y, x = np.mgrid[-half : half + 1, -half : half + 1]
    away = np.hypot(x, y)
    fill = np.clip(radius + 0.5 - away, 0, 1)
    edge = np.clip(radius + ring / 2 + 0.5 - away, 0, 1) * np.clip(
        away - (radius - ring / 2) + 0.5, 0, 1
    )
    return np.rint(255 * fill).astype(np.uint8), np.rint(255 * edge).astype(np.uint8)


@kernel
def _stamp(
    x: int, y: int, reach: int, cover: Bytes, ink: np.uint32, alpha: int, rgb: Colours
) -> None:
    """Only ``reach`` pixels around the middle of the padded stamp hold anything."""
    high, wide = rgb.shape
    half = cover.shape[0] // 2
    for v in range(max(half - reach, half - y), min(half + reach + 1, high + half - y)):
        for u in range(max(half - reach, half - x), min(half + reach + 1, wide + half - x)):
            a = np.uint32(np.int64(cover[v, u]) * alpha // 255)
            if a:
                rgb[y + v - half, x + u - half] = mix(rgb[y + v - half, x + u - half], ink, a)


@kernel
def _stamp_all(
    at: Int32s,
    steps: Int32s,
    reaches: Int32s,
    fills: Bytes,
    rings: Bytes,
    inks: Colours,
    alphas: Int32s,
    rgb: Colours,
) -> None:
    for i in range(len(at)):
        k = steps[i]
        _stamp(at[i, 0], at[i, 1], reaches[k], rings[k], inks[1], alphas[1], rgb)
        _stamp(at[i, 0], at[i, 1], reaches[k], fills[k], inks[0], alphas[0], rgb)


def draw_discs(rgb: Colours, view: View, points: ArrayLike, sizes: ArrayLike, style: Style) -> None:
    """Draw discs into a picture, the large ones first.

    Parameters
    ----------
    rgb : (height, width) uint32
        0xFFRRGGBB, changed in place; a copy of the frame, not its ring.
    points : (n, 2) float
        Metres.
    sizes : (n,) float
        Radii in pixels at 100 %, see `radii`.
    """
    zoomed = style.pixel_ratio / view.px_per_m < _ZOOMED_M
    factor = style.pixel_ratio * (_ZOOMED_GROWTH if zoomed else 1.0)
    drawn = np.asarray(sizes, np.float64) * factor
    at = view.to_pixels(points)
    pad = _MOST_RADIUS * factor + 2
    seen = (at > -pad).all(axis=1) & (at[:, 0] < view.width + pad) & (at[:, 1] < view.height + pad)
    rows = np.flatnonzero(seen)
    if not len(rows):
        return
    rows = rows[np.argsort(-drawn[rows], kind="stable")]
    kinds, steps = np.unique(np.rint(drawn[rows] * _STEPS).astype(np.int32), return_inverse=True)
    fills, rings, reaches = _discs(kinds / _STEPS, style.pixel_ratio)
    inks = np.array([style.ink("account"), style.ink("halo")], np.uint32)
    alphas = np.array([round(256 * (190 if zoomed else 130) / 255), 216], np.int32)
    _stamp_all(
        np.floor(at[rows]).astype(np.int32),
        steps.astype(np.int32),
        reaches,
        fills,
        rings,
        inks,
        alphas,
        rgb,
    )


def _discs(sizes: Floats, ring: float) -> tuple[Bytes, Bytes, Int32s]:
    """Stamps of all radii, padded to one size, and how far each reaches from its middle."""
    stamps = [disc(float(size), ring) for size in sizes]
    side = max(len(fill) for fill, _ in stamps)
    out = np.zeros((2, len(stamps), side, side), np.uint8)
    for k, pair in enumerate(stamps):
        gap = (side - len(pair[0])) // 2
        for kind in range(2):
            out[kind, k, gap : gap + len(pair[0]), gap : gap + len(pair[0])] = pair[kind]
    reaches = np.array([len(fill) // 2 for fill, _ in stamps], np.int32)
    return out[0], out[1], reaches


@kernel
def _splat(points: Floats, corner: tuple[float, float], px_per_m: float, grid: Int32s) -> None:
    high, wide = grid.shape
    for i in range(len(points)):
        x = (points[i, 0] - corner[0]) * px_per_m
        y = (corner[1] - points[i, 1]) * px_per_m
        if 0 <= x < wide and 0 <= y < high:
            grid[int(y), int(x)] += 1


@kernel
def _shade(grid: Int32s, alphas: Float32s, ink: np.uint32, rgb: Colours) -> None:
    for y in range(grid.shape[0]):
        for x in range(grid.shape[1]):
            if grid[y, x]:
                alpha = np.uint32(alphas[min(grid[y, x], len(alphas) - 1)])
                rgb[y, x] = mix(rgb[y, x], ink, alpha)


def draw_density(rgb: Colours, view: View, points: Floats, style: Style) -> None:
    """Darken each pixel by the number of accounts in it, on a logarithmic scale.

    Parameters
    ----------
    rgb : (height, width) uint32
        Changed in place.
    points : (n, 2) float64
        Metres.
    """
    if not len(points):
        return
    grid = np.zeros(rgb.shape, np.int32)
    _splat(points, view.to_map(0, 0), view.px_per_m, grid)
    count = np.arange(256)
    alphas = (70 + 170 * np.log1p(count) / np.log(256)).astype(np.float32)
    _shade(grid, alphas, np.uint32(style.ink("account")), rgb)
