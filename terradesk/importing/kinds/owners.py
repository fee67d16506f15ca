"""Owners of accounts: a list of named accounts, or who owns which customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from terradesk import records as rec
from terradesk.columns import as_texts
from terradesk.edits import Edit, Record, apply
from terradesk.edits.arrivals import Incoming, incoming
from terradesk.edits.scenarios import set_baseline
from terradesk.edits.territories import create, new_territory
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, isolate, ngettext, number
from terradesk.importing.agreeing import Headed
from terradesk.importing.choices import Choices, Option, Reading
from terradesk.importing.evidence import evidence
from terradesk.importing.handing import moved_between
from terradesk.importing.kind import Meaning
from terradesk.importing.owning import Names, account_rows
from terradesk.importing.periods import iso_date
from terradesk.importing.prepared import CHANGES, Count, Item, Prepared, Shown
from terradesk.importing.roles import UNUSED, cells_of, chosen, needed, recognised, said
from terradesk.importing.source import Source
from terradesk.importing.steps import difference, numbered
from terradesk.importing.territory_words import WORDS
from terradesk.plan import Plan
from terradesk.planning.starting import LEFT, NONE, by_owner
from terradesk.progress import Progress, silent
from terradesk.readers import words
from terradesk.readers.report import ImportReport, Issue, issue
from terradesk.readers.tables import Table

ROLES = {
    "id": N_("Account number"),
    "owner": N_("Owner or territory"),
    "until": N_("Until"),
    "reason": N_("Reason"),
    UNUSED: N_("Not used"),
}
_OWNERS = f"{WORDS['territory']}; {WORDS['rep']}; district; region; assigned to; named to"
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class OwnersKind:
    """A list of accounts and owners; see `terradesk.importing.kind.Kind`."""

    key: ClassVar[str] = "owners"
    title: ClassVar[str] = N_("Owners of accounts, named accounts")
    roles: ClassVar[Mapping[str, str]] = ROLES
    single: ClassVar[Sequence[str]] = tuple(role for role in ROLES if role != UNUSED)

    def suits(self, source: Source, plan: Plan | None) -> float:
        """Likely for little more than known account numbers and owners."""
        if plan is None or source.has_areas or not plan.accounts_present.any():
            return 0.0
        found = evidence(source, plan)
        key, known = found.best("account")
        owner, fit = found.owner_like(_OWNERS, "territory", "rep")
        if not key or owner in ("", key) or fit < 0.4:
            return 0.0
        more = [
            name
            for name in found.names
            if name not in (key, owner, found.role_columns.get("name", ""))
            and max(said(name, WORDS["until"]), said(name, WORDS["reason"])) < 0.5
        ]
        n_more = len(more) + len(found.places - {"unit_code"})
        return known * (0.6 + 0.36 * fit) * max(1 - 0.13 * n_more, 0.1)

    def options(
        self, source: Source, plan: Plan | None, choices: Choices | None = None
    ) -> Sequence[Option]:
        """Named accounts of territories, or territories of the owners' accounts."""
        has_any = plan is not None and bool(plan.tables.get("territory"))
        ways = (
            ("named", _("Named accounts of the owner's territory")),
            ("majority", _("Territories from who owns most in each area")),
        )
        rest = (("unassign", _("Become unassigned")), ("keep", _("Stay as they are")))
        return (
            Option("how", _("Make of it"), "named" if has_any else "majority", ways),
            Option("make", _("Make territories that do not exist"), False, when=("how", "named")),
            Option(
                "pin", _("Name accounts that are there already, too"), False, when=("how", "named")
            ),
            Option(
                *("unlisted", _("Areas without an owned account"), "unassign", rest),
                when=("how", "majority"),
            ),
        )

    def recognise(self, source: Source, plan: Plan | None) -> Sequence[Meaning]:
        """By headers, and by the account numbers of the plan."""
        found = evidence(source, plan)
        headed = Headed(found)
        fits = {
            "id": headed.known("id", "account", words.WORDS["id"], 0.2)
            if plan is not None
            else headed.fit("id", words.WORDS["id"]),
            "owner": headed.fit("owner", _OWNERS, "territory", "rep"),
            "until": headed.fit("until", WORDS["until"]),
            "reason": headed.fit("reason", WORDS["reason"]),
        }
        return recognised(found.cells, fits, headed.why)

    def prepare(
        self,
        source: Source,
        plan: Plan | None,
        choices: Choices,
        alignment: int = 0,
        progress: Progress = silent,
    ) -> Prepared:
        """Named accounts, or territories with their exceptions.

        Raises
        ------
        TerraDeskError
            There are no accounts, or none of them is in the list.
        """
        if plan is None or not plan.accounts_present.any():
            raise TerraDeskError(_("There are no accounts."), _("Import the accounts first."))
        roles = chosen(self, source, plan, choices)
        needed(roles, "id", _(ROLES["id"]))
        needed(roles, "owner", _(ROLES["owner"]))
        options = {one.key: choices.option(one) for one in self.options(source, plan, choices)}
        lines = _read(source.rows, plan, roles, choices.reading.dates)
        task = _Task(plan, alignment, choices, options, lines)
        now = task.majority() if options["how"] == "majority" else task.named()
        if now.baseline is None and options["how"] == "majority":
            edit = set_baseline(now, now.alignment(alignment).scenario.id)
            now = apply(now, edit) if edit else now
        report = _report(source.rows, lines, task)
        made = task.step(self.key, source, now, report)
        told = moved_between(plan, now, alignment)
        return Prepared(
            self.key,
            task.sentence(made is not None),
            report,
            made,
            counts=task.counts(),
            heads=(_("Account"), _("Before"), _("After")),
            rows=tuple((one.title, one.before, one.after) for one in task.items[:_SHOWN]),
            items=(*task.asked, *task.items),
            groups=(
                ("unknown", _("Owners without a territory of that name")),
                ("named", _("Named accounts")),
                ("exception", _("Exceptions: outside their owner's territory")),
            ),
            shown=_shown(plan, now, alignment),
            after=(lambda _plan: told) if told else None,
        )


