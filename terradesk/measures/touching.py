"""Kernels that look at the touched territories only: their members, sums, parts and gaps."""

from __future__ import annotations

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s, Int64s, kernel

Rows = tuple[Int32s, Int32s]


@kernel
def grouped(labels: Int32s, n_labels: int) -> Rows:
    """Compressed rows of the nodes of each label, ascending; labels below 0 are left out."""
    starts = np.zeros(n_labels + 1, np.int32)
    for node in range(len(labels)):
        if labels[node] >= 0:
            starts[labels[node] + 1] += 1
    for label in range(n_labels):
        starts[label + 1] += starts[label]
    fill = starts.copy()
    rows = np.empty(starts[n_labels], np.int32)
    for node in range(len(labels)):
        label = labels[node]
        if label >= 0:
            rows[fill[label]] = node
            fill[label] += 1
    return starts, rows


@kernel
def members(
    touched: Int32s, starts: Int32s, rows: Int32s, after: Int32s, moved: Int32s, n_before: int
) -> Rows:
    """Units of each touched label after a move, ascending, in compressed rows.

    Parameters
    ----------
    touched : (k,) int32
        Labels; those from ``n_before`` on had no units.
    starts, rows : compressed rows of the units of each label before
    after : (n_units,) int32
        Label of each unit after.
    moved : (m,) int32
        Rows of the units that move, ascending.
    n_before : int
        Number of labels before.
    """
    n = len(moved)
    for k in range(len(touched)):
        if touched[k] < n_before:
            n += starts[touched[k] + 1] - starts[touched[k]]
    out_starts = np.zeros(len(touched) + 1, np.int32)
    out = np.empty(n, np.int32)
    place = np.full(max(n_before, touched.max() + 1 if len(touched) else 0), -1, np.int32)
    for k in range(len(touched)):
        place[touched[k]] = k
    to = np.empty(len(moved), np.int32)
    for i in range(len(moved)):
        to[i] = place[after[moved[i]]]
    gained_starts, gained = grouped(to, len(touched))
    size = 0
    for k in range(len(touched)):
        label = touched[k]
        g, last = gained_starts[k], gained_starts[k + 1]
        if label < n_before:
            for i in range(starts[label], starts[label + 1]):
                row = rows[i]
                if after[row] != label:
                    continue
                while g < last and moved[gained[g]] < row:
                    out[size] = moved[gained[g]]
                    size += 1
                    g += 1
                out[size] = row
                size += 1
        while g < last:
            out[size] = moved[gained[g]]
            size += 1
            g += 1
        out_starts[k + 1] = size
    return out_starts, out[:size]


@kernel
def sums(starts: Int32s, rows: Int32s, values: Floats) -> Floats:
    """Sum over each group of rows, added in the order of `numpy.bincount`."""
    out = np.zeros(len(starts) - 1)
    for k in range(len(starts) - 1):
        total = 0.0
        for i in range(starts[k], starts[k + 1]):
            total += values[rows[i]]
        out[k] = total
    return out


@kernel
def parts(
    touched: Int32s, starts: Int32s, rows: Int32s, own: Int32s,
    near_starts: Int32s, near: Int32s, more_starts: Int32s, more: Int32s,
) -> Int32s:  # fmt: skip
    """Connected parts of each touched label; 0 for label 0.

    Parameters
    ----------
    touched : (k,) int32
    starts, rows : compressed rows of the units of each touched label
    own : (n_units,) int32
        Label, -1 for units without area.
    near_starts, near, more_starts, more : compressed rows
        Neighbours by border, and by water link.
    """
    counts = np.zeros(len(touched), np.int32)
    seen = np.zeros(len(own), np.bool_)
    stack = np.empty(len(rows), np.int32)
    for k in range(len(touched)):
        label = touched[k]
        if label <= 0:
            continue
        for i in range(starts[k], starts[k + 1]):
            seed = rows[i]
            if seen[seed] or own[seed] != label:
                continue
            counts[k] += 1
            seen[seed] = True
            stack[0] = seed
            depth = 1
            while depth:
                depth -= 1
                unit = stack[depth]
                for j in range(near_starts[unit], near_starts[unit + 1]):
                    other = near[j]
                    if own[other] == label and not seen[other]:
                        seen[other] = True
                        stack[depth] = other
                        depth += 1
                for j in range(more_starts[unit], more_starts[unit + 1]):
                    other = more[j]
                    if own[other] == label and not seen[other]:
                        seen[other] = True
                        stack[depth] = other
                        depth += 1
    return counts


@kernel
def distances(starts: Int32s, others: Int32s, is_open: Bools) -> Int32s:
    """Steps from each node to the outside; a large number where there is no way."""
    n = len(is_open)
    far = np.full(n, 2**30, np.int32)
    queue = np.empty(n, np.int32)
    size = 0
    for node in range(n):
        if is_open[node]:
            far[node] = 0
            queue[size] = node
            size += 1
    at = 0
    while at < size:
        node = queue[at]
        at += 1
        for k in range(starts[node], starts[node + 1]):
            other = others[k]
            if far[other] > far[node] + 1:
                far[other] = far[node] + 1
                queue[size] = other
                size += 1
    return far


