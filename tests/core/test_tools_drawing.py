"""Circle, polygon, fill and split by plain calls, and laws of every drawing tool."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terradesk import records as rec
from terradesk.arcs.picking import Mode, Picker
from terradesk.edits import Assigned, Edit, Record, apply, invert
from terradesk.edits.territories import set_locked
from terradesk.plan import UNASSIGNED
from tests.core.kernel import SIDE, grid_plan
from tests.core.test_tools import PER_PX, at, context, ids, make, owners, spots
from ui.tools import NEW, TOOLS, Keys, Options, Preview, Refused, Selection
from ui.tools.lengths import length_text


def pocket_plan(*rows: int, columns: int = 6, lines: int = 4):
    """A grid of three stripes with some unassigned squares."""
    plan = grid_plan(columns, lines)
    labels = plan.assignments[3].copy()
    labels[list(rows)] = UNASSIGNED
    return replace(plan, assignments={3: labels})


def changed(plan, done: Assigned) -> list[int]:
    return np.flatnonzero(owners(plan, done) != plan.assignments[3]).tolist()


def click(tool, ctx, column: float, row: float, **more):
    pressed = tool.press(at(column, row, **more), ctx)
    released = tool.release(at(column, row, **more), ctx)
    return released if isinstance(pressed, Preview) else pressed


# ---------------------------------------------------------------------- circle
def circle_context(plan, **more):
    return context(plan, "circle", territory=ids(plan)[2], **more)


def test_a_circle_takes_centres_within_its_radius_and_tells_it():
    plan = grid_plan()
    tool, ctx = make("circle"), circle_context(plan)
    tool.press(at(1, 1), ctx)
    seen = tool.move(at(1.8, 1), ctx)
    assert seen.shape.kind == "circle" and math.isclose(seen.shape.radius, 0.8 * SIDE)
    assert seen.shape.texts == ("8.0 km",) and seen.unit_rows.tolist() == [0, 1, 6, 7]
    done = tool.release(at(1.8, 1), ctx)
    assert changed(plan, done) == [0, 1, 6, 7] and not tool.is_active
    tool.press(at(1, 1), replace(ctx, length_unit="mi"))
    assert tool.move(at(1.8, 1), replace(ctx, length_unit="mi")).shape.texts == ("5.0 mi",)


@pytest.mark.parametrize("mode, n", [(Mode.CENTRE, 4), (Mode.TOUCHES, 12), (Mode.INSIDE, 0)])
def test_a_circle_obeys_inside(mode, n):
    ctx = circle_context(grid_plan(), options=Options(inside=mode))
    tool = make("circle")
    tool.press(at(2, 2), ctx)
    assert len(tool.move(at(3.2, 2), ctx).unit_rows) == n


def test_a_typed_radius_is_exact_and_enter_ends_the_circle():
    plan = grid_plan()
    tool, ctx = make("circle"), circle_context(plan)
    tool.press(at(1, 1), ctx)
    for key in ("1", "2", ",", "5"):
        seen = tool.key(at(1, 1, key=key), ctx)
    assert seen.shape.radius == 12_500 and seen.shape.texts == ("12.5 km",)
    for _ in range(2):
        seen = tool.key(at(1, 1, key="Backspace"), ctx)
    assert seen.shape.radius == 12_000
    tool.key(at(1, 1, key="Backspace"), ctx)
    tool.key(at(1, 1, key="Backspace"), ctx)
    tool.key(at(1, 1, key="8"), ctx)
    done = tool.key(at(1, 1, key="Enter"), ctx)
    assert changed(plan, done) == [0, 1, 6, 7] and not tool.is_active
    assert tool.release(at(5, 1), ctx) is None


def test_nonsense_typed_leaves_the_radius_to_the_pointer():
    tool, ctx = make("circle"), circle_context(grid_plan())
    tool.press(at(1, 1), ctx)
    for key in ".,.":
        tool.key(at(1, 1, key=key), ctx)
    assert math.isclose(tool.move(at(2, 1), ctx).shape.radius, SIDE)


@pytest.mark.parametrize(
    "metres, unit, text",
    [(34e4, "km", "340 km"), (62_430, "mi", "38.8 mi"), (250, "km", "0.25 km"), (0, "mi", "0 mi")],
)
def test_lengths(metres, unit, text):
    assert length_text(metres, unit) == text


# ---------------------------------------------------------------------- polygon
def polygon_context(plan, **more):
    return context(plan, "polygon", territory=ids(plan)[2], **more)


CORNERS = ((0.1, 0.1), (1.9, 0.1), (1.9, 1.9))


@pytest.mark.parametrize("end", ["double", "Enter", "first corner"])
def test_a_polygon_is_clicked_and_ended_in_three_ways(end):
    plan = grid_plan()
    tool, ctx = make("polygon"), polygon_context(plan)
    for corner in CORNERS:
        seen = click(tool, ctx, *corner)
    assert seen.shape.kind == "polygon" and len(seen.shape.points) == 4
    seen = tool.move(at(0.1, 1.9), ctx)
    assert sorted(seen.unit_rows.tolist()) == [0, 1, 6, 7]
    click(tool, ctx, 0.1, 1.9)
    if end == "double":
        done = tool.double(at(0.1, 1.9), ctx)
    elif end == "Enter":
        done = tool.key(at(3, 3, key="Enter"), ctx)
    else:
        assert tool.move(at(0.12, 0.1), ctx).shape.is_closing
        done = tool.press(at(0.12, 0.1), ctx)
    assert changed(plan, done) == [0, 1, 6, 7] and not tool.is_active
    assert tool.release(at(0.1, 0.1), ctx) is None


def test_backspace_takes_corners_back_and_the_last_one_ends_it():
    tool, ctx = make("polygon"), polygon_context(grid_plan())
    for corner in CORNERS:
        click(tool, ctx, *corner)
    assert len(tool.key(at(3, 3, key="Backspace"), ctx).shape.points) == 3
    tool.key(at(3, 3, key="Backspace"), ctx)
    assert tool.is_active and tool.key(at(3, 3, key="Backspace"), ctx) is None
    assert not tool.is_active


def test_two_corners_are_no_polygon_yet():
    tool, ctx = make("polygon"), polygon_context(grid_plan())
    click(tool, ctx, 0.1, 0.1)
    assert isinstance(tool.double(at(0.1, 0.1), ctx), Preview) and tool.is_active
    click(tool, ctx, 1.9, 0.1)
    assert isinstance(tool.key(at(2, 2, key="Enter"), ctx), Preview) and tool.is_active


def test_a_dragged_press_draws_an_edge():
    plan = grid_plan()
    tool, ctx = make("polygon"), polygon_context(plan)
    tool.press(at(0.1, 0.1), ctx)
    tool.move(at(1.9, 0.1), ctx)
    tool.release(at(1.9, 0.1), ctx)
    tool.press(at(1.9, 1.9), ctx)
    tool.move(at(0.1, 1.9), ctx)
    assert len(tool.release(at(0.1, 1.9), ctx).shape.points) == 5
    assert changed(plan, tool.key(at(0.1, 1.9, key="Enter"), ctx)) == [0, 1, 6, 7]


def test_the_first_corner_is_met_from_farther_away_by_touch():
    tool, ctx = make("polygon"), polygon_context(grid_plan())
    for corner in CORNERS:
        click(tool, ctx, *corner)
    near = (0.1 * SIDE + 11 * PER_PX) / SIDE
    assert not tool.move(at(near, 0.1), ctx).shape.is_closing
    assert tool.move(at(near, 0.1, is_touch=True), ctx).shape.is_closing


# ---------------------------------------------------------------------- fill
def fill_context(plan, **more):
    return context(plan, "fill", **{"territory": ids(plan)[2], **more})


def test_hovering_shows_exactly_what_a_click_fills():
    plan = pocket_plan(14, 15, columns=6, lines=4)
    tool, ctx = make("fill"), fill_context(plan)
    seen = tool.hover(at(2.5, 2.5), ctx)
    assert seen.unit_rows.tolist() == [14, 15] and seen.target == ids(plan)[2]
    assert changed(plan, click(tool, ctx, 2.5, 2.5)) == [14, 15]
    assert tool.double(at(2.5, 2.5), ctx) is None


def test_the_open_rest_of_a_half_drawn_plan_is_not_filled_and_says_why():
    plan = grid_plan(20, 20, 3)
    labels = np.where(np.arange(400) % 20 >= 18, UNASSIGNED, plan.assignments[3])
    plan = replace(plan, assignments={3: labels})
    tool, ctx = make("fill"), fill_context(plan)
    seen = tool.hover(at(18.5, 5.5), ctx)
    assert "not enclosed" in seen.told and seen.is_refused and not len(seen.unit_rows)
    done = click(tool, ctx, 18.5, 5.5)
    assert isinstance(done, Refused) and done.message == seen.told


def test_a_gap_at_the_rim_of_the_map_is_a_pocket():
    plan = pocket_plan(0, 20, 21, columns=20, lines=3)
    seen = make("fill").hover(at(0.5, 0.5), fill_context(plan))
    assert seen.unit_rows.tolist() == [0, 20, 21]


def test_more_than_a_tenth_of_the_plan_is_refused():
    plan = grid_plan()
    seen = make("fill").hover(at(0.5, 0.5), fill_context(plan))
    assert "8 squares are over 10 %" in seen.told and seen.target is None


def test_it_stops_at_locks_states_and_where_there_is_no_link():
    plan = pocket_plan(13, 14, 15, 16, columns=6, lines=10)
    lock = rec.Lock(rec.new_uid(), plan.next_id, 3, kind="unit", ref=15)
    locked = apply(plan, Edit("", records=(Record("lock", None, lock),), alignment=3))
    ctx = fill_context(locked)
    assert make("fill").hover(at(2.5, 2.5), ctx).unit_rows.tolist() == [13, 14]
    assert "Square 15 is locked" in make("fill").hover(at(3.5, 2.5), ctx).told
    plan = pocket_plan(13, 19, columns=6, lines=10)
    states = fill_context(plan, options=replace(make("fill").defaults, stops_at_states=True))
    assert make("fill").hover(at(1.5, 2.5), states).unit_rows.tolist() == [13]
    assert make("fill").hover(at(1.5, 2.5), fill_context(plan)).unit_rows.tolist() == [13, 19]
    plan = pocket_plan(13, 28, columns=6, lines=10)
    link = rec.Bridge(rec.new_uid(), plan.next_id, 0, 13, 28)
    plan = apply(plan, Edit("", records=(Record("bridge", None, link),)))
    assert make("fill").hover(at(1.5, 2.5), fill_context(plan)).unit_rows.tolist() == [13, 28]
    dry = fill_context(plan, options=replace(make("fill").defaults, uses_links=False))
    assert make("fill").hover(at(1.5, 2.5), dry).unit_rows.tolist() == [13]


def test_a_fill_says_why_it_does_nothing():
    plan = pocket_plan(13, columns=6, lines=10)
    tool = make("fill")
    locked = apply(plan, set_locked(plan, 3, [ids(plan)[2]], True))
    only = Options(over="territory", over_territory=ids(plan)[1])
    for ctx, place, keys, word in (
        (fill_context(plan), (5.5, 0.5), Keys.NONE, "T2 already"),
        (fill_context(plan), (-3, -3), Keys.NONE, "nothing to fill here"),
        (fill_context(plan), (1.5, 2.5), Keys.CTRL, "unassigned already"),
        (fill_context(plan), (0.5, 0.5), Keys.SHIFT, "Only what is unassigned"),
        (fill_context(plan, options=only), (1.5, 2.5), Keys.NONE, "Only areas of T1"),
        (fill_context(locked), (1.5, 2.5), Keys.NONE, "T2 is locked"),
        (replace(fill_context(plan), picker=None), (1.5, 2.5), Keys.NONE, "no areas"),
    ):
        done = click(tool, ctx, *place, modifiers=keys)
        assert isinstance(done, Refused) and word in done.message


def test_a_fill_selects_and_takes_accounts_alone():
    plan = pocket_plan(14, 15, columns=6, lines=4)
    chosen = fill_context(plan, options=Options(selects=True), unit_rows=[0])
    done = click(make("fill"), chosen, 2.5, 2.5, modifiers=Keys.SHIFT)
    assert isinstance(done, Selection) and done.unit_rows.tolist() == [0, 14, 15]
    ctx = fill_context(plan, options=Options(moves_accounts=True))
    after = apply(plan, click(make("fill"), ctx, 2.5, 2.5).edit).alignment(3)
    assert set(after.overrides) == {7} and (after.assignment == plan.assignments[3]).all()


def test_without_a_current_territory_a_fill_makes_one():
    plan = pocket_plan(13, columns=6, lines=10)
    seen = make("fill").hover(at(1.5, 2.5), fill_context(plan, territory=UNASSIGNED))
    assert seen.target == NEW and seen.unit_rows.tolist() == [13]


# ---------------------------------------------------------------------- split
def split_context(plan, **more):
    return context(plan, "split", **{"territory": ids(plan)[-1], **more})


def test_a_drawn_line_splits_the_territory_it_cuts():
    plan = grid_plan()
    tool, ctx = make("split"), split_context(plan)
    tool.press(at(-0.5, 1.2), ctx)
    for x in (0.0, 0.7, 1.4, 2.1, 2.4):
        seen = tool.move(at(x, 1.2), ctx)
    assert seen.shape.kind == "line" and seen.target == NEW and len(seen.unit_rows) == 2
    assert seen.unit_rows.tolist() == [0, 1]
    done = tool.release(at(2.4, 1.2), ctx)
    after = apply(plan, done.edit).alignment(3)
    assert after.name_of(int(after.assignment[0])) == "T0 2" and not tool.is_active


def test_a_clicked_line_bends():
    plan = grid_plan(6, 4, 1)
    tool, ctx = make("split"), split_context(plan, territory=UNASSIGNED)
    for corner in ((3.1, -0.5), (3.1, 2.1)):
        click(tool, ctx, *corner)
    click(tool, ctx, 6.5, 2.1)
    seen = tool.move(at(6.5, 2.1), ctx)
    done = tool.double(at(6.5, 2.1), ctx)
    assert changed(plan, done) == sorted(seen.unit_rows.tolist()) == [3, 4, 5, 9, 10, 11]


def test_the_current_territory_is_meant_where_several_are_cut():
    plan = grid_plan()
    for k in range(3):
        tool, ctx = make("split"), split_context(plan, territory=ids(plan)[k])
        tool.press(at(-1, 1.2), ctx)
        tool.move(at(3, 1.2), ctx)
        done = tool.release(at(7, 1.2), ctx)
        assert (plan.assignments[3][changed(plan, done)] == ids(plan)[k]).all()


@pytest.mark.parametrize(
    "start, end, word",
    [((2.2, 1.2), (3.0, 1.2), "does not cut T1"), ((9, 9), (11, 9), "crosses no territory")],
)
def test_a_line_that_cuts_nothing_is_refused_with_a_reason(start, end, word):
    plan = grid_plan()
    tool, ctx = make("split"), split_context(plan)
    tool.press(at(*start), ctx)
    seen = tool.move(at(*end), ctx)
    assert word in seen.told and seen.is_refused and seen.target is None
    done = tool.release(at(*end), ctx)
    assert isinstance(done, Refused) and word in done.message


def test_a_locked_territory_is_not_split():
    plan = grid_plan()
    plan = apply(plan, set_locked(plan, 3, [ids(plan)[0]], True))
    tool, ctx = make("split"), split_context(plan)
    tool.press(at(-0.5, 1.2), ctx)
    assert "T0 is locked" in tool.move(at(2.4, 1.2), ctx).told


def test_without_areas_or_territories_there_is_nothing_to_split():
    plan = grid_plan()
    bare = replace(split_context(plan), picker=None)
    assert isinstance(make("split").press(at(1, 1), bare), Refused)
    empty = context(grid_plan(territories=0), "split")
    assert "no territory" in make("split").press(at(1, 1), empty).message


# ---------------------------------------------------------------------- accounts alone
DRAWING = ["brush", "rectangle", "lasso", "polygon", "circle", "eraser", "fill"]
SHAPES = ["brush", "rectangle", "lasso", "polygon", "circle"]


def draw(tool, ctx, points, keys=Keys.NONE):
    """The whole gesture of any drawing tool; gives its last preview and its result."""
    where = [at(*p, modifiers=keys) for p in points]
    if tool.is_clicked:
        seen = None
        for event in where:
            tool.press(event, ctx)
            seen = tool.release(event, ctx)
        return seen, tool.key(replace(where[-1], key="Enter"), ctx)
    first = tool.press(where[0], ctx)
    if isinstance(first, Refused):
        return first, first
    seen = first
    for event in where[1:]:
        seen = tool.move(event, ctx)
    return seen, tool.release(where[-1], ctx)


SQUARE = [(0.2, 0.2), (1.8, 0.2), (1.8, 1.8), (0.9, 1.9), (0.2, 1.8)]
LINES = {
    "brush": [(0.5, 0.5), (2.5, 0.5)],
    "rectangle": [(0.2, 0.2), (1.8, 1.8)],
    "circle": [(1, 1), (1.9, 1)],
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("has_areas", [True, False])
def test_shapes_take_accounts_alone_when_told_to_or_where_there_are_no_areas(name, has_areas):
    plan = grid_plan()
    options = replace(make(name).defaults, moves_accounts=has_areas)
    ctx = context(plan, territory=ids(plan)[2], options=options, placed=spots(plan))
    if not has_areas:
        ctx = replace(ctx, picker=None)
    _, done = draw(make(name), ctx, LINES.get(name, SQUARE))
    after = apply(plan, done.edit).alignment(3)
    assert set(after.overrides) >= {0} and (after.assignment == plan.assignments[3]).all()
    chosen = replace(ctx, options=replace(options, selects=True))
    seen, done = draw(make(name), chosen, LINES.get(name, SQUARE))
    assert done.unit_rows is None and 0 in done.account_rows
    assert seen.told.endswith(("account", "accounts"))


def test_over_and_shift_hold_for_accounts_too():
    plan = pocket_plan(0)
    options = Options(moves_accounts=True)
    ctx = context(plan, territory=ids(plan)[2], options=options, placed=spots(plan))
    line = [(0.1, 0.1), (5.9, 0.9)]
    _, done = draw(make("rectangle"), ctx, line, Keys.SHIFT)
    assert set(apply(plan, done.edit).alignment(3).overrides) == {0}
    only = replace(options, over="territory", over_territory=ids(plan)[1])
    _, done = draw(make("rectangle"), replace(ctx, options=only), line)
    assert set(apply(plan, done.edit).alignment(3).overrides) == {1}


# ---------------------------------------------------------------------- laws
@st.composite
def strokes(draw_):
    name = draw_(st.sampled_from(DRAWING))
    n = 2 if name in ("rectangle", "circle") else draw_(st.integers(3, 6))
    place = st.tuples(st.floats(-0.5, 6.5, width=32), st.floats(-0.5, 4.5, width=32))
    points = draw_(st.lists(place, min_size=n, max_size=n))
    options = Options(
        over=draw_(st.sampled_from(["everything", "unassigned", "territory"])),
        over_territory=draw_(st.integers(0, 2)),
        inside=draw_(st.sampled_from(list(Mode))),
        size_px=draw_(st.floats(8, 300)),
        into_start=draw_(st.booleans()),
        moves_accounts=draw_(st.booleans()),
    )
    return name, points, options, draw_(st.sampled_from([Keys.NONE, Keys.SHIFT, Keys.CTRL]))


_PLAN = pocket_plan(8, 21)
_LOCK = rec.Lock(rec.new_uid(), _PLAN.next_id, 3, kind="unit", ref=9)
_LOCKED = apply(_PLAN, Edit("", records=(Record("lock", None, _LOCK),), alignment=3))
_LOCKED = apply(_LOCKED, set_locked(_LOCKED, 3, [ids(_LOCKED)[0]], True))
_PICKER = Picker(_LOCKED.arcs)


@given(strokes(), st.integers(-1, 2))
def test_laws_of_drawing(stroke, current):
    name, points, options, keys = stroke
    plan, view = _LOCKED, _LOCKED.alignment(3)
    options = replace(options, over_territory=ids(plan)[options.over_territory])
    territory = ids(plan)[current] if current >= 0 else UNASSIGNED
    ctx = context(plan, territory=territory, options=options, placed=spots(plan))
    tool = make(name)
    seen, done = draw(tool, ctx, points, keys)
    if tool.is_active:  # a polygon of one place again and again
        tool.cancel()
        return
    if not isinstance(done, Assigned) or done.edit is None:
        return
    after = apply(plan, done.edit)
    moved = np.flatnonzero(after.assignments[3] != plan.assignments[3])
    assert not view.locked_units[moved].any()  # what is locked never moves
    assert not (after.assignments[3][moved] == ids(plan)[0]).any()  # nor comes anything to it
    back = apply(after, invert(done.edit))
    assert (back.assignments[3] == plan.assignments[3]).all()
    assert back.alignment(3).overrides == view.overrides
    if name != "polygon":  # its last preview is of the pointer, not yet of the end
        assert sorted(seen.unit_rows.tolist()) == moved.tolist()


@given(
    st.tuples(st.floats(-1, 7), st.floats(-1, 5)),
    st.tuples(st.floats(-1, 7), st.floats(-1, 5)),
)
def test_laws_of_splitting(start, end):
    plan, view = _LOCKED, _LOCKED.alignment(3)
    tool, ctx = make("split"), context(plan, "split")
    tool.press(at(*start), ctx)
    seen = tool.move(at(*end), ctx)
    done = tool.release(at(*end), ctx)
    tool.cancel()
    if not isinstance(done, Assigned) or done.edit is None:
        return
    after = apply(plan, done.edit)
    moved = np.flatnonzero(after.assignments[3] != plan.assignments[3])
    assert seen.unit_rows.tolist() == moved.tolist()
    assert not view.locked_units[moved].any() and len(after.alignment(3).leaves) == 4
    back = apply(after, invert(done.edit))
    assert (back.assignments[3] == plan.assignments[3]).all()


@pytest.mark.parametrize("entry", TOOLS, ids=lambda entry: entry.id)
def test_no_tool_changes_what_it_is_given(entry):
    plan = grid_plan()
    before = plan.assignments[3].copy()
    before.flags.writeable = plan.assignments[3].flags.writeable = False
    ctx = context(plan, entry.id, territory=ids(plan)[2], placed=spots(plan), unit_rows=[0])
    tool = entry.factory()
    tool.press(at(0.5, 0.5), ctx)
    tool.move(at(2.5, 1.5), ctx)
    tool.release(at(2.5, 1.5), ctx)
    assert (plan.assignments[3] == before).all()
