"""The welcome page: three ways to begin, recent plans, built-in maps, dropped files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest

from terradesk import planfile
from terradesk.edits.scenarios import set_setting, set_tolerance
from terradesk.progress import silent
from tests.core.kernel import grid_plan
from ui import jobs, theme
from ui.welcome import Welcome, cards, pictures


@pytest.fixture
def page(qtbot, qapp, monkeypatch):
    """The page with nothing drawn behind it but plans."""
    theme.apply(qapp, False)
    monkeypatch.setattr(pictures, "draw_missing", lambda keys, dark, tell, progress: None)
    welcome = Welcome()
    qtbot.addWidget(welcome)
    welcome.resize(1280, 720)
    welcome.show()
    yield welcome
    welcome.stop()
    qtbot.waitUntil(lambda: not jobs.running())


def settled(qtbot, page, recent=(), has_open_plan=False):
    page.refresh(recent, has_open_plan)
    qtbot.waitUntil(lambda: not jobs.running())


def buttons(page):
    return {b.text(): b for b in page.findChildren(QtWidgets.QPushButton)}


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("Open the sample", "file.sample"),
        ("Choose a file", "file.import"),
        ("Open a boundary file", "file.boundaries"),
        ("Open a plan", "file.open"),
    ],
)
def test_buttons_run_commands(qtbot, page, text, action):
    with qtbot.waitSignal(page.command) as told:
        buttons(page)[text].click()
    assert told.args == [action]


def test_a_click_on_the_picture_does_what_the_button_does(qtbot, page):
    with qtbot.waitSignal(page.command) as told:
        QTest.mouseClick(page.large[0], QtCore.Qt.MouseButton.LeftButton)
    assert told.args == ["file.sample"]


def test_the_way_back_is_there_only_with_an_open_plan(qtbot, page):
    settled(qtbot, page)
    assert not page.back.isVisible()
    settled(qtbot, page, has_open_plan=True)
    with qtbot.waitSignal(page.command) as told:
        page.back.click()
    assert told.args == ["plan.back"]


def test_maps_are_chosen_by_key_and_tick(qtbot, page):
    county = next(c for c in page.maps if c.built_in.key == "us_county")
    county.setFocus()
    with qtbot.waitSignal(page.map_chosen) as told:
        QTest.keyClick(county, QtCore.Qt.Key.Key_Return)
    assert told.args == ["us_county"]
    assert "3,108" in county.accessibleName()
    county.tick.setChecked(True)
    assert "3,232" in county.accessibleName()
    with qtbot.waitSignal(page.map_chosen) as told:
        QTest.mouseClick(county, QtCore.Qt.MouseButton.LeftButton)
    assert told.args == ["us_county_all"]


def test_overview_maps_stand_apart(page):
    heights = {True: [], False: []}
    for card in page.maps:
        heights[card.built_in.is_overview].append(card.mapTo(page, QtCore.QPoint()).y())
    assert max(heights[False]) < min(heights[True])


def test_recent_plans_say_what_is_in_them(qtbot, page, tmp_path):
    path = tmp_path / "north.gpkg"
    planfile.create(path, grid_plan()).close()
    settled(qtbot, page, (str(path),))
    card = page.recent[str(path)]
    assert card.title.text() == "Grid"
    assert card.about.text() == "3 territories · 3 in tolerance · today"
    assert card.picture.is_drawn
    with qtbot.waitSignal(page.plan_chosen) as told:
        QTest.mouseClick(card, QtCore.Qt.MouseButton.LeftButton)
    assert told.args == [str(path)]


def test_a_missing_plan_is_greyed_and_can_be_removed(qtbot, page, tmp_path):
    gone = str(tmp_path / "gone.gpkg")
    settled(qtbot, page, (gone,))
    card = page.recent[gone]
    assert card.about.text() == "not found"
    with qtbot.assertNotEmitted(page.plan_chosen):
        QTest.mouseClick(card, QtCore.Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(page.plan_forgotten) as told:
        card.forget.click()
    assert told.args == [gone]
    assert not page.recent


def test_a_damaged_plan_does_not_hide_the_others(qtbot, page, tmp_path):
    bad, good = tmp_path / "bad.gpkg", tmp_path / "good.gpkg"
    bad.write_bytes(b"no plan at all")
    planfile.create(good, grid_plan()).close()
    settled(qtbot, page, (str(bad), str(good)))
    assert page.recent[str(bad)].title.text() == "bad"
    assert "3 territories" in page.recent[str(good)].about.text()


def test_titles_are_shown_as_they_are(qtbot, page, tmp_path):
    path = tmp_path / "markup.gpkg"
    document = planfile.create(path, grid_plan())
    document.do(set_setting(document.plan, "title", "<b>North</b>"))
    document.close()
    settled(qtbot, page, (str(path),))
    title = page.recent[str(path)].title
    assert title.text() == "<b>North</b>"
    assert title.textFormat() == QtCore.Qt.TextFormat.PlainText


def test_untitled_work_is_listed_though_nobody_opened_it_by_name(qtbot, page):
    document = planfile.new_untitled(grid_plan())
    document.do(set_tolerance(document.plan, 0.2))
    document.close()
    settled(qtbot, page)
    assert [c.title.text() for c in page.recent.values()] == ["Grid"]


def test_files_can_be_dropped(qtbot, page, tmp_path):
    file = tmp_path / "customers.csv"
    data = QtCore.QMimeData()
    data.setUrls([QtCore.QUrl.fromLocalFile(str(file))])
    event = QtGui.QDropEvent(
        QtCore.QPointF(50, 50), QtCore.Qt.DropAction.CopyAction, data,
        QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    with qtbot.waitSignal(page.files_dropped) as told:
        page.dropEvent(event)
    assert told.args == [[str(file)]]


def test_a_table_can_be_pasted(qtbot, page):
    clipboard = QtGui.QGuiApplication.clipboard()
    clipboard.setText("just words")
    with qtbot.assertNotEmitted(page.files_dropped):
        buttons(page)["Paste a table"].click()
    clipboard.setText("name\tzip\nAcme\t10001\n")
    with qtbot.waitSignal(page.files_dropped) as told:
        buttons(page)["Paste a table"].click()
    text = Path(told.args[0][0]).read_text("utf-8")
    assert text.splitlines() == ["name\tzip", "Acme\t10001"]


def test_days_are_said_as_people_say_them():
    now = dt.datetime(2025, 11, 20, 12).astimezone()
    said = [cards.when(now - dt.timedelta(days=d), now) for d in (0, 1, 3, 30)]
    assert said == ["today", "yesterday", "Monday", "Oct 21, 2025"]


def test_pictures_are_drawn_once_for_each_theme():
    told = []
    pictures.draw_missing(["se_lan"], False, told.append, silent)
    file = pictures.picture_file("se_lan", False)
    stamp = file.stat().st_mtime_ns
    pictures.draw_missing(["se_lan", "no_such_map"], False, told.append, silent)
    assert told == ["se_lan", "se_lan"]
    assert file.stat().st_mtime_ns == stamp
    assert pictures.picture_file("se_lan", True) != file
    image = QtGui.QImage(str(file))
    colours = {image.pixelColor(x, y).name() for x in range(0, 300, 7) for y in range(0, 200, 7)}
    assert len(colours) > 2
