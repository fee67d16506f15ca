"""Scale bar: nice round lengths in miles and kilometres."""

from __future__ import annotations

import math
from dataclasses import dataclass

from terradesk import i18n

__all__ = ["ScaleBar", "nice_length", "scale_bar"]

_MILE, _FOOT = 1609.344, 0.3048
_STEPS = (1, 2, 3, 5)


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """Two lengths that fit on the map.

    Parameters
    ----------
    imperial_px, metric_px : float
        Device pixels.
    imperial, metric : str
        Such as ``300 mi`` and ``500 km``.
    """

    imperial_px: float
    imperial: str
    metric_px: float
    metric: str


def nice_length(most: float) -> float:
    """Largest of 1, 2, 3, 5 times a power of ten that is not above `most` (> 0)."""
    power = 10.0 ** math.floor(math.log10(most))
    fitting = [step * power for step in _STEPS if step * power <= most * (1 + 1e-9)]
    return max(fitting, default=power)


def _length(most_m: float, large: tuple[float, str], small: tuple[float, str]) -> tuple[float, str]:
    """Length in metres and its text, in the large unit where one fits."""
    unit, name = large if most_m >= large[0] else small
    length = nice_length(most_m / unit)
    decimals = max(0, -math.floor(math.log10(length) + 1e-9))
    return length * unit, f"{i18n.number(length, decimals)} {name}"


def scale_bar(px_per_m: float, most_px: float) -> ScaleBar:
    """Scale bar of a map.

    Parameters
    ----------
    px_per_m : float
    most_px : float
        Longest bar that fits, device pixels.
    """
    most_m = most_px / px_per_m
    miles, imperial = _length(most_m, (_MILE, "mi"), (_FOOT, "ft"))
    metres, metric = _length(most_m, (1000.0, "km"), (1.0, "m"))
    return ScaleBar(miles * px_per_m, imperial, metres * px_per_m, metric)