@kernel
def _flood(
    seed: int, label: int, labels: Int32s, n_units: int,
    starts: Int32s, others: Int32s, more_starts: Int32s, more: Int32s,
    is_open: Bools, far: Int32s,
    mark: Int64s, flood: int, first: int, stack: Int32s, seen: Int32s,
) -> int:  # fmt: skip
    """Walk from a node around a label, nearer to the outside first.

    Returns the number of nodes in ``seen`` that the label encloses, -1 where a way leads out.
    ``mark`` has the number of the flood that came by; meeting an earlier one of this label (from
    ``first`` on) means the outside: an enclosed one would have come here itself.
    """
    mark[seed] = flood
    stack[0] = seed
    seen[0] = seed
    depth, size = 1, 1
    while depth:
        depth -= 1
        node = stack[depth]
        if is_open[node]:
            return -1
        nearest = -1
        for k in range(starts[node], starts[node + 1]):
            other = others[k]
            if labels[other] == label or mark[other] == flood:
                continue
            if mark[other] >= first:
                return -1
            mark[other] = flood
            stack[depth] = other
            seen[size] = other
            if nearest < 0 or far[other] < far[stack[nearest]]:
                nearest = depth
            depth += 1
            size += 1
        if nearest >= 0:
            stack[nearest], stack[depth - 1] = stack[depth - 1], stack[nearest]
        if node >= n_units:
            continue
        for k in range(more_starts[node], more_starts[node + 1]):
            other = more[k]
            if labels[other] != labels[node] or mark[other] == flood:
                continue
            if mark[other] >= first:
                return -1
            mark[other] = flood
            stack[depth] = other
            seen[size] = other
            depth += 1
            size += 1
    return size


@kernel
def gaps(
    touched: Int32s, moved_starts: Int32s, moved: Int32s,
    before: Int32s, after: Int32s, n_units: int,
    starts: Int32s, others: Int32s, more_starts: Int32s, more: Int32s,
    is_open: Bools, far: Int32s,
) -> tuple[Int32s, Int32s, Int32s]:  # fmt: skip
    """Enclosed gaps beside the moved units, before and after: all that can differ.

    A gap of a label is a connected group of other nodes, land among them, that does not touch the
    outside. Only groups that hold a moved unit or one of its neighbours can differ.

    Parameters
    ----------
    touched : (k,) int32
    moved_starts, moved : compressed rows
        Units that each touched label loses or gains.
    before, after : (n_nodes,) int32
        Label of each node, -1 for water and for units without area.
    n_units : int
    starts, others, is_open
        The ground, see `terradesk.measures.ground.Ground`.
    more_starts, more : compressed rows of water links
    far : (n_nodes,) int32
        From `distances`.

    Returns
    -------
    n_before, n_after : (k,) int32
    made : (m, 3) int32
        Touched index, number of units, and label of the units (-1 = several) of each gap of which
        nothing was enclosed before.
    """
    n_nodes = len(before)
    mark = np.zeros(n_nodes, np.int64)
    closed = np.full(n_nodes, -1, np.int32)
    stack, seen = np.empty(n_nodes, np.int32), np.empty(n_nodes, np.int32)
    n_before, n_after = np.zeros(len(touched), np.int32), np.zeros(len(touched), np.int32)
    made = np.empty((64, 3), np.int32)
    n_made = 0
    flood = 0
    for k in range(len(touched)):
        label = touched[k]
        if label <= 0:
            continue
        for turn in range(2):
            labels = before if turn == 0 else after
            first = flood + 1
            for i in range(moved_starts[k], moved_starts[k + 1]):
                unit = moved[i]
                for j in range(starts[unit] - 1, starts[unit + 1]):
                    seed = unit if j < starts[unit] else others[j]
                    if labels[seed] == label or mark[seed] >= first:
                        continue
                    if seed < n_units and labels[seed] < 0:
                        continue
                    flood += 1
                    size = _flood(
                        seed, label, labels, n_units, starts, others, more_starts, more,
                        is_open, far, mark, flood, first, stack, seen,
                    )  # fmt: skip
                    n_land, kind, is_old = 0, -2, False
                    for s in range(size):
                        node = seen[s]
                        if turn == 1 and closed[node] == k:
                            is_old = True
                        if node < n_units:
                            n_land += 1
                            owner = int(labels[node])
                            kind = owner if kind == -2 or kind == owner else -1
                    if size < 0 or n_land == 0:
                        continue
                    if turn == 0:
                        n_before[k] += 1
                        for s in range(size):
                            closed[seen[s]] = k
                        continue
                    n_after[k] += 1
                    if not is_old and n_made < len(made):
                        made[n_made, 0] = k
                        made[n_made, 1] = n_land
                        made[n_made, 2] = kind
                        n_made += 1
    return n_before, n_after, made[:n_made]
