"""MEASURES: what can be told about a territory, each a pure function of labels.

A further one is one more entry: its ``compute`` is called with a `Context`, the label of each unit
and the label of each account that does not follow its unit, and returns one number per label.
The same function so serves a territory, a district, another scenario and a tentative edit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from terradesk import records as rec
from terradesk.i18n import N_, _
from terradesk.measures.choosing import choices
from terradesk.measures.shapes import contiguity_of, perimeters, polsby_popper
from terradesk.measures.sums import Context, exception_slots, summed
from terradesk.plan import AlignmentView, Plan

Compute = Callable[[Context, np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a territory.

    Parameters
    ----------
    key : str
        Stable name; for a measure of the plan its uid.
    title : str
        Marked for translation, or the plan's own word.
    unit : {"number", "money", "area", "length", "count", "share"}
        m2 and m for areas and lengths.
    is_additive : bool
        Whether a district's figure is the sum of its territories'.
    compute : callable
        ``compute(context, unit_labels, account_labels) -> (n_labels,) float64``. Labels run from
        0, which is unassigned; ``account_labels`` belong to ``context.side.rows``.
    """

    key: str
    title: str
    unit: str
    is_additive: bool
    compute: Compute


def of_measure(measure: rec.Measure) -> Figure:
    """A measure of the plan as a figure."""
    is_count = measure.source in ("n_units", "n_accounts")
    shown = measure.format if measure.format in ("money", "area") else "number"
    unit = "area" if measure.source == "area" else "count" if is_count else shown
    compute = partial(_sum, measure)
    return Figure(measure.uid, measure.name, unit, True, compute)


def _sum(
    measure: rec.Measure, context: Context, units: np.ndarray, accounts: np.ndarray
) -> np.ndarray:
    return summed(context, measure, units, accounts)


def _source(source: str) -> Compute:
    return partial(_sum, rec.Measure(source, 0, source=source))


def _compactness(context: Context, units: np.ndarray, accounts: np.ndarray) -> np.ndarray:
    return polsby_popper(context.plan, units, context.n_labels)


def _perimeter(context: Context, units: np.ndarray, accounts: np.ndarray) -> np.ndarray:
    arcs = context.plan.arcs
    return np.zeros(context.n_labels) if arcs is None else perimeters(arcs, units, context.n_labels)


def _parts(context: Context, units: np.ndarray, accounts: np.ndarray) -> np.ndarray:
    return contiguity_of(context.plan, units, context.n_labels).parts.astype(float)


def _holes(context: Context, units: np.ndarray, accounts: np.ndarray) -> np.ndarray:
    return contiguity_of(context.plan, units, context.n_labels).holes.astype(float)


MEASURES: tuple[Figure, ...] = (
    Figure("n_units", N_("Areas"), "count", True, _source("n_units")),
    Figure("n_accounts", N_("Accounts"), "count", True, _source("n_accounts")),
    Figure("area", N_("Surface area"), "area", True, _source("area")),
    Figure("perimeter", N_("Perimeter"), "length", False, _perimeter),
    Figure("compactness", N_("Compact shape"), "share", False, _compactness),
    Figure("parts", N_("Parts"), "count", False, _parts),
    Figure("holes", N_("Enclosed gaps"), "count", False, _holes),
)
"""Figures every plan has; `figures` adds the measures of one plan."""


def figures(plan: Plan) -> list[Figure]:
    """Every figure of a plan: its measures, then those of `MEASURES` not among them."""
    own = [m for m in choices(plan) if m.id]
    sources = {m.source for m in own}
    return [of_measure(m) for m in own] + [f for f in MEASURES if f.key not in sources]


def title(plan: Plan, figure: Figure) -> str:
    """The figure's name as the screen shows it; areas go by the plan's own noun."""
    return plan.heading_noun(2) if figure.key == "n_units" else _(figure.title)


def by_slot(view: AlignmentView, figure: Figure) -> np.ndarray:
    """A figure of each territory: (n_slots,) float64, slot 0 unassigned."""
    context = Context(view.plan, view.side, view.n_slots)
    return figure.compute(context, view.unit_slots, exception_slots(view))


def by_node(view: AlignmentView, figure: Figure, nodes: Sequence[int]) -> np.ndarray:
    """A figure of districts, regions or territories, each taken as one whole.

    Parameters
    ----------
    view : AlignmentView
    figure : Figure
    nodes : sequence of int
        Territory ids, none above or equal to another.

    Returns
    -------
    ndarray of float64, shape (n_nodes,)
    """
    label = np.zeros(view.n_slots, np.int32)
    for k, node in enumerate(nodes):
        label[[view.slots[leaf.id] for leaf in view.leaves_below(node)]] = k + 1
    context = Context(view.plan, view.side, len(nodes) + 1)
    return figure.compute(context, label[view.unit_slots], label[exception_slots(view)])[1:]
