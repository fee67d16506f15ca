"""Frames of the renderer without Qt, at 1600 x 1000 pixels, beside QGIS on the same areas.

All on one thread, but where the line says how many: then the wall time counts.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bench import layers, peers
from bench.timing import Figure, Time, figure, measure
from terradesk import render
from terradesk.render import Frame, MapState, Overview, Style, bands
from terradesk.render.basemap import BaseMap, base_map

PART = "kernel"
SHARP = {"overview": "12 (first 16)", "mid": "8 (first 10)", "deep": "3"}


def run() -> Iterator[Figure]:
    """Figures for both maps."""
    render.warm_up()
    for case in (layers.counties(), layers.zips(), layers.blocks()):
        # to hand 236,000 areas to QGIS and back takes minutes
        theirs = peers.times(case) if case.name != "blocks" else peers.Times("")
        bench = _Bench(case)
        for name in layers.VIEWS:
            yield from bench.figures(name, theirs)
        for name in layers.VIEWS:
            yield from bench.dense(name)


class _Bench:
    """A frame with and without base map, and the edits done to it."""

    def __init__(self, case: layers.Case) -> None:
        self.case = case
        view = case.plan.alignment(case.alignment)
        leaves = view.leaves
        self.n = len(leaves)
        groups = None
        if case.name == "counties":
            states = [code[:2] for code in case.plan.units.codes]
            groups = np.unique(states, return_inverse=True)[1]
        self.state = MapState(
            case.arcs, view.unit_slots - 1, [t.parent for t in leaves],
            [t.colour for t in leaves], None, groups,
        )  # fmt: skip
        self.overview = Overview.draw(case.arcs)
        self.base = base_map(case.arcs, case.plan.crs)

    def frame(self, name: str, base: BaseMap | None) -> Frame:
        """A fresh frame of a view."""
        frame = Frame(self.state, Style(), layers.WIDTH, layers.HEIGHT, base, self.overview)
        frame.n_threads = 1
        frame.look(self.case.view(name))
        return frame

    def dense(self, name: str) -> Iterator[Figure]:
        """Frames of twice as many pixels each way, for a screen of ratio 2."""
        size = 2 * layers.WIDTH, 2 * layers.HEIGHT
        frame = Frame(self.state, Style(pixel_ratio=2), *size, self.base, self.overview)
        case = f"{self.case.name} {name}, 3200 x 2000"
        view = self.case.view(name, size)
        for n_threads in sorted({1, bands.N_THREADS}):
            frame.n_threads = n_threads
            frame.look(view)
            yield figure(PART, f"sharp frame with base map, {n_threads} threads", case,
                         measure(frame.render))  # fmt: skip
        yield figure(PART, "pan step of 8, 5 px", case, measure(lambda: frame.pan(-8, 5), 40))
        frame.is_moving = True
        yield figure(PART, f"moving frame with base map, {bands.N_THREADS} threads", case,
                     measure(frame.render))  # fmt: skip

    def figures(self, name: str, theirs: peers.Times) -> Iterator[Figure]:
        """All figures of a view."""
        case, is_zips = f"{self.case.name} {name}", self.case.name == "zips"
        plain, frame = self.frame(name, None), self.frame(name, self.base)
        peer, who = theirs.get(name), theirs.who
        goal = SHARP[name] if is_zips else ""
        yield figure(PART, "sharp frame", case, measure(plain.render), goal, who, peer)
        with_base = measure(frame.render)
        yield figure(PART, "sharp frame with base map", case, with_base,
                     "3 more" if is_zips else "", who, peer)  # fmt: skip
        if bands.N_THREADS > 1:
            frame.n_threads = bands.N_THREADS
            yield figure(PART, f"sharp frame with base map, {bands.N_THREADS} threads", case,
                         measure(frame.render))  # fmt: skip
            frame.n_threads = 1
        moving = self.frame(name, self.base)
        moving.is_moving = True
        yield figure(PART, "moving frame with base map", case, measure(moving.render),
                     "16" if is_zips else "", who, peer)  # fmt: skip
        pan = measure(lambda: frame.pan(-8, 5), 40)
        yield figure(PART, "pan step of 8, 5 px", case, pan, "", who, peer)
        frame = self.frame(name, self.base)
        for k, goal in ((1, "1.0"), (1000, "2.5"), (self.case.arcs.n_units, "6")):
            ours = self._recolour(frame, k)
            label = "all" if k == self.case.arcs.n_units else f"{k:,}"
            yield figure(PART, f"recolour {label}", case, ours, goal if is_zips else "",
                         who, theirs.get(f"recolour {name}"))  # fmt: skip

    def _recolour(self, frame: Frame, k: int) -> Time:
        x, y = frame.view.to_map(layers.WIDTH / 2, layers.HEIGHT / 2)
        rows = self.case.near(x, y)[:k]
        before = self.state.territories.copy()

        def assign() -> None:
            self.state.assign(rows, (self.state.territories[rows] + 1) % self.n)
            frame.assigned(rows)

        found = measure(assign)
        self.state.assign(np.arange(len(before)), before)
        frame.render()
        return found
