"""Balance: targets, deviations, groups and what is even."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk import measures
from terradesk import records as rec
from terradesk.edits import Edit, Record, apply, assign
from terradesk.errors import TerraDeskError
from terradesk.plan import Plan, new_plan
from terradesk.units import empty_units
from tests.core.kernel import CRS, grid_plan

A = 3
PLAN = grid_plan()
IDS = [t.id for t in PLAN.alignment(A).leaves]
N_UNITS, N_ACCOUNTS = len(PLAN.units), len(PLAN.accounts)


def with_targets(plan: Plan, **values: float) -> Plan:
    records = tuple(
        Record("target", None, rec.Target(name, plan.next_id + k, A, t.id, "m-population", value))
        for k, (name, value) in enumerate(values.items())
        for t in plan.alignment(A).leaves
        if t.name == name
    )
    return apply(plan, Edit("", records=records))


def test_balance_of_stripes() -> None:
    found = measures.balance(PLAN.alignment(A))
    assert found.measure.uid == "m-population"
    assert found.values.tolist() == [0, 876, 892, 908]
    assert found.targets[1:].tolist() == [892, 892, 892]
    assert np.isnan([found.targets[0], found.deviations[0], found.indices[0]]).all()
    assert found.deviations[3] == pytest.approx(16 / 892)
    assert found.indices[1] == pytest.approx(100 * 876 / 892)
    assert (found.n_in_tolerance, found.n_territories, found.unassigned) == (3, 3, 0)
    assert not found.in_tolerance[0]
    assert found.worst in (IDS[0], IDS[2])
    assert found.cv == pytest.approx(np.std([876, 892, 908]) / 892)


def test_a_half_drawn_plan_reads_under() -> None:
    edit = assign(PLAN, A, np.arange(0, 24, 2), -1).edit
    found = measures.balance(apply(PLAN, edit).alignment(A))  # type: ignore[arg-type]
    assert found.unassigned == sum(100 + i for i in range(0, 24, 2))
    assert found.total == 2676
    assert (found.deviations[1:] < -0.4).all()
    assert found.n_in_tolerance == 0


def test_the_tolerance_itself_is_in_tolerance() -> None:
    plan = with_targets(PLAN, T0=876 / 1.1, T1=892 / 0.9, T2=908 / 1.1000001)
    assert measures.balance(plan.alignment(A)).in_tolerance.tolist() == [False, True, True, False]


def test_targets_of_their_own_leave_the_rest_to_the_others() -> None:
    found = measures.balance(with_targets(PLAN, T0=676).alignment(A))
    assert found.targets[1:].tolist() == [676, 1000, 1000]
    assert found.worst == IDS[0]


def test_targets_above_the_total_leave_nothing() -> None:
    found = measures.balance(with_targets(PLAN, T0=5000).alignment(A))
    assert found.targets[1:].tolist() == [5000, 0, 0]
    assert np.isnan(found.deviations[2:]).all()
    assert found.worst == IDS[0]


def test_targets_of_another_measure_do_not_count() -> None:
    plan = with_targets(PLAN, T0=676)
    found = measures.balance(plan.alignment(A), plan.rows(rec.Measure)[1])
    assert found.targets[1:].tolist() == [260, 260, 260]


def test_a_total_of_nothing_has_no_deviation() -> None:
    zero = replace(PLAN, units=PLAN.units.with_column("population", np.zeros(N_UNITS)))
    found = measures.balance(zero.alignment(A))
    assert np.isnan(found.deviations).all()
    assert (found.worst, found.n_in_tolerance) == (-1, 0)
    assert np.isnan([found.cv, found.gini]).all()


def test_no_territories_and_nothing_at_all() -> None:
    found = measures.balance(grid_plan(territories=0).alignment(A))
    assert (found.n_territories, found.worst, found.unassigned) == (0, -1, 2676)
    with pytest.raises(TerraDeskError):
        measures.balance(new_plan(CRS, empty_units(), None).alignment(A))


def regions(plan: Plan, parents: list[int]) -> tuple[Plan, list[int]]:
    """The plan with three regions in one nation, and each territory below one of them."""
    nation = rec.Territory("nation", plan.next_id, A, name="All", level=2)
    nodes = [
        rec.Territory(f"r{k}", plan.next_id + 1 + k, A, name=f"R{k}", level=1, parent=nation.id)
        for k in range(3)
    ]
    hung = [
        Record("territory", t, replace(t, parent=nodes[parents[i] % 3].id))
        for i, t in enumerate(plan.alignment(A).leaves)
    ]
    made = [Record("territory", None, n) for n in (nation, *nodes)]
    return apply(plan, Edit("", records=(*made, *hung))), [nation.id, *(n.id for n in nodes)]


@given(
    st.lists(st.integers(0, 2), min_size=3, max_size=3),
    st.lists(st.integers(0, 3), min_size=N_UNITS, max_size=N_UNITS),
)
def test_groups_are_the_sum_of_what_is_below(parents: list[int], labels: list[int]) -> None:
    ids = np.array([-1, *IDS], np.int32)[labels]
    plan, groups = regions(replace(PLAN, assignments={A: ids}), parents)
    view = plan.alignment(A)
    found = measures.balance(view)
    for group in groups:
        slots = [view.slots[t.id] for t in view.leaves_below(group)]
        got = found.group(view, group)
        assert got.value == found.values[slots].sum()
        assert got.target == pytest.approx(found.targets[slots].sum())
        assert (got.n_in_tolerance, got.n_territories) == (
            found.in_tolerance[slots].sum(),
            len(slots),
        )
        if got.target:
            assert got.index == pytest.approx(100 * got.value / got.target)
            assert got.deviation == pytest.approx(got.value / got.target - 1)
    parts = [found.group(view, g).value for g in groups[1:]]
    assert found.group(view, groups[0]).value == sum(parts) == found.total - found.unassigned
    for figure in measures.figures(plan):
        if figure.is_additive:
            by_slot = measures.by_slot(view, figure)
            by_node = measures.by_node(view, figure, groups[1:])
            assert by_node.sum() == by_slot[1:].sum()


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1, 1, 1, 1], 0), ([0, 0, 0, 1], 0.75), ([1, 3], 0.25), ([5], 0), ([1, 2, 3, 4], 0.25)],
)
def test_gini(values: list[float], expected: float) -> None:
    assert measures.gini(np.array(values, float)) == pytest.approx(expected)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30).filter(any))
def test_gini_is_half_the_mean_difference(values: list[int]) -> None:
    x = np.array(values, float)
    expected = np.abs(x[:, None] - x[None]).mean() / (2 * x.mean())
    assert measures.gini(x) == pytest.approx(expected, abs=1e-12)


def test_gini_and_variation_of_nothing() -> None:
    assert np.isnan([measures.gini(np.empty(0)), measures.gini(np.array([-1.0, 2.0]))]).all()
    assert np.isnan([measures.variation(np.empty(0)), measures.variation(np.zeros(2))]).all()
