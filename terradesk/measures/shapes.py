"""Shape of territories: compact, in one piece, without enclosed gaps."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from terradesk import records as rec
from terradesk.arcs import components
from terradesk.arcs.jit import Floats, Int32s, kernel
from terradesk.arcs.model import Arcs
from terradesk.measures import gaps as _gaps
from terradesk.measures.ground import Ground, ground_of
from terradesk.plan import AlignmentView, Plan


@dataclass(frozen=True, slots=True, eq=False)
class Contiguity:
    """Whether territories are in one piece. Arrays by slot (or by label).

    Parameters
    ----------
    parts : ndarray of int32, shape (n_slots,)
        Connected parts through shared borders and water links; 0 without areas. Slot 0 counts the
        groups of unassigned units.
    holes : ndarray of int32, shape (n_slots,)
        Enclosed gaps: connected groups of other units (and the waters between them) that no way
        leads out of but through the territory. What touches the outside of the map is not
        enclosed, water without units no gap. 0 for slot 0.
    unit_part : ndarray of int32, shape (n_units,)
        Part of each unit within its slot, from 0; -1 for units without area.
    """

    parts: np.ndarray
    holes: np.ndarray
    unit_part: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Units that are cut off from, or enclosed by, a territory.

    Parameters
    ----------
    territory : int
        Id of the territory that has the detached part, or that encloses the gap.
    rows : ndarray of int32, shape (k,)
        Unit rows.
    """

    territory: int
    rows: np.ndarray


def compactness(view: AlignmentView) -> np.ndarray:
    """Polsby-Popper compactness of each territory.

    ``4 * pi * area / perimeter**2``: 1 for a circle, pi/4 for a square (Polsby and Popper, *The
    Third Criterion*, Yale Law & Policy Review 9, 1991). The perimeter includes shores of lakes
    and gaps.

    Returns
    -------
    ndarray of float64, shape (n_slots,)
        NaN for slot 0 and for territories without area.
    """
    out = polsby_popper(view.plan, view.unit_slots, view.n_slots)
    out[0] = np.nan
    return out


def polsby_popper(plan: Plan, labels: np.ndarray, n_labels: int) -> np.ndarray:
    """`compactness` of any labels (n_units,): (n_labels,) float64."""
    if plan.arcs is None:
        return np.full(n_labels, np.nan)
    around = perimeters(plan.arcs, labels, n_labels)
    area = np.bincount(labels, plan.arcs.areas, n_labels)
    out = np.full(n_labels, np.nan)
    np.divide(4 * math.pi * area, around**2, out=out, where=around > 0)
    return out


def perimeters(arcs: Arcs, labels: np.ndarray, n_labels: int) -> np.ndarray:
    """Length in m of the outline of each label: arcs with another label, or none, beyond."""
    rows = np.ascontiguousarray(labels, np.int32)
    return _perimeters(arcs.left, arcs.right, arcs.lengths, rows, n_labels)


@kernel
def _perimeters(
    left: Int32s, right: Int32s, lengths: Floats, labels: Int32s, n_labels: int
) -> Floats:
    out = np.zeros(n_labels)
    for arc in range(len(left)):
        a = labels[left[arc]] if left[arc] >= 0 else -1
        b = labels[right[arc]] if right[arc] >= 0 else -1
        if a != b:
            if a >= 0:
                out[a] += lengths[arc]
            if b >= 0:
                out[b] += lengths[arc]
    return out


def contiguity(view: AlignmentView) -> Contiguity:
    """Parts and enclosed gaps of each territory."""
    return contiguity_of(view.plan, view.unit_slots, view.n_slots)


def contiguity_of(plan: Plan, labels: np.ndarray, n_labels: int) -> Contiguity:
    """`contiguity` of any labels (n_units,), 0 = unassigned."""
    if plan.arcs is None:
        none = np.zeros(n_labels, np.int32)
        return Contiguity(none, none.copy(), np.full(len(labels), -1, np.int32))
    found = _survey(plan, plan.arcs, labels, n_labels)
    return Contiguity(found.parts, found.holes, found.unit_part)


