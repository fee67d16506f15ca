"""Customers and prospects: rows joined to accounts, figures read, places found.

With an open plan `AccountsKind.prepare` makes the whole step. Without one there is no map yet:
``Prepared.incoming`` is None, and whoever asks calls `AccountsKind.make` twice, first without a
plan to see where the accounts are (`terradesk.sample.proposing` finds maps that fit), then with
the plan of the chosen map; `MadeAccounts.add_to`, or `prepare` with that plan, brings them in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import ClassVar

import numpy as np

from terradesk import geocode, measures
from terradesk import records as rec
from terradesk.accounts import PLACEMENT_TEXTS
from terradesk.columns import as_texts
from terradesk.edits import Record
from terradesk.edits.arrivals import Arrivals, Incoming, incoming
from terradesk.i18n import N_, _, ngettext, number
from terradesk.importing import projecting
from terradesk.importing.choices import Choices, Option
from terradesk.importing.evidence import Evidence, evidence, guessed
from terradesk.importing.kind import AGREE, HEADED, POSSIBLE, Meaning
from terradesk.importing.places import answers, items_of
from terradesk.importing.prepared import ARRIVES, PROBLEM, Count, Prepared, Shown
from terradesk.importing.projecting import world_plan
from terradesk.importing.roles import chosen
from terradesk.importing.source import Source
from terradesk.measures import money
from terradesk.plan import Plan
from terradesk.progress import Progress, part, silent
from terradesk.readers import ROLES, MadeAccounts, make_accounts, suggest_grouping
from terradesk.readers.figures import new_records
from terradesk.readers.grouping import Grouping
from terradesk.readers.numbering import DUPLICATES, repeated
from terradesk.readers.placing.placed import Placing
from terradesk.readers.recognising import SINGLE, ColumnGuess

GROUP_BY = Option("group_by", N_("One account per"), "")
DUPLICATE = Option(
    "duplicates", N_("Rows with the same account number"), "number", tuple(DUPLICATES.items())
)
OUTSIDE = Option(
    "outside",
    N_("Accounts outside all areas"),
    "near",
    (
        ("near", N_("To the nearest area, up to 5 km")),
        ("nearest", N_("To the nearest area")),
        ("leave", N_("Leave outside")),
    ),
)
COUNTRY = Option("country", N_("Postcodes are of"), "")
CRS = Option("crs", N_("Coordinates are"), "")
SWAP = Option("swap", N_("Exchange latitude and longitude"), False)

_BETWEEN = "\t"  # column names joined to one value of `GROUP_BY`
_SHOWN = 200
_PLACES = ("lat", "postcode", "city")


@dataclass(frozen=True, slots=True)
class AccountsKind:
    """Customers and prospects; see `terradesk.importing.kind.Kind`."""

    key: ClassVar[str] = "accounts"
    title: ClassVar[str] = N_("Customers and prospects")
    roles: ClassVar[Mapping[str, str]] = ROLES
    single: ClassVar[Sequence[str]] = SINGLE

    def suits(self, source: Source, plan: Plan | None) -> float:
        """Where rows have a name and something that tells a place, and are not known yet."""
        if source.n_rows == 0 or source.has_areas:
            return 0.0
        found = evidence(source, plan)
        n_places = len(found.places)
        has_name = _has_names(found)
        if n_places and has_name:
            fit = AGREE + 0.05 * (n_places > 1)
        elif n_places and "id" in found.role_columns:
            fit = HEADED if n_places > 1 else 0.3
        else:
            is_any = n_places or has_name or "id" in found.role_columns
            fit = POSSIBLE if is_any else POSSIBLE / 2
        known = max(found.best("account")[1], 0.9 * found.best("account_name")[1])
        return fit * (1 - 0.6 * known)

    def options(
        self, source: Source, plan: Plan | None, choices: Choices | None = None
    ) -> Sequence[Option]:
        """What makes an account, repeated numbers, and how places are found; as far as needed."""
        table = source.rows
        roles = choices.roles if choices is not None else {}
        guesses = _with_roles(self._guesses(source, plan), roles)
        column = {guess.role: guess.name for guess in guesses}
        found = [_grouping_option(source, guesses)]
        if "id" in column and _repeats(source, column["id"]):
            found.append(replace(_translated(DUPLICATE), when=(GROUP_BY.key, "")))
        if plan is not None and plan.arcs is not None:
            found.append(_translated(OUTSIDE))
        if "postcode" in column and len(geocode.tables.countries()) > 1:
            found.append(_country_option())
        if "lat" in column and "lon" in column:
            grids = projecting.options(table, column["lon"], column["lat"], plan)
            if grids:
                found.append(replace(_translated(CRS), choices=grids))
            found.append(_translated(SWAP))
        return tuple(found)

    def recognise(self, source: Source, plan: Plan | None) -> Sequence[Meaning]:
        """By headers and cells; coordinates in metres too."""
        return [Meaning(one.name, one.role, *_sureness(one)) for one in self._guesses(source, plan)]

    def prepare(
        self,
        source: Source,
        plan: Plan | None,
        choices: Choices,
        alignment: int = 0,
        progress: Progress = silent,
    ) -> Prepared:
        """The accounts with their places, and the step that brings them in.

        Raises
        ------
        TerraDeskError
            Columns are chosen that contradict each other, or numbers repeat that must not.
        """
        made = self.make(source, plan, choices, part(progress, 0.0, 0.9))
        step = None if plan is None else _step(made, plan, source, choices)
        return Prepared(
            self.key,
            _sentence(made),
            made.report,
            step,
            counts=_counts(made, plan),
            heads=_heads(made, plan),
            rows=_first(made, plan),
            items=items_of(made),
            groups=place_groups(),
            shown=_shown(made),
            after=lambda now: " ".join(money.warnings(now)) if now is not None else "",
        )

    def make(
        self, source: Source, plan: Plan | None, choices: Choices, progress: Progress = silent
    ) -> MadeAccounts:
        """The accounts of a file, placed in a plan, or anywhere when there is none.

        Parameters
        ----------
        source : Source
        plan : Plan or None
        choices : Choices
        progress : Progress

        Raises
        ------
        TerraDeskError
            As `prepare`.
        """
        table = source.rows
        roles = chosen(self, source, plan, choices)
        guesses = self._guesses(source, plan)
        made = make_accounts(
            table,
            roles,
            _group_by(source, guesses, roles, choices),
            plan or world_plan(),
            progress,
            formats={guess.name: guess.format for guess in guesses},
            placing=placing_of(choices),
            duplicates=str(choices.option(DUPLICATE)),
        )
        named = {role: name for name, role in roles.items()}
        report = made.report.labelled(table.columns, named.get("id", ""), named.get("name", ""))
        return replace(made, report=report)

    @staticmethod
    def _guesses(source: Source, plan: Plan | None) -> list[ColumnGuess]:
        return guessed(source, plan)


def _repeats(source: Source, name: str) -> bool:
    key = ("repeats", name)
    if key not in source.kept:
        source.kept[key] = bool(repeated(source.rows.columns[name]))
    found: bool = source.kept[key]
    return found


def _with_roles(guesses: list[ColumnGuess], roles: Mapping[str, str]) -> list[ColumnGuess]:
    """The guesses with the roles that were chosen; one column at most has a role of one."""
    taken = {role for role in roles.values() if role in SINGLE}
    rest = [replace(one, role="text") if one.role in taken else one for one in guesses]
    return [replace(one, role=roles.get(one.name, one.role)) for one in rest]


def _suggested(source: Source, guesses: list[ColumnGuess]) -> Grouping:
    key = tuple(guesses)
    if key not in source.kept:
        source.kept[key] = suggest_grouping(source.rows, guesses)
    found: Grouping = source.kept[key]
    return found


def _has_names(found: Evidence) -> bool:
    """Whether a column names accounts, and not areas of the map."""
    name = found.role_columns.get("name", "")
    return bool(name) and found.share("unit_name", name) < 0.5


def _sureness(guess: ColumnGuess) -> tuple[float, str]:
    confidence = float(getattr(guess, "confidence", 0.9 if guess.role in SINGLE else 0.6))
    return confidence, str(getattr(guess, "why", ""))


def _translated(option: Option) -> Option:
    choices = tuple((value, _(text)) for value, text in option.choices)
    return replace(option, title=_(option.title), choices=choices)


def _country_option() -> Option:
    known = [(code, geocode.country_name(code)) for code in geocode.tables.countries()]
    ordered = sorted(known, key=lambda pair: pair[1])
    return replace(_translated(COUNTRY), choices=(("", _("As recognised")), *ordered))


def _grouping_option(source: Source, guesses: list[ColumnGuess]) -> Option:
    found = _suggested(source, guesses)
    choices = tuple(
        (_BETWEEN.join(names), " + ".join(names) or _("Row of the file")) for names in found.choices
    )
    return replace(_translated(GROUP_BY), default=choices[0][0], choices=choices)


def _group_by(
    source: Source, guesses: list[ColumnGuess], roles: Mapping[str, str], choices: Choices
) -> tuple[str, ...]:
    if GROUP_BY.key in choices.options:
        value = str(choices.options[GROUP_BY.key])
        return tuple(name for name in value.split(_BETWEEN) if name)
    return _suggested(source, _with_roles(guesses, roles)).choices[0]


def placing_of(choices: Choices) -> Placing:
    """How places are to be found, by the options and answers of a kind that places."""
    return Placing(
        swap=bool(choices.option(SWAP)),
        crs=str(choices.option(CRS)),
        country=str(choices.option(COUNTRY)),
        outside=str(choices.option(OUTSIDE)),
        answers=answers(choices),
    )


# ---------------------------------------------------------------------- the step
def _step(made: MadeAccounts, plan: Plan, source: Source, choices: Choices) -> Incoming | None:
    n = len(made.accounts)
    if n == 0:
        return None
    records = list(new_records(plan, (*made.columns, *made.measures)))
    now = measures.balance_measure(plan)
    if now is not None and now.source == "units" and not plan.setting("balance_measure"):
        last = max([plan.next_id, *(one.row.id for one in records)])
        kept = rec.Setting("balance_measure", last + 1, value=now.uid)
        records.append(Record("setting", None, kept))
    one, many = N_("Added {n} account from {a}"), N_("Added {n} accounts from {a}")
    return incoming(
        plan,
        one if n == 1 else many,
        {"n": n, "a": source.name},
        kind=AccountsKind.key,
        source=source.name,
        report=asdict(made.report),
        choices=choices.as_json(),
        arrivals=Arrivals(accounts=made.accounts),
        records=records,
    )


# ---------------------------------------------------------------------- what the page shows
def _sentence(made: MadeAccounts) -> str:
    n, placed = len(made.accounts), int((made.accounts.placement > 0).sum())
    if made.report.grouped > n:  # order lines
        text = _("{rows} rows become {n} accounts, {placed} of them with a place.")
        rows = number(made.report.read)
        return text.format(rows=rows, n=number(n), placed=number(placed))
    text = ngettext(
        "{n} account comes in, {placed} of them with a place.",
        "{n} accounts come in, {placed} of them with a place.",
        n,
    )
    return text.format(n=number(n), placed=number(placed))


def _counts(made: MadeAccounts, plan: Plan | None) -> tuple[Count, ...]:
    accounts, report = made.accounts, made.report
    how = np.bincount(accounts.placement, minlength=len(PLACEMENT_TEXTS))
    found = [Count("accounts", _("Accounts"), len(accounts))]
    found += [
        Count(f"placed_{k}", _(PLACEMENT_TEXTS[k]), int(how[k]), "ok")
        for k in range(1, len(PLACEMENT_TEXTS))
        if how[k]
    ]
    outside = int(((accounts.placement > 0) & (accounts.unit < 0)).sum())
    has_map = plan is not None and plan.arcs is not None
    for key, title, n, level in (
        ("unplaced", _("Not placed"), int(how[0]), "warning"),
        ("outside", _("Outside all areas"), outside if has_map else 0, "warning"),
        ("grouped", _("Rows joined"), report.grouped, ""),
        ("rejected", _("Rows left out"), report.rejected, "warning"),
    ):
        if n:
            found.append(Count(key, title, n, level))
    return tuple(found)


def _heads(made: MadeAccounts, plan: Plan | None) -> tuple[str, ...]:
    area = (plan.heading_noun(1),) if plan is not None and plan.arcs is not None else ()
    labels = {column.name: column.label for column in made.columns}
    own = (labels.get(name, name) for name in made.accounts.columns)
    return (_("Account number"), _("Account name"), _("Placed by"), *area, *own)


def _first(made: MadeAccounts, plan: Plan | None) -> tuple[tuple[str, ...], ...]:
    accounts = made.accounts
    ways = [_(text) for text in PLACEMENT_TEXTS]
    columns: list[Sequence[str]] = [
        accounts.ids[:_SHOWN].tolist(),
        accounts.names[:_SHOWN].tolist(),
        [ways[k] for k in accounts.placement[:_SHOWN].tolist()],
    ]
    if plan is not None and plan.arcs is not None:
        names = plan.units.names
        columns.append([str(names[u]) if u >= 0 else "" for u in accounts.unit[:_SHOWN].tolist()])
    columns += [as_texts(values[:_SHOWN]).tolist() for values in accounts.columns.values()]
    return tuple(zip(*columns, strict=True))


def place_groups() -> tuple[tuple[str, str], ...]:
    """Groups of questions about places with their headings."""
    return (
        ("open", _("Places that may be one of several")),
        ("misspelt", _("Misspelt places")),
        ("larger", _("The largest of several places")),
        ("contradiction", _("Coordinates far from the postcode")),
        ("unknown_postcode", _("Postcodes that are not known")),
        ("outside", _("Outside all areas")),
    )


def _shown(made: MadeAccounts) -> Shown:
    accounts = made.accounts
    states = np.full(len(accounts), ARRIVES, np.uint8)
    states[accounts.placement == 0] = PROBLEM
    points = np.column_stack((accounts.x, accounts.y))
    return Shown(points, states, row_points=made.account_of)


KIND = AccountsKind()
