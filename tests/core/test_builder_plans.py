"""A plan as the builder sees it: sums as measured, what may not move, what cannot be asked."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk import measures
from terradesk import records as rec
from terradesk.builder.plans.preparing import Prepared, prepare
from terradesk.builder.plans.scoping import NEW
from terradesk.builder.plans.settings import (
    KEY,
    MODES,
    Settings,
    Wish,
    remember,
    remembered,
    settings_for,
)
from terradesk.builder.plans.terrain import terrain
from terradesk.builder.problem import BARRIER, CORNER, SHARED, WATER, BadWish
from terradesk.edits import assign, links, locking, name_accounts, scenarios, seeds
from terradesk.edits import territories as te
from terradesk.plan import Plan, new_plan
from terradesk.projection import lonlat
from terradesk.units import Units
from tests.core.kernel import CRS, done, grid_accounts, grid_plan

A = 3
PLAN = grid_plan(6, 4, 3)
SALES, PEOPLE, COUNT = "m-sales", "m-population", "m-accounts"


def ids(plan: Plan = PLAN) -> list[int]:
    return [t.id for t in plan.alignment(A).leaves]


def named(plan: Plan = PLAN) -> Plan:
    """T2 owns two customers that live in T0's squares."""
    return done(plan, name_accounts(plan, A, np.array([0, 3]), ids(plan)[2]))


def asked(mode: str, **more: Any) -> Settings:
    return replace(Settings(mode=mode, wishes=(Wish(PEOPLE), Wish(SALES, 0.2))), **more)


def sums(found: Prepared) -> np.ndarray:
    """(k, m) what each territory has by now, as the problem says."""
    p, k = found.problem, found.problem.n_territories
    held = p.baseline >= 0
    cols = [np.bincount(p.baseline[held], v[held], k) for v in p.activities.T]
    return np.column_stack(cols) + p.fixed_load


# ---------------------------------------------------------------------- settings
def test_settings_come_back_from_text() -> None:
    full = Settings(
        mode="nested",
        n_territories=7,
        capacity=12.5,
        wishes=(Wish("a", 0.05, 2.0, 1.0, 9.0, "equal"), Wish()),
        keep_districts=0.25,
        handover_most=12,
        seeds="reps",
        district_column="Län",
        territories=(4, 9),
        shares=((4, 0.5),),
        names="numbered",
        starts=4,
    )
    assert Settings.from_json(full.to_json()) == full
    assert Settings.from_json(Settings().to_json()) == Settings()
    changed = {f.name for f in fields(Settings) if getattr(full, f.name) != f.default}
    assert len(changed) == 12


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"format": 99, "keep": 0.1}', "null"])
def test_damaged_or_future_settings_are_the_usual_ones(text: str) -> None:
    assert Settings.from_json(text) == Settings()


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers()),
    st.dictionaries(st.text(), st.integers()),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from([f.name for f in fields(Settings)]), JUNK))
def test_one_bad_field_does_not_cost_the_others(junk: dict[str, object]) -> None:
    held = {"format": 1, "seed": 77, **{k: v for k, v in junk.items() if k != "seed"}}
    found = Settings.from_json(json.dumps(held))
    assert found.seed == 77
    assert found.mode in MODES and 0 <= found.keep <= 1 and found.starts >= 1
    assert all(0 < w.tolerance <= 1 for w in found.wishes)
    assert Settings.from_json(found.to_json()) == found


def test_settings_are_remembered_in_the_plan() -> None:
    assert remembered(PLAN) is None
    wanted = Settings(mode="rebalance", keep=0.9, shares=((ids()[0], 0.5), (99, 0.5)))
    plan = done(PLAN, remember(PLAN, wanted))
    assert remembered(plan) == wanted
    assert remember(plan, wanted) is None
    assert settings_for(plan, A) == replace(wanted, shares=((ids()[0], 0.5),))
    again = done(plan, remember(plan, replace(wanted, keep=0.1)))
    assert [r.uid for r in again.rows(rec.Setting)].count(KEY) == 1


def test_what_to_begin_with_suits_the_plan() -> None:
    assert settings_for(grid_plan(territories=0), A).mode == "new"
    assert settings_for(PLAN, A).mode == "rebalance"
    half = done(PLAN, assign(PLAN, A, np.arange(6), -1))
    assert settings_for(half, A).mode == "fill"
    fewer = done(PLAN, remember(PLAN, Settings(mode="rebalance", n_territories=2)))
    assert settings_for(fewer, A).n_territories == 0  # or territories would go unasked
    carved = done(PLAN, remember(PLAN, Settings(mode="carve", n_territories=2)))
    assert settings_for(carved, A).mode == "rebalance"


