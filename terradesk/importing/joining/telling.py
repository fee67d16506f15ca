"""What a join comes to, in words and counts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from terradesk import measures
from terradesk.i18n import N_, _, ngettext, number, percent
from terradesk.importing.joining import rows as joined
from terradesk.importing.joining.bringing import Bringing, Brought
from terradesk.importing.joining.rows import Doubt, Joined
from terradesk.importing.prepared import Count, Item
from terradesk.importing.roles import cells_of, column_of
from terradesk.plan import Plan
from terradesk.readers.report import Issue, issue
from terradesk.readers.tables import Table

UNITS = "units"


def labels(plan: Plan, target: str) -> tuple[str, str]:
    """Heads of key and name."""
    if target == UNITS:
        return _("Code"), plan.heading_noun(1)
    return _("Number"), _("Account")


def counts(
    plan: Plan, found: Joined, rows: np.ndarray, how: np.ndarray, made: Bringing
) -> tuple[Count, ...]:
    """How rows were matched, and what is left over on both sides."""
    ways = {
        joined.CODE: _("Rows matched by code"),
        joined.ID: _("Rows matched by number"),
        joined.DOMAIN: _("Rows matched by web address"),
        joined.NAME: _("Rows matched by name"),
        joined.ALIKE: _("Rows matched by a similar name"),
        joined.PICKED: _("Rows matched by choice"),
    }
    out = [Count("areas" if found.target == UNITS else "accounts", _noun(plan, found.target, 2),
                 len(np.unique(rows[rows >= 0])))]  # fmt: skip
    for way, title in ways.items():
        n = int((how == way).sum())
        if n:
            out.append(Count(f"by_{way}", title, n, "ok"))
    doubtful = sum(1 for one in found.doubts if rows[one.rows[0]] < 0)
    if doubtful:
        out.append(Count("uncertain", _("Matches to look at"), doubtful, "warning"))
    missed = int((rows < 0).sum())
    if missed:
        out.append(Count("unmatched", _("Rows without a match"), missed, "warning"))
    n_left = len(_without(plan, found, rows))
    if n_left:
        title = _("{noun} without a row").format(noun=_noun(plan, found.target, 2))
        out.append(Count("left_over", title, n_left))
    for key, title, n in (
        ("filled", _("Values that are new"), sum(c.n_new for c in made.columns)),
        ("changed", _("Values that change"), sum(c.n_changed for c in made.columns)),
        ("same", _("Values that are the same"), sum(c.n_same for c in made.columns)),
        ("kept", _("Values that stay"), sum(c.n_kept for c in made.columns)),
    ):
        if n:
            out.append(Count(key, title, n))
    return tuple(out)


def _noun(plan: Plan, target: str, n: int) -> str:
    return plan.heading_noun(n) if target == UNITS else ngettext("Account", "Accounts", n)


def _without(plan: Plan, found: Joined, rows: np.ndarray) -> np.ndarray:
    present = plan.units_present if found.target == UNITS else plan.accounts_present
    left = present.copy()
    left[rows[rows >= 0]] = False
    return np.flatnonzero(left)


def unmatched(found: Joined, rows: np.ndarray, left_out: Collection[str] = ()) -> Iterator[Issue]:
    """Rows that are left out, by why."""
    missed = rows < 0
    doubtful = np.zeros(len(rows), bool)
    chosen = np.zeros(len(rows), bool)
    for doubt in found.doubts:
        (chosen if doubt.key in left_out else doubtful)[list(doubt.rows)] = True
    shared = missed & found.is_shared & ~doubtful & ~chosen
    empty = missed & found.is_empty
    rest = missed & ~shared & ~empty & ~doubtful & ~chosen
    for kind, which, one, many, reason in (
        ("unmatched", rest, N_("{n} row matches nothing in the plan."),
         N_("{n} rows match nothing in the plan."), _("Matches nothing in the plan")),
        ("uncertain", missed & doubtful, N_("{n} row may be one of several: please look."),
         N_("{n} rows may be one of several: please look."), _("Not sure which one it is")),
        ("shared", shared, N_("{n} row has a key that several share."),
         N_("{n} rows have a key that several share."), _("Several have this key")),
        ("left_out", missed & chosen, N_("{n} row was left out by choice."),
         N_("{n} rows were left out by choice."), _("Left out by choice")),
        ("no_key", empty, N_("{n} row does not say what it is about."),
         N_("{n} rows do not say what they are about."), _("Does not say what it is about")),
    ):  # fmt: skip
        listed = np.flatnonzero(which)
        if len(listed):
            text = ngettext(one, many, len(listed)).format(n=number(len(listed)))
            yield issue(kind, text, listed, outcome="rejected", reason=reason)


def left_over(plan: Plan, found: Joined, rows: np.ndarray) -> Iterator[Issue]:
    """Areas or accounts of which the file says nothing."""
    left = _without(plan, found, rows)
    if not len(left) or not (rows >= 0).any():
        return
    big = plan.units if found.target == UNITS else plan.accounts
    names = ", ".join(str(name) for name in big.names[left[:5]].tolist())
    more = "" if len(left) <= 5 else ", …"
    text = ngettext(
        "{n} {noun} has no row in the file: {names}",
        "{n} {noun} have no row in the file: {names}",
        len(left),
    )
    noun = plan.noun(len(left)) if found.target == UNITS else _noun(plan, "accounts", len(left))
    told = text.format(n=number(len(left)), noun=noun.lower(), names=names + more)
    yield issue("left_over", told, n=len(left), level="info", outcome="")


def item(
    plan: Plan, found: Joined, table: Table, roles: Mapping[str, str], doubt: Doubt, taken: int
) -> Item:
    """A match to look at, with what it may be."""
    row = doubt.rows[0]
    parts = [
        table.columns[column_of(roles, role)][row]
        for role in ("name", "unit_name", "unit_code", "account_id", "city", "state", "postcode")
        if column_of(roles, role)
    ]
    title = ", ".join(part for part in parts if part)
    candidates = tuple(
        (str(one), f"{_candidate(plan, found.target, one)}  ·  {percent(score, signed=False)}")
        for one, score in zip(doubt.candidates, doubt.scores, strict=True)
    )
    shown = taken if taken >= 0 else doubt.candidates[0]
    return Item(
        doubt.key,
        "uncertain",
        title,
        before=cells_of(table, roles, "domain")[row],
        after=_candidate(plan, found.target, shown),
        score=doubt.scores[0],
        candidates=candidates,
        is_on=doubt.is_likely or taken >= 0,
        rows=doubt.rows,
        units=(shown,) if found.target == UNITS else _unit_of(plan, shown),
    )


def _candidate(plan: Plan, target: str, row: int) -> str:
    """As in "Acme Inc, Boston (1042)"."""
    big = plan.units if target == UNITS else plan.accounts
    key = str(big.column("codes" if target == UNITS else "ids")[row])
    places = [str(v[row]) for n, v in big.columns.items()
              if n.casefold() in ("city", "place", "state", "postcode", "zip")
              and v.dtype == object and v[row]]  # fmt: skip
    name = ", ".join([str(big.names[row]), *places[:2]])
    return f"{name} ({key})" if key and key != name else name


def _unit_of(plan: Plan, account: int) -> tuple[int, ...]:
    unit = int(plan.accounts.unit[account])
    return (unit,) if unit >= 0 else ()


def before_after(plan: Plan, target: str, one: Brought, owners: np.ndarray) -> list[str]:
    """Cells of a brought column for some owners: "5 → 7" where a value changes."""
    at = {int(row): k for k, row in enumerate(one.rows.tolist())}
    return [_cell(plan, target, one, at.get(int(owner), -1)) for owner in owners.tolist()]


def _cell(plan: Plan, target: str, one: Brought, k: int) -> str:
    if k < 0:
        return ""
    before, after = (_shown(plan, target, one, values[k]) for values in (one.before, one.after))
    return after if before in ("", "–", after) else f"{before} → {after}"


def _shown(plan: Plan, target: str, one: Brought, value: object) -> str:
    if isinstance(value, str):
        return value
    figure = float(value)  # type: ignore[arg-type]
    decimals = 0 if figure.is_integer() else 2
    return measures.format_cell(plan, target, one.column, figure, decimals=decimals)
