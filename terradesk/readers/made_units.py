"""Boundaries to units: codes and names, one shape per code, a clean coverage and its arcs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import shapely

from terradesk import projection
from terradesk import records as rec
from terradesk.arcs import Arcs, build, clean
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate, ngettext
from terradesk.progress import Progress, silent
from terradesk.readers import words
from terradesk.readers.boundaries import Boundaries
from terradesk.readers.coordinates import coordinate_system
from terradesk.readers.figures import column_row, measure_rows
from terradesk.readers.numbers import as_text
from terradesk.readers.report import ImportReport, Issue, issue
from terradesk.units import Units

OnDuplicates = Literal["refuse", "join"]

_POLYGON, _MULTIPOLYGON, _COLLECTION = 3, 6, 7
_SHOWN = 10  # codes in a message


@dataclass(frozen=True, slots=True, eq=False)
class MadeUnits:
    """Units of a new plan and what goes with them.

    Parameters
    ----------
    units : Units
    arcs : Arcs
    crs : str
        Equal-area CRS of the arcs.
    columns : tuple of records.Column
    measures : tuple of records.Measure
        Suggested: one for each figure that may be summed.
    report : ImportReport
    """

    units: Units
    arcs: Arcs
    crs: str
    columns: tuple[rec.Column, ...]
    report: ImportReport
    measures: tuple[rec.Measure, ...] = field(default=())


def guess_code_name(boundaries: Boundaries) -> tuple[str, str]:
    """Columns that seem to hold the code and the name of each area.

    Parameters
    ----------
    boundaries : Boundaries

    Returns
    -------
    code, name : str
        The same column twice when there is but one; empty when there is none at all.
    """
    texts = {name: _texts(values) for name, values in boundaries.columns.items()}
    texts = {name: cells for name, cells in texts.items() if any(cells)}
    if not texts:
        return "", ""
    code = max(texts, key=lambda name: _code_score(name, texts[name]))
    others = {n: c for n, c in texts.items() if n != code} or texts
    name = max(others, key=lambda n: _name_score(n, others[n]))
    return code, name if _name_score(name, others[name]) > 0 else code


def _texts(values: np.ndarray) -> list[str]:
    if values.dtype == object:
        return [str(value).strip() for value in values.tolist()]
    return [as_text(value) for value in values.tolist()]


def _code_score(name: str, cells: list[str]) -> float:
    place = words.rank(name, words.UNIT_CODES)
    said = 0.0 if place is None else 1.0 - 0.015 * place
    unique = len(set(cells)) / len(cells)
    filled = [cell for cell in cells if cell]
    short = sum(1 for cell in filled if len(cell) <= 20 and "." not in cell) / len(filled)
    digits = sum(1 for cell in filled if any(c.isdigit() for c in cell)) / len(filled)
    return said + 3.0 * (unique == 1.0) + unique + 0.5 * short + 0.3 * digits


def _name_score(name: str, cells: list[str]) -> float:
    filled = [cell for cell in cells if cell]
    letters = sum(1 for cell in filled if re.match(r"[^\W\d_]{2}", cell)) / len(filled)
    if letters < 0.5:
        return 0.0
    place = words.rank(name, words.UNIT_NAMES)
    said = 0.0 if place is None else 1.0 - 0.015 * place
    long = min(sum(map(len, filled)) / len(filled) / 8, 1.0)
    return letters + 2 * said + len(set(cells)) / len(cells) + 0.5 * long


def make_units(
    boundaries: Boundaries,
    code: str = "",
    name: str = "",
    progress: Progress = silent,
    *,
    crs: str | None = None,
    on_duplicates: OnDuplicates = "refuse",
) -> MadeUnits:
    """Make the units of a plan from boundaries.

    Parameters
    ----------
    boundaries : Boundaries
    code, name : str
        Columns; guessed unless given.
    progress : Progress
    crs : str, optional
        Of the file, instead of what it says.
    on_duplicates : {"refuse", "join"}
        What to do with rows of the same code: "join" makes one area of them, their amounts
        summed unless they are the same in all rows.

    Raises
    ------
    TerraDeskError
        No areas, no codes, a code that occurs twice, or no usable coordinate system.
    """
    progress(0.0, _("Checking the areas"))
    shapes, unread = _shapes(boundaries)
    rows = _area_rows(shapes, boundaries)
    codes, no_code = _codes(boundaries, code or guess_code_name(boundaries)[0], rows)
    labels, first = _labels(codes, on_duplicates)
    source_crs, issues = coordinate_system(shapes[rows], boundaries.crs, crs)
    issues = [*_rejected(shapes, unread, rows), *issues, *_unnamed(no_code)]
    polygons = _joined(shapes[rows], labels, len(first))
    progress(0.2, _("Projecting the areas"))
    plan_crs = projection.equal_area_crs(*projection.lonlat_extent(polygons, source_crs))
    flat = projection.to_plan(polygons, source_crs, plan_crs)
    progress(0.4, _("Matching the borders"))
    cleaned = clean(flat)
    issues += [issue("cleaned", note, n=1, level="info") for note in cleaned.notes]
    progress(0.8, _("Building the map"))
    arcs = build(cleaned.polygons)
    columns = {
        key: _merged(values[rows], labels, first, key) for key, values in boundaries.columns.items()
    }
    name = name or guess_code_name(boundaries)[1]
    names = _names(boundaries, name, rows[first], codes[first])
    units = Units(
        codes=codes[first],
        names=names,
        columns=columns,
        source=_wkb(polygons),
        source_crs=source_crs,
    )
    n = len(shapes)
    own = ImportReport(
        n,
        len(first),
        len(rows) - len(first),
        int(cleaned.repaired.sum()),
        0,
        n - len(rows),
        tuple(issues),
    )
    described = _described(columns, code or guess_code_name(boundaries)[0], name)
    progress(1.0, _("Building the map"))
    return MadeUnits(
        units,
        arcs,
        plan_crs,
        described,
        boundaries.report.followed_by(own),
        measure_rows(described),
    )


def _shapes(boundaries: Boundaries) -> tuple[np.ndarray, np.ndarray]:
    """Polygons of each row, None where there are none, and which rows hold other things."""
    given = np.array([one is not None for one in boundaries.wkb], bool)
    shapes = np.asarray(shapely.from_wkb(boundaries.wkb, on_invalid="ignore"), object)
    kinds = shapely.get_type_id(shapes)
    for row in np.flatnonzero(kinds == _COLLECTION):
        parts = [p for p in _leaves(shapes[row]) if shapely.get_type_id(p) == _POLYGON]
        shapes[row] = shapely.multipolygons(parts) if parts else None
    kinds = shapely.get_type_id(shapes)
    is_area = np.isin(kinds, (_POLYGON, _MULTIPOLYGON)) & ~shapely.is_empty(shapes)
    is_other = given & ~is_area & ~((kinds >= 0) & shapely.is_empty(shapes))
    shapes[~is_area] = None
    return shapes, is_other


def _leaves(geometry: shapely.Geometry) -> list[shapely.Geometry]:
    parts = [geometry]
    while any(shapely.get_type_id(parts) > _POLYGON):
        parts = [inner for part in parts for inner in shapely.get_parts(part)]
    return parts


def _area_rows(shapes: np.ndarray, boundaries: Boundaries) -> np.ndarray:
    """Rows with an area.

    Raises
    ------
    TerraDeskError
        There are none.
    """
    rows = np.flatnonzero(~shapely.is_missing(shapes))
    if len(rows):
        return rows
    layer = isolate(boundaries.layer)
    if len(shapes) == 0:
        raise TerraDeskError(
            _("The layer “{layer}” is empty.").format(layer=layer),
            _("Choose another layer or file."),
        )
    found = shapely.get_type_id(shapely.from_wkb(boundaries.wkb, on_invalid="ignore"))
    if np.isin(found, (1, 2, 5)).any():
        message = _("The layer “{layer}” holds lines, not areas.")
    elif np.isin(found, (0, 4)).any():
        message = _("The layer “{layer}” holds points, not areas.")
    else:
        message = _("No row of the layer “{layer}” has a shape.")
    raise TerraDeskError(
        message.format(layer=layer),
        _("Choose a layer of areas, such as counties or postal code areas."),
    )


def _codes(boundaries: Boundaries, code: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Code of each of the rows, and the rows that had none and got one."""
    if code not in boundaries.columns:
        raise TerraDeskError(
            _("There is no column “{name}” with the code of each area.").format(name=isolate(code))
            if code
            else _("The map has no column with a code or name of each area."),
            _("Its columns are: {names}").format(names=", ".join(boundaries.columns) or "–"),
        )
    cells = _texts(boundaries.columns[code][rows])
    empty = np.array([row for row, cell in zip(rows, cells, strict=True) if not cell], np.int64)
    if len(empty) == len(rows):
        raise TerraDeskError(
            _("The column “{name}” is empty.").format(name=isolate(code)),
            _("Choose another column for the code of each area."),
        )
    out = np.empty(len(rows), object)
    out[:] = [cell or f"#{row + 1}" for row, cell in zip(rows, cells, strict=True)]
    return out, empty


