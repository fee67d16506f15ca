"""The import pages: orders joined to accounts, maps proposed, errors on the page, nothing lost."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from PySide6 import QtCore, QtWidgets

from terradesk import measures, paths
from terradesk import records as rec
from terradesk.document import Document
from terradesk.readers import foreign
from tests.core.kernel import grid_plan
from ui import jobs, theme
from ui.dialogs import accounts_work
from ui.dialogs.import_accounts import ImportAccounts, add_to_document
from ui.dialogs.import_boundaries import ImportBoundaries
from ui.dialogs.issues import RowsBehind
from ui.document_model import DocumentModel

ORDERS = """Customer,Segment,City,State,zip,Sales,Discount
Acme,Retail,New York City,New York,10035,100,0.1
Acme,Retail,New York City,New York,10035,50,0.3
Bolt,Trade,Henderson,Kentucky,42420,30,0.2
Cord,Trade,Seattle,Washington,98103,20,0.2
Cord,Trade,Seattle,Washington,98103,20,0.2
Dune,Trade,Houston,Texas,77070,10,0.2
"""


@pytest.fixture(autouse=True)
def _theme(qapp):
    theme.apply(qapp, False)


@pytest.fixture
def with_workers():
    """Asked for by tests that read files in a worker process, as the program does."""


@pytest.fixture(autouse=True)
def _in_this_process(request, monkeypatch):
    """All others read without one: its start takes a second."""
    if "with_workers" in request.fixturenames:
        return

    def call(function, path, progress, is_trusted=False, **options):
        return function(path=str(path), progress=progress, **options)

    monkeypatch.setattr(foreign, "call", call)


def settle(qtbot, dialog):
    qtbot.waitUntil(lambda: not dialog.is_busy and not jobs.running(), timeout=30_000)


def opened(qtbot, dialog):
    dialog.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.open()
    settle(qtbot, dialog)
    return dialog


def page(qtbot, tmp_path, text, plan=None, name="orders.csv"):
    file = tmp_path / name
    file.write_text(text, "utf-8")
    return opened(qtbot, ImportAccounts(file, plan))


CODED = "account,area code,revenue,growth\nA,00000,10,0.1\nB,00007,20,0.2\nC,nowhere,30,0.3\n"


# ---------------------------------------------------------------------- accounts
def test_order_lines_become_accounts_on_a_fitting_map(qtbot, tmp_path, with_workers):
    dialog = page(qtbot, tmp_path, ORDERS)
    assert not dialog.trouble.isVisible()
    assert "6 rows" in dialog._orders.text()
    assert dialog.choice.key == "us_county"
    assert dialog.accept_button.text() == "Import 4 accounts"
    assert dialog.map.is_drawn
    with qtbot.waitSignal(dialog.plan_made) as told:
        dialog.accept_button.click()
    plan = told.args[0]
    assert len(plan.units) == 3108 and len(plan.accounts) == 4
    assert plan.setting("title") == "orders"
    assert plan.accounts.columns["Sales"].sum() == 230
    names = plan.units.names[plan.accounts.unit]
    assert any("Henderson" in str(n) for n in names)
    assert "Sales" in [m.name for m in plan.rows(rec.Measure) if m.source == "accounts"]
    assert measures.balance_measure(plan).name == "Sales"
    ids = [r.id for kind in plan.tables.values() for r in kind.values() if not r.alignment]
    assert len(ids) == len(set(ids))


def test_accounts_join_an_open_plan_in_one_undoable_step(qtbot, tmp_path):
    model = DocumentModel()
    model.open(Document(grid_plan()))
    n = len(model.plan.accounts)
    dialog = page(qtbot, tmp_path, CODED, model.plan, "more.csv")
    assert dialog.accept_button.text() == "Import 3 accounts"
    assert "2 of 3" in dialog._placed.text()
    with qtbot.waitSignal(dialog.accounts_made) as told:
        dialog.accept_button.click()
    made, source = told.args
    assert source == "more.csv"
    add_to_document(model.document, made, source)
    assert len(model.plan.accounts) == n + 3
    assert model.plan.accounts.unit[n:].tolist() == [0, 7, -1]
    assert any(m.column == "revenue" for m in model.plan.rows(rec.Measure))
    model.undo()
    assert model.plan.accounts_present.sum() == n
    assert not any(m.column == "revenue" for m in model.plan.rows(rec.Measure))


def test_the_same_columns_are_not_described_twice(qtbot, tmp_path):
    document = Document(grid_plan())
    dialog = page(qtbot, tmp_path, CODED, document.plan)
    made = dialog.outcome.made
    add_to_document(document, made, "one")
    add_to_document(document, made, "two")
    columns = [c.name for c in document.plan.rows(rec.Column)]
    assert len(columns) == len(set(columns))
    assert sum(m.column == "revenue" for m in document.plan.rows(rec.Measure)) == 1


def test_swapped_coordinates_are_exchanged_where_they_are_told(qtbot, tmp_path):
    rows = "".join(f"Shop {k},{-98 + k},{40 + k / 10}\n" for k in range(8))
    dialog = page(qtbot, tmp_path, "name,latitude,longitude\n" + rows)
    links = [b for b in dialog.issues.findChildren(QtWidgets.QAbstractButton)
             if b.text() == "Exchange them"]  # fmt: skip
    assert len(links) == 1 and not dialog.swap.isChecked()
    links[0].click()
    settle(qtbot, dialog)
    assert dialog.swap.isChecked()
    assert all(one.kind != "swapped" for one in dialog.issues.issues)
    assert (dialog.outcome.made.accounts.placement > 0).all()


def test_another_meaning_changes_what_comes_out(qtbot, tmp_path):
    dialog = page(qtbot, tmp_path, CODED, grid_plan())
    assert [m.column for m in dialog.outcome.made.measures] == ["revenue"]
    box = dialog.grid.boxes["revenue"]
    box.setCurrentIndex(box.findData("unused"))
    settle(qtbot, dialog)
    assert dialog.outcome.made.measures == ()
    assert "revenue" not in dialog.outcome.made.accounts.columns


def test_a_meaning_that_one_column_has_moves_to_another(qtbot, tmp_path):
    text = "name,label,square\nA,X,00000\nB,Y,00001\n"
    dialog = page(qtbot, tmp_path, text, grid_plan())
    box = dialog.grid.boxes["label"]
    box.setCurrentIndex(box.findData("name"))
    settle(qtbot, dialog)
    assert dialog.grid.boxes["name"].currentData() == "text"
    assert dialog.outcome.made.accounts.names.tolist() == ["X", "Y"]


def test_rows_can_be_joined_otherwise(qtbot, tmp_path):
    dialog = page(qtbot, tmp_path, ORDERS, grid_plan())
    dialog.per.setCurrentIndex(dialog.per.findText("row"))
    dialog.per.activated.emit(dialog.per.currentIndex())
    settle(qtbot, dialog)
    assert dialog.accept_button.text() == "Import 6 accounts"


def test_what_wants_attention_shows_the_rows_behind(qtbot, tmp_path):
    dialog = page(qtbot, tmp_path, CODED, grid_plan())
    issue = next(i for i in dialog.issues.issues if i.kind == "unplaced")
    assert issue.rows == (2,)
    behind = RowsBehind(issue, dialog._file.table.columns, dialog)
    qtbot.addWidget(behind)
    assert [behind.table.item(0, k).text() for k in range(3)] == ["3", "C", "nowhere"]


ICELAND = "name,lat,lon\nA,64.1,-21.9\nB,65.7,-18.1\n"


def test_points_only_are_offered_and_make_a_plan_without_areas(qtbot, tmp_path):
    dialog = page(qtbot, tmp_path, ICELAND)
    dialog.choice.buttons[accounts_work.NO_MAP].click()
    settle(qtbot, dialog)
    with qtbot.waitSignal(dialog.plan_made) as told:
        dialog.accept_button.click()
    plan = told.args[0]
    assert plan.arcs is None and len(plan.units) == 0
    assert np.isfinite(plan.accounts.x).all()
    assert 200_000 < np.hypot(*np.diff([plan.accounts.x, plan.accounts.y])[:, 0]) < 300_000


def test_where_there_is_no_map_each_customer_gets_an_area(qtbot, tmp_path):
    dialog = page(qtbot, tmp_path, ICELAND)
    assert dialog.choice.said.text() == "2 customers in Iceland."
    assert list(dialog.choice.buttons) == [accounts_work.EACH, accounts_work.NO_MAP]
    assert dialog.choice.buttons[accounts_work.EACH].isChecked()
    with qtbot.waitSignal(dialog.plan_made) as told:
        dialog.accept_button.click()
    plan = told.args[0]
    assert plan.units.geometry_kind == "approximate"
    assert plan.accounts.unit.tolist() == [0, 1]
    assert plan.noun(2) == "places"


def test_another_map_and_back_to_the_recommended_one(qtbot, tmp_path):
    dialog = page(qtbot, tmp_path, ORDERS)
    choice = dialog.choice
    choice.map_box.setCurrentIndex(choice.map_box.findData("us_state"))
    choice.map_box.activated.emit(choice.map_box.currentIndex())
    settle(qtbot, dialog)
    assert len(dialog.outcome.plan.units) == 49
    assert not any(button.isChecked() for button in choice.buttons.values())
    choice.buttons["us_county"].click()
    settle(qtbot, dialog)
    assert len(dialog.outcome.plan.units) == 3108
    assert choice.map_box.currentIndex() == -1


def test_customers_without_a_place_are_kept_and_the_page_says_so(qtbot, tmp_path):
    dialog = page(qtbot, tmp_path, "name,sales\nA,1\nB,2\n")
    assert dialog.choice.said.text().startswith("No place was found for 2 customers.")
    assert "0 of 2" in dialog._placed.text()
    assert dialog.accept_button.isEnabled()
    dialog.choice.choose(accounts_work.EACH)
    settle(qtbot, dialog)
    assert dialog.trouble.isVisible() and "ZIP code" in dialog.trouble.text
    assert not dialog.accept_button.isEnabled()


@pytest.mark.parametrize("text", ["", "Acme,10035,100\nBolt,42420,30\n", "a,b\n"])
def test_an_unusable_file_stands_on_the_page(qtbot, tmp_path, text):
    dialog = page(qtbot, tmp_path, text, grid_plan())
    assert not dialog.accept_button.isEnabled()
    assert dialog.trouble.isVisible() or len(dialog.outcome.made.accounts) == 0
    good = tmp_path / "good.csv"
    good.write_text(CODED, "utf-8")
    dialog.read_file(good)
    settle(qtbot, dialog)
    assert not dialog.trouble.isVisible()
    assert dialog.accept_button.isEnabled()


def test_data_is_never_read_as_markup(qtbot, tmp_path):
    text = "name,square\n<img src=x>,00000\n"
    dialog = page(qtbot, tmp_path, text, grid_plan())
    assert dialog.table.item(0, 0).text() == "<img src=x>"
    labels = dialog.grid.findChildren(type(dialog._orders))
    assert all(one.textFormat() == QtCore.Qt.TextFormat.PlainText for one in labels)


def test_closing_stops_the_work(qtbot, tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text(ORDERS, "utf-8")
    dialog = ImportAccounts(file, grid_plan())
    dialog.open()
    with qtbot.waitSignal(dialog.destroyed):
        dialog.reject()
    qtbot.waitUntil(lambda: not jobs.running(), timeout=30_000)


# ---------------------------------------------------------------------- boundaries
def geojson(codes):
    """Squares side by side near Stockholm, one per code."""
    squares = [shapely.box(18 + k * 0.1, 59, 18.1 + k * 0.1, 59.1) for k in range(len(codes))]
    features = ",".join(
        f'{{"type":"Feature","properties":{{"county_code":"{code}","name":"Area {k}",'
        f'"population":{100 + k}}},"geometry":{shapely.to_geojson(square)}}}'
        for k, (code, square) in enumerate(zip(codes, squares, strict=True))
    )
    return f'{{"type":"FeatureCollection","features":[{features}]}}'


def map_page(qtbot, tmp_path, text, name="counties.geojson"):
    file = tmp_path / name
    file.write_text(text, "utf-8")
    return opened(qtbot, ImportBoundaries(file))


def test_a_boundary_file_becomes_a_plan(qtbot, tmp_path, with_workers):
    dialog = map_page(qtbot, tmp_path, geojson(["a1", "a2", "a3"]))
    assert not dialog.trouble.isVisible()
    assert dialog.code.currentText() == "county_code"
    assert dialog.name.currentText() == "name"
    assert dialog.map.is_drawn
    assert dialog.accept_button.text() == "Make the plan with 3 counties"
    dialog.noun.setCurrentText("parish / parishes")
    dialog.noun.chosen.emit()
    assert dialog.accept_button.text() == "Make the plan with 3 parishes"
    dialog.noun.setCurrentText("parish / parishes")
    with qtbot.waitSignal(dialog.plan_made) as told:
        dialog.accept_button.click()
    plan = told.args[0]
    assert plan.units.codes.tolist() == ["a1", "a2", "a3"]
    assert plan.noun(1) == "parish" and plan.noun(3) == "parishes"
    assert plan.setting("title") == "counties"
    assert [m.column for m in plan.rows(rec.Measure)] == ["population"]


def test_the_noun_is_guessed_from_the_file(qtbot, tmp_path):
    dialog = map_page(qtbot, tmp_path, geojson(["a1", "a2"]))
    assert dialog.noun.nouns == ("county", "counties")


def test_codes_that_come_twice_are_asked_about(qtbot, tmp_path):
    dialog = map_page(qtbot, tmp_path, geojson(["a1", "a1", "a3"]).replace("Area", "Area x"))
    dialog.code.setCurrentIndex(dialog.code.findText("county_code"))
    dialog.ask()
    settle(qtbot, dialog)
    assert "a1" in dialog.trouble.text
    assert not dialog.accept_button.isEnabled()
    assert dialog.joins.isVisible()
    dialog.joins.setChecked(True)
    settle(qtbot, dialog)
    assert dialog.accept_button.text() == "Make the plan with 2 counties"


def test_a_file_without_areas_says_so(qtbot, tmp_path):
    dialog = map_page(qtbot, tmp_path, '{"type":"FeatureCollection","features":[]}')
    assert dialog.trouble.isVisible()
    assert not dialog.accept_button.isEnabled()


def test_a_layer_is_chosen_among_several(qtbot, tmp_path):
    dialog = opened(qtbot, ImportBoundaries(paths.resource("regions.gpkg")))
    assert dialog.layer.count() >= 6
    dialog.choose_layer("se_lan")
    settle(qtbot, dialog)
    assert dialog.accept_button.text().startswith("Make the plan with 21 ")


def test_a_missing_coordinate_system_is_asked_for(qtbot, tmp_path):
    squares = [
        shapely.box(600_000 + k * 1e4, 6_600_000, 610_000 + k * 1e4, 6_610_000) for k in range(2)
    ]
    file = tmp_path / "areas.csv.geojson"
    text = geojson(["a1", "a2"])
    for k, square in enumerate(squares):
        degrees = shapely.to_geojson(shapely.box(18 + k * 0.1, 59, 18.1 + k * 0.1, 59.1))
        text = text.replace(degrees, shapely.to_geojson(square))
    file.write_text(text, "utf-8")
    dialog = opened(qtbot, ImportBoundaries(file))
    assert dialog.trouble.isVisible()
    assert dialog.crs.isVisible()
    dialog.crs.setCurrentIndex(dialog.crs.findData("EPSG:3006"))
    dialog.ask()
    settle(qtbot, dialog)
    assert not dialog.trouble.isVisible()
    areas = dialog.outcome.made.arcs.areas
    assert areas == pytest.approx([1e8, 1e8], rel=0.01)
