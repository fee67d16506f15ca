"""Which area or account each row of a table is about, surely, perhaps, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from terradesk.geocode import plain
from terradesk.importing.joining.finding import Known
from terradesk.importing.joining.states import state_keys
from terradesk.importing.matching import Side, domains, find, rows_by_key
from terradesk.importing.matching.keys import SHARED
from terradesk.importing.roles import cells_of
from terradesk.progress import Progress, part, silent
from terradesk.readers.tables import Table

NONE, CODE, NAME, ID, DOMAIN, ALIKE, PICKED = range(7)
"""How a row was matched."""

SURE, LIKELY, LEAST, LEAD = 0.9, 0.85, 0.62, 0.03
"""Scores: taken by itself, taken unless left out, worth a look; how far the next must be behind."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Rows that may be one of several accounts or areas.

    Parameters
    ----------
    rows : tuple of int
        Rows of the table that say the same.
    candidates : tuple of int
        Rows of the plan, the best first.
    scores : tuple of float
    """

    rows: tuple[int, ...]
    candidates: tuple[int, ...]
    scores: tuple[float, ...]

    @property
    def key(self) -> str:
        """Stable while the table stays the same."""
        return f"row {self.rows[0]}"

    @property
    def is_likely(self) -> bool:
        """Whether it is taken unless somebody leaves it out."""
        return len(self.scores) == 1 and self.scores[0] >= LIKELY


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """Row of the plan that each row of a table is about.

    Parameters
    ----------
    target : {"units", "accounts"}
    rows : ndarray of int32, shape (n,)
        -1 for none, and for those in doubt.
    how : ndarray of uint8, shape (n,)
        One of `NONE` ... `PICKED`.
    is_empty : ndarray of bool, shape (n,)
        Nothing in the columns that say what the row is about.
    is_shared : ndarray of bool, shape (n,)
        Its key belongs to several.
    doubts : tuple of Doubt
    """

    target: str
    rows: np.ndarray
    how: np.ndarray
    is_empty: np.ndarray
    is_shared: np.ndarray
    doubts: tuple[Doubt, ...] = field(default=())


class _Joining:
    """Goes through the keys from the surest to the vaguest; each takes what is left."""

    def __init__(self, known: Known, table: Table, roles: Mapping[str, str]) -> None:
        n = len(table)
        self.known, self.table, self.roles = known, table, roles
        self.rows = np.full(n, -1, np.int32)
        self.how = np.zeros(n, np.uint8)
        self.is_empty = np.ones(n, bool)
        self.is_shared = np.zeros(n, bool)
        self.doubts: list[Doubt] = []

    def cells(self, role: str) -> np.ndarray:
        return cells_of(self.table, self.roles, role)

    def has(self, role: str) -> bool:
        return role in self.roles.values()

    def take(self, found: np.ndarray, cells: np.ndarray, how: int) -> None:
        """Rows found by one kind of key, for the table's rows that have none yet."""
        self.is_empty &= cells == ""
        free = self.rows < 0
        good = free & (found >= 0)
        self.rows[good], self.how[good] = found[good], how
        self.is_shared[good] = False
        self.is_shared[free & (found == SHARED)] = True

    def alike(self, left: Side, right: Side, rows: list[int], sure: float, work: Progress) -> None:
        """Fuzzy names of the table's rows that have no match yet; ``rows`` are those of right."""
        filled = left.names != ""
        self.is_empty &= ~filled
        wanted = np.flatnonzero((self.rows < 0) & filled)
        if not len(wanted) or not rows:
            return
        parts = (left.names, left.postcodes, left.cities, left.states)
        texts = list(zip(*(p[wanted].tolist() for p in parts), strict=True))
        first: dict[tuple[str, ...], int] = {}
        which = np.array([first.setdefault(text, len(first)) for text in texts], np.int64)
        few = Side(*(_objects(column) for column in zip(*first, strict=True)))
        found = find(few, right, LEAST, progress=work)
        decided = found.decided(len(few), sure, LEAD)
        place = np.array(rows, np.int32)
        order = np.argsort(which, kind="stable")
        starts = np.searchsorted(which[order], np.arange(len(few) + 1))
        for k in range(len(few)):
            mine = wanted[order[starts[k] : starts[k + 1]]]
            self._settle(mine, int(decided[k]), found.of(k), place)

    def _settle(
        self,
        mine: np.ndarray,
        decided: int,
        found: tuple[np.ndarray, np.ndarray],
        place: np.ndarray,
    ) -> None:
        if decided >= 0:
            self.rows[mine], self.how[mine] = place[decided], ALIKE
            self.is_shared[mine] = False
        elif len(found[0]):
            candidates = tuple(place[found[0]].tolist())
            self.doubts.append(Doubt(tuple(mine.tolist()), candidates, tuple(found[1].tolist())))