def column_source(plan: Plan, column: str) -> Source:
    """A column of the plan's own accounts as a list of owners.

    Raises
    ------
    TerraDeskError
        There is no such column.
    """
    rows = np.flatnonzero(plan.accounts_present)
    try:
        values = plan.accounts.column(column)
    except KeyError:
        raise TerraDeskError(
            _("There is no column {name}.").format(name=column), _("Choose another column.")
        ) from None
    cells = {"id": plan.accounts.ids[rows], "owner": as_texts(values)[rows]}
    table = Table(cells, len(rows), ImportReport(len(rows), len(rows)))
    return Source(Path(column), Reading(), table=table)


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """Accounts of the list, each with its last line."""

    accounts: np.ndarray  # (k,) rows of the plan
    rows: np.ndarray  # (k,) rows of the table
    owners: list[str]  # (k,)
    until: list[str]
    reasons: list[str]
    unknown: np.ndarray  # rows of the table
    empty: np.ndarray
    grouped: np.ndarray


def _read(table: Table, plan: Plan, roles: Mapping[str, str], dates: str) -> _Lines:
    found = account_rows(plan, cells_of(table, roles, "id").tolist())
    owner = [" ".join(text.split()) for text in cells_of(table, roles, "owner").tolist()]
    is_empty = np.array([text in ("", "0") for text in owner], bool)
    good = np.flatnonzero((found >= 0) & ~is_empty)
    if not len(good):
        raise TerraDeskError(
            _("None of the {n} account numbers is one of this plan.").format(n=number(len(table))),
            _("Check which column holds the numbers; they look like {id} here.").format(
                id=plan.accounts.ids[int(np.flatnonzero(plan.accounts_present)[0])]
            ),
        )
    last = {int(found[row]): row for row in good.tolist()}
    rows = np.array(list(last.values()), np.int64)
    until = cells_of(table, roles, "until").tolist()
    reasons = cells_of(table, roles, "reason").tolist()
    return _Lines(
        np.array(list(last), np.int64),
        rows,
        [owner[row] for row in rows.tolist()],
        [iso_date(until[row], dates) or until[row] for row in rows.tolist()],
        [reasons[row] for row in rows.tolist()],
        np.flatnonzero((found < 0) & ~is_empty),
        np.flatnonzero(is_empty),
        np.setdiff1d(good, rows),
    )


