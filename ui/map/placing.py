"""Accounts without a place that are dropped on the map: they are placed where they fall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore, QtWidgets

from terradesk import i18n, projection
from terradesk.edits import Edit
from terradesk.edits.placing import place_by_hand
from terradesk.i18n import _, ngettext

from ..document_model import DocumentModel

if TYPE_CHECKING:
    from .view import MapView


def without_place(model: DocumentModel, rows: np.ndarray) -> np.ndarray:
    """Those of some accounts that have no place."""
    known = rows[(rows >= 0) & (rows < len(model.plan.accounts))]
    here = model.plan.accounts_present[known] & (model.plan.accounts.placement[known] == 0)
    return known[here]


def placed(view: MapView, rows: np.ndarray, at: QtCore.QPointF) -> Edit | None:
    """The edit that places accounts at a point of the canvas.

    Raises
    ------
    TerraDeskError
        The point is not on the map.
    """
    plan = view.model.plan
    x, y = view.metres(at)
    lon, lat = projection.lonlat(np.array([x]), np.array([y]), plan.crs)
    return place_by_hand(plan, rows, float(lon[0]), float(lat[0]))


def hint(view: MapView, rows: np.ndarray, at: QtCore.QPointF, n_all: int) -> str:
    """What letting go would do."""
    plan, n = view.model.plan, len(rows)
    unit = view.picker.unit_at(*view.metres(at)) if view.picker is not None else -1
    if unit < 0:
        text = ngettext(
            "Place {n} account here, outside all {nouns}",
            "Place {n} accounts here, outside all {nouns}",
            n,
        )
        told = text.format(n=i18n.number(n), nouns=plan.noun(2))
    else:
        text = ngettext("Place {n} account in {name}", "Place {n} accounts in {name}", n)
        name = i18n.isolate(str(plan.units.names[unit]))
        told = text.format(n=i18n.number(n), name=name)
    if n < n_all:
        told += "\n" + _("or make all {n} named accounts").format(n=i18n.number(n_all))
    return told


def place(view: MapView, rows: np.ndarray, at: QtCore.QPointF) -> None:
    """Place accounts at a point of the canvas."""
    view.model.attempt(lambda: placed(view, rows, at))


def ask(view: MapView, rows: np.ndarray, at: QtCore.QPointF, name: str) -> QtWidgets.QMenu:
    """The choice between placing accounts and naming them, not shown yet; actions in that order.

    Parameters
    ----------
    view : MapView
    rows : ndarray of int
        Those without a place.
    at : QPointF
    name : str
        Of the territory they are over.
    """
    menu = QtWidgets.QMenu(view)
    menu.setObjectName("placing")
    n = len(rows)
    text = ngettext("Place {n} account here", "Place {n} accounts here", n)
    menu.addAction(text.format(n=i18n.number(n)), lambda: place(view, rows, at))
    name = i18n.isolate(name.replace("&", "&&"))
    menu.addAction(_("Make named accounts of {name}").format(name=name))
    menu.aboutToHide.connect(menu.deleteLater)
    return menu
