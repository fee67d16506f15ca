"""Choices of a search for the best between balance, shape and what is kept, as they are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from terradesk import i18n
from terradesk.i18n import N_, _
from terradesk.progress import Progress, silent

from ...document_model import Tentative

if TYPE_CHECKING:
    from terradesk.builder import Result
    from terradesk.edits import Edit
    from terradesk.plan import Plan

_OUT = ("tolerance", "minimum", "maximum")
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Trait:
    """One figure of a choice.

    Parameters
    ----------
    key, caption : str
        Stable name; untranslated caption.
    value : float
        NaN where there is none.
    text : str
    is_more_better : bool
    title : str
        Untranslated: what a choice that is the best in it is called.
    """

    key: str
    caption: str
    value: float
    text: str
    is_more_better: bool
    title: str


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One way to go.

    Parameters
    ----------
    result : Result
    tentative : Tentative or None
        What accepting it would do; None when it would change nothing.
    traits : tuple of Trait
    best : frozenset of str
        Keys of the traits in which no other choice is better.
    title : str
    """

    result: Result
    tentative: Tentative | None
    traits: tuple[Trait, ...]
    best: frozenset[str] = frozenset()
    title: str = ""

    def value(self, key: str) -> float:
        """One figure, NaN where there is none."""
        return next((t.value for t in self.traits if t.key == key), np.nan)


def traits_of(result: Result) -> tuple[Trait, ...]:
    """The figures by which results are compared; those that mean nothing here are left out."""
    figures = result.figures
    k = len(figures.exempt)
    n_in = k - len({v.territory for v in result.violations if v.kind in _OUT})
    off = np.abs(figures.deviations[~figures.exempt])
    worst = float(np.nanmax(off, initial=0.0))
    shapes = figures.compactness[np.isfinite(figures.compactness)]
    compact = float(shapes.mean()) if len(shapes) else np.nan
    handed = float(figures.handed[:, 0].sum()) if figures.handed.shape[1] else np.nan
    counted = _("{n} of {m}").format(n=i18n.number(n_in), m=i18n.number(k))
    share = f"±{i18n.percent(worst, 1, False)}"
    km = _("{n} km").format(n=i18n.number(figures.distance))
    found = (
        Trait("in", N_("In tolerance"), n_in, counted, True, N_("Most in tolerance")),
        Trait("worst", N_("Worst"), worst, share, False, N_("Most even")),
        Trait("shape", N_("Compact"), compact, _hundredths(compact), True,
              N_("Most compact")),
        Trait("distance", N_("Distance"), figures.distance, km, False, N_("Shortest ways")),
        Trait("kept", N_("Kept"), figures.kept, _percent(figures.kept), True, N_("Most kept")),
        Trait("handed", N_("Change hands"), handed, _count(handed), False, N_("Fewest handovers")),
    )  # fmt: skip
    return tuple(t for t in found if np.isfinite(t.value))


def _hundredths(value: float) -> str:
    return i18n.number(value, 2) if np.isfinite(value) else "–"


def _percent(value: float) -> str:
    return i18n.percent(value, 1, False) if np.isfinite(value) else "–"


def _count(value: float) -> str:
    return i18n.number(value) if np.isfinite(value) else "–"


def compared(results: Sequence[Result], tentatives: Sequence[Tentative | None]) -> list[Choice]:
    """Say of each result in what it is the best, and give it a title that no other has.

    Parameters
    ----------
    results : sequence of Result
    tentatives : sequence of Tentative or None
        What accepting each would do.
    """
    rows = [traits_of(r) for r in results]
    best = [frozenset(_best_keys(own, rows)) for own in rows]
    titles = list(_titles(rows, best))
    return [
        Choice(*parts)
        for parts in zip(results, tentatives, rows, best, titles, strict=True)
    ]  # fmt: skip


def _best_keys(own: Sequence[Trait], rows: Sequence[Sequence[Trait]]) -> Iterator[str]:
    for trait in own:
        values = [t.value for row in rows for t in row if t.key == trait.key]
        extreme = max(values) if trait.is_more_better else min(values)
        differs = max(values) - min(values) > _SAME
        if differs and abs(trait.value - extreme) <= _SAME:
            yield trait.key


def _titles(rows: Sequence[Sequence[Trait]], best: Sequence[frozenset[str]]) -> Iterator[str]:
    """The trait that fewest others share names a choice; one that leads in nothing is between."""
    shared = {key: sum(key in keys for keys in best) for keys in best for key in keys}
    taken: set[str] = set()
    order = ("worst", "kept", "distance", "shape", "handed", "in")
    for row, keys in zip(rows, best, strict=True):
        free = [key for key in order if key in keys and key not in taken]
        key = min(free, key=lambda one: shared[one]) if free else ""
        taken.add(key)
        yield next((_(t.title) for t in row if t.key == key), _("In between"))


def prepare_choices(
    results: Sequence[Result],
    accept: Callable[[Any], Edit | None],
    plan: Plan,
    progress: Progress = silent,
) -> list[Choice]:
    """Work out what accepting each result would do; called in a thread.

    Parameters
    ----------
    results : sequence of Result
    accept : callable
        Gives the edit of a result against `plan`, None when nothing would change.
    plan : Plan
    progress : callable
    """
    tentatives = []
    for number, result in enumerate(results):
        progress(number / len(results), "")
        tentatives.append(tentative_of(plan, accept(result)))
    return compared(results, tentatives)


def tentative_of(plan: Plan, edit: Edit | None) -> Tentative | None:
    """The plan as it would be after an edit that redraws the map; None for no edit."""
    from terradesk.edits import apply

    if edit is None:
        return None
    rows = [c.rows for c in edit.changes if c.table == "assignment"]
    moved = np.unique(np.concatenate(rows)) if rows else np.empty(0, np.int32)
    return Tentative(edit, apply(plan, edit), moved, np.empty(0, np.int32), -1)
