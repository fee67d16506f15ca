"""Builds on maps nobody tuned for: nothing broken unsaid, and compared with all plans."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk.builder import Options, Problem, Result, make_problem
from terradesk.builder.bands import make_bands
from terradesk.builder.building import build
from terradesk.builder.clock import make_work
from terradesk.builder.engine.repairing import repair
from terradesk.builder.graph import make_graph
from terradesk.builder.verifying import verify
from terradesk.builder.why.diagnosing import diagnose
from terradesk.progress import Cancelled
from tests.core import builder_cases as cases


# ---------------------------------------------------------------------- what must always hold
def assert_said(problem: Problem, options: Options, result: Result) -> None:
    """Every fault that networkx and plain sums find is among the violations, and no other."""
    judged = cases.judge(problem, options, result.assignment)
    told = {kind: {v.territory for v in result.violations if v.kind == kind} for kind in _KINDS}
    assert told["split"] == judged.split.keys()
    assert told["empty"] == judged.empty
    assert units_of(result, "unassigned") == judged.unassigned
    assert units_of(result, "lock") == judged.misplaced
    values = cases.values_of(problem, result.assignment)
    np.testing.assert_allclose(result.figures.values, values, rtol=1e-9, atol=1e-300)
    assert result.figures.parts.tolist() == [judged.parts[t] for t in range(problem.n_territories)]
    assert_sums_said(problem, result, values, judged.empty)


_KINDS = (
    "tolerance", "minimum", "maximum", "split", "empty", "unassigned", "handover", "lock",
)  # fmt: skip


def units_of(result: Result, kind: str) -> set[int]:
    return {int(u) for v in result.violations if v.kind == kind for u in v.units}


def assert_sums_said(problem: Problem, result: Result, values: np.ndarray, empty: set[int]) -> None:
    told = {(v.kind, v.territory, v.measure) for v in result.violations}
    targets = result.figures.targets
    for t, m in np.ndindex(values.shape):
        slack = 1e-7 * max(values[t, m], targets[:, m].mean())
        if values[t, m] < problem.minimum[t, m] - slack:
            assert ("minimum", t, m) in told
        if values[t, m] > problem.maximum[t, m] + slack:
            assert ("maximum", t, m) in told
        off = abs(values[t, m] - targets[t, m]) - problem.tolerances[m] * targets[t, m]
        is_said = ("tolerance", t, m) in told
        if off > slack and t not in empty:
            assert is_said
        assert not (off < -slack and is_said)
    assert_handover_said(problem, result)
    if problem.has_baseline:
        kept = cases.kept_of(problem, result.assignment)
        np.testing.assert_allclose(result.figures.kept, kept, atol=1e-9)


def assert_handover_said(problem: Problem, result: Result) -> None:
    told = {v.territory for v in result.violations if v.kind == "handover"}
    left = (problem.baseline >= 0) & (result.assignment != problem.baseline)
    for t in range(problem.n_territories):
        handed = problem.handover[left & (problem.baseline == t)].sum(0)
        taken = problem.handover[left & (result.assignment == t)].sum(0)
        cap = problem.handover_caps[t]
        assert ((handed > cap + 1e-6) | (taken > cap + 1e-6)).any() == (t in told)


def must_be_whole(problem: Problem, options: Options) -> bool:
    """Whether whole, non-empty territories can always be made: no locks, few enough parts.

    What is filled keeps its present territories as they are, be they in pieces; a landmass too
    light for a territory of its own may be the second piece of another.
    """
    if problem.is_restricted or options.start == "fill":
        return False
    if options.contiguity == "off":
        return True
    count, part = make_graph(problem, options).parts
    usual = np.median(make_bands(problem).targets, 0)
    weight = np.stack([np.bincount(part, column, count) for column in problem.activities.T], 1)
    is_fit = (weight >= 0.5 * usual).any(1).all()
    return count == 1 or (count <= problem.n_territories and bool(is_fit))


# ---------------------------------------------------------------------- laws
@given(cases.problems())
@settings(max_examples=100)
def test_nothing_is_broken_without_saying_so(asked: tuple[Problem, Options]) -> None:
    problem, options = asked
    result = build(problem, options)
    assert result.stopped == "complete"
    assert_said(problem, options, result)
    judged = cases.judge(problem, options, result.assignment)
    assert not judged.misplaced, "a lock is never broken"
    assert not judged.unassigned, "nothing is left out"
    if must_be_whole(problem, options):
        assert judged.is_clean


@pytest.mark.proof
@given(cases.problems(largest=150, most=30))
def test_nothing_is_broken_on_larger_maps(asked: tuple[Problem, Options]) -> None:
    problem, options = asked
    result = build(problem, options)
    assert_said(problem, options, result)
    if must_be_whole(problem, options):
        assert cases.judge(problem, options, result.assignment).is_clean


@given(cases.problems(), st.integers(0, 999), st.sampled_from(("none", "random", "few")))
@settings(max_examples=150)
def test_any_labelling_is_repaired(asked: tuple[Problem, Options], seed: int, how: str) -> None:
    problem, options = asked
    k = {"none": 0, "random": problem.n_territories, "few": (problem.n_territories + 1) // 2}[how]
    labels = np.random.default_rng(seed).integers(-1, k, problem.n_units)
    found = repair(make_work(problem, options), labels.astype(np.int32))
    judged = cases.judge(problem, options, found)
    assert not judged.misplaced and not judged.unassigned
    if must_be_whole(problem, options):
        assert judged.is_clean


@given(cases.problems(largest=25))
@settings(max_examples=15)
def test_the_same_seed_gives_the_same_result(asked: tuple[Problem, Options]) -> None:
    problem, options = asked
    first, again = build(problem, options), build(problem, options)
    assert first.assignment.tolist() == again.assignment.tolist()
    assert (first.iterations, first.seed, len(first.violations)) == (
        again.iterations, again.seed, len(again.violations),
    )  # fmt: skip


@given(cases.problems(largest=40), st.integers(0, 60))
@settings(max_examples=30)
def test_cancelled_at_any_time_it_gives_the_best_so_far(
    asked: tuple[Problem, Options], after: int
) -> None:
    problem, options = asked
    options = replace(options, starts=3)
    calls = 0

    def progress(fraction: float, what: str) -> None:
        nonlocal calls
        calls += 1
        assert 0 <= fraction <= 1
        if calls > after:
            raise Cancelled

    result = build(problem, options, progress)
    assert result.stopped == ("cancelled" if calls > after else "complete")
    assert_said(problem, options, result)
    judged = cases.judge(problem, options, result.assignment)
    assert not judged.misplaced and not judged.unassigned
    if must_be_whole(problem, options):
        assert judged.is_clean


def test_more_starts_are_never_worse() -> None:
    problem = cases.cells(40, 3).problem(cases.activity("heavy", 40, 3), 6, tolerances=0.05)
    options = Options(effort=0.05)
    one, many = (build(problem, replace(options, starts=n)) for n in (1, 4))
    assert worst(many) <= worst(one) + 1e-9


def worst(result: Result) -> float:
    return max((abs(v.amount) for v in result.violations if v.kind == "tolerance"), default=0.0)


# ---------------------------------------------------------------------- corners of the field
@pytest.mark.parametrize("kind", ["zero", "equal", "tiny", "huge"])
@pytest.mark.parametrize("name", cases.SHAPES)
def test_as_many_territories_as_units(name: str, kind: str) -> None:
    made = cases.shape(name, 6, 1)
    problem = made.problem(cases.activity(kind, made.n, 1), made.n, tolerances=0.5)
    options = Options(effort=0.02)
    result = build(problem, options)
    assert sorted(result.assignment.tolist()) == list(range(made.n))
    assert_said(problem, options, result)


@pytest.mark.parametrize("name", cases.SHAPES)
def test_one_territory_takes_all(name: str) -> None:
    made = cases.shape(name, 9, 2)
    problem = made.problem(cases.activity("uniform", made.n, 2), 1)
    result = build(problem, Options(effort=0.02))
    assert (result.assignment == 0).all()
    assert [v for v in result.violations if v.kind == "tolerance"] == []


@pytest.mark.parametrize("start", ["new", "baseline", "fill"])
def test_all_locked_stays_as_it_is(start: str) -> None:
    made = cases.grid(5, 5)
    owner = (made.xy[:, 0] > 20).astype(int) + 2 * (made.xy[:, 1] > 30)
    problem = made.problem(
        np.arange(25.0), 4, allowed=owner[:, None] == np.arange(4), baseline=owner
    )
    result = build(problem, Options(start=start, effort=0.05))
    assert result.assignment.tolist() == owner.tolist()


def test_a_unit_that_no_territory_may_have_stays_nobodys() -> None:
    made = cases.grid(6, 4)
    allowed = np.ones((24, 3), bool)
    allowed[23] = False
    result = build(made.problem(np.ones(24), 3, allowed=allowed), Options(effort=0.05))
    assert np.flatnonzero(result.assignment < 0).tolist() == [23]
    assert not [v for v in result.violations if v.kind == "unassigned"]


@pytest.mark.parametrize("joins_islands", [True, False])
def test_units_that_touch_nothing_are_diagnosed(joins_islands: bool) -> None:
    problem = make_problem(
        [[0.0, 0.0], [1000.0, 0.0]],
        np.empty((0, 2), np.int32),
        [[8.0, 1.0], [3.0, 3.0]],
        2,
        areas=[1e6, 1e6],
        perimeters=[4000.0, 4000.0],
        tolerances=0.01,
    )
    found = diagnose(problem, Options(joins_islands=joins_islands))
    assert {finding.kind for finding in found.findings} & {"oversize", "pocket", "part"}


def test_walls_divide_what_touches() -> None:
    made = cases.grid(4, 4)
    x = made.xy[:, 0]
    crosses = (x[made.edges[:, 0]] > 20) != (x[made.edges[:, 1]] > 20)
    problem = cases.walled(made, crosses).problem(np.ones(16), 4, tolerances=0.05)
    result = build(problem, Options(effort=0.2))
    assert result.violations == ()
    for t in range(4):
        assert len(set((x[result.assignment == t] > 20).tolist())) == 1


def test_corners_count_only_when_asked() -> None:
    """Squares of a chess board touch at corners only."""
    board = [(x, y) for x in range(4) for y in range(4) if (x + y) % 2]
    made = cases.lattice([[one] for one in board])
    problem = made.problem(np.ones(8), 2)
    assert build(problem, Options(contiguity="corner", effort=0.1)).violations == ()
    alone = build(problem, Options(joins_islands=False, effort=0.1))
    assert {v.kind for v in alone.violations} >= {"split"}


# ---------------------------------------------------------------------- beside all plans
Small = tuple[str, str, int, int, float]
_SMALL: list[Small] = [
    (name, kind, n, k, tolerance)
    for name in ("grid", "cells", "walls", "tree", "ring", "islands", "star", "enclave", "barrier")
    for kind in ("equal", "whole", "uniform", "heavy", "sparse")
    for n, k, tolerance in ((9, 2, 0.1), (9, 3, 0.2), (8, 4, 0.3), (9, 3, 0.05))
]
SAMPLE = _SMALL[::3]


@cache
def asked_of(small: Small, seed: int) -> tuple[Problem, cases.Best]:
    name, kind, n, k, tolerance = small
    made = cases.shape(name, n, seed)
    problem = made.problem(cases.activity(kind, made.n, seed), min(k, made.n), tolerances=tolerance)
    return problem, cases.brute_force(problem)


def misses(wanted: list[Small], seeds: range) -> tuple[list[str], int]:
    """Cases where all wishes can be met and were not, and how many can be met."""
    missed, n = [], 0
    for small in wanted:
        for seed in seeds:
            problem, best = asked_of(small, seed)
            if not best.is_feasible:
                continue
            n += 1
            result = build(problem, Options(seed=1, effort=0.2))
            if result.violations:
                missed.append(f"{small} {seed}: {[v.kind for v in result.violations]}")
            assert all(v.is_avoidable for v in result.violations), f"not impossible: {small} {seed}"
    return missed, n


def test_a_plan_is_found_where_there_is_one() -> None:
    missed, n = misses(SAMPLE, range(1))
    assert n > 20
    assert len(missed) <= 0.05 * n, missed


@pytest.mark.proof
def test_a_plan_is_found_where_there_is_one_in_all_cases() -> None:
    missed, n = misses(_SMALL, range(5))
    assert n > 300
    assert len(missed) <= 0.05 * n, missed


def test_what_is_called_impossible_is_impossible() -> None:
    assert_no_false_proof(SAMPLE, range(2))


@pytest.mark.proof
def test_what_is_called_impossible_is_impossible_in_all_cases() -> None:
    assert_no_false_proof(_SMALL, range(5))


def assert_no_false_proof(wanted: list[Small], seeds: range) -> None:
    for small in wanted:
        for seed in seeds:
            problem, best = asked_of(small, seed)
            assert_honest(problem, Options(), best)


def assert_honest(problem: Problem, options: Options, best: cases.Best) -> None:
    """What is proved to be impossible is, and so is what is said to be unavoidable."""
    found = diagnose(problem, options)
    if best.is_feasible:
        assert [f for f in found.findings if f.is_proof] == []
    if math.isfinite(best.deviation) and not make_bands(problem).exempt.any():
        assert found.tightest.max() <= best.deviation + 1e-9


@given(cases.problems(largest=8, most=4))
@settings(max_examples=100)
def test_whatever_is_wished_no_proof_is_false(asked: tuple[Problem, Options]) -> None:
    problem, options = asked
    best = cases.brute_force(problem, options)
    if problem.handover.size:  # which the oracle does not know
        best = replace(best, worst=math.inf)
    assert_honest(problem, options, best)
    result = build(problem, options)
    if best.is_feasible:
        assert all(v.is_avoidable for v in result.violations)


@pytest.mark.proof
@given(cases.problems(largest=9, most=4))
def test_whatever_is_wished_no_proof_is_false_in_many_cases(
    asked: tuple[Problem, Options],
) -> None:
    problem, options = asked
    if not problem.handover.size:
        assert_honest(problem, options, cases.brute_force(problem, options))


def test_verify_agrees_with_all_plans() -> None:
    """No assignment at all is better than the best of all plans."""
    rng = np.random.default_rng(0)
    for small in SAMPLE[::5]:
        problem, best = asked_of(small, 0)
        for _ in range(50):
            labels = rng.integers(0, problem.n_territories, problem.n_units).astype(np.int32)
            judged = cases.judge(problem, Options(), labels)
            _figures, violations = verify(problem, Options(), labels)
            if judged.is_clean and not violations:
                assert best.is_feasible
