"""The fence around GDAL: no network, no other files, no disguises."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from terradesk import gdal, sniffing
from terradesk.errors import TerraDeskError
from tests.conftest import ROOT
from tests.core import made_maps

READ_ALL = """
import sys
from pathlib import Path
from terradesk import gdal, sniffing
import pyogrio
print(gdal.unfenced())
for name in sys.argv[1:]:
    try:
        print("READ", [c.tolist() for c in gdal.read(Path(name)).columns.values()])
    except Exception as error:
        print("REFUSED", type(error).__name__)
for address in {addresses!r}:
    try:
        pyogrio.read_info(address)
    except Exception:
        print("REFUSED")
"""


@pytest.fixture
def trap() -> Iterator[tuple[str, list[str]]]:
    """A web server on this machine, and the addresses somebody asked it for."""
    hits: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_HEAD = do_POST = do_GET

        def log_message(self, *told: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", hits
    server.shutdown()
    thread.join()
    server.server_close()


def hostile_files(folder: Path, web: str) -> list[Path]:
    """Files that make GDAL read other files or the network, by name and in disguise."""
    secret = folder / "secret.csv"
    secret.write_text("a,b\nSECRET,2\n")

    def vrt(source: str, layer: str) -> str:
        return (
            f'<OGRVRTDataSource><OGRVRTLayer name="{layer}"><SrcDataSource>{source}'
            "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
        )

    wfs = f"<OGRWFSDataSource><URL>{web}/wfs?SERVICE=WFS</URL></OGRWFSDataSource>"
    texts = {
        "remote.vrt": vrt(f"/vsicurl/{web}/a.geojson", "a"),
        "remote.geojson": vrt(f"/vsicurl/{web}/b.geojson", "b"),
        "local.shp": vrt(str(secret), "secret"),
        "local.csv": vrt(str(secret), "secret"),
        "wfs.xml": wfs,
        "wfs.geojson": wfs,
        "esri.json": f'{{"esri":"{web}/FeatureServer/0/query"}}',
        "link.kml": f'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<NetworkLink><Link><href>{web}/n.kml</href></Link></NetworkLink></Document></kml>",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    crs = {"type": "link", "properties": {"href": f"{web}/crs", "type": "proj4"}}
    made_maps.geojson(folder / "crs.geojson", crs=crs)
    return [*(folder / name for name in texts), folder / "crs.geojson"]


def hostile_gml(folder: Path, web: str) -> list[Path]:
    """GML and GPX with addresses and entities at every place that may be looked up."""
    (folder / "secret.txt").write_text("SECRET")
    kinds = 'xmlns:gml="http://www.opengis.net/gml" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ring = "<gml:coordinates>0,0 0,1 1,1 1,0 0,0</gml:coordinates>"
    outer = f"<gml:outerBoundaryIs><gml:LinearRing>{ring}</gml:LinearRing></gml:outerBoundaryIs>"
    entity = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{(folder / "secret.txt").as_uri()}">]>'
    remote = f'<!DOCTYPE a SYSTEM "{web}/a.dtd">'

    def gml(before: str = "", more: str = "", srs: str = "EPSG:4326", name: str = "n") -> str:
        shape = f'<gml:Polygon srsName="{srs}">{outer}</gml:Polygon>'
        return (
            f'<?xml version="1.0"?>{before}<FeatureCollection {kinds} {more}><gml:featureMember>'
            f"<area><name>{name}</name><other xlink:href='{web}/other.gml#x'/><geom>{shape}"
            "</geom></area></gml:featureMember></FeatureCollection>"
        )

    schema = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    texts = {
        "schema.gml": gml(more=f'{schema}xsi:schemaLocation="http://x.org/ {web}/schema.xsd"'),
        "srs.gml": gml(srs=f"{web}/crs.xml"),
        "link.gml": gml(srs="http://www.opengis.net/def/crs/EPSG/0/4326"),
        "entity.gml": gml(before=entity, name="&x;"),
        "remote.gml": gml(before=remote),
        "wfs.gml": f"<OGRWFSDataSource><URL>{web}/wfs?SERVICE=WFS</URL></OGRWFSDataSource>",
        "entity.gpx": f'<?xml version="1.0"?>{entity}<gpx version="1.1"><wpt lat="1" lon="1"><name>'
        "&x;</name></wpt></gpx>",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    return [folder / name for name in texts]


def test_hostile_gml_is_inert(tmp_path: Path, trap: tuple[str, list[str]]) -> None:
    web, hits = trap
    files = hostile_gml(tmp_path, web)
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL.format(addresses=[]), *map(str, files)],
        cwd=ROOT,
        env={**os.environ, **gdal.fence_environment()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert hits == []
    assert "SECRET" not in done.stdout
    lines = done.stdout.splitlines()
    assert lines[1].startswith("READ") and lines[3].startswith("READ")
    for name in ("entity.gml", "remote.gml", "wfs.gml", "entity.gpx"):
        with pytest.raises(TerraDeskError, match="it holds XML"):
            sniffing.check_content(tmp_path / name)


def test_hostile_files_reach_neither_network_nor_other_files(
    tmp_path: Path, trap: tuple[str, list[str]]
) -> None:
    web, hits = trap
    files = hostile_files(tmp_path, web)
    addresses = [f"/vsicurl/{web}/x.geojson", f"{web}/y.geojson", f"GeoJSON:{web}/z", f"WFS:{web}"]
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL.format(addresses=addresses), *map(str, files)],
        cwd=ROOT,
        env={**os.environ, **gdal.fence_environment()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert hits == []
    assert "SECRET" not in done.stdout
    lines = done.stdout.splitlines()
    assert lines[0] == "[]"  # every driver of this GDAL is fenced
    assert len(lines) == 1 + len(files) + len(addresses)
    assert lines[9] == "READ [['01234']]"  # a link to a coordinate system spoils nothing else
    assert all(line.startswith("REFUSED") for line in lines[1:8])


def test_every_driver_is_either_allowed_or_skipped() -> None:
    assert set(pyogrio.list_drivers()) <= {*gdal.ALLOWED, *gdal.SKIPPED}
    assert not set(gdal.ALLOWED) & set(gdal.SKIPPED)


@pytest.mark.parametrize(
    "path",
    [
        "/vsicurl/http://x.org/a.shp",
        "\\vsizip\\a.zip",
        "https://x.org/a.shp",
        "GPKG:/tmp/a.gpkg:layer",
        "WFS:http://x.org",
        "",
        "a\0b",
    ],
)
def test_what_is_no_file_is_refused(path: str) -> None:
    with pytest.raises(TerraDeskError, match="is not a file on this computer"):
        sniffing.check_path(path)


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TerraDeskError, match="is a folder"):
        sniffing.check_path(tmp_path)
    with pytest.raises(TerraDeskError, match="There is no file"):
        sniffing.check_path(tmp_path / "none.shp")


@pytest.mark.parametrize("name", ["a b.shp", "50%#é.shp", "it's.shp", "نقشه.shp", "C:odd.shp"])
def test_odd_names_are_files(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    assert sniffing.check_path(tmp_path / name).name == name


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("text.shp", b"this is a letter, not a map", "plain text"),
        ("vrt.shp", b"<OGRVRTDataSource/>", "XML"),
        ("vrt.geojson", b"\xef\xbb\xbf \n<OGRVRTDataSource/>", "XML"),
        ("wfs.kml", b"<OGRWFSDataSource/>", "XML"),
        ("entities.kml", b'<!DOCTYPE l [<!ENTITY a "b">]><kml/>', "XML"),
        ("empty.gpkg", b"", "nothing"),
        ("zeros.gpkg", b"\0" * 100, "something else"),
        ("geojson.gpkg", b'{"type": "FeatureCollection"}', "JSON"),
        ("shapefile.zip", b"\x00\x00\x27\x0a" + b"\0" * 96, "a shapefile"),
    ],
)
def test_content_that_is_not_what_the_name_says(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TerraDeskError, match=f"it holds {said}"):
        sniffing.check_content(tmp_path / name)


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp"])
def test_what_is_written_is_read_again(tmp_path: Path, suffix: str) -> None:
    path = made_maps.write(tmp_path / f"map{suffix}")
    sniffing.check_content(path)
    layer = gdal.read(path)
    assert layer.columns["code"].tolist() == ["001", "011", "021", "031"]
    assert layer.columns["name"].tolist() == ["Åre", "Évry", "Łódź", "Köln"]
    assert layer.columns["people"].tolist() == [100.0, 101.0, 102.0, 103.0]
    assert "4326" in layer.crs
    assert shapely.equals(shapely.from_wkb(layer.wkb), made_maps.SQUARES).all()
    assert gdal.layers(path)[0].columns == ("code", "name", "people")


def test_a_geopackage_takes_several_layers_and_empty_cells(tmp_path: Path) -> None:
    path = tmp_path / "two.gpkg"
    made_maps.write(path)
    values = {"n": np.array([1.0, np.nan]), "big": np.array([2**60, 1])}
    squares = shapely.to_wkb(made_maps.SQUARES[:2])
    gdal.write(path, squares, values, "EPSG:4326", "Polygon", "second", append_layer=True)
    assert [layer.name for layer in gdal.layers(path)] == ["two", "second"]
    again = gdal.read(path, "second").columns
    assert np.array_equal(again["n"], [1.0, np.nan], equal_nan=True)
    assert again["big"].tolist() == [str(2**60), "1"]  # float64 would change it


def test_a_target_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        made_maps.write(tmp_path / "no folder" / "map.gpkg")


def test_only_links_to_coordinate_systems_are_taken_out(tmp_path: Path) -> None:
    link = {"type": "link", "properties": {"href": "http://x.org", "type": "proj4"}}
    bad = made_maps.geojson(tmp_path / "bad.geojson", crs=link, name="kept")
    good = made_maps.geojson(tmp_path / "good.geojson", note={"type": "link"})
    folder = tmp_path / "copy"
    folder.mkdir()
    copy, had_link = sniffing.without_crs_link(bad, folder)
    assert had_link and "x.org" not in copy.read_text() and '"kept"' in copy.read_text()
    assert "x.org" in bad.read_text()
    assert sniffing.without_crs_link(good, folder) == (good, False)
