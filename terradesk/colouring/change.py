"""Colour by what changes hands against the baseline: from whom, to whom, how many areas."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from terradesk import palettes
from terradesk import records as rec
from terradesk.colouring.classes import Rules
from terradesk.colouring.model import Choice, Colouring, Look, Way
from terradesk.colouring.territories import heading
from terradesk.i18n import _
from terradesk.plan import AlignmentView
from terradesk.render.scene import Classes
from terradesk.render.style import blend

__all__ = ["CHANGE"]

_MOST_MOVES = 12
_FADED = 0.72
_OTHER = ("#B4B8BE", "#6A717B")
_N_STRIPES = 7


def baseline_of(view: AlignmentView) -> AlignmentView | None:
    """The baseline's design of the same team; None where there is nothing to compare with."""
    plan, baseline = view.plan, view.plan.baseline
    if baseline is None or len(plan.scenarios) < 2:
        return None
    mine = next(a for a in plan.rows(rec.Alignment) if a.id == view.id)
    found = plan.alignment_of(baseline.id, mine.team)
    return plan.alignment(found) if found else None


def _choices(view: AlignmentView) -> Iterator[Choice]:
    if view.plan.arcs is not None and baseline_of(view) is not None:
        yield Choice("change", _("Changes against the baseline"), heading())


def _moves(view: AlignmentView, base: AlignmentView) -> tuple[np.ndarray, np.ndarray]:
    """Slot in the baseline and now of each unit; territories gone since then follow the slots.

    Territories are the same where their uid is.
    """
    number = {t.uid: slot for slot, t in enumerate(view.leaves, 1)}
    n = view.n_slots
    same = [0]
    for extra, leaf in enumerate(base.leaves):
        same.append(number.get(leaf.uid, n + extra))
    return np.array(same)[base.unit_slots], view.unit_slots


def _by_change(
    view: AlignmentView, _key: str, look: Look, _rules: Rules | None
) -> Colouring | None:
    base = baseline_of(view)
    if base is None or view.plan.arcs is None:
        return None
    before, after = _moves(view, base)
    moved = view.plan.units_present & (before != after)
    size = int(max(before.max(initial=0), after.max(initial=0))) + 1
    pairs, counts = np.unique(before[moved] * size + after[moved], return_counts=True)
    order = np.argsort(-counts, kind="stable")[:_MOST_MOVES]
    n = view.n_slots
    classes = after.astype(np.int32)
    classes[moved] = n + len(order)
    code = before * size + after
    for k, at in enumerate(order):
        classes[moved & (code == pairs[at])] = n + k
    chosen = [divmod(int(pairs[at]), size) for at in order]
    n_same = int(view.plan.units_present.sum() - moved.sum())
    return Colouring(
        _as_classes(view, base, classes, chosen, counts[order], int(moved.sum()), n_same, look),
        _("Changes against {name}").format(name=base.scenario.name),
        follows_assignment=True,
    )


def _as_classes(
    view: AlignmentView,
    base: AlignmentView,
    classes: np.ndarray,
    moves: list[tuple[int, int]],
    counts: np.ndarray,
    n_moved: int,
    n_same: int,
    look: Look,
) -> Classes:
    """Slots faded, then each move in the fill of who gets it, hatched by whom it came from."""
    names = [_("Unassigned"), *(t.name for t in view.leaves), *(t.name for t in base.leaves)]
    text = _("{a} to {b}")  # no arrow: the fonts of pictures have none
    texts = [text.format(a=names[a], b=names[b]) for a, b in moves]
    n_other = n_moved - int(counts.sum())
    others = _("Other moves") if n_other else ""
    slots = view.n_slots
    seen: dict[int, int] = {}
    stripes = []
    for _a, b in moves:
        seen[b] = seen.get(b, 0) + 1
        stripes.append((seen[b] - 2) % _N_STRIPES + 1)
    return Classes(
        classes,
        (_colours(view, moves, look, False), _colours(view, moves, look, True)),
        [*([""] * slots), *texts, others, _("Unchanged")],
        of_units=True,
        counts=[*([0] * slots), *counts.tolist(), n_other, n_same],
        hatches=[*([0] * slots), *stripes, 4, 0],
        is_ordered=False,
    )


def _colours(
    view: AlignmentView, moves: list[tuple[int, int]], look: Look, dark: bool
) -> list[str]:
    fills = palettes.territory_colours(dark, look.palette)
    paper = palettes.roles(dark)["paper"]
    own = [paper, *(fills[t.colour % len(fills)] for t in view.leaves)]
    inks = [palettes.rgba(c)[0] for c in own]
    faded = [f"#{int(v):06X}" for v in blend(inks, palettes.rgba(paper)[0], _FADED)]
    return [*faded, *(own[b] for _a, b in moves), _OTHER[int(dark)], paper]


CHANGE = Way("change", _choices, _by_change)
