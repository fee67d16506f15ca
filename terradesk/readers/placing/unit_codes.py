"""Codes and names of imported areas, and which rows make one unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import numpy as np

from terradesk.columns import as_texts
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate, ngettext, number
from terradesk.readers import words
from terradesk.readers.maps.boundaries import Boundaries
from terradesk.readers.report import Issue, issue

OnDuplicates = Literal["refuse", "join"]

_SHOWN = 10  # codes in a message
_MANY, _DIFFERENT = 20, 0.3  # of many areas this share at least must have names of their own


def guess_code_name(boundaries: Boundaries) -> tuple[str, str]:
    """Columns that seem to hold the code and the name of each area.

    Parameters
    ----------
    boundaries : Boundaries

    Returns
    -------
    code, name : str
        The same column twice when there is but one; empty when there is none at all.
    """
    texts = {name: _texts(values) for name, values in boundaries.columns.items()}
    texts = {name: cells for name, cells in texts.items() if any(cells)}
    if not texts:
        return "", ""
    code = max(texts, key=lambda name: _code_score(name, texts[name]))
    others = {n: c for n, c in texts.items() if n != code} or texts
    name = max(others, key=lambda n: name_score(n, others[n]))
    return code, name if name_score(name, others[name]) > 0 else code


def _texts(values: np.ndarray) -> list[str]:
    return [str(value).strip() for value in as_texts(values).tolist()]


def _code_score(name: str, cells: list[str]) -> float:
    place = words.rank(name, words.UNIT_CODES)
    said = 0.0 if place is None else 1.0 - 0.015 * place
    unique = len(set(cells)) / len(cells)
    filled = [cell for cell in cells if cell]
    short = sum(1 for cell in filled if len(cell) <= 20 and "." not in cell) / len(filled)
    digits = sum(1 for cell in filled if any(c.isdigit() for c in cell)) / len(filled)
    return said + 3.0 * (unique == 1.0) + unique + 0.5 * short + 0.3 * digits


def name_score(name: str, cells: list[str]) -> float:
    """How far a column looks like names of areas; 0 when it cannot be.

    Parameters
    ----------
    name : str
        Header.
    cells : list of str
        Not all of them empty.
    """
    filled = [cell for cell in cells if cell]
    letters = sum(1 for cell in filled if re.match(r"[^\W\d_]{2}", cell)) / len(filled)
    if letters < 0.5 or (len(cells) > _MANY and len(set(cells)) < _DIFFERENT * len(cells)):
        return 0.0
    place = words.rank(name, words.UNIT_NAMES)
    said = 0.0 if place is None else 1.0 - 0.015 * place
    long = min(sum(map(len, filled)) / len(filled) / 8, 1.0)
    return letters + 2 * said + len(set(cells)) / len(cells) + 0.5 * long


def codes_of(boundaries: Boundaries, code: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Code of each of the rows, and the rows that had none and got one like #12.

    Raises
    ------
    TerraDeskError
        There is no such column, or it is empty.
    """
    if code not in boundaries.columns:
        raise TerraDeskError(
            _("There is no column “{name}” with the code of each area.").format(name=isolate(code))
            if code
            else _("The map has no column with a code or name of each area."),
            _("Its columns are: {names}").format(names=", ".join(boundaries.columns) or "–"),
        )
    cells = _texts(boundaries.columns[code][rows])
    empty = np.array([row for row, cell in zip(rows, cells, strict=True) if not cell], np.int64)
    if len(empty) == len(rows):
        raise TerraDeskError(
            _("The column “{name}” is empty.").format(name=isolate(code)),
            _("Choose another column for the code of each area."),
        )
    out = np.empty(len(rows), object)
    out[:] = [cell or f"#{row + 1}" for row, cell in zip(rows, cells, strict=True)]
    return out, empty


def labels_of(codes: np.ndarray, on_duplicates: OnDuplicates) -> tuple[np.ndarray, np.ndarray]:
    """Unit of each row, and the first row of each unit, in the order of the file.

    Raises
    ------
    TerraDeskError
        Codes occur twice and are not to be joined.
    """
    seen: dict[str, int] = {}
    labels = np.array([seen.setdefault(code, len(seen)) for code in codes.tolist()], np.int64)
    counts = np.bincount(labels, minlength=len(seen))
    double = [code for code, label in seen.items() if counts[label] > 1]
    if double and on_duplicates == "refuse":
        shown = ", ".join(isolate(code) for code in double[:_SHOWN])
        message = ngettext(
            "{n} code belongs to more than one area: {codes}",
            "{n} codes belong to more than one area: {codes}",
            len(double),
        )
        more = " …" if len(double) > _SHOWN else ""
        raise TerraDeskError(
            message.format(n=number(len(double)), codes=shown + more),
            _("Choose another column as code, or join the areas that have the same code."),
        )
    first = np.unique(labels, return_index=True)[1]
    return labels, first


def names_of(
    columns: Mapping[str, np.ndarray], name: str, rows: np.ndarray, codes: np.ndarray
) -> np.ndarray:
    """Name of each of the rows, its code where there is none."""
    out = codes.copy()
    if name in columns:
        cells = _texts(columns[name][rows])
        out[:] = [cell or code for cell, code in zip(cells, codes, strict=True)]
    return out


def unnamed(rows: np.ndarray) -> list[Issue]:
    """What to say about rows that had no code."""
    if len(rows) == 0:
        return []
    text = ngettext(
        "{n} area has no code; it got one like #12, the number of its row.",
        "{n} areas have no code; they got one like #12, the number of their row.",
        len(rows),
    )
    reason = _("No code; it got the number of its row")
    told = text.format(n=number(len(rows)))
    return [issue("no_code", told, rows, outcome="repaired", reason=reason)]


def joined_rows(labels: np.ndarray, first: np.ndarray, rows: np.ndarray, level: str) -> list[Issue]:
    """What to say about rows that went into the unit of another one."""
    others = np.delete(rows, first)
    if len(others) == 0:
        return []
    if level:
        text = ngettext(
            "{n} row was joined with others of the same “{column}”.",
            "{n} rows were joined with others of the same “{column}”.",
            len(others),
        ).format(n=number(len(others)), column=isolate(level))
    else:
        text = ngettext(
            "{n} row was joined with another one of the same code.",
            "{n} rows were joined with others of the same code.",
            len(others),
        ).format(n=number(len(others)))
    reason = _("Part of the same area as an earlier row")
    return [issue("joined", text, others, level="info", outcome="grouped", reason=reason)]
