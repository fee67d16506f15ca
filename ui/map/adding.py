"""Adding own layers: files are read first, and recorded when they can be shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6 import QtCore, QtWidgets

from terradesk import references
from terradesk.gdal import LayerInfo
from terradesk.i18n import _, isolate
from terradesk.progress import Progress
from terradesk.references import Shapes, Source

from ..jobs import Job

if TYPE_CHECKING:
    from .view import MapView


def ask_for_file(view: MapView) -> Path | None:
    """Let the user choose a file that can be a layer."""
    kinds = " ".join(f"*{suffix}" for suffix in references.SUFFIXES)
    path, _filter = QtWidgets.QFileDialog.getOpenFileName(
        view, _("Add a layer"), "",
        _("Maps and pictures ({kinds})").format(kinds=kinds) + ";;" + _("All files (*)"),
    )  # fmt: skip
    return Path(path) if path else None


def choose(view: MapView) -> None:
    """Let the user choose a file, and show it."""
    path = ask_for_file(view)
    if path is not None:
        add(view, path)


def add(view: MapView, path: Path) -> Job:
    """Show a file as a layer; asks which, where it holds several."""
    job = Job(_("Reading {name}").format(name=path.name), _inner, path)
    job.succeeded.connect(lambda found: _chosen(view, path, found))
    job.failed.connect(lambda error: view.model.on_error(error, False))
    return job.start()


def _inner(path: Path, progress: Progress) -> list[LayerInfo]:
    return references.inner_layers(path, progress)


def _chosen(view: MapView, path: Path, found: list[LayerInfo]) -> None:
    names = [one.name for one in found]
    name = names[0] if len(names) == 1 else ""
    if len(names) > 1:
        name, is_sure = QtWidgets.QInputDialog.getItem(
            view, _("Add a layer"), _("{name} holds several maps. Which one?").format(
                name=isolate(path.name)), names, 0, False)  # fmt: skip
        if not is_sure:
            return
    place = view.layers.own.place
    if place is None:
        return
    job = Job(_("Reading {name}").format(name=path.name), _read, path, name, place)
    job.succeeded.connect(lambda content: _show(view, path, name, len(names), content))
    job.failed.connect(lambda error: view.model.on_error(error, False))
    job.start()


def _read(path: Path, name: str, place: references.Place, progress: Progress) -> Shapes | Source:
    return references.read(path, name, place, progress)


def _show(view: MapView, path: Path, layer: str, n: int, content: Shapes | Source) -> None:
    model, own = view.model, view.layers.own
    if not model.is_open:
        return
    if isinstance(content, Shapes) and not content.n_shapes:
        model.say(_("Nothing of {name} lies near this plan.").format(name=isolate(path.name)))
        return
    stored = references.stored_path(path, own.plan_file)
    title = path.stem if n < 2 else f"{path.stem}: {layer}"
    is_picture = not isinstance(content, Shapes)
    one = references.new_reference(model.plan, stored, title, layer, is_picture)
    own.preread(one.uid, path, layer, content)
    model.attempt(lambda: references.add(model.plan, [one]))


def offer(view: MapView, path: Path, at: QtCore.QPoint) -> bool:
    """What to do with a file dropped on the map; tells whether that is taken care of here.

    Pictures can only be layers. Map files may be layers too; plans and tables are none.
    """
    kind = references.kind_of(path)
    if kind is None or not view.is_ready or _is_plan(path):
        return False
    if kind != "shapes":
        add(view, path)
        return True
    menu = QtWidgets.QMenu(view)
    menu.setObjectName("dropped")
    name = isolate(path.name.replace("&", "&&"))
    layer = menu.addAction(_("Show {name} as a layer of this map").format(name=name))
    plan = menu.addAction(_("Import {name}…").format(name=name))
    layer.triggered.connect(lambda: add(view, path))
    plan.triggered.connect(lambda: view.files_dropped.emit([str(path)]))
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(at)
    return True


def _is_plan(path: Path) -> bool:
    from terradesk import planfile

    return path.suffix.lower() == ".gpkg" and planfile.is_plan(path)
