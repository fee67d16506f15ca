"""The main job in the real window: from the welcome page to files that say what it shows."""

from __future__ import annotations

import gzip
import warnings
from pathlib import Path

import numpy as np
import pytest
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

from terradesk import measures, paths
from tests.ui.driving import (
    LEFT,
    NONE,
    SLOW,
    dialog_of,
    place,
    press_at,
    row_of,
    wait_for_map,
)
from ui.jobs import running
from ui.welcome.cards import MapCard


def test_from_the_welcome_page_to_workbook_and_shapefile(qtbot, window, told, tmp_path) -> None:
    card = next(c for c in window.welcome.findChildren(MapCard) if "counties" in c.map_key
                or "county" in c.map_key)  # fmt: skip
    QTest.mouseClick(card, LEFT, NONE, QtCore.QPoint(20, 20))
    wait_for_map(qtbot, window)
    assert len(window.model.plan.units) == 3108 and not window.model.view.leaves

    orders = tmp_path / "orders.csv"
    with gzip.open(paths.resource("superstore_orders_us.csv.gz")) as file:
        orders.write_bytes(file.read())
    window._drop([str(orders)])
    page = dialog_of(qtbot, window, "Importing")
    qtbot.waitUntil(lambda: page.accept_button.isEnabled(), timeout=SLOW)
    page.accept_button.click()
    qtbot.waitUntil(lambda: len(window.model.plan.accounts) > 0, timeout=SLOW)
    assert window.model.plan.accounts_present.sum() == 1258
    assert len(window.model.document.steps) == 1
    assert measures.balance_measure(window.model.plan).name == "Population"
    assert window.panels["balance"]._question.text() == "Balance by Sales instead?"
    window.panels["balance"]._switch.click()
    assert measures.balance_measure(window.model.plan).name == "Sales"

    window.run_command("territory.start")
    start = dialog_of(qtbot, window, "StartTerritories")
    start.column.setCurrentIndex(start.column.findData("state"))
    qtbot.waitUntil(lambda: start.accept_button.isEnabled(), timeout=SLOW)
    start.accept_button.click()
    qtbot.waitUntil(lambda: len(window.model.view.leaves) == 49, timeout=SLOW)

    _brush_lasso_and_drag(qtbot, window)
    _undo_and_redo(window)
    _export_and_compare(qtbot, window, tmp_path)
    assert told == []


def _brush_lasso_and_drag(qtbot, window) -> None:
    model = window.model
    ids = {t.name: t.id for t in model.view.leaves}
    kansas, nebraska = (next(i for n, i in ids.items() if n.startswith(s))
                        for s in ("Kansas", "Nebraska"))  # fmt: skip
    model.set_current(nebraska)
    rows = [row_of(window, code) for code in ("20153", "20039", "20137")]  # northern Kansas
    window.map.set_tool("brush")
    press_at(window, rows)
    assert (model.view.assignment[rows] == nebraska).all()
    window.map.set_tool("select")
    there = [row_of(window, code) for code in ("20155", "20185")]
    model.select_units(np.array(there))
    target = place(window, row_of(window, "31111"))
    press_at(window, there[:1], move_to=target)
    assert (model.view.assignment[there] == nebraska).all()
    window.map.set_tool("lasso")
    model.set_current(kansas)
    centre = place(window, row_of(window, "31145"))
    ring = [centre + QtCore.QPoint(*d) for d in ((-25, -25), (25, -25), (25, 25), (-25, 25))]
    n_before = int((model.view.assignment == kansas).sum())
    _draw_ring(window, ring)
    assert (model.view.assignment == kansas).sum() > n_before


def _draw_ring(window, ring) -> None:
    port = window.map.canvas.viewport()
    QTest.mousePress(port, LEFT, NONE, ring[0])
    for at in [*ring[1:], ring[0]]:
        event = QtGui.QMouseEvent(
            QtCore.QEvent.Type.MouseMove, QtCore.QPointF(at), QtCore.QPointF(port.mapToGlobal(at)),
            QtCore.Qt.MouseButton.NoButton, LEFT, NONE,
        )  # fmt: skip
        QtWidgets.QApplication.sendEvent(port, event)
    QTest.mouseRelease(port, LEFT, NONE, ring[0])


def _undo_and_redo(window) -> None:
    after = window.model.view.assignment.copy()
    for _i in range(3):
        window.run_command("edit.undo")
    before = window.model.view.assignment
    assert (before != after).any()
    states = window.model.plan.units.columns["state"]
    names = {t.id: t.name for t in window.model.view.leaves}
    assert all(names[int(t)] == s for t, s in zip(before, states, strict=True))
    for _i in range(3):
        window.run_command("edit.redo")
    assert np.array_equal(window.model.view.assignment, after)


def _export_and_compare(qtbot, window, folder: Path) -> None:
    import geopandas
    import openpyxl

    balance = measures.balance(window.model.view)
    shown = {
        t.name: float(balance.values[window.model.view.slots[t.id]])
        for t in window.model.view.leaves
    }
    window.files.export("workbook", folder / "plan.xlsx")
    window.files.export("shapefile", folder / "plan.shp")
    qtbot.waitUntil(lambda: not running(), timeout=SLOW)
    with warnings.catch_warnings():  # openpyxl does not know the bars' own extension
        warnings.simplefilter("ignore", UserWarning)
        sheet = openpyxl.load_workbook(folder / "plan.xlsx")["Territories"]
    rows = list(sheet.iter_rows(values_only=True))
    name, value = rows[0].index("TerritoryName"), rows[0].index(balance.measure.name)
    in_book = {r[name]: r[value] for r in rows[1:] if r[name] in shown}
    assert in_book == pytest.approx(shown)
    frame = geopandas.read_file(folder / "plan_territories.shp")
    assert len(frame) == len(shown) and frame.geometry.is_valid.all()
    units = geopandas.read_file(folder / "plan_units.shp")
    assert len(units) == 3108 and (units.UNIT_ID.str.len() == 5).all()
    assert (
        frame.set_index("TERR_NAME").N_UNITS.to_dict() == units.TERR_NAME.value_counts().to_dict()
    )
