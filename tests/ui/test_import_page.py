"""The import page: files recognised, read otherwise, columns told, options, errors, memory."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest

from terradesk import measures, paths
from terradesk import records as rec
from terradesk.document import Document
from terradesk.importing import remembering
from tests.core.kernel import grid_plan
from tests.ui.import_desk import (
    CODED,
    ORDERS,
    done,
    in_this_process,
    meaning,
    opened,
    page_of,
    press,
    settle,
)
from ui import jobs, theme
from ui.dialogs.importing.page import Importing
from ui.dialogs.importing.told import ToldRows
from ui.dialogs.issues import RowsBehind
from ui.document_model import DocumentModel

Key = QtCore.Qt.Key


@pytest.fixture(autouse=True)
def _theme(qapp):
    theme.apply(qapp, False)


@pytest.fixture(autouse=True)
def _own_memory(monkeypatch, tmp_path):
    monkeypatch.setenv("TERRADESK_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def with_workers():
    """Asked for by tests that read files in a worker process, as the program does."""


@pytest.fixture(autouse=True)
def _reading(request, monkeypatch):
    if "with_workers" not in request.fixturenames:
        in_this_process(monkeypatch)


@pytest.fixture
def model(qtbot):
    out = DocumentModel()
    out.open(Document(grid_plan()))
    yield out
    qtbot.waitUntil(lambda: not jobs.running())
    out.close()


# ---------------------------------------------------------------------- what comes out
def test_accounts_join_an_open_plan_in_one_undoable_step(qtbot, tmp_path, model, with_workers):
    n = len(model.plan.accounts)
    page = page_of(qtbot, tmp_path, CODED, model.plan, alignment=model.alignment)
    assert page.kind.currentData() == "accounts"
    assert page.accept_button.text() == "Import 3 accounts"
    assert page.gain.map.is_drawn and "2 of 3" in page.gain._share.text()
    wanted = press(qtbot, page)
    assert not page.isVisible()
    done(qtbot, model, wanted)
    assert len(model.plan.accounts) == n + 3
    assert model.plan.accounts.unit[n:].tolist() == [0, 7, -1]
    assert any(m.column == "revenue" for m in model.plan.rows(rec.Measure))
    model.undo()
    assert model.plan.accounts_present.sum() == n
    assert not any(m.column == "revenue" for m in model.plan.rows(rec.Measure))


def test_order_lines_make_a_plan_on_the_map_that_is_proposed(qtbot, tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text(ORDERS, "utf-8")
    page = Importing(file, None)
    page.side.choice.key = "us_state"
    opened(qtbot, page)
    assert "6 rows" in page._about.text() and page.side.choice.isVisible()
    assert "us_zip" in page.side.choice.buttons, "what is recommended first"
    assert page.accept_button.text() == "Import 4 accounts"
    plan = press(qtbot, page).prepared.plan
    assert len(plan.units) == 49 and len(plan.accounts) == 4
    assert plan.setting("title") == "orders"
    assert plan.accounts.columns["Sales"].sum() == 230
    assert measures.balance_measure(plan).name == "Sales"
    ids = [r.id for kind in plan.tables.values() for r in kind.values() if not r.alignment]
    assert len(ids) == len(set(ids))


def test_rows_can_be_joined_otherwise(qtbot, tmp_path, model):
    page = page_of(qtbot, tmp_path, ORDERS, model.plan)
    box = page.side.form.fields["group_by"]
    box.setCurrentIndex(box.findData(""))
    box.activated.emit(box.currentIndex())
    settle(qtbot, page)
    assert page.accept_button.text() == "Import 6 accounts"


# ---------------------------------------------------------------------- columns
def test_another_meaning_changes_what_comes_out(qtbot, tmp_path, model):
    page = page_of(qtbot, tmp_path, CODED, model.plan)
    assert "revenue" in page.outcome.prepared.incoming.arrivals.accounts.columns
    meaning(qtbot, page, "revenue", "unused")
    assert "revenue" not in page.outcome.prepared.incoming.arrivals.accounts.columns
    assert "revenue" in page.side.table.rows.idle
    assert page.side._used.text().startswith("3 of 4")


def test_a_meaning_that_one_column_has_moves_to_another(qtbot, tmp_path, model):
    text = "name,label,square\nA,X,00000\nB,Y,00001\n"
    page = page_of(qtbot, tmp_path, text, model.plan, wanted="accounts")
    meaning(qtbot, page, "label", "name")
    assert page.side.table.boxes["name"].currentData() == "text"
    names = page.outcome.prepared.incoming.arrivals.accounts.names
    assert names.tolist() == ["X", "Y"]


def test_the_preview_shows_rows_lines_and_how_numbers_are_read(qtbot, tmp_path, model):
    rows = "".join(f'K{k};0{k % 10}067;"1.{k:03d},50"\n' for k in range(300))
    page = page_of(qtbot, tmp_path, "Kunde;PLZ;Umsatz\n" + rows, model.plan)
    table = page.side.table
    assert table.rows.rowCount() == 200 and table.rows.columnCount() == 3
    assert table.rows.data(table.rows.index(1, 1)) == "01067"
    assert table.rows.headerData(1, QtCore.Qt.Orientation.Vertical) == "3"
    told = {one.column: one for one in table.head.told}
    assert "1.000,50 → 1,000.50" in told["Umsatz"].rule.replace("\u2068", "").replace("\u2069", "")
    assert "stays as it is" in told["PLZ"].rule
    assert "200" in page.side._used.text()
    box = table.boxes["Umsatz"]
    assert box.accessibleName() == "Umsatz means" and "→" in box.accessibleDescription()


def test_many_columns_get_their_lists_when_they_come_into_sight(qtbot, tmp_path, model):
    names = ["name", *(f"c{k}" for k in range(399))]
    text = ",".join(names) + "\n" + ",".join(["x"] * 400) + "\n"
    page = page_of(qtbot, tmp_path, text, model.plan)
    table = page.side.table
    assert 2 < len(table.boxes) < 40 and "c398" not in table.boxes
    table.horizontalScrollBar().setValue(table.horizontalScrollBar().maximum())
    assert "c398" in table.boxes
    meaning(qtbot, page, "c398", "unused")
    assert "c398" in table.rows.idle


def test_meanings_are_reached_with_the_tab_key(qtbot, tmp_path, model):
    heads, cells = ",".join(f"c{k}" for k in range(40)), ",".join("x" * 40)
    page = page_of(qtbot, tmp_path, f"name,{heads}\nA,{cells}\n", model.plan)
    table = page.side.table
    page.activateWindow()
    table.boxes["name"].setFocus()
    qtbot.waitUntil(table.boxes["name"].hasFocus)
    for k in range(25):
        QTest.keyClick(QtWidgets.QApplication.focusWidget(), Key.Key_Tab)
        assert QtWidgets.QApplication.focusWidget() is table.boxes[f"c{k}"]
    assert not table.boxes["c24"].visibleRegion().isEmpty()


def test_data_is_never_read_as_markup(qtbot, tmp_path, model):
    page = page_of(qtbot, tmp_path, "name,<b>square</b>\n<img src=x>,00000\n", model.plan)
    assert page.side.table.rows.data(page.side.table.rows.index(0, 0)) == "<img src=x>"
    every = page.findChildren(QtWidgets.QLabel)
    assert all(one.textFormat() == QtCore.Qt.TextFormat.PlainText for one in every if one.text())
    tips = [one.toolTip() for one in page.findChildren(QtWidgets.QWidget)]
    assert not any("<b>" in tip or "<img" in tip for tip in tips)


# ---------------------------------------------------------------------- reading
def test_a_file_is_read_otherwise_at_once(qtbot, tmp_path, model):
    text = "name;square;revenue\nÅsa;00000;1.500\nBo;00001;2.500\n"
    page = page_of(qtbot, tmp_path, text.encode("cp1252"), model.plan, wanted="accounts")
    strip = page.strip
    assert strip.isVisible() and strip.boxes["delimiter"].currentText() == "semicolon"
    page.strip.choose("decimal", ",")
    settle(qtbot, page)
    accounts = page.outcome.prepared.incoming.arrivals.accounts
    assert accounts.columns["revenue"].tolist() == [1500, 2500]
    assert accounts.names[0] == "Åsa"
    page.strip.choose("encoding", "cp437")
    settle(qtbot, page)
    assert page.understood.head["name"][0] == "┼sa"
    page.strip.choose("encoding", "")
    settle(qtbot, page)
    assert page.understood.head["name"][0] == "Åsa"
    assert strip.boxes["decimal"].currentData() == ","


def test_what_columns_mean_stays_when_a_file_is_read_otherwise(qtbot, tmp_path, model):
    page = page_of(qtbot, tmp_path, CODED, model.plan)
    meaning(qtbot, page, "growth", "text")
    page.strip.choose("decimal", ",")
    settle(qtbot, page)
    assert page.side.table.boxes["growth"].currentData() == "text"
    page.kind.choose("postcodes" if "postcodes" in page.understood.suits else "accounts")
    page.read_file(tmp_path / "orders.csv")
    settle(qtbot, page)
    assert page.side.table.boxes["growth"].currentData() == "rate", "another file, another start"


def test_everything_that_takes_the_focus_has_a_name(qtbot, tmp_path, model):
    page = page_of(qtbot, tmp_path, ORDERS, model.plan)
    tab = QtCore.Qt.FocusPolicy.TabFocus
    nameless = [
        type(one).__name__
        for one in page.findChildren(QtWidgets.QWidget)
        if one.isVisible() and one.isEnabled() and one.focusPolicy() & tab
        and not one.accessibleName() and not getattr(one, "text", str)()
        and not isinstance(one, QtWidgets.QScrollArea)
        and not isinstance(one.parent(), QtWidgets.QComboBox | QtWidgets.QAbstractSpinBox)
    ]  # fmt: skip
    assert nameless == []


def test_a_file_without_names_of_columns_is_mended_on_the_page(qtbot, tmp_path, model):
    page = page_of(qtbot, tmp_path, "Acme,00000,100\nBolt,00001,30\n", model.plan)
    if page.trouble.isVisible():
        assert page.strip.isVisible() and not page.accept_button.isEnabled()
        page.strip.choose("header", 0)
        settle(qtbot, page)
    assert not page.trouble.isVisible()
    assert len(page.understood.source.rows) == 2


def test_sheets_are_listed_and_changed(qtbot, tmp_path, model):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "Notes"
    book.active.append(["name", "square"])
    book.active.append(["A", "00000"])
    other = book.create_sheet("Customers")
    for row in (["name", "square"], ["B", "00001"], ["C", "00002"]):
        other.append(row)
    file = tmp_path / "two.xlsx"
    book.save(file)
    page = opened(qtbot, Importing(file, model.plan, wanted="accounts"))
    page.strip.choose("sheet", "Customers")
    settle(qtbot, page)
    assert page.outcome.prepared.incoming.arrivals.accounts.names.tolist() == ["B", "C"]


# ---------------------------------------------------------------------- kinds
def test_kinds_that_cannot_be_are_grey_and_say_why(qtbot, tmp_path):
    page = page_of(qtbot, tmp_path, "name,lat,lon\nA,64.1,-21.9\n")
    model = page.kind.model()
    items = {model.item(k).data(QtCore.Qt.ItemDataRole.UserRole): model.item(k)
             for k in range(model.rowCount())}  # fmt: skip
    assert items["accounts"].isEnabled()
    assert not items["update"].isEnabled() and "open plan" in items["update"].toolTip()
    assert not items["areas"].isEnabled() and "boundaries" in items["areas"].toolTip()


def test_another_kind_is_chosen_and_its_differences_looked_through(qtbot, tmp_path, model):
    plan = model.plan
    lines = [f"{i},{n},{5 + k}" for k, (i, n) in enumerate(zip(plan.accounts.ids[:3],
             plan.accounts.names[:3], strict=True))]  # fmt: skip
    page = page_of(
        qtbot, tmp_path, "id,name,sales\n" + "\n".join(lines), plan, alignment=model.alignment
    )
    if page.kind.currentData() != "update":
        page.kind.choose("update")
        settle(qtbot, page)
    review = page.gain.review
    assert review.isVisible()
    changed = next(g for g in review.model.groups if g.key == "changed")
    assert len(changed.items) == 3
    above = review.model.index(review.model.groups.index(changed), 0)
    first = review.model.index(0, 0, above)
    state = QtCore.Qt.ItemDataRole.CheckStateRole
    review.model.setData(first, QtCore.Qt.CheckState.Unchecked.value, state)
    settle(qtbot, page)
    done(qtbot, model, press(qtbot, page))
    assert model.plan.accounts.columns["sales"][:3].tolist() == [10, 6, 7]


# ---------------------------------------------------------------------- errors
@pytest.mark.parametrize("text", ["", "\x00\x01\x02", "a,b\n"])
def test_an_unusable_file_stands_on_the_page_until_another_is_chosen(
    qtbot, tmp_path, model, monkeypatch, text
):
    page = page_of(qtbot, tmp_path, text, model.plan)
    assert not page.accept_button.isEnabled()
    good = tmp_path / "good.csv"
    good.write_text(CODED, "utf-8")
    answer = lambda *_a, **_k: (str(good), "")  # noqa: E731
    monkeypatch.setattr(QtWidgets.QFileDialog, "getOpenFileName", answer)
    button = next(b for b in page.findChildren(QtWidgets.QPushButton)
                  if b.text() == "Another file")  # fmt: skip
    button.click()
    settle(qtbot, page)
    assert not page.trouble.isVisible() and page.accept_button.isEnabled()


def test_enter_imports_and_escape_leaves(qtbot, tmp_path, model):
    page = page_of(qtbot, tmp_path, CODED, model.plan)
    told = []
    page.accepted_import.connect(told.append)
    QTest.keyClick(page, Key.Key_Escape)
    assert not page.isVisible() and told == []
    page.open()
    QTest.keyClick(page, Key.Key_Return)
    assert len(told) == 1 and not page.isVisible()


def test_closing_stops_the_work(qtbot, tmp_path, model):
    file = tmp_path / "orders.csv"
    file.write_text(ORDERS, "utf-8")
    page = Importing(file, model.plan)
    page.open()
    ended: list[bool] = []
    page.destroyed.connect(lambda: ended.append(True))
    page.reject()
    qtbot.waitUntil(lambda: bool(ended) and not jobs.running(), timeout=30_000)


def test_what_wants_attention_shows_the_rows_behind(qtbot, tmp_path, model):
    page = page_of(qtbot, tmp_path, CODED, model.plan)
    issue = next(i for i in page.gain.issues.issues if i.kind == "unplaced")
    assert issue.rows == (2,)
    page.gain.issues.show_rows.emit(issue)
    behind = page.findChild(RowsBehind)
    assert [behind.table.item(0, k).text() for k in range(3)] == ["4", "C", "nowhere"]


def test_lines_that_are_no_rows_are_shown_with_their_cells(qtbot, tmp_path, model):
    page = page_of(qtbot, tmp_path, CODED + "D,00001,5,0.1,too,many\n", model.plan)
    issue = next(i for i in page.gain.issues.issues if i.is_lines)
    assert "1 row is left out" in page.gain.left_out.text()
    page.gain.issues.show_rows.emit(issue)
    table = page.findChild(ToldRows).table
    texts = [table.item(0, k).text() for k in range(table.columnCount()) if table.item(0, k)]
    assert texts[0] == "5" and {"D", "00001"} <= set(texts)


# ---------------------------------------------------------------------- memory
def test_meanings_are_remembered_for_the_next_file_and_forgotten_on_request(qtbot, tmp_path, model):
    page = page_of(qtbot, tmp_path, CODED, model.plan)
    meaning(qtbot, page, "growth", "text")
    assert not page.side._memory.isVisible()
    press(qtbot, page)
    other = CODED.replace("A,00000", "Z,00001")
    page = page_of(qtbot, tmp_path, other, model.plan, "next.csv")
    assert page.side._memory.isVisible()
    assert page.side.table.boxes["growth"].currentData() == "text"
    page.side.forget_button.click()
    settle(qtbot, page)
    assert page.side.table.boxes["growth"].currentData() == "rate"
    assert not page.side._memory.isVisible()


def test_nothing_is_remembered_where_that_is_off(qtbot, tmp_path, model):
    known = remembering.Remembered({"growth": "text"}, day=dt.date(2026, 1, 1))
    remembering.remember(("account", "area code", "revenue", "growth"), "accounts", known)
    page = page_of(qtbot, tmp_path, CODED, model.plan, remembers=False)
    assert page.side.table.boxes["growth"].currentData() == "rate"
    meaning(qtbot, page, "revenue", "text")
    press(qtbot, page)
    kept = remembering.recall(("account", "area code", "revenue", "growth"), "accounts")
    assert kept == known


# ---------------------------------------------------------------------- new plans
ICELAND = "name,lat,lon\nA,64.1,-21.9\nB,65.7,-18.1\n"


def test_where_there_is_no_map_each_customer_gets_an_area(qtbot, tmp_path):
    page = page_of(qtbot, tmp_path, ICELAND)
    choice = page.side.choice
    assert choice.said.text() == "2 customers in Iceland."
    assert list(choice.buttons) == ["each", ""] and choice.buttons["each"].isChecked()
    plan = press(qtbot, page).prepared.plan
    assert plan.units.geometry_kind == "approximate"
    assert plan.accounts.unit.tolist() == [0, 1] and plan.noun(2) == "places"


def test_points_only_make_a_plan_without_areas(qtbot, tmp_path):
    page = page_of(qtbot, tmp_path, ICELAND)
    page.side.choice.buttons[""].click()
    settle(qtbot, page)
    plan = press(qtbot, page).prepared.plan
    assert plan.arcs is None and len(plan.units) == 0
    assert 200_000 < np.hypot(*np.diff([plan.accounts.x, plan.accounts.y])[:, 0]) < 300_000


def test_swapped_coordinates_are_exchanged(qtbot, tmp_path):
    rows = "".join(f"Shop {k},{-98 + k},{40 + k / 10}\n" for k in range(8))
    page = page_of(qtbot, tmp_path, "name,latitude,longitude\n" + rows)
    links = [b for b in page.gain.issues.findChildren(QtWidgets.QAbstractButton)
             if b.text() == "Exchange them"]  # fmt: skip
    assert len(links) == 1 and not page.side.form.fields["swap"].isChecked()
    links[0].click()
    settle(qtbot, page)
    assert page.side.form.fields["swap"].isChecked()
    assert all(one.kind != "swapped" for one in page.gain.issues.issues)
    assert (page.outcome.prepared.plan.accounts.placement > 0).all()


def test_customers_without_a_place_are_kept_and_the_page_says_so(qtbot, tmp_path):
    page = page_of(qtbot, tmp_path, "name,sales\nA,1\nB,2\n")
    choice = page.side.choice
    assert choice.said.text().startswith("No place was found for 2 customers.")
    assert "0 of 2" in page.gain._share.text() and page.accept_button.isEnabled()
    choice.choose("each")
    settle(qtbot, page)
    assert page.trouble.isVisible() and "ZIP code" in page.trouble.text
    assert not page.accept_button.isEnabled()


def test_the_memory_holds_no_cells(qtbot, tmp_path, model):
    page = page_of(qtbot, tmp_path, CODED.replace("nowhere", "Secret"), model.plan)
    meaning(qtbot, page, "growth", "text")
    press(qtbot, page)
    assert "Secret" not in (paths.data_dir() / "imports.json").read_text("utf-8")


def test_options_follow_what_columns_are_said_to_mean(qtbot, tmp_path):
    rows = "".join(f"Shop {k},{-98 + k},{40 + k / 10}\n" for k in range(8))
    page = page_of(qtbot, tmp_path, "name,first,second\n" + rows)
    assert "swap" not in page.side.form.fields
    for column, role in (("first", "lat"), ("second", "lon")):
        page.choose_role(column, role)
        settle(qtbot, page)
    swap = page.side.form.fields["swap"]
    swap.setChecked(True)
    settle(qtbot, page)
    assert (page.outcome.prepared.plan.accounts.placement > 0).all()
    page.choose_role("second", "text")
    page.choose_role("first", "text")
    settle(qtbot, page)
    assert "swap" not in page.side.form.fields
