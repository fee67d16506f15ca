"""Plan to file: workbook, shapefiles, table, web map, picture, page, drawing.

One module per kind of file and one entry in `EXPORTERS`. Every exporter writes into a folder of its
own inside the target folder; only when all is written do the files take their places.
"""

from __future__ import annotations

from pathlib import Path

from terradesk.colouring import BY_TERRITORY, Look
from terradesk.errors import TerraDeskError
from terradesk.exporters.csv_file import CSV
from terradesk.exporters.html_map import HTML_MAP
from terradesk.exporters.pdf import PDF
from terradesk.exporters.picture import PICTURE
from terradesk.exporters.scene import plan_scene
from terradesk.exporters.shapefile import SHAPEFILE, SHAPEFILE_ZIP
from terradesk.exporters.showing import Shown
from terradesk.exporters.svg import SVG
from terradesk.exporters.workbook import WORKBOOK
from terradesk.exporters.writing import Exporter, Job, PictureSize, Written, write
from terradesk.i18n import _, isolate
from terradesk.plan import Plan
from terradesk.progress import Progress, silent

__all__ = [
    "EXPORTERS",
    "Exporter",
    "Job",
    "PictureSize",
    "Shown",
    "Written",
    "export",
    "exporter_for",
    "plan_scene",
]

EXPORTERS: tuple[Exporter, ...] = (
    WORKBOOK,
    SHAPEFILE,
    SHAPEFILE_ZIP,
    CSV,
    HTML_MAP,
    PICTURE,
    PDF,
    SVG,
)
"""All kinds of files, in the order in which they are offered."""


def exporter_for(path: Path, key: str | None = None) -> Exporter:
    """The exporter with a key, or else the one for a file name.

    Raises
    ------
    TerraDeskError
        If there is none.
    """
    for exporter in EXPORTERS:
        if exporter.key == key or (key is None and path.suffix.lower() == exporter.suffix):
            return exporter
    known = ", ".join(f"{e.suffix} ({e.key})" for e in EXPORTERS)
    raise TerraDeskError(
        _("TerraDesk does not know how to write “{name}”.").format(name=isolate(key or path.name)),
        _("It can write: {formats}").format(formats=known),
    )


def export(
    plan: Plan,
    alignment: int,
    path: str | Path,
    key: str | None = None,
    progress: Progress = silent,
    *,
    colour_by: str = BY_TERRITORY,
    look: Look | None = None,
    shown: Shown | None = None,
    size: PictureSize | None = None,
) -> Written:
    """Write one design of a plan to a file, or to several beside each other.

    Parameters
    ----------
    plan : Plan
    alignment : int
        Which design, see `Plan.alignment_of`.
    path : str or Path
        Where to; its suffix chooses the exporter unless `key` names one.
    key : str, optional
        Of an exporter in `EXPORTERS`.
    progress : callable
        May raise `Cancelled`; nothing is left behind then.
    colour_by : str
        What pictures and pages are coloured by, a key of `terradesk.colouring.choices`.
    look : Look, optional
        Fills of the territories, and whether there are patterns beside them.
    shown : Shown, optional
        Layers of pictures, pages and drawings; by default all but the homes of reps.
    size : PictureSize, optional
        Of a picture.

    Returns
    -------
    Written
        The list of files, with remarks on what did not fit into them.

    Raises
    ------
    TerraDeskError
        If the files cannot be written; those that were there before are as they were.
    KeyError
        If there is no such alignment.
    """
    target = Path(path).absolute()
    exporter = exporter_for(target, key)
    return write(exporter, plan, alignment, target, progress, colour_by, look, shown, size)
