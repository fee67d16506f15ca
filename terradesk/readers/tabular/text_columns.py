"""Columns of text kept small: one buffer per column, decoded when they are asked for.

A million short texts as Python objects need 65 MB per column, their letters 10 MB. A column of few
different texts keeps each of them once with a number per row, and its rows share the objects.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

_END = "\0"
_AS_TEXT = re.compile(r'^="([^"]*)"$')
_JUDGED = 40_000  # rows before a column is judged: streets and towns repeat late
_FEW = 3  # rows for each different text, at least, of a column that keeps numbers
_PORTION = 1 << 20  # bytes that are made texts at a time
_LATE = 500_000  # rows before such a column is judged whose texts begin to repeat: postcodes


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """A column of text.

    Parameters
    ----------
    data : ndarray of uint8
        UTF-8 texts with NUL between them.
    n : int
        How many texts those are.
    codes : ndarray of int32, shape (n_rows,), optional
        Which of them each row has; without it they are the rows.
    """

    data: np.ndarray
    n: int
    codes: np.ndarray | None = None

    @property
    def n_rows(self) -> int:
        """Rows of the column."""
        return self.n if self.codes is None else len(self.codes)

    def cells(self) -> np.ndarray:
        """(n_rows,) object, str."""
        out, k = np.empty(self.n, object), 0
        for data in _portions(self.data) if self.n else ():
            texts = data.tobytes().decode("utf-8", "replace").split(_END)
            if k + len(texts) > self.n:
                raise ValueError("there are more texts than rows")
            out[k : k + len(texts)] = texts
            k += len(texts)
        if k != self.n:
            raise ValueError("texts are missing")
        return out if self.codes is None else out[self.codes]

    def some(self, step: int) -> np.ndarray:
        """Every so many-th cell, object, str."""
        if self.codes is not None and self.n:
            return Packed(self.data, self.n).cells()[self.codes[::step]]
        if step <= 1 or self.n == 0:
            return self.cells()[::step]
        ends = np.flatnonzero(self.data == 0)
        starts = np.concatenate(([0], ends + 1))[::step].tolist()
        stops = np.concatenate((ends, [len(self.data)]))[::step].tolist()
        out = np.empty(len(starts), object)
        pairs = zip(starts, stops, strict=True)
        out[:] = [self.data[a:b].tobytes().decode("utf-8", "replace") for a, b in pairs]
        return out

    def at(self, rows: np.ndarray) -> np.ndarray:
        """Cells of some rows, object, str; the others are not made."""
        wanted = rows if self.codes is None else self.codes[rows]
        ends = np.append(np.flatnonzero(self.data == 0), len(self.data))
        starts = np.concatenate(([0], ends[:-1] + 1))
        pairs = zip(starts[wanted].tolist(), ends[wanted].tolist(), strict=True)
        out = np.empty(len(wanted), object)
        out[:] = [self.data[a:b].tobytes().decode("utf-8", "replace") for a, b in pairs]
        return out

    @property
    def is_empty(self) -> bool:
        """Whether no row has anything in it."""
        return not self.data.any()

    def as_dict(self) -> dict[str, Any]:
        """What a worker hands over."""
        return {"data": self.data, "n": self.n, "codes": self.codes}


def _portions(data: np.ndarray) -> Iterator[np.ndarray]:
    """The buffer cut at some of its NULs, which fall out: copies of all of it would be large."""
    start = 0
    while True:
        end = len(data)
        for near in range(start + _PORTION, len(data), _PORTION):
            found = np.flatnonzero(data[near : near + _PORTION] == 0)
            if len(found):
                end = near + int(found[0])
                break
        yield data[start:end]
        if end == len(data):
            return
        start = end + 1


class TextColumns(Mapping[str, np.ndarray]):
    """Named columns of text, read as arrays of str; those nobody holds are made anew.

    Parameters
    ----------
    packed : mapping of str to Packed
    """

    def __init__(self, packed: Mapping[str, Packed]) -> None:
        self._packed = dict(packed)
        self._made: WeakValueDictionary[str, np.ndarray] = WeakValueDictionary()

    def __getitem__(self, name: str) -> np.ndarray:
        found = self._made.get(name)
        if found is None:
            found = self._packed[name].cells()
            found.flags.writeable = False
            self._made[name] = found
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)

    def __contains__(self, name: object) -> bool:
        return name in self._packed

    def some(self, name: str, most: int) -> np.ndarray:
        """Some cells of a column from everywhere in it, without making all of them."""
        found = self._packed[name]
        return found.some(_step(found.n_rows, most))

    def at(self, name: str, rows: np.ndarray) -> np.ndarray:
        """Cells of some rows of a column, without making all of them."""
        found = self._made.get(name)
        return self._packed[name].at(rows) if found is None else found[rows]


def some_cells(columns: Mapping[str, np.ndarray], name: str, most: int) -> np.ndarray:
    """Some cells of a column of any mapping, from everywhere in it.

    Parameters
    ----------
    columns : mapping of str to ndarray of str, shape (n_rows,)
    name : str
    most : int
        About so many; all of them where there are fewer than twice as many.
    """
    columns = _holding(columns, name)
    if isinstance(columns, TextColumns):
        return columns.some(name, most)
    cells = columns[name]
    return cells[:: _step(len(cells), most)]


def cells_at(columns: Mapping[str, np.ndarray], name: str, rows: np.ndarray) -> np.ndarray:
    """Cells of some rows of a column of any mapping.

    Parameters
    ----------
    columns : mapping of str to ndarray of str, shape (n_rows,)
    name : str
    rows : ndarray of int, shape (k,)
    """
    columns = _holding(columns, name)
    return columns.at(name, rows) if isinstance(columns, TextColumns) else columns[name][rows]


def _holding(columns: Mapping[str, np.ndarray], name: str) -> Mapping[str, np.ndarray]:
    """Of several mappings chained the one that the column is taken from."""
    while isinstance(columns, ChainMap):
        columns = next(one for one in columns.maps if name in one)
    return columns


def _step(n: int, most: int) -> int:
    return max(n // most, 1)


class _Numbers(dict[str, int]):
    """Texts and their numbers, in the order in which they are met."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number


