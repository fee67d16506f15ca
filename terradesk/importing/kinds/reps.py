"""A list of reps: people, managers, homes and territories."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import ClassVar

import numpy as np

from terradesk import records as rec
from terradesk.edits import Edit, Record, apply
from terradesk.edits.arrivals import Incoming, incoming
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, ngettext, number
from terradesk.importing.agreeing import Headed, agree
from terradesk.importing.choices import Choices, Option
from terradesk.importing.evidence import REPS, Evidence, evidence
from terradesk.importing.kind import Meaning
from terradesk.importing.people import Difference, Differences, Listed, listed
from terradesk.importing.prepared import ARRIVES, NOTHING, Count, Item, Prepared, Shown
from terradesk.importing.roles import UNUSED, Fit, chosen, column_of, recognised, said
from terradesk.importing.source import Source
from terradesk.importing.steps import difference, numbered
from terradesk.importing.territory_words import WORDS
from terradesk.plan import Plan
from terradesk.progress import Progress, silent
from terradesk.readers import words
from terradesk.readers.placing.placer import Placer
from terradesk.readers.report import ImportReport, Issue, issue

ROLES = {
    "name": N_("Name"),
    "email": N_("E-mail"),
    "rep_id": N_("Employee number"),
    "role": N_("Role"),
    "manager": N_("Manager"),
    "territory": N_("Territory"),
    "share": N_("Share of working time"),
    "start": N_("From"),
    "end": N_("To"),
    "hired": N_("Hired"),
    "city": N_("Home: place name"),
    "state": N_("Home: state or province"),
    "postcode": N_("Home: postal code"),
    "country": N_("Home: country"),
    "lat": N_("Home: latitude"),
    "lon": N_("Home: longitude"),
    "note": N_("Note"),
    UNUSED: N_("Not used"),
}
_PLACES = ("lat", "lon", "postcode", "city", "state", "country")
_GROUPS = (
    ("unknown", N_("Territories that do not exist")),
    ("changed", N_("Changed")),
    ("added", N_("New")),
    ("gone", N_("Not in the file")),
)
_MOST = 20_000  # people: longer lists are of something else
_MOSTLY = 0.5  # of the cells
_FILES = frozenset(
    {"rep", "reps", "salespeople", "salesforce", "vertreter", "säljare", "handlowcy"}
)


def _is_named(source: Source) -> bool:
    """Whether the file itself is called after reps."""
    said_so = {word.casefold() for word in re.findall(r"[^\W\d_]+", source.path.stem)}
    return not said_so.isdisjoint(_FILES)


def _signs(source: Source, found: Evidence) -> float:
    """How much says that rows are people who sell, 0 ... 1."""
    mail, _share, of_one = found.mails
    named = max(((said(name, REPS), name) for name in found.names), default=(0.0, ""))
    known = max(found.best("rep")[1], found.share("rep", mail))
    heads = (("manager", 0.3), ("hired", 0.3), ("role", 0.1), ("territory", 0.1))
    score = sum(
        weight
        for role, weight in heads
        if max((said(name, WORDS[role]) for name in found.names), default=0.0) > 0.5
    )
    score += (0.2 + 0.35 * (of_one >= 0.8)) * bool(mail)
    score += 0.35 * (named[0] > 0.5 and found.differing(named[1]) > 0.5)
    score += 0.35 * known
    assert found.plan is not None
    n = sum(len(found.plan.rows(rec.Territory, k)) for k in found.plan.assignments)
    is_short = 0 < source.n_rows <= 3 * n
    score += 0.3 * (is_short and found.best("territory")[1] > 0.5)
    return score + 0.2 * _is_named(source)


def _others(found: Evidence) -> float:
    """What remains of that where rows look like customers, areas or figures of periods."""
    rest = 0.3 if max(found.best("account")[1], found.best("account_name")[1]) >= 0.3 else 1.0
    if {"street", "id"} <= set(found.role_columns):
        rest *= 0.5
    named = max(((said(name, REPS), name) for name in found.names), default=(0.0, ""))
    if named[0] > 0.5 and found.differing(named[1]) < 0.6:
        rest *= 0.3  # several rows of each person: of their customers or areas
    has_periods = found.period_column[1] > 0.5 or bool(found.dated_headers)
    return rest * (0.3 if has_periods and found.figures else 1.0)


@dataclass(frozen=True, slots=True)
class RepsKind:
    """A list of reps; see `terradesk.importing.kind.Kind`."""

    key: ClassVar[str] = "reps"
    title: ClassVar[str] = N_("Reps")
    roles: ClassVar[Mapping[str, str]] = ROLES
    single: ClassVar[Sequence[str]] = tuple(role for role in ROLES if role != UNUSED)

    def suits(self, source: Source, plan: Plan | None) -> float:
        """Likely where rows are people: addresses of one company, managers, days of hire."""
        if plan is None or source.has_areas or not 0 < source.n_rows <= _MOST:
            return 0.0
        found = evidence(source, plan)
        roles = {one.role for one in self.recognise(source, plan)}
        if not roles & {"name", "email"}:
            return 0.0
        return min(0.1 + _signs(source, found) * _others(found), 0.97)

    def options(
        self, source: Source, plan: Plan | None, choices: Choices | None = None
    ) -> Sequence[Option]:
        """What becomes of reps that are not listed, and of empty cells."""
        ways = (("keep", _("Keep")), ("remove", _("Remove")))
        return (
            Option("gone", _("Reps that are not in the file"), "keep", ways),
            Option("empty", _("Empty cells empty what the plan has"), False),
        )

    def recognise(self, source: Source, plan: Plan | None) -> Sequence[Meaning]:
        """By headers; e-mail addresses by their sign."""
        found = evidence(source, plan)
        headed = Headed(found)
        return recognised(found.cells, _fits(headed), headed.why)

    def prepare(
        self,
        source: Source,
        plan: Plan | None,
        choices: Choices,
        alignment: int = 0,
        progress: Progress = silent,
    ) -> Prepared:
        """Reps that are new or differ, with their territories in the scenario in view.

        Raises
        ------
        TerraDeskError
            There is no plan, or no column of names or e-mail addresses.
        """
        if plan is None:
            raise TerraDeskError(_("Reps belong to a plan."), _("Open a plan first."))
        roles = chosen(self, source, plan, choices)
        if not column_of(roles, "name") and not column_of(roles, "email"):
            raise TerraDeskError(
                _("No column is marked as name or e-mail."), _("Say which column it is.")
            )
        options = {one.key: choices.option(one) for one in self.options(source, plan, choices)}
        base = numbered(plan)
        people, nameless, homeless = listed(source.rows, roles, plan, choices.reading.dates)
        picked = {k: v for k, v in choices.picked.items() if k not in choices.left_out}
        task = Differences(
            base,
            alignment,
            people,
            choices.left_out,
            picked,
            overwrites=bool(options["empty"]),
            removes=options["gone"] == "remove",
        )
        found = task.found()
        now = _after(base, found)
        report = _report(source, roles, people, nameless, homeless, task)
        made = _step(source, plan, base, now, found, report, choices, alignment)
        counts = {key: sum(1 for one in found if one.group == key)
                  for key in ("added", "changed", "gone", "same")}  # fmt: skip
        return Prepared(
            self.key,
            _sentence(counts),
            report,
            made,
            counts=(
                Count("added", _("New"), counts["added"]),
                Count("changed", _("Changed"), counts["changed"]),
                Count("gone", _("Not in the file"), counts["gone"]),
                Count("same", _("Unchanged"), counts["same"], "ok"),
            ),
            heads=(_("Rep"), _("Before"), _("After")),
            rows=tuple((one.title, one.before, one.after) for one in found[:200]),
            items=(*_asked(task), *_items(found, options, choices)),
            groups=tuple((key, _(text)) for key, text in _GROUPS),
            shown=_shown(plan, people),
        )


def _fits(headed: Headed) -> dict[str, Fit]:
    def email(name: str, cells: np.ndarray) -> float:
        fit = agree("email", cells.tolist())
        headed.tell("email", name, _("The cells are e-mail addresses."))
        return 0.85 * fit + 0.15 * said(name, WORDS["email"]) if fit >= _MOSTLY else 0.0

    fits: dict[str, Fit] = {"email": email}
    for role in ("rep_id", "role", "share", "start", "end", "hired", "note"):
        fits[role] = headed.fit(role, WORDS[role])
    fits["name"] = headed.fit("name", f"{WORDS['name']}; {REPS}", "rep")
    fits["manager"] = headed.fit("manager", WORDS["manager"])
    fits["territory"] = headed.fit("territory", WORDS["territory"], "territory")
    for role in _PLACES:
        fits[role] = _by_place(role, headed)
    return fits


def _by_place(role: str, headed: Headed) -> Fit:
    def fit(name: str, cells: np.ndarray) -> float:
        guess = headed.found.guesses[name]
        if guess.role == role:
            headed.tell(role, name, guess.why)
            return 0.94 * guess.confidence
        stripped = words.plain(name).removeprefix("home ")
        headed.tell(role, name, _("The heading holds a usual word for this."))
        return 0.75 * max(words.weight(name, role), words.weight(stripped, role)) * bool(len(cells))

    return fit


def _after(base: Plan, found: Sequence[Difference]) -> Plan:
    """The plan with all that is taken; what two people change alike is done once."""
    seen: set[tuple[str, tuple[int, str]]] = set()
    records = []
    for record in (record for one in found for record in one.records):
        key = record.kind, record.key
        if key not in seen:
            seen.add(key)
            records.append(record)
    now = apply(base, Edit("", {}, records=tuple(records))) if records else base
    ids = {rep.id for rep in now.rows(rec.Rep)}
    orphans = [rep for rep in now.rows(rec.Rep) if rep.manager and rep.manager not in ids]
    cured = tuple(Record("rep", rep, replace(rep, manager=0)) for rep in orphans)
    return apply(now, Edit("", {}, records=cured)) if cured else now


def _step(
    source: Source,
    plan: Plan,
    base: Plan,
    now: Plan,
    found: Sequence[Difference],
    report: ImportReport,
    choices: Choices,
    alignment: int,
) -> Incoming | None:
    _changes, records = difference(base, now)
    if not records:
        return None
    n = {group: sum(1 for one in found if one.group == group and one.records)
         for group in ("added", "changed", "gone")}  # fmt: skip
    return incoming(
        plan,
        N_("Brought reps from {a}: {n} new, {m} changed, {k} removed"),
        {"a": source.name, "n": n["added"], "m": n["changed"], "k": n["gone"]},
        kind="reps",
        source=source.name,
        report=asdict(report),
        choices=choices.as_json(),
        records=records,
        alignment=alignment,
    )


def _report(
    source: Source,
    roles: Mapping[str, str],
    people: Sequence[Listed],
    nameless: Sequence[int],
    homeless: Sequence[int],
    task: Differences,
) -> ImportReport:
    n = source.n_rows
    n_grouped = sum(len(one.rows) - 1 for one in people)
    own = ImportReport(
        n,
        len(people),
        n_grouped,
        rejected=len(nameless),
        issues=tuple(_issues(nameless, homeless, task)),
    )
    table = source.rows
    name = column_of(roles, "name") or column_of(roles, "email")
    return table.report.followed_by(own).labelled(table.columns, column_of(roles, "email"), name)


def _issues(nameless: Sequence[int], homeless: Sequence[int], task: Differences) -> Iterator[Issue]:
    unknown = [row for rows in task.unknown.values() for row in rows]
    told = (
        (nameless, "nameless", _("Neither a name nor an e-mail address"), "rejected"),
        (homeless, "homeless", _("The home has no place"), ""),
        (task.no_manager, "no_manager", _("The manager is not known, or below the rep"), ""),
        (unknown, "no_territory", _("There is no such territory"), ""),
    )
    for rows, kind, reason, outcome in told:
        if rows:
            text = ngettext("{reason}: {n} row.", "{reason}: {n} rows.", len(rows))
            message = text.format(reason=reason, n=number(len(rows)))
            yield issue(kind, message, np.unique(rows), outcome=outcome, reason=reason)


def _asked(task: Differences) -> Iterator[Item]:
    """Territories that do not exist, with those that are written alike."""
    texts = dict.fromkeys(task.unknown)
    picked = {key.removeprefix("territory:"): name for key, name in task.picked.items()
              if key.startswith("territory:") and name}  # fmt: skip
    for text in dict.fromkeys([*texts, *picked]):
        rows = task.unknown.get(text, [])
        near = [(name, name) for name in task.names.near(text)]
        yield Item(
            f"territory:{text}",
            "unknown",
            text,
            after=picked.get(text, ""),
            score=0.5,
            candidates=(*near, ("", _("None"))),
            is_on=text in picked,
            rows=tuple(rows),
        )


def _items(
    found: Sequence[Difference], options: Mapping[str, object], choices: Choices
) -> Iterator[Item]:
    for group in ("changed", "added", "gone"):
        for one in found:
            if one.group == group:
                is_on = one.key not in choices.left_out
                if group == "gone":
                    is_on &= options["gone"] == "remove"
                yield Item(
                    one.key, group, one.title, one.before, one.after, is_on=is_on, rows=one.rows
                )


def _sentence(counts: Mapping[str, int]) -> str:
    if not counts["added"] and not counts["changed"] and not counts["gone"]:
        return _("The plan has all of this already.")
    return _(
        "Reps: {added} new, {changed} changed, {gone} not in the file; {same} stay as they are."
    ).format(**{key: number(n) for key, n in counts.items()})


def _shown(plan: Plan, people: Sequence[Listed]) -> Shown:
    lon, lat = (np.array([getattr(one, side) for one in people]) for side in ("lon", "lat"))
    xy = Placer(plan).xy(lon, lat) if len(people) else np.empty((0, 2))
    states = np.where(np.isfinite(lon), ARRIVES, NOTHING).astype(np.uint8)
    return Shown(xy, states, np.zeros(len(plan.units), np.uint8))


KIND = RepsKind()
