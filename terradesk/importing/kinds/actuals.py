"""Figures reached per period: by accounts, units, territories or reps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar

import numpy as np

from terradesk.edits.arrivals import Incoming, incoming
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, number
from terradesk.importing.agreeing import Headed
from terradesk.importing.choices import Choices, Option
from terradesk.importing.evidence import Evidence, evidence
from terradesk.importing.kind import Meaning
from terradesk.importing.owning import Names, account_rows, reps_by_key
from terradesk.importing.periods import LEVELS, named_period, period
from terradesk.importing.prepared import CHANGES, Count, Prepared, Shown
from terradesk.importing.reached import (
    Booked,
    Figures,
    booked_cells,
    booked_records,
    read_figures,
)
from terradesk.importing.roles import UNUSED, Fit, chosen, column_of, recognised, said
from terradesk.importing.source import Source
from terradesk.importing.territory_words import WORDS
from terradesk.importing.updating.matching import folded
from terradesk.plan import Plan
from terradesk.progress import Progress, silent
from terradesk.readers import words
from terradesk.readers.matching import unit_rows
from terradesk.readers.report import ImportReport
from terradesk.readers.tabular.numbers import numbers

ROLES = {
    "account": N_("Account number"),
    "unit_code": N_("Area code"),
    "territory": N_("Territory"),
    "rep": N_("Rep"),
    "period": N_("Period"),
    "amount": N_("Figure"),
    UNUSED: N_("Not used"),
}
KEYS = ("account", "unit_code", "territory", "rep")
_FIGURES = f"{words.WORDS['revenue']}; {words.WORDS['money']}; {words.WORDS['amount']}; actual"
_ENOUGH = 0.9
_LEAST = 0.3  # share of the keys that must be known


_KNOWN_AS = {
    "account": "account",
    "unit_code": "unit_code",
    "territory": "territory",
    "rep": "rep",
}


def _dated(found: Evidence, key: str) -> float:
    """How surely figures are of periods: headers say so, or a column while keys repeat."""
    told = [named_period(name)[1] for name in found.dated_headers]
    headers = 0.97 if len(told) > 1 else 0.0
    if len(told) == 1:  # a single figure of a year is rather what is known of an area
        headers = 0.4 if told[0].isdigit() else 0.85
    name, fit = found.period_column
    if not name or name == key:
        return headers
    has_days = found.guesses[name].kind == "date"
    if has_days and found.differing(key) > 0.8:
        fit *= 0.3  # one row of each: the day it is of
    return max(headers, 0.97 * fit)


@dataclass(frozen=True, slots=True)
class ActualsKind:
    """Figures per period; see `terradesk.importing.kind.Kind`."""

    key: ClassVar[str] = "actuals"
    title: ClassVar[str] = N_("Figures reached per period")
    roles: ClassVar[Mapping[str, str]] = ROLES
    single: ClassVar[Sequence[str]] = (*KEYS, "period")

    def suits(self, source: Source, plan: Plan | None) -> float:
        """Likely for a key that the plan knows and periods, in a column or as headers."""
        if plan is None or source.has_areas or source.has_points or not source.n_rows:
            return 0.0
        found = evidence(source, plan)
        known = {role: found.best(what) for role, what in _KNOWN_AS.items()}
        role = max(KEYS, key=lambda one: known[one][1])
        key, share = known[role]
        said_so = [n for n in found.names if found.is_number(n) and said(n, _FIGURES) > 0]
        every = dict.fromkeys((*found.figures, *found.dated_headers, *said_so))
        figures = [name for name in every if name not in (key, found.period_column[0])]
        if share < _LEAST or not figures:
            return 0.0
        fit = _dated(found, key)
        if not fit:
            has_days = any(guess.kind == "date" for guess in found.guesses.values())
            return 0.2 * share * has_days
        n_places = len(found.places - {"unit_code"})
        n_other = len(found.names) - len(figures) - 1 - bool(found.period_column[0])
        return min(share + 0.15, 1.0) * fit * max(1 - 0.04 * max(n_other, 0) - 0.08 * n_places, 0.4)

    def options(
        self, source: Source, plan: Plan | None, choices: Choices | None = None
    ) -> Sequence[Option]:
        """Length of a period, the name of the figure, a total."""
        names = {"month": _("Month"), "quarter": _("Quarter"), "year": _("Year")}
        ways = (("", _("As in the file")), *((level, names[level]) for level in LEVELS[1:]))
        return (
            Option("every", _("Per"), "", ways),
            Option("name", _("Name of the figure"), "", tip=_("Where the columns have none")),
            Option("period", _("Period of the whole file"), "", tip=_("Such as 2026 or Q1 2026")),
            Option("total", _("A column with the total, too"), True),
        )

    def recognise(self, source: Source, plan: Plan | None) -> Sequence[Meaning]:
        """Keys by what the plan knows, periods by their cells, figures by being numbers."""
        found = evidence(source, plan)
        headed = Headed(found)
        meanings = recognised(found.cells, _fits(headed), headed.why)
        keys = [one for one in meanings if one.role in KEYS]
        if len(keys) > 1:  # one key only: the surest
            best = max(keys, key=lambda one: (one.confidence, -KEYS.index(one.role)))
            meanings = [
                Meaning(one.column, UNUSED) if one in keys and one is not best else one
                for one in meanings
            ]
        has_period = any(one.role == "period" for one in meanings)
        return [
            _figure(one, found.cells[one.column], source.rows.decimal, has_period)
            if one.role == UNUSED
            else one
            for one in meanings
        ]

    def prepare(
        self,
        source: Source,
        plan: Plan | None,
        choices: Choices,
        alignment: int = 0,
        progress: Progress = silent,
    ) -> Prepared:
        """Columns of accounts or units, or figures of territories or reps.

        Raises
        ------
        TerraDeskError
            There is no key, figure or period, or nothing in the file is known.
        """
        if plan is None:
            raise TerraDeskError(_("Figures belong to a plan."), _("Open a plan first."))
        roles = chosen(self, source, plan, choices)
        role = _key_role(roles)
        asked = {one.key: choices.option(one) for one in self.options(source, plan, choices)}
        keys = _key_rows(plan, alignment, role, source.rows.columns[column_of(roles, role)])
        figures = read_figures(
            source.rows,
            roles,
            keys,
            every=str(asked["every"]),
            name=str(asked["name"]),
            whole=str(asked["period"]),
            dates=choices.reading.dates,
        )
        progress(0.5, _("Adding up"))
        if role in ("account", "unit_code"):
            table = "accounts" if role == "account" else "units"
            booked = booked_cells(plan, figures, table, bool(asked["total"]), choices.left_out)
        else:
            booked = booked_records(plan, alignment, figures, role, choices.left_out)
        report = source.rows.report.followed_by(figures.report).labelled(
            source.rows.columns, column_of(roles, role)
        )
        made = _step(plan, source, figures, booked, report, choices, alignment)
        return Prepared(
            self.key,
            _sentence(figures, booked, made is not None),
            report,
            made,
            counts=_counts(figures, booked),
            heads=(_("What"), _("Before"), _("After")),
            rows=tuple((one.title, one.before, one.after) for one in booked.items[:200]),
            items=booked.items,
            groups=(("column", _("Columns")), ("changed", _("Changed")), ("added", _("New"))),
            shown=_shown(plan, role, figures),
        )


def _fits(headed: Headed) -> dict[str, Fit]:
    found = headed.found

    def period_fit(name: str, cells: np.ndarray) -> float:
        fit = found.period_fit(name)
        if fit:
            headed.tell("period", name, _("The heading and the cells say so."))
            return 0.95 * fit
        few = cells[:100].tolist()
        is_one = bool(few) and sum(bool(period(cell)) for cell in few) >= _ENOUGH * len(few)
        headed.tell("period", name, _("The cells are dates."))
        return 0.3 * is_one

    entries = {
        "account": words.WORDS["id"],
        "unit_code": f"{words.WORDS['unit_code']}; {words.WORDS['postcode']}",
    }
    fits: dict[str, Fit] = {"period": period_fit}
    for role in KEYS:
        fit = headed.known(role, _KNOWN_AS[role], entries.get(role) or WORDS[role], _LEAST)
        fits[role] = lambda name, cells, fit=fit: 0.0 if named_period(name)[1] else fit(name, cells)  # type: ignore[misc]
    return fits


def _figure(one: Meaning, cells: np.ndarray, decimal: str, has_period: bool) -> Meaning:
    """The same, or a figure where the cells are numbers and the header says it."""
    if not len(cells) or numbers(cells, decimal)[1].mean() > 1 - _ENOUGH:
        return one
    header = max(said(one.column, _FIGURES), float(bool(named_period(one.column)[1])))
    if not header or not (has_period or named_period(one.column)[1]):
        return one
    why = _("The heading and the numbers say so.")
    return Meaning(one.column, "amount", 0.5 + 0.45 * header, why)


def _key_role(roles: Mapping[str, str]) -> str:
    found = [role for role in KEYS if column_of(roles, role)]
    if len(found) != 1:
        raise TerraDeskError(
            _("The figures need one column of accounts, areas, territories or reps."),
            _("Mark one column as account number, area code, territory or rep."),
        )
    return found[0]


def _key_rows(plan: Plan, alignment: int, role: str, cells: np.ndarray) -> np.ndarray:
    """Row of the account or unit, or id of the territory or rep; -1 where it is not known."""
    if role == "account":
        return account_rows(plan, cells.tolist())
    if role == "unit_code":
        return np.where(cells == "", -1, unit_rows(plan, cells)).astype(np.int64)
    if role == "territory":
        names = Names(plan.alignment(alignment))
        found = {cell: names.find(cell) or -1 for cell in set(cells.tolist())}
    else:
        reps = reps_by_key(plan)
        found = {}
        for cell in set(cells.tolist()):
            rep = reps.get(cell.strip().casefold()) or reps.get(folded(cell))
            found[cell] = rep.id if rep is not None else -1
    return np.array([found[cell] for cell in cells.tolist()], np.int64)


def _step(
    plan: Plan,
    source: Source,
    figures: Figures,
    booked: Booked,
    report: ImportReport,
    choices: Choices,
    alignment: int,
) -> Incoming | None:
    if not booked.changes and not booked.records:
        return None
    n = len(figures.periods)
    one, many = N_("Brought figures of {b} from {a}"), N_("Brought figures of {n} periods from {a}")
    return incoming(
        plan,
        one if n == 1 else many,
        {"n": n, "a": source.name, "b": figures.periods[0]},
        kind="actuals",
        source=source.name,
        report=asdict(report),
        choices=choices.as_json(),
        arrivals=booked.arrivals,
        changes=booked.changes,
        records=booked.records,
        alignment=alignment,
    )


def _sentence(figures: Figures, booked: Booked, is_news: bool) -> str:
    if not is_news:
        return _("The plan has all of this already.")
    text = _("{names}: {n} periods, {first} to {last}")
    if len(figures.periods) == 1:
        text = _("{names}: {first}")
    return text.format(
        names=", ".join(figures.names),
        n=number(len(figures.periods)),
        first=figures.periods[0],
        last=figures.periods[-1],
    )


def _counts(figures: Figures, booked: Booked) -> tuple[Count, ...]:
    found = (
        Count("figures", _("Figures"), booked.n_figures),
        Count("same", _("Unchanged"), booked.n_same, "ok"),
        Count("unknown", _("Rows that the plan has nothing for"), figures.n_unknown, "warning"),
    )
    return tuple(one for one in found if one.n)


def _shown(plan: Plan, role: str, figures: Figures) -> Shown:
    units = np.zeros(len(plan.units), np.uint8)
    accounts = plan.accounts
    points, states = np.empty((0, 2)), np.empty(0, np.uint8)
    if role == "unit_code":
        units[np.unique(figures.keys)] = CHANGES
    if role == "account":
        rows = np.unique(figures.keys)
        points = np.column_stack([accounts.x[rows], accounts.y[rows]])
        states = np.full(len(rows), CHANGES, np.uint8)
    return Shown(points, states, units)


KIND = ActualsKind()
