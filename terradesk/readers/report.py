"""What an import did with every row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

import numpy as np

from terradesk.readers import reasons, row_lists
from terradesk.readers.tabular.text_columns import cells_at

MOST_REJECTS = 5000
"""Rejected rows whose cells a report keeps, and told rows whose key and name it keeps."""

_MOST_ROWS = 1000
_LONGEST_CELL = 200
_LONGEST_LINES = 2_000_000  # characters


@dataclass(frozen=True, slots=True)
class Issue:
    """Something the user should know about an import.

    Parameters
    ----------
    kind : str
        A fixed word, e.g. ``swapped``: what the window offers depends on it.
    message : str
        One translated sentence.
    rows : tuple of int
        Rows it is about (from 0, of the table or layer that was read), at most 1,000 of them;
        lines of the file (from 1) with ``is_lines``.
    n : int
        How many things it is about in all.
    level : {"info", "warning"}
        Whether it was mended or explained, or wants attention.
    outcome : {"", "repaired", "unplaced", "rejected", "grouped", "skipped"}
        What became of its rows.
    reason : str
        Translated: the reason for one row.
    runs : str
        All its rows as `row_lists` writes them.
    is_lines : bool
        For rows that never became part of the table: `rows` are lines of the file.
    """

    kind: str
    message: str
    rows: tuple[int, ...] = ()
    n: int = 0
    level: Literal["info", "warning"] = "warning"
    outcome: str = ""
    reason: str = ""
    runs: str = ""
    is_lines: bool = False

    def __post_init__(self) -> None:
        kept = self.every_row[:_MOST_ROWS].tolist() if self.runs else []
        if self.rows and kept[: len(self.rows)] != list(self.rows):
            object.__setattr__(self, "runs", row_lists.as_text(self.rows))

    @property
    def every_row(self) -> np.ndarray:
        """(k,) int64 all its rows or lines."""
        return row_lists.as_rows(self.runs) if self.runs else np.array(self.rows, np.int64)

    def mapped(self, rows: np.ndarray) -> Issue:
        """The same about other rows: ``rows[k]`` in the place of row k."""
        if self.is_lines or not (self.runs or self.rows):
            return self
        every = np.asarray(rows)[self.every_row]
        return replace(self, rows=tuple(every[:_MOST_ROWS].tolist()), runs=row_lists.as_text(every))


def issue(
    kind: str,
    message: str,
    rows: Iterable[int] | np.ndarray = (),
    n: int | None = None,
    level: Literal["info", "warning"] = "warning",
    outcome: str | None = None,
    reason: str = "",
    is_lines: bool = False,
) -> Issue:
    """An `Issue` about rows; outcome and reason of known kinds come from `reasons`."""
    listed = rows if isinstance(rows, np.ndarray) else np.array([int(r) for r in rows], np.int64)
    return Issue(
        kind,
        message,
        tuple(listed[:_MOST_ROWS].tolist()),
        len(listed) if n is None else n,
        level,
        reasons.outcome(kind) if outcome is None else outcome,
        reason or reasons.reason(kind),
        row_lists.as_text(listed),
        is_lines,
    )


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was left out, as it stands in the file.

    Parameters
    ----------
    line : int
        Line of a text file or row of a sheet, from 1.
    kind : str
        Of the `Issue` that says why.
    cells : tuple of str
        Long ones cut.
    """

    line: int
    kind: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What happened to one row of the file.

    Parameters
    ----------
    line : int
        Line of a text file or row of a sheet, from 1; 0: not known.
    key, name : str
        Of the account or area.
    outcome : str
        A key of `reasons.OUTCOMES`.
    reasons : tuple of str
        Translated.
    cells : tuple of str
        Of rows that were left out.
    """

    line: int
    key: str = ""
    name: str = ""
    outcome: str = ""
    reasons: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Where the rows of a file went: ``read == accepted + grouped + rejected``.

    Parameters
    ----------
    read : int
        Rows of the file with anything in them, the header not counted.
    accepted : int
        Rows, units or accounts that came out.
    grouped : int
        Rows that were joined to an accepted one.
    repaired : int
        Rows, or units, that had to be mended.
    unplaced : int
        Accepted accounts without a place on the map.
    rejected : int
        Rows that could not be used.
    issues : tuple of Issue
    rejects : tuple of Reject
        The first of the rows that were left out.
    header : tuple of str
        Names of the columns of their cells.
    lines : str
        Line in the file of each row of the table, as `row_lists` writes them.
    labels : tuple of (int, str, str)
        Row, key and name of the first rows that issues tell of.
    """

    read: int = 0
    accepted: int = 0
    grouped: int = 0
    repaired: int = 0
    unplaced: int = 0
    rejected: int = 0
    issues: tuple[Issue, ...] = field(default=())
    rejects: tuple[Reject, ...] = ()
    header: tuple[str, ...] = ()
    lines: str = ""
    labels: tuple[tuple[int, str, str], ...] = ()

    @property
    def adds_up(self) -> bool:
        """Whether every row is accounted for."""
        return self.read == self.accepted + self.grouped + self.rejected

    def followed_by(self, later: ImportReport) -> ImportReport:
        """The report of two steps of which the second took what the first accepted."""
        return replace(
            later,
            read=self.read,
            rejected=self.rejected + later.rejected,
            grouped=self.grouped + later.grouped,
            repaired=self.repaired + later.repaired,
            issues=self.issues + later.issues,
            rejects=(self.rejects + later.rejects)[:MOST_REJECTS],
            header=self.header or later.header,
            lines=self.lines or later.lines,
            labels=self.labels + later.labels,
        )

    def labelled(
        self, columns: Mapping[str, np.ndarray], key: str = "", name: str = ""
    ) -> ImportReport:
        """The report with what a spreadsheet shows beside the reasons.

        Rows that issues tell of get their key and name, and those that were left out their cells,
        as long as there are no more than `MOST_REJECTS`.

        Parameters
        ----------
        columns : mapping of str to ndarray of str, shape (n_rows,)
            Of the table that was read.
        key, name : str
            Columns of the numbers and names; empty: there are none.
        """
        rows = _told_rows(self.issues)[:MOST_REJECTS]
        keys, names = (
            cells_at(columns, c, rows).tolist() if c else [""] * len(rows) for c in (key, name)
        )
        labels = tuple(
            (row, _cut(a), _cut(b))
            for row, a, b in zip(rows.tolist(), keys, names, strict=True)
            if a or b
        )
        more = self._left_out(columns)
        return replace(
            self,
            labels=labels,
            rejects=(self.rejects + tuple(more))[:MOST_REJECTS],
            header=self.header or tuple(columns),
        )

    def _left_out(self, columns: Mapping[str, np.ndarray]) -> Iterator[Reject]:
        """Rows of the table that a later step has left out, with their cells."""
        room = MOST_REJECTS - len(self.rejects)
        lines = row_lists.as_rows(self.lines)
        known = {one.line for one in self.rejects}
        for one in self.issues:
            if one.outcome != "rejected" or one.is_lines:
                continue
            rows = one.every_row[: max(room, 0)]
            room -= len(rows)
            cells = [cells_at(columns, name, rows).tolist() for name in columns]
            for k, row in enumerate(rows.tolist()):
                line = int(lines[row]) if row < len(lines) else 0
                if line not in known or line == 0:
                    yield Reject(line, one.kind, tuple(_cut(str(column[k])) for column in cells))

    def as_json(self) -> str:
        """The report as text, as the plan file keeps it."""
        return json.dumps(asdict(self), ensure_ascii=False)


