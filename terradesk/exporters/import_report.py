"""An import report as a spreadsheet: what came of the file, and the reason per row."""

from __future__ import annotations

import csv
import itertools
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from terradesk.errors import TerraDeskError
from terradesk.exporters.wording import csv_text, excel_escaped, excel_text
from terradesk.i18n import _, isolate
from terradesk.progress import Progress, silent
from terradesk.readers import reasons
from terradesk.readers.report import ImportReport, Told, told_rows

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

MOST_ROWS = 1_048_575
"""Rows below the heading that a sheet of Excel holds."""

_CHUNK = 5000
_WIDTHS = (8, 16, 28, 24, 48)


def write_report(
    report: ImportReport,
    path: str | Path,
    source: str = "",
    imported: str = "",
    progress: Progress = silent,
) -> Path:
    """Write a report as .xlsx (a summary and the rows) or as .csv (the rows).

    Parameters
    ----------
    report : ImportReport
        Of an import that was prepared, or `report.from_dict` of one that the plan keeps.
    path : str or Path
        Its suffix says which kind; a file there is replaced when the new one is complete.
    source : str
        Name of the file that was imported.
    imported : str
        When; empty before it is done.
    progress : Progress
        May raise `Cancelled`; the file there is as it was then.

    Returns
    -------
    Path

    Raises
    ------
    TerraDeskError
        The suffix is another one, or the file cannot be written.
    """
    target = check_target(path)
    write = _KINDS[target.suffix.lower()]
    try:
        with tempfile.TemporaryDirectory(prefix=".terradesk-", dir=target.parent) as folder:
            part = Path(folder, f"report{target.suffix.lower()}")
            write(part, report, source, imported, progress)
            part.replace(target)
    except OSError as error:
        raise TerraDeskError(
            _("“{name}” cannot be written.").format(name=isolate(target.name)),
            _("Close it in other programs, or choose another folder."),
        ) from error
    return target


def check_target(path: str | Path) -> Path:
    """The absolute path of a report that is going to be written.

    Raises
    ------
    TerraDeskError
        The suffix is none that a report can have, or the folder does not exist.
    """
    target = Path(path).absolute()
    if target.suffix.lower() not in _KINDS:
        raise TerraDeskError(
            _("A report cannot be written as “{name}”.").format(name=isolate(target.name)),
            _("Give the file the suffix .xlsx or .csv."),
        )
    if not target.parent.is_dir():
        raise TerraDeskError(
            _("“{name}” cannot be written: there is no folder “{folder}”.").format(
                name=isolate(target.name), folder=isolate(str(target.parent))
            ),
            _("Make it, or choose another folder."),
        )
    return target


def heads(report: ImportReport) -> list[str]:
    """Headings of the rows, translated: line, number, name, what became of it, why, the cells."""
    own = [_("Line"), _("Number"), _("Name"), _("What became of it"), _("Why")]
    return own + (list(report.header) if report.rejects else [])


def _cells(told: Told) -> list[Any]:
    outcome = _(reasons.OUTCOMES.get(told.outcome, reasons.OUTCOMES[""]))
    line = told.line or None
    return [line, told.key, told.name, outcome, "; ".join(told.reasons), *told.cells]


def _summary(report: ImportReport, source: str, imported: str) -> Iterator[list[Any]]:
    if source:
        yield [_("File"), source]
    if imported:
        yield [_("Imported"), imported]
    yield [_("Rows of the file"), report.read]
    yield [_("Taken"), report.accepted]
    yield [_("Joined to another row"), report.grouped]
    yield [_("Left out"), report.rejected]
    yield [_("Put right"), report.repaired]
    yield [_("Without a place"), report.unplaced]
    yield []
    yield [_("What stands out"), _("How many"), _("What became of it")]
    for one in report.issues:
        yield [one.message, one.n, _(reasons.OUTCOMES.get(one.outcome, reasons.OUTCOMES[""]))]


def _text(path: Path, report: ImportReport, source: str, imported: str, progress: Progress) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(csv_text(head) for head in heads(report))
        for told in _followed(told_rows(report), report, progress):
            line, *texts = _cells(told)
            out.writerow(["" if line is None else line, *map(csv_text, texts)])


def _workbook(
    path: Path, report: ImportReport, source: str, imported: str, progress: Progress
) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = "TerraDesk"
    told = _followed(told_rows(report), report, progress)
    sheets: list[Any] = [book.create_sheet(_("Summary")), book.create_sheet(_("Rows"))]
    try:
        _widths(sheets[0], (60, 14, 28))
        _fill(sheets[0], _summary(report, source, imported))
        _widths(sheets[1], _WIDTHS)
        sheets[1].freeze_panes = "A2"
        _fill(sheets[1], [heads(report)], is_bold=True)
        _fill(sheets[1], (_cells(one) for one in itertools.islice(told, MOST_ROWS)))
    except BaseException:
        for sheet in sheets:  # each keeps a file of its own open until it is saved
            sheet.close()
            sheet._writer.cleanup()
        raise
    book.save(path)


_KINDS = {".xlsx": _workbook, ".csv": _text}


def _followed(told: Iterator[Told], report: ImportReport, progress: Progress) -> Iterator[Told]:
    total = max(sum(one.n for one in report.issues), 1)
    for k, one in enumerate(told):
        if k % _CHUNK == 0:
            progress(min(k / total, 1.0), _("Writing the rows"))
        yield one


def _widths(sheet: WriteOnlyWorksheet, widths: Sequence[int]) -> None:
    for k, width in enumerate(widths):
        sheet.column_dimensions["ABCDE"[k]].width = width


def _fill(sheet: WriteOnlyWorksheet, rows: Iterable[Sequence[Any]], is_bold: bool = False) -> None:
    """Append rows; texts as texts, whatever they look like."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    bold = Font(bold=True) if is_bold else None
    for row in rows:
        cells: list[Any] = []
        for value in row:
            if not isinstance(value, str):
                cells.append(value)
                continue
            cell: Any = WriteOnlyCell(sheet, excel_escaped(excel_text(value)))
            cell.data_type = "s"
            if bold is not None:
                cell.font = bold
            cells.append(cell)
        sheet.append(cells)
