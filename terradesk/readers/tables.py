"""Tables from CSV and Excel: named columns of text, every row accounted for."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate, ngettext, number
from terradesk.progress import Progress, silent
from terradesk.readers import archives, delimited, foreign, numbers, spreadsheets
from terradesk.readers.report import ImportReport, Issue, from_dict, issue

TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
SUFFIXES = (*TEXT_SUFFIXES, *spreadsheets.SUFFIXES)
MOST_COLUMNS = 1000

_LOOK = 30  # rows in which the header is looked for
_PORTION = 5000
_EVIDENCE = 2000  # rows that tell the decimal mark

Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table as it is in the file, all text.

    Parameters
    ----------
    columns : mapping of str to ndarray of str, shape (n_rows,), dtype object
        Never changed: 01234 stays 01234. Spaces around cells are removed.
    n_rows : int
    report : ImportReport
    decimal : {".", ","}
        Decimal mark of the numbers.
    encoding, delimiter : str
        Of a text file; empty for workbooks.
    """

    columns: Mapping[str, np.ndarray]
    n_rows: int
    report: ImportReport
    decimal: str = "."
    encoding: str = ""
    delimiter: str = ""

    def __len__(self) -> int:
        return self.n_rows


def read_table(
    path: str | Path,
    sheet: str | None = None,
    progress: Progress = silent,
    is_trusted: bool = False,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Table:
    """Read a CSV file or a sheet of a workbook.

    Parameters
    ----------
    path : str or Path
    sheet : str, optional
        The first one with cells unless given.
    progress : Progress
    is_trusted : bool
        Made by TerraDesk itself: read in this process.
    encoding, delimiter : str, optional
        Where what was found by itself is wrong.

    Raises
    ------
    TerraDeskError
        The file cannot be read, is empty, or its first row holds values instead of names.
    """
    found = foreign.call(
        parse,
        path,
        progress,
        is_trusted,
        sheet=sheet,
        encoding=encoding,
        delimiter=delimiter,
    )
    return Table(**{**found, "report": from_dict(found["report"])})


def sheets(path: str | Path, progress: Progress = silent) -> list[str]:
    """Sheets of a workbook; empty for text files.

    Raises
    ------
    TerraDeskError
        The workbook cannot be read.
    """
    if Path(path).suffix.lower() not in spreadsheets.SUFFIXES:
        return []
    return [str(name) for name in foreign.call(list_sheets, path, progress)]


# ---------------------------------------------------------------------- in the worker
def list_sheets(path: str, progress: Progress) -> list[str]:
    """What `sheets` gives."""
    return spreadsheets.sheet_names(Path(path))


def parse(
    path: str,
    progress: Progress,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> dict[str, Any]:
    """What `read_table` gives, as dict."""
    file = Path(path)
    if file.suffix.lower() != ".gz":
        return _parsed(file, progress, sheet, encoding, delimiter)
    with tempfile.TemporaryDirectory(prefix="terradesk-") as folder:
        return _parsed(archives.gunzip(file, Path(folder)), progress, sheet, encoding, delimiter)


def _parsed(
    file: Path, progress: Progress, sheet: str | None, encoding: str | None, delimiter: str | None
) -> dict[str, Any]:
    about = {"encoding": "", "delimiter": ""}
    if file.suffix.lower() in spreadsheets.SUFFIXES:
        rows = spreadsheets.rows(file, sheet, progress)
    elif file.suffix.lower() in TEXT_SUFFIXES:
        text = delimited.examine(file, encoding, delimiter)
        about = {"encoding": text.encoding, "delimiter": text.delimiter}
        rows = delimited.rows(text, progress)
    else:
        raise TerraDeskError(
            _("TerraDesk does not read tables of the kind “{suffix}”.").format(suffix=file.suffix),
            _("Save the table as .xlsx or .csv."),
        )
    header, body = _header(rows, isolate(file.name))
    columns, report = _collect(header, body)
    evidence = (cell for cells in columns.values() for cell in cells[:_EVIDENCE].tolist())
    return {
        "columns": columns,
        "n_rows": report.accepted,
        "report": asdict(report),
        "decimal": numbers.decimal_mark(evidence),
        **about,
    }


def _header(rows: Iterator[Row], file: str) -> tuple[list[str], Iterator[Row]]:
    """Column names and the rows below them; titles above the header are skipped.

    Raises
    ------
    TerraDeskError
        There are no rows, or the first one holds values.
    """
    first = [row for _k, row in zip(range(_LOOK), rows, strict=False)]
    if not first:
        raise TerraDeskError(
            _("“{name}” is empty.").format(name=file), _("Choose another file or sheet.")
        )
    widths = [sum(1 for cell in cells if cell.strip()) for _line, cells in first]
    usual = sorted(widths)[len(widths) // 2]
    start = next(k for k, width in enumerate(widths) if width >= min(usual, max(2, usual * 0.6)))
    names = [cell.strip() for cell in first[start][1]]
    if _holds_values(names):
        raise TerraDeskError(
            _("The first row of “{name}” holds values, not names of columns: {cells}").format(
                name=file, cells=isolate(", ".join(names[:5]))
            ),
            _("Put a row with the names of the columns above the others, then import it again."),
        )
    if len(names) > MOST_COLUMNS:
        raise TerraDeskError(
            _("“{name}” has {n} columns; TerraDesk reads 1,000.").format(name=file, n=len(names)),
            _("Delete the columns that are not needed."),
        )

    def body() -> Iterator[Row]:
        yield from first[start + 1 :]
        yield from rows

    return names, body()


_YEAR = re.compile(r"(19|20)\d\d")
_VALUE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*|\S+@\S+\.\w+|\d{5}-\d{4}|\d{2,3} \d{2,3}")


def _holds_values(cells: list[str]) -> bool:
    """Whether a row cannot be a header: a number (years are names), a date, an e-mail address."""
    for cell in cells:
        value = None if cell.lower() in numbers.EMPTY else numbers.number(cell)
        if (value is not None and not _YEAR.fullmatch(cell)) or _VALUE.fullmatch(cell):
            return True
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(_YEAR.fullmatch(cell) for cell in filled)


class _Columns:
    """Cells by column; rows are turned in portions, for a million lists cost more than reading."""

    def __init__(self, width: int) -> None:
        self.n = 0
        self._cells: list[list[str]] = [[] for _k in range(width)]
        self._rows: list[list[str]] = []

    def add(self, row: list[str]) -> None:
        self.n += 1
        self._rows.append(row)
        if len(self._rows) == _PORTION:
            self._turn()

    def _turn(self) -> None:
        for column, cells in zip(self._cells, zip(*self._rows, strict=True), strict=False):
            column.extend(map(str.strip, cells))
        self._rows.clear()

    def arrays(self) -> list[np.ndarray]:
        self._turn()
        out = []
        for cells in self._cells:
            array = np.empty(len(cells), object)
            array[:] = cells
            out.append(array)
        return out


def _collect(header: list[str], body: Iterator[Row]) -> tuple[dict[str, np.ndarray], ImportReport]:
    """Columns of equal length; rows with cells beyond the header are left out and counted."""
    width = len(header)
    kept = _Columns(width)
    long_lines: list[int] = []
    short_rows: list[int] = []
    for line, cells in body:
        if len(cells) != width:
            if any(cell.strip() for cell in cells[width:]):
                long_lines.append(line)
                continue
            if len(cells) < width:
                short_rows.append(kept.n)
                cells = cells + [""] * (width - len(cells))
            cells = cells[:width]
        kept.add(cells)
    columns = kept.arrays()
    names, issues = _names(header, columns)
    issues += _ragged(long_lines, short_rows)
    n, n_long = kept.n, len(long_lines)
    report = ImportReport(n + n_long, n, 0, len(short_rows), 0, n_long, tuple(issues))
    return {name: columns[k] for k, name in names.items()}, report


def _ragged(long_lines: list[int], short_rows: list[int]) -> list[Issue]:
    n_long, n_short = len(long_lines), len(short_rows)
    issues = []
    if n_long:
        text = ngettext(
            "{n} row has more cells than the header and was left out: a quotation mark may be "
            "missing. See line {line}.",
            "{n} rows have more cells than the header and were left out: a quotation mark may be "
            "missing. See line {line}.",
            n_long,
        )
        told = text.format(n=number(n_long), line=long_lines[0])
        issues.append(issue("too_long", told, long_lines))
    if n_short:
        text = ngettext(
            "{n} row has fewer cells than the header; the missing ones are empty.",
            "{n} rows have fewer cells than the header; the missing ones are empty.",
            n_short,
        )
        issues.append(issue("too_short", text.format(n=number(n_short)), short_rows, level="info"))
    return issues


def _names(header: list[str], columns: list[np.ndarray]) -> tuple[dict[int, str], list[Issue]]:
    """Name of each column that is kept: unnamed empty ones are not, doubles get a number."""
    names: dict[int, str] = {}
    taken: set[str] = set()
    changed = []
    for k, cell in enumerate(header):
        name = " ".join(cell.split())
        if not name and not any(columns[k].tolist()):
            continue
        wanted = name = name or _("Column {n}").format(n=k + 1)
        count = 1
        while name in taken:
            count += 1
            name = f"{wanted} ({count})"
        taken.add(name)
        names[k] = name
        if name != " ".join(cell.split()):
            changed.append(name)
    if not changed:
        return names, []
    text = _("Columns without a name of their own were named: {names}")
    shown = ", ".join(isolate(name) for name in changed[:10])
    return names, [issue("renamed", text.format(names=shown), n=len(changed), level="info")]
