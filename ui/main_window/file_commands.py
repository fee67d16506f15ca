"""Commands that open, import, export: what leaves or enters the program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtGui, QtWidgets

from terradesk.document import Document
from terradesk.edits.scenarios import set_setting
from terradesk.i18n import N_, _
from terradesk.plan import Plan

from ..jobs import Job
from .import_commands import ImportCommands

if TYPE_CHECKING:
    from terradesk.exporters import PictureSize

    from .window import MainWindow

PLAN_FILTER = N_("TerraDesk plans (*.gpkg)")


class FileCommands:
    """Handlers of the menus File and Export, and of files dropped on the window.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._model = window.model
        self._size: PictureSize | None = None
        self.importing = ImportCommands(window)

    # ------------------------------------------------------------------ opening
    def open_plan(self) -> None:
        """Choose a plan file and open it."""
        path, _filter = QtWidgets.QFileDialog.getOpenFileName(
            self._window, _("Open a plan"), self._window.settings.last_folder, _(PLAN_FILTER)
        )
        if path:
            self.open_path(Path(path))

    def open_path(self, path: Path) -> None:
        """Open a plan file; any other file is imported."""
        if path.suffix.lower() != ".gpkg":
            self.import_file(path)
            return

        def load(progress: Any) -> Document | None:
            from terradesk import planfile

            return planfile.open_document(path) if planfile.is_plan(path) else None

        def opened(document: Document | None) -> None:
            if document is None:
                self.import_file(path)
            else:
                self._window.show_document(document)

        self.run(_("Opening {name}").format(name=path.name), load, opened)

    def open_sample(self) -> None:
        """Open a fresh copy of the sample plan."""

        def load(progress: Any) -> Document:
            from terradesk import sample

            return sample.open_sample(progress)

        def opened(document: Document) -> None:
            self._window.show_document(document)
            self._window.sample_copy = document.path
            self._window.show_tips()

        self.run(_("Opening the sample plan"), load, opened)

    def start_from_map(self, key: str) -> None:
        """Make an untitled plan from a map that comes with the program."""

        def load(progress: Any) -> Document:
            from terradesk import planfile, sample

            return planfile.new_untitled(sample.new_from_map(key, progress))

        self.run(_("Preparing the map"), load, self._window.show_document)

    def start_from_plan(self, plan: Plan, then: Callable[[], object] = lambda: None) -> None:
        """Open a plan just made (from a boundary file) as an untitled plan; ``then`` follows."""

        def load(progress: Any) -> Document:
            from terradesk import planfile

            return planfile.new_untitled(plan)

        def opened(document: Document) -> None:
            self._window.show_document(document)
            then()

        self.run(_("Making the plan"), load, opened)

    def files_dropped(self, paths: list[Path]) -> None:
        """Open or import the first of the files dropped on the window, and tell of the others."""
        from ..dialogs.importing.files import main_files

        found = main_files(paths)
        if found:
            self.importing.n_waiting = len(found) - 1
            self.open_path(found[0])

    # ------------------------------------------------------------------ importing
    def import_file(self, path: Path | bool | None = None) -> None:
        """Show the import page for a file of any kind."""
        path = path if isinstance(path, Path) else self.importing.ask()
        if path is not None:
            is_new = self._window.pages.currentWidget() is self._window.welcome
            self.importing.show(path, has_plan=not is_new)

    def import_boundaries(self, path: Path | bool | None = None) -> None:
        """Show the import page for a boundary file; the result is a new plan."""
        path = path if isinstance(path, Path) else self.importing.ask("boundaries")
        if path is not None:
            self.importing.show(path, has_plan=False, wanted="areas")

    def show_imports(self) -> None:
        """Show what has been imported so far."""
        self.importing.show_past()

    def place_again(self) -> None:
        """Look for places of accounts anew."""
        self.importing.place_again()

    def start_territories(self) -> None:
        """Show the dialog "Start territories from"."""
        from ..dialogs.start_territories import StartTerritories

        StartTerritories(self._model, self._window).open()

    # ------------------------------------------------------------------ keeping
    def name_version(self) -> None:
        """Everything is saved already; give the plan as it is now a name in the history."""
        name, ok = QtWidgets.QInputDialog.getText(
            self._window, _("Already saved"), _("Name this version")
        )
        name = name.strip()
        if ok and name:
            self._model.attempt(
                lambda: set_setting(
                    self._model.plan, "version", name, N_("Named this version {a}"), a=name
                )
            )

    def save_copy(self) -> None:
        """Save the plan under another name and go on there."""
        document = self._model.document
        folder = self._window.settings.last_folder or str(Path.home())
        start = str(Path(folder) / f"{self._window.plan_name()}.gpkg")
        text, _filter = QtWidgets.QFileDialog.getSaveFileName(
            self._window, _("Save a copy"), start, _(PLAN_FILTER)
        )
        if not text:
            return
        path = Path(text).with_suffix(".gpkg")
        self.importing.remember_folder(path)

        def save(progress: Any) -> Document:
            from terradesk import planfile

            planfile.save_copy(document, path)
            return planfile.open_document(path)

        self.run(_("Saving a copy"), save, self._window.show_document)

    # ------------------------------------------------------------------ exporting
    def export_workbook(self) -> None:
        """Excel workbook."""
        self.export("workbook")

    def export_shapefile(self) -> None:
        """Shapefiles."""
        self.export("shapefile")

    def export_csv(self) -> None:
        """Assignment as CSV."""
        self.export("csv")

    def export_html(self) -> None:
        """Interactive map."""
        self.export("html")

    def export_png(self) -> None:
        """Map as picture: asks for its size first."""
        from ..dialogs.picture_size import PictureSizeDialog

        dialog = PictureSizeDialog(self._size, self._window)
        dialog.chosen.connect(self._export_sized)
        dialog.open()

    def _export_sized(self, size: PictureSize) -> None:
        self._size = size
        self.export("picture", size=size)

    def export_pdf(self) -> None:
        """Map as PDF."""
        self.export("pdf")

    def export_svg(self) -> None:
        """Map as SVG."""
        self.export("svg")

    def export(self, key: str, path: Path | None = None, size: PictureSize | None = None) -> None:
        """Ask where to (unless ``path`` is given), export in the background, offer the folder."""
        from terradesk import exporters

        exporter = next(e for e in exporters.EXPORTERS if e.key == key)
        if path is None:
            folder = self._window.settings.last_folder or str(Path.home())
            start = str(Path(folder) / f"{self._window.plan_name()}{exporter.suffix}")
            kind = f"{_(exporter.title)} (*{exporter.suffix})"
            text, _filter = QtWidgets.QFileDialog.getSaveFileName(
                self._window, _(exporter.title), start, kind
            )
            if not text:
                return
            path = Path(text)
            if path.suffix.lower() != exporter.suffix:
                path = path.with_name(path.name + exporter.suffix)
            self.importing.remember_folder(path)
        plan, alignment = self._model.plan, self._model.alignment
        view = self._window.map
        colour_by, look, shown = view.colour_by, view.following.look, view.layers.shown()

        def write(progress: Any) -> list[Path]:
            return exporters.export(
                plan, alignment, path, key, progress,
                colour_by=colour_by, look=look, shown=shown, size=size,
            )  # fmt: skip

        self.run(_("Exporting {name}").format(name=path.name), write, self._exported)

    def _exported(self, written: list[Path]) -> None:
        first = written[0]
        text = _("Wrote {name} to {folder}.").format(name=first.name, folder=first.parent.name)
        notes = " ".join(getattr(written, "notes", ()))
        self._window.tell_exported(f"{text} {notes}".strip(), first.parent)

    def open_folder(self, folder: Path) -> None:
        """Show a folder in the file manager."""
        QtGui.QDesktopServices.openUrl(QtCore.QUrl.fromLocalFile(str(folder)))

    # ------------------------------------------------------------------ in the background
    def run(self, title: str, work: Callable[..., Any], then: Callable[[Any], object]) -> Job:
        """Run ``work(progress=...)`` in a Job with progress and cancel in the status bar."""
        job = Job(title, work)
        self._window.show_job(job)  # first, so that its progress goes before an error is told
        job.succeeded.connect(then)
        job.failed.connect(self._window.tell_error)
        return job.start()
