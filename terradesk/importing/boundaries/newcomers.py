"""Areas of a file on their way into a plan that is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely

from terradesk import projection
from terradesk import records as rec
from terradesk.arcs import clean
from terradesk.columns import as_texts
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, ngettext, number
from terradesk.importing.choices import Choices
from terradesk.importing.kind import Meaning
from terradesk.importing.source import Source
from terradesk.plan import Plan
from terradesk.progress import Progress, silent
from terradesk.readers.figures import column_row
from terradesk.readers.maps.made_units import guess_code_name, make_units
from terradesk.readers.maps.shapes import wkb_of
from terradesk.readers.report import ImportReport, issue
from terradesk.units import Units

CODE, NAME, UNUSED = "unit_code", "unit_name", "unused"

ROLES = {
    CODE: N_("Area code"),
    NAME: N_("Area name"),
    "amount": N_("Amount: summed"),
    "rate": N_("Rate: never summed"),
    "code": N_("Code"),
    "text": N_("Text"),
    UNUSED: N_("Not used"),
}
"""What a column of a file of boundaries may mean, with the words for it."""

SINGLE = (CODE, NAME)


@dataclass(frozen=True, slots=True, eq=False)
class Newcomers:
    """Areas of a file.

    Parameters
    ----------
    units : Units
        Their ``source`` is in the plan's ``units.source_crs``; ``columns`` without those of code
        and name.
    shapes : ndarray of shapely geometries, shape (n,)
        A clean coverage in metres of the plan's CRS, each with an area.
    file_rows : ndarray of int64, shape (n,)
        First row of the file with each area's code, -1 where it has none.
    columns : tuple of records.Column
        What ``units.columns`` mean.
    report : ImportReport
    """

    units: Units
    shapes: np.ndarray
    file_rows: np.ndarray
    columns: tuple[rec.Column, ...]
    report: ImportReport

    def chosen(self, rows: np.ndarray) -> Newcomers:
        """Some of them."""
        units, source = self.units, self.units.source
        assert source is not None
        some = Units(
            units.codes[rows],
            units.names[rows],
            {name: values[rows] for name, values in units.columns.items()},
            source=source[rows],
            source_crs=units.source_crs,
        )
        return replace(self, units=some, shapes=self.shapes[rows], file_rows=self.file_rows[rows])


def meanings(source: Source) -> list[Meaning]:
    """What the columns of boundaries seem to mean.

    Raises
    ------
    TerraDeskError
        The file is a table.
    """
    if source.boundaries is None:
        raise _without_areas()
    code, name = guess_code_name(source.boundaries)
    out = []
    for column, values in source.boundaries.columns.items():
        role = CODE if column == code else NAME if column == name else ""
        sure = 0.8 if role else 0.5
        out.append(
            Meaning(column, role or column_row("units", column, values).role or "text", sure)
        )
    return out


def code_column(source: Source, choices: Choices | None = None) -> str:
    """The column of codes: as chosen, else as recognised; "" where there is none."""
    chosen_roles = choices.roles if choices is not None else {}
    own = next((name for name, role in chosen_roles.items() if role == CODE), "")
    return own or next((one.column for one in meanings(source) if one.role == CODE), "")


def read(
    source: Source,
    plan: Plan,
    roles: Mapping[str, str],
    progress: Progress = silent,
) -> Newcomers:
    """The areas of a file in the plan's CRS.

    Rows with the same code become one area. The plan keeps its equal-area CRS, which was chosen for
    the areas it began with: areas stay exact everywhere, shapes far away from there are sheared.

    Parameters
    ----------
    source : Source
        With boundaries.
    plan : Plan
    roles : mapping of str to str
        Role of each column, keys of `ROLES`.
    progress : Progress

    Raises
    ------
    TerraDeskError
        No areas, no codes, or no usable coordinate system.
    """
    found = source.boundaries
    if found is None or not source.has_areas:
        raise _without_areas()
    code, name = (next((c for c, r in roles.items() if r == role), "") for role in (CODE, NAME))
    used = {c: v for c, v in found.columns.items() if roles.get(c) != UNUSED}
    made = make_units(
        replace(found, columns=used),
        code,
        name,
        lambda share, text: progress(0.4 * share, text),
        crs=source.reading.crs or None,
        on_duplicates="join",
    )
    own = {c: v for c, v in made.units.columns.items() if roles.get(c) not in SINGLE}
    described = tuple(
        replace(row, role=roles.get(row.name, row.role)) for row in made.columns if row.name in own
    )
    progress(0.5, _("Projecting the areas"))
    cells = as_texts(found.columns[code]).tolist() if code else []
    units = replace(made.units, columns=own)
    return _placed(units, _rows_of(cells, units.codes), described, made.report, plan)


def _without_areas() -> TerraDeskError:
    return TerraDeskError(
        _("The file holds no areas."),
        _("Choose a layer of areas, such as counties or postal code areas."),
    )


def _rows_of(cells: list[str], codes: np.ndarray) -> np.ndarray:
    first = {str(cell).strip(): row for row, cell in reversed(list(enumerate(cells)))}
    return np.array([first.get(code, -1) for code in codes.tolist()], np.int64)


def _placed(
    units: Units,
    file_rows: np.ndarray,
    columns: tuple[rec.Column, ...],
    report: ImportReport,
    plan: Plan,
) -> Newcomers:
    assert units.source is not None
    shapes = np.asarray(shapely.from_wkb(units.source), object)
    flat = clean(projection.to_plan(shapes, units.source_crs, plan.crs)).polygons
    if units.source_crs != plan.units.source_crs:
        moved = projection.to_plan(shapes, units.source_crs, plan.units.source_crs)
        units = replace(units, source=wkb_of(moved), source_crs=plan.units.source_crs)
    newcomers = Newcomers(units, flat, file_rows, columns, report)
    is_lost = shapely.is_missing(flat)
    if not is_lost.any():
        return newcomers
    lost = _no_room(report, file_rows[is_lost])
    return replace(newcomers.chosen(np.flatnonzero(~is_lost)), report=lost)


def _no_room(report: ImportReport, rows: np.ndarray) -> ImportReport:
    n = len(rows)
    text = ngettext(
        "{n} area lies wholly under others, or cannot be drawn on this map, and was left out.",
        "{n} areas lie wholly under others, or cannot be drawn on this map, and were left out.",
        n,
    )
    return without(report, "no_room", text.format(n=number(n)), rows)


def labelled(report: ImportReport, source: Source, roles: Mapping[str, str]) -> ImportReport:
    """The report with codes, names and cells of the rows it tells of, for the spreadsheet."""
    code, name = (next((c for c, r in roles.items() if r == role), "") for role in SINGLE)
    return report.labelled(source.rows.columns, code, name)


def without(report: ImportReport, kind: str, text: str, rows: np.ndarray) -> ImportReport:
    """The report when some of the areas are left out after all.

    Parameters
    ----------
    report : ImportReport
    kind, text : str
        Of the `Issue` that says why; the text translated.
    rows : (k,) int64
        Their rows of the file, -1 for those that are not known.
    """
    n = len(rows)
    told = issue(kind, text, rows[rows >= 0], n=n, outcome="rejected", reason=text)
    return replace(
        report,
        accepted=report.accepted - n,
        rejected=report.rejected + n,
        issues=(*report.issues, told),
    )
