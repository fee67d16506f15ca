"""Colours shared by the map, the window, pictures, workbooks and web maps.

Roles name what a colour is for; each has a light and a dark value. Territories have one of 24
fills; the index of the fill is stored in the plan, so both themes show a territory in one hue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "DIVERGING",
    "DIVERGING_RAMPS",
    "N_FILLS",
    "RAMPS",
    "ROLES",
    "SEQUENTIAL",
    "TERRITORY_PALETTES",
    "category_order",
    "classify",
    "contrast",
    "deviation_breaks",
    "diverging_colours",
    "neighbour_colours",
    "palette_distance",
    "ramp_colours",
    "rgba",
    "roles",
    "sequential_colours",
    "sight_distance",
    "territory_colours",
]

Floats = NDArray[np.float64]

ROLES: dict[str, tuple[str, str]] = {
    "window": ("#F3F4F6", "#15181C"),
    "panel": ("#FBFBFC", "#1B1F24"),
    "raised": ("#FFFFFF", "#252A31"),
    "field": ("#FFFFFF", "#14171B"),
    "hover": ("#E9ECF0", "#2A3038"),
    "pressed": ("#DDE2E8", "#343B45"),
    "line": ("#DDE1E6", "#2E343C"),
    "outline": ("#878F9B", "#6D7784"),
    "shadow": ("#1B243318", "#00000070"),
    "text": ("#1B2330", "#E7EAEE"),
    "text2": ("#4C5665", "#AEB7C2"),
    "text3": ("#626C7B", "#8F99A6"),
    "on_accent": ("#FFFFFF", "#0C1524"),
    "accent": ("#2458D3", "#86AEFF"),
    "accent_hover": ("#1C47AE", "#A5C3FF"),
    "accent_soft": ("#E3EBFC", "#22324F"),
    "accent_text": ("#1F4DBB", "#A9C5FF"),
    "over": ("#AD4A08", "#F2A25C"),
    "over_bar": ("#D06F20", "#D98440"),
    "under": ("#6A45B8", "#BDA2F5"),
    "under_bar": ("#8D70CF", "#9377D6"),
    "ok": ("#1C7350", "#62C79B"),
    "ok_bar": ("#7C8898", "#77828F"),
    "band": ("#E6EAEF", "#272D35"),
    "target": ("#3F4957", "#C3CAD3"),
    "error": ("#B3261E", "#FF8F86"),
    "warn": ("#8F5A00", "#F0BE62"),
    "warn_soft": ("#FCF1DB", "#372C18"),
    "water": ("#DCE7EE", "#0F1418"),
    "land": ("#EEEDE8", "#1E2227"),
    "paper": ("#F8F6F0", "#2A2F35"),
    "hatch": ("#C9C5BA", "#454C55"),
    "coast": ("#B4C3CE", "#3A444E"),
    "unit_line": ("#2A354526", "#FFFFFF1C"),
    "state_line": ("#2A354559", "#FFFFFF42"),
    "territory_line": ("#FFFFFF", "#0E1216"),
    "territory_core": ("#3C4757", "#B9C2CD"),
    "label": ("#18202C", "#F1F4F7"),
    "halo": ("#FFFFFFD8", "#0D1115D0"),
    "place": ("#5A6574", "#98A3AF"),
    "sea_text": ("#5D7C91", "#6F8698"),
    "account": ("#27303D", "#F3F6FA"),
    "casing": ("#FFFFFF", "#0B0E12"),
    "select": ("#1D4FD0", "#8DB4FF"),
    "select_tint": ("#2458D347", "#86AEFF4D"),
}
"""Role -> (light, dark), as #RRGGBB or #RRGGBBAA."""

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

_LMS_TO_LINEAR = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)
_LAB_TO_LMS = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_SIGHTS = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def roles(dark: bool = False) -> dict[str, str]:
    """Every colour role of one theme.

    Returns
    -------
    dict
        Role name to ``#RRGGBB`` or ``#RRGGBBAA``.
    """
    return {name: pair[int(dark)] for name, pair in ROLES.items()}


def rgba(colour: str) -> tuple[int, float]:
    """Split ``#RRGGBB`` or ``#RRGGBBAA`` into 0xRRGGBB and an opacity of 0..1."""
    value = int(colour[1:7], 16)
    return value, int(colour[7:9], 16) / 255 if len(colour) == 9 else 1.0


