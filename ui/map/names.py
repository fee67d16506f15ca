"""Names on the map: placed once per scale, drawn once as small pictures, stamped into the map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6 import QtCore, QtGui

from terradesk.arcs import Arcs
from terradesk.render import Overview, Style, View
from terradesk.render.basemap import BaseMap
from terradesk.render.frame import Rect
from terradesk.render.labels import LINE_LETTERS, Labels, wrapped
from terradesk.render.names import city_names, country_names

from .. import theme
from . import lettering
from .lettering import Block, shortened

_PX, _BIG_PX = 12, 14
_BIG_FROM_M = 1400.0
_LETTERS = (56, 32, 14, 10)  # of a name in its forms; the last stands alone, without its figure
_LEAST_ZOOM, _MOST_ZOOM = 0.6, 1.6  # so far names only follow a zoom; beyond they are found anew
_CLEAR_PX = 3  # between a name and what floats over the map
_BEYOND = 0.5  # of the view, around it: cities are named so far ahead of panning
_LEADER_PAD = 4
_MOST_PICTURES = 3000  # figures change with each edit: the pictures of old ones must go

Box = tuple[float, float, float, float]
Make = Callable[[], QtGui.QImage]


@dataclass(frozen=True, slots=True)
class Lettered:
    """A picture of a name and where it stands.

    Parameters
    ----------
    key : tuple
        Of its picture.
    make : callable
        Draws the picture.
    x, y : float
        The point that keeps its place on the map when zooming, map pixels.
    dx, dy : float
        From there to the left top corner of the picture.
    wide, high : int
        Of the picture, or somewhat more.
    start : tuple of float, optional
        Where a leader to the name starts, map pixels.
    reach : float
        Half the width of the text, where a leader ends.
    """

    key: tuple[object, ...]
    make: Make
    x: float
    y: float
    dx: float
    dy: float
    wide: int
    high: int
    start: tuple[float, float] | None = None
    reach: float = 0.0


class Names:
    """Names of territories, cities and countries; a stamp.

    Parameters
    ----------
    arcs : Arcs
    overview : Overview
        Tells what lies under a place.

    Attributes
    ----------
    base : BaseMap or None
        Whose cities and countries are named.
    shows_territories : bool
    needs_rest : bool
        The names stand as well as can be told without looking at the picture: `settle` is due.
    """

    def __init__(self, arcs: Arcs, overview: Overview) -> None:
        self._arcs, self._overview = arcs, overview
        self._labels = Labels(arcs, 0)
        self._blocks: list[Block] = []
        self._forms: list[list[Block]] = []
        self._pictures: dict[tuple[object, ...], QtGui.QImage] = {}
        self._sizes: dict[tuple[object, ...], tuple[float, float]] = {}
        self._px, self._ratio = _PX, 1.0
        self._is_outdated = True
        self._found_scale = self._scale = 0.0
        self._hidden: set[int] = set()
        self._extras: dict[int, Lettered] = {}
        self._countries: list[Lettered] = []
        self._cities: list[Lettered] = []
        self._items: list[Lettered] = []
        self._leads: list[int] = []
        self._metrics = np.zeros((0, 6))
        self._corners = np.zeros((0, 4), np.int64)
        self._left_top = np.zeros((0, 2), np.int64)
        self._seen: set[tuple[object, Rect]] = set()
        self._walls: Sequence[Box] = ()
        self._is_all_changed = True
        self._changed: list[Rect] = []
        self.base: BaseMap | None = None
        self.shows_territories = True
        self.needs_rest = False

    # ------------------------------------------------------------------ what is named
    def forget(self) -> None:
        """Draw all pictures again: another theme or pixel ratio."""
        self._pictures.clear()
        self._sizes.clear()
        self._is_outdated = self._is_all_changed = True

    def show(self, territories: bool, base: BaseMap | None) -> None:
        """Name territories or not, and the cities and countries of a base map or none."""
        if (territories, base) != (self.shows_territories, self.base):
            self.shows_territories, self.base = territories, base
            self._countries, self._cities = [], []
            self._is_outdated = True

    def set_blocks(self, blocks: Sequence[Block], owners: np.ndarray) -> None:
        """All territories: their texts, and the territory row of each unit."""
        if len(self._labels.anchors) != len(blocks):
            self._labels = Labels(self._arcs, len(blocks))
            self._hidden, self._extras = set(), {}
        self._labels.touch(owners)
        self._take(blocks)

    def touch(self, blocks: Sequence[Block], owners: np.ndarray, rows: np.ndarray) -> None:
        """New texts; only some territories have another shape."""
        self._labels.touch(owners, rows)
        self._take(blocks)

    def _take(self, blocks: Sequence[Block]) -> None:
        self._blocks = list(blocks)
        self._forms = [[_form(block, k) for block in blocks] for k in range(len(_LETTERS))]
        self._is_outdated = True

    # ------------------------------------------------------------------ where they stand
    @property
    def has_places(self) -> bool:
        """Whether places were ever found."""
        return self._found_scale > 0

    def follow(self, view: View, owners: np.ndarray, ratio: float, is_zooming: bool) -> None:
        """Take up a view, and texts and shapes that changed.

        Names keep their places on the map while panning. While zooming they only follow, until
        `settle` finds places for the new scale.
        """
        is_same = (view.scale, ratio) == (self._scale, self._ratio)
        if is_same and not self._is_outdated:
            return
        grown = view.scale / self._found_scale if self._found_scale else 0.0
        follows = is_zooming and not self._is_outdated and ratio == self._ratio
        self.needs_rest = True
        more = 1.5 if len(self._blocks) > 300 else 1.0  # finding many takes longer than a frame
        if follows and _LEAST_ZOOM / more < grown < _MOST_ZOOM * more:
            self._scale = view.scale
            self._is_all_changed = True
            self._lay_out()
        else:
            self._find(view, owners, ratio)
            self._compose()

    def _find(self, view: View, owners: np.ndarray, ratio: float) -> None:
        """Places on the whole map for the scale of a view."""
        is_same = (view.scale, ratio) == (self._found_scale, self._ratio)
        self._ratio, self._is_outdated = ratio, False
        self._px = _BIG_PX if ratio / view.px_per_m < _BIG_FROM_M else _PX
        self._found_scale = self._scale = view.scale
        if not is_same:
            self._hidden, self._extras, self._walls = set(), {}, ()
            self._countries, self._cities = [], []
            self._is_all_changed = True
        if self._blocks:
            self._labels.set_sizes(*([self._size(b) for b in form] for form in self._forms))
            self._labels.placed(view, owners, self._overview, ratio)
            self._extras = {
                t: self._lettered(t, int(str(one.key[1])), one.x, one.y)
                for t, one in self._extras.items()
            }

    def _size(self, block: Block) -> tuple[float, float]:
        key = (block, self._px, self._ratio)
        found = self._sizes.get(key)
        if found is None:
            if len(self._sizes) >= 4 * _MOST_PICTURES:
                self._sizes.clear()
            found = self._sizes[key] = lettering.block_size(block, self._px, self._ratio)
        return found

    def settle(
        self,
        view: View,
        pixels: np.ndarray,
        owners: np.ndarray,
        ratio: float,
        walls: Sequence[Box] | None,
    ) -> None:
        """Find the best places for a view at rest.

        Parameters
        ----------
        pixels : (height, width) int32
            Unit of every pixel of the view.
        walls : sequence of boxes or None
            What floats over the map, device pixels; None: the same as last time.
        """
        self.needs_rest = False
        if (view.scale, ratio) != (self._found_scale, self._ratio) or self._is_outdated:
            self._find(view, owners, ratio)
        self._walls = self._walls if walls is None else walls
        around = np.array(self._walls, np.float64).reshape(-1, 4)
        around = around + _CLEAR_PX * ratio * np.array([-1, -1, 1, 1])
        taken = self._settle_territories(view, pixels, owners, around)
        self._settle_places(view, taken, around)
        self._compose()

    def _settle_territories(
        self, view: View, pixels: np.ndarray, owners: np.ndarray, walls: np.ndarray
    ) -> np.ndarray:
        """Name what edge or panels hide where it can be seen; boxes of all names."""
        if not self._blocks or not self.shows_territories:
            return np.zeros((0, 4))
        labels = self._labels
        boxes = self._boxes(view)
        is_shown = labels.places[:, 3] > 0
        inside = (boxes[:, :2] >= 0).all(1) & (boxes[:, 2:] <= (view.width, view.height)).all(1)
        is_clear = ~_touch(boxes, walls)
        good = is_shown & inside & is_clear
        at = labels.anchors[:, :2] * view.scale * (1, -1) - (view.kx, -view.ky)
        in_sight = (at > 0).all(1) & (at < (view.width, view.height)).all(1)
        is_crowded_out = ~is_shown & in_sight
        wanted = ~good & ~is_crowded_out & np.array([bool(b[0]) for b in self._blocks])
        taken = np.vstack([boxes[good], walls])
        kept = self._kept(view, pixels, owners, wanted, taken)
        wanted[list(kept)] = False
        taken = np.vstack([taken, *(self._box_of(one, view) for one in kept.values())])
        found = labels.find_in_view(view, pixels, owners, wanted, taken, self._ratio)
        self._extras = {**kept, **{
            p.territory: self._lettered(p.territory, p.form, p.x + view.kx, p.y - view.ky)
            for p in found
        }}  # fmt: skip
        more = [self._box_of(one, view) for one in self._extras.values()]
        added = np.vstack([np.zeros((0, 4)), *more])
        is_hidden = is_shown & (~is_clear | (~good & _touch(boxes, added)))
        self._hidden = set(self._extras) | set(np.flatnonzero(is_hidden).tolist())
        return np.vstack([boxes[is_shown & ~is_hidden], added])

    def _boxes(self, view: View) -> np.ndarray:
        """(n, 4) boxes in pixels of the view of the names of territories in their own places."""
        places, rows = self._labels.places, np.arange(len(self._blocks))
        half = self._labels.forms[places[:, 4].astype(int), rows] / 2
        at = places[:, :2] - (view.kx, -view.ky)
        return np.hstack([at - half, at + half])

    def _kept(
        self,
        view: View,
        pixels: np.ndarray,
        owners: np.ndarray,
        wanted: np.ndarray,
        taken: np.ndarray,
    ) -> dict[int, Lettered]:
        """Names in view found earlier that still stand well."""
        out = {}
        for t, one in self._extras.items():
            x, y = int(one.x - view.kx), int(one.y + view.ky)
            if not (wanted[t] and 0 <= x < view.width and 0 <= y < view.height):
                continue
            box = self._box_of(one, view)
            unit = pixels[y, x]
            is_own = unit >= 0 and owners[unit] == t
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= view.width and box[3] <= view.height
            if is_own and inside and not _touch(box[None], taken)[0]:
                out[t] = self._lettered(t, int(str(one.key[1])), one.x, one.y)
                taken = np.vstack([taken, box])
        return out

    @staticmethod
    def _box_of(one: Lettered, view: View) -> np.ndarray:
        x, y = one.x + one.dx - view.kx, one.y + one.dy + view.ky
        return np.array([x, y, x + one.wide, y + one.high])

    def _settle_places(self, view: View, names: np.ndarray, walls: np.ndarray) -> None:
        """Cities and countries where no territory's name stands; those that stood stay."""
        if self.base is None:
            self._cities, self._countries = [], []
            return
        taken = [_box(row) for row in np.vstack([names, walls])]
        self._settle_countries(self.base, view, taken)
        taken += [_box(self._box_of(one, view)) for one in self._countries]
        self._settle_cities(self.base, view, taken)

    def _settle_countries(self, base: BaseMap, view: View, taken: list[Box]) -> None:
        kept = []
        for one in self._countries:
            box = _box(self._box_of(one, view))
            inside = box[0] > 0 and box[1] > 0 and box[2] < view.width and box[3] < view.height
            if inside and not _touch(np.array([box]), np.array(taken).reshape(-1, 4))[0]:
                kept.append(one)
        metrics, ratio = QtGui.QFontMetricsF(lettering.country_font()), self._ratio
        known = {one.key for one in kept}
        taken = taken + [_box(self._box_of(one, view)) for one in kept]
        found = country_names(
            base, view, self._overview, taken,
            lambda name: metrics.horizontalAdvance(name.upper()) * ratio, ratio,
        )  # fmt: skip
        made = [self._country(one.name, one.x + view.kx, one.y - view.ky) for one in found]
        self._countries = kept + [one for one in made if one.key not in known]

    def _country(self, name: str, x: float, y: float) -> Lettered:
        key, make = (
            ("country", name, self._ratio),
            partial(lettering.draw_country, name, self._ratio),
        )
        size = self._picture(key, make).size()
        wide, high = size.width(), size.height()
        return Lettered(key, make, x, y, -wide / 2, -high / 2, wide, high)

    def _settle_cities(self, base: BaseMap, view: View, taken: list[Box]) -> None:
        ratio = self._ratio
        beyond_x, beyond_y = int(view.width * _BEYOND), int(view.height * _BEYOND)
        wide = view.moved(beyond_x, beyond_y)
        wide = wide.resized(view.width + 2 * beyond_x, view.height + 2 * beyond_y)
        moved = [(a + beyond_x, b + beyond_y, c + beyond_x, d + beyond_y) for a, b, c, d in taken]
        metrics = QtGui.QFontMetricsF(theme.font(lettering.SMALL_PX))
        found = city_names(
            base, wide, moved, lambda name: metrics.horizontalAdvance(name) * ratio, ratio
        )
        left, up = lettering.CITY_DOT
        self._cities = []
        for one in found:
            size = (
                int((metrics.horizontalAdvance(one.name) + 20) * ratio) + 1,
                int(18 * ratio) + 1,
            )
            make = partial(lettering.draw_city, one.name, ratio)
            key = ("city", one.name, ratio)
            at = (one.x + wide.kx, one.y - wide.ky, -left * ratio, -up * ratio)
            self._cities.append(Lettered(key, make, *at, *size))

    # ------------------------------------------------------------------ pictures in their places
    def _lettered(
        self, t: int, form: int, x: float, y: float, start: tuple[float, float] | None = None
    ) -> Lettered:
        block = self._forms[form][t]
        width, height = self._size(block)
        wide, high = int(width + 8 * self._ratio) + 1, int(height + 8 * self._ratio) + 1
        make = partial(lettering.draw_block, block, self._px, self._ratio)
        key = ("block", form, *block, self._px, self._ratio)
        reach = width / 2 - 2 * self._ratio
        return Lettered(key, make, x, y, -wide / 2, -high / 2, wide, high, start, reach)

    def _territories(self) -> list[Lettered]:
        """Names in their own places, the largest territory first."""
        if not self.shows_territories or not self._blocks:
            return []
        labels, scale = self._labels, self._found_scale
        out = []
        for t in np.flatnonzero(labels.places[:, 3] > 0).tolist():
            if t not in self._hidden and self._blocks[t][0]:
                x, y, leads, _shown, form = labels.places[t].tolist()
                anchor = labels.anchors[t]
                start = (float(anchor[0] * scale), float(-anchor[1] * scale)) if leads else None
                out.append(self._lettered(t, int(form), x, y, start))
        return out

    def _compose(self) -> None:
        """All names, the lowest first."""
        names = [*self._territories(), *self._extras.values()] if self.shows_territories else []
        self._items = [*self._countries, *self._cities, *names]
        self._leads = [k for k, one in enumerate(self._items) if one.start is not None]
        self._metrics = np.array(
            [(o.x, o.y, o.dx, o.dy, o.wide, o.high) for o in self._items]
        ).reshape(-1, 6)
        self._lay_out()

    def _lay_out(self) -> None:
        """Corners of the pictures at the present scale, and what changed."""
        grown, metrics = self._scale / self._found_scale, self._metrics
        self._left_top = np.floor(metrics[:, :2] * grown + metrics[:, 2:4] + 0.5).astype(np.int64)
        corners = np.hstack([self._left_top, self._left_top + metrics[:, 4:].astype(np.int64)])
        for k in self._leads:
            x, y = self._items[k].start or (0.0, 0.0)
            corners[k] = _around(corners[k], x * grown, y * grown, _LEADER_PAD * self._ratio)
        self._corners = corners
        before, self._seen = self._seen, self._keys()
        if not self._is_all_changed:
            self._changed += [at for _key, at in before ^ self._seen]

    def _keys(self) -> set[tuple[object, Rect]]:
        corners = [(a, b, c, d) for a, b, c, d in self._corners.tolist()]
        return {(one.key, at) for one, at in zip(self._items, corners, strict=True)}

    def take_changed(self, view: View) -> list[Rect] | None:
        """Rectangles of the view where names changed since the last call; None for everywhere."""
        out = None
        if not self._is_all_changed:
            out = [(a - view.kx, b + view.ky, c - view.kx, d + view.ky)
                   for a, b, c, d in self._changed]  # fmt: skip
        self._is_all_changed, self._changed = False, []
        return out

    # ------------------------------------------------------------------ drawing
    def draw(self, rgb: np.ndarray, view: View, style: Style) -> None:
        """Draw the names that touch a rectangle of the picture."""
        rows = self._rows_in(view)
        if not rows:
            return
        high, wide = rgb.shape
        image = QtGui.QImage(rgb.data, wide, high, wide * 4, QtGui.QImage.Format.Format_RGB32)
        painter = QtGui.QPainter(image)
        self._paint(painter, rows, view)
        painter.end()

    def paint(self, painter: QtGui.QPainter, view: View) -> None:
        """Draw the names in a view with a painter of device pixels."""
        self._paint(painter, self._rows_in(view), view)

    def _rows_in(self, view: View) -> list[int]:
        if view.scale != self._scale:
            return []
        at = self._corners - (view.kx, -view.ky, view.kx, -view.ky)
        hits = (at[:, 0] < view.width) & (at[:, 1] < view.height)
        return np.flatnonzero(hits & (at[:, 2] > 0) & (at[:, 3] > 0)).tolist()

    def _paint(self, painter: QtGui.QPainter, rows: list[int], view: View) -> None:
        self._leaders(painter, rows, view)
        for row, (x, y) in zip(rows, self._left_top[rows].tolist(), strict=True):
            one = self._items[row]
            painter.drawImage(x - view.kx, y + view.ky, self._picture(one.key, one.make))

    def _picture(self, key: tuple[object, ...], make: Make) -> QtGui.QImage:
        found = self._pictures.get(key)
        if found is None:
            if len(self._pictures) >= _MOST_PICTURES:
                self._pictures.clear()
            found = self._pictures[key] = make()
        return found

    def _leaders(self, painter: QtGui.QPainter, rows: list[int], view: View) -> None:
        grown, ratio, lines = self._scale / self._found_scale, self._ratio, []
        for one in (self._items[row] for row in rows):
            if one.start is not None:
                x, y = one.x * grown - view.kx, one.y * grown + view.ky
                start = QtCore.QPointF(one.start[0] * grown - view.kx,
                                       one.start[1] * grown + view.ky)  # fmt: skip
                end = x - one.reach if x > start.x() else x + one.reach
                lines.append(QtCore.QLineF(start, QtCore.QPointF(end, y)))
        if not lines:
            return
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        round_cap, solid = QtCore.Qt.PenCapStyle.RoundCap, QtCore.Qt.PenStyle.SolidLine
        painter.setPen(QtGui.QPen(theme.colour("halo"), 3 * ratio))
        painter.drawLines(lines)
        painter.setPen(QtGui.QPen(theme.colour("territory_core"), ratio))
        painter.drawLines(lines)
        painter.setPen(QtGui.QPen(theme.colour("territory_core"), 4 * ratio, solid, round_cap))
        painter.drawPoints([line.p1() for line in lines])


