"""Choices between balance, shape and what is kept."""

from __future__ import annotations

import numpy as np
import pytest

from terradesk.builder import Options, Problem
from terradesk.builder.pareto import Solution, chosen, goals, labelled, pareto
from terradesk.progress import Cancelled
from tests.core.builder_cases import judge
from tests.core.test_builder_realign import drifted


@pytest.fixture(scope="module")
def problem() -> Problem:
    return drifted(2)


@pytest.fixture(scope="module")
def choices(problem: Problem) -> tuple[Solution, ...]:
    return pareto(problem, Options(start="baseline"), 6)


def test_no_choice_beats_another(choices: tuple[Solution, ...]) -> None:
    rows = np.array([goals(c.result) for c in choices])
    assert len(rows) >= 3
    for i, own in enumerate(rows):
        for j, other in enumerate(rows):
            assert i == j or (own < other - 1e-6).any()


def test_every_choice_is_sound_and_in_tolerance(
    problem: Problem, choices: tuple[Solution, ...]
) -> None:
    for choice in choices:
        assert judge(problem, Options(), choice.result.assignment).is_clean
        assert not choice.result.violations
        assert choice.result.stopped == "complete"


def test_the_most_kept_comes_first_and_is_named(choices: tuple[Solution, ...]) -> None:
    kept = [c.result.figures.kept for c in choices]
    assert kept == sorted(kept, reverse=True)
    assert "kept" in choices[0].traits
    named = [trait for c in choices for trait in c.traits]
    assert {"kept", "balance", "compactness"} <= set(named)


def test_choices_differ_by_what_one_would_notice(choices: tuple[Solution, ...]) -> None:
    worst = [goals(c.result)[2] for c in choices]
    kept = [c.result.figures.kept for c in choices]
    assert max(worst) - min(worst) > 0.01
    assert max(kept) - min(kept) > 0.02


def test_without_a_baseline_they_lie_between_balance_and_shape(problem: Problem) -> None:
    found = pareto(problem, Options(start="new", effort=0.3), 5)
    worst = [goals(c.result)[2] for c in found]
    assert 2 <= len(found) <= 5
    assert worst == sorted(worst)
    assert "balance" in found[0].traits


def test_filling_keeps_what_is_there_in_every_choice(problem: Problem) -> None:
    from dataclasses import replace

    gaps = problem.baseline.copy()
    gaps[::3] = -1
    asked = replace(problem, baseline=gaps)
    for choice in pareto(asked, Options(start="fill", effort=0.3), 5):
        assert (choice.result.assignment[gaps >= 0] == gaps[gaps >= 0]).all()


def test_the_same_seed_gives_the_same_choices(
    problem: Problem, choices: tuple[Solution, ...]
) -> None:
    again = pareto(problem, Options(start="baseline"), 6)
    assert [c.traits for c in again] == [c.traits for c in choices]
    for one, other in zip(again, choices, strict=True):
        assert (one.result.assignment == other.result.assignment).all()


@pytest.mark.parametrize("start", ["baseline", "new"])
def test_cancelling_gives_what_was_found_until_then(problem: Problem, start: str) -> None:
    def impatient(fraction: float, _message: str) -> None:
        if fraction > 0.3:
            raise Cancelled

    found = pareto(problem, Options(start=start), 6, impatient)
    assert 1 <= len(found) < 6
    assert all(judge(problem, Options(), c.result.assignment).is_clean for c in found)


def test_too_many_are_thinned_out_evenly(choices: tuple[Solution, ...]) -> None:
    results = [c.result for c in choices]
    few = chosen(results, 3)
    assert len(few) == 3
    assert few[0].figures.kept == results[0].figures.kept
    assert len(labelled(few)) == 3
    assert len(chosen(results[:1] * 2, 3)) == 1
