"""Territories drawn by hand: units go to the one that holds most of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import shapely

from terradesk import projection
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, isolate, ngettext, number, percent
from terradesk.importing.adopting import (
    TREE,
    Adopted,
    Leaf,
    adopt,
    adopted_step,
    after_text,
    item_key,
    leaves_of,
    locked_issues,
    scenario_of,
    scenario_options,
    sentence,
    shown,
    territory_items,
    unit_title,
    with_outlines,
)
from terradesk.importing.adopting.ground import Shares, by_accounts, shares
from terradesk.importing.agreeing import Headed
from terradesk.importing.choices import Choices, Option
from terradesk.importing.evidence import evidence
from terradesk.importing.kind import Meaning
from terradesk.importing.prepared import PROBLEM, Count, Item, Prepared
from terradesk.importing.roles import UNUSED, cells_of, chosen, recognised, said
from terradesk.importing.source import Source
from terradesk.importing.territory_words import WORDS
from terradesk.plan import Plan
from terradesk.planning.starting import LEFT, NONE
from terradesk.progress import Progress, silent
from terradesk.readers.maps.coordinates import coordinate_system
from terradesk.readers.maps.shapes import joined, left_out, polygons_of, refuse_without_areas
from terradesk.readers.report import ImportReport, Issue, issue

ROLES = {
    "territory": N_("Territory"),
    "district": N_("District above it"),
    "region": N_("Region above that"),
    "rep": N_("Rep"),
    "email": N_("Rep's e-mail"),
    "colour": N_("Colour"),
    UNUSED: N_("Not used"),
}
_NAMES = f"{WORDS['territory']}; {WORDS['rep']}; name; nom; nazwa; namn; bezeichnung; label; title"
_SHOWN = 200
_LARGE = 1e5  # m2: a smaller overlap would be told as 0.0 km2
_NAMED = 10
_FEWER = 0.5  # of the units: more shapes than that are areas, not territories


@dataclass(frozen=True, slots=True)
class DrawnKind:
    """Drawn territories; see `terradesk.importing.kind.Kind`."""

    key: ClassVar[str] = "drawn"
    title: ClassVar[str] = N_("Territories drawn on a map")
    roles: ClassVar[Mapping[str, str]] = ROLES
    single: ClassVar[Sequence[str]] = tuple(role for role in ROLES if role != UNUSED)

    def suits(self, source: Source, plan: Plan | None) -> float:
        """Areas, far fewer than the plan has; likelier when a column says territory."""
        if plan is None or not source.has_areas or plan.arcs is None:
            return 0.0
        n = int(plan.units_present.sum())
        if not 0 < source.n_rows <= max(_FEWER * n, 1):
            return 0.05
        said_so = max((said(name, WORDS["territory"]) for name in source.rows.columns), default=0)
        return 0.55 + 0.35 * said_so

    def options(
        self, source: Source, plan: Plan | None, choices: Choices | None = None
    ) -> Sequence[Option]:
        """By what the largest part is, from when a unit counts as split, and where it goes."""
        noun = plan.heading_noun(2) if plan is not None else _("Areas")
        ways = [("area", _("Area"))]
        if plan is not None and plan.accounts_present.any():
            ways.append(("accounts", _("What its accounts carry")))
        rest = (("keep", _("Stay as they are")), ("unassign", _("Become unassigned")))
        return (
            Option("by", _("Largest part by"), "area", tuple(ways)),
            Option("minimum", _("Assigned from a share of"), 10.0, unit="%"),
            Option("split", _("Listed as split from a share outside of"), 10.0, unit="%"),
            Option("unlisted", _("{noun} outside all").format(noun=noun), "keep", rest),
            *scenario_options(source, plan),
        )

    def recognise(self, source: Source, plan: Plan | None) -> Sequence[Meaning]:
        """By headers; else the name is a column of texts that differ."""
        table = source.rows
        headed = Headed(evidence(source, plan))
        fits = {role: headed.fit(role, WORDS[role]) for role in ("territory", *TREE)}
        found = recognised(headed.found.cells, fits, headed.why)
        if any(one.role == "territory" for one in found):
            return found
        scores = {
            one.column: said(one.column, _NAMES)
            + 0.3 * (len(set(table.columns[one.column].tolist())) > 0.8 * len(table))
            - 0.4 * all(c.replace(".", "").isdigit() for c in table.columns[one.column].tolist())
            for one in found
            if one.role in (UNUSED, "rep") and (table.columns[one.column] != "").any()
        }
        best = max(scores, key=lambda name: scores[name], default="")
        return [Meaning(o.column, "territory", 0.5) if o.column == best else o for o in found]

    def prepare(
        self,
        source: Source,
        plan: Plan | None,
        choices: Choices,
        alignment: int = 0,
        progress: Progress = silent,
    ) -> Prepared:
        """Units by the largest part, and those that are split.

        Raises
        ------
        TerraDeskError
            There is no map, or no shape that can be used.
        """
        if plan is None or plan.arcs is None or not plan.units_present.any():
            raise TerraDeskError(
                _("There are no areas that could be assigned."), _("Open a plan with a map first.")
            )
        roles = chosen(self, source, plan, choices)
        scenario = scenario_of(source, plan, choices)
        drawn = _read(source, plan, roles)
        progress(0.2, _("Comparing with the map"))
        found = shares(plan, drawn.shapes)
        if not len(found.units):
            raise TerraDeskError(
                _("None of the drawn territories lies in this map."),
                _("Choose the coordinate system of the file, or another file."),
            )
        if choices.options.get("by") == "accounts":
            found = by_accounts(plan, found, drawn.shapes)
        labels, items = _decided(plan, drawn.leaves, found, choices)
        outside = plan.units_present & (labels == LEFT)
        outside[[one.units[0] for one in items if one.key in choices.left_out]] = False
        if choices.options.get("unlisted") == "unassign":
            labels[outside] = NONE
        off = [k for k, leaf in enumerate(drawn.leaves) if item_key(leaf.name) in choices.left_out]
        taken = np.where(np.isin(labels, off), LEFT, labels)
        progress(0.8, _("Adopting"))
        adopted = adopt(
            plan, alignment, *_renumbered(taken, drawn.leaves, off), scenario=scenario,
            reason=_("from {file}").format(file=source.name),
        )  # fmt: skip
        issues = [*drawn.issues, *_issues(plan, drawn, found, items, outside, adopted)]
        n_rows, n_in = source.n_rows, len(drawn.rows)
        own = ImportReport(
            n_rows,
            len(drawn.leaves),
            n_in - len(drawn.leaves),
            rejected=n_rows - n_in,
            issues=tuple(issues),
        )
        report = source.rows.report.followed_by(own).labelled(source.rows.columns)
        made = adopted_step(
            self.key, source, plan, adopted, report, choices, len(drawn.leaves) - len(off)
        )
        looks = shown(plan, alignment, adopted)
        looks = with_outlines(looks, drawn.leaves, drawn.shapes, labels, off)
        looks.unit_states[outside] = PROBLEM
        return Prepared(
            self.key,
            sentence(plan, labels, len(drawn.leaves) - len(off), made is not None),
            report,
            made,
            counts=_counts(plan, labels, items, outside, found, adopted),
            heads=(_("Territory"), plan.heading_noun(2)),
            rows=tuple(
                (leaf.name, number(int((labels == k).sum())))
                for k, leaf in enumerate(drawn.leaves[:_SHOWN])
            ),
            items=(*items, *territory_items(plan, alignment, labels, drawn.leaves, choices)),
            groups=(("split", _("Split")), ("territory", _("Territories"))),
            shown=looks,
            after=after_text(plan, alignment, adopted, scenario),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """A shape in the plan's CRS for each territory, and the territory of each row."""

    leaves: list[Leaf]
    shapes: np.ndarray
    labels: np.ndarray
    rows: np.ndarray
    issues: tuple[Issue, ...]


