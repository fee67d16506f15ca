"""What became of each unit between two vintages of boundaries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from terradesk.importing.boundaries.overlaps import Overlaps, grouped, overlaps
from terradesk.progress import Progress, silent

RELATIONS = ("same", "reshaped", "renamed", "merged", "split", "changed", "new", "gone")
"""Every unit, old or new, is in one of them.

same: code and shape, a coarser drawing forgiven. reshaped: code, other shape. renamed: shape, other
code or name. merged: several into one. split: one into several. changed: any other exchange of
ground. new: no old one beneath. gone: no new one above.
"""

SAME_SHARE = 0.05
"""Part of a shape that may differ before it counts as another shape."""

_PERSISTS = 0.5  # of both shapes: with the same code it is the same place
_MEETS = 0.1  # of a shape: less common ground is an error of drawing
_DRIFT = 4.0  # times the usual distance between the two drawings of one border
_ENOUGH = 20  # pairs with the same code, to know how far drawings usually differ
_FARTHEST = 0.3  # of a shape: what drift may forgive at most


@dataclass(frozen=True, slots=True)
class Relation:
    """Units that belong together.

    Parameters
    ----------
    kind : str
        One of `RELATIONS`.
    old, new : tuple of int
        Rows, ascending.
    """

    kind: str
    old: tuple[int, ...]
    new: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two vintages side by side.

    Parameters
    ----------
    relations : tuple of Relation
        Each present old unit and each new one is in exactly one.
    overlaps : Overlaps
        Every common ground, also what is too little to count.
    partner : ndarray of int64, shape (n_new,)
        Old unit with the same code in the same relation, -1 for none.
    """

    relations: tuple[Relation, ...]
    overlaps: Overlaps
    partner: np.ndarray

    def of_kind(self, *kinds: str) -> list[Relation]:
        """Relations of some kinds, in order."""
        return [one for one in self.relations if one.kind in kinds]


def compare(
    old: np.ndarray,
    old_codes: np.ndarray,
    old_names: np.ndarray,
    new: np.ndarray,
    new_codes: np.ndarray,
    new_names: np.ndarray,
    same_share: float = SAME_SHARE,
    progress: Progress = silent,
    bare: np.ndarray | None = None,
) -> Comparison:
    """What became of each unit.

    Units with the same code that share half their ground and more persist. Persisting units are
    kept apart although their drawings overlap a little; everything else that shares a tenth of the
    smaller one belongs together, and the connected parts of this graph are the relations.

    Parameters
    ----------
    old : (n_old,) object array of shapely geometries or None
        Polygons of a coverage in metres; None for units that are not present.
    old_codes, old_names : (n_old,) object (str)
    new, new_codes, new_names
        The same of the newer vintage; a row without polygon is in no relation.
    same_share : float
        Part of a shape that may differ before it counts as another shape. Shapes that differ no
        farther than the two vintages' borders usually do count as the same as well.
    progress : Progress
    bare : (n_old,) bool, optional
        Present units without a shape: they belong to the new one with their code.
    """
    twins = _twins(old, old_codes, new, new_codes)
    found = overlaps(old, new, twins, progress)
    is_code = twins[found.old] == found.new
    low = np.minimum(found.old_shares, found.new_shares)
    is_same = found.is_equal | (low >= 1 - same_share) | _is_drift(found, is_code, low)
    holds = (is_code & (low >= _PERSISTS)) | (is_same & ~is_code & _is_lonely(found, is_same))
    edges = _edges(found, holds, low)
    labels = _components(found, edges, len(old), len(new))
    if bare is not None:
        twins = _with_bare(twins, bare, old_codes, new, new_codes, labels)
    return Comparison(
        tuple(_relations(found, labels, twins >= 0, is_same & edges, (old_codes, new_codes),
                         (old_names, new_names))),
        found,
        _partners(twins, labels, len(old), len(new)),
    )  # fmt: skip


def _twins(
    old: np.ndarray, old_codes: np.ndarray, new: np.ndarray, new_codes: np.ndarray
) -> np.ndarray:
    """(n_old,) new unit with the same code, -1 for none."""
    place = {code: row for row, code in enumerate(new_codes.tolist()) if new[row] is not None}
    out = [
        place.get(code, -1) if shape is not None else -1
        for code, shape in zip(old_codes.tolist(), old, strict=True)
    ]
    return np.array(out, np.int64)


