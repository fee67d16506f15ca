"""Accounts without an open plan: where they are, which map fits, and the plan made of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import numpy as np

from terradesk import readers
from terradesk.document import Document
from terradesk.edits import apply
from terradesk.edits.arrivals import Incoming
from terradesk.edits.scenarios import set_setting
from terradesk.importing import Choices, Prepared, Shown, Source
from terradesk.importing.kind import Kind
from terradesk.importing.kinds import kind_of
from terradesk.importing.projecting import world_plan
from terradesk.plan import Plan
from terradesk.progress import Progress, part
from terradesk.readers.maps import made_cells
from terradesk.readers.maps.made_cells import make_cells
from terradesk.sample import proposing
from terradesk.sample.proposing import EACH, NO_MAP, Proposal

from ..map_choice import OWN_MAP

if TYPE_CHECKING:
    from .work import Understood

Kept = TypeVar("Kept")
_MOST_KEPT = 6


class MakesAccounts(Protocol):
    """What the kind of customer lists offers beside the protocol of kinds."""

    def make(
        self, source: Source, plan: Plan | None, choices: Choices, progress: Progress = ...
    ) -> readers.MadeAccounts:
        """The accounts, placed in a plan or anywhere."""


def makes_plan(found: Understood) -> bool:
    """Whether a plan has to be made around what the kind gives."""
    return hasattr(found.kind, "make")


@dataclass(frozen=True, slots=True)
class MapAsked:
    """Which map is wanted.

    Parameters
    ----------
    key : str or None
        Of a built-in map, `EACH`, `NO_MAP` or `OWN_MAP`; None for the one recommended.
    own : Path or None
        Boundary file.
    nouns : (str, str)
        What an area of it is called, one and many.
    """

    key: str | None = None
    own: Path | None = None
    nouns: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True, eq=False)
class NewPlan:
    """A plan around accounts.

    Parameters
    ----------
    prepared : Prepared
        With the plan in it.
    key : str
        Of the map in use.
    said : str
        Where the customers are.
    proposals : tuple of Proposal
        Maps that fit, the one recommended first.
    """

    prepared: Prepared
    key: str
    said: str
    proposals: tuple[Proposal, ...]


@dataclass(eq=False)
class NewPlans:
    """Makes plans for one page; keeps the maps and places it has found.

    Parameters
    ----------
    path : Path
        Of the customer list.
    """

    path: Path
    _answers: dict[object, Any] = field(default_factory=dict)

    def make(
        self, kind: Kind, source: Source, choices: Choices, asked: MapAsked, progress: Progress
    ) -> NewPlan:
        """The plan around the accounts of a file.

        Raises
        ------
        TerraDeskError
            The choices contradict each other, or the own map cannot be used.
        """
        maker = cast(MakesAccounts, kind)
        chosen = ("world", id(source), _frozen(choices))
        world = self._kept(
            chosen, lambda: maker.make(source, None, choices, part(progress, 0.0, 0.4))
        )
        found = self._kept(("found", *chosen), lambda: proposing.find(world))
        proposals = proposing.propose(found)
        key = proposals[0].key if asked.key is None else asked.key
        rest = part(progress, 0.6, 1.0)
        if key == EACH:
            cells = self._kept(
                ("cells", *chosen),
                lambda: make_cells(world, progress=part(progress, 0.4, 0.9)),
            )
            document = Document(cells.plan)
            cells.made.add_to(document, self.path.name)
            prepared, plan = kind.prepare(source, None, choices, 0, rest), document.plan
        else:
            base = self._map(key, asked, world, part(progress, 0.4, 0.6))
            prepared = kind.prepare(source, base, choices, 0, rest)
            plan = _received(base, prepared.incoming)
        plan = _titled(plan, self.path.name.partition(".")[0])
        shown = Shown(row_points=prepared.shown.row_points)  # accounts are drawn from the plan
        prepared = replace(prepared, incoming=None, plan=plan, shown=shown)
        return NewPlan(prepared, key, proposing.said(found), proposals)

    def _map(
        self, key: str, asked: MapAsked, world: readers.MadeAccounts, progress: Progress
    ) -> Plan:
        if key == NO_MAP:
            return replace(world_plan(), crs=_crs_around(world.accounts.lon, world.accounts.lat))
        if key != OWN_MAP:
            from terradesk import sample

            return self._kept(("map", key), lambda: sample.new_from_map(key, progress))
        assert asked.own is not None
        own = asked.own
        made = self._kept(("own", own), lambda: _own_map(own, progress))
        one, many = (text.strip() for text in asked.nouns)
        return made if not one else _named(made, one, many)

    def _kept(self, key: object, make: Callable[[], Kept]) -> Kept:
        """What was made for the last few questions."""
        if key not in self._answers:
            answer = make()
            while len(self._answers) >= _MOST_KEPT:
                self._answers.pop(next(iter(self._answers)))
            self._answers[key] = answer
        return cast(Kept, self._answers[key])


def _frozen(choices: Choices) -> tuple[object, ...]:
    """What of the choices decides where accounts are, as a key."""
    parts = (choices.roles, choices.options, choices.picked)
    return (*(tuple(sorted(part.items())) for part in parts), choices.left_out)


def _received(base: Plan, made: Incoming | None) -> Plan:
    """The new plan with the accounts; what it is balanced by is found as for any new plan.

    The currency of its first amounts stays the plan's.
    """
    if made is None:
        return base
    own = [one for one in made.edit.records if one.kind != "setting" or one.row.uid == "currency"]
    records = tuple(own)
    document = Document(base)
    document.bring(replace(made, edit=replace(made.edit, records=records)))
    return document.plan


def _own_map(path: Path, progress: Progress) -> Plan:
    from terradesk.errors import TerraDeskError
    from terradesk.i18n import _, isolate
    from terradesk.importing import read_source

    kind = kind_of("areas")
    source = read_source(path, None, part(progress, 0.0, 0.3))
    made = kind.prepare(source, None, Choices(), 0, part(progress, 0.3, 1.0)) if kind else None
    if made is None or made.plan is None:
        raise TerraDeskError(
            _("“{name}” holds no areas.").format(name=isolate(path.name)),
            _("Choose a boundary file."),
        )
    return made.plan


def _named(plan: Plan, one: str, many: str) -> Plan:
    """The plan with another word for its areas."""
    for key, text in (("noun_one", one), ("noun_many", many)):
        edit = set_setting(plan, key, text)
        plan = apply(plan, edit) if edit else plan
    return plan


def _titled(plan: Plan, title: str) -> Plan:
    edit = set_setting(plan, "title", title)
    return apply(plan, edit) if edit else plan


def _crs_around(lon: np.ndarray, lat: np.ndarray) -> str:
    """Equal-area CRS for points; that of the world when there are none."""
    known = np.isfinite(lon) & np.isfinite(lat)
    return made_cells.crs_around(lon[known], lat[known]) if known.any() else world_plan().crs
