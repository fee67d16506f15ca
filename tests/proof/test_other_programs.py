"""What TerraDesk writes, opened by the programs that planners and their colleagues have."""

import csv
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from terradesk import headless, measures, planfile, sample
from terradesk import records as rec
from terradesk.document import Document
from terradesk.exporters import export
from terradesk.exporters.facts import Facts
from tests.core.kernel import grid_plan
from tests.core.test_exporters_maps import ATTACKS
from tests.core.test_exporters_workbook import load, table, with_texts
from tests.proof.programs import browse, office, pdf_pages, qgis

pytestmark = pytest.mark.proof

SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
QGIS = """
import json, sys
from qgis.core import QgsApplication, QgsVectorLayer
application = QgsApplication([], False)
application.initQgis()
out = {}
for source in sys.argv[1:]:
    layer = QgsVectorLayer(source, source, "ogr")
    features = list(layer.getFeatures()) if layer.isValid() else []
    out[source] = {
        "valid": layer.isValid(),
        "features": layer.featureCount(),
        "fields": [f.name() for f in layer.fields()],
        "crs": layer.crs().authid(),
        "shapes": sum(f.hasGeometry() and f.geometry().isGeosValid() for f in features),
        "rows": [[str(v) for v in f.attributes()] for f in features[:3]],
        "area": sum(f.geometry().area() for f in features),
    }
    del features, layer
print("JSON" + json.dumps(out))
application.exitQgis()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("proof")


@pytest.fixture(scope="module")
def document(folder: Path) -> Iterator[Document]:
    """The sample plan after the scripted edits, as a file in the folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERRADESK_DATA_DIR", str(folder / "data"))
        patch.setenv("TERRADESK_CACHE_DIR", str(folder / "cache"))
        made = sample.open_sample()
        headless.edit_by_script(made, made.plan.alignment_of(made.plan.scenarios[-1].id))
        planfile.save_copy(made, folder / "plan.gpkg")
        yield made
        made.close()


@pytest.fixture(scope="module")
def facts(document: Document) -> Facts:
    plan = document.plan
    return Facts(plan.alignment(plan.alignment_of(plan.scenarios[-1].id)))


def test_the_web_map_opens_without_a_network(facts: Facts, folder: Path) -> None:
    [page] = export(facts.plan, facts.view.id, folder / "map.html")
    assert page.stat().st_size < 3_000_000
    shown = browse(page, folder)
    assert shown.console == []
    assert shown.dom.count("leaflet-marker-icon td-name") == 25
    assert shown.dom.count("<path") >= 25
    assert shown.dom.count("td-cluster") > 5
    for territory in facts.view.leaves:
        assert f"<span>{territory.name}</span>" in shown.dom
    with Image.open(shown.picture) as picture:
        colours = {
            f"#{r:02X}{g:02X}{b:02X}"
            for _n, (r, g, b) in picture.convert("RGB").getcolors(1 << 24) or []
        }
    assert len(set(facts.colours[1:]) & colours) >= 20


def test_no_text_of_a_plan_runs_in_a_browser(folder: Path) -> None:
    attack = " ".join(ATTACKS[:-2])
    plan = replace(with_texts(attack), coverage=grid_plan(2, 2, 1).coverage)
    tables = {kind: dict(rows) for kind, rows in plan.tables.items()}
    for key in ("noun_one", "noun_many", "credits", "currency"):
        tables["setting"][0, key] = rec.Setting(key, 950, value=attack)
    [page] = export(replace(plan, tables=tables), 3, folder / "attack.html")
    shown = browse(page, folder)
    assert shown.console == []
    assert "<title>owned</title>" not in shown.dom
    assert "<img" not in shown.dom
    assert 'onload="alert' not in shown.dom
    assert "td-name" in shown.dom


def test_libreoffice_reads_the_workbook_as_we_do(facts: Facts, folder: Path) -> None:
    [book] = export(facts.plan, facts.view.id, folder / "book.xlsx")
    ours = load(book)
    made = {p.stem.removeprefix("book-"): p for p in office(book, SHEETS, folder)}
    assert set(made) == set(ours.sheetnames)
    for name in ("Territories", "UnitToTerritory", "Accounts"):
        with made[name].open(encoding="utf-8", newline="") as file:
            theirs = list(csv.DictReader(file))
        rows = table(ours[name])
        assert len(theirs) == len(rows)
        for key in ("TerritoryID", "TerritoryName"):
            assert [r[key] for r in theirs] == [r[key] or "" for r in rows]
    with made["UnitToTerritory"].open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file))["UnitID"] == "01001"
    with made["Territories"].open(encoding="utf-8", newline="") as file:
        shown = [int(r["Population"].replace(",", "")) for r in csv.DictReader(file)]
    assert shown == measures.balance(facts.view).values[1:].astype(int).tolist()