def _labels(codes: np.ndarray, on_duplicates: OnDuplicates) -> tuple[np.ndarray, np.ndarray]:
    """Unit of each row, and the first row of each unit, in the order of the file.

    Raises
    ------
    TerraDeskError
        Codes occur twice and are not to be joined.
    """
    seen: dict[str, int] = {}
    labels = np.array([seen.setdefault(code, len(seen)) for code in codes.tolist()], np.int64)
    counts = np.bincount(labels, minlength=len(seen))
    double = [code for code, label in seen.items() if counts[label] > 1]
    if double and on_duplicates == "refuse":
        shown = ", ".join(isolate(code) for code in double[:_SHOWN])
        message = ngettext(
            "{n} code belongs to more than one area: {codes}",
            "{n} codes belong to more than one area: {codes}",
            len(double),
        )
        raise TerraDeskError(
            message.format(n=len(double), codes=shown + (" …" if len(double) > _SHOWN else "")),
            _("Choose another column as code, or join the areas that have the same code."),
        )
    first = np.unique(labels, return_index=True)[1]
    return labels, first


def _joined(shapes: np.ndarray, labels: np.ndarray, n: int) -> np.ndarray:
    """One shape per label; rows of one label become one."""
    out = np.full(n, None, object)
    order = np.argsort(labels, kind="stable")
    stops = np.searchsorted(labels[order], np.arange(n + 1))
    for label in range(n):
        members = shapes[order[stops[label] : stops[label + 1]]]
        whole = members[0]
        if len(members) > 1:
            parts = shapely.union_all(shapely.make_valid(members))
            polygons = [p for p in _leaves(parts) if shapely.get_type_id(p) == _POLYGON]
            whole = shapely.multipolygons(polygons)
        out[label] = whole
    return out


