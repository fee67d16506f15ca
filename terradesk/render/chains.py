"""Borders joined to long lines, so that frames in motion can draw them with few vertices.

Arcs end wherever three units meet, so on a map of many small units each border is thousands of
arcs of a pixel or two, which simplify no further. Joined across those ends they do.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from terradesk.arcs.levels import Level, weights
from terradesk.render.jit import Bytes, Float32s, Int32s, kernel

__all__ = ["Chains", "join", "thinned"]


class Chains(NamedTuple):
    """Lines of one kind each: `xy[offsets[k]:offsets[k + 1]]`, kind `kinds[k]`.

    `weights` (n,) float32 is the tolerance in cm up to which a vertex stays.
    """

    xy: Int32s
    offsets: Int32s
    kinds: Bytes
    weights: Float32s


@kernel
def _ends(arcs: Int32s, xy: Int32s, offsets: Int32s) -> tuple[Int32s, int]:
    """Number of the place of both ends of each listed arc, by an open hash table; how many."""
    size = 4
    while size < 4 * len(arcs):
        size *= 2
    table = np.full(size, -1, np.int32)
    places = np.empty((2 * len(arcs), 2), np.int32)
    ends = np.empty((len(arcs), 2), np.int32)
    n = 0
    for k in range(len(arcs)):
        for side in range(2):
            i = offsets[arcs[k]] if side == 0 else offsets[arcs[k] + 1] - 1
            x, y = xy[i, 0], xy[i, 1]
            key = np.uint64(np.uint32(x)) * np.uint64(0x9E3779B97F4A7C15)
            key ^= np.uint64(np.uint32(y)) * np.uint64(0xC2B2AE3D27D4EB4F)
            slot = np.int64((key ^ key >> np.uint64(29)) & np.uint64(size - 1))
            while table[slot] >= 0 and (places[table[slot], 0] != x or places[table[slot], 1] != y):
                slot = (slot + 1) % size
            if table[slot] < 0:
                table[slot] = n
                places[n, 0], places[n, 1] = x, y
                n += 1
            ends[k, side] = table[slot]
    return ends, n


@kernel
def _walk(
    arcs: Int32s, ends: Int32s, n_places: int, kinds: Bytes, xy: Int32s, offsets: Int32s
) -> tuple[Int32s, Int32s, Bytes]:
    """Join arcs of one kind where exactly two of them meet and nothing else does."""
    degree = np.zeros(n_places, np.int32)
    two = np.full((n_places, 2), -1, np.int32)
    total = 0
    for k in range(len(arcs)):
        total += offsets[arcs[k] + 1] - offsets[arcs[k]]
        for side in range(2):
            place = ends[k, side]
            if degree[place] < 2:
                two[place, degree[place]] = k
            degree[place] += 1
    through = np.zeros(n_places, np.bool_)
    for place in range(n_places):
        a, b = two[place, 0], two[place, 1]
        through[place] = degree[place] == 2 and a != b and kinds[arcs[a]] == kinds[arcs[b]]
    out = np.empty((total, 2), np.int32)
    stops = np.zeros(len(arcs) + 1, np.int32)
    kind = np.empty(len(arcs), np.uint8)
    done = np.zeros(len(arcs), np.bool_)
    filled = n = 0
    for rings in (False, True):  # lines with two ends first, what is left are rings
        for first in range(len(arcs)):
            if done[first] or not (
                rings or not (through[ends[first, 0]] and through[ends[first, 1]])
            ):
                continue
            k, side = first, 0
            if not rings and through[ends[first, 0]]:
                side = 1  # begin at the end where nothing goes on
            kind[n] = kinds[arcs[first]]
            while True:
                done[k] = True
                low, high = offsets[arcs[k]], offsets[arcs[k] + 1]
                for i in range(high - low):
                    at = low + i if side == 0 else high - 1 - i
                    if i or k == first:
                        out[filled, 0], out[filled, 1] = xy[at, 0], xy[at, 1]
                        filled += 1
                place = ends[k, 1 - side]
                if not through[place]:
                    break
                k = two[place, 1] if two[place, 0] == k else two[place, 0]
                if done[k]:
                    break
                side = 0 if ends[k, 0] == place else 1
            n += 1
            stops[n] = filled
    return out[:filled].copy(), stops[: n + 1].copy(), kind[:n].copy()


def join(kinds: Bytes, level: Level) -> Chains:
    """Join the arcs whose kind is not 0.

    Parameters
    ----------
    kinds : (n_arcs,) uint8
    level : Level
        Coordinates of the arcs.
    """
    arcs = np.flatnonzero(kinds).astype(np.int32)
    ends, n_places = _ends(arcs, level.xy, level.offsets)
    xy, offsets, own = _walk(arcs, ends, n_places, kinds, level.xy, level.offsets)
    return Chains(xy, offsets, own, weights(xy, offsets))


@kernel
def thinned(chains: Chains, tolerance: float) -> tuple[Int32s, Int32s]:
    """Vertices and offsets of the chains with no more detail than a tolerance in cm."""
    out = np.empty((len(chains.xy), 2), np.int32)
    stops = np.zeros(len(chains.offsets), np.int32)
    n = 0
    for k in range(len(chains.kinds)):
        for i in range(chains.offsets[k], chains.offsets[k + 1]):
            if chains.weights[i] >= tolerance:
                out[n, 0], out[n, 1] = chains.xy[i, 0], chains.xy[i, 1]
                n += 1
        stops[k + 1] = n
    return out[:n].copy(), stops
