"""Groups of units that can change hands and leave whole territories: kernels of the swap finder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from terradesk.arcs.jit import Bools, Floats, Int32s, Int64s, kernel
from terradesk.builder.graph import Graph
from terradesk.builder.problem import FREE, Problem

MOST_UNITS = 16
_SIZES = np.array([1, 2, 3, 4, 6, 8, 11, 16, 1 << 30], np.int64)
_UNITS_A_SLICE = 1500
_ROWS = 20_000
_MOST_NEAR = 64


class _Plan(NamedTuple):
    """What the kernels read: the plan, the neighbours, and what may move."""

    labels: Int32s
    starts: Int32s
    others: Int32s
    borders: Floats
    fixed: Bools
    allowed: Bools
    classes: Int32s
    concerned: Bools
    largest: Floats
    work: Floats
    counts: Int64s
    is_loose: bool


class _Marks(NamedTuple):
    """Units marked by the number of the step that marked them, so that nothing is cleared."""

    inside: Int64s
    reached: Int64s
    outer: Int64s
    last: Int64s
    queue: Int32s


class _Rows(NamedTuple):
    """Where groups are written."""

    members: Int32s
    sizes: Int32s
    sources: Int32s
    targets: Int32s
    borders: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Connected groups of units of one territory that another one can take over.

    Parameters
    ----------
    members : ndarray of int32, shape (g, MOST_UNITS)
        Units, filled up with -1.
    sizes, sources, targets : ndarray of int32, shape (g,)
    borders : ndarray of float64, shape (g,)
        Change of the border between territories in km.
    """

    members: Int32s
    sizes: Int32s
    sources: Int32s
    targets: Int32s
    borders: Floats

    def taken(self, rows: Int32s | Bools) -> Groups:
        """Some of the groups."""
        return Groups(
            self.members[rows],
            self.sizes[rows],
            self.sources[rows],
            self.targets[rows],
            self.borders[rows],
        )

    def sums(self, values: Floats) -> Floats:
        """(g, c) sums of the columns (n, c) over the members."""
        padded = np.vstack((values, np.zeros((1, values.shape[1]))))
        out = padded[self.members[:, 0]].copy()
        for place in range(1, MOST_UNITS):
            rows = np.flatnonzero(self.sizes > place)
            if not len(rows):
                break
            out[rows] += padded[self.members[rows, place]]
        return out


def together(parts: list[Groups]) -> Groups:
    """Several lists of groups as one."""
    return Groups(
        np.concatenate([p.members for p in parts]),
        np.concatenate([p.sizes for p in parts]),
        np.concatenate([p.sources for p in parts]),
        np.concatenate([p.targets for p in parts]),
        np.concatenate([p.borders for p in parts]),
    )


def movable_groups(
    problem: Problem,
    graph: Graph,
    labels: Int32s,
    concerned: Bools,
    largest: Floats,
    is_loose: bool = False,
) -> Groups:
    """Groups on the border of territories that can move over it, each territory staying whole.

    Grown from each unit on the border, at each step by the neighbour that leaves the shortest
    border, together with whatever the group would cut off.

    Parameters
    ----------
    problem : Problem
    graph : Graph
    labels : ndarray of int32, shape (n,)
        -1 for unassigned units, which can be taken as well.
    concerned : ndarray of bool, shape (k,)
        Only groups that leave or join one of these.
    largest : ndarray of float64, shape (k,)
        Groups grow no further than this much of the first measure, by source.
    is_loose : bool
        Whether territories need not hang together.
    """
    n = problem.n_units
    sizes, sources, targets = (np.empty(_ROWS, np.int32) for _ in range(3))
    rows = _Rows(
        np.full((_ROWS, MOST_UNITS), -1, np.int32), sizes, sources, targets, np.empty(_ROWS)
    )
    inside, reached, outer = (np.zeros(n, np.int64) for _ in range(3))
    marks = _Marks(inside, reached, outer, np.zeros(1, np.int64), np.empty(n, np.int32))
    plan = _Plan(
        labels=labels,
        starts=graph.starts,
        others=graph.others,
        borders=graph.borders,
        fixed=problem.fixed != FREE,
        allowed=problem.allowed,
        classes=problem.allowed_class,
        concerned=concerned,
        largest=largest,
        work=np.ascontiguousarray(problem.activities[:, 0]),
        counts=np.bincount(labels[labels >= 0], minlength=problem.n_territories),
        is_loose=is_loose,
    )
    parts = []
    first = 0
    while first < n:
        first, count = _collect(first, min(n, first + _UNITS_A_SLICE), plan, _SIZES, marks, rows)
        parts.append(Groups(*rows).taken(np.arange(count, dtype=np.int32)))
    return _distinct(together(parts))


