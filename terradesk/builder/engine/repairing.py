"""Making any labelling whole: every territory in one piece and not empty, locks kept."""

from __future__ import annotations

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s
from terradesk.builder.clock import Work
from terradesk.builder.problem import FREE, NOWHERE, Problem

_ROUNDS = 200
_ENOUGH = 0.5  # of a target is what a piece must weigh to get a territory at a cost


def repair(work: Work, labels: Int32s) -> Int32s:
    """Change as little as makes every territory one piece, fills the empty, leaves nobody out.

    The heaviest piece of a territory stays, or that with units that must stay; every other piece
    goes to the neighbour with the longest common border that may have it. What no neighbour may
    have goes to the nearest territory that may, and is reported as a split by the verifier.

    Parameters
    ----------
    work : Work
    labels : ndarray of int32, shape (n,)
        Not changed; -1 for unassigned.

    Returns
    -------
    ndarray of int32, shape (n,)
        -1 only for units that no territory may have.
    """
    problem = work.problem
    labels = np.array(labels, np.int32)
    held, locked = _held(work, labels), problem.fixed != FREE
    labels[~_may(problem, labels)] = -1
    if work.options.contiguity == "off":
        _give_to_nearest(work, labels, held)
        while _fill_empty(work, labels, held) or _fill_empty(work, labels, locked):
            pass
        return labels
    for _round in range(_ROUNDS):
        changed = _join_orphans(work, labels, held)
        if not changed:
            left = (labels < 0) & (problem.fixed != NOWHERE)
            if left.any():
                _give_to_nearest(work, labels, held)
                continue
            if _adopt(work, labels, held) or _fill_empty(work, labels, held):
                continue
            if (held == locked).all():
                break
            held = locked  # rather an area larger than a territory moved than a broken territory
    return labels


def _held(work: Work, labels: Int32s) -> Bools:
    """(n,) units that must stay where they are; writes their territories into labels."""
    problem = work.problem
    fixed = problem.fixed
    held = fixed != -1
    labels[held] = np.maximum(fixed[held], -1)
    labels[work.bands.oversize] = work.bands.homes
    held[work.bands.oversize] = True
    return held


def _may(problem: Problem, labels: Int32s) -> Bools:
    """(n,) whether each unit may be where it is."""
    inside = labels >= 0
    found = np.zeros(len(labels), bool)
    found[inside] = problem.allowed[problem.allowed_class[inside], labels[inside]]
    return found


def _mass(problem: Problem) -> Floats:
    total = problem.activities.sum(0)
    mass: Floats = (problem.activities / np.where(total > 0, total, 1.0)).sum(1)
    return mass + 1e-12 * (1 + problem.areas / max(float(problem.areas.max(initial=0.0)), 1e-9))


def _join_orphans(work: Work, labels: Int32s, held: Bools) -> bool:
    """One round: each orphan piece that touches the main piece of a territory joins it."""
    problem, graph = work.problem, work.graph
    count, part = graph.parts_within(labels)
    territory = np.full(count, -1, np.int32)
    territory[part] = labels
    is_main, stuck = _main_parts(problem, labels, held, part, territory)
    orphan = ~is_main & ~stuck
    if not orphan.any():
        return False
    a, b = part[graph.edges[:, 0]], part[graph.edges[:, 1]]
    meets = (orphan[a] & is_main[b]) | (orphan[b] & is_main[a])
    flips = is_main[a]
    source = np.where(flips, b, a)[meets]
    goal = territory[np.where(flips, a, b)[meets]]
    if len(source) == 0:
        return False
    pairs, inverse = np.unique(np.stack((source, goal), 1), axis=0, return_inverse=True)
    shared = np.bincount(inverse.ravel(), graph.lengths[meets] + 1e-6, len(pairs))
    order = np.lexsort((-shared, pairs[:, 0]))
    rows_of = np.argsort(part, kind="stable")
    starts = np.searchsorted(part[rows_of], np.arange(count + 1))
    done: set[int] = set()
    for p in order.tolist():
        piece, to = int(pairs[p, 0]), int(pairs[p, 1])
        if piece in done:
            continue
        rows = rows_of[starts[piece] : starts[piece + 1]]
        if problem.allowed[problem.allowed_class[rows], to].all():
            labels[rows] = to
            done.add(piece)
    return bool(done) or _crumble(work, labels, part, orphan, is_main)


def _main_parts(
    problem: Problem, labels: Int32s, held: Bools, part: Int32s, territory: Int32s
) -> tuple[Bools, Bools]:
    """Piece of each territory that stays, and pieces that cannot join anything."""
    count = len(territory)
    n_held = np.bincount(part, held & (labels >= 0), count)
    mass = np.bincount(part, _mass(problem), count) + 1e6 * n_held
    order = np.argsort(mass, kind="stable")
    main = np.full(problem.n_territories, -1)
    inside = order[territory[order] >= 0]
    main[territory[inside]] = inside
    is_main = np.zeros(count, bool)
    is_main[main[main >= 0]] = True
    stuck = np.bincount(part, held, count) > 0
    return is_main, stuck & ~is_main


def _crumble(work: Work, labels: Int32s, part: Int32s, orphan: Bools, is_main: Bools) -> bool:
    """Give single units at the rim of orphan pieces away, where no one may have the whole."""
    problem, graph = work.problem, work.graph
    a = np.concatenate((graph.edges[:, 0], graph.edges[:, 1]))
    b = np.concatenate((graph.edges[:, 1], graph.edges[:, 0]))
    lengths = np.concatenate((graph.lengths, graph.lengths))
    fits = orphan[part[a]] & is_main[part[b]]
    fits[fits] = problem.allowed[problem.allowed_class[a[fits]], labels[b[fits]]]
    rows = np.flatnonzero(fits)
    rows = rows[np.argsort(lengths[rows], kind="stable")]
    labels[a[rows]] = labels[b[rows]].copy()
    return len(rows) > 0


