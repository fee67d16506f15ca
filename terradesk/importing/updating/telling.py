"""The differences of an update as items to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from terradesk.accounts import PLACEMENT_TEXTS
from terradesk.i18n import _, isolate, number, percent
from terradesk.importing.prepared import Box, Item
from terradesk.importing.updating.comparing import Cells
from terradesk.importing.updating.matching import Doubt
from terradesk.plan import UNASSIGNED, AlignmentView, Plan
from terradesk.readers import MadeAccounts

_LONGEST = 60


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Accounts by what happens to them, each in exactly one.

    Parameters
    ----------
    added, changed, moved, back, same : ndarray of int64
        Accounts of the file.
    gone : ndarray of int64
        Rows of the plan.
    """

    added: np.ndarray
    changed: np.ndarray
    moved: np.ndarray
    back: np.ndarray
    same: np.ndarray
    gone: np.ndarray


def grouped(old: np.ndarray, present: np.ndarray, cells: Sequence[Cells], moved: np.ndarray,
            gone: np.ndarray) -> Groups:  # fmt: skip
    """Each account of the file and each old account in one group.

    Parameters
    ----------
    old : ndarray of int64, shape (n_new,)
    present : ndarray of bool, shape (n_accounts,)
    cells : sequence of Cells
    moved : ndarray of int64
        Accounts of the file that are elsewhere.
    gone : ndarray of int64
    """
    kind = np.full(len(old), "same", object)
    for one in cells:
        kind[one.new] = "changed"
    kind[moved] = "moved"
    known = old >= 0
    kind[known & ~present[np.where(known, old, 0)]] = "back"
    kind[~known] = "added"
    names = ("added", "changed", "moved", "back", "same")
    return Groups(**{name: np.flatnonzero(kind == name) for name in names}, gone=gone)


def new_key(made: MadeAccounts, k: int) -> str:
    """Key of the item of an account that the plan does not have."""
    return f"new:{made.accounts.ids[k]}"


def old_key(row: int) -> str:
    """Key of the item of an account of the plan."""
    return f"account:{row}"


