"""Names on the map: placed once per scale, drawn once as small pictures, stamped into the map."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from terradesk.arcs import Arcs
from terradesk.i18n import shortened
from terradesk.render import Overview, View
from terradesk.render.basemap import BaseMap
from terradesk.render.labels import LINE_LETTERS, Labels, wrapped

from . import lettering
from .lettered import MOST_PICTURES, Lettered, Sheet, touch
from .lettering import Block
from .place_names import PlaceNames

_PX, _BIG_PX = 12, 14
_BIG_FROM_M = 1400.0
_LETTERS = (56, 32, 14, 10)  # of a name in its forms; the last stands alone, without its figure
_LEAST_ZOOM, _MOST_ZOOM = 0.6, 1.6  # so far names only follow a zoom; beyond they are found anew
_CLEAR_PX = 3  # between a name and what floats over the map

Box = tuple[float, float, float, float]


class Names:
    """Names of territories, cities and countries.

    Parameters
    ----------
    arcs : Arcs
    overview : Overview
        Tells what lies under a place.

    Attributes
    ----------
    sheet : Sheet
        Their pictures; a stamp.
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
        self._sizes: dict[tuple[object, ...], tuple[float, float]] = {}
        self._px, self._ratio = _PX, 1.0
        self._is_outdated = True
        self._found_scale = self._scale = 0.0
        self._hidden: set[int] = set()
        self._extras: dict[int, Lettered] = {}
        self.sheet = Sheet()
        self._places = PlaceNames(overview, self.sheet.picture)
        self._walls: Sequence[Box] = ()
        self.base: BaseMap | None = None
        self.shows_territories = True
        self.needs_rest = False

    # ------------------------------------------------------------------ what is named
    def forget(self) -> None:
        """Draw all pictures again: another theme or pixel ratio."""
        self.sheet.forget()
        self._sizes.clear()
        self._is_outdated = True

    def show(self, territories: bool, base: BaseMap | None) -> None:
        """Name territories or not, and the cities and countries of a base map or none."""
        if (territories, base) != (self.shows_territories, self.base):
            self.shows_territories, self.base = territories, base
            self._places.forget()
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
            self.sheet.change_all()
            self.sheet.set_scale(view.scale, grown)
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
            self._places.forget()
            self.sheet.change_all()
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
            if len(self._sizes) >= 4 * MOST_PICTURES:
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
        self._places.settle(self.base, view, ratio, taken, around)
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
        is_clear = ~touch(boxes, walls)
        good = is_shown & inside & is_clear
        at = labels.anchors[:, :2] * view.scale * (1, -1) - (view.kx, -view.ky)
        in_sight = (at > 0).all(1) & (at < (view.width, view.height)).all(1)
        is_crowded_out = ~is_shown & in_sight
        wanted = ~good & ~is_crowded_out & np.array([bool(b[0]) for b in self._blocks])
        taken = np.vstack([boxes[good], walls])
        kept = self._kept(view, pixels, owners, wanted, taken)
        wanted[list(kept)] = False
        taken = np.vstack([taken, *(one.box(view) for one in kept.values())])
        found = labels.find_in_view(view, pixels, owners, wanted, taken, self._ratio)
        self._extras = {**kept, **{
            p.territory: self._lettered(p.territory, p.form, p.x + view.kx, p.y - view.ky)
            for p in found
        }}  # fmt: skip
        more = [one.box(view) for one in self._extras.values()]
        added = np.vstack([np.zeros((0, 4)), *more])
        is_hidden = is_shown & (~is_clear | (~good & touch(boxes, added)))
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
            box = one.box(view)
            unit = pixels[y, x]
            is_own = unit >= 0 and owners[unit] == t
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= view.width and box[3] <= view.height
            if is_own and inside and not touch(box[None], taken)[0]:
                out[t] = self._lettered(t, int(str(one.key[1])), one.x, one.y)
                taken = np.vstack([taken, box])
        return out

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
        items = [*self._places.countries, *self._places.cities, *names]
        self.sheet.set_items(items, self._found_scale, self._ratio)


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
