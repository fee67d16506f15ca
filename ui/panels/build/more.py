"""What most builds leave as it is: limits, start points, states kept whole, effort, run number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtWidgets

from terradesk.i18n import _

from ...dialogs import parts
from .fields import Amount, Number, Slider, drop_down, elided_item, row_of

if TYPE_CHECKING:
    from terradesk.builder.plans.settings import Settings

_MOST = 2**31 - 1
_EFFORTS = (0.25, 1.0, 4.0)
_REACHING = ("carve", "absorb")


class More(QtWidgets.QWidget):
    """The wishes under More.

    Signals
    -------
    changed()
    """

    changed = QtCore.Signal()

    def __init__(self) -> None:
        super().__init__()
        per = _("Of the first measure, in every territory")
        served = _("What one territory can serve at most decides how many there are")
        self.capacity = Amount(_("Workload of a territory"), _("the number decides"), served)
        self.minimum = Amount(_("Minimum"), _("none"), per)
        self.maximum = Amount(_("Maximum"), _("none"), per)
        self.handover = Number(
            _("Accounts handed over at most"), 0, _MOST,
            _("By each territory, and as many taken over"), _("any"),
        )  # fmt: skip
        self.seeds = drop_down(_("Start points"), _seed_choices())
        self.seeds.setToolTip(_("Where territories start, see the flags on the map"))
        self.reach = drop_down(_("Others may change"))
        self.reach.setToolTip(_("Which territories may give and take areas beyond what is freed"))
        self.district = drop_down(_("Keep whole"))
        self.district.setToolTip(_("States, say, that should not be split where it can be avoided"))
        self.district_share = Slider(
            _("How much keeping whole counts"), _("a little"), _("much"), _("Against balance")
        )
        self.corners = QtWidgets.QCheckBox(_("Areas that meet in a corner are neighbours"))
        self.leaves = QtWidgets.QCheckBox(_("Leave unassigned areas unassigned"))
        self.effort = drop_down(_("Effort"), _effort_choices())
        self.effort.setToolTip(_("How many moves are tried"))
        self.starts = Number(_("Best of"), 1, 99, _("Runs from other beginnings; the best is kept"))
        self.starts.setFixedWidth(48)
        self.seed = Number(_("Run number"), 0, _MOST, _("The same number gives the same result"))
        self._is_reaching = False
        self._whole = QtWidgets.QVBoxLayout()
        self._build()
        self._connect()

    def _build(self) -> None:
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        limits = QtWidgets.QHBoxLayout()
        limits.setSpacing(8)
        for word, widget in ((_("min."), self.minimum), (_("max."), self.maximum)):
            limits.addWidget(parts.label(word, "dim"))
            limits.addWidget(widget, 1)
        runs = QtWidgets.QHBoxLayout()
        runs.setSpacing(8)
        runs.addWidget(self.effort, 1)
        runs.addWidget(parts.label(_("best of"), "dim"))
        runs.addWidget(self.starts)
        self._whole.setSpacing(2)
        self._whole.addWidget(self.district)
        self._whole.addWidget(self.district_share)
        self._whole_row = row_of(_("Keep whole"), self._whole)
        self._reach_row = row_of(_("Others may change"), _filled(self.reach))
        for row in (
            row_of(_("Workload of each"), _filled(self.capacity)),
            row_of(_("Limits"), limits),
            row_of(_("Hand over at most"), _started(self.handover, _("accounts"))),
            row_of(_("Start points"), _filled(self.seeds)),
            self._reach_row,
            self._whole_row,
            row_of(_("Effort"), runs),
            row_of(_("Run number"), _started(self.seed)),
        ):
            column.addWidget(row)
        column.addWidget(self.corners)
        column.addWidget(self.leaves)

    def _connect(self) -> None:
        for box in (self.seeds, self.reach, self.district, self.effort):
            box.activated.connect(self._changed)
        for number in (self.handover, self.starts, self.seed):
            number.valueChanged.connect(self._changed)
        for amount in (self.capacity, self.minimum, self.maximum):
            amount.amount_changed.connect(self._changed)
        for check in (self.corners, self.leaves):
            check.toggled.connect(self._changed)
        self.district_share.changed.connect(self._changed)

    def _changed(self, *_value: Any) -> None:
        self._refresh()
        self.changed.emit()

    def _refresh(self) -> None:
        self.district_share.setVisible(bool(self.district.currentData()))

    def show_settings(self, settings: Settings, columns: Sequence[tuple[str, object]]) -> None:
        """Show what is asked.

        Parameters
        ----------
        settings : Settings
        columns : sequence of (str, str)
            Columns of the areas with names that repeat: text and name.
        """
        first = settings.wishes[0] if settings.wishes else None
        self.capacity.set_amount(settings.capacity or None)
        self.minimum.set_amount(first.minimum if first else None)
        self.maximum.set_amount(first.maximum if first else None)
        self.handover.setValue(min(settings.handover_most, _MOST))
        parts.choose(self.seeds, settings.seeds)
        self._fill_reach(settings)
        self.district.clear()
        self.district.addItem(_("nothing"), "")
        for text, name in columns:
            self.district.addItem(elided_item(str(text)), name)
        parts.choose(self.district, settings.district_column)
        self.district_share.set_share(settings.keep_districts)
        self.corners.setChecked(settings.contiguity == "corner")
        self.leaves.setChecked(settings.leaves_unassigned)
        _choose_near(self.effort, settings.effort)
        self.starts.setValue(settings.starts)
        self.seed.setValue(settings.seed)
        self._refresh()

    def _fill_reach(self, settings: Settings) -> None:
        """A new territory is made of others' areas: they change at least near by."""
        self._is_reaching = settings.mode in _REACHING
        self.reach.clear()
        for text, reach in _reach_choices():
            if reach != "only" or settings.mode != "carve":
                self.reach.addItem(text, reach)
        is_known = self.reach.findData(settings.reach) >= 0
        parts.choose(self.reach, settings.reach if is_known else "near")

    def set_mode(self, mode: str, may_work: bool) -> None:
        """Show what matters for what is started from.

        Parameters
        ----------
        mode : str
            Of the settings.
        may_work : bool
            Whether a workload may decide how many territories there are.
        """
        self.capacity.setEnabled(may_work)
        self.leaves.setVisible(mode == "rebalance")
        self._whole_row.setVisible(mode != "nested")
        self._reach_row.setVisible(mode in _REACHING)

    def taken_up(self, settings: Settings) -> Settings:
        """Settings with what is asked here."""
        wishes = settings.wishes
        if wishes:
            limits = {"minimum": self.minimum.amount, "maximum": self.maximum.amount}
            wishes = (replace(wishes[0], **limits), *wishes[1:])  # type: ignore[arg-type]
        is_off = settings.contiguity == "off"
        return replace(
            settings,
            wishes=wishes,
            capacity=(self.capacity.amount or 0.0) if self.capacity.isEnabled() else 0.0,
            handover_most=self.handover.value(),
            seeds=str(self.seeds.currentData()),
            reach=str(self.reach.currentData()),
            district_column=str(self.district.currentData() or ""),
            keep_districts=self.district_share.share,
            contiguity="off" if is_off else "corner" if self.corners.isChecked() else "edge",
            leaves_unassigned=self.leaves.isChecked(),
            effort=float(self.effort.currentData()),
            starts=self.starts.value(),
            seed=self.seed.value(),
        )

    def is_plain(self) -> bool:
        """Whether everything here is as usual, so that it may be folded away."""
        return (
            self.capacity.amount is None
            and self.minimum.amount is None
            and self.maximum.amount is None
            and not self.handover.value()
            and not self.corners.isChecked()
            and self.starts.value() == 1
            and (self.reach.currentData() == "near" or not self._is_reaching)
        )


