"""Ways to colour a map, what they remember, and pictures made by them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk import colouring, edits
from terradesk import records as rec
from terradesk.colouring import Look, Rules, kinds
from terradesk.colouring.patterns import neighbour_patterns
from terradesk.document import Document
from terradesk.edits import scenarios
from terradesk.edits import territories as te
from terradesk.exporters import export, plan_scene
from terradesk.render import MapState, Style
from terradesk.render.stills import draw_map
from tests.core.kernel import grid_plan

PLAN = grid_plan()
VIEW = PLAN.alignment(3)
PATTERNS = Look(has_patterns=True)


def with_column(name, values, role="rate", table="units", plan=PLAN):
    owner = getattr(plan, table).with_column(name, values)
    meaning = rec.Column(rec.new_uid(), 900, table=table, name=name, label=name.title(), role=role)
    tables = {**plan.tables, "column": {**plan.tables["column"], (0, meaning.uid): meaning}}
    return replace(plan, **{table: owner}, tables=tables, _kept={})


def keys(plan=PLAN):
    return [choice.key for choice in colouring.choices(plan.alignment(3))]


def lines(found, dark=False, look=None):
    return colouring.entries(found, dark, look or Look())


def drawn(found, plan=PLAN):
    """Colour of each unit, as the map is filled."""
    view = plan.alignment(3)
    fills = [t.colour for t in view.leaves] if found.fills is None else found.fills
    state = MapState(plan.arcs, view.unit_slots - 1, fills=fills)
    colouring.show(found, state, len(view.leaves))
    state.restyle(Style())
    return state.table[1:]


@pytest.mark.parametrize("key", keys())
@pytest.mark.parametrize("look", [Look(), PATTERNS, Look("grey"), Look("safe", True)])
def test_every_choice_fills_every_area_and_says_what_fills_mean(key, look):
    found = colouring.colouring(key, VIEW, look)
    table = drawn(found)
    assert len(table) == 24
    entries = lines(found, look=look)
    if key == "territory":
        assert not entries and not found.title
    else:
        n = 3 if key == "deviation" else 24
        assert found.title and sum(e.count for e in entries) == n
    n_full = len([e for e in entries if e.count > 0])
    if look.wants_patterns:
        hatched = {int(c) >> 24 for c in table} & set(range(4, 12))
        assert hatched or n_full == 1
    else:
        assert all(int(c) >> 24 == 0xFF for c in table)


def test_choices_stand_under_headings_and_have_unique_keys():
    found = colouring.choices(VIEW)
    groups = [c.group for c in found]
    assert len({c.key for c in found}) == len(found)
    assert [g for k, g in enumerate(groups) if g not in groups[:k]] == [
        g for k, g in enumerate(groups) if k == 0 or g != groups[k - 1]
    ]
    assert {"territory", "deviation", "measure:m-sales", "density:m-sales"} <= set(keys())
    assert "per_account:m-accounts" not in keys() and "density:area" not in keys()


def test_a_plan_without_areas_is_coloured_by_territory_alone():
    from terradesk.plan import new_plan
    from terradesk.units import empty_units

    view = new_plan("EPSG:5070", empty_units(), None).alignment(3)
    assert [c.key for c in colouring.choices(view)] == ["territory"]
    for key in keys():
        assert colouring.colouring(key, view).classes is None


def test_an_unknown_key_means_by_territory():
    for key in ("", "nothing", "measure:gone", "column:gone", "kind:gone", "region:7", "region:x"):
        assert colouring.colouring(key, VIEW).classes is None


# ------------------------------------------------------------------ figures
def test_a_total_is_offered_per_km2_and_per_account():
    areas = np.full(24, 100.0)
    total = colouring.colouring("density:m-population", VIEW, rules=Rules("own", limits=(1.1,)))
    population = PLAN.units.columns["population"]
    assert (np.asarray(total.classes.values) == (population / areas > 1.1)).all()
    each = colouring.colouring("per_account:m-population", VIEW, rules=Rules("own", limits=(110,)))
    values = np.asarray(each.classes.values)
    assert (values[1::2] == -1).all() and (values[::2] == (population[::2] > 110)).all()
    assert lines(each)[-1].text == "No value" and lines(each)[-1].count == 12


def test_rates_can_be_coloured_by_but_are_not_divided():
    wages = np.where(np.arange(24) == 3, np.nan, 400.0 + np.arange(24))
    plan = with_column("wage", wages)
    assert "column:wage" in keys(plan) and not any("density:wage" in k for k in keys(plan))
    found = colouring.colouring("column:wage", plan.alignment(3))
    assert found.title == "Wage" and sum(e.count for e in lines(found)) == 24
    assert "column:code" not in keys(with_column("code", wages, role="code"))
    assert "column:none" not in keys(with_column("none", np.full(24, np.nan)))


@pytest.mark.parametrize(
    ("values", "n_classes", "n_none"),
    [
        (np.full(24, np.nan), 0, 24),
        (np.full(24, 7.0), 1, 0),
        (np.zeros(24), 1, 0),
        (-np.arange(24.0), 5, 0),
        (np.r_[np.full(12, np.inf), np.arange(12.0)], 5, 12),
        (np.r_[np.full(20, 1.0), np.full(4, 2.0)], 2, 0),
    ],
)
def test_odd_figures_have_a_sensible_legend(values, n_classes, n_none):
    plan = with_column("odd", np.array(values))
    if n_none == 24:
        assert "column:odd" not in keys(plan)
        return
    found = colouring.colouring("column:odd", plan.alignment(3))
    entries = lines(found)
    assert len(entries) == n_classes + bool(n_none)
    assert sum(e.count for e in entries) == 24
    assert n_none == (entries[-1].count if entries[-1].text == "No value" else 0)
    assert len(drawn(found, plan)) == 24


def test_areas_that_are_gone_have_no_class():
    gone = replace(PLAN.units, is_present=np.arange(24) != 5)
    plan = replace(PLAN, units=gone, _kept={})
    found = colouring.colouring("measure:m-population", plan.alignment(3))
    assert found.classes.values[5] == -1 and found.classes.n_none == 0


# ------------------------------------------------------------------ kinds
def test_states_all_have_a_line_and_neighbours_another_fill():
    found = colouring.colouring("group:state", VIEW)
    assert [(e.text, e.count) for e in lines(found)] == [(f"S{k}", 6) for k in range(4)]
    table = drawn(found).reshape(4, 6)
    assert (table[1:] != table[:-1]).all()


def test_more_than_twelve_kinds_end_in_other():
    words = np.array([f"K{k % 20:02d}" for k in range(24)], object)
    words[0] = ""
    plan = with_column("kind", words, role="text")
    plan = replace(plan, units=replace(plan.units, is_present=np.ones(24, bool)))
    found = kinds._largest(plan.alignment(3), "", *kinds.numbered(words), Look())
    entries = lines(found)
    assert len(entries) == 14 and entries[12].text == "Other" and entries[13].text == "No value"
    assert sum(e.count for e in entries) == 24


def test_a_segment_is_what_most_accounts_of_an_area_are():
    n = 2 * len(PLAN.accounts)
    accounts = PLAN.accounts.append(PLAN.accounts, 2).append(PLAN.accounts, 3)
    words = np.array(["big", "small", "small"], object).repeat(n // 2)
    plan = replace(PLAN, accounts=accounts.with_column("segment", words), _kept={})
    plan = with_column("segment", words, "text", "accounts", plan)
    found = colouring.colouring("segment:segment", plan.alignment(3))
    assert [(e.text, e.count) for e in lines(found)] == [("small", 12), ("No value", 12)]
    assert found.title == "Most accounts: Segment"


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=40))
def test_the_most_frequent_kind_wins_however_it_is_counted(pairs):
    units, codes = (
        np.array(v, np.int64) for v in (zip(*pairs, strict=True) if pairs else ((), ()))
    )
    found = kinds._most(units, codes, 7, 4)
    total = np.bincount(codes, minlength=4)
    for unit in range(7):
        here = np.bincount(codes[units == unit], minlength=4)
        best = max(range(4), key=lambda k: (here[k], total[k], -k))
        assert found[unit] == (best if here.any() else -1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kinds, "_MOST_CELLS", 0)
        assert (kinds._most(units, codes, 7, 4) == found).all()


# ------------------------------------------------------------------ reps and districts
def test_a_rep_has_one_fill_and_districts_are_named():
    document = Document(PLAN)
    tables = {**PLAN.tables, "rep": {(0, "r"): rec.Rep("r", 800, name="Ann")}}
    plan = replace(document.plan, tables=tables, next_id=900)
    document = Document(plan)
    for leaf in plan.alignment(3).leaves[:2]:
        document.do(te.staff(document.plan, 3, leaf.id, 800))
    found = colouring.colouring("rep", document.plan.alignment(3))
    assert [(e.text, e.count) for e in lines(found)] == [("Ann", 16), ("No rep", 8)]
    table = drawn(found, document.plan).reshape(4, 6)
    assert len(set(table[:, :4].ravel().tolist())) == 1 and table[0, 0] != table[0, 4]
    north = te.new_territory(document.plan, 3, "North", level=2)
    document.do(te.create(document.plan, 3, [north]))
    west = te.new_territory(document.plan, 3, "West", level=1, parent=north.id)
    document.do(te.create(document.plan, 3, [west]))
    document.do(te.reparent(document.plan, 3, [document.plan.alignment(3).leaves[0].id], west.id))
    view = document.plan.alignment(3)
    texts = {c.key: c.text for c in colouring.choices(view)}
    assert texts["region"] == "Region" and texts["region:2"] == "Region, level 2"
    for key, name in (("region", "West"), ("region:2", "North")):
        entries = lines(colouring.colouring(key, view))
        assert [(e.text, e.count) for e in entries] == [("None", 16), (name, 8)]


# ------------------------------------------------------------------ change
def changed_plan():
    document = Document(PLAN)
    document.do(scenarios.set_baseline(document.plan, 1))
    document.do(scenarios.copy_scenario(document.plan, 1, "Spring"))
    alignment = max(document.plan.assignments)
    ids = [t.id for t in document.plan.alignment(alignment).leaves]
    for rows, target in (([1, 7], ids[1]), ([2], ids[0]), ([23], -1)):
        document.do(edits.assign(document.plan, alignment, np.array(rows), target).edit)
    return document.plan, alignment


def test_changes_say_from_whom_to_whom_and_how_many():
    plan, alignment = changed_plan()
    assert "change" not in keys()
    view = plan.alignment(alignment)
    assert "change" in [c.key for c in colouring.choices(view)]
    found = colouring.colouring("change", view)
    told = {e.text: e.count for e in lines(found)}
    assert told == {"T0 to T1": 2, "T1 to T0": 1, "T2 to Unassigned": 1, "Unchanged": 20}
    assert all(e.hatch for e in lines(found)[:3]) and found.follows_assignment
    none = colouring.colouring("change", plan.alignment(3))
    assert [(e.text, e.count) for e in lines(none)] == [("Unchanged", 24)]


def test_many_moves_end_in_other_moves():
    rng = np.random.default_rng(2)
    document = Document(grid_plan(territories=6))
    document.do(scenarios.set_baseline(document.plan, 1))
    document.do(scenarios.copy_scenario(document.plan, 1, "Mixed"))
    alignment = max(document.plan.assignments)
    ids = np.array([t.id for t in document.plan.alignment(alignment).leaves])
    edit = edits.assign(document.plan, alignment, np.arange(24), rng.permutation(ids.repeat(4)))
    document.do(edit.edit)
    view = document.plan.alignment(alignment)
    entries = lines(colouring.colouring("change", view))
    assert sum(e.count for e in entries) == 24 and len(entries) <= 14


# ------------------------------------------------------------------ patterns
def planar(draw_seed, n=7):
    """Touching pairs of a triangulated grid, its diagonals at random: a planar map."""
    rng = np.random.default_rng(draw_seed)
    at = np.arange(n * n).reshape(n, n)
    down = rng.random((n - 1, n - 1)) < 0.5
    slant = np.where(
        down[..., None],
        np.stack([at[:-1, :-1], at[1:, 1:]], -1),
        np.stack([at[:-1, 1:], at[1:, :-1]], -1),
    )
    return np.concatenate(
        [
            np.c_[at[:, :-1].ravel(), at[:, 1:].ravel()],
            np.c_[at[:-1].ravel(), at[1:].ravel()],
            slant.reshape(-1, 2),
        ]
    )


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6), st.booleans())
def test_neighbours_never_have_the_same_pattern_on_a_map(seed, all_equal):
    pairs = planar(seed)
    rng = np.random.default_rng(seed)
    wanted = np.zeros(49, np.int64) if all_equal else rng.integers(0, 8, 49)
    pairs = rng.permutation(49)[pairs]
    found = neighbour_patterns(pairs, wanted)
    assert (found[pairs[:, 0]] != found[pairs[:, 1]]).all()
    assert found.min() >= 0 and found.max() < 8
    again = neighbour_patterns(pairs, found)
    assert (again == found).all()


# ------------------------------------------------------------------ remembering
def test_rules_are_remembered_by_the_plan_as_one_step():
    document = Document(PLAN)
    rules = Rules("equal", 3, "amber")
    edit = colouring.remember(document.plan, "measure:m-sales", rules, "Sales")
    document.do(edit)
    assert edits.describe(edit) == "Changed the map's classes of Sales"
    assert colouring.remembered(document.plan, "measure:m-sales") == rules
    assert colouring.remembered(document.plan, "measure:m-population") is None
    found = colouring.colouring("measure:m-sales", document.plan.alignment(3))
    assert found.rules.method == "equal" and len(found.classes.texts) == 3
    assert colouring.remember(document.plan, "measure:m-sales", rules, "Sales") is None
    own = replace(rules, method="own", limits=(20.0, 70.0))
    document.do(colouring.remember(document.plan, "measure:m-sales", own, "Sales"))
    found = colouring.colouring("measure:m-sales", document.plan.alignment(3))
    assert found.rules.limits == (20.0, 70.0)
    document.undo()
    document.undo()
    assert colouring.remembered(document.plan, "measure:m-sales") is None


@pytest.mark.parametrize(
    "text",
    ["", "x", "[]", '{"method": "evil"}', '{"method": 3}', "null", '{"method": ["own"]}'],
)
def test_rules_that_make_no_sense_are_left_out(text):
    row = rec.Setting("classes:measure:m-sales", 700, value=text)
    plan = replace(PLAN, tables={**PLAN.tables, "setting": {(0, row.uid): row}})
    assert colouring.remembered(plan, "measure:m-sales") is None


def test_foreign_rules_are_made_to_fit():
    text = '{"method": "own", "n": 400, "palette": "?", "limits": [5, "x", 1, 1, NaN, true]}'
    row = rec.Setting("classes:measure:m-sales", 700, value=text)
    plan = replace(PLAN, tables={**PLAN.tables, "setting": {(0, row.uid): row}})
    assert colouring.remembered(plan, "measure:m-sales") == Rules("own", 9, "", (1.0, 5.0))


def test_deviation_keeps_on_target_in_the_middle_and_takes_own_limits():
    usual = colouring.colouring("deviation", VIEW)
    assert usual.rules.limits == pytest.approx((-0.15, -0.1, 0.1, 0.15))
    assert lines(usual)[2].text == "in tolerance"
    own = colouring.colouring("deviation", VIEW, rules=Rules("own", limits=(-0.01, 0.01)))
    assert [e.count for e in lines(own)] == [1, 1, 1]
    assert [e.text for e in lines(own)] == ["above +1 %", "−1 % … +1 %", "below −1 %"]


# ------------------------------------------------------------------ files
def test_a_picture_has_the_classes_of_the_screen_and_its_legend(tmp_path):
    document = Document(PLAN)
    document.do(colouring.remember(PLAN, "measure:m-population", Rules("equal", 3), "Population"))
    scene = plan_scene(document.plan, 3, "measure:m-population", with_base=False)
    same = plan_scene(document.plan, 3, "m-population", with_base=False)
    assert scene.legend_title == same.legend_title == "Population"
    assert len(scene.classes.texts) == 3 and sum(scene.classes.counts) == 24
    picture = np.asarray(draw_map(scene, 500, 360))
    bare = np.asarray(draw_map(scene, 500, 360, legend=False))
    assert (picture != bare).any()
    path = tmp_path / "map.png"
    export(document.plan, 3, path, colour_by="measure:m-population", look=PATTERNS)
    assert path.stat().st_size > 10_000


@pytest.mark.parametrize("key", keys())
def test_every_way_can_be_drawn_as_a_picture(key):
    scene = plan_scene(PLAN, 3, key, look=PATTERNS, with_base=False, with_accounts=False)
    assert draw_map(scene, 320, 240, dark=True).size == (320, 240)


def test_a_legend_longer_than_the_picture_says_how_many_are_left_out():
    words = np.array([f"State {k:02d}" for k in range(24)], object)
    plan = with_column("state_name", words, role="state")
    plan = replace(plan, units=replace(plan.units, columns={"state_name": words}), _kept={})
    scene = plan_scene(plan, 3, "territory", with_base=False)
    from terradesk.render.furniture import _fitting
    from terradesk.render.legend import LegendEntry

    entries = [LegendEntry("fill", w, "#AABBCC", 1) for w in words]
    assert len(_fitting(entries, 10)) == 10
    assert _fitting(entries, 10)[-1].text == "and 15 more"
    assert _fitting(entries, 24) == entries and scene.classes is None
