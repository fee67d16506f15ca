"""Shapes beside the map in a still: cards, lines and signs, as data that PNG and SVG both draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageDraw

from terradesk.render.style import Style

__all__ = ["Area", "Card", "Line", "Padlock", "Shape", "moved", "paint", "rgba", "sign"]

Points = tuple[tuple[float, float], ...]
Box = tuple[float, float, float, float]
_PAD = 2.0
_SHARP_FROM = 3.0  # pixel ratio from which shapes are smooth enough at half the enlargement


@dataclass(frozen=True, slots=True)
class Card:
    """A rectangle with round corners; lengths and places in device pixels.

    Parameters
    ----------
    box : tuple of float
        Left, top, right, bottom.
    radius : float
    fill, edge : str
        ``#RRGGBB`` or ``#RRGGBBAA``, empty for none.
    width : float
        Of the edge, inside the box.
    hatch : int
        Number of a tile of `Inks.hatch` over the fill, 0 for none.
    """

    box: Box
    radius: float
    fill: str
    edge: str = ""
    width: float = 1.0
    hatch: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A line with butt ends.

    Parameters
    ----------
    points : tuple of (x, y)
    width : float
    ink : str
        ``#RRGGBB`` or ``#RRGGBBAA``.
    """

    points: Points
    width: float
    ink: str


@dataclass(frozen=True, slots=True)
class Area:
    """A disc or a polygon.

    Parameters
    ----------
    x, y, radius : float
        Of the disc, or what the corners are times and from.
    fill, edge : str
    width : float
        Of the edge, half of it outside.
    corners : tuple of (x, y)
        For a radius of 1; empty for a disc.
    """

    x: float
    y: float
    radius: float
    fill: str
    edge: str = ""
    width: float = 0.0
    corners: Points = ()


@dataclass(frozen=True, slots=True)
class Padlock:
    """The sign of a locked territory, 10 wide and 12 high at 100 %, its middle at x, y."""

    x: float
    y: float
    unit: float


Shape = Card | Line | Area | Padlock

_HALF = 0.5**0.5
_SIGNS: dict[str, Points] = {
    "circle": (),
    "square": ((-0.89, -0.89), (0.89, -0.89), (0.89, 0.89), (-0.89, 0.89)),
    "triangle": ((0, -1.36), (1.35, 0.98), (-1.35, 0.98)),
    "down": ((0, 1.36), (-1.35, -0.98), (1.35, -0.98)),
    "diamond": ((0, -1.26), (1.26, 0), (0, 1.26), (-1.26, 0)),
    "bar": ((-1.3, -0.6), (1.3, -0.6), (1.3, 0.6), (-1.3, 0.6)),
}
_S, _L = 0.42, 1.2
_SIGNS["plus"] = (
    *((-_S, -_L), (_S, -_L), (_S, -_S), (_L, -_S), (_L, _S), (_S, _S)),
    *((_S, _L), (-_S, _L), (-_S, _S), (-_L, _S), (-_L, -_S), (-_S, -_S)),
)
_SIGNS["cross"] = tuple(((x - y) * _HALF, (x + y) * _HALF) for x, y in _SIGNS["plus"])


def sign(name: str) -> Points:
    """Corners of an account's symbol for a radius of 1, y downwards; none for a circle.

    Parameters
    ----------
    name : str
        One of `terradesk.render.symbols.SHAPES`.
    """
    return _SIGNS[name]


def rgba(colour: str) -> tuple[int, int, int, int]:
    """``#RRGGBB`` or ``#RRGGBBAA`` as four numbers."""
    value = int(colour[1:7], 16)
    alpha = int(colour[7:9], 16) if len(colour) == 9 else 255
    return value >> 16, value >> 8 & 255, value & 255, alpha


def moved(shape: Shape, dx: float, dy: float) -> Shape:
    """A shape elsewhere."""
    if isinstance(shape, Card):
        x0, y0, x1, y1 = shape.box
        return replace(shape, box=(x0 + dx, y0 + dy, x1 + dx, y1 + dy))
    if isinstance(shape, Line):
        return replace(shape, points=tuple((x + dx, y + dy) for x, y in shape.points))
    return replace(shape, x=shape.x + dx, y=shape.y + dy)


def bounds(shape: Shape) -> Box:
    """Box that holds a shape with its edge."""
    if isinstance(shape, Card):
        return shape.box
    if isinstance(shape, Line):
        xs, ys = zip(*shape.points, strict=True)
        pad = shape.width
        return min(xs) - pad, min(ys) - pad, max(xs) + pad, max(ys) + pad
    if isinstance(shape, Padlock):
        reach = 9 * shape.unit
    else:
        most = max((abs(v) for corner in shape.corners for v in corner), default=1.0)
        reach = most * shape.radius + 2 * shape.width
    return shape.x - reach, shape.y - reach, shape.x + reach, shape.y + reach