def _channels(colours: Sequence[str]) -> Floats:
    values = [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours]
    return np.array(values, dtype=np.float64) / 255


def _hex(rgb: Floats) -> list[str]:
    scaled = np.rint(255 * rgb.clip(0, 1)).astype(int)
    return [f"#{r:02X}{g:02X}{b:02X}" for r, g, b in scaled]


def _linear(rgb: Floats) -> Floats:
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _gamma(linear: Floats) -> Floats:
    safe = linear.clip(0, 1)
    return np.where(safe <= 0.0031308, 12.92 * safe, 1.055 * safe ** (1 / 2.4) - 0.055)


def _oklab(rgb: Floats) -> Floats:
    """OKLab of sRGB in 0..1 (Ottosson 2020)."""
    lms = np.cbrt(_linear(rgb) @ np.linalg.inv(_LMS_TO_LINEAR).T)
    return np.asarray(lms @ np.linalg.inv(_LAB_TO_LMS).T)


def _from_oklab(lab: Floats) -> Floats:
    return _gamma((lab @ _LAB_TO_LMS.T) ** 3 @ _LMS_TO_LINEAR.T)


def _oklch(lightness: float, chroma: float, hue: float) -> Floats:
    """Colour in sRGB; chroma is lowered until the colour fits into the gamut."""
    turn = np.array([np.cos(np.radians(hue)), np.sin(np.radians(hue))])
    for c in np.arange(chroma, 0, -0.002):
        linear = (np.array([lightness, *(c * turn)]) @ _LAB_TO_LMS.T) ** 3 @ _LMS_TO_LINEAR.T
        if (linear > -1e-4).all() and (linear < 1.0001).all():
            return _gamma(linear)
    return _from_oklab(np.array([lightness, 0, 0]))


