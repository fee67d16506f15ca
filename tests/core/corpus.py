"""Files of the corpus held against what should come of them.

The keys of a wish (``tests/data/corpus.json``):

reading
    What is chosen by hand, see `terradesk.importing.Reading`.
refused, hint
    Patterns: the file cannot be read, with this message and hint.
rows, rejected
    Rows of the table, and those that were left out by then (0).
columns, n_columns, cells, kinds
    Names of the columns, how many, the first cells of some (by name or place), what they are.
delimiter, decimal, is_encoding, layers
    As found.
told
    Kinds of issues that have to be among those of the reading.
accounts
    What comes of it in the plan of `cells_plan`: ``units`` of the accounts ("" for none), ``n``,
    ``grouped``, ``rejects``, ``unplaced``, ``ids``, ``columns`` of figures, ``told``; ``roles`` and
    ``options`` are chosen by hand; or ``refused`` and ``hint``.
areas
    What comes of it as a new plan: ``n``, ``codes``, ``grouped``, ``rejected``, ``told``,
    ``names``, ``at_most``, ``repaired_at_least``, ``most_km2``, ``largest_to_smallest``; ``code``
    and ``options`` are chosen by hand; or ``refused`` and ``hint``.
alignment
    What it makes of the territories of the plan of `cells_plan`: ``territories`` with their units,
    ``one_of`` the names that a unit may have, ``rejected``, ``told``.
owners
    What a ``column`` of the accounts makes: ``territories`` by unit, how many ``exceptions``.
any_of
    The file may be refused as well; whatever happens, it is told.
fenced
    It has to be read behind the fence, in a worker of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import shapely

from terradesk import projection
from terradesk.arcs import build
from terradesk.edits.arrivals import preview
from terradesk.errors import TerraDeskError
from terradesk.importing import Choices, Reading, Source, read_source
from terradesk.importing.kinds.accounts import KIND as ACCOUNTS
from terradesk.importing.kinds.alignment import KIND as ALIGNMENT
from terradesk.importing.kinds.areas import KIND as AREAS
from terradesk.importing.kinds.owners import KIND as OWNERS
from terradesk.importing.kinds.owners import column_source
from terradesk.plan import Plan, new_plan
from terradesk.readers import ImportReport, recognise
from terradesk.units import Units
from tests.data.make_corpus import FOLDER

Wish = Mapping[str, Any]

READING_KEYS = (
    "rows",
    "rejected",
    "columns",
    "n_columns",
    "cells",
    "kinds",
    "delimiter",
    "decimal",
)
MADE_KEYS = ("n", "told", "grouped", "codes", "names", "one_of", "refused", "hint")
KEYS = {
    "": {
        *("reading", "refused", "hint", "told", "is_encoding", "layers", "any_of", "fenced"),
        *("accounts", "areas", "alignment", "owners"),
        *READING_KEYS,
    },
    "accounts": {
        *("units", "rejects", "unplaced", "ids", "columns", "roles", "options"),
        *MADE_KEYS,
    },
    "areas": {
        *("rejected", "repaired_at_least", "most_km2", "at_most", "largest_to_smallest"),
        *("code", "options"),
        *MADE_KEYS,
    },
    "alignment": {"territories", "one_of", "rejected", "told", "options"},
    "owners": {"column", "territories", "exceptions", "told"},
}
"""What a wish, and each part of it, may say."""

_PYTHON = re.compile(
    r"Traceback|[a-z]Error\b|[a-z]Exception|NoneType|\bNone\b(?! of)|\bnan\b|object at 0x|<class"
    r"|dtype|ndarray|\bcodec\b|utf-8' |bytes?\[|\{\w*\}|/tmp/|/work/|site-packages"
)
_ALIGNMENT = 3  # the first one of a new plan
WEST, SOUTH, ACROSS, UP = -75, 40, 5, 4


@cache
def cells_plan() -> Plan:
    """Twenty areas of one degree in New England, see ``tests/data/cases/customers.py``."""
    x, y = np.meshgrid(np.arange(ACROSS) + WEST, np.arange(UP) + SOUTH)
    boxes = shapely.segmentize(shapely.box(x.ravel(), y.ravel(), x.ravel() + 1, y.ravel() + 1), 0.1)
    crs = projection.equal_area_crs(*projection.lonlat_extent(boxes, projection.LONLAT))
    n = len(boxes)
    codes, names = np.empty((2, n), object)
    codes[:] = [f"{9001 + 2 * k:05d}" for k in range(n)]
    names[:] = [f"Cell {k}" for k in range(n)]
    source = np.array(shapely.to_wkb(boxes), object)
    units = Units(codes, names, source=source, source_crs=projection.LONLAT)
    return new_plan(crs, units, build(projection.to_plan(boxes, projection.LONLAT, crs)))


def differences(file: str, wish: Wish) -> list[str]:
    """What is not as it should be, each in one line."""
    try:
        source = read_source(FOLDER / file, Reading(**wish.get("reading", {})))
        found = _reading(source, wish)
    except TerraDeskError as error:
        if "refused" not in wish:
            told = spoken(error, file)
            return told if wish.get("any_of") else [f"refused: {error} | {error.hint}", *told]
        return _refusal(error, wish, file)
    if "refused" in wish and not wish.get("any_of"):
        return [f"read, not refused: {len(source.rows)} rows, {list(source.rows.columns)[:5]}"]
    if "refused" in wish:
        return []
    stages = (
        *(("accounts", _accounts), ("areas", _areas)),
        *(("alignment", _alignment), ("owners", _owners)),
    )
    for key, run in stages:
        if key in wish:
            found += [f"{key}: {one}" for one in run(source, wish[key], file, wish)]
    if source.table is not None and "accounts" not in wish:
        found += [f"as accounts: {one}" for one in _accounts(source, {"any": True}, file, wish)]
    return found


def spoken(error: TerraDeskError, file: str) -> list[str]:
    """Whether a planner understands a refusal."""
    text = f"{error} {error.hint}"
    found = [f"Python speaks: {text}"] if _PYTHON.search(text) else []
    if not error.hint or not str(error).strip():
        found.append(f"no hint: {text}")
    return found


def _refusal(error: TerraDeskError, wish: Wish, file: str) -> list[str]:
    found = spoken(error, file)
    for said, pattern in ((str(error), wish["refused"]), (error.hint, wish.get("hint", "."))):
        if not re.search(pattern, said):
            found.append(f"said: {said!r}, not {pattern!r}")
    return found


def _same(what: str, found: Any, wished: Any) -> list[str]:
    return [] if found == wished else [f"{what}: {found!r}, not {wished!r}"]


def _told(report: ImportReport, wished: Sequence[str]) -> list[str]:
    kinds = {issue.kind for issue in report.issues}
    found = [f"not told: {kind} (only {sorted(kinds)})" for kind in wished if kind not in kinds]
    for issue in report.issues:
        if _PYTHON.search(issue.message):
            found.append(f"Python speaks: {issue.message}")
    return found


def _adds_up(report: ImportReport) -> list[str]:
    if report.read == report.accepted + report.grouped + report.rejected:
        return []
    return [f"rows lost: {report}"]


def _reading(source: Source, wish: Wish) -> list[str]:
    table = source.rows
    found = _adds_up(table.report) + _told(table.report, wish.get("told", ()))
    names = list(table.columns)
    if "rows" in wish:
        found += _same("rows", len(table), wish["rows"])
    found += _same("rejected", table.report.rejected, wish.get("rejected", 0))
    if "columns" in wish:
        found += _same("columns", names, wish["columns"])
    if "n_columns" in wish:
        found += _same("columns", len(names), wish["n_columns"])
    for key in ("delimiter", "decimal"):
        if key in wish:
            found += _same(key, getattr(table, key), wish[key])
    if "is_encoding" in wish:
        found += _same("encoding", table.encoding, wish["is_encoding"])
    if "layers" in wish:
        found += _same("layers", list(source.parts), wish["layers"])
    if "kinds" in wish:
        kinds = {guess.name: guess.kind for guess in recognise(table)}
        found += _same("kinds", {name: kinds.get(name) for name in wish["kinds"]}, wish["kinds"])
    return found + _cells(table.columns, wish.get("cells", {}))


def _cells(columns: Mapping[str, np.ndarray], wished: Mapping[str, Sequence[str]]) -> list[str]:
    names = list(columns)
    found = []
    for key, cells in wished.items():
        name = key if key in columns or not key.isdigit() else names[int(key)]
        if name not in columns:
            found.append(f"no column {name!r}, only {names}")
        else:
            found += _same(f"cells of {name}", columns[name].tolist()[: len(cells)], list(cells))
    return found


def _accounts(source: Source, wish: Wish, file: str, whole: Wish) -> list[str]:
    plan = cells_plan()
    options = dict(wish.get("options", {}))
    choices = Choices(roles=wish.get("roles", {}), options=options, reading=source.reading)
    try:
        prepared = ACCOUNTS.prepare(source, plan, choices)
    except TerraDeskError as error:
        if "refused" in wish:
            return _refusal(error, wish, file)
        return [f"refused: {error}"] if not wish.get("any") else spoken(error, file)
    report = prepared.report
    found = _adds_up(report) + _told(report, wish.get("told", ()))
    if prepared.incoming is None:
        return [*found, *_same("accounts", report.accepted, 0)]
    accounts = preview(plan, prepared.incoming).accounts
    missing = int((accounts.placement == 0).sum())
    found += _same("unplaced", report.unplaced, missing)
    found += _same("accounts", report.accepted, len(accounts))
    for key, value in (
        ("n", report.accepted),
        ("grouped", report.grouped),
        ("unplaced", missing),
        ("rejects", report.rejected),
        ("ids", accounts.ids.tolist()),
    ):
        if key in wish:
            found += _same(key, value, wish[key])
    for name, values in wish.get("columns", {}).items():
        got = [None if np.isnan(v) else float(v) for v in accounts.columns[name]]
        found += _same(f"figures of {name}", got, values)
    return found + _units(accounts.unit, wish)


def _units(rows: np.ndarray, wish: Wish) -> list[str]:
    if "units" not in wish:
        return []
    codes = cells_plan().units.codes
    got = ["" if row < 0 else str(codes[row]) for row in rows.tolist()]
    wished = list(wish["units"])
    for place, allowed in wish.get("one_of", {}).items():
        if int(place) < len(got) and got[int(place)] in allowed:
            wished[int(place)] = got[int(place)]
    return _same("areas of the accounts", got, wished)


def _areas(source: Source, wish: Wish, file: str, whole: Wish) -> list[str]:
    roles = {wish["code"]: "unit_code"} if "code" in wish else {}
    choices = Choices(roles=roles, options=wish.get("options", {}), reading=source.reading)
    try:
        prepared = AREAS.prepare(source, None, choices)
    except TerraDeskError as error:
        if "refused" in wish:
            return _refusal(error, wish, file)
        return spoken(error, file) if whole.get("any_of") else [f"refused: {error} | {error.hint}"]
    if "refused" in wish:
        return [] if whole.get("any_of") else ["made, not refused"]
    assert prepared.plan is not None
    report, units, arcs = prepared.report, prepared.plan.units, prepared.plan.arcs
    found = _adds_up(report) + _told(report, wish.get("told", ()))
    if len(units) > wish.get("at_most", len(units)):
        found.append(f"n: {len(units)}, at most {wish['at_most']}")
    for key, value in (
        ("n", wish.get("n") if whole.get("any_of") else len(units)),
        ("codes", units.codes.tolist()),
        ("names", units.names.tolist()),
        ("grouped", report.grouped),
        ("rejected", report.rejected),
    ):
        if key in wish:
            found += _same(key, value, wish[key])
    if report.repaired < wish.get("repaired_at_least", 0):
        found.append(f"repaired: {report.repaired}")
    assert arcs is not None
    return found + _sizes(arcs.areas, wish)


def _sizes(square_metres: np.ndarray, wish: Wish) -> list[str]:
    most = float(np.nanmax(square_metres)) / 1e6
    if most > wish.get("most_km2", most):
        return [f"an area of {most:.0f} km2"]
    if "largest_to_smallest" not in wish:
        return []
    wished = wish["largest_to_smallest"]
    ratio = float(square_metres.max() / square_metres.min())
    return [] if abs(ratio - wished) < 0.05 * wished else [f"largest to smallest: {ratio:.2f}"]


def _alignment(source: Source, wish: Wish, file: str, whole: Wish) -> list[str]:
    plan = cells_plan()
    choices = Choices(options=wish.get("options", {}), reading=source.reading)
    prepared = ALIGNMENT.prepare(source, plan, choices, _ALIGNMENT)
    found = _adds_up(prepared.report) + _told(prepared.report, wish.get("told", ()))
    if "rejected" in wish:
        found += _same("rejected", prepared.report.rejected, wish["rejected"])
    assert prepared.incoming is not None
    territories = _territories(preview(plan, prepared.incoming))
    for code, allowed in wish.get("one_of", {}).items():
        if territories.get(code, "") not in allowed:
            found.append(f"{code} in {territories.get(code)!r}, not one of {allowed}")
    wished = {c: name for name, codes in wish.get("territories", {}).items() for c in codes}
    return found + (_same("territories", territories, wished) if wished else [])


def _owners(source: Source, wish: Wish, file: str, whole: Wish) -> list[str]:
    plan = cells_plan()
    arriving = ACCOUNTS.prepare(source, plan, Choices(reading=source.reading)).incoming
    assert arriving is not None
    plan = preview(plan, arriving)
    prepared = OWNERS.prepare(column_source(plan, wish["column"]), plan, Choices(), _ALIGNMENT)
    found = _adds_up(prepared.report) + _told(prepared.report, wish.get("told", ()))
    assert prepared.incoming is not None
    after = preview(plan, prepared.incoming)
    found += _same("exceptions", len(after.tables.get("override", {})), wish["exceptions"])
    return found + _same("territories", _territories(after), wish["territories"])


def _territories(plan: Plan) -> dict[str, str]:
    """Territory of each assigned unit, by its code."""
    names = {row.id: getattr(row, "name", "") for row in plan.tables["territory"].values()}
    labels = plan.assignments[_ALIGNMENT].tolist()
    return {
        str(code): names[label]
        for code, label in zip(plan.units.codes.tolist(), labels, strict=True)
        if label in names
    }