def test_libreoffice_prints_the_workbook(facts: Facts, folder: Path) -> None:
    [book] = export(facts.plan, facts.view.id, folder / "print.xlsx")
    [page] = office(book, "pdf", folder)
    assert pdf_pages(page) > 5


def test_qgis_opens_the_plan_as_it_is(facts: Facts, folder: Path) -> None:
    plan, file = facts.plan, folder / "plan.gpkg"
    before = file.read_bytes()
    layers = [f"{file}|layername={n}" for n in ("units", "territory_units", "accounts")]
    units, territory_units, accounts = asked(*layers)
    n = int(plan.units_present.sum())
    for found in (units, territory_units):
        assert found["valid"]
        assert found["features"] == found["shapes"] == n
    assert accounts["valid"]
    assert accounts["features"] == int(plan.accounts_present.sum())
    assert "territory" in " ".join(map(str, territory_units["fields"]))
    assert file.read_bytes() == before


def test_qgis_opens_the_shapefiles(facts: Facts, folder: Path) -> None:
    export(facts.plan, facts.view.id, folder / "shapes.shp")
    names = ("territories", "units", "accounts")
    found = dict(zip(names, asked(*(folder / f"shapes_{n}.shp" for n in names)), strict=True))
    assert found["territories"]["features"] == found["territories"]["shapes"] == 25
    assert found["units"]["features"] == found["units"]["shapes"] == 3108
    assert found["accounts"]["features"] == int(facts.plan.accounts_present.sum())
    assert {f["crs"] for f in found.values()} == {"EPSG:4326"}
    assert found["territories"]["area"] == pytest.approx(found["units"]["area"], rel=1e-9)
    names_of = [row[1] for row in found["territories"]["rows"]]
    assert names_of == [t.name for t in facts.view.leaves[:3]]


def asked(*sources: str | Path) -> list[dict]:
    """What QGIS says about some layers."""
    said = qgis(QGIS, *sources)
    found = json.loads(said[said.index("JSON") + 4 :])
    return [found[str(source)] for source in sources]


def test_200_000_accounts_go_into_a_workbook_in_25_seconds(facts: Facts, folder: Path) -> None:
    plan, n = facts.plan, 200_000
    old = plan.accounts
    rows = np.random.default_rng(1).integers(0, len(old), n)
    ids = np.array([f"{k:07d}" for k in range(n)], object)
    names = ("names", "x", "y", "lon", "lat", "unit", "placement", "is_present")
    own = {name: old.column(name)[rows] for name in names}
    columns = {name: values[rows] for name, values in old.columns.items()}
    accounts = replace(old, ids=ids, columns=columns, batch=old.batch[rows], **own)
    start = time.perf_counter()
    [book] = export(replace(plan, accounts=accounts), facts.view.id, folder / "many.xlsx")
    assert time.perf_counter() - start < 25
    [many] = [p for p in office(book, SHEETS, folder) if p.stem.endswith("Accounts")]
    with many.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert [r["AccountID"] for r in found] == ids.tolist()


def test_the_self_test_of_the_packaged_program_passes() -> None:
    assert headless.self_test() == 0


def test_attacks_are_really_in_the_page_as_text(folder: Path) -> None:
    plan = replace(with_texts(ATTACKS[2]), coverage=grid_plan(2, 2, 1).coverage)
    [page] = export(plan, 3, folder / "text.html")
    assert "&lt;img src=x onerror=" in browse(page, folder).dom


def test_a_page_that_is_not_safe_would_be_noticed(folder: Path) -> None:
    page = folder / "unsafe.html"
    page.write_text(f"<title>x</title>{ATTACKS[2]}<script>throw 'up'</script>")
    shown = browse(page, folder)
    assert any("Uncaught up" in line for line in shown.console)
    assert "<title>owned</title>" in shown.dom
