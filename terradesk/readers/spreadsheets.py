"""Workbooks (xlsx, xlsm, xlsb, xls, ods) to rows of text, by calamine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from terradesk.columns import number_text
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.progress import Progress
from terradesk.readers import archives

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MOST_CELLS = 40_000_000


def open_workbook(path: Path) -> Any:
    """A calamine workbook, after the check for bombs.

    Raises
    ------
    TerraDeskError
        The file is no workbook, damaged, protected, or a bomb.
    """
    import python_calamine as calamine

    name = isolate(path.name)
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PK\x03\x04"):
        archives.check(path, archives.MOST_BYTES_WORKBOOK)
    elif not head.startswith(b"\xd0\xcf\x11\xe0"):
        raise TerraDeskError(
            _("“{name}” is not a workbook, whatever its name says.").format(name=name),
            _("If it opens in Excel, save it there as .xlsx. A text table needs the suffix .csv."),
        )
    try:
        return calamine.CalamineWorkbook.from_path(str(path))
    except calamine.PasswordError as error:
        raise TerraDeskError(
            _("“{name}” is protected with a password.").format(name=name),
            _("Remove the protection, then choose the file again."),
        ) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> TerraDeskError:
    return TerraDeskError(
        _("“{name}” is damaged or no workbook.").format(name=isolate(path.name)),
        _("Open it in Excel, save it as .xlsx, then choose it again."),
    )


def sheet_names(path: Path) -> list[str]:
    """Names of the sheets that hold cells, in their order."""
    import python_calamine as calamine

    kinds = open_workbook(path).sheets_metadata
    return [s.name for s in kinds if s.typ == calamine.SheetTypeEnum.WorkSheet]


def rows(path: Path, sheet: str | None, progress: Progress) -> Iterator[tuple[int, list[str]]]:
    """Rows with anything in them as text, and the number of each (from 1).

    Raises
    ------
    TerraDeskError
        There is no such sheet, or it is too large.
    """
    import python_calamine as calamine

    book = open_workbook(path)
    try:
        if sheet is None:
            filled = [name for name in book.sheet_names if book.get_sheet_by_name(name).height]
            sheet = (filled or book.sheet_names)[0]
        found = book.get_sheet_by_name(sheet)
    except calamine.WorksheetNotFound as error:
        raise TerraDeskError(
            _("“{file}” has no sheet “{sheet}”.").format(
                file=isolate(path.name), sheet=isolate(str(sheet))
            ),
            _("It has: {names}").format(names=", ".join(book.sheet_names)),
        ) from error
    except (calamine.CalamineError, OSError, ValueError, IndexError) as error:
        raise _damaged(path) from error
    _refuse_huge(found, path)
    first = (found.start or (0, 0))[0]
    total = max(found.height, 1)
    for k, row in enumerate(found.iter_rows()):
        cells = [cell if type(cell) is str else text(cell) for cell in row]
        if any(cells):
            yield first + k + 1, cells
        if k % 20_000 == 19_999:
            progress(k / total, _("Reading the table"))


def _refuse_huge(sheet: Any, path: Path) -> None:
    if sheet.height * sheet.width > MOST_CELLS:
        raise TerraDeskError(
            _("“{name}” has more cells than TerraDesk can read: {n}.").format(
                name=isolate(path.name), n=f"{sheet.height * sheet.width:,}"
            ),
            _("Delete empty rows and columns in Excel, or export the table as CSV."),
        )


def text(cell: Any) -> str:
    """A cell as the text a user would type: 501.0 is 501, a date is ISO."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return number_text(cell)
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)
