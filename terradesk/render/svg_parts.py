"""Elements of an SVG drawing: escaped text, inks, patterns, names, cards and signs."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from terradesk.render.hatching import PERIOD, strokes
from terradesk.render.shapes import Area, Card, Line, Padlock, Shape
from terradesk.render.style import Style
from terradesk.render.svg_paths import decimal
from terradesk.render.text import Text, is_arabic_script, one_line

__all__ = ["element", "halo", "ink", "pattern", "picture", "plain", "shape", "text"]

FONTS = "'Noto Sans', Vazirmatn, 'Segoe UI', 'Noto Sans Arabic', Tahoma, 'DejaVu Sans', sans-serif"
_UNSOUND = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_ENDS = {"left": "start", "middle": "middle", "right": "end"}
_MIRRORED = {"left": "end", "middle": "middle", "right": "start"}
Attributes = dict[str, Any]
"""Values are texts or numbers, which are rounded to a tenth."""


def plain(words: str) -> str:
    """Any text as the content of an element: inert, and of characters that XML 1.0 allows."""
    return escape(_UNSOUND.sub("", one_line(words)), {'"': "&quot;", "'": "&apos;"})


def element(name: str, attributes: Mapping[str, Any], content: str = "") -> str:
    """An element; attributes are escaped, content is markup already, "" values are left out."""
    pairs = [
        f' {key}="{plain(value) if isinstance(value, str) else decimal(value)}"'
        for key, value in attributes.items()
        if value != ""
    ]
    start = f"<{name}{''.join(pairs)}"
    return f"{start}>{content}</{name}>" if content else f"{start}/>"


def ink(kind: str, colour: str, opacity: float = 1.0) -> Attributes:
    """Attributes ``fill`` or ``stroke`` of a colour ``#RRGGBB`` or ``#RRGGBBAA``."""
    if not colour:
        return {kind: "none"}
    share = opacity * (int(colour[7:9], 16) / 255 if len(colour) == 9 else 1)
    return {kind: colour[:7], f"{kind}-opacity": f"{share:.2f}" if share < 0.995 else ""}


def colour_of(value: int) -> str:
    """0xRRGGBB as ``#RRGGBB``."""
    return f"#{int(value) & 0xFFFFFF:06X}"


# ---------------------------------------------------------------------- hatches
def pattern(number: int, style: Style, x: float, y: float) -> str:
    """A hatch with the id ``hatch-<number>``, its tile beginning at x, y.

    Parameters
    ----------
    number : int
        Of a tile of `Inks.hatch`.
    """
    hatch = strokes(number, style.dark)
    colour = colour_of(int(style.inks.hatch_ink[number]))
    lines = [_hatch_lines(step, hatch.gap) for step in hatch.steps]
    is_dotted = (0, 0) in hatch.steps
    drawn = element(
        "path",
        {
            "d": "".join(lines),
            "fill": "none",
            **ink("stroke", colour, hatch.opacity),
            "stroke-width": hatch.width,
            "stroke-linecap": "round" if is_dotted else "",
        },
    )
    tile = {"width": PERIOD, "height": PERIOD, "patternUnits": "userSpaceOnUse"}
    place = {"x": x % PERIOD, "y": y % PERIOD}
    return element("pattern", {"id": f"hatch-{number}", **place, **tile}, drawn)


def _hatch_lines(step: tuple[int, int], gap: float) -> str:
    """Path data of the lines of a tile, or of its dots."""
    n, p = round(PERIOD / gap), decimal(PERIOD)
    at = (np.arange(n) + 0.5) * gap
    if step == (0, 0):
        return "".join(f"M{decimal(x)} {decimal(y)}h.01" for x in at for y in at)
    if step == (0, 1):
        return "".join(f"M0 {decimal(y)}h{p}" for y in at)
    if step == (1, 0):
        return "".join(f"M{decimal(x)} 0v{p}" for x in at)
    both = (np.arange(-1, 2 * n + 1) + 0.5) * gap + 0.5
    if step[1] > 0:
        return "".join(f"M{decimal(s + 5)} -5L{decimal(s - 40)} 40" for s in both)
    return "".join(f"M{decimal(s - PERIOD - 5)} -5L{decimal(s - PERIOD + 40)} 40" for s in both)


# ---------------------------------------------------------------------- texts
def halo(one: Text, key: str) -> str:
    """The halo of a line of text with an id: the same text, so that it changes with it.

    Attribute ``paint-order`` would do the same, but several drawing programs do not know it.
    """
    if not one.halo or not one.text:
        return ""
    look = {"stroke-width": 2 * one.halo_px, "stroke-linejoin": "round"}
    return element("use", {"xlink:href": f"#{key}", **ink("stroke", one.halo), **look})


