"""Colour by how far each territory is from its target."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from terradesk import i18n, measures, palettes
from terradesk.colouring.classes import Rules, classed
from terradesk.colouring.model import Choice, Colouring, Look, Way
from terradesk.colouring.territories import heading
from terradesk.i18n import _
from terradesk.plan import AlignmentView
from terradesk.render.filling import N_PATTERNS
from terradesk.render.scene import Classes

__all__ = ["DEVIATION"]


def _choices(view: AlignmentView) -> Iterator[Choice]:
    if view.leaves and measures.balance_measure(view.plan) is not None:
        yield Choice("deviation", _("Deviation from target"), heading())


def _by_deviation(
    view: AlignmentView, _key: str, look: Look, rules: Rules | None
) -> Colouring | None:
    if not view.leaves or measures.balance_measure(view.plan) is None:
        return None
    found = measures.balance(view)
    is_own = rules is not None and rules.method == "own" and bool(np.isfinite(rules.limits).any())
    breaks = palettes.deviation_breaks(found.tolerance)
    limits = rules.limits if rules is not None and is_own else tuple(breaks.tolist())
    palette = rules.palette if rules and rules.palette else "violet_orange"
    parted = classed(found.deviations[1:], Rules("own", limits=limits))
    middle = int(np.searchsorted(parted.limits, 0.0))
    n = len(parted.counts)
    hatches = [(k - middle) % N_PATTERNS for k in range(n)] if look.wants_patterns else ()
    classes = Classes(
        parted.classes,
        _colours(palette, n, middle),
        _texts(parted.limits, found.tolerance),
        counts=parted.counts.tolist(),
        hatches=hatches,
    )
    return Colouring(
        classes,
        _("{measure}, from target").format(measure=found.measure.name),
        rules=Rules("own" if is_own else "quantiles", len(limits) + 1, palette, limits),
        palettes=palettes.DIVERGING_RAMPS,
        has_methods=False,
        scale=100.0,
        follows_assignment=True,
    )


def _colours(palette: str, n: int, middle: int) -> tuple[list[str], list[str]]:
    """Colours with the palette's middle on target."""
    side = max(middle, n - 1 - middle, 1)
    at = slice(side - middle, side - middle + n)
    light, dark = (palettes.ramp_colours(palette, 2 * side + 1, d)[at] for d in (False, True))
    return light, dark


def _texts(limits: np.ndarray, tolerance: float) -> list[str]:
    decimals = 0 if np.allclose(100 * limits, np.rint(100 * limits)) else 1
    shown = [i18n.percent(float(v), decimals) for v in limits]
    texts = [_("below {limit}").format(limit=shown[0])]
    for k in range(len(shown) - 1):
        is_good = np.allclose([-limits[k], limits[k + 1]], tolerance)
        texts.append(_("in tolerance") if is_good else f"{shown[k]} … {shown[k + 1]}")
    return [*texts, _("above {limit}").format(limit=shown[-1])]


DEVIATION = Way("deviation", _choices, _by_deviation)
