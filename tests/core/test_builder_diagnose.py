"""What stands in the way: known cases, and every proof against all plans of small maps."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, event, given, settings

from terradesk.builder import Options, make_problem
from terradesk.builder.bands import make_bands
from terradesk.builder.graph import make_graph
from terradesk.builder.verifying import verify
from terradesk.builder.why.diagnosing import diagnose
from terradesk.builder.why.relaxing import relaxed
from tests.core import builder_cases as cases

OPTIONS = Options()


# ---------------------------------------------------------------------- all plans of small maps
def wholes(problem, options):
    """(t, set of units) of every group in one piece that territory t could be."""
    n, k = problem.n_units, problem.n_territories
    allowed = problem.allowed[problem.allowed_class]
    sets = cases.whole_sets(problem, options)
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


@settings(max_examples=80, deadline=None)
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


def least_of_all(problem, options):
    """(m,) least worst deviation; oversize units fill their homes, which take no more on top."""
    bands = make_bands(problem)
    sets: list[list[int]] = [[] for _ in range(problem.n_territories)]
    oversize = sum(1 << int(u) for u in bands.oversize)
    for t, s in wholes(problem, options):
        own = sum(1 << int(u) for u in bands.oversize[bands.homes == t])
        if (
            s & oversize == own
            and (value_of(problem, t, s) <= bands.high[t] + 1e-9)[bands.exempt[t]].all()
        ):
            sets[t].append(s)
    full = sum(1 << int(i) for i in np.flatnonzero(problem.fixed != -2))
    worst = np.full(problem.n_measures, math.inf)
    for chosen in itertools.product(*sets):
        if sum(chosen) != full or any(a & b for a, b in itertools.combinations(chosen, 2)):
            continue
        off = np.array([np.abs(value_of(problem, t, s) - bands.targets[t]) * bands.scale[t]
                        for t, s in enumerate(chosen)])  # fmt: skip
        off[bands.exempt] = 0.0
        worst = np.minimum(worst, off.max(0))
    return worst


@settings(max_examples=60, deadline=None)
@given(cases.problems(largest=6, most=3))
def test_the_tightest_tolerance_is_never_beaten(drawn):
    problem, options = drawn
    assume(problem.n_units <= 6)
    found = diagnose(problem, options)
    assert (found.tightest <= least_of_all(problem, options) + 1e-7).all()


@settings(max_examples=80, deadline=None)
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


@settings(max_examples=40, deadline=None)
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


def test_an_oversize_unit_is_found_with_what_would_help():
    problem = cases.row_of(5).problem([10.0, 1, 1, 1, 1], 3, tolerances=0.1)
    found = only(problem, "oversize")
    assert found.units.tolist() == [0] and found.is_proof
    assert found.amount == pytest.approx(10 / (14 / 3) - 1)
    assert found.remedies == ()  # one territory, or accepting 114 % more, would be no help
    close = cases.row_of(5).problem([3.0, 1, 1, 1, 1], 3, tolerances=0.1)
    remedies = [(r.kind, r.amount, r.is_checked) for r in only(close, "oversize").remedies]
    assert remedies == [("tolerance", 0.286, True)]


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


def test_a_home_that_one_measure_fills_may_still_take_of_another():
    work = np.array([[9, 1], [0.5, 5], [0.5, 5], [1.5, 5], [1.5, 4]], float)
    problem = cases.row_of(5).problem(work, 2, tolerances=[0.35, 0.1])
    found = diagnose(problem, OPTIONS)
    assert [f.kind for f in found.findings if f.is_proof] == ["oversize"]
    assert found.tightest[1] <= 0.1
    assert least_of_all(problem, OPTIONS)[1] == pytest.approx(0.1)


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
    assert found.amount == pytest.approx(5 * 1.7) and found.bound == 8 and found.measure == 0
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


def test_what_may_go_where_must_add_up_for_all_measures_at_once():
    # the first territory may only have units with twice as much of one as of the other
    work = np.array([[2, 1]] * 4 + [[1, 2]] * 4, float)
    table = np.ones((8, 3), bool)
    table[:4, 2] = table[4:, 0] = False
    made, off = cases.grid(4, 2), Options(contiguity="off")
    problem = made.problem(work, 3, allowed=table, tolerances=0.2)
    found = only(problem, "allotment_joint", off)
    assert found.amount == pytest.approx(4 / 3 - 1 - 0.2) and found.is_proof
    for m in (0, 1):
        assert "allotment" not in kinds(made.problem(work[:, m], 3, allowed=table), off)
    assert not cases.brute_force(problem, off).is_feasible
    wide = made.problem(work, 3, allowed=table, tolerances=0.4)
    assert "allotment_joint" not in kinds(wide, off)


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


# ---------------------------------------------------------------------- the counties of the US
@pytest.fixture(scope="module")
def counties():
    """Names, population, places and neighbours of the counties of the 48 lower states."""
    import pyogrio
    import shapely

    from terradesk import paths

    meta, _, wkb, fields = pyogrio.raw.read(
        paths.resource("us_2023.gpkg"), layer="county", columns=["name", "state", "population"]
    )
    name, state, population = (fields[meta["fields"].tolist().index(c)] for c in COLUMNS)
    shapes = shapely.from_wkb(wkb)
    kept = ~np.isin(state, BEYOND) & ~shapely.is_empty(shapes)
    kept &= np.nan_to_num(population.astype(float)) > 0
    shapes = shapes[kept]
    names = np.array([f"{n}, {s}" for n, s in zip(name[kept], state[kept], strict=True)])
    lon, lat = np.radians(shapely.get_coordinates(shapely.centroid(shapes))).T
    xy = 6371 * np.stack((lon * 0.78, np.sin(lat) / 0.78), 1)
    return names, population[kept].astype(float), xy, bordering(shapes)


BEYOND = ["Alaska", "Hawaii", "Puerto Rico"]
COLUMNS = ("name", "state", "population")


def bordering(shapes) -> np.ndarray:
    """Pairs of polygons that share a line between two vertices."""
    import shapely

    parts, part_owner = shapely.get_parts(shapes, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    owner = part_owner[ring_part]
    at, ring = shapely.get_coordinates(rings, return_index=True)
    _, corner = np.unique(np.round(at, 7), axis=0, return_inverse=True)
    corner = corner.ravel()
    line = np.sort(np.stack((corner[:-1], corner[1:]), 1), 1)[ring[:-1] == ring[1:]]
    whose = owner[ring[:-1][ring[:-1] == ring[1:]]]
    order = np.lexsort((line[:, 1], line[:, 0]))
    line, whose = line[order], whose[order]
    same = (line[:-1] == line[1:]).all(1) & (whose[:-1] != whose[1:])
    pairs = np.sort(np.stack((whose[:-1][same], whose[1:][same]), 1), 1)
    return np.unique(pairs, axis=0)


def nearest_by_hand(start, near, weight, target, good, most=4000):
    """Least deviation of all groups around a unit, looked at one by one; None when too many."""
    best = abs(weight[start] / target - 1)
    todo, seen = [frozenset([start])], set()
    while todo and best > good:
        group = todo.pop()
        if group in seen:
            continue
        seen.add(group)
        if len(seen) > most:
            return None
        mass = sum(weight[u] for u in group)
        best = min(best, abs(mass / target - 1))
        rim = {v for u in group for v in near[u]} - group
        todo += [group | {v} for v in rim if mass + weight[v] <= target * (1 + best)]
    return best


@pytest.mark.parametrize(("k", "tolerance"), [(50, 0.05), (50, 0.03), (200, 0.05)])
def test_pockets_of_the_counties_are_those_found_by_hand(counties, k, tolerance):
    names, population, xy, pairs = counties
    n = len(names)
    problem = make_problem(xy, pairs, population, k, tolerances=tolerance)
    found = diagnose(problem, OPTIONS, checks_remedies=False)

    heavy = np.argsort(-population).tolist()
    alone: list[int] = []
    while True:  # whoever is too much for a share of what the others leave
        target = (population.sum() - population[alone].sum()) / (k - len(alone))
        more = [u for u in heavy if population[u] > target * (1 + tolerance) and u not in alone]
        if not more:
            break
        alone += more
    assert {int(f.units[0]) for f in found.findings if f.kind == "oversize"} == set(alone)
    assert "Los Angeles" in names[alone[0]]

    near: list[set[int]] = [set() for _ in range(n)]
    for a, b in [*pairs.tolist(), *make_graph(problem, OPTIONS).joined.tolist()]:
        near[a].add(b)
        near[b].add(a)
    weight = population.tolist()
    some = [u for u in heavy[:80] if u not in alone]
    by_hand = {u: nearest_by_hand(u, near, weight, target, tolerance) for u in some}
    pockets = {int(f.units[0]): f for f in found.findings if f.kind == "pocket"}
    assert bool(pockets) == any(b is not None and b > tolerance for b in by_hand.values())
    covered = {int(u) for f in pockets.values() for u in f.units}
    for unit, best in by_hand.items():
        if best is not None and best > tolerance:
            assert unit in covered, names[unit]
            if unit in pockets:
                assert pockets[unit].amount == pytest.approx(best)
                group = weight_of(pockets[unit], population)
                assert abs(group / target - 1) == pytest.approx(best)
    assert all(by_hand[u] is None or by_hand[u] > tolerance for u in pockets if u in by_hand)
    assert found.tightest[0] >= max((f.amount for f in pockets.values()), default=0) - 1e-12


def weight_of(finding, population) -> float:
    return float(population[finding.units].sum())


def test_what_comes_in_whole_steps_is_shared_in_whole_steps() -> None:
    x = np.arange(96.0)
    xy, edges = np.stack((x, 0 * x), 1), np.stack((np.arange(95), np.arange(1, 96)), 1)
    asked = make_problem(xy, edges, np.full(96, 3.0), 20, tolerances=0.1)
    found = diagnose(asked, Options())
    steps = next(f for f in found.findings if f.kind == "steps")
    assert steps.is_proof and not found.is_possible
    assert steps.bound == 3 and steps.amount == pytest.approx(1 - 4 / 4.8)
    assert found.tightest[0] == pytest.approx(1 - 4 / 4.8)
    assert steps.remedies[0].amount == pytest.approx(0.167) and steps.remedies[0].is_checked
    wider = make_problem(xy, edges, np.full(96, 3.0), 20, tolerances=0.167)
    assert diagnose(wider, Options()).is_possible
    assert diagnose(make_problem(xy, edges, np.ones(96), 24, tolerances=0.0), Options()).is_possible
