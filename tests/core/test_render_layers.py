"""Frames of every polygon layer at hand against shapely, and against themselves."""

from functools import cache

import numpy as np
import pytest
import shapely

from terradesk.arcs import Arcs, build
from terradesk.render import Frame, MapState, Mark, Overview, Style, View, bands, drawing
from terradesk.render import frame as framing
from terradesk.render.costs import Costs

from .odd_plans import ODD_PLANS
from .random_layers import cells
from .test_arcs_layers import SMALL, read

SIZE = (300, 200)
RATIOS = (1.0, 1.5, 2.0)
NAMES = [layer for _, layer in SMALL] + ["wriggly cells"]
HALF_PX = 0.5


@cache
def layer(name: str) -> tuple[np.ndarray, Arcs]:
    """Clean polygons in metres and their arcs."""
    if name == "wriggly cells":
        made = cells(5, 40)
        return made, build(made)
    file = next(file for file, each in SMALL if each == name)
    _, cleaned, made = read(file, name)
    return cleaned.polygons, made


@cache
def raster(name: str) -> Overview:
    return Overview.draw(layer(name)[1], 580)  # hardly finer than it must be


def box_of(arcs: Arcs) -> tuple[float, float, float, float]:
    boxes = arcs.unit_boxes[arcs.unit_boxes[:, 0] <= arcs.unit_boxes[:, 2]] / 100.0
    x, y = arcs.origin
    low, high = boxes[:, :2].min(0), boxes[:, 2:].max(0)
    return low[0] + x, low[1] + y, high[0] + x, high[1] + y


def views(arcs: Arcs, ratio: float = 1.0, n: int = 3) -> list[View]:
    """The whole plan, and closer and closer looks at some of its units."""
    size = (round(SIZE[0] * ratio), round(SIZE[1] * ratio))
    out = [View.fit(box_of(arcs), size, arcs.origin, (9, 9, 9, 9))]
    rng = np.random.default_rng(3)
    units = np.flatnonzero(np.isfinite(arcs.centres).all(1))
    for k in range(1, n):
        x, y = arcs.centres[rng.choice(units)] / 100 + arcs.origin
        scale = out[0].px_per_m * 6.0**k
        left, top = x - size[0] / 2 / scale, y + size[1] / 2 / scale
        out.append(View.at(left, top, scale, size, arcs.origin))
    return out


def state_of(arcs: Arcs) -> MapState:
    owners = np.random.default_rng(1).integers(-1, 7, arcs.n_units)
    return MapState(arcs, owners, np.arange(7) % 3, np.arange(7), np.arange(7) == 2)


def framed(name: str, view: View, ratio: float = 1.0, n_threads: int = 1) -> Frame:
    arcs = layer(name)[1]
    frame = Frame(state_of(arcs), Style(pixel_ratio=ratio), view.width, view.height)
    frame.n_threads = n_threads
    frame.look(view)
    return frame


def wrong_pixels(
    polygons: np.ndarray, frame: Frame, n: int, seed: int = 0, reach: float = HALF_PX
) -> int:
    """How many of `n` random pixels show another unit though no border is within half a pixel."""
    view, rng = frame.view, np.random.default_rng(seed)
    column, row = rng.integers(0, view.width, n), rng.integers(0, view.height, n)
    left, top = view.to_map(0, 0)
    x = left + (column + 0.5) / view.px_per_m
    y = top - (row + 0.5) / view.px_per_m
    points = shapely.points(x, y)
    expected = np.full(n, -1)
    hit, unit = shapely.STRtree(polygons).query(points, predicate="intersects")
    np.maximum.at(expected, hit, unit)
    wrong = np.flatnonzero(frame.ids()[row, column] != expected)
    if not len(wrong):
        return 0
    borders = shapely.boundary(polygons[~shapely.is_missing(polygons)])
    # half a pixel, and the centimetre to which coordinates are rounded
    near = shapely.STRtree(borders).query(
        points[wrong], predicate="dwithin", distance=reach / view.px_per_m + 0.02
    )[0]
    return len(wrong) - len(np.unique(near))


def assert_same_picture(one: Frame, other: Frame) -> None:
    """Equal ids, and equal colours but where sums of floats round differently."""
    assert (one.ids() == other.ids()).all()
    channels = [
        (frame.image()[..., None] >> np.array([16, 8, 0]) & 255).astype(int)
        for frame in (one, other)
    ]
    apart = np.abs(channels[0] - channels[1]).max(axis=-1)
    assert (apart > 4).sum() <= 0.001 * apart.size
    assert apart.max() <= 80


