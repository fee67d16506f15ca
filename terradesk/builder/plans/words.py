"""A build in words: for the history, for messages, and why an area is where it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from terradesk import records as rec
from terradesk.builder.engine.keeping import were_out
from terradesk.builder.plans.preparing import Prepared
from terradesk.builder.problem import Result, Violation
from terradesk.builder.why.naming import Names
from terradesk.edits import Edit, describe
from terradesk.i18n import N_, _, deviation, deviations, isolate, ngettext, number, percent
from terradesk.measures.telling import format_value
from terradesk.plan import Plan

if TYPE_CHECKING:
    from terradesk.builder.swaps.finding import Move
    from terradesk.builder.why.findings import Diagnosis
    from terradesk.builder.why.telling import Told

Fields = dict[str, str | int]

_MOST_LISTED = 8  # territories that a sentence lists

_ONE = {
    "new": N_("Built {n} territories by {measure}, {m} within ±{tolerance}"),
    "nested": N_("Built {n} territories inside regions by {measure}, {m} within ±{tolerance}"),
    "rebalance": N_("Rebalanced {n} territories by {measure}, {m} within ±{tolerance}"),
    "fill": N_("Gave out {c} {noun} by {measure}, {m} of {n} territories within ±{tolerance}"),
    "carve": N_("Carved out {b} by {measure}, {m} of {n} territories within ±{tolerance}"),
    "absorb": N_("Shared out {a} by {measure}, {m} of {n} territories within ±{tolerance}"),
    "split": N_("Split {a} into {n} by {measure}, {m} within ±{tolerance}"),
    "selected": N_("Shared out {c} {noun} by {measure}, {m} of {n} within ±{tolerance}"),
}
_MANY = {
    "new": N_("Built {n} territories by {measure}, {m} within tolerance"),
    "nested": N_("Built {n} territories inside regions by {measure}, {m} within tolerance"),
    "rebalance": N_("Rebalanced {n} territories by {measure}, {m} within tolerance"),
    "fill": N_("Gave out {c} {noun} by {measure}, {m} of {n} territories within tolerance"),
    "carve": N_("Carved out {b} by {measure}, {m} of {n} territories within tolerance"),
    "absorb": N_("Shared out {a} by {measure}, {m} of {n} territories within tolerance"),
    "split": N_("Split {a} into {n} by {measure}, {m} within tolerance"),
    "selected": N_("Shared out {c} {noun} by {measure}, {m} of {n} within tolerance"),
}


def n_within(prepared: Prepared, result: Result) -> int:
    """Territories within the tolerance of every measure, counted as the tree of territories does.

    The builder's own targets may differ a little, where a territory can never meet its own.
    """
    asked = prepared.problem.targets
    off = np.abs(result.figures.values - asked)
    return int((off <= asked * prepared.problem.tolerances + 1e-9).all(axis=1).sum())


def heading(
    plan: Plan,
    prepared: Prepared,
    result: Result,
    n_changed: int,
    made: tuple[rec.Territory, ...] = (),
    removed: tuple[str, ...] = (),
) -> tuple[str, Fields]:
    """Sentence and fields of an accepted build.

    Parameters
    ----------
    plan : Plan
    prepared : Prepared
    result : Result
    n_changed : int
        Units that change hands.
    made : tuple of Territory
        New ones.
    removed : tuple of str
        Names of territories that are no more.
    """
    view = plan.alignment(prepared.alignment)
    mode, problem = prepared.settings.mode, prepared.problem
    source = view.name_of(prepared.territories[0]) if mode == "split" else ""
    gone = ", ".join(removed) or ", ".join(view.name_of(t) for t in prepared.gone)
    fields: Fields = {
        "n": problem.n_territories,
        "m": n_within(prepared, result),
        "measure": ", ".join(m.name for m in prepared.measures),
        "tolerance": percent(float(problem.tolerances[0]), _decimals(prepared), signed=False),
    }
    own: dict[str, Fields] = {
        "carve": {"b": ", ".join(t.name for t in made)},
        "absorb": {"a": gone},
        "split": {"a": source},
        "fill": {"c": n_changed, "noun": plan.noun(n_changed)},
        "selected": {"c": n_changed, "noun": plan.noun(n_changed)},
    }
    words = _ONE if len(set(problem.tolerances.tolist())) == 1 else _MANY
    if mode == "carve" and not made:
        mode = "rebalance"
    return words[mode], fields | own.get(mode, {})


def sentence(plan: Plan, prepared: Prepared, result: Result) -> str:
    """A build in one sentence: "Built 25 territories by Population, 24 within ±10 %"."""
    n_changed = len(prepared.changed(result.assignment))
    names = [n for n, t in zip(prepared.names, prepared.territories, strict=True) if t < 0]
    made = tuple(rec.Territory("", 0, name=name) for name in names)
    msgid, fields = heading(plan, prepared, result, n_changed, made)
    return describe(Edit(msgid, fields))


def reason(prepared: Prepared, result: Result) -> str:
    """What was asked and how it was reached, kept with the step."""
    problem, settings = prepared.problem, prepared.settings
    parts = [
        f"{m.name} ±{percent(float(t), _decimals(prepared), signed=False)}"
        for m, t in zip(prepared.measures, problem.tolerances, strict=True)
    ]
    k = problem.n_territories
    parts.append(ngettext("{n} territory", "{n} territories", k).format(n=number(k)))
    if problem.has_baseline and np.isfinite(result.figures.kept):
        parts.append(_("{share} kept").format(share=percent(result.figures.kept, 1, signed=False)))
    if settings.district_column:
        parts.append(_("by {column}").format(column=settings.district_column))
    if settings.handover_most:
        text = _("at most {n} accounts handed over")
        parts.append(text.format(n=number(settings.handover_most)))
    if result.stopped != "complete":
        text = _("stopped after {n} tries")
        parts.append(text.format(n=number(result.iterations)))
    text = _("run {seed}, builder {version}")
    parts.append(text.format(seed=result.seed, version=result.version))
    return "; ".join(parts)


def _decimals(prepared: Prepared) -> int:
    """Decimals that tolerances need in percent."""
    shown = 100 * prepared.problem.tolerances
    return 0 if bool((np.abs(shown - np.round(shown)) < 1e-6).all()) else 1


def left_alone(plan: Plan, n_edited: int, n_locked: int, n_named: int) -> tuple[str, ...]:
    """Sentences about what a build did not touch."""
    out = []
    if n_edited:
        text = ngettext(
            "{n} {noun} was edited meanwhile and stays as it is.",
            "{n} {noun} were edited meanwhile and stay as they are.",
            n_edited,
        )
        out.append(text.format(n=number(n_edited), noun=plan.noun(n_edited)))
    if n_locked:
        text = ngettext(
            "{n} {noun} is locked and stays as it is.",
            "{n} {noun} are locked and stay as they are.",
            n_locked,
        )
        out.append(text.format(n=number(n_locked), noun=plan.noun(n_locked)))
    if n_named:
        text = ngettext(
            "{n} named account stays with its territory.",
            "{n} named accounts stay with their territories.",
            n_named,
        )
        out.append(text.format(n=number(n_named)))
    return tuple(out)


def move_sentence(plan: Plan, prepared: Prepared, move: Move) -> str:
    """A suggested change in one sentence, with what it does to the balance."""
    names = [isolate(str(n)) for n in plan.units.names[prepared.rows[move.units[:3]]]]
    n = len(move.units)
    shown = ", ".join(names) + (" …" if n > len(names) else "")
    concerned = ", ".join(_effect(prepared, move, i) for i in range(len(move.territories)))
    text = _("{areas} ({n} {noun}): {effects}")
    return text.format(areas=shown, n=number(n), noun=plan.noun(n), effects=concerned)


def _effect(prepared: Prepared, move: Move, place: int) -> str:
    """Deviation of one territory before and after, by the first measure."""
    tolerance = float(prepared.problem.tolerances[0])
    before, after = deviations(
        float(move.deviations_before[place, 0]), float(move.deviations_after[place, 0]), tolerance
    )
    name = prepared.names[int(move.territories[place])]
    text = _("{name} {before} → {after}")
    return text.format(name=isolate(name), before=before, after=after)


def names_of(plan: Plan, prepared: Prepared) -> Names:
    """How sentences (`terradesk.builder.why.telling`) call what a plan's problem is about."""
    units, rows = plan.units, prepared.rows
    return Names(
        territories=prepared.names,
        unit=lambda row: str(units.names[rows[row]] or units.codes[rows[row]]),
        noun=plan.noun,
        measures=[m.name for m in prepared.measures],
        handovers=[_accounts if m.source == "n_accounts" else m.name for m in prepared.handed],
        value=lambda m, value: format_value(plan, prepared.measures[m], value, short=True),
        rows=rows,
        numbers=prepared.territories,
    )


