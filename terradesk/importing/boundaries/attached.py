"""What hangs on units and goes over to those that follow: locks, start points, links, notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, product

import numpy as np
import shapely

from terradesk import projection
from terradesk import records as rec
from terradesk.arcs import Arcs
from terradesk.arcs.picking import Picker
from terradesk.edits import Record
from terradesk.importing.boundaries.succession import Succession
from terradesk.plan import Plan, RowT

_HALF = 0.5


def records(succession: Succession, arcs: Arcs, shapes: np.ndarray, first_id: int) -> list[Record]:
    """Records of the whole plan and of every alignment that name units which go.

    A unit is locked when the one it follows was, or when most of its ground was locked. A start
    point goes to the unit that holds its place. The end of a water link goes to the follower that
    is nearest to the other end; a link between neighbours falls away. A barrier goes to the borders
    of the followers on either side. A note goes to the main follower.

    Parameters
    ----------
    succession : Succession
    arcs : Arcs
        Coverage afterwards.
    shapes : (n_units,) object array of shapely geometries or None
        Its polygons.
    first_id : int
        New rows take ids from here.
    """
    ids = count(first_id)
    return [
        *_locks(succession, ids),
        *_seeds(succession, arcs),
        *_bridges(succession, arcs, shapes),
        *_barriers(succession, arcs, ids),
        *_notes(succession),
    ]


def _every(plan: Plan, kind: str, row_type: type[RowT]) -> list[RowT]:
    """Rows of a kind in all alignments, by their ids."""
    rows = plan.tables.get(kind, {}).values()
    return sorted((r for r in rows if isinstance(r, row_type)), key=lambda r: r.id)


def _is_gone(succession: Succession, row: int) -> bool:
    return 0 <= row < succession.n_old and bool(succession.is_gone[row])


def _locks(succession: Succession, ids: Iterator[int]) -> Iterator[Record]:
    by_alignment: dict[int, list[rec.Lock]] = {}
    for lock in _every(succession.plan, "lock", rec.Lock):
        if lock.kind == "unit" and _is_gone(succession, lock.ref):
            by_alignment.setdefault(lock.alignment, []).append(lock)
    for alignment, locks in by_alignment.items():
        yield from (Record("lock", lock, None) for lock in locks)
        is_locked = np.zeros(succession.n_old, bool)
        is_locked[[lock.ref for lock in locks]] = True
        for new in _locked(succession, is_locked):
            row = rec.Lock(rec.new_uid(), next(ids), alignment, "unit", succession.n_old + new)
            yield Record("lock", None, row)


def _locked(succession: Succession, is_locked: np.ndarray) -> list[int]:
    """Numbers of the new units that follow locked ones."""
    total = np.bincount(succession.new, succession.area, succession.n_new)
    held = np.bincount(
        succession.new, succession.area * is_locked[succession.old], succession.n_new
    )
    partner = succession.partner
    by_code = (partner >= 0) & is_locked[np.maximum(partner, 0)]
    return np.flatnonzero(by_code | ((partner < 0) & (held > _HALF * total))).tolist()


def _seeds(succession: Succession, arcs: Arcs) -> Iterator[Record]:
    moved = [s for s in _every(succession.plan, "seed", rec.Seed) if _is_gone(succession, s.unit)]
    if not moved:
        return
    places = np.array([(s.lon, s.lat) for s in moved])
    points = projection.to_plan(places, projection.LONLAT, succession.plan.crs)
    found = Picker(arcs).locate_points(points)
    for seed, row in zip(moved, found.tolist(), strict=True):
        unit = row if row >= 0 else int(succession.main_new[seed.unit])
        yield Record("seed", seed, replace(seed, unit=unit))


def _bridges(succession: Succession, arcs: Arcs, shapes: np.ndarray) -> Iterator[Record]:
    plan = succession.plan
    links = _every(plan, "bridge", rec.Bridge)
    if not any(_is_gone(succession, row) for b in links for row in (b.unit_a, b.unit_b)):
        return
    near = _neighbours(arcs)
    seen = {
        frozenset((b.unit_a, b.unit_b))
        for b in links
        if not _is_gone(succession, b.unit_a) and not _is_gone(succession, b.unit_b)
    }
    for link in links:
        ends = [link.unit_a, link.unit_b]
        if not any(_is_gone(succession, row) for row in ends):
            continue
        pair = _nearest(succession, ends, shapes)
        if pair is None or frozenset(pair) in seen | near:
            yield Record("bridge", link, None)
        else:
            seen.add(frozenset(pair))
            yield Record("bridge", link, replace(link, unit_a=pair[0], unit_b=pair[1]))


def _nearest(succession: Succession, ends: list[int], shapes: np.ndarray) -> tuple[int, int] | None:
    """Followers of both ends that lie nearest to each other; None when an end has none."""
    if not all(0 <= row < succession.n_old for row in ends):
        return None
    a, b = (succession.followers(row) for row in ends)
    pairs = [(x, y) for x, y in product(a, b) if shapes[x] is not None and shapes[y] is not None]
    if not pairs:
        return None
    if any(x == y for x, y in pairs):
        return None
    ways = shapely.distance(shapes[[x for x, _y in pairs]], shapes[[y for _x, y in pairs]])
    return pairs[int(np.argmin(ways))]


def _neighbours(arcs: Arcs) -> set[frozenset[int]]:
    near = arcs.adjacency
    first = np.repeat(np.arange(arcs.n_units), np.diff(near.starts))
    return {frozenset(p) for p in zip(first.tolist(), near.neighbours.tolist(), strict=True)}


def _barriers(succession: Succession, arcs: Arcs, ids: Iterator[int]) -> Iterator[Record]:
    every = _every(succession.plan, "barrier", rec.Barrier)
    moved = [b for b in every if _is_gone(succession, b.unit_a) or _is_gone(succession, b.unit_b)]
    if not moved:
        return
    near = _neighbours(arcs)
    seen = {frozenset((b.unit_a, b.unit_b)) for b in every if b not in moved}
    for barrier in moved:
        a, b = (
            succession.followers(row) if 0 <= row < succession.n_old else []
            for row in (barrier.unit_a, barrier.unit_b)
        )
        found = [
            pair
            for pair in product(a, b)
            if frozenset(pair) in near and frozenset(pair) not in seen
        ]
        if not found:
            yield Record("barrier", barrier, None)
        for k, (x, y) in enumerate(found):
            seen.add(frozenset((x, y)))
            if k == 0:
                yield Record("barrier", barrier, replace(barrier, unit_a=x, unit_b=y))
            else:
                row = rec.Barrier(rec.new_uid(), next(ids), 0, x, y, barrier.note)
                yield Record("barrier", None, row)


def _notes(succession: Succession) -> Iterator[Record]:
    for note in _every(succession.plan, "note", rec.Note):
        if note.kind == "unit" and _is_gone(succession, note.ref):
            row = int(succession.main_new[note.ref])
            if row >= 0:
                yield Record("note", note, replace(note, ref=row))
