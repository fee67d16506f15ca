"""What an edit would do is what the plan after it says: the laws of `measures.what_if`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk import edits, measures
from terradesk import records as rec
from terradesk.edits import Edit, Record, apply, scenarios
from terradesk.edits import territories as te
from terradesk.errors import TerraDeskError
from terradesk.measures.against import baseline_of
from terradesk.plan import AlignmentView, Plan
from tests.core.kernel import grid_plan

COLUMNS, ROWS, N = 7, 5, 35


def drafted(measure: str = "m-population") -> Plan:
    """A baseline of four stripes and a copy of it to draw in."""
    plan = grid_plan(COLUMNS, ROWS, 4)
    chosen = scenarios.set_balance_measure(plan, measure)
    plan = apply(plan, chosen) if chosen is not None else plan
    scenario = plan.scenarios[0]
    if not scenario.is_baseline:
        base = replace(scenario, is_baseline=True)
        plan = apply(plan, Edit("", records=(Record("scenario", scenario, base),)))
    return apply(plan, scenarios.copy_scenario(plan, plan.scenarios[0].id, "Draft"))


def draft_of(plan: Plan) -> AlignmentView:
    return plan.alignment(plan.alignment_of(plan.scenarios[-1].id))


SEEDS = st.integers(0, 10**6)


def random_plan(seed: int) -> Plan:
    """Scattered territories, lakes, removed squares, overrides, a rule, locks, a water link."""
    rng = np.random.default_rng(seed)
    plan = drafted(str(rng.choice(["m-population", "m-sales", "m-accounts"])))
    view = draft_of(plan)
    ids = np.array([-1, *(t.id for t in view.leaves)], np.int32)
    labels = ids[rng.integers(0, len(ids), N)] if rng.random() < 0.5 else view.assignment.copy()
    labels[rng.random(N) < rng.choice([0.0, 0.2])] = -1
    present = rng.random(N) > rng.choice([0.0, 0.15])
    plan = replace(
        plan,
        units=replace(plan.units, is_present=present),
        assignments={**plan.assignments, view.id: labels},
    )
    return apply(plan, Edit("", records=tuple(random_records(plan, view, rng))))


def random_records(plan: Plan, view: AlignmentView, rng: np.random.Generator) -> list[Record]:
    """Named accounts and rules of both alignments, a water link, a lock and a target."""
    rows: list[rec.Row] = []
    for alignment in plan.assignments:
        owners = [t.id for t in plan.alignment(alignment).leaves] + [-1]
        for account in rng.choice(len(plan.accounts), rng.integers(0, 5), replace=False):
            rows.append(rec.Override("", 0, alignment, int(account), int(rng.choice(owners))))
        if rng.random() < 0.5:
            owner = int(rng.choice(owners))
            rows.append(rec.Rule("", 0, alignment, formula="sales > 120", territory=owner))
    a, b = sorted(rng.choice(N, 2, replace=False).tolist())
    leaf, measure = view.leaves[0].id, plan.setting("balance_measure")
    rows += [
        row
        for row in (
            rec.Bridge("", 0, unit_a=a, unit_b=b),
            rec.Lock("", 0, view.id, kind="unit", ref=int(rng.integers(N))),
            rec.Target("", 0, view.id, territory=leaf, measure=measure, value=700.0),
        )
        if rng.random() < 0.5
    ]
    kinds = {t: k for k, t in rec.KINDS.items()}
    return [
        Record(kinds[type(row)], None, replace(row, uid=rec.new_uid(), id=plan.next_id + k))
        for k, row in enumerate(rows)
    ]


def check(view: AlignmentView, edit: Edit) -> measures.WhatIf:
    """Every figure of a what-if equals that of the whole plan after the edit."""
    found = measures.what_if(view, edit)
    assert found is not None
    after = apply(view.plan, edit).alignment(view.id)
    check_figures(found, view, after)
    check_shapes(found, view, after)
    measures.carry(view, edit, after)
    whole = measures.contiguity(after)
    for known, now in zip(
        measures.standing_of(after).parts_and_gaps, (whole.parts, whole.holes), strict=True
    ):
        assert known[1:].tolist() == now[1:].tolist()
    moved = measures.moved(view, after)
    assert (found.moved.units, found.moved.accounts) == (moved.units, moved.accounts)
    assert dict(found.moved.amounts) == pytest.approx(dict(moved.amounts))
    base = baseline_of(after)
    if base is not None:
        total = measures.balance(after).total
        uid = measures.balance_measure(after.plan).uid
        pair = [measures.moved(base_of(v), v).amounts[uid] / total for v in (view, after)]
        assert found.changed == pytest.approx(tuple(pair))
    return found


def base_of(view: AlignmentView) -> AlignmentView:
    base = baseline_of(view)
    assert base is not None
    return base


def check_figures(found: measures.WhatIf, view: AlignmentView, after: AlignmentView) -> None:
    old, new = measures.balance(view), measures.balance(after)
    counts = measures.counts(view), measures.counts(after)
    assert found.after.n_in_tolerance == new.n_in_tolerance
    assert found.after.n_territories == new.n_territories
    assert found.after.unassigned == pytest.approx(new.unassigned)
    for territory, slot in after.slots.items():
        place = found.place(territory)
        was = view.slots.get(territory, -1)
        own = int(found.slots[place]) if place >= 0 else was
        assert found.after.values[own] == pytest.approx(new.values[slot], abs=1e-9)
        assert found.after.deviations[own] == pytest.approx(new.deviations[slot], nan_ok=True)
        for pair, key in ((found.n_units, "units"), (found.n_accounts, "accounts")):
            before = int(getattr(counts[0], key)[was]) if was >= 0 else 0
            now = int(getattr(counts[1], key)[slot])
            assert (pair[place].tolist() if place >= 0 else [now, before]) in ([before, now],)
        if was >= 0 and found.before is not None:
            differs = abs(new.deviations[slot] - old.deviations[was]) > 1e-9
            assert differs == (own in found.changing.tolist())


def check_shapes(found: measures.WhatIf, view: AlignmentView, after: AlignmentView) -> None:
    old, new = measures.contiguity(view), measures.contiguity(after)
    for territory, slot in after.slots.items():
        if territory == -1:
            continue
        was, place = view.slots.get(territory, -1), found.place(territory)
        for pair, a, b in ((found.shapes.parts, old.parts, new.parts),
                           (found.shapes.gaps, old.holes, new.holes)):  # fmt: skip
            expected = [int(a[was]) if was >= 0 else 0, int(b[slot])]
            if place >= 0:
                assert pair[place].tolist() == expected
            else:
                assert expected[0] == expected[1]


@given(SEEDS, st.lists(st.integers(0, N - 1), min_size=1, max_size=N), st.integers(0, 5))
def test_moving_units_is_told_as_it_comes_out(seed: int, rows: list[int], aim: int) -> None:
    plan = random_plan(seed)
    view = draft_of(plan)
    targets = [t.id for t in view.leaves] + [-1, -2]
    new = te.new_territory(plan, view.id) if targets[aim] == -2 else None
    target = new.id if new else targets[aim]
    done = edits.assign(plan, view.id, np.array(rows), target, new=new)
    if done.edit is not None:
        check(view, done.edit)


@given(SEEDS, st.lists(st.integers(-1, 3), min_size=N, max_size=N))
def test_units_going_to_several_territories(seed: int, aims: list[int]) -> None:
    plan = random_plan(seed)
    view = draft_of(plan)
    ids = np.array([t.id for t in view.leaves] + [-1], np.int32)
    done = edits.assign(plan, view.id, np.arange(N), ids[np.array(aims)])
    if done.edit is not None:
        check(view, done.edit)


@given(SEEDS, st.lists(st.integers(0, 17), min_size=1, max_size=8), st.integers(0, 4))
def test_naming_accounts_is_told_as_it_comes_out(seed: int, rows: list[int], aim: int) -> None:
    plan = random_plan(seed)
    view = draft_of(plan)
    targets = [t.id for t in view.leaves] + [-1]
    done = edits.name_accounts(plan, view.id, np.array(rows), targets[aim])
    if done.edit is not None:
        check(view, done.edit)
    back = edits.return_accounts(plan, view.id, rows)
    if back.edit is not None:
        check(view, back.edit)


@given(SEEDS)
def test_merging_and_deleting_are_measured_whole(seed: int) -> None:
    plan = random_plan(seed)
    view = draft_of(plan)
    ids = [t.id for t in view.leaves]
    try:
        edit = te.merge(plan, view.id, ids[:2], ids[0])
    except TerraDeskError:  # locked
        return
    found = measures.what_if(view, edit)
    after = apply(plan, found.edit).alignment(view.id)
    assert found.after.n_territories == len(ids) - 1
    assert found.deviations(ids[0])[1] == pytest.approx(
        measures.balance(after).deviations[after.slots[ids[0]]], nan_ok=True
    )
    assert found.after.n_in_tolerance == measures.balance(after).n_in_tolerance


# ---------------------------------------------------------------------- warnings, by example
def stripes(labels: str) -> AlignmentView:
    """Territories by letter over a 7 x 5 grid, the first line in the north; . is unassigned."""
    plan = drafted()
    view = draft_of(plan)
    flat = np.array([list(line) for line in labels.split()])[::-1].ravel()
    ids = np.array([-1, *(t.id for t in view.leaves)], np.int32)
    owners = ids[np.array([".abcd".index(sign) for sign in flat])]
    return replace(plan, assignments={**plan.assignments, view.id: owners}).alignment(view.id)


def at(column: int, row: int) -> int:
    """Row of the square in a column and a line counted from the north."""
    return (4 - row) * COLUMNS + column


def tried(view: AlignmentView, squares: list[tuple[int, int]], letter: str) -> measures.WhatIf:
    target = ([-1] + [t.id for t in view.leaves])[".abcd".index(letter)]
    rows = np.array([at(*square) for square in squares])
    done = edits.assign(view.plan, view.id, rows, target)
    assert done.edit is not None
    found = measures.what_if(view, done.edit, done.n_locked, done.n_named)
    assert found is not None
    return found


def test_a_territory_that_is_cut_in_two() -> None:
    view = stripes("aaabbbb aaabbbb aaabbbb aaabbbb aaabbcd")
    ids = [t.id for t in view.leaves]
    found = tried(view, [(0, 2), (1, 2), (2, 2)], "b")
    assert found.splits == [(ids[0], 1, 2)]
    assert found.losing == (ids[0],) and found.gaining == (ids[1],)
    assert measures.warnings(view, found) == ["splits T0 in 2"]


def test_more_than_two_territories_that_are_cut_are_counted() -> None:
    view = stripes("daaaaaa dbbbbbb dcccccc ddddddd ddddddd")
    found = tried(view, [(3, 0), (3, 1), (3, 2)], "d")
    assert len(found.splits) == 3
    assert measures.warnings(view, found) == ["splits T0 and 2 others"]


def test_a_gap_that_is_closed_around_foreign_and_unassigned_land() -> None:
    view = stripes("aaaaabb aaaaabb aa..acc aa..acc aaadddd")
    ids = [t.id for t in view.leaves]
    found = tried(view, [(3, 4), (4, 4)], "a")
    assert found.shapes.pockets == (measures.Pocket(ids[0], 4, -1),)
    assert measures.warnings(view, found) == ["T0 encloses 4 unassigned squares"]
    inner = tried(view, [(1, 1)], "b")
    assert inner.shapes.pockets == (measures.Pocket(ids[0], 1, ids[1]),)
    assert measures.warnings(view, inner) == ["splits T1 in 2", "T0 encloses 1 square of T1"]


def test_a_territory_that_is_emptied_and_one_that_is_locked() -> None:
    view = stripes("aaaaabb aaaaabb aaaaacc aaaaacc aaaaacd")
    plan = apply(view.plan, te.set_locked(view.plan, view.id, [view.leaves[1].id], True))
    view = plan.alignment(view.id)
    found = tried(view, [(6, 4), (6, 0)], "c")
    assert found.emptied == (view.leaves[3].id,) and found.n_locked == 1
    assert measures.warnings(view, found) == ["T3 is left empty", "1 locked square stays"]


def test_tolerance_newly_met_and_newly_broken() -> None:
    view = stripes("aabbccd aabbccd aabbccd aabbccd aabbccd")
    before = measures.balance(view)
    everything = tried(view, [(6, r) for r in range(5)] + [(4, 1), (4, 2)], "a")
    after = measures.balance(apply(view.plan, everything.edit).alignment(view.id))
    assert (
        everything.newly_in.tolist()
        == np.flatnonzero(after.in_tolerance & ~before.in_tolerance).tolist()
    )
    assert (
        everything.newly_out.tolist()
        == np.flatnonzero(before.in_tolerance & ~after.in_tolerance).tolist()
    )
    assert len(everything.newly_in) + len(everything.newly_out)


def test_accounts_are_not_gone_through_while_areas_move(monkeypatch: pytest.MonkeyPatch) -> None:
    view = stripes("aaabbbb aaabbbb aaabbbb aaabbbb aaabbcd")
    tried(view, [(0, 0)], "b")
    for name in ("sums", "against", "trying"):
        monkeypatch.delattr(f"terradesk.measures.{name}.account_values")
    assert tried(view, [(0, 2)], "b").moved.accounts == 1