# ---------------------------------------------------------------------- terrain
def test_neighbours_corners_links_and_barriers() -> None:
    plan = done(
        PLAN,
        links.link(PLAN, 0, 23),
        links.link(replace(PLAN, next_id=PLAN.next_id + 1), 0, 7),
        links.block(replace(PLAN, next_id=PLAN.next_id + 2), [0], [1]),
    )
    ground = terrain(plan)
    kind = {tuple(e): int(k) for e, k in zip(ground.edges.tolist(), ground.kinds, strict=True)}
    assert kind[0, 6] == SHARED and kind[0, 1] == BARRIER and kind[0, 23] == WATER
    assert kind[0, 7] == WATER and kind[1, 6] == CORNER  # a link takes the place of a corner
    counts = np.bincount(ground.kinds, minlength=4).tolist()
    assert counts == [5 * 4 + 6 * 3 - 1, 2 * 5 * 3 - 1, 2, 1]
    border = dict(zip(map(tuple, ground.edges.tolist()), ground.borders.tolist(), strict=True))
    assert border[0, 6] == pytest.approx(10) and border[0, 7] == 0
    assert ground.areas == pytest.approx(np.full(24, 100.0))
    assert ground.perimeters == pytest.approx(np.full(24, 40.0))
    assert ground.xy[7] == pytest.approx([15, 15])
    assert BARRIER not in terrain(plan, has_barriers=False).kinds
    assert kind.keys() == {(min(p), max(p)) for p in kind}


def test_points_without_areas_are_neighbours_by_triangulation() -> None:
    squares = PLAN.units
    units = Units(squares.codes, squares.names, dict(squares.columns), geometry_kind="point")
    plan = new_plan(
        CRS, units, None, replace(grid_accounts(6, 4), unit=np.arange(12, dtype=np.int32))
    )
    ground = terrain(plan)
    assert np.isfinite(ground.xy[:12]).all() and np.isnan(ground.xy[12:]).all()
    assert len(ground.edges) > 11 and ground.edges.max() == 11
    found = prepare(plan, A, Settings(mode="new", n_territories=3, wishes=(Wish("n_units"),)))
    assert found.rows.tolist() == list(range(12))
    assert "12 areas have no place" in found.notes[-1]


# ---------------------------------------------------------------------- sums and targets
@given(
    st.lists(st.integers(-1, 2), min_size=24, max_size=24),
    st.lists(st.integers(0, 11), max_size=4, unique=True),
    st.integers(0, 2),
)
def test_sums_are_those_of_the_measures(labels: list[int], rows: list[int], owner: int) -> None:
    plan = PLAN
    wanted = np.array([*ids(), -1], np.int32)[labels]
    moved = assign(plan, A, np.arange(24), wanted)
    plan = done(plan, moved) if moved.edit else plan
    given_ = name_accounts(plan, A, np.array(rows, int), ids()[owner])
    plan = done(plan, given_) if given_.edit else plan
    found = prepare(plan, A, asked("new", n_territories=3))
    view = plan.alignment(A)
    for j, measure in enumerate(found.measures):
        assert sums(found)[:, j] == pytest.approx(measures.totals(view, measure)[1:])
    total = found.problem.activities.sum(0) + found.problem.fixed_load.sum(0)
    assert found.problem.targets.sum(0) == pytest.approx(total)


def test_accounts_that_do_not_follow_count_for_their_owner() -> None:
    plan = named()
    found = prepare(plan, A, asked("rebalance"))
    assert found.problem.fixed_load.tolist() == [[0, 0], [0, 0], [0, 10 + 40]]
    assert found.problem.activities[0, 1] == 0


def test_own_targets_and_part_time() -> None:
    first, second, third = ids()
    plan = done(PLAN, scenarios.set_target(PLAN, A, first, PEOPLE, 1000.0))
    total = float(PLAN.units.columns["population"].sum())
    found = prepare(plan, A, asked("rebalance", shares=((second, 0.5),)))
    rest = total - 1000
    assert found.problem.targets[:, 0] == pytest.approx([1000, rest / 3, 2 * rest / 3])
    equal = prepare(plan, A, Settings(wishes=(Wish(PEOPLE, target="equal"),)))
    assert equal.problem.targets[:, 0] == pytest.approx(np.full(3, total / 3))
    greedy = done(PLAN, scenarios.set_target(PLAN, A, first, PEOPLE, 9999.0))
    with pytest.raises(BadWish, match="all of"):
        prepare(greedy, A, asked("rebalance"))
    rep = rec.Rep("r", plan.next_id, name="Ann")
    half = rec.Staffing("s", plan.next_id + 1, A, territory=third, rep=rep.id, share=0.5)
    staffed = replace(PLAN, tables={**PLAN.tables, "staffing": {(A, "s"): half}})
    shares = prepare(staffed, A, asked("rebalance")).problem.targets[:, 0]
    assert shares == pytest.approx(np.array([0.4, 0.4, 0.2]) * total)