def _accounts(n: int) -> str:
    return ngettext("account", "accounts", n)


def violations(
    plan: Plan, prepared: Prepared, result: Result, diagnosis: Diagnosis | None = None
) -> tuple[str, ...]:
    """What is not as it was asked, in sentences; what was so before in one.

    Parameters
    ----------
    plan : Plan
    prepared : Prepared
    result : Result
    diagnosis : Diagnosis, optional
        Of the same wishes, for its reasons.
    """
    from terradesk.builder.why.telling import tell_result

    locked = plan.alignment(prepared.alignment).locked_territories
    ids = np.array([*prepared.territories, -1])
    plain = tuple(
        v if v.territory < 0 or int(ids[v.territory]) in locked else replace(v, is_avoidable=True)
        for v in result.violations
    )
    shown = result if prepared.options.start == "new" else replace(result, violations=plain)
    told = tell_result(shown, prepared.problem, names_of(plan, prepared), diagnosis)[1:]
    were_so = _were_so(prepared, result)
    out = [t.text for t, was_so in zip(told, were_so, strict=True) if not was_so]
    old = [v for v, was_so in zip(result.violations, were_so, strict=True) if was_so]
    return (*out, *_as_before(prepared, old))


def _were_so(prepared: Prepared, result: Result) -> list[bool]:
    """Which violations were there before and are not worse now."""
    from terradesk.builder.verifying import verify

    problem = prepared.problem
    if not problem.has_baseline or prepared.options.start == "new" or not result.violations:
        return [False] * len(result.violations)
    before, out = verify(problem, prepared.options, problem.baseline)[0], were_out(problem)
    worst = np.abs(before.values - problem.targets) + 1e-9 * problem.targets
    is_worse = np.abs(result.figures.values - problem.targets) > worst
    is_split = (before.parts > 1) & (result.figures.parts <= before.parts)
    return [
        bool(
            (v.kind == "tolerance" and (out & ~is_worse)[v.territory, v.measure])
            or (v.kind == "split" and is_split[v.territory])
        )
        for v in result.violations
    ]


