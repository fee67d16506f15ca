"""Amounts of other currencies in the plan's own: the one place that converts.

A column of amounts says in `terradesk.records.Column.currency` what it is in. The plan's rate
table (setting ``rates``) says how many of the plan's currency one of another is worth. An amount
without a rate is left out of every sum and told by `missing`, never taken for one to one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from terradesk import currencies, i18n
from terradesk import records as rec
from terradesk.columns import as_texts
from terradesk.i18n import _, ngettext
from terradesk.plan import Plan

_MOST = 4  # rates in one sentence

PER_ROW = "="
"""In front of the name of the column that holds each row's currency."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Amounts that are left out, for there is no rate.

    Parameters
    ----------
    table, column : str
    code : str
        As the rows say it; empty where they say nothing.
    n : int
        Amounts.
    total : float
        Their sum, in their own currency.
    """

    table: str
    column: str
    code: str
    n: int
    total: float


def plan_code(plan: Plan) -> str:
    """Code of the plan's currency, also where the plan holds its sign."""
    return currencies.code_of(plan.setting("currency"))


def rates(plan: Plan) -> dict[str, float]:
    """How many of the plan's currency one of each other is worth, its own included."""
    own = plan_code(plan)
    return {**currencies.parse_rates(plan.setting("rates")), **({own: 1.0} if own else {})}


def meaning(plan: Plan, table: str, name: str) -> rec.Column | None:
    """What is known of a column."""
    for row in plan.tables.get("column", {}).values():
        if isinstance(row, rec.Column) and row.name == name and row.table == table:
            return row
    return None


def currency(plan: Plan, table: str, name: str) -> str:
    """``Column.currency`` of a column, empty where the plan's own is meant."""
    found = meaning(plan, table, name)
    own = found.currency if found is not None else ""
    return "" if own and own[0] != PER_ROW and _code(plan, own) == plan_code(plan) else own


def _code(plan: Plan, text: str) -> str:
    return currencies.code_of(text, plan_code(plan))


def codes(plan: Plan, table: str, name: str) -> np.ndarray:
    """(n_rows,) code of each amount of a column; empty where its row says none."""
    big = plan.units if table == "units" else plan.accounts
    own = currency(plan, table, name)
    if not own.startswith(PER_ROW):
        one = _code(plan, own) if own else plan_code(plan)
        return np.full(len(big), one, object)
    said = big.columns.get(own[1:])
    if said is None:
        return np.full(len(big), "", object)
    parts = (said, plan.row("setting", "currency"))
    return plan._carried(("codes", table, own), parts, lambda: _codes(plan, said))


def _codes(plan: Plan, said: np.ndarray) -> np.ndarray:
    texts = as_texts(said).tolist()
    known = {text: _code(plan, str(text)) for text in set(texts)}
    out = np.empty(len(texts), object)
    out[:] = [known[text] for text in texts]
    return out


def factors(plan: Plan, table: str, name: str) -> float | np.ndarray:
    """What amounts of a column are multiplied by: one number or (n_rows,); NaN without a rate."""
    own = currency(plan, table, name)
    if not own:
        return 1.0
    known = rates(plan)
    if not own.startswith(PER_ROW):
        return known.get(_code(plan, own), float("nan"))
    found = codes(plan, table, name)
    by_code = {code: known.get(code, np.nan) for code in set(found.tolist())}
    return np.array([by_code[code] for code in found.tolist()], np.float64)


def converted(plan: Plan, table: str, name: str, values: np.ndarray) -> np.ndarray:
    """Figures of a column in the plan's currency.

    Parameters
    ----------
    plan : Plan
    table : {"units", "accounts"}
    name : str
    values : ndarray of float64, shape (n_rows,)
        Of all rows.

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        ``values`` itself where nothing is to be converted; NaN where there is no rate.
    """
    own = currency(plan, table, name)
    if not own:
        return values
    big = plan.units if table == "units" else plan.accounts
    said = big.columns.get(own[1:]) if own.startswith(PER_ROW) else None
    parts = (values, said, meaning(plan, table, name), *_table(plan))
    return plan._carried(
        ("converted", table, name), parts, lambda: values * factors(plan, table, name)
    )


def _table(plan: Plan) -> tuple[object, object]:
    """The settings that say what money is worth; the same objects while they are the same."""
    return plan.row("setting", "currency"), plan.row("setting", "rates")


def version(plan: Plan, table: str) -> tuple[object, ...]:
    """Tells sums apart that were made with other rates; empty while nothing is converted."""
    found = [
        (row.name, row.currency)
        for row in plan.tables.get("column", {}).values()
        if isinstance(row, rec.Column) and row.currency and row.table == table
    ]
    if not found:
        return ()
    return *sorted(found), plan.setting("currency"), plan.setting("rates")


