"""What a plan says in figures, as the builder wants it: measures, targets, limits, handover."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from terradesk import measures
from terradesk import records as rec
from terradesk.arcs.jit import Floats
from terradesk.builder.plans.scoping import NEW, Scope
from terradesk.builder.plans.settings import Settings, Wish
from terradesk.builder.problem import BadWish
from terradesk.i18n import _, isolate, ngettext, number, percent
from terradesk.measures.balance import own_targets
from terradesk.measures.standing import standing_of
from terradesk.measures.telling import format_value
from terradesk.measures.values import known_values
from terradesk.plan import AlignmentView, Plan

_ROUNDING = 1e-9
_SEEN = 0.005  # part of a measure that nobody can get before it is worth a word


@dataclass(frozen=True, slots=True, eq=False)
class Amounts:
    """Figures of a problem of n units, k territories, m measures.

    Parameters
    ----------
    activities, fixed_load, targets : ndarray of float64, shapes (n, m), (k, m), (k, m)
        In the measures' own units.
    tolerances, weights : ndarray of float64, shape (m,)
    minimum, maximum : ndarray of float64, shape (m,)
    notes : tuple of str
        What the user should know about them.
    """

    activities: Floats
    fixed_load: Floats
    targets: Floats
    tolerances: Floats
    weights: Floats
    minimum: Floats
    maximum: Floats
    notes: tuple[str, ...]


# ---------------------------------------------------------------------- wishes
def known_measure(plan: Plan, name: str) -> rec.Measure:
    """The measure with a uid, a name or a column.

    Raises
    ------
    BadWish
        If there is none; the hint lists those that there are.
    """
    known = measures.choices(plan)
    low = name.strip().casefold()
    for own in (
        (m for m in known if m.uid == name),
        (m for m in known if m.name.casefold() == low),
        (m for m in known if m.column and m.column.casefold() == low),
    ):
        found = next(own, None)
        if found is not None:
            return found
    names = ", ".join(isolate(m.name) for m in known)
    raise BadWish(
        _("There is no measure “{name}”.").format(name=isolate(name)),
        _("Known are: {names}").format(names=names or "–"),
    )


def wishes_of(plan: Plan, settings: Settings) -> tuple[tuple[Wish, ...], tuple[rec.Measure, ...]]:
    """Checked wishes and their measures; without any: the plan's balance measure.

    Raises
    ------
    BadWish
        If a measure is unknown or named twice, or a number means nothing.
    """
    wishes = settings.wishes or (Wish(tolerance=plan.tolerance),)
    found = [_measure(plan, wish) for wish in wishes]
    if len({m.uid for m in found}) < len(found):
        twice = next(m for i, m in enumerate(found) if m in found[:i])
        raise BadWish(
            _("{measure} is asked for twice.").format(measure=isolate(twice.name)),
            _("Name each measure once."),
        )
    for wish, measure in zip(wishes, found, strict=True):
        _check(wish, measure)
    if not any(wish.weight > 0 for wish in wishes):
        raise BadWish(_("Every measure has the weight 0."), _("Give one of them a weight."))
    return wishes, tuple(found)


def _measure(plan: Plan, wish: Wish) -> rec.Measure:
    if wish.measure:
        return known_measure(plan, wish.measure)
    found = measures.balance_measure(plan)
    if found is None:
        raise BadWish(
            _("There is nothing to balance by yet."), _("Add boundaries or accounts first.")
        )
    return found


def _check(wish: Wish, measure: rec.Measure) -> None:
    name = isolate(measure.name)
    if not 0 < wish.tolerance <= 1:
        raise BadWish(
            _("The tolerance of {measure} must be above 0 and at most 100 %.").format(measure=name),
            _("Type a number such as 10."),
        )
    limits = [v for v in (wish.minimum, wish.maximum) if v is not None]
    if not 0 <= wish.weight < math.inf or any(not 0 <= v < math.inf for v in limits):
        raise BadWish(
            _("Weight, minimum and maximum of {measure} must be 0 or more.").format(measure=name),
            _("Type another number."),
        )
    if len(limits) == 2 and limits[0] > limits[1]:
        raise BadWish(
            _("The minimum of {measure} is above its maximum.").format(measure=name),
            _("Lower the minimum or raise the maximum."),
        )


# ---------------------------------------------------------------------- figures
def amounts(
    view: AlignmentView,
    scope: Scope,
    wishes: Sequence[Wish],
    found: Sequence[rec.Measure],
    shares: Floats,
) -> Amounts:
    """Figures of the wishes; see `Amounts`.

    Parameters
    ----------
    view : AlignmentView
    scope : Scope
    wishes, found
        Of `wishes_of`.
    shares : ndarray of float64, shape (k,)
        See `shares_of`.

    Raises
    ------
    BadWish
        If a measure is negative somewhere or 0 everywhere, or targets leave nothing for others.
    """
    n, k, m = len(scope.rows), len(scope.ids), len(found)
    work, load, targets = np.empty((n, m)), np.empty((k, m)), np.empty((k, m))
    notes: list[str] = []
    for j, (wish, measure) in enumerate(zip(wishes, found, strict=True)):
        work[:, j], load[:, j] = _shares(view, scope, measure)
        targets[:, j] = _targets(view, scope, wish, measure, work[:, j], load[:, j], shares)
        total = float(work[:, j].sum() + load[:, j].sum())
        _check_limits(view, wish, measure, k, total)
        notes += _missing(view, scope, measure)
        notes += _left_over(view, scope, measure, total)
        notes += _all_own(view, scope, wish, measure, total)
    return Amounts(
        activities=work,
        fixed_load=load,
        targets=targets,
        tolerances=np.array([w.tolerance for w in wishes]),
        weights=np.array([w.weight for w in wishes]),
        minimum=np.array([w.minimum or 0.0 for w in wishes]),
        maximum=np.array([math.inf if w.maximum is None else w.maximum for w in wishes]),
        notes=tuple(notes),
    )


def _check_limits(
    view: AlignmentView, wish: Wish, measure: rec.Measure, k: int, total: float
) -> None:
    """Refuse a minimum, or maximum, that all together cannot have."""
    low, high = k * (wish.minimum or 0.0), k * (math.inf if wish.maximum is None else wish.maximum)
    fields = {
        "measure": isolate(measure.name),
        "total": format_value(view.plan, measure, total, short=True),
        "k": number(k),
    }
    if low > total * (1 + _ROUNDING):
        raise BadWish(
            _("{k} territories cannot have that minimum: there is {total} of {measure}.").format(
                **fields
            ),
            _("Lower the minimum, or ask for fewer territories."),
        )
    if high < total * (1 - _ROUNDING):
        raise BadWish(
            _("{k} territories with that maximum cannot hold {total} of {measure}.").format(
                **fields
            ),
            _("Raise the maximum, or ask for more territories."),
        )


def _missing(view: AlignmentView, scope: Scope, measure: rec.Measure) -> list[str]:
    """A word on areas without a figure, which count as 0."""
    if measure.source != "units":
        return []
    n = int(np.isnan(known_values(view.plan, measure)[scope.rows]).sum())
    if not n:
        return []
    text = ngettext(
        "{n} {noun} has no figure of {measure} and counts as 0.",
        "{n} {noun} have no figure of {measure} and count as 0.",
        n,
    )
    return [text.format(n=number(n), noun=view.plan.noun(n), measure=isolate(measure.name))]


def values_at(view: AlignmentView, scope: Scope, measure: rec.Measure) -> Floats:
    """(n,) a measure per unit, with the accounts that follow it."""
    found: Floats = standing_of(view).weights(measure)[0][scope.rows]
    return found


def _shares(view: AlignmentView, scope: Scope, measure: rec.Measure) -> tuple[Floats, Floats]:
    """A measure per unit of the build, and what each territory has besides them."""
    of_units, beside = standing_of(view).weights(measure)
    values = of_units[scope.rows]
    if len(values) and values.min() < 0:
        worst = int(scope.rows[values.argmin()])
        raise BadWish(
            _("{measure} is negative in {area}.").format(
                measure=isolate(measure.name), area=isolate(str(view.plan.units.names[worst]))
            ),
            _("Territories can be balanced by what is 0 or more; choose another measure."),
        )
    outside = np.ones(len(of_units), bool)
    outside[scope.rows] = False
    per_slot = beside + np.bincount(view.unit_slots, of_units * outside, view.n_slots)
    load = np.array([per_slot[view.slots[t]] if t != NEW else 0.0 for t in scope.ids])
    for place in np.flatnonzero(load < 0).tolist():
        raise BadWish(
            _("{measure} of the named accounts of {name} is negative.").format(
                measure=isolate(measure.name), name=isolate(view.name_of(scope.ids[place]))
            ),
            _("Territories can be balanced by what is 0 or more; choose another measure."),
        )
    if values.sum() + load.sum() <= 0:
        raise BadWish(
            _("{measure} is 0 everywhere.").format(measure=isolate(measure.name)),
            _("Choose another measure."),
        )
    return values, load


def _targets(
    view: AlignmentView,
    scope: Scope,
    wish: Wish,
    measure: rec.Measure,
    work: Floats,
    load: Floats,
    shares: Floats,
) -> Floats:
    """(k,) targets in proportion to those of the plan, adding up to what there is to share."""
    asked = _asked(view, scope, wish, measure, shares, float(work.sum() + load.sum()))
    out = np.empty(len(asked))
    for region in np.unique(scope.regions).tolist():
        mine = scope.regions == region
        there = float(work[scope.unit_regions == region].sum() + load[mine].sum())
        out[mine] = asked[mine] / max(float(asked[mine].sum()), 1e-300) * there
    return out


def _asked(
    view: AlignmentView,
    scope: Scope,
    wish: Wish,
    measure: rec.Measure,
    shares: Floats,
    total: float,
) -> Floats:
    """(k,) targets of their own, else shares of what those leave."""
    own = np.full(len(scope.ids), np.nan)
    if wish.target == "own":
        slots = own_targets(view, measure)
        own = np.array([slots[view.slots[t]] if t != NEW else np.nan for t in scope.ids])
    is_own = np.isfinite(own)
    if not is_own.any():
        return shares
    if is_own.all():
        return own
    if scope.is_part or len(np.unique(scope.regions)) > 1:
        return np.where(is_own, own, shares * float(np.mean(own[is_own] / shares[is_own])))
    left = total - float(own[is_own].sum())
    if left <= 0:
        raise BadWish(
            _("The targets of some territories add up to all of {measure}.").format(
                measure=isolate(measure.name)
            ),
            _("Lower them, or ask for equal targets."),
        )
    return np.where(is_own, own, shares / shares[~is_own].sum() * left)


def _left_over(view: AlignmentView, scope: Scope, measure: rec.Measure, shared: float) -> list[str]:
    """A word on what of a measure belongs to nobody whatever is built."""
    if scope.is_part:
        return []
    of_units, beside = standing_of(view).weights(measure)
    left = float(of_units.sum() + beside.sum()) - shared
    whole = left + shared
    if whole <= 0 or left <= _SEEN * whole:
        return []
    text = _("{share} of {measure} stays unassigned: accounts in no area, areas left out.")
    return [
        text.format(share=percent(left / whole, 1, signed=False), measure=isolate(measure.name))
    ]


def _all_own(
    view: AlignmentView, scope: Scope, wish: Wish, measure: rec.Measure, total: float
) -> list[str]:
    """A word where targets of the plan add up to more or less than there is."""
    if wish.target != "own" or scope.is_part or NEW in scope.ids:
        return []
    slots = own_targets(view, measure)
    ratio = float(sum(slots[view.slots[t]] for t in scope.ids)) / total
    if not math.isfinite(ratio) or abs(ratio - 1) <= _SEEN:
        return []
    text = _("Targets of {measure} add up to {share} of what there is: each is scaled alike.")
    return [text.format(measure=isolate(measure.name), share=percent(ratio, 1, signed=False))]


def shares_of(view: AlignmentView, scope: Scope, settings: Settings) -> Floats:
    """(k,) what each territory should have of a full one: 1, less for part-time and new reps.

    Raises
    ------
    BadWish
        If a share is not above 0.
    """
    asked = dict(settings.shares)
    for staffing in reversed(view.plan.rows(rec.Staffing, view.id)):
        if staffing.role == "owner" and 0 < staffing.share < math.inf:
            asked.setdefault(staffing.territory, staffing.share)
    out = np.array([asked.get(t, 1.0) for t in scope.ids], np.float64)
    if not (np.isfinite(out).all() and (out > 0).all()):
        raise BadWish(
            _("A territory's share of a full one must be above 0."), _("Type a number such as 50.")
        )
    return out


# ---------------------------------------------------------------------- handover
def handed_measures(plan: Plan, found: Sequence[rec.Measure]) -> tuple[rec.Measure, ...]:
    """What changes hands is counted in: accounts, and money if the plan has any; () without."""
    if not plan.accounts_present.any():
        return ()
    count = rec.Measure("n_accounts", 0, name=_("Number of accounts"), source="n_accounts")
    money = [m for m in (*found, *measures.choices(plan)) if m.source == "accounts"]
    rich = [m for m in money if m.format == "money" or measures.is_revenue_like(m.name)]
    return (count, *rich[:1])


def handover(
    view: AlignmentView, scope: Scope, handed: Sequence[rec.Measure], most: int
) -> tuple[Floats, Floats]:
    """(n, h) what goes with each unit, and (k, h) caps: most accounts per territory, 0 = any."""
    n, k = len(scope.rows), len(scope.ids)
    passed = np.zeros((n, len(handed)))
    for j, measure in enumerate(handed):
        passed[:, j] = values_at(view, scope, measure)
    caps = np.full((k, len(handed)), np.inf)
    if most > 0 and handed:
        caps[:, 0] = float(most)
    return passed, caps


def named(wish: Wish, measure: rec.Measure) -> Wish:
    """The wish with its measure said, so that what is remembered does not depend on the plan."""
    return replace(wish, measure=measure.uid)
