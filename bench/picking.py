"""Hit test, brush and lasso beside shapely's tree, geopandas' index and QGIS."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import shapely

from bench import layers, peers
from bench.timing import Figure, figure, measure
from terradesk.arcs import picking
from terradesk.arcs.picking import Mode, Picker
from terradesk.render import View

PART = "picking"
_RADIUS_PX = 24


def run() -> Iterator[Figure]:
    """Figures for both maps."""
    picking.warm()
    for case in (layers.counties(), layers.zips(), layers.blocks()):
        polygons = case.polygons()
        tree = shapely.STRtree(polygons)
        shapely.prepare(polygons)
        picker = Picker(case.arcs)
        yield from _hits(case, picker, tree, polygons)
        for name in layers.VIEWS:
            yield from _shapes(case, picker, tree, name)


def _hits(
    case: layers.Case, picker: Picker, tree: shapely.STRtree, polygons: np.ndarray
) -> Iterator[Figure]:
    import geopandas

    at = _points(case.view("mid"), 2000)
    places, points = at.tolist(), shapely.points(at)
    index = geopandas.GeoSeries(polygons, crs=case.plan.crs).sindex
    ours = measure(lambda: [picker.unit_at(x, y) for x, y in places])
    goal = "0.0005" if case.name == "zips" else ""

    def each(ask: object, n: int) -> object:
        return measure(lambda: [ask.query(p, predicate="intersects") for p in points[:n]], 5)

    for peer, theirs in (("shapely STRtree, prepared", each(tree, 500)),
                         ("geopandas sindex", each(index, 500))):  # fmt: skip
        yield figure(PART, "hit test", case.name, _per(ours, 2000), goal, peer, _per(theirs, 500))
    other = peers.times(case, "hit") if case.name != "blocks" else peers.Times("")
    yield figure(PART, "hit test", case.name, _per(ours, 2000), goal, other.who, other.get("hit"))
    bulk = measure(lambda: picker.locate_points(at), 9, 10)
    yield figure(PART, "each of many points", case.name, _per(bulk, 2000), "",
                 "shapely STRtree, all at once",
                 _per(measure(lambda: tree.query(points, predicate="intersects")), 2000),
                 )  # fmt: skip


def _per(time: object, n: int) -> object:
    from dataclasses import replace

    return replace(time, cpu=time.cpu / n, wall=time.wall / n, p95=0.0)


def _points(view: View, n: int) -> np.ndarray:
    x0, y0, x1, y1 = view.box
    return np.random.default_rng(3).uniform((x0, y0), (x1, y1), (n, 2))


def _shapes(
    case: layers.Case, picker: Picker, tree: shapely.STRtree, name: str
) -> Iterator[Figure]:
    view = case.view(name)
    line = [view.to_map(300 + 40 * k, 500 + 30 * np.sin(k)) for k in range(24)]
    radius = _RADIUS_PX / view.px_per_m
    turn = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    far = 300 + 80 * np.sin(5 * turn)
    star = np.array([view.to_map(800 + r * np.cos(a), 500 + r * np.sin(a))
                     for r, a in zip(far, turn, strict=True)])  # fmt: skip
    at = f"{case.name} {name}"
    goal = "2" if case.name == "zips" else ""

    def stroke() -> None:
        picker.start()
        for a, b in itertools.pairwise(line):
            picker.brush(a, b, radius, Mode.TOUCHES)

    def stroke_theirs() -> None:
        for a, b in itertools.pairwise(line):
            tree.query(shapely.LineString([a, b]).buffer(radius), predicate="intersects")

    n = len(line) - 1
    yield figure(PART, "brush step, touches", at, _per(measure(stroke), n), goal,
                 "shapely STRtree", _per(measure(stroke_theirs, 5), n))  # fmt: skip
    outline = shapely.make_valid(shapely.Polygon(star))
    shapely.prepare(outline)
    yield figure(PART, "lasso of 200 corners, centre", at,
                 measure(lambda: picker.polygon(star, Mode.CENTRE)), goal)  # fmt: skip
    for mode, ask in ((Mode.TOUCHES, "intersects"), (Mode.INSIDE, "contains_properly")):
        rows = picker.polygon(star, mode)
        yield figure(PART, f"lasso of 200 corners, {mode.name.lower()}", at,
                     measure(lambda m=mode: picker.polygon(star, m)), goal, "shapely STRtree",
                     measure(lambda a=ask: tree.query(outline, predicate=a), 5),
                     f"{len(rows):,} units")  # fmt: skip
