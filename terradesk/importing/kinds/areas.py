"""Boundaries for a new plan: areas mended, joined to a higher level, islands linked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import ClassVar
from weakref import WeakKeyDictionary

import numpy as np

from terradesk import records as rec
from terradesk.columns import as_texts
from terradesk.edits.arrivals import made_from
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, isolate, ngettext, number
from terradesk.importing import areas
from terradesk.importing.choices import Choices, Option
from terradesk.importing.kind import Meaning
from terradesk.importing.prepared import Count, Prepared
from terradesk.importing.roles import UNUSED, chosen, column_of
from terradesk.importing.source import Source
from terradesk.plan import Plan
from terradesk.progress import Progress, silent
from terradesk.readers import Boundaries, MadeUnits, guess_code_name, make_units
from terradesk.readers.figures import column_row
from terradesk.readers.report import Issue, issue
from terradesk.readers.tabular.numbers import decimal_mark, numbers

_FIRST = 200
_FEW = 5000  # different larger areas at most

JOINS = Option("joins", N_("Join areas that have the same code"), False)
LEVEL = Option("level", N_("Make larger areas by"), "")
WEIGHT = Option("weight", N_("Average rates by"), "")
TOLERANCE = Option("tolerance", N_("Make one of borders that are closer than"), 0.0, unit="m")
LINKS = Option("links", N_("Link islands with the nearest area"), True)
REACH = Option("reach", N_("… over water up to"), 100.0, unit="km", when=("links", True))
NOUN = Option("noun", N_("An area is called"), "")


class Areas:
    """A map for a new plan; see `terradesk.importing.kind.Kind`."""

    key: ClassVar[str] = "areas"
    title: ClassVar[str] = N_("Areas of a new plan")
    roles: ClassVar[Mapping[str, str]] = {
        "unit_code": N_("Code of each area"),
        "name": N_("Name of each area"),
        "amount": N_("Amount: summed"),
        "rate": N_("Rate: never summed"),
        "code": N_("Code"),
        "text": N_("Text"),
        UNUSED: N_("Not used"),
    }
    single: ClassVar[Sequence[str]] = ("unit_code", "name")

    def suits(self, source: Source, plan: Plan | None) -> float:
        """Areas, and no plan that they could be for."""
        if source.boundaries is None or not source.has_areas:
            return 0.0
        return 0.95 if plan is None or not len(plan.units) else 0.1

    def options(
        self, source: Source, plan: Plan | None, choices: Choices | None = None
    ) -> Sequence[Option]:
        """What may be chosen."""
        found = _boundaries(source)
        groups = (("", _("The areas of the file")), *((c, c) for c in _levels(found)))
        figures = (("", _("Leave rates out")), *((c, c) for c in _figures(found)))
        noun = areas.noun_of(found.layer, *found.columns, source.path.stem)
        told = (
            replace(JOINS, tip=_("Parts of one area in several rows; their amounts are summed.")),
            replace(LEVEL, choices=groups, tip=_("States of counties: the inner borders go.")),
            replace(WEIGHT, choices=figures, tip=_("Inhabitants, for an income per head.")),
            replace(TOLERANCE, tip=_("Closes slivers between two drawings of the same border.")),
            replace(LINKS, tip=_("They count as neighbours, so that territories may span water.")),
            REACH,
            replace(NOUN, default=noun, tip=_("One and many, with a slash between them")),
        )
        return tuple(replace(one, title=_(one.title)) for one in told)

    def recognise(self, source: Source, plan: Plan | None) -> Sequence[Meaning]:
        """Code and name by headers and values, figures by theirs."""
        found = _boundaries(source)
        code, name = guess_code_name(found)
        return [
            Meaning(column, *_meaning(column, values, code, name))
            for column, values in found.columns.items()
        ]

    def prepare(
        self,
        source: Source,
        plan: Plan | None,
        choices: Choices,
        alignment: int = 0,
        progress: Progress = silent,
    ) -> Prepared:
        """The new plan, with what had to be repaired and the ways over water to look at.

        Raises
        ------
        TerraDeskError
            No areas, no codes, codes twice, or no usable coordinate system.
        """
        roles = chosen(self, source, plan, choices)
        made = _made(source, roles, choices, progress)
        links = areas.links(made, choices, bool(choices.option(LINKS)), _km(choices))
        noun = str(choices.option(NOUN)) or _noun(source)
        new = areas.plan_of(made, source.path.stem, noun, links)
        new = made_from(new, self.key, source.name, asdict(made.report), choices.as_json())
        return Prepared(
            self.key,
            _sentence(made, noun),
            made.report,
            plan=new,
            counts=_counts(made, links),
            heads=_heads(made),
            rows=_rows(made),
            items=(*areas.link_items(made, links), *areas.fault_items(made)),
            groups=areas.groups(),
            shown=areas.shown(new, made, links),
        )


KIND = Areas()

_kept: WeakKeyDictionary[Source, tuple[str, MadeUnits]] = WeakKeyDictionary()


def _boundaries(source: Source) -> Boundaries:
    if source.boundaries is None:
        raise TerraDeskError(
            _("“{name}” is a table without a map.").format(name=isolate(source.name)),
            _("Choose a map file, such as a shapefile or a GeoPackage."),
        )
    return source.boundaries


def _km(choices: Choices) -> float:
    return max(float(choices.option(REACH)), 0.0)


def _noun(source: Source) -> str:
    found = _boundaries(source)
    return areas.noun_of(found.layer, *found.columns, source.path.stem)


def _meaning(column: str, values: np.ndarray, code: str, name: str) -> tuple[str, float]:
    if column == code:
        return "unit_code", 0.9
    if column == name:
        return "name", 0.8
    if values.dtype == object:
        return "text", 0.6
    return column_row("units", column, values).role, 0.6


def _levels(found: Boundaries) -> list[str]:
    """Columns of which several rows agree: what larger areas could be made of."""
    out = []
    for name, values in found.columns.items():
        n = len(set(as_texts(values).tolist()))
        if 1 <= n <= min(len(found) // 2, _FEW):
            out.append(name)
    return out


def _figures(found: Boundaries) -> list[str]:
    return [name for name, values in found.columns.items() if values.dtype != object]


def _made(
    source: Source, roles: Mapping[str, str], choices: Choices, progress: Progress
) -> MadeUnits:
    """Units; those made last from a source are kept, for items are looked at one by one."""
    wanted = repr([sorted(roles.items()), choices.reading.crs,
                   [choices.option(o) for o in (JOINS, LEVEL, WEIGHT, TOLERANCE)]])  # fmt: skip
    last = _kept.get(source)
    if last is not None and last[0] == wanted:
        return last[1]
    found, told = _with_figures(_boundaries(source), roles)
    made = make_units(
        found,
        column_of(roles, "unit_code"),
        column_of(roles, "name"),
        progress,
        crs=choices.reading.crs or None,
        on_duplicates="join" if choices.option(JOINS) else "refuse",
        tolerance=max(float(choices.option(TOLERANCE)), 0.0),
        level=str(choices.option(LEVEL)),
        weight=str(choices.option(WEIGHT)),
        roles={k: "unused" if r == UNUSED else r for k, r in roles.items() if r not in _OWN},
    )
    if told:
        made = replace(made, report=replace(made.report, issues=(*made.report.issues, *told)))
    _kept[source] = wanted, made
    return made


_OWN = ("unit_code", "name")


def _with_figures(found: Boundaries, roles: Mapping[str, str]) -> tuple[Boundaries, list[Issue]]:
    """The boundaries with columns of text read as numbers where they are said to be figures."""
    columns, told = dict(found.columns), []
    for name, role in roles.items():
        values = columns[name]
        if role not in ("amount", "rate") or values.dtype != object:
            continue
        columns[name], is_bad = numbers(values, decimal_mark(values.tolist()))
        if is_bad.any():
            text = ngettext(
                "{n} cell of “{column}” is no number and was left empty.",
                "{n} cells of “{column}” are no numbers and were left empty.",
                int(is_bad.sum()),
            )
            n = number(int(is_bad.sum()))
            told.append(issue("not_a_number", text.format(n=n, column=isolate(name)),
                              np.flatnonzero(is_bad)))  # fmt: skip
    return replace(found, columns=columns), told


# ---------------------------------------------------------------------- what is told
def _sentence(made: MadeUnits, noun: str) -> str:
    report = made.report
    one, _slash, many = noun.partition("/")
    n = report.accepted
    words = (one if n == 1 else many or one).strip()
    told = _("{n} {areas} come in").format(n=number(n), areas=words)
    if report.rejected:
        told += ", " + ngettext(
            "{n} row is left out", "{n} rows are left out", report.rejected
        ).format(n=number(report.rejected))
    return told


def _counts(made: MadeUnits, links: Sequence[areas.Link]) -> tuple[Count, ...]:
    report = made.report
    overlaps = sum(one.kind == "overlap" for one in made.faults)
    closed = sum(one.kind == "gap" and one.is_closed for one in made.faults)
    still = sum(one.kind == "gap" and not one.is_closed for one in made.faults)
    counts = (
        Count("accepted", _("Areas"), report.accepted, "ok"),
        Count("grouped", _("Rows joined to others"), report.grouped),
        Count("rejected", _("Rows left out"), report.rejected, "warning"),
        Count("repaired", _("Shapes repaired"), report.repaired),
        Count("overlap", _("Overlaps"), overlaps),
        Count("gap", _("Gaps closed"), closed),
        Count("open", _("Places of no area"), still),
        Count("links", _("Islands linked"), sum(one.is_on for one in links)),
    )
    return tuple(one for one in counts if one.n or one.key == "accepted")


def _heads(made: MadeUnits) -> tuple[str, ...]:
    return _("Code"), _("Name"), *(column.label for column in _shown(made))


def _rows(made: MadeUnits) -> tuple[tuple[str, ...], ...]:
    units = made.units
    columns = [as_texts(units.columns[one.name][:_FIRST]) for one in _shown(made)]
    return tuple(
        (str(units.codes[k]), str(units.names[k]), *(str(values[k]) for values in columns))
        for k in range(min(len(units), _FIRST))
    )


def _shown(made: MadeUnits) -> list[rec.Column]:
    return [one for one in made.columns if one.role not in ("code", "name")]