class _Task:
    """One list laid on one alignment."""

    def __init__(
        self,
        plan: Plan,
        alignment: int,
        choices: Choices,
        options: Mapping[str, object],
        lines: _Lines,
    ) -> None:
        self.plan, self.alignment, self.choices = plan, alignment, choices
        self.options, self.lines = options, lines
        self.base = numbered(plan)
        self.items: list[Item] = []
        self.asked: list[Item] = []
        self.homeless: list[int] = []  # rows of the table whose owner has no territory
        self.n_same = self.n_locked = self.n_territories = 0

    # -------------------------------------------------------------- named accounts
    def named(self) -> Plan:
        """The plan with the accounts of the list as named accounts."""
        now, homes = self._homes()
        view = now.alignment(self.alignment)
        locked = view.locked_territories
        was = view.account_territories
        records: list[Record] = []
        n_new = 0
        for k, (row, home) in enumerate(zip(self.lines.accounts.tolist(), homes, strict=True)):
            if home == 0:
                self.homeless.append(int(self.lines.rows[k]))
                continue
            old = view.overrides.get(row)
            until = self.lines.until[k] or (old.until if old else "")
            reason = self.lines.reasons[k] or (old.reason if old else "")
            is_there = int(was[row]) == home
            is_said = old is not None and (until, reason) == (old.until, old.reason)
            if is_there and (is_said or (old is None and not self.options["pin"])):
                self.n_same += 1
                continue
            if int(was[row]) in locked or home in locked:
                self.n_locked += 1
                continue
            item = self._item("named", k, int(was[row]), home, now)
            self.items.append(item)
            if not item.is_on:
                continue
            new = rec.Override(
                *(rec.new_uid(), now.next_id + n_new, self.alignment),
                account=row, territory=home, reason=reason, until=until,
            )  # fmt: skip
            if old is not None:
                new = replace(new, uid=old.uid, id=old.id, kind=old.kind)
            else:
                n_new += 1
            records.append(Record("override", old, new))
        edit = Edit("", {}, records=tuple(records), alignment=self.alignment)
        return apply(now, edit) if records else now

    def _homes(self) -> tuple[Plan, list[int]]:
        """The plan with territories made that were missing, and the territory of each line."""
        names = Names(self.base.alignment(self.alignment))
        now = self.base
        found = {text: names.find(text) for text in dict.fromkeys(self.lines.owners)}
        missing = [text for text, home in found.items() if home == 0]
        counts = {text: self.lines.owners.count(text) for text in missing}
        for text in missing:
            key = f"owner:{text}"
            near = names.near(text)
            usual = text if self.options["make"] else ""
            picked = self.choices.picked.get(key, usual)
            options = [(name, name) for name in near]
            options += [(text, _("Make “{name}”").format(name=text)), ("", _("Leave out"))]
            if key in self.choices.left_out:
                picked = ""
            if picked == text:
                node = new_territory(now, self.alignment, text)
                now = apply(now, create(now, self.alignment, [node]))
                found[text] = node.id
            elif picked:
                found[text] = names.find(picked)
            n = counts[text]
            before = ngettext("{n} account", "{n} accounts", n).format(n=number(n))
            self.asked.append(
                Item(key, "unknown", text, before, picked, 0.5, tuple(options), bool(picked))
            )
        return now, [found[text] for text in self.lines.owners]

    # -------------------------------------------------------------- majority
    def majority(self) -> Plan:
        """The plan with territories of the owners, and exceptions as named accounts."""
        view = self.base.alignment(self.alignment)
        names = Names(view)
        texts = np.full(len(self.plan.accounts), "", object)
        called = {text: view.name_of(names.find(text)) or text for text in self.lines.owners}
        texts[self.lines.accounts] = [called[text] for text in self.lines.owners]
        others = LEFT if self.options["unlisted"] == "keep" else NONE
        done, exceptions = by_owner(self.base, self.alignment, texts, _("Owner"), others)
        now = apply(self.base, done.edit) if done.edit else self.base
        self.n_locked = done.n_locked
        self.n_territories = len(set(called.values()))
        place = {row: k for k, row in enumerate(self.lines.accounts.tolist())}
        was = now.alignment(self.alignment).account_territories
        out = []
        for row, home in zip(exceptions.rows.tolist(), exceptions.homes.tolist(), strict=True):
            item = self._item("exception", place[row], int(was[row]), home, now)
            self.items.append(item)
            out += [] if item.is_on else [row]
        edit = exceptions.named(now, self.alignment, out)
        return apply(now, edit) if edit else now

    # -------------------------------------------------------------- telling
    def _item(self, group: str, k: int, before: int, after: int, now: Plan) -> Item:
        row = int(self.lines.accounts[k])
        view = now.alignment(self.alignment)
        accounts = self.plan.accounts
        key, unit = f"account:{row}", int(accounts.unit[row])
        return Item(
            key,
            group,
            f"{accounts.ids[row]} {isolate(str(accounts.names[row]))}",
            view.name_of(before) or _("Unassigned"),
            view.name_of(after),
            is_on=key not in self.choices.left_out,
            rows=(int(self.lines.rows[k]),),
            units=(unit,) if unit >= 0 else (),
        )

    def counts(self) -> tuple[Count, ...]:
        """Figures of the page."""
        n_on = sum(1 for item in self.items if item.is_on)
        found = [
            Count("territories", _("Territories"), self.n_territories, "ok"),
            Count("named", _("Named accounts"), n_on),
            Count("same", _("There already"), self.n_same, "ok"),
            Count("unknown", _("Account numbers that the plan does not have"),
                  len(self.lines.unknown), "warning"),
            Count("homeless", _("Owner without a territory"), len(self.homeless), "warning"),
            Count("locked", _("Locked: stay as they are"), self.n_locked, "warning"),
        ]  # fmt: skip
        return tuple(one for one in found if one.n)

    def sentence(self, is_news: bool) -> str:
        """What comes of it in one line."""
        if not is_news:
            return _("The plan has all of this already.")
        n = sum(1 for item in self.items if item.is_on)
        if self.options["how"] == "majority":
            return _("{n} territories of owners, {m} exceptions as named accounts").format(
                n=number(self.n_territories), m=number(n)
            )
        return ngettext("{n} named account", "{n} named accounts", n).format(n=number(n))

    def step(self, key: str, source: Source, now: Plan, report: ImportReport) -> Incoming | None:
        """The step; None when nothing would change."""
        changes, records = difference(self.base, now)
        if not changes and not records:
            return None
        n = sum(1 for item in self.items if item.is_on)
        one, many = N_("Named {n} account from {a}"), N_("Named {n} accounts from {a}")
        made = N_("Made {k} territories of owners from {a}, {n} exceptions")
        return incoming(
            self.plan,
            made if self.options["how"] == "majority" else one if n == 1 else many,
            {"n": n, "k": self.n_territories, "a": source.name},
            kind=key,
            source=source.name,
            report=asdict(report),
            choices=self.choices.as_json(),
            changes=changes,
            records=records,
            alignment=self.alignment,
        )


