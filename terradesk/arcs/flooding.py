"""Areas that hang together: spreading from one unit, and falling apart along a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s, kernel

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from terradesk.arcs.model import Arcs


class Rim(NamedTuple):
    """What bounds a group of units.

    Attributes
    ----------
    walls : float
        Metres of border with other units and with enclosed water.
    opening : float
        Metres: diagonal of the box round all its stretches of outer edge, 0 without any. Unlike
        their length it does not grow with the detail of a coast.
    """

    walls: float
    opening: float


@kernel
def _spread(
    seed: int, labels: Int32s, is_shut: Bools, starts: Int32s, others: Int32s, links: Int32s
) -> Int32s:
    """Breadth first; ``links`` (k, 2) are few, so each unit looks through all of them."""
    is_in = np.zeros(len(labels), np.bool_)
    queue = np.empty(len(labels), np.int32)
    if is_shut[seed]:
        return queue[:0].copy()
    queue[0] = seed
    is_in[seed] = True
    n, done = 1, 0
    while done < n:
        unit = queue[done]
        done += 1
        for k in range(starts[unit], starts[unit + 1]):
            other = others[k]
            if not is_in[other] and not is_shut[other] and labels[other] == labels[seed]:
                is_in[other] = True
                queue[n] = other
                n += 1
        for k in range(len(links)):
            other = -1
            if links[k, 0] == unit:
                other = links[k, 1]
            elif links[k, 1] == unit:
                other = links[k, 0]
            is_new = other >= 0 and not is_in[other] and not is_shut[other]
            if is_new and labels[other] == labels[seed]:
                is_in[other] = True
                queue[n] = other
                n += 1
    return np.flatnonzero(is_in).astype(np.int32)


def spread(
    arcs: Arcs,
    seed: int,
    labels: ArrayLike,
    is_shut: ArrayLike,
    links: ArrayLike | None = None,
) -> Int32s:
    """Units reached from one unit through shared borders, over units with the same label.

    Parameters
    ----------
    arcs : Arcs
    seed : int
        Unit row where it starts.
    labels : (n_units,) int
    is_shut : (n_units,) bool
        Units that are never entered.
    links : (k, 2) int, optional
        Pairs of unit rows that count as neighbours.

    Returns
    -------
    (m,) int32
        Unit rows, ascending, the first one included; none when it is shut.
    """
    own = arcs.adjacency
    pairs = np.empty((0, 2), np.int32) if links is None else np.asarray(links, np.int32)
    return _spread(
        seed,
        np.ascontiguousarray(labels, np.int32),
        np.ascontiguousarray(is_shut, np.bool_),
        own.starts,
        own.neighbours,
        np.ascontiguousarray(pairs.reshape(-1, 2)),
    )


@kernel
def _rim(
    rows: Int32s,
    n_units: int,
    is_open: Bools,
    starts: Int32s,
    unit_arcs: Int32s,
    left: Int32s,
    right: Int32s,
    lengths: Floats,
    boxes: Int32s,
) -> tuple[float, float]:
    is_in = np.zeros(n_units, np.bool_)
    is_in[rows] = True
    walls = 0.0
    x0, y0, x1, y1 = np.inf, np.inf, -np.inf, -np.inf
    for unit in rows:
        for k in range(starts[unit], starts[unit + 1]):
            arc = unit_arcs[k]
            other = right[arc] if left[arc] == unit else left[arc]
            if other >= 0:
                walls += 0.0 if is_in[other] else lengths[arc]
            elif is_open[unit]:
                x0, y0 = min(x0, float(boxes[arc, 0])), min(y0, float(boxes[arc, 1]))
                x1, y1 = max(x1, float(boxes[arc, 2])), max(y1, float(boxes[arc, 3]))
            else:
                walls += lengths[arc]
    if x0 > x1:
        return walls, 0.0
    return walls, np.hypot(x1 - x0, y1 - y0) / 100.0


def rim(arcs: Arcs, rows: Int32s, is_open: ArrayLike) -> Rim:
    """What bounds a group of units.

    Parameters
    ----------
    arcs : Arcs
    rows : (k,) int32
        Unit rows, each once.
    is_open : (n_units,) bool
        Units that touch the outer edge of the map; borders with nothing of the others are shores
        of enclosed water. A unit with both counts all of it as edge.
    """
    return Rim(
        *_rim(
            rows,
            arcs.n_units,
            np.ascontiguousarray(is_open, np.bool_),
            arcs.unit_starts,
            arcs.unit_arcs,
            arcs.left,
            arcs.right,
            arcs.lengths,
            arcs.boxes,
        )
    )


@kernel
def _pieces(
    rows: Int32s, is_right: Bools, is_met: Bools, starts: Int32s, others: Int32s
) -> tuple[Int32s, int]:
    part = np.full(len(is_right), -2, np.int32)  # -2: not of the group, -1: not reached yet
    part[rows] = -1
    stack = np.empty(len(rows), np.int32)
    n = 0
    for seed in rows:
        if part[seed] >= 0:
            continue
        part[seed] = n
        stack[0] = seed
        depth = 1
        while depth:
            depth -= 1
            unit = stack[depth]
            for k in range(starts[unit], starts[unit + 1]):
                other = others[k]
                is_cut = is_right[unit] != is_right[other] and (is_met[unit] or is_met[other])
                if part[other] == -1 and not is_cut:
                    part[other] = n
                    stack[depth] = other
                    depth += 1
        n += 1
    return part[rows], n


def pieces(arcs: Arcs, rows: Int32s, is_right: ArrayLike, is_met: ArrayLike) -> tuple[Int32s, int]:
    """Pieces into which a line cuts a group of units.

    Neighbours on different sides are cut apart only where one of them meets the line itself:
    beyond its ends a side means nothing.

    Parameters
    ----------
    arcs : Arcs
    rows : (k,) int32
        The group, each unit once.
    is_right, is_met : (n_units,) bool
        Side of each unit's centre, and whether the line meets the unit.

    Returns
    -------
    (k,) int32
        Piece of each row, from 0.
    int
        Number of pieces.
    """
    own = arcs.adjacency
    sides = np.ascontiguousarray(is_right, np.bool_), np.ascontiguousarray(is_met, np.bool_)
    return _pieces(np.ascontiguousarray(rows, np.int32), *sides, own.starts, own.neighbours)


def warm(arcs: Arcs) -> None:
    """Compile the kernels of this module on any arcs, or load them from numba's cache."""
    if not arcs.n_units:
        return
    none = np.zeros(arcs.n_units, np.bool_)
    rows = spread(arcs, 0, np.zeros(arcs.n_units, np.int32), none)
    rim(arcs, rows, ~none)
    pieces(arcs, rows, none, none)