@dataclass(frozen=True, slots=True, eq=False)
class _Survey:
    parts: Int32s
    holes: Int32s
    unit_part: Int32s
    unit_place: Int32s  # place of each unit: one per part of a label, then the waters
    n_places: int
    behind: tuple[Int32s, Int32s]  # rows per label of places that the label could enclose
    gap: Int32s  # gap of each of them, -1 = none


def _survey(plan: Plan, arcs: Arcs, labels: np.ndarray, n_labels: int) -> _Survey:
    ground = ground_of(arcs)
    own = np.where(ground.has_area, labels, -1).astype(np.int32)
    found = components(arcs, own, n_labels, water_links(plan))
    first = np.concatenate(([0], np.cumsum(found.counts))).astype(np.int32)
    unit_place = np.where(own >= 0, first[own] + found.parts, -1).astype(np.int32)
    place, place_labels = _places(ground, unit_place, found.counts)
    graph = _gaps.quotient(ground.starts, ground.others, ground.is_open, place, len(place_labels))
    nearer = _gaps.ways_out(*graph)
    behind = _gaps.behind(nearer, place_labels, n_labels)
    gap, holes = _gaps.gaps(graph[0], graph[1], place_labels, *behind)
    return _Survey(found.counts, holes, found.parts, unit_place, len(place_labels), behind, gap)


def _places(ground: Ground, unit_place: Int32s, counts: Int32s) -> tuple[Int32s, Int32s]:
    """Place of each node of the ground, and the label of each place; -1 = water."""
    n_parts, n_waters = int(counts.sum()), ground.n_nodes - ground.n_units
    waters = np.arange(n_parts, n_parts + n_waters, dtype=np.int32)
    labels = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    return np.append(unit_place, waters), np.append(labels, np.full(n_waters, -1, np.int32))


def water_links(plan: Plan) -> np.ndarray:
    """(k, 2) int32 pairs of present units that count as neighbours."""
    present = plan.units_present
    n = len(present)
    pairs = [
        (b.unit_a, b.unit_b)
        for b in plan.rows(rec.Bridge)
        if 0 <= b.unit_a < n and 0 <= b.unit_b < n and present[b.unit_a] and present[b.unit_b]
    ]
    return np.array(pairs, np.int32).reshape(-1, 2)


def enclosed(view: AlignmentView) -> list[Piece]:
    """Every enclosed gap with the territory around it, in slot order.

    See `Contiguity`. A gap inside a gap belongs to both of the territories around it.
    """
    arcs = view.plan.arcs
    if arcs is None:
        return []
    found = _survey(view.plan, arcs, view.unit_slots, view.n_slots)
    out: list[Piece] = []
    starts, places = found.behind
    for slot in np.flatnonzero(found.holes).tolist():
        mine = slice(starts[slot], starts[slot + 1])
        for gap in range(int(found.holes[slot])):
            inside = np.zeros(found.n_places + 1, bool)
            inside[places[mine][found.gap[mine] == gap]] = True
            rows = np.flatnonzero(inside[found.unit_place]).astype(np.int32)
            out.append(Piece(view.leaves[slot - 1].id, rows))
    return out


def detached(view: AlignmentView) -> list[Piece]:
    """Every part of a territory but its largest (by area), in slot order."""
    arcs = view.plan.arcs
    if arcs is None:
        return []
    found = contiguity(view)
    out: list[Piece] = []
    for slot in np.flatnonzero(found.parts[1:] > 1).tolist():
        rows = np.flatnonzero((view.unit_slots == slot + 1) & (found.unit_part >= 0))
        part = found.unit_part[rows]
        main = int(np.bincount(part, arcs.areas[rows]).argmax())
        out += [
            Piece(view.leaves[slot].id, rows[part == p].astype(np.int32))
            for p in range(int(found.parts[slot + 1]))
            if p != main
        ]
    return out
