"""Panels: what stands beside the map. A new one costs a module and a line in `PANELS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6 import QtWidgets

from terradesk.i18n import N_

from ..document_model import DocumentModel
from .accounts import AccountsPanel
from .areas import AreasPanel
from .balance import BalancePanel
from .build import BuildPanel
from .history import HistoryPanel
from .inspector import InspectorPanel
from .swaps import SwapsPanel
from .territories import TerritoriesPanel
from .tree_view import ACCOUNTS_MIME, TERRITORIES_MIME


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: where it docks and how it is made.

    Parameters
    ----------
    id, title : str
        Stable name; untranslated title.
    dock : {"left", "right", "bottom"}
    make : callable
        Gives the widget for a `DocumentModel`.
    icon, rail_icon : str
        In its tab, and on the rail of small windows; "" for none.
    corner : callable
        Gives widgets for the end of the tab row.
    stands_alone : bool
        Whether it takes the place of all others in its dock while it is open.
    """

    id: str
    title: str
    dock: str
    make: Callable[[DocumentModel], QtWidgets.QWidget]
    icon: str = ""
    rail_icon: str = ""
    corner: Callable[[QtWidgets.QWidget], list[QtWidgets.QWidget]] = lambda _panel: []
    stands_alone: bool = False


PANELS = (
    Panel("territories", N_("Territories"), "left", TerritoriesPanel,
          corner=lambda panel: panel.corner()),  # type: ignore[attr-defined]
    Panel("balance", N_("Balance"), "right", BalancePanel, rail_icon="scale",
          corner=lambda panel: panel.corner()),  # type: ignore[attr-defined]
    Panel("inspector", N_("Inspector"), "right", InspectorPanel, rail_icon="info"),
    Panel("build", N_("Build territories"), "right", BuildPanel, rail_icon="wand-sparkles",
          stands_alone=True),
    Panel("swaps", N_("Suggested moves"), "right", SwapsPanel, stands_alone=True),
    Panel("accounts", N_("Accounts"), "bottom", AccountsPanel),
    Panel("areas", N_("Areas"), "bottom", AreasPanel),
    Panel("history", N_("History"), "bottom", HistoryPanel),
)  # fmt: skip

__all__ = ["ACCOUNTS_MIME", "PANELS", "TERRITORIES_MIME", "Panel"]
