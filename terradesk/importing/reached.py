"""Figures per period read from a table, and where they go in a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from terradesk import records as rec
from terradesk.columns import as_texts
from terradesk.edits import Change, Record
from terradesk.edits.arrivals import Arrivals, NewColumn, cells_changed
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate, ngettext, number
from terradesk.importing.periods import coarser, named_period, period
from terradesk.importing.prepared import Item
from terradesk.importing.roles import column_of
from terradesk.importing.totals import is_repeated, title, totals
from terradesk.plan import Plan
from terradesk.readers.figures import column_row, measure_rows, new_records
from terradesk.readers.report import ImportReport, Issue, issue
from terradesk.readers.tables import Table
from terradesk.readers.tabular.numbers import numbers

MOST_PERIODS = 400


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Sums by key, figure and period; arrays of shape (k,).

    Parameters
    ----------
    keys : int64
        Row of the account or unit, or id of the territory or rep.
    columns : int64
        Place in ``series``.
    values : float64
    series : list of (str, str)
        Name of the figure and period, in order.
    report : ImportReport
    n_unknown : int
        Rows whose key the plan does not have.
    """

    keys: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    series: list[tuple[str, str]]
    report: ImportReport
    n_unknown: int

    @property
    def periods(self) -> list[str]:
        """Different periods in order."""
        return sorted({one for _name, one in self.series})

    @property
    def names(self) -> list[str]:
        """Different figures."""
        return list(dict.fromkeys(name for name, _period in self.series))


def read_figures(
    table: Table,
    roles: Mapping[str, str],
    keys: np.ndarray,
    *,
    every: str = "",
    name: str = "",
    whole: str = "",
    dates: str = "",
) -> Figures:
    """Add up a table by key and period.

    Parameters
    ----------
    table : Table
    roles : mapping of str to str
    keys : (n_rows,) int64
        -1 for rows whose key is not known.
    every : {"", "quarter", "year"}
        Length of a period; empty: as in the file.
    name : str
        Of figures whose column is called by a period only.
    whole : str
        Period of all rows where neither a column nor the headers say it.
    dates : {"", "dmy", "mdy", "ymd"}

    Raises
    ------
    TerraDeskError
        No column of figures, no period, or no key is known.
    """
    amounts = [column for column, role in roles.items() if role == "amount"]
    if not amounts:
        raise TerraDeskError(
            _("No column is marked as figure."), _("Say which columns hold the figures.")
        )
    if not (keys >= 0).any():
        raise TerraDeskError(
            _("Nothing in the file is known in this plan."), _("Choose another column as key.")
        )
    of_row, bad_periods = _row_periods(table, roles, amounts, whole, dates)
    series: dict[tuple[str, str], int] = {}
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    issues: list[Issue] = []
    good = (keys >= 0) & ~bad_periods
    for column in amounts:
        title, own = named_period(column)
        title = title or (name if own else column)
        values, is_bad = numbers(table.columns[column], table.decimal)
        if is_bad.any():
            issues.append(_no_number(column, is_bad))
        rows = np.flatnonzero(good & np.isfinite(values))
        told = [own] * len(rows) if own else [of_row[row] for row in rows.tolist()]
        places = [series.setdefault((title or _("Actual"), one), len(series)) for one in told]
        parts.append((keys[rows], np.array(places, np.int64), values[rows]))
    if not series:
        raise TerraDeskError(
            _("There is no figure of a period in the file."),
            _("Check which columns hold the figures and the period."),
        )
    found, values, order, n_repeated = _added_up(parts, list(series), every)
    if len(order) > MOST_PERIODS:
        raise TerraDeskError(
            _("The file has {n} figures and periods: too many for columns.").format(n=len(order)),
            _("Choose quarters or years."),
        )
    if n_repeated:
        issues.append(_repeated(n_repeated))
    report = _report(table, keys, bad_periods, issues)
    return Figures(*found, values, order, report, int((keys < 0).sum()))


