"""How colours look: conversions, contrast and distance, also to the colour-blind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

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
SIGHTS = {
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
"""Linear light as it is seen with full colour-blindness (Machado, Oliveira, Fernandes 2009)."""


def rgba(colour: str) -> tuple[int, float]:
    """Split ``#RRGGBB`` or ``#RRGGBBAA`` into 0xRRGGBB and an opacity of 0..1."""
    value = int(colour[1:7], 16)
    return value, int(colour[7:9], 16) / 255 if len(colour) == 9 else 1.0


def channels(colours: Sequence[str]) -> Floats:
    """Colours in sRGB of ``#RRGGBB`` colours: (n, 3) float64, 0..1."""
    values = [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours]
    return np.array(values, dtype=np.float64) / 255


def to_hex(rgb: Floats) -> list[str]:
    """``#RRGGBB`` of sRGB in 0..1, what lies outside cut off."""
    scaled = np.rint(255 * rgb.clip(0, 1)).astype(int)
    return [f"#{r:02X}{g:02X}{b:02X}" for r, g, b in scaled]


def linear_of(rgb: Floats) -> Floats:
    """Linear light of sRGB in 0..1 (IEC 61966-2-1)."""
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def gamma_of(linear: Floats) -> Floats:
    """Colours in sRGB of linear light, both 0..1; the inverse of `linear_of`."""
    safe = linear.clip(0, 1)
    return np.where(safe <= 0.0031308, 12.92 * safe, 1.055 * safe ** (1 / 2.4) - 0.055)


def oklab(rgb: Floats) -> Floats:
    """OKLab of sRGB in 0..1 (Ottosson 2020)."""
    lms = np.cbrt(linear_of(rgb) @ np.linalg.inv(_LMS_TO_LINEAR).T)
    return np.asarray(lms @ np.linalg.inv(_LAB_TO_LMS).T)


def from_oklab(lab: Floats) -> Floats:
    """Colours in sRGB of OKLab; the inverse of `oklab` inside the gamut."""
    return gamma_of((lab @ _LAB_TO_LMS.T) ** 3 @ _LMS_TO_LINEAR.T)


def oklch(lightness: float, chroma: float, hue: float) -> Floats:
    """Colour in sRGB; chroma is lowered until the colour fits into the gamut.

    Parameters
    ----------
    lightness, chroma : float
        Of OKLCh, 0..1 and about 0..0.4.
    hue : float
        Degrees.

    Returns
    -------
    (3,) float64
        0..1.
    """
    turn = np.array([np.cos(np.radians(hue)), np.sin(np.radians(hue))])
    for c in np.arange(chroma, 0, -0.002):
        linear = (np.array([lightness, *(c * turn)]) @ _LAB_TO_LMS.T) ** 3 @ _LMS_TO_LINEAR.T
        if (linear > -1e-4).all() and (linear < 1.0001).all():
            return gamma_of(linear)
    return from_oklab(np.array([lightness, 0, 0]))


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two ``#RRGGBB`` colours, 1..21 (WCAG 2.2, relative luminance)."""
    light = linear_of(channels([first, second])) @ np.array([0.2126, 0.7152, 0.0722])
    return float((light.max() + 0.05) / (light.min() + 0.05))


def sight_distance(colours: Sequence[str]) -> Floats:
    """How far apart any ``#RRGGBB`` colours look, as `palette_distance`: (n, n) float64."""
    return least_apart(channels(colours))


def least_apart(rgb: Floats) -> Floats:
    """How far apart (n, 3) sRGB colours look to whoever sees them least apart.

    Returns
    -------
    (n, n) float64
        See `terradesk.palettes.palette_distance`.
    """
    linear = linear_of(rgb)
    least = np.full((len(rgb), len(rgb)), np.inf)
    for name, sight in SIGHTS.items():
        apart = distances(oklab(gamma_of(linear @ sight.T)))
        least = np.minimum(least, apart if name == "normal" else 1.25 * apart)
    return least


def distances(lab: Floats) -> Floats:
    """Euclidean distances of (n, 3) colours: (n, n) float64."""
    return np.asarray(np.linalg.norm(lab[:, None] - lab[None], axis=2))


def between(stops: Sequence[str], n: int) -> list[str]:
    """`n` colours from the first stop to the last, evenly spaced, mixed in OKLab."""
    lab = oklab(channels(stops))
    at = np.linspace(0, len(stops) - 1, n)
    steps = np.arange(len(stops))
    return to_hex(from_oklab(np.column_stack([np.interp(at, steps, lab[:, i]) for i in range(3)])))
