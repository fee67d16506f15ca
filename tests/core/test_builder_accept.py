"""Accepting a build: one step, undone as one, that leaves alone what changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import planfile
from terradesk import records as rec
from terradesk.builder.building import build
from terradesk.builder.plans.accepting import Accepted, accept
from terradesk.builder.plans.identities import settle
from terradesk.builder.plans.preparing import Prepared, prepare
from terradesk.builder.plans.settings import Settings, Wish, remembered
from terradesk.builder.plans.words import reason, sentence, violations
from terradesk.builder.problem import VERSION, BadWish, Result
from terradesk.builder.verifying import verify
from terradesk.document import Document
from terradesk.edits import apply, assign, describe, invert, locking, name_accounts
from terradesk.edits import territories as te
from terradesk.edits.colours import ALIKE, apart, touching
from terradesk.plan import Plan
from tests.core.kernel import done, grid_plan

A = 3
PLAN = grid_plan(6, 4, 3)
PEOPLE = (Wish("m-population", 0.1),)
LABELS = st.lists(st.integers(0, 2), min_size=24, max_size=24)


def ids(plan: Plan = PLAN) -> list[int]:
    return [t.id for t in plan.alignment(A).leaves]


def answer(prepared: Prepared, labels: Any) -> Result:
    """What the builder would give, had it found these labels."""
    rows = np.asarray(labels, np.int32)
    figures, found = verify(prepared.problem, prepared.options, rows)
    return Result(rows, figures, found, "complete", 1000, 1, 0.1, VERSION)


def stripes(plan: Plan, k: int) -> np.ndarray:
    """Rows of the grid as k labels, from the bottom."""
    return np.arange(24) // 6 * k // 4


def same(a: Plan, b: Plan) -> bool:
    return np.array_equal(a.assignments[A], b.assignments[A]) and a.tables == b.tables


def taken(plan: Plan, settings: Settings, labels: Any, **more: Any) -> tuple[Plan, Accepted]:
    prepared = prepare(plan, A, settings, more.pop("selection", None))
    found = accept(plan, A, prepared, answer(prepared, labels), **more)
    return (apply(plan, found.edit) if found.edit else plan), found


UNEVEN = done(PLAN, assign(PLAN, A, np.array([2, 8, 14]), ids()[0]))


# ---------------------------------------------------------------------- laws
@given(LABELS, st.sets(st.integers(0, 23), max_size=5), st.sets(st.integers(0, 2), max_size=1))
def test_undo_restores_and_locks_hold(labels: list[int], rows: set[int], locked: set[int]) -> None:
    plan = PLAN
    if rows:
        plan = done(plan, locking.lock_units(plan, A, rows, True))
    if locked:
        plan = done(plan, te.set_locked(plan, A, [ids()[t] for t in locked], True))
    after, found = taken(plan, Settings(mode="rebalance", wishes=PEOPLE), labels)
    before, now = plan.assignments[A], after.assignments[A]
    stays = plan.alignment(A).locked_units
    assert (before[stays] == now[stays]).all()
    assert not any((now == ids()[t])[~stays].any() for t in locked)
    assert found.n_changed == (before != now).sum()
    assert found.edit is None or same(apply(after, invert(found.edit)), plan)


@given(LABELS, st.dictionaries(st.integers(0, 23), st.integers(-1, 2), max_size=6))
def test_what_was_edited_meanwhile_stays(labels: list[int], edits: dict[int, int]) -> None:
    prepared = prepare(PLAN, A, Settings(mode="rebalance", wishes=PEOPLE))
    known = np.array([*ids(), -1], np.int32)
    plan = PLAN
    for row, owner in edits.items():
        moved = assign(plan, A, np.array([row]), int(known[owner]))
        plan = done(plan, moved) if moved.edit else plan
    found = accept(plan, A, prepared, answer(prepared, labels))
    now = (apply(plan, found.edit) if found.edit else plan).assignments[A]
    edited = plan.assignments[A] != PLAN.assignments[A]
    assert (now[edited] == plan.assignments[A][edited]).all()
    wanted = known[labels]
    assert (now[~edited] == wanted[~edited]).all()
    assert found.n_edited == (edited & (wanted != now)).sum()
    assert found.n_locked == 0


def test_what_was_locked_meanwhile_stays_and_is_counted() -> None:
    prepared = prepare(PLAN, A, Settings(mode="rebalance", wishes=PEOPLE))
    plan = done(PLAN, te.set_locked(PLAN, A, [ids()[0]], True))
    found = accept(plan, A, prepared, answer(prepared, np.full(24, 1)))
    assert found.n_locked == 8 and found.n_changed == 8
    assert found.notes[0] == "8 squares are locked and stay as they are."


def test_a_territory_deleted_meanwhile_gets_nothing() -> None:
    prepared = prepare(PLAN, A, Settings(mode="rebalance", wishes=PEOPLE))
    plan = done(PLAN, te.delete(PLAN, A, [ids()[2]]))
    found = accept(plan, A, prepared, answer(prepared, np.full(24, 2)))
    assert found.edit is None and found.n_edited == 24
    assert found.notes[0].startswith("Nothing changes")


def test_locks_can_be_overruled_and_stay_locks() -> None:
    plan = done(PLAN, te.set_locked(PLAN, A, [ids()[0]], True))
    settings = Settings(mode="rebalance", wishes=PEOPLE, keep_locked=False)
    prepared = prepare(plan, A, settings)
    later = done(plan, locking.lock_units(plan, A, [1], True))  # after the build had begun
    found = accept(later, A, prepared, answer(prepared, np.full(24, 1)))
    after = done(later, found)
    assert (after.assignments[A] == ids()[1]).sum() == 23
    assert after.assignments[A][1] == ids()[0] and found.n_locked == 1
    assert after.alignment(A).locked_territories == {ids()[0]}


# ---------------------------------------------------------------------- territories
def test_a_build_over_nothing_makes_named_and_coloured_territories() -> None:
    plan = grid_plan(6, 4, 0)
    settings = Settings(mode="new", n_territories=4, wishes=PEOPLE, names="numbered")
    after, found = taken(plan, settings, stripes(plan, 4))
    view = after.alignment(A)
    assert [t.name for t in view.leaves] == [f"Territory {i}" for i in (1, 2, 3, 4)]
    assert found.made == tuple(t.name for t in view.leaves)
    fills = [t.colour for t in view.leaves]
    assert all(apart()[fills[a], fills[b]] > ALIKE for a, b in touching(view))
    assert found.edit is not None
    assert describe(found.edit) == "Built 4 territories by Population, 4 within ±10 %"
    assert same(apply(after, invert(found.edit)), plan)


def test_new_territories_are_called_after_their_largest_place() -> None:
    after, found = taken(
        PLAN, Settings(mode="new", n_territories=4, wishes=PEOPLE), stripes(PLAN, 4)
    )
    assert len(found.made) == 1 and len(after.alignment(A).leaves) == 4
    [name] = found.made
    new = next(t for t in after.alignment(A).leaves if t.name == name)
    rows = np.flatnonzero(after.assignments[A] == new.id)
    own = {str(n) for n in PLAN.units.names[rows]}
    assert name in own or name not in {str(n) for n in PLAN.units.names}  # a square, or a city


@given(st.permutations(range(3)))
def test_territories_keep_their_place_whatever_they_are_numbered(order: list[int]) -> None:
    prepared = prepare(PLAN, A, Settings(mode="new", n_territories=3, wishes=PEOPLE))
    shuffled = np.array(order)[prepared.problem.baseline]
    result = settle(prepared, answer(prepared, shuffled))
    assert (result.assignment == prepared.problem.baseline).all()
    assert result.figures.kept == 1
    assert accept(PLAN, A, prepared, result).edit is None
    assert settle(prepared, result) is result


def test_named_accounts_and_locks_bind_a_number_to_its_territory() -> None:
    plan = done(PLAN, te.set_locked(PLAN, A, [ids()[1]], True))
    prepared = prepare(plan, A, Settings(mode="new", n_territories=3, wishes=PEOPLE))
    swapped = np.array([2, 1, 0])[prepared.problem.baseline]
    result = settle(prepared, answer(prepared, swapped))
    assert (result.assignment == prepared.problem.baseline).all()
    assert not [v for v in result.violations if v.kind == "lock"]


def test_fewer_territories_and_what_their_accounts_do() -> None:
    plan = done(PLAN, name_accounts(PLAN, A, np.array([1]), ids()[0]))
    rep = rec.Rep("rep", plan.next_id, name="Ann")
    staffed = rec.Staffing("staff", plan.next_id + 1, A, territory=ids()[0], rep=rep.id)
    plan = replace(
        plan,
        tables={**plan.tables, "rep": {(0, "rep"): rep}, "staffing": {(A, "staff"): staffed}},
        next_id=plan.next_id + 2,
    )
    settings = Settings(mode="absorb", territories=(ids()[0],), wishes=PEOPLE)
    labels = np.where(np.arange(24) % 6 < 4, 0, 1)
    after, found = taken(plan, settings, labels)
    assert found.removed == ("T0",) and ids(after) == ids()[1:]
    assert not after.alignment(A).overrides and not after.rows(rec.Staffing, A)
    assert after.alignment(A).account_territories[1] == ids()[1]  # where its square went
    assert found.edit is not None and "Shared out T0" in describe(found.edit)
    assert same(apply(after, invert(found.edit)), plan)


def test_a_territory_that_got_areas_meanwhile_does_not_disappear() -> None:
    settings = Settings(mode="absorb", territories=(ids()[0],), wishes=PEOPLE)
    prepared = prepare(PLAN, A, settings)
    plan = done(PLAN, assign(PLAN, A, np.array([4]), ids()[0]))
    labels = np.where(np.arange(24) % 6 < 4, 0, 1)
    found = accept(plan, A, prepared, answer(prepared, labels))
    assert found.removed == () and found.n_edited == 1
    assert (done(plan, found).assignments[A] == ids()[0]).sum() == 1


def test_the_larger_part_of_a_split_stays_what_it_is() -> None:
    settings = Settings(mode="split", territories=(ids()[1],), n_territories=2, wishes=PEOPLE)
    labels = np.array([0, 0, 0, 1, 1, 1, 1, 1])
    after, found = taken(PLAN, settings, labels)
    assert found.made == ("T1 2",) and found.n_changed == 3
    new = next(t for t in after.alignment(A).leaves if t.name == "T1 2")
    assert (after.assignments[A] == new.id).sum() == 3
    assert not after.rows(rec.Staffing, A)


def test_a_new_territory_hangs_where_its_neighbours_do() -> None:
    region = te.new_territory(PLAN, A, "North", level=1)
    plan = done(PLAN, te.create(PLAN, A, [region]))
    plan = done(plan, te.reparent(plan, A, ids(), region.id))
    labels = np.where(np.arange(24) < 6, 3, np.arange(24) % 6 // 2)
    after, found = taken(plan, Settings(mode="carve", wishes=PEOPLE), labels)
    new = after.alignment(A).leaves[-1]
    assert new.parent == region.id and found.made == (new.name,)
    assert found.edit is not None
    assert describe(found.edit).startswith(f"Carved out {new.name} by Population")


def test_part_time_territories_get_a_target() -> None:
    settings = Settings(mode="rebalance", wishes=PEOPLE, shares=((ids()[1], 0.5),))
    labels = np.array([0, 0, 0, 1, 2, 2])[np.arange(24) % 6]
    after, found = taken(PLAN, settings, labels)
    total = float(PLAN.units.columns["population"].sum())
    [target] = after.rows(rec.Target, A)
    assert (target.territory, target.measure) == (ids()[1], "m-population")
    assert target.value == pytest.approx(total / 5)
    assert found.edit is not None
    assert same(apply(after, invert(found.edit)), PLAN)
    again = prepare(after, A, replace(settings, shares=()))
    assert again.problem.targets[:, 0] == pytest.approx(np.array([0.4, 0.2, 0.4]) * total)


def test_a_new_territory_may_have_a_share_too() -> None:
    settings = Settings(mode="carve", wishes=PEOPLE, shares=((-1, 0.5),), names="numbered")
    labels = np.where(np.arange(24) < 4, 3, np.arange(24) % 6 // 2)
    after, found = taken(PLAN, settings, labels)
    new = after.alignment(A).leaves[-1]
    [target] = after.rows(rec.Target, A)
    total = float(PLAN.units.columns["population"].sum())
    assert target.territory == new.id and target.value == pytest.approx(total / 7)
    assert found.edit is not None and same(apply(after, invert(found.edit)), PLAN)


# ---------------------------------------------------------------------- words and files
def test_the_step_tells_what_was_asked() -> None:
    labels = np.array([0, 1, 1, 1, 2, 2])[np.arange(24) % 6]
    prepared = prepare(PLAN, A, Settings(mode="rebalance", wishes=PEOPLE, district_column="state"))
    result = answer(prepared, labels)
    found = accept(PLAN, A, prepared, result)
    assert found.edit is not None
    assert describe(found.edit) == "Rebalanced 3 territories by Population, 1 within ±10 %"
    assert sentence(PLAN, prepared, result) == describe(found.edit)
    assert found.edit.reason == reason(prepared, result)
    for part in ("Population ±10 %", "3 territories", "by state", "run 1, builder 1", "% kept"):
        assert part in found.edit.reason
    stopped = replace(result, stopped="cancelled")
    assert "stopped after 1,000 tries" in reason(prepared, stopped)
    told = violations(PLAN, prepared, result)
    assert len(told) == 2 and "T0" in told[0] + told[1] and "−" in told[0] + told[1]
    saved = remembered(done(PLAN, found))
    assert saved is not None and saved.wishes == PEOPLE and saved.mode == "rebalance"


def test_a_build_in_a_new_scenario_leaves_the_old_one(tmp_path: Path) -> None:
    document = planfile.create(tmp_path / "plan.gpkg", grid_plan(6, 4, 3))
    plan = document.plan
    settings = Settings(mode="new", n_territories=4, wishes=PEOPLE, names="numbered")
    prepared = prepare(plan, A, settings)
    found = accept(plan, A, prepared, answer(prepared, stripes(plan, 4)), scenario="Four")
    assert found.edit is not None
    document.do(found.edit)
    after = document.plan
    new = after.alignment_of(next(s.id for s in after.scenarios if s.name == "Four"))
    assert found.edit.alignment == new
    assert len(after.alignment(new).leaves) == 4 and len(after.alignment(A).leaves) == 3
    assert np.array_equal(after.assignments[A], plan.assignments[A])
    assert (after.alignment(new).unit_slots > 0).all()
    document.close()
    again = planfile.open_document(tmp_path / "plan.gpkg")
    assert np.array_equal(again.plan.assignments[new], after.assignments[new])
    assert again.plan.tables == after.tables
    again.undo()
    assert again.plan.tables == plan.tables and set(again.plan.assignments) == {A}
    again.close()


@pytest.mark.parametrize(
    ("settings", "check"),
    [
        (Settings(mode="new", n_territories=4), lambda p: len(ids(p)) == 4),
        (Settings(mode="rebalance", keep=0.9), lambda p: len(ids(p)) == 3),
        (Settings(mode="carve"), lambda p: len(ids(p)) == 4),
        (Settings(mode="absorb", territories=(ids()[1],)), lambda p: len(ids(p)) == 2),
        (Settings(mode="split", territories=(ids()[1],)), lambda p: len(ids(p)) == 4),
        (
            Settings(mode="nested", n_territories=8, district_column="state"),
            lambda p: len(ids(p)) == 8,
        ),
    ],
    ids=lambda v: v.mode if isinstance(v, Settings) else "",
)
def test_from_the_wish_to_the_plan(settings: Settings, check: Callable[[Plan], bool]) -> None:
    document = Document(UNEVEN)
    prepared = prepare(document.plan, A, replace(settings, wishes=PEOPLE, effort=0.05))
    found = accept(document.plan, A, prepared, build(prepared.problem, prepared.options))
    assert found.edit is not None
    document.do(found.edit)
    plan = document.plan
    assert check(plan) and (plan.alignment(A).unit_slots > 0).all()
    assert set(np.unique(plan.assignments[A])) == set(ids(plan))
    document.undo()
    assert same(document.plan, UNEVEN)


def test_filling_gives_out_the_rest_only() -> None:
    plan = done(PLAN, assign(PLAN, A, np.arange(6), -1))
    prepared = prepare(plan, A, Settings(mode="fill", wishes=PEOPLE, effort=0.05))
    found = accept(plan, A, prepared, build(prepared.problem, prepared.options))
    after = done(plan, found)
    assert (after.assignments[A][6:] == PLAN.assignments[A][6:]).all()
    assert (after.assignments[A] >= 0).all()
    assert found.edit is not None
    assert describe(found.edit).startswith("Gave out 6 squares by Population")


MODES = ("new", "rebalance", "carve", "absorb", "split", "nested", "selected")


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(MODES),
    st.integers(0, 6),
    st.sets(st.integers(0, 23), max_size=6),
    st.sets(st.integers(0, 2), max_size=2),
    st.sets(st.integers(0, 11), max_size=4),
)
def test_whatever_is_asked_holds_what_must_hold(
    mode: str, n: int, units: set[int], locked: set[int], accounts: set[int]
) -> None:
    """From any wish to the plan: refused in words, or locks kept, all told, undone as one."""
    plan = UNEVEN
    named = name_accounts(plan, A, np.array(sorted(accounts), int), ids()[1])
    plan = done(plan, named) if named.edit else plan
    plan = done(plan, locking.lock_units(plan, A, units, True)) if units else plan
    locks = te.set_locked(plan, A, [ids()[t] for t in locked], True) if locked else None
    plan = done(plan, locks) if locks else plan
    asked = Settings(
        mode=mode,
        n_territories=n,
        wishes=PEOPLE,
        effort=0.002,
        territories=(ids()[0],) if mode in ("absorb", "split") else (),
        district_column="state" if mode == "nested" else "",
    )
    try:
        prepared = prepare(plan, A, asked, range(0, 24, 2))
    except BadWish as refused:
        assert refused.message and refused.hint
        return
    result = build(prepared.problem, prepared.options)
    found = accept(plan, A, prepared, result)
    after = apply(plan, found.edit) if found.edit else plan
    view, before = after.alignment(A), plan.alignment(A)
    stays = before.locked_units
    assert (after.assignments[A][stays] == plan.assignments[A][stays]).all()
    assert found.n_locked == found.n_edited == 0
    empty = set(ids(after)) - set(np.unique(view.assignment).tolist())
    assert len(empty) <= sum(v.kind == "empty" for v in result.violations)
    if not result.violations:
        assert (view.unit_slots > 0).all()
    if found.edit is not None:
        assert same(apply(after, invert(found.edit)), plan)


def test_new_territories_hang_where_most_of_them_lay_before():
    plan = grid_plan(8, 6, 2)
    old = ids(plan)
    for leaf, name in zip(old, ("West", "East"), strict=True):
        node = te.new_territory(plan, A, name, level=1)
        plan = done(plan, te.create(plan, A, [node]))
        plan = done(plan, te.reparent(plan, A, [leaf], node.id))
    prepared = prepare(plan, A, Settings(mode="new", n_territories=6))
    found = build(prepared.problem, prepared.options)
    after = done(plan, accept(plan, A, prepared, found).edit)
    above = {t.id: t.parent for t in plan.alignment(A).leaves}
    for leaf in after.alignment(A).leaves:
        was = [above[int(t)] for t in plan.assignments[A][after.assignments[A] == leaf.id]]
        assert leaf.id in old or was.count(leaf.parent) >= len(was) / 2
    assert {t.parent for t in after.alignment(A).leaves if t.id not in old} == set(above.values())
