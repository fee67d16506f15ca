"""Layout of a still: the view, where names and furniture stand, and what is drawn over the areas.

PNG, PDF and SVG are made from one layout, so that everything stands in the same places in each.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, number
from terradesk.render import furniture
from terradesk.render.density import draw_density
from terradesk.render.frame import Frame
from terradesk.render.hiding import without
from terradesk.render.labels import Labels, Placed, wrapped
from terradesk.render.legend import LegendEntry, class_entries, legend
from terradesk.render.linework import UnderStamp
from terradesk.render.names import city_names, country_names
from terradesk.render.overview import Overview
from terradesk.render.points import MANY, PointIndex, radii
from terradesk.render.scene import Scene
from terradesk.render.shapes import Area, Card, Line, Padlock, Shape, moved
from terradesk.render.stamps import LookingStamp, Stamp, Underlay
from terradesk.render.state import MapState
from terradesk.render.style import Style
from terradesk.render.symbols import draw_symbols
from terradesk.render.text import CAP_HEIGHT, Text, text_width
from terradesk.render.view import View

__all__ = ["LARGEST_SIDE", "MOST_PIXELS", "AccountLayer", "Layout", "check_size", "lay_out"]

LARGEST_SIDE, MOST_PIXELS = 40_000, 600_000_000
"""Pictures beyond are refused: hardly a program opens them."""

_NAME_PX = 12
_HALO_PX, _VALUE_HALO_PX = 1.6, 1.8
_BETWEEN = 0.58  # of the name's size from the middle of the block to the middle of each line
_PX2_PER_ACCOUNT = 60  # with less room in a small picture accounts become a density
_MARGIN = 24
_PADLOCK_PX = 18
_COARSE = 1600  # pixels across of the raster in which names look for room
_Box = tuple[float, float, float, float]


class AccountLayer:
    """The accounts of a scene as a stamp: symbols, or a density where they would lie in heaps.

    Parameters
    ----------
    scene : Scene
        With accounts.
    view : View
        All of the map in the still.
    style : Style

    Attributes
    ----------
    index : PointIndex
    sizes : (n,) float32
        Radii in map order, pixels at 100 %.
    kinds : (n,) uint8 or None
        Class of each in map order.
    are_symbols : bool
    """

    def __init__(self, scene: Scene, view: View, style: Style) -> None:
        points = np.asarray(scene.accounts, np.float64).reshape(-1, 2)
        self.index = PointIndex.build(points)
        rows, given = self.index.order, scene.account_values
        sizes = radii(np.ones(len(points)) if given is None else given)
        self.sizes = sizes[rows].astype(np.float32)
        kinds = scene.account_kinds
        self.kinds = None if kinds is None else np.asarray(kinds, np.uint8)[rows]
        self.are_symbols = True
        self.look(view, style)

    def look(self, view: View, style: Style) -> bool:
        """Choose the way by the whole view; tells whether there are symbols."""
        room = view.width * view.height / style.pixel_ratio**2
        self.are_symbols = self.index.count(view.box) <= min(MANY, room / _PX2_PER_ACCOUNT)
        return self.are_symbols

    def draw(self, rgb: NDArray[np.uint32], view: View, style: Style) -> None:
        """Draw into a rectangle."""
        if not len(self.index.order):
            return
        if self.are_symbols:
            draw_symbols(rgb, view, self.index, self.sizes, style, self.kinds)
        else:
            draw_density(rgb, view, self.index, style)


@dataclass(frozen=True, eq=False)
class Layout:
    """A still before it is drawn.

    Parameters
    ----------
    scene : Scene
    style : Style
    state : MapState
    size : tuple of int
        Width and height of the still, device pixels.
    top : int
        Height of the title strip.
    view : View
        Of the map below it.
    accounts : AccountLayer or None
    shapes : list of Shape
        Over the map, in drawing order; places in pixels of the still.
    texts : list of Text
        Over the shapes.
    """

    scene: Scene
    style: Style
    state: MapState
    size: tuple[int, int]
    top: int
    view: View
    accounts: AccountLayer | None
    shapes: list[Shape]
    texts: list[Text]

    @cached_property
    def underlays(self) -> tuple[Underlay, ...]:
        """What lies under the areas, the lowest first."""
        base = [] if self.scene.base is None else [self.scene.base]
        return (*base, *(UnderStamp(one) for one in self.scene.under))

    @cached_property
    def stamps(self) -> tuple[Stamp, ...]:
        """What lies over the areas and takes part in this view, the lowest first."""
        out = list(self.scene.over)
        if self.accounts is not None:
            out.insert(self.scene.n_below, self.accounts)
        return tuple(one for one in out if self._looked(one) is not None)

    def _looked(self, stamp: Stamp) -> Hashable:
        return stamp.look(self.view, self.style) if isinstance(stamp, LookingStamp) else True

    def frame(self, rows: int) -> Frame:
        """A frame as wide as the map that shows so many rows of it at once."""
        made = Frame(self.state, self.style, self.view.width, rows, underlays=self.underlays)
        made.fill_alpha = round(256 * min(max(self.scene.fill_opacity, 0.0), 1.0))
        return made


def lay_out(
    scene: Scene,
    width: float,
    height: float,
    scale: float = 1.0,
    dark: bool = False,
    legend: bool = True,
    scale_bar: bool = True,
    credits: bool = True,
) -> Layout:
    """Decide where everything of a still stands.

    Parameters
    ----------
    scene : Scene
    width, height : float
        Size in pixels at 100 %.
    scale : float
        Device pixels per pixel.
    dark : bool
    legend, scale_bar, credits : bool
        What to put on the map beside the names.

    Raises
    ------
    TerraDeskError
        The picture is larger than `LARGEST_SIDE` or `MOST_PIXELS` say.
    """
    wide, high = round(width * scale), round(height * scale)
    check_size(wide, high)
    style = without(Style(dark, scale, palette=scene.palette), scene.hidden)
    top = furniture.header_height(scene, scale)
    view = _view(scene, style, (wide, max(1, high - top)), bool(legend or scale_bar))
    state = scene.state()
    pixels = _coarse_ids(state, style, view)
    accounts = None if scene.accounts is None else AccountLayer(scene, view, style)
    entries = _entries(scene, state, pixels, dark, accounts) if legend else []
    around = furniture.furnish(scene, style, view, entries, scale_bar, credits)
    shapes, texts = _names(scene, style, view, pixels, around.obstacles)
    shapes = [moved(one, 0, top) for one in (*around.shapes, *shapes)]
    texts = [replace(one, y=one.y + top) for one in (*texts, *around.texts)]
    if top:
        edge = max(1.0, round(scale))
        shapes.insert(0, Card((0, top - edge, wide, top), 0, style.roles["line"]))
        texts = [*furniture.header(scene, style, wide), *texts]
    return Layout(scene, style, state, (wide, high), top, view, accounts, shapes, texts)


def check_size(wide: int, high: int) -> None:
    """Raise TerraDeskError for a picture larger than `LARGEST_SIDE` or `MOST_PIXELS`."""
    if max(wide, high) <= LARGEST_SIDE and wide * high <= MOST_PIXELS:
        return
    message = _("A picture of {wide} × {high} pixels is too large.")
    raise TerraDeskError(
        message.format(wide=number(wide), high=number(high)),
        _(
            "Up to {side} pixels a side and {most} million in all can be written. Choose fewer "
            "pixels, or write the map as SVG, which is sharp at any size."
        ).format(side=number(LARGEST_SIDE), most=number(MOST_PIXELS // 1_000_000)),
    )


def _view(scene: Scene, style: Style, size: tuple[int, int], has_corner: bool) -> View:
    margin = _MARGIN * style.pixel_ratio
    low = margin * (2 if has_corner else 1)
    return View.fit(scene.extent(), size, scene.arcs.origin, (margin, margin, margin, low))


def _coarse_ids(state: MapState, style: Style, view: View) -> NDArray[np.int32]:
    """Unit of the pixels of a view, in a raster that is small however large the view."""
    k = max(1.0, max(view.width, view.height) / _COARSE)
    wide, high = max(1, round(view.width / k)), max(1, round(view.height / k))
    frame = Frame(state, style, wide, high)
    frame.view = View(
        round(view.kx / k), round(view.ky / k), view.scale / k, wide, high, view.origin
    )
    frame.draw_ids()
    return frame.ids()


def _entries(
    scene: Scene,
    state: MapState,
    pixels: NDArray[np.int32],
    dark: bool,
    accounts: AccountLayer | None,
) -> list[LegendEntry]:
    fills = class_entries(scene.classes, dark) if scene.classes else scene.keys[int(dark)]
    points = list(scene.account_keys[int(dark)])
    if accounts is not None and not accounts.are_symbols and (points or scene.account_text):
        points = [LegendEntry("density", _("Accounts: stronger where there are more"))]
    return legend(
        state,
        accounts=scene.account_text,
        district="" if "districts" in scene.hidden else scene.district_text,
        rows=None if scene.box is None else np.unique(pixels[pixels >= 0]),
        fills=fills if scene.fill_opacity else (),
        points=points,
        layers=scene.layer_keys,
    )


def _names(
    scene: Scene, style: Style, view: View, pixels: NDArray[np.int32], obstacles: list[_Box]
) -> tuple[list[Shape], list[Text]]:
    """Names of territories, cities and countries with leaders, padlocks and dots."""
    overview = scene.overview or Overview.draw(scene.arcs)
    owners, n = _known(scene), len(scene.names)
    labels = Labels(scene.arcs, n)
    placed: list[Placed] = []
    if "labels" not in scene.hidden:
        labels.touch(owners)
        labels.set_sizes(np.array([_block(scene, t, style) for t in range(n)]).reshape(-1, 2))
        placed = labels.placed(view, owners, overview, style.pixel_ratio, obstacles, 6, pixels)
        placed = [one for one in placed if scene.names[one.territory]]
    shapes: list[Shape] = []
    for one in placed:
        if one.has_leader:
            shapes += _leader(one, labels, style)
    texts = []
    for one in placed:
        texts += _label(scene, one, style)
        shapes += _padlocks(scene, one, style)
    if scene.base is not None:
        boxes = [*obstacles, *(_box(one, labels) for one in placed)]
        dots, names = _places(scene, style, view, overview, boxes)
        shapes, texts = [*dots, *shapes], [*names, *texts]
    return shapes, texts


def _known(scene: Scene) -> NDArray[np.int32]:
    """Territory of each unit; rows without a name count as unassigned."""
    owners = np.asarray(scene.labels, np.int32)
    return np.where(owners < len(scene.names), owners, -1).astype(np.int32)


def _lines(scene: Scene, territory: int) -> tuple[str, str, str]:
    """Name, second line and its role."""
    value = scene.values[territory] if territory < len(scene.values) else ""
    tone = scene.tones[territory] if territory < len(scene.tones) else "label"
    return scene.names[territory], value, tone


def _is_locked(scene: Scene, territory: int) -> bool:
    if "locks" in scene.hidden or scene.locked is None:
        return False
    locked = np.asarray(scene.locked)
    return territory < len(locked) and bool(locked[territory])


def _block(scene: Scene, territory: int, style: Style) -> tuple[float, float]:
    """Width and height of the text block of a territory."""
    name, value, tone = _lines(scene, territory)
    r = style.pixel_ratio
    if not name:
        return 0.0, 0.0
    lines = wrapped(name).split("\n")
    wide = max(text_width(line, _NAME_PX * r, True) for line in lines)
    wide += 2 * _PADLOCK_PX * r * _is_locked(scene, territory)
    wide = max(wide, text_width(value, (_NAME_PX - 1) * r, tone != "label"))
    high = (2.6 if value else 1.5) + 2 * _BETWEEN * (len(lines) - 1)
    return wide + 8 * r, _NAME_PX * high * r


def _box(one: Placed, labels: Labels) -> _Box:
    w, h = labels.sizes[one.territory] / 2
    return one.x - w, one.y - h, one.x + w, one.y + h


def _label(scene: Scene, one: Placed, style: Style) -> list[Text]:
    name, value, tone = _lines(scene, one.territory)
    roles, r = style.roles, style.pixel_ratio
    size = _NAME_PX * r
    ink, halo, out = roles["label"], roles["halo"], []
    middles = _middles(one.y, size, name, value)
    for line, y in zip(wrapped(name).split("\n"), middles, strict=False):
        y += size * CAP_HEIGHT / 2
        out.append(Text(line, one.x, y, size, ink, True, "middle", halo, _HALO_PX * r))
    if value:
        smaller = (_NAME_PX - 1) * r
        y = middles[-1] + r + smaller * CAP_HEIGHT / 2
        ink = roles["label"] if scene.classes is not None else roles[tone]
        is_bold = tone != "label"
        out.append(Text(value, one.x, y, smaller, ink, is_bold, "middle", halo, _VALUE_HALO_PX * r))
    return out


def _middles(y: float, size: float, name: str, value: str) -> list[float]:
    """Heights of the middles of the lines of a name and its value about a height."""
    n = wrapped(name).count("\n") + 1 + bool(value)
    return [y + size * _BETWEEN * (2 * k - n + 1) for k in range(n)]


def _padlocks(scene: Scene, one: Placed, style: Style) -> list[Shape]:
    if not _is_locked(scene, one.territory):
        return []
    name, value, _tone = _lines(scene, one.territory)
    r = style.pixel_ratio
    size, lines = _NAME_PX * r, wrapped(name).split("\n")
    x = one.x + text_width(lines[-1], size, True) / 2 + 10 * r
    return [Padlock(x, _middles(one.y, size, name, value)[len(lines) - 1], r)]


def _leader(one: Placed, labels: Labels, style: Style) -> list[Shape]:
    """Fine line from a name on the water to its territory."""
    roles, r = style.roles, style.pixel_ratio
    half = labels.sizes[one.territory, 0] / 2 - 2 * r
    end = one.x - half if one.x > one.anchor_x else one.x + half
    line = ((one.anchor_x, one.anchor_y), (float(end), one.y))
    core = roles["territory_core"]
    dot = Area(one.anchor_x, one.anchor_y, 2 * r, core)
    return [Line(line, 3 * r, roles["halo"]), Line(line, r, core), dot]


def _places(
    scene: Scene, style: Style, view: View, overview: Overview, boxes: list[_Box]
) -> tuple[list[Shape], list[Text]]:
    """Names of countries and cities under the names of territories, and dots of cities."""
    assert scene.base is not None
    r, roles, cap = style.pixel_ratio, style.roles, CAP_HEIGHT / 2
    shapes: list[Shape] = []
    texts: list[Text] = []

    def width(name: str) -> float:
        return text_width(name.upper(), 12 * r, spacing=3 * r)

    for one in country_names(scene.base, view, overview, boxes, width, r):
        y, name, ink = one.y + 12 * r * cap, one.name.upper(), roles["place"]
        texts.append(Text(name, one.x, y, 12 * r, ink, anchor="middle", spacing=3 * r))
    if "cities" in scene.hidden:
        return shapes, texts
    for one in city_names(scene.base, view, boxes, lambda name: text_width(name, 11 * r), r):
        for half, role in ((3.2 * r, "halo"), (2.2 * r, "label")):
            box = (one.x - half, one.y - half, one.x + half, one.y + half)
            shapes.append(Card(box, 0, roles[role]))
        x, y, size = one.x + 7 * r, one.y + 11 * r * cap, 11 * r
        texts.append(
            Text(one.name, x, y, size, roles["text2"], halo=roles["halo"], halo_px=_HALO_PX * r)
        )
    return shapes, texts
