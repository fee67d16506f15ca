"""What stands around a map picture: title, legend, scale bar, credits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from terradesk import i18n
from terradesk.i18n import ngettext
from terradesk.render.filling import CHANGED, FIRST_PATTERN, LOCKED, UNASSIGNED
from terradesk.render.flags import CLOTH
from terradesk.render.legend import RAMP, LegendEntry
from terradesk.render.scale import scale_bar
from terradesk.render.scene import Scene
from terradesk.render.shapes import Area, Card, Line, Shape, sign
from terradesk.render.style import Style
from terradesk.render.text import CAP_HEIGHT, Anchor, Text, is_arabic_script, text_width
from terradesk.render.view import View

__all__ = ["Furniture", "furnish", "header", "header_height"]

Box = tuple[float, float, float, float]

_EDGE, _PAD, _GAP, _RADIUS = 12, 12, 8, 8
_ROW, _SYMBOL = 19, 22
_BAR = 130
_CARD_ALPHA = "EB"


@dataclass(frozen=True, slots=True)
class Furniture:
    """Boxes that names must not touch, shapes, and texts over them."""

    obstacles: list[Box]
    texts: list[Text]
    shapes: list[Shape]


def header_height(scene: Scene, ratio: float) -> int:
    """Height of the title strip in device pixels, 0 without a title."""
    return round((64 if scene.subtitle else 48) * ratio) if scene.title else 0


def _middle(centre: float, size: float) -> float:
    """Baseline of a line of text whose capitals are centred at a height."""
    return centre + size * CAP_HEIGHT / 2


def furnish(
    scene: Scene,
    style: Style,
    view: View,
    entries: Sequence[LegendEntry],
    show_scale: bool,
    show_credits: bool,
) -> Furniture:
    """Cards, signs and texts around the map; places in pixels of the view."""
    out = Furniture([], [], [])
    bottom = view.height - _EDGE * style.pixel_ratio / 2
    if show_credits and scene.credits:
        bottom = _credits(scene.credits, style, view, bottom, out)
    if show_scale:
        bottom = _scale(style, view, bottom, out)
    if entries:
        _legend(style, view, scene, entries, bottom, out)
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


def _card(box: Box, style: Style) -> Card:
    """Rounded card with a fine edge."""
    r = style.pixel_ratio
    fill, edge = (style.roles[role][:7] + _CARD_ALPHA for role in ("raised", "line"))
    return Card(box, _RADIUS * r, fill, edge, max(1.0, r))


def _scale(style: Style, view: View, bottom: float, out: Furniture) -> float:
    r = style.pixel_ratio
    bar = scale_bar(view.px_per_m, _BAR * r)
    size = 11 * r
    texts = max(text_width(bar.imperial, size), text_width(bar.metric, size))
    longest = max(bar.imperial_px, bar.metric_px)
    right = view.width - _EDGE * r
    left = right - longest - texts - (2 * _PAD + 6) * r
    box = (left, bottom - 36 * r, right, bottom)
    out.shapes.append(_card(box, style))
    x, y = left + _PAD * r, bottom - 18 * r
    ends = (x + bar.imperial_px, x + bar.metric_px)
    for line in (
        ((x, y), (x + longest, y)),
        ((x, y - 7 * r), (x, y + 7 * r)),
        ((ends[0], y - 6 * r), (ends[0], y)),
        ((ends[1], y), (ends[1], y + 6 * r)),
    ):
        out.shapes.append(Line(line, 1.4 * r, style.roles["text2"]))
    for text, centre in ((bar.imperial, y - 8 * r), (bar.metric, y + 8 * r)):
        out.texts.append(
            Text(text, x + longest + 6 * r, _middle(centre, size), size, style.roles["text2"])
        )
    out.obstacles.append(box)
    return bottom - (36 + _GAP) * r


def _legend(
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
    out.shapes.append(_card(box, style))
    x, y = box[0] + _PAD * r, box[1] + (_PAD - 3 + _ROW / 2) * r
    ink = style.roles["text2"]
    if title:
        out.texts.append(Text(title, x, _middle(y, size), size, style.roles["text"], True))
        y += _ROW * r
    for entry, count in zip(entries, counts, strict=True):
        out.shapes.extend(_symbol(entry, x, y, style))
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


def _symbol(entry: LegendEntry, x: float, y: float, style: Style) -> list[Shape]:
    """Sign of a legend entry, 22 wide and 11 high, its left middle at x, y."""
    if entry.symbol == "text":
        return []
    r, roles = style.pixel_ratio, style.roles
    frame = (x, y - 5.5 * r, x + _SYMBOL * r, y + 5.5 * r)
    across, middle = ((x, y), (x + _SYMBOL * r, y)), x + _SYMBOL / 2 * r
    if entry.symbol == "fill":
        hatch = FIRST_PATTERN - 1 + entry.hatch if entry.hatch else 0
        return [Card(frame, 3 * r, entry.colour, roles["territory_core"], r, hatch)]
    if entry.symbol == "point":
        fill = entry.colour or roles["account"]
        corners = sign(entry.shape)
        return [Area(middle, y, 4.5 * r, fill, roles["casing"], r, corners)]
    if entry.symbol == "accounts":
        ink = roles["account"][:7] + "A0"
        places = ((2.0, 1.2), (8.5, 2.4), (17.0, 4.2))
        return [Area(x + at * r, y, radius * r, ink) for at, radius in places]
    if entry.symbol == "density":
        cells = [(x + (2 + 6 * k) * r, y - 3 * r, x + (8 + 6 * k) * r, y + 3 * r) for k in range(3)]
        ink = roles["account"][:7]
        return [Card(cell, 0, f"{ink}{alpha:02X}") for cell, alpha in zip(cells, RAMP, strict=True)]
    if entry.symbol == "link":
        dashes = [((x + at * r, y), (x + (at + 5) * r, y)) for at in (0, 8.5, 17)]
        return [Line(dash, 1.4 * r, roles["territory_core"]) for dash in dashes]
    if entry.symbol == "line":
        return [Line(across, 2 * r, entry.colour or roles["text2"])]
    if entry.symbol == "start":
        pole = ((middle - 4 * r, y - 6.5 * r), (middle - 4 * r, y + 6.5 * r))
        edge = roles["territory_core"]
        cloth = Area(*pole[1], 0.68 * r, roles["text3"], edge, 1.2 * r, CLOTH)
        return [cloth, Line(pole, 1.4 * r, edge)]
    if entry.symbol == "district":
        return [Line(across, 2.8 * r, roles["territory_core"])]
    if entry.symbol == "selected":
        return [Card(frame, 3 * r, roles["select_tint"], roles["select"], 1.8 * r)]
    state = {"locked": LOCKED, "changed": CHANGED}.get(entry.symbol, UNASSIGNED)
    role = "select" if entry.symbol == "changed" else "territory_core"
    return [Card(frame, 3 * r, roles["paper"], roles[role], r, state)]


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
