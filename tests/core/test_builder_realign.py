"""Rebalancing a present map, filling gaps, and the steps they are made of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from terradesk.builder import Options, Problem
from terradesk.builder.building import build
from terradesk.builder.clock import Clock, make_work
from terradesk.builder.engine.cutting import cut_pair
from terradesk.builder.engine.energies import make_costs
from terradesk.builder.engine.flows import border_flows, follow
from terradesk.builder.engine.groups import excess, make_group
from terradesk.builder.engine.recombining import recombine
from terradesk.progress import Cancelled
from tests.core.builder_cases import cells, grid, judge, kept_of, row_of, shape, values_of

K = 8


def drifted(seed: int = 0, n: int = 240, drift: float = 0.15, **wishes: object) -> Problem:
    """A map that was balanced until every unit's activity drifted."""
    made = cells(n, seed)
    rng = np.random.default_rng(seed)
    work = rng.lognormal(0, 0.4, made.n)
    before = made.problem(work, K, tolerances=0.05)
    baseline = build(before, Options(effort=0.3)).assignment
    later = work * rng.lognormal(0, drift, made.n) * rng.lognormal(0, 0.08, K)[baseline]
    return made.problem(later, K, **{"tolerances": 0.05, "baseline": baseline, **wishes})


@pytest.fixture(scope="module")
def problem() -> Problem:
    made = drifted()
    assert excess(make_work(made, Options()), made.baseline) > 0.01
    return made


@pytest.mark.parametrize("keep", [0.0, 0.5, 1.0])
def test_a_drifted_map_comes_into_tolerance(problem: Problem, keep: float) -> None:
    options = Options(start="baseline", keep=keep)
    result = build(problem, options)
    assert not result.violations
    assert judge(problem, options, result.assignment).is_clean
    values = values_of(problem, result.assignment)
    assert (np.abs(values / problem.targets - 1) <= 0.05 + 1e-9).all()
    assert result.figures.kept == pytest.approx(kept_of(problem, result.assignment))


def test_the_more_it_counts_the_more_is_kept(problem: Problem) -> None:
    kept = [
        build(problem, Options(start="baseline", keep=keep)).figures.kept
        for keep in (0.0, 0.4, 1.0)
    ]
    assert kept == sorted(kept)
    needed = border_flows(make_work(problem, Options()), problem.baseline).amounts.sum()
    assert 1 - kept[-1] <= 2.5 * needed / problem.activities.sum() + 0.01


def test_a_map_in_tolerance_stays_as_it_is() -> None:
    made = grid(12, 8)
    baseline = np.arange(made.n) % 12 // 3
    asked = made.problem(np.ones(made.n), 4, baseline=baseline)
    result = build(asked, Options(start="baseline", keep=1.0))
    assert (result.assignment == baseline).all()


def test_the_same_seed_gives_the_same_map(problem: Problem) -> None:
    options = Options(start="baseline", keep=0.3, seed=5)
    one, other = build(problem, options), build(problem, options)
    assert (one.assignment == other.assignment).all()


def test_gaps_are_filled_and_pieces_joined() -> None:
    made = grid(12, 8)
    baseline = np.arange(made.n) % 12 // 3
    baseline[[0, 1, 40, 41]] = -1
    baseline[95] = 0  # an exclave
    options = Options(start="baseline", keep=1.0)
    asked = made.problem(np.ones(made.n), 4, baseline=baseline, tolerances=0.1)
    result = build(asked, options)
    assert judge(asked, options, result.assignment).is_clean
    assert result.figures.kept > 0.9
    apart = build(asked, replace(options, contiguity="off"))
    assert apart.assignment[95] == 0


def test_a_territory_without_units_gets_its_share() -> None:
    made = grid(12, 8)
    baseline = np.arange(made.n) % 12 // 4
    asked = made.problem(np.ones(made.n), 4, baseline=baseline, tolerances=0.1)
    result = build(asked, Options(start="baseline", keep=0.9))
    assert not result.violations
    assert result.figures.n_units[3] >= 21


def test_caps_on_what_is_handed_over_are_kept() -> None:
    problem = drifted(3, drift=0.05, handover=np.ones(240), handover_caps=np.inf)
    options = Options(start="baseline", keep=0.2)
    free = build(problem, options).figures
    most = float(max(free.handed.max(), free.taken.max()))
    capped = build(replace(problem, handover_caps=np.full((K, 1), max(8.0, most / 2))), options)
    assert not [v for v in capped.violations if v.kind == "handover"]
    assert max(capped.figures.handed.max(), capped.figures.taken.max()) <= max(8.0, most / 2)