@pytest.fixture
def small_bands(monkeypatch):
    """Several bands and threads even for small pictures."""
    monkeypatch.setattr(framing, "_BAND", 32)
    monkeypatch.setattr(framing, "_LARGE", 2_000)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ratio", RATIOS)
def test_pixels_show_the_unit_around_them(name, ratio):
    polygons, arcs = layer(name)
    for view in views(arcs, ratio):
        assert wrong_pixels(polygons, framed(name, view, ratio), 300) == 0


@pytest.mark.parametrize("name", NAMES)
def test_sampled_frames_are_right_within_half_a_pixel(name, monkeypatch):
    monkeypatch.setattr(drawing, "_SAMPLED_FROM", 0)
    polygons, arcs = layer(name)
    view = views(arcs)[0]
    frame = Frame(state_of(arcs), Style(), *SIZE, overview=raster(name))
    assert raster(name).view.scale > 1.92 * view.scale
    frame.look(view)
    assert wrong_pixels(polygons, frame, 2_000) == 0
    frame.pan(-13, 7)
    fresh = Frame(state_of(arcs), Style(), *SIZE, overview=raster(name))
    fresh.look(frame.view)
    fresh.render()
    assert_same_picture(frame, fresh)


@pytest.mark.parametrize("name", ["county", "wriggly cells"])
def test_on_a_dense_screen_sampled_frames_are_right_within_half_a_pixel_at_100(name, monkeypatch):
    monkeypatch.setattr(drawing, "_SAMPLED_FROM", 0)
    polygons, arcs = layer(name)
    size = (2 * SIZE[0], 2 * SIZE[1])
    frame = Frame(state_of(arcs), Style(pixel_ratio=2), *size, overview=raster(name))
    frame.look(View.fit(box_of(arcs), size, arcs.origin, (20, 20, 20, 20)))
    assert drawing.plan(frame, "g").raster is not None
    assert wrong_pixels(polygons, frame, 4_000, reach=2 * HALF_PX) == 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n_threads", [1, 3])
def test_pans_and_redrawn_rectangles_equal_full_frames(name, n_threads, small_bands):
    arcs = layer(name)[1]
    for ratio, view in zip(RATIOS, (v for r in RATIOS for v in views(arcs, r, 2)[1:]), strict=True):
        frame = framed(name, view, ratio, n_threads)
        for step in ((8, -5), (-40, 33)):
            frame.pan(*step)
        seen = np.unique(frame.ids())
        rows = seen[seen >= 0][:5]
        frame.state.assign(rows, 3)
        frame.assigned(rows)
        frame.marked(frame.state.set_mark(rows[:2], Mark.SELECTED))
        fresh = Frame(frame.state, frame.style, view.width, view.height)
        fresh.n_threads = 1
        fresh.look(frame.view)
        fresh.render()
        assert_same_picture(frame, fresh)


@pytest.mark.parametrize("name", NAMES)
def test_any_number_of_threads_draws_the_same(name, small_bands):
    arcs = layer(name)[1]
    for view in views(arcs, n=2):
        one, three = framed(name, view), framed(name, view, n_threads=3)
        assert (one.ids() == three.ids()).all()
        assert (one.image() == three.image()).all()
        for frame in (one, three):
            frame.is_moving = True
            frame.render()
        assert (one.image() == three.image()).all()


@pytest.mark.proof
@pytest.mark.parametrize("name", NAMES)
def test_24000_pixels_of_each_layer(name, monkeypatch):
    polygons, arcs = layer(name)
    each = 24_000 // (len(RATIOS) * 4)
    for ratio in RATIOS:
        for k, view in enumerate(views(arcs, ratio, 4)):
            assert wrong_pixels(polygons, framed(name, view, ratio), each, k) == 0
    monkeypatch.setattr(drawing, "_SAMPLED_FROM", 0)
    frame = Frame(state_of(arcs), Style(), *SIZE, overview=raster(name))
    frame.look(views(arcs)[0])
    assert wrong_pixels(polygons, frame, 24_000) == 0


# ---------------------------------------------------------------------- odd plans
@pytest.mark.parametrize("name", list(ODD_PLANS))
def test_odd_plans_are_drawn_as_they_are(name, small_bands):
    arcs = ODD_PLANS[name]().arcs
    polygons = polygons_of(arcs)
    for view in views(arcs, n=2):
        frame = Frame(state_of(arcs), Style(), *SIZE)
        frame.n_threads = 3
        frame.look(view)
        assert wrong_pixels(polygons, frame, 500) == 0
    shown = np.unique(Overview.draw(arcs, 400).ids)
    assert shown.tolist() == [-1, *range(arcs.n_units)]


