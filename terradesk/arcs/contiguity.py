"""Which units are neighbours, and the connected parts of a labelling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from terradesk.arcs.jit import Floats, Int32s, kernel

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from terradesk.arcs.model import Arcs


@dataclass(frozen=True, slots=True, eq=False)
class Adjacency:
    """Neighbours of each unit in compressed rows.

    Attributes
    ----------
    starts : (n_units + 1,) int32
    neighbours : (m,) int32
        Of unit `u`, ascending: `neighbours[starts[u]:starts[u + 1]]`.
    lengths : (m,) float64
        Metres of shared border.
    """

    starts: Int32s
    neighbours: Int32s
    lengths: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Connected parts of a labelling.

    Attributes
    ----------
    parts : (n_units,) int32
        Part of each unit within its label, numbered from 0 by the lowest row; -1 = no label.
    counts : (n_labels,) int32
        Number of parts of each label.
    """

    parts: Int32s
    counts: Int32s


def neighbours(left: Int32s, right: Int32s, lengths: Floats, n_units: int) -> Adjacency:
    """Adjacency from the sides (n_arcs,) and lengths (n_arcs,) m of arcs."""
    shared = (left >= 0) & (right >= 0) & (left != right) & (lengths > 0)
    a, b = left[shared].astype(np.int64), right[shared].astype(np.int64)
    keys = np.concatenate((a * n_units + b, b * n_units + a))
    pairs, which = np.unique(keys, return_inverse=True)
    total = np.bincount(which, np.tile(lengths[shared], 2), len(pairs)).astype(np.float64)
    starts = np.searchsorted(pairs, np.arange(n_units + 1, dtype=np.int64) * n_units)
    others = pairs % max(n_units, 1)
    return Adjacency(starts.astype(np.int32), others.astype(np.int32), total)


@kernel
def _rows(pairs: Int32s, n_units: int) -> tuple[Int32s, Int32s]:
    """Both directions of each pair in compressed rows."""
    starts = np.zeros(n_units + 1, np.int32)
    for k in range(len(pairs)):
        starts[pairs[k, 0] + 1] += 1
        starts[pairs[k, 1] + 1] += 1
    for unit in range(n_units):
        starts[unit + 1] += starts[unit]
    fill = starts.copy()
    out = np.empty(starts[n_units], np.int32)
    for k in range(len(pairs)):
        a, b = pairs[k, 0], pairs[k, 1]
        out[fill[a]] = b
        fill[a] += 1
        out[fill[b]] = a
        fill[b] += 1
    return starts, out


@kernel
def _parts(
    labels: Int32s,
    n_labels: int,
    starts: Int32s,
    others: Int32s,
    more_starts: Int32s,
    more_others: Int32s,
) -> tuple[Int32s, Int32s]:
    parts = np.full(len(labels), -1, np.int32)
    counts = np.zeros(n_labels, np.int32)
    stack = np.empty(len(labels), np.int32)
    for seed in range(len(labels)):
        label = labels[seed]
        if label < 0 or parts[seed] >= 0:
            continue
        part = counts[label]
        counts[label] += 1
        parts[seed] = part
        stack[0] = seed
        depth = 1
        while depth:
            depth -= 1
            unit = stack[depth]
            for k in range(starts[unit], starts[unit + 1]):
                other = others[k]
                if labels[other] == label and parts[other] < 0:
                    parts[other] = part
                    stack[depth] = other
                    depth += 1
            for k in range(more_starts[unit], more_starts[unit + 1]):
                other = more_others[k]
                if labels[other] == label and parts[other] < 0:
                    parts[other] = part
                    stack[depth] = other
                    depth += 1
    return parts, counts


def components(
    arcs: Arcs, labels: ArrayLike, n_labels: int, extra_edges: ArrayLike | None = None
) -> Components:
    """Connected parts of each label through shared borders.

    Parameters
    ----------
    arcs : Arcs
    labels : (n_units,) int
        Territory of each unit, -1 = none.
    n_labels : int
    extra_edges : (k, 2) int, optional
        Pairs of unit rows that count as neighbours (bridges, ferries).

    Raises
    ------
    ValueError
        `labels` has the wrong length or a label is out of range.
    """
    rows = np.ascontiguousarray(labels, np.int32)
    if rows.shape != (arcs.n_units,):
        raise ValueError(f"labels must have shape ({arcs.n_units},), not {rows.shape}")
    if len(rows) and (rows.max() >= n_labels or rows.min() < -1):
        raise ValueError(f"labels must lie between -1 and {n_labels - 1}")
    pairs = np.empty((0, 2), np.int32) if extra_edges is None else np.asarray(extra_edges)
    pairs = np.ascontiguousarray(pairs.reshape(-1, 2), np.int32)
    if len(pairs) and (pairs.min() < 0 or pairs.max() >= arcs.n_units):
        raise ValueError("extra edges must join units of the plan")
    own = arcs.adjacency
    return Components(*_parts(rows, n_labels, own.starts, own.neighbours, *_rows(pairs, len(rows))))
