"""Figures of areas shared out to their accounts, and figures of accounts rolled up to areas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from terradesk import records as rec
from terradesk.edits import Record
from terradesk.edits.arrivals import Arrivals, Incoming, NewColumn, cells_changed, incoming
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, isolate, ngettext, number
from terradesk.measures import money
from terradesk.measures.telling import format_value
from terradesk.measures.values import column_values, known_values
from terradesk.plan import Plan

CENT = 0.01
COUNT, SUM, MEAN, MAX = "count", "sum", "mean", "max"
WAYS = {
    SUM: N_("Sum"),
    COUNT: N_("Number of accounts"),
    MEAN: N_("Average"),
    MAX: N_("Largest"),
}
"""How accounts are rolled up to their area, with the words for it."""


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """A figure of areas shared out.

    Parameters
    ----------
    values : ndarray of float64, shape (n_accounts,)
        NaN for accounts outside all areas.
    left : ndarray of float64, shape (n_units,)
        What an area without accounts keeps.
    n_even : int
        Areas whose accounts all have no weight: shared equally.
    """

    values: np.ndarray
    left: np.ndarray
    n_even: int = 0

    @property
    def unallocated(self) -> float:
        """What is left in areas without accounts."""
        return float(self.left.sum())

    @property
    def n_left(self) -> int:
        """Areas that keep something."""
        return int((self.left != 0).sum())


def share_out(
    amounts: np.ndarray, unit: np.ndarray, weights: np.ndarray | None = None, step: float = CENT
) -> Shared:
    """Share the amounts of units among their accounts, to the cent.

    Largest remainders (Hamilton's method): each account gets its share rounded down to a whole
    number of steps, and the steps that are left go to the largest remainders. What of an amount
    is less than a step goes to its largest share, so that the parts sum to the whole.

    Parameters
    ----------
    amounts : ndarray of float64, shape (n_units,)
        NaN counts as 0.
    unit : ndarray of int, shape (n_accounts,)
        Unit of each account, -1 for none.
    weights : ndarray of float64, shape (n_accounts,), optional
        Shares are in proportion; unknown and negative ones count as 0. Equal shares by default.
    step : float

    Returns
    -------
    Shared
    """
    known = np.where(np.isfinite(amounts), amounts, 0.0)
    n, rows = len(known), np.flatnonzero(unit >= 0)
    home = unit[rows].astype(np.int64)
    own = np.ones(len(rows)) if weights is None else np.clip(np.nan_to_num(weights[rows]), 0, None)
    own = np.where(np.isfinite(own), own, 0.0)
    count, total = np.bincount(home, minlength=n), np.bincount(home, own, n)
    even = (count > 0) & (total <= 0)
    own = np.where(even[home], 1.0, own / np.maximum(total[home], np.finfo(float).tiny))
    own = np.where(even[home], 1.0 / np.maximum(count[home], 1), own)
    sizes = np.abs(known)
    steps = np.floor(sizes / step + 1e-9)
    parts = np.floor(own * steps[home] + 1e-9)
    parts += _remainders(home, own * steps[home] - parts, steps - np.bincount(home, parts, n))
    values = np.full(len(unit), np.nan)
    signs = np.where(known < 0, -1.0, 1.0)
    values[rows] = parts * step * signs[home]
    rest = (sizes - steps * step) * signs
    _give_rest(values, rows, home, own, np.where(count > 0, rest, 0.0))
    return Shared(values, np.where(count > 0, 0.0, known), int((even & (known != 0)).sum()))


def _remainders(home: np.ndarray, rest: np.ndarray, open_steps: np.ndarray) -> np.ndarray:
    """(k,) steps more for the accounts with the largest remainders of each unit, or less."""
    order = np.lexsort((-rest, home))
    starts = np.searchsorted(home[order], np.arange(len(open_steps)))
    rank = np.empty(len(home))
    rank[order] = np.arange(len(home)) - starts[home[order]]
    size = np.bincount(home, minlength=len(open_steps))
    whole, extra = np.divmod(open_steps, np.maximum(size, 1))
    return whole[home] + (rank < extra[home])


def _give_rest(
    values: np.ndarray, rows: np.ndarray, home: np.ndarray, own: np.ndarray, rest: np.ndarray
) -> None:
    """What is less than a step goes to the account with the largest share."""
    order = np.lexsort((-own, home))
    first = order[np.r_[True, np.diff(home[order]) > 0]] if len(order) else order
    values[rows[first]] += rest[home[first]]


def roll_up(values: np.ndarray, unit: np.ndarray, n_units: int, how: str) -> np.ndarray:
    """One figure per unit of the figures of its accounts.

    Parameters
    ----------
    values : ndarray of float64, shape (n_accounts,)
        NaN where unknown.
    unit : ndarray of int, shape (n_accounts,)
    n_units : int
    how : {"count", "sum", "mean", "max"}

    Returns
    -------
    ndarray of float64, shape (n_units,)
        Units without a known value: 0 when counted, else NaN.
    """
    use = (unit >= 0) & np.isfinite(values)
    home, known = unit[use], values[use]
    n = np.bincount(home, minlength=n_units)
    if how == COUNT:
        return n.astype(float)
    if how == MAX:
        out = np.full(n_units, -np.inf)
        np.maximum.at(out, home, known)
        return np.where(n > 0, out, np.nan)
    total = np.bincount(home, known, n_units)
    return np.where(n > 0, total / np.maximum(n, 1) if how == MEAN else total, np.nan)


# ------------------------------------------------------------------ as steps of a plan
@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """A step that makes a column of figures, and what is to be told before it is done.

    Parameters
    ----------
    incoming : Incoming
    values : ndarray of float64
        The new column.
    told : tuple of str
        Sentences: what is left over, what was shared equally.
    """

    incoming: Incoming
    values: np.ndarray
    told: tuple[str, ...] = ()


def allocate(plan: Plan, measure: rec.Measure, name: str, weight: str = "") -> Planned:
    """Share a measure of areas among the accounts that stand in them: a new measure of accounts.

    Parameters
    ----------
    plan : Plan
    measure : rec.Measure
        Of a column of units, or a formula over them.
    name : str
        Of the new column and measure.
    weight : str
        Column of the accounts to share in proportion to; equal shares when empty.

    Raises
    ------
    TerraDeskError
        If the name is empty or taken, no account stands in an area, or the measure is not one of
        areas.
    """
    if measure.source != "units":
        raise TerraDeskError(
            _("Only figures of areas can be shared out."), _("Choose a measure of areas.")
        )
    _check_name(plan, "accounts", name)
    unit = _homes(plan)
    amounts = np.where(plan.units_present, known_values(plan, measure), 0.0)
    weights = column_values(plan, "accounts", weight) if weight else None
    found = share_out(amounts, unit, weights)
    step = _step(
        plan, "accounts", name, found.values, measure, True,
        N_("Shared out {a} to accounts as {b}"), {"a": measure.name, "b": name},
    )  # fmt: skip
    return Planned(step, found.values, tuple(_told(plan, measure, found, weight)))


def _told(plan: Plan, measure: rec.Measure, found: Shared, weight: str) -> list[str]:
    out = []
    if found.n_left:
        text = _("{amount} stays unallocated: {n} {noun} have no accounts.")
        if found.n_left == 1:
            text = _("{amount} stays unallocated: {n} {noun} has no accounts.")
        amount = format_value(plan, measure, found.unallocated)
        n = found.n_left
        out.append(text.format(amount=amount, n=number(n), noun=plan.noun(n)))
    if found.n_even and weight:
        text = ngettext(
            "{n} {noun} is shared equally: its accounts have no {weight}.",
            "{n} {noun} are shared equally: their accounts have no {weight}.",
            found.n_even,
        )
        noun = plan.noun(found.n_even)
        out.append(text.format(n=number(found.n_even), noun=noun, weight=isolate(weight)))
    return out


def roll_up_accounts(plan: Plan, column: str, how: str, name: str) -> Planned:
    """Bring a column of accounts to the areas they stand in: a new column of areas.

    Sums and counts become measures; averages and largest values are never summed, so they become
    a column alone, which the map can be coloured by.

    Parameters
    ----------
    plan : Plan
    column : str
        Of the accounts; empty when they are only counted.
    how : str
        A key of `WAYS`.
    name : str

    Raises
    ------
    TerraDeskError
        If the name is empty or taken, or no account stands in an area.
    """
    _check_name(plan, "units", name)
    unit = _homes(plan)
    present = plan.accounts_present
    raw = np.ones(len(unit)) if how == COUNT and not column else None
    values = column_values(plan, "accounts", column) if raw is None else raw
    found = roll_up(values, unit, len(plan.units), how)
    found[~plan.units_present] = np.nan
    meant = money.meaning(plan, "accounts", column)
    shown = meant.format if meant is not None and how != COUNT else "number"
    like = rec.Measure("", 0, format=shown)
    step = _step(
        plan, "units", name, found, like, how in (COUNT, SUM),
        N_("Rolled up {a} to areas as {b}"), {"a": column or _("Accounts"), "b": name},
    )  # fmt: skip
    n_out = int((present & (unit < 0) & np.isfinite(values)).sum())
    told = ngettext(
        "{n} account stands in no area and is left out.",
        "{n} accounts stand in no area and are left out.",
        n_out,
    ).format(n=number(n_out))
    return Planned(step, found, (told,) if n_out else ())


def _homes(plan: Plan) -> np.ndarray:
    """(n_accounts,) unit of each present account, -1 for none.

    Raises
    ------
    TerraDeskError
        None stands in an area.
    """
    accounts = plan.accounts
    unit = np.where(plan.accounts_present, accounts.unit, -1)
    unit = np.where((unit >= 0) & plan.units_present[np.maximum(unit, 0)], unit, -1)
    if not (unit >= 0).any():
        raise TerraDeskError(_("No account stands in an area."), _("Add accounts first."))
    return unit


def _check_name(plan: Plan, table: str, name: str) -> None:
    big = plan.units if table == "units" else plan.accounts
    taken = {c.casefold() for c in (*big.columns, *big.OWN_COLUMNS, "batch")}
    taken |= {m.name.casefold() for m in plan.rows(rec.Measure)}
    if not name.strip():
        raise TerraDeskError(_("The new figure needs a name."), _("Type one."))
    if name.strip().casefold() in taken:
        raise TerraDeskError(
            _("There is a column or measure called {name} already.").format(name=isolate(name)),
            _("Choose another name."),
        )


def _step(
    plan: Plan,
    table: str,
    name: str,
    values: np.ndarray,
    like: rec.Measure,
    is_summed: bool,
    msgid: str,
    fields: Mapping[str, str],
) -> Incoming:
    name = name.strip()
    rows = np.flatnonzero(np.isfinite(values)).astype(np.int32)
    change = cells_changed(plan, table, name, rows, values[rows])
    column = rec.Column(
        rec.new_uid(), plan.next_id + 1, table=table, name=name, label=name,
        role="amount" if is_summed else "rate", format=like.format,
    )  # fmt: skip
    records = [Record("column", None, column)]
    if is_summed:
        made = replace(
            like, uid=rec.new_uid(), id=plan.next_id + 2, name=name, source=table, column=name,
            formula="",
        )  # fmt: skip
        records.append(Record("measure", None, made))
    return incoming(
        plan,
        msgid,
        fields,
        kind="worked_out",
        source="",
        arrivals=Arrivals(columns=(NewColumn(table, name),)),
        changes=[change] if change is not None else [],
        records=records,
    )
