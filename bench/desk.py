"""Frames, panning and recolouring in the real map view, painted by Qt, at 1600 x 1000 pixels."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from PySide6 import QtCore, QtWidgets

from bench import layers, peers
from bench.kernel import SHARP
from bench.timing import Figure, Time, figure, measure
from terradesk import edits
from terradesk.document import Document
from ui.app import make_application
from ui.document_model import DocumentModel
from ui.map import MapView

PART = "desk"


def run() -> Iterator[Figure]:
    """Figures for both maps."""
    app = make_application(["bench"])
    for case in (layers.counties(), layers.zips()):
        theirs = peers.times(case)
        desk = Desk(app, case)
        for name in layers.VIEWS:
            yield from desk.figures(name, theirs)
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

    def __init__(self, app: QtWidgets.QApplication, case: layers.Case) -> None:
        self.app, self.case = app, case
        self.model = DocumentModel()
        self.map = MapView(self.model)
        self.map.resize(layers.WIDTH, layers.HEIGHT)
        self.map.show()
        self.model.open(Document(case.plan))
        wait_until(app, lambda: self.map.is_ready and self.map.item.base is not None)
        self.painted = Painted(self.map.canvas.viewport())
        self.paint()

    def close(self) -> None:
        """Let go of the plan."""
        self.map.close()
        self.model.close()

    def paint(self) -> None:
        """Paint what is out of date, now."""
        before = self.painted.n
        self.map.canvas.viewport().repaint()
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
        yield figure(PART, "sharp frame at a new zoom, names placed", case,
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
        yield figure(PART, "repaint without a change", case, self.time(self.map.item.update))
        yield from self._recolours(name, theirs)

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
        layer = self.map.following.layer
        assert layer is not None
        state = layer.state
        state.assign(rows, (state.territories[rows] + 1) % max(layer.spare, 1))
        self.map.item.assigned(rows)

    def _edit(self, rows: np.ndarray) -> None:
        model = self.model
        leaves = [t.id for t in model.view.leaves if t.id not in model.view.locked_territories]
        owner = int(model.view.assignment[rows[0]])
        target = leaves[(leaves.index(owner) + 1) % len(leaves)] if owner in leaves else leaves[0]
        model.do(edits.assign(model.plan, model.alignment, rows, target).edit)
