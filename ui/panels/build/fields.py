"""Small inputs of the Build form: percentages, amounts, sliders with a word at either end."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Sequence

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n
from terradesk.i18n import _

from ... import theme
from ...dialogs import parts

CAPTION_PX = 116
_LONG = 1e6


def row_of(caption: str, *widgets: QtWidgets.QWidget | QtWidgets.QLayout) -> QtWidgets.QWidget:
    """A caption and what belongs to it, on one line."""
    out = QtWidgets.QWidget()
    line = QtWidgets.QHBoxLayout(out)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    text = parts.label(caption, "dim", wraps=True)
    text.setFixedWidth(CAPTION_PX)
    text.setMinimumHeight(theme.HEIGHT["control"])
    line.addWidget(text, 0, QtCore.Qt.AlignmentFlag.AlignTop)
    for widget in widgets:
        if isinstance(widget, QtWidgets.QLayout):
            line.addLayout(widget, 1)
        else:
            line.addWidget(widget)
    return out


class Percent(QtWidgets.QDoubleSpinBox):
    """A tolerance: ±10 %.

    Parameters
    ----------
    name : str
        What a screen reader says.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setRange(0.1, 100)
        self.setDecimals(1)
        self.setPrefix("±")
        self.setSuffix(" %")
        self.setFixedWidth(76)
        self.lineEdit().setTextMargins(6, 0, 6, 0)
        self.setKeyboardTracking(False)
        self.setAccessibleName(name)
        self.setToolTip(_("Deviation from the target that you accept"))

    def textFromValue(self, value: float) -> str:
        """No decimal where there is none."""
        return f"{value:g}"

    @property
    def fraction(self) -> float:
        """The value as a fraction."""
        return self.value() / 100

    def set_fraction(self, fraction: float) -> None:
        """Show a fraction."""
        self.setValue(100 * fraction)


class Number(QtWidgets.QSpinBox):
    """A whole number.

    Parameters
    ----------
    name, tip : str
    low, high : int
    none : str
        What the lowest value is called.
    """

    def __init__(self, name: str, low: int, high: int, tip: str = "", none: str = "") -> None:
        super().__init__()
        self.setRange(low, high)
        self.setKeyboardTracking(False)
        self.setGroupSeparatorShown(True)
        self.setSpecialValueText(none)
        self.setFixedWidth(76)
        self.lineEdit().setTextMargins(6, 0, 6, 0)
        self.setAccessibleName(name)
        self.setToolTip(tip)


class Amount(QtWidgets.QLineEdit):
    """A figure in a measure's own unit, or nothing.

    Signals
    -------
    amount_changed()
    """

    amount_changed = QtCore.Signal()

    def __init__(self, name: str, none: str, tip: str = "") -> None:
        super().__init__()
        self._amount: float | None = None
        self._tip = tip
        self.setPlaceholderText(none)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setMaxLength(24)
        self.setMinimumWidth(48)
        self.editingFinished.connect(self._read)

    @property
    def amount(self) -> float | None:
        """The figure; None for none."""
        return self._amount

    def set_amount(self, amount: float | None) -> None:
        """Show a figure or nothing."""
        self._amount = amount
        if amount is None:
            self.setText("")
            self.setToolTip(self._tip)
            return
        whole = i18n.number(amount, 0 if amount >= 100 else 2)
        self.setText(i18n.compact(amount) if amount >= _LONG else whole)
        self.setToolTip("\n".join(filter(None, (whole, self._tip))))

    def _read(self) -> None:
        before, text = self._amount, self.text().strip()
        found: float | None = None
        if text and not self.isModified():
            return  # long amounts are shown rounded
        if text:
            found = before
            with contextlib.suppress(ValueError):
                value = read_amount(text)
                found = value if math.isfinite(value) and value >= 0 else before
        self.set_amount(found)
        if found != before:
            self.amount_changed.emit()


_FACTORS = {"k": 1e3, "m": 1e6, "b": 1e9}


def read_amount(text: str) -> float:
    """A figure as people type it: 1,200,000, 1.2 M, 500k.

    Raises
    ------
    ValueError
    """
    words = (
        text.casefold().replace("\u00a0", "").replace("\u202f", "").replace(" ", "").strip("$€£")
    )
    factor = _FACTORS.get(words[-1:], 1.0)
    words = words[:-1] if words[-1:] in _FACTORS else words
    if words.count(",") == 1 and "." not in words and len(words.split(",")[1]) != 3:
        words = words.replace(",", ".")
    return float(words.replace(",", "").replace("'", "")) * factor


