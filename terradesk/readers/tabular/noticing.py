"""What stands out in a table that was read, each with its rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from terradesk.i18n import _, isolate, ngettext, number
from terradesk.readers.report import Issue, issue
from terradesk.readers.tabular import dates, encodings
from terradesk.readers.tabular.encodings import Encoded
from terradesk.readers.tabular.text_columns import Packed

_LOSSY = re.compile(r"[+-]?\d([.,]\d+)?E\+(1[5-9]|[2-9]\d)", re.IGNORECASE)
_ROUNDED = re.compile(r"\d{15,}0")


def left_out(lines: Mapping[str, Sequence[int]]) -> list[Issue]:
    """Rows with too many cells and headers inside the table, by the kind of their issue."""
    issues = []
    long, again = lines["too_long"], lines["header_again"]
    if long:
        text = ngettext(
            "{n} row has more cells than the header and was left out: a quotation mark may be "
            "missing. See line {line}.",
            "{n} rows have more cells than the header and were left out: a quotation mark may be "
            "missing. See line {line}.",
            len(long),
        )
        told = text.format(n=number(len(long)), line=long[0])
        issues.append(issue("too_long", told, long, is_lines=True))
    if again:
        text = ngettext(
            "The header stands in the table again, {n} time: left out.",
            "The header stands in the table again, {n} times: left out.",
            len(again),
        )
        told = text.format(n=number(len(again)))
        issues.append(issue("header_again", told, again, level="info", is_lines=True))
    return issues


def short(rows: Sequence[int]) -> list[Issue]:
    """Rows with fewer cells than the header."""
    if not rows:
        return []
    text = ngettext(
        "{n} row has fewer cells than the header; the missing ones are empty.",
        "{n} rows have fewer cells than the header; the missing ones are empty.",
        len(rows),
    )
    return [issue("too_short", text.format(n=number(len(rows))), rows, level="info")]


def totals(row: int, left: Sequence[int]) -> list[Issue]:
    """A row at the foot that adds the others up.

    Parameters
    ----------
    row : int
        Of the table; below 0: there is none.
    left : sequence of int
        Lines of those that were left out.
    """
    if row >= 0:
        text = _("The last row looks like a total; as it is, it counts as a row of its own.")
        return [issue("maybe_total", text, [row])]
    if left:
        text = _("The last row is a total and was left out.")
        return [issue("total", text, left, is_lines=True)]
    return []


def mended(lines: np.ndarray, quoted: Sequence[int], filled: Sequence[int]) -> list[Issue]:
    """Quotation marks taken as they stand, and cells filled from those they are merged with.

    Parameters
    ----------
    lines : ndarray of int, shape (n_rows,)
        Of the rows of the table.
    quoted, filled : sequence of int
        Lines that were mended.
    """
    issues = []
    rows = _rows_at(lines, np.array(quoted, np.int64))
    if len(rows):
        text = ngettext(
            "{n} row has a quotation mark that is never closed: it was taken as it stands.",
            "{n} rows have a quotation mark that is never closed: it was taken as it stands.",
            len(rows),
        )
        issues.append(issue("quote", text.format(n=number(len(rows))), rows))
    rows = _rows_at(lines, np.array(filled, np.int64))
    if len(rows):
        text = ngettext(
            "{n} row has cells merged with those above: it got what stands there.",
            "{n} rows have cells merged with those above: they got what stands there.",
            len(rows),
        )
        issues.append(issue("merged", text.format(n=number(len(rows))), rows, level="info"))
    return issues


def encoded(lines: np.ndarray, how: Encoded | None) -> list[Issue]:
    """Rows in a second encoding.

    Parameters
    ----------
    lines : ndarray of int, shape (n_rows,)
        Of the rows of the table.
    how : Encoded, optional
        Of a text file.
    """
    if how is None or how.lines is None:
        return []
    rows = _rows_at(lines, how.lines)
    text = ngettext(
        "{n} row is in {other} while the others are in UTF-8: each was read as it is.",
        "{n} rows are in {other} while the others are in UTF-8: each was read as it is.",
        len(rows),
    )
    told = text.format(n=number(len(rows)), other=how.other)
    return [issue("mixed", told, rows, level="info")]


def _rows_at(lines: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Rows of the table that hold some lines of the file."""
    rows = np.searchsorted(lines, wanted, side="right") - 1
    return np.unique(rows[rows >= 0])


