"""Sums, balance and what changes hands: the parts make the whole, an account counts once."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import measures
from terradesk import records as rec
from terradesk.accounts import Accounts
from terradesk.document import Document
from terradesk.edits import (
    Edit,
    Record,
    apply,
    assign,
    invert,
    name_accounts,
    return_accounts,
)
from terradesk.edits import scenarios as sc
from terradesk.edits import territories as te
from terradesk.errors import StaleEdit
from terradesk.measures.sums import account_values, unit_values
from terradesk.plan import AlignmentView, Plan
from tests.core.kernel import grid_accounts, grid_plan
from tests.core.plan_files import differences

A = 3
PLAN = grid_plan()
IDS = [t.id for t in PLAN.alignment(A).leaves]
N_UNITS, N_ACCOUNTS = len(PLAN.units), len(PLAN.accounts)


def uneasy_plan() -> Plan:
    """The grid with unknown values, absent rows, accounts without unit, a rule and a lock."""
    plan = grid_plan()
    accounts, units = plan.accounts, plan.units
    sales = accounts.columns["sales"].copy()
    sales[2] = math.nan
    unit = accounts.unit.copy()
    unit[[3, 4, 5]] = -1
    present = np.ones(N_ACCOUNTS, bool)
    present[[5, 6]] = False
    units_present = np.ones(N_UNITS, bool)
    units_present[[8, 14]] = False  # account 7 lies in unit 14
    population = units.columns["population"].copy()
    population[7] = math.nan
    rule = rec.Rule("rule", plan.next_id, A, formula="sales >= 110", territory=IDS[0])
    lock = rec.Lock("lock", plan.next_id + 1, A, kind="unit", ref=0)
    changed = replace(
        plan,
        accounts=replace(
            accounts,
            columns={**accounts.columns, "sales": sales},
            unit=unit,
            is_present=present,
        ),
        units=replace(
            units, columns={**units.columns, "population": population}, is_present=units_present
        ),
    )
    return apply(
        changed, Edit("", records=(Record("rule", None, rule), Record("lock", None, lock)))
    )


UNEASY = uneasy_plan()


def whole(plan: Plan, measure: rec.Measure) -> float:
    """Sum over everything that is present, by hand."""
    if measure.source == "n_units":
        return float(plan.units_present.sum())
    if measure.source == "n_accounts":
        return float(plan.accounts_present.sum())
    if measure.source == "area":
        return float(plan.units_present.sum()) * 1e8
    table = plan.units if measure.source == "units" else plan.accounts
    present = plan.units_present if measure.source == "units" else plan.accounts_present
    return math.fsum(v for v in table.columns[measure.column][present].tolist() if v == v)


def slot_sums(view: AlignmentView, measure: rec.Measure) -> list[float]:
    """Totals, one row after the other."""
    plan, out = view.plan, [0.0] * view.n_slots
    if measure.source in ("accounts", "n_accounts"):
        owners, values = view.account_territories, account_values(plan, measure)
    else:
        owners, values = view.assignment, unit_values(plan, measure)
    for owner, value in zip(owners.tolist(), values.tolist(), strict=True):
        out[view.slots[owner]] += value
    return out


def check_sums(plan: Plan, *alignments: int) -> None:
    for alignment in alignments or (A,):
        view = plan.alignment(alignment)
        for measure in measures.choices(plan):
            found = measures.totals(view, measure)
            assert found.shape == (view.n_slots,)
            assert found.sum() == whole(plan, measure), measure.name
            assert found.tolist() == slot_sums(view, measure), measure.name
            for figure in measures.figures(plan):
                if figure.key == measure.uid:
                    assert np.array_equal(measures.by_slot(view, figure), found)
        assert (view.account_territories[~plan.accounts_present] == -1).all()
        counts = measures.counts(view)
        assert counts.units.sum() == plan.units_present.sum()
        assert counts.accounts.sum() == plan.accounts_present.sum()


def test_parts_make_the_whole_in_an_uneasy_plan() -> None:
    check_sums(UNEASY)
    sales = next(m for m in UNEASY.rows(rec.Measure) if m.name == "Sales")
    found = measures.totals(UNEASY.alignment(A), sales)
    assert found[0] == 40 + 50 + 80  # two unplaced accounts, one in a unit that is gone
    assert found.sum() == sum(range(10, 130, 10)) - 30 - 60 - 70


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("assign", "assign", "name", "return", "undo", "redo", "merge", "delete", "copy"),
                *("import", "leaf"),
            ]
        ),
        st.sets(st.integers(0, N_UNITS - 1), min_size=1, max_size=8),
        st.integers(-1, 4),
    ),
    max_size=10,
)


def edit_of(plan: Plan, kind: str, rows: list[int], pick: int) -> Edit | None:
    leaves = [t.id for t in plan.alignment(A).leaves]
    target = leaves[pick % len(leaves)] if leaves and pick >= 0 else -1
    accounts = np.array([r % N_ACCOUNTS for r in rows])
    if kind == "assign":
        return assign(plan, A, np.array(rows), target).edit
    if kind == "name":
        return name_accounts(plan, A, accounts, target).edit
    if kind == "return":
        return return_accounts(plan, A, accounts.tolist()).edit
    if kind == "leaf":
        return te.create(plan, A, [te.new_territory(plan, A)])
    if kind == "merge" and target != -1 and len(leaves) > 1 and is_free(plan, leaves[1]):
        return te.merge(plan, A, leaves[:2], leaves[0])
    if kind == "delete" and target != -1 and is_free(plan, target):
        return te.delete(plan, A, [target])
    if kind == "copy" and len(plan.scenarios) < 3:
        return sc.copy_scenario(plan, 1, "Copy")
    return None


def is_free(plan: Plan, territory: int) -> bool:
    view = plan.alignment(A)
    return not (view.locked_units & (view.assignment == territory)).any()


def more_accounts(plan: Plan, rows: list[int]) -> Accounts:
    """Imported accounts, some of them in no unit."""
    made = grid_accounts(4, 3)
    unit = np.array([rows[k % len(rows)] if k % 3 else -1 for k in range(len(made))], np.int32)
    return replace(made, unit=unit)


def check_once(before: Plan, edit: Edit, after: Plan) -> None:
    """An edit fits the plan it was made for and no other; its inverse restores that plan."""
    with pytest.raises(StaleEdit):
        apply(after, edit)
    with pytest.raises(StaleEdit):
        apply(before, invert(edit))
    back = apply(after, invert(edit))
    assert not differences(replace(back, next_id=before.next_id), before)


@settings(max_examples=60)
@given(STEPS, st.booleans())
def test_parts_make_the_whole_after_any_chain_of_edits(
    steps: list[tuple[str, set[int], int]], is_uneasy: bool
) -> None:
    document = Document(UNEASY if is_uneasy else PLAN)
    for kind, rows, pick in steps:
        before = document.plan
        if kind == "undo":
            document.undo()
        elif kind == "redo":
            document.redo()
        elif kind == "import":
            document.add_accounts(more_accounts(before, sorted(rows)), "more.csv")
        else:
            edit = edit_of(before, kind, sorted(rows), pick)
            if edit is not None:
                document.do(edit)
                check_once(before, edit, document.plan)
        if len(before.accounts) == len(document.plan.accounts):
            check_moved(before.alignment(A), document.plan.alignment(A))
        check_sums(document.plan, *document.plan.assignments)


def owners(view: AlignmentView, ids: np.ndarray) -> list[str]:
    names = {t.id: t.uid for t in view.leaves}
    return [names.get(t, "") for t in ids.tolist()]


def check_moved(before: AlignmentView, after: AlignmentView) -> None:
    """`moved`, row by row; and moving back moves the same."""
    found = measures.moved(before, after)
    plan = after.plan
    sides = [(owners(v, v.assignment), owners(v, v.account_territories)) for v in (before, after)]
    units, accounts = (
        np.array([a != b for a, b in zip(sides[0][k], sides[1][k], strict=True)], bool)
        for k in (0, 1)
    )
    units &= plan.units_present
    accounts &= before.plan.accounts_present & plan.accounts_present
    assert (found.units, found.accounts) == (units.sum(), accounts.sum())
    for measure in measures.choices(plan):
        if measure.source in ("accounts", "n_accounts"):
            expected = account_values(plan, measure)[accounts].sum()
        else:
            expected = unit_values(plan, measure)[units].sum()
        assert found.amounts[measure.uid] == expected
    back = measures.moved(after, before)
    assert (back.units, back.accounts) == (found.units, found.accounts)


def test_copied_scenarios_differ_only_where_they_were_drawn() -> None:
    plan = apply(PLAN, sc.copy_scenario(PLAN, 1, "Draft"))
    draft = max(plan.assignments)
    assert measures.moved(plan.alignment(A), plan.alignment(draft)).units == 0
    edit = assign(plan, draft, np.array([0, 1]), IDS[1]).edit
    assert edit is not None
    plan = apply(plan, edit)
    found = measures.moved(plan.alignment(A), plan.alignment(draft))
    assert (found.units, found.accounts, found.amounts["m-sales"]) == (2, 1, 10.0)
    assert found.amounts["m-population"] == 201.0


def test_a_named_account_that_stays_does_not_move_with_its_unit() -> None:
    account = 0
    plan = apply(PLAN, name_accounts(PLAN, A, np.array([account]), IDS[2]).edit)  # type: ignore[arg-type]
    unit = int(PLAN.accounts.unit[account])
    after = apply(plan, assign(plan, A, np.array([unit]), IDS[1]).edit)  # type: ignore[arg-type]
    found = measures.moved(plan.alignment(A), after.alignment(A))
    assert (found.units, found.accounts, found.amounts["m-sales"]) == (1, 0, 0.0)


def test_unit_sums_are_made_once_and_anew_when_owners_change() -> None:
    plan = grid_plan()
    side = plan.alignment(A).side
    after = apply(plan, assign(plan, A, np.array([0]), IDS[1]).edit)  # type: ignore[arg-type]
    assert after.alignment(A).side is side
    named = apply(after, name_accounts(after, A, np.array([0]), IDS[2]).edit)  # type: ignore[arg-type]
    check_sums(named)
    assert named.alignment(A).side is not after.alignment(A).side


def test_a_column_that_became_text_is_still_summed() -> None:
    texts = np.array(["10", "", "n/a", "5.5"] + ["1"] * 8, object)
    plan = replace(PLAN, accounts=PLAN.accounts.with_column("sales", texts))
    sales = plan.rows(rec.Measure)[1]
    assert measures.totals(plan.alignment(A), sales).sum() == 23.5
    missing = replace(sales, column="gone")
    assert measures.totals(plan.alignment(A), missing).tolist() == [0, 0, 0, 0]
