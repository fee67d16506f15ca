"""Frames, panning, recolouring, names and marks in the real map view, painted by Qt.

At 1600 x 1000 pixels; a second run in a process of its own has two device pixels per pixel.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from bench import layers, peers
from bench.kernel import SHARP
from bench.timing import Figure, Time, figure, measure
from terradesk import edits
from terradesk.document import Document
from terradesk.render import Mark, View
from ui.app import make_application
from ui.document_model import DocumentModel
from ui.map import MapView
from ui.map.layer import Layer

PART = "desk"
N_ACCOUNTS = 1_000_000


def run() -> Iterator[Figure]:
    """Figures for all maps."""
    app = make_application(["bench"])
    for case in (layers.counties(), layers.zips()):
        theirs = peers.times(case)
        desk = Desk(app, case)
        for name in layers.VIEWS:
            yield from desk.figures(name, theirs)
        desk.close()
    yield from _large(app)
    yield from _twice()


def _large(app: QtWidgets.QApplication) -> Iterator[Figure]:
    """What many territories, accounts and areas cost."""
    zips = layers.zips()
    crowd = replace(zips, plan=layers.with_accounts(zips.plan, N_ACCOUNTS))
    cases = (
        ("500 territories", layers.zips(500)),
        ("1,000,000 accounts", crowd),
        ("236,000 areas", layers.blocks()),
    )
    for label, case in cases:
        desk = Desk(app, case, label)
        for name in layers.VIEWS:
            yield from desk.main_figures(name)
        desk.close()


def _twice() -> Iterator[Figure]:
    """The same with two device pixels per pixel."""
    code = "from bench import desk; desk.print_twice()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "QT_SCALE_FACTOR": "2"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            yield Figure(**json.loads(line))


def print_twice() -> None:
    """Print the figures of this process, which has another pixel ratio, as JSON lines."""
    app = make_application(["bench"])
    desk = Desk(app, layers.zips(), "ratio 2")
    assert desk.map.ratio == 2.0
    for name in layers.VIEWS:
        for one in desk.main_figures(name):
            print(json.dumps(one.as_dict()), flush=True)
    desk.close()


class Painted(QtCore.QObject):
    """Counts the paints of a widget, so that no figure is of a picture that was not drawn."""

    def __init__(self, widget: QtWidgets.QWidget) -> None:
        super().__init__(widget)
        self.n = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Count."""
        self.n += event.type() == QtCore.QEvent.Type.Paint
        return False


def wait_until(app: QtWidgets.QApplication, is_so: object) -> None:
    """Let Qt work until something is so."""
    while not is_so():  # type: ignore[operator]
        app.processEvents(QtCore.QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)


