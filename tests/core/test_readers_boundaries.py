"""Boundary files, whole and broken, to units."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from terradesk import arcs, gdal, paths, projection, readers
from terradesk.errors import TerraDeskError
from terradesk.readers import Boundaries, ImportReport, foreign
from terradesk.readers.maps import archived as map_archives
from tests.core import made_maps
from tests.core.made_maps import SQUARES, columns, objects, write, zipped


def read(path: Path, layer: str | None = None) -> Boundaries:
    """Read in this process, which is quicker."""
    return readers.read_boundaries(path, layer, is_trusted=True)


def boundaries(
    shapes: np.ndarray = SQUARES,
    codes: list[str] | None = None,
    crs: str = "EPSG:4326",
    **more: np.ndarray,
) -> Boundaries:
    n = len(shapes)
    wkb = objects([None if s is None else s.wkb for s in shapes])
    table = {**columns(n, codes), **more}
    return Boundaries(wkb, crs, table, ImportReport(read=n, accepted=n), "made")


def kinds(made: readers.MadeUnits) -> list[str]:
    return [one.kind for one in made.report.issues]


# ---------------------------------------------------------------------- files
def test_a_foreign_file_gives_the_same_as_a_trusted_one(tmp_path: Path) -> None:
    path = write(tmp_path / "map.gpkg")
    foreign, own = readers.read_boundaries(path), read(path)
    assert foreign.wkb.tolist() == own.wkb.tolist()
    assert foreign.crs == own.crs and foreign.layer == own.layer == "map"
    assert {k: v.tolist() for k, v in foreign.columns.items()} == {
        k: v.tolist() for k, v in own.columns.items()
    }
    assert foreign.columns["code"].tolist()[0] == "001"


def test_a_driver_of_a_newer_gdal_is_fenced_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = tuple(name for name in gdal.SKIPPED if name != "OGR_VRT")
    monkeypatch.setattr(gdal, "SKIPPED", known)
    monkeypatch.setattr(foreign, "_also_skip", [])
    assert len(readers.read_boundaries(write(tmp_path / "map.gpkg"))) == 4
    assert foreign._also_skip == ["OGR_VRT"]


def test_a_disguised_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "letter.shp"
    path.write_text("Dear planner, please find the map attached.")
    with pytest.raises(TerraDeskError, match=r"letter\.shp.*is not a \.shp file.*plain text"):
        readers.read_boundaries(path)


@pytest.mark.parametrize("kind", [".shp", ".geojson", ".gpkg"])
def test_a_truncated_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path / f"map{kind}")
    path.write_bytes(path.read_bytes()[: 90 if kind == ".shp" else 300])
    with pytest.raises(TerraDeskError, match="cannot be read"):
        readers.make_units(read(path))


def test_shapefiles_in_zips_in_folders(tmp_path: Path) -> None:
    first = write(tmp_path / "Kommuner.shp")
    second = write(tmp_path / "Other.shp", SQUARES[:2])
    path = zipped(first, tmp_path / "maps.zip", "export/2024/")
    zipped(second, path, "__MACOSX/")
    zipped(second, path, "more/")
    assert [layer.name for layer in readers.layers(path)] == ["Kommuner", "Other"]
    assert len(read(path)) == 4
    assert read(path, "Other").columns["name"].tolist() == ["Åre", "Évry"]
    with pytest.raises(TerraDeskError, match="has no layer") as caught:
        read(path, "Missing")
    assert "Kommuner, Other" in caught.value.hint


def test_layers_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    source = write(tmp_path / "map.shp")
    path = zipped(source, zipped(source, tmp_path / "m.zip", "a/"), "b/")
    assert [layer.name for layer in readers.layers(path)] == ["map", "map (2)"]


def test_a_zip_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    path, folder = tmp_path / "slip.zip", tmp_path / "deep" / "folder"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("../../evil.shp", "/evil.shp", "..\\evil.dbf", "C:/evil.prj", "evil.exe"):
            archive.writestr(name, b"x")
    map_archives.unpack(path, folder)
    outside = [p for p in tmp_path.rglob("evil*") if not p.is_relative_to(folder)]
    assert outside == [] and not list(tmp_path.rglob("*.exe"))


def test_zips_without_a_map_and_zip_bombs(tmp_path: Path) -> None:
    path = tmp_path / "m.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", b"x")
    with pytest.raises(TerraDeskError, match="holds no map"):
        read(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", b"\0" * (60 << 20))
    with pytest.raises(TerraDeskError, match="not safe to open"):
        read(path)


def test_a_shapefile_without_its_table_has_the_numbers_of_its_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "map.shp")
    path.with_suffix(".dbf").unlink()
    found = read(path)
    assert found.columns["row"].tolist() == ["1", "2", "3", "4"]
    assert [one.kind for one in found.report.issues] == ["no_table", "row_numbers"]
    assert readers.make_units(found).units.codes.tolist() == ["1", "2", "3", "4"]


def test_a_shapefile_without_its_index_is_read_and_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "map.shp")
    path.with_suffix(".shx").unlink()
    found = readers.read_boundaries(path)
    assert len(found) == 4
    assert found.report.issues[0].kind == "index_rebuilt"
    assert not path.with_suffix(".shx").exists()


def test_capital_suffixes_are_the_same(tmp_path: Path) -> None:
    write(tmp_path / "map.shp")
    for part in tmp_path.glob("map.*"):
        part.rename(part.with_name(part.name.upper()))
    assert read(tmp_path / "MAP.SHP").columns["name"].tolist()[1] == "Évry"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_shapefile_that_does_not_say_its_encoding(tmp_path: Path, encoding: str) -> None:
    path = write(
        tmp_path / "map.shp", values={"code": objects("ABCD"), "name": objects(["XXXXXXX"] * 4)}
    )
    path.with_suffix(".cpg").unlink()
    table = path.with_suffix(".dbf")
    data = bytearray(
        table.read_bytes().replace(b"XXXXXXX", "Älv é å"[:7].encode(encoding)[:7].ljust(7))
    )
    data[29] = 0
    table.write_bytes(bytes(data))
    name = read(path).columns["name"][0]
    assert name == ("Älv é å" if encoding == "cp1252" else "Älv é")


def test_a_link_to_a_coordinate_system_is_told(tmp_path: Path) -> None:
    link = {"type": "link", "properties": {"href": "http://127.0.0.1:9/x", "type": "proj4"}}
    found = read(made_maps.geojson(tmp_path / "m.geojson", crs=link))
    assert [one.kind for one in found.report.issues] == ["crs_link"]
    assert found.columns["code"].tolist() == ["01234"]


def test_deeply_nested_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.geojson"
    path.write_text('{"type":"FeatureCollection","features":' + "[" * 20_000 + "]" * 20_000 + "}")
    with pytest.raises(TerraDeskError, match="cannot be read"):
        read(path)


def test_topojson_and_kml(tmp_path: Path) -> None:
    ring = [[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]
    shape = {"type": "Polygon", "arcs": [[0]], "properties": {"code": "01"}}
    data = {
        "type": "Topology",
        "arcs": [ring],
        "objects": {"areas": {"type": "GeometryCollection", "geometries": [shape]}},
    }
    path = tmp_path / "m.topojson"
    path.write_text(json.dumps(data))
    assert len(readers.make_units(read(path)).units) == 1
    kml = tmp_path / "m.kml"
    kml.write_text(
        '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>'
        "<name>Åre</name><Polygon><outerBoundaryIs><LinearRing><coordinates>0,0 0,1 1,1 1,0 0,0"
        "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"
    )
    assert readers.make_units(read(kml)).units.names.tolist() == ["Åre"]


def test_the_first_layer_with_areas_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "two.gpkg"
    lines = shapely.to_wkb(shapely.boundary(SQUARES))
    gdal.write(path, lines, columns(), "EPSG:4326", "LineString", "borders")
    gdal.write(path, shapely.to_wkb(SQUARES), columns(), "EPSG:4326", "Polygon", "areas", True)
    assert read(path).layer == "areas"
    with pytest.raises(TerraDeskError, match=r"“.*borders.*” holds lines, not areas"):
        readers.make_units(read(path, "borders"))


# ---------------------------------------------------------------------- units
@pytest.mark.parametrize(
    ("layer", "n", "some"),
    [
        ("se_kommun", 290, {"2321": "Åre", "1780": "Karlstad", "0123": "Järfälla"}),
        ("fr_departement", 101, {}),
    ],
)
def test_regions_of_other_countries(layer: str, n: int, some: dict[str, str]) -> None:
    found = readers.read_boundaries(paths.resource("regions.gpkg"), layer)
    made = readers.make_units(found)
    names = dict(zip(made.units.codes.tolist(), made.units.names.tolist(), strict=True))
    assert len(made.units) == n and some.items() <= names.items()
    assert any("é" in name or "å" in name for name in made.units.names.tolist())
    assert made.arcs.n_units == n and (made.arcs.areas > 0).all()
    assert made.report.adds_up and made.report.accepted == n
    assert made.units.source is not None
    assert [c.role for c in made.columns] == ["code", "name"]


def test_units_keep_codes_and_figures_as_they_are() -> None:
    income = np.array([10.0, np.nan, 30.0, 40.0])
    made = readers.make_units(boundaries(median_income=income))
    units = made.units
    assert units.codes.tolist() == ["001", "011", "021", "031"]
    assert units.names.tolist()[0] == "Åre"
    assert units.columns["people"].tolist() == [100.0, 101.0, 102.0, 103.0]
    assert np.array_equal(units.columns["median_income"], income, equal_nan=True)
    assert {c.name: c.role for c in made.columns} == {
        "code": "code",
        "name": "name",
        "people": "amount",
        "median_income": "rate",
    }
    assert [m.column for m in made.measures] == ["people"]
    assert all(m.source == "units" for m in made.measures)
    lon, lat = projection.lonlat(*(made.arcs.centres / 100 + made.arcs.origin).T, made.crs)
    assert np.allclose(lon, [10.5, 11.5, 10.5, 11.5], atol=0.05)
    assert np.allclose(lat, [50.5, 50.5, 51.5, 51.5], atol=0.05)


def test_codes_and_names_are_guessed() -> None:
    county = readers.read_boundaries(paths.resource("us_2023.gpkg"), "county")
    assert readers.guess_code_name(county) == ("fips", "name")
    only = Boundaries(boundaries().wkb, "EPSG:4326", {"people": np.arange(4.0)}, ImportReport(4, 4))
    assert readers.guess_code_name(only) == ("people", "people")
    assert readers.make_units(only).units.codes.tolist() == ["0", "1", "2", "3"]
    nothing = Boundaries(only.wkb, "EPSG:4326", {}, ImportReport(4, 4))
    assert readers.guess_code_name(nothing) == ("", "")
    with pytest.raises(TerraDeskError, match="has no column"):
        readers.make_units(nothing)


def test_duplicate_codes_are_listed_or_joined() -> None:
    found = boundaries(codes=["A", "B", "A", "C"], rank=np.array([7.0, 1.0, 7.0, 2.0]))
    with pytest.raises(
        TerraDeskError, match=r"1 code belongs to more than one area: .*A"
    ) as caught:
        readers.make_units(found, "code", "name")
    assert "join" in caught.value.hint
    made = readers.make_units(found, "code", "name", on_duplicates="join")
    assert made.units.codes.tolist() == ["A", "B", "C"]
    assert made.units.columns["people"].tolist() == [202.0, 101.0, 103.0]
    assert made.units.columns["rank"].tolist() == [7.0, 1.0, 2.0]  # the same in all: no sum
    assert (made.report.accepted, made.report.grouped) == (3, 1)
    assert made.report.adds_up
    assert made.arcs.areas[0] > 1.5 * made.arcs.areas[1]


def test_rows_without_shape_or_code() -> None:
    shapes = objects([SQUARES[0], None, shapely.Polygon(), shapely.Point(1, 1), SQUARES[3]])
    made = readers.make_units(boundaries(shapes, codes=["A", "B", "C", "D", ""]), "code", "name")
    assert made.units.codes.tolist() == ["A", "#5"]
    report = made.report
    assert (report.read, report.accepted, report.rejected) == (5, 2, 3)
    assert {one.kind: one.rows for one in report.issues} == {
        "not_area": (3,),
        "no_shape": (1, 2),
        "no_code": (4,),
    }


def test_areas_are_taken_out_of_collections() -> None:
    mixed = shapely.GeometryCollection([shapely.LineString([(0, 0), (1, 1)]), SQUARES[0]])
    nested = shapely.GeometryCollection([shapely.GeometryCollection([SQUARES[1]]), SQUARES[3]])
    made = readers.make_units(boundaries(objects([mixed, nested])))
    assert (made.arcs.areas > 0).all() and made.report.accepted == 2


@pytest.mark.parametrize(
    ("shapes", "said"),
    [
        (shapely.boundary(SQUARES), "holds lines, not areas"),
        (shapely.centroid(SQUARES), "holds points, not areas"),
        (objects([None, None]), "No row .* has a shape"),
        (objects([]), "is empty"),
    ],
)
def test_layers_without_areas(shapes: np.ndarray, said: str) -> None:
    with pytest.raises(TerraDeskError, match=said):
        readers.make_units(boundaries(shapes))


def test_a_column_of_codes_that_is_missing_or_empty() -> None:
    with pytest.raises(TerraDeskError, match=r"no column “.*missing"):
        readers.make_units(boundaries(), "missing")
    empty = boundaries(none=objects([""] * 4))
    with pytest.raises(TerraDeskError, match=r"“.*none.*” is empty"):
        readers.make_units(empty, "none")


def test_a_coordinate_system_is_guessed_only_when_it_is_sure() -> None:
    made = readers.make_units(boundaries(crs=""))
    assert kinds(made) == ["crs_guessed"] and made.units.source_crs == "EPSG:4326"
    metres = shapely.box([0, 9e4], [5e6, 5e6], [9e4, 18e4], [5.1e6, 5.1e6])
    with pytest.raises(TerraDeskError, match="does not say its coordinate system") as caught:
        readers.make_units(boundaries(metres, crs=""))
    assert ".prj" in caught.value.hint
    chosen = readers.make_units(boundaries(metres, crs=""), crs="EPSG:25832")
    assert chosen.units.source_crs == "EPSG:25832"
    with pytest.raises(TerraDeskError, match="are not degrees"):
        readers.make_units(boundaries(metres))
    mislabelled = readers.make_units(boundaries(crs="EPSG:3857"))
    assert kinds(mislabelled) == ["crs_guessed"]


def test_a_missing_prj_file(tmp_path: Path) -> None:
    path = write(tmp_path / "map.shp")
    path.with_suffix(".prj").unlink()
    assert kinds(readers.make_units(read(path))) == ["crs_guessed"]


def test_a_map_in_metres_is_projected(tmp_path: Path) -> None:
    square = shapely.box([500_000], [6_600_000], [510_000], [6_610_000])
    found = read(write(tmp_path / "se.gpkg", square, crs="EPSG:3006"))
    made = readers.make_units(found)
    assert made.arcs.areas[0] == pytest.approx(1e8, rel=2e-3)


def test_broken_and_overlapping_shapes_are_mended_and_told() -> None:
    bow = shapely.Polygon([(10, 50), (11, 51), (11, 50), (10, 51)])
    over = shapely.box(11, 50, 12.5, 51)
    made = readers.make_units(
        boundaries(objects([bow, over, SQUARES[3], shapely.box(12, 50, 13, 51)]))
    )
    assert made.report.repaired == 1
    assert kinds(made) == ["repaired", "overlap"]
    assert (made.arcs.areas > 0).all()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "B", "C", "D", ""]),
            st.sampled_from(["square", "none", "point", "empty"]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_row_is_accounted_for(rows: list[tuple[str, str]]) -> None:
    shape_of = {"none": None, "point": shapely.Point(1, 1), "empty": shapely.Polygon()}
    shapes = [shape_of.get(kind, shapely.box(k, 0, k + 1, 1)) for k, (_c, kind) in enumerate(rows)]
    found = boundaries(objects(shapes), codes=[code for code, _kind in rows])
    try:
        made = readers.make_units(found, "code", "name", on_duplicates="join")
    except TerraDeskError:
        codes = {code for code, kind in rows if kind == "square"}
        assert codes <= {""}
        return
    assert made.report.adds_up
    assert made.report.read == len(rows)
    assert (
        made.report.accepted == len(made.units) == made.arcs.n_units == len(set(made.units.codes))
    )


def test_the_kind_of_file_is_found_by_its_name() -> None:
    def key(name: str) -> str | None:
        reader = readers.reader_for(name)
        return reader.key if reader else None

    assert key("A.SHP") == key("b.zip") == key("c.gpkg") == "boundaries"
    assert key("a.xlsx") == "workbook"
    assert key("a.csv") == key("a.csv.gz") == "text"
    assert key("a.docx") is None


def test_the_report_is_kept_as_json() -> None:
    report = readers.make_units(boundaries(crs="")).report
    kept = json.loads(report.as_json())
    assert kept["read"] == 4 and kept["issues"][0]["kind"] == "crs_guessed"


def test_nothing_is_left_in_the_folder_of_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    path = zipped(write(tmp_path / "map.shp"), tmp_path / "m.zip")
    monkeypatch.setattr("tempfile.tempdir", str(place))
    readers.read_boundaries(path)
    assert list(place.iterdir()) == []


def test_the_arcs_of_units_are_a_coverage() -> None:
    made = readers.make_units(boundaries())
    assert isinstance(made.arcs, arcs.Arcs)
    assert (made.arcs.left >= 0).sum() > 0
    assert np.diff(made.arcs.adjacency.starts).tolist() == [2, 2, 2, 2]
