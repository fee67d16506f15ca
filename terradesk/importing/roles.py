"""What the columns of a file mean to a kind of import: recognised by their headers, or chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate, percent
from terradesk.importing.choices import Choices
from terradesk.importing.kind import Kind, Meaning
from terradesk.importing.source import Source
from terradesk.plan import Plan
from terradesk.readers import words
from terradesk.readers.tables import Table

UNUSED = "unused"
"""Role of columns that a kind does not take."""

_SAMPLE = 1000

Fit = Callable[[str, np.ndarray], float]
"""How well a column (header, sample of its filled cells) suits a role, 0 ... 1."""


def said(header: str, entries: str) -> float:
    """How well a header says one of a list of words (as in `readers.words`), 0 ... 1."""
    text = words.plain(header)
    best = 0.0
    for entry in words.split(entries):
        word = entry.removeprefix("~")
        if text == word:
            return 1.0
        if not entry.startswith("~") and f" {word} " in f" {text} ":
            best = max(best, 0.4 + 0.5 * len(word) / len(text))
    return best


def sample(cells: np.ndarray) -> np.ndarray:
    """Some of the filled cells of a column, from all over it."""
    filled = cells[cells != ""]
    return filled[:: max(len(filled) // _SAMPLE, 1)]


def recognised(
    samples: Mapping[str, np.ndarray],
    fits: Mapping[str, Fit],
    why: Callable[[str, str], str] = lambda _role, _name: "",
    rest: str = UNUSED,
) -> list[Meaning]:
    """What each column seems to mean, each role of ``fits`` at most once.

    Parameters
    ----------
    samples : mapping of str to ndarray of str
        Some filled cells of each column, as `Evidence.cells` has them.
    fits : mapping of role to callable
        The surest pair of column and role is taken first.
    why : callable
        The reason for a role and a column, asked for after the fits.
    rest : str
        Role of the other columns.
    """
    scores = [
        (fit(name, cells), role, name)
        for role, fit in fits.items()
        for name, cells in samples.items()
    ]
    taken: dict[str, tuple[str, float]] = {}
    used: set[str] = set()
    for score, role, name in sorted(scores, key=lambda one: -one[0]):
        if score > 0 and role not in used and name not in taken:
            taken[name] = role, min(score, 1.0)
            used.add(role)
    return [
        Meaning(name, *taken[name], why(taken[name][0], name))
        if name in taken
        else Meaning(name, rest)
        for name in samples
    ]


def share_known(cells: np.ndarray, known: Callable[[np.ndarray], np.ndarray]) -> float:
    """Share of some cells that are known; 0 where there are none."""
    return float(np.mean(known(cells))) if len(cells) else 0.0


def share_text(share: float) -> str:
    """Why a column is taken for one of codes or numbers, translated."""
    return _("{share} of the cells are known in this plan").format(
        share=percent(share, signed=False)
    )


def chosen(kind: Kind, source: Source, plan: Plan | None, choices: Choices) -> dict[str, str]:
    """Role of each column: as chosen, else as recognised.

    Raises
    ------
    TerraDeskError
        A column or role does not exist, or two columns have a role that one may have.
    """
    table = source.rows
    for name, role in choices.roles.items():
        if name not in table.columns:
            raise TerraDeskError(
                _("The table has no column “{name}”.").format(name=isolate(name)),
                _("Its columns are: {names}").format(names=", ".join(table.columns)),
            )
        if role not in kind.roles:
            raise TerraDeskError(
                _("“{role}” is no meaning of a column.").format(role=isolate(role)),
                _("There are: {names}.").format(names=", ".join(kind.roles)),
            )
    taken = {role for role in choices.roles.values() if role in kind.single}
    out: dict[str, str] = {}
    for found in kind.recognise(source, plan):
        free = UNUSED if found.role in taken and UNUSED in kind.roles else found.role
        out[found.column] = choices.roles.get(found.column, free)
    _refuse_double(out, kind.single)
    return out


def _refuse_double(roles: Mapping[str, str], single: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for name, role in roles.items():
        if role in single and role in seen:
            raise TerraDeskError(
                _("The columns “{a}” and “{b}” cannot both mean the same.").format(
                    a=isolate(seen[role]), b=isolate(name)
                ),
                _("Choose another meaning for one of them."),
            )
        seen[role] = name


def column_of(roles: Mapping[str, str], role: str) -> str:
    """The column of a role, empty when none has it."""
    return next((name for name, one in roles.items() if one == role), "")


def needed(roles: Mapping[str, str], role: str, title: str) -> str:
    """The column of a role.

    Raises
    ------
    TerraDeskError
        No column has it.
    """
    found = column_of(roles, role)
    if not found:
        raise TerraDeskError(
            _("No column is marked as “{title}”.").format(title=isolate(title)),
            _("Say which column it is."),
        )
    return found


def cells_of(table: Table, roles: Mapping[str, str], role: str) -> np.ndarray:
    """(n_rows,) cells of the column of a role, empty texts when there is none."""
    name = column_of(roles, role)
    return table.columns[name] if name else np.full(len(table), "", object)