# ------------------------------------------------------------------ what is to be told
def foreign(plan: Plan) -> list[rec.Column]:
    """Columns that hold, or may hold, other currencies than the plan's."""
    return [c for c in plan.rows(rec.Column) if currency(plan, c.table, c.name)]


def found_codes(plan: Plan) -> dict[str, int]:
    """Currencies of the plan's amounts that are present, other than its own, with their number."""
    out: dict[str, int] = {}
    for column in foreign(plan):
        for code, n, _total in _amounts(plan, column):
            out[code] = out.get(code, 0) + n
    out.pop(plan_code(plan), None)
    return out


def missing(plan: Plan) -> list[Missing]:
    """Amounts that are left out, for there is no rate."""
    known = rates(plan)
    return [
        Missing(column.table, column.name, code, n, total)
        for column in foreign(plan)
        for code, n, total in _amounts(plan, column)
        if code not in known
    ]


def _amounts(plan: Plan, column: rec.Column) -> list[tuple[str, int, float]]:
    """(code, number, sum) of the amounts of a column that are present; kept while they are."""
    big = plan.units if column.table == "units" else plan.accounts
    said = big.columns.get(column.currency[1:])
    own = big.columns.get(column.name), big.is_present, plan.hidden
    parts = (said, *own, column, plan.row("setting", "currency"))
    return plan._carried(("amounts", column.uid), parts, lambda: _counted(plan, column))


def _counted(plan: Plan, column: rec.Column) -> list[tuple[str, int, float]]:
    from terradesk.measures.values import raw_values

    values = raw_values(plan, column.table, column.name)
    present = plan.units_present if column.table == "units" else plan.accounts_present
    here = present & np.isfinite(values) & (values != 0)
    names, which = np.unique(codes(plan, column.table, column.name)[here], return_inverse=True)
    counts = np.bincount(which, minlength=len(names))
    sums = np.bincount(which, values[here], len(names))
    return [
        (str(code), int(n), float(total))
        for code, n, total in zip(names, counts, sums, strict=True)
    ]


def warnings(plan: Plan, names: Mapping[str, str] | None = None) -> list[str]:
    """A sentence for each currency without a rate.

    Parameters
    ----------
    plan : Plan
    names : mapping of column to table, optional
        All columns unless given.
    """
    by_code: dict[str, tuple[int, float]] = {}
    for one in missing(plan):
        if names is not None and names.get(one.column) != one.table:
            continue
        n, total = by_code.get(one.code, (0, 0.0))
        by_code[one.code] = (n + one.n, total + one.total)
    return [_warning(code, *found) for code, found in by_code.items()]


def _warning(code: str, n: int, total: float) -> str:
    if not code:
        text = ngettext(
            "{n} amount names no currency and is left out.",
            "{n} amounts name no currency and are left out.",
            n,
        )
        return text.format(n=i18n.number(n))
    text = ngettext(
        "There is no rate for {code}: {n} amount ({total}) is left out.",
        "There is no rate for {code}: {n} amounts ({total}) are left out.",
        n,
    )
    amount = i18n.with_currency(i18n.compact(total), currencies.sign(code))
    return text.format(code=i18n.isolate(code), n=i18n.number(n), total=amount)


def used(plan: Plan, names: Mapping[str, str] | None = None) -> dict[str, float]:
    """Rates that figures of some columns are converted with.

    Parameters
    ----------
    plan : Plan
    names : mapping of column to table, optional
        All columns unless given.
    """
    known, own = rates(plan), plan_code(plan)
    out: dict[str, float] = {}
    for column in foreign(plan):
        if names is None or names.get(column.name) == column.table:
            for code, _n, _total in _amounts(plan, column):
                if code in known and code != own:
                    out[code] = known[code]
    return dict(sorted(out.items()))


def rate_text(plan: Plan, code: str, rate: float) -> str:
    """As in "1 EUR = 1.08 USD"."""
    own = plan.setting("currency")
    decimals = 4 if rate < 100 else 2
    value = f"{rate:.{decimals}f}".rstrip("0").rstrip(".") if rate >= 0.001 else f"{rate:.4g}"
    if "e" not in value:
        value = i18n.number(float(value), len(value.partition(".")[2]))
    return _("1 {code} = {rate} {own}").format(code=code, rate=value, own=currencies.code_of(own))


def note(plan: Plan, measure: rec.Measure) -> str:
    """As in "Converted with 1 EUR = 1.08 USD", and what is left out; empty where all is plain."""
    from terradesk.measures.values import columns_of

    columns = columns_of(plan, measure)
    found, lines = used(plan, columns), []
    if found:
        told = ", ".join(rate_text(plan, code, rate) for code, rate in list(found.items())[:_MOST])
        more = "" if len(found) <= _MOST else ", …"
        lines.append(_("Converted with {rates}").format(rates=told + more))
    return "\n".join([*lines, *warnings(plan, columns)])
