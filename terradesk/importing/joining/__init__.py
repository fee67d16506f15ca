"""Figures of a table brought to the areas or accounts that its rows are about."""

from terradesk.importing.joining.bringing import Brought, bring
from terradesk.importing.joining.finding import Known, known_of
from terradesk.importing.joining.rows import Joined, join

__all__ = ["Brought", "Joined", "Known", "bring", "join", "known_of"]
