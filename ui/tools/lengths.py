"""Lengths as the user reads them."""

from __future__ import annotations

from terradesk.i18n import _, number

M_PER_UNIT = {"km": 1000.0, "mi": 1609.344}
_COARSE_FROM = 100.0


def length_text(metres: float, unit: str) -> str:
    """A length such as "62.4 mi" or "340 km": one decimal below a hundred, two below one."""
    value = metres / M_PER_UNIT[unit]
    decimals = 0 if value >= _COARSE_FROM or value == 0 else 1 if value >= 1 else 2
    text = _("{n} mi") if unit == "mi" else _("{n} km")
    return text.format(n=number(value, decimals))