def test_two_measures_with_fixed_load_and_locks() -> None:
    first = drifted(1)
    rng = np.random.default_rng(4)
    both = np.column_stack((first.activities[:, 0], rng.uniform(0.5, 1.5, first.n_units)))
    held = rng.choice(first.n_units, 12, replace=False)
    allowed = np.ones((first.n_units, K), bool)
    allowed[held] = np.arange(K) == first.baseline[held, None]
    load = np.column_stack((np.linspace(0, 3, K), np.zeros(K)))
    asked = cells(240, 1).problem(
        both, K, tolerances=[0.08, 0.12], baseline=first.baseline, allowed=allowed, fixed_load=load
    )
    options = Options(start="baseline", keep=0.3)
    result = build(asked, options)
    assert judge(asked, options, result.assignment).is_clean
    assert not [v for v in result.violations if v.is_avoidable]


def test_cancelling_keeps_the_best_so_far(problem: Problem) -> None:
    calls = []

    def impatient(fraction: float, _message: str) -> None:
        calls.append(fraction)
        if len(calls) > 3:
            raise Cancelled

    result = build(problem, Options(start="baseline", effort=20), impatient)
    assert result.stopped == "cancelled"
    assert judge(problem, Options(), result.assignment).is_clean


@pytest.mark.parametrize("seed", range(3))
def test_filling_moves_nothing_that_has_a_territory(seed: int) -> None:
    problem = drifted(seed, drift=0.0, tolerances=0.15)
    rng = np.random.default_rng(seed)
    gaps = np.where(rng.random(problem.n_units) < 0.4, -1, problem.baseline)
    asked = replace(problem, baseline=gaps.astype(np.int32))
    result = build(asked, Options(start="fill"))
    has = gaps >= 0
    assert (result.assignment[has] == gaps[has]).all()
    assert (result.assignment >= 0).all()
    assert not [v for v in result.violations if v.kind == "tolerance" and abs(v.amount) > 0.3]


def test_filling_from_a_single_unit_each() -> None:
    made = grid(12, 8)
    baseline = np.full(made.n, -1)
    baseline[[13, 22, 73, 82]] = np.arange(4)
    asked = made.problem(np.ones(made.n), 4, baseline=baseline)
    options = Options(start="fill")
    result = build(asked, options)
    assert judge(asked, options, result.assignment).is_clean
    assert not result.violations


def test_rebuilding_groups_frees_what_is_out(problem: Problem) -> None:
    options = Options(start="baseline", keep=0.3)
    work = make_work(problem, options)
    labels = problem.baseline.copy()
    left = recombine(work, labels, Clock(work), 1, tries=200)
    assert left == pytest.approx(excess(work, labels))
    assert left < 0.3 * excess(work, problem.baseline)
    assert judge(problem, options, labels).is_clean


def test_flows_say_the_least_that_must_cross_borders() -> None:
    made = row_of(8)
    asked = made.problem([1, 1, 1, 1, 1, 1, 3, 3], 4, baseline=[0, 0, 1, 1, 2, 2, 3, 3],
                         tolerances=0.0)  # fmt: skip
    flows = border_flows(make_work(asked, Options()), asked.baseline)
    assert [tuple(p) for p in flows.pairs.tolist()] == [(3, 2), (2, 1), (1, 0)]
    np.testing.assert_allclose(flows.amounts, [3, 2, 1])
    assert flows.left == pytest.approx(0, abs=1e-9)


def test_following_flows_hands_units_on() -> None:
    made = row_of(12)
    baseline = np.repeat([0, 1, 2], [2, 4, 6])
    asked = made.problem(np.ones(12), 3, baseline=baseline, tolerances=0.01)
    work = make_work(asked, Options())
    labels = asked.baseline.copy()
    flows = border_flows(work, labels)
    follow(work, labels, flows, Clock(work), make_costs(work), np.random.default_rng(1))
    assert np.bincount(labels).tolist() == [4, 4, 4]
    assert (np.diff(labels) >= 0).all()


@given(st.sampled_from(("grid", "cells", "tree", "ring", "star")), st.integers(4, 30),
       st.integers(0, 50))  # fmt: skip
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_cut_leaves_two_whole_sides_and_its_locks(name: str, n: int, seed: int) -> None:
    made = shape(name, n, seed)
    rng = np.random.default_rng(seed)
    allowed = np.ones((made.n, 2), bool)
    allowed[0] = [True, False]
    asked = made.problem(rng.uniform(1, 2, made.n), 2, allowed=allowed, tolerances=0.2)
    work = make_work(asked, Options())
    if made.n < 2 or work.graph.parts[0] > 1:
        return
    labels = np.zeros(made.n, np.int32)
    labels[-1] = 1
    bands = work.bands
    found = cut_pair(work, labels, bands.low, bands.high, make_costs(work), Clock(work), rng)
    assert found is not None
    assert judge(asked, Options(), found).is_clean


def test_a_group_has_the_bands_of_the_whole(problem: Problem) -> None:
    work = make_work(problem, Options())
    group = make_group(work, problem.baseline, np.array([5, 2], np.int32))
    assert (group.work.bands.low == work.bands.low[[5, 2]]).all()
    own = group.within(problem.baseline)
    assert (group.put(own, problem.baseline) == problem.baseline).all()
    assert values_of(group.work.problem, own) == pytest.approx(
        values_of(problem, problem.baseline)[[5, 2]]
    )
