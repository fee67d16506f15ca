"""Boundaries to units: codes and names, one shape per code, a clean coverage and its arcs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import shapely

from terradesk import arcs as arcs_package
from terradesk import projection
from terradesk import records as rec
from terradesk.arcs import Arcs, Cleaned, build, clean
from terradesk.arcs.faults import Fault
from terradesk.columns import as_texts
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.progress import Progress, silent
from terradesk.readers.figures import column_row, measure_rows
from terradesk.readers.maps.attributes import attributes
from terradesk.readers.maps.boundaries import Boundaries
from terradesk.readers.maps.coordinates import coordinate_system
from terradesk.readers.maps.merging import Groups, merged
from terradesk.readers.maps.repairs import Naming, remarks, wide
from terradesk.readers.maps.shapes import (
    Polygons,
    joined,
    left_out,
    polygons_of,
    refuse_without_areas,
    wkb_of,
)
from terradesk.readers.placing.unit_codes import (
    OnDuplicates,
    codes_of,
    guess_code_name,
    joined_rows,
    labels_of,
    name_score,
    names_of,
    unnamed,
)
from terradesk.readers.report import ImportReport, Issue
from terradesk.units import Units

__all__ = ["MadeUnits", "OnDuplicates", "guess_code_name", "make_units"]


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
    faults : tuple of Fault
        Overlaps and gaps of a metre or more in width with their shapes, the largest first;
        ``rows`` are units.
    rows : ndarray of int64, shape (n_units,)
        First row of the file of each unit.
    """

    units: Units
    arcs: Arcs
    crs: str
    columns: tuple[rec.Column, ...]
    report: ImportReport
    measures: tuple[rec.Measure, ...] = field(default=())
    faults: tuple[Fault, ...] = ()
    rows: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))


