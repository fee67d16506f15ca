"""The lines of a list of codes and territories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from terradesk import records as rec
from terradesk.errors import TerraDeskError
from terradesk.i18n import _, isolate, ngettext, number
from terradesk.importing.adopting.code_cells import CodeReader, Said
from terradesk.importing.adopting.showing import locked_issues, unit_title
from terradesk.importing.adopting.territories import Adopted, Leaf, colour_of
from terradesk.importing.choices import Choices
from terradesk.importing.one_spelling import one_spelling
from terradesk.importing.prepared import Count, Item
from terradesk.importing.roles import cells_of
from terradesk.plan import Plan
from terradesk.planning.starting import LEFT, NONE, natural
from terradesk.readers.report import ImportReport, Issue, issue
from terradesk.readers.tables import Table

_NAMED = 20
TREE = ("district", "region", "rep", "email", "colour")
"""What a file may tell of a territory beside its name."""


@dataclass(slots=True, eq=False)
class Lines:
    """What the lines of a list say.

    Parameters
    ----------
    labels : ndarray of int64, shape (n_units,)
        Index into ``leaves``, LEFT where no line says anything, NONE where it says nobody.
    leaves : list of Leaf
    is_listed : ndarray of bool, shape (n_units,)
    items : list of Item
        Units that the list gives to several territories.
    unknown : dict of str to list of int
        Rows of each code that the map does not have.
    rejected : list of int
        Rows without any known code.
    respelled : list of int
        Rows whose territory is written in other capitals than elsewhere.
    """

    labels: np.ndarray
    leaves: list[Leaf]
    is_listed: np.ndarray
    items: list[Item] = field(default_factory=list)
    unknown: dict[str, list[int]] = field(default_factory=dict)
    rejected: list[int] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)
    respelled: list[int] = field(default_factory=list)

    def report(self, table: Table, plan: Plan, adopted: Adopted) -> ImportReport:
        """Every row accounted for."""
        issues = list(_issues(self, plan, adopted))
        n_out = len(self.rejected) + len(self.empty)
        own = ImportReport(len(table), len(table) - n_out, rejected=n_out, issues=tuple(issues))
        return table.report.followed_by(own).labelled(table.columns)

    def counts(self, plan: Plan, adopted: Adopted) -> tuple[Count, ...]:
        """Figures of the page."""
        n_twice = len(self.items)
        missing = int((plan.units_present & ~self.is_listed).sum())
        noun = plan.heading_noun(2)
        rows = [
            Count("assigned", _("{noun} with a territory").format(noun=noun),
                  int((self.labels >= 0).sum()), "ok"),
            Count("missing", _("{noun} without a line").format(noun=noun), missing,
                  "warning" if missing else ""),
            Count("unknown", _("Codes that the map does not have"), len(self.unknown), "warning"),
            Count("twice", _("{noun} in the list twice").format(noun=noun), n_twice, "warning"),
            Count("locked", _("Locked: stay as they are"), adopted.n_locked, "warning"),
        ]  # fmt: skip
        return tuple(one for one in rows if one.n or one.key == "assigned")


def read_lines(
    table: Table,
    plan: Plan,
    roles: Mapping[str, str],
    column: str,
    choices: Choices,
    alignment: int = 0,
) -> Lines:
    """What the lines of a list say.

    Parameters
    ----------
    table : Table
    plan : Plan
    roles : mapping of str to str
    column : str
        With the codes.
    choices : Choices
    alignment : int
        Whose territories give their names.

    Raises
    ------
    TerraDeskError
        No code is one of the map.
    """
    cells = table.columns[column].tolist()
    said = [" ".join(text.split()) for text in cells_of(table, roles, "territory").tolist()]
    names = one_spelling(said, {row.name for row in plan.rows(rec.Territory, alignment)})
    said_by = CodeReader(plan).said(cells)
    if not any(one.rows for one in said_by.values()):
        raise TerraDeskError(
            _("None of the {n} codes is a code of this map.").format(n=number(len(cells))),
            _("Check which column holds the codes; they look like {code} here.").format(
                code=plan.units.codes[int(np.flatnonzero(plan.units_present)[0])]
            ),
        )
    leaves = leaves_of(table, roles, names)
    lines = Lines(np.full(len(plan.units), LEFT), leaves, np.zeros(len(plan.units), bool))
    lines.respelled = [row for row, name in enumerate(names) if name != said[row]]
    _fill(lines, cells, names, said_by, plan, choices)
    return lines


def leaves_of(table: Table, roles: Mapping[str, str], names: Sequence[str]) -> list[Leaf]:
    """Territories in natural order, each with the first filled cell of what else is told."""
    told = {role: cells_of(table, roles, role).tolist() for role in TREE}
    facts: dict[str, dict[str, str]] = {}
    for row, name in enumerate(names):
        if name not in ("", "0"):
            own = facts.setdefault(name, {})
            for role in TREE:
                if told[role][row] and role not in own:
                    own[role] = " ".join(told[role][row].split())
    return [
        Leaf(
            name,
            **{role: text for role, text in facts[name].items() if role != "colour"},
            colour=colour_of(facts[name].get("colour", "")),
        )
        for name in sorted(facts, key=natural)
    ]


def _fill(
    lines: Lines,
    cells: Sequence[str],
    names: Sequence[str],
    said_by: Mapping[str, Said],
    plan: Plan,
    choices: Choices,
) -> None:
    number_of = {leaf.name: k for k, leaf in enumerate(lines.leaves)}
    claims: dict[int, list[tuple[bool, int, int]]] = {}
    for row, (cell, name) in enumerate(zip(cells, names, strict=True)):
        found = said_by[cell]
        for part in found.unknown:
            lines.unknown.setdefault(part, []).append(row)
        if not found.rows:
            (lines.rejected if cell else lines.empty).append(row)
        label = number_of.get(name, NONE)
        for unit in found.rows:
            claims.setdefault(unit, []).append((not found.is_wide, row, label))
    for unit, told in claims.items():
        best = max(one[0] for one in told)  # a line of its own beats a range
        sure = [one for one in told if one[0] == best]
        labels = list(dict.fromkeys(one[2] for one in reversed(sure)))
        label = labels[0]
        if len(labels) > 1:
            item = _twice(plan, unit, sure, labels, lines.leaves)
            picked = choices.picked.get(item.key)
            label = next((k for k in labels if _leaf_name(lines.leaves, k) == picked), label)
            if item.key in choices.left_out:
                label = LEFT
            lines.items.append(_settled(item, lines.leaves, label))
        lines.labels[unit] = label
        lines.is_listed[unit] = True


def _leaf_name(leaves: Sequence[Leaf], label: int) -> str:
    return leaves[label].name if label >= 0 else ""


def _twice(
    plan: Plan,
    unit: int,
    told: Sequence[tuple[bool, int, int]],
    labels: Sequence[int],
    leaves: Sequence[Leaf],
) -> Item:
    names = [_leaf_name(leaves, label) for label in labels]
    return Item(
        f"unit:{unit}",
        "twice",
        unit_title(plan, unit),
        before=", ".join(isolate(name) if name else _("Unassigned") for name in names),
        score=0.5,
        candidates=tuple((name, name or _("Unassigned")) for name in names),
        rows=tuple(one[1] for one in told),
        units=(unit,),
    )


def _settled(item: Item, leaves: Sequence[Leaf], label: int) -> Item:
    after = "" if label == LEFT else _leaf_name(leaves, label) or _("Unassigned")
    return replace(item, after=after, is_on=label != LEFT)


def _issues(lines: Lines, plan: Plan, adopted: Adopted) -> Iterator[Issue]:
    if lines.unknown:
        n = len(lines.unknown)
        text = ngettext(
            "{n} code is not in the map: {codes}", "{n} codes are not in the map: {codes}", n
        )
        shown = ", ".join(isolate(code) for code in list(lines.unknown)[:_NAMED])
        told = text.format(n=number(n), codes=shown + (" …" if n > _NAMED else ""))
        rows = np.unique([row for found in lines.unknown.values() for row in found])
        part = np.setdiff1d(rows, lines.rejected)
        reason = _("Code is not in the map")
        yield issue("unknown", told, np.array(lines.rejected), outcome="rejected", reason=reason)
        if len(part):
            text = ngettext(
                "{n} row names codes that the map does not have beside others that it has.",
                "{n} rows name codes that the map does not have beside others that it has.",
                len(part),
            )
            yield issue("partly", text.format(n=number(len(part))), part, outcome="")
    if lines.empty:
        text = ngettext("{n} row has no code.", "{n} rows have no code.", len(lines.empty))
        told = text.format(n=number(len(lines.empty)))
        yield issue("no_code", told, np.array(lines.empty), outcome="rejected")
    if lines.items:
        n, rows = len(lines.items), np.unique([row for one in lines.items for row in one.rows])
        text = ngettext(
            "{n} {noun} is in the list with several territories.",
            "{n} {noun} are in the list with several territories.",
            n,
        )
        told = text.format(n=number(n), noun=plan.noun(n))
        reason = _("In the list with several territories")
        yield issue("twice", told, rows, n, outcome="", reason=reason)
    if lines.respelled:
        n = len(lines.respelled)
        text = ngettext(
            "{n} row writes its territory in other capitals than the others: taken for the same.",
            "{n} rows write their territory in other capitals than the others: taken for the same.",
            n,
        )
        reason = _("Territory in other capitals than elsewhere")
        rows = np.array(lines.respelled)
        yield issue("respelled", text.format(n=number(n)), rows, level="info", reason=reason)
    missing = int((plan.units_present & ~lines.is_listed).sum())
    if missing:
        text = ngettext(
            "{n} {noun} has no line in the list.", "{n} {noun} have no line in the list.", missing
        )
        told = text.format(n=number(missing), noun=plan.noun(missing))
        yield issue("missing", told, n=missing, outcome="")
    yield from locked_issues(plan, adopted)
