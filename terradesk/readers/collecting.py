"""Rows of a file to columns, with account of every row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate, ngettext, number
from terradesk.readers import dates, encodings, headers, numbers
from terradesk.readers.delimited import Batch, Text
from terradesk.readers.report import (
    MOST_REJECTS,
    ImportReport,
    Issue,
    Reject,
    issue,
    lines_text,
    reject,
)
from terradesk.readers.text_columns import Packed, Packer

_EVIDENCE = 2000  # rows that tell the decimal mark and the order of dates
_LOSSY = re.compile(r"[+-]?\d([.,]\d+)?E\+(1[5-9]|[2-9]\d)", re.IGNORECASE)
_ROUNDED = re.compile(r"\d{15,}0")


@dataclass(frozen=True, slots=True, eq=False)
class Collected:
    """A table that was read.

    Parameters
    ----------
    columns : dict of str to Packed
    report : ImportReport
    lines : ndarray of int32, shape (n_rows,)
    header : int
        Its line; 0: there is none.
    decimal : {".", ","}
    dates : {"dmy", "mdy", "ymd", ""}
    """

    columns: dict[str, Packed]
    report: ImportReport
    lines: np.ndarray
    header: int
    decimal: str
    dates: str


class Collector:
    """Takes the rows of a file in portions.

    Parameters
    ----------
    file : str
        Name of the file, as shown.
    header : int, optional
        Line of the header; 0: there is none; None: it is recognised.
    text : Text, optional
        How a text file is read.
    """

    def __init__(self, file: str, header: int | None = None, text: Text | None = None) -> None:
        self._file, self._wanted, self._text = file, header, text
        self._waiting: list[headers.Row] = []
        self._header: headers.Header | None = None
        self._again: list[str] | None = None
        self._columns: list[Packer] = []
        self._lines: list[np.ndarray] = []
        self._n = 0
        self._held: headers.Row | None = None  # the last row, which may be a total
        self._short: list[int] = []
        self._quoted: list[int] = []
        self._filled: list[int] = []
        self._left: dict[str, list[int]] = {"too_long": [], "header_again": [], "total": []}
        self._rejects: list[Reject] = []

    # ------------------------------------------------------------------ rows
    def add(self, batch: Batch) -> None:
        """Add rows.

        Raises
        ------
        TerraDeskError
            The header holds values, or is missing.
        """
        self._quoted += batch.quoted
        self._filled += batch.filled
        if self._header is not None:
            self._add(batch.rows, batch.lines)
            return
        rows = zip(batch.lines, batch.rows, strict=True)
        self._waiting += [(line, cells) for line, cells in rows if any(cells)]
        if len(self._waiting) > headers.LOOK and (self._wanted or 0) <= self._waiting[-1][0]:
            self._begin()

    def _begin(self) -> None:
        """Find the header among the rows that wait, and add those below it."""
        self._header = found = headers.find(self._waiting, self._file, self._wanted)
        self._columns = [Packer() for _name in found.names]
        below = self._waiting[found.below :]
        if found.line:
            self._again = next(cells for line, cells in self._waiting if line == found.line)
        self._waiting = []
        self._add([cells for _line, cells in below], [line for line, _cells in below])

    def _add(self, rows: list[list[str]], lines: Sequence[int]) -> None:
        if self._held is not None:
            rows, lines = [self._held[1], *rows], [self._held[0], *lines]
            self._held = None
        width = len(self._columns)
        is_regular = all(map(width.__eq__, map(len, rows))) and all(map(any, rows))
        if not is_regular or self._again in rows:
            rows, lines = self._regular(rows, lines)
        if rows:
            self._held = (lines[-1], rows[-1])
            self._pack(rows[:-1], lines[:-1])

    def _regular(
        self, rows: list[list[str]], lines: Sequence[int]
    ) -> tuple[list[list[str]], list[int]]:
        """Rows as wide as the header; those with cells beyond it are left out and counted."""
        width = len(self._columns)
        kept: list[list[str]] = []
        places: list[int] = []
        for row, line in zip(rows, lines, strict=True):
            if not any(row):
                continue
            if row == self._again:
                self._leave(line, "header_again", row)
                continue
            if len(row) > width and any(cell.strip() for cell in row[width:]):
                self._leave(line, "too_long", row)
                continue
            if len(row) < width:
                self._short.append(self._n + len(kept))
                row = row + [""] * (width - len(row))
            kept.append(row[:width])
            places.append(line)
        return kept, places

    def _leave(self, line: int, kind: str, cells: Iterable[str]) -> None:
        self._left[kind].append(line)
        if len(self._rejects) < MOST_REJECTS:
            self._rejects.append(reject(line, kind, cells))

    def _pack(self, rows: list[list[str]], lines: Sequence[int]) -> None:
        self._n += len(rows)
        self._lines.append(np.asarray(lines, np.int32))
        for column, cells in zip(self._columns, zip(*rows, strict=True), strict=False):
            column.add(list(map(str.strip, cells)))

    # ------------------------------------------------------------------ the end
    def finished(self, leave_out_totals: bool = False) -> Collected:
        """The table.

        Parameters
        ----------
        leave_out_totals : bool
            A row of totals at the foot is left out.

        Raises
        ------
        TerraDeskError
            There are no rows, or the header holds values.
        """
        if self._header is None:
            self._begin()
        assert self._header is not None
        if self._held is None and not self._n and not any(self._left.values()):
            raise _no_rows(self._file)
        is_total = self._last(leave_out_totals)
        packed = [column.packed() for column in self._columns]
        names, issues = headers.named(self._header, [column.is_empty for column in packed])
        columns = {name: packed[k] for k, name in names.items()}
        lines = np.concatenate([*self._lines, np.empty(0, np.int32)])
        issues = [*self._told_left(), *issues, *self._told_total(is_total)]
        issues += self._told_text(lines)
        evidence = [column.some(max(self._n // _EVIDENCE, 1)) for column in columns.values()]
        issues += _told_cells(columns, evidence)
        decimal = numbers.decimal_mark(chain.from_iterable(cells.tolist() for cells in evidence))
        order, told = _date_order(columns, evidence)
        report = self._report((*issues, *told), tuple(columns), lines)
        return Collected(columns, report, lines, self._header.line, decimal, order)

    def _last(self, leave_out: bool) -> bool:
        """Add the row that was held back; whether it is a total that stays."""
        if self._held is None:
            return False
        assert self._header is not None
        line, cells = self._held
        named = dict(enumerate(self._header.names))
        is_total = self._n > 1 and headers.looks_total(cells, named)
        if is_total and leave_out:
            self._leave(line, "total", cells)
            self._short = [row for row in self._short if row < self._n]
            return False
        self._pack([cells], [line])
        return is_total

    def _report(
        self, issues: tuple[Issue, ...], header: tuple[str, ...], lines: np.ndarray
    ) -> ImportReport:
        n_left = sum(map(len, self._left.values()))
        mended = [one.every_row for one in issues if one.outcome == "repaired" and not one.is_lines]
        return ImportReport(
            read=self._n + n_left,
            accepted=self._n,
            repaired=len(np.unique(np.concatenate(mended))) if mended else 0,
            rejected=n_left,
            issues=issues,
            rejects=tuple(self._rejects),
            header=header,
            lines=lines_text(lines),
        )

    def _told_left(self) -> list[Issue]:
        issues = []
        n_long, n_short = len(self._left["too_long"]), len(self._short)
        if n_long:
            text = ngettext(
                "{n} row has more cells than the header and was left out: a quotation mark may be "
                "missing. See line {line}.",
                "{n} rows have more cells than the header and were left out: a quotation mark may "
                "be missing. See line {line}.",
                n_long,
            )
            told = text.format(n=number(n_long), line=self._left["too_long"][0])
            issues.append(issue("too_long", told, self._left["too_long"], is_lines=True))
        if n_short:
            text = ngettext(
                "{n} row has fewer cells than the header; the missing ones are empty.",
                "{n} rows have fewer cells than the header; the missing ones are empty.",
                n_short,
            )
            told = text.format(n=number(n_short))
            issues.append(issue("too_short", told, self._short, level="info"))
        again = self._left["header_again"]
        if again:
            text = ngettext(
                "The header stands in the table again, {n} time: left out.",
                "The header stands in the table again, {n} times: left out.",
                len(again),
            )
            told = text.format(n=number(len(again)))
            issues.append(issue("header_again", told, again, level="info", is_lines=True))
        return issues

    def _told_total(self, is_total: bool) -> list[Issue]:
        if is_total:
            text = _("The last row looks like a total; as it is, it counts as a row of its own.")
            return [issue("maybe_total", text, [self._n - 1])]
        if self._left["total"]:
            text = _("The last row is a total and was left out.")
            return [issue("total", text, self._left["total"], level="info", is_lines=True)]
        return []

    def _told_text(self, lines: np.ndarray) -> list[Issue]:
        """What was odd about quotation marks and encodings."""
        issues = []
        rows = _rows_at(lines, np.array(self._quoted, np.int64))
        if len(rows):
            text = ngettext(
                "{n} row has a quotation mark that is never closed: it was taken as it stands.",
                "{n} rows have a quotation mark that is never closed: it was taken as it stands.",
                len(rows),
            )
            issues.append(issue("quote", text.format(n=number(len(rows))), rows))
        assert self._header is not None
        below = [line for line in self._filled if line > self._header.line]
        rows = _rows_at(lines, np.array(below, np.int64))
        if len(rows):
            text = ngettext(
                "{n} row has cells merged with those above: it got what stands there.",
                "{n} rows have cells merged with those above: they got what stands there.",
                len(rows),
            )
            issues.append(issue("merged", text.format(n=number(len(rows))), rows, level="info"))
        if self._text is not None and self._text.encoded.lines is not None:
            rows = _rows_at(lines, self._text.encoded.lines)
            text = ngettext(
                "{n} row is in {other} while the others are in UTF-8: each was read as it is.",
                "{n} rows are in {other} while the others are in UTF-8: each was read as it is.",
                len(rows),
            )
            told = text.format(n=number(len(rows)), other=self._text.encoded.other)
            issues.append(issue("mixed", told, rows, level="info"))
        return issues


def _no_rows(file: str) -> TerraDeskError:
    return TerraDeskError(
        _("“{name}” has no rows below the names of its columns.").format(name=file),
        _("Choose another file or sheet."),
    )


def _rows_at(lines: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Rows of the table that hold some lines of the file."""
    rows = np.searchsorted(lines, wanted, side="right") - 1
    return np.unique(rows[rows >= 0])


def _date_order(
    columns: dict[str, Packed], evidence: Sequence[np.ndarray]
) -> tuple[str, list[Issue]]:
    """Order of day and month, by the columns that hold dates, and a word if it is open."""
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
def _told_cells(columns: dict[str, Packed], evidence: Sequence[np.ndarray]) -> list[Issue]:
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
    cells = column.cells()
    fitting = {cell for cell in set(cells.tolist()) if test(cell)}
    rows = [row for row, cell in enumerate(cells.tolist()) if cell in fitting] if fitting else []
    return np.array(rows, np.int64), (cells[rows[0]][:40] if rows else "")


def _are_rounded(cells: Sequence[str]) -> bool:
    """Whether long numbers all end in 0: a spreadsheet keeps 15 digits."""
    long = [cell for cell in cells if len(cell) >= 16 and cell.isdecimal()]
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
