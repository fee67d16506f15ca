"""Map files of every format, with parts missing, lying or damaged."""

from __future__ import annotations

import gzip
import json
import shutil
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyogrio import raw

from terradesk import gdal, readers, sniffing
from terradesk.errors import TerraDeskError
from terradesk.readers import Boundaries, foreign
from terradesk.readers.maps import shapefiles, spelling
from tests.core import made_maps
from tests.core.made_maps import SQUARES, objects, write, zipped

NAMES = ["Åre", "Évry", "Łódź", "Köln"]


def read(path: Path, layer: str | None = None, encoding: str | None = None) -> Boundaries:
    return readers.read_boundaries(path, layer, is_trusted=True, encoding=encoding)


def kinds(found: Boundaries) -> list[str]:
    return [one.kind for one in found.report.issues]


def written(path: Path, driver: str) -> Path:
    raw.write(
        path,
        geometry=shapely.to_wkb(SQUARES),
        field_data=[objects(NAMES)],
        fields=["title"],
        geometry_type="Polygon",
        crs="EPSG:4326",
        driver=driver,
    )
    return path


DRIVERS = {
    "m.fgb": "FlatGeobuf",
    "m.gml": "GML",
    "m.kml": "LIBKML",
    "m.tab": "MapInfo File",
    "m.mif": "MapInfo File",
    "m.gdb": "OpenFileGDB",
    "m.geojsonl": "GeoJSONSeq",
    "m.geojsons": "GeoJSONSeq",
    "m.ndjson": "GeoJSONSeq",
    "m.gpkg": "GPKG",
}


@pytest.mark.parametrize("name", DRIVERS)
def test_every_format_gives_the_same_areas(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name, DRIVERS[name])
    before = sorted(p.name for p in tmp_path.rglob("*"))
    found = readers.read_boundaries(path)
    cells = found.columns["title"].tolist()
    assert sorted(cells) == sorted(NAMES)
    shapes = shapely.from_wkb(found.wkb)
    for cell, shape in zip(cells, shapes, strict=True):
        assert shapely.area(shapely.symmetric_difference(shape, SQUARES[NAMES.index(cell)])) < 1e-9
    assert "4326" in found.crs
    assert sorted(p.name for p in tmp_path.rglob("*")) == before  # nothing is left beside it


@pytest.mark.parametrize("name", ["m.geojson.gz", "m.json.gz", "m.gml.gz", "m.gpkg.gz"])
def test_packed_files(tmp_path: Path, name: str) -> None:
    plain = tmp_path / name.removesuffix(".gz")
    if plain.suffix == ".json":
        made_maps.geojson(plain)
    else:
        written(plain, {"m.geojson": "GeoJSON", "m.gml": "GML", "m.gpkg": "GPKG"}[plain.name])
    (tmp_path / name).write_bytes(gzip.compress(plain.read_bytes()))
    kind = readers.reader_for(name)
    assert kind is not None and kind.gives == "boundaries"
    assert len(read(tmp_path / name)) == (1 if plain.suffix == ".json" else 4)


def test_zipped_geodatabases_and_kmz(tmp_path: Path) -> None:
    folder = written(tmp_path / "areas.gdb", "OpenFileGDB")
    path = tmp_path / "areas.gdb.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in folder.iterdir():
            archive.write(part, f"deep/areas.gdb/{part.name}")
    assert read(path).columns["title"].tolist() == NAMES
    kml = written(tmp_path / "doc.kml", "LIBKML")
    kmz = tmp_path / "areas.kmz"
    with zipfile.ZipFile(kmz, "w") as archive:
        archive.write(kml, "doc.kml")
        archive.writestr("files/icon.png", b"x")
    found = read(kmz)
    assert len(found) == 4 and "tessellate" not in found.columns


def test_a_folder_is_read_only_if_it_is_a_geodatabase(tmp_path: Path) -> None:
    folder = tmp_path / "empty.gdb"
    folder.mkdir()
    with pytest.raises(TerraDeskError, match="is a folder"):
        sniffing.check_path(folder)