@np.errstate(invalid="ignore", over="ignore", divide="ignore")  # flags that GEOS leaves set
def make_units(
    boundaries: Boundaries,
    code: str = "",
    name: str = "",
    progress: Progress = silent,
    *,
    crs: str | None = None,
    on_duplicates: OnDuplicates = "refuse",
    tolerance: float = 0.0,
    level: str = "",
    weight: str = "",
    roles: Mapping[str, str] | None = None,
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
    tolerance : float
        Metres within which borders that should be one are made one.
    level : str
        Column that says to which larger area each row belongs: these become the units. Amounts
        are summed, rates averaged by ``weight``, other columns kept where they agree.
    weight : str
        Column by which rates are averaged with ``level``.
    roles : mapping of str to str, optional
        Roles of columns (amount, rate, code, text, unused); found unless given.

    Raises
    ------
    TerraDeskError
        No areas, no codes, a code that occurs twice, or no usable coordinate system.
    """
    progress(0.0, _("Checking the areas"))
    roles = dict(roles or {})
    polygons = polygons_of(boundaries)
    refuse_without_areas(polygons, boundaries)
    source_crs, issues = coordinate_system(polygons, boundaries.crs, crs)
    refuse_without_areas(polygons, boundaries)
    rows = polygons.rows
    guessed = guess_code_name(boundaries)
    code, name = level or code or guessed[0], name or guessed[1]
    codes, no_code = codes_of(boundaries, code, rows)
    labels, first = labels_of(codes, "join" if level else on_duplicates)
    groups = Groups(labels, first, bool(level))
    _refuse_missing(boundaries, weight)
    own = {key: v[rows] for key, v in boundaries.columns.items() if roles.get(key) != "unused"}
    columns, told = merged({**own, code: boundaries.columns[code][rows]}, groups, roles, weight)
    name = _name_of_level(columns, code, name) if level else name
    names = names_of({**columns, **_kept(boundaries, name, rows[first])}, name,
                     np.arange(len(first)), codes[first])  # fmt: skip
    made = _made(polygons, groups, source_crs, tolerance, progress)
    of = rows if level else rows[first]
    at = labels if level else np.arange(len(first))
    issues = [*issues, *left_out(polygons), *unnamed(no_code), *told]
    issues += joined_rows(labels, first, rows, level)
    issues += remarks(made.cleaned, made.flat, of, _naming(names, codes[first], at))
    columns, described = attributes(Units, columns, _described(columns, code, name, roles))
    units = Units(codes[first], names, columns, source=made.source, source_crs=made.source_crs)
    report = _report(boundaries, polygons, groups, made.cleaned, issues)
    texts = {key: as_texts(values) for key, values in boundaries.columns.items()}
    report = report.labelled(texts, code, name if name in texts else "")
    progress(0.8, _("Building the map"))
    faults = tuple(_of_units(one, at) for one in wide(made.cleaned.faults))
    return MadeUnits(
        units,
        build(made.polygons),
        made.crs,
        described,
        report,
        measure_rows(described),
        faults,
        rows[first],
    )


def _naming(names: np.ndarray, codes: np.ndarray, at: np.ndarray) -> Naming:
    """What remarks call a shape: its name, with the code where others are called the same."""
    often = Counter(names.tolist())

    def named(place: int) -> str:
        name, code = str(names[at[place]]), str(codes[at[place]])
        return name if often[name] == 1 else code if name == code else f"{name} {code}"

    return named


def _refuse_missing(boundaries: Boundaries, weight: str) -> None:
    if weight and weight not in boundaries.columns:
        raise TerraDeskError(
            _("There is no column “{name}”.").format(name=isolate(weight)),
            _("Its columns are: {names}").format(names=", ".join(boundaries.columns) or "–"),
        )


def _kept(boundaries: Boundaries, name: str, rows: np.ndarray) -> dict[str, np.ndarray]:
    """The column of names of each unit, also when it is not to be a column of the plan."""
    return {name: boundaries.columns[name][rows]} if name in boundaries.columns else {}


def _name_of_level(columns: Mapping[str, np.ndarray], code: str, name: str) -> str:
    """Column with the name of each larger area, of those that agree within it."""
    if name in columns:
        return name
    scores = {
        key: name_score(key, [str(v) for v in values.tolist()])
        for key, values in columns.items()
        if key != code and values.dtype == object and any(values.tolist())
    }
    best = max(scores, key=lambda key: scores[key], default=code)
    return best if scores.get(best, 0.0) > 0 else code


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """Shapes of the units: as they were drawn, and as a clean coverage in the CRS of the plan."""

    crs: str
    flat: np.ndarray
    cleaned: Cleaned
    polygons: np.ndarray
    source: np.ndarray
    source_crs: str


def _made(
    polygons: Polygons, groups: Groups, crs: str, tolerance: float, progress: Progress
) -> _Made:
    """Parts of a unit are joined as they are drawn; a level when its rows fit together."""
    shapes = polygons.shapes[polygons.rows]
    own = shapes if groups.is_level else joined(shapes, groups.labels, groups.n)
    progress(0.2, _("Projecting the areas"))
    plan_crs = projection.equal_area_crs(*projection.lonlat_extent(own, crs))
    flat = projection.to_plan(own, crs, plan_crs)
    progress(0.4, _("Matching the borders"))
    cleaned = clean(flat, snapping=tolerance)
    if not groups.is_level:
        return _Made(plan_crs, flat, cleaned, cleaned.polygons, wkb_of(own), crs)
    whole = arcs_package.dissolve(cleaned.polygons, groups.labels, groups.n)
    whole[shapely.is_missing(whole)] = shapely.Polygon()
    return _Made(plan_crs, flat, cleaned, whole, wkb_of(whole), plan_crs)


def _report(
    boundaries: Boundaries,
    polygons: Polygons,
    groups: Groups,
    cleaned: Cleaned,
    issues: list[Issue],
) -> ImportReport:
    n_rows, n = len(polygons.shapes), groups.n
    own = ImportReport(
        read=n_rows,
        accepted=n,
        grouped=len(groups.labels) - n,
        repaired=int(cleaned.repaired.sum()),
        rejected=n_rows - len(groups.labels),
        issues=tuple(issues),
    )
    return boundaries.report.followed_by(own)


def _of_units(fault: Fault, at: np.ndarray) -> Fault:
    units = tuple(dict.fromkeys(int(at[place]) for place in fault.rows))
    return Fault(
        fault.kind, units, fault.area, fault.width, fault.is_sliver, fault.is_closed, fault.shape
    )


def _described(
    columns: Mapping[str, np.ndarray], code: str, name: str, roles: Mapping[str, str]
) -> tuple[rec.Column, ...]:
    said = {**roles, name: "name", code: "code"}
    return tuple(column_row("units", key, values, said.get(key)) for key, values in columns.items())
