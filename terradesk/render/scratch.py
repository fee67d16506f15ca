"""Scratch: the buffers that one thread needs while it draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from terradesk.arcs import Arcs
from terradesk.render.jit import Bytes, Int32s

__all__ = ["Scratch"]

_EVENTS = 250_000


class Scratch:
    """Reused buffers; one per thread.

    Attributes
    ----------
    events : (n, 3) int32
        Crossings of arcs with pixel rows.
    """

    def __init__(self) -> None:
        self.events = np.empty((_EVENTS, 3), np.int32)
        self._heads = np.zeros(0, np.int32)
        self._bits = np.zeros(0, np.uint64)
        self._lists: dict[int, tuple[Int32s, Int32s]] = {}
        self._weights = np.zeros(0, np.uint8)

    def grids(self, high: int, wide: int) -> tuple[Int32s, NDArray[np.uint64]]:
        """Zeroed event lists and bit mask of a rectangle; `resolve` leaves them zeroed."""
        words = (wide + 63) >> 6
        if len(self._heads) < high * wide:
            self._heads = np.zeros(high * wide, np.int32)
        if len(self._bits) < high * words:
            self._bits = np.zeros(high * words, np.uint64)
        heads = self._heads[: high * wide].reshape(high, wide)
        return heads, self._bits[: high * words].reshape(high, words)

    def more_events(self) -> None:
        """Double the room for events."""
        self.events = np.empty((2 * len(self.events), 3), np.int32)

    def lists(self, arcs: Arcs) -> tuple[Int32s, Int32s]:
        """Two arc lists as long as `arcs`."""
        n = arcs.n_arcs
        if n not in self._lists:
            self._lists[n] = (np.empty(n, np.int32), np.empty(n, np.int32))
        return self._lists[n]

    def weights(self, n: int) -> Bytes:
        """(n,) uint8 buffer for the strength of thin lines."""
        if len(self._weights) < n:
            self._weights = np.zeros(2 * n, np.uint8)
        return self._weights[:n]
