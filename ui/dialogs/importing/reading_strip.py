"""How the file is read: what was recognised, each of it changeable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6 import QtCore, QtWidgets

from terradesk import i18n
from terradesk.i18n import N_, _
from terradesk.importing import Reading, Source
from terradesk.readers import Table
from terradesk.readers.tabular.previewing import Preview

from ..parts import combo, label
from .systems import SystemBox

Choice = tuple[str, str]

_ENCODINGS = (
    ("utf-8", "UTF-8"),
    ("cp1252", "Windows-1252"),
    ("iso-8859-1", "ISO 8859-1"),
    ("cp1250", "Windows-1250"),
    ("iso-8859-2", "ISO 8859-2"),
    ("cp1251", "Windows-1251"),
    ("cp1254", "Windows-1254"),
    ("cp1256", "Windows-1256"),
    ("cp437", "DOS 437"),
    ("cp850", "DOS 850"),
    ("mac_roman", "Mac Roman"),
    ("shift_jis", "Shift JIS"),
    ("gb18030", "GB 18030"),
    ("utf-16", "UTF-16"),
)
_SEPARATORS = (
    (",", N_("comma")),
    (";", N_("semicolon")),
    ("\t", N_("tab")),
    ("|", N_("bar")),
)
_DECIMALS = ((".", N_("point: 1234.56")), (",", N_("comma: 1234,56")))
_DATES = (
    ("dmy", N_("day, month, year")),
    ("mdy", N_("month, day, year")),
    ("ymd", N_("year, month, day")),
)
_MOST_HEADERS = 12
_WITH_ENCODING = (".shp", ".dbf", ".zip", ".tab", ".mif")


class ReadingStrip(QtWidgets.QWidget):
    """A row of small lists, one for each thing that was recognised.

    Signals
    -------
    changed(object)
        The `Reading` that the user wants now.
    """

    changed = QtCore.Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._reading = Reading()
        self._row = QtWidgets.QHBoxLayout(self)
        self._row.setContentsMargins(24, 6, 24, 6)
        self._row.setSpacing(0)
        self.boxes: dict[str, QtWidgets.QComboBox] = {}
        self._cells: dict[str, QtWidgets.QWidget] = {}
        for key, text in (
            ("sheet", _("Sheet")),
            ("layer", _("Layer")),
            ("encoding", _("Encoding")),
            ("delimiter", _("Separator")),
            ("decimal", _("Decimal sign")),
            ("header", _("Header")),
            ("dates", _("Dates")),
            ("leave_out_totals", _("Total row")),
        ):
            self._add(key, text)
        self.system = SystemBox()
        self._put("crs", _("Coordinate system"), self.system)
        self.system.chosen.connect(lambda value: self._on_choice("crs", value))
        self._row.addStretch(1)

    def _add(self, key: str, text: str) -> None:
        box = combo(text, [])
        box.setProperty("role", "quiet")
        box.activated.connect(lambda _k: self._on_choice(key, box.currentData()))
        self._put(key, text, box)

    def _put(self, key: str, text: str, box: QtWidgets.QComboBox) -> None:
        caption = label(text, "dim")
        caption.setBuddy(box)
        cell = self._cells[key] = QtWidgets.QWidget()
        inner = QtWidgets.QHBoxLayout(cell)
        inner.setContentsMargins(0, 0, 14, 0)
        inner.setSpacing(2)
        inner.addWidget(caption)
        inner.addWidget(box)
        self.boxes[key] = box
        self._row.addWidget(cell)
        self._show(key, False)

    def _show(self, key: str, is_shown: bool) -> None:
        self._cells[key].setVisible(is_shown)

    @property
    def n_shown(self) -> int:
        """How many lists there are to choose from."""
        return sum(not cell.isHidden() for cell in self._cells.values())

    # ------------------------------------------------------------------ showing
    def show_source(self, source: Source, look: Preview | None = None) -> None:
        """Show how a file was read; a look at its beginning says whether dates are doubtful."""
        if source.table is not None:
            has_open = look is not None and look.has_open_dates
            self.show_table(source.reading, source.parts, source.table, has_open)
            told = {one.kind for one in source.table.report.issues}
            self._show_last("total" in told or "maybe_total" in told)
        elif source.boundaries is not None:
            self._reading = source.reading
            self._show_last(False)
            for key in ("sheet", "delimiter", "decimal", "header", "dates"):
                self._fill(key, [], "")
            found, parts = source.boundaries, [(name, name) for name in source.parts]
            self._fill("layer", parts if len(parts) > 1 else [], found.layer)
            has_tables = source.path.suffix.lower() in _WITH_ENCODING
            self._fill("encoding", _ENCODINGS if has_tables else [], "")
            self._show("crs", True)
            self.system.show_system(self._reading.crs, found.crs)

    def show_table(
        self, reading: Reading, parts: Sequence[str], table: Table | Preview, has_open_dates: bool
    ) -> None:
        """Show how a table is read, or would be.

        Parameters
        ----------
        reading : Reading
            As chosen.
        parts : sequence of str
            Sheets.
        table : Table or Preview
        has_open_dates : bool
            Nothing tells whether the day or the month comes first.
        """
        self._reading = reading
        for key in ("layer", "crs"):
            self._show(key, False)
        if parts or not reading.sheet:  # else it is read anew: hiding the list would lose focus
            self._fill("sheet", [(name, name) for name in parts] if len(parts) > 1 else [], "")
        is_text = bool(table.delimiter)
        encoding = _plain_encoding(table.encoding)
        self._fill("encoding", _ENCODINGS if is_text else [], encoding)
        separators = [(value, _(text)) for value, text in _SEPARATORS]
        self._fill("delimiter", separators if is_text else [], table.delimiter)
        decimals = [(value, _(text)) for value, text in _DECIMALS]
        self._fill("decimal", decimals, table.decimal)
        self._show_header(table.header)
        has_dates = bool(table.dates or reading.dates or has_open_dates)
        dates = [(value, _(text)) for value, text in _DATES]
        self._fill("dates", dates if has_dates else [], table.dates)
        if has_open_dates and not reading.dates:
            self.boxes["dates"].setItemText(0, _("please check"))

    def _show_header(self, own: int) -> None:
        rows = {k: _("in row {n}").format(n=i18n.number(k)) for k in range(1, _MOST_HEADERS + 1)}
        for row in (own, self._reading.header or 0):
            if row > 0:
                rows[row] = _("in row {n}").format(n=i18n.number(row))
        choices: list[tuple[int, str]] = sorted(rows.items())
        self._fill("header", [*choices, (0, _("there are none"))], own)

    def _show_last(self, is_total: bool) -> None:
        """Whether a row that adds the others up comes in, as far as there is one."""
        box = self.boxes["leave_out_totals"]
        self._show("leave_out_totals", is_total)
        box.clear()
        box.addItem(_("left out"), True)
        box.addItem(_("taken"), False)
        box.setCurrentIndex(box.findData(self._reading.leave_out_totals))

    def _fill(self, key: str, choices: Sequence[tuple[object, str]], recognised: object) -> None:
        """List what may be chosen; what was recognised comes first and says so."""
        box = self.boxes[key]
        box.clear()
        self._show(key, bool(choices))
        if not choices:
            return
        chosen = getattr(self._reading, key)
        empty = None if key == "header" else ""
        texts = dict(choices)
        own = texts.get(recognised, str(recognised or "")) or _("as it is")
        if key == "sheet":
            own = _("the first table")
        is_open = chosen == empty
        box.addItem(own if is_open else _("As recognised"), empty)
        for value, text in choices:
            if not is_open or value != recognised:
                box.addItem(text, value)
        if not is_open:
            if box.findData(chosen) < 0:
                box.addItem(str(chosen), chosen)
            box.setCurrentIndex(box.findData(chosen))
        tip = _("Recognised by itself") if is_open else _("Chosen by you")
        box.setToolTip(tip)
        box.setAccessibleDescription(tip)

    # ------------------------------------------------------------------ choosing
    def choose(self, key: str, value: object) -> None:
        """Choose one of the lists, as the user does."""
        box = self.boxes[key]
        box.setCurrentIndex(box.findData(value))
        self._on_choice(key, value)

    def _on_choice(self, key: str, value: object) -> None:
        wanted = replace(self._reading, **{key: value})  # type: ignore[arg-type]
        if wanted != self._reading:
            self.changed.emit(wanted)


def _plain_encoding(name: str) -> str:
    plain = name.lower().replace("_", "-")
    names = {"utf-8-sig": "utf-8", "latin-1": "iso-8859-1", "windows-1252": "cp1252"}
    return names.get(plain, plain)
