"""Lines of a text table to rows, by the rules of quoting and in spite of what breaks them."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate

_LONGEST_CELL = 100_000
_MOST_LINES = 200  # of one row: more means a quotation mark that swallows rows
_MOST_TROUBLE = 1000  # rows against the rules of quoting; a file with more has rules of its own

Rows = list[list[str]]


@dataclass(slots=True)
class Batch:
    """Some rows as they stand in a file, blank ones too.

    Parameters
    ----------
    rows : list of list of str
    lines : range or list of int
        Line each begins on, from 1.
    quoted : list of int
        Lines whose quotation marks were taken as they stand.
    filled : list of int
        Rows of a sheet with cells that are merged with those above.
    """

    rows: Rows
    lines: Sequence[int]
    quoted: list[int] = field(default_factory=list)
    filled: list[int] = field(default_factory=list)


_BREAK = re.compile(r"\r\n|\r|\n")


class Parser:
    """Cuts lines into rows.

    The rules of quoting are kept strictly, so that a quotation mark that is never closed is
    noticed; what breaks them is read as it fits the other rows.

    Parameters
    ----------
    path : Path
        Of the file, for what is said of it.
    delimiter : str
    width : int
        Cells that most rows have.
    line : int
        Number of the first line.
    """

    def __init__(self, path: Path, delimiter: str, width: int, line: int = 1) -> None:
        csv.field_size_limit(_LONGEST_CELL)
        self._path, self._delimiter, self._width = path, delimiter, width
        self._n_trouble = 0
        self._line = line  # of the first line that was not cut yet

    def cut(self, block: list[str], is_last: bool) -> tuple[Batch, int]:
        """Rows of some lines, and how many of the lines those are.

        Parameters
        ----------
        block : list of str
        is_last : bool
            No lines follow.

        Raises
        ------
        TerraDeskError
            A quotation mark is opened and never closed.
        """
        batch = Batch([], [])
        n_used = 0
        while n_used < len(block):
            part = block[n_used:] if n_used else block
            rows, failure = self._rows(part)
            n_whole = self._add(batch, rows, part, n_used, is_all=not failure)
            n_used += n_whole
            if not failure:
                break
            span = self._mend(batch, block[n_used:], n_used, failure, is_last)
            if span == 0:
                break
            n_used += span
        self._line += n_used
        return batch, n_used

    def _rows(self, lines: list[str]) -> tuple[Rows, str]:
        """Rows up to the first that breaks the rules, and what is wrong there."""
        rows: Rows = []
        is_strict = self._n_trouble < _MOST_TROUBLE
        try:
            rows.extend(csv.reader(lines, delimiter=self._delimiter, strict=is_strict))
        except csv.Error as error:
            return rows, str(error)
        may_be_open = not is_strict and rows and _spans(rows[-1:])[0] > 1
        if may_be_open and sum(_spans(rows)) > len(lines):
            return rows[:-1], _UNFINISHED
        return rows, ""

    def _add(self, batch: Batch, rows: Rows, part: list[str], before: int, is_all: bool) -> int:
        """Add rows that keep the rules; how many lines they take."""
        first = self._line + before
        if is_all and len(rows) == len(part):
            lines = range(first, first + len(rows))
            batch.lines = [*batch.lines, *lines] if batch.rows else lines
            batch.rows += rows
            return len(rows)
        batch.lines = list(batch.lines)
        at = 0
        for row, span in zip(rows, _spans(rows), strict=True):
            literal = self._literal(part[at : at + span]) if span > 1 else None
            if literal is None or len(row) == self._width:
                batch.rows.append(row)
                batch.lines.append(first + at)
            else:  # two stray quotation marks had joined whole rows
                batch.rows += literal
                batch.lines += range(first + at, first + at + span)
                batch.quoted.append(first + at)
            at += span
        return len(part) if is_all else at

    def _literal(self, lines: list[str]) -> Rows | None:
        """Rows with quotation marks as they stand, if all have the usual number of cells."""
        mark = self._delimiter
        try:
            rows = list(csv.reader(lines, delimiter=mark, quoting=csv.QUOTE_NONE))
        except csv.Error:
            return None
        if self._width < 2 or any(len(row) != self._width for row in rows):
            return None
        return [[_unquoted(cell) for cell in row] for row in rows]

    def _mend(self, batch: Batch, rest: list[str], before: int, failure: str, is_last: bool) -> int:
        """Add the row that breaks the rules; lines it takes, 0 where more are needed."""
        some = rest[:_MOST_LINES]
        is_short = not is_last and len(rest) < _MOST_LINES
        if failure == _UNFINISHED and is_short:
            return 0
        row, span = self._lenient(some)
        is_closed = row is not None and span <= len(some)
        if not is_closed and is_short:
            return 0
        self._n_trouble += 1
        line = self._line + before
        literal = self._literal(rest[:1])
        if literal is not None:
            if not is_closed or span > 1:
                batch.quoted.append(line)
            row, span = literal[0], 1
        elif row is None or not is_closed or (span > 1 and len(row) != self._width):
            raise never_closed(self._path, line)
        batch.rows.append(row)
        batch.lines = [*batch.lines, line]
        return span

    def _lenient(self, lines: list[str]) -> tuple[list[str] | None, int]:
        """The first row of some lines, whatever its quotation marks, and the lines it takes.

        More lines than there are: the row is not closed.
        """
        ended = lines[-1] if lines[-1].endswith(("\n", "\r")) else lines[-1] + "\n"
        try:
            row = next(csv.reader([*lines[:-1], ended], delimiter=self._delimiter))
        except csv.Error:
            return None, len(lines) + 1
        return row, _spans([row])[0]


_UNFINISHED = "unexpected end of data"  # as the csv module says it


def _spans(rows: Rows) -> list[int]:
    """Lines that each row takes."""
    return [1 + sum(len(_BREAK.findall(c)) for c in row if "\n" in c or "\r" in c) for row in rows]


def _unquoted(cell: str) -> str:
    return cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def never_closed(path: Path, line: int) -> TerraDeskError:
    """What to say of a quotation mark that swallows the rest of a file."""
    return TerraDeskError(
        _("A quotation mark opened near line {n} of “{name}” is never closed.").format(
            n=line, name=isolate(path.name)
        ),
        _("Close or remove it in the file, then import it again."),
    )
