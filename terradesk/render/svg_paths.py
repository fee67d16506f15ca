"""Path data of SVG from arcs: rings of dissolved areas and lines, clipped to what is seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from terradesk.arcs import Arcs, Level
from terradesk.render.chains import join
from terradesk.render.view import View

__all__ = ["Paths", "decimal"]

_TENTHS = 10
_LEAST_AREA = 50  # square tenths of a pixel: half a square pixel
_PAD = 24.0
_FAR = 1e8  # pixels; what lies beyond cannot be told in tenths
Points = NDArray[np.float64]


@lru_cache(maxsize=20_000)
def _text(tenths: int) -> str:
    """A whole number of tenths as the shortest decimal."""
    whole, part = divmod(abs(tenths), _TENTHS)
    shown = f"{whole or ''}.{part}" if part else str(whole)
    return f"-{shown}" if tenths < 0 else shown


def decimal(value: float) -> str:
    """A length or place rounded to a tenth of a pixel."""
    return _text(round(min(max(value, -_FAR), _FAR) * _TENTHS))


def _listed(numbers: NDArray[np.int64]) -> str:
    texts = [_text(n) for n in numbers.ravel().tolist()]
    return "".join(t if t[0] == "-" else f" {t}" for t in texts).lstrip()


@dataclass(frozen=True, slots=True)
class Paths:
    """Makes path data for one view.

    Parameters
    ----------
    view : View
        Of the map.
    top : float
        Where the map begins below the top of the drawing.
    """

    view: View
    top: float = 0.0

    def places(self, metres: Points) -> Points:
        """Pixels of the drawing of points in metres, (n, 2)."""
        return self.view.to_pixels(metres) + np.array([0.0, self.top])

    def _pixels(self, cm: NDArray[np.int32]) -> Points:
        kx, ky, scale = self.view.place
        return np.column_stack([cm[:, 0] * scale - kx, ky - cm[:, 1] * scale + self.top])

    @property
    def _box(self) -> tuple[float, float, float, float]:
        view = self.view
        return -_PAD, self.top - _PAD, view.width + _PAD, self.top + view.height + _PAD

    # ------------------------------------------------------------------ areas
    def areas(self, arcs: Arcs, groups: NDArray[np.int64], n: int) -> list[str]:
        """Outlines of groups of polygons with nothing of the borders inside them.

        Parameters
        ----------
        arcs : Arcs
        groups : (n_units,) int
            Group of each polygon, negative for none.
        n : int
            Number of groups.

        Returns
        -------
        list of str
            Path data of each group for the fill rule ``evenodd``; empty for what is not seen.
            Groups that meet share vertices.
        """
        line = arcs.levels[arcs.level(1 / self.view.scale)]
        found: list[list[Points]] = [[] for _ in range(n)]
        for group, ring in _rings(arcs, line, groups):
            found[group].append(_clipped(self._pixels(ring), self._box))
        return [_closed(rings) for rings in found]

    def rings(self, arcs: Arcs) -> str:
        """Path data of arcs that are rings themselves."""
        line = arcs.levels[arcs.level(1 / self.view.scale)]
        every = np.ones(arcs.n_arcs, np.uint8)
        chains = join(every, line)
        pieces = np.split(chains.xy, chains.offsets[1:-1])
        return _closed([_clipped(self._pixels(one), self._box) for one in pieces])

    # ------------------------------------------------------------------ lines
    def lines(self, arcs: Arcs, kinds: NDArray[np.uint8]) -> dict[int, str]:
        """Lines along the arcs whose kind is not 0, joined where they go on.

        Returns
        -------
        dict
            Path data of each kind that is seen.
        """
        chains = join(kinds, arcs.levels[arcs.level(1 / self.view.scale)])
        out: dict[int, list[str]] = defaultdict(list)
        at = self._pixels(chains.xy)
        for k, kind in enumerate(chains.kinds.tolist()):
            for run in _runs(at[chains.offsets[k] : chains.offsets[k + 1]], self._box):
                out[kind].append(_open(run))
        return {kind: "".join(texts) for kind, texts in out.items() if any(texts)}


def _rings(
    arcs: Arcs, line: Level, groups: NDArray[np.int64]
) -> Iterator[tuple[int, NDArray[np.int32]]]:
    """Closed outlines (group, points) of groups of polygons, each group on the left of its own."""
    padded = np.append(np.where(groups < 0, -1, groups), -1)  # outside (-1) reads the last one
    left, right = padded[arcs.left], padded[arcs.right]
    border = np.flatnonzero(left != right)
    first, last = line.xy[line.offsets[border]], line.xy[line.offsets[border + 1] - 1]
    ends = np.concatenate([first, last]).astype(np.int64)
    nodes = np.unique(ends[:, 0] << 32 | ends[:, 1] & 0xFFFFFFFF, return_inverse=True)[1]
    starts, stops = nodes[: len(border)], nodes[len(border) :]
    owner = np.concatenate([left[border], right[border]])
    way = np.concatenate([np.column_stack([starts, stops]), np.column_stack([stops, starts])])
    order = np.argsort(owner, kind="stable")
    order = order[owner[order] >= 0]
    cuts = np.flatnonzero(np.diff(owner[order])) + 1
    for rows in np.split(order, cuts):
        if len(rows):
            yield from _walk(int(owner[rows[0]]), rows, way, border, line)


def _walk(
    group: int,
    rows: NDArray[np.int64],
    way: NDArray[np.int64],
    border: NDArray[np.int64],
    line: Level,
) -> Iterator[tuple[int, NDArray[np.int32]]]:
    """Put the directed arcs of a group end to end."""
    n = len(border)
    leaving: dict[int, list[int]] = defaultdict(list)
    for row in rows.tolist():
        leaving[int(way[row, 0])].append(row)
    for first in rows.tolist():
        if not leaving[int(way[first, 0])] or first not in leaving[int(way[first, 0])]:
            continue
        start, row, pieces = int(way[first, 0]), first, []
        leaving[start].remove(first)
        while True:
            arc = border[row % n]
            xy = line.xy[line.offsets[arc] : line.offsets[arc + 1]]
            pieces.append((xy if row < n else xy[::-1])[:-1])
            at = int(way[row, 1])
            if at == start or not leaving[at]:
                break
            row = leaving[at].pop()
        yield group, np.concatenate(pieces)


def _clipped(ring: Points, box: tuple[float, float, float, float]) -> Points:
    """A ring within a box (Sutherland and Hodgman 1974); edges along the box are not seen."""
    for axis, limit, sign in ((0, box[0], 1), (0, box[2], -1), (1, box[1], 1), (1, box[3], -1)):
        if not len(ring):
            break
        depth = sign * (ring[:, axis] - limit)
        if (depth >= 0).all():
            continue
        after, next_depth = np.roll(ring, -1, axis=0), np.roll(depth, -1)
        inside, crosses = depth >= 0, (depth >= 0) != (next_depth >= 0)
        span = np.where(crosses, depth - next_depth, 1.0)
        cut = ring + (after - ring) * (depth / span)[:, None]
        both = np.stack([ring, cut], axis=1)
        ring = both[np.column_stack([inside, crosses])]
    return ring


def _runs(line: Points, box: tuple[float, float, float, float]) -> Iterator[Points]:
    """The stretches of a line whose pieces may touch a box."""
    low, high = np.minimum(line[:-1], line[1:]), np.maximum(line[:-1], line[1:])
    seen = (high >= box[:2]).all(axis=1) & (low <= box[2:]).all(axis=1)
    if seen.all():
        yield line
        return
    edges = np.flatnonzero(np.diff(np.concatenate([[False], seen, [False]]).astype(np.int8)))
    for first, last in edges.reshape(-1, 2).tolist():
        yield line[first : last + 1]


def _tenths(points: Points) -> NDArray[np.int64]:
    """Whole tenths of pixels without points that are the same as the one before."""
    at = np.rint(points.clip(-_FAR, _FAR) * _TENTHS).astype(np.int64)
    keep = np.ones(len(at), np.bool_)
    keep[1:] = (np.diff(at, axis=0) != 0).any(axis=1)
    return at[keep]


def _open(points: Points) -> str:
    at = _tenths(points)
    if len(at) < 2:
        return ""
    is_ring = len(at) > 3 and bool((at[0] == at[-1]).all())
    rest = at[:-1] if is_ring else at
    return f"M{_listed(rest[:1])}l{_listed(np.diff(rest, axis=0))}{'z' * is_ring}"


def _closed(rings: list[Points]) -> str:
    """Rings as path data; the tiny ones only where there is nothing else."""
    shown = [(abs(_area(at)), at) for at in map(_tenths, rings) if len(at) > 2]
    kept = [at for area, at in shown if area >= _LEAST_AREA]
    if not kept and shown:
        kept = [max(shown, key=lambda pair: pair[0])[1]]
    return "".join(f"M{_listed(at[:1])}l{_listed(np.diff(at, axis=0))}z" for at in kept)


def _area(at: NDArray[np.int64]) -> float:
    x, y = (at - at[0]).astype(np.float64).T
    return float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2)
