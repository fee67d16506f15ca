"""The layers that every plan has, from top to bottom, and what makes their stamps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from terradesk import records as rec
from terradesk.colouring.places import barriers, homes, links, start_places, starts
from terradesk.i18n import N_
from terradesk.plan import AlignmentView
from terradesk.render.stamps import Stamp

__all__ = ["LAYERS", "LayerEntry", "start_places"]


@dataclass(frozen=True, slots=True)
class LayerEntry:
    """A layer that every plan has.

    Parameters
    ----------
    key : str
    title : str
        Untranslated.
    is_there : callable
        Whether a view of a plan has anything of it.
    place : {"over", "fixed"}
        Over the areas in any order, or where it is.
    factory : callable, optional
        Makes its stamp from the view of a plan.
    """

    key: str
    title: str
    is_there: Callable[[AlignmentView], bool]
    place: Literal["over", "fixed"] = "fixed"
    factory: Callable[[AlignmentView], Stamp | None] | None = None


def _always(view: AlignmentView) -> bool:
    return True


def _has_units(view: AlignmentView) -> bool:
    return view.plan.arcs is not None


def _has_accounts(view: AlignmentView) -> bool:
    return bool((view.plan.accounts_present & np.isfinite(view.plan.accounts.x)).any())


def _has_regions(view: AlignmentView) -> bool:
    return any(t.level for t in view.territories.values())


def _has_barriers(view: AlignmentView) -> bool:
    return any(True for _row in view.plan.rows(rec.Barrier))


LAYERS = (
    LayerEntry("labels", N_("Names of territories"), lambda view: bool(view.leaves)),
    LayerEntry("cities", N_("Names of cities"), _always),
    LayerEntry("starts", N_("Start points"), lambda view: bool(view.seeds), "over", starts),
    LayerEntry("homes", N_("Rep homes"), lambda view: homes(view) is not None, "over", homes),
    LayerEntry("accounts", N_("Accounts"), _has_accounts, "over"),
    LayerEntry("links", N_("Water links"), lambda v: links(v) is not None, "over", links),
    LayerEntry("barriers", N_("Borders not to cross"), _has_barriers, "over", barriers),
    LayerEntry("locks", N_("Locks"), lambda view: bool(view.locked_territories)),
    LayerEntry("districts", N_("Borders of regions"), _has_regions),
    LayerEntry("borders", N_("Borders of territories"), lambda view: bool(view.leaves)),
    LayerEntry("lines", N_("Lines between areas"), _has_units),
    LayerEntry("areas", N_("Areas"), _has_units),
    LayerEntry("base", N_("Base map"), _always),
)
"""From top to bottom."""
