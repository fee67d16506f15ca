"""How large a picture of the map is written: usual sizes, or pixels and dots per inch."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from terradesk import i18n
from terradesk.errors import TerraDeskError
from terradesk.exporters import PictureSize
from terradesk.i18n import N_, _
from terradesk.render.layout import LARGEST_SIDE, check_size

from .parts import Button, Dialog, Trouble, label

USUAL = (
    (N_("For documents"), PictureSize()),
    (N_("For a screen"), PictureSize(1920, 1080, 96)),
    (N_("For slides"), PictureSize(3840, 2160, 192)),
    (N_("A4 paper"), PictureSize(3508, 2480, 300)),
    (N_("A3 paper"), PictureSize(4961, 3508, 300)),
    (N_("A1 poster"), PictureSize(9933, 7016, 300)),
    (N_("A0 poster"), PictureSize(14043, 9933, 300)),
)
_LEAST = 200
_CM = 2.54


class PictureSizeDialog(Dialog):
    """Asks for the size of a picture.

    Signals
    -------
    chosen(PictureSize)
    """

    chosen = QtCore.Signal(object)

    def __init__(
        self, size: PictureSize | None = None, parent: QtWidgets.QWidget | None = None
    ) -> None:
        super().__init__(_("Map as picture"), parent, 560, 380)
        self.body.addWidget(label(_("How large is the picture?"), "hero"))
        self.usual = QtWidgets.QComboBox()
        self.usual.addItems([_(name) for name, _size in USUAL] + [_("Own size")])
        self.usual.setAccessibleName(_("Size"))
        self.width_px = self._box(_LEAST, LARGEST_SIDE, _("Width"), _("px"))
        self.height_px = self._box(_LEAST, LARGEST_SIDE, _("Height"), _("px"))
        self.dpi = self._box(30, 1200, _("Dots per inch"), _("dpi"))
        self._lay_out()
        self.trouble = Trouble()
        self.body.addWidget(self.trouble)
        self.body.addStretch(1)
        self.foot.addStretch(1)
        self.foot.addWidget(Button(_("Cancel"), clicked=self.reject))
        self.go = Button(_("Choose a file…"), "primary", clicked=self.accept)
        self.go.setDefault(True)
        self.foot.addWidget(self.go)
        self.usual.activated.connect(self._take_usual)
        self._show(size or PictureSize())

    def _box(self, low: int, high: int, name: str, unit: str) -> QtWidgets.QSpinBox:
        box = QtWidgets.QSpinBox()
        box.setRange(low, high)
        box.setSuffix(f" {unit}")
        box.setAccessibleName(name)
        box.setGroupSeparatorShown(True)
        box.valueChanged.connect(self._changed)
        return box

    def _lay_out(self) -> None:
        form = QtWidgets.QFormLayout()
        form.setSpacing(12)
        self.body.addLayout(form)
        form.addRow(label(_("Size"), "dim"), self.usual)
        sides = QtWidgets.QHBoxLayout()
        sides.addWidget(self.width_px, 1)
        sides.addWidget(label("×", "dim"))
        sides.addWidget(self.height_px, 1)
        form.addRow(label(_("Pixels"), "dim"), sides)
        form.addRow(label(_("Sharpness"), "dim"), self.dpi)
        self.note = label("", "dim", True)
        form.addRow(label(), self.note)

    @property
    def size_chosen(self) -> PictureSize:
        """What the fields say."""
        return PictureSize(self.width_px.value(), self.height_px.value(), self.dpi.value())

    def _take_usual(self, row: int) -> None:
        if row < len(USUAL):
            self._show(USUAL[row][1])

    def _show(self, size: PictureSize) -> None:
        fields = (self.width_px, size.width), (self.height_px, size.height), (self.dpi, size.dpi)
        for box, value in fields:
            was = box.blockSignals(True)
            box.setValue(round(value))
            box.blockSignals(was)
        self._changed()

    def _changed(self) -> None:
        size = self.size_chosen
        sizes = [one for _name, one in USUAL]
        self.usual.setCurrentIndex(sizes.index(size) if size in sizes else len(USUAL))
        wide, high = (i18n.number(n / size.dpi * _CM, 1) for n in (size.width, size.height))
        text = _("{wide} × {high} cm on paper, with letters as large as in the window.")
        self.note.setText(text.format(wide=wide, high=high))
        try:
            check_size(size.width, size.height)
        except TerraDeskError as error:
            self.trouble.tell(error)
        else:
            self.trouble.hide()
        self.go.setEnabled(self.trouble.isHidden())

    def accept(self) -> None:
        """Hand over the size and close."""
        size = self.size_chosen
        super().accept()
        self.chosen.emit(size)
