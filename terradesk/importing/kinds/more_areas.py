"""Further boundaries into a plan: another file or country, possibly of another level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

import numpy as np
import shapely

from terradesk import projection
from terradesk.edits.arrivals import preview
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, ngettext, number
from terradesk.importing.boundaries import newcomers, prefixes, telling_more
from terradesk.importing.boundaries.joining import TOLERANCE, Wanted, addition, shares_ground, step
from terradesk.importing.choices import Choices, Option
from terradesk.importing.kind import Meaning
from terradesk.importing.prepared import Prepared
from terradesk.importing.roles import chosen
from terradesk.importing.source import Source
from terradesk.plan import Plan
from terradesk.progress import Progress, silent

_FIRST = 20
_ASKED = 100

_PREFIX = Option("prefix", "", "")
_BORDERS = Option("borders", "", TOLERANCE, unit="m")
_OVERLAP = Option("overlap", "", "refuse")
_LINKS = Option("links", "", True)


class MoreAreas:
    """Boundaries beside those that a plan has, or its first ones."""

    key = "more_areas"
    title = N_("More areas beside these")
    roles: Mapping[str, str] = newcomers.ROLES
    single: Sequence[str] = newcomers.SINGLE

    def suits(self, source: Source, plan: Plan | None) -> float:
        """Boundaries that lie elsewhere than the plan's."""
        if plan is None or source.boundaries is None or not source.has_areas:
            return 0.0
        if plan.arcs is None or not plan.units_present.any():
            return 0.9
        return 0.3 if shares_ground(plan, _some(source, plan)) else 0.85

    def options(
        self, source: Source, plan: Plan | None, choices: Choices | None = None
    ) -> Sequence[Option]:
        """What may be chosen."""
        prefix = prefixes.proposed(source)
        clash = plan is not None and bool(prefixes.clashing(plan, _codes(source, choices)))
        tip = _("Codes of two countries may be the same. Proposed: {prefix}").format(prefix=prefix)
        return (
            replace(
                _PREFIX,
                title=_("Put before the new codes"),
                default=prefix if clash else "",
                tip=tip,
            ),
            replace(
                _BORDERS,
                title=_("Match borders that are apart by up to"),
                tip=_("The new areas are cut and stretched; those of the plan stay as they are."),
            ),
            replace(
                _OVERLAP,
                title=_("Areas that lie over those of the plan"),
                choices=(("refuse", _("Leave out")), ("cut", _("Cut off what lies over them"))),
            ),
            replace(
                _LINKS,
                title=_("Propose links to islands and across gaps"),
                tip=_("Linked areas count as neighbours."),
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
        """Fit the areas to those of the plan; see `joining.addition`."""
        if plan is None:
            raise TerraDeskError(
                _("There is no plan to add areas to."), _("Start a new plan from this map.")
            )
        roles = chosen(self, source, plan, choices)
        found = newcomers.read(source, plan, roles, progress)
        wanted = _wanted(self.options(source, plan, choices), choices)
        made = addition(plan, found, wanted, progress)
        report = telling_more.report(plan, found, made, wanted, found.report)
        report = newcomers.labelled(report, source, roles)
        made_step = None
        if len(made.taken):
            made_step = step(plan, made, source.name, asdict(report), choices.as_json())
        after = preview(plan, made_step) if made_step is not None else None
        first = made.taken[:_FIRST].tolist()
        n = len(made.taken)
        text = ngettext("{n} area joins the plan.", "{n} areas join the plan.", n)
        return Prepared(
            kind=self.key,
            sentence=text.format(n=number(n)),
            report=report,
            incoming=made_step,
            counts=telling_more.counts(made, wanted),
            heads=(_("Code"), _("Name")),
            rows=tuple((str(made.codes[k]), str(found.units.names[k])) for k in first),
            items=telling_more.items(plan, found, made, wanted),
            groups=telling_more.groups(),
            shown=telling_more.shown(plan, found, made, after, wanted),
        )


def _wanted(options: Sequence[Option], choices: Choices) -> Wanted:
    values = {one.key: choices.options.get(one.key, one.default) for one in options}
    return Wanted(
        prefix=str(values["prefix"]).strip(),
        tolerance=max(float(str(values["borders"])), 0.0),
        cuts=values["overlap"] == "cut",
        links=bool(values["links"]),
        left_out=choices.left_out,
    )


def _some(source: Source, plan: Plan) -> np.ndarray:
    """Some of the areas, roughly, in the plan's CRS."""
    found = source.boundaries
    assert found is not None
    with np.errstate(invalid="ignore", over="ignore"):
        shapes = shapely.from_wkb(found.wkb[:: max(len(found) // _ASKED, 1)], on_invalid="ignore")
        shapes = shapes[shapely.get_dimensions(shapes) == 2]
        crs = source.reading.crs or found.crs or projection.LONLAT
        middles = shapely.get_coordinates(shapely.centroid(shapes))
    flat = projection.to_plan(middles, crs, plan.crs)
    return np.asarray(shapely.points(flat[np.isfinite(flat).all(axis=1)]), object)


def _codes(source: Source, choices: Choices | None) -> list[str]:
    column = newcomers.code_column(source, choices)
    return [str(c).strip() for c in source.rows.columns[column].tolist()] if column else []


KIND = MoreAreas()
