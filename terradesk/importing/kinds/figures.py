"""Figures of areas or accounts: columns of a table joined by code, id, domain or name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar

import numpy as np

from terradesk import currencies
from terradesk import records as rec
from terradesk.edits import Record
from terradesk.edits.arrivals import Arrivals, Incoming, incoming
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, ngettext, number
from terradesk.importing.choices import Choices, Option
from terradesk.importing.evidence import Evidence, evidence
from terradesk.importing.joining import Joined, join, known_of
from terradesk.importing.joining import rows as joined_rows
from terradesk.importing.joining.bringing import (
    BROUGHT,
    CURRENCY,
    EACH,
    FILL,
    FIRST,
    MEAN,
    REPLACE,
    SUM,
    Bringing,
    Wish,
    bring,
)
from terradesk.importing.joining.rows import Doubt
from terradesk.importing.joining.telling import (
    before_after,
    counts,
    item,
    labels,
    left_over,
    unmatched,
)
from terradesk.importing.kind import Meaning
from terradesk.importing.matching.domains import share as domain_share
from terradesk.importing.prepared import CHANGES, NOTHING, PROBLEM, Prepared, Shown
from terradesk.importing.roles import UNUSED, chosen, sample, share_text
from terradesk.importing.source import Source
from terradesk.importing.territory_words import WORDS
from terradesk.measures import money
from terradesk.plan import Plan
from terradesk.progress import Progress, part, silent
from terradesk.readers import recognise
from terradesk.readers.figures import first_currency
from terradesk.readers.recognising import ColumnGuess
from terradesk.readers.report import ImportReport

UNITS, ACCOUNTS = "units", "accounts"
_KEYS = {
    "unit_code": UNITS,
    "unit_name": UNITS,
    "account_id": ACCOUNTS,
    "domain": ACCOUNTS,
    "name": ACCOUNTS,
}
_OF_PLACE = ("state", "city", "postcode")
_ENOUGH, _SHOWN, _MOST_ITEMS = 0.3, 200, 5000
_ROLES = {
    "unit_code": N_("Area code"),
    "unit_name": N_("Area name"),
    "account_id": N_("Account number"),
    "domain": N_("Web or e-mail address"),
    "name": N_("Account name"),
    "city": N_("Place name"),
    "state": N_("State or province"),
    "postcode": N_("Postal code"),
    "amount": N_("Amount: summed"),
    "rate": N_("Rate: never summed"),
    "text": N_("Text"),
    "currency": N_("Currency"),
    UNUSED: N_("Not used"),
}

TARGET = Option("target", N_("Figures are for"), "")
REPEATS = Option("repeats", N_("Several rows of one"), EACH)
EXISTING = Option("existing", N_("Values that are there already"), REPLACE)
SURE = Option("sure", N_("Take nearly equal names from"), 90, unit="%")
MEASURES = Option("measures", N_("Make each amount a measure"), True)
MONEY = Option("currency", N_("Amounts are in"), "")


@dataclass(frozen=True, slots=True)
class FiguresKind:
    """Figures of areas or accounts; see `terradesk.importing.kind.Kind`."""

    key: ClassVar[str] = "figures"
    title: ClassVar[str] = N_("Figures of areas or accounts")
    roles: ClassVar[Mapping[str, str]] = _ROLES
    single: ClassVar[Sequence[str]] = (*_KEYS, *_OF_PLACE, CURRENCY)

    def suits(self, source: Source, plan: Plan | None) -> float:
        """Likely where most rows are known and there is something to bring, but no new places."""
        if plan is None or source.has_areas or source.n_rows == 0:
            return 0.0
        found = evidence(source, plan)
        key, share, weight = _surest_key(found)
        others = [name for name in found.names if name != key and len(found.cells[name])]
        if not others or not share:
            return 0.0
        has_figures = any(name in found.figures for name in others)
        fit = share * weight * (1.0 if has_figures else 0.7)
        if _is_list(found, key):
            fit *= 0.3
        if found.owner_like(WORDS["territory"], "territory")[1] > 0.5:
            fit *= 0.8
        n_dated = len(found.dated_headers)
        return fit * (1 - 0.5 * max(found.period_column[1], min(n_dated - 1, 1)))

    def options(
        self, source: Source, plan: Plan | None, choices: Choices | None = None
    ) -> Sequence[Option]:
        """Target, several rows, values that are there, sureness, measures, currency."""
        noun = plan.heading_noun(2) if plan is not None else _("Areas")
        own = money.plan_code(plan) if plan is not None else "USD"
        codes = [code for code in currencies.COMMON if code != own]
        return (
            _with(TARGET, ("", _("As recognised")), (UNITS, noun), (ACCOUNTS, _("Accounts"))),
            _with(
                REPEATS,
                (EACH, _("Amounts summed, rates averaged")),
                (SUM, _("All summed")),
                (MEAN, _("All averaged")),
                (FIRST, _("The first row counts")),
            ),
            _with(EXISTING, (REPLACE, _("Take the new one")), (FILL, _("Keep, fill empty ones"))),
            _with(SURE),
            _with(MEASURES),
            _with(
                MONEY,
                ("", _("As recognised, else {code}").format(code=own)),
                *((code, f"{code}  {currencies.name(code)}") for code in codes),
            ),
        )

    def recognise(self, source: Source, plan: Plan | None) -> Sequence[Meaning]:
        """Keys by what is known in the plan, other columns by header and values."""
        table = source.rows
        guesses = {one.name: one for one in recognise(table, plan.units if plan else None)}
        keys = _keys(source, plan, guesses) if plan is not None else {}
        out: list[Meaning] = []
        for name, cells in table.columns.items():
            if name in keys:
                role, share = keys[name]
                told = share_text(share) if role != "domain" else ""
                out.append(Meaning(name, role, share, told))
            else:
                role = _rest(guesses[name], cells)
                role = "amount" if _is_unsaid_amount(guesses[name], cells) else role
                if role == CURRENCY and any(one.role == CURRENCY for one in out):
                    role = "text"
                out.append(Meaning(name, role, *_sureness(guesses[name], role)))
        return out

    def prepare(
        self,
        source: Source,
        plan: Plan | None,
        choices: Choices,
        alignment: int = 0,
        progress: Progress = silent,
    ) -> Prepared:
        """What would be brought to which area or account.

        Raises
        ------
        TerraDeskError
            No plan is open, no column says what the rows are about, or nothing is to be brought.
        """
        if plan is None:
            raise TerraDeskError(
                _("There is no plan to bring figures to."), _("Open one, or start one from areas.")
            )
        roles = chosen(self, source, plan, choices)
        target = _target(roles, choices)
        return _Preparing(source, plan, choices, roles, target, alignment).prepared(progress)


def _surest_key(found: Evidence) -> tuple[str, float, float]:
    """Column that says what rows are about, the share that is known, and what that is worth."""
    ways = (("unit_code", 0.95), ("unit_name", 0.9), ("account", 0.85), ("account_name", 0.8))
    known = [(*found.best(what), weight) for what, weight in ways]
    best = max(known, key=lambda one: one[1] * one[2])
    if best[1] >= _ENOUGH:
        return best
    addresses = ((n, domain_share(cells)) for n, cells in found.cells.items() if len(cells))
    name, share = max(addresses, key=lambda one: one[1], default=("", 0.0))
    return (name, share, 0.3) if share >= _ENOUGH else ("", 0.0, 0.0)


def _is_list(found: Evidence, key: str) -> bool:
    """Whether rows are accounts with their places, or ones that the plan does not have."""
    if {"lat", "street"} & found.places:
        return True
    name = found.role_columns.get("name", "")
    known = max((found.share(what, name) for what in ("unit_name", "account_name")), default=0.0)
    return name not in ("", key) and known < 0.5 and found.best("account")[1] < 0.5


def _with(option: Option, *choices: tuple[str, str]) -> Option:
    return Option(option.key, _(option.title), option.default, choices, _(option.tip), option.unit)


def _keys(
    source: Source, plan: Plan, guesses: Mapping[str, ColumnGuess]
) -> dict[str, tuple[str, float]]:
    """Column of each key with the share that is known, the best known first."""
    known = known_of(plan)
    found = []
    for name, cells in source.rows.columns.items():
        few = sample(cells)
        for role in ("unit_code", "unit_name", "account_id", "name"):
            share = known.share_of(role, few) if _may_be(guesses[name], role, few) else 0.0
            least = 0.1 if role == "name" else _ENOUGH
            if share >= least:
                found.append((share, role, name))
        if domain_share(cells) >= _ENOUGH:
            found.append((0.2, "domain", name))
        if guesses[name].role == "name":
            found.append((0.05, "name", name))
    out: dict[str, tuple[str, float]] = {}
    for share, role, name in sorted(found, key=lambda one: -one[0]):
        if name not in out and role not in {r for r, _share in out.values()}:
            out[name] = role, share
    return out


def _may_be(guess: ColumnGuess, role: str, cells: np.ndarray) -> bool:
    """Whether a column may hold a key: amounts match short codes by chance."""
    if role in ("unit_name", "name"):
        return guess.kind == "text"
    if guess.role in ("amount", "rate", "lat", "lon"):
        return len(set(cells.tolist())) == len(cells) and guess.role == "amount" and _coded(cells)
    return True


def _coded(cells: np.ndarray) -> bool:
    """Digits alone, all of one length, more than three: 48201."""
    lengths = {len(cell) for cell in cells.tolist()}
    return len(lengths) == 1 and max(lengths) > 3 and all(c.isdigit() for c in cells.tolist())


def _rest(guess: ColumnGuess, cells: np.ndarray) -> str:
    """Role of a column that is no key."""
    if guess.role in ("amount", "rate", *_OF_PLACE):
        return guess.role
    few = [cell for cell in sample(cells).tolist()[:200] if cell]
    if few and all(currencies.is_code(currencies.code_of(cell)) for cell in few):
        return CURRENCY
    return "text" if guess.role in ("code", "text", "owner") and few else UNUSED


def _is_unsaid_amount(guess: ColumnGuess, cells: np.ndarray) -> bool:
    """Whether whole numbers look like codes only because they all differ: B01003_001E."""
    if guess.kind != "number" or guess.role != "code" or guess.confidence > 0.5:
        return False
    return len({len(cell) for cell in sample(cells).tolist()}) > 1


def _sureness(guess: ColumnGuess, role: str) -> tuple[float, str]:
    """How sure the role of a column is that is no key, and why."""
    if role == CURRENCY:
        return 0.9, _("The cells are currencies.")
    return (guess.confidence, guess.why) if role == guess.role else (0.5, "")


def _target(roles: Mapping[str, str], choices: Choices) -> str:
    """Whether figures are for areas or for accounts.

    Raises
    ------
    TerraDeskError
        No column says what the rows are about, or none is to be brought.
    """
    asked = str(choices.option(TARGET))
    found = {_KEYS[role] for role in roles.values() if role in _KEYS}
    target = asked or (ACCOUNTS if "account_id" in roles.values() else "")
    target = target or next((t for t in (UNITS, ACCOUNTS) if t in found), "")
    if target not in found:
        raise TerraDeskError(
            _("No column says which area or account each row is about."),
            _("Mark one as area code, area name, account number, web address or account name."),
        )
    if not set(BROUGHT) & set(roles.values()):
        raise TerraDeskError(
            _("No column is to be brought."), _("Mark those as amount, rate or text.")
        )
    return target


class _Preparing:
    """One table on its way to areas or accounts."""

    def __init__(
        self,
        source: Source,
        plan: Plan,
        choices: Choices,
        roles: dict[str, str],
        target: str,
        alignment: int,
    ) -> None:
        self.source, self.plan, self.choices = source, plan, choices
        self.roles, self.target, self.alignment = roles, target, alignment

    def prepared(self, progress: Progress) -> Prepared:
        sure = min(max(float(self.choices.option(SURE)) / 100, joined_rows.LEAST), 1.0)
        known = known_of(self.plan)
        table = self.source.rows
        found = join(known, table, self.roles, self.target, sure, part(progress, 0.0, 0.8))
        rows, how = self._decided(found)
        progress(0.85, _("Bringing figures"))
        made = bring(self.plan, table, self.roles, self.target, rows, self._wish())
        report = self._report(found, rows, made)
        return Prepared(
            "figures",
            self._sentence(rows, made),
            report,
            self._incoming(made, report),
            counts=counts(self.plan, found, rows, how, made),
            heads=(*labels(self.plan, self.target), *(one.column for one in made.columns)),
            rows=tuple(self._lines(rows, made)),
            items=tuple(
                item(self.plan, found, table, self.roles, doubt, self._taken(doubt))
                for doubt in found.doubts[:_MOST_ITEMS]
            ),
            groups=(("uncertain", _("Not sure: please look")),),
            shown=self._shown(found, rows),
            after=lambda plan: " ".join(money.warnings(plan)),
        )

    def _wish(self) -> Wish:
        return Wish(
            str(self.choices.option(REPEATS)),
            str(self.choices.option(EXISTING)),
            currencies.code_of(str(self.choices.option(MONEY))),
            bool(self.choices.option(MEASURES)),
        )

    def _taken(self, doubt: Doubt) -> int:
        """Row of the plan that a doubtful match goes to, -1 where it is not taken."""
        if doubt.key in self.choices.left_out:
            return -1
        picked = self.choices.picked.get(doubt.key, "")
        if picked.isdecimal() and int(picked) in doubt.candidates:
            return int(picked)
        return doubt.candidates[0] if doubt.is_likely else -1

    def _decided(self, found: Joined) -> tuple[np.ndarray, np.ndarray]:
        rows, how = found.rows.copy(), found.how.copy()
        for doubt in found.doubts:
            taken = self._taken(doubt)
            if taken >= 0:
                rows[list(doubt.rows)], how[list(doubt.rows)] = taken, joined_rows.PICKED
        return rows, how

    def _report(self, found: Joined, rows: np.ndarray, made: Bringing) -> ImportReport:
        """Each row: the first of an area or account, joined to that, or left out."""
        table = self.source.rows
        matched = rows >= 0
        n_first = len(np.unique(rows[matched]))
        own = ImportReport(
            read=len(rows),
            accepted=n_first,
            grouped=int(matched.sum()) - n_first,
            rejected=int((~matched).sum()),
            issues=(
                *unmatched(found, rows, self.choices.left_out),
                *left_over(self.plan, found, rows),
                *made.issues,
            ),
        )
        key = next((c for c, r in self.roles.items() if r in ("unit_code", "account_id")), "")
        name = next((c for c, r in self.roles.items() if r in ("unit_name", "name")), "")
        return table.report.followed_by(own).labelled(table.columns, key, name)

    def _incoming(self, made: Bringing, report: ImportReport) -> Incoming | None:
        if not made.changes:
            return None
        names = [one.column for one in made.columns if one.n_new + one.n_changed]
        one, many = N_("Brought {b} from {a}"), N_("Brought {n} columns from {a}")
        return incoming(
            self.plan,
            one if len(names) == 1 else many,
            {"n": len(names), "a": self.source.name, "b": names[0] if names else ""},
            kind="figures",
            source=self.source.name,
            report=asdict(report),
            choices=self.choices.as_json(),
            arrivals=Arrivals(columns=tuple(made.new)),
            changes=made.changes,
            records=[*made.records, *self._first_currency(made)],
            alignment=self.alignment,
        )

    def _first_currency(self, made: Bringing) -> Iterator[Record]:
        """The plan's own currency, where its first amounts come in and nobody has chosen one."""
        rows = [r.after for r in made.records if isinstance(r.after, rec.Column)]
        code = first_currency(self.plan, rows)
        if code:
            row_id = self.plan.next_id + 1 + len(made.records)
            yield Record("setting", None, rec.Setting("currency", row_id, value=code))

    def _sentence(self, rows: np.ndarray, made: Bringing) -> str:
        n = len(np.unique(rows[rows >= 0]))
        if not n:
            return _("No row of the file matches anything in the plan.")
        noun = self.plan.noun(n) if self.target == UNITS else ngettext("account", "accounts", n)
        columns = ngettext("{n} column", "{n} columns", len(made.columns))
        text = ngettext(
            "{n} {noun} gets {columns}; {k} of {m} rows match.",
            "{n} {noun} get {columns}; {k} of {m} rows match.",
            n,
        )
        return text.format(
            columns=columns.format(n=number(len(made.columns))),
            n=number(n),
            noun=noun,
            k=number(int((rows >= 0).sum())),
            m=number(len(rows)),
        )

    def _lines(self, rows: np.ndarray, made: Bringing) -> Iterator[tuple[str, ...]]:
        """The first owners with their new values, and what they had where that differs."""
        owners = np.unique(rows[rows >= 0])[:_SHOWN]
        big = self.plan.units if self.target == UNITS else self.plan.accounts
        keys = big.column("codes" if self.target == UNITS else "ids")
        names = big.column("names")
        cells = [before_after(self.plan, self.target, one, owners) for one in made.columns]
        for k, owner in enumerate(owners.tolist()):
            yield str(keys[owner]), str(names[owner]), *(column[k] for column in cells)

    def _shown(self, found: Joined, rows: np.ndarray) -> Shown:
        plan = self.plan
        owners = np.unique(rows[rows >= 0])
        doubtful = {c for d in found.doubts if self._taken(d) < 0 for c in d.candidates[:1]}
        big = plan.units if self.target == UNITS else plan.accounts
        states = np.full(len(big), NOTHING, np.uint8)
        states[list(doubtful)] = PROBLEM
        states[owners] = CHANGES
        if self.target == UNITS:
            return Shown(unit_states=states, row_units=rows)
        points = np.column_stack([plan.accounts.x, plan.accounts.y])
        points[~plan.accounts_present] = np.nan
        return Shown(points, states, np.zeros(len(plan.units), np.uint8), row_points=rows)


KIND = FiguresKind()
