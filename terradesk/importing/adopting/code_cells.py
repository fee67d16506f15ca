"""Cells that say units: one code, a list of codes, or a range of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from terradesk.plan import Plan
from terradesk.readers.matching import unit_rows

_PARTS = re.compile(r"\s*[,;\n|]\s*")
_RANGE = re.compile(r"(\S+?)\s*(?:-|–|—|\.\.+|\s+(?:to|thru|bis|do|à)\s+)\s*(\S+)")
_ZIP4 = re.compile(r"(\d{5})-\d{4}")
_PREFIX = re.compile(r"(\w+?)(?:\*+|[xX]{2,})")
_TAIL = re.compile(r"(.*?)(\d+)")
_LONGEST = 200  # letters of a code or range: patterns take the square of it


@dataclass(frozen=True, slots=True)
class Said:
    """What a cell says.

    Parameters
    ----------
    rows : tuple of int
        Units.
    is_wide : bool
        They come from a range or a prefix, which a line for one code overrules.
    unknown : tuple of str
        Parts that are no code of this map.
    """

    rows: tuple[int, ...] = ()
    is_wide: bool = False
    unknown: tuple[str, ...] = ()


class CodeReader:
    """Reads cells of codes.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._by_shape: dict[tuple[str, int], tuple[np.ndarray, np.ndarray]] = {}
        found: dict[tuple[str, int], list[tuple[int, int]]] = {}
        present = np.flatnonzero(plan.units_present)
        self._codes = [(str(plan.units.codes[row]), row) for row in present.tolist()]
        self._exact = {code for code, _row in self._codes}
        for code, row in self._codes:
            match = _TAIL.fullmatch(code[-_LONGEST:])
            if len(code) <= _LONGEST and match and len(match[2]) < 19:
                key = match[1].casefold(), len(match[2])
                found.setdefault(key, []).append((int(match[2]), row))
        for key, pairs in found.items():
            numbers, rows = np.array(sorted(pairs), np.int64).T
            self._by_shape[key] = numbers, rows

    def said(self, cells: Iterable[str]) -> dict[str, Said]:
        """What each different cell says."""
        different = list(dict.fromkeys(cells))
        simple = [cell for cell in different if not self._is_spread(cell)]
        whole = dict(zip(simple, self._rows(simple), strict=True))
        out = {cell: Said((row,)) for cell, row in whole.items() if row >= 0}
        parts = {cell: self._parts(cell) for cell in different if cell and cell not in out}
        every = list(dict.fromkeys(part for found in parts.values() for part in found))
        row_of = dict(zip(every, self._rows(every), strict=True))
        for cell, found in parts.items():
            out[cell] = self._joined(found, row_of)
        out.setdefault("", Said())
        return out

    def _is_spread(self, cell: str) -> bool:
        """Whether a text may stand for several codes, or for one with an addition."""
        text = cell.strip()
        if text in self._exact or len(text) > _LONGEST:
            return False
        return any(pattern.fullmatch(text) for pattern in (_ZIP4, _PREFIX, _RANGE))

    def knows(self, cells: np.ndarray) -> np.ndarray:
        """(n,) bool: cells that name a unit."""
        found = self.said(cells.tolist())
        return np.array([bool(found[cell].rows) for cell in cells.tolist()], bool)

    def _rows(self, cells: list[str]) -> list[int]:
        return [int(row) for row in unit_rows(self.plan, np.array(cells, object))] if cells else []

    def _parts(self, cell: str) -> list[str]:
        parts = [part for part in _PARTS.split(cell.strip()) if part]
        words = cell.split()
        if len(parts) == 1 and len(words) > 1 and all(any(c.isdigit() for c in w) for w in words):
            return words if not self._is_spread(cell) else parts
        return parts

    def _joined(self, parts: list[str], row_of: dict[str, int]) -> Said:
        rows: list[int] = []
        unknown: list[str] = []
        is_wide = False
        for part in parts:
            found = self._spread(part) if self._is_spread(part) else []
            if not found and row_of[part] >= 0:
                found = [row_of[part]]
            is_wide |= len(found) > 1
            rows += found
            unknown += [] if found else [part]
        return Said(tuple(dict.fromkeys(rows)), is_wide, tuple(unknown))

    def _spread(self, part: str) -> list[int]:
        """Units of a range, a prefix, or a ZIP code with an addition."""
        zip4, prefix = _ZIP4.fullmatch(part), _PREFIX.fullmatch(part)
        if zip4:
            return [row for row in self._rows([zip4[1]]) if row >= 0]
        if prefix:
            start = prefix[1].casefold()
            return [row for code, row in self._codes if code.casefold().startswith(start)]
        match = _RANGE.fullmatch(part)
        return self._between(match[1], match[2]) if match else []

    def _between(self, first: str, last: str) -> list[int]:
        start, stop = _TAIL.fullmatch(first), _TAIL.fullmatch(last)
        if start is None or stop is None:
            return []
        stem, low, high = start[1].casefold(), start[2], stop[2]
        if stop[1].casefold() not in (stem, ""):
            return []
        if len(high) < len(low):  # 02101-99
            high = low[: len(low) - len(high)] + high
        if len(high) > 18:
            return []
        out: list[int] = []
        for width in self._widths(stem, max(len(low), len(high))):
            numbers, rows = self._by_shape[stem, width]
            a, b = np.searchsorted(numbers, [int(low), int(high) + 1])
            out += rows[a:b].tolist()
        return out

    def _widths(self, stem: str, wanted: int) -> list[int]:
        """Lengths of numbers that may be meant: as written; else longer ones, zeros lost."""
        widths = sorted(width for key, width in self._by_shape if key == stem)
        return [wanted] if wanted in widths else [width for width in widths if width > wanted][:1]
