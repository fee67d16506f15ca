"""Shapefiles with parts that are missing or wrong, and archives of them."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from tests.data.cases.case import Case, one, refused, zipped
from tests.data.cases.maps import CODES, areas, ring
from tests.data.cases.shapefile import (
    DEGREES,
    LAEA,
    POINT,
    POLYGON_M,
    POLYGON_Z,
    dbf,
    shape,
    shp_shx,
)

NAMES = ("Köln", "Évry", "Åre", "Münster")
RINGS = tuple(ring(x, y)[::-1] for y in (50, 51) for x in (10, 11))
Parts = dict[str, bytes]


def parts(
    shapes: Sequence[bytes] | None = None,
    kind: int = 5,
    encoding: str = "utf-8",
    cpg: str | None = "UTF-8",
    prj: str | None = DEGREES,
    **table: Any,
) -> Parts:
    """The parts of a shapefile of four squares by their suffixes."""
    shapes = [shape([r]) for r in RINGS] if shapes is None else shapes
    shp, shx = shp_shx(shapes, kind)
    columns = {"CODE": CODES[: len(shapes)], "NAME": NAMES[: len(shapes)]}
    out = {".shp": shp, ".shx": shx, ".dbf": dbf(columns, encoding, **table)}
    out.update({".prj": prj.encode()} if prj else {})
    out.update({".cpg": cpg.encode()} if cpg else {})
    return out


def shapefile(folder: str, trouble: str, made: Mapping[str, bytes], **wish: Any) -> Case:
    """A case of a shapefile in a folder of its own; four areas are to come if nothing is said."""
    if "refused" not in wish:
        wish = {"rows": 4, "areas": areas(4, codes=list(CODES)), **wish}
    files = {f"{folder}/map{suffix}": data for suffix, data in made.items()}
    first = next(name for name in files if name.lower().endswith(".shp"))
    return Case(first, trouble, files, wish)


def without(made: Parts, *suffixes: str) -> Parts:
    """Parts but for some."""
    return {suffix: data for suffix, data in made.items() if suffix not in suffixes}


def _parts() -> tuple[Case, ...]:
    good = parts()
    names = {"cells": {"NAME": list(NAMES)}}
    far = parts([shape([[[4e6 + x * 1e4, 3e6 + y * 1e4] for x, y in r]]) for r in RINGS], prj=LAEA)
    capital = {suffix.upper(): data for suffix, data in good.items()}
    odd = {**good, ".prj": b'GEOGCS["Some local thing",DATUM["x"]]'}
    return (
        shapefile("shp_good", "nothing wrong", good, **names),
        shapefile(
            "shp_no_dbf", "no .dbf", without(good, ".dbf"), areas=areas(4), told=["no_table"]
        ),
        shapefile("shp_no_shx", "no .shx", without(good, ".shx"), told=["index_rebuilt"], **names),
        shapefile(
            "shp_alone", "the .shp alone", {".shp": good[".shp"]}, areas=areas(4), told=["no_table"]
        ),
        shapefile(
            "shp_no_prj",
            "no .prj, coordinates in degrees",
            without(good, ".prj"),
            areas=areas(4, ["crs_guessed"]),
        ),
        shapefile(
            "shp_no_prj_metres",
            "no .prj, coordinates in metres",
            without(far, ".prj"),
            areas=refused("does not say its coordinate system", r"\.prj"),
        ),
        shapefile("shp_metres", "metres of Europe, with their .prj", far),
        shapefile(
            "shp_prj_said",
            "no .prj, its system chosen by hand",
            without(far, ".prj"),
            reading={"crs": "EPSG:3035"},
        ),
        shapefile(
            "shp_odd_prj", "a .prj that nobody understands", odd, areas=areas(4, ["crs_guessed"])
        ),
        shapefile(
            "shp_empty_prj",
            "a .prj of no bytes",
            {**good, ".prj": b""},
            areas=areas(4, ["crs_guessed"]),
        ),
        shapefile("shp_capitals", "suffixes in capital letters", capital, **names),
        shapefile(
            "shp_wrong_shx",
            "a .shx of another map",
            {**good, ".shx": shp_shx([shape([RINGS[0], RINGS[1]])] * 4)[1]},
            **names,
        ),
        shapefile(
            "shp_short_shx",
            "a .shx with half of the shapes",
            {**good, ".shx": shp_shx([shape([r]) for r in RINGS[:2]])[1]},
            **names,
        ),
        shapefile(
            "shp_long_dbf",
            "more rows in the table than shapes",
            {**good, ".dbf": dbf({"CODE": [*CODES, "041"], "NAME": [*NAMES, "Ulm"]}, "utf-8")},
            rows=4,
            told=["no_shape"],
            areas=areas(4, codes=list(CODES)),
        ),
        shapefile(
            "shp_short_dbf",
            "fewer rows in the table than shapes",
            {**good, ".dbf": dbf({"CODE": CODES[:3], "NAME": NAMES[:3]}, "utf-8")},
            rows=4,
            areas=areas(4, code="CODE"),
        ),
        shapefile(
            "shp_deleted",
            "a row of the table that is marked as deleted",
            parts(deleted=[1]),
            rows=3,
            areas=areas(3, codes=["001", "021", "031"]),
        ),
        shapefile(
            "shp_cut",
            "a .shp that was cut off",
            {**good, ".shp": good[".shp"][:350]},
            any_of=True,
            areas=areas(1, ["no_shape"], rejected=3),
        ),
        shapefile(
            "shp_cut_dbf",
            "a .dbf that was cut off",
            {**good, ".dbf": good[".dbf"][:-30]},
            any_of=True,
            areas={"at_most": 4},
        ),
        shapefile(
            "shp_no_rows",
            "a shapefile without rows",
            parts([]),
            rows=0,
            areas=refused("is empty", "another layer or file"),
        ),
    )


def _texts() -> tuple[Case, ...]:
    names = {"cells": {"NAME": list(NAMES)}}
    polish = dbf({"CODE": CODES, "NAME": ("Łódź", "Żary", "Śrem", "Kęty")}, "cp1250", page=0xC8)
    return (
        shapefile(
            "shp_no_cpg", "no .cpg, texts of Windows", parts(encoding="cp1252", cpg=None), **names
        ),
        shapefile("shp_no_cpg_utf8", "no .cpg, texts in UTF-8", parts(cpg=None), **names),
        shapefile(
            "shp_page",
            "no .cpg, but a code page in the table",
            {**without(parts(), ".cpg"), ".dbf": polish},
            cells={"NAME": ["Łódź", "Żary", "Śrem", "Kęty"]},
        ),
        shapefile(
            "shp_lying_cpg",
            "a .cpg that says UTF-8 of texts of Windows",
            parts(encoding="cp1252", cpg="UTF-8"),
            told=["encoding"],
            **names,
        ),
        shapefile(
            "shp_lying_cpg_2",
            "a .cpg that says Windows of texts in UTF-8",
            parts(encoding="utf-8", cpg="1252"),
            told=["encoding"],
            **names,
        ),
        shapefile("shp_mad_cpg", "a .cpg that names no encoding", parts(cpg="klingon"), **names),
        shapefile(
            "shp_numbers",
            "codes as numbers, zeros lost",
            parts(numeric=["CODE"]),
            areas=areas(4, code="CODE", codes=["1", "11", "21", "31"]),
        ),
    )


def _shapes() -> tuple[Case, ...]:
    squares = [shape([r]) for r in RINGS]
    bow = shape([[[10, 51], [11, 52], [11, 51], [10, 52], [10, 51]]])
    nan = shape([[[10, 51], [10, 52], [float("nan"), 52], [11, 51], [10, 51]]])
    huge = shape([[[10, 51], [10, 52], [1e308, 1e308], [11, 51], [10, 51]]])
    liar = struct.pack("<i4d2i", 5, 10, 50, 11, 51, 1, 2_000_000_000) + bytes(80)
    return (
        shapefile(
            "shp_null",
            "a shape that is null",
            parts([*squares[:2], shape(None), squares[3]]),
            areas=areas(3, ["no_shape"], rejected=1, codes=["001", "011", "031"]),
        ),
        shapefile(
            "shp_z",
            "shapes with heights",
            parts([shape([r], POLYGON_Z) for r in RINGS], POLYGON_Z),
            areas=areas(4, ["flattened"]),
        ),
        shapefile(
            "shp_m",
            "shapes with measures",
            parts([shape([r], POLYGON_M) for r in RINGS], POLYGON_M),
        ),
        shapefile(
            "shp_bow_tie",
            "a shape that crosses itself",
            parts([*squares[:2], bow, squares[3]]),
            areas=areas(4, ["repaired"], repaired_at_least=1),
        ),
        shapefile(
            "shp_nan",
            "a corner that is no number",
            parts([*squares[:2], nan, squares[3]]),
            any_of=True,
            areas={"at_most": 4},
        ),
        shapefile(
            "shp_huge",
            "a corner at 1e308",
            parts([*squares[:2], huge, squares[3]]),
            any_of=True,
            areas={"at_most": 3},
        ),
        shapefile(
            "shp_liar",
            "a shape that claims two thousand million corners",
            parts([*squares[:3], liar]),
            any_of=True,
            areas=areas(3, rejected=1),
        ),
        shapefile(
            "shp_points",
            "points instead of areas",
            parts([shape([[[10.5 + k, 50.5]]], POINT) for k in range(4)], POINT),
            areas=refused("holds points, not areas"),
        ),
    )


def _archives() -> tuple[Case, ...]:
    good = {f"map{suffix}": data for suffix, data in parts().items()}
    read = {"rows": 4, "areas": areas(4, codes=list(CODES))}

    def within(folder: str, files: Mapping[str, bytes] = good) -> Parts:
        return {folder + name: data for name, data in files.items()}

    other = {name.replace("map", "other"): data for name, data in good.items()}
    bomb = zipped({**good, "more.geojson": b" " * (60 << 20)}, zipfile.ZIP_BZIP2)
    locked = bytearray(zipped(good))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = locked.find(mark)
        while at >= 0:
            locked[at + offset] |= 1
            at = locked.find(mark, at + 4)
    return (
        one("map.zip", "a zipped shapefile", zipped(good), **read),
        one("folder.zip", "a zipped shapefile in folders", zipped(within("a/b c/ü/")), **read),
        one("backslash.zip", "folders with backslashes", zipped(within("a\\b\\")), **read),
        one(
            "mac.zip",
            "a zip of a Mac, with its hidden doubles",
            zipped({**good, **{f"__MACOSX/._{n}": b"\0\5\x16\7" for n in good}}),
            **read,
        ),
        one(
            "two_maps.zip",
            "two maps in one zip: the first is taken, both are offered",
            zipped({**good, **other}),
            layers=["map", "other"],
            **read,
        ),
        one(
            "second_map.zip",
            "the second of two maps was asked for",
            zipped({**good, **other}),
            reading={"layer": "other"},
            **read,
        ),
        one(
            "no_such_layer.zip",
            "a layer that is not there was asked for",
            zipped(good),
            reading={"layer": "counties"},
            **refused("has no layer .*counties", "map"),
        ),
        one(
            "no_map.zip",
            "a zip without a map",
            zipped({"photo.jpg": b"Hello"}),
            **refused("holds no map", "shapefile"),
        ),
        one(
            "only_readme.zip",
            "a zip with a text that is no table",
            zipped({"readme.txt": b"Hello"}),
            **refused("readme.txt.* has no rows", "another file"),
        ),
        one("nothing.zip", "an empty zip", zipped({}), **refused("holds no map|empty")),
        one(
            "no_dbf.zip",
            "a zipped shapefile without its .dbf",
            zipped({n: d for n, d in good.items() if ".dbf" not in n}),
            rows=4,
            told=["no_table"],
            areas=areas(4),
        ),
        one(
            "slip.zip",
            "a zip that would write outside its folder",
            zipped(within("../../../tmp/")),
            **read,
        ),
        one(
            "bomb.zip",
            "a zip that unpacks to a thousand times its size",
            bomb,
            **refused("not safe", "trust"),
        ),
        one(
            "locked.zip",
            "a zip with a password",
            bytes(locked),
            **refused("protected with a password", "[Rr]emove"),
        ),
        one("cut.zip", "a zip that was cut off", zipped(good)[:700], **refused("damaged")),
        one(
            "within.zip",
            "a zip within a zip",
            zipped({"map.zip": zipped(good)}),
            any_of=True,
            **read,
        ),
        one("no_zip.zip", "a text named .zip", b"Hello planner", **refused("not a .zip file")),
    )


CASES = (*_parts(), *_texts(), *_shapes(), *_archives())
