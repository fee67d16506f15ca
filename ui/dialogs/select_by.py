"""Select by…: one field that understands codes, queries, sameness, distances and kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import get_args

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import choosing, i18n
from terradesk.choosing import Chosen, How, Situation
from terradesk.choosing.way import Of
from terradesk.errors import TerraDeskError
from terradesk.i18n import N_, _, ngettext

from .. import theme
from ..document_model import DocumentModel
from .parts import icon_button, label
from .segments import Segments

TYPING_MS = 90
_WIDTH, _LEFT, _MOST_OFFERS = 500, 66, 7  # beside the tools
_MOST_MISSED = 4
_HOW_TEXTS = {"new": N_("New"), "add": N_("Add"), "remove": N_("Remove"), "keep": N_("Keep only")}
_HOW_TIPS = {
    "new": N_("Select what is found and nothing else"),
    "add": N_("Add what is found to the selection"),
    "remove": N_("Take what is found out of the selection"),
    "keep": N_("Keep of the selection only what is found"),
}


class SelectBy(QtWidgets.QFrame):
    """A small panel over the map; the map shows what would be selected while one types.

    Parameters
    ----------
    parent : QWidget
        The map.
    model : DocumentModel
    situation : callable
        Gives the `Situation` of the moment.

    Signals
    -------
    previewed(object, object)
        Unit and account rows that would be selected; None, None: no preview.
    applied(str)
        The selection was made; what to say about it.
    closed()
    """

    previewed = QtCore.Signal(object, object)
    applied = QtCore.Signal(str)
    closed = QtCore.Signal()
    radius = 8.0

    def __init__(
        self, parent: QtWidgets.QWidget, model: DocumentModel, situation: Callable[[], Situation]
    ) -> None:
        super().__init__(parent)
        self._model, self._situation = model, situation
        self._forced = ""
        self.found: Chosen | None = None
        self.setProperty("role", "card")
        self.setAccessibleName(_("Select by"))
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_NoMousePropagation)
        self.setCursor(QtCore.Qt.CursorShape.ArrowCursor)
        self._make()
        self._timer = QtCore.QTimer(self, singleShot=True, interval=TYPING_MS)
        self._timer.timeout.connect(self.refresh)
        model.selection_changed.connect(self._again)
        model.edited.connect(lambda _edited: self._again())
        model.alignment_changed.connect(self._again)
        model.opened.connect(self.hide)
        self.hide()

    # ------------------------------------------------------------------ made once
    def _make(self) -> None:
        box = QtWidgets.QVBoxLayout(self)
        box.setContentsMargins(12, 10, 12, 12)
        box.setSpacing(8)
        box.addLayout(self._make_head())
        self.field = QtWidgets.QLineEdit()
        self.field.setMinimumHeight(32)
        self.field.setClearButtonEnabled(True)
        self.field.setAccessibleName(_("What to select"))
        self.field.textChanged.connect(self._typed)
        self.field.installEventFilter(self)
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.kinds)
        box.addLayout(row)
        self.told = label("", "", True)
        self.told.setMinimumHeight(18)
        self.hint = label("", "small", True)
        box.addWidget(self.told)
        box.addWidget(self.hint)
        self.offers = QtWidgets.QListWidget()
        self.offers.setAccessibleName(_("Suggestions"))
        self.offers.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        self.offers.setUniformItemSizes(True)
        self.offers.setStyleSheet("background: transparent;")
        self.offers.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.offers.itemClicked.connect(self._take_offer)
        box.addWidget(self.offers)
        box.addLayout(self._make_foot())
        self.setFixedWidth(_WIDTH)

    def _make_head(self) -> QtWidgets.QHBoxLayout:
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(8)
        ways = [(w.id, _(w.title), _("As in: {example}").format(example=_(w.example)))
                for w in choosing.WAYS]  # fmt: skip
        self.ways = Segments(_("Select by"), ways)
        self.ways.set_value(choosing.WAYS[0].id)
        self.ways.chosen.connect(self._choose_way)
        kinds = [
            ("units", _("Areas"), _("Find areas")),
            ("accounts", _("Accounts"), _("Find accounts")),
        ]
        self.kinds = Segments(_("Look for"), kinds)
        self.kinds.set_value("units")
        self.kinds.chosen.connect(lambda _key: self.refresh())
        row.addWidget(self.ways)
        row.addStretch(1)
        row.addWidget(icon_button("x", _("Close (Esc)"), self.leave))
        return row

    def _make_foot(self) -> QtWidgets.QHBoxLayout:
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(8)
        self.how = Segments(_("What is found"), [(k, _(_HOW_TEXTS[k]), _(_HOW_TIPS[k]))
                                               for k in get_args(How)])  # fmt: skip
        self.how.set_value("new")
        self.how.chosen.connect(lambda _key: self.refresh())
        self.button = QtWidgets.QPushButton(_("Select"))
        self.button.setProperty("role", "primary")
        self.button.setToolTip(_("Select what is marked (Enter)"))
        self.button.clicked.connect(lambda _on=False: self.apply())
        row.addWidget(self.how)
        row.addStretch(1)
        row.addWidget(self.button)
        return row

    # ------------------------------------------------------------------ coming and going
    def open_over(self, room: QtCore.QRect, top: int, text: str = "", way: str = "") -> None:
        """Show it at the top of the map, ready to type."""
        noun = self._model.plan.noun(2)
        self.kinds.set_text("units", noun[:1].upper() + noun[1:])
        has_accounts = bool(self._model.plan.accounts_present.any())
        self.kinds.setVisible(has_accounts and len(self._model.plan.units) > 0)
        if not len(self._model.plan.units):
            self.kinds.set_value("accounts")
        self._forced = way
        if way:
            self.ways.set_value(way)
        if text or way:
            self.field.setText(text)
        self._room, self._top = room, top
        self.show()
        self.raise_()
        self.field.setFocus()
        self.field.selectAll()
        self.refresh()

    def _place(self) -> None:
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.setFixedWidth(min(_WIDTH, self._room.width() - 24))
        self.resize(self.width(), self.sizeHint().height())
        x = _LEFT if self._room.width() > _LEFT + self.width() else 12
        if self.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft:
            x = self._room.width() - x - self.width()
        self.move(x, self._top)

    def leave(self) -> None:
        """Close it; the selection is what it was."""
        self.hide()
        self.previewed.emit(None, None)
        self.closed.emit()

    # ------------------------------------------------------------------ finding
    def _choose_way(self, key: str) -> None:
        self._forced = key
        self.field.setFocus()
        self.refresh()

    def _typed(self, text: str) -> None:
        if not text.strip():
            self._forced = ""
        self._timer.start()

    def _again(self) -> None:
        if self.isVisible():
            self._timer.start()

    def situation(self) -> Situation:
        """The plan, the selection and what is looked for."""
        of: Of = "accounts" if self.kinds.value() == "accounts" else "units"
        return replace(self._situation(), of=of)

    def refresh(self) -> None:
        """Find what is typed, count it and mark it."""
        if not self.isVisible() or not self._model.is_open:
            return
        self._timer.stop()
        situation, text = self.situation(), self.field.text()
        way = self._way(text, situation)
        self.field.setPlaceholderText(_("As in: {example}").format(example=_(way.example)))
        self._underline(0, 0)
        self.found = None
        try:
            self.found = way.find(text, situation) if text.strip() else None
        except TerraDeskError as error:
            if self._begins_offer(way, text, situation):
                self._tell("", "", "dim")
            else:
                self._tell(error.message, self._of_others(way, text) or error.hint, "warn")
                self._underline(getattr(error, "position", 0), getattr(error, "length", 0))
        else:
            self._tell_found()
        self._offer(way, text, situation)
        self._show_result()
        self._place()

    def _of_others(self, way: choosing.Way, text: str) -> str:
        """What to do where the text fits the accounts instead of the areas, or the other way."""
        is_accounts = self.situation().of == "accounts"
        try:
            way.find(text, replace(self.situation(), of="units" if is_accounts else "accounts"))
        except TerraDeskError:
            return ""
        name = self._model.plan.noun(2) if is_accounts else _("accounts")
        return _("This can be asked of the {things}: choose them on the right.").format(things=name)

    def _way(self, text: str, situation: Situation) -> choosing.Way:
        """The way that is chosen, else the one the text looks like."""
        by_id = {way.id: way for way in choosing.WAYS}
        way = choosing.way_of(text, situation)
        forced = by_id.get(self._forced)
        if forced is not None and (way in (None, choosing.CODES) or forced.fits(text, situation)):
            return forced
        if way is None:
            return by_id[str(self.ways.value())]
        self._forced = ""
        self.ways.set_value(way.id)
        return way

    def _tell_found(self) -> None:
        found = self.found
        if found is None:
            self._tell("", "", "dim")
            return
        missed = found.missed
        hint = found.told
        if missed:
            shown = ", ".join(i18n.isolate(part) for part in missed[:_MOST_MISSED])
            more = len(missed) - _MOST_MISSED
            shown += _(" and {n} more").format(n=i18n.number(more)) if more > 0 else ""
            hint = _("Nothing fits: {parts}").format(parts=shown)
        text = _("{things} found").format(things=self.things(found))
        self._tell(text if len(found) else _("Nothing found"), hint, "strong")

    def things(self, found: Chosen) -> str:
        """How many areas and accounts, in words."""
        n_units, n_accounts = len(found.unit_rows), len(found.account_rows)
        parts = []
        if n_units or (not n_accounts and self.kinds.value() == "units"):
            parts.append(f"{i18n.number(n_units)} {self._model.plan.noun(n_units)}")
        if n_accounts or not parts:
            text = ngettext("{n} account", "{n} accounts", n_accounts)
            parts.append(text.format(n=i18n.number(n_accounts)))
        return ", ".join(parts)

    def _tell(self, text: str, hint: str, role: str) -> None:
        self.told.setText(text)
        self.hint.setText(hint)
        self.told.setVisible(bool(text))
        self.hint.setVisible(bool(hint))
        theme.restyle(self.told, role)

    def _underline(self, position: int, length: int) -> None:
        """Mark a part of the text as wrong."""
        event = QtGui.QInputMethodEvent("", [])
        if length:
            wrong = QtGui.QTextCharFormat()
            wrong.setUnderlineStyle(QtGui.QTextCharFormat.UnderlineStyle.WaveUnderline)
            wrong.setUnderlineColor(theme.colour("error"))
            wrong.setForeground(theme.colour("error"))
            kind = QtGui.QInputMethodEvent.AttributeType.TextFormat
            start = min(position, max(len(self.field.text()) - 1, 0)) - self.field.cursorPosition()
            one = QtGui.QInputMethodEvent.Attribute(kind, start, length, wrong)
            event = QtGui.QInputMethodEvent("", [one])
        self.field.blockSignals(True)
        QtWidgets.QApplication.sendEvent(self.field, event)
        self.field.blockSignals(False)

    def _offer(self, way: choosing.Way, text: str, situation: Situation) -> None:
        """List what could be typed, as far as it fits."""
        wanted = text.casefold().strip()
        texts = way.offers(situation)
        fitting = [t for t in texts if wanted in t.casefold()] if not self._is_offer(text, texts) \
            else texts  # fmt: skip
        self.offers.clear()
        if not fitting and (way is choosing.QUERY or self.found is not None):
            texts = []
        for one in (fitting or texts)[:40]:
            item = QtWidgets.QListWidgetItem(one)
            item.setSizeHint(QtCore.QSize(0, theme.HEIGHT["row"]))
            self.offers.addItem(item)
            if one.casefold() == wanted:
                self.offers.setCurrentItem(item)
        n = min(self.offers.count(), _MOST_OFFERS)
        self.offers.setVisible(n > 0)
        self.offers.setFixedHeight(n * theme.HEIGHT["row"] + 4)

    @staticmethod
    def _begins_offer(way: choosing.Way, text: str, situation: Situation) -> bool:
        """Whether somebody is about to type one of the suggestions."""
        wanted = text.casefold().strip()
        return any(t.casefold() != wanted and wanted in t.casefold() for t in way.offers(situation))

    @staticmethod
    def _is_offer(text: str, texts: Sequence[str]) -> bool:
        return text.casefold().strip() in [t.casefold() for t in texts]

    def _take_offer(self, item: QtWidgets.QListWidgetItem) -> None:
        self.field.setText(item.text())
        self.field.setFocus()
        self.refresh()

    # ------------------------------------------------------------------ the result
    def result(self) -> Chosen | None:
        """What would be selected; None while nothing is found or understood."""
        found = self.found
        if found is None:
            return None
        how: How = self.how.value()  # type: ignore[assignment]
        units, accounts = self._model.selected_units, self._model.selected_accounts
        of_units = bool(len(found.unit_rows)) or (
            not len(found.account_rows) and self.kinds.value() == "units"
        )
        if of_units:
            return Chosen(choosing.combined(units, found.unit_rows, how), accounts)
        return Chosen(units, choosing.combined(accounts, found.account_rows, how))

    def _show_result(self) -> None:
        result = self.result()
        is_new = self.how.value() == "new"
        self.button.setEnabled(result is not None and not (is_new and not len(result)))
        if result is None:
            self.previewed.emit(None, None)
        else:
            self.previewed.emit(result.unit_rows, result.account_rows)

    def apply(self) -> None:
        """Select what is marked and close."""
        self.refresh()
        result = self.result()
        if result is None or not self.button.isEnabled():
            return
        before = self._model.selected_units, self._model.selected_accounts
        self.hide()
        self.previewed.emit(None, None)
        self._model.select_units(result.unit_rows)
        self._model.select_accounts(result.account_rows)
        changed = [
            not np.array_equal(a, b)
            for a, b in zip(before, (result.unit_rows, result.account_rows), strict=True)
        ]
        shown = Chosen(
            result.unit_rows if changed[0] or not changed[1] else result.unit_rows[:0],
            result.account_rows if changed[1] else result.account_rows[:0],
        )
        self.applied.emit(_("Selected {things}").format(things=self.things(shown)))
        self.closed.emit()

    # ------------------------------------------------------------------ keys
    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Enter selects, Esc leaves, Up and Down go through the suggestions."""
        if isinstance(event, QtGui.QKeyEvent) and event.type() == QtCore.QEvent.Type.KeyPress:
            key = QtCore.Qt.Key(event.key())
            if key in (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter):
                self.apply()
                return True
            if key in (QtCore.Qt.Key.Key_Down, QtCore.Qt.Key.Key_Up):
                self._step(1 if key == QtCore.Qt.Key.Key_Down else -1)
                return True
        elif event.type() == QtCore.QEvent.Type.ShortcutOverride:
            event.accept()
        return super().eventFilter(watched, event)

    def _step(self, by: int) -> None:
        n = self.offers.count()
        if n:
            row = self.offers.currentRow()
            row = (row + by) % n if row >= 0 else (0 if by > 0 else n - 1)
            self.field.setText(self.offers.item(row).text())
            self.refresh()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() == QtCore.Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)
