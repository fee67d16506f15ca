"""A newer customer list into a plan with accounts: the difference first, then one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import ClassVar

import numpy as np

from terradesk.accounts import empty_accounts
from terradesk.edits.arrivals import Incoming, preview
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, ngettext, number
from terradesk.importing.choices import Choices, Option
from terradesk.importing.evidence import Evidence, evidence
from terradesk.importing.handing import moved_between
from terradesk.importing.kind import Meaning
from terradesk.importing.kinds.accounts import (
    COUNTRY,
    CRS,
    OUTSIDE,
    SWAP,
    place_groups,
    placing_of,
)
from terradesk.importing.kinds.accounts import (
    KIND as ACCOUNTS,
)
from terradesk.importing.places import items_of
from terradesk.importing.prepared import ARRIVES, CHANGES, GOES, Count, Item, Prepared, Shown
from terradesk.importing.roles import UNUSED, chosen, column_of
from terradesk.importing.source import Source
from terradesk.importing.updating import (
    Matched,
    Moves,
    Pair,
    compared,
    grouping,
    matched,
    moves,
    paired,
)
from terradesk.importing.updating.amounts import in_own_columns
from terradesk.importing.updating.matching import BY_ID, BY_NAME
from terradesk.importing.updating.step import step
from terradesk.importing.updating.telling import Groups, Teller, grouped, new_key, old_key
from terradesk.plan import Plan
from terradesk.progress import Progress, part, silent
from terradesk.readers import ROLES, MadeAccounts, make_accounts, words
from terradesk.readers.recognising import SINGLE
from terradesk.readers.report import ImportReport, Issue, issue

_FEW = 0.1
"""Share of accounts found in the plan below which a list hardly is a newer one of it."""
_SHOWN = 200
_GROUPS = (
    ("moved", N_("Moved")),
    ("changed", N_("Changed")),
    ("added", N_("New")),
    ("back", N_("Come back")),
    ("gone", N_("Not in the file")),
)

GONE = Option(
    "gone",
    N_("Accounts that are not in the file"),
    "keep",
    (("keep", N_("Keep")), ("remove", N_("Remove"))),
)
EMPTY = Option("empty", N_("Empty cells empty what the plan has"), False)
_PLACING = frozenset(one.key for one in (OUTSIDE, COUNTRY, CRS, SWAP))
KEEP_PLACES = Option("keep_places", N_("Keep places set by hand"), True)


@dataclass(frozen=True, slots=True)
class UpdateKind:
    """A newer customer list; see `terradesk.importing.kind.Kind`."""

    key: ClassVar[str] = "update"
    title: ClassVar[str] = N_("Newer customer list")
    roles: ClassVar[Mapping[str, str]] = ROLES
    single: ClassVar[Sequence[str]] = SINGLE

    def suits(self, source: Source, plan: Plan | None) -> float:
        """Likely where most account numbers are known and it says more than one thing of them."""
        if plan is None or source.has_areas or not plan.accounts_present.any():
            return 0.0
        if source.n_rows == 0:
            return 0.0
        found = evidence(source, plan)
        by_number = found.best("account")[1]
        known = by_number if by_number >= 0.2 else 0.9 * found.best("account_name")[1]
        return 0.1 if known < 0.2 else 0.25 + 0.7 * known * _fullness(found)

    def options(
        self, source: Source, plan: Plan | None, choices: Choices | None = None
    ) -> Sequence[Option]:
        """Key, what becomes of accounts that are gone, empty cells, places set by hand."""
        ways = [("", _("As recognised")), (BY_ID, _("Account number")), (BY_NAME, _("Name, place"))]
        own = plan.accounts.columns if plan is not None else {}
        ways += [(f"column:{name}", name) for name in source.rows.columns if name in own]
        gone = tuple((value, _(text)) for value, text in GONE.choices)
        return (
            Option("key", _("Accounts are the same by"), "", tuple(ways)),
            replace(GONE, title=_(GONE.title), choices=gone),
            replace(EMPTY, title=_(EMPTY.title)),
            replace(KEEP_PLACES, title=_(KEEP_PLACES.title)),
            *(one for one in ACCOUNTS.options(source, plan, choices) if one.key in _PLACING),
        )

    def recognise(self, source: Source, plan: Plan | None) -> Sequence[Meaning]:
        """As for new accounts."""
        return ACCOUNTS.recognise(source, plan)

    def prepare(
        self,
        source: Source,
        plan: Plan | None,
        choices: Choices,
        alignment: int = 0,
        progress: Progress = silent,
    ) -> Prepared:
        """The difference between the list and the plan, and the step that takes it.

        Raises
        ------
        TerraDeskError
            There is no plan with accounts, or the list cannot be read as chosen.
        """
        if plan is None or not plan.accounts_present.any():
            raise TerraDeskError(
                _("There are no accounts to update."), _("Import the list as accounts.")
            )
        roles = chosen(self, source, plan, choices)
        return _Update(source, plan, choices, alignment, roles).prepared(progress)


def _fullness(found: Evidence) -> float:
    """How much like a list of customers a file is, and not one of their figures, 0 ... 1."""
    if found.places:
        return 1.0
    assert found.plan is not None
    own = {words.plain(name) for name in found.plan.accounts.columns}
    n_known = sum(1 for name in found.names if words.plain(name) in own)
    has_name = "name" in found.role_columns
    covered = (n_known + has_name) / max(len(own) + 1, 1)
    return 0.3 + 0.15 * has_name + 0.5 * covered * (n_known > 1)


def _attributes(roles: Mapping[str, str]) -> list[str]:
    own = ("id", "name", "lat", "lon", UNUSED)
    return [name for name, role in roles.items() if role not in own]


class _Update:
    """One comparison of a list with a plan."""

    def __init__(
        self,
        source: Source,
        plan: Plan,
        choices: Choices,
        alignment: int,
        roles: dict[str, str],
    ) -> None:
        self.source, self.plan, self.choices = source, plan, choices
        self.alignment, self.roles, self.table = alignment, roles, source.rows

    def prepared(self, progress: Progress) -> Prepared:
        made, found, pairs, issues = self._matched(progress)
        overwrites = bool(self.choices.option(EMPTY))
        cells, bad = compared(self.plan, made, self.table, self.roles, pairs, found.old, overwrites)
        keeps = bool(self.choices.option(KEEP_PLACES))
        going = moves(self.plan, made, self.roles, pairs, cells, found.old, keeps)
        present = self.plan.accounts_present
        groups = grouped(found.old, present, cells, going.new, found.gone)
        removes = self.choices.option(GONE) == "remove"
        out = self.choices.left_out
        takes = np.ones(len(found.old), bool)
        for k in np.concatenate([groups.changed, groups.moved, groups.back]).tolist():
            takes[k] = old_key(int(found.old[k])) not in out
        for k in groups.added.tolist():
            takes[k] = new_key(made, k) not in out
        gone = [row for row in found.gone.tolist() if removes and old_key(row) not in out]
        report = self._report(made, takes, [*issues, *bad, *_told(made, going)])
        progress(0.85, _("Comparing"))
        made_step = step(
            self.plan,
            made,
            pairs,
            cells,
            found.old,
            takes=takes,
            moved=going.new[takes[going.new]],
            added=groups.added[takes[groups.added]],
            back=found.old[groups.back[takes[groups.back]]],
            gone=np.array(gone, np.int64),
            source=self.source.name,
            decimal=self.table.decimal,
            report=asdict(report),
            choices=self.choices.as_json(),
            alignment=self.alignment,
        )
        teller = Teller(self.plan, made, found.old, cells, self.alignment, out)
        asked = (*teller.doubts(found.doubts), *self._asked(made, groups, going))
        items = (*asked, *teller.items(groups, removes))
        told = self._territories(made_step)
        return Prepared(
            "update",
            " ".join(text for text in (_sentence(groups), told) if text),
            report,
            made_step,
            counts=_counts(groups, going),
            heads=(_("Account"), _("Before"), _("After")),
            rows=tuple((one.title, one.before, one.after) for one in items[len(asked) :][:_SHOWN]),
            items=items,
            groups=(
                ("match", _("Called nearly like an account of the plan")),
                *place_groups(),
                *((key, _(text)) for key, text in _GROUPS),
            ),
            shown=self._shown(made, groups, np.array(gone, np.int64)),
            after=(lambda plan: told) if told else None,
        )

    def _matched(self, progress: Progress) -> tuple[MadeAccounts, Matched, list[Pair], list[Issue]]:
        plan, table, roles = self.plan, self.table, self.roles
        asked = str(self.choices.options.get("key", "")).removeprefix("column:")
        if asked not in ("", BY_ID, BY_NAME) and asked not in table.columns:
            raise TerraDeskError(
                _("The table has no column “{name}”.").format(name=asked),
                _("Its columns are: {names}").format(names=", ".join(table.columns)),
            )
        key, joined = grouping(table, roles, plan, asked)
        bare = replace(plan, accounts=empty_accounts(), tables={**plan.tables, "column": {}})
        own = dict(roles)
        if key == BY_NAME and not joined:  # numbers may come twice where names tell apart
            own = {name: "code" if role == "id" else role for name, role in roles.items()}
        making = part(progress, 0.0, 0.7)
        made = make_accounts(table, own, joined, bare, making, placing=placing_of(self.choices))
        progress(0.7, _("Comparing"))
        made = in_own_columns(plan, made, self._pairs(made))
        pairs = self._pairs(made)
        columns = {pair.file: pair.plan for pair in pairs if not pair.is_new}
        picked = dict(self.choices.picked)
        picked |= {key: "" for key in self.choices.left_out if key.startswith("match:")}
        found = matched(plan, made, table, roles, columns, key, picked)
        return made, found, pairs, _strangers(found.old)

    def _pairs(self, made: MadeAccounts) -> list[Pair]:
        wanted = {
            name: values
            for name, values in made.accounts.columns.items()
            if self.roles.get(name) not in ("id", UNUSED)
        }
        return paired(self.plan, wanted, self.roles)

    def _report(
        self, made: MadeAccounts, takes: np.ndarray, issues: Sequence[Issue]
    ) -> ImportReport:
        """The report of reading, where accounts that are left out by choice are left-out rows."""
        report = made.report
        rows = np.flatnonzero((made.account_of >= 0) & ~takes[np.maximum(made.account_of, 0)])
        n_out = int((~takes).sum())
        if n_out:
            text = ngettext(
                "{n} row was left out by choice.", "{n} rows were left out by choice.", len(rows)
            ).format(n=number(len(rows)))
            reason = _("Left out by choice")
            out = issue("left_out", text, rows, level="info", outcome="rejected", reason=reason)
            issues = [*issues, out]
            report = replace(
                report,
                accepted=report.accepted - n_out,
                grouped=report.grouped - (len(rows) - n_out),
                rejected=report.rejected + len(rows),
                unplaced=int(((made.accounts.placement == 0) & takes).sum()),
            )
        report = replace(report, issues=(*report.issues, *issues))
        name, key = column_of(self.roles, "name"), column_of(self.roles, "id")
        return report.labelled(self.table.columns, key, name)

    def _territories(self, made_step: Incoming | None) -> str:
        """How many accounts change their territory in the scenario in view, and what moves."""
        if made_step is None or self.alignment not in self.plan.assignments:
            return ""
        return moved_between(self.plan, preview(self.plan, made_step), self.alignment)

    @staticmethod
    def _asked(made: MadeAccounts, groups: Groups, going: Moves) -> tuple[Item, ...]:
        """Places that are not sure, of accounts that would be put there."""
        put = np.concatenate([groups.added, going.new, going.lost])
        return tuple(
            item
            for item in items_of(made)
            if np.isin(made.account_of[np.array(item.rows, np.int64)], put).any()
        )

    def _shown(self, made: MadeAccounts, groups: Groups, gone: np.ndarray) -> Shown:
        now, was = made.accounts, self.plan.accounts
        states = np.zeros(len(now), np.uint8)
        states[groups.added], states[groups.back] = ARRIVES, ARRIVES
        states[groups.moved], states[groups.changed] = CHANGES, CHANGES
        left = np.column_stack([was.x[gone], was.y[gone]])
        points = np.concatenate([np.column_stack([now.x, now.y]), left])
        states = np.concatenate([states, np.full(len(left), GOES, np.uint8)])
        units = np.zeros(len(self.plan.units), np.uint8)
        return Shown(points, states, units, row_points=made.account_of)


def _strangers(old: np.ndarray) -> list[Issue]:
    """A warning where next to no account of the file is one of the plan's."""
    n = int((old >= 0).sum())
    if not len(old) or n >= _FEW * len(old):
        return []
    text = _("Only {n} of {total} accounts are found in the plan: is the right column the number?")
    told = text.format(n=number(n), total=number(len(old)))
    return [issue("strangers", told, n=len(old) - n, outcome="")]