@lru_cache(maxsize=2)
def _territory_rgb(dark: bool) -> Floats:
    first, second = _STEPS[dark]
    return np.array(
        [_oklch(*first, h) for h in _HUES] + [_oklch(*second, h + _HUE_SHIFT) for h in _HUES]
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
        greys = _between(_GREYS[int(dark)], _N_GREYS)
        return tuple(greys[5 * k % _N_GREYS] for k in range(N_FILLS))
    return tuple(_hex(_territory_rgb(dark)))


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two ``#RRGGBB`` colours, 1..21 (WCAG 2.2, relative luminance)."""
    light = _linear(_channels([first, second])) @ np.array([0.2126, 0.7152, 0.0722])
    return float((light.max() + 0.05) / (light.min() + 0.05))


def palette_distance(dark: bool = False) -> Floats:
    """How far apart the territory fills look to whoever sees them least apart.

    OKLab distance, the smallest of normal and three kinds of colour-blind sight simulated after
    Machado, Oliveira and Fernandes (2009), severity 1. The simulated distances count 1.25 times:
    they are never the only cue, borders and labels carry the same information.

    Returns
    -------
    (24, 24) float64
    """
    return _least_apart(_territory_rgb(dark))


def sight_distance(colours: Sequence[str]) -> Floats:
    """How far apart any ``#RRGGBB`` colours look, as `palette_distance`: (n, n) float64."""
    return _least_apart(_channels(colours))


def _least_apart(rgb: Floats) -> Floats:
    linear = _linear(rgb)
    least = np.full((len(rgb), len(rgb)), np.inf)
    for name, sight in _SIGHTS.items():
        apart = _apart(_oklab(_gamma(linear @ sight.T)))
        least = np.minimum(least, apart if name == "normal" else 1.25 * apart)
    return least


def _apart(lab: Floats) -> Floats:
    return np.asarray(np.linalg.norm(lab[:, None] - lab[None], axis=2))


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


@lru_cache(maxsize=1)
def _harm() -> Floats:
    """Cost of two fills meeting: high when they look alike in either theme."""
    seen = np.minimum(palette_distance(False), 1.1 * palette_distance(True))
    plain = _apart(_oklab(_territory_rgb(False)) * [0.6, 1, 1])
    return np.asarray(np.exp(-seen / 0.03) + 1.5 * np.exp(-plain / 0.045))


def _neighbourhood(pairs: NDArray[np.int64], n: int) -> list[tuple[NDArray[np.int64], Floats]]:
    """Neighbours of each territory with weight 1, neighbours of neighbours with weight 0.12."""
    near: list[set[int]] = [set() for _ in range(n)]
    for a, b in pairs:
        if a != b:
            near[a].add(int(b))
            near[b].add(int(a))
    out = []
    for i, first in enumerate(near):
        second = set().union(*(near[j] for j in first)) - first - {i} if first else set()
        index = np.array([*sorted(first), *sorted(second)], dtype=np.int64)
        out.append((index, np.repeat([1.0, 0.12], [len(first), len(second)])))
    return out


def neighbour_colours(
    pairs: ArrayLike,
    n: int,
    fixed: Mapping[int, int] | None = None,
    seed: int = 3,
    rounds: int = 6000,
) -> NDArray[np.int64]:
    """Choose the fill of each territory so that neighbours differ in every kind of sight.

    Every fill is used before one returns. Simulated annealing from a greedy start, reproducible.

    Parameters
    ----------
    pairs : (k, 2) int
        Territories that share a border.
    n : int
        Number of territories.
    fixed : mapping, optional
        Territory to fill that must be kept, so that a plan keeps its colours.
    seed, rounds : int
        Of the annealing.

    Returns
    -------
    (n,) int64
        Fill 0..23 of each territory.
    """
    near = _neighbourhood(np.asarray(pairs, dtype=np.int64).reshape(-1, 2), n)
    harm = _harm()
    fills = np.full(n, -1, dtype=np.int64)
    for territory, fill in (fixed or {}).items():
        fills[territory] = fill
    free = np.flatnonzero(fills < 0)
    _greedy(fills, free, near, harm)
    _anneal(fills, free, near, harm, np.random.default_rng(seed), min(rounds, 300 * len(free)))
    return fills


def _cost(
    fills: NDArray[np.int64],
    t: int,
    near: list[tuple[NDArray[np.int64], Floats]],
    harm: Floats,
) -> Floats:
    """Cost of giving territory `t` each of the fills, neighbours as they are."""
    index, weight = near[t]
    known = fills[index] >= 0
    return np.asarray(harm[:, fills[index[known]]] @ weight[known])


def _greedy(
    fills: NDArray[np.int64],
    free: NDArray[np.int64],
    near: list[tuple[NDArray[np.int64], Floats]],
    harm: Floats,
) -> None:
    for t in free:
        used = np.bincount(fills[fills >= 0], minlength=N_FILLS)
        cost = _cost(fills, t, near, harm)
        cost[used > used.min()] = np.inf
        fills[t] = int(cost.argmin())


def _anneal(
    fills: NDArray[np.int64],
    free: NDArray[np.int64],
    near: list[tuple[NDArray[np.int64], Floats]],
    harm: Floats,
    rng: np.random.Generator,
    rounds: int,
) -> None:
    if len(free) < 2:
        return
    for step in range(rounds):
        a, b = rng.choice(free, 2)
        x, y = fills[a], fills[b]
        if x == y:
            continue
        before = _cost(fills, a, near, harm)[x] + _cost(fills, b, near, harm)[y]
        fills[a], fills[b] = y, x
        change = _cost(fills, a, near, harm)[y] + _cost(fills, b, near, harm)[x] - before
        if change > 0 and rng.random() >= np.exp(-change / (0.05 * (1 - step / rounds) + 1e-9)):
            fills[a], fills[b] = x, y


def _between(stops: Sequence[str], n: int) -> list[str]:
    lab = _oklab(_channels(stops))
    at = np.linspace(0, len(stops) - 1, n)
    steps = np.arange(len(stops))
    return _hex(_from_oklab(np.column_stack([np.interp(at, steps, lab[:, i]) for i in range(3)])))


def sequential_colours(n: int = 5, dark: bool = False) -> list[str]:
    """`n` colours from low to high for a measure; lightness alone carries the order."""
    return _between(SEQUENTIAL[int(dark)], n)


def ramp_colours(name: str, n: int, dark: bool = False) -> list[str]:
    """`n` colours of one of `RAMPS`, low to high; an unknown name means the first."""
    stops = RAMPS.get(name, SEQUENTIAL)[int(dark)]
    if n == 1:
        return _between(stops, 3)[1:2]
    return _between(stops, n)


def diverging_colours(n: int = 5, dark: bool = False) -> list[str]:
    """`n` (odd) colours from far under to far over, the middle one meaning on target."""
    return _between(DIVERGING[int(dark)], n)


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
