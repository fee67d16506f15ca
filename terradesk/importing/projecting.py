"""Columns with coordinates in metres, and the grids that they may be of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from terradesk.i18n import _
from terradesk.plan import Plan, new_plan
from terradesk.readers import words
from terradesk.readers.placing.placer import Placer
from terradesk.readers.placing.points import grids
from terradesk.readers.placing.projected import look_projected
from terradesk.readers.recognising import ColumnGuess
from terradesk.readers.tables import Table
from terradesk.readers.tabular.numbers import numbers
from terradesk.readers.tabular.text_columns import some_cells
from terradesk.units import empty_units

_EAST = """
    x; easting; east; eastings; e; coord x; x coord; x coordinate; xcoord; pos x; lambert x;
    sweref e;
    sweref99 e; rt90 y; rechtswert; ostwert; hw rechts; wspolrzedna x; wsp x; x 1992; x 2000;
    coordonnee x; utm x; utm e; ost; est; طول"""
_NORTH = """
    y; northing; north; northings; n; coord y; y coord; y coordinate; ycoord; pos y; lambert y;
    sweref n; sweref99 n; rt90 x; hochwert; nordwert; wspolrzedna y; wsp y; y 1992; y 2000;
    coordonnee y; utm y; utm n; nord; عرض"""
_SAMPLE = 2000
_MOST = 12
_WORLD = "EPSG:6933"


def world_plan() -> Plan:
    """A plan without areas, for accounts anywhere."""
    return new_plan(_WORLD, empty_units(), None)


def with_metres(table: Table, guesses: list[ColumnGuess]) -> list[ColumnGuess]:
    """The guesses with the columns of coordinates in metres, where degrees were not found.

    Parameters
    ----------
    table : Table
    guesses : list of ColumnGuess
    """
    if any(guess.role in ("lat", "lon") for guess in guesses):
        return guesses
    east, north = _named(guesses, _EAST), _named(guesses, _NORTH)
    if not east or not north or east == north:
        return guesses
    if not look_projected(*_sample(table, east, north)):
        return guesses
    roles = {east: "lon", north: "lat"}
    return [replace(one, role=roles.get(one.name, one.role)) for one in guesses]


def options(table: Table, lon: str, lat: str, plan: Plan | None) -> tuple[tuple[str, str], ...]:
    """Grids to choose from, the likeliest first; empty when the columns hold degrees.

    Parameters
    ----------
    table : Table
    lon, lat : str
        Columns of the easting and the northing.
    plan : Plan or None
        That the points should lie in.
    """
    x, y = _sample(table, lon, lat)
    if not look_projected(x, y):
        return ()
    found = grids(Placer(plan if plan is not None else world_plan()), x, y)
    usual = found[0].name if found else _("not known")
    first = ("", _("As recognised: {name}").format(name=usual))
    return (first, *((one.crs, f"{one.name} ({one.crs})") for one in found[:_MOST]))


def _named(guesses: Sequence[ColumnGuess], entries: str) -> str:
    ranked = [(words.rank(one.name, entries), one.name) for one in guesses]
    known = [(place, name) for place, name in ranked if place is not None]
    return min(known)[1] if known else ""


def _sample(table: Table, lon: str, lat: str) -> tuple[np.ndarray, np.ndarray]:
    x, _bad = numbers(some_cells(table.columns, lon, _SAMPLE), table.decimal)
    y, _bad = numbers(some_cells(table.columns, lat, _SAMPLE), table.decimal)
    return x, y
