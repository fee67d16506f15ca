"""The check of an assignment: figures by hand and by another library, each broken wish named."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk.builder import CORNER, Options, make_problem
from terradesk.builder.verifying import verify
from tests.core import builder_cases as cases

OPTIONS = Options()


def kinds(found) -> list[str]:
    return [v.kind for v in found]


def halves(**wishes):
    """Six squares in a row and the assignment of three to each of two territories."""
    return cases.row_of(6).problem(np.ones(6), 2, **wishes), np.repeat([0, 1], 3).astype(np.int32)


def test_a_good_map_has_no_violation_and_the_figures_of_a_hand_count():
    problem, labels = halves(baseline=[0, 0, 0, 0, 1, -1], districts=[0, 0, 1, 1, 2, 2])
    figures, found = verify(problem, OPTIONS, labels)
    assert found == ()
    assert figures.values.tolist() == [[3.0], [3.0]]
    assert figures.deviations.tolist() == [[0.0], [0.0]]
    assert figures.n_units.tolist() == [3, 3] and figures.parts.tolist() == [1, 1]
    assert figures.border == 10.0
    assert figures.compactness == pytest.approx([4 * math.pi * 300 / 80**2] * 2)
    assert figures.distance == pytest.approx(20 / 3)
    assert figures.kept == pytest.approx(4 / 5)
    assert figures.n_split_districts == 1


def test_distance_is_to_the_seed_where_there_is_one():
    problem, labels = halves(seeds=[[0.0, 0.0], [math.nan, math.nan]])
    assert verify(problem, OPTIONS, labels)[0].distance == pytest.approx((30 + 20) / 6)


def test_an_assignment_of_the_wrong_size_is_refused():
    problem, labels = halves()
    for wrong in (labels[:5], labels.astype(float)):
        with pytest.raises(ValueError, match="one whole number per unit"):
            verify(problem, OPTIONS, wrong)


def test_a_unit_without_territory_is_named_unless_nowhere_is_allowed():
    allowed = np.ones((6, 2), bool)
    allowed[5] = False
    problem, labels = halves(allowed=allowed, targets=[[3.0], [2.0]])
    labels[5] = -1
    assert verify(problem, OPTIONS, labels)[1] == ()
    labels[[4, 5]] = 7, -1
    (missing,) = (v for v in verify(problem, OPTIONS, labels)[1] if v.kind == "unassigned")
    assert missing.amount == 1 and missing.units.tolist() == [4]


def test_a_broken_lock_and_an_empty_territory_are_named():
    allowed = np.ones((6, 2), bool)
    allowed[2, 0] = False
    problem, labels = halves(allowed=allowed)
    (lock,) = verify(problem, OPTIONS, labels)[1]
    assert (lock.kind, lock.territory, lock.units.tolist()) == ("lock", 0, [2])
    found = verify(problem, OPTIONS, np.ones(6, np.int32))[1]
    assert kinds(found) == ["empty", "tolerance"] and found[0].territory == 0


def test_a_territory_in_two_parts_shows_the_smaller_one():
    problem, labels = halves()
    labels[:] = [0, 0, 1, 1, 1, 0]
    (split,) = verify(problem, OPTIONS, labels)[1]
    assert (split.kind, split.amount, split.units.tolist()) == ("split", 2, [5])
    assert split.is_avoidable
    assert verify(problem, Options(contiguity="off"), labels)[1] == ()


def test_a_split_is_not_avoidable_when_locks_make_it():
    allowed = np.ones((6, 2), bool)
    allowed[[0, 1, 5], 1] = False
    allowed[[2, 3, 4], 0] = False
    problem, labels = halves(allowed=allowed)
    labels[:] = [0, 0, 1, 1, 1, 0]
    (split,) = verify(problem, OPTIONS, labels)[1]
    assert split.kind == "split" and not split.is_avoidable


def test_corners_hold_only_when_asked_and_barriers_never():
    made = cases.grid(2, 2)
    labels = np.array([0, 1, 1, 0], np.int32)
    problem = made.problem(np.ones(4), 2)
    assert kinds(verify(problem, OPTIONS, labels)[1]) == ["split", "split"]
    assert verify(problem, Options(contiguity="corner"), labels)[1] == ()
    walled = cases.walled(made, np.flatnonzero(made.kinds == CORNER)).problem(np.ones(4), 2)
    corner = Options(contiguity="corner")
    assert kinds(verify(walled, corner, labels)[1]) == ["split", "split"]


def test_islands_are_linked_when_asked_and_by_water_links():
    made = cases.apart(cases.row_of(2), cases.row_of(2))
    labels = np.array([0, 1, 1, 1], np.int32)
    problem = made.problem(np.ones(4), 2, tolerances=0.6)
    assert verify(problem, OPTIONS, labels)[1] == ()
    lone = Options(joins_islands=False)
    assert kinds(verify(problem, lone, labels)[1]) == ["split"]
    bridged = cases.linked(made, [(1, 2)]).problem(np.ones(4), 2, tolerances=0.6)
    assert verify(bridged, lone, labels)[1] == ()


def test_out_of_tolerance_is_measured_against_the_target_worst_first():
    problem = cases.row_of(6).problem(np.ones(6), 3, targets=[[1.0], [2.0], [3.0]], tolerances=0.2)
    found = verify(problem, OPTIONS, np.array([0, 0, 1, 2, 2, 2], np.int32))[1]
    assert [(v.kind, v.territory, v.measure, v.amount) for v in found] == [
        ("tolerance", 0, 0, pytest.approx(1.0)),
        ("tolerance", 1, 0, pytest.approx(-0.5)),
    ]
    assert all(v.is_avoidable for v in found)


def test_exactly_on_the_tolerance_is_in_tolerance():
    problem = cases.row_of(21).problem(np.full(21, 0.1), 2, targets=[[1.0], [1.1]], tolerances=0.1)
    labels = np.repeat([0, 1], [11, 10]).astype(np.int32)
    assert verify(problem, OPTIONS, labels)[1] == ()


def test_a_unit_larger_than_the_target_is_said_to_be_unavoidable():
    problem = cases.row_of(5).problem([10.0, 1, 1, 1, 1], 3)
    figures, found = verify(problem, OPTIONS, np.array([0, 1, 1, 2, 2], np.int32))
    (over,) = found
    assert over.kind == "tolerance" and not over.is_avoidable and over.units.tolist() == [0]
    assert figures.exempt.tolist() == [True, False, False]
    assert figures.targets.ravel() == pytest.approx([14 / 3, 2, 2])


def test_what_is_added_to_an_oversize_unit_was_avoidable():
    problem = cases.row_of(5).problem([10.0, 1, 1, 1, 1], 3)
    found = verify(problem, OPTIONS, np.array([0, 0, 1, 1, 2], np.int32))[1]
    assert {(v.territory, v.is_avoidable) for v in found} == {(0, True), (2, True)}


def test_a_locked_territory_off_its_target_is_unavoidable():
    allowed = np.ones((6, 2), bool)
    allowed[0, 1] = False
    allowed[1:, 0] = False
    problem, labels = halves(allowed=allowed)
    labels[:] = [0, 1, 1, 1, 1, 1]
    found = verify(problem, OPTIONS, labels)[1]
    assert {(v.territory, v.is_avoidable) for v in found} == {(0, False), (1, False)}


def test_hard_limits_and_handover_caps():
    problem, labels = halves(
        minimum=[[3.5], [0.0]],
        maximum=[[9.0], [2.5]],
        tolerances=1.0,
        baseline=[0, 0, 0, 0, 0, 1],
        handover=[1.0, 1, 1, 2, 3, 1],
        handover_caps=[[4.0], [4.5]],
    )
    found = verify(problem, OPTIONS, labels)[1]
    assert [(v.kind, v.territory, v.amount) for v in found] == [
        ("minimum", 0, pytest.approx(0.5)),
        ("maximum", 1, pytest.approx(0.5)),
        ("handover", 0, pytest.approx(1.0)),
        ("handover", 1, pytest.approx(-0.5)),
    ]
    assert found[2].units.tolist() == [3, 4]


def test_a_limit_that_locks_break_is_unavoidable():
    allowed = np.ones((6, 2), bool)
    allowed[:3, 1] = False
    problem, labels = halves(allowed=allowed, maximum=[[2.0], [9.0]], tolerances=1.0)
    (over,) = verify(problem, OPTIONS, labels)[1]
    assert over.kind == "maximum" and not over.is_avoidable


def test_a_target_of_zero_has_no_deviation_but_a_violation():
    problem = make_problem(
        [[0, 0], [1, 0]], [[0, 1]], [[1.0], [1.0]], 2, targets=[[2.0], [0.0]], tolerances=0.6
    )
    figures, found = verify(problem, OPTIONS, np.array([0, 1], np.int32))
    assert math.isnan(figures.deviations[1, 0])
    (over,) = found
    assert over.territory == 1 and over.amount == pytest.approx(1.0)


@settings(max_examples=60, deadline=None)
@given(cases.problems(largest=24, most=5), st.integers(0, 999))
def test_any_assignment_is_judged_as_by_networkx(drawn, seed):
    problem, options = drawn
    rng = np.random.default_rng(seed)
    labels = rng.integers(-1, problem.n_territories, problem.n_units).astype(np.int32)
    figures, found = verify(problem, options, labels)
    judged = cases.judge(problem, options, labels)
    said = {kind: {v.territory for v in found if v.kind == kind} for kind in ("split", "empty")}
    assert said == {"split": set(judged.split), "empty": judged.empty}
    assert dict(enumerate(figures.parts.tolist())) == judged.parts
    units = {
        kind: {u for v in found if v.kind == kind for u in v.units.tolist()}
        for kind in ("unassigned", "lock")
    }
    assert units == {"unassigned": judged.unassigned, "lock": judged.misplaced}
    assert figures.values == pytest.approx(cases.values_of(problem, labels), rel=1e-9)
    kept = cases.kept_of(problem, labels)
    assert figures.kept == pytest.approx(kept, nan_ok=True)
