"""Suggested moves of a plan: found in a thread, told in the plan's own words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from terradesk import i18n, measures
from terradesk.i18n import N_, _, ngettext
from terradesk.plan import UNASSIGNED, AlignmentView, Plan
from terradesk.progress import Progress, silent

from ..document_model import Tentative

if TYPE_CHECKING:
    from terradesk.builder.plans.preparing import Prepared
    from terradesk.builder.swaps.bounds import Least
    from terradesk.builder.swaps.finding import Move
    from terradesk.builder.why.telling import Told
    from terradesk.edits import Assigned

Steps = frozenset[tuple[int, int]]
"""Unit rows and the ids of the territories they would come to."""

_MOST, _MOST_NAMES = 12, 3
_LITTLE = 0.005  # targets that differ by less are the plan's own
_REASON = N_("Suggested move")


@dataclass(frozen=True, slots=True)
class Line:
    """What a move does to one territory: id, deviation before and after."""

    territory: int
    before: float
    after: float


@dataclass(frozen=True, slots=True, eq=False)
class Suggestion:
    """One change that can be accepted by itself.

    Parameters
    ----------
    title : str
        "Move Weld County from Denver to Cheyenne".
    detail : str
        "37 accounts, $120 k"; empty when nothing else moves.
    lines : tuple of Line
        Territories concerned.
    tolerance : float
    tentative : Tentative
        With its effect.
    steps : frozenset
        What to refuse when it is skipped.
    """

    title: str
    detail: str
    lines: tuple[Line, ...]
    tolerance: float
    tentative: Tentative
    steps: Steps

    @property
    def rows(self) -> np.ndarray:
        """Units that would change hands."""
        return self.tentative.unit_rows


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Everything found for one state of a plan.

    Parameters
    ----------
    plan : Plan
    suggestions : tuple of Suggestion
        The most worthwhile first; with a territory asked for, those that bring it nearer first.
    n_out : int
        Territories that are out of tolerance now.
    why : tuple of Told
        What stands in the way, where nothing helps.
    note : str
        What the moves are measured by, where it is not the plan's own targets.
    """

    plan: Plan
    suggestions: tuple[Suggestion, ...]
    n_out: int
    why: tuple[Told, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class WholePlan:
    """A sequence of moves taken together.

    Parameters
    ----------
    plan : Plan
    n_moves : int
    is_complete : bool
        Whether everything is in tolerance then.
    is_partly : bool
        Whether that leaves out territories that cannot be in tolerance whatever is done.
    tentative : Tentative or None
        None when no move helps.
    n_more : int
        Territories that come into tolerance, less those that leave it.
    least : Least
        What no sequence can save.
    """

    plan: Plan
    n_moves: int
    is_complete: bool
    is_partly: bool
    tentative: Tentative | None
    n_more: int
    least: Least


# ---------------------------------------------------------------------- finding
def prepared(plan: Plan, alignment: int) -> Prepared:
    """The plan as the builder sees it, to be improved with as few changes as can be."""
    from terradesk.builder.plans.preparing import prepare
    from terradesk.builder.plans.settings import Settings

    return prepare(plan, alignment, Settings(mode="rebalance", keep=1.0))


def find(
    plan: Plan,
    alignment: int,
    refused: Collection[Steps] = (),
    territory: int = UNASSIGNED,
    progress: Progress = silent,
) -> Found:
    """Suggestions for a plan as it is.

    Parameters
    ----------
    plan : Plan
    alignment : int
    refused : collection of frozenset
        `Suggestion.steps` that were skipped.
    territory : int
        Id of the territory that matters, -1 for all.
    progress : callable
    """
    from terradesk.builder.swaps.finding import find_moves

    ready, view = prepared(plan, alignment), plan.alignment(alignment)
    banned = _banned(ready, refused)
    moves = find_moves(
        ready.problem, ready.options, ready.problem.baseline, banned, progress, limit=3 * _MOST
    )
    told = [_suggestion(view, ready, move) for move in moves]
    shown = [s for s in told if s is not None]
    if territory != UNASSIGNED:
        shown = [s for s in shown if _helps(s, territory)]
    balance = measures.balance(view)
    n_out = balance.n_territories - balance.n_in_tolerance
    why = _reasons(plan, ready) if n_out and not told else ()
    return Found(plan, tuple(shown[:_MOST]), n_out, why, _measured_by(plan, ready))


def _measured_by(plan: Plan, ready: Prepared) -> str:
    """Says that targets are lower or higher because some territories cannot meet theirs."""
    from terradesk.builder.bands import make_bands

    bands, asked = make_bands(ready.problem), ready.problem.targets[:, 0]
    is_out = bands.exempt[:, 0]
    known = ~is_out & (asked > 0)
    if not is_out.any() or not known.any():
        return ""
    share = float(np.median(bands.targets[known, 0] / asked[known])) - 1
    if abs(share) < _LITTLE:
        return ""
    n = int(is_out.sum())
    first = ngettext(
        "{n} territory cannot come near its target, so the others share what is left.",
        "{n} territories cannot come near their targets, so the others share what is left.",
        n,
    )
    lower = _("Moves are measured by targets that are {share} lower.")
    higher = _("Moves are measured by targets that are {share} higher.")
    second = (lower if share < 0 else higher).format(share=i18n.percent(abs(share), signed=False))
    return f"{first.format(n=i18n.number(n))} {second}"


def _reasons(plan: Plan, ready: Prepared) -> tuple[Told, ...]:
    """What stands in the way of the tolerance, its places as rows of the plan."""
    from terradesk.builder.plans.words import names_of
    from terradesk.builder.why.diagnosing import diagnose
    from terradesk.builder.why.telling import tell_diagnosis

    found = diagnose(ready.problem, ready.options)
    return tuple(
        replace(one, relax=None, others=()) for one in tell_diagnosis(found, names_of(plan, ready))
    )


def find_all(
    plan: Plan,
    alignment: int,
    refused: Collection[Steps] = (),
    progress: Progress = silent,
) -> WholePlan:
    """The moves that together bring everything within tolerance, or as near as can be."""
    from terradesk.builder.swaps.finding import plan_moves

    ready, view = prepared(plan, alignment), plan.alignment(alignment)
    now = ready.problem.baseline
    found = plan_moves(ready.problem, ready.options, now, _banned(ready, refused), progress)
    units = np.flatnonzero(found.assignment != now)
    done = _assigned(view, ready, units, found.assignment[units])
    moves, is_partly = found.moves, bool(_measured_by(plan, ready))
    n_more = moves[0].n_out_before - moves[-1].n_out_after if moves else 0
    tentative = _tentative(view, done)
    return WholePlan(plan, len(moves), found.is_complete, is_partly, tentative, n_more, found.least)


def _banned(ready: Prepared, refused: Collection[Steps]) -> list[frozenset[tuple[int, int]]]:
    """Refused steps in the numbers of the problem; those that cannot come up are left out."""
    unit = {int(row): k for k, row in enumerate(ready.rows)} if refused else {}
    place = {t: k for k, t in enumerate(ready.territories)}
    known = [s for s in refused if all(u in unit and t in place for u, t in s)]
    return [frozenset((unit[u], place[t]) for u, t in steps) for steps in known]


def _helps(suggestion: Suggestion, territory: int) -> bool:
    return any(
        line.territory == territory and abs(line.after) < abs(line.before)
        for line in suggestion.lines
    )


# ---------------------------------------------------------------------- telling
def _assigned(
    view: AlignmentView, ready: Prepared, units: np.ndarray, targets: np.ndarray
) -> Assigned:
    from terradesk.edits import assign

    ids = np.array(ready.territories, np.int32)[targets]
    return assign(view.plan, view.id, ready.rows[units], ids, reason=_(_REASON))


def _tentative(view: AlignmentView, done: Assigned) -> Tentative | None:
    """What an assignment would do, measured."""
    from terradesk.edits import apply

    edit = done.edit
    if edit is None or not edit.changes:
        return None
    rows, targets = edit.changes[0].rows, np.unique(edit.changes[0].after)
    plan = apply(view.plan, edit)
    target = int(targets[0]) if len(targets) == 1 else UNASSIGNED
    out = Tentative(edit, plan, rows, np.empty(0, np.int32), target, done.n_locked, done.n_named)
    return replace(out, effect=measures.what_if(view, edit, done.n_locked, done.n_named))


def _suggestion(view: AlignmentView, ready: Prepared, move: Move) -> Suggestion | None:
    tentative = _tentative(view, _assigned(view, ready, move.units, move.targets))
    if tentative is None or tentative.effect is None or tentative.effect.after is None:
        return None
    effect, after = tentative.effect, tentative.effect.after
    ids = [int(t) for t in effect.ids if t != UNASSIGNED]
    lines = [Line(t, *effect.deviations(t)) for t in ids]
    lines.sort(key=lambda one: -abs(one.before))
    targets = tentative.plan.assignments[view.id][tentative.unit_rows]
    steps = frozenset(zip(tentative.unit_rows.tolist(), targets.tolist(), strict=True))
    title = _title(view, move.kind, tentative.unit_rows, targets)
    detail = _detail(view.plan, effect)
    return Suggestion(title, detail, tuple(lines), after.tolerance, tentative, steps)


def _detail(plan: Plan, effect: measures.WhatIf) -> str:
    """As in "37 accounts, $120 k": accounts, and the measure that is balanced."""
    said = []
    n = effect.moved.accounts
    if n:
        said.append(ngettext("{n} account", "{n} accounts", n).format(n=i18n.number(n)))
    measure = measures.balance_measure(plan)
    value = effect.moved.amounts.get(measure.uid, 0.0) if measure is not None else 0.0
    if measure is not None and value and measure.source in ("units", "accounts"):
        said.append(measures.amount(plan, measure, value))
    return ", ".join(said)


def _title(view: AlignmentView, kind: str, rows: np.ndarray, targets: np.ndarray) -> str:
    sources = view.assignment[rows]
    pairs = list(dict.fromkeys(zip(sources.tolist(), targets.tolist(), strict=True)))
    if len(pairs) == 1:
        a, b = pairs[0]
        what = _things(view.plan, rows)
        if a == UNASSIGNED:
            return _("Give {what} to {b}").format(what=what, b=_name(view, b))
        text = _("Move {what} from {a} to {b}")
        return text.format(what=what, a=_name(view, a), b=_name(view, b))
    if kind == "exchange" and len(pairs) == 2:
        a, b = pairs[0]
        return _("Exchange {one} of {a} for {other} of {b}").format(
            one=_things(view.plan, rows[sources == a]), a=_name(view, a),
            other=_things(view.plan, rows[sources == b]), b=_name(view, b),
        )  # fmt: skip
    return _("Shift {what} between {names}").format(
        what=f"{i18n.number(len(rows))} {view.plan.noun(len(rows))}", names=_names(view, pairs)
    )


def _names(view: AlignmentView, pairs: Sequence[tuple[int, int]]) -> str:
    ids = list(dict.fromkeys(t for pair in pairs for t in pair if t != UNASSIGNED))
    names = [_name(view, t) for t in ids]
    if len(names) > _MOST_NAMES:
        n = len(names) - _MOST_NAMES + 1
        more = _("{n} more").format(n=i18n.number(n))
        names = [*names[: _MOST_NAMES - 1], more]
    first = ", ".join(names[:-1])
    return _("{first} and {next}").format(first=first, next=names[-1]) if first else names[-1]


def _name(view: AlignmentView, territory: int) -> str:
    return view.name_of(territory) or _("Unassigned")


def _things(plan: Plan, rows: np.ndarray) -> str:
    """One area by its name, several by their number."""
    units = plan.units
    if len(rows) == 1:
        return str(units.names[rows[0]] or units.codes[rows[0]])
    return f"{i18n.number(len(rows))} {plan.noun(len(rows))}"
