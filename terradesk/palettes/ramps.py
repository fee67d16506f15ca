"""Colours of classes, and the classes of values."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .seeing import Floats, between

DIVERGING: tuple[tuple[str, ...], tuple[str, ...]] = (
    ("#7F63C4", "#B3A1DE", "#E9E8E6", "#F0B98B", "#DB7A2C"),
    ("#8E73D8", "#5D4F8A", "#3A4048", "#86592F", "#D9823A"),
)
"""Far under, under, on target, over, far over; (light, dark)."""

SEQUENTIAL: tuple[tuple[str, ...], tuple[str, ...]] = (
    ("#E4F1EE", "#B9DDD6", "#86C3BC", "#55A3A2", "#34808A"),
    ("#29383B", "#2C5054", "#336B6E", "#418886", "#5BA69E"),
)
"""Low to high; (light, dark). One hue, lightness carries the order."""

RAMPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "teal": SEQUENTIAL,
    "blue": (("#E5F0FC", "#4C73BA"), ("#232E42", "#6DA9E7")),
    "violet": (("#F3EBF9", "#8062B0"), ("#322843", "#BA91D8")),
    "amber": (("#FAF2D4", "#E4B066", "#AC603D"), ("#3E2418", "#925A25", "#CAA144")),
    "earth": (
        ("#F4F6C8", "#8ED09C", "#46A5AF", "#4C69AB"),
        ("#23244A", "#255479", "#218883", "#A5B052"),
    ),
    "grey": (("#EEEEEE", "#747474"), ("#2B2B2B", "#9E9E9E")),
    "violet_orange": DIVERGING,
    "blue_red": (
        ("#3A75BF", "#90B5DC", "#ECEBE7", "#E19E8D", "#BC4A3C"),
        ("#5E9AE7", "#3B5C87", "#34383D", "#81493B", "#E6715B"),
    ),
    "teal_brown": (
        ("#1C8580", "#84BEB9", "#ECEBE7", "#CFAA77", "#955C28"),
        ("#43B2AC", "#2C6565", "#34383D", "#76522E", "#C9893D"),
    ),
}
"""Stops of every palette for classes by its name, (light, dark). Seen by whoever: the lightness of
the sequential ones runs one way, the two sides of the diverging ones differ."""

DIVERGING_RAMPS = ("violet_orange", "blue_red", "teal_brown")
"""Those of `RAMPS` with a middle."""


def sequential_colours(n: int = 5, dark: bool = False) -> list[str]:
    """`n` colours from low to high for a measure; lightness alone carries the order."""
    return between(SEQUENTIAL[int(dark)], n)


def ramp_colours(name: str, n: int, dark: bool = False) -> list[str]:
    """Mix the colours of classes.

    Parameters
    ----------
    name : str
        One of `RAMPS`; an unknown name means the first.
    n : int
    dark : bool

    Returns
    -------
    list of str
        ``#RRGGBB``, low to high.
    """
    stops = RAMPS.get(name, SEQUENTIAL)[int(dark)]
    if n == 1:
        return between(stops, 3)[1:2]
    return between(stops, n)


def diverging_colours(n: int = 5, dark: bool = False) -> list[str]:
    """`n` (odd) colours from far under to far over, the middle one meaning on target."""
    return between(DIVERGING[int(dark)], n)


def deviation_breaks(tolerance: float = 0.1) -> Floats:
    """Inner class limits of a deviation for five diverging colours.

    Parameters
    ----------
    tolerance : float
        As a share, 0.1 for 10 %. The outer classes begin at one and a half times the tolerance.

    Returns
    -------
    (4,) float64
    """
    return np.array([-1.5, -1.0, 1.0, 1.5]) * tolerance


def classify(values: ArrayLike, breaks: ArrayLike) -> NDArray[np.int64]:
    """Class of each value: 0..len(breaks), -1 where the value is not a number."""
    given = np.asarray(values, dtype=np.float64)
    classes = np.searchsorted(np.asarray(breaks, dtype=np.float64), given, side="left")
    return np.where(np.isnan(given), -1, classes)
