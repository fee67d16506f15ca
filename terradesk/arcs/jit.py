"""The decorator of every numba kernel, and the array types that kernels speak of."""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numba
import numpy as np
from numba.core.caching import IndexDataCacheFile
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


def _save(self: IndexDataCacheFile, key: tuple[Any, ...], data: Any) -> None:
    """Keep compiled code in a file that is named after its types, and then list it.

    numba numbers the files and lists them first. Of two processes that compile one kernel at the
    same time for different types, the later forgets what the earlier listed and takes its number:
    the list then leads to code for other types, which gives wrong figures or crashes.
    """
    name = f"{self._index_name}.{hashlib.sha256(repr(key).encode()).hexdigest()[:16]}.nbc"
    self._save_data(name, data)
    self._save_index({**self._load_index(), key: name})


IndexDataCacheFile.save = _save


def kernel(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile with numba, cached on disk and without the GIL, keeping the signature for mypy."""
    compiled: Callable[_P, _R] = numba.njit(cache=True, nogil=True)(function)
    return compiled
