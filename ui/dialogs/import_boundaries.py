"""Import boundaries, one page: layer, code, name and noun left, the map that comes out right."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from PySide6 import QtCore, QtWidgets

from terradesk import i18n, readers
from terradesk.i18n import _, ngettext
from terradesk.plan import Plan
from terradesk.progress import Progress, part

from .. import theme
from . import preview_map
from .accounts_work import plan_of_units
from .import_page import ImportPage
from .issues import IssueList, RowsBehind, align_end, end_item, text_table
from .nouns import NounBox
from .parts import Trouble, choose, combo, label
from .preview_map import PreviewMap
from .work import LatestWork

_FIRST, _MOST_FIGURES = 8, 4
_SYSTEMS = (
    ("", ""),
    ("EPSG:4326", "WGS 84, longitude and latitude"),
    ("EPSG:3857", "Web Mercator"),
    ("EPSG:25832", "ETRS89 / UTM 32N"),
    ("EPSG:25833", "ETRS89 / UTM 33N"),
    ("EPSG:3006", "SWEREF99 TM"),
    ("EPSG:2154", "RGF93 / Lambert-93"),
    ("EPSG:2180", "ETRS89 / Poland CS92"),
    ("EPSG:27700", "British National Grid"),
    ("EPSG:5070", "NAD83 / Conus Albers"),
)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the page asks for; empty texts: as recognised."""

    layer: str = ""
    code: str = ""
    name: str = ""
    crs: str = ""
    joins: bool = False
    dark: bool = False
    size: preview_map.Size = preview_map.USUAL


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What the import would give."""

    boundaries: readers.Boundaries
    code: str
    name: str
    made: readers.MadeUnits
    picture: tuple[bytes, int, int]


@dataclass(eq=False)
class Maker:
    """Reads and makes for one page; keeps the layers it has read.

    Parameters
    ----------
    path : Path
    """

    path: Path
    layers: list[readers.LayerInfo] = field(default_factory=list)
    read: dict[str, readers.Boundaries] = field(default_factory=dict)

    def list_layers(self, progress: Progress) -> list[readers.LayerInfo]:
        """Layers of the file, those with areas first."""
        found = readers.layers(self.path)
        self.layers = sorted(found, key=lambda one: "olygon" not in one.geometry_type)
        return self.layers

    def boundaries(self, layer: str, progress: Progress) -> readers.Boundaries:
        """Rows of a layer."""
        if layer not in self.read:
            self.read[layer] = readers.read_boundaries(self.path, layer or None, progress)
        return self.read[layer]

    def make(self, choices: Choices, progress: Progress) -> Outcome:
        """The units of a plan, and a picture of them.

        Raises
        ------
        TerraDeskError
            The layer has no areas, no codes, codes twice, or no usable coordinate system.
        """
        boundaries = self.boundaries(choices.layer, part(progress, 0.0, 0.3))
        code, name = readers.guess_code_name(boundaries)
        code, name = choices.code or code, choices.name or name
        made = readers.make_units(
            boundaries,
            code,
            name,
            part(progress, 0.3, 0.9),
            crs=choices.crs or None,
            on_duplicates="join" if choices.joins else "refuse",
        )
        picture = preview_map.draw(plan_of_units(made, "", ("", "")), choices.dark, choices.size)
        return Outcome(boundaries, code, name, made, picture)


class ImportBoundaries(ImportPage):
    """The import page of a boundary file.

    Parameters
    ----------
    path : Path
    parent : QWidget or None

    Signals
    -------
    plan_made(object)
        The new `Plan`.
    """

    plan_made = QtCore.Signal(object)

    def __init__(self, path: Path, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(_("Start from a boundary file"), parent, (1360, 860))
        self._path = path
        self._maker = Maker(path)
        self._asked = Choices()
        self.outcome: Outcome | None = None
        self._listing, self._making = LatestWork(self, 0), LatestWork(self)
        self.add_head(_("Start from a map"), "layers")
        self._name.setText(self._path.name)
        self.add_halves(self._left(), self._right(), 40)
        self.add_buttons(_("Make the plan"))
        self._connect()
        self._listing.ask(self._maker.list_layers)

    # ------------------------------------------------------------------ made once
    def _left(self) -> QtWidgets.QWidget:
        out = QtWidgets.QWidget()
        box = QtWidgets.QVBoxLayout(out)
        box.setContentsMargins(24, 16, 20, 16)
        box.setSpacing(12)
        self.trouble = Trouble()
        box.addWidget(self.trouble)
        form = QtWidgets.QGridLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setColumnStretch(1, 1)
        self.layer = combo(_("Layer"), [])
        self.code, self.name = combo(_("Code of each area"), []), combo(_("Name of each area"), [])
        for one in (self.code, self.name):
            one.setSizePolicy(
                QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed
            )
        self.noun = NounBox()
        self.crs = self._systems()
        self.joins = QtWidgets.QCheckBox(_("Join areas that have the same code"))
        rows = (
            (_("Layer"), self.layer, ""),
            (_("Code of each area"), self.code, _("Tells areas apart: a FIPS code, a postcode")),
            (_("Name of each area"), self.name, ""),
            (_("An area is called"), self.noun, _("One and many, in your own words")),
            (_("Coordinate system"), self.crs, _("The file does not say it, or says it wrong")),
        )
        self._captions: dict[QtWidgets.QWidget, list[QtWidgets.QWidget]] = {}
        for k, (text, widget, hint) in enumerate(rows):
            caption, below = label(text), label(hint, "faint", True)
            caption.setBuddy(widget)
            form.addWidget(caption, 2 * k, 0)
            form.addWidget(widget, 2 * k, 1)
            form.addWidget(below, 2 * k + 1, 1)
            below.setVisible(bool(hint))
            self._captions[widget] = [caption, below]
        box.addLayout(form)
        box.addWidget(self.joins)
        box.addWidget(label(_("Columns"), "title"))
        self.columns = text_table([_("In the file"), _("Means"), _("First value")])
        self.columns.setAccessibleName(_("Columns"))
        self.columns.horizontalHeader().setSectionResizeMode(
            QtWidgets.QHeaderView.ResizeMode.Stretch
        )
        box.addWidget(self.columns, 1)
        self._show_questions(False)
        return out

    def _systems(self) -> QtWidgets.QComboBox:
        choices = [(f"{text} ({code})" if code else _("As the file says"), code)
                   for code, text in _SYSTEMS]  # fmt: skip
        out = combo(_("Coordinate system"), choices)
        field = QtWidgets.QLineEdit()
        field.editingFinished.connect(self._on_system)
        out.setLineEdit(field)
        out.setInsertPolicy(QtWidgets.QComboBox.InsertPolicy.NoInsert)
        return out

    def _right(self) -> QtWidgets.QWidget:
        out = QtWidgets.QWidget()
        box = QtWidgets.QVBoxLayout(out)
        box.setContentsMargins(20, 16, 24, 16)
        box.setSpacing(10)
        box.addWidget(label(_("What you get"), "title"))
        self.map = PreviewMap()
        self.map.setAccessibleName(_("Map of the areas"))
        box.addWidget(self.map, 1)
        self.table = text_table([])
        self.table.setAccessibleName(_("First areas"))
        self.table.setFixedHeight(30 + 26 * 5)
        box.addWidget(self.table)
        box.addWidget(label(_("Please look at"), "title"))
        self.issues = IssueList()
        box.addWidget(self.issues)
        return out

    def _connect(self) -> None:
        self._listing.succeeded.connect(self._on_layers)
        self._making.succeeded.connect(self._on_outcome)
        self.noun.chosen.connect(self._name_button)
        self.watch(self._listing, self._making)
        self.layer.activated.connect(self._on_layer)
        for box in (self.code, self.name, self.crs):
            box.activated.connect(self.ask)
        self.joins.toggled.connect(self.ask)
        self.issues.show_rows.connect(self._show_rows)

    # ------------------------------------------------------------------ asking
    def _on_layers(self, layers: list[readers.LayerInfo]) -> None:
        self.layer.clear()
        for one in layers:
            text = one.name
            if one.n_rows >= 0:
                text = _("{layer} · {n} rows").format(layer=one.name, n=i18n.number(one.n_rows))
            self.layer.addItem(text, one.name)
        self.layer.setEnabled(len(layers) > 1)
        self._on_layer()

    def _on_layer(self) -> None:
        self.code.clear()
        self.name.clear()
        self._show_questions(False)
        self.ask()

    def choose_layer(self, name: str) -> None:
        """Use another layer of the file."""
        choose(self.layer, name)
        self._on_layer()

    def ask(self) -> None:
        """Make the areas anew, with what is chosen now."""
        choices = Choices(
            str(self.layer.currentData() or ""),
            str(self.code.currentData() or ""),
            str(self.name.currentData() or ""),
            self._system(),
            self.joins.isChecked(),
            theme.is_dark(),
            self.map.wanted_size(),
        )
        self._asked = choices
        self.accept_button.setEnabled(False)
        maker = self._maker
        self._making.ask(lambda progress: maker.make(choices, progress))

    def _on_system(self) -> None:
        if self._system() != self._asked.crs:
            self.ask()

    def _system(self) -> str:
        """The coordinate system chosen or typed, "" for that of the file."""
        typed = self.crs.currentText().strip()
        index = self.crs.findText(typed)
        if index >= 0:
            return str(self.crs.itemData(index))
        return f"EPSG:{typed}" if typed.isdigit() else typed

    # ------------------------------------------------------------------ showing
    def _show_questions(self, are_shown: bool) -> None:
        """Whether to ask for the coordinate system and what to do with equal codes."""
        for widget in (self.crs, *self._captions[self.crs], self.joins):
            widget.setVisible(are_shown)

    def _on_failure(self, error: BaseException) -> None:
        self.trouble.tell(error)
        self.outcome = None
        self.accept_button.setEnabled(False)
        self.map.show_picture(None)
        self.issues.show_report(None)
        self._about.setText("")
        boundaries = self._maker.read.get(str(self.layer.currentData() or ""))
        if boundaries is None:
            return
        self._show_questions(True)
        code, name = readers.guess_code_name(boundaries)
        self._list_columns(boundaries, code, name)

    def _on_outcome(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.trouble.hide()
        is_first = self.code.count() == 0
        self._list_columns(outcome.boundaries, outcome.code, outcome.name)
        if is_first:
            self.noun.guess(outcome.boundaries.layer, outcome.code, self._path.stem)
        if not outcome.boundaries.crs:
            self._show_questions(True)
        self._about.setText(
            ngettext("{n} row", "{n} rows", len(outcome.boundaries)).format(
                n=i18n.number(len(outcome.boundaries))
            )
        )
        self.map.show_picture(outcome.picture)
        self._fill_columns(outcome)
        self._fill_table(outcome)
        self.issues.show_report(outcome.made.report)
        self._name_button()
        self.accept_button.setEnabled(True)

    def _name_button(self) -> None:
        if self.outcome is None:
            return
        n = len(self.outcome.made.units)
        one, many = self.noun.nouns
        noun = (one if n == 1 else many) or ngettext("area", "areas", n)
        text = _("Make the plan with {n} {noun}")
        self.accept_button.setText(text.format(n=i18n.number(n), noun=noun))

    def _list_columns(self, boundaries: readers.Boundaries, code: str, name: str) -> None:
        for box, chosen in ((self.code, code), (self.name, name)):
            if not box.count():
                for column in boundaries.columns:
                    box.addItem(column, column)
                choose(box, chosen)

    def _fill_columns(self, outcome: Outcome) -> None:
        columns = outcome.made.columns
        self.columns.setRowCount(len(columns))
        for row, column in enumerate(columns):
            role = _(readers.ROLES.get(column.role, column.role))
            role = _("Name") if column.role == "name" else role
            texts = (column.name, role, _shown(outcome.made.units.columns[column.name][0]))
            for k, text in enumerate(texts):
                self.columns.setItem(row, k, QtWidgets.QTableWidgetItem(text))

    def _fill_table(self, outcome: Outcome) -> None:
        units, sums = outcome.made.units, outcome.made.measures[:_MOST_FIGURES]
        self.table.setColumnCount(2 + len(sums))
        heads = [_("Code"), _("Name"), *(m.name for m in sums)]
        self.table.setHorizontalHeaderLabels(heads)
        self.table.setRowCount(min(_FIRST, len(units)))
        for row in range(min(_FIRST, len(units))):
            items = [QtWidgets.QTableWidgetItem(str(v[row])) for v in (units.codes, units.names)]
            items += [end_item(i18n.number(float(units.columns[m.column][row]))) for m in sums]
            for k, item in enumerate(items):
                self.table.setItem(row, k, item)
        mode = QtWidgets.QHeaderView.ResizeMode
        for k in range(2, len(heads)):
            align_end(self.table, k)
        self.table.horizontalHeader().setSectionResizeMode(mode.Interactive)
        self.table.horizontalHeader().setSectionResizeMode(1, mode.Stretch)

    def _show_rows(self, issue: readers.Issue) -> None:
        if self.outcome is not None:
            RowsBehind(issue, self.outcome.boundaries.columns, self).open()

    # ------------------------------------------------------------------ ending
    def _accept(self) -> None:
        if self.outcome is None or self.is_busy:
            return
        self.plan_made.emit(self.plan())
        self.accept()

    def plan(self) -> Plan:
        """The new plan under the name of the file, in the words chosen."""
        assert self.outcome is not None
        return plan_of_units(self.outcome.made, self._path.stem, self.noun.nouns)


def _shown(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return i18n.number(value, 0 if value.is_integer() else 2)