def text(one: Text, key: str = "") -> str:
    """A line of real text, with an id if asked."""
    turned = bool(_RIGHT_TO_LEFT.search(one.text))
    spaced = one.spacing and not is_arabic_script(one.text)
    return element(
        "text",
        {
            "id": key,
            "x": one.x,
            "y": one.y,
            "font-size": one.size,
            "font-weight": "bold" if one.bold else "",
            "text-anchor": (_MIRRORED if turned else _ENDS)[one.anchor],
            "direction": "rtl" if turned else "",
            "letter-spacing": one.spacing if spaced else "",
            **ink("fill", one.ink),
        },
        plain(one.text),
    )


# ---------------------------------------------------------------------- shapes
def shape(one: Shape, style: Style) -> str:
    """A card, line or sign."""
    if isinstance(one, Card):
        return _card(one)
    if isinstance(one, Line):
        points = " ".join(f"{decimal(x)},{decimal(y)}" for x, y in one.points)
        line = {"points": points, "fill": "none", "stroke-width": one.width}
        return element("polyline", {**line, **ink("stroke", one.ink)})
    if isinstance(one, Area):
        return area(one)
    return _padlock(one, style)


def _card(card: Card) -> str:
    x0, y0, x1, y1 = card.box
    half = card.width / 2 if card.edge else 0.0
    place: Attributes = {
        "x": x0 + half,
        "y": y0 + half,
        "width": max(0.0, x1 - x0 - 2 * half),
        "height": max(0.0, y1 - y0 - 2 * half),
        "rx": max(0.0, card.radius - half) or "",
    }
    edge: Attributes = {}
    if card.edge:
        edge = {**ink("stroke", card.edge), "stroke-width": card.width}
    if not card.hatch:
        return element("rect", {**place, **ink("fill", card.fill), **edge})
    over = {"fill": f"url(#hatch-{card.hatch})"}
    ground = element("rect", {**place, **ink("fill", card.fill)})
    return ground + element("rect", {**place, **over, **edge})


def area(one: Area, **more: str) -> str:
    """A disc or polygon; `more` are further attributes."""
    look = {**ink("fill", one.fill), **more}
    if one.edge:
        look |= {**ink("stroke", one.edge), "stroke-width": one.width}
    if not one.corners:
        return element("circle", {"cx": one.x, "cy": one.y, "r": one.radius, **look})
    points = " ".join(
        f"{decimal(one.x + a * one.radius)},{decimal(one.y + b * one.radius)}"
        for a, b in one.corners
    )
    return element("polygon", {"points": points, **look})


def _padlock(lock: Padlock, style: Style) -> str:
    out, u = [], lock.unit
    for role, grown in (("halo", 1.8), ("label", 0.0)):
        colour, g = style.roles[role], grown * u
        left, wide = lock.x - 4 * u - g, 8 * u + 2 * g
        body = {"x": left, "y": lock.y - u - g, "width": wide, "height": 6 * u + 2 * g, "rx": u}
        reach = decimal(2.1 * u)
        bow = (
            f"M{decimal(lock.x - 2.1 * u)} {decimal(lock.y - u)}"
            f"a{reach} {decimal(2.4 * u)} 0 0 1 {decimal(4.2 * u)} 0"
        )
        line = {"d": bow, "fill": "none", "stroke-width": 1.5 * u + 2 * g}
        out += [
            element("path", {**line, **ink("stroke", colour)}),
            element("rect", {**body, **ink("fill", colour)}),
        ]
    return element("g", {}, "".join(out))


# ---------------------------------------------------------------------- pictures
def picture(rgba: NDArray[np.uint8], x: float, y: float) -> str:
    """Pixels (rows, columns, 4) inside the file; "" when there is nothing to be seen."""
    from PIL import Image

    shown = np.flatnonzero(rgba[..., 3].any(axis=1)), np.flatnonzero(rgba[..., 3].any(axis=0))
    if not len(shown[0]):
        return ""
    (top, bottom), (left, right) = ((int(one[0]), int(one[-1]) + 1) for one in shown)
    part = np.ascontiguousarray(rgba[top:bottom, left:right])
    data, kind = io.BytesIO(), "png"
    if (part[..., 3] == 255).all():
        kind = "jpeg"  # a background of photographs or tiles: a tenth of the size
        Image.fromarray(part[..., :3]).save(data, "JPEG", quality=88)
    else:
        Image.fromarray(part).save(data, "PNG", optimize=True)
    coded = base64.b64encode(data.getvalue()).decode("ascii")
    return element(
        "image",
        {
            **{"x": x + left, "y": y + top, "width": right - left, "height": bottom - top},
            "xlink:href": f"data:image/{kind};base64,{coded}",
        },
    )
