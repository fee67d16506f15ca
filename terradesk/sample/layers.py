"""Units of the built-in maps, read from the resources."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import numpy as np

from terradesk import paths
from terradesk.arcs.wkb import wkb_of_geopackage
from terradesk.sample.catalogue import AMOUNTS, BuiltInMap
from terradesk.sample.tables import column, table, texts
from terradesk.units import Units

SOURCE_CRS = "EPSG:4326"

_EMPTY = 16  # flag of a GeoPackage geometry header
_CODE_AND_NAME = {
    "county": ("fips", "name"),
    "state": ("fips", "name"),
    "se_kommun": ("kommun_kod", "kommun"),
    "se_lan": ("lan_kod", "lan"),
}
_TOO_SMALL = {"51610": "51059"}  # Falls Church has lost its shape; Fairfax County is around it
_VIRGINIAN_CITIES = ("515", "516", "517", "518")
_CITIES = ("24510", "29510", *_VIRGINIAN_CITIES)  # independent, beside counties of the same name

Row = dict[str, Any]


def read_units(built_in: BuiltInMap) -> Units:
    """Units of a built-in map in the order of their codes, geometry in degrees."""
    rows = _features(built_in.source, built_in.layer)
    if built_in.layer == "county":
        rows = _named_counties(_with_shape(rows))
    elif built_in.layer == "state":
        rows = _with_sums(rows, _features(built_in.source, "county"))
    elif built_in.layer not in _CODE_AND_NAME:
        rows = _in_own_language(rows, built_in.layer)
    if not built_in.variant_of:
        rows = [row for row in rows if not is_outlying(built_in, row["code"])]
    rows.sort(key=lambda row: row["code"])
    return Units(
        codes=texts(row["code"] for row in rows),
        names=texts(row["name"] for row in rows),
        columns={name: column([row[name] for row in rows]) for name in built_in.columns},
        source=np.array([row["wkb"] for row in rows], object),
        source_crs=SOURCE_CRS,
    )


def is_outlying(built_in: BuiltInMap, code: str) -> bool:
    """Whether an area is one of the far parts that the projection does not fit."""
    return bool(built_in.outlying) and code.startswith(built_in.outlying)


def _features(source: str, layer: str) -> list[Row]:
    """Rows of a layer with ``code``, ``name`` and ``wkb``; ``wkb`` None for an empty shape."""
    code, name = _CODE_AND_NAME.get(layer, ("id", "name"))
    uri = f"{paths.resource(source).resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as file:
        file.row_factory = sqlite3.Row
        found = [dict(row) for row in file.execute(f'SELECT * FROM "{layer}"')]
    return [
        {**row, "code": row[code], "name": row[name], "wkb": _wkb(row["geom"])} for row in found
    ]


def _wkb(blob: bytes) -> bytes | None:
    """Well-known binary inside a GeoPackage geometry, None for an empty one."""
    return None if blob[3] & _EMPTY else wkb_of_geopackage(blob)


def _with_shape(rows: list[Row]) -> list[Row]:
    """Areas that have a shape; the figures of the others count where they lie."""
    by_code = {row["code"]: row for row in rows}
    for code, around in _TOO_SMALL.items():
        for name in AMOUNTS:
            by_code[around][name] += by_code[code][name] or 0
    return [row for row in rows if row["wkb"] is not None]


def _named_counties(rows: list[Row]) -> list[Row]:
    """Names that tell counties apart: Fairfax, VA and Fairfax city, VA."""
    letters = {row["fips"]: row["code"] for row in table("us_states.csv")}
    taken = {(row["state_fips"], row["name"]) for row in rows if not _is_city(row["code"])}
    for row in rows:
        needs = _is_city(row["code"]) and (row["state_fips"], row["name"]) in taken
        row["name"] = f"{row['name']}{' city' if needs else ''}, {letters[row['state_fips']]}"
    return rows


def _is_city(code: str) -> bool:
    return bool(code.startswith(_CITIES))


def _with_sums(states: list[Row], counties: list[Row]) -> list[Row]:
    """States with the sums of their counties."""
    for state in states:
        own = [row for row in counties if row["state_fips"] == state["code"]]
        for name in AMOUNTS:
            known = [row[name] for row in own if row[name] is not None]
            state[name] = sum(known) if known else None
    return states


def _in_own_language(rows: list[Row], layer: str) -> list[Row]:
    """Official codes and own names instead of technical ids and English names."""
    own = {row["id"]: row for row in table("region_names.csv") if row["layer"] == layer}
    return [{**row, "code": own[row["id"]]["code"], "name": own[row["id"]]["name"]} for row in rows]
