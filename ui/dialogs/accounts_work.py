"""The work behind the import page: reading, a fitting map, accounts, a picture of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from terradesk import measures, readers
from terradesk.document import Document, Step
from terradesk.edits import apply
from terradesk.edits.scenarios import set_setting
from terradesk.plan import Plan, new_plan
from terradesk.progress import Progress, part
from terradesk.readers import made_cells
from terradesk.readers.made_cells import make_cells
from terradesk.sample import proposing
from terradesk.sample.proposing import EACH, NO_MAP, Proposal
from terradesk.units import empty_units

from . import preview_map
from .map_choice import OWN_MAP

Kept = TypeVar("Kept")
_WORLD_CRS = "EPSG:6933"
_MOST_KEPT = 6


@dataclass(frozen=True, slots=True, eq=False)
class ReadFile:
    """A table with what its columns seem to mean."""

    table: readers.Table
    guesses: list[readers.ColumnGuess]
    sheets: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """What the page asks for.

    Parameters
    ----------
    guesses : list of ColumnGuess
        As the user has changed them.
    group_by : tuple of str, optional
        None for what is suggested.
    swap : bool
    map_key : str, optional
        Of a built-in map, `EACH`, `NO_MAP` or `OWN_MAP`; None for the one recommended.
    own_map : Path, optional
    nouns : tuple of str
        One and many, for an own map.
    dark : bool
    size : (int, int)
        Of the picture.
    """

    guesses: list[readers.ColumnGuess]
    group_by: tuple[str, ...] | None = None
    swap: bool = False
    map_key: str | None = None
    own_map: Path | None = None
    nouns: tuple[str, str] = ("", "")
    dark: bool = False
    size: preview_map.Size = preview_map.USUAL


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What an import would give.

    Parameters
    ----------
    made : MadeAccounts
    grouping : Grouping
    group_by : tuple of str
    map_key : str
    plan : Plan
        With the accounts in it.
    picture : (bytes, int, int)
    said : str
        Where the customers are, for a new plan.
    proposals : tuple of Proposal
        Maps that fit, for a new plan; the one recommended first.
    """

    made: readers.MadeAccounts
    grouping: readers.Grouping
    group_by: tuple[str, ...]
    map_key: str
    plan: Plan
    picture: tuple[bytes, int, int]
    said: str = ""
    proposals: tuple[Proposal, ...] = ()


def read(path: Path, sheet: str | None, plan: Plan | None, progress: Progress) -> ReadFile:
    """Read a file and guess what its columns mean.

    Raises
    ------
    TerraDeskError
        The file cannot be read, is empty, or its first row holds values.
    """
    sheets = readers.sheets(path)
    table = readers.read_table(path, sheet, part(progress, 0.0, 0.9))
    return ReadFile(table, readers.recognise(table, plan.units if plan else None), sheets)


