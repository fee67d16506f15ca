"""Colour by a figure of the areas: a measure, per km², per account, or any column of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from terradesk import measures
from terradesk import records as rec
from terradesk.colouring.classes import Rules, class_colours, classed, texts_of
from terradesk.colouring.kept import kept
from terradesk.colouring.model import Choice, Colouring, Look, Way
from terradesk.i18n import _
from terradesk.measures import money
from terradesk.measures.sums import ACCOUNT_SOURCES, unit_sums, unit_values
from terradesk.measures.values import column_values, known_values
from terradesk.palettes import RAMPS
from terradesk.plan import AlignmentView
from terradesk.render.filling import N_PATTERNS
from terradesk.render.scene import Classes

__all__ = ["COLUMN", "DENSITY", "MEASURE", "PER_ACCOUNT", "VARIANTS", "unit_figures"]

_M2_PER_KM2 = 1e6
_CODES = ("id", "code", "name", "postcode")
VARIANTS = ("measure", "density", "per_account")
"""Names of the ways that show one measure: its total, per km², per account."""


def unit_figures(view: AlignmentView, measure: rec.Measure) -> np.ndarray:
    """Value of a measure per unit: (n_units,) float64."""
    if measure.source in ACCOUNT_SOURCES:
        return unit_sums(view.plan, view.side, measure).units
    return unit_values(view.plan, measure)


# ------------------------------------------------------------------ measures
def _measures(view: AlignmentView) -> list[rec.Measure]:
    if view.plan.arcs is None:
        return []
    return [m for m in measures.choices(view.plan) if m.source != "n_units"]


def _title(name: str, measure: rec.Measure) -> str:
    if name == "density":
        return _("{measure} per km²").format(measure=measure.name)
    if name == "per_account":
        return _("{measure} per account").format(measure=measure.name)
    return measure.name


def _fits(name: str, view: AlignmentView, measure: rec.Measure) -> bool:
    if name == "density":
        return measure.source != "area" and view.plan.units.geometry_kind != "point"
    if name == "per_account":
        has_accounts = bool(view.plan.accounts_present.any())
        return has_accounts and measure.source not in ("n_accounts", "area")
    return True


def _measure_choices(name: str, view: AlignmentView) -> Iterator[Choice]:
    headings = (_("Figures"), _("Per km²"), _("Per account"))
    group = headings[VARIANTS.index(name)]
    for measure in _measures(view):
        if _fits(name, view, measure):
            yield Choice(f"{name}:{measure.uid}", _title(name, measure), group)


def _divisor(name: str, view: AlignmentView) -> np.ndarray | None:
    plan = view.plan
    if name == "density" and plan.arcs is not None:
        return np.asarray(plan.arcs.areas / _M2_PER_KM2)
    if name == "per_account":
        return unit_figures(view, rec.Measure("", 0, source="n_accounts"))
    return None


def _by_measure(
    name: str, view: AlignmentView, key: str, look: Look, rules: Rules | None
) -> Colouring | None:
    plan, measure = view.plan, measures.measure_of(view.plan, key)
    if plan.arcs is None or measure is None or not _fits(name, view, measure):
        return None
    values = np.where(plan.units_present, _raw(view, measure), np.nan)
    by = _divisor(name, view)
    if by is not None:
        values = np.divide(values, by, out=np.full(len(values), np.nan), where=by > 0)

    def shown(value: float, short: bool) -> str:
        if by is None or abs(value) >= 1000:
            return measures.format_value(plan, measure, value, short)
        return measures.format_value(plan, replace(measure, decimals=_decimals(value)), value)

    found = _classed(view, values, _title(name, measure), look, rules, shown)
    return replace(found, note=money.note(plan, measure))


def _decimals(value: float) -> int:
    """Decimals that show two or three figures of a number below 1000."""
    size = abs(value)
    if size == 0 or (size >= 1 and float(value).is_integer()):
        return 0
    return int(np.clip(2 - np.floor(np.log10(size)), 0, 6)) - (size < 100)


def _raw(view: AlignmentView, measure: rec.Measure) -> np.ndarray:
    """Figures of the units with what is unknown left unknown, which a sum would count as 0."""
    if measure.source == "units":
        return known_values(view.plan, measure)
    return unit_figures(view, measure)


def _classed(
    view: AlignmentView,
    values: np.ndarray,
    title: str,
    look: Look,
    rules: Rules | None,
    shown: Callable[[float, bool], str],
) -> Colouring:
    chosen = rules or Rules()
    found = classed(values, chosen)
    n_none = int((view.plan.units_present & (found.classes < 0)).sum())
    n = len(found.counts)
    texts = texts_of(found, shown)
    classes = Classes(
        found.classes,
        class_colours(found, chosen.palette) if texts else ([], []),
        texts,
        of_units=True,
        counts=found.counts.tolist() if texts else (),
        hatches=[k % N_PATTERNS for k in range(n)] if look.wants_patterns and texts else (),
        n_none=n_none,
    )
    own = replace(chosen, limits=tuple(found.limits.tolist()))
    return Colouring(classes, title, rules=own, palettes=tuple(RAMPS))


MEASURE, DENSITY, PER_ACCOUNT = (
    Way(name, partial(_measure_choices, name), partial(_by_measure, name)) for name in VARIANTS
)


# ------------------------------------------------------------------ any other column of numbers
def _columns(view: AlignmentView) -> Iterator[tuple[str, rec.Column | None]]:
    """Names of the columns of numbers that are no measure, and what is known about them."""
    plan = view.plan
    if plan.arcs is None:
        return
    meant = {c.name: c for c in plan.rows(rec.Column) if c.table == "units"}
    summed = {m.column for m in plan.rows(rec.Measure) if m.source == "units"}
    for name, values in plan.units.columns.items():
        meaning = meant.get(name)
        is_code = meaning is not None and meaning.role in _CODES
        if values.dtype.kind not in "fiu" or name in summed or is_code:
            continue
        if kept(values, "has figures", lambda v=values: bool(np.isfinite(v).any())):  # type: ignore[misc]
            yield name, meaning


def _column_choices(view: AlignmentView) -> Iterator[Choice]:
    for name, meaning in _columns(view):
        text = (meaning.label if meaning else "") or name
        yield Choice(f"column:{name}", text, _("Averages and other figures"))


def _by_column(view: AlignmentView, key: str, look: Look, rules: Rules | None) -> Colouring | None:
    meaning = dict(_columns(view)).get(key, "")
    if meaning == "":
        return None
    plan = view.plan
    values = np.where(plan.units_present, column_values(plan, "units", key), np.nan)
    column = meaning if isinstance(meaning, rec.Column) else rec.Column("", 0, label=key)
    own = rec.Measure("", 0, source="units", format=column.format)

    def shown(value: float, short: bool) -> str:
        if abs(value) >= 1000:
            return measures.format_value(plan, own, value, short)
        return measures.format_value(plan, replace(own, decimals=_decimals(value)), value)

    return _classed(view, values, column.label or key, look, rules, shown)


COLUMN = Way("column", _column_choices, _by_column)
