"""The kinds of import, one module each with its `KIND`, and one entry of `KINDS`."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

from terradesk.importing.kind import Kind
from terradesk.importing.source import Source
from terradesk.plan import Plan

KINDS: tuple[str, ...] = (
    "areas",
    "accounts",
    "update",
    "figures",
    "newer_areas",
    "more_areas",
    "alignment",
    "postcodes",
    "drawn",
    "owners",
    "reps",
    "actuals",
)
"""Modules of this package, each with its `KIND`, in the order of the list on the page."""


@lru_cache(maxsize=1)
def kinds() -> tuple[Kind, ...]:
    """All kinds, in the order of `KINDS`."""
    return tuple(import_module(f"{__name__}.{name}").KIND for name in KINDS)


def kind_of(key: str) -> Kind | None:
    """The kind of that key, None when there is none."""
    return next((kind for kind in kinds() if kind.key == key), None)


def ranked(source: Source, plan: Plan | None) -> list[tuple[Kind, float]]:
    """Kinds that a file may be, the likeliest first, with how far it looks like each.

    Parameters
    ----------
    source : Source
    plan : Plan or None
        The open plan.
    """
    found = [(kind, kind.suits(source, plan)) for kind in kinds()]
    return sorted((pair for pair in found if pair[1] > 0), key=lambda pair: -pair[1])
