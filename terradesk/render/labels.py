"""Where the names of territories stand; the same on screen and on paper.

A name stands in the middle of the largest circle inside its territory. If that is taken it moves to
the nearest free place in its own territory, or to open water with a leader (in plans of up to 60
territories); it never stands on another territory, rather it is left out. Places are found once per
scale in map pixels, so names do not move while panning.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from terradesk.arcs import Arcs
from terradesk.render.jit import Bools, Floats, Int32s, Int64s, Place, kernel
from terradesk.render.overview import Overview
from terradesk.render.poles import largest_parts, poles
from terradesk.render.regions import room
from terradesk.render.view import View

__all__ = ["Labels", "Placed"]

_ANCHOR_PX = 120  # resolution of the outlines in which circles are looked for
_STEP_PX, _RINGS, _ANGLES = 14.0, 9, 18
_MOST_LED = 60  # with more territories leaders cross each other and tell nothing
_VIEW_CELLS = 200  # across the view, to find room for names in it
_NOT_OWN, _LEFTWARDS = 26.0, 20.0
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
    """

    territory: int
    x: float
    y: float
    anchor_x: float
    anchor_y: float
    has_leader: bool


@kernel
def _overlaps(box: Floats, boxes: Floats, n: int) -> bool:
    for k in range(n):
        if (
            box[0] < boxes[k, 2]
            and box[2] > boxes[k, 0]
            and box[1] < boxes[k, 3]
            and box[3] > boxes[k, 1]
        ):
            return True
    return False


@kernel
def _owner_at(x: float, y: float, scale: float, ids: Int32s, at: Place, territories: Int32s) -> int:
    """Territory under a point in map pixels, -1 unassigned, -2 outside the plan."""
    row = int(np.floor(y / scale * at[2] + at[1]))
    column = int(np.floor(x / scale * at[2] - at[0]))
    if row < 0 or column < 0 or row >= ids.shape[0] or column >= ids.shape[1]:
        return -2
    unit = ids[row, column]
    return int(territories[unit]) if unit >= 0 else -2


@kernel
def _place(
    order: Int64s,
    anchors: Floats,
    sizes: Floats,
    scale: float,
    step_px: float,
    ids: Int32s,
    at: Place,
    territories: Int32s,
    obstacles: Floats,
    bounds: Floats,
    may_lead: bool,
    out: Floats,
) -> None:
    """Greedy places in map pixels; out[t] = x, y, leader (0/1), shown (0/1)."""
    taken = np.empty((len(order) + len(obstacles), 4))
    taken[: len(obstacles)] = obstacles
    n = len(obstacles)
    box = np.empty(4)
    for t in order:
        out[t, 3] = 0
        if anchors[t, 2] <= 0:
            continue
        ax, ay = anchors[t, 0] * scale, -anchors[t, 1] * scale
        w, h = sizes[t, 0] / 2, sizes[t, 1] / 2
        best = 1e9
        for step in range(1 + _RINGS * _ANGLES):
            distance = 0.0 if step == 0 else step_px * (1 + (step - 1) // _ANGLES)
            if distance > best:
                break
            angle = ((step - 1) % _ANGLES) * 2 * np.pi / _ANGLES
            x = ax + 1.25 * distance * np.cos(angle)
            y = ay - distance * np.sin(angle)
            box[0], box[1], box[2], box[3] = x - w, y - h, x + w, y + h
            if box[0] < bounds[0] or box[1] < bounds[1] or box[2] > bounds[2] or box[3] > bounds[3]:
                continue
            if _overlaps(box, taken, n):
                continue
            cost = distance
            is_own = True
            if step:
                owner = _owner_at(x, y, scale, ids, at, territories)
                is_own = owner == t
                if not is_own:
                    if owner > -2 or not may_lead:
                        continue
                    cost += _NOT_OWN + (_LEFTWARDS if np.cos(angle) < 0 else 0.0)
            if cost < best:
                best = cost
                out[t, 0], out[t, 1], out[t, 2], out[t, 3] = x, y, 0 if is_own else 1, 1
            if step == 0:
                break
        if out[t, 3]:
            taken[n, 0], taken[n, 1] = out[t, 0] - w, out[t, 1] - h
            taken[n, 2], taken[n, 3] = out[t, 0] + w, out[t, 1] + h
            n += 1


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
    sizes : (n, 2) float64
        Width and height of each text block, device pixels; set them with `set_sizes`.
    """

    def __init__(self, arcs: Arcs, n: int) -> None:
        self.arcs = arcs
        self.anchors = np.zeros((n, 3))
        self.sizes = np.zeros((n, 2))
        self._anchors_now = self.anchors
        self._part_areas = np.zeros(n)
        self._places = np.zeros((n, 4))
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

    def set_sizes(self, sizes: ArrayLike) -> None:
        """Set width and height of each text block, device pixels, (n, 2)."""
        fresh = np.asarray(sizes, np.float64).reshape(-1, 2)
        if not np.array_equal(fresh, self.sizes):
            self.sizes = fresh
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
            Unit of every pixel of the view (`Frame.ids`): a territory whose middle is out of sight
            is then named in its visible part; places hold for this view only.
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
        return self._in(view)

    def _visible_anchors(self, view: View, pixels: Int32s, owners: Int32s) -> Floats:
        """Anchors with those out of sight moved to where the territory has most room in view."""
        anchors = self.anchors.copy()
        step = max(1, min(pixels.shape) // _VIEW_CELLS)
        units = pixels[step // 2 :: step, step // 2 :: step]
        seen = np.append(owners, -1)[units]
        x, y = anchors[:, 0] * view.scale - view.kx, view.ky - anchors[:, 1] * view.scale
        is_near = (x > 0) & (y > 0) & (x < view.width) & (y < view.height)
        for t in np.unique(seen[seen >= 0]):
            if is_near[t]:
                continue
            free = room((seen == t).astype(np.uint8))
            row, column = np.unravel_index(int(free.argmax()), free.shape)
            if free[row, column] > 1:
                at_x, at_y = (int(column) + 0.5) * step, (int(row) + 0.5) * step
                radius = float(free[row, column]) * step / view.scale
                anchors[t] = (view.kx + at_x) / view.scale, (view.ky - at_y) / view.scale, radius
        return anchors

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
        self._places[:, 3] = 0
        _place(
            np.argsort(-self._part_areas, kind="stable"),
            self._anchors_now,
            self.sizes,
            view.scale,
            _STEP_PX * pixel_ratio,
            overview.ids,
            overview.view.place,
            territories,
            given.reshape(-1, 4) + corner,
            bounds,
            int((self.anchors[:, 2] > 0).sum()) <= _MOST_LED,
            self._places,
        )

    def _in(self, view: View) -> list[Placed]:
        x, y = self._places[:, 0] - view.kx, self._places[:, 1] + view.ky
        w, h = self.sizes[:, 0] / 2, self.sizes[:, 1] / 2
        ax = self._anchors_now[:, 0] * view.scale - view.kx
        ay = view.ky - self._anchors_now[:, 1] * view.scale
        seen = (x + w > 0) & (y + h > 0) & (x - w < view.width) & (y - h < view.height)
        rows = np.flatnonzero((self._places[:, 3] > 0) & seen)
        return [
            Placed(
                int(t),
                float(x[t]),
                float(y[t]),
                float(ax[t]),
                float(ay[t]),
                bool(self._places[t, 2]),
            )
            for t in rows[np.argsort(-self._part_areas[rows], kind="stable")]
        ]
