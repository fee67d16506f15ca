"""Colour by: what the fills of a map mean, the same on screen, in pictures and in files."""

from terradesk.colouring.classes import MOST_CLASSES, Classed, Method, Rules, classed
from terradesk.colouring.figures import unit_figures
from terradesk.colouring.model import Choice, Colouring, Key, Look, Way
from terradesk.colouring.remembering import prepare, remember, remembered
from terradesk.colouring.showing import entries, show
from terradesk.colouring.ways import BY_TERRITORY, WAYS, choices, colouring

__all__ = [
    "BY_TERRITORY",
    "MOST_CLASSES",
    "WAYS",
    "Choice",
    "Classed",
    "Colouring",
    "Key",
    "Look",
    "Method",
    "Rules",
    "Way",
    "choices",
    "classed",
    "colouring",
    "entries",
    "prepare",
    "remember",
    "remembered",
    "show",
    "unit_figures",
]
