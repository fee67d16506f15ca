"""The Build form: what to start from, what to balance, how many territories, how compact."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtWidgets

from terradesk import i18n, measures
from terradesk.i18n import _, ngettext

from ...dialogs import parts
from ...dialogs.starting_work import unit_columns
from ...document_model import DocumentModel
from .fields import Fold, Number, Percent, Slider, Unwheeled, drop_down, elided_item, row_of
from .measure_rows import MeasureRows
from .more import More

if TYPE_CHECKING:
    from terradesk.builder.plans.settings import Settings

_MOST_TERRITORIES = 10_000
_ONLY, _ANEW = "only", "anew"  # of "Start from": some territories as they are, or drawn anew
_MODES = {_ONLY: "rebalance", _ANEW: "new"}
_UNCOUNTED = ("absorb", "selected")
_PRESENT = (
    "rebalance",
    "fill",
    _ONLY,
    _ANEW,
)  # as many as there are, unless another number is typed
_KEEPING = ("rebalance", _ONLY, "carve", "absorb")


class Form(QtWidgets.QWidget):
    """All that can be asked of the builder; little of it is seen at first.

    Parameters
    ----------
    model : DocumentModel

    Signals
    -------
    changed()
        Something else is asked.
    """

    changed = QtCore.Signal()

    def __init__(self, model: DocumentModel) -> None:
        super().__init__()
        self._model = model
        self._settings: Settings | None = None
        self._selected: tuple[int, ...] = ()
        self._is_filling = False
        self.start = drop_down(_("Start from"))
        self.start.setToolTip(_("What the new plan grows out of"))
        self.chosen = parts.label("", "small", True)
        self.regions = drop_down(_("Inside each"))
        self.measures = MeasureRows()
        self.number = Number(_("Territories"), 1, _MOST_TERRITORIES, _("How many there should be"))
        self.number.setFixedWidth(64)
        self.within = Percent(_("Tolerance"))
        self.compactness = Slider(
            _("Compact shape"), _("looser"), _("tighter"), _("How much a round shape counts")
        )
        self.keep = Slider(
            _("Keep as it is"), _("free"), _("kept"),
            _("How much counts that areas stay in their territory"), _kept_words,
        )  # fmt: skip
        self.whole = QtWidgets.QCheckBox(_("In one piece"))
        self.whole.setToolTip(_("Every territory hangs together, water links included"))
        self.locked = QtWidgets.QCheckBox(_("Keep locked territories"))
        self.locked.setToolTip(_("Leave locked territories and areas as they are"))
        self.more = More()
        self.fold = Fold(_("More"), self.more)
        self._unwheeled = Unwheeled(self)
        self._build()
        self._connect()

    def _build(self) -> None:
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        begin = QtWidgets.QVBoxLayout()
        begin.setSpacing(4)
        begin.addWidget(self.start)
        begin.addWidget(self.regions)
        begin.addWidget(self.chosen)
        self._within_word = parts.label(_("within"), "dim")
        self._within_word.setAlignment(QtCore.Qt.AlignmentFlag.AlignCenter)
        count = QtWidgets.QHBoxLayout()
        count.setSpacing(8)
        count.addWidget(self.number)
        count.addWidget(self._within_word)
        count.addWidget(self.within)
        count.addStretch(1)
        sliders = [QtWidgets.QVBoxLayout() for _i in range(2)]
        for box, slider in zip(sliders, (self.compactness, self.keep), strict=True):
            box.addWidget(slider)
        self._balance_row = row_of(_("Balance by"), _boxed(self.measures))
        self._captions = self._balance_row.findChildren(
            QtWidgets.QLabel, options=QtCore.Qt.FindChildOption.FindDirectChildrenOnly
        )
        self._keep_row = row_of(_("Keep as it is"), sliders[1])
        self._count_row = row_of(_("Territories"), count)
        self._count_caption = self._count_row.findChildren(QtWidgets.QLabel)[0]
        checks = QtWidgets.QHBoxLayout()
        checks.setSpacing(16)
        checks.addWidget(self.whole)
        checks.addWidget(self.locked)
        checks.addStretch(1)
        for widget in (
            row_of(_("Start from"), begin), self._balance_row, self._count_row,
            row_of(_("Compact shape"), sliders[0]), self._keep_row,
        ):  # fmt: skip
            column.addWidget(widget)
        column.addLayout(checks)
        column.addWidget(self.fold, 0, parts.start())
        column.addWidget(self.more)
        self._unwheeled.spare(self)

    def _connect(self) -> None:
        self.start.activated.connect(self._start_changed)
        self.regions.activated.connect(self._changed)
        self.measures.changed.connect(self._measures_changed)
        for number in (self.number, self.within):
            number.valueChanged.connect(self._changed)
        for slider in (self.compactness, self.keep):
            slider.changed.connect(self._changed)
        for check in (self.whole, self.locked):
            check.toggled.connect(self._changed)
        self.more.changed.connect(self._more_changed)

    # ------------------------------------------------------------------ showing
    def show_settings(self, settings: Settings) -> None:
        """Show what is asked; nothing is told to have changed."""
        self._is_filling = True
        try:
            self._fill(self._complete(settings))
        finally:
            self._is_filling = False

    def _complete(self, settings: Settings) -> Settings:
        """With measures named, so that rows can be filled."""
        from terradesk.builder.plans.settings import Wish

        plan = self._model.plan
        measure = measures.balance_measure(plan)
        uid = measure.uid if measure is not None else ""
        known = {m.uid for m in measures.choices(plan)}
        wishes = [replace(w, measure=w.measure or uid) for w in settings.wishes]
        kept = [w for w in wishes if w.measure in known]
        return replace(settings, wishes=tuple(kept) or (Wish(uid, plan.tolerance),))

    def _fill(self, settings: Settings) -> None:
        plan = self._model.plan
        self._settings = settings
        self._selected = settings.territories or self._selected
        columns = unit_columns(plan)
        self._fill_start(settings, [*columns])
        self.measures.show_wishes(measures.choices(plan), settings.wishes)
        self._unwheeled.spare(self.measures)
        self.within.set_fraction(settings.wishes[0].tolerance)
        self.number.setValue(settings.n_territories or self._usual_number(settings.mode))
        self.compactness.set_share(settings.compactness)
        self.keep.set_share(settings.keep)
        self.whole.setChecked(settings.contiguity != "off")
        self.locked.setChecked(settings.keep_locked)
        self.more.show_settings(settings, columns)
        if not self.more.is_plain():
            self.fold.setChecked(True)
        self._refresh()

    def _fill_start(self, settings: Settings, columns: list[Any]) -> None:
        self.start.clear()
        for text, value in self._starts(settings):
            self.start.addItem(text, value)
        mode = settings.mode
        if settings.territories:
            mode = {"rebalance": _ONLY, "new": _ANEW}.get(mode, mode)
        parts.choose(self.start, mode)
        self.regions.clear()
        if any(t.level for t in self._model.view.territories.values()):
            self.regions.addItem(_("region of the list"), "")
        for text, name in columns:
            self.regions.addItem(elided_item(str(text)), name)
        parts.choose(self.regions, settings.district_column)

    def _starts(self, settings: Settings) -> list[tuple[str, str]]:
        """What there is to start from; what a command began stands first."""
        from terradesk.builder.plans.settings import MODE_TEXTS

        has_some = bool(self._model.view.leaves)
        has_units = has_some and bool((self._model.view.unit_slots > 0).any())
        out = []
        if settings.mode in ("carve", "absorb", "split", "selected"):
            out.append((_(MODE_TEXTS[settings.mode]), settings.mode))
        if settings.mode == "new" and settings.territories:
            out.append((_("the selected territories, anew"), _ANEW))
        if has_units:
            out.append((_(MODE_TEXTS["rebalance"]), "rebalance"))
        if has_some:
            out.append((_(MODE_TEXTS["fill"]), "fill"))
        out.append((_(MODE_TEXTS["new"]), "new"))
        if has_units:
            out.append((_("only the selected territories"), _ONLY))
        out.append((_(MODE_TEXTS["nested"]), "nested"))
        return out

    def _usual_number(self, mode: str) -> int:
        there, n = len(self._model.view.leaves), len(self.concerned())
        if mode in _UNCOUNTED:
            return max(1, there - n)
        return {"split": 2, "carve": 1}.get(mode, n or there or 25)

    # ------------------------------------------------------------------ changing
    def _changed(self, *_value: Any) -> None:
        if not self._is_filling:
            self.changed.emit()

    def _start_changed(self) -> None:
        if self.mode in _PRESENT:
            self.number.setValue(self._usual_number(self.mode))
        self._refresh()
        self._changed()

    def _measures_changed(self) -> None:
        if not self._is_filling:
            is_alone = len(self.measures.rows) == 1
            if is_alone and not self.within.isVisibleTo(self):
                self._is_filling = True
                self.within.set_fraction(self.measures.rows[0].wish.tolerance)
                self._is_filling = False
            elif not is_alone and self.within.isVisibleTo(self):
                self.measures.rows[0].tolerance.set_fraction(self.within.fraction)
            self._refresh()
            self._changed()

    def _more_changed(self) -> None:
        self._refresh()
        self._changed()

    @property
    def mode(self) -> str:
        """What "Start from" says."""
        return str(self.start.currentData() or "")

    def _order(self) -> None:
        """Let Tab go from top to bottom: rows of measures come and go."""
        rows = [w for row in self.measures.rows
                for w in (row.measure, row.tolerance, row.weight, row.remove)]  # fmt: skip
        chain = [self.start, self.regions, *rows, self.measures.another, self.number, self.within,
                 self.compactness.slider, self.keep.slider, self.whole, self.locked, self.fold,
                 self.more.capacity]  # fmt: skip
        for one, other in pairwise(chain):
            QtWidgets.QWidget.setTabOrder(one, other)

    def _refresh(self) -> None:
        """Show what matters for what is started from."""
        self._order()
        mode, is_alone = self.mode, len(self.measures.rows) == 1
        self.regions.setVisible(mode == "nested")
        self.more.set_mode(mode, mode not in (*_UNCOUNTED, "carve"))
        is_counted = mode not in _UNCOUNTED and not self.more.capacity.amount
        self.number.setEnabled(is_counted)
        captions = {"carve": _("New territories"), "split": _("Parts")}
        self._count_caption.setText(captions.get(mode, _("Territories")))
        for widget in (self._within_word, self.within, *self._captions):
            widget.setVisible(is_alone)
        self._keep_row.setVisible(mode in _KEEPING)
        self.locked.setVisible(bool(self._model.is_open and self._has_locks()))
        self._tell_chosen(mode)

    def _has_locks(self) -> bool:
        view = self._model.view
        return bool(view.locked_territories) or bool(view.locked_units.any())

    def concerned(self) -> tuple[int, ...]:
        """Ids of the territories that the wish is about; () for all."""
        if self.mode in ("rebalance", "fill", "new", "nested") or not self._model.is_open:
            return ()
        asked = self._settings.territories if self._settings is not None else ()
        if self.mode in (_ONLY, _ANEW):
            asked = self._selected
        return tuple(t for t in asked if t in self._model.view.slots)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return self.mode not in (_ONLY, _ANEW) or len(self.concerned()) > 1

    def set_concerned(self, territories: tuple[int, ...]) -> None:
        """The user selected other territories, which is what "only the selected" is about."""
        self._selected = territories
        if self._settings is not None and self.mode in (_ONLY, _ANEW):
            self.number.setValue(max(1, len(self.concerned())))
            self._tell_chosen(self.mode)
            self._changed()

    def _tell_chosen(self, mode: str) -> None:
        ids, view = self.concerned(), self._model.view
        names = [i18n.isolate(view.name_of(t)) for t in ids]
        if mode in (_ONLY, _ANEW) and len(names) < 2:
            text = _("Select two or more territories in the list on the left.")
        elif len(names) > 4:
            more = ngettext("and {n} more", "and {n} more", len(names) - 3)
            text = ", ".join(names[:3]) + " " + more.format(n=i18n.number(len(names) - 3))
        else:
            text = ", ".join(names)
        self.chosen.setText(text)
        self.chosen.setVisible(bool(text))

    # ------------------------------------------------------------------ asked
    @property
    def settings(self) -> Settings:
        """What is asked."""
        assert self._settings is not None
        mode, wishes = self.mode, self.measures.wishes
        if len(wishes) == 1:
            wishes = (replace(wishes[0], tolerance=self.within.fraction),)
        is_off = not self.whole.isChecked()
        asked = replace(
            self._settings,
            mode=_MODES.get(mode, mode),
            territories=self.concerned(),
            wishes=wishes,
            n_territories=self._wanted_number(mode),
            compactness=self.compactness.share,
            keep=self.keep.share if mode in _KEEPING else 0.0,
            keep_locked=self.locked.isChecked(),
            contiguity="off" if is_off else "edge",
        )
        asked = self.more.taken_up(asked)
        if mode == "nested":
            asked = replace(asked, district_column=str(self.regions.currentData() or ""))
        return asked

    def _wanted_number(self, mode: str) -> int:
        """As asked; 0 where it is what there is, so that it stays true when that changes."""
        if mode in _UNCOUNTED or self.more.capacity.amount:
            return 0
        n = self.number.value()
        present = len(self.concerned()) or len(self._model.view.leaves)
        return 0 if mode in _PRESENT and n == present else n


def _kept_words(share: float) -> str:
    """What a place of the slider means; it is no percentage."""
    if share < 0.05:
        return _("all may move")
    if share < 0.35:
        return _("much moves")
    return _("little moves") if share < 0.85 else _("only what tolerance needs")


def _boxed(widget: QtWidgets.QWidget) -> QtWidgets.QVBoxLayout:
    out = QtWidgets.QVBoxLayout()
    out.addWidget(widget)
    return out
