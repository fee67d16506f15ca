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
from terradesk.document import Document
from terradesk.edits import (
    Assigned,
    Edit,
    Record,
    apply,
    assign,
    describe,
    name_accounts,
    return_accounts,
)
from terradesk.edits import scenarios as sc
from terradesk.edits import territories as te
from terradesk.errors import TerraDeskError
from terradesk.measures.sums import account_values, unit_values
from terradesk.plan import AlignmentView, Plan, new_plan
from terradesk.units import empty_units
from tests.core.kernel import CRS, grid_plan

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
        st.sampled_from(["assign", "name", "return", "undo", "redo", "merge", "delete", "copy"]),
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
    if kind == "merge" and target != -1 and len(leaves) > 1:
        return te.merge(plan, A, leaves[:2], leaves[0])
    if kind == "delete" and target != -1:
        return te.delete(plan, A, [target])
    if kind == "copy" and len(plan.scenarios) < 3:
        return sc.copy_scenario(plan, 1, "Copy")
    return None


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
        else:
            edit = edit_of(before, kind, sorted(rows), pick)
            if edit is not None:
                document.do(edit)
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
    accounts &= plan.accounts_present
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


# ---------------------------------------------------------------------- balance
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


# ---------------------------------------------------------------------- choosing
def test_default_measure_goes_from_money_to_accounts_people_areas() -> None:
    plan = grid_plan()
    drop = {m.uid: m for m in plan.rows(rec.Measure)}

    def without(plan: Plan, *uids: str) -> Plan:
        return apply(plan, Edit("", records=tuple(Record("measure", drop[u], None) for u in uids)))

    def chosen(plan: Plan) -> str:
        found = measures.default_measure(plan)
        return found.uid if found else ""

    assert chosen(plan) == "m-sales"
    assert chosen(without(plan, "m-sales")) == "m-accounts"
    assert chosen(without(plan, "m-sales", "m-accounts")) == "n_accounts"
    nobody = replace(plan, accounts=replace(plan.accounts, is_present=np.zeros(N_ACCOUNTS, bool)))
    assert chosen(nobody) == "m-population"
    assert chosen(without(nobody, "m-population")) == "n_units"
    assert measures.default_measure(new_plan(CRS, empty_units(), None)) is None


def test_the_chosen_measure_wins_and_a_lost_one_gives_way() -> None:
    area = measures.measure_of(PLAN, "area")
    assert area is not None
    edit = sc.set_balance_measure(PLAN, area.uid, area.name)
    assert edit is not None
    assert describe(edit) == "Balanced by Surface area"
    plan = apply(PLAN, edit)
    assert measures.balance(plan.alignment(A)).total == 24e8
    plan = apply(PLAN, sc.set_setting(PLAN, "balance_measure", "nonsense"))  # type: ignore[arg-type]
    assert measures.balance_measure(plan) == measures.default_measure(plan)


@pytest.mark.parametrize(
    "name",
    [
        *("Sales", "SALES_2024", "NetSales", "Revenue 2023", "annual revenue", "Turnover", "ARR"),
        *(
            "Amount",
            "Försäljning",
            "Omsättning kr",
            "Chiffre d'affaires",
            "Ventes",
            "Sprzedaż",
            "فروش",
        ),
    ],
)
def test_money_is_recognised(name: str) -> None:
    assert measures.is_revenue_like(name)


@pytest.mark.parametrize(
    "name",
    [
        *("Sales rep", "sales_region", "SalesPerson", "Revenue growth", "Sales %", "avg sales"),
        *("population", "sales id", "Discount amount", "Wholesale", "latitude", "Sales quota"),
        *("Rate", ""),
    ],
)
def test_what_is_not_money(name: str) -> None:
    assert not measures.is_revenue_like(name)


def test_people_are_recognised() -> None:
    assert all(map(measures.is_population_like, ["POP2020", "Population", "Folkmängd", "pop_est"]))
    assert not any(map(measures.is_population_like, ["Population density", "popular", "Pop rank"]))


# ---------------------------------------------------------------------- words
MONEY = rec.Measure("m", 0, name="Sales", source="accounts", format="money")


