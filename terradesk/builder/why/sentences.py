"""The sentence of each kind of finding, and the button of each kind of remedy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from terradesk import i18n
from terradesk.builder.why.findings import Finding
from terradesk.builder.why.naming import Names
from terradesk.i18n import N_, _, ngettext


def share(fraction: float, decimals: int = 1) -> str:
    """A share without sign, e.g. ``6.5 %``."""
    return i18n.percent(fraction, decimals, signed=False)


def _zero(f: Finding, names: Names) -> str:
    text = _("There is no {measure} anywhere: nothing can be balanced by it.")
    return text.format(measure=names.measure(f.measure))


def _oversize(f: Finding, names: Names) -> str:
    unit = names.place(f.units[0])
    if not np.isfinite(f.amount):
        return _("{unit} is larger than any territory that it may join.").format(unit=unit)
    above = {"unit": unit, "above": share(f.amount, 0 if f.amount >= 0.1 else 1)}
    if len(names.measures) > 1:
        text = _("{unit} alone is {above} above a territory's target of {measure}.")
        text = text.format(measure=names.measure(f.measure), **above)
    else:
        text = _("{unit} alone is {above} above a territory's target.").format(**above)
    if not len(f.territories):
        return text
    return f"{text} " + _("It fills a territory by itself; the others share the rest.")


def several_oversize(findings: list[Finding], names: Names) -> str:
    """Many units larger than a territory in one sentence: the three largest by name."""
    first = [
        _("{unit} ({above})").format(
            unit=names.place(f.units[0]),
            above=i18n.percent(f.amount) if np.isfinite(f.amount) else "–",
        )
        for f in findings[:3]
    ]
    n = len(findings)
    text = _(
        "{areas} are larger than a territory's target: {a}, {b}, {c} and {n} more. Each fills a "
        "territory by itself; the others share the rest."
    )
    if len(names.measures) > 1:
        text = _(
            "{areas} are larger than a territory's target of {measure}: {a}, {b}, {c} and {n} "
            "more. Each fills a territory by itself; the others share the rest."
        )
    a, b, c = first
    return text.format(
        areas=names.count(n),
        measure=names.measure(findings[0].measure),
        a=a,
        b=b,
        c=c,
        n=i18n.number(n - 3),
    )


def _pocket(f: Finding, names: Names) -> str:
    fields = {
        "unit": names.place(f.units[0]),
        "closest": share(f.amount),
        "areas": names.noun(2),
    }
    if len(names.measures) > 1:
        text = _(
            "{unit} cannot come closer to a target of {measure} than {closest}: with its "
            "neighbours there is no group of {areas} nearer to it."
        )
        return text.format(measure=names.measure(f.measure), **fields)
    text = _(
        "{unit} cannot come closer than {closest}: with its neighbours there is no group of "
        "{areas} nearer to the target."
    )
    return text.format(**fields)


def _pocket_joint(f: Finding, names: Names) -> str:
    text = _(
        "{unit} cannot be in tolerance by all measures at once: with its neighbours there is no "
        "group of {areas} that suits them all."
    )
    return text.format(unit=names.place(f.units[0]), areas=names.noun(2))


def _pocket_limits(f: Finding, names: Names) -> str:
    text = _(
        "{unit} cannot be between minimum and maximum: with its neighbours there is no group of "
        "{areas} that is."
    )
    return text.format(unit=names.place(f.units[0]), areas=names.noun(2))


def _part(f: Finding, names: Names) -> str:
    text = _("{areas} around {unit} are a part of the map by themselves.")
    if len(f.units) == 1:
        text = _("{unit} is a part of the map by itself.")
    text = text.format(areas=names.count(len(f.units)), unit=names.place(f.units[0]))
    if f.measure < 0:
        return f"{text} " + _("It cannot be shared into whole territories.")
    worth = i18n.number(f.bound, 0 if f.bound >= 20 else 1 if f.bound >= 1 else 2)
    second = _(
        "That is {worth} of an average territory: no whole number of territories comes closer "
        "than {closest}."
    )
    return f"{text} " + second.format(worth=worth, closest=share(f.amount))


def _parts(f: Finding, names: Names) -> str:
    text = _(
        "The map falls into {n} parts without a way between them; {k} territories are too few, "
        "as each part needs one of its own."
    )
    return text.format(n=i18n.number(f.amount), k=i18n.number(f.bound))


def _number(f: Finding, names: Names) -> str:
    text = _("The parts of the map take {n} whole territories together, not {k}.")
    return text.format(n=i18n.number(f.amount), k=i18n.number(f.bound))


def _nowhere(f: Finding, names: Names) -> str:
    n = len(f.units)
    text = ngettext(
        "{unit} may not join any territory and stays unassigned.",
        "{areas} may not join any territory and stay unassigned.",
        n,
    )
    return text.format(unit=names.place(f.units[0]), areas=names.count(n))


def _closed(f: Finding, names: Names) -> str:
    text = _("{territory} stays empty: no {area} may join it.")
    return text.format(territory=names.territory(f.territories[0]), area=names.noun(1))


def _units(f: Finding, names: Names) -> str:
    text = _("{areas} are too few for {k} territories: each needs one.")
    return text.format(areas=names.count(round(f.bound)), k=i18n.number(f.amount))


def _locked_over(f: Finding, names: Names) -> str:
    text = _("What is locked to {territory} is {above} above its target already.")
    return text.format(territory=names.territory(f.territories[0]), above=_above(f.amount))


def _load(f: Finding, names: Names) -> str:
    text = _("The named accounts of {territory} are {above} above its target already.")
    return text.format(territory=names.territory(f.territories[0]), above=_above(f.amount))


def _above(amount: float) -> str:
    return share(amount, 0 if amount >= 0.1 else 1) if np.isfinite(amount) else _("far")


def _locked_under(f: Finding, names: Names) -> str:
    text = _("{territory} stays at {deviation} because it is locked.")
    return text.format(
        territory=names.territory(f.territories[0]), deviation=i18n.percent(f.amount)
    )


def _starved(f: Finding, names: Names) -> str:
    text = _("{territory} cannot get beyond {deviation}: what is around it is locked to others.")
    return text.format(
        territory=names.territory(f.territories[0]), deviation=i18n.percent(f.amount)
    )


def _cut_off(f: Finding, names: Names) -> str:
    n = len(f.units)
    text = ngettext(
        "{unit} is locked to {territory} but has no way to the rest of it.",
        "{areas} are locked to {territory} but have no way to the rest of it.",
        n,
    )
    return text.format(
        unit=names.place(f.units[0]),
        areas=names.count(n),
        territory=names.territory(f.territories[0]),
    )


def _sum(text: str) -> Callable[[Finding, Names], str]:
    def sentence(f: Finding, names: Names) -> str:
        return _(text).format(
            measure=names.measure(f.measure),
            asked=names.value(f.measure, f.amount),
            there=names.value(f.measure, f.bound),
        )

    return sentence


def _limit(text: str) -> Callable[[Finding, Names], str]:
    def sentence(f: Finding, names: Names) -> str:
        return _(text).format(
            territory=names.territory(f.territories[0]),
            limit=names.value(f.measure, f.amount),
            value=names.value(f.measure, f.bound),
        )

    return sentence


def _seeds_together(f: Finding, names: Names) -> str:
    text = _("{a} and {b} start from the same {area}: {unit}.")
    a, b = (names.territory(t) for t in f.territories[:2])
    return text.format(a=a, b=b, area=names.noun(1), unit=names.place(f.units[0]))


def _seed_locked(f: Finding, names: Names) -> str:
    text = _("{a} starts in {unit}, which is locked to {b}.")
    a, b = (names.territory(t) for t in f.territories[:2])
    return text.format(a=a, b=b, unit=names.place(f.units[0]))


def _seed_far(f: Finding, names: Names) -> str:
    text = _("The start point of {territory} lies {km} km from the nearest {area}.")
    return text.format(
        territory=names.territory(f.territories[0]),
        km=i18n.number(f.amount),
        area=names.noun(1),
    )


def _cap(text: str) -> Callable[[Finding, Names], str]:
    def sentence(f: Finding, names: Names) -> str:
        return _(text).format(
            territory=names.territory(f.territories[0]),
            need=names.handover(f.measure, float(np.ceil(f.amount - 1e-9))),
            cap=i18n.number(f.bound),
        )

    return sentence


def _pull(f: Finding, names: Names) -> str:
    text = _(
        "{first} and {measure} lie in different places: territories with equal {first} would "
        "have between {low} and {high} of their target of {measure}."
    )
    return text.format(
        first=names.measure(0),
        measure=names.measure(f.measure),
        low=share(f.amount, 0),
        high=share(f.bound, 0),
    )


def _steps(f: Finding, names: Names) -> str:
    text = _(
        "{measure} comes in whole steps of {step}: one territory or more has to be {closest} off "
        "its target."
    )
    step = i18n.number(f.bound)
    return text.format(measure=names.measure(f.measure), step=step, closest=share(f.amount))


def _allotment(f: Finding, names: Names) -> str:
    text = _("With what is locked and kept out, no plan can be closer to all targets than {best}.")
    return text.format(best=share(f.amount))


def _allotment_joint(_f: Finding, _names: Names) -> str:
    return _(
        "With what is locked and kept out, no plan can be in tolerance by all measures at once."
    )


def _districts_split(f: Finding, names: Names) -> str:
    n = round(f.amount)
    text = ngettext(
        "{n} of {whole} {districts} is larger than a territory and has to be split.",
        "{n} of {whole} {districts} are larger than a territory and have to be split.",
        n,
    )
    return _of_districts(text, f, names)


def _districts_uneven(f: Finding, names: Names) -> str:
    text = _("{n} of {whole} {districts} cannot be shared into whole territories by themselves.")
    return _of_districts(text, f, names)


def _of_districts(text: str, f: Finding, names: Names) -> str:
    whole = round(f.bound)
    return text.format(
        n=i18n.number(f.amount), whole=i18n.number(whole), districts=names.district(whole)
    )


SENTENCES: dict[str, Callable[[Finding, Names], str]] = {
    "zero": _zero,
    "oversize": _oversize,
    "pocket": _pocket,
    "pocket_joint": _pocket_joint,
    "pocket_limits": _pocket_limits,
    "part": _part,
    "parts": _parts,
    "number": _number,
    "nowhere": _nowhere,
    "closed": _closed,
    "units": _units,
    "locked_over": _locked_over,
    "load": _load,
    "locked_under": _locked_under,
    "starved": _starved,
    "cut_off": _cut_off,
    "minimum_sum": _sum(N_("The minima of {measure} add up to {asked}; there is only {there}.")),
    "maximum_sum": _sum(N_("The maxima of {measure} add up to {asked}, but there is {there}.")),
    "target_sum": _sum(N_("The targets of {measure} add up to {asked}, but there is {there}.")),
    "minimum_target": _limit(
        N_("The minimum of {territory}, {limit}, is above the {value} that its tolerance allows.")
    ),
    "maximum_target": _limit(
        N_("The maximum of {territory}, {limit}, is below the {value} that its tolerance asks.")
    ),
    "maximum_locked": _limit(
        N_("{territory} has {value} locked to it, above its maximum of {limit}.")
    ),
    "seeds_together": _seeds_together,
    "seed_locked": _seed_locked,
    "seed_far": _seed_far,
    "handover": _cap(
        N_("{territory} must hand over {need} or more to come into tolerance; {cap} are allowed.")
    ),
    "takeover": _cap(
        N_("{territory} must take over {need} or more to come into tolerance; {cap} are allowed.")
    ),
    "pull": _pull,
    "steps": _steps,
    "allotment": _allotment,
    "allotment_joint": _allotment_joint,
    "districts_split": _districts_split,
    "districts_uneven": _districts_uneven,
}
"""The sentence of each kind of finding."""

REMEDIES: dict[str, str] = {
    "tolerance": N_("Accept ±{share}"),
    "unlock": N_("Unlock {territory}"),
    "territories": N_("Build {number} territories"),
    "link": N_("Link {a} with {b} over water"),
    "barrier": N_("Open the barrier"),
    "targets": N_("Fit the targets to what there is"),
    "cap": N_("Let {handed} change hands"),
    "minimum": N_("Lower the minimum"),
    "maximum": N_("Raise the maximum"),
    "leave_out": N_("Leave out {measure}"),
}
"""The button of each kind of remedy."""
