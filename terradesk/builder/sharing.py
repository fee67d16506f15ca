"""What a building process and the program share while it works: one small mapped file."""

from __future__ import annotations

import mmap
import struct
import zlib
from pathlib import Path

import numpy as np

from terradesk.arcs.jit import Int32s
from terradesk.builder.problem import Snapshot

_WISHES = struct.Struct("<BB")  # cancel, pause: written by the program
_TOLD = struct.Struct("<Iqqdqddddq")  # checksum, version, moves, ...: written by the process
_AT = 16
_LABELS = 128


class SharedState:
    """Two wishes (cancel, pause) one way, the newest snapshot the other way.

    A snapshot that is read while it is being written has a wrong checksum and is left out: the
    next one comes soon.

    Parameters
    ----------
    path : Path
    n_units : int
    is_new : bool
        Make the file; else it is there already.
    """

    def __init__(self, path: Path, n_units: int, is_new: bool = False) -> None:
        size = _LABELS + 4 * max(n_units, 1)
        if is_new:
            path.write_bytes(bytes(size))
        self._n = n_units
        self._file = path.open("r+b")
        self._map = mmap.mmap(self._file.fileno(), size)
        self._version = 0
        self._seen = 0

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()
        self._file.close()

    # ------------------------------------------------------------------ wishes
    @property
    def is_cancelled(self) -> bool:
        """Whether the work shall stop."""
        return bool(self._map[0])

    @property
    def is_paused(self) -> bool:
        """Whether the work shall wait."""
        return bool(self._map[1]) and not self._map[0]

    def wish(self, *, cancel: bool | None = None, pause: bool | None = None) -> None:
        """Tell the process to stop, to wait, to go on."""
        if cancel is not None:
            self._map[0] = int(cancel)
        if pause is not None:
            self._map[1] = int(pause)

    # ------------------------------------------------------------------ snapshots
    def put(self, shot: Snapshot) -> None:
        """Show a snapshot."""
        labels = np.ascontiguousarray(shot.assignment, np.int32).tobytes()
        self._version += 1
        rest = (self._version, shot.iterations, shot.fraction, shot.n_out, shot.worst,
                shot.compactness, shot.seconds, 0.0, len(labels))  # fmt: skip
        told = _TOLD.pack(0, *rest)
        check = zlib.crc32(labels, zlib.crc32(told[4:]))
        self._map[_LABELS : _LABELS + len(labels)] = labels
        self._map[_AT : _AT + _TOLD.size] = _TOLD.pack(check, *rest)

    def take(self) -> Snapshot | None:
        """The newest snapshot, once; None when there is no newer one."""
        told = bytes(self._map[_AT : _AT + _TOLD.size])
        check, version, moves, fraction, n_out, worst, shape, seconds, _spare, size = _TOLD.unpack(
            told
        )
        if version <= self._seen or size != 4 * self._n:
            return None
        labels = bytes(self._map[_LABELS : _LABELS + size])
        if zlib.crc32(labels, zlib.crc32(told[4:])) != check:
            return None
        self._seen = version
        rows: Int32s = np.frombuffer(labels, np.int32)
        return Snapshot(rows, fraction, moves, n_out, worst, shape, seconds)
