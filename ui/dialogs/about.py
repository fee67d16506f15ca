"""About TerraDesk: version, licence, where data and code come from."""

from __future__ import annotations

import re

from PySide6 import QtWidgets

import terradesk
from terradesk import paths
from terradesk.i18n import _

from .parts import Dialog, combo, label


def credits() -> str:
    """The credits of the data that comes with the program, as resources/README.md has them."""
    text = paths.resource("README.md").read_text("utf-8")
    quoted = re.findall(r"^> ?(.*)$", text.partition("## Credits")[2], re.MULTILINE)
    return " ".join(quoted).replace("(c)", "©").strip()


class About(Dialog):
    """Version, licence, credits, and every licence text.

    Parameters
    ----------
    parent : QWidget or None
    """

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(_("About TerraDesk"), parent, 640, 620)
        version = _("Version {number}").format(number=terradesk.__version__)
        self.body.addWidget(label("TerraDesk", "hero"))
        self.body.addWidget(label(version, "dim"))
        self.body.addWidget(label(_("Draw, balance and hand over sales territories."), "", True))
        free = _("Free software under the MIT licence. Everything stays on this computer.")
        self.body.addWidget(label(free, "", True))
        self.body.addWidget(label(_("Data and parts"), "title"))
        self.body.addWidget(label(credits(), "dim", True))
        self._add_licences()
        self.add_close()

    def _add_licences(self) -> None:
        files = sorted(paths.resource("LICENSES").glob("*.txt"))
        own = paths.resources().parent / "LICENSE"
        shown = [(_("TerraDesk (MIT)"), own)] if own.is_file() else []
        shown += [(file.stem, file) for file in files]
        self.licences = combo(_("Licence"), shown)
        row = QtWidgets.QHBoxLayout()
        row.addWidget(label(_("Licences"), "title"))
        row.addStretch(1)
        row.addWidget(self.licences)
        self.body.addLayout(row)
        self.licence_text = QtWidgets.QPlainTextEdit()
        self.licence_text.setReadOnly(True)
        self.licence_text.setAccessibleName(_("Text of the licence"))
        self.body.addWidget(self.licence_text, 1)
        self.licences.currentIndexChanged.connect(self._show_licence)
        self._show_licence()

    def _show_licence(self) -> None:
        file = self.licences.currentData()
        if file is not None:
            self.licence_text.setPlainText(file.read_text("utf-8", "replace"))
