"""The exact finisher against brute force: the same optimum, and no proof where a plan exists."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings

from terradesk.builder import Options, Problem, make_problem
from terradesk.builder.clock import Clock, Stopped, make_work
from terradesk.builder.exact import Finished, finish, rejoin
from terradesk.builder.verifying import verify
from terradesk.progress import Cancelled

from .builder_cases import brute_force, cells, grid, judge, problems, row_of


def finished(problem: Problem, options: Options, seconds: float = 20.0) -> Finished:
    work = make_work(problem, options)
    nothing = np.full(problem.n_units, -1, np.int32)
    return finish(work, nothing, Clock(work), seconds)


def moment(problem: Problem, labels: np.ndarray) -> float:
    """Activity times squared km to the best own unit, territory by territory."""
    weight = problem.activities[:, 0]
    if not weight.any():
        weight = np.ones(problem.n_units)
    total = 0.0
    for t in np.unique(labels[labels >= 0]):
        rows = np.flatnonzero(labels == t)
        away = ((problem.xy[rows, None] - problem.xy[None, rows]) ** 2).sum(2)
        total += float((weight[rows, None] * away).sum(0).min())
    return total


def is_within(problem: Problem, options: Options, labels: np.ndarray) -> bool:
    """Whole, complete, allowed, and every band kept that is not exempt."""
    if not judge(problem, options, labels).is_clean:
        return False
    bands = make_work(problem, options).bands
    values = problem.fixed_load.copy()
    for m in range(problem.n_measures):
        values[:, m] += np.bincount(
            labels[labels >= 0], problem.activities[labels >= 0, m], len(values)
        )
    slack = 1e-9 / bands.scale
    return bool(((values >= bands.low - slack) & (values <= bands.high + slack)).all())


def least_by_trying(problem: Problem, options: Options) -> float:
    """Least moment of all labellings."""
    best = math.inf
    for labels in itertools.product(range(problem.n_territories), repeat=problem.n_units):
        row = np.array(labels)
        value = moment(problem, row)
        if value < best and is_within(problem, options, row):
            best = value
    return best


@settings(max_examples=12, deadline=None)
@given(problems(largest=7, most=3))
def test_the_optimum_is_that_of_all_labellings(case) -> None:
    problem, options = case
    assume((problem.fixed != -2).all())
    found = finished(problem, options)
    if found.status == "limit":
        assert options.contiguity == "off" or problem.handover.shape[1]
        return
    best = least_by_trying(problem, options)
    if found.status == "infeasible":
        assert best == math.inf
        return
    assert is_within(problem, options, found.labels)
    assert moment(problem, found.labels) == pytest.approx(found.value, rel=1e-9, abs=1e-12)
    assert found.value == pytest.approx(best, rel=1e-6, abs=1e-12)
    assert found.bound == pytest.approx(best, rel=1e-6, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(problems(largest=10, most=4))
def test_infeasible_is_said_exactly_where_no_plan_exists(case) -> None:
    problem, options = case
    work = make_work(problem, options)
    assume(not work.bands.exempt.any())  # the oracle knows no exemptions
    found = finished(problem, options, 0.5)  # a limit claims nothing
    oracle = brute_force(problem, options)
    if found.status == "infeasible":
        assert oracle.worst > 1e-9
    if found.status == "optimal":
        assert oracle.is_feasible
        assert is_within(problem, options, found.labels)


@pytest.mark.parametrize("seed", range(6))
def test_a_tight_tolerance_on_few_units_is_met_or_disproved(seed: int) -> None:
    made = cells(12, seed)
    work = np.random.default_rng(seed).integers(1, 30, 12).astype(float)
    problem = made.problem(work, 2, tolerances=0.005)
    found = finished(problem, Options())
    assert (found.status == "optimal") == brute_force(problem).is_feasible


def test_thirty_units_are_finished_in_a_moment() -> None:
    made = cells(30, 5)
    problem = made.problem(np.random.default_rng(5).uniform(1, 10, 30), 3, tolerances=0.01)
    found = finished(problem, Options())
    assert found.status == "optimal"
    figures, violations = verify(problem, Options(), found.labels)
    assert not violations and found.seconds < 10
    assert np.abs(figures.deviations).max() <= 0.01 + 1e-9


def test_locks_and_unequal_targets_are_kept() -> None:
    made = grid(5, 4)
    allowed = np.ones((20, 3), bool)
    allowed[0], allowed[19] = [False, True, False], [True, False, False]
    problem = made.problem(
        np.ones(20), 3, tolerances=0.01, allowed=allowed, targets=[[4.0], [6.0], [10.0]]
    )
    found = finished(problem, Options())
    assert found.status == "optimal"
    assert (found.labels[0], found.labels[19]) == (1, 0)
    assert np.bincount(found.labels).tolist() == [4, 6, 10]
    assert judge(problem, Options(), found.labels).is_clean


def test_a_plan_that_is_given_is_kept_when_it_is_the_best() -> None:
    problem = row_of(8).problem(np.ones(8), 2, tolerances=0.01)
    labels = np.array([1] * 4 + [0] * 4, np.int32)
    work = make_work(problem, Options())
    found = finish(work, labels, Clock(work))
    assert found.status == "optimal"
    np.testing.assert_array_equal(found.labels, labels)


def test_an_impossible_share_is_disproved() -> None:
    problem = row_of(6).problem([1, 1, 9, 9, 1, 1], 3, tolerances=0.05)
    found = finished(problem, Options())
    assert found.status == "infeasible" and found.bound == math.inf


def test_what_it_cannot_do_it_does_not_claim() -> None:
    made = grid(4, 4)
    for problem, options in (
        (made.problem(np.ones(16), 2), Options(contiguity="off")),
        (
            made.problem(
                np.ones(16), 2, handover=np.ones(16), handover_caps=1.0, baseline=np.zeros(16)
            ),
            Options(),
        ),
        (grid(14, 14).problem(np.ones(196), 3), Options()),
    ):
        assert finished(problem, options).status == "limit"


def test_it_can_be_stopped() -> None:
    def stop(fraction: float, message: str = "") -> None:
        raise Cancelled

    problem = cells(40, 1).problem(np.random.default_rng(0).uniform(1, 9, 40), 3, tolerances=0.01)
    work = make_work(problem, Options())
    with pytest.raises(Stopped):
        finish(work, np.full(40, -1, np.int32), Clock(work, stop))


def test_two_territories_are_shared_anew_and_the_others_stay() -> None:
    problem = row_of(12).problem([2, 3, 2, 2, 2, 1, 3, 3, 3, 3, 3, 3], 4, tolerances=0.34)
    labels = np.array([0, 0, 0, 0, 0, 1, 2, 2, 2, 3, 3, 3], np.int32)
    work = make_work(problem, Options())
    found = rejoin(work, labels, [0, 1], Clock(work))
    assert math.isfinite(found.value)
    np.testing.assert_array_equal(found.labels[6:], labels[6:])
    assert is_within(problem, Options(), found.labels)
    tight = make_problem(problem.xy, problem.edges, problem.activities, 4, tolerances=0.01)
    tight_work = make_work(tight, Options())
    assert rejoin(tight_work, labels, [0, 1], Clock(tight_work)).status == "infeasible"


@pytest.mark.proof
@pytest.mark.parametrize(("n", "k", "seed"), [(40, 3, 1), (60, 4, 2), (75, 5, 3)])
def test_maps_of_many_units_are_finished_within_a_minute(n: int, k: int, seed: int) -> None:
    made = cells(n, seed)
    problem = made.problem(np.random.default_rng(seed).uniform(1, 10, n), k, tolerances=0.005)
    found = finished(problem, Options(), 60.0)
    assert found.status in ("optimal", "infeasible")
    if found.status == "optimal":
        assert is_within(problem, Options(), found.labels)


@pytest.mark.parametrize(
    ("columns", "rows", "k"),
    [(1, 2, 1), (2, 2, 1), (3, 1, 1), (2, 2, 2), (2, 1, 2), (3, 2, 2), (4, 2, 2), (3, 2, 3)],
)
def test_equal_squares_that_can_be_shared_are_never_called_impossible(columns, rows, k):
    problem = grid(columns, rows).problem(np.ones(columns * rows), k, tolerances=0.01)
    assert finished(problem, Options()).status == "optimal"
