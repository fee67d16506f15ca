"""What a planner expects of a build: gentle, near by, explained, refused at once if absurd."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from terradesk.api.open_plan import OpenPlan
from terradesk.builder.plans import titling
from terradesk.builder.problem import BadWish
from terradesk.document import Document
from terradesk.errors import TerraDeskError
from terradesk.plan import UNASSIGNED, Plan
from tests.core.kernel import grid_plan

QUICK: dict[str, Any] = {"effort": 0.2}


def opened(plan: Plan) -> OpenPlan:
    return OpenPlan(Document(plan))


@pytest.fixture
def stripes() -> OpenPlan:
    """Ten stripes of 2 x 8 squares, all about equal."""
    return opened(grid_plan(20, 8, 10))


def before_and_after(plan: OpenPlan, **wishes: Any) -> tuple[np.ndarray, np.ndarray, Any]:
    before = plan.view.assignment.copy()
    built = plan.build(**(QUICK | wishes))
    return before, plan.view.assignment, built


def ids(plan: OpenPlan) -> dict[str, int]:
    return {t.name: t.id for t in plan.view.leaves}


# ---------------------------------------------------------------------- a rep leaves
def test_only_areas_of_the_one_who_left_move_where_neighbours_can_hold_them(
    stripes: OpenPlan,
) -> None:
    known = ids(stripes)
    before, after, built = before_and_after(
        stripes, balance="Population:60%", mode="absorb", of=["T4"]
    )
    mine = before == known["T4"]
    assert (after[~mine] == before[~mine]).all()
    assert set(after[mine].tolist()) == {known["T3"], known["T5"]}
    assert built.n_changed == mine.sum() and not built.notes


def test_neighbours_of_neighbours_help_as_far_as_tolerance_needs_it(stripes: OpenPlan) -> None:
    known = ids(stripes)
    before, after, built = before_and_after(
        stripes, balance="Population:25%", mode="absorb", of=["T4"]
    )
    assert built.as_dict()["in_tolerance"] == 9 and built.result.is_valid
    far = np.isin(before, [known["T0"], known["T9"]])
    assert (after[far] == before[far]).all()


def test_nobody_else_changes_when_asked_so(stripes: OpenPlan) -> None:
    known = ids(stripes)
    before, after, built = before_and_after(
        stripes, balance="Population:10%", mode="absorb", of=["T4"], reach="only"
    )
    mine = before == known["T4"]
    assert (after[~mine] == before[~mine]).all() and known["T4"] not in after
    assert any("T3" in note for note in built.notes)


def test_what_was_out_of_tolerance_before_stays_and_is_said_in_one_sentence(
    stripes: OpenPlan,
) -> None:
    codes = stripes.plan.units.codes[stripes.view.assignment == ids(stripes)["T8"]]
    stripes.assign([str(c) for c in codes if int(c) % 20 == 17], "T9")
    mine = stripes.view.assignment == ids(stripes)["T1"]
    before, after, built = before_and_after(
        stripes, balance="Population:45%", mode="absorb", of=["T1"]
    )
    assert (after[~mine] == before[~mine]).all()
    [said] = built.notes
    assert "1 territory was out of tolerance before and is not worse" in said and "T8" in said


# ---------------------------------------------------------------------- a rep comes
def test_a_new_territory_has_what_was_selected_and_leaves_the_far_alone() -> None:
    plan = opened(grid_plan(20, 8, 5))
    rows = np.flatnonzero(plan.view.assignment == ids(plan)["T0"])[:4]
    codes = [str(c) for c in plan.plan.units.codes[rows]]
    before, after, built = before_and_after(
        plan, balance="Population:30%", mode="carve", areas=codes
    )
    [new] = set(after.tolist()) - set(before.tolist())
    assert (after[rows] == new).all()
    assert built.result.is_valid and built.as_dict()["in_tolerance"] == 6
    assert (after != before).sum() < len(after) / 2


def test_a_selection_that_empties_a_territory_is_refused(stripes: OpenPlan) -> None:
    rows = np.flatnonzero(stripes.view.assignment == ids(stripes)["T0"])
    with pytest.raises(BadWish, match="nothing left"):
        stripes.build(mode="carve", areas=[str(c) for c in stripes.plan.units.codes[rows]])


# ---------------------------------------------------------------------- keeping
def test_keeping_all_changes_nothing_but_what_nobody_has(stripes: OpenPlan) -> None:
    stripes.assign(["00003", "00004"], None)
    before, after, _built = before_and_after(stripes, balance="Population:20%", keep=1.0)
    had = before != UNASSIGNED
    assert (after[had] == before[had]).all() and (after != UNASSIGNED).all()


def test_areas_count_as_kept_even_where_nobody_lives() -> None:
    plan = grid_plan(12, 8, 2)
    empty = plan.units.columns["population"]
    empty[:] = np.where(np.arange(len(empty)) % 12 < 2, 50.0, 0.0)
    empty[np.arange(len(empty)) % 12 > 9] = 50.0
    _before, _after, built = before_and_after(opened(plan), balance="Population:10%", keep=0.9)
    assert built.n_changed == 0


def test_the_same_run_gives_the_same_plan_and_undo_gives_the_old_one(stripes: OpenPlan) -> None:
    asked: dict[str, Any] = {"mode": "absorb", "of": ["T4"], "balance": "Population:15%"}
    first = stripes.build(**asked, **QUICK, accept=False).result.assignment
    start = stripes.view.assignment.copy()
    assert (stripes.build(**asked, **QUICK).result.assignment == first).all()
    stripes.undo()
    assert (stripes.view.assignment == start).all() and "T4" in stripes.territories


# ---------------------------------------------------------------------- rules of the house
def test_locked_territories_have_no_part_in_regions() -> None:
    plan = opened(grid_plan(8, 6, 4))
    plan.lock("T0")
    mine = plan.view.assignment == ids(plan)["T0"]
    built = plan.build(7, mode="nested", district_column="state", balance="Population:30%", **QUICK)
    assert not [v for v in built.result.violations if v.kind == "empty"]
    assert (plan.view.assignment == ids(plan)["T0"]).tolist() == mine.tolist()
    state = plan.plan.units.columns["state"]
    labels = plan.view.assignment
    assert all(len(set(state[labels == t])) == 1 for t in set(labels[~mine].tolist()))
    assert len(plan.territories) == 7


def test_a_cap_on_accounts_alone_can_be_compared() -> None:
    plan = opened(grid_plan(8, 6, 4))
    plan.assign([str(c) for c in plan.plan.units.codes[:12]], "T0")
    built = plan.build(balance="Population:25%", keep=0.5, handover_most=30, accept=False, **QUICK)
    assert len(built.prepared.handed) == 2 and np.isinf(built.prepared.problem.handover_caps).any()
    assert built.result.figures.handed[:, 0].max() <= 30
    assert built.as_dict()["in_tolerance"] >= 3


def test_areas_without_a_figure_are_told() -> None:
    plan = grid_plan(6, 4, 3)
    plan.units.columns["population"][[2, 5]] = math.nan
    found = opened(plan).diagnose(balance="Population:50%")
    assert "2 squares have no figure of" in " ".join(found.prepared.notes)


def test_quarters_of_cities_are_no_names_for_territories() -> None:
    names = titling._world()[0]
    assert "Memphis" in names and "New South Memphis" not in names
    assert {"New York City", "North Las Vegas"} & set(names.tolist())


# ---------------------------------------------------------------------- bad wishes
@pytest.mark.parametrize(
    "wishes",
    [
        {"territories": 0},
        {"territories": 4000},
        {"territories": 2.5},
        {"balance": "Population:0%"},
        {"balance": "Population:500%"},
        {"balance": "Population:nan%"},
        {"balance": "Nothing"},
        {"keep": math.nan},
        {"capacity": -1.0},
        {"capacity": math.nan, "mode": "new"},
        {"handover_most": -1},
        {"seeds": "somewhere"},
        {"reach": "far", "mode": "absorb", "of": ["T1"]},
        {"minimum": 1e9},
        {"maximum": 1.0},
        {"mode": "absorb"},
        {"mode": "split", "of": ["T1"], "territories": 99},
        {"mode": "absorb", "of": [f"T{i}" for i in range(10)]},
    ],
)
def test_bad_wishes_get_a_clear_answer_and_change_nothing(
    stripes: OpenPlan, wishes: dict[str, Any]
) -> None:
    plan = stripes.plan
    with pytest.raises(TerraDeskError) as caught:
        stripes.build(**wishes)
    assert str(caught.value) and caught.value.hint
    assert stripes.plan is plan
