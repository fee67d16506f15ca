"""What comes of a build: accepted into the plan, or kept as a scenario of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from terradesk import measures
from terradesk.edits import Assigned
from terradesk.i18n import _, isolate, ngettext, number
from terradesk.plan import AlignmentView, Plan

from ...document_model import DocumentModel

if TYPE_CHECKING:
    from terradesk.builder.plans.accepting import Accepted
    from terradesk.builder.plans.preparing import Prepared
    from terradesk.builder.problem import Result


def accept_into(
    model: DocumentModel, prepared: Prepared, result: Result, scenario: str = ""
) -> bool:
    """Make a result the plan in one step; tells whether it is done.

    Parameters
    ----------
    model : DocumentModel
    prepared : Prepared
    result : Result
    scenario : str
        Name of a new scenario to put it in; "" for the one in view.
    """
    from terradesk.builder.plans import accepting

    def made() -> Assigned:
        found.append(accepting.accept(model.plan, model.alignment, prepared, result,
                                      scenario=scenario))  # fmt: skip
        return Assigned(found[-1].edit)

    found: list[Any] = []
    before = model.view
    step = model.attempt(made)
    if step is not None:
        if scenario:
            model.show_alignment(step.edit.alignment)
        told = _told(before, model.view, found[-1], prepared.settings.keep_locked, scenario)
        model.say(" ".join((step.text.rstrip(".") + ".", *told)), True)
        return True
    is_nothing = bool(found) and found[-1].edit is None
    if is_nothing:
        model.say(" ".join(found[-1].notes))
    return is_nothing


def _told(
    before: AlignmentView, after: AlignmentView, found: Accepted, keeps_locked: bool, scenario: str
) -> Iterator[str]:
    """What an accepted build did, sentence by sentence."""
    handed = measures.handed(before, after)
    if handed:
        yield handed
    if keeps_locked and not found.n_locked:
        yield from _locked(before)
    yield from found.notes
    if scenario:
        yield _("It is the new scenario {name}.").format(name=isolate(scenario))


def _locked(view: AlignmentView) -> Iterator[str]:
    plan = view.plan
    n = int((view.locked_units & plan.units_present).sum())
    if n:
        text = ngettext("{n} locked {noun} stayed.", "{n} locked {noun} stayed.", n)
        yield text.format(n=number(n), noun=plan.noun(n))


def free_name(plan: Plan) -> str:
    """Name of a scenario that is built: "Built 2"."""
    taken, n = {s.name for s in plan.scenarios}, 1
    while (name := _("Built {n}").format(n=n)) in taken:
        n += 1
    return name