def _distinct(groups: Groups) -> Groups:
    """Each set of units with one target once."""
    rng = np.random.default_rng(0)
    n = int(groups.members.max(initial=0)) + 2
    codes = rng.integers(1, 1 << 62, n)
    codes[-1] = 0
    keys = codes[groups.members].sum(1) * 31 + groups.targets
    _same, rows = np.unique(keys, return_index=True)
    return groups.taken(np.sort(rows).astype(np.int32))


@kernel
def _collect(
    first: int, last: int, plan: _Plan, wanted: Int64s, marks: _Marks, rows: _Rows
) -> tuple[int, int]:
    """Groups from the units first ... last; returns where it stopped, and how many it found."""
    labels, concerned = plan.labels, plan.concerned
    found = 0
    group = np.empty(rows.members.shape[1], np.int32)
    near = np.empty(_MOST_NEAR, np.int32)
    for u in range(first, last):
        if plan.fixed[u]:
            continue
        a = labels[u]
        n_near = 0
        for p in range(plan.starts[u], plan.starts[u + 1]):
            b = labels[plan.others[p]]
            if b < 0 or b == a or not plan.allowed[plan.classes[u], b]:
                continue
            if not (concerned[b] or (a >= 0 and concerned[a])):
                continue
            is_new = n_near < _MOST_NEAR
            for q in range(n_near):
                if near[q] == b:
                    is_new = False
            if is_new:
                near[n_near] = b
                n_near += 1
        if found + n_near * len(wanted) > len(rows.sizes):
            return u, found
        for q in range(n_near):
            found = _grow(u, near[q], plan, wanted, marks, group, rows, found)
    return last, found


@kernel
def _grow(
    u: int,
    b: int,
    plan: _Plan,
    wanted: Int64s,
    marks: _Marks,
    group: Int32s,
    rows: _Rows,
    found: int,
) -> int:
    """Groups grown from u towards b, written from row ``found`` on; returns the next row."""
    a = plan.labels[u]
    most = len(group)
    marks.last[0] += 1
    mark = marks.last[0]
    group[0] = u
    marks.inside[u] = mark
    size, step = 1, 0
    while True:
        if a >= 0 and not plan.is_loose:
            size = _closed(a, group, size, plan, marks, mark)
        if size < 0 or (a >= 0 and size >= plan.counts[a]):
            return found
        mass = 0.0
        for q in range(size):
            mass += plan.work[group[q]]
            if plan.fixed[group[q]] or not plan.allowed[plan.classes[group[q]], b]:
                return found
        if size >= wanted[step]:
            while size >= wanted[step]:
                step += 1
            for q in range(most):
                rows.members[found, q] = group[q] if q < size else -1
            rows.sizes[found], rows.sources[found], rows.targets[found] = size, a, b
            rows.borders[found] = _lengthening(a, b, group, size, plan, marks.inside, mark)
            found += 1
        if size >= most or (a >= 0 and mass >= plan.largest[a]):
            return found
        v = _next(a, b, group, size, plan, marks.inside, mark)
        if v < 0:
            return found
        group[size] = v
        marks.inside[v] = mark
        size += 1


