"""Draw the pictures of the README: the real window on the sample plan, driven by real events."""

from __future__ import annotations

import json
import os
import shutil
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
import shapely
from PIL import Image
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from terradesk import gdal, paths, projection
from terradesk.arcs.outlines import polygons
from terradesk.edits import assign
from terradesk.edits.territories import start_from
from terradesk.plan import UNASSIGNED
from ui import settings, theme
from ui.app import make_application
from ui.dialogs.importing.page import Importing
from ui.jobs import running
from ui.main_window import MainWindow
from ui.map import adding
from ui.panels.build.panel import BuildPanel

OUT = ROOT / "docs" / "pictures"
MERGED = {
    "08031": ("08001", "08005", "08014"),
    "08123": ("08087", "08121"),
    "49035": ("49045", "49043"),
    "49049": ("49039", "49023"),
}
"""Codes of counties in the made-up newer boundaries, and of those that go up in them."""
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


def save(window: QtWidgets.QWidget, name: str) -> None:
    """Write the window as it is, in 256 colours."""
    rest()
    OUT.mkdir(parents=True, exist_ok=True)
    grab = window.grab().toImage().convertToFormat(QtGui.QImage.Format.Format_RGB888)
    rows = np.frombuffer(grab.constBits(), np.uint8).reshape(grab.height(), -1)
    pixels = rows[:, : grab.width() * 3].reshape(grab.height(), grab.width(), 3)
    in_few_colours(pixels).save(OUT / f"{name}.png", optimize=True)
    print(f"docs/pictures/{name}.png")


def in_few_colours(pixels: np.ndarray) -> Image.Image:
    """The picture with 256 of its own colours: one after the other, what is worst without it."""
    colours, which, counts = np.unique(
        pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True
    )
    points = colours.astype(np.float64)
    worth = np.sqrt(counts)
    nearest, errors = np.zeros(len(points), np.uint8), np.full(len(points), np.inf)
    palette = np.zeros((256, 3), np.uint8)
    row = int(counts.argmax())
    for k in range(min(256, len(points))):
        palette[k] = colours[row]
        away = ((points - points[row]) ** 2).sum(axis=1)
        nearest[away < errors] = k
        errors = np.minimum(errors, away)
        row = int((errors * worth).argmax())
    out = Image.fromarray(nearest[which.ravel()].reshape(pixels.shape[:2]))
    out.putpalette(palette.tobytes())
    return out


def main() -> int:
    """Draw all pictures, or those that are named."""
    app = make_application([sys.argv[0]])
    theme.apply(app, False)
    window = MainWindow(settings.Settings())
    wanted = sys.argv[1:]
    for draw in (
        welcome,
        dragging,
        brushing,
        filling,
        splitting,
        colours,
        layers,
        selecting,
        zips,
        building,
        importing,
        newer_areas,
    ):
        if not wanted or draw.__name__ in wanted:
            window.resize(1280, 720)
            window.show()
            draw(window)
    window.close()
    return 0


def open_sample(window: MainWindow) -> dict[str, int]:
    """A fresh sample plan without the first tips; ids of its territories by name."""
    before = window.model.plan if window.model.is_open else None
    window.files.open_sample()
    wait(lambda: window.model.is_open and window.model.plan is not before and window.map.is_ready)
    wait(lambda: window.map.item.base is not None)
    window.map.floats.tips.hide()
    window.model.select_units(np.empty(0, np.int32))
    rest(1000)
    return {t.name: t.id for t in window.model.view.leaves}


def welcome(window: MainWindow) -> None:
    """The first page."""
    window.resize(1600, 1000)
    rest(1500)
    save(window, "welcome")


def dragging(window: MainWindow) -> None:
    """Counties of one territory held over another, light and dark."""
    window.resize(1600, 1000)
    ids = open_sample(window)
    drag(window, ids["Dallas"], ids["Phoenix"])
    save(window, "drag")
    window.use_theme(True)
    save(window, "drag_dark")
    escape(window)
    window.use_theme(False)


def brushing(window: MainWindow) -> None:
    """A stroke of the brush beside the table of accounts."""
    ids = open_sample(window)
    window.map.set_tool("brush")
    window.model.set_current(ids["Detroit"])
    window.bottom.show_panel(window.panels["accounts"])
    rest()
    look_at(window, ids["Detroit"], 0.75)
    start = rows_of(window, ("39069", "39051", "39171"))
    press(window, [place(window, int(row)) for row in start])
    save(window, "brush_small")
    escape(window)
    window.map.set_tool("select")
    window.bottom.set_collapsed(True)


