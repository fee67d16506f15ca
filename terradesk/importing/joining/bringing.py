"""Columns of a table as columns of areas or accounts: several rows become one figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from terradesk import currencies
from terradesk import records as rec
from terradesk.edits import Change, Record
from terradesk.edits.arrivals import NewColumn, cells_changed
from terradesk.i18n import _, isolate, ngettext, number
from terradesk.importing.roles import column_of
from terradesk.measures import money
from terradesk.plan import Plan
from terradesk.readers.figures import column_row
from terradesk.readers.report import Issue, issue
from terradesk.readers.tables import Table
from terradesk.readers.tabular.numbers import numbers

AMOUNT, RATE, TEXT, CURRENCY = "amount", "rate", "text", "currency"
BROUGHT = (AMOUNT, RATE, TEXT)
"""Roles of columns that are brought."""

EACH, SUM, MEAN, FIRST = "each", "sum", "mean", "first"
REPLACE, FILL = "replace", "fill"


@dataclass(frozen=True, slots=True)
class Wish:
    """How columns are brought.

    Parameters
    ----------
    repeats : {"each", "sum", "mean", "first"}
        What several rows of one area or account come to; "each": amounts summed, rates averaged,
        the first text.
    existing : {"replace", "fill"}
        What becomes of cells that have a value: they take the new one, or stay.
    currency : str
        Code of the amounts; empty where signs, headers or a column say it.
    has_measures : bool
        Whether each amount becomes a measure.
    """

    repeats: str = EACH
    existing: str = REPLACE
    currency: str = ""
    has_measures: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Brought:
    """One column as it would be.

    Parameters
    ----------
    file, column : str
        Its name in the file and in the plan.
    rows : ndarray of int32, shape (k,)
        Rows of the plan that get a value, ascending.
    before, after : ndarray, shape (k,)
        float64 or object (str).
    is_new : bool
        Whether the plan lacks the column.
    n_new, n_changed, n_same, n_kept : int
        Cells that were empty, that get another value, that had it already, that stay.
    """

    file: str
    column: str
    rows: np.ndarray
    before: np.ndarray
    after: np.ndarray
    is_new: bool
    n_new: int = 0
    n_changed: int = 0
    n_same: int = 0
    n_kept: int = 0


@dataclass(eq=False)
class Bringing:
    """Everything that comes of the columns of one table.

    Parameters
    ----------
    columns : list of Brought
    new : list of NewColumn
    changes : list of Change
    records : list of Record
    issues : list of Issue
    """

    columns: list[Brought] = field(default_factory=list)
    new: list[NewColumn] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def bring(
    plan: Plan, table: Table, roles: Mapping[str, str], target: str, rows: np.ndarray, wish: Wish
) -> Bringing:
    """Bring columns to areas or accounts.

    Parameters
    ----------
    plan : Plan
    table : Table
    roles : mapping of str to str
    target : {"units", "accounts"}
    rows : ndarray of int32, shape (n,)
        Row of the plan for each row of the table, -1 for none.
    wish : Wish
    """
    work = _Bringing(plan, table, roles, target, rows, wish)
    for name, role in roles.items():
        if role in BROUGHT:
            work.add(name, role)
    return work.made


class _Bringing:
    def __init__(
        self,
        plan: Plan,
        table: Table,
        roles: Mapping[str, str],
        target: str,
        rows: np.ndarray,
        wish: Wish,
    ) -> None:
        self.plan, self.table, self.roles, self.target, self.wish = plan, table, roles, target, wish
        self.used = np.flatnonzero(rows >= 0)
        self.owners, self.which = np.unique(rows[self.used], return_inverse=True)
        self.big = plan.units if target == "units" else plan.accounts
        self.made = Bringing()
        self.next_id = plan.next_id + 1
        self.per_row: str | None = None  # column that came to hold the currencies
        self.taken: set[str] = set()

    # ------------------------------------------------------------------ one column
    def add(self, name: str, role: str) -> None:
        cells = self.table.columns[name][self.used]
        if role == TEXT:
            filled = cells != ""
            self._place(name, role, self._first(cells, filled), "", "text")
            return
        values, is_bad = numbers(cells, self.table.decimal)
        if is_bad.any():
            self._tell_bad(name, self.used[is_bad])
        own = self._currency(name, cells, values) if role == AMOUNT or self._has_sign(cells) else ""
        if own == money.PER_ROW:
            values, own = self._by_row(values)
        is_money = bool(own) or self._looks_like_money(name, values)
        self._place(name, role, self._figures(values, role), own, "money" if is_money else "number")

    def _has_sign(self, cells: np.ndarray) -> bool:
        return bool(currencies.guess(cells.tolist(), money.plan_code(self.plan)))

    def _looks_like_money(self, name: str, values: np.ndarray) -> bool:
        known = values[np.isfinite(values)]
        return column_row(self.target, name, known).format == "money"

    def _figures(self, values: np.ndarray, role: str) -> np.ndarray:
        """(k,) one figure for each owner, NaN where it has none."""
        known = np.isfinite(values)
        how = self.wish.repeats
        how = (SUM if role == AMOUNT else MEAN) if how == EACH else how
        if how == FIRST:
            out = np.full(len(self.owners), np.nan)
            out[self.which[known][::-1]] = values[known][::-1]
            return out
        n = np.bincount(self.which[known], minlength=len(self.owners))
        total = np.bincount(self.which[known], values[known], len(self.owners))
        divisor = np.maximum(n, 1) if how == MEAN else 1
        return np.where(n > 0, total / divisor, np.nan)

    def _first(self, cells: np.ndarray, filled: np.ndarray) -> np.ndarray:
        out = np.full(len(self.owners), "", object)
        out[self.which[filled][::-1]] = cells[filled][::-1]
        return out

    # ------------------------------------------------------------------ currencies
    def _currency(self, name: str, cells: np.ndarray, values: np.ndarray) -> str:
        """Currency of a column of amounts: `PER_ROW` where a column of the file says it."""
        own = money.plan_code(self.plan)
        found = currencies.guess(cells.tolist(), own) or currencies.in_header(name, own)
        if found:
            return found
        is_money = self._looks_like_money(name, values)
        if is_money and column_of(self.roles, CURRENCY):
            return money.PER_ROW
        return self.wish.currency if is_money else ""

    def _by_row(self, values: np.ndarray) -> tuple[np.ndarray, str]:
        """Amounts whose rows say their currency: kept where each owner has one, else converted."""
        name = column_of(self.roles, CURRENCY)
        own = money.plan_code(self.plan)
        said = self.table.columns[name][self.used]
        known = {text: currencies.code_of(text, own) for text in set(said.tolist())}
        codes = np.empty(len(said), object)
        codes[:] = [known[text] for text in said.tolist()]
        first = self._first(codes, codes != "")
        if bool((first[self.which] == codes).all()):
            if self.per_row is None:
                self.per_row = self._place(name, TEXT, first, "", "text")
            return values, f"{money.PER_ROW}{self.per_row}"
        rates = money.rates(self.plan)
        factors = np.array([rates.get(code, np.nan) for code in codes.tolist()])
        lost = np.isfinite(values) & np.isnan(factors)
        if lost.any():
            self._tell_unrated(sorted(set(codes[lost].tolist())), self.used[lost])
        return values * factors, ""

    # ------------------------------------------------------------------ where it goes
    def _place(self, name: str, role: str, after: np.ndarray, own: str, shown: str) -> str:
        """Set a column; its name in the plan."""
        is_text = after.dtype == object
        column, is_new = self._name(name, is_text, own)
        before = (
            (np.full(len(after), "", object) if is_text else np.full(len(after), np.nan))
            if column not in self.big.columns
            else self.big.columns[column][self.owners]
        )
        has_value = (after != "") if is_text else np.isfinite(after)
        was_empty = (before == "") if is_text else ~np.isfinite(before)
        same = has_value & (before == after)
        keeps = has_value & ~was_empty & ~same & (self.wish.existing == FILL)
        goes = has_value & ~same & ~keeps
        self.made.columns.append(
            Brought(
                name, column, self.owners[has_value], before[has_value],
                np.where(keeps, before, after)[has_value], is_new,
                int((goes & was_empty).sum()), int((goes & ~was_empty).sum()), int(same.sum()),
                int(keeps.sum()),
            )
        )  # fmt: skip
        if column not in self.big.columns:
            self.made.new.append(NewColumn(self.target, column, is_text))
        change = cells_changed(self.plan, self.target, column, self.owners[goes], after[goes])
        if change is not None:
            self.made.changes.append(change)
        self._describe(column, name, role, after, own, shown)
        return column

    def _name(self, name: str, is_text: bool, own: str) -> tuple[str, bool]:
        """The plan's column for one of the file, or a free name, and whether it is new."""
        name = self.big.attribute_names([name])[name]
        alike = {c.casefold(): c for c in self.big.columns}
        for row in self.plan.rows(rec.Column):
            if row.table == self.target and row.name in self.big.columns:
                alike.setdefault(row.label.casefold(), row.name)
        found = alike.get(name.casefold())
        if found is not None and found.casefold() not in self.taken:
            held = self.big.columns[found]
            if (held.dtype == object) == is_text and self._same_money(found, own):
                self.taken.add(found.casefold())
                return found, False
        stem = f"{name} ({own})" if own and currencies.is_code(own) and found else name
        return self._free(stem, alike), True

    def _free(self, stem: str, alike: Mapping[str, str]) -> str:
        out, k = stem, 2
        while out.casefold() in self.taken or out.casefold() in alike:
            out, k = f"{stem} {k}", k + 1
        self.taken.add(out.casefold())
        return out

    def _same_money(self, column: str, own: str) -> bool:
        """Whether new amounts may stand in a column beside old ones."""
        held = money.currency(self.plan, self.target, column)
        return held == ("" if own == money.plan_code(self.plan) else own)

    def _describe(
        self, column: str, name: str, role: str, after: np.ndarray, own: str, shown: str
    ) -> None:
        meant = money.meaning(self.plan, self.target, column)
        if meant is None:
            row = column_row(self.target, name, after, role, shown)
            label = row.label if column == name else column
            meant = replace(row, name=column, label=label, currency=own)
            self._record("column", meant)
        is_summed = role == AMOUNT and self.wish.has_measures and self.wish.repeats != MEAN
        known = any(
            m.source == self.target and m.column == column for m in self.plan.rows(rec.Measure)
        )
        if is_summed and not known:
            self._record(
                "measure",
                rec.Measure(
                    rec.new_uid(), 0, name=self._measure_name(meant.label or column),
                    source=self.target, column=column, format=shown,
                ),
            )  # fmt: skip

    def _measure_name(self, label: str) -> str:
        taken = {m.name.casefold() for m in self.plan.rows(rec.Measure)}
        out, k = label, 2
        while out.casefold() in taken:
            out, k = f"{label} {k}", k + 1
        return out

    def _record(self, kind: str, row: rec.Row) -> None:
        self.made.records.append(Record(kind, None, replace(row, id=self.next_id)))
        self.next_id += 1

    # ------------------------------------------------------------------ what is told
    def _tell_bad(self, name: str, rows: np.ndarray) -> None:
        text = ngettext(
            "{n} cell of “{name}” is no number and stays empty.",
            "{n} cells of “{name}” are no numbers and stay empty.",
            len(rows),
        ).format(n=number(len(rows)), name=isolate(name))
        self.made.issues.append(issue("not_a_number", text, rows))

    def _tell_unrated(self, codes: list[str], rows: np.ndarray) -> None:
        names = ", ".join(code or _("no currency") for code in codes)
        text = ngettext(
            "{n} amount has no rate and is left out: {codes}.",
            "{n} amounts have no rate and are left out: {codes}.",
            len(rows),
        ).format(n=number(len(rows)), codes=names)
        self.made.issues.append(issue("no_rate", text, rows, outcome="", reason=_("No rate")))
