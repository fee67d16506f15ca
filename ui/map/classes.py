"""The classes of the map, changed beside the legend: seen at once, kept with Done."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import colouring, i18n, palettes
from terradesk.colouring import MOST_CLASSES, Rules
from terradesk.colouring.figures import VARIANTS
from terradesk.i18n import N_, _
from terradesk.plan import AlignmentView
from terradesk.progress import Progress
from terradesk.readers.tabular.numbers import number

from .. import theme
from ..jobs import Job
from . import parts

if TYPE_CHECKING:
    from .view import MapView

_METHODS = (
    ("quantiles", N_("Equal counts")),
    ("natural", N_("Natural breaks")),
    ("equal", N_("Equal steps")),
    ("own", N_("Own limits")),
)
_PALETTES = {
    "teal": N_("Teal"),
    "blue": N_("Blue"),
    "violet": N_("Violet"),
    "amber": N_("Amber"),
    "earth": N_("Yellow to blue"),
    "grey": N_("Grey"),
    "violet_orange": N_("Violet to orange"),
    "blue_red": N_("Blue to red"),
    "teal_brown": N_("Teal to brown"),
}
_VARIANT_TEXTS = (N_("Total"), N_("Per km²"), N_("Per account"))
_WIDE = 300


class ClassesPopup(QtWidgets.QFrame):
    """Measure, method, number, palette and limits of the classes on the map.

    Every change is shown on the map at once. Done keeps it in the plan as one step; Esc and a
    click elsewhere drop it.

    Parameters
    ----------
    view : MapView
    """

    def __init__(self, view: MapView) -> None:
        super().__init__(view, QtCore.Qt.WindowType.Popup)
        self.setProperty("role", "card")
        self.setObjectName("classes")
        self.setAccessibleName(_("Classes of the map"))
        self._view = view
        self._is_filling = self._is_done = self._is_changed = False
        self._key, self._first_key = "", ""
        self._awaited: tuple[str, Rules] | None = None
        self._rules = Rules()
        self.title = parts.label("", "strong")
        self.variant, self.method, self.ramp = (QtWidgets.QComboBox() for _k in range(3))
        self.number = QtWidgets.QSpinBox()
        self.number.setRange(2, MOST_CLASSES)
        self.limits = QtWidgets.QLineEdit()
        self.told = parts.label("", "error")
        self.told.setWordWrap(True)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.setFixedWidth(_WIDE)
        layout = parts.column(self, 8, (16, 12, 16, 12))
        layout.addWidget(self.title)
        self._form = QtWidgets.QFormLayout()
        self._form.setHorizontalSpacing(12)
        self._form.setVerticalSpacing(8)
        grow = QtWidgets.QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow
        self._form.setFieldGrowthPolicy(grow)
        rows = ((_("Show"), self.variant), (_("Classes"), self.method), (_("Number"), self.number),
                (_("Colours"), self.ramp), (_("Limits"), self.limits))  # fmt: skip
        for text, widget in rows:
            widget.setAccessibleName(text)
            self._form.addRow(parts.label(text, "dim"), widget)
        layout.addLayout(self._form)
        layout.addWidget(self.told)
        foot = parts.row(None, 8)
        self.reset = parts.link(_("As delivered"), _("Go back to the usual classes"))
        self.done = QtWidgets.QPushButton(_("Done"))
        self.done.setProperty("role", "primary")
        foot.addWidget(self.reset)
        foot.addStretch(1)
        foot.addWidget(self.done)
        layout.addLayout(foot)

    def _connect(self) -> None:
        for name, text in _METHODS:
            self.method.addItem(_(text), name)
        self.variant.activated.connect(self._variant_chosen)
        self.method.activated.connect(lambda _i: self._set(method=self.method.currentData()))
        self.number.valueChanged.connect(self._number_chosen)
        self.ramp.activated.connect(lambda _i: self._set(palette=self.ramp.currentData()))
        self.limits.textEdited.connect(self._limits_typed)
        self.limits.returnPressed.connect(self._keep)
        self.reset.clicked.connect(lambda: self._try(Rules()))
        self.done.clicked.connect(self._keep)
        self.limits.setPlaceholderText(_("10; 20; 50"))

    # ------------------------------------------------------------------ opening and closing
    def open_beside(self, legend: QtWidgets.QWidget) -> None:
        """Open for what the map is coloured by now, beside the legend."""
        layer = self._view.following.layer
        if layer is None or layer.colouring.rules is None:
            return
        self._is_done = self._is_changed = False
        self._key = self._first_key = layer.colour_by
        self._fill_variants()
        self._fill()
        self.adjustSize()
        corner = legend.mapToGlobal(QtCore.QPoint(-self.width() - 8, 0))
        if legend.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft:
            corner = legend.mapToGlobal(QtCore.QPoint(legend.width() + 8, 0))
        foot = self._view.mapToGlobal(QtCore.QPoint(0, self._view.height() - 12)).y()
        self.move(corner.x(), min(corner.y(), foot - self.height()))
        self.show()
        self.method.setFocus() if self.method.isVisible() else self.limits.setFocus()

    def hideEvent(self, event: QtGui.QHideEvent) -> None:
        """Drop what was only tried."""
        super().hideEvent(event)
        if not self._is_done:
            self._view.set_colour_by(self._first_key)
        self._view.canvas.setFocus()

    def _keep(self) -> None:
        if self.told.text():
            return
        self._is_done = True
        key, rules, view = self._key, self._rules, self._view
        view.set_colour_by(key)
        model, title = view.model, self.title.text()
        if self._is_changed:
            model.attempt(lambda: colouring.remember(model.plan, key, rules, title))
        self.hide()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() == QtCore.Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    # ------------------------------------------------------------------ showing
    def _fill_variants(self) -> None:
        name, _colon, rest = self._key.partition(":")
        self.variant.clear()
        known = {choice.key for choice, _on in self._view.colour_list()}
        for variant, text in zip(VARIANTS, _VARIANT_TEXTS, strict=True):
            if f"{variant}:{rest}" in known:
                self.variant.addItem(_(text), f"{variant}:{rest}")
        self.variant.setCurrentIndex(self.variant.findData(self._key))
        self._form.setRowVisible(self.variant, name in VARIANTS and self.variant.count() > 1)

    def _fill(self) -> None:
        """Show the rules of the classes on the map."""
        layer = self._view.following.layer
        if layer is None or layer.colouring.rules is None:
            return
        found = layer.colouring
        rules = self._rules = layer.colouring.rules or Rules()
        self._is_filling = True
        self.title.setText(found.title)
        self.method.setCurrentIndex(self.method.findData(rules.method))
        n = len(rules.limits) + 1 if rules.method == "own" else rules.n
        self.number.setValue(n)
        self.number.setEnabled(rules.method != "own")
        self._form.setRowVisible(self.method, found.has_methods)
        self._form.setRowVisible(self.number, found.has_methods)
        self._fill_palettes(found.palettes, rules.palette)
        if not self.limits.hasFocus() or not self.limits.isModified():
            self.limits.setText(self._limits_text(rules, found.scale))
            self.limits.setCursorPosition(0)
        self.told.setVisible(bool(self.told.text()))
        self._is_filling = False

    def _fill_palettes(self, names: tuple[str, ...], chosen: str) -> None:
        wanted = ["", *names] if not chosen or self._key.partition(":")[0] != "deviation" else names
        have = [self.ramp.itemData(k) for k in range(self.ramp.count())]
        if have != list(wanted):
            self.ramp.clear()
            self.ramp.setIconSize(QtCore.QSize(60, 12))
            for name in wanted:
                text = _(_PALETTES[name]) if name else _("Automatic")
                self.ramp.addItem(ramp_icon(name) if name else QtGui.QIcon(), text, name)
        self.ramp.setCurrentIndex(max(0, self.ramp.findData(chosen)))

    @staticmethod
    def _limits_text(rules: Rules, scale: float) -> str:
        return "; ".join(_plain(limit * scale) for limit in rules.limits)

    # ------------------------------------------------------------------ changing
    def _variant_chosen(self) -> None:
        self._key = self.variant.currentData()
        self.told.setText("")
        self._view.set_colour_by(self._key)
        self.limits.setModified(False)
        self._fill()

    def _set(self, **fields: Any) -> None:
        self.told.setText("")
        self.limits.setModified(False)
        self._try(replace(self._rules, **fields))

    def _number_chosen(self, n: int) -> None:
        if not self._is_filling:
            self._set(n=n)

    def _limits_typed(self, text: str) -> None:
        """Numbers parted by semicolons; what cannot be read is said, and nothing changes."""
        layer = self._view.following.layer
        if layer is None:
            return
        values = [number(part.strip().rstrip("%")) for part in text.split(";") if part.strip()]
        wrong = [v for v in values if v is None or v != v]
        too_many = len(values) > MOST_CLASSES - 1
        self.told.setText("")
        if wrong or not values:
            self.told.setText(_("Type numbers with a semicolon between them, such as 10; 20; 50."))
        elif too_many:
            most = i18n.number(MOST_CLASSES - 1)
            self.told.setText(_("At most {n} limits fit.").format(n=most))
        self.told.setVisible(bool(self.told.text()))
        if not self.told.text():
            scale = layer.colouring.scale
            limits = tuple(sorted({float(v) / scale for v in values if v is not None}))
            self._try(replace(self._rules, method="own", limits=limits))
        self.adjustSize()

    def _try(self, rules: Rules) -> None:
        """Show rules on the map; natural breaks are worked out beside it the first time."""
        if rules.method != "own":
            rules = replace(rules, limits=())
        if rules.method == "natural" and "mapclassify" not in sys.modules:
            self._work_out(rules)
            return
        self._is_changed, self._awaited = True, None
        self._view.set_colour_by(self._key, rules)
        self._fill()
        self.adjustSize()

    def _work_out(self, rules: Rules) -> None:
        view, key = self._view, self._key
        if view.following.layer is None:
            return
        self.told.setText(_("Working out natural breaks…"))
        self.told.show()
        job = Job(
            _("Working out natural breaks"),
            partial(_classes, key, view.model.view, view.following.layer.look, rules),
        )
        self._awaited = key, rules
        job.succeeded.connect(self._worked_out)
        job.failed.connect(self._failed)
        job.start()

    def _worked_out(self, found: tuple[str, Rules]) -> None:
        """Show them, unless the user has gone on to something else."""
        if self.isVisible() and found == self._awaited:
            self.told.setText("")
            self._try(found[1])

    def _failed(self, error: BaseException) -> None:
        self._view.model.on_error(error, False)


def _classes(
    key: str, view: AlignmentView, look: colouring.Look, rules: Rules, progress: Progress
) -> tuple[str, Rules]:
    """Work out classes, so that they are there when they are asked for; gives back what for."""
    progress(0.0, "")
    colouring.colouring(key, view, look, rules)
    return key, rules


def _plain(value: float) -> str:
    """A limit as it can be typed again."""
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.0f}"


def ramp_icon(name: str, wide: int = 60, high: int = 12) -> QtGui.QIcon:
    """The colours of a palette side by side."""
    out = QtGui.QPixmap(wide * 2, high * 2)
    out.setDevicePixelRatio(2)
    painter = QtGui.QPainter(out)
    colours = palettes.ramp_colours(name, 5, theme.is_dark())
    for k, colour in enumerate(colours):
        rect = QtCore.QRectF(k * wide / len(colours), 0, wide / len(colours) + 1, high)
        painter.fillRect(rect, theme.to_qcolor(colour))
    painter.end()
    return QtGui.QIcon(out)
