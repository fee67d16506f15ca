"""WAYS: everything the map can be coloured by. A further one is a module and a line here."""

from __future__ import annotations

from functools import lru_cache

from terradesk import plugins
from terradesk.colouring.change import CHANGE
from terradesk.colouring.classes import Rules
from terradesk.colouring.deviation import DEVIATION
from terradesk.colouring.figures import COLUMN, DENSITY, MEASURE, PER_ACCOUNT
from terradesk.colouring.kinds import GROUP, KIND, SEGMENT
from terradesk.colouring.model import Choice, Colouring, Look, Way
from terradesk.colouring.remembering import remembered
from terradesk.colouring.territories import DISTRICT, REP, TERRITORY
from terradesk.plan import AlignmentView

__all__ = ["BY_TERRITORY", "WAYS", "choices", "colouring"]

BY_TERRITORY = "territory"
"""The way every plan has."""

WAYS: tuple[Way, ...] = (
    TERRITORY,
    DISTRICT,
    REP,
    DEVIATION,
    CHANGE,
    MEASURE,
    COLUMN,
    GROUP,
    KIND,
    SEGMENT,
    DENSITY,
    PER_ACCOUNT,
)


@lru_cache(maxsize=1)
def all_ways() -> tuple[Way, ...]:
    """`WAYS` and those of installed packages (entry points ``terradesk.colourings``)."""
    return plugins.extend("terradesk.colourings", WAYS)


def choices(view: AlignmentView) -> list[Choice]:
    """Everything a design can be coloured by, those under one heading together."""
    return [choice for way in all_ways() for choice in way.choices(view)]


def colouring(
    key: str, view: AlignmentView, look: Look | None = None, rules: Rules | None = None
) -> Colouring:
    """What a key of `choices` means for a design; one it does not have means by territory.

    Parameters
    ----------
    key : str
    view : AlignmentView
    look : Look, optional
    rules : Rules, optional
        For the classes; by default those the plan remembers, else the way's own.
    """
    look = look or Look()
    name, _colon, rest = key.partition(":")
    for way in all_ways():
        if way.name == name:
            found = way.colouring(view, rest, look, rules or remembered(view.plan, key))
            if found is not None:
                return found
    by_territory = TERRITORY.colouring(view, "", look, None)
    assert by_territory is not None
    return by_territory
