"""Choosing: what the user may type to select areas and accounts, and what lies beside what.

A new way of choosing is a module with a `Way` and a line in `WAYS`.
"""

from terradesk.choosing.codes import CODES
from terradesk.choosing.combining import How, combined, inverted
from terradesk.choosing.kinds import KIND
from terradesk.choosing.neighbours import edge, grown, shrunk, touching
from terradesk.choosing.query import QUERY
from terradesk.choosing.query_tokens import QueryError
from terradesk.choosing.same import SAME, Trait, same, traits
from terradesk.choosing.way import Chosen, Situation, Way
from terradesk.choosing.within import WITHIN

__all__ = [
    "CODES",
    "KIND",
    "QUERY",
    "SAME",
    "WAYS",
    "WITHIN",
    "Chosen",
    "How",
    "QueryError",
    "Situation",
    "Trait",
    "Way",
    "choose",
    "combined",
    "edge",
    "grown",
    "inverted",
    "same",
    "shrunk",
    "touching",
    "traits",
    "way_of",
]

WAYS: tuple[Way, ...] = (CODES, QUERY, SAME, WITHIN, KIND)
"""All ways in the order they are offered; what is typed is tried on the last of them first."""


def way_of(text: str, situation: Situation) -> Way | None:
    """The way that a text looks like; None for nothing."""
    return next((way for way in reversed(WAYS) if way.fits(text, situation)), None)


def choose(text: str, situation: Situation) -> Chosen:
    """Units and accounts that a text means.

    Parameters
    ----------
    text : str
        Codes, a query, ``same state``, ``within 50 km of Dallas``, ``unassigned`` ...
    situation : Situation

    Raises
    ------
    TerraDeskError
        If it cannot be understood.
    """
    way = way_of(text, situation)
    return way.find(text, situation) if way is not None else Chosen()
