"""Which account of a plan each account of a newer list is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from terradesk.columns import as_texts
from terradesk.importing.matching import Side, find
from terradesk.importing.roles import column_of
from terradesk.plan import Plan
from terradesk.readers import MadeAccounts, suggest_grouping
from terradesk.readers.grouping import n_groups
from terradesk.readers.recognising import ColumnGuess
from terradesk.readers.tables import Table

BY_ID, BY_MADE, BY_NAME = "id", "made", "name_place"
"""Ways to tell accounts apart; else the name of a column of the file."""

_LIKE, _SURE = 0.75, 0.92
"""How alike names must be to be asked for, and to be taken for the same unless somebody objects."""

_PLACES = ("postcode", "city", "street", "state")


@dataclass(frozen=True, slots=True)
class Doubt:
    """An account of the file that is called nearly like some of the plan.

    Parameters
    ----------
    new : int
    old : tuple of int
        Rows of the plan, the most alike first.
    scores : tuple of float
    taken : int
        The one it is taken for, -1 for none.
    """

    new: int
    old: tuple[int, ...]
    scores: tuple[float, ...]
    taken: int

    @property
    def key(self) -> str:
        """Of the item."""
        return f"match:{self.new}"


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """Accounts of the file and of the plan that are the same.

    Parameters
    ----------
    old : ndarray of int64, shape (n_new,)
        Row in the plan, -1 for accounts that it does not have; each row at most once.
    gone : ndarray of int64
        Rows of present accounts that the file does not have, in order.
    ids : ndarray of str, shape (n_new,)
        Number of each account of the file, empty where it has none.
    doubts : tuple of Doubt
    """

    old: np.ndarray
    gone: np.ndarray
    ids: np.ndarray
    doubts: tuple[Doubt, ...] = ()


def first_filled(cells: np.ndarray, account_of: np.ndarray, n: int) -> np.ndarray:
    """(n,) first cell with anything in it of the rows of each account."""
    out = np.full(n, "", object)
    rows = np.flatnonzero((cells != "") & (account_of >= 0))[::-1]
    out[account_of[rows]] = cells[rows]
    return out


def grouping(table: Table, roles: Mapping[str, str], plan: Plan, key: str) -> tuple[str, list[str]]:
    """The way to tell accounts apart, and the columns that rows are joined by.

    Parameters
    ----------
    table : Table
    roles : mapping of str to str
    plan : Plan
    key : str
        `BY_ID`, `BY_NAME`, a column, or empty: what the file and the plan suggest.
    """
    number = column_of(roles, "id")
    if key == BY_NAME or (not key and not number):
        guesses = [ColumnGuess(name, roles.get(name, "text"), "text") for name in table.columns]
        joined = list(suggest_grouping(table, guesses).choices[0])
        if key == BY_NAME or not joined or not _are_made_of(table, joined, plan):
            return BY_NAME, []
        return BY_MADE, joined
    if key in ("", BY_ID):
        cells = table.columns[number] if number else np.empty(0, object)
        repeats = bool(number) and n_groups(table, [number]) < len(cells)
        return BY_ID, [number] if repeats else []
    return key, [key]


def _are_made_of(table: Table, columns: Sequence[str], plan: Plan) -> bool:
    """Whether numbers of the plan's accounts look as if made of the cells of some columns."""
    ids = set(plan.accounts.ids.tolist())
    parts = list(zip(*(table.columns[name].tolist() for name in columns), strict=True))[:500]
    return any("-".join(part for part in key if part) in ids for key in parts)


def matched(
    plan: Plan,
    made: MadeAccounts,
    table: Table,
    roles: Mapping[str, str],
    columns: Mapping[str, str],
    key: str,
    picked: Mapping[str, str] = MappingProxyType({}),
) -> Matched:
    """Match the accounts of a list with those of a plan.

    Parameters
    ----------
    plan : Plan
    made : MadeAccounts
        Of the list.
    table : Table
    roles : mapping of str to str
    columns : mapping of str to str
        Column of the plan for columns of the file.
    key : str
        As `grouping` gives it.
    picked : mapping of str to str
        Row of the plan for the key of a `Doubt`, empty for a new account.
    """
    doubts: tuple[Doubt, ...] = ()
    n = len(made.accounts)
    number = column_of(roles, "id")
    ids = np.full(n, "", object)
    if number:
        ids = first_filled(table.columns[number], made.account_of, n)
    elif key == BY_MADE:
        ids = made.accounts.ids
    old = np.full(n, -1, np.int64)
    free = np.zeros(len(plan.accounts), bool)
    free[_known(plan)] = True
    if key in (BY_ID, BY_MADE):
        _match(old, free, ids.tolist(), plan.accounts.ids.tolist(), plan)
        _match(old, free, map(_loose, ids.tolist()), map(_loose, plan.accounts.ids.tolist()), plan)
    elif key != BY_NAME:
        values = first_filled(table.columns[key], made.account_of, n)
        theirs = _plan_texts(plan, columns.get(key, key))
        _match(old, free, map(folded, values.tolist()), map(folded, theirs.tolist()), plan)
    if key == BY_NAME or (key == BY_ID and (ids == "").any()):
        only = None if key == BY_NAME else ids == ""
        _by_name(old, free, plan, made, table, roles, columns, only)
        doubts = _by_likeness(old, free, plan, made, table, roles, columns, only, picked)
    gone = plan.accounts_present.copy()
    gone[old[old >= 0]] = False
    return Matched(old, np.flatnonzero(gone), ids, doubts)


