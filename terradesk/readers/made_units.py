"""Boundaries to units: codes and names, one shape per code, a clean coverage and its arcs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from terradesk import projection
from terradesk import records as rec
from terradesk.arcs import Arcs, Cleaned, build, clean
from terradesk.columns import as_texts
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate, ngettext, number
from terradesk.progress import Progress, silent
from terradesk.readers import words
from terradesk.readers.boundaries import Boundaries
from terradesk.readers.coordinates import coordinate_system
from terradesk.readers.figures import column_row, measure_rows
from terradesk.readers.report import ImportReport, Issue, issue
from terradesk.readers.shapes import area_rows, joined, left_out, polygons_of, wkb_of
from terradesk.units import Units

OnDuplicates = Literal["refuse", "join"]

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
    return [str(value).strip() for value in as_texts(values).tolist()]


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
    shapes, is_other = polygons_of(boundaries)
    rows = area_rows(shapes, boundaries)
    guessed = guess_code_name(boundaries)
    code, name = code or guessed[0], name or guessed[1]
    codes, no_code = _codes(boundaries, code, rows)
    labels, first = _labels(codes, on_duplicates)
    source_crs, issues = coordinate_system(shapes[rows], boundaries.crs, crs)
    issues = [*left_out(shapes, is_other, rows), *issues, *_unnamed(no_code)]
    polygons = joined(shapes[rows], labels, len(first))
    plan_crs, cleaned = _coverage(polygons, source_crs, progress)
    issues += [issue("cleaned", note, n=1, level="info") for note in cleaned.notes]
    columns = {
        key: _merged(values[rows], labels, first, key) for key, values in boundaries.columns.items()
    }
    names = _names(boundaries, name, rows[first], codes[first])
    source = wkb_of(polygons)
    units = Units(codes[first], names, columns, source=source, source_crs=source_crs)
    own = ImportReport(
        read=len(shapes),
        accepted=len(first),
        grouped=len(rows) - len(first),
        repaired=int(cleaned.repaired.sum()),
        rejected=len(shapes) - len(rows),
        issues=tuple(issues),
    )
    progress(0.8, _("Building the map"))
    arcs, described = build(cleaned.polygons), _described(columns, code, name)
    report = boundaries.report.followed_by(own)
    return MadeUnits(units, arcs, plan_crs, described, report, measure_rows(described))


def _coverage(polygons: np.ndarray, crs: str, progress: Progress) -> tuple[str, Cleaned]:
    """The CRS of the plan, and the polygons in it as a clean coverage."""
    progress(0.2, _("Projecting the areas"))
    plan_crs = projection.equal_area_crs(*projection.lonlat_extent(polygons, crs))
    flat = projection.to_plan(polygons, crs, plan_crs)
    progress(0.4, _("Matching the borders"))
    return plan_crs, clean(flat)


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
        more = " …" if len(double) > _SHOWN else ""
        raise TerraDeskError(
            message.format(n=number(len(double)), codes=shown + more),
            _("Choose another column as code, or join the areas that have the same code."),
        )
    first = np.unique(labels, return_index=True)[1]
    return labels, first


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


def _unnamed(rows: np.ndarray) -> list[Issue]:
    if len(rows) == 0:
        return []
    text = ngettext(
        "{n} area has no code; it got one like #12, the number of its row.",
        "{n} areas have no code; they got one like #12, the number of their row.",
        len(rows),
    )
    return [issue("no_code", text.format(n=number(len(rows))), rows)]


def _described(columns: Mapping[str, np.ndarray], code: str, name: str) -> tuple[rec.Column, ...]:
    roles = {name: "name", code: "code"}
    return tuple(
        column_row("units", key, values, roles.get(key)) for key, values in columns.items()
    )
