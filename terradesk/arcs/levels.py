"""Levels of detail: Douglas-Peucker on arcs, whose ends stay, so that neighbours still fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from terradesk.arcs.jit import Bytes, Float32s, Floats, Int32s, Int64s, kernel

N_TOLERANCES = 8
WORTH = 0.85  # a level must drop this far below the finer one to deserve its memory


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """Coordinates of all arcs at one level of detail, for drawing only.

    Attributes
    ----------
    tolerance_cm : float
        How far a border may lie from its true course; 0 = full resolution.
    xy : (n, 2) int32
        Centimetres from the origin of the arcs.
    offsets : (n_arcs + 1,) int32
        Arc `a` is `xy[offsets[a]:offsets[a + 1]]`.
    """

    tolerance_cm: float
    xy: Int32s
    offsets: Int32s


@kernel
def _farthest(xy: Int32s, first: int, last: int) -> tuple[int, float]:
    """Vertex between `first` and `last` farthest from their segment, and its distance in cm."""
    x0, y0 = float(xy[first, 0]), float(xy[first, 1])
    dx, dy = xy[last, 0] - x0, xy[last, 1] - y0
    square = dx * dx + dy * dy
    inverse = 1.0 / square if square > 0 else 0.0
    best, where = -1.0, first + 1
    for i in range(first + 1, last):
        px, py = xy[i, 0] - x0, xy[i, 1] - y0
        t = min(1.0, max(0.0, (px * dx + py * dy) * inverse))
        px -= t * dx
        py -= t * dy
        distance = px * px + py * py
        if distance > best:
            best, where = distance, i
    return where, np.sqrt(best)


@kernel
def weights(xy: Int32s, offsets: Int32s) -> Float32s:
    """Douglas-Peucker weight of each vertex in cm: it stays while the tolerance is no larger.

    Ends weigh infinity. A vertex never weighs more than the split above it, so that filtering by
    one threshold gives the same line as running the algorithm with that tolerance.
    Source: Douglas & Peucker 1973, The Canadian Cartographer 10(2).
    """
    weight = np.empty(len(xy), np.float32)
    longest = 2
    for arc in range(len(offsets) - 1):
        longest = max(longest, offsets[arc + 1] - offsets[arc])
    stack = np.empty((longest, 2), np.int64)
    limit = np.empty(longest, np.float32)
    for arc in range(len(offsets) - 1):
        first, last = offsets[arc], offsets[arc + 1] - 1
        weight[first] = weight[last] = np.inf
        stack[0, 0], stack[0, 1], limit[0] = first, last, np.inf
        depth = 1
        while depth:
            depth -= 1
            i, k, most = stack[depth, 0], stack[depth, 1], limit[depth]
            if k - i < 2:
                continue
            middle, distance = _farthest(xy, i, k)
            weight[middle] = min(most, np.float32(distance))
            for side in range(2):
                stack[depth, 0] = i if side == 0 else middle
                stack[depth, 1] = middle if side == 0 else k
                limit[depth] = weight[middle]
                depth += 1
    return weight


@kernel
def _ranks(weight: Float32s, tolerances: Floats) -> Bytes:
    """Number of tolerances that each vertex survives."""
    rank = np.zeros(len(weight), np.uint8)
    for i in range(len(weight)):
        for tolerance in tolerances:
            rank[i] += np.uint8(weight[i] >= tolerance)
    return rank


@kernel
def _survivors(
    xy: Int32s, offsets: Int32s, ranks: Bytes, least: int, n: int
) -> tuple[Int32s, Int32s, Bytes]:
    """Vertices, offsets and ranks of the `n` vertices that rank at least so high."""
    out = np.empty((n, 2), np.int32)
    rank = np.empty(n, np.uint8)
    stops = np.zeros(len(offsets), np.int32)
    n = 0
    for arc in range(len(offsets) - 1):
        for i in range(offsets[arc], offsets[arc + 1]):
            if ranks[i] >= least:
                out[n, 0], out[n, 1], rank[n] = xy[i, 0], xy[i, 1], ranks[i]
                n += 1
        stops[arc + 1] = n
    return out, stops, rank


def tolerances(box: Int32s) -> Floats:
    """Tolerances in cm for a layer with this box: the coarsest is 1/512 of its longer side.

    On a screen a thousand pixels wide the coarsest is about two pixels of the whole plan;
    each finer level halves it, down to the last that is worth a level.
    """
    side = max(float(box[2]) - float(box[0]), float(box[3]) - float(box[1]), 1.0)
    coarsest = 2.0 ** round(np.log2(side / 512))
    ladder = coarsest / 2.0 ** np.arange(N_TOLERANCES - 1, -1, -1)
    return ladder[ladder >= 1.0]


def rank(xy: Int32s, offsets: Int32s, ladder: Floats) -> Bytes:
    """Number of tolerances of the ladder that each vertex survives."""
    return _ranks(weights(xy, offsets), ladder)


@kernel
def _survivor_counts(ranks: Bytes, n_tolerances: int) -> Int64s:
    """How many vertices survive each tolerance."""
    counts = np.zeros(256, np.int64)
    for rank in ranks:
        counts[rank] += 1
    for k in range(254, -1, -1):
        counts[k] += counts[k + 1]
    return counts[1 : n_tolerances + 1].copy()


def stack(xy: Int32s, offsets: Int32s, ranks: Bytes, ladder: Floats) -> tuple[Level, ...]:
    """Full resolution and each tolerance that drops enough vertices, finest first."""
    levels = [Level(0.0, xy, offsets)]
    counts = _survivor_counts(ranks, len(ladder))
    for k, tolerance in enumerate(ladder):
        if counts[k] <= WORTH * len(levels[-1].xy):
            xy, offsets, ranks = _survivors(xy, offsets, ranks, k + 1, counts[k])
            levels.append(Level(float(tolerance), xy, offsets))
    return tuple(levels)
