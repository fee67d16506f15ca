"""The map's tools by plain calls on a grid: 6 x 4 squares of 10 km in three vertical stripes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from terradesk import records as rec
from terradesk.arcs.picking import Mode, Picker
from terradesk.edits import Assigned, apply, joined
from terradesk.edits.territories import set_locked
from terradesk.plan import UNASSIGNED
from tests.core.kernel import SIDE, grid_plan
from ui.tools import (
    NEW,
    TOOLS,
    AccountSpots,
    Keys,
    MapEvent,
    Options,
    Panned,
    Picked,
    Preview,
    Refused,
    Selection,
    ToolContext,
    tool_entry,
)

PER_PX = 100.0


def at(column: float, row: float, **more) -> MapEvent:
    """An event in units of squares from the lower left: (0.5, 0.5) is the middle of square 0."""
    return MapEvent(column * SIDE, row * SIDE, PER_PX, **more)


def context(plan=None, tool: str = "select", **more) -> ToolContext:
    plan = plan or grid_plan()
    view = plan.alignment(3)
    options = more.pop("options", tool_entry(tool).factory().defaults)
    picker = Picker(plan.arcs) if plan.arcs is not None else None
    rows = {k: np.array(more.pop(k), np.int32) for k in ("unit_rows", "account_rows") if k in more}
    return ToolContext(plan, view, options=options, picker=picker, **rows, **more)


def spots(plan) -> AccountSpots:
    xy = np.column_stack([plan.accounts.x, plan.accounts.y])

    def found(x: float, y: float, radius: float) -> int:
        away = np.hypot(*(xy - (x, y)).T)
        return int(away.argmin()) if away.min() <= radius else -1

    return AccountSpots(np.arange(len(xy)), xy, found)


def ids(plan) -> list[int]:
    return [t.id for t in plan.alignment(3).leaves]


def drag(tool, ctx, *events):
    """Press at the first, move through the rest, release at the last; gives both results."""
    assert tool.press(events[0], ctx) is None or isinstance(tool.press(events[0], ctx), Preview)
    seen = None
    for event in events[1:]:
        seen = tool.move(event, ctx)
    return seen, tool.release(events[-1], ctx)


def owners(plan, assigned: Assigned):
    return apply(plan, assigned.edit).assignments[3]


def make(tool: str):
    return tool_entry(tool).factory()


# ---------------------------------------------------------------------- select
def test_click_selects_one_area_and_changes_no_assignment():
    tool, ctx = make("select"), context(unit_rows=[3, 4])
    tool.press(at(0.5, 0.5), ctx)
    result = tool.release(at(0.5, 0.5), ctx)
    assert isinstance(result, Selection)
    assert result.unit_rows.tolist() == [0] and result.account_rows is None


@pytest.mark.parametrize(
    "keys, expected", [(Keys.SHIFT, [0, 3]), (Keys.CTRL, [0, 3]), (Keys.NONE, [0])]
)
def test_click_with_keys_on_an_unselected_area(keys, expected):
    tool, ctx = make("select"), context(unit_rows=[3])
    tool.press(at(0.5, 0.5, modifiers=keys), ctx)
    assert tool.release(at(0.5, 0.5, modifiers=keys), ctx).unit_rows.tolist() == expected


def test_click_on_a_selected_area_reduces_to_it_and_ctrl_takes_it_out():
    tool, ctx = make("select"), context(unit_rows=[0, 3])
    tool.press(at(0.5, 0.5), ctx)
    assert tool.release(at(0.5, 0.5), ctx).unit_rows.tolist() == [0]
    tool.press(at(0.5, 0.5, modifiers=Keys.CTRL), ctx)
    result = tool.release(at(0.5, 0.5, modifiers=Keys.CTRL), ctx)
    assert result.unit_rows.tolist() == [3]


def test_click_outside_clears_both_selections():
    tool, ctx = make("select"), context(unit_rows=[0], account_rows=[1])
    tool.press(at(-3, -3), ctx)
    result = tool.release(at(-3, -3), ctx)
    assert result.unit_rows.tolist() == [] and result.account_rows.tolist() == []


def test_box_to_the_right_takes_what_is_inside_and_to_the_left_what_it_touches():
    ctx = context()
    seen, inside = drag(make("select"), ctx, at(6.5, -0.5), at(7, 0), at(7, 1))
    assert len(inside.unit_rows) == 0 and seen.selects
    _, inside = drag(make("select"), ctx, at(-0.5, -0.5), at(2.5, 1.5))
    assert inside.unit_rows.tolist() == [0, 1]
    seen, touching = drag(make("select"), ctx, at(2.5, 1.5), at(-0.5, -0.5))
    assert "touches" in seen.told and seen.shape.is_touching
    # the press was on an unselected square, so it is a box as well
    assert touching.unit_rows.tolist() == [0, 1, 2, 6, 7, 8]


def test_box_with_shift_adds_and_with_ctrl_removes():
    ctx = context(unit_rows=[0, 5])
    for keys, expected in ((Keys.SHIFT, [0, 1, 5]), (Keys.CTRL, [5])):
        _, result = drag(
            make("select"), ctx, at(-0.5, -0.5, modifiers=keys), at(2.5, 1.5, modifiers=keys)
        )
        assert result.unit_rows.tolist() == expected


def test_five_pixels_are_a_click_and_six_a_drag_and_touch_needs_twelve():
    ctx = context(unit_rows=[0])
    near, far = at(0.5, 0.5), MapEvent(0.5 * SIDE + 6 * PER_PX, 0.5 * SIDE, PER_PX)
    tool = make("select")
    tool.press(near, ctx)
    assert tool.move(replace(far, x=near.x + 5 * PER_PX), ctx) is None
    assert isinstance(tool.move(far, ctx), Preview)
    tool.cancel()
    tool.press(replace(near, is_touch=True), ctx)
    assert tool.move(replace(far, is_touch=True), ctx) is None


def test_drag_of_the_selection_moves_it_to_the_territory_under_the_pointer():
    plan = grid_plan()
    ctx = context(plan, unit_rows=[0, 1])
    seen, done = drag(make("select"), ctx, at(0.5, 0.5), at(2, 2), at(5.5, 3.5))
    assert seen.target == ids(plan)[2] and seen.unit_rows.tolist() == [0, 1]
    assert seen.shape.kind == "ghost" and seen.shape.rows.tolist() == [0, 1]
    after = owners(plan, done)
    assert after[[0, 1]].tolist() == [ids(plan)[2]] * 2
    assert (np.delete(after, [0, 1]) == np.delete(plan.assignments[3], [0, 1])).all()


def test_drop_on_its_own_on_a_locked_territory_or_outside_does_nothing_and_says_so():
    plan = grid_plan()
    locked = apply(plan, set_locked(plan, 3, [ids(plan)[2]], True))
    ctx = context(locked, unit_rows=[0, 1])
    for end, word in (((1.5, 3.5), "already"), ((5.5, 0.5), "locked"), ((9, 9), "drop it")):
        seen, done = drag(make("select"), ctx, at(0.5, 0.5), at(*end))
        assert isinstance(done, Refused) and word in done.message and done.message == seen.told
        assert len(seen.unit_rows) == 0


def test_drop_on_a_row_of_the_tree_moves_the_selection():
    plan = grid_plan()
    ctx = context(plan, unit_rows=[0])
    _, done = drag(make("select"), ctx, at(0.5, 0.5), at(-20, 1, elsewhere=ids(plan)[1]))
    assert owners(plan, done)[0] == ids(plan)[1]


def test_a_press_on_an_unselected_area_never_moves_anything():
    ctx = context(unit_rows=[0])
    _, result = drag(make("select"), ctx, at(2.5, 0.5), at(5.5, 3.5))
    assert isinstance(result, Selection)


def test_double_click_selects_the_whole_territory():
    ctx = context()
    rows = make("select").double(at(0.5, 0.5), ctx).unit_rows
    assert rows.tolist() == [0, 1, 6, 7, 12, 13, 18, 19]


def test_account_symbols_are_picked_and_dragged_to_become_named_accounts():
    plan = grid_plan()
    ctx = context(plan, accounts=spots(plan))
    tool = make("select")
    tool.press(at(0.5, 0.5), ctx)
    result = tool.release(at(0.5, 0.5), ctx)
    assert result.account_rows.tolist() == [0] and result.unit_rows is None
    ctx = context(plan, accounts=spots(plan), account_rows=[0])
    seen, done = drag(make("select"), ctx, at(0.5, 0.5), at(5.5, 0.5))
    assert seen.account_rows.tolist() == [0]
    after = apply(plan, done.edit).alignment(3)
    assert after.overrides[0].territory == ids(plan)[2]
    assert (after.assignment == plan.assignments[3]).all()


def test_accounts_only_drags_the_accounts_of_the_selected_areas():
    plan = grid_plan()
    ctx = context(plan, unit_rows=[0, 1], options=Options(moves_accounts=True))
    _, done = drag(make("select"), ctx, at(0.5, 0.5), at(5.5, 0.5))
    after = apply(plan, done.edit).alignment(3)
    assert set(after.overrides) == {0} and after.assignment[0] == ids(plan)[0]


def test_the_hand_shows_that_the_selection_can_be_dragged():
    tool, ctx = make("select"), context(unit_rows=[0])
    assert tool.cursor(at(0.5, 0.5), ctx) == "open_hand"
    assert tool.cursor(at(2.5, 0.5), ctx) == "arrow"
    tool.press(at(0.5, 0.5), ctx)
    assert tool.cursor(at(0.5, 0.5), ctx) == "closed_hand"


# ---------------------------------------------------------------------- drawing
def test_brush_assigns_all_it_met_at_the_release():
    plan = grid_plan()
    ctx = context(plan, "brush", territory=ids(plan)[2])
    seen, done = drag(make("brush"), ctx, at(0.5, 0.5), at(1.5, 0.5), at(1.5, 1.5))
    assert sorted(seen.unit_rows.tolist()) == [0, 1, 7]
    assert seen.shape.kind == "brush" and seen.target == ids(plan)[2]
    assert np.flatnonzero(owners(plan, done) != plan.assignments[3]).tolist() == [0, 1, 7]


def test_brush_size_counts_in_pixels_of_the_view():
    plan = grid_plan()
    ctx = context(plan, "brush", territory=ids(plan)[2])
    wide = replace(ctx, options=replace(ctx.options, size_px=220.0))
    seen, _ = drag(make("brush"), wide, at(0.5, 0.5), at(0.55, 0.5))
    assert sorted(seen.unit_rows.tolist()) == [0, 1, 6, 7]


def test_brush_from_where_the_stroke_starts_pushes_that_border():
    plan = grid_plan()
    options = replace(make("brush").defaults, into_start=True)
    ctx = context(plan, territory=ids(plan)[0], options=options)
    _, done = drag(make("brush"), ctx, at(2.5, 0.5), at(1.5, 0.5))
    assert owners(plan, done)[1] == ids(plan)[1]


def test_shift_paints_only_unassigned_areas_and_ctrl_unassigns():
    plan = grid_plan()
    plan = replace(plan, assignments={3: np.where(np.arange(24) == 1, -1, plan.assignments[3])})
    ctx = context(plan, "brush", territory=ids(plan)[2])
    _, done = drag(make("brush"), ctx, *(at(x, 0.5, modifiers=Keys.SHIFT) for x in (0.5, 1.5, 2.5)))
    assert np.flatnonzero(owners(plan, done) != plan.assignments[3]).tolist() == [1]
    _, done = drag(make("brush"), ctx, *(at(x, 0.5, modifiers=Keys.CTRL) for x in (0.5, 1.5)))
    assert np.flatnonzero(owners(plan, done) == UNASSIGNED).tolist() == [0, 1]


def test_over_one_territory_leaves_the_others_alone():
    plan = grid_plan()
    options = Options(inside=Mode.CENTRE, over="territory", over_territory=ids(plan)[1])
    ctx = context(plan, territory=ids(plan)[2], options=options)
    seen, _ = drag(make("rectangle"), ctx, at(0.1, 0.1), at(3.9, 0.9))
    assert seen.unit_rows.tolist() == [2, 3]


def test_a_stroke_into_no_territory_makes_one_in_the_same_step():
    plan = grid_plan(territories=0)
    ctx = context(plan, "brush")
    seen, done = drag(make("brush"), ctx, at(0.5, 0.5), at(1.5, 0.5))
    assert seen.target == NEW
    after = apply(plan, done.edit).alignment(3)
    assert [t.name for t in after.leaves] == ["Territory 1"]
    assert after.assignment[[0, 1]].tolist() == [after.leaves[0].id] * 2


def test_a_stroke_beside_the_map_makes_no_territory():
    ctx = context(grid_plan(territories=0), "brush")
    _, done = drag(make("brush"), ctx, at(-5, -5), at(-4, -5))
    assert done.edit is None


def test_a_locked_current_territory_paints_nothing():
    plan = grid_plan()
    plan = apply(plan, set_locked(plan, 3, [ids(plan)[0]], True))
    for name in ("brush", "rectangle", "lasso"):
        tool, ctx = make(name), context(plan, name, territory=ids(plan)[0])
        assert tool.cursor(at(3.5, 0.5), ctx) == "padlock"
        assert isinstance(tool.press(at(3.5, 0.5), ctx), Refused)
        assert tool.move(at(4.5, 0.5), ctx) is None and tool.release(at(4.5, 0.5), ctx) is None


def test_locked_areas_stay_and_are_counted():
    plan = grid_plan()
    lock = rec.Lock(rec.new_uid(), plan.next_id, 3, kind="unit", ref=1)
    from terradesk.edits import Edit, Record

    plan = apply(plan, joined(Edit("", records=(Record("lock", None, lock),), alignment=3)))
    ctx = context(plan, "brush", territory=ids(plan)[2])
    seen, done = drag(make("brush"), ctx, at(0.5, 0.5), at(1.5, 0.5))
    assert done.n_locked == 1 and seen.unit_rows.tolist() == [0] and "1 locked square" in seen.told


def test_eraser_unassigns_whatever_the_current_territory_is():
    plan = grid_plan()
    ctx = context(plan, "eraser", territory=ids(plan)[2])
    _, done = drag(make("eraser"), ctx, at(0.5, 0.5), at(1.5, 0.5))
    assert np.flatnonzero(owners(plan, done) == UNASSIGNED).tolist() == [0, 1]


def test_rectangle_goes_by_centre_and_lasso_follows_its_line():
    plan = grid_plan()
    ctx = context(plan, "rectangle", territory=ids(plan)[2])
    seen, _ = drag(make("rectangle"), ctx, at(0.1, 0.1), at(1.4, 0.9))
    assert seen.unit_rows.tolist() == [0] and seen.shape.kind == "box"
    line = [at(*p) for p in ((0.1, 0.1), (1.9, 0.1), (1.9, 0.9), (1.9, 1.9), (1.1, 1.9), (1, 1))]
    _, done = drag(make("lasso"), replace(ctx, options=make("lasso").defaults), *line)
    assert np.flatnonzero(owners(plan, done) != plan.assignments[3]).tolist() == [0, 1, 7]


@pytest.mark.parametrize("name", ["brush", "rectangle", "lasso"])
def test_drawing_tools_select_when_the_strip_says_so(name):
    plan = grid_plan()
    options = replace(make(name).defaults, selects=True)
    ctx = context(plan, unit_rows=[20], options=options)
    line = [at(*p, modifiers=Keys.SHIFT) for p in ((0.3, 0.3), (1.7, 0.3), (1.7, 0.7), (0.3, 0.7))]
    if name == "rectangle":
        line = [line[0], line[2]]
    seen, result = drag(make(name), ctx, *line)
    assert seen.selects and seen.assigned is None
    assert result.unit_rows.tolist() == [0, 1, 20]


def test_a_click_with_a_shape_does_nothing():
    plan = grid_plan()
    for name in ("rectangle", "lasso"):
        ctx = context(plan, name, territory=ids(plan)[2])
        tool = make(name)
        tool.press(at(0.5, 0.5), ctx)
        assert tool.release(at(0.5, 0.5), ctx) is None


def test_without_areas_the_brush_makes_named_accounts():
    plan = grid_plan()
    ctx = replace(context(plan, "brush", territory=ids(plan)[2]), picker=None, accounts=spots(plan))
    seen, done = drag(make("brush"), ctx, at(0.5, 0.5), at(2.5, 0.5))
    assert seen.account_rows.tolist() == [0, 1]
    assert set(apply(plan, done.edit).alignment(3).overrides) == {0, 1}


# ---------------------------------------------------------------------- hand, pick, all
def test_the_hand_keeps_the_pressed_place_under_the_pointer():
    tool, ctx = make("hand"), context()
    tool.press(at(1, 1), ctx)
    assert tool.move(at(3, 2), ctx) == Panned(2 * SIDE, SIDE)
    assert tool.cursor(at(1, 1), ctx) == "closed_hand"
    tool.release(at(1, 1), ctx)
    assert not tool.is_active and tool.cursor(at(1, 1), ctx) == "open_hand"


def test_pick_takes_up_a_territory_and_refuses_empty_places():
    plan = grid_plan()
    assert make("pick").press(at(2.5, 0.5), context(plan)) == Picked(ids(plan)[1])
    assert isinstance(make("pick").press(at(-2, -2), context(plan)), Refused)


@pytest.mark.parametrize("entry", TOOLS, ids=lambda entry: entry.id)
def test_every_tool_forgets_its_gesture_and_survives_events_without_one(entry):
    plan = grid_plan()
    tool, ctx = entry.factory(), context(plan, entry.id, territory=ids(plan)[2])
    assert tool.release(at(1.5, 1.5), ctx) is None and tool.move(at(1.5, 1.5), ctx) is None
    tool.press(at(0.5, 0.5), ctx)
    tool.move(at(2.5, 1.5), ctx)
    tool.cancel()
    assert not tool.is_active and tool.release(at(2.5, 2.5), ctx) is None
    assert len(entry.shortcut) == 1


def test_shortcuts_are_distinct_and_an_unknown_tool_is_an_error():
    assert len({e.shortcut for e in TOOLS}) == len({e.id for e in TOOLS}) == len(TOOLS)
    with pytest.raises(KeyError):
        tool_entry("teleport")