def _read(source: Source, plan: Plan, roles: Mapping[str, str]) -> _Drawn:
    boundaries = source.boundaries
    if boundaries is None or not source.has_areas:
        raise TerraDeskError(
            _("The file holds no areas."), _("Choose a map file with territories drawn in it.")
        )
    found = polygons_of(boundaries)
    refuse_without_areas(found, boundaries)
    crs, issues = coordinate_system(found, boundaries.crs, source.reading.crs or None)
    rows = found.rows
    shapes = projection.to_plan(found.shapes[rows], crs, plan.crs)
    wrong = ~shapely.is_valid(shapes)
    shapes[wrong] = shapely.make_valid(shapes[wrong], method="structure", keep_collapsed=False)
    cells = cells_of(source.rows, roles, "territory").tolist()
    names = [" ".join(text.split()) for text in cells]
    nameless = [row for row in rows.tolist() if names[row] in ("", "0")]
    for k, row in enumerate(nameless):
        names[row] = f"{_('Territory')} {k + 1}"
    used = set(rows.tolist())
    leaves = leaves_of(
        source.rows, roles, [name if row in used else "" for row, name in enumerate(names)]
    )
    number_of = {leaf.name: k for k, leaf in enumerate(leaves)}
    labels = np.array([number_of[names[row]] for row in rows.tolist()], np.int64)
    whole = joined(shapes, labels, len(leaves))
    return _Drawn(leaves, whole, labels, rows, (*left_out(found), *issues))


