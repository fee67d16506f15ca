"""The work behind the import page: reading, understanding, preparing, a picture of the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.importing import Choices, Option, Prepared, Reading, Source, read_source, remembering
from terradesk.importing.kind import Kind, Meaning
from terradesk.importing.kinds import kind_of, ranked
from terradesk.importing.looking import preview
from terradesk.importing.remembering import Remembered
from terradesk.plan import Plan
from terradesk.progress import Progress, part
from terradesk.readers import reader_for
from terradesk.readers.tabular.previewing import Preview
from terradesk.readers.tabular.text_columns import cells_at

from .new_plans import MapAsked, NewPlan, NewPlans
from .shown_map import ShownMap, shown_map

MOST_ROWS = 200
"""Rows that the page shows."""


@dataclass(frozen=True, slots=True, eq=False)
class Understood:
    """A file as one kind of import sees it.

    Parameters
    ----------
    source : Source
    suits : mapping of str to float
        How far the file looks like each kind; kinds that it cannot be are missing.
    kind : Kind
    meanings : tuple of Meaning
        As recognised, one per column.
    options : tuple of Option
    head : mapping of str to ndarray of str
        The first rows of each column.
    remembered : Remembered or None
        What was chosen for the last file with this header.
    """

    source: Source
    suits: Mapping[str, float]
    kind: Kind
    meanings: tuple[Meaning, ...]
    options: tuple[Option, ...]
    head: Mapping[str, np.ndarray]
    remembered: Remembered | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What the page asks for.

    Parameters
    ----------
    plan : Plan or None
        The open plan.
    alignment : int
    choices : Choices
    map : MapAsked or None
        For accounts without an open plan.
    """

    plan: Plan | None
    alignment: int
    choices: Choices = field(default_factory=Choices)
    map: MapAsked | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What an import would do.

    Parameters
    ----------
    understood : Understood
    asked : Asked
    prepared : Prepared
    new_plan : NewPlan or None
        Where a map was found for accounts.
    """

    understood: Understood
    asked: Asked
    prepared: Prepared
    new_plan: NewPlan | None = None

    @property
    def has_map(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.prepared.shown.plan or self.prepared.plan or self.asked.plan)

    def map(self, progress: Progress) -> ShownMap | None:
        """What the map shows."""
        progress(0.5, "")
        return shown_map(self.prepared, self.asked.plan, self.asked.alignment)


def look(path: Path, reading: Reading, progress: Progress) -> Preview | None:
    """The beginning of a table, read at once; None for files that are no tables.

    Raises
    ------
    TerraDeskError
        The file is damaged.
    """
    reader = reader_for(path)
    if reader is None or reader.gives != "table":
        return None
    return preview(path, reading, MOST_ROWS, progress)


def read(
    path: Path,
    reading: Reading,
    wanted: str,
    plan: Plan | None,
    remembers: bool,
    progress: Progress,
) -> Understood:
    """Read a file and see what it is.

    Parameters
    ----------
    path : Path
    reading : Reading
        As chosen.
    wanted : str
        Key of the kind that was chosen; the likeliest one when it is empty or cannot be.
    plan : Plan or None
    remembers : bool
        Whether earlier choices for the same header are taken over.
    progress : Progress

    Raises
    ------
    TerraDeskError
        The file cannot be read, or nothing in it can be imported.
    """
    source = read_source(path, reading, part(progress, 0.0, 0.9))
    found = understand(source, wanted, plan, remembers)
    known = found.remembered
    if known is not None and known.reading != Reading() and _is_open(reading):
        again = replace(
            reading,
            decimal=known.reading.decimal,
            dates=known.reading.dates,
            crs=known.reading.crs,
        )
        source = read_source(path, again, part(progress, 0.5, 0.9))
        found = understand(source, wanted, plan, remembers)
    return found


def _is_open(reading: Reading) -> bool:
    """Whether nothing of what is remembered has been chosen by hand."""
    return not (reading.decimal or reading.dates or reading.crs)


def understand(source: Source, wanted: str, plan: Plan | None, remembers: bool) -> Understood:
    """A file that was read, as one kind sees it.

    Raises
    ------
    TerraDeskError
        Nothing in it can be imported.
    """
    suits = {kind.key: score for kind, score in ranked(source, plan)}
    key = wanted if wanted in suits else next(iter(suits), "")
    kind = kind_of(key)
    if kind is None:
        raise TerraDeskError(
            _("TerraDesk finds nothing in “{name}” that it could import.").format(
                name=isolate(source.name)
            ),
            _("Choose another sheet, layer or file."),
        )
    meanings = tuple(kind.recognise(source, plan))
    options = tuple(kind.options(source, plan))
    known = remembering.recall(tuple(source.rows.columns), key) if remembers else None
    columns, first = source.rows.columns, np.arange(min(MOST_ROWS, source.n_rows))
    head = {name: cells_at(columns, name, first) for name in columns}
    return Understood(source, suits, kind, meanings, options, head, known)


def prepare(understood: Understood, asked: Asked, plans: NewPlans, progress: Progress) -> Outcome:
    """What the import would do.

    Raises
    ------
    TerraDeskError
        It cannot be imported like this.
    """
    kind, source = understood.kind, understood.source
    making, new_plan = part(progress, 0.0, 1.0), None
    options = tuple(kind.options(source, asked.plan, asked.choices))
    understood = replace(understood, options=options)
    if asked.map is not None:
        new_plan = plans.make(kind, source, asked.choices, asked.map, making)
        prepared = new_plan.prepared
    else:
        prepared = kind.prepare(source, asked.plan, asked.choices, asked.alignment, making)
    return Outcome(understood, asked, prepared, new_plan)
