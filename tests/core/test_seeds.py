"""Start points: set, moved, removed, taken from homes, and what other edits do with them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk import projection
from terradesk import records as rec
from terradesk.edits import Edit, Record, apply, describe, invert, scenarios, seeds
from terradesk.edits import territories as te
from terradesk.edits.splitting import split
from terradesk.errors import TerraDeskError
from terradesk.plan import Plan
from tests.core.kernel import CRS, SIDE, grid_plan

A = 3
PLAN = grid_plan()
IDS = [t.id for t in PLAN.alignment(A).leaves]


def place(unit: int) -> tuple[float, float, int]:
    """Degrees of the middle of a square of the grid, and its row."""
    x, y = (unit % 6 + 0.5) * SIDE, (unit // 6 + 0.5) * SIDE
    lon, lat = projection.lonlat([x], [y], CRS)
    return float(lon[0]), float(lat[0]), unit


def with_seeds(plan: Plan, units: dict[int, int]) -> Plan:
    """The plan with start points: territory id to unit."""
    for territory, unit in units.items():
        edit = seeds.set_seed(plan, A, territory, *place(unit))
        assert edit is not None
        plan = apply(plan, edit)
    return plan


def units_of(plan: Plan, alignment: int = A) -> dict[int, int]:
    return {t: s.unit for t, s in plan.alignment(alignment).seeds.items()}


def staffed(plan: Plan, homes: dict[int, int]) -> Plan:
    """Reps who own territories and live in squares; territory id to unit."""
    for territory, unit in homes.items():
        lon, lat, _unit = place(unit)
        rep = rec.Rep(rec.new_uid(), plan.next_id, name=f"Rep {unit}", home_lon=lon, home_lat=lat)
        plan = apply(plan, Edit("", records=(Record("rep", None, rep),)))
        edit = te.staff(plan, A, territory, rep.id)
        assert edit is not None
        plan = apply(plan, edit)
    return plan


def undone(plan: Plan, edit: Edit) -> None:
    """Taking an edit back restores every table and owner."""
    back = apply(apply(plan, edit), invert(edit))
    for kind in {*plan.tables, *back.tables}:
        assert dict(back.tables.get(kind, {})) == dict(plan.tables.get(kind, {}))
    assert np.array_equal(back.assignments[A], plan.assignments[A])


# ---------------------------------------------------------------------- one by one
def test_a_start_point_is_set_moved_and_removed() -> None:
    edit = seeds.set_seed(PLAN, A, IDS[1], *place(8))
    assert edit is not None and describe(edit) == "Set the start point of T1"
    plan = apply(PLAN, edit)
    assert units_of(plan) == {IDS[1]: 8}
    moved = seeds.set_seed(plan, A, IDS[1], *place(9), is_fixed=False)
    assert moved is not None and describe(moved) == "Moved the start point of T1"
    later = apply(plan, moved)
    before, after = plan.alignment(A).seeds[IDS[1]], later.alignment(A).seeds[IDS[1]]
    assert (after.uid, after.id, after.unit, after.is_fixed) == (before.uid, before.id, 9, False)
    gone = seeds.remove(later, A, IDS)
    assert gone is not None and describe(gone) == "Removed the start point of T1"
    assert units_of(apply(later, gone)) == {}


def test_nothing_to_do_is_no_step() -> None:
    plan = with_seeds(PLAN, {IDS[0]: 0})
    assert seeds.set_seed(plan, A, IDS[0], *place(0)) is None
    assert seeds.remove(plan, A, IDS[1:]) is None


@pytest.mark.parametrize(("lon", "lat"), [(math.nan, 1), (1, math.inf), (1, 90.5)])
def test_a_place_off_the_globe_is_refused(lon: float, lat: float) -> None:
    with pytest.raises(TerraDeskError, match="longitude and latitude"):
        seeds.set_seed(PLAN, A, IDS[0], lon, lat)


def test_two_rows_of_one_territory_become_one() -> None:
    rows = [rec.Seed(rec.new_uid(), PLAN.next_id + k, A, IDS[0], k) for k in range(2)]
    plan = apply(PLAN, Edit("", records=tuple(Record("seed", None, r) for r in rows)))
    assert units_of(plan) == {IDS[0]: 0}, "the first one counts"
    edit = seeds.set_seed(plan, A, IDS[0], *place(6))
    assert edit is not None
    assert [s.unit for s in apply(plan, edit).rows(rec.Seed, A)] == [6]
    both = seeds.remove(plan, A, [IDS[0]])
    assert both is not None and describe(both) == "Removed the start point of T0"
    assert apply(plan, both).rows(rec.Seed, A) == []


# ---------------------------------------------------------------------- homes
def test_every_territory_starts_at_the_home_of_its_rep() -> None:
    plan = with_seeds(staffed(PLAN, {IDS[0]: 7, IDS[2]: 2}), {IDS[0]: 0, IDS[1]: 8})
    edit = seeds.start_at_homes(plan, A)
    assert edit is not None
    assert describe(edit) == "2 territories now start at the homes of their reps"
    later = apply(plan, edit)
    assert units_of(later) == {IDS[0]: 7, IDS[1]: 8, IDS[2]: 2}
    assert later.alignment(A).seeds[IDS[2]].lon == place(2)[0]
    assert seeds.start_at_homes(later, A) is None
    undone(plan, edit)


def test_a_home_outside_the_areas_and_a_plan_without_areas() -> None:
    plan = staffed(PLAN, {IDS[0]: 6 * 50})
    edit = seeds.start_at_homes(plan, A)
    assert edit is not None and describe(edit) == "T0 now starts at the home of its rep"
    assert units_of(apply(plan, edit)) == {IDS[0]: -1}
    bare = replace(plan, coverage=None)
    edit = seeds.start_at_homes(bare, A)
    assert edit is not None and units_of(apply(bare, edit)) == {IDS[0]: -1}


def test_without_homes_it_says_what_to_do() -> None:
    with pytest.raises(TerraDeskError, match="No territory has a rep") as caught:
        seeds.start_at_homes(PLAN, A)
    assert "Give reps a home" in caught.value.hint


# ---------------------------------------------------------------------- with other edits
def test_a_start_point_goes_with_its_territory() -> None:
    plan = with_seeds(PLAN, {IDS[0]: 0, IDS[1]: 8})
    edit = te.delete(plan, A, [IDS[0]])
    assert units_of(apply(plan, edit)) == {IDS[1]: 8}
    undone(plan, edit)


@pytest.mark.parametrize(
    ("has", "kept"), [((0, 8, 16), 0), ((None, 8, 16), 8), ((None, None, 16), 16)]
)
def test_a_merged_territory_keeps_one_start_point(has: tuple[int | None, ...], kept: int) -> None:
    given_units = {t: u for t, u in zip(IDS, has, strict=True) if u is not None}
    plan = with_seeds(PLAN, given_units)
    edit = te.merge(plan, A, IDS, IDS[0])
    assert units_of(apply(plan, edit)) == {IDS[0]: kept}
    undone(plan, edit)


@pytest.mark.parametrize(("unit", "goes"), [(0, False), (13, True), (1, False)])
def test_a_split_takes_the_start_point_along_that_lies_in_the_new_part(
    unit: int, goes: bool
) -> None:
    plan = with_seeds(PLAN, {IDS[0]: unit})
    done = split(plan, A, IDS[0], np.array([12, 13, 19]))
    assert done.edit is not None
    later = apply(plan, done.edit)
    new = next(t.id for t in later.alignment(A).leaves if t.id not in IDS)
    assert units_of(later) == {new if goes else IDS[0]: unit}
    undone(plan, done.edit)


def test_scenarios_have_start_points_of_their_own() -> None:
    plan = with_seeds(PLAN, {IDS[0]: 0})
    copied = scenarios.copy_scenario(plan, 1, "Other")
    plan = apply(plan, copied)
    other = copied.alignment
    assert units_of(plan, other) == {IDS[0]: 0}
    assert plan.alignment(other).seeds[IDS[0]].uid == plan.alignment(A).seeds[IDS[0]].uid
    moved = seeds.set_seed(plan, other, IDS[0], *place(6))
    assert moved is not None
    plan = apply(plan, moved)
    assert (units_of(plan), units_of(plan, other)) == ({IDS[0]: 0}, {IDS[0]: 6})
    replaced = scenarios.replace_original(plan, plan.scenarios[-1].id)
    assert units_of(apply(plan, replaced)) == {IDS[0]: 6}
    undone(plan, replaced)


STEPS = st.one_of(
    st.tuples(st.just("set"), st.integers(0, 2), st.integers(0, 23)),
    st.tuples(st.just("remove"), st.integers(0, 2), st.just(0)),
    st.tuples(st.just("merge"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("delete"), st.integers(0, 2), st.just(0)),
    st.tuples(st.just("split"), st.integers(0, 2), st.integers(0, 23)),
)


def edit_of(plan: Plan, what: str, k: int, n: int) -> Edit | None:
    view = plan.alignment(A)
    leaves = view.leaves
    if k >= len(leaves):
        return None
    one = leaves[k].id
    if what == "set":
        return seeds.set_seed(plan, A, one, *place(n))
    if what == "remove":
        return seeds.remove(plan, A, [one])
    if what == "delete":
        return te.delete(plan, A, [one])
    if what == "merge":
        other = leaves[n % len(leaves)].id
        return te.merge(plan, A, [one, other], other) if one != other else None
    rows = np.flatnonzero(view.assignment == one)
    return split(plan, A, one, rows[rows <= n]).edit if 0 < (rows <= n).sum() < len(rows) else None


@given(st.lists(STEPS, max_size=8))
def test_start_points_always_belong_to_a_territory_that_is_there(
    steps: list[tuple[str, int, int]],
) -> None:
    plan, done = PLAN, []
    for step in steps:
        edit = edit_of(plan, *step)
        if edit is None:
            continue
        plan = apply(plan, edit)
        done.append(edit)
        owners = [s.territory for s in plan.rows(rec.Seed, A)]
        assert set(owners) <= {t.id for t in plan.alignment(A).leaves}
        assert len(owners) == len(set(owners))
    for edit in reversed(done):
        plan = apply(plan, invert(edit))
    assert plan.rows(rec.Seed, A) == [] and plan.tables["territory"] == PLAN.tables["territory"]