def paint(image: Image.Image, shapes: Sequence[Shape], style: Style, top: int = 0) -> None:
    """Draw shapes into a picture, or into a band of one.

    Parameters
    ----------
    image : PIL.Image.Image
        RGB, changed in place.
    shapes : sequence of Shape
    style : Style
    top : int
        Row of the whole picture at which the band begins.
    """
    for shape in shapes:
        _x0, y0, _x1, y1 = bounds(shape)
        if y1 + _PAD > top and y0 - _PAD < top + image.height:
            _paint(image, shape, style, top)


def _paint(image: Image.Image, shape: Shape, style: Style, top: int) -> None:
    """Drawn enlarged and scaled down, which smooths it."""
    x0, y0, x1, y1 = bounds(shape)
    left, high = int(np.floor(x0 - _PAD)), int(np.floor(y0 - _PAD))
    size = int(np.ceil(x1 + _PAD)) - left, int(np.ceil(y1 + _PAD)) - high
    f = 4 if style.pixel_ratio < _SHARP_FROM else 2
    large = Image.new("RGBA", (size[0] * f, size[1] * f), (0, 0, 0, 0))
    pen = ImageDraw.Draw(large)
    here = moved(shape, -left, -high)
    if isinstance(here, Card):
        _card(large, pen, here, f, style)
    elif isinstance(here, Line):
        line = [(x * f, y * f) for x, y in here.points]
        pen.line(line, rgba(here.ink), max(1, round(here.width * f)))
    elif isinstance(here, Area):
        _area(pen, here, f)
    else:
        _padlock(pen, here, f, style)
    small = large.resize(size, Image.Resampling.BOX)
    image.paste(small, (left, high - top), small)


def _card(large: Image.Image, pen: ImageDraw.ImageDraw, card: Card, f: int, style: Style) -> None:
    x0, y0, x1, y1 = (v * f for v in card.box)
    box = (x0, y0, x1 - 1, y1 - 1)
    radius, width = card.radius * f, max(1, round(card.width * f))
    if card.fill:
        pen.rounded_rectangle(box, radius, rgba(card.fill))
    if card.hatch:
        tile = np.minimum(style.inks.hatch[card.hatch], 255).astype(np.uint8)
        high, wide = -(-large.height // f), -(-large.width // f)
        times = (-(-high // len(tile)), -(-wide // len(tile)))
        cover = Image.fromarray(np.tile(tile, times)[:high, :wide])
        cover = cover.resize((wide * f, high * f), Image.Resampling.NEAREST).crop(
            (0, 0, *large.size)
        )
        mask = Image.new("L", large.size, 0)
        ImageDraw.Draw(mask).rounded_rectangle(box, radius, 255)
        blank = Image.new("L", large.size, 0)
        ink = int(style.inks.hatch_ink[card.hatch])
        large.paste(
            (ink >> 16, ink >> 8 & 255, ink & 255, 255), (0, 0), Image.composite(cover, blank, mask)
        )
    if card.edge:
        pen.rounded_rectangle(box, radius, None, rgba(card.edge), width)


def _area(pen: ImageDraw.ImageDraw, area: Area, f: int) -> None:
    x, y, r, half = area.x * f, area.y * f, area.radius * f, area.width / 2 * f
    if area.corners:
        points = [(x + a * r, y + b * r) for a, b in area.corners]
        pen.polygon(points, rgba(area.fill) if area.fill else None)
        if area.edge:
            pen.line([*points, *points[:2]], rgba(area.edge), max(1, round(2 * half)), "curve")
        return
    if area.edge:
        out = r + half
        pen.ellipse((x - out, y - out, x + out, y + out), rgba(area.edge))
        r -= half
    if area.fill:
        pen.ellipse((x - r, y - r, x + r, y + r), rgba(area.fill))


def _padlock(pen: ImageDraw.ImageDraw, lock: Padlock, f: int, style: Style) -> None:
    unit = lock.unit * f
    x, y = lock.x * f, lock.y * f
    for role, grown in (("halo", 1.8 * unit), ("label", 0.0)):
        ink = rgba(style.roles[role])
        body = (
            *(x - 4 * unit - grown, y - unit - grown),
            *(x + 4 * unit + grown, y + 5 * unit + grown),
        )
        bow = (
            *(x - 2.8 * unit - grown, y - 5 * unit - grown),
            *(x + 2.8 * unit + grown, y + 3 * unit + grown),
        )
        pen.arc(bow, 180, 360, ink, round(1.5 * unit + 2 * grown))
        pen.rounded_rectangle(body, unit, ink)
