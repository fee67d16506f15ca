"""Finished pictures of a map: PNG with everything in it, PDF with real text over the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from terradesk.render import furniture
from terradesk.render.density import draw_density
from terradesk.render.frame import Frame
from terradesk.render.labels import Labels, Placed
from terradesk.render.legend import class_entries
from terradesk.render.legend import legend as legend_entries
from terradesk.render.names import city_names, country_names
from terradesk.render.overview import Overview
from terradesk.render.points import MANY, radii
from terradesk.render.scene import Classes, Scene
from terradesk.render.style import Style
from terradesk.render.symbols import draw_discs
from terradesk.render.text import CAP_HEIGHT, Text, draw_text, text_width
from terradesk.render.view import View

__all__ = ["Classes", "Scene", "Still", "compose_still", "draw_map", "save_pdf", "save_png"]

_NAME_PX = 12
_HALO_PX, _VALUE_HALO_PX = 1.6, 1.8
_BETWEEN = 0.58  # of the name's size from the middle of the block to the middle of each line
_PX2_PER_ACCOUNT = 60  # with less room in a small picture accounts become a density
_MARGIN = 24
_PADLOCK_PX = 18
_DPI = 96


@dataclass(frozen=True, slots=True)
class Still:
    """A picture without its texts, and the texts.

    Parameters
    ----------
    image : PIL.Image.Image
        RGB, device pixels.
    texts : list of Text
        In drawing order.
    """

    image: Image.Image
    texts: list[Text]


def draw_map(
    scene: Scene,
    width: int,
    height: int,
    scale: float = 1.0,
    dark: bool = False,
    legend: bool = True,
    scale_bar: bool = True,
    credits: bool = True,
) -> Image.Image:
    """Draw a finished map.

    Parameters
    ----------
    scene : Scene
    width, height : int
        Size in pixels at 100 %; the picture has `scale` times as many.
    scale : float
        Device pixels per pixel; 2 for a sharp print, dpi / 96 for a page.
    dark : bool
    legend, scale_bar, credits : bool
        What to put on the map beside the names; a title is drawn when the scene has one.

    Returns
    -------
    PIL.Image.Image
        RGB.
    """
    still = compose_still(scene, width, height, scale, dark, legend, scale_bar, credits)
    canvas = ImageDraw.Draw(still.image, "RGBA")
    for text in still.texts:
        draw_text(canvas, text)
    return still.image


def compose_still(
    scene: Scene,
    width: int,
    height: int,
    scale: float = 1.0,
    dark: bool = False,
    legend: bool = True,
    scale_bar: bool = True,
    credits: bool = True,
) -> Still:
    """Draw all but the texts; parameters as `draw_map`."""
    style = Style(dark, scale, palette=scene.palette)
    wide, high = round(width * scale), round(height * scale)
    top = furniture.header_height(scene, scale)
    view = _view(scene, style, (wide, high - top), bool(legend or scale_bar))
    state = scene.state()
    frame = Frame(state, style, view.width, view.height, scene.base)
    frame.look(view)
    image, pixels = _map(scene, frame), frame.ids()
    entries = []
    if legend:
        fills = class_entries(scene.classes, dark) if scene.classes else scene.keys[int(dark)]
        entries = legend_entries(
            state,
            accounts=scene.account_text,
            district=scene.district_text,
            rows=np.unique(pixels[pixels >= 0]),
            fills=fills,
        )
    around = furniture.furnish(image, scene, style, view, entries, scale_bar, credits)
    texts_on_map = [*_names(image, scene, frame, around.obstacles), *around.texts]
    page = Image.new("RGB", (wide, high), style.roles["panel"])
    page.paste(image, (0, top))
    if not top:
        return Still(page, texts_on_map)
    edge = max(1, round(scale))
    ImageDraw.Draw(page).rectangle((0, top - edge, wide, top - 1), style.roles["line"])
    moved = [replace(text, y=text.y + top) for text in texts_on_map]
    return Still(page, [*furniture.header(scene, style, wide), *moved])


def _view(scene: Scene, style: Style, size: tuple[int, int], has_corner: bool) -> View:
    margin = _MARGIN * style.pixel_ratio
    low = margin * (2 if has_corner else 1)
    return View.fit(scene.extent(), size, scene.arcs.origin, (margin, margin, margin, low))


def _map(scene: Scene, frame: Frame) -> Image.Image:
    """Fills, lines, base map and accounts as a picture."""
    rgb = frame.image()
    if scene.accounts is not None:
        _accounts(rgb, scene, frame.style, frame.view)
    channels = np.stack([rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255], axis=-1).astype(np.uint8)
    return Image.fromarray(channels)


def _accounts(rgb: np.ndarray, scene: Scene, style: Style, view: View) -> None:
    points = np.asarray(scene.accounts, np.float64).reshape(-1, 2)
    placed = np.isfinite(points).all(axis=1)
    room = view.width * view.height / style.pixel_ratio**2
    if placed.sum() > min(MANY, room / _PX2_PER_ACCOUNT):
        draw_density(rgb, view, points[placed], style)
        return
    given = scene.account_values
    sizes = radii(np.ones(len(points)) if given is None else given)
    draw_discs(rgb, view, points[placed], sizes[placed], style)


def _names(
    image: Image.Image,
    scene: Scene,
    frame: Frame,
    obstacles: list[tuple[float, float, float, float]],
) -> list[Text]:
    """Names of territories, cities and countries; leaders and padlocks are drawn."""
    overview = scene.overview or Overview.draw(scene.arcs)
    style, view = frame.style, frame.view
    labels = Labels(scene.arcs, len(scene.names))
    labels.touch(_known(scene))
    labels.set_sizes([_block(scene, t, style) for t in range(len(scene.names))])
    placed = labels.placed(
        view, _known(scene), overview, style.pixel_ratio, obstacles, 6, frame.ids()
    )
    placed = [one for one in placed if scene.names[one.territory]]
    _leaders(image, placed, labels, style)
    out: list[Text] = []
    for one in placed:
        out += _label(image, scene, one, style)
    if scene.base is not None:
        boxes = [*obstacles, *(_box(one, labels) for one in placed)]
        out = [*_places(image, scene, style, view, overview, boxes), *out]
    return out


def _known(scene: Scene) -> np.ndarray:
    """Territory of each unit; rows without a name count as unassigned."""
    owners = np.asarray(scene.labels, np.int32)
    return np.where(owners < len(scene.names), owners, -1).astype(np.int32)


def _lines(scene: Scene, territory: int) -> tuple[str, str, str]:
    """Name, second line and its role."""
    value = scene.values[territory] if territory < len(scene.values) else ""
    tone = scene.tones[territory] if territory < len(scene.tones) else "label"
    return scene.names[territory], value, tone


def _is_locked(scene: Scene, territory: int) -> bool:
    locked = np.zeros(0, bool) if scene.locked is None else np.asarray(scene.locked)
    return territory < len(locked) and bool(locked[territory])


def _block(scene: Scene, territory: int, style: Style) -> tuple[float, float]:
    """Width and height of the text block of a territory."""
    name, value, tone = _lines(scene, territory)
    r = style.pixel_ratio
    if not name:
        return 0.0, 0.0
    wide = text_width(name, _NAME_PX * r, True)
    wide += 2 * _PADLOCK_PX * r * _is_locked(scene, territory)
    wide = max(wide, text_width(value, (_NAME_PX - 1) * r, tone != "label"))
    return wide + 8 * r, _NAME_PX * (2.6 if value else 1.5) * r


def _box(one: Placed, labels: Labels) -> tuple[float, float, float, float]:
    w, h = labels.sizes[one.territory] / 2
    return one.x - w, one.y - h, one.x + w, one.y + h


def _label(image: Image.Image, scene: Scene, one: Placed, style: Style) -> list[Text]:
    name, value, tone = _lines(scene, one.territory)
    roles, r = style.roles, style.pixel_ratio
    size = _NAME_PX * r
    shift = size * _BETWEEN if value else 0.0
    cap = size * CAP_HEIGHT / 2
    out = [
        Text(
            name,
            one.x,
            one.y - shift + cap,
            size,
            roles["label"],
            True,
            "middle",
            roles["halo"],
            _HALO_PX * r,
        )
    ]
    if value:
        smaller = (_NAME_PX - 1) * r
        y = one.y + shift + r + smaller * CAP_HEIGHT / 2
        ink = roles["label"] if scene.classes is not None else roles[tone]
        out.append(
            Text(
                value,
                one.x,
                y,
                smaller,
                ink,
                tone != "label",
                "middle",
                roles["halo"],
                _VALUE_HALO_PX * r,
            )
        )
    if _is_locked(scene, one.territory):
        x = one.x + text_width(name, size, True) / 2 + 10 * r
        furniture.draw_padlock(image, x, one.y - shift, style)
    return out


def _leaders(image: Image.Image, placed: list[Placed], labels: Labels, style: Style) -> None:
    """Fine lines from names on the water to their territory."""
    roles, r = style.roles, style.pixel_ratio
    for one in placed:
        if not one.has_leader:
            continue
        half = labels.sizes[one.territory, 0] / 2 - 2 * r
        end = one.x - half if one.x > one.anchor_x else one.x + half
        _smooth_line(image, (one.anchor_x, one.anchor_y, end, one.y), 3 * r, roles["halo"], 0)
        _smooth_line(
            image, (one.anchor_x, one.anchor_y, end, one.y), r, roles["territory_core"], 2 * r
        )


def _smooth_line(
    image: Image.Image, line: tuple[float, float, float, float], width: float, ink: str, dot: float
) -> None:
    """Line drawn larger and scaled down, with a dot at its start."""
    pad, f = 8, 4
    x0, y0 = int(min(line[0], line[2])) - pad, int(min(line[1], line[3])) - pad
    size = (int(abs(line[2] - line[0])) + 2 * pad + 2, int(abs(line[3] - line[1])) + 2 * pad + 2)
    mask = Image.new("L", (size[0] * f, size[1] * f), 0)
    pen = ImageDraw.Draw(mask)
    ax, ay, bx, by = ((v - o) * f for v, o in zip(line, (x0, y0, x0, y0), strict=True))
    pen.line((ax, ay, bx, by), 255, max(1, round(width * f)))
    if dot:
        pen.ellipse((ax - dot * f, ay - dot * f, ax + dot * f, ay + dot * f), 255)
    alpha = int(ink[7:9], 16) if len(ink) == 9 else 255
    small = mask.resize(size, Image.Resampling.BOX).point(lambda v: v * alpha // 255)
    image.paste(ink[:7], (x0, y0, x0 + size[0], y0 + size[1]), small)


def _places(
    image: Image.Image,
    scene: Scene,
    style: Style,
    view: View,
    overview: Overview,
    boxes: list[tuple[float, float, float, float]],
) -> list[Text]:
    """Names of countries and cities under the names of territories."""
    assert scene.base is not None
    r, roles = style.pixel_ratio, style.roles
    cap = CAP_HEIGHT / 2
    out = []
    countries = country_names(
        scene.base,
        view,
        overview,
        boxes,
        lambda name: text_width(name.upper(), 12 * r, spacing=3 * r),
        r,
    )
    for one in countries:
        out.append(
            Text(
                one.name.upper(),
                one.x,
                one.y + 12 * r * cap,
                12 * r,
                roles["place"],
                anchor="middle",
                spacing=3 * r,
            )
        )
    cities = city_names(scene.base, view, boxes, lambda name: text_width(name, 11 * r), r)
    canvas = ImageDraw.Draw(image, "RGBA")
    for one in cities:
        half = 2.2 * r
        canvas.rectangle(
            (one.x - half - r, one.y - half - r, one.x + half + r, one.y + half + r), roles["halo"]
        )
        canvas.rectangle((one.x - half, one.y - half, one.x + half, one.y + half), roles["label"])
        out.append(
            Text(
                one.name,
                one.x + 7 * r,
                one.y + 11 * r * cap,
                11 * r,
                roles["text2"],
                halo=roles["halo"],
                halo_px=_HALO_PX * r,
            )
        )
    return out


def save_png(
    scene: Scene,
    path: Path,
    width: int = 1600,
    height: int = 1000,
    scale: float = 1.0,
    dark: bool = False,
) -> None:
    """Write a finished map as PNG; sizes as `draw_map`.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    dots = _DPI * scale
    draw_map(scene, width, height, scale, dark).save(path, "PNG", dpi=(dots, dots))


def save_pdf(
    scene: Scene,
    path: Path,
    page_mm: tuple[float, float] = (297.0, 210.0),
    dpi: float = 220.0,
    dark: bool = False,
) -> None:
    """Write a finished map as a PDF of one page.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    from terradesk.render.pdf import write

    margin = 10.0
    width, height = (round((side - 2 * margin) / 25.4 * _DPI) for side in page_mm)
    still = compose_still(scene, width, height, dpi / _DPI, dark)
    write(still.image, still.texts, path, page_mm, margin, scene.title)
