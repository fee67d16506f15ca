import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from terradesk.render import Frame, MapState, Mark, Overview, Style, View

from .coverages import built, grid

SIZE = (220, 150)
BOX = (0, 0, 8000, 6000)


@pytest.fixture(scope="module")
def polygons():
    return grid(8, 6, seed=4)


@pytest.fixture(scope="module")
def arcs(polygons):
    return built(polygons)


def state_of(arcs, seed=0, n=5):
    owners = np.random.default_rng(seed).integers(-1, n, arcs.n_units)
    return MapState(arcs, owners, np.arange(n) % 2, np.arange(n), np.arange(n) == 3)


def framed(arcs, state=None, view=None, style=None):
    frame = Frame(state or state_of(arcs), style or Style(), *SIZE)
    frame.look(view or View.fit(BOX, SIZE, arcs.origin, (9, 9, 9, 9)))
    return frame


def pixel_centres(view):
    x, y = np.meshgrid(np.arange(view.width) + 0.5, np.arange(view.height) + 0.5)
    left, top = view.to_map(0, 0)
    return left + x / view.px_per_m, top - y / view.px_per_m


def owners_by_shapely(polygons, view):
    """Unit of each pixel centre, and which pixels are too near an edge to say."""
    x, y = pixel_centres(view)
    points = shapely.points(x.ravel(), y.ravel())
    tree = shapely.STRtree(polygons)
    hit, unit = tree.query(points, predicate="within")
    out = np.full(len(points), -1)
    np.maximum.at(out, hit, unit)
    edges = shapely.STRtree(shapely.boundary(polygons))
    unsure = np.zeros(len(points), bool)
    unsure[edges.query(points, predicate="dwithin", distance=0.03)[0]] = True
    return out.reshape(x.shape), unsure.reshape(x.shape)


def difference(one, other):
    parts = [
        (np.asarray(i)[..., None] >> np.array([16, 8, 0]) & 255).astype(int) for i in (one, other)
    ]
    return np.abs(parts[0] - parts[1]).max(axis=-1)


def assert_same_picture(one, other):
    """Equal but for a few pixels where float sums round differently."""
    apart = difference(one, other)
    assert (apart > 4).sum() <= 0.0005 * apart.size
    assert apart.max() <= 60


def test_every_pixel_belongs_to_the_polygon_around_it(polygons, arcs):
    frame = framed(arcs)
    expected, unsure = owners_by_shapely(polygons, frame.view)
    assert (expected >= 0).mean() > 0.5
    assert (frame.ids() == expected)[~unsure].all()


@settings(deadline=None, max_examples=25)
@given(
    st.integers(0, 10_000),
    st.integers(1, 5),
    st.integers(1, 5),
    st.floats(0.004, 0.08),
    st.tuples(st.floats(-2000, 4000), st.floats(0, 6000)),
)
def test_ids_agree_with_shapely_in_any_view(seed, columns, rows, px_per_m, corner):
    polygons = grid(columns, rows, seed=seed)
    arcs = built(polygons)
    view = View.at(*corner, px_per_m, (90, 70), arcs.origin)
    frame = Frame(MapState(arcs, np.zeros(arcs.n_units)), Style(), 90, 70)
    frame.look(view)
    expected, unsure = owners_by_shapely(polygons, view)
    assert (frame.ids() == expected)[~unsure].all()


def test_holes_islands_overlaps_and_empty_units():
    outer = shapely.box(0, 0, 900, 900).difference(shapely.box(300, 300, 600, 600))
    polygons = [outer, shapely.box(400, 400, 500, 500), None, shapely.box(800, 800, 1000, 1000)]
    arcs = built(polygons)
    frame = Frame(MapState(arcs, np.zeros(4)), Style(), 120, 120)
    frame.look(View.at(-100, 1100, 0.1, (120, 120), arcs.origin))

    def unit(x, y):
        ((px, py),) = frame.view.to_pixels([(x, y)])
        return frame.unit_at(int(px), int(py))

    assert unit(100, 100) == 0
    assert unit(350, 350) == -1
    assert unit(450, 450) == 1
    assert unit(850, 850) == 3
    assert unit(-50, 500) == -1