def _wkb(polygons: np.ndarray) -> np.ndarray:
    out = np.empty(len(polygons), object)
    out[:] = list(shapely.to_wkb(polygons))
    return out


def _merged(values: np.ndarray, labels: np.ndarray, first: np.ndarray, name: str) -> np.ndarray:
    """A column with one value per unit: amounts that differ are summed, else the first counts."""
    if len(first) == len(values) or values.dtype == object:
        return values[first]
    if column_row("units", name, values).role != "amount":
        return values[first]
    known = np.isfinite(values)
    total = np.bincount(labels[known], values[known], len(first))
    count = np.bincount(labels[known], minlength=len(first))
    is_same = np.ones(len(first), bool)
    np.logical_and.at(is_same, labels[known], values[known] == values[first][labels[known]])
    return np.where(count == 0, np.nan, np.where(is_same, values[first], total))


def _names(boundaries: Boundaries, name: str, rows: np.ndarray, codes: np.ndarray) -> np.ndarray:
    out = codes.copy()
    if name in boundaries.columns:
        cells = _texts(boundaries.columns[name][rows])
        out[:] = [cell or code for cell, code in zip(cells, codes, strict=True)]
    return out


def _rejected(shapes: np.ndarray, is_other: np.ndarray, rows: np.ndarray) -> list[Issue]:
    issues = []
    other = np.flatnonzero(is_other)
    if len(other):
        text = ngettext(
            "{n} row is no area and was left out.",
            "{n} rows are no areas and were left out.",
            len(other),
        )
        issues.append(issue("not_area", text.format(n=len(other)), other))
    empty = np.setdiff1d(np.flatnonzero(shapely.is_missing(shapes)), other)
    if len(empty):
        text = ngettext(
            "{n} row has no shape and was left out.",
            "{n} rows have no shape and were left out.",
            len(empty),
        )
        issues.append(issue("no_shape", text.format(n=len(empty)), empty))
    return issues


def _unnamed(rows: np.ndarray) -> list[Issue]:
    if len(rows) == 0:
        return []
    text = ngettext(
        "{n} area has no code; it got one like #12, the number of its row.",
        "{n} areas have no code; they got one like #12, the number of their row.",
        len(rows),
    )
    return [issue("no_code", text.format(n=len(rows)), rows)]


def _described(columns: Mapping[str, np.ndarray], code: str, name: str) -> tuple[rec.Column, ...]:
    roles = {name: "name", code: "code"}
    return tuple(
        column_row("units", key, values, roles.get(key)) for key, values in columns.items()
    )