class Packer:
    """Packs a column that comes in portions."""

    def __init__(self) -> None:
        self.n = 0
        self._parts: list[bytes] = []
        self._codes: list[np.ndarray] | None = []
        self._seen = _Numbers()

    def add(self, cells: Sequence[str]) -> None:
        """Add cells; NULs are no letters and fall out."""
        joined = _END.join(cells)
        if cells and joined.count(_END) != len(cells) - 1:
            cells = [cell.replace(_END, "") for cell in cells]
            joined = _END.join(cells)
        if '="' in joined:  # how Excel keeps zeros in front
            cells = [_AS_TEXT.sub(r"\1", cell) for cell in cells]
            joined = _END.join(cells)
        self.n += len(cells)
        if self._codes is not None:
            before = len(self._seen)
            number = map(self._seen.__getitem__, cells)
            self._codes.append(np.fromiter(number, np.int32, len(cells)))
            n_new = len(self._seen) - before
            if len(self._seen) * _FEW > self.n:
                self._spread(are_new=2 * n_new > len(cells))
        elif cells:
            self._parts.append(joined.encode("utf-8", "replace"))

    def _spread(self, are_new: bool) -> None:
        """There are many different texts: keep each row's own."""
        if self.n < (_JUDGED if are_new else _LATE):
            return
        assert self._codes is not None
        texts = list(self._seen)
        codes = np.concatenate(self._codes).tolist()
        self._parts.append(_END.join([texts[k] for k in codes]).encode("utf-8", "replace"))
        self._codes, self._seen = None, _Numbers()

    def packed(self) -> Packed:
        """The column."""
        if self._codes is None:
            return Packed(_bytes(self._parts), self.n)
        codes = np.concatenate([*self._codes, np.empty(0, np.int32)])
        texts = _END.join(self._seen).encode("utf-8", "replace")
        return Packed(_bytes([texts]), len(self._seen), codes)


def _bytes(parts: list[bytes]) -> np.ndarray:
    return np.frombuffer(_END.encode().join(parts), np.uint8)


def packed_of(values: Mapping[str, Any]) -> Packed:
    """A column as a worker hands it over.

    Raises
    ------
    ValueError
        Its numbers point beyond its texts.
    """
    found = Packed(values["data"], int(values["n"]), values["codes"])
    codes = found.codes
    if codes is not None and len(codes) and not 0 <= codes.min() <= codes.max() < found.n:
        raise ValueError("texts are missing")
    return found
