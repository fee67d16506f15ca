"""What a planner can ask for: each mode makes a problem, and what was built goes back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk.builder import BadWish, Options, Problem
from terradesk.builder.building import build
from terradesk.builder.wishes.modes import (
    Task,
    absorb,
    carve,
    fill_only,
    nested,
    number_for,
    only,
    rebalance,
    shared_counts,
    split_into,
)
from tests.core.builder_cases import grid, judge

COLUMNS, ROWS = 12, 8


def stripes(k: int = 4, **wishes: object) -> Problem:
    """A grid with k vertical stripes of equal width as the present territories."""
    made = grid(COLUMNS, ROWS)
    column = np.arange(made.n) % COLUMNS
    wishes = {"baseline": column * k // COLUMNS, "tolerances": 0.15, **wishes}
    return made.problem(np.ones(made.n), k, **wishes)


def built(task: Task, present: np.ndarray) -> np.ndarray:
    """Labels of the whole after a build; the build must be sound."""
    result = build(task.problem, task.options)
    assert judge(task.problem, task.options, result.assignment).is_clean
    return task.labels(result.assignment, present)


def test_carve_makes_room_for_one_more() -> None:
    problem = stripes()
    labels = built(carve(problem, units=[50]), problem.baseline)
    loads = np.bincount(labels, minlength=5)
    assert labels[50] == 4
    assert (np.abs(loads / (problem.n_units / 5) - 1) <= 0.15 + 1e-9).all()
    assert (labels == problem.baseline).mean() > 0.6


def test_carve_begins_near_the_home_of_the_new_rep() -> None:
    problem = stripes()
    home = problem.xy[COLUMNS - 1]
    labels = built(carve(problem, point=home), problem.baseline)
    mine = problem.xy[labels == 4]
    others = problem.xy[labels != 4]
    assert np.hypot(*(mine - home).T).mean() < np.hypot(*(others - home).T).mean()


def test_carve_without_a_wish_takes_little() -> None:
    problem = stripes(tolerances=0.3)
    labels = built(carve(problem), problem.baseline)
    moved = (labels != problem.baseline).sum()
    assert (labels == 4).sum() >= 0.7 * problem.n_units / 5 - 1e-9
    assert moved <= 1.6 * (labels == 4).sum()


def test_carve_lowers_shares_but_not_absolute_targets() -> None:
    shares = carve(stripes(), share=0.1).problem.targets.ravel()
    np.testing.assert_allclose(shares, [21.6, 21.6, 21.6, 21.6, 9.6])
    absolute = carve(stripes(targets=np.full(4, 20.0))).problem.targets.ravel()
    np.testing.assert_allclose(absolute, [20, 20, 20, 20, 16])


def test_carve_leaves_locked_units_where_they_are() -> None:
    problem = stripes()
    allowed = np.ones((problem.n_units, 4), bool)
    allowed[50] = np.arange(4) == problem.baseline[50]
    labels = built(carve(stripes(allowed=allowed), units=[50]), problem.baseline)
    assert labels[50] == problem.baseline[50]


def test_absorb_divides_among_the_neighbours() -> None:
    problem = stripes()
    labels = built(absorb(problem, 1), problem.baseline)
    loads = np.bincount(labels, minlength=4)
    assert loads[1] == 0
    assert (np.abs(loads[[0, 2, 3]] / 32 - 1) <= 0.15 + 1e-9).all()


def test_absorb_without_shifting_moves_nothing_else() -> None:
    problem = stripes()
    labels = built(absorb(problem, 1, shift=False), problem.baseline)
    stays = problem.baseline != 1
    assert (labels[stays] == problem.baseline[stays]).all()
    assert set(labels[~stays]) <= {0, 2}


def test_absorb_frees_what_was_locked_to_it() -> None:
    problem = stripes()
    allowed = np.ones((problem.n_units, 4), bool)
    allowed[problem.baseline == 1] = np.arange(4) == 1
    labels = built(absorb(stripes(allowed=allowed), 1), problem.baseline)
    assert (labels >= 0).all()


def test_split_keeps_the_number_for_the_first_part() -> None:
    problem = stripes()
    task = split_into(problem, 2, 3)
    assert task.territories.tolist() == [2, 4, 5]
    labels = built(task, problem.baseline)
    outside = problem.baseline != 2
    assert (labels[outside] == problem.baseline[outside]).all()
    assert (np.abs(np.bincount(labels, minlength=6)[[2, 4, 5]] - 8) <= 1).all()


def test_split_by_shares() -> None:
    problem = stripes(tolerances=0.01)
    labels = built(split_into(problem, 2, 2, shares=[3, 1]), problem.baseline)
    assert np.bincount(labels, minlength=5)[[2, 4]].tolist() == [18, 6]


def test_only_leaves_the_others() -> None:
    problem = stripes()
    labels = built(only(problem, [0, 1], start="new"), problem.baseline)
    outside = problem.baseline > 1
    assert (labels[outside] == problem.baseline[outside]).all()
    assert set(labels[~outside]) == {0, 1}


def test_fill_only_and_rebalance_are_ways_to_start() -> None:
    assert fill_only(stripes()).options.start == "fill"
    task = rebalance(stripes(), 0.7, Options(seed=3))
    assert (task.options.start, task.options.keep, task.options.seed) == ("baseline", 0.7, 3)


def test_nested_keeps_territories_in_their_regions() -> None:
    made = grid(COLUMNS, ROWS)
    region = (np.arange(made.n) // COLUMNS >= 6).astype(int)  # 72 and 24 units
    task = nested(made.problem(np.ones(made.n), 4, tolerances=0.2), region)
    assert np.bincount(task.groups).tolist() == [3, 1]
    labels = built(task, np.full(made.n, -1))
    assert (task.groups[labels] == region).all()


def test_nested_keeps_the_numbers_that_a_plan_has() -> None:
    region = (np.arange(COLUMNS * ROWS) % COLUMNS < 3).astype(int)  # the first stripe
    task = nested(stripes(), region)
    assert task.groups.tolist() == [1, 0, 0, 0]


def test_nested_lets_a_lock_elsewhere_be_stronger() -> None:
    allowed = np.ones((COLUMNS * ROWS, 4), bool)
    allowed[0] = [False, False, False, True]
    region = (np.arange(COLUMNS * ROWS) % COLUMNS < 3).astype(int)
    task = nested(stripes(allowed=allowed), region)
    assert task.problem.fixed[0] == 3


@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=8),
    st.integers(0, 40),
)
@settings(max_examples=60, deadline=None)
def test_counts_are_shared_by_largest_remainder(loads: list[float], more: int) -> None:
    k = len(loads) + more
    n_units = np.full(len(loads), k)
    counts = shared_counts(np.array(loads), k, n_units)
    assert counts.sum() == k
    assert (counts >= 1).all()
    order = np.argsort(loads)
    assert (np.diff(counts[order]) >= -1).all()


def test_a_number_for_a_workload_and_for_a_capacity() -> None:
    assert number_for([60.0] * 4, workload=100.0) == 2
    assert number_for([60.0] * 4, capacity=100.0) == 3
    assert number_for([250.0, 10.0, 10.0], capacity=100.0) == 2
    assert number_for(np.ones((9, 2)) * [1, 5], capacity=[3.0, 5.0]) == 9
    assert number_for([60.0] * 4, workload=1.0, bounds=(1, 3)) == 3
    assert number_for([60.0] * 4, workload=120.0, fixed=120.0) == 3


def test_what_cannot_be_meant_is_refused() -> None:
    problem = stripes()
    bare = replace(problem, baseline=np.full(problem.n_units, -1, np.int32))
    for ask in (
        lambda: carve(bare),
        lambda: absorb(bare, 0),
        lambda: rebalance(bare),
        lambda: carve(problem, share=1.5),
        lambda: split_into(problem, 0, 1),
        lambda: split_into(problem, 0, 1000),
        lambda: split_into(problem, 0, 2, shares=[1, 0]),
        lambda: nested(problem, np.arange(problem.n_units)),
        lambda: nested(problem, np.zeros(problem.n_units, int), counts=[3]),
        lambda: number_for([1.0]),
        lambda: number_for([1.0], workload=0.0),
        lambda: absorb(stripes(1), 0),
        lambda: only(problem, []),
    ):
        with pytest.raises(BadWish):
            ask()