def _with_bare(
    twins: np.ndarray,
    bare: np.ndarray,
    old_codes: np.ndarray,
    new: np.ndarray,
    new_codes: np.ndarray,
    labels: np.ndarray,
) -> np.ndarray:
    """Twins of units without a shape too; these are put to them in ``labels``."""
    place = {code: row for row, code in enumerate(new_codes.tolist()) if new[row] is not None}
    out = twins.copy()
    for row in np.flatnonzero(bare).tolist():
        twin = place.get(old_codes[row], -1)
        if twin >= 0 and not (twins == twin).any():
            out[row] = twin
            labels[row] = labels[len(twins) + twin]
    return out


def _is_drift(found: Overlaps, is_code: np.ndarray, low: np.ndarray) -> np.ndarray:
    """(n_pairs,) whether shapes differ no farther than drawings of these vintages do."""
    lengths = (found.old_lengths[found.old] + found.new_lengths[found.new]) / 2
    differing = found.old_areas[found.old] + found.new_areas[found.new] - 2 * found.area
    shift = differing / np.maximum(lengths, 1e-9)
    known = shift[is_code & (low >= _PERSISTS)]
    usual = float(np.median(known)) if len(known) >= _ENOUGH else 0.0
    return (shift <= _DRIFT * usual) & (low >= 1 - _FARTHEST)


def _is_lonely(found: Overlaps, is_same: np.ndarray) -> np.ndarray:
    """(n_pairs,) whether no other pair of its units is of the same shape."""
    n_old = np.bincount(found.old[is_same], minlength=len(found.old_areas))
    n_new = np.bincount(found.new[is_same], minlength=len(found.new_areas))
    return (n_old[found.old] <= 1) & (n_new[found.new] <= 1)


def _edges(found: Overlaps, holds: np.ndarray, low: np.ndarray) -> np.ndarray:
    """(n_pairs,) whether a pair belongs together."""
    old_held, new_held = (np.zeros(n, bool) for n in (len(found.old_areas), len(found.new_areas)))
    old_held[found.old[holds]] = True
    new_held[found.new[holds]] = True
    of_old, of_new = old_held[found.old], new_held[found.new]
    high = np.maximum(found.old_shares, found.new_shares)
    loose = np.where(of_old, found.new_shares, np.where(of_new, found.old_shares, high))
    return holds | (~(of_old & of_new) & (loose >= _MEETS))


def _components(found: Overlaps, edges: np.ndarray, n_old: int, n_new: int) -> np.ndarray:
    """(n_old + n_new,) number of the part of the graph each unit is in."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    a, b = found.old[edges], found.new[edges] + n_old
    n = n_old + n_new
    graph = coo_array((np.ones(len(a), bool), (a, b)), (n, n))
    return np.asarray(connected_components(graph, directed=False)[1])


def _relations(
    found: Overlaps,
    labels: np.ndarray,
    has_twin: np.ndarray,
    is_same: np.ndarray,
    codes: tuple[np.ndarray, np.ndarray],
    names: tuple[np.ndarray, np.ndarray],
) -> list[Relation]:
    n_old = len(found.old_areas)
    has_area = np.concatenate([(found.old_areas > 0) | has_twin, found.new_areas > 0])
    same = set(zip(found.old[is_same].tolist(), found.new[is_same].tolist(), strict=True))
    out = []
    for members in grouped(labels, int(labels.max(initial=-1)) + 1):
        rows = members[has_area[members]].tolist()
        old = tuple(row for row in rows if row < n_old)
        new = tuple(row - n_old for row in rows if row >= n_old)
        if rows:
            out.append(Relation(_kind(old, new, same, codes, names), old, new))
    return out


def _kind(
    old: tuple[int, ...],
    new: tuple[int, ...],
    same: set[tuple[int, int]],
    codes: tuple[np.ndarray, np.ndarray],
    names: tuple[np.ndarray, np.ndarray],
) -> str:
    if not old or not new:
        return "gone" if old else "new"
    if len(old) > 1 or len(new) > 1:
        return "merged" if len(new) == 1 else "split" if len(old) == 1 else "changed"
    a, b = old[0], new[0]
    has_code = codes[0][a] == codes[1][b]
    if (a, b) not in same:
        return "reshaped" if has_code else "changed"
    return "same" if has_code and names[0][a] == names[1][b] else "renamed"


def _partners(twins: np.ndarray, labels: np.ndarray, n_old: int, n_new: int) -> np.ndarray:
    out = np.full(n_new, -1, np.int64)
    rows = np.flatnonzero(twins >= 0)
    rows = rows[labels[rows] == labels[n_old + twins[rows]]]
    out[twins[rows]] = rows
    return out