def test_targets_of_a_part_share_what_the_part_has() -> None:
    found = prepare(PLAN, A, asked("rebalance", territories=(ids()[0], ids()[2])))
    assert found.problem.n_units == 16 and found.problem.n_territories == 2
    assert found.problem.targets == pytest.approx(np.tile(sums(found).mean(0), (2, 1)))
    assert set(found.before.tolist()) == {ids()[0], ids()[2]}


# ---------------------------------------------------------------------- modes
def test_a_new_build_keeps_the_largest_territories() -> None:
    more = prepare(PLAN, A, asked("new", n_territories=5))
    assert more.territories == (*ids(), NEW, NEW) and not more.gone
    assert more.names == ("T0", "T1", "T2", "Territory 4", "Territory 5")
    fewer = prepare(PLAN, A, asked("new", n_territories=1))
    assert fewer.territories == (ids()[2],) and fewer.gone == tuple(ids()[:2])
    assert fewer.options.start == "new" and fewer.options.keep == 0
    alone = prepare(grid_plan(territories=0), A, asked("new", n_territories=4))
    assert alone.territories == (NEW,) * 4


def test_accounts_of_territories_that_go_follow_their_areas() -> None:
    plan = done(PLAN, name_accounts(PLAN, A, np.array([0]), ids()[1]))
    found = prepare(plan, A, asked("absorb", territories=(ids()[1],)))
    assert found.gone == (ids()[1],) and found.options.start == "near"
    assert not found.problem.fixed_load.any()
    assert found.problem.activities[0, 1] == 10
    assert (found.problem.baseline == -1).sum() == 8


def test_filling_moves_nothing_that_has_a_territory() -> None:
    half = done(PLAN, assign(PLAN, A, np.arange(6), -1))
    found = prepare(half, A, asked("fill"))
    assert found.options.start == "fill"
    free = found.problem.fixed < 0
    assert found.rows[free].tolist() == list(range(6))
    with pytest.raises(BadWish, match="Nothing is unassigned"):
        prepare(PLAN, A, asked("fill"))


def test_carving_begins_with_what_is_selected() -> None:
    found = prepare(PLAN, A, asked("carve"), selection=[2, 3])
    assert found.territories == (*ids(), NEW)
    assert found.rows[found.problem.fixed == 3].tolist() == [2, 3]
    assert found.before[2] == ids()[1] and found.options.keep >= 0.5
    total = float(PLAN.units.columns["population"].sum())
    assert found.problem.targets[:, 0] == pytest.approx(np.full(4, total / 4))


def test_splitting_concerns_one_territory_only() -> None:
    found = prepare(PLAN, A, asked("split", territories=(ids()[1],), n_territories=3))
    assert found.names == ("T1", "T1 2", "T1 3")
    assert set(found.rows % 6) == {2, 3}
    for wrong, text in (((), "one territory"), (tuple(ids()), "one territory")):
        with pytest.raises(BadWish, match=text):
            prepare(PLAN, A, asked("split", territories=wrong))
    with pytest.raises(BadWish, match="cannot be split"):
        prepare(PLAN, A, asked("split", territories=(ids()[1],), n_territories=9))


def test_only_what_is_selected_moves() -> None:
    found = prepare(PLAN, A, asked("selected"), selection=[1, 2, 3, 99])
    assert found.rows[found.problem.fixed < 0].tolist() == [1, 2, 3]
    with pytest.raises(BadWish, match="selected"):
        prepare(PLAN, A, asked("selected"))


def test_nested_territories_stay_inside_their_region() -> None:
    found = prepare(PLAN, A, asked("nested", n_territories=8, district_column="state"))
    p = found.problem
    states = PLAN.units.columns["state"][found.rows]
    per_territory = [set(states[p.allowed[p.allowed_class, t]]) for t in range(8)]
    assert all(len(s) == 1 for s in per_territory)
    assert set.union(*per_territory) == {"S0", "S1", "S2", "S3"}
    assert set(ids()) <= set(found.territories)
    for state in range(4):
        mine = [t for t in range(8) if per_territory[t] == {f"S{state}"}]
        there = p.activities[states == f"S{state}"].sum(0)
        assert p.targets[mine].sum(0) == pytest.approx(there)
    with pytest.raises(BadWish, match="regions"):
        prepare(PLAN, A, asked("nested", n_territories=3, district_column="state"))
    with pytest.raises(BadWish, match="in no regions"):
        prepare(PLAN, A, asked("nested", n_territories=3))