def polygons_of(arcs: Arcs) -> np.ndarray:
    from terradesk.arcs import outlines

    return outlines.polygons(arcs)


@pytest.mark.parametrize("name", ["fiji", "alaska"])
def test_units_across_the_antimeridian_lie_together(name):
    arcs = ODD_PLANS[name]().arcs
    box = box_of(arcs)
    assert box[2] - box[0] < 4_000_000
    ids = Overview.draw(arcs, 300).ids
    assert (ids >= 0).mean() > 0.1


@pytest.mark.parametrize(
    "shapes", [[], [None], [shapely.Polygon()], [None, shapely.MultiPolygon()]]
)
def test_plans_without_any_shape_are_water(shapes, small_bands):
    arcs = build(np.array(shapes, object), (0.0, 0.0))
    state = MapState(arcs, np.zeros(len(shapes), np.int32))
    frame = Frame(state, Style(), *SIZE, overview=Overview.draw(arcs))
    frame.look(View.at(0, 0, 0.1, SIZE, arcs.origin))
    frame.assigned(np.arange(len(shapes)))
    frame.pan(5, 5)
    assert (frame.image() == np.uint32(0xFF000000 | Style().ink("water"))).all()
    assert not frame.should_reduce(frame.view, 1e9)


def test_empty_units_among_others_change_nothing():
    squares = [shapely.box(0, 0, 100, 100), None, shapely.Polygon(), shapely.box(100, 0, 200, 100)]
    arcs = build(np.array(squares, object), (0.0, 0.0))
    frame = Frame(MapState(arcs, [0, 1, 2, 3]), Style(), *SIZE)
    frame.look(View.fit((0, 0, 200, 100), SIZE, arcs.origin))
    before = frame.image()
    frame.assigned([1, 2])
    assert (frame.image() == before).all()
    assert set(np.unique(frame.ids())) == {-1, 0, 3}


# ---------------------------------------------------------------------- parts of it
def test_what_a_thread_raises_is_raised_where_the_frame_is_drawn(small_bands):
    class Broken:
        is_parallel = True

        def draw(self, frame, job):
            if job.top > 100:
                raise RuntimeError("no picture")

    arcs = layer("wriggly cells")[1]
    frame = Frame(state_of(arcs), Style(), *SIZE, underlays=(Broken(),))
    frame.n_threads = 3
    with pytest.raises(RuntimeError, match="no picture"):
        frame.look(views(arcs)[0])


def test_underlays_not_made_for_threads_are_drawn_by_the_caller(small_bands):
    import threading

    seen = set()

    class Shy:
        def draw(self, frame, job):
            seen.add(threading.get_ident())

    arcs = layer("wriggly cells")[1]
    frame = Frame(state_of(arcs), Style(), *SIZE, underlays=(Shy(),))
    frame.n_threads = 3
    frame.look(views(arcs)[0])
    assert seen == {threading.get_ident()}


def test_pieces_are_all_done_once_by_any_number_of_threads():
    for n_threads in (1, 2, 5):
        done: list[int] = []
        bands.run(done.append, range(40), n_threads)
        assert sorted(done) == list(range(40))


def test_a_frame_learns_which_views_take_long():
    arcs = build(cells(8, 30))
    far, near = views(arcs, n=2)
    frame = Frame(state_of(arcs), Style(), *SIZE)
    frame.look(near)
    assert not frame.should_reduce(far)  # not known yet: it is tried
    frame.look(far)
    again = Frame(state_of(arcs), Style(), *SIZE)
    assert again.should_reduce(far, limit_ms=0.0)
    assert not again.should_reduce(far, limit_ms=1e6)


def test_dearer_views_are_known_by_cheaper_ones():
    costs = Costs()
    assert not costs.exceeds(100, 10)
    costs.note(100, 20)
    assert costs.exceeds(100, 10)
    assert costs.exceeds(5000, 10)
    assert not costs.exceeds(20, 10)
    costs.note(100, 5)
    assert not costs.exceeds(5000, 10)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_lines_are_as_wide_as_the_screen_is_dense(ratio):
    halves = [shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)]
    arcs = build(np.array(halves, object), (0.0, 0.0))
    size = (round(200 * ratio), round(100 * ratio))
    frame = Frame(MapState(arcs, [0, 1], fills=[0, 0]), Style(pixel_ratio=ratio), *size)
    frame.look(View.at(0, 100, ratio, size, (0.0, 0.0)))
    row = frame.image()[size[1] // 2] & np.uint32(0xFFFFFF)
    middle = row[size[0] // 4 : -size[0] // 4]
    wide = (middle != Style().territory_fills[0]).sum()
    assert abs(wide - 3.6 * ratio) <= 2