@kernel
def _lengthening(
    a: int, b: int, group: Int32s, size: int, plan: _Plan, inside: Int64s, mark: int
) -> float:
    """Change of the border between territories when a group goes from a to b."""
    change = 0.0
    for q in range(size):
        for p in range(plan.starts[group[q]], plan.starts[group[q] + 1]):
            x = plan.others[p]
            y = plan.labels[x]
            if a >= 0 and y == b:
                change -= plan.borders[p]
            elif a >= 0 and y == a and inside[x] != mark:
                change += plan.borders[p]
            if a < 0 and y >= 0 and y != b:
                change += plan.borders[p]
    return change


@kernel
def _next(a: int, b: int, group: Int32s, size: int, plan: _Plan, inside: Int64s, mark: int) -> int:
    """The neighbour of the group in its territory that leaves the shortest border, or -1."""
    best, chosen = -np.inf, -1
    for q in range(size):
        for p in range(plan.starts[group[q]], plan.starts[group[q] + 1]):
            v = plan.others[p]
            if plan.labels[v] != a or inside[v] == mark or plan.fixed[v]:
                continue
            gain = 0.0
            for r in range(plan.starts[v], plan.starts[v + 1]):
                x = plan.others[r]
                if plan.labels[x] == b or inside[x] == mark:
                    gain += plan.borders[r]
                elif plan.labels[x] == a:
                    gain -= plan.borders[r]
            if gain > best or (gain == best and v < chosen):
                best, chosen = gain, v
    return chosen


@kernel
def _closed(a: int, group: Int32s, size: int, plan: _Plan, marks: _Marks, mark: int) -> int:
    """Add to a group what it would cut off from the largest rest; -1 when that is too much."""
    inside, reached = marks.inside, marks.reached
    marks.last[0] += 1
    outer = marks.last[0]
    n_outer = 0
    for q in range(size):
        for p in range(plan.starts[group[q]], plan.starts[group[q] + 1]):
            x = plan.others[p]
            if plan.labels[x] == a and inside[x] != mark and marks.outer[x] != outer:
                marks.outer[x] = outer
                n_outer += 1
    marks.last[0] += 1
    base = marks.last[0]
    begun, parts, largest, main = size, 0, 0, -1
    for q in range(begun):
        for p in range(plan.starts[group[q]], plan.starts[group[q] + 1]):
            x = plan.others[p]
            if plan.labels[x] != a or inside[x] == mark or reached[x] == base:
                continue
            wanted = n_outer if parts == 0 else -1
            count, met = _flood(x, a, plan, marks, mark, base, outer, wanted)
            if met == n_outer and parts == 0:
                return size
            parts += 1
            if count > largest:
                largest, main = count, x
    if parts < 2:
        return size
    marks.last[0] += 1
    base = marks.last[0]
    _flood(main, a, plan, marks, mark, base, outer, -1)
    for q in range(begun):
        for p in range(plan.starts[group[q]], plan.starts[group[q] + 1]):
            x = plan.others[p]
            if plan.labels[x] != a or inside[x] == mark or reached[x] == base:
                continue
            count, met = _flood(x, a, plan, marks, mark, base, outer, -1)
            if size + count > len(group):
                return -1
            for r in range(count):
                group[size] = marks.queue[r]
                inside[marks.queue[r]] = mark
                size += 1
    return size


@kernel
def _flood(
    first: int, a: int, plan: _Plan, marks: _Marks, mark: int, base: int, outer: int, wanted: int
) -> tuple[int, int]:
    """Units of a territory outside the group reached from one, into the queue.

    Ends early when ``wanted`` neighbours of the group are met. Returns how many units, and how
    many of them are neighbours.
    """
    queue, reached = marks.queue, marks.reached
    queue[0] = first
    reached[first] = base
    head, tail, met = 0, 1, 0
    if marks.outer[first] == outer:
        met = 1
    while head < tail and met != wanted:
        u = queue[head]
        head += 1
        for p in range(plan.starts[u], plan.starts[u + 1]):
            x = plan.others[p]
            if plan.labels[x] == a and marks.inside[x] != mark and reached[x] != base:
                reached[x] = base
                queue[tail] = x
                tail += 1
                if marks.outer[x] == outer:
                    met += 1
    return tail, met
