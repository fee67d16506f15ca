"""The swap finder: what it offers holds, does what it says, and brings a plan in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk.builder import Options, Problem
from terradesk.builder.clock import make_work
from terradesk.builder.swaps.bounds import least_change
from terradesk.builder.swaps.finding import Move, find_moves, plan_moves
from terradesk.builder.verifying import verify
from terradesk.progress import Cancelled

from .builder_cases import cells, grid, judge, problems, row_of

BROKEN = ("lock", "split", "empty", "minimum", "maximum", "handover")


def plan_of(problem: Problem, options: Options, seed: int) -> np.ndarray:
    """Whole territories grown from random units, here and there a unit of nobody."""
    rng = np.random.default_rng(seed)
    graph = make_work(problem, options).graph
    labels = np.full(problem.n_units, -1, np.int32)
    starts = rng.choice(problem.n_units, problem.n_territories, replace=False)
    labels[starts] = np.arange(problem.n_territories)
    for _round in range(problem.n_units):
        open_pairs = [
            (u, v)
            for a, b in graph.edges.tolist()
            for u, v in ((a, b), (b, a))
            if labels[u] < 0 <= labels[v]
        ]
        if not open_pairs:
            break
        u, v = open_pairs[rng.integers(len(open_pairs))]
        labels[u] = labels[v]
    return labels


def amounts(problem: Problem, options: Options, labels: np.ndarray) -> dict[tuple, float]:
    """What is broken, by kind, territory and measure."""
    _figures, violations = verify(problem, options, labels)
    found: dict[tuple, float] = {}
    for v in violations:
        if v.kind in BROKEN:
            key = (v.kind, v.territory, v.measure, v.amount > 0)
            found[key] = max(found.get(key, 0.0), abs(v.amount))
    return found


def check_effect(problem: Problem, options: Options, labels: np.ndarray, move: Move) -> None:
    """The told effect is what the verifier finds, and nothing is broken by it."""
    after = move.apply(labels)
    assert (labels[move.units] == move.sources).all() and (move.sources != move.targets).all()
    before_figures, _ = verify(problem, options, labels)
    figures, _ = verify(problem, options, after)
    rows = move.territories
    np.testing.assert_allclose(move.deviations_after, figures.deviations[rows], atol=1e-9)
    np.testing.assert_allclose(move.deviations_before, before_figures.deviations[rows], atol=1e-9)
    assert move.border == pytest.approx(figures.border - before_figures.border, abs=1e-6)
    same = np.setdiff1d(np.arange(problem.n_territories), rows)
    np.testing.assert_array_equal(figures.n_units[same], before_figures.n_units[same])
    old, new = amounts(problem, options, labels), amounts(problem, options, after)
    for key, amount in new.items():
        assert amount <= old.get(key, 0.0) * (1 + 1e-9) + 1e-9, key


@settings(max_examples=60, deadline=None)
@given(problems(largest=24, most=5), st.integers(0, 99))
def test_a_move_does_what_it_says_and_breaks_nothing(case, seed: int) -> None:
    problem, options = case
    labels = plan_of(problem, options, seed)
    moves = find_moves(problem, options, labels)
    assert len({(m.steps, m.kind) for m in moves}) == len(moves)
    for move in moves:
        check_effect(problem, options, labels, move)
        assert move.violation_after <= move.violation_before + 1e-9


@settings(max_examples=30, deadline=None)
@given(problems(largest=24, most=5), st.integers(0, 99))
def test_a_sequence_holds_step_by_step_and_ends_where_it_says(case, seed: int) -> None:
    problem, options = case
    labels = plan_of(problem, options, seed)
    plan = plan_moves(problem, options, labels)
    at = labels
    for move in plan.moves:
        check_effect(problem, options, at, move)
        at = move.apply(at)
    np.testing.assert_array_equal(at, plan.assignment)
    last = plan.moves[-1].n_out_after if plan.moves else None
    assert last in (None, 0) or not plan.is_complete
    if plan.is_complete:
        _figures, violations = verify(problem, options, at)
        off = [v.territory for v in violations if v.kind == "tolerance"]
        assert make_work(problem, options).bands.exempt[off].any(1).all()
        moved = (labels != at).sum()
        assert plan.least.units <= moved


@settings(max_examples=25, deadline=None)
@given(problems(largest=20, most=4), st.integers(0, 99))
def test_what_is_refused_is_not_offered_again(case, seed: int) -> None:
    problem, options = case
    labels = plan_of(problem, options, seed)
    banned: list[Move] = []
    for _round in range(4):
        moves = find_moves(problem, options, labels, banned)
        if not moves:
            return
        assert not any(old.steps <= new.steps for old in banned for new in moves)
        banned.append(moves[0])


def test_one_unit_too_many_is_moved_over() -> None:
    made = row_of(10)
    problem = made.problem(np.ones(10), 2, tolerances=0.1)
    labels = np.array([0] * 6 + [1] * 4, np.int32)
    moves = find_moves(problem, Options(), labels)
    best = moves[0]
    assert (best.kind, best.units.tolist(), best.targets.tolist()) == ("move", [5], [1])
    assert (best.n_out_before, best.n_out_after, best.violation_after) == (2, 0, 0.0)
    assert best.moved == pytest.approx(0.1)
    assert best.deviations_after.ravel() == pytest.approx([0, 0])


def test_a_chain_goes_through_a_territory_that_has_no_room() -> None:
    """Surplus at one end of a row, want at the other, the middle exactly full."""
    problem = row_of(12).problem(np.ones(12), 3, tolerances=0.05)
    labels = np.array([0] * 5 + [1] * 4 + [2] * 3, np.int32)
    best = find_moves(problem, Options(), labels)[0]
    assert best.kind == "chain" and best.n_out_after == 0
    assert sorted(best.units.tolist()) == [4, 8]


def test_an_exchange_helps_where_no_single_unit_fits() -> None:
    """Units of 3 and 2: only giving 3 for 2 moves the one that is missing."""
    problem = grid(3, 2).problem([2, 3, 2, 2, 2, 1], 2, tolerances=0.01)
    labels = np.array([0, 0, 1, 0, 1, 1], np.int32)  # 7 : 5
    best = find_moves(problem, Options(), labels)[0]
    assert best.kind == "exchange" and best.n_out_after == 0
    assert judge(problem, Options(), best.apply(labels)).is_clean


def test_a_balanced_plan_is_balanced_better_only() -> None:
    problem = row_of(12).problem(np.ones(12), 2, tolerances=0.5)
    labels = np.array([0] * 8 + [1] * 4, np.int32)
    best = find_moves(problem, Options(), labels)[0]
    assert best.n_out_before == best.n_out_after == 0
    assert np.abs(best.deviations_after).max() < np.abs(best.deviations_before).max()
    even = np.array([0] * 6 + [1] * 6, np.int32)
    assert find_moves(problem, Options(), even) == ()
    assert plan_moves(problem, Options(), even).moves == ()


def test_locks_hold_and_unassigned_units_can_be_taken_in() -> None:
    allowed = np.ones((10, 2), bool)
    allowed[4:6, 1] = False
    problem = row_of(10).problem(np.ones(10), 2, tolerances=0.05, allowed=allowed)
    labels = np.array([0] * 6 + [1] * 4, np.int32)
    assert not any({4, 5} & set(m.units.tolist()) for m in find_moves(problem, Options(), labels))
    open_problem = row_of(10).problem(np.ones(10), 2, tolerances=0.05)
    free = np.array([0] * 5 + [1] * 4 + [-1], np.int32)
    best = find_moves(open_problem, Options(), free)[0]
    assert (best.units.tolist(), best.sources.tolist(), best.moved) == ([9], [-1], 0.0)


def test_least_change_counts_what_no_plan_can_save() -> None:
    problem = row_of(12).problem(np.ones(12), 3, tolerances=0.05)
    labels = np.array([0] * 6 + [1] * 4 + [2] * 2, np.int32)
    least = least_change(make_work(problem, Options()), labels)
    assert least.units == 2
    assert least.amounts == pytest.approx([1.8])
    assert least.flows == pytest.approx([3.6])  # through the middle


def test_drifted_territories_are_brought_in_by_few_moves() -> None:
    made = cells(300, 3)
    rng = np.random.default_rng(1)
    centres = made.xy[rng.choice(300, 8, replace=False)]
    problem = made.problem(rng.uniform(1, 2, 300), 8, tolerances=0.1)
    labels = plan_of(problem, Options(), 2)
    assert len(centres) == 8
    plan = plan_moves(problem, Options(), labels)
    assert plan.is_complete
    assert judge(problem, Options(), plan.assignment).is_clean


def test_it_can_be_cancelled() -> None:
    def stop(fraction: float, message: str = "") -> None:
        if fraction > 0.1:
            raise Cancelled

    problem = row_of(12).problem(np.ones(12), 2)
    labels = np.array([0] * 10 + [1] * 2, np.int32)
    with pytest.raises(Cancelled):
        find_moves(problem, Options(), labels, progress=stop)