def test_far_zoom_in_keeps_the_unit(arcs):
    view = View.at(499.99, 500.01, 50_000, SIZE, arcs.origin)
    frame = framed(arcs, view=view)
    assert set(np.unique(frame.ids())) == {0}


@pytest.mark.parametrize("step", [(7, 0), (0, -11), (-13, 9), (64, -3), (-200, 120), (300, 0)])
def test_panning_draws_what_a_full_frame_draws(arcs, step):
    state = state_of(arcs)
    state.set_mark([9, 10, 17], Mark.SELECTED)
    state.refresh_lines()
    frame = framed(arcs, state)
    frame.pan(*step)
    frame.pan(-2, 5)
    fresh = framed(arcs, state, frame.view)
    assert (frame.ids() == fresh.ids()).all()
    assert_same_picture(frame.image(), fresh.image())


def test_looking_at_a_moved_view_pans_to_it(arcs):
    frame = framed(arcs)
    frame.look(frame.view.moved(12, -4))
    assert (frame.ids() == framed(arcs, view=frame.view).ids()).all()


def test_pieces_put_the_ring_together(arcs):
    frame = framed(arcs)
    frame.pan(30, -20)
    screen = np.zeros((SIZE[1], SIZE[0]), np.uint32)
    for x, y, wide, high, column, row in frame.pieces():
        screen[y : y + high, x : x + wide] = frame.rgb[row : row + high, column : column + wide]
    assert (screen == frame.image()).all()
    assert len(frame.pieces()) <= 4


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 47), min_size=1, max_size=6, unique=True), st.integers(-1, 4))
def test_redrawing_around_an_edit_equals_a_full_frame(arcs, rows, territory):
    state = state_of(arcs)
    frame = framed(arcs, state)
    state.assign(rows, territory)
    frame.assigned(rows)
    assert_same_picture(frame.image(), framed(arcs, state).image())


@pytest.mark.parametrize("mark", list(Mark))
def test_marks_appear_and_vanish(arcs, mark):
    state = state_of(arcs)
    frame = framed(arcs, state)
    before = frame.image()
    changed = state.set_mark([20, 21], mark, 2)
    assert changed.tolist() == [20, 21]
    frame.marked(changed)
    assert difference(before, frame.image()).max() > 40
    assert_same_picture(frame.image(), framed(arcs, state).image())
    frame.marked(state.set_mark([], mark))
    assert (frame.image() == before).all()


def test_only_units_whose_mark_changed_are_reported(arcs):
    state = state_of(arcs)
    state.set_mark([1, 2, 3], Mark.PREVIEW, 4)
    assert state.set_mark([2, 3, 5], Mark.PREVIEW, 4).tolist() == [1, 5]
    assert state.set_mark([2, 3, 5], Mark.PREVIEW, 1).tolist() == [2, 3, 5]
    assert state.marked(Mark.PREVIEW).tolist() == [2, 3, 5]


def colour_at(frame, x, y):
    ((px, py),) = frame.view.to_pixels([(x, y)]).astype(int)
    return int(frame.image()[py, px]) & 0xFFFFFF


def test_fills_are_those_of_the_territories():
    arcs = built(grid(3, 1))
    for dark in (False, True):
        style = Style(dark)
        state = MapState(arcs, [0, 1, -1], fills=[5, 17])
        frame = Frame(state, style, *SIZE)
        frame.look(View.fit((0, 0, 3000, 1000), SIZE, arcs.origin))
        assert colour_at(frame, 500, 500) == style.territory_fills[5]
        assert colour_at(frame, 1500, 500) == style.territory_fills[17]
        around = frame.image()[60:90, 150:190] & 0xFFFFFF
        assert (around == style.ink("paper")).mean() > 0.3
        assert len(np.unique(around)) > 2


