"""Rows of a file to columns, with account of every row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from terradesk.errors import TerraDeskError
from terradesk.i18n import _
from terradesk.readers.report import (
    MOST_REJECTS,
    ImportReport,
    Issue,
    Reject,
    lines_text,
    reject,
)
from terradesk.readers.tabular import headers, noticing, numbers
from terradesk.readers.tabular.delimited import Text
from terradesk.readers.tabular.quoting import Batch
from terradesk.readers.tabular.text_columns import Packed, Packer

_EVIDENCE = 2000  # rows that tell the decimal mark and the order of dates


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
        issues = [*noticing.left_out(self._left), *noticing.short(self._short), *issues]
        issues += noticing.totals(self._n - 1 if is_total else -1, self._left["total"])
        below = [line for line in self._filled if line > self._header.line]
        issues += noticing.mended(lines, self._quoted, below)
        issues += noticing.encoded(lines, self._text.encoded if self._text else None)
        evidence = [column.some(max(self._n // _EVIDENCE, 1)) for column in columns.values()]
        issues += noticing.cells(columns, evidence)
        decimal = numbers.decimal_mark(chain.from_iterable(cells.tolist() for cells in evidence))
        order, told = noticing.date_order(columns, evidence)
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


def _no_rows(file: str) -> TerraDeskError:
    return TerraDeskError(
        _("“{name}” has no rows below the names of its columns.").format(name=file),
        _("Choose another file or sheet."),
    )