def _told(made: MadeAccounts, going: Moves) -> list[Issue]:
    out = []
    if going.n_by_hand:
        text = ngettext(
            "{n} account stays where it was placed by hand.",
            "{n} accounts stay where they were placed by hand.",
            going.n_by_hand,
        )
        text = text.format(n=number(going.n_by_hand))
        out.append(issue("by_hand", text, n=going.n_by_hand, level="info", outcome=""))
    if len(going.lost):
        rows = np.flatnonzero(np.isin(made.account_of, going.lost))
        text = ngettext(
            "{n} account has another address without a place: it stays where it was.",
            "{n} accounts have another address without a place: they stay where they were.",
            len(going.lost),
        )
        text = text.format(n=number(len(going.lost)))
        reason = _("The new address has no place: stays where it was")
        out.append(issue("lost", text, rows, outcome="", reason=reason))
    return out


def _sentence(groups: Groups) -> str:
    if not any(len(getattr(groups, name)) for name, _text in _GROUPS):
        return _("The plan has all of this already.")
    return _(
        "{added} new, {changed} changed, {moved} moved, {gone} not in the file; "
        "{same} stay as they are."
    ).format(
        added=number(len(groups.added) + len(groups.back)),
        **{
            name: number(len(getattr(groups, name)))
            for name in ("changed", "moved", "gone", "same")
        },
    )


def _counts(groups: Groups, going: Moves) -> tuple[Count, ...]:
    found = [Count(key, _(text), len(getattr(groups, key))) for key, text in _GROUPS]
    found.append(Count("same", _("Unchanged"), len(groups.same), "ok"))
    if going.n_by_hand:
        found.append(Count("by_hand", _("Kept where placed by hand"), going.n_by_hand))
    if len(going.lost):
        found.append(Count("lost", _("New address without a place"), len(going.lost), "warning"))
    return tuple(found)


KIND = UpdateKind()
