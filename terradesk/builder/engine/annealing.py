"""Simulated annealing of territories: moves of units between neighbours that keep all pieces whole.

Energy = costs (see `energies.Costs`) + pressure x (violation + spread x squared deviation).
Temperature and pressure change geometrically, the spread falls to 0 at 70 % of the moves. Each
proposal costs a few operations per neighbour of a unit; whether a territory stays whole is tested
last, of those that the energy accepts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from terradesk.arcs.jit import Floats, Int32s
from terradesk.builder.clock import SLICE, Clock, Stopped, Work
from terradesk.builder.engine.energies import Costs, key, leading, make_costs, weights_of
from terradesk.builder.engine.moves import (
    ACCEPTED,
    BORDERING,
    COST,
    DISTRICTS,
    HANDOVER,
    HINGE,
    TABLES,
    WHOLE,
    Ground,
    State,
)
from terradesk.builder.engine.trying import CHUNK, count, try_moves
from terradesk.builder.engine.wholeness import GROUPS

_LIMIT = 400  # units that a search for wholeness may visit from each side
_MARGIN = 0.98  # of the tolerance is used, so that rounding never decides
_LUCK = -np.log((np.arange(4096) + 0.5) / 4096)


@dataclass(frozen=True, slots=True)
class Heat:
    """The course of an annealing.

    Parameters
    ----------
    moves : float
        Proposals.
    hot, cold : float
        Temperature at the start and the end, times ``sqrt(k / n)``.
    lam0, lam1 : float
        Pressure of violations at the start and the end.
    spread : float
        Weight of the squared deviation inside the band at the start.
    mix : tuple of float
        Share of shifts and of swaps; the rest are chains over three territories.
    strict : float
        Share of the run after which violations may not grow.
    """

    moves: float
    hot: float = 0.5
    cold: float = 0.06
    lam0: float = 4.0
    lam1: float = 100.0
    spread: float = 0.0
    mix: tuple[float, float] = (0.7, 0.2)
    strict: float = 0.9


@dataclass(frozen=True, slots=True)
class Annealed:
    """What an annealing left: violation within the margin kept, energy, moves accepted."""

    violation: float
    energy: float
    accepted: int


def anneal(
    work: Work,
    labels: Int32s,
    heat: Heat,
    clock: Clock,
    seed: int,
    costs: Costs | None = None,
    show: Callable[[], Int32s] | None = None,
) -> Annealed:
    """Improve labels in place.

    Parameters
    ----------
    work : Work
    labels : ndarray of int32, shape (n,)
        Every territory whole (see `repairing.repair`); what is -1 stays so.
    heat : Heat
    clock : Clock
        Ticks between slices; the labels are valid whenever it raises.
    seed : int
    costs : Costs, optional
        Those of the whole map, for a part of it.
    show : callable, optional
        Gives the labels of the whole map when ``work`` is a part or a coarser map.

    Raises
    ------
    Stopped
        By the clock, after it was offered the present state.
    """
    costs = costs or make_costs(work)
    ground = make_ground(work, costs)
    state = make_state(ground, labels, work.problem.fixed_load, seed)
    course = _course(work, heat)
    total = int(heat.moves)
    done, size = 0, 20_000
    is_free = not ground.switches[WHOLE]
    while done < total and (is_free or state.counts[BORDERING] > 0):
        now = time.perf_counter()
        step = min(size, total - done)
        try_moves(ground, state, course, _LUCK, done, done + step, total)
        done += step
        seconds = time.perf_counter() - now
        size = _next_size(size, seconds)
        try:
            clock.tick(step, show or labels)
        except Stopped:
            whole = show() if show else labels
            clock.offer(whole, key(clock.work, whole))
            raise
    hinge = float(state.rows[:, HINGE].sum())
    return Annealed(hinge, float(state.rows[:, COST].sum()), int(state.counts[ACCEPTED]))


def _next_size(size: int, seconds: float) -> int:
    """Moves of the next slice, a multiple of the chunk: the result never depends on it."""
    factor = min(2.0, max(0.25, 0.6 * SLICE / max(seconds, 1e-6)))
    return max(CHUNK, min(2_000_000, int(size * factor) // CHUNK * CHUNK))


def _course(work: Work, heat: Heat) -> Floats:
    scale = sqrt(work.problem.n_territories / max(1, work.problem.n_units))
    hot, cold = max(heat.hot * scale, 1e-9), max(heat.cold * scale, 1e-9)
    mix = heat.mix
    return np.array([hot, cold, heat.lam0, heat.lam1, heat.spread, mix[0], mix[1], heat.strict])


def make_ground(work: Work, costs: Costs) -> Ground:
    """What the kernels read of a problem."""
    problem, bands, graph = work.problem, work.bands, work.graph
    n = problem.n_units
    middle = problem.xy.mean(0)
    xy = problem.xy - middle
    g = leading(problem)
    units = np.zeros((n, 8))
    units[:, 0], units[:, 1], units[:, 2] = g, g * xy[:, 0], g * xy[:, 1]
    units[:, 3] = g * (xy**2).sum(1)
    units[:, 4], units[:, 5] = problem.areas, problem.perimeters
    movable = (problem.allowed.sum(1) > 1)[problem.allowed_class]
    movable[bands.oversize] = False
    districts = problem.districts if costs.district > 0 else np.full(n, -1, np.int32)
    sizes = np.bincount(districts[districts >= 0], minlength=1).astype(np.float64)
    switches = np.array(
        [
            (bands.hard_low > 0).any() or np.isfinite(bands.hard_high).any(),
            (~np.isnan(problem.seeds)).any(),
            problem.is_restricted,
            costs.moved > 0 and problem.has_baseline,
            costs.district > 0 and (districts >= 0).any(),
            np.isfinite(problem.handover_caps).any() and problem.has_baseline,
            work.options.contiguity != "off",
            False,
        ]
    )
    switches[TABLES] = switches[DISTRICTS] or switches[HANDOVER]
    return Ground(
        starts=graph.starts,
        others=graph.others,
        borders=graph.borders,
        units=units,
        values=problem.activities,
        movable=movable,
        classes=problem.allowed_class,
        allowed=problem.allowed,
        base=problem.baseline,
        kept=problem.retention,
        passed=problem.handover,
        caps=problem.handover_caps,
        districts=districts,
        sizes=sizes,
        seeds=problem.seeds - middle,
        bands=_band_rows(work),
        costs=costs.as_array(),
        switches=switches,
    )


def _band_rows(work: Work) -> Floats:
    """(k, m, 8) rows of `moves.Ground.bands`, a hair inside the bands."""
    problem, bands = work.problem, work.bands
    with np.errstate(invalid="ignore"):
        middle = (bands.low + bands.high) / 2
        half = (bands.high - bands.low) / 2
        is_closed = np.isfinite(half)
        low = np.where(is_closed, middle - _MARGIN * half, bands.low)
        high = np.where(is_closed, middle + _MARGIN * half, bands.high)
    weights = np.broadcast_to(weights_of(problem), low.shape)
    spread = np.where(is_closed, weights / np.maximum(problem.tolerances, 0.005), 0.0)
    rows = (low, high, bands.scale, bands.targets, spread, weights, bands.hard_low, bands.hard_high)
    return np.ascontiguousarray(np.stack(rows, 2))


def make_state(ground: Ground, labels: Int32s, fixed_load: Floats, seed: int) -> State:
    """Running sums of labels, which the kernels then change in place."""
    n, k = len(labels), len(fixed_load)
    degree = int(np.diff(ground.starts).max(initial=0))
    start = (88172645463325252 ^ ((seed + 1) * 2654435761)) & (2**64 - 1)
    random = np.array([start or 1], np.uint64)
    state = State(
        labels=labels,
        rows=np.zeros((k, 10)),
        sums=np.array(fixed_load),
        foreign=np.zeros(n, np.int32),
        places=np.full(n, -1, np.int32),
        edge=np.empty(n, np.int32),
        counts=np.array([0, 0, 1], np.int64),
        stamps=np.zeros(n, np.int32),
        queue=np.empty((GROUPS, max(_LIMIT, degree + 1)), np.int32),
        search=np.zeros((3, GROUPS), np.int64),
        shares=np.zeros((len(ground.sizes) if ground.switches[DISTRICTS] else 1, k), np.int32),
        handed=np.zeros((k, ground.caps.shape[1], 2)),
        random=random,
    )
    count(ground, state)
    return state
