"""An existing alignment: a list of unit codes with their territories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, number
from terradesk.importing.adopting import (
    TREE,
    adopt,
    adopted_step,
    after_text,
    item_key,
    read_lines,
    scenario_of,
    scenario_options,
    sentence,
    shown,
    territory_items,
)
from terradesk.importing.agreeing import Headed
from terradesk.importing.choices import Choices, Option
from terradesk.importing.evidence import Evidence, evidence
from terradesk.importing.kind import Meaning
from terradesk.importing.prepared import Prepared
from terradesk.importing.roles import (
    UNUSED,
    chosen,
    needed,
    recognised,
    said,
)
from terradesk.importing.source import Source
from terradesk.importing.territory_words import WORDS
from terradesk.plan import Plan
from terradesk.planning.starting import LEFT, NONE
from terradesk.progress import Progress, silent
from terradesk.readers import words

_SHOWN = 200
_LEAST = 0.3  # share of the codes that must be known
ROLES = {
    "unit_code": N_("Area code"),
    "territory": N_("Territory"),
    "district": N_("District above it"),
    "region": N_("Region above that"),
    "rep": N_("Rep"),
    "email": N_("Rep's e-mail"),
    "colour": N_("Colour"),
    UNUSED: N_("Not used"),
}
_CODE_WORDS = (
    f"{words.WORDS['unit_code']}; {words.WORDS['postcode']}; code; county; area; kod; kode; unit"
)


@dataclass(frozen=True, slots=True)
class AlignmentKind:
    """A list of codes and territories; see `terradesk.importing.kind.Kind`."""

    key: ClassVar[str] = "alignment"
    title: ClassVar[str] = N_("Existing territories: list of area codes")
    roles: ClassVar[Mapping[str, str]] = ROLES
    single: ClassVar[Sequence[str]] = tuple(role for role in ROLES if role != UNUSED)

    def suits(self, source: Source, plan: Plan | None) -> float:
        """Likely for few columns of which one holds codes of the map and one says territory."""
        if plan is None or source.has_areas or source.has_points or not len(plan.units):
            return 0.0
        found = evidence(source, plan)
        code, share = found.best("unit_code")
        if share < _LEAST:
            return 0.0
        fit = _territory_fit(found, code)
        if found.differing(code) < 0.8:
            fit *= 0.5
        if {"lat", "street"} & found.places or found.best("account")[1] >= 0.5:
            fit *= 0.3
        elif _names_others(found, code):
            fit *= 0.4
        return share * fit * (0.8 if len(found.names) > len(ROLES) else 1.0)

    def options(
        self, source: Source, plan: Plan | None, choices: Choices | None = None
    ) -> Sequence[Option]:
        """Where it goes, and what becomes of units without a line."""
        ways = (("keep", _("Stay as they are")), ("unassign", _("Become unassigned")))
        noun = plan.heading_noun(2) if plan is not None else _("Areas")
        unlisted = Option("unlisted", _("{noun} without a line").format(noun=noun), "keep", ways)
        return (*scenario_options(source, plan), unlisted)

    def recognise(self, source: Source, plan: Plan | None) -> Sequence[Meaning]:
        """By the codes of the map and by headers; the territory may be any column of few texts."""
        found = evidence(source, plan)
        headed = Headed(found)
        fits = {"unit_code": headed.known("unit_code", "unit_code", _CODE_WORDS, _LEAST)}
        for role in ("territory", *TREE):
            whats = {"territory": ("territory",), "rep": ("rep",)}.get(role, ())
            fits[role] = headed.fit(role, WORDS[role], *whats)
        meanings = recognised(found.cells, fits, headed.why)
        if "territory" not in {one.role for one in meanings}:
            return _with_territory(found, meanings)
        return meanings

    def prepare(
        self,
        source: Source,
        plan: Plan | None,
        choices: Choices,
        alignment: int = 0,
        progress: Progress = silent,
    ) -> Prepared:
        """Territories as the list says, and what the list leaves open.

        Raises
        ------
        TerraDeskError
            There is no map, or no code of the list is one of it.
        """
        if plan is None or not plan.units_present.any():
            raise TerraDeskError(
                _("There are no areas that could be assigned."), _("Open a plan with a map first.")
            )
        roles = chosen(self, source, plan, choices)
        column = needed(roles, "unit_code", _(ROLES["unit_code"]))
        needed(roles, "territory", _(ROLES["territory"]))
        reading = read_lines(source.rows, plan, roles, column, choices, alignment)
        scenario = scenario_of(source, plan, choices)
        labels = reading.labels.copy()
        if choices.options.get("unlisted", "keep") == "unassign":
            labels[(labels == LEFT) & ~reading.is_listed] = NONE
        off = [
            k for k, leaf in enumerate(reading.leaves) if item_key(leaf.name) in choices.left_out
        ]
        labels[np.isin(labels, off)] = LEFT
        kept = [leaf for k, leaf in enumerate(reading.leaves) if k not in set(off)]
        number_of = {leaf.name: k for k, leaf in enumerate(kept)}
        again = np.array([number_of.get(leaf.name, LEFT) for leaf in reading.leaves], np.int64)
        if len(again):
            labels = np.where(labels >= 0, again[np.maximum(labels, 0)], labels)
        progress(0.5, _("Adopting"))
        adopted = adopt(plan, alignment, labels, kept, scenario=scenario, reason=_from(source))
        report = reading.report(source.rows, plan, adopted)
        made = adopted_step(self.key, source, plan, adopted, report, choices, len(kept))
        return Prepared(
            self.key,
            sentence(plan, reading.labels, len(kept), made is not None),
            report,
            made,
            counts=reading.counts(plan, adopted),
            heads=(_("Territory"), plan.heading_noun(2)),
            rows=tuple(
                (leaf.name, number(int((reading.labels == k).sum())))
                for k, leaf in enumerate(reading.leaves[:_SHOWN])
            ),
            items=(
                *reading.items,
                *territory_items(plan, alignment, reading.labels, reading.leaves, choices),
            ),
            groups=(("twice", _("In the list twice")), ("territory", _("Territories"))),
            shown=shown(plan, alignment, adopted),
            after=after_text(plan, alignment, adopted, scenario),
        )


def _names_others(found: Evidence, code: str) -> bool:
    """Whether each row is called otherwise, and not as the areas: customers."""
    name = found.role_columns.get("name", code)
    return name != code and found.differing(name) > 0.7 and found.share("unit_name", name) < 0.5


def _territory_fit(found: Evidence, code: str) -> float:
    """How well some column says territories, 0 ... 1: by its header, its texts, their number."""
    best = 0.0
    for name in found.names:
        n_different = len(set(found.cells[name].tolist()))
        if name == code or not n_different:
            continue
        header = max(said(name, WORDS["territory"]), 0.9 * said(name, WORDS["rep"]))
        known = max(found.share("territory", name), found.share("rep", name))
        fit = 0.25 + 0.65 * header if header > 0.4 else 0.0
        if known >= 0.5:
            fit = max(fit, 0.75) + 0.2 * known
        elif not fit and n_different > 1 and found.differing(name) <= 0.7:
            guess = found.guesses[name]
            if guess.role in ("text", "code", "owner"):
                fit = 0.6 if said(name, words.WORDS["text"]) < 0.5 else 0.4
            elif guess.role == "amount" and found.differing(name) <= 0.4:
                fit = 0.2
        best = max(best, min(fit, 1.0))
    return best


def _with_territory(found: Evidence, meanings: list[Meaning]) -> list[Meaning]:
    """The same with the column of fewest different texts as territory, where none is called so."""
    free = {
        one.column: len(set(found.cells[one.column].tolist()))
        for one in meanings
        if one.role == UNUSED
    }
    some = {name: n for name, n in free.items() if 0 < n <= max(2, 0.7 * len(found.cells[name]))}
    if not some:
        return meanings
    best = min(some, key=lambda name: some[name])
    return [Meaning(o.column, "territory", 0.4) if o.column == best else o for o in meanings]


def _from(source: Source) -> str:
    return _("from {file}").format(file=source.name)


KIND = AlignmentKind()
