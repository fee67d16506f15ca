"""Newer boundaries into a plan: same, renamed, merged, split, new and gone areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from terradesk.edits.arrivals import preview
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, ngettext, number
from terradesk.importing.boundaries import newcomers, telling
from terradesk.importing.boundaries.comparing import SAME_SHARE
from terradesk.importing.boundaries.newcomers import Newcomers
from terradesk.importing.boundaries.replacing import (
    TOLERANCE,
    Replacement,
    Wanted,
    replacement,
    step,
)
from terradesk.importing.choices import Choices, Option
from terradesk.importing.kind import Meaning
from terradesk.importing.prepared import Prepared
from terradesk.importing.roles import chosen
from terradesk.importing.source import Source
from terradesk.plan import Plan
from terradesk.progress import Progress, silent

_FIRST = 20
_KNOWN = 0.5  # share of the plan's codes from which on a file is about all of the plan

_SHAPES = Option("shapes", "", False)
_SAME = Option("same", "", 100 * SAME_SHARE, unit="%")
_MISSING = Option("missing", "", "remove")
_SHARE = Option("share", "", "area")
_BORDERS = Option("borders", "", TOLERANCE, unit="m")


class NewerAreas:
    """Boundaries of another year for the areas of a plan."""

    key = "newer_areas"
    title = N_("Newer boundaries of these areas")
    roles: Mapping[str, str] = newcomers.ROLES
    single: Sequence[str] = newcomers.SINGLE

    def suits(self, source: Source, plan: Plan | None) -> float:
        """Boundaries, and a plan that has many of their codes."""
        if plan is None or source.boundaries is None or not source.has_areas:
            return 0.0
        if plan.arcs is None or not plan.units_present.any():
            return 0.0
        return 0.35 + 0.6 * _known(source, plan)[0]

    def options(
        self, source: Source, plan: Plan | None, choices: Choices | None = None
    ) -> Sequence[Option]:
        """What may be chosen."""
        is_part = plan is not None and _known(source, plan, choices)[1] < _KNOWN
        return (
            replace(
                _MISSING,
                title=_("Areas that the file lacks"),
                default="keep" if is_part else "remove",
                choices=(("keep", _("Stay")), ("remove", _("Go"))),
            ),
            replace(
                _SHAPES,
                title=_("Take the new drawing of unchanged areas too"),
                default=plan is not None and plan.geometry_kind == "approximate",
                tip=_("Their borders then fit those of the changed ones to the metre."),
            ),
            replace(
                _SAME,
                title=_("Unchanged if the shape differs by less than"),
                tip=_("Maps of two years are seldom drawn alike."),
            ),
            replace(
                _SHARE,
                title=_("Share the figures of a split area out by"),
                choices=(("area", _("Surface area")), ("accounts", _("Accounts"))),
            ),
            replace(
                _BORDERS,
                title=_("Close gaps to areas that stay up to"),
                tip=_("New borders are cut and stretched to those of areas that stay."),
            ),
        )

    def recognise(self, source: Source, plan: Plan | None) -> Sequence[Meaning]:
        """Code, name and figures."""
        return newcomers.meanings(source)

    def prepare(
        self,
        source: Source,
        plan: Plan | None,
        choices: Choices,
        alignment: int = 0,
        progress: Progress = silent,
    ) -> Prepared:
        """Compare the file with the plan; see `replacing.replacement`."""
        if plan is None:
            raise TerraDeskError(
                _("There is no plan to update."), _("Start a new plan from this map.")
            )
        roles = chosen(self, source, plan, choices)
        found = newcomers.read(source, plan, roles, progress)
        options = {one.key: choices.options.get(one.key, one.default)
                   for one in self.options(source, plan, choices)}  # fmt: skip
        made = replacement(plan, found, _wanted(options, choices), progress)
        return _prepared(plan, source, found, made, choices, roles)


def _wanted(options: Mapping[str, object], choices: Choices) -> Wanted:
    return Wanted(
        same_share=min(max(float(str(options["same"])) / 100, 0.0), 0.5),
        new_shapes=bool(options["shapes"]),
        removes_missing=options["missing"] == "remove",
        by_accounts=options["share"] == "accounts",
        tolerance=max(float(str(options["borders"])), 0.0),
        left_out=choices.left_out,
        picked=choices.picked,
    )


def _prepared(
    plan: Plan,
    source: Source,
    found: Newcomers,
    made: Replacement,
    choices: Choices,
    roles: Mapping[str, str],
) -> Prepared:
    told = (*found.report.issues, *telling.issues(plan, made))
    report = newcomers.labelled(replace(found.report, issues=told), source, roles)
    made_step = None
    if not made.is_nothing:
        made_step = step(plan, made, source.name, asdict(report), choices.as_json())
    after = preview(plan, made_step) if made_step is not None else None
    return Prepared(
        kind=KIND.key,
        sentence=_sentence(plan, made),
        report=report,
        incoming=made_step,
        counts=telling.counts(made),
        heads=(_("Code"), _("Name"), _("Was")),
        rows=tuple(_rows(plan, found, made)),
        items=telling.items(plan, found, made, choices.left_out),
        groups=telling.groups(),
        shown=telling.shown(plan, found, made, after),
    )


def _sentence(plan: Plan, made: Replacement) -> str:
    if made.is_nothing:
        return _("Nothing changes: the boundaries are the same.")
    n, k = len(made.taken), len(made.gone)
    came = ngettext("{n} {noun} comes", "{n} {noun} come", n).format(n=number(n), noun=plan.noun(n))
    went = ngettext("{n} goes", "{n} go", k).format(n=number(k))
    same = int(plan.units_present.sum()) - k
    stays = ngettext("{n} stays", "{n} stay", same).format(n=number(same))
    return _("{came}, {went}, {stays}.").format(came=came, went=went, stays=stays)


def _rows(plan: Plan, found: Newcomers, made: Replacement) -> list[tuple[str, ...]]:
    out: list[tuple[str, ...]] = []
    for row, old in zip(made.taken[:_FIRST], made.succession.main_old[:_FIRST], strict=False):
        was = str(plan.units.names[old]) if old >= 0 else ""
        out.append((str(found.units.codes[row]), str(found.units.names[row]), was))
    return out


def _known(source: Source, plan: Plan, choices: Choices | None = None) -> tuple[float, float]:
    """Share of the file's codes that the plan has, and of the plan's that the file has."""
    column = newcomers.code_column(source, choices)
    if not column:
        return 0.0, 0.0
    here = {str(cell).strip() for cell in source.rows.columns[column].tolist()}
    mine = set(plan.units.codes[plan.units_present].tolist())
    both = len(here & mine)
    return both / max(len(here), 1), both / max(len(mine), 1)


KIND = NewerAreas()
