"""The lines of the before/after table, from the builder's figures."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from terradesk import i18n, measures
from terradesk.i18n import _
from terradesk.plan import Plan

from .. import painting
from .table import BETTER, NONE, SAME, WORSE, Line

if TYPE_CHECKING:
    from terradesk.builder.plans.preparing import Prepared
    from terradesk.builder.problem import Figures, Violation
    from terradesk.measures import Balance, WhatIf

_MI = 1.609344
_OUT = ("tolerance", "minimum", "maximum", "empty")
_MADE = -1  # id of a territory that is to be made


@dataclass(frozen=True, slots=True)
class Facts:
    """Figures of one assignment; NaN or -1 where not known.

    Parameters
    ----------
    n_in, n_all : int
        Territories in tolerance, of how many.
    n_whole, n_there : int
        Territories in one piece, of those that have areas.
    worst : float
        Deviation of the worst territory that could do better, with its sign if known.
    shape, distance, kept : float
        Mean Polsby-Popper; km; share of what is kept.
    n_split : int
        States that are split.
    """

    n_in: int
    n_all: int
    n_whole: int = -1
    n_there: int = -1
    worst: float = math.nan
    shape: float = math.nan
    distance: float = math.nan
    kept: float = math.nan
    n_split: int = -1


def facts_of(figures: Figures, violations: tuple[Violation, ...]) -> Facts:
    """Figures of a result."""
    k = len(figures.exempt)
    n_out = len({v.territory for v in violations if v.kind in _OUT and v.territory >= 0})
    free = figures.deviations[~figures.exempt]
    free = free[np.isfinite(free)]
    shapes = figures.compactness[np.isfinite(figures.compactness)]
    return Facts(
        n_in=k - n_out,
        n_all=k,
        n_whole=int((figures.parts == 1).sum()),
        n_there=int((figures.n_units > 0).sum()),
        worst=float(free[np.abs(free).argmax()]) if len(free) else math.nan,
        shape=float(shapes.mean()) if len(shapes) else math.nan,
        distance=figures.distance,
        kept=figures.kept,
        n_split=figures.n_split_districts,
    )


def as_it_is(before: Facts, balance: Balance, tolerance: float) -> Facts:
    """The plan's own balance in place of what a build of another number of territories asks.

    Parameters
    ----------
    before : Facts
    balance : Balance
        Of the plan as it is.
    tolerance : float
        A fraction.
    """
    found = balance.deviations[1:]
    known = found[np.isfinite(found)]
    return replace(
        before,
        n_in=int((np.abs(known) <= tolerance + 1e-9).sum()),
        n_all=balance.n_territories,
        worst=float(known[np.abs(known).argmax()]) if len(known) else math.nan,
    )


def comparable(before: Facts, prepared: Prepared, balance: Balance) -> Facts:
    """Figures of the plan that mean the same as those of a build.

    Parameters
    ----------
    before : Facts
        Of the present territories by the targets of the build.
    prepared : Prepared
    balance : Balance
        Of the plan as it is.
    """
    if prepared.settings.mode == "split":  # parts have targets that their whole has not
        return replace(before, n_in=-1, n_whole=-1, worst=math.nan)
    if _MADE in prepared.territories or prepared.gone:
        return as_it_is(before, balance, float(prepared.problem.tolerances[0]))
    return before


def lines(
    plan: Plan, before: Facts | None, after: Facts, effect: WhatIf | None, tolerance: float,
    kept_name: str, has_exempt: bool, unit: str = "km", has_states: bool = False,
) -> list[Line]:  # fmt: skip
    """The table.

    Parameters
    ----------
    plan : Plan
    before : Facts or None
        None where nothing had a territory.
    after : Facts
    effect : WhatIf or None
        Says what changes hands.
    tolerance : float
        Of the first measure, a fraction.
    kept_name : str
        What counts as kept.
    has_exempt : bool
        Whether some territories cannot meet the tolerance, whatever is done.
    unit : {"km", "mi"}
    has_states : bool
        Whether states should be kept whole.
    """
    out = [_counted("in", _("In tolerance"), before, after), _worst(before, after, tolerance,
           has_exempt), _shape(before, after), _whole(before, after),
           _distance(before, after, unit)]  # fmt: skip
    if has_states:
        out.append(_states(before, after))
    if math.isfinite(after.kept):
        caption = _("Kept ({name})").format(name=painting.elided(kept_name, 110))
        out.append(Line("kept", caption, NONE, i18n.percent(after.kept, 1, False)))
    if before is not None and effect is not None and plan.accounts_present.any():
        out.append(_hands(plan, effect))
    return out


def _way(before: float, after: float) -> int:
    if not (math.isfinite(before) and math.isfinite(after)) or before == after:
        return SAME
    return BETTER if after > before else WORSE


def _of(n: int, total: int) -> str:
    return _("{n} of {m}").format(n=i18n.number(n), m=i18n.number(total))


def _counted(key: str, caption: str, before: Facts | None, after: Facts) -> Line:
    was, way = NONE, SAME
    if before is not None and before.n_in >= 0:
        was = _of(before.n_in, before.n_all)
        way = _way(before.n_in / max(1, before.n_all), after.n_in / max(1, after.n_all))
    is_good = after.n_in == after.n_all
    return Line(key, caption, was, _of(after.n_in, after.n_all), BETTER if is_good else way)


def _worst(before: Facts | None, after: Facts, tolerance: float, has_exempt: bool) -> Line:
    caption = _("Worst, not locked") if has_exempt else _("Worst")
    tip = _("Territories that are locked or cannot meet the tolerance are left out")
    was = before.worst if before else math.nan
    role = painting.tone(after.worst, tolerance + 5e-10)
    return Line(
        "worst", caption, _deviation(was, tolerance), _deviation(after.worst, tolerance),
        _way(-abs(was), -abs(after.worst)), role, tip if has_exempt else "", True,
    )  # fmt: skip


def _deviation(value: float, tolerance: float) -> str:
    return i18n.isolate(i18n.deviation(value, tolerance)) if math.isfinite(value) else NONE


def _shape(before: Facts | None, after: Facts) -> Line:
    texts = [_hundredths(facts.shape) if facts else NONE for facts in (before, after)]
    way = _way(round(before.shape, 2), round(after.shape, 2)) if before else SAME
    tip = _("Mean compactness (Polsby-Popper): 1 is a disc")
    return Line("shape", _("Compact shape"), texts[0], texts[1], way, tip=tip)


def _hundredths(value: float) -> str:
    return i18n.number(value, 2) if math.isfinite(value) else NONE


def _whole(before: Facts | None, after: Facts) -> Line:
    texts = [_of(f.n_whole, f.n_there) if f and f.n_whole >= 0 else NONE for f in (before, after)]
    has_both = before is not None and before.n_whole >= 0 and after.n_whole >= 0
    way = SAME
    if has_both and before is not None:
        way = _way(before.n_whole - before.n_there, after.n_whole - after.n_there)
    return Line("whole", _("In one piece"), texts[0], texts[1], way)


def _distance(before: Facts | None, after: Facts, unit: str) -> Line:
    texts = [_length(f.distance, unit) if f else NONE for f in (before, after)]
    way = SAME
    if before and texts[0] != texts[1]:
        way = _way(-before.distance, -after.distance)
    tip = _("From the middle of a territory to its areas, weighted by what is balanced")
    return Line(
        "distance", _("Mean distance"), texts[0], texts[1], way, tip=tip, is_less_better=True
    )


def _length(km: float, unit: str) -> str:
    if not math.isfinite(km):
        return NONE
    if unit == "mi":
        return _("{n} mi").format(n=i18n.number(km / _MI))
    return _("{n} km").format(n=i18n.number(km))


def _states(before: Facts | None, after: Facts) -> Line:
    texts = [i18n.number(f.n_split) if f and f.n_split >= 0 else NONE for f in (before, after)]
    has_both = before is not None and after.n_split >= 0
    way = _way(-before.n_split, -after.n_split) if has_both and before is not None else SAME
    caption = _("Split that should stay whole")
    return Line("states", caption, texts[0], texts[1], way, is_less_better=True)


def _hands(plan: Plan, effect: WhatIf) -> Line:
    n = effect.moved.accounts
    return Line(
        "hands", _("Accounts that change hands"), NONE, " · ".join(_passed(plan, effect, n))
    )


def _passed(plan: Plan, effect: WhatIf, n: int) -> Iterator[str]:
    yield i18n.number(n)
    money = [m for m in measures.choices(plan)
             if m.source == "accounts" and measures.is_revenue_like(m.name)]  # fmt: skip
    if n and money and money[0].uid in effect.moved.amounts:
        yield measures.format_value(plan, money[0], effect.moved.amounts[money[0].uid], True)