def _as_before(prepared: Prepared, old: list[Violation]) -> list[str]:
    """Sentences on territories that were out of tolerance, or in pieces, before."""
    out = []
    off = [v for v in old if v.kind == "tolerance"]
    if off:
        text = ngettext(
            "{n} territory was out of tolerance before and is not worse: {names}.",
            "{n} territories were out of tolerance before and are not worse: {names}.",
            len(off),
        )
        shown = [_off(prepared, v) for v in off[:_MOST_LISTED]]
        more = " …" if len(off) > len(shown) else ""
        out.append(text.format(n=number(len(off)), names=", ".join(shown) + more))
    for v in old:
        if v.kind == "split":
            text = _("{name} is in pieces as before.")
            out.append(text.format(name=isolate(prepared.names[v.territory])))
    return out


def _off(prepared: Prepared, v: Violation) -> str:
    tolerance = float(prepared.problem.tolerances[v.measure])
    text = _("{name} {deviation}")
    name = isolate(prepared.names[v.territory])
    return text.format(name=name, deviation=deviation(v.amount, tolerance))


def findings(plan: Plan, prepared: Prepared, found: Diagnosis) -> tuple[str, ...]:
    """What stands in the way, in sentences, each with what would help."""
    from terradesk.builder.why.telling import headline, tell_diagnosis

    names = names_of(plan, prepared)
    first = headline(found, prepared.problem, names)
    told = [_with_remedies(one) for one in tell_diagnosis(found, names)]
    return tuple(t for t in (first, *told) if t)


def _with_remedies(told: Told) -> str:
    remedies = [str(r) for r in (told.relax, *told.others) if r is not None]
    text = _("{sentence} What would help: {remedies}.")
    return text.format(sentence=told.text, remedies="; ".join(remedies)) if remedies else told.text