class Teller:
    """Makes the items of an update.

    Parameters
    ----------
    plan : Plan
    made : MadeAccounts
    old : ndarray of int64, shape (n_new,)
    cells : sequence of Cells
    alignment : int
        In view; 0 for none.
    left_out : frozenset of str
    """

    def __init__(
        self,
        plan: Plan,
        made: MadeAccounts,
        old: np.ndarray,
        cells: Sequence[Cells],
        alignment: int,
        left_out: frozenset[str],
    ) -> None:
        self.plan, self.made, self.old, self.left_out = plan, made, old, left_out
        self.view: AlignmentView | None = None
        if alignment in plan.assignments:
            self.view = plan.alignment(alignment)
        self._texts = _cell_texts(cells)
        order = np.argsort(made.account_of, kind="stable")
        self._rows = order[np.searchsorted(made.account_of[order], 0) :]
        counts = np.bincount(made.account_of[self._rows], minlength=len(old))
        self._starts = np.concatenate([[0], np.cumsum(counts)])

    def items(self, groups: Groups, removes: bool) -> Iterator[Item]:
        """Items of all groups but the unchanged ones, the most telling first."""
        for k in groups.moved.tolist():
            yield self._known(k, "moved", *self._places(k))
        for k in groups.changed.tolist():
            yield self._known(k, "changed")
        for k in groups.added.tolist():
            unit = int(self.made.accounts.unit[k])
            key = new_key(self.made, k)
            yield Item(
                key,
                "added",
                _title(self.made.accounts.ids[k], self.made.accounts.names[k]),
                after=self._where(unit, int(self.made.accounts.placement[k])),
                is_on=key not in self.left_out,
                rows=self._file_rows(k),
                units=(unit,) if unit >= 0 else (),
            )
        for k in groups.back.tolist():
            yield self._known(k, "back")
        for row in groups.gone.tolist():
            yield self._gone(row, removes)

    def doubts(self, doubts: Sequence[Doubt]) -> Iterator[Item]:
        """Accounts that are called nearly like some of the plan."""
        accounts = self.plan.accounts
        for one in doubts:
            names = [
                (str(row), f"{_title(accounts.ids[row], accounts.names[row])} ({_share(score)})")
                for row, score in zip(one.old, one.scores, strict=True)
            ]
            texts = dict(names)
            yield Item(
                one.key,
                "match",
                isolate(str(self.made.accounts.names[one.new])),
                after=texts.get(str(one.taken), _("A new account")),
                score=one.scores[0],
                candidates=(*names, ("", _("A new account"))),
                is_on=one.taken >= 0,
                rows=self._file_rows(one.new),
            )

    def _known(self, k: int, group: str, place_before: str = "", place_after: str = "") -> Item:
        row = int(self.old[k])
        before, after = self._texts.get(k, ("", ""))
        units = (int(self.plan.accounts.unit[row]), int(self.made.accounts.unit[k]))
        key = old_key(row)
        return Item(
            key,
            group,
            _title(self.plan.accounts.ids[row], self.plan.accounts.names[row]),
            "; ".join(part for part in (place_before, before) if part),
            "; ".join(part for part in (place_after, after) if part),
            is_on=key not in self.left_out,
            rows=self._file_rows(k),
            units=tuple(dict.fromkeys(unit for unit in units if unit >= 0)),
            box=self._way(row, k),
        )

    def _way(self, row: int, k: int) -> Box | None:
        """The place of an account before and after."""
        was, now = self.plan.accounts, self.made.accounts
        places = [_at(was.x[row], was.y[row]), _at(now.x[k], now.y[k])]
        known = [one for one in places if one is not None]
        if not known:
            return None
        low, high = np.min(known, axis=0), np.max(known, axis=0)
        return float(low[0]), float(low[1]), float(high[2]), float(high[3])

    def _gone(self, row: int, removes: bool) -> Item:
        accounts, key = self.plan.accounts, old_key(row)
        unit = int(accounts.unit[row])
        return Item(
            key,
            "gone",
            _title(accounts.ids[row], accounts.names[row]),
            before=self._where(unit, int(accounts.placement[row])),
            is_on=removes and key not in self.left_out,
            units=(unit,) if unit >= 0 else (),
            box=_at(accounts.x[row], accounts.y[row]),
        )

    def _places(self, k: int) -> tuple[str, str]:
        row, was, now = int(self.old[k]), self.plan.accounts, self.made.accounts
        before = self._where(int(was.unit[row]), int(was.placement[row]))
        after = self._where(int(now.unit[k]), int(now.placement[k]))
        if before == after:
            metres = float(np.hypot(now.x[k] - was.x[row], now.y[k] - was.y[row]))
            after = _("{place}, {d} km away").format(place=after, d=number(metres / 1000, 1))
        return before, after

    def _where(self, unit: int, placement: int) -> str:
        """Area and territory of an account that follows its area."""
        if unit < 0:
            return _(PLACEMENT_TEXTS[0]) if placement == 0 else _("Outside the map")
        name = isolate(str(self.plan.units.names[unit] or self.plan.units.codes[unit]))
        territory = UNASSIGNED if self.view is None else int(self.view.assignment[unit])
        if territory == UNASSIGNED or self.view is None:
            return name
        return f"{name} ({isolate(self.view.name_of(territory))})"

    def _file_rows(self, k: int) -> tuple[int, ...]:
        return tuple(self._rows[self._starts[k] : self._starts[k + 1]].tolist())


def _at(x: float, y: float) -> Box | None:
    """The place of a point; None when it has none."""
    return (float(x), float(y), float(x), float(y)) if np.isfinite(x) and np.isfinite(y) else None


def _title(number_text: str, name: str) -> str:
    return f"{number_text} {isolate(name)}" if name and name != number_text else str(number_text)


def _share(score: float) -> str:
    return percent(score, signed=False)


def _cell_texts(cells: Sequence[Cells]) -> Mapping[int, tuple[str, str]]:
    """Texts of both sides of each account with cells that differ."""
    sides: dict[int, tuple[list[str], list[str]]] = {}
    for one in cells:
        pairs = zip(one.new.tolist(), one.before.tolist(), one.after.tolist(), strict=True)
        for k, before, after in pairs:
            was, now = sides.setdefault(k, ([], []))
            was.append(f"{one.pair.label} {_shown(before)}")
            now.append(f"{one.pair.label} {_shown(after)}")
    return {k: ("; ".join(was), "; ".join(now)) for k, (was, now) in sides.items()}


def _shown(value: object) -> str:
    if isinstance(value, float):
        if np.isnan(value):
            return "–"
        return number(value, 0 if value.is_integer() else 2)
    text = str(value)
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return isolate(cut) if cut else "–"