def _told_rows(issues: Sequence[Issue]) -> np.ndarray:
    """(k,) rows that issues tell of, each once, in order."""
    every = [one.every_row for one in issues if not one.is_lines]
    return np.unique(np.concatenate(every)) if every else np.empty(0, np.int64)


def _cut(cell: str) -> str:
    return cell if len(cell) <= _LONGEST_CELL else f"{cell[:_LONGEST_CELL]}…"


def lines_text(lines: np.ndarray) -> str:
    """Lines of the rows of a table as a report keeps them; empty when that would be too long."""
    text = row_lists.as_text(lines)
    return text if len(text) <= _LONGEST_LINES else ""


def reject(line: int, kind: str, cells: Iterable[str]) -> Reject:
    """A `Reject`, long cells cut."""
    return Reject(line, kind, tuple(_cut(cell) for cell in cells))


_WORST = ("rejected", "unplaced", "grouped", "repaired", "", "skipped")


def told_rows(report: ImportReport) -> Iterator[Told]:
    """The reason of each row that has one, in the order of the file.

    Parameters
    ----------
    report : ImportReport
        Best `ImportReport.labelled`.
    """
    about, row_of = _by_line(report)
    labels = {row: (key, name) for row, key, name in report.labels}
    cells = {one.line: one.cells for one in report.rejects if one.line}
    for line in sorted(about, key=lambda place: place if place >= 0 else ~place):
        issues = [report.issues[k] for k in dict.fromkeys(about[line])]
        key, name = labels.get(row_of.get(line, -1), ("", ""))
        outcome = min((one.outcome for one in issues), key=_WORST.index)
        left = cells.get(line, ()) if outcome == "rejected" else ()
        told = tuple(one.reason or one.message for one in issues)
        yield Told(max(line, 0), key, name, outcome, told, left)


def _by_line(report: ImportReport) -> tuple[dict[int, list[int]], dict[int, int]]:
    """Issues about each line, and its row; where lines are not known ~row stands for them."""
    lines = row_lists.as_rows(report.lines)
    about: dict[int, list[int]] = {}
    row_of: dict[int, int] = {}
    for k, one in enumerate(report.issues):
        rows = one.every_row
        places = rows if one.is_lines else ~rows
        if not one.is_lines and len(lines):
            known = rows < len(lines)
            places = np.where(known, lines[np.where(known, rows, 0)], ~rows)
        for place, row in zip(places.tolist(), rows.tolist(), strict=True):
            about.setdefault(place, []).append(k)
            if not one.is_lines:
                row_of[place] = row
    return about, row_of


def from_dict(values: Mapping[str, Any]) -> ImportReport:
    """A report that came back from a worker or a plan file as what JSON holds.

    Fields that a report of another version has beside ours are left alone.
    """
    found = _known(ImportReport, values)
    found["issues"] = tuple(_issue_of(one) for one in values.get("issues", ()))
    found["rejects"] = tuple(
        Reject(**{**_known(Reject, one), "cells": tuple(one.get("cells", ()))})
        for one in values.get("rejects", ())
    )
    found["header"] = tuple(values.get("header", ()))
    found["labels"] = tuple((int(a), str(b), str(c)) for a, b, c in values.get("labels", ()))
    return ImportReport(**found)


def _issue_of(values: Mapping[str, Any]) -> Issue:
    known = _known(Issue, values)
    known["rows"] = tuple(values.get("rows", ()))
    known.setdefault("outcome", reasons.outcome(str(values.get("kind", ""))))
    return Issue(**known)


def _known(kind: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in values.items() if name in names}
