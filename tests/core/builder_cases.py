"""Small problems for tests of the builder: maps whose borders are true, wishes, an oracle, a judge.

Every map is drawn with real shapes, so that areas, outlines and borders belong together; where two
areas touch but are no neighbours (walls), the border counts to the outline of both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from terradesk.builder import BARRIER, CORNER, SHARED, WATER, Options, Problem, make_problem
from terradesk.builder.graph import make_graph

Cell = tuple[int, int]


@dataclass(frozen=True)
class Map:
    """Units and neighbours, as `make_problem` takes them (km)."""

    xy: np.ndarray
    edges: np.ndarray
    borders: np.ndarray
    kinds: np.ndarray
    areas: np.ndarray
    perimeters: np.ndarray

    @property
    def n(self) -> int:
        return len(self.xy)

    def problem(self, activities: Any, k: int, **wishes: Any) -> Problem:
        """A problem on this map."""
        shape: dict[str, Any] = {
            "borders": self.borders,
            "kinds": self.kinds,
            "areas": self.areas,
            "perimeters": self.perimeters,
        }
        return make_problem(self.xy, self.edges, activities, k, **(shape | wishes))


# ---------------------------------------------------------------------- maps
def grid(columns: int, rows: int, holes: Iterable[int] = (), side: float = 10.0) -> Map:
    """Squares row by row from below, without those of the holes; corners are edges as well."""
    gone = set(holes)
    squares = [(i % columns, i // columns) for i in range(columns * rows) if i not in gone]
    return lattice([[one] for one in squares], side)


def lattice(units: list[list[Cell]], side: float = 10.0) -> Map:
    """Units of unit squares: rectangles, corridors, rings, anything."""
    owner = {cell: row for row, cells in enumerate(units) for cell in cells}
    shared: dict[tuple[int, int], float] = {}
    around = np.zeros(len(units))
    for (x, y), row in owner.items():
        for dx, dy in ((1, 0), (0, 1), (-1, 0), (0, -1)):
            other = owner.get((x + dx, y + dy), -1)
            around[row] += side * (other != row)
            if other > row:
                shared[row, other] = shared.get((row, other), 0.0) + side
    corners = _corners(owner) - shared.keys()
    pairs = [*shared, *sorted(corners)]
    return Map(
        xy=np.array([np.mean(cells, 0) for cells in units], float).reshape(-1, 2) * side,
        edges=np.array(pairs, np.int32).reshape(-1, 2),
        borders=np.array([*shared.values(), *[0.0] * len(corners)]),
        kinds=np.array([SHARED] * len(shared) + [CORNER] * len(corners), np.uint8),
        areas=np.array([len(cells) * side**2 for cells in units], float),
        perimeters=around,
    )


def _corners(owner: dict[Cell, int]) -> set[tuple[int, int]]:
    found = set()
    for (x, y), row in owner.items():
        for dx, dy in ((1, 1), (1, -1)):
            other = owner.get((x + dx, y + dy), row)
            if other != row:
                found.add((min(row, other), max(row, other)))
    return found


def one_unit() -> Map:
    return grid(1, 1)


def row_of(n: int) -> Map:
    """A chain: each unit between two others."""
    return grid(n, 1)


def ring(n: int) -> Map:
    """Units around a hole, each with two neighbours; n >= 3."""
    inner, outer, turn = 30.0, 60.0, 2 * math.pi / n
    angle = np.arange(n) * turn
    pairs = np.column_stack((np.arange(n), np.roll(np.arange(n), -1)))
    return Map(
        xy=45.0 * np.column_stack((np.cos(angle), np.sin(angle))),
        edges=pairs.astype(np.int32),
        borders=np.full(n, outer - inner),
        kinds=np.zeros(n, np.uint8),
        areas=np.full(n, turn * (outer**2 - inner**2) / 2),
        perimeters=np.full(n, turn * (outer + inner) + 2 * (outer - inner)),
    )


def star(arms: int) -> Map:
    """One unit in the middle of all others, which touch nothing else."""
    width = max(1, (arms + 1) // 2)
    middle = [(2 * x + d, 0) for x in range(width) for d in (0, 1)]
    tips = [(2 * (a // 2), 1 if a % 2 else -1) for a in range(arms)]
    return lattice([middle, *[[tip] for tip in tips]])


def ring_around(n: int) -> Map:
    """A square in the middle, a ring as one unit around it, a row of n beyond: an enclave."""
    frame = [(x, y) for x in range(3) for y in range(3) if (x, y) != (1, 1)]
    return lattice([[(1, 1)], frame, *[[(3 + i, 1)] for i in range(n)]])


def tree(n: int, seed: int) -> Map:
    """Squares in a maze without loops: all other borders are walls."""
    side = math.ceil(math.sqrt(n))
    made = first_of(grid(side, math.ceil(n / side)), n)
    rng = np.random.default_rng(seed)
    root = np.arange(n)

    def top(i: int) -> int:
        while root[i] != i:
            i = int(root[i])
        return i

    chosen = []
    for e in rng.permutation(np.flatnonzero(made.kinds == SHARED)).tolist():
        a, b = (top(int(i)) for i in made.edges[e])
        if a != b:
            root[a] = b
            chosen.append(e)
    return with_edges(made, np.array(sorted(chosen), int))


def cells(n: int, seed: int, dropped: float = 0.0) -> Map:
    """Voronoi cells of random points in a square; a share of their borders are walls."""
    from scipy.spatial import Voronoi

    rng = np.random.default_rng(seed)
    size = 100.0
    points = rng.uniform(0, size, (n, 2))
    mirrored = [points]
    for axis in (0, 1):
        for edge in (0.0, size):
            other = points.copy()
            other[:, axis] = 2 * edge - other[:, axis]
            mirrored.append(other)
    made = Voronoi(np.concatenate(mirrored))
    ends, sides = np.array(made.ridge_vertices), made.ridge_points
    mine = (sides < n).any(1)
    length = np.hypot(*(made.vertices[ends[:, 0]] - made.vertices[ends[:, 1]]).T)
    length = np.where((ends >= 0).all(1), length, 0.0)
    around = np.bincount(sides[mine].ravel(), np.repeat(length[mine], 2))[:n]
    both = (sides < n).all(1) & (length > 1e-6)
    whole = Map(
        xy=points,
        edges=np.sort(sides[both], 1).astype(np.int32),
        borders=length[both],
        kinds=np.zeros(int(both.sum()), np.uint8),
        areas=np.array(
            [_area(made.vertices[made.regions[made.point_region[i]]]) for i in range(n)]
        ),
        perimeters=around,
    )
    return with_edges(whole, np.flatnonzero(rng.random(len(whole.edges)) >= dropped))


def _area(ring: np.ndarray) -> float:
    x, y = ring.T
    return float(abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) / 2)


def apart(*maps: Map, gap: float = 50.0) -> Map:
    """Maps side by side with the sea between them: islands."""
    right, base = 0.0, 0
    xy, edges = [], []
    for one in maps:
        moved = one.xy - [one.xy[:, 0].min() - right, 0.0]
        xy.append(moved)
        edges.append(one.edges + base)
        right, base = moved[:, 0].max() + gap, base + one.n
    return Map(np.concatenate(xy), np.concatenate(edges).astype(np.int32), *(
        np.concatenate([getattr(one, name) for one in maps])
        for name in ("borders", "kinds", "areas", "perimeters")
    ))  # fmt: skip


def linked(made: Map, pairs: Iterable[tuple[int, int]]) -> Map:
    """With links over water."""
    more = np.array(list(pairs), np.int32).reshape(-1, 2)
    return replace(
        made,
        edges=np.concatenate((made.edges, more)),
        borders=np.concatenate((made.borders, np.zeros(len(more)))),
        kinds=np.concatenate((made.kinds, np.full(len(more), WATER, np.uint8))),
    )


def walled(made: Map, rows: Any) -> Map:
    """Some edges become barriers that no territory may cross."""
    kinds = made.kinds.copy()
    kinds[rows] = BARRIER
    return replace(made, kinds=kinds)


def with_edges(made: Map, rows: np.ndarray) -> Map:
    """Only these edges; the borders of the others become walls of the outline."""
    return replace(made, edges=made.edges[rows], borders=made.borders[rows], kinds=made.kinds[rows])


def first_of(made: Map, n: int) -> Map:
    """The first n units."""
    kept = with_edges(made, np.flatnonzero((made.edges < n).all(1)))
    return replace(kept, xy=made.xy[:n], areas=made.areas[:n], perimeters=made.perimeters[:n])


# ---------------------------------------------------------------------- what is balanced
ACTIVITIES: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "equal": lambda rng, n: np.ones(n),
    "zero": lambda rng, n: np.zeros(n),
    "whole": lambda rng, n: rng.integers(1, 10, n).astype(float),
    "sparse": lambda rng, n: rng.integers(0, 2, n) * rng.uniform(1, 9, n),
    "uniform": lambda rng, n: rng.uniform(1, 10, n),
    "heavy": lambda rng, n: rng.lognormal(3, 1.5, n),
    "tiny": lambda rng, n: rng.uniform(1, 2, n) * 1e-9,
    "huge": lambda rng, n: rng.uniform(1, 2, n) * 1e12,
}
"""Kinds of activity by name."""


def activity(kind: str, n: int, seed: int) -> np.ndarray:
    """(n,) values of a kind of `ACTIVITIES`."""
    return ACTIVITIES[kind](np.random.default_rng(seed), n)


# ---------------------------------------------------------------------- an oracle for few units
@dataclass(frozen=True)
class Best:
    """Among all plans in whole pieces that keep the locks and leave nothing out.

    Parameters
    ----------
    worst : float
        Least possible worst violation of tolerance and hard limits, as a fraction of the target;
        inf when there is no such plan at all, 0 when all wishes can be met.
    deviation : float
        The least possible worst deviation from the targets, tolerance or not.
    """

    worst: float
    deviation: float

    @property
    def is_feasible(self) -> bool:
        return self.worst <= 1e-9


def brute_force(problem: Problem, options: Options = Options()) -> Best:  # noqa: B008
    """The best of all plans: 3**n * k steps, for up to 10 units.

    Territories may stay empty only if `options` and locks leave nothing for them: an empty one is
    never part of a plan here.
    """
    n, k = problem.n_units, problem.n_territories
    rows = np.flatnonzero(problem.fixed != -2)
    wholes = whole_sets(problem, options)
    may = [sum(1 << i for i in range(n) if problem.allowed[problem.allowed_class[i], t])
           for t in range(k)]  # fmt: skip
    full = sum(1 << int(i) for i in rows)
    state = {0: (0.0, 0.0)}
    for t in range(k):
        scored = {s: _misses(problem, t, s) for s in wholes if not s & ~may[t]}
        after: dict[int, tuple[float, float]] = {}
        for done, (worst, most) in state.items():
            for s, (miss, off) in scored.items():
                if s & done:
                    continue
                here = after.get(s | done, (math.inf, math.inf))
                after[s | done] = (min(here[0], max(worst, miss)), min(here[1], max(most, off)))
        state = after
    return Best(*state.get(full, (math.inf, math.inf)))


def whole_sets(problem: Problem, options: Options) -> list[int]:
    """Sets of units in one piece, as bits."""
    n = problem.n_units
    near = [0] * n
    for a, b in make_graph(problem, options).edges.tolist():
        near[a] |= 1 << b
        near[b] |= 1 << a
    if options.contiguity == "off":
        return list(range(1, 1 << n))
    return [s for s in range(1, 1 << n) if _is_whole(s, near)]


def _is_whole(units: int, near: list[int]) -> bool:
    reached, front = 0, units & -units
    while front:
        reached |= front
        grown = 0
        for i in range(len(near)):
            if front >> i & 1:
                grown |= near[i]
        front = grown & units & ~reached
    return reached == units


def _misses(problem: Problem, t: int, units: int) -> tuple[float, float]:
    rows = [i for i in range(problem.n_units) if units >> i & 1]
    value = problem.activities[rows].sum(0) + problem.fixed_load[t]
    target = problem.targets[t]
    scale = np.where(target > 0, target, np.maximum(problem.targets.mean(0), 1e-9))
    low = np.maximum(target * (1 - problem.tolerances), problem.minimum[t])
    high = np.minimum(target * (1 + problem.tolerances), problem.maximum[t])
    miss = np.maximum(low - value, value - high) / scale
    return float(max(0.0, miss.max())), float((np.abs(value - target) / scale).max())


# ---------------------------------------------------------------------- a judge by networkx
@dataclass(frozen=True)
class Judged:
    """What is wrong with an assignment, found without any code of the builder."""

    split: dict[int, int] = field(default_factory=dict)
    empty: set[int] = field(default_factory=set)
    unassigned: set[int] = field(default_factory=set)
    misplaced: set[int] = field(default_factory=set)
    parts: dict[int, int] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        return not (self.split or self.empty or self.unassigned or self.misplaced)


def judge(problem: Problem, options: Options, assignment: np.ndarray) -> Judged:
    """Whole pieces, nothing empty, nothing left out, locks kept: by networkx, edge by edge."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(problem.n_units))
    for (a, b), kind in zip(problem.edges.tolist(), problem.kinds.tolist(), strict=True):
        if kind != BARRIER and (kind != CORNER or options.contiguity == "corner"):
            graph.add_edge(a, b)
    graph.add_edges_from(make_graph(problem, options).joined.tolist())
    labels = np.asarray(assignment).tolist()
    groups: dict[int, list[int]] = {t: [] for t in range(problem.n_territories)}
    unassigned, misplaced = set(), set()
    for unit, label in enumerate(labels):
        may = problem.allowed[problem.allowed_class[unit]]
        if label >= 0:
            groups[label].append(unit)
            if not may[label]:
                misplaced.add(unit)
        elif may.any():
            unassigned.add(unit)
    parts = {
        t: nx.number_connected_components(graph.subgraph(units)) for t, units in groups.items()
    }
    is_off = options.contiguity == "off"
    return Judged(
        split={t: count for t, count in parts.items() if count > 1 and not is_off},
        empty={t for t, count in parts.items() if count == 0},
        unassigned=unassigned,
        misplaced=misplaced,
        parts=parts,
    )


