"""The strip: what the tool in hand does, as switches; held keys light them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6 import QtCore, QtWidgets

from terradesk.arcs.picking import Mode
from terradesk.i18n import N_, _
from ui.tools import Keys, Options

from ..document_model import DocumentModel
from . import parts

SIZES = (8.0, 400.0)
"""Least and largest diameter of the brush, pixels."""

_STEP = 1.25
_INSIDE = (
    (Mode.CENTRE, N_("Centre"), N_("centre"), N_("Areas whose centre is inside")),
    (Mode.TOUCHES, N_("Touches"), N_("touches"), N_("Areas that it touches")),
    (Mode.INSIDE, N_("Fully"), N_("fully"), N_("Areas wholly inside")),
)


class Strip(parts.Floating):
    """Switches of the tool in hand.

    Signals
    -------
    changed(Options)
        The user switched something.
    """

    changed = QtCore.Signal(object)

    def __init__(self, parent: QtWidgets.QWidget, model: DocumentModel) -> None:
        super().__init__(parent)
        self._model = model
        self._layout = parts.row(self, 8, (6, 5, 8, 5))
        self._options = Options()
        self._draws = False
        self._show: list[Callable[[Options], None]] = []
        self.setAccessibleName(_("Options of the tool"))

    def set_tool(self, switches: tuple[str, ...], options: Options) -> None:
        """Show the switches of another tool."""
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._show, self._options = [], options
        self._draws = "action" in switches or "over" in switches
        for name in switches:
            getattr(self, f"_add_{name}")()
        for i in range(self._layout.count()):
            item = self._layout.itemAt(i)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.show()
        is_caption = bool(switches) and switches[0] == "moves"
        self._layout.setContentsMargins(12 if is_caption else 6, 5, 8, 5)
        self.set_options(options)
        self.setVisible(bool(switches))

    def set_options(self, options: Options, keys: Keys = Keys.NONE) -> None:
        """Show options as they are while keys are held."""
        self._options = options
        shown = options
        if self._draws and not options.selects and keys & Keys.SHIFT:
            shown = replace(options, over="unassigned")
        for show in self._show:
            show(shown)
        self.adjustSize()

    def _set(self, **changes: Any) -> None:
        self._options = replace(self._options, **changes)
        self.set_options(self._options)
        self.changed.emit(self._options)

    def _caption(self, text: str) -> None:
        self._layout.addWidget(parts.label(text, "dim"))

    # ------------------------------------------------------------------ the switches
    def _add_moves(self) -> None:
        self._caption(_("Moves"))
        choices = (
            (False, _("Areas with accounts"), _("A drag moves areas; their accounts follow")),
            (True, _("Accounts only"), _("A drag makes named accounts; areas stay")),
        )
        switch = parts.Segments(_("Moves"), choices)
        switch.chosen.connect(lambda v: self._set(moves_accounts=v))
        self._show.append(lambda o: switch.set_value(o.moves_accounts))
        self._layout.addWidget(switch)

    def _add_action(self) -> None:
        choices = (
            (False, _("Assign"), _("What you draw over goes to the current territory")),
            (True, _("Select"), _("What you draw over is selected")),
        )
        switch = parts.Segments(_("Action"), choices)
        switch.chosen.connect(lambda v: self._set(selects=v))
        self._show.append(lambda o: switch.set_value(o.selects))
        self._layout.addWidget(switch)

    def _add_inside(self) -> None:
        if not self._draws:
            self._caption(_("Inside"))
            switch = parts.Segments(_("Inside"), [(m, _(t), _(tip)) for m, t, _s, tip in _INSIDE])
            switch.chosen.connect(lambda v: self._set(inside=v))
            self._show.append(lambda o: switch.set_value(o.inside))
            self._layout.addWidget(switch)
            return
        choices = [(mode, _(short)) for mode, _t, short, _tip in _INSIDE]
        drop = parts.Drop(_("Inside"), lambda: choices, _("Which areas a shape takes"))
        drop.chosen.connect(lambda v: self._set(inside=v))
        self._show.append(lambda o: drop.set_text(dict(choices)[o.inside]))
        self._layout.addWidget(drop)

    def _add_into(self) -> None:
        choices = [(False, _("current territory")), (True, _("where the stroke starts"))]
        drop = parts.Drop(_("Into"), lambda: choices, _("Where what you paint over goes"))
        drop.chosen.connect(lambda v: self._set(into_start=v))
        self._show.append(lambda o: drop.set_text(dict(choices)[o.into_start]))
        self._show.append(lambda o: drop.setVisible(not o.selects))
        self._layout.addWidget(drop)

    def _overs(self) -> list[tuple[object, str]]:
        out: list[tuple[object, str]] = [
            (("everything", -1), _("everything")),
            (("unassigned", -1), _("unassigned only")),
        ]
        if self._model.is_open:
            only = _("only {name}")
            out += [
                (("territory", t.id), only.format(name=t.name)) for t in self._model.view.leaves
            ]
        return out

    def _add_over(self) -> None:
        drop = parts.Drop(
            _("Over"), self._overs, _("What a stroke may change (Shift: unassigned only)")
        )
        drop.chosen.connect(lambda v: self._set(over=v[0], over_territory=v[1]))

        def show(options: Options) -> None:
            texts = dict(self._overs())
            key = (options.over, options.over_territory if options.over == "territory" else -1)
            drop.set_text(texts.get(key, _("everything")))
            drop.setVisible(not options.selects)

        self._show.append(show)
        self._layout.addWidget(drop)

    def _add_size(self) -> None:
        self._caption(_("Size"))
        smaller = parts.link("", _("Smaller brush ([)"), "minus", "text2")
        larger = parts.link("", _("Larger brush (])"), "plus", "text2")
        shown = parts.label()
        shown.setMinimumWidth(44)
        shown.setAlignment(QtCore.Qt.AlignmentFlag.AlignCenter)
        smaller.clicked.connect(lambda: self.resize_brush(-1))
        larger.clicked.connect(lambda: self.resize_brush(1))
        self._show.append(lambda o: shown.setText(_("{n} px").format(n=round(o.size_px))))
        for widget in (smaller, shown, larger):
            self._layout.addWidget(widget)

    def resize_brush(self, steps: int) -> None:
        """Make the brush larger (1) or smaller (-1)."""
        size = self._options.size_px * _STEP**steps
        self._set(size_px=float(min(max(size, SIZES[0]), SIZES[1])))
