"""Edits: apply, invert, locked and named things, territories and scenarios."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk import records as rec
from terradesk.document import Document
from terradesk.edits import (
    Edit,
    Record,
    apply,
    assign,
    describe,
    invert,
    name_accounts,
    return_accounts,
)
from terradesk.edits import scenarios as sc
from terradesk.edits import territories as te
from terradesk.errors import StaleEdit, TerraDeskError
from terradesk.plan import Plan
from tests.core.kernel import grid_plan

A = 3  # the alignment of a new plan
PLAN = grid_plan()
IDS = [t.id for t in PLAN.alignment(A).leaves]


def same(a: Plan, b: Plan) -> bool:
    """Whether two plans hold the same (their ``next_id`` apart)."""
    return (
        {k: dict(t) for k, t in a.tables.items() if t}
        == {k: dict(t) for k, t in b.tables.items() if t}
        and a.assignments.keys() == b.assignments.keys()
        and all(np.array_equal(a.assignments[k], b.assignments[k]) for k in a.assignments)
        and a.hidden == b.hidden
    )


def check_round_trip(plan: Plan, edit: object) -> Plan:
    after = apply(plan, edit)  # type: ignore[arg-type]
    assert same(apply(after, invert(edit)), plan)  # type: ignore[arg-type]
    return after


def test_a_move_names_two_sources_and_counts_more() -> None:
    target = IDS[2]
    now = PLAN.alignment(A).assignment
    first, second = np.flatnonzero(now == IDS[0]), np.flatnonzero(now == IDS[1])

    def told(plan: Plan, rows: list[int]) -> str:
        edit = assign(plan, A, np.array(rows), target).edit
        assert edit is not None
        return describe(edit)

    rows = [int(first[0]), *second[:2].tolist()]
    assert told(PLAN, rows) == "Moved 3 squares from T1 and T0 to T2"
    new = te.new_territory(PLAN, A, "New")
    moved = assign(PLAN, A, first[1:2], new.id, new=new).edit
    assert moved is not None
    plan = apply(PLAN, moved)
    assert told(plan, [*rows, int(first[1])]) == "Moved 4 squares from 3 territories to T2"
    loose = assign(plan, A, first[2:3], -1).edit
    assert loose is not None
    plan = apply(plan, loose)
    assert told(plan, [*rows, int(first[1]), int(first[2])]) == "Moved 5 squares to T2"


def test_assign_moves_units_and_names_both_ends() -> None:
    done = assign(PLAN, A, np.array([0, 1]), IDS[2])
    assert done.edit is not None
    assert describe(done.edit) == "Moved 2 squares from T0 to T2"
    after = check_round_trip(PLAN, done.edit)
    assert after.alignment(A).assignment[[0, 1]].tolist() == [IDS[2]] * 2
    assert PLAN.alignment(A).assignment[0] == IDS[0]


def test_assigning_to_the_own_territory_does_nothing() -> None:
    assert assign(PLAN, A, np.array([0, 0, 1]), IDS[0]).edit is None


@given(
    st.lists(
        st.tuples(st.sets(st.integers(0, 23), min_size=1), st.sampled_from([-1, *IDS])), max_size=6
    )
)
def test_any_chain_of_assignments_can_be_undone_and_redone(
    moves: list[tuple[set[int], int]],
) -> None:
    document = Document(PLAN)
    states = [PLAN]
    for rows, territory in moves:
        edit = assign(document.plan, A, np.array(sorted(rows)), territory).edit
        if edit is not None:
            document.do(edit)
            states.append(document.plan)
    for state in reversed(states[:-1]):
        document.undo()
        assert same(document.plan, state)
    assert document.undo() is None
    for state in states[1:]:
        document.redo()
        assert same(document.plan, state)
    assert document.redo() is None


def test_locked_units_stay_and_are_counted() -> None:
    lock = te.set_locked(PLAN, A, [IDS[0]], True)
    assert lock is not None
    plan = check_round_trip(PLAN, lock)
    done = assign(plan, A, np.array([0, 1, 2]), IDS[2])
    assert done.n_locked == 2
    assert done.edit is not None and done.edit.changes[0].rows.tolist() == [2]
    assert assign(plan, A, np.array([5]), IDS[0]).edit is None


def test_named_accounts_stay_when_their_unit_moves() -> None:
    named = name_accounts(PLAN, A, np.array([0]), IDS[2])
    assert named.edit is not None
    plan = check_round_trip(PLAN, named.edit)
    assert plan.alignment(A).account_territories[0] == IDS[2]
    moved = assign(plan, A, np.array([0, 2]), IDS[1])
    assert moved.n_named == 1 and moved.edit is not None
    after = apply(plan, moved.edit)
    assert after.alignment(A).account_territories[0] == IDS[2]
    assert after.alignment(A).side is plan.alignment(A).side, "sums of accounts stay valid"
    back = return_accounts(after, A, [0, 1])
    assert back.edit is not None
    assert check_round_trip(after, back.edit).alignment(A).account_territories[0] == IDS[1]


def test_naming_an_account_where_it_is_creates_nothing_and_undoes_an_override() -> None:
    assert name_accounts(PLAN, A, np.array([0]), IDS[0]).edit is None
    away = name_accounts(PLAN, A, np.array([0]), IDS[1]).edit
    assert away is not None
    plan = apply(PLAN, away)
    home = name_accounts(plan, A, np.array([0]), IDS[0]).edit
    assert home is not None
    assert not apply(plan, home).alignment(A).overrides


def test_a_stale_edit_is_refused() -> None:
    first = assign(PLAN, A, np.array([0]), IDS[2]).edit
    second = assign(PLAN, A, np.array([0]), IDS[1]).edit
    assert first is not None and second is not None
    with pytest.raises(StaleEdit):
        apply(apply(PLAN, first), second)


def test_merge_keeps_the_named_one_and_takes_everything() -> None:
    plan = apply(PLAN, name_accounts(PLAN, A, np.array([0]), IDS[1]).edit)  # type: ignore[arg-type]
    after = check_round_trip(plan, te.merge(plan, A, IDS[:2], keep=IDS[0]))
    view = after.alignment(A)
    assert [t.id for t in view.leaves] == [IDS[0], IDS[2]]
    assert IDS[1] not in view.assignment and view.overrides[0].territory == IDS[0]


def test_delete_leaves_units_unassigned_and_reps_free() -> None:
    rep = rec.Rep(rec.new_uid(), 500, name="Ann")
    plan = replace(PLAN, tables={**PLAN.tables, "rep": {(0, rep.uid): rep}}, next_id=501)
    staffed = te.staff(plan, A, IDS[0], rep.id)
    assert staffed is not None
    plan = check_round_trip(plan, staffed)
    assert plan.alignment(A).owners[IDS[0]].name == "Ann"
    after = check_round_trip(plan, te.delete(plan, A, [IDS[0]]))
    assert (after.alignment(A).assignment == -1).sum() == 8
    assert not after.alignment(A).owners and after.rows(rec.Rep) == [rep]


def test_groups_lock_their_leaves_and_cannot_hang_below_themselves() -> None:
    north = te.new_territory(PLAN, A, "North", level=1)
    plan = check_round_trip(PLAN, te.create(PLAN, A, [north]))
    hung = te.reparent(plan, A, IDS[:2], north.id)
    assert hung is not None
    plan = check_round_trip(plan, hung)
    assert [t.name for t in plan.alignment(A).territories.values()][:3] == ["T2", "North", "T0"]
    lock = te.set_locked(plan, A, [north.id], True)
    assert lock is not None
    assert apply(plan, lock).alignment(A).locked_territories == set(IDS[:2])
    with pytest.raises(TerraDeskError):
        te.reparent(plan, A, [north.id], north.id)
    with pytest.raises(TerraDeskError):
        te.reparent(plan, A, [IDS[0]], IDS[1])


def test_names_are_unique_and_not_empty() -> None:
    for name in ("T1", "  "):
        with pytest.raises(TerraDeskError):
            te.rename(PLAN, A, IDS[0], name)
    edit = te.rename(PLAN, A, IDS[0], " Nord ")
    assert edit is not None
    assert check_round_trip(PLAN, edit).alignment(A).name_of(IDS[0]) == "Nord"


def test_start_from_labels_makes_and_fills_territories() -> None:
    bare = grid_plan(territories=0)
    labels = np.arange(24) // 12
    done = te.start_from(bare, A, labels, ["South", "North"], parents=["All", "All"])
    assert done.edit is not None
    after = check_round_trip(bare, done.edit)
    view = after.alignment(A)
    assert [t.name for t in view.territories.values()] == ["All", "South", "North"]
    assert view.unit_slots.tolist() == [1] * 12 + [2] * 12
    assert view.leaves[0].colour != view.leaves[1].colour


def test_a_copied_scenario_is_the_same_and_independent() -> None:
    plan = apply(PLAN, name_accounts(PLAN, A, np.array([0]), IDS[1]).edit)  # type: ignore[arg-type]
    edit = sc.copy_scenario(plan, plan.scenarios[0].id, "Try")
    copied = check_round_trip(plan, edit)
    new = edit.alignment
    assert copied.alignment(new).assignment.tolist() == plan.alignment(A).assignment.tolist()
    assert copied.alignment(new).overrides.keys() == {0}
    moved = apply(copied, assign(copied, new, np.array([0, 1]), IDS[2]).edit)  # type: ignore[arg-type]
    moved = apply(moved, te.rename(moved, new, IDS[2], "East"))  # type: ignore[arg-type]
    assert moved.alignment(A).assignment[0] == IDS[0]
    swapped = check_round_trip(moved, sc.replace_original(moved, moved.scenarios[1].id))
    assert swapped.alignment(A).assignment[0] == IDS[2]
    assert swapped.alignment(A).name_of(IDS[2]) == "East"
    assert len(swapped.scenarios) == 1


def test_scenarios_that_must_stay_cannot_be_discarded() -> None:
    with pytest.raises(TerraDeskError):
        sc.delete_scenario(PLAN, PLAN.scenarios[0].id)
    copied = apply(PLAN, sc.copy_scenario(PLAN, 1, "B"))
    baseline = sc.set_baseline(copied, copied.scenarios[1].id)
    assert baseline is not None
    plan = check_round_trip(copied, baseline)
    assert plan.baseline is not None and plan.baseline.name == "B"
    with pytest.raises(TerraDeskError):
        sc.delete_scenario(plan, plan.scenarios[1].id)
    assert len(check_round_trip(plan, sc.delete_scenario(plan, 1)).scenarios) == 1


def test_settings_and_targets() -> None:
    edit = sc.set_tolerance(PLAN, 0.05)
    assert edit is not None and check_round_trip(PLAN, edit).tolerance == 0.05
    with pytest.raises(TerraDeskError):
        sc.set_tolerance(PLAN, 0)
    assert sc.set_balance_measure(PLAN, "m-population") is None
    target = sc.set_target(PLAN, A, IDS[0], "m-sales", 500.0)
    assert target is not None
    plan = check_round_trip(PLAN, target)
    cleared = sc.set_target(plan, A, IDS[0], "m-sales", None)
    assert cleared is not None and not check_round_trip(plan, cleared).rows(rec.Target, A)


def test_imported_accounts_disappear_on_undo_and_come_back_on_redo() -> None:
    from tests.core.kernel import grid_accounts

    document = Document(PLAN)
    document.add_accounts(grid_accounts(6, 4), "more.csv", {"read": 12})
    assert document.plan.accounts_present.sum() == 24
    document.undo()
    assert document.plan.accounts_present.sum() == 12
    assert (document.plan.alignment(A).account_territories[12:] == -1).all()
    document.redo()
    assert document.plan.accounts_present.sum() == 24
    assert "more.csv" in document.steps[0].text


def test_observers_hear_of_each_step_until_they_leave() -> None:
    document, heard = Document(PLAN), []
    leave = document.observe(lambda step, plan: heard.append((step.kind, plan)))
    document.do(assign(PLAN, A, np.array([0]), IDS[2]).edit)  # type: ignore[arg-type]
    document.undo()
    leave()
    document.redo()
    assert [kind for kind, _ in heard] == ["do", "undo"]
    assert heard[1][1] is not document.plan


def test_a_rule_that_no_longer_parses_assigns_nothing_and_the_others_still_do() -> None:
    rules = [
        rec.Rule(rec.new_uid(), 70, A, formula="nowhere > 1", territory=IDS[1]),
        rec.Rule(rec.new_uid(), 71, A, formula="sales >= 100", territory=IDS[0]),
    ]
    table = {(A, r.uid): r for r in rules}
    plan = replace(PLAN, tables={**PLAN.tables, "rule": table}, next_id=72)
    owners = plan.alignment(A).account_territories
    assert (owners[9:] == IDS[0]).all()
    assert np.array_equal(owners[:9], PLAN.alignment(A).account_territories[:9])


def test_names_made_by_one_edit_are_all_free() -> None:
    taken = te.rename(PLAN, A, IDS[0], "Territory 5")
    assert taken is not None
    plan = apply(PLAN, taken)
    made = [te.new_territory(plan, A, "  ", offset=k) for k in range(4)]
    assert [t.name for t in made] == [f"Territory {n}" for n in (4, 6, 7, 8)]
    assert len({t.id for t in made}) == len({t.colour for t in made}) == 4


def test_deleting_groups_within_groups_leaves_nothing_hanging() -> None:
    groups = [rec.Territory(f"g{k}", PLAN.next_id + k, A, name=f"G{k}", level=2) for k in range(3)]
    groups = [replace(g, parent=groups[k - 1].id if k else 0) for k, g in enumerate(groups)]
    plan = apply(PLAN, te.create(PLAN, A, groups))
    hung = te.reparent(plan, A, IDS, groups[2].id)
    assert hung is not None
    plan = check_round_trip(plan, hung)
    after = check_round_trip(plan, te.delete(plan, A, [groups[1].id, groups[2].id]))
    assert [t.parent for t in after.alignment(A).leaves] == [groups[0].id] * 3
    after = check_round_trip(plan, te.delete(plan, A, [g.id for g in groups]))
    assert [t.parent for t in after.alignment(A).leaves] == [0] * 3


def test_a_locked_unit_keeps_its_territory() -> None:
    lock = rec.Lock("lock", PLAN.next_id, A, kind="unit", ref=0)
    wild = rec.Lock("wild", PLAN.next_id + 1, A, kind="unit", ref=10**9)
    records = tuple(Record("lock", None, one) for one in (lock, wild))
    plan = apply(PLAN, Edit("", records=records))
    with pytest.raises(TerraDeskError, match="Square 0 is locked"):
        te.merge(plan, A, IDS[:2], IDS[1])
    with pytest.raises(TerraDeskError, match="Square 0 is locked"):
        te.delete(plan, A, [IDS[0]])
    merged = check_round_trip(plan, te.merge(plan, A, IDS[:2], IDS[0]))
    assert merged.alignment(A).assignment[0] == IDS[0]


def test_an_owner_that_never_was_is_nobody() -> None:
    records = tuple(
        Record("override", None, rec.Override(f"o{k}", PLAN.next_id + k, A, k, territory))
        for k, territory in enumerate((10**12, -7, PLAN.next_id + 9))
    )
    view = apply(PLAN, Edit("", records=records)).alignment(A)
    assert view.account_territories[:3].tolist() == [-1, -1, -1]
    assert view.slot_of(view.account_territories).tolist()[:3] == [0, 0, 0]


@pytest.mark.parametrize("value", [0.0, -1.0, float("inf"), float("nan")])
def test_a_target_is_a_number_above_nothing(value: float) -> None:
    with pytest.raises(TerraDeskError, match="number above 0") as told:
        sc.set_target(PLAN, A, IDS[0], "m-sales", value)
    assert told.value.hint


@pytest.mark.parametrize("text", ["nonsense", "", "nan", "inf", "-0.1", "0"])
def test_a_tolerance_without_sense_is_the_usual_one(text: str) -> None:
    row = rec.Setting("tolerance", PLAN.next_id, value=text)
    plan = apply(PLAN, Edit("", records=(Record("setting", None, row),)))
    assert plan.tolerance == 0.1


def test_numbers_in_sentences_stand_in_the_users_format() -> None:
    from terradesk.edits import Edit

    assert (
        describe(
            Edit(
                "Started {n} territories with {m} {noun}",
                {
                    "n": 49,
                    "m": 3108,
                    "noun": "counties",
                },
            )
        )
        == "Started 49 territories with 3,108 counties"
    )
