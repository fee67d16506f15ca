"""Extension by other packages, through entry points."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import metadata
from typing import Protocol, TypeVar

_log = logging.getLogger(__name__)


class HasKey(Protocol):
    """What every extension has: a short name of its own."""

    @property
    def key(self) -> str:
        """The name."""


ItemT = TypeVar("ItemT", bound=HasKey)


def extend(
    group: str, own: tuple[ItemT, ...], check: Callable[[ItemT], object] | None = None
) -> tuple[ItemT, ...]:
    """TerraDesk's own entries, followed by those of installed packages.

    One that fails to load, is of another type or takes a key that is in use is logged and left
    out: never fatal.

    Parameters
    ----------
    group : str
        Group of the entry points, e.g. ``terradesk.readers``; each names one object.
    own : tuple
        At least one entry; its type is what others must be.
    check : callable, optional
        Tries an entry of another package; what it raises counts as a failure to load.
    """
    found = list(own)
    for point in metadata.entry_points(group=group):
        try:
            item = point.load()
            if not isinstance(item, type(own[0])):
                raise TypeError(f"{point.value} is not a {type(own[0]).__name__}")
            if any(item.key == other.key for other in found):
                raise ValueError(f"the key {item.key!r} is in use")
            if check is not None:
                check(item)
        except Exception:
            _log.exception("the extension %s of %s cannot be used", point.name, group)
            continue
        found.append(item)
    return tuple(found)
