"""Own reference layers while a plan is open: read once, drawn from memory, pictures made anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6 import QtCore
from shiboken6 import isValid

from terradesk import paths, references
from terradesk.errors import TerraDeskError
from terradesk.i18n import _
from terradesk.progress import Progress
from terradesk.references import Place, Reference, Shapes, Source
from terradesk.render import View
from terradesk.render.linework import VectorStamp
from terradesk.render.stamps import Stamp
from terradesk.render.warped import PictureStamp

from ..document_model import DocumentModel
from ..jobs import Job

REFINE_MS = 140
"""After so long without moving, pictures are made anew for what is seen."""

_MARGIN = 0.15  # of the view, on every side
_Key = tuple[str, int, int, str]


@dataclass(slots=True)
class _Loaded:
    """What is known of a layer's file."""

    key: _Key
    content: Shapes | Source | None = None
    trouble: str = ""
    picture: PictureStamp | None = None
    job: Job | None = None


class OwnLayers(QtCore.QObject):
    """Reads the files that a plan names, and gives stamps for them.

    Parameters
    ----------
    model : DocumentModel

    Signals
    -------
    changed()
        A stamp is there, or another one.
    """

    changed = QtCore.Signal()

    def __init__(self, model: DocumentModel, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._place: Place | None = None
        self._view: View | None = None
        self._loaded: dict[str, _Loaded] = {}
        self._refine = QtCore.QTimer(self, singleShot=True, interval=REFINE_MS)
        self._refine.timeout.connect(self._make_pictures)

    # ------------------------------------------------------------------ files
    @property
    def plan_file(self) -> Path | None:
        """The plan's file; None while it is untitled."""
        path = self._model.document.path if self._model.is_open else None
        return None if path is None or paths.recovery_dir() in path.parents else path

    def trouble(self, one: Reference) -> str:
        """Why a layer is not drawn; "" when it is, or will be."""
        if references.located(one, self.plan_file) is None:
            return _("The file is missing.")
        loaded = self._loaded.get(one.uid)
        return loaded.trouble if loaded is not None else ""

    def forget(self) -> None:
        """Another plan: nothing is known any more."""
        for loaded in self._loaded.values():
            if loaded.job is not None:
                loaded.job.cancel()
        self._loaded, self._place = {}, None

    def set_place(self, place: Place) -> None:
        """Where the plan lies; what was read for another place is read again."""
        if self._place is None or place.arcs is not self._place.arcs:
            self.forget()
            self._place = place
            self.follow()

    def follow(self) -> None:
        """Read what the plan names and is shown."""
        known = references.of(self._model.plan) if self._model.is_open else []
        gone = set(self._loaded) - {one.uid for one in known}
        for uid in gone:
            del self._loaded[uid]
        for one in known:
            if one.is_shown and self._place is not None:
                self._read(one, self._place)
        self._refine.start()  # a picture that is shown again may be of an earlier view

    def _read(self, one: Reference, place: Place) -> None:
        path = references.located(one, self.plan_file)
        if path is None:
            self._loaded.pop(one.uid, None)
            return
        found = path.stat()
        key = (str(path), found.st_mtime_ns, found.st_size, one.layer)
        loaded = self._loaded.get(one.uid)
        if loaded is not None and loaded.key == key:
            return
        fresh = self._loaded[one.uid] = _Loaded(key)

        def work(progress: Progress) -> Shapes | Source:
            return references.read(path, one.layer, place, progress)

        def got(content: Shapes | Source) -> None:
            if isValid(self) and self._loaded.get(one.uid) is fresh:
                self.take(one.uid, content, key)

        def failed(error: BaseException) -> None:
            if not isValid(self):
                return
            fresh.trouble = str(error) or _("The file cannot be read.")
            self.changed.emit()
            if not isinstance(error, TerraDeskError):
                self._model.on_error(error, False)

        fresh.job = _started(_("Reading {name}").format(name=one.name), work, got, failed)

    def take(self, uid: str, content: Shapes | Source, key: _Key) -> None:
        """A layer has been read."""
        self._loaded[uid] = _Loaded(key, content)
        self._refine.start()
        self.changed.emit()

    def preread(self, uid: str, path: Path, layer: str, content: Shapes | Source) -> None:
        """Keep what was read to see whether a file can be shown at all."""
        found = path.stat()
        self.take(uid, content, (str(path), found.st_mtime_ns, found.st_size, layer))

    @property
    def place(self) -> Place | None:
        """Where the plan lies."""
        return self._place

    # ------------------------------------------------------------------ stamps
    def stamp(self, one: Reference) -> Stamp | None:
        """What draws a layer; None while there is nothing to draw."""
        loaded = self._loaded.get(one.uid)
        if loaded is None or not one.is_shown:
            return None
        if isinstance(loaded.content, Shapes):
            shapes = loaded.content
            return VectorStamp(
                shapes.lines, shapes.areas, shapes.points, one.colour, one.width, one.opacity
            )
        picture = loaded.picture
        if picture is None:
            return None
        return PictureStamp(picture.pixels, picture.view, one.opacity)

    def content(self, one: Reference) -> object:
        """Stands for what a layer draws: it is another object when something else is drawn."""
        loaded = self._loaded.get(one.uid)
        if loaded is None:
            return None
        return loaded.content if isinstance(loaded.content, Shapes) else loaded.picture

    def look(self, view: View) -> None:
        """Another part of the map is seen; pictures follow when it rests."""
        self._view = view
        if any(_is_source(loaded.content) for loaded in self._loaded.values()):
            self._refine.start()

    def _make_pictures(self) -> None:
        shown = {one.uid for one in references.of(self._model.plan) if one.is_shown} \
            if self._model.is_open else set()  # fmt: skip
        for uid, loaded in self._loaded.items():
            if uid in shown and _is_source(loaded.content) and not self._is_sharp(loaded):
                self._make(uid, loaded)

    def _is_sharp(self, loaded: _Loaded) -> bool:
        """Whether the picture holds every pixel of the view in its own scale."""
        view, picture = self._view, loaded.picture
        if view is None or picture is None or picture.view.scale != view.scale:
            return view is None
        x, y = view.kx - picture.view.kx, picture.view.ky - view.ky
        return (
            0 <= x <= picture.view.width - view.width
            and 0 <= y <= picture.view.height - view.height
        )

    def _make(self, uid: str, loaded: _Loaded) -> None:
        view, place, source = self._view, self._place, loaded.content
        if view is None or place is None or isinstance(source, Shapes | None):
            return
        if loaded.job is not None:
            loaded.job.cancel()
        pad = round(_MARGIN * max(view.width, view.height))
        wide = view.moved(pad, pad).resized(view.width + 2 * pad, view.height + 2 * pad)

        def work(progress: Progress) -> PictureStamp:
            return PictureStamp(source.draw(wide, place.crs, progress), wide)

        def got(picture: PictureStamp) -> None:
            if isValid(self) and self._loaded.get(uid) is loaded:
                loaded.job, loaded.picture = None, picture
                self.changed.emit()
                self._refine.start()  # the view may have moved meanwhile

        def failed(error: BaseException) -> None:
            if isValid(self):
                loaded.trouble = str(error)
                self.changed.emit()

        loaded.job = _started(_("Drawing the picture"), work, got, failed)


def _is_source(content: object) -> bool:
    return content is not None and not isinstance(content, Shapes)


def _started(
    title: str,
    work: Callable[..., Any],
    got: Callable[[Any], object],
    failed: Callable[[BaseException], object],
) -> Job:
    job = Job(title, work)
    job.succeeded.connect(got)
    job.failed.connect(failed)
    return job.start()
