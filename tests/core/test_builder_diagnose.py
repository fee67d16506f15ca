"""What stands in the way: known cases, and every proof against all plans of small maps."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, event, given, settings

from terradesk.builder import Options
from terradesk.builder.bands import make_bands
from terradesk.builder.diagnosing import diagnose
from terradesk.builder.graph import make_graph
from terradesk.builder.relaxing import relaxed
from terradesk.builder.verifying import verify
from tests.core import builder_cases as cases

OPTIONS = Options()


# ---------------------------------------------------------------------- all plans of small maps
def near_of(problem, options):
    near = [0] * problem.n_units
    for a, b in make_graph(problem, options).edges.tolist():
        near[a] |= 1 << b
        near[b] |= 1 << a
    return near


def is_whole(units: int, near) -> bool:
    reached, front = 0, units & -units
    while front:
        reached |= front
        grown = 0
        for i in range(len(near)):
            if front >> i & 1:
                grown |= near[i]
        front = grown & units & ~reached
    return reached == units


def wholes(problem, options):
    """(t, set of units) of every group in one piece that territory t could be."""
    n, k = problem.n_units, problem.n_territories
    near = near_of(problem, options)
    allowed = problem.allowed[problem.allowed_class]
    sets = [s for s in range(1, 1 << n) if options.contiguity == "off" or is_whole(s, near)]
    for t in range(k):
        may = sum(1 << i for i in range(n) if allowed[i, t])
        must = sum(1 << i for i in range(n) if problem.fixed[i] == t)
        yield from ((t, s) for s in sets if not s & ~may and s & must == must)


def value_of(problem, t, s):
    units = [i for i in range(problem.n_units) if s >> i & 1]
    return problem.activities[units].sum(0) + problem.fixed_load[t]


def nearest_group(problem, options, unit, measure):
    """Least deviation of any territory with the unit; oversize units fill their homes."""
    bands = make_bands(problem)
    oversize = sum(1 << int(u) for u in bands.oversize)
    best = math.inf
    for t, s in wholes(problem, options):
        own = sum(1 << int(u) for u in bands.oversize[bands.homes == t])
        if not s >> unit & 1 or s & oversize != own:
            continue
        target = bands.targets[t, measure]
        off = abs(value_of(problem, t, s)[measure] - target) * bands.scale[t, measure]
        best = min(best, off)
    return best


@settings(max_examples=250, deadline=None)
@given(cases.problems(largest=8, most=4))
def test_no_proof_against_wishes_that_can_be_met(drawn):
    problem, options = drawn
    assume(problem.n_units <= 9)
    found = diagnose(problem, options, checks_remedies=False)
    best = cases.brute_force(problem, options)
    proofs = [f.kind for f in found.findings if f.is_proof and f.kind not in CAPS]
    event(f"proofs {bool(proofs)}, feasible {best.is_feasible}")
    assert not (proofs and best.is_feasible), proofs
    if not make_bands(problem).exempt.any():
        assert found.tightest.max() <= best.deviation + 1e-7


CAPS = ("handover", "takeover")


@settings(max_examples=150, deadline=None)
@given(cases.problems(largest=8, most=4))
def test_a_pocket_is_as_far_off_as_the_best_of_all_groups(drawn):
    problem, options = drawn
    assume(problem.n_units <= 9)
    for finding in diagnose(problem, options, checks_remedies=False).findings:
        if finding.kind == "pocket":
            best = nearest_group(problem, options, int(finding.units[0]), finding.measure)
            assert finding.amount <= best + 1e-9
            if not problem.is_restricted and not problem.fixed_load.any():
                assert finding.amount == pytest.approx(min(best, 1.0))


@settings(max_examples=60, deadline=None)
@given(cases.problems(largest=7, most=3))
def test_a_cap_is_too_small_only_where_no_plan_keeps_it(drawn):
    problem, options = drawn
    assume(problem.n_units <= 7 and problem.has_baseline)
    found = diagnose(problem, options, checks_remedies=False)
    if not any(f.kind in CAPS for f in found.findings):
        return
    for labels in itertools.product(range(problem.n_territories), repeat=problem.n_units):
        said = verify(problem, options, np.array(labels, np.int32))[1]
        assert said, labels


# ---------------------------------------------------------------------- known cases
def kinds(problem, options=OPTIONS):
    return [f.kind for f in diagnose(problem, options).findings]


def only(problem, kind, options=OPTIONS):
    (found,) = (f for f in diagnose(problem, options).findings if f.kind == kind)
    return found


def test_nothing_is_found_where_everything_fits():
    found = diagnose(cases.grid(6, 4).problem(np.ones(24), 4), OPTIONS)
    assert found.findings == () and found.is_possible
    assert found.tightest.tolist() == [0.0]


def test_an_oversize_unit_is_found_with_the_number_of_territories_it_would_fit():
    problem = cases.row_of(5).problem([10.0, 1, 1, 1, 1], 3, tolerances=0.1)
    found = only(problem, "oversize")
    assert found.units.tolist() == [0] and found.is_proof
    assert found.amount == pytest.approx(10 / (14 / 3) - 1)
    assert ("territories", 1) in [(r.kind, r.amount) for r in found.remedies]


def test_a_part_that_a_barrier_cuts_off_cannot_be_shared():
    made = cases.row_of(6)
    problem = made.problem([5.0, 3, 4, 4, 4, 4], 2, tolerances=0.1, targets=[[12.0], [12.0]])
    assert "pocket" not in kinds(problem)
    walled = replace(problem, kinds=cases.walled(made, [1]).kinds)  # 5-3 | 4-4-4-4
    found = only(walled, "part")
    assert found.units.tolist() == [0, 1] and found.bound == pytest.approx(2 / 3)
    assert found.amount == pytest.approx(1 / 3)
    assert [r.kind for r in found.remedies] == ["tolerance", "barrier"]
    assert all(r.is_checked for r in found.remedies)


def test_a_pocket_names_its_unit_first():
    # a star: each tip only together with the heavy middle
    problem = cases.star(3).problem([6.0, 4, 1, 1], 2, tolerances=0.05)
    found = diagnose(problem, OPTIONS)
    pockets = [f for f in found.findings if f.kind == "pocket"]
    assert pockets
    for pocket in pockets:
        best = nearest_group(problem, OPTIONS, int(pocket.units[0]), 0)
        assert pocket.amount == pytest.approx(best)
        whole = value_of(problem, 0, sum(1 << int(u) for u in pocket.units))[0]
        assert abs(whole / 6 - 1) == pytest.approx(best)
    assert found.tightest[0] == pytest.approx(max(p.amount for p in pockets))


def test_more_islands_than_territories():
    made = cases.apart(cases.row_of(2), cases.row_of(2), cases.row_of(2))
    lone = Options(joins_islands=False)
    found = only(made.problem(np.ones(6), 2), "parts", lone)
    assert (found.amount, found.bound) == (3, 2)
    assert kinds(made.problem(np.ones(6), 3), lone) == []
    assert "parts" not in kinds(made.problem(np.ones(6), 2))


def test_islands_that_need_another_number_of_territories():
    made = cases.apart(cases.row_of(3), cases.row_of(3))
    problem = made.problem(np.ones(6), 3, tolerances=0.1)
    assert "part" in kinds(problem, Options(joins_islands=False))
    wide = made.problem(np.ones(6), 5, tolerances=0.4, targets=np.ones((5, 1)))
    found = only(wide, "number", Options(joins_islands=False))
    assert (found.amount, found.bound) == (6, 5)


def locked(n, k, owners):
    """(n, k) table: units of `owners` may go nowhere else."""
    allowed = np.ones((n, k), bool)
    for unit, t in owners.items():
        allowed[unit] = np.arange(k) == t
    return allowed


def test_locks_above_and_below_the_target():
    made = cases.row_of(6)
    over = made.problem(np.ones(6), 2, allowed=locked(6, 2, {0: 0, 1: 0, 2: 0, 3: 0}))
    found = only(over, "locked_over")
    assert found.territories.tolist() == [0] and found.amount == pytest.approx(1 / 3)
    assert found.remedies[0].kind == "unlock"
    table = locked(6, 2, {0: 0, **dict.fromkeys(range(1, 6), 1)})
    under = diagnose(made.problem(np.ones(6), 2, allowed=table), OPTIONS)
    (low,) = (f for f in under.findings if f.kind == "locked_under")
    assert low.territories.tolist() == [0] and low.amount == pytest.approx(-2 / 3)


def test_a_territory_walled_in_by_locks_of_another_is_starved():
    table = locked(7, 2, {0: 0, 2: 1})
    problem = cases.row_of(7).problem(np.ones(7), 2, allowed=table)
    found = only(problem, "starved")
    assert found.territories.tolist() == [0]
    assert found.amount == pytest.approx(2 / 3.5 - 1)


def test_locked_units_cut_off_from_their_territory():
    problem = cases.row_of(6).problem(np.ones(6), 2, allowed=locked(6, 2, {0: 0, 3: 1, 5: 0}))
    found = only(problem, "cut_off")
    assert found.territories.tolist() == [0] and len(found.units) == 1
    assert "cut_off" not in kinds(problem, Options(contiguity="off"))


def test_units_that_no_territory_may_have_and_territories_that_may_have_none():
    table = np.ones((6, 3), bool)
    table[5] = False
    table[:, 2] = False
    found = diagnose(cases.row_of(6).problem(np.ones(6), 3, allowed=table), OPTIONS).findings
    by_kind = {f.kind: f for f in found}
    assert by_kind["nowhere"].units.tolist() == [5] and not by_kind["nowhere"].is_proof
    assert by_kind["closed"].territories.tolist() == [2]


def test_a_fixed_load_above_the_target():
    problem = cases.row_of(4).problem(np.ones(4), 2, fixed_load=[[6.0], [0.0]])
    found = only(problem, "load")
    assert found.amount == pytest.approx(0.2) and found.territories.tolist() == [0]


@pytest.mark.parametrize(
    ("wishes", "kind", "is_proof"),
    [
        ({"targets": [[1.0], [1.0]]}, "target_sum", True),
        ({"targets": [[9.0], [9.0]]}, "target_sum", True),
        ({"targets": [[3.0], [3.1]]}, "target_sum", False),
        ({"minimum": 3.2}, "minimum_sum", True),
        ({"maximum": 2.8}, "maximum_sum", True),
        ({"minimum": [[3.5], [0.0]]}, "minimum_target", True),
        ({"maximum": [[2.5], [9.0]]}, "maximum_target", True),
    ],
)
def test_sums_and_limits_that_contradict(wishes, kind, is_proof):
    problem = cases.row_of(6).problem(np.ones(6), 2, **wishes)
    assert only(problem, kind).is_proof == is_proof


def test_a_remedy_for_the_targets_helps():
    problem = cases.row_of(6).problem(np.ones(6), 2, targets=[[1.0], [1.0]])
    (remedy,) = only(problem, "target_sum").remedies
    assert remedy.is_checked
    mended, _options = relaxed(problem, OPTIONS, remedy)
    assert mended.targets.tolist() == [[3.0], [3.0]]
    assert kinds(mended) == []


def test_caps_on_what_changes_hands_are_counted_by_the_cheapest_way():
    wishes = {"baseline": [0, 0, 0, 0, 0, 1], "handover": [5.0, 5, 5, 5, 5, 1]}
    problem = cases.row_of(6).problem(np.ones(6), 2, handover_caps=8.0, **wishes)
    found = only(problem, "handover")  # 5 units, at most 3.3: 1.7 of them go
    assert found.territories.tolist() == [0]
    assert found.amount == pytest.approx(5 * 1.7) and found.bound == 8
    roomy = cases.row_of(6).problem(np.ones(6), 2, handover_caps=10.0, **wishes)
    assert "handover" not in kinds(roomy)


def test_start_points_together_far_off_and_inside_a_lock():
    made = cases.row_of(6)
    table = locked(6, 3, {5: 0})
    seeds = [[0.0, 0.0], [1.0, 1.0], [50.0, 0.0]]
    found = diagnose(made.problem(np.ones(6), 3, seeds=seeds, allowed=table), OPTIONS).findings
    by_kind = {f.kind: f for f in found}
    assert by_kind["seeds_together"].territories.tolist() == [0, 1]
    assert by_kind["seed_locked"].territories.tolist() == [2, 0]
    far = made.problem(np.ones(6), 3, seeds=[[900.0, 0.0], [0, 0], [50, 0]])
    assert only(far, "seed_far").territories.tolist() == [0]


def test_a_measure_of_nothing():
    problem = cases.row_of(4).problem(np.column_stack((np.ones(4), np.zeros(4))), 2)
    found = only(problem, "zero")
    assert found.measure == 1 and not found.is_proof


def test_measures_that_pull_apart_are_a_warning_or_a_proof():
    made = cases.grid(8, 8)
    x = made.xy[:, 0]
    work = np.column_stack((np.where(x < 40, 10.0, 1.0), np.where(x < 40, 1.0, 10.0)))
    found = only(made.problem(work, 8), "pull")
    assert not found.is_proof and found.amount < 0.5 < 1.5 < found.bound
    even = made.problem(np.column_stack((work[:, 0], work[:, 0] * 2)), 8)
    assert "pull" not in kinds(even)
    two = cases.row_of(4).problem([[3, 0], [1, 0], [1, 4], [3, 4]], 2, tolerances=0.1)
    assert "pocket_joint" in kinds(two)
    assert not cases.brute_force(two, OPTIONS).is_feasible


def test_what_may_go_where_must_add_up():
    table = np.ones((8, 3), bool)
    table[:7, 2] = False  # seven of eight units for the first two of three territories
    table[7, :2] = False
    made = cases.grid(4, 2)
    problem = made.problem(np.ones(8), 3, allowed=table, tolerances=0.7)
    assert not any(f.is_proof for f in diagnose(problem, OPTIONS).findings)
    tight = replace(problem, tolerances=np.array([0.2]))
    assert not diagnose(tight, OPTIONS).is_possible
    pairs = np.ones((8, 4), bool)
    pairs[:6, 2:] = False
    pairs[6:, :2] = False
    split = made.problem(np.ones(8), 4, allowed=pairs, tolerances=0.3)
    assert only(split, "allotment").amount == pytest.approx(0.5)


def test_districts_that_must_be_split():
    made = cases.row_of(6)
    problem = made.problem(np.ones(6), 3, districts=[0, 0, 0, 0, 1, 1], tolerances=0.1)
    keep = Options(keep_districts=1.0)
    assert only(problem, "districts_split", keep).amount == 1
    assert "districts_uneven" not in kinds(problem, keep)
    uneven = made.problem(np.ones(6), 3, districts=[0, 0, 0, 1, 1, 1], tolerances=0.1)
    assert only(uneven, "districts_uneven", keep).amount == 2
    assert kinds(uneven) == []


def test_nothing_hangs_together_is_needed_when_contiguity_is_off():
    made = cases.apart(cases.row_of(1), cases.row_of(1), cases.row_of(2))
    problem = made.problem(np.ones(4), 2)
    assert kinds(problem, Options(contiguity="off", joins_islands=False)) == []