def _known(plan: Plan) -> np.ndarray:
    """Rows of accounts that are there or were removed; not of imports that are undone."""
    undone = [batch for table, batch in plan.hidden if table == "accounts"]
    return np.flatnonzero(~np.isin(plan.accounts.batch, undone))


def _match(
    old: np.ndarray, free: np.ndarray, new_keys: Iterable[str], old_keys: Iterable[str], plan: Plan
) -> None:
    """Match by equal keys, present accounts before removed ones; empty keys are none."""
    present = plan.accounts_present.tolist()
    open_rows = free.tolist()
    row_of: dict[str, int] = {}
    for row, text in enumerate(old_keys):
        if text and open_rows[row] and (text not in row_of or present[row] > present[row_of[text]]):
            row_of[text] = row
    open_new = (old < 0).tolist()
    for k, text in enumerate(new_keys):
        if text and open_new[k]:
            row = row_of.pop(text, -1)
            if row >= 0:
                old[k] = row
                free[row] = False


def _by_name(
    old: np.ndarray,
    free: np.ndarray,
    plan: Plan,
    made: MadeAccounts,
    table: Table,
    roles: Mapping[str, str],
    columns: Mapping[str, str],
    only: np.ndarray | None,
) -> None:
    """Match by name and place; by the name alone where it is the only one of both sides."""
    n = len(made.accounts)
    places = [column_of(roles, role) for role in _PLACES]
    shared = [name for name in places if name and columns.get(name) in plan.accounts.columns]
    new = [made.accounts.names] + [
        first_filled(table.columns[name], made.account_of, n) for name in shared
    ]
    theirs = [plan.accounts.names] + [_plan_texts(plan, columns[name]) for name in shared]
    for used in range(len(shared), -1, -1):
        mine = _joined(new[: used + 1])
        others = _joined(theirs[: used + 1])
        if only is not None:
            mine = [text if is_in else "" for text, is_in in zip(mine, only.tolist(), strict=True)]
        if used == 0:
            mine = _once(mine, (old < 0).tolist())
            others = _once(others, (free & plan.accounts_present).tolist())
        _match(old, free, mine, others, plan)


def _by_likeness(
    old: np.ndarray,
    free: np.ndarray,
    plan: Plan,
    made: MadeAccounts,
    table: Table,
    roles: Mapping[str, str],
    columns: Mapping[str, str],
    only: np.ndarray | None,
    picked: Mapping[str, str],
) -> tuple[Doubt, ...]:
    """Match what is left by names that are nearly the same; all of it is told as doubts."""
    left = np.flatnonzero((old < 0) & (True if only is None else only))
    right = np.flatnonzero(free & plan.accounts_present)
    if not len(left) or not len(right):
        return ()
    n = len(made.accounts)
    sides: list[list[np.ndarray]] = [[made.accounts.names[left]], [plan.accounts.names[right]]]
    for role in ("postcode", "city", "state"):
        name = column_of(roles, role)
        is_shared = bool(name) and columns.get(name) in plan.accounts.columns
        mine = first_filled(table.columns[name], made.account_of, n) if is_shared else None
        theirs = _plan_texts(plan, columns[name]) if is_shared else None
        for side, cells, rows in ((sides[0], mine, left), (sides[1], theirs, right)):
            side.append(np.full(len(rows), "", object) if cells is None else cells[rows])
    found = find(Side(*sides[0]), Side(*sides[1]), least=_LIKE)
    near: dict[int, list[tuple[int, float]]] = {}
    for a, b, score in zip(
        left[found.left].tolist(), right[found.right].tolist(), found.scores.tolist(), strict=True
    ):
        near.setdefault(a, []).append((b, score))
    out = []
    for new, pairs in sorted(near.items(), key=lambda one: -one[1][0][1]):
        usual = pairs[0][0] if pairs[0][1] >= _SURE else -1
        wanted = picked.get(f"match:{new}", str(usual))
        taken = int(wanted) if wanted in {str(row) for row, _score in pairs} else -1
        if taken >= 0 and free[taken]:
            old[new] = taken
            free[taken] = False
        else:
            taken = -1
        out.append(Doubt(new, tuple(b for b, _s in pairs), tuple(s for _b, s in pairs), taken))
    return tuple(out)


def _once(keys: list[str], counts: list[bool]) -> list[str]:
    """Keys that occur once among those that count; the others empty."""
    seen: dict[str, int] = {}
    for text, is_in in zip(keys, counts, strict=True):
        if is_in:
            seen[text] = seen.get(text, 0) + 1
    return [
        text if is_in and seen[text] == 1 else "" for text, is_in in zip(keys, counts, strict=True)
    ]


def _joined(columns: Sequence[np.ndarray]) -> list[str]:
    parts = [[folded(text) for text in cells.tolist()] for cells in columns]
    return ["|".join(one) if one[0] else "" for one in zip(*parts, strict=True)]


def _plan_texts(plan: Plan, column: str) -> np.ndarray:
    try:
        return as_texts(plan.accounts.column(column))
    except KeyError:
        return np.full(len(plan.accounts), "", object)


_NO_WORD = re.compile(r"\W+")


def folded(text: str) -> str:
    """A text without case, accents and signs between its words."""
    small = text.casefold()
    if not small.isascii():
        letters = unicodedata.normalize("NFKD", small)
        small = "".join(c for c in letters if not unicodedata.combining(c))
    return _NO_WORD.sub(" ", small).strip()


def _loose(text: str) -> str:
    small = text.strip().casefold().removesuffix(".0")
    return small.lstrip("0") or small[:1]