def test_colour_by_unit_and_by_territory_class():
    arcs = built(grid(3, 1))
    colours = (("#FF0000", "#00FF00", "#0000FF"), ("#AA0000", "#00AA00", "#0000AA"))
    state = MapState(arcs, [0, 0, 1])
    frame = Frame(state, Style(), *SIZE)
    frame.look(View.fit((0, 0, 3000, 1000), SIZE, arcs.origin))
    state.colour_units([0, 1, 2], colours)
    frame.recolour()
    assert [colour_at(frame, x, 500) for x in (500, 1500, 2500)] == [0xFF0000, 0x00FF00, 0x0000FF]
    state.colour_territories([2, -1], colours)
    frame.recolour()
    assert [colour_at(frame, x, 500) for x in (500, 2500)] == [0x0000FF, Style().ink("paper")]
    frame.restyle(Style(dark=True))
    assert colour_at(frame, 500, 500) == 0x0000AA
    state.colour_by_territory()
    frame.recolour()
    assert colour_at(frame, 500, 500) == Style(dark=True).territory_fills[0]


def test_borders_are_heavier_between_districts_and_lighter_inside():
    arcs = built(grid(4, 1))
    state = MapState(arcs, [0, 0, 1, 2], parents=[0, 0, 1])
    frame = Frame(state, Style(), 400, 120)
    frame.look(View.fit((0, 0, 4000, 1000), (400, 120), arcs.origin, (0, 10, 0, 10)))
    row = frame.image()[60]
    core = Style().ink("territory_core")
    inside, territory, district = (
        (255 - difference(row[x - 5 : x + 5], np.full(10, core))).clip(min=150).sum() - 1500
        for x in (100, 200, 300)
    )
    assert inside == 0
    assert 100 < territory < 0.75 * district


def test_lines_appear_where_the_group_changes():
    arcs = built(grid(4, 1, side=40.0))
    without = MapState(arcs, np.zeros(4))
    with_groups = MapState(arcs, np.zeros(4), groups=[1, 1, 2, 2])
    view = View.fit((0, 0, 160, 40), (60, 40), arcs.origin, (6, 6, 6, 6))
    images = []
    for state in (without, with_groups):
        frame = Frame(state, Style(), 60, 40)
        frame.look(view)
        images.append(frame.image())
    apart = difference(*images)
    assert apart[20, 30 - 2 : 30 + 2].max() > 10
    assert apart[:, :22].max() == 0


def test_moving_frames_use_the_overview_and_become_sharp_again(arcs):
    state = state_of(arcs)
    overview = Overview.draw(arcs, 900)
    frame = Frame(state, Style(), *SIZE, overview=overview)
    view = View.fit(BOX, SIZE, arcs.origin, (30, 30, 30, 30))
    frame.is_moving = True
    frame.look(view)
    sharp = framed(arcs, state, view)
    assert (frame.ids() == sharp.ids()).mean() > 0.97
    frame.is_moving = False
    frame.render()
    assert (frame.image() == sharp.image()).all()


@pytest.mark.parametrize("ratio", [1.25, 2.0])
def test_other_pixel_ratios_draw(arcs, ratio):
    frame = framed(arcs, style=Style(pixel_ratio=ratio))
    assert len(np.unique(frame.image())) > 20


def test_a_plan_without_units_is_water():
    arcs = built([])
    frame = Frame(MapState(arcs, []), Style(), 40, 30)
    frame.look(View.at(0, 0, 1.0, (40, 30), arcs.origin))
    assert (frame.image() == np.uint32(0xFF000000 | Style().ink("water"))).all()
    assert (Overview.draw(arcs).ids == -1).all()


def test_view_round_trips_points():
    view = View.at(1234.5, 9876.5, 0.37, SIZE, (1000.0, 9000.0))
    points = [(1300.0, 9800.0), (1240.0, 9870.0)]
    for point, (x, y) in zip(points, view.to_pixels(points), strict=True):
        assert view.to_map(x, y) == pytest.approx(point)
    assert view.moved(5, 7).to_pixels(points) == pytest.approx(
        view.to_pixels(points) + np.array([5, 7])
    )


def test_fit_shows_the_whole_box():
    view = View.fit((100, 200, 900, 400), SIZE, (0.0, 0.0), (10, 20, 30, 40))
    at = view.to_pixels([(100, 200), (900, 400)])
    assert at[:, 0].min() >= 9
    assert at[:, 0].max() <= SIZE[0] - 29
    assert at[:, 1].min() >= 19
    assert at[:, 1].max() <= SIZE[1] - 39
