"""Welcome: the page itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk import i18n, paths
from terradesk.i18n import _
from terradesk.progress import Progress
from terradesk.sample.catalogue import BUILT_IN_MAPS

from .. import theme
from ..dialogs.parts import Button, IconLabel, label, scrolled
from ..jobs import Job
from . import pictures
from .cards import LargeCard, MapCard, Picture, RecentCard

WIDEST = 1248
_TOP = QtCore.Qt.AlignmentFlag.AlignTop


class Welcome(QtWidgets.QWidget):
    """The page without a plan.

    Signals
    -------
    command(str)
        Id of an action.
    map_chosen(str)
        Key of a built-in map.
    plan_chosen(str)
        Path of a recent plan.
    plan_forgotten(str)
        Path to take off the list of recent plans.
    files_dropped(list of str)
    """

    command = QtCore.Signal(str)
    map_chosen = QtCore.Signal(str)
    plan_chosen = QtCore.Signal(str)
    plan_forgotten = QtCore.Signal(str)
    files_dropped = QtCore.Signal(list)
    _pictured = QtCore.Signal(str)
    _known = QtCore.Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self._recent: tuple[str, ...] = ()
        self._job: Job | None = None
        self.large: list[LargeCard] = []
        self.maps: list[MapCard] = []
        self.recent: dict[str, RecentCard] = {}
        self._make_page()
        self._pictured.connect(self._show_picture)
        self._known.connect(self._show_facts)

    # ------------------------------------------------------------------ made once
    def _make_page(self) -> None:
        outer = QtWidgets.QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        inner = QtWidgets.QWidget()
        centred = QtWidgets.QHBoxLayout(inner)
        centred.setContentsMargins(24, 0, 24, 24)
        self._content = QtWidgets.QWidget()
        self._content.setMaximumWidth(WIDEST)
        centred.addStretch(1)
        centred.addWidget(self._content, 1000)
        centred.addStretch(1)
        self._box = QtWidgets.QVBoxLayout(self._content)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self._head_space = self._spacer(48)
        self._box.addLayout(self._head())
        self._box.addSpacing(24)
        self._box.addLayout(self._large_cards())
        self._box.addSpacing(28)
        self._box.addLayout(self._lists())
        self._box.addStretch(1)
        self._scroll = scrolled(inner)
        self._scroll.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer.addWidget(self._scroll)

    def _spacer(self, height: int) -> QtWidgets.QSpacerItem:
        out = QtWidgets.QSpacerItem(0, height)
        self._box.addItem(out)
        return out

    def _head(self) -> QtWidgets.QHBoxLayout:
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(12)
        texts = QtWidgets.QVBoxLayout()
        texts.setSpacing(2)
        name = QtWidgets.QHBoxLayout()
        name.setSpacing(12)
        self._logo = QtWidgets.QLabel()
        self._logo.setPixmap(logo())
        name.addWidget(self._logo)
        name.addWidget(label("TerraDesk", "hero"))
        name.addStretch(1)
        texts.addLayout(name)
        texts.addWidget(label(_("Draw, balance and hand over sales territories."), "dim"))
        row.addLayout(texts, 1)
        self.back = Button(
            _("Back to the plan"), "plain", "arrow-left", lambda: self.command.emit("plan.back")
        )
        self.back.hide()
        row.addWidget(IconLabel("lock", "text2", 15))
        row.addWidget(label(_("Everything stays on this computer."), "dim"))
        row.addSpacing(8)
        row.addWidget(self.back)
        return row

    def _large_cards(self) -> QtWidgets.QHBoxLayout:
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(24)
        run = self.command.emit
        self.large = [
            LargeCard(
                pictures.SAMPLE,
                _("Try the sample plan"),
                _("A finished plan with customers to push around. Two minutes, always a fresh "
                  "copy."),
                Button(_("Open the sample"), "primary", "", lambda: run("file.sample")),
            ),
            LargeCard(
                pictures.ACCOUNTS,
                _("Start from my customer list"),
                _("Drop an Excel or CSV file here. Places are found and a fitting map is "
                  "proposed; it works without boundaries too."),
                Button(_("Choose a file"), "plain", "file-up", lambda: run("file.import")),
                Button(_("Paste a table"), "link", "", self.paste),
            ),
            LargeCard(
                pictures.AREAS,
                _("Start from a map"),
                _("Your own boundaries (GeoPackage, Shapefile, GeoJSON, KML, TopoJSON) or one of "
                  "the maps that come with TerraDesk."),
                Button(_("Choose a map"), "plain", "map", self.show_maps),
                Button(_("Open a boundary file"), "link", "", lambda: run("file.boundaries")),
            ),
        ]  # fmt: skip
        for card in self.large:
            row.addWidget(card, 1)
        self._told = label("", "warn", True)
        self._told.hide()
        return row

    def _lists(self) -> QtWidgets.QHBoxLayout:
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(24)
        self._recent_box = QtWidgets.QVBoxLayout()
        self._recent_box.setSpacing(8)
        self._recent_box.addLayout(
            _heading(
                _("Recent"),
                Button(
                    _("Open a plan"), "plain", "folder-open", lambda: self.command.emit("file.open")
                ),
            )
        )
        self._recent_box.addWidget(self._told)
        self._none = label(_("Plans you have opened are listed here."), "dim", True)
        self._recent_box.addWidget(self._none)
        self._recent_box.addStretch(1)
        row.addLayout(self._recent_box, 400)
        row.addLayout(self._map_lists(), 824)
        return row

    def _map_lists(self) -> QtWidgets.QVBoxLayout:
        box = QtWidgets.QVBoxLayout()
        box.setSpacing(8)
        mains = [m for m in BUILT_IN_MAPS if not m.variant_of]
        self._map_title = label(_("Maps that come with TerraDesk"), "title")
        groups = (
            (self._map_title, [m for m in mains if not m.is_overview]),
            (
                label(
                    _("Overview maps: too coarse for most plans; bring postcode areas"), "strong"
                ),
                [m for m in mains if m.is_overview],
            ),
        )
        for title, maps in groups:
            n_columns = 3 if maps[0].is_overview else 2
            title.setMinimumHeight(28)
            box.addWidget(title)
            grid = QtWidgets.QGridLayout()
            grid.setSpacing(8)
            for k, one in enumerate(maps):
                variant = next((v for v in BUILT_IN_MAPS if v.variant_of == one.key), None)
                card = MapCard(one, variant)
                card.chosen.connect(self.map_chosen)
                self.maps.append(card)
                grid.addWidget(card, k // n_columns, k % n_columns)
            for column in range(n_columns):
                grid.setColumnStretch(column, 1)
            box.addLayout(grid)
        box.addStretch(1)
        return box

    # ------------------------------------------------------------------ showing
    def refresh(self, recent: tuple[str, ...], has_open_plan: bool) -> None:
        """Show the page: recent plans anew, pictures as they come.

        Parameters
        ----------
        recent : tuple of str
            Paths of plans, latest first.
        has_open_plan : bool
            Whether to offer the way back to it.
        """
        self.back.setVisible(has_open_plan)
        self._told.hide()
        self._recent = recent
        self._list_recent(recent)
        self._start_drawing()

    def _list_recent(self, recent: tuple[str, ...]) -> None:
        for card in self.recent.values():
            self._recent_box.removeWidget(card)
            card.hide()  # it goes with the next event only, and would stand free until then
            card.deleteLater()
        self.recent = {}
        for path in recent[:6]:
            self._add_recent(path)
        self._none.setVisible(not self.recent)

    def _add_recent(self, path: str) -> RecentCard:
        card = RecentCard(path, Path(path).stem)
        card.chosen.connect(self.plan_chosen)
        card.forgotten.connect(self._forget)
        self._recent_box.insertWidget(self._recent_box.count() - 1, card)
        self.recent[path] = card
        self._none.hide()
        return card

    def _forget(self, path: str) -> None:
        card = self.recent.pop(path)
        card.hide()
        card.deleteLater()
        self._recent = tuple(p for p in self._recent if p != path)
        self._none.setVisible(not self.recent)
        self.plan_forgotten.emit(path)

    def restyle(self) -> None:
        """Pictures of the theme in use."""
        self._logo.setPixmap(logo())
        for picture in self.findChildren(Picture):
            picture.load()
        self._start_drawing()

    # ------------------------------------------------------------------ in the background
    def _start_drawing(self) -> None:
        self.stop()
        keys = [picture.key for picture in self._pictures()]
        job = Job(_("Drawing small maps"), self._draw, self._recent[:6], keys, theme.is_dark())
        self._job = job.start()

    def _pictures(self) -> list[Picture]:
        """Those that are the same for all users, large ones first."""
        return [*(card.picture for card in self.large), *(card.picture for card in self.maps)]

    def stop(self) -> None:
        """Stop drawing."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _draw(
        self, recent: tuple[str, ...], keys: list[str], dark: bool, progress: Progress
    ) -> None:
        """In the job's thread: facts of plans first, then pictures, large ones first."""
        tell = self._known.emit
        plans = dict.fromkeys((*recent, *self._safely(pictures.untitled, [])))
        for path in plans:
            progress(0.0, "")
            tell(pictures.plan_facts(path))
        pictures.draw_missing(keys, dark, self._pictured.emit, progress)
        for path in plans:
            progress(0.0, "")
            if Path(path).is_file() and not pictures.picture_file(path, dark).exists():
                facts = self._safely(lambda path=path: pictures.draw_plan(path, dark), None)
                if facts is not None:
                    tell(facts)

    @staticmethod
    def _safely(run: Any, otherwise: Any) -> Any:
        """What a function gives; a plan that cannot be read must not stop the others."""
        try:
            return run()
        except Exception:
            pictures.log.exception("a picture was not made")
            return otherwise

    def _show_picture(self, key: str) -> None:
        for picture in self._pictures():
            if picture.key == key:
                picture.load()
        if key == pictures.SAMPLE:
            self._describe_sample()

    def _describe_sample(self) -> None:
        facts = self._safely(pictures.sample_facts, None)
        if facts is None or not facts.n_territories:
            return
        text = _(
            "{territories} territories, {areas} counties and {accounts} accounts to push "
            "around. Two minutes, always a fresh copy."
        )
        self.large[0].text.setText(
            text.format(
                territories=i18n.number(facts.n_territories),
                areas=i18n.number(facts.n_units),
                accounts=i18n.number(facts.n_accounts),
            )
        )

    def _show_facts(self, facts: pictures.PlanFacts) -> None:
        card = self.recent.get(facts.path)
        if card is None and facts.path not in self._recent:
            card = self._add_recent(facts.path)
        if card is not None:
            card.show_facts(facts)

    # ------------------------------------------------------------------ doing
    def paste(self) -> None:
        """Import the table on the clipboard."""
        text = QtGui.QGuiApplication.clipboard().text()
        if len([line for line in text.splitlines() if line.strip()]) < 2:
            self._told.setText(
                _(
                    "There is no table on the clipboard. Copy cells of a spreadsheet, with their "
                    "header, then try again."
                )
            )
            self._told.show()
            return
        self._told.hide()
        file = paths.cache_dir() / _("Pasted table.tsv")
        file.write_text(text, "utf-8")
        self.files_dropped.emit([str(file)])

    def show_maps(self) -> None:
        """Bring the built-in maps into view, ready for the keyboard."""
        self._scroll.ensureWidgetVisible(self.maps[-1])
        self._scroll.ensureWidgetVisible(self._map_title)
        self.maps[0].setFocus(QtCore.Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------------ events
    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Less room: smaller pictures."""
        super().resizeEvent(event)
        is_low = self.height() < 860
        wide = min(self.width() - 48, WIDEST)
        picture = min(219, int((wide - 48) / 3 * (0.46 if is_low else 0.56)))
        for card in self.large:
            card.set_picture_height(max(110, picture))
        self._head_space.changeSize(0, 20 if is_low else 48)
        self._box.invalidate()

    def dragEnterEvent(self, event: QtGui.QDragEnterEvent) -> None:
        """Files may be dropped anywhere."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QtGui.QDropEvent) -> None:
        """Tell which files."""
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            self.files_dropped.emit(files)


def _heading(title: str, button: QtWidgets.QWidget) -> QtWidgets.QHBoxLayout:
    row = QtWidgets.QHBoxLayout()
    row.addWidget(label(title, "title"))
    row.addStretch(1)
    row.addWidget(button)
    return row


def logo(size: int = 36) -> QtGui.QPixmap:
    """Four territories that share borders, in the palette of the theme in use."""
    out = QtGui.QPixmap(size * 2, size * 2)
    out.setDevicePixelRatio(2)
    out.fill(QtCore.Qt.GlobalColor.transparent)
    painter = QtGui.QPainter(out)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    whole = QtGui.QPainterPath()
    whole.addRoundedRect(QtCore.QRectF(0, 0, size, size), size * 0.17, size * 0.17)
    painter.setClipPath(whole)
    for colour, corners in _PIECES:
        points = [QtCore.QPointF(x * size, y * size) for x, y in corners]
        painter.setBrush(QtGui.QColor(colour))
        painter.setPen(QtGui.QPen(theme.colour("panel"), size * 0.055))
        painter.drawPolygon(QtGui.QPolygonF(points))
    painter.end()
    return out


_PIECES = (
    ("#2458D3", ((-0.1, -0.1), (0.56, -0.1), (0.42, 0.52), (-0.1, 0.62))),
    ("#6FD0DC", ((0.56, -0.1), (1.1, -0.1), (1.1, 0.44), (0.42, 0.52))),
    ("#6E9BEA", ((-0.1, 0.62), (0.42, 0.52), (0.55, 1.1), (-0.1, 1.1))),
    ("#F2C98A", ((0.42, 0.52), (1.1, 0.44), (1.1, 1.1), (0.55, 1.1))),
)
