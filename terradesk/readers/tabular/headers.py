"""Which row holds the names of the columns, and rows that are no rows: headers again, totals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate, ngettext, number
from terradesk.readers import words
from terradesk.readers.report import Issue, issue
from terradesk.readers.tabular import numbers

MOST_COLUMNS = 1000

LOOK = 30
"""Rows in which the header is looked for."""

Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns.

    Parameters
    ----------
    names : list of str
        As they stand in the file; empty ones where there is no header.
    line : int
        Line of a text file or row of a sheet, from 1; 0: there is none.
    below : int
        Place of the first row of the table among those that were looked at.
    above : tuple of int
        Lines of the titles above.
    is_double : bool
        Made of two rows.
    """

    names: list[str]
    line: int
    below: int
    above: tuple[int, ...] = ()
    is_double: bool = False


_N_GEONAMES = 12  # country, postcode, place, three times name and code, latitude, longitude, sort
_GEONAMES_COUNTRY = re.compile("[A-Z]{2}")
_GEONAMES_DEGREES = re.compile(r"-?\d{1,3}\.\d+")


def find(first: Sequence[Row], file: str, wanted: int | None = None) -> Header:
    """The header among the first rows; titles above it are skipped.

    Parameters
    ----------
    first : sequence of (int, list of str)
        The first rows with anything in them, with their lines.
    file : str
        Name of the file, as shown.
    wanted : int, optional
        Line of the header; 0: there is none.

    Raises
    ------
    TerraDeskError
        There are no rows, the header holds values, or there is nothing in the line.
    """
    if not first:
        raise TerraDeskError(
            _("“{name}” is empty.").format(name=file), _("Choose another file or sheet.")
        )
    widths = [sum(1 for cell in cells if cell.strip()) for _line, cells in first[:LOOK]]
    usual = sorted(widths)[len(widths) // 2]
    if wanted == 0:
        return Header([""] * max(len(cells) for _line, cells in first[:LOOK]), 0, 0)
    if wanted is not None:
        at = _in_line(first, wanted, file)
        return Header(_texts(first[at][1]), wanted, at + 1, _lines(first[:at]))
    at = next(k for k, width in enumerate(widths) if width >= min(usual, max(2, usual * 0.6)))
    names = _texts(first[at][1])
    if _are_postcodes(names):
        return Header([""] * len(names), 0, 0)
    if _holds_values(names):
        raise _no_header(names, file)
    return _checked(_with_second(first, at, names), file)


def _in_line(first: Sequence[Row], wanted: int, file: str) -> int:
    at = next((k for k, (line, _cells) in enumerate(first) if line == wanted), None)
    if at is None:
        raise TerraDeskError(
            _("Row {n} of “{name}” is empty or too far down to be the header.").format(
                n=wanted, name=file
            ),
            _("Choose the row that holds the names of the columns."),
        )
    return at


def _are_postcodes(names: list[str]) -> bool:
    """Whether a row is one of the postcodes of GeoNames, whose files have no header."""
    if len(names) != _N_GEONAMES or not _GEONAMES_COUNTRY.fullmatch(names[0]):
        return False
    return all(_GEONAMES_DEGREES.fullmatch(cell) for cell in names[9:11])


def _no_header(names: list[str], file: str) -> TerraDeskError:
    return TerraDeskError(
        _("The first row of “{name}” holds values, not names of columns: {cells}").format(
            name=file, cells=isolate(", ".join(names[:5]))
        ),
        _("Put a row with the names of the columns above the others, or say that there is none."),
    )


def _checked(header: Header, file: str) -> Header:
    n = len(header.names)
    if n > MOST_COLUMNS:
        raise TerraDeskError(
            _("“{name}” has {n} columns; TerraDesk reads 1,000.").format(name=file, n=n),
            _("Delete the columns that are not needed."),
        )
    return header


def _texts(cells: Sequence[str]) -> list[str]:
    return [cell.replace("\0", "").strip() for cell in cells]


def _lines(rows: Sequence[Row]) -> tuple[int, ...]:
    return tuple(line for line, _cells in rows)


def _with_second(first: Sequence[Row], at: int, names: list[str]) -> Header:
    """The header at a row, with the row of groups above or of details below it where there is."""
    line = first[at][0]
    if at and _are_groups(_texts(first[at - 1][1]), names):
        joined = _joined(_filled(_texts(first[at - 1][1]), len(names)), names)
        return Header(joined, line, at + 1, _lines(first[: at - 1]), True)
    below = _texts(first[at + 1][1]) if at + 2 < len(first) else []
    if _are_groups(names, below) and _more_values(first[at + 2][1], below):
        joined = _joined(_filled(names, len(below)), below)
        return Header(joined, first[at + 1][0], at + 2, _lines(first[:at]), True)
    return Header(names, line, at + 1, _lines(first[:at]))


def _are_groups(upper: list[str], lower: list[str]) -> bool:
    """Whether a row names groups of the columns that another one names: 2023, , 2024, ."""
    if len(upper) > len(lower) or sum(map(bool, upper)) < 2 or _holds_values(lower):
        return False
    filled = [name for name in lower if name]
    gaps = sum(1 for k, name in enumerate(lower) if name and not (upper[k : k + 1] or [""])[0])
    repeats = len(set(filled)) < len(filled)
    return gaps > 0 and repeats and len(filled) >= 0.6 * len(lower)


def _more_values(row: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a row of the table holds numbers where the names have letters."""
    return any(numbers.number(cell) is not None and cell.strip() for cell in row[: len(names)])


def _filled(upper: list[str], width: int) -> list[str]:
    """Names of groups carried to the right, as merged cells mean it."""
    out, last = [], ""
    for k in range(width):
        last = (upper[k] if k < len(upper) else "") or last
        out.append(last)
    return out


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    """Both names where the lower one alone would not do."""
    count = {name: lower.count(name) for name in lower}
    return [
        (f"{a} {b}" if count[b] > 1 else b) if b and a != b else a
        for a, b in zip(upper, lower, strict=True)
    ]


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


# ---------------------------------------------------------------------- names
def named(header: Header, is_empty: Sequence[bool]) -> tuple[dict[int, str], list[Issue]]:
    """Name of each column that is kept: unnamed empty ones are not, doubles get a number.

    Parameters
    ----------
    header : Header
    is_empty : sequence of bool
        Whether a column has nothing in it.
    """
    names: dict[int, str] = {}
    taken: set[str] = set()
    changed = []
    for k, cell in enumerate(header.names):
        name = " ".join(cell.split())
        if not name and is_empty[k]:
            continue
        wanted = name = name or _("Column {n}").format(n=k + 1)
        count = 1
        while name.casefold() in taken:
            count += 1
            name = f"{wanted} ({count})"
        taken.add(name.casefold())
        names[k] = name
        if name != " ".join(cell.split()):
            changed.append(name)
    return names, _told(header, changed)


def _told(header: Header, changed: Sequence[str]) -> list[Issue]:
    issues = []
    if changed and header.line:
        text = _("Columns without a name of their own were named: {names}")
        shown = ", ".join(isolate(name) for name in changed[:10])
        issues.append(issue("renamed", text.format(names=shown), n=len(changed), level="info"))
    if header.above:
        n = len(header.above)
        text = ngettext(
            "{n} row above the header was taken for a title and skipped.",
            "{n} rows above the header were taken for titles and skipped.",
            n,
        )
        told = text.format(n=number(n))
        issues.append(issue("above", told, header.above, level="info", is_lines=True))
    if header.is_double:
        text = _("The header has two rows; columns are named by both where one is not enough.")
        issues.append(issue("two_headers", text, n=1, level="info"))
    return issues


# ---------------------------------------------------------------------- totals
_TOTALS = words.split(
    """total; totals; grand total; sum; sub total; overall; ensemble; total general; somme; summe;
    gesamt; gesamtsumme; gesamtergebnis; suma; razem; ogolem; suma koncowa; summa; totalt;
    totalsumma; جمع; جمع کل; مجموع"""
)


def looks_total(cells: Sequence[str], names: Mapping[int, str]) -> bool:
    """Whether a row at the foot adds the others up: its first cell says so, others are empty."""
    filled = [(k, cell.strip()) for k, cell in enumerate(cells) if cell.strip() and k in names]
    if len(filled) < 2 or len(filled) == len(names) > 2:
        return False
    label = words.plain(filled[0][1])
    if not any(label == word or label.startswith(f"{word} ") for word in _TOTALS):
        return False
    return all(numbers.number(cell) is not None for _k, cell in filled[1:])
