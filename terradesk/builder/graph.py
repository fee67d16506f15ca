"""The graph that territories must hang together on: neighbours in compressed rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from terradesk.arcs.jit import Floats, Int32s
from terradesk.builder.problem import BARRIER, CORNER, Options, Problem


@dataclass(frozen=True, eq=False)
class Graph:
    """Neighbours of each unit.

    Parameters
    ----------
    starts : ndarray of int32, shape (n + 1,)
    others : ndarray of int32, shape (2 e,)
        Neighbours of unit i: ``others[starts[i]:starts[i + 1]]``.
    borders : ndarray of float64, shape (2 e,)
        Shared border in km with each; 0 across water and at corners.
    edges : ndarray of int32, shape (e, 2)
        The same edges once each.
    lengths : ndarray of float64, shape (e,)
    joined : ndarray of int32, shape (j, 2)
        Links that were added because areas had no way to the rest.
    """

    starts: Int32s
    others: Int32s
    borders: Floats
    edges: Int32s
    lengths: Floats
    joined: Int32s

    @cached_property
    def parts(self) -> tuple[int, Int32s]:
        """Number of connected parts, and the part of each unit (n,) int32."""
        return parts_of(len(self.starts) - 1, self.edges)

    def parts_within(self, labels: Int32s) -> tuple[int, Int32s]:
        """Connected parts of units with the same label: how many, and that of each unit."""
        a, b = self.edges.T
        return parts_of(len(labels), self.edges[labels[a] == labels[b]])


def make_graph(problem: Problem, options: Options) -> Graph:
    """The neighbours that count: barriers cut, corners as the options say, islands linked.

    Parameters
    ----------
    problem : Problem
    options : Options
    """
    keep = problem.kinds != BARRIER
    if options.contiguity != "corner":
        keep &= problem.kinds != CORNER
    edges, lengths = problem.edges[keep], problem.borders[keep]
    joined = np.empty((0, 2), np.int32)
    if options.joins_islands and options.contiguity != "off":
        joined = _island_links(problem, edges)
    pairs = np.concatenate((edges, joined))
    return _rows(problem.n_units, pairs, np.concatenate((lengths, np.zeros(len(joined)))), joined)


def subgraph(graph: Graph, rows: Int32s) -> Graph:
    """The graph of some units, renumbered by their place in ``rows``."""
    new = np.full(len(graph.starts) - 1, -1, np.int32)
    new[rows] = np.arange(len(rows), dtype=np.int32)
    pairs = new[graph.edges]
    keep = (pairs >= 0).all(1)
    none = np.empty((0, 2), np.int32)
    return _rows(len(rows), pairs[keep], graph.lengths[keep], none)


def parts_of(n: int, edges: Int32s) -> tuple[int, Int32s]:
    """Connected parts of n units with these edges: how many, and that of each unit."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    a, b = edges.T
    found = connected_components(coo_array((np.ones(len(a), bool), (a, b)), (n, n)), directed=False)
    return int(found[0]), found[1].astype(np.int32)


def _rows(n: int, pairs: Int32s, lengths: Floats, joined: Int32s) -> Graph:
    ends = np.concatenate((pairs[:, 0], pairs[:, 1]))
    order = np.argsort(ends, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(ends, minlength=n))))
    return Graph(
        starts=starts.astype(np.int32),
        others=np.concatenate((pairs[:, 1], pairs[:, 0]))[order].astype(np.int32),
        borders=np.concatenate((lengths, lengths))[order],
        edges=np.ascontiguousarray(pairs, np.int32),
        lengths=np.ascontiguousarray(lengths, np.float64),
        joined=joined,
    )


def _island_links(problem: Problem, edges: Int32s) -> Int32s:
    """Shortest links between parts that no edge joins; a barrier is a wall, not water."""
    from terradesk.arcs.linking import spanning_links

    walls = problem.edges[problem.kinds == BARRIER]
    known = np.concatenate((edges, walls))
    if parts_of(problem.n_units, known)[0] < 2:
        return np.empty((0, 2), np.int32)
    places, inverse = np.unique(problem.xy, axis=0, return_inverse=True)
    first = np.full(len(places), -1)
    first[inverse.ravel()[::-1]] = np.arange(problem.n_units)[::-1]
    same = np.stack((first[inverse.ravel()], np.arange(problem.n_units)), 1)
    same = same[same[:, 0] != same[:, 1]]
    merged = inverse.ravel()[known]
    links = first[spanning_links(places, merged)].reshape(-1, 2)
    found = np.concatenate((same, links))
    return _spanning(problem.n_units, known, found)


def _spanning(n: int, known: Int32s, wanted: Int32s) -> Int32s:
    """Of the wanted links those that join parts that were apart, in their order."""
    _count, part = parts_of(n, known)
    root = np.arange(n)

    def top(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = int(root[i])
        return i

    kept = []
    for a, b in wanted.tolist():
        x, y = top(int(part[a])), top(int(part[b]))
        if x != y:
            root[x] = y
            kept.append((a, b))
    return np.array(kept, np.int32).reshape(-1, 2)
