"""The small form of what a kind of import lets choose beside the columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6 import QtCore, QtWidgets

from terradesk.importing import Option

from ..nouns import NounBox
from ..parts import choose, combo, empty, label, plain_tip

Value = bool | str | int | float
NOUN = "noun"
"""Key of the option that says what an area is called: a list into which words can be typed."""


class OptionsForm(QtWidgets.QWidget):
    """Ticks, lists, numbers and texts, as their defaults say.

    Signals
    -------
    changed(str, object)
        Key and value of the option that the user changed.
    """

    changed = QtCore.Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self._grid = QtWidgets.QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._options: tuple[Option, ...] = ()
        self._values: dict[str, Value] = {}
        self._captions: dict[str, QtWidgets.QLabel] = {}
        self.fields: dict[str, QtWidgets.QWidget] = {}

    def show_options(self, options: Sequence[Option], values: Mapping[str, Value]) -> None:
        """Show options with their values; fields stay while the options are the same."""
        if tuple(options) != self._options:
            self._options = tuple(options)
            empty(self._grid)
            self.fields, self._captions = {}, {}
            for row, one in enumerate(self._options):
                self._add(row, one)
        for one in self._options:
            self._set(one, values.get(one.key, one.default))
        self._values = dict(values)
        self._show_what_applies()
        self.setVisible(bool(self._options))

    def _change(self, key: str, value: Value) -> None:
        self._values[key] = value
        self._show_what_applies()
        self.changed.emit(key, value)

    def _show_what_applies(self) -> None:
        """Hide options that mean nothing with what the others are."""
        for one in self._options:
            is_shown = one.applies(self._options, self._values)
            self.fields[one.key].setVisible(is_shown)
            if one.key in self._captions:
                self._captions[one.key].setVisible(is_shown)

    def _add(self, row: int, one: Option) -> None:
        field = _field(one, lambda value: self._change(one.key, value))
        field.setAccessibleName(one.title)
        field.setAccessibleDescription(one.tip)
        field.setToolTip(plain_tip(one.tip))
        self.fields[one.key] = field
        if isinstance(field, QtWidgets.QCheckBox):
            self._grid.addWidget(field, row, 0, 1, 2)
            return
        caption = label(one.title)
        caption.setBuddy(field)
        self._captions[one.key] = caption
        caption.setToolTip(plain_tip(one.tip))
        self._grid.addWidget(caption, row, 0)
        self._grid.addWidget(field, row, 1, QtCore.Qt.AlignmentFlag.AlignLeading)

    def _set(self, one: Option, value: Value) -> None:
        field = self.fields[one.key]
        blocker = QtCore.QSignalBlocker(field)
        if isinstance(field, QtWidgets.QCheckBox):
            field.setChecked(bool(value))
        elif isinstance(field, NounBox):
            field.setCurrentText(str(value))
            field.show_start()
        elif isinstance(field, QtWidgets.QComboBox):
            choose(field, value)
        elif isinstance(field, QtWidgets.QSpinBox):
            field.setValue(int(value))
        elif isinstance(field, QtWidgets.QDoubleSpinBox):
            field.setValue(float(value))
        elif isinstance(field, QtWidgets.QLineEdit) and field.text() != str(value):
            field.setText(str(value))
        blocker.unblock()


def _field(one: Option, tell: Callable[[Value], None]) -> QtWidgets.QWidget:
    if one.key == NOUN:
        nouns = NounBox()
        nouns.chosen.connect(lambda: tell(nouns.currentText()))
        return nouns
    if isinstance(one.default, bool):
        tick = QtWidgets.QCheckBox(one.title)
        tick.toggled.connect(tell)
        return tick
    if one.choices:
        box = combo(one.title, [(text, value) for value, text in one.choices])
        box.setSizeAdjustPolicy(
            QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        longest = max(len(text) for _value, text in one.choices)
        box.setMinimumContentsLength(min(max(longest, 6), 34))
        box.setMinimumWidth(120)
        box.activated.connect(lambda _k: tell(box.currentData()))
        return box
    if isinstance(one.default, str):
        text = QtWidgets.QLineEdit()
        text.setMinimumWidth(220)
        text.editingFinished.connect(lambda: tell(text.text()))
        return text
    return _number(one, tell)


def _number(one: Option, tell: Callable[[Value], None]) -> QtWidgets.QAbstractSpinBox:
    spin: QtWidgets.QSpinBox | QtWidgets.QDoubleSpinBox
    if isinstance(one.default, int):
        whole = spin = QtWidgets.QSpinBox()
        whole.setRange(-1_000_000_000, 1_000_000_000)
        whole.valueChanged.connect(tell)
    else:
        real = spin = QtWidgets.QDoubleSpinBox()
        real.setDecimals(3 if 0 < abs(float(one.default)) < 1 else 1)
        real.setRange(-1e9, 1e9)
        real.valueChanged.connect(tell)
    spin.setKeyboardTracking(False)
    spin.setMinimumWidth(104)
    spin.setFixedHeight(28)
    spin.lineEdit().setTextMargins(6, 0, 6, 0)
    if one.unit:
        spin.setSuffix(f" {one.unit}")
    return spin