class Desk:
    """A shown map view with a plan in memory, its base map and its names."""

    def __init__(self, app: QtWidgets.QApplication, case: layers.Case, label: str = "") -> None:
        self.app, self.case, self.label = app, case, label or case.name
        self.model = DocumentModel()
        self.map = MapView(self.model)
        self.map.resize(layers.WIDTH, layers.HEIGHT)
        self.map.show()
        self.model.open(Document(case.plan))
        wait_until(app, lambda: self.map.is_ready and self.map.item.base is not None)
        self.painted = Painted(self.map.canvas.viewport())
        self.map.canvas.viewport().repaint()

    def close(self) -> None:
        """Let go of the plan."""
        self.map.close()
        self.model.close()

    def paint(self) -> None:
        """Paint what is out of date, and no more, now."""
        before = self.painted.n
        kind = QtCore.QEvent.Type.UpdateRequest.value
        QtCore.QCoreApplication.sendPostedEvents(None, kind)  # type: ignore[call-overload]
        assert self.painted.n > before, "nothing was painted"

    def time(self, work: object, repeats: int = 9) -> Time:
        """A call and the paint that it needs."""

        def both() -> None:
            work()  # type: ignore[operator]
            self.paint()

        return measure(both, repeats, before=self.app.processEvents, warm=2)

    def figures(self, name: str, theirs: peers.Times) -> Iterator[Figure]:
        """All figures of a view."""
        case, is_zips = f"{self.case.name} {name}", self.case.name == "zips"
        size = (self.map.view.width, self.map.view.height)
        view, who = self.case.view(name, size), theirs.who
        self.map.look(view)
        near = view.__class__.at(*view.to_map(0, 0), view.px_per_m * 1.01, size, view.origin)
        turn = itertools.cycle((near, view))
        yield figure(PART, "sharp frame at a new zoom, territories named", case,
                     self.time(lambda: self.map.look(next(turn))),
                     SHARP[name] if is_zips else "", who, theirs.get(name))  # fmt: skip
        if is_zips:  # smaller maps are drawn in full while zooming
            yield figure(PART, "frame while zooming", case, self.time(self._zoom), "16", who,
                         theirs.get(name))  # fmt: skip
        self.map.look(view)
        self.paint()
        self.app.processEvents()
        yield figure(PART, "pan step of 8, 5 px", case,
                     self.time(lambda: self.map.pan_by(-8, 5), 25), "2" if is_zips else "", who,
                     theirs.get(name))  # fmt: skip
        self._rest()
        yield figure(PART, "repaint without a change", case, self.time(self.map.item.update),
                     "0.6" if is_zips else "")  # fmt: skip
        yield from self._names(case)
        yield from self._marks(case, self.case.view(name, size))
        yield from self._recolours(name, theirs)

    def main_figures(self, name: str) -> Iterator[Figure]:
        """The figures that matter where the plan is large or the screen fine."""
        ratio = self.map.ratio
        case, size = f"{self.label} {name}", (self.map.view.width, self.map.view.height)
        view = self.case.view(name, size)
        self.map.look(view)
        self._rest()
        turn = itertools.cycle((1.01, 1 / 1.01))
        yield figure(PART, "frame while zooming", case,
                     self.time(lambda: self.map.zoom_by(next(turn))), "16")  # fmt: skip
        self._rest()
        self.map.look(view)
        self.paint()
        pan = self.time(lambda: self.map.pan_by(-8, 5), 25)
        yield figure(PART, "pan step of 8, 5 px", case, pan, "2")
        self._rest()
        yield figure(PART, "repaint without a change", case, self.time(self.map.item.update))
        yield from self._names(case)
        yield from self._marks(case, view)
        near = self.case.near(*view.to_map(size[0] / 2, size[1] / 2))
        for k in (1, 1000):
            yield figure(PART, f"recolour {k:,}: kernel's work and paint", case,
                         self.time(lambda r=near[:k]: self._shift(r)))  # fmt: skip
        assert self.map.ratio == ratio

    def _rest(self) -> None:
        wait_until(self.app, lambda: not self.map.item.is_in_motion)
        self.app.processEvents()

    def _names(self, case: str) -> Iterator[Figure]:
        """Names: found for a new scale, and at rest."""
        item = self.map.item
        names, owners = item._names, self._layer.state.territories
        assert names is not None and item.frame is not None

        def find() -> None:
            names._labels._version += 1
            names._find(item.view, owners, self.map.ratio)

        def settle() -> None:
            item._walls_due = True
            item._settle()

        yield figure(PART, "places of all names at a new scale", case, measure(find))
        yield figure(PART, "names at rest: seen parts, panels, cities", case, measure(settle))
        picture = np.zeros((item.view.height, item.view.width), np.uint32)
        drawn = measure(lambda: names.sheet.draw(picture, item.view, item.style), loops=5)
        yield figure(PART, "drawing all names in view", case, drawn, "2")
        paper = QtGui.QImage(item.view.width, item.view.height, QtGui.QImage.Format.Format_RGB32)
        painter = QtGui.QPainter(paper)
        shadows = measure(lambda: item._draw_around(painter, self.map.ratio), loops=5)
        painter.end()
        yield figure(PART, "shadows of what floats", case, shadows)
        self.app.processEvents()

    def _marks(self, case: str, view: View) -> Iterator[Figure]:
        """The outline under the pointer and the preview of a stroke."""
        near = self.case.near(*view.to_map(view.width / 2, view.height / 2))
        each = itertools.cycle((int(near[0]), -1))
        self.map.look(view)
        self._rest()
        yield figure(PART, "outline under the pointer", case,
                     self.time(lambda: self.model.hovered.emit(next(each))))  # fmt: skip
        firsts = itertools.cycle((0, 10))
        layer, item = self._layer, self.map.item

        def preview() -> None:
            item.marked(layer.state.set_mark(near[next(firsts) : 1000], Mark.PREVIEW, 0))

        yield figure(PART, "ten areas more or fewer in a preview of 1,000", case,
                     self.time(preview))  # fmt: skip
        item.marked(layer.state.set_mark(near[:0], Mark.PREVIEW, 0))
        self.paint()

    @property
    def _layer(self) -> Layer:
        layer = self.map.following.layer
        assert layer is not None
        return layer

    def _zoom(self) -> None:
        self.map.zoom_by(1.01)

    def _recolours(self, name: str, theirs: peers.Times) -> Iterator[Figure]:
        """An edit in memory, with everything the map does about it."""
        case, is_zips = f"{self.case.name} {name}", self.case.name == "zips"
        self.map.look(self.case.view(name, (self.map.view.width, self.map.view.height)))
        self.paint()
        n = self.case.arcs.n_units
        middle = self.map.view.to_map(layers.WIDTH / 2, layers.HEIGHT / 2)
        near = self.case.near(*middle)
        for k, goal in ((1, "1.0"), (1000, "2.5"), (n, "6")):
            rows, goal = near[:k], goal if is_zips else ""
            label = "all" if k == n else f"{k:,}"
            yield figure(PART, f"recolour {label}: kernel's work and paint", case,
                         self.time(lambda r=rows: self._shift(r)), goal, theirs.who,
                         theirs.get(f"recolour {name}"))  # fmt: skip
        rows = near[:1000]
        yield figure(PART, "edit of 1,000 in memory and paint", case,
                     self.time(lambda: self._edit(rows)), "", theirs.who,
                     theirs.get(f"recolour {name}"))  # fmt: skip

    def _shift(self, rows: np.ndarray) -> None:
        layer, state = self._layer, self._layer.state
        state.assign(rows, (state.territories[rows] + 1) % max(layer.spare, 1))
        self.map.item.assigned(rows)

    def _edit(self, rows: np.ndarray) -> None:
        model = self.model
        leaves = [t.id for t in model.view.leaves if t.id not in model.view.locked_territories]
        owner = int(model.view.assignment[rows[0]])
        target = leaves[(leaves.index(owner) + 1) % len(leaves)] if owner in leaves else leaves[0]
        model.do(edits.assign(model.plan, model.alignment, rows, target).edit)