def filling(window: MainWindow) -> None:
    """What a fill would take, under the pointer."""
    ids = open_sample(window)
    model = window.model
    mine = np.flatnonzero(model.view.assignment == ids["Denver"])
    middle = mine[np.argsort(distance(window, mine, int(np.median(mine))))]
    gap = middle[:9].astype(np.int32)
    model.do(assign(model.plan, model.alignment, gap, UNASSIGNED).edit)
    model.set_current(ids["Denver"])
    look_at(window, ids["Denver"], 1.0)
    window.map.set_tool("fill")
    hover(window, place(window, int(gap[0])))
    save(window, "fill")
    window.map.set_tool("select")


def splitting(window: MainWindow) -> None:
    """A line across a territory, and the two parts it would make."""
    ids = open_sample(window)
    look_at(window, ids["Denver"], 0.8)
    window.map.set_tool("split")
    box = window.map.box_of(np.flatnonzero(window.model.view.assignment == ids["Denver"]))
    assert box is not None
    x, middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    high = (box[3] - box[1]) * 0.62
    at = window.map.view.to_pixels([(x, middle + high), (x, middle), (x, middle - high)])
    line = [QtCore.QPoint(*(at[k] / window.map.ratio).astype(int).tolist()) for k in range(3)]
    press(window, line)
    save(window, "split")
    escape(window)
    window.map.set_tool("select")


def colours(window: MainWindow) -> None:
    """Counties coloured by a figure per square kilometre, with the legend."""
    open_sample(window)
    choices = [choice for choice, _chosen in window.map.colour_list()]
    key = next(c.key for c in choices if c.key.startswith("density:") and "Population" in c.text)
    window.map.set_colour_by(key)
    rest()
    if window.map.floats.legend.is_folded:
        window.map.floats.legend.title.click()
    save(window, "colours")
    window.map.set_colour_by("territory")


def layers(window: MainWindow) -> None:
    """The list of layers, and a file of one's own over faint areas."""
    ids = open_sample(window)
    path = Path(_home.name) / "Truck routes.geojson"
    path.write_text(json.dumps(routes()), "utf-8")
    adding.add(window.map, path)
    wait(lambda: bool(window.map.layers.references()))
    window.map.layers.set_opacity(70)
    look_at(window, ids["Kansas City"], 0.6)
    window.map.pan_by(200, 0)
    rest()
    window.map.layer_list.set_open(True)
    save(window, "layers")
    window.map.layer_list.set_open(False)
    window.map.layers.set_opacity(100)


