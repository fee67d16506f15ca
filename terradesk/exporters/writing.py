"""How exported files come into being: written aside, then put in place all together."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from terradesk.colouring import BY_TERRITORY, Look
from terradesk.errors import TerraDeskError
from terradesk.exporters.showing import Shown
from terradesk.i18n import _, isolate
from terradesk.plan import AlignmentView, Plan
from terradesk.progress import Progress

if TYPE_CHECKING:
    from terradesk.render.scene import Scene


@dataclass(frozen=True, slots=True)
class PictureSize:
    """Size of a picture.

    Parameters
    ----------
    width, height : int
        Pixels.
    dpi : float
        Dots per inch on paper: letters and lines have so many times a 96th of their pixels.
    """

    width: int = 3200
    height: int = 2000
    dpi: float = 192.0  # sharp on paper at the size of a page


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What an exporter is asked for.

    Parameters
    ----------
    plan : Plan
    alignment : int
    folder : Path
        Where the files are to be written; they are moved from there when all is done.
    name : str
        File name the user chose.
    progress : Progress
    notes : list of str
        What the exporter has to say about the result, translated.
    colour_by : str
        What maps are coloured by, a key of `terradesk.colouring.choices`.
    look : Look
        Fills of the territories, and whether there are patterns beside them.
    shown : Shown
        Layers of the map.
    size : PictureSize
        Of a picture.
    """

    plan: Plan
    alignment: int
    folder: Path
    name: str
    progress: Progress
    notes: list[str] = field(default_factory=list)
    colour_by: str = BY_TERRITORY
    look: Look = field(default_factory=Look)
    shown: Shown = field(default_factory=Shown)
    size: PictureSize = field(default_factory=PictureSize)

    def scene(self) -> Scene:
        """What a picture, page or drawing of the map shows."""
        from terradesk.exporters.scene import plan_scene

        self.progress(0.1, _("Drawing the map"))
        plan, shown = self.plan, self.shown
        return plan_scene(
            plan, self.alignment, self.colour_by, look=self.look, shown=shown, notes=self.notes
        )

    @property
    def path(self) -> Path:
        """The file to write when there is only one."""
        return self.folder / self.name

    @property
    def view(self) -> AlignmentView:
        """The design to write."""
        return self.plan.alignment(self.alignment)


@dataclass(frozen=True, slots=True)
class Exporter:
    """A kind of file.

    Parameters
    ----------
    key : str
        Name for the command line and for settings.
    title : str
        Untranslated.
    suffix : str
        With its dot, lower case.
    write : callable
        Writes the files of a `Job` into its folder.
    """

    key: str
    title: str
    suffix: str
    write: Callable[[Job], None]


class Written(list[Path]):
    """Files that were written; ``notes`` says what did not fit into them."""

    def __init__(self, files: Sequence[Path] = (), notes: Sequence[str] = ()) -> None:
        super().__init__(files)
        self.notes = tuple(notes)


def write(
    exporter: Exporter,
    plan: Plan,
    alignment: int,
    target: Path,
    progress: Progress,
    colour_by: str = BY_TERRITORY,
    look: Look | None = None,
    shown: Shown | None = None,
    size: PictureSize | None = None,
) -> Written:
    """Run an exporter aside and put its files in place.

    Parameters
    ----------
    target : Path
        Absolute.
    colour_by, look, shown, size
        See `Job`.

    Raises
    ------
    TerraDeskError
        If something is in the way; the files that were there before are as they were.
    """
    _refuse_open(target)
    with _explained(target):
        folder = Path(tempfile.mkdtemp(prefix=f".{target.stem[:40]}-", dir=target.parent))
        try:
            job = Job(
                *(plan, alignment, folder, target.name, progress),
                colour_by=colour_by,
                look=look or Look(),
                shown=shown or Shown(),
                size=size or PictureSize(),
            )
            progress(0.0, _("Writing {name}").format(name=isolate(target.name)))
            exporter.write(job)
            files = sorted(p for p in folder.iterdir() if p.is_file())
            places = [target.parent / file.name for file in files]
            for place in places:
                _refuse_open(place)
            _put(files, places, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    progress(1.0, _("Wrote {name}").format(name=isolate(target.name)))
    return Written(places, job.notes)


def _refuse_open(path: Path) -> None:
    """Say so when another program has the file open: it would keep showing the old one."""
    if path.is_dir():
        raise TerraDeskError(
            _("“{name}” is a folder.").format(name=isolate(path.name)),
            _("Nothing was written. Choose a file name."),
        )
    for name in (f"~${path.name}", f".~lock.{path.name}#"):
        if path.exists() and (path.parent / name).exists():
            raise TerraDeskError(
                _("“{name}” is open in another program.").format(name=isolate(path.name)),
                _("Nothing was written. Close it there and try again, or choose another name."),
            )


def _put(files: Sequence[Path], places: Sequence[Path], folder: Path) -> None:
    """Move all files to their places, or none."""
    aside = folder / "before"
    aside.mkdir()
    done: list[tuple[Path, Path | None]] = []
    try:
        for file, place in zip(files, places, strict=True):
            old = aside / place.name if place.exists() else None
            if old is not None:
                place.replace(old)
                done.append((place, old))
                file.replace(place)
            else:
                file.replace(place)
                done.append((place, None))
    except OSError:
        for place, old in reversed(done):
            if old is not None:
                old.replace(place)
            else:
                place.unlink()
        raise


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    """Turn what the system says into what a user can do."""
    try:
        yield
    except OSError as error:
        message, hint = _explanation(error, target)
        raise TerraDeskError(message, hint) from error


def _explanation(error: OSError, target: Path) -> tuple[str, str]:
    name, folder = isolate(target.name), isolate(str(target.parent))
    if not target.parent.is_dir():
        return (
            _("There is no folder {folder}.").format(folder=folder),
            _("Nothing was written. Make the folder, or choose another."),
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            _("The disk is full: “{name}” could not be written.").format(name=name),
            _("An older file of that name is still there. Free some space and try again."),
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.ETXTBSY):
        return (
            _("“{name}” cannot be written into {folder}.").format(name=name, folder=folder),
            _("Close it in other programs, or choose another place. An older file is still there."),
        )
    return (
        _("“{name}” could not be written: {reason}").format(
            name=name, reason=error.strerror or str(error)
        ),
        _("An older file of that name is still there. Try again, or choose another place."),
    )