def test_regions_of_the_tree() -> None:
    region = te.new_territory(PLAN, A, "North", level=1)
    plan = done(PLAN, te.create(PLAN, A, [region]))
    plan = done(plan, te.reparent(plan, A, ids()[:2], region.id))
    found = prepare(plan, A, asked("nested", n_territories=3))
    assert found.problem.n_units == 16  # T2 is in no region
    assert found.territories == (*ids()[:2], NEW) and found.parents == (region.id,) * 3


def test_the_number_can_come_from_what_one_can_serve() -> None:
    total = float(PLAN.units.columns["population"].sum())
    found = prepare(PLAN, A, asked("new", capacity=total / 4 + 1))
    assert found.problem.n_territories == 4
    by_count = asked("new", capacity=5, capacity_measure=COUNT)
    assert prepare(PLAN, A, by_count).problem.n_territories == 3


# ---------------------------------------------------------------------- what may not move
def test_locked_territories_and_areas_stay() -> None:
    plan = done(PLAN, te.set_locked(PLAN, A, [ids()[0]], True))
    plan = done(plan, locking.lock_units(plan, A, [2, 23], True))
    found = prepare(plan, A, asked("rebalance"))
    p = found.problem
    locked = np.isin(found.rows, [*np.flatnonzero(np.arange(24) % 6 < 2), 2, 23])
    assert (p.fixed[locked] == p.baseline[locked]).all()
    assert (p.fixed[~locked] == -1).all()
    assert not p.allowed[p.allowed_class[~locked]][:, 0].any()
    freed = prepare(plan, A, asked("rebalance", keep_locked=False))
    assert (freed.problem.fixed == -1).all() and len(freed.locks) == 3
    with pytest.raises(BadWish, match="locked"):
        prepare(plan, A, asked("absorb", territories=(ids()[0],)))
    everything = done(PLAN, te.set_locked(PLAN, A, ids(), True))
    with pytest.raises(BadWish, match="Everything is locked"):
        prepare(everything, A, asked("rebalance"))


def test_what_is_locked_as_unassigned_is_left_out() -> None:
    plan = done(PLAN, assign(PLAN, A, np.array([0]), -1))
    plan = done(plan, locking.lock_units(plan, A, [0], True))
    found = prepare(plan, A, asked("rebalance"))
    assert 0 not in found.rows and found.problem.n_units == 23
    assert "stays unassigned" in found.notes[0]


def test_a_territory_built_around_its_start_point_holds_it() -> None:
    arcs, unit = PLAN.arcs, 7
    assert arcs is not None
    metres = np.array(arcs.origin) + arcs.centres[unit : unit + 1] / 100
    lon, lat = (float(v[0]) for v in lonlat(metres[:, 0], metres[:, 1], PLAN.crs))
    plan = done(PLAN, seeds.set_seed(PLAN, A, ids()[1], lon, lat))
    held = prepare(plan, A, asked("new", n_territories=3)).problem
    assert np.flatnonzero(held.fixed >= 0).tolist() == [unit] and held.fixed[unit] == 1
    begun = prepare(plan, A, asked("new", n_territories=3, seeds="begin")).problem
    assert (begun.fixed == -1).all()
    locked = done(plan, locking.lock_units(plan, A, [unit], True))
    kept = prepare(locked, A, asked("new", n_territories=3)).problem
    assert kept.fixed[unit] == 0, "what is locked stays where it is"


def test_start_points() -> None:
    plan = done(PLAN, seeds.set_seed(PLAN, A, ids()[1], -95.7, 23.2))
    assert np.isfinite(prepare(plan, A, asked("rebalance")).problem.seeds).sum() == 2
    assert np.isnan(prepare(plan, A, asked("rebalance", seeds="off")).problem.seeds).all()
    loose = done(plan, seeds.set_seed(plan, A, ids()[0], -95.9, 23.1, is_fixed=False))
    held = prepare(loose, A, asked("new", n_territories=3))
    assert np.isfinite(held.problem.seeds[:, 0]).tolist() == [False, True, False]
    begun = prepare(loose, A, asked("new", n_territories=3, seeds="begin"))
    assert np.isfinite(begun.problem.seeds[:, 0]).tolist() == [True, True, False]
    assert held.options.seeds_hold and not begun.options.seeds_hold
    improved = prepare(loose, A, asked("rebalance", seeds="begin"))
    assert np.isnan(improved.problem.seeds).all()
    far = done(PLAN, seeds.set_seed(PLAN, A, ids()[1], 20.0, 50.0))
    with pytest.raises(BadWish, match=r"T1.* outside the map"):
        prepare(far, A, asked("rebalance"))
    with pytest.raises(BadWish, match="rep"):
        prepare(plan, A, asked("rebalance", seeds="reps"))


