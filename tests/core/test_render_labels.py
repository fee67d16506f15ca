import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from terradesk import i18n
from terradesk.render import MapState, Mark, Overview, Style, View
from terradesk.render.density import draw_density
from terradesk.render.labels import Labels, wrapped
from terradesk.render.legend import class_texts, legend
from terradesk.render.points import MANY, PointIndex, radii
from terradesk.render.regions import room
from terradesk.render.scale import nice_length, scale_bar
from terradesk.render.symbols import disc, draw_discs

from .coverages import built, grid

SIZE = (400, 300)
BOX = (0, 0, 8000, 6000)


def placed(polygons, owners, n, size=(30, 14), view=None, **more):
    arcs = built(polygons)
    labels = Labels(arcs, n)
    labels.touch(owners)
    labels.set_sizes(np.tile(size, (n, 1)))
    view = view or View.fit(BOX, SIZE, arcs.origin)
    found = labels.placed(view, owners, Overview.draw(arcs, 800), **more)
    return labels, found, view


def boxes(labels, found):
    half = labels.sizes[0] / 2
    return [(p.x - half[0], p.y - half[1], p.x + half[0], p.y + half[1]) for p in found]


def assert_apart(rectangles):
    shapes = [shapely.box(*r) for r in rectangles]
    for i, one in enumerate(shapes):
        for other in shapes[:i]:
            assert one.intersection(other).area < 1e-6


@given(st.integers(0, 500), st.integers(1, 9))
def test_names_stand_in_their_territory_and_never_overlap(seed, n):
    polygons = grid(8, 6, seed=seed)
    owners = np.random.default_rng(seed).integers(-1, n, 48)
    labels, found, view = placed(polygons, owners, n)
    assert_apart(boxes(labels, found))
    for one in found:
        own = shapely.union_all(polygons[owners == one.territory])
        point = shapely.Point(view.to_map(one.x, one.y))
        if one.has_leader:
            assert not shapely.union_all(polygons).contains(point)
        else:
            assert own.distance(point) < 20


def test_the_anchor_is_the_largest_circle_of_the_largest_part():
    polygons = [
        shapely.box(0, 0, 6000, 2000),
        shapely.Polygon([(6000, 0), (8000, 0), (8000, 5000), (6000, 5000), (6000, 2000)]),
        shapely.box(0, 4000, 500, 4500),
    ]
    labels, found, _ = placed(polygons, [0, 0, 0], 1)
    best = shapely.maximum_inscribed_circle(shapely.union_all(polygons[:2]), tolerance=5)
    x, y, radius = labels.anchors[0] / 100
    assert radius == pytest.approx(best.length, rel=0.03)
    assert shapely.union_all(polygons[:2]).exterior.distance(shapely.Point(x, y)) == pytest.approx(
        radius, rel=0.01
    )
    assert [one.territory for one in found] == [0]


def test_names_do_not_move_while_panning():
    arcs = built(grid(8, 6, seed=2))
    owners = np.arange(48) % 7
    labels, overview = Labels(arcs, 7), Overview.draw(arcs, 800)
    labels.touch(owners)
    labels.set_sizes(np.full((7, 2), 20))
    view = View.fit(BOX, SIZE, arcs.origin)
    first = labels.placed(view, owners, overview)
    again = labels.placed(view.moved(13, -8), owners, overview)
    assert {p.territory for p in first} == {p.territory for p in again}
    for one in first:
        two = next(p for p in again if p.territory == one.territory)
        assert (two.x, two.y) == pytest.approx((one.x + 13, one.y - 8))


def test_touching_some_territories_equals_touching_all():
    arcs = built(grid(8, 6, seed=3))
    before = np.arange(48) // 8
    after = before.copy()
    after[:3] = 5
    some, every = Labels(arcs, 6), Labels(arcs, 6)
    some.touch(before)
    some.touch(after, [0, 5, -1])
    every.touch(after)
    assert some.anchors == pytest.approx(every.anchors)


def test_a_territory_without_area_has_no_name():
    _, found, _ = placed(grid(2, 1), [0, 0], 3)
    assert [one.territory for one in found] == [0]


def test_a_name_too_many_moves_to_the_water_with_a_leader_or_is_left_out():
    polygons = [shapely.box(x * 300, 2800, x * 300 + 300, 3100) for x in range(6)]
    labels, found, _ = placed(polygons, range(6), 6, size=(60, 14))
    assert_apart(boxes(labels, found))
    assert any(one.has_leader for one in found)
    for one in found:
        assert np.hypot(one.x - one.anchor_x, one.y - one.anchor_y) < 200


def test_names_keep_clear_of_obstacles_and_edges():
    wall = (150.0, 100.0, 260.0, 220.0)
    labels, found, _ = placed(
        grid(4, 3, 2000.0), np.arange(12), 12, obstacles=[wall], keep_inside=6
    )
    assert len(found) >= 8
    assert_apart([wall, *boxes(labels, found)])
    for x0, y0, x1, y1 in boxes(labels, found):
        assert x0 >= 6 and y0 >= 6 and x1 <= SIZE[0] - 6 and y1 <= SIZE[1] - 6


def test_a_territory_is_named_in_the_part_that_is_seen():
    from terradesk.render import Frame

    arcs = built([shapely.box(0, 0, 8000, 6000)])
    view = View.at(-500, 900, 0.2, SIZE, arcs.origin)
    frame = Frame(MapState(arcs, [0]), Style(), *SIZE)
    frame.look(view)
    labels = Labels(arcs, 1)
    labels.touch([0])
    labels.set_sizes([(30, 14)])
    overview = Overview.draw(arcs, 300)
    assert labels.placed(view, [0], overview) == []
    (one,) = labels.placed(view, [0], overview, pixels=frame.ids())
    assert frame.unit_at(int(one.x), int(one.y)) == 0
    assert 15 < one.x < SIZE[0] - 15


