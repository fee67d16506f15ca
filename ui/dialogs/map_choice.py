"""Which map a customer list goes to: where the customers are, maps that fit, any other one."""

from __future__ import annotations

from pathlib import Path

from PySide6 import QtCore, QtWidgets

from terradesk import i18n
from terradesk.i18n import _, ngettext
from terradesk.sample.catalogue import BUILT_IN_MAPS
from terradesk.sample.proposing import NO_MAP, Proposal

from .nouns import NounBox
from .parts import combo, empty, label

OWN_MAP = "own"
"""Choice of a boundary file, beside the keys of `terradesk.sample.proposing`."""

MAPS = "*.gpkg *.shp *.zip *.geojson *.json *.topojson *.kml"
_INDENT = 22


class MapChoice(QtWidgets.QWidget):
    """The maps that fit, the one recommended first, and a list of all others.

    Signals
    -------
    changed()
        The user wants another map, or another word for its areas.
    """

    changed = QtCore.Signal()

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._proposals: tuple[Proposal, ...] = ()
        self.key: str | None = None
        self.own: Path | None = None
        self.buttons: dict[str, QtWidgets.QRadioButton] = {}
        self._group = QtWidgets.QButtonGroup(self)
        self._group.setExclusive(False)  # none is checked while a map of the list is used
        box = QtWidgets.QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(label(_("Map"), "title"))
        self.said = label("", "", True)
        box.addWidget(self.said)
        self._rows = QtWidgets.QVBoxLayout()
        self._rows.setSpacing(8)
        box.addLayout(self._rows)
        box.addLayout(self._others())
        self._show_words()

    def _others(self) -> QtWidgets.QHBoxLayout:
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(8)
        self.map_box = combo(_("Another map"), [])
        self.map_box.setPlaceholderText(_("Choose…"))
        self.map_box.setMinimumWidth(200)
        self.map_box.activated.connect(self._on_list)
        row.addWidget(label(_("Another map"), "dim"))
        row.addWidget(self.map_box)
        self._called = label(_("An area is called"), "dim")
        self.noun = NounBox()
        self.noun.chosen.connect(self._on_noun)
        row.addWidget(self._called)
        row.addWidget(self.noun)
        row.addStretch(1)
        return row

    @property
    def nouns(self) -> tuple[str, str]:
        """What an area of an own map is called."""
        return self.noun.nouns

    # ------------------------------------------------------------------ showing
    def show_proposals(self, said: str, proposals: tuple[Proposal, ...], key: str) -> None:
        """Show where the customers are and which maps fit.

        Parameters
        ----------
        said : str
        proposals : tuple of Proposal
            The one recommended first.
        key : str
            The map in use.
        """
        self.said.setText(said)
        if proposals != self._proposals:
            self._proposals = proposals
            self._list_proposals()
            self._list_others()
        self.key = key
        self._check()

    def _list_proposals(self) -> None:
        for button in self.buttons.values():
            self._group.removeButton(button)
        empty(self._rows)
        self.buttons = {}
        for k, one in enumerate(self._proposals):
            self._rows.addWidget(self._row(one, k == 0 and len(self._proposals) > 1))

    def _row(self, one: Proposal, is_recommended: bool) -> QtWidgets.QWidget:
        out = QtWidgets.QWidget()
        box = QtWidgets.QVBoxLayout(out)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        button = QtWidgets.QRadioButton(one.title)
        button.setAccessibleDescription(one.reason)
        button.clicked.connect(lambda _checked, key=one.key: self.choose(key))
        self._group.addButton(button)
        self.buttons[one.key] = button
        head = QtWidgets.QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(button)
        text = ngettext("{n} area", "{n} areas", one.n_units).format(n=i18n.number(one.n_units))
        head.addWidget(label(text if one.n_units else "", "small"))
        if is_recommended:
            head.addWidget(label(_("Recommended"), "link"))
        head.addStretch(1)
        box.addLayout(head)
        reason = label(one.reason, "small", True)
        reason.setContentsMargins(_INDENT, 0, 0, 0)
        box.addWidget(reason)
        return out

    def _list_others(self) -> None:
        self.map_box.clear()
        for m in BUILT_IN_MAPS:
            if m.key not in self.buttons:
                text = _("{map} · {n} areas").format(map=_(m.title), n=i18n.number(m.n_units))
                self.map_box.addItem(text, m.key)
        self.map_box.addItem(_("A boundary file of my own…"), OWN_MAP)

    def _check(self) -> None:
        for key, button in self.buttons.items():
            button.setChecked(key == self.key)
        self.map_box.setCurrentIndex(self.map_box.findData(self.key))
        self._show_words()

    def _show_words(self) -> None:
        for widget in (self._called, self.noun):
            widget.setVisible(self.key == OWN_MAP)

    # ------------------------------------------------------------------ choosing
    def choose(self, key: str | None, own: Path | None = None) -> None:
        """Use a map by its key, a boundary file, or (None) the one recommended."""
        self.key, self.own = key, own
        self._check()
        self.changed.emit()

    def _on_list(self) -> None:
        key = self.map_box.currentData()
        own = self._ask_own() if key == OWN_MAP else None
        if key == OWN_MAP and own is None:
            self._check()
            return
        self.choose(key, own)

    def _ask_own(self) -> Path | None:
        text, _filter = QtWidgets.QFileDialog.getOpenFileName(
            self, _("A boundary file"), str(self._folder), _("Maps") + f" ({MAPS})"
        )
        return Path(text) if text else None

    def _on_noun(self) -> None:
        if self.key == OWN_MAP:
            self.changed.emit()


__all__ = ["MAPS", "NO_MAP", "OWN_MAP", "MapChoice"]
