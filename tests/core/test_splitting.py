"""Splitting a territory in two, and cutting a group of areas along a line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from terradesk import records as rec
from terradesk.arcs import build
from terradesk.arcs.cutting import continued, cut, right_of
from terradesk.arcs.flooding import pieces
from terradesk.arcs.picking import Picker
from terradesk.edits import Edit, Record, apply, describe, invert
from terradesk.edits.splitting import part_name, split
from terradesk.edits.territories import set_locked, staff
from terradesk.errors import TerraDeskError
from tests.core.kernel import SIDE, grid, grid_plan


def ids(plan) -> list[int]:
    return [t.id for t in plan.alignment(3).leaves]


def line(*points: tuple[float, float]) -> np.ndarray:
    return np.array(points) * SIDE


# ---------------------------------------------------------------------- the edit
def test_the_larger_part_keeps_its_identity_and_the_other_is_number_2_without_a_rep():
    plan = grid_plan()
    first = ids(plan)[0]
    rep = rec.Rep(rec.new_uid(), plan.next_id, name="Ann")
    plan = apply(plan, Edit("", records=(Record("rep", None, rep),)))
    plan = apply(plan, staff(plan, 3, first, rep.id))
    upper = np.array([6, 7, 12, 13, 18, 19])
    done = split(plan, 3, first, upper)
    after = apply(plan, done.edit).alignment(3)
    new = next(t for t in after.leaves if t.id not in ids(plan))
    assert new.name == "T0 2" and after.name_of(first) == "T0"
    assert (after.assignment[upper] == first).all() and (after.assignment[[0, 1]] == new.id).all()
    assert first in after.owners and new.id not in after.owners
    assert describe(done.edit) == "Split T0: 2 squares are now T0 2"


def test_the_measure_tells_the_larger_part():
    plan = grid_plan()
    weights = np.zeros(24)
    weights[0] = 5
    after = apply(plan, split(plan, 3, ids(plan)[0], [6, 7, 12, 13, 18, 19], weights).edit)
    assert (after.assignments[3][[0, 1]] == ids(plan)[0]).all()


def test_a_part_of_a_part_counts_on():
    plan = grid_plan()
    plan = apply(plan, split(plan, 3, ids(plan)[0], [0, 1]).edit)
    view = plan.alignment(3)
    assert part_name(view, "T0 2") == "T0 3" and part_name(view, "T1") == "T1 2"
    assert part_name(view, "Area 51") == "Area 51 2"


def test_the_new_part_hangs_below_the_same_district():
    plan = grid_plan()
    node = plan.alignment(3).territories[ids(plan)[0]]
    above = rec.Territory(rec.new_uid(), plan.next_id, 3, name="West", level=1)
    moved = Record("territory", node, replace(node, parent=above.id))
    plan = apply(plan, Edit("", records=(Record("territory", None, above), moved), alignment=3))
    after = apply(plan, split(plan, 3, node.id, [0, 1]).edit).alignment(3)
    assert {t.name for t in after.children(above.id)} == {"T0", "T0 2"}


@pytest.mark.parametrize("rows", [[], [2, 3], [0, 1, 6, 7, 12, 13, 18, 19]])
def test_an_empty_part_is_refused(rows):
    plan = grid_plan()
    with pytest.raises(TerraDeskError, match="in two"):
        split(plan, 3, ids(plan)[0], np.array(rows, int))


def test_a_locked_territory_is_refused_and_locked_areas_stay():
    plan = grid_plan()
    first = ids(plan)[0]
    locked = apply(plan, set_locked(plan, 3, [first], True))
    with pytest.raises(TerraDeskError, match="T0 is locked"):
        split(locked, 3, first, np.array([0, 1]))
    lock = rec.Lock(rec.new_uid(), plan.next_id, 3, kind="unit", ref=1)
    plan = apply(plan, Edit("", records=(Record("lock", None, lock),), alignment=3))
    done = split(plan, 3, first, np.array([0, 1]))
    after = apply(plan, done.edit).assignments[3]
    assert done.n_locked == 1 and after[1] == first and after[0] != first
    assert split(plan, 3, first, np.array([1])).edit is None


@given(st.sets(st.integers(0, 23)), st.integers(0, 2))
def test_a_split_moves_only_areas_of_its_territory_and_is_undone_exactly(rows, which):
    plan = grid_plan()
    territory = ids(plan)[which]
    try:
        edit = split(plan, 3, territory, np.array(sorted(rows), int)).edit
    except TerraDeskError:
        return
    after = apply(plan, edit)
    moved = after.assignments[3] != plan.assignments[3]
    assert (plan.assignments[3][moved] == territory).all()
    n_new, n_kept = int(moved.sum()), int((after.assignments[3] == territory).sum())
    assert 0 < n_new <= n_kept
    back = apply(after, invert(edit))
    assert (back.assignments[3] == plan.assignments[3]).all()
    assert back.alignment(3).territories == plan.alignment(3).territories


# ---------------------------------------------------------------------- the line
def test_ends_go_on_straight():
    before, after = continued([(0.0, 0.0), (3.0, 0.0), (3.0, 3.0)], 1 / 3)
    assert np.allclose(before, (-2, 0)) and np.allclose(after, (3, 5))


@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=2, max_size=2),
    st.lists(st.tuples(st.integers(-90, 90), st.integers(-90, 90)), min_size=1, max_size=20),
)
def test_a_straight_line_has_the_sides_of_the_half_planes(ends, points):
    (ax, ay), (bx, by) = ends
    if (ax, ay) == (bx, by):
        return
    at = np.array(points, float)
    cross = (bx - ax) * (at[:, 1] - ay) - (by - ay) * (at[:, 0] - ax)
    off = cross != 0
    found = right_of(np.array(ends, float), at)
    sides = {(bool(s), bool(f)) for s, f in zip(cross[off] > 0, found[off], strict=True)}
    assert len({s for s, _f in sides}) == len(sides) <= 2  # one answer for each side
    assert len({f for _s, f in sides}) == len(sides)  # and different ones


def test_a_line_right_across_cuts_by_centres():
    plan = grid_plan(6, 4, 1)
    picker, rows = Picker(plan.arcs), np.arange(24, dtype=np.int32)
    lower = {tuple(range(12)), tuple(range(12, 24))}
    assert tuple(cut(picker, rows, line((-1, 2.1), (7, 2.1)))) in lower
    assert tuple(cut(picker, rows, line((-1, 2.4), (3, 1.6), (7, 2.4)))) in lower


def test_an_end_that_stops_a_little_short_is_continued_but_not_a_stub():
    plan = grid_plan(6, 4, 1)
    picker, rows = Picker(plan.arcs), np.arange(24, dtype=np.int32)
    assert len(cut(picker, rows, line((0.6, 2.1), (5.4, 2.1)))) == 12
    assert cut(picker, rows, line((2.2, 2.1), (3.8, 2.1))) is None
    assert cut(picker, rows, line((-3, 2.1), (1, 2.1))) is None
    assert cut(picker, rows, line((-3, 9), (9, 9))) is None
    assert cut(picker, rows, line((1, 1), (1, 1))) is None
    assert cut(picker, rows, line((1, 1))) is None


def test_a_line_across_one_arm_leaves_the_other_arm_whole():
    """A horseshoe: the straight continuation of the line would meet the second arm."""
    squares = grid(5, 4)
    keep = [i for i in range(20) if i % 5 in (0, 4) or i < 5]
    arcs = build(squares[keep])
    rows = np.arange(len(keep), dtype=np.int32)
    part = cut(Picker(arcs), rows, line((-1, 2.1), (1.6, 2.1)))
    tip = {keep.index(10), keep.index(15)}
    assert set(part.tolist()) == tip or set(rows.tolist()) - set(part.tolist()) == tip


def test_a_line_between_islands_parts_them():
    arcs = build(shapely.box([0, 5 * SIDE], [0, 0], [SIDE, 6 * SIDE], [SIDE, SIDE]))
    part = cut(Picker(arcs), np.arange(2, dtype=np.int32), line((3, -2), (3, 3)))
    assert len(part) == 1


def test_pieces_ignore_sides_where_the_line_does_not_run():
    arcs = build(grid(4, 1))
    rows = np.arange(4, dtype=np.int32)
    sides = np.array([True, False, True, True])
    part, n = pieces(arcs, rows, sides, np.array([True, False, False, False]))
    assert n == 2 and part.tolist() == [0, 1, 1, 1]
