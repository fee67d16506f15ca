"""By code: lists, ranges, prefixes, wildcards, as in ``752-753, 75001-75009, 76*``.

* codes of one length are compared as text, so zeros at the front count and a short bound means
  everything that begins with it: 752-753 is 75200 to 75399
* codes of several lengths are compared by the number after their letters: 5-20, SW1-SW9
* a code alone means that code; if there is none, all codes that begin with it, else the name
* ``*`` stands for any signs, ``?`` for one
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np

from terradesk.arcs.jit import Bools
from terradesk.choosing.way import Chosen, Situation, Way, chosen
from terradesk.i18n import N_
from terradesk.units import Units

_DASHES = str.maketrans({"–": "-", "—": "-", "‒": "-", "−": "-", "\u2011": "-"})
_FAMILY = re.compile(r"([^\d]*)(\d+)")


@dataclass(frozen=True, eq=False)
class CodeTable:
    """Codes and names of the units, made ready for comparing.

    Parameters
    ----------
    codes : ndarray of str, shape (n_units,)
        Capital letters, no space at either end.
    names : ndarray of str, shape (n_units,)
        Case-folded.
    """

    codes: np.ndarray
    names: np.ndarray
    _families: dict[str, tuple[np.ndarray, np.ndarray, bool]] = field(default_factory=dict)

    @classmethod
    def of(cls, units: Units) -> CodeTable:
        """The table of a plan's units; made once for each."""
        found = _TABLES.get(units)
        if found is None:
            codes = np.array([str(c).strip().upper() for c in units.codes], np.str_)
            names = np.array([str(c).strip().casefold() for c in units.names], np.str_)
            found = _TABLES[units] = cls(codes, names)
        return found

    @cached_property
    def known(self) -> frozenset[str]:
        """All codes and names that stand for themselves."""
        return frozenset(self.codes.tolist()) | {n.upper() for n in self.names.tolist()}

    def family(self, letters: str) -> tuple[np.ndarray, np.ndarray, bool]:
        """Codes that are these letters and a number.

        Returns
        -------
        rows : (k,) int64
        numbers : (k,) float64
        is_even : bool
            Whether all these codes have one length.
        """
        if letters not in self._families:
            rows, numbers, lengths = [], [], set()
            for row, code in enumerate(self.codes.tolist()):
                match = _FAMILY.match(code)
                if match and match[1] == letters:
                    rows.append(row)
                    numbers.append(float(match[2]))
                    lengths.add(len(code))
            found = np.array(rows, np.int64), np.array(numbers), len(lengths) <= 1
            self._families[letters] = found
        return self._families[letters]


_TABLES: WeakKeyDictionary[Units, CodeTable] = WeakKeyDictionary()


def parts_of(text: str, table: CodeTable) -> list[str]:
    """The parts of a list of codes: parted by commas, semicolons, lines, else by spaces."""
    out: list[str] = []
    for piece in re.split(r"[,;\n\r\t]+", text):
        tidy = " ".join(piece.split())
        if not tidy:
            continue
        if tidy.upper() in table.known:
            out.append(tidy)
        else:
            out += re.sub(r"\s*([-–—])\s*", r"\1", tidy).split()
    return out


def _mask(table: CodeTable, rows: np.ndarray | None = None) -> Bools:
    out = np.zeros(len(table.codes), np.bool_)
    if rows is not None:
        out[rows] = True
    return out


def matching(part: str, table: CodeTable, present: Bools | None = None) -> Bools:
    """Units that one part of a text means: (n_units,) bool; exact codes of present ones only."""
    wanted = part.strip().upper().translate(_DASHES)
    if not len(table.codes) or not wanted:
        return _mask(table)
    exact = np.asarray(table.codes == wanted)
    if (exact if present is None else exact & present).any():
        return exact
    if "*" in wanted or "?" in wanted:
        pattern = re.compile(fnmatch.translate(wanted.replace("[", "[[]")))
        return np.array([bool(pattern.match(code)) for code in table.codes.tolist()], np.bool_)
    bounds = _bounds(wanted)
    if bounds is not None and (found := _between(*bounds, table)).any():
        return found
    if (begins := np.char.startswith(table.codes, wanted)).any() and bounds is None:
        return np.asarray(begins)
    named = np.asarray(table.names == part.strip().casefold())
    return named


def _bounds(wanted: str) -> tuple[str, str] | None:
    """Both ends of a range: what stands on either side of the middle dash."""
    pieces = wanted.split("-")
    if len(pieces) % 2:
        return None
    half = len(pieces) // 2
    low, high = "-".join(pieces[:half]), "-".join(pieces[half:])
    return (low, high) if low and high else None


def _between(low: str, high: str, table: CodeTable) -> Bools:
    """Units with a code from one bound to the other, both counted in; swapped ends are forgiven."""
    ends = _FAMILY.fullmatch(low), _FAMILY.fullmatch(high)
    if ends[0] and ends[1] and ends[0][1] == ends[1][1]:
        rows, numbers, is_fixed = table.family(ends[0][1])
        if not is_fixed:
            first, last = sorted((float(ends[0][2]), float(ends[1][2])))
            return _mask(table, rows[(numbers >= first) & (numbers <= last)])
        if len(low) == len(high) and low > high:
            low, high = high, low
        codes = table.codes[rows]
        begun = codes.astype(f"<U{len(high)}") if len(rows) else codes
        return _mask(table, rows[(codes >= low) & (begun <= high)])
    if len(low) == len(high) and low > high:
        low, high = high, low
    is_between = (table.codes >= low) & (table.codes.astype(f"<U{len(high)}") <= high)
    return np.asarray(is_between)


def find(text: str, situation: Situation) -> Chosen:
    """Units by code; the parts that matched nothing are told.

    Parameters
    ----------
    text : str
        See the module.
    situation : Situation
    """
    table, present = CodeTable.of(situation.plan.units), situation.plan.units_present
    out, missed = _mask(table), []
    for part in parts_of(text, table):
        found = matching(part, table, present) & present
        out |= found
        if not found.any():
            missed.append(part)
    return chosen(situation, "units", out, tuple(missed))


def fits(text: str, situation: Situation) -> bool:
    """Anything may be a list of codes."""
    return bool(text.strip())


CODES = Way("codes", N_("Codes"), N_("752-753, 75001-75009, 76*"), fits, find)
