"""Accounts as symbols: discs by value, or shapes and colours by class."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from terradesk import palettes
from terradesk.render.jit import Bytes, Colours, Float32s, Floats, Int32s, Int64s, kernel
from terradesk.render.points import MOST_RADIUS, PointIndex
from terradesk.render.style import Style
from terradesk.render.view import View

__all__ = [
    "CLASS_ALPHA",
    "CLASS_COLOURS",
    "HALO_ALPHA",
    "SHAPES",
    "disc",
    "draw_discs",
    "draw_symbols",
    "growth",
    "shape",
]

SHAPES = (
    "circle",
    "square",
    "triangle",
    "diamond",
    "down",
    "plus",
    "bar",
    "cross",
)
"""Shape of each class; what belongs to none is a disc in the ink of accounts."""

CLASS_COLOURS = (
    ("#4A90F5", "#DA6F34", "#583598", "#998CA1", "#773600", "#5C54DB", "#AB503F", "#855C93"),
    ("#6F76F9", "#E9A50E", "#2CD09E", "#EAC1F6", "#C57338", "#96FA87", "#B39BF9", "#947E9A"),
)
"""Colour of each class, (light, dark): the eight that lie farthest from each other, from the ink of
accounts and from the territory fills for normal and three kinds of colour-blind sight (OKLab
distance of at least 0.11 between any two)."""

_ZOOMED_M = 1400  # ground size of a pixel below which symbols are drawn larger
_ZOOMED_GROWTH = 1.9
_STEPS = 4  # symbols are drawn once per quarter pixel of radius
_LEAST_SHAPE = 3.0  # pixels of radius below which shapes cannot be told apart
_ALPHA, _ZOOMED_ALPHA = 130 / 255, 190 / 255
HALO_ALPHA, CLASS_ALPHA = 216 / 256, 235 / 255
"""Opacity of the ring around a symbol, and of the symbols of classes."""


def _polygon(x: Floats, y: Floats, corners: int, turn: float, inner: float) -> Floats:
    """Distance outside a regular polygon whose sides are ``inner`` from its middle."""
    angles = np.radians(turn + 360 / corners * np.arange(corners))
    sides = np.multiply.outer(np.cos(angles), x) + np.multiply.outer(np.sin(angles), y)
    return np.asarray(sides.max(axis=0) - inner)


def _bars(x: Floats, y: Floats, radius: float) -> Floats:
    """Distance outside two crossing bars."""
    long, short = 1.2 * radius, 0.42 * radius
    flat = np.maximum(np.abs(x) - long, np.abs(y) - short)
    return np.minimum(flat, np.maximum(np.abs(x) - short, np.abs(y) - long))


def _outside(name: str, x: Floats, y: Floats, radius: float) -> Floats:
    """Distance of pixels outside a shape about as large as the disc, negative inside."""
    if name == "square":
        return _polygon(x, y, 4, 0, 0.89 * radius)
    if name == "triangle":
        return _polygon(x, y - 0.2 * radius, 3, 90, 0.78 * radius)
    if name == "down":
        return _polygon(x, y + 0.2 * radius, 3, 270, 0.78 * radius)
    if name == "diamond":
        return _polygon(x, y, 4, 45, 0.89 * radius)
    if name == "bar":
        return np.maximum(np.abs(x) - 1.3 * radius, np.abs(y) - 0.6 * radius)
    if name == "plus":
        return _bars(x, y, radius)
    if name == "cross":
        return _bars((x + y) * np.sqrt(0.5), (x - y) * np.sqrt(0.5), radius)
    return np.asarray(np.hypot(x, y) - radius)


@lru_cache(maxsize=1024)
def shape(name: str, radius: float, ring: float = 1.0) -> tuple[Bytes, Bytes]:
    """Coverage of a symbol and of the halo ring around it.

    Parameters
    ----------
    name : str
        One of `SHAPES`.
    radius, ring : float
        Device pixels.

    Returns
    -------
    tuple of (k, k) uint8
        Fill and ring, 0..255, k odd.
    """
    half = int(np.ceil(1.6 * radius + ring)) + 1
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(np.float64)
    away = _outside(name, x, y, radius)
    fill = np.clip(0.5 - away, 0, 1)
    edge = np.clip(ring / 2 + 0.5 - away, 0, 1) * np.clip(away + ring / 2 + 0.5, 0, 1)
    return np.rint(255 * fill).astype(np.uint8), np.rint(255 * edge).astype(np.uint8)


def disc(radius: float, ring: float = 1.0) -> tuple[Bytes, Bytes]:
    """`shape` of a circle."""
    return shape("circle", radius, ring)


class _Sprites(NamedTuple):
    """Every symbol in use as runs of pixels; symbol s has the runs rows[s]:rows[s + 1]."""

    rows: Int64s
    runs: Int32s  # (k, 3) y and first x from the middle, first pixel
    kept: Colours  # (n + 1,) share of the picture that stays, 0..256
    red_blue: Colours  # what is added
    green: Colours
    reach: Int32s  # farthest pixel of each symbol


@lru_cache(maxsize=16)
def _sprites(n_steps: int, names: tuple[str, ...], inks: tuple[int, ...], halo: int,
             alphas: tuple[float, ...], ring: float) -> _Sprites:  # fmt: skip
    """Symbols of all classes (slowest) and radii in steps."""
    pixels: list[Colours] = []
    runs: list[tuple[int, int, int]] = []
    rows, reaches, n = [0], [], 0
    for name, ink, alpha in zip(names, inks, alphas, strict=True):
        for step in range(n_steps):
            fill, edge = (c / 255 for c in shape(name, step / _STEPS, ring))
            half, reach = len(fill) // 2, 0
            for y in np.flatnonzero((fill + edge).any(axis=1)).tolist():
                x = np.flatnonzero(fill[y] + edge[y]).tolist()
                span = slice(x[0], x[-1] + 1)
                pixels.append(_mixed(fill[y, span], edge[y, span], ink, alpha, halo))
                runs.append((y - half, x[0] - half, n))
                n += len(pixels[-1])
                reach = max(reach, abs(y - half), abs(x[0] - half), abs(x[-1] - half))
            rows.append(len(runs))
            reaches.append(reach)
    whole = np.concatenate(pixels)
    runs.append((0, 0, n))
    kept, red_blue, green = (whole[:, k].copy() for k in range(3))
    return _Sprites(
        np.array(rows), np.array(runs, np.int32), kept, red_blue, green, np.array(reaches, np.int32)
    )


def _mixed(fill: Floats, edge: Floats, ink: int, alpha: float, halo: int) -> Colours:
    """What a row of a symbol keeps of the picture and adds to it: halo first, fill over it."""
    over, under = alpha * fill, HALO_ALPHA * edge
    red, green, blue = (
        np.rint(under * (1 - over) * (halo >> s & 255) + over * (ink >> s & 255)).astype(np.uint32)
        for s in (16, 8, 0)
    )
    kept = np.floor(256 * (1 - under) * (1 - over)).astype(np.uint32)
    return np.column_stack([kept, red << np.uint32(16) | blue, green << np.uint32(8)])


@kernel
def _stamp(s: int, x: int, y: int, sprites: _Sprites, rgb: Colours) -> None:
    high, wide = rgb.shape
    for k in range(sprites.rows[s], sprites.rows[s + 1]):
        v = y + sprites.runs[k, 0]
        if v < 0 or v >= high:
            continue
        first, last = sprites.runs[k, 2], sprites.runs[k + 1, 2]
        left = x + sprites.runs[k, 1]
        a, b = max(0, left), min(wide, left + last - first)
        if a >= b:
            continue
        first += a - left
        out = rgb[v, a:b]
        kept = sprites.kept[first : first + b - a]
        red_blue, green = (
            sprites.red_blue[first : first + b - a],
            sprites.green[first : first + b - a],
        )
        for i in range(len(out)):
            c, share = out[i], kept[i]
            rb = np.uint32(np.uint32(c & np.uint32(0xFF00FF)) * share) >> np.uint32(8)
            g = np.uint32(np.uint32(c & np.uint32(0x00FF00)) * share) >> np.uint32(8)
            rb = np.uint32(np.uint32(rb & np.uint32(0xFF00FF)) + red_blue[i])
            g = np.uint32(np.uint32(g & np.uint32(0x00FF00)) + green[i])
            out[i] = np.uint32(np.uint32(0xFF000000) | np.uint32(rb | g))


@kernel
def _draw(
    points: Floats,
    spans: Int64s,
    sizes: Float32s,
    kinds: Bytes,
    origin: tuple[float, float],
    px_per_m: float,
    corner: tuple[int, int],
    n_steps: int,
    sprites: _Sprites,
    rgb: Colours,
) -> None:
    """Draw the points of the spans, the large ones first, else in map order."""
    high, wide = rgb.shape
    most = 0
    for k in range(len(spans)):
        most += spans[k, 1] - spans[k, 0]
    seen = np.empty((most, 4), np.int32)
    counts = np.zeros(n_steps + 1, np.int64)
    n = 0
    for k in range(len(spans)):
        for i in range(spans[k, 0], spans[k, 1]):
            x = np.int64(np.floor((points[i, 0] - origin[0]) * px_per_m)) - corner[0]
            y = np.int64(np.floor((origin[1] - points[i, 1]) * px_per_m)) - corner[1]
            step = np.int64(min(np.float32(n_steps - 1), np.rint(sizes[i])))
            s = kinds[i] * n_steps + step
            reach = sprites.reach[s]
            if -reach <= x < wide + reach and -reach <= y < high + reach:
                seen[n, 0], seen[n, 1], seen[n, 2], seen[n, 3] = x, y, s, step
                counts[n_steps - step] += 1
                n += 1
    for above in range(n_steps):
        counts[above + 1] += counts[above]
    order = np.empty(n, np.int32)
    for j in range(n):
        place = n_steps - 1 - seen[j, 3]
        order[counts[place]] = j
        counts[place] += 1
    for j in range(n):
        one = seen[order[j]]
        _stamp(one[2], one[0], one[1], sprites, rgb)


def growth(view: View, style: Style, by_class: bool) -> tuple[float, float, float]:
    """Device pixels per pixel of radius, the least radius, and the opacity of plain discs."""
    zoomed = style.pixel_ratio / view.px_per_m < _ZOOMED_M
    factor = style.pixel_ratio * (_ZOOMED_GROWTH if zoomed else 1.0)
    least = _LEAST_SHAPE * style.pixel_ratio if by_class else 0.0
    return factor, least, _ZOOMED_ALPHA if zoomed else _ALPHA


def draw_symbols(
    rgb: Colours,
    view: View,
    index: PointIndex,
    sizes: Float32s,
    style: Style,
    kinds: Bytes | None = None,
) -> None:
    """Draw symbols into a picture, the large ones first.

    Parameters
    ----------
    rgb : (height, width) uint32
        0xFFRRGGBB, changed in place.
    view : View
        The rectangle; a part of the picture gives the same pixels as the whole.
    index : PointIndex
    sizes : (n,) float32
        Radii in map order, pixels at 100 %; see `radii`.
    style : Style
    kinds : (n,) uint8, optional
        Class of each point in map order, ``len(SHAPES)`` for none; all the same without it.
    """
    if not len(index.order):
        return
    by_class = kinds is not None
    factor, least, plain = growth(view, style, by_class)
    drawn = np.maximum(sizes * np.float32(factor), np.float32(least)) * np.float32(_STEPS)
    n_steps = int(np.rint(max(MOST_RADIUS * factor, least) * _STEPS)) + 1
    names, colours = (SHAPES, CLASS_COLOURS[int(style.dark)]) if by_class else ((), ())
    inks = [palettes.rgba(colour)[0] for colour in colours]
    sprites = _sprites(
        n_steps,
        (*names, "circle"),
        (*inks, style.ink("account")),
        style.ink("halo"),
        (*[CLASS_ALPHA] * len(names), plain),
        style.pixel_ratio,
    )
    pad = 1.7 * (n_steps / _STEPS + 2 * style.pixel_ratio + 2) / view.px_per_m
    x0, y0, x1, y1 = view.box
    spans = index.spans((x0 - pad, y0 - pad, x1 + pad, y1 + pad))
    kinds = np.zeros(len(index.order), np.uint8) if kinds is None else kinds
    corner = (view.kx, -view.ky)
    _draw(index.points, spans, drawn.astype(np.float32), kinds, view.origin, view.px_per_m,
          corner, n_steps, sprites, rgb)  # fmt: skip


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
    index = PointIndex.build(points)
    draw_symbols(rgb, view, index, np.asarray(sizes, np.float32)[index.order], style)