@pytest.mark.parametrize(
    ("measure", "value", "short", "expected"),
    [
        (MONEY, 1234567.8, False, "$1,234,568"),
        (MONEY, 1234567.8, True, "$1.2 M"),
        (MONEY, -45.2, False, "−$45"),
        (MONEY, -0.2, False, "$0"),
        (MONEY, math.nan, False, "–"),
        (MONEY, math.inf, True, "–"),
        (replace(MONEY, decimals=2), 45.2, False, "$45.20"),
        (replace(MONEY, format="number"), 1234.5, False, "1,234"),
        (rec.Measure("a", 0, source="area", format="area"), 8.4e9, False, "8,400 km²"),
        (rec.Measure("a", 0, source="area", format="area"), 8.44e6, False, "8.4 km²"),
        (rec.Measure("a", 0, source="area", format="area"), 0.25e6, False, "0.25 km²"),
        (rec.Measure("a", 0, source="area", format="area"), 8.4e12, True, "8.4 M km²"),
    ],
)
def test_values_in_words(measure: rec.Measure, value: float, short: bool, expected: str) -> None:
    assert measures.format_value(PLAN, measure, value, short) == expected


def test_letters_of_a_currency_keep_their_distance() -> None:
    plan = apply(PLAN, sc.set_setting(PLAN, "currency", "SEK"))  # type: ignore[arg-type]
    assert measures.format_value(plan, MONEY, 12) == "SEK\u00a012"
    plan = apply(PLAN, sc.set_setting(PLAN, "currency", ""))  # type: ignore[arg-type]
    assert measures.format_value(plan, MONEY, 12) == "12"


def said(plan: Plan, done: Assigned, **more: bool) -> str:
    after = apply(plan, done.edit) if done.edit else plan
    return measures.sentence(plan, after, A, done.edit, done, **more)


def test_what_an_assignment_did() -> None:
    by_sales = apply(PLAN, sc.set_balance_measure(PLAN, "m-sales"))  # type: ignore[arg-type]
    assert said(by_sales, assign(by_sales, A, np.array([0, 1]), IDS[2])) == (
        "Moved 2 squares, 1 account, $10 from T0 to T2."
    )
    assert said(PLAN, assign(PLAN, A, np.array([1]), IDS[2])) == (
        "Moved 1 square, 101 population from T0 to T2."
    )
    assert (
        said(PLAN, assign(PLAN, A, np.array([1, 3]), -1)) == "Unassigned 2 squares, 204 population."
    )
    assert said(PLAN, assign(PLAN, A, np.array([0]), IDS[0])) == "Nothing changed."


def test_what_stayed_is_told() -> None:
    locks = tuple(
        Record("lock", None, rec.Lock(f"l{u}", PLAN.next_id + u, A, kind="unit", ref=u))
        for u in (6, 7)
    )
    plan = apply(PLAN, Edit("", records=locks))
    plan = apply(plan, name_accounts(plan, A, np.array([0]), IDS[2]).edit)  # type: ignore[arg-type]
    assert said(plan, assign(plan, A, np.array([0, 1, 6, 7]), IDS[1])) == (
        "Moved 2 squares, 201 population from T0 to T1. "
        "2 locked squares and 1 named account stayed."
    )
    assert said(plan, assign(plan, A, np.array([6]), IDS[1])) == (
        "Nothing changed. 1 locked square stayed."
    )


def test_other_steps_are_told_as_in_the_history() -> None:
    assert said(PLAN, name_accounts(PLAN, A, np.array([0, 1]), IDS[2])) == (
        "Made 2 accounts named accounts of T2."
    )
    edit = te.set_locked(PLAN, A, [IDS[2]], True)
    assert edit is not None
    plan = apply(PLAN, edit)
    assert measures.sentence(PLAN, plan, A, edit) == "Locked T2."
    done = name_accounts(plan, A, np.array([0]), IDS[2])
    assert said(plan, done, of_accounts=True) == "Nothing changed. 1 locked account stayed."


def test_every_sentence_of_assign_has_its_longer_form() -> None:
    new = te.new_territory(PLAN, A, "New")
    half = apply(PLAN, assign(PLAN, A, np.array([0, 1]), -1).edit)  # type: ignore[arg-type]
    done = [
        assign(PLAN, A, np.array([0]), IDS[1]),
        assign(PLAN, A, np.array([0, 2]), IDS[2]),
        assign(PLAN, A, np.array([0]), -1),
        assign(PLAN, A, np.array([0, 2]), -1),
        assign(PLAN, A, np.array([0, 2]), np.array([IDS[1], IDS[2]])),
        assign(PLAN, A, np.array([0]), new.id, new=new),
        assign(half, A, np.array([0, 1]), IDS[2]),
    ]
    for one in done:
        plan = half if one is done[-1] else PLAN
        assert "population" in said(plan, one)
