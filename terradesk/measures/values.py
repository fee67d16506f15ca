"""What units and accounts carry of a measure, row by row: a column or a formula over columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from terradesk import formula
from terradesk import records as rec
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate
from terradesk.measures import money
from terradesk.plan import Plan

_TABLES = ("units", "accounts")


def raw_values(plan: Plan, table: str, name: str) -> np.ndarray:
    """Figures of a column as they were brought in, in their own currencies.

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        NaN where unknown, also for texts that are no number and for a column that does not exist.
    """
    big = plan.units if table == "units" else plan.accounts
    values = big.columns.get(name)
    if values is None:
        return np.full(len(big), np.nan)
    if values.dtype.kind == "f":
        return values
    if values.dtype.kind in "iub":
        return values.astype(np.float64)
    return plan._carried(("numbers", table, name), (values,), lambda: _numbers(values))


def _numbers(values: np.ndarray) -> np.ndarray:
    """Numbers of a text column (an import may have turned one into text); NaN for the rest."""
    out = np.full(len(values), np.nan)
    for row, value in enumerate(values.tolist()):
        try:
            out[row] = float(value)
        except (TypeError, ValueError):
            continue
    return out


def column_values(plan: Plan, table: str, name: str) -> np.ndarray:
    """Figures of a column, amounts in the plan's currency; NaN where unknown or without a rate."""
    return money.converted(plan, table, name, raw_values(plan, table, name))


def known_values(plan: Plan, measure: rec.Measure) -> np.ndarray:
    """Value of a measure for every row of its table, absent rows too.

    Parameters
    ----------
    plan : Plan
    measure : rec.Measure
        Of a column or a formula.

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        NaN where unknown; all NaN for a formula that cannot be understood, see `trouble`.
    """
    if not measure.formula:
        return column_values(plan, measure.source, measure.column)
    big = plan.units if measure.source == "units" else plan.accounts
    settings = plan.row("setting", "currency"), plan.row("setting", "rates")
    parts = (big, plan.tables.get("column"), *settings)
    key = ("formula", measure.source, measure.formula)
    return plan._carried(key, parts, lambda: _evaluated(plan, measure))


def _evaluated(plan: Plan, measure: rec.Measure) -> np.ndarray:
    try:
        return evaluated(plan, measure.source, measure.formula)
    except TerraDeskError:
        big = plan.units if measure.source == "units" else plan.accounts
        return np.full(len(big), np.nan)


def evaluated(plan: Plan, table: str, text: str) -> np.ndarray:
    """Value of a formula for every row of a table; a condition counts 1 where it holds.

    Parameters
    ----------
    plan : Plan
    table : {"units", "accounts"}
    text : str
        A formula over the table's columns, whose amounts are in the plan's currency.

    Returns
    -------
    ndarray of float64, shape (n_rows,)

    Raises
    ------
    FormulaError
        If it cannot be understood, names a column that does not exist, or gives a text.
    """
    found = formula.evaluate(text, _Figures(plan, table))
    if found.dtype == object:
        raise formula.FormulaError(
            _("this gives a text, not a number."), _("Only numbers can be summed.")
        )
    return found.astype(np.float64)


class _Columns(Mapping[str, np.ndarray]):
    """Columns of a table, amounts in the plan's currency."""

    def __init__(self, plan: Plan, table: str) -> None:
        self._plan, self._table = plan, table
        self._big = plan.units if table == "units" else plan.accounts

    def __getitem__(self, name: str) -> np.ndarray:
        values = self._big.columns[name]
        if values.dtype == object or not money.currency(self._plan, self._table, name):
            return values
        return column_values(self._plan, self._table, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._big.columns)

    def __len__(self) -> int:
        return len(self._big.columns)


class _Figures:
    """A table as formulas of measures read it."""

    def __init__(self, plan: Plan, table: str) -> None:
        self._big = plan.units if table == "units" else plan.accounts
        self.columns: Mapping[str, np.ndarray] = _Columns(plan, table)

    def column(self, name: str) -> np.ndarray:
        """A column of its own, as the formula asks for ``code`` or ``lat``."""
        return self._big.column(name)

    def __len__(self) -> int:
        return len(self._big)


# ------------------------------------------------------------------ what a measure reads
def columns_of(plan: Plan, measure: rec.Measure) -> dict[str, str]:
    """Columns that a measure reads, with their table."""
    if measure.source not in _TABLES:
        return {}
    if not measure.formula:
        return {measure.column: measure.source} if measure.column else {}
    big = plan.units if measure.source == "units" else plan.accounts
    try:
        return {name: measure.source for name in formula.names(measure.formula, big)}
    except TerraDeskError:
        return {}


def value_key(plan: Plan, measure: rec.Measure) -> tuple[object, ...]:
    """Tells sums apart that are kept: what is summed, and with which rates."""
    if measure.source not in _TABLES:
        return (measure.source,)
    rates = money.version(plan, measure.source)
    return measure.source, measure.column, measure.formula, rates


def trouble(plan: Plan, measure: rec.Measure) -> str:
    """Why a measure cannot be worked out: a column that is gone, a formula; empty when it can."""
    if measure.source not in _TABLES:
        return ""
    if measure.formula:
        try:
            evaluated(plan, measure.source, measure.formula)
        except formula.FormulaError as error:
            return f"{error.message} {error.hint}".strip()
        return ""
    big = plan.units if measure.source == "units" else plan.accounts
    if measure.column in big.columns:
        return ""
    return _("There is no column {name} any more.").format(name=isolate(measure.column))


def troubles(plan: Plan) -> list[str]:
    """What makes figures of a plan too small: measures that fail, amounts without a rate."""
    out = []
    for measure in plan.rows(rec.Measure):
        told = trouble(plan, measure)
        if told:
            text = _("{measure} cannot be worked out: {why}")
            out.append(text.format(measure=isolate(measure.name), why=told))
    return out + money.warnings(plan)
