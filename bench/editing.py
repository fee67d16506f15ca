"""One edit end to end and the live preview, by real mouse events in the real window."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

from bench import layers
from bench.desk import Painted, wait_until
from bench.timing import Figure, Time, figure, measure
from terradesk import edits, measures, planfile
from terradesk.edits import apply
from terradesk.plan import AlignmentView
from ui.app import make_application
from ui.main_window import MainWindow

PART = "editing"
LEFT = QtCore.Qt.MouseButton.LeftButton


def run() -> Iterator[Figure]:
    """Figures on the sample plan, and on 37,000 areas in 1,000 territories; both on disk."""
    window = Window()
    for k in (1, 100, 1000):
        yield from window.drags(k)
    yield from window.core()
    window.close()
    with TemporaryDirectory() as folder:
        window = Window(layers.zips(1000), Path(folder))
        for k in (1, 1000):
            yield from window.drags(k)
        yield from window.core()
        window.close()


class Clocked(Painted):
    """Adds up the CPU time of a widget's paints too."""

    def __init__(self, widget: QtWidgets.QWidget) -> None:
        super().__init__(widget)
        self.cpu = 0.0
        self._is_inside = False

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Send a paint on by itself, between two looks at the clock."""
        if event.type() != QtCore.QEvent.Type.Paint or self._is_inside:
            return False
        self.n += 1
        self._is_inside, begun = True, time.process_time()
        QtCore.QCoreApplication.sendEvent(watched, event)
        self.cpu += time.process_time() - begun
        self._is_inside = False
        return True


class Window:
    """The real window with a fresh copy of the sample plan or another one, and drags in it.

    Parameters
    ----------
    case : Case, optional
        By default the sample plan.
    folder : Path, optional
        Where to put the file of a case.
    """

    def __init__(self, case: layers.Case | None = None, folder: Path | None = None) -> None:
        self.name = case.name if case is not None else "sample"
        self.app = make_application(["bench"])
        self.window = MainWindow()
        self.window.resize(layers.WIDTH, layers.HEIGHT)
        self.window.show()
        self.map, self.model = self.window.map, self.window.model
        if case is not None and folder is not None:
            path = folder / "plan.gpkg"
            planfile.create(path, case.plan).close()
            self.window.show_document(planfile.open_document(path))
        else:
            self.window.files.open_sample()
        wait_until(self.app, lambda: self.map.is_ready and self.map.item.base is not None)
        self.map.zoom_home()
        self.settle()
        port = self.map.canvas.viewport()
        tree = self.window.panels["territories"].findChild(QtWidgets.QTreeView)
        assert tree is not None
        balance = self.window.panels["balance"]
        self.painted = {
            "map": Clocked(port), "tree": Clocked(tree.viewport()),
            "balance": Clocked(balance.bars), "card": Clocked(self.map.floats.card),
        }  # fmt: skip
        assert balance.isVisible() and tree.isVisible()
        # Rows of a thousand territories may lie outside what tree and bars show.
        self.seen = ("map", "tree", "balance") if case is None else ("map",)

    def close(self) -> None:
        """Close the plan and leave at once: nothing is left to save."""
        self.window.close()
        self.settle()

    def settle(self) -> None:
        """Let Qt do and paint all that waits."""
        for _ in range(4):
            self.app.processEvents()

    # ------------------------------------------------------------------ where things are
    def point(self, row: int) -> QtCore.QPoint:
        """Pixel of a unit's middle."""
        arcs = self.map.following.prepared.arcs
        x, y = self.map.view.to_pixels(arcs.centres[[row]] / 100 + arcs.origin)[0]
        return QtCore.QPoint(round(x / self.map.ratio), round(y / self.map.ratio))

    def free_rows(self) -> np.ndarray:
        """Units that may move, the nearest to the middle of the map first."""
        view = self.model.view
        width, height = self.map.canvas.width(), self.map.canvas.height()
        arcs = self.map.following.prepared.arcs
        at = (np.array(self.map.view.to_map(width / 2, height / 2)) - arcs.origin) * 100
        near = np.argsort(((arcs.centres - at) ** 2).sum(1))
        return near[~view.locked_units[near] & (view.assignment[near] >= 0)].astype(np.int32)

    def targets(self, rows: np.ndarray) -> list[int]:
        """One visible unit each of two territories that hold none of these units."""
        view: AlignmentView = self.model.view
        taken = set(view.assignment[rows].tolist()) | view.locked_territories | {-1}
        found: dict[int, int] = {}
        inside = self.map.canvas.rect().adjusted(60, 60, -60, -60)
        for row in np.setdiff1d(self.free_rows(), rows).tolist():
            owner = int(view.assignment[row])
            if owner not in taken and owner not in found and inside.contains(self.point(row)):
                found[owner] = row
            if len(found) == 2:
                break
        return list(found.values())

    # ------------------------------------------------------------------ drags
    def send(self, kind: str, at: QtCore.QPoint) -> None:
        """A real mouse event on the map."""
        port = self.map.canvas.viewport()
        if kind == "move":
            place, where = QtCore.QPointF(at), QtCore.QPointF(port.mapToGlobal(at))
            no_key = QtCore.Qt.KeyboardModifier.NoModifier
            event = QtGui.QMouseEvent(
                QtCore.QEvent.Type.MouseMove, place, where, QtCore.Qt.MouseButton.NoButton, LEFT,
                no_key,
            )  # fmt: skip
            QtWidgets.QApplication.sendEvent(port, event)
        else:
            press = QTest.mousePress if kind == "press" else QTest.mouseRelease
            press(port, LEFT, QtCore.Qt.KeyboardModifier.NoModifier, at)

    def drags(self, k: int) -> Iterator[Figure]:
        """Preview, release and undo of k units dragged onto another territory."""
        rows = self.free_rows()[:k]
        aims = [self.point(row) for row in self.targets(rows)]
        case = f"{self.name}, {k:,} {'unit' if k == 1 else 'units'}"
        self._grip(rows, aims[0])
        turn = iter(range(10**9))
        pair = [aims[0], aims[0] + QtCore.QPoint(1, 0)]
        still = self._time(lambda: self._move(pair[next(turn) % 2]), ("map",))
        yield figure(PART, "mouse move over the same territory", case, still, "8")
        if len(aims) == 2:
            other = self._time(lambda: self._move(aims[next(turn) % 2]), self.seen)
            yield figure(PART, "live preview: mouse move onto another territory", case, other, "8")
            yield from self._shares(case, other, rows)
        self.send("release", aims[0])
        self.settle()
        assert len(self.model.document.steps) % 2 == 1, "the drag did nothing"
        self._undo()
        yield from self._releases(case, rows, aims[0])

    def _shares(self, case: str, whole: Time, rows: np.ndarray) -> Iterator[Figure]:
        """What of such a move is whose: one more run with a clock at each paint."""
        n, model = 15, self.model
        edit = edits.assign(model.plan, model.alignment, rows, self._target(rows)).edit
        assert edit is not None
        core = measure(lambda: measures.what_if(model.view, edit).shapes, n)  # type: ignore[union-attr]
        yield figure(PART, "of it what-if with pieces and gaps", case, core)
        for name in self.painted:
            each = 1e3 * self.spent[name]
            yield figure(PART, f"of it paint of {name}", case, Time(each, each, each, whole.n))

    def _target(self, rows: np.ndarray) -> int:
        return int(self.model.view.assignment[self.targets(rows)[0]])

    def _releases(self, case: str, rows: np.ndarray, aim: QtCore.QPoint) -> Iterator[Figure]:
        def before() -> None:
            if self.model.document.undoes_today:
                self._undo()
            self._grip(rows, aim)

        everything = self.seen
        done = self._time(lambda: self._release(aim), everything, before)
        yield figure(PART, "edit: release, commit on disk, all repainted", case, done)

        def again() -> None:
            self._grip(rows, aim)
            self._release(aim)

        self._undo()
        undone = self._time(self._undo, everything, again)
        yield figure(PART, "undo the same", case, undone)
        self.model.select_units(np.empty(0, np.int32))
        self.settle()

    def _grip(self, rows: np.ndarray, aim: QtCore.QPoint) -> None:
        self.model.select_units(rows)
        self.settle()
        self.send("press", self.point(int(rows[0])))
        self._move(aim - QtCore.QPoint(3, 0))
        self._move(aim)
        assert self.map.gestures.is_active

    def _move(self, at: QtCore.QPoint) -> None:
        self.send("move", at)
        self.settle()

    def _release(self, at: QtCore.QPoint) -> None:
        n = len(self.model.document.steps)
        self.send("release", at)
        self.settle()
        assert len(self.model.document.steps) == n + 1, "the drag did nothing"

    def _undo(self) -> None:
        n = len(self.model.document.steps)
        self.window.undo()
        self.settle()
        assert len(self.model.document.steps) == n + 1, "nothing was undone"

    def _time(self, work: object, who: tuple[str, ...], before: object = None) -> Time:
        """Time a call; each of these must have been painted every time."""
        counts = {name: self.painted[name].n for name in who}
        for clock in self.painted.values():
            clock.cpu = 0.0
        found = measure(work, 15, before=before, warm=2)  # type: ignore[arg-type]
        self.spent = {name: clock.cpu / (found.n + 2) for name, clock in self.painted.items()}
        for name in who:
            assert self.painted[name].n - counts[name] >= found.n, f"{name} was not painted"
        return found

    # ------------------------------------------------------------------ the parts of it
    def core(self) -> Iterator[Figure]:
        """What of an edit of 1,000 units is the core's: assign, apply, sums, shapes."""
        plan, alignment = self.model.plan, self.model.alignment
        rows = self.free_rows()[:1000]
        view = self.model.view
        target = next(t.id for t in view.leaves if t.id not in view.locked_territories)
        case = f"{self.name}, 1,000 units"
        yield figure(PART, "of it edits.assign", case,
                     measure(lambda: edits.assign(plan, alignment, rows, target)))  # fmt: skip
        edit = edits.assign(plan, alignment, rows, target).edit
        assert edit is not None
        yield figure(PART, "of it edits.apply", case, measure(lambda: apply(plan, edit)))
        after: list[AlignmentView] = []

        def fresh() -> None:
            after.append(apply(plan, edit).alignment(alignment))

        for name in ("balance", "counts", "compactness", "contiguity"):
            ask = getattr(measures, name)
            yield figure(PART, f"of it measures.{name}", case,
                         measure(lambda a=ask: a(after[-1]), before=fresh))  # fmt: skip
        yield figure(PART, "of it measures.moved", case,
                     measure(lambda: measures.moved(view, after[-1]), before=fresh))  # fmt: skip


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    for one in run():
        print(one)