def values_of(problem: Problem, assignment: np.ndarray) -> np.ndarray:
    """(k, m) sums with the fixed load, one by one."""
    out = problem.fixed_load.copy()
    for unit, label in enumerate(np.asarray(assignment).tolist()):
        if label >= 0:
            out[label] += problem.activities[unit]
    return out


def kept_of(problem: Problem, assignment: np.ndarray) -> float:
    """Share of the retention that keeps its territory; NaN without any."""
    had = problem.baseline >= 0
    whole = problem.retention[had].sum()
    same = had & (np.asarray(assignment) == problem.baseline)
    return float(problem.retention[same].sum() / whole) if whole > 0 else math.nan


# ---------------------------------------------------------------------- strategies
@cache
def _shapes() -> dict[str, Callable[[int, int], Map]]:
    return {
        "grid": lambda n, seed: grid(*_sides(n)),
        "holes": lambda n, seed: _with_holes(n, seed),
        "cells": lambda n, seed: cells(n, seed),
        "walls": lambda n, seed: cells(n, seed, 0.3),
        "tree": lambda n, seed: tree(n, seed),
        "row": lambda n, seed: row_of(n),
        "ring": lambda n, seed: ring(max(3, n)),
        "star": lambda n, seed: star(max(1, n - 1)),
        "enclave": lambda n, seed: ring_around(max(1, n - 2)),
        "one": lambda n, seed: one_unit(),
        "islands": lambda n, seed: _islands(n, seed),
        "linked": lambda n, seed: _linked(n, seed),
        "barrier": lambda n, seed: _barred(n, seed),
    }


