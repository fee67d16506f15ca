"""Hatches as square tiles of opacities: what states mean, and patterns as a second channel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from terradesk.render.filling import CHANGED, FIRST_PATTERN, LOCKED, N_PATTERNS, UNASSIGNED

__all__ = ["PATTERNS", "PERIOD", "ROLES", "Strokes", "hatches", "strokes"]

PERIOD = 35
"""Side of a tile at 100 %, pixels."""

_UP, _DOWN, _ACROSS, _ALONG = (1, 1), (1, -1), (0, 1), (1, 0)
_DOTS = (0, 0)
PATTERNS: tuple[tuple[tuple[tuple[int, int], ...], float, float], ...] = (
    ((_DOWN,), 7.0, 1.5),
    ((_ACROSS,), 7.0, 1.3),
    ((_DOTS,), 7.0, 3.0),
    ((_UP, _DOWN), 35 / 3, 1.2),
    ((_ALONG,), 7.0, 1.3),
    ((_ACROSS, _ALONG), 8.75, 1.2),
    ((_UP,), 35 / 3, 3.2),
)
"""Lines (steps along x and y), pixels apart and wide at 100 %, of the patterns from 1 on."""

_INK = {False: 0.36, True: 0.30}
_STATES = ((UNASSIGNED, 7.0, 1.0), (CHANGED, 5.0, 1.3), (LOCKED, 7.0, 1.3))
_ALPHAS = {
    False: {UNASSIGNED: 0.75, CHANGED: 0.95, LOCKED: 0.85},
    True: {UNASSIGNED: 0.75, CHANGED: 0.95, LOCKED: 0.85},
}
ROLES = {UNASSIGNED: "hatch", CHANGED: "select", LOCKED: "territory_core"}
"""Colour role of the hatches that mean a state; patterns have that of the territories' borders."""


class Strokes(NamedTuple):
    """A hatch as lines, for drawings that are not made of pixels.

    Parameters
    ----------
    steps : tuple of (x, y)
        Normals of the lines; (0, 0) for dots in the middle of squares.
    gap : float
        Pixels at 100 % from one line to the next along x or y; fits `PERIOD`.
    width, opacity : float
    """

    steps: tuple[tuple[int, int], ...]
    gap: float
    width: float
    opacity: float


def strokes(number: int, dark: bool) -> Strokes:
    """The hatch of a number as `hatches` draws it."""
    of_states = {one: Strokes((_UP,), apart, width, _ALPHAS[dark][one])
                 for one, apart, width in _STATES}  # fmt: skip
    if number in of_states:
        found = of_states[number]
    else:
        found = Strokes(*PATTERNS[number - FIRST_PATTERN], _INK[dark])
    return found._replace(gap=PERIOD / round(PERIOD / found.gap))


def _lines(period: int, steps: tuple[int, int], apart: float, width: float) -> NDArray[np.float64]:
    """How much of each pixel (y, x) of a tile the lines, or the dots, cover: 0..1."""
    gap = period / round(period / apart)
    y, x = np.mgrid[0:period, 0:period] + 0.5
    if steps == _DOTS:
        dx, dy = ((v % gap) - gap / 2 for v in (x, y))
        return np.asarray(np.clip(width / 2 + 0.5 - np.hypot(dx, dy), 0, 1))
    along = steps[0] * x + steps[1] * y - (0.5 if all(steps) else 0)
    distance = np.abs(along % gap - gap / 2) / np.hypot(*steps)
    return np.asarray(np.clip(width / 2 + 0.5 - distance, 0, 1))


def hatches(dark: bool, pixel_ratio: float) -> NDArray[np.uint32]:
    """Opacity 0..256 of every hatch by its number, y and x on the map.

    Parameters
    ----------
    dark : bool
    pixel_ratio : float
        Device pixels per pixel.

    Returns
    -------
    (3 + N_PATTERNS, side, side) uint32
        The side is `PERIOD` times a whole number, so that the tiles meet.
    """
    period = PERIOD * max(1, round(pixel_ratio))
    out = np.zeros((FIRST_PATTERN - 1 + N_PATTERNS, period, period))
    for number, apart, width in _STATES:
        cover = _lines(period, _UP, apart * pixel_ratio, width * pixel_ratio)
        out[number] = _ALPHAS[dark][number] * cover
    for number, (lines, apart, width) in enumerate(PATTERNS, FIRST_PATTERN):
        tiles = [_lines(period, s, apart * pixel_ratio, width * pixel_ratio) for s in lines]
        out[number] = _INK[dark] * np.max(tiles, axis=0)
    return np.rint(256 * out).astype(np.uint32)