@dataclass(eq=False)
class Maker:
    """Makes accounts for one page; keeps the maps it has made.

    Parameters
    ----------
    path : Path
        Of the customer list.
    plan : Plan, optional
        The open plan; without one a plan is made.
    """

    path: Path
    plan: Plan | None
    _plans: dict[object, Plan] = field(default_factory=dict)
    _answers: dict[object, Any] = field(default_factory=dict)

    def make(self, file: ReadFile, choices: Choices, progress: Progress) -> Outcome:
        """What the import would give.

        Raises
        ------
        TerraDeskError
            The choices contradict each other, or the own map cannot be used.
        """
        grouping = readers.suggest_grouping(file.table, choices.guesses)
        group_by = grouping.choices[0] if choices.group_by is None else choices.group_by
        if self.plan is not None:
            made = self._accounts(file, choices, group_by, self.plan, progress)
            return Outcome(
                made, grouping, group_by, NO_MAP, self.plan, _picture(self.plan, made, choices)
            )
        world = self._in_world(file, choices, group_by, part(progress, 0.0, 0.3))
        found = self._kept(("found", world), lambda: proposing.find(world))
        proposals = proposing.propose(found)
        key = proposals[0].key if choices.map_key is None else choices.map_key
        if key == EACH:
            cells = self._kept(
                ("cells", world), lambda: make_cells(world, progress=part(progress, 0.4, 0.9))
            )
            plan, made = cells.plan, cells.made
        else:
            plan = self._new(key, choices, world, progress)
            made = self._accounts(file, choices, group_by, plan, part(progress, 0.6, 0.9))
        picture = _picture(plan, made, choices)
        plan = titled(with_accounts(plan, made, self.path.name), self.path.stem)
        said = proposing.said(found)
        return Outcome(made, grouping, group_by, key, plan, picture, said, proposals)

    def _in_world(
        self, file: ReadFile, choices: Choices, group_by: Sequence[str], progress: Progress
    ) -> readers.MadeAccounts:
        """The accounts placed without a map, to see which one fits."""
        asked = (file, tuple(choices.guesses), tuple(group_by), choices.swap)
        made = self._kept(
            asked, lambda: self._accounts(file, choices, group_by, world_plan(), progress)
        )
        return made

    def _kept(self, key: object, make: Callable[[], Kept]) -> Kept:
        """What was made for the last few questions."""
        if key not in self._answers:
            answer = make()
            while len(self._answers) >= _MOST_KEPT:
                self._answers.pop(next(iter(self._answers)))
            self._answers[key] = answer
        return self._answers[key]

    @staticmethod
    def _accounts(
        file: ReadFile,
        choices: Choices,
        group_by: Sequence[str],
        plan: Plan,
        progress: Progress,
    ) -> readers.MadeAccounts:
        formats = {g.name: g.format for g in choices.guesses}
        roles = readers.roles_of(choices.guesses)
        return readers.make_accounts(
            file.table, roles, group_by, plan, progress, swap=choices.swap, formats=formats
        )

    def _new(
        self, key: str, choices: Choices, world: readers.MadeAccounts, progress: Progress
    ) -> Plan:
        if key == NO_MAP:
            return replace(world_plan(), crs=crs_around(world.accounts.lon, world.accounts.lat))
        kept = (key, choices.own_map, choices.nouns if key == OWN_MAP else ())
        if kept not in self._plans:
            self._plans[kept] = _make_plan(key, choices, part(progress, 0.3, 0.6))
        return self._plans[kept]


def _picture(plan: Plan, made: readers.MadeAccounts, choices: Choices) -> tuple[bytes, int, int]:
    shown = replace(plan, accounts=made.accounts, hidden=frozenset())
    values = made.accounts.columns[made.measures[0].column] if made.measures else None
    return preview_map.draw(shown, choices.dark, choices.size, values)


def _make_plan(key: str, choices: Choices, progress: Progress) -> Plan:
    if key != OWN_MAP:
        from terradesk import sample

        return sample.new_from_map(key, progress)
    assert choices.own_map is not None
    boundaries = readers.read_boundaries(choices.own_map, None, part(progress, 0.0, 0.3))
    units = readers.make_units(boundaries, progress=part(progress, 0.3, 1.0))
    return plan_of_units(units, choices.own_map.stem, choices.nouns)


def plan_of_units(made: readers.MadeUnits, title: str, nouns: tuple[str, str]) -> Plan:
    """A new plan of imported areas; without nouns they are called areas."""
    named = {"noun_one": nouns[0].strip(), "noun_many": nouns[1].strip()}
    settings = {key: text for key, text in named.items() if text}
    columns, measures = made.columns, made.measures
    return new_plan(
        made.crs,
        made.units,
        made.arcs,
        title=title,
        columns=columns,
        measures=measures,
        settings=settings,
    )


def world_plan() -> Plan:
    """A plan without areas, for accounts anywhere."""
    return new_plan(_WORLD_CRS, empty_units(), None)


def crs_around(lon: np.ndarray, lat: np.ndarray) -> str:
    """Equal-area CRS for points; that of the world when there are none."""
    known = np.isfinite(lon) & np.isfinite(lat)
    return made_cells.crs_around(lon[known], lat[known]) if known.any() else _WORLD_CRS


def titled(plan: Plan, title: str) -> Plan:
    """The plan under a title."""
    edit = set_setting(plan, "title", title)
    return apply(plan, edit) if edit else plan


def with_accounts(plan: Plan, made: readers.MadeAccounts, source: str) -> Plan:
    """The plan with imported accounts and what their columns mean."""
    document = Document(plan)
    made.add_to(document, source)
    return document.plan


def add_to_document(document: Document, made: readers.MadeAccounts, source: str) -> Step:
    """Append imported accounts as one undoable step; what the plan is balanced by stays.

    Only a mere count of areas gives way to a revenue without a question.
    """
    now = measures.balance_measure(document.plan)
    is_chosen_figure = now is not None and now.source == "units"
    return made.add_to(document, source, now.uid if now and is_chosen_figure else "")
