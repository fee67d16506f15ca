"""The switches of the strip as data: what each is called, offers and changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from terradesk import records as rec
from terradesk.arcs.picking import Mode
from terradesk.i18n import N_, _, shortened
from terradesk.plan import UNASSIGNED
from ui.tools import Keys, Options
from ui.tools.fill import state_column

from ..document_model import DocumentModel

Choice = tuple[object, str, str]
"""Value, text, tooltip."""

_LONGEST = 22


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch.

    Parameters
    ----------
    caption, tip : str
    choices : callable
        What it offers now.
    get : callable
        Its value in some options.
    changes : callable
        Fields of the options that a value sets.
    is_shown : callable
        Whether it means anything with these options.
    is_open : bool
        All positions are seen at once; else it is a drop-down.
    has_caption : bool
    """

    caption: str
    tip: str
    choices: Callable[[], Sequence[Choice]]
    get: Callable[[Options], object]
    changes: Callable[[Any], Mapping[str, Any]]
    is_shown: Callable[[Options], bool] = lambda _options: True
    is_open: bool = False
    has_caption: bool = True


_INSIDE = (
    (Mode.CENTRE, N_("Centre"), N_("centre"), N_("Areas whose centre is inside")),
    (Mode.TOUCHES, N_("Touches"), N_("touches"), N_("Areas that it touches")),
    (Mode.INSIDE, N_("Fully"), N_("fully inside"), N_("Areas wholly inside")),
)

FOLDED_FIRST = ("links", "moves", "inside", "into", "states", "over")
"""What goes behind the dots where the strip is too wide, in this order."""


def switch(name: str, model: DocumentModel, is_drawing: bool) -> Switch:
    """A switch by its name in `Tool.options`.

    Parameters
    ----------
    name : str
    model : DocumentModel
    is_drawing : bool
        Whether the tool draws; the tool that selects and moves words some of them differently.
    """
    return _MAKERS[name](model, is_drawing)


def _action(_model: DocumentModel, _is_drawing: bool) -> Switch:
    choices = (
        (False, _("Assign"), _("What you draw over goes to the current territory")),
        (True, _("Select"), _("What you draw over is selected")),
    )
    return Switch(
        _("Action"),
        "",
        lambda: choices,
        lambda o: o.selects,
        lambda v: {"selects": v},
        is_open=True,
        has_caption=False,
    )


def action_texts(keys: Keys, selects: bool) -> tuple[str, str]:
    """Words of assigning and selecting; the one that is on says what it does with held keys."""
    assign, select = _("Assign"), _("Select")
    if not selects:
        return _("Unassign") if keys & Keys.CTRL else assign, select
    if keys & Keys.SHIFT:
        return assign, _("Add")
    return assign, _("Remove") if keys & Keys.CTRL else select


def _moves(_model: DocumentModel, is_drawing: bool) -> Switch:
    areas, accounts = _("Areas with accounts"), _("Accounts only")
    if is_drawing:
        areas, accounts = _("areas with accounts"), _("accounts only")
    choices = (
        (False, areas, _("Areas move; their accounts follow")),
        (True, accounts, _("Accounts become named accounts; areas stay")),
    )
    return Switch(
        _("Moves"),
        _("What is moved or selected"),
        lambda: choices,
        lambda o: o.moves_accounts,
        lambda v: {"moves_accounts": v},
        lambda _o: not _model.is_open or _model.plan.arcs is not None,
        is_open=not is_drawing,
    )


def _inside(_model: DocumentModel, is_drawing: bool) -> Switch:
    choices = [(m, _(low if is_drawing else text), _(tip)) for m, text, low, tip in _INSIDE]
    return Switch(
        _("Inside"),
        _("Which areas a shape takes"),
        lambda: choices,
        lambda o: o.inside,
        lambda v: {"inside": v},
        lambda o: not (is_drawing and o.moves_accounts),
        is_open=not is_drawing,
    )


def _into(_model: DocumentModel, _is_drawing: bool) -> Switch:
    choices = (
        (False, _("current territory"), ""),
        (True, _("where the stroke starts"), _("Press inside a territory and push its border")),
    )
    return Switch(
        _("Into"),
        _("Where what you paint over goes"),
        lambda: choices,
        lambda o: o.into_start,
        lambda v: {"into_start": v},
        lambda o: not o.selects,
    )


def _over(model: DocumentModel, _is_drawing: bool) -> Switch:
    def choices() -> list[Choice]:
        out: list[Choice] = [
            (("everything", UNASSIGNED), _("everything"), ""),
            (("unassigned", UNASSIGNED), _("unassigned only"), ""),
        ]
        leaves: list[rec.Territory] = model.view.leaves if model.is_open else []
        only = _("only {name}")
        names = ((t.id, shortened(t.name, _LONGEST)) for t in leaves)
        return out + [(("territory", id_), only.format(name=name), "") for id_, name in names]

    def get(options: Options) -> object:
        is_one = options.over == "territory"
        if is_one and (not model.is_open or options.over_territory not in model.view.territories):
            return "everything", UNASSIGNED
        return options.over, options.over_territory if is_one else UNASSIGNED

    return Switch(
        _("Over"),
        _("What a stroke may change (Shift: unassigned only)"),
        choices,
        get,
        lambda v: {"over": v[0], "over_territory": v[1]},
        lambda o: not o.selects,
    )


def _states(model: DocumentModel, _is_drawing: bool) -> Switch:
    choices = (
        (False, _("territories"), _("A fill ends at other territories, locks and water")),
        (True, _("states too"), _("A fill ends at the borders of states as well")),
    )
    return Switch(
        _("Stops at"),
        _("Where a fill ends"),
        lambda: choices,
        lambda o: o.stops_at_states,
        lambda v: {"stops_at_states": v},
        lambda _o: model.is_open and bool(state_column(model.plan)),
    )


def _links(model: DocumentModel, _is_drawing: bool) -> Switch:
    choices = (
        (True, _("crossed"), _("A fill goes on over a water link")),
        (False, _("not crossed"), _("A fill ends at the shore")),
    )
    return Switch(
        _("Water links"),
        _("Whether a fill crosses the plan's water links"),
        lambda: choices,
        lambda o: o.uses_links,
        lambda v: {"uses_links": v},
        lambda _o: model.is_open and bool(model.plan.rows(rec.Bridge)),
    )


_MAKERS: dict[str, Callable[[DocumentModel, bool], Switch]] = {
    "action": _action,
    "moves": _moves,
    "inside": _inside,
    "into": _into,
    "over": _over,
    "states": _states,
    "links": _links,
}
