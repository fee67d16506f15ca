"""First sheet of the workbook: what the plan is, how it balances, and the map."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from terradesk import palettes
from terradesk.exporters.facts import Facts
from terradesk.exporters.rates_sheet import rates_remarks
from terradesk.exporters.scene import plan_scene
from terradesk.exporters.sheets import DEVIATION, measure_kind, number_format, unit_of
from terradesk.exporters.wording import excel_escaped, excel_text
from terradesk.i18n import _
from terradesk.progress import Progress

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Cell = str | float | dt.date | None
Row = tuple[str, Cell, str]
_MAP_PX = (1000, 625)
_FIRST = 4


def fill(ws: Worksheet, facts: Facts, progress: Progress) -> None:
    """Write the summary into an empty sheet."""
    ws.title = "Summary"
    ws.sheet_view.showGridLines = False
    ws.column_dimensions["A"].width, ws.column_dimensions["B"].width = 30, 34
    _put(ws, 1, 1, facts.plan.setting("title") or _("Untitled plan"), size=18, bold=True)
    _put(ws, 2, 1, facts.view.scenario.name, colour="text2")
    row = _FIRST
    for block in (about(facts), balance(facts)):
        for name, value, shown in block:
            _put(ws, row, 1, name, colour="text2")
            _put(ws, row, 2, value, shown)
            row += 1
        row += 1
    for line in remarks(facts):
        _put(ws, row, 1, line, colour="text3", size=9)
        row += 1
    progress(0.2, _("Drawing the map"))
    if facts.plan.arcs is not None:
        _picture(ws, facts)
    _page(ws)


def about(facts: Facts) -> Iterator[Row]:
    """What the plan holds."""
    plan, scenario = facts.plan, facts.view.scenario
    bases = {s.id: s.name for s in plan.scenarios}
    if scenario.base in bases:
        yield _("Copied from"), bases[scenario.base], ""
    yield _("Written on"), dt.date.today(), "yyyy-mm-dd"
    yield plan.heading_noun(2), int(plan.units_present.sum()), "#,##0"
    yield _("Accounts"), int(plan.accounts_present.sum()), "#,##0"
    yield _("Territories"), len(facts.view.leaves), "#,##0"
    unassigned = int(facts.counts.units[0])
    yield _("{noun} not assigned").format(noun=plan.heading_noun(2)), unassigned, "#,##0"


def balance(facts: Facts) -> Iterator[Row]:
    """How the plan balances by its measure."""
    found = facts.balance
    if found is None or not found.n_territories:
        return
    values, deviations = found.values[1:], found.deviations[1:]
    shown = figure_format(facts)
    yield _("Balanced by"), found.measure.name, ""
    yield _("Total"), found.total, shown
    yield _("Not assigned"), found.unassigned, shown
    yield _("Target (mean)"), float(np.nanmean(found.targets[1:])), shown
    yield _("Smallest"), float(values.min()), shown
    yield _("Largest"), float(values.max()), shown
    yield _("Standard deviation"), float(values.std()), shown
    yield _("Tolerance"), found.tolerance, '"±"0.#%'
    yield _("In tolerance"), f"{found.n_in_tolerance} / {found.n_territories}", ""
    worst = facts.view.slots.get(found.worst, 0)
    if worst:
        yield _("Furthest off"), facts.view.name_of(found.worst), ""
        yield _("Its deviation"), float(deviations[worst - 1]), number_format(DEVIATION, 0, "")
    yield _("Coefficient of variation"), found.cv, "0.0%"
    yield _("Gini coefficient"), found.gini, "0.000"


def figure_format(facts: Facts) -> str:
    """How Excel shows values of the balance measure."""
    assert facts.balance is not None
    measure = facts.balance.measure
    kind, currency = measure_kind(measure), facts.plan.setting("currency")
    return number_format(kind, measure.decimals, currency, unit_of(measure))


def remarks(facts: Facts) -> list[str]:
    """How to read the sheets."""
    out = [
        _("Targets count what is not assigned too."),
        _("UnitToTerritory counts accounts where they stand, Territories where they belong."),
    ]
    credits = facts.plan.setting("credits")
    out += rates_remarks(facts.plan)
    return [*out, *([_("Data: {credits}").format(credits=credits)] if credits else [])]


def _put(
    ws: Worksheet,
    row: int,
    column: int,
    value: Cell,
    shown: str = "",
    *,
    size: int = 11,
    bold: bool = False,
    colour: str = "text",
) -> None:
    from openpyxl.styles import Alignment, Font

    cell = ws.cell(row, column)
    if isinstance(value, str):
        cell.value = excel_escaped(excel_text(value))
        cell.data_type = "s"
        cell.number_format = "@"
    elif not isinstance(value, float) or np.isfinite(value):
        cell.value = value
        cell.number_format = shown or "General"
    cell.font = Font(
        name="Calibri", size=size, bold=bold, color=f"FF{palettes.roles()[colour][1:7]}"
    )
    if column > 1:
        cell.alignment = Alignment(horizontal="left")


def _picture(ws: Worksheet, facts: Facts) -> None:
    """The map beside the figures, twice as sharp as it is large."""
    from openpyxl.drawing.image import Image

    from terradesk.render.stills import draw_map

    file = io.BytesIO()
    scene = plan_scene(facts.plan, facts.view.id)
    draw_map(scene, *_MAP_PX, scale=2.0).save(file, "PNG", optimize=True)
    picture = Image(file)
    picture.width, picture.height = _MAP_PX
    ws.add_image(picture, f"D{_FIRST}")


def _page(ws: Worksheet) -> None:
    ws.page_setup.orientation = "landscape"
    ws.page_setup.fitToHeight = 1
    ws.sheet_properties.pageSetUpPr.fitToPage = True
