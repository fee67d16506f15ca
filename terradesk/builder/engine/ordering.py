"""Order of units in memory: near on the map, near in memory, which large maps gain from."""

from __future__ import annotations

import numpy as np

from terradesk.arcs.jit import Floats, Int32s

_BITS = 10


def along_curve(xy: Floats) -> Int32s:
    """Points in the order of a Z-shaped curve through a grid (Morton 1966).

    Parameters
    ----------
    xy : ndarray, shape (n, 2)

    Returns
    -------
    ndarray of int32, shape (n,)
        Rows in that order.
    """
    low, size = xy.min(0), float(np.ptp(xy, axis=0).max()) + 1e-9
    cell = ((xy - low) / size * (2**_BITS - 1)).astype(np.int64)
    code = np.zeros(len(xy), np.int64)
    for bit in range(_BITS):
        code |= ((cell[:, 0] >> bit) & 1) << (2 * bit) | ((cell[:, 1] >> bit) & 1) << (2 * bit + 1)
    return np.argsort(code, kind="stable").astype(np.int32)