def _form(block: Block, k: int) -> Block:
    """A territory's text in full or shorter; without a name where it would be the same."""
    name, value, tone, locked = block
    short, most = shortened(name, _LETTERS[k]), _LETTERS[k]
    if k == 0:
        return wrapped(short), value, tone, locked
    if k == len(_LETTERS) - 1:
        return short, "", "label", False
    is_other = len(name) > (LINE_LETTERS if k == 1 else most)
    return short if is_other else "", value, tone, locked


def _touch(boxes: np.ndarray, walls: np.ndarray) -> np.ndarray:
    """Which boxes overlap any of the walls."""
    if not len(walls):
        return np.zeros(len(boxes), bool)
    a, b = boxes[:, None], walls[None]
    over = (a[..., 0] < b[..., 2]) & (a[..., 2] > b[..., 0])
    over &= (a[..., 1] < b[..., 3]) & (a[..., 3] > b[..., 1])
    return np.asarray(over.any(axis=1))


def _box(row: np.ndarray) -> Box:
    return float(row[0]), float(row[1]), float(row[2]), float(row[3])


def _around(corners: np.ndarray, x: float, y: float, pad: float) -> np.ndarray:
    """Corners that hold a point too."""
    low, high = np.floor([x - pad, y - pad]), np.ceil([x + pad, y + pad])
    return np.hstack([np.minimum(corners[:2], low), np.maximum(corners[2:], high)]).astype(np.int64)
