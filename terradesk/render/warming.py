"""Compiling every kernel ahead of its first use."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from terradesk.arcs import build
from terradesk.render.basemap import BaseMap
from terradesk.render.basemap_reading import lines
from terradesk.render.density import draw_density
from terradesk.render.flags import FlagStamp
from terradesk.render.frame import Frame
from terradesk.render.homes import HomeStamp
from terradesk.render.labels import Labels
from terradesk.render.linework import LinkStamp, VectorStamp
from terradesk.render.names import country_names
from terradesk.render.overview import Overview
from terradesk.render.points import PointIndex, radii
from terradesk.render.regions import country_regions
from terradesk.render.state import MapState, Mark
from terradesk.render.style import Style
from terradesk.render.symbols import draw_discs
from terradesk.render.view import View
from terradesk.render.warped import PictureStamp, warp

__all__ = ["warm_first", "warm_up"]

_SIDE_M = 1000.0


def _tiny_base() -> BaseMap:
    box = (-3 * _SIDE_M, -3 * _SIDE_M, 3 * _SIDE_M, 3 * _SIDE_M)
    land = build(np.array([shapely.box(*box)], object), (0.0, 0.0))
    lakes = build(np.array([shapely.box(0, 0, 900, 400)], object), (0.0, 0.0))
    path = np.array([shapely.LineString([(-900, -900), (900, 800)])], object)
    river = lines(path, (0.0, 0.0))
    points, names = np.array([[-2 * _SIDE_M, 0.0]]), np.array(["x"])
    regions = country_regions(land, river, points, box)
    return BaseMap(
        land, lakes, river, river, points, names, np.ones(1), points, names, regions, box
    )


def warm_up() -> None:
    """Compile every kernel of the renderer on a tiny map, or load it from numba's cache.

    Takes seconds the first time after an installation: call it in a thread while the program
    starts, so that the first click does not wait.
    """
    frame = warm_first()
    state, arcs, view = frame.state, frame.arcs, frame.view
    frame.pan(3, 2)
    state.assign([0], 1)
    frame.assigned([0])
    frame.marked(state.set_mark([0], Mark.SELECTED))
    frame.outlined([0])
    frame.recolour()
    frame.is_moving = True
    frame.look(View.fit((0, 0, 8 * _SIDE_M, _SIDE_M), (96, 64), arcs.origin))
    _warm_accounts(view)
    _warm_layers(np.zeros((view.height, view.width), np.uint32), view, state)


def warm_first() -> Frame:
    """Only what the first picture of a plan needs, sharp and with names; gives the tiny one."""
    squares = [shapely.box(x * _SIDE_M, 0, (x + 1) * _SIDE_M, _SIDE_M) for x in range(2)]
    arcs = build(np.array(squares, object), (0.0, 0.0))
    state = MapState(arcs, [0, 1], [0, 1], [0, 1], [True, False])
    overview = Overview.draw(arcs, 64)
    base = _tiny_base()
    frame = Frame(state, Style(), 96, 64, base, overview)
    view = View.fit((0, 0, 2 * _SIDE_M, _SIDE_M), (96, 64), arcs.origin, (2, 2, 2, 2))
    frame.look(view)
    labels = Labels(arcs, 2)
    labels.touch(state.territories)
    labels.set_sizes([(8, 8), (8, 8)])
    labels.placed(view, state.territories, overview)
    country_names(base, view, overview, [], lambda name: 4.0)
    return frame


def _warm_accounts(view: View) -> None:
    rgb = np.zeros((view.height, view.width), np.uint32)
    index = PointIndex.build([(10.0, 10.0), (20.0, 30.0)])
    draw_discs(rgb, view, index.points, radii([1.0, 2.0]), Style())
    draw_density(rgb, view, index, Style())
    index.count(view.box)
    index.count_near(10.0, 10.0, 5.0)


def _warm_layers(rgb: np.ndarray, view: View, state: MapState) -> None:
    """Own layers, water links, homes, start points."""
    ring = np.array([shapely.LinearRing([(0, 0), (900, 0), (0, 900)])], object)
    paths, style = lines(ring, state.arcs.origin), Style()
    VectorStamp(paths, paths, PointIndex.build([(5.0, 5.0)]), "#000000").draw(rgb, view, style)
    LinkStamp(np.array([(0.0, 0.0, 900.0, 900.0)])).draw(rgb, view, style)
    HomeStamp(np.array([(9.0, 9.0)]), np.zeros(1, np.int64)).draw(rgb, view, style)
    FlagStamp(np.array([(9.0, 9.0)]), np.zeros(1, np.int64)).draw(rgb, view, style)
    grid = np.tile(np.arange(3.0), (3, 1))
    picture = PictureStamp(warp(rgb, grid, grid.T.copy(), 16, 32, 32), view)
    for scale in (1.0, 2.0):
        picture.draw(rgb, replace(view, scale=view.scale * scale), style)