def _sides(n: int) -> tuple[int, int]:
    columns = max(1, round(math.sqrt(n)))
    return columns, max(1, n // columns)


def _with_holes(n: int, seed: int) -> Map:
    columns, rows = _sides(n + n // 4 + 1)
    gone = np.random.default_rng(seed).choice(columns * rows, columns * rows // 5, replace=False)
    return grid(columns, rows, gone.tolist())


def _islands(n: int, seed: int) -> Map:
    small = max(1, n // 5)
    rest = max(1, n - 2 * small)
    return apart(cells(max(2, rest), seed), grid(*_sides(small)), row_of(small))


def _linked(n: int, seed: int) -> Map:
    made = _islands(n, seed)
    first = max(2, max(1, n - 2 * max(1, n // 5)))
    return linked(made, [(0, first)])


def _barred(n: int, seed: int) -> Map:
    made = cells(max(2, n), seed)
    rng = np.random.default_rng(seed)
    return walled(made, rng.random(len(made.edges)) < 0.2)


SHAPES = tuple(_shapes())
"""Names of the maps that `shape` makes."""


def shape(name: str, n: int, seed: int = 0) -> Map:
    """A map of about n units by name."""
    return _shapes()[name](n, seed)


@st.composite
def maps(draw: st.DrawFn, largest: int = 40) -> Map:
    """Any map of at most about `largest` units."""
    name = draw(st.sampled_from(SHAPES))
    return shape(name, draw(st.integers(1, largest)), draw(st.integers(0, 99)))


@st.composite
def problems(draw: st.DrawFn, largest: int = 40, most: int = 8) -> tuple[Problem, Options]:
    """Any problem with any wishes, and any way of building it, quick."""
    made = draw(maps(largest))
    k = draw(st.integers(1, min(most, made.n)))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    m = draw(st.sampled_from((1, 1, 1, 2, 3)))
    kinds = [draw(st.sampled_from(tuple(ACTIVITIES))) for _ in range(m)]
    work = np.column_stack([ACTIVITIES[kind](rng, made.n) for kind in kinds])
    wishes: dict[str, Any] = {"tolerances": draw(st.sampled_from((0.01, 0.05, 0.1, 0.5)))}
    for name in draw(st.sets(st.sampled_from(tuple(_WISHES)), max_size=3)):
        wishes |= _WISHES[name](rng, made, k, work)
    start = draw(st.sampled_from(("new", "baseline", "fill")))
    if start != "new" and "baseline" not in wishes:
        wishes |= _baseline(rng, made, k, work)
    options = Options(
        start=start,
        contiguity=draw(st.sampled_from(("edge", "edge", "corner", "off"))),
        compactness=draw(st.sampled_from((0.0, 0.5, 1.0))),
        keep=draw(st.sampled_from((0.0, 0.5, 1.0))),
        keep_districts=draw(st.sampled_from((0.0, 0.5))),
        effort=0.05,
        seed=draw(st.integers(1, 5)),
        joins_islands=draw(st.booleans()),
    )
    return made.problem(work, k, **wishes), options


Wish = Callable[[np.random.Generator, Map, int, np.ndarray], dict[str, Any]]


def _baseline(rng: np.random.Generator, made: Map, k: int, work: np.ndarray) -> dict[str, Any]:
    """Nearest of k centres, some units of nobody."""
    centres = made.xy[rng.choice(made.n, k, replace=False)]
    near = ((made.xy[:, None] - centres) ** 2).sum(2).argmin(1)
    return {"baseline": np.where(rng.random(made.n) < 0.2, -1, near)}


def _locks(rng: np.random.Generator, made: Map, k: int, work: np.ndarray) -> dict[str, Any]:
    """Some units may go to one territory only, near ones to the same."""
    allowed = np.ones((made.n, k), bool)
    owner = _baseline(rng, made, k, work)["baseline"]
    held = np.flatnonzero((rng.random(made.n) < 0.25) & (owner >= 0))
    allowed[held] = np.arange(k) == owner[held, None]
    return {"allowed": allowed}


def _all_locked(rng: np.random.Generator, made: Map, k: int, work: np.ndarray) -> dict[str, Any]:
    return {"allowed": rng.integers(0, k, made.n)[:, None] == np.arange(k)}


def _choices(rng: np.random.Generator, made: Map, k: int, work: np.ndarray) -> dict[str, Any]:
    """Each unit may go to some of the territories, a few to none."""
    allowed = rng.random((made.n, k)) < 0.8
    return {"allowed": allowed}


def _shares(rng: np.random.Generator, made: Map, k: int, work: np.ndarray) -> dict[str, Any]:
    part = rng.uniform(0.3, 1, k)
    return {"targets": part[:, None] / part.sum() * work.sum(0)}


def _one_empty(rng: np.random.Generator, made: Map, k: int, work: np.ndarray) -> dict[str, Any]:
    """A territory that should have nothing."""
    part = np.ones(k)
    part[0] = 0 if k > 1 else 1
    return {"targets": part[:, None] / part.sum() * work.sum(0)}


def _limits(rng: np.random.Generator, made: Map, k: int, work: np.ndarray) -> dict[str, Any]:
    mean = work.sum(0) / k
    return {"minimum": 0.5 * mean * np.ones((k, 1)), "maximum": 1.6 * mean * np.ones((k, 1))}


def _loads(rng: np.random.Generator, made: Map, k: int, work: np.ndarray) -> dict[str, Any]:
    return {"fixed_load": rng.uniform(0, 0.5, (k, 1)) * work.sum(0) / k}


def _seeds(rng: np.random.Generator, made: Map, k: int, work: np.ndarray) -> dict[str, Any]:
    """Some homes on the map, some far outside, some none."""
    homes = made.xy[rng.choice(made.n, k, replace=False)] + rng.normal(0, 5, (k, 2))
    homes[rng.random(k) < 0.2] += 5000
    homes[rng.random(k) < 0.3] = np.nan
    return {"seeds": homes}


def _districts(rng: np.random.Generator, made: Map, k: int, work: np.ndarray) -> dict[str, Any]:
    left = (made.xy[:, 0] > np.median(made.xy[:, 0])).astype(int)
    return {"districts": np.where(rng.random(made.n) < 0.1, -1, left)[: made.n] * (made.n > 1)}


def _handover(rng: np.random.Generator, made: Map, k: int, work: np.ndarray) -> dict[str, Any]:
    counts = rng.integers(0, 5, made.n).astype(float)
    return _baseline(rng, made, k, work) | {"handover": counts, "handover_caps": 4.0}


def _weights(rng: np.random.Generator, made: Map, k: int, work: np.ndarray) -> dict[str, Any]:
    return {"weights": rng.uniform(0, 2, work.shape[1])}


_WISHES: dict[str, Wish] = {
    "baseline": _baseline,
    "locks": _locks,
    "all locked": _all_locked,
    "choices": _choices,
    "shares": _shares,
    "one empty": _one_empty,
    "limits": _limits,
    "loads": _loads,
    "seeds": _seeds,
    "districts": _districts,
    "handover": _handover,
    "weights": _weights,
}