def test_handover_is_counted_in_accounts_and_money() -> None:
    found = prepare(PLAN, A, asked("rebalance", handover_most=5))
    assert [m.name for m in found.handed] == ["Number of accounts", "Sales"]
    assert found.problem.handover[:3].tolist() == [[1, 10], [0, 0], [1, 20]]
    assert (found.problem.handover_caps[:, 0] == 5).all()
    assert np.isinf(found.problem.handover_caps[:, 1]).all()


def test_states_as_districts() -> None:
    found = prepare(PLAN, A, asked("rebalance", district_column="state", keep_districts=0.7))
    assert found.problem.districts.tolist() == [i // 6 for i in range(24)]
    assert found.options.keep_districts == 0.7
    assert prepare(PLAN, A, asked("rebalance")).options.keep_districts == 0
    with pytest.raises(BadWish, match=r"no column") as caught:
        prepare(PLAN, A, asked("rebalance", district_column="county"))
    assert "state" in caught.value.hint


# ---------------------------------------------------------------------- bad wishes
@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (Settings(wishes=(Wish("nothing"),)), "no measure"),
        (Settings(wishes=(Wish(PEOPLE), Wish("Population"))), "twice"),
        (Settings(wishes=(Wish(PEOPLE, 0.0),)), "tolerance"),
        (Settings(wishes=(Wish(PEOPLE, 1.2),)), "tolerance"),
        (Settings(wishes=(Wish(PEOPLE, float("nan")),)), "tolerance"),
        (Settings(wishes=(Wish(PEOPLE, weight=0.0),)), "weight 0"),
        (Settings(wishes=(Wish(PEOPLE, weight=float("inf")),)), "Weight"),
        (Settings(wishes=(Wish(PEOPLE, minimum=-1.0),)), "minimum"),
        (Settings(wishes=(Wish(PEOPLE, minimum=9.0, maximum=1.0),)), "above its maximum"),
        (Settings(mode="new", n_territories=25), "cannot be made"),
        (Settings(mode="new", n_territories=20_000), "must lie between"),
        (Settings(mode="new", n_territories=-1), "at least one"),
        (Settings(keep=2.0), "make no sense"),
        (Settings(effort=0.0), "make no sense"),
        (Settings(mode="absorb"), "take over"),
        (Settings(shares=((10_000, 0.5),), seeds="reps"), "home"),
    ],
)
def test_wishes_that_mean_nothing_are_refused(settings: Settings, text: str) -> None:
    with pytest.raises(BadWish, match=text) as caught:
        prepare(PLAN, A, settings)
    assert caught.value.hint or text in ("one territory",)


def test_negative_and_empty_measures_are_refused() -> None:
    people = PLAN.units.columns["population"].copy()
    people[5] = -1
    bad = replace(PLAN, units=PLAN.units.with_column("population", people))
    with pytest.raises(BadWish, match=r"negative in .*Square 5"):
        prepare(bad, A, asked("rebalance"))
    none = replace(PLAN, units=PLAN.units.with_column("population", np.zeros(24)))
    with pytest.raises(BadWish, match="0 everywhere"):
        prepare(none, A, asked("rebalance"))
    gaps = people.copy()
    gaps[5] = np.nan
    some = replace(PLAN, units=PLAN.units.with_column("population", gaps))
    assert prepare(some, A, asked("rebalance")).problem.activities[5, 0] == 0


def test_a_plan_without_territories_or_areas() -> None:
    with pytest.raises(BadWish, match="no territories"):
        prepare(grid_plan(territories=0), A, asked("rebalance"))
    with pytest.raises(BadWish, match="not said"):
        prepare(grid_plan(territories=0), A, asked("new"))
    empty = replace(PLAN, units=PLAN.units.with_column("is_present", np.zeros(24, bool)))
    with pytest.raises(BadWish, match="no areas"):
        prepare(empty, A, asked("new", n_territories=2))
