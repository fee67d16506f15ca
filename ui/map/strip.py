"""The strip: what the tool in hand does, as switches; held keys light them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from PySide6 import QtCore, QtWidgets

from terradesk.i18n import _
from ui.tools import Keys, Options

from .. import theme
from ..dialogs.segments import Segments
from ..document_model import DocumentModel
from . import parts
from .switches import FOLDED_FIRST, Switch, action_texts, switch

SIZES = (8.0, 400.0)
"""Least and largest diameter of the brush, pixels."""

_STEP = 1.25
_LEFT, _RIGHT = 66, 12  # room for the tools at one side, and to the map's edge at the other


@dataclass(slots=True)
class _Part:
    """A switch as widgets."""

    name: str
    switch: Switch | None
    widgets: list[QtWidgets.QWidget]
    is_folded: bool = False

    def width(self, spacing: int) -> int:
        """Pixels it takes, with what parts it from the next."""
        return sum(w.sizeHint().width() + spacing for w in self.widgets)


class Strip(parts.Floating):
    """Switches of the tool in hand, in one row; what does not fit goes behind dots.

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
        self._options, self._keys = Options(), Keys.NONE
        self._is_drawing = False
        self._parts: list[_Part] = []
        self._action: Segments | None = None
        self._size: QtWidgets.QLabel | None = None
        self._more = parts.link("", _("More switches"), "ellipsis", "text2")
        self._more.setParent(self)
        self._more.hide()
        self.setAccessibleName(_("Options of the tool"))

    # ------------------------------------------------------------------ another tool
    def set_tool(self, switches: tuple[str, ...], options: Options) -> None:
        """Show the switches of another tool."""
        self._clear()
        self._is_drawing = "action" in switches or "over" in switches
        self._parts = [self._part(name) for name in switches]
        self._more = parts.link("", _("More switches"), "ellipsis", "text2")
        self._more.clicked.connect(self._open_more)
        for widget in [*(w for part in self._parts for w in part.widgets), self._more]:
            self._layout.addWidget(widget)
        self._reserve_words()
        is_caption = bool(switches) and switches[0] == "moves" and not self._is_drawing
        self._layout.setContentsMargins(12 if is_caption else 6, 5, 8, 5)
        self.setVisible(bool(switches))
        self.set_options(options)

    def _reserve_words(self) -> None:
        """Room for all that held keys can make of the switch, before they are held."""
        if self._action is None:
            return
        held = (Keys.NONE, Keys.SHIFT, Keys.CTRL)
        for at, value in enumerate((False, True)):
            self._action.reserve(value, {action_texts(k, value)[at] for k in held})

    def _clear(self) -> None:
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._parts, self._action, self._size = [], None, None

    def _part(self, name: str) -> _Part:
        if name == "size":
            return _Part(name, None, self._size_widgets())
        made = switch(name, self._model, self._is_drawing)
        widget = self._segments(name, made) if made.is_open else self._drop(made)
        has_label = made.is_open and made.has_caption
        caption = [parts.label(made.caption, "dim")] if has_label else []
        return _Part(name, made, [*caption, widget])

    def _segments(self, name: str, made: Switch) -> Segments:
        out = Segments(made.caption, made.choices())
        out.chosen.connect(lambda v: self._set(**made.changes(v)))
        if name == "action":
            self._action = out
        return out

    def _drop(self, made: Switch) -> parts.Drop:
        def choices() -> list[tuple[object, str]]:
            return [(value, text) for value, text, _tip in made.choices()]

        out = parts.Drop(made.caption, choices, made.tip)
        out.chosen.connect(lambda v: self._set(**made.changes(v)))
        return out

    def _size_widgets(self) -> list[QtWidgets.QWidget]:
        smaller = parts.link("", _("Smaller brush ([)"), "minus", "text2")
        larger = parts.link("", _("Larger brush (])"), "plus", "text2")
        self._size = parts.label()
        self._size.setMinimumWidth(44)
        self._size.setAlignment(QtCore.Qt.AlignmentFlag.AlignCenter)
        smaller.clicked.connect(lambda: self.resize_brush(-1))
        larger.clicked.connect(lambda: self.resize_brush(1))
        return [parts.label(_("Size"), "dim"), smaller, self._size, larger]

    # ------------------------------------------------------------------ what it shows
    def set_options(self, options: Options, keys: Keys = Keys.NONE) -> None:
        """Show options as they are while keys are held."""
        self._options, self._keys = options, keys
        shown = self._shown()
        for part in self._parts:
            if part.switch is not None:
                self._show_value(part, part.switch, shown)
        if self._action is not None:
            texts = zip((False, True), action_texts(keys, options.selects), strict=True)
            for value, text in texts:
                self._action.set_text(value, text)
        if self._size is not None:
            self._size.setText(_("{n} px").format(n=round(options.size_px)))
        self.adjustSize()

    def _shown(self) -> Options:
        """Options as held keys change them."""
        assigns = self._is_drawing and not self._options.selects
        if assigns and self._keys & Keys.SHIFT:
            return replace(self._options, over="unassigned")
        return self._options

    def _show_value(self, part: _Part, made: Switch, shown: Options) -> None:
        widget, value = part.widgets[-1], made.get(shown)
        if isinstance(widget, Segments):
            widget.set_value(value)
        elif isinstance(widget, parts.Drop):
            texts = {v: text for v, text, _tip in made.choices()}
            widget.set_text(texts.get(value, ""))
            widget.set_lit(value != made.get(self._options))

    def adjustSize(self) -> None:
        """As wide as what it shows, folded to fit the map."""
        self._fold()
        super().adjustSize()

    def _fold(self) -> None:
        host = self.parentWidget()
        room = host.width() - _LEFT - _RIGHT if host is not None else 10_000
        spacing, margins = self._layout.spacing(), self._layout.contentsMargins()
        used = [p for p in self._parts if p.switch is None or p.switch.is_shown(self._options)]
        wide = margins.left() + margins.right() + sum(p.width(spacing) for p in used)
        folds: set[str] = set()
        for name in FOLDED_FIRST:
            part = next((p for p in used if p.name == name), None)
            if part is None or wide <= room:
                continue
            wide -= part.width(spacing) - (0 if folds else self._more.sizeHint().width() + spacing)
            folds.add(name)
        for part in self._parts:
            part.is_folded = part.name in folds
            is_seen = part in used and not part.is_folded
            for widget in part.widgets:
                widget.setVisible(is_seen)
        self._more.setVisible(bool(folds))
        self._layout.activate()

    def folded(self) -> list[str]:
        """Names of the switches behind the dots."""
        return [p.name for p in self._parts if p.is_folded]

    def more_menu(self) -> QtWidgets.QMenu:
        """The switches behind the dots as a menu."""
        menu = QtWidgets.QMenu(self)
        shown = self._shown()
        for part in self._parts:
            if part.is_folded and part.switch is not None:
                self._add_menu(menu, part.switch, shown)
        return menu

    def _add_menu(self, menu: QtWidgets.QMenu, made: Switch, shown: Options) -> None:
        value, choices = made.get(shown), made.choices()
        text = next((text for v, text, _tip in choices if v == value), "")
        inner = menu.addMenu(_("{caption}: {value}").format(caption=made.caption, value=text))
        for choice, label, _tip in choices:
            action = inner.addAction(label)
            action.setCheckable(True)
            action.setChecked(choice == value)
            action.triggered.connect(lambda _on, v=choice: self._set(**made.changes(v)))

    def _open_more(self) -> None:
        menu = self.more_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._more.mapToGlobal(QtCore.QPoint(0, self._more.height() + 4)))

    # ------------------------------------------------------------------ changes
    def _set(self, **changes: Any) -> None:
        self.set_options(replace(self._options, **changes), self._keys)
        self.changed.emit(self._options)

    def resize_brush(self, steps: int) -> None:
        """Make the brush larger (1) or smaller (-1)."""
        size = self._options.size_px * _STEP**steps
        self._set(size_px=float(min(max(size, SIZES[0]), SIZES[1])))

    def restyle(self) -> None:
        """Take up the theme."""
        self._more.setIcon(theme.icon("ellipsis", "text2"))
