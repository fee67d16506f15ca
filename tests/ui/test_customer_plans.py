"""From the welcome page and a customer list to a plan without boundaries, by real clicks."""

from __future__ import annotations

import numpy as np
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest

from terradesk import measures
from tests.ui.driving import LEFT, NONE, SLOW, dialog_of, place, press_at, wait_for_map
from ui.dialogs.map_choice import MapChoice

TOWNS = {
    "Suva": (178.44, -18.14),
    "Nadi": (177.42, -17.80),
    "Lautoka": (177.45, -17.61),
    "Labasa": (179.38, -16.43),
    "Savusavu": (179.33, -16.78),
    "Taveuni West": (179.97, -16.80),
    "Taveuni East": (-179.95, -16.85),
    "Sigatoka": (177.51, -18.14),
}
HEAD = "name,latitude,longitude,owner,revenue\n"
FIJI = HEAD + "".join(
    f"{name},{lat},{lon},{'North' if lat > -17.2 else 'South'},{100 * k + 100}\n"
    for k, (name, (lon, lat)) in enumerate(TOWNS.items())
)


def chosen_file(window, monkeypatch, tmp_path, text: str, name: str = "fiji.csv") -> None:
    """Press "Choose a file" on the card of customer lists, and choose one."""
    file = tmp_path / name
    file.write_text(text, "utf-8")
    answer = lambda *_args, **_more: (str(file), "")  # noqa: E731
    monkeypatch.setattr(QtWidgets.QFileDialog, "getOpenFileName", answer)
    button = next(b for b in window.welcome.findChildren(QtWidgets.QPushButton)
                  if b.text() == "Choose a file")  # fmt: skip
    QTest.mouseClick(button, LEFT)


def ready(qtbot, window):
    page = dialog_of(qtbot, window, "Importing")
    qtbot.waitUntil(lambda: page.outcome is not None and not page.is_busy, timeout=SLOW)
    return page


def press_radio(choice: MapChoice, key: str) -> None:
    button = choice.buttons[key]
    QTest.mouseClick(button, LEFT, NONE, QtCore.QPoint(8, button.height() // 2))


def opened(qtbot, window, monkeypatch, tmp_path, text: str = FIJI):
    chosen_file(window, monkeypatch, tmp_path, text)
    page = ready(qtbot, window)
    QTest.mouseClick(page.accept_button, LEFT)
    wait_for_map(qtbot, window)
    return window.model


def test_customers_on_both_sides_of_180_get_areas_that_every_tool_works_on(
    qtbot, window, told, monkeypatch, tmp_path
) -> None:
    chosen_file(window, monkeypatch, tmp_path, FIJI)
    page = ready(qtbot, window)
    assert page.side.choice.said.text() == "8 customers in Fiji."
    assert page.side.choice.key == "each" and page.outcome.has_map
    QTest.mouseClick(page.accept_button, LEFT)
    wait_for_map(qtbot, window)
    model = window.model
    assert model.plan.units.geometry_kind == "approximate" and len(model.plan.units) == 8
    assert np.ptp(model.plan.accounts.x) < 400_000, "Fiji is in one piece"
    assert measures.balance_measure(model.plan).name == "Revenue"

    window.map.set_tool("brush")
    names = model.plan.units.names.tolist()
    rows = [names.index("Suva"), names.index("Sigatoka"), names.index("Nadi")]
    press_at(window, rows)
    owner = model.view.assignment[rows[0]]
    assert owner >= 0 and (model.view.assignment[rows] == owner).all()
    balance = measures.balance(model.view)
    assert balance.values[1] >= 100 + 800 + 200

    window.map.set_tool("select")
    QTest.mouseClick(window.map.canvas.viewport(), LEFT, NONE, place(window, rows[1]))
    assert model.selected_units.tolist() == [rows[1]]
    window.run_command("analyse.inspector")
    qtbot.waitUntil(lambda: window.panels["inspector"].isVisible())
    window.panels["inspector"].refresh()
    lines = dict(window.panels["inspector"].lines())
    assert "approximate" in lines["Outline"]
    assert "approximate" in window.map.floats.credits.text()
    model.undo()
    assert (model.view.assignment == -1).all()
    for key, suffix in (("csv", ".csv"), ("shapefile", ".shp"), ("picture", ".png")):
        window.files.export(key, tmp_path / f"fiji{suffix}")
        qtbot.waitUntil(lambda s=suffix: any(tmp_path.glob(f"fiji*{s}")), timeout=SLOW)
    assert told == []


def test_the_owners_of_the_list_become_territories(
    qtbot, window, told, monkeypatch, tmp_path
) -> None:
    model = opened(qtbot, window, monkeypatch, tmp_path)
    window.run_command("territory.start")
    start = dialog_of(qtbot, window, "StartTerritories")
    QTest.mouseClick(start._ways["owners"], LEFT, NONE, QtCore.QPoint(8, 8))
    qtbot.waitUntil(lambda: start.accept_button.isEnabled(), timeout=SLOW)
    start.accept_button.click()
    qtbot.waitUntil(lambda: len(model.view.leaves) == 2, timeout=SLOW)
    territories = [model.view.name_of(t) for t in model.view.account_territories.tolist()]
    assert territories == [line.split(",")[3] for line in FIJI.splitlines()[1:]]
    assert told == []


def test_a_click_on_another_proposal_changes_what_comes_out(
    qtbot, window, told, monkeypatch, tmp_path
) -> None:
    rows = "".join(f"C{k},{59 + k / 5},{15 + k / 5},{k}\n" for k in range(8))
    chosen_file(window, monkeypatch, tmp_path, "name,lat,lon,sales\n" + rows, "sverige.csv")
    page = ready(qtbot, window)
    assert page.side.choice.key == "se_kommun" and page.outcome.prepared.plan.noun(2) == "kommuner"
    assert "Sweden" in page.side.choice.said.text()
    press_radio(page.side.choice, "each")
    qtbot.waitUntil(lambda: not page.is_busy and page.outcome.new_plan.key == "each", timeout=SLOW)
    assert len(page.outcome.prepared.plan.units) == 8
    assert [k for k, b in page.side.choice.buttons.items() if b.isChecked()] == ["each"]
    press_radio(page.side.choice, "each")
    assert page.side.choice.buttons["each"].isChecked(), "a second click does not switch it off"
    press_radio(page.side.choice, "")
    qtbot.waitUntil(lambda: not page.is_busy and page.outcome.new_plan.key == "", timeout=SLOW)
    assert page.outcome.prepared.plan.arcs is None
    page.reject()
    assert told == []


def test_one_customer_and_all_at_one_place_make_one_area(
    qtbot, window, told, monkeypatch, tmp_path
) -> None:
    one = "name,lat,lon\n" + "".join(f"Shop {k},-18.14,178.44\n" for k in range(3))
    model = opened(qtbot, window, monkeypatch, tmp_path, one)
    assert len(model.plan.units) == 1 and (model.plan.accounts.unit == 0).all()
    assert model.plan.units.names[0] == "Shop 0 and 2 more"
    window.map.zoom_home()
    assert told == []


def test_the_page_stands_in_a_small_window(qtbot, window, monkeypatch, tmp_path) -> None:
    window.resize(1280, 720)
    chosen_file(window, monkeypatch, tmp_path, FIJI)
    page = ready(qtbot, window)
    assert page.width() <= 1280 and page.accept_button.isVisible()
    qtbot.waitUntil(lambda: not page.side.choice.buttons["each"].visibleRegion().isEmpty())
    page.reject()
