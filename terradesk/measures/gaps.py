"""Kernels that find enclosed gaps: groups of places that only one territory surrounds."""

from __future__ import annotations

import numpy as np

from terradesk.arcs.jit import Bools, Int32s, kernel


@kernel
def quotient(
    starts: Int32s, others: Int32s, is_open: Bools, place: Int32s, n_places: int
) -> tuple[Int32s, Int32s, Bools]:
    """The graph of places that nodes are gathered into.

    Parameters
    ----------
    starts, others : compressed rows of the nodes' neighbours
    is_open : (n_nodes,) bool
    place : (n_nodes,) int32
        -1 = none.
    n_places : int

    Returns
    -------
    starts, others, is_open
        Of the places; neighbours may come more than once.
    """
    out_starts = np.zeros(n_places + 1, np.int32)
    out_open = np.zeros(n_places, np.bool_)
    for node in range(len(place)):
        a = place[node]
        if a < 0:
            continue
        if is_open[node]:
            out_open[a] = True
        for k in range(starts[node], starts[node + 1]):
            b = place[others[k]]
            if b >= 0 and b != a:
                out_starts[a + 1] += 1
    for a in range(n_places):
        out_starts[a + 1] += out_starts[a]
    fill = out_starts.copy()
    out_others = np.empty(out_starts[n_places], np.int32)
    for node in range(len(place)):
        a = place[node]
        if a < 0:
            continue
        for k in range(starts[node], starts[node + 1]):
            b = place[others[k]]
            if b >= 0 and b != a:
                out_others[fill[a]] = b
                fill[a] += 1
    return out_starts, out_others, out_open


@kernel
def ways_out(starts: Int32s, others: Int32s, is_open: Bools) -> Int32s:
    """Next place on a shortest way to the outside; -1 = touches it, -2 = there is no way."""
    n = len(is_open)
    nearer = np.full(n, -2, np.int32)
    queue = np.empty(n, np.int32)
    size = 0
    for place in range(n):
        if is_open[place]:
            nearer[place] = -1
            queue[size] = place
            size += 1
    at = 0
    while at < size:
        place = queue[at]
        at += 1
        for k in range(starts[place], starts[place + 1]):
            other = others[k]
            if nearer[other] == -2:
                nearer[other] = place
                queue[size] = other
                size += 1
    return nearer


@kernel
def behind(nearer: Int32s, labels: Int32s, n_labels: int) -> tuple[Int32s, Int32s]:
    """Places whose shortest way to the outside leads through each label, in compressed rows.

    Only these can be enclosed by the label: every other place has a way that avoids it.
    """
    starts = np.zeros(n_labels + 1, np.int32)
    seen = np.full(n_labels, -1, np.int32)
    for place in range(len(labels)):
        step = nearer[place]
        while step >= 0:
            label = labels[step]
            if label > 0 and label != labels[place] and seen[label] != place:
                seen[label] = place
                starts[label + 1] += 1
            step = nearer[step]
    for label in range(n_labels):
        starts[label + 1] += starts[label]
    fill = starts.copy()
    out = np.empty(starts[n_labels], np.int32)
    seen[:] = -1
    for place in range(len(labels)):
        step = nearer[place]
        while step >= 0:
            label = labels[step]
            if label > 0 and label != labels[place] and seen[label] != place:
                seen[label] = place
                out[fill[label]] = place
                fill[label] += 1
            step = nearer[step]
    return starts, out


@kernel
def gaps(
    starts: Int32s,
    others: Int32s,
    labels: Int32s,
    behind_starts: Int32s,
    behind_places: Int32s,
) -> tuple[Int32s, Int32s]:
    """Gap of each entry of `behind` (-1 = open after all), and the number of gaps of each label.

    Parameters
    ----------
    starts, others : compressed rows of the places' neighbours
    labels : (n_places,) int32
        Label of each place, -1 for water.
    behind_starts, behind_places
        From `behind`.
    """
    n_labels = len(behind_starts) - 1
    gap = np.full(len(behind_places), -1, np.int32)
    counts = np.zeros(n_labels, np.int32)
    entry = np.full(len(labels), -1, np.int32)
    stack = np.empty(len(labels), np.int32)
    group = np.empty(len(labels), np.int32)
    for label in range(n_labels):
        first, last = behind_starts[label], behind_starts[label + 1]
        for e in range(first, last):
            entry[behind_places[e]] = e
        for e in range(first, last):
            if entry[behind_places[e]] < 0:
                continue
            is_closed, has_land = True, False
            size, depth = 0, 1
            stack[0] = behind_places[e]
            group[0] = e
            entry[behind_places[e]] = -2
            size = 1
            while depth:
                depth -= 1
                place = stack[depth]
                has_land = has_land or labels[place] >= 0
                for k in range(starts[place], starts[place + 1]):
                    other = others[k]
                    if labels[other] == label or entry[other] == -2:
                        continue
                    if entry[other] == -1:
                        is_closed = False
                        continue
                    group[size] = entry[other]
                    size += 1
                    entry[other] = -2
                    stack[depth] = other
                    depth += 1
            if is_closed and has_land:
                for g in range(size):
                    gap[group[g]] = counts[label]
                counts[label] += 1
        for e in range(first, last):
            entry[behind_places[e]] = -1
    return gap, counts