def test_an_archive_with_a_file_that_is_no_map(tmp_path: Path) -> None:
    path = zipped(write(tmp_path / "map.shp"), tmp_path / "m.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("about.json", '{"license": "free"}')
    found = read(path)
    assert len(found) == 4 and kinds(found) == ["part_unread"]
    inner = tmp_path / "outer.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.write(path, "m.zip")
    with pytest.raises(TerraDeskError, match="holds no map") as caught:
        read(inner)
    assert "another archive" in caught.value.hint


def test_waypoints_are_points(tmp_path: Path) -> None:
    path = tmp_path / "p.gpx"
    path.write_text(
        '<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
        '<wpt lat="50" lon="10"><name>A</name></wpt><wpt lat="51" lon="11"><name>B</name></wpt>'
        "</gpx>"
    )
    found = read(path)
    assert found.layer == "waypoints" and found.columns["name"].tolist() == ["A", "B"]
    assert list(found.columns) == ["name"]  # the format knows twenty more, all empty
    with pytest.raises(TerraDeskError, match="holds points, not areas"):
        readers.make_units(found)


@pytest.mark.parametrize("n", [0, 3, 40])
def test_an_index_that_does_not_fit_is_made_anew(tmp_path: Path, n: int) -> None:
    path = write(tmp_path / "map.shp")
    whole = read(path)
    index = path.with_suffix(".shx")
    data = bytearray(index.read_bytes())
    if n == 0:
        data = data[:-3]
    elif n == 3:
        data[100:104] = struct.pack(">i", 5000)
    else:
        data[104:108] = struct.pack(">i", 7)
    index.write_bytes(bytes(data))
    found = read(path)
    assert found.wkb.tolist() == whole.wkb.tolist()
    assert kinds(found) == ["index_rebuilt"]
    assert index.read_bytes() == bytes(data)  # the file of the user stays as it is


def test_a_shapefile_that_is_cut_off_tells_the_rows_it_lost(tmp_path: Path) -> None:
    path = write(tmp_path / "map.shp")
    path.write_bytes(path.read_bytes()[:-50])
    found = read(path)
    assert len(found) == 4 and found.wkb[3] is None and found.wkb[2] is not None
    assert kinds(found) == ["cut_off"] and found.report.issues[0].n == 1
    made = readers.make_units(found)
    assert made.report.adds_up and made.report.rejected == 1


def test_a_table_that_ends_early(tmp_path: Path) -> None:
    path = write(tmp_path / "map.shp")
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes()[:-60])
    found = read(path)
    assert found.columns["code"].tolist() == ["001", "011", "021", ""]
    assert kinds(found) == ["table_cut"] and None not in found.wkb.tolist()
    assert readers.make_units(found, "code").units.codes.tolist()[3] == "#4"


def shapefile(path: Path, names: list[str], encoding: str, cpg: str | None, language: int) -> Path:
    """A shapefile with names in an encoding, and what it says of it."""
    marks = [f"@{k:039d}" for k in range(len(names))]
    write(path, SQUARES[: len(names)], {"name": objects(marks)})
    table = path.with_suffix(".dbf")
    data = table.read_bytes()
    for mark, name in zip(marks, names, strict=True):
        data = data.replace(mark.encode(), name.encode(encoding).ljust(40))
    table.write_bytes(data[:29] + bytes([language]) + data[30:])
    path.with_suffix(".cpg").unlink()
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    return path


@pytest.mark.parametrize(
    ("names", "encoding", "cpg", "language", "told"),
    [
        (["Åre", "Évry"], "utf-8", "UTF-8", 0, False),
        (["Åre", "Évry"], "cp1252", "UTF-8", 0, True),  # a lie
        (["Łódź", "Święty"], "utf-8", "1252", 0, True),  # a lie
        (["Åre", "Évry"], "cp1252", "ANSI 1252", 0, False),
        (["Åre", "Évry"], "utf-8", "65001", 0, False),
        (["Åre", "Évry"], "cp1252", "88591", 0, False),
        (["Åre", "Évry"], "utf-8", "whatever", 0, False),
        (["Томск", "Москва"], "cp1251", None, 0x57, False),
        (["Łódź", "Święty Krzyż"], "cp1250", None, 0xC8, False),
        (["تهران", "اصفهان"], "cp1256", None, 0, True),
        (["北京", "上海"], "gbk", "936", 0, False),
        (["서울", "부산"], "cp949", None, 0, True),
    ],
)
def test_the_encoding_of_a_shapefile(
    tmp_path: Path, names: list[str], encoding: str, cpg: str | None, language: int, told: bool
) -> None:
    found = read(shapefile(tmp_path / "m.shp", names, encoding, cpg, language))
    assert found.columns["name"].tolist() == names
    assert ("encoding" in kinds(found)) == told


def test_an_encoding_can_be_chosen(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "m.shp", ["Łódź"], "cp852", None, 0)
    assert read(path, encoding="cp852").columns["name"].tolist() == ["Łódź"]
    with pytest.raises(TerraDeskError, match="is no encoding"):
        read(path, encoding="no such thing")


def test_a_letter_that_the_table_has_cut_is_left_out(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "m.shp", ["Å" * 20, "B"], "utf-8", None, 0)
    table = path.with_suffix(".dbf")
    table.write_bytes(
        table.read_bytes().replace(("Å" * 20).encode(), b"x" + ("Å" * 20).encode()[:-1])
    )
    assert read(path).columns["name"].tolist()[0] == "x" + "Å" * 19


