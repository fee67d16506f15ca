"""Where a new territory should be, and how large."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6 import QtCore, QtWidgets

from terradesk import i18n, measures
from terradesk import records as rec
from terradesk.i18n import _
from terradesk.plan import AlignmentView, Plan
from terradesk.projection import LONLAT, to_plan

from ..document_model import DocumentModel
from . import parts

_FULL, _LEAST, _MOST = 100, 5, 300
_AROUND = 6  # areas that a territory begins with at a place


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A place for a new territory.

    Parameters
    ----------
    text : str
    rows : ndarray of int
        Areas that it begins with.
    """

    text: str
    rows: np.ndarray


class CarveDialog(parts.Dialog):
    """Asks both on one small page.

    Signals
    -------
    chosen(Place, float)
        The place, and the share of a full territory.
    """

    chosen = QtCore.Signal(object, float)

    def __init__(self, parent: QtWidgets.QWidget, model: DocumentModel) -> None:
        super().__init__(_("Carve out a new territory"), parent, 480, 220)
        self.places = places(model)
        self.where = parts.combo(_("Where"), [(p.text, k) for k, p in enumerate(self.places)])
        self.share = QtWidgets.QSpinBox()
        self.share.setRange(_LEAST, _MOST)
        self.share.setValue(_FULL)
        self.share.setSuffix(" %")
        self.share.setAccessibleName(_("Size"))
        form = QtWidgets.QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.addRow(parts.label(_("Where"), "dim"), self.where)
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.share)
        row.addWidget(parts.label(_("of a full territory"), "dim"))
        row.addStretch(1)
        form.addRow(parts.label(_("Size"), "dim"), row)
        self.body.addLayout(form)
        hint = _("The others give way as little as they can. You see it before anything changes.")
        self.body.addWidget(parts.label(hint, "dim", wraps=True))
        self.body.addStretch(1)
        self.foot.addStretch(1)
        self.foot.addWidget(parts.Button(_("Cancel"), clicked=self.reject))
        self.preview = parts.Button(_("Preview"), "primary", clicked=self.accept)
        self.preview.setDefault(True)
        self.foot.addWidget(self.preview)

    def accept(self) -> None:
        """Tell what was chosen."""
        place = self.places[self.where.currentIndex()]
        super().accept()
        self.chosen.emit(place, self.share.value() / 100)


def places(model: DocumentModel) -> list[Place]:
    """Where a new territory could begin: the selection, homes of free reps, where most is."""
    plan, view = model.plan, model.view
    out = []
    rows = model.selected_units
    if len(rows):
        n = len(rows)
        text = _("Around the {n} selected {noun}")
        out.append(Place(text.format(n=i18n.number(n), noun=plan.noun(n)), rows))
    out.append(Place(_("Where the load is heaviest"), heaviest(view)))
    return out + homes(plan, view)


def homes(plan: Plan, view: AlignmentView) -> list[Place]:
    """Homes of reps on the map; those without a territory first."""
    reps = [r for r in plan.rows(rec.Rep) if None not in (r.home_lon, r.home_lat)]
    if plan.arcs is None or not reps:
        return []
    owning = {rep.id for rep in view.owners.values()}
    reps.sort(key=lambda r: (r.id in owning, r.name.casefold()))
    degrees = np.array([(r.home_lon, r.home_lat) for r in reps], np.float64)
    xy = to_plan(degrees, LONLAT, plan.crs)
    out = []
    for rep, at in zip(reps, xy, strict=True):
        if np.isfinite(at).all():
            text = (
                _("Home of {name}") if rep.id in owning else _("Home of {name}, no territory yet")
            )
            out.append(Place(text.format(name=rep.name), nearest(plan, at, _AROUND)))
    return out


def nearest(plan: Plan, at: np.ndarray, n: int) -> np.ndarray:
    """The n areas whose middles are nearest to a place in metres."""
    assert plan.arcs is not None
    middles = plan.arcs.centres / 100 + np.array(plan.arcs.origin)
    away = np.hypot(*(middles - at).T)
    away[~plan.units_present | ~np.isfinite(away)] = np.inf
    return np.argsort(away, kind="stable")[: min(n, int(np.isfinite(away).sum()))]


def heaviest(view: AlignmentView) -> np.ndarray:
    """The heaviest area of the territory that is farthest over its target, with those around."""
    plan, balance = view.plan, measures.standing_of(view).balance
    measure = measures.balance_measure(plan)
    if plan.arcs is None or measure is None or balance is None:
        return np.empty(0, np.int64)
    order = np.argsort(-np.nan_to_num(balance.deviations[1:], nan=-np.inf), kind="stable")
    weights = measures.standing_of(view).weights(measure)[0]
    for slot in order + 1:
        rows = np.flatnonzero((view.unit_slots == slot) & plan.units_present & ~view.locked_units)
        if len(rows):
            row = rows[int(np.argmax(weights[rows]))]
            near = nearest(plan, plan.arcs.centres[row] / 100 + np.array(plan.arcs.origin), _AROUND)
            return near[np.isin(near, rows)]
    return np.empty(0, np.int64)
