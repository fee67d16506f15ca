"""Borders joined to long lines."""

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from terradesk.arcs import build
from terradesk.render import Frame, MapState, Overview, Style, View, drawing
from terradesk.render.chains import join, thinned

from .random_layers import cells, coverages


def lines_of(xy, offsets):
    return [xy[a:b] for a, b in itertools.pairwise(offsets)]


def edges_of(lines, kinds):
    """Every segment with its kind, whichever way it runs."""
    out = []
    for line, kind in zip(lines, kinds, strict=True):
        for a, b in zip(line[:-1].tolist(), line[1:].tolist(), strict=True):
            out.append((min(a, b), max(a, b), int(kind)))
    return sorted(out)


@given(coverages(), st.integers(0, 99), st.integers(1, 4))
def test_every_border_is_in_one_chain(polygons, seed, n):
    arcs = build(polygons)
    owners = np.random.default_rng(seed).integers(-1, n, arcs.n_units)
    state = MapState(arcs, owners, np.arange(n) % 2)
    rows = np.flatnonzero(state.borders)
    parts = [arcs.xy[arcs.offsets[a] : arcs.offsets[a + 1]] for a in rows]
    made = join(state.borders, arcs.levels[0])
    assert edges_of(lines_of(made.xy, made.offsets), made.kinds) == edges_of(
        parts, state.borders[rows]
    )
    assert len(made.kinds) <= len(rows)


def test_a_border_between_two_territories_is_one_chain_and_a_ring_too():
    squares = [shapely.box(x, y, x + 10, y + 10) for y in range(0, 70, 10) for x in (0, 10)]
    arcs = build(np.array(squares, object), (0.0, 0.0))
    made = join(MapState(arcs, [0, 1] * 7).borders, arcs.levels[0])
    assert len(made.kinds) == 1
    assert sorted(made.xy[:, 1].tolist()) == [1000 * k for k in range(8)]
    xy, offsets = thinned(made, 1.0)
    assert sorted(xy[:, 1].tolist()) == [0, 7000]
    assert offsets.tolist() == [0, 2]
    grid = cells(1, 5)
    owners = np.zeros(25, np.int32)
    arcs = build(grid)
    inner = int(np.argmin(np.hypot(*(arcs.centres / 100 + arcs.origin - 50_000).T)))
    owners[inner] = 1
    ring = join(MapState(arcs, owners).borders, arcs.levels[0])
    assert len(ring.kinds) == 1
    assert (ring.xy[0] == ring.xy[-1]).all()


@pytest.mark.parametrize("is_locked", [False, True])
def test_frames_in_motion_draw_borders_where_they_are(is_locked):
    arcs = build(cells(2, 30))
    columns = (arcs.centres[:, 0] > np.median(arcs.centres[:, 0])).astype(np.int32)
    state = MapState(arcs, columns, fills=[0, 0], locked=[is_locked, False])
    view = View.fit((0, 0, 100_000, 100_000), (240, 240), arcs.origin, (9, 9, 9, 9))
    planes = []
    for overview in (None, Overview.draw(arcs, 600)):
        frame = Frame(state, Style(), 240, 240, overview=overview)
        frame.is_moving = True
        frame.look(view)
        planes.append(frame.planes.bold[:, :240] > 0)
    apart = planes[0] != planes[1]
    assert planes[0].sum() > 500
    assert apart.sum() < 0.35 * planes[0].sum()
    near = np.zeros_like(planes[0])
    for dy in (-2, -1, 0, 1, 2):
        for dx in (-2, -1, 0, 1, 2):
            near |= np.roll(planes[0], (dy, dx), (0, 1))
    assert not (planes[1] & ~near).any()


def test_large_plans_in_motion_show_a_coarse_raster_between_fine_borders(monkeypatch):
    monkeypatch.setattr(drawing, "_LARGE_PLAN", 0)
    arcs = build(cells(2, 30))
    state = MapState(arcs, np.arange(900) % 30 // 10, fills=[0, 5, 9])
    view = View.fit((30_000, 30_000, 70_000, 70_000), (240, 240), arcs.origin, (0, 0, 0, 0))
    sharp = Frame(state, Style(), 240, 240)
    sharp.look(view)
    low, high = arcs.unit_boxes[:, :2].min(0), arcs.unit_boxes[:, 2:].max(0)
    side = int(0.5 * view.scale * (high - low).max())
    frame = Frame(state, Style(), 240, 240, overview=Overview.draw(arcs, side))
    frame.is_moving = True
    frame.prepare_moving()
    frame.look(view)
    raster = drawing.plan(frame, "g").raster
    assert raster is not None
    assert raster.view.scale < 0.6 * view.scale
    assert (frame.ids() == sharp.ids()).mean() > 0.9
    apart = (frame.planes.bold[:, :240] > 0) != (sharp.planes.bold[:, :240] > 0)
    assert apart.mean() < 0.3 * (sharp.planes.bold[:, :240] > 0).mean()


def test_chains_follow_edits():
    arcs = build(cells(2, 6))
    state = MapState(arcs, np.zeros(36, np.int32))
    assert len(state.chains(0).kinds) == 0
    state.assign([7, 8], 1)
    assert len(state.chains(0).kinds) > 0
    assert state.chains(0) is state.chains(0)
