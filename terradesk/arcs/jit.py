"""The decorator of every numba kernel, and the array types that kernels speak of."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Uint64s = NDArray[np.uint64]
Float32s = NDArray[np.float32]
Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]
Objects = NDArray[np.object_]

_P = ParamSpec("_P")
_R = TypeVar("_R")


def _without_blas() -> None:
    """Let numba believe that scipy has no BLAS: it would import scipy to see, for 0.2 s.

    Only kernels with matrix products, of which there are none, would use it.
    """
    name = "scipy.linalg.cython_blas"
    if name in sys.modules:
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        importlib.import_module("numba.np.arraymath")
    finally:
        del sys.modules[name]


_without_blas()


def kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile with numba, cached on disk and without the GIL, keeping the signature for mypy."""
    compiled: Callable[_P, _R] = numba.njit(cache=True, nogil=True)(function)
    return compiled