def _report(table: Table, lines: _Lines, task: _Task) -> ImportReport:
    n_out = len(lines.unknown) + len(lines.empty) + len(task.homeless)
    n = len(table)
    own = ImportReport(
        n,
        n - n_out - len(lines.grouped),
        len(lines.grouped),
        rejected=n_out,
        issues=tuple(_issues(table, lines, task)),
    )
    return table.report.followed_by(own).labelled(table.columns)


def _issues(table: Table, lines: _Lines, task: _Task) -> Iterator[Issue]:
    told = (
        (lines.unknown, "unknown", _("Account number is not in the plan")),
        (lines.empty, "no_owner", _("No owner")),
        (np.array(task.homeless, np.int64), "homeless", _("There is no such territory")),
    )
    for rows, kind, reason in told:
        if len(rows):
            text = ngettext(
                "{reason}: {n} row left out.", "{reason}: {n} rows left out.", len(rows)
            )
            message = text.format(reason=reason, n=number(len(rows)))
            yield issue(kind, message, rows, outcome="rejected", reason=reason)
    if len(lines.grouped):
        text = ngettext(
            "{n} line is followed by a later one of the same account, which holds.",
            "{n} lines are followed by later ones of the same accounts, which hold.",
            len(lines.grouped),
        )
        reason = _("A later line of the same account holds")
        message = text.format(n=number(len(lines.grouped)))
        yield issue("again", message, lines.grouped, outcome="grouped", reason=reason)


def _shown(plan: Plan, now: Plan, alignment: int) -> Shown:
    was = plan.alignment(alignment).account_territories
    after = now.alignment(alignment).account_territories
    accounts = plan.accounts
    states = np.where(was != after, CHANGES, 0).astype(np.uint8)
    units = np.zeros(len(plan.units), np.uint8)
    units[plan.assignments[alignment] != now.assignments[alignment]] = CHANGES
    points = np.column_stack([accounts.x, accounts.y])[states > 0]
    return Shown(points, states[states > 0], units, now if units.any() else None)


KIND = OwnersKind()