def _started(widget: QtWidgets.QWidget, after: str = "") -> QtWidgets.QHBoxLayout:
    """A widget at the start of its line."""
    out = QtWidgets.QHBoxLayout()
    out.setSpacing(8)
    out.addWidget(widget)
    if after:
        out.addWidget(parts.label(after, "dim"))
    out.addStretch(1)
    return out


def _filled(widget: QtWidgets.QWidget) -> QtWidgets.QHBoxLayout:
    """A widget along its whole line."""
    out = QtWidgets.QHBoxLayout()
    out.addWidget(widget, 1)
    return out


def _seed_choices() -> list[tuple[str, object]]:
    return [
        (_("not used"), "off"),
        (_("territories stay around them"), "fixed"),
        (_("territories begin there"), "begin"),
        (_("homes of the reps"), "reps"),
    ]


def _reach_choices() -> list[tuple[str, object]]:
    return [
        (_("no: only what is freed is given out"), "only"),
        (_("near by, as far as tolerance needs"), "near"),
        (_("everywhere"), "all"),
    ]


def _effort_choices() -> list[tuple[str, object]]:
    return list(zip((_("quick"), _("usual"), _("thorough")), _EFFORTS, strict=True))


def _choose_near(box: QtWidgets.QComboBox, effort: float) -> None:
    parts.choose(box, min(_EFFORTS, key=lambda known: abs(known - effort)))
