"""Accounts of a plan placed once more, when the data about places has become better."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from terradesk import geocode
from terradesk import records as rec
from terradesk.accounts import PLACEMENTS
from terradesk.columns import as_texts
from terradesk.edits import Change, Edit
from terradesk.edits.placing import COLUMNS, changes_of
from terradesk.i18n import N_, _, ngettext, number
from terradesk.plan import Plan
from terradesk.progress import Progress, silent
from terradesk.readers.placing.placed import Placed, Placing, Question
from terradesk.readers.placing.placer import Placer
from terradesk.readers.report import ImportReport, Issue, issue

ROLES = ("lat", "lon", "unit_code", "postcode", "city", "state", "country")
"""Meanings of account columns that tell places, see `terradesk.records.Column`."""

_WORTH = {
    "unplaced": 0,
    "place_name": 1,
    "postcode": 2,
    "unit_code": 2,
    "coordinates": 3,
    "by_hand": 4,
}
_WORTHS = np.array([_WORTH[name] for name in PLACEMENTS])
_HAND, _EXACT = PLACEMENTS.index("by_hand"), PLACEMENTS.index("coordinates")
_REPLACED = (PLACEMENTS.index("unit_code"), PLACEMENTS.index("postcode"))
_MOVED = 1.0  # metres


@dataclass(frozen=True, slots=True, eq=False)
class PlacedAgain:
    """What placing accounts once more would do.

    Parameters
    ----------
    edit : Edit or None
        The step; None when nothing would change.
    rows : ndarray of int64
        Accounts that get another place or another area.
    n_new, n_better, n_moved : int
        Those that had no place; those whose place becomes surer; those whose place is as sure as
        before but elsewhere, or lies in another area now.
    report : ImportReport
        Accounts looked at, and what is still wrong; rows are rows of the plan's accounts.
    questions : tuple of Question
        Places that are not sure; rows are rows of the plan's accounts.
    """

    edit: Edit | None
    rows: np.ndarray
    n_new: int
    n_better: int
    n_moved: int
    report: ImportReport
    questions: tuple[Question, ...] = ()

    @property
    def sentence(self) -> str:
        """Translated: what it would do."""
        n = len(self.rows)
        if n == 0:
            return _("Nothing changes: no better place is known for any account.")
        text = ngettext(
            "{n} account gets a better place: {new} had none before.",
            "{n} accounts get a better place: {new} had none before.",
            n,
        )
        return text.format(n=number(n), new=number(self.n_new))


def place_again(
    plan: Plan,
    rows: Iterable[int] | np.ndarray | None = None,
    *,
    only_unplaced: bool = False,
    choices: Placing | None = None,
    tables: Mapping[str, geocode.tables.PostcodeTable] | None = None,
    progress: Progress = silent,
) -> PlacedAgain:
    """Find the places of accounts once more, from their columns.

    A place gives way to a surer one only; coordinates never to anything less, and what was
    placed by hand stays. Places by postcode and area code follow the tables and the map. Doing it
    twice changes nothing more.

    Parameters
    ----------
    plan : Plan
    rows : iterable of int, optional
        Accounts; all that are present when left out.
    only_unplaced : bool
        Whether those that have a place are left alone.
    choices : Placing, optional
    tables : mapping of str to PostcodeTable, optional
        Postcodes to try that are not kept yet.
    progress : Progress
    """
    progress(0.0, _("Finding places"))
    asked = _asked(plan, rows, only_unplaced)
    sought = asked[plan.accounts.placement[asked] != _EXACT]  # for nothing is better
    placer = Placer(plan, choices, tables)
    placed = placer.place(_cells(plan, sought))
    progress(0.8, _("Finding places"))
    taken = _taken(plan, sought, placed)
    after = {name: getattr(placed, name)[taken] for name in COLUMNS}
    mine = sought[taken]
    follow = _in_other_units(plan, placer, np.setdiff1d(asked, mine))
    changes = (*changes_of(plan, mine, after), *follow)
    moved = np.unique(np.concatenate([c.rows for c in changes] or [np.empty(0, np.int64)]))
    old = _WORTHS[plan.accounts.placement]
    is_new = old[mine] == 0
    is_better = _WORTHS[placed.placement[taken]] > old[mine]
    progress(1.0, "")
    return PlacedAgain(
        _edit(changes, len(moved)),
        moved.astype(np.int64),
        int(is_new.sum()),
        int((is_better & ~is_new).sum()),
        len(moved) - int(is_better.sum()),
        _report(plan, len(asked), sought, placed),
        tuple(replace(one, rows=sought[one.rows]) for one in placed.questions),
    )


def place_columns(plan: Plan) -> dict[str, str]:
    """Column of the accounts for each meaning of `ROLES` that one has."""
    out: dict[str, str] = {}
    for row in plan.rows(rec.Column):
        if row.table == "accounts" and row.role in ROLES and row.name in plan.accounts.columns:
            out.setdefault(row.role, row.name)
    return out


def _asked(plan: Plan, rows: Iterable[int] | np.ndarray | None, only_unplaced: bool) -> np.ndarray:
    is_asked = plan.accounts_present & (plan.accounts.placement != _HAND)
    if rows is not None:
        chosen = np.asarray(rows if isinstance(rows, np.ndarray) else list(rows), np.int64)
        named = np.zeros(len(is_asked), bool)
        named[chosen] = True
        is_asked &= named
    if only_unplaced:
        is_asked &= plan.accounts.placement == 0
    return np.flatnonzero(is_asked)


def _cells(plan: Plan, rows: np.ndarray) -> dict[str, np.ndarray]:
    columns = place_columns(plan)
    cells = {role: as_texts(plan.accounts.columns[name][rows]) for role, name in columns.items()}
    return cells or {"": np.full(len(rows), "", object)}


def _taken(plan: Plan, rows: np.ndarray, placed: Placed) -> np.ndarray:
    """Which of the accounts get their new place."""
    accounts = plan.accounts
    old, new = accounts.placement[rows], placed.placement
    is_better = _WORTHS[new] > _WORTHS[old]
    same = (_WORTHS[new] == _WORTHS[old]) & np.isin(old, _REPLACED)
    with np.errstate(invalid="ignore"):
        far = np.hypot(accounts.x[rows] - placed.x, accounts.y[rows] - placed.y) > _MOVED
    elsewhere = far | (accounts.unit[rows] != placed.unit)
    return np.flatnonzero(is_better | (same & elsewhere))


def _in_other_units(plan: Plan, placer: Placer, rows: np.ndarray) -> tuple[Change, ...]:
    """Accounts that stay where they are, in the area that is there now.

    Those outside all areas keep the area that they were taken to while it is present.
    """
    accounts = plan.accounts
    rows = rows[accounts.placement[rows] > 0]
    if placer.arcs is None or len(rows) == 0:
        return ()
    unit = placer.units_at(np.column_stack((accounts.x[rows], accounts.y[rows])))
    before = accounts.unit[rows]
    present = np.append(plan.units_present, False)
    unit = np.where((unit < 0) & present[before], before, unit).astype(np.int32)
    return changes_of(plan, rows, {"unit": unit})


def _edit(changes: tuple[Change, ...], n: int) -> Edit | None:
    if not changes:
        return None
    one, many = N_("Placed {n} account anew"), N_("Placed {n} accounts anew")
    return Edit(one if n == 1 else many, {"n": n}, changes=changes)


def _report(plan: Plan, n: int, rows: np.ndarray, placed: Placed) -> ImportReport:
    """What is wrong with the accounts that have no place then either."""
    still = np.flatnonzero((placed.placement == 0) & (plan.accounts.placement[rows] == 0))
    known = [one for one in placed.issues if one.kind != "unplaced"]
    issues: list[Issue] = [one.mapped(rows) for one in known]
    if len(still):
        text = ngettext(
            "{n} account still has no place.", "{n} accounts still have no place.", len(still)
        )
        issues.append(issue("unplaced", text.format(n=number(len(still))), rows[still]))
    return ImportReport(read=n, accepted=n, unplaced=len(still), issues=tuple(issues))
