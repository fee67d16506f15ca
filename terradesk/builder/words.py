"""A build in words: for the history, for messages, and why an area is where it is."""

from __future__ import annotations

import numpy as np

from terradesk import records as rec
from terradesk.builder.plans import Prepared
from terradesk.builder.problem import Result
from terradesk.edits import Edit, describe
from terradesk.i18n import N_, _, ngettext, number, percent
from terradesk.plan import Plan

Fields = dict[str, str | int]

_ONE = {
    "new": N_("Built {n} territories by {measure}, {m} within ±{tolerance}"),
    "nested": N_("Built {n} territories inside regions by {measure}, {m} within ±{tolerance}"),
    "rebalance": N_("Rebalanced {n} territories by {measure}, {m} within ±{tolerance}"),
    "fill": N_("Gave out {c} {noun} by {measure}, {m} of {n} territories within ±{tolerance}"),
    "carve": N_("Cut out {b} by {measure}, {m} of {n} territories within ±{tolerance}"),
    "absorb": N_("Shared out {a} by {measure}, {m} of {n} territories within ±{tolerance}"),
    "split": N_("Split {a} into {n} by {measure}, {m} within ±{tolerance}"),
    "selected": N_("Shared out {c} {noun} by {measure}, {m} of {n} within ±{tolerance}"),
}
_MANY = {
    "new": N_("Built {n} territories by {measure}, {m} within tolerance"),
    "nested": N_("Built {n} territories inside regions by {measure}, {m} within tolerance"),
    "rebalance": N_("Rebalanced {n} territories by {measure}, {m} within tolerance"),
    "fill": N_("Gave out {c} {noun} by {measure}, {m} of {n} territories within tolerance"),
    "carve": N_("Cut out {b} by {measure}, {m} of {n} territories within tolerance"),
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