def _give_to_nearest(work: Work, labels: Int32s, held: Bools) -> None:
    """Give pieces without an eligible neighbour to the nearest territory that may have them."""
    from scipy.spatial import cKDTree

    problem = work.problem
    _count, part = work.graph.parts_within(labels)
    left = np.flatnonzero((labels < 0) & (problem.fixed != NOWHERE))
    for one in np.unique(problem.allowed_class[left]).tolist():
        rows = left[problem.allowed_class[left] == one]
        owned = np.flatnonzero((labels >= 0) & problem.allowed[one][np.maximum(labels, 0)])
        if len(owned) == 0:
            labels[rows] = int(problem.allowed[one].argmax())
            continue
        distance, nearest = cKDTree(problem.xy[owned]).query(problem.xy[rows])
        if work.options.contiguity == "off":
            labels[rows] = labels[owned[nearest]]
            continue
        order = np.lexsort((distance, part[rows]))
        _pieces, first, inverse = np.unique(
            part[rows][order], return_index=True, return_inverse=True
        )
        labels[rows[order]] = labels[owned[nearest[order[first]]]][inverse]


def _adopt(work: Work, labels: Int32s, held: Bools) -> bool:
    """Give a piece that nothing touches a territory of its own: an empty one, else one set free.

    None is set free for what is far too small to be one: rather a territory in two pieces than
    all others out of balance.
    """
    problem, graph = work.problem, work.graph
    count, part = graph.parts_within(labels)
    territory = np.full(count, -1, np.int32)
    territory[part] = labels
    is_main, stuck = _main_parts(problem, labels, held, part, territory)
    used = np.bincount(labels[labels >= 0], minlength=problem.n_territories) > 0
    for piece in np.flatnonzero(~is_main & ~stuck & (territory >= 0)).tolist():
        rows = np.flatnonzero(part == piece).astype(np.int32)
        fits: Bools = np.asarray(problem.allowed[problem.allowed_class[rows]].all(0), np.bool_)
        empty = np.flatnonzero(fits & ~used)
        new = int(empty[0]) if len(empty) else -1
        if new < 0 and _could_be_one(work, rows):
            new = _set_free(work, labels, held, fits, part, is_main)
        if new >= 0:
            labels[rows] = new
            return True
    return False


def _could_be_one(work: Work, rows: Int32s) -> bool:
    """Whether units weigh half a target, of at least one measure."""
    usual = np.median(work.bands.targets, axis=0)
    return bool((work.problem.activities[rows].sum(0) >= _ENOUGH * usual).any())


def _set_free(
    work: Work, labels: Int32s, held: Bools, fits: Bools, part: Int32s, is_main: Bools
) -> int:
    """Join the lightest territory that can be spared with a neighbour; its number, or -1."""
    problem, graph = work.problem, work.graph
    k = problem.n_territories
    inside = labels >= 0
    mass = np.bincount(labels[inside], _mass(problem)[inside], k)
    is_held = np.bincount(labels[held & inside], minlength=k) > 0
    ends = labels[graph.edges]
    between = (ends[:, 0] != ends[:, 1]) & (ends >= 0).all(1) & is_main[part[graph.edges]].all(1)
    pairs = np.unique(np.concatenate((ends[between], ends[between][:, ::-1])), axis=0)
    for one, other in pairs[np.argsort(mass[pairs].sum(1), kind="stable")].tolist():
        rows = np.flatnonzero(labels == one).astype(np.int32)
        if fits[one] and not is_held[one] and _may_all(problem, rows, other):
            labels[rows] = other
            return int(one)
    return -1


def _may_all(problem: Problem, rows: Int32s, territory: int) -> bool:
    return bool(problem.allowed[problem.allowed_class[rows], territory].all())


def _fill_empty(work: Work, labels: Int32s, held: Bools) -> bool:
    """Give each empty territory a unit that its territory can spare; True when one was given."""
    problem = work.problem
    counts = np.bincount(labels[labels >= 0], minlength=problem.n_territories)
    empty = np.flatnonzero(counts == 0)
    if len(empty) == 0:
        return False
    mass = _mass(problem)
    sums = np.bincount(labels[labels >= 0], mass[labels >= 0], problem.n_territories)
    spare = _spare(work, labels, held)
    used = np.zeros(problem.n_territories, bool)
    given = False
    order = spare[np.lexsort((mass[spare], sums[labels[spare]]))[::-1]]
    for one in empty.tolist():
        open_classes = problem.allowed[:, one]
        for i in order[open_classes[problem.allowed_class[order]]].tolist():
            if not used[labels[i]] and counts[labels[i]] > 1:
                used[labels[i]] = True
                counts[labels[i]] -= 1
                labels[i] = one
                given = True
                break
    return given


def _spare(work: Work, labels: Int32s, held: Bools) -> Int32s:
    """Units whose territory stays whole without them: leaves of a spanning tree of each."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    n = len(labels)
    rows = np.flatnonzero(~held & (labels >= 0))
    if work.options.contiguity == "off":
        return rows.astype(np.int32)
    a, b = work.graph.edges.T
    same = (labels[a] == labels[b]) & (labels[a] >= 0)
    tree = minimum_spanning_tree(coo_array((np.ones(int(same.sum())), (a[same], b[same])), (n, n)))
    degree = np.bincount(np.concatenate(tree.tocoo().coords), minlength=n)
    return rows[degree[rows] <= 1].astype(np.int32)
