"""The toolbar: scenario, balance measure, colours, search, undo and redo."""

from __future__ import annotations

from collections.abc import Callable

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import records as rec
from terradesk.colouring import Choice
from terradesk.i18n import _

from .. import theme
from ..document_model import DocumentModel
from ..shield import safely
from .colour_list import ColourList

Entry = tuple[str, str, bool, Callable[[], object]]
"""Text, icon, whether it is the chosen one, what to do."""


class Drop(QtWidgets.QToolButton):
    """A drop-down: a dim caption, the value, a chevron; without choices a button."""

    def __init__(
        self, caption: str, choices: Callable[[], list[Entry | None]] | None = None
    ) -> None:
        super().__init__()
        self.setProperty("role", "drop")
        self.setToolButtonStyle(QtCore.Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._caption, self._choices = caption, choices or list
        self._menu = QtWidgets.QMenu(self)
        self._value = ""
        if choices is not None:
            self.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
            self._menu.aboutToShow.connect(self._fill)
            self.setMenu(self._menu)

    def _fill(self) -> None:
        self._menu.clear()
        for choice in self._choices():
            if choice is None:
                self._menu.addSeparator()
                continue
            text, icon, is_chosen, run = choice
            action = self._menu.addAction(text.replace("&", "&&"))
            if icon:
                action.setIcon(theme.icon(icon))
            action.setCheckable(is_chosen)
            action.setChecked(is_chosen)
            action.triggered.connect(lambda _on=False, run=run: run())

    def set_value(self, value: str) -> None:
        """Show the chosen value."""
        self._value = value
        metrics = self.fontMetrics()
        shown = metrics.elidedText(value, QtCore.Qt.TextElideMode.ElideRight, 190)
        self.setText(shown)
        name = f"{self._caption} {value}".strip()
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.updateGeometry()

    def sizeHint(self) -> QtCore.QSize:
        """Room for caption, value and chevron."""
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self.text()) + 38
        width += metrics.horizontalAdvance(self._caption) + 6 if self._caption else 0
        width += 24 if not self.icon().isNull() else 0
        return QtCore.QSize(width, theme.HEIGHT["control"])

    @safely
    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Caption dim, value in text colour, chevron at the end."""
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        is_over = self.underMouse() or self._menu.isVisible()
        if is_over or self.hasFocus():
            pen = theme.colour("accent") if self.hasFocus() else QtCore.Qt.GlobalColor.transparent
            painter.setPen(pen)
            painter.setBrush(theme.colour("hover") if is_over else QtCore.Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QtCore.QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        is_rtl = self.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft
        at, metrics = 8, self.fontMetrics()
        pieces: list[tuple[int, Callable[[QtCore.QRect], object]]] = []
        if not self.icon().isNull():
            picture = self.icon().pixmap(QtCore.QSize(16, 16), self.devicePixelRatioF())
            pieces.append((16, lambda r: painter.drawPixmap(r.x(), r.center().y() - 8, picture)))
        for text, role in ((self._caption, "text2"), (self.text(), "text")):
            if text:
                draw = _text_drawer(painter, text, role)
                pieces.append((metrics.horizontalAdvance(text) + 1, draw))
        chevron = theme.pixmap("chevron-down", "text3", 14)
        pieces.append((14, lambda r: painter.drawPixmap(r.x(), r.center().y() - 6, chevron)))
        for width, draw_piece in pieces:
            left = self.width() - at - width if is_rtl else at
            draw_piece(QtCore.QRect(left, 0, width, self.height()))
            at += width + 8


def _text_drawer(painter: QtGui.QPainter, text: str, role: str) -> Callable[[QtCore.QRect], object]:
    def draw(rect: QtCore.QRect) -> None:
        painter.setPen(theme.colour(role))
        painter.drawText(rect, QtCore.Qt.AlignmentFlag.AlignVCenter, text)

    return draw


class SearchField(QtWidgets.QPushButton):
    """Looks like a field; opens the command palette."""

    def __init__(self) -> None:
        super().__init__(_("Search or run a command"))
        self.setProperty("role", "plain")
        self.setMinimumWidth(180)
        self.setMaximumWidth(300)
        self.setSizePolicy(
            QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed
        )
        self.setAccessibleName(_("Search or run a command"))

    @safely
    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Icon, faint text, the shortcut at the end."""
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("accent" if self.hasFocus() else "outline"))
        painter.setBrush(theme.colour("field"))
        painter.drawRoundedRect(QtCore.QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        is_rtl = self.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft
        middle = self.height() // 2 - 8
        x = self.width() - 24 if is_rtl else 8
        painter.drawPixmap(x, middle, theme.pixmap("search", "text2", 16))
        start, end = QtCore.Qt.AlignmentFlag.AlignLeft, QtCore.Qt.AlignmentFlag.AlignRight
        if is_rtl:
            start, end = end, start
        inner, centre = self.rect().adjusted(32, 0, -10, 0), QtCore.Qt.AlignmentFlag.AlignVCenter
        if is_rtl:
            inner = self.rect().adjusted(10, 0, -32, 0)
        keys = QtGui.QKeySequence("Ctrl+K").toString(QtGui.QKeySequence.SequenceFormat.NativeText)
        painter.setPen(theme.colour("text3"))
        room = inner.width() - self.fontMetrics().horizontalAdvance(keys) - 8
        text = self.fontMetrics().elidedText(self.text(), QtCore.Qt.TextElideMode.ElideRight, room)
        painter.drawText(inner, start | centre, text)
        painter.setFont(theme.font(11))
        painter.drawText(inner, end | centre, keys)


class TopBar(QtWidgets.QToolBar):
    """What is looked at (scenario, measure, colours) and the ways back.

    Parameters
    ----------
    model : DocumentModel
    actions : dict of QAction
        By id, see `ui.actions`.
    colour_list : callable
        Gives choices and whether each is the chosen one for "Colour by".
    """

    colour_chosen = QtCore.Signal(str)

    def __init__(
        self,
        model: DocumentModel,
        actions: dict[str, QtGui.QAction],
        colour_list: Callable[[], list[tuple[Choice, bool]]],
    ) -> None:
        super().__init__(_("Toolbar"))
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setFixedHeight(theme.HEIGHT["toolbar"])
        self.setIconSize(QtCore.QSize(16, 16))
        self._model, self._actions, self._colour_list = model, actions, colour_list
        self.scenario = Drop("", self._scenarios)
        self.scenario.setIcon(theme.icon("layers-2"))
        self.balance = Drop(_("Balance by"), self._measures)
        self.colours = Drop(_("Colour by"))
        self.colour_popup = ColourList(self.colours)
        self.colours.clicked.connect(self.open_colours)
        self.colour_popup.chosen.connect(self.colour_chosen)
        self.search = SearchField()
        self._scenario_action = self.addWidget(self.scenario)
        self._line = self.addSeparator()
        self.addWidget(self.balance)
        self.addWidget(self.colours)
        spring = QtWidgets.QWidget()
        spring.setSizePolicy(
            QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Preferred
        )
        self.addWidget(spring)
        self.addWidget(self.search)
        for name in ("edit.undo", "edit.redo"):
            button = QtWidgets.QToolButton()
            button.setDefaultAction(actions[name])
            button.setToolButtonStyle(QtCore.Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            self.addWidget(button)
        self.search.clicked.connect(actions["edit.search"].trigger)
        model.opened.connect(self.refresh)
        model.edited.connect(self.refresh)
        model.alignment_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show what is chosen now."""
        if not self._model.is_open:
            return
        plan = self._model.plan
        has_several = len(plan.scenarios) > 1
        self._scenario_action.setVisible(has_several)
        self._line.setVisible(has_several)
        self.scenario.set_value(self._model.view.scenario.name)
        measure = self._balance_measure()
        self.balance.set_value(measure.name if measure else "–")
        self.refresh_colours()

    def refresh_colours(self) -> None:
        """Show what the map is coloured by."""
        shown = next((choice.text for choice, on in self._colour_list() if on), "–")
        self.colours.set_value(shown)

    def open_colours(self) -> None:
        """Open the list of "Colour by"."""
        if self._model.is_open:
            is_rtl = self.layoutDirection() == QtCore.Qt.LayoutDirection.RightToLeft
            x = self.colours.width() - self.colour_popup.width() if is_rtl else 0
            corner = self.colours.mapToGlobal(QtCore.QPoint(x, self.colours.height() + 2))
            self.colour_popup.open_at(corner, self._colour_list())

    def _balance_measure(self) -> rec.Measure | None:
        from terradesk import measures

        return measures.balance_measure(self._model.plan)

    def _scenarios(self) -> list[Entry | None]:
        plan, shown = self._model.plan, self._model.view.scenario.id
        out: list[Entry | None] = []
        for one in plan.scenarios:
            mark = "flag" if one.is_baseline else ""
            text = _("{name} (baseline)").format(name=one.name) if one.is_baseline else one.name
            alignment = plan.alignment_of(one.id)
            out.append((text, mark, one.id == shown, _show(self._model, alignment)))
        out.append(None)
        for name in (
            "build.try",
            "build.scenario_rename",
            "build.baseline",
            "build.replace",
            "build.discard",
        ):
            action = self._actions[name]
            if action.isEnabled():
                out.append((action.text(), "", False, action.trigger))
        return out

    def _measures(self) -> list[Entry | None]:
        from terradesk import measures

        chosen = self._balance_measure()
        return [
            (
                m.name,
                "",
                chosen is not None and m.uid == chosen.uid,
                self._balance_by(m.uid, m.name),
            )
            for m in measures.choices(self._model.plan)
        ]

    def _balance_by(self, uid: str, name: str) -> Callable[[], object]:
        from terradesk.edits.scenarios import set_balance_measure

        return lambda: self._model.attempt(lambda: set_balance_measure(self._model.plan, uid, name))


def _show(model: DocumentModel, alignment: int) -> Callable[[], object]:
    return lambda: model.show_alignment(alignment)
