"""How the Build panel is laid out: its head, what is asked, what comes of it, its buttons."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from terradesk.i18n import _

from ... import theme
from ...dialogs import parts
from ...document_model import DocumentModel
from .form import Form
from .note import Note
from .progress import Progress
from .table import Table
from .why import WhyList

_LOW = 640  # pixels of the form's room below which a build is scrolled to


class Sheet(QtWidgets.QWidget):
    """The widgets of the panel; they are made by `lay_out`, as late as they are needed."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_StyledBackground)
        policy = QtWidgets.QSizePolicy.Policy  # its width is none of the other panels' business
        self.setSizePolicy(policy.Ignored, policy.Preferred)

    def lay_out(self, model: DocumentModel) -> None:
        """Make the widgets."""
        self.form, self.why, self.trouble = Form(model), WhyList(), parts.Trouble()
        self.progress, self.table, self.note = Progress(), Table(), Note()
        self._outcome = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(parts.line())
        self._scroll = parts.scrolled(self._body())
        self._scroll.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self._scroll, 1)
        column.addWidget(parts.line())
        column.addWidget(self._foot())

    def _head(self) -> QtWidgets.QWidget:
        head = QtWidgets.QWidget()
        head.setFixedHeight(theme.HEIGHT["toolbar"])
        row = QtWidgets.QHBoxLayout(head)
        row.setContentsMargins(16, 0, 8, 0)
        row.addWidget(parts.label(_("Build territories"), "title"))
        row.addStretch(1)
        self.close_button = parts.icon_button("x", _("Close (Esc)"), lambda: None)
        row.addWidget(self.close_button)
        return head

    def _body(self) -> QtWidgets.QWidget:
        outcome = QtWidgets.QVBoxLayout(self._outcome)
        outcome.setContentsMargins(0, 0, 0, 0)
        outcome.setSpacing(8)
        outcome.addWidget(parts.line())
        outcome.addSpacing(4)
        outcome.addWidget(self.progress)
        outcome.addWidget(self.table)
        outcome.addWidget(self.note)
        body = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(body)
        column.setContentsMargins(16, 12, 12, 16)
        column.setSpacing(12)
        for widget in (self.form, self.why, self.trouble, self._outcome):
            column.addWidget(widget)
        column.addStretch(1)
        return body

    def _foot(self) -> QtWidgets.QWidget:
        self.build_button = _button(
            _("Build"), _("Build with these settings (Ctrl+Enter)"), "primary", "wand-sparkles"
        )
        ways = _("Several ways to go between balance, compact shape and what is kept, side by side")
        self.choices_button = _button(_("Show choices"), ways)
        taken = _("Make this your plan, in one step that Undo takes back (Ctrl+Enter)")
        self.accept_button = _button(_("Accept"), taken, "primary")
        self.keep_button = _button(_("Keep as new scenario"), _("Leave this scenario as it is"))
        thrown = _("Throw the preview away; your plan is as it was")
        self.discard_button = _button(_("Discard"), thrown, "link")
        foot = QtWidgets.QWidget()
        row = QtWidgets.QHBoxLayout(foot)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(8)
        row.addWidget(self.build_button)
        row.addWidget(self.choices_button)
        row.addWidget(self.accept_button)
        row.addWidget(self.keep_button)
        row.addStretch(1)
        row.addWidget(self.discard_button)
        return foot

    def show_phase(self, is_in_use: bool, is_takeable: bool) -> None:
        """Show what can be done now: ask, or watch a build and take it or not."""
        focus = self.focusWidget()
        self._outcome.setVisible(is_in_use)
        self.why.setVisible(not is_in_use and self.why.has_something)
        for button in (self.build_button, self.choices_button):
            button.setVisible(not is_in_use)
            button.setEnabled(self.form.is_complete)
        for button in (self.accept_button, self.keep_button, self.discard_button):
            button.setVisible(is_in_use)
        for button in (self.accept_button, self.keep_button):
            button.setEnabled(is_takeable)
        if isinstance(focus, QtWidgets.QPushButton) and not focus.isVisibleTo(self):
            self._next_button(is_in_use, is_takeable).setFocus()

    def _next_button(self, is_in_use: bool, is_takeable: bool) -> QtWidgets.QPushButton:
        """What the focus goes on to when its button is gone."""
        if not is_in_use:
            return self.build_button
        return self.accept_button if is_takeable else self.progress.stop

    def show_outcome(self) -> None:
        """Scroll to what is new: the build where there is little room, else its warning."""
        area, bar = self._scroll, self._scroll.verticalScrollBar()
        if area.viewport().height() < _LOW:
            bar.setValue(self._outcome.y())
        elif self.note.isVisible() and self.note.is_warning:
            area.ensureWidgetVisible(self.note, 0, 16)


def _button(text: str, tip: str, role: str = "plain", icon: str = "") -> parts.Button:
    out = parts.Button(text, role, icon)
    out.setToolTip(tip)
    return out
