"""Colour by: what the fills of the map mean, and what the legend says about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from terradesk import i18n, measures, palettes
from terradesk import records as rec
from terradesk.i18n import _
from terradesk.measures.sums import ACCOUNT_SOURCES, unit_sums, unit_values
from terradesk.plan import AlignmentView, Plan
from terradesk.render.legend import class_texts
from terradesk.render.scene import Classes

TERRITORY, DEVIATION, REGION = "territory", "deviation", "region"
_MEASURE, _DENSITY = "measure:", "density:"
_N_CLASSES = 5
_M2_PER_KM2 = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class Colouring:
    """Fills of the map.

    Parameters
    ----------
    classes : Classes or None
        None: by territory (or region, see ``fills``).
    title : str
        Heading of the legend, "" for none.
    fills : ndarray of int or None
        Palette index per leaf instead of the territory's own.
    keys : tuple of (str, int)
        What those fills mean: text and palette index, for the legend.
    """

    classes: Classes | None = None
    title: str = ""
    fills: np.ndarray | None = None
    keys: tuple[tuple[str, int], ...] = ()


def choices(plan: Plan, view: AlignmentView) -> list[tuple[str, str]]:
    """(key, text) of everything the map can be coloured by."""
    out = [(TERRITORY, _("Territory"))]
    if view.leaves:
        out.append((DEVIATION, _("Deviation from target")))
    if any(t.level for t in view.territories.values()):
        term = plan.setting("term_group")
        out.append((REGION, term[:1].upper() + term[1:]))
    if plan.arcs is not None:
        found = [m for m in measures.choices(plan) if m.source not in ("n_units", "area")]
        out += [(_MEASURE + m.uid, m.name) for m in found]
        per_km2 = _("{measure} per km²")
        out += [(_DENSITY + m.uid, per_km2.format(measure=m.name)) for m in found]
    return out


def colouring(key: str, plan: Plan, view: AlignmentView) -> Colouring:
    """What a key of `choices` means for a plan; one it does not have means by territory."""
    if key == DEVIATION and view.leaves:
        return _by_deviation(view)
    if key == REGION:
        return _by_region(view)
    for prefix in (_MEASURE, _DENSITY):
        if key.startswith(prefix) and plan.arcs is not None:
            measure = measures.measure_of(plan, key.removeprefix(prefix))
            if measure is not None:
                return _by_measure(view, measure, prefix == _DENSITY)
    return Colouring()


def _by_deviation(view: AlignmentView) -> Colouring:
    if measures.balance_measure(view.plan) is None:
        return Colouring()
    found = measures.balance(view)
    breaks = palettes.deviation_breaks(found.tolerance)
    classes = palettes.classify(found.deviations[1:], breaks)
    counts = np.bincount(classes[classes >= 0], minlength=len(breaks) + 1)
    texts = [
        f"{text} · {i18n.number(n)}"
        for text, n in zip(_deviation_texts(breaks), counts, strict=True)
    ]
    colours = (palettes.diverging_colours(5, False), palettes.diverging_colours(5, True))
    title = _("{measure}, from target").format(measure=found.measure.name)
    return Colouring(Classes(classes.astype(np.int32), colours, texts), title)


def _deviation_texts(breaks: np.ndarray) -> list[str]:
    low, under, over, high = (i18n.percent(float(b)) for b in breaks)
    return [
        _("below {limit}").format(limit=low),
        f"{low} … {under}",
        _("in tolerance"),
        f"{over} … {high}",
        _("above {limit}").format(limit=high),
    ]


def _by_region(view: AlignmentView) -> Colouring:
    groups = sorted({t.parent for t in view.leaves})
    shown = {parent: i for i, parent in enumerate(groups)}
    step = max(1, palettes.N_FILLS // 2 // max(1, len(groups)))
    fills = [shown[t.parent] * step % palettes.N_FILLS for t in view.leaves]
    index = dict(zip((t.parent for t in view.leaves), fills, strict=True))
    none = _("None")
    keys = tuple((view.name_of(parent) or none, index[parent]) for parent in groups)
    return Colouring(None, "", np.array(fills, np.int64), keys)


def unit_figures(view: AlignmentView, measure: rec.Measure) -> np.ndarray:
    """Value of a measure per unit: (n_units,) float64."""
    if measure.source in ACCOUNT_SOURCES:
        return unit_sums(view.plan, view.side, measure).units
    return unit_values(view.plan, measure)


def _by_measure(view: AlignmentView, measure: rec.Measure, per_km2: bool) -> Colouring:
    plan = view.plan
    assert plan.arcs is not None
    values = np.where(plan.units_present, unit_figures(view, measure), np.nan)
    title = measure.name
    if per_km2:
        title = _("{measure} per km²").format(measure=measure.name)
        areas = plan.arcs.areas / _M2_PER_KM2
        values = np.divide(values, areas, out=np.full(len(values), np.nan), where=areas > 0)
    breaks = palettes.class_breaks(values, _N_CLASSES)
    classes = palettes.classify(values, breaks).astype(np.int32)
    n = len(breaks) + 1
    colours = (palettes.sequential_colours(n, False), palettes.sequential_colours(n, True))

    def shown(value: float) -> str:
        return measures.format_value(plan, measure, value, short=True)

    texts = class_texts(breaks, shown)
    if len(breaks) and breaks[0] == np.nanmin(values):
        texts[0] = shown(float(breaks[0]))
    texts = texts or [shown(float(np.nanmax(values, initial=0.0)))]
    counts = np.bincount(classes[classes >= 0], minlength=n)
    texts = [f"{text} · {i18n.number(k)}" for text, k in zip(texts, counts, strict=True)]
    return Colouring(Classes(classes, colours, texts, of_units=True), title)
