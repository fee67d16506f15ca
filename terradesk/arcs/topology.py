"""Rings to arcs: every shared border once, with the unit on its left and right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from terradesk.arcs.jit import Bools, Int32s, kernel
from terradesk.arcs.wkb import Rings

PIECE = 96  # vertices: a longer arc is cut, so that a coast line culls like everything else


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """Arcs as lists of ring vertices, in the order of the rings.

    Attributes
    ----------
    vertices : (n,) int32
        Rows of `Rings.xy`.
    offsets : (n_arcs + 1,) int32
    left, right : (n_arcs,) int32
        Unit rows, -1 where there is none.
    """

    vertices: Int32s
    offsets: Int32s
    left: Int32s
    right: Int32s


@kernel
def _vertex_ids(xy: Int32s) -> tuple[Int32s, int]:
    """Number of each vertex, the same for equal coordinates, by an open hash table."""
    size = 1
    while size < 1.4 * len(xy) + 1:
        size *= 2
    mask = np.uint64(size - 1)
    table = np.full(size, -1, np.int32)
    ids = np.empty(len(xy), np.int32)
    first = np.empty(len(xy), np.int32)
    n = 0
    for i in range(len(xy)):
        x = np.uint64(np.uint32(xy[i, 0]))
        y = np.uint64(np.uint32(xy[i, 1]))
        key = (x * np.uint64(0x9E3779B97F4A7C15)) ^ (y * np.uint64(0xC2B2AE3D27D4EB4F))
        slot = np.int64((key ^ key >> np.uint64(29)) & mask)
        while True:
            found = table[slot]
            if found < 0:
                table[slot] = ids[i] = n
                first[n] = i
                n += 1
                break
            twin = first[found]
            if xy[twin, 0] == xy[i, 0] and xy[twin, 1] == xy[i, 1]:
                ids[i] = found
                break
            slot = (slot + 1) % size
    return ids, n


@kernel
def _edge_ids(ids: Int32s, offsets: Int32s, n_vertices: int) -> tuple[Int32s, Int32s]:
    """Undirected edge number of every ring edge, and the two vertices of each edge.

    Edges hang in a list at their lower vertex (mean length 1), which saves a second hash.
    """
    head = np.full(n_vertices, -1, np.int32)
    following = np.empty(len(ids), np.int32)
    ends = np.empty((len(ids), 2), np.int32)
    edges = np.empty(len(ids), np.int32)
    n = 0
    for ring in range(len(offsets) - 1):
        start, stop = offsets[ring], offsets[ring + 1]
        for i in range(start, stop):
            v, w = ids[i], ids[i + 1 if i + 1 < stop else start]
            low, high = min(v, w), max(v, w)
            edge = head[low]
            while edge >= 0 and ends[edge, 1] != high:
                edge = following[edge]
            if edge < 0:
                edge = n
                ends[n, 0], ends[n, 1] = low, high
                following[n] = head[low]
                head[low] = n
                n += 1
            edges[i] = edge
    return edges, ends[:n].copy()


@kernel
def _nodes(rings: Int32s, units: Int32s, edges: Int32s, ends: Int32s, n_vertices: int) -> Bools:
    """Where arcs end: vertices of degree other than 2, or whose two edges have other users."""
    degree = np.zeros(n_vertices, np.int32)
    users = np.zeros(len(ends), np.int32)
    who = np.zeros(len(ends), np.int64)
    for edge in range(len(ends)):
        degree[ends[edge, 0]] += 1
        degree[ends[edge, 1]] += 1
    for ring in range(len(units)):
        for i in range(rings[ring], rings[ring + 1]):
            users[edges[i]] += 1
            who[edges[i]] += units[ring] + 1
    node = degree != 2
    first = np.full(n_vertices, -1, np.int32)
    for edge in range(len(ends)):
        for side in range(2):
            v = ends[edge, side]
            other = first[v]
            if other < 0:
                first[v] = edge
            elif users[other] != users[edge] or who[other] != who[edge] or users[edge] > 2:
                node[v] = True
    return node


@kernel
def _first_node(node: Bools, ids: Int32s, start: int, stop: int) -> int:
    for i in range(start, stop):
        if node[ids[i]]:
            return i - start
    return 0


@kernel
def _cut(
    rings: Int32s, units: Int32s, ids: Int32s, edges: Int32s, node: Bools, n_edges: int, piece: int
) -> tuple[Int32s, Int32s, Int32s, Int32s]:
    """Walk the rings and cut them at nodes.

    A stretch becomes the right side of an arc only if it is its exact reverse and that side is
    free; else it gets an arc of its own, so that every outline stays closed, whatever overlaps.
    """
    arc_of = np.full(n_edges, -1, np.int32)
    comes_from = np.empty(n_edges, np.int32)
    out = np.empty(2 * len(ids) + 8, np.int32)
    offsets = np.zeros(len(ids) + 3, np.int32)
    left = np.full(len(ids) + 2, -1, np.int32)
    right = np.full(len(ids) + 2, -1, np.int32)
    filled = n = 0
    for ring in range(len(units)):
        start = rings[ring]
        count = rings[ring + 1] - start
        shift = _first_node(node, ids, start, rings[ring + 1])
        node[ids[start + shift]] = True  # a ring without nodes starts where its twin finds it
        k = 0
        while k < count:
            i = start + (shift + k) % count
            arc = arc_of[edges[i]]
            if arc >= 0 and right[arc] < 0 and comes_from[edges[i]] != ids[i]:
                right[arc] = units[ring]
                k += 1
                while k < count and not node[ids[start + (shift + k) % count]]:
                    k += 1
                continue
            is_new = arc < 0
            left[n] = units[ring]
            size = 0
            while True:
                out[filled] = i
                filled += 1
                size += 1
                if is_new:
                    arc_of[edges[i]] = n
                    comes_from[edges[i]] = ids[i]
                k += 1
                i = start + (shift + k) % count
                if size == piece - 1:  # the twin ring must cut here too
                    node[ids[i]] = True
                if k >= count or node[ids[i]]:
                    break
            out[filled] = i
            filled += 1
            n += 1
            offsets[n] = filled
    return out[:filled].copy(), offsets[: n + 1].copy(), left[:n].copy(), right[:n].copy()


def cut(rings: Rings) -> Chains:
    """Arcs of the rings; borders match where their vertices are equal to the centimetre.

    Overlaps, spikes and borders that do not match stay as arcs with one side, so that each
    unit's outline is closed and its signed area right even where the layer is not clean.
    """
    ids, n_vertices = _vertex_ids(rings.xy)
    edges, ends = _edge_ids(ids, rings.offsets, n_vertices)
    node = _nodes(rings.offsets, rings.units, edges, ends, n_vertices)
    return Chains(*_cut(rings.offsets, rings.units, ids, edges, node, len(ends), PIECE))