def join(
    known: Known,
    table: Table,
    roles: Mapping[str, str],
    target: str,
    sure: float = SURE,
    progress: Progress = silent,
) -> Joined:
    """Find what each row of a table is about.

    Areas by code, then by name within their state, then by a name that is nearly so; accounts by
    id, then by web or e-mail domain, then by a name and place that are nearly so.

    Parameters
    ----------
    known : Known
    table : Table
    roles : mapping of str to str
        Role of each column.
    target : {"units", "accounts"}
    sure : float
        Score from which on a nearly equal name is taken by itself.
    progress : Progress
    """
    work = _Joining(known, table, roles)
    if target == "units":
        _units(work, sure, part(progress, 0.1, 1.0))
    else:
        _accounts(work, sure, part(progress, 0.1, 1.0))
    doubts = tuple(sorted(work.doubts, key=lambda one: one.rows[0]))
    return Joined(target, work.rows, work.how, work.is_empty, work.is_shared, doubts)


def _units(work: _Joining, sure: float, progress: Progress) -> None:
    plan, rows = work.known.plan, work.known.unit_rows
    if work.has("unit_code"):
        cells = work.cells("unit_code")
        work.take(rows_by_key(cells, plan.units.codes, rows), cells, CODE)
    if not work.has("unit_name"):
        return
    names, said = work.cells("unit_name"), work.known.column("units", "state")
    states, own = state_keys(work.cells("state"), said, len(plan.units))
    place = _pairs(names, states)
    work.take(rows_by_key(place, _pairs(plan.units.names, own), rows), names, NAME)
    alone = rows_by_key(_plain(names), _plain(plan.units.names), rows)
    work.take(np.where(states == "", alone, -1).astype(np.int32), names, NAME)
    left = Side(names, _blank(len(names)), _blank(len(names)), states)
    right = Side(plan.units.names[rows], _blank(len(rows)), _blank(len(rows)), own[rows])
    work.alike(left, right, rows, sure, progress)


def _accounts(work: _Joining, sure: float, progress: Progress) -> None:
    plan, rows = work.known.plan, work.known.account_rows
    if work.has("account_id"):
        cells = work.cells("account_id")
        work.take(rows_by_key(cells, plan.accounts.ids, rows), cells, ID)
    if work.has("domain"):
        cells = domains(work.cells("domain"))
        work.take(rows_by_key(cells, work.known.domains, rows), cells, DOMAIN)
    if not work.has("name"):
        return
    names, postcodes, cities = (work.cells(r) for r in ("name", "postcode", "city"))
    said = work.known.column("accounts", "state")
    states, own_states = state_keys(work.cells("state"), said, len(plan.accounts))
    left = Side(names, postcodes, cities, states)
    own = [work.known.column("accounts", role) for role in ("postcode", "city")]
    postcodes, cities = (_blank(len(rows)) if one is None else one[rows] for one in own)
    right = Side(plan.accounts.names[rows], postcodes, cities, own_states[rows])
    work.alike(left, right, rows, sure, progress)


def _objects(texts: tuple[str, ...]) -> np.ndarray:
    out = np.empty(len(texts), object)
    out[:] = texts
    return out


def _blank(n: int) -> np.ndarray:
    return np.full(n, "", object)


def _plain(texts: np.ndarray) -> np.ndarray:
    known = {text: plain(str(text)) for text in set(texts.tolist())}
    return _objects(tuple(known[text] for text in texts.tolist()))


def _pairs(names: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Name and state as one key; empty where there is no name."""
    both = zip(_plain(names).tolist(), _plain(states).tolist(), strict=True)
    return _objects(tuple(f"{name}|{state}" if name else "" for name, state in both))
