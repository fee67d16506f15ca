"""How drawing kernels are compiled, and the array types they speak of."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

from terradesk.arcs.jit import Bools, Bytes, Float32s, Floats, Int32s, Int64s

__all__ = [
    "Bools",
    "Bytes",
    "Colours",
    "Float32s",
    "Floats",
    "Int32s",
    "Int64s",
    "Place",
    "inlined",
    "kernel",
]

Colours = NDArray[np.uint32]
Place = tuple[int, int, float]
"""kx, ky, scale of a view."""

_P = ParamSpec("_P")
_R = TypeVar("_R")


def kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile with numba: cached on disk, without the GIL, free to reorder float arithmetic."""
    compiled: Callable[_P, _R] = numba.njit(cache=True, nogil=True, fastmath=True)(function)
    return compiled


def inlined(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile into the kernels that call it."""
    compiled: Callable[_P, _R] = numba.njit(inline="always")(function)
    return compiled