def test_room_is_the_distance_to_what_is_not_free():
    free = np.ones((7, 9), np.uint8)
    assert room(free).max() == 4
    free[3, 4] = 0
    y, x = np.mgrid[:7, :9]
    edge = np.minimum(np.minimum(y, 6 - y), np.minimum(x, 8 - x)) + 1
    hole = np.maximum(np.abs(y - 3), np.abs(x - 4))
    assert (room(free) == np.minimum(edge, hole)).all()


@given(st.floats(0.01, 1e8))
def test_nice_lengths_are_round_and_fit(most):
    length = nice_length(most)
    assert length <= most * (1 + 1e-6)
    assert length > most / 2.01
    first = f"{length:e}"[0]
    assert first in "1235"


@pytest.mark.parametrize("px_per_m", [1e-5, 2.6e-4, 0.004, 0.3, 40])
def test_scale_bar_texts_match_its_lengths(px_per_m):
    bar = scale_bar(px_per_m, 130)
    assert max(bar.metric_px, bar.imperial_px) <= 130.001
    units = {"km": 1000, "m": 1, "mi": 1609.344, "ft": 0.3048}
    for px, text in ((bar.metric_px, bar.metric), (bar.imperial_px, bar.imperial)):
        number, unit = text.replace(",", "").split()
        assert px == pytest.approx(float(number) * units[unit] * px_per_m)


def test_radii_grow_with_value_and_stay_in_bounds():
    sizes = radii([0, 1, 100, 400, np.nan, -5])
    assert sizes[3] == 7.5
    assert sizes[0] == sizes[4] == sizes[5] == pytest.approx(1.1)
    assert sizes[1] < sizes[2] < sizes[3]
    assert (radii([0, 0]) == 2).all()
    assert (radii(np.ones(5)) == 2).all(), "size says nothing"
    assert len(radii([])) == 0


@given(st.integers(0, 300), st.tuples(*[st.floats(-100, 1100)] * 4))
def test_points_in_a_box(n, corners):
    xy = np.random.default_rng(n).uniform(0, 1000, (n, 2))
    if n > 3:
        xy[1] = np.nan
    box = (
        min(corners[0], corners[2]),
        min(corners[1], corners[3]),
        max(corners[0], corners[2]),
        max(corners[1], corners[3]),
    )
    index = PointIndex.build(xy)
    found = np.sort(index.order[index.inside(box)])
    inside = (
        (xy[:, 0] >= box[0]) & (xy[:, 0] <= box[2]) & (xy[:, 1] >= box[1]) & (xy[:, 1] <= box[3])
    )
    assert found.tolist() == np.flatnonzero(inside).tolist()


def test_discs_cover_their_area():
    fill, ring = disc(5.0)
    assert fill.sum() / 255 == pytest.approx(np.pi * 25, rel=0.02)
    assert fill.shape == ring.shape
    assert ring[ring.shape[0] // 2, ring.shape[1] // 2] == 0


@pytest.mark.parametrize("draw", ["discs", "density"])
def test_accounts_darken_the_map_where_they_are_and_nowhere_else(draw):
    view = View.at(0, 1000, 0.1, (100, 100), (0.0, 0.0))
    rgb = np.full((100, 100), 0xFFF8F6F0, np.uint32)
    points = np.array([(500.0, 500.0), (-3.0, 1003.0), (5000.0, 0.0)])
    if draw == "discs":
        draw_discs(rgb, view, points, radii([4.0, 1.0, 9.0]), Style())
    else:
        draw_density(rgb, view, points, Style())
    assert rgb[50, 50] != 0xFFF8F6F0
    assert (rgb[70:, 70:] == 0xFFF8F6F0).all()
    assert (rgb >> 24 == 255).all()
    assert MANY > 1000


def test_legend_lists_only_what_is_on_the_map():
    arcs = built(grid(4, 1))
    plain = MapState(arcs, [0, 0, 1, 1], [0, 0])
    assert legend(plain) == []
    assert [e.symbol for e in legend(plain, accounts="Sales")] == ["accounts"]
    full = MapState(arcs, [0, 1, -1, -1], [0, 1], locked=[True, False])
    full.set_mark([0], Mark.SELECTED)
    full.set_mark([1], Mark.CHANGED)
    symbols = [e.symbol for e in legend(full, district="Region")]
    assert symbols == ["district", "unassigned", "selected", "changed", "locked"]
    assert [e.symbol for e in legend(full, district="Region", rows=[3])] == ["unassigned"]


def test_legend_of_classes_runs_from_high_to_low():
    arcs = built(grid(1, 1))
    texts = class_texts([10, 2000], i18n.number)
    assert texts == ["up to 10", "10 – 2,000", "above 2,000"]
    entries = legend(MapState(arcs, [0]), ["#111111", "#222222", "#333333"], texts)
    assert [(e.colour, e.text) for e in entries] == [
        ("#333333", "above 2,000"),
        ("#222222", "10 – 2,000"),
        ("#111111", "up to 10"),
    ]
    assert class_texts([], str) == []


def test_long_names_take_two_lines():
    assert wrapped("Denver") == "Denver"
    assert wrapped("Rhode Island & Southeastern Massachusetts Hospitals").split("\n") == [
        "Rhode Island & Southeastern", "Massachusetts Hospitals",
    ]  # fmt: skip
    assert wrapped("Donaudampfschifffahrtsgesellschaft") == "Donaudampfschifffahrtsgesellschaft"