def _added_up(
    parts: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]],
    series: list[tuple[str, str]],
    every: str,
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray, list[tuple[str, str]], int]:
    """Keys and columns, their sums, the series in order, and how many figures repeat others.

    A year that stands beside its months is not added to them.
    """
    keys, columns, values = (np.concatenate(one) for one in zip(*parts, strict=True))
    wide = [(name, coarser(when, every)) for name, when in series]
    is_merged = np.array([wide.count(one) > 1 for one in wide], bool)[columns]
    is_twice = is_repeated(keys, columns, series) & is_merged
    keys, columns, values = keys[~is_twice], columns[~is_twice], values[~is_twice]
    titles = list(dict.fromkeys(title for title, _when in wide))
    order = sorted(set(wide), key=lambda one: (titles.index(one[0]), one[1]))
    place = {one: k for k, one in enumerate(order)}
    which = np.array([place[one] for one in wide], np.int64)[columns]
    different, inverse = np.unique(keys * len(order) + which, return_inverse=True)
    sums = np.bincount(inverse, values, len(different))
    return np.divmod(different, len(order)), sums, order, int(is_twice.sum())


def _repeated(n: int) -> Issue:
    text = ngettext(
        "{n} figure of a year or quarter whose parts are there as well was not added to them.",
        "{n} figures of years or quarters whose parts are there as well were not added to them.",
        n,
    )
    return issue("repeated", text.format(n=number(n)), n=n, level="info", outcome="")


def _row_periods(
    table: Table,
    roles: Mapping[str, str],
    amounts: Sequence[str],
    whole: str,
    dates: str,
) -> tuple[list[str], np.ndarray]:
    """Period of each row, and which rows have none though they need one."""
    n = len(table)
    if all(named_period(column)[1] for column in amounts):
        return [""] * n, np.zeros(n, bool)
    column = column_of(roles, "period")
    if not column:
        found = period(whole, dates)
        if not found:
            raise TerraDeskError(
                _("The file does not say which period the figures belong to."),
                _("Mark a column as period, or type the period of the whole file."),
            )
        return [found] * n, np.zeros(n, bool)
    cells = table.columns[column].tolist()
    known = {cell: period(cell, dates) for cell in set(cells)}
    told = [known[cell] for cell in cells]
    return told, np.array([not one for one in told], bool)


def _no_number(column: str, is_bad: np.ndarray) -> Issue:
    rows = np.flatnonzero(is_bad)
    text = ngettext(
        "{n} cell of “{column}” is no number: not counted.",
        "{n} cells of “{column}” are no numbers: not counted.",
        len(rows),
    )
    told = text.format(n=number(len(rows)), column=isolate(column))
    return issue("not_a_number", told, rows, outcome="")


def _report(
    table: Table, keys: np.ndarray, bad_periods: np.ndarray, issues: Sequence[Issue]
) -> ImportReport:
    out = list(issues)
    unknown, undated = np.flatnonzero(keys < 0), np.flatnonzero((keys >= 0) & bad_periods)
    for rows, kind, reason in (
        (unknown, "unknown", _("The plan has nothing of that number, code or name")),
        (undated, "no_period", _("No period")),
    ):
        if len(rows):
            text = ngettext(
                "{reason}: {n} row left out.", "{reason}: {n} rows left out.", len(rows)
            )
            message = text.format(reason=reason, n=number(len(rows)))
            out.append(issue(kind, message, rows, outcome="rejected", reason=reason))
    n, n_out = len(table), len(unknown) + len(undated)
    return ImportReport(n, n - n_out, rejected=n_out, issues=tuple(out))


# ------------------------------------------------------------------ where they go
@dataclass(frozen=True, slots=True, eq=False)
class Booked:
    """What a step would bring."""

    changes: tuple[Change, ...] = ()
    records: tuple[Record, ...] = ()
    arrivals: Arrivals = field(default_factory=Arrivals)
    items: tuple[Item, ...] = ()
    n_figures: int = 0
    n_same: int = 0


