"""Maps of other programs: GeoPackage, KML, GML, GPX, MapInfo, FlatGeobuf, file geodatabases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.data.cases.case import Case, one, refused, text, zipped
from tests.data.cases.geopackage import blob, curve, geopackage, squares
from tests.data.cases.maps import CODES, SQUARES, areas

READ: dict[str, Any] = {"rows": 4, "areas": areas(4, codes=list(CODES))}


def _corners(k: int, mark: str = " ", between: str = ",") -> str:
    ring = SQUARES[k]["coordinates"][0]
    return mark.join(f"{x:.1f}{between}{y:.1f}" for x, y in ring)


def _geopackages() -> tuple[Case, ...]:
    good = geopackage(squares())
    named = squares()
    harmless = (
        "CREATE VIEW some AS SELECT code FROM areas; CREATE TRIGGER t AFTER INSERT ON areas "
        "BEGIN DELETE FROM areas; END;"
    )
    harm = "CREATE VIEW harm AS SELECT load_extension('x.so');"
    two = (
        "CREATE TABLE towns (fid INTEGER PRIMARY KEY, geom BLOB, code TEXT);"
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES "
        "('towns', 'features', 'towns', 4326);INSERT INTO gpkg_geometry_columns VALUES "
        "('towns', 'geom', 'POINT', 4326, 0, 0);"
    )
    return (
        one("good.gpkg", "a GeoPackage of another program", good, **READ),
        one(
            "layers.gpkg",
            "a layer of areas and an empty one of points",
            geopackage(squares(), more=two),
            layers=["areas", "towns"],
            **READ,
        ),
        one(
            "curves.gpkg",
            "an area bounded by arcs of a circle",
            geopackage([("001", blob(curve()))], "CURVEPOLYGON"),
            rows=1,
            areas=areas(1, told=["curves"]),
        ),
        one(
            "no_crs.gpkg",
            "no coordinate system",
            geopackage([(c, blob(bytes(s or b"")[8:], 0)) for c, s in named], srs=0),
            rows=4,
            areas=areas(4),
        ),
        one(
            "plane.gpkg",
            "an undefined plane",
            geopackage([(c, blob(bytes(s or b"")[8:], -1)) for c, s in named], srs=-1),
            rows=4,
            areas=areas(4, ["crs_guessed"]),
        ),
        one(
            "null.gpkg",
            "a row whose shape is NULL",
            geopackage([*squares()[:3], ("031", None)]),
            rows=4,
            areas=areas(3, ["no_shape"], rejected=1),
        ),
        one(
            "bad_shape.gpkg",
            "a shape that is no shape",
            geopackage([*squares()[:3], ("031", b"GP\0\1nonsense")]),
            any_of=True,
            areas=areas(3, ["no_shape"], rejected=1),
        ),
        one(
            "table_only.gpkg",
            "a GeoPackage of a table without shapes",
            geopackage(squares(), has_shapes=False),
            rows=4,
            areas=refused("has a shape|no map|no areas"),
        ),
        one(
            "triggers.gpkg",
            "triggers and views, which are left alone",
            geopackage(squares(), more=harmless),
            **READ,
        ),
        one(
            "harm.gpkg",
            "a view that would load a program",
            geopackage(squares(), more=harm),
            any_of=True,
            **{**READ, **refused("cannot be read")},
        ),
        one(
            "odd_table.gpkg",
            "a layer with quotation marks and signs in its name",
            geopackage(squares(), table="the 'areas' & more; 2024"),
            **READ,
        ),
        one(
            "cut.gpkg",
            "a GeoPackage that was cut off",
            good[: len(good) // 2],
            **refused("cannot be read|damaged"),
        ),
        one(
            "zeros.gpkg",
            "a GeoPackage whose first bytes are zeros",
            bytes(100) + good[100:],
            **refused("not a .gpkg file"),
        ),
        one("empty.gpkg", "a GeoPackage of no bytes", b"", **refused("nothing|empty")),
        one(
            "no_gpkg.gpkg",
            "a database that is no GeoPackage",
            _plain_database(),
            any_of=True,
            **refused("cannot be read|holds no layer|no map|shape"),
        ),
    )


def _plain_database() -> bytes:
    import sqlite3

    db = sqlite3.connect(":memory:")
    db.executescript("PRAGMA page_size=512; CREATE TABLE x (a); INSERT INTO x VALUES (1);")
    data = db.serialize()
    db.close()
    return data


def _kml(body: str, head: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document>{body}</Document></kml>"
    )


def _placemarks(extended: bool = True, ks: Sequence[int] = range(4)) -> str:
    def one_mark(k: int) -> str:
        data = f'<ExtendedData><Data name="code"><value>{CODES[k]}</value></Data></ExtendedData>'
        return (
            f"<Placemark><name>{CODES[k]}</name>{data if extended else ''}<Polygon>"
            f"<outerBoundaryIs><LinearRing><coordinates>{_corners(k)}</coordinates></LinearRing>"
            "</outerBoundaryIs></Polygon></Placemark>"
        )

    return "".join(map(one_mark, ks))


def _google() -> tuple[Case, ...]:
    full = _kml(_placemarks())
    folders = (
        f"<Folder><name>North</name>{_placemarks(ks=(2, 3))}</Folder><Folder><name>South</name>"
        f"{_placemarks(ks=(0, 1))}</Folder>"
    )
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"
    laughs = '<!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
    entity = '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    late = " " * 5000
    return (
        text("good.kml", "KML of Google Earth", full, **READ),
        text(
            "names_only.kml",
            "KML with names and nothing else",
            _kml(_placemarks(False)),
            rows=4,
            areas=areas(4),
        ),
        text(
            "folders.kml",
            "KML in two folders: each is a layer, and that there is another one is told",
            _kml(folders),
            rows=2,
            layers=["North", "South"],
            told=["more_layers"],
            areas=areas(2, codes=["021", "031"]),
        ),
        text("link.kml", "KML that links to another file", _kml(link + _placemarks()), **READ),
        text(
            "laughs.kml",
            "entities that grow without end",
            _kml("<name>&c;</name>", laughs),
            **refused("not a .kml file|entities|unsafe|not safe"),
        ),
        text(
            "entity.kml",
            "an entity that would read a file of this computer",
            _kml("<name>&x;</name>" + _placemarks(), entity),
            **refused("not a .kml file|entities|unsafe|not safe"),
        ),
        text(
            "late_entity.kml",
            "an entity far behind the beginning",
            _kml("<name>&x;</name>" + _placemarks(), f"<!--{late}<kml>-->{entity}"),
            **refused("not a .kml file|entities|unsafe|not safe"),
        ),
        text(
            "cut.kml",
            "KML that was cut off",
            full[: len(full) // 2],
            any_of=True,
            **refused("cannot be read|damaged|cut"),
        ),
        text(
            "empty.kml",
            "KML without anything on it",
            _kml(""),
            any_of=True,
            **refused("holds no|is empty"),
        ),
        one(
            "good.kmz",
            "KMZ",
            zipped({"doc.kml": full.encode(), "files/icon.png": b"\x89PNG"}),
            **READ,
        ),
        one(
            "slip.kmz",
            "KMZ that would write outside its folder",
            zipped({"../../doc.kml": full.encode()}),
            **READ,
        ),
        one(
            "no_kml.kmz",
            "KMZ without a map",
            zipped({"readme.txt": b"Hello"}),
            **refused("holds no map", "."),
        ),
        one(
            "locked_laughs.kmz",
            "KMZ with entities that grow without end",
            zipped({"doc.kml": _kml("<name>&c;</name>", laughs).encode()}),
            **refused("not a .kml file|entities|unsafe|not safe"),
        ),
    )


def _gml(body: str, head: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n{head}<ogr:FeatureCollection '
        'xmlns:ogr="http://ogr.maptools.org/" xmlns:gml="http://www.opengis.net/gml">'
        f"{body}</ogr:FeatureCollection>"
    )


def _members() -> str:
    def member(k: int) -> str:
        ring = f"<gml:LinearRing><gml:coordinates>{_corners(k)}</gml:coordinates></gml:LinearRing>"
        return (
            f'<gml:featureMember><ogr:areas fid="areas.{k}"><ogr:geometryProperty>'
            f'<gml:Polygon srsName="EPSG:4326"><gml:outerBoundaryIs>{ring}</gml:outerBoundaryIs>'
            f"</gml:Polygon></ogr:geometryProperty><ogr:code>{CODES[k]}</ogr:code></ogr:areas>"
            "</gml:featureMember>"
        )

    return "".join(map(member, range(4)))


def _xml() -> tuple[Case, ...]:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    entity = '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    waypoints = "".join(
        f'<wpt lat="{lat}" lon="{lon}"><name>{name}</name></wpt>'
        for name, lat, lon in (("Acme", 42.36, -71.06), ("Bolt", 41.76, -72.67))
    )
    track = (
        '<trk><name>Tour</name><trkseg><trkpt lat="42.3" lon="-71"/><trkpt lat="42" lon="-72"/>'
        "</trkseg></trk>"
    )

    def gpx(body: str) -> str:
        return (
            '<?xml version="1.0"?>\n<gpx version="1.1" creator="x" '
            f'xmlns="http://www.topografix.com/GPX/1/1">{body}</gpx>'
        )

    return (
        text("good.gml", "GML", _gml(_members()), rows=4, areas=areas(4, code="code")),
        text(
            "laughs.gml",
            "GML with entities that grow without end",
            _gml("&b;" + _members(), laughs),
            **refused("not a .gml file|entities|unsafe|not safe"),
        ),
        text(
            "entity.gml",
            "GML that would read a file of this computer",
            _gml("&x;" + _members(), entity),
            **refused("not a .gml file|entities|unsafe|not safe"),
        ),
        text(
            "cut.gml",
            "GML that was cut off",
            _gml(_members())[:700],
            any_of=True,
            **refused("cannot be read|damaged|cut"),
        ),
        text(
            "places.gpx",
            "places kept by a satellite receiver",
            gpx(waypoints),
            rows=2,
            accounts={"n": 2, "units": ["09027", "09015"]},
            areas=refused("holds points, not areas"),
        ),
        text(
            "track.gpx",
            "a track of a satellite receiver",
            gpx(track),
            areas=refused("(lines|points), not areas"),
        ),
        text(
            "nothing.gpx",
            "a receiver's file without places",
            gpx(""),
            any_of=True,
            areas=refused("is empty|holds no"),
        ),
    )


def _mapinfo() -> tuple[Case, ...]:
    def region(k: int) -> str:
        corners = _corners(k, "\n", " ")
        return f"Region 1\n5\n{corners}\nPen (1,2,0)\nBrush (2,16777215)\n"

    head = (
        'Version 450\nCharset "WindowsLatin1"\nDelimiter ","\nCoordSys Earth Projection 1, 104\n'
        "Columns 2\n  code Char(10)\n  name Char(20)\nData\n\n"
    )
    mif = head + "".join(map(region, range(4)))
    mid = "".join(
        f'"{code}","{name}"\n'
        for code, name in zip(CODES, ("Köln", "Ulm", "Bonn", "Åre"), strict=True)
    )
    pair = {"mif/map.mif": mif.encode("cp1252"), "mif/map.mid": mid.encode("cp1252")}
    return (
        Case(
            "mif/map.mif",
            "MapInfo's interchange file",
            pair,
            {**READ, "cells": {"name": ["Köln", "Ulm", "Bonn", "Åre"]}},
        ),
        Case(
            "mif_alone/map.mif",
            "MapInfo's interchange file without its table",
            {"mif_alone/map.mif": mif.encode("cp1252")},
            {"any_of": True, **refused("cannot be read|without its table", r"\.mid|damaged")},
        ),
        Case("tab/map.tab", "a table of MapInfo", {}, READ),
        Case(
            "tab_alone/map.tab",
            "a table of MapInfo whose other parts are missing",
            {},
            refused("cannot be read|without", r"\.map|\.dat|damaged"),
        ),
    )


def _binary() -> tuple[Case, ...]:
    return (
        Case(
            "good.fgb",
            "FlatGeobuf, which orders its rows by place",
            {},
            {"rows": 4, "areas": areas(4)},
        ),
        Case(
            "cut.fgb",
            "FlatGeobuf that was cut off",
            {},
            {"any_of": True, **refused("cannot be read|damaged|holds no layer")},
        ),
        one(
            "no.fgb",
            "FlatGeobuf in name only",
            b"fgb\x03fgb\x00" + b"\xff" * 200,
            **refused("cannot be read|damaged|holds no layer"),
        ),
        Case("geodatabase.gdb.zip", "a zipped file geodatabase", {}, READ),
    )


CASES = (*_geopackages(), *_google(), *_xml(), *_mapinfo(), *_binary())
