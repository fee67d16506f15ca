"""Building territories of an open plan from a script, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, isolate
from terradesk.progress import Progress, silent

if TYPE_CHECKING:
    from terradesk.api.open_plan import OpenPlan
    from terradesk.builder.plans.accepting import Accepted
    from terradesk.builder.plans.preparing import Prepared
    from terradesk.builder.plans.settings import Settings, Wish
    from terradesk.builder.problem import Options, Problem, Result
    from terradesk.builder.why.findings import Diagnosis

__all__ = [
    *(
        "Balance",
        "Built",
        "Diagnosed",
        "Suggested",
        "ask",
        "choices",
        "diagnose",
        "make",
        "suggest",
    ),
]

Balance = str | Iterable[str] | Mapping[str, float]
"""``"Population"``, ``["Population:10%", "Sales:20%:0.5"]`` or ``{"Population": 0.1}``."""

_TRAITS = {
    "kept": N_("most kept"),
    "balance": N_("best balance"),
    "compactness": N_("best shape"),
    "distance": N_("shortest ways"),
}
_CPU_BOUND = 2  # starts from which several processes are worth their while


@dataclass(slots=True, eq=False)
class Built:
    """What the builder proposes, or did.

    Parameters
    ----------
    plan : OpenPlan
    prepared : Prepared
    result : Result
    accepted : Accepted or None
        None until it is accepted.
    """

    plan: OpenPlan
    prepared: Prepared
    result: Result
    accepted: Accepted | None = field(default=None)

    @property
    def sentence(self) -> str:
        """``Built 25 territories by Population, 24 within ±10 %``."""
        from terradesk.builder.plans.words import sentence
        from terradesk.edits import describe

        if self.accepted is not None and self.accepted.edit is not None:
            return describe(self.accepted.edit)
        return sentence(self.plan.plan, self.prepared, self.result)

    @property
    def notes(self) -> tuple[str, ...]:
        """What else should be known: what was left alone, left out, or could not be met."""
        from terradesk.builder.plans.words import violations

        found = violations(self.plan.plan, self.prepared, self.result)
        after = self.accepted.notes if self.accepted is not None else ()
        return (*self.prepared.notes, *found, *after)

    @property
    def n_changed(self) -> int:
        """Areas that change hands."""
        if self.accepted is not None:
            return self.accepted.n_changed
        return len(self.prepared.changed(self.result.assignment))

    def accept(self, scenario: str = "") -> Accepted:
        """Bring it into the plan, as one step that can be undone.

        Parameters
        ----------
        scenario : str
            Name of a new scenario for it, which is used from now on; else the present one changes.
        """
        from terradesk.builder.plans.accepting import accept

        plan = self.plan
        found = accept(
            plan.plan, self.prepared.alignment, self.prepared, self.result, scenario=scenario
        )
        plan.do(found.edit)
        if scenario and found.edit is not None:
            plan.use_alignment(found.edit.alignment)
        self.accepted = found
        return found

    @property
    def territories(self) -> list[dict[str, Any]]:
        """Figures of each territory: name, areas, parts, compactness, and per measure the rest."""
        figures, asked = self.result.figures, self.prepared.problem.targets
        made = iter(self.accepted.made if self.accepted is not None else ())
        out = []
        for k, (territory, name) in enumerate(
            zip(self.prepared.territories, self.prepared.names, strict=True)
        ):
            row: dict[str, Any] = {
                "name": name if territory >= 0 or not figures.n_units[k] else next(made, name),
                "is_new": territory < 0,
                "areas": int(figures.n_units[k]),
                "parts": int(figures.parts[k]),
                "compactness": number_or_none(figures.compactness[k]),
            }
            row["measures"] = {
                measure.name: {
                    "value": float(figures.values[k, j]),
                    "target": float(asked[k, j]),
                    "deviation": _deviation(figures.values[k, j], asked[k, j]),
                }
                for j, measure in enumerate(self.prepared.measures)
            }
            out.append(row)
        return out

    def as_dict(self) -> dict[str, Any]:
        """Everything for other programs, ready for JSON."""
        from terradesk.builder.plans.words import n_within

        result, figures = self.result, self.result.figures
        return {
            "sentence": self.sentence,
            "accepted": self.accepted is not None and self.accepted.edit is not None,
            "areas_changed": self.n_changed,
            "areas_edited_meanwhile": self.accepted.n_edited if self.accepted else 0,
            "areas_locked": self.accepted.n_locked if self.accepted else 0,
            "in_tolerance": n_within(self.prepared, result),
            "kept": number_or_none(figures.kept),
            "compactness": number_or_none(float(np.nanmean(figures.compactness))),
            "distance_km": number_or_none(figures.distance),
            "is_valid": result.is_valid,
            "stopped": result.stopped,
            "iterations": result.iterations,
            "seconds": round(result.seconds, 2),
            "seed": result.seed,
            "version": result.version,
            "notes": list(self.notes),
            "territories": self.territories,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosed:
    """What stands in the way of a build.

    Parameters
    ----------
    prepared : Prepared
    diagnosis : Diagnosis
    sentences : tuple of str
        Findings in words, proofs first; () when nothing is in the way.
    """

    prepared: Prepared
    diagnosis: Diagnosis
    sentences: tuple[str, ...]

    @property
    def is_possible(self) -> bool:
        """Whether nothing proves that the wishes cannot be met."""
        return self.diagnosis.is_possible


@dataclass(frozen=True, slots=True, eq=False)
class Suggested:
    """A change of the plan that brings it nearer to tolerance.

    Parameters
    ----------
    sentence : str
    codes : tuple of str
        Areas that would change hands, by their codes.
    territories : tuple of str
        Where each of them would go.
    n_out : int
        Territories out of tolerance afterwards.
    """

    sentence: str
    codes: tuple[str, ...]
    territories: tuple[str, ...]
    n_out: int


def number_or_none(value: float) -> float | None:
    """A number for JSON, which knows no NaN."""
    return round(float(value), 6) if math.isfinite(value) else None


def _deviation(value: float, target: float) -> float | None:
    return number_or_none(value / target - 1) if target > 0 else None


# ---------------------------------------------------------------------- asking
def ask(
    plan: OpenPlan,
    territories: int | None,
    balance: Balance,
    *,
    mode: str | None = None,
    keep: float | None = None,
    of: Sequence[str] = (),
    shares: Mapping[str, float] | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    **others: Any,
) -> Settings:
    """Settings from what a script says.

    Raises
    ------
    TerraDeskError
        If a name is unknown or a number means nothing.
    """
    from terradesk.builder.plans.settings import MODES, Settings, Wish
    from terradesk.builder.problem import BadWish

    if territories is not None and territories < 1:
        raise BadWish(_("A plan needs at least one territory."), _("Ask for 1 or more."))
    if mode is not None and mode not in MODES:
        raise BadWish(
            _("There is no mode “{name}”.").format(name=isolate(mode)),
            _("Known are: {names}").format(names=", ".join(MODES)),
        )
    known = {f: v for f, v in others.items() if v is not None}
    wishes = _wishes(plan, balance)
    if minimum is not None or maximum is not None:
        wishes = wishes or (Wish(tolerance=plan.plan.tolerance),)
        wishes = (replace(wishes[0], minimum=minimum, maximum=maximum), *wishes[1:])
    chosen = mode or ("new" if territories is not None and keep is None else _usual(plan))
    return Settings(
        mode=chosen,
        n_territories=territories or 0,
        wishes=wishes,
        keep=0.5 if keep is None else keep,
        territories=tuple(_id(plan, name) for name in of),
        shares=tuple((_id(plan, t), s) for t, s in (shares or {}).items()),
        **known,
    )


def _id(plan: OpenPlan, name: str) -> int:
    """Id of a territory by its name."""
    for leaf in plan.view.leaves:
        if leaf.name == name:
            return leaf.id
    known = ", ".join(isolate(t.name) for t in plan.view.leaves[:20])
    raise TerraDeskError(
        _("There is no territory “{name}”.").format(name=isolate(name)),
        _("Known are: {names}").format(names=known or "–"),
    )


def _usual(plan: OpenPlan) -> str:
    """Improve what there is; build anew where there is nothing."""
    return "rebalance" if bool((plan.view.unit_slots > 0).any()) else "new"


def _wishes(plan: OpenPlan, balance: Balance) -> tuple[Wish, ...]:
    from terradesk.builder.plans.settings import Wish

    usual = plan.plan.tolerance
    if isinstance(balance, Mapping):
        pairs = [(str(name), float(tolerance)) for name, tolerance in balance.items()]
        return tuple(Wish(_uid(plan, name), tolerance) for name, tolerance in pairs)
    texts = [balance] if isinstance(balance, str) else list(balance)
    return tuple(_wish(plan, text, usual) for text in texts if text)


def _wish(plan: OpenPlan, text: str, usual: float) -> Wish:
    """A wish from ``MEASURE[:TOLERANCE%][:WEIGHT]``."""
    from terradesk.builder.plans.settings import Wish

    numbers: list[float] = []
    name = text
    while len(numbers) < 2 and ":" in name:
        head, _colon, tail = name.rpartition(":")
        try:
            numbers.insert(0, float(tail.strip().rstrip("%")))
        except ValueError:
            break
        name = head
    tolerance = numbers[0] / 100 if numbers else usual
    return Wish(_uid(plan, name), tolerance, numbers[1] if len(numbers) > 1 else 1.0)


def _uid(plan: OpenPlan, name: str) -> str:
    from terradesk.builder.plans.amounts import known_measure

    return known_measure(plan.plan, name).uid


# ---------------------------------------------------------------------- doing
def make(
    plan: OpenPlan, settings: Settings, areas: Sequence[str] = (), progress: Progress = silent
) -> Built:
    """Run the builder; nothing changes yet.

    Parameters
    ----------
    plan : OpenPlan
    settings : Settings
    areas : sequence of str
        Codes: what "selected" shares out, where "carve" begins.
    progress : callable
    """
    from terradesk.builder.plans.identities import settle
    from terradesk.builder.plans.preparing import prepare

    prepared = prepare(plan.plan, plan.alignment, settings, plan.unit_rows(areas))
    result = _run(prepared.problem, prepared.options, progress)
    return Built(plan, prepared, settle(prepared, result))


def _run(problem: Problem, options: Options, progress: Progress) -> Result:
    if options.starts >= _CPU_BOUND:
        from terradesk.builder.problem import Result
        from terradesk.builder.running import run

        found = run(problem, options, progress=progress)
        assert isinstance(found, Result)
        return found
    from terradesk.builder.building import build

    return build(problem, options, progress)


def choices(
    plan: OpenPlan,
    settings: Settings,
    areas: Sequence[str] = (),
    n: int = 6,
    progress: Progress = silent,
) -> list[tuple[str, Built]]:
    """Different good builds to choose from, with what each is good at; nothing changes yet."""
    from terradesk.builder.pareto import pareto
    from terradesk.builder.plans.identities import settle
    from terradesk.builder.plans.preparing import prepare

    prepared = prepare(plan.plan, plan.alignment, settings, plan.unit_rows(areas))
    found = pareto(prepared.problem, prepared.options, n, progress)
    return [
        (
            ", ".join(_(_TRAITS[t]) for t in s.traits),
            Built(plan, prepared, settle(prepared, s.result)),
        )
        for s in found
    ]


def diagnose(plan: OpenPlan, settings: Settings, areas: Sequence[str] = ()) -> Diagnosed:
    """What stands in the way of a build, in words."""
    from terradesk.builder.plans.preparing import prepare
    from terradesk.builder.plans.words import findings
    from terradesk.builder.why.diagnosing import diagnose as find

    prepared = prepare(plan.plan, plan.alignment, settings, plan.unit_rows(areas))
    found = find(prepared.problem, prepared.options)
    return Diagnosed(prepared, found, findings(plan.plan, prepared, found))


def suggest(
    plan: OpenPlan, settings: Settings, n: int = 10, progress: Progress = silent
) -> list[Suggested]:
    """Changes that bring the present plan nearer to tolerance, the most worthwhile first."""
    from terradesk.builder.plans.preparing import prepare
    from terradesk.builder.swaps.finding import find_moves

    prepared = prepare(plan.plan, plan.alignment, settings)
    problem = prepared.problem
    moves = find_moves(problem, prepared.options, problem.baseline, progress=progress, limit=n)
    return [_suggested(plan, prepared, move) for move in moves]


def _suggested(plan: OpenPlan, prepared: Prepared, move: Any) -> Suggested:
    from terradesk.builder.plans.words import move_sentence

    rows = prepared.rows[move.units]
    return Suggested(
        sentence=move_sentence(plan.plan, prepared, move),
        codes=tuple(str(c) for c in plan.plan.units.codes[rows]),
        territories=tuple(prepared.names[t] for t in move.targets.tolist()),
        n_out=int(move.n_out_after),
    )
