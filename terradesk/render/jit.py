"""How drawing kernels are compiled, and the array types they speak of."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

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

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Float32s = NDArray[np.float32]
Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]
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
