"""Workbooks (xlsx, xlsm, xlsb, xls, ods) to rows of text, by calamine."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Generator
from itertools import islice
from pathlib import Path
from typing import Any

from terradesk.columns import number_text
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.progress import Progress
from terradesk.readers import archives
from terradesk.readers.tabular import encodings
from terradesk.readers.tabular.quoting import Batch

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MOST_CELLS = 40_000_000

_PORTION = 5000
_MOST_MERGED = 100_000
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # stream of a protected .xlsx
_OLD = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")  # Excel 2, 3, 4
_HTML = re.compile(rb"\s*(<!doctype html|<html|<head|<body|<table|<meta|<style|<div)", re.I)
_XML = re.compile(rb"\s*<\?xml[^>]*>.*(office:spreadsheet|mso-application)", re.I | re.S)
_HEAD = 4096


def is_text(path: Path) -> bool:
    """Whether a file that is called .xls is a text table, as many programs export it."""
    if path.suffix.lower() != ".xls":
        return False
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith((b"PK\x03\x04", _OLE, *_OLD)) or not head.strip():
        return False
    plain = _plain_head(head)
    control = sum(plain.count(code) for code in (*range(1, 9), *range(14, 26)))
    is_binary = head.count(0) > len(head) // 50 and not encodings.by_mark(head)
    is_page = _HTML.match(plain) or _XML.match(plain)
    return not is_page and not is_binary and control <= len(plain) // 50


def _plain_head(head: bytes) -> bytes:
    return head.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe")


def open_workbook(path: Path) -> Any:
    """A calamine workbook, after the check for bombs.

    Raises
    ------
    TerraDeskError
        The file is no workbook, damaged, protected, or a bomb.
    """
    import python_calamine as calamine

    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(b"PK\x03\x04"):
        archives.check(path, archives.MOST_BYTES_WORKBOOK)
    elif not head.startswith(_OLE):
        raise _no_workbook(path, head)
    elif _ENCRYPTED in path.read_bytes():
        raise _protected(path)
    try:
        return calamine.CalamineWorkbook.from_path(str(path))
    except calamine.PasswordError as error:
        raise _protected(path) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise _damaged(path) from error


def _protected(path: Path) -> TerraDeskError:
    return TerraDeskError(
        _("“{name}” is protected with a password.").format(name=isolate(path.name)),
        _("Remove the protection, then choose the file again."),
    )


def _no_workbook(path: Path, head: bytes) -> TerraDeskError:
    name, plain = isolate(path.name), _plain_head(head)
    if _HTML.match(plain):
        return TerraDeskError(
            _("“{name}” is not a workbook but a web page that calls itself one.").format(name=name),
            _("Open it in Excel, save it as .xlsx, then choose that file."),
        )
    if _XML.match(plain) or head.startswith(_OLD):
        return TerraDeskError(
            _("“{name}” is not a workbook of today: a very old Excel made it.").format(name=name),
            _("Open it in Excel, save it as .xlsx, then choose that file."),
        )
    return TerraDeskError(
        _("“{name}” is not a workbook, whatever its name says.").format(name=name),
        _("If it opens in Excel, save it there as .xlsx. A text table needs the suffix .csv."),
    )


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


def batches(path: Path, sheet: str | None, progress: Progress) -> Generator[Batch, None, None]:
    """Rows as text, blank ones too.

    Raises
    ------
    TerraDeskError
        There is no such sheet, or it is too large.
    """
    import python_calamine as calamine

    book = open_workbook(path)
    try:
        found = _first(book) if sheet is None else book.get_sheet_by_name(sheet)
    except calamine.WorksheetNotFound as error:
        if sheet in book.sheet_names or sheet is None:
            raise _damaged(path) from error
        raise TerraDeskError(
            _("“{file}” has no sheet “{sheet}”.").format(
                file=isolate(path.name), sheet=isolate(str(sheet))
            ),
            _("It has: {names}").format(names=", ".join(book.sheet_names)),
        ) from error
    except (calamine.CalamineError, OSError, ValueError, IndexError) as error:
        raise _damaged(path) from error
    _refuse_huge(found, path)
    line = (found.start or (0, 0))[0] + 1
    total = max(found.height, 1)
    source = found.iter_rows()
    merged = _Merged(found)
    while some := list(islice(source, _PORTION)):
        rows = [[cell if type(cell) is str else text(cell) for cell in row] for row in some]
        filled = merged.fill(rows, line)
        yield Batch(rows, range(line, line + len(rows)), filled=filled)
        line += len(rows)
        progress(min(line / total, 1.0), _("Reading the table"))


class _Merged:
    """Cells that are merged downwards: each row gets what the first of them holds."""

    def __init__(self, sheet: Any) -> None:
        first = (sheet.start or (0, 0))[1]
        ranges = (sheet.merged_cell_ranges or [])[:_MOST_MERGED]
        self._until: dict[int, list[tuple[int, int]]] = {}  # by first row: last row, column
        for (top, left), (bottom, _right) in ranges:
            if bottom > top and left >= first:
                self._until.setdefault(top + 1, []).append((bottom + 1, left - first))
        self._open: list[tuple[int, int, str]] = []  # last row, column, cell

    def fill(self, rows: list[list[str]], line: int) -> list[int]:
        """Fill rows that begin at a line; the lines of those that got something."""
        if not self._until and not self._open:
            return []
        filled = []
        for k, row in enumerate(rows):
            self._open = [one for one in self._open if one[0] >= line + k]
            for _last, column, cell in self._open:
                if cell and column < len(row) and not row[column]:
                    row[column] = cell
                    filled.append(line + k)
            for last, column in self._until.pop(line + k, ()):
                if column < len(row):
                    self._open.append((last, column, row[column]))
        return filled


def _first(book: Any) -> Any:
    """The first sheet with a table; one with only notes, or a hidden one, where nothing else is."""
    import python_calamine as calamine

    shown = [s.name for s in book.sheets_metadata if s.visible == calamine.SheetVisibleEnum.Visible]
    names = [*shown, *(name for name in book.sheet_names if name not in shown)]
    noted = None
    for name in names:
        sheet = book.get_sheet_by_name(name)
        is_table = sheet.height > 1 and sheet.width > 1
        if is_table and (name in shown or noted is None):
            return sheet
        if sheet.height and noted is None:
            noted = sheet
    return noted or book.get_sheet_by_name(names[0])


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
    if type(cell) is float:
        whole = int(cell) if -1e15 < cell < 1e15 else 0
        return str(whole) if whole == cell else number_text(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)
