"""How far a build is: seconds, tries, two curves, Pause and Stop."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from terradesk import i18n
from terradesk.i18n import _, ngettext

from ...dialogs import parts
from ..figure import Figure
from .curve import Curve

_THOUSANDTHS = 1000


class Progress(QtWidgets.QWidget):
    """What goes on, or what came of it.

    Signals
    -------
    pause_clicked(), stop_clicked(), again_clicked()
    """

    pause_clicked = QtCore.Signal()
    stop_clicked = QtCore.Signal()
    again_clicked = QtCore.Signal()

    def __init__(self) -> None:
        super().__init__()
        self.title = parts.label("", "strong")
        self.detail = Figure("text2")
        self.pause = parts.Button(_("Pause"), icon="pause", clicked=self.pause_clicked.emit)
        self.stop = parts.Button(_("Stop"), icon="circle-stop", clicked=self.stop_clicked.emit)
        self.stop.setToolTip(_("Stop here and keep the best so far (Esc)"))
        self.again = parts.Button(_("Build again"), icon="refresh-cw",
                                  clicked=self.again_clicked.emit)  # fmt: skip
        self.again.setToolTip(_("Build once more with the settings above"))
        self.bar = QtWidgets.QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, _THOUSANDTHS)
        self.bar.setAccessibleName(_("Progress"))
        self.worst = Curve(_("Worst deviation"), _percent, 112, (0.02, 0.05, 0.1, 0.2, 0.5, 1, 5))
        self.compact = Curve(
            _("Compact shape"), _hundredth, 50, (0.01, 0.02, 0.05, 0.1, 0.2), False
        )
        self._worst_caption = parts.label("", "small")
        self._build()

    def _build(self) -> None:
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        head = QtWidgets.QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title)
        head.addWidget(self.detail, 1)
        for button in (self.pause, self.stop, self.again):
            head.addWidget(button)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addSpacing(2)
        self._shape_caption = parts.label(_("Compact shape (1 is a disc)"), "small")
        for widget in self._curves():
            column.addWidget(widget)

    def _curves(self) -> tuple[QtWidgets.QWidget, ...]:
        return self._worst_caption, self.worst, self._shape_caption, self.compact

    def begin(self, tolerance: float, has_locked: bool) -> None:
        """A build begins.

        Parameters
        ----------
        tolerance : float
            A fraction; shaded in the curve.
        has_locked : bool
            Whether territories are left out of the curve.
        """
        outside = _("Worst deviation outside locked territories")
        self._worst_caption.setText(outside if has_locked else _("Worst deviation"))
        self.worst.clear(tolerance)
        self.compact.clear()
        self.bar.setValue(0)
        self.detail.setText("")
        self.show_state("preparing")

    def mark_before(self, worst: float, shape: float) -> None:
        """Figures of the plan as it is: where the curves begin."""
        self.mark(0.0, worst, shape)

    def mark(self, seconds: float, worst: float, shape: float) -> None:
        """A point of both curves."""
        self.worst.add(seconds, abs(worst))
        self.compact.add(seconds, shape)

    def show_state(self, state: str) -> None:
        """Say what goes on: "preparing", "running", "paused", "stopping", "done", "stopped"."""
        titles = {
            "preparing": _("Preparing"),
            "running": _("Improving"),
            "paused": _("Paused"),
            "stopping": _("Stopping"),
            "done": _("Done"),
            "stopped": _("Stopped"),
        }
        self.title.setText(titles[state])
        is_over = state in ("done", "stopped")
        is_paused = state == "paused"
        self.pause.setText(_("Go on") if is_paused else _("Pause"))
        self.pause.set_icon("play" if is_paused else "pause")
        self.pause.setVisible(state in ("running", "paused"))
        self.stop.setVisible(not is_over)
        self.stop.setEnabled(state != "stopping")
        self.again.setVisible(is_over)
        for widget in self._curves():  # what was found elsewhere has no curve
            widget.setVisible(not is_over or len(self.worst.points) > 1)
        if state == "done":
            self.bar.setValue(_THOUSANDTHS)

    def add(self, seconds: float, tries: int, fraction: float, worst: float, shape: float) -> None:
        """The build has come so far."""
        self.tell(seconds, tries)
        self.bar.setValue(round(_THOUSANDTHS * fraction))
        self.mark(seconds, worst, shape)

    def tell(self, seconds: float, tries: int) -> None:
        """Seconds and tries."""
        text = ngettext("{s} s · {n} try", "{s} s · {n} tries", tries)
        self.detail.setText(text.format(s=i18n.number(seconds, 1), n=i18n.compact(tries)))


def _percent(value: float) -> str:
    return i18n.percent(value, 0, False)


def _hundredth(value: float) -> str:
    return i18n.number(value, 2)