class Slider(QtWidgets.QWidget):
    """A slider from 0 to 1 with a word at either end.

    Signals
    -------
    changed()
        Let go of, or moved by keys.
    """

    changed = QtCore.Signal()

    def __init__(
        self, name: str, low: str, high: str, tip: str,
        words: Callable[[float], str] = lambda _share: "",
    ) -> None:  # fmt: skip
        super().__init__()
        self._tip, self._words = tip, words
        self.slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setPageStep(10)
        self.slider.setSingleStep(5)
        self.slider.setMinimumHeight(20)
        self.slider.setAccessibleName(name)
        self.slider.setToolTip(tip)
        self.slider.valueChanged.connect(self._moved)
        self.slider.sliderReleased.connect(self.changed)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.slider)
        self.meaning = parts.label("", "small")
        self.meaning.setAlignment(QtCore.Qt.AlignmentFlag.AlignCenter)
        policy = QtWidgets.QSizePolicy.Policy
        self.meaning.setSizePolicy(policy.Ignored, policy.Preferred)
        ends = QtWidgets.QHBoxLayout()
        ends.setSpacing(4)
        ends.addWidget(parts.label(low, "faint"))
        ends.addWidget(self.meaning, 1)
        ends.addWidget(parts.label(high, "faint"))
        column.addLayout(ends)
        self.setFocusProxy(self.slider)
        self._mean()

    def _mean(self) -> None:
        """Say in words what the value means, where there are words for it."""
        text = self._words(self.share)
        self.meaning.setText(text)
        self.slider.setAccessibleDescription(text)
        self.slider.setToolTip("\n".join(filter(None, (self._tip, text))))

    def _moved(self) -> None:
        self._mean()
        if not self.slider.isSliderDown():
            self.changed.emit()

    @property
    def share(self) -> float:
        """The value, 0 to 1."""
        return self.slider.value() / 100

    def set_share(self, share: float) -> None:
        """Show a value."""
        self.slider.setValue(round(100 * share))


class Unwheeled(QtCore.QObject):
    """Lets the wheel scroll the form instead of changing what the pointer happens to be over."""

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Pass wheels on, except to what has the focus."""
        is_wheel = event.type() == QtCore.QEvent.Type.Wheel
        if is_wheel and isinstance(watched, QtWidgets.QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False

    def spare(self, root: QtWidgets.QWidget) -> None:
        """Spare every input below a widget."""
        for kind in (QtWidgets.QAbstractSpinBox, QtWidgets.QComboBox, QtWidgets.QSlider):
            for widget in root.findChildren(kind):
                widget.installEventFilter(self)


class Fold(QtWidgets.QPushButton):
    """A line that opens and shuts what lies below it."""

    def __init__(self, text: str, body: QtWidgets.QWidget) -> None:
        super().__init__(text)
        self.setProperty("role", "link")
        self.setCheckable(True)
        self._body = body
        self.toggled.connect(self._show)
        self._show(False)

    def _show(self, is_open: bool) -> None:
        self._body.setVisible(is_open)
        self._draw()

    def _draw(self) -> None:
        side = "chevron-left" if self.isRightToLeft() else "chevron-right"
        self.setIcon(theme.icon("chevron-down" if self.isChecked() else side, "accent_text", 14))

    def changeEvent(self, event: QtCore.QEvent) -> None:
        """The icon follows the theme."""
        super().changeEvent(event)
        if event.type() == parts.STYLE_CHANGE and hasattr(self, "_body"):
            self._draw()


def drop_down(name: str, choices: Sequence[tuple[str, object]] = ()) -> QtWidgets.QComboBox:
    """A drop-down as wide as there is room, however long its entries are."""
    out = parts.combo(name, choices)
    out.setSizeAdjustPolicy(
        QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
    )
    out.setMinimumContentsLength(4)
    return out


def elided_item(text: str, px: int = 230) -> str:
    """A name short enough for a drop-down."""
    metrics = QtGui.QFontMetrics(QtWidgets.QApplication.font())
    return metrics.elidedText(text, QtCore.Qt.TextElideMode.ElideMiddle, px)
