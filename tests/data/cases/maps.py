"""Maps in JSON: GeoJSON, one feature a line, TopoJSON; coordinate systems and codes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.data.cases.case import Case, as_json, one, refused, text

Ring = list[list[float]]
Shape = Mapping[str, Any] | None


def ring(x: float, y: float, width: float = 1.0, height: float = 1.0) -> Ring:
    """A rectangle, anticlockwise and closed."""
    return [[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]]


def polygon(*rings: Ring) -> dict[str, Any]:
    """A polygon of an outer ring and holes."""
    return {"type": "Polygon", "coordinates": list(rings)}


SQUARES = tuple(polygon(ring(x, y)) for y in (50, 51) for x in (10, 11))
CODES = ("001", "011", "021", "031")
NAMES = ("Åre", "Évry", "Łódź", "Köln")


def collection(
    shapes: Sequence[Shape], codes: Sequence[Any] = CODES, **members: Any
) -> dict[str, Any]:
    """A collection of features with a code and a name each."""
    return {
        "type": "FeatureCollection",
        **members,
        "features": [
            {
                "type": "Feature",
                "properties": {"code": code, "name": f"Area {k}"},
                "geometry": shape,
            }
            for k, (shape, code) in enumerate(zip(shapes, codes, strict=False))
        ],
    }


def geojson(
    file: str,
    trouble: str,
    shapes: Sequence[Shape],
    codes: Sequence[Any] = CODES,
    members: Mapping[str, Any] | None = None,
    **wish: Any,
) -> Case:
    """A case of a GeoJSON file; as many areas as shapes are to come if nothing else is said."""
    made = collection(shapes, codes, **(members or {}))
    wish = {
        "rows": len(shapes),
        **({} if "refused" in wish else {"areas": {"n": len(shapes)}}),
        **wish,
    }
    return one(file, trouble, as_json(made), **wish)


def areas(n: int, told: Sequence[str] = (), **more: Any) -> dict[str, Any]:
    """The wish for areas that come out."""
    return {"n": n, "told": list(told), **more}


def _crs(name: str) -> dict[str, Any]:
    return {"crs": {"type": "name", "properties": {"name": name}}}


def _files() -> tuple[Case, ...]:
    good = as_json(collection(SQUARES))
    link = {
        "crs": {"type": "link", "properties": {"href": "http://127.0.0.1:9/x", "type": "proj4"}}
    }
    deep = '{"type":"FeatureCollection","x":' + "[" * 10_000 + "]" * 10_000 + ',"features":[]}'
    deep_shape = '{"type":"Polygon","coordinates":' + "[" * 10_000 + "]" * 10_000 + "}"
    lines = b"\n".join(as_json(f) for f in collection(SQUARES)["features"])
    merged = {"type": "Feature", "properties": {"code": "1"}, "geometry": SQUARES[0]}
    esri = {
        "geometryType": "esriGeometryPolygon",
        "spatialReference": {"wkid": 4326},
        "features": [{"attributes": {"code": "1"}, "geometry": {"rings": [ring(10, 50)]}}],
    }
    read = {"rows": 4, "areas": areas(4, codes=list(CODES))}
    return (
        one(
            "good.geojson",
            "nothing wrong",
            good,
            rows=4,
            areas=areas(4, codes=list(CODES), names=[f"Area {k}" for k in range(4)]),
        ),
        one("bom.geojson", "a byte order mark in front", b"\xef\xbb\xbf" + good, **read),
        one(
            "wrong_byte_in_name.geojson",
            "a byte that is no UTF-8 in the name of the layer",
            b'{"name":"\x80 areas",' + good[1:],
            any_of=True,
            **read,
        ),
        one(
            "utf16.geojson",
            "JSON as UTF-16",
            good.decode().encode("utf-16"),
            **refused("UTF-16|not a .geojson", "UTF-8|export"),
        ),
        one(
            "crs_link.geojson",
            "a coordinate system by a web address",
            as_json(collection(SQUARES, CODES, **link)),
            told=["crs_link"],
            **read,
        ),
        one(
            "cut.geojson",
            "JSON that was cut off",
            good[: len(good) // 2],
            **refused("cannot be read|damaged|cut"),
        ),
        text(
            "deep.geojson",
            "JSON nested 10,000 deep",
            deep,
            **refused("cannot be read|deep|nested|holds no"),
        ),
        text(
            "deep_shape.geojson",
            "coordinates nested 10,000 deep",
            deep_shape,
            **refused("cannot be read|deep|nested|shape|holds no"),
        ),
        text(
            "no_features.geojson",
            "a collection without features",
            '{"type":"FeatureCollection","features":[]}',
            rows=0,
            areas=refused("is empty|holds no", "[Cc]hoose another"),
        ),
        text(
            "settings.json",
            "JSON that is no map",
            '{"name":"app","version":3,"list":[1,2]}',
            **refused("no map|cannot be read"),
        ),
        text(
            "page.geojson",
            "a web page named .geojson",
            "<!DOCTYPE html><html><body>404</body></html>",
            **refused("not a .geojson file|web page"),
        ),
        text(
            "address.geojson",
            "a web address in place of a map",
            "https://example.com/map.geojson",
            **refused("not a .geojson file.*plain text"),
        ),
        text("empty.geojson", "a map of no bytes", "", **refused("nothing|empty")),
        one(
            "one_feature.geojson",
            "one feature without a collection",
            as_json(merged),
            rows=1,
            areas=areas(1, codes=["1"]),
        ),
        one(
            "one_shape.geojson",
            "a shape alone, without code or name",
            as_json(SQUARES[0]),
            rows=1,
            areas=areas(1, codes=["1"]),
        ),
        one(
            "esri.json",
            "JSON of an ArcGIS server",
            as_json(esri),
            fenced=True,
            **refused("cannot be read|ArcGIS", "GeoJSON|damaged"),
        ),
        one("lines.geojsonl", "one feature a line", lines, **read),
        one(
            "sequence.geojsonl",
            "features each after a record separator",
            b"\x1e" + lines.replace(b"\n", b"\n\x1e"),
            **read,
        ),
        one(
            "broken_line.geojsonl",
            "one feature a line, one of them damaged",
            lines.replace(b'"021"', b'"021', 1),
            rows=3,
            rejected=1,
            told=["broken_line"],
            areas=areas(3, rejected=1, codes=["001", "011", "031"]),
        ),
    )


def _crs_cases() -> tuple[Case, ...]:
    metres = [polygon([[x * 1e5, y * 1e5] for x, y in s["coordinates"][0]]) for s in SQUARES]
    mercator = [
        polygon([[x * 111319.49, (y - 44) * 1.6e5 + 5.4e6] for x, y in s["coordinates"][0]])
        for s in SQUARES
    ]
    return (
        geojson(
            "crs84.geojson",
            "longitude and latitude by their OGC name",
            SQUARES,
            members=_crs("urn:ogc:def:crs:OGC:1.3:CRS84"),
        ),
        geojson(
            "mercator.geojson",
            "metres of a web map, and said so",
            mercator,
            members=_crs("urn:ogc:def:crs:EPSG::3857"),
        ),
        geojson(
            "metres_as_degrees.geojson",
            "metres that are said to be degrees",
            metres,
            areas=refused("not degrees", "coordinate system"),
        ),
        geojson(
            "metres_chosen.geojson",
            "metres without a name, the system chosen by hand",
            mercator,
            reading={"crs": "EPSG:3857"},
        ),
        geojson(
            "degrees_as_metres.geojson",
            "degrees that are said to be metres",
            SQUARES,
            members=_crs("urn:ogc:def:crs:EPSG::3857"),
            areas=areas(4, ["crs_guessed"]),
        ),
        geojson(
            "unknown_crs.geojson",
            "a coordinate system that does not exist",
            SQUARES,
            members=_crs("urn:ogc:def:crs:EPSG::999999"),
            areas=areas(4),
        ),
        geojson(
            "bad_crs_chosen.geojson",
            "a coordinate system by hand that does not exist",
            SQUARES,
            reading={"crs": "EPSG:999999"},
            areas=refused("coordinate system", "EPSG|[Cc]hoose"),
        ),
        geojson(
            "swapped.geojson",
            "latitude before longitude, beyond the poles",
            [polygon([[y, x + 85] for x, y in s["coordinates"][0]]) for s in SQUARES],
            areas=areas(4, ["swapped"]),
        ),
    )


def _codes() -> tuple[Case, ...]:
    return (
        geojson(
            "double_codes.geojson",
            "a code twice",
            SQUARES,
            ("001", "011", "001", "031"),
            areas={
                "code": "code",
                **refused("1 code belongs to more than one area: .*001", "Choose another|join"),
            },
        ),
        geojson(
            "joined_codes.geojson",
            "a code twice, both areas joined on request",
            SQUARES,
            ("001", "011", "001", "031"),
            areas=areas(3, grouped=1, code="code", options={"joins": True}),
        ),
        geojson(
            "padded_codes.geojson",
            "codes with spaces around them",
            SQUARES,
            ("001 ", " 011", "021\u00a0", "031"),
            areas=areas(4, codes=list(CODES)),
        ),
        geojson(
            "no_code.geojson",
            "an area without a code",
            SQUARES,
            ("001", None, "021", "031"),
            areas=areas(4, ["no_code"], code="code", codes=["001", "#2", "021", "031"]),
        ),
        geojson(
            "number_codes.geojson",
            "codes as numbers",
            SQUARES,
            (1001, 1003, 1005, 1007),
            areas=areas(4, code="code", codes=["1001", "1003", "1005", "1007"]),
        ),
        geojson(
            "float_codes.geojson",
            "codes as decimal numbers",
            SQUARES,
            (1001.0, 1003.0, 1005.0, 1007.0),
            areas=areas(4, code="code", codes=["1001", "1003", "1005", "1007"]),
        ),
        geojson(
            "mixed_codes.geojson",
            "codes as numbers and as texts",
            SQUARES,
            (1, "011", 21, "A"),
            areas=areas(4, code="code", codes=["1", "011", "21", "A"]),
        ),
        geojson(
            "long_codes.geojson",
            "codes of 18 digits",
            SQUARES,
            tuple(900000000000000001 + k for k in range(4)),
            areas=areas(4, code="code", codes=[str(900000000000000001 + k) for k in range(4)]),
        ),
        geojson(
            "nested_codes.geojson",
            "a list and an object for codes",
            SQUARES,
            (["a", 1], {"x": 2}, "021", "031"),
            areas=areas(4),
        ),
    )


def _topojson() -> tuple[Case, ...]:
    arcs = [
        [[11, 51], [11, 50], [10, 50], [10, 51]],
        [[11, 51], [10, 51]],
        [[10, 51], [10, 52], [11, 52], [11, 51]],
    ]
    shapes = [
        {"type": "Polygon", "arcs": [[0, -2]], "properties": {"code": "001"}},
        {"type": "Polygon", "arcs": [[1, 2]], "properties": {"code": "021"}},
    ]
    topology = {
        "type": "Topology",
        "arcs": arcs,
        "objects": {"areas": {"type": "GeometryCollection", "geometries": shapes}},
    }
    lost = json.loads(json.dumps(topology))
    lost["arcs"] = arcs[:1]
    packed = {
        **topology,
        "transform": {"scale": [0.01, 0.01], "translate": [10, 50]},
        "arcs": [
            [[100, 100], [0, -100], [-100, 0], [0, 100]],
            [[100, 100], [-100, 0]],
            [[0, 100], [0, 100], [100, 0], [0, -100]],
        ],
    }
    wish = {"rows": 2, "areas": areas(2, codes=["001", "021"])}
    return (
        one(
            "plain.topojson",
            "TopoJSON, which never says its coordinate system",
            as_json(topology),
            **wish,
        ),
        one("packed.topojson", "TopoJSON with packed coordinates", as_json(packed), **wish),
        one("topology.json", "TopoJSON named .json", as_json(topology), **wish),
        one(
            "lost_arcs.topojson",
            "TopoJSON whose borders are missing",
            as_json(lost),
            any_of=True,
            areas={"at_most": 1},
        ),
    )


CASES = (*_files(), *_crs_cases(), *_codes(), *_topojson())
