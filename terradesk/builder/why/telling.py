"""Findings, violations and results in plain sentences, each with its places and what to relax."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from terradesk import i18n
from terradesk.arcs.jit import Int32s
from terradesk.builder.problem import Problem, Result, Violation
from terradesk.builder.why.findings import NO_ROWS, Diagnosis, Finding, Remedy
from terradesk.builder.why.naming import Names
from terradesk.builder.why.sentences import REMEDIES, SENTENCES, several_oversize, share
from terradesk.i18n import _, ngettext

_MOST_NAMED = 3  # oversize units told one by one


@dataclass(frozen=True, slots=True, eq=False)
class Relax:
    """What would help, as it is written on a button; ``str`` is its text.

    Parameters
    ----------
    text : str
    remedy : Remedy
    """

    text: str
    remedy: Remedy

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """A sentence.

    Parameters
    ----------
    text : str
    units : ndarray of int32
        To be shown on the map; rows of the plan where the names know them.
    territory : int
        -1 when none, or several, are concerned.
    is_error : bool
        Whether it cannot be met as it is; else a warning.
    relax : Relax, optional
        The gentlest remedy.
    others : tuple of Relax
        Further remedies.
    """

    text: str
    units: Int32s = field(default_factory=lambda: NO_ROWS)
    territory: int = -1
    is_error: bool = True
    relax: Relax | None = None
    others: tuple[Relax, ...] = ()


# ---------------------------------------------------------------------- findings
def tell_finding(finding: Finding, names: Names) -> Told:
    """A finding of `terradesk.builder.why.diagnosing.diagnose` as a sentence."""
    relaxes = tuple(tell_remedy(remedy, names) for remedy in finding.remedies)
    territory = int(finding.territories[0]) if len(finding.territories) == 1 else -1
    return Told(
        text=SENTENCES[finding.kind](finding, names),
        units=names.rows_of(finding.units),
        territory=names.number_of(territory),
        is_error=finding.is_proof,
        relax=relaxes[0] if relaxes else None,
        others=relaxes[1:],
    )


def tell_diagnosis(diagnosis: Diagnosis, names: Names) -> tuple[Told, ...]:
    """All findings as sentences, proofs first; many oversize units share a sentence."""
    groups: dict[tuple[str, int], list[Finding]] = {}
    for place, finding in enumerate(diagnosis.findings):
        is_oversize = finding.kind == "oversize" and len(finding.territories) > 0
        key = ("oversize", finding.measure) if is_oversize else ("", place)
        groups.setdefault(key, []).append(finding)
    told: list[Told] = []
    for group in groups.values():
        if len(group) <= _MOST_NAMED:
            told += [tell_finding(finding, names) for finding in group]
        else:
            units = np.concatenate([finding.units for finding in group])
            told.append(Told(several_oversize(group, names), names.rows_of(units)))
    return tuple(told)


def headline(diagnosis: Diagnosis, problem: Problem, names: Names) -> str:
    """The tightest tolerance that is proven, one sentence; empty where it changes nothing."""
    over = diagnosis.tightest > problem.tolerances + 1e-9
    texts = []
    for m in np.flatnonzero(over).tolist():
        closest = share(float(diagnosis.tightest[m]))
        if problem.n_measures > 1:
            text = _("No plan can be closer to the targets of {measure} than ±{closest}.")
            texts.append(text.format(closest=closest, measure=names.measure(m)))
        else:
            texts.append(
                _("No plan can be closer to the targets than ±{closest}.").format(closest=closest)
            )
    return " ".join(texts)


# ---------------------------------------------------------------------- remedies
def tell_remedy(remedy: Remedy, names: Names) -> Relax:
    """A remedy as the text of a button."""
    text = _(REMEDIES[remedy.kind])
    if remedy.kind == "unlock" and remedy.territory < 0:
        text = _("Unlock {areas}")
    pair = remedy.pairs[0] if len(remedy.pairs) else (0, 0)
    return Relax(
        text.format(
            share=share(remedy.amount),
            number=i18n.number(remedy.amount),
            areas=names.count(len(remedy.units)),
            territory=names.territory(remedy.territory) if remedy.territory >= 0 else "",
            measure=names.measure(remedy.measure),
            handed=names.handover(remedy.measure, float(np.ceil(remedy.amount - 1e-9))),
            a=names.place(pair[0]) if len(remedy.pairs) else "",
            b=names.place(pair[1]) if len(remedy.pairs) else "",
        ),
        remedy,
    )


# ---------------------------------------------------------------------- results
def tell_result(
    result: Result, problem: Problem, names: Names, diagnosis: Diagnosis | None = None
) -> tuple[Told, ...]:
    """What a result gives: first how many territories are in tolerance, then what is not as asked.

    Parameters
    ----------
    result : Result
    problem : Problem
    names : Names
    diagnosis : Diagnosis, optional
        Explains what could not be done better.

    Returns
    -------
    tuple of Told
        The first is the summary. ``" ".join(told.text for told in ...)`` is the whole text.
    """
    first = Told(summary(result, problem), is_error=False)
    return (first, *(tell_violation(v, result, problem, names, diagnosis)
                     for v in result.violations))  # fmt: skip


def summary(result: Result, problem: Problem) -> str:
    """How many territories are in tolerance: e.g. 24 of 25 territories are within ±10 %."""
    k = problem.n_territories
    off = {v.territory for v in result.violations if v.kind in ("tolerance", "empty")}
    fields = {"n": i18n.number(k - len(off)), "k": i18n.number(k)}
    tolerances = np.unique(problem.tolerances)
    if len(tolerances) > 1:
        text = ngettext(
            "{n} of {k} territory is in tolerance.", "{n} of {k} territories are in tolerance.", k
        )
        return text.format(**fields)
    if not off and k > 1:
        text = _("All {k} territories are within ±{tolerance}.")
    else:
        text = ngettext(
            "{n} of {k} territory is within ±{tolerance}.",
            "{n} of {k} territories are within ±{tolerance}.",
            k,
        )
    return text.format(tolerance=_tolerance(float(tolerances[0])), **fields)


def _tolerance(fraction: float) -> str:
    whole = abs(round(100 * fraction) - 100 * fraction) < 1e-9
    return i18n.percent(fraction, 0 if whole else 1, signed=False)


def tell_violation(
    violation: Violation,
    result: Result,
    problem: Problem,
    names: Names,
    diagnosis: Diagnosis | None = None,
) -> Told:
    """A violation of a result as a sentence, with the reason where one is known."""
    if violation.kind == "tolerance":
        return _off_target(violation, result, problem, names, diagnosis)
    text = _WORDS[violation.kind](violation, names)
    is_broken = violation.kind in ("unassigned", "empty", "lock", "split")
    return Told(
        text=text,
        units=names.rows_of(violation.units),
        territory=names.number_of(violation.territory),
        is_error=is_broken or not violation.is_avoidable,
    )


def _off_target(
    violation: Violation,
    result: Result,
    problem: Problem,
    names: Names,
    diagnosis: Diagnosis | None,
) -> Told:
    t, m = violation.territory, violation.measure
    reason = _reason(violation, result.assignment, problem, diagnosis)
    if reason is not None:
        return tell_finding(reason, names)
    tolerance = float(problem.tolerances[m])
    fields = {
        "territory": names.territory(t),
        "deviation": i18n.deviation(violation.amount, tolerance),
    }
    relax: Relax | None = None
    if violation.is_avoidable:
        text = _("{territory} is at {deviation}.")
        if problem.n_measures > 1:
            text = _("{territory} is at {deviation} of {measure}.")
        units = np.flatnonzero(result.assignment == t).astype(np.int32)
    elif len(violation.units) and (problem.fixed[violation.units] != t).any():
        text = _("{territory} is at {deviation}: {unit} alone is larger than its target.")
        units = violation.units
    else:
        text = _("{territory} stays at {deviation} because it is locked.")
        units = violation.units
        relax = tell_remedy(Remedy("unlock", territory=t, units=units), names)
        advice = _("Unlock it to let it grow.")
        text = f"{text} {advice if violation.amount < 0 else _('Unlock it to let it shrink.')}"
    unit = names.place(units[0]) if len(units) else ""
    text = text.format(unit=unit, measure=names.measure(m), **fields)
    return Told(text, names.rows_of(units), names.number_of(t), not violation.is_avoidable, relax)


def _reason(
    violation: Violation, assignment: Int32s, problem: Problem, diagnosis: Diagnosis | None
) -> Finding | None:
    """The proof that this territory could not be better: of a pocket that lies in it."""
    if diagnosis is None or not violation.is_avoidable:
        return None
    for finding in diagnosis.findings:
        if finding.kind != "pocket" or finding.measure != violation.measure:
            continue
        is_inside = assignment[finding.units[0]] == violation.territory
        if is_inside and abs(violation.amount) <= finding.amount * (1 + 1e-6):
            return finding
    return None


def _unassigned(v: Violation, names: Names) -> str:
    n = len(v.units)
    text = ngettext("{unit} has no territory.", "{areas} have no territory.", n)
    return text.format(unit=names.place(v.units[0]), areas=names.count(n))


def _lock(v: Violation, names: Names) -> str:
    n = len(v.units)
    text = ngettext(
        "{unit} is in {territory}, which it may not join.",
        "{areas} are in {territory}, which they may not join.",
        n,
    )
    return text.format(
        unit=names.place(v.units[0]), areas=names.count(n), territory=names.territory(v.territory)
    )


def _empty(v: Violation, names: Names) -> str:
    text = _("{territory} has no {areas}.")
    return text.format(territory=names.territory(v.territory), areas=names.noun(2))


def _split(v: Violation, names: Names) -> str:
    n = round(v.amount)
    text = ngettext("{territory} is in {n} part.", "{territory} is in {n} parts.", n)
    text = text.format(territory=names.territory(v.territory), n=i18n.number(n))
    return text if v.is_avoidable else f"{text} " + _("What is locked to it lies apart.")


def _minimum(v: Violation, names: Names) -> str:
    text = _("{territory} is {amount} below its minimum.")
    return text.format(
        territory=names.territory(v.territory), amount=names.value(v.measure, v.amount)
    )


def _maximum(v: Violation, names: Names) -> str:
    text = _("{territory} is {amount} above its maximum.")
    return text.format(
        territory=names.territory(v.territory), amount=names.value(v.measure, v.amount)
    )


def _handover(v: Violation, names: Names) -> str:
    text = _("{territory} hands over {amount} more than is allowed.")
    if v.amount < 0:
        text = _("{territory} takes over {amount} more than is allowed.")
    amount = names.handover(0, abs(v.amount))
    return text.format(territory=names.territory(v.territory), amount=amount)


_WORDS = {
    "unassigned": _unassigned,
    "lock": _lock,
    "empty": _empty,
    "split": _split,
    "minimum": _minimum,
    "maximum": _maximum,
    "handover": _handover,
}
