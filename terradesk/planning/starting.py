"""Starting territories from what there is already: a column, a list of codes, account owners.

Each way gives one undoable edit. Territories that exist under a name already are used, not made
again; locked areas stay as they are and are counted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from terradesk import palettes
from terradesk import records as rec
from terradesk.columns import Columned, number_text
from terradesk.edits import Assigned, Edit, Record, apply, assign, joined
from terradesk.edits.scenarios import set_baseline
from terradesk.edits.territories import create, new_territory, start_from
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _
from terradesk.measures.choosing import balance_measure
from terradesk.measures.sums import account_values
from terradesk.plan import UNASSIGNED, AlignmentView, Plan

MAX_TERRITORIES = 1000
"""More different values than this are no territories but a mistake in the choice of a column."""

LEFT, NONE = -1, -2
"""Labels of units that stay as they are, and of those that become unassigned."""


def from_column(plan: Plan, alignment: int, column: str, *, reason: str = "") -> Assigned:
    """One territory per value of a column of the units.

    Parameters
    ----------
    plan : Plan
    alignment : int
    column : str
        Units without a value, or with "0", become unassigned.
    reason : str

    Raises
    ------
    TerraDeskError
        If there is no such column, it is empty, or has more than `MAX_TERRITORIES` values.
    """
    texts = _column_texts(plan.units, column, plan.units_present)
    return _start(plan, alignment, *_labelled(texts, column), reason=reason)


def from_codes(
    plan: Plan, alignment: int, codes: Sequence[str], names: Sequence[str], *, reason: str = ""
) -> tuple[Assigned, list[str]]:
    """Territories from a two-column list: unit code, territory.

    Parameters
    ----------
    plan : Plan
    alignment : int
    codes, names : sequence of str
        One territory name per unit code; "" or "0" makes the unit unassigned. Codes are forgiven
        capitals and leading zeros that a spreadsheet dropped, and may be names that only one unit
        has. Where a code comes twice the last one holds. Units that are not in the list stay as
        they are, lines without a code do not count.
    reason : str

    Returns
    -------
    assigned : Assigned
    unknown : list of str
        Codes that no unit has, each once, in the order of the list.

    Raises
    ------
    TerraDeskError
        If no code is known at all, or there are more than `MAX_TERRITORIES` names.
    """
    cells = [_text(c) for c in codes]
    rows = _rows_of(plan, cells)
    known = rows >= 0
    unknown = [
        c for c in dict.fromkeys(c for c, row in zip(cells, rows, strict=True) if row < 0) if c
    ]
    if not known.any():
        raise TerraDeskError(
            _("None of the {n} codes is a code of this map.").format(n=len(rows)),
            _("Check which column holds the codes; they look like {code} here.").format(
                code=plan.units.codes[0] if len(plan.units) else "–"
            ),
        )
    texts = np.array([_text(v) for v in names], object)[known]
    labels, wanted = _labelled(texts, _("territory"), may_be_empty=True)
    full = np.full(len(plan.units), LEFT, np.int64)
    full[rows[known]] = labels
    return _start(plan, alignment, full, wanted, reason=reason), unknown


def from_owners(
    plan: Plan,
    alignment: int,
    column: str,
    keep_exceptions: bool = False,
    left_out: Collection[int] = (),
    *,
    reason: str = "",
) -> tuple[Assigned, np.ndarray]:
    """One territory per owner of accounts; each unit goes to whoever has most in it.

    "Most" is by the balance measure where that belongs to the accounts, else (and in units where
    it is 0 for all) by the number of accounts; a tie goes to the first in the alphabet. Units
    without owned accounts become unassigned.

    Parameters
    ----------
    plan : Plan
    alignment : int
    column : str
        Column of the accounts with the owner.
    keep_exceptions : bool
        Make the exceptions named accounts of their owner's territory.
    left_out : collection of int
        Rows of exceptions that are not kept all the same.
    reason : str

    Returns
    -------
    assigned : Assigned
    exceptions : ndarray of int32
        Rows of accounts that would not be in their owner's territory.

    Raises
    ------
    TerraDeskError
        If there is no such column, it is empty, or has more than `MAX_TERRITORIES` values.
    """
    texts = _column_texts(plan.accounts, column, plan.accounts_present)
    done, exceptions = by_owner(plan, alignment, texts, column, reason=reason)
    if not keep_exceptions or not len(exceptions.rows):
        return done, exceptions.rows
    after = apply(plan, done.edit) if done.edit else plan
    named = exceptions.named(after, alignment, left_out, reason=reason)
    if done.edit is None:
        return replace(done, edit=named), exceptions.rows
    return replace(done, edit=joined(done.edit, named) if named else done.edit), exceptions.rows


@dataclass(frozen=True, slots=True, eq=False)
class Exceptions:
    """Accounts that are not in their owner's territory.

    Parameters
    ----------
    rows : ndarray of int32, shape (k,)
    homes : ndarray of int32, shape (k,)
        Territory of the owner.
    """

    rows: np.ndarray
    homes: np.ndarray

    def named(
        self, plan: Plan, alignment: int, left_out: Collection[int] = (), *, reason: str = ""
    ) -> Edit | None:
        """The edit that makes them named accounts of their owners, some rows left out.

        Those of locked territories and those that are named accounts already stay.
        """
        takes = ~np.isin(self.rows, list(left_out))
        return _named(plan, alignment, self.rows[takes], self.homes[takes], reason)


def by_owner(
    plan: Plan,
    alignment: int,
    owners: np.ndarray,
    title: str,
    others: int = NONE,
    *,
    reason: str = "",
) -> tuple[Assigned, Exceptions]:
    """One territory per owner of accounts, see `from_owners`.

    Parameters
    ----------
    plan : Plan
    alignment : int
    owners : ndarray of str, shape (n_accounts,)
        Empty for accounts that nobody owns.
    title : str
        What the owners are called where they are no good.
    others : {NONE, LEFT}
        What becomes of units without owned accounts.
    reason : str

    Raises
    ------
    TerraDeskError
        If all are empty, or there are more than `MAX_TERRITORIES`.
    """
    owner, names = _labelled(owners, title)
    labels = _majority(plan, owner, len(names))
    labels[labels == NONE] = others
    done = _start(plan, alignment, labels, names, reason=reason)
    after = apply(plan, done.edit) if done.edit else plan
    return done, Exceptions(*_exceptions(after.alignment(alignment), owner, names))


def from_labels(
    plan: Plan, alignment: int, labels: np.ndarray, names: Sequence[str], *, reason: str = ""
) -> Assigned:
    """Territories of given units.

    Parameters
    ----------
    plan : Plan
    alignment : int
    labels : ndarray of int, shape (n_units,)
        Index into ``names``, `LEFT` or `NONE`.
    names : sequence of str
    reason : str

    Raises
    ------
    TerraDeskError
        If there are more than `MAX_TERRITORIES` names.
    """
    if len(names) > MAX_TERRITORIES:
        raise _too_many(_("territory"), len(names))
    return _start(plan, alignment, np.asarray(labels, np.int64), list(names), reason=reason)


def empty(plan: Plan, alignment: int, n: int, *, reason: str = "") -> Assigned:
    """Empty territories "Territory 1" to "Territory n", each with a fill of its own.

    Raises
    ------
    TerraDeskError
        If ``n`` is not between 1 and `MAX_TERRITORIES`.
    """
    if not 1 <= n <= MAX_TERRITORIES:
        raise TerraDeskError(
            _("A plan starts with 1 to {n} territories.").format(n=MAX_TERRITORIES),
            _("Type a smaller number."),
        )
    taken = {t.name for t in plan.alignment(alignment).territories.values()}
    numbered = (f"{_('Territory')} {k}" for k in range(1, n + len(taken) + 1))
    names = [name for name in numbered if name not in taken][:n]
    made = [new_territory(plan, alignment, name, offset=k) for k, name in enumerate(names)]
    return Assigned(create(plan, alignment, made, reason))


def make_baseline_if_none(plan: Plan, edit: Edit) -> Edit:
    """The same step, which also makes its scenario the baseline when the plan has none."""
    if plan.baseline is not None or edit.alignment not in plan.assignments:
        return edit
    baseline = set_baseline(plan, plan.alignment(edit.alignment).scenario.id)
    return joined(edit, baseline) if baseline else edit


# ------------------------------------------------------------------ reading values
def _text(value: object) -> str:
    """A value as the name of a territory or a code: trimmed, numbers without ".0"."""
    if isinstance(value, float):
        return number_text(value)
    return "" if value is None else str(value).strip()


def _is_none(text: str) -> bool:
    return text in ("", "0")


def _labelled(
    texts: np.ndarray, column: str, may_be_empty: bool = False
) -> tuple[np.ndarray, list[str]]:
    """Number of each text among the names in natural order (-2 = none), and the names."""
    names = sorted({t for t in texts.tolist() if not _is_none(t)}, key=natural)
    if not names and not may_be_empty:
        raise TerraDeskError(
            _("The column {name} is empty.").format(name=column), _("Choose another column.")
        )
    if len(names) > MAX_TERRITORIES:
        raise _too_many(column, len(names))
    number = {name: k for k, name in enumerate(names)}
    return np.array([number.get(t, NONE) for t in texts.tolist()], np.int64), names


def _too_many(column: str, n: int) -> TerraDeskError:
    return TerraDeskError(
        _("{name} has {n} different values: too many for territories.").format(name=column, n=n),
        _("Choose a column with at most {n}, such as a state or a region.").format(
            n=MAX_TERRITORIES
        ),
    )


def natural(text: str) -> tuple[list[tuple[int, int | str]], str]:
    """Sort key: as people count, "Team 2" before "Team 10", capitals do not matter."""
    parts = re.split(r"([0-9]+)", text.casefold())
    is_number = [p.isdigit() and p.isascii() and len(p) < 19 for p in parts]
    return [(0, int(p)) if yes else (1, p) for p, yes in zip(parts, is_number, strict=True)], text


def _rows_of(plan: Plan, codes: list[str]) -> np.ndarray:
    """Unit row of each code, -1 unknown or empty; forgiving as `terradesk.readers` is."""
    from terradesk.readers.matching import unit_rows

    cells = np.array(codes, object)
    return np.where(cells == "", -1, unit_rows(plan, cells)).astype(np.int64)


def _column_texts(table: Columned, column: str, present: np.ndarray) -> np.ndarray:
    """Values of a column as names, empty for rows that are not present."""
    try:
        values = table.column(column)
    except KeyError:
        raise TerraDeskError(
            _("There is no column {name}.").format(name=column), _("Choose another column.")
        ) from None
    texts = np.array([_text(v) for v in values.tolist()], object)
    texts[~present] = ""
    return texts


# ------------------------------------------------------------------ making the step
def _start(
    plan: Plan, alignment: int, labels: np.ndarray, names: list[str], *, reason: str
) -> Assigned:
    """One edit: territories, their fills, and units that get or lose one."""
    colours = _fills(plan, alignment, labels, names)
    shown = np.maximum(labels, LEFT)
    started = start_from(plan, alignment, shown, names, colours=colours, reason=reason)
    cleared = assign(plan, alignment, np.flatnonzero(labels == NONE), UNASSIGNED, reason=reason)
    if started.edit and cleared.edit:
        edit: Edit | None = joined(started.edit, cleared.edit)
    else:
        edit = started.edit or cleared.edit
    return Assigned(edit, started.n_locked + cleared.n_locked, started.n_named + cleared.n_named)


def _fills(plan: Plan, alignment: int, labels: np.ndarray, names: list[str]) -> list[int]:
    """A fill per name, unlike those of its neighbours; existing territories keep theirs."""
    view = plan.alignment(alignment)
    old = {t.name: t for t in view.leaves}
    others = [t for t in view.leaves if t.name not in set(names)]
    number = {t.id: len(names) + k for k, t in enumerate(others)}
    number |= {old[name].id: k for k, name in enumerate(names) if name in old}
    table = np.full(plan.next_id + 1, -1)
    for territory, label in number.items():
        table[territory] = label
    after = np.where(labels == LEFT, table[view.assignment], labels)  # -1 reads the last, -1
    fixed = {k: old[name].colour for k, name in enumerate(names) if name in old}
    fixed |= {number[t.id]: t.colour for t in others}
    found = palettes.neighbour_colours(
        _borders(plan, after), len(names) + len(others), {k: c % 24 for k, c in fixed.items()}
    )
    return [int(colour) for colour in found[: len(names)]]


def _borders(plan: Plan, labels: np.ndarray) -> np.ndarray:
    """(k, 2) pairs of labels that share a border."""
    if plan.arcs is None:
        return np.empty((0, 2), np.int64)
    padded = np.append(labels, -1)
    left, right = padded[plan.arcs.left], padded[plan.arcs.right]
    met = (left >= 0) & (right >= 0) & (left != right)
    return np.unique(np.sort(np.column_stack([left[met], right[met]]), axis=1), axis=0)


# ------------------------------------------------------------------ owners
def _majority(plan: Plan, owner: np.ndarray, n: int) -> np.ndarray:
    """Owner with most in each unit, -2 for none; (n_units,)."""
    unit = plan.accounts.unit.astype(np.int64)
    votes = np.flatnonzero((owner >= 0) & (unit >= 0))
    pairs, which = np.unique(unit[votes] * n + owner[votes], return_inverse=True)
    measure = balance_measure(plan)
    is_theirs = measure is not None and measure.source == "accounts"
    values = account_values(plan, measure) if measure and is_theirs else np.zeros(len(unit))
    weight = np.bincount(which, np.maximum(values[votes], 0.0), len(pairs))
    count = np.bincount(which, minlength=len(pairs))
    units, owners = np.divmod(pairs, n)
    in_unit = np.bincount(units, weight, len(plan.units))[units]
    score = np.where(in_unit > 0, weight, count)
    order = np.lexsort((owners, -score, units))  # owners are numbered alphabetically
    first, at = np.unique(units[order], return_index=True)
    out = np.full(len(plan.units), NONE, np.int64)
    out[first] = owners[order][at]
    return out


def _exceptions(
    view: AlignmentView, owner: np.ndarray, names: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Accounts outside their owner's territory, and the id of that territory."""
    ids = {t.name: t.id for t in view.leaves}
    home = np.array([*(ids[name] for name in names), UNASSIGNED], np.int32)[np.maximum(owner, -1)]
    rows = np.flatnonzero((owner >= 0) & (view.account_territories != home))
    return rows.astype(np.int32), home[rows]


def _named(
    plan: Plan, alignment: int, rows: np.ndarray, homes: np.ndarray, reason: str
) -> Edit | None:
    """Overrides for exceptions; those of locked territories and of named accounts stay."""
    view = plan.alignment(alignment)
    locked = list(view.locked_territories)
    stays = np.isin(view.account_territories[rows], locked) | np.isin(homes, locked)
    free = [
        (row, home)
        for row, home in zip(rows[~stays].tolist(), homes[~stays].tolist(), strict=True)
        if row not in view.overrides
    ]
    records = tuple(
        Record(
            "override",
            None,
            rec.Override(
                rec.new_uid(), plan.next_id + k, alignment, row, home, "exception", reason
            ),
        )
        for k, (row, home) in enumerate(free)
    )
    msgid = N_("Made {n} accounts named accounts of their owners")
    return Edit(msgid, {"n": len(records)}, records=records, alignment=alignment) if free else None
