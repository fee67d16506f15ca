"""PNG written row by row, so that a picture of any size needs no memory of its size.

Source: Portable Network Graphics (W3C, third edition), sections 5, 9 and 11. Pillow writes only
what is wholly in memory.
"""

from __future__ import annotations

import struct
import zlib
from types import TracebackType
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

__all__ = ["PngWriter"]

_INCH = 0.0254
_LEVEL = 6
_CHUNK = 1 << 20


class PngWriter:
    """Writes 8-bit RGB rows from top to bottom; use it in a ``with`` statement.

    Parameters
    ----------
    file : binary file
    width, height : int
    dpi : float
        Written into the file, so that it prints in its size.
    """

    def __init__(self, file: BinaryIO, width: int, height: int, dpi: float) -> None:
        self._file, self._shape, self._rows = file, (width, height), 0
        self._above = np.zeros((1, width * 3), np.uint8)
        self._packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 15, 9)
        self._kept: list[bytes] = []
        file.write(b"\x89PNG\r\n\x1a\n")
        self._chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        per_m = max(1, round(dpi / _INCH))
        self._chunk(b"pHYs", struct.pack(">IIB", per_m, per_m, 1))

    def __enter__(self) -> PngWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._close()

    def write(self, rows: NDArray[np.uint8]) -> None:
        """Append rows, (n, width, 3)."""
        flat = np.ascontiguousarray(rows).reshape(len(rows), -1)
        for first in range(0, len(flat), 64):
            self._pack(_filtered(flat[first : first + 64], self._above))
            self._above = flat[first : first + 64][-1:].copy()
        self._rows += len(rows)

    def _pack(self, data: bytes) -> None:
        self._kept.append(self._packer.compress(data))
        if sum(map(len, self._kept)) > _CHUNK:
            self._flush()

    def _flush(self) -> None:
        data = b"".join(self._kept)
        self._kept = []
        if data:
            self._chunk(b"IDAT", data)

    def _chunk(self, kind: bytes, data: bytes) -> None:
        self._file.write(struct.pack(">I", len(data)) + kind + data)
        self._file.write(struct.pack(">I", zlib.crc32(kind + data)))

    def _close(self) -> None:
        if self._rows != self._shape[1]:
            raise ValueError(f"{self._rows} of {self._shape[1]} rows were written")
        self._kept.append(self._packer.flush())
        self._flush()
        self._chunk(b"IEND", b"")


def _filtered(rows: NDArray[np.uint8], above: NDArray[np.uint8]) -> bytes:
    """Rows with the filter (none, left or up) that leaves the smallest sum of differences."""
    before = np.concatenate([above, rows[:-1]])
    left = rows.copy()
    left[:, 3:] -= rows[:, :-3]
    ways = np.stack([rows, left, rows - before])
    sums = np.abs(ways.view(np.int8).astype(np.int16)).sum(axis=2, dtype=np.int64)
    best = sums.argmin(axis=0).astype(np.uint8)
    chosen = ways[best, np.arange(len(rows))]
    return np.column_stack([best, chosen]).tobytes()