def date_order(
    columns: dict[str, Packed], evidence: Sequence[np.ndarray]
) -> tuple[str, list[Issue]]:
    """Order of day and month, by the columns that hold dates, and a word if it is open.

    Parameters
    ----------
    columns : dict of str to Packed
    evidence : sequence of ndarray of str
        Some cells of each.
    """
    said, n_ambiguous, where = set(), 0, ""
    for name, cells in zip(columns, evidence, strict=True):
        order, n = dates.order(cells.tolist())
        if order:
            said.add(order)
        elif n:
            n_ambiguous, where = n_ambiguous + n, where or name
    if len(said) == 1 and not n_ambiguous:
        return said.pop(), []
    days = said - {"ymd"}
    if len(days) == 1:
        return days.pop(), []
    if not n_ambiguous and not days:
        return "", []
    text = _("Dates in “{column}” may have the day or the month first: choose which.")
    told = text.format(column=isolate(where or next(iter(columns))))
    return "", [issue("dates", told, n=max(n_ambiguous, 1))]


# ---------------------------------------------------------------------- cells that stand out
def cells(columns: dict[str, Packed], evidence: Sequence[np.ndarray]) -> list[Issue]:
    """Rounded numbers, letters that could not be read, and those encoded twice.

    Parameters
    ----------
    columns : dict of str to Packed
    evidence : sequence of ndarray of str
        Some cells of each.
    """
    issues: list[Issue] = []
    for (name, column), some in zip(columns.items(), evidence, strict=True):
        raw = column.data.tobytes()
        if _are_rounded(some.tolist()):
            issues += _told_lossy(name, column, _ROUNDED)
        elif b"E+" in raw or b"e+" in raw:
            issues += _told_lossy(name, column, _LOSSY)
        if not raw.isascii():
            issues += _told_letters(name, column, raw)
    return issues


def _rows_where(column: Packed, test: Callable[[str], object]) -> tuple[np.ndarray, str]:
    """Rows of a column whose cells fit, and the first such cell."""
    found = column.cells().tolist()
    fitting = {cell for cell in set(found) if test(cell)}
    rows = [row for row, cell in enumerate(found) if cell in fitting] if fitting else []
    return np.array(rows, np.int64), (found[rows[0]][:40] if rows else "")


def _are_rounded(some: Sequence[str]) -> bool:
    """Whether long numbers all end in 0: a spreadsheet keeps 15 digits."""
    long = [cell for cell in some if len(cell) >= 16 and cell.isdecimal()]
    return len(long) > 1 and all(cell.endswith("0") for cell in long)


def _told_lossy(name: str, column: Packed, pattern: re.Pattern[str]) -> list[Issue]:
    rows, cell = _rows_where(column, pattern.fullmatch)
    if not len(rows):
        return []
    text = ngettext(
        "{n} cell of “{column}” was rounded by a spreadsheet before it came here: {cell}.",
        "{n} cells of “{column}” were rounded by a spreadsheet before they came here: {cell} ...",
        len(rows),
    )
    told = text.format(n=number(len(rows)), column=isolate(name), cell=isolate(cell))
    return [issue("lossy", told, rows)]


def _told_letters(name: str, column: Packed, raw: bytes) -> list[Issue]:
    issues = []
    if "\ufffd".encode() in raw:
        rows, cell = _rows_where(column, lambda cell: "\ufffd" in cell)
        text = ngettext(
            "{n} cell of “{column}” has letters that could not be read: {cell}. Choose another "
            "encoding.",
            "{n} cells of “{column}” have letters that could not be read: {cell} ... Choose "
            "another encoding.",
            len(rows),
        )
        told = text.format(n=number(len(rows)), column=isolate(name), cell=isolate(cell))
        issues.append(issue("undecodable", told, rows))
    if any(mark in raw for mark in _TWICE):
        rows, cell = _rows_where(column, encodings.looks_twice)
        if len(rows):
            text = _("“{column}” holds letters that were encoded twice: {before} means {after}.")
            shown = isolate(cell), isolate(encodings.mended(cell))
            told = text.format(column=isolate(name), before=shown[0], after=shown[1])
            issues.append(issue("mojibake", told, rows))
    return issues


_TWICE = [c.encode() for c in "ÃÂÄÅÐÑØÙÚÛâ"]
