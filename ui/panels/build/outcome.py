"""What comes of a build: accepted into the plan, or kept as a scenario of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from terradesk.edits import Assigned
from terradesk.i18n import _
from terradesk.plan import Plan

from ...document_model import DocumentModel

if TYPE_CHECKING:
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
    step = model.attempt(made)
    if step is not None:
        if scenario:
            model.show_alignment(step.edit.alignment)
        model.say(" ".join((step.text.rstrip(".") + ".", *found[-1].notes)), True)
        return True
    is_nothing = bool(found) and found[-1].edit is None
    if is_nothing:
        model.say(" ".join(found[-1].notes))
    return is_nothing


def free_name(plan: Plan) -> str:
    """Name of a scenario that is built: "Built 2"."""
    taken, n = {s.name for s in plan.scenarios}, 1
    while (name := _("Built {n}").format(n=n)) in taken:
        n += 1
    return name
