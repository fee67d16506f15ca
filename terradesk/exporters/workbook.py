"""The plan as an Excel workbook: a summary with the map, and one table per sheet."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from terradesk import palettes
from terradesk.exporters import sheet_xml, summary
from terradesk.exporters import sheets as sh
from terradesk.exporters.facts import Facts
from terradesk.exporters.wording import (
    EXCEL_LONGEST,
    characters,
    cut_note,
    excel_escaped,
    excel_text,
    plain,
)
from terradesk.exporters.writing import Exporter, Job
from terradesk.i18n import N_, _, number
from terradesk.progress import part

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

MOST_ROWS = 1_048_575
"""Rows below the heading that a sheet of Excel holds."""

FONT = "Calibri"
"""Of all cells."""

_WIDEST, _SAMPLE = 48, 300
_MOST_COLUMNS = 26  # on a printed page
_HEAD, _LINE = "E6EAEF", "878F9B"


def write(job: Job) -> None:
    """Write all sheets of a design."""
    from openpyxl import Workbook

    facts = Facts(job.view)
    job.progress(0.02, _("Adding up"))
    made = sh.data_sheets(facts)
    book = Workbook()
    summary.fill(book.active, facts, part(job.progress, 0.05, 0.4))
    _properties(book, facts)
    bodies = {}
    for sheet in made:
        pieces = list(sheet.parts(MOST_ROWS))
        for piece in pieces:
            name = f"xl/worksheets/sheet{len(book.sheetnames) + 1}.xml"
            bodies[name] = _sheet(book, piece, facts)
        _note_cuts(job, sheet)
        if len(pieces) > 1:
            job.notes.append(_split_note(sheet, len(pieces)))
    skeleton = io.BytesIO()
    book.save(skeleton)
    progress = part(job.progress, 0.4, 1.0)
    sheet_xml.stream(skeleton.getvalue(), job.path, bodies, progress, _("Writing the rows"))


def _properties(book: Workbook, facts: Facts) -> None:
    found = book.properties
    found.title = plain(facts.plan.setting("title"))
    found.subject = plain(facts.view.scenario.name)
    found.creator = "TerraDesk"


def _sheet(book: Workbook, sheet: sh.Sheet, facts: Facts) -> sheet_xml.Body:
    """Heading, widths, filter and formats of a sheet whose rows come later."""
    ws = book.create_sheet(sheet.title)
    _heading(ws, sheet)
    _table(ws, sheet)
    _page(ws, len(sheet.fields))
    roles = palettes.roles()
    if facts.balance is not None:
        _deviations(ws, sheet, facts.balance.tolerance)
    bars = f"FF{roles['over_bar'][1:7]}", f"FF{roles['under_bar'][1:7]}"
    currency = facts.plan.setting("currency")
    return sheet_xml.Body(sheet, [_style(ws, f, currency) for f in sheet.fields], bars)


def _heading(ws: Worksheet, sheet: sh.Sheet) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    for k, f in enumerate(sheet.fields):
        cell = ws.cell(1, k + 1)
        cell.value = excel_escaped(f.title)
        cell.data_type = "s"
        cell.font = Font(name=FONT, bold=True)
        cell.fill = PatternFill("solid", fgColor=_HEAD)
        cell.border = Border(bottom=Side("thin", _LINE))
        cell.alignment = Alignment(horizontal="left" if f.kind == sh.TEXT else "right")
        ws.column_dimensions[sheet_xml.letters(k)].width = _width(f)
    ws.freeze_panes = "C2" if len(sheet.fields) > 3 else "A2"


def _width(f: sh.Field) -> float:
    """Characters that most cells of a column need, with room for the filter's arrow."""
    longest = len(f.title) + 4
    if f.kind == sh.TEXT:
        shown = (len(str(v).partition("\n")[0]) for v in f.values[:_SAMPLE].tolist())
        return min(_WIDEST, max([longest, *(n + 2 for n in shown)]))
    return max(longest, 16 if f.has_bars else 12)


def _table(ws: Worksheet, sheet: sh.Sheet) -> None:
    from openpyxl.worksheet.table import Table, TableStyleInfo

    table = Table(displayName=sheet.title, ref=sheet_xml.reference(sheet))
    table._initialise_columns()
    for column, f in zip(table.tableColumns, sheet.fields, strict=True):
        column.name = excel_escaped(f.title)
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    ws.add_table(table)


def _page(ws: Worksheet, n_columns: int) -> None:
    """Prints across, the heading and the names on each page, all columns on one if they fit."""
    ws.page_setup.orientation = "landscape"
    ws.print_title_rows = "1:1"
    if n_columns <= _MOST_COLUMNS:
        ws.page_setup.fitToHeight = 0
        ws.sheet_properties.pageSetUpPr.fitToPage = True
    else:
        ws.print_title_cols = "A:B"


def _deviations(ws: Worksheet, sheet: sh.Sheet, tolerance: float) -> None:
    """Deviations beyond the tolerance in the colour of their side."""
    from openpyxl.formatting.rule import CellIsRule
    from openpyxl.styles import Font

    roles, limit = palettes.roles(), tolerance + 1e-9
    last = 1 + max(1, sheet.n_rows)
    for k, f in enumerate(sheet.fields):
        if f.has_bars:
            cells = f"{sheet_xml.letters(k)}2:{sheet_xml.letters(k)}{last}"
            for operator, bound, role in (
                ("greaterThan", limit, "over"),
                ("lessThan", -limit, "under"),
            ):
                font = Font(name=FONT, bold=True, color=f"FF{roles[role][1:7]}")
                ws.conditional_formatting.add(
                    cells, CellIsRule(operator, [f"{bound!r}"], font=font)
                )


def _style(ws: Worksheet, f: sh.Field, currency: str) -> int | np.ndarray:
    """Number of the style of a column's cells, one per cell where they are filled."""
    own = currency if f.currency is None else f.currency
    shown = sh.number_format(f.kind, f.decimals, own, f.unit)
    if not f.fills:
        return _style_id(ws, shown, "")
    known = {fill: _style_id(ws, shown, fill) for fill in set(f.fills)}
    return np.array([known[fill] for fill in f.fills], np.int64)


def _style_id(ws: Worksheet, shown: str, fill: str) -> int:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import PatternFill

    cell: Any = WriteOnlyCell(ws)
    cell.number_format = shown
    if fill:
        cell.fill = PatternFill("solid", fgColor=fill[1:7])
    return int(cell.style_id)


def _note_cuts(job: Job, sheet: sh.Sheet) -> None:
    for f in sheet.fields:
        if f.kind != sh.TEXT:
            continue
        long = [v for v in f.values.tolist() if v and len(str(v)) * 2 > EXCEL_LONGEST]
        n = sum(excel_text(v) != plain(v) for v in long)
        if n:
            job.notes.append(cut_note(n, f"{sheet.title}.{f.title}", characters(EXCEL_LONGEST)))


def _split_note(sheet: sh.Sheet, n: int) -> str:
    return _("{name} has {rows} rows and is on {n} sheets: a sheet holds 1,048,576.").format(
        name=sheet.title, rows=number(sheet.n_rows), n=n
    )


WORKBOOK = Exporter("workbook", N_("Excel workbook"), ".xlsx", write)
