"""Balance: how many are in tolerance, who is worst, and a bar per territory, ranked."""

from __future__ import annotations

import contextlib

import numpy as np
from PySide6 import QtCore, QtWidgets

from terradesk import i18n, measures
from terradesk.edits import scenarios
from terradesk.i18n import _
from terradesk.plan import UNASSIGNED

from .. import theme
from ..document_model import DocumentModel, Edited, Tentative
from . import figures, painting
from .bars import Axis, Bars
from .figure import Figure, Head

_WORST_PX = 130
_SMALL = 0.0095  # shares below this are 0 or 1 % in whole numbers


class BalancePanel(QtWidgets.QWidget):
    """Key figure, worst, unassigned, tolerance; the bars; CV, Gini and more under More.

    Parameters
    ----------
    model : DocumentModel
    """

    command = QtCore.Signal(str)
    help_wanted = QtCore.Signal(int)

    def __init__(self, model: DocumentModel) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_StyledBackground)
        self._model = model
        self._changed: set[int] = set()
        self.head = Head()
        self._worst, self._unassigned, self._spread, self._differs = (
            Figure(at_end=True) for _i in range(4)
        )
        self._differs_caption = QtWidgets.QLabel()
        self.tolerance = QtWidgets.QLineEdit()
        self._banner = self._make_banner()
        self.bars = Bars(model)
        self._empty = QtWidgets.QLabel(_("Nothing to balance yet. Make territories first."))
        self._empty.setWordWrap(True)
        self._empty.setProperty("role", "dim")
        self._build()
        self._connect()

    def _make_banner(self) -> QtWidgets.QFrame:
        frame = QtWidgets.QFrame()
        frame.setProperty("role", "note")
        column = QtWidgets.QVBoxLayout(frame)
        column.setContentsMargins(12, 8, 12, 8)
        self._question = QtWidgets.QLabel()
        self._question.setWordWrap(True)
        self._question.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        row = QtWidgets.QHBoxLayout()
        self._switch, self._keep = QtWidgets.QPushButton(_("Switch")), QtWidgets.QPushButton()
        self._switch.setProperty("role", "primary")
        for button in (self._switch, self._keep):
            row.addWidget(button)
            button.clicked.connect(frame.hide)
        row.addStretch(1)
        column.addWidget(self._question)
        column.addLayout(row)
        frame.hide()
        return frame

    def _build(self) -> None:
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(2)
        top = QtWidgets.QVBoxLayout()
        top.setContentsMargins(16, 0, 16, 0)
        top.setSpacing(4)
        top.addWidget(self._banner)
        top.addWidget(self.head)
        for caption, widget in (
            (_("Worst"), self._worst), (_("Unassigned"), self._unassigned),
            (_("Changes hands"), self._differs), (_("Tolerance"), self.tolerance),
            (_("Spread"), self._spread),
        ):  # fmt: skip
            row = QtWidgets.QHBoxLayout()
            label = self._differs_caption if widget is self._differs else QtWidgets.QLabel()
            label.setText(caption)
            label.setProperty("role", "dim")
            row.addWidget(label)
            if not isinstance(widget, Figure):
                row.addStretch(1)
            row.addWidget(widget)
            top.addLayout(row)
            if widget is self._spread:
                self._spread_caption = label
        for hidden in (self._spread, self._spread_caption, self._differs, self._differs_caption):
            hidden.hide()
        tip = _("Share of what you balance by that has another territory than in the baseline")
        self._differs.setToolTip(tip)
        self._differs_caption.setToolTip(tip)
        self.tolerance.setProperty("role", "quiet")
        self.tolerance.setFixedWidth(84)
        self.tolerance.setAlignment(QtCore.Qt.AlignmentFlag.AlignRight)
        self.tolerance.setAccessibleName(_("Tolerance"))
        self.tolerance.setToolTip(_("Deviation from the target that you accept"))
        leading = QtWidgets.QLineEdit.ActionPosition.LeadingPosition
        self._pencil = self.tolerance.addAction(theme.icon("pencil", size=14), leading)
        column.addLayout(top)
        column.addSpacing(8)
        column.addWidget(Axis())
        scroll = QtWidgets.QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QtWidgets.QWidget()
        inner.setObjectName("panel")
        inside = QtWidgets.QVBoxLayout(inner)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.bars)
        inside.addStretch(1)
        scroll.setWidget(inner)
        self._empty.setContentsMargins(16, 8, 16, 8)
        column.addWidget(self._empty)
        column.addWidget(scroll, 1)

    def _connect(self) -> None:
        model = self._model
        model.opened.connect(self._opened)
        model.alignment_changed.connect(self._show_anew)
        model.edited.connect(self._edited)
        model.previewed.connect(self._previewed)
        model.current_changed.connect(lambda _t: self.bars.update())
        self.bars.chosen.connect(model.set_current)
        self.bars.help_wanted.connect(self.help_wanted)
        self.tolerance.editingFinished.connect(self._set_tolerance)
        self.tolerance.returnPressed.connect(self.tolerance.clearFocus)
        self._switch.clicked.connect(self._use_offered)

    # ------------------------------------------------------------------ showing
    def corner(self) -> list[QtWidgets.QWidget]:
        """The More button of the tab row."""
        more = QtWidgets.QToolButton()
        more.setText(_("More"))
        more.setCheckable(True)
        more.toggled.connect(self._show_more)
        return [more]

    def _show_more(self, is_on: bool) -> None:
        self._spread.setVisible(is_on)
        self._spread_caption.setVisible(is_on)

    def _opened(self) -> None:
        self._banner.hide()
        self._show_anew()

    def _show_anew(self) -> None:
        self.refresh()
        self.bars.update()

    def _edited(self, edited: Edited) -> None:
        view, step = self._model.view, edited.step
        kinds = {r.kind for r in step.edit.records} if step is not None else {""}
        is_small = not kinds - {"override"} and not edited.touched.has_columns
        if is_small and view.id in edited.before.assignments:
            slots = figures.differing(edited.before.alignment(view.id), view)
            ids = measures.standing_of(view).ids
            self.bars.update_rows(ids[slots].tolist())
        else:
            self.bars.update()
        self.refresh()

    def _previewed(self, tentative: Tentative | None) -> None:
        self._show_figures()
        effect = tentative.effect if tentative is not None else None
        changing: set[int] = set()
        if effect is not None:
            ids = measures.standing_of(self._model.view).ids
            changing = set(ids[effect.changing].tolist()) - {UNASSIGNED}
        self.bars.update_rows(changing | self._changed)
        self._changed = changing

    def refresh(self) -> None:
        """Figures and order of now."""
        view = self._model.view
        balance = figures.balance_of(view)
        has_bars = balance is not None and balance.n_territories > 0
        self._empty.setVisible(not has_bars)
        if balance is not None and has_bars:
            ranks = np.nan_to_num(balance.deviations[1:], nan=-np.inf)
            ids = measures.standing_of(view).ids[1:]
            self.bars.set_order(ids[np.argsort(-ranks, kind="stable")].tolist())
        else:
            self.bars.set_order([])
        self._show_tolerance()
        self._show_figures()

    def _show_figures(self) -> None:
        model = self._model
        balance = figures.balance_of(model.view)
        if balance is None or not balance.n_territories:
            self.head.clear()
            self._worst.setText("–")
            self._unassigned.setText("–")
            return
        effect = model.tentative.effect if model.tentative is not None else None
        after = effect.after if effect is not None else None
        n = balance.n_in_tolerance
        changes = after is not None and after.n_in_tolerance != n
        then = i18n.number(after.n_in_tolerance) if after is not None and changes else ""
        is_better = after is not None and after.n_in_tolerance > n
        total = i18n.number((after or balance).n_territories)
        self.head.show_counts(i18n.number(n), then, total, is_better)
        self._show_worst(balance, after or balance, effect)
        self._show_changed(effect)

    def _show_worst(
        self, balance: measures.Balance, after: measures.Balance, effect: measures.WhatIf | None
    ) -> None:
        view = self._model.view
        worst = figures.worst_of(view, after, effect)
        if worst is not None:
            name, deviation = worst
            number = i18n.isolate(i18n.deviation(deviation, after.tolerance))
            shown = painting.elided(name, _WORST_PX)
            self._worst.setText(f"{shown} {number}")
            self._worst.setToolTip(name)
            self._worst.set_role(painting.tone(deviation, after.tolerance))
        else:
            self._worst.setText("–")
        texts = [self._unassigned_text(one) for one in (balance, after)]
        self._unassigned.setText(_before_after(*texts))
        self._spread.setText(
            _("CV {cv} · Gini {gini}").format(
                cv=i18n.number(after.cv, 3), gini=i18n.number(after.gini, 3)
            )
        )

    def _unassigned_text(self, balance: measures.Balance) -> str:
        if balance.unassigned == 0:
            return _("none")
        return measures.format_value(self._model.plan, balance.measure, balance.unassigned, True)

    def _show_changed(self, effect: measures.WhatIf | None) -> None:
        """Share that changes hands against the baseline, where there is another scenario."""
        now = figures.changed_of(self._model.view)
        for widget in (self._differs, self._differs_caption):
            widget.setVisible(now is not None)
        if now is None:
            return
        pair = effect.changed if effect is not None and effect.changed is not None else (now, now)
        is_close = i18n.percent(pair[0]) == i18n.percent(pair[1]) and pair[0] != pair[1]
        decimals = int(is_close or any(0 < share < _SMALL for share in pair))
        texts = [i18n.percent(share, decimals, False) for share in pair]
        self._differs.setText(_before_after(*texts))

    # ------------------------------------------------------------------ changing
    def _show_tolerance(self) -> None:
        self.tolerance.setText(f"±{100 * self._model.plan.tolerance:g} %")
        self.tolerance.setModified(False)

    def _set_tolerance(self) -> None:
        model = self._model
        if not model.is_open or not self.tolerance.isModified():
            return
        words = self.tolerance.text().replace(",", ".").strip("±%+ \u00a0")
        self._show_tolerance()
        with contextlib.suppress(ValueError):
            fraction = float(words) / 100
            model.attempt(lambda: scenarios.set_tolerance(model.plan, fraction))

    def offer_revenue(self) -> None:
        """Offer to balance by the accounts' revenue, if there is one and it is not in use."""
        plan = self._model.plan
        money = [m for m in measures.choices(plan)
                 if m.source == "accounts" and measures.is_revenue_like(m.name)]  # fmt: skip
        now = measures.balance_measure(plan)
        if not money or now is None or now.uid == money[0].uid:
            return
        self._offered = money[0].uid
        self._question.setText(_("Balance by {name} instead?").format(name=money[0].name))
        self._keep.setText(_("Keep {name}").format(name=now.name))
        self._banner.show()

    def _use_offered(self) -> None:
        model = self._model
        model.attempt(lambda: scenarios.set_balance_measure(model.plan, self._offered))

    def restyle(self) -> None:
        """Follow the theme."""
        self.head.restyle()
        self._pencil.setIcon(theme.icon("pencil", size=14))
        if self._model.is_open:
            self._show_anew()


def _before_after(before: str, after: str) -> str:
    """One figure, or two with an arrow that read from left to right in any window."""
    return before if before == after else i18n.isolate(f"{before} → {after}")
