"""The engine of the builder: moves, coarser maps, starts, and what a build promises."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk.builder import BadWish, Options, build, make_problem
from terradesk.builder.clock import Clock, Stopped, make_work
from terradesk.builder.engine.annealing import Heat, anneal, make_ground, make_state
from terradesk.builder.engine.energies import energy, make_costs, sums_of, violation
from terradesk.builder.engine.levels import make_levels, merged
from terradesk.builder.engine.moves import COST, COUNT, HINGE, RIM
from terradesk.builder.engine.power import bisect, power_diagram
from terradesk.builder.engine.starting import start
from terradesk.builder.ranking import rank
from terradesk.progress import Cancelled

from .builder_cases import apart, cells, grid, one_unit, row_of

QUICK = Options(effort=0.02)


def whole(problem, options, labels):
    """Whether every territory is in one piece, by networkx."""
    work = make_work(problem, options)
    graph = nx.Graph()
    graph.add_nodes_from(range(problem.n_units))
    graph.add_edges_from(work.graph.edges.tolist())
    return all(
        nx.is_connected(graph.subgraph(np.flatnonzero(labels == t).tolist()))
        for t in range(problem.n_territories)
    )


def annealed(problem, options=QUICK, seed=1, moves=4000, **course):
    """Work, costs, and labels after a short, warm annealing."""
    work = make_work(problem, options)
    costs = make_costs(work)
    labels = start(work, seed)
    found = anneal(work, labels, Heat(moves, **course), Clock(work), seed, costs)
    return work, costs, labels, found


RICH = cells(70, 3)


def rich_problem(rng, **more):
    """Two measures, hard limits, seeds, districts, a present map with handover caps, locks."""
    n, k = RICH.n, 4
    activities = rng.gamma(2.0, 1.0, (n, 2))
    baseline = bisect(RICH.xy, activities[:, 0], k, rng)
    allowed = np.ones((n, k), bool)
    for row in rng.choice(n, 6, replace=False):
        allowed[row] = np.arange(k) == baseline[row]
    total = activities.sum(0)
    wishes = {
        "tolerances": [0.1, 0.2],
        "weights": [2.0, 1.0],
        "maximum": np.tile(total / k * 1.3, (k, 1)),
        "minimum": np.tile(total / k * 0.7, (k, 1)),
        "fixed_load": rng.uniform(0, 1, (k, 2)),
        "seeds": np.array([[20.0, 20.0], [80.0, 80.0], [np.nan, np.nan], [np.nan, np.nan]]),
        "districts": (RICH.xy[:, 0] > 50).astype(int),
        "baseline": baseline,
        "handover": rng.integers(0, 5, n).astype(float),
        "handover_caps": 12.0,
        "allowed": allowed,
    }
    return RICH.problem(activities, k, **(wishes | more))


@pytest.mark.parametrize("mix", [(1.0, 0.0), (0.0, 1.0), (0.0, 0.0), (0.4, 0.3)])
@pytest.mark.parametrize("seed", [0, 1])
def test_running_sums_equal_recomputed_ones(mix, seed):
    problem = rich_problem(np.random.default_rng(seed))
    options = Options(keep=0.4, keep_districts=0.7)
    work, costs, labels, found = annealed(problem, options, seed, hot=2.0, mix=mix, strict=2.0)
    fresh = make_state(make_ground(work, costs), labels.copy(), problem.fixed_load, seed)
    assert found.accepted > 50
    assert found.violation == pytest.approx(float(fresh.rows[:, HINGE].sum()), abs=1e-9)
    assert found.energy == pytest.approx(float(fresh.rows[:, COST].sum()), abs=1e-9)
    assert fresh.sums == pytest.approx(sums_of(problem, labels))


def test_energy_by_numpy_is_that_of_the_kernels():
    problem = rich_problem(np.random.default_rng(5), handover_caps=np.inf)
    work, costs, labels, found = annealed(problem, moves=2000, hot=1.0)
    assert found.energy == pytest.approx(energy(work, labels, costs))
    ground = make_ground(work, costs)
    state = make_state(ground, labels, problem.fixed_load, 0)
    rim = np.bincount(labels, problem.perimeters, 4)
    a, b = problem.edges.T
    same = labels[a] == labels[b]
    rim -= 2 * np.bincount(labels[a[same]], problem.borders[same], 4)
    assert state.rows[:, RIM] == pytest.approx(rim)
    assert state.rows[:, COUNT].tolist() == np.bincount(labels, minlength=4).tolist()


def test_violation_by_numpy_is_that_of_the_kernels_but_for_the_margin():
    problem = rich_problem(np.random.default_rng(7), handover_caps=np.inf)
    work, _costs, labels, found = annealed(problem, moves=0)
    assert 0 < violation(work, labels) <= found.violation + 1e-9


def test_everything_asked_for_at_once_keeps_pieces_locks_and_counts():
    problem = rich_problem(np.random.default_rng(2))
    work, _costs, labels, _found = annealed(
        problem, Options(keep=0.3, keep_districts=0.5), moves=30_000, hot=2.0, mix=(0.5, 0.3)
    )
    assert whole(problem, work.options, labels)
    locked = problem.fixed >= 0
    assert (labels[locked] == problem.fixed[locked]).all()


def test_violations_do_not_grow_when_strict():
    problem = cells(80, 1).problem(np.random.default_rng(1).gamma(2.0, 1.0, 80), 5, tolerances=0.02)
    work = make_work(problem, QUICK)
    labels = start(work, 1)
    before = violation(work, labels)
    anneal(work, labels, Heat(20_000, hot=5.0, cold=5.0, strict=0.0), Clock(work), 1)
    assert violation(work, labels) <= before + 1e-9


@settings(max_examples=25, deadline=None)
@given(n=st.integers(6, 60), k=st.integers(1, 6), seed=st.integers(0, 1000), m=st.integers(1, 2))
def test_a_build_leaves_nobody_out_and_nothing_in_pieces(n, k, seed, m):
    rng = np.random.default_rng(seed)
    activities = rng.gamma(0.7, 1.0, (n, m)) * (rng.random((n, 1)) > 0.2)
    problem = cells(n, seed, dropped=0.05).problem(activities, k)
    result = build(problem, replace(QUICK, seed=seed))
    assert set(result.assignment.tolist()) == set(range(k))
    assert whole(problem, QUICK, result.assignment)
    assert result.is_valid
    assert result.stopped == "complete"


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**31 - 1))
def test_the_same_seed_gives_the_same_result_whatever_the_clock(seed):
    rng = np.random.default_rng(seed)
    problem = cells(50, 4).problem(rng.gamma(2.0, 1.0, 50), 4)
    options = Options(effort=0.05, seed=seed)
    clocked = []
    first = build(problem, options)
    again = build(problem, options, lambda *_: [sum(range(3000))], clocked.append)
    assert first.assignment.tolist() == again.assignment.tolist()
    assert first.iterations == again.iterations


def test_several_starts_give_the_best_of_them():
    problem = cells(60, 9).problem(np.random.default_rng(3).gamma(2.0, 1.0, 60), 5)
    single = [build(problem, replace(QUICK, seed=s)) for s in (4, 5, 6)]
    best = min(single, key=lambda result: rank(result, QUICK))
    several = build(problem, replace(QUICK, seed=4, starts=3))
    assert np.array_equal(several.assignment, best.assignment)
    assert several.seed == best.seed
    assert several.iterations == sum(result.iterations for result in single)


def test_a_cancelled_build_gives_the_best_so_far():
    problem = cells(200, 2).problem(np.ones(200), 8)

    def cancel(fraction, _message=""):
        if fraction > 0.01:
            raise Cancelled

    result = build(problem, Options(effort=50), cancel)
    assert result.stopped == "cancelled"
    assert result.is_valid
    assert 0 < result.iterations < 50e6


def test_time_ends_a_build():
    problem = cells(100, 2).problem(np.ones(100), 5)
    result = build(problem, Options(effort=500, time_limit=0.05))
    assert result.stopped == "time"
    assert result.is_valid


def test_the_clock_is_offered_the_map_that_a_stop_leaves():
    problem = cells(60, 2).problem(np.ones(60), 4)
    work = make_work(problem, QUICK)

    def stop(_fraction, _message=""):
        raise Cancelled

    clock = Clock(work, stop)
    labels = start(work, 1)
    with pytest.raises(Stopped):
        anneal(work, labels, Heat(1e6), clock, 1)
    assert clock.best.tolist() == labels.tolist()


@pytest.mark.parametrize(
    ("made", "k"), [(one_unit(), 1), (row_of(7), 7), (row_of(7), 1), (grid(4, 4), 16)]
)
def test_extremes_of_numbers(made, k):
    result = build(made.problem(np.ones(made.n), k), QUICK)
    assert len(set(result.assignment.tolist())) == k
    assert result.is_valid


def test_zero_activity_everywhere_still_gives_whole_territories():
    problem = grid(5, 5).problem(np.zeros(25), 5)
    result = build(problem, QUICK)
    assert set(result.assignment.tolist()) == set(range(5))
    assert whole(problem, QUICK, result.assignment)


def test_all_locked_stays():
    owner = np.repeat(np.arange(3), 3)
    allowed = np.arange(3)[None, :] == owner[:, None]
    problem = row_of(9).problem(np.arange(1.0, 10.0), 3, allowed=allowed)
    assert build(problem, QUICK).assignment.tolist() == owner.tolist()


def test_units_that_nobody_may_have_stay_out():
    allowed = np.ones((9, 2), bool)
    allowed[0] = False
    result = build(row_of(9).problem(np.ones(9), 2, allowed=allowed), QUICK)
    assert np.flatnonzero(result.assignment < 0).tolist() == [0]


def test_parts_get_territories_by_what_they_have():
    made = apart(grid(6, 6), grid(3, 6))
    problem = made.problem(np.ones(54), 3, tolerances=0.05)
    result = build(problem, replace(QUICK, joins_islands=False))
    assert result.figures.n_units.tolist() == [18, 18, 18]
    assert not set(result.assignment[:36]) & set(result.assignment[36:])


def test_a_part_too_small_for_a_territory_is_reported_as_split():
    made = apart(grid(6, 6), one_unit())
    result = build(made.problem(np.ones(37), 3), replace(QUICK, joins_islands=False))
    assert [v.kind for v in result.violations] == ["split"]


def test_seeds_are_where_territories_gather():
    seeds = np.array([[5.0, 5.0], [95.0, 95.0]])
    problem = grid(10, 10).problem(np.ones(100), 2, seeds=seeds)
    labels = build(problem, Options(effort=0.2, compactness=0.0)).assignment
    distance = np.hypot(*(problem.xy[:, None] - seeds).transpose(2, 0, 1))
    nearer = distance[:, 0] - distance[:, 1]
    assert labels[nearer < -30].tolist() == [0] * int((nearer < -30).sum())
    assert labels[nearer > 30].tolist() == [1] * int((nearer > 30).sum())


def test_districts_are_kept_whole_when_asked():
    problem = grid(9, 6).problem(np.ones(54), 3, districts=np.arange(54) % 9 // 3, tolerances=0.02)
    result = build(problem, Options(keep_districts=1.0, effort=0.2))
    assert result.figures.n_split_districts == 0


def test_without_contiguity_balance_is_free():
    made = apart(*[one_unit()] * 9)
    problem = made.problem(np.arange(1.0, 10.0), 3, tolerances=0.01)
    result = build(problem, Options(contiguity="off"))
    assert result.violations == ()


def test_options_that_mean_nothing_are_refused():
    with pytest.raises(BadWish):
        build(row_of(3).problem(np.ones(3), 1), Options(effort=0))


# ---------------------------------------------------------------------- parts of the method
def test_merging_keeps_sums_outlines_and_energy():
    problem = cells(300, 6).problem(np.random.default_rng(1).gamma(2.0, 1.0, (300, 2)), 3)
    work = make_work(problem, QUICK)
    levels = make_levels(work, 30, 1)
    assert len(levels) > 1
    coarse, groups = levels[1].work, levels[1].groups
    rng = np.random.default_rng(2)
    coarse_labels = rng.integers(0, 3, coarse.problem.n_units).astype(np.int32)
    labels = coarse_labels[groups]
    assert sums_of(coarse.problem, coarse_labels) == pytest.approx(sums_of(problem, labels))
    costs = replace(make_costs(work), inertia=0.0)
    assert energy(coarse, coarse_labels, costs) == pytest.approx(energy(work, labels, costs))


def test_merging_never_joins_what_has_other_rules():
    allowed = np.ones((256, 2), bool)
    allowed[:16, 1] = False
    problem = grid(16, 16).problem(np.ones(256), 2, allowed=allowed, tolerances=0.5)
    work = make_work(problem, QUICK)
    groups = make_levels(work, 20, 1)[1].groups
    assert not set(groups[:16]) & set(groups[16:])
    coarse = merged(work, groups)
    locked = coarse.problem.fixed >= 0
    assert coarse.problem.activities[locked].sum() == 16


@given(n=st.integers(1, 40), k=st.integers(1, 10), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_bisection_makes_as_many_groups_as_asked(n, k, seed):
    rng = np.random.default_rng(seed)
    labels = bisect(rng.uniform(0, 9, (n, 2)), rng.gamma(0.5, 1.0, n), min(k, n), rng)
    assert set(labels.tolist()) == set(range(min(k, n)))


def test_a_power_diagram_balances_unequal_targets():
    rng = np.random.default_rng(4)
    xy, weights = rng.uniform(0, 100, (3000, 2)), rng.gamma(2.0, 1.0, 3000)
    targets = weights.sum() * np.array([0.1, 0.2, 0.3, 0.4])
    labels = power_diagram(
        xy,
        weights,
        targets,
        np.zeros(4),
        rng.uniform(0, 100, (4, 2)),
        np.zeros(4, bool),
        np.ones((1, 4), bool),
        np.zeros(3000, np.int32),
    )
    assert np.bincount(labels, weights) == pytest.approx(targets, rel=0.05)


def test_cells_between_cities_and_empty_land_do_not_swallow_the_cities():
    rng = np.random.default_rng(3)
    empty_land = rng.uniform(0, 1000, (1500, 2))
    cities = [rng.normal(place, 2.0, (300, 2)) for place in ((200, 200), (800, 300), (500, 900))]
    xy = np.concatenate((empty_land, *cities))
    weights = np.concatenate((np.ones(1500), rng.gamma(1.0, 20.0, 900)))
    k = 60
    targets = np.full(k, weights.sum() / k)
    first = bisect(xy, weights, k, rng)
    centres = np.array([np.average(xy[first == t], axis=0) for t in range(k)])
    labels = power_diagram(
        xy,
        weights,
        targets,
        np.zeros(k),
        centres,
        np.zeros(k, bool),
        np.ones((1, k), bool),
        np.zeros(len(xy), np.int32),
    )
    share = np.bincount(labels, weights, k) / targets
    assert share.min() > 0.5
    assert share.max() < 1.5


def test_a_stop_while_starting_leaves_something_valid():
    def cancel(_fraction, _message=""):
        raise Cancelled

    problem = cells(200, 2).problem(np.ones(200), 8)
    result = build(problem, QUICK, cancel)
    assert result.stopped == "cancelled"
    assert result.is_valid


def test_a_large_map_starts_coarse_and_ends_in_tolerance():
    rng = np.random.default_rng(8)
    side = 60
    made = grid(side, side)
    problem = make_problem(
        made.xy,
        made.edges,
        rng.gamma(2.0, 1.0, side * side),
        10,
        borders=made.borders,
        kinds=made.kinds,
        perimeters=40.0,
        areas=100.0,
        tolerances=0.05,
    )
    result = build(problem, Options(effort=0.1))
    assert result.violations == ()
    assert float(np.mean(result.figures.compactness)) > 0.5
