"""By what they are: unassigned, without accounts, detached, at an edge, beside the selection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from terradesk import measures
from terradesk.arcs.jit import Bools, Int32s
from terradesk.choosing import neighbours
from terradesk.choosing.way import Chosen, Situation, Way, chosen, none, rows_of
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _
from terradesk.plan import UNASSIGNED


def unassigned(situation: Situation) -> Chosen:
    """Units, or accounts where those are asked for, in no territory."""
    view = situation.view
    owners = view.assignment if situation.of == "units" else view.account_territories
    return chosen(situation, situation.of, owners == UNASSIGNED)


def without_accounts(situation: Situation) -> Chosen:
    """Units in which no account lies."""
    return chosen(situation, "units", ~_has_accounts(situation))


def with_accounts(situation: Situation) -> Chosen:
    """Units in which an account lies."""
    return chosen(situation, "units", _has_accounts(situation))


def _has_accounts(situation: Situation) -> Bools:
    plan = situation.plan
    units = plan.accounts.unit[plan.accounts_present]
    return np.bincount(units[units >= 0], minlength=len(plan.units)).astype(np.bool_)


def detached(situation: Situation) -> Chosen:
    """Units of every part of a territory that hangs apart from its largest."""
    return Chosen(_joined([piece.rows for piece in measures.detached(situation.view)]))


def enclosed(situation: Situation) -> Chosen:
    """Units that a single territory surrounds."""
    return Chosen(_joined([piece.rows for piece in measures.enclosed(situation.view)]))


def _joined(pieces: list[Int32s]) -> Int32s:
    return rows_of(np.concatenate(pieces)) if pieces else none()


def touching(situation: Situation) -> Chosen:
    """Neighbours of the selected units."""
    _need(situation.unit_rows)
    return Chosen(neighbours.touching(situation.plan, situation.unit_rows))


def edge(situation: Situation) -> Chosen:
    """Units at the edge of the territories of the selection, else of the current one.

    Raises
    ------
    TerraDeskError
        If nothing selected is assigned and no territory is current.
    """
    view = situation.view
    rows = situation.unit_rows
    wanted = np.unique(view.assignment[rows]) if len(rows) else np.array([situation.current])
    wanted = wanted[wanted != UNASSIGNED]
    if not len(wanted):
        raise TerraDeskError(
            _("There is no territory whose edge is meant."),
            _("Select an area of it, or make it the current one."),
        )
    return Chosen(neighbours.edge(view, wanted))


def named_accounts(situation: Situation) -> Chosen:
    """Accounts that are assigned by themselves."""
    out = np.zeros(len(situation.plan.accounts), np.bool_)
    out[[row for row in situation.view.overrides if 0 <= row < len(out)]] = True
    return chosen(situation, "accounts", out)


def areas_of_accounts(situation: Situation) -> Chosen:
    """Units in which the selected accounts lie."""
    _need(situation.account_rows)
    units = situation.plan.accounts.unit[situation.account_rows]
    return Chosen(rows_of(units[units >= 0]))


def accounts_of_areas(situation: Situation) -> Chosen:
    """Accounts that lie in the selected units."""
    _need(situation.unit_rows)
    unit = situation.plan.accounts.unit
    inside = (unit >= 0) & situation.selected("units")[unit]
    return chosen(situation, "accounts", inside)


def unplaced(situation: Situation) -> Chosen:
    """Accounts without a place on the map."""
    return chosen(situation, "accounts", ~np.isfinite(situation.plan.accounts.x))


def _need(rows: Int32s) -> None:
    if not len(rows):
        raise TerraDeskError(_("Nothing is selected yet."), _("Select something first."))


@dataclass(frozen=True, slots=True)
class Kind:
    """A word and what it finds.

    Parameters
    ----------
    text : str
        The msgid of the word.
    find : callable
    also : tuple of str
        Other words for it, in English and small letters.
    """

    text: str
    find: Callable[[Situation], Chosen]
    also: tuple[str, ...] = ()

    def words(self) -> tuple[str, ...]:
        """Everything it is called, in the user's language and in English."""
        return tuple(w.casefold() for w in (_(self.text), self.text, *self.also))


KINDS = (
    Kind(N_("unassigned"), unassigned, ("not assigned", "without territory")),
    Kind(N_("without accounts"), without_accounts, ("no accounts", "empty")),
    Kind(N_("with accounts"), with_accounts),
    Kind(N_("detached parts"), detached, ("detached", "exclaves")),
    Kind(N_("enclosed gaps"), enclosed, ("enclosed", "holes")),
    Kind(N_("edge of the territory"), edge, ("edge", "border", "boundary")),
    Kind(N_("touching the selection"), touching, ("touching", "neighbours", "neighbors")),
    Kind(N_("areas of the selected accounts"), areas_of_accounts, ("their areas",)),
    Kind(N_("accounts of the selected areas"), accounts_of_areas, ("their accounts",)),
    Kind(N_("named accounts"), named_accounts),
    Kind(N_("accounts without a place"), unplaced, ("unplaced",)),
)
"""Every kind; a new one is a function and a line here."""


def _kind(text: str) -> Kind | None:
    wanted = " ".join(text.casefold().split())
    return next((kind for kind in KINDS if wanted in kind.words()), None)


def find(text: str, situation: Situation) -> Chosen:
    """Units or accounts of a kind.

    Raises
    ------
    TerraDeskError
        If the kind is unknown or needs a selection that is not there.
    """
    kind = _kind(text)
    if kind is None:
        names = ", ".join(_(k.text) for k in KINDS)
        raise TerraDeskError(
            _("There is no kind called “{name}”.").format(name=text.strip()),
            _("There are: {names}.").format(names=names),
        )
    return kind.find(situation)


def offers(situation: Situation) -> list[str]:
    """Every kind that could find something in this plan."""
    has_accounts = bool(situation.plan.accounts_present.any())
    return [_(k.text) for k in KINDS if has_accounts or "account" not in k.text]


KIND = Way(
    "kind", N_("Kind"), N_("unassigned"),
    lambda text, _situation: _kind(text) is not None, find, offers,
)  # fmt: skip
