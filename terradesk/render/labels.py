"""Where the names of territories stand; the same on screen and on paper.

A name stands in the middle of the largest circle inside its territory. If that is taken it moves to
the nearest free place in its own territory, or to open water with a leader (in plans of up to 60
territories); where there is no room it is tried in shorter forms. It never stands mostly on another
territory, rather it is left out. Places are found once per scale in map pixels, so names do not
move while panning; what the edge of the view or a panel hides is named anew when the map rests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from terradesk.arcs import Arcs
from terradesk.render.jit import Bools, Floats, Int32s, Int64s
from terradesk.render.overview import Overview
from terradesk.render.placing import place
from terradesk.render.poles import largest_parts, poles
from terradesk.render.regions import room
from terradesk.render.view import View

__all__ = ["LINE_LETTERS", "Labels", "Placed", "wrapped"]

LINE_LETTERS = 22
"""Letters of a name from which on it takes two lines."""

_ANCHOR_PX = 120  # resolution of the outlines in which circles are looked for
_STEP_PX = 14.0
_LEAST_OWN, _LEAST_OWN_CROWDED = 3, 4  # of 5 places along a name
_MOST_LED = 60  # with more territories leaders cross each other and tell nothing
_VIEW_CELLS = 200  # across the view, to find room for names in it
_LEAST_ROOM = 0.55  # of the height of a name, from a place found in view to the nearest edge
_NOWHERE = (-1e300, -1e300, 1e300, 1e300)


@dataclass(frozen=True, slots=True)
class Placed:
    """A name on the map; positions in device pixels of a view.

    Parameters
    ----------
    territory : int
    x, y : float
        Centre of the text block.
    anchor_x, anchor_y : float
        Where a leader starts.
    has_leader : bool
        The name stands on water beside its territory.
    form : int
        Which of the sizes it has: 0 the whole text, 1 and on the shorter ones.
    """

    territory: int
    x: float
    y: float
    anchor_x: float
    anchor_y: float
    has_leader: bool
    form: int = 0


def wrapped(name: str, most: int = LINE_LETTERS) -> str:
    r"""A name, in two lines of about the same length where it has more letters than `most`.

    Examples
    --------
    >>> wrapped("Greater Houston and the Gulf Coast")
    'Greater Houston\nand the Gulf Coast'
    """
    words = name.split()
    if len(name) <= most or len(words) < 2:
        return name
    breaks = [(" ".join(words[:k]), " ".join(words[k:])) for k in range(1, len(words))]
    return "\n".join(min(breaks, key=lambda two: max(map(len, two))))


class Labels:
    """Anchors and places of the territory names of one plan.

    Parameters
    ----------
    arcs : Arcs
    n : int
        Number of territories.

    Attributes
    ----------
    anchors : (n, 3) float64
        x, y, radius of the largest inscribed circle, cm from the origin of the arcs; radius 0 for
        a territory without area.
    forms : (k, n, 2) float64
        Width and height of each text block in each form, device pixels; see `set_sizes`.
    places : (n, 5) float64
        Centre in map pixels (right and down from the origin of the arcs), 1 for a leader, 1 for
        shown, and form, for the scale that was last asked for.
    """

    def __init__(self, arcs: Arcs, n: int) -> None:
        self.arcs = arcs
        self.anchors = np.zeros((n, 3))
        self.forms = np.zeros((1, n, 2))
        self._anchors_now = self.anchors
        self._part_areas = np.zeros(n)
        self.places = np.zeros((n, 5))
        self._placed_for: tuple[object, ...] = ()
        self._version = 0

    def touch(self, territories: ArrayLike, which: ArrayLike | None = None) -> None:
        """Find the anchors again after an edit.

        Parameters
        ----------
        territories : (n_units,) int
        which : (k,) int, optional
            Territories that changed; all by default.
        """
        owners = np.asarray(territories, np.int32)
        n = len(self.anchors)
        wanted = np.ones(n, np.bool_) if which is None else self._chosen(which)
        if not wanted.any():
            return
        arcs = self.arcs
        part = np.zeros(arcs.n_units, np.uint8)
        areas = largest_parts(
            owners,
            arcs.areas,
            arcs.unit_starts,
            arcs.unit_arcs,
            arcs.left,
            arcs.right,
            wanted,
            part,
        )
        self._part_areas[wanted] = areas[wanted]
        self.anchors[wanted] = 0
        side = float(np.sqrt(np.median(areas[wanted]))) * 100
        line = arcs.levels[arcs.level(max(side, 1.0) / _ANCHOR_PX)]
        poles(wanted, owners, part, arcs.left, arcs.right, line.xy, line.offsets, self.anchors)
        self._version += 1

    def _chosen(self, which: ArrayLike) -> Bools:
        rows = np.asarray(which, np.int64).ravel()
        wanted = np.zeros(len(self.anchors), np.bool_)
        wanted[rows[(rows >= 0) & (rows < len(wanted))]] = True
        return wanted

    @property
    def sizes(self) -> Floats:
        """Width and height of each text block in full, device pixels, (n, 2)."""
        return self.forms[0]

    def set_sizes(self, *sizes: ArrayLike) -> None:
        """Set width and height of each text block, device pixels, (n, 2) each.

        Parameters
        ----------
        sizes
            The whole text first, then shorter forms of it, tried in this order; 0 for a form that
            a territory does not have.
        """
        fresh = np.stack([np.asarray(one, np.float64).reshape(-1, 2) for one in sizes])
        if not np.array_equal(fresh, self.forms):
            self.forms = fresh
            self._version += 1

    def placed(
        self,
        view: View,
        territories: ArrayLike,
        overview: Overview,
        pixel_ratio: float = 1.0,
        obstacles: ArrayLike | None = None,
        keep_inside: float | None = None,
        pixels: Int32s | None = None,
    ) -> list[Placed]:
        """Names to draw in a view, the largest territory first.

        Parameters
        ----------
        view : View
        territories : (n_units,) int
        overview : Overview
            Tells what lies under a place.
        pixel_ratio : float
            Scales the steps of the search.
        obstacles : (k, 4) float, optional
            x0, y0, x1, y1 in pixels of the view that no name may touch: for pictures; places then
            hold for this view only.
        keep_inside : float, optional
            Keep text blocks so many pixels inside the view: for pictures.
        pixels : (height, width) int32, optional
            Unit of every pixel of the view (`Frame.ids`), or of a coarser raster of it: a
            territory whose middle is out of sight is then named in its visible part; places hold
            for this view only.
        """
        given = (obstacles, keep_inside, pixels)
        fixed = None if all(one is None for one in given) else view
        key = (self._version, view.scale, pixel_ratio, fixed)
        if key != self._placed_for:
            owners = np.asarray(territories, np.int32)
            self._anchors_now = self.anchors
            if pixels is not None:
                self._anchors_now = self._visible_anchors(view, pixels, owners)
            self._find(view, owners, overview, pixel_ratio, obstacles, keep_inside)
            self._placed_for = key
        return self._in(view, self.places, self._anchors_now)

    def find_in_view(
        self,
        view: View,
        pixels: Int32s,
        territories: ArrayLike,
        wanted: Bools,
        obstacles: ArrayLike,
        pixel_ratio: float = 1.0,
    ) -> list[Placed]:
        """Name territories in the part of them that is seen.

        Parameters
        ----------
        view : View
        pixels : (height, width) int32
            Unit of every pixel of the view (`Frame.ids`).
        territories : (n_units,) int
        wanted : (n,) bool
            Which territories to name.
        obstacles : (k, 4) float
            x0, y0, x1, y1 in pixels of the view that no name may touch.
        """
        owners = np.asarray(territories, np.int32)
        walls = np.asarray(obstacles, np.float64).reshape(-1, 4)
        step = _cell(pixels)
        units = pixels[step // 2 :: step, step // 2 :: step]
        anchors = np.zeros_like(self.anchors)
        self._roomiest(view, np.append(owners, -1)[units], step, np.flatnonzero(wanted), walls,
                       anchors)  # fmt: skip
        anchors[anchors[:, 2] * view.scale < _LEAST_ROOM * self.forms[-1, :, 1] / 2, 2] = 0
        corner = np.array([view.kx, -view.ky] * 2, np.float64)
        places = np.zeros_like(self.places)
        order = np.argsort(-self._part_areas, kind="stable")
        place(
            order[anchors[order, 2] > 0],
            anchors,
            self.forms,
            view.scale,
            _STEP_PX * pixel_ratio,
            np.ascontiguousarray(units),
            ((view.kx + step // 2) / step - 0.5, (view.ky - step // 2) / step + 0.5,
             view.scale / step),
            owners,
            walls + corner,
            corner + np.array([2, 2, view.width - 2, view.height - 2]),
            False,
            self._least_own,
            places,
        )  # fmt: skip
        return self._in(view, places, anchors)

    def _visible_anchors(self, view: View, pixels: Int32s, owners: Int32s) -> Floats:
        """Anchors with those out of sight moved to where the territory has most room in view."""
        anchors = self.anchors.copy()
        step = _cell(pixels)
        seen = np.append(owners, -1)[pixels[step // 2 :: step, step // 2 :: step]]
        x, y = anchors[:, 0] * view.scale - view.kx, view.ky - anchors[:, 1] * view.scale
        is_near = (x > 0) & (y > 0) & (x < view.width) & (y < view.height)
        side = step * view.width / pixels.shape[1]
        self._roomiest(view, seen, side, np.flatnonzero(~is_near), np.zeros((0, 4)), anchors)
        return anchors

    @staticmethod
    def _roomiest(
        view: View, seen: Int32s, step: float, wanted: Int64s, walls: Floats, anchors: Floats
    ) -> None:
        """Put anchors where territories have most room in a raster of the view."""
        seen = seen.copy()
        for x0, y0, x1, y1 in np.clip(walls / step, 0, 1e6):
            seen[int(y0) : int(np.ceil(y1)), int(x0) : int(np.ceil(x1))] = -1
        rows, columns = np.nonzero(np.isin(seen, wanted))
        owners = seen[rows, columns]
        for t in np.unique(owners):
            own = owners == t
            top, left = rows[own].min(), columns[own].min()
            part = seen[top : rows[own].max() + 1, left : columns[own].max() + 1] == t
            free = room(np.pad(part, 1).astype(np.uint8))
            row, column = np.unravel_index(int(free.argmax()), free.shape)
            if free[row, column] > 1:
                at_x = (int(column) - 0.5 + int(left)) * step
                at_y = (int(row) - 0.5 + int(top)) * step
                radius = float(free[row, column]) * step / view.scale
                anchors[t] = (view.kx + at_x) / view.scale, (view.ky - at_y) / view.scale, radius

    @property
    def _is_crowded(self) -> bool:
        return int((self.anchors[:, 2] > 0).sum()) > _MOST_LED

    @property
    def _least_own(self) -> int:
        return _LEAST_OWN_CROWDED if self._is_crowded else _LEAST_OWN

    def _find(
        self,
        view: View,
        territories: Int32s,
        overview: Overview,
        pixel_ratio: float,
        obstacles: ArrayLike | None,
        keep_inside: float | None,
    ) -> None:
        corner = np.array([view.kx, -view.ky] * 2, np.float64)
        given = np.zeros((0, 4)) if obstacles is None else np.asarray(obstacles, np.float64)
        bounds = np.array(_NOWHERE)
        if keep_inside is not None:
            pad = keep_inside
            bounds = np.array([pad, pad, view.width - pad, view.height - pad]) + corner
        self.places[:, 3] = 0
        place(
            np.argsort(-self._part_areas, kind="stable"),
            self._anchors_now,
            self.forms,
            view.scale,
            _STEP_PX * pixel_ratio,
            overview.ids,
            (float(overview.view.kx), float(overview.view.ky), overview.view.scale),
            territories,
            given.reshape(-1, 4) + corner,
            bounds,
            not self._is_crowded,
            self._least_own,
            self.places,
        )

    def _in(self, view: View, places: Floats, anchors: Floats) -> list[Placed]:
        rows = np.arange(len(places))
        half = self.forms[places[:, 4].astype(np.int64), rows] / 2
        x, y = places[:, 0] - view.kx, places[:, 1] + view.ky
        w, h = half[:, 0], half[:, 1]
        ax = anchors[:, 0] * view.scale - view.kx
        ay = view.ky - anchors[:, 1] * view.scale
        seen = (x + w > 0) & (y + h > 0) & (x - w < view.width) & (y - h < view.height)
        rows = np.flatnonzero((places[:, 3] > 0) & seen)
        return [
            Placed(
                int(t),
                float(x[t]),
                float(y[t]),
                float(ax[t]),
                float(ay[t]),
                bool(places[t, 2]),
                int(places[t, 4]),
            )
            for t in rows[np.argsort(-self._part_areas[rows], kind="stable")]
        ]


def _cell(pixels: Int32s) -> int:
    """Pixels per cell of the raster in which room is looked for."""
    return max(1, min(pixels.shape) // _VIEW_CELLS)
