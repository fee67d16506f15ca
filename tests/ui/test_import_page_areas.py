"""Boundary files on the import page: new plans, layers, coordinate systems, codes twice."""

from __future__ import annotations

import pytest
import shapely

from terradesk import paths
from terradesk import records as rec
from tests.ui.import_desk import in_this_process, meaning, opened, page_of, press, settle
from ui import theme
from ui.dialogs.importing.page import Importing


@pytest.fixture(autouse=True)
def _desk(qapp, monkeypatch, tmp_path):
    theme.apply(qapp, False)
    monkeypatch.setenv("TERRADESK_DATA_DIR", str(tmp_path / "data"))
    in_this_process(monkeypatch)


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
    return page_of(qtbot, tmp_path, text, None, name)


def test_a_boundary_file_becomes_a_plan(qtbot, tmp_path):
    page = map_page(qtbot, tmp_path, geojson(["a1", "a2", "a3"]))
    assert not page.trouble.isVisible() and page.kind.currentData() == "areas"
    boxes = page.side.table.boxes
    assert boxes["county_code"].currentData() == "unit_code"
    assert boxes["name"].currentData() == "name"
    assert page.gain.map.is_drawn
    assert page.accept_button.text() == "Make the plan with 3 counties"
    noun = page.side.form.fields["noun"]
    assert noun.nouns == ("county", "counties")
    noun.setCurrentText("parish / parishes")
    noun.chosen.emit()
    settle(qtbot, page)
    assert page.accept_button.text() == "Make the plan with 3 parishes"
    plan = press(qtbot, page).prepared.plan
    assert plan.units.codes.tolist() == ["a1", "a2", "a3"]
    assert plan.noun(1) == "parish" and plan.noun(3) == "parishes"
    assert plan.setting("title") == "counties"
    assert [m.column for m in plan.rows(rec.Measure)] == ["population"]


def test_another_column_tells_the_areas_apart(qtbot, tmp_path):
    page = map_page(qtbot, tmp_path, geojson(["a1", "a2"]))
    meaning(qtbot, page, "name", "unit_code")
    assert page.outcome.prepared.plan.units.codes.tolist() == ["Area 0", "Area 1"]


def test_codes_that_come_twice_are_joined_on_request(qtbot, tmp_path):
    page = map_page(qtbot, tmp_path, geojson(["a1", "a1", "a3"]))
    if not page.trouble.isVisible():
        meaning(qtbot, page, "county_code", "unit_code")
    assert "a1" in page.trouble.text and not page.accept_button.isEnabled()
    assert page.side.form.isVisible()
    page.side.form.fields["joins"].setChecked(True)
    settle(qtbot, page)
    assert page.accept_button.text() == "Make the plan with 2 counties"


def test_a_file_without_areas_says_so(qtbot, tmp_path):
    page = map_page(qtbot, tmp_path, '{"type":"FeatureCollection","features":[]}')
    assert page.trouble.isVisible() and not page.accept_button.isEnabled()


def test_a_layer_is_chosen_among_several(qtbot):
    page = opened(qtbot, Importing(paths.resource("regions.gpkg"), None))
    layers = page.strip.boxes["layer"]
    assert layers.isVisible() and layers.count() >= 6
    page.strip.choose("layer", "se_lan")
    settle(qtbot, page)
    assert page.accept_button.text().startswith("Make the plan with 21 ")


def test_a_wrong_coordinate_system_is_put_right(qtbot, tmp_path):
    text = geojson(["a1", "a2"])
    for k in range(2):
        degrees = shapely.to_geojson(shapely.box(18 + k * 0.1, 59, 18.1 + k * 0.1, 59.1))
        metres = shapely.box(600_000 + k * 1e4, 6_600_000, 610_000 + k * 1e4, 6_610_000)
        text = text.replace(degrees, shapely.to_geojson(metres))
    page = map_page(qtbot, tmp_path, text)
    system = page.strip.system
    assert system.isVisible()
    system.setCurrentText("3006")
    system.lineEdit().editingFinished.emit()
    settle(qtbot, page)
    assert not page.trouble.isVisible()
    assert page.outcome.prepared.plan.arcs.areas == pytest.approx([1e8, 1e8], rel=0.01)