def booked_cells(
    plan: Plan, figures: Figures, table: str, total: bool, left_out: frozenset[str]
) -> Booked:
    """Columns "Sales 2026-Q1" of accounts or units, one for each figure and period.

    Parameters
    ----------
    plan : Plan
    figures : Figures
    table : {"accounts", "units"}
    total : bool
        Also "Sales 2025–2026" with the sum of all periods of these years, see `totals.totals`.
    left_out : frozenset of str
        Keys of columns that are not taken.
    """
    big = plan.accounts if table == "accounts" else plan.units
    found: list[tuple[str, np.ndarray, np.ndarray]] = []
    is_taken = np.ones(len(figures.columns), bool)
    for k, (name, when) in enumerate(figures.series):
        here = figures.columns == k
        called = title(name, when)
        is_taken[here] = _key(called) not in left_out
        found.append((called, figures.keys[here], figures.values[here]))
    if total:
        keys, columns = figures.keys[is_taken], figures.columns[is_taken]
        values = figures.values[is_taken]
        found += totals(big.columns, keys, columns, values, figures.series)
    changes, new, described, items = [], [], [], []
    n_same = 0
    for called, rows, values in found:
        old = big.columns.get(called)
        after = values if old is None or old.dtype != object else as_texts(values)
        change = cells_changed(plan, table, called, rows, after)
        n_same += len(rows) - (len(change.rows) if change is not None else 0)
        if change is None:
            continue
        key = _key(called)
        is_on = key not in left_out
        items.append(_column_item(key, called, old, change, rows, values, is_on))
        if not is_on:
            continue
        changes.append(change)
        if old is None:
            new.append(NewColumn(table, called))
            described.append(column_row(table, called, values, "amount"))
    records = new_records(plan, [*described, *measure_rows(described)])
    n_figures = sum(len(change.rows) for change in changes)
    arrivals = Arrivals(columns=tuple(new))
    return Booked(tuple(changes), tuple(records), arrivals, tuple(items), n_figures, n_same)


def _key(called: str) -> str:
    """Key of the item of a column."""
    return f"column:{called}"


def _column_item(
    key: str,
    called: str,
    old: np.ndarray | None,
    change: Change,
    rows: np.ndarray,
    values: np.ndarray,
    is_on: bool,
) -> Item:
    n, whole = len(change.rows), float(values.sum())
    text = ngettext("{n} cell", "{n} cells", n).format(n=number(n))
    before = _("New column") if old is None else _("{cells} of {m} differ").format(
        cells=text, m=number(len(rows))
    )  # fmt: skip
    after = _("{cells}, {sum} in all").format(cells=text, sum=number(whole))
    return Item(key, "column", called, before, after, is_on=is_on)


def booked_records(
    plan: Plan, alignment: int, figures: Figures, role: str, left_out: frozenset[str]
) -> Booked:
    """`Actual` records of territories or reps; those that are there are changed.

    Parameters
    ----------
    plan : Plan
    alignment : int
        Whose territories they are.
    figures : Figures
    role : {"territory", "rep"}
    left_out : frozenset of str
        Keys of items that are not taken.
    """
    have = {
        (row.ref, row.name, row.period): row for row in plan.rows(rec.Actual) if row.kind == role
    }
    names: Mapping[int, str] = {rep.id: rep.name for rep in plan.rows(rec.Rep)}
    if role == "territory":
        names = {node.id: node.name for node in plan.alignment(alignment).leaves}
    records: list[Record] = []
    items = []
    n_same, next_id = 0, plan.next_id + 1
    told = zip(
        figures.keys.tolist(), figures.columns.tolist(), figures.values.tolist(), strict=True
    )
    for ref, column, value in told:
        name, when = figures.series[column]
        old = have.get((ref, name, when))
        if old is not None and old.value == value:
            n_same += 1
            continue
        key = f"{role}:{ref}:{name}:{when}"
        is_on = key not in left_out
        before = number(old.value, _decimals(old.value)) if old is not None else ""
        items.append(
            Item(
                key,
                "changed" if old is not None else "added",
                f"{isolate(names[ref])}, {name} {when}",
                before,
                number(value, _decimals(value)),
                is_on=is_on,
            )
        )
        if not is_on:
            continue
        if old is not None:
            records.append(Record("actual", old, replace(old, value=value)))
            continue
        made = rec.Actual(
            rec.new_uid(), next_id, kind=role, ref=ref, name=name, period=when, value=value
        )
        next_id += 1
        records.append(Record("actual", None, made))
    return Booked(records=tuple(records), items=tuple(items), n_figures=len(records), n_same=n_same)


def _decimals(value: float) -> int:
    return 0 if value == round(value) else 2