def _decided(
    plan: Plan, leaves: Sequence[Leaf], found: Shares, choices: Choices
) -> tuple[np.ndarray, list[Item]]:
    """Territory of each unit, and the units that are split."""
    minimum = float(choices.options.get("minimum", 10.0)) / 100
    split = float(choices.options.get("split", 10.0)) / 100
    labels = np.full(len(plan.units), LEFT, np.int64)
    starts = np.flatnonzero(np.diff(found.units, prepend=-1))
    stops = np.append(starts[1:], len(found.units))
    best = found.shares[starts] >= minimum
    labels[found.units[starts[best]]] = found.labels[starts[best]]
    items = []
    for a, b in zip(starts.tolist(), stops.tolist(), strict=True):
        unit = int(found.units[a])
        outside = 1.0 - float(found.covered[unit])
        second = float(found.shares[a + 1]) if b > a + 1 else 0.0
        if max(second, outside) > split or (second > 0 and found.shares[a] < minimum):
            item = _item(plan, leaves, found, (a, b), outside, int(labels[unit]), choices)
            picked = choices.picked.get(item.key)
            if picked is not None:
                names = {leaf.name: k for k, leaf in enumerate(leaves)}
                labels[unit] = names.get(picked, LEFT)
            if item.key in choices.left_out:
                labels[unit] = LEFT
            items.append((max(second, outside), item))
    return labels, [item for _share, item in sorted(items, key=lambda pair: -pair[0])]


def _item(
    plan: Plan,
    leaves: Sequence[Leaf],
    found: Shares,
    span: tuple[int, int],
    outside: float,
    label: int,
    choices: Choices,
) -> Item:
    unit = int(found.units[span[0]])
    key = f"unit:{unit}"
    parts = [(leaves[int(found.labels[k])].name, float(found.shares[k])) for k in range(*span)]
    said_parts = [f"{_share(share)} {isolate(name)}" for name, share in parts if share >= 0.005]
    if outside >= 0.005:
        said_parts.append(_("{share} outside").format(share=_share(outside)))
    name = choices.picked.get(key, leaves[label].name if label >= 0 else "")
    texts = [(one, f"{one} ({_share(share)})") for one, share in parts]
    return Item(
        key,
        "split",
        unit_title(plan, unit),
        before=", ".join(said_parts),
        after="" if key in choices.left_out else (name or _("Unassigned")),
        score=max(0.0, min(1.0, parts[0][1])),
        candidates=(*texts, ("", _("None"))),
        is_on=bool(name) and key not in choices.left_out,
        units=(unit,),
    )


def _share(share: float) -> str:
    return percent(share, signed=False)


def _renumbered(
    labels: np.ndarray, leaves: Sequence[Leaf], off: Sequence[int]
) -> tuple[np.ndarray, list[Leaf]]:
    """Labels without the territories that are left out."""
    kept = [k for k in range(len(leaves)) if k not in set(off)]
    place = np.full(len(leaves) + 2, LEFT, np.int64)
    place[kept] = np.arange(len(kept))
    place[NONE], place[LEFT] = NONE, LEFT  # counted from the end
    return place[labels], [leaves[k] for k in kept]


def _issues(
    plan: Plan,
    drawn: _Drawn,
    found: Shares,
    items: Sequence[Item],
    outside: np.ndarray,
    adopted: Adopted,
) -> Iterator[Issue]:
    n = len(items)
    if n:
        text = ngettext(
            "{n} {noun} is split: the largest part decides.",
            "{n} {noun} are split: the largest part decides.",
            n,
        )
        yield issue("split", text.format(n=number(n), noun=plan.noun(n)), n=n, outcome="")
    n = int(outside.sum())
    if n:
        text = ngettext(
            "{n} {noun} lies outside all drawn territories.",
            "{n} {noun} lie outside all drawn territories.",
            n,
        )
        yield issue("uncovered", text.format(n=number(n), noun=plan.noun(n)), n=n, outcome="")
    pairs = sorted(found.both.items(), key=lambda pair: -pair[1])
    for (a, b), size in pairs[:_NAMED]:
        rows = drawn.rows[np.isin(drawn.labels, (a, b))]
        text = _("{a} and {b} overlap by {size} km².").format(
            a=isolate(drawn.leaves[a].name),
            b=isolate(drawn.leaves[b].name),
            size=number(size / 1e6, 1 if size >= _LARGE else 4),
        )
        yield issue("overlap", text, rows, outcome="", reason=_("Overlaps another territory"))
    if len(pairs) > _NAMED:
        text = _("{n} more pairs of territories overlap.")
        yield issue("overlaps", text.format(n=number(len(pairs) - _NAMED)), outcome="")
    yield from locked_issues(plan, adopted)


def _counts(
    plan: Plan,
    labels: np.ndarray,
    items: Sequence[Item],
    outside: np.ndarray,
    found: Shares,
    adopted: Adopted,
) -> tuple[Count, ...]:
    noun = plan.heading_noun(2)
    rows = [
        Count("assigned", _("{noun} with a territory").format(noun=noun),
              int((labels >= 0).sum()), "ok"),
        Count("split", _("{noun} that are split").format(noun=noun), len(items), "warning"),
        Count("uncovered", _("{noun} outside all").format(noun=noun),
              int(outside.sum()), "warning"),
        Count("overlap", _("Pairs that overlap"), len(found.both), "warning"),
        Count("locked", _("Locked: stay as they are"), adopted.n_locked, "warning"),
    ]  # fmt: skip
    return tuple(one for one in rows if one.n or one.key == "assigned")


KIND = DrawnKind()
