"""Which rectangles of a view something touches: one, or several where that is less to draw."""

from __future__ import annotations

import numpy as np

from terradesk.arcs import Arcs
from terradesk.render.jit import Bools, Int32s, Int64s, Place, kernel
from terradesk.render.view import View

__all__ = ["line_rectangles", "rectangles"]

Rect = tuple[int, int, int, int]
_TILES = (64, 128, 256)  # pixels
_FEW = 500  # boxes that are looked at one by one, however few there are
_FULL = 0.6  # of the pixels in a rectangle, from which on it is not worth cutting
_EACH = 60_000  # pixels that could be drawn in the time that one more rectangle costs


@kernel
def _touch(
    boxes: Int32s, rows: Int64s, place: Place, pad: float, tile: int, wide: int, high: int,
    tiles: Bools,
) -> None:  # fmt: skip
    """Set the tiles of the picture that padded boxes touch."""
    kx, ky, scale = place
    for i in range(len(rows)):
        r = rows[i]
        if boxes[r, 0] > boxes[r, 2]:
            continue
        left, right = boxes[r, 0] * scale - kx - pad, boxes[r, 2] * scale - kx + pad
        top, bottom = ky - boxes[r, 3] * scale - pad, ky - boxes[r, 1] * scale + pad
        if left >= wide or top >= high or right < 0 or bottom < 0:
            continue
        x0, x1 = int(max(left, 0.0)) // tile, int(min(right, wide - 1.0)) // tile
        y0, y1 = int(max(top, 0.0)) // tile, int(min(bottom, high - 1.0)) // tile
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                tiles[y, x] = True


@kernel
def _touch_lines(
    xy: Int32s, offsets: Int32s, rows: Int32s, place: Place, pad: float, tile: int, wide: int,
    high: int, tiles: Bools,
) -> None:  # fmt: skip
    """Set the tiles of the picture that come near lines."""
    kx, ky, scale = place
    for i in range(len(rows)):
        for k in range(offsets[rows[i]], offsets[rows[i] + 1] - 1):
            ax, ay = xy[k, 0] * scale - kx, ky - xy[k, 1] * scale
            bx, by = xy[k + 1, 0] * scale - kx, ky - xy[k + 1, 1] * scale
            if max(ax, bx) < -pad or min(ax, bx) >= wide + pad:
                continue
            if max(ay, by) < -pad or min(ay, by) >= high + pad:
                continue
            n = 1 + int(max(abs(bx - ax), abs(by - ay))) // tile
            for s in range(n):
                px, qx = ax + (bx - ax) * s / n, ax + (bx - ax) * (s + 1) / n
                py, qy = ay + (by - ay) * s / n, ay + (by - ay) * (s + 1) / n
                left, right = min(px, qx) - pad, max(px, qx) + pad
                top, bottom = min(py, qy) - pad, max(py, qy) + pad
                if left >= wide or top >= high or right < 0 or bottom < 0:
                    continue
                x0, x1 = int(max(left, 0.0)) // tile, int(min(right, wide - 1.0)) // tile
                y0, y1 = int(max(top, 0.0)) // tile, int(min(bottom, high - 1.0)) // tile
                for y in range(y0, y1 + 1):
                    for x in range(x0, x1 + 1):
                        tiles[y, x] = True


def line_rectangles(arcs: Arcs, rows: Int32s, view: View, pad: float) -> list[Rect]:
    """Rectangles of a view that hold all it shows of some arcs, as `rectangles`."""
    level = arcs.levels[arcs.level(1 / view.scale)]
    tiles = _tiles(view)
    size = (view.width, view.height)
    _touch_lines(level.xy, level.offsets, rows, view.place, pad + 1, _TILES[0], *size, tiles)
    return _best(tiles, view)


def rectangles(boxes: Int32s, rows: Int64s, view: View, pad: float) -> list[Rect]:
    """Rectangles of a view that hold all it shows of some boxes.

    Parameters
    ----------
    boxes : (n, 4) int32
        x0, y0, x1, y1 in cm from the origin; x0 > x1 for none.
    rows : (k,) int64
        Of `boxes`.
    view : View
    pad : float
        Pixels around each box.

    Returns
    -------
    list of (left, top, right, bottom)
        Pixels, apart from each other; none where nothing is in sight.
    """
    if len(rows) > max(_FEW, len(boxes) // 4):
        return [(0, 0, view.width, view.height)]
    tiles = _tiles(view)
    _touch(boxes, rows, view.place, pad, _TILES[0], view.width, view.height, tiles)
    return _best(tiles, view)


def _tiles(view: View) -> Bools:
    return np.zeros((-(-view.height // _TILES[0]), -(-view.width // _TILES[0])), np.bool_)


def _best(tiles: Bools, view: View) -> list[Rect]:
    if not tiles.any():
        return []
    best = [_hull(tiles, _TILES[0], view)]
    if _cost(best) <= 3 * _EACH or _cost(best) * _FULL < tiles.sum() * _TILES[0] ** 2:
        return best
    for tile in _TILES:
        found = _merged(tiles, tile, view)
        if _cost(found) < _cost(best):
            best = found
        tiles = _halved(tiles)
    return best


def _hull(tiles: Bools, tile: int, view: View) -> Rect:
    y, x = np.flatnonzero(tiles.any(axis=1)), np.flatnonzero(tiles.any(axis=0))
    return _pixels(int(x[0]), int(y[0]), int(x[-1]) + 1, int(y[-1]) + 1, tile, view)


def _pixels(x0: int, y0: int, x1: int, y1: int, tile: int, view: View) -> Rect:
    return x0 * tile, y0 * tile, min(x1 * tile, view.width), min(y1 * tile, view.height)


def _merged(tiles: Bools, tile: int, view: View) -> list[Rect]:
    """Runs of tiles in a row, joined with equal runs in the rows below."""
    out: list[Rect] = []
    begun: dict[tuple[int, int], int] = {}
    for y, row in enumerate([*tiles, np.zeros(tiles.shape[1], np.bool_)]):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(np.int8), [0]])))
        runs = {(int(a), int(b)) for a, b in edges.reshape(-1, 2)}
        for a, b in [run for run in begun if run not in runs]:
            out.append(_pixels(a, begun.pop((a, b)), b, y, tile, view))
        for run in runs:
            begun.setdefault(run, y)
    return out


def _halved(tiles: Bools) -> Bools:
    """Tiles of twice the side."""
    high, wide = tiles.shape
    padded = np.zeros((high + high % 2, wide + wide % 2), np.bool_)
    padded[:high, :wide] = tiles
    four = padded.reshape(padded.shape[0] // 2, 2, padded.shape[1] // 2, 2)
    return np.asarray(four.any(axis=(1, 3)))


def _cost(rects: list[Rect]) -> int:
    return sum((r - left) * (b - top) + _EACH for left, top, r, b in rects)
