"""Water links: made, removed, refused; measures, neighbours and fills follow at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk import measures
from terradesk import records as rec
from terradesk.choosing import neighbours
from terradesk.edits import apply, assign, describe, invert, links
from terradesk.edits.colours import met
from terradesk.errors import TerraDeskError
from terradesk.plan import Plan
from tests.core.kernel import grid_plan

A = 3
PLAN = grid_plan()


def linked(plan: Plan, a: int, b: int) -> Plan:
    edit = links.link(plan, a, b)
    assert edit is not None
    return apply(plan, edit)


def islands() -> Plan:
    """T0 without its middle: squares 0 to 7, and 18 and 19 cut off from them."""
    edit = assign(PLAN, A, np.array([12, 13]), -1).edit
    assert edit is not None
    return apply(PLAN, edit)


def parts(plan: Plan) -> list[int]:
    return measures.contiguity(plan.alignment(A)).parts.tolist()


# ---------------------------------------------------------------------- made and removed
def test_a_link_is_made_and_removed() -> None:
    edit = links.link(PLAN, 0, 23, "Ferry")
    assert edit is not None and describe(edit) == "Linked Square 0 and Square 23 over water"
    assert edit.alignment == 0, "of the whole plan"
    plan = apply(PLAN, edit)
    assert [(b.unit_a, b.unit_b, b.note) for b in plan.rows(rec.Bridge)] == [(0, 23, "Ferry")]
    assert links.linked_with(plan, 0) == [23] and links.linked_with(plan, 23) == [0]
    assert links.link(plan, 23, 0) is None, "linked already, whichever comes first"
    gone = links.unlink(plan, 23, 0)
    assert gone is not None
    assert describe(gone) == "Removed the water link between Square 23 and Square 0"
    assert apply(plan, gone).rows(rec.Bridge) == []
    assert links.unlink(PLAN, 0, 23) is None


def test_links_written_twice_go_together() -> None:
    rows = {(0, str(k)): rec.Bridge(str(k), 90 + k, 0, *pair) for k, pair in enumerate(
        ((0, 23), (23, 0), (0, 5)))}  # fmt: skip
    plan = replace(PLAN, tables={**PLAN.tables, "bridge": rows})
    assert links.linked_with(plan, 0) == [23, 5]
    gone = links.unlink(plan, 0, 23)
    assert gone is not None
    assert [b.unit_b for b in apply(plan, gone).rows(rec.Bridge)] == [5]


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        (4, 4, "linked with itself"),
        (0, 1, "Square 0 and Square 1 share a border"),
        (0, 6, "share a border"),
        (0, 24, "no longer there"),
        (-1, 3, "no longer there"),
    ],
)
def test_what_cannot_be_linked(a: int, b: int, words: str) -> None:
    with pytest.raises(TerraDeskError, match=words) as caught:
        links.link(PLAN, a, b)
    assert caught.value.hint


def test_a_shared_corner_is_no_border_and_an_absent_area_no_end() -> None:
    assert links.link(PLAN, 0, 7) is not None
    present = np.ones(24, bool)
    present[23] = False
    plan = replace(PLAN, units=replace(PLAN.units, is_present=present))
    with pytest.raises(TerraDeskError, match="no longer there"):
        links.link(plan, 0, 23)
    stray = linked(PLAN, 0, 23)
    gone = replace(stray, units=replace(stray.units, is_present=present))
    assert links.linked_with(gone, 0) == []


def test_areas_without_a_map_can_be_linked() -> None:
    bare = replace(PLAN, coverage=None)
    assert links.link(bare, 0, 1) is not None


# ---------------------------------------------------------------------- what follows
def test_a_territory_is_in_one_piece_over_a_link() -> None:
    plan = islands()
    assert parts(plan)[1] == 2
    assert [p.rows.tolist() for p in measures.detached(plan.alignment(A))] == [[18, 19]]
    joined = linked(plan, 7, 18)
    assert parts(joined)[1] == 1 and measures.detached(joined.alignment(A)) == []
    gone = links.unlink(joined, 7, 18)
    assert gone is not None and parts(apply(joined, gone))[1] == 2


def test_what_is_kept_of_a_plan_forgets_links() -> None:
    """Figures kept for gestures follow links made and removed after they were first asked for."""
    plan = islands()
    view = plan.alignment(A)
    assert measures.standing_of(view).parts_and_gaps[0].tolist()[1] == 2
    edit = links.link(plan, 7, 18)
    assert edit is not None
    joined = apply(plan, edit)
    measures.carry(view, edit, joined.alignment(A))
    assert measures.standing_of(joined.alignment(A)).parts_and_gaps[0].tolist()[1] == 1
    cut = assign(joined, A, np.array([18]), -1).edit
    assert cut is not None
    effect = measures.what_if(joined.alignment(A), cut)
    assert effect is not None
    assert [tuple(s[1:]) for s in effect.splits] == [(1, 2)], "nothing joins the rest"
    back = apply(joined, invert(edit))
    measures.carry(joined.alignment(A), invert(edit), back.alignment(A))
    assert measures.standing_of(back.alignment(A)).parts_and_gaps[0].tolist()[1] == 2


def test_neighbours_and_colours_follow() -> None:
    plan = linked(PLAN, 0, 5)
    assert neighbours.grown(PLAN, [0]).tolist() == [0, 1, 6]
    assert neighbours.grown(plan, [0]).tolist() == [0, 1, 5, 6]
    labels = PLAN.alignment(A).unit_slots - 1
    assert [0, 2] not in met(PLAN, labels).tolist() and [0, 2] in met(plan, labels).tolist()


@given(st.lists(st.tuples(st.integers(0, 23), st.integers(0, 23)), max_size=6))
def test_links_are_symmetric_and_undo_restores_them(pairs: list[tuple[int, int]]) -> None:
    plan, done = PLAN, []
    for a, b in pairs:
        if a == b or links.are_neighbours(plan, a, b):
            with pytest.raises(TerraDeskError):
                links.link(plan, a, b)
            continue
        edit = links.unlink(plan, a, b) or links.link(plan, a, b)
        assert edit is not None
        plan = apply(plan, edit)
        done.append(edit)
    for unit in range(24):
        for other in links.linked_with(plan, unit):
            assert unit in links.linked_with(plan, other)
    for edit in reversed(done):
        plan = apply(plan, invert(edit))
    assert plan.tables["bridge"] == PLAN.tables["bridge"]


# ---------------------------------------------------------------------- barriers
def blocked(plan: Plan, a: list[int], b: list[int]) -> Plan:
    edit = links.block(plan, a, b, "River")
    assert edit is not None
    return apply(plan, edit)


def pairs(plan: Plan) -> set[frozenset[int]]:
    return {frozenset((b.unit_a, b.unit_b)) for b in plan.rows(rec.Barrier)}


def test_a_barrier_runs_along_all_borders_between_two_groups() -> None:
    plan = blocked(PLAN, [0, 1, 2], [6, 7, 8, 99, -1])
    assert pairs(plan) == {frozenset(p) for p in ((0, 6), (1, 7), (2, 8))}
    assert links.block(plan, [1], [7]) is None
    more = links.block(plan, [0, 1, 2, 3], [6, 7, 8, 9])
    assert more is not None and len(more.records) == 1
    assert describe(more) == "Made the border of Square 3 and Square 9 a barrier"


def test_barriers_are_taken_away_again() -> None:
    plan = blocked(PLAN, [0, 1, 2], [6, 7, 8])
    edit = links.unblock(plan, [7], [1])
    assert edit is not None
    after = apply(plan, edit)
    assert pairs(after) == {frozenset((0, 6)), frozenset((2, 8))}
    assert links.unblock(after, [7], [1]) is None
    assert pairs(apply(after, invert(edit))) == pairs(plan)
    many = links.unblock(plan, range(24), range(24))
    assert many is not None and describe(many) == "Removed 3 barriers"


def test_a_barrier_changes_no_figure_and_needs_a_border() -> None:
    plan = blocked(PLAN, range(12), range(12, 24))  # type: ignore[arg-type]
    assert parts(plan) == parts(PLAN)
    with pytest.raises(TerraDeskError, match="do not touch"):
        links.block(PLAN, [0], [7])
