"""The first rows of a table as they stand in the file, and how they would be read."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.progress import Progress, silent
from terradesk.readers import foreign, tables
from terradesk.readers.tabular import archived as table_archives
from terradesk.readers.tabular import dates, encodings, headers, numbers, spreadsheets

_HEAD = 4 << 20  # bytes of a packed file
_MOST_ROWS = 1000
_MOST_CELLS = 256  # of a row
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Preview:
    """How a table would be read.

    Parameters
    ----------
    rows : tuple of tuple of str
        The first rows with anything in them, titles and header too; very long cells are cut.
    lines : tuple of int
        Line of a text file or row of a sheet of each, from 1.
    header : int
        Line of the header, 0: there is none.
    below : int
        Place in `rows` of the first row of the table.
    names : tuple of str
        Of the columns.
    encoding, delimiter : str
        Of a text file; empty for workbooks.
    decimal : {".", ","}
    dates : {"dmy", "mdy", "ymd", ""}
    has_open_dates : bool
        There are dates that may have the day or the month first, and nothing tells which.
    rules : tuple of str
        Translated: how texts become numbers and days.
    problem, hint : str
        Why it cannot be read like this, and what to do; empty when it can.
    """

    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    header: int = 0
    below: int = 0
    names: tuple[str, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    decimal: str = "."
    dates: str = ""
    has_open_dates: bool = False
    rules: tuple[str, ...] = ()
    problem: str = ""
    hint: str = ""


def preview(
    path: str | Path,
    sheet: str = "",
    encoding: str = "",
    delimiter: str = "",
    decimal: str = "",
    header: int | None = None,
    dates: str = "",
    n: int = 200,
    progress: Progress = silent,
) -> Preview:
    """The first rows of a table; quick enough for each change of a setting.

    Parameters
    ----------
    path : str or Path
    sheet, encoding, delimiter, decimal, header, dates
        As for `read_table`; what is empty is recognised.
    n : int
        How many rows.
    progress : Progress
        Of workbooks, which are read as a whole once.

    Raises
    ------
    TerraDeskError
        The file is no table, or damaged.
    """
    file = Path(path)
    name = isolate(file.name)
    about: dict[str, Any] = {"encoding": "", "delimiter": ""}
    if _is_workbook(file, sheet):
        first = _of_workbook(str(file), sheet, _stamp(file), progress)
    else:
        first, about = _of_text(file, sheet, encoding, delimiter)
    shown = _shown(first[:n])
    try:
        found = headers.find(first, name, header)
    except TerraDeskError as error:
        if not first:
            raise
        found = headers.find(first, name, 0)
        shown = {**shown, "problem": error.message, "hint": error.hint}
    body = [cells for _line, cells in first[found.below :]]
    names, _issues = headers.named(found, _empty_columns(body, len(found.names)))
    return Preview(
        **shown,
        **about,
        header=found.line,
        below=min(found.below, n),
        names=tuple(names.values()),
        **_conversions(body, decimal, dates),
    )


def _is_workbook(file: Path, sheet: str) -> bool:
    if file.suffix.lower() == table_archives.SUFFIX:
        return not table_archives.chosen(file, sheet)[0].is_text
    is_book = file.suffix.lower() in spreadsheets.SUFFIXES
    return is_book and not spreadsheets.is_text(file)


def _shown(rows: list[headers.Row]) -> dict[str, Any]:
    cut = [tuple(cell[:_LONGEST] for cell in cells[:_MOST_CELLS]) for _line, cells in rows]
    return {"rows": tuple(cut), "lines": tuple(line for line, _cells in rows)}


def _empty_columns(body: list[list[str]], width: int) -> list[bool]:
    filled = [False] * width
    for cells in body:
        for k, cell in enumerate(cells[:width]):
            filled[k] = filled[k] or bool(cell.strip())
    return [not one for one in filled]


def _conversions(body: list[list[str]], decimal: str, order: str) -> dict[str, Any]:
    cells = [cell.strip() for cell in chain.from_iterable(body)]
    mark = decimal or numbers.decimal_mark(cells)
    found, n_open = dates.order(cells)
    is_open = bool(n_open) and not found and not order
    chosen = order or found
    return {
        "decimal": mark,
        "dates": chosen,
        "has_open_dates": is_open,
        "rules": tuple(rules(mark, chosen, is_open)),
    }


def rules(decimal: str, order: str, has_open_dates: bool = False) -> Iterator[str]:
    """How texts become numbers and days, a sentence each, translated.

    Parameters
    ----------
    decimal : {".", ","}
    order : {"dmy", "mdy", "ymd", ""}
    has_open_dates : bool
        Nothing tells whether the day or the month comes first.
    """
    if decimal == ",":
        yield _("Numbers: 1.234,56 and 1 234,56 are one thousand and a bit.")
    else:
        yield _("Numbers: 1,234.56 is one thousand and a bit.")
    yield _("Signs of currency and % are left aside; (5) and 5- are minus five.")
    yield _("Nothing: empty cells, -, NULL, NaN and #N/A.")
    days = {
        "dmy": _("Dates: 05/04/2026 is the 5th of April."),
        "mdy": _("Dates: 05/04/2026 is the 4th of May."),
        "ymd": _("Dates: the year comes first."),
    }
    if order in days:
        yield days[order]
    elif has_open_dates:
        yield _("Dates: nothing tells whether the day or the month comes first.")
    yield _("Codes stay as they are written: 01234 keeps its zero.")


# ---------------------------------------------------------------------- the first rows
def _of_text(
    file: Path, sheet: str, encoding: str, delimiter: str
) -> tuple[list[headers.Row], dict[str, str]]:
    found = encoding or _encoding(file, _stamp(file))
    with _head(file, sheet) as part:
        batches, text = tables.rows_of(part, silent, None, found or None, delimiter or None)
        assert text is not None
        with closing(batches):
            first = _taken(batches)
    return first, {"encoding": found or text.encoding, "delimiter": text.delimiter}


def _taken(batches: Iterator[Any]) -> list[headers.Row]:
    first: list[headers.Row] = []
    for batch in batches:
        rows = zip(batch.lines, batch.rows, strict=True)
        first += [(line, cells) for line, cells in rows if any(cells)]
        if len(first) >= _MOST_ROWS:
            break
    return first[:_MOST_ROWS]


def _stamp(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_mtime_ns, found.st_size


def _encoding(file: Path, stamp: tuple[int, int]) -> str:
    """Encoding by the whole file, for the first other letter may come late; kept for next time.

    Empty where the beginning tells it: files in two encodings, packed ones.
    """
    if file.suffix.lower() in (".gz", table_archives.SUFFIX):
        return ""
    found = _encoded(str(file), stamp)
    return "" if found.other else found.encoding


@lru_cache(maxsize=8)
def _encoded(path: str, stamp: tuple[int, int]) -> encodings.Encoded:
    return encodings.encoding_of(Path(path))


@contextmanager
def _head(file: Path, sheet: str) -> Iterator[Path]:
    """The file, or the beginning of a packed one, unpacked."""
    suffix = file.suffix.lower()
    if suffix not in (".gz", table_archives.SUFFIX):
        yield file
        return
    with tempfile.TemporaryDirectory(prefix="terradesk-") as folder:
        if suffix == table_archives.SUFFIX:
            entry, _sheet = table_archives.chosen(file, sheet)
            yield table_archives.unpack(file, entry, Path(folder), _HEAD)
            return
        target = Path(folder, file.with_suffix("").name)
        try:
            with gzip.open(file) as source:
                data = source.read(_HEAD)
        except (OSError, EOFError) as error:
            raise TerraDeskError(
                _("“{name}” is damaged and cannot be unpacked.").format(name=isolate(file.name)),
                _("Copy or download the file again."),
            ) from error
        whole = data if len(data) < _HEAD else data[: data.rfind(b"\n") + 1]
        target.write_bytes(whole)
        yield target


_kept: dict[tuple[str, str, tuple[int, int]], list[headers.Row]] = {}
_MOST_KEPT = 8


def _of_workbook(
    path: str, sheet: str, stamp: tuple[int, int], progress: Progress
) -> list[headers.Row]:
    """The first rows of a sheet; read once, in a worker, and kept."""
    key = path, sheet, stamp
    if key not in _kept:
        found = foreign.call(first_rows, path, progress, sheet=sheet or None)
        rows = [(int(line), [str(c) for c in cells]) for line, cells in found["rows"]]
        while len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)))
        _kept[key] = rows
    return _kept[key]


def first_rows(path: str, progress: Progress, sheet: str | None = None) -> dict[str, Any]:
    """In the worker: the first rows of a sheet, with their numbers."""
    with tables.opened(Path(path), sheet) as (file, sheet):
        batches, _text = tables.rows_of(file, progress, sheet)
        return {"rows": _taken(batches)}
