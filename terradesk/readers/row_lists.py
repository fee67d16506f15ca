"""Lists of row numbers as short texts, for reports that are kept as JSON."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterable

import numpy as np

_LONGEST = 4000  # characters of runs; beyond it the differences are packed
_PACKED = "z:"
_MOST = 50_000_000  # rows of a damaged text: more would be a bomb


def as_text(rows: Iterable[int] | np.ndarray) -> str:
    """Row numbers as text: ``0-4,9``; very many that form no runs are packed.

    Parameters
    ----------
    rows : iterable of int
        In any order; the order is kept.
    """
    numbers = _whole(rows)
    if len(numbers) == 0:
        return ""
    breaks = np.flatnonzero(np.diff(numbers) != 1)
    starts = numbers[np.concatenate(([0], breaks + 1))]
    stops = numbers[np.concatenate((breaks, [len(numbers) - 1]))]
    if len(starts) * 4 <= _LONGEST:
        pairs = zip(starts.tolist(), stops.tolist(), strict=True)
        text = ",".join(f"{a}" if a == b else f"{a}-{b}" for a, b in pairs)
        if len(text) <= _LONGEST:
            return text
    steps = np.diff(numbers, prepend=0).astype("<i4")
    return _PACKED + base64.b64encode(zlib.compress(steps.tobytes())).decode()


def as_rows(text: str) -> np.ndarray:
    """(n,) int64 row numbers of a text of `as_text`; nothing of one that is damaged."""
    try:
        if text.startswith(_PACKED):
            packed = base64.b64decode(text[len(_PACKED) :], validate=True)
            data = zlib.decompressobj().decompress(packed, 4 * _MOST)
            return np.cumsum(np.frombuffer(data, "<i4"), dtype=np.int64)
        return _of_runs(text)
    except (ValueError, binascii.Error, zlib.error):
        return np.empty(0, np.int64)


def _of_runs(text: str) -> np.ndarray:
    pairs = [part.partition("-") for part in text.split(",") if part]
    runs = [(int(a), int(b or a) + 1) for a, _dash, b in pairs]
    if not runs or sum(b - a for a, b in runs) > _MOST:
        return np.empty(0, np.int64)
    return np.concatenate([np.arange(a, b, dtype=np.int64) for a, b in runs])


def _whole(rows: Iterable[int] | np.ndarray) -> np.ndarray:
    if isinstance(rows, np.ndarray):
        return rows.astype(np.int64, copy=False)
    return np.array(list(rows), np.int64)
