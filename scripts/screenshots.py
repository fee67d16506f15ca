"""Draw the pictures of the README: the real window on the sample plan, driven by real events."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_home = tempfile.TemporaryDirectory()
for name in ("TERRADESK_DATA_DIR", "XDG_CONFIG_HOME"):
    os.environ[name] = _home.name

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ui import settings, theme
from ui.app import make_application
from ui.jobs import running
from ui.main_window import MainWindow

OUT = ROOT / "docs" / "pictures"
LEFT = QtCore.Qt.MouseButton.LeftButton
NONE = QtCore.Qt.KeyboardModifier.NoModifier


def wait(until: Callable[[], bool], seconds: float = 120.0) -> None:
    """Let the window work until something is so."""
    end = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there")
        QtWidgets.QApplication.processEvents(QtCore.QEventLoop.ProcessEventsFlag.AllEvents, 50)


def rest(milliseconds: int = 400) -> None:
    """Let timers of the map run out (sharp frames, labels)."""
    timer = QtCore.QElapsedTimer()
    timer.start()
    wait(lambda: timer.elapsed() > milliseconds and not running())


def place(window: MainWindow, row: int) -> QtCore.QPoint:
    """Where a unit is on the map's canvas."""
    arcs = window.model.plan.arcs
    assert arcs is not None
    metres = arcs.centres[row] / 100 + np.array(arcs.origin)
    x, y = window.map.view.to_pixels([metres])[0] / window.map.ratio
    return QtCore.QPoint(round(x), round(y))


def press(window: MainWindow, points: list[QtCore.QPoint]) -> None:
    """Press at the first point and move over the others, button down."""
    port = window.map.canvas.viewport()
    QTest.mousePress(port, LEFT, NONE, points[0])
    for at in points[1:]:
        event = QtGui.QMouseEvent(
            QtCore.QEvent.Type.MouseMove, QtCore.QPointF(at), QtCore.QPointF(port.mapToGlobal(at)),
            QtCore.Qt.MouseButton.NoButton, LEFT, NONE,
        )  # fmt: skip
        QtWidgets.QApplication.sendEvent(port, event)


def escape(window: MainWindow) -> None:
    """Drop the gesture."""
    QTest.keyClick(window.map.canvas, QtCore.Qt.Key.Key_Escape)
    QTest.mouseRelease(window.map.canvas.viewport(), LEFT, NONE, QtCore.QPoint(5, 400))


def rows_of(window: MainWindow, codes: tuple[str, ...]) -> np.ndarray:
    """Rows of units by code."""
    return np.flatnonzero(np.isin(window.model.plan.units.codes, codes))


def save(window: MainWindow, name: str) -> None:
    """Write the window as it is."""
    rest()
    OUT.mkdir(parents=True, exist_ok=True)
    window.grab().toImage().save(str(OUT / f"{name}.png"))
    print(f"docs/pictures/{name}.png")


def main() -> int:
    """Draw all pictures."""
    app = make_application([sys.argv[0]])
    theme.apply(app, False)
    window = MainWindow(settings.Settings())
    window.resize(1600, 1000)
    window.show()
    rest(1500)
    save(window, "welcome")
    window.files.open_sample()
    wait(lambda: window.model.is_open and window.map.is_ready)
    rest(1500)
    view = window.model.view
    ids = {t.name: t.id for t in view.leaves}
    drag(window, ids["Dallas"], ids["Phoenix"])
    save(window, "drag")
    window.use_theme(True)
    save(window, "drag_dark")
    escape(window)
    window.use_theme(False)
    window.resize(1280, 720)
    window.map.set_tool("brush")
    window.model.set_current(ids["Detroit"])
    window.bottom.show_panel(window.panels["accounts"])
    rest()
    rest()
    window.map.zoom_to_territory(ids["Detroit"])
    window.map.zoom_by(0.75)
    rest()
    start = rows_of(window, ("39069", "39051", "39171"))
    press(window, [place(window, int(row)) for row in start])
    save(window, "brush_small")
    escape(window)
    window.close()
    return 0


def drag(window: MainWindow, source: int, target: int) -> None:
    """Hold counties of one territory over another."""
    model = window.model
    arcs = model.plan.arcs
    assert arcs is not None
    mine = np.flatnonzero(model.view.assignment == source)
    amarillo = arcs.centres[rows_of(window, ("48375",))[0]]
    near = mine[np.argsort(np.hypot(*(arcs.centres[mine] - amarillo).T))[:14]]
    model.select_units(near)
    window.map.set_tool("select")
    theirs = np.flatnonzero(model.view.assignment == target)
    away = np.abs(np.hypot(*(arcs.centres[theirs] - amarillo).T) / 100 - 450_000)
    rest()
    start, end = place(window, int(near[0])), place(window, int(theirs[np.argmin(away)]))
    press(window, [start, start + QtCore.QPoint(8, 0), (start + end) / 2, end])


if __name__ == "__main__":
    sys.exit(main())
