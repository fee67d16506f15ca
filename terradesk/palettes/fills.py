"""The 24 fills of territories."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .seeing import Floats, between, least_apart, oklch, to_hex

TERRITORY_PALETTES = ("muted", "safe", "grey")
"""Sets of 24 territory fills: the usual one, one without two fills that look alike to the
colour-blind, and six greys for patterns and black-and-white prints."""

_SAFE = (
    (
        *("#B8BEA9", "#6B86E1", "#BB7E05", "#C6FFA7", "#7AB4FE", "#78EBFF", "#E4A339", "#9C90A2"),
        *("#EACB76", "#E87A69", "#D5DBC5", "#CBA1C6", "#86CDFF", "#D36470", "#6EA1E2", "#A0FFFE"),
        *("#A5AB96", "#D0901E", "#EFE670", "#93C179", "#E8EFD8", "#A577BA", "#AFCACF", "#86E79C"),
    ),
    (
        *("#775774", "#5069C8", "#88473D", "#682A31", "#2A3C97", "#435AB8", "#B64E10", "#5D4980"),
        *("#9F5C52", "#861309", "#6D485D", "#4C2A5A", "#1F2D87", "#58012B", "#364BA7", "#2C1374"),
        *("#5A3C57", "#A24102", "#78373E", "#204500", "#866582", "#431256", "#65629C", "#2C7B5D"),
    ),
)
_GREYS = (("#F0F0F0", "#949494"), ("#2B2B2B", "#6E6E6E"))
_N_GREYS = 6

_HUES = (20, 50, 80, 110, 140, 168, 196, 225, 255, 285, 318, 350)
_STEPS = {False: ((0.862, 0.058), (0.785, 0.064)), True: ((0.485, 0.062), (0.395, 0.056))}
_HUE_SHIFT = 15
N_FILLS = 2 * len(_HUES)
"""How many territory fills there are; fills repeat in plans with more territories."""


@lru_cache(maxsize=2)
def territory_rgb(dark: bool) -> Floats:
    """Colours in sRGB of the muted fills: (24, 3) float64, 0..1."""
    first, second = _STEPS[dark]
    return np.array(
        [oklch(*first, h) for h in _HUES] + [oklch(*second, h + _HUE_SHIFT) for h in _HUES]
    )


def territory_colours(dark: bool = False, palette: str = "muted") -> list[str]:
    """List the 24 territory fills; muted: twelve hues of equal lightness, then twelve darker.

    Parameters
    ----------
    dark : bool
    palette : str
        One of `TERRITORY_PALETTES`; any other name means the first.

    Returns
    -------
    list of str
        ``#RRGGBB``; an index means the same hue in both themes.
    """
    return list(_territory_hex(dark, palette))


@lru_cache(maxsize=8)
def _territory_hex(dark: bool, palette: str) -> tuple[str, ...]:
    """Kept: every row of a tree that is painted asks for its colour."""
    if palette == "safe":
        return _SAFE[int(dark)]
    if palette == "grey":
        greys = between(_GREYS[int(dark)], _N_GREYS)
        return tuple(greys[5 * k % _N_GREYS] for k in range(N_FILLS))
    return tuple(to_hex(territory_rgb(dark)))


def palette_distance(dark: bool = False) -> Floats:
    """How far apart the territory fills look to whoever sees them least apart.

    OKLab distance, the smallest of normal and three kinds of colour-blind sight simulated after
    Machado, Oliveira and Fernandes (2009), severity 1. The simulated distances count 1.25 times:
    they are never the only cue, borders and labels carry the same information.

    Returns
    -------
    (24, 24) float64
    """
    return least_apart(territory_rgb(dark))


@lru_cache(maxsize=1)
def category_order() -> tuple[int, ...]:
    """The 24 fills, each as unlike those before it as can be: for kinds that a legend lists."""
    apart = np.minimum(palette_distance(False), 1.1 * palette_distance(True))
    order = [0]
    while len(order) < N_FILLS:
        far = apart[:, order].min(axis=1)
        far[order] = -1
        order.append(int(far.argmax()))
    return tuple(order)