def test_names_that_were_decoded_twice_are_put_right(tmp_path: Path) -> None:
    twice = [name.encode().decode("cp1252", "replace") for name in ("Åre", "Évry", "Köln")]
    path = tmp_path / "m.gpkg"
    write(path, SQUARES[:3], {"name": objects(twice), "other": objects(["Åre", "b", "c"])})
    found = read(path)
    assert found.columns["name"].tolist() == ["Åre", "Évry", "Köln"]
    assert found.columns["other"].tolist()[0] == "Åre"
    assert kinds(found) == ["mojibake"]


@pytest.mark.parametrize("text", ["Åre", "Ä", "Ü", "naïve café", "x", "Ãtã"])
def test_right_names_stay(text: str) -> None:
    assert spelling.mended([text]) is None


@pytest.mark.parametrize(
    ("text", "is_known"),
    [("EPSG:3006", True), ("+proj=utm +zone=33 +datum=WGS84", True), ("rubbish", False),
     ("http://127.0.0.1:1/crs", False), ("", None)],
)  # fmt: skip
def test_odd_prj_files(tmp_path: Path, text: str, is_known: bool | None) -> None:
    path = write(tmp_path / "m.shp")
    path.with_suffix(".prj").write_text(text)
    found = read(path)
    assert bool(found.crs) == bool(is_known)
    assert ("prj_unknown" in kinds(found)) == (is_known is False)


def test_esri_names_of_coordinate_systems(tmp_path: Path) -> None:
    square = shapely.box([500_000], [6_600_000], [510_000], [6_610_000])
    path = write(tmp_path / "m.shp", square, crs="EPSG:3006")
    text = path.with_suffix(".prj").read_text()
    assert "SWEREF99_TM" in text
    made = readers.make_units(read(path))
    assert made.arcs.areas[0] == pytest.approx(1e8, rel=2e-3)


def test_heights_are_dropped_and_told(tmp_path: Path) -> None:
    path = tmp_path / "z.gpkg"
    tall = shapely.force_3d(SQUARES, 7.0)
    gdal.write(path, shapely.to_wkb(tall), made_maps.columns(), "EPSG:4326", "Polygon Z")
    found = read(path)
    assert kinds(found) == ["flattened"]
    assert not shapely.has_z(shapely.from_wkb(found.wkb)).any()


def test_capital_parts_of_a_shapefile(tmp_path: Path) -> None:
    path = write(tmp_path / "map.shp")
    path.with_suffix(".cpg").rename(tmp_path / "map.CPG")
    assert shapefiles.sibling(path, ".cpg") is not None


# ---------------------------------------------------------------------- a driver that fails
@pytest.mark.parametrize(
    ("job", "said", "seconds"),
    [
        ("crash_on", "broke down", 60.0),
        ("loop_on", "took too long", 1.0),
        ("eat_on", "more memory", 60.0),
    ],
)
def test_a_reader_that_fails_is_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, job: str, said: str, seconds: float
) -> None:
    from tests.core import worker_jobs

    monkeypatch.setattr(foreign, "MEMORY_LIMIT", 1 << 30)
    monkeypatch.setattr(foreign, "TIME_LIMIT", seconds)
    path = made_maps.geojson(tmp_path / "m.geojson")
    with pytest.raises(TerraDeskError, match="cannot be read") as caught:
        foreign.call(getattr(worker_jobs, job), path, lambda *_told: None)
    assert said in caught.value.hint


def test_a_gml_file_fetches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.gml"
    path.write_text('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><FeatureCollection/>')
    with pytest.raises(TerraDeskError, match="it holds XML"):
        read(path)


def test_topojson_without_a_system_is_degrees(tmp_path: Path) -> None:
    ring = [[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]
    shape = {"type": "Polygon", "arcs": [[0]], "properties": {"code": "01"}}
    data = {"type": "Topology", "arcs": [ring],
            "objects": {"a": {"type": "GeometryCollection", "geometries": [shape]}}}  # fmt: skip
    path = tmp_path / "m.topojson.gz"
    path.write_bytes(gzip.compress(json.dumps(data).encode()))
    assert readers.make_units(read(path)).units.codes.tolist() == ["01"]


def test_a_geodatabase_that_was_copied_without_its_tables(tmp_path: Path) -> None:
    folder = written(tmp_path / "m.gdb", "OpenFileGDB")
    for part in folder.glob("a0000000[2-9].gdbtable"):
        part.write_bytes(b"\0" * 100)
    with pytest.raises(TerraDeskError):
        read(folder)
    shutil.rmtree(folder)
    assert np.size(folder.exists()) == 1
