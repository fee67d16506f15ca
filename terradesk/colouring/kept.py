"""What is worth keeping about a column as long as the column itself lives."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TypeVar

import numpy as np

_ValueT = TypeVar("_ValueT")
_Key = tuple[int, object]
_KEPT: dict[_Key, tuple[weakref.ref[np.ndarray], object]] = {}


def kept(array: np.ndarray, what: object, make: Callable[[], _ValueT]) -> _ValueT:
    """A value made of an array, made once: columns never change in place.

    Parameters
    ----------
    array : ndarray
    what : hashable
        Name of the value, and whatever else it depends on.
    make : callable
        Makes it.
    """
    key: _Key = (id(array), what)
    found = _KEPT.get(key)
    if found is not None and found[0]() is array:
        return found[1]  # type: ignore[return-value]
    value = make()
    _KEPT[key] = (weakref.ref(array, lambda _gone: _KEPT.pop(key, None)), value)
    return value
