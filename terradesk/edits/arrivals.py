"""What comes into a plan from outside with a step: rows and columns of the big tables.

Rows are appended and never taken out again: undoing the step hides its batch. Columns come empty;
the step's changes fill them, so that undoing empties them again.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from terradesk import records as rec
from terradesk.accounts import Accounts
from terradesk.edits.applying import apply, stale
from terradesk.edits.change import Batch, Change, Edit, Record
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, number
from terradesk.plan import UNASSIGNED, Plan
from terradesk.units import Units

if TYPE_CHECKING:
    from terradesk.arcs import Arcs

MOST_COLUMNS = 1900
"""Of units or of accounts: SQLite takes 2,000 columns in a table, our own included."""


@dataclass(frozen=True, slots=True)
class NewColumn:
    """A column that ``units`` or ``accounts`` lacks: of text, or of numbers."""

    table: str
    name: str
    is_text: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """Rows and columns that a step brings.

    Parameters
    ----------
    accounts : Accounts, optional
        New rows, placed in the plan's CRS; ``unit`` counts all units, new ones too.
    units : Units, optional
        New rows with their ``source`` in the plan's ``units.source_crs``.
    coverage : Arcs, optional
        With units: the coverage of every unit that is present after the step; ``n_units`` counts
        all rows, and rows that are not present have no arcs.
    columns : tuple of NewColumn
    batch : int
        Number of the import, set by `incoming`.
    """

    accounts: Accounts | None = None
    units: Units | None = None
    coverage: Arcs | None = None
    columns: tuple[NewColumn, ...] = ()
    batch: int = 0

    def numbered(self, batch: int) -> Arrivals:
        """The same as rows of an import."""

        def stamped(rows: Any) -> Any:
            return rows and replace(rows, batch=np.full(len(rows), batch, np.int32))

        units, accounts = stamped(self.units), stamped(self.accounts)
        return replace(self, units=units, accounts=accounts, batch=batch)


@dataclass(frozen=True, slots=True, eq=False)
class Incoming:
    """A step that brings something: `Document.bring` commits it, undo takes it back.

    Parameters
    ----------
    edit : Edit
        Its batches and records belong to the import of the arrivals.
    arrivals : Arrivals
    """

    edit: Edit
    arrivals: Arrivals = field(default_factory=Arrivals)


def incoming(
    plan: Plan,
    msgid: str,
    fields: Mapping[str, str | int],
    *,
    kind: str,
    source: str,
    report: Mapping[str, Any] | None = None,
    choices: Mapping[str, Any] | None = None,
    arrivals: Arrivals | None = None,
    changes: Iterable[Change] = (),
    records: Iterable[Record] = (),
    alignment: int = 0,
    reason: str = "",
) -> Incoming:
    """A step that brings something into a plan, with the row that remembers the import.

    Parameters
    ----------
    plan : Plan
    msgid, fields
        Sentence of the step, see `Edit`.
    kind : str
        Kind of import, a key of ``terradesk.importing.KINDS``.
    source : str
        Name of the file.
    report, choices : mapping, optional
        What JSON holds: the import report, and what was chosen.
    arrivals : Arrivals, optional
    changes : iterable of Change
    records : iterable of Record
        New rows take ids from ``plan.next_id + 1``.
    alignment : int
    reason : str
    """
    arrivals = arrivals or Arrivals()
    batch = plan.next_id
    tables = [t for t in ("units", "accounts") if getattr(arrivals, t) is not None]
    n_rows = sum(len(getattr(arrivals, t)) for t in tables)
    row = _row(batch, tables[0] if tables else "", n_rows, kind, source, report, choices)
    edit = Edit(
        msgid,
        fields,
        changes=tuple(changes),
        records=(Record("batch", None, row), *records),
        batches=tuple(Batch(table, batch, False, True) for table in tables),
        reason=reason or source,
        alignment=alignment,
    )
    return Incoming(edit, arrivals.numbered(batch))


def made_from(
    plan: Plan,
    kind: str,
    source: str,
    report: Mapping[str, Any],
    choices: Mapping[str, Any] | None = None,
) -> Plan:
    """A new plan that remembers the file its areas came from, with the report.

    Parameters
    ----------
    plan : Plan
    kind, source, report, choices
        As for `incoming`.
    """
    row = _row(plan.next_id, "units", len(plan.units), kind, source, report, choices)
    return apply(plan, Edit(N_("Imported areas"), {}, records=(Record("batch", None, row),)))


def _row(
    batch: int,
    table: str,
    n_rows: int,
    kind: str,
    source: str,
    report: Mapping[str, Any] | None,
    choices: Mapping[str, Any] | None,
) -> rec.BatchRow:
    return rec.BatchRow(
        rec.new_uid(),
        batch,
        table=table,
        source=source,
        n_rows=n_rows,
        imported=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        report=json.dumps(report, ensure_ascii=False) if report is not None else "",
        kind=kind,
        choices=json.dumps(choices, ensure_ascii=False) if choices is not None else "",
    )


def received(plan: Plan, arrivals: Arrivals) -> Plan:
    """The plan with what arrives in it, the rows still hidden: the step's edit shows them.

    Parameters
    ----------
    plan : Plan
    arrivals : Arrivals

    Raises
    ------
    StaleEdit
        It was made for the plan as it was before another step.
    TerraDeskError
        There would be more than `MOST_COLUMNS` columns of units or accounts.
    ValueError
        Units without a coverage of all rows.
    """
    before = plan
    if arrivals.batch != plan.next_id:
        raise stale()
    hidden, batch = set(plan.hidden), arrivals.batch
    for column in arrivals.columns:
        plan = _with_column(plan, column)
    if arrivals.units is not None:
        plan = _with_units(plan, arrivals.units, arrivals.coverage, batch)
        hidden.add(("units", batch))
    if arrivals.accounts is not None:
        plan = replace(plan, accounts=plan.accounts.append(arrivals.accounts, batch))
        hidden.add(("accounts", batch))
    _refuse_too_many(before, plan)
    return replace(plan, hidden=frozenset(hidden))


def _refuse_too_many(before: Plan, after: Plan) -> None:
    for was, now in ((before.units, after.units), (before.accounts, after.accounts)):
        n = len(now.columns)
        if n > max(MOST_COLUMNS, len(was.columns)):
            raise TerraDeskError(
                _("The plan would have {n} columns of one table; it can hold {most}.").format(
                    n=number(n), most=number(MOST_COLUMNS)
                ),
                _("Mark columns that are not needed as not used."),
            )


def _with_column(plan: Plan, column: NewColumn) -> Plan:
    table: Any = plan.units if column.table == "units" else plan.accounts
    if column.name in table.columns:
        return plan
    empty = np.full(len(table), "", object) if column.is_text else np.full(len(table), np.nan)
    return replace(plan, **{column.table: table.with_column(column.name, empty)})


def _with_units(plan: Plan, units: Units, coverage: Arcs | None, batch: int) -> Plan:
    n = len(plan.units) + len(units)
    if coverage is not None and coverage.n_units != n:
        raise ValueError(f"a coverage of {coverage.n_units} units for {n}")
    none = np.full(len(units), UNASSIGNED, np.int32)
    return replace(
        plan,
        units=plan.units.append(units, batch),
        coverages=plan.coverages.with_one(batch, coverage),
        assignments={k: np.concatenate([v, none]) for k, v in plan.assignments.items()},
    )


def preview(plan: Plan, made: Incoming) -> Plan:
    """The plan as it would be after the step; nothing is committed."""
    return apply(received(plan, made.arrivals), made.edit)


def cells_changed(
    plan: Plan, table: str, column: str, rows: Sequence[int] | np.ndarray, after: np.ndarray
) -> Change | None:
    """The change of cells of a column of units or accounts; None when nothing differs.

    Parameters
    ----------
    plan : Plan
    table : {"units", "accounts"}
    column : str
        One of the table, or a new one of the same step: its cells are empty before.
    rows : (k,) int
        In any order, each once.
    after : (k,) float64, int or object
    """
    big: Any = plan.units if table == "units" else plan.accounts
    rows = np.asarray(rows, np.int32)
    order = np.argsort(rows, kind="stable")
    rows, after = rows[order], np.asarray(after)[order]
    try:
        before = big.column(column)[rows]
    except KeyError:
        is_text = after.dtype == object
        before = np.full(len(rows), "", object) if is_text else np.full(len(rows), np.nan)
    if before.dtype.kind == "f":
        after = after.astype(float)
        differs = ~((before == after) | (np.isnan(before) & np.isnan(after)))
    else:
        differs = np.asarray(before != after, bool)
    if not differs.any():
        return None
    return Change(table, column, 0, rows[differs], before[differs], after[differs])