def routes() -> dict[str, object]:
    """Lines between large cities, as GeoJSON."""
    cities = {
        "Denver": (-104.99, 39.74), "Dallas": (-96.8, 32.78), "Phoenix": (-112.07, 33.45),
        "Salt Lake City": (-111.89, 40.76), "Omaha": (-95.94, 41.26), "Kansas City": (-94.58, 39.1),
        "Albuquerque": (-106.65, 35.08), "Cheyenne": (-104.82, 41.14), "Tulsa": (-95.99, 36.15),
    }  # fmt: skip
    pairs = (
        ("Cheyenne", "Denver"), ("Denver", "Albuquerque"), ("Albuquerque", "Phoenix"),
        ("Denver", "Kansas City"), ("Cheyenne", "Omaha"), ("Omaha", "Kansas City"),
        ("Kansas City", "Tulsa"), ("Tulsa", "Dallas"), ("Albuquerque", "Tulsa"),
        ("Cheyenne", "Salt Lake City"), ("Salt Lake City", "Phoenix"),
    )  # fmt: skip
    lines = [
        {"type": "Feature", "properties": {"from": a, "to": b},
         "geometry": {"type": "LineString", "coordinates": [cities[a], cities[b]]}}
        for a, b in pairs
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": lines}


def selecting(window: MainWindow) -> None:
    """Counties chosen by what holds for them."""
    open_sample(window)
    window.map.going.open_select_by("state = TX and population > 50000")
    save(window, "select_by")
    QTest.keyClick(window.focusWidget() or window, QtCore.Qt.Key.Key_Escape)


def zips(window: MainWindow) -> None:
    """A stroke of the brush over ZIP areas."""
    before = window.model.plan if window.model.is_open else None
    window.files.start_from_map("us_zip")
    wait(lambda: window.model.is_open and window.model.plan is not before and window.map.is_ready)
    model = window.model
    names, labels = np.unique(model.plan.units.columns["state"], return_inverse=True)
    model.do(start_from(model.plan, model.alignment, labels, list(names)).edit)
    window.map.floats.tips.hide()
    ids = {t.name: t.id for t in model.view.leaves}
    model.set_current(ids["NJ"] if "NJ" in ids else ids["New Jersey"])
    start = rows_of(window, ("08054", "19007", "18901", "18042"))
    window.map.zoom_to_units(start)
    window.map.zoom_by(0.5)
    rest(1000)
    window.map.set_tool("brush")
    press(window, [place(window, int(row)) for row in start])
    save(window, "zip_areas")
    escape(window)


def building(window: MainWindow) -> None:
    """What a rebalance would change."""
    window.resize(1600, 1000)
    open_sample(window)
    window.run_command("build.rebalance")
    panel = window.panels["build"]
    assert isinstance(panel, BuildPanel)
    rest(1000)
    panel.build()
    wait(lambda: panel.result is not None)
    rest(1500)
    save(window, "build")
    panel.discard()
    panel.leave()


def importing(window: MainWindow) -> None:
    """An order list on the import page."""
    window.resize(1600, 1000)
    open_sample(window)
    orders = Path(_home.name) / "orders.csv.gz"
    shutil.copyfile(paths.resource("superstore_orders_us.csv.gz"), orders)
    page = import_page(window, orders)
    save(page, "import")
    page.reject()


def newer_areas(window: MainWindow) -> None:
    """Newer boundaries of the sample's counties: some of Colorado and Utah merged, one renamed."""
    window.resize(1600, 1000)
    open_sample(window)
    page = import_page(window, write_newer(window), "newer_areas")
    save(page, "newer_areas")
    page.reject()


def write_newer(window: MainWindow) -> Path:
    """Boundaries as they might be some years later."""
    plan = window.model.plan
    arcs = plan.arcs
    assert arcs is not None
    codes, names = plan.units.codes.copy(), plan.units.names.copy()
    for into, others in MERGED.items():
        codes[rows_of(window, (into, *others))] = into
    names[rows_of(window, ("08059",))] = "Golden, CO"
    kept, labels = np.unique(codes.astype(str), return_inverse=True)
    areas = projection.to_plan(polygons(arcs, labels, len(kept)), plan.crs, projection.LONLAT)
    shapes = np.asarray(shapely.to_wkb(areas), object)
    first = np.array([int(np.flatnonzero(plan.units.codes == code)[0]) for code in kept])
    columns = {"fips": kept.astype(object), "name": names[first]}
    path = Path(_home.name) / "counties_2030.gpkg"
    gdal.write(path, shapes, columns, projection.LONLAT, "MultiPolygon")
    return path


def import_page(window: MainWindow, path: Path, wanted: str = "") -> QtWidgets.QDialog:
    """The import page with a file, all of it prepared."""
    window.files.importing.show(path, wanted=wanted)
    page = next(p for p in window.findChildren(Importing) if p.isVisible())
    wait(lambda: page.accept_button.isEnabled() and not page.is_busy)
    rest(1500)
    return page


def look_at(window: MainWindow, territory: int, factor: float) -> None:
    """Zoom to a territory, and in or out from there."""
    window.map.zoom_to_territory(territory)
    window.map.zoom_by(factor)
    rest()


def distance(window: MainWindow, rows: np.ndarray, row: int) -> np.ndarray:
    """How far units are from one of them."""
    arcs = window.model.plan.arcs
    assert arcs is not None
    return np.hypot(*(arcs.centres[rows] - arcs.centres[row]).T)


def hover(window: MainWindow, at: QtCore.QPoint) -> None:
    """Move the pointer there, no button down."""
    port = window.map.canvas.viewport()
    for point in (at + QtCore.QPoint(4, 4), at):
        event = QtGui.QMouseEvent(
            QtCore.QEvent.Type.MouseMove, QtCore.QPointF(point),
            QtCore.QPointF(port.mapToGlobal(point)), QtCore.Qt.MouseButton.NoButton,
            QtCore.Qt.MouseButton.NoButton, NONE,
        )  # fmt: skip
        QtWidgets.QApplication.sendEvent(port, event)
        rest(60)


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
