"""What stands around a map picture: title, legend, scale bar, credits; and the padlock sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from terradesk import i18n
from terradesk.i18n import ngettext
from terradesk.render.filling import FIRST_PATTERN
from terradesk.render.legend import LegendEntry
from terradesk.render.scale import scale_bar
from terradesk.render.scene import Scene
from terradesk.render.style import Style
from terradesk.render.text import CAP_HEIGHT, Anchor, Text, is_arabic_script, text_width
from terradesk.render.view import View

__all__ = ["Furniture", "draw_padlock", "furnish", "header_height"]

Box = tuple[float, float, float, float]

_EDGE, _PAD, _GAP, _RADIUS = 12, 12, 8, 8
_ROW, _SYMBOL = 19, 22
_BAR = 130
_FINER = 4  # shapes are drawn this many times larger and scaled down, which smooths them


@dataclass(frozen=True, slots=True)
class Furniture:
    """Boxes that names must not touch, and texts to draw; the shapes are drawn already."""

    obstacles: list[Box]
    texts: list[Text]


def header_height(scene: Scene, ratio: float) -> int:
    """Height of the title strip in device pixels, 0 without a title."""
    return round((64 if scene.subtitle else 48) * ratio) if scene.title else 0


def _middle(centre: float, size: float) -> float:
    """Baseline of a line of text whose capitals are centred at a height."""
    return centre + size * CAP_HEIGHT / 2


def furnish(
    image: Image.Image,
    scene: Scene,
    style: Style,
    view: View,
    entries: Sequence[LegendEntry],
    show_scale: bool,
    show_credits: bool,
) -> Furniture:
    """Draw cards and signs into the map and say where the texts go.

    Parameters
    ----------
    image : PIL.Image.Image
        The map without its title strip, device pixels; changed in place.
    """
    out = Furniture([], [])
    bottom = view.height - _EDGE * style.pixel_ratio / 2
    if show_credits and scene.credits:
        bottom = _credits(scene.credits, style, view, bottom, out)
    if show_scale:
        bottom = _scale(image, style, view, bottom, out)
    if entries:
        _legend(image, style, view, scene, entries, bottom, out)
    return out


def _credits(text: str, style: Style, view: View, bottom: float, out: Furniture) -> float:
    r = style.pixel_ratio
    size = 10 * r
    right = view.width - _EDGE * r
    out.texts.append(
        Text(
            text,
            right,
            bottom - 2 * r,
            size,
            style.roles["text2"],
            anchor="right",
            halo=style.roles["halo"],
            halo_px=1.6 * r,
        )
    )
    out.obstacles.append((right - text_width(text, size), bottom - 14 * r, right, bottom))
    return bottom - 18 * r


def _card(image: Image.Image, box: Box, style: Style, opacity: int = 235) -> None:
    """Rounded card with a fine edge."""
    r = style.pixel_ratio
    x0, y0, x1, y1 = (round(v) for v in box)
    wide, high = (x1 - x0) * _FINER, (y1 - y0) * _FINER
    large = Image.new("RGBA", (wide, high), (0, 0, 0, 0))
    ImageDraw.Draw(large).rounded_rectangle(
        (0, 0, wide - 1, high - 1),
        _RADIUS * r * _FINER,
        _rgb(style.roles["raised"], opacity),
        _rgb(style.roles["line"], opacity),
        max(1, round(r * _FINER)),
    )
    small = large.resize((x1 - x0, y1 - y0), Image.Resampling.BOX)
    image.paste(small, (x0, y0), small)


def _rgb(colour: str, opacity: int = 255) -> tuple[int, int, int, int]:
    value = int(colour[1:7], 16)
    alpha = int(colour[7:9], 16) if len(colour) == 9 else opacity
    return value >> 16, value >> 8 & 255, value & 255, alpha


def _scale(image: Image.Image, style: Style, view: View, bottom: float, out: Furniture) -> float:
    r = style.pixel_ratio
    bar = scale_bar(view.px_per_m, _BAR * r)
    size = 11 * r
    texts = max(text_width(bar.imperial, size), text_width(bar.metric, size))
    longest = max(bar.imperial_px, bar.metric_px)
    right = view.width - _EDGE * r
    left = right - longest - texts - (2 * _PAD + 6) * r
    box = (left, bottom - 36 * r, right, bottom)
    _card(image, box, style)
    x, y = left + _PAD * r, bottom - 18 * r
    canvas = ImageDraw.Draw(image, "RGBA")
    ink, width = _rgb(style.roles["text2"]), max(1, round(1.4 * r))
    canvas.line((x, y, x + longest, y), ink, width)
    canvas.line((x, y - 7 * r, x, y + 7 * r), ink, width)
    canvas.line((x + bar.imperial_px, y - 6 * r, x + bar.imperial_px, y), ink, width)
    canvas.line((x + bar.metric_px, y, x + bar.metric_px, y + 6 * r), ink, width)
    for text, centre in ((bar.imperial, y - 8 * r), (bar.metric, y + 8 * r)):
        out.texts.append(
            Text(text, x + longest + 6 * r, _middle(centre, size), size, style.roles["text2"])
        )
    out.obstacles.append(box)
    return bottom - (36 + _GAP) * r


def _legend(
    image: Image.Image,
    style: Style,
    view: View,
    scene: Scene,
    entries: Sequence[LegendEntry],
    bottom: float,
    out: Furniture,
) -> None:
    r, title = style.pixel_ratio, scene.legend_title
    size, head = 11 * r, _ROW if title else 0
    room = int((bottom / r - 2 * _PAD - head - _EDGE) / _ROW)
    entries = _fitting(entries, max(1, room))
    counts = [i18n.number(entry.count) if entry.count >= 0 else "" for entry in entries]
    texts = max(text_width(entry.text, size) for entry in entries)
    figures = max(text_width(count, size) for count in counts)
    wide = texts + figures + (2 * _PAD + _SYMBOL + 8 + (12 if figures else 0)) * r
    wide = max(wide, text_width(title, size, True) + 2 * _PAD * r)
    high = (_ROW * len(entries) + head + 2 * _PAD - 6) * r
    right = view.width - _EDGE * r
    box = (right - wide, bottom - high, right, bottom)
    _card(image, box, style)
    x, y = box[0] + _PAD * r, box[1] + (_PAD - 3 + _ROW / 2) * r
    ink = style.roles["text2"]
    if title:
        out.texts.append(Text(title, x, _middle(y, size), size, style.roles["text"], True))
        y += _ROW * r
    for entry, count in zip(entries, counts, strict=True):
        _symbol(image, entry, x, y, style)
        out.texts.append(Text(entry.text, x + (_SYMBOL + 8) * r, _middle(y, size), size, ink))
        if count:
            end = box[2] - _PAD * r
            out.texts.append(Text(count, end, _middle(y, size), size, ink, anchor="right"))
        y += _ROW * r
    out.obstacles.append(box)


def _fitting(entries: Sequence[LegendEntry], room: int) -> Sequence[LegendEntry]:
    """As many lines as there is room for; the last one says how many are left out."""
    if len(entries) <= room:
        return entries
    n = len(entries) - room + 1
    more = ngettext("and {n} more", "and {n} more", n).format(n=i18n.number(n))
    return [*entries[: room - 1], LegendEntry("text", more)]


def _symbol(image: Image.Image, entry: LegendEntry, x: float, y: float, style: Style) -> None:
    """Sign of a legend entry, 22 wide and 12 high, its left middle at x, y."""
    if entry.symbol == "text":
        return
    r, f = style.pixel_ratio, _FINER
    wide, high = round((_SYMBOL + 2) * r), round(16 * r)
    large = Image.new("RGBA", (wide * f, high * f), (0, 0, 0, 0))
    canvas = ImageDraw.Draw(large)
    unit = r * f
    frame = (unit, 2.5 * unit, (_SYMBOL + 1) * unit, 13.5 * unit)
    roles = style.roles
    edge = _rgb(roles["territory_core"])
    if entry.symbol == "fill":
        canvas.rounded_rectangle(frame, 3 * unit, _rgb(entry.colour), edge, round(unit))
        _patterned(large, entry, frame, style)
    elif entry.symbol == "point":
        middle = ((_SYMBOL + 2) / 2 * unit, 8 * unit)
        around = tuple(m + side * 4.5 * unit for side in (-1, 1) for m in middle)
        canvas.ellipse(around, _rgb(entry.colour or roles["account"]), _rgb(roles["casing"]))
    elif entry.symbol == "accounts":
        for centre, radius in ((3, 1.2), (9.5, 2.4), (18, 4.2)):
            around = (
                (centre - radius) * unit,
                (8 - radius) * unit,
                (centre + radius) * unit,
                (8 + radius) * unit,
            )
            canvas.ellipse(around, _rgb(roles["account"], 160))
    elif entry.symbol == "district":
        canvas.line((unit, 8 * unit, (_SYMBOL + 1) * unit, 8 * unit), edge, round(2.8 * unit))
    elif entry.symbol == "selected":
        tint, select = _rgb(roles["select_tint"]), _rgb(roles["select"])
        canvas.rounded_rectangle(frame, 3 * unit, tint, select, round(1.8 * unit))
    else:
        _hatched(large, canvas, entry, frame, style)
    small = large.resize((wide, high), Image.Resampling.BOX)
    image.paste(small, (round(x - r), round(y - high / 2)), small)


def _patterned(large: Image.Image, entry: LegendEntry, frame: Box, style: Style) -> None:
    """The pattern of a fill over its colour, as it is on the map."""
    if not entry.hatch:
        return
    tile = np.minimum(style.inks.hatch[FIRST_PATTERN - 1 + entry.hatch], 255).astype(np.uint8)
    small = np.tile(tile, (2, 2))[: large.height // _FINER, : large.width // _FINER]
    cover = Image.fromarray(small).resize(large.size, Image.Resampling.NEAREST)
    mask = Image.new("L", large.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle(frame, 3 * style.pixel_ratio * _FINER, 255)
    blank = Image.new("L", large.size, 0)
    large.paste(_rgb(style.roles["territory_core"]), (0, 0), Image.composite(cover, blank, mask))


def _hatched(
    large: Image.Image, canvas: ImageDraw.ImageDraw, entry: LegendEntry, frame: Box, style: Style
) -> None:
    unit = style.pixel_ratio * _FINER
    role = {"locked": "territory_core", "changed": "select"}.get(entry.symbol, "hatch")
    ground = style.roles["paper"]
    canvas.rounded_rectangle(frame, 3 * unit, _rgb(ground))
    lines = Image.new("RGBA", large.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(lines)
    for k in range(-4, 8):
        x = frame[0] + 4.5 * k * unit
        pen.line(
            (x, frame[3], x + frame[3] - frame[1], frame[1]),
            _rgb(style.roles[role]),
            round(1.3 * unit),
        )
    mask = Image.new("L", large.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle(frame, 3 * unit, 255)
    large.paste(lines, (0, 0), Image.composite(lines.getchannel("A"), mask, mask))
    edge = "territory_core" if role == "hatch" else role
    canvas.rounded_rectangle(frame, 3 * unit, None, _rgb(style.roles[edge]), round(unit))


def draw_padlock(image: Image.Image, x: float, y: float, style: Style) -> None:
    """Padlock with a halo, its middle at x, y; 10 wide and 12 high at 100 %."""
    f, unit = _FINER, style.pixel_ratio * _FINER
    side = round(18 * style.pixel_ratio)
    large = Image.new("RGBA", (side * f, side * f), (0, 0, 0, 0))
    canvas = ImageDraw.Draw(large)
    middle = side * f / 2
    for role, grown in (("halo", 1.8 * unit), ("label", 0.0)):
        ink = _rgb(style.roles[role])
        body = (
            middle - 4 * unit - grown,
            middle - unit - grown,
            middle + 4 * unit + grown,
            middle + 5 * unit + grown,
        )
        bow = (
            middle - 2.8 * unit - grown,
            middle - 5 * unit - grown,
            middle + 2.8 * unit + grown,
            middle + 3 * unit + grown,
        )
        canvas.arc(bow, 180, 360, ink, round(1.5 * unit + 2 * grown))
        canvas.rounded_rectangle(body, unit, ink)
    small = large.resize((side, side), Image.Resampling.BOX)
    image.paste(small, (round(x - side / 2), round(y - side / 2)), small)


def header(scene: Scene, style: Style, width: int) -> list[Text]:
    """Texts of the title strip: title, subtitle, date at the right."""
    r = style.pixel_ratio
    roles = style.roles
    middle = header_height(scene, r) / 2
    raised = 10 * r if scene.subtitle else 0
    ends: list[tuple[float, Anchor]] = [(16 * r, "left"), (width - 16 * r, "right")]
    if is_arabic_script(scene.title):
        ends.reverse()
    lines = [(scene.title, 22 * r, middle - raised, ends[0], "text")]
    if scene.subtitle:
        lines.append((scene.subtitle, 13 * r, middle + 15 * r, ends[0], "text2"))
    if scene.date is not None:
        lines.append((i18n.date(scene.date), 13 * r, middle - raised, ends[1], "text2"))
    return [
        Text(text, x, _middle(y, size), size, roles[role], role == "text", anchor)
        for text, size, y, (x, anchor), role in lines
    ]
