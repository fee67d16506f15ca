"""The work behind the import page: reading, a fitting map, accounts, a picture of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from terradesk import measures, readers
from terradesk.document import Document, Step
from terradesk.edits import apply
from terradesk.edits.scenarios import set_setting
from terradesk.plan import Plan, new_plan
from terradesk.progress import Progress, part
from terradesk.units import empty_units

from . import preview_map

NO_MAP, OWN_MAP = "", "own"
"""Choices of a map beside the keys of built-in ones."""

_WORLD_CRS = "EPSG:6933"
_FITS = 0.6  # share of the accounts that a proposed map must hold
_FAR = 0.003  # share beyond which far parts of a map count
_COVERED = {
    "us_county": (-125.0, 24.0, -66.0, 49.5),
    "se_kommun": (10.5, 55.2, 24.2, 69.1),
    "fr_departement": (-5.2, 41.3, 9.6, 51.1),
    "pl_wojewodztwo": (14.1, 49.0, 24.2, 54.9),
    "de_land": (5.8, 47.2, 15.1, 55.1),
    "ir_province": (44.0, 25.0, 63.4, 39.8),
}
"""Degrees that the built-in maps cover, most usual ones first."""

_COVERED_FAR = {"us_county_all": (-180.0, -15.0, -64.0, 72.0)}


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
        `NO_MAP`, `OWN_MAP` or the key of a built-in map; None for a fitting one.
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
    """

    made: readers.MadeAccounts
    grouping: readers.Grouping
    group_by: tuple[str, ...]
    map_key: str
    plan: Plan
    picture: tuple[bytes, int, int]


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

    def make(self, file: ReadFile, choices: Choices, progress: Progress) -> Outcome:
        """What the import would give.

        Raises
        ------
        TerraDeskError
            The choices contradict each other, or the own map cannot be used.
        """
        grouping = readers.suggest_grouping(file.table, choices.guesses)
        group_by = grouping.choices[0] if choices.group_by is None else choices.group_by
        places = None
        map_key = choices.map_key
        if self.plan is None and map_key is None:
            places = self._accounts(file, choices, group_by, world_plan(), progress)
            map_key = fitting_map(places.accounts.lon, places.accounts.lat)
        plan = self.plan or self._new(map_key or NO_MAP, choices, progress)
        if plan.arcs is None and self.plan is None:
            places = places or self._accounts(file, choices, group_by, world_plan(), progress)
            plan = replace(plan, crs=crs_around(places.accounts.lon, places.accounts.lat))
        made = self._accounts(file, choices, group_by, plan, part(progress, 0.4, 0.8))
        shown = replace(plan, accounts=made.accounts, hidden=frozenset())
        values = made.accounts.columns[made.measures[0].column] if made.measures else None
        picture = preview_map.draw(shown, choices.dark, choices.size, values)
        if self.plan is None:
            plan = titled(with_accounts(plan, made, self.path.name), self.path.stem)
        return Outcome(made, grouping, group_by, map_key or NO_MAP, plan, picture)

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

    def _new(self, key: str, choices: Choices, progress: Progress) -> Plan:
        kept = (key, choices.own_map, choices.nouns)
        if kept not in self._plans:
            self._plans[kept] = _make_plan(key, choices, part(progress, 0.1, 0.4))
        return self._plans[kept]


def _make_plan(key: str, choices: Choices, progress: Progress) -> Plan:
    if key == NO_MAP:
        return world_plan()
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


def fitting_map(lon: np.ndarray, lat: np.ndarray) -> str:
    """Key of the built-in map that holds most of the points, `NO_MAP` when none does.

    Parameters
    ----------
    lon, lat : (n,) float
        Degrees, NaN where unknown.
    """
    known = np.isfinite(lon) & np.isfinite(lat)
    lon, lat = lon[known], lat[known]
    if len(lon) == 0:
        return NO_MAP
    shares = {key: _share(lon, lat, box) for key, box in _COVERED.items()}
    best = max(shares, key=lambda key: shares[key])
    far = _COVERED_FAR.get(f"{best}_all")
    if far is not None and _share(lon, lat, far) - shares[best] > _FAR:
        best = f"{best}_all"
        shares[best] = _share(lon, lat, far)
    return best if shares[best] >= _FITS else NO_MAP


def _share(lon: np.ndarray, lat: np.ndarray, box: tuple[float, float, float, float]) -> float:
    west, south, east, north = box
    return float(((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)).mean())


def crs_around(lon: np.ndarray, lat: np.ndarray) -> str:
    """Equal-area CRS for points; that of the world when there are none."""
    from terradesk import projection

    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return _WORLD_CRS
    west, east = projection.narrowest_interval(lon[known])
    return projection.equal_area_crs(
        west, float(lat[known].min()), east, float(lat[known].max())
    )


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
