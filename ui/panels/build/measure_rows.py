"""What is balanced: one measure, or several, each with its tolerance and its weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtWidgets

from terradesk.i18n import _

from ...dialogs import parts
from .fields import Percent, drop_down, elided_item

if TYPE_CHECKING:
    from terradesk.builder.plans.settings import Wish
    from terradesk.records import Measure

MOST = 6
_WEIGHTS = ((0.5, "½ ×"), (1.0, "1 ×"), (2.0, "2 ×"), (3.0, "3 ×"), (5.0, "5 ×"))


class MeasureRow(QtWidgets.QWidget):
    """One measure. Tolerance and weight are seen only beside others.

    Signals
    -------
    changed()
    removed()
    """

    changed = QtCore.Signal()
    removed = QtCore.Signal()

    def __init__(self, choices: Sequence[Measure], wish: Wish) -> None:
        super().__init__()
        self._wish = wish
        self.measure = drop_down(_("Balance by"))
        self.measure.setToolTip(_("What every territory should have its share of"))
        for one in choices:
            self.measure.addItem(elided_item(one.name), one.uid)
        parts.choose(self.measure, wish.measure)
        self.tolerance = Percent(_("Tolerance"))
        self.tolerance.set_fraction(wish.tolerance)
        self.tolerance.setFixedWidth(66)
        weights = [(text, w) for w, text in _known(wish.weight)]
        self.weight = parts.combo(_("Weight"), weights)
        parts.choose(self.weight, wish.weight)
        self.weight.setToolTip(_("How much it counts among the others"))
        self.remove = parts.icon_button("x", _("Without this measure"), self.removed.emit)
        line = QtWidgets.QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(self.measure, 1)
        for widget in (self.tolerance, self.weight, self.remove):
            line.addWidget(widget)
        self.measure.activated.connect(self._changed)
        self.weight.activated.connect(self._changed)
        self.tolerance.valueChanged.connect(self._changed)

    def _changed(self, *_value: Any) -> None:
        self.changed.emit()

    def set_alone(self, is_alone: bool) -> None:
        """Whether it is the only one."""
        for widget in (self.tolerance, self.weight, self.remove):
            widget.setVisible(not is_alone)

    @property
    def wish(self) -> Wish:
        """What is asked of it."""
        return replace(
            self._wish,
            measure=str(self.measure.currentData() or ""),
            tolerance=self.tolerance.fraction,
            weight=float(self.weight.currentData()),
        )


def _known(weight: float) -> list[tuple[float, str]]:
    """The weights on offer, and one that came from elsewhere."""
    if any(weight == known for known, _text in _WEIGHTS):
        return list(_WEIGHTS)
    return sorted([*_WEIGHTS, (weight, f"{weight:g} ×")])


class MeasureRows(QtWidgets.QWidget):
    """All of them, and a button for another one.

    Signals
    -------
    changed()
    """

    changed = QtCore.Signal()

    def __init__(self) -> None:
        super().__init__()
        self._choices: list[Measure] = []
        self.rows: list[MeasureRow] = []
        line = QtWidgets.QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        self._list = QtWidgets.QVBoxLayout()
        self._list.setSpacing(4)
        self._head = parts.label(_("Balance by, within, and how much it counts"), "dim")
        rows = QtWidgets.QVBoxLayout()
        rows.setSpacing(4)
        rows.addWidget(self._head)
        rows.addLayout(self._list)
        tip = _("Balance by another measure as well, with a tolerance of its own")
        self.another = parts.icon_button("plus", tip, self._add)
        line.addLayout(rows, 1)
        line.addWidget(self.another, 0, QtCore.Qt.AlignmentFlag.AlignBottom)

    def show_wishes(self, choices: Sequence[Measure], wishes: Sequence[Wish]) -> None:
        """Show what is asked.

        Parameters
        ----------
        choices : sequence of Measure
            Measures of the plan.
        wishes : sequence of Wish
            At least one, their measures named.
        """
        self._choices = list(choices)
        parts.empty(self._list)
        self.rows = []
        for wish in wishes:
            self._append(wish)
        self._refresh()

    def _append(self, wish: Wish) -> None:
        row = MeasureRow(self._choices, wish)
        row.changed.connect(self.changed)
        row.removed.connect(lambda: self._remove(row))
        self.rows.append(row)
        self._list.addWidget(row)

    def _add(self) -> None:
        from terradesk.builder.plans.settings import Wish

        taken = {row.wish.measure for row in self.rows}
        free = next((m.uid for m in self._choices if m.uid not in taken), None)
        if free is not None:
            self._append(Wish(measure=free, tolerance=self.rows[0].tolerance.fraction))
            self._refresh()
            self.rows[-1].measure.setFocus()
            self.changed.emit()

    def _remove(self, row: MeasureRow) -> None:
        self.rows.remove(row)
        row.hide()
        row.deleteLater()
        self._refresh()
        self.rows[-1].measure.setFocus()
        self.changed.emit()

    def _refresh(self) -> None:
        self._head.setVisible(len(self.rows) > 1)
        for row in self.rows:
            row.set_alone(len(self.rows) == 1)
        self.another.setVisible(len(self.rows) < min(MOST, len(self._choices)))

    @property
    def wishes(self) -> tuple[Wish, ...]:
        """What is asked; a measure twice counts once."""
        found: dict[str, Wish] = {}
        for row in self.rows:
            found.setdefault(row.wish.measure, row.wish)
        return tuple(found.values())
